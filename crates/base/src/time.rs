//! Time: instants are UTC milliseconds; calendar questions name a zone first (F7–F9).
use jiff::{Timestamp, civil, tz::TimeZone};
use std::fmt;

/// An instant: milliseconds since 1970-01-01 UTC.
pub type Ms = i64;

pub const SECOND: Ms = 1_000;
pub const MINUTE: Ms = 60 * SECOND;
pub const HOUR: Ms = 60 * MINUTE;
pub const DAY: Ms = 24 * HOUR;

/// A civil date, counted in days since 1970-01-01; written `YYYY-MM-DD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

const EPOCH: civil::Date = civil::date(1970, 1, 1);

impl Day {
    fn date(self) -> civil::Date {
        EPOCH.checked_add(jiff::Span::new().days(self.0)).unwrap_or(civil::Date::MAX)
    }
    fn of(d: civil::Date) -> Day {
        Day(EPOCH.until(d).map(|s| s.get_days()).unwrap_or(0))
    }
    pub fn parse(s: &str) -> Option<Day> {
        if s.len() != 10 {
            return None;
        }
        s.parse::<civil::Date>().ok().map(Day::of)
    }
    /// First day of this day's month.
    pub fn month_start(self) -> Day {
        Day::of(self.date().first_of_month())
    }
    /// The same month `n` months on, its first day.
    pub fn months_on(self, n: i32) -> Day {
        let first = self.date().first_of_month();
        Day::of(first.checked_add(jiff::Span::new().months(n)).unwrap_or(first))
    }
    /// Monday is 1, Sunday is 7.
    pub fn weekday(self) -> i32 {
        (self.0 + 3).rem_euclid(7) + 1
    }
    /// The Monday of this day's week.
    pub fn week_start(self) -> Day {
        Day(self.0 - self.date().weekday().to_monday_zero_offset() as i32)
    }
    /// Year, month and day of the month.
    pub fn ymd(self) -> (i16, i8, i8) {
        let d = self.date();
        (d.year(), d.month(), d.day())
    }
    /// The day of a date; a day that the month does not have is the month's last.
    pub fn of_ymd(year: i16, month: i8, day: i8) -> Day {
        let first = civil::Date::new(year, month.clamp(1, 12), 1).unwrap_or(EPOCH);
        Day::of(first.with().day(day.clamp(1, first.days_in_month())).build().unwrap_or(first))
    }
    /// `YYYY-MM`
    pub fn month(self) -> String {
        self.to_string()[..7].to_string()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.date())
    }
}

/// An IANA time zone, such as `Asia/Shanghai`.
#[derive(Clone, Debug)]
pub struct Zone(TimeZone);

impl Zone {
    pub fn named(name: &str) -> Option<Zone> {
        TimeZone::get(name).ok().map(Zone)
    }
    pub fn day(&self, at: Ms) -> Day {
        Day::of(self.civil(at).date())
    }
    /// The civil day and the minute on its clock, 0 to 1439.
    pub fn clock(&self, at: Ms) -> (Day, i32) {
        let civil = self.civil(at);
        (Day::of(civil.date()), i32::from(civil.hour()) * 60 + i32::from(civil.minute()))
    }
    /// The first instant of a civil day (after a gap, the first instant that exists).
    pub fn start_of(&self, day: Day) -> Ms {
        self.instant(day.date().at(0, 0, 0, 0))
    }
    /// The civil hour, 0–23.
    pub fn hour(&self, at: Ms) -> u32 {
        self.civil(at).hour() as u32
    }
    fn civil(&self, at: Ms) -> civil::DateTime {
        Timestamp::from_millisecond(at).unwrap_or_default().to_zoned(self.0.clone()).datetime()
    }
    fn instant(&self, at: civil::DateTime) -> Ms {
        self.0.to_ambiguous_timestamp(at).compatible().map(|t| t.as_millisecond()).unwrap_or(0)
    }
    /// Reads `2026-03-05T14:22:10Z`, `…+08:00`, or without an offset as civil time of this zone
    /// (`2026-03-05 14:22`, `2026/3/5 14:22:10`, `2026-03-05`).
    pub fn parse(&self, text: &str) -> Option<Ms> {
        let text = text.trim();
        if let Ok(t) = text.parse::<Timestamp>() {
            return Some(t.as_millisecond());
        }
        let text = text.replace('/', "-").replace(' ', "T");
        let (date, clock) = text.split_once('T').unwrap_or((&text, "00:00:00"));
        let mut parts = date.splitn(3, '-').map(|p| p.parse::<i16>().ok());
        let (y, m, d) = (parts.next()??, parts.next()??, parts.next()??);
        let date = civil::Date::new(y, i8::try_from(m).ok()?, i8::try_from(d).ok()?).ok()?;
        let clock = if clock.matches(':').count() == 1 { format!("{clock}:00") } else { clock.to_string() };
        let clock = if clock.find(':') == Some(1) { format!("0{clock}") } else { clock };
        Some(self.instant(date.to_datetime(clock.parse().ok()?)))
    }
    /// The same civil time `days` later: local hours are kept across a clock change.
    pub fn shift_days(&self, at: Ms, days: i32) -> Ms {
        let civil = self.civil(at);
        self.instant(civil.checked_add(jiff::Span::new().days(days)).unwrap_or(civil))
    }
}

/// `2026-03-05T14:22:10.000Z`
pub fn rfc3339(at: Ms) -> String {
    Timestamp::from_millisecond(at).unwrap_or_default().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// Reads an ISO instant with an offset.
pub fn parse_instant(text: &str) -> Option<Ms> {
    text.trim().parse::<Timestamp>().ok().map(|t| t.as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn civil_days_follow_the_zone() {
        let (ny, sh) = (Zone::named("America/New_York").unwrap(), Zone::named("Asia/Shanghai").unwrap());
        let at = parse_instant("2026-03-08T03:30:00Z").unwrap();
        assert_eq!((ny.day(at).to_string(), sh.day(at).to_string()), ("2026-03-07".into(), "2026-03-08".into()));
        assert_eq!(sh.start_of(Day::parse("2026-03-08").unwrap()), parse_instant("2026-03-07T16:00:00Z").unwrap());
    }

    #[test]
    fn shifting_days_keeps_the_local_hour_across_a_clock_change() {
        let ny = Zone::named("America/New_York").unwrap();
        let at = ny.parse("2026-03-07 09:15").unwrap();
        assert_eq!(ny.shift_days(at, 1), ny.parse("2026-03-08T09:15:00").unwrap());
        assert_eq!(ny.shift_days(at, 1) - at, 23 * HOUR);
    }

    #[test]
    fn times_are_read_in_the_usual_shapes() {
        let sh = Zone::named("Asia/Shanghai").unwrap();
        let at = parse_instant("2026-03-05T06:22:00Z").unwrap();
        for t in ["2026-03-05 14:22", "2026/3/5 14:22:00", "2026-03-05T14:22:00", "2026-03-05T14:22:00+08:00"] {
            assert_eq!(sh.parse(t), Some(at), "{t}");
        }
        assert_eq!(sh.parse("yesterday"), None);
        assert_eq!(sh.parse("2026-02-30"), None);
        assert_eq!(Day::parse("2026-03-05").unwrap().week_start().to_string(), "2026-03-02");
    }
}
