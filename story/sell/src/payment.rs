//! Payment: attempts at a channel, and the one door through which money facts come in.
//!
//! An attempt has its own number, amount and result; at most one is open per order and channel
//! (O4). Notices, answers and polls all end in [`settle`]: the first wins, the others are known
//! already (O6). No business rule can refuse a payment here (O3).
use crate::events;
use crate::order::{self, Order, OrderId, state::{Event, State, Verdict, step}};
use crate::{refund, stock};
use weir_ground::base::{Code, Fen, Problem, Result, ids};
use weir_ground::event::BrandId;
use weir_ground::{Outcome, Tx, from_row, params};
use weir_ledger::{credit, debit, post};

pub type PaymentId = ids::PaymentId;

/// What a channel says when asked to close an attempt or to pay money back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Says {
    Done,
    /// It was paid before it could be closed; here is the notice that was missed.
    AlreadyPaid(Notice),
    /// No clear answer: ask again later with the same number.
    Unknown(String),
    /// It will never be done.
    Never(String),
}

/// A payment channel. Called by workers outside of transactions; every call carries a
/// deterministic number, so that calling twice is the same as calling once.
pub trait PayProvider: Send + Sync {
    fn name(&self) -> &'static str;
    fn close(&self, attempt: PaymentId) -> Says;
    fn refund(&self, refund: ids::RefundId, attempt: PaymentId, amount: Fen) -> Says;
}

/// The built-in test channel: the cashier page decides whether a payment succeeds; closing and
/// refunding always work.
pub struct TestProvider;

impl PayProvider for TestProvider {
    fn name(&self) -> &'static str {
        "test"
    }
    fn close(&self, _: PaymentId) -> Says {
        Says::Done
    }
    fn refund(&self, _: ids::RefundId, _: PaymentId, _: Fen) -> Says {
        Says::Done
    }
}

#[derive(Clone, Debug)]
pub struct Attempt {
    pub id: PaymentId,
    pub brand: BrandId,
    pub order: OrderId,
    pub provider: String,
    pub amount: Fen,
    pub state: String,
    pub captured: Fen,
    pub refund_reserved: Fen,
}
from_row!(Attempt { id, brand, order, provider, amount, state, captured, refund_reserved });

const COLUMNS: &str = "id, brand_id, order_id, provider, amount, state, captured, refund_reserved";

pub fn attempt(tx: &mut Tx, brand: BrandId, id: PaymentId) -> Result<Attempt> {
    tx.opt(&format!("select {COLUMNS} from payment where id = $1 and brand_id = $2"), params![id, brand])?
        .ok_or_else(|| Problem::not_found("payment"))
}

/// Opens an attempt to pay an order, or answers the one that is open already. An order that costs
/// nothing is paid at once, without a channel (M9).
pub fn open(tx: &mut Tx, o: &Order, provider: &str) -> Result<Attempt> {
    if o.state()? != State::Placed {
        return Err(Problem::conflict("This order cannot be paid any more.").with("state", o.state()?.code()));
    }
    let open: Option<Attempt> = tx.opt(
        &format!("select {COLUMNS} from payment where order_id = $1 and provider = $2 and state = 'open'"),
        params![o.id, provider],
    )?;
    if let Some(open) = open {
        return Ok(open);
    }
    let (id, now): (PaymentId, _) = (tx.new_id(), tx.now());
    let provider = if o.total == Fen::ZERO { "none" } else { provider };
    tx.guard(
        "insert into payment (id, brand_id, order_id, version, provider, amount, state, opened_at) values ($1, $2, $3, $4, $5, $6, 'open', $7) on conflict do nothing",
        params![id, o.brand, o.id, o.version, provider, o.total, now],
    )?
    .or(|| Problem::new(Code::Conflict, "Another payment of this order was opened at the same moment; try again."))?;
    if o.total == Fen::ZERO {
        settle(tx, o.brand, &Notice { attempt: id, channel_no: format!("none-{id}"), amount: Fen::ZERO })?;
    }
    attempt(tx, o.brand, id)
}

/// A verified message of a channel: this attempt was paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub attempt: PaymentId,
    /// The channel's own number of the payment.
    pub channel_no: String,
    pub amount: Fen,
}

