//! Timers are rows: unique by kind and key, so they can be moved; the next due one wakes the
//! timer thread. Nothing polls for "is it time?".
//!
//! A row of a chapter can be a timer itself ([`Rows`]): it says when it is due and as long as what,
//! and costs no row here unless its handler failed.
use crate::base::{Ms, Result};
use crate::db::{Db, Engine, Tx};
use crate::event::BrandId;
use crate::{from_row, params};
use std::collections::HashMap;
use std::sync::{Arc, atomic::{AtomicBool, Ordering}};
use std::time::Duration;

/// A timer that is due. The handler runs as of its due time.
#[derive(Clone, Debug)]
pub struct Due {
    pub kind: String,
    pub key: i64,
    pub due_at: Ms,
    pub brand: BrandId,
    pub tries: i64,
}
from_row!(Due { kind, key, due_at, brand, tries });

pub type Handler = Arc<dyn Fn(&mut Tx, &Due) -> Result<()> + Send + Sync>;
pub type Handlers = Arc<Timers>;

/// Rows that are timers by themselves: each is due at its column `due` while `still` holds, and its
/// handler makes that end. They have `id` and `brand_id`; an index over (`due`, `id`) where `still`
/// finds them.
#[derive(Clone, Copy, Debug)]
pub struct Rows {
    pub kind: &'static str,
    pub table: &'static str,
    pub due: &'static str,
    pub still: &'static str,
}

impl Rows {
    /// One whose handler failed waits in `timer` to be tried again.
    fn from(&self) -> String {
        let Rows { kind, table, still, .. } = self;
        format!("from {table} r where {still} and not exists (select 1 from timer t where t.kind = '{kind}' and t.key = r.id)")
    }
}

/// Who is called for which kind of timer.
#[derive(Default)]
pub struct Timers {
    kinds: HashMap<&'static str, Handler>,
    rows: Vec<Rows>,
}

impl Timers {
    pub fn with_rows(mut self, rows: Rows) -> Timers {
        self.rows.push(rows);
        self
    }
}

impl FromIterator<(&'static str, Handler)> for Timers {
    fn from_iter<I: IntoIterator<Item = (&'static str, Handler)>>(all: I) -> Timers {
        Timers { kinds: all.into_iter().collect(), rows: vec![] }
    }
}

impl Tx<'_> {
    /// Sets or moves a timer.
    pub fn set_timer(&mut self, kind: &str, key: i64, due_at: Ms, brand: BrandId) -> Result<()> {
        self.timers = true;
        self.exec(
            "insert into timer (kind, key, due_at, brand_id) values ($1, $2, $3, $4) \
             on conflict (kind, key) do update set due_at = excluded.due_at, tries = 0",
            params![kind, key, due_at, brand],
        )?;
        Ok(())
    }

    /// Sets a timer where there is none; one that is set stays as it is.
    pub fn start_timer(&mut self, kind: &str, key: i64, due_at: Ms, brand: BrandId) -> Result<()> {
        self.timers = true;
        self.exec(
            "insert into timer (kind, key, due_at, brand_id) values ($1, $2, $3, $4) on conflict (kind, key) do nothing",
            params![kind, key, due_at, brand],
        )?;
        Ok(())
    }

    /// A row that is a timer by itself was written: see [`Rows`].
    pub fn timed(&mut self) {
        self.timers = true;
    }

    pub fn clear_timer(&mut self, kind: &str, key: i64) -> Result<()> {
        self.exec("delete from timer where kind = $1 and key = $2", params![kind, key])?;
        Ok(())
    }
}

const CHUNK: i64 = 128;
/// A handler that fails is tried again this much later, doubling, and is shown by `weir status`.
const RETRY: Ms = 10_000;

fn next_due(tx: &mut Tx, handlers: &Timers) -> Result<Option<Ms>> {
    let mut next: Option<Ms> = tx.one("select min(due_at) from timer", &[])?;
    for rows in &handlers.rows {
        let due = rows.due;
        let first: Option<Ms> = tx.opt(&format!("select {due} {} order by {due}, id limit 1", rows.from()), &[])?;
        next = [next, first].into_iter().flatten().min();
    }
    Ok(next)
}

/// Fires what is due now, oldest first; tells how many.
pub fn fire(db: &Db, handlers: &Handlers) -> Result<usize> {
    let mut fired = 0;
    loop {
        let (now, all) = (db.now(), handlers.clone());
        if db.read_now(move |tx| next_due(tx, &all))?.is_none_or(|due| due > now) {
            return Ok(fired);
        }
        let all = handlers.clone();
        let batch = db.write_now(move |tx| chunk(tx, &all, CHUNK));
        let n = match batch {
            Ok(n) => n,
            Err(_) => {
                let all = handlers.clone();
                db.write_now(move |tx| alone(tx, &all))?
            }
        };
        if n == 0 {
            return Ok(fired);
        }
        fired += n;
    }
}

