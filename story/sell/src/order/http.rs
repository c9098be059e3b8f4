//! Orders over HTTP, for staff.
use super::state::{Event as Move, State as OrderState, Verdict, Why, step};
use super::{Order, OrderId};
use crate::mall::checkout::{Address, number};
use crate::refund::{self, RefundLine};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_ground::base::{Fen, Ms, Problem, Result, ids};
use weir_ground::event::{PersonId, StoreId};
use weir_ground::http::{Answer, App, Json, List, Once, Page, Path, Query, Said};
use weir_ground::{Row, Tx, db::row::FromRow, from_row, params, seal};
use weir_keep::store::StoreRef;
use weir_keep::{May, Staff};
use weir_know::person::http::{PersonRef, Wanted};

#[derive(Debug, Serialize, ToSchema)]
pub struct OrderRow {
    pub id: ids::OrderId,
    pub no: String,
    pub state: OrderState,
    /// `mall`, `import` or `api`
    pub source: String,
    pub person: Option<PersonRef>,
    pub store: StoreRef,
    /// `pickup` or `delivery`
    pub delivery: String,
    pub total_fen: Fen,
    pub paid_fen: Fen,
    pub refunded_fen: Fen,
    pub units: i64,
    pub placed_at: Ms,
    pub paid_at: Option<Ms>,
}

impl FromRow for OrderRow {
    fn from_row(r: &Row<'_>) -> Result<OrderRow> {
        let id: OrderId = r.get(0)?;
        let person: Option<PersonId> = r.get(4)?;
        let name: Option<String> = r.get(5)?;
        Ok(OrderRow {
            id,
            no: number(r.get(1)?, id),
            state: OrderState::parse(&r.get::<String>(2)?)?,
            source: r.get(3)?,
            person: person.map(|id| PersonRef { id, name }),
            store: StoreRef { id: r.get(6)?, name: r.get(7)? },
            delivery: r.get(8)?,
            total_fen: r.get(9)?,
            paid_fen: r.get(10)?,
            refunded_fen: r.get(11)?,
            units: r.get(12)?,
            placed_at: r.get(13)?,
            paid_at: r.get(14)?,
        })
    }
}

const SELECT: &str = "select o.id, o.no, o.state, o.source, p.root_id, r.name, o.store_id, s.name, o.delivery, o.total, o.paid, o.refunded, \
    o.units, o.placed_at, o.paid_at from orders o join store s on s.id = o.store_id join person p on p.id = o.person_id \
    join person r on r.id = p.root_id";

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FindOrders {
    /// An order number or id, a part of the customer's name, a whole phone number or its last four digits.
    pub q: Option<String>,
    pub state: Option<OrderState>,
    #[param(value_type = Option<String>)]
    pub store: Option<StoreId>,
    #[param(value_type = Option<String>)]
    pub person: Option<PersonId>,
    pub source: Option<String>,
}

fn list(tx: &mut Tx, who: &Staff, find: &FindOrders, page: &Page) -> Result<List<OrderRow>> {
    let (limit, [at, after]) = (page.limit()?, page.after([i64::MAX, i64::MAX])?);
    let like = tx.engine().like();
    let q = find.q.as_deref().map(str::trim).filter(|q| !q.is_empty() && !q.contains('\0'));
    let id: Option<OrderId> = q.and_then(|q| {
        let text = if q.starts_with("ord_") { q.to_string() } else { format!("ord_{}", q.to_lowercase()) };
        text.parse().ok()
    });
    let by = q.map(|q| Wanted::new(&tx.keys(who.brand), q)).unwrap_or_default();
    let part = q.map(|q| format!("%{q}%"));
    // The plus sign keeps the few orders of a person from being looked for among all of the brand.
    let mut scope = String::from(if find.person.is_some() { "+o.brand_id = $1" } else { "o.brand_id = $1" });
    if let Some(s) = find.state {
        scope += &format!(" and o.state = '{}'", s.code());
    }
    if let Some(s) = find.store {
        scope += &format!(" and o.store_id = {}", s.n());
    }
    if let Some(p) = find.person {
        scope += &format!(" and o.id in (select id from orders_of where person_id in (select id from person where root_id = {}))", p.n());
    }
    match find.source.as_deref() {
        None | Some("") => {}
        Some(s @ ("mall" | "import" | "api")) => scope += &format!(" and o.source = '{s}'"),
        Some(_) => return Err(Problem::field("source", "use mall, import or api")),
    }
    scope += &who.within("o.store_id");
    // Counting needs no names; a search by text is not counted.
    let total = match q {
        None => Some(tx.one(&format!("select count(*) from orders o where {scope}"), params![who.brand])?),
        Some(_) => None,
    };
    let rows = tx.all(
        &format!(
            "{SELECT} where {scope} and (cast($2 as text) is null or o.no = $2 or o.id = $3 or r.name {like} $4 or r.phone_index = $5 or r.phone_tail = $6) \
             and (o.placed_at, o.id) < ($7, $8) order by o.placed_at desc, o.id desc limit $9"
        ),
        params![who.brand, q, id, &part, &by.phone, &by.tail, at, after, limit + 1],
    )?;
    let mut list = List::page(rows, limit, |o: &OrderRow| format!("{}.{}", o.placed_at, o.id.n()));
    list.total = total;
    Ok(list)
}

