//! An order: placed, paid, handed over, completed; or cancelled, or sent back.
//!
//! * [`state`] is the table of moves, [`place`] takes stock and writes the order, [`imported`]
//!   keeps orders that happened elsewhere, [`http`] shows them to staff, [`reveal`] their addresses whole.
//! * Here: the row, the compare-and-swap that every move goes through, cancelling and expiring.
pub mod http;
pub mod imported;
pub mod place;
pub mod reveal;
pub mod state;

use crate::{events, stock};
use state::{Event, State, Verdict, Why, step};
use weir_ground::base::{Fen, Ms, Problem, Result, time};
use weir_ground::event::{BrandId, PersonId, StoreId};
use weir_ground::timer::{self, Due};
use weir_ground::{Fact, Outcome, Tx, from_row, params};

pub use crate::stock::OrderId;

/// What the moves need of an order.
#[derive(Clone, Debug)]
pub struct Order {
    pub id: OrderId,
    pub brand: BrandId,
    pub person: PersonId,
    pub store: StoreId,
    state: String,
    closing: Option<String>,
    pub version: i64,
    pub delivery: String,
    pub total: Fen,
    pub freight: Fen,
    pub paid: Fen,
    pub refunded: Fen,
}
from_row!(Order { id, brand, person, store, state, closing, version, delivery, total, freight, paid, refunded });

const COLUMNS: &str =
    "id, brand_id, person_id, store_id, state, closing, version, delivery, total, freight, paid, refunded";

impl Order {
    pub fn state(&self) -> Result<State> {
        State::parse(&self.state).map_err(|_| Problem::internal(format!("order in state {}", self.state)))
    }
    pub fn why(&self) -> Option<Why> {
        match self.closing.as_deref() {
            Some("user") => Some(Why::User),
            Some(_) => Some(Why::Ttl),
            None => None,
        }
    }
}

pub fn get(tx: &mut Tx, brand: BrandId, id: OrderId) -> Result<Order> {
    tx.opt(&format!("select {COLUMNS} from orders where id = $1 and brand_id = $2"), params![id, brand])?
        .ok_or_else(|| Problem::not_found("order"))
}

/// Kinds of timers of orders; their key is the order.
pub const EXPIRE: &str = "order.expire";
/// A placed order is its own timer.
pub const PLACED: timer::Rows = timer::Rows { kind: EXPIRE, table: "orders", due: "expires_at", still: "state = 'placed'" };
pub const COMPLETE: &str = "order.complete";
/// A delivery is taken as received this long after it was shipped.
pub const RECEIVED_AFTER: Ms = 7 * time::DAY;

/// Writes a move if the order is still as it was read (O2), and records the fact.
pub(crate) fn go(tx: &mut Tx, o: &Order, to: State, why: Option<Why>, name: &str, actor: Option<&str>) -> Result<()> {
    let closing = why.map(|w| if w == Why::User { "user" } else { "ttl" });
    tx.guard(
        "update orders set state = $1, closing = coalesce($2, closing), version = version + 1 where id = $3 and state = $4 and version = $5",
        params![to.code(), closing, o.id, &o.state, o.version],
    )?
    .or(changed)?;
    record(tx, o, name, None, actor, "")
}

/// The order moved on while it was being looked at; the whole call is run again.
fn changed() -> Problem {
    Problem::again("The order was changed at the same time; look again.")
}

