//! One brand's lake: base, delta, persons; appending, merging, folding.
use crate::base::{Base, Writer};
use crate::people::Fast;
use crate::line::{Line, Near, Picked, Rest};
use crate::view::{NO_VALUE, Rows, View};
use crate::{Dict, People, Result, Subject, broken};
use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Where the lake has come to in the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Position {
    pub xid: i64,
    pub id: i64,
}

/// Something that happened, on its way in.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    pub seq: i64,
    pub subject: i64,
    pub at: i64,
    pub name: &'a str,
    pub value: Option<i64>,
    pub touchpoint: &'a str,
    pub store: &'a str,
    /// Key and value of the properties that questions may ask for.
    pub props: &'a [(&'a str, &'a str)],
}

/// A row of the delta.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub at: i64,
    pub seq: i64,
    pub name: u16,
    pub value: i64,
    pub touchpoint: u32,
    pub store: u32,
    pub props: Box<[(u16, u32)]>,
}

/// What the codes in the columns mean.
#[derive(Clone, Debug)]
pub struct Words {
    pub names: Dict,
    pub touchpoints: Dict,
    pub stores: Dict,
    pub keys: Dict,
    /// Values of properties, whatever their key.
    pub values: Dict,
    quiet: Vec<bool>,
    quiet_prefixes: &'static [&'static str],
}

impl Default for Words {
    fn default() -> Self {
        Words {
            names: Dict::new(60_000),
            touchpoints: Dict::default(),
            stores: Dict::default(),
            keys: Dict::new(60_000),
            values: Dict::new(1 << 22),
            quiet: vec![],
            quiet_prefixes: &[],
        }
    }
}

impl Words {
    /// Events whose name begins like one of these are told about somebody, not done by them: a test
    /// of any event passes over them.
    pub fn hush(&mut self, prefixes: &'static [&'static str]) {
        (self.quiet_prefixes, self.quiet) = (prefixes, vec![]);
        self.hear();
    }
    /// Takes new names in.
    pub(crate) fn hear(&mut self) {
        for word in &self.names.words()[self.quiet.len()..] {
            self.quiet.push(self.quiet_prefixes.iter().any(|p| word.starts_with(p)));
        }
    }
    #[inline]
    pub fn is_quiet(&self, name: u16) -> bool {
        self.quiet.get(name as usize).copied().unwrap_or(false)
    }
    pub(crate) fn lists(&self) -> [&[String]; 5] {
        [&self.names, &self.touchpoints, &self.stores, &self.keys, &self.values].map(|d| d.words())
    }
    fn from_lists([n, t, s, k, v]: [Vec<String>; 5]) -> Words {
        Words {
            names: Dict::from_words(n, 60_000),
            touchpoints: Dict::from_words(t, 1 << 20),
            stores: Dict::from_words(s, 1 << 20),
            keys: Dict::from_words(k, 60_000),
            values: Dict::from_words(v, 1 << 22),
            ..Words::default()
        }
    }
}

type Delta = HashMap<Subject, Vec<Row>, Fast>;

/// What a fold sees.
pub struct State {
    pub words: Words,
    pub people: People,
    pub position: Position,
    base: Arc<Base>,
    /// Rows that a merge is writing into the next base.
    frozen: Arc<Delta>,
    delta: Delta,
    delta_rows: u64,
    erased: RoaringBitmap,
    /// Values of properties that erased subjects had: files keep the words of those that others have, too.
    forgotten: RoaringBitmap,
    /// Somebody was erased whom the files may still know.
    unwritten: bool,
}

/// What health pages show.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stats {
    pub events: u64,
    pub persons: u64,
    pub subjects: u64,
    pub delta: u64,
    pub file_bytes: u64,
}

#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Manifest {
    format: u32,
    base: Option<String>,
    position: Position,
    erased: Vec<Subject>,
}

impl Manifest {
    pub fn of(base: String, position: Position) -> Manifest {
        Manifest { format: FORMAT, base: Some(base), position, erased: vec![] }
    }
}

