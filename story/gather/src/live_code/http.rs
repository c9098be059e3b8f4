//! Live codes over HTTP.
use super::reserve::{Added, ConfirmAdd};
use super::route::{self, Led, Mode, Step, Visitor};
use super::{LiveCode, LiveCodeDefinition, Plan, own, plan, reserve};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::ToSchema;
use weir_ground::base::ids::{self, LiveCodeId, PersonId, ReservationId, SlotId, StaffId, TouchpointId};
use weir_ground::base::{Ms, Problem, Result};
use weir_ground::event::StoreId;
use weir_ground::http::{Answer, App, Json, List, Once, Page, Path, Query, Said};
use weir_ground::{Tx, from_row, params};
use weir_keep::store::place::Place;
use weir_keep::{May, Staff};

/// A live code as it stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LiveCode)]
pub struct LiveCodeView {
    pub id: LiveCodeId,
    pub touchpoint_id: TouchpointId,
    /// The touchpoint's name.
    pub name: String,
    /// The printed code.
    pub code: String,
    /// `draft`, `active` or `retired`
    pub state: String,
    pub zone: String,
    pub from_at: Option<Ms>,
    pub to_at: Option<Ms>,
    pub hold_minutes: i64,
    pub fallback: Option<String>,
    /// Grows with every edit; send it back with the next one.
    pub version: i64,
    pub plan: Plan,
    pub store_id: Option<StoreId>,
}

fn view(tx: &mut Tx, who: &Staff, id: LiveCodeId) -> Result<LiveCodeView> {
    let c = own(tx, who, id)?;
    let (name, code, store_id) = tx.one(
        "select name, code, store_id from touchpoint where id = $1",
        params![c.touchpoint],
    )?;
    Ok(LiveCodeView {
        plan: plan::read(tx, id, c.version)?,
        id: c.id,
        touchpoint_id: c.touchpoint,
        name,
        code,
        state: c.state,
        zone: c.zone,
        from_at: c.from_at,
        to_at: c.to_at,
        hold_minutes: c.hold_minutes,
        fallback: c.fallback,
        version: c.version,
        store_id,
    })
}

/// A live code in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LiveCodeRow {
    pub id: LiveCodeId,
    pub touchpoint_id: TouchpointId,
    pub name: String,
    pub state: String,
    pub version: i64,
    /// Visitors with a place that is held now.
    pub held: i64,
    /// Adds up to now.
    pub added: i64,
}
from_row!(LiveCodeRow { id, touchpoint_id, name, state, version, held, added });

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FindLiveCodes {
    #[param(value_type = Option<String>)]
    pub touchpoint: Option<TouchpointId>,
}

