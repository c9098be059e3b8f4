//! Products and their SKUs.
pub mod http;

use crate::events;
use crate::stock::SkuId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_ground::base::{Fen, Ms, Problem, Result, ids};
use weir_ground::event::BrandId;
use weir_ground::{Fact, Row, Tx, db::row::FromRow, from_row, params};
use weir_keep::store::{code, name};

pub type ProductId = ids::ProductId;

/// A SKU as it is shown: stock is the sum over stores.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Sku {
    pub id: ids::SkuId,
    pub code: String,
    pub name: String,
    pub price_fen: Fen,
    pub on_hand: i64,
    pub held: i64,
    pub available: i64,
}
from_row!(Sku { id, code, name, price_fen, on_hand, held, available });

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Product {
    pub id: ids::ProductId,
    pub code: String,
    pub name: String,
    pub name_en: Option<String>,
    pub category: String,
    pub category_zh: String,
    pub category_en: String,
    pub image: Option<String>,
    pub description: Option<String>,
    /// `on_sale` or `off_sale`
    pub status: String,
    pub price_from_fen: Fen,
    pub stock_total: i64,
    /// Units sold, all stores.
    pub sold: i64,
    pub skus: Vec<Sku>,
    pub created_at: Ms,
}

impl FromRow for Product {
    fn from_row(r: &Row<'_>) -> Result<Product> {
        let category: String = r.get(4)?;
        let (zh, en): (Option<String>, Option<String>) = (r.get(5)?, r.get(6)?);
        Ok(Product {
            id: r.get(0)?,
            code: r.get(1)?,
            name: r.get(2)?,
            name_en: r.get(3)?,
            category_zh: zh.unwrap_or_else(|| category.clone()),
            category_en: en.unwrap_or_else(|| category.clone()),
            category,
            image: r.get(7)?,
            description: r.get(8)?,
            status: r.get(9)?,
            sold: r.get(10)?,
            created_at: r.get(11)?,
            price_from_fen: Fen::ZERO,
            stock_total: 0,
            skus: vec![],
        })
    }
}

pub(crate) const SELECT: &str = "select p.id, p.code, p.name, p.name_en, p.category, c.zh, c.en, p.image, p.description, \
    p.status, p.sold, p.created_at from product p left join category c on c.brand_id = p.brand_id and c.code = p.category";

/// Adds SKUs with their stock.
pub(crate) fn with_skus(tx: &mut Tx, mut p: Product) -> Result<Product> {
    p.skus = tx.all(
        "select s.id, s.code, s.name, s.price, coalesce(sum(k.on_hand), 0), coalesce(sum(k.held), 0), \
         coalesce(sum(k.on_hand + k.backorder - k.held), 0) from sku s left join stock k on k.sku_id = s.id \
         where s.product_id = $1 group by s.id, s.code, s.name, s.price order by s.id",
        params![p.id],
    )?;
    p.price_from_fen = p.skus.iter().map(|s| s.price_fen).min().unwrap_or_default();
    p.stock_total = p.skus.iter().map(|s| s.available).sum();
    Ok(p)
}

pub fn get(tx: &mut Tx, brand: BrandId, id: ProductId) -> Result<Product> {
    let found: Option<Product> =
        tx.opt(&format!("{SELECT} where p.id = $1 and p.brand_id = $2"), params![id, brand])?;
    with_skus(tx, found.ok_or_else(|| Problem::not_found("product"))?)
}

/// A SKU to be made or changed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutSku {
    /// Absent for a new one.
    pub id: Option<ids::SkuId>,
    pub code: String,
    #[serde(default)]
    pub name: String,
    pub price_fen: Fen,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddProduct {
    pub code: String,
    pub name: String,
    pub name_en: Option<String>,
    pub category: String,
    /// A path on this server or a URL.
    pub image: Option<String>,
    pub description: Option<String>,
    pub status: String,
    pub skus: Vec<PutSku>,
}

/// What is absent stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditProduct {
    pub name: Option<String>,
    pub name_en: Option<String>,
    pub category: Option<String>,
    pub image: Option<String>,
    pub description: Option<String>,
    pub status: Option<String>,
    /// SKUs named by id are changed, others are added; none is ever deleted.
    pub skus: Option<Vec<PutSku>>,
}

fn status(text: &str) -> Result<&str> {
    match text {
        "on_sale" | "off_sale" => Ok(text),
        _ => Err(Problem::field("status", "use on_sale or off_sale")),
    }
}

fn long_text(field: &str, text: &Option<String>, most: usize) -> Result<()> {
    match text {
        Some(t) if t.chars().count() > most || t.contains('\0') => {
            Err(Problem::field(field, format!("use at most {most} characters")))
        }
        _ => Ok(()),
    }
}

/// A category is made when it is first used; its names can be given later.
pub fn category(tx: &mut Tx, brand: BrandId, category: &str, zh: Option<&str>, en: Option<&str>) -> Result<String> {
    let category = code(category).map_err(|_| Problem::field("category", "use 1 to 40 letters, digits, - _ or ."))?;
    tx.exec(
        "insert into category (brand_id, code, zh, en) values ($1, $2, coalesce($3, $2), coalesce($4, $2)) \
         on conflict (brand_id, code) do update set zh = coalesce($3, category.zh), en = coalesce($4, category.en)",
        params![brand, &category, zh, en],
    )?;
    Ok(category)
}

