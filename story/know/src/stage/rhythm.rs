//! How often people buy again, read from what they bought: by category and over all; and the thresholds
//! of silent and churned that follow from it.
//!
//! An interval is the number of civil days between two days on which a person bought (in a category: bought
//! of it). Everybody weighs the same, however often they buy: each of a person's k intervals weighs 1/k. So
//! the quartiles are those of a customer, not of the busiest ones. Who bought once has no interval yet.
//!
//! Proposed are Tukey's fences (J. W. Tukey, Exploratory Data Analysis, 1977, ch. 2): an interval beyond
//! Q3 + 1.5 (Q3 − Q1) is unusual, one beyond Q3 + 3 (Q3 − Q1) is far out. Silent is the first, rounded
//! up; churned the second, and at least twice as long as silent, so that there is time to win people back.
//! A person stands in one stage only, so the brand's thresholds follow the rhythm over all categories;
//! those of a category are shown to compare with.
//!
//! Whether thresholds are good shows afterwards: of those who stood in each stage some weeks ago, the
//! share that bought since must fall from stage to stage (models §3). The answer has it for the
//! thresholds in force and for the proposed ones.
use super::{Facts, Stage, stage};
use axum::extract::State;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use utoipa::ToSchema;
use weir_ground::base::{Ms, Result, Zone, time::Day};
use weir_ground::event::BrandId;
use weir_ground::http::{Answer, App, Json};
use weir_ground::{Tx, params};
use weir_keep::{May, Settings, Staff, brand};

/// Purchases older than this many days say nothing about today's rhythm.
const LOOK_BACK: i32 = 730;
/// In how many days since then people had the chance to buy again.
const HORIZON: i32 = 28;

