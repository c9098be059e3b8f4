//! Stock: units of a SKU in one store. `available = on_hand + backorder − held`.
//!
//! A hold is a row with its own state; only the winner of its compare-and-swap moves the counters,
//! by the quantity and at the store written in the hold (S4, S5). Moves sum to `on_hand` (S1).
use crate::events;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_ground::base::{Code, Id, Problem, Result, ids};
use weir_ground::event::{BrandId, StoreId};
use weir_ground::http::{Answer, App, Json, List, Once, Path, Said};
use weir_ground::{Fact, Outcome, Row, Tx, db::row::FromRow, params};
use weir_keep::store::StoreRef;
use weir_keep::{May, Staff};

pub type SkuId = ids::SkuId;
pub type OrderId = ids::OrderId;

/// Takes units if they are available: the take is the check (S3).
pub fn take(tx: &mut Tx, sku: SkuId, store: StoreId, quantity: i64) -> Result<Outcome> {
    tx.guard(
        "update stock set held = held + $1 where sku_id = $2 and store_id = $3 and on_hand + backorder - held >= $1",
        params![quantity, sku, store],
    )
}

pub fn available(tx: &mut Tx, sku: SkuId, store: StoreId) -> Result<i64> {
    Ok(tx
        .opt("select on_hand + backorder - held from stock where sku_id = $1 and store_id = $2", params![sku, store])?
        .unwrap_or(0))
}

struct Hold {
    n: i64,
    sku: SkuId,
    store: StoreId,
    quantity: i64,
}
weir_ground::from_row!(Hold { n, sku, store, quantity });

fn holds(tx: &mut Tx, order: OrderId, states: &str) -> Result<Vec<Hold>> {
    tx.all(
        &format!(
            "select n, sku_id, store_id, quantity from hold where order_id = $1 and state in ({states}) order by sku_id, store_id, n"
        ),
        params![order],
    )
}

/// Wins the hold's move from one state to another, or not.
fn win(tx: &mut Tx, order: OrderId, n: i64, from: &str, to: &str) -> Result<Outcome> {
    tx.guard(
        "update hold set state = $1 where order_id = $2 and n = $3 and state = $4",
        params![to, order, n, from],
    )
}

/// Gives every live hold of an order back. A second release finds nothing to win.
pub fn release(tx: &mut Tx, order: OrderId) -> Result<()> {
    for (from, list) in [("held", "'held'"), ("committed", "'committed'")] {
        for h in holds(tx, order, list)? {
            if win(tx, order, h.n, from, "released")?.won() {
                give_back(tx, h.sku, h.store, h.quantity)?;
            }
        }
    }
    Ok(())
}

fn give_back(tx: &mut Tx, sku: SkuId, store: StoreId, quantity: i64) -> Result<()> {
    tx.guard(
        "update stock set held = held - $1 where sku_id = $2 and store_id = $3 and held >= $1",
        params![quantity, sku, store],
    )?
    .or(|| Problem::internal("a hold was larger than what is held"))
}

/// The order is paid: its holds can no longer expire.
pub fn commit(tx: &mut Tx, order: OrderId) -> Result<()> {
    tx.exec("update hold set state = 'committed' where order_id = $1 and state = 'held'", params![order])?;
    Ok(())
}

/// Takes released holds again, all or none. Used when money arrives for a cancelled order.
pub fn retake(tx: &mut Tx, order: OrderId) -> Result<Outcome> {
    let all = holds(tx, order, "'released'")?;
    for (i, h) in all.iter().enumerate() {
        if take(tx, h.sku, h.store, h.quantity)? == Outcome::Lost {
            for done in &all[..i] {
                give_back(tx, done.sku, done.store, done.quantity)?;
            }
            return Ok(Outcome::Lost);
        }
    }
    for h in &all {
        win(tx, order, h.n, "released", "committed")?.or(|| Problem::conflict("the order was changed at the same time"))?;
    }
    Ok(Outcome::Won)
}

