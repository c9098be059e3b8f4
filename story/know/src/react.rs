//! What this chapter does when others acted: orders move the counters and the stage.
use crate::attribute;
use crate::identity::own;
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
        matches!(event, "order.paid" | "order.refunded" | "brand.changed" | "attribute.changed")
    }

    fn read(&self, tx: &mut Tx, e: &Event) -> Result<()> {
        self.read_some(tx, std::slice::from_ref(e))
    }

    /// The rules are looked up once, and persons with imported orders are judged once, at the end:
    /// what was true in between belongs to a past that nobody watched.
    fn read_some(&self, tx: &mut Tx, events: &[Event]) -> Result<()> {
        let (mut rules, mut imported) = (Rules::default(), vec![]);
        for e in events {
            if e.name == "brand.changed" {
                rules = Rules::default();
                stage::start_redefine(tx, e.brand)?;
                continue;
            }
            if e.name == "attribute.changed" {
                let said: serde_json::Value = serde_json::from_str(&e.props).unwrap_or_default();
                if said["what"] == attribute::REORDERED {
                    attribute::start_refold(tx, e.brand)?;
                }
                continue;
            }
            let Some(subject) = e.person else { continue };
            let (place, value) = (own::place(tx, subject)?, e.value.unwrap_or_default());
            if e.name == "order.paid" {
                own::edit_at(tx, subject, place, |tx| paid(tx, subject, e, value.0))?;
                if e.source == "import" {
                    imported.push(place.root);
                } else {
                    stage::refresh(tx, place.root, "event", &mut rules)?;
                }
                continue;
            }
            let full = e.props.contains("\"full\":true");
            own::edit_at(tx, subject, place, |tx| {
                tx.exec("update person set refunded = refunded + $1 where id = $2", params![value, subject])?;
                if full { recount(tx, subject, e) } else { Ok(()) }
            })?;
            if full {
                stage::refresh(tx, place.root, "refund", &mut rules)?;
            }
        }
        imported.sort_unstable();
        imported.dedup();
        imported.into_iter().try_for_each(|p| stage::refresh(tx, p, "event", &mut rules))
    }
}

fn paid(tx: &mut Tx, subject: PersonId, e: &Event, value: i64) -> Result<()> {
    tx.exec(
        "update person set orders = orders + 1, paid = paid + $1, \
         first_order_at = case when first_order_at is null or first_order_at > $2 then $2 else first_order_at end, \
         last_order_at = case when last_order_at is null or last_order_at < $2 then $2 else last_order_at end, \
         last_seen_at = case when last_seen_at is null or last_seen_at < $2 then $2 else last_seen_at end, \
         store_id = coalesce(store_id, $3) where id = $4",
        params![value, e.at, e.store, subject],
    )?;
    Ok(())
}

/// An order went back whole: the subject's counters are folded afresh. How many orders stand is counted over
/// the log up to this event, because orders that were paid since have their own event ahead.
fn recount(tx: &mut Tx, subject: PersonId, e: &Event) -> Result<()> {
    let n: i64 = tx.one(
        "select coalesce(sum(case when v.name = 'order.paid' then 1 when v.props like '%\"full\":true%' then -1 else 0 end), 0) \
         from event v where v.id in (select id from event_of where person_id = $1) and v.name in ('order.paid', 'order.refunded') and (v.xid, v.id) <= ($2, $3)",
        params![subject, e.xid, e.id],
    )?;
    let (first, last): (Option<Ms>, Option<Ms>) = tx.one(
        "select min(o.paid_at), max(o.paid_at) from orders o where o.id in (select id from orders_of where person_id = $1) \
         and o.paid_at is not null and o.state not in ('refunded', 'paid_late', 'cancelled')",
        params![subject],
    )?;
    let (first, last) = if n > 0 { (first, last) } else { (None, None) };
    tx.exec(
        "update person set orders = $1, first_order_at = $2, last_order_at = $3 where id = $4",
        params![n, first, last, subject],
    )?;
    Ok(())
}
