//! How often, by how many, and for how much something happened in each hour, day, week or month.
use super::bucket::OUTSIDE;
use super::{Amount, Buckets, By, Groups, Scope, Which};
use crate::{Line, NO_VALUE, State, Subject, View};
use roaring::RoaringBitmap;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    Count,
    /// Different persons in each bucket, and in the whole range.
    Persons,
    /// Sum and number of events that have the amount.
    Sum(Amount),
}

/// The question.
pub struct Trend {
    pub event: Which,
    pub measure: Measure,
    pub buckets: Buckets,
    /// Touchpoint, store and property are those of each event.
    pub by: By,
}

/// A cell: events (or persons), and the sum where one was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cell {
    pub n: u64,
    /// Fen.
    pub fen: i64,
    /// Of a property that is a number.
    pub real: f64,
}

/// The answer for one group.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    pub key: u32,
    pub cells: Vec<Cell>,
    /// Of the whole range; persons count once.
    pub total: Cell,
    /// Who was counted last in each bucket and, at the end, in the total: root and one.
    seen: Vec<u32>,
}

impl Group {
    /// A person is there, counted once in each bucket.
    #[inline]
    fn seen_in(&mut self, b: usize, s: Subject) {
        let last = self.seen.len() - 1;
        if self.seen[b] != s + 1 {
            self.seen[b] = s + 1;
            self.cells[b].n += 1;
            self.total.n += u64::from(self.seen[last] != s + 1);
            self.seen[last] = s + 1;
        }
    }
    #[inline]
    fn paid(&mut self, b: usize, value: i64) {
        if value != NO_VALUE {
            self.cells[b].n += 1;
            self.cells[b].fen += value;
        }
    }
}

impl Trend {
    fn empty(&self) -> Group {
        let n = self.buckets.len();
        let seen = if self.measure == Measure::Persons { vec![0; n + 1] } else { vec![] };
        Group { key: 0, cells: vec![Cell::default(); n], total: Cell::default(), seen }
    }

    /// One [`Group`] for each value of the break-down, in order of codes; without one, exactly one.
    pub fn ask(&self, scope: &Scope<'_>) -> Option<Vec<Group>> {
        let join = |a: &mut Groups<Group>, b| a.join(b, || self.empty(), joined);
        let all = match self.alone() {
            Some(name) => scope.walk_lines(name, Groups::<Group>::new, |groups, state, s, line| self.add(groups, state, s, line), join),
            None => self.walk(scope, join),
        };
        let mut all = all?;
        if self.by == By::Nothing {
            all.cell(0, || self.empty());
        }
        Some(all.sorted().into_iter().filter_map(|(key, g)| self.finished(key, g)).collect())
    }

    /// The name, when the question needs no more of its events than instants and money.
    fn alone(&self) -> Option<u16> {
        let enough = matches!(self.by, By::Nothing | By::Column(_)) && !matches!(self.measure, Measure::Sum(Amount::Prop(_)));
        self.event.plain().filter(|_| enough)
    }

    fn add(&self, groups: &mut Groups<Group>, state: &State, s: Subject, line: &Line<'_>) {
        let g = groups.cell(self.by.of(state, s, &View::default(), 0), || self.empty());
        for (i, at) in line.at.iter().enumerate() {
            let b = self.buckets.of(*at);
            if b == OUTSIDE {
                continue;
            }
            match self.measure {
                Measure::Count => g.cells[b].n += 1,
                Measure::Persons => g.seen_in(b, s),
                Measure::Sum(_) => g.paid(b, line.value.get(i).copied().unwrap_or(NO_VALUE)),
            }
        }
    }

    fn walk(&self, scope: &Scope<'_>, join: impl FnMut(&mut Groups<Group>, Groups<Group>)) -> Option<Groups<Group>> {
        let step = |groups: &mut Groups<Group>, state: &State, s: Subject, v: &View<'_>| {
            let own = match self.by {
                By::Nothing | By::Column(_) => Some(groups.index(self.by.of(state, s, v, 0), || self.empty())),
                _ => None,
            };
            let mut take = |row: usize| {
                let b = self.buckets.of(v.at[row]);
                if b == OUTSIDE {
                    return;
                }
                let g = match own {
                    Some(g) => g,
                    None => groups.index(self.by.of(state, s, v, row), || self.empty()),
                };
                self.count(&mut groups.cells[g], state, s, v, row, b);
            };
            (0..v.len()).filter(|i| self.event.takes(state, v, *i)).for_each(&mut take);
        };
        scope.walk(self.event.name.bit(), Groups::<Group>::new, step, join)
    }

    #[inline]
    fn count(&self, g: &mut Group, state: &State, s: Subject, v: &View<'_>, row: usize, b: usize) {
        match self.measure {
            Measure::Count => g.cells[b].n += 1,
            Measure::Persons => g.seen_in(b, s),
            Measure::Sum(Amount::Value) => g.paid(b, v.value[row]),
            Measure::Sum(amount) => {
                if let Some(x) = amount.of(state, v, row) {
                    g.cells[b].n += 1;
                    g.cells[b].real += x;
                }
            }
        }
    }

    fn finished(&self, key: u32, mut g: Group) -> Option<Group> {
        if self.measure != Measure::Persons {
            g.total = g.cells.iter().fold(Cell::default(), |t, c| plus(t, *c));
        }
        g.seen = vec![];
        let empty = g.cells.iter().all(|c| c.n == 0);
        (!empty || self.by == By::Nothing).then_some(Group { key, ..g })
    }

    /// The persons of a cell.
    pub fn persons(&self, scope: &Scope<'_>, bucket: usize, group: Option<u32>) -> Option<RoaringBitmap> {
        let (from, to) = (self.buckets.start(bucket), self.buckets.end(bucket));
        scope.collect(self.event.name.bit(), |state, s, v| {
            (super::from_row(v, from)..v.len()).take_while(|i| v.at[*i] < to).any(|i| {
                self.event.takes(state, v, i) && group.is_none_or(|g| self.by.of(state, s, v, i) == g)
            })
        })
    }
}

fn plus(a: Cell, b: Cell) -> Cell {
    Cell { n: a.n + b.n, fen: a.fen + b.fen, real: a.real + b.real }
}

/// Workers see different persons, so distinct ones add up.
fn joined(a: &mut Group, b: Group) {
    a.cells.iter_mut().zip(b.cells).for_each(|(a, b)| *a = plus(*a, b));
    a.total = plus(a.total, b.total);
}
