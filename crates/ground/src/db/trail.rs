//! What a person did and bought, by person: the entries behind the views `event_of` and `orders_of`.
//!
//! PostgreSQL has indexes for that. On SQLite an index by person would make every new row touch a page
//! somewhere in the middle of it, and a commit of thousands of orders write thousands of pages that
//! hold one new entry each. So new entries go, in the order of persons, to the slot of the present:
//! some 16,000 events share one, which is few enough pages to be written by every commit. Slots that are
//! full are folded into the whole, several at once, when the writer has nothing else to do, and when there
//! are many of them also beside its work, with each commit twice what that commit brought. A question by
//! person looks in the whole and in each slot that is left. Entries are never changed.
use super::{dialect::Engine, tx::{Tx, sqlite_problem}};
use crate::base::{Id, Ms, Result};
use crate::params;
use std::sync::atomic::Ordering;

/// Events of one slot, as a power of two.
const SLOT: u32 = 14;
/// From so many slots on they are folded beside the work. While that goes on, half as many may come.
const SLOTS: i64 = 12;
/// From so many on they are folded when the writer rests: several at once, so that a page takes several entries.
const SLOTS_AT_REST: i64 = 4;
/// Entries that are folded at once while nobody waits, and of each slot at least.
pub(super) const PIECE: usize = 256;
const LEAST: usize = 16;

/// What an entry stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Event = 0,
    Order = 1,
}

/// `(person, what, at, id)`
pub(super) type Entry = [i64; 4];

pub(super) const LIST: &str = "insert into trail_slot (slot) values ($1) on conflict do nothing";
pub(super) const ADD: &str = "insert into trail_new (slot, person_id, what, at, id) values ($1, $2, $3, $4, $5)";

impl Tx<'_> {
    /// Notes an event or an order of a person, at the time by which they are ordered. Whoever adds a row
    /// to `event` or `orders` does.
    pub fn trail<K, P>(&mut self, what: Kind, person: Id<P>, at: Ms, id: Id<K>) -> Result<()> {
        if self.engine() == Engine::Postgres {
            return Ok(());
        }
        let entry = [person.n(), what as i64, at, id.n()];
        let slot = self.slot();
        self.noted += 1;
        match self.waiting {
            Some(waiting) => {
                waiting.borrow_mut().trail(slot, entry);
                self.catch_up_if_many()
            }
            None => {
                self.exec(LIST, params![slot])?;
                let [person, what, at, id] = entry;
                self.exec(ADD, params![slot, person, what, at, id]).map(|_| ())
            }
        }
    }

    fn slot(&self) -> i64 {
        self.shared.last_event.load(Ordering::Relaxed) >> SLOT
    }
}

/// May a statement ask for entries?
pub(super) fn concerns(sql: &str) -> bool {
    sql.contains("event_of") || sql.contains("orders_of") || sql.contains("trail")
}

/// Which slots are being folded: all up to one, until they are empty. Were each new slot taken along at
/// once, it would begin with the first persons again, and none would ever end.
#[derive(Default)]
pub(super) struct Folding {
    upto: Option<i64>,
}

impl Folding {
    /// Is there something to fold: what was begun, or as many slots as are worth it?
    pub fn due(&self, c: &rusqlite::Connection, at_rest: bool) -> Result<bool> {
        let sql = "select count(*) from trail_slot";
        let n: i64 = c.prepare_cached(sql).and_then(|mut s| s.query_row([], |r| r.get(0))).map_err(failed)?;
        Ok(n > if at_rest { SLOTS_AT_REST } else { SLOTS } || (at_rest && self.upto.is_some()))
    }

