//! Funnels, retention and paths.
use super::{About, Asked, Common, Group, Pick, Question, day_text};
use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_base::Day;
use weir_ground::base::{Problem, Result, share_bp};
use weir_know::segment::rule::{EventTest, Span};
use weir_lake::fold::funnel::{self, Funnel};
use weir_lake::fold::paths::{Node, Paths};
use weir_lake::fold::retention::{self, Retention, Start};
use weir_lake::fold::{Unit, quantile};
use weir_lake::table::Table;

/// In which order steps are done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// One after the other.
    #[default]
    Strict,
    Any,
}

/// How far persons come. Picks: `step` from 0, `dropped` for who did the one before and not this, `group`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct FunnelQuestion {
    #[serde(flatten)]
    pub common: Common,
    /// Two to eight.
    pub steps: Vec<EventTest>,
    /// From the first step to the last; the first lies in the range.
    pub window: Span,
    #[serde(default)]
    pub order: Order,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FunnelStep {
    pub name: String,
    pub persons: u64,
    /// Ten-thousandths of the step before, and of the first.
    pub rate_bp: i64,
    pub from_first_bp: i64,
    /// Since the step before.
    pub median_ms: Option<i64>,
    pub p90_ms: Option<i64>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FunnelGroup {
    #[serde(flatten)]
    pub group: Group,
    pub steps: Vec<FunnelStep>,
}

/// Persons who took at most so long, and longer than the one before; null is any longer time.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Took {
    pub le_ms: Option<i64>,
    pub persons: u64,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FunnelAnswer {
    #[serde(flatten)]
    pub about: About,
    pub groups: Vec<FunnelGroup>,
    /// From each step to the next.
    pub times: Vec<Vec<Took>>,
}

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const EDGES: [i64; 10] =
    [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, DAY, 3 * DAY, 7 * DAY, 14 * DAY, 30 * DAY];

impl FunnelQuestion {
    fn fold(&self, a: &Asked) -> Result<Funnel> {
        if !(2..=funnel::STEPS).contains(&self.steps.len()) {
            return Err(Problem::field("steps", "use 2 to 8 steps"));
        }
        let steps = self.steps.iter().map(|s| a.which(s)).collect::<Result<_>>()?;
        let (window, ordered) = (self.window.ms()?, self.order == Order::Strict);
        Ok(Funnel { steps, window, ordered, from: a.from, to: a.to, by: a.by, times: true })
    }

    fn steps(&self, g: &funnel::Group) -> Vec<FunnelStep> {
        let step = |(i, name): (usize, &EventTest)| {
            let before = g.persons[i.saturating_sub(1)];
            let times = if i > 0 { &g.times[i - 1][..] } else { &[] };
            FunnelStep {
                name: name.name.clone(),
                persons: g.persons[i],
                rate_bp: share_bp(g.persons[i], before),
                from_first_bp: share_bp(g.persons[i], g.persons[0]),
                median_ms: quantile(times, 1, 2),
                p90_ms: quantile(times, 9, 10),
            }
        };
        self.steps.iter().enumerate().map(step).collect()
    }
}

impl Question for FunnelQuestion {
    type Answer = FunnelAnswer;
    fn common(&self) -> &Common {
        &self.common
    }
    fn answer(&self, a: &Asked) -> Result<Option<FunnelAnswer>> {
        let Some(mut groups) = self.fold(a)?.ask(&a.scope()) else { return Ok(None) };
        let histogram = |i: usize| {
            let mut persons = [0; EDGES.len() + 1];
            let times = groups.iter().flat_map(|g| &g.times[i]);
            times.for_each(|t| persons[EDGES.partition_point(|e| e < t)] += 1);
            (0..=EDGES.len()).map(|e| Took { le_ms: EDGES.get(e).copied(), persons: persons[e] }).collect()
        };
        let times = (0..self.steps.len() - 1).map(histogram).collect();
        groups.sort_by_key(|g| std::cmp::Reverse(g.persons[0]));
        groups.truncate(a.top);
        let groups = groups.iter().map(|g| FunnelGroup { group: a.group(g.key), steps: self.steps(g) }).collect();
        Ok(Some(FunnelAnswer { about: About::default(), groups, times }))
    }
    fn table(answer: &FunnelAnswer) -> Table {
        let rows: Vec<_> = answer.groups.iter().flat_map(|g| g.steps.iter().enumerate().map(move |(i, s)| (g, i, s))).collect();
        Table::default()
            .text("group", rows.iter().map(|r| r.0.group.key.clone()))
            .whole("step", rows.iter().map(|r| Some(r.1 as i64 + 1)))
            .text("event", rows.iter().map(|r| Some(r.2.name.clone())))
            .whole("persons", rows.iter().map(|r| Some(r.2.persons as i64)))
            .whole("rate_bp", rows.iter().map(|r| Some(r.2.rate_bp)))
            .whole("from_first_bp", rows.iter().map(|r| Some(r.2.from_first_bp)))
            .whole("median_ms", rows.iter().map(|r| r.2.median_ms))
            .whole("p90_ms", rows.iter().map(|r| r.2.p90_ms))
    }
    fn about(answer: &mut FunnelAnswer) -> &mut About {
        &mut answer.about
    }
    fn persons(&self, a: &Asked, pick: &Pick) -> Result<Option<RoaringBitmap>> {
        let (step, dropped) = (pick.step.unwrap_or(0), pick.dropped.unwrap_or(false));
        if step >= self.steps.len() || dropped && step == 0 {
            return Err(Problem::field("pick.step", "there is no such step"));
        }
        Ok(self.fold(a)?.persons(&a.scope(), step, dropped, a.picked(pick)?))
    }
}

/// What one looks at of a period: exactly it, or it and all later ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    #[default]
    N,
    Unbounded,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    Day,
    Week,
    Month,
}

