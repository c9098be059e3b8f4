//! What a basket costs. A quote carries a digest of its inputs and result; placement prices again
//! inside its transaction and refuses a different total instead of charging it (P5).
use crate::stock::SkuId;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use weir_ground::base::{Fen, Problem, Result, ids};
use weir_ground::event::BrandId;
use weir_ground::{Tx, from_row, params};
use weir_keep::Settings;

/// A SKU and how many of it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BasketItem)]
pub struct Item {
    pub sku_id: ids::SkuId,
    #[schema(minimum = 1, maximum = 999)]
    pub quantity: i64,
}

/// How the goods come to the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    Pickup,
    Delivery,
}

impl Delivery {
    pub const fn code(self) -> &'static str {
        match self {
            Delivery::Pickup => "pickup",
            Delivery::Delivery => "delivery",
        }
    }
}

/// A priced line.
#[derive(Clone, Debug)]
pub struct Line {
    pub sku: SkuId,
    pub name: String,
    pub quantity: i64,
    pub price: Fen,
    pub amount: Fen,
}

#[derive(Clone, Debug)]
pub struct Priced {
    pub lines: Vec<Line>,
    pub goods: Fen,
    pub freight: Fen,
    pub total: Fen,
}

/// What is sold under a SKU, and for how much.
struct Found {
    brand: BrandId,
    name: String,
    sku_name: String,
    price: Fen,
    on_sale: bool,
}
from_row!(Found { brand, name, sku_name, price, on_sale });

/// Prices a basket: list prices, then freight. Items are taken in SKU order, each SKU once.
pub fn price(tx: &mut Tx, brand: BrandId, settings: &Settings, items: &[Item], how: Delivery) -> Result<Priced> {
    if items.is_empty() || items.len() > 100 {
        return Err(Problem::field("items", "use 1 to 100 items"));
    }
    let mut lines: Vec<Line> = Vec::with_capacity(items.len());
    for item in items {
        if !(1..=999).contains(&item.quantity) {
            return Err(Problem::field("items.quantity", format!("{} is not between 1 and 999", item.quantity)));
        }
        if lines.iter().any(|l| l.sku == item.sku_id) {
            return Err(Problem::field("items.sku_id", format!("{} is in the basket twice", item.sku_id)));
        }
        let found = tx.recall(&["sku", "product"], item.sku_id.n(), |tx| {
            tx.opt::<Found>(
                "select s.brand_id, p.name, s.name, s.price, p.status = 'on_sale' from sku s join product p on p.id = s.product_id \
                 where s.id = $1",
                params![item.sku_id],
            )
        })?;
        let f = found.as_ref().as_ref().filter(|f| f.brand == brand).ok_or_else(|| Problem::not_found("SKU"))?;
        if !f.on_sale {
            return Err(Problem::conflict(format!("{} is no longer on sale.", f.name)).with("items", item.sku_id.to_string()));
        }
        // A name that says the variant already does not say it twice.
        let name = if f.name.ends_with(&f.sku_name) { f.name.clone() } else { format!("{} {}", f.name, f.sku_name) };
        let amount = f.price.times(item.quantity);
        lines.push(Line { sku: item.sku_id, name, quantity: item.quantity, price: f.price, amount });
    }
    if lines.len() > 1 {
        lines.sort_by_key(|l| l.sku);
    }
    let goods: Fen = lines.iter().map(|l| l.amount).sum();
    let free = how == Delivery::Pickup || goods >= settings.free_freight_fen;
    let freight = if free { Fen::ZERO } else { settings.freight_fen };
    Ok(Priced { total: goods + freight, lines, goods, freight })
}

impl Priced {
    /// A digest of what was priced and what came out.
    pub fn digest(&self) -> String {
        let mut h = Sha256::new();
        for l in &self.lines {
            for n in [l.sku.n(), l.quantity, l.price.0] {
                h.update(n.to_le_bytes());
            }
        }
        h.update(self.freight.0.to_le_bytes());
        h.update(self.total.0.to_le_bytes());
        weir_ground::secret::hex(&h.finalize()[..12])
    }
}
