//! Promoters (分销员): who brought whom and what they earned by it.
use crate::referral;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use weir_ground::base::{Fen, Ms, Result, ids};
use weir_ground::event::{BrandId, PersonId};
use weir_ground::http::{Answer, App, Json, List, Page, Path, Query};
use weir_ground::{Tx, params};
use weir_keep::{May, Staff};
use weir_know::person::http::{PersonRef, get};
use weir_ledger::balance;

/// What somebody earned by bringing others.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub struct Earned {
    /// Accrued, inside the return window.
    pub pending_fen: Fen,
    /// Matured: can be paid out.
    pub payable_fen: Fen,
    /// Taken back after it had been paid out.
    pub owed_fen: Fen,
}

pub fn earned(tx: &mut Tx, brand: BrandId, person: PersonId) -> Result<Earned> {
    let mut sum = Earned::default();
    let group: Vec<PersonId> = tx.all("select id from person where root_id = $1", params![person])?;
    for id in group {
        sum.pending_fen += balance(tx, brand, &format!("liab:commission:pending:{id}"))?;
        sum.payable_fen += balance(tx, brand, &format!("liab:commission:payable:{id}"))?;
        sum.owed_fen += balance(tx, brand, &format!("recv:commission:{id}"))?;
    }
    Ok(sum)
}

/// A friend who was brought.
#[derive(Debug, Serialize, ToSchema)]
pub struct Referred {
    pub id: ids::PersonId,
    pub name: Option<String>,
    pub bound_at: Ms,
    pub orders: i64,
    pub paid_fen: Fen,
}
weir_ground::from_row!(Referred { id, name, bound_at, orders, paid_fen });

/// A person's side of growing: their code, who brought them, whom they brought, what it earned.
#[derive(Debug, Serialize, ToSchema)]
pub struct Grow {
    pub code: Option<String>,
    pub link: Option<String>,
    pub referrer: Option<PersonRef>,
    pub referred: Vec<Referred>,
    #[serde(flatten)]
    pub earned: Earned,
}

/// Whom a person brought, newest first, at most 200.
pub fn referred(tx: &mut Tx, person: PersonId) -> Result<Vec<Referred>> {
    tx.all(
        "select r.id, r.name, b.from_at, r.orders, r.paid from binding b join person p on p.id = b.person_id \
         join person r on r.id = p.root_id where b.kind = 'promoter' and b.to_at is null \
         and b.beneficiary_id in (select id from person where root_id = $1) order by b.from_at desc limit 200",
        params![person],
    )
}

/// Who brought this person, whom they brought, and what they earned.
#[utoipa::path(get, path = "/api/v1/persons/{id}/grow", tag = "grow", params(("id" = PersonId, Path)), responses((status = 200, body = Grow)))]
pub async fn person_grow(State(app): State<App>, who: Staff, Path(id): Path<PersonId>) -> Answer<Json<Grow>> {
    who.need(May::PersonRead)?;
    let config = app.config.clone();
    let grow = app
        .db
        .read(move |tx| {
            let person = get(tx, &who, id)?.row.id;
            let code = referral::find_code(tx, person)?;
            let up: Option<(PersonId, Option<String>)> = tx.opt(
                "select r.id, r.name from binding b join person p on p.id = b.beneficiary_id join person r on r.id = p.root_id \
                 where b.person_id in (select id from person where root_id = $1) and b.kind = 'promoter' and b.to_at is null limit 1",
                params![person],
            )?;
            Ok(Grow {
                link: code.as_ref().map(|c| config.link(&format!("/m/?r={c}"))),
                code,
                referrer: up.map(|(id, name)| PersonRef { id, name }),
                referred: referred(tx, person)?,
                earned: earned(tx, who.brand, person)?,
            })
        })
        .await?;
    Ok(Json(grow))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Promoter {
    pub person: PersonRef,
    pub code: Option<String>,
    pub referred: i64,
    /// Orders of those they brought that earned commission.
    pub orders: i64,
    /// Goods of those orders.
    pub sales_fen: Fen,
    #[serde(flatten)]
    pub earned: Earned,
}

/// Everybody who brought somebody, the most successful first.
#[utoipa::path(get, path = "/api/v1/promoters", tag = "grow", params(Page), responses((status = 200, body = List<Promoter>)))]
pub async fn list_promoters(
    State(app): State<App>,
    who: Staff,
    Query(page): Query<Page>,
) -> Answer<Json<List<Promoter>>> {
    who.need(May::LedgerRead)?;
    let (limit, [most, after]) = (page.limit()?, page.after([i64::MAX, i64::MAX])?);
    let list = app
        .db
        .read(move |tx| {
            let rows: Vec<(PersonId, Option<String>, i64)> = tx.all(
                "select t.id, t.name, t.n from (select r.id, r.name, count(*) as n from binding b join person p on p.id = b.beneficiary_id \
                 join person r on r.id = p.root_id where b.brand_id = $1 and b.kind = 'promoter' and b.to_at is null group by r.id, r.name) t \
                 where (t.n, t.id) < ($2, $3) order by t.n desc, t.id desc limit $4",
                params![who.brand, most, after, limit + 1],
            )?;
            let mut items = vec![];
            for (id, name, referred) in rows {
                let (orders, sales_fen): (i64, Option<Fen>) = tx.one(
                    "select count(*), sum(base) from commission where beneficiary_id in (select id from person where root_id = $1)",
                    params![id],
                )?;
                items.push(Promoter {
                    code: referral::find_code(tx, id)?,
                    earned: earned(tx, who.brand, id)?,
                    person: PersonRef { id, name },
                    referred,
                    orders,
                    sales_fen: sales_fen.unwrap_or_default(),
                });
            }
            Ok(List::page(items, limit, |p| format!("{}.{}", p.referred, p.person.id.n())))
        })
        .await?;
    Ok(Json(list))
}
