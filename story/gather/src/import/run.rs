//! Runs imports: some hundred rows a transaction, together with how far the file has come.
use super::csv::{Encoding, Reader, Record};
use super::sink::{Ctx, Fate, Row, Sink, of_kind};
use super::{COLUMNS, Import, ImportId, Imports, Sinks};
use crate::events;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use weir_ground::base::{Code, Problem, Result};
use weir_ground::{Db, Fact, Tx, Value, params};
use weir_keep::brand;

/// Rows a transaction, more where a group goes on.
const CHUNK: usize = 500;
/// A group may have this many rows.
const GROUP: usize = 5_000;
/// More rejected rows than this mean that the mapping is wrong.
const REJECTS: i64 = 1_000_000;
/// As much of a rejected row is kept.
const RAW: usize = 8 << 10;

/// How far an import is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    pub rows_total: i64,
    pub rows_ok: i64,
    pub rows_bad: i64,
}

/// A row that was not kept.
#[derive(Clone, Debug)]
struct Reject {
    n: i64,
    reason: String,
    raw: String,
}

/// Rows that are applied together.
#[derive(Debug, Default)]
struct Chunk {
    from: u64,
    /// Row number and offset behind the last row.
    to: (i64, u64),
    rows: Vec<Row>,
    /// What each row looks like in the file.
    raws: Vec<String>,
    rejects: Vec<Reject>,
    /// Groups of which a row could not be read.
    tainted: Vec<String>,
}

/// A record that was read: a row, or why not and, if it can be told, the group it belongs to.
enum Read {
    Row(Row),
    Bad(String, Option<String>),
}

struct Source {
    reader: Reader,
    record: Record,
    encoding: Encoding,
    /// For each field of the sink the column that holds it.
    columns: Vec<Option<usize>>,
    required: Vec<(usize, &'static str)>,
    group: Option<usize>,
    /// The record that was read is the first of the next chunk.
    ahead: bool,
    from: u64,
}

impl Source {
    fn open(path: &Path, job: &Import, sink: &dyn Sink) -> Result<Source> {
        let (names, mapping) = (job.columns()?, job.mapping()?);
        let fields = sink.fields();
        let place = |field: &str| mapping.get(field).and_then(|c| names.iter().position(|n| n == c));
        let delimiter = job.delimiter.bytes().next().unwrap_or(b',');
        let reader = Reader::open(path, (job.row, job.byte as u64), delimiter, names.len()).map_err(gone)?;
        Ok(Source {
            reader,
            record: Record::default(),
            encoding: Encoding::parse(&job.encoding).unwrap_or(Encoding::Utf8),
            columns: fields.iter().map(|f| place(f.name)).collect(),
            required: fields.iter().enumerate().filter(|(_, f)| f.required).map(|(i, f)| (i, f.name)).collect(),
            group: sink.group(),
            ahead: false,
            from: job.byte as u64,
        })
    }

    /// The record as a row of the sink's fields.
    fn row(&self) -> Read {
        let key = || {
            let cell = self.record.cell(self.columns[self.group?]?);
            self.encoding.decode(cell).map(|k| k.trim().to_string()).filter(|k| !k.is_empty())
        };
        if let Some(why) = &self.record.broken {
            return Read::Bad(why.clone(), key());
        }
        let mut values = Vec::with_capacity(self.columns.len());
        for column in &self.columns {
            let Some(column) = column else {
                values.push("".into());
                continue;
            };
            match self.encoding.decode(self.record.cell(*column)) {
                Some(v) if v.contains('\0') => return Read::Bad("a cell holds a zero byte".into(), key()),
                Some(v) => values.push(v),
                None => return Read::Bad(format!("column {} is not {} text", column + 1, self.encoding.code()), key()),
            }
        }
        let row = Row::new(self.record.n, values.iter().map(|v| &**v));
        match self.required.iter().find(|(i, _)| row.at(*i).is_empty()) {
            Some((_, name)) => Read::Bad(format!("{name} is empty"), key()),
            None => Read::Row(row),
        }
    }

    fn raw(&self) -> String {
        let mut text = self.encoding.show(&self.record.raw[..self.record.raw.len().min(RAW)]);
        text.retain(|c| c != '\0');
        text
    }

