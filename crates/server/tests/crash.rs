//! `kill -9` under load, again and again: what was acknowledged is there, once; nothing is double;
//! the books balance; stock equals what orders say.
mod common;
use common::{Place, Server, Shop, call, shop};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::{Arc, Mutex, atomic::{AtomicBool, AtomicU64, Ordering}};
use std::time::{Duration, Instant};
use weir_ground::{Db, params};

/// What the server acknowledged.
#[derive(Default)]
struct Acknowledged {
    /// Idempotency key → order.
    orders: Mutex<Vec<(String, String)>>,
    paid: Mutex<HashSet<String>>,
    events: Mutex<HashSet<String>>,
}

fn load(address: String, s: Shop, worker: usize, next: Arc<AtomicU64>, stop: Arc<AtomicBool>, seen: Arc<Acknowledged>) {
    let buyer = format!("Bearer {}", s.buyers[worker]);
    let post = |path: &str, auth: &str, key: &str, body: Value| -> Option<Value> {
        let headers = [("content-type", "application/json"), ("authorization", auth), ("idempotency-key", key)];
        let (status, text) = call(&address, "POST", path, &headers, body.to_string().as_bytes()).ok()?;
        assert!(status == 200 || status == 409, "{path}: {status} {text}");
        if status == 200 { serde_json::from_str(&text).ok() } else { None }
    };
    while !stop.load(Ordering::SeqCst) {
        let n = next.fetch_add(1, Ordering::SeqCst);
        if worker % 3 == 2 {
            let ids: Vec<String> = (0..5).map(|i| format!("m-{n}-{i}")).collect();
            let batch: Vec<Value> = ids
                .iter()
                .map(|id| json!({ "type": "track", "event": "Page Seen", "messageId": id, "userId": format!("u{}", n % 40) }))
                .collect();
            let admin = format!("Bearer {}", s.admin);
            if post("/v1/batch", &admin, &format!("b{n}"), json!({ "batch": batch })).is_some() {
                seen.events.lock().unwrap().extend(ids);
            }
            continue;
        }
        let key = format!("k{n:09}");
        let body = json!({ "items": [{ "sku_id": s.sku, "quantity": 1 }], "store_id": s.store, "delivery": "pickup" });
        let Some(order) = post("/mall/v1/orders", &buyer, &key, body.clone()) else { continue };
        let id = order["id"].as_str().unwrap().to_string();
        seen.orders.lock().unwrap().push((key.clone(), id.clone()));
        // The same request again answers the same order.
        if n % 5 == 0 {
            if let Some(again) = post("/mall/v1/orders", &buyer, &key, body) {
                assert_eq!(again["id"], order["id"]);
            }
        }
        let Some(open) = post(&format!("/mall/v1/orders/{id}/pay"), &buyer, &format!("{key}p"), json!({ "provider": "test" })) else {
            continue;
        };
        let attempt = open["pay"]["attempt_id"].as_str().unwrap().to_string();
        let done = post(&format!("/mall/v1/pay/test/{attempt}"), &buyer, &format!("{key}c"), json!({ "outcome": "success" }));
        if done.is_some() {
            seen.paid.lock().unwrap().insert(id);
        }
    }
}

