//! Products and orders from files.
use crate::order::imported::{Imported, ImportedLine, keep};
use crate::product::{self, AddProduct, EditProduct, PutSku};
use crate::stock::{self, SkuId};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use weir_gather::import::{Ctx, Fate, Field, Row, Sink, field};
use weir_ground::base::{Fen, Result};
use weir_ground::event::{PersonId, StoreId};
use weir_ground::{Tx, params};
use weir_keep::store;
use weir_know::identity;

/// A product with one SKU a row; further rows of the same product add SKUs.
pub struct Products;

mod p {
    pub const CODE: usize = 0;
    pub const NAME: usize = 1;
    pub const NAME_EN: usize = 2;
    pub const CATEGORY: usize = 3;
    pub const CATEGORY_ZH: usize = 4;
    pub const CATEGORY_EN: usize = 5;
    pub const IMAGE: usize = 6;
    pub const SKU: usize = 7;
    pub const SKU_NAME: usize = 8;
    pub const PRICE: usize = 9;
    pub const DESCRIPTION: usize = 10;
    pub const STATUS: usize = 11;
    pub const STOCK: usize = 12;
    pub const STORE: usize = 13;
}

const PRODUCT_FIELDS: &[Field] = &[
    field("product_code", true, "商品编码", "Product code", &["code", "spu", "货号"]),
    field("name", true, "商品名称", "Name", &["product_name", "title", "商品名", "名称"]),
    field("name_en", false, "英文名称", "English name", &["english_name"]),
    field("category", true, "类目编码", "Category code", &["分类", "类目"]),
    field("category_zh", false, "类目名称", "Category name (Chinese)", &["分类名称"]),
    field("category_en", false, "类目英文名", "Category name (English)", &[]),
    field("image", false, "图片", "Image", &["image_url", "主图", "图片地址"]),
    field("sku_code", false, "规格编码", "SKU code", &["sku", "条码", "barcode"]),
    field("sku_name", false, "规格", "SKU name", &["规格名称", "spec"]),
    field("price_yuan", true, "售价（元）", "Price (yuan)", &["price", "售价", "价格", "单价"]),
    field("description", false, "描述", "Description", &["详情", "商品描述"]),
    field("status", false, "状态", "Status", &["上下架", "上架状态"]),
    field("stock", false, "库存", "Stock", &["库存数量", "quantity"]),
    field("store_code", false, "库存门店编码", "Store of the stock", &["门店编码", "store"]),
];

impl Sink for Products {
    fn kind(&self) -> &'static str {
        "products"
    }
    fn fields(&self) -> &'static [Field] {
        PRODUCT_FIELDS
    }
    fn apply(&self, tx: &mut Tx, ctx: &Ctx, rows: &[Row]) -> Result<Vec<Fate>> {
        rows.iter().map(|row| one_product(tx, ctx, row)).collect()
    }
}

