//! The statistics behind the results, small enough to be read and checked against published values.
//! Money stays an integer up to the mean.

/// Count, sum and sum of squares of integer observations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    pub n: i64,
    pub sum: i128,
    pub squares: i128,
}

impl Sample {
    pub fn add(&mut self, value: i64) {
        self.n += 1;
        self.sum += value as i128;
        self.squares += value as i128 * value as i128;
    }

    /// The unbiased variance; `None` under two observations.
    pub fn variance(&self) -> Option<f64> {
        if self.n < 2 {
            return None;
        }
        let n = self.n as i128;
        Some((n * self.squares - self.sum * self.sum) as f64 / (n * (n - 1)) as f64)
    }
}

/// `num / den`, rounded half to even.
pub fn div_half_even(num: i128, den: i128) -> i64 {
    let (q, r) = (num.div_euclid(den), num.rem_euclid(den));
    let up = match (2 * r).cmp(&den) {
        std::cmp::Ordering::Less => 0,
        std::cmp::Ordering::Greater => 1,
        std::cmp::Ordering::Equal => q & 1,
    };
    (q + up) as i64
}

/// What treatment caused over the whole treated arm: `(mean_t − mean_h) × n_t`, with a 95 %
/// interval after Welch (unequal variances, Satterthwaite's degrees of freedom).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lift {
    pub value: i64,
    pub low: i64,
    pub high: i64,
}

/// `None` when an arm has fewer than two persons.
pub fn lift(treated: &Sample, holdout: &Sample) -> Option<Lift> {
    let (vt, vh) = (treated.variance()?, holdout.variance()?);
    let (nt, nh) = (treated.n as i128, holdout.n as i128);
    let top = treated.sum * nh - holdout.sum * nt;
    let value = div_half_even(top, nh);
    let (a, b) = (vt / nt as f64, vh / nh as f64);
    if a + b == 0.0 {
        return Some(Lift { value, low: value, high: value });
    }
    let df = (a + b).powi(2) / (a * a / (nt - 1) as f64 + b * b / (nh - 1) as f64);
    let half = t_975(df) * (a + b).sqrt() * nt as f64;
    let exact = top as f64 / nh as f64;
    let round = |x: f64| x.round_ties_even() as i64;
    Some(Lift { value, low: round(exact - half), high: round(exact + half) })
}

/// Sample ratio mismatch: the chance of a split at least this uneven when the holdout's share was
/// planned as `holdout_bp`; `None` when the plan had only one arm, or nobody is there.
pub fn srm(treated: i64, holdout: i64, holdout_bp: i64) -> Option<f64> {
    let n = (treated + holdout) as f64;
    if !(1..10_000).contains(&holdout_bp) || n == 0.0 {
        return None;
    }
    let expected_h = n * holdout_bp as f64 / 10_000.0;
    let expected_t = n - expected_h;
    let (t, h) = (treated as f64 - expected_t, holdout as f64 - expected_h);
    Some(chi2_tail(t * t / expected_t + h * h / expected_h))
}

/// Below this the split itself is broken and no result is shown (M3).
pub const SRM_ALARM: f64 = 0.001;

/// Upper tail of chi-square with one degree of freedom.
pub fn chi2_tail(x: f64) -> f64 {
    erfc((x / 2.0).sqrt())
}

/// The complementary error function for x ≥ 0, accurate in its tail: a series near zero, a
/// continued fraction (Abramowitz & Stegun 7.1.14) beyond.
pub fn erfc(x: f64) -> f64 {
    let scale = (-x * x).exp() / std::f64::consts::PI.sqrt();
    if x < 2.0 {
        // erf(x) = 2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (2n+1)!!
        let (mut term, mut sum, mut n) = (x, x, 0.0);
        while term > sum * 1e-17 {
            n += 1.0;
            term *= 2.0 * x * x / (2.0 * n + 1.0);
            sum += term;
        }
        return 1.0 - 2.0 * scale * sum;
    }
    let mut f = x;
    for k in (1..=120).rev() {
        f = x + k as f64 / 2.0 / f;
    }
    scale / f
}

/// The 97.5 % point of Student's t.
pub fn t_975(df: f64) -> f64 {
    let (mut low, mut high) = (0.0f64, 1e6f64);
    for _ in 0..200 {
        let mid = (low + high) / 2.0;
        if beta_regular(df / 2.0, 0.5, df / (df + mid * mid)) > 0.05 { low = mid } else { high = mid }
    }
    (low + high) / 2.0
}

