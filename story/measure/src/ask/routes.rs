//! The doors of the questions.
use super::moves::{FunnelAnswer, FunnelQuestion, PathsAnswer, PathsQuestion, RetentionAnswer, RetentionQuestion};
use super::spreads::{DistributionAnswer, DistributionQuestion, IntervalAnswer, IntervalQuestion, TrendAnswer, TrendQuestion};
use super::worth::{CohortsAnswer, CohortsQuestion, RfmAnswer, RfmQuestion};
use super::{Asked, By, Common, Pick, Question, kind, run};
use axum::Extension;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;
use utoipa::ToSchema;
use weir_ground::base::{Problem, Result, ids::SegmentId};
use weir_ground::event::{BrandId, PersonId};
use weir_ground::http::{Answer, App, Json, Once, Path, Query, Said};
use weir_ground::{Tx, params};
use weir_keep::{May, Staff};
use weir_know::live::{Live, Pool};
use weir_know::segment;

type Pools = Extension<Arc<Live>>;

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct As {
    /// `csv` or `parquet` gives the table as a file.
    pub format: Option<String>,
}

/// Names of what is broken down by, where an id does not say enough.
async fn titles(app: &App, brand: BrandId, common: &Common) -> Result<HashMap<String, String>> {
    let sql = match common.by {
        Some(By::Touchpoint(_)) => "select id, name from touchpoint where brand_id = $1",
        Some(By::Store(_)) => "select id, name from store where brand_id = $1",
        _ => return Ok(HashMap::new()),
    };
    let store = matches!(common.by, Some(By::Store(_)));
    let rows: Vec<(i64, String)> = app.db.read(move |tx| tx.all(sql, params![brand])).await?;
    let id = |n: i64| match store {
        true => weir_ground::base::ids::StoreId::new(n).to_string(),
        false => weir_ground::base::ids::TouchpointId::new(n).to_string(),
    };
    Ok(rows.into_iter().map(|(n, name)| (id(n), name)).collect())
}

async fn asked(app: &App, pool: Arc<Pool>, brand: BrandId, common: &Common) -> Result<Asked> {
    let titles = titles(app, brand, common).await?;
    Asked::new(pool, common, app.db.now(), titles)
}

async fn answer<Q: Question>(app: App, live: Arc<Live>, who: Staff, question: Q, form: As) -> Answer<Response> {
    who.need(May::MeasureRead)?;
    let (started, pool) = (Instant::now(), live.pool(who.brand)?);
    let exact_at = pool.exact_at();
    let asked = asked(&app, pool, who.brand, question.common()).await?;
    let mut answer = run(asked, move |a| {
        let found = question.answer(a)?;
        Ok(found.map(|mut found| {
            Q::about(&mut found).persons = a.people();
            found
        }))
    })
    .await?;
    let about = Q::about(&mut answer);
    (about.exact_at, about.took_ms) = (exact_at, (started.elapsed().as_secs_f64() * 100_000.0).round() / 100.0);
    let file = |kind: &str, name: &str, body: Vec<u8>| {
        let headers = [(header::CONTENT_TYPE, kind.to_string()), (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))];
        (headers, body).into_response()
    };
    match form.format.as_deref() {
        None => Ok(Json(answer).into_response()),
        Some("csv") => Ok(file("text/csv; charset=utf-8", "answer.csv", Q::table(&answer).csv().into_bytes())),
        Some("parquet") => {
            let bytes = Q::table(&answer).parquet().map_err(Problem::internal)?;
            Ok(file("application/vnd.apache.parquet", "answer.parquet", bytes))
        }
        Some(_) => Err(Problem::field("format", "use csv or parquet").into()),
    }
}

/// How far do persons come through steps within a window?
#[utoipa::path(post, path = "/api/v1/ask/funnel", tag = "measure", params(As), request_body = FunnelQuestion, responses((status = 200, body = FunnelAnswer)))]
pub async fn ask_funnel(State(app): State<App>, Extension(live): Pools, who: Staff, Query(form): Query<As>, Json(q): Json<FunnelQuestion>) -> Answer<Response> {
    answer(app, live, who, q, form).await
}

/// Do those who began come back?
#[utoipa::path(post, path = "/api/v1/ask/retention", tag = "measure", params(As), request_body = RetentionQuestion, responses((status = 200, body = RetentionAnswer)))]
pub async fn ask_retention(State(app): State<App>, Extension(live): Pools, who: Staff, Query(form): Query<As>, Json(q): Json<RetentionQuestion>) -> Answer<Response> {
    answer(app, live, who, q, form).await
}

/// What do persons do after or before something?
#[utoipa::path(post, path = "/api/v1/ask/paths", tag = "measure", params(As), request_body = PathsQuestion, responses((status = 200, body = PathsAnswer)))]
pub async fn ask_paths(State(app): State<App>, Extension(live): Pools, who: Staff, Query(form): Query<As>, Json(q): Json<PathsQuestion>) -> Answer<Response> {
    answer(app, live, who, q, form).await
}

/// How often does something happen?
#[utoipa::path(post, path = "/api/v1/ask/trend", tag = "measure", params(As), request_body = TrendQuestion, responses((status = 200, body = TrendAnswer)))]
pub async fn ask_trend(State(app): State<App>, Extension(live): Pools, who: Staff, Query(form): Query<As>, Json(q): Json<TrendQuestion>) -> Answer<Response> {
    answer(app, live, who, q, form).await
}