fn one_product(tx: &mut Tx, ctx: &Ctx, row: &Row) -> Result<Fate> {
    let Some(price) = Fen::parse_yuan(row.at(p::PRICE)).filter(|f| f.0 >= 0) else {
        return Ok(Err(format!("price_yuan: {} is not an amount in yuan", row.at(p::PRICE))));
    };
    let status = match row.at(p::STATUS) {
        "" | "on_sale" | "上架" => "on_sale",
        "off_sale" | "下架" => "off_sale",
        other => return Ok(Err(format!("status: {other} is neither on_sale nor off_sale"))),
    };
    let units = match row.given(p::STOCK).map(str::parse::<i64>) {
        None => 0,
        Some(Ok(n)) if (0..=10_000_000).contains(&n) => n,
        Some(_) => return Ok(Err(format!("stock: {} is not a number of units", row.at(p::STOCK)))),
    };
    let place = match row.given(p::STORE) {
        None => store::hq(tx, ctx.brand)?,
        Some(code) => match store::by_code(tx, ctx.brand, code)? {
            Some(id) => id,
            None => return Ok(Err(format!("store_code: there is no store {code}"))),
        },
    };
    let actor = ctx.actor.as_deref().unwrap_or("system").to_string();
    let own = |i: usize| row.given(i).map(str::to_string);
    let sku_code = row.given(p::SKU).unwrap_or(row.at(p::CODE)).to_string();
    // Checked before anything is written: a bad row costs nothing and leaves nothing.
    for (name, value) in [("product_code", row.at(p::CODE)), ("sku_code", &sku_code), ("category", row.at(p::CATEGORY))] {
        if let Err(problem) = store::code(value) {
            return Ok(Err(format!("{name}: {}", problem.detail)));
        }
    }
    if let Err(problem) = store::name(row.at(p::NAME)) {
        return Ok(Err(problem.detail));
    }
    product::category(tx, ctx.brand, row.at(p::CATEGORY), row.given(p::CATEGORY_ZH), row.given(p::CATEGORY_EN))?;
    let known: Option<product::ProductId> =
        tx.opt("select id from product where brand_id = $1 and code = $2", params![ctx.brand, row.at(p::CODE)])?;
    let known_sku: Option<(SkuId, product::ProductId)> =
        tx.opt("select id, product_id from sku where brand_id = $1 and code = $2", params![ctx.brand, &sku_code])?;
    if known_sku.is_some_and(|(_, of)| Some(of) != known) {
        return Ok(Err(format!("sku_code: {sku_code} belongs to another product")));
    }
    let sku = PutSku {
        id: known_sku.map(|s| s.0),
        code: sku_code.clone(),
        name: own(p::SKU_NAME).unwrap_or_default(),
        price_fen: price,
    };
    match known {
        None => {
            let new = AddProduct {
                code: row.at(p::CODE).into(),
                name: row.at(p::NAME).into(),
                name_en: own(p::NAME_EN),
                category: row.at(p::CATEGORY).into(),
                image: own(p::IMAGE),
                description: own(p::DESCRIPTION),
                status: status.into(),
                skus: vec![sku],
            };
            product::add(tx, ctx.brand, &actor, &new)?;
        }
        Some(id) => {
            let change = EditProduct {
                name: own(p::NAME),
                name_en: own(p::NAME_EN),
                category: own(p::CATEGORY),
                image: own(p::IMAGE),
                description: own(p::DESCRIPTION),
                status: Some(status.into()),
                skus: Some(vec![sku]),
            };
            product::edit(tx, ctx.brand, &actor, id, &change)?;
        }
    }
    // Stock is set only for a new SKU: a file that is read again must not count goods twice.
    if units > 0 && known_sku.is_none() {
        let id: SkuId = tx.one("select id from sku where brand_id = $1 and code = $2", params![ctx.brand, &sku_code])?;
        stock::adjust(tx, ctx.brand, (id, place), units, "import", &actor)?;
    }
    Ok(Ok(()))
}

/// Orders of other systems: one row a line, lines of an order together.
pub struct Orders;

mod o {
    pub const NO: usize = 0;
    pub const PERSON: usize = 1;
    pub const STORE: usize = 2;
    pub const AT: usize = 3;
    pub const SKU: usize = 4;
    pub const NAME: usize = 5;
    pub const QUANTITY: usize = 6;
    pub const AMOUNT: usize = 7;
    pub const PHONE: usize = 8;
}

const ORDER_FIELDS: &[Field] = &[
    field("order_no", true, "订单号", "Order number", &["order_id", "订单编号", "单号"]),
    field("person_key", false, "客户编号", "Customer number", &["customer_id", "会员号", "会员编号", "external_id"]),
    field("store_code", true, "门店编码", "Store code", &["store", "门店"]),
    field("placed_at", true, "下单时间", "Time of the order", &["time", "created_at", "支付时间", "时间"]),
    field("sku_code", false, "规格编码", "SKU code", &["sku", "条码", "barcode"]),
    field("name", false, "商品名称", "Line name", &["product_name", "商品"]),
    field("quantity", false, "数量", "Quantity", &["qty", "件数"]),
    field("amount_yuan", true, "实付金额（元）", "Amount paid (yuan)", &["amount", "金额", "实付", "total"]),
    field("phone", false, "手机号", "Phone", &["mobile", "手机", "电话"]),
];

/// What codes in a file stand for, looked up once a call.
#[derive(Default)]
struct Known {
    stores: HashMap<String, Option<StoreId>>,
    skus: HashMap<String, Option<(SkuId, String)>>,
    persons: HashMap<(&'static str, String), PersonId>,
}

impl Sink for Orders {
    fn kind(&self) -> &'static str {
        "orders"
    }
    fn fields(&self) -> &'static [Field] {
        ORDER_FIELDS
    }
    fn group(&self) -> Option<usize> {
        Some(o::NO)
    }
    fn apply(&self, tx: &mut Tx, ctx: &Ctx, rows: &[Row]) -> Result<Vec<Fate>> {
        let mut known = Known::default();
        let mut fates = Vec::with_capacity(rows.len());
        for lines in rows.chunk_by(|a, b| a.at(o::NO) == b.at(o::NO)) {
            let fate = match read_order(tx, ctx, lines, &mut known)? {
                Ok(order) => match keep(tx, ctx.brand, &order) {
                    Ok(_) => Ok(()),
                    Err(p) if p.code == weir_ground::base::Code::Internal => return Err(p),
                    Err(p) => Err(p.detail),
                },
                Err(reason) => Err(reason),
            };
            fates.extend(std::iter::repeat_n(fate, lines.len()));
        }
        Ok(fates)
    }
}

