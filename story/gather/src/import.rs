//! An import (导入): a file of persons, stores, products or orders becomes rows of the pool.
//!
//! `uploaded → checking → checked → running → done`, or `cancelled`, or `failed`. A check applies
//! every row and undoes it again. How far a file has been applied moves in the transaction of the
//! rows themselves, so after a crash the import goes on where it was. Repeating a file changes
//! nothing.
//!
//! * [`sink`] — what rows become: the plug point
//! * [`persons`], [`stores`] — the sinks of this chapter's side
//! * [`policy`], [`outcome`] — who wins where the file says something else, and what came of it
//! * [`file`] — uploaded files, sealed while they wait
//! * [`csv`], [`sniff`] — reading files and guessing what they are
//! * `source`, [`run`] — chunks of rows, and the worker that applies them
//! * [`http`], [`rows`] — all of it over HTTP
pub mod csv;
pub mod file;
pub mod http;
pub mod outcome;
pub mod persons;
pub mod policy;
pub mod rows;
pub mod run;
pub mod sink;
pub mod sniff;
mod source;
pub mod stores;

pub use file::{FILE_LIMIT, FOLDER, Stored, keep_file};
pub use run::{run_to_end, worker};
pub use sink::{Ctx, Fate, Field, Row, Sink, Sinks, field};
pub use weir_ground::base::ids::ImportId;

use crate::events;
use csv::Encoding;
use outcome::Outcome;
use policy::Policies;
use serde::{Deserialize, Serialize};
use sniff::Shape;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use utoipa::ToSchema;
use weir_ground::base::{Ms, Problem, Result};
use weir_ground::db::Signal;
use weir_ground::event::BrandId;
use weir_ground::seal::file::Lying;
use weir_ground::seal::{self, Seal};
use weir_ground::{Fact, Tx, from_row, params};

/// Field → column.
pub type Mapping = BTreeMap<String, String>;

/// The kinds of import of this server, and the bell that wakes the worker.
#[derive(Clone)]
pub struct Imports {
    pub sinks: Sinks,
    pub(crate) bell: Arc<Signal>,
}

impl Imports {
    /// Persons, stores and touchpoints, and what later chapters bring.
    pub fn new(more: Vec<Arc<dyn Sink>>) -> Imports {
        let mut sinks: Vec<Arc<dyn Sink>> = vec![Arc::new(persons::Persons), Arc::new(stores::Stores), Arc::new(crate::touchpoint::import::Touchpoints)];
        sinks.extend(more);
        Imports { sinks: Arc::new(sinks), bell: Arc::default() }
    }
    /// Wakes the worker: something was started, or it shall stop.
    pub fn wake(&self) {
        self.bell.ring();
    }
    fn sink(&self, kind: &str) -> Result<&Arc<dyn Sink>> {
        let known: Vec<&str> = self.sinks.iter().map(|s| s.kind()).collect();
        sink::of_kind(&self.sinks, kind).ok_or_else(|| Problem::field("kind", format!("use one of {}", known.join(", "))))
    }
}

/// A row of the table.
#[derive(Clone, Debug)]
pub struct Import {
    pub id: ImportId,
    pub brand: BrandId,
    pub kind: String,
    pub name: String,
    /// Where the file lies; within the data folder when relative.
    pub path: String,
    pub bytes: i64,
    pub state: String,
    pub encoding: String,
    pub delimiter: String,
    pub columns: String,
    pub mapping: String,
    /// Sealed.
    pub sample: String,
    pub dry_run: bool,
    /// The last row that was applied, as a spreadsheet counts, and the byte behind it.
    pub row: i64,
    pub byte: i64,
    pub rows_total: Option<i64>,
    pub rows_ok: i64,
    pub rows_bad: i64,
    pub error: Option<String>,
    pub actor: Option<String>,
    pub created_at: Ms,
    pub finished_at: Option<Ms>,
    policy: String,
    outcome: String,
}
from_row!(Import {
    id, brand, kind, name, path, bytes, state, encoding, delimiter, columns, mapping, sample, dry_run, row, byte, rows_total,
    rows_ok, rows_bad, error, actor, created_at, finished_at, policy, outcome
});

const COLUMNS: &str = "id, brand_id, kind, name, path, bytes, state, encoding, delimiter, columns, mapping, sample, dry_run, \
    row, byte, rows_total, rows_ok, rows_bad, error, actor, created_at, finished_at, policy, outcome";

