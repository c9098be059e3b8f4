//! Erasing a person (the right to be forgotten): nothing that tells who somebody was stays; what accounting
//! needs stays without a name.
//!
//! * One transaction closes the person: it is gone from lists and segments, its sessions end, its rows are
//!   emptied, by every chapter in its turn ([`Chapter`]). Its identities leave keyed digests behind
//!   ([`suppress`]), so that no file brings it back.
//! * What may be long follows in pieces by a timer ([`on_timer`]): the events, and rows that have to be
//!   opened to be recognised. It waits until every reader of the log and the lake's files are past the
//!   erasure, lets every chapter look once more, and only then finishes the receipt.
//! * `person`, its id and its group stay as a tombstone, so that orders, counts and money add up. An event
//!   keeps its name, time, amount, place, and of facts about money and stages the ids and amounts
//!   ([`kept_props`]).
//!
//! [`held`] is the other half of the right: everything that is held, as one document.
pub mod held;
pub mod http;
pub mod mention;
mod own;
pub mod suppress;

use crate::events;
use mention::Mentions;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use weir_ground::base::{Code, Ms, Problem, Result, ids::ErasureId};
use weir_ground::db::Engine;
use weir_ground::event::{BrandId, PersonId};
use weir_ground::reader::{self, Cursor};
use weir_ground::timer::Due;
use weir_ground::{Fact, Tx, from_row, params, seal};
use weir_keep::Staff;

/// The timer that goes on with an erasure; its key is the erasure.
pub const TIMER: &str = "person.erase";

/// What was removed: kind → how many.
pub type Counts = BTreeMap<String, i64>;

/// An erasure under way, as the chapters see it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Erasing {
    pub brand: BrandId,
    /// The person, and all its subjects with it.
    pub root: PersonId,
    pub subjects: Vec<PersonId>,
    /// Values of the person's identities, readable: rows that nothing else finds are recognised by them.
    pub values: Vec<String>,
    /// Ids that stored answers may name: `per_…`, `ord_…`.
    pub ids: BTreeSet<String>,
    pub counts: Counts,
}

impl Erasing {
    pub fn count(&mut self, kind: &str, n: u64) {
        if n > 0 {
            *self.counts.entry(kind.into()).or_default() += n as i64;
        }
    }

    /// Runs a statement with each subject as `$1` and counts the rows.
    pub fn each(&mut self, tx: &mut Tx, kind: &str, sql: &str) -> Result<()> {
        for s in self.subjects.clone() {
            let n = tx.exec(sql, params![s])?;
            self.count(kind, n);
        }
        Ok(())
    }

    pub fn mentions(&self) -> Mentions<'_> {
        Mentions::new(&self.values)
    }
}

/// What a chapter holds of persons, and how it lets go of it.
#[derive(Clone, Copy)]
pub struct Chapter {
    /// Why the person cannot be erased just now, if there is a reason.
    pub refuse: fn(&mut Tx, &Erasing) -> Result<()>,
    /// Removes what is found by the person's ids. Called when the person is closed, and once more at the end.
    pub erase: fn(&mut Tx, &mut Erasing) -> Result<()>,
    /// Looks for the rest among rows that must be opened, some at a time from a place on (empty at the
    /// beginning); answers where to go on, nothing at the end.
    pub search: fn(&mut Tx, &mut Erasing, &str) -> Result<Option<String>>,
    /// Everything that the chapter holds of a person, for [`held`].
    pub held: fn(&mut Tx, BrandId, PersonId) -> Result<held::Sections>,
}

/// The chapters after this one, in order; this one comes first by itself.
#[derive(Clone, Copy)]
pub struct Chapters(pub &'static [Chapter]);

impl Chapters {
    fn all(self) -> impl Iterator<Item = &'static Chapter> {
        std::iter::once(&own::CHAPTER).chain(self.0)
    }
}

/// A chapter that has nothing to be searched.
pub fn nothing_to_search(_: &mut Tx, _: &mut Erasing, _: &str) -> Result<Option<String>> {
    Ok(None)
}

