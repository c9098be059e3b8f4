//! The catalogue over HTTP.
use super::pii::Pii;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use utoipa::{IntoParams, ToSchema};
use weir_ground::base::{Ms, Problem, Result, time::Day};
use weir_ground::http::{Answer, App, Json, List, Page, Query};
use weir_ground::{Fact, Tx, from_row, params};
use weir_keep::{May, Staff};

/// Days of the volumes that a list carries.
const DAYS: i64 = 30;

/// How often an event came on a day.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DayVolume {
    /// A civil day of the brand.
    pub day: String,
    pub taken: i64,
    /// Kept out by a rule.
    pub blocked: i64,
}

/// An event that has been seen.
#[derive(Debug, Serialize, ToSchema)]
pub struct SeenEvent {
    pub name: String,
    /// Who said it last: `segment`, `sensors`, `posthog`, or a part of Weir.
    pub source: String,
    /// It is an event that Weir states itself.
    pub ours: bool,
    pub first_at: Option<Ms>,
    pub last_at: Option<Ms>,
    /// All that were ever taken.
    pub total: i64,
    /// Of the last 30 days.
    pub recent: i64,
    pub blocked: i64,
    pub properties: i64,
    /// Some property is personal.
    pub personal: bool,
    /// The last 30 days that have events, oldest first.
    pub days: Vec<DayVolume>,
}

struct Row {
    name: String,
    source: String,
    first_at: Option<Ms>,
    last_at: Option<Ms>,
    total: i64,
    recent: i64,
    blocked: i64,
    properties: i64,
    personal: i64,
}
from_row!(Row { name, source, first_at, last_at, total, recent, blocked, properties, personal });

/// What is searched for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Search {
    /// A part of the name.
    pub q: Option<String>,
    /// `ours`, `segment`, `sensors` or `posthog`
    pub source: Option<String>,
    pub cursor: Option<String>,
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<i64>,
}

/// The events that have been seen, those of the last 30 days with the largest volume first.
#[utoipa::path(get, path = "/api/v1/catalogue", tag = "gather", params(Search), responses((status = 200, body = List<SeenEvent>)))]
pub async fn list_catalogue(State(app): State<App>, who: Staff, Query(search): Query<Search>) -> Answer<Json<List<SeenEvent>>> {
    who.need(May::MeasureRead)?;
    let page = Page { cursor: search.cursor.clone(), limit: search.limit };
    let (limit, [skip]) = (page.limit()?, page.after([0])?);
    if !(0..=1_000_000).contains(&skip) {
        return Err(Problem::field("cursor", "use the `next` of the page before, unchanged").into());
    }
    Ok(Json(app.db.read(move |tx| listed(tx, &who, &search, limit, skip)).await?))
}

fn listed(tx: &mut Tx, who: &Staff, search: &Search, limit: i64, skip: i64) -> Result<List<SeenEvent>> {
    let today = i64::from(weir_keep::brand::get(tx, who.brand)?.zone()?.day(tx.now()).0);
    let like = search.q.as_deref().map(str::trim).filter(|q| !q.is_empty()).map(|q| {
        let q: String = q.chars().take(100).filter(|c| *c != '\0').collect();
        format!("%{}%", q.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
    });
    let (ilike, source) = (tx.engine().like(), search.source.as_deref().filter(|s| !s.is_empty()));
    let from = format!(
        "from (select v.name, sum(v.taken) recent, sum(v.blocked) blocked from catalogue_day v where v.brand_id = $1 and v.day > $2 group by v.name \
         union all select c.name, 0, 0 from catalogue_event c where c.brand_id = $1) a \
         left join catalogue_event e on e.brand_id = $1 and e.name = a.name \
         where (cast($3 as text) is null or a.name {ilike} $3 escape '\\') and (cast($4 as text) is null or e.source = $4 \
         or ($4 = 'ours' and e.source not in ('segment', 'sensors', 'posthog')))"
    );
    let rows: Vec<Row> = tx.all(
        &format!(
            "select a.name, coalesce(min(e.source), ''), min(e.first_at), min(e.last_at), coalesce(min(e.total), 0), \
             cast(sum(a.recent) as bigint), cast(sum(a.blocked) as bigint), \
             (select count(*) from catalogue_property p where p.brand_id = $1 and p.event = a.name), \
             (select count(*) from catalogue_property p where p.brand_id = $1 and p.event = a.name and p.pii <> 'none') \
             {from} group by a.name order by 6 desc, 1 limit $5 offset $6"
        ),
        params![who.brand, today - DAYS, &like, source, limit + 1, skip],
    )?;
    let total: i64 = tx.one(&format!("select count(distinct a.name) {from}"), params![who.brand, today - DAYS, &like, source])?;
    let mut days = volumes(tx, who, today - DAYS, None)?;
    let more = rows.len() as i64 > limit;
    let items = rows.into_iter().take(limit as usize).map(|r| SeenEvent {
        days: days.remove(&r.name).unwrap_or_default(),
        ours: crate::intake::is_ours(&r.name),
        name: r.name,
        source: r.source,
        first_at: r.first_at,
        last_at: r.last_at,
        total: r.total,
        recent: r.recent,
        blocked: r.blocked,
        properties: r.properties,
        personal: r.personal > 0,
    });
    Ok(List { items: items.collect(), next: more.then(|| (skip + limit).to_string()), total: Some(total) })
}

fn volumes(tx: &mut Tx, who: &Staff, after: i64, event: Option<&str>) -> Result<HashMap<String, Vec<DayVolume>>> {
    let mut out: HashMap<String, Vec<DayVolume>> = HashMap::new();
    tx.each(
        "select name, day, taken, blocked from catalogue_day where brand_id = $1 and day > $2 \
         and (cast($3 as text) is null or name = $3) order by name, day",
        params![who.brand, after, event],
        |row| {
            let (name, day): (String, i64) = (row.get(0)?, row.get(1)?);
            let volume = DayVolume { day: Day(day as i32).to_string(), taken: row.get(2)?, blocked: row.get(3)? };
            out.entry(name).or_default().push(volume);
            Ok(())
        },
    )?;
    Ok(out)
}

/// A property that has been seen.
#[derive(Debug, Serialize, ToSchema)]
pub struct SeenProperty {
    pub property: String,
    /// `text`, `time`, `number`, `truth`, `list`, `object` or `null`, and how often each was sampled.
    pub types: BTreeMap<String, i64>,
    pub sampled: i64,
    /// The last one seen; masked where it is personal.
    pub sample: String,
    /// `none`, `phone`, `email`, `id_number`, `name`, `address` or `network`
    pub pii: String,
    /// Somebody said so; it is not guessed any more.
    pub by_hand: bool,
    pub first_at: Ms,
    pub last_at: Ms,
}

/// Which event.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OfEvent {
    pub event: String,
}

