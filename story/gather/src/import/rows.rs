//! Rows that were rejected, and rows of which something was not taken: shown, and as files.
use super::csv::{Reader, Record, quote};
use super::outcome::Kept;
use super::{Import, ImportId, get};
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;
use weir_ground::base::{Problem, Result};
use weir_ground::event::BrandId;
use weir_ground::http::{Answer, App, Json, List, Path, file};
use weir_ground::{Db, Tx, from_row, params};
use weir_keep::{May, Staff};

/// A row that was not imported.
#[derive(Debug, Serialize, ToSchema)]
pub struct Rejected {
    /// As a spreadsheet counts: the header is row 1.
    pub row: i64,
    pub reason: String,
    pub raw: String,
}
from_row!(Rejected { row, reason, raw });

/// A row that was imported, but for some values.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeptRow {
    /// As a spreadsheet counts: the header is row 1.
    pub row: i64,
    pub kept: Vec<Kept>,
    pub raw: String,
}

/// Which rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    Rejected,
    Kept,
}

impl Which {
    const fn sql(self) -> &'static str {
        match self {
            Which::Rejected => "select row, reason, raw from import_reject where import_id = $1 and row > $2 order by row limit $3",
            Which::Kept => "select row, reason, raw from import_kept where import_id = $1 and row > $2 order by row limit $3",
        }
    }
}

fn rows(tx: &mut Tx, of: Which, brand: BrandId, id: ImportId, after: i64, limit: i64) -> Result<Vec<Rejected>> {
    let mut rows: Vec<Rejected> = tx.all(of.sql(), params![id, after, limit])?;
    let keys = tx.keys(brand);
    for r in &mut rows {
        (r.reason, r.raw) = (keys.open(&r.reason)?, keys.open(&r.raw)?);
    }
    Ok(rows)
}

fn values(reason: &str) -> Result<Vec<Kept>> {
    serde_json::from_str(reason).map_err(Problem::internal)
}

/// The first hundred rejected rows.
#[utoipa::path(get, path = "/api/v1/imports/{id}/rejects", tag = "gather", params(("id" = ImportId, Path)), responses((status = 200, body = List<Rejected>)))]
pub async fn list_rejects(State(app): State<App>, who: Staff, Path(id): Path<ImportId>) -> Answer<Json<List<Rejected>>> {
    who.need(May::ImportRun)?;
    let list = move |tx: &mut Tx| {
        let total = get(tx, who.brand, id)?.rows_bad;
        let mut list = List::all(rows(tx, Which::Rejected, who.brand, id, 0, 100)?);
        list.total = Some(total);
        Ok(list)
    };
    Ok(Json(app.db.read(list).await?))
}

/// The first hundred rows of which a value was not taken, each value with what stays and why.
#[utoipa::path(get, path = "/api/v1/imports/{id}/kept", tag = "gather", params(("id" = ImportId, Path)), responses((status = 200, body = List<KeptRow>)))]
pub async fn list_kept(State(app): State<App>, who: Staff, Path(id): Path<ImportId>) -> Answer<Json<List<KeptRow>>> {
    who.need(May::ImportRun)?;
    let list = move |tx: &mut Tx| {
        let total = get(tx, who.brand, id)?.outcome()?.kept;
        let rows = rows(tx, Which::Kept, who.brand, id, 0, 100)?;
        let rows = rows.into_iter().map(|r| Ok(KeptRow { row: r.row, kept: values(&r.reason)?, raw: r.raw }));
        let mut list = List::all(rows.collect::<Result<Vec<_>>>()?);
        list.total = Some(total);
        Ok(list)
    };
    Ok(Json(app.db.read(list).await?))
}

/// All rejected rows as CSV: row number, reason and the columns of the file, so that they can be
/// put right and uploaded again.
#[utoipa::path(get, path = "/api/v1/imports/{id}/rejects.csv", tag = "gather", params(("id" = ImportId, Path)), responses((status = 200, content_type = "text/csv", body = String)))]
pub async fn download_rejects(State(app): State<App>, who: Staff, Path(id): Path<ImportId>) -> Answer<Response> {
    download(app, who, id, Which::Rejected, "rejects").await
}

/// All rows of which a value was not taken as CSV: row number, what stays and why, and the columns of the
/// file, so that those that shall win can be imported again under another policy.
#[utoipa::path(get, path = "/api/v1/imports/{id}/kept.csv", tag = "gather", params(("id" = ImportId, Path)), responses((status = 200, content_type = "text/csv", body = String)))]
pub async fn download_kept(State(app): State<App>, who: Staff, Path(id): Path<ImportId>) -> Answer<Response> {
    download(app, who, id, Which::Kept, "kept").await
}

async fn download(app: App, who: Staff, id: ImportId, which: Which, end: &str) -> Answer<Response> {
    who.need(May::ImportRun)?;
    let import = app.db.read(move |tx| get(tx, who.brand, id)).await?;
    let name: String = import.name.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')).collect();
    let stem = name.trim_end_matches(".csv").to_string();
    let name = format!("{}-{end}.csv", if stem.is_empty() { "import" } else { &stem });
    let db = app.db.clone();
    Ok(file("text/csv; charset=utf-8", &name, move |put| write_rows(&db, &import, which, put)))
}

/// Writes such rows block by block while `put` takes them; also for the command line.
pub fn write_rows(db: &Db, import: &Import, which: Which, mut put: impl FnMut(String) -> bool) -> Result<()> {
    let columns = import.columns()?;
    let head: Vec<_> = ["row", "reason"].into_iter().chain(columns.iter().map(String::as_str)).map(|c| quote(c).into_owned()).collect();
    // The mark tells spreadsheets that this is UTF-8.
    let mut text = format!("\u{feff}{}\r\n", head.join(","));
    let (brand, id, mut after) = (import.brand, import.id, 0);
    let delimiter = import.delimiter.bytes().next().unwrap_or(b',');
    loop {
        let page = db.read_now(move |tx| rows(tx, which, brand, id, after, 500))?;
        for r in &page {
            let reason = match which {
                Which::Rejected => r.reason.clone(),
                Which::Kept => values(&r.reason)?.iter().map(said).collect::<Vec<_>>().join("; "),
            };
            let cells = cells(&r.raw, delimiter, columns.len());
            let line: Vec<_> = cells.iter().map(|c| quote(c)).collect();
            text.push_str(&format!("{},{},{}\r\n", r.row, quote(&reason), line.join(",")));
            after = r.row;
        }
        if !put(std::mem::take(&mut text)) || page.is_empty() {
            return Ok(());
        }
    }
}

fn said(k: &Kept) -> String {
    let stays = if k.stays.is_empty() { "stays empty".to_string() } else { format!("stays {}", k.stays) };
    format!("{} {stays}: {}", k.field, k.why.text())
}

/// The cells of a raw row; one that cannot be taken apart is one cell.
fn cells(raw: &str, delimiter: u8, width: usize) -> Vec<String> {
    let mut r = Record::default();
    Reader::take_apart(raw.as_bytes(), delimiter, &mut r);
    if r.broken.is_some() {
        return vec![raw.to_string()];
    }
    (0..r.len().max(width)).map(|i| String::from_utf8_lossy(r.cell(i)).into_owned()).collect()
}
