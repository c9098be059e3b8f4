//! Following the log: one batch after another into lakes and engines, and their effects into rows.
use super::facts::{Fresh, Parts, fresh};
use super::{Live, Place, Pool, READER, lock};
use crate::person::erase;
use crate::segment::engine::{Cause, Effects};
use crate::segment::{self, Move};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, atomic::{AtomicBool, Ordering}};
use std::time::Duration;
use weir_ground::base::{Code, Ms, Problem, Result, ids::SegmentId};
use weir_ground::db::Engine as Store;
use weir_ground::event::{BrandId, Event, PersonId};
use weir_ground::reader::{self, Cursor};
use weir_ground::{Db, params};
use weir_lake::cond::NEVER;
use weir_lake::{Event as Row, Position, Subject};

const BATCH: i64 = 4096;
/// Changes that a new definition brings, written at once; live events go on between.
const DRAIN: usize = 500;

/// A batch of the log with what it makes necessary to know.
#[derive(Default)]
pub(crate) struct Batch {
    events: Vec<Event>,
    pub fresh: HashMap<PersonId, Fresh>,
    /// Marks of tags that have another name now. Who loses one keeps its place: the segments that asked
    /// for it ask for the new name after this batch.
    renamed: Vec<(BrandId, String)>,
    /// Merged or parted: subject → root, for everybody concerned.
    pub roots: HashMap<PersonId, Vec<(PersonId, PersonId)>>,
    /// Erased: person → all its subjects.
    pub erased: HashMap<PersonId, Vec<PersonId>>,
    read_at: Ms,
    /// Nothing was left behind it.
    end: bool,
}

/// Events of the engine itself are no part of anybody's behaviour.
pub(crate) fn is_own(name: &str) -> bool {
    name.starts_with("segment.")
}

fn read(db: &Db, from: Cursor, behind: bool) -> Result<Batch> {
    let place = db.shared().place("know");
    db.read_now(move |tx| {
        let know = match place {
            _ if !behind => None,
            Some(place) => Some(place),
            None => Some(reader::cursor(tx, "know")?),
        };
        let mut b = Batch { read_at: tx.now(), ..Batch::default() };
        b.events = reader::ahead(tx, from, BATCH)?;
        b.end = (b.events.len() as i64) < BATCH;
        if let Some(know) = know {
            let here = |e: &Event| Cursor { xid: e.xid, id: e.id };
            let before = b.events.len();
            b.events.retain(|e| here(e) <= know);
            b.end &= before == b.events.len();
        }
        let mut parts: HashMap<PersonId, Parts> = HashMap::new();
        for e in &b.events {
            if e.name == "person.untagged" {
                let said: serde_json::Value = serde_json::from_str(&e.props).unwrap_or_default();
                let mark = (e.brand, format!("tag.{}", said["tag"].as_str().unwrap_or_default()));
                if said["source"] == crate::tag::everywhere::RENAMED && !b.renamed.contains(&mark) {
                    b.renamed.push(mark);
                }
            }
            let Some(person) = e.person else { continue };
            let part = Parts::of(&e.name);
            if part != Parts(0) {
                let all = parts.entry(person).or_default();
                *all = all.and(part);
            }
            if matches!(e.name.as_str(), "person.merged" | "person.unmerged") && !b.roots.contains_key(&person) {
                let props: serde_json::Value = serde_json::from_str(&e.props).unwrap_or_default();
                let other: PersonId =
                    props["loser"].as_str().and_then(|t| t.parse().ok()).unwrap_or(person);
                let roots: Vec<(PersonId, PersonId)> = tx.all(
                    "select id, root_id from person where root_id in (select s.root_id from person s where s.id in ($1, $2)) or id in ($1, $2)",
                    params![person, other],
                )?;
                for (_, root) in &roots {
                    parts.insert(*root, Parts::ALL);
                }
                b.roots.insert(person, roots);
            }
        }
        for e in b.events.iter().filter(|e| e.name == "person.erased") {
            let Some(person) = e.person else { continue };
            let subjects = tx.all("select id from person where root_id = $1 order by id", params![person])?;
            b.erased.insert(person, subjects);
        }
        for (person, parts) in parts {
            b.fresh.insert(person, fresh(tx, person, parts)?);
        }
        Ok(b)
    })
}

