//! Everybody's scores at once: the grid of recency and frequency, and the eight groups.
use super::{Group, Score, Version, Which};
use serde::Serialize;
use utoipa::ToSchema;
use weir_ground::base::{Fen, Ms, Result, Zone, time::Day};
use weir_ground::event::{BrandId, PersonId};
use weir_ground::{Tx, params};
use weir_keep::brand;

/// An order is paid at most this long after it was placed, so the index by the time of placing leads to it.
pub(super) const LONGEST_UNPAID: Ms = 8 * weir_ground::base::time::DAY;

/// Somebody with an order in the window.
#[derive(Clone, Copy, Debug)]
pub struct Buyer {
    pub person: PersonId,
    /// Civil days since the last order.
    pub days: i64,
    pub orders: i64,
    /// Fen
    pub kept: i64,
}

/// Who bought in the last `window_days` civil days, by id.
pub fn buyers(tx: &mut Tx, id: BrandId, window_days: i64) -> Result<Vec<Buyer>> {
    let (zone, now) = (brand::get(tx, id)?.zone()?, tx.now());
    let today = zone.day(now).0;
    let since = zone.start_of(Day(today - window_days as i32 + 1));
    let mut days = Days::new(&zone, today, now);
    let mut out = vec![];
    tx.each(
        "select p.root_id, max(o.paid_at), count(*), cast(sum(o.paid - o.refunded) as bigint) from orders o join person p on p.id = o.person_id \
         where p.erased_at is null and o.brand_id = $1 and o.placed_at >= $2 and o.paid_at >= $3 and o.paid_at <= $4 \
         and o.state not in ('paid_late', 'cancelled', 'refunded') group by p.root_id order by p.root_id",
        params![id, since - LONGEST_UNPAID, since, now],
        |r| {
            out.push(Buyer { person: r.get(0)?, days: days.since(r.get(1)?), orders: r.get(2)?, kept: r.get(3)? });
            Ok(())
        },
    )?;
    Ok(out)
}

/// Civil days back from today, by the beginnings of days: cheaper than a calendar for each order.
struct Days {
    /// The first instants of today, yesterday and so on.
    starts: Vec<Ms>,
    zone: Zone,
    today: i32,
    end: Ms,
}

impl Days {
    fn new(zone: &Zone, today: i32, end: Ms) -> Days {
        Days { starts: vec![], zone: zone.clone(), today, end }
    }
    fn since(&mut self, at: Ms) -> i64 {
        let at = at.min(self.end);
        while self.starts.last().is_none_or(|first| *first > at) {
            self.starts.push(self.zone.start_of(Day(self.today - self.starts.len() as i32)));
        }
        self.starts.partition_point(|first| *first > at) as i64
    }
}

/// Who has which score, by id.
pub fn scores(tx: &mut Tx, brand: BrandId, version: &Version) -> Result<Vec<(Buyer, Score)>> {
    let list = buyers(tx, brand, version.window_days)?;
    Ok(list.into_iter().map(|b| (b, version.of(b.days, b.orders, b.kept))).collect())
}

/// The persons of some scores, by id.
pub fn members(tx: &mut Tx, brand: BrandId, version: &Version, which: Which) -> Result<Vec<PersonId>> {
    Ok(scores(tx, brand, version)?.into_iter().filter(|(_, s)| which.holds(*s)).map(|(b, _)| b.person).collect())
}

/// One cell of the grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RfmCell)]
pub struct Cell {
    pub r: i64,
    pub f: i64,
    pub persons: i64,
    /// Kept of the orders in the window.
    pub revenue_fen: Fen,
    /// A head, rounded half to even.
    pub mean_fen: Fen,
    /// Persons by M score, from 1 to 5.
    pub by_m: [i64; 5],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RfmGroupRow)]
pub struct GroupRow {
    pub group: Group,
    pub persons: i64,
    pub revenue_fen: Fen,
    pub mean_fen: Fen,
    pub orders: i64,
    /// Of these persons, the middle number of days since the last order.
    pub median_days: Option<i64>,
}

/// 25 cells, from R 1 F 1 on, and eight groups.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RfmTable)]
pub struct Table {
    /// With an order in the window.
    pub buyers: i64,
    /// Everybody else has no score.
    pub others: i64,
    pub revenue_fen: Fen,
    pub cells: Vec<Cell>,
    pub groups: Vec<GroupRow>,
}

/// Rounded half to even; of nobody it is 0.
fn mean(sum: i64, n: i64) -> Fen {
    if n == 0 {
        return Fen(0);
    }
    let (whole, rest) = (sum.div_euclid(n), 2 * sum.rem_euclid(n));
    Fen(whole + (rest > n || (rest == n && whole % 2 != 0)) as i64)
}

pub fn of(tx: &mut Tx, brand: BrandId, scored: &[(Buyer, Score)]) -> Result<Table> {
    let everybody: i64 = tx.one("select count(*) from person where brand_id = $1 and root_id = id and erased_at is null", params![brand])?;
    let empty = |r, f| Cell { r, f, persons: 0, revenue_fen: Fen(0), mean_fen: Fen(0), by_m: [0; 5] };
    let mut cells: Vec<Cell> = (0..25).map(|i| empty(i / 5 + 1, i % 5 + 1)).collect();
    let mut days: [Vec<i64>; 8] = Default::default();
    let mut groups: Vec<GroupRow> = Group::ALL
        .iter()
        .map(|g| GroupRow { group: *g, persons: 0, revenue_fen: Fen(0), mean_fen: Fen(0), orders: 0, median_days: None })
        .collect();
    for (b, s) in scored {
        let cell = &mut cells[((s.r - 1) * 5 + s.f - 1) as usize];
        cell.persons += 1;
        cell.revenue_fen.0 += b.kept;
        cell.by_m[s.m as usize - 1] += 1;
        let place = s.group() as usize;
        let row = &mut groups[place];
        row.persons += 1;
        row.revenue_fen.0 += b.kept;
        row.orders += b.orders;
        days[place].push(b.days);
    }
    cells.iter_mut().for_each(|c| c.mean_fen = mean(c.revenue_fen.0, c.persons));
    for (row, mut days) in groups.iter_mut().zip(days) {
        days.sort_unstable();
        row.mean_fen = mean(row.revenue_fen.0, row.persons);
        row.median_days = days.get(days.len().saturating_sub(1) / 2).copied();
    }
    let buyers = scored.len() as i64;
    let revenue_fen = Fen(scored.iter().map(|(b, _)| b.kept).sum());
    Ok(Table { buyers, others: everybody - buyers, revenue_fen, cells, groups })
}
