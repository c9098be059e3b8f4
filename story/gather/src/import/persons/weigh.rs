//! A row of the file beside what is here: by the policy of each field the file's value is written, and
//! in whose name, or what is here stays. What was written is looked at again afterwards, so the counts say
//! what happened, whoever decided it.
use super::Person;
use crate::import::outcome::{Kept, Told, Why};
use crate::import::policy::Policy;
use crate::import::sink::Ctx;
use weir_ground::base::{Problem, Result};
use weir_ground::event::{PersonId, StoreId};
use weir_ground::{Tx, params, seal};
use weir_know::attribute::Source;
use weir_know::identity;
use weir_know::person::{Portrait, Traits};
use weir_know::sync;

/// What is known of somebody, of the fields that have a policy.
pub(super) struct Standing {
    name: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    portrait: Portrait,
    store: Option<StoreId>,
}

impl Standing {
    pub fn of(tx: &mut Tx, ctx: &Ctx, root: PersonId) -> Result<Standing> {
        type Found = (Option<String>, Option<String>, Option<String>, String, Option<StoreId>);
        let (name, phone, email, portrait, store): Found =
            tx.one("select name, phone, email, portrait, store_id from person where id = $1", params![root])?;
        let keys = tx.keys(ctx.brand);
        Ok(Standing {
            name,
            phone: keys.open_opt(phone.as_deref())?,
            email: keys.open_opt(email.as_deref())?,
            portrait: serde_json::from_str(&portrait).map_err(Problem::internal)?,
            store,
        })
    }

    fn value(&self, field: &str) -> Option<String> {
        match field {
            "name" => self.name.clone(),
            "phone" => self.phone.clone(),
            "email" => self.email.clone(),
            "store_code" => self.store.map(|s| s.to_string()),
            other => self.portrait.get(other).cloned().flatten(),
        }
    }
}

/// What shall happen to one field of somebody known.
struct Step {
    field: &'static str,
    value: String,
    before: Option<String>,
    /// Why it is not written, if it is not.
    stays: Option<Why>,
}

/// What a row changes.
#[derive(Default)]
pub(super) struct Plan {
    steps: Vec<Step>,
    /// In the name of the file, which waits behind stronger words.
    pub filed: Traits,
    /// As a correction.
    pub put_right: Traits,
    /// Whether the store is a correction, if it is written.
    pub store: Option<bool>,
}

