//! What persons are worth: RFM and cohorts of first buyers.
use super::moves::Period;
use super::{About, Asked, Common, Pick, Question, day_text};
use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_base::Day;
use weir_ground::base::{Problem, Result, share_bp};
use weir_lake::fold::cohort::Cohorts;
use weir_lake::fold::rfm::{Cell, Rfm, Scores};
use weir_lake::table::Table;

/// What a purchase is.
const PAID: &str = "order.paid";

/// Recency, frequency and money of who paid in the range, scored 1 to 5. Picks: `r`, `f`, `m`, or `group`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RfmQuestion {
    #[serde(flatten)]
    pub common: Common,
    /// Four growing cuts each; null takes the quintiles. Recency in civil days: at most the first scores 5.
    #[serde(default)]
    pub r: Option<Vec<i64>>,
    /// Purchases: less than the first scores 1, at least the last 5.
    #[serde(default)]
    pub f: Option<Vec<i64>>,
    /// Fen, as for purchases.
    #[serde(default)]
    pub m: Option<Vec<i64>>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RfmCuts {
    pub r: [i64; 4],
    pub f: [i64; 4],
    pub m: [i64; 4],
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AskRfmCell)]
pub struct RfmCell {
    pub r: usize,
    pub f: usize,
    pub persons: u64,
    pub revenue_fen: i64,
    /// Civil days since the last purchase, mean.
    pub avg_days: Option<f64>,
}

