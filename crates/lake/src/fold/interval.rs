//! How long it takes from one event to another.
use super::{Scope, Table, Which, from_row, quantile};
use crate::{State, Subject, View};
use roaring::RoaringBitmap;
use weir_base::time::{DAY, HOUR, MINUTE};

/// The question: pairs of a `first` and the next `then` after it. A `first` that is followed by
/// another before a `then` comes is passed over, so the time is from the nearest one.
pub struct Interval {
    pub first: Which,
    pub then: Which,
    /// Both within [from, to).
    pub from: i64,
    pub to: i64,
}

/// Times from `min` to before `max` milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bin {
    pub min: i64,
    pub max: Option<i64>,
    pub pairs: u64,
    pub persons: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Times {
    pub bins: Vec<Bin>,
    pub pairs: u64,
    pub persons: u64,
    pub median: i64,
    pub p25: i64,
    pub p75: i64,
    pub p90: i64,
}

/// Where bins begin.
pub const EDGES: [i64; 13] = [
    0,
    MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    HOUR,
    6 * HOUR,
    DAY,
    3 * DAY,
    7 * DAY,
    14 * DAY,
    30 * DAY,
    60 * DAY,
    90 * DAY,
];

impl Interval {
    /// Calls `f` with the time of each of a person's pairs.
    fn pairs(&self, state: &State, table: &Table, v: &View<'_>, mut f: impl FnMut(i64)) {
        let mut open = None;
        for i in from_row(v, self.from)..v.len() {
            let (bits, at) = (table.bits(v.name[i]), v.at[i]);
            if at >= self.to {
                break;
            }
            if bits & 2 != 0 && open.is_some() && self.then.passes(state, v, i) {
                f(at - open.take().unwrap_or(at));
            }
            if bits & 1 != 0 && self.first.passes(state, v, i) {
                open = Some(at);
            }
        }
    }

    pub fn ask(&self, scope: &Scope<'_>) -> Option<Times> {
        let table = Table::of([&self.first, &self.then]);
        type Acc = (Vec<i64>, [u64; EDGES.len()], u64);
        let step = |a: &mut Acc, state: &State, _: Subject, v: &View<'_>| {
            let mut bins = 0u32;
            self.pairs(state, &table, v, |t| {
                a.0.push(t);
                bins |= 1 << bin(t);
            });
            a.2 += u64::from(bins != 0);
            while bins != 0 {
                a.1[bins.trailing_zeros() as usize] += 1;
                bins &= bins - 1;
            }
        };
        let join = |a: &mut Acc, b: Acc| {
            a.0.extend(b.0);
            super::add(&mut a.1, &b.1);
            a.2 += b.2;
        };
        let (mut all, by_bin, persons) = scope.walk(self.first.name.bit(), Acc::default, step, join)?;
        all.sort_unstable();
        let mut pairs = [0; EDGES.len()];
        all.iter().for_each(|t| pairs[bin(*t)] += 1);
        let q = |part| quantile(&all, part, 100).unwrap_or(0);
        Some(Times {
            bins: (0..EDGES.len())
                .map(|i| Bin { min: EDGES[i], max: EDGES.get(i + 1).copied(), pairs: pairs[i], persons: by_bin[i] })
                .collect(),
            pairs: all.len() as u64,
            persons,
            median: q(50),
            p25: q(25),
            p75: q(75),
            p90: q(90),
        })
    }

    /// The persons with a pair in a bin.
    pub fn persons(&self, scope: &Scope<'_>, place: usize) -> Option<RoaringBitmap> {
        let table = Table::of([&self.first, &self.then]);
        scope.collect(self.first.name.bit(), |state, _, v| {
            let mut found = false;
            self.pairs(state, &table, v, |t| found |= bin(t) == place);
            found
        })
    }
}

fn bin(t: i64) -> usize {
    EDGES.partition_point(|e| *e <= t).saturating_sub(1)
}
