//! Values of attributes with who said them: writing and reading.
use super::sources::{self, BUILT_IN, Orders, Source, of_secret, weight};
use super::{Attribute, Pii, code, read, schema};
use crate::consent;
use crate::person::Portrait;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use weir_ground::base::{Ms, Problem, Result, time::DAY};
use weir_ground::event::{BrandId, PersonId};
use weir_ground::seal::{self, Seal};
use weir_ground::{Tx, params};

/// Who said a value, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    pub by: Source,
    pub at: Ms,
}

/// Attribute → who said its value. A key without a value was taken away by that source.
pub type Saids = BTreeMap<String, Said>;

pub(super) fn parse<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(Problem::internal)
}

pub(super) fn read_source(code: String) -> Result<Source> {
    read(code)
}

/// Writes what is given into the subject's own values; answers whether anything is another now.
/// What a weaker source says of a value that a stronger one gave is passed over, and what a source says
/// that is not taken.
pub(crate) fn describe_portrait(tx: &mut Tx, brand: BrandId, person: PersonId, given: &Portrait, by: Source, merged: bool) -> Result<bool> {
    if given.is_empty() {
        return Ok(false);
    }
    let (schema, said) = (schema(tx, brand)?, Said { by, at: tx.now() });
    let (text, saids): (String, String) = tx.one("select portrait, portrait_said from person where id = $1", params![person])?;
    let (mut portrait, mut book): (Portrait, Saids) = (parse(&text)?, parse(&saids)?);
    let (before, mut secret) = ((portrait.clone(), book.clone()), false);
    for (key, value) in given {
        let Some(attribute) = schema.iter().find(|a| a.key == *key && !a.archived) else {
            let known: Vec<&str> = schema.iter().filter(|a| !a.archived).map(|a| a.key.as_str()).collect();
            return Err(Problem::field(&format!("portrait.{key}"), format!("use one of {}", known.join(", "))));
        };
        let value = match attribute.check(value.as_deref()) {
            // What a customer's device or an old system calls a birthday may be none: it is not taken.
            Err(_) if attribute.builtin && by < Source::Verified && value.as_ref().is_some_and(|v| v.chars().count() <= 200) => continue,
            checked => checked?,
        };
        if attribute.pii != Pii::None {
            secret |= keep_secret(tx, brand, person, attribute, value.as_deref(), said)?;
            continue;
        }
        let was = book.get(key).copied();
        if !attribute.lets(said, was) {
            continue;
        }
        let same = portrait.get(key).cloned().flatten() == value;
        // The same word again makes it fresher, but not more than once a day: files say all again.
        if same && !merged && was.is_some_and(|w| w.by == by && said.at - w.at < DAY) {
            continue;
        }
        match value {
            Some(v) => drop(portrait.insert(key.clone(), Some(v))),
            None if portrait.remove(key).is_some() || by == Source::Operator => {}
            None => continue,
        }
        book.insert(key.clone(), said);
    }
    if (&portrait, &book) == (&before.0, &before.1) {
        return Ok(secret);
    }
    let (text, saids) = (serde_json::to_string(&portrait).map_err(Problem::internal)?, serde_json::to_string(&book).map_err(Problem::internal)?);
    tx.exec("update person set portrait = $1, portrait_said = $2 where id = $3", params![&text, &saids, person])?;
    Ok(true)
}

fn keep_secret(tx: &mut Tx, brand: BrandId, person: PersonId, a: &Attribute, value: Option<&str>, said: Said) -> Result<bool> {
    let root = crate::person::of(tx, person)?;
    let Some(value) = value else { return forget_secret(tx, root, a, said) };
    let was: Option<(String, String, Ms)> =
        tx.opt("select sealed, source, at from person_secret where person_id = $1 and key = $2", params![person, &a.key])?;
    let keys = tx.keys(brand);
    let held = match &was {
        Some((sealed, by, at)) => Some((keys.open(sealed)?, of_secret(by.clone(), *at)?)),
        None => None,
    };
    if !a.lets(said, held.as_ref().map(|h| h.1)) {
        return Ok(false);
    }
    if a.pii == Pii::Sensitive && !allows(tx, root)? {
        return Err(Problem::field(
            &format!("portrait.{}", a.key),
            "this is sensitive: record the customer's consent to sensitive traits first",
        ));
    }
    if held.is_some_and(|(v, s)| v == value && s.by == said.by && said.at - s.at < DAY) {
        return Ok(false);
    }
    let blind = a.searchable.then(|| blind(&keys, value));
    tx.exec(
        "insert into person_secret (person_id, key, brand_id, sealed, blind, source, at) values ($1, $2, $3, $4, $5, $6, $7) \
         on conflict (person_id, key) do update set sealed = excluded.sealed, blind = excluded.blind, source = excluded.source, at = excluded.at",
        params![person, &a.key, brand, &keys.seal(value), &blind, &code(said.by), said.at],
    )?;
    Ok(true)
}

