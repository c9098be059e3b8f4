//! Runs imports: some hundred rows a transaction, together with how far the file has come.
use super::outcome::{Outcome, Told};
use super::sink::{Ctx, Fate, Row, Sink, of_kind};
use super::source::{Chunk, Source, rows_ahead};
use super::{COLUMNS, Import, ImportId, Imports, Sinks};
use crate::events;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use weir_ground::base::{Code, Problem, Result};
use weir_ground::db::Engine;
use weir_ground::seal::{self, file::Lying};
use weir_ground::{Db, Fact, Tx, Value, params};
use weir_keep::brand;
use weir_know::person::erase::suppress;

/// More rejected rows than this mean that the mapping is wrong.
const REJECTS: i64 = 1_000_000;

/// So many rows of which something was not taken are kept with their reasons; all are counted.
const KEPT: i64 = 1_000_000;

/// How far an import is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    pub rows_total: i64,
    pub rows_ok: i64,
    pub rows_bad: i64,
}

/// Everything a transaction of an import needs.
#[derive(Clone)]
struct Work {
    id: ImportId,
    state: &'static str,
    dry: bool,
    sink: Arc<dyn Sink>,
    ctx: Arc<Ctx>,
}

/// Applies a chunk and moves the import on; `None` when it was cancelled or moved by somebody else.
/// `careful` puts every group into a savepoint of its own.
fn apply(tx: &mut Tx, work: &Work, chunk: &Chunk, careful: bool) -> Result<Option<(i64, i64)>> {
    let moved = tx.guard(
        "update import set row = $1, byte = $2 where id = $3 and state = $4 and byte = $5",
        params![chunk.to.0, chunk.to.1 as i64, work.id, work.state, chunk.from as i64],
    )?;
    if !moved.won() {
        return Ok(None);
    }
    let (mut fates, mut told): (Vec<Fate>, Told) = (vec![], Told::default());
    if work.dry {
        // Everything is tried and undone; only what became of it is kept.
        let undone = tx.attempt(|tx| {
            told = Told::default();
            fates = fates_of(tx, work, chunk, careful, &mut told)?;
            Err::<(), Problem>(Problem::new(Code::Conflict, UNDO))
        });
        if let Err(problem) = undone && problem.detail != UNDO {
            return Err(problem);
        }
    } else {
        fates = fates_of(tx, work, chunk, careful, &mut told)?;
    }
    if fates.len() != chunk.rows.len() {
        return Err(Problem::internal(format!("{} of {} rows were answered", fates.len(), chunk.rows.len())));
    }
    let keys = tx.keys(work.ctx.brand);
    let mut bad: Vec<(i64, String, String)> =
        chunk.rejects.iter().map(|r| (r.n, keys.seal(&r.reason), keys.seal(&r.raw))).collect();
    for ((row, raw), fate) in chunk.rows.iter().zip(&chunk.raws).zip(&fates) {
        if let Err(reason) = fate {
            // Of somebody who was erased not even the refused row is kept.
            let raw = if reason == suppress::REFUSED { "" } else { raw.as_str() };
            bad.push((row.n, keys.seal(reason), keys.seal(raw)));
        }
    }
    let values: Vec<Value<'_>> = bad.iter().flat_map(|(n, reason, raw)| [work.id.into(), (*n).into(), reason.into(), raw.into()]).collect();
    let bad = bad.len() as i64;
    if fates.iter().any(|f| f.as_ref().is_err_and(|reason| reason == suppress::REFUSED)) {
        // The first rows are shown as a sample.
        tx.exec("update import set sample = $1 where id = $2", params![&keys.seal("[]"), work.id])?;
    }
    let ok = fates.iter().filter(|f| f.is_ok()).count() as i64;
    tx.bulk("insert into import_reject (import_id, row, reason, raw) values", 4, &values, "on conflict do nothing")?;
    tx.exec(
        "update import set rows_ok = rows_ok + $1, rows_bad = rows_bad + $2 where id = $3",
        params![ok, bad, work.id],
    )?;
    note(tx, work, chunk, &told)?;
    Ok(Some((ok, bad)))
}

/// Adds what was done to what was here, and keeps the rows of which something was not taken.
fn note(tx: &mut Tx, work: &Work, chunk: &Chunk, told: &Told) -> Result<()> {
    if told.outcome == Outcome::default() {
        return Ok(());
    }
    let was: String = tx.one("select outcome from import where id = $1", params![work.id])?;
    let mut all: Outcome = serde_json::from_str(&was).map_err(Problem::internal)?;
    let keys = tx.keys(work.ctx.brand);
    let mut rows: Vec<(i64, String, String)> = vec![];
    for (n, kept) in told.kept.iter().take(usize::try_from(KEPT - all.kept).unwrap_or(0)) {
        let Some(raw) = chunk.rows.iter().position(|r| r.n == *n).and_then(|at| chunk.raws.get(at)) else { continue };
        rows.push((*n, keys.seal(&serde_json::to_string(kept).map_err(Problem::internal)?), keys.seal(raw)));
    }
    let values: Vec<Value<'_>> = rows.iter().flat_map(|(n, kept, raw)| [work.id.into(), (*n).into(), kept.into(), raw.into()]).collect();
    tx.bulk("insert into import_kept (import_id, row, reason, raw) values", 4, &values, "on conflict do nothing")?;
    all.add(&told.outcome);
    let text = serde_json::to_string(&all).map_err(Problem::internal)?;
    tx.exec("update import set outcome = $1 where id = $2", params![&text, work.id])?;
    Ok(())
}

