//! Conditions over one person: compiled trees, and their one meaning.
//!
//! [`Cond::eval`] is a pure function of what is known of a person, the timeline and an instant. It
//! answers *whether* the condition holds and *when* that could change without anything new: the
//! incremental way asks it for the person whose event arrived and sleeps until then; the batch way
//! asks it of everybody. There is no second description of what a condition means.
use crate::{Calendar, Column, Line, NO_VALUE, State, Subject, View};

/// No change without an event.
pub const NEVER: i64 = i64::MAX;

/// A test of one value. What is missing passes only `Missing`.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// One of these words, by code.
    In(Vec<u32>),
    NotIn(Vec<u32>),
    Contains(String),
    /// A number from … to, both included.
    Between(f64, f64),
    Present,
    Missing,
}

/// What of an event is tested.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Key {
    Prop(u16),
    Touchpoint,
    Store,
    Value,
    /// Civil hour, 0–23.
    Hour,
    /// 1 Monday – 7 Sunday.
    Weekday,
}

/// Which events are meant.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EventTest {
    /// Anything that somebody did when absent.
    pub name: Option<u16>,
    pub also: Vec<(Key, Test)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Day,
    Week,
    Month,
    Year,
}

/// Which events count, seen from an instant: they happened at it or before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Window {
    Ever,
    /// Less than so many milliseconds ago: an event exactly this old is outside.
    Last(i64),
    /// Today and the civil days before, so many in all.
    Days(i32),
    /// The civil day, week, month or year of the instant.
    This(Unit),
    /// From an instant to before another.
    Between(i64, i64),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Measure {
    Count,
    /// Distinct civil days.
    Days,
    Sum(Key),
    Avg(Key),
    Min(Key),
    Max(Key),
    /// Distinct values.
    Distinct(Key),
}

/// A compiled condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Cond {
    Const(bool),
    All(Vec<Cond>),
    Any(Vec<Cond>),
    Not(Box<Cond>),
    AtLeast(usize, Vec<Cond>),
    /// A test of an attribute in a column of words.
    Word(usize, Test),
    /// A column of numbers lies between, both included.
    Number(usize, i64, i64),
    Present(usize),
    Missing(usize),
    /// Civil days since the instant in a column (or the civil day, if `days`), both included.
    DaysAgo { column: usize, days: bool, min: Option<i32>, max: Option<i32> },
    /// Today lies `from` … `to` (exclusive) days before the yearly return of a civil day.
    Anniversary { column: usize, from: i32, to: i32 },
    /// A yes/no fact, such as a label.
    Mark(String),
    /// A member of another segment, by the number the caller knows it by.
    Member(u32),
    Event { test: EventTest, measure: Measure, min: Option<f64>, max: Option<f64>, window: Window },
    /// The first or last such event ever lies in the window and passes.
    Edge { test: EventTest, last: bool, then: Vec<(Key, Test)>, window: Window },
    /// One after the other, the last at most `within` after the first, nothing of `without` in between.
    Sequence { steps: Vec<EventTest>, within: Option<i64>, without: Option<EventTest>, window: Window },
    /// A `first` happened, and for `within` after it no `then`; true once that time has passed.
    NotFollowed { first: EventTest, then: EventTest, within: i64, window: Window },
}

/// An event that must have happened so many times in a window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lead {
    pub name: u16,
    pub window: Window,
    pub times: usize,
}

impl Lead {
    /// Did it, given such events and the bounds of the window, both included?
    #[inline]
    pub fn passes(&self, line: &Line<'_>, from: i64, to: i64) -> bool {
        // Most windows end now: the last ones decide.
        if line.at.len() < self.times || line.last < from {
            return false;
        }
        if line.last <= to && self.times == 1 {
            return true;
        }
        let end = if line.last <= to { line.at.len() } else { line.at.partition_point(|t| *t <= to) };
        end >= self.times && line.at[end - self.times] >= from
    }
}