/// Goes over to another base, for good.
pub(crate) fn publish(dir: &Path, manifest: &Manifest) -> Result<()> {
    let text = serde_json::to_vec(manifest).map_err(broken)?;
    std::fs::write(dir.join("manifest.new"), text)?;
    std::fs::File::open(dir.join("manifest.new"))?.sync_all()?;
    std::fs::rename(dir.join("manifest.new"), dir.join("manifest.json"))
}

/// The shape of the files; others are built anew from the log.
const FORMAT: u32 = 4;

/// Columns and persons of one brand.
pub struct Lake {
    dir: Option<PathBuf>,
    state: RwLock<State>,
    merging: Mutex<u64>,
    threads: usize,
}

/// Persons a worker takes at once; between two such pieces the lake may change.
const PIECE: usize = 2048;

impl Lake {
    /// A lake without files, for tests and small folds.
    pub fn in_memory() -> Lake {
        Lake::with(None, State::empty())
    }

    /// Opens the files in a folder, or begins an empty lake there.
    pub fn open(dir: &Path) -> Result<Lake> {
        std::fs::create_dir_all(dir)?;
        let mut state = State::empty();
        let manifest: Manifest = match std::fs::read(dir.join("manifest.json")) {
            Ok(text) => serde_json::from_slice(&text).unwrap_or_default(),
            Err(_) => Manifest::default(),
        };
        if let Some(name) = manifest.base.filter(|_| manifest.format == FORMAT) {
            let folder = dir.join(&name);
            let words = std::fs::read(folder.join("words.json"))?;
            let mut ids = vec![];
            let base = Base::open(&folder, &mut ids)?;
            state.words = Words::from_lists(serde_json::from_slice(&words).map_err(broken)?);
            state.people.reserve(ids.len());
            for id in ids {
                state.people.subject(id);
            }
            state.base = Arc::new(base);
            state.position = manifest.position;
            state.erased = manifest.erased.into_iter().collect();
            state.erased.iter().for_each(|s| state.people.forget(s));
            forget_others(dir, &name);
        }
        Ok(Lake::with(Some(dir.into()), state))
    }

    fn with(dir: Option<PathBuf>, state: State) -> Lake {
        let threads = std::thread::available_parallelism().map_or(2, |n| n.get());
        Lake { dir, state: RwLock::new(state), merging: Mutex::new(0), threads }
    }

    /// Uses so many threads for a fold.
    pub fn threads(mut self, n: usize) -> Lake {
        self.threads = n.max(1);
        self
    }