/// What a step did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Step {
    pub events: usize,
    pub moves: usize,
    pub more: bool,
}

impl Live {
    fn start(&self, db: &Db) -> Result<Place> {
        let mut at = lock(&self.at);
        if !at.started {
            let (stored, brands): (Cursor, Vec<BrandId>) =
                db.read_now(|tx| Ok((reader::cursor(tx, READER)?, tx.all("select id from brand order by id", &[])?)))?;
            let (mut from, mut followed) = (Cursor { xid: i64::MAX, id: i64::MAX }, false);
            for brand in brands {
                let pool = self.pool_or(db, brand)?;
                let p = pool.position();
                from = from.min(Cursor { xid: p.xid, id: p.id });
                followed |= pool.engine().running().next().is_some();
            }
            // Where nothing is followed, nothing of the past has to be judged again.
            let stored = if followed || from.id == i64::MAX { stored } else { stored.max(from) };
            *at = Place { started: true, read: from.min(stored), stored };
        }
        Ok(*at)
    }

    /// Applies one batch; `behind` keeps behind the reader of counters and stages.
    pub(super) fn step(&self, db: &Db, behind: bool) -> Result<Step> {
        let place = self.start(db)?;
        let batch = read(db, place.read, behind)?;
        let done = self.take(db, place, &batch);
        if done.is_err() {
            // Memory may be ahead of what was written: all is read anew.
            self.forget();
        }
        done
    }

    fn take(&self, db: &Db, place: Place, batch: &Batch) -> Result<Step> {
        let to = batch.events.last().map_or(place.read, |e| Cursor { xid: e.xid, id: e.id });
        let mut effects: BTreeMap<BrandId, Effects> = BTreeMap::new();
        let mut takes: Vec<(BrandId, Option<SegmentId>)> = vec![];
        let mut from = 0;
        while from < batch.events.len() {
            // Runs of one brand, so that its locks are taken once.
            let brand = batch.events[from].brand;
            let to = batch.events[from..].iter().position(|e| e.brand != brand).map_or(batch.events.len(), |n| from + n);
            let pool = self.pool_or(db, brand)?;
            let out = effects.entry(brand).or_default();
            apply(&pool, batch, &batch.events[from..to], place.stored, out, &mut takes)?;
            from = to;
        }
        let now = batch.read_at;
        if to < place.stored && !batch.end {
            // These events are read again for the lake alone: what stands behind them in the log was judged
            // before and is not judged again. A definition waits until the lake has it.
            for (brand, id) in std::mem::take(&mut takes) {
                lock(&self.pool_or(db, brand)?.unbuilt).push(id);
            }
        }
        for pool in self.pools().iter().filter(|_| batch.end) {
            let out = effects.entry(pool.brand).or_default();
            let (calendar, state) = (pool.calendar(), pool.read());
            pool.engine_mut().advance(&state, &calendar, now, out);
            takes.extend(lock(&pool.unbuilt).drain(..).map(|id| (pool.brand, id)));
        }
        for (brand, id) in takes {
            let pool = self.pool_or(db, brand)?;
            let out = effects.entry(brand).or_default();
            let failed = match id {
                Some(id) => pool.take_up(db, id, out).err().map(|problem| (id, problem)).into_iter().collect(),
                None => pool.redefine(db, out)?,
            };
            for (id, problem) in failed {
                if problem.retry || problem.code == Code::Busy {
                    return Err(problem);
                }
                tracing::error!(%brand, segment = %id, "cannot be taken up: {problem}");
                stale(db, id, &problem)?;
            }
        }
        let mut finished = vec![];
        let mut more = !batch.end;
        for pool in self.pools() {
            let out = effects.entry(pool.brand).or_default();
            let (calendar, state) = (pool.calendar(), pool.read());
            let mut engine = pool.engine_mut();
            let open: Vec<(u32, SegmentId)> =
                engine.running().filter(|(_, s)| !s.pending.is_empty()).map(|(n, s)| (n, s.id)).collect();
            for (n, id) in open {
                if engine.drain(&state, &calendar, n, DRAIN, out) { more = true } else { finished.push(id) }
            }
        }
        let moves = self.commit(db, effects, place, to, finished)?;
        if batch.end {
            self.pools().iter().for_each(|p| p.exact(now));
        }
        Ok(Step { events: batch.events.len(), moves, more })
    }