/// Everything an evaluation looks at.
#[derive(Clone, Copy)]
pub struct Who<'a> {
    pub state: &'a State,
    pub calendar: &'a Calendar,
    /// The root of the person.
    pub root: Subject,
    pub view: &'a View<'a>,
    /// Bits of names that the person may have.
    pub mask: u64,
    pub now: i64,
    /// Is this person in segment `n`?
    pub member: &'a dyn Fn(u32) -> bool,
}

/// Why a leaf holds or not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence {
    /// What was measured, where something is.
    pub measure: Option<f64>,
    /// Rows of the timeline that were counted, latest first, at most five.
    pub rows: Vec<usize>,
    /// The instants between which events counted.
    pub window: Option<(i64, i64)>,
}

impl Window {
    /// First and last instant whose events count.
    pub fn bounds(self, now: i64, c: &Calendar) -> (i64, i64) {
        match self {
            Window::Ever => (i64::MIN, now),
            Window::Last(w) => (now.saturating_sub(w).saturating_add(1), now),
            Window::Days(n) => (c.start(c.day(now) - (n - 1)), now),
            Window::This(unit) => {
                let d = c.day(now);
                let first = match unit {
                    Unit::Day => d,
                    Unit::Week => c.week_start(d),
                    Unit::Month => c.month_start(d),
                    Unit::Year => c.year_start(d),
                };
                (c.start(first), now)
            }
            Window::Between(from, to) => (from, now.min(to.saturating_sub(1))),
        }
    }
    /// The first instant at which an event that counts now will not.
    pub fn leaves(self, at: i64, c: &Calendar) -> i64 {
        match self {
            Window::Ever | Window::Between(..) => NEVER,
            Window::Last(w) => at.saturating_add(w),
            Window::Days(n) => c.start(c.day(at) + n),
            Window::This(unit) => {
                let d = c.day(at);
                c.start(match unit {
                    Unit::Day => d + 1,
                    Unit::Week => c.week_start(d) + 7,
                    Unit::Month => c.next_month(d),
                    Unit::Year => c.next_year(d),
                })
            }
        }
    }
}

impl Test {
    fn code(&self, code: u32, word: impl Fn(u32) -> (f64, bool)) -> bool {
        match self {
            Test::Missing => code == 0,
            _ if code == 0 => false,
            Test::Present => true,
            Test::In(all) => all.contains(&code),
            Test::NotIn(all) => !all.contains(&code),
            Test::Contains(_) => word(code).1,
            Test::Between(a, b) => {
                let n = word(code).0;
                n >= *a && n <= *b
            }
        }
    }
    fn number(&self, n: Option<f64>) -> bool {
        match (self, n) {
            (Test::Missing, n) => n.is_none(),
            (_, None) => false,
            (Test::Present, _) => true,
            (Test::Between(a, b), Some(n)) => n >= *a && n <= *b,
            // Codes of numbers are the numbers themselves.
            (Test::In(all), Some(n)) => all.iter().any(|c| *c as f64 == n),
            (Test::NotIn(all), Some(n)) => !all.iter().any(|c| *c as f64 == n),
            (Test::Contains(_), Some(_)) => false,
        }
    }
}

impl EventTest {
    pub fn named(name: u16) -> EventTest {
        EventTest { name: Some(name), also: vec![] }
    }
    #[inline]
    pub fn hits(&self, state: &State, calendar: &Calendar, v: &View<'_>, row: usize) -> bool {
        self.name.map_or_else(|| !state.words.is_quiet(v.name[row]), |n| v.name.is_empty() || v.name[row] == n)
            && (self.also.is_empty() || self.also.iter().all(|(k, t)| passes(state, calendar, v, row, *k, t)))
    }
    fn possible(&self, mask: u64) -> bool {
        self.name.is_none_or(|n| mask & (1 << (n & 63)) != 0)
    }
}

