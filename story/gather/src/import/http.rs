//! Imports over HTTP.
use super::csv::{Reader, Record, quote};
use super::{COLUMNS, FILE_LIMIT, FOLDER, Import, ImportId, Imports, Mapping, NewImport, Start, Stored, create, get, sniff, start, wanted};
use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::Extension;
use serde::{Deserialize, Serialize};
use std::future::poll_fn;
use std::hash::{DefaultHasher, Hasher};
use std::io::Write;
use std::path::Path as FilePath;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::mpsc;
use utoipa::ToSchema;
use weir_ground::base::{Code, Ms, Problem, Result};
use weir_ground::event::BrandId;
use weir_ground::http::{Answer, App, Json, List, Once, Page, Path, Query, Said};
use weir_ground::{Db, Tx, from_row, params};
use weir_keep::{May, Staff};

/// A field of the kind that is imported.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ImportField {
    pub field: &'static str,
    pub required: bool,
    pub zh: &'static str,
    pub en: &'static str,
}

/// An import as it stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Import)]
pub struct ImportView {
    pub id: ImportId,
    pub kind: String,
    pub name: String,
    /// `uploaded`, `checking`, `checked`, `running`, `done`, `cancelled` or `failed`
    pub state: String,
    pub bytes: i64,
    /// `utf-8` or `gbk`
    pub encoding: String,
    pub columns: Vec<String>,
    pub fields: Vec<ImportField>,
    /// Field → column.
    #[schema(value_type = Object)]
    pub mapping: Mapping,
    /// The first rows, in the order of the columns.
    pub sample: Vec<Vec<String>>,
    pub rows_total: Option<i64>,
    pub rows_done: i64,
    pub rows_ok: i64,
    pub rows_bad: i64,
    pub dry_run: bool,
    pub error: Option<String>,
    pub created_at: Ms,
    pub finished_at: Option<Ms>,
}

