//! Rules (采集规则) that a brand sets for what comes in, applied before the log.
//!
//! A rule names the event and the property *as they come*; a rule without an event counts for
//! every event. First the event is blocked or renamed, then its properties are renamed, dropped or
//! masked. What a rule drops or masks does not describe the person either. Blocked events are
//! counted by day, so nothing is lost unseen; one that is sent twice is counted twice.
pub mod http;

use super::{Does, Item, describe, is_ours};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use weir_ground::base::{Ms, Problem, Result, ids::RuleId};
use weir_ground::event::BrandId;
use weir_ground::{Fact, Tx, from_row, params};
use weir_keep::Staff;

pub const KINDS: [&str; 5] = ["block_event", "rename_event", "rename_property", "drop_property", "mask_property"];

/// A rule as it is kept.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = IntakeRule)]
pub struct Rule {
    pub id: RuleId,
    /// `block_event`, `rename_event`, `rename_property`, `drop_property` or `mask_property`
    pub kind: String,
    /// The event as it comes; empty for every event.
    pub event: String,
    /// The property as it comes; empty for rules about events.
    pub property: String,
    /// The new name, of a renaming.
    pub target: Option<String>,
    /// To how many events it was applied.
    pub applied: i64,
    pub applied_at: Option<Ms>,
    pub created_at: Ms,
    pub created_by: String,
}
from_row!(Rule { id, kind, event, property, target, applied, applied_at, created_at, created_by });

pub const COLUMNS: &str = "id, kind, event, property, target, applied, applied_at, created_at, created_by";

/// What is to become of an item.
pub enum Fate {
    AsItIs,
    Changed(Box<Item>),
    Blocked,
}

/// The rules of a brand, and what they did so far.
pub struct Rules {
    list: Vec<Rule>,
    applied: BTreeMap<i64, i64>,
    /// By name and day.
    blocked: BTreeMap<(String, i64), i64>,
}

impl Rules {
    pub fn of(tx: &mut Tx, brand: BrandId) -> Result<Rules> {
        let list = tx.all(
            "select id, kind, event, property, target, applied, applied_at, created_at, created_by from intake_rule where brand_id = $1",
            params![brand],
        )?;
        Ok(Rules { list, applied: BTreeMap::new(), blocked: BTreeMap::new() })
    }

    pub fn none(&self) -> bool {
        self.list.is_empty()
    }

    /// What becomes of an item; `day` is today for the brand.
    pub fn fate(&mut self, item: &Item, day: i64) -> Fate {
        let mut out: Option<Box<Item>> = None;
        let came = item.name.clone();
        let fitting: Vec<Rule> = self.list.iter().filter(|r| r.event.is_empty() || r.event == came).cloned().collect();
        let Some(about) = fitting.iter().find(|r| r.property.is_empty()).cloned() else { return self.properties(item, fitting) };
        *self.applied.entry(about.id.n()).or_default() += 1;
        match (about.kind.as_str(), about.target) {
            ("rename_event", Some(target)) => out.get_or_insert_with(|| Box::new(item.clone())).name = target,
            _ => {
                *self.blocked.entry((came, day)).or_default() += 1;
                return Fate::Blocked;
            }
        }
        let renamed = out.unwrap_or_else(|| Box::new(item.clone()));
        match self.properties(&renamed, fitting) {
            Fate::AsItIs => Fate::Changed(renamed),
            fate => fate,
        }
    }

    fn properties(&mut self, item: &Item, fitting: Vec<Rule>) -> Fate {
        // A text that does not occur names no property; most items end here.
        let likely = |r: &&Rule| !r.property.is_empty() && item.props.contains(&r.property);
        let likely: Vec<&Rule> = fitting.iter().filter(likely).collect();
        if likely.is_empty() {
            return Fate::AsItIs;
        }
        let Ok(mut props) = serde_json::from_str::<Map<String, Value>>(&item.props) else { return Fate::AsItIs };
        let mut out: Option<Box<Item>> = None;
        for rule in likely {
            let Some(value) = props.get(&rule.property).cloned() else { continue };
            *self.applied.entry(rule.id.n()).or_default() += 1;
            let out = out.get_or_insert_with(|| Box::new(item.clone()));
            match (rule.kind.as_str(), &rule.target) {
                ("rename_property", Some(target)) => {
                    props = props.into_iter().map(|(k, v)| (if k == rule.property { target.clone() } else { k }, v)).collect();
                }
                ("mask_property", _) => {
                    props.insert(rule.property.clone(), masked_value(&value));
                    silence(out, &rule.property);
                }
                _ => {
                    props.shift_remove(&rule.property);
                    silence(out, &rule.property);
                }
            }
        }
        let Some(mut out) = out else { return Fate::AsItIs };
        out.props = Value::Object(props).to_string();
        Fate::Changed(out)
    }

    /// Notes how often each rule was applied and what was blocked.
    pub fn note(self, tx: &mut Tx, brand: BrandId) -> Result<()> {
        let now = tx.now();
        for (id, n) in self.applied {
            tx.exec("update intake_rule set applied = applied + $1, applied_at = $2 where id = $3", params![n, now, id])?;
        }
        for ((name, day), n) in self.blocked {
            tx.exec(
                "insert into catalogue_day (brand_id, name, day, taken, blocked) values ($1, $2, $3, 0, $4) \
                 on conflict (brand_id, name, day) do update set blocked = catalogue_day.blocked + excluded.blocked",
                params![brand, &name, day, n],
            )?;
        }
        Ok(())
    }
}