/// Does a row's value pass?
pub fn passes(state: &State, calendar: &Calendar, v: &View<'_>, row: usize, key: Key, test: &Test) -> bool {
    let w = &state.words;
    let contains = |text: &str| matches!(test, Test::Contains(x) if text.contains(x.as_str()));
    match key {
        Key::Prop(k) => test.code(v.prop(row, k), |c| (w.values.number(c), contains(w.values.word(c)))),
        Key::Touchpoint => test.code(v.touchpoint[row], |c| (f64::NAN, contains(w.touchpoints.word(c)))),
        Key::Store => test.code(v.store[row], |c| (f64::NAN, contains(w.stores.word(c)))),
        Key::Value => test.number(number(state, v, row, key)),
        Key::Hour => test.number(Some(calendar.hour(v.at[row]) as f64)),
        Key::Weekday => test.number(Some(calendar.weekday(v.at[row]) as f64)),
    }
}

/// A row's value as a number.
pub fn number(state: &State, v: &View<'_>, row: usize, key: Key) -> Option<f64> {
    let n = match key {
        Key::Value if v.money(row) == NO_VALUE => return None,
        Key::Value => v.money(row) as f64,
        Key::Prop(k) => state.words.values.number(v.prop(row, k)),
        _ => f64::NAN,
    };
    (!n.is_nan()).then_some(n)
}

/// A row's value as something that can be told from others.
pub fn code(v: &View<'_>, row: usize, key: Key) -> u64 {
    match key {
        Key::Prop(k) => v.prop(row, k) as u64,
        Key::Touchpoint => v.touchpoint[row] as u64,
        Key::Store => v.store[row] as u64,
        Key::Value if v.money(row) == NO_VALUE => 0,
        Key::Value => (v.money(row) as u64).wrapping_add(1),
        Key::Hour | Key::Weekday => 0,
    }
}

impl Cond {
    /// Whether it holds, and the next instant at which that could change by itself.
    pub fn eval(&self, w: &Who<'_>) -> (bool, i64) {
        let (is, mut next) = self.walk(w);
        // What lies ahead of the instant becomes true when its time comes.
        let until = w.view.until(w.now);
        if until < w.view.len() {
            next = next.min(w.view.at[until]);
        }
        (is, next)
    }