    /// Writes the effects and the place together; when another node was faster, all is read anew.
    fn commit(&self, db: &Db, effects: BTreeMap<BrandId, Effects>, place: Place, to: Cursor, finished: Vec<SegmentId>) -> Result<usize> {
        let (mut moves, mut wakes, mut sizes) = (vec![], vec![], BTreeMap::new());
        for (brand, e) in &effects {
            if e.is_empty() {
                continue;
            }
            let pool = self.pool_or(db, *brand)?;
            let (calendar, state, engine) = (pool.calendar(), pool.read(), pool.engine());
            for f in &e.flips {
                let Some(s) = engine.get(f.segment) else { continue };
                sizes.insert(s.id, s.members.len() as i64);
                moves.push(Move {
                    brand: *brand,
                    segment: s.id,
                    person: PersonId::new(state.people.id(f.person)),
                    entered: f.entered,
                    at: f.at,
                    cause: f.cause.code(),
                    day: calendar.day(f.at),
                });
            }
            wakes.extend(e.wakes.iter().map(|(s, due)| (*brand, state.people.id(*s), *due)));
        }
        let building = !finished.is_empty() || effects.keys().any(|b| self.get(*b).is_some_and(|p| !p.ready()));
        let unbuilt: Vec<(SegmentId, i64)> = if building { self.all_built() } else { vec![] };
        let n = moves.len();
        if moves.is_empty() && wakes.is_empty() && unbuilt.is_empty() {
            lock(&self.at).read = to;
            return Ok(0);
        }
        let work = Arc::new((moves, wakes, sizes, unbuilt));
        let stored = place.stored;
        let done = db.write_now(move |tx| {
            let (moves, wakes, sizes, built) = &*work;
            reader::advance(tx, READER, stored, to.max(stored))?;
            segment::write(tx, moves, sizes)?;
            for (brand, person, due) in wakes {
                if *due == NEVER {
                    tx.exec("delete from segment_wake where person_id = $1", params![*person])?;
                } else {
                    tx.exec(
                        "insert into segment_wake (person_id, brand_id, due_at) values ($1, $2, $3) \
                         on conflict (person_id) do update set due_at = excluded.due_at",
                        params![*person, *brand, *due],
                    )?;
                }
            }
            for (id, version) in built {
                tx.exec(
                    "update segment set state = 'live', error = null where id = $1 and version = $2 and state in ('building', 'stale')",
                    params![*id, *version],
                )?;
            }
            Ok(())
        });
        match done {
            Ok(()) => {
                *lock(&self.at) = Place { started: true, read: to, stored: to.max(stored) };
                Ok(n)
            }
            Err(problem) => Err(problem),
        }
    }

    /// Segments with nothing left to be written, and the definition of which that is true.
    fn all_built(&self) -> Vec<(SegmentId, i64)> {
        let done = |p: &Arc<Pool>| -> Vec<(SegmentId, i64)> {
            p.engine().running().filter(|(_, s)| s.is_built()).map(|(_, s)| (s.id, s.version)).collect()
        };
        self.pools().iter().flat_map(done).collect()
    }

    /// Asks everything of a person anew and writes what comes of it.
    pub(crate) fn judge_again(&self, db: &Db, pool: &Pool, person: PersonId) -> Result<()> {
        let place = self.start(db)?;
        let mut effects = BTreeMap::new();
        {
            let (calendar, state) = (pool.calendar(), pool.read());
            let mut engine = pool.engine_mut();
            let Some(s) = state.people.find(person.n()) else { return Ok(()) };
            let (now, mut out) = (engine.now(), Effects::default());
            engine.whole(&state, &calendar, state.people.root(s), Cause::Audit, now, &mut out);
            effects.insert(pool.brand, out);
        }
        let done = self.commit(db, effects, place, place.read, vec![]);
        if done.is_err() {
            self.forget();
        }
        done.map(drop)
    }

