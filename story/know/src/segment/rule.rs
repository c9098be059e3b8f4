//! Rules: what a segment is, as people write it down. Compiled, a rule is a [`Cond`].
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::ToSchema;
use weir_ground::base::{Day, Problem, Result, ids};
use weir_lake::cond::{Cond, EventTest as Events, Key, Measure as By, Test as Check, Unit, Window as Span_};
use weir_lake::{Calendar, State};
use crate::rfm::Cuts;

/// A condition on a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[schema(no_recursion)]
pub enum Rule {
    /// All of these hold.
    All(Vec<Rule>),
    /// At least one of these holds.
    Any(Vec<Rule>),
    Not(Box<Rule>),
    AtLeast(AtLeast),
    /// An attribute of the portrait, or a figure: orders, paid, net (fen), first_order_at, last_order_at, joined_at, created_at.
    Attr(AttrTest),
    /// Has at least one of these tags.
    Tag(AnyOf),
    Stage(StageTest),
    Rfm(RfmTest),
    Consent(ConsentTest),
    /// Has an identity of this kind.
    Identity(KindTest),
    /// Is in at least one of these traffic pools, by their codes.
    Pool(AnyOf),
    /// Came first by one of these touchpoints.
    Touchpoint(AnyOf),
    /// Belongs to one of these stores.
    Store(AnyOf),
    /// Has a `guide`, or an open binding to a `promoter`.
    Bound(KindTest),
    /// Belongs to one of these guides: members of the staff.
    Guide(AnyOf),
    /// Is a member of another segment.
    Segment(SegmentTest),
    Event(EventCount),
    FirstEvent(EventEdge),
    LastEvent(EventEdge),
    Sequence(Sequence),
    NotFollowed(NotFollowed),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AtLeast {
    #[schema(minimum = 1)]
    pub k: usize,
    #[schema(no_recursion)]
    pub of: Vec<Rule>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttrTest {
    pub key: String,
    pub test: Test,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnyOf {
    pub any: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StageTest {
    pub any: Vec<String>,
    /// Held for this many civil days.
    pub days: Option<Bounds>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RfmTest {
    pub r: Option<Vec<u8>>,
    pub f: Option<Vec<u8>>,
    pub m: Option<Vec<u8>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentTest {
    pub purpose: String,
    pub channel: String,
    /// `granted`, `denied`, `withdrawn` or `unknown`
    pub status: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KindTest {
    pub kind: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SegmentTest {
    pub id: ids::SegmentId,
}

/// How often or how much: both bounds included; at least one is given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EventCount {
    pub event: EventTest,
    #[serde(default)]
    pub measure: Measure,
    pub min: Option<f64>,
    pub max: Option<f64>,
    #[serde(default)]
    pub window: Window,
}

/// The first or last such event ever lies in the window and passes `then`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EventEdge {
    pub event: EventTest,
    #[serde(default)]
    pub then: Vec<PropTest>,
    #[serde(default)]
    pub window: Window,
}

/// Steps one after the other, the last at most `within` after the first, nothing of `without` in between.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Sequence {
    pub steps: Vec<EventTest>,
    pub within: Option<Span>,
    pub without: Option<EventTest>,
    #[serde(default)]
    pub window: Window,
}

/// `first` happened and no `then` followed within the time after it; true once that time has passed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NotFollowed {
    pub first: EventTest,
    pub then: EventTest,
    pub within: Span,
    #[serde(default)]
    pub window: Window,
}

/// Which events: a name (`*` for anything the person did), and tests of their properties.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EventTest {
    pub name: String,
    #[serde(default, rename = "where")]
    pub also: Vec<PropTest>,
}

/// A property, or `touchpoint`, `store`, `value` (fen), `hour` (0–23), `weekday` (1–7).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PropTest {
    pub key: String,
    pub test: Test,
}

/// A test of a value. What is missing passes only `missing`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Test {
    Is(Vec<String>),
    IsNot(Vec<String>),
    Contains(String),
    /// Numbers, both included.
    Between(Range),
    /// Civil days since a date, both included; negative lies ahead.
    DaysAgo(Bounds),
    /// The yearly return of a date lies from … to before … days ahead.
    Anniversary(Ahead),
    Present,
    Missing,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NumberRange)]
