//! How far persons come through steps within a window, how long they need, and where they stop.
use super::{By, Groups, Scope, Table, Which, from_row};
use crate::{State, Subject, View};
use roaring::RoaringBitmap;

/// Steps at most.
pub const STEPS: usize = 8;

/// The question.
pub struct Funnel {
    /// Two to [`STEPS`].
    pub steps: Vec<Which>,
    /// Milliseconds from the first step of a chain to its last, inclusive.
    pub window: i64,
    /// One after the other, or in any order.
    pub ordered: bool,
    /// The chain begins in here; later steps may lie behind it. `to` is exclusive.
    pub from: i64,
    pub to: i64,
    pub by: By,
    /// Keep how long each transition took?
    pub times: bool,
}

/// The answer for one group of persons.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    pub key: u32,
    /// Persons who came at least to each step.
    pub persons: Vec<u64>,
    /// From each step to the next, how long it took each person in milliseconds, ascending.
    pub times: Vec<Vec<i64>>,
}

/// A person's best chain: the first that reached the furthest step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Steps done.
    pub level: usize,
    /// The rows of those steps: in order of steps, or of time where any order will do.
    pub rows: [u32; STEPS],
}

/// What is kept while a person is walked.
#[derive(Clone, Copy)]
struct Chains {
    /// For each step: does a chain reach it, and with which rows? Of several the one that began last.
    rows: [[u32; STEPS]; STEPS],
}

const NEVER: i64 = i64::MIN;

impl Funnel {
    /// In order: the longest prefix of the steps that can be reached from any start. A row serves
    /// one step of a chain. Where times differ this is what ClickHouse's `windowFunnel` counts.
    fn ordered(&self, state: &State, table: &Table, v: &View<'_>, chains: &mut Chains) -> Reach {
        let mut start = [NEVER; STEPS];
        let (mut reach, last) = (Reach::default(), self.steps.len());
        let begin = from_row(v, self.from);
        for (i, (name, at)) in v.name[begin..].iter().zip(&v.at[begin..]).enumerate() {
            let mut bits = table.bits(*name);
            // Later steps first, so that a row does not follow itself.
            while bits != 0 {
                let s = 7 - bits.leading_zeros() as usize;
                bits ^= 1 << s;
                let row = begin + i;
                if s == 0 {
                    if *at < self.to && self.steps[0].passes(state, v, row) {
                        start[0] = *at;
                        chains.rows[0][0] = row as u32;
                        if reach.level == 0 {
                            reach = Reach { level: 1, rows: chains.rows[0] };
                        }
                    }
                } else if start[s - 1] != NEVER && at - start[s - 1] <= self.window && self.steps[s].passes(state, v, row) {
                    start[s] = start[s - 1];
                    chains.rows[s] = chains.rows[s - 1];
                    chains.rows[s][s] = row as u32;
                    if s >= reach.level {
                        reach = Reach { level: s + 1, rows: chains.rows[s] };
                        if reach.level == last {
                            return reach;
                        }
                    }
                }
            }
        }
        reach
    }

    /// In any order: the longest prefix of the steps that were all done within one window.
    fn any_order(&self, state: &State, table: &Table, v: &View<'_>) -> Reach {
        // When each step was last done, and when last within the range: a window begins in it.
        let (mut seen, mut inside, mut rows) = ([NEVER; STEPS], [NEVER; STEPS], [0u32; STEPS]);
        let (mut reach, begin) = (Reach::default(), from_row(v, self.from));
        for i in begin..v.len() {
            let (mut bits, at) = (table.bits(v.name[i]), v.at[i]);
            let mut news = false;
            while bits != 0 {
                let s = bits.trailing_zeros() as usize;
                bits &= bits - 1;
                if self.steps[s].passes(state, v, i) {
                    (seen[s], rows[s], news) = (at, i as u32, true);
                    if at < self.to {
                        inside[s] = at;
                    }
                }
            }
            if !news {
                continue;
            }
            let begin = at.saturating_sub(self.window).max(NEVER + 1);
            let done = (0..self.steps.len()).take_while(|s| seen[*s] >= begin).count();
            let level = (0..done).rev().find(|s| (0..=*s).any(|s| inside[s] >= begin)).map_or(0, |s| s + 1);
            if level > reach.level {
                reach = Reach { level, rows };
                reach.rows[..level].sort_unstable();
                if level == self.steps.len() {
                    break;
                }
            }
        }
        reach
    }

    /// How far one person came.
    pub fn reach(&self, state: &State, v: &View<'_>) -> Reach {
        self.reached(state, &Table::of(&self.steps), v, &mut Chains { rows: [[0; STEPS]; STEPS] })
    }

    #[inline]
    fn reached(&self, state: &State, table: &Table, v: &View<'_>, chains: &mut Chains) -> Reach {
        if self.ordered { self.ordered(state, table, v, chains) } else { self.any_order(state, table, v) }
    }

    /// Without the first step nobody is in.
    fn need(&self) -> u64 {
        self.steps[0].name.bit()
    }

    fn empty(&self) -> Group {
        let n = self.steps.len();
        Group { key: 0, persons: vec![0; n], times: vec![vec![]; n - 1] }
    }

    /// One [`Group`] for each value of the break-down, in order of codes; without one, exactly one.
    pub fn ask(&self, scope: &Scope<'_>) -> Option<Vec<Group>> {
        let table = Table::of(&self.steps);
        let init = || (Chains { rows: [[0; STEPS]; STEPS] }, Groups::<Group>::new());
        let step = |(chains, groups): &mut (Chains, Groups<Group>), state: &State, s: Subject, v: &View<'_>| {
            let r = self.reached(state, &table, v, chains);
            if r.level == 0 {
                return;
            }
            let g = groups.cell(self.by.of(state, s, v, r.rows[0] as usize), || self.empty());
            g.persons[r.level - 1] += 1;
            if self.times {
                for i in 1..r.level {
                    g.times[i - 1].push(v.at[r.rows[i] as usize] - v.at[r.rows[i - 1] as usize]);
                }
            }
        };
        let (_, mut all) = scope.walk(self.need(), init, step, |a, b| {
            a.1.join(b.1, || self.empty(), |x, y| {
                super::add(&mut x.persons, &y.persons);
                x.times.iter_mut().zip(y.times).for_each(|(x, y)| x.extend(y));
            });
        })?;
        if self.by == By::Nothing {
            all.cell(0, || self.empty());
        }
        Some(all.sorted().into_iter().map(|(key, g)| finished(key, g)).collect())
    }

    /// The persons who came to a step (0 is the first); if `dropped`, those who did the one before and not this.
    pub fn persons(&self, scope: &Scope<'_>, step: usize, dropped: bool, group: Option<u32>) -> Option<RoaringBitmap> {
        let table = Table::of(&self.steps);
        scope.collect(self.need(), |state, s, v| {
            let r = self.reached(state, &table, v, &mut Chains { rows: [[0; STEPS]; STEPS] });
            let there = if dropped { r.level == step } else { r.level > step };
            there && group.is_none_or(|g| self.by.of(state, s, v, r.rows[0] as usize) == g)
        })
    }
}

/// From those who came exactly to a step to those who came at least there.
fn finished(key: u32, mut g: Group) -> Group {
    for i in (1..g.persons.len()).rev() {
        g.persons[i - 1] += g.persons[i];
    }
    g.times.iter_mut().for_each(|t| t.sort_unstable());
    g.key = key;
    g
}
