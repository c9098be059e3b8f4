//! What a campaign brought, and what of it the campaign *caused*.
//!
//! Arms are compared by assignment, whoever was really reached: everybody who passed the gates
//! counts in the arm that the hash chose, so nothing that happens after the choice can bend the
//! comparison. The window runs from the launch for at most [`WINDOW_DAYS`] days. Revenue of a
//! person is what their orders of that window paid, less what went back to date. Incremental
//! revenue is the difference of the arms' means times the treated persons, with a 95 % interval
//! (Welch). It is withheld when the arms' sizes contradict the plan (p < 0.001), and there is none
//! for campaigns imported from before Weir: there nobody was held out by chance, and who received
//! them differed from the others beforehand.
use crate::campaign::{self, Campaign, CampaignId};
use crate::message::ArmKind;
use crate::send::NotReached;
use crate::stats::{self, Sample};
use axum::extract::State;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use utoipa::ToSchema;
use weir_ground::base::{Fen, Ms, Result, Zone, time};
use weir_ground::event::{BrandId, PersonId};
use weir_ground::http::{Answer, App, Json, Path};
use weir_ground::{Tx, params};
use weir_keep::{May, Staff, brand};

/// Orders count for this many days after the launch.
pub const WINDOW_DAYS: i64 = 14;

/// An order is paid at most this long after it was placed: bounds the search by `placed_at`.
const LONGEST_UNPAID: Ms = 8 * time::DAY;

/// One arm of the comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Arm {
    pub arm: ArmKind,
    pub persons: i64,
    /// Of them, paid an order in the window.
    pub buyers: i64,
    pub orders: i64,
    pub revenue_fen: Fen,
    pub revenue_per_person_fen: Fen,
}

/// Revenue of one civil day, per 1,000 persons of each arm.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ByDay {
    /// `YYYY-MM-DD` in the brand's zone
    pub day: String,
    pub treated_fen: Fen,
    pub holdout_fen: Fen,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CampaignResults)]
pub struct Results {
    pub window_days: i64,
    /// The metric that decides: `revenue`.
    pub primary: &'static str,
    pub arms: Vec<Arm>,
    /// Revenue that would not be there without the campaign; null when it cannot be known.
    pub incremental_fen: Option<Fen>,
    pub incremental_low_fen: Option<Fen>,
    pub incremental_high_fen: Option<Fen>,
    /// Messages sent × cost of one.
    pub cost_fen: Fen,
    /// (incremental − cost) ÷ cost, in basis points.
    pub roi_bp: Option<i64>,
    /// Chance of a split this uneven if the holdout worked as planned.
    pub srm_p: Option<f64>,
    pub srm_ok: bool,
    /// Persons who turned out to be one person in both arms: left out.
    pub crossed: i64,
    pub skipped: Vec<NotReached>,
    pub by_day: Vec<ByDay>,
}

/// One person of the comparison.
#[derive(Clone, Copy, Default)]
struct Line {
    holdout: bool,
    crossed: bool,
    orders: i64,
    revenue: i64,
}

/// The comparison itself, for this page and for the measures over all campaigns.
pub struct Trial {
    pub arms: [Arm; 2],
    pub lift: Option<stats::Lift>,
    pub srm_p: Option<f64>,
    pub srm_ok: bool,
    pub crossed: i64,
    pub cost: Fen,
    pub roi_bp: Option<i64>,
    lines: HashMap<PersonId, Line>,
}

/// From the launch to now, at most [`WINDOW_DAYS`] days; empty for a draft.
pub fn window(c: &Campaign, now: Ms) -> Range<Ms> {
    c.started_at.map_or(0..0, |start| start..now.min(start + WINDOW_DAYS * time::DAY))
}

/// An order that was paid and not undone: who (a root), when, and what was kept of the money.
#[derive(Clone, Copy, Debug)]
pub struct Paid {
    pub person: PersonId,
    pub at: Ms,
    pub kept: Fen,
}

/// The orders of a brand that were paid from `from` until before `to`.
pub fn paid(tx: &mut Tx, brand: BrandId, from: Ms, to: Ms) -> Result<Vec<Paid>> {
    let mut out = vec![];
    tx.each(
        "select p.root_id, o.paid_at, o.paid - o.refunded from orders o join person p on p.id = o.person_id \
         where o.brand_id = $1 and o.placed_at >= $2 and o.placed_at < $3 and o.paid_at >= $4 and o.paid_at < $3 \
         and o.state not in ('paid_late', 'cancelled')",
        params![brand, from - LONGEST_UNPAID, to, from],
        |r| {
            out.push(Paid { person: r.get(0)?, at: r.get(1)?, kept: r.get(2)? });
            Ok(())
        },
    )?;
    Ok(out)
}

