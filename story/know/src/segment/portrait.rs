//! The portrait of a segment (人群画像): how its people are spread, and how that differs from all.
//!
//! TGI (target group index) = share in the segment ÷ share in the base × 100. A share is of those
//! whose value is known. Cells with fewer than [`SMALL`] persons, here or in the base, are hidden (K13).
//! The base is everybody, another segment, or those who left this one and have not come back.
use super::http::{self, label};
use crate::live::{Live, Pool};
use axum::Extension;
use axum::extract::State;
use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use utoipa::ToSchema;
use weir_ground::base::{Ms, Problem, Result, ids::{ProductId, SegmentId}, share_bp, time::DAY};
use weir_ground::event::BrandId;
use weir_ground::http::{Answer, App, Json, Path, Query};
use weir_ground::{Tx, params};
use weir_keep::{May, Staff};
use weir_lake::{Column, NO_VALUE, State as LakeState};

/// Cells of fewer persons are not told.
const SMALL: i64 = 5;
/// Cells of a group, products and kinds of activity that are shown.
const SHOWN: usize = 24;

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Against {
    /// Compared with this segment; with everybody when absent.
    #[param(value_type = Option<String>)]
    pub against: Option<SegmentId>,
    /// Compared with those who left this segment in so many days, back from now, and are not in it. Who
    /// left because the rule was edited is none of them.
    #[param(minimum = 1, maximum = 3650)]
    pub left_days: Option<i64>,
}

/// Those who left a segment since an instant, by what they did or by the clock, as the persons they are
/// now; who came back is among them.
fn left(tx: &mut Tx, brand: BrandId, segment: SegmentId, since: Ms) -> Result<Vec<i64>> {
    tx.all(
        "select distinct p.root_id from event e join person p on p.id = e.person_id where e.brand_id = $1 \
         and substr(e.props, 13, 17) = $2 and e.at >= $3 and e.name = 'segment.left' \
         and substr(e.props, 30) <> '\",\"cause\":\"definition\"}'",
        params![brand, &segment.to_string(), since],
    )
}

/// One value: how many have it, here and in the base.
#[derive(Debug, Serialize, ToSchema)]
pub struct PortraitCell {
    pub value: String,
    pub zh: Option<String>,
    pub en: Option<String>,
    /// `null` where it is hidden because there are few.
    pub count: Option<i64>,
    pub share_bp: Option<i64>,
    /// `null` where it is hidden because there are few in the base.
    pub base_bp: Option<i64>,
    pub tgi: Option<i64>,
}

/// One attribute.
#[derive(Debug, Serialize, ToSchema)]
pub struct PortraitGroup {
    pub key: String,
    pub zh: String,
    pub en: String,
    pub cells: Vec<PortraitCell>,
    /// Persons whose value is not known.
    pub missing: i64,
    pub base_missing: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct HourCell {
    /// Civil hour, 0–23.
    pub hour: i64,
    /// What these persons did in this hour of the day, over all days.
    pub count: i64,
    pub share_bp: i64,
    /// `null` when the base itself has few persons.
    pub base_bp: Option<i64>,
}

/// A product that these persons bought.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProductCell {
    pub id: ProductId,
    pub name: String,
    pub persons: i64,
    pub share_bp: i64,
    pub base_bp: Option<i64>,
    pub tgi: Option<i64>,
}

/// A kind of activity that these persons took part in.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResponseCell {
    /// The name of the event.
    pub name: String,
    pub persons: i64,
    pub share_bp: i64,
    pub base_bp: Option<i64>,
    pub tgi: Option<i64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SegmentPortrait {
    pub persons: i64,
    pub base: i64,
    pub groups: Vec<PortraitGroup>,
    pub hours: Vec<HourCell>,
    pub categories: Vec<PortraitCell>,
    pub products: Vec<ProductCell>,
    pub responses: Vec<ResponseCell>,
}

