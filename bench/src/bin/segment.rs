//! Segments while events pour in: a million persons, two hundred segments, durable intake, counters
//! and stages, membership rows. How many events a second go through all of it, how long after an
//! event its person is in a segment, and how late the clock moves people while a million sleep.
use clap::Parser;
use serde_json::json;
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use weir_base::{Ms, time};
use weir_bench::{Ask, Latencies, scratch};
use weir_gather::intake::segment::{self as dialect, Trust};
use weir_gather::intake::take;
use weir_ground::db::Open;
use weir_ground::event::{BrandId, PersonId};
use weir_ground::{Db, Fact, params};
use weir_keep::{Settings, brand};
use weir_know::live::{self, Live};
use weir_know::segment::{self, Rule};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
struct Options {
    #[command(flatten)]
    ask: Ask,
    /// Persons; each sleeps until the clock moves it.
    #[arg(long, default_value_t = 1_000_000)]
    persons: usize,
    /// Segments beside the two that are measured.
    #[arg(long, default_value_t = 198)]
    segments: usize,
    /// Events a second while latencies are measured.
    #[arg(long, default_value_t = 10_000)]
    pace: usize,
}

/// Messages a batch of the throughput case.
const BATCH: usize = 100;
const FLIGHT: usize = 64;
/// The follower may be so many events behind before the sender waits for it.
const BEHIND: i64 = 50_000;
/// Persons whom the clock moves each second, and for how long; all others sleep for hours.
const FLIPS: i64 = 1000;
const FLIP_SECONDS: i64 = 15;
const IDLE: Duration = Duration::from_secs(3);

struct Stage {
    db: Db,
    brand: BrandId,
    live: Arc<Live>,
    stop: Arc<AtomicBool>,
    threads: Vec<std::thread::JoinHandle<()>>,
    /// When the clock begins to move people.
    dawn: Ms,
    sent: u64,
}

fn main() {
    let o = Options::parse();
    let dir = scratch();
    let mut stage = Stage::set(&o, &dir.0);
    let rate = stage.throughput(&o);
    print(&o, "throughput", json!({
        "events_s": rate.round(), "persons": o.persons, "segments": o.segments + 2, "rss_mb": memory("VmRSS"), "peak_mb": memory("VmHWM"),
    }));
    let (mut entered, mut flips) = stage.latency(&o);
    print(&o, "latency", json!({
        "pace_events_s": o.pace, "samples": entered.0.len(), "p50_ms": entered.at(0.5), "p99_ms": entered.at(0.99), "p999_ms": entered.at(0.999),
    }));
    let idle = stage.idle();
    print(&o, "flip", json!({
        "samples": flips.0.len(), "p50_ms": flips.at(0.5), "p99_ms": flips.at(0.99), "p999_ms": flips.at(0.999),
        "sleeping": stage.sleeping(), "idle_cpu_ms_per_s": idle,
    }));
    stage.close();
}

fn print(o: &Options, case: &str, mut row: serde_json::Value) {
    row["bench"] = json!("segment");
    row["case"] = json!(case);
    if o.ask.json {
        println!("{row}");
    } else {
        let fields: Vec<String> = row.as_object().into_iter().flatten().filter(|(k, _)| !matches!(k.as_str(), "bench" | "case")).map(|(k, v)| format!("{k} {v}")).collect();
        println!("segment  {case:<11} {}", fields.join("  "));
    }
}

/// `VmRSS` now or `VmHWM` at most, in megabytes.
fn memory(what: &str) -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find(|l| l.starts_with(what)).unwrap_or("");
    line.split_whitespace().nth(1).and_then(|n| n.parse::<u64>().ok()).map_or(0, |kb| kb / 1024)
}

/// Processor time of this process so far, in milliseconds.
fn cpu() -> u64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = text.rsplit(") ").next().unwrap_or("");
    let ticks: u64 = after.split(' ').skip(11).take(2).filter_map(|t| t.parse::<u64>().ok()).sum();
    ticks * 10
}

const NAMES: &[&str] = &[
    "Page Viewed", "Product Viewed", "Product Added", "Searched", "Coupon Opened", "Video Played", "Article Read", "Store Found",
    "Cart Viewed", "Checkout Started", "Shared", "Liked", "Asked", "Rated", "Signed Up", "Game Played", "Code Scanned", "Form Sent",
    "Banner Clicked", "Live Joined",
];