/// The goods left: on_hand and held both drop.
pub fn ship(tx: &mut Tx, brand: BrandId, order: OrderId, actor: Option<&str>) -> Result<()> {
    for h in holds(tx, order, "'committed'")? {
        if !win(tx, order, h.n, "committed", "shipped")?.won() {
            continue;
        }
        tx.guard(
            "update stock set on_hand = on_hand - $1, held = held - $1 where sku_id = $2 and store_id = $3 and held >= $1 and on_hand >= $1",
            params![h.quantity, h.sku, h.store],
        )?
        .or(|| Problem::conflict("There are fewer units on hand than this order needs; adjust the stock first."))?;
        moved(tx, brand, &h, -h.quantity, "shipped", Some(order), actor)?;
    }
    Ok(())
}

/// Units of a line came back before they were shipped: the hold shrinks by as many.
pub fn shrink(tx: &mut Tx, order: OrderId, n: i64, quantity: i64) -> Result<()> {
    let hold: Option<Hold> = tx.opt(
        "select n, sku_id, store_id, quantity from hold where order_id = $1 and n = $2 and state = 'committed'",
        params![order, n],
    )?;
    let Some(h) = hold else { return Ok(()) };
    if h.quantity <= quantity {
        if win(tx, order, n, "committed", "released")?.won() {
            give_back(tx, h.sku, h.store, h.quantity)?;
        }
        return Ok(());
    }
    tx.guard(
        "update hold set quantity = quantity - $1 where order_id = $2 and n = $3 and state = 'committed' and quantity > $1",
        params![quantity, order, n],
    )?
    .or(|| Problem::conflict("the order was changed at the same time"))?;
    give_back(tx, h.sku, h.store, quantity)
}

fn moved(
    tx: &mut Tx,
    brand: BrandId,
    at: &Hold,
    delta: i64,
    reason: &str,
    order: Option<OrderId>,
    actor: Option<&str>,
) -> Result<()> {
    let (id, now): (Id<()>, _) = (tx.new_id(), tx.now());
    tx.exec(
        "insert into stock_move (id, brand_id, sku_id, store_id, delta, reason, order_id, actor, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![id, brand, at.sku, at.store, delta, reason, order, actor, now],
    )?;
    Ok(())
}

/// Counts units in or out: deliveries, breakage, stocktaking.
pub fn adjust(
    tx: &mut Tx,
    brand: BrandId,
    at: (SkuId, StoreId),
    delta: i64,
    reason: &str,
    actor: &str,
) -> Result<()> {
    let (sku, store) = at;
    if delta == 0 || !(-10_000_000..=10_000_000).contains(&delta) {
        return Err(Problem::field("delta", "use a number of units that is not 0 and below 10 million"));
    }
    let ours: i64 = tx.one(
        "select (select count(*) from sku where id = $1 and brand_id = $2) + (select count(*) from store where id = $3 and brand_id = $2)",
        params![sku, brand, store],
    )?;
    if ours != 2 {
        return Err(Problem::not_found("SKU or store"));
    }
    tx.exec(
        "insert into stock (sku_id, store_id, brand_id, on_hand) values ($1, $2, $3, 0) on conflict do nothing",
        params![sku, store, brand],
    )?;
    tx.guard(
        "update stock set on_hand = on_hand + $1 where sku_id = $2 and store_id = $3 and on_hand + $1 >= 0 and on_hand + $1 + backorder >= held",
        params![delta, sku, store],
    )?
    .or(|| Problem::new(Code::SoldOut, "That many units are not free: some are held by orders, or there are fewer."))?;
    let place = Hold { n: 0, sku, store, quantity: delta };
    moved(tx, brand, &place, delta, reason, None, Some(actor))?;
    let props = serde_json::json!({ "sku": sku, "delta": delta, "reason": reason }).to_string();
    let fact = Fact::new(brand, events::STOCK_ADJUSTED, tx.now()).store(store).actor(actor).props(&props);
    let _ = tx.record(&fact)?;
    Ok(())
}

