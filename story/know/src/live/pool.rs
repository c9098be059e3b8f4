//! One brand's lake and engine.
use super::facts::{self, Columns};
use super::lock;
use crate::segment::engine::{Effects, Engine};
use crate::segment::rule::{Rule, Terms, compile};
use crate::segment::{self, Stored};
use roaring::RoaringBitmap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, RwLock, RwLockReadGuard, RwLockWriteGuard};
use weir_ground::base::{Ms, Problem, Result, ids::SegmentId};
use weir_ground::event::{BrandId, PersonId};
use weir_ground::{Db, params};
use weir_keep::brand;
use weir_lake::cond::Cond;
use weir_lake::{Calendar, Lake, Position, State};

/// A brand's lake, the engine of its segments, and how fresh they are.
pub struct Pool {
    pub brand: BrandId,
    pub lake: Arc<Lake>,
    engine: RwLock<Engine>,
    calendar: RwLock<Calendar>,
    zone: Mutex<String>,
    pub(crate) columns: Mutex<Columns>,
    terms: RwLock<Terms>,
    /// Everything committed before this instant is in.
    exact_at: AtomicI64,
    ready: AtomicBool,
    pub(crate) merging: AtomicBool,
    pub merged_at: AtomicI64,
    pub health: Health,
    pub(crate) fields: segment::http::Kept,
    /// Segments that are to be taken up once everything was read; `None` for all of them.
    pub(crate) unbuilt: Mutex<Vec<Option<SegmentId>>>,
    /// Erased persons whom the files may still know.
    pub(crate) erasing: Mutex<Vec<PersonId>>,
}

/// Counters of the auditor.
#[derive(Debug, Default)]
pub struct Health {
    pub audited: AtomicU64,
    pub mismatched: AtomicU64,
    pub last_audit_at: AtomicI64,
}

fn lake_problem(e: std::io::Error) -> Problem {
    Problem::internal(format!("the lake cannot be read or written: {e}"))
}

impl Pool {
    /// Opens the files, reads who is there, and takes the segments up where they were left.
    pub fn open(db: &Db, brand: BrandId, dir: Option<PathBuf>) -> Result<Pool> {
        let lake = match dir.as_deref() {
            Some(dir) => open_lake(dir)?,
            None => Lake::in_memory(),
        };
        let b = db.read_now(move |tx| brand::get(tx, brand))?;
        let (zone, calendar) = (b.timezone.clone(), Calendar::new(b.zone()?));
        let lake = Arc::new(lake);
        let inside = lake.clone();
        let columns = db.read_now(move |tx| facts::load(tx, brand, &mut inside.write().people))?;
        let gone: Vec<i64> =
            db.read_now(move |tx| tx.all("select id from person where brand_id = $1 and erased_at is not null", params![brand]))?;
        {
            let mut state = lake.write();
            for id in gone {
                let s = state.people.subject(id);
                state.erase(s);
            }
        }
        let pool = Pool::with(brand, lake, zone, calendar);
        *lock(&pool.columns) = columns;
        pool.read_terms(db)?;
        pool.restore(db)?;
        Ok(pool)
    }

    /// A pool without segments.
    pub(crate) fn with(brand: BrandId, lake: Arc<Lake>, zone: String, calendar: Calendar) -> Pool {
        lake.write().words.hush(super::QUIET);
        let columns = Columns::new(&mut lake.write().people);
        Pool {
            brand,
            lake,
            engine: RwLock::default(),
            calendar: RwLock::new(calendar),
            zone: Mutex::new(zone),
            columns: Mutex::new(columns),
            terms: RwLock::default(),
            exact_at: AtomicI64::new(0),
            ready: AtomicBool::new(false),
            merging: AtomicBool::new(false),
            merged_at: AtomicI64::new(0),
            health: Health::default(),
            fields: Default::default(),
            unbuilt: Mutex::default(),
            erasing: Mutex::default(),
        }
    }

