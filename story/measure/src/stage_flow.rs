//! Who moved from stage to stage: at the beginning of each week or month, and at its end.
//!
//! Judged by today's thresholds over everything that is known, imported orders too, so the past reads as if Weir
//! had always been there; orders that went back whole are left out, as if never made. What happened in between is not
//! counted: who fell silent on Tuesday and bought on Friday of the same week moved nowhere. The changes themselves, each
//! with its instant and cause, are `person.stage_changed` in a person's timeline.
use crate::fold::{self, Persons};
use crate::kept::Kept;
use axum::Extension;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use weir_ground::base::{Day, Fen, Ms, Problem, Result, Zone, ids::PersonId};
use weir_ground::event::BrandId;
use weir_ground::http::{Answer, App, Json, Query, Said};
use weir_ground::{Tx, params};
use weir_keep::{May, Settings, Staff, brand};
use weir_know::stage::{self, Facts, Stage, StageCounts};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FlowStep)]
pub enum Step {
    #[default]
    Week,
    Month,
}

impl Step {
    /// The first day of the step that a day lies in, `back` steps ago.
    fn begins(self, day: Day, back: i32) -> Day {
        match self {
            Step::Week => Day(day.week_start().0 - 7 * back),
            Step::Month => day.months_on(-back),
        }
    }
}

/// So many persons went from one stage to another; no `from` means that they were not here yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StageMove {
    pub from: Option<Stage>,
    pub to: Stage,
    pub persons: i64,
}

/// One week or month; the last one ends now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StagePeriod {
    /// First and last day, `YYYY-MM-DD`.
    pub from_day: String,
    pub to_day: String,
    pub at_start: StageCounts,
    pub at_end: StageCounts,
    /// From first order or repurchase to silent or churned.
    pub fell_silent: i64,
    /// From silent or churned to repurchase or first order.
    pub came_back: i64,
    /// Every pair that occurs, those who stayed among them.
    pub moves: Vec<StageMove>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StageFlow {
    pub periods: Vec<StagePeriod>,
}

/// Everybody's stage at some instants; `None` before a person was there.
pub struct Stages {
    pub persons: Persons,
    ends: usize,
    list: Vec<Option<Stage>>,
}

impl Stages {
    /// `ends` ascend and none lies after now.
    pub fn at(tx: &mut Tx, id: BrandId, ends: &[Ms], settings: &Settings, zone: &Zone) -> Result<Stages> {
        let persons = Persons::of(tx, id)?;
        let n = ends.len();
        // By person and slot: how many orders stand, and the last of them. Slot i is what was paid up to ends[i], after the one before.
        let mut lives: Vec<(i64, Option<Ms>)> = vec![(0, None); persons.list.len() * n];
        fold::orders(tx, id, &persons, None, |o| {
            let slot = ends.partition_point(|end| *end < o.paid_at);
            if o.stands && slot < n {
                let life = &mut lives[o.person * n + slot];
                *life = (life.0 + 1, life.1.max(Some(o.paid_at)));
            }
        })?;
        let mut list = vec![None; lives.len()];
        for (place, p) in persons.list.iter().enumerate() {
            let born = p.acquired_at().map_or(p.created_at, |at| at.min(p.created_at));
            let (mut orders, mut last) = (0, None);
            for (slot, end) in ends.iter().enumerate() {
                let life = lives[place * n + slot];
                (orders, last) = (orders + life.0, life.1.or(last));
                if born <= *end {
                    let joined = p.joined_at.is_some_and(|at| at <= *end);
                    let facts = Facts { orders, last_order_at: last, joined };
                    list[place * n + slot] = Some(stage::stage(facts, settings, zone, *end).0);
                }
            }
        }
        Ok(Stages { persons, ends: n, list })
    }

    fn of(&self, place: usize, slot: usize) -> Option<Stage> {
        self.list[place * self.ends + slot]
    }
}

fn active(stage: Stage) -> bool {
    matches!(stage, Stage::FirstOrder | Stage::Repurchase)
}

fn gone(stage: Stage) -> bool {
    matches!(stage, Stage::Silent | Stage::Churned)
}

/// The days on which the last `periods` steps begin, and the end of each: the last one is now.
fn spans(zone: &Zone, now: Ms, step: Step, periods: usize) -> Vec<(Day, Ms)> {
    let today = zone.day(now);
    let first = |back: i32| step.begins(today, back);
    (0..periods as i32)
        .rev()
        .map(|back| (first(back), if back == 0 { now } else { zone.start_of(first(back - 1)) - 1 }))
        .collect()
}

