//! The home page: five figures, the pool by stage, and the picture of the weir.
use crate::flow::{self, Flow};
use crate::fold::{self, Order, Persons};
use crate::kept::Kept;
use axum::Extension;
use axum::extract::State;
use serde::Serialize;
use std::collections::HashSet;
use utoipa::ToSchema;
use weir_ground::base::{Day, Fen, Ms, Result, Zone, time::DAY};
use weir_ground::event::BrandId;
use weir_ground::http::{Answer, App, Said};
use weir_ground::{Tx, params};
use weir_keep::{May, Staff, brand};
use weir_know::stage::StageCounts;
use weir_reach::campaign;
use weir_reach::results::{self, Paid};
use weir_reach::stats::div_half_even;

/// Days of a "month" on this page, compared with as many before.
pub const MONTH: i64 = 30;

/// Days behind the money of the picture, the revenue per reachable person and the incremental
/// revenue.
pub const SEASON: i64 = 90;

#[derive(Debug, Serialize, ToSchema)]
pub struct Overview {
    pub as_of: Ms,
    /// Persons who joined and allow marketing on at least one channel now.
    pub reachable: i64,
    /// Since Monday, in the brand's zone; and in the whole week before.
    pub joined_week: i64,
    pub joined_prev_week: i64,
    /// Of the pool, paid an order, opened a message or came by a touchpoint in the last 30 days;
    /// and in the 30 days before.
    pub active_month: i64,
    pub active_prev_month: i64,
    /// Revenue of reachable persons in the last 90 days, per reachable person.
    pub revenue_per_reachable_fen: Fen,
    /// Sum over the campaigns of the last 90 days that could be measured; null when none could.
    pub incremental_fen: Option<Fen>,
    pub campaigns_measured: i64,
    pub stages: StageCounts,
    /// Everything ever paid, before refunds.
    pub gross_fen: Fen,
    /// Revenue of the last 30 days, and of the 30 days before.
    pub month_revenue_fen: Fen,
    pub prev_month_revenue_fen: Fen,
    /// Of those with an order, how many have two or more; basis points.
    pub repurchase_rate_bp: i64,
    pub flow: Flow,
}

/// Who allows marketing on at least one channel, by place in the list.
pub fn consenting(tx: &mut Tx, brand: BrandId, persons: &Persons) -> Result<HashSet<usize>> {
    let mut out = HashSet::new();
    tx.each(
        "select distinct person_id from consent_now where brand_id = $1 and purpose = 'marketing' and status = 'granted'",
        params![brand],
        |r| {
            out.extend(persons.at(r.get(0)?));
            Ok(())
        },
    )?;
    Ok(out)
}

/// Places of persons who opened a message or came by a touchpoint since `from`, with the time.
fn stirred(tx: &mut Tx, brand: BrandId, persons: &Persons, from: Ms, mut f: impl FnMut(usize, Ms)) -> Result<()> {
    let mut seen = |id: Option<i64>, at: Ms| {
        if let Some(person) = id.and_then(|id| persons.at(id)) {
            f(person, at);
        }
    };
    let reads = "select person_id, read_at from message where brand_id = $1 and read_at >= $2";
    for (id, at) in tx.all::<(Option<i64>, Ms)>(reads, params![brand, from])? {
        seen(id, at);
    }
    let visits = "select e.person_id, e.at from touchpoint t join event e on e.touchpoint_id = t.id \
        where t.brand_id = $1 and e.name = 'touchpoint.visited' and e.at >= $2";
    for (id, at) in tx.all::<(Option<i64>, Ms)>(visits, params![brand, from])? {
        seen(id, at);
    }
    Ok(())
}

/// Counts in two spans, the newer first.
#[derive(Clone, Copy, Default)]
struct Spans {
    last: i64,
    before: i64,
}

impl Spans {
    fn add(&mut self, at: Ms, now: Ms, n: i64) {
        if at > now - MONTH * DAY {
            self.last += n;
        } else if at > now - 2 * MONTH * DAY {
            self.before += n;
        }
    }
}

