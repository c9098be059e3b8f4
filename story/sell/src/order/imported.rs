//! Orders that happened elsewhere: kept as completed, with their exact totals and no effect on
//! stock or books (the money was taken and booked there).
use super::OrderId;
use crate::events;
use weir_ground::base::{Fen, Ms, Problem, Result};
use weir_ground::event::{BrandId, PersonId, StoreId};
use weir_ground::{Fact, Outcome, Trail, Tx, Value, params};

#[derive(Clone, Debug)]
pub struct Imported {
    pub no: String,
    pub person: PersonId,
    pub store: StoreId,
    pub placed_at: Ms,
    pub lines: Vec<ImportedLine>,
}

#[derive(Clone, Debug)]
pub struct ImportedLine {
    pub sku: Option<crate::stock::SkuId>,
    pub name: String,
    pub quantity: i64,
    pub amount: Fen,
}

/// Keeps an order that was paid elsewhere. `Lost` when its number is known already; an order with
/// the same number but another total is refused.
pub fn keep(tx: &mut Tx, brand: BrandId, o: &Imported) -> Result<Outcome> {
    if o.lines.is_empty() || o.lines.iter().any(|l| l.amount.0 < 0 || l.quantity < 1) {
        return Err(Problem::field("lines", "an order needs lines with at least one unit and no negative amount"));
    }
    if o.placed_at > tx.now() {
        return Err(Problem::field("placed_at", "lies in the future"));
    }
    let id: OrderId = tx.new_id();
    let total: Fen = o.lines.iter().map(|l| l.amount).sum();
    let units: i64 = o.lines.iter().map(|l| l.quantity).sum();
    let fresh = tx.guard(
        "insert into orders (id, brand_id, person_id, store_id, no, source, state, delivery, goods, freight, total, paid, units, placed_at, paid_at) \
         values ($1, $2, $3, $4, $5, 'import', 'completed', 'pickup', $6, 0, $6, $6, $7, $8, $8) on conflict do nothing",
        params![id, brand, o.person, o.store, &o.no, total, units, o.placed_at],
    )?;
    if fresh == Outcome::Lost {
        let known: Fen = tx.one("select total from orders where brand_id = $1 and no = $2", params![brand, &o.no])?;
        if known != total {
            return Err(Problem::conflict(format!("order {} is here with a total of {known}, the file says {total}", o.no)));
        }
        return Ok(fresh);
    }
    tx.trail(Trail::Order, o.person, o.placed_at, id)?;
    let mut values: Vec<Value<'_>> = Vec::with_capacity(o.lines.len() * 7);
    for (n, l) in o.lines.iter().enumerate() {
        let price = l.amount.0 / l.quantity;
        values.extend(params![id, n + 1, l.sku, &l.name, l.quantity, price, l.amount]);
    }
    tx.bulk("insert into order_line (order_id, n, sku_id, name, quantity, price, amount) values", 7, &values, "")?;
    let props = format!(r#"{{"order":"{id}","units":{units},"historical":true}}"#);
    let fact = Fact::new(brand, events::ORDER_PAID, o.placed_at)
        .person(o.person)
        .store(o.store)
        .source("import")
        .value(total)
        .props(&props);
    let _ = tx.record(&fact)?;
    Ok(fresh)
}
