//! Refunds: asked for by line and quantity, reserved on the payment, sent by a worker, booked when
//! the channel says it is done.
//!
//! `Requested → Sent → Succeeded | Closed | Abnormal` (O8). The number is the row's id: every
//! retry reuses it. Each line pays its cumulative share (M6), so the last unit takes the rest.
use crate::order::{self, Order, OrderId, state::{Event, State, Verdict, step}};
use crate::payment::{Attempt, Says};
use crate::{events, stock};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_ground::base::{Fen, Problem, Result, ids};
use weir_ground::event::BrandId;
use weir_ground::{Outcome, Tx, from_row, params};
use weir_ledger::{credit, debit, post};

pub type RefundId = ids::RefundId;

/// Units of a line that come back.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundLine {
    /// The line's number in the order.
    pub n: i64,
    pub quantity: i64,
}

struct Line {
    n: i64,
    quantity: i64,
    amount: Fen,
    refunded_quantity: i64,
    refunded: Fen,
}
from_row!(Line { n, quantity, amount, refunded_quantity, refunded });

/// A share of one line in one refund.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Part {
    n: i64,
    quantity: i64,
    amount: i64,
}

/// Asks for units to go back; without lines, everything that is left and the freight. Answers the
/// refund. What is due is reserved at once, so two requests never share a fen (X8).
pub fn request(
    tx: &mut Tx,
    o: &Order,
    lines: Option<&[RefundLine]>,
    reason: &str,
    actor: Option<&str>,
) -> Result<RefundId> {
    let state = o.state()?;
    if !matches!(state, State::Paid | State::Ready | State::Fulfilled | State::Completed) {
        return Err(Problem::conflict(format!("An order that is {} has nothing to refund.", state.code())));
    }
    let all: Vec<Line> = tx.all(
        "select n, quantity, amount, refunded_quantity, refunded from order_line where order_id = $1 order by n",
        params![o.id],
    )?;
    let wanted: Vec<RefundLine> = match lines {
        Some(lines) => lines.to_vec(),
        None => all
            .iter()
            .filter(|l| l.quantity > l.refunded_quantity)
            .map(|l| RefundLine { n: l.n, quantity: l.quantity - l.refunded_quantity })
            .collect(),
    };
    let mut parts = Vec::with_capacity(wanted.len());
    for want in &wanted {
        parts.push(take_back(tx, o, &all, want)?);
    }
    let freight = if lines.is_none() { freight_left(tx, o)? } else { Fen::ZERO };
    let due = parts.iter().map(|p| Fen(p.amount)).sum::<Fen>() + freight;
    if parts.is_empty() && freight == Fen::ZERO {
        return Err(Problem::conflict("Everything of this order was refunded already."));
    }
    let payment: Option<ids::PaymentId> = tx.opt(
        "select id from payment where order_id = $1 and state = 'paid' and captured - refund_reserved >= $2 order by id limit 1",
        params![o.id, due],
    )?;
    let payment = payment.ok_or_else(|| {
        Problem::conflict("This order was paid elsewhere; refund it where it was paid.")
    })?;
    if !matches!(state, State::Fulfilled | State::Completed) {
        for p in &parts {
            stock::shrink(tx, o.id, p.n, p.quantity)?;
        }
    }
    create(tx, o, payment, due, freight, &parts, reason, actor)
}

/// Raises a line's refunded units and amount, guarded by what they were.
fn take_back(tx: &mut Tx, o: &Order, all: &[Line], want: &RefundLine) -> Result<Part> {
    let Some(l) = all.iter().find(|l| l.n == want.n) else {
        return Err(Problem::field("lines.n", format!("the order has no line {}", want.n)));
    };
    let left = l.quantity - l.refunded_quantity;
    if want.quantity < 1 || want.quantity > left {
        return Err(Problem::field("lines.quantity", format!("line {} has {left} units left to refund", want.n)));
    }
    let due = l.amount.cumulative_refund(l.quantity, l.refunded_quantity, want.quantity, l.refunded);
    tx.guard(
        "update order_line set refunded_quantity = refunded_quantity + $1, refunded = refunded + $2 \
         where order_id = $3 and n = $4 and refunded_quantity = $5 and refunded = $6",
        params![want.quantity, due, o.id, l.n, l.refunded_quantity, l.refunded],
    )?
    .or(|| Problem::conflict("Another refund of this line was asked for at the same moment; look again."))?;
    Ok(Part { n: l.n, quantity: want.quantity, amount: due.0 })
}

/// Freight that no live refund has claimed yet.
fn freight_left(tx: &mut Tx, o: &Order) -> Result<Fen> {
    let claimed: Option<Fen> = tx.one(
        "select sum(freight) from refund where order_id = $1 and state in ('requested', 'sent', 'succeeded', 'abnormal')",
        params![o.id],
    )?;
    Ok(Fen((o.freight - claimed.unwrap_or_default()).0.max(0)))
}