pub(crate) fn record(
    tx: &mut Tx,
    o: &Order,
    name: &str,
    value: Option<Fen>,
    actor: Option<&str>,
    more: &str,
) -> Result<()> {
    let props = format!(r#"{{"order":"{}"{more}}}"#, o.id);
    let mut fact = Fact::new(o.brand, name, tx.now()).person(o.person).store(o.store).props(&props);
    (fact.value, fact.actor) = (value, actor);
    let _ = tx.record(&fact)?;
    Ok(())
}

fn refused(o: &Order, what: &str) -> Problem {
    Problem::conflict(format!("An order that is {} cannot be {what}.", o.state))
}

/// Asks for an order to be cancelled: at once if nothing can be paid any more, else after the
/// channel closed its open attempts (O7).
pub fn cancel(tx: &mut Tx, o: &Order, why: Why, actor: Option<&str>) -> Result<()> {
    let event = if why == Why::User { Event::CancelAsked } else { Event::TtlFired };
    match step(o.state()?, o.why(), event) {
        Verdict::Go(State::Closing) => {}
        Verdict::Dup => return Ok(()),
        _ => return Err(refused(o, "cancelled; ask for a refund instead")),
    }
    if open_attempts(tx, o.id)? == 0 {
        return cancelled(tx, o, actor);
    }
    go(tx, o, State::Closing, Some(why), events::ORDER_CLOSING, actor)
}

fn open_attempts(tx: &mut Tx, id: OrderId) -> Result<i64> {
    tx.one("select count(*) from payment where order_id = $1 and state = 'open'", params![id])
}

fn cancelled(tx: &mut Tx, o: &Order, actor: Option<&str>) -> Result<()> {
    go(tx, o, State::Cancelled, None, events::ORDER_CANCELLED, actor)?;
    stock::release(tx, o.id)
}

/// The channel confirmed that nothing is open any more.
pub fn attempts_closed(tx: &mut Tx, o: &Order) -> Result<()> {
    if open_attempts(tx, o.id)? > 0 {
        return Ok(());
    }
    match step(o.state()?, o.why(), Event::AttemptsClosed) {
        Verdict::Go(_) => cancelled(tx, o, None),
        _ => Ok(()),
    }
}

/// The order's time is up.
pub fn on_expire(tx: &mut Tx, due: &Due) -> Result<()> {
    let o = get(tx, due.brand, OrderId::new(due.key))?;
    // One that failed before and is tried again may have been paid meanwhile.
    if o.state()? == State::Placed { cancel(tx, &o, Why::Ttl, None) } else { Ok(()) }
}

/// A shipped delivery counts as received.
pub fn on_complete(tx: &mut Tx, due: &Due) -> Result<()> {
    let o = get(tx, due.brand, OrderId::new(due.key))?;
    if step(o.state()?, None, Event::Complete) == Verdict::Go(State::Completed) {
        go(tx, &o, State::Completed, None, events::ORDER_COMPLETED, None)?;
    }
    Ok(())
}

/// Runs the expiry of orders whose time is up but whose timer has not fired yet; tells how many
/// (S6: done when a take fails, so that a slow clock does not refuse a sale).
pub(crate) fn expire_due(tx: &mut Tx, brand: BrandId) -> Result<usize> {
    let now = tx.now();
    let due: Vec<OrderId> = tx.all(
        "select id from orders where state = 'placed' and expires_at <= $1 and brand_id = $2 order by expires_at, id limit 16",
        params![now, brand],
    )?;
    for id in &due {
        let o = get(tx, brand, *id)?;
        cancel(tx, &o, Why::Ttl, None)?;
    }
    Ok(due.len())
}

/// Packed, or ready to be picked up.
pub fn ready(tx: &mut Tx, o: &Order, actor: Option<&str>) -> Result<()> {
    match step(o.state()?, None, Event::MakeReady) {
        Verdict::Go(to) => go(tx, o, to, None, events::ORDER_READY, actor),
        Verdict::Dup => Ok(()),
        _ => Err(refused(o, "made ready")),
    }
}

/// Handed over in the store, or shipped. A pickup is complete with it; a delivery after it was
/// received, or a week later.
pub fn fulfil(tx: &mut Tx, o: &Order, actor: Option<&str>) -> Result<()> {
    match step(o.state()?, None, Event::Fulfil) {
        Verdict::Go(to) => go(tx, o, to, None, events::ORDER_FULFILLED, actor)?,
        Verdict::Dup => return Ok(()),
        _ => return Err(refused(o, "handed over")),
    }
    stock::ship(tx, o.brand, o.id, actor)?;
    if o.delivery == "pickup" {
        let o = get(tx, o.brand, o.id)?;
        return complete(tx, &o, actor);
    }
    let due = tx.now() + RECEIVED_AFTER;
    tx.set_timer(COMPLETE, o.id.n(), due, o.brand)
}

/// The customer has the goods.
pub fn complete(tx: &mut Tx, o: &Order, actor: Option<&str>) -> Result<()> {
    match step(o.state()?, None, Event::Complete) {
        Verdict::Go(to) => go(tx, o, to, None, events::ORDER_COMPLETED, actor)?,
        Verdict::Dup => return Ok(()),
        _ => return Err(refused(o, "completed before it was handed over")),
    }
    tx.clear_timer(COMPLETE, o.id.n())
}

/// Money arrived for a cancelled order: take the holds again at the frozen price, or send it back.
pub(crate) fn revive(tx: &mut Tx, o: &Order) -> Result<State> {
    let revived = o.why() != Some(Why::User) && stock::retake(tx, o.id)? == Outcome::Won;
    Ok(if revived { State::Paid } else { State::PaidLate })
}
