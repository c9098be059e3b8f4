//! Placing an order: price, take, write, all in one transaction.
use super::{OrderId, expire_due};
use crate::quote::{Delivery, Item, price};
use crate::{events, stock};
use weir_ground::base::{Code, Fen, Ms, Problem, Result, time};
use weir_ground::event::{BrandId, PersonId, StoreId};
use weir_ground::{Fact, Outcome, Trail, Tx, params};
use weir_keep::brand;

/// What a customer wants.
#[derive(Clone, Debug)]
pub struct Basket {
    pub person: PersonId,
    pub store: StoreId,
    pub items: Vec<Item>,
    pub delivery: Delivery,
    /// JSON of the address, needed for a delivery; it is kept sealed, as the note is.
    pub address: Option<String>,
    pub note: Option<String>,
    /// Digest of the quote that the customer saw.
    pub quote: Option<String>,
    pub source: &'static str,
}

#[derive(Clone, Copy, Debug)]
pub struct Placed {
    pub id: OrderId,
    pub total: Fen,
    pub expires_at: Ms,
}

/// Places an order. Refusals — sold out, price changed, not on sale — leave nothing behind.
pub fn place(tx: &mut Tx, brand: BrandId, basket: &Basket) -> Result<Placed> {
    let known = brand::shared(tx, brand)?;
    let settings = &known.settings;
    let priced = price(tx, brand, settings, &basket.items, basket.delivery)?;
    if basket.quote.as_ref().is_some_and(|q| *q != priced.digest()) {
        return Err(Problem::new(
            Code::PriceChanged,
            format!("Prices changed since you looked: the total is now {}. Look at it and order again.", priced.total),
        ));
    }
    if basket.delivery == Delivery::Delivery && basket.address.is_none() {
        return Err(Problem::field("address", "a delivery needs an address"));
    }
    let (id, now): (OrderId, Ms) = (tx.new_id(), tx.now());
    let expires_at = now + settings.order_ttl_minutes * time::MINUTE;
    for line in &priced.lines {
        take(tx, brand, basket.store, line.sku, line.quantity, &line.name)?;
    }
    let units: i64 = priced.lines.iter().map(|l| l.quantity).sum();
    let keys = tx.keys(brand);
    let (address, note) = (keys.seal_opt(basket.address.as_deref()), keys.seal_opt(basket.note.as_deref()));
    let (referrer, bp) = referrer(tx, basket.person, settings.commission_bp)?;
    tx.later(
        "insert into orders (id, brand_id, person_id, store_id, source, state, delivery, goods, freight, total, units, address, note, \
         referrer_id, commission_bp, placed_at, expires_at) values ($1, $2, $3, $4, $5, 'placed', $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        params![
            id, brand, basket.person, basket.store, basket.source, basket.delivery.code(), priced.goods, priced.freight,
            priced.total, units, &address, &note, referrer, bp, now, expires_at
        ],
    )?;
    tx.trail(Trail::Order, basket.person, now, id)?;
    for (n, line) in priced.lines.iter().enumerate() {
        tx.later(
            "insert into order_line (order_id, n, sku_id, name, quantity, price, amount) values ($1, $2, $3, $4, $5, $6, $7)",
            params![id, n + 1, line.sku, &line.name, line.quantity, line.price, line.amount],
        )?;
        tx.later(
            "insert into hold (order_id, n, sku_id, store_id, quantity, state) values ($1, $2, $3, $4, $5, 'held')",
            params![id, n + 1, line.sku, basket.store, line.quantity],
        )?;
    }
    tx.timed();
    let props = format!(r#"{{"order":"{id}","units":{units}}}"#);
    let fact = Fact::new(brand, events::ORDER_PLACED, now)
        .person(basket.person)
        .store(basket.store)
        .source(basket.source)
        .value(priced.total)
        .props(&props);
    let _ = tx.record(&fact)?;
    Ok(Placed { id, total: priced.total, expires_at })
}

/// Takes stock; when there is none, runs the expiry of orders whose time is up and tries once more.
fn take(tx: &mut Tx, brand: BrandId, store: StoreId, sku: stock::SkuId, quantity: i64, name: &str) -> Result<()> {
    if stock::take(tx, sku, store, quantity)? == Outcome::Won {
        return Ok(());
    }
    if expire_due(tx, brand)? > 0 && stock::take(tx, sku, store, quantity)? == Outcome::Won {
        return Ok(());
    }
    let left = stock::available(tx, sku, store)?;
    Err(Problem::new(Code::SoldOut, format!("{name}: {left} left in this store, {quantity} wanted. Choose fewer or another store."))
        .with(&sku.to_string(), left.to_string()))
}

/// Who brought this person, frozen into the order (D4), and at what rate.
fn referrer(tx: &mut Tx, person: PersonId, bp: i64) -> Result<(Option<PersonId>, Option<i64>)> {
    // Sorted here: an order seldom has one referrer, and SQLite builds a table to sort in for each question.
    let found: Vec<(Ms, PersonId)> = tx.all(
        "select b.from_at, b.beneficiary_id from person p join binding b on b.person_id = p.id and b.kind = 'promoter' and b.to_at is null \
         where p.root_id = (select root_id from person where id = $1)",
        params![person],
    )?;
    let first = found.into_iter().min_by_key(|(from, _)| *from).map(|(_, referrer)| referrer);
    Ok((first, first.map(|_| bp)))
}
