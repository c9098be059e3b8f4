//! Values of attributes with who said them: writing, folding over merged subjects, reading.
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

/// Who says so, the weakest first (K11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Worked out by a model or a rule.
    Inferred,
    /// From a file or another system.
    Imported,
    /// The customer said so.
    Declared,
    /// Proven, as by a document or a code.
    Verified,
    /// Somebody of the staff put it right.
    Operator,
}

/// Who said a value, and when; ordered by whose word counts more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Said {
    pub by: Source,
    pub at: Ms,
}

/// Attribute → who said its value. A key without a value was taken away by that source.
pub type Saids = BTreeMap<String, Said>;

impl Said {
    /// Does this word take the place of the one before?
    fn over(self, was: Option<Said>, max_age_days: Option<i64>) -> bool {
        was.is_none_or(|w| self.by >= w.by || max_age_days.is_some_and(|days| self.at - w.at > days * DAY))
    }
}

fn parse<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(Problem::internal)
}

/// Writes what is given into the subject's own values; answers whether anything is another now.
/// What a weaker source says of a value that a stronger one gave is passed over.
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
        if !said.over(was, attribute.max_age_days) {
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
    let was: Option<(String, String, Ms)> =
        tx.opt("select sealed, source, at from person_secret where person_id = $1 and key = $2", params![person, &a.key])?;
    let keys = tx.keys(brand);
    let held = match &was {
        Some((sealed, by, at)) => Some((keys.open(sealed)?, Said { by: read(by.clone())?, at: *at })),
        None => None,
    };
    if !said.over(held.as_ref().map(|h| h.1), a.max_age_days) {
        return Ok(false);
    }
    let Some(value) = value else {
        let gone = tx.exec(
            "delete from person_secret where key = $1 and person_id in (select id from person where root_id = $2)",
            params![&a.key, root],
        )?;
        return Ok(gone > 0);
    };
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

/// The portrait of several subjects, the first one's word first: attribute by attribute the word
/// that counts most, then the latest, then the first.
pub(crate) fn fold(subjects: &[(Portrait, Saids)]) -> (Portrait, Saids) {
    let (mut portrait, mut book) = (Portrait::new(), Saids::new());
    let mut held: BTreeMap<&str, Option<Said>> = BTreeMap::new();
    for (values, saids) in subjects {
        for key in values.keys().chain(saids.keys().filter(|k| !values.contains_key(*k))) {
            let said = saids.get(key).copied();
            if held.get(key.as_str()).is_some_and(|h| *h >= said) {
                continue;
            }
            held.insert(key, said);
            match values.get(key) {
                Some(v) => drop(portrait.insert(key.clone(), v.clone())),
                None => drop(portrait.remove(key)),
            }
            match said {
                Some(s) => drop(book.insert(key.clone(), s)),
                None => drop(book.remove(key)),
            }
        }
    }
    (portrait, book)
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

/// Sealed values of a person, readable: of each attribute the one that counts most.
pub(crate) fn secrets(tx: &mut Tx, brand: BrandId, root: PersonId) -> Result<Vec<(String, String, Said)>> {
    let rows: Vec<(String, String, String, Ms)> = tx.all(
        "select s.key, s.sealed, s.source, s.at from person_secret s join person p on p.id = s.person_id \
         where p.root_id = $1 order by s.key, s.person_id",
        params![root],
    )?;
    let keys = tx.keys(brand);
    let mut best: BTreeMap<String, (String, Said)> = BTreeMap::new();
    for (key, sealed, by, at) in rows {
        let said = Said { by: read(by)?, at };
        if best.get(&key).is_none_or(|b| b.1 < said) {
            best.insert(key, (sealed, said));
        }
    }
    best.into_iter().map(|(key, (sealed, said))| Ok((key, keys.open(&sealed)?, said))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(by: Source, at: Ms) -> Said {
        Said { by, at }
    }

    #[test]
    fn a_weaker_word_waits_until_the_stronger_one_is_old() {
        let was = Some(said(Source::Verified, 0));
        for (by, at, age, wins) in [
            (Source::Operator, 1, None, true), (Source::Verified, 1, None, true), (Source::Declared, 1, None, false),
            (Source::Imported, 90 * DAY, Some(90), false), (Source::Imported, 90 * DAY + 1, Some(90), true), (Source::Inferred, 900 * DAY, None, false),
        ] {
            assert_eq!(said(by, at).over(was, age), wins, "{by:?} at {at}");
        }
        assert!(said(Source::Inferred, 1).over(None, None));
    }

    #[test]
    fn merged_subjects_say_what_the_strongest_and_latest_of_them_says() {
        let one = |values: &[(&str, &str)], saids: &[(&str, Source, Ms)]| -> (Portrait, Saids) {
            (
                values.iter().map(|(k, v)| (k.to_string(), Some(v.to_string()))).collect(),
                saids.iter().map(|(k, by, at)| (k.to_string(), said(*by, *at))).collect(),
            )
        };
        let a = one(&[("gender", "f"), ("region", "杭州"), ("education", "old")], &[("gender", Source::Declared, 5), ("region", Source::Imported, 9)]);
        let b = one(&[("gender", "m"), ("region", "上海"), ("education", "older")], &[("gender", Source::Declared, 7), ("region", Source::Operator, 1)]);
        let c = one(&[("education", "oldest")], &[("gender", Source::Operator, 6), ("region", Source::Operator, 1)]);
        let (portrait, book) = fold(&[a.clone(), b.clone()]);
        let get = |p: &Portrait, k: &str| p.get(k).cloned().flatten();
        assert_eq!((get(&portrait, "gender"), get(&portrait, "region"), get(&portrait, "education")), (Some("m".into()), Some("上海".into()), Some("old".into())));
        assert_eq!((book["gender"], book["region"], book.len()), (said(Source::Declared, 7), said(Source::Operator, 1), 2));
        // What an operator took away is away; an equal word does not displace the first.
        let (portrait, book) = fold(&[a, b, c]);
        assert_eq!((get(&portrait, "gender"), get(&portrait, "region")), (None, Some("上海".into())));
        assert_eq!(book["gender"], said(Source::Operator, 6));
    }
}
