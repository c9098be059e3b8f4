//! The only writer: takes what waits as one batch, runs it, commits once.
//!
//! A batch first runs without savepoints: SQLite copies every page that a savepoint may have to
//! restore, which costs as much as the work itself. A call that refuses before it wrote anything
//! leaves nothing to undo. Only when a call fails after a write is the batch rolled back and run
//! again with a savepoint around each call; calls may be run again by contract.
//!
//! The journal is folded beside the writer while this goes on writing. What it wrote meanwhile is
//! little; the writer folds that itself, between two commits, so that the next one finds everything
//! in the file and begins the journal from its start. Else it would grow as long as there is work, and
//! a commit to a file that grows waits for the file system's own journal.
use crate::base::{Problem, Result};
use crate::db::{Job, Shared, Tx, memo::Memo, trail, tx::{Conn, sqlite_problem}, waiting::Waiting};
use std::cell::RefCell;
use std::sync::{Arc, atomic::{AtomicBool, AtomicUsize, Ordering}, mpsc};

/// Calls that share a commit at most: bounds how long the first of them waits.
const BATCH: usize = 4096;
/// The journal is folded back into the file when it holds so many pages of 4 KiB.
const FOLD_AT: usize = 8 << 10;
/// Batches run with savepoints after one had to be run again.
const CAREFUL: u32 = 64;
/// So long without a job is rest enough to fold some of the trail.
const REST: std::time::Duration = std::time::Duration::from_millis(2);

type Jobs = mpsc::Receiver<Box<dyn Job>>;

/// How the journal stands.
#[derive(Default)]
pub(super) struct Journal {
    /// Pages in it since it was last begun from the start.
    pub pages: AtomicUsize,
    /// All of it that was there a moment ago lies in the file, too.
    pub folded: AtomicBool,
}

/// A batch that is in the journal, or why it is not.
pub(super) struct Done {
    pub batch: Vec<Box<dyn Job>>,
    pub failed: Option<Problem>,
}

/// What a batch did that others wait for.
#[derive(Clone, Copy, Default)]
struct Woke {
    events: bool,
    timers: bool,
    /// Entries of the trail that it brought.
    noted: usize,
}

impl Woke {
    fn by(&mut self, tx: &Tx) {
        self.events |= tx.appended > 0;
        self.timers |= tx.timers;
        self.noted += tx.noted;
    }
}

/// What the writer does about the trail when there is no job.
enum Rest {
    /// Something may be left to fold: after a moment of rest.
    Wait,
    /// There is more to fold at once.
    More,
    /// All is folded.
    Done,
}

enum Next {
    Job(Box<dyn Job>),
    Nothing,
    End,
}

fn next(jobs: &Jobs, trail: &Rest) -> Next {
    let for_at_most = match trail {
        Rest::Wait => REST,
        Rest::More => std::time::Duration::ZERO,
        Rest::Done => return jobs.recv().map_or(Next::End, Next::Job),
    };
    match jobs.recv_timeout(for_at_most) {
        Ok(job) => Next::Job(job),
        Err(mpsc::RecvTimeoutError::Timeout) => Next::Nothing,
        Err(mpsc::RecvTimeoutError::Disconnected) => Next::End,
    }
}

pub(super) struct Writer {
    c: rusqlite::Connection,
    shared: Arc<Shared>,
    waiting: RefCell<Waiting>,
    trail: trail::Folding,
    /// Batches that are yet to be run with savepoints.
    careful: u32,
    /// By which SQLite tells that another process wrote.
    version: i64,
}

impl Writer {
    pub fn new(c: rusqlite::Connection, shared: Arc<Shared>) -> Writer {
        Writer { c, shared, waiting: RefCell::new(Waiting::new()), trail: trail::Folding::default(), careful: 0, version: 0 }
    }

    /// Works until nobody can hand in jobs any more.
    pub fn run(mut self, jobs: &Jobs, journal: &Journal, fold: &mpsc::SyncSender<()>, to_flush: &mpsc::SyncSender<Done>) {
        let (mut folding, mut trail) = (false, Rest::Wait);
        loop {
            match next(jobs, &trail) {
                Next::End => break,
                Next::Nothing => trail = self.fold_trail(),
                Next::Job(first) => {
                    trail = Rest::Wait;
                    let _ = to_flush.send(self.write(first, jobs));
                }
            }
            if folding && journal.folded.swap(false, Ordering::Acquire) {
                let _ = self.c.execute_batch("pragma wal_checkpoint(passive)");
                journal.pages.store(0, Ordering::Relaxed);
                folding = false;
            }
            if !folding && journal.pages.load(Ordering::Relaxed) > FOLD_AT {
                folding = fold.try_send(()).is_ok();
            }
        }
    }

    fn sql(&self, text: &'static str) -> Result<()> {
        self.c.execute_batch(text).map_err(|e| sqlite_problem(e, text))
    }

