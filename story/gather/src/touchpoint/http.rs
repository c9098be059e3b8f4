//! Touchpoints over HTTP.
use super::{AddTouchpoint, EditTouchpoint, cost, funnel, own, pack, qr, retention, table};
use crate::link::Marks;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};
use utoipa::ToSchema;
use weir_ground::base::{Fen, Ms, Problem, Result, ids::CostId, ids::StaffId};
use weir_ground::config::Config;
use weir_ground::event::{PersonId, StoreId, TouchpointId};
use weir_ground::http::{Answer, App, Json, List, Once, Page, Path, Query, Said};
use weir_ground::{Row, Tx, Value, db::row::FromRow, params};
use weir_keep::store::StoreRef;
use weir_keep::{May, Staff, brand};
use weir_know::origin;

/// All kinds of touchpoints that Weir knows.
#[utoipa::path(get, path = "/api/v1/touchpoint-kinds", tag = "gather", responses((status = 200, body = List<origin::Kind>)))]
pub async fn list_touchpoint_kinds(_: Staff) -> Answer<Json<List<origin::Kind>>> {
    Ok(Json(List::all(origin::KINDS.clone())))
}

/// A member of the staff by name.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OwnerRef {
    pub id: StaffId,
    pub name: String,
}

/// A touchpoint with its numbers up to now.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Touchpoint)]
pub struct TouchpointView {
    pub id: TouchpointId,
    pub code: String,
    pub kind: String,
    pub name: String,
    /// `active` or `paused`
    pub status: String,
    pub store: Option<StoreRef>,
    pub owner: Option<OwnerRef>,
    pub landing: String,
    /// What is printed: the public address of the code.
    pub url: String,
    pub created_at: Ms,
    pub visits: i64,
    /// Persons whom it brought first.
    pub people: i64,
    pub cost_fen: Fen,
    /// What those persons paid, less what went back.
    pub revenue_fen: Fen,
}

impl FromRow for TouchpointView {
    fn from_row(r: &Row<'_>) -> Result<TouchpointView> {
        let (store, store_name): (Option<StoreId>, Option<String>) = (r.get(5)?, r.get(6)?);
        let (owner, owner_name): (Option<StaffId>, Option<String>) = (r.get(7)?, r.get(8)?);
        Ok(TouchpointView {
            id: r.get(0)?,
            code: r.get(1)?,
            kind: r.get(2)?,
            name: r.get(3)?,
            status: r.get(4)?,
            store: store.zip(store_name).map(|(id, name)| StoreRef { id, name }),
            owner: owner.zip(owner_name).map(|(id, name)| OwnerRef { id, name }),
            landing: r.get(9)?,
            url: String::new(),
            created_at: r.get(10)?,
            visits: r.get(11)?,
            people: r.get(12)?,
            cost_fen: Fen::ZERO,
            revenue_fen: r.get(13)?,
        })
    }
}

const SELECT: &str = "select t.id, t.code, t.kind, t.name, t.status, s.id, s.name, f.id, f.name, t.landing, t.created_at, t.visits, \
    (select count(*) from person p where p.touchpoint_id = t.id and p.root_id = p.id), \
    (select cast(coalesce(sum(p.paid - p.refunded), 0) as bigint) from person p where p.touchpoint_id = t.id and p.root_id = p.id) \
    from touchpoint t left join store s on s.id = t.store_id left join staff f on f.id = t.owner_id";

fn get(tx: &mut Tx, who: &Staff, config: &Config, id: TouchpointId) -> Result<TouchpointView> {
    let sql = format!("{SELECT} where t.brand_id = $1 and t.id = $2{}", who.within("t.store_id"));
    let mut view: TouchpointView = tx.opt(&sql, params![who.brand, id])?.ok_or_else(|| Problem::not_found("touchpoint"))?;
    let today = brand::get(tx, who.brand)?.zone()?.day(tx.now());
    view.cost_fen = cost::cost_to_date(tx, who.brand, id, today)?;
    view.url = link(config, &view.code);
    Ok(view)
}

