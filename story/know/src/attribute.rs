//! Attributes (属性): what can be known of a person beyond the figures that Weir counts.
//!
//! The built-in ones are the portrait; a brand adds its own. Plain values live in `person.portrait`
//! and rules can ask for them; personal and sensitive ones (id numbers, health) are sealed in a
//! table of their own, shown masked, and no rule sees them. Every value has a [`Source`]: a weaker
//! one never overwrites a stronger one, unless that one is older than the attribute's age (K11). Which
//! is weaker is built in ([`BUILT_IN`]), and a brand can say it otherwise for one attribute ([`sources`]).
pub mod coverage;
pub mod http;
pub mod sources;
mod value;

pub(crate) use sources::{fold, orders, refuse_weaker, start_refold};
pub use sources::{BUILT_IN, Source};
pub(crate) use value::{describe_portrait, of, parts, sealed, secrets, wanted};
pub use value::{Said, Saids, Valued};

use crate::events;
use crate::person::PORTRAIT;
use crate::segment::http::{SegmentRef, label};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::ToSchema;
use weir_ground::base::{Day, Ms, Problem, Result};
use weir_ground::event::BrandId;
use weir_ground::{Fact, Row, Tx, db::row::FromRow, params};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AttributeKind {
    Text,
    Number,
    Bool,
    /// A civil day, `YYYY-MM-DD`.
    Date,
    Enum,
}

/// How close a value comes to telling who somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pii {
    None,
    /// Sealed, masked.
    Personal,
    /// As personal; written only for those who allow it (purpose `sensitive_traits`).
    Sensitive,
}

fn code<T: Serialize>(of: T) -> String {
    serde_json::to_value(of).ok().and_then(|v| v.as_str().map(str::to_string)).unwrap_or_default()
}

