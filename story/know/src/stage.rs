//! Where a person stands in the life cycle (生命周期阶段).
//!
//! A pure function of the paid orders, the last of them and today: with orders, at most
//! `silent_days` civil days since the last one is first_order or repurchase, at most
//! `churned_days` is silent, more is churned; without orders it is prospect until the person is
//! reachable, then new. It also says when it changes without an event: at the start of the civil
//! day after the limit, in the brand's zone (models §3, K14).
pub mod rhythm;

use crate::events;
use crate::identity::own;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_ground::base::{Ms, Problem, Result, Zone, time::Day};
use weir_ground::event::{BrandId, PersonId};
use weir_ground::http::{Answer, App, Json, Query};
use weir_ground::timer::Due;
use weir_ground::{Fact, Tx, from_row, params};
use weir_keep::{May, Settings, Staff, brand};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Prospect,
    New,
    FirstOrder,
    Repurchase,
    Silent,
    Churned,
}

impl Stage {
    pub const ALL: [Stage; 6] =
        [Stage::Prospect, Stage::New, Stage::FirstOrder, Stage::Repurchase, Stage::Silent, Stage::Churned];

    pub const fn code(self) -> &'static str {
        match self {
            Stage::Prospect => "prospect",
            Stage::New => "new",
            Stage::FirstOrder => "first_order",
            Stage::Repurchase => "repurchase",
            Stage::Silent => "silent",
            Stage::Churned => "churned",
        }
    }

    pub fn parse(code: &str) -> Result<Stage> {
        Stage::ALL.into_iter().find(|s| s.code() == code).ok_or_else(|| {
            Problem::field("stage", "use prospect, new, first_order, repurchase, silent or churned")
        })
    }
}

/// Persons a stage, in the order of life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct StageCounts {
    pub prospect: i64,
    pub new: i64,
    pub first_order: i64,
    pub repurchase: i64,
    pub silent: i64,
    pub churned: i64,
}

impl StageCounts {
    pub fn add(&mut self, stage: Stage, n: i64) {
        *match stage {
            Stage::Prospect => &mut self.prospect,
            Stage::New => &mut self.new,
            Stage::FirstOrder => &mut self.first_order,
            Stage::Repurchase => &mut self.repurchase,
            Stage::Silent => &mut self.silent,
            Stage::Churned => &mut self.churned,
        } += n;
    }
}

/// What the stage depends on.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// Orders that were paid and not fully refunded.
    pub orders: i64,
    pub last_order_at: Option<Ms>,
    pub joined: bool,
}

/// The stage at `now`, and when it changes if nothing happens.
pub fn stage(facts: Facts, settings: &Settings, zone: &Zone, now: Ms) -> (Stage, Option<Ms>) {
    let Some(last) = facts.last_order_at.filter(|_| facts.orders > 0) else {
        return (if facts.joined { Stage::New } else { Stage::Prospect }, None);
    };
    let (today, last) = (zone.day(now).0, zone.day(last).0);
    let idle = (today - last) as i64;
    let edge = |days: i64| Some(zone.start_of(Day(last + days as i32 + 1)));
    if idle <= settings.silent_days {
        let active = if facts.orders == 1 { Stage::FirstOrder } else { Stage::Repurchase };
        (active, edge(settings.silent_days))
    } else if idle <= settings.churned_days {
        (Stage::Silent, edge(settings.churned_days))
    } else {
        (Stage::Churned, None)
    }
}

/// The kind of timer that flips stages; its key is the subject.
pub const TIMER: &str = "stage";
/// The same for what a root would be without the subjects that were merged into it.
pub const OWN: &str = "stage.own";

struct Standing {
    id: PersonId,
    brand: BrandId,
    stage: String,
    orders: i64,
    last_order_at: Option<Ms>,
    joined_at: Option<Ms>,
    erased_at: Option<Ms>,
}
from_row!(Standing { id, brand, stage, orders, last_order_at, joined_at, erased_at });

/// What the row of a person makes of its stage now; sets the timer for the next edge.
fn judge(tx: &mut Tx, was: &Standing, timer: &str, rules: &mut Rules) -> Result<Stage> {
    let now = tx.now();
    let (settings, zone) = rules.of(tx, was.brand)?;
    let facts = Facts { orders: was.orders, last_order_at: was.last_order_at, joined: was.joined_at.is_some() };
    let (stage, next) = stage(facts, settings, zone, now);
    match next {
        Some(due) => tx.set_timer(timer, was.id.n(), due, was.brand)?,
        None => tx.clear_timer(timer, was.id.n())?,
    }
    Ok(stage)
}