    /// Folds about so many entries, those of the first persons in the slots that are under way. What readers see is
    /// the same before and after. Call it again as long as something is [due](Folding::due).
    pub fn fold(&mut self, c: &rusqlite::Connection, entries: usize) -> Result<()> {
        use rusqlite::OptionalExtension;
        let full: Vec<i64> = {
            // The last one is the present.
            let sql = "select slot from trail_slot where slot < (select max(slot) from trail_slot) and slot <= ?1 order by slot";
            let mut s = c.prepare_cached(sql).map_err(failed)?;
            let found = s.query_map([self.upto.unwrap_or(i64::MAX)], |r| r.get(0)).map_err(failed)?;
            found.collect::<std::result::Result<_, _>>().map_err(failed)?
        };
        self.upto = full.last().copied();
        let each = (entries / full.len().max(1)).max(LEAST) as i64;
        let mut until: Option<Entry> = None;
        for slot in &full {
            let sql = "select person_id, what, at, id from trail_new where slot = ?1 order by person_id, what, at, id limit 1 offset ?2";
            let read = |r: &rusqlite::Row<'_>| Ok([r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?]);
            let next: Option<Entry> = c.prepare_cached(sql).and_then(|mut s| s.query_row([*slot, each], read).optional()).map_err(failed)?;
            until = until.into_iter().chain(next).min();
        }
        let [person, what, at, id] = until.unwrap_or([i64::MAX; 4]);
        for slot in &full {
            for sql in [
                "insert or ignore into trail (person_id, what, at, id) select person_id, what, at, id from trail_new \
                 where slot = ?1 and (person_id, what, at, id) < (?2, ?3, ?4, ?5)",
                "delete from trail_new where slot = ?1 and (person_id, what, at, id) < (?2, ?3, ?4, ?5)",
            ] {
                c.prepare_cached(sql).and_then(|mut s| s.execute([*slot, person, what, at, id])).map_err(failed)?;
            }
            let sql = "delete from trail_slot where slot = ?1 and not exists (select 1 from trail_new n where n.slot = trail_slot.slot)";
            c.prepare_cached(sql).and_then(|mut s| s.execute([*slot])).map_err(failed)?;
        }
        Ok(())
    }
}