    pub fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(|e| e.into_inner())
    }
    pub fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(|e| e.into_inner())
    }

    pub fn stats(&self) -> Stats {
        let s = self.read();
        let file_bytes = self.dir.as_deref().map_or(0, bytes_in);
        Stats {
            events: s.base.rows + s.frozen.values().map(|r| r.len() as u64).sum::<u64>() + s.delta_rows,
            persons: s.people.persons() as u64,
            subjects: s.people.len() as u64,
            delta: s.delta_rows,
            file_bytes,
        }
    }

    /// Is the delta so large that a merge pays, or somebody to be removed from the files?
    pub fn wants_merge(&self) -> bool {
        let s = self.read();
        s.unwritten || s.delta_rows >= 200_000.max(s.base.rows / 10) || (s.base.rows == 0 && s.delta_rows > 20_000)
    }

    /// Writes base and delta into a new base and goes over to it. Appending and folding go on.
    /// `kept` returns once the log for certain has all that was appended so far: files may not know
    /// more than the log does after a loss of power.
    pub fn merge(&self, kept: impl FnOnce() -> Result<()>) -> Result<()> {
        self.merge_by(kept, |write| write())
    }

    /// [`Lake::merge`] whose long part runs on a thread of its own that begins with `rank`: such as
    /// giving way to others, which must not happen while the lake is locked.
    pub fn merge_behind(&self, kept: impl FnOnce() -> Result<()>, rank: fn()) -> Result<()> {
        self.merge_by(kept, |write| {
            let long = || {
                rank();
                write()
            };
            std::thread::scope(|scope| scope.spawn(long).join().unwrap_or_else(|_| Err(broken("writing a base failed"))))
        })
    }

    fn merge_by(
        &self,
        kept: impl FnOnce() -> Result<()>,
        run: impl FnOnce(&(dyn Fn() -> Result<Base> + Sync)) -> Result<Base>,
    ) -> Result<()> {
        let Some(dir) = &self.dir else {
            self.write().unwritten = false;
            return Ok(());
        };
        let mut generation = self.merging.lock().unwrap_or_else(|e| e.into_inner());
        let (base, frozen, words, ids, position, erased, forgotten) = {
            let mut s = self.write();
            s.unwritten = false;
            if !s.frozen.is_empty() {
                // An earlier merge failed: its rows are still here, and newer ones follow them.
                let mut all = std::mem::take(&mut s.frozen);
                let delta = std::mem::take(&mut s.delta);
                let old = Arc::make_mut(&mut all);
                for (subject, rows) in delta {
                    rows.into_iter().for_each(|r| put(old.entry(subject).or_default(), r));
                }
                s.frozen = all;
            } else {
                s.frozen = Arc::new(std::mem::take(&mut s.delta));
            }
            s.delta_rows = 0;
            (s.base.clone(), s.frozen.clone(), s.words.clone(), s.people.ids().to_vec(), s.position, s.erased.clone(), s.forgotten.clone())
        };
        *generation += 1;
        let name = format!("base-{}-{}-{}", position.xid, position.id, *generation);
        let folder = dir.join(&name);
        let _ = std::fs::remove_dir_all(&folder);
        let written = run(&|| {
            let mut w = Writer::new(&folder)?;
            let (mut part, mut unused) = (0, forgotten.clone());
            for s in 0..ids.len() as Subject {
                if erased.contains(s) {
                    w.subject(&View::default(), &[])?;
                    continue;
                }
                part = base.part_of(s, part);
                let (old, new) = (base.view(s, part), frozen.get(&s).map_or(&[][..], Vec::as_slice));
                if !unused.is_empty() {
                    values_of(&old, new, |value| {
                        unused.remove(value);
                    });
                }
                w.subject(&old, new)?;
            }
            let mut words = words.clone();
            unused.iter().for_each(|value| words.values.blank(value));
            w.finish(&ids, &words)?;
            Base::open(&folder, &mut vec![])
        });
        let fresh = written.inspect_err(|_| self.write().unwritten |= !erased.is_empty())?;
        kept()?;
        publish(dir, &Manifest { erased: erased.iter().collect(), ..Manifest::of(name.clone(), position) })?;
        let mut s = self.write();
        s.base = Arc::new(fresh);
        s.frozen = Arc::default();
        // What was is still held by `base` and `frozen`: it goes when nobody waits for it.
        drop(s);
        forget_others(dir, &name);
        Ok(())
    }

    /// Walks all persons on all cores. `None` when it was cancelled. Each worker begins with
    /// `init()` and calls `step` for each person; the results are put together by `join`.
    pub fn fold<A: Send>(
        &self,
        cancel: &AtomicBool,
        init: impl Fn() -> A + Sync,
        step: impl Fn(&mut A, &State, Subject, &View<'_>) + Sync,
        join: impl FnMut(&mut A, A),
    ) -> Option<A> {
        self.walk(cancel, 0, init, step, join)
    }

    /// [`Lake::fold`] that passes over persons who have none of these names: a mask with one bit for
    /// each name's code modulo 64; 0 takes any.
    pub fn walk<A: Send>(
        &self,
        cancel: &AtomicBool,
        names: u64,
        init: impl Fn() -> A + Sync,
        step: impl Fn(&mut A, &State, Subject, &View<'_>) + Sync,
        join: impl FnMut(&mut A, A),
    ) -> Option<A> {
        let work = |(acc, rows, hint): &mut (A, Rows, usize), state: &State, all: Range<Subject>| {
            for s in all {
                if !state.people.is_root(s) {
                    continue;
                }
                if state.plain(s) {
                    if !state.base.has(s, names) {
                        continue;
                    }
                    *hint = state.base.part_of(s, *hint);
                    step(acc, state, s, &state.base.view(s, *hint));
                } else {
                    state.gather(s, rows);
                    step(acc, state, s, &rows.view());
                }
            }
        };
        self.in_pieces(cancel, || (init(), Rows::with_capacity(64), 0), work, |a| a.0, join)
    }

    /// Walks the persons who have an event of a name, on all cores, and reads nothing else of them.
    pub fn walk_lines<A: Send>(
        &self,
        cancel: &AtomicBool,
        name: u16,
        init: impl Fn() -> A + Sync,
        step: impl Fn(&mut A, &State, Subject, &Line<'_>) + Sync,
        join: impl FnMut(&mut A, A),
    ) -> Option<A> {
        self.walk_near(cancel, name, &[], init, |a, state, s, line, _| step(a, state, s, line), join)
    }

    /// [`Lake::walk_lines`] that hands out the same person's lines of other names, too, where asked.
    pub(crate) fn walk_near<A: Send>(
        &self,
        cancel: &AtomicBool,
        name: u16,
        others: &[u16],
        init: impl Fn() -> A + Sync,
        step: impl Fn(&mut A, &State, Subject, &Line<'_>, Rest<'_, '_>) + Sync,
        join: impl FnMut(&mut A, A),
    ) -> Option<A> {
        let work = |(acc, rows, picked): &mut (A, Rows, Picked), state: &State, all: Range<Subject>| {
            for (lines, first) in state.base.lines(all.clone()) {
                let piece = all.start.saturating_sub(first)..all.end.saturating_sub(first);
                let own = lines.of(lines.named(name), piece.clone());
                if own.is_empty() {
                    continue;
                }
                let mut near = Near::new(lines, others, piece);
                for i in own {
                    let s = first + lines.subject(i);
                    if state.people.is_root(s) && state.plain(s) {
                        step(acc, state, s, &lines.line(i), Rest::Lines(near.of(s - first)));
                    }
                }
            }
            if state.all_plain() {
                return;
            }
            for s in all.filter(|s| state.people.is_root(*s) && !state.plain(*s)) {
                state.gather(s, rows);
                let line = picked.pick(&rows.view(), name);
                if !line.at.is_empty() {
                    step(acc, state, s, &line, Rest::Whole(&rows.view()));
                }
            }
        };
        self.in_pieces(cancel, || (init(), Rows::with_capacity(64), Picked::default()), work, |a| a.0, join)
    }

    /// Hands out the subjects piece by piece to all cores.
    fn in_pieces<W, A: Send>(
        &self,
        cancel: &AtomicBool,
        init: impl Fn() -> W + Sync,
        work: impl Fn(&mut W, &State, Range<Subject>) + Sync,
        done: impl Fn(W) -> A + Sync,
        mut join: impl FnMut(&mut A, A),
    ) -> Option<A> {
        let next = AtomicUsize::new(0);
        let run = || {
            let mut own = init();
            loop {
                if cancel.load(Ordering::Relaxed) {
                    return None;
                }
                let from = next.fetch_add(PIECE, Ordering::Relaxed);
                let state = self.read();
                let to = state.people.len().min(from + PIECE);
                if from >= to {
                    return Some(done(own));
                }
                work(&mut own, &state, from as Subject..to as Subject);
            }
        };
        let small = self.read().people.len() <= 4 * PIECE;
        if small || self.threads == 1 {
            return run();
        }
        let parts: Vec<Option<A>> = std::thread::scope(|scope| {
            let others: Vec<_> = (1..self.threads).map(|_| scope.spawn(run)).collect();
            let mine = run();
            std::iter::once(mine).chain(others.into_iter().map(|t| t.join().ok().flatten())).collect()
        });
        let mut all = parts.into_iter().collect::<Option<Vec<A>>>()?.into_iter();
        let mut first = all.next()?;
        all.for_each(|part| join(&mut first, part));
        Some(first)
    }
}

impl State {
    fn empty() -> State {
        State {
            words: Words::default(),
            people: People::default(),
            position: Position::default(),
            base: Arc::default(),
            frozen: Arc::default(),
            delta: Delta::default(),
            delta_rows: 0,
            erased: RoaringBitmap::new(),
            forgotten: RoaringBitmap::new(),
            unwritten: false,
        }
    }

    /// Takes an event in; answers its subject and the code of its name. Subjects that were erased
    /// keep nothing.
    pub fn append(&mut self, e: &Event<'_>) -> (Subject, u16) {
        let s = self.people.subject(e.subject);
        let name = self.words.names.code(e.name) as u16;
        if self.words.quiet.len() < self.words.names.len() {
            self.words.hear();
        }
        if self.erased.contains(s) {
            return (s, name);
        }
        let props = e.props.iter().map(|(k, v)| (self.words.keys.code(k) as u16, self.words.values.code(v))).collect();
        let word = |d: &mut Dict, w: &str| if w.is_empty() { 0 } else { d.code(w) };
        let row = Row {
            at: e.at,
            seq: e.seq,
            name,
            value: e.value.unwrap_or(NO_VALUE),
            touchpoint: word(&mut self.words.touchpoints, e.touchpoint),
            store: word(&mut self.words.stores, e.store),
            props,
        };
        put(self.delta.entry(s).or_default(), row);
        self.delta_rows += 1;
        (s, name)
    }

    /// Does a person's timeline lie in the base as it is?
    fn plain(&self, root: Subject) -> bool {
        !self.people.has_group(root) && !self.delta.contains_key(&root) && !self.frozen.contains_key(&root)
    }

    /// Does everybody's timeline lie in the base as it is?
    fn all_plain(&self) -> bool {
        !self.people.has_groups() && self.delta.is_empty() && self.frozen.is_empty()
    }

    /// About how many persons have an event of this name.
    pub(crate) fn with_name(&self, name: u16) -> usize {
        let inside: usize = self.base.lines(0..Subject::MAX).map(|(lines, _)| lines.named(name).len()).sum();
        inside + self.delta.len() + self.frozen.len()
    }

    /// One bit a name that the person may have; all bits where that is not known.
    pub fn mask(&self, root: Subject) -> u64 {
        if self.plain(root) { self.base.mask.get(root as usize).copied().unwrap_or(0) } else { u64::MAX }
    }

    fn gather(&self, root: Subject, out: &mut Rows) {
        out.clear();
        let members = self.people.members(root);
        let mut one = Rows::default();
        for (i, s) in members.iter().enumerate() {
            if self.erased.contains(*s) {
                continue;
            }
            let old = self.base.view(*s, self.base.part_of(*s, 0));
            let (frozen, fresh) = (self.frozen.get(s), self.delta.get(s));
            let into = if i == 0 { &mut *out } else { one.clear(); &mut one };
            match (frozen, fresh) {
                (None, None) => into.extend(&old, 0, old.len()),
                (Some(rows), None) | (None, Some(rows)) => interleave(&old, rows, into),
                (Some(a), Some(b)) => {
                    let mut rows = a.clone();
                    b.iter().for_each(|r| put(&mut rows, r.clone()));
                    interleave(&old, &rows, into);
                }
            }
            if i > 0 && one.len() > 0 {
                *out = merged(&out.view(), &one.view());
            }
        }
    }

    /// A person's timeline, handed to `f`.
    pub fn timeline<T>(&self, root: Subject, f: impl FnOnce(&View<'_>) -> T) -> T {
        if self.plain(root) {
            return f(&self.base.view(root, self.base.part_of(root, 0)));
        }
        thread_local!(static ROWS: std::cell::RefCell<Rows> = std::cell::RefCell::new(Rows::with_capacity(64)));
        ROWS.with(|rows| match rows.try_borrow_mut() {
            Ok(mut rows) => {
                self.gather(root, &mut rows);
                f(&rows.view())
            }
            Err(_) => {
                let mut rows = Rows::with_capacity(64);
                self.gather(root, &mut rows);
                f(&rows.view())
            }
        })
    }

    /// Lets go of everything that a subject did. The next merge removes it from the files.
    pub fn erase(&mut self, s: Subject) {
        self.people.forget(s);
        if !self.erased.insert(s) {
            return;
        }
        self.unwritten = true;
        let old = self.base.view(s, self.base.part_of(s, 0));
        let rows = [self.frozen.get(&s), self.delta.get(&s)];
        for new in std::iter::once(&[][..]).chain(rows.into_iter().flatten().map(Vec::as_slice)) {
            values_of(&old, new, |value| {
                self.forgotten.insert(value);
            });
        }
        self.delta.remove(&s);
        if self.frozen.contains_key(&s) {
            Arc::make_mut(&mut self.frozen).remove(&s);
        }
    }
    pub fn is_erased(&self, s: Subject) -> bool {
        self.erased.contains(s)
    }
}

/// The values of all properties of some rows.
fn values_of(old: &View<'_>, new: &[Row], mut f: impl FnMut(u32)) {
    old.vals.get(view_range(old)).into_iter().flatten().for_each(|v| f(*v));
    new.iter().flat_map(|r| r.props.iter()).for_each(|(_, v)| f(*v));
}

/// Where the values of a view's rows lie.
fn view_range(v: &View<'_>) -> Range<usize> {
    match (v.props.first(), v.props.last()) {
        (Some(from), Some(to)) => *from as usize..*to as usize,
        _ => 0..0,
    }
}

/// Puts a row where it belongs: mostly at the end. A row that is there already is not put twice.
fn put(rows: &mut Vec<Row>, row: Row) {
    let at = match rows.last() {
        Some(last) if (last.at, last.seq) > (row.at, row.seq) => {
            rows.partition_point(|r| (r.at, r.seq) < (row.at, row.seq))
        }
        _ => rows.len(),
    };
    let twin = |i: usize| rows.get(i).is_some_and(|r| (r.at, r.seq) == (row.at, row.seq));
    if !(twin(at) || at > 0 && twin(at - 1)) {
        rows.insert(at, row);
    }
}

/// Older columns and newer rows in one order.
pub(crate) fn interleave(old: &View<'_>, new: &[Row], out: &mut Rows) {
    let mut i = 0;
    for r in new {
        let to = if i < old.len() && old.at[i] <= r.at {
            i + old.at[i..].iter().zip(&old.seq[i..]).take_while(|(at, seq)| (**at, **seq) < (r.at, r.seq)).count()
        } else {
            i
        };
        if to > i {
            out.extend(old, i, to);
            i = to;
        }
        if !(i < old.len() && (old.at[i], old.seq[i]) == (r.at, r.seq)) {
            out.push_row(r);
        }
    }
    if i < old.len() {
        out.extend(old, i, old.len());
    }
}

fn merged(a: &View<'_>, b: &View<'_>) -> Rows {
    let mut out = Rows::with_capacity(a.len() + b.len());
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        let first = j >= b.len() || i < a.len() && (a.at[i], a.seq[i]) <= (b.at[j], b.seq[j]);
        if first {
            out.push(a, i);
            i += 1;
        } else {
            out.push(b, j);
            j += 1;
        }
    }
    out
}

fn forget_others(dir: &Path, keep: &str) {
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let name = entry.file_name();
        if name.to_string_lossy().starts_with("base-") && name != keep {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

fn bytes_in(dir: &Path) -> u64 {
    let size = |e: std::fs::DirEntry| match e.metadata() {
        Ok(m) if m.is_dir() => bytes_in(&e.path()),
        Ok(m) => m.len(),
        Err(_) => 0,
    };
    std::fs::read_dir(dir).into_iter().flatten().flatten().map(size).sum()
}
