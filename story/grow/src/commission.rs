//! Commission (佣金): accrued when a brought customer's order is paid, payable after the return
//! window, taken back with refunds.
//!
//! Who earns and at what rate was frozen into the order when it was placed (D4). What is kept
//! after refunds is `floor(amount × (paid − refunded) / paid)` (M8), so the sum of what was taken
//! back is exact at every step.
use crate::events;
use serde_json::Value as Json;
use weir_ground::base::{Fen, Ms, Problem, Result, ids, time};
use weir_ground::event::{BrandId, Event, PersonId};
use weir_ground::reader::Reader;
use weir_ground::timer::Due;
use weir_ground::{Fact, Tx, from_row, params};
use weir_keep::brand;
use weir_ledger::{claw_back, credit, debit, post};
use weir_sell::order::OrderId;

pub type CommissionId = ids::CommissionId;

/// Payees by relation: one. The schema checks it too.
pub const MAX_LEVELS: i64 = 1;

/// Kind of the timer that matures a commission; its key is the commission.
pub const MATURE: &str = "commission.mature";

struct Commission {
    id: CommissionId,
    brand: BrandId,
    order: OrderId,
    beneficiary: PersonId,
    base: Fen,
    amount: Fen,
    reversed: Fen,
    state: String,
}
from_row!(Commission { id, brand, order, beneficiary, base, amount, reversed, state });

const COLUMNS: &str = "id, brand_id, order_id, beneficiary_id, base, amount, reversed, state";

/// Follows orders: paid, completed, refunded.
pub struct Commissions;

impl Reader for Commissions {
    fn name(&self) -> &'static str {
        "grow.commission"
    }
    fn wants(&self, event: &str) -> bool {
        matches!(event, "order.paid" | "order.completed" | "order.refunded")
    }
    fn read(&self, tx: &mut Tx, e: &Event) -> Result<()> {
        if e.source == "import" {
            return Ok(());
        }
        let props: Json = serde_json::from_str(&e.props).map_err(Problem::internal)?;
        let order = props["order"].as_str().and_then(|o| o.parse::<OrderId>().ok());
        let Some(order) = order else { return Err(Problem::internal("an order event without its order")) };
        match e.name.as_str() {
            "order.paid" => accrue(tx, e, order),
            "order.completed" => start_window(tx, e, order),
            _ => reverse(tx, e, order, &props),
        }
    }
}

/// The goods that the referred person paid earn the rate that was frozen into the order.
fn accrue(tx: &mut Tx, e: &Event, order: OrderId) -> Result<()> {
    type Frozen = (Option<PersonId>, Option<i64>, Fen, PersonId);
    let (referrer, bp, base, person): Frozen =
        tx.one("select referrer_id, commission_bp, goods, person_id from orders where id = $1", params![order])?;
    let (Some(referrer), Some(bp)) = (referrer, bp) else { return Ok(()) };
    // Nobody is left to be paid.
    if weir_know::person::erase::is_erased(tx, referrer)? {
        return Ok(());
    }
    let beneficiary = weir_know::person::of(tx, referrer)?;
    let amount = base.bp(bp);
    // Buying through one's own code earns nothing, also when two accounts turned out to be one.
    if amount == Fen::ZERO || beneficiary == weir_know::person::of(tx, person)? {
        return Ok(());
    }
    let (id, now): (CommissionId, Ms) = (tx.new_id(), tx.now());
    let fresh = tx.guard(
        "insert into commission (id, brand_id, order_id, person_id, beneficiary_id, level, base, bp, amount, state, created_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'pending', $10) on conflict do nothing",
        params![id, e.brand, order, person, beneficiary, MAX_LEVELS, base, bp, amount, now],
    )?;
    if !fresh.won() {
        return Ok(());
    }
    let _ = post(
        tx,
        e.brand,
        &format!("commission:{id}:accrued"),
        &[
            debit("exp:commission:promoter", amount),
            credit(format!("liab:commission:pending:{beneficiary}"), amount),
        ],
    )?;
    record(tx, e.brand, events::COMMISSION_ACCRUED, beneficiary, amount, id, order)
}

