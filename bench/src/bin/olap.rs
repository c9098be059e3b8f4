//! Five questions about behaviour, asked of Weir's lake, of ClickHouse and of DuckDB on the same
//! events, on the same machine, with the same number of threads; answers are compared.
//!
//! Every engine answers each case in a process of its own: `first` is the first answer after the
//! start, then the median of five. Memory is that process's peak, mapped files included.
#[path = "../../olap/events.rs"]
mod events;

use clap::Parser;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::AtomicBool;
use std::time::Instant;
use weir_base::Zone;
use weir_lake::cond::{self, Cond, EventTest, Window};
use weir_lake::fold::funnel::Funnel;
use weir_lake::fold::retention::{Range, Retention, Start};
use weir_lake::fold::rfm::Rfm;
use weir_lake::fold::segment;
use weir_lake::fold::trend::{Measure, Trend};
use weir_lake::fold::{Buckets, By, Scope, Unit, Which};
use weir_lake::{Calendar, Lake};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser, Clone, Debug)]
struct Ask {
    /// One JSON object a row instead of a table.
    #[arg(long)]
    json: bool,
    /// Events, about.
    #[arg(long, default_value_t = 20_000_000)]
    events: u64,
    /// Persons; without it one for each 40 events.
    #[arg(long)]
    persons: Option<u64>,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Threads of each engine; without it, one a core.
    #[arg(long)]
    threads: Option<usize>,
    /// Only cases whose name contains this.
    #[arg(long, default_value = "")]
    only: String,
    /// Where the events lie; kept and used again when it is given.
    #[arg(long)]
    data: Option<PathBuf>,
    /// A Python with the packages of bench/olap/requirements.txt.
    #[arg(long, env = "WEIR_OLAP_PYTHON", default_value = "python3")]
    python: PathBuf,
    /// The script that asks the peers.
    #[arg(long, env = "WEIR_OLAP_PEER", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/olap/peer.py"))]
    peer: PathBuf,
    /// Weir alone.
    #[arg(long)]
    alone: bool,
    /// Says how long each formulation took the peers.
    #[arg(long)]
    verbose: bool,
    /// Answers one case and ends; what the program calls itself with.
    #[arg(long, hide = true)]
    case: Option<String>,
    /// Ignored: cargo passes it to benchmarks.
    #[arg(long, hide = true)]
    bench: bool,
}

const CASES: [&str; 5] = ["funnel", "segment", "rfm", "retention", "trend"];
const ZONE: &str = "Asia/Shanghai";
const DAY: i64 = 86_400_000;
const WINDOW: i64 = 7 * DAY;
const PERIODS: usize = 7;

fn main() {
    let ask = Ask::parse();
    let threads = ask.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(2, |n| n.get()));
    if let (Some(case), Some(data)) = (&ask.case, &ask.data) {
        return println!("{}", weir(&data.join("weir"), case, threads));
    }
    let mut scratch = None;
    let data = ask.data.clone().unwrap_or_else(|| {
        let dir = std::env::temp_dir().join(format!("weir-olap-{}", std::process::id()));
        scratch.insert(Scratch(dir)).0.clone()
    });
    let rows = prepare(&ask, &data, threads);
    for case in CASES.into_iter().filter(|c| c.contains(&ask.only)) {
        let mut me = Command::new(std::env::current_exe().expect("own path"));
        me.arg("--data").arg(&data).args(["--case", case, "--threads", &threads.to_string()]);
        let mut answers = vec![("weir", answer(me))];
        for peer in if ask.alone { &[][..] } else { &["clickhouse", "duckdb"][..] } {
            let mut python = Command::new(&ask.python);
            python.arg(&ask.peer).args([peer, "ask"]).arg(data.join(peer)).arg(threads.to_string());
            python.args([case, &parameters(case).to_string(), if ask.verbose { "true" } else { "false" }]);
            answers.push((peer, answer(python)));
        }
        report(&ask, case, rows, threads, &answers);
    }
}

struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Makes the events and every engine's files of them, unless they are there; answers how many.
fn prepare(ask: &Ask, data: &Path, threads: usize) -> u64 {
    let made = data.join(format!("made-{}-{:?}-{}", ask.events, ask.persons, ask.seed));
    if let Ok(text) = std::fs::read_to_string(&made) {
        return text.parse().expect("a number of rows");
    }
    let _ = std::fs::remove_dir_all(data);
    std::fs::create_dir_all(data).expect("a folder");
    let parquet = data.join("events.parquet");
    let persons = ask.persons.unwrap_or(ask.events / 40).max(1);
    let rows = events::make(ask.events, persons, ask.seed, &data.join("weir"), &parquet).expect("the events are written");
    for peer in if ask.alone { &[][..] } else { &["clickhouse", "duckdb"][..] } {
        std::fs::create_dir_all(data.join(peer)).expect("a folder");
        let mut python = Command::new(&ask.python);
        python.arg(&ask.peer).args([peer, "load"]).arg(&parquet).arg(data.join(peer)).arg(threads.to_string());
        assert!(python.status().expect("Python starts").success(), "{peer} loads the events");
    }
    let _ = std::fs::remove_file(&parquet);
    std::fs::write(&made, rows.to_string()).expect("written");
    rows
}

fn answer(mut command: Command) -> Value {
    let out = command.stderr(std::process::Stdio::inherit()).output().expect("starts");
    assert!(out.status.success(), "{command:?} failed");
    let text = String::from_utf8_lossy(&out.stdout);
    serde_json::from_str(text.trim().lines().last().unwrap_or("")).expect("one JSON object")
}

/// What the peers need to know of a question.
fn parameters(case: &str) -> Value {
    let calendar = Calendar::new(Zone::named(ZONE).expect("a zone"));
    let common = |extra: Value| {
        let mut all = json!({ "zone": 8 * 3_600_000, "zone_name": ZONE });
        all.as_object_mut().zip(extra.as_object()).into_iter().for_each(|(a, b)| a.extend(b.clone()));
        all
    };
    let (first, last) = (calendar.day(events::FROM), calendar.day(events::TO - 1));
    match case {
        "funnel" => common(json!({ "steps": ["page.viewed", "cart.added", "order.paid"], "window": WINDOW })),
        "segment" => common(json!({
            "paid": "order.paid", "viewed": "page.viewed", "times": 2,
            "paid_from": events::TO - 30 * DAY, "viewed_from": events::TO - 7 * DAY,
        })),
        "rfm" => common(json!({ "paid": "order.paid", "today": last })),
        "retention" => common(json!({ "name": "page.viewed", "periods": PERIODS, "first_day": first, "days": last - first + 1 })),
        _ => common(json!({ "name": "page.viewed" })),
    }
}

/// Weir's answer to one case, in rows of numbers as the peers give them.
fn ask_weir(lake: &Lake, calendar: &Calendar, case: &str) -> Vec<Vec<i64>> {
    let cancel = AtomicBool::new(false);
    let scope = Scope::all(lake, &cancel);
    let which = |name: &str| Which::of(&lake.read(), name);
    let (first, last) = (calendar.day(events::FROM), calendar.day(events::TO - 1));
    let done = "nobody cancels";
    match case {
        "funnel" => {
            let steps = ["page.viewed", "cart.added", "order.paid"].map(which).into();
            let f = Funnel { steps, window: WINDOW, ordered: true, from: i64::MIN, to: i64::MAX, by: By::Nothing, times: false };
            let groups = f.ask(&scope).expect(done);
            vec![groups[0].persons.iter().map(|n| *n as i64).collect()]
        }
        "segment" => {
            let did = |name: &str, days: i64, min| {
                let test = EventTest::named(lake.read().words.names.find(name).expect("it happened") as u16);
                let window = Window::Between(events::TO - days * DAY, i64::MAX);
                Cond::Event { test, measure: cond::Measure::Count, min: Some(min), max: None, window }
            };
            let cond = Cond::All(vec![did("order.paid", 30, 2.0), Cond::Not(Box::new(did("page.viewed", 7, 1.0)))]);
            let q = segment::Question { cond: &cond, calendar, now: events::TO, member: &|_, _| false };
            vec![vec![q.members(lake, &cancel).expect(done).len() as i64]]
        }
        "rfm" => {
            let q = Rfm { paid: which("order.paid"), from: i64::MIN, to: i64::MAX, today: last, r: None, f: None, m: None };
            let scores = q.ask(&scope, calendar).expect(done);
            let mut rows = vec![];
            for (r, by_f) in scores.cells.iter().enumerate() {
                for (f, by_m) in by_f.iter().enumerate() {
                    for (m, c) in by_m.iter().enumerate().filter(|(_, c)| c.persons > 0) {
                        rows.push(vec![r as i64 + 1, f as i64 + 1, m as i64 + 1, c.persons as i64, c.money]);
                    }
                }
            }
            rows
        }
        "retention" => {
            let range = Range { unit: Unit::Day, from: first, to: last + 1, periods: PERIODS };
            let q = Retention::new(calendar, range, Start::Event(which("page.viewed")), which("page.viewed"));
            let g = q.ask(&scope).expect(done).remove(0);
            let row = |c: usize| {
                let back = g.back[c][1..].iter().map(|n| *n as i64);
                [q.day(c) as i64, g.sizes[c] as i64].into_iter().chain(back).collect()
            };
            (0..q.cohorts()).filter(|c| g.sizes[*c] > 0).map(row).collect()
        }
        _ => {
            let buckets = Buckets::new(calendar, Unit::Day, first, last + 1);
            let q = Trend { event: which("page.viewed"), measure: Measure::Count, buckets, by: By::Nothing };
            let g = q.ask(&scope).expect(done).remove(0);
            let cells = g.cells.iter().enumerate().filter(|(_, c)| c.n > 0);
            cells.map(|(b, c)| vec![q.buckets.day(b) as i64, c.n as i64]).collect()
        }
    }
}