/// The share in the base, unless there are few.
fn base_share(base: i64, base_of: i64) -> Option<i64> {
    (base >= SMALL).then(|| share_bp(base, base_of))
}

/// `None` where too few are here or in the base to tell.
fn tgi(n: i64, of: i64, base: i64, base_of: i64) -> Option<i64> {
    if n.min(base) < SMALL {
        return None;
    }
    let (n, of, base, base_of) = (n as i128, of as i128, base as i128, base_of as i128);
    (of > 0).then(|| ((n * base_of * 100 * 2 + of * base) / (of * base * 2)) as i64)
}

fn cell(value: String, n: i64, of: i64, base: i64, base_of: i64) -> PortraitCell {
    let small = n < SMALL;
    PortraitCell {
        value,
        zh: None,
        en: None,
        count: (!small).then_some(n),
        share_bp: (!small).then(|| share_bp(n, of)),
        base_bp: base_share(base, base_of),
        tgi: tgi(n, of, base, base_of),
    }
}

/// Counts of a group's values, here and in the base.
struct Group {
    key: String,
    counts: Vec<(String, i64, i64)>,
    missing: (i64, i64),
    by_size: bool,
}

impl Group {
    fn told(self) -> PortraitGroup {
        let of: i64 = self.counts.iter().map(|c| c.1).sum();
        let base_of: i64 = self.counts.iter().map(|c| c.2).sum();
        let (zh, en) = match self.key.as_str() {
            "stage" => ("生命周期".to_string(), "Stage".to_string()),
            "price_band" => ("客单价（元）".to_string(), "Average order, yuan".to_string()),
            key => label(key),
        };
        let mut cells = self.counts;
        if self.by_size {
            cells.sort_by(|a, b| b.2.cmp(&a.2).then_with(|| a.0.cmp(&b.0)));
        }
        let cells =
            cells.into_iter().filter(|c| c.2 > 0 || c.1 > 0).take(SHOWN).map(|c| cell(c.0, c.1, of, c.2, base_of)).collect();
        PortraitGroup { key: self.key, zh, en, cells, missing: self.missing.0, base_missing: self.missing.1 }
    }
}

fn words(state: &LakeState, key: &str, column: usize, here: &RoaringBitmap, base: &dyn Fn(u32) -> bool) -> Group {
    let Column::Words { dict, .. } = state.people.at(column) else {
        return Group { key: key.into(), counts: vec![], missing: (0, 0), by_size: true };
    };
    let mut counts = vec![(0i64, 0i64); dict.len()];
    for s in 0..state.people.len() as u32 {
        if state.people.is_root(s) {
            let c = &mut counts[state.people.word(column, s) as usize];
            c.0 += here.contains(s) as i64;
            c.1 += base(s) as i64;
        }
    }
    let missing = counts[0];
    let counts = counts.into_iter().enumerate().skip(1);
    let mut counts: Vec<(String, i64, i64)> = counts.map(|(c, n)| (dict.word(c as u32).to_string(), n.0, n.1)).collect();
    let ordered = key.ends_with("_band") || key.ends_with("_size") || key.ends_with("_count");
    if ordered {
        // Bands are in order of their first number.
        let lead = |t: &str| t.chars().filter(char::is_ascii_digit).take(3).collect::<String>().parse::<i64>().unwrap_or(i64::MAX);
        let low = |t: &str| !(t.starts_with("Under") || t.starts_with('<'));
        counts.sort_by(|a, b| (low(&a.0), lead(&a.0)).cmp(&(low(&b.0), lead(&b.0))));
    }
    Group { key: key.into(), counts, missing, by_size: !ordered }
}

/// Average order value, in bands of fen.
const PRICES: &[(i64, &str)] =
    &[(2_000, "<20"), (5_000, "20–50"), (10_000, "50–100"), (20_000, "100–200"), (50_000, "200–500"), (i64::MAX, "≥500")];

