//! For whom a condition holds at an instant: what is counted while somebody types.
use crate::cond::{Cond, Who};
use crate::line::Rest;
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
    /// Asks something of a person with this timeline.
    fn ask<T>(&self, state: &State, root: Subject, view: &View<'_>, mask: u64, f: impl FnOnce(&Who<'_>) -> T) -> T {
        let member = |n: u32| (self.member)(n, root);
        f(&Who { state, calendar: self.calendar, root, view, mask, now: self.now, member: &member })
    }

    fn holds(&self, state: &State, root: Subject, view: &View<'_>) -> bool {
        self.ask(state, root, view, state.mask(root), |who| self.cond.eval(who).0)
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
                let narrow = self.cond.narrow();
                let step = |all: &mut Vec<Subject>, state: &State, root: Subject, line: &Line<'_>, rest: Rest<'_, '_>| {
                    if !lead.passes(line, from, to) {
                        return;
                    }
                    let holds = match rest {
                        Rest::Lines(near) if narrow.is_some() => {
                            let mut events = |name| if name == lead.name { *line } else { near.line(name) };
                            self.ask(state, root, &View::default(), u64::MAX, |who| self.cond.holds(who, &mut events))
                        }
                        Rest::Lines(_) => state.timeline(root, |v| self.holds(state, root, v)),
                        Rest::Whole(v) => self.holds(state, root, v),
                    };
                    if holds {
                        all.push(root);
                    }
                };
                lake.walk_near(cancel, lead.name, narrow.as_deref().unwrap_or(&[]), Vec::new, step, join)
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
