//! Recency, frequency and money of each person's purchases, scored 1 to 5.
use super::{Scope, Which, end_before, first_from};
use crate::{Calendar, Line, NO_VALUE, State, Subject, View};
use roaring::RoaringBitmap;

/// The question.
pub struct Rfm {
    /// What a purchase is; its value is the money.
    pub paid: Which,
    /// Purchases within [from, to).
    pub from: i64,
    pub to: i64,
    /// Recency counts civil days from a person's last purchase to this one.
    pub today: i32,
    /// Where scores change, ascending; `None`: at the quintiles of those who bought.
    /// Recency: at most `r[0]` days ago scores 5 … more than `r[3]` scores 1.
    pub r: Option<[i64; 4]>,
    /// Frequency and money: less than `f[0]` scores 1 … at least `f[3]` scores 5.
    pub f: Option<[i64; 4]>,
    pub m: Option<[i64; 4]>,
}

/// One person's figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bought {
    pub person: Subject,
    /// Civil days since the last purchase.
    pub days: i32,
    pub times: i64,
    /// Fen.
    pub money: i64,
}

/// Persons of one pair of scores.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    pub persons: u64,
    pub money: i64,
    /// Sum of civil days since the last purchase.
    pub days: i64,
}

/// The answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scores {
    pub r: [i64; 4],
    pub f: [i64; 4],
    pub m: [i64; 4],
    /// By recency, frequency and money score, each less one.
    pub cells: [[[Cell; 5]; 5]; 5],
}

impl Scores {
    pub fn of(&self, b: &Bought) -> [usize; 3] {
        let r = 5 - self.r.iter().filter(|cut| b.days as i64 > **cut).count();
        let up = |cuts: &[i64; 4], x: i64| 1 + cuts.iter().filter(|cut| x >= **cut).count();
        [r, up(&self.f, b.times), up(&self.m, b.money)]
    }
}

impl Rfm {
    /// The figures of everyone who bought, in no order.
    pub fn bought(&self, scope: &Scope<'_>, calendar: &Calendar) -> Option<Vec<Bought>> {
        let days = |at: i64| self.today - calendar.day(at);
        let join = |a: &mut Vec<Bought>, b: Vec<Bought>| a.extend(b);
        if let Some(name) = self.paid.plain() {
            let step = |all: &mut Vec<Bought>, _: &State, person: Subject, line: &Line<'_>| {
                let rows = first_from(line.at, self.from)..end_before(line.at, self.to);
                if !rows.is_empty() {
                    let (times, last) = (rows.len() as i64, line.at[rows.end - 1]);
                    let money = rows.map(|i| line.fen(i)).sum();
                    all.push(Bought { person, days: days(last), times, money });
                }
            };
            // Room for all is asked for at once; what is not used costs nothing.
            let room = scope.lake.read().with_name(name);
            return scope.walk_lines(name, || Vec::with_capacity(room), step, join);
        }
        let step = |all: &mut Vec<Bought>, state: &State, person: Subject, v: &View<'_>| {
            let mut b = Bought { person, days: 0, times: 0, money: 0 };
            let mut last = 0;
            let rows = first_from(v.at, self.from)..end_before(v.at, self.to);
            for i in rows.filter(|i| self.paid.takes(state, v, *i)) {
                b.times += 1;
                b.money += if v.value[i] == NO_VALUE { 0 } else { v.value[i] };
                last = i;
            }
            if b.times > 0 {
                all.push(Bought { days: days(v.at[last]), ..b });
            }
        };
        scope.walk(self.paid.name.bit(), Vec::new, step, join)
    }

    /// Scores of those figures, and who has which.
    pub fn score(&self, bought: &[Bought]) -> Scores {
        let cuts = |of: fn(&Bought) -> i64| {
            let mut all: Vec<i64> = bought.iter().map(of).collect();
            quintiles(&mut all)
        };
        let mut s = Scores {
            r: self.r.unwrap_or_else(|| cuts(|b| b.days as i64)),
            f: self.f.unwrap_or_else(|| cuts(|b| b.times)),
            m: self.m.unwrap_or_else(|| cuts(|b| b.money)),
            ..Scores::default()
        };
        let mut cells = s.cells;
        for b in bought {
            let [r, f, m] = s.of(b);
            let cell = &mut cells[r - 1][f - 1][m - 1];
            cell.persons += 1;
            cell.money += b.money;
            cell.days += b.days as i64;
        }
        s.cells = cells;
        s
    }

    pub fn ask(&self, scope: &Scope<'_>, calendar: &Calendar) -> Option<Scores> {
        Some(self.score(&self.bought(scope, calendar)?))
    }

    /// The persons with these scores, 1 to 5; `None` asks for any.
    pub fn persons(&self, scope: &Scope<'_>, calendar: &Calendar, scores: [Option<usize>; 3]) -> Option<RoaringBitmap> {
        let bought = self.bought(scope, calendar)?;
        let s = self.score(&bought);
        let has = |b: &&Bought| scores.iter().zip(s.of(b)).all(|(want, is)| want.is_none_or(|w| w == is));
        Some(bought.iter().filter(has).map(|b| b.person).collect())
    }
}

/// The values at ⌊n·k/5⌋ of n sorted ones.
fn quintiles(all: &mut [i64]) -> [i64; 4] {
    // Few different values are sorted by counting them.
    let (low, high) = all.iter().fold((i64::MAX, i64::MIN), |(l, h), x| (l.min(*x), h.max(*x)));
    if all.is_empty() {
        return [0; 4];
    }
    if high - low < 4096 {
        let mut counts = vec![0usize; (high - low + 1) as usize];
        all.iter().for_each(|x| counts[(x - low) as usize] += 1);
        return [1, 2, 3, 4].map(|k| {
            let (place, mut seen) = (all.len() * k / 5, 0);
            let at = counts.iter().position(|n| {
                seen += n;
                seen > place
            });
            low + at.unwrap_or(0) as i64
        });
    }
    let n = all.len();
    let mut out = [0; 4];
    let mut begin = 0;
    for (k, cut) in out.iter_mut().enumerate() {
        let place = n * (k + 1) / 5;
        *cut = *all[begin..].select_nth_unstable(place - begin).1;
        begin = place;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quintiles_are_the_same_by_counting_and_by_selecting() {
        let mut x = 7u64;
        for n in [1usize, 2, 5, 9, 100, 1003] {
            let mut all: Vec<i64> = (0..n)
                .map(|_| {
                    x = x.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                    (x >> 53) as i64
                })
                .collect();
            let mut wide: Vec<i64> = all.iter().map(|x| x * 1_000_003).collect();
            let (narrow, wide) = (quintiles(&mut all), quintiles(&mut wide));
            all.sort_unstable();
            assert_eq!(narrow, [1, 2, 3, 4].map(|k| all[n * k / 5]));
            assert_eq!(wide, narrow.map(|c| c * 1_000_003));
        }
        assert_eq!(quintiles(&mut []), [0; 4]);
    }
}
