//! Two-way sync with another customer system (G30, G32): what changed here, in the order of the log,
//! and what changed there, field by field under a policy. Sending a page again changes nothing.
pub mod http;

use crate::person::erase::suppress;
use crate::person::http::{Person, get};
use crate::attribute::Saids;
use crate::person::{self, PORTRAIT, Traits};
use crate::{identity, tag};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use weir_ground::base::{Code, Ms, Problem, Result, ids, ids::SyncRunId};
use weir_ground::db::Engine;
use weir_ground::event::{BrandId, PersonId};
use weir_ground::{Tx, params};
use weir_keep::Staff;

/// Who wins when both systems have a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// The other system always.
    Theirs,
    /// Weir always: the field is not touched.
    Ours,
    /// Whoever changed it last.
    Newest,
    /// Only what is empty here is filled.
    #[default]
    FillEmpty,
}

/// Where a field comes from and who wins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldRule {
    /// Our field: `name`, `phone`, `email` or an attribute of the portrait.
    pub field: String,
    /// What it is called there.
    pub from: String,
    pub policy: Policy,
}

/// Fields that can be written by a sync.
pub fn fields() -> Vec<&'static str> {
    ["name", "phone", "email"].into_iter().chain(PORTRAIT.iter().copied()).collect()
}

/// The rules of a system: what is set, and for every other field its own name and `fill_empty`.
pub fn rules(tx: &mut Tx, brand: BrandId, system: &str) -> Result<Vec<FieldRule>> {
    let kept: Option<String> =
        tx.opt("select fields from sync_system where brand_id = $1 and code = $2", params![brand, system])?;
    let kept: Vec<FieldRule> = kept.map(|k| serde_json::from_str(&k)).transpose().map_err(Problem::internal)?.unwrap_or_default();
    Ok(fields()
        .into_iter()
        .map(|field| {
            kept.iter().find(|r| r.field == field).cloned().unwrap_or_else(|| FieldRule {
                field: field.into(),
                from: field.into(),
                policy: Policy::default(),
            })
        })
        .collect())
}

/// Keeps the rules of a system.
pub fn set_rules(tx: &mut Tx, brand: BrandId, system: &str, rules: &[FieldRule]) -> Result<()> {
    check_code(system)?;
    for (i, r) in rules.iter().enumerate() {
        if !fields().contains(&r.field.as_str()) || rules[..i].iter().any(|o| o.field == r.field) {
            return Err(Problem::field("fields", format!("{}: use each of {} at most once", r.field, fields().join(", "))));
        }
        if !(1..=100).contains(&r.from.chars().count()) || r.from.contains('\0') {
            return Err(Problem::field("fields", format!("{}: say what it is called there, in 1 to 100 characters", r.field)));
        }
    }
    let (text, now) = (serde_json::to_string(rules).map_err(Problem::internal)?, tx.now());
    tx.exec(
        "insert into sync_system (brand_id, code, fields, at) values ($1, $2, $3, $4) \
         on conflict (brand_id, code) do update set fields = excluded.fields, at = excluded.at",
        params![brand, system, &text, now],
    )?;
    Ok(())
}

/// Is this the code of a system?
pub fn check_code(system: &str) -> Result<()> {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    if !(1..=30).contains(&system.len()) || !system.bytes().all(fits) {
        return Err(Problem::field("system", "use 1 to 30 of a–z, 0–9 and _"));
    }
    Ok(())
}

/// One person as the other system has it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SyncItem {
    /// Its id there.
    pub external_id: String,
    /// When it changed there; needed for `newest`.
    pub updated_at: Option<Ms>,
    /// By the names that the other system uses.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    #[serde(default)]
    pub tags: Vec<String>,
}

/// What became of one item.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct SyncAnswer {
    pub external_id: String,
    pub person_id: Option<ids::PersonId>,
    /// `created`, `changed`, `same` or `refused`
    pub result: String,
    /// Fields that were written.
    pub written: Vec<String>,
    /// Fields whose value here stayed although theirs differs.
    pub kept: Vec<String>,
    /// Names that no rule knows.
    pub ignored: Vec<String>,
    pub error: Option<String>,
}

