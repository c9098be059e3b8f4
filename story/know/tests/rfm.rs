//! RFM: the grid, cuts that stay as they were frozen, and the same persons by every way of asking.
mod common;

use common::*;
use serde_json::{Value, json};
use weir_ground::base::time::DAY;
use weir_ground::event::PersonId;
use weir_ground::testing::{START, each_engine};
use weir_keep::Settings;
use weir_know::rfm::{self, Score, Which, cuts, table};

const NAMES: [&str; 12] = [
    "13800000001", "13800000002", "13800000003", "13800000004", "13800000005", "13800000006",
    "13800000007", "13800000008", "13800000009", "13800000010", "13800000011", "13800000012",
];

/// Person n bought n times, the last time 3·(12 − n) days ago, for ¥10 more each; the twelfth of them never.
fn shop(db: &weir_ground::Db) -> (World, Vec<PersonId>) {
    let w = World::with(db, "tea", "Asia/Shanghai", Settings::default());
    let persons: Vec<PersonId> = NAMES.iter().map(|phone| w.resolve(&[("phone", *phone)])).collect();
    for (n, person) in persons.iter().take(11).enumerate() {
        for k in 0..=n as i64 {
            w.order(*person, START - (3 * (10 - n as i64) + k) * DAY, 1_000 * (n as i64 + 1));
        }
    }
    w.settle();
    (w, persons)
}

fn ids(answer: &Value) -> Vec<String> {
    answer["items"].as_array().unwrap().iter().map(|p| p["id"].as_str().unwrap().to_string()).collect()
}

#[test]
fn the_grid_the_groups_and_the_list_of_persons_agree() {
    each_engine(|db| {
        let (w, persons) = shop(&db);
        let brand = w.brand;
        // Before anybody froze cuts, a proposal answers.
        let (status, rfm) = w.ask("GET", "/api/v1/rfm", None);
        assert_eq!((status, &rfm["version"]["n"], &rfm["version"]["kind"]), (200, &json!(0), &json!("quantile")));
        assert_eq!(rfm["version"]["cuts"]["f"], json!([3, 5, 7, 9]));
        assert_eq!(rfm["version"]["cuts"]["r"], json!([6, 12, 18, 24]));
        assert_eq!((&rfm["table"]["buyers"], &rfm["table"]["others"]), (&json!(11), &json!(1)));

        let body = json!({ "window_days": 20, "cuts": { "r": [0, 3, 9, 12], "f": [2, 4, 8, 10], "m": [3_000, 20_000, 60_000, 100_000] } });
        let (status, frozen) = w.ask("POST", "/api/v1/rfm/versions", Some(body));
        assert_eq!((status, &frozen["n"], &frozen["kind"]), (200, &json!(1), &json!("fixed")), "{frozen}");
        let version = db.read_now(move |tx| rfm::current(tx, brand)).unwrap().unwrap();
        // Person 5 (n = 4) bought 5 times, 18 to 22 days ago: the last 20 days, today among them, hold two of them.
        let scored = db.read_now(move |tx| table::scores(tx, brand, &version)).unwrap();
        let of = |n: usize| scored.iter().find(|(b, _)| b.person == persons[n]).map(|(b, s)| (b.days, b.orders, b.kept, *s));
        assert_eq!(of(3), None);
        assert_eq!(of(4), Some((18, 2, 10_000, Score { r: 1, f: 1, m: 2 })));
        assert_eq!(of(10), Some((0, 11, 121_000, Score { r: 5, f: 5, m: 5 })));
        assert_eq!(of(9), Some((3, 10, 100_000, Score { r: 4, f: 4, m: 4 })));

        // The pure function says the same from the orders themselves.
        let (zone, version) = (weir_ground::base::Zone::named("Asia/Shanghai").unwrap(), db.read_now(move |tx| rfm::current(tx, brand)).unwrap().unwrap());
        for (n, person) in persons.iter().enumerate() {
            let orders: Vec<rfm::Order> =
                w.all(&format!("select paid_at, paid - refunded from orders where person_id = {}", person.n()));
            assert_eq!(rfm::score(&orders, &version, &zone, START).0, of(n).map(|o| o.3));
        }

        let (_, rfm) = w.ask("GET", "/api/v1/rfm", None);
        let mut seen = 0;
        for cell in rfm["table"]["cells"].as_array().unwrap() {
            let which = format!("r{}f{}", cell["r"], cell["f"]);
            let (status, list) = w.ask("GET", &format!("/api/v1/persons?rfm={which}"), None);
            assert_eq!((status, &list["total"]), (200, &cell["persons"]), "{which}");
            let (_, members) = w.ask("GET", &format!("/api/v1/rfm/members?rfm={which}"), None);
            let mut listed = ids(&list);
            listed.sort();
            assert_eq!(members["ids"], json!(listed), "{which}");
            seen += cell["persons"].as_i64().unwrap();
        }
        assert_eq!(seen, rfm["table"]["buyers"].as_i64().unwrap());
        for row in rfm["table"]["groups"].as_array().unwrap() {
            let (_, list) = w.ask("GET", &format!("/api/v1/persons?rfm={}", row["group"].as_str().unwrap()), None);
            assert_eq!(list["total"], row["persons"], "{row}");
        }
        for m in 1..=5 {
            let which = Which::parse(&format!("m{m}")).unwrap();
            let (_, list) = w.ask("GET", &format!("/api/v1/persons?rfm=m{m}"), None);
            assert_eq!(list["total"], json!(scored.iter().filter(|(_, s)| which.holds(*s)).count()));
        }
        assert_eq!(w.ask("GET", "/api/v1/persons?rfm=r6", None).0, 400);
    });
}

