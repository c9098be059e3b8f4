//! Segments (人群): rules over persons that are always up to date.
//!
//! A rule ([`rule`]) has one meaning, [`weir_lake::cond::Cond::eval`], and two ways to be followed:
//! the [`engine`] asks it of the person something happened to, and wakes the person when the clock
//! alone may change the answer; the batch way asks it of everybody. An auditor compares the two for
//! ever.
pub mod audit;
pub mod engine;
pub mod http;
pub mod now;
pub mod portrait;
pub mod rule;
pub mod why;

pub use engine::Engine;
pub use rule::Rule;

use crate::events;
use rule::Terms;
use std::collections::BTreeMap;
use weir_ground::base::{Ms, Problem, Result, ids::SegmentId};
use weir_ground::event::{BrandId, PersonId};
use weir_ground::{Fact, Row, Tx, db::row::FromRow, params};

/// A segment's row.
#[derive(Clone, Debug)]
pub struct Stored {
    pub id: SegmentId,
    pub brand: BrandId,
    pub name: String,
    pub note: Option<String>,
    pub kind: String,
    pub state: String,
    pub version: i64,
    /// `None` for a static segment.
    pub rule: Option<Rule>,
    pub tag: Option<String>,
    pub error: Option<String>,
    pub created_at: Ms,
    pub updated_at: Ms,
}

impl Stored {
    /// The segments that its rule asks for.
    fn looks_at(&self) -> Vec<SegmentId> {
        self.rule.as_ref().map(Rule::segments).unwrap_or_default()
    }
}

impl FromRow for Stored {
    fn from_row(r: &Row<'_>) -> Result<Stored> {
        let rule: Option<String> = r.get(7)?;
        Ok(Stored {
            id: r.get(0)?,
            brand: r.get(1)?,
            name: r.get(2)?,
            note: r.get(3)?,
            kind: r.get(4)?,
            state: r.get(5)?,
            version: r.get(6)?,
            rule: rule.map(|t| serde_json::from_str(&t).map_err(Problem::internal)).transpose()?,
            tag: r.get(8)?,
            error: r.get(9)?,
            created_at: r.get(10)?,
            updated_at: r.get(11)?,
        })
    }
}

const SELECT: &str =
    "select id, brand_id, name, note, kind, state, version, rule, tag, error, created_at, updated_at from segment";

pub fn stored(tx: &mut Tx, id: SegmentId) -> Result<Option<Stored>> {
    tx.opt(&format!("{SELECT} where id = $1"), params![id])
}

/// One segment of a brand.
pub fn get(tx: &mut Tx, brand: BrandId, id: SegmentId) -> Result<Stored> {
    tx.opt(&format!("{SELECT} where id = $1 and brand_id = $2"), params![id, brand])?
        .ok_or_else(|| Problem::not_found("segment"))
}

/// All segments that are followed.
pub fn running(tx: &mut Tx, brand: BrandId) -> Result<Vec<Stored>> {
    tx.all(&format!("{SELECT} where brand_id = $1 and state <> 'archived' order by id"), params![brand])
}

/// Those whose rules look at this one.
pub fn lookers(tx: &mut Tx, brand: BrandId, id: SegmentId) -> Result<Vec<Stored>> {
    Ok(running(tx, brand)?.into_iter().filter(|s| s.id != id && s.looks_at().contains(&id)).collect())
}

/// Each after those that its rule looks at.
pub fn in_order(mut open: Vec<Stored>) -> Vec<Stored> {
    let mut out: Vec<Stored> = vec![];
    loop {
        let waiting: Vec<SegmentId> = open.iter().map(|s| s.id).collect();
        let (ready, rest): (Vec<Stored>, Vec<Stored>) = open.into_iter().partition(|s| {
            !s.looks_at().iter().any(|n| waiting.contains(n) && *n != s.id)
        });
        let stuck = ready.is_empty();
        out.extend(ready);
        if stuck || rest.is_empty() {
            out.extend(rest);
            return out;
        }
        open = rest;
    }
}

/// A segment and all that look at it, directly or through others.
pub fn dependents(engine: &Engine, id: SegmentId) -> Vec<SegmentId> {
    let mut out = vec![id];
    let mut i = 0;
    while i < out.len() {
        if let Some(n) = engine.number(out[i]) {
            for (_, s) in engine.running() {
                if s.cond.members().contains(&n) && !out.contains(&s.id) {
                    out.push(s.id);
                }
            }
        }
        i += 1;
    }
    out
}

