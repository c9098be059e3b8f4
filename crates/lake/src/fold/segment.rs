//! Who did something so many times in a time, and did not do something else: counted, or as a set.
use super::{Name, Scope, Which};
use crate::{Need, State, View};
use roaring::RoaringBitmap;

/// An event was done between `min` and `max` times within [from, to).
pub struct Did {
    pub what: Which,
    pub from: i64,
    pub to: i64,
    pub min: u32,
    /// Inclusive.
    pub max: Option<u32>,
}

/// How many of a timeline's last rows lie at or after an instant; most questions are about the end.
#[inline]
fn tail(at: &[i64], from: i64) -> usize {
    let n = at.len();
    let mut back = 8;
    while back < n && at[n - back] >= from {
        back *= 2;
    }
    let begin = n - back.min(n);
    begin + at[begin..].partition_point(|t| *t < from)
}

impl Did {
    #[inline]
    pub fn holds(&self, state: &State, v: &View<'_>) -> bool {
        let from = if self.from == i64::MIN { 0 } else { tail(v.at, self.from) };
        let to = if v.at.last().is_none_or(|last| *last < self.to) { v.len() } else { v.at.partition_point(|t| *t < self.to) };
        let n = match (self.what.name, &self.what.test) {
            (Name::Is(code), None) => v.name[from..to.max(from)].iter().filter(|n| **n == code).count(),
            _ => (from..to).filter(|i| self.what.takes(state, v, *i)).count(),
        };
        n >= self.min as usize && self.max.is_none_or(|m| n <= m as usize)
    }
    fn need(&self) -> u64 {
        if self.min > 0 { self.what.name.bit() } else { 0 }
    }
}

/// How many persons meet all conditions.
pub fn count(scope: &Scope<'_>, all: &[Did]) -> Option<u64> {
    // Who must have done something lately has done something lately.
    let most = all.iter().filter(|d| d.min > 0).max_by_key(|d| d.from);
    let need = most.map_or(Need::default(), |d| Need { names: d.need(), since: d.from });
    scope.walk_since(need, || 0, |n, state, _, v| *n += u64::from(all.iter().all(|d| d.holds(state, v))), |a, b| *a += b)
}

/// The roots of those who meet all conditions.
pub fn members(scope: &Scope<'_>, all: &[Did]) -> Option<RoaringBitmap> {
    let need = all.iter().map(Did::need).find(|b| *b != 0).unwrap_or(0);
    scope.collect(need, |state, _, v| all.iter().all(|d| d.holds(state, v)))
}