impl ImportView {
    fn of(tx: &Tx, i: &Import, imports: &Imports) -> Result<ImportView> {
        let keys = tx.keys(i.brand);
        let field = |f: &super::Field| ImportField { field: f.name, required: f.required, zh: f.zh, en: f.en };
        Ok(ImportView {
            id: i.id,
            kind: i.kind.clone(),
            name: i.name.clone(),
            state: i.state.clone(),
            bytes: i.bytes,
            encoding: i.encoding.clone(),
            columns: i.columns()?,
            fields: imports.sink(&i.kind).map(|s| s.fields().iter().map(field).collect()).unwrap_or_default(),
            mapping: i.mapping()?,
            sample: serde_json::from_str(&keys.open(&i.sample)?).map_err(Problem::internal)?,
            rows_total: i.rows_total,
            rows_done: i.rows_ok + i.rows_bad,
            rows_ok: i.rows_ok,
            rows_bad: i.rows_bad,
            dry_run: i.dry_run,
            error: i.error.clone(),
            created_at: i.created_at,
            finished_at: i.finished_at,
        })
    }
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Upload {
    /// `persons`, `products`, `orders` or `stores`
    pub kind: String,
    /// The file's name.
    pub name: String,
}

/// Upload a CSV file (UTF-8 or GBK, up to 2 GiB) as the raw body; the answer says how it was
/// understood. Nothing is imported before it is started.
#[utoipa::path(post, path = "/api/v1/imports", tag = "gather", params(Upload), request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = ImportView)))]
pub async fn upload_import(
    State(app): State<App>,
    Extension(imports): Extension<Imports>,
    who: Staff,
    once: Once,
    Query(ask): Query<Upload>,
    request: Request,
) -> Answer<Said> {
    who.need(May::ImportRun)?;
    imports.sink(&ask.kind)?;
    let id: ImportId = app.db.read(|tx| Ok(tx.new_id())).await?;
    let data = app.config.data.clone();
    let (stored, sum) = store(&data, id, request.into_body()).await?;
    let path = data.join(&stored.path);
    let looked = path.clone();
    let shape = tokio::task::spawn_blocking(move || sniff::look(&looked, None)).await.map_err(Problem::internal)?;
    let made = match shape {
        Ok(shape) => {
            let once = once.of(&(&ask.kind, &ask.name, stored.bytes, sum));
            let new = NewImport {
                id,
                brand: who.brand,
                kind: ask.kind,
                name: ask.name,
                stored,
                shape,
                actor: Some(who.actor.clone()),
            };
            let make = move |tx: &mut Tx| {
                once.run(tx, who.brand, &who.actor, |tx| {
                    let made = create(tx, &imports, &new)?;
                    ImportView::of(tx, &made, &imports)
                })
            };
            app.db.write(make).await
        }
        Err(problem) => Err(problem),
    };
    // Refused, or a repeated request that was answered by an earlier import: the file is not needed.
    if !made.as_ref().is_ok_and(|said| said.0.contains(&id.to_string())) {
        let _ = std::fs::remove_file(path);
    }
    Ok(made?)
}

/// Streams a body to disk; answers the file and a sum of its bytes. Never more than a few blocks
/// are in memory.
async fn store(data: &FilePath, id: ImportId, mut body: Body) -> Result<(Stored, u64)> {
    let relative = format!("{FOLDER}/{id}.csv");
    let (folder, path) = (data.join(FOLDER), data.join(&relative));
    let (to_disk, mut blocks) = mpsc::channel::<bytes::Bytes>(8);
    let target = path.clone();
    let writing = tokio::task::spawn_blocking(move || -> std::io::Result<(u64, u64)> {
        std::fs::create_dir_all(folder)?;
        let mut file = std::fs::File::create(target)?;
        let (mut bytes, mut sum) = (0, DefaultHasher::new());
        while let Some(block) = blocks.blocking_recv() {
            file.write_all(&block)?;
            bytes += block.len() as u64;
            sum.write(&block);
        }
        file.sync_all()?;
        Ok((bytes, sum.finish()))
    });
    let (mut read, mut broken) = (0u64, None);
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let Ok(frame) = frame else {
            broken = Some(Problem::invalid("The upload broke off before its end; send it again."));
            break;
        };
        let Ok(block) = frame.into_data() else { continue };
        read += block.len() as u64;
        if read > FILE_LIMIT {
            broken = Some(Problem::new(Code::TooLarge, format!("The file is larger than {FILE_LIMIT} bytes; split it.")));
            break;
        }
        if to_disk.send(block).await.is_err() {
            break;
        }
    }
    drop(to_disk);
    let written = writing.await.map_err(Problem::internal)?;
    let written = written.map_err(|e| Problem::internal(format!("cannot keep the file: {e}")));
    match (broken, written) {
        (None, Ok((bytes, sum))) => Ok((Stored { path: relative, bytes }, sum)),
        (broken, written) => {
            let _ = std::fs::remove_file(&path);
            Err(broken.or(written.err()).unwrap_or_else(|| Problem::internal("the upload was lost")))
        }
    }
}

/// Imports of the brand, newest first.
#[utoipa::path(get, path = "/api/v1/imports", tag = "gather", params(Page), responses((status = 200, body = List<ImportView>)))]
pub async fn list_imports(
    State(app): State<App>,
    Extension(imports): Extension<Imports>,
    who: Staff,
    Query(page): Query<Page>,
) -> Answer<Json<List<ImportView>>> {
    who.need(May::ImportRun)?;
    let (limit, [before]) = (page.limit()?, page.after([i64::MAX])?);
    let list = move |tx: &mut Tx| {
        let sql = format!("select {COLUMNS} from import where brand_id = $1 and id < $2 order by id desc limit $3");
        let rows: Vec<Import> = tx.all(&sql, params![who.brand, before, limit + 1])?;
        let views = rows.iter().map(|i| ImportView::of(tx, i, &imports)).collect::<Result<Vec<_>>>()?;
        Ok(List::page(views, limit, |i| i.id.n().to_string()))
    };
    Ok(Json(app.db.read(list).await?))
}

