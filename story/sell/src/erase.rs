//! What this chapter holds of a person, and how it lets go of it. Orders, lines, payments and refunds stay
//! with their amounts and without address, note and pickup code; sessions end at once.
use crate::order::state::Why;
use crate::order::{self, OrderId};
use weir_ground::base::{Problem, Result};
use weir_ground::event::{BrandId, PersonId};
use weir_ground::{Tx, params};
use weir_know::person::erase::held::{self, MINE, Sections};
use weir_know::person::erase::{Chapter, Erasing, nothing_to_search};

/// The orders of a person, as a condition.
const HERS: &str = "id in (select id from orders_of where person_id in (select id from person where root_id = $1))";

pub const CHAPTER: Chapter = Chapter { refuse, erase, search: nothing_to_search, held: of };

/// Goods that were paid and not handed over need the address and the code: they come first.
fn refuse(tx: &mut Tx, e: &Erasing) -> Result<()> {
    let n: i64 = tx.one(
        "select count(*) from orders where id in (select id from orders_of where person_id in (select id from person where root_id = $1)) \
         and state in ('paid', 'ready')",
        params![e.root],
    )?;
    match n {
        0 => Ok(()),
        _ => Err(Problem::conflict(format!("Paid orders are still under way ({n}). Hand them over or refund them first, then erase the person."))),
    }
}

fn erase(tx: &mut Tx, e: &mut Erasing) -> Result<()> {
    e.each(tx, "sessions", "delete from buyer_session where person_id = $1")?;
    e.each(tx, "cart_lines", "delete from cart_line where person_id = $1")?;
    e.each(tx, "addresses", "delete from address where person_id = $1")?;
    let keys = tx.keys(e.brand);
    for value in e.values.clone() {
        let n = tx.exec("delete from login_code where brand_id = $1 and address = $2", params![e.brand, &keys.index("login", &value)])?;
        e.count("sessions", n);
    }
    for s in e.subjects.clone() {
        let orders: Vec<(OrderId, String)> = tx.all(
            "select id, state from orders where id in (select id from orders_of where person_id = $1) order by id",
            params![s],
        )?;
        for (id, state) in orders {
            e.ids.insert(id.to_string());
            if state == "placed" {
                let o = order::get(tx, e.brand, id)?;
                order::cancel(tx, &o, Why::User, None)?;
                e.count("orders_cancelled", 1);
            }
        }
    }
    e.each(
        tx,
        "orders_emptied",
        "update orders set address = null, note = null, pickup_code = null where id in (select id from orders_of where person_id = $1) \
         and (address is not null or note is not null or pickup_code is not null)",
    )
}

fn of(tx: &mut Tx, brand: BrandId, root: PersonId) -> Result<Sections> {
    let orders = format!(
        "select id, no, source, state, delivery, goods, freight, total, paid, refunded, address, note, pickup_code, placed_at, paid_at \
         from orders where {HERS} order by placed_at, id"
    );
    let lines = format!(
        "select l.order_id, l.name, l.quantity, l.price, l.amount, l.refunded from order_line l join orders o on o.id = l.order_id \
         where o.{HERS} order by l.order_id, l.n"
    );
    let payments = format!(
        "select p.order_id, p.provider, p.amount, p.state, p.channel_no, p.opened_at, p.settled_at from payment p join orders o on o.id = p.order_id \
         where o.{HERS} order by p.id"
    );
    let refunds = format!(
        "select r.order_id, r.amount, r.state, r.reason, r.created_at, r.settled_at from refund r join orders o on o.id = r.order_id \
         where o.{HERS} order by r.id"
    );
    let address = format!("select name, phone, region, detail from address where person_id {MINE}");
    let cart = format!("select p.name, c.quantity, c.at from cart_line c join sku s on s.id = c.sku_id join product p on p.id = s.product_id where c.person_id {MINE} order by c.at");
    Ok(vec![
        ("address", held::rows(tx, (brand, root), &address, &["name", "phone", "region", "detail"])?),
        ("cart", held::rows(tx, (brand, root), &cart, &["product", "quantity", "at"])?),
        (
            "orders",
            held::rows(tx, (brand, root), &orders, &[
                "id", "no", "source", "state", "delivery", "goods_fen", "freight_fen", "total_fen", "paid_fen", "refunded_fen", "address", "note",
                "pickup_code", "placed_at", "paid_at",
            ])?,
        ),
        ("order_lines", held::rows(tx, (brand, root), &lines, &["order_id", "name", "quantity", "price_fen", "amount_fen", "refunded_fen"])?),
        ("payments", held::rows(tx, (brand, root), &payments, &["order_id", "provider", "amount_fen", "state", "channel_no", "opened_at", "settled_at"])?),
        ("refunds", held::rows(tx, (brand, root), &refunds, &["order_id", "amount_fen", "state", "reason", "created_at", "settled_at"])?),
    ])
}
