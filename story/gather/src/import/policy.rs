//! Who wins where a file of persons says something else than what is here: one policy for the run, and
//! others for single fields, or the rules that a customer system has for its sync.
use super::{Field, Mapping, Sink};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use weir_ground::Tx;
use weir_ground::base::{Problem, Result};
use weir_ground::event::BrandId;
use weir_know::sync;

/// Who wins when both have a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ImportWinner)]
pub enum Policy {
    /// A file is a source like any other: attributes wait behind what the customer or the staff said;
    /// name, phone, e-mail and store are replaced.
    #[default]
    Weaker,
    /// Only what is empty here is filled.
    Fill,
    /// The file always: it speaks as a correction by the staff.
    File,
    /// Whoever changed it last, by the column `changed_at`; a row without a time only fills what is empty,
    /// and what a file said before is no news.
    Newer,
    /// Weir always: the field is not touched.
    Ours,
}

impl Policy {
    pub fn parse(code: &str) -> Option<Policy> {
        serde_json::from_value(serde_json::Value::String(code.into())).ok()
    }
}

impl From<sync::Policy> for Policy {
    fn from(p: sync::Policy) -> Policy {
        match p {
            sync::Policy::Theirs => Policy::File,
            sync::Policy::Ours => Policy::Ours,
            sync::Policy::Newest => Policy::Newer,
            sync::Policy::FillEmpty => Policy::Fill,
        }
    }
}

/// What is wished for a run.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ImportPolicyAsk)]
pub struct Ask {
    /// For every field that is not named; `weaker` without it, `fill` where a system is named.
    pub default: Option<Policy>,
    /// Field → policy; stronger than the rules of the system.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub fields: BTreeMap<String, Policy>,
    /// The customer system whose file this is: the rules of its sync hold, what they call a field is found
    /// as its column, and the file speaks in its name. Its ids are `person_key`.
    pub system: Option<String>,
}

/// What holds for a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ImportPolicy)]
pub struct Policies {
    #[serde(default)]
    pub default: Policy,
    /// Field → policy, where it is another than the default.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub fields: BTreeMap<String, Policy>,
    #[serde(default)]
    pub system: Option<String>,
}

/// The field with the time of a row's last change.
pub const CHANGED_AT: &str = "changed_at";

impl Policies {
    pub fn of(&self, field: &str) -> Policy {
        self.fields.get(field).copied().unwrap_or(self.default)
    }

    /// Under which name what the file said is remembered: no system can be called `*`.
    pub fn feed(&self) -> &str {
        self.system.as_deref().unwrap_or("*")
    }

    /// Is what the file said remembered, so that the next file is compared with it?
    pub fn remembers(&self, field: &str) -> bool {
        self.system.is_some() || self.of(field) == Policy::Newer
    }

    /// What was wished, checked against the kind and the columns.
    pub fn of_ask(tx: &mut Tx, brand: BrandId, sink: &dyn Sink, ask: Option<&Ask>, mapping: &Mapping) -> Result<Policies> {
        let Some(ask) = ask else { return Ok(Policies::default()) };
        let known = sink.policies();
        if known.is_empty() && (ask.default.unwrap_or_default() != Policy::Weaker || !ask.fields.is_empty() || ask.system.is_some()) {
            return Err(Problem::field("policy", format!("an import of {} has no policy; leave it out", sink.kind())));
        }
        if let Some(name) = ask.fields.keys().find(|f| !known.contains(&f.as_str())) {
            return Err(Problem::field(&format!("policy.fields.{name}"), format!("use one of {}", known.join(", "))));
        }
        let mut fields = BTreeMap::new();
        if let Some(system) = &ask.system {
            sync::check_code(system)?;
            let rules = sync::rules(tx, brand, system)?;
            fields.extend(rules.into_iter().filter(|r| known.contains(&r.field.as_str())).map(|r| (r.field, r.policy.into())));
        }
        fields.extend(ask.fields.clone());
        let default = ask.default.unwrap_or(if ask.system.is_some() { Policy::Fill } else { Policy::Weaker });
        fields.retain(|_, p| *p != default);
        let out = Policies { default, fields, system: ask.system.clone() };
        let newer = known.iter().find(|f| mapping.contains_key(**f) && out.of(f) == Policy::Newer);
        if let Some(field) = newer.filter(|_| !mapping.contains_key(CHANGED_AT)) {
            let why = format!("for {field} the later one wins: say which column holds when a row was changed");
            return Err(Problem::field(&format!("mapping.{CHANGED_AT}"), why));
        }
        Ok(out)
    }
}

/// The columns that a system's rules name, before the headers are guessed.
pub fn named_columns(tx: &mut Tx, brand: BrandId, ask: Option<&Ask>, fields: &[Field], columns: &[String]) -> Result<Mapping> {
    let Some(system) = ask.and_then(|a| a.system.as_deref()) else { return Ok(Mapping::new()) };
    let rules = sync::rules(tx, brand, system)?;
    let known = |field: &str| fields.iter().any(|f| f.name == field);
    let named = rules.into_iter().filter(|r| known(&r.field) && r.from != r.field && columns.contains(&r.from));
    Ok(named.map(|r| (r.field, r.from)).collect())
}