    /// Writes down how far everything was read, so that the next start need not look at it again.
    fn keep_place(&self, db: &Db) -> Result<()> {
        let place = *lock(&self.at);
        if !place.started || place.read <= place.stored {
            return Ok(());
        }
        db.write_now(move |tx| reader::advance(tx, READER, place.stored, place.read))?;
        lock(&self.at).stored = place.read;
        Ok(())
    }

    fn next_due(&self) -> Option<Ms> {
        self.pools().iter().filter_map(|p| p.engine().next_due()).min()
    }
}

fn stale(db: &Db, id: SegmentId, why: &Problem) -> Result<()> {
    let why = why.to_string();
    db.write_now(move |tx| {
        tx.exec("update segment set state = 'stale', error = $1 where id = $2 and state <> 'archived'", params![&why, id]).map(drop)
    })
}

/// Takes an event of the log into a lake, as something this subject did.
pub(crate) fn take_in(state: &mut weir_lake::State, e: &Event, subject: PersonId) -> (Subject, u16) {
    let parsed = super::props::read(&e.props);
    let props: Vec<(&str, &str)> = parsed.iter().map(|(k, v)| (k.as_ref(), v.as_ref())).collect();
    let (touchpoint, store) = (e.touchpoint.map(|t| t.to_string()), e.store.map(|s| s.to_string()));
    state.append(&Row {
        seq: e.id,
        subject: subject.n(),
        at: e.at,
        name: &e.name,
        value: e.value.map(|v| v.0),
        touchpoint: touchpoint.as_deref().unwrap_or(""),
        store: store.as_deref().unwrap_or(""),
        props: &props,
    })
}

/// Events of one brand, in order.
pub(crate) fn apply(
    pool: &Pool,
    batch: &Batch,
    events: &[Event],
    evaluated: Cursor,
    out: &mut Effects,
    takes: &mut Vec<(BrandId, Option<SegmentId>)>,
) -> Result<()> {
    let calendar = pool.calendar();
    let (mut state, mut engine) = (pool.lake.write(), pool.engine_mut());
    let mut columns = lock(&pool.columns);
    let mut known: HashSet<PersonId> = HashSet::new();
    for e in events {
        if (Cursor { xid: e.xid, id: e.id }) <= evaluated {
            engine.start_at(e.received_at);
        }
        let here = Position { xid: e.xid, id: e.id };
        let (append, judge) = (here > state.position, Cursor { xid: e.xid, id: e.id } > evaluated);
        match e.name.as_str() {
            "segment.changed" => {
                let said: serde_json::Value = serde_json::from_str(&e.props).unwrap_or_default();
                let id = said["segment"].as_str().and_then(|t| t.parse().ok());
                if id.is_some() && !takes.contains(&(e.brand, id)) {
                    takes.push((e.brand, id));
                }
            }
            "brand.changed" | "rfm.frozen" | "attribute.changed" | "pool.changed" if !takes.contains(&(e.brand, None)) => {
                takes.push((e.brand, None))
            }
            _ => {}
        }
        let Some(person) = e.person.filter(|_| !is_own(&e.name)) else {
            state.position = state.position.max(here);
            continue;
        };
        let met = state.people.find(person.n()).is_some();
        let mut name = 0;
        if append {
            name = take_in(&mut state, e, person).1;
            state.position = here;
        } else if judge {
            name = state.words.names.find(&e.name).unwrap_or_default() as u16;
        }
        let told = e.received_at;
        let subject = state.people.subject(person.n());
        if let Some(subjects) = batch.erased.get(&person).filter(|_| e.name == "person.erased") {
            let all: Vec<Subject> = subjects.iter().map(|s| state.people.subject(s.n())).collect();
            all.iter().for_each(|s| state.erase(*s));
            for s in all {
                if judge {
                    engine.whole(&state, &calendar, s, Cause::Erased, told, out);
                }
            }
            lock(&pool.erasing).push(person);
            continue;
        }
        if state.people.is_gone(subject) {
            if judge {
                engine.whole(&state, &calendar, subject, Cause::Erased, told, out);
            }
            continue;
        }
        if !met || e.name == "person.created" {
            renew(&mut state, &mut columns, batch, person, &mut known)?;
            let root = state.people.root(subject);
            if judge {
                engine.whole(&state, &calendar, root, Cause::Event, told, out);
            }
            continue;
        }
        if let Some(roots) = batch.roots.get(&person).filter(|_| matches!(e.name.as_str(), "person.merged" | "person.unmerged")) {
            let mut concerned: Vec<Subject> = vec![];
            for (id, root) in roots {
                let (s, root) = (state.people.subject(id.n()), state.people.subject(root.n()));
                concerned.extend([s, state.people.root(s), root]);
                state.people.set_root(s, root);
            }
            for (_, root) in roots {
                renew(&mut state, &mut columns, batch, *root, &mut known)?;
            }
            concerned.sort_unstable();
            concerned.dedup();
            if judge {
                // Those who are no longer persons leave first.
                let (gone, there): (Vec<Subject>, Vec<Subject>) =
                    concerned.into_iter().partition(|s| !state.people.is_root(*s));
                for s in gone.into_iter().chain(there) {
                    engine.whole(&state, &calendar, s, Cause::Merge, told, out);
                }
            }
            continue;
        }
        if judge {
            engine.event(&state, &calendar, subject, name, e.at, told, out);
        }
        let (changed, mut marks) = renew(&mut state, &mut columns, batch, person, &mut known)?;
        let lost = |m: &String| !state.people.marks.get(m).is_some_and(|who| who.contains(state.people.root(subject)));
        marks.retain(|m| !batch.renamed.iter().any(|r| r.0 == e.brand && r.1 == *m) || !lost(m));
        if judge && !(changed.is_empty() && marks.is_empty()) {
            engine.changed(&state, &calendar, subject, &changed, &marks, told, out);
        }
    }
    Ok(())
}

