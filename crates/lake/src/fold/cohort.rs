//! What persons who first bought in a period have brought in, period by period.
use super::bucket::{OUTSIDE, periods_on};
use super::{Buckets, Scope, Unit, Which};
use crate::{Calendar, NO_VALUE, State, Subject, View};
use roaring::RoaringBitmap;

/// The question.
pub struct Cohorts {
    /// What a purchase is; its value is the revenue.
    pub paid: Which,
    buckets: Buckets,
    until: i64,
    cohorts: usize,
    /// Periods after the one of the first purchase.
    pub periods: usize,
}

/// The answer for one cohort.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cohort {
    /// The civil day that the period begins on.
    pub day: i32,
    pub size: u64,
    /// Fen, of periods 0 … periods.
    pub revenue: Vec<i64>,
    /// Persons who bought a second time within the periods.
    pub again: u64,
}

impl Cohorts {
    /// Cohorts of first purchases ever in the civil days `from` until before `to`.
    pub fn new(calendar: &Calendar, unit: Unit, (from, to): (i32, i32), periods: usize, paid: Which) -> Cohorts {
        let cohorts = Buckets::new(calendar, unit, from, to);
        let end = periods_on(calendar, unit, cohorts.day(cohorts.len() - 1), periods + 1);
        let buckets = Buckets::new(calendar, unit, from, end);
        Cohorts { paid, buckets, until: cohorts.to(), cohorts: cohorts.len(), periods }
    }
    /// Has a period of a cohort begun at this instant?
    pub fn begun(&self, cohort: usize, period: usize, now: i64) -> bool {
        self.buckets.start(cohort + period) <= now
    }

    fn one(&self, state: &State, v: &View<'_>, mut f: impl FnMut(usize, usize, i64)) {
        let mut cohort = OUTSIDE;
        for i in 0..v.len() {
            if !self.paid.takes(state, v, i) {
                continue;
            }
            let b = self.buckets.of(v.at[i]);
            if cohort == OUTSIDE {
                if b == OUTSIDE || v.at[i] >= self.until {
                    return;
                }
                cohort = b;
            }
            if b == OUTSIDE || b > cohort + self.periods {
                return;
            }
            f(cohort, b - cohort, if v.value[i] == NO_VALUE { 0 } else { v.value[i] });
        }
    }

    pub fn ask(&self, scope: &Scope<'_>) -> Option<Vec<Cohort>> {
        let init = || {
            let empty = |c| Cohort { day: self.buckets.day(c), size: 0, revenue: vec![0; self.periods + 1], again: 0 };
            (0..self.cohorts).map(empty).collect::<Vec<_>>()
        };
        let step = |all: &mut Vec<Cohort>, state: &State, _: Subject, v: &View<'_>| {
            let mut times = 0;
            self.one(state, v, |c, k, fen| {
                times += 1;
                all[c].size += u64::from(times == 1);
                all[c].again += u64::from(times == 2);
                all[c].revenue[k] += fen;
            });
        };
        scope.walk(self.paid.name.bit(), init, step, |a, b| {
            for (a, b) in a.iter_mut().zip(b) {
                a.size += b.size;
                a.again += b.again;
                a.revenue.iter_mut().zip(b.revenue).for_each(|(a, b)| *a += b);
            }
        })
    }

    /// The persons of a cohort who bought in a period; all of it without one.
    pub fn persons(&self, scope: &Scope<'_>, cohort: usize, period: Option<usize>) -> Option<RoaringBitmap> {
        scope.collect(self.paid.name.bit(), |state, _, v| {
            let mut found = false;
            self.one(state, v, |c, k, _| found |= c == cohort && period.is_none_or(|p| p == k));
            found
        })
    }
}
