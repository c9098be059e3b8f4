//! RFM: how lately, how often and for how much somebody buys, each as a score from 1 to 5 (K16).
//!
//! * R: civil days since the last order that stands, in the brand's zone. Fewer is better.
//! * F: orders that stand in the window. M: what was kept of their money, in fen.
//! * The window is the last `window_days` civil days, today among them. Who has no order in it has no score.
//!
//! Scores are cut at fixed places. Quantiles only propose the cuts; once a version is frozen nobody's score
//! depends on what others do, and equal values have equal scores. A score can change by the clock alone:
//! at the start of a civil day on which R passes a cut or an order leaves the window; [`score`] says when.
pub mod cuts;
pub mod http;
pub mod table;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_ground::base::{Ms, Problem, Result, Zone, time::Day};
use weir_ground::event::BrandId;
use weir_ground::{Row, Tx, db::row::FromRow, params};

/// Four ascending cuts a dimension. R: 5 up to the first cut, in days, 1 beyond the last. F and M: 1 up to
/// the first cut, 5 beyond the last. Cuts may be equal; then nobody has the scores between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Cuts {
    /// Days
    pub r: [i64; 4],
    /// Orders
    pub f: [i64; 4],
    /// Fen
    pub m: [i64; 4],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RfmKind)]
pub enum Kind {
    Quantile,
    Fixed,
}

/// Cuts that were frozen: what a score means until somebody freezes others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RfmVersion)]
pub struct Version {
    /// Counts up within the brand; 0 is a proposal that nobody froze.
    pub n: i64,
    pub kind: Kind,
    pub window_days: i64,
    pub cuts: Cuts,
    pub made_by: Option<String>,
    pub made_at: Ms,
}

impl FromRow for Version {
    fn from_row(r: &Row<'_>) -> Result<Version> {
        let kind: String = r.get(1)?;
        Ok(Version {
            n: r.get(0)?,
            kind: if kind == "fixed" { Kind::Fixed } else { Kind::Quantile },
            window_days: r.get(2)?,
            cuts: serde_json::from_str(&r.get::<String>(3)?).map_err(Problem::internal)?,
            made_by: r.get(4)?,
            made_at: r.get(5)?,
        })
    }
}

pub(crate) const COLUMNS: &str = "n, kind, window_days, cuts, made_by, made_at";

/// The version in force; nothing before the first one was frozen.
pub fn current(tx: &mut Tx, brand: BrandId) -> Result<Option<Version>> {
    tx.opt(&format!("select {COLUMNS} from rfm_version where brand_id = $1 order by n desc limit 1"), params![brand])
}

/// Three scores from 1 to 5; 5 is best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, ToSchema)]
#[schema(as = RfmScore)]
pub struct Score {
    pub r: i64,
    pub f: i64,
    pub m: i64,
}

/// An order that stands: when it was paid, and what of it was kept, in fen.
pub type Order = (Ms, i64);

impl Version {
    /// The score of somebody whose last order lies `days` back, with so many orders and so much money.
    pub fn of(&self, days: i64, orders: i64, kept: i64) -> Score {
        let passed = |cuts: &[i64; 4], value: i64| cuts.iter().filter(|c| value > **c).count() as i64;
        Score { r: 5 - passed(&self.cuts.r, days), f: 1 + passed(&self.cuts.f, orders), m: 1 + passed(&self.cuts.m, kept) }
    }

    /// The first instant of the window that ends at `now`.
    pub fn since(&self, zone: &Zone, now: Ms) -> Ms {
        zone.start_of(Day(zone.day(now).0 - self.window_days as i32 + 1))
    }

    fn on(&self, orders: &[(i64, i64)], today: i64) -> Option<Score> {
        let (mut last, mut n, mut kept) = (i64::MIN, 0, 0);
        for (day, money) in orders.iter().filter(|(day, _)| *day <= today && today - day < self.window_days) {
            (last, n, kept) = (last.max(*day), n + 1, kept + money);
        }
        (n > 0).then(|| self.of(today - last, n, kept))
    }
}

/// The score at `now` of somebody with these orders, in any order, and when it changes if nothing happens.
/// Orders that went back whole, and those after `now`, must not be among them.
pub fn score(orders: &[Order], version: &Version, zone: &Zone, now: Ms) -> (Option<Score>, Option<Ms>) {
    let today = zone.day(now).0 as i64;
    let days: Vec<(i64, i64)> = orders.iter().map(|(at, kept)| (zone.day(*at).0 as i64, *kept)).collect();
    let here = version.on(&days, today);
    if here.is_none() {
        return (None, None);
    }
    // R passes a cut the day after, and an order leaves the window when its days are over. The last order decides
    // about R as long as there is a score at all: it is the last one to leave.
    let last = days.iter().map(|d| d.0).max().unwrap_or(today);
    let mut edges: Vec<i64> = version.cuts.r.iter().map(|cut| last + cut + 1).collect();
    edges.extend(days.iter().map(|d| d.0 + version.window_days));
    edges.retain(|day| *day > today);
    edges.sort_unstable();
    edges.dedup();
    let next = edges.into_iter().find(|day| version.on(&days, *day) != here);
    (here, next.map(|day| zone.start_of(Day(day as i32))))
}

