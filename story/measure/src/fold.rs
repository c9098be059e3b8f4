//! What the pages fold over: the persons of a brand, merged ones as one, and their paid orders.
use std::collections::HashMap;
use weir_ground::base::{Ms, Result, ids::TouchpointId};
use weir_ground::event::{BrandId, PersonId};
use weir_ground::{Row, Tx, db::row::FromRow, params};
use weir_know::Stage;

/// A person as measures see one.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    pub id: PersonId,
    pub stage: Stage,
    pub touchpoint: Option<TouchpointId>,
    pub joined_at: Option<Ms>,
    pub first_order_at: Option<Ms>,
    pub created_at: Ms,
    /// Orders that stand.
    pub orders: i64,
    /// Fen, over all orders.
    pub paid: i64,
    pub refunded: i64,
}

impl Person {
    /// When the person began to belong to the pool.
    pub fn acquired_at(&self) -> Option<Ms> {
        self.joined_at.into_iter().chain(self.first_order_at).min()
    }
}

impl FromRow for Person {
    fn from_row(r: &Row<'_>) -> Result<Person> {
        Ok(Person {
            id: r.get(0)?,
            stage: Stage::parse(&r.get::<String>(1)?)?,
            touchpoint: r.get(2)?,
            joined_at: r.get(3)?,
            first_order_at: r.get(4)?,
            created_at: r.get(5)?,
            orders: r.get(6)?,
            paid: r.get(7)?,
            refunded: r.get(8)?,
        })
    }
}

pub(crate) const COLUMNS: &str = "id, stage, touchpoint_id, joined_at, first_order_at, created_at, orders, paid, refunded";

/// The persons of a brand in id order, and where each id of theirs leads.
pub struct Persons {
    pub list: Vec<Person>,
    index: HashMap<i64, u32>,
}

impl Persons {
    pub fn of(tx: &mut Tx, brand: BrandId) -> Result<Persons> {
        let sql = format!("select {COLUMNS} from person where brand_id = $1 and root_id = id order by id");
        let list: Vec<Person> = tx.all(&sql, params![brand])?;
        let mut index: HashMap<i64, u32> = list.iter().enumerate().map(|(i, p)| (p.id.n(), i as u32)).collect();
        let merged: Vec<(i64, i64)> =
            tx.all("select id, root_id from person where brand_id = $1 and root_id <> id", params![brand])?;
        for (loser, winner) in merged {
            if let Some(at) = index.get(&winner).copied() {
                index.insert(loser, at);
            }
        }
        Ok(Persons { list, index })
    }

    /// The place in `list` of a person, by any id they ever had.
    pub fn at(&self, id: i64) -> Option<usize> {
        self.index.get(&id).map(|i| *i as usize)
    }
}

/// A paid order.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// Place of the person in [`Persons::list`].
    pub person: usize,
    pub paid_at: Ms,
    /// Fen
    pub paid: i64,
    pub refunded: i64,
    /// False when the whole order went back.
    pub stands: bool,
}

impl Order {
    pub fn kept(&self) -> i64 {
        self.paid - self.refunded
    }
}

/// An order is paid at most this long after it was placed.
const LONGEST_UNPAID: Ms = 8 * weir_ground::base::time::DAY;

/// Walks the orders that were paid since `from` and until now, in no particular order.
pub fn orders(tx: &mut Tx, brand: BrandId, persons: &Persons, from: Option<Ms>, mut f: impl FnMut(Order)) -> Result<()> {
    let now = tx.now();
    let row = |r: &Row<'_>| {
        let Some(person) = persons.at(r.get(0)?) else { return Ok(()) };
        let order =
            Order { person, paid_at: r.get(1)?, paid: r.get(2)?, refunded: r.get(3)?, stands: !r.get::<bool>(4)? };
        if order.paid_at <= now && from.is_none_or(|from| order.paid_at >= from) {
            f(order);
        }
        Ok(())
    };
    const SELECT: &str = "select person_id, paid_at, paid, refunded, case when state = 'refunded' then 1 else 0 end from orders \
        where brand_id = $1 and paid_at is not null and state not in ('paid_late', 'cancelled')";
    match from {
        None => tx.each(SELECT, params![brand], row),
        Some(from) => tx.each(&format!("{SELECT} and placed_at >= $2"), params![brand, from - LONGEST_UNPAID], row),
    }
}