/// Find orders, newest first. `total` is given when nothing is searched for by text.
#[utoipa::path(get, path = "/api/v1/orders", tag = "sell", params(FindOrders, Page), responses((status = 200, body = List<OrderRow>)))]
pub async fn list_orders(
    State(app): State<App>,
    who: Staff,
    Query(find): Query<FindOrders>,
    Query(page): Query<Page>,
) -> Answer<Json<List<OrderRow>>> {
    who.need(May::OrderRead)?;
    Ok(Json(app.db.read(move |tx| list(tx, &who, &find, &page)).await?))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct OrderLine {
    pub n: i64,
    pub sku_id: Option<ids::SkuId>,
    pub product_id: Option<ids::ProductId>,
    pub name: String,
    pub image: Option<String>,
    pub quantity: i64,
    pub price_fen: Fen,
    pub amount_fen: Fen,
    /// Units and money that went back or are on their way.
    pub refunded_quantity: i64,
    pub refunded_fen: Fen,
}
from_row!(OrderLine { n, sku_id, product_id, name, image, quantity, price_fen, amount_fen, refunded_quantity, refunded_fen });

#[derive(Debug, Serialize, ToSchema)]
pub struct OrderPayment {
    pub id: ids::PaymentId,
    pub provider: String,
    /// `open`, `paid`, `closed`, `failed` or `mismatch`
    pub state: String,
    pub amount_fen: Fen,
    pub at: Ms,
}
from_row!(OrderPayment { id, provider, state, amount_fen, at });

#[derive(Debug, Serialize, ToSchema)]
pub struct OrderRefund {
    pub id: ids::RefundId,
    /// `requested`, `sent`, `succeeded`, `closed`, `abnormal` or `voided`
    pub state: String,
    pub amount_fen: Fen,
    pub reason: String,
    pub at: Ms,
}
from_row!(OrderRefund { id, state, amount_fen, reason, at });

#[derive(Debug, Serialize, ToSchema)]
pub struct OrderCommission {
    pub beneficiary: PersonRef,
    /// `pending`, `payable` or `reversed`
    pub state: String,
    pub amount_fen: Fen,
    pub reversed_fen: Fen,
}

/// A step of the order's life.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderStep {
    pub name: String,
    pub at: Ms,
    pub actor_name: Option<String>,
}

/// Everything about one order.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderPage {
    #[serde(flatten)]
    pub row: OrderRow,
    pub lines: Vec<OrderLine>,
    pub goods_fen: Fen,
    pub freight_fen: Fen,
    /// Masked; those who may see it whole ask for it (`…/reveal`).
    pub address: Option<Address>,
    pub note: Option<String>,
    pub pickup_code: Option<String>,
    pub payments: Vec<OrderPayment>,
    pub refunds: Vec<OrderRefund>,
    /// Who brought the customer, as it was when the order was placed.
    pub referrer: Option<PersonRef>,
    pub commission: Vec<OrderCommission>,
    pub history: Vec<OrderStep>,
    pub expires_at: Option<Ms>,
    /// What may be done now: `ready`, `fulfil`, `complete`, `cancel`, `refund`.
    pub moves: Vec<String>,
}

