//! The engine: who is in which segment, kept right event by event and instant by instant.
//!
//! It knows no database. Whoever drives it says what happened ([`Engine::event`],
//! [`Engine::changed`], [`Engine::advance`] …) after telling the lake, in the order of the log, and
//! writes down the [`Effects`]. Only segments that look at what changed are asked; each answer comes
//! from [`Cond::eval`], which also says when to ask again. A person sleeps until the earliest of
//! those instants; being asked too early costs a little and changes nothing.
use std::collections::{BTreeMap, BTreeSet, HashMap};
use roaring::RoaringBitmap;
use weir_ground::base::{Ms, ids::SegmentId};
use weir_lake::cond::{Cond, NEVER, Who};
use weir_lake::{Calendar, State, Subject};

/// Why somebody entered or left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    Event,
    /// The clock passed an edge.
    Timer,
    /// An event that was told long after it happened.
    Late,
    /// An attribute, tag, stage or consent changed.
    Person,
    Merge,
    /// The segment was made or edited.
    Definition,
    /// Repaired by the auditor.
    Audit,
    /// The person was erased.
    Erased,
}

impl Cause {
    pub const fn code(self) -> &'static str {
        match self {
            Cause::Event => "event",
            Cause::Timer => "timer",
            Cause::Late => "late",
            Cause::Person => "person",
            Cause::Merge => "merge",
            Cause::Definition => "definition",
            Cause::Audit => "audit",
            Cause::Erased => "erased",
        }
    }
}

/// Somebody entered or left a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flip {
    /// The segment's number.
    pub segment: u32,
    pub person: Subject,
    pub entered: bool,
    pub at: Ms,
    pub cause: Cause,
}

/// What has to be written down.
#[derive(Debug, Default)]
pub struct Effects {
    pub flips: Vec<Flip>,
    /// Persons whose next instant changed.
    pub wakes: BTreeMap<Subject, Ms>,
}

impl Effects {
    pub fn is_empty(&self) -> bool {
        self.flips.is_empty() && self.wakes.is_empty()
    }
}

/// A segment as the engine runs it.
#[derive(Clone, Debug)]
pub struct Running {
    pub id: SegmentId,
    pub version: i64,
    pub cond: Cond,
    pub members: RoaringBitmap,
    /// Persons whose membership under a new definition differs and is not written yet.
    pub pending: RoaringBitmap,
}

impl Running {
    /// Does everything that is written follow from this definition?
    pub fn is_built(&self) -> bool {
        self.version != ASLEEP && self.pending.is_empty()
    }
}

/// The segments of one brand.
#[derive(Debug, Default)]
pub struct Engine {
    slots: Vec<Option<Running>>,
    /// Numbers in an order in which each comes after those it looks at.
    order: Vec<u32>,
    rank: Vec<usize>,
    by_name: HashMap<u16, Vec<u32>>,
    any_name: Vec<u32>,
    by_column: HashMap<usize, Vec<u32>>,
    by_mark: HashMap<String, Vec<u32>>,
    dependents: Vec<Vec<u32>>,
    all: Vec<u32>,
    timed: Vec<u32>,
    wake: Vec<Ms>,
    due: BTreeSet<(Ms, Subject)>,
    now: Ms,
}

/// The version of a segment that has not been taken up since a start.
const ASLEEP: i64 = -1;

/// Can the answer change by the clock alone?
fn is_timed(cond: &Cond) -> bool {
    use weir_lake::cond::Window;
    let mut timed = false;
    cond.leaves(&mut |c| {
        timed |= match c {
            Cond::DaysAgo { .. } | Cond::Anniversary { .. } | Cond::NotFollowed { .. } => true,
            Cond::Event { window, .. } | Cond::Edge { window, .. } | Cond::Sequence { window, .. } => {
                !matches!(window, Window::Ever | Window::Between(..))
            }
            _ => false,
        }
    });
    timed
}

impl Engine {
    pub fn now(&self) -> Ms {
        self.now
    }
    pub fn running(&self) -> impl Iterator<Item = (u32, &Running)> {
        self.slots.iter().enumerate().filter_map(|(n, s)| s.as_ref().map(|s| (n as u32, s)))
    }
    pub fn get(&self, n: u32) -> Option<&Running> {
        self.slots.get(n as usize).and_then(Option::as_ref)
    }
    pub fn number(&self, id: SegmentId) -> Option<u32> {
        self.running().find(|(_, s)| s.id == id).map(|(n, _)| n)
    }
    pub fn of(&self, id: SegmentId) -> Option<&Running> {
        self.running().find(|(_, s)| s.id == id).map(|(_, s)| s)
    }
    /// Numbers of all segments by id, as compiling wants them.
    pub fn numbers(&self) -> HashMap<SegmentId, u32> {
        self.running().map(|(n, s)| (s.id, n)).collect()
    }
    pub fn is_member(&self, n: u32, person: Subject) -> bool {
        self.get(n).is_some_and(|s| s.members.contains(person))
    }
    /// The next instant at which somebody has to be looked at.
    pub fn next_due(&self) -> Option<Ms> {
        self.due.first().map(|d| d.0)
    }
    pub fn sleeping(&self) -> usize {
        self.due.len()
    }