/// ln Γ(x) for x > 0 (Lanczos, g = 7).
fn ln_gamma(x: f64) -> f64 {
    const C: [f64; 9] = [
        0.999_999_999_999_809_9, 676.520_368_121_885_1, -1_259.139_216_722_402_8, 771.323_428_777_653_1,
        -176.615_029_162_140_6, 12.507_343_278_686_905, -0.138_571_095_265_720_12, 9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    if x < 0.5 {
        let pi = std::f64::consts::PI;
        return (pi / (pi * x).sin()).ln() - ln_gamma(1.0 - x);
    }
    let x = x - 1.0;
    let t = x + 7.5;
    let sum = C.iter().enumerate().skip(1).fold(C[0], |s, (i, c)| s + c / (x + i as f64));
    0.5 * (2.0 * std::f64::consts::PI).ln() + (x + 0.5) * t.ln() - t + sum.ln()
}

/// The regularised incomplete beta function, by its continued fraction (Lentz).
fn beta_regular(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return x.clamp(0.0, 1.0);
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - beta_regular(b, a, 1.0 - x);
    }
    let front = (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (1.0 - x).ln()).exp() / a;
    let tiny = 1e-300;
    let keep = |v: f64| if v.abs() < tiny { tiny } else { v };
    let (mut c, mut d) = (1.0, 1.0 / keep(1.0 - (a + b) * x / (a + 1.0)));
    let mut f = d;
    for m in 1..300 {
        let m = m as f64;
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut step = 1.0;
        for n in [even, odd] {
            d = 1.0 / keep(1.0 + n * d);
            c = keep(1.0 + n / c);
            step = d * c;
            f *= step;
        }
        if (step - 1.0).abs() < 1e-15 {
            break;
        }
    }
    front * f
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64, relative: f64) {
        assert!((a - b).abs() <= relative * b.abs(), "{a} is not {b}");
    }

    /// The published splits, planned 50/50.
    #[test]
    fn sample_ratio_mismatch_agrees_far_into_the_tail() {
        for (a, b, p) in [
            (502, 498, 0.899_343),
            (600, 400, 2.539_629e-10),
            (9_463, 7_681, 3.502_192e-42),
            (821_588, 815_482, 1.821_793e-6),
            (1_512_488, 1_487_512, 3.879_023e-47),
        ] {
            close(srm(a, b, 5_000).unwrap(), p, 1e-6);
        }
        assert_eq!(srm(100, 0, 0), None);
        assert!(srm(901, 99, 1_000).unwrap() > 0.9);
    }

    #[test]
    fn erfc_is_smooth_where_its_two_forms_meet() {
        close(erfc(0.0), 1.0, 1e-15);
        close(erfc(0.5), 0.479_500_122_186_953_5, 1e-14);
        close(erfc(1.999_999_999), 0.004_677_734_981_047_266, 1e-8);
        close(erfc(2.0), 0.004_677_734_981_047_266, 1e-13);
        close(erfc(5.0), 1.537_459_794_428_034_8e-12, 1e-13);
    }

    #[test]
    fn student_quantiles_are_those_of_the_tables() {
        for (df, t) in [(1.0, 12.706_204_736), (4.0, 2.776_445_105), (30.0, 2.042_272_456), (1e7, 1.959_964_22)] {
            close(t_975(df), t, 1e-7);
        }
    }

    /// Two arms computed by hand: means 30 and 10 over 4 and 3 persons, variances 200 and 100.
    #[test]
    fn the_lift_is_the_difference_of_means_over_the_treated() {
        let (mut t, mut h) = (Sample::default(), Sample::default());
        [20, 20, 30, 50].into_iter().for_each(|v| t.add(v));
        [0, 10, 20].into_iter().for_each(|v| h.add(v));
        assert_eq!((t.variance(), h.variance()), (Some(200.0), Some(100.0)));
        // s.e. √(50 + 100/3) = 9.1287, df exactly 5, t 2.570582: half-width 93.86 over four persons
        assert_eq!(lift(&t, &h), Some(Lift { value: 80, low: -14, high: 174 }));
        assert_eq!(lift(&t, &Sample { n: 1, sum: 10, squares: 100 }), None);
    }

    #[test]
    fn halves_go_to_the_even_neighbour() {
        let halves: Vec<i64> = [-5, -3, -1, 1, 3, 5, 7].into_iter().map(|n| div_half_even(n, 2)).collect();
        assert_eq!(halves, [-2, -2, 0, 0, 2, 2, 4]);
        assert_eq!((div_half_even(-7, 3), div_half_even(7, 3), div_half_even(8, 3)), (-2, 2, 3));
    }
}
