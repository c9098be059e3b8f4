//! What this chapter does when others acted: orders move the counters and the stage.
use crate::stage::{self, Rules};
use weir_ground::base::{Ms, Result};
use weir_ground::event::{Event, PersonId};
use weir_ground::reader::Reader;
use weir_ground::{Tx, params};

/// Follows the log and keeps persons' counters, last seen and stage.
pub struct Know;

impl Reader for Know {
    fn name(&self) -> &'static str {
        "know"
    }

    fn wants(&self, event: &str) -> bool {
        matches!(event, "order.paid" | "order.refunded" | "brand.changed")
    }

    fn read(&self, tx: &mut Tx, e: &Event) -> Result<()> {
        if e.name == "brand.changed" {
            return stage::start_redefine(tx, e.brand);
        }
        let Some(subject) = e.person else { return Ok(()) };
        let person: PersonId = tx.one("select root_id from person where id = $1", params![subject])?;
        let value = e.value.unwrap_or_default();
        if e.name == "order.paid" {
            paid(tx, person, e, value.0)?;
            return stage::refresh(tx, person, "event", &mut Rules::default());
        }
        tx.exec("update person set refunded = refunded + $1 where id = $2", params![value, person])?;
        if e.props.contains("\"full\":true") {
            recount(tx, person)?;
            stage::refresh(tx, person, "refund", &mut Rules::default())?;
        }
        Ok(())
    }
}

fn paid(tx: &mut Tx, person: PersonId, e: &Event, value: i64) -> Result<()> {
    tx.exec(
        "update person set orders = orders + 1, paid = paid + $1, \
         first_order_at = case when first_order_at is null or first_order_at > $2 then $2 else first_order_at end, \
         last_order_at = case when last_order_at is null or last_order_at < $2 then $2 else last_order_at end, \
         last_seen_at = case when last_seen_at is null or last_seen_at < $2 then $2 else last_seen_at end, \
         store_id = coalesce(store_id, $3) where id = $4",
        params![value, e.at, e.store, person],
    )?;
    Ok(())
}

/// An order went back whole: the counters are folded afresh over the orders that still stand.
fn recount(tx: &mut Tx, person: PersonId) -> Result<()> {
    let (n, first, last): (i64, Option<Ms>, Option<Ms>) = tx.one(
        "select count(*), min(o.paid_at), max(o.paid_at) from orders o join person p on p.id = o.person_id \
         where p.root_id = $1 and o.paid_at is not null and o.state not in ('refunded', 'paid_late', 'cancelled')",
        params![person],
    )?;
    tx.exec(
        "update person set orders = $1, first_order_at = $2, last_order_at = $3 where id = $4",
        params![n, first, last, person],
    )?;
    Ok(())
}