/// The fields that a row gives, with their values in the form in which they are kept.
pub(super) fn given(p: &Person) -> Vec<(&'static str, String)> {
    let plain = |kind: &str, v: &String| identity::normal(kind, v).unwrap_or_else(|| v.clone());
    let mut out: Vec<(&'static str, String)> = vec![];
    out.extend(p.traits.name.clone().map(|v| ("name", v)));
    out.extend(p.traits.phone.as_ref().map(|v| ("phone", plain("phone", v))));
    out.extend(p.traits.email.as_ref().map(|v| ("email", plain("email", v))));
    for field in super::PORTRAIT {
        out.extend(p.traits.portrait.get(*field).cloned().flatten().map(|v| (*field, v)));
    }
    out.extend(p.store.map(|s| ("store_code", s.to_string())));
    out
}

impl Plan {
    /// `known`: who it is, if it is somebody already.
    pub fn new(tx: &mut Tx, ctx: &Ctx, p: &Person, known: Option<(PersonId, &Standing)>) -> Result<Plan> {
        let mut plan = Plan::default();
        for (field, value) in given(p) {
            let before = known.and_then(|(_, s)| s.value(field));
            let policy = ctx.policy.of(field);
            let stays = match (&before, known) {
                // As any source does: the same word again is fresher.
                _ if policy == Policy::Weaker => None,
                (Some(b), _) if *b == value => continue,
                (None, _) | (_, None) => (policy == Policy::Ours).then_some(Why::Ours),
                (Some(b), Some((root, _))) => {
                    if matches!(field, "phone" | "email") && identity::find(tx, ctx.brand, field, &value)? == Some(root) {
                        // One of the person's own.
                        continue;
                    }
                    weigh(tx, ctx, p, root, field, &value, b)?
                }
            };
            if stays.is_none() {
                let right = policy == Policy::File || (policy == Policy::Newer && before.is_some());
                plan.write(p, field, right);
            }
            plan.steps.push(Step { field, value, before, stays });
        }
        Ok(plan)
    }

    fn write(&mut self, p: &Person, field: &'static str, right: bool) {
        let to = if right { &mut self.put_right } else { &mut self.filed };
        match field {
            "name" => to.name = p.traits.name.clone(),
            "phone" => to.phone = p.traits.phone.clone(),
            "email" => to.email = p.traits.email.clone(),
            "store_code" => self.store = Some(right),
            other => drop(to.portrait.insert(other.into(), p.traits.portrait.get(other).cloned().flatten())),
        }
        to.source = Some(if right { Source::Operator } else { Source::Imported });
    }

    /// Does what is here stay, so that the file's value is nobody's?
    pub fn keeps(&self, field: &str) -> bool {
        self.steps.iter().any(|s| s.field == field && s.stays.is_some())
    }

    /// Does anything become another, so that it is worth looking again?
    pub fn moves(&self) -> bool {
        self.steps.iter().any(|s| s.stays.is_none() && s.before.as_ref() != Some(&s.value))
    }

    /// Counts what became of a row of somebody known; `after`: what is here now, if anything was written.
    pub fn tell(&self, tx: &mut Tx, n: i64, after: Option<&Standing>, told: &mut Told) -> Result<()> {
        let (mut kept, mut moved) = (vec![], false);
        for s in &self.steps {
            let now = after.map_or_else(|| s.before.clone(), |a| a.value(s.field));
            let counts = told.outcome.field(s.field);
            if now.as_ref() == Some(&s.value) {
                match &s.before {
                    Some(before) if *before == s.value => continue,
                    Some(_) => counts.changed += 1,
                    None => counts.filled += 1,
                }
                moved = true;
            } else {
                counts.kept += 1;
                kept.push(Kept { field: s.field.into(), stays: shown(tx, s.field, now)?, why: s.stays.unwrap_or(Why::Stronger) });
            }
        }
        if moved {
            told.outcome.changed += 1;
        } else {
            told.outcome.same += 1;
        }
        if !kept.is_empty() {
            told.outcome.kept += 1;
            told.kept.push((n, kept));
        }
        Ok(())
    }
}

/// Why what is here stays, where the file says something else; nothing if the file wins.
fn weigh(tx: &mut Tx, ctx: &Ctx, p: &Person, root: PersonId, field: &str, value: &str, here: &str) -> Result<Option<Why>> {
    Ok(match (ctx.policy.of(field), p.changed_at) {
        (Policy::Weaker | Policy::File, _) => None,
        (Policy::Fill, _) => Some(Why::FillOnly),
        (Policy::Ours, _) => Some(Why::Ours),
        (Policy::Newer, None) => Some(Why::NoTime),
        (Policy::Newer, Some(at)) => {
            let word = sync::Word { system: ctx.policy.feed(), field, value, at };
            (!sync::later(tx, ctx.brand, root, &word, here)?).then_some(Why::Older)
        }
    })
}

/// What stays, as those may see it who import: contacts masked, a store by its code.
fn shown(tx: &mut Tx, field: &str, value: Option<String>) -> Result<String> {
    let Some(value) = value else { return Ok(String::new()) };
    Ok(match field {
        "phone" | "email" => seal::mask(field, &value),
        "store_code" => match value.parse::<StoreId>() {
            Ok(id) => tx.opt("select code from store where id = $1", params![id])?.unwrap_or_default(),
            Err(_) => value,
        },
        _ => value,
    })
}
