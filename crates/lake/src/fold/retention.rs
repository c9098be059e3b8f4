//! Of the persons who began in a period, how many were back one, two, … periods later.
use super::bucket::{OUTSIDE, periods_on};
use super::{Buckets, By, Groups, Scope, Table, Unit, Which};
use crate::{Calendar, Line, NO_VALUE, State, Subject, View};
use roaring::RoaringBitmap;

/// What makes a person begin.
pub enum Start {
    Event(Which),
    /// An instant in a column of the persons, such as when they joined.
    Column(usize),
}

/// The question.
pub struct Retention {
    pub start: Start,
    pub back: Which,
    /// Cohorts and, after them, as many periods as are looked ahead.
    buckets: Buckets,
    /// Persons must begin before this instant.
    until: i64,
    cohorts: usize,
    /// Periods after the one in which a person begins.
    pub periods: usize,
    /// Back in that period or any later one?
    pub unbounded: bool,
    /// Only the first start ever makes a cohort; else every period with a start does.
    pub first: bool,
    pub by: By,
}

/// The answer for one group of persons: rows of cohorts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    pub key: u32,
    /// Persons of each cohort.
    pub sizes: Vec<u64>,
    /// For each cohort and period 0 … periods, who was back. In period 0 only what came with or
    /// after the start counts.
    pub back: Vec<Vec<u64>>,
}

/// Periods of one person as bits.
#[derive(Clone, Default)]
struct Scratch {
    starts: Vec<u64>,
    backs: Vec<u64>,
    /// The first row of a start in each period.
    rows: Vec<u32>,
}

/// What makes cohorts of a range of civil days, `to` exclusive.
#[derive(Clone, Copy, Debug)]
pub struct Range {
    pub unit: Unit,
    pub from: i32,
    pub to: i32,
    pub periods: usize,
}

impl Retention {
    /// N-day retention of first starts without break-down; the rest is set on it.
    pub fn new(calendar: &Calendar, range: Range, start: Start, back: Which) -> Retention {
        let cohorts = Buckets::new(calendar, range.unit, range.from, range.to);
        let last = cohorts.day(cohorts.len() - 1);
        let end = periods_on(calendar, range.unit, last, range.periods + 1);
        let buckets = Buckets::new(calendar, range.unit, range.from, end);
        Retention {
            start,
            back,
            buckets,
            until: cohorts.to(),
            cohorts: cohorts.len(),
            periods: range.periods,
            unbounded: false,
            first: true,
            by: By::Nothing,
        }
    }

    /// The civil day that a cohort is called by.
    pub fn day(&self, cohort: usize) -> i32 {
        self.buckets.day(cohort)
    }
    pub fn cohorts(&self) -> usize {
        self.cohorts
    }
    /// Is a period of a cohort over at this instant?
    pub fn mature(&self, cohort: usize, period: usize, now: i64) -> bool {
        self.buckets.end(cohort + period) <= now
    }

    fn scratch(&self) -> Scratch {
        let words = self.buckets.len().div_ceil(64);
        Scratch { starts: vec![0; words], backs: vec![0; words], rows: vec![0; self.buckets.len()] }
    }

    fn table(&self) -> Table {
        match &self.start {
            Start::Event(w) => Table::of([w, &self.back]),
            Start::Column(_) => Table::of([&Which { name: super::Name::Unheard, test: None }, &self.back]),
        }
    }

    fn need(&self) -> u64 {
        match &self.start {
            Start::Event(w) => w.name.bit(),
            Start::Column(_) => 0,
        }
    }

