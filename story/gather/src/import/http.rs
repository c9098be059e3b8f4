//! Imports over HTTP.
use super::file::{FOLDER, store};
use super::outcome::Outcome;
use super::policy::Policies;
use super::{COLUMNS, Import, ImportId, Imports, Mapping, NewImport, Start, create, get, sniff, start, wanted};
use axum::Extension;
use axum::extract::{Request, State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_ground::Tx;
use weir_ground::base::{Ms, Problem, Result};
use weir_ground::http::{Answer, App, Json, List, Once, Page, Path, Query, Said};
use weir_ground::params;
use weir_ground::seal::file::Lying;
use weir_keep::{May, Staff};

/// A field of the kind that is imported.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ImportField {
    pub field: &'static str,
    pub required: bool,
    /// It can be said who wins where the file says something else than what is here.
    pub policy: bool,
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
    /// Who wins where the file says something else than what is here.
    pub policy: Policies,
    /// What became of the good rows, or would; of persons only.
    pub outcome: Outcome,
    pub error: Option<String>,
    pub created_at: Ms,
    pub finished_at: Option<Ms>,
}

impl ImportView {
    fn of(tx: &Tx, i: &Import, imports: &Imports) -> Result<ImportView> {
        let keys = tx.keys(i.brand);
        let sink = imports.sink(&i.kind).ok();
        let policies = sink.map(|s| s.policies()).unwrap_or_default();
        let field = |f: &super::Field| {
            ImportField { field: f.name, required: f.required, policy: policies.contains(&f.name), zh: f.zh, en: f.en }
        };
        Ok(ImportView {
            id: i.id,
            kind: i.kind.clone(),
            name: i.name.clone(),
            state: i.state.clone(),
            bytes: i.bytes,
            encoding: i.encoding.clone(),
            columns: i.columns()?,
            fields: sink.map(|s| s.fields().iter().map(field).collect()).unwrap_or_default(),
            mapping: i.mapping()?,
            sample: serde_json::from_str(&keys.open(&i.sample)?).map_err(Problem::internal)?,
            rows_total: i.rows_total,
            rows_done: i.rows_ok + i.rows_bad,
            rows_ok: i.rows_ok,
            rows_bad: i.rows_bad,
            dry_run: i.dry_run,
            policy: i.policies()?,
            outcome: i.outcome()?,
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
/// understood. Nothing is imported before it is started. The file waits sealed, and goes when the import
/// is done or cancelled.
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
    let (id, seal): (ImportId, _) = app.db.read(move |tx| Ok((tx.new_id(), tx.keys(who.brand)))).await?;
    let data = app.config.data.clone();
    let (stored, sum) = store(&data, id, seal.clone(), request.into_body()).await?;
    let path = data.join(&stored.path);
    let looked = Lying::sealed(path.clone(), seal);
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
        let rows = rows.into_iter().map(|i| i.opened(tx)).collect::<Result<Vec<_>>>()?;
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

/// Start an import or, with `dry_run`, a check that keeps nothing. With `policy` persons that are here
/// already are changed by what it says; the check counts the same.
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
    let (was, seal) = app.db.read(move |tx| Ok((get(tx, brand, id)?, tx.keys(brand)))).await?;
    if was.working() || matches!(was.state.as_str(), "done" | "cancelled") {
        return Err(Problem::conflict(format!("The import is {} already.", was.state)).into());
    }
    let (encoding, file) = (wanted(&body, &was)?, was.file(&app.config.data, seal));
    let look = move || sniff::look(&file, Some(encoding));
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
        let _ = std::fs::remove_file(data.join(&import.path));
    }
    Ok(Json(view))
}