/// How is a measure spread over persons?
#[utoipa::path(post, path = "/api/v1/ask/distribution", tag = "measure", params(As), request_body = DistributionQuestion, responses((status = 200, body = DistributionAnswer)))]
pub async fn ask_distribution(State(app): State<App>, Extension(live): Pools, who: Staff, Query(form): Query<As>, Json(q): Json<DistributionQuestion>) -> Answer<Response> {
    answer(app, live, who, q, form).await
}

/// How long is it from one event to another?
#[utoipa::path(post, path = "/api/v1/ask/interval", tag = "measure", params(As), request_body = IntervalQuestion, responses((status = 200, body = IntervalAnswer)))]
pub async fn ask_interval(State(app): State<App>, Extension(live): Pools, who: Staff, Query(form): Query<As>, Json(q): Json<IntervalQuestion>) -> Answer<Response> {
    answer(app, live, who, q, form).await
}

/// Who bought lately, often and for much?
#[utoipa::path(post, path = "/api/v1/ask/rfm", tag = "measure", params(As), request_body = RfmQuestion, responses((status = 200, body = RfmAnswer)))]
pub async fn ask_rfm(State(app): State<App>, Extension(live): Pools, who: Staff, Query(form): Query<As>, Json(q): Json<RfmQuestion>) -> Answer<Response> {
    answer(app, live, who, q, form).await
}

/// What do first buyers of a period bring?
#[utoipa::path(post, path = "/api/v1/ask/cohorts", tag = "measure", params(As), request_body = CohortsQuestion, responses((status = 200, body = CohortsAnswer)))]
pub async fn ask_cohorts(State(app): State<App>, Extension(live): Pools, who: Staff, Query(form): Query<As>, Json(q): Json<CohortsQuestion>) -> Answer<Response> {
    answer(app, live, who, q, form).await
}

/// The kinds of questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Funnel,
    Retention,
    Paths,
    Trend,
    Distribution,
    Interval,
    Rfm,
    Cohorts,
}

impl Kind {
    pub const ALL: [Kind; 8] =
        [Kind::Funnel, Kind::Retention, Kind::Paths, Kind::Trend, Kind::Distribution, Kind::Interval, Kind::Rfm, Kind::Cohorts];
    pub fn name(self) -> &'static str {
        match self {
            Kind::Funnel => "funnel",
            Kind::Retention => "retention",
            Kind::Paths => "paths",
            Kind::Trend => "trend",
            Kind::Distribution => "distribution",
            Kind::Interval => "interval",
            Kind::Rfm => "rfm",
            Kind::Cohorts => "cohorts",
        }
    }
}

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Save {
    /// Keeps them as a static segment of this name; with an `Idempotency-Key` once, however often it is sent.
    pub save: Option<String>,
}

/// A question as it is asked of its kind, and which part of the answer is meant.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PersonsOf {
    #[serde(default)]
    pub pick: Pick,
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub question: serde_json::Map<String, Value>,
}

/// How many; with `save`, the segment that keeps them.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct PersonsFound {
    pub count: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<SegmentId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<i64>,
}

async fn persons<Q: Question>(app: &App, pool: Arc<Pool>, brand: BrandId, ask: PersonsOf) -> Result<Vec<PersonId>> {
    let question: Q = serde_json::from_value(Value::Object(ask.question)).map_err(|e| Problem::invalid(e.to_string()))?;
    let asked = asked(app, pool, brand, question.common()).await?;
    run(asked, move |a| {
        let found = question.persons(a, &ask.pick)?;
        let state = a.pool.read();
        Ok(found.map(|set| set.iter().map(|s| PersonId::new(state.people.id(s))).collect()))
    })
    .await
}

/// The persons behind a part of an answer.
#[utoipa::path(post, path = "/api/v1/ask/{kind}/persons", tag = "measure", params(("kind" = String, Path), Save), request_body = PersonsOf, responses((status = 200, body = PersonsFound)))]
pub async fn ask_persons(
    State(app): State<App>,
    Extension(live): Pools,
    who: Staff,
    once: Once,
    Path(of): Path<String>,
    Query(save): Query<Save>,
    Json(ask): Json<PersonsOf>,
) -> Answer<Said> {
    who.need(May::MeasureRead)?;
    if save.save.is_some() {
        who.need(May::CampaignWrite)?;
    }
    let (pool, brand, once) = (live.pool(who.brand)?, who.brand, once.of(&(&save.save, &ask)));
    let found = match kind(&of)? {
        Kind::Funnel => persons::<FunnelQuestion>(&app, pool, brand, ask).await,
        Kind::Retention => persons::<RetentionQuestion>(&app, pool, brand, ask).await,
        Kind::Paths => persons::<PathsQuestion>(&app, pool, brand, ask).await,
        Kind::Trend => persons::<TrendQuestion>(&app, pool, brand, ask).await,
        Kind::Distribution => persons::<DistributionQuestion>(&app, pool, brand, ask).await,
        Kind::Interval => persons::<IntervalQuestion>(&app, pool, brand, ask).await,
        Kind::Rfm => persons::<RfmQuestion>(&app, pool, brand, ask).await,
        Kind::Cohorts => persons::<CohortsQuestion>(&app, pool, brand, ask).await,
    }?;
    let count = found.len() as i64;
    let Some(name) = save.save else {
        let found = PersonsFound { count, ..PersonsFound::default() };
        return Ok(Said(serde_json::to_string(&found).map_err(Problem::internal)?));
    };
    let keep = move |tx: &mut Tx| {
        once.run(tx, brand, &who.actor, |tx| {
            let id = segment::create_static(tx, brand, &name, None, &found, &who.actor)?;
            Ok(PersonsFound { count, id: Some(id), name: Some(name.clone()), size: Some(count) })
        })
    };
    Ok(app.db.write(keep).await?)
}
