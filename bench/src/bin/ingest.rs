//! Taking events in: batches of 100 track calls, direct and over HTTP, beside the raw limit of the
//! same rows in the same table.
use clap::Parser;
use std::collections::VecDeque;
use std::time::{Duration, Instant};
use weir_base::Result;
use weir_bench::{Ask, Latencies, Row, Server, bare, during, http, scratch};
use weir_gather::intake::segment::{self, Trust};
use weir_gather::intake::take;
use weir_ground::Db;
use weir_ground::db::Open;
use weir_ground::event::BrandId;
use weir_keep::{Settings, brand, key};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Messages a batch.
const BATCH: usize = 100;
/// Accounts that the messages are about; known before the clock starts.
const USERS: usize = 2000;
/// Batches kept in flight by the direct case.
const FLIGHT: usize = 64;
/// Connections of the HTTP case.
const CONNECTIONS: usize = 16;

fn main() {
    let ask = Ask::parse();
    let raw = raw_limit(&ask);
    if "direct".contains(&ask.only) {
        direct(&ask, raw);
    }
    if "http".contains(&ask.only) {
        over_http(&ask, raw);
    }
}

/// Random-looking and never the same twice, as clients make them.
fn uuid(n: u64) -> [u8; 36] {
    let mix = |mut z: u64| {
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    let halves = [mix(n.wrapping_mul(0x9e37_79b9_7f4a_7c15)), mix(!n)];
    let mut out = [b'-'; 36];
    let places = (0..36).filter(|i| !matches!(i, 8 | 13 | 18 | 23));
    for (digit, place) in places.enumerate() {
        let nibble = (halves[digit / 16] >> (4 * (digit % 16))) as usize & 15;
        out[place] = b"0123456789abcdef"[nibble];
    }
    out
}

/// A ready body of one batch, and where its message ids lie: sending it again is a copy with new ids.
struct Template {
    body: Vec<u8>,
    ids: Vec<usize>,
}

impl Template {
    fn fill(&self, n: &mut u64) -> Vec<u8> {
        let mut body = self.body.clone();
        for at in &self.ids {
            *n += 1;
            body[*at..*at + 36].copy_from_slice(&uuid(*n));
        }
        body
    }
}

/// Bodies that together speak about every account, as a store's app would send them.
fn templates() -> Vec<Template> {
    let stamp = weir_base::time::rfc3339(std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_millis() as i64));
    let one = |i: usize| {
        format!(
            r#"{{"type":"track","messageId":"{}","userId":"user-{}","event":"Product Viewed","timestamp":"{stamp}","properties":{{"product_id":"prd_{}","name":"鲜牛奶 3.79 升","price":2.69,"currency":"CNY","category":"dairy","position":{},"url":"https://shop.example/p/{}"}},"context":{{"library":{{"name":"analytics-node","version":"2.1.0"}},"ip":"203.0.113.7"}}}}"#,
            "0".repeat(36), i % USERS, i % 500, i % 9, i % 500
        )
    };
    (0..USERS / BATCH)
        .map(|b| {
            let messages: Vec<String> = (0..BATCH).map(|i| one(b * BATCH + i)).collect();
            let body = format!(r#"{{"batch":[{}],"sentAt":"{stamp}"}}"#, messages.join(","));
            let ids = body.match_indices(&"0".repeat(36)).map(|m| m.0).collect();
            Template { body: body.into_bytes(), ids }
        })
        .collect()
}

fn new_brand(db: &Db) -> Result<BrandId> {
    db.write_now(|tx| {
        let new = brand::NewBrand {
            code: "bench".into(),
            name: "Bench".into(),
            timezone: "Asia/Shanghai".into(),
            currency: "CNY".into(),
            sandbox: true,
            settings: Settings::default(),
        };
        brand::create(tx, &new)
    })
}

/// A store with a brand and one event of every account.
fn open(dir: &std::path::Path, templates: &[Template], n: &mut u64) -> (Db, BrandId) {
    let db = Db::open(&Open { dir: Some(dir.to_path_buf()), ..Open::default() }).expect("opens");
    let brand = new_brand(&db).expect("made");
    for t in templates {
        let batch = segment::parse("batch", t.fill(n).into(), db.now(), Trust::App).expect("parses");
        let taken = db.write_now(move |tx| take(tx, brand, &batch)).expect("taken");
        assert_eq!(taken.accepted, BATCH);
    }
    (db, brand)
}

/// The rows of those events, made beforehand and written by a bare loop, 100 a commit.
fn raw_limit(ask: &Ask) -> f64 {
    let (dir, templates, mut n) = (scratch(), templates(), 0);
    let (db, _) = open(&dir.0, &templates, &mut n);
    type Rows = Vec<(i64, i64, String, i64, i64, String, String)>;
    let rows: Rows = db
        .read_now(|tx| {
            let sql = "select brand_id, person_id, name, at, received_at, source, props from event where source = 'segment' and dedupe is not null order by id";
            tx.all(sql, &[])
        })
        .expect("rows");
    assert_eq!(rows.len(), USERS);
    db.close();
    let c = bare(&dir.0);
    let mut id: i64 = 1_000_000;
    let rate = during(ask.seconds, || {
        c.execute_batch("begin immediate").expect("begins");
        for _ in 0..BATCH {
            (id, n) = (id + 1, n + 1);
            let r = &rows[n as usize % USERS];
            let dedupe = format!("seg:{}", std::str::from_utf8(&uuid(n)).unwrap_or(""));
            c.prepare_cached(
                "insert into event (id, brand_id, person_id, name, at, received_at, source, touchpoint_id, store_id, actor, value, props, dedupe) \
                 values (?1, ?2, ?3, ?4, ?5, ?6, ?7, null, null, null, null, ?8, ?9)",
            )
            .expect("prepares")
            .execute(rusqlite::params![id, r.0, r.1, r.2, r.3 + id, r.4 + id, r.5, r.6, dedupe])
            .expect("runs");
            let run = |sql: &str, p: &[&dyn rusqlite::ToSql]| c.prepare_cached(sql).expect("prepares").execute(p).expect("runs");
            run("insert into trail_slot (slot) values (?1) on conflict do nothing", &[&(id >> 14)]);
            run("insert into trail_new (slot, person_id, what, at, id) values (?1, ?2, 0, ?3, ?4)", &[&(id >> 14), &r.1, &(r.3 + id), &id]);
        }
        c.execute_batch("commit").expect("commits");
        BATCH as u64
    });
    Row { bench: "ingest", case: "raw", engine: "sqlite", rate, unit: "events/s", latencies: None, limit: None }.print(ask.json)
}

/// Parsing on one thread, taking on the writer's; many batches in flight.
fn direct(ask: &Ask, raw: f64) {
    let (dir, templates, mut n) = (scratch(), templates(), 0);
    let (db, brand) = open(&dir.0, &templates, &mut n);
    let mut flight: VecDeque<(Instant, _)> = VecDeque::with_capacity(FLIGHT);
    let (mut sent, mut latencies) = (0usize, Latencies::default());
    let rate = during(ask.seconds, || {
        while flight.len() < FLIGHT {
            let body = templates[sent % templates.len()].fill(&mut n);
            sent += 1;
            let start = Instant::now();
            let batch = segment::parse("batch", body.into(), db.now(), Trust::App).expect("parses");
            flight.push_back((start, db.submit(move |tx| take(tx, brand, &batch))));
        }
        let mut done = 0;
        while let Some((start, call)) = flight.pop_front() {
            let taken = call.blocking_recv().expect("answered").expect("taken");
            latencies.add(start.elapsed());
            done += taken.accepted as u64;
            if flight.len() <= FLIGHT / 2 {
                break;
            }
        }
        done
    });
    drop(flight);
    db.close();
    Row { bench: "ingest", case: "direct", engine: "sqlite", rate, unit: "events/s", latencies: Some(latencies), limit: Some(raw) }
        .print(ask.json);
}

/// `POST /v1/batch` on a server of its own.
fn over_http(ask: &Ask, raw: f64) {
    let (dir, templates, mut n) = (scratch(), templates(), 0);
    let (db, brand) = open(&dir.0, &templates, &mut n);
    let secret = db.write_now(move |tx| key::create(tx, brand, "system", "bench", "ingest")).expect("a key").secret;
    db.close();
    let server = Server::start(ask, &dir.0);
    let heads: Vec<Vec<u8>> = templates
        .iter()
        .map(|t| {
            let body = std::str::from_utf8(&t.body).expect("text");
            let whole = http::request("POST", "/v1/batch", &secret, "", body);
            whole[..whole.len() - body.len()].to_vec()
        })
        .collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (local, shared) = (tokio::task::LocalSet::new(), std::rc::Rc::new((templates, heads, server.address.clone())));
    let start = Instant::now();
    let until = start + Duration::from_secs_f64(ask.seconds);
    let mut tasks = vec![];
    for c in 0..CONNECTIONS {
        let shared = shared.clone();
        tasks.push(local.spawn_local(async move {
            let (templates, heads, address) = &*shared;
            let mut client = http::Client::connect(address).await?;
            // Ids of its own for each connection.
            let (mut n, mut sent, mut latencies) = ((c as u64 + 1) << 40, c, Latencies::default());
            while Instant::now() < until {
                let t = sent % templates.len();
                sent += CONNECTIONS + 1;
                let mut request = heads[t].clone();
                request.extend(templates[t].fill(&mut n));
                let begun = Instant::now();
                let (status, body) = client.send(&request).await?;
                assert!(status == 200, "{status}: {}", String::from_utf8_lossy(body));
                latencies.add(begun.elapsed());
            }
            std::io::Result::Ok(latencies)
        }));
    }
    let mut all = Latencies::default();
    runtime.block_on(local.run_until(async {
        for t in tasks {
            all.0.extend(t.await.expect("runs").expect("answers").0);
        }
    }));
    let rate = (all.0.len() * BATCH) as f64 / start.elapsed().as_secs_f64();
    drop(server);
    let db = Db::open(&Open { dir: Some(dir.0.clone()), ..Open::default() }).expect("opens");
    let kept: i64 = db.read_now(|tx| tx.one("select count(*) from event where source = 'segment' and dedupe is not null", &[])).expect("counted");
    db.close();
    assert_eq!(kept as usize, all.0.len() * BATCH + USERS, "every answered event is there, once");
    Row { bench: "ingest", case: "http", engine: "sqlite", rate, unit: "events/s", latencies: Some(all), limit: Some(raw) }.print(ask.json);
}
