//! How often, by how many, and for how much something happened in each hour, day, week or month.
use super::bucket::OUTSIDE;
use super::{Amount, Buckets, By, Groups, Name, Scope, Which};
use crate::{NO_VALUE, State, Subject, View};
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

impl Trend {
    fn empty(&self) -> Group {
        let n = self.buckets.len();
        let seen = if self.measure == Measure::Persons { vec![0; n + 1] } else { vec![] };
        Group { key: 0, cells: vec![Cell::default(); n], total: Cell::default(), seen }
    }

    /// One [`Group`] for each value of the break-down, in order of codes; without one, exactly one.
    pub fn ask(&self, scope: &Scope<'_>) -> Option<Vec<Group>> {
        let need = self.event.name.bit();
        let plain = self.event.test.is_none();
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
            match self.event.name {
                Name::Is(code) if plain => super::each(v.name, code, take),
                Name::Unheard => {}
                _ => (0..v.len()).filter(|i| self.event.takes(state, v, *i)).for_each(&mut take),
            }
        };
        let mut all = scope.walk(need, Groups::<Group>::new, step, |a, b| a.join(b, || self.empty(), joined))?;
        if self.by == By::Nothing {
            all.cell(0, || self.empty());
        }
        Some(all.sorted().into_iter().filter_map(|(key, g)| self.finished(key, g)).collect())
    }

    #[inline]
    fn count(&self, g: &mut Group, state: &State, s: Subject, v: &View<'_>, row: usize, b: usize) {
        match self.measure {
            Measure::Count => g.cells[b].n += 1,
            Measure::Persons => {
                let last = g.seen.len() - 1;
                if g.seen[b] != s + 1 {
                    g.seen[b] = s + 1;
                    g.cells[b].n += 1;
                    g.total.n += u64::from(g.seen[last] != s + 1);
                    g.seen[last] = s + 1;
                }
            }
            Measure::Sum(Amount::Value) => {
                if v.value[row] != NO_VALUE {
                    g.cells[b].n += 1;
                    g.cells[b].fen += v.value[row];
                }
            }
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