/// One import; ask again while it is checking or running.
#[utoipa::path(get, path = "/api/v1/imports/{id}", tag = "gather", params(("id" = ImportId, Path)), responses((status = 200, body = ImportView)))]
pub async fn get_import(
    State(app): State<App>,
    Extension(imports): Extension<Imports>,
    who: Staff,
    Path(id): Path<ImportId>,
) -> Answer<Json<ImportView>> {
    who.need(May::ImportRun)?;
    let one = move |tx: &mut Tx| {
        let import = get(tx, who.brand, id)?;
        ImportView::of(tx, &import, &imports)
    };
    Ok(Json(app.db.read(one).await?))
}

/// Start an import or, with `dry_run`, a check that keeps nothing.
#[utoipa::path(post, path = "/api/v1/imports/{id}/start", tag = "gather", params(("id" = ImportId, Path)), request_body = Start, responses((status = 200, body = ImportView)))]
pub async fn start_import(
    State(app): State<App>,
    Extension(imports): Extension<Imports>,
    who: Staff,
    Path(id): Path<ImportId>,
    Json(body): Json<Start>,
) -> Answer<Json<ImportView>> {
    who.need(May::ImportRun)?;
    let brand = who.brand;
    let was = app.db.read(move |tx| get(tx, brand, id)).await?;
    if was.working() || matches!(was.state.as_str(), "done" | "cancelled") {
        return Err(Problem::conflict(format!("The import is {} already.", was.state)).into());
    }
    let (encoding, path) = (wanted(&body, &was)?, was.file(&app.config.data));
    let look = move || sniff::look(&path, Some(encoding));
    let shape = tokio::task::spawn_blocking(look).await.map_err(Problem::internal)??;
    let bell = imports.clone();
    let begin = move |tx: &mut Tx| {
        let begun = start(tx, &imports, (who.brand, &who.actor), id, &body, &shape)?;
        ImportView::of(tx, &begun, &imports)
    };
    let view = app.db.write(begin).await?;
    bell.wake();
    Ok(Json(view))
}

/// Stop an import; rows that were kept stay kept.
#[utoipa::path(post, path = "/api/v1/imports/{id}/cancel", tag = "gather", params(("id" = ImportId, Path)), responses((status = 200, body = ImportView)))]
pub async fn cancel_import(
    State(app): State<App>,
    Extension(imports): Extension<Imports>,
    who: Staff,
    Path(id): Path<ImportId>,
) -> Answer<Json<ImportView>> {
    who.need(May::ImportRun)?;
    let data = app.config.data.clone();
    let stop = move |tx: &mut Tx| {
        let import = super::cancel(tx, who.brand, &who.actor, id)?;
        let view = ImportView::of(tx, &import, &imports)?;
        Ok((import, view))
    };
    let (import, view) = app.db.write(stop).await?;
    if import.path.starts_with(FOLDER) {
        let _ = std::fs::remove_file(import.file(&data));
    }
    Ok(Json(view))
}

/// A row that was not imported.
#[derive(Debug, Serialize, ToSchema)]
pub struct Rejected {
    /// As a spreadsheet counts: the header is row 1.
    pub row: i64,
    pub reason: String,
    pub raw: String,
}
from_row!(Rejected { row, reason, raw });

fn rejects(tx: &mut Tx, brand: BrandId, id: ImportId, after: i64, limit: i64) -> Result<Vec<Rejected>> {
    let mut rows: Vec<Rejected> = tx.all(
        "select row, reason, raw from import_reject where import_id = $1 and row > $2 order by row limit $3",
        params![id, after, limit],
    )?;
    let keys = tx.keys(brand);
    for r in &mut rows {
        (r.reason, r.raw) = (keys.open(&r.reason)?, keys.open(&r.raw)?);
    }
    Ok(rows)
}

