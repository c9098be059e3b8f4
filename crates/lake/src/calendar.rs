//! Civil days of one zone as a table: calendar questions over millions of rows cost a look-up.
use weir_base::{Day, Ms, Zone, time::DAY};

/// The first instants of all civil days of a zone from 1970 to 2105.
#[derive(Clone, Debug)]
pub struct Calendar {
    starts: std::sync::Arc<Vec<Ms>>,
    zone: Zone,
}

const DAYS: i32 = 49_500;
/// The table begins this many days before 1970, because of zones west of it.
const BEFORE: i32 = 2;

impl Calendar {
    pub fn new(zone: Zone) -> Calendar {
        let starts = (-BEFORE..DAYS).map(|d| zone.start_of(Day(d))).collect();
        Calendar { starts: std::sync::Arc::new(starts), zone }
    }
    pub fn zone(&self) -> &Zone {
        &self.zone
    }
    /// The civil day of an instant, in days since 1970-01-01; instants outside the table belong to its ends.
    pub fn day(&self, at: Ms) -> i32 {
        let last = self.starts.len() - 2;
        let mut i = ((at.div_euclid(DAY) + BEFORE as i64).clamp(0, last as i64)) as usize;
        while i < last && self.starts[i + 1] <= at {
            i += 1;
        }
        while i > 0 && self.starts[i] > at {
            i -= 1;
        }
        i as i32 - BEFORE
    }
    /// The first instant of a civil day.
    pub fn start(&self, day: i32) -> Ms {
        let i = (day as i64 + BEFORE as i64).clamp(0, self.starts.len() as i64 - 1);
        self.starts[i as usize]
    }
    /// The civil hour 0–23 of an instant; of a repeated hour the clock's reading.
    pub fn hour(&self, at: Ms) -> u32 {
        self.zone.hour(at)
    }
    /// 1 for Monday to 7 for Sunday.
    pub fn weekday(&self, at: Ms) -> u32 {
        // 1970-01-01 was a Thursday.
        (self.day(at) + 3).rem_euclid(7) as u32 + 1
    }
    pub fn week_start(&self, day: i32) -> i32 {
        day - (day + 3).rem_euclid(7)
    }
    pub fn month_start(&self, day: i32) -> i32 {
        Day(day).month_start().0
    }
    pub fn next_month(&self, day: i32) -> i32 {
        Day(day).months_on(1).0
    }
    pub fn year_start(&self, day: i32) -> i32 {
        let (y, _, _) = Day(day).ymd();
        Day::of_ymd(y, 1, 1).0
    }
    pub fn next_year(&self, day: i32) -> i32 {
        let (y, _, _) = Day(day).ymd();
        Day::of_ymd(y + 1, 1, 1).0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_zone_also_when_clocks_change() {
        for name in ["Asia/Shanghai", "America/New_York", "Pacific/Apia", "Africa/Cairo"] {
            let zone = Zone::named(name).unwrap();
            let c = Calendar::new(zone.clone());
            let mut at = 1_300_000_000_000;
            while at < 1_800_000_000_000 {
                assert_eq!(c.day(at), zone.day(at).0, "{name} {at}");
                at += 7 * 3_600_000 + 13;
            }
        }
    }

    #[test]
    fn weeks_begin_on_monday() {
        let c = Calendar::new(Zone::named("UTC").unwrap());
        let day = Day::parse("2026-03-05").unwrap().0;
        assert_eq!((c.weekday(c.start(day)), Day(c.week_start(day)).to_string()), (4, "2026-03-02".into()));
        assert_eq!(Day(c.next_month(day)).to_string(), "2026-04-01");
        assert_eq!(Day(c.next_year(day)).to_string(), "2027-01-01");
    }
}
