//! Segments over HTTP.
mod count;
mod fields;

pub use count::{Counted, Overlap, count_segment, overlap_segments};
pub use fields::{Kept, is_inner, label, segment_fields};

use super::rule::Rule;
use super::why::{self, Why};
use super::{Edit, Stored};
use crate::identity;
use crate::live::{Live, Pool};
use crate::person;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use weir_ground::base::{Day, Fen, Ms, Problem, Result, ids::SegmentId};
use weir_ground::event::{BrandId, PersonId};
use weir_ground::http::{Answer, App, Json, List, Once, Page, Path, Query, Said};
use weir_ground::{Tx, from_row, params};
use weir_keep::{May, Staff};

type Pools = Extension<Arc<Live>>;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(fields::segment_fields))
        .routes(routes!(list_segments, make_segment))
        .routes(routes!(make_static_segment))
        .routes(routes!(count::count_segment))
        .routes(routes!(count::overlap_segments))
        .routes(routes!(segment_health))
        .routes(routes!(get_segment, edit_segment, archive_segment))
        .routes(routes!(segment_members))
        .routes(routes!(segment_history))
        .routes(routes!(tag_segment))
        .routes(routes!(why_in_segment))
        .routes(routes!(person_segments))
        .routes(routes!(super::portrait::segment_portrait))
}

