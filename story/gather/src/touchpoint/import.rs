//! Touchpoints out of a file: one row a touchpoint, so that 500 stores get their codes at once.
//!
//! A touchpoint with the same name, kind and store is the same one: repeating a row, or the whole
//! file, changes nothing and prints no second code.
use super::{AddTouchpoint, create};
use crate::import::{Ctx, Fate, Field, Row, Sink, field};
use weir_ground::Tx;
use weir_ground::base::ids::StaffId;
use weir_ground::base::{Problem, Result};
use weir_ground::event::StoreId;
use weir_ground::params;
use weir_keep::{Staff, store};
use weir_know::origin;

pub struct Touchpoints;

const FIELDS: &[Field] = &[
    field("name", true, "触点名称", "Touchpoint name", &["名称", "触点", "touchpoint"]),
    field("kind", true, "触点种类", "Kind", &["种类", "类型", "type"]),
    field("store", false, "门店编码", "Store code", &["门店", "店号", "门店编号", "store_id"]),
    field("owner", false, "负责人邮箱", "Owner e-mail", &["负责人", "导购", "guide", "email"]),
    field("landing", false, "落地页", "Landing page", &["链接", "网址", "url"]),
];

impl Sink for Touchpoints {
    fn kind(&self) -> &'static str {
        "touchpoints"
    }
    fn fields(&self) -> &'static [Field] {
        FIELDS
    }
    fn apply(&self, tx: &mut Tx, ctx: &Ctx, rows: &[Row]) -> Result<Vec<Fate>> {
        let actor = ctx.actor.clone().unwrap_or_else(|| "system".into());
        let who = Staff { actor, ..Staff::system(ctx.brand) };
        rows.iter()
            .map(|row| {
                let new = match read(tx, ctx, row) {
                    Ok(new) => new,
                    Err(p) if p.code == weir_ground::base::Code::Internal => return Err(p),
                    Err(p) => return Ok(Err(p.detail)),
                };
                let same: Option<i64> = tx.opt(
                    "select 1 from touchpoint where brand_id = $1 and name = $2 and kind = $3 and store_id is not distinct from $4 limit 1",
                    params![ctx.brand, &new.name, &new.kind, new.store_id],
                )?;
                if same.is_none() {
                    create(tx, &who, &new)?;
                }
                Ok(Ok(()))
            })
            .collect()
    }
}

/// A row, wholly checked before anything is written.
fn read(tx: &mut Tx, ctx: &Ctx, row: &Row) -> Result<AddTouchpoint> {
    let asked = row.at(1);
    let kind = origin::KINDS
        .iter()
        .find(|k| k.code == asked || k.zh == asked || k.en.eq_ignore_ascii_case(asked))
        .ok_or_else(|| Problem::invalid(format!("kind: there is no kind of touchpoint called {}", short(asked))))?;
    let store_id: Option<StoreId> = match row.given(2) {
        Some(code) => Some(
            store::by_code(tx, ctx.brand, code)?.ok_or_else(|| Problem::invalid(format!("store: there is no store with the code {}", short(code))))?,
        ),
        None => None,
    };
    let owner_id: Option<StaffId> = match row.given(3) {
        Some(email) => {
            let found = tx.opt("select id from staff where brand_id = $1 and email = $2", params![ctx.brand, &email.to_lowercase()])?;
            Some(found.ok_or_else(|| Problem::invalid(format!("owner: nobody has the e-mail {}", short(email))))?)
        }
        None => None,
    };
    let landing = row.given(4).map(super::landing).transpose()?;
    Ok(AddTouchpoint { kind: kind.code.into(), name: store::name(row.at(0))?, store_id, owner_id, landing })
}

fn short(text: &str) -> String {
    text.chars().take(60).collect()
}
