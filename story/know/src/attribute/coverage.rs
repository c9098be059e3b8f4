//! Coverage (覆盖率): how many persons have a value, whose word it is, and how old.
//!
//! Answered from memory. Beside the columns of the pool lies one number a person and attribute, a
//! [`Mark`]: who said the value and in which minute. The follower writes it together with the value,
//! so the answer is as exact as segments are, and costs one pass over the numbers.
use super::{Attribute, Pii, Said, Saids, Source};
use crate::live::Pool;
use crate::person::Portrait;
use crate::segment::http::SegmentRef;
use serde::Serialize;
use std::collections::{BTreeMap, HashSet};
use utoipa::ToSchema;
use weir_ground::base::{Ms, Problem, Result, share_bp, time::{DAY, MINUTE}};
use weir_lake::{Column, NO_VALUE, State};

/// How many persons have a value of one attribute.
#[derive(Debug, Serialize, ToSchema)]
pub struct Coverage {
    pub key: String,
    /// Persons who have a value; one who was merged counts once.
    pub persons: i64,
    /// Of all persons of the pool, anonymous ones too.
    pub share_bp: i64,
    /// Values older than the attribute's age, to the minute; none when it has no age.
    pub stale: i64,
    /// Different values; of words at most 100,000 are told apart. Nothing for sealed ones, which cannot be compared.
    pub distinct: Option<i64>,
    /// By whose word it is, the strongest first, then those that are not taken any more.
    pub sources: Vec<CoverageSource>,
    /// By how long ago it was said. Values whose source was not recorded are in none.
    pub ages: Vec<CoverageAge>,
    /// Segments whose rules ask for it.
    pub used_by: Vec<SegmentRef>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CoverageSource {
    /// Nothing for values that were kept before sources were.
    pub source: Option<Source>,
    pub persons: i64,
    /// Of these, older than the attribute's age.
    pub stale: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CoverageAge {
    /// Said at most so many days ago, and longer than those of the entry before; nothing for all that is older.
    pub days: Option<i64>,
    pub persons: i64,
}

/// Coverage of every attribute.
#[derive(Debug, Serialize, ToSchema)]
pub struct CoverageAnswer {
    /// Everybody in the pool.
    pub persons: i64,
    /// Everything committed before this instant is counted.
    pub exact_at: Ms,
    /// In the order of the schema.
    pub items: Vec<Coverage>,
}

/// Who said a value and in which minute since 1970: the minute, then three bits for the source. 0 where
/// there is no value, 1 where nobody knows who said it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mark(u32);

impl Mark {
    fn of(said: Option<Said>) -> Mark {
        let Some(s) = said else { return Mark(1) };
        Mark((((s.at / MINUTE).clamp(0, (1 << 29) - 1) as u32) << 3) | (2 + s.by as u32))
    }
    fn source(self) -> Option<Source> {
        Source::ALL.get((self.0 as usize & 7).wrapping_sub(2)).copied()
    }
    fn at(self) -> Ms {
        (self.0 >> 3) as i64 * MINUTE
    }
}

/// The marks of all persons, by attribute.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    plain: BTreeMap<String, Vec<Mark>>,
    sealed: BTreeMap<String, Vec<Mark>>,
}

fn set(all: &mut BTreeMap<String, Vec<Mark>>, s: u32, now: &BTreeMap<&str, Mark>) {
    for (key, marks) in all.iter_mut() {
        if let Some(mark) = marks.get_mut(s as usize).filter(|_| !now.contains_key(key.as_str())) {
            *mark = Mark::default();
        }
    }
    for (key, mark) in now {
        if !all.contains_key(*key) {
            all.insert(key.to_string(), vec![]);
        }
        let Some(marks) = all.get_mut(*key) else { continue };
        if marks.len() <= s as usize {
            marks.resize(s as usize + 1, Mark::default());
        }
        marks[s as usize] = *mark;
    }
}

impl Marks {
    /// What a person's row says of plain values.
    pub fn note(&mut self, s: u32, portrait: &Portrait, said: &str) -> Result<()> {
        if portrait.is_empty() && self.plain.is_empty() {
            return Ok(());
        }
        let book: Saids = if said == "{}" { Saids::new() } else { serde_json::from_str(said).map_err(Problem::internal)? };
        let has = |v: &Option<String>| v.as_ref().is_some_and(|v| !v.is_empty());
        let now = portrait.iter().filter(|(_, v)| has(v)).map(|(k, _)| (k.as_str(), Mark::of(book.get(k).copied()))).collect();
        set(&mut self.plain, s, &now);
        Ok(())
    }

