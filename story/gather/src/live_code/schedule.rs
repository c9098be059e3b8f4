//! When a rule is open: weekdays × windows of the day × dates, in the civil time of the code's zone.
//!
//! A window is a half-open arc `[from, to)` on the clock. One that ends no later than it begins lies
//! across midnight, and belongs wholly to the day on which it begins: "Friday 22:00 to 02:00" is open
//! on Saturday at 01:00 and closed on Friday at 01:00. Equal ends are refused; all day is no window.
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_ground::base::{Day, Ms, Problem, Result, Zone};

/// A window of the day, `HH:MM` to `HH:MM`; the end itself is outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LiveWindow)]
pub struct Window {
    pub from: String,
    /// `24:00` is the end of the day.
    pub to: String,
}

/// Days from the first to the last, both inclusive, `YYYY-MM-DD`; null is open.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = LiveDates)]
pub struct Dates {
    pub from: Option<String>,
    pub to: Option<String>,
}

/// When a rule is open. What is empty does not limit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = LiveSchedule)]
pub struct Schedule {
    /// 1 is Monday, 7 is Sunday.
    pub weekdays: Vec<i32>,
    pub windows: Vec<Window>,
    pub dates: Vec<Dates>,
    /// Days on which it is closed, such as holidays.
    pub except: Vec<Dates>,
}

/// Minutes since midnight of `HH:MM`.
fn minute(text: &str, last: i32) -> Option<i32> {
    let (h, m) = text.split_once(':')?;
    let digits = |t: &str| t.len() == 2 && t.bytes().all(|b| b.is_ascii_digit());
    if !digits(h) || !digits(m) {
        return None;
    }
    let (h, m): (i32, i32) = (h.parse().ok()?, m.parse().ok()?);
    (m < 60 && h * 60 + m <= last).then_some(h * 60 + m)
}

impl Window {
    fn ends(&self) -> Option<(i32, i32)> {
        Some((minute(&self.from, 1439)?, minute(&self.to, 1440)?))
    }
}

impl Dates {
    fn day(text: &Option<String>) -> Option<Day> {
        text.as_deref().and_then(Day::parse)
    }
    /// Does the range contain the day?
    pub fn contain(&self, day: Day) -> bool {
        Dates::day(&self.from).is_none_or(|f| f <= day) && Dates::day(&self.to).is_none_or(|t| day <= t)
    }
    /// Refuses what is not a range of days.
    pub fn check(&self, field: &str) -> Result<()> {
        for text in [&self.from, &self.to].into_iter().flatten() {
            if Day::parse(text).is_none() {
                return Err(Problem::field(field, "use a date such as 2026-03-05"));
            }
        }
        if self.from.is_none() && self.to.is_none() {
            return Err(Problem::field(field, "give the first or the last day"));
        }
        match (Dates::day(&self.from), Dates::day(&self.to)) {
            (Some(from), Some(to)) if to < from => Err(Problem::field(field, "the last day lies before the first")),
            _ => Ok(()),
        }
    }
}

impl Schedule {
    /// Refuses what could never be read as meant.
    pub fn check(&self) -> Result<()> {
        if self.weekdays.iter().any(|d| !(1..=7).contains(d)) {
            return Err(Problem::field("weekdays", "use 1 (Monday) to 7 (Sunday)"));
        }
        if self.windows.len() > 24 || self.dates.len() > 100 || self.except.len() > 400 {
            return Err(Problem::field("schedule", "use at most 24 windows, 100 ranges of dates and 400 exceptions"));
        }
        for w in &self.windows {
            match w.ends() {
                None => return Err(Problem::field("windows", "use times such as 09:00 and 21:30")),
                Some((a, b)) if a == b => {
                    return Err(Problem::field("windows", "a window cannot end when it begins; for all day give no window"));
                }
                _ => {}
            }
        }
        self.dates.iter().try_for_each(|d| d.check("dates"))?;
        self.except.iter().try_for_each(|d| d.check("except"))
    }

