//! Browsing: the shop, its items and stores. No sign-in needed.
use crate::buyer::Shop;
use crate::product::{ProductId, http::{Category, categories}};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_ground::base::{Fen, Problem, Result, ids};
use weir_ground::event::{BrandId, StoreId};
use weir_ground::http::{Answer, App, Json, List, Page, Path, Query};
use weir_ground::{Tx, Value, from_row, params};

#[derive(Debug, Serialize, ToSchema)]
pub struct ShopBrand {
    pub code: String,
    pub name: String,
    pub currency: String,
    pub timezone: String,
    pub sandbox: bool,
    pub freight_fen: Fen,
    pub free_freight_fen: Fen,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ShopFront {
    pub brand: ShopBrand,
    pub stores: i64,
    pub categories: Vec<Category>,
}

/// The shop: its name, how many stores, its categories.
#[utoipa::path(get, path = "/mall/v1/shop", tag = "mall", responses((status = 200, body = ShopFront)), security(()))]
pub async fn shop(State(app): State<App>, Shop(shop): Shop) -> Answer<Json<ShopFront>> {
    let id = shop.id;
    let (stores, mut list) = app
        .db
        .read(move |tx| {
            let stores = tx.one("select count(*) from store where brand_id = $1 and kind = 'store' and active = 1", params![id])?;
            Ok((stores, categories(tx, id)?))
        })
        .await?;
    list.retain(|c| c.products > 0);
    let brand = ShopBrand {
        code: shop.code,
        name: shop.name,
        currency: shop.currency,
        timezone: shop.timezone,
        sandbox: shop.sandbox,
        freight_fen: shop.settings.freight_fen,
        free_freight_fen: shop.settings.free_freight_fen,
    };
    Ok(Json(ShopFront { brand, stores, categories: list }))
}

/// A product as a customer sees it in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MallItem)]
pub struct Item {
    pub id: ids::ProductId,
    pub name: String,
    pub name_en: Option<String>,
    pub category: String,
    pub image: Option<String>,
    pub price_from_fen: Fen,
    pub sold: i64,
    /// In the chosen store, or in all.
    pub available: i64,
}
from_row!(Item { id, name, name_en, category, image, price_from_fen, sold, available });

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FindItems {
    pub category: Option<String>,
    /// Part of the name.
    pub q: Option<String>,
    /// `popular`, `price` or `new`
    pub sort: Option<String>,
    /// Count stock in this store only.
    #[param(value_type = Option<String>)]
    pub store: Option<StoreId>,
}

fn select(store: Option<StoreId>) -> String {
    let at = store.map(|s| format!(" and k.store_id = {}", s.n())).unwrap_or_default();
    format!(
        "select p.id, p.name, p.name_en, p.category, p.image, coalesce((select min(s.price) from sku s where s.product_id = p.id), 0) as price, p.sold, \
         coalesce((select sum(k.on_hand + k.backorder - k.held) from sku s join stock k on k.sku_id = s.id where s.product_id = p.id{at}), 0) \
         from product p"
    )
}

fn find(tx: &mut Tx, brand: BrandId, ask: &FindItems, page: &Page) -> Result<List<Item>> {
    let limit = page.limit()?;
    let like = tx.engine().like();
    let clean = |t: &Option<String>| t.clone().map(|t| t.trim().to_string()).filter(|t| !t.is_empty() && !t.contains('\0'));
    let (q, category) = (clean(&ask.q).map(|q| format!("%{q}%")), clean(&ask.category));
    // Every order is descending by (key, id); cheap first is the negative price.
    let key = match ask.sort.as_deref() {
        None | Some("popular") => "t.sold",
        Some("price") => "-t.price",
        Some("new") => "t.id",
        Some(_) => return Err(Problem::field("sort", "use popular, price or new")),
    };
    let [after_key, after_id] = page.after([i64::MAX, i64::MAX])?;
    let base = select(ask.store);
    let sql = format!(
        "select t.* from ({base} where p.brand_id = $1 and p.status = 'on_sale' \
         and (cast($2 as text) is null or p.name {like} $2 or p.name_en {like} $2) and (cast($3 as text) is null or p.category = $3)) t \
         where ({key}, t.id) < ($4, $5) order by {key} desc, t.id desc limit $6"
    );
    let params: [Value<'_>; 6] =
        [brand.into(), (&q).into(), (&category).into(), after_key.into(), after_id.into(), (limit + 1).into()];
    let items = tx.all(&sql, &params)?;
    let by = |i: &Item| match ask.sort.as_deref() {
        Some("price") => -i.price_from_fen.0,
        Some("new") => i.id.n(),
        _ => i.sold,
    };
    Ok(List::page(items, limit, |i: &Item| format!("{}.{}", by(i), i.id.n())))
}

/// Items on sale.
#[utoipa::path(get, path = "/mall/v1/products", tag = "mall", params(FindItems, Page), responses((status = 200, body = List<Item>)), security(()))]
pub async fn items(
    State(app): State<App>,
    Shop(shop): Shop,
    Query(ask): Query<FindItems>,
    Query(page): Query<Page>,
) -> Answer<Json<List<Item>>> {
    Ok(Json(app.db.read(move |tx| find(tx, shop.id, &ask, &page)).await?))
}

/// A SKU as a customer sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ItemSku {
    pub id: ids::SkuId,
    pub name: String,
    pub price_fen: Fen,
    pub available: i64,
}
from_row!(ItemSku { id, name, price_fen, available });

/// One product with its choices.
#[derive(Debug, Serialize, ToSchema)]
pub struct ItemPage {
    #[serde(flatten)]
    pub item: Item,
    pub description: Option<String>,
    pub skus: Vec<ItemSku>,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AtStore {
    /// Count stock in this store only.
    #[param(value_type = Option<String>)]
    pub store: Option<StoreId>,
}

/// One item.
#[utoipa::path(get, path = "/mall/v1/products/{id}", tag = "mall", params(("id" = ProductId, Path), AtStore), responses((status = 200, body = ItemPage)), security(()))]
pub async fn item(
    State(app): State<App>,
    Shop(shop): Shop,
    Path(id): Path<ProductId>,
    Query(at): Query<AtStore>,
) -> Answer<Json<ItemPage>> {
    let page = app
        .db
        .read(move |tx| {
            let sql = format!("{} where p.id = $1 and p.brand_id = $2 and p.status = 'on_sale'", select(at.store));
            let item: Item = tx.opt(&sql, params![id, shop.id])?.ok_or_else(|| Problem::not_found("product on sale"))?;
            let here = at.store.map(|s| format!(" and k.store_id = {}", s.n())).unwrap_or_default();
            let skus = tx.all(
                &format!(
                    "select s.id, s.name, s.price, coalesce(sum(k.on_hand + k.backorder - k.held), 0) from sku s \
                     left join stock k on k.sku_id = s.id{here} where s.product_id = $1 group by s.id, s.name, s.price order by s.id"
                ),
                params![id],
            )?;
            let description = tx.one("select description from product where id = $1", params![id])?;
            Ok(ItemPage { item, description, skus })
        })
        .await?;
    Ok(Json(page))
}

/// A store as a customer sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShopStore {
    pub id: ids::StoreId,
    pub name: String,
    pub city: Option<String>,
}
from_row!(ShopStore { id, name, city });

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FindShopStores {
    /// Part of the name or city.
    pub q: Option<String>,
}

/// Stores that are open and have goods.
#[utoipa::path(get, path = "/mall/v1/stores", tag = "mall", params(FindShopStores, Page), responses((status = 200, body = List<ShopStore>)), security(()))]
pub async fn stores(
    State(app): State<App>,
    Shop(shop): Shop,
    Query(ask): Query<FindShopStores>,
    Query(page): Query<Page>,
) -> Answer<Json<List<ShopStore>>> {
    let (limit, [after]) = (page.limit()?, page.after([0])?);
    let list = app
        .db
        .read(move |tx| {
            let like = tx.engine().like();
            let q = ask.q.as_deref().map(str::trim).filter(|q| !q.is_empty() && !q.contains('\0')).map(|q| format!("%{q}%"));
            let items = tx.all(
                &format!(
                    "select id, name, city from store where brand_id = $1 and kind = 'store' and active = 1 \
                     and exists (select 1 from stock k where k.store_id = store.id) and (cast($2 as text) is null or name {like} $2 or city {like} $2) and id > $3 order by id limit $4"
                ),
                params![shop.id, &q, after, limit + 1],
            )?;
            Ok(List::page(items, limit, |s: &ShopStore| s.id.n().to_string()))
        })
        .await?;
    Ok(Json(list))
}
