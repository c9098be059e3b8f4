//! Questions about behaviour, each a fold over timelines: walk every person's events in order of
//! time, keep a small state, merge the states. Names, properties and break-downs are codes here;
//! the caller resolves words. Answers are exact; money stays an integer.
//!
//! A fold has a form for one person (`funnel::Funnel::reach`, …), an answer over all persons, and
//! the persons behind a cell of that answer. The inner loops read columns only: no allocation a
//! person, no hashing an event, and persons whose names cannot matter are passed over unseen.
pub mod bucket;
pub mod cohort;
pub mod distribution;
pub mod funnel;
pub mod interval;
pub mod paths;
pub mod retention;
pub mod rfm;
pub mod segment;
pub mod trend;

pub use bucket::{Buckets, Unit};

use crate::cond::{self, EventTest, Key};
use crate::{Calendar, Lake, Line, State, Subject, View};
use roaring::RoaringBitmap;
use std::sync::atomic::AtomicBool;

/// What must hold for a row beside its name.
pub type RowTest = Box<dyn Fn(&State, &View<'_>, usize) -> bool + Send + Sync>;
/// What must hold for a person.
pub type PersonTest = Box<dyn Fn(&State, Subject, &View<'_>) -> bool + Send + Sync>;

/// The name an event must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    Any,
    /// A code of [`crate::Words::names`].
    Is(u16),
    /// A name that nothing has been called yet.
    Unheard,
}

impl Name {
    /// The bit that a person's mask must have for such an event to be there; 0 when any will do.
    pub fn bit(self) -> u64 {
        match self {
            Name::Any => 0,
            Name::Is(code) => 1 << (code & 63),
            Name::Unheard => 0,
        }
    }
}

/// Which events a question is about.
pub struct Which {
    pub name: Name,
    pub test: Option<RowTest>,
}

impl Which {
    pub fn named(code: u16) -> Which {
        Which { name: Name::Is(code), test: None }
    }
    pub fn any() -> Which {
        Which { name: Name::Any, test: None }
    }
    /// Events of this name, by its word.
    pub fn of(state: &State, name: &str) -> Which {
        let name = match name {
            "*" => Name::Any,
            _ => state.words.names.find(name).map_or(Name::Unheard, |c| Name::Is(c as u16)),
        };
        Which { name, test: None }
    }
    /// Events that pass a compiled test.
    pub fn passing(test: EventTest, calendar: &Calendar) -> Which {
        let name = test.name.map_or(Name::Any, Name::Is);
        // Of any name: but what is only told about somebody is passed over.
        if test.also.is_empty() && test.name.is_some() {
            return Which { name, test: None };
        }
        let calendar = calendar.clone();
        Which { name, test: Some(Box::new(move |state, v, row| test.hits(state, &calendar, v, row))) }
    }
    pub fn with(mut self, test: impl Fn(&State, &View<'_>, usize) -> bool + Send + Sync + 'static) -> Which {
        self.test = Some(Box::new(test));
        self
    }
    /// The name, when nothing else is asked of an event.
    pub(crate) fn plain(&self) -> Option<u16> {
        match (self.name, &self.test) {
            (Name::Is(code), None) => Some(code),
            _ => None,
        }
    }
    #[inline]
    pub fn takes(&self, state: &State, v: &View<'_>, row: usize) -> bool {
        let named = match self.name {
            Name::Any => true,
            Name::Is(code) => v.name[row] == code,
            Name::Unheard => false,
        };
        named && self.passes(state, v, row)
    }
    /// Does a row whose name is right pass the test, too?
    #[inline]
    pub(crate) fn passes(&self, state: &State, v: &View<'_>, row: usize) -> bool {
        self.test.as_ref().is_none_or(|t| t(state, v, row))
    }
}

/// For each code of a name, one bit for each of up to eight choices of events.
pub(crate) struct Table(Box<[u8; 1 << 16]>);

impl Table {
    pub fn of<'a>(choices: impl IntoIterator<Item = &'a Which>) -> Table {
        let mut t = Box::new([0u8; 1 << 16]);
        for (i, w) in choices.into_iter().enumerate().take(8) {
            match w.name {
                Name::Any => t.iter_mut().for_each(|b| *b |= 1 << i),
                Name::Is(code) => t[code as usize] |= 1 << i,
                Name::Unheard => {}
            }
        }
        Table(t)
    }
    #[inline]
    pub fn bits(&self, name: u16) -> u8 {
        self.0[name as usize]
    }
}

/// Whom a question is about. Persons that the merchant does not count are never among them.
#[derive(Default)]
pub enum Who {
    #[default]
    Everyone,
    /// Roots.
    These(RoaringBitmap),
    Test(PersonTest),
}

/// Which lake, and whom of it.
pub struct Scope<'a> {
    pub lake: &'a Lake,
    /// Set by another thread when nobody waits for the answer any more.
    pub cancel: &'a AtomicBool,
    pub who: Who,
}