pub struct Range {
    pub min: Option<f64>,
    pub max: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    pub min: Option<i32>,
    pub max: Option<i32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Ahead {
    pub from: i32,
    pub to: i32,
}

/// What is measured of the events: how many, on how many civil days, or a figure of `value` (fen) or a property.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Measure {
    #[default]
    Count,
    Days,
    Sum(String),
    Avg(String),
    Min(String),
    Max(String),
    Distinct(String),
}

/// When events count, seen from now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Window {
    #[default]
    Ever,
    /// Less than this long ago.
    Last(Span),
    /// Today and the civil days before it, so many in all.
    Days(i32),
    /// This civil `day`, `week` (from Monday), `month` or `year`.
    This(Calendary),
    /// Civil days, `to` not included.
    Between(Dates),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Calendary {
    Day,
    Week,
    Month,
    Year,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Dates {
    #[schema(format = Date)]
    pub from: String,
    #[schema(format = Date)]
    pub to: String,
}

/// A length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Span {
    #[schema(minimum = 1, maximum = 100000)]
    pub n: i64,
    pub unit: SpanUnit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SpanUnit {
    Minute,
    Hour,
    Day,
    Week,
}

impl Span {
    pub fn ms(self) -> Result<i64> {
        let unit = match self.unit {
            SpanUnit::Minute => 60_000,
            SpanUnit::Hour => 3_600_000,
            SpanUnit::Day => 86_400_000,
            SpanUnit::Week => 7 * 86_400_000,
        };
        if (1..=100_000).contains(&self.n) { Ok(self.n * unit) } else { Err(bad("n", "use a length from 1 to 100,000")) }
    }
}

fn bad(field: &str, what: impl Into<String>) -> Problem {
    Problem::field(field, what.into())
}

/// What a figure or attribute is made of, beyond words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Words,
    Number,
    /// An instant.
    Instant,
    /// A civil day.
    Date,
}

/// Columns of numbers that every pool has.
pub const FIGURES: &[(&str, Kind)] = &[
    ("orders", Kind::Number),
    ("paid", Kind::Number),
    ("net", Kind::Number),
    ("first_order_at", Kind::Instant),
    ("last_order_at", Kind::Instant),
    ("joined_at", Kind::Instant),
    ("created_at", Kind::Instant),
    ("stage_since", Kind::Instant),
    ("birthday", Kind::Date),
];

/// The column of the guide to whom a person belongs; no attribute can have such a key.
pub const GUIDE: &str = "bound.guide";

/// What compiling needs to know of a brand beside the lake.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// Attributes that are dates beside the birthday.
    pub dates: Vec<String>,
    /// Names of attributes, Chinese and English, by key.
    pub labels: HashMap<String, (String, String)>,
    /// The cuts in force, and how many civil days of orders F and M look at.
    pub rfm: Option<(Cuts, i32)>,
    pub pools: Vec<crate::identity::pool::Pool>,
    /// Other segments by the number the engine knows them by.
    pub segments: HashMap<ids::SegmentId, u32>,
}

impl Terms {
    /// Is this an attribute of the brand? Whoever knows no names of attributes takes any.
    pub fn knows(&self, key: &str) -> bool {
        self.labels.is_empty() || self.labels.contains_key(key)
    }

    /// What an attribute or figure is made of.
    pub fn kind(&self, key: &str) -> Kind {
        match FIGURES.iter().find(|f| f.0 == key) {
            Some((_, kind)) => *kind,
            None if self.dates.iter().any(|d| d == key) => Kind::Date,
            None => Kind::Words,
        }
    }
}