/// Takes a page of changes from another system, each item by itself.
pub fn take(tx: &mut Tx, who: &Staff, system: &str, items: &[SyncItem]) -> Result<(SyncRunId, Vec<SyncAnswer>)> {
    check_code(system)?;
    let rules = rules(tx, who.brand, system)?;
    let mut out = vec![];
    for item in items {
        let answer = tx.attempt(|tx| one(tx, who, system, &rules, item));
        out.push(match answer {
            Ok(answer) => answer,
            Err(p) if p.retry || matches!(p.code, Code::Busy | Code::Internal) => return Err(p),
            Err(p) => SyncAnswer {
                external_id: item.external_id.clone(),
                result: "refused".into(),
                error: Some(p.errors.first().map_or(p.detail.clone(), |e| format!("{}: {}", e.field, e.detail))),
                ..SyncAnswer::default()
            },
        });
    }
    let count = |result: &str| out.iter().filter(|a| a.result == result).count() as i64;
    // Of somebody who was erased nothing is kept.
    let kept = |a: &&SyncAnswer| a.error.as_deref().is_some_and(|e| e != suppress::REFUSED);
    let refused: Vec<&SyncAnswer> = out.iter().filter(kept).take(5).collect();
    // A number that another system has for somebody is often the phone.
    let sample = tx.keys(who.brand).seal(&serde_json::to_string(&refused).map_err(Problem::internal)?);
    let (id, now): (SyncRunId, Ms) = (tx.new_id(), tx.now());
    tx.exec(
        "insert into sync_run (id, brand_id, system, direction, actor, at, items, created, changed, same, refused, sample) \
         values ($1, $2, $3, 'in', $4, $5, $6, $7, $8, $9, $10, $11)",
        params![
            id, who.brand, system, &who.actor, now, items.len() as i64, count("created"), count("changed"), count("same"),
            count("refused"), &sample
        ],
    )?;
    Ok((id, out))
}

/// What is known here of one field.
enum Here {
    Empty,
    Same,
    /// What it is here.
    Differs(String),
}

fn one(tx: &mut Tx, who: &Staff, system: &str, rules: &[FieldRule], item: &SyncItem) -> Result<SyncAnswer> {
    let key = identity::normal("external_id", &item.external_id);
    let key = key.ok_or_else(|| Problem::field("external_id", "this is not a usable id"))?;
    let known = identity::find(tx, who.brand, "external_id", &key)?.is_some();
    let given = |field: &str| {
        let rule = rules.iter().find(|r| r.field == field)?;
        item.fields.get(&rule.from).map(|v| v.trim().to_string()).filter(|v| !v.is_empty())
    };
    let (phone, email) = (given("phone"), given("email"));
    let mut ids: Vec<(&str, &str)> = vec![("external_id", &key)];
    for (kind, value) in [("phone", &phone), ("email", &email)] {
        let wanted = rules.iter().any(|r| r.field == kind && r.policy != Policy::Ours);
        ids.extend(value.as_deref().filter(|_| wanted && !known).map(|v| (kind, v)));
    }
    let subject = identity::resolve(tx, who.brand, &ids, "sync")?;
    let root = person::of(tx, subject)?;
    let now_here = get(tx, who, root)?;
    let mut out = SyncAnswer { external_id: item.external_id.clone(), person_id: Some(root), ..SyncAnswer::default() };
    let known_names: Vec<&str> = rules.iter().map(|r| r.from.as_str()).collect();
    out.ignored = item.fields.keys().filter(|k| !known_names.contains(&k.as_str())).cloned().collect();
    let mut traits = Traits::default();
    for rule in rules {
        let Some(value) = given(&rule.field) else { continue };
        let have = here(tx, who.brand, root, &now_here, &rule.field, &value)?;
        let write = match (&have, rule.policy) {
            (Here::Same, _) | (_, Policy::Ours) => false,
            (Here::Empty, _) | (Here::Differs(_), Policy::Theirs) => true,
            (Here::Differs(_), Policy::FillEmpty) => false,
            (Here::Differs(here), Policy::Newest) => {
                let why = || Problem::field("updated_at", format!("{}: the newest wins, so say when it changed", rule.field));
                let word = Word { system, field: &rule.field, value: &value, at: item.updated_at.ok_or_else(why)? };
                later(tx, who.brand, root, &word, here)?
            }
        };
        if write {
            out.written.push(rule.field.clone());
            match rule.field.as_str() {
                "name" => traits.name = Some(value.clone()),
                "phone" => traits.phone = Some(value.clone()),
                "email" => traits.email = Some(value.clone()),
                other => drop(traits.portrait.insert(other.to_string(), Some(value.clone()))),
            }
        } else if matches!(have, Here::Differs(_)) {
            out.kept.push(rule.field.clone());
        }
        let at = item.updated_at.unwrap_or(tx.now());
        remember(tx, who.brand, root, &Word { system, field: &rule.field, value: &value, at })?;
    }
    let actor = format!("sync:{system}");
    if !out.written.is_empty() {
        person::describe_winning(tx, who.brand, subject, &traits, Some(&actor))?;
        passed_over(tx, who.brand, root, &traits.portrait, &mut out)?;
    }
    let mut tagged = false;
    for t in &item.tags {
        tagged |= !now_here.row.tags.iter().any(|have| have == t.trim());
        tag::add(tx, who.brand, subject, t, "sync", Some(&actor))?;
    }
    out.result = match (known, out.written.is_empty() && !tagged) {
        (false, _) => "created",
        (true, false) => "changed",
        (true, true) => "same",
    }
    .into();
    Ok(out)
}

