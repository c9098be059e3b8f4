//! Trends, distributions and intervals.
use super::{About, Asked, Common, Group, Pick, Question, day_text};
use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_ground::base::{Problem, Result, time};
use weir_know::segment::rule::{EventTest, Measure as Said};
use weir_lake::fold::distribution::{self, Distribution};
use weir_lake::fold::interval::Interval;
use weir_lake::fold::trend::{self, Trend};
use weir_lake::fold::{Amount, Buckets, Unit};
use weir_lake::table::Table;

fn amount(a: &Asked, key: &str) -> Amount {
    match key {
        "value" => Amount::Value,
        key => Amount::Prop(a.pool.lake.write().words.keys.code(key) as u16),
    }
}

/// What is measured in each bucket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TrendMeasure {
    Count,
    Persons,
    /// Of `value` (fen) or a property that is a number.
    Sum(String),
    Avg(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TrendUnit)]
pub enum Step {
    Hour,
    Day,
    Week,
    Month,
}

impl Step {
    fn unit(self) -> Unit {
        match self {
            Step::Hour => Unit::Hour,
            Step::Day => Unit::Day,
            Step::Week => Unit::Week,
            Step::Month => Unit::Month,
        }
    }
}

/// How often something happens. Picks: `bucket`, `group`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TrendQuestion {
    #[serde(flatten)]
    pub common: Common,
    pub event: EventTest,
    pub measure: TrendMeasure,
    pub unit: Step,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TrendGroup {
    #[serde(flatten)]
    pub group: Group,
    /// Of each bucket; an average of nothing is 0.
    pub values: Vec<f64>,
    pub total: f64,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TrendAnswer {
    #[serde(flatten)]
    pub about: About,
    /// The civil day that each begins on; of hours, `2026-03-05T14:00`.
    pub buckets: Vec<String>,
    pub groups: Vec<TrendGroup>,
}

impl TrendQuestion {
    fn fold(&self, a: &Asked) -> Result<Trend> {
        if self.unit == Step::Hour && a.days.1 - a.days.0 > 92 {
            return Err(Problem::field("unit", "ask for hours of at most 92 days"));
        }
        let measure = match &self.measure {
            TrendMeasure::Count => trend::Measure::Count,
            TrendMeasure::Persons => trend::Measure::Persons,
            TrendMeasure::Sum(key) | TrendMeasure::Avg(key) => trend::Measure::Sum(amount(a, key)),
        };
        let buckets = Buckets::new(&a.calendar, self.unit.unit(), a.days.0, a.days.1);
        Ok(Trend { event: a.which(&self.event)?, measure, buckets, by: a.by })
    }
    fn value(&self, c: &trend::Cell) -> f64 {
        let sum = c.fen as f64 + c.real;
        match &self.measure {
            TrendMeasure::Count | TrendMeasure::Persons => c.n as f64,
            TrendMeasure::Sum(_) => sum,
            TrendMeasure::Avg(_) if c.n == 0 => 0.0,
            TrendMeasure::Avg(_) => sum / c.n as f64,
        }
    }
    fn name(&self, a: &Asked, b: &Buckets, i: usize) -> String {
        let day = day_text(b.day(i));
        if self.unit == Step::Hour { format!("{day}T{:02}:00", a.calendar.hour(b.start(i))) } else { day }
    }
}

impl Question for TrendQuestion {
    type Answer = TrendAnswer;
    fn common(&self) -> &Common {
        &self.common
    }
    fn answer(&self, a: &Asked) -> Result<Option<TrendAnswer>> {
        let t = self.fold(a)?;
        let Some(groups) = t.ask(&a.scope()) else { return Ok(None) };
        let group = |g: &trend::Group| TrendGroup {
            group: a.group(g.key),
            values: g.cells.iter().map(|c| self.value(c)).collect(),
            total: self.value(&g.total),
        };
        let mut groups: Vec<TrendGroup> = groups.iter().map(group).collect();
        groups.sort_by(|x, y| y.total.total_cmp(&x.total).then_with(|| x.group.key.cmp(&y.group.key)));
        groups.truncate(a.top);
        let buckets = (0..t.buckets.len()).map(|i| self.name(a, &t.buckets, i)).collect();
        Ok(Some(TrendAnswer { about: About::default(), buckets, groups }))
    }
    fn table(answer: &TrendAnswer) -> Table {
        let t = Table::default().text("bucket", answer.buckets.iter().cloned().map(Some));
        let one = answer.groups.len() == 1;
        answer.groups.iter().fold(t, |t, g| {
            let name = if one { "value" } else { g.group.zh.as_deref().or(g.group.key.as_deref()).unwrap_or("-") };
            t.real(name, g.values.iter().copied().map(Some))
        })
    }
    fn about(answer: &mut TrendAnswer) -> &mut About {
        &mut answer.about
    }
    fn persons(&self, a: &Asked, pick: &Pick) -> Result<Option<RoaringBitmap>> {
        let t = self.fold(a)?;
        let wanted = pick.bucket.as_deref().unwrap_or("");
        let bucket = (0..t.buckets.len()).find(|i| self.name(a, &t.buckets, *i) == wanted);
        let bucket = bucket.ok_or_else(|| Problem::field("pick.bucket", "there is no such bucket"))?;
        Ok(t.persons(&a.scope(), bucket, a.picked(pick)?))
    }
}

/// How a measure is spread over those who did it. Picks: `bin` from 0.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DistributionQuestion {
    #[serde(flatten)]
    pub common: Common,
    pub event: EventTest,
    #[serde(default)]
    pub measure: Said,
    /// Where bins begin, growing; null lets the answer choose.
    #[serde(default)]
    pub cuts: Option<Vec<f64>>,
}