    pub fn engine(&self) -> RwLockReadGuard<'_, Engine> {
        self.engine.read().unwrap_or_else(|e| e.into_inner())
    }
    pub(crate) fn engine_mut(&self) -> RwLockWriteGuard<'_, Engine> {
        self.engine.write().unwrap_or_else(|e| e.into_inner())
    }
    pub fn calendar(&self) -> Calendar {
        self.calendar.read().unwrap_or_else(|e| e.into_inner()).clone()
    }
    /// What compiling a rule needs to know, with the segments as they are.
    pub fn terms(&self) -> Terms {
        let mut t = self.terms.read().unwrap_or_else(|e| e.into_inner()).clone();
        t.segments = self.engine().numbers();
        t
    }
    pub fn exact_at(&self) -> Ms {
        self.exact_at.load(Ordering::SeqCst)
    }
    pub(crate) fn exact(&self, at: Ms) {
        self.exact_at.fetch_max(at, Ordering::SeqCst);
        self.ready.store(true, Ordering::SeqCst);
    }
    pub fn ready(&self) -> bool {
        self.ready.load(Ordering::SeqCst)
    }
    /// Is there much to be written into the files, or somebody to be removed from them?
    pub(crate) fn wants_merge(&self) -> bool {
        self.lake.wants_merge() || !lock(&self.erasing).is_empty()
    }
    pub fn position(&self) -> Position {
        self.lake.read().position
    }

    /// Compiles a rule against this pool. `but` is a segment that it must not depend on.
    pub fn compile(&self, rule: &Rule, but: Option<SegmentId>) -> Result<Cond> {
        let mut terms = self.terms();
        if let Some(but) = but {
            let circle = segment::dependents(&self.engine(), but);
            terms.segments.retain(|id, _| !circle.contains(id));
        }
        let calendar = self.calendar();
        compile(rule, &mut self.lake.write(), &calendar, &terms)
    }

    /// What of a segment can be run: its rule, or the list of a static one.
    fn cond(&self, s: &Stored) -> Result<Cond> {
        match &s.rule {
            Some(rule) => self.compile(rule, Some(s.id)),
            None => Ok(Cond::Mark(facts::listed(s.id.n()))),
        }
    }

    fn read_terms(&self, db: &Db) -> Result<()> {
        let brand = self.brand;
        let fresh = db.read_now(move |tx| segment::terms(tx, brand))?;
        {
            let mut state = self.lake.write();
            lock(&self.columns).know_dates(&mut state.people, &fresh.dates);
        }
        *self.terms.write().unwrap_or_else(|e| e.into_inner()) = fresh;
        Ok(())
    }

    /// Takes these for the brand's traffic pools.
    #[cfg(test)]
    pub(crate) fn know_pools(&self, pools: Vec<crate::identity::pool::Pool>) {
        self.terms.write().unwrap_or_else(|e| e.into_inner()).pools = pools;
    }

    fn restore(&self, db: &Db) -> Result<()> {
        let brand = self.brand;
        let stored = db.read_now(move |tx| segment::running(tx, brand))?;
        for s in segment::in_order(stored) {
            let id = s.id;
            let rows: Vec<i64> =
                db.read_now(move |tx| tx.all("select person_id from segment_member where segment_id = $1", params![id]))?;
            let members: RoaringBitmap = {
                let state = self.lake.read();
                rows.into_iter().filter_map(|p| state.people.find(p)).collect()
            };
            // Who is in by a definition that was not written to its end nobody knows.
            if s.state != "live" {
                self.engine_mut().restore_asleep(id, members);
                lock(&self.unbuilt).push(Some(id));
                continue;
            }
            match self.cond(&s) {
                Ok(cond) => {
                    self.engine_mut().restore(id, s.version, cond, members);
                }
                Err(problem) => tracing::warn!(segment = %id, "cannot be followed: {problem}"),
            }
        }
        let wakes: Vec<(i64, Ms)> =
            db.read_now(move |tx| tx.all("select person_id, due_at from segment_wake where brand_id = $1", params![brand]))?;
        let state = self.lake.read();
        let mut engine = self.engine_mut();
        for (person, due) in wakes {
            if let Some(s) = state.people.find(person) {
                engine.restore_wake(s, due);
            }
        }
        Ok(())
    }

    /// A segment was made, edited or archived: takes up its definition as it is stored now. Who
    /// enters or leaves by it is written later, some at a time.
    pub(crate) fn take_up(&self, db: &Db, id: SegmentId, out: &mut Effects) -> Result<()> {
        let stored = db.read_now(move |tx| segment::stored(tx, id))?;
        let Some(s) = stored.filter(|s| s.state != "archived") else {
            self.engine_mut().remove(id);
            return Ok(());
        };
        if s.rule.is_none() {
            let listed: Vec<i64> = db.read_now(move |tx| {
                tx.all(
                    "select distinct p.root_id from segment_listed l join person p on p.id = l.person_id where l.segment_id = $1",
                    params![id],
                )
            })?;
            let mut state = self.lake.write();
            for person in listed {
                let subject = state.people.subject(person);
                state.people.set_mark(&facts::listed(id.n()), subject, true);
            }
        }
        let cond = self.cond(&s)?;
        if self.engine().of(id).is_some_and(|r| r.version == s.version && r.cond == cond && r.pending.is_empty()) {
            return Ok(());
        }
        self.install(id, s.version, cond, out)
    }

    /// Works out who belongs to a definition, as of the instant the engine stands at, and puts it in
    /// place of the one before.
    pub(crate) fn install(&self, id: SegmentId, version: i64, cond: Cond, out: &mut Effects) -> Result<()> {
        let calendar = self.calendar();
        let found = {
            let engine = self.engine();
            engine.fold(&self.lake, &calendar, &cond, engine.now(), &AtomicBool::new(false))
        };
        let (target, nexts) = found.ok_or_else(|| Problem::internal("a fold was given up"))?;
        self.engine_mut().install(id, version, cond, &target, &nexts, out);
        Ok(())
    }

    /// The brand's zone or cut points may be others: all definitions are taken up anew. Answers which
    /// ones cannot be.
    pub(crate) fn redefine(&self, db: &Db, out: &mut Effects) -> Result<Vec<(SegmentId, Problem)>> {
        let brand = self.brand;
        let b = db.read_now(move |tx| brand::get(tx, brand))?;
        if *lock(&self.zone) != b.timezone {
            *self.calendar.write().unwrap_or_else(|e| e.into_inner()) = Calendar::new(b.zone()?);
            *lock(&self.zone) = b.timezone.clone();
        }
        self.read_terms(db)?;
        let stored = db.read_now(move |tx| segment::running(tx, brand))?;
        let mut failed = vec![];
        for s in segment::in_order(stored) {
            failed.extend(self.take_up(db, s.id, out).err().map(|problem| (s.id, problem)));
        }
        Ok(failed)
    }

    /// Forgets that somebody is in, as a fault would: for tests of the auditor.
    #[doc(hidden)]
    pub fn spoil(&self, id: SegmentId, person: PersonId) {
        let subject = self.read().people.find(person.n());
        if let Some(s) = subject {
            self.engine_mut().spoil(id, s);
        }
    }

    /// Everything that a fold may ask of the state, in one place for questions.
    pub fn read(&self) -> RwLockReadGuard<'_, State> {
        self.lake.read()
    }
}

fn open_lake(dir: &Path) -> Result<Lake> {
    Lake::open(dir).or_else(|e| {
        // What can be made again from the log is not worth refusing to start for.
        tracing::error!("the lake in {} is made anew: {e}", dir.display());
        std::fs::remove_dir_all(dir).map_err(lake_problem)?;
        Lake::open(dir).map_err(lake_problem)
    })
}