/// Writes what was read of a person into its columns, once a batch.
fn renew(
    state: &mut weir_lake::State,
    columns: &mut super::facts::Columns,
    batch: &Batch,
    person: PersonId,
    known: &mut HashSet<PersonId>,
) -> Result<(Vec<usize>, Vec<String>)> {
    let Some(fresh) = batch.fresh.get(&person).filter(|_| known.insert(person)) else { return Ok(Default::default()) };
    let subject = state.people.subject(person.n());
    let root = state.people.root(subject);
    if state.people.is_gone(root) {
        return Ok(Default::default());
    }
    columns.apply(&mut state.people, root, fresh)
}

/// Reads the log to its end and writes everything that follows; for tests, the demo and rebuilding.
/// `progress` hears how many events were read.
pub fn catch_up(live: &Live, db: &Db, mut progress: impl FnMut(usize)) -> Result<()> {
    let mut done = 0;
    loop {
        let step = live.step(db, false)?;
        done += step.events;
        progress(done);
        for pool in live.pools().iter().filter(|p| p.wants_merge()) {
            merge(pool, db)?;
        }
        if !step.more && step.events == 0 && step.moves == 0 {
            return Ok(());
        }
    }
}

/// Writes what is in memory into the files, so that the next start finds it there.
pub fn write_files(live: &Live, db: &Db) -> Result<()> {
    live.pools().iter().filter(|p| p.lake.stats().delta > 0 || p.wants_merge()).try_for_each(|p| merge(p, db))?;
    live.keep_place(db)
}

/// Writes a brand's delta into its files.
pub(super) fn merge(pool: &Pool, db: &Db) -> Result<()> {
    merged(pool, db, || pool.lake.merge(|| kept(db)))
}

/// What the files are about to say is in the log for certain.
fn kept(db: &Db) -> weir_lake::Result<()> {
    db.settled_now().map_err(|p| std::io::Error::other(p.to_string()))
}