    /// Puts a segment in, or a new version in place of the old. `target` is who belongs to it by
    /// the new rule; who differs becomes pending and is written by [`Engine::drain`].
    pub fn install(&mut self, id: SegmentId, version: i64, cond: Cond, target: &RoaringBitmap, nexts: &[(Subject, Ms)], out: &mut Effects) -> u32 {
        let n = self.number(id).unwrap_or_else(|| {
            let free = self.slots.iter().position(Option::is_none);
            free.unwrap_or_else(|| {
                self.slots.push(None);
                self.slots.len() - 1
            }) as u32
        });
        let members = self.slots[n as usize].take().map(|s| s.members).unwrap_or_default();
        let pending = &members ^ target;
        self.slots[n as usize] = Some(Running { id, version, cond, members, pending });
        self.index();
        for (person, next) in nexts {
            self.arm(*person, *next, out);
        }
        n
    }

    /// Puts a segment in as it was left, with its members.
    pub fn restore(&mut self, id: SegmentId, version: i64, cond: Cond, members: RoaringBitmap) -> u32 {
        self.slots.push(Some(Running { id, version, cond, members, pending: RoaringBitmap::new() }));
        self.index();
        self.slots.len() as u32 - 1
    }
    /// Puts a segment in with its members, but asks nothing of it until it is installed.
    pub fn restore_asleep(&mut self, id: SegmentId, members: RoaringBitmap) {
        self.restore(id, ASLEEP, Cond::Const(false), members);
    }
    pub fn restore_wake(&mut self, person: Subject, due: Ms) {
        self.arm(person, due, &mut Effects::default());
    }
    pub fn start_at(&mut self, now: Ms) {
        self.now = self.now.max(now);
    }

    pub fn remove(&mut self, id: SegmentId) {
        if let Some(n) = self.number(id) {
            self.slots[n as usize] = None;
            self.index();
        }
    }

    #[doc(hidden)]
    pub fn spoil(&mut self, id: SegmentId, person: Subject) {
        if let Some(n) = self.number(id) {
            if let Some(s) = &mut self.slots[n as usize] {
                s.members.remove(person);
            }
        }
    }

    fn index(&mut self) {
        let (mut by_name, mut by_column, mut by_mark) = (HashMap::new(), HashMap::new(), HashMap::new());
        (self.any_name, self.all, self.timed) = (vec![], vec![], vec![]);
        self.dependents = vec![vec![]; self.slots.len()];
        let mut needs: Vec<(u32, Vec<u32>)> = vec![];
        for (n, s) in self.slots.iter().enumerate() {
            let (n, Some(s)) = (n as u32, s) else { continue };
            self.all.push(n);
            if is_timed(&s.cond) {
                self.timed.push(n);
            }
            match s.cond.names() {
                None => self.any_name.push(n),
                Some(mut names) => {
                    names.sort_unstable();
                    names.dedup();
                    names.into_iter().for_each(|name| by_name.entry(name).or_insert_with(Vec::new).push(n));
                }
            }
            let (mut columns, mut marks) = (vec![], vec![]);
            s.cond.leaves(&mut |c| match c {
                Cond::Word(col, _) | Cond::Number(col, ..) | Cond::Present(col) | Cond::Missing(col) => columns.push(*col),
                Cond::DaysAgo { column, .. } | Cond::Anniversary { column, .. } => columns.push(*column),
                Cond::Mark(m) => marks.push(m.clone()),
                _ => {}
            });
            columns.sort_unstable();
            columns.dedup();
            columns.into_iter().for_each(|c| by_column.entry(c).or_insert_with(Vec::new).push(n));
            marks.sort_unstable();
            marks.dedup();
            marks.into_iter().for_each(|m| by_mark.entry(m).or_insert_with(Vec::new).push(n));
            let members = s.cond.members();
            members.iter().for_each(|m| {
                if let Some(d) = self.dependents.get_mut(*m as usize) {
                    d.push(n)
                }
            });
            needs.push((n, members));
        }
        (self.by_name, self.by_column, self.by_mark) = (by_name, by_column, by_mark);
        // Whoever needs nothing that is not placed yet comes next; circles were refused before.
        self.order.clear();
        while !needs.is_empty() {
            let before = needs.len();
            let open: Vec<u32> = needs.iter().map(|x| x.0).collect();
            needs.retain(|(n, members)| {
                let ready = !members.iter().any(|m| open.contains(m) && m != n);
                if ready {
                    self.order.push(*n);
                }
                !ready
            });
            if needs.len() == before {
                needs.drain(..).for_each(|(n, _)| self.order.push(n));
            }
        }
        self.rank = vec![0; self.slots.len()];
        for (rank, n) in self.order.iter().enumerate() {
            self.rank[*n as usize] = rank;
        }
    }

