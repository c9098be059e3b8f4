//! Stores: the headquarters and the places that sell.
pub mod place;

use crate::{May, Staff, events};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_ground::base::{Fen, Problem, Result};
use weir_ground::event::{BrandId, StoreId};
use weir_ground::http::{Answer, App, Json, List, Once, Page, Path, Query, Said};
use weir_ground::{Fact, Tx, from_row, params};

#[derive(Debug, Serialize, ToSchema)]
pub struct Store {
    pub id: StoreId,
    pub code: String,
    pub name: String,
    /// `hq` or `store`
    pub kind: String,
    pub city: Option<String>,
    pub active: bool,
    /// Customers whose main store this is.
    pub persons: i64,
    /// Orders that were paid here.
    pub orders: i64,
    pub revenue_fen: Fen,
}
from_row!(Store { id, code, name, kind, city, active, persons, orders, revenue_fen });

/// A store as other things name it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct StoreRef {
    pub id: StoreId,
    pub name: String,
}

const SELECT: &str = "select s.id, s.code, s.name, s.kind, s.city, s.active, \
    (select count(*) from person p where p.store_id = s.id and p.root_id = p.id), \
    coalesce(o.n, 0), coalesce(o.revenue, 0) from store s \
    left join (select store_id, count(*) as n, sum(paid) as revenue from orders \
               where brand_id = $1 and paid_at is not null group by store_id) o on o.store_id = s.id";

/// Checks a display name: 1 to 100 characters.
pub fn name(name: &str) -> Result<String> {
    let name = name.trim();
    match name.chars().count() {
        1..=100 if !name.contains('\0') => Ok(name.to_string()),
        _ => Err(Problem::field("name", "use 1 to 100 characters")),
    }
}

/// Checks a merchant's own code: 1 to 40 letters, digits, `-`, `_` or `.`.
pub fn code(code: &str) -> Result<String> {
    let code = code.trim();
    let fits = code.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    if code.is_empty() || code.len() > 40 || !fits {
        return Err(Problem::field("code", "use 1 to 40 letters, digits, - _ or ."));
    }
    Ok(code.to_string())
}

/// Makes a store; refuses a code that is taken.
pub fn create(
    tx: &mut Tx,
    brand: BrandId,
    actor: &str,
    code: &str,
    title: &str,
    kind: &str,
    city: Option<&str>,
) -> Result<StoreId> {
    let (id, now): (StoreId, _) = (tx.new_id(), tx.now());
    let (code, title) = (self::code(code)?, name(title)?);
    tx.guard(
        "insert into store (id, brand_id, code, name, kind, city, active, created_at) values ($1, $2, $3, $4, $5, $6, 1, $7) on conflict do nothing",
        params![id, brand, &code, &title, kind, city, now],
    )?
    .or(|| Problem::conflict(format!("There is a store with the code {code} already.")).with("code", "taken"))?;
    let props = serde_json::json!({ "code": code, "name": title }).to_string();
    let _ = tx.record(&Fact::new(brand, events::STORE_ADDED, now).store(id).actor(actor).props(&props))?;
    Ok(id)
}

pub fn by_code(tx: &mut Tx, brand: BrandId, code: &str) -> Result<Option<StoreId>> {
    tx.opt("select id from store where brand_id = $1 and code = $2", params![brand, code])
}

pub fn hq(tx: &mut Tx, brand: BrandId) -> Result<StoreId> {
    tx.one("select id from store where brand_id = $1 and kind = 'hq' order by id limit 1", params![brand])
}

fn get(tx: &mut Tx, who: &Staff, id: StoreId) -> Result<Store> {
    who.check_store(id)?;
    tx.opt(&format!("{SELECT} where s.brand_id = $1 and s.id = $2"), params![who.brand, id])?
        .ok_or_else(|| Problem::not_found("store"))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FindStores {
    /// Part of the name, code or city.
    pub q: Option<String>,
}

/// Stores of the brand, the headquarters first.
#[utoipa::path(get, path = "/api/v1/stores", tag = "keep", params(FindStores, Page), responses((status = 200, body = List<Store>)))]
pub async fn list_stores(
    State(app): State<App>,
    who: Staff,
    Query(find): Query<FindStores>,
    Query(page): Query<Page>,
) -> Answer<Json<List<Store>>> {
    let (limit, [after]) = (page.limit()?, page.after([0])?);
    let list = app
        .db
        .read(move |tx| {
            let like = tx.engine().like();
            let scope = who.within("s.id");
            let q = find.q.as_deref().map(str::trim).filter(|q| !q.is_empty()).map(|q| format!("%{q}%"));
            let filter = format!(
                "s.brand_id = $1 and (cast($2 as text) is null or s.name {like} $2 or s.code {like} $2 or s.city {like} $2){scope}"
            );
            let total = tx.one(&format!("select count(*) from store s where {filter}"), params![who.brand, &q])?;
            let items = tx.all(
                &format!("{SELECT} where {} and s.id > $3 order by s.id limit $4", filter),
                params![who.brand, &q, after, limit + 1],
            )?;
            let mut list = List::page(items, limit, |s: &Store| s.id.n().to_string());
            list.total = Some(total);
            Ok(list)
        })
        .await?;
    Ok(Json(list))
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddStore {
    pub code: String,
    pub name: String,
    pub city: Option<String>,
}

/// Add a store.
#[utoipa::path(post, path = "/api/v1/stores", tag = "keep", request_body = AddStore, responses((status = 200, body = Store)))]
pub async fn add_store(State(app): State<App>, who: Staff, once: Once, Json(body): Json<AddStore>) -> Answer<Said> {
    who.need(May::SettingsWrite)?;
    let once = once.of(&body);
    Ok(app
        .db
        .write(move |tx| {
            once.run(tx, who.brand, &who.actor, |tx| {
                let id = create(tx, who.brand, &who.actor, &body.code, &body.name, "store", body.city.as_deref())?;
                get(tx, &who, id)
            })
        })
        .await?)
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditStore {
    pub name: Option<String>,
    pub city: Option<String>,
    pub active: Option<bool>,
}

/// Change a store.
#[utoipa::path(patch, path = "/api/v1/stores/{id}", tag = "keep", params(("id" = StoreId, Path)), request_body = EditStore, responses((status = 200, body = Store)))]
pub async fn edit_store(
    State(app): State<App>,
    who: Staff,
    Path(id): Path<StoreId>,
    Json(body): Json<EditStore>,
) -> Answer<Json<Store>> {
    who.need(May::SettingsWrite)?;
    let store = app
        .db
        .write(move |tx| {
            let was = get(tx, &who, id)?;
            let title = body.name.as_deref().map_or(Ok(was.name), name)?;
            let city = body.city.clone().or(was.city);
            let active = body.active.unwrap_or(was.active);
            tx.guard(
                "update store set name = $1, city = $2, active = $3 where id = $4 and brand_id = $5",
                params![&title, &city, active, id, who.brand],
            )?
            .or(|| Problem::not_found("store"))?;
            let props = serde_json::json!({ "name": title, "city": city, "active": active }).to_string();
            let now = tx.now();
            let _ = tx.record(&Fact::new(who.brand, events::STORE_CHANGED, now).store(id).actor(&who.actor).props(&props))?;
            get(tx, &who, id)
        })
        .await?;
    Ok(Json(store))
}