    /// The next rows; nothing at the end of the file. A group is never cut.
    fn chunk(&mut self) -> Result<Option<Chunk>> {
        let mut out = Chunk { from: self.from, ..Chunk::default() };
        let mut last: Option<String> = None;
        while self.ahead || self.reader.next(&mut self.record).map_err(gone)? {
            self.ahead = false;
            let read = self.row();
            let key: Option<String> = match (&read, self.group) {
                (Read::Row(row), Some(g)) => Some(row.at(g).to_string()),
                (Read::Bad(_, key), Some(_)) => key.clone(),
                (_, None) => None,
            };
            let n = out.rows.len() + out.rejects.len();
            let goes_on = self.group.is_some() && n < GROUP && (key.is_none() || key == last);
            if n >= CHUNK && !goes_on {
                self.ahead = true;
                break;
            }
            match read {
                Read::Row(row) => {
                    out.rows.push(row);
                    out.raws.push(self.raw());
                }
                Read::Bad(reason, bad) => {
                    out.tainted.extend(bad);
                    out.rejects.push(Reject { n: self.record.n, reason, raw: self.raw() });
                }
            }
            last = key.or(last);
            out.to = (self.record.n, self.record.end);
        }
        if out.rows.is_empty() && out.rejects.is_empty() {
            return Ok(None);
        }
        self.from = out.to.1;
        if let Some(g) = self.group {
            out.drop_tainted(g);
        }
        Ok(Some(out))
    }
}

impl Chunk {
    /// A group with a row that cannot be read is rejected as a whole, so that it can be put right
    /// as a whole.
    fn drop_tainted(&mut self, group: usize) {
        if self.tainted.is_empty() {
            return;
        }
        let rows = std::mem::take(&mut self.rows).into_iter().zip(std::mem::take(&mut self.raws));
        for (row, raw) in rows {
            if self.tainted.iter().any(|k| k == row.at(group)) {
                let reason = format!("another row of {} cannot be read", row.at(group));
                self.rejects.push(Reject { n: row.n, reason, raw });
            } else {
                self.rows.push(row);
                self.raws.push(raw);
            }
        }
    }
}

fn gone(e: std::io::Error) -> Problem {
    Problem::invalid(format!("The file cannot be read: {e}."))
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
    let mut fates: Vec<Fate> = vec![];
    if work.dry {
        // Everything is tried and undone; only what became of it is kept.
        let undone = tx.attempt(|tx| {
            fates = fates_of(tx, work, chunk, careful)?;
            Err::<(), Problem>(Problem::new(Code::Conflict, UNDO))
        });
        if let Err(problem) = undone && problem.detail != UNDO {
            return Err(problem);
        }
    } else {
        fates = fates_of(tx, work, chunk, careful)?;
    }
    if fates.len() != chunk.rows.len() {
        return Err(Problem::internal(format!("{} of {} rows were answered", fates.len(), chunk.rows.len())));
    }
    let mut values: Vec<Value<'_>> = vec![];
    for r in &chunk.rejects {
        values.extend(params![work.id, r.n, &r.reason, &r.raw]);
    }
    for ((row, raw), fate) in chunk.rows.iter().zip(&chunk.raws).zip(&fates) {
        if let Err(reason) = fate {
            values.extend(params![work.id, row.n, reason, raw]);
        }
    }
    let bad = (values.len() / 4) as i64;
    let ok = fates.iter().filter(|f| f.is_ok()).count() as i64;
    tx.bulk("insert into import_reject (import_id, row, reason, raw) values", 4, &values, "on conflict do nothing")?;
    tx.exec(
        "update import set rows_ok = rows_ok + $1, rows_bad = rows_bad + $2 where id = $3",
        params![ok, bad, work.id],
    )?;
    Ok(Some((ok, bad)))
}

const UNDO: &str = "a check keeps nothing";

fn fates_of(tx: &mut Tx, work: &Work, chunk: &Chunk, careful: bool) -> Result<Vec<Fate>> {
    if !careful {
        return work.sink.apply(tx, &work.ctx, &chunk.rows);
    }
    let mut out: Vec<Fate> = vec![];
    let group = work.sink.group();
    let same = |a: &Row, b: &Row| group.is_some_and(|g| a.at(g) == b.at(g));
    for rows in chunk.rows.chunk_by(same) {
        match tx.attempt(|tx| work.sink.apply(tx, &work.ctx, rows)) {
            Ok(fates) => out.extend(fates),
            Err(p) if p.retry || p.code == Code::Busy => return Err(p),
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
    let job: Option<Import> =
        db.read_now(move |tx| tx.opt(&format!("select {COLUMNS} from import where id = $1"), params![id]))?;
    let Some(job) = job.filter(Import::working) else { return Ok(()) };
    let sink = of_kind(sinks, &job.kind).ok_or_else(|| Problem::invalid(format!("This server does not import {}.", job.kind)))?;
    let path = job.file(data);
    let total = match job.rows_total {
        Some(total) => total,
        None => count(db, &job, &path)?,
    };
    let brand = job.brand;
    let zone = db.read_now(move |tx| brand::get(tx, brand))?.zone()?;
    let ctx = Ctx { brand, zone, import: id, file: job.name.clone(), source: "import", actor: job.actor.clone() };
    let work = Work {
        id,
        state: if job.dry_run { "checking" } else { "running" },
        dry: job.dry_run,
        sink: sink.clone(),
        ctx: Arc::new(ctx),
    };
    let mut source = Source::open(&path, &job, sink.as_ref())?;
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
        let _ = std::fs::remove_file(path);
    }
    Ok(())
}

fn stopping() -> Problem {
    Problem::new(Code::Busy, "the server is stopping")
}

/// Counts the rows of the file, so that progress has an end.
fn count(db: &Db, job: &Import, path: &Path) -> Result<i64> {
    let delimiter = job.delimiter.bytes().next().unwrap_or(b',');
    let mut reader = Reader::open(path, (job.row, job.byte as u64), delimiter, job.columns()?.len()).map_err(gone)?;
    let (mut r, mut rows) = (Record::default(), job.rows_ok + job.rows_bad);
    while reader.next(&mut r).map_err(gone)? {
        rows += 1;
    }
    let id = job.id;
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
    let error = problem.detail.clone();
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
    db.read_now(move |tx| tx.one(&format!("select {COLUMNS} from import where id = $1"), params![id]))
}

/// Starts the thread that runs imports: those that a stop or a crash broke off at once, others when
/// they are started. To stop it, set `stop` and call [`Imports::wake`].
pub fn worker(db: Db, imports: Imports, data: PathBuf, stop: Arc<AtomicBool>) -> std::thread::JoinHandle<()> {
    let body = move || {
        if let Err(p) = super::http::sweep(&db, &data) {
            tracing::warn!("old files were not swept: {p}");
        }
        while !stop.load(Ordering::SeqCst) {
            let seen = imports.bell.seen();
            let open: Vec<ImportId> = db
                .read_now(|tx| tx.all("select id from import where state in ('checking', 'running') order by id", &[]))
                .unwrap_or_default();
            let mut again = false;
            for id in open {
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