/// Makes a product with its SKUs.
pub fn add(tx: &mut Tx, brand: BrandId, actor: &str, new: &AddProduct) -> Result<ProductId> {
    if new.skus.is_empty() || new.skus.len() > 200 {
        return Err(Problem::field("skus", "use 1 to 200 SKUs"));
    }
    long_text("description", &new.description, 5000)?;
    long_text("image", &new.image, 500)?;
    long_text("name_en", &new.name_en, 200)?;
    let (id, now): (ProductId, Ms) = (tx.new_id(), tx.now());
    let (product_code, category) = (code(&new.code)?, category(tx, brand, &new.category, None, None)?);
    tx.guard(
        "insert into product (id, brand_id, code, name, name_en, category, image, description, status, created_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing",
        params![
            id, brand, &product_code, &name(&new.name)?, &new.name_en, &category, &new.image, &new.description,
            status(&new.status)?, now
        ],
    )?
    .or(|| Problem::conflict(format!("There is a product with the code {product_code} already.")).with("code", "taken"))?;
    for sku in &new.skus {
        put_sku(tx, brand, id, sku)?;
    }
    changed(tx, brand, actor, id, "added")?;
    Ok(id)
}

fn changed(tx: &mut Tx, brand: BrandId, actor: &str, id: ProductId, what: &str) -> Result<()> {
    let props = serde_json::json!({ "product": id, "what": what }).to_string();
    let now = tx.now();
    let _ = tx.record(&Fact::new(brand, events::PRODUCT_CHANGED, now).actor(actor).props(&props))?;
    Ok(())
}

fn put_sku(tx: &mut Tx, brand: BrandId, product: ProductId, sku: &PutSku) -> Result<()> {
    let sku_code = code(&sku.code).map_err(|_| Problem::field("skus.code", "use 1 to 40 letters, digits, - _ or ."))?;
    if !(0..=100_000_000).contains(&sku.price_fen.0) {
        return Err(Problem::field("skus.price_fen", "use 0 to 100,000,000 fen"));
    }
    if sku.name.chars().count() > 100 || sku.name.contains('\0') {
        return Err(Problem::field("skus.name", "use at most 100 characters"));
    }
    let taken = || Problem::conflict(format!("There is a SKU with the code {sku_code} already.")).with("skus.code", "taken");
    let outcome = match sku.id {
        Some(id) => {
            let other: Option<i64> = tx.opt(
                "select 1 from sku where brand_id = $1 and code = $2 and id <> $3",
                params![brand, &sku_code, id],
            )?;
            if other.is_some() {
                return Err(taken());
            }
            tx.guard(
                "update sku set code = $1, name = $2, price = $3 where id = $4 and product_id = $5 and brand_id = $6",
                params![&sku_code, &sku.name, sku.price_fen, id, product, brand],
            )?
            .or(|| Problem::not_found("SKU of this product"))?;
            return Ok(());
        }
        None => {
            let id: SkuId = tx.new_id();
            tx.guard(
                "insert into sku (id, brand_id, product_id, code, name, price) values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
                params![id, brand, product, &sku_code, &sku.name, sku.price_fen],
            )?
        }
    };
    outcome.or(taken)
}

pub fn edit(tx: &mut Tx, brand: BrandId, actor: &str, id: ProductId, e: &EditProduct) -> Result<Product> {
    let was = get(tx, brand, id)?;
    long_text("description", &e.description, 5000)?;
    long_text("image", &e.image, 500)?;
    long_text("name_en", &e.name_en, 200)?;
    let title = e.name.as_deref().map_or(Ok(was.name), name)?;
    let category = match &e.category {
        Some(c) => category(tx, brand, c, None, None)?,
        None => was.category,
    };
    tx.guard(
        "update product set name = $1, name_en = coalesce($2, name_en), category = $3, image = coalesce($4, image), \
         description = coalesce($5, description), status = $6 where id = $7 and brand_id = $8",
        params![
            &title, &e.name_en, &category, &e.image, &e.description,
            status(e.status.as_deref().unwrap_or(&was.status))?, id, brand
        ],
    )?
    .or(|| Problem::not_found("product"))?;
    for sku in e.skus.iter().flatten() {
        put_sku(tx, brand, id, sku)?;
    }
    changed(tx, brand, actor, id, "edited")?;
    get(tx, brand, id)
}

/// Counts what was sold, behind the orders.
pub struct Sold;

impl weir_ground::reader::Reader for Sold {
    fn name(&self) -> &'static str {
        "sell.sold"
    }
    fn wants(&self, event: &str) -> bool {
        event == events::ORDER_PAID
    }
    fn read(&self, tx: &mut Tx, e: &weir_ground::Event) -> Result<()> {
        let Some(order) = order_of(&e.props) else { return Ok(()) };
        tx.tally(
            "update product set sold = sold + (select sum(l.quantity) from order_line l join sku s on s.id = l.sku_id \
             where l.order_id = $1 and s.product_id = product.id) \
             where id in (select s.product_id from order_line l join sku s on s.id = l.sku_id where l.order_id = $1)",
            params![order],
        )?;
        Ok(())
    }
}

/// The order that an event's props name.
pub(crate) fn order_of(props: &str) -> Option<ids::OrderId> {
    props.split_once(r#""order":""#)?.1.split('"').next()?.parse().ok()
}
