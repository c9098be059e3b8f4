//! Stores out of a file. A store that is here already stays as it is, but for where it is: what the
//! file says of that holds, so that the places of many stores can be given at once.
use super::sink::{Ctx, Fate, Field, Row, Sink, field};
use weir_ground::Tx;
use weir_ground::base::{Problem, Result};
use weir_keep::store::{self, place::Place};

pub struct Stores;

const FIELDS: &[Field] = &[
    field("code", true, "门店编码", "Store code", &["编码", "编号", "门店编号", "店号", "store_no", "store_id"]),
    field("name", true, "门店名称", "Store name", &["名称", "门店", "店名", "store"]),
    field("city", false, "城市", "City", &["所在城市", "市"]),
    field("lat", false, "纬度", "Latitude", &["门店纬度", "latitude", "y"]),
    field("lng", false, "经度", "Longitude", &["门店经度", "longitude", "lon", "long", "x"]),
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
                let place = || Place::read(row.given(3), row.given(4));
                let checked = store::code(row.at(0)).and_then(|code| Ok((code, store::name(row.at(1))?, place()?)));
                let (code, name, place) = match checked.map_err(why) {
                    Ok(fit) => fit,
                    Err(reason) => return Ok(Err(reason)),
                };
                if row.at(2).chars().count() > 100 {
                    return Ok(Err("city: use at most 100 characters".into()));
                }
                let actor = ctx.actor.as_deref().unwrap_or("system");
                let store = match store::by_code(tx, ctx.brand, &code)? {
                    Some(store) => store,
                    None => store::create(tx, ctx.brand, actor, &code, &name, "store", row.given(2))?,
                };
                if place.is_some() {
                    store::place::set(tx, ctx.brand, actor, store, place)?;
                }
                Ok(Ok(()))
            })
            .collect()
    }
}