/// What may not be kept of an event does not describe the person either.
fn silence(item: &mut Item, property: &str) {
    let Some(ours) = describe::ours(property) else { return };
    item.more.retain(|(kind, _)| *kind != ours);
    if let Does::Describe(said) = &mut item.does {
        match ours {
            "name" => said.name = None,
            "phone" => said.phone = None,
            "email" => said.email = None,
            other => drop(said.portrait.remove(other)),
        }
    }
}

fn masked_value(value: &Value) -> Value {
    match value {
        Value::Null => Value::Null,
        Value::String(s) => masked(s).into(),
        Value::Array(list) => list.iter().map(masked_value).collect(),
        other => masked(&other.to_string()).into(),
    }
}

/// A quarter of a text at both its ends, at most three characters, and stars between.
pub fn masked(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let keep = (chars.len() / 4).min(3);
    let end = chars.len() - keep;
    chars.iter().enumerate().map(|(i, c)| if i < keep || i >= end { *c } else { '*' }).collect()
}

/// A rule to be made.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AddIntakeRule)]
pub struct Add {
    /// `block_event`, `rename_event`, `rename_property`, `drop_property` or `mask_property`
    pub kind: String,
    /// The event as it comes; absent for every event.
    pub event: Option<String>,
    /// The property as it comes.
    pub property: Option<String>,
    /// The new name, of a renaming.
    pub target: Option<String>,
}

/// Makes a rule; it counts from the next request on.
pub fn add(tx: &mut Tx, who: &Staff, new: &Add) -> Result<Rule> {
    let text = |t: &Option<String>| t.as_deref().map(str::trim).unwrap_or("").to_string();
    let (event, property, target) = (text(&new.event), text(&new.property), text(&new.target));
    if !KINDS.contains(&new.kind.as_str()) {
        return Err(Problem::field("kind", format!("use one of {}", KINDS.join(", "))));
    }
    for (field, value) in [("event", &event), ("property", &property), ("target", &target)] {
        if value.chars().count() > super::text::NAME || value.contains('\0') {
            return Err(Problem::field(field, "a name has at most 200 characters"));
        }
    }
    let (about_event, renames) = (new.kind.ends_with("_event"), new.kind.starts_with("rename"));
    if about_event == event.is_empty() && about_event {
        return Err(Problem::field("event", "say which event"));
    }
    if about_event != property.is_empty() {
        return Err(Problem::field("property", if about_event { "a rule about an event names no property" } else { "say which property" }));
    }
    if renames == target.is_empty() || (renames && (target == event || target == property)) {
        return Err(Problem::field("target", if renames { "say the new name" } else { "only a renaming has a new name" }));
    }
    if about_event && renames && is_ours(&target) {
        return Err(Problem::field("target", format!("{target} is an event that Weir states itself; choose another name")));
    }
    let (id, now): (RuleId, Ms) = (tx.new_id(), tx.now());
    let target = Some(target).filter(|t| !t.is_empty());
    tx.guard(
        "insert into intake_rule (id, brand_id, kind, event, property, target, created_at, created_by) \
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing",
        params![id, who.brand, &new.kind, &event, &property, &target, now, &who.actor],
    )?
    .or(|| Problem::conflict("There is a rule for this event and property already; remove it first."))?;
    let props = serde_json::json!({ "rule": id, "kind": new.kind, "event": event, "property": property, "target": target }).to_string();
    let _ = tx.record(&Fact::new(who.brand, crate::events::INTAKE_RULE_ADDED, now).actor(&who.actor).props(&props))?;
    tx.one(&format!("select {COLUMNS} from intake_rule where id = $1"), params![id])
}

/// Takes a rule back; what it did stays done.
pub fn remove(tx: &mut Tx, who: &Staff, id: RuleId) -> Result<()> {
    let rule: Rule = tx
        .opt(&format!("select {COLUMNS} from intake_rule where id = $1 and brand_id = $2"), params![id, who.brand])?
        .ok_or_else(|| Problem::not_found("rule"))?;
    tx.guard("delete from intake_rule where id = $1 and brand_id = $2", params![id, who.brand])?.or(|| Problem::not_found("rule"))?;
    let now = tx.now();
    let props = serde_json::json!({ "rule": id, "kind": rule.kind, "event": rule.event, "property": rule.property, "target": rule.target }).to_string();
    let _ = tx.record(&Fact::new(who.brand, crate::events::INTAKE_RULE_REMOVED, now).actor(&who.actor).props(&props))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn masks_leave_the_ends() {
        for (text, expected) in [("13800138000", "13*******00"), ("周晴", "**"), ("上海市徐汇", "上***汇"), ("", "")] {
            assert_eq!(masked(text), expected);
        }
        assert_eq!(masked("a".repeat(40).as_str()), format!("aaa{}aaa", "*".repeat(34)));
    }
}