/// The first hundred rejected rows.
#[utoipa::path(get, path = "/api/v1/imports/{id}/rejects", tag = "gather", params(("id" = ImportId, Path)), responses((status = 200, body = List<Rejected>)))]
pub async fn list_rejects(
    State(app): State<App>,
    who: Staff,
    Path(id): Path<ImportId>,
) -> Answer<Json<List<Rejected>>> {
    who.need(May::ImportRun)?;
    let list = move |tx: &mut Tx| {
        let total = get(tx, who.brand, id)?.rows_bad;
        let mut list = List::all(rejects(tx, who.brand, id, 0, 100)?);
        list.total = Some(total);
        Ok(list)
    };
    Ok(Json(app.db.read(list).await?))
}

/// All rejected rows as CSV: row number, reason and the columns of the file, so that they can be
/// put right and uploaded again.
#[utoipa::path(get, path = "/api/v1/imports/{id}/rejects.csv", tag = "gather", params(("id" = ImportId, Path)), responses((status = 200, content_type = "text/csv", body = String)))]
pub async fn download_rejects(State(app): State<App>, who: Staff, Path(id): Path<ImportId>) -> Answer<Response> {
    who.need(May::ImportRun)?;
    let import = app.db.read(move |tx| get(tx, who.brand, id)).await?;
    let name: String = import.name.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')).collect();
    let stem = name.trim_end_matches(".csv").to_string();
    let (out, rows) = mpsc::channel(4);
    let db = app.db.clone();
    tokio::task::spawn_blocking(move || write_rejects(&db, &import, |text| out.blocking_send(Ok(text.into())).is_ok()));
    let head = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_string()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}-rejects.csv\"", if stem.is_empty() { "import" } else { &stem })),
    ];
    Ok((head, Body::from_stream(Blocks(rows))).into_response())
}

/// Writes the rejected rows block by block while `put` takes them; also for the command line.
pub fn write_rejects(db: &Db, import: &Import, mut put: impl FnMut(String) -> bool) -> Result<()> {
    let columns = import.columns()?;
    let head: Vec<_> = ["row", "reason"].into_iter().chain(columns.iter().map(String::as_str)).map(|c| quote(c).into_owned()).collect();
    // The mark tells spreadsheets that this is UTF-8.
    let mut text = format!("\u{feff}{}\r\n", head.join(","));
    let (brand, id, mut after) = (import.brand, import.id, 0);
    let delimiter = import.delimiter.bytes().next().unwrap_or(b',');
    loop {
        let page = db.read_now(move |tx| rejects(tx, brand, id, after, 500))?;
        for r in &page {
            let cells = cells(&r.raw, delimiter, columns.len());
            let line: Vec<_> = cells.iter().map(|c| quote(c)).collect();
            text.push_str(&format!("{},{},{}\r\n", r.row, quote(&r.reason), line.join(",")));
            after = r.row;
        }
        if !put(std::mem::take(&mut text)) || page.is_empty() {
            return Ok(());
        }
    }
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

/// Blocks of a download.
struct Blocks(mpsc::Receiver<std::result::Result<bytes::Bytes, std::convert::Infallible>>);

impl futures_core::Stream for Blocks {
    type Item = std::result::Result<bytes::Bytes, std::convert::Infallible>;
    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(cx)
    }
}

/// Files of imports that ended or never came to be, after a crash; asked at the start.
pub fn sweep(db: &Db, data: &FilePath) -> Result<()> {
    let kept: Vec<String> = db.read_now(|tx| {
        tx.all("select path from import where state in ('uploaded', 'checking', 'checked', 'running', 'failed')", &[])
    })?;
    let Ok(files) = std::fs::read_dir(data.join(FOLDER)) else { return Ok(()) };
    for file in files.flatten().map(|f| f.path()) {
        let name = file.file_name().and_then(|n| n.to_str()).unwrap_or("");
        // An upload that is under way has no import yet.
        let old = file.metadata().and_then(|m| m.modified()).is_ok_and(|at| at.elapsed().is_ok_and(|age| age.as_secs() > 3600));
        if old && !kept.contains(&format!("{FOLDER}/{name}")) {
            let _ = std::fs::remove_file(file);
        }
    }
    Ok(())
}