/// Live codes of the brand, newest first.
#[utoipa::path(get, path = "/api/v1/live-codes", tag = "gather", params(FindLiveCodes, Page), responses((status = 200, body = List<LiveCodeRow>)))]
pub async fn list_live_codes(
    State(app): State<App>,
    who: Staff,
    Query(find): Query<FindLiveCodes>,
    Query(page): Query<Page>,
) -> Answer<Json<List<LiveCodeRow>>> {
    who.need(May::PersonRead)?;
    let list = move |tx: &mut Tx| {
        let (limit, [before]) = (page.limit()?, page.after([i64::MAX])?);
        let sql = format!(
            "select c.id, c.touchpoint_id, t.name, c.state, c.version, \
             (select count(*) from live_reservation r where r.live_code_id = c.id and r.state = 'held'), \
             (select count(*) from live_reservation r where r.live_code_id = c.id and r.state = 'added') \
             from live_code c join touchpoint t on t.id = c.touchpoint_id \
             where c.brand_id = $1 and (cast($2 as bigint) is null or c.touchpoint_id = $2) and c.id < $3{} order by c.id desc limit $4",
            who.within("t.store_id")
        );
        let rows = tx.all(&sql, params![who.brand, find.touchpoint, before, limit + 1])?;
        Ok(List::page(rows, limit, |c: &LiveCodeRow| c.id.n().to_string()))
    };
    Ok(Json(app.db.read(list).await?))
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddLiveCode {
    pub touchpoint_id: TouchpointId,
    pub definition: LiveCodeDefinition,
}

/// Give a touchpoint a live code, as a draft: its visits go on leading to the landing until it is activated.
#[utoipa::path(post, path = "/api/v1/live-codes", tag = "gather", request_body = AddLiveCode, responses((status = 200, body = LiveCodeView)))]
pub async fn add_live_code(State(app): State<App>, who: Staff, once: Once, Json(body): Json<AddLiveCode>) -> Answer<Said> {
    who.need(May::TouchpointWrite)?;
    let once = once.of(&body);
    let make = move |tx: &mut Tx| {
        once.run(tx, who.brand, &who.actor, |tx| {
            let id = super::create(tx, &who, body.touchpoint_id, &body.definition)?;
            view(tx, &who, id)
        })
    };
    Ok(app.db.write(make).await?)
}

/// One live code with its current plan.
#[utoipa::path(get, path = "/api/v1/live-codes/{id}", tag = "gather", params(("id" = LiveCodeId, Path)), responses((status = 200, body = LiveCodeView)))]
pub async fn get_live_code(State(app): State<App>, who: Staff, Path(id): Path<LiveCodeId>) -> Answer<Json<LiveCodeView>> {
    who.need(May::PersonRead)?;
    Ok(Json(app.db.read(move |tx| view(tx, &who, id)).await?))
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveLiveCode {
    /// The version that was looked at; refused when somebody saved meanwhile.
    pub version: i64,
    pub definition: LiveCodeDefinition,
}

/// Replace the definition: makes the next version, which routes from the next visit on.
#[utoipa::path(put, path = "/api/v1/live-codes/{id}", tag = "gather", params(("id" = LiveCodeId, Path)), request_body = SaveLiveCode, responses((status = 200, body = LiveCodeView)))]
pub async fn save_live_code(
    State(app): State<App>,
    who: Staff,
    Path(id): Path<LiveCodeId>,
    Json(body): Json<SaveLiveCode>,
) -> Answer<Json<LiveCodeView>> {
    who.need(May::TouchpointWrite)?;
    let save = move |tx: &mut Tx| {
        super::save(tx, &who, id, body.version, &body.definition)?;
        view(tx, &who, id)
    };
    Ok(Json(app.db.write(save).await?))
}

/// Route visits from now on. Refused without a fallback and a rule.
#[utoipa::path(post, path = "/api/v1/live-codes/{id}/activate", tag = "gather", params(("id" = LiveCodeId, Path)), responses((status = 200, body = LiveCodeView)))]
pub async fn activate_live_code(State(app): State<App>, who: Staff, Path(id): Path<LiveCodeId>) -> Answer<Json<LiveCodeView>> {
    who.need(May::TouchpointWrite)?;
    let act = move |tx: &mut Tx| {
        super::activate(tx, &who, id)?;
        view(tx, &who, id)
    };
    Ok(Json(app.db.write(act).await?))
}

/// End it: the printed code leads to the fallback for ever.
#[utoipa::path(post, path = "/api/v1/live-codes/{id}/retire", tag = "gather", params(("id" = LiveCodeId, Path)), responses((status = 200, body = LiveCodeView)))]
pub async fn retire_live_code(State(app): State<App>, who: Staff, Path(id): Path<LiveCodeId>) -> Answer<Json<LiveCodeView>> {
    who.need(May::TouchpointWrite)?;
    let act = move |tx: &mut Tx| {
        super::retire(tx, &who, id)?;
        view(tx, &who, id)
    };
    Ok(Json(app.db.write(act).await?))
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SwitchSlot {
    pub on: bool,
}

/// Turn one slot on or off, at once.
#[utoipa::path(post, path = "/api/v1/live-codes/{id}/slots/{slot}/switch", tag = "gather", params(("id" = LiveCodeId, Path), ("slot" = SlotId, Path)), request_body = SwitchSlot, responses((status = 200, body = LiveCodeView)))]
pub async fn switch_slot(
    State(app): State<App>,
    who: Staff,
    Path((id, slot)): Path<(LiveCodeId, SlotId)>,
    Json(body): Json<SwitchSlot>,
) -> Answer<Json<LiveCodeView>> {
    who.need(May::TouchpointWrite)?;
    let act = move |tx: &mut Tx| {
        super::switch(tx, &who, id, slot, body.on)?;
        view(tx, &who, id)
    };
    Ok(Json(app.db.write(act).await?))
}

/// One slot on the current civil day of the code's zone.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LiveSlotToday {
    pub slot_id: SlotId,
    pub staff_id: Option<StaffId>,
    pub name: String,
    /// Adds and live reservations over all codes: what the cap counts.
    pub taken: i64,
    pub daily_cap: Option<i64>,
    /// How often this code chose it today.
    pub turns: i64,
    /// Of this code: places held now, adds of today.
    pub held: i64,
    pub added: i64,
    /// `serving`, `off`, `leave`, `inactive` or `capped`
    pub now: &'static str,
}

/// What a live code does today.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LiveToday {
    pub day: String,
    /// The names of the rules that are open now.
    pub open: Vec<String>,
    pub slots: Vec<LiveSlotToday>,
}

fn today(tx: &mut Tx, code: &LiveCode) -> Result<LiveToday> {
    let plan = plan::read(tx, code.id, code.version)?;
    let (zone, now) = (code.zone()?, tx.now());
    let day = zone.clock(now).0;
    let turns = route::turns(tx, code, day)?;
    let taken: Vec<(i64, i64)> =
        tx.all("select member, taken from live_taken where brand_id = $1 and day = $2", params![code.brand, day.0])?;
    let taken: HashMap<i64, i64> = taken.into_iter().collect();
    let staff: Vec<(StaffId, String, bool)> =
        tx.all("select id, name, active from staff where brand_id = $1", params![code.brand])?;
    let staff: HashMap<StaffId, (String, bool)> = staff.into_iter().map(|(id, name, on)| (id, (name, on))).collect();
    let places: Vec<(SlotId, i64, i64)> = tx.all(
        "select slot_id, sum(case when state = 'held' then 1 else 0 end), sum(case when state = 'added' and day = $1 then 1 else 0 end) \
         from live_reservation where live_code_id = $2 and day >= $3 group by slot_id",
        params![day.0, code.id, day.0 - 8],
    )?;
    let places: HashMap<SlotId, (i64, i64)> = places.into_iter().map(|(s, held, added)| (s, (held, added))).collect();
    let slots = plan.slots().map(|s| {
        let id = s.id.unwrap_or_else(|| SlotId::new(0));
        let known = s.staff_id.and_then(|id| staff.get(&id));
        let taken = taken.get(&s.member()).copied().unwrap_or(0);
        let (held, added) = places.get(&id).copied().unwrap_or((0, 0));
        let now = match s.off(day) {
            Some(why) => why,
            None if s.staff_id.is_some() && !known.is_some_and(|k| k.1) => "inactive",
            None if s.daily_cap.is_some_and(|cap| taken >= cap) => "capped",
            None => "serving",
        };
        let name = known.map(|k| k.0.clone()).or_else(|| s.label.clone()).or_else(|| s.url.clone()).unwrap_or_default();
        let turns = turns.get(&id).copied().unwrap_or(0);
        LiveSlotToday { slot_id: id, staff_id: s.staff_id, name, taken, daily_cap: s.daily_cap, turns, held, added, now }
    });
    let open = plan.rules.iter().filter(|r| r.schedule.open(&zone, now)).map(|r| r.name.clone()).collect();
    Ok(LiveToday { day: day.to_string(), open, slots: slots.collect() })
}

/// Who serves today, and how full everybody is.
#[utoipa::path(get, path = "/api/v1/live-codes/{id}/today", tag = "gather", params(("id" = LiveCodeId, Path)), responses((status = 200, body = LiveToday)))]
pub async fn live_code_today(State(app): State<App>, who: Staff, Path(id): Path<LiveCodeId>) -> Answer<Json<LiveToday>> {
    who.need(May::PersonRead)?;
    let ask = move |tx: &mut Tx| {
        let code = own(tx, &who, id)?;
        today(tx, &code)
    };
    Ok(Json(app.db.read(ask).await?))
}

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PreviewLiveCode {
    /// When, in UTC milliseconds; now when absent.
    pub at: Option<Ms>,
    /// As a visitor of this stage.
    pub stage: Option<String>,
    /// As a visitor in this store.
    #[param(value_type = Option<String>)]
    pub store: Option<StoreId>,
    /// As a visitor at this place, in degrees; both or neither.
    #[param(minimum = -90, maximum = 90)]
    pub lat: Option<f64>,
    #[param(minimum = -180, maximum = 180)]
    pub lng: Option<f64>,
    /// As a visitor bound to this guide.
    #[param(value_type = Option<String>)]
    pub guide: Option<StaffId>,
}

/// Where a visit would lead, and why.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LivePreview {
    /// `guide`, `address`, `fallback`, or `choose` where visitors first say in which store they are
    pub led: &'static str,
    pub slot_id: Option<SlotId>,
    pub staff_id: Option<StaffId>,
    pub to: Option<String>,
    /// Between which stores a visitor would choose.
    pub stores: Vec<ids::StoreId>,
    pub trace: Vec<Step>,
}

