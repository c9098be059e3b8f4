//! What customers cost and are worth, one by one and together.
use crate::fold::{COLUMNS, Person, Persons};
use crate::kept::Kept;
use crate::overview::{gross, per};
use axum::Extension;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use weir_gather::touchpoint::cost;
use weir_ground::base::{Day, Fen, Ms, Result, Zone, time::DAY};
use weir_ground::event::{BrandId, PersonId, TouchpointId};
use weir_ground::http::{Answer, App, Json, Path, Said};
use weir_ground::{Tx, params};
use weir_keep::{May, Staff, brand};
use weir_know::person::http::get as get_person;

/// The money of one person.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct PersonMoney {
    pub paid_fen: Fen,
    pub refunded_fen: Fen,
    /// What it cost to acquire them.
    pub cost_fen: Fen,
    /// Commission that others earned on their orders, less what was taken back.
    pub commission_fen: Fen,
    /// Paid − refunded − cost.
    pub clv_fen: Fen,
    /// Paid ÷ orders; null without orders.
    pub average_order_fen: Option<Fen>,
    /// Mean days from one order to the next, to a tenth; null with fewer than two.
    pub days_between_orders: Option<f64>,
}

/// An amount for every head acquired in some days.
struct PerHead {
    amount: Fen,
    from: Day,
    to: Day,
}

/// What each of the persons that a touchpoint acquired has cost; places follow `persons`, which
/// are those of the touchpoint in id order. The parts sum up to the touchpoint's cost to date
/// whenever it acquired anybody.
fn shares(total: Fen, heads: &[PerHead], zone: &Zone, persons: &[Person]) -> Vec<Fen> {
    let acquired: Vec<Option<Day>> = persons.iter().map(|p| p.acquired_at().map(|at| zone.day(at))).collect();
    let of_head = |day: Day| heads.iter().filter(|h| h.from <= day && day <= h.to).map(|h| h.amount).sum::<Fen>();
    let own: Vec<Fen> = acquired.iter().map(|day| day.map_or(Fen(0), of_head)).collect();
    let n = acquired.iter().flatten().count() as i64;
    let rest = (total - own.iter().copied().sum()).0;
    let (even, mut odd) = if n == 0 { (0, 0) } else { (rest.div_euclid(n), rest.rem_euclid(n)) };
    let mut out = Vec::with_capacity(persons.len());
    for (day, own) in acquired.iter().zip(own) {
        let one_more = day.is_some() && odd > 0;
        odd -= one_more as i64;
        out.push(own + Fen(if day.is_some() { even + one_more as i64 } else { 0 }));
    }
    out
}

/// What the persons of one touchpoint have cost, in id order.
pub fn costs(tx: &mut Tx, id: BrandId, zone: &Zone, touchpoint: TouchpointId) -> Result<Vec<(PersonId, Fen)>> {
    let today = zone.day(tx.now());
    let total = cost::cost_to_date(tx, id, touchpoint, today)?;
    let heads: Vec<(Fen, i32, Option<i32>)> = tx.all(
        "select amount, from_day, to_day from touchpoint_cost where brand_id = $1 and touchpoint_id = $2 and kind = 'per_head'",
        params![id, touchpoint],
    )?;
    let heads: Vec<PerHead> = heads
        .into_iter()
        .map(|(amount, from, to)| PerHead { amount, from: Day(from), to: Day(to.map_or(today.0, |to| to.min(today.0))) })
        .collect();
    let sql = format!("select {COLUMNS} from person where touchpoint_id = $1 and brand_id = $2 and root_id = id order by id");
    let persons: Vec<Person> = tx.all(&sql, params![touchpoint, id])?;
    let shares = shares(total, &heads, zone, &persons);
    Ok(persons.iter().map(|p| p.id).zip(shares).collect())
}

/// The money of a person (a root).
pub fn of_person(tx: &mut Tx, id: BrandId, person: PersonId) -> Result<PersonMoney> {
    let zone = brand::get(tx, id)?.zone()?;
    type Orders = (i64, i64, i64, Option<Ms>, Option<Ms>);
    let (n, paid, refunded, first, last): Orders = tx.one(
        "select count(*), cast(coalesce(sum(o.paid), 0) as bigint), cast(coalesce(sum(o.refunded), 0) as bigint), min(o.paid_at), max(o.paid_at) \
         from orders o where o.id in (select id from orders_of where person_id in (select x.id from person x where x.root_id = $1)) and o.paid_at is not null \
         and o.state not in ('paid_late', 'cancelled')",
        params![person],
    )?;
    let commission: Fen = tx.one(
        "select cast(coalesce(sum(c.amount - c.reversed), 0) as bigint) from commission c \
         where c.order_id in (select id from orders_of where person_id in (select x.id from person x where x.root_id = $1))",
        params![person],
    )?;
    let touchpoint: Option<TouchpointId> = tx.one("select touchpoint_id from person where id = $1", params![person])?;
    let cost = match touchpoint {
        None => Fen(0),
        Some(t) => costs(tx, id, &zone, t)?.into_iter().find(|(p, _)| *p == person).map_or(Fen(0), |(_, c)| c),
    };
    let gap = first.zip(last).filter(|_| n > 1).map(|(first, last)| {
        let tenths = per((last - first) * 10 / (n - 1), DAY);
        tenths as f64 / 10.0
    });
    Ok(PersonMoney {
        paid_fen: Fen(paid),
        refunded_fen: Fen(refunded),
        cost_fen: cost,
        commission_fen: commission,
        clv_fen: Fen(paid) - Fen(refunded) - cost,
        average_order_fen: (n > 0).then(|| Fen(per(paid, n))),
        days_between_orders: gap,
    })
}

