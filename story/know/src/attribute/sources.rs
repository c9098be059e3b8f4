//! Whose word counts for an attribute (K11), and what becomes of stored values when that changes.
//!
//! A subject keeps one word an attribute: the one that counted when it was said. What did not count
//! was not kept, so another order cannot bring it back; it counts for what is said from then on.
//! Several subjects of one person each keep their word, though, and the person is always the fold
//! over them by the order *of now* ([`super::fold`]). So a changed order folds all merged persons
//! anew ([`start_refold`]), and whatever is joined or parted before or after, the same subjects under
//! the same order make the same person.
use super::value::{Said, parse, read_source};
use super::{Attribute, Saids};
use crate::events;
use crate::identity::own;
use crate::person::Portrait;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use weir_ground::base::{Ms, Problem, Result, time::DAY};
use weir_ground::event::{BrandId, PersonId};
use weir_ground::timer::Due;
use weir_ground::{Fact, Tx, params};

/// Who says so.
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

impl Source {
    /// Each at its own number.
    pub const ALL: [Source; 5] = [Source::Inferred, Source::Imported, Source::Declared, Source::Verified, Source::Operator];
}

/// Whose word counts where a brand said nothing else, the strongest first.
pub const BUILT_IN: &[Source] = &[Source::Operator, Source::Verified, Source::Declared, Source::Imported, Source::Inferred];

/// Attribute → its own order, for those that have one.
pub(crate) type Orders = BTreeMap<String, Vec<Source>>;

/// How much a source counts in an order. What is not taken any more counts less than all that is
/// taken, among its like as built in; so a value that is there stays until somebody who is taken speaks.
pub(crate) fn rank(order: &[Source], by: Source) -> usize {
    match order.iter().position(|s| *s == by) {
        Some(at) => BUILT_IN.len() + order.len() - at,
        None => by as usize,
    }
}

/// What a word counts: by whose it is, then by how new it is.
pub(crate) fn weight(order: &[Source], said: Said) -> (usize, Ms) {
    (rank(order, said.by), said.at)
}

impl Attribute {
    /// Are values from this source taken at all?
    pub fn takes(&self, by: Source) -> bool {
        self.sources.contains(&by)
    }

    /// Does this word take the place of the one before?
    pub(super) fn lets(&self, said: Said, was: Option<Said>) -> bool {
        let newer = |w: Said| {
            rank(&self.sources, said.by) >= rank(&self.sources, w.by)
                || self.max_age_days.is_some_and(|days| said.at - w.at > days * DAY)
        };
        self.takes(said.by) && was.is_none_or(newer)
    }

    /// As whom a file or another system speaks whose policy is to win: as somebody of the staff who
    /// puts it right, unless the attribute believes files more, or staff not at all.
    pub(crate) fn winning(&self) -> Source {
        match rank(&self.sources, Source::Imported) > rank(&self.sources, Source::Operator) {
            true => Source::Imported,
            false => Source::Operator,
        }
    }
}

/// An order as it is stored; `None` for the one that is built in.
pub(super) fn check(given: &[Source]) -> Result<Option<String>> {
    if given.iter().enumerate().any(|(i, s)| given[..i].contains(s)) {
        return Err(Problem::field("sources", "name each source once"));
    }
    if given.is_empty() || given == BUILT_IN {
        return Ok(None);
    }
    serde_json::to_string(given).map(Some).map_err(Problem::internal)
}

/// An order as it was stored.
pub(super) fn stored(text: Option<String>) -> Result<Vec<Source>> {
    text.map_or(Ok(BUILT_IN.to_vec()), |t| parse(&t))
}

/// The orders that the brand of this person set.
pub(crate) fn orders(tx: &mut Tx, person: PersonId) -> Result<Orders> {
    let rows: Vec<(String, String)> = tx.all(
        "select a.key, a.sources from attribute a join person p on p.brand_id = a.brand_id where p.id = $1 and a.sources is not null",
        params![person],
    )?;
    rows.into_iter().map(|(key, text)| Ok((key, parse(&text)?))).collect()
}