/// The public address of a code.
pub fn link(config: &Config, code: &str) -> String {
    config.link(&format!("/c/{code}"))
}

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FindTouchpoints {
    /// Part of the name, or a code.
    pub q: Option<String>,
    pub kind: Option<String>,
    #[param(value_type = Option<String>)]
    pub store: Option<StoreId>,
}

fn list(tx: &mut Tx, who: &Staff, config: &Config, find: &FindTouchpoints, page: &Page) -> Result<List<TouchpointView>> {
    let (limit, [before]) = (page.limit()?, page.after([i64::MAX])?);
    let text = |t: &Option<String>| t.as_deref().map(str::trim).filter(|t| !t.is_empty()).map(str::to_string);
    let (code, kind) = (text(&find.q), text(&find.kind));
    if [&code, &kind].iter().any(|t| t.as_deref().is_some_and(|t| t.contains('\0'))) {
        return Err(Problem::field("q", "remove the zero byte"));
    }
    let q = code.as_ref().map(|q| format!("%{q}%"));
    let filter = format!(
        "t.brand_id = $1 and (cast($2 as text) is null or t.name {} $2 or t.code = $3) and (cast($4 as text) is null or t.kind = $4) \
         and (cast($5 as bigint) is null or t.store_id = $5){}",
        tx.engine().like(),
        who.within("t.store_id")
    );
    let mut given: Vec<Value<'_>> =
        vec![who.brand.into(), (&q).into(), (&code).into(), (&kind).into(), find.store.into()];
    let total = tx.one(&format!("select count(*) from touchpoint t where {filter}"), &given)?;
    given.extend([Value::Int(before), Value::Int(limit + 1)]);
    let rows = tx.all(&format!("{SELECT} where {filter} and t.id < $6 order by t.id desc limit $7"), &given)?;
    let mut list = List::page(rows, limit, |t: &TouchpointView| t.id.n().to_string());
    list.total = Some(total);
    let today = brand::get(tx, who.brand)?.zone()?.day(tx.now());
    let costs = cost::costs_to_date(tx, who.brand, today)?;
    for t in &mut list.items {
        t.cost_fen = costs.get(&t.id).copied().unwrap_or_default();
        t.url = link(config, &t.code);
    }
    Ok(list)
}

/// Touchpoints of the brand, newest first.
#[utoipa::path(get, path = "/api/v1/touchpoints", tag = "gather", params(FindTouchpoints, Page), responses((status = 200, body = List<TouchpointView>)))]
pub async fn list_touchpoints(
    State(app): State<App>,
    who: Staff,
    Query(find): Query<FindTouchpoints>,
    Query(page): Query<Page>,
) -> Answer<Json<List<TouchpointView>>> {
    who.need(May::PersonRead)?;
    let config = app.config.clone();
    Ok(Json(app.db.read(move |tx| list(tx, &who, &config, &find, &page)).await?))
}

/// Make a touchpoint; its code is made with it.
#[utoipa::path(post, path = "/api/v1/touchpoints", tag = "gather", request_body = AddTouchpoint, responses((status = 200, body = TouchpointView)))]
pub async fn add_touchpoint(
    State(app): State<App>,
    who: Staff,
    once: Once,
    Json(body): Json<AddTouchpoint>,
) -> Answer<Said> {
    who.need(May::TouchpointWrite)?;
    let (once, config) = (once.of(&body), app.config.clone());
    let make = move |tx: &mut Tx| {
        once.run(tx, who.brand, &who.actor, |tx| {
            let id = super::create(tx, &who, &body)?;
            get(tx, &who, &config, id)
        })
    };
    Ok(app.db.write(make).await?)
}

/// One touchpoint.
#[utoipa::path(get, path = "/api/v1/touchpoints/{id}", tag = "gather", params(("id" = TouchpointId, Path)), responses((status = 200, body = TouchpointView)))]
pub async fn get_touchpoint(
    State(app): State<App>,
    who: Staff,
    Path(id): Path<TouchpointId>,
) -> Answer<Json<TouchpointView>> {
    who.need(May::PersonRead)?;
    let config = app.config.clone();
    Ok(Json(app.db.read(move |tx| get(tx, &who, &config, id)).await?))
}