/// Attributes have the last word on whose value counts: what they did not take was kept, not written.
fn passed_over(tx: &mut Tx, brand: BrandId, root: PersonId, given: &person::Portrait, out: &mut SyncAnswer) -> Result<()> {
    if given.is_empty() {
        return Ok(());
    }
    let text: String = tx.one("select portrait from person where id = $1", params![root])?;
    let now: person::Portrait = serde_json::from_str(&text).map_err(Problem::internal)?;
    let schema = crate::attribute::schema(tx, brand)?;
    let meant = |field: &String, v: &Option<String>| schema.iter().find(|a| a.key == *field).and_then(|a| a.check(v.as_deref()).ok()).flatten();
    let kept = |field: &String| given.get(field).is_some_and(|v| now.get(field).cloned().flatten() != meant(field, v) || meant(field, v).is_none());
    out.kept.extend(out.written.iter().filter(|f| kept(f)).cloned());
    out.written.retain(|f| !kept(f));
    Ok(())
}

/// Does the person have this value already? Contacts are compared by identity, because they are not
/// everybody's to read.
fn here(tx: &mut Tx, brand: BrandId, root: PersonId, person: &Person, field: &str, value: &str) -> Result<Here> {
    let now = match field {
        "phone" | "email" => {
            if identity::find(tx, brand, field, value)? == Some(root) {
                return Ok(Here::Same);
            }
            let (phone, email) = person::contacts(tx, brand, root)?;
            let have = if field == "phone" { phone } else { email };
            return Ok(match have {
                None => Here::Empty,
                have if have == identity::normal(field, value) => Here::Same,
                Some(have) => Here::Differs(have),
            });
        }
        "name" => person.row.name.clone(),
        other => person.portrait.get(other).cloned().flatten(),
    };
    Ok(match now {
        None => Here::Empty,
        Some(now) if now == value => Here::Same,
        Some(now) => Here::Differs(now),
    })
}

/// What a system says of one field of a person, and when it changed there.
#[derive(Clone, Copy, Debug)]
pub struct Word<'a> {
    pub system: &'a str,
    pub field: &'a str,
    pub value: &'a str,
    pub at: Ms,
}

fn digest(tx: &Tx, brand: BrandId, field: &str, value: &str) -> String {
    let plain = if matches!(field, "phone" | "email") { identity::normal(field, value) } else { None };
    tx.keys(brand).index("sync", plain.as_deref().unwrap_or(value))
}

