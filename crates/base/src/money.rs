//! Integer money. One unit is one fen (1/100 of the currency); nothing below a fen exists, so
//! equality is `==` and there is no rounding error to carry. Rules M1–M3, M6 and M8 of the
//! commerce reference.
use std::fmt;

/// A part of a whole in ten-thousandths, rounded half up; 0 of nothing.
pub fn share_bp(part: impl Into<i128>, whole: impl Into<i128>) -> i64 {
    let (part, whole) = (part.into(), whole.into());
    if whole > 0 { ((part * 20_000 + whole) / (whole * 2)) as i64 } else { 0 }
}

/// An amount in fen. Arithmetic is checked: an overflow panics, which rolls the call back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[derive(serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(transparent)]
pub struct Fen(pub i64);

impl Fen {
    pub const ZERO: Fen = Fen(0);

    /// `floor(self × bp / 10 000)`, once over the whole base (M2).
    pub fn bp(self, bp: i64) -> Fen {
        Fen(i64::try_from((self.0 as i128 * bp as i128).div_euclid(10_000)).expect("amount fits"))
    }

    pub fn times(self, n: i64) -> Fen {
        Fen(self.0.checked_mul(n).expect("amount fits"))
    }

    /// What is due when `k` more of `q` units come back, `r` having come back before and `done`
    /// having been paid back from this amount already (M6). The last unit absorbs the remainder.
    pub fn cumulative_refund(self, q: i64, r: i64, k: i64, done: Fen) -> Fen {
        debug_assert!(q > 0 && r + k <= q);
        let due = (self.0 as i128 * (r + k) as i128 / q as i128) as i64;
        Fen((due - done.0).max(0))
    }

    /// What is kept of `self` when `refunded` of the base `paid` went back (M8), rounded down.
    pub fn kept(self, paid: Fen, refunded: Fen) -> Fen {
        if paid.0 <= 0 {
            return Fen::ZERO;
        }
        Fen((self.0 as i128 * (paid.0 - refunded.0).max(0) as i128 / paid.0 as i128) as i64)
    }

    /// Reads `12`, `12.3`, `12.34`, `¥1,234.50`; more than two decimals or anything else is refused.
    pub fn parse_yuan(s: &str) -> Option<Fen> {
        let s = s.trim().trim_start_matches(['¥', '￥', '$']).trim();
        let (negative, s) = match s.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, s),
        };
        let (whole, part) = s.split_once('.').unwrap_or((s, ""));
        let whole: String = whole.chars().filter(|c| *c != ',').collect();
        let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
        let part = part.trim_end_matches('0');
        if whole.is_empty() || !digits(&whole) || part.len() > 2 || !digits(part) {
            return None;
        }
        let yuan: i64 = whole.parse().ok()?;
        let cents: i64 = if part.is_empty() { 0 } else { format!("{part:0<2}").parse().ok()? };
        let n = yuan.checked_mul(100)?.checked_add(cents)?;
        Some(Fen(if negative { -n } else { n }))
    }
}

impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{}.{:02}", self.0.unsigned_abs() / 100, self.0.unsigned_abs() % 100)
    }
}

impl std::ops::Add for Fen {
    type Output = Fen;
    fn add(self, o: Fen) -> Fen {
        Fen(self.0.checked_add(o.0).expect("amount fits"))
    }
}
impl std::ops::Sub for Fen {
    type Output = Fen;
    fn sub(self, o: Fen) -> Fen {
        Fen(self.0.checked_sub(o.0).expect("amount fits"))
    }
}
impl std::ops::Neg for Fen {
    type Output = Fen;
    fn neg(self) -> Fen {
        Fen(-self.0)
    }
}
impl std::ops::AddAssign for Fen {
    fn add_assign(&mut self, o: Fen) {
        *self = *self + o
    }
}
impl std::iter::Sum for Fen {
    fn sum<I: Iterator<Item = Fen>>(i: I) -> Fen {
        i.fold(Fen::ZERO, |a, b| a + b)
    }
}

