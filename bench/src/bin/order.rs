//! Placing orders: against many SKUs and against one, direct and over HTTP, beside the raw limit
//! of the same file and PostgreSQL with the same statements.
use clap::Parser;
use std::collections::VecDeque;
use std::path::Path;
use std::time::Instant;
use weir_bench::{Ask, Latencies, Row, Server, bare, during, http, scratch, shop};
use weir_ground::Db;
use weir_ground::db::Open;
use weir_sell::order::place::{Basket, place};
use weir_sell::quote::{Delivery, Item};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SKUS: usize = 1000;
const BUYERS: usize = 2000;
/// Calls kept in flight by the direct cases.
const FLIGHT: usize = 4096;

fn main() {
    let ask = Ask::parse();
    let raw = raw_limit(&ask);
    for (case, hot) in [("direct-many", false), ("direct-hot", true)] {
        if case.contains(&ask.only) {
            direct(&ask, case, hot, raw);
        }
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    for case in ["http-many", "http-hot", "http-checkout"] {
        if case.contains(&ask.only) {
            let dir = scratch();
            let db = Db::open(&Open { dir: Some(dir.0.clone()), ..Open::default() }).expect("opens");
            let s = std::sync::Arc::new(shop::make(&db, SKUS, BUYERS).expect("made"));
            db.close();
            runtime.block_on(over_http(&ask, case, raw, &dir.0, s));
        }
    }
    if "pgbench".contains(&ask.only) {
        pgbench::run(&ask);
    }
}

/// The rows of one order, written by a bare loop, 100 orders a commit.
fn raw_limit(ask: &Ask) -> f64 {
    let dir = scratch();
    let db = Db::open(&Open { dir: Some(dir.0.clone()), ..Open::default() }).expect("opens");
    let made = shop::make(&db, SKUS, BUYERS).expect("made");
    db.close();
    let c = bare(&dir.0);
    let mut n: i64 = 0;
    let base = 4_000_000_000_000_000_000;
    let rate = during(ask.seconds, || {
        c.execute_batch("begin immediate").expect("begins");
        for _ in 0..100 {
            n += 1;
            bare_order(&c, &made, base + n, n);
        }
        c.execute_batch("commit").expect("commits");
        100
    });
    Row { bench: "order", case: "raw", engine: "sqlite", rate, unit: "orders/s", latencies: None, limit: None }.print(ask.json)
}

fn bare_order(c: &rusqlite::Connection, s: &shop::Shop, id: i64, n: i64) {
    let (sku, person) = (s.skus[n as usize % SKUS].n(), s.buyers[n as usize % BUYERS].n());
    let (brand, store) = (s.brand.n(), s.store.n());
    let run = |sql: &str, p: &[&dyn rusqlite::ToSql]| c.prepare_cached(sql).expect("prepares").execute(p).expect("runs");
    let price: i64 = c
        .prepare_cached("select price from sku where id = ?1")
        .and_then(|mut q| q.query_row([sku], |r| r.get(0)))
        .expect("priced");
    run("update stock set held = held + 1 where sku_id = ?1 and store_id = ?2 and on_hand - held >= 1", &[&sku, &store]);
    run(
        "insert into orders (id, brand_id, person_id, store_id, source, state, delivery, goods, freight, total, units, placed_at, expires_at) \
         values (?1, ?2, ?3, ?4, 'mall', 'placed', 'pickup', ?5, 0, ?5, 1, ?6, ?6)",
        &[&id, &brand, &person, &store, &price, &n],
    );
    run(
        "insert into order_line (order_id, n, sku_id, name, quantity, price, amount) values (?1, 1, ?2, 'Product', 1, ?3, ?3)",
        &[&id, &sku, &price],
    );
    run("insert into hold (order_id, n, sku_id, store_id, quantity, state) values (?1, 1, ?2, ?3, 1, 'held')", &[&id, &sku, &store]);
    run(
        "insert into event (id, brand_id, person_id, name, at, received_at, source, store_id, value, props) \
         values (?1, ?2, ?3, 'order.placed', ?4, ?4, 'mall', ?5, ?6, '{\"order\":\"ord_0000000000000\",\"units\":1}')",
        &[&(1_000_000 + n), &brand, &person, &n, &store, &price],
    );
    let slot = n >> 14;
    run("insert into trail_slot (slot) values (?1) on conflict do nothing", &[&slot]);
    for (what, id) in [(0, 1_000_000 + n), (1, id)] {
        run("insert into trail_new (slot, person_id, what, at, id) values (?1, ?2, ?3, ?4, ?5)", &[&slot, &person, &what, &n, &id]);
    }
}

fn direct(ask: &Ask, case: &'static str, hot: bool, raw: f64) {
    let dir = scratch();
    let db = Db::open(&Open { dir: Some(dir.0.clone()), ..Open::default() }).expect("opens");
    let s = shop::make(&db, SKUS, BUYERS).expect("made");
    let mut flight: VecDeque<(Instant, _)> = VecDeque::with_capacity(FLIGHT);
    let (mut n, mut latencies) = (0usize, Latencies::default());
    let rate = during(ask.seconds, || {
        while flight.len() < FLIGHT {
            n += 1;
            let sku = if hot { s.skus[0] } else { s.skus[n % SKUS] };
            let basket = Basket {
                person: s.buyers[n % BUYERS],
                store: s.store,
                items: vec![Item { sku_id: sku, quantity: 1 }],
                delivery: Delivery::Pickup,
                address: None,
                note: None,
                quote: None,
                source: "mall",
            };
            let brand = s.brand;
            flight.push_back((Instant::now(), db.submit(move |tx| place(tx, brand, &basket))));
        }
        let mut done = 0;
        // Everything of a commit is answered together: take what is there.
        while let Some((start, call)) = flight.pop_front() {
            call.blocking_recv().expect("answered").expect("placed");
            latencies.add(start.elapsed());
            done += 1;
            if flight.len() <= FLIGHT / 2 {
                break;
            }
        }
        done
    });
    drop(flight);
    db.close();
    Row { bench: "order", case, engine: "sqlite", rate, unit: "orders/s", latencies: Some(latencies), limit: Some(raw) }
        .print(ask.json);
}

/// Connections of the HTTP cases.
const CONNECTIONS: usize = 64;

async fn over_http(ask: &Ask, case: &'static str, raw: f64, dir: &Path, s: std::sync::Arc<shop::Shop>) {
    let server = Server::start(ask, dir);
    let start = Instant::now();
    let until = start + std::time::Duration::from_secs_f64(ask.seconds);
    let local = tokio::task::LocalSet::new();
    let mut tasks = vec![];
    for c in 0..CONNECTIONS {
        let (s, address) = (s.clone(), server.address.clone());
        tasks.push(local.spawn_local(async move { connection(&s, &address, case, c, until).await }));
    }
    let mut all = Latencies::default();
    local
        .run_until(async {
            for t in tasks {
                all.0.extend(t.await.expect("runs").expect("answers").0);
            }
        })
        .await;
    let rate = all.0.len() as f64 / start.elapsed().as_secs_f64();
    drop(server);
    let unit = if case == "http-checkout" { "checkouts/s" } else { "orders/s" };
    Row { bench: "order", case, engine: "sqlite", rate, unit, latencies: Some(all), limit: Some(raw) }.print(ask.json);
}

async fn connection(s: &shop::Shop, address: &str, case: &str, c: usize, until: Instant) -> std::io::Result<Latencies> {
    let mut client = http::Client::connect(address).await?;
    let (mut latencies, mut n) = (Latencies::default(), c);
    while Instant::now() < until {
        n += CONNECTIONS;
        let start = Instant::now();
        let sku = if case == "http-hot" { 0 } else { n % SKUS };
        let buyer = &s.tokens[n % BUYERS];
        if case == "http-checkout" {
            checkout(&mut client, s, sku, buyer, n).await?;
        } else {
            order(&mut client, s, sku, buyer, n).await?;
        }
        latencies.add(start.elapsed());
    }
    Ok(latencies)
}

fn good(answer: (u16, &[u8])) -> &[u8] {
    assert!(answer.0 == 200, "{}: {}", answer.0, String::from_utf8_lossy(answer.1));
    answer.1
}

fn key(n: usize) -> String {
    let ms = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map(|d| d.as_millis()).unwrap_or(0);
    format!("{ms:013}-{n}")
}

async fn order(client: &mut http::Client, s: &shop::Shop, sku: usize, token: &str, n: usize) -> std::io::Result<String> {
    let body = format!(r#"{{"items":[{{"sku_id":"{}","quantity":1}}],"store_id":"{}","delivery":"pickup"}}"#, s.skus[sku], s.store);
    let answer = client.send(&http::request("POST", "/mall/v1/orders", token, &key(n), &body)).await?;
    Ok(http::field(good(answer), "id").to_string())
}

/// A buyer's whole way: product, cart, address, place, pay, order page.
async fn checkout(client: &mut http::Client, s: &shop::Shop, sku: usize, token: &str, n: usize) -> std::io::Result<()> {
    let get = |path: String| http::request("GET", &path, token, "", "");
    good(client.send(&get(format!("/mall/v1/products/{}", s.products[sku]))).await?);
    let cart = format!("/mall/v1/cart/{}", s.skus[sku]);
    good(client.send(&http::request("PUT", &cart, token, "", r#"{"quantity":1}"#)).await?);
    let address = r#"{"address":{"name":"林晓雨","phone":"10000000001","region":"Riverside","detail":"1 Weir Road"}}"#;
    good(client.send(&http::request("PATCH", "/mall/v1/me", token, "", address)).await?);
    let body = format!(
        r#"{{"items":[{{"sku_id":"{}","quantity":1}}],"store_id":"{}","delivery":"delivery","address":{{"name":"林晓雨","phone":"10000000001","region":"Riverside","detail":"1 Weir Road"}}}}"#,
        s.skus[sku], s.store
    );
    let placed = client.send(&http::request("POST", "/mall/v1/orders", token, &key(n), &body)).await?;
    let id = http::field(good(placed), "id").to_string();
    let pay = format!("/mall/v1/orders/{id}/pay");
    let opened = client.send(&http::request("POST", &pay, token, &format!("{}-pay", key(n)), r#"{"provider":"test"}"#)).await?;
    let attempt = http::field(good(opened), "attempt_id").to_string();
    let cashier = format!("/mall/v1/pay/test/{attempt}");
    good(client.send(&http::request("POST", &cashier, token, "", r#"{"outcome":"success"}"#)).await?);
    let page = client.send(&get(format!("/mall/v1/orders/{id}"))).await?;
    assert_eq!(http::field(good(page), "state"), "paid");
    Ok(())
}

/// PostgreSQL with the same statements, by its own load generator.
mod pgbench {
    use super::*;
    use std::process::Command;

    const SCRIPT: &str = "\\set sku random(1, 1000)
\\set person random(1, 2000)
begin;
select s.name, s.price from sku s join product p on p.id = s.product_id where s.id = :sku;
update stock set held = held + 1 where sku_id = :sku and store_id = 1 and on_hand + backorder - held >= 1;
insert into orders (id, brand_id, person_id, store_id, source, state, delivery, goods, freight, total, units, placed_at, expires_at) values (nextval('bench_id'), 1, :person, 1, 'mall', 'placed', 'pickup', 1000, 0, 1000, 1, 1, 2) returning id as order_id \\gset
insert into order_line (order_id, n, sku_id, name, quantity, price, amount) values (:order_id, 1, :sku, 'Product', 1, 1000, 1000);
insert into hold (order_id, n, sku_id, store_id, quantity, state) values (:order_id, 1, :sku, 1, 1, 'held');
insert into event (brand_id, person_id, name, at, received_at, source, store_id, value, props) values (1, :person, 'order.placed', 1, 1, 'mall', 1, 1000, '{\"order\":\"ord_0000000000000\",\"units\":1}');
commit;
";

    pub fn run(ask: &Ask) {
        let url = std::env::var("WEIR_TEST_POSTGRES").ok().filter(|u| !u.is_empty());
        let tool = ["pgbench", "/usr/lib/postgresql/15/bin/pgbench", "/usr/lib/postgresql/16/bin/pgbench", "/usr/lib/postgresql/17/bin/pgbench"]
            .into_iter()
            .find(|t| Command::new(t).arg("--version").output().is_ok_and(|o| o.status.success()));
        let (Some(url), Some(tool)) = (url, tool) else {
            eprintln!("pgbench: skipped, no PostgreSQL here (bin/bench starts one where it is installed)");
            return;
        };
        let (url, _drop) = weir_ground::testing::own_postgres(&url);
        Db::open(&Open { url: Some(url.clone()), key: Some(weir_ground::seal::test_key()), ..Open::default() }).expect("opens").close();
        let mut c = postgres::Client::connect(&url, postgres::NoTls).expect("connects");
        c.batch_execute(
            "create sequence bench_id; insert into product (id, brand_id, code, name, category, status, created_at) \
             select i, 1, i::text, 'Product', 'all', 'on_sale', 1 from generate_series(1, 1000) i; \
             insert into sku (id, brand_id, product_id, code, name, price) select i, 1, i, i::text, '', 1000 from generate_series(1, 1000) i; \
             insert into stock (sku_id, store_id, brand_id, on_hand) select i, 1, 1, 10000000 from generate_series(1, 1000) i;",
        )
        .expect("filled");
        let dir = scratch();
        let script = dir.0.join("order.sql");
        std::fs::write(&script, SCRIPT).expect("written");
        let seconds = (ask.seconds.ceil() as u64).max(5).to_string();
        let out = Command::new(tool)
            .args(["-n", "-M", "prepared", "-c", "16", "-j", "2", "-T", &seconds, "-f"])
            .arg(&script)
            .arg(&url)
            .output()
            .expect("runs");
        let text = String::from_utf8_lossy(&out.stdout);
        let rate = text.lines().find_map(|l| l.strip_prefix("tps = ")?.split(' ').next()?.parse::<f64>().ok());
        match rate {
            Some(rate) => {
                Row { bench: "order", case: "pgbench", engine: "postgres", rate, unit: "orders/s", latencies: None, limit: None }
                    .print(ask.json);
            }
            None => eprintln!("pgbench: {}", String::from_utf8_lossy(&out.stderr)),
        }
    }
}