fn due_rows(tx: &mut Tx, handlers: &Timers, limit: i64) -> Result<Vec<Due>> {
    let now = tx.now();
    let lock = if tx.engine() == Engine::Postgres { " for update skip locked" } else { "" };
    let mut all: Vec<Due> = tx.all(
        &format!("select kind, key, due_at, brand_id, tries from timer where due_at <= $1 order by due_at, kind, key limit $2{lock}"),
        params![now, limit],
    )?;
    for rows in &handlers.rows {
        let (kind, due) = (rows.kind, rows.due);
        let lock = if lock.is_empty() { "" } else { " for update of r skip locked" };
        let sql = format!(
            "select '{kind}', id, {due}, brand_id, cast(0 as bigint) {} and {due} <= $1 order by {due}, id limit $2{lock}",
            rows.from()
        );
        all.extend(tx.all::<Due>(&sql, params![now, limit])?);
    }
    if !handlers.rows.is_empty() {
        all.sort_by_key(|d| d.due_at);
        all.truncate(limit as usize);
    }
    Ok(all)
}

fn chunk(tx: &mut Tx, handlers: &Handlers, limit: i64) -> Result<usize> {
    let due = due_rows(tx, handlers, limit)?;
    for d in &due {
        tx.clear_timer(&d.kind, d.key)?;
        handle(tx, handlers, d)?;
    }
    Ok(due.len())
}

fn handle(tx: &mut Tx, handlers: &Handlers, d: &Due) -> Result<()> {
    let Some(handler) = handlers.kinds.get(d.kind.as_str()) else {
        return Err(crate::base::Problem::internal(format!("nobody handles timers of kind {}", d.kind)));
    };
    let now = tx.now();
    tx.as_of(d.due_at.min(now));
    let outcome = handler(tx, d);
    tx.as_of(now);
    outcome
}

/// After a failed chunk: each timer in a savepoint; one that fails is moved on and counted.
fn alone(tx: &mut Tx, handlers: &Handlers) -> Result<usize> {
    let due = due_rows(tx, handlers, CHUNK)?;
    for d in &due {
        let fired = tx.attempt(|tx| {
            tx.clear_timer(&d.kind, d.key)?;
            handle(tx, handlers, d)
        });
        if let Err(problem) = fired {
            tracing::error!(kind = %d.kind, key = d.key, tries = d.tries, "timer failed: {problem}");
            let again = tx.now() + (RETRY << d.tries.min(12));
            tx.exec(
                "insert into timer (kind, key, due_at, brand_id, tries, error) values ($1, $2, $3, $4, $5, $6) \
                 on conflict (kind, key) do update set due_at = excluded.due_at, tries = excluded.tries, error = excluded.error",
                params![&d.kind, d.key, again, d.brand, d.tries + 1, &problem.to_string()],
            )?;
        }
    }
    Ok(due.len())
}

/// Starts the thread that sleeps until the next timer is due.
pub fn run(db: Db, handlers: Handlers, stop: Arc<AtomicBool>) -> std::thread::JoinHandle<()> {
    let body = move || {
        while !stop.load(Ordering::SeqCst) {
            let seen = db.shared().timers.seen();
            let fired = match fire(&db, &handlers) {
                Ok(fired) => fired,
                Err(_) if stop.load(Ordering::SeqCst) => return,
                Err(problem) => {
                    tracing::warn!("timers will be tried again: {problem}");
                    std::thread::sleep(Duration::from_millis(500));
                    continue;
                }
            };
            let all = handlers.clone();
            let next = db.read_now(move |tx| next_due(tx, &all)).ok().flatten();
            let most = if db.engine() == Engine::Postgres { 5_000 } else { 3_600_000 };
            let wait = next.map_or(most, |due| (due - db.now()).clamp(0, most)) as u64;
            if wait == 0 && fired == 0 && db.engine() == Engine::Postgres {
                // Another node has what is due in its hands.
                std::thread::sleep(Duration::from_millis(5));
            }
            if wait > 0 {
                // Many commits set timers that are due later than the next one: a short pause
                // keeps them from waking this thread once each.
                db.shared().timers.wait(seen, Duration::from_millis(wait));
                if wait > 20 {
                    std::thread::sleep(Duration::from_millis(5));
                }
            }
        }
    };
    std::thread::Builder::new().name("weir-timer".into()).spawn(body).expect("the system can start a thread")
}
