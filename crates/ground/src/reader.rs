//! Readers follow the log. A reader's effects and its cursor commit together, so every event is
//! applied exactly once; it is woken by commits, never by a clock.
//!
//! On PostgreSQL ids are given before commits, so a later id can become visible first. Events are
//! therefore read in the order (transaction, id) and only up to the oldest transaction still in
//! flight: what lies below can no longer change.
use crate::base::{Code, Problem, Result};
use crate::db::{Db, Engine, Tx};
use crate::event::{BrandId, COLUMNS, Event};
use crate::params;
use std::sync::{Arc, atomic::{AtomicBool, Ordering}};
use std::time::Duration;

/// What a chapter wants to happen when earlier chapters acted.
pub trait Reader: Send + Sync + 'static {
    /// Names the cursor; never change it.
    fn name(&self) -> &'static str;
    fn wants(&self, event: &str) -> bool;
    fn read(&self, tx: &mut Tx, event: &Event) -> Result<()>;
    /// Applies some events in order; a reader that can share work between them does it here.
    fn read_some(&self, tx: &mut Tx, events: &[Event]) -> Result<()> {
        events.iter().try_for_each(|e| self.read(tx, e))
    }
}

const BATCH: i64 = 256;

/// Where a reader stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    pub xid: i64,
    pub id: i64,
}

pub fn cursor(tx: &mut Tx, name: &str) -> Result<Cursor> {
    let row: Option<(i64, i64)> = tx.opt("select xid, position from reader where name = $1", params![name])?;
    Ok(row.map(|(xid, id)| Cursor { xid, id }).unwrap_or_default())
}

/// Events after the cursor that can no longer be overtaken, and whether more are in flight.
pub fn ahead(tx: &mut Tx, from: Cursor, limit: i64) -> Result<Vec<Event>> {
    match tx.engine() {
        Engine::Sqlite => tx.all(
            &format!("select {COLUMNS} from event where id > $1 order by id limit $2"),
            params![from.id, limit],
        ),
        Engine::Postgres => tx.all(
            &format!(
                "select {COLUMNS} from event where (xid, id) > ($1, $2) \
                 and xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint order by xid, id limit $3"
            ),
            params![from.xid, from.id, limit],
        ),
    }
}

/// Has a brand events after the cursor?
pub fn any_after(tx: &mut Tx, brand: BrandId, from: Cursor) -> Result<bool> {
    let found: Option<i64> = match tx.engine() {
        Engine::Sqlite => tx.opt("select 1 from event where id > $1 and brand_id = $2 limit 1", params![from.id, brand])?,
        Engine::Postgres => tx.opt(
            "select 1 from event where (xid, id) > ($1, $2) and brand_id = $3 limit 1",
            params![from.xid, from.id, brand],
        )?,
    };
    Ok(found.is_some())
}

/// Have the readers that ever applied something here come past a place in the log? Those in `but` are
/// not asked.
pub fn all_past(tx: &mut Tx, to: Cursor, but: &[&str]) -> Result<bool> {
    let stored: Vec<(String, i64, i64)> = tx.all("select name, xid, position from reader", &[])?;
    Ok(stored.into_iter().filter(|r| !but.contains(&r.0.as_str())).all(|(name, xid, id)| {
        let here = Cursor { xid, id };
        tx.shared.place(&name).map_or(here, |place| place.max(here)) >= to
    }))
}

/// Are there events after the cursor that may still be overtaken?
pub fn in_flight(tx: &mut Tx, from: Cursor) -> Result<bool> {
    match tx.engine() {
        Engine::Sqlite => Ok(false),
        Engine::Postgres => {
            let sql = "select 1 from event where (xid, id) > ($1, $2) limit 1";
            Ok(tx.opt::<i64>(sql, params![from.xid, from.id])?.is_some())
        }
    }
}

/// What lies ahead of a reader: the events it wants, where they end, and how many were passed.
struct Ahead {
    wanted: Vec<Event>,
    end: Cursor,
    passed: usize,
}