/// Rules of all kinds, most of them about behaviour or the clock.
fn rule(i: usize) -> Rule {
    let name = |n: usize| NAMES[(i * 7 + n * 3) % NAMES.len()];
    let sku = format!("S{}", i % 40);
    let v = match i % 10 {
        0 => json!({"event": {"event": {"name": name(0)}, "min": 2 + i % 3, "window": {"last": {"n": 7, "unit": "day"}}}}),
        1 => json!({"event": {"event": {"name": name(0), "where": [{"key": "sku", "test": {"is": [sku]}}]}, "min": 1, "window": {"days": 30}}}),
        2 => json!({"sequence": {"steps": [{"name": name(0)}, {"name": name(1)}], "within": {"n": 3, "unit": "day"}, "window": {"last": {"n": 30, "unit": "day"}}}}),
        3 => json!({"not_followed": {"first": {"name": name(0), "where": [{"key": "sku", "test": {"is": [sku]}}]}, "then": {"name": name(1)}, "within": {"n": 1, "unit": "day"}, "window": {"days": 14}}}),
        4 => json!({"all": [{"event": {"event": {"name": name(0)}, "min": 1, "window": {"this": "week"}}}, {"event": {"event": {"name": name(2)}, "max": 0, "window": {"last": {"n": 48, "unit": "hour"}}}}, {"attr": {"key": "gender", "test": {"is": ["female"]}}}]}),
        5 => json!({"event": {"event": {"name": name(0)}, "measure": {"sum": "price"}, "min": 300, "window": {"days": 7}}}),
        6 => json!({"all": [{"stage": {"any": ["repurchase", "silent"]}}, {"attr": {"key": "region", "test": {"is": [format!("R{}", i % 30)]}}}]}),
        7 => json!({"at_least": {"k": 2, "of": [{"tag": {"any": ["VIP"]}}, {"event": {"event": {"name": name(0)}, "measure": "days", "min": 3, "window": {"days": 30}}}, {"event": {"event": {"name": name(1)}, "min": 4}}]}}),
        8 => json!({"last_event": {"event": {"name": name(0)}, "then": [{"key": "sku", "test": {"is": [sku]}}], "window": {"last": {"n": 6, "unit": "hour"}}}}),
        _ => json!({"all": [{"event": {"event": {"name": name(0)}, "measure": {"distinct": "sku"}, "min": 3, "window": {"days": 7}}}, {"not": {"tag": {"any": ["VIP"]}}}]}),
    };
    serde_json::from_value(v).expect("a rule")
}

impl Stage {
    /// A brand with its persons, each seen once, and segments that are followed.
    fn set(o: &Options, dir: &std::path::Path) -> Stage {
        let db = Db::open(&Open { dir: Some(dir.to_path_buf()), ..Open::default() }).expect("opens");
        let brand = db
            .write_now(|tx| {
                let new = brand::NewBrand {
                    code: "bench".into(), name: "Bench".into(), timezone: "Asia/Shanghai".into(), currency: "CNY".into(), sandbox: true,
                    settings: Settings::default(),
                };
                brand::create(tx, &new)
            })
            .expect("made");
        // People begin to be moved by the clock about when the measuring begins.
        let dawn = db.now() + 30_000 + (o.persons as i64) / 12;
        let seen = dawn - 30 * time::DAY;
        for from in (0..o.persons).step_by(10_000) {
            let to = o.persons.min(from + 10_000);
            db.write_now(move |tx| people(tx, brand, from, to, seen)).expect("people");
        }
        note("persons");
        let sleepers = json!({"event": {"event": {"name": "Visited"}, "max": 0, "window": {"last": {"n": 30, "unit": "day"}}}});
        let trigger = json!({"event": {"event": {"name": "Trigger"}, "min": 1, "window": {"last": {"n": 1, "unit": "day"}}}});
        let mut rules: Vec<Rule> = (0..o.segments).map(rule).collect();
        rules.extend([sleepers, trigger].map(|v| serde_json::from_value(v).expect("a rule")));
        let live = Arc::new(Live::default());
        live.keep_in(Some(dir.to_path_buf()));
        live::catch_up(&live, &db, |_| {}).expect("reads");
        note("lake");
        for (i, r) in rules.into_iter().enumerate() {
            db.write_now(move |tx| segment::create(tx, brand, &format!("segment {i}"), None, &r, "bench")).expect("a segment");
        }
        live::catch_up(&live, &db, |_| {}).expect("follows");
        live::write_files(&live, &db).expect("writes");
        note("segments");
        let stop = Arc::new(AtomicBool::new(false));
        let know = weir_ground::reader::follow(db.clone(), Arc::new(weir_know::react::Know), stop.clone());
        let timers = weir_ground::timer::run(db.clone(), Default::default(), stop.clone());
        let follower = live::worker(live.clone(), db.clone(), stop.clone());
        let mut stage = Stage { db, brand, live, stop, threads: vec![know, timers, follower], dawn, sent: 0 };
        stage.settle();
        stage
    }