#[test]
fn frozen_cuts_stay_and_others_are_tried_before_they_are_frozen() {
    each_engine(|db| {
        let (w, persons) = shop(&db);
        let brand = w.brand;
        assert_eq!(w.ask("POST", "/api/v1/rfm/versions", Some(json!({}))).0, 200);
        let now = || db.read_now(move |tx| rfm::current(tx, brand)).unwrap().unwrap();
        let first = now();
        let score = |n: usize| {
            let scored = db.read_now({ let v = now(); move |tx| table::scores(tx, brand, &v) }).unwrap();
            scored.iter().find(|(b, _)| b.person == persons[n]).map(|(_, s)| *s)
        };
        let before = score(5);
        // Others buy, a lot: somebody who does nothing keeps the score.
        for _ in 0..30 {
            w.order(persons[0], START - DAY, 90_000);
        }
        w.settle();
        assert_eq!((score(5), now()), (before, first.clone()));

        let (status, preview) = w.ask("POST", "/api/v1/rfm/preview", Some(json!({})));
        assert_eq!(status, 200);
        assert_ne!(preview["version"]["cuts"], json!(first.cuts));
        let moved: i64 = preview["moves"].as_array().unwrap().iter().map(|m| m["persons"].as_i64().unwrap()).sum();
        assert_eq!(json!(moved), preview["moving"]);
        assert!(preview["changing"].as_i64() >= preview["moving"].as_i64() && moved > 0, "{preview}");
        assert_eq!(now(), first);
        // A window that nobody bought in leaves nobody with a score.
        let (_, none) = w.ask("POST", "/api/v1/rfm/preview", Some(json!({ "window_days": 1, "cuts": first.cuts })));
        assert_eq!((&none["table"]["buyers"], &none["changing"]), (&json!(1), &json!(11)));

        let (_, second) = w.ask("POST", "/api/v1/rfm/versions", Some(json!({ "kind": "quantile", "cuts": preview["version"]["cuts"] })));
        assert_eq!((&second["n"], &second["kind"], &second["cuts"]), (&json!(2), &json!("quantile"), &preview["version"]["cuts"]));
        let (_, list) = w.ask("GET", "/api/v1/rfm/versions", None);
        assert_eq!(list["items"].as_array().unwrap().len(), 2);
        assert_eq!(w.one::<i64>("select count(*) from event where name = 'rfm.frozen'"), 2);

        for wrong in [
            json!({ "window_days": 0 }),
            json!({ "window_days": 3_651 }),
            json!({ "cuts": { "r": [1, 2, 4, 3], "f": [1, 2, 3, 4], "m": [1, 2, 3, 4] } }),
            json!({ "cuts": { "r": [1, 2, 3, 4], "f": [-1, 2, 3, 4], "m": [1, 2, 3, 4] } }),
            json!({ "cuts": { "r": [1, 2, 3], "f": [1, 2, 3, 4], "m": [1, 2, 3, 4] } }),
        ] {
            assert_eq!(w.ask("POST", "/api/v1/rfm/versions", Some(wrong.clone())).0, 400, "{wrong}");
        }
        assert_eq!(cuts_of(&w), 2);
    });
}

fn cuts_of(w: &World) -> usize {
    let brand = w.brand;
    w.db.read_now(move |tx| cuts::versions(tx, brand)).unwrap().len()
}