/// The eight kinds of customers (客户价值分层): M first, then R and F; high is a score of 4 or 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RfmGroup)]
pub enum Group {
    /// 重要价值
    Champion,
    /// 重要发展
    Promising,
    /// 重要保持
    Keep,
    /// 重要挽留
    WinBack,
    /// 一般价值
    Regular,
    /// 一般发展
    Newcomer,
    /// 一般保持
    Fading,
    /// 一般挽留
    Lost,
}

impl Group {
    pub const ALL: [Group; 8] = [
        Group::Champion, Group::Promising, Group::Keep, Group::WinBack, Group::Regular, Group::Newcomer, Group::Fading, Group::Lost,
    ];

    pub const fn code(self) -> &'static str {
        match self {
            Group::Champion => "champion",
            Group::Promising => "promising",
            Group::Keep => "keep",
            Group::WinBack => "win_back",
            Group::Regular => "regular",
            Group::Newcomer => "newcomer",
            Group::Fading => "fading",
            Group::Lost => "lost",
        }
    }
}

impl Score {
    pub fn group(self) -> Group {
        let four = if self.m >= 4 { 0 } else { 4 };
        Group::ALL[four + if self.r >= 4 { 0 } else { 2 } + if self.f >= 4 { 0 } else { 1 }]
    }
}

/// Some of the scores, as a link says them: `r4f5`, `r5f5m3`, `m1`, or the code of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    Scores { r: Option<i64>, f: Option<i64>, m: Option<i64> },
    Group(Group),
}

impl Which {
    pub fn parse(text: &str) -> Result<Which> {
        if let Some(group) = Group::ALL.into_iter().find(|g| g.code() == text) {
            return Ok(Which::Group(group));
        }
        let wrong = || Problem::field("rfm", "use scores such as r4f5, r5f5m5 or m1, or a group such as champion");
        let (mut scores, mut rest) = ([None; 3], text);
        for (place, letter) in ['r', 'f', 'm'].into_iter().enumerate() {
            if let Some(after) = rest.strip_prefix(letter) {
                let digit = after.chars().next().and_then(|c| c.to_digit(10)).filter(|d| (1..=5).contains(d)).ok_or_else(wrong)?;
                (scores[place], rest) = (Some(digit as i64), &after[1..]);
            }
        }
        let [r, f, m] = scores;
        if rest.is_empty() && scores.iter().any(Option::is_some) { Ok(Which::Scores { r, f, m }) } else { Err(wrong()) }
    }

    /// Lowest and highest score of R, F and M.
    fn ranges(self) -> [(i64, i64); 3] {
        match self {
            Which::Group(group) => {
                let place = group as usize;
                [place & 2, place & 1, place & 4].map(|low| if low == 0 { (4, 5) } else { (1, 3) })
            }
            Which::Scores { r, f, m } => [r, f, m].map(|score| score.map_or((1, 5), |s| (s, s))),
        }
    }

    pub fn holds(self, score: Score) -> bool {
        self.ranges().iter().zip([score.r, score.f, score.m]).all(|((low, high), is)| (*low..=*high).contains(&is))
    }
}

