//! Ask (问): questions about behaviour, answered by folds over the brand's lake.
//!
//! A question is compiled (names and filters become codes), folded on a thread of its own, and given
//! up when nobody waits any more: the console asks anew with every key. Every number of an answer
//! opens its persons, who can be kept as a segment.
pub mod moves;
pub mod routes;
pub mod spreads;
pub mod worth;

use crate::ask::routes::Kind;
use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use utoipa::ToSchema;
use weir_ground::base::{Code, Day, Ms, Problem, Result, ids::SegmentId};
use weir_know::live::Pool;
use weir_know::segment::Rule;
use weir_know::segment::now::{self, Cancel};
use weir_know::segment::rule::{self, EventTest, Kind as Made};
use weir_lake::cond::Cond;
use weir_lake::fold::{By as Break, Scope, Which, Who};
use weir_lake::table::Table;
use weir_lake::{Calendar, Column};

/// Which civil days: the last so many, today included, or from … to before.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Range {
    Days { days: i32 },
    Between { from: String, to: String },
}

/// Broken down by a property of the person, or of the event that the question begins with.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// An attribute of the portrait.
    Attr(String),
    /// The person's first touchpoint.
    Touchpoint(bool),
    /// The person's home store.
    Store(bool),
    Stage(bool),
    /// A property of the event.
    Prop(String),
}

/// What every question has.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Common {
    pub range: Range,
    /// Only members of this segment.
    #[serde(default)]
    pub segment: Option<SegmentId>,
    /// Only persons for whom this holds.
    #[serde(default)]
    pub rule: Option<Rule>,
    #[serde(default)]
    pub by: Option<By>,
    /// Groups (at each step of paths: names) at most; the largest are shown. 8 when absent.
    #[serde(default)]
    pub top: Option<usize>,
}

/// Which part of an answer is meant. Which of these a question knows is told there.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Pick {
    pub step: Option<usize>,
    pub dropped: Option<bool>,
    /// The group's key; of a question that is broken down, null is who has none.
    pub group: Option<String>,
    pub cohort: Option<String>,
    pub period: Option<usize>,
    pub back: Option<bool>,
    pub name: Option<String>,
    pub bucket: Option<String>,
    pub bin: Option<usize>,
    pub r: Option<usize>,
    pub f: Option<usize>,
    pub m: Option<usize>,
}

/// How an answer came about.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct About {
    pub took_ms: f64,
    /// Everything that happened before this instant is taken into account.
    pub exact_at: Ms,
    /// Persons that were looked at.
    pub persons: i64,
}

/// A group's name; a null key is everybody, or of a break-down those without a value.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Group {
    pub key: Option<String>,
    pub zh: Option<String>,
    pub en: Option<String>,
}

/// A kind of question.
pub trait Question: Serialize + for<'a> Deserialize<'a> + Send + 'static {
    type Answer: Serialize + Send + 'static;
    fn common(&self) -> &Common;
    /// Folds. `Ok(None)` when it was given up.
    fn answer(&self, a: &Asked) -> Result<Option<Self::Answer>>;
    fn table(answer: &Self::Answer) -> Table;
    fn about(answer: &mut Self::Answer) -> &mut About;
    /// The roots behind a part of the answer.
    fn persons(&self, a: &Asked, pick: &Pick) -> Result<Option<RoaringBitmap>>;
}

/// A question's common part, ready to be folded.
pub struct Asked {
    pub pool: Arc<Pool>,
    pub calendar: Calendar,
    /// Civil days, `to` exclusive, and the instants they begin at.
    pub days: (i32, i32),
    pub from: Ms,
    pub to: Ms,
    pub now: Ms,
    pub by: Break,
    pub top: usize,
    pub cancel: Arc<AtomicBool>,
    who: Option<RoaringBitmap>,
    rule: Option<Cond>,
    /// Names of touchpoints or stores, if they are what is broken down by.
    pub titles: HashMap<String, String>,
}

impl Asked {
    pub fn new(pool: Arc<Pool>, common: &Common, now: Ms, titles: HashMap<String, String>) -> Result<Asked> {
        let calendar = pool.calendar();
        let days = days_of(&common.range, &calendar, now)?;
        let top = common.top.unwrap_or(8);
        if !(1..=50).contains(&top) {
            return Err(Problem::field("top", "use 1 to 50"));
        }
        let who = match common.segment {
            Some(id) => {
                let members = pool.engine().of(id).map(|s| s.members.clone());
                Some(members.ok_or_else(|| Problem::field("segment", "this segment is not there"))?)
            }
            None => None,
        };
        let rule = common.rule.as_ref().map(|r| pool.compile(r, None)).transpose()?;
        if let Some(By::Attr(key)) = &common.by {
            let terms = pool.terms();
            if !terms.knows(key) {
                return Err(Problem::field("by.attr", format!("there is no attribute {key}")));
            }
            if terms.kind(key) != Made::Words {
                return Err(Problem::field("by.attr", format!("{key} is a figure or a date; choose an attribute whose values are words")));
            }
        }
        let by = {
            let mut state = pool.lake.write();
            let mut column = |key: &str| Break::Column(state.people.words_column(key));
            match &common.by {
                None => Break::Nothing,
                Some(By::Attr(key)) => column(key),
                Some(By::Touchpoint(_)) => column("touchpoint"),
                Some(By::Store(_)) => column("store"),
                Some(By::Stage(_)) => column("stage"),
                Some(By::Prop(key)) => Break::Prop(state.words.keys.code(key) as u16),
            }
        };
        let (from, to) = (calendar.start(days.0), calendar.start(days.1));
        Ok(Asked { pool, calendar, days, from, to, now, by, top, cancel: Arc::default(), who, rule, titles })
    }