fn moves(state: OrderState, source: &str) -> Vec<String> {
    let allowed = |m: Move| matches!(step(state, None, m), Verdict::Go(_));
    let mut list = vec![];
    for (name, event) in [("ready", Move::MakeReady), ("fulfil", Move::Fulfil), ("complete", Move::Complete)] {
        if allowed(event) {
            list.push(name.to_string());
        }
    }
    if state == OrderState::Placed {
        list.push("cancel".into());
    }
    if source != "import" && allowed(Move::AllRefunded) && state != OrderState::PaidLate {
        list.push("refund".into());
    }
    list
}

/// An order within the asker's scope.
pub fn page(tx: &mut Tx, who: &Staff, id: OrderId) -> Result<OrderPage> {
    let sql = format!("{SELECT} where o.id = $1 and o.brand_id = $2{}", who.within("o.store_id"));
    let row: OrderRow = tx.opt(&sql, params![id, who.brand])?.ok_or_else(|| Problem::not_found("order"))?;
    type More = (Fen, Fen, Option<String>, Option<String>, Option<String>, Option<Ms>, Option<PersonId>);
    let (goods_fen, freight_fen, address, note, pickup_code, expires_at, referrer): More = tx.one(
        "select goods, freight, address, note, pickup_code, expires_at, referrer_id from orders where id = $1",
        params![id],
    )?;
    let named = |tx: &mut Tx, id: PersonId| -> Result<PersonRef> {
        Ok(PersonRef { id, name: tx.opt::<Option<String>>("select name from person where id = $1", params![id])?.flatten() })
    };
    let rows: Vec<(PersonId, String, Fen, Fen)> = tx.all(
        "select beneficiary_id, state, amount, reversed from commission where order_id = $1 order by level",
        params![id],
    )?;
    let mut commission = vec![];
    for (beneficiary, state, amount_fen, reversed_fen) in rows {
        commission.push(OrderCommission { beneficiary: named(tx, beneficiary)?, state, amount_fen, reversed_fen });
    }
    let person = row.person.as_ref().map(|p| p.id);
    let history = weir_keep::audit::events(
        tx,
        "e.id in (select id from event_of where person_id in (select id from person where root_id = $1)) and e.name like 'order.%' and e.props like $2",
        "order by e.id",
        params![person, &format!("%{id}%")],
    )?;
    let lines = tx.all(
        "select l.n, l.sku_id, s.product_id, l.name, p.image, l.quantity, l.price, l.amount, l.refunded_quantity, l.refunded \
         from order_line l left join sku s on s.id = l.sku_id left join product p on p.id = s.product_id where l.order_id = $1 order by l.n",
        params![id],
    )?;
    let keys = tx.keys(who.brand);
    let (address, note) = (keys.open_opt(address.as_deref())?, keys.open_opt(note.as_deref())?);
    let address = address.and_then(|a| serde_json::from_str::<Address>(&a).ok()).map(|a| a.masked());
    Ok(OrderPage {
        lines,
        goods_fen,
        freight_fen,
        address,
        note: note.map(|n| seal::veil(&n).into_owned()),
        pickup_code,
        payments: tx.all(
            "select id, provider, state, amount, coalesce(settled_at, opened_at) from payment where order_id = $1 order by id",
            params![id],
        )?,
        refunds: tx.all(
            "select id, state, amount, reason, coalesce(settled_at, created_at) from refund where order_id = $1 order by id",
            params![id],
        )?,
        referrer: referrer.map(|r| named(tx, r)).transpose()?,
        commission,
        history: history.into_iter().map(|e| OrderStep { name: e.name, at: e.at, actor_name: e.actor_name }).collect(),
        expires_at: expires_at.filter(|_| row.state == OrderState::Placed),
        moves: moves(row.state, &row.source),
        row,
    })
}