const UNDO: &str = "a check keeps nothing";

fn fates_of(tx: &mut Tx, work: &Work, chunk: &Chunk, careful: bool, told: &mut Told) -> Result<Vec<Fate>> {
    if !careful {
        return work.sink.apply_told(tx, &work.ctx, &chunk.rows, told);
    }
    let mut out: Vec<Fate> = vec![];
    let group = work.sink.group();
    let same = |a: &Row, b: &Row| group.is_some_and(|g| a.at(g) == b.at(g));
    for rows in chunk.rows.chunk_by(same) {
        let mut more = Told::default();
        match tx.attempt(|tx| work.sink.apply_told(tx, &work.ctx, rows, &mut more)) {
            Ok(fates) => {
                out.extend(fates);
                told.add(more);
            }
            Err(p) if p.retry || p.code == Code::Busy => return Err(p),
            Err(p) if p.code == Code::Gone => out.extend(rows.iter().map(|_| Err(suppress::REFUSED.to_string()))),
            Err(p) => {
                let internal = p.code == Code::Internal;
                if internal {
                    tracing::error!(import = %work.id, row = rows[0].n, "{}", p.detail);
                }
                let why = if internal { "the row could not be written; the server logged the cause".into() } else { p.detail };
                out.extend(rows.iter().map(|_| Err(why.clone())));
            }
        }
    }
    Ok(out)
}

/// Runs one import to its end, or until `stop` or a cancel. Goes on where it was.
fn run(db: &Db, sinks: &Sinks, data: &Path, id: ImportId, stop: &AtomicBool, told: &mut dyn FnMut(Progress)) -> Result<()> {
    let Some(job) = one(db, id)?.filter(Import::working) else { return Ok(()) };
    let sink = of_kind(sinks, &job.kind).ok_or_else(|| Problem::invalid(format!("This server does not import {}.", job.kind)))?;
    let brand = job.brand;
    let file = job.file(data, db.read_now(move |tx| Ok(tx.keys(brand)))?);
    let total = match job.rows_total {
        Some(total) => total,
        None => count(db, &job, &file)?,
    };
    let zone = db.read_now(move |tx| brand::get(tx, brand))?.zone()?;
    let ctx = Ctx { brand, zone, import: id, file: job.name.clone(), source: "import", actor: job.actor.clone(), policy: job.policies()? };
    let work = Work {
        id,
        state: if job.dry_run { "checking" } else { "running" },
        dry: job.dry_run,
        sink: sink.clone(),
        ctx: Arc::new(ctx),
    };
    let mut source = Source::open(&file, &job, sink.as_ref())?;
    let mut at = Progress { rows_total: total, rows_ok: job.rows_ok, rows_bad: job.rows_bad };
    told(at);
    let mut next = source.chunk()?;
    while let Some(chunk) = next.take() {
        if stop.load(Ordering::SeqCst) {
            return Ok(());
        }
        let chunk = Arc::new(chunk);
        let (own, rows) = (work.clone(), chunk.clone());
        let answer = db.submit(move |tx| apply(tx, &own, &rows, false));
        // The next rows are read while these are written.
        next = source.chunk()?;
        let done = match answer.blocking_recv().unwrap_or_else(|_| Err(stopping())) {
            Err(p) if p.code == Code::Busy => return Err(p),
            Err(_) => {
                let (own, rows) = (work.clone(), chunk.clone());
                db.write_now(move |tx| apply(tx, &own, &rows, true))?
            }
            Ok(done) => done,
        };
        let Some((ok, bad)) = done else { return Ok(()) };
        (at.rows_ok, at.rows_bad) = (at.rows_ok + ok, at.rows_bad + bad);
        told(at);
        if at.rows_bad > REJECTS {
            return Err(Problem::invalid(format!("More than {REJECTS} rows are bad. Check the mapping and start again.")));
        }
    }
    finish(db, &work, brand, job.actor)?;
    if !work.dry && job.path.starts_with(super::FOLDER) {
        let _ = std::fs::remove_file(file.path);
    }
    Ok(())
}

fn one(db: &Db, id: ImportId) -> Result<Option<Import>> {
    db.read_now(move |tx| {
        let found: Option<Import> = tx.opt(&format!("select {COLUMNS} from import where id = $1"), params![id])?;
        found.map(|i| i.opened(tx)).transpose()
    })
}

