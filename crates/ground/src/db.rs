//! One way to write, two engines.
//!
//! Domain code is synchronous Rust over a [`Tx`]; the store decides how to run it. On SQLite one
//! writer thread drains a queue of calls and commits them together, so a hundred orders share one
//! fsync. On PostgreSQL the same calls run on a pool of connections and are run again after a
//! deadlock or a serialization failure. A call therefore may run more than once and must act only
//! through its `Tx`.
pub mod dialect;
mod memo;
pub mod migrate;
mod postgres;
pub mod row;
mod sqlite;
mod trail;
mod tx;
mod value;
mod waiting;

pub use dialect::Engine;
pub use trail::Kind as Trail;
pub use tx::{Outcome, Tx};
pub use value::{Column, Ref, Value};

use crate::base::{Ms, Problem, Result};
use std::sync::{
    Arc, Condvar, Mutex,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

/// Where the time comes from. Tests and simulations set it by hand.
#[derive(Debug)]
pub enum Clock {
    System,
    Manual(AtomicI64),
}

impl Clock {
    pub fn now(&self) -> Ms {
        match self {
            Clock::Manual(ms) => ms.load(Ordering::SeqCst),
            Clock::System => {
                let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
                since.map(|d| d.as_millis() as i64).unwrap_or(0)
            }
        }
    }
}

/// What sleepers wait for: something was committed that may concern them.
#[derive(Default)]
pub struct Signal {
    count: Mutex<u64>,
    changed: Condvar,
}

impl Signal {
    pub fn ring(&self) {
        *self.count.lock().unwrap_or_else(|e| e.into_inner()) += 1;
        self.changed.notify_all();
    }
    pub fn seen(&self) -> u64 {
        *self.count.lock().unwrap_or_else(|e| e.into_inner())
    }
    /// Sleeps until the count differs from `seen` or `for_at_most` has passed.
    pub fn wait(&self, seen: u64, for_at_most: std::time::Duration) {
        let guard = self.count.lock().unwrap_or_else(|e| e.into_inner());
        let _ = self.changed.wait_timeout_while(guard, for_at_most, |count| *count == seen);
    }
}

/// State of this process that transactions share.
pub struct Shared {
    pub clock: Clock,
    pub events: Signal,
    pub timers: Signal,
    last_key: AtomicI64,
    node: AtomicI64,
    chance: AtomicU64,
    seeded: bool,
    /// SQLite only: the last event id handed out.
    pub(crate) last_event: AtomicI64,
    keys: std::sync::OnceLock<crate::seal::Keys>,
    pub stats: Stats,
    /// How far each reader of this process has come.
    pub places_moved: Signal,
    places: Mutex<std::collections::HashMap<&'static str, crate::reader::Cursor>>,
}

/// Counters for `/metrics`.
#[derive(Default)]
pub struct Stats {
    pub commits: AtomicU64,
    pub calls: AtomicU64,
    pub refused: AtomicU64,
    pub reruns: AtomicU64,
}

/// 2020-01-01, where our ids begin to count.
const EPOCH: Ms = 1_577_836_800_000;

impl Shared {
    fn new(clock: Clock, seed: Option<u64>) -> Shared {
        let chance = seed.unwrap_or_else(|| u64::from_le_bytes(crate::secret::bytes()));
        Shared {
            clock,
            events: Signal::default(),
            timers: Signal::default(),
            last_key: AtomicI64::new(0),
            node: AtomicI64::new(if seed.is_some() { 1 } else { (chance & 0xff) as i64 }),
            chance: AtomicU64::new(chance),
            seeded: seed.is_some(),
            last_event: AtomicI64::new(0),
            keys: std::sync::OnceLock::new(),
            stats: Stats::default(),
            places_moved: Signal::default(),
            places: Mutex::default(),
        }
    }

    /// The keys for what must not be read; there from the moment that the store is open.
    pub fn keys(&self) -> &crate::seal::Keys {
        self.keys.get().expect("the keys are there before any call runs")
    }

    pub(crate) fn set_keys(&self, keys: crate::seal::Keys) {
        let _ = self.keys.set(keys);
    }

    /// Notes how far a reader has come, and wakes those who wait for it.
    pub fn passed(&self, reader: &'static str, to: crate::reader::Cursor) {
        let mut places = self.places.lock().unwrap_or_else(|e| e.into_inner());
        if places.insert(reader, to).is_none_or(|was| was < to) {
            drop(places);
            self.places_moved.ring();
        }
    }
    /// How far a reader of this process has come, if it runs here.
    pub fn place(&self, reader: &str) -> Option<crate::reader::Cursor> {
        self.places.lock().unwrap_or_else(|e| e.into_inner()).get(reader).copied()
    }

    /// 41 bits of milliseconds, 8 bits of node, 14 bits of counter: grows, never repeats here.
    fn new_id(&self, now: Ms) -> i64 {
        let floor = (now - EPOCH).max(1) << 14;
        let bump = |last: i64| Some(floor.max(last + 1));
        let key = match self.last_key.fetch_update(Ordering::SeqCst, Ordering::SeqCst, bump) {
            Ok(last) | Err(last) => floor.max(last + 1),
        };
        (key >> 14) << 22 | self.node.load(Ordering::Relaxed) << 14 | (key & 0x3fff)
    }

    /// A random number outside any transaction.
    pub fn chance(&self) -> u64 {
        self.random()
    }

    /// splitmix64 over a shared counter.
    fn random(&self) -> u64 {
        let mut z = self.chance.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// How to open a store.
#[derive(Clone, Debug, Default)]
pub struct Open {
    /// Folder of the SQLite file, and of the key where none is given.
    pub dir: Option<std::path::PathBuf>,
    /// `postgres://…`
    pub url: Option<String>,
    /// Fixes chance and ids, for tests and simulations.
    pub seed: Option<u64>,
    /// Starts a clock that only moves by [`Db::set_clock`].
    pub clock: Option<Ms>,
    /// How many connections write (PostgreSQL) or read; 0 chooses.
    pub threads: usize,
    /// The master key of what is sealed; the file `key` in `dir` when absent.
    pub key: Option<crate::seal::Given>,
}

impl Open {
    fn place(&self) -> crate::seal::Place<'_> {
        crate::seal::Place { given: self.key.as_ref(), dir: self.dir.as_deref() }
    }
}

pub(crate) type Reply<T> = tokio::sync::oneshot::Sender<Result<T>>;

/// A call on its way through the store.
pub(crate) trait Job: Send {
    /// Runs the call and keeps its result. May be run again.
    fn run(&mut self, tx: &mut Tx) -> Result<()>;
    /// Tells the caller: the kept result, or why the commit failed.
    fn answer(self: Box<Self>, failed: Option<Problem>);
}

struct Call<T, F> {
    f: F,
    result: Option<T>,
    refusal: Option<Problem>,
    reply: Reply<T>,
}

impl<T: Send, F: FnMut(&mut Tx) -> Result<T> + Send> Job for Call<T, F> {
    fn run(&mut self, tx: &mut Tx) -> Result<()> {
        (self.result, self.refusal) = (None, None);
        let f = &mut self.f;
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| f(tx)));
        match outcome.unwrap_or_else(|_| Err(Problem::internal("a call panicked; nothing of it was kept"))) {
            Ok(value) => {
                self.result = Some(value);
                Ok(())
            }
            Err(problem) => {
                self.refusal = Some(problem.clone());
                Err(problem)
            }
        }
    }

    fn answer(self: Box<Self>, failed: Option<Problem>) {
        let refusal = failed.or(self.refusal);
        let lost = || Problem::internal("the call was not run");
        let _ = self.reply.send(match (refusal, self.result) {
            (Some(problem), _) => Err(problem),
            (None, Some(value)) => Ok(value),
            (None, None) => Err(lost()),
        });
    }
}