/// Was it changed there after it was last changed here? What they said before is no news, and what is
/// here by their own word is as old as that word. Where nobody knows when the value here was set (a
/// store), it stays.
pub fn later(tx: &mut Tx, brand: BrandId, root: PersonId, word: &Word, here: &str) -> Result<bool> {
    let told: Option<(String, Ms)> = tx.opt(
        "select digest, at from sync_field where person_id = $1 and system = $2 and field = $3",
        params![root, word.system, word.field],
    )?;
    if let Some((told, at)) = told {
        if told == digest(tx, brand, word.field, word.value) {
            return Ok(false);
        }
        if told == digest(tx, brand, word.field, here) {
            return Ok(word.at > at);
        }
    }
    let ours: Option<Ms> = match word.field {
        "store_code" => return Ok(false),
        "name" | "phone" | "email" => {
            let like = format!("%\"{}\"%", word.field);
            tx.one(
                "select max(e.at) from event e \
                 where e.id in (select id from event_of where person_id in (select id from person where root_id = $1)) \
                 and e.name = 'person.changed' and e.props like $2",
                params![root, &like],
            )?
        }
        attribute => {
            let saids: String = tx.one("select portrait_said from person where id = $1", params![root])?;
            let book: Saids = serde_json::from_str(&saids).map_err(Problem::internal)?;
            book.get(attribute).map(|said| said.at)
        }
    };
    Ok(ours.is_none_or(|ours| word.at > ours))
}

/// Keeps what a system said last, as a digest; an older word does not take the place of a later one.
pub fn remember(tx: &mut Tx, brand: BrandId, root: PersonId, word: &Word) -> Result<()> {
    let digest = digest(tx, brand, word.field, word.value);
    tx.exec(
        "insert into sync_field (person_id, system, field, digest, at) values ($1, $2, $3, $4, $5) \
         on conflict (person_id, system, field) do update set digest = excluded.digest, at = excluded.at \
         where excluded.at >= sync_field.at",
        params![root, word.system, word.field, &digest, word.at],
    )?;
    Ok(())
}

/// One changed person.
#[derive(Debug, Serialize, ToSchema)]
pub struct Changed {
    /// The position of its newest change.
    pub position: String,
    pub person: Person,
}

/// Persons that changed after a position of the log, each once with what it is now, and where to go on.
///
/// On PostgreSQL the page ends below the oldest transaction in flight, so nothing is passed over.
pub fn changes(tx: &mut Tx, who: &Staff, [xid, id]: [i64; 2], limit: i64) -> Result<(Vec<Changed>, Option<String>)> {
    const WANTED: &str = "brand_id = $1 and person_id is not null and (name like 'person.%' or name like 'identity.%' \
         or name like 'consent.%' or name in ('order.paid', 'order.refunded'))";
    // Who parts from somebody is fed, too.
    const SELECT: &str = "select xid, id, person_id, case when name = 'person.unmerged' then props end from event";
    let seen: Vec<(i64, i64, PersonId, Option<String>)> = match tx.engine() {
        Engine::Sqlite => tx.all(
            &format!("{SELECT} where {WANTED} and id > $2 order by id limit $3"),
            params![who.brand, id, limit],
        )?,
        Engine::Postgres => tx.all(
            &format!(
                "{SELECT} where {WANTED} and (xid, id) > ($2, $3) \
                 and xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint order by xid, id limit $4"
            ),
            params![who.brand, xid, id, limit],
        )?,
    };
    let next = seen.last().map(|l| format!("{}.{}", l.0, l.1));
    let mut newest: BTreeMap<PersonId, (i64, i64)> = BTreeMap::new();
    for (xid, id, subject, parted) in seen {
        newest.insert(person::of(tx, subject)?, (xid, id));
        let parted: serde_json::Value = parted.and_then(|p| serde_json::from_str(&p).ok()).unwrap_or_default();
        if let Some(other) = parted["loser"].as_str().and_then(|id| id.parse().ok()) {
            newest.insert(person::of(tx, other)?, (xid, id));
        }
    }
    let mut order: Vec<_> = newest.into_iter().collect();
    order.sort_by_key(|o| o.1);
    let mut out = vec![];
    for (root, (xid, id)) in order {
        match get(tx, who, root) {
            Ok(person) => out.push(Changed { position: format!("{xid}.{id}"), person }),
            // Outside the asker's scope.
            Err(p) if p.code == Code::NotFound => {}
            Err(p) => return Err(p),
        }
    }
    Ok((out, next))
}
