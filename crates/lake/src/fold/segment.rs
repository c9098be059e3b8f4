//! For whom a condition holds at an instant: what is counted while somebody types.
use crate::cond::{Cond, Who};
use crate::{Calendar, Lake, Line, State, Subject, View};
use roaring::RoaringBitmap;
use std::sync::atomic::AtomicBool;

/// The question.
pub struct Question<'a> {
    pub cond: &'a Cond,
    pub calendar: &'a Calendar,
    pub now: i64,
    /// Is a person in segment `n`?
    pub member: &'a (dyn Fn(u32, Subject) -> bool + Sync),
}

impl Question<'_> {
    fn holds(&self, state: &State, root: Subject, view: &View<'_>) -> bool {
        let member = |n: u32| (self.member)(n, root);
        let mask = state.mask(root);
        let who = Who { state, calendar: self.calendar, root, view, mask, now: self.now, member: &member };
        self.cond.eval(&who).0
    }

    /// Everybody for whom it holds; `None` when it was cancelled. Where it can only hold for those
    /// who did something, only they are looked at.
    pub fn members(&self, lake: &Lake, cancel: &AtomicBool) -> Option<RoaringBitmap> {
        let lead = {
            let state = lake.read();
            self.cond.leads().into_iter().min_by_key(|lead| state.with_name(lead.name))
        };
        let join = |a: &mut Vec<Subject>, b: Vec<Subject>| a.extend(b);
        let found = match lead {
            Some(lead) => {
                let (from, to) = lead.window.bounds(self.now, self.calendar);
                let step = |all: &mut Vec<Subject>, state: &State, root: Subject, line: &Line<'_>| {
                    if lead.passes(line.at, from, to) && state.timeline(root, |v| self.holds(state, root, v)) {
                        all.push(root);
                    }
                };
                lake.walk_lines(cancel, lead.name, Vec::new, step, join)
            }
            None => {
                let step = |all: &mut Vec<Subject>, state: &State, root: Subject, v: &View<'_>| {
                    if self.holds(state, root, v) {
                        all.push(root);
                    }
                };
                lake.fold(cancel, Vec::new, step, join)
            }
        };
        let mut found = found?;
        found.sort_unstable();
        RoaringBitmap::from_sorted_iter(found).ok()
    }
}