fn read<T: serde::de::DeserializeOwned>(code: String) -> Result<T> {
    serde_json::from_value(serde_json::Value::String(code)).map_err(Problem::internal)
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Attribute {
    pub key: String,
    pub zh: String,
    pub en: String,
    pub kind: AttributeKind,
    /// The values that an `enum` can have.
    pub options: Vec<String>,
    pub pii: Pii,
    /// Can a person be found by the whole value? Plain values can be asked for by rules instead.
    pub searchable: bool,
    /// After so many days any source that is taken may overwrite a value; never when absent.
    pub max_age_days: Option<i64>,
    /// Whose word counts, the strongest first; a source that is not named is not taken.
    pub sources: Vec<Source>,
    pub builtin: bool,
    /// Values are kept, but neither shown nor taken.
    pub archived: bool,
}

impl FromRow for Attribute {
    fn from_row(r: &Row<'_>) -> Result<Attribute> {
        let options: String = r.get(4)?;
        Ok(Attribute {
            key: r.get(0)?,
            zh: r.get(1)?,
            en: r.get(2)?,
            kind: read(r.get(3)?)?,
            options: serde_json::from_str(&options).map_err(Problem::internal)?,
            pii: read(r.get(5)?)?,
            searchable: r.get::<i64>(6)? != 0,
            max_age_days: r.get(7)?,
            builtin: false,
            archived: r.get::<i64>(8)? != 0,
            sources: sources::stored(r.get(9)?)?,
        })
    }
}

fn builtin(key: &str) -> Attribute {
    let (zh, en) = label(key);
    Attribute {
        key: key.to_string(),
        zh,
        en,
        kind: if key == "birthday" { AttributeKind::Date } else { AttributeKind::Text },
        options: vec![],
        pii: Pii::None,
        searchable: false,
        max_age_days: None,
        sources: BUILT_IN.to_vec(),
        builtin: true,
        archived: false,
    }
}

/// Every attribute of a brand: the built-in ones, then its own in the order they were made.
pub fn schema(tx: &mut Tx, brand: BrandId) -> Result<Vec<Attribute>> {
    let rows: Vec<Attribute> = tx.all(
        "select key, zh, en, kind, options, pii, searchable, max_age_days, archived, sources from attribute where brand_id = $1 \
         order by created_at, key",
        params![brand],
    )?;
    let mut all: Vec<Attribute> = PORTRAIT.iter().map(|k| builtin(k)).collect();
    for row in rows {
        match all.iter_mut().find(|a| a.builtin && a.key == row.key) {
            Some(known) => (known.zh, known.en, known.max_age_days, known.sources) = (row.zh, row.en, row.max_age_days, row.sources),
            None => all.push(row),
        }
    }
    Ok(all)
}

/// The brand's own attributes that are civil days.
pub fn dates(tx: &mut Tx, brand: BrandId) -> Result<Vec<String>> {
    let all = schema(tx, brand)?;
    Ok(all.into_iter().filter(|a| !a.builtin && a.kind == AttributeKind::Date && a.pii == Pii::None).map(|a| a.key).collect())
}

/// Names of attributes by key, Chinese and English.
pub fn labels(tx: &mut Tx, brand: BrandId) -> Result<HashMap<String, (String, String)>> {
    Ok(schema(tx, brand)?.into_iter().map(|a| (a.key, (a.zh, a.en))).collect())
}

impl Attribute {
    /// The value as it is kept; a refusal says what would fit. An empty one is none.
    pub fn check(&self, given: Option<&str>) -> Result<Option<String>> {
        let field = format!("portrait.{}", self.key);
        let Some(v) = given.map(str::trim).filter(|v| !v.is_empty()) else { return Ok(None) };
        if v.chars().count() > 200 || v.contains('\0') {
            return Err(Problem::field(&field, "use at most 200 characters"));
        }
        let fits = match self.kind {
            AttributeKind::Text => Some(v.to_string()),
            AttributeKind::Number => v.parse::<f64>().ok().filter(|n| n.is_finite()).map(|_| v.to_string()),
            AttributeKind::Bool => match v.to_ascii_lowercase().as_str() {
                "true" | "yes" | "1" | "是" => Some("true".to_string()),
                "false" | "no" | "0" | "否" => Some("false".to_string()),
                _ => None,
            },
            AttributeKind::Date => Day::parse(v).map(|d| d.to_string()),
            AttributeKind::Enum => self.options.iter().find(|o| *o == v).cloned(),
        };
        let wanted = || match self.kind {
            AttributeKind::Number => "use a number".to_string(),
            AttributeKind::Bool => "use true or false".to_string(),
            AttributeKind::Date => "use a date such as 1990-05-31".to_string(),
            _ => format!("use one of {}", self.options.join(", ")),
        };
        fits.map(Some).ok_or_else(|| Problem::field(&field, wanted()))
    }
}

/// A new attribute.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MakeAttribute {
    /// Small letters, digits and `_`, beginning with a letter; never changed again.
    pub key: String,
    pub zh: String,
    pub en: String,
    pub kind: AttributeKind,
    #[serde(default)]
    pub options: Vec<String>,
    pub pii: Pii,
    #[serde(default)]
    pub searchable: bool,
    #[schema(minimum = 1, maximum = 36500)]
    pub max_age_days: Option<i64>,
    /// Whose word counts, the strongest first, each once; who is not named is not taken. None: as built in.
    #[serde(default)]
    pub sources: Vec<Source>,
}

/// What is absent stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditAttribute {
    pub zh: Option<String>,
    pub en: Option<String>,
    /// In place of those before; values that persons have already stay theirs.
    pub options: Option<Vec<String>>,
    /// 0 for never.
    #[schema(minimum = 0, maximum = 36500)]
    pub max_age_days: Option<i64>,
    /// Whose word counts from now on, the strongest first, each once; who is not named is not taken, and
    /// what such a source said before stays until another one speaks. An empty list is the built-in order.
    /// Merged persons are folded anew: each of their accounts has its own word.
    pub sources: Option<Vec<Source>>,
    /// Refused while rules of segments ask for the attribute.
    pub archived: Option<bool>,
}

/// Own attributes that a brand can have.
const MOST: usize = 200;

/// Names of columns that are something else.
fn taken(key: &str) -> bool {
    crate::segment::rule::FIGURES.iter().any(|f| f.0 == key)
        || matches!(key, "stage" | "stage_since" | "touchpoint" | "store" | "known" | "name" | "phone" | "email" | "tags" | "tag" | "price_band")
}