/// So many intervals of so many days.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
pub struct Interval {
    pub days: i64,
    pub intervals: i64,
    /// Of all weight, 0 to 1.
    pub share: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Rhythm {
    /// Who bought at all.
    pub buyers: i64,
    /// Who bought on more than one day.
    pub persons: i64,
    pub intervals: i64,
    /// Quartiles and ninth decile, in days; none without an interval.
    pub q1: Option<i64>,
    pub median: Option<i64>,
    pub q3: Option<i64>,
    pub p90: Option<i64>,
    /// Proposed thresholds, in days.
    pub silent_days: Option<i64>,
    pub churned_days: Option<i64>,
    /// From the shortest interval that occurs to the longest.
    pub distribution: Vec<Interval>,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct CategoryRhythm {
    pub code: String,
    pub zh: String,
    pub en: String,
    #[serde(flatten)]
    pub rhythm: Rhythm,
}

/// Who stood in a stage `horizon_days` ago, and how many of them bought since.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StageAfter {
    pub stage: Stage,
    pub persons: i64,
    pub bought: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Evidence {
    pub silent_days: i64,
    pub churned_days: i64,
    pub stages: Vec<StageAfter>,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct StageRhythm {
    pub overall: Rhythm,
    /// The most persons first. Orders without lines count only over all.
    pub categories: Vec<CategoryRhythm>,
    pub horizon_days: i64,
    /// For the thresholds in force, then for the proposed ones.
    pub evidence: Vec<Evidence>,
}

/// Days of purchases by whose they are.
type Diary = BTreeMap<i64, Vec<i32>>;

fn note(diary: &mut Diary, person: i64, day: i32) {
    let days = diary.entry(person).or_default();
    if days.last() != Some(&day) {
        days.push(day);
    }
}

/// The day of an instant; days repeat, and a calendar for each costs too much.
struct Calendar<'a> {
    zone: &'a Zone,
    known: HashMap<i64, (Ms, Ms, i32)>,
}

impl Calendar<'_> {
    fn day(&mut self, at: Ms) -> i32 {
        const HALF: Ms = 6 * weir_ground::base::time::HOUR;
        if let Some((from, to, day)) = self.known.get(&(at / HALF)) {
            if (*from..*to).contains(&at) {
                return *day;
            }
        }
        let day = self.zone.day(at);
        let span = (self.zone.start_of(day), self.zone.start_of(Day(day.0 + 1)), day.0);
        self.known.insert(at / HALF, span);
        day.0
    }
}

fn fences(q1: i64, q3: i64) -> (i64, i64) {
    let spread = q3 - q1;
    let silent = (q3 + (3 * spread + 1) / 2).clamp(1, 3_650);
    (silent, (q3 + 3 * spread).max(2 * silent).min(7_300))
}

impl Rhythm {
    fn of(diary: &mut Diary) -> Rhythm {
        let (mut weights, mut counts, mut persons) = (BTreeMap::<i64, f64>::new(), BTreeMap::<i64, i64>::new(), 0);
        for days in diary.values_mut() {
            days.sort_unstable();
            days.dedup();
            persons += (days.len() > 1) as i64;
            for pair in days.windows(2) {
                let gap = (pair[1] - pair[0]) as i64;
                *weights.entry(gap).or_default() += 1.0 / (days.len() - 1) as f64;
                *counts.entry(gap).or_default() += 1;
            }
        }
        let at = |part: f64| {
            let mut sum = 0.0;
            // A sum of k times 1/k may fall short of 1 by a rounding.
            let enough = part * persons as f64 - 1e-9;
            weights.iter().find(|(_, w)| { sum += **w; sum >= enough }).map(|(gap, _)| *gap)
        };
        let (q1, q3) = (at(0.25), at(0.75));
        let proposed = q1.zip(q3).map(|(a, b)| fences(a, b));
        let distribution = counts
            .iter()
            .map(|(days, n)| Interval { days: *days, intervals: *n, share: weights[days] / persons as f64 })
            .collect();
        Rhythm {
            buyers: diary.len() as i64,
            persons,
            intervals: counts.values().sum(),
            q1,
            median: at(0.5),
            q3,
            p90: at(0.9),
            silent_days: proposed.map(|p| p.0),
            churned_days: proposed.map(|p| p.1),
            distribution,
        }
    }
}

const STANDING: &str = "o.brand_id = $1 and o.placed_at >= $2 and o.paid_at is not null and o.paid_at <= $3 \
    and o.state not in ('paid_late', 'cancelled', 'refunded')";

pub fn of(tx: &mut Tx, id: BrandId) -> Result<StageRhythm> {
    let (now, b) = (tx.now(), brand::get(tx, id)?);
    let zone = b.zone()?;
    let today = zone.day(now).0;
    let since = zone.start_of(Day(today - LOOK_BACK));
    let mut calendar = Calendar { zone: &zone, known: HashMap::new() };
    let mut all = Diary::new();
    tx.each(
        &format!("select p.root_id, o.paid_at from orders o join person p on p.id = o.person_id where {STANDING}"),
        params![id, since, now],
        |r| {
            note(&mut all, r.get(0)?, calendar.day(r.get(1)?));
            Ok(())
        },
    )?;
    let names: Vec<(String, String, String)> =
        tx.all("select code, zh, en from category where brand_id = $1 order by code", params![id])?;
    let mut by_category: HashMap<String, Diary> = HashMap::new();
    tx.each(
        &format!(
            "select c.category, p.root_id, o.paid_at from orders o join person p on p.id = o.person_id \
             join order_line l on l.order_id = o.id join sku s on s.id = l.sku_id join product c on c.id = s.product_id \
             where {STANDING} and l.refunded_quantity < l.quantity"
        ),
        params![id, since, now],
        |r| {
            let (category, person, at): (String, i64, Ms) = (r.get(0)?, r.get(1)?, r.get(2)?);
            if !by_category.contains_key(&category) {
                by_category.insert(category.clone(), Diary::new());
            }
            if let Some(diary) = by_category.get_mut(&category) {
                note(diary, person, calendar.day(at));
            }
            Ok(())
        },
    )?;
    let overall = Rhythm::of(&mut all);
    let mut categories: Vec<CategoryRhythm> = by_category
        .into_iter()
        .map(|(code, mut diary)| {
            let named = names.iter().find(|n| n.0 == code);
            let (zh, en) = named.map_or((code.clone(), code.clone()), |n| (n.1.clone(), n.2.clone()));
            CategoryRhythm { code, zh, en, rhythm: Rhythm::of(&mut diary) }
        })
        .collect();
    categories.sort_by(|a, b| b.rhythm.persons.cmp(&a.rhythm.persons).then_with(|| a.code.cmp(&b.code)));
    let mut tried = vec![(b.settings.silent_days, b.settings.churned_days)];
    tried.extend(overall.silent_days.zip(overall.churned_days).filter(|t| *t != tried[0]));
    let evidence = tried.into_iter().map(|(s, c)| evidence(&all, &zone, today, &Settings { silent_days: s, churned_days: c, ..b.settings.clone() })).collect();
    Ok(StageRhythm { overall, categories, horizon_days: HORIZON as i64, evidence })
}

/// Judges everybody as of `HORIZON` days ago, and looks who bought since.
fn evidence(all: &Diary, zone: &Zone, today: i32, settings: &Settings) -> Evidence {
    let then = today - HORIZON;
    let now = zone.start_of(Day(then + 1)) - 1;
    let mut stages: Vec<StageAfter> = [Stage::FirstOrder, Stage::Repurchase, Stage::Silent, Stage::Churned]
        .map(|stage| StageAfter { stage, persons: 0, bought: 0 })
        .to_vec();
    for days in all.values() {
        let before = days.partition_point(|d| *d <= then);
        if before == 0 {
            continue;
        }
        let last_order_at = Some(zone.start_of(Day(days[before - 1])));
        let facts = Facts { orders: before as i64, last_order_at, joined: true };
        let stood = stage(facts, settings, zone, now).0;
        if let Some(row) = stages.iter_mut().find(|row| row.stage == stood) {
            row.persons += 1;
            row.bought += (before < days.len()) as i64;
        }
    }
    Evidence { silent_days: settings.silent_days, churned_days: settings.churned_days, stages }
}

/// How often people buy again, by category and over all, and the thresholds that follow from it.
#[utoipa::path(get, path = "/api/v1/stage-rhythm", tag = "know", responses((status = 200, body = StageRhythm)))]
pub async fn stage_rhythm(State(app): State<App>, who: Staff) -> Answer<Json<StageRhythm>> {
    who.need(May::MeasureRead)?;
    Ok(Json(app.db.read(move |tx| of(tx, who.brand)).await?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_weighs_the_same_however_often_they_buy() {
        // One buys daily, 100 intervals of one day; three buy every ten, 20 and 30 days.
        let mut diary = Diary::from([(1, (0..101).collect()), (2, vec![0, 10, 20]), (3, vec![20, 0, 40]), (4, vec![0, 30, 30]), (5, vec![7])]);
        let r = Rhythm::of(&mut diary);
        assert_eq!((r.buyers, r.persons, r.intervals), (5, 4, 105));
        assert_eq!((r.q1, r.median, r.q3, r.p90), (Some(1), Some(10), Some(20), Some(30)));
        // 20 + 1.5 · 19 = 48.5, and 20 + 3 · 19 = 77 is less than twice 49.
        assert_eq!((r.silent_days, r.churned_days), (Some(49), Some(98)));
        assert!((r.distribution.iter().map(|i| i.share).sum::<f64>() - 1.0).abs() < 1e-12);
        assert_eq!(r.distribution[0], Interval { days: 1, intervals: 100, share: r.distribution[0].share });
        assert!((r.distribution[0].share - 0.25).abs() < 1e-12);
    }

    #[test]
    fn without_an_interval_nothing_is_proposed() {
        let r = Rhythm::of(&mut Diary::from([(1, vec![3])]));
        assert_eq!((r.buyers, r.persons, r.q1, r.silent_days, r.distribution.len()), (1, 0, None, None, 0));
    }

    #[test]
    fn fences_are_tukeys_and_leave_time_to_win_back() {
        assert_eq!(fences(2, 8), (17, 34));
        assert_eq!(fences(60, 100), (160, 320));
        assert_eq!(fences(1, 1), (1, 2));
        assert_eq!(fences(1, 3_000), (3_650, 7_300));
    }
}