impl Period {
    pub(crate) fn unit(self) -> Unit {
        match self {
            Period::Day => Unit::Day,
            Period::Week => Unit::Week,
            Period::Month => Unit::Month,
        }
    }
}

fn yes() -> bool {
    true
}

/// Who comes back. Picks: `cohort` (its first day; null is all), `period` with `back`, `group`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RetentionQuestion {
    #[serde(flatten)]
    pub common: Common,
    /// Null: when a person joined.
    #[serde(default)]
    pub start: Option<EventTest>,
    pub back: EventTest,
    pub unit: Period,
    /// Periods after the one of the start.
    pub periods: usize,
    #[serde(default)]
    pub mode: Mode,
    /// Only a person's first start makes a cohort; else each period with a start does.
    #[serde(default = "yes")]
    pub first: bool,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CohortBack {
    /// The civil day that the period begins on.
    pub from: String,
    pub size: u64,
    /// Who was back in periods 0, 1, …; null while a period is not over.
    pub back: Vec<Option<u64>>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RetentionGroup {
    #[serde(flatten)]
    pub group: Group,
    pub cohorts: Vec<CohortBack>,
    /// Ten-thousandths of the cohorts whose period is over.
    pub total: Vec<Option<i64>>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RetentionAnswer {
    #[serde(flatten)]
    pub about: About,
    pub cohorts: Vec<CohortBack>,
    pub total: Vec<Option<i64>>,
    /// Empty when not broken down.
    pub groups: Vec<RetentionGroup>,
}

impl RetentionQuestion {
    fn fold(&self, a: &Asked) -> Result<Retention> {
        if !(1..=60).contains(&self.periods) {
            return Err(Problem::field("periods", "use 1 to 60"));
        }
        let start = match &self.start {
            Some(test) => Start::Event(a.which(test)?),
            None => Start::Column(a.pool.lake.write().people.numbers_column("joined_at")),
        };
        let range = retention::Range { unit: self.unit.unit(), from: a.days.0, to: a.days.1, periods: self.periods };
        let mut r = Retention::new(&a.calendar, range, start, a.which(&self.back)?);
        (r.unbounded, r.first, r.by) = (self.mode == Mode::Unbounded, self.first, a.by);
        Ok(r)
    }

    fn rows(&self, r: &Retention, a: &Asked, g: &retention::Group) -> (Vec<CohortBack>, Vec<Option<i64>>) {
        let over = |c: usize, k: usize| r.mature(c, k, a.now);
        let cohort = |c: usize| CohortBack {
            from: day_text(r.day(c)),
            size: g.sizes[c],
            back: (0..=self.periods).map(|k| over(c, k).then_some(g.back[c][k])).collect(),
        };
        let total = |k: usize| {
            let done: Vec<usize> = (0..r.cohorts()).filter(|c| over(*c, k)).collect();
            let size: u64 = done.iter().map(|c| g.sizes[*c]).sum();
            (size > 0).then(|| share_bp(done.iter().map(|c| g.back[*c][k]).sum::<u64>(), size))
        };
        ((0..r.cohorts()).map(cohort).collect(), (0..=self.periods).map(total).collect())
    }
}

impl Question for RetentionQuestion {
    type Answer = RetentionAnswer;
    fn common(&self) -> &Common {
        &self.common
    }
    fn answer(&self, a: &Asked) -> Result<Option<RetentionAnswer>> {
        let r = self.fold(a)?;
        let Some(mut groups) = r.ask(&a.scope()) else { return Ok(None) };
        let mut all = retention::Group { key: 0, sizes: vec![0; r.cohorts()], back: vec![vec![0; self.periods + 1]; r.cohorts()] };
        for g in &groups {
            all.sizes.iter_mut().zip(&g.sizes).for_each(|(a, b)| *a += b);
            all.back.iter_mut().flatten().zip(g.back.iter().flatten()).for_each(|(a, b)| *a += b);
        }
        let (cohorts, total) = self.rows(&r, a, &all);
        groups.sort_by_key(|g| std::cmp::Reverse(g.sizes.iter().sum::<u64>()));
        groups.truncate(if self.common.by.is_some() { a.top } else { 0 });
        let group = |g: &retention::Group| {
            let (cohorts, total) = self.rows(&r, a, g);
            RetentionGroup { group: a.group(g.key), cohorts, total }
        };
        let groups = groups.iter().map(group).collect();
        Ok(Some(RetentionAnswer { about: About::default(), cohorts, total, groups }))
    }
    fn table(answer: &RetentionAnswer) -> Table {
        let periods = answer.total.len();
        let t = Table::default()
            .text("cohort", answer.cohorts.iter().map(|c| Some(c.from.clone())))
            .whole("size", answer.cohorts.iter().map(|c| Some(c.size as i64)));
        (0..periods).fold(t, |t, k| t.whole(&format!("period_{k}"), answer.cohorts.iter().map(|c| c.back[k].map(|n| n as i64))))
    }
    fn about(answer: &mut RetentionAnswer) -> &mut About {
        &mut answer.about
    }
    fn persons(&self, a: &Asked, pick: &Pick) -> Result<Option<RoaringBitmap>> {
        let r = self.fold(a)?;
        let cohort = match &pick.cohort {
            Some(day) => {
                let found = Day::parse(day).and_then(|d| (0..r.cohorts()).find(|c| r.day(*c) == d.0));
                Some(found.ok_or_else(|| Problem::field("pick.cohort", "there is no such cohort"))?)
            }
            None => None,
        };
        if pick.period.is_some_and(|k| k > self.periods) {
            return Err(Problem::field("pick.period", "there is no such period"));
        }
        let period = pick.period.map(|k| (k, pick.back.unwrap_or(true)));
        let group = if pick.group.is_some() { a.picked(pick)? } else { None };
        Ok(r.persons(&a.scope(), cohort, period, group))
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    #[default]
    From,
    To,
}

/// What comes after or before something. Picks: `step` with `name`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PathsQuestion {
    #[serde(flatten)]
    pub common: Common,
    pub anchor: EventTest,
    #[serde(default)]
    pub direction: Direction,
    /// Steps beside the anchor, 1 to 10.
    pub depth: usize,
    pub within: Span,
}

/// `$other` is all names that are not shown, `$end` (going back: `$start`) that nothing more came.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PathNode {
    /// The anchor is step 0.
    pub step: usize,
    pub name: String,
    pub persons: u64,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PathLink {
    /// The step of `from`; that of `to` is the next one away from the anchor.
    pub step: usize,
    pub from: String,
    pub to: String,
    pub persons: u64,
    pub median_ms: Option<i64>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PathsAnswer {
    #[serde(flatten)]
    pub about: About,
    pub nodes: Vec<PathNode>,
    pub links: Vec<PathLink>,
}

impl PathsQuestion {
    fn fold(&self, a: &Asked) -> Result<Paths> {
        if !(1..=10).contains(&self.depth) {
            return Err(Problem::field("depth", "use 1 to 10 steps"));
        }
        Ok(Paths {
            anchor: a.which(&self.anchor)?,
            forward: self.direction == Direction::From,
            depth: self.depth,
            top: a.top,
            within: self.within.ms()?,
            from: a.from,
            to: a.to,
        })
    }
    fn end(&self) -> &'static str {
        if self.direction == Direction::From { "$end" } else { "$start" }
    }
}

impl Question for PathsQuestion {
    type Answer = PathsAnswer;
    fn common(&self) -> &Common {
        &self.common
    }
    fn answer(&self, a: &Asked) -> Result<Option<PathsAnswer>> {
        let Some(flow) = self.fold(a)?.ask(&a.scope()) else { return Ok(None) };
        let state = a.pool.read();
        let name = |n: Node| match n {
            Node::Name(code) => state.words.names.word(code as u32).to_string(),
            Node::Rest => "$other".into(),
            Node::End => self.end().into(),
        };
        let node = |p: &weir_lake::fold::paths::Place| PathNode { step: p.step, name: name(p.node), persons: p.persons };
        let link = |l: &weir_lake::fold::paths::Link| PathLink {
            step: l.step,
            from: name(l.from),
            to: name(l.to),
            persons: l.persons,
            median_ms: l.median_ms,
        };
        let (nodes, links) = (flow.places.iter().map(node).collect(), flow.links.iter().map(link).collect());
        Ok(Some(PathsAnswer { about: About::default(), nodes, links }))
    }
    fn table(answer: &PathsAnswer) -> Table {
        Table::default()
            .whole("step", answer.links.iter().map(|l| Some(l.step as i64)))
            .text("from", answer.links.iter().map(|l| Some(l.from.clone())))
            .text("to", answer.links.iter().map(|l| Some(l.to.clone())))
            .whole("persons", answer.links.iter().map(|l| Some(l.persons as i64)))
            .whole("median_ms", answer.links.iter().map(|l| l.median_ms))
    }
    fn about(answer: &mut PathsAnswer) -> &mut About {
        &mut answer.about
    }
    fn persons(&self, a: &Asked, pick: &Pick) -> Result<Option<RoaringBitmap>> {
        let name = pick.name.as_deref().unwrap_or("");
        let node = match name {
            "$other" => Node::Rest,
            "$end" | "$start" => Node::End,
            name => {
                let code = a.pool.read().words.names.find(name);
                Node::Name(code.ok_or_else(|| Problem::field("pick.name", "there is no such event"))? as u16)
            }
        };
        Ok(self.fold(a)?.persons(&a.scope(), pick.step.unwrap_or(0), node))
    }
}