fn check_key(key: &str) -> Result<()> {
    let good = key.len() <= 40
        && key.starts_with(|c: char| c.is_ascii_lowercase())
        && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if !good {
        return Err(Problem::field("key", "use at most 40 small letters, digits and _, beginning with a letter"));
    }
    if taken(key) {
        return Err(Problem::field("key", "this name is taken by a column of Weir; choose another"));
    }
    Ok(())
}

fn check_name(field: &str, name: &str) -> Result<String> {
    let name = name.trim();
    match name.chars().count() {
        1..=40 if !name.contains('\0') => Ok(name.to_string()),
        _ => Err(Problem::field(field, "use 1 to 40 characters")),
    }
}

fn check_options(kind: AttributeKind, given: &[String]) -> Result<String> {
    let mut options: Vec<&str> = vec![];
    for o in given.iter().map(|o| o.trim()).filter(|o| !o.is_empty()) {
        if o.chars().count() > 60 || o.contains('\0') {
            return Err(Problem::field("options", "use at most 60 characters for each"));
        }
        if !options.contains(&o) {
            options.push(o);
        }
    }
    match kind {
        AttributeKind::Enum if options.is_empty() => Err(Problem::field("options", "give the values to choose from")),
        AttributeKind::Enum if options.len() > 200 => Err(Problem::field("options", "give at most 200 values")),
        k if k != AttributeKind::Enum && !options.is_empty() => Err(Problem::field("options", "only an enum has options")),
        _ => serde_json::to_string(&options).map_err(Problem::internal),
    }
}

fn check_age(days: Option<i64>) -> Result<Option<i64>> {
    match days {
        Some(n) if !(1..=36_500).contains(&n) => Err(Problem::field("max_age_days", "use 1 to 36500 days")),
        n => Ok(n),
    }
}

fn changed(tx: &mut Tx, brand: BrandId, key: &str, what: &str, actor: &str) -> Result<()> {
    let props = serde_json::json!({ "key": key, "what": what }).to_string();
    let fact = Fact::new(brand, events::ATTRIBUTE_CHANGED, tx.now()).props(&props).actor(actor);
    tx.record(&fact).map(drop)
}

fn one(tx: &mut Tx, brand: BrandId, key: &str) -> Result<Attribute> {
    schema(tx, brand)?.into_iter().find(|a| a.key == key).ok_or_else(|| Problem::not_found("attribute"))
}

/// Adds an attribute to a brand's schema.
pub fn create(tx: &mut Tx, brand: BrandId, new: &MakeAttribute, actor: &str) -> Result<Attribute> {
    check_key(&new.key)?;
    let (zh, en) = (check_name("zh", &new.zh)?, check_name("en", &new.en)?);
    let (options, age) = (check_options(new.kind, &new.options)?, check_age(new.max_age_days)?);
    let sources = sources::check(&new.sources)?;
    if new.searchable && new.pii == Pii::None {
        return Err(Problem::field("searchable", "only personal and sensitive values are searched for; rules find the others"));
    }
    let known = schema(tx, brand)?;
    if known.iter().any(|a| a.key == new.key) {
        return Err(Problem::conflict("An attribute with this key is there already; edit it or choose another key."));
    }
    if known.iter().filter(|a| !a.builtin).count() >= MOST {
        return Err(Problem::conflict(format!("A brand has at most {MOST} attributes of its own.")));
    }
    let now: Ms = tx.now();
    tx.exec(
        "insert into attribute (brand_id, key, zh, en, kind, options, pii, searchable, max_age_days, archived, created_at, updated_at, sources) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10, $10, $11)",
        params![brand, &new.key, &zh, &en, &code(new.kind), &options, &code(new.pii), new.searchable, age, now, &sources],
    )?;
    changed(tx, brand, &new.key, "made", actor)?;
    one(tx, brand, &new.key)
}

