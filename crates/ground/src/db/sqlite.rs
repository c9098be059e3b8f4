//! SQLite: one writer ([`write`]), one commit for all who wait, readers beside it.
//!
//! The writer commits to the journal without waiting for the disk and goes on; another thread flushes
//! the journal and only then answers the calls. A reader may therefore see what the disk has for a few
//! milliseconds not yet: whoever acts outside on what it read writes first, and that write's answer
//! says that all before it is kept, too.
mod write;

use super::{Job, Open, Shared, Store, Tx, memo::Memo, migrate, tx::{Conn, sqlite_problem}};
use crate::base::{Problem, Result};
use crate::seal;
use rusqlite::hooks::Wal;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, atomic::Ordering, mpsc};
use write::{Done, Journal, Writer};

/// Rounds of folding at most, and the pages that the writer may fold in passing.
const ROUNDS: usize = 6;
const LITTLE: usize = 200;
/// A journal file is cut to this when it has been larger; below, it is written over from its beginning.
const JOURNAL: u64 = 256 << 20;
/// Batches that may be committed while the disk still works on one before.
const AHEAD: usize = 2;

pub fn file(dir: &Path) -> PathBuf {
    dir.join("weir.db")
}

pub struct Sqlite {
    writer: Mutex<Option<mpsc::Sender<Box<dyn Job>>>>,
    reader: Mutex<Option<mpsc::Sender<Box<dyn Job>>>>,
    threads: Mutex<Vec<std::thread::JoinHandle<()>>>,
}

fn connect(path: &Path, cache_kib: u32, read_only: bool) -> Result<rusqlite::Connection> {
    let what = |e: rusqlite::Error| Problem::internal(format!("cannot open {}: {e}", path.display()));
    let c = rusqlite::Connection::open(path).map_err(what)?;
    c.set_prepared_statement_cache_capacity(if read_only { 128 } else { 512 });
    c.busy_timeout(std::time::Duration::from_secs(10)).map_err(what)?;
    c.execute_batch(&format!(
        "pragma journal_mode = wal; pragma synchronous = full; pragma wal_autocheckpoint = 0; \
         pragma temp_store = memory; pragma cache_size = -{cache_kib}; pragma journal_size_limit = {JOURNAL};"
    ))
    .map_err(what)?;
    if read_only {
        c.execute_batch("pragma query_only = on").map_err(what)?;
    }
    Ok(c)
}

pub fn open(dir: &Path, how: &Open, shared: Arc<Shared>) -> Result<Sqlite> {
    std::fs::create_dir_all(dir)
        .map_err(|e| Problem::invalid(format!("cannot create the data folder {}: {e}", dir.display())))?;
    let path = file(dir);
    let mut writer = connect(&path, 24 << 10, false)?;
    {
        let memo = Memo::default();
        let mut tx = Tx::new(Conn::Sqlite(&writer), &shared, &memo);
        migrate::run(&mut tx)?;
        let keys = seal::unlock(&mut tx, &how.place())?;
        shared.set_keys(keys);
        seal_old(&mut tx)?;
    }

    let (to_writer, jobs) = mpsc::channel();
    let (to_reader, reads) = mpsc::channel();
    let reads = Arc::new(Mutex::new(reads));
    let (fold, folds) = mpsc::sync_channel(1);
    let mut handles = vec![];
    let journal = Arc::new(Journal::default());
    let (own, pages) = (shared.clone(), journal.clone());
    writer.wal_hook(Some(move |_: &mut Wal, n: std::ffi::c_int| {
        pages.pages.store(n.max(0) as usize, Ordering::Relaxed);
        Ok(())
    }))
    .map_err(|e| Problem::internal(format!("cannot watch the journal: {e}")))?;
    let seen = journal.clone();
    let (to_flush, done) = mpsc::sync_channel(AHEAD);
    let disk = journal_file(&path)?;
    handles.push(spawn("weir-flush", move || flush_loop(&done, || disk.sync_data())));
    writer.execute_batch("pragma synchronous = normal").map_err(|e| sqlite_problem(e, "pragma synchronous"))?;
    handles.push(spawn("weir-write", move || Writer::new(writer, own).run(&jobs, &seen, &fold, &to_flush)));
    let folder = connect(&path, 1 << 10, false)?;
    handles.push(spawn("weir-fold", move || {
        while folds.recv().is_ok() {
            // What comes in during one round is less than that round was about.
            for _ in 0..ROUNDS {
                let folded = folder.query_row("pragma wal_checkpoint(passive)", [], |r| r.get::<_, i64>(2)).unwrap_or(0);
                sync(&folder);
                if journal.pages.load(Ordering::Relaxed) < folded.max(0) as usize + LITTLE {
                    break;
                }
            }
            journal.folded.store(true, Ordering::Release);
        }
        let _ = folder.execute_batch("pragma wal_checkpoint(truncate)");
    }));
    for _ in 0..if how.threads == 0 { 3 } else { how.threads } {
        let (c, reads, own) = (connect(&path, 2 << 10, true)?, reads.clone(), shared.clone());
        handles.push(spawn("weir-read", move || read_loop(c, &reads, &own)));
    }
    Ok(Sqlite {
        writer: Mutex::new(Some(to_writer)),
        reader: Mutex::new(Some(to_reader)),
        threads: Mutex::new(handles),
    })
}

/// Seals what older programs wrote, each chunk in a transaction of its own.
fn seal_old(tx: &mut Tx) -> Result<()> {
    tx.batch("pragma secure_delete = on")?;
    let mut run = seal::old::Run::new();
    loop {
        tx.batch("begin immediate")?;
        let more = run.some(tx)?;
        tx.batch("commit")?;
        if !more {
            break;
        }
    }
    if seal::old::stale(tx)? {
        for statement in seal::old::rewrite(tx.engine()) {
            tx.batch(&statement)?;
        }
        seal::old::rewritten(tx)?;
    }
    tx.batch("pragma secure_delete = off")
}