    /// Only whether it holds, looking at no more than decides it. `events` gives the person's events
    /// of a name that [`Cond::narrow`] lists.
    pub fn holds<'a>(&self, w: &Who<'_>, events: &mut dyn FnMut(u16) -> Line<'a>) -> bool {
        match self {
            Cond::All(all) => all.iter().all(|c| c.holds(w, events)),
            Cond::Any(all) => all.iter().any(|c| c.holds(w, events)),
            Cond::AtLeast(k, all) => all.iter().filter(|c| c.holds(w, events)).count() >= *k,
            Cond::Not(c) => !c.holds(w, events),
            Cond::Event { test: EventTest { name: Some(name), also }, measure, min, max, window } => {
                let line = events(*name);
                let plain = also.is_empty() && matches!(measure, Measure::Count | Measure::Days);
                let known = if plain { by_last(&line, window.bounds(w.now, w.calendar), *min, *max) } else { None };
                known.unwrap_or_else(|| self.leaf(&Who { view: &line.view(), ..*w }, None).0)
            }
            Cond::Edge { test: EventTest { name: Some(name), .. }, .. } => {
                self.leaf(&Who { view: &events(*name).view(), ..*w }, None).0
            }
            leaf => leaf.leaf(w, None).0,
        }
    }

    fn walk(&self, w: &Who<'_>) -> (bool, i64) {
        let many = |all: &[Cond], enough: usize| {
            let (mut n, mut next) = (0, NEVER);
            for c in all {
                let (is, t) = c.walk(w);
                n += is as usize;
                next = next.min(t);
            }
            (n >= enough, next)
        };
        match self {
            Cond::All(all) => many(all, all.len()),
            Cond::Any(all) => many(all, 1),
            Cond::AtLeast(k, all) => many(all, *k),
            Cond::Not(c) => {
                let (is, next) = c.walk(w);
                (!is, next)
            }
            leaf => leaf.leaf(w, None),
        }
    }

    /// A leaf's answer; `why` takes down what it was based on.
    pub fn leaf(&self, w: &Who<'_>, why: Option<&mut Evidence>) -> (bool, i64) {
        let people = &w.state.people;
        match self {
            Cond::Const(is) => (*is, NEVER),
            Cond::Word(column, test) => {
                let Column::Words { dict, .. } = people.at(*column) else { return (false, NEVER) };
                let contains = |c: u32| matches!(test, Test::Contains(x) if dict.word(c).contains(x.as_str()));
                (test.code(people.word(*column, w.root), |c| (dict.number(c), contains(c))), NEVER)
            }
            Cond::Number(column, min, max) => {
                let n = people.number(*column, w.root);
                if let Some(why) = why {
                    why.measure = (n != NO_VALUE).then_some(n as f64);
                }
                (n != NO_VALUE && n >= *min && n <= *max, NEVER)
            }
            Cond::Present(column) => (present(w, *column), NEVER),
            Cond::Missing(column) => (!present(w, *column), NEVER),
            Cond::DaysAgo { column, days, min, max } => days_ago(w, *column, *days, *min, *max, why),
            Cond::Anniversary { column, from, to } => anniversary(w, *column, *from, *to),
            Cond::Mark(mark) => (people.marks.get(mark).is_some_and(|m| m.contains(w.root)), NEVER),
            Cond::Member(n) => ((w.member)(*n), NEVER),
            Cond::Event { test, measure, min, max, window } => event(w, test, *measure, *min, *max, *window, why),
            Cond::Edge { test, last, then, window } => edge(w, test, *last, then, *window, why),
            Cond::Sequence { steps, within, without, window } => {
                sequence(w, steps, *within, without.as_ref(), *window, why)
            }
            Cond::NotFollowed { first, then, within, window } => not_followed(w, first, then, *within, *window, why),
            Cond::All(_) | Cond::Any(_) | Cond::Not(_) | Cond::AtLeast(..) => self.walk(w),
        }
    }

    /// The leaves, in order.
    pub fn leaves<'a>(&'a self, f: &mut impl FnMut(&'a Cond)) {
        match self {
            Cond::All(all) | Cond::Any(all) | Cond::AtLeast(_, all) => all.iter().for_each(|c| c.leaves(f)),
            Cond::Not(c) => c.leaves(f),
            leaf => f(leaf),
        }
    }

    /// The names of events it looks at; `None` when it looks at all.
    pub fn names(&self) -> Option<Vec<u16>> {
        let mut out = Some(vec![]);
        let mut add = |t: &EventTest| match (&mut out, t.name) {
            (Some(all), Some(n)) => all.push(n),
            _ => out = None,
        };
        self.leaves(&mut |c| match c {
            Cond::Event { test, .. } | Cond::Edge { test, .. } => add(test),
            Cond::Sequence { steps, without, .. } => steps.iter().chain(without).for_each(&mut add),
            Cond::NotFollowed { first, then, .. } => {
                add(first);
                add(then);
            }
            _ => {}
        });
        out
    }

    /// Events without which it cannot hold, each by itself; empty when there is no such.
    pub fn leads(&self) -> Vec<Lead> {
        let lead = |test: &EventTest, window: Window, times: usize| test.name.map(|name| Lead { name, window, times }).into_iter().collect();
        match self {
            Cond::All(all) => all.iter().flat_map(Cond::leads).collect(),
            Cond::AtLeast(k, all) if *k >= all.len() => all.iter().flat_map(Cond::leads).collect(),
            Cond::Event { test, measure: Measure::Count | Measure::Days | Measure::Distinct(_), min: Some(min), window, .. } if *min > 0.0 => {
                lead(test, *window, min.ceil() as usize)
            }
            Cond::Event { test, measure: Measure::Avg(_) | Measure::Min(_) | Measure::Max(_), window, .. } => lead(test, *window, 1),
            Cond::Edge { test, window, .. } => lead(test, *window, 1),
            Cond::Sequence { steps, .. } => steps.iter().flat_map(|s| lead(s, Window::Ever, 1)).collect(),
            Cond::NotFollowed { first, .. } => lead(first, Window::Ever, 1),
            _ => vec![],
        }
    }

    /// The names of events it looks at, when of each it needs no more than instants and money.
    pub fn narrow(&self) -> Option<Vec<u16>> {
        let mut out = Some(vec![]);
        self.leaves(&mut |c| {
            let own = |key: &Key| matches!(key, Key::Value | Key::Hour | Key::Weekday);
            let tests = |all: &[(Key, Test)]| all.iter().all(|(key, _)| own(key));
            let name = match c {
                Cond::Event { test, measure, .. } => {
                    let enough = match measure {
                        Measure::Count | Measure::Days => true,
                        Measure::Sum(key) | Measure::Avg(key) | Measure::Min(key) | Measure::Max(key) | Measure::Distinct(key) => own(key),
                    };
                    test.name.filter(|_| enough && tests(&test.also))
                }
                Cond::Edge { test, then, .. } => test.name.filter(|_| tests(&test.also) && tests(then)),
                Cond::Sequence { .. } | Cond::NotFollowed { .. } => None,
                _ => return,
            };
            match (&mut out, name) {
                (Some(all), Some(name)) if all.contains(&name) => {}
                (Some(all), Some(name)) => all.push(name),
                _ => out = None,
            }
        });
        out
    }

    /// Does it look at columns or marks of the person?
    pub fn looks_at_person(&self) -> bool {
        let mut yes = false;
        self.leaves(&mut |c| {
            yes |= matches!(
                c,
                Cond::Word(..) | Cond::Number(..) | Cond::Present(_) | Cond::Missing(_) | Cond::DaysAgo { .. }
                    | Cond::Anniversary { .. } | Cond::Mark(_)
            )
        });
        yes
    }

    /// The other segments it looks at.
    pub fn members(&self) -> Vec<u32> {
        let mut out = vec![];
        self.leaves(&mut |c| if let Cond::Member(n) = c { out.push(*n) });
        out
    }
}