/// The flow of the last `periods` weeks or months, the current one included.
pub fn of(tx: &mut Tx, id: BrandId, step: Step, periods: usize) -> Result<StageFlow> {
    let (b, now) = (brand::get(tx, id)?, tx.now());
    let zone = b.zone()?;
    let spans = spans(&zone, now, step, periods);
    let mut ends = vec![zone.start_of(spans[0].0) - 1];
    ends.extend(spans.iter().map(|s| s.1));
    let stages = Stages::at(tx, id, &ends, &b.settings, &zone)?;
    let period = |n: usize| {
        let mut moves: BTreeMap<(Option<usize>, usize), i64> = BTreeMap::new();
        for place in 0..stages.persons.list.len() {
            if let Some(to) = stages.of(place, n + 1) {
                *moves.entry((stages.of(place, n).map(|s| s as usize), to as usize)).or_default() += 1;
            }
        }
        let moves: Vec<StageMove> = moves
            .into_iter()
            .map(|((from, to), persons)| StageMove { from: from.map(|s| Stage::ALL[s]), to: Stage::ALL[to], persons })
            .collect();
        let (mut at_start, mut at_end) = (StageCounts::default(), StageCounts::default());
        let (mut fell_silent, mut came_back) = (0, 0);
        for m in &moves {
            at_end.add(m.to, m.persons);
            if let Some(from) = m.from {
                at_start.add(from, m.persons);
                fell_silent += if active(from) && gone(m.to) { m.persons } else { 0 };
                came_back += if gone(from) && active(m.to) { m.persons } else { 0 };
            }
        }
        let (from, to) = (spans[n].0, zone.day(spans[n].1));
        StagePeriod { from_day: from.to_string(), to_day: to.to_string(), at_start, at_end, fell_silent, came_back, moves }
    };
    Ok(StageFlow { periods: (0..periods).map(period).collect() })
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AskStageFlow {
    /// `week` when absent.
    #[param(inline)]
    pub step: Option<Step>,
    /// How many, 1 to 60; 12 when absent.
    #[param(minimum = 1, maximum = 60)]
    pub periods: Option<i64>,
}

/// Who moved from stage to stage, week by week or month by month.
#[utoipa::path(get, path = "/api/v1/measure/stage-flow", tag = "measure", params(AskStageFlow), responses((status = 200, body = StageFlow)))]
pub async fn measure_stage_flow(
    State(app): State<App>,
    Extension(kept): Extension<Kept>,
    who: Staff,
    Query(ask): Query<AskStageFlow>,
) -> Answer<Said> {
    who.need(May::MeasureRead)?;
    let (step, periods) = (ask.step.unwrap_or_default(), ask.periods.unwrap_or(12));
    if !(1..=60).contains(&periods) {
        return Err(Problem::field("periods", format!("{periods} is not between 1 and 60")).into());
    }
    kept.answer(&app.db, who.brand, format!("stage flow {step:?} {periods}"), move |tx| of(tx, who.brand, step, periods as usize)).await
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AskMovers {
    /// `week` when absent.
    #[param(inline)]
    pub step: Option<Step>,
    /// The first day of the week or month, `YYYY-MM-DD`.
    pub from_day: String,
    /// A stage, or `none` for who was not here yet.
    pub from: String,
    #[param(inline)]
    pub to: Stage,
}

/// Somebody who moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Mover {
    pub id: PersonId,
    pub name: Option<String>,
    /// The stage now.
    pub stage: Stage,
    pub orders: i64,
    pub kept_fen: Fen,
    pub last_order_at: Option<Ms>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Movers {
    pub total: i64,
    /// Who kept the most money first, at most 200.
    pub items: Vec<Mover>,
}

fn movers(tx: &mut Tx, id: BrandId, ask: &AskMovers) -> Result<Movers> {
    let (b, now) = (brand::get(tx, id)?, tx.now());
    let zone = b.zone()?;
    let (step, from) = (ask.step.unwrap_or_default(), if ask.from == "none" { None } else { Some(Stage::parse(&ask.from)?) });
    let day = Day::parse(&ask.from_day).filter(|d| step.begins(*d, 0) == *d && *d <= zone.day(now));
    let day = day.ok_or_else(|| Problem::field("from_day", "give the Monday of a week or the first of a month, not after today"))?;
    let end = (zone.start_of(step.begins(day, -1)) - 1).min(now);
    let ends = [zone.start_of(day) - 1, end];
    let stages = Stages::at(tx, id, &ends, &b.settings, &zone)?;
    let mut found: Vec<&fold::Person> = (0..stages.persons.list.len())
        .filter(|place| stages.of(*place, 0) == from && stages.of(*place, 1) == Some(ask.to))
        .map(|place| &stages.persons.list[place])
        .collect();
    found.sort_by_key(|p| (p.refunded - p.paid, p.id.n()));
    let total = found.len() as i64;
    let mut items = vec![];
    for p in found.into_iter().take(200) {
        let (name, last_order_at): (Option<String>, Option<Ms>) =
            tx.one("select name, last_order_at from person where id = $1 and brand_id = $2", params![p.id, id])?;
        items.push(Mover { id: p.id, name, stage: p.stage, orders: p.orders, kept_fen: Fen(p.paid - p.refunded), last_order_at });
    }
    Ok(Movers { total, items })
}

/// Who moved from one stage to another in one week or month.
#[utoipa::path(get, path = "/api/v1/measure/stage-flow/persons", tag = "measure", params(AskMovers), responses((status = 200, body = Movers)))]
pub async fn stage_flow_persons(State(app): State<App>, who: Staff, Query(ask): Query<AskMovers>) -> Answer<Json<Movers>> {
    who.need(May::MeasureRead)?;
    Ok(Json(app.db.read(move |tx| movers(tx, who.brand, &ask)).await?))
}