    /// Marks the periods of one person. `false` when there is no start.
    fn mark(&self, table: &Table, state: &State, s: Subject, v: &View<'_>, m: &mut Scratch) -> bool {
        m.starts.fill(0);
        m.backs.fill(0);
        let (mut begun, mut open, mut row) = (false, OUTSIDE, 0);
        // After the last period of an only cohort nothing matters.
        let only = |b: usize| if self.first && !self.unbounded { self.buckets.end(b + self.periods) } else { i64::MAX };
        let mut end = i64::MAX;
        if let Start::Column(c) = self.start {
            let at = state.people.number(c, s);
            let b = if at == NO_VALUE || at >= self.until { OUTSIDE } else { self.buckets.of(at) };
            if b == OUTSIDE {
                return false;
            }
            m.starts[b / 64] |= 1 << (b % 64);
            row = super::from_row(v, at);
            (begun, open, end) = (true, b, only(b));
            m.rows[b] = row.min(v.len().saturating_sub(1)) as u32;
        }
        let start = match &self.start {
            Start::Event(w) => Some(w),
            Start::Column(_) => None,
        };
        for (i, name) in v.name[row..].iter().enumerate() {
            let bits = table.bits(*name);
            if bits == 0 {
                continue;
            }
            let (row, at) = (row + i, v.at[row + i]);
            if at >= end {
                break;
            }
            let starts = bits & 1 != 0 && !(self.first && begun) && start.is_some_and(|w| w.passes(state, v, row));
            let b = self.buckets.of(at);
            if starts {
                if self.first && (b == OUTSIDE || at >= self.until) {
                    return false;
                }
                begun = true;
                if self.first {
                    end = only(b);
                }
                if b != OUTSIDE && at < self.until && open != b {
                    m.starts[b / 64] |= 1 << (b % 64);
                    m.rows[b] = row as u32;
                    open = b;
                }
            }
            if bits & 2 == 0 || !begun || b == OUTSIDE {
                continue;
            }
            // In the period of a start only what comes with or after it counts: before it, the
            // period is not open yet, and a first back there would be of an earlier start.
            if m.backs[b / 64] >> (b % 64) & 1 == 0 && self.back.passes(state, v, row) {
                m.backs[b / 64] |= 1 << (b % 64);
            }
        }
        begun
    }

    /// The name, when coming and coming back are the same and no more is asked of an event.
    fn alone(&self) -> Option<u16> {
        let Start::Event(start) = &self.start else { return None };
        let enough = matches!(self.by, By::Nothing | By::Column(_)) && start.plain() == self.back.plain();
        start.plain().filter(|_| enough)
    }

    /// The cohort of a person whose first event is the start, and in which periods after it the person
    /// came back, as bits: where one name is both, and no more than 63 periods are asked for.
    #[inline]
    fn first_line(&self, at: &[i64]) -> Option<(usize, u64)> {
        let first = at.first().filter(|at| **at < self.until)?;
        let cohort = self.buckets.of(*first);
        if cohort == OUTSIDE {
            return None;
        }
        let (end, mut next, mut bits) = (self.buckets.end(cohort + self.periods), self.buckets.end(cohort), 1);
        for at in &at[1..] {
            if *at < next {
                continue;
            }
            if *at >= end {
                break;
            }
            let b = self.buckets.of(*at);
            bits |= 1 << (b - cohort);
            next = self.buckets.end(b);
        }
        Some((cohort, bits))
    }

    /// [`Retention::mark`] where one name is both.
    fn mark_line(&self, at: &[i64], m: &mut Scratch) -> bool {
        m.starts.fill(0);
        m.backs.fill(0);
        let Some(first) = at.first() else { return false };
        let mut end = i64::MAX;
        if self.first {
            let b = self.buckets.of(*first);
            if b == OUTSIDE || *first >= self.until {
                return false;
            }
            m.starts[b / 64] |= 1 << (b % 64);
            if !self.unbounded {
                end = self.buckets.end(b + self.periods);
            }
        }
        for at in at {
            if *at >= end {
                break;
            }
            let b = self.buckets.of(*at);
            if b == OUTSIDE {
                continue;
            }
            m.backs[b / 64] |= 1 << (b % 64);
            if !self.first && *at < self.until {
                m.starts[b / 64] |= 1 << (b % 64);
            }
        }
        true
    }

    /// Was the person back in a period with or after the start in it?
    fn early(&self, state: &State, v: &View<'_>, from: u32, cohort: usize) -> bool {
        let end = self.buckets.end(cohort);
        (from as usize..v.len()).take_while(|i| v.at[*i] < end).any(|i| self.back.takes(state, v, i))
    }

    /// Calls `f` with each cohort of a person and the bits of periods 0 … in which it was back.
    fn cohorts_of(&self, m: &Scratch, early: impl Fn(u32, usize) -> bool, mut f: impl FnMut(usize, u32, &dyn Fn(usize) -> bool)) {
        for (w, word) in m.starts.iter().enumerate() {
            let mut word = *word;
            while word != 0 {
                let c = w * 64 + word.trailing_zeros() as usize;
                word &= word - 1;
                let zero = self.first || !bit(&m.backs, c) || early(m.rows[c], c);
                f(c, m.rows[c], &|k| bit(&m.backs, c + k) && (k > 0 || zero));
            }
        }
    }

