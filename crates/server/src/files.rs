//! `weir import`: a CSV file from the command line, through the same runner as the console.
use crate::{Store, story};
use std::path::{Path, PathBuf};
use weir_gather::import::policy::{self, Policy};
use weir_gather::import::rows::{Which, write_rows};
use weir_gather::import::{self, Import as Job, NewImport, Start, Stored, run::run_to_end, sniff};
use weir_ground::Db;
use weir_ground::base::{Problem, Result};
use weir_ground::config::Config;
use weir_ground::event::BrandId;
use weir_ground::seal::file::Lying;

#[derive(clap::Args, Clone)]
pub struct What {
    /// persons, products, orders or stores
    kind: String,
    /// The CSV file: UTF-8 or GBK, with a header line.
    file: PathBuf,
    /// Code of the brand; the first one when absent.
    #[arg(long)]
    brand: Option<String>,
    /// utf-8 or gbk, when the guess is wrong.
    #[arg(long)]
    encoding: Option<String>,
    /// field=column, when a header is not recognised; may be repeated.
    #[arg(long, value_name = "FIELD=COLUMN")]
    map: Vec<String>,
    /// Check every row and keep none.
    #[arg(long)]
    dry_run: bool,
    /// Where to write the rejected rows with their reasons; FILE.rejects.csv by default.
    #[arg(long)]
    rejects: Option<PathBuf>,
    /// Of persons: who wins where the file says something else than what is here. POLICY for all fields,
    /// FIELD=POLICY for one; may be repeated.
    ///
    /// weaker: the file is a source like any other; what the customer or the staff said stays, name, phone,
    /// e-mail and store are replaced (the default).
    /// fill: only what is empty is filled.
    /// file: the file wins, as a correction by the staff.
    /// newer: the later one wins, by the column changed_at; a row without a time only fills.
    /// ours: the field is not touched.
    #[arg(long, value_name = "[FIELD=]POLICY", verbatim_doc_comment)]
    policy: Vec<String>,
    /// Of persons: the customer system whose file this is, such as crm. The field rules of its sync hold
    /// where no --policy says otherwise.
    #[arg(long)]
    system: Option<String>,
    /// Where to write the rows of which a value was not taken, with what stays and why.
    #[arg(long)]
    kept: Option<PathBuf>,
}

fn policy(what: &What) -> Result<Option<policy::Ask>> {
    if what.policy.is_empty() && what.system.is_none() {
        return Ok(None);
    }
    let mut ask = policy::Ask { system: what.system.clone(), ..policy::Ask::default() };
    for given in &what.policy {
        let (field, code) = given.split_once('=').map_or((None, given.as_str()), |(f, c)| (Some(f), c));
        let policy = Policy::parse(code)
            .ok_or_else(|| Problem::invalid(format!("--policy {given}: use weaker, fill, file, newer or ours")))?;
        match field {
            Some(field) => drop(ask.fields.insert(field.to_string(), policy)),
            None => ask.default = Some(policy),
        }
    }
    Ok(Some(ask))
}

fn mapping(pairs: &[String]) -> Result<Option<std::collections::BTreeMap<String, Option<String>>>> {
    if pairs.is_empty() {
        return Ok(None);
    }
    let pair = |p: &String| {
        let (field, column) = p.split_once('=').ok_or_else(|| Problem::invalid(format!("--map {p}: write field=column")))?;
        Ok((field.to_string(), Some(column.to_string())))
    };
    pairs.iter().map(pair).collect::<Result<_>>().map(Some)
}

/// Starts the import of a file where it lies, or goes on with one that was broken off.
fn begin(db: &Db, brand: BrandId, kind: &str, path: &Path, ask: &Start) -> Result<weir_ground::base::ids::ImportId> {
    let gone = |e: std::io::Error| Problem::invalid(format!("{} cannot be read: {e}.", path.display()));
    let whole = std::fs::canonicalize(path).map_err(gone)?;
    let bytes = std::fs::metadata(&whole).map_err(gone)?.len();
    let name = whole.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let stored = Stored { path: whole.to_string_lossy().into_owned(), bytes };
    let (of, lies) = (kind.to_string(), stored.clone());
    if !ask.dry_run {
        if let Some(id) = db.read_now(move |tx| import::unfinished(tx, brand, &of, &lies))? {
            eprintln!("Going on where the import of this file was broken off, by the policy it had.");
            return Ok(id);
        }
    }
    let encoding = match &ask.encoding {
        Some(code) => {
            Some(import::csv::Encoding::parse(code).ok_or_else(|| Problem::field("encoding", "use utf-8 or gbk"))?)
        }
        None => None,
    };
    let shape = sniff::look(&Lying::plain(&whole), encoding)?;
    let (kind, ask) = (kind.to_string(), ask.clone());
    let imports = story::imports();
    db.write_now(move |tx| {
        let id = tx.new_id();
        let new = NewImport {
            id,
            brand,
            kind: kind.clone(),
            name: name.clone(),
            stored: stored.clone(),
            shape: shape.clone(),
            actor: None,
        };
        import::create(tx, &imports, &new)?;
        import::start(tx, &imports, (brand, "system"), id, &ask, &shape)?;
        Ok(id)
    })
}