/// Change a touchpoint: what is absent stays, a null store or owner is taken away.
#[utoipa::path(patch, path = "/api/v1/touchpoints/{id}", tag = "gather", params(("id" = TouchpointId, Path)), request_body = EditTouchpoint, responses((status = 200, body = TouchpointView)))]
pub async fn edit_touchpoint(
    State(app): State<App>,
    who: Staff,
    Path(id): Path<TouchpointId>,
    Json(body): Json<EditTouchpoint>,
) -> Answer<Json<TouchpointView>> {
    who.need(May::TouchpointWrite)?;
    let config = app.config.clone();
    let change = move |tx: &mut Tx| {
        super::edit(tx, &who, id, &body)?;
        get(tx, &who, &config, id)
    };
    Ok(Json(app.db.write(change).await?))
}

/// What a touchpoint costs.
#[utoipa::path(get, path = "/api/v1/touchpoints/{id}/costs", tag = "gather", params(("id" = TouchpointId, Path)), responses((status = 200, body = List<cost::Cost>)))]
pub async fn list_costs(
    State(app): State<App>,
    who: Staff,
    Path(id): Path<TouchpointId>,
) -> Answer<Json<List<cost::Cost>>> {
    who.need(May::PersonRead)?;
    Ok(Json(List::all(app.db.read(move |tx| cost::list(tx, &who, id)).await?)))
}

/// Add a cost.
#[utoipa::path(post, path = "/api/v1/touchpoints/{id}/costs", tag = "gather", params(("id" = TouchpointId, Path)), request_body = cost::AddCost, responses((status = 200, body = cost::Cost)))]
pub async fn add_cost(
    State(app): State<App>,
    who: Staff,
    Path(id): Path<TouchpointId>,
    once: Once,
    Json(body): Json<cost::AddCost>,
) -> Answer<Said> {
    who.need(May::TouchpointWrite)?;
    let once = once.of(&body);
    let add = move |tx: &mut Tx| once.run(tx, who.brand, &who.actor, |tx| cost::add(tx, &who, id, &body));
    Ok(app.db.write(add).await?)
}