/// Takes away the words about a person that count no more than this one.
fn forget_secret(tx: &mut Tx, root: PersonId, a: &Attribute, said: Said) -> Result<bool> {
    let all: Vec<(PersonId, String, Ms)> = tx.all(
        "select s.person_id, s.source, s.at from person_secret s join person p on p.id = s.person_id where s.key = $1 and p.root_id = $2",
        params![&a.key, root],
    )?;
    let mut gone = 0;
    for (subject, by, at) in all {
        if a.lets(said, Some(of_secret(by, at)?)) {
            gone += tx.exec("delete from person_secret where person_id = $1 and key = $2", params![subject, &a.key])?;
        }
    }
    Ok(gone > 0)
}

/// Has the person granted that sensitive traits are kept, on whatever channel?
fn allows(tx: &mut Tx, root: PersonId) -> Result<bool> {
    Ok(consent::of(tx, root)?.iter().any(|c| c.purpose == "sensitive_traits" && c.status == "granted"))
}

/// By which an equal value is found: blanks and the case of letters do not count.
fn blind(keys: &Seal, value: &str) -> String {
    let normal: String = value.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect();
    keys.index("attribute", &normal)
}

/// The blind index of what somebody searches for.
pub(crate) fn wanted(keys: &Seal, q: &str) -> Option<String> {
    (q.chars().count() >= 4).then(|| blind(keys, q))
}

/// A row's attributes and whose word they are.
pub(crate) fn parts(portrait: &str, saids: &str) -> Result<(Portrait, Saids)> {
    Ok((parse(portrait)?, parse(saids)?))
}

/// A value as people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Valued {
    pub key: String,
    /// Masked when it is personal or sensitive.
    pub value: String,
    /// Nothing for values that were kept before sources were.
    pub source: Option<Source>,
    pub at: Option<Ms>,
    /// Older than the attribute's age: any source may overwrite it.
    pub stale: bool,
}

/// Everything known of a person, in the order of the schema.
pub(crate) fn of(tx: &mut Tx, brand: BrandId, root: PersonId) -> Result<Vec<Valued>> {
    let (text, saids): (String, String) = tx.one("select portrait, portrait_said from person where id = $1", params![root])?;
    let ((portrait, book), hidden, now) = (parts(&text, &saids)?, secrets(tx, brand, root)?, tx.now());
    let mut out = vec![];
    for a in schema(tx, brand)?.into_iter().filter(|a| !a.archived) {
        let (value, said) = if a.pii == Pii::None {
            (portrait.get(&a.key).cloned().flatten(), book.get(&a.key).copied())
        } else {
            let found = hidden.iter().find(|h| h.0 == a.key);
            (found.map(|h| seal::mask_any(&h.1)), found.map(|h| h.2))
        };
        let Some(value) = value else { continue };
        let stale = said.zip(a.max_age_days).is_some_and(|(s, days)| now - s.at > days * DAY);
        out.push(Valued { key: a.key, value, source: said.map(|s| s.by), at: said.map(|s| s.at), stale });
    }
    Ok(out)
}

/// The sealed attributes of a person: of each the value that counts most, still sealed.
pub(crate) fn sealed(tx: &mut Tx, root: PersonId) -> Result<Vec<(String, String, Said)>> {
    let rows: Vec<(String, String, String, Ms)> = tx.all(
        "select s.key, s.sealed, s.source, s.at from person_secret s join person p on p.id = s.person_id \
         where p.root_id = $1 order by s.key, s.person_id",
        params![root],
    )?;
    let orders = if rows.is_empty() { Orders::new() } else { sources::orders(tx, root)? };
    let mut best: BTreeMap<String, (String, Said)> = BTreeMap::new();
    for (key, sealed, by, at) in rows {
        let said = of_secret(by, at)?;
        let order = orders.get(&key).map_or(BUILT_IN, Vec::as_slice);
        if best.get(&key).is_none_or(|b| weight(order, b.1) < weight(order, said)) {
            best.insert(key, (sealed, said));
        }
    }
    Ok(best.into_iter().map(|(key, (sealed, said))| (key, sealed, said)).collect())
}

/// Sealed values of a person, readable: of each attribute the one that counts most.
pub(crate) fn secrets(tx: &mut Tx, brand: BrandId, root: PersonId) -> Result<Vec<(String, String, Said)>> {
    let (found, keys) = (sealed(tx, root)?, tx.keys(brand));
    found.into_iter().map(|(key, sealed, said)| Ok((key, keys.open(&sealed)?, said))).collect()
}