/// Names of events looked at together.
const GLANCE: i64 = 4096;

/// Most readers want few events: in one process the names are looked at first, and only what is
/// wanted is read whole. Over a network one question is cheaper than many.
fn look_ahead(tx: &mut Tx, reader: &Arc<dyn Reader>, from: Cursor) -> Result<Ahead> {
    if tx.engine() == Engine::Postgres {
        let mut events = ahead(tx, from, BATCH)?;
        let end = events.last().map_or(from, |e| Cursor { xid: e.xid, id: e.id });
        let passed = events.len();
        events.retain(|e| reader.wants(&e.name));
        return Ok(Ahead { wanted: events, end, passed });
    }
    let (mut ids, mut end, mut passed) = (vec![], from, 0);
    tx.each("select id, xid, name from event where id > $1 order by id limit $2", params![from.id, GLANCE], |row| {
        if ids.len() as i64 >= BATCH {
            return Ok(());
        }
        let id = row.get(0)?;
        end = Cursor { xid: row.get(1)?, id };
        passed += 1;
        if row.text(2, |name| reader.wants(name))? {
            ids.push(id);
        }
        Ok(())
    })?;
    let mut wanted = Vec::with_capacity(ids.len());
    for id in ids {
        wanted.push(tx.one(&format!("select {COLUMNS} from event where id = $1"), params![id])?);
    }
    Ok(Ahead { wanted, end, passed })
}

/// Applies at most one batch; tells how many events were passed.
pub fn step(db: &Db, reader: &Arc<dyn Reader>, from: &mut Cursor) -> Result<usize> {
    let (start, looking) = (*from, reader.clone());
    let Ahead { wanted, end, passed } = db.read_now(move |tx| look_ahead(tx, &looking, start))?;
    if passed == 0 {
        return Ok(0);
    }
    if !wanted.is_empty() {
        let wanted = Arc::new(wanted);
        if let Err(problem) = apply(db, reader, &wanted, start, end) {
            if problem.code == Code::Busy || problem.code == Code::Conflict && problem.detail == MOVED {
                return Err(problem);
            }
            one_by_one(db, reader, &wanted, start, end)?;
        }
    }
    *from = end;
    db.shared().passed(reader.name(), end);
    Ok(passed)
}

const MOVED: &str = "another node moved this reader on";

/// Applies events and moves the stored cursor in one transaction. `from` may lie ahead of the
/// stored cursor by events that nobody wanted, never behind it.
fn apply(db: &Db, reader: &Arc<dyn Reader>, events: &Arc<Vec<Event>>, from: Cursor, to: Cursor) -> Result<()> {
    let (reader, events) = (reader.clone(), events.clone());
    db.write_now(move |tx| {
        advance(tx, reader.name(), from, to)?;
        reader.read_some(tx, &events)
    })
}

/// Moves a stored cursor on, unless another node did.
pub fn advance(tx: &mut Tx, name: &str, from: Cursor, to: Cursor) -> Result<()> {
    let now = tx.now();
    tx.exec("insert into reader (name, xid, position, updated_at) values ($1, 0, 0, $2) on conflict do nothing", params![name, now])?;
    tx.guard(
        "update reader set xid = $1, position = $2, updated_at = $3 where name = $4 and (xid, position) <= ($5, $6)",
        params![to.xid, to.id, now, name, from.xid, from.id],
    )?
    .or(|| Problem::conflict(MOVED))
}