fn read_order(tx: &mut Tx, ctx: &Ctx, lines: &[Row], known: &mut Known) -> Result<Result<Imported, String>> {
    let first = &lines[0];
    let head = |r: &Row| [o::PERSON, o::STORE, o::AT, o::PHONE].map(|i| r.at(i).to_string());
    if lines.iter().any(|r| head(r) != head(first)) {
        return Ok(Err(format!("order {} has lines of different customers, stores or times", first.at(o::NO))));
    }
    if first.at(o::NO).len() > 64 {
        return Ok(Err("order_no: use at most 64 characters".into()));
    }
    let Some(placed_at) = ctx.zone.parse(first.at(o::AT)) else {
        return Ok(Err(format!("placed_at: {} is not a time such as 2026-03-05 14:22", first.at(o::AT))));
    };
    let Some(store) = known.store(tx, ctx, first.at(o::STORE))? else {
        return Ok(Err(format!("store_code: there is no store {}", first.at(o::STORE))));
    };
    let mut kept = Vec::with_capacity(lines.len());
    for row in lines {
        match read_line(tx, ctx, row, known)? {
            Ok(line) => kept.push(line),
            Err(reason) => return Ok(Err(reason)),
        }
    }
    if placed_at > tx.now() {
        return Ok(Err(format!("placed_at: {} lies in the future", first.at(o::AT))));
    }
    let (kind, value) = match (first.given(o::PERSON), first.given(o::PHONE)) {
        (Some(key), _) => ("external_id", key),
        (None, Some(phone)) => ("phone", phone),
        (None, None) => return Ok(Err("person_key: say whose order it is, by person_key or phone".into())),
    };
    let Some(value) = identity::normal(kind, value) else {
        return Ok(Err(format!("{kind}: {value} cannot be used")));
    };
    let person = match known.persons.entry((kind, value.clone())) {
        Entry::Occupied(e) => *e.get(),
        Entry::Vacant(e) => *e.insert(identity::resolve(tx, ctx.brand, &[(kind, &value)], "import")?),
    };
    Ok(Ok(Imported { no: first.at(o::NO).into(), person, store, placed_at, lines: kept }))
}

fn read_line(tx: &mut Tx, ctx: &Ctx, row: &Row, known: &mut Known) -> Result<Result<ImportedLine, String>> {
    let Some(amount) = Fen::parse_yuan(row.at(o::AMOUNT)).filter(|f| f.0 >= 0) else {
        return Ok(Err(format!("amount_yuan: {} is not an amount in yuan", row.at(o::AMOUNT))));
    };
    let quantity = match row.given(o::QUANTITY).map(str::parse::<i64>) {
        None => 1,
        Some(Ok(n)) if (1..=1_000_000).contains(&n) => n,
        Some(_) => return Ok(Err(format!("quantity: {} is not a number of units", row.at(o::QUANTITY)))),
    };
    let (sku, name) = match row.given(o::SKU) {
        None => (None, row.given(o::NAME).unwrap_or("其他商品").to_string()),
        Some(code) => match known.sku(tx, ctx, code)? {
            Some((sku, name)) => (Some(sku), row.given(o::NAME).map_or(name, str::to_string)),
            None => return Ok(Err(format!("sku_code: there is no SKU {code}; leave it empty and give a name"))),
        },
    };
    if name.chars().count() > 200 {
        return Ok(Err("name: use at most 200 characters".into()));
    }
    Ok(Ok(ImportedLine { sku, name, quantity, amount }))
}

impl Known {
    fn store(&mut self, tx: &mut Tx, ctx: &Ctx, code: &str) -> Result<Option<StoreId>> {
        if let Some(found) = self.stores.get(code) {
            return Ok(*found);
        }
        let found = store::by_code(tx, ctx.brand, code)?;
        self.stores.insert(code.into(), found);
        Ok(found)
    }

    fn sku(&mut self, tx: &mut Tx, ctx: &Ctx, code: &str) -> Result<Option<(SkuId, String)>> {
        if let Some(found) = self.skus.get(code) {
            return Ok(found.clone());
        }
        let found: Option<(SkuId, String)> = tx.opt(
            "select s.id, p.name from sku s join product p on p.id = s.product_id where s.brand_id = $1 and s.code = $2",
            params![ctx.brand, code],
        )?;
        self.skus.insert(code.into(), found.clone());
        Ok(found)
    }
}
