//! What a touchpoint costs: fixed sums, sums a day, sums a head.
//!
//! Days are civil days of the brand, both ends inclusive. A head is a person whom the touchpoint
//! acquired: brought first, and since then reachable or with an order. A head counts on the day on
//! which it was acquired.
use super::{TouchpointId, own};
use crate::events;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::ToSchema;
use weir_ground::base::{Day, Fen, Problem, Result, Zone, ids::CostId};
use weir_ground::event::BrandId;
use weir_ground::{Fact, Row, Tx, db::row::FromRow, params};
use weir_keep::{Staff, brand};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CostKind {
    /// Once, on the first day.
    Fixed,
    /// Every day from the first to the last or to today.
    PerDay,
    /// For every person acquired from the first to the last day.
    PerHead,
}

impl CostKind {
    pub const fn code(self) -> &'static str {
        match self {
            CostKind::Fixed => "fixed",
            CostKind::PerDay => "per_day",
            CostKind::PerHead => "per_head",
        }
    }
    fn parse(code: &str) -> Result<CostKind> {
        [CostKind::Fixed, CostKind::PerDay, CostKind::PerHead]
            .into_iter()
            .find(|k| k.code() == code)
            .ok_or_else(|| Problem::internal(format!("a cost of kind {code}")))
    }
}

/// One cost entry. Days are `YYYY-MM-DD`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Cost {
    pub id: CostId,
    pub kind: CostKind,
    pub amount_fen: Fen,
    pub from_day: String,
    /// The last day it is paid for; null goes on.
    pub to_day: Option<String>,
    pub note: Option<String>,
}