/// How many are enough, and from how many on it is too many.
fn needed(min: Option<f64>, max: Option<f64>) -> (Option<u64>, Option<u64>) {
    let need = min.map(|m| m.ceil().max(0.0) as u64).filter(|n| *n > 0);
    (need, max.map(|m| (m.floor().max(-1.0) as i64 + 1) as u64))
}

/// Whether so many lie in the window, where the last one alone decides it.
fn by_last(line: &Line<'_>, (from, to): (i64, i64), min: Option<f64>, max: Option<f64>) -> Option<bool> {
    let (need, over) = needed(min, max);
    if line.at.is_empty() || line.last < from {
        return Some(need.is_none() && over != Some(0));
    }
    let one = line.last <= to;
    match over {
        Some(0 | 1) if one => Some(false),
        None if one && need.is_none_or(|n| n == 1) => Some(true),
        _ => None,
    }
}

fn present(w: &Who<'_>, column: usize) -> bool {
    match w.state.people.at(column) {
        Column::Words { .. } => w.state.people.word(column, w.root) != 0,
        Column::Numbers(_) => w.state.people.number(column, w.root) != NO_VALUE,
    }
}

fn days_ago(w: &Who<'_>, column: usize, days: bool, min: Option<i32>, max: Option<i32>, why: Option<&mut Evidence>) -> (bool, i64) {
    let n = w.state.people.number(column, w.root);
    if n == NO_VALUE {
        return (false, NEVER);
    }
    let c = w.calendar;
    let then = if days { n as i32 } else { c.day(n) };
    let ago = c.day(w.now) - then;
    if let Some(why) = why {
        why.measure = Some(ago as f64);
    }
    let is = min.is_none_or(|m| ago >= m) && max.is_none_or(|m| ago <= m);
    let edges = [min, max.map(|m| m + 1)];
    let next = edges.into_iter().flatten().filter(|e| *e > ago).map(|e| c.start(then + e)).min();
    (is, next.unwrap_or(NEVER))
}