/// SQL over person `p`: whether they have these scores now, by the cuts in force. Begins with `and`.
pub fn condition(tx: &mut Tx, id: BrandId, which: Which) -> Result<String> {
    let (version, zone, now) = (cuts::in_force(tx, id)?, weir_keep::brand::get(tx, id)?.zone()?, tx.now());
    let (today, since) = (zone.day(now).0, version.since(&zone, now));
    let [r, f, m] = which.ranges();
    let mut having = vec![];
    // At most so many days ago is at or after the beginning of that day.
    let begins = |days: i64| zone.start_of(Day(today - days.min(100_000) as i32));
    if r.0 > 1 {
        having.push(format!("max(o.paid_at) >= {}", begins(version.cuts.r[(5 - r.0) as usize])));
    }
    if r.1 < 5 {
        having.push(format!("max(o.paid_at) < {}", begins(version.cuts.r[(4 - r.1) as usize])));
    }
    for (what, cuts, (low, high)) in [("count(*)", version.cuts.f, f), ("sum(o.paid - o.refunded)", version.cuts.m, m)] {
        if low > 1 {
            having.push(format!("{what} > {}", cuts[low as usize - 2]));
        }
        if high < 5 {
            having.push(format!("{what} <= {}", cuts[high as usize - 1]));
        }
    }
    let having = if having.is_empty() { String::new() } else { format!(" having {}", having.join(" and ")) };
    let placed = since - table::LONGEST_UNPAID;
    Ok(format!(
        " and p.id in (select q.root_id from orders o join person q on q.id = o.person_id where o.brand_id = {} and o.placed_at >= {placed} \
         and o.paid_at >= {since} and o.paid_at <= {now} and o.state not in ('paid_late', 'cancelled', 'refunded') group by q.root_id{having})",
        id.n()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_ground::base::time::{DAY, HOUR};

    fn version(window_days: i64) -> Version {
        let cuts = Cuts { r: [3, 7, 14, 30], f: [1, 2, 4, 4], m: [1_000, 5_000, 20_000, 100_000] };
        Version { n: 1, kind: Kind::Fixed, window_days, cuts, made_by: None, made_at: 0 }
    }

    #[test]
    fn equal_values_have_equal_scores_and_a_cut_belongs_to_the_better_recency() {
        let v = version(90);
        assert_eq!(v.of(0, 1, 1_000), Score { r: 5, f: 1, m: 1 });
        assert_eq!(v.of(3, 2, 1_001), Score { r: 5, f: 2, m: 2 });
        assert_eq!(v.of(4, 3, 5_001), Score { r: 4, f: 3, m: 3 });
        assert_eq!(v.of(30, 4, 100_000), Score { r: 2, f: 3, m: 4 });
        // Nobody has F = 4 where two cuts are equal.
        assert_eq!(v.of(31, 5, 100_001), Score { r: 1, f: 5, m: 5 });
    }

    #[test]
    fn groups_are_named_by_money_recency_and_frequency() {
        let group = |r, f, m| Score { r, f, m }.group().code();
        assert_eq!([group(5, 4, 4), group(4, 3, 5), group(3, 5, 4), group(1, 1, 5)], ["champion", "promising", "keep", "win_back"]);
        assert_eq!([group(4, 4, 3), group(5, 1, 1), group(3, 4, 3), group(3, 3, 3)], ["regular", "newcomer", "fading", "lost"]);
    }

    #[test]
    fn links_are_read_and_wrong_ones_refused() {
        assert_eq!(Which::parse("r4f5").unwrap(), Which::Scores { r: Some(4), f: Some(5), m: None });
        assert_eq!(Which::parse("m1").unwrap(), Which::Scores { r: None, f: None, m: Some(1) });
        assert_eq!(Which::parse("win_back").unwrap(), Which::Group(Group::WinBack));
        for wrong in ["", "r", "r0", "r6f1", "f1r1", "r44", "r4f", "champions", "r四"] {
            assert!(Which::parse(wrong).is_err(), "{wrong}");
        }
    }

    /// The next flip is the first instant at which the score is another one, found by asking hour by hour.
    #[test]
    fn the_next_flip_is_the_first_instant_with_another_score() {
        let mut seed = 7u64;
        let mut dice = |n: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % n
        };
        // Over the change of clocks in New York on 8 March, and where Beirut has no midnight on 29 March.
        let start = weir_ground::base::time::parse_instant("2026-03-07T00:00:00Z").unwrap();
        let mut flips = 0;
        for round in 0..60 {
            let zone = Zone::named(["America/New_York", "Asia/Beirut", "Asia/Shanghai"][round % 3]).unwrap();
            let v = version([20, 45][round % 2]);
            let orders: Vec<Order> =
                (0..1 + dice(6)).map(|_| (start - (dice(30 * 24)) as i64 * HOUR, 300 + dice(30_000) as i64)).collect();
            let now = start + dice(48) as i64 * HOUR + dice(3_600_000) as i64;
            let (here, next) = score(&orders, &v, &zone, now);
            let changed = (1..50 * 24).map(|h| (now / HOUR + h) * HOUR).find(|at| score(&orders, &v, &zone, *at).0 != here);
            assert_eq!(next, changed, "{orders:?} at {now}");
            flips += next.is_some() as i64;
            if let Some(next) = next {
                assert_eq!(score(&orders, &v, &zone, next - 1).0, here);
            }
        }
        assert!(flips > 30);
        assert_eq!(score(&[], &version(90), &Zone::named("UTC").unwrap(), 0), (None, None));
        assert_eq!(score(&[(0, 5)], &version(90), &Zone::named("UTC").unwrap(), 100 * DAY), (None, None));
    }
}