/// What is left to be done, kept sealed with the receipt.
#[derive(Debug, Serialize, Deserialize)]
struct Work {
    erasing: Erasing,
    step: Step,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Step {
    /// The events of the subject at this place, after `(at, id)`; `last` when readers are past.
    Events { subject: usize, at: Ms, id: i64, last: bool },
    /// What the chapter at this place has to search, from a place on.
    Search { chapter: usize, from: String },
    /// Stored answers of requests.
    Answers { from: (String, i64) },
    /// Until readers and files are past it.
    Wait,
}

const FIRST: Step = Step::Events { subject: 0, at: i64::MIN, id: 0, last: false };
const LAST: Step = Step::Events { subject: 0, at: i64::MIN, id: 0, last: true };
/// Events emptied in one transaction.
const SOME: i64 = 500;
/// How long it waits before it asks again whether the readers are past.
const AGAIN: Ms = 500;

/// The person is still there: who was erased is gone, not missing.
pub fn refuse_gone(erased_at: Option<Ms>) -> Result<()> {
    match erased_at {
        None => Ok(()),
        Some(_) => Err(Problem::new(Code::Gone, "This person was erased; nothing of them is left but the receipt under Erasures.")),
    }
}

/// Was this subject erased?
pub fn is_erased(tx: &mut Tx, subject: PersonId) -> Result<bool> {
    let at: Option<Option<Ms>> = tx.opt("select erased_at from person where id = $1", params![subject])?;
    Ok(at.flatten().is_some())
}

/// Erases a person with all its subjects. What follows in pieces is set going; the receipt says when it is
/// through. `reason` must not say who it was: phones and e-mails in it are masked.
pub fn erase(tx: &mut Tx, who: &Staff, id: PersonId, reason: &str, chapters: Chapters) -> Result<ErasureId> {
    let root = super::root(tx, who.brand, id)?;
    let reason = seal::veil(reason.trim()).into_owned();
    if reason.is_empty() || reason.chars().count() > 200 || reason.contains('\0') {
        return Err(Problem::field("reason", "say in 1 to 200 characters why, without naming the person"));
    }
    // A merge at the same moment waits, or is waited for.
    if crate::identity::own::place(tx, root)?.root != root {
        return Err(Problem::again("The person was merged at the same time."));
    }
    let subjects: Vec<PersonId> = tx.all("select id from person where root_id = $1 order by id", params![root])?;
    let ids = subjects.iter().map(PersonId::to_string).collect();
    let known = own::known(tx, who.brand, root)?;
    let values: BTreeSet<String> = known.iter().map(|k| k.value.clone()).collect();
    let mut e = Erasing { brand: who.brand, root, subjects, values: values.into_iter().collect(), ids, counts: Counts::new() };
    for c in chapters.all() {
        (c.refuse)(tx, &e)?;
    }
    let secretly = Secretly::begin(tx)?;
    let (erasure, now): (ErasureId, Ms) = (tx.new_id(), tx.now());
    suppress::remember(tx, who.brand, &known)?;
    for c in chapters.all() {
        (c.erase)(tx, &mut e)?;
    }
    own::close(tx, root, now)?;
    let props = serde_json::json!({ "subjects": e.subjects.len() }).to_string();
    let _ = tx.record(&Fact::new(who.brand, events::PERSON_ERASED, now).person(root).actor(&who.actor).props(&props))?;
    let work = Work { erasing: e, step: FIRST };
    tx.exec(
        "insert into erasure (id, brand_id, person_id, actor, reason, at, work, counts) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![erasure, who.brand, root, &who.actor, &reason, now, &sealed(tx, &work)?, &text(&work.erasing.counts)?],
    )?;
    tx.set_timer(TIMER, erasure.n(), now, who.brand)?;
    secretly.end(tx)?;
    Ok(erasure)
}

fn text<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(Problem::internal)
}

fn sealed(tx: &Tx, work: &Work) -> Result<String> {
    Ok(tx.keys(work.erasing.brand).seal(&text(work)?))
}

/// Deleted bytes are written over while this lasts: SQLite leaves them in its pages otherwise.
struct Secretly;

impl Secretly {
    fn begin(tx: &mut Tx) -> Result<Secretly> {
        if tx.engine() == Engine::Sqlite {
            tx.batch("pragma secure_delete = on")?;
        }
        Ok(Secretly)
    }
    fn end(self, tx: &mut Tx) -> Result<()> {
        if tx.engine() == Engine::Sqlite {
            tx.batch("pragma secure_delete = off")?;
        }
        Ok(())
    }
}