fn record(
    tx: &mut Tx,
    brand: BrandId,
    name: &str,
    who: PersonId,
    amount: Fen,
    id: CommissionId,
    order: OrderId,
) -> Result<()> {
    let props = format!(r#"{{"commission":"{id}","order":"{order}"}}"#);
    let now = tx.now();
    let _ = tx.record(&Fact::new(brand, name, now).person(who).value(amount).props(&props))?;
    Ok(())
}

fn of_order(tx: &mut Tx, order: OrderId) -> Result<Vec<Commission>> {
    tx.all(&format!("select {COLUMNS} from commission where order_id = $1 order by level"), params![order])
}

/// The customer has the goods: the return window begins.
fn start_window(tx: &mut Tx, e: &Event, order: OrderId) -> Result<()> {
    let days = brand::get(tx, e.brand)?.settings.return_days;
    let due = e.at + days * time::DAY;
    for c in of_order(tx, order)? {
        if c.state == "pending" {
            tx.exec("update commission set mature_at = $1 where id = $2", params![due, c.id])?;
            tx.set_timer(MATURE, c.id.n(), due, e.brand)?;
        }
    }
    Ok(())
}

/// The window is over: what is left becomes payable, after old debts are settled (L6). Waits while
/// a refund of the order is on its way.
pub fn on_mature(tx: &mut Tx, due: &Due) -> Result<()> {
    let found: Option<Commission> =
        tx.opt(&format!("select {COLUMNS} from commission where id = $1 and state = 'pending'"), params![due.key])?;
    let Some(c) = found else { return Ok(()) };
    let open: i64 = tx.one(
        "select count(*) from refund where order_id = $1 and state in ('requested', 'sent', 'abnormal')",
        params![c.order],
    )?;
    if open > 0 {
        let later = tx.now() + time::DAY;
        return tx.set_timer(MATURE, due.key, later, c.brand);
    }
    tx.guard("update commission set state = 'payable' where id = $1 and state = 'pending'", params![c.id])?
        .or(|| Problem::conflict("the commission was changed at the same time"))?;
    let left = c.amount - c.reversed;
    let (pending, payable, debt) = (
        format!("liab:commission:pending:{}", c.beneficiary),
        format!("liab:commission:payable:{}", c.beneficiary),
        format!("recv:commission:{}", c.beneficiary),
    );
    let _ = post(
        tx,
        c.brand,
        &format!("commission:{}:matured", c.id),
        &[debit(pending, left), credit(payable.clone(), left)],
    )?;
    let owed = weir_ledger::balance(tx, c.brand, &debt)?.min(left);
    let key = format!("commission:{}:netted", c.id);
    let _ = post(tx, c.brand, &key, &[debit(payable, owed), credit(debt, owed)])?;
    record(tx, c.brand, events::COMMISSION_MATURED, c.beneficiary, left, c.id, c.order)
}

/// A refund takes back its share, in whatever state the commission is (D7).
fn reverse(tx: &mut Tx, e: &Event, order: OrderId, props: &Json) -> Result<()> {
    let refund = props["refund"].as_str().unwrap_or("");
    let goods_back: Option<Fen> = tx.one(
        "select sum(amount - freight) from refund where order_id = $1 and state = 'succeeded' and reason not in ('surplus', 'paid_late')",
        params![order],
    )?;
    for c in of_order(tx, order)? {
        let target = c.amount - c.amount.kept(c.base, goods_back.unwrap_or_default());
        let more = target - c.reversed;
        if more.0 <= 0 {
            continue;
        }
        let from_pending = if c.state == "pending" { c.amount - c.reversed } else { Fen::ZERO };
        let key = format!("commission:{}:reversed:{refund}", c.id);
        let fresh = claw_back(tx, c.brand, &key, &c.beneficiary.to_string(), more, from_pending)?;
        if !fresh.won() {
            continue;
        }
        let state = if target == c.amount { "reversed" } else { &c.state };
        tx.guard(
            "update commission set reversed = $1, state = $2 where id = $3 and reversed = $4",
            params![target, state, c.id, c.reversed],
        )?
        .or(|| Problem::conflict("the commission was changed at the same time"))?;
        if state == "reversed" {
            tx.clear_timer(MATURE, c.id.n())?;
        }
        record(tx, e.brand, events::COMMISSION_REVERSED, c.beneficiary, more, c.id, order)?;
    }
    Ok(())
}
