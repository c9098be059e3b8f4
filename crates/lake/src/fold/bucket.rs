//! Hours, days, weeks and months of a brand's calendar as numbers: one multiplication and one
//! look-up an event.
use crate::Calendar;
use weir_base::{Ms, time::HOUR};

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Hour,
    Day,
    Week,
    Month,
}

/// Where an instant outside all buckets belongs.
pub const OUTSIDE: usize = usize::MAX;

/// Buckets in a row, of which the first and the last may be cut by the range.
#[derive(Clone, Debug)]
pub struct Buckets {
    /// When each begins, and when the last ends.
    starts: Vec<Ms>,
    /// The civil day that each is called by (of an hour, the day it lies in).
    days: Vec<i32>,
    /// All starts lie on multiples of this after the first.
    step: u64,
    /// ⌈2⁶⁴ ÷ step⌉
    inverse: u64,
    table: Vec<u32>,
}

/// The longest table; beyond it, starts are searched.
const LONGEST: u64 = 1 << 20;

impl Buckets {
    /// All buckets of the civil days `from` until before `to`. Weeks begin on Monday.
    pub fn new(calendar: &Calendar, unit: Unit, from: i32, to: i32) -> Buckets {
        let (mut starts, mut days, mut day) = (vec![], vec![], from);
        while day < to.max(from + 1) {
            let name = match unit {
                Unit::Hour | Unit::Day => day,
                Unit::Week => calendar.week_start(day),
                Unit::Month => calendar.month_start(day),
            };
            let next = next(calendar, unit, name);
            let (begin, end) = (calendar.start(day), calendar.start(next.min(to.max(from + 1))));
            let mut at = begin;
            while at < end {
                starts.push(at);
                days.push(name);
                at = if unit == Unit::Hour { (at + HOUR).min(end) } else { end };
            }
            day = next;
        }
        starts.push(calendar.start(to.max(from + 1)));
        Buckets::over(starts, days)
    }

    fn over(starts: Vec<Ms>, days: Vec<i32>) -> Buckets {
        let first = starts[0];
        let step = starts[1..].iter().fold(0, |g, s| gcd(g, (s - first) as u64)).max(1);
        let length = (starts[starts.len() - 1] - first) as u64 / step;
        let mut table = vec![];
        if length <= LONGEST && step > 1 {
            let mut i = 0;
            for n in 0..length {
                while starts[i + 1] <= first + (n * step) as i64 {
                    i += 1;
                }
                table.push(i as u32);
            }
        }
        Buckets { inverse: (u64::MAX / step).wrapping_add(1), starts, days, step, table }
    }

    pub fn len(&self) -> usize {
        self.days.len()
    }
    pub fn is_empty(&self) -> bool {
        self.days.is_empty()
    }
    pub fn from(&self) -> Ms {
        self.starts[0]
    }
    pub fn to(&self) -> Ms {
        self.starts[self.starts.len() - 1]
    }
    pub fn start(&self, bucket: usize) -> Ms {
        self.starts[bucket]
    }
    pub fn end(&self, bucket: usize) -> Ms {
        self.starts[bucket + 1]
    }
    /// The civil day it is called by, in days since 1970.
    pub fn day(&self, bucket: usize) -> i32 {
        self.days[bucket]
    }
    /// The bucket of an instant, or [`OUTSIDE`].
    #[inline]
    pub fn of(&self, at: Ms) -> usize {
        let x = at.wrapping_sub(self.starts[0]) as u64;
        if self.table.is_empty() {
            return self.search(at);
        }
        let q = ((x as u128 * self.inverse as u128) >> 64) as u64;
        // The inverse is rounded up: the quotient may be one too large.
        let q = q - u64::from(q.wrapping_mul(self.step) > x);
        self.table.get(q as usize).map_or(OUTSIDE, |b| *b as usize)
    }
    fn search(&self, at: Ms) -> usize {
        if at < self.from() || at >= self.to() { OUTSIDE } else { self.starts.partition_point(|s| *s <= at) - 1 }
    }
}

fn next(calendar: &Calendar, unit: Unit, day: i32) -> i32 {
    match unit {
        Unit::Hour | Unit::Day => day + 1,
        Unit::Week => day + 7,
        Unit::Month => calendar.next_month(day),
    }
}

/// The civil day that a unit's period begins on, `n` periods after the one of `day`.
pub fn periods_on(calendar: &Calendar, unit: Unit, day: i32, n: usize) -> i32 {
    let mut day = match unit {
        Unit::Hour | Unit::Day => day,
        Unit::Week => calendar.week_start(day),
        Unit::Month => calendar.month_start(day),
    };
    for _ in 0..n {
        day = next(calendar, unit, day);
    }
    day
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_base::{Day, Zone};

    #[test]
    fn buckets_are_civil_also_when_clocks_change() {
        for zone in ["Asia/Shanghai", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"] {
            let zone = Zone::named(zone).unwrap();
            let calendar = Calendar::new(zone.clone());
            let (from, to) = (Day::parse("2025-09-10").unwrap().0, Day::parse("2026-04-20").unwrap().0);
            for unit in [Unit::Day, Unit::Week, Unit::Month] {
                let b = Buckets::new(&calendar, unit, from, to);
                let mut at = b.from() - 7_200_000;
                while at < b.to() + 7_200_000 {
                    let day = zone.day(at);
                    let name = match unit {
                        Unit::Week => day.week_start(),
                        Unit::Month => day.month_start(),
                        _ => day,
                    };
                    match b.of(at) {
                        OUTSIDE => assert!(day.0 < from || day.0 >= to, "{at}"),
                        i => assert_eq!((b.day(i), b.start(i) <= at && at < b.end(i)), (name.0, true), "{at}"),
                    }
                    at += 599_999;
                }
            }
        }
    }

    #[test]
    fn a_day_when_clocks_go_forward_has_23_hours() {
        let calendar = Calendar::new(Zone::named("America/New_York").unwrap());
        let day = Day::parse("2026-03-08").unwrap().0;
        let b = Buckets::new(&calendar, Unit::Hour, day, day + 1);
        assert_eq!((b.len(), b.to() - b.from()), (23, 23 * HOUR));
        assert_eq!((b.of(b.from() + HOUR - 1), b.of(b.from() + HOUR), b.of(b.to())), (0, 1, OUTSIDE));
    }

    #[test]
    fn the_first_and_last_week_are_cut_by_the_range() {
        let calendar = Calendar::new(Zone::named("UTC").unwrap());
        let day = |s| Day::parse(s).unwrap().0;
        let b = Buckets::new(&calendar, Unit::Week, day("2026-03-04"), day("2026-03-17"));
        let names: Vec<String> = (0..b.len()).map(|i| Day(b.day(i)).to_string()).collect();
        assert_eq!(names, ["2026-03-02", "2026-03-09", "2026-03-16"]);
        assert_eq!((b.from(), b.start(1)), (calendar.start(day("2026-03-04")), calendar.start(day("2026-03-09"))));
        assert_eq!(Day(periods_on(&calendar, Unit::Month, day("2026-01-31"), 2)).to_string(), "2026-03-01");
    }
}