    fn group(&self, state: &State, s: Subject, v: &View<'_>, row: u32) -> u32 {
        if v.is_empty() && !matches!(self.by, By::Column(_)) { 0 } else { self.by.of(state, s, v, row as usize) }
    }

    fn back_in(&self, m: &Scratch, c: usize, k: usize, is: &dyn Fn(usize) -> bool) -> bool {
        is(k) || self.unbounded && (k + 1..self.buckets.len() - c).any(|k| bit(&m.backs, c + k))
    }

    fn empty(&self) -> Group {
        Group { key: 0, sizes: vec![0; self.cohorts], back: vec![vec![0; self.periods + 1]; self.cohorts] }
    }

    /// Takes one person's cohort into a group.
    #[inline]
    fn count(&self, g: &mut Group, c: usize, is: &dyn Fn(usize) -> bool) {
        g.sizes[c] += 1;
        let counts = &mut g.back[c];
        if self.unbounded {
            let last = (0..self.buckets.len() - c).rev().find(|k| is(*k));
            last.into_iter().for_each(|last| counts.iter_mut().take(last + 1).for_each(|n| *n += 1));
        } else {
            counts.iter_mut().enumerate().for_each(|(k, n)| *n += u64::from(is(k)));
        }
    }

    /// One [`Group`] for each value of the break-down, in order of codes; without one, exactly one.
    pub fn ask(&self, scope: &Scope<'_>) -> Option<Vec<Group>> {
        let init = || (self.scratch(), Groups::<Group>::new());
        let join = |a: &mut (Scratch, Groups<Group>), b: (Scratch, Groups<Group>)| {
            a.1.join(b.1, || self.empty(), |x, y| {
                super::add(&mut x.sizes, &y.sizes);
                x.back.iter_mut().zip(&y.back).for_each(|(x, y)| super::add(x, y));
            });
        };
        let all = if let Some(name) = self.alone() {
            let quick = self.first && !self.unbounded && self.periods < 64;
            let step = |(m, groups): &mut (Scratch, Groups<Group>), state: &State, s: Subject, line: &Line<'_>| {
                if quick {
                    let Some((c, mut bits)) = self.first_line(line.at) else { return };
                    let g = groups.cell(self.by.of(state, s, &View::default(), 0), || self.empty());
                    g.sizes[c] += 1;
                    while bits != 0 {
                        g.back[c][bits.trailing_zeros() as usize] += 1;
                        bits &= bits - 1;
                    }
                } else if self.mark_line(line.at, m) {
                    let g = groups.cell(self.by.of(state, s, &View::default(), 0), || self.empty());
                    self.cohorts_of(m, |_, _| true, |c, _, is| self.count(g, c, is));
                }
            };
            scope.walk_lines(name, init, step, join)
        } else {
            let table = self.table();
            let step = |(m, groups): &mut (Scratch, Groups<Group>), state: &State, s: Subject, v: &View<'_>| {
                if self.mark(&table, state, s, v, m) {
                    let early = |row, c| self.early(state, v, row, c);
                    self.cohorts_of(m, early, |c, row, is| self.count(groups.cell(self.group(state, s, v, row), || self.empty()), c, is));
                }
            };
            scope.walk(self.need(), init, step, join)
        };
        let mut all = all?.1;
        if self.by == By::Nothing {
            all.cell(0, || self.empty());
        }
        Some(all.sorted().into_iter().map(|(key, g)| Group { key, ..g }).collect())
    }

    /// The persons of a cohort who were (or were not) back in a period; all of it without one. No cohort asks for any.
    pub fn persons(&self, scope: &Scope<'_>, cohort: Option<usize>, period: Option<(usize, bool)>, group: Option<u32>) -> Option<RoaringBitmap> {
        let table = self.table();
        scope.collect(self.need(), |state, s, v| {
            let (mut m, mut found) = (self.scratch(), false);
            if self.mark(&table, state, s, v, &mut m) {
                self.cohorts_of(&m, |row, c| self.early(state, v, row, c), |c, row, is| {
                    let asked = cohort.is_none_or(|x| x == c) && group.is_none_or(|g| self.group(state, s, v, row) == g);
                    found |= asked && period.is_none_or(|(k, back)| self.back_in(&m, c, k, is) == back);
                });
            }
            found
        })
    }
}

fn bit(words: &[u64], i: usize) -> bool {
    words.get(i / 64).is_some_and(|w| w >> (i % 64) & 1 != 0)
}