/// Names of a rule's parts, for messages.
const DEEPEST: usize = 12;
const MOST_LEAVES: usize = 200;

/// Compiles a rule for a lake; names that the lake has not met yet are given codes now.
pub fn compile(rule: &Rule, state: &mut State, calendar: &Calendar, terms: &Terms) -> Result<Cond> {
    let mut c = Compiler { state, calendar, terms, leaves: 0 };
    c.rule(rule, 0)
}

/// Compiles an event test for a question.
pub fn events(test: &EventTest, state: &mut State, calendar: &Calendar) -> Result<Events> {
    Compiler { state, calendar, terms: &Terms::default(), leaves: 0 }.events(test)
}

/// Compiles what is measured.
pub fn measure(m: &Measure, state: &mut State, calendar: &Calendar) -> Result<By> {
    Ok(Compiler { state, calendar, terms: &Terms::default(), leaves: 0 }.measure(m))
}

struct Compiler<'a> {
    state: &'a mut State,
    calendar: &'a Calendar,
    terms: &'a Terms,
    leaves: usize,
}

impl Compiler<'_> {
    fn many(&mut self, all: &[Rule], depth: usize) -> Result<Vec<Cond>> {
        all.iter().map(|r| self.rule(r, depth + 1)).collect()
    }

    fn rule(&mut self, rule: &Rule, depth: usize) -> Result<Cond> {
        if depth > DEEPEST {
            return Err(bad("rule", format!("conditions can be nested {DEEPEST} deep")));
        }
        self.leaves += 1;
        if self.leaves > MOST_LEAVES {
            return Err(bad("rule", format!("a rule can have {MOST_LEAVES} conditions")));
        }
        Ok(match rule {
            Rule::All(all) => Cond::All(self.many(all, depth)?),
            Rule::Any(all) => Cond::Any(self.many(all, depth)?),
            Rule::Not(one) => Cond::Not(Box::new(self.rule(one, depth + 1)?)),
            Rule::AtLeast(a) if a.k == 0 || a.k > a.of.len() => {
                return Err(bad("at_least.k", "use 1 to as many as there are conditions"));
            }
            Rule::AtLeast(a) => Cond::AtLeast(a.k, self.many(&a.of, depth)?),
            Rule::Attr(a) => self.attr(a)?,
            Rule::Tag(t) => any(some("tag.any", &t.any)?.iter().map(|t| Cond::Mark(format!("tag.{t}")))),
            Rule::Stage(s) => self.stage(s)?,
            Rule::Rfm(r) => self.rfm(r)?,
            Rule::Consent(c) => self.consent(c)?,
            Rule::Identity(k) => Cond::Mark(has(&k.kind)),
            Rule::Pool(p) => self.pool(some("pool.any", &p.any)?)?,
            Rule::Bound(k) if k.kind == "guide" => Cond::Present(self.state.people.words_column(GUIDE)),
            Rule::Bound(k) if k.kind == "promoter" => Cond::Mark("bound.promoter".into()),
            Rule::Bound(_) => return Err(bad("bound.kind", "use guide or promoter")),
            Rule::Guide(a) => self.word(GUIDE, &a.any, "guide.any")?,
            Rule::Touchpoint(a) => self.word("touchpoint", &a.any, "touchpoint.any")?,
            Rule::Store(a) => self.word("store", &a.any, "store.any")?,
            Rule::Segment(s) => match self.terms.segments.get(&s.id) {
                Some(n) => Cond::Member(*n),
                None => return Err(bad("segment.id", format!("{} is not a live segment, or it depends on this one", s.id))),
            },
            Rule::Event(e) => self.event(e)?,
            Rule::FirstEvent(e) => self.edge(e, false)?,
            Rule::LastEvent(e) => self.edge(e, true)?,
            Rule::Sequence(s) => self.sequence(s)?,
            Rule::NotFollowed(n) => Cond::NotFollowed {
                first: self.events(&n.first)?,
                then: self.events(&n.then)?,
                within: n.within.ms()?,
                window: self.window(&n.window)?,
            },
        })
    }

    fn attr(&mut self, a: &AttrTest) -> Result<Cond> {
        let kind = self.terms.kind(&a.key);
        let people = &mut self.state.people;
        if kind == Kind::Words {
            if !self.terms.knows(&a.key) {
                return Err(bad("attr.key", format!("there is no attribute {}", a.key)));
            }
            let column = people.words_column(&a.key);
            return Ok(match &a.test {
                Test::Present => Cond::Present(column),
                Test::Missing => Cond::Missing(column),
                Test::DaysAgo(_) | Test::Anniversary(_) => {
                    return Err(bad("attr.test", format!("{} is not a date", a.key)));
                }
                test => Cond::Word(column, self.words(test, Some(column))?),
            });
        }
        let column = people.numbers_column(&a.key);
        Ok(match &a.test {
            Test::Present => Cond::Present(column),
            Test::Missing => Cond::Missing(column),
            Test::Between(r) if kind == Kind::Number => {
                let (min, max) = range(r)?;
                Cond::Number(column, min.max(-9e15).ceil() as i64, max.min(9e15).floor() as i64)
            }
            Test::Is(all) if kind == Kind::Number => {
                let numbers: Option<Vec<i64>> = all.iter().map(|t| t.parse().ok()).collect();
                let numbers = numbers.ok_or_else(|| bad("attr.test.is", format!("{} is a number", a.key)))?;
                any(numbers.into_iter().map(|n| Cond::Number(column, n, n)))
            }
            Test::DaysAgo(b) if kind != Kind::Number => {
                let (min, max) = bounds(b)?;
                Cond::DaysAgo { column, days: kind == Kind::Date, min, max }
            }
            Test::Anniversary(x) if kind == Kind::Date => {
                if x.from >= x.to || x.from < -366 || x.to > 366 {
                    return Err(bad("attr.test.anniversary", "use -366 ≤ from < to ≤ 366"));
                }
                Cond::Anniversary { column, from: x.from, to: x.to }
            }
            _ => return Err(bad("attr.test", format!("this test does not fit {}", a.key))),
        })
    }

    fn pool(&mut self, codes: &[String]) -> Result<Cond> {
        let mut kinds: Vec<&String> = vec![];
        for code in codes {
            let pool = self.terms.pools.iter().find(|p| p.code == *code);
            kinds.extend(&pool.ok_or_else(|| bad("pool.any", format!("there is no pool {code}")))?.kinds);
        }
        Ok(any(kinds.into_iter().map(|k| Cond::Mark(has(k)))))
    }

    fn word(&mut self, key: &str, words: &[String], field: &str) -> Result<Cond> {
        let column = self.state.people.words_column(key);
        let test = self.words(&Test::Is(some(field, words)?.to_vec()), Some(column))?;
        Ok(Cond::Word(column, test))
    }

    fn stage(&mut self, s: &StageTest) -> Result<Cond> {
        for code in some("stage.any", &s.any)? {
            crate::Stage::parse(code)?;
        }
        let is = self.word("stage", &s.any, "stage.any")?;
        let Some(days) = &s.days else { return Ok(is) };
        let (min, max) = bounds(days)?;
        let column = self.state.people.numbers_column("stage_since");
        Ok(Cond::All(vec![is, Cond::DaysAgo { column, days: false, min, max }]))
    }

    fn rfm(&mut self, t: &RfmTest) -> Result<Cond> {
        let (cuts, days) = self.terms.rfm.ok_or_else(|| bad("rfm", "freeze RFM cut points first"))?;
        let (last, orders) = (self.state.people.numbers_column("last_order_at"), self.state.people.numbers_column("orders"));
        let paid = Events::named(self.state.words.names.code("order.paid") as u16);
        let scores = |s: &Option<Vec<u8>>, what: &str| -> Result<Option<Vec<u8>>> {
            match s {
                Some(all) if all.is_empty() || all.iter().any(|n| !(1..=5).contains(n)) => {
                    Err(bad(&format!("rfm.{what}"), "use scores from 1 to 5"))
                }
                s => Ok(s.clone()),
            }
        };
        // Who has no order that stands in the window has no score.
        let mut all = vec![
            Cond::Number(orders, 1, i64::MAX),
            Cond::DaysAgo { column: last, days: false, min: None, max: Some(days - 1) },
        ];
        if let Some(r) = scores(&t.r, "r")? {
            // Score 5 is the most recent: at most the first cut.
            all.push(any(r.iter().map(|s| {
                let i = 5 - *s as usize;
                let min = (i > 0).then(|| cuts.r[i - 1] as i32 + 1);
                let max = (i < 4).then(|| cuts.r[i] as i32);
                Cond::DaysAgo { column: last, days: false, min, max }
            })));
        }
        let measured = [(scores(&t.f, "f")?, By::Count, cuts.f), (scores(&t.m, "m")?, By::Sum(Key::Value), cuts.m)];
        for (scores, measure, cuts) in measured {
            let Some(scores) = scores else { continue };
            all.push(any(scores.iter().map(|s| {
                let i = *s as usize - 1;
                let min = if i > 0 { (cuts[i - 1] + 1) as f64 } else { 0.0 };
                let max = (i < 4).then(|| cuts[i] as f64);
                Cond::Event { test: paid.clone(), measure, min: Some(min), max, window: Span_::Days(days) }
            })));
        }
        Ok(Cond::All(all))
    }

    fn consent(&mut self, c: &ConsentTest) -> Result<Cond> {
        if !crate::consent::PURPOSES.contains(&c.purpose.as_str()) || !crate::consent::CHANNELS.contains(&c.channel.as_str()) {
            return Err(bad("consent", "this purpose or channel is not known"));
        }
        let key = format!("consent.{}.{}", c.purpose, c.channel);
        match c.status.as_str() {
            "unknown" => Ok(Cond::Missing(self.state.people.words_column(&key))),
            "granted" | "denied" | "withdrawn" => self.word(&key, std::slice::from_ref(&c.status), "consent.status"),
            _ => Err(bad("consent.status", "use granted, denied, withdrawn or unknown")),
        }
    }

    fn event(&mut self, e: &EventCount) -> Result<Cond> {
        if e.min.is_none() && e.max.is_none() {
            return Err(bad("event.min", "give at least one bound"));
        }
        if [e.min, e.max].into_iter().flatten().any(|x| !x.is_finite()) || e.min.zip(e.max).is_some_and(|(a, b)| a > b) {
            return Err(bad("event.min", "use min ≤ max"));
        }
        Ok(Cond::Event {
            test: self.events(&e.event)?,
            measure: self.measure(&e.measure),
            min: e.min,
            max: e.max,
            window: self.window(&e.window)?,
        })
    }

    fn edge(&mut self, e: &EventEdge, last: bool) -> Result<Cond> {
        Ok(Cond::Edge {
            test: self.events(&e.event)?,
            last,
            then: self.props(&e.then)?,
            window: self.window(&e.window)?,
        })
    }

    fn sequence(&mut self, s: &Sequence) -> Result<Cond> {
        if !(2..=8).contains(&s.steps.len()) {
            return Err(bad("sequence.steps", "use 2 to 8 steps"));
        }
        Ok(Cond::Sequence {
            steps: s.steps.iter().map(|t| self.events(t)).collect::<Result<_>>()?,
            within: s.within.map(Span::ms).transpose()?,
            without: s.without.as_ref().map(|t| self.events(t)).transpose()?,
            window: self.window(&s.window)?,
        })
    }

    fn events(&mut self, t: &EventTest) -> Result<Events> {
        if t.name.is_empty() || t.name.len() > 200 || t.name.contains('\0') {
            return Err(bad("event.name", "name an event, or * for any"));
        }
        let name = (t.name != "*").then(|| self.state.words.names.code(&t.name) as u16);
        Ok(Events { name, also: self.props(&t.also)? })
    }

    fn props(&mut self, all: &[PropTest]) -> Result<Vec<(Key, Check)>> {
        if all.len() > 20 {
            return Err(bad("where", "use at most 20 property tests"));
        }
        all.iter()
            .map(|p| {
                let key = self.key(&p.key);
                let numeric = matches!(key, Key::Value | Key::Hour | Key::Weekday);
                let test = match &p.test {
                    Test::DaysAgo(_) | Test::Anniversary(_) => {
                        return Err(bad("where.test", "properties of events have no date tests"));
                    }
                    Test::Is(v) | Test::IsNot(v) if numeric => {
                        let codes: Option<Vec<u32>> = v.iter().map(|t| t.parse().ok()).collect();
                        let codes = codes.ok_or_else(|| bad("where.test", format!("{} is a number", p.key)))?;
                        if matches!(p.test, Test::Is(_)) { Check::In(codes) } else { Check::NotIn(codes) }
                    }
                    Test::Is(v) | Test::IsNot(v) => {
                        let dict = match key {
                            Key::Touchpoint => &mut self.state.words.touchpoints,
                            Key::Store => &mut self.state.words.stores,
                            _ => &mut self.state.words.values,
                        };
                        let codes = some("where.test", v)?.iter().map(|w| dict.code(w)).collect();
                        if matches!(p.test, Test::Is(_)) { Check::In(codes) } else { Check::NotIn(codes) }
                    }
                    test => self.words(test, None)?,
                };
                Ok((key, test))
            })
            .collect()
    }

    fn key(&mut self, key: &str) -> Key {
        match key {
            "touchpoint" => Key::Touchpoint,
            "store" => Key::Store,
            "value" => Key::Value,
            "hour" => Key::Hour,
            "weekday" => Key::Weekday,
            key => Key::Prop(self.state.words.keys.code(key) as u16),
        }
    }

    /// A test of words, with the codes of a column where it has one.
    fn words(&mut self, test: &Test, column: Option<usize>) -> Result<Check> {
        let mut codes = |words: &[String]| -> Result<Vec<u32>> {
            let words = some("test", words)?;
            let Some(column) = column else { return Ok(vec![]) };
            Ok(words.iter().map(|w| self.state.people.code_in(column, w)).collect())
        };
        Ok(match test {
            Test::Is(w) => Check::In(codes(w)?),
            Test::IsNot(w) => Check::NotIn(codes(w)?),
            Test::Contains(x) if x.is_empty() => return Err(bad("test.contains", "say what it contains")),
            Test::Contains(x) => Check::Contains(x.clone()),
            Test::Between(r) => {
                let (min, max) = range(r)?;
                Check::Between(min, max)
            }
            Test::Present => Check::Present,
            Test::Missing => Check::Missing,
            Test::DaysAgo(_) | Test::Anniversary(_) => return Err(bad("test", "this is not a date")),
        })
    }

    fn measure(&mut self, m: &Measure) -> By {
        match m {
            Measure::Count => By::Count,
            Measure::Days => By::Days,
            Measure::Sum(k) => By::Sum(self.key(k)),
            Measure::Avg(k) => By::Avg(self.key(k)),
            Measure::Min(k) => By::Min(self.key(k)),
            Measure::Max(k) => By::Max(self.key(k)),
            Measure::Distinct(k) => By::Distinct(self.key(k)),
        }
    }

    fn window(&self, w: &Window) -> Result<Span_> {
        Ok(match w {
            Window::Ever => Span_::Ever,
            Window::Last(s) => Span_::Last(s.ms()?),
            Window::Days(n) if (1..=36_500).contains(n) => Span_::Days(*n),
            Window::Days(_) => return Err(bad("window.days", "use 1 to 36,500 days")),
            Window::This(u) => Span_::This(match u {
                Calendary::Day => Unit::Day,
                Calendary::Week => Unit::Week,
                Calendary::Month => Unit::Month,
                Calendary::Year => Unit::Year,
            }),
            Window::Between(d) => {
                let day = |t: &str| Day::parse(t).ok_or_else(|| bad("window.between", "write dates as 2026-03-05"));
                let (from, to) = (day(&d.from)?, day(&d.to)?);
                if from >= to {
                    return Err(bad("window.between", "from must be before to"));
                }
                Span_::Between(self.calendar.start(from.0), self.calendar.start(to.0))
            }
        })
    }
}