/// What a notice did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    Paid,
    /// Told before; nothing changed.
    Known,
    /// The order was gone and could not be revived; the money goes back.
    Late,
    /// The order was paid already by another attempt; this money goes back.
    Surplus,
    /// The amount differs from what was asked; kept apart for an operator.
    Mismatch,
}

/// Takes a payment in. Always acknowledges; the money is kept for the order or goes back.
pub fn settle(tx: &mut Tx, brand: BrandId, notice: &Notice) -> Result<Settled> {
    let a = attempt(tx, brand, notice.attempt)?;
    if matches!(a.state.as_str(), "paid" | "mismatch") {
        return Ok(Settled::Known);
    }
    let right = notice.amount == a.amount;
    let (to, now) = (if right { "paid" } else { "mismatch" }, tx.now());
    tx.guard(
        "update payment set state = $1, captured = $2, channel_no = $3, settled_at = $4 where id = $5 and state = $6",
        params![to, notice.amount, &notice.channel_no, now, a.id, &a.state],
    )?
    .or(again)?;
    let o = order::get(tx, brand, a.order)?;
    if !right {
        let clearing = format!("clearing:{}", a.provider);
        let _ = post(
            tx,
            brand,
            &format!("payment:{}:mismatch", a.id),
            &[debit(clearing, notice.amount), credit("liab:suspense", notice.amount)],
        )?;
        order::record(tx, &o, events::PAYMENT_MISMATCH, Some(notice.amount), None, "")?;
        return Ok(Settled::Mismatch);
    }
    match step(o.state()?, o.why(), Event::PayOk) {
        Verdict::Go(State::Paid) => paid(tx, &o, &a).map(|()| Settled::Paid),
        Verdict::Go(_) => late(tx, &o, &a).map(|()| Settled::Late),
        Verdict::Revive => match order::revive(tx, &o)? {
            State::Paid => paid(tx, &o, &a).map(|()| Settled::Paid),
            _ => late(tx, &o, &a).map(|()| Settled::Late),
        },
        Verdict::Surplus | Verdict::Dup | Verdict::Refuse => {
            refund::send_back(tx, &o, &a, "surplus")?;
            order::record(tx, &o, events::PAYMENT_SURPLUS, Some(a.amount), None, "")?;
            Ok(Settled::Surplus)
        }
    }
}

fn again() -> Problem {
    Problem::again("The payment was settled at the same moment; look again.")
}

fn paid(tx: &mut Tx, o: &Order, a: &Attempt) -> Result<()> {
    let now = tx.now();
    let code = if o.delivery == "pickup" { Some(format!("{:06}", tx.random() % 1_000_000)) } else { None };
    tx.guard(
        "update orders set state = 'paid', version = version + 1, paid = $1, paid_at = $2, pickup_code = coalesce(pickup_code, $3) \
         where id = $4 and version = $5",
        params![a.amount, now, &code, o.id, o.version],
    )?
    .or(again)?;
    stock::commit(tx, o.id)?;
    let goods = a.amount - o.freight;
    let _ = post(
        tx,
        o.brand,
        &format!("order:{}:paid", o.id),
        &[
            debit(format!("clearing:{}", a.provider), a.amount),
            credit(format!("rev:sales:{}", o.store), goods),
            credit("rev:freight", o.freight),
        ],
    )?;
    order::record(tx, o, events::ORDER_PAID, Some(a.amount), None, "")
}

fn late(tx: &mut Tx, o: &Order, a: &Attempt) -> Result<()> {
    order::go(tx, o, State::PaidLate, None, events::ORDER_PAID_LATE, None)?;
    stock::release(tx, o.id)?;
    refund::send_back(tx, o, a, "paid_late")
}

/// The channel confirmed that an attempt can no longer be paid, or that it failed. Touches only
/// that attempt (X5).
pub fn closed(tx: &mut Tx, brand: BrandId, id: PaymentId, state: &str) -> Result<Outcome> {
    let now = tx.now();
    let won = tx.guard(
        "update payment set state = $1, settled_at = $2 where id = $3 and brand_id = $4 and state = 'open'",
        params![state, now, id, brand],
    )?;
    if won.won() {
        let a = attempt(tx, brand, id)?;
        let o = order::get(tx, brand, a.order)?;
        order::attempts_closed(tx, &o)?;
    }
    Ok(won)
}