/// The columns and files hold nothing of these persons any more.
pub(crate) fn left_the_lake(tx: &mut Tx, persons: &[PersonId]) -> Result<()> {
    let now = tx.now();
    for person in persons {
        let open: Option<(ErasureId, BrandId)> = tx.opt(
            "update erasure set lake_at = $1 where person_id = $2 and lake_at is null returning id, brand_id",
            params![now, *person],
        )?;
        if let Some((id, brand)) = open {
            tx.set_timer(TIMER, id.n(), now, brand)?;
        }
    }
    Ok(())
}

struct Open {
    brand: BrandId,
    person: PersonId,
    work: String,
    lake_at: Option<Ms>,
}
from_row!(Open { brand, person, work, lake_at });

/// Goes on with an erasure, one piece a call.
pub fn on_timer(tx: &mut Tx, due: &Due, chapters: Chapters) -> Result<()> {
    let found: Option<Open> = tx.opt(
        "select brand_id, person_id, work, lake_at from erasure where id = $1 and finished_at is null and work is not null",
        params![due.key],
    )?;
    let Some(open) = found else { return Ok(()) };
    let mut work: Work = serde_json::from_str(&tx.keys(open.brand).open(&open.work)?).map_err(Problem::internal)?;
    let secretly = Secretly::begin(tx)?;
    let next = piece(tx, &mut work, &open, chapters)?;
    let (now, counts) = (tx.now(), text(&work.erasing.counts)?);
    match next {
        Some((step, wait)) => {
            work.step = step;
            let kept = sealed(tx, &work)?;
            tx.exec("update erasure set work = $1, counts = $2 where id = $3", params![&kept, &counts, due.key])?;
            if wait < Ms::MAX {
                tx.set_timer(TIMER, due.key, now + wait, open.brand)?;
            }
        }
        None => {
            seal::old::rewrite_next_time(tx)?;
            tx.exec("update erasure set work = null, counts = $1, finished_at = $2 where id = $3", params![&counts, now, due.key])?;
        }
    }
    secretly.end(tx)
}

/// Does what the step says; answers the next step and when, nothing when all is done.
fn piece(tx: &mut Tx, work: &mut Work, open: &Open, chapters: Chapters) -> Result<Option<(Step, Ms)>> {
    let (e, mut next) = (&mut work.erasing, 0);
    let step = match work.step.clone() {
        Step::Events { subject, at, id, last } => match e.subjects.get(subject).copied() {
            Some(s) => match empty_events(tx, e, s, (at, id))? {
                Some((at, id)) => Step::Events { subject, at, id, last },
                None => Step::Events { subject: subject + 1, at: i64::MIN, id: 0, last },
            },
            None if last => return Ok(None),
            None => Step::Search { chapter: 0, from: String::new() },
        },
        Step::Search { chapter, from } => match chapters.all().nth(chapter) {
            Some(c) => match (c.search)(tx, e, &from)? {
                Some(from) => Step::Search { chapter, from },
                None => Step::Search { chapter: chapter + 1, from: String::new() },
            },
            None => Step::Answers { from: (String::new(), 0) },
        },
        Step::Answers { from } => {
            let ids = e.ids.clone();
            let (n, more) = weir_ground::http::forget_answers(tx, &from, |answer| mention::names_one(answer, &ids))?;
            e.count("answers", n as u64);
            more.map_or(Step::Wait, |from| Step::Answers { from })
        }
        // The lake rings when it is through.
        Step::Wait if open.lake_at.is_none() => return Ok(Some((Step::Wait, Ms::MAX))),
        Step::Wait if !all_past(tx, open.person)? => {
            next = AGAIN;
            Step::Wait
        }
        Step::Wait => {
            for c in chapters.all() {
                (c.erase)(tx, e)?;
            }
            LAST
        }
    };
    Ok(Some((step, next)))
}