impl<'a> Scope<'a> {
    pub fn all(lake: &'a Lake, cancel: &'a AtomicBool) -> Scope<'a> {
        Scope { lake, cancel, who: Who::Everyone }
    }

    /// Walks the persons of this scope. Those that have none of the names in `names` (0 is any) may
    /// be passed over. `None` when it was cancelled.
    pub(crate) fn walk<A: Send>(
        &self,
        names: u64,
        init: impl Fn() -> A + Sync,
        step: impl Fn(&mut A, &State, Subject, &View<'_>) + Sync,
        join: impl FnMut(&mut A, A),
    ) -> Option<A> {
        if self.is_everyone() {
            return self.lake.walk(self.cancel, names, init, step, join);
        }
        let step = |a: &mut A, state: &State, s, v: &View<'_>| {
            if self.shows(state, s, |test| test(state, s, v)) {
                step(a, state, s, v);
            }
        };
        self.lake.walk(self.cancel, names, init, step, join)
    }

    /// Walks the persons of this scope who have an event of a name, and reads only those events.
    pub(crate) fn walk_lines<A: Send>(
        &self,
        name: u16,
        init: impl Fn() -> A + Sync,
        step: impl Fn(&mut A, &State, Subject, &Line<'_>) + Sync,
        join: impl FnMut(&mut A, A),
    ) -> Option<A> {
        if self.is_everyone() {
            return self.lake.walk_lines(self.cancel, name, init, step, join);
        }
        let step = |a: &mut A, state: &State, s, line: &Line<'_>| {
            if self.shows(state, s, |test| state.timeline(s, |v| test(state, s, v))) {
                step(a, state, s, line);
            }
        };
        self.lake.walk_lines(self.cancel, name, init, step, join)
    }

    fn is_everyone(&self) -> bool {
        matches!(self.who, Who::Everyone) && self.lake.read().people.hidden.is_empty()
    }

    /// Is a person within the scope? `passes` asks its test.
    fn shows(&self, state: &State, s: Subject, passes: impl FnOnce(&PersonTest) -> bool) -> bool {
        let asked = match &self.who {
            Who::Everyone => true,
            Who::These(set) => set.contains(s),
            Who::Test(test) => passes(test),
        };
        asked && !state.people.hidden.contains(s)
    }

    /// The roots of everybody in this scope.
    pub fn roots(&self) -> Option<RoaringBitmap> {
        self.collect(0, |_, _, _| true)
    }

    /// The roots of those for whom `f` holds.
    pub(crate) fn collect(&self, names: u64, f: impl Fn(&State, Subject, &View<'_>) -> bool + Sync) -> Option<RoaringBitmap> {
        let step = |a: &mut RoaringBitmap, state: &State, s: Subject, v: &View<'_>| {
            if f(state, s, v) {
                a.insert(s);
            }
        };
        self.walk(names, RoaringBitmap::new, step, |a, b| *a |= b)
    }
}

/// What an answer is broken down by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum By {
    #[default]
    Nothing,
    /// A column of words of the persons.
    Column(usize),
    /// Of the event that the question begins with.
    Touchpoint,
    Store,
    Prop(u16),
}

impl By {
    /// The group's code; 0 when there is none.
    #[inline]
    pub fn of(self, state: &State, root: Subject, v: &View<'_>, row: usize) -> u32 {
        match self {
            By::Nothing => 0,
            By::Column(c) => state.people.word(c, root),
            By::Touchpoint => v.touchpoint[row],
            By::Store => v.store[row],
            By::Prop(key) => v.prop(row, key),
        }
    }
}

