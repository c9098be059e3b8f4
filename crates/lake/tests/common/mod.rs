//! Small lakes, and what happened in them as a plain list.
#![allow(dead_code)]
use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use weir_base::Zone;
use weir_lake::fold::{Scope, Unit};
use weir_lake::{Calendar, Event, Lake, Subject};

#[derive(Clone, Debug)]
pub struct Happened {
    pub subject: i64,
    pub at: i64,
    pub seq: i64,
    pub name: String,
    pub value: Option<i64>,
}

impl Happened {
    /// A day of the n-th cohort of days 1 … 8.
    pub fn day_of(&self, cohort: usize, unit: Unit) -> i64 {
        match unit {
            // The range begins on a Friday; the second week on day 4.
            Unit::Week => if cohort == 0 { 1 } else { 4 },
            Unit::Month => 1,
            _ => 1 + cohort as i64,
        }
    }
}

pub struct World {
    pub lake: Lake,
    pub cancel: AtomicBool,
    pub log: Vec<Happened>,
    /// Subject's id → its root's id.
    pub root: BTreeMap<i64, i64>,
}

pub fn utc() -> Calendar {
    Calendar::new(Zone::named("UTC").unwrap())
}

pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }
}

impl World {
    pub fn new() -> World {
        World::on(Lake::in_memory())
    }
    pub fn on(lake: Lake) -> World {
        World { lake, cancel: AtomicBool::new(false), log: vec![], root: BTreeMap::new() }
    }
    pub fn scope(&self) -> Scope<'_> {
        Scope::all(&self.lake, &self.cancel)
    }
    pub fn event(&mut self, subject: i64, at: i64, name: &str, value: Option<i64>, touchpoint: &str, props: &[(&str, &str)]) -> &mut World {
        let seq = self.log.len() as i64 + 1;
        self.lake.write().append(&Event { seq, subject, at, name, value, touchpoint, store: "", props });
        self.log.push(Happened { subject, at, seq, name: name.into(), value });
        self.root.entry(subject).or_insert(subject);
        self
    }
    pub fn put(&mut self, subject: i64, at: i64, name: &str) -> &mut World {
        self.event(subject, at, name, None, "", &[])
    }
    pub fn paid(&mut self, subject: i64, at: i64, fen: i64) -> &mut World {
        self.event(subject, at, "pay", Some(fen), "", &[])
    }
    pub fn subject(&self, id: i64) -> Subject {
        self.lake.read().people.find(id).unwrap()
    }
    pub fn join(&mut self, from: i64, into: i64) {
        let (a, b) = (self.subject(from), self.subject(into));
        self.lake.write().people.set_root(a, b);
        self.root.insert(from, into);
    }
    pub fn ids(&self, set: &roaring::RoaringBitmap) -> Vec<i64> {
        let s = self.lake.read();
        let mut ids: Vec<i64> = set.iter().map(|x| s.people.id(x)).collect();
        ids.sort();
        ids
    }
    /// Every person's timeline, by the root's id.
    pub fn persons(&self) -> BTreeMap<i64, Vec<Happened>> {
        let mut all: BTreeMap<i64, Vec<Happened>> = BTreeMap::new();
        for h in &self.log {
            all.entry(self.root[&h.subject]).or_default().push(h.clone());
        }
        all.values_mut().for_each(|rows| rows.sort_by_key(|r| (r.at, r.seq)));
        all
    }
    /// A lake whose rows came in no order, with ties, partly in files, with joined persons.
    pub fn random(seed: u64) -> World {
        let dir = std::env::temp_dir().join(format!("weir-folds-{}-{seed}-{:?}", std::process::id(), std::thread::current().id()));
        let mut w = World::on(Lake::open(&dir).unwrap().threads(2));
        let mut r = Random(seed);
        let (persons, events) = (5 + r.below(60) as i64, 50 + r.below(900));
        let scale = if seed % 2 == 0 { 1 } else { 3_600_000 * 12 / 50 };
        for i in 0..events {
            let name = ["a", "b", "c", "d", "x", "y", "z"][r.below(7) as usize];
            let (subject, at) = (1 + r.below(persons as u64) as i64, r.below(1000) as i64 * scale);
            w.event(subject, at, name, Some(at), "", &[]);
            if i == events / 3 {
                w.lake.merge(|| Ok(())).unwrap();
            } else if i == events * 2 / 3 {
                w.lake.merge_behind(|| Ok(()), || {}).unwrap();
            }
        }
        let known: Vec<i64> = w.root.keys().copied().collect();
        for pair in known.chunks_exact(7) {
            w.join(pair[0], pair[1]);
            w.join(pair[2], pair[1]);
        }
        let _ = std::fs::remove_dir_all(&dir);
        w
    }
}
