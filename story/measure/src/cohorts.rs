//! Cohorts: persons by the month in which they were acquired, and who of them bought in each month
//! since. Month 0 is the month itself; a month that has not begun is not yet observed, which is
//! not the same as nobody.
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

/// One month of one cohort.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Cell {
    /// Calendar months since the cohort's own.
    pub month_index: i64,
    /// Persons with an order that stands in that month.
    pub active: i64,
    pub revenue_fen: Fen,
}

#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Cohort {
    /// `YYYY-MM` in the brand's zone
    pub month: String,
    pub persons: i64,
    /// Null: not yet observed.
    pub cells: Vec<Option<Cell>>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Cohorts {
    pub cohorts: Vec<Cohort>,
}

/// Folds the cohorts of the last `months` calendar months, the current one included.
pub fn of(tx: &mut Tx, id: BrandId, months: usize) -> Result<Cohorts> {
    let (zone, now) = (brand::get(tx, id)?.zone()?, tx.now());
    let persons = Persons::of(tx, id)?;
    let first: Day = zone.day(now).months_on(1 - months as i32);
    let starts: Vec<Ms> = (0..months as i32).map(|m| zone.start_of(first.months_on(m))).collect();
    let month_of = |at: Ms| starts.partition_point(|start| *start <= at).checked_sub(1);
    let cohort_of: Vec<Option<usize>> =
        persons.list.iter().map(|p| p.acquired_at().filter(|at| *at <= now).and_then(month_of)).collect();
    // Who bought in which month, so that a person counts once in it.
    let mut bought = vec![false; persons.list.len() * months];
    let mut cohorts: Vec<Cohort> = (0..months)
        .map(|m| Cohort {
            month: first.months_on(m as i32).month(),
            persons: cohort_of.iter().filter(|c| **c == Some(m)).count() as i64,
            cells: (0..months)
                .map(|k| (m + k < months).then_some(Cell { month_index: k as i64, active: 0, revenue_fen: Fen(0) }))
                .collect(),
        })
        .collect();
    fold::orders(tx, id, &persons, Some(starts[0]), |o| {
        let (Some(cohort), Some(month)) = (cohort_of[o.person], month_of(o.paid_at)) else { return };
        let Some(cell) = month.checked_sub(cohort).and_then(|k| cohorts[cohort].cells[k].as_mut()) else { return };
        cell.revenue_fen.0 += o.kept();
        let seen = &mut bought[o.person * months + month];
        cell.active += (o.stands && !*seen) as i64;
        *seen |= o.stands;
    })?;
    // A brand that began later than the first of these months has no rows for the time before.
    let begin = cohorts.iter().position(|c| c.persons > 0).unwrap_or(cohorts.len());
    Ok(Cohorts { cohorts: cohorts.split_off(begin) })
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AskCohorts {
    /// How many months, 1 to 36; 12 when absent.
    #[param(minimum = 1, maximum = 36)]
    pub months: Option<i64>,
}

/// Retention and revenue by month of joining.
#[utoipa::path(get, path = "/api/v1/measure/cohorts", tag = "measure", params(AskCohorts), responses((status = 200, body = Cohorts)))]
pub async fn measure_cohorts(
    State(app): State<App>,
    Extension(kept): Extension<Kept>,
    who: Staff,
    Query(ask): Query<AskCohorts>,
) -> Answer<Said> {
    who.need(May::MeasureRead)?;
    let months = ask.months.unwrap_or(12);
    if !(1..=36).contains(&months) {
        return Err(Problem::field("months", format!("{months} is not between 1 and 36")).into());
    }
    kept.answer(&app.db, who.brand, format!("cohorts {months}"), move |tx| of(tx, who.brand, months as usize)).await
}
