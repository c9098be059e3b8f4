//! The auditor: recomputes random persons from the log itself, for ever (K28).
//!
//! For a person it reads the events and attributes from the database into a lake of one, compiles
//! the rules against that and compares with who is in. A mismatch is written down, logged as an
//! error, and the person is judged again.
use super::rule::compile;
use crate::live::facts::{self, Columns, Parts};
use crate::live::{Live, Pool, follow};
use std::sync::atomic::Ordering;
use weir_ground::base::{Ms, Result, ids::SegmentId};
use weir_ground::event::{COLUMNS, Event, PersonId};
use weir_ground::reader::{self, Cursor};
use weir_ground::{Db, params};
use weir_lake::cond::Who;
use weir_lake::{Lake, Position};

/// What the auditor found: a segment, whether the person is in, and whether they should be.
pub type Finding = (SegmentId, bool, bool);

/// Looks at some persons of every pool; tells how many pairs of person and segment were compared.
pub fn some(live: &Live, db: &Db, persons: usize) -> Result<usize> {
    let mut compared = 0;
    for pool in live.pools().iter().filter(|p| p.ready()) {
        if pool.engine().running().next().is_none() {
            continue;
        }
        for _ in 0..persons {
            let person = {
                let state = pool.read();
                let n = state.people.len() as u64;
                if n == 0 {
                    break;
                }
                let s = (db.shared().chance() % n) as u32;
                PersonId::new(state.people.id(state.people.root(s)))
            };
            let Some(found) = person_of(pool, db, person)? else { continue };
            compared += found.len();
            pool.health.audited.fetch_add(found.len() as u64, Ordering::Relaxed);
            let now = db.now();
            pool.health.last_audit_at.store(now, Ordering::Relaxed);
            let wrong: Vec<Finding> = found.into_iter().filter(|(_, live, batch)| live != batch).collect();
            if !wrong.is_empty() {
                report(pool, db, person, &wrong, now)?;
                live.judge_again(db, pool, person)?;
            }
        }
    }
    Ok(compared)
}

/// Compares one person; `None` while events are still to be read.
pub fn person_of(pool: &Pool, db: &Db, person: PersonId) -> Result<Option<Vec<Finding>>> {
    // The follower waits while this lock is held, so both sides stand at one position.
    let state = pool.read();
    let at = state.position;
    let brand = pool.brand;
    let (events, fresh, behind, rules) = db.read_now(move |tx| {
        let sql = format!(
            "select {COLUMNS} from event where id in (select id from event_of where person_id in (select id from person where root_id = $1)) \
             order by at, id"
        );
        let events: Vec<Event> = tx.all(&sql, params![person])?;
        let behind = reader::any_after(tx, brand, Cursor { xid: at.xid, id: at.id })?;
        Ok((events, facts::fresh(tx, person, Parts::ALL)?, behind, super::running(tx, brand)?))
    })?;
    if behind || fresh.row.as_ref().is_none_or(|r| r.id != person) {
        return Ok(None);
    }
    let mut terms = pool.terms();
    let engine = pool.engine();
    let (calendar, now) = (pool.calendar(), engine.now());
    let lake = Lake::in_memory();
    let mut one = lake.write();
    one.words.hush(crate::live::QUIET);
    for e in events.iter().filter(|e| !follow::is_own(&e.name) && Position { xid: e.xid, id: e.id } <= at) {
        follow::take_in(&mut one, e, person);
    }
    let root = one.people.subject(person.n());
    let mut columns = Columns::new(&mut one.people);
    columns.know_dates(&mut one.people, &terms.dates);
    columns.apply(&mut one.people, root, &fresh)?;
    terms.segments = engine.numbers();
    let subject = state.people.find(person.n());
    let mut found = vec![];
    for (n, s) in engine.running().filter(|(_, s)| s.pending.is_empty()) {
        let id = s.id;
        let Some(stored) = rules.iter().find(|x| x.id == id && x.version == s.version) else { continue };
        let cond = match &stored.rule {
            Some(rule) => compile(rule, &mut one, &calendar, &terms)?,
            None => weir_lake::cond::Cond::Mark(facts::listed(id.n())),
        };
        let member = |m: u32| subject.is_some_and(|s| engine.is_member(m, s));
        let batch = one.timeline(root, |view| {
            let who = Who { state: &one, calendar: &calendar, root, view, mask: u64::MAX, now, member: &member };
            cond.eval(&who).0
        });
        found.push((id, subject.is_some_and(|s| engine.is_member(n, s)), batch));
    }
    Ok(Some(found))
}

fn report(pool: &Pool, db: &Db, person: PersonId, wrong: &[Finding], now: Ms) -> Result<()> {
    pool.health.mismatched.fetch_add(wrong.len() as u64, Ordering::Relaxed);
    let wrong = wrong.to_vec();
    for (segment, live, batch) in &wrong {
        tracing::error!(%segment, %person, live, batch, "the auditor found a wrong member");
    }
    db.write_now(move |tx| {
        for (segment, live, batch) in &wrong {
            tx.exec(
                "insert into segment_mismatch (segment_id, person_id, at, live, batch) values ($1, $2, $3, $4, $5) on conflict do nothing",
                params![*segment, person, now, *live, *batch],
            )?;
        }
        Ok(())
    })
}