/// One share that [`allocate`] may give to: `weight` decides how much, `cap` bounds it.
#[derive(Clone, Copy, Debug)]
pub struct Share {
    pub line: i64,
    pub weight: i64,
    pub cap: Fen,
}

/// Splits `total` over lines by weight, by largest remainder, never above a line's cap (M3).
/// Returns the parts in the order given and what no line could take.
pub fn allocate(total: Fen, shares: &[Share]) -> (Vec<Fen>, Fen) {
    let mut parts = vec![Fen::ZERO; shares.len()];
    let mut open: Vec<usize> =
        (0..shares.len()).filter(|i| shares[*i].weight > 0 && shares[*i].cap.0 > 0).collect();
    let mut rest = total.0.max(0) as i128;
    loop {
        let sum: i128 = open.iter().map(|i| shares[*i].weight as i128).sum();
        let full: Vec<usize> = open
            .iter()
            .copied()
            .filter(|i| rest * shares[*i].weight as i128 >= shares[*i].cap.0 as i128 * sum)
            .collect();
        if full.is_empty() || open.is_empty() {
            break;
        }
        for i in &full {
            parts[*i] = shares[*i].cap;
        }
        rest -= full.iter().map(|i| shares[*i].cap.0 as i128).sum::<i128>();
        open.retain(|i| !full.contains(i));
        if rest <= 0 {
            rest = rest.max(0);
            break;
        }
    }
    let sum: i128 = open.iter().map(|i| shares[*i].weight as i128).sum();
    if open.is_empty() || sum == 0 {
        let given: i64 = parts.iter().map(|p| p.0).sum();
        return (parts, Fen(total.0.max(0) - given));
    }
    let mut missing = rest;
    for i in &open {
        let part = rest * shares[*i].weight as i128 / sum;
        parts[*i] = Fen(part as i64);
        missing -= part;
    }
    open.sort_by_key(|i| (-(rest * shares[*i].weight as i128 % sum), shares[*i].line));
    for i in open.iter().take(missing as usize) {
        parts[*i] += Fen(1);
    }
    (parts, Fen::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(total: i64, weights: &[i64]) -> Vec<i64> {
        let shares: Vec<Share> = weights
            .iter()
            .enumerate()
            .map(|(i, w)| Share { line: i as i64, weight: *w, cap: Fen(*w) })
            .collect();
        allocate(Fen(total), &shares).0.into_iter().map(|f| f.0).collect()
    }

    /// X10: the lost or the extra fen.
    #[test]
    fn every_fen_lands_once() {
        assert_eq!(split(4, &[1000; 7]), [1, 1, 1, 1, 0, 0, 0]);
        assert_eq!(split(100, &[333, 333, 334, 0]), [33, 33, 34, 0]);
        assert_eq!(split(10_000, &[5000; 3]), [3334, 3333, 3333]);
        assert_eq!(split(20_000, &[4000, 6000]), [4000, 6000]);
    }

    #[test]
    fn units_come_back_one_by_one() {
        let paid = Fen(1000);
        let (a, b) = (paid.cumulative_refund(3, 0, 1, Fen(0)), paid.cumulative_refund(3, 1, 1, Fen(333)));
        assert_eq!((a, b, paid.cumulative_refund(3, 2, 1, Fen(666))), (Fen(333), Fen(333), Fen(334)));
    }

    #[test]
    fn yuan_is_read_exactly_or_not_at_all() {
        for (text, fen) in [("12", 1200), ("0.5", 50), ("¥1,234.50", 123_450), ("-3.07", -307), ("2.500", 250)] {
            assert_eq!(Fen::parse_yuan(text), Some(Fen(fen)), "{text}");
        }
        for text in ["", "1.234", "a", "1e3", "."] {
            assert_eq!(Fen::parse_yuan(text), None, "{text}");
        }
        assert_eq!(Fen(-307).to_string(), "-3.07");
    }
}