fn prices(state: &LakeState, here: &RoaringBitmap, base: &dyn Fn(u32) -> bool) -> Option<Group> {
    let (orders, net) = (state.people.column("orders")?, state.people.column("net")?);
    let mut counts: Vec<(String, i64, i64)> = PRICES.iter().map(|p| (p.1.to_string(), 0, 0)).collect();
    let mut missing = (0, 0);
    for s in (0..state.people.len() as u32).filter(|s| state.people.is_root(*s)) {
        let (n, sum) = (state.people.number(orders, s), state.people.number(net, s));
        let (a, b) = (here.contains(s) as i64, base(s) as i64);
        if n == NO_VALUE || n <= 0 {
            missing = (missing.0 + a, missing.1 + b);
        } else if let Some(band) = PRICES.iter().position(|p| sum / n < p.0) {
            (counts[band].1, counts[band].2) = (counts[band].1 + a, counts[band].2 + b);
        }
    }
    Some(Group { key: "price_band".into(), counts, missing, by_size: false })
}

#[derive(Clone, Default)]
struct Acts {
    hours: [(i64, i64); 24],
    persons: Vec<(i64, i64)>,
}

fn acts(
    pool: &Pool,
    here: &RoaringBitmap,
    base: &(dyn Fn(u32) -> bool + Sync),
    base_persons: i64,
) -> Option<(Vec<HourCell>, Vec<ResponseCell>)> {
    let calendar = pool.calendar();
    let is_act: Vec<bool> = {
        let state = pool.read();
        (0..state.words.names.len()).map(|n| !state.words.is_quiet(n as u16)).collect()
    };
    let names = is_act.len();
    let all = pool.lake.fold(
        &AtomicBool::new(false),
        || Acts { hours: Default::default(), persons: vec![(0, 0); names] },
        |acc, _, root, v| {
            let (a, b) = (here.contains(root) as i64, base(root) as i64);
            if a + b == 0 {
                return;
            }
            let mut seen = [0u64; 64];
            for (row, name) in v.name.iter().enumerate() {
                let n = *name as usize;
                if n >= names || !is_act[n] {
                    continue;
                }
                let hour = &mut acc.hours[calendar.hour(v.at[row]) as usize];
                *hour = (hour.0 + a, hour.1 + b);
                let (word, bit) = (n / 64 % 64, 1 << (n % 64));
                if n >= 4096 || seen[word] & bit == 0 {
                    seen[word] |= bit;
                    acc.persons[n] = (acc.persons[n].0 + a, acc.persons[n].1 + b);
                }
            }
        },
        |a, b| {
            a.hours.iter_mut().zip(b.hours).for_each(|(x, y)| *x = (x.0 + y.0, x.1 + y.1));
            a.persons.iter_mut().zip(b.persons).for_each(|(x, y)| *x = (x.0 + y.0, x.1 + y.1));
        },
    )?;
    let (of, base_of) = all.hours.iter().fold((0, 0), |t, h| (t.0 + h.0, t.1 + h.1));
    let hour = |(i, h): (usize, &(i64, i64))| HourCell {
        hour: i as i64,
        count: h.0,
        share_bp: share_bp(h.0, of),
        base_bp: (base_persons >= SMALL).then(|| share_bp(h.1, base_of)),
    };
    let hours = all.hours.iter().enumerate().map(hour).collect();
    let state = pool.read();
    let persons = here.len() as i64;
    let mut responses: Vec<ResponseCell> = all
        .persons
        .iter()
        .enumerate()
        .filter(|(_, n)| n.0 >= SMALL)
        .map(|(i, n)| ResponseCell {
            name: state.words.names.word(i as u32).to_string(),
            persons: n.0,
            share_bp: share_bp(n.0, persons),
            base_bp: base_share(n.1, base_persons),
            tgi: tgi(n.0, persons, n.1, base_persons),
        })
        .collect();
    responses.sort_by(|a, b| b.tgi.cmp(&a.tgi).then_with(|| a.name.cmp(&b.name)));
    responses.truncate(SHOWN);
    Some((hours, responses))
}