fn failed(e: rusqlite::Error) -> crate::base::Problem {
    sqlite_problem(e, "folding the trail")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Fact;
    use crate::testing::{LOST_BY_PERSON, START, Scratch};
    use crate::{Db, base::Problem, db::{Open, waiting::Waiting}};

    fn shown(c: &rusqlite::Connection, view: &str) -> Vec<Entry> {
        let what = if view == "event_of" { 0 } else { 1 };
        let mut s = c.prepare(&format!("select person_id, at, id from {view} order by 1, 2, 3")).unwrap();
        s.query_map([], |r| Ok([r.get(0)?, what, r.get(1)?, r.get(2)?])).unwrap().map(|e| e.unwrap()).collect()
    }

    fn add(c: &rusqlite::Connection, waiting: &mut Waiting, slot: i64, entries: &[Entry]) {
        let before = c.total_changes();
        entries.iter().for_each(|e| waiting.trail(slot, *e));
        waiting.flush(c).unwrap();
        let (rows, n) = (c.total_changes() - before, entries.len() as u64);
        assert!(rows == n || rows == n + 1, "{rows} rows for {n} entries");
    }

    /// Whatever is added and folded in whatever pieces: both views together show each entry once.
    #[test]
    fn folding_changes_nothing_that_is_seen() {
        let c = rusqlite::Connection::open_in_memory().unwrap();
        for (_, text) in crate::db::migrate::HISTORY {
            c.execute_batch(&Engine::Sqlite.schema(text)).unwrap();
        }
        let (mut chance, mut all, mut waiting) = (7u64, vec![], Waiting::new());
        let mut random = |below: u64| {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((chance >> 33) % below) as i64
        };
        let (mut folded, mut folding) = (0, Folding::default());
        for round in 0..400 {
            let mut entries: Vec<Entry> = (0..random(70))
                // One person has far more than the others.
                .map(|_| [if random(3) == 0 { 5 } else { random(300) }, random(2), random(50), 0])
                .collect();
            for (i, e) in entries.iter_mut().enumerate() {
                e[3] = round * 100 + i as i64;
            }
            all.extend_from_slice(&entries);
            add(&c, &mut waiting, round / 7, &entries);
            if random(2) == 0 {
                folding.fold(&c, random(200) as usize).unwrap();
                folded += 1;
            }
            if round % 20 == 0 {
                all.sort_unstable();
                let mut seen = [shown(&c, "event_of"), shown(&c, "orders_of")].concat();
                seen.sort_unstable();
                assert_eq!(seen, all);
            }
        }
        assert!(folded > 100);
        let slots = |c: &rusqlite::Connection| c.query_row("select count(*) from trail_slot", [], |r| r.get::<_, i64>(0)).unwrap();
        for _ in 0..10_000 {
            folding.fold(&c, 1_000).unwrap();
        }
        let left: i64 = c.query_row("select count(distinct slot) from trail_new", [], |r| r.get(0)).unwrap();
        assert_eq!((slots(&c), left), (1, 1), "only the present slot is left");
        assert_eq!(shown(&c, "event_of").len() + shown(&c, "orders_of").len(), all.len());
    }

    /// Work without any rest: what is folded beside it keeps up, however long that goes on.
    #[test]
    fn slots_do_not_pile_up_under_work() {
        let c = rusqlite::Connection::open_in_memory().unwrap();
        for (_, text) in crate::db::migrate::HISTORY {
            c.execute_batch(&Engine::Sqlite.schema(text)).unwrap();
        }
        let (mut folding, mut waiting, mut n, mut most) = (Folding::default(), Waiting::new(), 0, 0);
        for slot in 0..120 {
            for _ in 0..10 {
                let entries: Vec<Entry> = (0..64).map(|i| [(n + i) * 7 % 501, 0, n + i, n + i]).collect();
                n += 64;
                add(&c, &mut waiting, slot, &entries);
                if folding.due(&c, false).unwrap() {
                    folding.fold(&c, 2 * 64).unwrap();
                }
            }
            most = most.max(c.query_row("select count(*) from trail_slot", [], |r| r.get(0)).unwrap());
        }
        assert!((SLOTS..2 * SLOTS).contains(&most), "{most} slots");
        assert_eq!(shown(&c, "event_of").len() as i64, n);
    }

    /// Through the store: calls that are kept, that refuse before and after they wrote, that look for
    /// what others of their commit just added, that undo a part of themselves; then the writer rests.
    #[test]
    fn everything_is_found_by_its_person() {
        let dir = Scratch::new();
        let db = Db::open(&Open { dir: Some(dir.0.clone()), clock: Some(START), seed: Some(1), ..Open::default() }).unwrap();
        let brand = Id::new(1);
        let fact = move |n: i64| Fact::new(brand, "thing.done", START - n % 1_000).person(Id::new(n % 77 + 1));
        let mut calls = vec![];
        for i in 0..120_000i64 {
            calls.push(db.submit(move |tx| {
                let _ = tx.record(&fact(i))?;
                match i % 500 {
                    1 => {
                        let found: i64 = tx.one("select count(*) from event_of where person_id = $1", params![i % 77 + 1])?;
                        let there: i64 = tx.one("select count(*) from event where person_id = $1", params![i % 77 + 1])?;
                        assert_eq!(found, there);
                    }
                    2 => return Err(Problem::conflict("refused")),
                    3 => {
                        let undone = tx.attempt(|tx| {
                            let _ = tx.record(&fact(i + 1))?;
                            Err::<(), _>(Problem::conflict("only this part"))
                        });
                        assert!(undone.is_err());
                    }
                    4 => {
                        let _: i64 = tx.one("select count(*) from event_of", &[])?;
                        return Err(Problem::conflict("refused after its row was written"));
                    }
                    _ => {}
                }
                Ok(())
            }));
        }
        let kept = calls.into_iter().map(|c| c.blocking_recv().unwrap()).filter(Result::is_ok).count();
        assert_eq!(kept, 120_000 - 480);
        let (events, lost): (i64, i64) = db.read_now(|tx| Ok((tx.one("select count(*) from event", &[])?, tx.one(LOST_BY_PERSON, &[])?))).unwrap();
        assert_eq!((events, lost), (kept as i64, 0));
        let until = std::time::Instant::now() + std::time::Duration::from_secs(60);
        while db.read_now(|tx| tx.one::<i64>("select count(*) from trail_slot", &[])).unwrap() > SLOTS_AT_REST {
            assert!(std::time::Instant::now() < until, "a writer at rest folds the slots that are full");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        let (whole, lost): (i64, i64) = db.read_now(|tx| Ok((tx.one("select count(*) from trail", &[])?, tx.one(LOST_BY_PERSON, &[])?))).unwrap();
        assert!(whole > 50_000 && lost == 0, "{whole} folded, {lost} lost");
        db.close();
    }
}