/// Ask where a visit would lead, without making one. Counts are those of that day as they stand.
#[utoipa::path(get, path = "/api/v1/live-codes/{id}/preview", tag = "gather", params(("id" = LiveCodeId, Path), PreviewLiveCode), responses((status = 200, body = LivePreview)))]
pub async fn preview_live_code(
    State(app): State<App>,
    who: Staff,
    Path(id): Path<LiveCodeId>,
    Query(ask): Query<PreviewLiveCode>,
) -> Answer<Json<LivePreview>> {
    who.need(May::PersonRead)?;
    let place = match (ask.lat, ask.lng) {
        (None, None) => None,
        (lat, lng) => Some(Place::of(lat.unwrap_or(f64::NAN), lng.unwrap_or(f64::NAN))?),
    };
    let preview = move |tx: &mut Tx| {
        let code = own(tx, &who, id)?;
        let plan = plan::read(tx, id, code.version)?;
        let at = ask.at.unwrap_or_else(|| tx.now());
        let place = place.map(|p| (p.lat, p.lng));
        let (stage, guide) = (ask.stage.clone(), ask.guide);
        let as_one = Visitor { store: ask.store, place, stage, guide, may_choose: true, ..Visitor::default() };
        let d = route::decide(tx, &code, &plan, as_one, at, Mode::Ask)?;
        let (led, slot_id, to, stores) = match d.led {
            Led::Guide { slot, .. } => ("guide", Some(slot), None, vec![]),
            Led::Address { slot, url } => ("address", Some(slot), Some(url), vec![]),
            Led::Fallback => ("fallback", None, code.fallback, vec![]),
            Led::Choose { stores } => ("choose", None, None, stores),
        };
        let staff_id = slot_id.and_then(|s| plan.slot(s)).and_then(|s| s.staff_id);
        Ok(LivePreview { led, slot_id, staff_id, to, stores, trace: d.trace })
    };
    Ok(Json(app.db.read(preview).await?))
}