/// Who bought what, each person once: counts here and in the base.
struct Bought {
    categories: HashMap<String, (i64, i64)>,
    products: HashMap<i64, (i64, i64)>,
    names: HashMap<i64, String>,
    labels: HashMap<String, (String, String)>,
    buyers: (i64, i64),
}

/// Rows that are counted at once: the follower waits as long.
const ROWS: usize = 4096;

fn bought(tx: &mut Tx, pool: &Pool, who: &Staff, here: &RoaringBitmap, base: &dyn Fn(u32) -> bool) -> Result<Bought> {
    let mut b = Bought {
        categories: HashMap::new(), products: HashMap::new(), names: HashMap::new(), labels: HashMap::new(), buyers: (0, 0),
    };
    let (mut last, mut rows) = (Last::default(), Vec::with_capacity(ROWS));
    tx.each(
        "select distinct w.root_id, k.product_id, d.category from orders o join person w on w.id = o.person_id \
         join order_line l on l.order_id = o.id join sku k on k.id = l.sku_id join product d on d.id = k.product_id \
         where o.brand_id = $1 and o.paid_at is not null and o.state not in ('cancelled', 'refunded') order by w.root_id",
        params![who.brand],
        |r| {
            rows.push((r.get(0)?, r.get(1)?, r.get(2)?));
            if rows.len() == ROWS {
                b.count(&mut rows, &mut last, &pool.read(), here, base);
            }
            Ok(())
        },
    )?;
    b.count(&mut rows, &mut last, &pool.read(), here, base);
    let rows: Vec<(i64, String)> = tx.all("select id, name from product where brand_id = $1", params![who.brand])?;
    b.names = rows.into_iter().collect();
    let rows: Vec<(String, String, String)> = tx.all("select code, zh, en from category where brand_id = $1", params![who.brand])?;
    b.labels = rows.into_iter().map(|(code, zh, en)| (code, (zh, en))).collect();
    Ok(b)
}

/// What was counted of the person whose rows are being read.
#[derive(Default)]
struct Last {
    person: i64,
    products: Vec<i64>,
    categories: Vec<String>,
}

impl Bought {
    /// Counts rows of person, product and category, in the order of persons.
    fn count(&mut self, rows: &mut Vec<(i64, i64, String)>, last: &mut Last, state: &LakeState, here: &RoaringBitmap, base: &dyn Fn(u32) -> bool) {
        for (person, product, category) in rows.drain(..) {
            let Some(s) = state.people.find(person) else { continue };
            let (h, a) = (here.contains(s) as i64, base(s) as i64);
            if last.person != person {
                *last = Last { person, ..Last::default() };
                self.buyers = (self.buyers.0 + h, self.buyers.1 + a);
            }
            if !last.products.contains(&product) {
                last.products.push(product);
                let n = self.products.entry(product).or_default();
                *n = (n.0 + h, n.1 + a);
            }
            if !last.categories.contains(&category) {
                let n = self.categories.entry(category.clone()).or_default();
                *n = (n.0 + h, n.1 + a);
                last.categories.push(category);
            }
        }
    }

    fn told(self) -> (Vec<PortraitCell>, Vec<ProductCell>) {
        let (of, base_of) = self.buyers;
        let mut categories: Vec<(String, (i64, i64))> = self.categories.into_iter().collect();
        categories.sort_by(|a, b| b.1.0.cmp(&a.1.0).then_with(|| a.0.cmp(&b.0)));
        let categories = categories
            .into_iter()
            .take(SHOWN)
            .map(|(code, n)| {
                let (zh, en) = self.labels.get(&code).cloned().unzip();
                PortraitCell { zh, en, ..cell(code, n.0, of, n.1, base_of) }
            })
            .collect();
        let mut products: Vec<ProductCell> = self
            .products
            .into_iter()
            .filter(|(_, n)| n.0 >= SMALL)
            .map(|(id, n)| ProductCell {
                id: ProductId::new(id),
                name: self.names.get(&id).cloned().unwrap_or_default(),
                persons: n.0,
                share_bp: share_bp(n.0, of),
                base_bp: base_share(n.1, base_of),
                tgi: tgi(n.0, of, n.1, base_of),
            })
            .collect();
        products.sort_by(|a, b| b.tgi.cmp(&a.tgi).then_with(|| b.persons.cmp(&a.persons)).then_with(|| a.id.cmp(&b.id)));
        products.truncate(SHOWN);
        (categories, products)
    }
}