impl Import {
    /// Its file: sealed in the data folder, or somebody's own where it lies.
    pub fn file(&self, data: &Path, seal: Arc<Seal>) -> Lying {
        if self.path.starts_with(FOLDER) { Lying::sealed(data.join(&self.path), seal) } else { Lying::plain(data.join(&self.path)) }
    }
    /// The row as it is read: a file without a header names its columns by the first person in it, so
    /// they may be sealed.
    fn opened(mut self, tx: &Tx) -> Result<Import> {
        let keys = tx.keys(self.brand);
        (self.columns, self.mapping) = (keys.open(&self.columns)?, keys.open(&self.mapping)?);
        Ok(self)
    }
    /// Who wins where the file says something else than what is here.
    pub fn policies(&self) -> Result<Policies> {
        serde_json::from_str(&self.policy).map_err(Problem::internal)
    }
    /// What became of the good rows.
    pub fn outcome(&self) -> Result<Outcome> {
        serde_json::from_str(&self.outcome).map_err(Problem::internal)
    }
    pub fn working(&self) -> bool {
        matches!(self.state.as_str(), "checking" | "running")
    }
    fn columns(&self) -> Result<Vec<String>> {
        serde_json::from_str(&self.columns).map_err(Problem::internal)
    }
    fn mapping(&self) -> Result<Mapping> {
        serde_json::from_str(&self.mapping).map_err(Problem::internal)
    }
}

/// What a new import is made of.
#[derive(Clone, Debug)]
pub struct NewImport {
    pub id: ImportId,
    pub brand: BrandId,
    pub kind: String,
    /// The file's name.
    pub name: String,
    pub stored: Stored,
    pub shape: Shape,
    pub actor: Option<String>,
}

/// Makes an import of a stored file, with the mapping that its headers suggest.
pub fn create(tx: &mut Tx, imports: &Imports, new: &NewImport) -> Result<Import> {
    let sink = imports.sink(&new.kind)?;
    let name = file_name(&new.name);
    let mapping = sniff::guess_mapping(sink.fields(), &new.shape.columns);
    let now = tx.now();
    let keys = tx.keys(new.brand);
    let sample = keys.seal(&text(&new.shape.sample)?);
    tx.exec(
        "insert into import (id, brand_id, kind, name, path, bytes, state, encoding, delimiter, columns, mapping, sample, dry_run, \
         row, byte, actor, created_at) values ($1, $2, $3, $4, $5, $6, 'uploaded', $7, $8, $9, $10, $11, 0, $12, $13, $14, $15)",
        params![
            new.id, new.brand, &new.kind, &name, &new.stored.path, new.stored.bytes as i64, new.shape.encoding.code(),
            &(new.shape.delimiter as char).to_string(), &shy(&keys, text(&new.shape.columns)?), &shy(&keys, text(&mapping)?), &sample,
            new.shape.header.0, new.shape.header.1 as i64, &new.actor, now
        ],
    )?;
    let props = serde_json::json!({ "import": new.id, "kind": new.kind, "file": name, "bytes": new.stored.bytes }).to_string();
    let mut fact = Fact::new(new.brand, events::IMPORT_UPLOADED, now).props(&props);
    fact.actor = new.actor.as_deref();
    let _ = tx.record(&fact)?;
    get(tx, new.brand, new.id)
}

fn text(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(Problem::internal)
}

/// Sealed when it holds what tells a person apart.
fn shy(keys: &Seal, text: String) -> String {
    if seal::holds(&text) { keys.seal(&text) } else { text }
}

fn file_name(given: &str) -> String {
    let name = seal::veil(given.rsplit(['/', '\\']).next().unwrap_or("").trim());
    let name: String = name.chars().filter(|c| !c.is_control()).take(120).collect();
    if name.is_empty() { "file.csv".into() } else { name }
}

/// One import of the brand.
pub fn get(tx: &mut Tx, brand: BrandId, id: ImportId) -> Result<Import> {
    let found: Option<Import> = tx.opt(&format!("select {COLUMNS} from import where brand_id = $1 and id = $2"), params![brand, id])?;
    found.ok_or_else(|| Problem::not_found("import"))?.opened(tx)
}

/// An import of the same file that was begun and not finished: `weir import` goes on with it, by the
/// policy with which it was begun.
pub fn unfinished(tx: &mut Tx, brand: BrandId, kind: &str, stored: &Stored) -> Result<Option<ImportId>> {
    tx.opt(
        "select id from import where brand_id = $1 and kind = $2 and path = $3 and bytes = $4 and state = 'running' and dry_run = 0 order by id desc limit 1",
        params![brand, kind, &stored.path, stored.bytes as i64],
    )
}

/// How an import shall run.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// Field → column; absent takes what the headers suggest.
    #[schema(value_type = Option<Object>)]
    pub mapping: Option<BTreeMap<String, Option<String>>>,
    /// `utf-8` or `gbk`, when the guess was wrong.
    pub encoding: Option<String>,
    /// Check every row and keep none.
    #[serde(default)]
    pub dry_run: bool,
    /// Who wins where the file says something else than what is here; of persons only.
    pub policy: Option<policy::Ask>,
}

