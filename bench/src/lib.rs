//! What the benchmarks share: rows of results, latencies, a merchant to work on, a lean HTTP client.
pub mod http;
pub mod shop;

use serde_json::{Map, Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

/// Command line of every benchmark.
#[derive(clap::Parser, Clone, Debug)]
pub struct Ask {
    /// One JSON object a row instead of a table.
    #[arg(long)]
    pub json: bool,
    /// Seconds that each case runs.
    #[arg(long, default_value_t = 6.0)]
    pub seconds: f64,
    /// Only cases whose name contains this.
    #[arg(long, default_value = "")]
    pub only: String,
    /// The `weir` binary for the cases over HTTP.
    #[arg(long, env = "WEIR_BIN")]
    pub weir: Option<std::path::PathBuf>,
    /// Ignored: cargo passes it to benchmarks.
    #[arg(long, hide = true)]
    pub bench: bool,
}

/// Latencies in microseconds.
#[derive(Default, Clone)]
pub struct Latencies(pub Vec<u32>);

impl Latencies {
    pub fn add(&mut self, d: Duration) {
        self.0.push(d.as_micros().min(u32::MAX as u128) as u32);
    }
    /// The p-th part in milliseconds.
    pub fn at(&mut self, p: f64) -> f64 {
        if self.0.is_empty() {
            return 0.0;
        }
        self.0.sort_unstable();
        let i = ((self.0.len() as f64 * p) as usize).min(self.0.len() - 1);
        f64::from(self.0[i]) / 1000.0
    }
}

/// One line of the report.
pub struct Row {
    pub bench: &'static str,
    pub case: &'static str,
    pub engine: &'static str,
    pub rate: f64,
    pub unit: &'static str,
    pub latencies: Option<Latencies>,
    pub limit: Option<f64>,
}

impl Row {
    pub fn print(mut self, as_json: bool) -> f64 {
        let ratio = self.limit.filter(|l| *l > 0.0).map(|l| self.rate / l);
        let times = self.latencies.as_mut().map(|l| (l.at(0.5), l.at(0.99)));
        if as_json {
            let mut row = Map::new();
            for (key, value) in [("bench", json!(self.bench)), ("case", json!(self.case)), ("engine", json!(self.engine))] {
                row.insert(key.into(), value);
            }
            row.insert("rate".into(), json!(self.rate.round()));
            row.insert("unit".into(), json!(self.unit));
            if let Some((p50, p99)) = times {
                row.insert("p50_ms".into(), json!((p50 * 100.0).round() / 100.0));
                row.insert("p99_ms".into(), json!((p99 * 100.0).round() / 100.0));
            }
            if let (Some(limit), Some(ratio)) = (self.limit, ratio) {
                row.insert("limit".into(), json!(limit.round()));
                row.insert("ratio".into(), json!((ratio * 1000.0).round() / 1000.0));
            }
            println!("{}", Value::Object(row));
        } else {
            let times = times.map_or(String::new(), |(a, b)| format!("  p50 {a:.2} ms  p99 {b:.2} ms"));
            let ratio = match (self.limit, ratio) {
                (Some(l), Some(r)) => format!("  limit {l:.0}  ratio {r:.2}"),
                _ => String::new(),
            };
            println!("{:<8} {:<14} {:<9} {:>9.0} {}{times}{ratio}", self.bench, self.case, self.engine, self.rate, self.unit);
        }
        self.rate
    }
}

/// Runs `step` until the time is up; it answers how many things it did.
pub fn during(seconds: f64, mut step: impl FnMut() -> u64) -> f64 {
    let (start, mut done) = (Instant::now(), 0);
    while start.elapsed().as_secs_f64() < seconds {
        done += step();
    }
    done as f64 / start.elapsed().as_secs_f64()
}

/// A folder that goes away.
pub fn scratch() -> weir_ground::testing::Scratch {
    weir_ground::testing::Scratch::new()
}

/// The raw limit's own connection: settings as Weir's writer has them, folding as SQLite does it.
pub fn bare(dir: &Path) -> rusqlite::Connection {
    let c = rusqlite::Connection::open(dir.join("weir.db")).expect("opens");
    c.execute_batch("pragma journal_mode = wal; pragma synchronous = full; pragma wal_autocheckpoint = 16000; pragma cache_size = -24576; pragma temp_store = memory")
        .expect("set");
    c.set_prepared_statement_cache_capacity(64);
    c
}

/// A server of our own, stopped when it goes out of scope.
pub struct Server {
    child: std::process::Child,
    pub address: String,
}

impl Server {
    /// The `weir` that was asked for, or the one beside this program.
    pub fn start(ask: &Ask, data: &Path) -> Server {
        use std::io::BufRead;
        let own = std::env::current_exe().ok().and_then(|p| p.parent().map(|p| p.join("weir")));
        let weir = ask.weir.clone().or(own).expect("a binary");
        let mut child = std::process::Command::new(weir)
            .args(["serve", "--port", "0", "--data"])
            .arg(data)
            .env_remove("DATABASE_URL")
            .env("WEIR_LOG", "error")
            .stdout(std::process::Stdio::piped())
            .spawn()
            .expect("weir starts; build it with cargo build --release -p weir-server or set WEIR_BIN");
        let mut line = String::new();
        std::io::BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
        let address = line.trim().rsplit("//").next().unwrap_or("").to_string();
        Server { child, address }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