/// What rules of a brand can speak of beyond the built-in columns.
pub fn terms(tx: &mut Tx, id: BrandId) -> Result<Terms> {
    let rfm = crate::rfm::current(tx, id)?.map(|v| (v.cuts, v.window_days as i32));
    let (dates, labels) = (crate::attribute::dates(tx, id)?, crate::attribute::labels(tx, id)?);
    let pools = crate::identity::pool::all(tx, id)?;
    Ok(Terms { rfm, dates, labels, pools, ..Terms::default() })
}

fn check_name(name: &str) -> Result<String> {
    let name = name.trim();
    match name.chars().count() {
        1..=60 if !name.contains('\0') => Ok(name.to_string()),
        _ => Err(Problem::field("name", "use 1 to 60 characters")),
    }
}

fn note_text(note: Option<&str>) -> Result<Option<String>> {
    match note.map(str::trim).filter(|n| !n.is_empty()) {
        Some(n) if n.chars().count() > 500 || n.contains('\0') => Err(Problem::field("note", "use at most 500 characters")),
        n => Ok(n.map(str::to_string)),
    }
}

fn changed(tx: &mut Tx, brand: BrandId, id: SegmentId, what: &str, actor: &str) -> Result<()> {
    let props = serde_json::json!({ "segment": id, "what": what }).to_string();
    let fact = Fact::new(brand, events::SEGMENT_CHANGED, tx.now()).props(&props).actor(actor);
    tx.record(&fact).map(drop)
}

/// Makes a live segment; who is in is worked out right after the commit.
pub fn create(tx: &mut Tx, brand: BrandId, name: &str, note: Option<&str>, rule: &Rule, actor: &str) -> Result<SegmentId> {
    let (name, note) = (check_name(name)?, note_text(note)?);
    let text = serde_json::to_string(rule).map_err(Problem::internal)?;
    let (id, now): (SegmentId, Ms) = (tx.new_id(), tx.now());
    tx.exec(
        "insert into segment (id, brand_id, name, note, kind, state, version, rule, actor, created_at, updated_at) \
         values ($1, $2, $3, $4, 'live', 'building', 1, $5, $6, $7, $7)",
        params![id, brand, &name, &note, &text, actor, now],
    )?;
    changed(tx, brand, id, "made", actor)?;
    Ok(id)
}

/// Makes a static segment of these persons; merges and partings are followed.
pub fn create_static(tx: &mut Tx, brand: BrandId, name: &str, note: Option<&str>, persons: &[PersonId], actor: &str) -> Result<SegmentId> {
    let (name, note) = (check_name(name)?, note_text(note)?);
    let (id, now): (SegmentId, Ms) = (tx.new_id(), tx.now());
    tx.exec(
        "insert into segment (id, brand_id, name, note, kind, state, version, actor, created_at, updated_at) \
         values ($1, $2, $3, $4, 'static', 'building', 1, $5, $6, $6)",
        params![id, brand, &name, &note, actor, now],
    )?;
    let mut persons = persons.to_vec();
    persons.sort_unstable();
    persons.dedup();
    let values: Vec<weir_ground::Value<'_>> = persons.iter().flat_map(|p| [id.into(), (*p).into()]).collect();
    tx.bulk("insert into segment_listed (segment_id, person_id) values", 2, &values, "on conflict do nothing")?;
    changed(tx, brand, id, "made", actor)?;
    Ok(id)
}

/// What may be changed of a segment; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct Edit {
    pub name: Option<String>,
    pub note: Option<String>,
    pub rule: Option<Rule>,
    /// A tag kept on everybody who is in; an empty one ends that.
    pub tag: Option<String>,
}

pub fn edit(tx: &mut Tx, brand: BrandId, id: SegmentId, e: &Edit, actor: &str) -> Result<()> {
    let was = get(tx, brand, id)?;
    if was.state == "archived" {
        return Err(Problem::conflict("This segment is archived."));
    }
    let name = e.name.as_deref().map(check_name).transpose()?;
    let note = note_text(e.note.as_deref())?;
    let now = tx.now();
    tx.exec(
        "update segment set name = coalesce($1, name), note = coalesce($2, note), updated_at = $3 where id = $4",
        params![&name, &note, now, id],
    )?;
    if let Some(rule) = e.rule.as_ref().filter(|r| was.rule.as_ref() != Some(r)) {
        if was.rule.is_none() {
            return Err(Problem::field("rule", "a static segment has a list, not a rule"));
        }
        let text = serde_json::to_string(rule).map_err(Problem::internal)?;
        tx.guard(
            "update segment set rule = $1, version = version + 1, state = 'building', error = null where id = $2 and version = $3",
            params![&text, id, was.version],
        )?
        .or(|| Problem::conflict("Somebody else changed this segment; load it again."))?;
    }
    if let Some(tag) = &e.tag {
        let tag = Some(tag.trim()).filter(|t| !t.is_empty()).map(crate::tag::check).transpose()?;
        tx.exec("update segment set tag = $1 where id = $2", params![&tag, id])?;
        retag(tx, brand, id, was.tag.as_deref(), tag.as_deref(), actor)?;
    }
    changed(tx, brand, id, "edited", actor)
}

