//! Where to cut: proposed from how people buy now, or given; frozen as a version.
use super::{COLUMNS, Cuts, Kind, Version, current, table};
use crate::events;
use weir_ground::base::{Problem, Result};
use weir_ground::event::BrandId;
use weir_ground::{Fact, Tx, params};

/// The window when nobody chose one.
pub const WINDOW: i64 = 365;

/// The values at the ends of the first four fifths of the ranked values: the one of rank ⌈i·n/5⌉.
fn fifths(mut values: Vec<i64>) -> [i64; 4] {
    values.sort_unstable();
    let n = values.len();
    [1, 2, 3, 4].map(|i| if n == 0 { 0 } else { values[(i * n).div_ceil(5) - 1] })
}

/// Cuts that split today's buyers into fifths, as far as equal values allow; not frozen.
pub fn propose(tx: &mut Tx, brand: BrandId, window_days: i64) -> Result<Version> {
    let now = tx.now();
    let list = table::buyers(tx, brand, window_days)?;
    let cuts = Cuts {
        r: fifths(list.iter().map(|b| b.days).collect()),
        f: fifths(list.iter().map(|b| b.orders).collect()),
        m: fifths(list.iter().map(|b| b.kept).collect()),
    };
    Ok(Version { n: 0, kind: Kind::Quantile, window_days, cuts, made_by: None, made_at: now })
}

/// The version in force, or a proposal where nothing was frozen yet.
pub fn in_force(tx: &mut Tx, brand: BrandId) -> Result<Version> {
    match current(tx, brand)? {
        Some(version) => Ok(version),
        None => propose(tx, brand, WINDOW),
    }
}

/// What is asked for: cuts make it fixed, without them they are proposed from the data.
pub fn wanted(tx: &mut Tx, brand: BrandId, window_days: i64, cuts: Option<Cuts>) -> Result<Version> {
    if !(1..=3_650).contains(&window_days) {
        return Err(Problem::field("window_days", format!("{window_days} is not between 1 and 3,650")));
    }
    let Some(cuts) = cuts else { return propose(tx, brand, window_days) };
    for (name, of) in [("cuts.r", &cuts.r), ("cuts.f", &cuts.f), ("cuts.m", &cuts.m)] {
        if of.iter().any(|c| *c < 0) || of.windows(2).any(|pair| pair[0] > pair[1]) {
            return Err(Problem::field(name, "give four cuts from the smallest to the largest, none below 0"));
        }
    }
    let now = tx.now();
    Ok(Version { n: 0, kind: Kind::Fixed, window_days, cuts, made_by: None, made_at: now })
}

/// Puts cuts in force: the next version of the brand.
pub fn freeze(tx: &mut Tx, brand: BrandId, actor: &str, new: &Version) -> Result<Version> {
    let (id, now) = (tx.new_id::<weir_ground::base::kinds::Event>(), tx.now());
    let n = current(tx, brand)?.map_or(1, |v| v.n + 1);
    let text = serde_json::to_string(&new.cuts).map_err(Problem::internal)?;
    let kind = if new.kind == Kind::Fixed { "fixed" } else { "quantile" };
    tx.guard(
        "insert into rfm_version (id, brand_id, n, kind, window_days, cuts, made_by, made_at) values ($1, $2, $3, $4, $5, $6, $7, $8) \
         on conflict do nothing",
        params![id, brand, n, kind, new.window_days, &text, actor, now],
    )?
    .or(|| Problem::again("Other cuts were frozen at the same moment; look again."))?;
    let props = format!(r#"{{"n":{n},"kind":"{kind}","window_days":{},"cuts":{text}}}"#, new.window_days);
    let _ = tx.record(&Fact::new(brand, events::RFM_FROZEN, now).actor(actor).props(&props))?;
    Ok(Version { n, made_by: Some(actor.to_string()), made_at: now, ..new.clone() })
}

/// All versions, the newest first.
pub fn versions(tx: &mut Tx, brand: BrandId) -> Result<Vec<Version>> {
    tx.all(&format!("select {COLUMNS} from rfm_version where brand_id = $1 order by n desc limit 100"), params![brand])
}

#[cfg(test)]
mod tests {
    use super::fifths;

    #[test]
    fn cuts_are_values_that_somebody_has() {
        assert_eq!(fifths((1..=10).collect()), [2, 4, 6, 8]);
        assert_eq!(fifths(vec![7]), [7, 7, 7, 7]);
        assert_eq!(fifths(vec![1, 1, 1, 1, 1, 1, 2, 3, 9, 50]), [1, 1, 1, 3]);
        assert_eq!(fifths(vec![]), [0; 4]);
    }
}