fn end(job: &Job) -> Result<()> {
    match job.state.as_str() {
        "done" | "checked" => Ok(()),
        state => Err(Problem::invalid(format!(
            "The import is {state}: {}",
            job.error.as_deref().unwrap_or("it was stopped")
        ))),
    }
}

/// Imports a whole file; used by the demo. Any rejected row is an error: its files have none.
pub fn import_file(db: &Db, config: &Config, brand: BrandId, kind: &str, file: &Path, say: &dyn Fn(String)) -> Result<()> {
    let id = begin(db, brand, kind, file, &Start::default())?;
    let mut told = std::time::Instant::now();
    let job = run_to_end(db, &story::imports().sinks, &config.data, id, |p| {
        if told.elapsed().as_millis() > 200 {
            told = std::time::Instant::now();
            say(format!("{} rows", p.rows_ok + p.rows_bad));
        }
    })?;
    end(&job)?;
    if job.rows_bad > 0 {
        let first: String = db.read_now(move |tx| {
            let sealed: String =
                tx.one("select reason from import_reject where import_id = $1 order by row limit 1", weir_ground::params![id])?;
            tx.keys(brand).open(&sealed)
        })?;
        return Err(Problem::internal(format!("{} rows of {kind} were rejected, the first because {first}", job.rows_bad)));
    }
    Ok(())
}

pub fn run(store: &Store, what: &What) -> Result<()> {
    let db = store.open()?;
    let done = import_here(&db, store, what);
    db.close();
    done
}

fn import_here(db: &Db, store: &Store, what: &What) -> Result<()> {
    use std::io::{IsTerminal, Write};
    let code = what.brand.clone();
    let brand = db.read_now(move |tx| match &code {
        Some(code) => weir_keep::brand::by_code(tx, code),
        None => weir_keep::brand::first(tx),
    })?;
    let ask = Start { mapping: mapping(&what.map)?, encoding: what.encoding.clone(), dry_run: what.dry_run, policy: policy(what)? };
    let id = begin(db, brand.id, &what.kind, &what.file, &ask)?;
    let (start, live) = (std::time::Instant::now(), std::io::stderr().is_terminal());
    let mut told = start;
    let job = run_to_end(db, &story::imports().sinks, &store.data, id, |p| {
        if told.elapsed().as_millis() > if live { 200 } else { 2000 } {
            told = std::time::Instant::now();
            let (n, all) = (p.rows_ok + p.rows_bad, p.rows_total.max(1));
            let lead = if live { "\r" } else { "" };
            eprint!("{lead}{n} of {all} rows ({} %), {} rejected{}", n * 100 / all, p.rows_bad, if live { "" } else { "\n" });
            let _ = std::io::stderr().flush();
        }
    })?;
    if live {
        eprintln!();
    }
    end(&job)?;
    // Stages and counters follow at once, so that the numbers are right when this returns.
    if !what.dry_run {
        weir_ground::reader::catch_up(db, &story::readers())?;
    }
    let verb = if what.dry_run { "would be kept" } else { "kept" };
    println!("{} rows {verb}, {} rejected, in {:.1} s.", job.rows_ok, job.rows_bad, start.elapsed().as_secs_f64());
    say_outcome(&job, what.dry_run)?;
    if job.rows_bad > 0 {
        let path = what.rejects.clone().unwrap_or_else(|| what.file.with_extension("rejects.csv"));
        write(db, &job, Which::Rejected, &path)?;
        println!("The rejected rows and why: {}", path.display());
    }
    if let Some(path) = &what.kept {
        write(db, &job, Which::Kept, path)?;
        println!("The rows of which something was not taken, and why: {}", path.display());
    }
    Ok(())
}

/// What became of persons who were here, if the file says anything of them.
fn say_outcome(job: &Job, dry: bool) -> Result<()> {
    let o = job.outcome()?;
    if o.fields.is_empty() && o.created + o.changed + o.same == 0 {
        return Ok(());
    }
    let would = if dry { " (nothing was written)" } else { "" };
    println!("{} new, {} changed, {} as they were; in {} rows something was not taken{would}.", o.created, o.changed, o.same, o.kept);
    for f in &o.fields {
        println!("  {}: {} filled, {} changed, {} kept", f.field, f.filled, f.changed, f.kept);
    }
    Ok(())
}

fn write(db: &Db, job: &Job, which: Which, path: &Path) -> Result<()> {
    use std::io::Write;
    let cannot = |e: std::io::Error| Problem::invalid(format!("{}: {e}", path.display()));
    let mut out = std::io::BufWriter::new(std::fs::File::create(path).map_err(cannot)?);
    let mut written = Ok(());
    write_rows(db, job, which, |text| {
        written = out.write_all(text.as_bytes());
        written.is_ok()
    })?;
    written.and_then(|()| out.flush()).map_err(cannot)
}
