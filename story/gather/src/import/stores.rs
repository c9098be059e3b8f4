//! Stores out of a file. A store that is here already stays as it is.
use super::sink::{Ctx, Fate, Field, Row, Sink, field};
use weir_ground::Tx;
use weir_ground::base::{Problem, Result};
use weir_keep::store;

pub struct Stores;

const FIELDS: &[Field] = &[
    field("code", true, "门店编码", "Store code", &["编码", "编号", "门店编号", "店号", "store_no", "store_id"]),
    field("name", true, "门店名称", "Store name", &["名称", "门店", "店名", "store"]),
    field("city", false, "城市", "City", &["所在城市", "市"]),
];

impl Sink for Stores {
    fn kind(&self) -> &'static str {
        "stores"
    }
    fn fields(&self) -> &'static [Field] {
        FIELDS
    }
    fn apply(&self, tx: &mut Tx, ctx: &Ctx, rows: &[Row]) -> Result<Vec<Fate>> {
        let why = |p: Problem| p.detail;
        rows.iter()
            .map(|row| {
                let checked = store::code(row.at(0)).and_then(|code| Ok((code, store::name(row.at(1))?)));
                let (code, name) = match checked.map_err(why) {
                    Ok(fit) => fit,
                    Err(reason) => return Ok(Err(reason)),
                };
                if row.at(2).chars().count() > 100 {
                    return Ok(Err("city: use at most 100 characters".into()));
                }
                if store::by_code(tx, ctx.brand, &code)?.is_none() {
                    let actor = ctx.actor.as_deref().unwrap_or("system");
                    store::create(tx, ctx.brand, actor, &code, &name, "store", row.given(2))?;
                }
                Ok(Ok(()))
            })
            .collect()
    }
}