/// The overview of a brand as of now.
pub fn of(tx: &mut Tx, id: BrandId) -> Result<Overview> {
    let (zone, now) = (brand::get(tx, id)?.zone()?, tx.now());
    let persons = Persons::of(tx, id)?;
    let consenting = consenting(tx, id, &persons)?;
    let reachable = |i: &usize| persons.list[*i].joined_at.is_some() && consenting.contains(i);
    let reach = (0..persons.list.len()).filter(|i| reachable(i)).count() as i64;

    let (mut season, mut active, mut revenue) = (vec![], vec![Spans::default(); persons.list.len()], Spans::default());
    fold::orders(tx, id, &persons, Some(now - SEASON * DAY + 1), |o| {
        active[o.person].add(o.paid_at, now, 1);
        revenue.add(o.paid_at, now, o.kept());
        season.push(o);
    })?;
    let from_reachable: i64 = season.iter().filter(|o| reachable(&o.person)).map(|o| o.kept()).sum();
    stirred(tx, id, &persons, now - 2 * MONTH * DAY, |person, at| active[person].add(at, now, 1))?;
    let in_pool = |i: usize| persons.list[i].acquired_at().is_some();
    let count = |f: fn(&Spans) -> i64| active.iter().enumerate().filter(|(i, s)| f(s) > 0 && in_pool(*i)).count() as i64;

    let (joined_week, joined_prev_week) = joined(&persons, &zone, now);
    let (incremental, measured) = incremental(tx, id, &persons, &season)?;
    let mut stages = StageCounts::default();
    persons.list.iter().for_each(|p| stages.add(p.stage, 1));
    let buyers = persons.list.iter().filter(|p| p.orders > 0).count() as i64;
    let again = persons.list.iter().filter(|p| p.orders > 1).count() as i64;
    Ok(Overview {
        as_of: now,
        reachable: reach,
        joined_week,
        joined_prev_week,
        active_month: count(|s| s.last),
        active_prev_month: count(|s| s.before),
        revenue_per_reachable_fen: Fen(per(from_reachable, reach)),
        incremental_fen: (measured > 0).then_some(incremental),
        campaigns_measured: measured,
        stages,
        gross_fen: gross(tx, id)?.0,
        month_revenue_fen: Fen(revenue.last),
        prev_month_revenue_fen: Fen(revenue.before),
        repurchase_rate_bp: per(again * 10_000, buyers),
        flow: flow::of(tx, id, &persons, &season)?,
    })
}

/// A mean, rounded half to even; of nothing it is 0.
pub(crate) fn per(sum: i64, n: i64) -> i64 {
    if n == 0 { 0 } else { div_half_even(sum as i128, n as i128) }
}

/// Everything ever paid for orders that count, and what of it went back.
pub(crate) fn gross(tx: &mut Tx, brand: BrandId) -> Result<(Fen, Fen)> {
    tx.one(
        "select cast(coalesce(sum(paid), 0) as bigint), cast(coalesce(sum(refunded), 0) as bigint) from orders \
         where brand_id = $1 and paid_at is not null and state not in ('paid_late', 'cancelled')",
        params![brand],
    )
}

/// Who joined since Monday, and in the week before.
fn joined(persons: &Persons, zone: &Zone, now: Ms) -> (i64, i64) {
    let monday = zone.day(now).week_start();
    let (this, last) = (zone.start_of(monday), zone.start_of(Day(monday.0 - 7)));
    let count = |from: Ms, to: Ms| persons.list.iter().filter(|p| p.joined_at.is_some_and(|at| from <= at && at < to)).count();
    (count(this, now + 1) as i64, count(last, this) as i64)
}

/// What the measured campaigns of the season caused, and how many they are.
fn incremental(tx: &mut Tx, id: BrandId, persons: &Persons, season: &[Order]) -> Result<(Fen, i64)> {
    let since = tx.now() - SEASON * DAY + 1;
    let paid: Vec<Paid> = season
        .iter()
        .map(|o| Paid { person: persons.list[o.person].id, at: o.paid_at, kept: Fen(o.kept()) })
        .collect();
    let (mut sum, mut measured) = (Fen(0), 0);
    for c in campaign::launched(tx, id, since)?.iter().filter(|c| !c.historical) {
        if let Some(lift) = results::compare(tx, c, &paid)?.lift {
            sum += Fen(lift.value);
            measured += 1;
        }
    }
    Ok((sum, measured))
}

/// The home page in one answer.
#[utoipa::path(get, path = "/api/v1/overview", tag = "measure", responses((status = 200, body = Overview)))]
pub async fn get_overview(State(app): State<App>, Extension(kept): Extension<Kept>, who: Staff) -> Answer<Said> {
    who.need(May::MeasureRead)?;
    kept.answer(&app.db, who.brand, "overview".into(), move |tx| of(tx, who.brand)).await
}