    fn arm(&mut self, person: Subject, next: Ms, out: &mut Effects) {
        let i = person as usize;
        if self.wake.len() <= i {
            if next == NEVER {
                return;
            }
            self.wake.resize(i + 1 + i / 4, NEVER);
        }
        if next < self.wake[i] {
            self.due.remove(&(self.wake[i], person));
            self.wake[i] = next;
            self.due.insert((next, person));
            out.wakes.insert(person, next);
        }
    }

    fn disarm(&mut self, person: Subject, out: &mut Effects) {
        let i = person as usize;
        if let Some(at) = self.wake.get_mut(i).filter(|at| **at != NEVER) {
            self.due.remove(&(*at, person));
            *at = NEVER;
            out.wakes.insert(person, NEVER);
        }
    }

    /// An event was appended to the lake. `at` is when it happened, `told` when Weir heard of it.
    pub fn event(&mut self, state: &State, c: &Calendar, person: Subject, name: u16, at: Ms, told: Ms, out: &mut Effects) {
        self.advance(state, c, told, out);
        let cause = if told - at > 60_000 { Cause::Late } else { Cause::Event };
        let root = state.people.root(person);
        let mut ask = Ask::new(self);
        ask.add(self, self.by_name.get(&name).map_or(&[][..], Vec::as_slice));
        ask.add(self, &self.any_name);
        self.judge(state, c, root, ask, cause, out);
    }

    /// Columns or marks of a person changed.
    pub fn changed(&mut self, state: &State, c: &Calendar, person: Subject, columns: &[usize], marks: &[String], told: Ms, out: &mut Effects) {
        self.advance(state, c, told, out);
        let mut ask = Ask::new(self);
        for col in columns {
            ask.add(self, self.by_column.get(col).map_or(&[][..], Vec::as_slice));
        }
        for m in marks {
            ask.add(self, self.by_mark.get(m).map_or(&[][..], Vec::as_slice));
        }
        self.judge(state, c, state.people.root(person), ask, Cause::Person, out);
    }

    /// Somebody is new, or persons were joined or parted: everything is asked of them.
    pub fn whole(&mut self, state: &State, c: &Calendar, person: Subject, cause: Cause, told: Ms, out: &mut Effects) {
        self.advance(state, c, told, out);
        let mut ask = Ask::new(self);
        ask.add(self, &self.all);
        self.judge(state, c, person, ask, cause, out);
    }

    /// The clock goes on to `now`: everybody who is due until then is looked at as of that instant.
    pub fn advance(&mut self, state: &State, c: &Calendar, now: Ms, out: &mut Effects) {
        while let Some(&(due, person)) = self.due.first().filter(|d| d.0 <= now) {
            self.now = self.now.max(due);
            self.disarm(person, out);
            let mut ask = Ask::new(self);
            ask.add(self, &self.timed);
            self.judge(state, c, person, ask, Cause::Timer, out);
        }
        self.now = self.now.max(now);
    }

    /// Writes some of the changes that a new definition brings; tells whether more are left.
    pub fn drain(&mut self, state: &State, c: &Calendar, n: u32, most: usize, out: &mut Effects) -> bool {
        let Some(s) = self.get(n) else { return false };
        let some: Vec<Subject> = s.pending.iter().take(most).collect();
        for person in &some {
            let mut ask = Ask::new(self);
            ask.add(self, &[n]);
            self.judge(state, c, *person, ask, Cause::Definition, out);
            if let Some(s) = &mut self.slots[n as usize] {
                s.pending.remove(*person);
            }
        }
        self.get(n).is_some_and(|s| !s.pending.is_empty())
    }