fn spawn(name: &str, f: impl FnOnce() + Send + 'static) -> std::thread::JoinHandle<()> {
    std::thread::Builder::new().name(name.into()).spawn(f).expect("the system can start a thread")
}

fn send(to: &Mutex<Option<mpsc::Sender<Box<dyn Job>>>>, job: Box<dyn Job>) {
    if let Some(to) = to.lock().unwrap_or_else(|e| e.into_inner()).as_ref() {
        let _ = to.send(job);
    }
}

impl Store for Sqlite {
    fn write(&self, job: Box<dyn Job>) {
        send(&self.writer, job)
    }
    fn read(&self, job: Box<dyn Job>) {
        send(&self.reader, job)
    }
    fn close(&self) {
        self.writer.lock().unwrap_or_else(|e| e.into_inner()).take();
        self.reader.lock().unwrap_or_else(|e| e.into_inner()).take();
        let handles = std::mem::take(&mut *self.threads.lock().unwrap_or_else(|e| e.into_inner()));
        for h in handles {
            if h.thread().id() != std::thread::current().id() {
                let _ = h.join();
            }
        }
    }
}

fn read_loop(c: rusqlite::Connection, jobs: &Mutex<mpsc::Receiver<Box<dyn Job>>>, shared: &Shared) {
    loop {
        let job = jobs.lock().unwrap_or_else(|e| e.into_inner()).recv();
        let Ok(mut job) = job else { return };
        let started = std::time::Instant::now();
        let begun = c.execute_batch("begin").map_err(|e| sqlite_problem(e, "begin"));
        let memo = Memo::default();
        let mut tx = Tx::new(Conn::Sqlite(&c), shared, &memo);
        if begun.is_ok() {
            let _ = job.run(&mut tx);
            let _ = c.execute_batch("rollback");
        }
        job.answer(begun.err());
        super::tidy(started);
    }
}

/// Brings what was folded to the disk. SQLite does so only where a fold came to the journal's end,
/// and then whoever comes there waits for all of it.
fn sync(c: &rusqlite::Connection) {
    use rusqlite::ffi;
    let mut file: *mut ffi::sqlite3_file = std::ptr::null_mut();
    // SAFETY: the handle is open as long as `c` is; SQLite fills `file` with the file of the main
    // database, which belongs to the connection, and only this thread uses the connection.
    #[allow(unsafe_code)]
    unsafe {
        let name = std::ptr::null();
        let found = ffi::sqlite3_file_control(c.handle(), name, ffi::SQLITE_FCNTL_FILE_POINTER, (&raw mut file).cast());
        if found == ffi::SQLITE_OK && !file.is_null() && !(*file).pMethods.is_null() {
            if let Some(sync) = (*(*file).pMethods).xSync {
                if sync(file, ffi::SQLITE_SYNC_NORMAL) != ffi::SQLITE_OK {
                    // A later flush may succeed over what was lost, and the journal that had it would be gone.
                    tracing::error!("the disk does not keep the database; stopping while the journal still has it");
                    std::process::abort();
                }
            }
        }
    }
}

/// The journal's file, and its name in the folder kept for good.
fn journal_file(path: &Path) -> Result<std::fs::File> {
    let what = |e: std::io::Error| Problem::internal(format!("cannot open the journal of {}: {e}", path.display()));
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    let file = std::fs::File::options().write(true).open(name).map_err(what)?;
    if let Some(folder) = path.parent() {
        std::fs::File::open(folder).and_then(|f| f.sync_all()).map_err(what)?;
    }
    Ok(file)
}

/// Answers batches once the disk has them: the writer goes on with the next ones meanwhile. One
/// flush is for all that was committed when it began.
fn flush_loop(done: &mpsc::Receiver<Done>, mut flush: impl FnMut() -> std::io::Result<()>) {
    while let Ok(first) = done.recv() {
        let mut all = vec![first];
        all.extend(done.try_iter());
        if let Err(e) = flush() {
            // What the disk lost of these commits nobody can tell, and later ones build on them.
            tracing::error!("the disk does not keep the journal: {e}; stopping before anything is promised");
            std::process::abort();
        }
        for Done { batch, failed } in all {
            for job in batch {
                job.answer(failed.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Told(&'static str, mpsc::Sender<&'static str>);

    impl Job for Told {
        fn run(&mut self, _: &mut Tx) -> Result<()> {
            Ok(())
        }
        fn answer(self: Box<Self>, _: Option<Problem>) {
            let _ = self.1.send(self.0);
        }
    }

    /// Nobody is answered before the disk has it, and what came meanwhile waits for the next flush.
    #[test]
    fn an_answer_comes_after_the_flush() {
        let (to, done) = mpsc::sync_channel(AHEAD);
        let (tell, told) = mpsc::channel();
        let batch = |name| Done { batch: vec![Box::new(Told(name, tell.clone())) as Box<dyn Job>], failed: None };
        to.send(batch("first")).unwrap();
        let (later, flushed) = (batch("second"), tell.clone());
        let mut later = Some((to, later));
        flush_loop(&done, || {
            let _ = flushed.send("flush");
            if let Some((to, batch)) = later.take() {
                to.send(batch).unwrap();
            }
            Ok(())
        });
        let order: Vec<&str> = told.try_iter().collect();
        assert_eq!(order, ["flush", "first", "flush", "second"]);
    }
}