/// Starts an import, from the first row. `shape` is how the file looks in the wanted encoding.
pub fn start(tx: &mut Tx, imports: &Imports, who: (BrandId, &str), id: ImportId, ask: &Start, shape: &Shape) -> Result<Import> {
    let (brand, actor) = who;
    let was = get(tx, brand, id)?;
    let sink = imports.sink(&was.kind)?.as_ref();
    let named = policy::named_columns(tx, brand, ask.policy.as_ref(), sink.fields(), &shape.columns)?;
    let mapping = mapping(sink.fields(), &was, ask, shape, named)?;
    let policies = Policies::of_ask(tx, brand, sink, ask.policy.as_ref(), &mapping)?;
    let state = if ask.dry_run { "checking" } else { "running" };
    let keys = tx.keys(brand);
    let sample = keys.seal(&text(&shape.sample)?);
    tx.guard(
        "update import set state = $1, encoding = $2, delimiter = $3, columns = $4, sample = $5, mapping = $6, dry_run = $7, row = $8, byte = $9, \
         policy = $10, outcome = '{}', rows_total = null, rows_ok = 0, rows_bad = 0, error = null, finished_at = null \
         where id = $11 and brand_id = $12 and state in ('uploaded', 'checked', 'failed')",
        params![
            state, shape.encoding.code(), &(shape.delimiter as char).to_string(), &shy(&keys, text(&shape.columns)?), &sample,
            &shy(&keys, text(&mapping)?), ask.dry_run, shape.header.0, shape.header.1 as i64, &text(&policies)?, id, brand
        ],
    )?
    .or(|| Problem::conflict(format!("The import is {}; only one that is uploaded, checked or failed can be started.", was.state)))?;
    tx.exec("delete from import_reject where import_id = $1", params![id])?;
    tx.exec("delete from import_kept where import_id = $1", params![id])?;
    let mut props = serde_json::json!({ "import": id, "dry_run": ask.dry_run });
    if policies != Policies::default() {
        props["policy"] = serde_json::to_value(&policies).map_err(Problem::internal)?;
    }
    let props = props.to_string();
    let _ = tx.record(&Fact::new(brand, events::IMPORT_STARTED, tx.now()).actor(actor).props(&props))?;
    get(tx, brand, id)
}

/// The wanted mapping in the columns of `shape`. Columns are also understood by the names that they
/// had in the encoding in which the file was shown.
///
/// `named`: columns that are known without guessing.
fn mapping(fields: &[Field], was: &Import, ask: &Start, shape: &Shape, mut named: Mapping) -> Result<Mapping> {
    let Some(asked) = &ask.mapping else {
        let guessed = sniff::guess_mapping(fields, &shape.columns);
        let free: Vec<_> = guessed.into_iter().filter(|(f, c)| !named.contains_key(f) && !named.values().any(|n| n == c)).collect();
        named.extend(free);
        return whole(fields, named);
    };
    let shown = was.columns()?;
    let mut out = Mapping::new();
    for (name, column) in asked {
        let Some(column) = column.as_deref().filter(|c| !c.is_empty()) else { continue };
        if !fields.iter().any(|f| f.name == name) {
            return Err(Problem::field(&format!("mapping.{name}"), "there is no such field"));
        }
        let at = shape.columns.iter().position(|c| c == column).or_else(|| shown.iter().position(|c| c == column));
        let found = at.and_then(|at| shape.columns.get(at));
        let found = found.ok_or_else(|| Problem::field(&format!("mapping.{name}"), format!("the file has no column {column}")))?;
        out.insert(name.clone(), found.clone());
    }
    whole(fields, out)
}

fn whole(fields: &[Field], mapping: Mapping) -> Result<Mapping> {
    let missing: Vec<&Field> = fields.iter().filter(|f| f.required && !mapping.contains_key(f.name)).collect();
    if missing.is_empty() {
        return Ok(mapping);
    }
    let names: Vec<&str> = missing.iter().map(|f| f.name).collect();
    let problem = Problem::invalid(format!("Say which columns hold: {}.", names.join(", ")));
    Err(missing.iter().fold(problem, |p, f| p.with(&format!("mapping.{}", f.name), "is required")))
}

/// Stops an import. Rows that were kept stay kept.
pub fn cancel(tx: &mut Tx, brand: BrandId, actor: &str, id: ImportId) -> Result<Import> {
    let was = get(tx, brand, id)?;
    let now = tx.now();
    tx.guard(
        "update import set state = 'cancelled', finished_at = $1 where id = $2 and brand_id = $3 and state in ('uploaded', 'checking', 'checked', 'running')",
        params![now, id, brand],
    )?
    .or(|| Problem::conflict(format!("The import is {} and cannot be cancelled.", was.state)))?;
    let props = serde_json::json!({ "import": id, "ok": was.rows_ok, "bad": was.rows_bad }).to_string();
    let _ = tx.record(&Fact::new(brand, events::IMPORT_CANCELLED, now).actor(actor).props(&props))?;
    get(tx, brand, id)
}

/// The encoding to look at a file in, out of what was asked and what was guessed before.
pub fn wanted(ask: &Start, was: &Import) -> Result<Encoding> {
    let code = ask.encoding.as_deref().unwrap_or(&was.encoding);
    Encoding::parse(code).ok_or_else(|| Problem::field("encoding", "use utf-8 or gbk"))
}
