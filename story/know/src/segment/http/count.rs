//! Counting while somebody types.
use super::{Pools, SegmentId};
use crate::live::Pool;
use crate::segment::now::{self, Cancel};
use crate::segment::rule::Rule;
use axum::Extension;
use axum::extract::State;
use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Instant;
use utoipa::ToSchema;
use weir_ground::base::{Ms, Problem, Result};
use weir_ground::event::PersonId;
use weir_ground::http::{Answer, App, Json};
use weir_ground::{from_row, params};
use weir_keep::{May, Staff};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CountRule {
    pub rule: Rule,
    /// So many persons of the result are shown, at most 20.
    #[serde(default)]
    pub sample: usize,
    /// The segment that would get this rule: also answers who would enter, leave and stay.
    pub against: Option<SegmentId>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Sample {
    pub id: PersonId,
    pub name: Option<String>,
    pub stage: String,
}
from_row!(Sample { id, name, stage });

#[derive(Debug, Serialize, ToSchema)]
pub struct Counted {
    pub count: i64,
    /// All persons of the brand.
    pub pool: i64,
    pub took_ms: f64,
    pub exact_at: Ms,
    pub sample: Vec<Sample>,
    pub enter: Option<i64>,
    pub leave: Option<i64>,
    pub stay: Option<i64>,
}

/// Everybody for whom a rule holds now. Given up when the future is dropped.
pub async fn members(pool: &Arc<Pool>, rule: &Rule, but: Option<SegmentId>, at: Ms) -> Result<RoaringBitmap> {
    let (pool, cond) = (pool.clone(), pool.compile(rule, but)?);
    let cancel = Cancel(Arc::default());
    let flag = cancel.0.clone();
    let fold = move || now::members(&pool, &cond, at, &flag);
    let found = tokio::task::spawn_blocking(fold).await.map_err(Problem::internal)?;
    drop(cancel);
    found.ok_or_else(|| Problem::new(weir_ground::base::Code::Busy, "This question was given up."))
}

/// Count the persons for whom a rule holds.
#[utoipa::path(post, path = "/api/v1/segments/count", tag = "know", request_body = CountRule, responses((status = 200, body = Counted)))]
pub async fn count_segment(State(app): State<App>, Extension(live): Pools, who: Staff, Json(ask): Json<CountRule>) -> Answer<Json<Counted>> {
    who.need(May::MeasureRead)?;
    if ask.sample > 20 {
        return Err(Problem::field("sample", "use at most 20").into());
    }
    let (started, pool) = (Instant::now(), live.pool(who.brand)?);
    let found = members(&pool, &ask.rule, ask.against, app.db.now()).await?;
    let (mut ids, all, moved) = {
        let (state, engine) = (pool.read(), pool.engine());
        let step = (found.len() / ask.sample.max(1) as u64).max(1) as usize;
        let ids: Vec<PersonId> =
            found.iter().step_by(step).take(ask.sample).map(|s| PersonId::new(state.people.id(s))).collect();
        let moved = ask.against.and_then(|id| engine.of(id)).map(|s| {
            let stay = s.members.intersection_len(&found);
            (found.len() - stay, s.members.len() - stay, stay)
        });
        (ids, state.people.persons() as i64, moved)
    };
    let took_ms = started.elapsed().as_secs_f64() * 1000.0;
    let sample = if ids.is_empty() || who.need(May::PersonRead).is_err() {
        vec![]
    } else {
        ids.sort_unstable();
        app.db
            .read(move |tx| {
                let one = |p: &PersonId| tx.opt::<Sample>("select id, name, stage from person where id = $1", params![*p]);
                let rows = ids.iter().map(one).collect::<Result<Vec<_>>>()?;
                Ok(rows.into_iter().flatten().collect())
            })
            .await?
    };
    Ok(Json(Counted {
        count: found.len() as i64,
        pool: all,
        took_ms,
        exact_at: pool.exact_at(),
        sample,
        enter: moved.map(|m| m.0 as i64),
        leave: moved.map(|m| m.1 as i64),
        stay: moved.map(|m| m.2 as i64),
    }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OverlapOf {
    /// Two to four segments.
    pub ids: Vec<SegmentId>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OverlapCell)]
pub struct Cell {
    /// For each segment, in the order asked: in it or not.
    #[serde(rename = "in")]
    pub is_in: Vec<bool>,
    pub count: i64,
}

/// How segments overlap; persons in none are not told.
#[derive(Debug, Serialize, ToSchema)]
pub struct Overlap {
    pub sizes: Vec<i64>,
    pub cells: Vec<Cell>,
}

/// How two to four segments overlap.
#[utoipa::path(post, path = "/api/v1/segments/overlap", tag = "know", request_body = OverlapOf, responses((status = 200, body = Overlap)))]
pub async fn overlap_segments(Extension(live): Pools, who: Staff, Json(ask): Json<OverlapOf>) -> Answer<Json<Overlap>> {
    who.need(May::MeasureRead)?;
    if !(2..=4).contains(&ask.ids.len()) {
        return Err(Problem::field("ids", "use two to four segments").into());
    }
    let pool = live.pool(who.brand)?;
    let engine = pool.engine();
    let all: Vec<&RoaringBitmap> = ask
        .ids
        .iter()
        .map(|id| engine.of(*id).map(|s| &s.members).ok_or_else(|| Problem::not_found("segment")))
        .collect::<Result<_>>()?;
    let cell = |bits: usize| {
        let has = |i: usize| bits >> i & 1 == 1;
        let first = (0..all.len()).find(|i| has(*i)).unwrap_or(0);
        let mut set = all[first].clone();
        for (i, other) in all.iter().enumerate() {
            if has(i) { set &= *other } else { set -= *other }
        }
        Cell { is_in: (0..all.len()).map(has).collect(), count: set.len() as i64 }
    };
    Ok(Json(Overlap {
        sizes: all.iter().map(|m| m.len() as i64).collect(),
        cells: (1..1usize << all.len()).map(cell).collect(),
    }))
}