    /// Runs what waits as one batch.
    fn write(&mut self, first: Box<dyn Job>, jobs: &Jobs) -> Done {
        let mut batch = vec![first];
        while batch.len() < BATCH {
            match jobs.try_recv() {
                Ok(job) => batch.push(job),
                Err(_) => break,
            }
        }
        let done = self.commit(&mut batch);
        self.shared.stats.commits.fetch_add(1, Ordering::Relaxed);
        self.shared.stats.calls.fetch_add(batch.len() as u64, Ordering::Relaxed);
        let failed = match done {
            Ok(woke) => {
                if woke.events {
                    self.shared.events.ring();
                }
                if woke.timers {
                    self.shared.timers.ring();
                }
                None
            }
            Err(problem) => {
                let _ = self.c.execute_batch("rollback");
                Some(problem)
            }
        };
        Done { batch, failed }
    }

    /// Runs all calls and commits once.
    fn commit(&mut self, batch: &mut [Box<dyn Job>]) -> Result<Woke> {
        self.sql("begin immediate")?;
        self.go_on_from()?;
        let mut plain = None;
        if self.careful == 0 {
            plain = self.run_plain(batch);
            if plain.is_none() {
                self.shared.stats.reruns.fetch_add(1, Ordering::Relaxed);
                self.careful = CAREFUL;
                self.sql("rollback")?;
                self.sql("begin immediate")?;
                // Nobody had the lock for a moment.
                self.go_on_from()?;
            }
        }
        let woke = match plain {
            Some(woke) => woke,
            None => {
                self.careful = self.careful.saturating_sub(1);
                self.run_careful(batch)?
            }
        };
        if self.trail.due(&self.c, false)? {
            self.trail.fold(&self.c, 2 * woke.noted)?;
        }
        self.sql("commit")?;
        Ok(woke)
    }

    /// Events are numbered in memory. Another process that has the file open (a command beside the
    /// server) may have appended some: then the numbers go on from its last one. Nobody else writes from here
    /// to the commit.
    fn go_on_from(&mut self) -> Result<()> {
        let ask = |text: &'static str| {
            let one = self.c.prepare_cached(text).and_then(|mut s| s.query_row([], |r| r.get::<_, i64>(0)));
            one.map_err(|e| sqlite_problem(e, text))
        };
        let now = ask("pragma data_version")?;
        if now != self.version {
            self.shared.last_event.fetch_max(ask("select coalesce(max(id), 0) from event")?, Ordering::SeqCst);
            self.version = now;
        }
        Ok(())
    }

    /// Runs the calls one after another; nothing as soon as one failed after it had written, or a row
    /// that waited was refused.
    fn run_plain(&self, batch: &mut [Box<dyn Job>]) -> Option<Woke> {
        let (memo, mut woke) = (Memo::default(), Woke::default());
        self.waiting.borrow_mut().clear();
        for job in batch {
            let before = self.c.total_changes();
            self.waiting.borrow_mut().begin();
            let mut tx = Tx::new(Conn::Sqlite(&self.c), &self.shared, &memo).waiting(&self.waiting);
            if job.run(&mut tx).is_ok() {
                woke.by(&tx);
            } else {
                let undone = self.waiting.borrow_mut().undo(self.c.total_changes() - before);
                if !undone || self.c.is_autocommit() {
                    return None;
                }
                self.shared.stats.refused.fetch_add(1, Ordering::Relaxed);
            }
            if self.waiting.borrow().failed() {
                return None;
            }
        }
        self.waiting.borrow_mut().flush(&self.c).ok()?;
        Some(woke)
    }

    /// Runs each call in a savepoint of its own, in which it writes its rows itself.
    fn run_careful(&self, batch: &mut [Box<dyn Job>]) -> Result<Woke> {
        let mut woke = Woke::default();
        for job in batch {
            self.sql("savepoint call")?;
            let memo = Memo::default();
            let mut tx = Tx::new(Conn::Sqlite(&self.c), &self.shared, &memo);
            if job.run(&mut tx).is_ok() {
                woke.by(&tx);
            } else {
                self.shared.stats.refused.fetch_add(1, Ordering::Relaxed);
                self.sql("rollback to call")?;
            }
            self.sql("release call")?;
        }
        Ok(woke)
    }

    /// Folds a piece of the trail in a transaction of its own.
    fn fold_trail(&mut self) -> Rest {
        let mut fold = || -> Result<Rest> {
            if !self.trail.due(&self.c, true)? {
                return Ok(Rest::Done);
            }
            self.sql("begin immediate")?;
            self.trail.fold(&self.c, trail::PIECE)?;
            self.sql("commit")?;
            Ok(Rest::More)
        };
        fold().unwrap_or_else(|problem| {
            tracing::warn!("the trail is not folded just now: {}", problem.detail);
            let _ = self.c.execute_batch("rollback");
            Rest::Done
        })
    }
}