#[allow(clippy::too_many_arguments)] // one row, written in one place
fn create(
    tx: &mut Tx,
    o: &Order,
    payment: ids::PaymentId,
    due: Fen,
    freight: Fen,
    parts: &[Part],
    reason: &str,
    actor: Option<&str>,
) -> Result<RefundId> {
    let (id, now): (RefundId, _) = (tx.new_id(), tx.now());
    tx.guard(
        "update payment set refund_reserved = refund_reserved + $1 where id = $2 and refund_reserved + $1 <= captured",
        params![due, payment],
    )?
    .or(|| Problem::conflict("More would go back than was paid."))?;
    let lines = serde_json::to_string(parts).map_err(Problem::internal)?;
    tx.exec(
        "insert into refund (id, brand_id, order_id, payment_id, amount, freight, lines, state, reason, actor, created_at) \
         values ($1, $2, $3, $4, $5, $6, $7, 'requested', $8, $9, $10)",
        params![id, o.brand, o.id, payment, due, freight, &lines, reason, actor, now],
    )?;
    let _ = post(
        tx,
        o.brand,
        &format!("refund:{id}:asked"),
        &[debit(format!("contra:refund:{}", o.store), due), credit(format!("liab:refund:{id}"), due)],
    )?;
    order::record(tx, o, events::REFUND_REQUESTED, Some(due), actor, &format!(r#","refund":"{id}""#))?;
    Ok(id)
}

/// Sends the whole of one payment back: late or surplus money. It was never revenue, so it is
/// booked against the clearing account and the debt to the customer.
pub fn send_back(tx: &mut Tx, o: &Order, a: &Attempt, reason: &str) -> Result<()> {
    if a.amount == Fen::ZERO {
        return Ok(());
    }
    let (id, now): (RefundId, _) = (tx.new_id(), tx.now());
    tx.guard(
        "update payment set refund_reserved = refund_reserved + $1 where id = $2 and refund_reserved = 0 and captured = $1",
        params![a.amount, a.id],
    )?
    .or(|| Problem::conflict("This payment goes back already."))?;
    tx.exec(
        "insert into refund (id, brand_id, order_id, payment_id, amount, freight, lines, state, reason, created_at) \
         values ($1, $2, $3, $4, $5, 0, '[]', 'requested', $6, $7)",
        params![id, o.brand, o.id, a.id, a.amount, reason, now],
    )?;
    let _ = post(
        tx,
        o.brand,
        &format!("refund:{id}:asked"),
        &[debit(format!("clearing:{}", a.provider), a.amount), credit(format!("liab:refund:{id}"), a.amount)],
    )?;
    order::record(tx, o, events::REFUND_REQUESTED, Some(a.amount), None, &format!(r#","refund":"{id}""#))
}

/// A refund that the worker has to carry out.
#[derive(Clone, Debug)]
pub struct DueRefund {
    pub id: RefundId,
    pub brand: BrandId,
    pub order: OrderId,
    pub payment: ids::PaymentId,
    pub provider: String,
    pub amount: Fen,
}
from_row!(DueRefund { id, brand, order, payment, provider, amount });

/// Refunds to be sent or asked about, oldest first.
pub fn due(tx: &mut Tx, limit: i64) -> Result<Vec<DueRefund>> {
    tx.all(
        "select r.id, r.brand_id, r.order_id, r.payment_id, p.provider, r.amount from refund r join payment p on p.id = r.payment_id \
         where r.state in ('requested', 'sent') order by r.id limit $1",
        params![limit],
    )
}

/// What the channel said about a refund.
pub fn answered(tx: &mut Tx, r: &DueRefund, says: &Says) -> Result<()> {
    match says {
        Says::Done => succeeded(tx, r),
        Says::Unknown(why) => {
            tx.exec(
                "update refund set state = 'sent', tries = tries + 1, error = $1 where id = $2 and state in ('requested', 'sent')",
                params![why, r.id],
            )?;
            Ok(())
        }
        Says::Never(why) | Says::AlreadyPaid(crate::payment::Notice { channel_no: why, .. }) => {
            tx.exec(
                "update refund set state = 'abnormal', tries = tries + 1, error = $1 where id = $2 and state in ('requested', 'sent')",
                params![why, r.id],
            )?;
            Ok(())
        }
    }
}

fn succeeded(tx: &mut Tx, r: &DueRefund) -> Result<()> {
    let now = tx.now();
    let won = tx.guard(
        "update refund set state = 'succeeded', settled_at = $1 where id = $2 and state in ('requested', 'sent')",
        params![now, r.id],
    )?;
    if won == Outcome::Lost {
        return Ok(());
    }
    let _ = post(
        tx,
        r.brand,
        &format!("refund:{}:done", r.id),
        &[debit(format!("liab:refund:{}", r.id), r.amount), credit(format!("clearing:{}", r.provider), r.amount)],
    )?;
    let o = order::get(tx, r.brand, r.order)?;
    let reason: String = tx.one("select reason from refund where id = $1", params![r.id])?;
    match reason.as_str() {
        "surplus" => return Ok(()),
        "paid_late" => {
            if let Verdict::Go(to) = step(o.state()?, o.why(), Event::AllRefunded) {
                order::go(tx, &o, to, None, events::ORDER_CANCELLED, None)?;
            }
            return Ok(());
        }
        _ => {}
    }
    let refunded = o.refunded + r.amount;
    tx.guard("update orders set refunded = $1, version = version + 1 where id = $2 and version = $3", params![refunded, o.id, o.version])?
        .or(|| Problem::again("The order was changed at the same moment; look again."))?;
    let full = refunded == o.paid && nothing_left(tx, o.id)?;
    if full {
        if let Verdict::Go(to) = step(o.state()?, None, Event::AllRefunded) {
            tx.exec("update orders set state = $1, version = version + 1 where id = $2", params![to.code(), o.id])?;
            tx.clear_timer(order::COMPLETE, o.id.n())?;
        }
    }
    let more = format!(r#","refund":"{}","full":{full},"refunded":{},"paid":{}"#, r.id, refunded.0, o.paid.0);
    order::record(tx, &o, events::ORDER_REFUNDED, Some(r.amount), None, &more)
}

fn nothing_left(tx: &mut Tx, order: OrderId) -> Result<bool> {
    let left: i64 =
        tx.one("select count(*) from order_line where order_id = $1 and refunded_quantity < quantity", params![order])?;
    Ok(left == 0)
}
