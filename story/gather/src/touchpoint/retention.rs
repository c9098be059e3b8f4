//! Who of those that a touchpoint brought comes back: cohorts by the week in which they came.
//!
//! A person's weeks are counted from the moment they came, seven days each; a person is active in a
//! week in which they themselves did anything: came by, opened the mall, ordered. What staff wrote
//! about them does not count. A week is shown only where it has passed for the whole cohort.
use super::{TouchpointId, own};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use utoipa::ToSchema;
use weir_ground::base::{Ms, Result, time};
use weir_ground::event::PersonId;
use weir_ground::{Tx, db::Engine, params};
use weir_keep::{Staff, brand};

/// Weeks that are looked at, the week of coming included.
const WEEKS: i64 = 12;
const WEEK: Ms = 7 * time::DAY;

/// Those who came in one calendar week of the brand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RetentionCohort {
    /// The Monday.
    pub week: String,
    pub people: i64,
    /// Active persons in the week of coming, the next, and so on, as far as it has passed for all.
    pub active: Vec<i64>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TouchpointRetention {
    /// Oldest first, at most twelve.
    pub cohorts: Vec<RetentionCohort>,
    /// Over all cohorts that have reached the week: active and all, week by week.
    pub weeks: Vec<RetentionWeek>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct RetentionWeek {
    pub week: i64,
    pub active: i64,
    pub people: i64,
}

/// Weekly retention of the persons whom a touchpoint brought in the last twelve weeks.
pub fn retention(tx: &mut Tx, who: &Staff, id: TouchpointId) -> Result<TouchpointRetention> {
    own(tx, who, id)?;
    let (zone, now) = (brand::get(tx, who.brand)?.zone()?, tx.now());
    let first = weir_ground::base::Day(zone.day(now).week_start().0 - 7 * (WEEKS as i32 - 1));
    let since = zone.start_of(first);
    let came: Vec<(PersonId, Ms)> = tx.all(
        "select p.id, case when p.joined_at < p.created_at then p.joined_at else p.created_at end from person p \
         where p.touchpoint_id = $1 and p.root_id = p.id and p.created_at >= $2",
        params![id, since],
    )?;
    let came: HashMap<PersonId, Ms> = came.into_iter().filter(|c| c.1 >= since).collect();
    let mut active: HashMap<PersonId, u16> = HashMap::new();
    // SQLite would walk all events to tell double rows apart; PostgreSQL would send millions.
    let distinct = if tx.engine() == Engine::Postgres { "distinct " } else { "" };
    let ask = format!(
        "select {distinct}p.id, (e.at - (case when p.joined_at < p.created_at then p.joined_at else p.created_at end)) / $1 \
         from person p join person x on x.root_id = p.id cross join event_of v join event e on e.id = v.id \
         where v.person_id = x.id and p.touchpoint_id = $2 and p.root_id = p.id and p.created_at >= $3 and e.actor is null and e.source not in ('import', 'console', 'weir') \
         and e.at >= p.created_at"
    );
    tx.each(&ask, params![WEEK, id, since], |r| {
        let (person, week): (PersonId, i64) = (r.get(0)?, r.get(1)?);
        if (0..WEEKS).contains(&week) {
            *active.entry(person).or_default() |= 1 << week;
        }
        Ok(())
    })?;
    let mut cohorts: BTreeMap<i32, Vec<PersonId>> = BTreeMap::new();
    for (person, at) in &came {
        cohorts.entry(zone.day(*at).week_start().0).or_default().push(*person);
    }
    let cohorts: Vec<RetentionCohort> = cohorts
        .into_iter()
        .map(|(monday, people)| {
            // The last of them may have come at the end of the week.
            let ended = zone.start_of(weir_ground::base::Day(monday + 7));
            let passed = ((now - ended).div_euclid(WEEK)).clamp(0, WEEKS);
            let on = |w: i64| people.iter().filter(|p| active.get(p).is_some_and(|a| a & 1 << w != 0)).count() as i64;
            RetentionCohort { week: weir_ground::base::Day(monday).to_string(), people: people.len() as i64, active: (0..passed).map(on).collect() }
        })
        .collect();
    let weeks = (0..WEEKS)
        .map(|w| {
            let reached = cohorts.iter().filter(|c| c.active.len() as i64 > w);
            reached.fold(RetentionWeek { week: w, ..RetentionWeek::default() }, |sum, c| RetentionWeek {
                week: w,
                active: sum.active + c.active[w as usize],
                people: sum.people + c.people,
            })
        })
        .filter(|w| w.people > 0)
        .collect();
    Ok(TouchpointRetention { cohorts, weeks })
}