/// Changes an attribute. Key, kind and level stay as they were made: values depend on them.
pub fn edit(tx: &mut Tx, brand: BrandId, key: &str, e: &EditAttribute, actor: &str) -> Result<Attribute> {
    let was = one(tx, brand, key)?;
    if was.builtin && (e.options.is_some() || e.archived.is_some()) {
        return Err(Problem::conflict("Of a built-in attribute only the names, the age and the sources can be changed."));
    }
    let zh = e.zh.as_deref().map_or(Ok(was.zh.clone()), |n| check_name("zh", n))?;
    let en = e.en.as_deref().map_or(Ok(was.en.clone()), |n| check_name("en", n))?;
    let options = check_options(was.kind, e.options.as_deref().unwrap_or(&was.options))?;
    let age = match e.max_age_days {
        Some(0) => None,
        Some(n) => check_age(Some(n))?,
        None => was.max_age_days,
    };
    let (archived, now) = (e.archived.unwrap_or(was.archived), tx.now());
    if archived && !was.archived {
        unasked(tx, brand, key)?;
    }
    let order = e.sources.clone().unwrap_or(was.sources.clone());
    let sources = sources::check(&order)?;
    tx.exec(
        "insert into attribute (brand_id, key, zh, en, kind, options, pii, searchable, max_age_days, archived, created_at, updated_at, sources) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12) on conflict (brand_id, key) do update set zh = excluded.zh, \
         en = excluded.en, options = excluded.options, max_age_days = excluded.max_age_days, archived = excluded.archived, \
         updated_at = excluded.updated_at, sources = excluded.sources",
        params![brand, key, &zh, &en, &code(was.kind), &options, &code(was.pii), was.searchable, age, archived, now, &sources],
    )?;
    let now = one(tx, brand, key)?;
    changed(tx, brand, key, if now.sources == was.sources { "edited" } else { REORDERED }, actor)?;
    Ok(now)
}

/// What is said of an attribute whose sources count otherwise from now on.
pub(crate) const REORDERED: &str = "sources";

/// Segments whose rules ask for attributes, each with the keys.
pub(crate) fn asked(tx: &mut Tx, brand: BrandId) -> Result<Vec<(SegmentRef, Vec<String>)>> {
    let all = crate::segment::running(tx, brand)?;
    Ok(all
        .into_iter()
        .filter_map(|s| Some((SegmentRef { id: s.id, name: s.name }, s.rule?.attributes())))
        .collect())
}

/// Refuses when rules ask for an attribute; the errors name their segments, one each.
fn unasked(tx: &mut Tx, brand: BrandId, key: &str) -> Result<()> {
    let users: Vec<String> = asked(tx, brand)?.into_iter().filter(|(_, keys)| keys.iter().any(|k| k == key)).map(|(s, _)| s.name).collect();
    if users.is_empty() {
        return Ok(());
    }
    let problem = Problem::conflict(format!("Rules of these segments ask for this attribute; change or archive them first: {}.", users.join(", ")));
    Err(users.into_iter().fold(problem, |p, name| p.with("segments", name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: AttributeKind) -> Attribute {
        Attribute { kind, options: vec!["绿茶".into(), "red".into()], ..builtin("occupation") }
    }

    #[test]
    fn a_value_fits_its_kind_or_is_refused() {
        use AttributeKind::*;
        for (kind, given, kept) in [
            (Text, " 教师 ", Some("教师")), (Number, "-12.5", Some("-12.5")), (Bool, "Yes", Some("true")), (Bool, "否", Some("false")),
            (Date, "1990-05-31", Some("1990-05-31")), (Enum, "绿茶", Some("绿茶")), (Enum, "  ", None),
        ] {
            assert_eq!(of(kind).check(Some(given)).unwrap().as_deref(), kept, "{given}");
        }
        for (kind, given) in [(Number, "twelve"), (Number, "inf"), (Number, "NaN"), (Bool, "2"), (Date, "31/05/1990"), (Date, "1990-02-30"), (Enum, "Red")] {
            assert!(of(kind).check(Some(given)).is_err(), "{given}");
        }
        assert!(of(Text).check(Some(&"长".repeat(201))).is_err());
    }

    #[test]
    fn a_key_is_a_word_that_is_free() {
        assert!(check_key("tea_kind_2").is_ok());
        for key in ["", "Tea", "2tea", "tea-kind", "茶", "stage", "paid", "name", "orders"] {
            assert!(check_key(key).is_err(), "{key}");
        }
    }
}
