//! Timers are rows: unique by kind and key, so they can be moved; the next due one wakes the
//! timer thread. Nothing polls for "is it time?".
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
pub type Handlers = Arc<HashMap<&'static str, Handler>>;

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

    /// Sets a timer whose key is new: the cheap way on hot paths.
    pub fn new_timer(&mut self, kind: &str, key: i64, due_at: Ms, brand: BrandId) -> Result<()> {
        self.timers = true;
        self.exec(
            "insert into timer (kind, key, due_at, brand_id) values ($1, $2, $3, $4)",
            params![kind, key, due_at, brand],
        )?;
        Ok(())
    }

    pub fn clear_timer(&mut self, kind: &str, key: i64) -> Result<()> {
        self.exec("delete from timer where kind = $1 and key = $2", params![kind, key])?;
        Ok(())
    }
}

const CHUNK: i64 = 128;
/// A handler that fails is tried again this much later, doubling, and is shown by `weir status`.
const RETRY: Ms = 10_000;

fn next_due(tx: &mut Tx) -> Result<Option<Ms>> {
    tx.one("select min(due_at) from timer", &[])
}

/// Fires what is due now, oldest first; tells how many.
pub fn fire(db: &Db, handlers: &Handlers) -> Result<usize> {
    let mut fired = 0;
    loop {
        let now = db.now();
        if db.read_now(next_due)?.is_none_or(|due| due > now) {
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

fn due_rows(tx: &mut Tx, limit: i64) -> Result<Vec<Due>> {
    let now = tx.now();
    let lock = if tx.engine() == Engine::Postgres { " for update skip locked" } else { "" };
    tx.all(
        &format!("select kind, key, due_at, brand_id, tries from timer where due_at <= $1 order by due_at, kind, key limit $2{lock}"),
        params![now, limit],
    )
}

fn chunk(tx: &mut Tx, handlers: &Handlers, limit: i64) -> Result<usize> {
    let due = due_rows(tx, limit)?;
    for d in &due {
        tx.clear_timer(&d.kind, d.key)?;
        handle(tx, handlers, d)?;
    }
    Ok(due.len())
}

fn handle(tx: &mut Tx, handlers: &Handlers, d: &Due) -> Result<()> {
    let Some(handler) = handlers.get(d.kind.as_str()) else {
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
    let due = due_rows(tx, CHUNK)?;
    for d in &due {
        let fired = tx.attempt(|tx| {
            tx.clear_timer(&d.kind, d.key)?;
            handle(tx, handlers, d)
        });
        if let Err(problem) = fired {
            tracing::error!(kind = %d.kind, key = d.key, tries = d.tries, "timer failed: {problem}");
            let again = tx.now() + (RETRY << d.tries.min(12));
            tx.exec(
                "update timer set due_at = $1, tries = tries + 1, error = $2 where kind = $3 and key = $4",
                params![again, &problem.to_string(), &d.kind, d.key],
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
            if let Err(problem) = fire(&db, &handlers) {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                tracing::warn!("timers will be tried again: {problem}");
                std::thread::sleep(Duration::from_millis(500));
                continue;
            }
            let next = db.read_now(next_due).ok().flatten();
            let most = if db.engine() == Engine::Postgres { 5_000 } else { 3_600_000 };
            let wait = next.map_or(most, |due| (due - db.now()).clamp(0, most)) as u64;
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