/// One order.
#[utoipa::path(get, path = "/api/v1/orders/{id}", tag = "sell", params(("id" = OrderId, Path)), responses((status = 200, body = OrderPage)))]
pub async fn get_order(State(app): State<App>, who: Staff, Path(id): Path<OrderId>) -> Answer<Json<OrderPage>> {
    who.need(May::OrderRead)?;
    Ok(Json(app.db.read(move |tx| page(tx, &who, id)).await?))
}

/// Loads the order within scope, acts, and answers the page.
async fn act(
    app: App,
    who: Staff,
    id: OrderId,
    what: impl Fn(&mut Tx, &Order, &Staff) -> Result<()> + Send + 'static,
) -> Answer<Json<OrderPage>> {
    let page = app
        .db
        .write(move |tx| {
            page(tx, &who, id)?;
            let o = super::get(tx, who.brand, id)?;
            what(tx, &o, &who)?;
            page(tx, &who, id)
        })
        .await?;
    Ok(Json(page))
}

/// The order is packed, or ready to be picked up.
#[utoipa::path(post, path = "/api/v1/orders/{id}/ready", tag = "sell", params(("id" = OrderId, Path)), responses((status = 200, body = OrderPage)))]
pub async fn ready(State(app): State<App>, who: Staff, Path(id): Path<OrderId>) -> Answer<Json<OrderPage>> {
    who.need(May::OrderFulfil)?;
    act(app, who, id, |tx, o, who| super::ready(tx, o, Some(&who.actor))).await
}

/// The goods were handed over or shipped.
#[utoipa::path(post, path = "/api/v1/orders/{id}/fulfil", tag = "sell", params(("id" = OrderId, Path)), responses((status = 200, body = OrderPage)))]
pub async fn fulfil(State(app): State<App>, who: Staff, Path(id): Path<OrderId>) -> Answer<Json<OrderPage>> {
    who.need(May::OrderFulfil)?;
    act(app, who, id, |tx, o, who| super::fulfil(tx, o, Some(&who.actor))).await
}

/// The customer has the goods.
#[utoipa::path(post, path = "/api/v1/orders/{id}/complete", tag = "sell", params(("id" = OrderId, Path)), responses((status = 200, body = OrderPage)))]
pub async fn complete(State(app): State<App>, who: Staff, Path(id): Path<OrderId>) -> Answer<Json<OrderPage>> {
    who.need(May::OrderFulfil)?;
    act(app, who, id, |tx, o, who| super::complete(tx, o, Some(&who.actor))).await
}

/// Cancel an order that is not paid.
#[utoipa::path(post, path = "/api/v1/orders/{id}/cancel", tag = "sell", params(("id" = OrderId, Path)), responses((status = 200, body = OrderPage)))]
pub async fn cancel(State(app): State<App>, who: Staff, Path(id): Path<OrderId>) -> Answer<Json<OrderPage>> {
    who.need(May::OrderFulfil)?;
    act(app, who, id, |tx, o, who| super::cancel(tx, o, Why::User, Some(&who.actor))).await
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskRefund {
    /// Absent: everything that is left, with the freight.
    pub lines: Option<Vec<RefundLine>>,
    pub reason: String,
}

/// Refund units of an order, or all that is left.
#[utoipa::path(post, path = "/api/v1/orders/{id}/refunds", tag = "sell", params(("id" = OrderId, Path)), request_body = AskRefund, responses((status = 200, body = OrderPage)))]
pub async fn refund_order(
    State(app): State<App>,
    who: Staff,
    Path(id): Path<OrderId>,
    once: Once,
    Json(body): Json<AskRefund>,
) -> Answer<Said> {
    who.need(May::OrderRefund)?;
    let reason = weir_keep::store::name(&body.reason).map_err(|_| Problem::field("reason", "use 1 to 100 characters"))?;
    if matches!(reason.as_str(), "surplus" | "paid_late") {
        return Err(Problem::field("reason", "say in your own words why").into());
    }
    let once = once.of(&body);
    Ok(app
        .db
        .write(move |tx| {
            once.run(tx, who.brand, &who.actor, |tx| {
                page(tx, &who, id)?;
                let o = super::get(tx, who.brand, id)?;
                refund::request(tx, &o, body.lines.as_deref(), &reason, Some(&who.actor))?;
                page(tx, &who, id)
            })
        })
        .await?)
}