/// A visitor who was shown a guide, and why that one.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LiveReservation {
    pub id: ReservationId,
    pub person_id: PersonId,
    pub staff_id: StaffId,
    pub staff_name: String,
    /// `held`, `added` or `expired`
    pub state: String,
    /// The rules that were looked at, as in a visit's `live.trace`.
    #[schema(value_type = Vec<Object>)]
    pub trace: serde_json::Value,
    pub created_at: Ms,
    pub added_at: Option<Ms>,
}

impl weir_ground::db::row::FromRow for LiveReservation {
    fn from_row(r: &weir_ground::Row<'_>) -> Result<LiveReservation> {
        Ok(LiveReservation {
            id: r.get(0)?,
            person_id: r.get(1)?,
            staff_id: r.get(2)?,
            staff_name: r.get(3)?,
            state: r.get(4)?,
            trace: serde_json::from_str(&r.get::<String>(5)?).map_err(Problem::internal)?,
            created_at: r.get(6)?,
            added_at: r.get(7)?,
        })
    }
}

/// Who was shown to whom, newest first.
#[utoipa::path(get, path = "/api/v1/live-codes/{id}/trace", tag = "gather", params(("id" = LiveCodeId, Path), Page), responses((status = 200, body = List<LiveReservation>)))]
pub async fn live_code_trace(
    State(app): State<App>,
    who: Staff,
    Path(id): Path<LiveCodeId>,
    Query(page): Query<Page>,
) -> Answer<Json<List<LiveReservation>>> {
    who.need(May::PersonRead)?;
    let list = move |tx: &mut Tx| {
        own(tx, &who, id)?;
        let (limit, [before]) = (page.limit()?, page.after([i64::MAX])?);
        let rows = tx.all(
            "select r.id, p.root_id, r.staff_id, s.name, r.state, r.trace, r.created_at, r.added_at from live_reservation r \
             join person p on p.id = r.person_id join staff s on s.id = r.staff_id \
             where r.live_code_id = $1 and r.id < $2 order by r.id desc limit $3",
            params![id, before, limit + 1],
        )?;
        Ok(List::page(rows, limit, |r: &LiveReservation| r.id.n().to_string()))
    };
    Ok(Json(app.db.read(list).await?))
}

/// Say that a visitor and a guide added each other, as a platform's callback reports it. Saying it again changes nothing.
#[utoipa::path(post, path = "/api/v1/live-codes/{id}/adds", tag = "gather", params(("id" = LiveCodeId, Path)), request_body = ConfirmAdd, responses((status = 200, body = Added)))]
pub async fn confirm_add(
    State(app): State<App>,
    who: Staff,
    Path(id): Path<LiveCodeId>,
    once: Once,
    Json(body): Json<ConfirmAdd>,
) -> Answer<Said> {
    who.need(May::PersonWrite)?;
    let once = once.of(&body);
    let add = move |tx: &mut Tx| once.run(tx, who.brand, &who.actor, |tx| reserve::confirm(tx, &who, id, &body));
    Ok(app.db.write(add).await?)
}