/// Those who left a segment in so many days and are not in it now.
fn leavers(tx: &mut Tx, pool: &Pool, here: &RoaringBitmap, segment: SegmentId, days: i64) -> Result<RoaringBitmap> {
    let since = tx.now() - days * DAY;
    let gone = left(tx, pool.brand, segment, since)?;
    let state = pool.read();
    Ok(gone.into_iter().filter_map(|p| state.people.find(p)).filter(|s| !here.contains(*s)).collect())
}

/// How the people of a segment are spread, compared with everybody, another segment or those who left.
#[utoipa::path(get, path = "/api/v1/segments/{id}/portrait", tag = "know", params(("id" = SegmentId, Path), Against), responses((status = 200, body = SegmentPortrait)))]
pub async fn segment_portrait(
    State(app): State<App>,
    Extension(live): Extension<Arc<Live>>,
    who: Staff,
    Path(id): Path<SegmentId>,
    Query(ask): Query<Against>,
) -> Answer<Json<SegmentPortrait>> {
    who.need(May::MeasureRead)?;
    let pool = live.pool(who.brand)?;
    let of = |id: SegmentId| -> Result<RoaringBitmap> {
        pool.engine().of(id).map(|s| s.members.clone()).ok_or_else(|| Problem::not_found("segment"))
    };
    if ask.left_days.is_some_and(|days| ask.against.is_some() || !(1..=3650).contains(&days)) {
        return Err(Problem::field("left_days", "use 1 to 3650 days, and no other segment beside it").into());
    }
    let (here, other) = (of(id)?, ask.against.map(of).transpose()?);
    let portrait = app
        .db
        .read(move |tx| {
            let leavers = match ask.left_days {
                Some(days) => Some(leavers(tx, &pool, &here, id, days)?),
                None => None,
            };
            let other = leavers.as_ref().or(other.as_ref());
            let base = |s: u32| other.is_none_or(|o| o.contains(s));
            let bought = bought(tx, &pool, &who, &here, &base)?;
            let base_persons = {
                let state = pool.read();
                (0..state.people.len() as u32).filter(|s| state.people.is_root(*s) && base(*s)).count() as i64
            };
            let (hours, responses) = acts(&pool, &here, &base, base_persons).unwrap_or_default();
            let state = pool.read();
            let mut groups = vec![];
            for (i, (key, column)) in state.people.columns().enumerate() {
                let wanted = key == "stage" || !http::is_inner(key);
                if wanted && matches!(column, Column::Words { .. }) {
                    groups.push(words(&state, key, i, &here, &base).told());
                }
            }
            groups.extend(prices(&state, &here, &base).map(Group::told));
            groups.retain(|g| !g.cells.is_empty());
            drop(state);
            let (categories, products) = bought.told();
            Ok(SegmentPortrait { persons: here.len() as i64, base: base_persons, groups, hours, categories, products, responses })
        })
        .await?;
    Ok(Json(portrait))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tgi_is_the_ratio_of_shares() {
        // 30 of 100 here, 15 of 100 in the base.
        assert_eq!(tgi(30, 100, 150, 1000), Some(200));
        assert_eq!((tgi(5, 100, 5, 1000), base_share(5, 1000)), (Some(1000), Some(50)));
        // Few, here or in the base.
        assert_eq!((tgi(4, 100, 150, 1000), tgi(30, 100, 4, 1000), base_share(4, 1000)), (None, None, None));
    }
}
