//! Traffic pools over HTTP, with how many people are in each and in several.
use super::{AddPool, EditPool, Pool, Strength, wall};
use crate::live::{self, Live};
use crate::segment::rule::has;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use roaring::RoaringBitmap;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use weir_ground::base::{Ms, Result};
use weir_ground::http::{Answer, App, Json, Once, Path, Said};
use weir_ground::{Tx, event::BrandId, params};
use weir_keep::brand::{self, Pools};
use weir_keep::{May, Staff};

/// A pool with its people.
#[derive(Debug, Serialize, ToSchema)]
pub struct PoolRow {
    pub code: String,
    pub zh: String,
    pub en: String,
    pub strength: Strength,
    pub kinds: Vec<String>,
    /// Persons in it now.
    pub persons: i64,
    /// Of them, those who are in no other pool.
    pub only: i64,
    /// Of them, those who are in another pool, too.
    pub shared: i64,
}

/// Persons who are in exactly these pools.
#[derive(Debug, Serialize, ToSchema)]
pub struct PoolCell {
    /// For each pool, in the order of the list: in it or not.
    #[serde(rename = "in")]
    pub is_in: Vec<bool>,
    pub count: i64,
}

/// The pools of a brand and who is in them.
#[derive(Debug, Serialize, ToSchema)]
pub struct PoolList {
    pub choice: Pools,
    pub pools: Vec<PoolRow>,
    /// All persons of the brand.
    pub persons: i64,
    /// Those who are in at least one pool.
    pub reached: i64,
    /// How the pools overlap; nobody is in two cells, and empty cells are left out.
    pub cells: Vec<PoolCell>,
    /// Pairs of persons from different pools that wait for people to decide.
    pub waiting: i64,
    /// Everything that happened before this instant is taken into account.
    pub exact_at: Ms,
}

/// Who is in each pool: one set for each, of persons.
fn sets(pool: &live::Pool, pools: &[Pool]) -> (Vec<RoaringBitmap>, i64) {
    let state = pool.read();
    let people = &state.people;
    let set = |p: &Pool| {
        let mut all = RoaringBitmap::new();
        p.kinds.iter().filter_map(|k| people.marks.get(&has(k))).for_each(|who| all |= who);
        all.into_iter().filter(|s| people.is_root(*s)).collect()
    };
    (pools.iter().map(set).collect(), people.persons() as i64)
}

/// Splits everybody by the pools they are in.
fn split(sets: &[RoaringBitmap]) -> Vec<PoolCell> {
    let mut everybody = RoaringBitmap::new();
    sets.iter().for_each(|s| everybody |= s);
    let mut parts: Vec<(Vec<bool>, RoaringBitmap)> = vec![(vec![], everybody)];
    for set in sets {
        let halves = |(is_in, all): (Vec<bool>, RoaringBitmap)| {
            let with = |yes: bool| [is_in.as_slice(), &[yes]].concat();
            [(with(true), &all & set), (with(false), &all - set)]
        };
        parts = parts.into_iter().flat_map(halves).filter(|p| !p.1.is_empty()).collect();
    }
    parts.into_iter().map(|(is_in, who)| PoolCell { is_in, count: who.len() as i64 }).collect()
}

fn waiting(tx: &mut Tx, brand: BrandId) -> Result<i64> {
    tx.one(
        "select count(*) from person_pair k join person x on x.id = k.a_id join person y on y.id = k.b_id \
         where k.brand_id = $1 and k.state = 'open' and k.reason = $2 and x.root_id <> y.root_id",
        params![brand, wall::REASON],
    )
}

/// The traffic pools, how many people are in each, and how they overlap.
#[utoipa::path(get, path = "/api/v1/pools", tag = "know", responses((status = 200, body = PoolList)))]
pub async fn list_pools(State(app): State<App>, Extension(live): Extension<Arc<Live>>, who: Staff) -> Answer<Json<PoolList>> {
    who.need(May::MeasureRead)?;
    let pool = live.pool(who.brand)?;
    let read = move |tx: &mut Tx| {
        let choice = brand::get(tx, who.brand)?.settings.identity_pools;
        Ok((choice, super::all(tx, who.brand)?, waiting(tx, who.brand)?))
    };
    let (choice, pools, waiting) = app.db.read(read).await?;
    let (sets, persons) = sets(&pool, &pools);
    let cells = split(&sets);
    let alone = |c: &&PoolCell| c.is_in.iter().filter(|is| **is).count() == 1;
    let rows = pools.into_iter().zip(&sets).enumerate().map(|(at, (p, set))| {
        let only: i64 = cells.iter().filter(|c| c.is_in[at]).filter(alone).map(|c| c.count).sum();
        let all = set.len() as i64;
        PoolRow { code: p.code, zh: p.zh, en: p.en, strength: p.strength, kinds: p.kinds, persons: all, only, shared: all - only }
    });
    let (pools, reached) = (rows.collect(), cells.iter().map(|c| c.count).sum());
    Ok(Json(PoolList { choice, pools, persons, reached, cells, waiting, exact_at: pool.exact_at() }))
}

/// Make a traffic pool of kinds of identities that are in no other.
#[utoipa::path(post, path = "/api/v1/pools", tag = "know", request_body = AddPool, responses((status = 200, body = Pool)))]
pub async fn add_pool(State(app): State<App>, who: Staff, once: Once, Json(body): Json<AddPool>) -> Answer<Said> {
    who.need(May::SettingsWrite)?;
    let once = once.of(&body);
    Ok(app.db.write(move |tx| once.run(tx, who.brand, &who.actor, |tx| super::add(tx, who.brand, &body, &who.actor))).await?)
}

/// Change a traffic pool; what is absent stays.
#[utoipa::path(patch, path = "/api/v1/pools/{code}", tag = "know", params(("code" = String, Path)), request_body = EditPool, responses((status = 200, body = Pool)))]
pub async fn edit_pool(State(app): State<App>, who: Staff, Path(code): Path<String>, Json(body): Json<EditPool>) -> Answer<Json<Pool>> {
    who.need(May::SettingsWrite)?;
    Ok(Json(app.db.write(move |tx| super::edit(tx, who.brand, &code, &body, &who.actor)).await?))
}

/// End a traffic pool; identities and segments' history stay. Refused while a segment asks for it.
#[utoipa::path(delete, path = "/api/v1/pools/{code}", tag = "know", params(("code" = String, Path)), responses((status = 204)))]
pub async fn end_pool(State(app): State<App>, who: Staff, Path(code): Path<String>) -> Answer<StatusCode> {
    who.need(May::SettingsWrite)?;
    app.db.write(move |tx| super::end(tx, who.brand, &code, &who.actor)).await?;
    Ok(StatusCode::NO_CONTENT)
}