/// The source of a tag that a segment keeps.
pub fn tag_source(id: SegmentId) -> String {
    format!("rule:{id}")
}

fn retag(tx: &mut Tx, brand: BrandId, id: SegmentId, was: Option<&str>, now: Option<&str>, actor: &str) -> Result<()> {
    if was == now {
        return Ok(());
    }
    let members: Vec<PersonId> = tx.all("select person_id from segment_member where segment_id = $1", params![id])?;
    for person in members {
        if let Some(tag) = was {
            crate::tag::retract(tx, brand, person, tag, &tag_source(id), Some(actor))?;
        }
        if let Some(tag) = now {
            crate::tag::add(tx, brand, person, tag, &tag_source(id), Some(actor))?;
        }
    }
    Ok(())
}

/// Ends a segment. It must not be looked at by another.
pub fn archive(tx: &mut Tx, brand: BrandId, id: SegmentId, actor: &str) -> Result<()> {
    let was = get(tx, brand, id)?;
    if let Some(other) = lookers(tx, brand, id)?.first() {
        return Err(Problem::conflict(format!("{} looks at this segment; change that one first.", other.name)));
    }
    let now = tx.now();
    retag(tx, brand, id, was.tag.as_deref(), None, actor)?;
    tx.exec("update segment set state = 'archived', tag = null, updated_at = $1 where id = $2", params![now, id])?;
    tx.exec("delete from segment_member where segment_id = $1", params![id])?;
    changed(tx, brand, id, "archived", actor)
}

/// A flip on its way into the tables.
#[derive(Clone, Debug)]
pub struct Move {
    pub brand: BrandId,
    pub segment: SegmentId,
    pub person: PersonId,
    pub entered: bool,
    pub at: Ms,
    pub cause: &'static str,
    /// The civil day of `at`.
    pub day: i32,
}

/// Writes who entered and left: the rows, the events, the days, the tags.
pub fn write(tx: &mut Tx, moves: &[Move], sizes: &BTreeMap<SegmentId, i64>) -> Result<()> {
    let mut days: BTreeMap<(SegmentId, i32), (i64, i64)> = BTreeMap::new();
    let mut tags: BTreeMap<SegmentId, Option<String>> = BTreeMap::new();
    for m in moves {
        let changed = if m.entered {
            tx.exec(
                "insert into segment_member (segment_id, person_id, since, cause) values ($1, $2, $3, $4) on conflict do nothing",
                params![m.segment, m.person, m.at, m.cause],
            )?
        } else {
            tx.exec("delete from segment_member where segment_id = $1 and person_id = $2", params![m.segment, m.person])?
        };
        if changed == 0 {
            // Another node that follows the same log said so at the same moment.
            continue;
        }
        let day = days.entry((m.segment, m.day)).or_default();
        let name = if m.entered {
            day.0 += 1;
            events::SEGMENT_ENTERED
        } else {
            day.1 += 1;
            events::SEGMENT_LEFT
        };
        let props = format!(r#"{{"segment":"{}","cause":"{}"}}"#, m.segment, m.cause);
        let _ = tx.record(&Fact::new(m.brand, name, m.at).person(m.person).props(&props))?;
        let tag = match tags.get(&m.segment) {
            Some(tag) => tag.clone(),
            None => {
                let tag: Option<Option<String>> = tx.opt("select tag from segment where id = $1", params![m.segment])?;
                tags.insert(m.segment, tag.clone().flatten());
                tag.flatten()
            }
        };
        if let Some(tag) = tag {
            let source = tag_source(m.segment);
            if m.entered {
                crate::tag::add(tx, m.brand, m.person, &tag, &source, None)?;
            } else {
                crate::tag::retract(tx, m.brand, m.person, &tag, &source, None)?;
            }
        }
    }
    for ((segment, day), (entered, gone)) in days {
        let size = sizes.get(&segment).copied().unwrap_or_default();
        tx.exec(
            "insert into segment_day (segment_id, day, size, entered, gone) values ($1, $2, $3, $4, $5) \
             on conflict (segment_id, day) do update set size = excluded.size, entered = segment_day.entered + excluded.entered, \
             gone = segment_day.gone + excluded.gone",
            params![segment, day as i64, size, entered, gone],
        )?;
    }
    Ok(())
}