fn check(db: &Db, s: &Shop, seen: &Acknowledged) {
    let (orders, paid, events) = (seen.orders.lock().unwrap(), seen.paid.lock().unwrap(), seen.events.lock().unwrap());
    let (sku, store) = (s.sku, s.store);
    let (all, by_state, tracked) = db
        .read_now(move |tx| {
            let all: Vec<i64> = tx.all("select id from orders", &[])?;
            let by_state: Vec<(i64, String)> = tx.all("select id, state from orders", &[])?;
            let tracked: Vec<String> = tx.all("select dedupe from event where source = 'segment' and dedupe is not null", &[])?;
            assert_eq!(weir_ledger::audit(tx)?, Vec::<String>::new());
            let (hand, held): (i64, i64) =
                tx.one("select on_hand, held from stock where sku_id = $1 and store_id = $2", params![sku, store])?;
            let live: i64 = tx.one("select count(*) from orders where state in ('placed', 'paid')", &[])?;
            assert_eq!((hand, held), (1_000_000, live), "stock is what orders say");
            let holds: i64 = tx.one("select count(*) from hold where state in ('held', 'committed')", &[])?;
            assert_eq!(holds, live);
            let doubled: i64 = tx.one("select count(*) from (select key, count(*) as n from idempotency group by key having count(*) > 1) t", &[])?;
            assert_eq!(doubled, 0);
            let brand = tx_brand(tx)?;
            let sales = weir_ledger::total(tx, brand, &format!("rev:sales:{store}"))?;
            let paid: i64 = tx.one("select coalesce(sum(paid), 0) from orders", &[])?;
            assert_eq!(sales.0, paid);
            let facts: i64 = tx.one("select count(*) from event where name = 'order.placed'", &[])?;
            assert_eq!(facts, all.len() as i64, "one fact an order");
            let lost: i64 = tx.one(weir_ground::testing::LOST_BY_PERSON, &[])?;
            assert_eq!(lost, 0, "everything is found by its person");
            Ok((all, by_state, tracked))
        })
        .unwrap();
    let text = |id: i64| weir_ground::base::ids::OrderId::new(id).to_string();
    let there: HashSet<String> = all.iter().map(|id| text(*id)).collect();
    assert_eq!(there.len(), all.len());
    let mut keys = HashSet::new();
    for (key, id) in orders.iter() {
        assert!(there.contains(id), "acknowledged order {id} is gone");
        assert!(keys.insert(key.clone()), "{key} made two orders");
    }
    let settled: HashSet<String> = by_state.iter().filter(|(_, s)| s == "paid").map(|(id, _)| text(*id)).collect();
    assert!(paid.is_subset(&settled), "an acknowledged payment is gone");
    let kept: HashSet<&str> = tracked.iter().map(|d| d.split_once(':').map_or(d.as_str(), |p| p.1)).collect();
    assert_eq!(kept.len(), tracked.len(), "no event is double");
    for id in events.iter() {
        assert!(kept.contains(id.as_str()), "acknowledged event {id} is gone");
    }
}

fn tx_brand(tx: &mut weir_ground::Tx) -> weir_ground::base::Result<weir_ground::event::BrandId> {
    tx.one("select id from brand order by id limit 1", &[])
}

fn crash(place: Place, times: usize) {
    let db = place.open();
    let s = shop(&db, "crash", 1_000_000, 9);
    db.close();
    let (seen, next) = (Arc::new(Acknowledged::default()), Arc::new(AtomicU64::new(0)));
    for round in 0..times {
        let server = Server::start(&place);
        let stop = Arc::new(AtomicBool::new(false));
        let workers: Vec<_> = (0..9)
            .map(|w| {
                let (a, s, n, st, se) = (server.address.clone(), s.clone(), next.clone(), stop.clone(), seen.clone());
                std::thread::spawn(move || load(a, s, w, n, st, se))
            })
            .collect();
        // The kill comes in the middle of work, however long a busy machine takes to begin with it.
        let (before, begun) = (seen.orders.lock().unwrap().len(), Instant::now());
        while seen.orders.lock().unwrap().len() == before {
            assert!(begun.elapsed() < Duration::from_secs(60), "round {round}: no order came through");
            std::thread::sleep(Duration::from_millis(2));
        }
        std::thread::sleep(Duration::from_millis((round as u64 * 37) % 180));
        server.kill();
        stop.store(true, Ordering::SeqCst);
        for w in workers {
            w.join().unwrap();
        }
        if round % 10 == 9 || round + 1 == times {
            let db = place.open();
            check(&db, &s, &seen);
            db.close();
        }
    }
    let n = seen.orders.lock().unwrap().len();
    assert!(n > times, "only {n} orders came through: the load was no load");
}

#[test]
fn a_hundred_kills_on_sqlite_lose_nothing() {
    crash(Place::sqlite(), 100);
}

#[test]
fn twenty_kills_on_postgres_lose_nothing() {
    if let Some(place) = Place::postgres() {
        crash(place, 20);
    }
}

/// A stop by signal finishes what is under way and leaves a database that opens at once.
#[test]
fn a_graceful_stop_answers_what_it_took() {
    let place = Place::sqlite();
    let db = place.open();
    let s = shop(&db, "stop", 1_000_000, 9);
    db.close();
    let server = Server::start(&place);
    let (seen, next, stop) = (Arc::new(Acknowledged::default()), Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let workers: Vec<_> = (0..9)
        .map(|w| {
            let (a, s, n, st, se) = (server.address.clone(), s.clone(), next.clone(), stop.clone(), seen.clone());
            std::thread::spawn(move || load(a, s, w, n, st, se))
        })
        .collect();
    std::thread::sleep(Duration::from_millis(400));
    assert!(server.stop().success());
    stop.store(true, Ordering::SeqCst);
    workers.into_iter().for_each(|w| w.join().unwrap());
    let db = place.open();
    check(&db, &s, &seen);
    db.close();
}