/// One of eight kinds of customer: by money, recency and frequency of 4 and more or less.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AskRfmKind)]
pub struct RfmKind {
    /// `champion`, `promising`, `keep`, `win_back`, `regular`, `newcomer`, `fading`, `lost`
    pub key: String,
    pub persons: u64,
    pub revenue_fen: i64,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RfmAnswer {
    #[serde(flatten)]
    pub about: About,
    pub cuts: RfmCuts,
    pub cells: Vec<RfmCell>,
    pub groups: Vec<RfmKind>,
}

/// Kinds by money, recency and frequency, high before low.
const KINDS: [&str; 8] = ["champion", "promising", "keep", "win_back", "regular", "newcomer", "fading", "lost"];

fn kind(r: usize, f: usize, m: usize) -> usize {
    4 * usize::from(m < 4) + 2 * usize::from(r < 4) + usize::from(f < 4)
}

fn cuts(field: &str, cuts: &Option<Vec<i64>>) -> Result<Option<[i64; 4]>> {
    let Some(all) = cuts else { return Ok(None) };
    let four: Option<[i64; 4]> = all.clone().try_into().ok();
    let four = four.filter(|c| c.windows(2).all(|w| w[0] < w[1]));
    four.map(Some).ok_or_else(|| Problem::field(field, "use four growing numbers"))
}

impl RfmQuestion {
    fn fold(&self, a: &Asked) -> Result<Rfm> {
        let (r, f, m) = (cuts("r", &self.r)?, cuts("f", &self.f)?, cuts("m", &self.m)?);
        Ok(Rfm { paid: a.named(PAID), from: a.from, to: a.to, today: a.calendar.day(a.now.min(a.to - 1)), r, f, m })
    }
}

fn each(s: &Scores) -> impl Iterator<Item = ([usize; 3], &Cell)> {
    let place = |i: usize| [i / 25 + 1, i / 5 % 5 + 1, i % 5 + 1];
    s.cells.iter().flatten().flatten().enumerate().map(move |(i, c)| (place(i), c))
}

impl Question for RfmQuestion {
    type Answer = RfmAnswer;
    fn common(&self) -> &Common {
        &self.common
    }
    fn answer(&self, a: &Asked) -> Result<Option<RfmAnswer>> {
        let Some(s) = self.fold(a)?.ask(&a.scope(), &a.calendar) else { return Ok(None) };
        let (mut cells, mut kinds) = ([Cell::default(); 25], [Cell::default(); 8]);
        for ([r, f, m], c) in each(&s) {
            for sum in [&mut cells[(r - 1) * 5 + f - 1], &mut kinds[kind(r, f, m)]] {
                sum.persons += c.persons;
                sum.money += c.money;
                sum.days += c.days;
            }
        }
        let cell = |(i, c): (usize, &Cell)| RfmCell {
            r: i / 5 + 1,
            f: i % 5 + 1,
            persons: c.persons,
            revenue_fen: c.money,
            avg_days: (c.persons > 0).then(|| (c.days as f64 / c.persons as f64 * 10.0).round() / 10.0),
        };
        Ok(Some(RfmAnswer {
            about: About::default(),
            cuts: RfmCuts { r: s.r, f: s.f, m: s.m },
            cells: cells.iter().enumerate().map(cell).collect(),
            groups: KINDS.iter().zip(kinds).map(|(k, c)| RfmKind { key: k.to_string(), persons: c.persons, revenue_fen: c.money }).collect(),
        }))
    }
    fn table(answer: &RfmAnswer) -> Table {
        Table::default()
            .whole("r", answer.cells.iter().map(|c| Some(c.r as i64)))
            .whole("f", answer.cells.iter().map(|c| Some(c.f as i64)))
            .whole("persons", answer.cells.iter().map(|c| Some(c.persons as i64)))
            .whole("revenue_fen", answer.cells.iter().map(|c| Some(c.revenue_fen)))
            .real("avg_days", answer.cells.iter().map(|c| c.avg_days))
    }
    fn about(answer: &mut RfmAnswer) -> &mut About {
        &mut answer.about
    }
    fn persons(&self, a: &Asked, pick: &Pick) -> Result<Option<RoaringBitmap>> {
        let q = self.fold(a)?;
        let Some(bought) = q.bought(&a.scope(), &a.calendar) else { return Ok(None) };
        let scores = q.score(&bought);
        let group = match &pick.group {
            Some(g) => Some(KINDS.iter().position(|k| k == g).ok_or_else(|| Problem::field("pick.group", "there is no such group"))?),
            None => None,
        };
        let fits = |[r, f, m]: [usize; 3]| {
            let same = |want: Option<usize>, is| want.is_none_or(|w| w == is);
            same(pick.r, r) && same(pick.f, f) && same(pick.m, m) && same(group, kind(r, f, m))
        };
        Ok(Some(bought.iter().filter(|b| fits(scores.of(b))).map(|b| b.person).collect()))
    }
}

/// What first buyers bring, period by period. Picks: `cohort`, and a `period` in which they bought.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CohortsQuestion {
    #[serde(flatten)]
    pub common: Common,
    pub unit: Period,
    /// Periods after the one of the first purchase.
    pub periods: usize,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RevenueCohort {
    /// The civil day that the period begins on.
    pub from: String,
    pub size: u64,
    /// Of periods 0, 1, …; null while one has not begun.
    pub revenue_fen: Vec<Option<i64>>,
    pub cumulative_per_head_fen: Vec<Option<i64>>,
    /// Ten-thousandths who bought again within the periods.
    pub repurchase_bp: i64,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CohortsAnswer {
    #[serde(flatten)]
    pub about: About,
    pub cohorts: Vec<RevenueCohort>,
}

impl CohortsQuestion {
    fn fold(&self, a: &Asked) -> Result<Cohorts> {
        if !(1..=60).contains(&self.periods) {
            return Err(Problem::field("periods", "use 1 to 60"));
        }
        Ok(Cohorts::new(&a.calendar, self.unit.unit(), a.days, self.periods, a.named(PAID)))
    }
}

impl Question for CohortsQuestion {
    type Answer = CohortsAnswer;
    fn common(&self) -> &Common {
        &self.common
    }
    fn answer(&self, a: &Asked) -> Result<Option<CohortsAnswer>> {
        let q = self.fold(a)?;
        let Some(all) = q.ask(&a.scope()) else { return Ok(None) };
        let cohort = |(i, c): (usize, &weir_lake::fold::cohort::Cohort)| {
            let mut sum = 0;
            let revenue: Vec<Option<i64>> =
                c.revenue.iter().enumerate().map(|(k, fen)| q.begun(i, k, a.now).then_some(*fen)).collect();
            let per_head = |fen: &Option<i64>| {
                fen.map(|fen| {
                    sum += fen;
                    if c.size == 0 { 0 } else { (sum as f64 / c.size as f64).round() as i64 }
                })
            };
            RevenueCohort {
                from: day_text(c.day),
                size: c.size,
                cumulative_per_head_fen: revenue.iter().map(per_head).collect(),
                revenue_fen: revenue,
                repurchase_bp: share_bp(c.again, c.size),
            }
        };
        Ok(Some(CohortsAnswer { about: About::default(), cohorts: all.iter().enumerate().map(cohort).collect() }))
    }
    fn table(answer: &CohortsAnswer) -> Table {
        let periods = answer.cohorts.first().map_or(0, |c| c.revenue_fen.len());
        let t = Table::default()
            .text("cohort", answer.cohorts.iter().map(|c| Some(c.from.clone())))
            .whole("size", answer.cohorts.iter().map(|c| Some(c.size as i64)))
            .whole("repurchase_bp", answer.cohorts.iter().map(|c| Some(c.repurchase_bp)));
        (0..periods).fold(t, |t, k| t.whole(&format!("revenue_fen_{k}"), answer.cohorts.iter().map(|c| c.revenue_fen[k])))
    }
    fn about(answer: &mut CohortsAnswer) -> &mut About {
        &mut answer.about
    }
    fn persons(&self, a: &Asked, pick: &Pick) -> Result<Option<RoaringBitmap>> {
        let q = self.fold(a)?;
        let Some(all) = q.ask(&a.scope()) else { return Ok(None) };
        let day = pick.cohort.as_deref().and_then(Day::parse);
        let cohort = all.iter().position(|c| Some(Day(c.day)) == day);
        let cohort = cohort.ok_or_else(|| Problem::field("pick.cohort", "there is no such cohort"))?;
        Ok(q.persons(&a.scope(), cohort, pick.period))
    }
}