    fn pool(&self) -> Arc<live::Pool> {
        self.live.get(self.brand).expect("a pool")
    }
    fn sleeping(&self) -> usize {
        self.pool().engine().sleeping()
    }
    fn last(&self) -> i64 {
        self.db.read_now(|tx| tx.one("select coalesce(max(id), 0) from event where source = 'segment'", &[])).expect("counted")
    }
    fn settle(&mut self) {
        let last = self.last();
        while self.pool().position().id < last {
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// One message of a person, as an app sends it.
    fn message(&mut self, person: usize, name: &str, stamp: &str) -> String {
        self.sent += 1;
        let n = self.sent;
        format!(
            r#"{{"type":"track","messageId":"bench-{n:032}","anonymousId":"visitor-{person}","event":"{name}","timestamp":"{stamp}","properties":{{"sku":"S{}","price":{}.5,"position":{}}},"context":{{"library":{{"name":"analytics.js","version":"2.1.0"}}}}}}"#,
            n % 97, n % 90, n % 9
        )
    }

    fn batch(&mut self, o: &Options, some: usize, first: Option<(usize, &str)>) -> weir_gather::intake::Batch {
        let stamp = time::rfc3339(self.db.now());
        let mut messages = Vec::with_capacity(some);
        messages.extend(first.map(|(p, name)| self.message(p, name, &stamp)));
        while messages.len() < some {
            let n = self.sent.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let (person, name) = ((n >> 20) as usize % o.persons, NAMES[(n >> 50) as usize % NAMES.len()]);
            messages.push(self.message(person, name, &stamp));
        }
        let body = format!(r#"{{"batch":[{}],"sentAt":"{stamp}"}}"#, messages.join(","));
        dialect::parse("batch", body.into_bytes().into(), self.db.now(), Trust::App).expect("parses")
    }

    /// As many events as go through, all the way to the members.
    fn throughput(&mut self, o: &Options) -> f64 {
        let (start, brand) = (Instant::now(), self.brand);
        let (mut flight, mut done) = (VecDeque::new(), 0usize);
        while start.elapsed().as_secs_f64() < o.ask.seconds {
            while flight.len() < FLIGHT {
                let batch = self.batch(o, BATCH, None);
                flight.push_back(self.db.submit(move |tx| take(tx, brand, &batch)));
            }
            while flight.len() > FLIGHT / 2 {
                let Some(call) = flight.pop_front() else { break };
                done += call.blocking_recv().expect("answered").expect("taken").accepted;
            }
            while self.db.shared().place("know").map_or(0, |c| c.id) - self.pool().position().id > BEHIND {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        for call in flight {
            done += call.blocking_recv().expect("answered").expect("taken").accepted;
        }
        self.settle();
        done as f64 / start.elapsed().as_secs_f64()
    }

    /// At an even pace: from handing an event in until its member's row can be read, and from the
    /// instant at which the clock moves somebody until that can be read.
    fn latency(&mut self, o: &Options) -> (Latencies, Latencies) {
        let began: Arc<Mutex<HashMap<PersonId, Instant>>> = Arc::default();
        let (entered, flips): (Arc<Mutex<Latencies>>, Arc<Mutex<Latencies>>) = Default::default();
        let over = Arc::new(AtomicBool::new(false));
        let from = Arc::new(AtomicI64::new(self.db.read_now(|tx| tx.one("select max(id) from event", &[])).expect("counted")));
        while self.db.now() < self.dawn {
            std::thread::sleep(Duration::from_millis(20));
        }
        let since = self.db.now();
        let watcher = {
            let (db, began, entered, flips, over) = (self.db.clone(), began.clone(), entered.clone(), flips.clone(), over.clone());
            std::thread::spawn(move || {
                while !over.load(Ordering::SeqCst) {
                    let (seen, after) = (db.shared().events.seen(), from.load(Ordering::SeqCst));
                    type Seen = (i64, PersonId, Ms, String);
                    let rows: Vec<Seen> = db
                        .read_now(move |tx| {
                            tx.all("select id, person_id, at, props from event where id > $1 and name = 'segment.entered' order by id", params![after])
                        })
                        .expect("read");
                    let (now, instant) = (db.now(), Instant::now());
                    for (id, person, at, props) in rows {
                        from.fetch_max(id, Ordering::SeqCst);
                        if props.contains("\"timer\"") {
                            if at >= since {
                                flips.lock().expect("ours").add(Duration::from_millis((now - at).max(0) as u64));
                            }
                        } else if let Some(start) = began.lock().expect("ours").remove(&person) {
                            entered.lock().expect("ours").add(instant - start);
                        }
                    }
                    db.shared().events.wait(seen, Duration::from_millis(50));
                }
            })
        };
        let (brand, some) = (self.brand, 50);
        let every = Duration::from_secs_f64(some as f64 / o.pace as f64);
        let (start, mut n, mut calls) = (Instant::now(), 0u32, VecDeque::new());
        while start.elapsed().as_secs_f64() < o.ask.seconds.max(10.0) {
            let person = o.persons - 1 - n as usize % o.persons;
            let batch = self.batch(o, some, Some((person, "Trigger")));
            began.lock().expect("ours").insert(person_id(person), Instant::now());
            calls.push_back(self.db.submit(move |tx| take(tx, brand, &batch)));
            n += 1;
            while calls.front_mut().is_some_and(|c| c.try_recv().is_ok()) {
                calls.pop_front();
            }
            if let Some(rest) = (every * n).checked_sub(start.elapsed()) {
                std::thread::sleep(rest);
            }
        }
        std::thread::sleep(Duration::from_millis(500));
        over.store(true, Ordering::SeqCst);
        self.db.shared().events.ring();
        watcher.join().expect("watched");
        let lost = began.lock().expect("ours").len();
        assert_eq!(lost, 0, "persons whose event did not make them members");
        let out = (entered.lock().expect("ours").clone(), flips.lock().expect("ours").clone());
        out
    }

    /// What a second costs in which nothing happens to those who sleep, in milliseconds of processor.
    fn idle(&mut self) -> f64 {
        self.settle();
        while self.db.now() < self.dawn + (FLIP_SECONDS + 2) * time::SECOND {
            std::thread::sleep(Duration::from_millis(50));
        }
        let (before, start) = (cpu(), Instant::now());
        std::thread::sleep(IDLE);
        ((cpu() - before) as f64 / start.elapsed().as_secs_f64() * 100.0).round() / 100.0
    }

    fn close(self) {
        self.stop.store(true, Ordering::SeqCst);
        self.db.shared().events.ring();
        self.db.shared().timers.ring();
        self.db.shared().places_moved.ring();
        self.threads.into_iter().for_each(|t| drop(t.join()));
        self.db.close();
    }
}

fn note(what: &str) {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    eprintln!("  {:>6.1} s  {what}", START.get_or_init(Instant::now).elapsed().as_secs_f64());
}

fn person_id(n: usize) -> PersonId {
    PersonId::new(((n as i64 + 1) << 8) | (1 << 40))
}

fn people(tx: &mut weir_ground::Tx, brand: BrandId, from: usize, to: usize, seen: Ms) -> weir_base::Result<()> {
    let now = tx.now();
    for n in from..to {
        let (id, visitor) = (person_id(n), format!("visitor-{n}"));
        let portrait = format!(r#"{{"gender":"{}","region":"R{}"}}"#, if n % 2 == 0 { "female" } else { "male" }, n % 30);
        tx.exec(
            "insert into person (id, brand_id, root_id, stage_since, known, portrait, last_seen_at, created_at) values ($1, $2, $1, $3, 0, $4, $3, $3)",
            params![id, brand, now, &portrait],
        )?;
        tx.exec(
            "insert into identity (brand_id, kind, value, person_id, strong, created_at) values ($1, 'anonymous_id', $2, $3, 0, $4)",
            params![brand, &visitor, id, now],
        )?;
        let later = if n as i64 >= FLIPS * FLIP_SECONDS { 3 * time::HOUR } else { 0 };
        let at = seen + n as i64 * 1000 / FLIPS + later;
        let _ = tx.record(&Fact::new(brand, "Visited", at).person(id).source("bench"))?;
    }
    Ok(())
}
