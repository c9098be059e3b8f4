//! The pool by stage at the end of every week, and what each week brought.
use crate::fold::{self, Persons};
use crate::kept::Kept;
use axum::Extension;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_ground::Tx;
use weir_ground::base::{Day, Fen, Ms, Problem, Result};
use weir_ground::event::BrandId;
use weir_ground::http::{Answer, App, Query, Said};
use weir_keep::{May, Staff, brand};
use weir_know::stage::{self, Facts, StageCounts};

/// One week, Monday to Sunday in the brand's zone; the last one ends now.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PoolWeek {
    /// Its Monday, `YYYY-MM-DD`.
    pub week: String,
    /// At its end. Orders that went back whole since then are left out, as if never made.
    pub stages: StageCounts,
    pub joined: i64,
    pub revenue_fen: Fen,
    pub orders: i64,
    pub buyers: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Pool {
    pub weeks: Vec<PoolWeek>,
}

/// What a person did in one week.
#[derive(Clone, Copy, Default)]
struct Week {
    orders: i64,
    last: Option<Ms>,
}

/// Folds the last `weeks` weeks, the current one included.
pub fn of(tx: &mut Tx, id: BrandId, weeks: usize) -> Result<Pool> {
    let (b, now) = (brand::get(tx, id)?, tx.now());
    let zone = b.zone()?;
    let persons = Persons::of(tx, id)?;
    let monday = zone.day(now).week_start().0 - 7 * (weeks as i32 - 1);
    let starts: Vec<Ms> = (0..weeks as i32).map(|w| zone.start_of(Day(monday + 7 * w))).collect();
    // 0 is everything before the first week.
    let slot = |at: Ms| starts.partition_point(|start| *start <= at);
    let mut lives = vec![Week::default(); persons.list.len() * (weeks + 1)];
    let mut out: Vec<PoolWeek> = (0..weeks as i32).map(|w| empty(Day(monday + 7 * w))).collect();
    fold::orders(tx, id, &persons, None, |o| {
        let slot = slot(o.paid_at);
        if slot > 0 {
            out[slot - 1].revenue_fen.0 += o.kept();
        }
        if o.stands {
            let week = &mut lives[o.person * (weeks + 1) + slot];
            if slot > 0 {
                out[slot - 1].orders += 1;
                out[slot - 1].buyers += (week.orders == 0) as i64;
            }
            week.orders += 1;
            week.last = week.last.max(Some(o.paid_at));
        }
    })?;
    for (place, p) in persons.list.iter().enumerate() {
        if let Some(at) = p.joined_at.filter(|at| *at <= now && slot(*at) > 0) {
            out[slot(at) - 1].joined += 1;
        }
        let born = p.acquired_at().map_or(p.created_at, |at| at.min(p.created_at));
        let (mut orders, mut last) = (0, None);
        for (w, life) in lives[place * (weeks + 1)..(place + 1) * (weeks + 1)].iter().enumerate() {
            orders += life.orders;
            last = life.last.or(last);
            if w == 0 {
                continue;
            }
            let end = starts.get(w).map_or(now, |next| next - 1);
            if born > end {
                continue;
            }
            let joined = p.joined_at.is_some_and(|at| at <= end);
            let facts = Facts { orders, last_order_at: last, joined };
            out[w - 1].stages.add(stage::stage(facts, &b.settings, &zone, end).0, 1);
        }
    }
    Ok(Pool { weeks: out })
}

fn empty(monday: Day) -> PoolWeek {
    PoolWeek {
        week: monday.to_string(),
        stages: StageCounts::default(),
        joined: 0,
        revenue_fen: Fen(0),
        orders: 0,
        buyers: 0,
    }
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AskPool {
    /// How many weeks, 1 to 104; 26 when absent.
    #[param(minimum = 1, maximum = 104)]
    pub weeks: Option<i64>,
}

/// The pool by stage, week by week.
#[utoipa::path(get, path = "/api/v1/measure/pool", tag = "measure", params(AskPool), responses((status = 200, body = Pool)))]
pub async fn measure_pool(
    State(app): State<App>,
    Extension(kept): Extension<Kept>,
    who: Staff,
    Query(ask): Query<AskPool>,
) -> Answer<Said> {
    who.need(May::MeasureRead)?;
    let weeks = ask.weeks.unwrap_or(26);
    if !(1..=104).contains(&weeks) {
        return Err(Problem::field("weeks", format!("{weeks} is not between 1 and 104")).into());
    }
    kept.answer(&app.db, who.brand, format!("pool {weeks}"), move |tx| of(tx, who.brand, weeks as usize)).await
}
