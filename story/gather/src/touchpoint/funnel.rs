//! What a touchpoint brings: from a scan to money, how long each step took, and what it cost.
//!
//! *Visited* are the distinct persons who came by it. All other steps look at the persons whom it
//! brought first: *followed* added a guide, *joined* are reachable, *first_order* have at least one
//! order that stands, *repurchase* at least two. A file may bring persons without a visit, and a
//! mall has members who follow nobody, so a step may be larger than the one before it.
//!
//! * `median_ms` of a step: the median time since the nearest earlier step, over the persons who
//!   did both, in that order.
//! * `cost_each_fen`: cost ÷ persons at the step.
//! * `revenue_fen`: what those persons paid, less what went back, over all their orders.
//! * `cac_fen`: cost ÷ persons with an order that stands, as on every other page; null while there are none.
//! * `roi_bp`: (revenue − cost) ÷ cost in basis points; null without cost.
use super::{TouchpointId, cost, own};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use utoipa::ToSchema;
use weir_ground::base::{Day, Fen, Ms, Result};
use weir_ground::event::PersonId;
use weir_ground::{Tx, params};
use weir_keep::{Staff, brand};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TouchpointStep)]
pub struct Step {
    /// `visited`, `followed`, `joined`, `first_order` or `repurchase`
    pub step: &'static str,
    pub people: i64,
    /// Of the first step, in basis points; null while nobody came.
    pub rate_bp: Option<i64>,
    /// Milliseconds since the nearest earlier step, half of the persons were quicker.
    pub median_ms: Option<Ms>,
    pub cost_each_fen: Option<Fen>,
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

/// Machines that were led on and counted apart, over the last ninety days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TouchpointMachines)]
pub struct Machines {
    /// `preview`, `crawler`, `headless`, `program`, `prefetch`, `head` or `repeat`
    pub reason: String,
    pub hits: i64,
}
weir_ground::from_row!(Machines { reason, hits });

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
    pub machines: Vec<Machines>,
}

const DAYS: i32 = 30;
pub(super) const STEPS: [&str; 5] = ["visited", "followed", "joined", "first_order", "repurchase"];

/// The funnel of one touchpoint, as of now.
pub fn funnel(tx: &mut Tx, who: &Staff, id: TouchpointId) -> Result<Funnel> {
    own(tx, who, id)?;
    let today = brand::get(tx, who.brand)?.zone()?.day(tx.now());
    let lives = lives(tx, id)?;
    let revenue: Fen = tx.one(
        "select cast(coalesce(sum(p.paid - p.refunded), 0) as bigint) from person p where p.touchpoint_id = $1 and p.root_id = p.id",
        params![id],
    )?;
    let cost = cost::cost_to_date(tx, who.brand, id, today)?;
    let steps = steps(&lives, cost);
    let first = steps[3].people;
    Ok(Funnel {
        cost_fen: cost,
        revenue_fen: revenue,
        cac_fen: (first > 0).then(|| Fen(cost.0 / first)),
        roi_bp: (cost.0 > 0).then(|| ((revenue.0 - cost.0) as i128 * 10_000 / cost.0 as i128) as i64),
        by_day: by_day(tx, who, id, today)?,
        machines: machines(tx, id)?,
        steps,
    })
}

/// When a person did each step, in the order of [`STEPS`].
type Life = [Option<Ms>; 5];

fn lives(tx: &mut Tx, id: TouchpointId) -> Result<Vec<Life>> {
    let mut lives: HashMap<PersonId, Life> = HashMap::new();
    tx.each(
        "select p.root_id, min(e.at) from event e join person p on p.id = e.person_id \
         where e.touchpoint_id = $1 and e.name = 'touchpoint.visited' group by p.root_id",
        params![id],
        |r| {
            lives.entry(r.get(0)?).or_default()[0] = r.get(1)?;
            Ok(())
        },
    )?;
    // The counters say whether an order stands; when it was paid is looked up below.
    let brought: Vec<(PersonId, Option<Ms>, Option<Ms>, i64)> = tx.all(
        "select p.id, p.joined_at, p.first_order_at, p.orders from person p where p.touchpoint_id = $1 and p.root_id = p.id",
        params![id],
    )?;
    let mut twice = vec![];
    for (person, joined, first, orders) in brought {
        let life = lives.entry(person).or_default();
        life[2] = joined;
        life[3] = first.filter(|_| orders > 0);
        if orders > 1 {
            twice.push(person);
        }
    }
    tx.each(
        "select p.id, min(r.added_at) from person p join person x on x.root_id = p.id join live_reservation r on r.person_id = x.id \
         where p.touchpoint_id = $1 and p.root_id = p.id and r.state = 'added' group by p.id",
        params![id],
        |r| {
            lives.entry(r.get(0)?).or_default()[1] = r.get(1)?;
            Ok(())
        },
    )?;
    // The first two of each person.
    let mut paid: HashMap<PersonId, (Ms, Ms)> = HashMap::new();
    tx.each(
        "select p.id, o.paid_at from person p join person x on x.root_id = p.id cross join orders_of v join orders o on o.id = v.id \
         where v.person_id = x.id and p.touchpoint_id = $1 and p.root_id = p.id and p.orders > 1 and o.paid_at is not null and o.paid > o.refunded",
        params![id],
        |r| {
            let at: Ms = r.get(1)?;
            let (first, second) = paid.entry(r.get(0)?).or_insert((Ms::MAX, Ms::MAX));
            *second = (*second).min(at.max(*first));
            *first = (*first).min(at);
            Ok(())
        },
    )?;
    for person in twice {
        // An imported history may know only how many there were.
        let life = lives.entry(person).or_default();
        life[4] = paid.get(&person).map(|p| p.1).filter(|second| *second < Ms::MAX).or(life[3]);
    }
    Ok(lives.into_values().collect())
}

fn steps(lives: &[Life], cost: Fen) -> Vec<Step> {
    let count = |i: usize| lives.iter().filter(|l| l[i].is_some()).count() as i64;
    let first = count(0);
    (0..STEPS.len())
        .map(|i| {
            let mut took: Vec<Ms> = lives
                .iter()
                .filter_map(|l| {
                    let at = l[i]?;
                    let before = l[..i].iter().rev().flatten().next()?;
                    (at >= *before).then_some(at - before)
                })
                .collect();
            took.sort_unstable();
            let people = count(i);
            Step {
                step: STEPS[i],
                people,
                rate_bp: (first > 0).then(|| people * 10_000 / first),
                median_ms: took.get(took.len().saturating_sub(1) / 2).copied(),
                cost_each_fen: (people > 0 && cost.0 > 0).then(|| Fen(cost.0 / people)),
            }
        })
        .collect()
}

fn machines(tx: &mut Tx, id: TouchpointId) -> Result<Vec<Machines>> {
    let since = tx.now() / weir_ground::base::time::DAY - 90;
    tx.all(
        "select reason, cast(sum(hits) as bigint) from touchpoint_machine where touchpoint_id = $1 and day > $2 group by reason order by reason",
        params![id, since],
    )
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
        "select o.paid_at, o.paid - o.refunded from person p join person s on s.root_id = p.id cross join orders_of v join orders o on o.id = v.id \
         where v.person_id = s.id and p.touchpoint_id = $1 and o.paid_at >= $2",
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