fn standing(tx: &mut Tx, person: PersonId) -> Result<Standing> {
    tx.one("select id, brand_id, stage, orders, last_order_at, joined_at, erased_at from person where id = $1", params![person])
}

/// Computes the stage of a person (of a subject: of its root) afresh, records a change, and sets
/// the timer for the next edge.
pub fn refresh(tx: &mut Tx, person: PersonId, cause: &str, rules: &mut Rules) -> Result<()> {
    let was: Standing = tx.one(
        "select id, brand_id, stage, orders, last_order_at, joined_at, erased_at from person where id = (select root_id from person where id = $1)",
        params![person],
    )?;
    if was.erased_at.is_some() {
        return Ok(());
    }
    let stage = judge(tx, &was, TIMER, rules)?;
    if stage.code() == was.stage {
        return Ok(());
    }
    let now = tx.now();
    tx.guard(
        "update person set stage = $1, stage_since = $2 where id = $3 and stage = $4",
        params![stage.code(), now, was.id, &was.stage],
    )?
    .or(|| Problem::conflict("the person's stage was changed at the same time"))?;
    tell(tx, was.id, &was.stage, stage, cause)
}

/// States that a person's stage is another one now.
pub(crate) fn tell(tx: &mut Tx, person: PersonId, from: &str, to: Stage, cause: &str) -> Result<()> {
    let (brand, now): (BrandId, _) = (tx.one("select brand_id from person where id = $1", params![person])?, tx.now());
    let props = format!(r#"{{"from":"{from}","to":"{}","cause":"{cause}"}}"#, to.code());
    let _ = tx.record(&Fact::new(brand, events::STAGE_CHANGED, now).person(person).props(&props))?;
    Ok(())
}

/// The stage that a row amounts to now, its timer set; the row is left to the caller.
pub(crate) fn set(tx: &mut Tx, person: PersonId) -> Result<Stage> {
    let was = standing(tx, person)?;
    judge(tx, &was, TIMER, &mut Rules::default())
}

/// Brings a subject's own stage up to date, which nobody sees while it is merged: no event.
pub(crate) fn settle(tx: &mut Tx, subject: PersonId, timer: &str, rules: &mut Rules) -> Result<()> {
    let was = standing(tx, subject)?;
    if was.erased_at.is_some() {
        return Ok(());
    }
    let (stage, now) = (judge(tx, &was, timer, rules)?, tx.now());
    if stage.code() != was.stage {
        tx.exec("update person set stage = $1, stage_since = $2 where id = $3", params![stage.code(), now, subject])?;
    }
    Ok(())
}

/// Rules of brands, looked up once a batch.
#[derive(Default)]
pub struct Rules(Vec<(BrandId, Settings, Zone)>);

impl Rules {
    pub fn of(&mut self, tx: &mut Tx, id: BrandId) -> Result<(&Settings, &Zone)> {
        let at = match self.0.iter().position(|r| r.0 == id) {
            Some(at) => at,
            None => {
                let b = brand::get(tx, id)?;
                let zone = b.zone()?;
                self.0.push((id, b.settings, zone));
                self.0.len() - 1
            }
        };
        let (_, settings, zone) = &self.0[at];
        Ok((settings, zone))
    }
}

/// The clock passed an edge of somebody's stage, or of what a merged subject would be by itself.
pub fn on_timer(tx: &mut Tx, due: &Due) -> Result<()> {
    let subject = PersonId::new(due.key);
    if due.kind == OWN || own::place(tx, subject)?.root != subject {
        return own::edit(tx, subject, |_| Ok(()));
    }
    refresh(tx, subject, "timer", &mut Rules::default())
}

/// Recounts everybody after the thresholds or the zone changed, in id order; answers where to go on.
pub fn redefine(tx: &mut Tx, brand: BrandId, after: PersonId) -> Result<Option<PersonId>> {
    let ids: Vec<(PersonId, i64)> = tx.all(
        "select id, merged from person where brand_id = $1 and id > $2 and orders > 0 order by id limit 300",
        params![brand, after],
    )?;
    let mut rules = Rules::default();
    for (id, merged) in &ids {
        if *merged != 0 {
            own::edit(tx, *id, |_| Ok(()))?;
        }
        refresh(tx, *id, "definition", &mut rules)?;
    }
    Ok(ids.last().map(|last| last.0))
}

/// The timer that carries a recount on until everybody was seen; its key is the brand.
pub const REDEFINE: &str = "stage.redefine";

/// Where a recount has come to.
const PLACE: &str = "stage.redefine.place";

pub fn start_redefine(tx: &mut Tx, brand: BrandId) -> Result<()> {
    tx.set_timer(PLACE, brand.n(), i64::MAX, brand)?;
    tx.exec("update timer set tries = 0 where kind = $1 and key = $2", params![PLACE, brand])?;
    let now = tx.now();
    tx.set_timer(REDEFINE, brand.n(), now, brand)
}

pub fn on_redefine(tx: &mut Tx, due: &Due) -> Result<()> {
    let after: Option<i64> = tx.opt("select tries from timer where kind = $1 and key = $2", params![PLACE, due.key])?;
    match redefine(tx, due.brand, PersonId::new(after.unwrap_or(0)))? {
        Some(last) => {
            tx.exec("update timer set tries = $1 where kind = $2 and key = $3", params![last, PLACE, due.key])?;
            let again = tx.now();
            tx.set_timer(REDEFINE, due.key, again, due.brand)
        }
        None => tx.clear_timer(PLACE, due.key),
    }
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Thresholds {
    pub silent_days: i64,
    pub churned_days: i64,
}

/// Stage counts now and with other thresholds, and how many persons would move.
#[derive(Debug, Serialize, ToSchema)]
pub struct StagePreview {
    pub now: StageCounts,
    pub then: StageCounts,
    pub moving: i64,
}

/// What other thresholds would do, before saving them.
#[utoipa::path(get, path = "/api/v1/stage-preview", tag = "know", params(Thresholds), responses((status = 200, body = StagePreview)))]
pub async fn stage_preview(
    State(app): State<App>,
    who: Staff,
    Query(ask): Query<Thresholds>,
) -> Answer<Json<StagePreview>> {
    who.need(May::MeasureRead)?;
    if ask.silent_days < 1 || ask.churned_days <= ask.silent_days || ask.churned_days > 7300 {
        return Err(Problem::field("churned_days", "use 1 ≤ silent_days < churned_days ≤ 7300").into());
    }
    Ok(Json(app.db.read(move |tx| preview(tx, who.brand, &ask)).await?))
}

fn preview(tx: &mut Tx, brand: BrandId, ask: &Thresholds) -> Result<StagePreview> {
    let (now, b) = (tx.now(), brand::get(tx, brand)?);
    let zone = b.zone()?;
    let then =
        Settings { silent_days: ask.silent_days, churned_days: ask.churned_days, ..b.settings.clone() };
    let mut out = StagePreview { now: StageCounts::default(), then: StageCounts::default(), moving: 0 };
    tx.each(
        "select orders, last_order_at, joined_at from person where brand_id = $1 and root_id = id and erased_at is null",
        params![brand],
        |r| {
            let joined: Option<Ms> = r.get(2)?;
            let facts = Facts { orders: r.get(0)?, last_order_at: r.get(1)?, joined: joined.is_some() };
            let (a, b) = (stage(facts, &b.settings, &zone, now).0, stage(facts, &then, &zone, now).0);
            out.now.add(a, 1);
            out.then.add(b, 1);
            out.moving += (a != b) as i64;
            Ok(())
        },
    )?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_lie_at_the_start_of_the_day_after_the_limit() {
        let zone = Zone::named("Asia/Shanghai").unwrap();
        let settings = Settings { silent_days: 90, churned_days: 180, ..Settings::default() };
        let last = zone.parse("2026-01-01 23:59").unwrap();
        let facts = |orders| Facts { orders, last_order_at: Some(last), joined: true };
        let at = |day: &str| zone.parse(day).unwrap();
        let (now, next) = stage(facts(1), &settings, &zone, at("2026-04-01 23:59:59"));
        assert_eq!((now, next), (Stage::FirstOrder, Some(at("2026-04-02"))));
        assert_eq!(stage(facts(2), &settings, &zone, at("2026-04-02")).0, Stage::Silent);
        assert_eq!(stage(facts(2), &settings, &zone, at("2026-06-30 23:59")).0, Stage::Silent);
        assert_eq!(stage(facts(2), &settings, &zone, at("2026-07-01")), (Stage::Churned, None));
    }

    #[test]
    fn without_orders_reachability_decides() {
        let zone = Zone::named("UTC").unwrap();
        let settings = Settings::default();
        for (joined, expected) in [(false, Stage::Prospect), (true, Stage::New)] {
            let facts = Facts { orders: 0, last_order_at: None, joined };
            assert_eq!(stage(facts, &settings, &zone, 0), (expected, None));
        }
    }
}