fn anniversary(w: &Who<'_>, column: usize, from: i32, to: i32) -> (bool, i64) {
    let n = w.state.people.number(column, w.root);
    if n == NO_VALUE {
        return (false, NEVER);
    }
    let c = w.calendar;
    let (_, month, day) = weir_base::Day(n as i32).ymd();
    let today = c.day(w.now);
    let (year, _, _) = weir_base::Day(today).ymd();
    let (mut is, mut next) = (false, NEVER);
    for y in year - 2..=year + 2 {
        let back = weir_base::Day::of_ymd(y, month, day).0;
        let (first, end) = (back - (to - 1), back - from + 1);
        is |= today >= first && today < end;
        next = [first, end].into_iter().filter(|d| *d > today).map(|d| c.start(d)).fold(next, i64::min);
    }
    (is, next)
}

/// The rows that may count.
fn range(w: &Who<'_>, window: Window) -> (usize, usize, (i64, i64)) {
    let (lo, hi) = window.bounds(w.now, w.calendar);
    let end = w.view.until(hi);
    let begin = if lo == i64::MIN { 0 } else { w.view.at[..end].partition_point(|t| *t < lo) };
    (begin, end, (lo, hi))
}

fn event(
    w: &Who<'_>,
    test: &EventTest,
    measure: Measure,
    min: Option<f64>,
    max: Option<f64>,
    window: Window,
    mut why: Option<&mut Evidence>,
) -> (bool, i64) {
    let inside = |x: f64| min.is_none_or(|m| x >= m) && max.is_none_or(|m| x <= m);
    if !test.possible(w.mask) {
        if let Some(why) = why {
            why.measure = matches!(measure, Measure::Count | Measure::Days | Measure::Sum(_) | Measure::Distinct(_)).then_some(0.0);
            why.window = Some(window.bounds(w.now, w.calendar));
        }
        let empty = !matches!(measure, Measure::Avg(_) | Measure::Min(_) | Measure::Max(_));
        return (empty && inside(0.0), NEVER);
    }
    let (begin, end, bounds) = range(w, window);
    if let Some(why) = why.as_deref_mut() {
        why.window = Some(bounds);
    }
    let v = w.view;
    let hits = |row: usize| test.hits(w.state, w.calendar, v, row);
    match measure {
        Measure::Count | Measure::Days | Measure::Distinct(_) => {
            // The n-th latest decides: when it leaves, fewer than n are left.
            let (need, over) = needed(min, max);
            let enough = if why.is_some() { u64::MAX } else { need.unwrap_or(0).max(over.unwrap_or(0)) };
            let (mut n, mut next, mut last_day, mut known) = (0u64, NEVER, i32::MIN, vec![]);
            for row in (begin..end).rev() {
                if !hits(row) {
                    continue;
                }
                match measure {
                    Measure::Days => {
                        let day = w.calendar.day(v.at[row]);
                        if day == last_day {
                            continue;
                        }
                        last_day = day;
                    }
                    Measure::Distinct(key) => {
                        let c = code(v, row, key);
                        if c == 0 || known.contains(&c) {
                            continue;
                        }
                        known.push(c);
                    }
                    _ => {}
                }
                n += 1;
                if Some(n) == need || Some(n) == over {
                    next = next.min(window.leaves(v.at[row], w.calendar));
                }
                if let Some(why) = why.as_deref_mut().filter(|e| e.rows.len() < 5) {
                    why.rows.push(row);
                }
                if n >= enough {
                    break;
                }
            }
            if let Some(why) = why {
                why.measure = Some(n as f64);
            }
            (need.is_none_or(|m| n >= m) && over.is_none_or(|m| n < m), next)
        }
        Measure::Sum(key) | Measure::Avg(key) | Measure::Min(key) | Measure::Max(key) => {
            let (mut n, mut sum, mut least, mut most, mut earliest) = (0u64, 0.0, f64::INFINITY, f64::NEG_INFINITY, None);
            for row in begin..end {
                if !hits(row) {
                    continue;
                }
                let Some(x) = number(w.state, v, row, key) else { continue };
                earliest.get_or_insert(v.at[row]);
                n += 1;
                sum += x;
                (least, most) = (least.min(x), most.max(x));
                if let Some(why) = why.as_deref_mut() {
                    why.rows.insert(0, row);
                    why.rows.truncate(5);
                }
            }
            let got = match measure {
                Measure::Sum(_) => Some(sum),
                _ if n == 0 => None,
                Measure::Avg(_) => Some(sum / n as f64),
                Measure::Min(_) => Some(least),
                _ => Some(most),
            };
            if let Some(why) = why {
                why.measure = got;
            }
            (got.is_some_and(inside), earliest.map_or(NEVER, |at| window.leaves(at, w.calendar)))
        }
    }
}