impl FromRow for Cost {
    fn from_row(r: &Row<'_>) -> Result<Cost> {
        let to: Option<i32> = r.get(4)?;
        Ok(Cost {
            id: r.get(0)?,
            kind: CostKind::parse(&r.get::<String>(1)?)?,
            amount_fen: r.get(2)?,
            from_day: Day(r.get(3)?).to_string(),
            to_day: to.map(|d| Day(d).to_string()),
            note: r.get(5)?,
        })
    }
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddCost {
    pub kind: CostKind,
    #[schema(minimum = 0)]
    pub amount_fen: Fen,
    pub from_day: String,
    pub to_day: Option<String>,
    pub note: Option<String>,
}

fn day(field: &str, text: &str) -> Result<Day> {
    let usable = |d: &Day| (0..=100_000).contains(&d.0);
    Day::parse(text).filter(usable).ok_or_else(|| Problem::field(field, "use a date such as 2026-03-05"))
}

/// Adds a cost entry: at most 100 million yuan each.
pub fn add(tx: &mut Tx, who: &Staff, touchpoint: TouchpointId, new: &AddCost) -> Result<Cost> {
    own(tx, who, touchpoint)?;
    if !(0..=10_000_000_000).contains(&new.amount_fen.0) {
        return Err(Problem::field("amount_fen", "use 0 to 10,000,000,000"));
    }
    let from = day("from_day", &new.from_day)?;
    let to = new.to_day.as_deref().map(|d| day("to_day", d)).transpose()?;
    if to.is_some_and(|to| to < from) {
        return Err(Problem::field("to_day", "the last day lies before the first"));
    }
    let note = new.note.as_deref().map(str::trim).filter(|n| !n.is_empty());
    if note.is_some_and(|n| n.chars().count() > 200 || n.contains('\0')) {
        return Err(Problem::field("note", "use at most 200 characters"));
    }
    let (id, now): (CostId, _) = (tx.new_id(), tx.now());
    tx.exec(
        "insert into touchpoint_cost (id, brand_id, touchpoint_id, kind, amount, from_day, to_day, note, created_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![id, who.brand, touchpoint, new.kind.code(), new.amount_fen, from.0, to.map(|d| d.0), note, now],
    )?;
    let cost = one(tx, who.brand, touchpoint, id)?;
    state(tx, who, touchpoint, events::COST_ADDED, &cost)?;
    Ok(cost)
}

fn state(tx: &mut Tx, who: &Staff, touchpoint: TouchpointId, name: &str, c: &Cost) -> Result<()> {
    let props = serde_json::json!({
        "cost": c.id, "kind": c.kind, "amount_fen": c.amount_fen, "from_day": c.from_day, "to_day": c.to_day, "note": c.note,
    })
    .to_string();
    let fact = Fact::new(who.brand, name, tx.now()).touchpoint(Some(touchpoint)).actor(&who.actor).props(&props);
    let _ = tx.record(&fact)?;
    Ok(())
}

const SELECT: &str = "select id, kind, amount, from_day, to_day, note from touchpoint_cost";

fn one(tx: &mut Tx, brand: BrandId, touchpoint: TouchpointId, id: CostId) -> Result<Cost> {
    tx.opt(
        &format!("{SELECT} where brand_id = $1 and touchpoint_id = $2 and id = $3"),
        params![brand, touchpoint, id],
    )?
    .ok_or_else(|| Problem::not_found("cost"))
}

/// Takes a cost entry away; the log keeps what it was.
pub fn remove(tx: &mut Tx, who: &Staff, touchpoint: TouchpointId, id: CostId) -> Result<()> {
    own(tx, who, touchpoint)?;
    let cost = one(tx, who.brand, touchpoint, id)?;
    tx.guard("delete from touchpoint_cost where id = $1 and brand_id = $2", params![id, who.brand])?
        .or(|| Problem::not_found("cost"))?;
    state(tx, who, touchpoint, events::COST_REMOVED, &cost)
}

/// The cost entries of a touchpoint, oldest first.
pub fn list(tx: &mut Tx, who: &Staff, touchpoint: TouchpointId) -> Result<Vec<Cost>> {
    own(tx, who, touchpoint)?;
    tx.all(
        &format!("{SELECT} where brand_id = $1 and touchpoint_id = $2 order by from_day, id"),
        params![who.brand, touchpoint],
    )
}

/// What a touchpoint has cost up to and including `today`, a civil day of the brand.
pub fn cost_to_date(tx: &mut Tx, brand: BrandId, touchpoint: TouchpointId, today: Day) -> Result<Fen> {
    Ok(sums(tx, brand, Some(touchpoint), today)?.remove(&touchpoint).unwrap_or_default())
}

/// [`cost_to_date`] of all touchpoints of a brand at once; those without costs are absent.
pub fn costs_to_date(tx: &mut Tx, brand: BrandId, today: Day) -> Result<HashMap<TouchpointId, Fen>> {
    sums(tx, brand, None, today)
}

fn sums(tx: &mut Tx, brand: BrandId, only: Option<TouchpointId>, today: Day) -> Result<HashMap<TouchpointId, Fen>> {
    type Entry = (TouchpointId, String, Fen, i32, Option<i32>);
    let entries: Vec<Entry> = tx.all(
        "select touchpoint_id, kind, amount, from_day, to_day from touchpoint_cost \
         where brand_id = $1 and (cast($2 as bigint) is null or touchpoint_id = $2) and from_day <= $3",
        params![brand, only, today.0],
    )?;
    let mut out: HashMap<TouchpointId, Fen> = HashMap::new();
    let mut zone: Option<Zone> = None;
    for (touchpoint, kind, amount, from, to) in entries {
        let last = to.map_or(today.0, |to| to.min(today.0));
        let times = match CostKind::parse(&kind)? {
            CostKind::Fixed => 1,
            CostKind::PerDay => (last - from + 1).max(0) as i64,
            CostKind::PerHead => {
                let zone = match &zone {
                    Some(z) => z,
                    None => zone.insert(brand::get(tx, brand)?.zone()?),
                };
                heads(tx, touchpoint, zone, Day(from), Day(last))?
            }
        };
        *out.entry(touchpoint).or_default() += amount.times(times);
    }
    Ok(out)
}

/// When a person was acquired: reachable or with a first order, whichever came first.
pub const ACQUIRED_AT: &str =
    "case when p.joined_at is null or p.first_order_at < p.joined_at then p.first_order_at else p.joined_at end";

/// Persons acquired by a touchpoint in these days, both inclusive.
fn heads(tx: &mut Tx, touchpoint: TouchpointId, zone: &Zone, from: Day, to: Day) -> Result<i64> {
    tx.one(
        &format!(
            "select count(*) from person p where p.touchpoint_id = $1 and p.root_id = p.id \
             and {ACQUIRED_AT} >= $2 and {ACQUIRED_AT} < $3"
        ),
        params![touchpoint, zone.start_of(from), zone.start_of(Day(to.0 + 1))],
    )
}