/// Are all readers past the erasure, and is the person in no segment any more?
fn all_past(tx: &mut Tx, person: PersonId) -> Result<bool> {
    let inside: Option<i64> = tx.opt(
        "select 1 from segment_member m join person p on p.id = m.person_id where p.root_id = $1 limit 1",
        params![person],
    )?;
    let told: Option<(i64, i64)> = tx.opt(
        "select xid, id from event where id in (select id from event_of where person_id = $1) and name = 'person.erased' order by id desc limit 1",
        params![person],
    )?;
    let to = told.map_or(Cursor::default(), |(xid, id)| Cursor { xid, id });
    Ok(inside.is_none() && reader::all_past(tx, to, &[crate::live::READER])?)
}

struct Said {
    id: i64,
    name: String,
    props: String,
}
from_row!(Said { id, name, props });

/// Empties some events of a subject; answers the place of the last one if there may be more.
fn empty_events(tx: &mut Tx, e: &mut Erasing, subject: PersonId, after: (Ms, i64)) -> Result<Option<(Ms, i64)>> {
    let places: Vec<(Ms, i64)> = tx.all(
        "select at, id from event_of where person_id = $1 and (at, id) > ($2, $3) order by at, id limit $4",
        params![subject, after.0, after.1, SOME],
    )?;
    let Some(last) = places.last().copied() else { return Ok(None) };
    let some: Vec<Said> = tx.all(
        "select id, name, props from event \
         where id in (select id from event_of where person_id = $1 and (at, id) > ($2, $3) and (at, id) <= ($4, $5)) \
         and (props <> '{}' or dedupe is not null)",
        params![subject, after.0, after.1, last.0, last.1],
    )?;
    for s in &some {
        let kept = kept_props(&s.name, &s.props);
        let n = tx.exec(
            "update event set props = $1, dedupe = null where id = $2 and (props <> $1 or dedupe is not null)",
            params![&kept, s.id],
        )?;
        e.count("events", n);
    }
    Ok((places.len() as i64 == SOME).then_some(last))
}

/// Keys whose values are ids and codes of ours, in facts that others still count by.
const KEPT: &[(&str, &[&str])] = &[
    ("order.", &["order", "refund", "full", "freight"]),
    ("refund.", &["order", "refund"]),
    ("payment.", &["order"]),
    ("commission.", &["commission", "order"]),
    ("person.stage_changed", &["from", "to", "cause"]),
    ("person.erased", &["subjects"]),
    ("segment.", &["segment", "cause"]),
];

/// What stays of an event's properties: nothing, but the ids and codes of facts that money and counts
/// of others are made of. Only events of our own names have any.
pub fn kept_props(name: &str, props: &str) -> String {
    let Some((_, keys)) = KEPT.iter().find(|(begin, _)| name.starts_with(begin)) else { return "{}".into() };
    // The order of the keys is kept, too: an index looks at a place in the text.
    let Ok(serde_json::Value::Object(all)) = serde_json::from_str(props) else { return "{}".into() };
    let short = |v: &serde_json::Value| v.as_str().is_none_or(|t| t.len() <= 40 && t.is_ascii()) && !v.is_object() && !v.is_array();
    let kept: Vec<String> = keys
        .iter()
        .filter_map(|k| all.get(*k).filter(|v| short(v)).map(|v| format!("\"{k}\":{v}")))
        .collect();
    format!("{{{}}}", kept.join(","))
}

#[cfg(test)]
mod tests {
    use super::kept_props;

    #[test]
    fn of_an_event_only_ids_of_money_and_codes_stay() {
        assert_eq!(kept_props("order.paid", r#"{"order":"ord_1","note":"ring twice"}"#), r#"{"order":"ord_1"}"#);
        assert_eq!(kept_props("order.refunded", r#"{"order":"ord_1","refund":"ref_2","full":true}"#), r#"{"order":"ord_1","refund":"ref_2","full":true}"#);
        assert_eq!(kept_props("segment.left", r#"{"segment":"seg_1","cause":"erased"}"#), r#"{"segment":"seg_1","cause":"erased"}"#);
        assert_eq!(kept_props("Product Viewed", r#"{"order":"ord_1"}"#), "{}");
        assert_eq!(kept_props("order.paid", r#"{"order":{"name":"Zhou"}}"#), "{}");
        assert_eq!(kept_props("order.paid", "broken"), "{}");
    }
}
