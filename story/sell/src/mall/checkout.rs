//! From cart to order page: quote, place, pay, follow.
use crate::buyer::{Buyer, Shop};
use crate::order::place::{Basket, place};
use crate::order::state::{State as OrderState, Why};
use crate::order::{self, OrderId};
use crate::payment::{self, Notice, PaymentId};
use crate::quote::{Delivery, Item, price};
use crate::stock;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_ground::base::{Fen, Ms, Problem, Result, ids};
use weir_ground::event::{BrandId, StoreId};
use weir_ground::http::{Answer, App, Json, List, Once, Page, Path, Query, Said};
use weir_ground::{Tx, from_row, params, seal};
use weir_keep::store::StoreRef;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskQuote {
    pub items: Vec<Item>,
    pub store_id: ids::StoreId,
    pub delivery: Delivery,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct QuoteLine {
    pub sku_id: ids::SkuId,
    pub name: String,
    pub quantity: i64,
    pub price_fen: Fen,
    pub amount_fen: Fen,
}

/// A SKU of which the store has too few.
#[derive(Debug, Serialize, ToSchema)]
pub struct Short {
    pub sku_id: ids::SkuId,
    pub available: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Quote {
    pub goods_fen: Fen,
    pub freight_fen: Fen,
    pub total_fen: Fen,
    /// Send it with the order: another total is then refused, not charged.
    pub hash: String,
    pub lines: Vec<QuoteLine>,
    pub short: Vec<Short>,
}

/// What a basket costs now.
#[utoipa::path(post, path = "/mall/v1/quote", tag = "mall", request_body = AskQuote, responses((status = 200, body = Quote)), security(()))]
pub async fn quote(State(app): State<App>, Shop(shop): Shop, Json(ask): Json<AskQuote>) -> Answer<Json<Quote>> {
    let quote = app
        .db
        .read(move |tx| {
            let p = price(tx, shop.id, &shop.settings, &ask.items, ask.delivery)?;
            let mut short = vec![];
            for l in &p.lines {
                let available = stock::available(tx, l.sku, ask.store_id)?;
                if available < l.quantity {
                    short.push(Short { sku_id: l.sku, available });
                }
            }
            let hash = p.digest();
            let line = |l: crate::quote::Line| QuoteLine {
                sku_id: l.sku,
                name: l.name,
                quantity: l.quantity,
                price_fen: l.price,
                amount_fen: l.amount,
            };
            Ok(Quote {
                goods_fen: p.goods,
                freight_fen: p.freight,
                total_fen: p.total,
                hash,
                lines: p.lines.into_iter().map(line).collect(),
                short,
            })
        })
        .await?;
    Ok(Json(quote))
}

/// Where a delivery goes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Address {
    pub name: String,
    pub phone: String,
    pub region: String,
    pub detail: String,
}

impl Address {
    /// As staff see it who did not ask for more.
    pub fn masked(&self) -> Address {
        Address {
            name: self.name.clone(),
            phone: seal::mask("phone", &self.phone),
            region: self.region.clone(),
            detail: seal::mask("address", &self.detail),
        }
    }

    pub fn check(&self) -> Result<()> {
        for (field, text, most) in [
            ("address.name", &self.name, 50),
            ("address.phone", &self.phone, 30),
            ("address.region", &self.region, 100),
            ("address.detail", &self.detail, 200),
        ] {
            let n = text.trim().chars().count();
            if n == 0 || n > most || text.contains('\0') {
                return Err(Problem::field(field, format!("use 1 to {most} characters")));
            }
        }
        Ok(())
    }
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceOrder {
    pub items: Vec<Item>,
    pub store_id: ids::StoreId,
    pub delivery: Delivery,
    pub address: Option<Address>,
    pub note: Option<String>,
    /// `hash` of the quote that was shown.
    pub quote_hash: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct MallLine {
    pub sku_id: Option<ids::SkuId>,
    pub product_id: Option<ids::ProductId>,
    pub name: String,
    pub image: Option<String>,
    pub quantity: i64,
    pub price_fen: Fen,
    pub amount_fen: Fen,
}
from_row!(MallLine { sku_id, product_id, name, image, quantity, price_fen, amount_fen });

/// An order as its customer sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct MallOrder {
    pub id: ids::OrderId,
    pub no: String,
    pub state: OrderState,
    pub store: StoreRef,
    pub delivery: String,
    pub lines: Vec<MallLine>,
    pub goods_fen: Fen,
    pub freight_fen: Fen,
    pub total_fen: Fen,
    pub refunded_fen: Fen,
    pub address: Option<Address>,
    pub placed_at: Ms,
    pub paid_at: Option<Ms>,
    /// Pay before this, or the order is cancelled.
    pub expires_at: Option<Ms>,
    pub pickup_code: Option<String>,
}

struct Found {
    id: OrderId,
    no: Option<String>,
    state: String,
    store: StoreId,
    store_name: String,
    delivery: String,
    goods: Fen,
    freight: Fen,
    total: Fen,
    refunded: Fen,
    address: Option<String>,
    placed_at: Ms,
    paid_at: Option<Ms>,
    expires_at: Option<Ms>,
    pickup_code: Option<String>,
}
from_row!(Found {
    id, no, state, store, store_name, delivery, goods, freight, total, refunded, address, placed_at, paid_at, expires_at, pickup_code
});

/// The number that people read out: the merchant's own, or the end of the id.
pub fn number(no: Option<String>, id: OrderId) -> String {
    no.unwrap_or_else(|| id.to_string()[4..].to_uppercase())
}

const SELECT: &str = "select o.id, o.no, o.state, o.store_id, s.name, o.delivery, o.goods, o.freight, o.total, o.refunded, o.address, \
    o.placed_at, o.paid_at, o.expires_at, o.pickup_code from orders o join store s on s.id = o.store_id";

fn view(tx: &mut Tx, brand: BrandId, f: Found) -> Result<MallOrder> {
    let lines = tx.all(
        "select l.sku_id, s.product_id, l.name, p.image, l.quantity, l.price, l.amount from order_line l \
         left join sku s on s.id = l.sku_id left join product p on p.id = s.product_id where l.order_id = $1 order by l.n",
        params![f.id],
    )?;
    let address = tx.keys(brand).open_opt(f.address.as_deref())?;
    let state = OrderState::parse(&f.state)?;
    let waiting = matches!(state, OrderState::Paid | OrderState::Ready);
    Ok(MallOrder {
        no: number(f.no, f.id),
        id: f.id,
        store: StoreRef { id: f.store, name: f.store_name },
        delivery: f.delivery,
        lines,
        goods_fen: f.goods,
        freight_fen: f.freight,
        total_fen: f.total,
        refunded_fen: f.refunded,
        address: address.as_deref().and_then(|a| serde_json::from_str(a).ok()),
        placed_at: f.placed_at,
        paid_at: f.paid_at,
        expires_at: f.expires_at.filter(|_| state == OrderState::Placed),
        pickup_code: f.pickup_code.filter(|_| waiting),
        state,
    })
}

/// One order of this buyer, or of anybody merged into them.
pub fn mine(tx: &mut Tx, who: &Buyer, id: OrderId) -> Result<MallOrder> {
    let found: Option<Found> = tx.opt(
        &format!("{SELECT} join person p on p.id = o.person_id where o.id = $1 and o.brand_id = $2 and p.root_id = $3"),
        params![id, who.brand, who.person],
    )?;
    view(tx, who.brand, found.ok_or_else(|| Problem::not_found("order"))?)
}

fn check_store(tx: &mut Tx, brand: BrandId, store: StoreId) -> Result<()> {
    let open: Option<i64> =
        tx.opt("select 1 from store where id = $1 and brand_id = $2 and active = 1", params![store, brand])?;
    open.map(|_| ()).ok_or_else(|| Problem::not_found("open store"))
}

/// Place an order: takes the stock until it is paid or its time is up.
#[utoipa::path(post, path = "/mall/v1/orders", tag = "mall", request_body = PlaceOrder, responses((status = 200, body = MallOrder)))]
pub async fn place_order(State(app): State<App>, who: Buyer, once: Once, Json(body): Json<PlaceOrder>) -> Answer<Said> {
    if let Some(a) = &body.address {
        a.check()?;
    }
    if body.note.as_deref().is_some_and(|n| n.chars().count() > 200 || n.contains('\0')) {
        return Err(Problem::field("note", "use at most 200 characters").into());
    }
    let once = once.of(&body);
    let address = body.address.as_ref().map(serde_json::to_string).transpose().map_err(Problem::internal)?;
    let basket = Basket {
        person: who.subject,
        store: body.store_id,
        items: body.items,
        delivery: body.delivery,
        address: address.filter(|_| body.delivery == Delivery::Delivery),
        note: body.note.filter(|n| !n.trim().is_empty()),
        quote: body.quote_hash,
        source: "mall",
    };
    let said = app
        .db
        .write(move |tx| {
            once.run(tx, who.brand, &who.principal(), |tx| {
                check_store(tx, who.brand, basket.store)?;
                let placed = place(tx, who.brand, &basket)?;
                for item in &basket.items {
                    tx.exec("delete from cart_line where person_id = $1 and sku_id = $2", params![who.person, item.sku_id])?;
                }
                mine(tx, &who, placed.id)
            })
        })
        .await?;
    Ok(said)
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FindMine {
    pub state: Option<OrderState>,
}

/// The buyer's orders, newest first.
#[utoipa::path(get, path = "/mall/v1/orders", tag = "mall", params(FindMine, Page), responses((status = 200, body = List<MallOrder>)))]
pub async fn my_orders(
    State(app): State<App>,
    who: Buyer,
    Query(find): Query<FindMine>,
    Query(page): Query<Page>,
) -> Answer<Json<List<MallOrder>>> {
    let (limit, [at, id]) = (page.limit()?, page.after([i64::MAX, i64::MAX])?);
    let list = app
        .db
        .read(move |tx| {
            let state = find.state.map(|s| format!(" and o.state = '{}'", s.code())).unwrap_or_default();
            let found: Vec<Found> = tx.all(
                &format!(
                    "{SELECT} where o.id in (select id from orders_of where person_id in (select id from person where root_id = $1)) and (o.placed_at, o.id) < ($2, $3){state} \
                     order by o.placed_at desc, o.id desc limit $4"
                ),
                params![who.person, at, id, limit + 1],
            )?;
            let orders = found.into_iter().map(|f| view(tx, who.brand, f)).collect::<Result<Vec<_>>>()?;
            Ok(List::page(orders, limit, |o| format!("{}.{}", o.placed_at, o.id.n())))
        })
        .await?;
    Ok(Json(list))
}

/// One order of the buyer.
#[utoipa::path(get, path = "/mall/v1/orders/{id}", tag = "mall", params(("id" = OrderId, Path)), responses((status = 200, body = MallOrder)))]
pub async fn my_order(State(app): State<App>, who: Buyer, Path(id): Path<OrderId>) -> Answer<Json<MallOrder>> {
    Ok(Json(app.db.read(move |tx| mine(tx, &who, id)).await?))
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PayOrder {
    /// `test` is the built-in channel.
    pub provider: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PayAttempt {
    pub provider: String,
    pub attempt_id: ids::PaymentId,
    pub state: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Paying {
    pub order: MallOrder,
    pub pay: PayAttempt,
}

/// Start paying: opens an attempt at the channel, or answers the one that is open.
#[utoipa::path(post, path = "/mall/v1/orders/{id}/pay", tag = "mall", params(("id" = OrderId, Path)), request_body = PayOrder, responses((status = 200, body = Paying)))]
pub async fn pay(
    State(app): State<App>,
    who: Buyer,
    Path(id): Path<OrderId>,
    once: Once,
    Json(body): Json<PayOrder>,
) -> Answer<Said> {
    if body.provider != "test" {
        return Err(Problem::field("provider", "use test: it is the channel that is set up here").into());
    }
    let once = once.of(&body);
    Ok(app
        .db
        .write(move |tx| {
            once.run(tx, who.brand, &who.principal(), |tx| {
                mine(tx, &who, id)?;
                let o = order::get(tx, who.brand, id)?;
                let a = payment::open(tx, &o, &body.provider)?;
                let pay = PayAttempt { provider: a.provider, attempt_id: a.id, state: a.state };
                Ok(Paying { order: mine(tx, &who, id)?, pay })
            })
        })
        .await?)
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TestOutcome {
    /// `success` or `fail`
    pub outcome: String,
}

/// The test cashier: decides how a payment of the test channel ends.
#[utoipa::path(post, path = "/mall/v1/pay/test/{attempt_id}", tag = "mall", params(("attempt_id" = PaymentId, Path)), request_body = TestOutcome, responses((status = 200, body = MallOrder)))]
pub async fn test_cashier(
    State(app): State<App>,
    who: Buyer,
    Path(id): Path<PaymentId>,
    Json(body): Json<TestOutcome>,
) -> Answer<Json<MallOrder>> {
    let order = app
        .db
        .write(move |tx| {
            let a = payment::attempt(tx, who.brand, id)?;
            mine(tx, &who, a.order)?;
            match (body.outcome.as_str(), a.provider.as_str()) {
                ("success", "test") => {
                    let notice = Notice { attempt: id, channel_no: format!("test-{id}"), amount: a.amount };
                    payment::settle(tx, who.brand, &notice)?;
                }
                ("fail", "test") => {
                    let _ = payment::closed(tx, who.brand, id, "failed")?;
                }
                _ => return Err(Problem::field("outcome", "use success or fail, for a payment of the test channel")),
            }
            mine(tx, &who, a.order)
        })
        .await?;
    Ok(Json(order))
}

/// Loads the buyer's own order, acts, and answers it as it is then.
async fn act(
    app: App,
    who: Buyer,
    id: OrderId,
    what: impl Fn(&mut Tx, &order::Order) -> Result<()> + Send + 'static,
) -> Answer<Json<MallOrder>> {
    let order = app
        .db
        .write(move |tx| {
            mine(tx, &who, id)?;
            let o = order::get(tx, who.brand, id)?;
            what(tx, &o)?;
            mine(tx, &who, id)
        })
        .await?;
    Ok(Json(order))
}

/// Cancel an order that is not paid yet.
#[utoipa::path(post, path = "/mall/v1/orders/{id}/cancel", tag = "mall", params(("id" = OrderId, Path)), responses((status = 200, body = MallOrder)))]
pub async fn cancel_my_order(State(app): State<App>, who: Buyer, Path(id): Path<OrderId>) -> Answer<Json<MallOrder>> {
    act(app, who, id, |tx, o| order::cancel(tx, o, Why::User, None)).await
}

/// The goods arrived.
#[utoipa::path(post, path = "/mall/v1/orders/{id}/received", tag = "mall", params(("id" = OrderId, Path)), responses((status = 200, body = MallOrder)))]
pub async fn received(State(app): State<App>, who: Buyer, Path(id): Path<OrderId>) -> Answer<Json<MallOrder>> {
    act(app, who, id, |tx, o| order::complete(tx, o, None)).await
}