/// What one person cost and is worth.
#[utoipa::path(get, path = "/api/v1/persons/{id}/money", tag = "measure", params(("id" = PersonId, Path)), responses((status = 200, body = PersonMoney)))]
pub async fn person_money(State(app): State<App>, who: Staff, Path(id): Path<PersonId>) -> Answer<Json<PersonMoney>> {
    who.need(May::PersonRead)?;
    let money = app
        .db
        .read(move |tx| {
            let root = get_person(tx, &who, id)?.row.id;
            of_person(tx, who.brand, root)
        })
        .await?;
    Ok(Json(money))
}

/// The money of a brand.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Money {
    /// What all touchpoints cost ÷ `acquired`; null without either.
    pub cac_fen: Option<Fen>,
    /// Mean over buyers of paid − refunded − cost; null without buyers.
    pub clv_fen: Option<Fen>,
    /// Repeat buyers ÷ buyers, in basis points.
    pub repurchase_rate_bp: i64,
    /// Everything paid, before refunds.
    pub gross_fen: Fen,
    pub refunded_fen: Fen,
    /// Buyers whom a touchpoint brought.
    pub acquired: i64,
    /// Persons with an order that stands, and with two or more.
    pub buyers: i64,
    pub repeat_buyers: i64,
}

/// The money of a brand to date.
pub fn of(tx: &mut Tx, id: BrandId) -> Result<Money> {
    let today = brand::get(tx, id)?.zone()?.day(tx.now());
    let cost: Fen = cost::costs_to_date(tx, id, today)?.into_values().sum();
    let persons = Persons::of(tx, id)?.list;
    let buyers = persons.iter().filter(|p| p.orders > 0).count() as i64;
    let repeat_buyers = persons.iter().filter(|p| p.orders > 1).count() as i64;
    let acquired = persons.iter().filter(|p| p.orders > 0 && p.touchpoint.is_some()).count() as i64;
    let (gross, refunded) = gross(tx, id)?;
    Ok(Money {
        cac_fen: (acquired > 0 && cost.0 > 0).then(|| Fen(per(cost.0, acquired))),
        clv_fen: (buyers > 0).then(|| Fen(per(gross.0 - refunded.0 - cost.0, buyers))),
        repurchase_rate_bp: per(repeat_buyers * 10_000, buyers),
        gross_fen: gross,
        refunded_fen: refunded,
        acquired,
        buyers,
        repeat_buyers,
    })
}

/// CAC, CLV, repurchase and revenue of the whole brand.
#[utoipa::path(get, path = "/api/v1/measure/money", tag = "measure", responses((status = 200, body = Money)))]
pub async fn measure_money(State(app): State<App>, Extension(kept): Extension<Kept>, who: Staff) -> Answer<Said> {
    who.need(May::MeasureRead)?;
    kept.answer(&app.db, who.brand, "money".into(), move |tx| of(tx, who.brand)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_ground::base::Id;
    use weir_know::Stage;

    fn person(n: i64, joined_at: Option<Ms>) -> Person {
        Person {
            id: Id::new(n),
            stage: Stage::New,
            touchpoint: None,
            joined_at,
            first_order_at: None,
            created_at: 0,
            orders: 0,
            paid: 0,
            refunded: 0,
        }
    }

    #[test]
    fn every_fen_of_a_touchpoint_falls_on_somebody_it_acquired() {
        let zone = Zone::named("UTC").unwrap();
        let persons = [person(1, Some(0)), person(2, None), person(3, Some(DAY)), person(4, Some(2 * DAY))];
        let heads = [PerHead { amount: Fen(30), from: Day(1), to: Day(1) }];
        assert_eq!(shares(Fen(40), &heads, &zone, &persons), [Fen(4), Fen(0), Fen(33), Fen(3)]);
        assert_eq!(shares(Fen(30), &heads, &zone, &persons[2..3]), [Fen(30)]);
        assert_eq!(shares(Fen(500), &[], &zone, &persons[1..2]), [Fen(0)]);
    }
}