/// From `min` to before `max`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Bin {
    pub min: Option<f64>,
    pub max: Option<f64>,
    pub persons: u64,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DistributionAnswer {
    #[serde(flatten)]
    pub about: About,
    pub bins: Vec<Bin>,
    pub mean: Option<f64>,
    pub median: Option<f64>,
    pub p90: Option<f64>,
}

impl DistributionQuestion {
    fn fold(&self, a: &Asked) -> Result<Distribution> {
        if let Some(cuts) = &self.cuts {
            let grow = cuts.windows(2).all(|w| w[0] < w[1]) && cuts.iter().all(|c| c.is_finite());
            if cuts.is_empty() || cuts.len() > 50 || !grow {
                return Err(Problem::field("cuts", "use 1 to 50 growing numbers"));
            }
        }
        let measure = match &self.measure {
            Said::Count => distribution::Measure::Count,
            Said::Days => distribution::Measure::Days,
            Said::Sum(k) => distribution::Measure::Sum(amount(a, k)),
            Said::Avg(k) => distribution::Measure::Avg(amount(a, k)),
            Said::Min(k) => distribution::Measure::Min(amount(a, k)),
            Said::Max(k) => distribution::Measure::Max(amount(a, k)),
            Said::Distinct(k) => distribution::Measure::Distinct(a.pool.lake.write().words.keys.code(k) as u16),
        };
        Ok(Distribution { event: a.which(&self.event)?, measure, from: a.from, to: a.to, cuts: self.cuts.clone() })
    }
}

impl Question for DistributionQuestion {
    type Answer = DistributionAnswer;
    fn common(&self) -> &Common {
        &self.common
    }
    fn answer(&self, a: &Asked) -> Result<Option<DistributionAnswer>> {
        let Some(s) = self.fold(a)?.ask(&a.scope(), &a.calendar) else { return Ok(None) };
        let some = |x: f64| (s.persons > 0).then_some(x);
        Ok(Some(DistributionAnswer {
            about: About::default(),
            bins: s.bins.iter().map(|b| Bin { min: b.min, max: b.max, persons: b.persons }).collect(),
            mean: some(s.mean),
            median: some(s.median),
            p90: some(s.p90),
        }))
    }
    fn table(answer: &DistributionAnswer) -> Table {
        Table::default()
            .real("from", answer.bins.iter().map(|b| b.min))
            .real("before", answer.bins.iter().map(|b| b.max))
            .whole("persons", answer.bins.iter().map(|b| Some(b.persons as i64)))
    }
    fn about(answer: &mut DistributionAnswer) -> &mut About {
        &mut answer.about
    }
    fn persons(&self, a: &Asked, pick: &Pick) -> Result<Option<RoaringBitmap>> {
        let bin = pick.bin.ok_or_else(|| Problem::field("pick.bin", "name a bin"))?;
        Ok(self.fold(a)?.persons(&a.scope(), &a.calendar, bin))
    }
}

/// How long it takes from one event to the next of another kind. Picks: `bin` from 0.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct IntervalQuestion {
    #[serde(flatten)]
    pub common: Common,
    pub first: EventTest,
    pub then: EventTest,
}

/// Times from `min_ms` to before `max_ms`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct IntervalBin {
    pub min_ms: time::Ms,
    pub max_ms: Option<time::Ms>,
    pub pairs: u64,
    pub persons: u64,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct IntervalAnswer {
    #[serde(flatten)]
    pub about: About,
    pub bins: Vec<IntervalBin>,
    pub pairs: u64,
    pub median_ms: Option<i64>,
    pub p25_ms: Option<i64>,
    pub p75_ms: Option<i64>,
    pub p90_ms: Option<i64>,
}

impl IntervalQuestion {
    fn fold(&self, a: &Asked) -> Result<Interval> {
        Ok(Interval { first: a.which(&self.first)?, then: a.which(&self.then)?, from: a.from, to: a.to })
    }
}

impl Question for IntervalQuestion {
    type Answer = IntervalAnswer;
    fn common(&self) -> &Common {
        &self.common
    }
    fn answer(&self, a: &Asked) -> Result<Option<IntervalAnswer>> {
        let Some(t) = self.fold(a)?.ask(&a.scope()) else { return Ok(None) };
        let some = |x: i64| (t.pairs > 0).then_some(x);
        let bin = |b: &weir_lake::fold::interval::Bin| IntervalBin { min_ms: b.min, max_ms: b.max, pairs: b.pairs, persons: b.persons };
        Ok(Some(IntervalAnswer {
            about: About::default(),
            bins: t.bins.iter().map(bin).collect(),
            pairs: t.pairs,
            median_ms: some(t.median),
            p25_ms: some(t.p25),
            p75_ms: some(t.p75),
            p90_ms: some(t.p90),
        }))
    }
    fn table(answer: &IntervalAnswer) -> Table {
        Table::default()
            .whole("from_ms", answer.bins.iter().map(|b| Some(b.min_ms)))
            .whole("before_ms", answer.bins.iter().map(|b| b.max_ms))
            .whole("pairs", answer.bins.iter().map(|b| Some(b.pairs as i64)))
            .whole("persons", answer.bins.iter().map(|b| Some(b.persons as i64)))
    }
    fn about(answer: &mut IntervalAnswer) -> &mut About {
        &mut answer.about
    }
    fn persons(&self, a: &Asked, pick: &Pick) -> Result<Option<RoaringBitmap>> {
        let bin = pick.bin.ok_or_else(|| Problem::field("pick.bin", "name a bin"))?;
        Ok(self.fold(a)?.persons(&a.scope(), bin))
    }
}