fn stopping() -> Problem {
    Problem::new(Code::Busy, "the server is stopping")
}

/// Counts the rows of the file, so that progress has an end.
fn count(db: &Db, job: &Import, file: &Lying) -> Result<i64> {
    let (id, rows) = (job.id, job.rows_ok + job.rows_bad + rows_ahead(file, job)?);
    db.write_now(move |tx| tx.exec("update import set rows_total = $1 where id = $2", params![rows, id]))?;
    Ok(rows)
}

fn finish(db: &Db, work: &Work, brand: weir_ground::event::BrandId, actor: Option<String>) -> Result<()> {
    let (id, was, dry) = (work.id, work.state, work.dry);
    db.write_now(move |tx| {
        let (state, now) = (if dry { "checked" } else { "done" }, tx.now());
        let ended = tx.guard(
            "update import set state = $1, finished_at = $2 where id = $3 and state = $4",
            params![state, now, id, was],
        )?;
        if ended.won() {
            let (ok, bad): (i64, i64) = tx.one("select rows_ok, rows_bad from import where id = $1", params![id])?;
            let props = serde_json::json!({ "import": id, "dry_run": dry, "ok": ok, "bad": bad }).to_string();
            let mut fact = Fact::new(brand, events::IMPORT_FINISHED, now).props(&props);
            fact.actor = actor.as_deref();
            let _ = tx.record(&fact)?;
        }
        Ok(())
    })
}

/// Writes down why an import cannot go on.
fn fail(db: &Db, id: ImportId, problem: &Problem) -> Result<()> {
    let error = seal::veil(&problem.detail).into_owned();
    db.write_now(move |tx| {
        let now = tx.now();
        let failed = tx.guard(
            "update import set state = 'failed', error = $1, finished_at = $2 where id = $3 and state in ('checking', 'running')",
            params![&error, now, id],
        )?;
        if failed.won() {
            let brand = tx.one("select brand_id from import where id = $1", params![id])?;
            let props = serde_json::json!({ "import": id, "error": error }).to_string();
            let _ = tx.record(&Fact::new(brand, events::IMPORT_FAILED, now).props(&props))?;
        }
        Ok(())
    })
}

/// Runs a started import here and now, for the command line and the demo; goes on where an earlier
/// run was broken off. Answers the import as it ended.
pub fn run_to_end(db: &Db, sinks: &Sinks, data: &Path, id: ImportId, mut told: impl FnMut(Progress)) -> Result<Import> {
    let never = AtomicBool::new(false);
    let mut tries = 0;
    loop {
        match run(db, sinks, data, id, &never, &mut told) {
            Err(p) if p.code == Code::Busy && tries < 20 => {
                tries += 1;
                std::thread::sleep(Duration::from_millis(250));
            }
            Err(p) => {
                fail(db, id, &p)?;
                break;
            }
            Ok(()) => break,
        }
    }
    one(db, id)?.ok_or_else(|| Problem::not_found("import"))
}

fn lies_here(db: &Db, data: &Path, id: ImportId) -> bool {
    one(db, id).ok().flatten().is_some_and(|i| data.join(&i.path).exists())
}

/// Starts the thread that runs imports: those that a stop or a crash broke off at once, others when
/// they are started. To stop it, set `stop` and call [`Imports::wake`].
pub fn worker(db: Db, imports: Imports, data: PathBuf, stop: Arc<AtomicBool>) -> std::thread::JoinHandle<()> {
    let body = move || {
        if let Err(p) = super::file::sweep(&db, &data) {
            tracing::warn!("old files were not swept: {p}");
        }
        while !stop.load(Ordering::SeqCst) {
            let seen = imports.bell.seen();
            let open: Vec<ImportId> = db
                .read_now(|tx| tx.all("select id from import where state in ('checking', 'running') order by id", &[]))
                .unwrap_or_default();
            let mut again = false;
            for id in open {
                if db.engine() == Engine::Postgres && !lies_here(&db, &data, id) {
                    // Another node has its file and runs it.
                    continue;
                }
                match run(&db, &imports.sinks, &data, id, &stop, &mut |_| {}) {
                    Ok(()) => {}
                    Err(_) if stop.load(Ordering::SeqCst) => return,
                    Err(p) if p.code == Code::Busy => {
                        tracing::warn!(import = %id, "will be tried again: {p}");
                        again = true;
                    }
                    Err(p) => {
                        tracing::warn!(import = %id, "failed: {p}");
                        let _ = fail(&db, id, &p);
                    }
                }
            }
            imports.bell.wait(seen, Duration::from_millis(if again { 500 } else { 3_600_000 }));
        }
    };
    std::thread::Builder::new().name("weir-import".into()).spawn(body).expect("the system can start a thread")
}
