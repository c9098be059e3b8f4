//! What a touchpoint brings: from a visit to money.
//!
//! *Visited* are the distinct persons who came by it. All other steps look at the persons whom it
//! brought first: *joined* are reachable, *first_order* have at least one order that stands,
//! *repurchase* at least two. A file may bring persons without a visit, so a step may be larger
//! than the one before it.
//!
//! * `revenue_fen`: what those persons paid, less what went back, over all their orders.
//! * `cac_fen`: cost ÷ persons with an order that stands, as on every other page; null while there are none.
//! * `roi_bp`: (revenue − cost) ÷ cost in basis points; null without cost.
use super::{TouchpointId, cost, own};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use weir_ground::base::{Day, Fen, Result};
use weir_ground::{Tx, params};
use weir_keep::{Staff, brand};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TouchpointStep)]
pub struct Step {
    /// `visited`, `joined`, `first_order` or `repurchase`
    pub step: &'static str,
    pub people: i64,
}

/// One civil day of the brand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TouchpointDay)]
pub struct OnDay {
    pub day: String,
    pub visits: i64,
    /// Persons whom the touchpoint brought first, on the day they first came.
    pub people: i64,
    /// What was paid that day by the persons it brought, less what of it went back since.
    pub revenue_fen: Fen,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = TouchpointFunnel)]
pub struct Funnel {
    pub steps: Vec<Step>,
    pub cost_fen: Fen,
    pub revenue_fen: Fen,
    pub cac_fen: Option<Fen>,
    pub roi_bp: Option<i64>,
    /// The last thirty days, today last.
    pub by_day: Vec<OnDay>,
}

const DAYS: i32 = 30;

/// The funnel of one touchpoint, as of now.
pub fn funnel(tx: &mut Tx, who: &Staff, id: TouchpointId) -> Result<Funnel> {
    own(tx, who, id)?;
    let zone = brand::get(tx, who.brand)?.zone()?;
    let today = zone.day(tx.now());
    let visited: i64 = tx.one(
        "select count(distinct p.root_id) from event e join person p on p.id = e.person_id \
         where e.touchpoint_id = $1 and e.name = 'touchpoint.visited'",
        params![id],
    )?;
    let (joined, first, again, revenue): (i64, i64, i64, Fen) = tx.one(
        "select count(p.joined_at), count(case when p.orders > 0 then 1 end), count(case when p.orders > 1 then 1 end), \
         cast(coalesce(sum(p.paid - p.refunded), 0) as bigint) \
         from person p where p.touchpoint_id = $1 and p.root_id = p.id",
        params![id],
    )?;
    let cost = cost::cost_to_date(tx, who.brand, id, today)?;
    let step = |step, people| Step { step, people };
    Ok(Funnel {
        steps: vec![step("visited", visited), step("joined", joined), step("first_order", first), step("repurchase", again)],
        cost_fen: cost,
        revenue_fen: revenue,
        cac_fen: (first > 0).then(|| Fen(cost.0 / first)),
        roi_bp: (cost.0 > 0).then(|| ((revenue.0 - cost.0) as i128 * 10_000 / cost.0 as i128) as i64),
        by_day: by_day(tx, who, id, today)?,
    })
}

fn by_day(tx: &mut Tx, who: &Staff, id: TouchpointId, today: Day) -> Result<Vec<OnDay>> {
    let zone = brand::get(tx, who.brand)?.zone()?;
    let since = zone.start_of(Day(today.0 - DAYS + 1));
    let mut days: BTreeMap<i32, OnDay> = (today.0 - DAYS + 1..=today.0)
        .map(|d| (d, OnDay { day: Day(d).to_string(), ..OnDay::default() }))
        .collect();
    tx.each(
        "select e.at from event e where e.touchpoint_id = $1 and e.name = 'touchpoint.visited' and e.at >= $2",
        params![id, since],
        |r| {
            if let Some(day) = days.get_mut(&zone.day(r.get(0)?).0) {
                day.visits += 1;
            }
            Ok(())
        },
    )?;
    // An imported person came when it joined elsewhere, which may be long before it was written here.
    tx.each(
        "select case when p.joined_at < p.created_at then p.joined_at else p.created_at end from person p \
         where p.touchpoint_id = $1 and p.root_id = p.id and p.created_at >= $2",
        params![id, since],
        |r| {
            if let Some(day) = days.get_mut(&zone.day(r.get(0)?).0) {
                day.people += 1;
            }
            Ok(())
        },
    )?;
    tx.each(
        "select o.paid_at, o.paid - o.refunded from orders o join person s on s.id = o.person_id \
         join person p on p.id = s.root_id where p.touchpoint_id = $1 and o.paid_at >= $2",
        params![id, since],
        |r| {
            if let Some(day) = days.get_mut(&zone.day(r.get(0)?).0) {
                day.revenue_fen += r.get(1)?;
            }
            Ok(())
        },
    )?;
    Ok(days.into_values().collect())
}