/// After a failed batch: each event alone, and one that keeps failing is parked and shown (F6).
fn one_by_one(db: &Db, reader: &Arc<dyn Reader>, events: &Arc<Vec<Event>>, from: Cursor, to: Cursor) -> Result<()> {
    let mut at = from;
    for e in events.iter() {
        let here = Cursor { xid: e.xid, id: e.id };
        let one = Arc::new(vec![e.clone()]);
        if let Err(problem) = apply(db, reader, &one, at, here) {
            if problem.code == Code::Busy {
                return Err(problem);
            }
            tracing::error!(reader = reader.name(), event = e.id, name = %e.name, "parked: {problem}");
            let (name, id, why) = (reader.name(), e.id, problem.to_string());
            db.write_now(move |tx| {
                advance(tx, name, at, here)?;
                let now = tx.now();
                tx.exec(
                    "insert into reader_parked (name, event_id, error, at) values ($1, $2, $3, $4) on conflict do nothing",
                    params![name, id, &why, now],
                )?;
                Ok(())
            })?;
        }
        at = here;
    }
    let name = reader.name();
    db.write_now(move |tx| advance(tx, name, at, to))
}

/// Applies everything that is there now; for tests and for `weir demo`.
pub fn catch_up(db: &Db, readers: &[Arc<dyn Reader>]) -> Result<()> {
    loop {
        let mut moved = 0;
        for reader in readers {
            let name = reader.name();
            let mut from = db.read_now(move |tx| cursor(tx, name))?;
            loop {
                let seen = from;
                if step(db, reader, &mut from)? > 0 {
                    moved += 1;
                } else if db.read_now(move |tx| in_flight(tx, seen))? {
                    std::thread::sleep(Duration::from_millis(1));
                } else {
                    break;
                }
            }
            let (end, name) = (from, reader.name());
            db.write_now(move |tx| {
                let stored = cursor(tx, name)?;
                if stored < end { advance(tx, name, stored, end) } else { Ok(()) }
            })?;
            db.shared().passed(reader.name(), end);
        }
        // A reader may have appended events that an earlier one in the list wants.
        if moved == 0 {
            return Ok(());
        }
    }
}

/// Starts a thread that follows the log until `stop`.
pub fn follow(db: Db, reader: Arc<dyn Reader>, stop: Arc<AtomicBool>) -> std::thread::JoinHandle<()> {
    let run = move || {
        let name = reader.name();
        let mut from = None;
        let mut haste = None;
        while !stop.load(Ordering::SeqCst) {
            let seen = db.shared().events.seen();
            let at = match from.as_mut() {
                Some(at) => at,
                None => match db.read_now(move |tx| cursor(tx, name)) {
                    Ok(stored) => {
                        db.shared().passed(name, stored);
                        from.insert(stored)
                    }
                    Err(_) => {
                        std::thread::sleep(Duration::from_millis(200));
                        continue;
                    }
                },
            };
            match step(&db, &reader, at) {
                Ok(0) => {
                    let longer = haste.map_or(HASTE, |nap: Duration| (nap * 2).min(PATIENCE));
                    haste = overtaken(&db, *at).then_some(longer);
                    db.shared().events.wait(seen, haste.unwrap_or_else(|| rest(&db)));
                }
                Ok(_) => haste = None,
                Err(_) if stop.load(Ordering::SeqCst) => return,
                Err(problem) => {
                    tracing::warn!(reader = name, "will try again: {problem}");
                    from = None;
                    std::thread::sleep(Duration::from_millis(200));
                }
            }
        }
    };
    std::thread::Builder::new().name("weir-reader".into()).spawn(run).expect("the system can start a thread")
}

/// Pauses between looks at events that are there but may still be overtaken: nobody rings when the
/// older transaction ends. They double from the first to the last.
const HASTE: Duration = Duration::from_millis(2);
const PATIENCE: Duration = Duration::from_millis(250);

/// Are there events that cannot be read yet?
fn overtaken(db: &Db, at: Cursor) -> bool {
    db.engine() == Engine::Postgres && db.read_now(move |tx| in_flight(tx, at)).unwrap_or(false)
}

/// Commits ring, those of other nodes as well. A word from another node can be lost with it, so on
/// PostgreSQL one looks again now and then.
fn rest(db: &Db) -> Duration {
    match db.engine() {
        Engine::Sqlite => Duration::from_secs(3600),
        Engine::Postgres => Duration::from_secs(5),
    }
}