/// A segment in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct SegmentRow {
    pub id: SegmentId,
    pub name: String,
    pub note: Option<String>,
    /// `live` follows a rule, `static` is a list.
    pub kind: String,
    /// `building`, `live`, `stale` (see `error`) or `archived`
    pub state: String,
    pub version: i64,
    pub size: i64,
    /// Everything that happened before this instant is taken into account.
    pub exact_at: Ms,
    /// Who came and went in the last seven civil days, today included.
    pub entered_week: i64,
    pub left_week: i64,
    /// A tag kept on everybody who is in.
    pub tag: Option<String>,
    pub error: Option<String>,
    /// `null` for a static segment.
    pub rule: Option<Rule>,
    pub created_at: Ms,
    pub updated_at: Ms,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SegmentRef {
    pub id: SegmentId,
    pub name: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Segment {
    #[serde(flatten)]
    pub row: SegmentRow,
    /// Segments whose rule looks at this one.
    pub used_by: Vec<SegmentRef>,
}

fn row(tx: &mut Tx, pool: &Pool, s: Stored) -> Result<SegmentRow> {
    let running = pool.engine().of(s.id).map(|r| (r.members.len() as i64, r.version, r.pending.is_empty()));
    let size = match running {
        Some((size, ..)) => size,
        None => tx.one("select count(*) from segment_member where segment_id = $1", params![s.id])?,
    };
    let today = pool.calendar().day(tx.now());
    let (entered_week, left_week): (i64, i64) = tx.one(
        "select coalesce(sum(entered), 0), coalesce(sum(gone), 0) from segment_day where segment_id = $1 and day > $2",
        params![s.id, today as i64 - 7],
    )?;
    Ok(SegmentRow {
        id: s.id,
        name: s.name,
        note: s.note,
        kind: s.kind,
        state: s.state,
        version: s.version,
        size,
        exact_at: pool.exact_at(),
        entered_week,
        left_week,
        tag: s.tag,
        error: s.error,
        rule: s.rule,
        created_at: s.created_at,
        updated_at: s.updated_at,
    })
}

fn whole(tx: &mut Tx, pool: &Pool, brand: BrandId, id: SegmentId) -> Result<Segment> {
    let s = super::get(tx, brand, id)?;
    let used_by = super::lookers(tx, brand, id)?.into_iter().map(|s| SegmentRef { id: s.id, name: s.name }).collect();
    Ok(Segment { row: row(tx, pool, s)?, used_by })
}

/// Waits until the follower has taken a change up, so that the answer shows it.
async fn settled(app: &App, pool: &Arc<Pool>, brand: BrandId, id: SegmentId) -> Result<Segment> {
    let until = std::time::Instant::now() + std::time::Duration::from_secs(3);
    loop {
        let inside = pool.clone();
        let s = app.db.read(move |tx| whole(tx, &inside, brand, id)).await?;
        let taken = pool.engine().of(id).is_some_and(|r| r.version == s.row.version && r.pending.is_empty());
        if taken && s.row.state != "building" || s.row.state == "stale" || std::time::Instant::now() > until {
            return Ok(s);
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FindSegments {
    /// Part of a name.
    pub q: Option<String>,
    /// `building`, `live`, `stale` or `archived`; archived ones are left out unless asked for.
    pub state: Option<String>,
}

/// Segments, newest first.
#[utoipa::path(get, path = "/api/v1/segments", tag = "know", params(FindSegments, Page), responses((status = 200, body = List<SegmentRow>)))]
pub async fn list_segments(
    State(app): State<App>,
    Extension(live): Pools,
    who: Staff,
    Query(find): Query<FindSegments>,
    Query(page): Query<Page>,
) -> Answer<Json<List<SegmentRow>>> {
    who.need(May::MeasureRead)?;
    let (limit, [before], pool) = (page.limit()?, page.after([i64::MAX])?, live.pool(who.brand)?);
    let q = find.q.filter(|q| !q.is_empty()).map(|q| format!("%{q}%"));
    if q.as_deref().is_some_and(|q| q.contains('\0')) || find.state.as_deref().is_some_and(|q| q.contains('\0')) {
        return Err(Problem::field("q", "remove the zero byte").into());
    }
    let list = app
        .db
        .read(move |tx| {
            let sql = format!(
                "{} where brand_id = $1 and id < $2 and (cast($3 as text) is null or name {} $3) \
                 and case when cast($4 as text) is null then state <> 'archived' else state = $4 end order by id desc limit $5",
                super::SELECT,
                tx.engine().like()
            );
            let items: Vec<Stored> = tx.all(&sql, params![who.brand, before, &q, &find.state, limit + 1])?;
            let page = List::page(items, limit, |s: &Stored| s.id.n().to_string());
            let next = page.next.clone();
            let items = page.items.into_iter().map(|s| row(tx, &pool, s)).collect::<Result<_>>()?;
            Ok(List { items, next, total: None })
        })
        .await?;
    Ok(Json(list))
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MakeSegment {
    pub name: String,
    pub note: Option<String>,
    pub rule: Rule,
}

/// Make a live segment.
#[utoipa::path(post, path = "/api/v1/segments", tag = "know", request_body = MakeSegment, responses((status = 200, body = Segment)))]
pub async fn make_segment(
    State(app): State<App>,
    Extension(live): Pools,
    who: Staff,
    once: Once,
    Json(body): Json<MakeSegment>,
) -> Answer<Json<Segment>> {
    who.need(May::CampaignWrite)?;
    let pool = live.pool(who.brand)?;
    pool.compile(&body.rule, None)?;
    let (once, brand) = (once.of(&body), who.brand);
    let said = app
        .db
        .write(move |tx| {
            once.run(tx, who.brand, &who.actor, |tx| {
                super::create(tx, who.brand, &body.name, body.note.as_deref(), &body.rule, &who.actor)
            })
        })
        .await?;
    Ok(Json(settled(&app, &pool, brand, made(&said)?).await?))
}

fn made(said: &Said) -> Result<SegmentId> {
    serde_json::from_str(&said.0).map_err(Problem::internal)
}

/// Who belongs to a static segment: ids of persons, and phones, e-mails or the merchant's own ids.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MakeStatic {
    pub name: String,
    pub note: Option<String>,
    #[serde(default)]
    pub persons: Vec<PersonId>,
    #[serde(default)]
    pub keys: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Found {
    pub found: i64,
    /// The first hundred that nobody is known by.
    pub missing: Vec<String>,
    pub missing_count: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct MadeStatic {
    #[serde(flatten)]
    pub segment: Segment,
    #[serde(flatten)]
    pub found: Found,
}

/// Keys of a file at most.
const MOST_KEYS: usize = 50_000;

fn look_up(tx: &mut Tx, brand: BrandId, body: &MakeStatic) -> Result<(Vec<PersonId>, Found)> {
    let (mut persons, mut missing) = (vec![], vec![]);
    for id in &body.persons {
        match tx.opt::<PersonId>("select root_id from person where id = $1 and brand_id = $2", params![*id, brand])? {
            Some(root) => persons.push(root),
            None => missing.push(id.to_string()),
        }
    }
    for key in body.keys.iter().map(|k| k.trim()).filter(|k| !k.is_empty()) {
        let mut found = None;
        for kind in ["phone", "email", "external_id", "user_id"] {
            found = identity::find(tx, brand, kind, key)?;
            if found.is_some() {
                break;
            }
        }
        match found {
            Some(p) => persons.push(p),
            None => missing.push(key.chars().take(60).collect()),
        }
    }
    persons.sort_unstable();
    persons.dedup();
    let missing_count = missing.len() as i64;
    missing.truncate(100);
    Ok((persons.clone(), Found { found: persons.len() as i64, missing, missing_count }))
}

/// Make a static segment from a list.
#[utoipa::path(post, path = "/api/v1/segments/static", tag = "know", request_body = MakeStatic, responses((status = 200, body = MadeStatic)))]
pub async fn make_static_segment(
    State(app): State<App>,
    Extension(live): Pools,
    who: Staff,
    once: Once,
    Json(body): Json<MakeStatic>,
) -> Answer<Json<MadeStatic>> {
    who.need(May::CampaignWrite)?;
    if body.persons.len() + body.keys.len() > MOST_KEYS {
        return Err(Problem::field("keys", format!("use at most {MOST_KEYS} at a time")).into());
    }
    let (pool, once, brand) = (live.pool(who.brand)?, once.of(&body), who.brand);
    let said = app
        .db
        .write(move |tx| {
            once.run(tx, who.brand, &who.actor, |tx| {
                let (persons, found) = look_up(tx, who.brand, &body)?;
                let id = super::create_static(tx, who.brand, &body.name, body.note.as_deref(), &persons, &who.actor)?;
                Ok((id, found))
            })
        })
        .await?;
    let (id, found): (SegmentId, Found) = serde_json::from_str(&said.0).map_err(Problem::internal)?;
    Ok(Json(MadeStatic { segment: settled(&app, &pool, brand, id).await?, found }))
}

/// One segment.
#[utoipa::path(get, path = "/api/v1/segments/{id}", tag = "know", params(("id" = SegmentId, Path)), responses((status = 200, body = Segment)))]
pub async fn get_segment(State(app): State<App>, Extension(live): Pools, who: Staff, Path(id): Path<SegmentId>) -> Answer<Json<Segment>> {
    who.need(May::MeasureRead)?;
    let pool = live.pool(who.brand)?;
    Ok(Json(app.db.read(move |tx| whole(tx, &pool, who.brand, id)).await?))
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditSegment {
    pub name: Option<String>,
    pub note: Option<String>,
    pub rule: Option<Rule>,
}

/// Change a segment; what is absent stays. A new rule is a new version.
#[utoipa::path(patch, path = "/api/v1/segments/{id}", tag = "know", params(("id" = SegmentId, Path)), request_body = EditSegment, responses((status = 200, body = Segment)))]
pub async fn edit_segment(
    State(app): State<App>,
    Extension(live): Pools,
    who: Staff,
    Path(id): Path<SegmentId>,
    Json(body): Json<EditSegment>,
) -> Answer<Json<Segment>> {
    who.need(May::CampaignWrite)?;
    let (pool, brand) = (live.pool(who.brand)?, who.brand);
    if let Some(rule) = &body.rule {
        pool.compile(rule, Some(id))?;
    }
    let edit = Edit { name: body.name, note: body.note, rule: body.rule, tag: None };
    app.db.write(move |tx| super::edit(tx, who.brand, id, &edit, &who.actor)).await?;
    Ok(Json(settled(&app, &pool, brand, id).await?))
}

/// End a segment.
#[utoipa::path(delete, path = "/api/v1/segments/{id}", tag = "know", params(("id" = SegmentId, Path)), responses((status = 204)))]
pub async fn archive_segment(State(app): State<App>, who: Staff, Path(id): Path<SegmentId>) -> Answer<StatusCode> {
    who.need(May::CampaignWrite)?;
    app.db.write(move |tx| super::archive(tx, who.brand, id, &who.actor)).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeepTag {
    /// `null` ends it.
    pub tag: Option<String>,
}

/// Keep a tag on everybody who is in, as long as they are.
#[utoipa::path(post, path = "/api/v1/segments/{id}/tag", tag = "know", params(("id" = SegmentId, Path)), request_body = KeepTag, responses((status = 200, body = Segment)))]
pub async fn tag_segment(
    State(app): State<App>,
    Extension(live): Pools,
    who: Staff,
    Path(id): Path<SegmentId>,
    Json(body): Json<KeepTag>,
) -> Answer<Json<Segment>> {
    who.need(May::CampaignWrite)?;
    let pool = live.pool(who.brand)?;
    // A lock taken in the condition of an `if let` would be held through its body, which takes it again.
    let number = pool.engine().number(id);
    if let (Some(tag), Some(n)) = (body.tag.as_deref(), number) {
        refuse_circle(&pool, n, tag)?;
    }
    let edit = Edit { tag: Some(body.tag.unwrap_or_default()), ..Edit::default() };
    let inside = pool.clone();
    let segment = app
        .db
        .write(move |tx| {
            super::edit(tx, who.brand, id, &edit, &who.actor)?;
            whole(tx, &inside, who.brand, id)
        })
        .await?;
    Ok(Json(segment))
}

/// A rule must not look at the tag that it keeps, directly or through another segment (K25).
fn refuse_circle(pool: &Pool, n: u32, tag: &str) -> Result<()> {
    let engine = pool.engine();
    let (mut open, mut seen) = (vec![n], vec![]);
    let mark = format!("tag.{tag}");
    while let Some(n) = open.pop() {
        let Some(s) = engine.get(n).filter(|_| !seen.contains(&n)) else { continue };
        seen.push(n);
        let mut looks = false;
        s.cond.leaves(&mut |c| looks |= matches!(c, weir_lake::cond::Cond::Mark(m) if *m == mark));
        if looks {
            return Err(Problem::field("tag", "the rule looks at this tag itself; choose another"));
        }
        open.extend(s.cond.members());
    }
    Ok(())
}

/// Somebody who is in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Member {
    pub id: PersonId,
    pub name: Option<String>,
    pub stage: String,
    pub orders: i64,
    pub paid_fen: Fen,
    pub last_seen_at: Option<Ms>,
    pub since_at: Ms,
    /// event, timer, late, person, merge, definition or audit
    pub cause: String,
}
from_row!(Member { id, name, stage, orders, paid_fen, last_seen_at, since_at, cause });

/// Who is in a segment.
#[utoipa::path(get, path = "/api/v1/segments/{id}/members", tag = "know", params(("id" = SegmentId, Path), Page), responses((status = 200, body = List<Member>)))]
pub async fn segment_members(
    State(app): State<App>,
    who: Staff,
    Path(id): Path<SegmentId>,
    Query(page): Query<Page>,
) -> Answer<Json<List<Member>>> {
    who.need(May::MeasureRead)?;
    who.need(May::PersonRead)?;
    let (limit, [after]) = (page.limit()?, page.after([0])?);
    let list = app
        .db
        .read(move |tx| {
            super::get(tx, who.brand, id)?;
            let items = tx.all(
                "select p.id, p.name, p.stage, p.orders, p.paid, p.last_seen_at, m.since, m.cause \
                 from segment_member m join person p on p.id = m.person_id where m.segment_id = $1 and m.person_id > $2 \
                 order by m.person_id limit $3",
                params![id, after, limit + 1],
            )?;
            let mut list = List::page(items, limit, |m: &Member| m.id.n().to_string());
            list.total = Some(tx.one("select count(*) from segment_member where segment_id = $1", params![id])?);
            Ok(list)
        })
        .await?;
    Ok(Json(list))
}

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HowLong {
    /// Civil days back from today, 1 to 730; 90 when absent.
    pub days: Option<i32>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DaySize {
    #[schema(format = Date)]
    pub day: String,
    /// At the end of the day, or now.
    pub size: i64,
    pub entered: i64,
    pub left: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct History {
    pub days: Vec<DaySize>,
}

/// How large a segment was, day by day since it was made.
#[utoipa::path(get, path = "/api/v1/segments/{id}/history", tag = "know", params(("id" = SegmentId, Path), HowLong), responses((status = 200, body = History)))]
pub async fn segment_history(
    State(app): State<App>,
    Extension(live): Pools,
    who: Staff,
    Path(id): Path<SegmentId>,
    Query(ask): Query<HowLong>,
) -> Answer<Json<History>> {
    who.need(May::MeasureRead)?;
    let days = ask.days.unwrap_or(90);
    if !(1..=730).contains(&days) {
        return Err(Problem::field("days", "use 1 to 730").into());
    }
    let pool = live.pool(who.brand)?;
    let history = app
        .db
        .read(move |tx| {
            let s = super::get(tx, who.brand, id)?;
            let calendar = pool.calendar();
            let (today, made) = (calendar.day(tx.now()), calendar.day(s.created_at));
            let first = (today - days + 1).max(made);
            let rows: Vec<(i64, i64, i64, i64)> = tx.all(
                "select day, size, entered, gone from segment_day where segment_id = $1 order by day",
                params![id],
            )?;
            let mut size = rows.iter().take_while(|r| r.0 < first as i64).last().map_or(0, |r| r.1);
            let mut out = vec![];
            for day in first..=today {
                let row = rows.iter().find(|r| r.0 == day as i64);
                size = row.map_or(size, |r| r.1);
                let (entered, left) = row.map_or((0, 0), |r| (r.2, r.3));
                out.push(DaySize { day: Day(day).to_string(), size, entered, left });
            }
            Ok(History { days: out })
        })
        .await?;
    Ok(Json(history))
}

/// Whether and why somebody is in.
#[derive(Debug, Serialize, ToSchema)]
pub struct WhyIn {
    #[serde(rename = "in")]
    pub is_in: bool,
    pub since_at: Option<Ms>,
    pub cause: Option<String>,
    /// The instant that is spoken of.
    pub at: Ms,
    /// `null` for a static segment.
    pub node: Option<Why>,
}

/// Why is this person in a segment, or not?
#[utoipa::path(get, path = "/api/v1/segments/{id}/why/{person}", tag = "know", params(("id" = SegmentId, Path), ("person" = PersonId, Path)), responses((status = 200, body = WhyIn)))]
pub async fn why_in_segment(
    State(app): State<App>,
    Extension(live): Pools,
    who: Staff,
    Path((id, person)): Path<(SegmentId, PersonId)>,
) -> Answer<Json<WhyIn>> {
    who.need(May::MeasureRead)?;
    let pool = live.pool(who.brand)?;
    let (stored, root, row) = app
        .db
        .read(move |tx| {
            let s = super::get(tx, who.brand, id)?;
            let root = person::http::get(tx, &who, person)?.row.id;
            let row: Option<(Ms, String)> = tx.opt(
                "select since, cause from segment_member where segment_id = $1 and person_id = $2",
                params![id, root],
            )?;
            Ok((s, root, row))
        })
        .await?;
    let node = stored.rule.as_ref().map(|rule| why::explain(&pool, rule, root, None)).transpose()?;
    let is_in = {
        let (state, engine) = (pool.read(), pool.engine());
        state.people.find(root.n()).is_some_and(|s| engine.of(id).is_some_and(|r| r.members.contains(s)))
    };
    let (since_at, cause) = row.unzip();
    Ok(Json(WhyIn { is_in, since_at, cause, at: pool.exact_at(), node }))
}

/// A segment that somebody is in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Belongs {
    pub id: SegmentId,
    pub name: String,
    pub since_at: Ms,
    pub cause: String,
}
from_row!(Belongs { id, name, since_at, cause });

/// The segments that a person is in.
#[utoipa::path(get, path = "/api/v1/persons/{id}/segments", tag = "know", params(("id" = PersonId, Path)), responses((status = 200, body = List<Belongs>)))]
pub async fn person_segments(State(app): State<App>, who: Staff, Path(id): Path<PersonId>) -> Answer<Json<List<Belongs>>> {
    who.need(May::PersonRead)?;
    let items = app
        .db
        .read(move |tx| {
            let root = person::http::get(tx, &who, id)?.row.id;
            tx.all(
                "select s.id, s.name, m.since, m.cause from segment_member m join segment s on s.id = m.segment_id \
                 where m.person_id = $1 and s.brand_id = $2 order by m.since desc, s.id",
                params![root, who.brand],
            )
        })
        .await?;
    Ok(Json(List::all(items)))
}

/// How right and how fresh segments and lake are.
#[derive(Debug, Serialize, ToSchema)]
pub struct SegmentHealth {
    pub exact_at: Ms,
    pub lag_ms: i64,
    /// Pairs of person and segment that the auditor recomputed since the start, and how many were wrong.
    pub audited: i64,
    pub mismatched: i64,
    pub last_audit_at: Option<Ms>,
    pub mismatches: Vec<Mismatch>,
    /// Persons that sleep until the clock may move them.
    pub sleeping: i64,
    pub lake: LakeHealth,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Mismatch {
    pub segment: SegmentId,
    pub person: PersonId,
    pub at: Ms,
    pub live: bool,
    pub batch: bool,
}
from_row!(Mismatch { segment, person, at, live, batch });

#[derive(Debug, Serialize, ToSchema)]
pub struct LakeHealth {
    pub events: i64,
    pub persons: i64,
    /// Events that are not in the files yet.
    pub delta: i64,
    pub files_bytes: i64,
    pub merged_at: Option<Ms>,
    /// The last event that is in.
    pub position: i64,
}

/// The health of segments and lake.
#[utoipa::path(get, path = "/api/v1/segments/health", tag = "know", responses((status = 200, body = SegmentHealth)))]
pub async fn segment_health(State(app): State<App>, Extension(live): Pools, who: Staff) -> Answer<Json<SegmentHealth>> {
    who.need(May::MeasureRead)?;
    let pool = live.pool(who.brand)?;
    let brand = who.brand;
    let (mismatches, last): (Vec<Mismatch>, i64) = app
        .db
        .read(move |tx| {
            Ok((
                tx.all(
                    "select m.segment_id, m.person_id, m.at, m.live, m.batch from segment_mismatch m \
                     join segment s on s.id = m.segment_id where s.brand_id = $1 order by m.at desc limit 50",
                    params![brand],
                )?,
                tx.one("select coalesce(max(id), 0) from event", &[])?,
            ))
        })
        .await?;
    let (stats, position, now) = (pool.lake.stats(), pool.position(), app.db.now());
    let at = |n: i64| (n > 0).then_some(n);
    Ok(Json(SegmentHealth {
        exact_at: pool.exact_at(),
        // While nothing is waiting, what was exact stays exact.
        lag_ms: if position.id >= last { 0 } else { (now - pool.exact_at()).max(0) },
        audited: pool.health.audited.load(Ordering::Relaxed) as i64,
        mismatched: pool.health.mismatched.load(Ordering::Relaxed) as i64,
        last_audit_at: at(pool.health.last_audit_at.load(Ordering::Relaxed)),
        mismatches,
        sleeping: pool.engine().sleeping() as i64,
        lake: LakeHealth {
            events: stats.events as i64,
            persons: stats.persons as i64,
            delta: stats.delta as i64,
            files_bytes: stats.file_bytes as i64,
            merged_at: at(pool.merged_at.load(Ordering::Relaxed)),
            position: position.id,
        },
    }))
}
