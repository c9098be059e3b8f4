//! A merchant with stores, SKUs and buyers, made through the chapters' own verbs.
use weir_base::{Fen, Result};
use weir_ground::event::{BrandId, PersonId, StoreId};
use weir_ground::{Db, Tx};
use weir_keep::{Settings, brand, store};
use weir_sell::product::{AddProduct, PutSku, add};
use weir_sell::stock::{SkuId, adjust};

#[derive(Clone)]
pub struct Shop {
    pub brand: BrandId,
    pub store: StoreId,
    pub skus: Vec<SkuId>,
    pub buyers: Vec<PersonId>,
    /// Session tokens of the buyers.
    pub tokens: Vec<String>,
    pub products: Vec<String>,
}

/// Makes the merchant: `skus` products with plenty of stock, `buyers` signed-in customers.
pub fn make(db: &Db, skus: usize, buyers: usize) -> Result<Shop> {
    let brand = db.write_now(|tx| {
        brand::create(
            tx,
            &brand::NewBrand {
                code: "bench".into(),
                name: "Bench".into(),
                timezone: "Asia/Shanghai".into(),
                currency: "CNY".into(),
                sandbox: true,
                settings: Settings::default(),
            },
        )
    })?;
    let store = db.write_now(move |tx| store::create(tx, brand, "system", "S1", "Store", "store", None))?;
    let mut shop = Shop { brand, store, skus: vec![], buyers: vec![], tokens: vec![], products: vec![] };
    for from in (0..skus).step_by(200) {
        let made = db.write_now(move |tx| (from..skus.min(from + 200)).map(|i| product(tx, brand, store, i)).collect::<Result<Vec<_>>>())?;
        for (product, sku) in made {
            shop.products.push(product);
            shop.skus.push(sku);
        }
    }
    for from in (0..buyers).step_by(500) {
        let made = db.write_now(move |tx| (from..buyers.min(from + 500)).map(|i| buyer(tx, brand, i)).collect::<Result<Vec<_>>>())?;
        for (person, token) in made {
            shop.buyers.push(person);
            shop.tokens.push(token);
        }
    }
    Ok(shop)
}

fn product(tx: &mut Tx, brand: BrandId, store: StoreId, i: usize) -> Result<(String, SkuId)> {
    let sku = PutSku { id: None, code: format!("U{i}"), name: String::new(), price_fen: Fen(1000 + i as i64) };
    let new = AddProduct {
        code: format!("P{i}"),
        name: format!("Product {i}"),
        name_en: None,
        category: "all".into(),
        image: None,
        description: None,
        status: "on_sale".into(),
        skus: vec![sku],
    };
    let id = add(tx, brand, "system", &new)?;
    let sku: SkuId = tx.one("select id from sku where product_id = $1", weir_ground::params![id])?;
    adjust(tx, brand, (sku, store), 10_000_000, "bench", "system")?;
    Ok((id.to_string(), sku))
}

fn buyer(tx: &mut Tx, brand: BrandId, i: usize) -> Result<(PersonId, String)> {
    let phone = format!("1990{i:07}");
    let person = weir_know::identity::resolve(tx, brand, &[("phone", &phone)], "bench")?;
    let token = weir_sell::buyer::open_session(tx, brand, person)?;
    Ok((person, token))
}