fn weir(dir: &Path, case: &str, threads: usize) -> Value {
    let begin = Instant::now();
    let lake = Lake::open(dir).expect("the lake opens").threads(threads);
    let open_ms = ms(begin);
    let calendar = Calendar::new(Zone::named(ZONE).expect("a zone"));
    let begin = Instant::now();
    let answer = ask_weir(&lake, &calendar, case);
    let first_ms = ms(begin);
    let mut times = [0.0; 5].map(|_: f64| {
        let begin = Instant::now();
        assert_eq!(ask_weir(&lake, &calendar, case), answer, "the same answer again");
        ms(begin)
    });
    times.sort_by(f64::total_cmp);
    json!({ "ms": times[2], "first_ms": first_ms, "open_ms": open_ms, "mb": peak_mb(), "answer": answer })
}

fn ms(begin: Instant) -> f64 {
    begin.elapsed().as_secs_f64() * 1000.0
}

fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).unwrap_or("0");
    line.split_whitespace().next().and_then(|n| n.parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn report(ask: &Ask, case: &str, rows: u64, threads: usize, answers: &[(&str, Value)]) {
    let get = |who: &str, key: &str| answers.iter().find(|a| a.0 == who).and_then(|a| a.1[key].as_f64());
    let round = |x: Option<f64>| x.map(|x| (x * 100.0).round() / 100.0);
    let weir = get("weir", "ms").unwrap_or(0.0);
    let peer = [get("clickhouse", "ms"), get("duckdb", "ms")].into_iter().flatten().min_by(f64::total_cmp);
    let ratio = round(peer.map(|p| p / weir));
    let equal = answers.iter().all(|a| a.1["answer"] == answers[0].1["answer"]);
    let mut row = json!({ "bench": "olap", "case": case, "events": rows, "threads": threads });
    for (who, _) in answers {
        row[format!("{who}_ms")] = json!(round(get(who, "ms")));
    }
    row["ratio"] = json!(ratio);
    row["equal"] = json!(equal && answers.len() == 3);
    for (who, _) in answers {
        row[format!("{who}_first_ms")] = json!(round(get(who, "first_ms")));
        row[format!("{who}_mb")] = json!(get(who, "mb"));
    }
    row["weir_open_ms"] = json!(round(get("weir", "open_ms")));
    if ask.json {
        return println!("{row}");
    }
    let show = |who: &str| {
        let n = |key| get(who, key).unwrap_or(0.0);
        format!("{who} {:.1} ms (first {:.1}, {:.0} MB)", n("ms"), n("first_ms"), n("mb"))
    };
    let all: Vec<String> = answers.iter().map(|a| show(a.0)).collect();
    println!("olap {case:<10} {}  ratio {:.1}  {}", all.join("  "), ratio.unwrap_or(0.0), if equal { "equal" } else { "DIFFERENT" });
}