pub(crate) trait Store: Send + Sync {
    fn write(&self, job: Box<dyn Job>);
    fn read(&self, job: Box<dyn Job>);
    /// Stops taking calls, finishes those under way, joins the threads.
    fn close(&self);
}

/// A handle on the store; cheap to clone.
#[derive(Clone)]
pub struct Db {
    store: Arc<dyn Store>,
    shared: Arc<Shared>,
    engine: Engine,
}

impl Db {
    /// Opens and migrates the store.
    pub fn open(how: &Open) -> Result<Db> {
        let clock = how.clock.map_or(Clock::System, |ms| Clock::Manual(AtomicI64::new(ms)));
        let shared = Arc::new(Shared::new(clock, how.seed));
        match (&how.url, &how.dir) {
            (Some(url), _) => Ok(Db {
                store: Arc::new(postgres::open(url, how, shared.clone())?),
                shared,
                engine: Engine::Postgres,
            }),
            (None, Some(dir)) => Ok(Db {
                store: Arc::new(sqlite::open(dir, how, shared.clone())?),
                shared,
                engine: Engine::Sqlite,
            }),
            (None, None) => Err(Problem::invalid("Say where the data is: --data DIR or --database-url URL.")),
        }
    }

    pub fn engine(&self) -> Engine {
        self.engine
    }
    pub fn shared(&self) -> &Shared {
        &self.shared
    }
    pub fn now(&self) -> Ms {
        self.shared.clock.now()
    }
    /// Moves a manual clock and wakes the timers.
    pub fn set_clock(&self, now: Ms) {
        if let Clock::Manual(ms) = &self.shared.clock {
            ms.store(now, Ordering::SeqCst);
            self.shared.timers.ring();
            self.shared.places_moved.ring();
        }
    }