    /// The sealed values that a person has.
    pub fn note_sealed(&mut self, s: u32, sealed: &[(String, Said)]) {
        set(&mut self.sealed, s, &sealed.iter().map(|(k, said)| (k.as_str(), Mark::of(Some(*said)))).collect());
    }

    fn of(&self, a: &Attribute) -> &[Mark] {
        let all = if a.pii == Pii::None { &self.plain } else { &self.sealed };
        all.get(&a.key).map_or(&[], Vec::as_slice)
    }
}

/// Ages that are told apart, in days.
const AGES: [i64; 4] = [30, 90, 180, 365];

/// Counts every attribute of a schema.
pub(crate) fn cover(pool: &Pool, schema: &[Attribute], asked: &[(SegmentRef, Vec<String>)], now: Ms) -> CoverageAnswer {
    let exact_at = pool.exact_at();
    let state = pool.read();
    let columns = pool.columns.lock().unwrap_or_else(|e| e.into_inner());
    let persons = state.people.persons() as i64;
    let of = |a: &Attribute| {
        let used_by = asked.iter().filter(|u| u.1.contains(&a.key)).map(|u| u.0.clone()).collect();
        Coverage { used_by, ..one(&state, a, columns.marks.of(a), persons, now) }
    };
    CoverageAnswer { persons, exact_at, items: schema.iter().map(of).collect() }
}

fn one(state: &State, a: &Attribute, marks: &[Mark], pool: i64, now: Ms) -> Coverage {
    // By source, the one that nobody recorded last: persons, stale ones.
    let (mut by, mut ages) = ([(0i64, 0i64); 6], [0i64; AGES.len() + 1]);
    for (s, mark) in marks.iter().enumerate() {
        if *mark == Mark::default() || !state.people.is_root(s as u32) {
            continue;
        }
        let Some(source) = mark.source() else {
            by[5].0 += 1;
            continue;
        };
        let age = now - mark.at();
        let n = &mut by[source as usize];
        *n = (n.0 + 1, n.1 + a.max_age_days.is_some_and(|days| age > days * DAY) as i64);
        ages[AGES.iter().position(|days| age <= days * DAY).unwrap_or(AGES.len())] += 1;
    }
    let mut order: Vec<Source> = Source::ALL.to_vec();
    order.sort_by_key(|s| std::cmp::Reverse(super::sources::rank(&a.sources, *s)));
    let known = order.into_iter().map(|s| (Some(s), by[s as usize])).chain([(None, by[5])]);
    let persons = by.iter().map(|n| n.0).sum();
    Coverage {
        key: a.key.clone(),
        persons,
        share_bp: share_bp(persons, pool),
        stale: by.iter().map(|n| n.1).sum(),
        distinct: (a.pii == Pii::None).then(|| distinct(state, &a.key)),
        sources: known.filter(|s| s.1.0 > 0).map(|(source, n)| CoverageSource { source, persons: n.0, stale: n.1 }).collect(),
        ages: ages.iter().enumerate().map(|(i, n)| CoverageAge { days: AGES.get(i).copied(), persons: *n }).collect(),
        used_by: vec![],
    }
}

fn distinct(state: &State, key: &str) -> i64 {
    let Some(column) = state.people.column(key) else { return 0 };
    match state.people.at(column) {
        Column::Words { codes, dict } => {
            let mut seen = vec![false; dict.len()];
            for (s, code) in codes.iter().enumerate().filter(|c| *c.1 != 0) {
                seen[*code as usize] |= state.people.is_root(s as u32);
            }
            seen.into_iter().filter(|s| *s).count() as i64
        }
        Column::Numbers(all) => {
            let here = all.iter().enumerate().filter(|(s, n)| **n != NO_VALUE && state.people.is_root(*s as u32));
            here.map(|(_, n)| *n).collect::<HashSet<i64>>().len() as i64
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_says_who_and_when_to_the_minute() {
        for by in Source::ALL {
            let at = 1_800_000_059_999;
            let mark = Mark::of(Some(Said { by, at }));
            assert_eq!((mark.source(), mark.at()), (Some(by), at - at % MINUTE));
        }
        assert_eq!((Mark::of(None).source(), Mark::default().source()), (None, None));
        assert_ne!(Mark::of(None), Mark::default());
    }
}
