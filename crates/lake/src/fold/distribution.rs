//! How a measure of what each person did is spread over persons.
use super::{Amount, Scope, Which, from_row, quantile};
use crate::{Calendar, State, Subject, View};
use roaring::RoaringBitmap;

/// What is measured of each person who did it at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    Count,
    /// Different civil days.
    Days,
    Sum(Amount),
    Avg(Amount),
    Min(Amount),
    Max(Amount),
    /// Different values of a property.
    Distinct(u16),
}

/// The question.
pub struct Distribution {
    pub event: Which,
    pub measure: Measure,
    /// Events within [from, to).
    pub from: i64,
    pub to: i64,
    /// Where bins begin, ascending; the first also takes what is less. `None`: chosen by the answer.
    pub cuts: Option<Vec<f64>>,
}

/// From `min` to before `max`; open where absent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bin {
    pub min: Option<f64>,
    pub max: Option<f64>,
    pub persons: u64,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spread {
    pub bins: Vec<Bin>,
    pub persons: u64,
    pub mean: f64,
    pub median: f64,
    pub p90: f64,
}

impl Distribution {
    /// One person's measure; `None` when there is nothing to measure.
    pub fn of(&self, calendar: &Calendar, state: &State, v: &View<'_>, codes: &mut Vec<u32>) -> Option<f64> {
        let (mut n, mut sum, mut least, mut most) = (0u64, 0.0, f64::INFINITY, f64::NEG_INFINITY);
        let (mut days, mut last) = (0u64, i32::MIN);
        codes.clear();
        for i in from_row(v, self.from)..v.len() {
            if v.at[i] >= self.to {
                break;
            }
            if !self.event.takes(state, v, i) {
                continue;
            }
            match self.measure {
                Measure::Count => n += 1,
                Measure::Days => {
                    let day = calendar.day(v.at[i]);
                    days += u64::from(day != last);
                    (last, n) = (day, n + 1);
                }
                Measure::Sum(a) | Measure::Avg(a) | Measure::Min(a) | Measure::Max(a) => {
                    if let Some(x) = a.of(state, v, i) {
                        (n, sum, least, most) = (n + 1, sum + x, least.min(x), most.max(x));
                    }
                }
                Measure::Distinct(key) => {
                    let code = v.prop(i, key);
                    if code != 0 {
                        codes.push(code);
                        n += 1;
                    }
                }
            }
        }
        (n > 0).then(|| match self.measure {
            Measure::Count => n as f64,
            Measure::Days => days as f64,
            Measure::Sum(_) => sum,
            Measure::Avg(_) => sum / n as f64,
            Measure::Min(_) => least,
            Measure::Max(_) => most,
            Measure::Distinct(_) => {
                codes.sort_unstable();
                codes.dedup();
                codes.len() as f64
            }
        })
    }

    fn each(&self, scope: &Scope<'_>, calendar: &Calendar) -> Option<Vec<(f64, Subject)>> {
        let step = |a: &mut (Vec<(f64, Subject)>, Vec<u32>), state: &State, s: Subject, v: &View<'_>| {
            if let Some(x) = self.of(calendar, state, v, &mut a.1) {
                a.0.push((x, s));
            }
        };
        let all = scope.walk(self.event.name.bit(), Default::default, step, |a, b| a.0.extend(b.0))?;
        Some(all.0)
    }

    pub fn ask(&self, scope: &Scope<'_>, calendar: &Calendar) -> Option<Spread> {
        let mut all: Vec<f64> = self.each(scope, calendar)?.into_iter().map(|x| x.0).collect();
        all.sort_unstable_by(f64::total_cmp);
        let cuts = self.cuts_of(&all);
        let bins = (0..cuts.len()).map(|i| Bin {
            min: (i > 0 || self.cuts.is_none()).then(|| cuts[i]),
            max: cuts.get(i + 1).copied(),
            persons: all.iter().filter(|x| bin(&cuts, **x) == i).count() as u64,
        });
        Some(Spread {
            bins: if all.is_empty() { vec![] } else { bins.collect() },
            persons: all.len() as u64,
            mean: if all.is_empty() { 0.0 } else { all.iter().sum::<f64>() / all.len() as f64 },
            median: quantile(&all, 1, 2).unwrap_or(0.0),
            p90: quantile(&all, 9, 10).unwrap_or(0.0),
        })
    }

    /// Small whole numbers are bins of their own; else about ten round steps up to the 95th percentile.
    fn cuts_of(&self, sorted: &[f64]) -> Vec<f64> {
        if let Some(cuts) = self.cuts.as_ref().filter(|c| !c.is_empty()) {
            return cuts.clone();
        }
        let (Some(low), Some(high)) = (sorted.first().copied(), quantile(sorted, 19, 20)) else { return vec![0.0] };
        let whole = sorted.iter().all(|x| x.fract() == 0.0);
        let raw = (high - low) / 10.0;
        let mut step = 10f64.powf(raw.max(f64::MIN_POSITIVE).log10().floor());
        step *= [1.0, 2.0, 5.0, 10.0].into_iter().find(|m| step * m >= raw).unwrap_or(10.0);
        if whole {
            step = step.max(1.0);
        }
        if raw <= 0.0 {
            return vec![low];
        }
        let first = (low / step).floor() * step;
        (0..12).map(|i| first + step * i as f64).take_while(|c| *c <= high).collect()
    }

    /// The persons of a bin.
    pub fn persons(&self, scope: &Scope<'_>, calendar: &Calendar, place: usize) -> Option<RoaringBitmap> {
        let all = self.each(scope, calendar)?;
        let mut sorted: Vec<f64> = all.iter().map(|x| x.0).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let cuts = self.cuts_of(&sorted);
        Some(all.into_iter().filter(|x| bin(&cuts, x.0) == place).map(|x| x.1).collect())
    }
}

fn bin(cuts: &[f64], x: f64) -> usize {
    cuts.partition_point(|c| *c <= x).saturating_sub(1)
}