/// One cell a group, found by the group's code without hashing.
pub(crate) struct Groups<T> {
    /// Place of a code among the cells, and one more.
    place: Vec<u32>,
    pub codes: Vec<u32>,
    pub cells: Vec<T>,
}

impl<T> Groups<T> {
    pub fn new() -> Groups<T> {
        Groups { place: vec![], codes: vec![], cells: vec![] }
    }
    #[inline]
    pub fn index(&mut self, code: u32, new: impl FnOnce() -> T) -> usize {
        match self.place.get(code as usize) {
            Some(p) if *p > 0 => *p as usize - 1,
            _ => self.place_of(code, new),
        }
    }
    #[cold]
    fn place_of(&mut self, code: u32, new: impl FnOnce() -> T) -> usize {
        if self.place.len() <= code as usize {
            self.place.resize(code as usize + 1, 0);
        }
        self.codes.push(code);
        self.cells.push(new());
        self.place[code as usize] = self.cells.len() as u32;
        self.cells.len() - 1
    }
    #[inline]
    pub fn cell(&mut self, code: u32, new: impl FnOnce() -> T) -> &mut T {
        let i = self.index(code, new);
        &mut self.cells[i]
    }
    /// Takes another's cells in.
    pub fn join(&mut self, other: Groups<T>, new: impl Fn() -> T, add: impl Fn(&mut T, T)) {
        for (code, cell) in other.codes.into_iter().zip(other.cells) {
            add(self.cell(code, &new), cell);
        }
    }
    /// Codes and cells in order of codes.
    pub fn sorted(self) -> Vec<(u32, T)> {
        let mut all: Vec<_> = self.codes.into_iter().zip(self.cells).collect();
        all.sort_by_key(|g| g.0);
        all
    }
}

/// The amount of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// Its money, in fen.
    Value,
    /// A property that is a number.
    Prop(u16),
}

impl Amount {
    /// `None` where the event has none.
    #[inline]
    pub fn of(self, state: &State, v: &View<'_>, row: usize) -> Option<f64> {
        let key = match self {
            Amount::Value => Key::Value,
            Amount::Prop(key) => Key::Prop(key),
        };
        cond::number(state, v, row, key)
    }
}

/// The value below which a share of sorted values lies: of n values the one at place ⌊n · part / of⌋.
pub fn quantile<T: Copy>(sorted: &[T], part: usize, of: usize) -> Option<T> {
    sorted.get((sorted.len() * part / of).min(sorted.len().saturating_sub(1))).copied()
}

/// Calls `f` with each place of a code, in order.
#[inline]
pub(crate) fn each(names: &[u16], code: u16, mut f: impl FnMut(usize)) {
    let mut chunks = names.chunks_exact(16);
    let mut base = 0;
    for chunk in &mut chunks {
        // Compares sixteen at once; mostly there is none.
        let mut bits = 0u32;
        for (i, n) in chunk.iter().enumerate() {
            bits |= u32::from(*n == code) << i;
        }
        while bits != 0 {
            f(base + bits.trailing_zeros() as usize);
            bits &= bits - 1;
        }
        base += 16;
    }
    for (i, n) in chunks.remainder().iter().enumerate() {
        if *n == code {
            f(base + i);
        }
    }
}

/// Adds two rows of numbers place by place.
pub(crate) fn add(a: &mut [u64], b: &[u64]) {
    a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
}

/// The first row at or after an instant. Questions mostly begin before everything or near the end.
#[inline]
pub(crate) fn from_row(v: &View<'_>, from: i64) -> usize {
    first_from(v.at, from)
}
#[inline]
pub(crate) fn first_from(at: &[i64], from: i64) -> usize {
    if at.first().is_none_or(|first| *first >= from) { 0 } else { at.partition_point(|t| *t < from) }
}
/// The first row at or after the end of a range, which mostly lies behind everything.
#[inline]
pub(crate) fn end_before(at: &[i64], to: i64) -> usize {
    if at.last().is_none_or(|last| *last < to) { at.len() } else { at.partition_point(|t| *t < to) }
}