/// The mark of those who have an identity of this kind.
pub fn has(kind: &str) -> String {
    format!("has.{kind}")
}

fn any(all: impl Iterator<Item = Cond>) -> Cond {
    let mut all: Vec<Cond> = all.collect();
    if all.len() == 1 { all.remove(0) } else { Cond::Any(all) }
}

fn some<'a>(field: &str, words: &'a [String]) -> Result<&'a [String]> {
    if words.is_empty() || words.len() > 1000 {
        return Err(bad(field, "name 1 to 1,000 values"));
    }
    if words.iter().any(|w| w.is_empty() || w.len() > 500 || w.contains('\0')) {
        return Err(bad(field, "values have 1 to 500 characters"));
    }
    Ok(words)
}

fn range(r: &Range) -> Result<(f64, f64)> {
    if r.min.is_none() && r.max.is_none() {
        return Err(bad("between", "give at least one bound"));
    }
    let (min, max) = (r.min.unwrap_or(f64::NEG_INFINITY), r.max.unwrap_or(f64::INFINITY));
    if min.is_nan() || max.is_nan() || min > max { Err(bad("between", "use min ≤ max")) } else { Ok((min, max)) }
}

fn bounds(b: &Bounds) -> Result<(Option<i32>, Option<i32>)> {
    let fits = |n: &i32| n.abs() <= 100_000;
    if b.min.is_none() && b.max.is_none() || b.min.zip(b.max).is_some_and(|(a, b)| a > b) {
        return Err(bad("days", "give at least one bound, min ≤ max"));
    }
    if !b.min.iter().chain(&b.max).all(fits) {
        return Err(bad("days", "use at most 100,000 days"));
    }
    Ok((b.min, b.max))
}

impl Rule {
    /// Shows every condition that is not made of others, in the order in which they stand.
    pub fn each<'a>(&'a self, see: &mut impl FnMut(&'a Rule)) {
        match self {
            Rule::All(all) | Rule::Any(all) => all.iter().for_each(|r| r.each(see)),
            Rule::AtLeast(a) => a.of.iter().for_each(|r| r.each(see)),
            Rule::Not(one) => one.each(see),
            leaf => see(leaf),
        }
    }

    /// The segments that it asks for.
    pub fn segments(&self) -> Vec<ids::SegmentId> {
        let mut out = vec![];
        self.each(&mut |r| out.extend(if let Rule::Segment(s) = r { Some(s.id) } else { None }));
        out
    }

    /// The traffic pools that it asks for.
    pub fn pools(&self) -> Vec<&str> {
        let mut out = vec![];
        self.each(&mut |r| {
            if let Rule::Pool(p) = r {
                out.extend(p.any.iter().map(String::as_str));
            }
        });
        out
    }

    /// The attributes that it asks for.
    pub fn attributes(&self) -> Vec<String> {
        let mut out = vec![];
        self.each(&mut |r| out.extend(if let Rule::Attr(a) = r { Some(a.key.clone()) } else { None }));
        out
    }
}