/// Compares the arms of one campaign over orders that cover its window; others are passed over.
pub fn compare(tx: &mut Tx, c: &Campaign, paid: &[Paid]) -> Result<Trial> {
    let (mut lines, mut crossed) = (persons(tx, c.id)?, 0);
    lines.retain(|_, l| {
        crossed += l.crossed as i64;
        !l.crossed
    });
    let window = window(c, tx.now());
    for order in paid.iter().filter(|o| window.contains(&o.at)) {
        if let Some(line) = lines.get_mut(&order.person) {
            line.orders += 1;
            line.revenue += order.kept.0;
        }
    }
    let (treated, t) = arm(ArmKind::Treated, lines.values().filter(|l| !l.holdout));
    let (holdout, h) = arm(ArmKind::Holdout, lines.values().filter(|l| l.holdout));
    let srm_p = if c.historical { None } else { stats::srm(t.n, h.n, c.holdout_bp) };
    let srm_ok = srm_p.is_none_or(|p| p >= stats::SRM_ALARM);
    let lift = if c.historical || !srm_ok { None } else { stats::lift(&t, &h) };
    let cost = c.cost_per_message_fen.times(c.counts.sent);
    let roi_bp = lift.filter(|_| cost.0 > 0).map(|l| {
        stats::div_half_even((l.value as i128 - cost.0 as i128) * 10_000, cost.0 as i128)
    });
    Ok(Trial { arms: [treated, holdout], lift, srm_p, srm_ok, crossed, cost, roi_bp, lines })
}

/// Revenue of every civil day of the window, per 1,000 persons of each arm.
fn by_day(t: &Trial, zone: &Zone, window: &Range<Ms>, paid: &[Paid]) -> Vec<ByDay> {
    if window.is_empty() {
        return vec![];
    }
    let mut days: BTreeMap<i32, [i64; 2]> = BTreeMap::new();
    for order in paid {
        if let Some(line) = t.lines.get(&order.person) {
            days.entry(zone.day(order.at).0).or_default()[line.holdout as usize] += order.kept.0;
        }
    }
    let per_1000 = |fen: i64, arm: &Arm| match arm.persons {
        0 => Fen(0),
        n => Fen(stats::div_half_even(fen as i128 * 1_000, n as i128)),
    };
    (zone.day(window.start).0..=zone.day(window.end - 1).0)
        .map(|day| {
            let [treated, holdout] = days.get(&day).copied().unwrap_or_default();
            ByDay {
                day: time::Day(day).to_string(),
                treated_fen: per_1000(treated, &t.arms[0]),
                holdout_fen: per_1000(holdout, &t.arms[1]),
            }
        })
        .collect()
}

/// Everybody who was assigned to an arm, merged persons as one.
fn persons(tx: &mut Tx, id: CampaignId) -> Result<HashMap<PersonId, Line>> {
    let mut lines: HashMap<PersonId, Line> = HashMap::new();
    tx.each(
        "select p.root_id, m.arm from message m join person p on p.id = m.person_id where m.campaign_id = $1 and m.assigned = 1",
        params![id],
        |r| {
            let holdout = r.get::<String>(1)? == "holdout";
            let line = lines.entry(r.get(0)?).or_insert(Line { holdout, ..Line::default() });
            line.crossed |= line.holdout != holdout;
            Ok(())
        },
    )?;
    Ok(lines)
}

fn arm<'a>(kind: ArmKind, lines: impl Iterator<Item = &'a Line>) -> (Arm, Sample) {
    let (mut sample, mut buyers, mut orders) = (Sample::default(), 0, 0);
    for line in lines {
        sample.add(line.revenue);
        buyers += (line.orders > 0) as i64;
        orders += line.orders;
    }
    let mean = if sample.n == 0 { 0 } else { stats::div_half_even(sample.sum, sample.n as i128) };
    let arm = Arm {
        arm: kind,
        persons: sample.n,
        buyers,
        orders,
        revenue_fen: Fen(sample.sum as i64),
        revenue_per_person_fen: Fen(mean),
    };
    (arm, sample)
}

/// The results of a campaign.
pub fn of(tx: &mut Tx, brand: BrandId, id: CampaignId) -> Result<Results> {
    let zone = brand::get(tx, brand)?.zone()?;
    let c = campaign::get(tx, brand, id)?;
    let window = window(&c, tx.now());
    let paid = paid(tx, brand, window.start, window.end)?;
    let t = compare(tx, &c, &paid)?;
    let skipped: Vec<(String, i64)> = tx.all(
        "select coalesce(reason, 'unknown'), count(*) from message where campaign_id = $1 and state = 'skipped' \
         group by coalesce(reason, 'unknown') order by count(*) desc, coalesce(reason, 'unknown')",
        params![id],
    )?;
    Ok(Results {
        window_days: WINDOW_DAYS,
        primary: "revenue",
        arms: t.arms.to_vec(),
        incremental_fen: t.lift.map(|l| Fen(l.value)),
        incremental_low_fen: t.lift.map(|l| Fen(l.low)),
        incremental_high_fen: t.lift.map(|l| Fen(l.high)),
        cost_fen: t.cost,
        roi_bp: t.roi_bp,
        srm_p: t.srm_p,
        srm_ok: t.srm_ok,
        crossed: t.crossed,
        skipped: skipped.into_iter().map(|(reason, persons)| NotReached { reason, persons }).collect(),
        by_day: by_day(&t, &zone, &window, &paid),
    })
}

/// What a campaign brought: treated next to the holdout.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/results", tag = "reach", params(("id" = CampaignId, Path)), responses((status = 200, body = Results)))]
pub async fn campaign_results(State(app): State<App>, who: Staff, Path(id): Path<CampaignId>) -> Answer<Json<Results>> {
    who.need(May::MeasureRead)?;
    Ok(Json(app.db.read(move |tx| of(tx, who.brand, id)).await?))
}