/// Counts the first goods of a store in, many SKUs at once; SKUs that are there already stay.
pub fn open_store(tx: &mut Tx, brand: BrandId, store: StoreId, goods: &[(SkuId, i64)], actor: &str) -> Result<()> {
    let now = tx.now();
    for (sku, units) in goods {
        let fresh = tx.guard(
            "insert into stock (sku_id, store_id, brand_id, on_hand) values ($1, $2, $3, $4) on conflict do nothing",
            params![*sku, store, brand, *units],
        )?;
        if fresh.won() {
            let at = Hold { n: 0, sku: *sku, store, quantity: *units };
            moved(tx, brand, &at, *units, "opening", None, Some(actor))?;
        }
    }
    let props = serde_json::json!({ "skus": goods.len(), "reason": "opening" }).to_string();
    let _ = tx.record(&Fact::new(brand, events::STOCK_ADJUSTED, now).store(store).actor(actor).props(&props))?;
    Ok(())
}

/// Units of a SKU in one store.
#[derive(Debug, Serialize, ToSchema)]
pub struct StockRow {
    pub store: StoreRef,
    pub on_hand: i64,
    pub held: i64,
    pub available: i64,
}

impl FromRow for StockRow {
    fn from_row(r: &Row<'_>) -> Result<StockRow> {
        Ok(StockRow {
            store: StoreRef { id: r.get(0)?, name: r.get(1)? },
            on_hand: r.get(2)?,
            held: r.get(3)?,
            available: r.get(4)?,
        })
    }
}

fn rows(tx: &mut Tx, who: &Staff, sku: SkuId, store: Option<StoreId>) -> Result<Vec<StockRow>> {
    let sql = format!(
        "select s.id, s.name, k.on_hand, k.held, k.on_hand + k.backorder - k.held from stock k join store s on s.id = k.store_id \
         where k.brand_id = $1 and k.sku_id = $2 and (cast($3 as bigint) is null or k.store_id = $3){} order by s.id",
        who.within("k.store_id")
    );
    tx.all(&sql, params![who.brand, sku, store])
}

/// Stock of a SKU in each store that has some.
#[utoipa::path(get, path = "/api/v1/skus/{id}/stock", tag = "sell", params(("id" = SkuId, Path)), responses((status = 200, body = List<StockRow>)))]
pub async fn sku_stock(State(app): State<App>, who: Staff, Path(id): Path<SkuId>) -> Answer<Json<List<StockRow>>> {
    let rows = app
        .db
        .read(move |tx| {
            let ours: Option<i64> = tx.opt("select 1 from sku where id = $1 and brand_id = $2", params![id, who.brand])?;
            ours.ok_or_else(|| Problem::not_found("SKU"))?;
            rows(tx, &who, id, None)
        })
        .await?;
    Ok(Json(List::all(rows)))
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdjustStock {
    pub store_id: StoreId,
    /// Units in (positive) or out (negative).
    pub delta: i64,
    pub reason: String,
}

/// Count units in or out of a store.
#[utoipa::path(post, path = "/api/v1/skus/{id}/stock", tag = "sell", params(("id" = SkuId, Path)), request_body = AdjustStock, responses((status = 200, body = StockRow)))]
pub async fn adjust_stock(
    State(app): State<App>,
    who: Staff,
    Path(id): Path<SkuId>,
    once: Once,
    Json(body): Json<AdjustStock>,
) -> Answer<Said> {
    who.need(May::StockWrite)?;
    who.check_store(body.store_id)?;
    let reason = weir_keep::store::name(&body.reason).map_err(|_| Problem::field("reason", "use 1 to 100 characters"))?;
    let once = once.of(&body);
    Ok(app
        .db
        .write(move |tx| {
            once.run(tx, who.brand, &who.actor, |tx| {
                adjust(tx, who.brand, (id, body.store_id), body.delta, &reason, &who.actor)?;
                rows(tx, &who, id, Some(body.store_id))?.pop().ok_or_else(|| Problem::not_found("stock"))
            })
        })
        .await?)
}