/// The portrait of several subjects, the first one's word first: attribute by attribute the word
/// that counts most, then the latest, then the first.
pub(crate) fn fold(subjects: &[(Portrait, Saids)], orders: &Orders) -> (Portrait, Saids) {
    let (mut portrait, mut book) = (Portrait::new(), Saids::new());
    let mut held: BTreeMap<&str, Option<(usize, Ms)>> = BTreeMap::new();
    for (values, saids) in subjects {
        for key in values.keys().chain(saids.keys().filter(|k| !values.contains_key(*k))) {
            let said = saids.get(key).copied();
            let order = orders.get(key).map_or(BUILT_IN, Vec::as_slice);
            let counts = said.map(|s| weight(order, s));
            if held.get(key.as_str()).is_some_and(|h| *h >= counts) {
                continue;
            }
            held.insert(key, counts);
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

/// Refuses what somebody of the staff writes by hand and what would not count: the page must not say
/// that it was saved. Files and systems are passed over instead, value by value.
pub(crate) fn refuse_weaker(tx: &mut Tx, brand: BrandId, person: PersonId, given: &Portrait) -> Result<()> {
    if given.is_empty() {
        return Ok(());
    }
    let root = crate::person::of(tx, person)?;
    let (schema, known) = (super::schema(tx, brand)?, super::of(tx, brand, root)?);
    let said = Said { by: Source::Operator, at: tx.now() };
    for (key, value) in given {
        let Some(a) = schema.iter().find(|a| a.key == *key && !a.archived) else { continue };
        let here = known.iter().find(|k| k.key == *key);
        let was = here.and_then(|h| Some(Said { by: h.source?, at: h.at? }));
        let same = here.map(|h| h.value.as_str()) == value.as_deref().map(str::trim).filter(|v| !v.is_empty());
        if same || a.lets(said, was) {
            continue;
        }
        let why = match a.takes(Source::Operator) {
            false => "values put in by staff are not taken for this attribute; an owner can change that under Attributes",
            true => "for this attribute the source of the present value counts more than staff; an owner can change that under Attributes",
        };
        return Err(Problem::field(&format!("portrait.{key}"), why));
    }
    Ok(())
}

/// The timer that folds merged persons anew after an order changed; its key is the brand.
pub const REFOLD: &str = "attribute.refold";

/// Where that has come to.
const PLACE: &str = "attribute.refold.place";

/// Merged persons that are folded in one transaction.
const SOME: i64 = 200;

/// Folds all merged persons of a brand anew, some at a time, from the first.
pub(crate) fn start_refold(tx: &mut Tx, brand: BrandId) -> Result<()> {
    tx.set_timer(PLACE, brand.n(), i64::MAX, brand)?;
    tx.exec("update timer set tries = 0 where kind = $1 and key = $2", params![PLACE, brand])?;
    let now = tx.now();
    tx.set_timer(REFOLD, brand.n(), now, brand)
}

pub fn on_refold(tx: &mut Tx, due: &Due) -> Result<()> {
    let after: Option<i64> = tx.opt("select tries from timer where kind = $1 and key = $2", params![PLACE, due.key])?;
    let roots: Vec<PersonId> = tx.all(
        "select o.person_id from person_own o join person p on p.id = o.person_id where p.brand_id = $1 and o.person_id > $2 \
         order by o.person_id limit $3",
        params![due.brand, after.unwrap_or(0), SOME],
    )?;
    for root in &roots {
        if own::refold_words(tx, *root)? || sealed_twice(tx, *root)? {
            let props = serde_json::json!({ "fields": ["attributes"], "cause": "sources" }).to_string();
            let _ = tx.record(&Fact::new(due.brand, events::PERSON_CHANGED, tx.now()).person(*root).props(&props))?;
        }
    }
    match roots.last() {
        Some(last) => {
            tx.exec("update timer set tries = $1 where kind = $2 and key = $3", params![*last, PLACE, due.key])?;
            let again = tx.now();
            tx.set_timer(REFOLD, due.key, again, due.brand)
        }
        None => tx.clear_timer(PLACE, due.key),
    }
}

/// Sealed values are folded when they are read; who has two of one attribute may show another now.
fn sealed_twice(tx: &mut Tx, root: PersonId) -> Result<bool> {
    let found: Option<i64> = tx.opt(
        "select 1 from person_secret s join person p on p.id = s.person_id where p.root_id = $1 group by s.key having count(*) > 1 limit 1",
        params![root],
    )?;
    Ok(found.is_some())
}

/// The source of a sealed value.
pub(super) fn of_secret(code: String, at: Ms) -> Result<Said> {
    Ok(Said { by: read_source(code)?, at })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(by: Source, at: Ms) -> Said {
        Said { by, at }
    }

    fn taking(sources: &[Source], max_age_days: Option<i64>) -> Attribute {
        Attribute { sources: sources.to_vec(), max_age_days, ..super::super::builtin("region") }
    }

    #[test]
    fn a_weaker_word_waits_until_the_stronger_one_is_old() {
        let was = Some(said(Source::Verified, 0));
        for (by, at, age, wins) in [
            (Source::Operator, 1, None, true), (Source::Verified, 1, None, true), (Source::Declared, 1, None, false),
            (Source::Imported, 90 * DAY, Some(90), false), (Source::Imported, 90 * DAY + 1, Some(90), true), (Source::Inferred, 900 * DAY, None, false),
        ] {
            assert_eq!(taking(BUILT_IN, age).lets(said(by, at), was), wins, "{by:?} at {at}");
        }
        assert!(taking(BUILT_IN, None).lets(said(Source::Inferred, 1), None));
    }

    #[test]
    fn an_order_of_its_own_turns_it_round_and_leaves_out() {
        use Source::*;
        let a = taking(&[Inferred, Imported], Some(90));
        for (by, was, at, wins) in [
            (Inferred, Some(Imported), 1, true), (Imported, Some(Inferred), 1, false), (Imported, Some(Inferred), 90 * DAY + 1, true),
            // What is not taken stays until one who is taken speaks, however old it is.
            (Operator, None, 1, false), (Operator, Some(Imported), 900 * DAY, false), (Imported, Some(Operator), 1, true),
        ] {
            assert_eq!(a.lets(said(by, at), was.map(|w| said(w, 0))), wins, "{by:?} over {was:?} at {at}");
        }
        assert_eq!((a.winning(), taking(&[Operator, Imported], None).winning(), taking(&[Declared], None).winning()), (Imported, Operator, Operator));
        // No two sources count the same, in whatever order.
        for order in [BUILT_IN, &[Inferred, Operator][..], &[Imported][..]] {
            let mut ranks: Vec<usize> = BUILT_IN.iter().map(|s| rank(order, *s)).collect();
            ranks.sort();
            ranks.dedup();
            assert_eq!(ranks.len(), 5);
        }
    }

    #[test]
    fn each_source_is_named_once_and_the_built_in_order_is_none() {
        use Source::*;
        assert_eq!((check(&[]).unwrap(), check(BUILT_IN).unwrap()), (None, None));
        let kept = check(&[Imported, Operator]).unwrap();
        assert_eq!(kept.as_deref(), Some(r#"["imported","operator"]"#));
        assert_eq!(stored(kept).unwrap(), [Imported, Operator]);
        assert_eq!(stored(None).unwrap(), BUILT_IN);
        assert!(check(&[Imported, Operator, Imported]).is_err());
    }

    type Word<'a> = (Portrait, Saids);

    fn one<'a>(values: &[(&str, &str)], saids: &[(&str, Source, Ms)]) -> Word<'a> {
        (
            values.iter().map(|(k, v)| (k.to_string(), Some(v.to_string()))).collect(),
            saids.iter().map(|(k, by, at)| (k.to_string(), said(*by, *at))).collect(),
        )
    }

    #[test]
    fn merged_subjects_say_what_the_strongest_and_latest_of_them_says() {
        let a = one(&[("gender", "f"), ("region", "杭州"), ("education", "old")], &[("gender", Source::Declared, 5), ("region", Source::Imported, 9)]);
        let b = one(&[("gender", "m"), ("region", "上海"), ("education", "older")], &[("gender", Source::Declared, 7), ("region", Source::Operator, 1)]);
        let c = one(&[("education", "oldest")], &[("gender", Source::Operator, 6), ("region", Source::Operator, 1)]);
        let (portrait, book) = fold(&[a.clone(), b.clone()], &Orders::new());
        let get = |p: &Portrait, k: &str| p.get(k).cloned().flatten();
        assert_eq!((get(&portrait, "gender"), get(&portrait, "region"), get(&portrait, "education")), (Some("m".into()), Some("上海".into()), Some("old".into())));
        assert_eq!((book["gender"], book["region"], book.len()), (said(Source::Declared, 7), said(Source::Operator, 1), 2));
        // Files count more for the region, staff not at all.
        let files: Orders = [("region".to_string(), vec![Source::Imported, Source::Declared])].into();
        let (portrait, book) = fold(&[b.clone(), a.clone()], &files);
        assert_eq!((get(&portrait, "region"), book["region"], get(&portrait, "gender")), (Some("杭州".into()), said(Source::Imported, 9), Some("m".into())));
        // What an operator took away is away; an equal word does not displace the first.
        let (portrait, book) = fold(&[a, b, c], &Orders::new());
        assert_eq!((get(&portrait, "gender"), get(&portrait, "region")), (None, Some("上海".into())));
        assert_eq!(book["gender"], said(Source::Operator, 6));
    }
}