    /// Runs a call in a transaction; answers after the commit is durable.
    pub async fn write<T: Send + 'static>(&self, f: impl FnMut(&mut Tx) -> Result<T> + Send + 'static) -> Result<T> {
        let (reply, answer) = tokio::sync::oneshot::channel();
        self.store.write(Box::new(Call { f, result: None, refusal: None, reply }));
        answer.await.unwrap_or_else(|_| Err(stopping()))
    }

    /// [`Db::write`] for threads that are not asynchronous.
    pub fn write_now<T: Send + 'static>(&self, f: impl FnMut(&mut Tx) -> Result<T> + Send + 'static) -> Result<T> {
        let (reply, answer) = tokio::sync::oneshot::channel();
        self.store.write(Box::new(Call { f, result: None, refusal: None, reply }));
        answer.blocking_recv().unwrap_or_else(|_| Err(stopping()))
    }

    /// Hands a call in and returns at once; the answer comes later. Keeps many calls in flight
    /// from one thread.
    pub fn submit<T: Send + 'static>(
        &self,
        f: impl FnMut(&mut Tx) -> Result<T> + Send + 'static,
    ) -> tokio::sync::oneshot::Receiver<Result<T>> {
        let (reply, answer) = tokio::sync::oneshot::channel();
        self.store.write(Box::new(Call { f, result: None, refusal: None, reply }));
        answer
    }

    /// Runs a call over a consistent snapshot; writing in it is an error.
    pub async fn read<T: Send + 'static>(&self, f: impl FnMut(&mut Tx) -> Result<T> + Send + 'static) -> Result<T> {
        let (reply, answer) = tokio::sync::oneshot::channel();
        self.store.read(Box::new(Call { f, result: None, refusal: None, reply }));
        answer.await.unwrap_or_else(|_| Err(stopping()))
    }

    /// [`Db::read`] for threads that are not asynchronous.
    pub fn read_now<T: Send + 'static>(&self, f: impl FnMut(&mut Tx) -> Result<T> + Send + 'static) -> Result<T> {
        let (reply, answer) = tokio::sync::oneshot::channel();
        self.store.read(Box::new(Call { f, result: None, refusal: None, reply }));
        answer.blocking_recv().unwrap_or_else(|_| Err(stopping()))
    }

    /// Returns when everything that a read may have seen is durable: a read can be some milliseconds
    /// ahead of the disk. Whoever acts outside on what it read, without a write before, asks this first.
    pub async fn settled(&self) -> Result<()> {
        match self.engine {
            Engine::Sqlite => self.write(|_| Ok(())).await,
            Engine::Postgres => Ok(()),
        }
    }

    /// [`Db::settled`] for threads that are not asynchronous.
    pub fn settled_now(&self) -> Result<()> {
        match self.engine {
            Engine::Sqlite => self.write_now(|_| Ok(())),
            Engine::Postgres => Ok(()),
        }
    }

    /// Finishes what is under way and lets go of the files or connections.
    pub fn close(&self) {
        self.store.close();
        self.shared.events.ring();
        self.shared.timers.ring();
        self.shared.places_moved.ring();
    }
}

static AFTER_LARGE_READ: std::sync::OnceLock<fn()> = std::sync::OnceLock::new();

/// Sets what a reading thread does after a call that took long, and so probably held much memory:
/// the program knows its allocator, the ground does not.
pub fn after_large_reads(f: fn()) {
    let _ = AFTER_LARGE_READ.set(f);
}

/// A read that took longer than this was large.
const LARGE_READ: std::time::Duration = std::time::Duration::from_millis(40);

pub(crate) fn tidy(started: std::time::Instant) {
    if started.elapsed() > LARGE_READ {
        if let Some(f) = AFTER_LARGE_READ.get() {
            f()
        }
    }
}

fn stopping() -> Problem {
    Problem::new(crate::base::Code::Busy, "The server is stopping; try again in a moment.")
}