    fn on(&self, day: Day) -> bool {
        (self.weekdays.is_empty() || self.weekdays.contains(&day.weekday()))
            && (self.dates.is_empty() || self.dates.iter().any(|d| d.contain(day)))
            && !self.except.iter().any(|d| d.contain(day))
    }

    /// Is it open at this instant?
    pub fn open(&self, zone: &Zone, at: Ms) -> bool {
        let (day, now) = zone.clock(at);
        if self.windows.is_empty() {
            return self.on(day);
        }
        self.windows.iter().filter_map(Window::ends).any(|(from, to)| {
            if from < to {
                return from <= now && now < to && self.on(day);
            }
            (now >= from && self.on(day)) || (now < to && self.on(Day(day.0 - 1)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(from: &str, to: &str) -> Window {
        Window { from: from.into(), to: to.into() }
    }

    #[test]
    fn a_window_across_midnight_belongs_to_the_day_on_which_it_begins() {
        let zone = Zone::named("Asia/Shanghai").unwrap();
        // Fridays in March 2026 are the 6th, 13th, 20th and 27th.
        let s = Schedule { weekdays: vec![5], windows: vec![window("22:00", "02:00")], ..Schedule::default() };
        s.check().unwrap();
        for (at, open) in [
            ("2026-03-06 21:59:59", false),
            ("2026-03-06 22:00", true),
            ("2026-03-07 01:59:59", true),
            ("2026-03-07 02:00", false),
            ("2026-03-06 01:00", false),
            ("2026-03-07 22:00", false),
        ] {
            assert_eq!(s.open(&zone, zone.parse(at).unwrap()), open, "{at}");
        }
        let last = Dates { from: Some("2026-03-06".into()), to: Some("2026-03-06".into()) };
        let only = Schedule { windows: vec![window("22:00", "02:00")], dates: vec![last.clone()], ..Schedule::default() };
        assert!(only.open(&zone, zone.parse("2026-03-07 01:00").unwrap()) && !only.open(&zone, zone.parse("2026-03-06 01:00").unwrap()));
        let closed = Schedule { except: vec![last], ..Schedule::default() };
        assert!(!closed.open(&zone, zone.parse("2026-03-06 12:00").unwrap()) && closed.open(&zone, zone.parse("2026-03-07 00:00").unwrap()));
    }

    #[test]
    fn windows_are_read_on_the_clock_of_the_zone_across_clock_changes() {
        // New York leaps from 02:00 to 03:00 on 2026-03-08 and repeats 01:00 to 02:00 on 2026-11-01.
        let zone = Zone::named("America/New_York").unwrap();
        let s = Schedule { windows: vec![window("02:15", "03:30")], ..Schedule::default() };
        let leap = zone.parse("2026-03-08 01:59:00").unwrap();
        assert!(!s.open(&zone, leap) && s.open(&zone, leap + 60_000) && !s.open(&zone, leap + 31 * 60_000));
        let twice = Schedule { windows: vec![window("01:30", "01:45")], ..Schedule::default() };
        let first = zone.parse("2026-11-01 01:30").unwrap();
        assert!(twice.open(&zone, first) && twice.open(&zone, first + 3_600_000) && !twice.open(&zone, first + 15 * 60_000));
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for bad in [window("09:00", "09:00"), window("9:00", "10:00"), window("24:00", "10:00"), window("09:00", "24:01"), window("09:60", "10:00")] {
            assert!(Schedule { windows: vec![bad.clone()], ..Schedule::default() }.check().is_err(), "{bad:?}");
        }
        assert!(Schedule { windows: vec![window("09:00", "24:00")], ..Schedule::default() }.check().is_ok());
        assert!(Schedule { weekdays: vec![0], ..Schedule::default() }.check().is_err());
        let back = Dates { from: Some("2026-03-06".into()), to: Some("2026-03-05".into()) };
        assert!(Schedule { dates: vec![back, Dates::default()], ..Schedule::default() }.check().is_err());
    }
}
