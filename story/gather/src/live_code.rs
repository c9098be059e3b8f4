//! A live code (渠道活码): one printed code, and rules that say to whom it leads just now.
//!
//! Served mode: Weir answers every visit. The first rule that is open and has somebody eligible
//! wins; nobody there, the rule's backups, then the code's backup, then the fallback destination,
//! without which no code is activated. So a scan always leads somewhere.
//!
//! * An edit makes a new version; older ones stay. A retired code leads to its fallback for ever.
//! * Daily caps are hard: a guarded counter row per member and civil day of the code's zone is
//!   raised before a member is shown, and given back when the reservation passes without an add.
//! * While a reservation is held, and after an add, the same visitor meets the same face.
//!
//! [`schedule`] when · [`plan`] who · [`route`] the decision · [`reserve`] holding and adding ·
//! [`near`] stores by distance · [`page`] what a visitor sees · [`http`] all of it over HTTP
pub mod http;
mod near;
pub mod page;
pub mod plan;
pub mod reserve;
pub mod route;
pub mod schedule;

pub use plan::{Plan, Plans};

use crate::{events, touchpoint};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_ground::base::ids::{LiveCodeId, SlotId};
use weir_ground::base::{Ms, Problem, Result, Zone};
use weir_ground::event::{BrandId, TouchpointId};
use weir_ground::{Fact, Tx, from_row, params};
use weir_keep::{Staff, brand};

/// A row of the table.
#[derive(Clone, Debug)]
pub struct LiveCode {
    pub id: LiveCodeId,
    pub brand: BrandId,
    pub touchpoint: TouchpointId,
    /// `draft`, `active` or `retired`
    pub state: String,
    pub zone: String,
    pub from_at: Option<Ms>,
    pub to_at: Option<Ms>,
    pub hold_minutes: i64,
    pub fallback: Option<String>,
    pub version: i64,
    pub stamp: i64,
}
from_row!(LiveCode { id, brand, touchpoint, state, zone, from_at, to_at, hold_minutes, fallback, version, stamp });

const COLUMNS: &str = "c.id, c.brand_id, c.touchpoint_id, c.state, c.zone, c.from_at, c.to_at, c.hold_minutes, c.fallback, c.version, c.stamp";

impl LiveCode {
    pub fn zone(&self) -> Result<Zone> {
        Zone::named(&self.zone).ok_or_else(|| Problem::internal(format!("no time zone {}", self.zone)))
    }
}

/// The live code of a touchpoint, whoever asks.
pub fn of_touchpoint(tx: &mut Tx, touchpoint: TouchpointId) -> Result<Option<LiveCode>> {
    let found = tx.recall(&["live_code"], touchpoint.n(), |tx| {
        tx.opt::<LiveCode>(&format!("select {COLUMNS} from live_code c where c.touchpoint_id = $1"), params![touchpoint])
    })?;
    Ok(Option::clone(&found))
}

/// The live code with this id in the asker's stores.
pub fn own(tx: &mut Tx, who: &Staff, id: LiveCodeId) -> Result<LiveCode> {
    let sql = format!(
        "select {COLUMNS} from live_code c join touchpoint t on t.id = c.touchpoint_id where c.brand_id = $1 and c.id = $2{}",
        who.within("t.store_id")
    );
    tx.opt(&sql, params![who.brand, id])?.ok_or_else(|| Problem::not_found("live code"))
}

/// What a live code is: everything but its state.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LiveCodeDefinition {
    /// IANA zone of schedules and of the day of caps; the brand's when absent.
    #[serde(default)]
    pub zone: Option<String>,
    #[serde(default)]
    pub from_at: Option<Ms>,
    /// The first instant at which it is over.
    #[serde(default)]
    pub to_at: Option<Ms>,
    /// How long a visitor's place with a guide is kept without an add; 30 minutes when absent.
    #[serde(default)]
    pub hold_minutes: Option<i64>,
    /// Where a visitor goes when nobody can serve: a path or an address.
    #[serde(default)]
    pub fallback: Option<String>,
    #[serde(default)]
    pub plan: Plan,
}

/// What was checked of a definition.
struct Settled {
    zone: String,
    hold: i64,
    fallback: Option<String>,
    plan: String,
}

fn settle(tx: &mut Tx, who: &Staff, def: &LiveCodeDefinition, before: Option<&Plan>) -> Result<Settled> {
    let zone = match &def.zone {
        Some(z) => Zone::named(z).map(|_| z.clone()).ok_or_else(|| Problem::field("zone", format!("{z} is not an IANA time zone")))?,
        None => brand::get(tx, who.brand)?.timezone,
    };
    if def.from_at.zip(def.to_at).is_some_and(|(from, to)| to <= from) {
        return Err(Problem::field("to_at", "the end lies before the beginning"));
    }
    let hold = def.hold_minutes.unwrap_or(30);
    if !(1..=7 * 24 * 60).contains(&hold) {
        return Err(Problem::field("hold_minutes", "use 1 to 10,080"));
    }
    let given = def.fallback.as_deref().map(str::trim).filter(|f| !f.is_empty());
    let fallback = given.map(touchpoint::landing).transpose().map_err(|_| {
        Problem::field("fallback", "use a path that begins with / or an address that begins with https://")
    })?;
    let mut plan = def.plan.clone();
    plan.settle(tx, who.brand, before)?;
    Ok(Settled { zone, hold, fallback, plan: serde_json::to_string(&plan).map_err(Problem::internal)? })
}

fn keep_version(tx: &mut Tx, who: &Staff, id: LiveCodeId, version: i64, stamp: i64, plan: &str) -> Result<()> {
    let now = tx.now();
    tx.exec(
        "insert into live_code_version (live_code_id, version, stamp, plan, actor, at) values ($1, $2, $3, $4, $5, $6)",
        params![id, version, stamp, plan, &who.actor, now],
    )?;
    Ok(())
}

