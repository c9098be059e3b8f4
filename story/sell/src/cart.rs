//! The cart remembers choices, not prices, and reserves nothing (C8).
use crate::buyer::Buyer;
use crate::stock::SkuId;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_ground::base::{Fen, Problem, Result, ids};
use weir_ground::http::{Answer, App, Json, Path};
use weir_ground::{Tx, from_row, params};

#[derive(Debug, Serialize, ToSchema)]
pub struct CartItem {
    pub sku_id: ids::SkuId,
    pub product_id: ids::ProductId,
    pub name: String,
    pub sku_name: String,
    pub image: Option<String>,
    pub price_fen: Fen,
    pub quantity: i64,
    /// In all stores; advice, not a promise.
    pub available: i64,
}
from_row!(CartItem { sku_id, product_id, name, sku_name, image, price_fen, quantity, available });

#[derive(Debug, Serialize, ToSchema)]
pub struct Cart {
    pub items: Vec<CartItem>,
    pub goods_fen: Fen,
}

fn cart(tx: &mut Tx, who: &Buyer) -> Result<Cart> {
    let items: Vec<CartItem> = tx.all(
        "select s.id, p.id, p.name, s.name, p.image, s.price, c.quantity, \
         coalesce((select sum(k.on_hand + k.backorder - k.held) from stock k where k.sku_id = s.id), 0) \
         from cart_line c join sku s on s.id = c.sku_id join product p on p.id = s.product_id \
         where c.person_id = $1 and c.brand_id = $2 and p.status = 'on_sale' order by c.at desc, s.id",
        params![who.person, who.brand],
    )?;
    let goods_fen = items.iter().map(|i| i.price_fen.times(i.quantity)).sum();
    Ok(Cart { items, goods_fen })
}

/// What is in the cart, at today's prices.
#[utoipa::path(get, path = "/mall/v1/cart", tag = "mall", responses((status = 200, body = Cart)))]
pub async fn get_cart(State(app): State<App>, who: Buyer) -> Answer<Json<Cart>> {
    Ok(Json(app.db.read(move |tx| cart(tx, &who)).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutCart {
    /// 0 removes the item.
    #[schema(minimum = 0, maximum = 999)]
    pub quantity: i64,
}

/// Set how many of a SKU are in the cart.
#[utoipa::path(put, path = "/mall/v1/cart/{sku_id}", tag = "mall", params(("sku_id" = SkuId, Path)), request_body = PutCart, responses((status = 200, body = Cart)))]
pub async fn put_cart(
    State(app): State<App>,
    who: Buyer,
    Path(sku): Path<SkuId>,
    Json(body): Json<PutCart>,
) -> Answer<Json<Cart>> {
    if !(0..=999).contains(&body.quantity) {
        return Err(Problem::field("quantity", "use 0 to 999").into());
    }
    let cart = app
        .db
        .write(move |tx| {
            let now = tx.now();
            if body.quantity == 0 {
                tx.exec("delete from cart_line where person_id = $1 and sku_id = $2", params![who.person, sku])?;
            } else {
                let ours: Option<i64> = tx.opt("select 1 from sku where id = $1 and brand_id = $2", params![sku, who.brand])?;
                ours.ok_or_else(|| Problem::not_found("SKU"))?;
                tx.exec(
                    "insert into cart_line (person_id, sku_id, brand_id, quantity, at) values ($1, $2, $3, $4, $5) \
                     on conflict (person_id, sku_id) do update set quantity = excluded.quantity",
                    params![who.person, sku, who.brand, body.quantity, now],
                )?;
            }
            cart(tx, &who)
        })
        .await?;
    Ok(Json(cart))
}