fn edge(w: &Who<'_>, test: &EventTest, last: bool, then: &[(Key, Test)], window: Window, why: Option<&mut Evidence>) -> (bool, i64) {
    let end = w.view.until(w.now);
    let hits = |row: &usize| test.hits(w.state, w.calendar, w.view, *row);
    let found = if !test.possible(w.mask) {
        None
    } else if last {
        (0..end).rev().find(hits)
    } else {
        (0..end).find(hits)
    };
    let (lo, hi) = window.bounds(w.now, w.calendar);
    if let Some(why) = why {
        why.window = Some((lo, hi));
        why.rows.extend(found);
    }
    let Some(row) = found else { return (false, NEVER) };
    let at = w.view.at[row];
    let inside = at >= lo && at <= hi;
    let is = inside && then.iter().all(|(k, t)| passes(w.state, w.calendar, w.view, row, *k, t));
    (is, if is { window.leaves(at, w.calendar) } else { NEVER })
}

fn sequence(
    w: &Who<'_>,
    steps: &[EventTest],
    within: Option<i64>,
    without: Option<&EventTest>,
    window: Window,
    why: Option<&mut Evidence>,
) -> (bool, i64) {
    let (begin, end, bounds) = range(w, window);
    // For each length the chain that started last: nothing earlier can reach further.
    let mut starts: [Option<usize>; 8] = [None; 8];
    let k = steps.len().min(8);
    let mut best: Option<(usize, usize)> = None;
    if k > 0 && steps.iter().all(|s| s.possible(w.mask)) {
        for row in begin..end {
            if without.is_some_and(|x| x.hits(w.state, w.calendar, w.view, row)) {
                starts = [None; 8];
            }
            for j in (0..k).rev() {
                if !steps[j].hits(w.state, w.calendar, w.view, row) {
                    continue;
                }
                let from = if j == 0 { Some(row) } else { starts[j - 1] };
                let Some(from) = from.filter(|f| within.is_none_or(|d| w.view.at[row] - w.view.at[*f] <= d)) else { continue };
                starts[j] = starts[j].max(Some(from));
                if j + 1 == k {
                    best = best.max(Some((from, row)));
                }
            }
        }
    }
    if let Some(why) = why {
        why.window = Some(bounds);
        why.rows.extend(best.into_iter().flat_map(|(a, b)| [b, a]));
    }
    match best {
        Some((from, _)) => (true, window.leaves(w.view.at[from], w.calendar)),
        None => (false, NEVER),
    }
}

fn not_followed(
    w: &Who<'_>,
    first: &EventTest,
    then: &EventTest,
    within: i64,
    window: Window,
    why: Option<&mut Evidence>,
) -> (bool, i64) {
    let (begin, end, bounds) = range(w, window);
    let now_end = w.view.until(w.now);
    let (mut latest, mut next, mut answer) = (None, NEVER, None);
    if first.possible(w.mask) {
        // From the latest back, with the earliest `then` behind each.
        let mut row = now_end;
        while row > begin {
            row -= 1;
            if row < end && first.hits(w.state, w.calendar, w.view, row) {
                let at = w.view.at[row];
                let answered = answer.is_some_and(|b: i64| b - at <= within);
                if !answered && at.saturating_add(within) <= w.now {
                    latest = Some(row);
                    break;
                }
                if !answered {
                    next = next.min(at.saturating_add(within));
                }
            }
            if then.hits(w.state, w.calendar, w.view, row) {
                answer = Some(w.view.at[row]);
            }
        }
    }
    if let Some(why) = why {
        why.window = Some(bounds);
        why.rows.extend(latest);
    }
    match latest {
        Some(row) => (true, next.min(window.leaves(w.view.at[row], w.calendar))),
        None => (false, next),
    }
}