fn state(tx: &mut Tx, who: &Staff, touchpoint: TouchpointId, name: &str, props: serde_json::Value) -> Result<()> {
    let props = props.to_string();
    let fact = Fact::new(who.brand, name, tx.now()).touchpoint(Some(touchpoint)).actor(&who.actor).props(&props);
    let _ = tx.record(&fact)?;
    Ok(())
}

/// Makes the live code of a touchpoint, as a draft; a touchpoint has at most one.
pub fn create(tx: &mut Tx, who: &Staff, of: TouchpointId, def: &LiveCodeDefinition) -> Result<LiveCodeId> {
    touchpoint::own(tx, who, of)?;
    let s = settle(tx, who, def, None)?;
    let (id, now): (LiveCodeId, _) = (tx.new_id(), tx.now());
    let stamp = tx.new_id::<()>().n();
    tx.guard(
        "insert into live_code (id, brand_id, touchpoint_id, state, zone, from_at, to_at, hold_minutes, fallback, version, stamp, created_at) \
         values ($1, $2, $3, 'draft', $4, $5, $6, $7, $8, 1, $9, $10) on conflict do nothing",
        params![id, who.brand, of, &s.zone, def.from_at, def.to_at, s.hold, &s.fallback, stamp, now],
    )?
    .or(|| Problem::conflict("This touchpoint has a live code already; change that one."))?;
    keep_version(tx, who, id, 1, stamp, &s.plan)?;
    state(tx, who, of, events::LIVE_CODE_ADDED, serde_json::json!({ "live_code": id }))?;
    Ok(id)
}

/// Replaces the definition and makes the next version. `version` is the one that was looked at.
pub fn save(tx: &mut Tx, who: &Staff, id: LiveCodeId, version: i64, def: &LiveCodeDefinition) -> Result<()> {
    let code = own(tx, who, id)?;
    let before = plan::read(tx, id, code.version)?;
    let s = settle(tx, who, def, Some(&before))?;
    if code.state == "active" {
        ready(&s.fallback, &def.plan)?;
    }
    let stamp = tx.new_id::<()>().n();
    tx.guard(
        "update live_code set zone = $1, from_at = $2, to_at = $3, hold_minutes = $4, fallback = $5, version = version + 1, stamp = $6 \
         where id = $7 and brand_id = $8 and version = $9 and state <> 'retired'",
        params![&s.zone, def.from_at, def.to_at, s.hold, &s.fallback, stamp, id, who.brand, version],
    )?
    .or(|| moved(&code))?;
    keep_version(tx, who, id, version + 1, stamp, &s.plan)?;
    state(tx, who, code.touchpoint, events::LIVE_CODE_CHANGED, serde_json::json!({ "live_code": id, "version": version + 1 }))
}

fn moved(code: &LiveCode) -> Problem {
    if code.state == "retired" {
        return Problem::conflict("This live code is retired; it only leads to its fallback.");
    }
    Problem::conflict(format!("Somebody else changed this live code meanwhile (it is at version {}). Load it again.", code.version))
}

/// May a code with this fallback and plan be active? It needs both a fallback and a rule.
fn ready(fallback: &Option<String>, plan: &Plan) -> Result<()> {
    if fallback.is_none() {
        return Err(Problem::field("fallback", "say where visitors go when nobody can serve; a live code is not active without it"));
    }
    if plan.rules.is_empty() {
        return Err(Problem::field("rules", "add a rule with at least one member or address"));
    }
    Ok(())
}

/// From now on its visits are routed.
pub fn activate(tx: &mut Tx, who: &Staff, id: LiveCodeId) -> Result<()> {
    let code = own(tx, who, id)?;
    ready(&code.fallback, &plan::read(tx, id, code.version)?)?;
    tx.guard(
        "update live_code set state = 'active' where id = $1 and brand_id = $2 and state = 'draft'",
        params![id, who.brand],
    )?
    .or(|| Problem::conflict(format!("This live code is {} already.", code.state)))?;
    state(tx, who, code.touchpoint, events::LIVE_CODE_CHANGED, serde_json::json!({ "live_code": id, "state": "active" }))
}

/// Ends it: from now on the printed code leads to the fallback, for ever.
pub fn retire(tx: &mut Tx, who: &Staff, id: LiveCodeId) -> Result<()> {
    let code = own(tx, who, id)?;
    if code.fallback.is_none() {
        return Err(Problem::field("fallback", "give a fallback first: old prints go on leading there"));
    }
    tx.guard(
        "update live_code set state = 'retired' where id = $1 and brand_id = $2 and state <> 'retired'",
        params![id, who.brand],
    )?
    .or(|| Problem::conflict("This live code is retired already."))?;
    state(tx, who, code.touchpoint, events::LIVE_CODE_CHANGED, serde_json::json!({ "live_code": id, "state": "retired" }))
}

/// Turns one slot on or off: a new version, made of the current one.
pub fn switch(tx: &mut Tx, who: &Staff, id: LiveCodeId, slot: SlotId, on: bool) -> Result<()> {
    let code = own(tx, who, id)?;
    let mut plan = plan::read(tx, id, code.version)?;
    if plan.slot(slot).is_some_and(|s| s.on == on) {
        return Ok(());
    }
    if !plan.switch(slot, on) {
        return Err(Problem::not_found("slot"));
    }
    let def = LiveCodeDefinition {
        zone: Some(code.zone.clone()),
        from_at: code.from_at,
        to_at: code.to_at,
        hold_minutes: Some(code.hold_minutes),
        fallback: code.fallback.clone(),
        plan,
    };
    save(tx, who, id, code.version, &def)
}