    /// Works out whom the question is about; the rest is asked of them only.
    pub fn settle(&mut self) -> Option<()> {
        let Some(cond) = self.rule.take() else { return Some(()) };
        let mut found = now::members(&self.pool, &cond, self.now, &self.cancel)?;
        if let Some(within) = self.who.take() {
            found &= within;
        }
        self.who = Some(found);
        Some(())
    }

    pub fn scope(&self) -> Scope<'_> {
        let who = self.who.clone().map_or(Who::Everyone, Who::These);
        Scope { lake: &self.pool.lake, cancel: &self.cancel, who }
    }

    /// How many persons are looked at.
    pub fn people(&self) -> i64 {
        let state = self.pool.read();
        match &self.who {
            Some(set) => (set.len() - set.intersection_len(&state.people.hidden)) as i64,
            None => state.people.persons() as i64 - state.people.hidden.len() as i64,
        }
    }

    /// Compiles an event; words that the lake has not met yet are given codes.
    pub fn which(&self, test: &EventTest) -> Result<Which> {
        let events = rule::events(test, &mut self.pool.lake.write(), &self.calendar)?;
        Ok(Which::passing(events, &self.calendar))
    }
    /// Events of a name that Weir itself records.
    pub fn named(&self, name: &str) -> Which {
        Which::of(&self.pool.read(), name)
    }

    /// What a group is called.
    pub fn group(&self, code: u32) -> Group {
        let state = self.pool.read();
        let key = match self.by {
            Break::Nothing => None,
            _ if code == 0 => None,
            Break::Column(c) => match state.people.at(c) {
                Column::Words { dict, .. } => Some(dict.word(code).to_string()),
                Column::Numbers(_) => None,
            },
            Break::Prop(_) => Some(state.words.values.word(code).to_string()),
            Break::Touchpoint => Some(state.words.touchpoints.word(code).to_string()),
            Break::Store => Some(state.words.stores.word(code).to_string()),
        };
        let title = key.as_ref().and_then(|k| self.titles.get(k)).cloned();
        Group { zh: title.clone(), en: title, key }
    }

    /// The code of the group that is picked; `None` when the question is not broken down.
    pub fn picked(&self, pick: &Pick) -> Result<Option<u32>> {
        let state = self.pool.read();
        let Some(word) = &pick.group else { return Ok((self.by != Break::Nothing).then_some(0)) };
        let code = match self.by {
            Break::Nothing => None,
            Break::Column(c) => match state.people.at(c) {
                Column::Words { dict, .. } => dict.find(word),
                Column::Numbers(_) => None,
            },
            Break::Prop(_) => state.words.values.find(word),
            Break::Touchpoint => state.words.touchpoints.find(word),
            Break::Store => state.words.stores.find(word),
        };
        code.map(Some).ok_or_else(|| Problem::field("pick.group", "there is no such group"))
    }
}

/// Folds on a thread of its own, until nobody waits any more.
pub(crate) async fn run<T: Send + 'static>(
    mut asked: Asked,
    f: impl FnOnce(&Asked) -> Result<Option<T>> + Send + 'static,
) -> Result<T> {
    let cancel = Cancel(asked.cancel.clone());
    let fold = move || match asked.settle() {
        Some(()) => f(&asked),
        None => Ok(None),
    };
    let found = tokio::task::spawn_blocking(fold).await.map_err(Problem::internal)?;
    drop(cancel);
    found?.ok_or_else(|| Problem::new(Code::Busy, "This question was given up."))
}

fn days_of(range: &Range, calendar: &Calendar, now: Ms) -> Result<(i32, i32)> {
    let (from, to) = match range {
        Range::Days { days } => {
            let end = calendar.day(now) + 1;
            (end.saturating_sub(*days), end)
        }
        Range::Between { from, to } => {
            let day = |t: &str, field: &str| {
                Day::parse(t).map(|d| d.0).ok_or_else(|| Problem::field(field, "write dates as 2026-03-05"))
            };
            (day(from, "range.from")?, day(to, "range.to")?)
        }
    };
    if from >= to || to - from > 3_700 {
        return Err(Problem::field("range", "ask for 1 to 3,700 days"));
    }
    Ok((from, to))
}

pub(crate) fn day_text(day: i32) -> String {
    Day(day).to_string()
}

/// Which kinds there are, for the address of their persons.
pub(crate) fn kind(name: &str) -> Result<Kind> {
    Kind::ALL.into_iter().find(|k| k.name() == name).ok_or_else(|| Problem::not_found("kind of question"))
}