fn merged(pool: &Pool, db: &Db, merge: impl FnOnce() -> weir_lake::Result<()>) -> Result<()> {
    let (now, erased) = (db.now(), std::mem::take(&mut *lock(&pool.erasing)));
    let done = merge().map_err(|e| Problem::internal(format!("the lake's files cannot be written: {e}")));
    // Who is in no file any more is told so, that the receipt can be finished.
    let done = done.and_then(|()| {
        pool.merged_at.store(now, Ordering::SeqCst);
        let said = erased.clone();
        if said.is_empty() { Ok(()) } else { db.write_now(move |tx| erase::left_the_lake(tx, &said)) }
    });
    if done.is_err() {
        lock(&pool.erasing).extend(erased);
    }
    pool.merging.store(false, Ordering::SeqCst);
    done
}

/// Starts the thread that follows the log until `stop`.
pub fn worker(live: Arc<Live>, db: Db, stop: Arc<AtomicBool>) -> std::thread::JoinHandle<()> {
    let body = move || {
        let mut last_audit = 0;
        while !stop.load(Ordering::SeqCst) {
            let seen = db.shared().places_moved.seen();
            match live.step(&db, true) {
                Ok(step) => {
                    start_merges(&live, &db);
                    if step.events == 0 && !step.more {
                        idle(&live, &db, seen, &mut last_audit);
                    }
                }
                Err(_) if stop.load(Ordering::SeqCst) => return,
                Err(problem) => {
                    if problem.code != Code::Busy {
                        tracing::warn!("segments will be tried again: {problem}");
                    }
                    std::thread::sleep(Duration::from_millis(200));
                }
            }
        }
    };
    std::thread::Builder::new().name("weir-live".into()).spawn(body).expect("the system can start a thread")
}

/// This thread takes what others leave of the processors, where the system gives threads a rank.
fn step_back() {
    // SAFETY: no memory is touched; 0 stands for the thread that calls.
    #[cfg(target_os = "linux")]
    #[allow(unsafe_code)]
    unsafe {
        libc::setpriority(libc::PRIO_PROCESS, 0, 19);
    }
}

fn start_merges(live: &Arc<Live>, db: &Db) {
    for pool in live.pools() {
        if pool.wants_merge() && !pool.merging.swap(true, Ordering::SeqCst) {
            let (pool, db) = (pool.clone(), db.clone());
            let run = move || {
                loop {
                    if let Err(problem) = merged(&pool, &db, || pool.lake.merge_behind(|| kept(&db), step_back)) {
                        return tracing::error!("{problem}");
                    }
                    // Somebody who was erased meanwhile does not wait for the next event.
                    if lock(&pool.erasing).is_empty() || pool.merging.swap(true, Ordering::SeqCst) {
                        return;
                    }
                }
            };
            let started = std::thread::Builder::new().name("weir-merge".into()).spawn(run);
            drop(started);
        }
    }
}

/// So many events may be read a second time after a start.
const FORGETTABLE: i64 = 20_000;

/// The auditor looks at somebody this often while nothing else is to be done.
const AUDIT: Ms = 2_000;

fn idle(live: &Arc<Live>, db: &Db, seen: u64, last_audit: &mut Ms) {
    let now = db.now();
    let place = *lock(&live.at);
    if place.read.id - place.stored.id > FORGETTABLE {
        if let Err(problem) = live.keep_place(db) {
            tracing::warn!("the place in the log will be written later: {problem}");
        }
    }
    if now - *last_audit >= AUDIT {
        *last_audit = now;
        if let Err(problem) = segment::audit::some(live, db, 2) {
            tracing::warn!("the auditor will try again: {problem}");
        }
    }
    let most = if live.pools().iter().any(|p| p.engine().running().next().is_some()) { AUDIT } else { 3_600_000 };
    let most = if db.engine() == Store::Postgres { most.min(1_000) } else { most };
    let wait = live.next_due().map_or(most, |due| (due - db.now()).clamp(0, most)) as u64;
    if wait > 0 {
        db.shared().places_moved.wait(seen, Duration::from_millis(wait));
    }
}
