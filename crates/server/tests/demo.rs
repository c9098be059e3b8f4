//! The demo merchant: exact counts, stages against an independent computation, a quick start, a
//! small footprint.
mod common;
use common::{Place, Server, ask, call, resident_mb};
use serde_json::Value;
use std::time::{Duration, Instant};
use weir_ground::base::{Zone, time::Day};

fn status(place: &Place) -> Value {
    let out = place.weir(&["status", "--json"]).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    serde_json::from_slice(&out.stdout).unwrap()
}

/// `(first_order, repurchase, silent, churned)` for 28 and 90 days, computed from the panel by a
/// program of its own (`demo/expected/stages.py`), for a number of days after the data end.
fn expected(offset: i32) -> (i64, i64, i64, i64) {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../demo/expected/stages.csv")).unwrap();
    let row = text
        .lines()
        .skip(1)
        .map(|l| l.split(',').collect::<Vec<_>>())
        .find(|r| r[1] == "28" && r[2] == "90" && r[3] == offset.to_string())
        .expect("a row for this offset");
    let n = |i: usize| row[i].parse().unwrap();
    (n(4), n(5), n(6), n(7))
}

#[test]
fn the_panel_is_whole_and_its_stages_are_right() {
    let place = Place::sqlite();
    let built = place.weir(&["demo", "--no-serve", "--panel-only"]).output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let s = status(&place);
    assert_eq!(s["persons"]["total"], 2469);
    assert_eq!(s["orders"]["total"], 155_848);
    assert_eq!(s["stores"], 457);
    assert_eq!(s["gross_fen"], 459_603_958_i64);
    assert_eq!((&s["ledger"]["balanced"], &s["parked"], &s["failing_timers"]), (&true.into(), &0.into(), &0.into()));

    // How many days lie between the last order and today, in the zone of the panel.
    let db = place.open();
    let (last, now): (i64, i64) = (db.read_now(|tx| tx.one("select max(placed_at) from orders", &[])).unwrap(), db.now());
    db.close();
    assert!(now - last < 86_400_000 + 3_600_000, "the year ends within the last day");
    let zone = Zone::named("America/New_York").unwrap();
    let offset = |at: i64| { let (Day(a), Day(b)) = (zone.day(at), zone.day(last)); a - b };
    let (first, repurchase, silent, churned) = expected(offset(now));
    let stages = &s["persons"]["by_stage"];
    for (stage, n) in [("first_order", first), ("repurchase", repurchase), ("silent", silent), ("churned", churned)] {
        assert_eq!(stages[stage], n, "{stage}");
    }

    // API and a second start say the same, soon and with little memory.
    let key = place.weir(&["key", "create", "--scope", "admin", "--json"]).output().unwrap();
    let key: Value = serde_json::from_slice(&key.stdout).unwrap();
    let start = Instant::now();
    let server = Server::start(&place);
    let (code, _) = call(&server.address, "GET", "/healthz", &[], b"").unwrap();
    let took = start.elapsed();
    assert_eq!(code, 200);
    assert!(took < Duration::from_secs(1), "first answer after {took:?}");
    let secret = key["secret"].as_str().unwrap();
    for (path, total) in [("/api/v1/persons", 2469), ("/api/v1/orders", 155_848), ("/api/v1/stores", 458)] {
        let (code, list) = ask(&server.address, "GET", path, secret, None);
        assert_eq!((code, &list["total"]), (200, &total.into()), "{path}");
    }
    let (_, overview) = ask(&server.address, "GET", "/api/v1/overview", secret, None);
    assert_eq!(overview["gross_fen"], 459_603_958_i64);
    std::thread::sleep(Duration::from_secs(2));
    let mb = resident_mb(server.child.id());
    assert!(mb < 80, "{mb} MB resident");
    let again = place.weir(&["demo", "--no-serve", "--panel-only"]).output().unwrap();
    assert!(String::from_utf8_lossy(&again.stderr).contains("already"));
}