/// Take a cost away.
#[utoipa::path(delete, path = "/api/v1/touchpoints/{id}/costs/{cost_id}", tag = "gather", params(("id" = TouchpointId, Path), ("cost_id" = CostId, Path)), responses((status = 204)))]
pub async fn remove_cost(
    State(app): State<App>,
    who: Staff,
    Path((id, cost_id)): Path<(TouchpointId, CostId)>,
) -> Answer<StatusCode> {
    who.need(May::TouchpointWrite)?;
    app.db.write(move |tx| cost::remove(tx, &who, id, cost_id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a touchpoint brings, from visit to repurchase, in money and by day.
#[utoipa::path(get, path = "/api/v1/touchpoints/{id}/funnel", tag = "gather", params(("id" = TouchpointId, Path)), responses((status = 200, body = funnel::Funnel)))]
pub async fn touchpoint_funnel(
    State(app): State<App>,
    who: Staff,
    Path(id): Path<TouchpointId>,
) -> Answer<Json<funnel::Funnel>> {
    who.need(May::PersonRead)?;
    Ok(Json(app.db.read(move |tx| funnel::funnel(tx, &who, id)).await?))
}

/// Weekly retention of the persons whom a touchpoint brought.
#[utoipa::path(get, path = "/api/v1/touchpoints/{id}/retention", tag = "gather", params(("id" = TouchpointId, Path)), responses((status = 200, body = retention::TouchpointRetention)))]
pub async fn touchpoint_retention(
    State(app): State<App>,
    who: Staff,
    Path(id): Path<TouchpointId>,
) -> Answer<Json<retention::TouchpointRetention>> {
    who.need(May::PersonRead)?;
    Ok(Json(app.db.read(move |tx| retention::retention(tx, &who, id)).await?))
}

/// One combination of campaign marks and how many came with it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MarkedVisits {
    pub utm_source: Option<String>,
    pub utm_medium: Option<String>,
    pub utm_campaign: Option<String>,
    pub visits: i64,
    pub people: i64,
}

fn marked(tx: &mut Tx, who: &Staff, id: TouchpointId) -> Result<List<MarkedVisits>> {
    own(tx, who, id)?;
    let mut sums: BTreeMap<[Option<String>; 3], (i64, HashSet<PersonId>)> = BTreeMap::new();
    tx.each(
        "select e.props, p.root_id from event e join person p on p.id = e.person_id \
         where e.touchpoint_id = $1 and e.name = 'touchpoint.visited' and e.props like '%\"utm\":%'",
        params![id],
        |r| {
            let props: serde_json::Value = serde_json::from_str(&r.get::<String>(0)?).unwrap_or_default();
            let utm = &props["utm"];
            if utm.is_object() {
                let key = ["source", "medium", "campaign"].map(|k| utm[k].as_str().map(str::to_string));
                let sum = sums.entry(key).or_default();
                sum.0 += 1;
                sum.1.insert(r.get(1)?);
            }
            Ok(())
        },
    )?;
    let mut items: Vec<MarkedVisits> = sums
        .into_iter()
        .map(|([utm_source, utm_medium, utm_campaign], (visits, people))| MarkedVisits {
            utm_source, utm_medium, utm_campaign, visits, people: people.len() as i64,
        })
        .collect();
    items.sort_by_key(|m| -m.visits);
    items.truncate(200);
    Ok(List::all(items))
}

/// Visits of a touchpoint by campaign marks, the most first.
#[utoipa::path(get, path = "/api/v1/touchpoints/{id}/marks", tag = "gather", params(("id" = TouchpointId, Path)), responses((status = 200, body = List<MarkedVisits>)))]
pub async fn touchpoint_marks(
    State(app): State<App>,
    who: Staff,
    Path(id): Path<TouchpointId>,
) -> Answer<Json<List<MarkedVisits>>> {
    who.need(May::PersonRead)?;
    Ok(Json(app.db.read(move |tx| marked(tx, &who, id)).await?))
}

/// All touchpoints side by side with what they bring and cost, sorted by any figure.
#[utoipa::path(get, path = "/api/v1/touchpoint-table", tag = "gather", params(FindTouchpoints, table::SortTouchpoints, Page), responses((status = 200, body = List<table::TouchpointRow>)))]
pub async fn touchpoint_table(
    State(app): State<App>,
    who: Staff,
    Query(find): Query<FindTouchpoints>,
    Query(sort): Query<table::SortTouchpoints>,
    Query(page): Query<Page>,
) -> Answer<Json<List<table::TouchpointRow>>> {
    who.need(May::PersonRead)?;
    Ok(Json(app.db.read(move |tx| table::table(tx, &who, &find, &sort, &page)).await?))
}

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PackCodes {
    /// `png` or `svg`; `png` when absent.
    pub format: Option<String>,
    /// Pixels a side of a PNG, 64 to 2048; 1024 when absent.
    #[param(minimum = 64, maximum = 2048)]
    pub size: Option<usize>,
}

/// The QR codes of all touchpoints that are asked for in one ZIP, with a list of what is what.
#[utoipa::path(get, path = "/api/v1/touchpoint-codes.zip", tag = "gather", params(FindTouchpoints, PackCodes), responses((status = 200, content_type = "application/zip", body = Vec<u8>)))]
pub async fn pack_codes(
    State(app): State<App>,
    who: Staff,
    Query(find): Query<FindTouchpoints>,
    Query(ask): Query<PackCodes>,
) -> Answer<Response> {
    who.need(May::PersonRead)?;
    let size = match ask.format.as_deref() {
        None | Some("png") => Some(ask.size.unwrap_or(1024)),
        Some("svg") => None,
        Some(_) => return Err(Problem::field("format", "use png or svg").into()),
    };
    if size.is_some_and(|s| !(64..=2048).contains(&s)) {
        return Err(Problem::field("size", "use 64 to 2048 pixels").into());
    }
    let rows = app.db.read(move |tx| table::all(tx, &who, &find)).await?;
    if rows.len() > pack::MOST {
        return Err(Problem::field("q", format!("these are {} codes; narrow it to {} at a time", rows.len(), pack::MOST)).into());
    }
    let config = app.config.clone();
    let packed = tokio::task::spawn_blocking(move || pack::pack(&config, &rows, size)).await.map_err(Problem::internal)??;
    let headers = [
        (header::CONTENT_TYPE, "application/zip"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"codes.zip\""),
        (header::CACHE_CONTROL, "private, no-store"),
    ];
    Ok((headers, packed).into_response())
}

async fn link_of(app: &App, who: Staff, id: TouchpointId, marks: &Marks) -> Result<String> {
    who.need(May::PersonRead)?;
    let t = app.db.read(move |tx| own(tx, &who, id)).await?;
    Ok(crate::link::with_marks(&link(&app.config, &t.code), &marks.given()?))
}

/// A link to share, with campaign marks: short, and long for places that allow no redirect.
#[utoipa::path(get, path = "/api/v1/touchpoints/{id}/link", tag = "gather", params(("id" = TouchpointId, Path), Marks, LinkTo), responses((status = 200, body = crate::link::BuiltLink)))]
pub async fn touchpoint_link(
    State(app): State<App>,
    who: Staff,
    Path(id): Path<TouchpointId>,
    Query(marks): Query<Marks>,
    Query(to): Query<LinkTo>,
) -> Answer<Json<crate::link::BuiltLink>> {
    who.need(May::PersonRead)?;
    let t = app.db.read(move |tx| own(tx, &who, id)).await?;
    let landing = to.landing.unwrap_or(t.landing);
    let built = crate::link::build(&link(&app.config, &t.code), &app.config.link(""), &landing, &t.code, &marks)?;
    Ok(Json(built))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LinkTo {
    /// Where the long link leads; the touchpoint's landing when absent.
    pub landing: Option<String>,
}

/// The QR code as SVG.
#[utoipa::path(get, path = "/api/v1/touchpoints/{id}/qr.svg", tag = "gather", params(("id" = TouchpointId, Path), Marks), responses((status = 200, content_type = "image/svg+xml", body = String)))]
pub async fn touchpoint_qr_svg(
    State(app): State<App>,
    who: Staff,
    Path(id): Path<TouchpointId>,
    Query(marks): Query<Marks>,
) -> Answer<Response> {
    let picture = qr::svg(&link_of(&app, who, id, &marks).await?)?;
    Ok(([(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, "private, max-age=300")], picture).into_response())
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct QrSize {
    /// Pixels a side, 64 to 2048; 512 when absent.
    #[param(minimum = 64, maximum = 2048)]
    pub size: Option<usize>,
}

/// The QR code as PNG.
#[utoipa::path(get, path = "/api/v1/touchpoints/{id}/qr.png", tag = "gather", params(("id" = TouchpointId, Path), QrSize, Marks), responses((status = 200, content_type = "image/png", body = Vec<u8>)))]
pub async fn touchpoint_qr_png(
    State(app): State<App>,
    who: Staff,
    Path(id): Path<TouchpointId>,
    Query(ask): Query<QrSize>,
    Query(marks): Query<Marks>,
) -> Answer<Response> {
    let size = ask.size.unwrap_or(512);
    if !(64..=2048).contains(&size) {
        return Err(Problem::field("size", "use 64 to 2048 pixels").into());
    }
    let text = link_of(&app, who, id, &marks).await?;
    let picture = tokio::task::spawn_blocking(move || qr::png(&text, size)).await.map_err(Problem::internal)??;
    Ok(([(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, "private, max-age=300")], picture).into_response())
}