    /// Asks segments whether a person is in, in the order in which they look at each other.
    fn judge(&mut self, state: &State, c: &Calendar, root: Subject, mut ask: Ask, cause: Cause, out: &mut Effects) {
        if ask.is_empty() {
            return;
        }
        let now = self.now;
        if !state.people.is_root(root) {
            self.gone(root, cause, out);
            return;
        }
        let mask = state.mask(root);
        state.timeline(root, |view| {
            let mut earliest = NEVER;
            while let Some(rank) = ask.pop() {
                let n = self.order[rank];
                let slots = &self.slots;
                let Some(s) = slots[n as usize].as_ref().filter(|s| s.version != ASLEEP) else { continue };
                let member = |m: u32| slots.get(m as usize).and_then(Option::as_ref).is_some_and(|s| s.members.contains(root));
                let who = Who { state, calendar: c, root, view, mask, now, member: &member };
                let (is, next) = s.cond.eval(&who);
                earliest = earliest.min(next);
                if is != s.members.contains(root) {
                    self.flip(n, root, is, cause, out);
                    for d in &self.dependents[n as usize] {
                        ask.set(self.rank[*d as usize]);
                    }
                } else if let Some(s) = self.slots[n as usize].as_mut().filter(|s| !s.pending.is_empty()) {
                    s.pending.remove(root);
                }
            }
            self.arm(root, earliest, out);
        });
    }

    fn flip(&mut self, n: u32, person: Subject, entered: bool, cause: Cause, out: &mut Effects) {
        if let Some(s) = &mut self.slots[n as usize] {
            if entered { s.members.insert(person) } else { s.members.remove(person) };
            let cause = if s.pending.remove(person) { Cause::Definition } else { cause };
            out.flips.push(Flip { segment: n, person, entered, at: self.now, cause });
        }
    }

    /// A person that is no longer one leaves everything.
    fn gone(&mut self, person: Subject, cause: Cause, out: &mut Effects) {
        for i in 0..self.order.len() {
            let n = self.order[i];
            if self.is_member(n, person) {
                self.flip(n, person, false, cause, out);
            }
        }
        self.disarm(person, out);
    }

    /// Who belongs to a condition now, and when each could change, over the whole lake.
    pub fn fold(&self, lake: &weir_lake::Lake, c: &Calendar, cond: &Cond, now: Ms, cancel: &std::sync::atomic::AtomicBool) -> Option<(RoaringBitmap, Vec<(Subject, Ms)>)> {
        let member = |n: u32, person: Subject| self.is_member(n, person);
        batch(lake, c, cond, now, cancel, &member)
    }
}

/// The batch way: the same condition, asked of everybody.
pub fn batch(
    lake: &weir_lake::Lake,
    c: &Calendar,
    cond: &Cond,
    now: Ms,
    cancel: &std::sync::atomic::AtomicBool,
    member: &(dyn Fn(u32, Subject) -> bool + Sync),
) -> Option<(RoaringBitmap, Vec<(Subject, Ms)>)> {
    type Found = (Vec<Subject>, Vec<(Subject, Ms)>);
    let found: Found = lake.fold(
        cancel,
        Found::default,
        |(members, nexts), state, root, view| {
            let is_member = |n: u32| member(n, root);
            let who = Who { state, calendar: c, root, view, mask: state.mask(root), now, member: &is_member };
            let (is, next) = cond.eval(&who);
            if is {
                members.push(root);
            }
            if next != NEVER {
                nexts.push((root, next));
            }
        },
        |a, b| {
            a.0.extend(b.0);
            a.1.extend(b.1);
        },
    )?;
    let (mut members, nexts) = found;
    members.sort_unstable();
    Some((RoaringBitmap::from_sorted_iter(members).unwrap_or_default(), nexts))
}

/// Segments that are still to be asked, lowest rank first.
struct Ask {
    bits: [u64; 4],
    more: Vec<u64>,
}

impl Ask {
    fn new(e: &Engine) -> Ask {
        let words = e.order.len().div_ceil(64);
        Ask { bits: [0; 4], more: if words > 4 { vec![0; words - 4] } else { vec![] } }
    }
    fn set(&mut self, rank: usize) {
        let (word, bit) = (rank / 64, 1 << (rank % 64));
        match word {
            0..4 => self.bits[word] |= bit,
            _ => self.more[word - 4] |= bit,
        }
    }
    fn add(&mut self, e: &Engine, numbers: &[u32]) {
        numbers.iter().for_each(|n| self.set(e.rank[*n as usize]));
    }
    fn is_empty(&self) -> bool {
        self.bits.iter().chain(&self.more).all(|w| *w == 0)
    }
    fn pop(&mut self) -> Option<usize> {
        for (i, w) in self.bits.iter_mut().chain(self.more.iter_mut()).enumerate() {
            if *w != 0 {
                let bit = w.trailing_zeros() as usize;
                *w &= *w - 1;
                return Some(i * 64 + bit);
            }
        }
        None
    }
}