/// The properties of an event, those that come most often first.
#[utoipa::path(get, path = "/api/v1/catalogue/properties", tag = "gather", params(OfEvent), responses((status = 200, body = List<SeenProperty>)))]
pub async fn list_properties(State(app): State<App>, who: Staff, Query(of): Query<OfEvent>) -> Answer<Json<List<SeenProperty>>> {
    who.need(May::MeasureRead)?;
    Ok(Json(List::all(app.db.read(move |tx| properties(tx, &who, &of.event.replace('\0', ""), None)).await?)))
}

fn properties(tx: &mut Tx, who: &Staff, event: &str, only: Option<&str>) -> Result<Vec<SeenProperty>> {
    type Kept = (String, String, i64, String, String, bool, Ms, Ms);
    let rows: Vec<Kept> = tx.all(
        "select property, types, sampled, sample, pii, case when pii_by is null then 0 else 1 end, first_at, last_at \
         from catalogue_property where brand_id = $1 and event = $2 and (cast($3 as text) is null or property = $3) order by sampled desc, property",
        params![who.brand, event, only],
    )?;
    let seen = |(property, types, sampled, sample, pii, by_hand, first_at, last_at): Kept| {
        let types = serde_json::from_str(&types).map_err(Problem::internal)?;
        Ok(SeenProperty { property, types, sampled, sample, pii, by_hand, first_at, last_at })
    };
    rows.into_iter().map(seen).collect()
}

/// Whether a property is personal, said by hand.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkProperty {
    pub event: String,
    pub property: String,
    /// `none`, `phone`, `email`, `id_number`, `name`, `address` or `network`; absent: guess again.
    pub pii: Option<String>,
}

/// Say whether a property is personal; its sample is masked at once, or shows again with the next event.
#[utoipa::path(put, path = "/api/v1/catalogue/properties", tag = "gather", request_body = MarkProperty, responses((status = 200, body = SeenProperty)))]
pub async fn mark_property(State(app): State<App>, who: Staff, Json(mark): Json<MarkProperty>) -> Answer<Json<SeenProperty>> {
    who.need(May::SettingsWrite)?;
    Ok(Json(app.db.write(move |tx| marked(tx, &who, &mark)).await?))
}

fn marked(tx: &mut Tx, who: &Staff, mark: &MarkProperty) -> Result<SeenProperty> {
    if mark.pii.as_ref().is_some_and(|p| !Pii::ALL.iter().any(|known| known.code() == p)) {
        return Err(Problem::field("pii", "use one of none, phone, email, id_number, name, address, network"));
    }
    let (event, property) = (mark.event.replace('\0', ""), mark.property.replace('\0', ""));
    let before: Option<String> = tx.opt(
        "select sample from catalogue_property where brand_id = $1 and event = $2 and property = $3",
        params![who.brand, &event, &property],
    )?;
    let sample = before.ok_or_else(|| Problem::not_found("property"))?;
    let pii = mark.pii.as_deref().unwrap_or("none");
    // What was masked cannot be read again, so the next event shows a sample.
    let sample = if pii == "none" { if sample.contains('*') { String::new() } else { sample } } else { crate::intake::rules::masked(&sample) };
    let by = mark.pii.as_ref().map(|_| who.actor.as_str());
    tx.exec(
        "update catalogue_property set pii = $1, pii_by = $2, sample = $3 where brand_id = $4 and event = $5 and property = $6",
        params![pii, by, &sample, who.brand, &event, &property],
    )?;
    let now = tx.now();
    let props = serde_json::json!({ "event": event, "property": property, "pii": mark.pii }).to_string();
    let _ = tx.record(&Fact::new(who.brand, crate::events::CATALOGUE_MARKED, now).actor(&who.actor).props(&props))?;
    properties(tx, who, &event, Some(&property))?.pop().ok_or_else(|| Problem::not_found("property"))
}
