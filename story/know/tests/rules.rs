//! Who holds a contested value, hubs, binding by hand, and the list of possible duplicates.
mod common;

use common::*;
use serde_json::json;
use weir_ground::testing::{START, each_engine};
use weir_know::identity::bonds::holder_at;
use weir_know::identity::merge::By;
use weir_know::identity;

#[test]
fn a_recycled_phone_goes_to_the_newest_evidence_and_both_are_listed() {
    each_engine(|db| {
        let w = World::new(&db);
        let old = w.resolve(&[("user_id", "old"), ("phone", "13800000001")]);
        tick(&db);
        // Another account with the same number: another person, who has the number from now on.
        let new = w.resolve(&[("user_id", "new"), ("phone", "13800000001")]);
        assert_ne!(old, new);
        assert_eq!((w.find("user_id", "old"), w.find("user_id", "new"), w.find("phone", "13800000001")), (Some(old), Some(new), Some(new)));
        let phones: Vec<Option<String>> = w.all("select phone from person order by id");
        assert_eq!((phones[0].clone(), phones[1].is_some()), (None, true));
        let (_, list) = w.ask("GET", "/api/v1/duplicates", None);
        assert_eq!((&list["items"][0]["a"]["id"], &list["items"][0]["b"]["id"], &list["items"][0]["value"]), (&json!(old), &json!(new), &json!("138****0001")));

        // The log knows whose it was when.
        let stored: String = w.one("select value from identity where kind = 'phone'");
        let at = |t| { let (brand, by) = (w.brand, By { kind: "phone".into(), value: stored.clone() }); db.read_now(move |tx| holder_at(tx, brand, &by, t)).unwrap() };
        assert_eq!((at(START - 1), at(START), at(START + 1)), (None, Some(old), Some(new)));

        // People give it back; no rule joins the two after that.
        let id = list["items"][0]["id"].as_str().unwrap().to_string();
        assert_eq!(w.ask("POST", &format!("/api/v1/duplicates/{id}"), Some(json!({ "decision": "move" }))).0, 204);
        assert_eq!(w.find("phone", "13800000001"), Some(old));
        assert_eq!(w.ask("POST", &format!("/api/v1/duplicates/{id}"), Some(json!({ "decision": "merge" }))).0, 409);
        assert_eq!(w.ask("GET", "/api/v1/duplicates", None).1["items"], json!([]));
        assert_eq!(w.one::<i64>("select count(*) from person_merge"), 0);
    });
}

#[test]
fn a_number_on_everybodys_card_joins_nobody() {
    each_engine(|db| {
        let w = World::new(&db);
        let names: [&'static str; 7] = ["o-0", "o-1", "o-2", "o-3", "o-4", "o-5", "o-6"];
        let mut seen = vec![];
        for (i, o) in names.iter().enumerate() {
            tick(&db);
            seen.push(w.resolve(&[("openid", o), ("phone", "4008000000")]));
            let roots: i64 = w.one("select count(*) from person where root_id = id and known = 1");
            // Up to five persons may be one by a phone; the sixth shows that it is nobody's own.
            assert_eq!(roots, if i < 5 { 1 } else { i as i64 + 1 }, "after {o}");
        }
        let mut found: Vec<_> = names.iter().map(|o| w.find("openid", o).unwrap()).collect();
        found.sort();
        found.dedup();
        assert_eq!(found.len(), 7);
        let told: Vec<String> = w.all("select props from event where name = 'identity.inert'");
        assert_eq!(told, [r#"{"kind":"phone","persons":6,"limit":5,"parted":5}"#]);
        let (_, rules) = w.ask("GET", "/api/v1/identity-rules", None);
        let phone = rules["items"].as_array().unwrap().iter().find(|k| k["kind"] == "phone").unwrap();
        assert_eq!((&phone["hub_limit"], &phone["inert"]), (&json!(5), &json!(1)));
        // Alone it still finds the one who came with it first.
        assert_eq!(w.resolve(&[("phone", "4008000000")]), w.find("openid", "o-0").unwrap());
    });
}

#[test]
fn people_bind_and_take_off_and_merge_and_part() {
    each_engine(|db| {
        let w = World::new(&db);
        let (a, b) = (w.resolve(&[("openid", "a")]), w.resolve(&[("openid", "b"), ("phone", "13800000002")]));
        let path = |p, rest: &str| format!("/api/v1/persons/{p}{rest}");
        let bind = |p, kind: &str, value: &str| w.ask("POST", &path(p, "/identities"), Some(json!({ "kind": kind, "value": value }))).0;
        assert_eq!((bind(a, "phone", "13800000001"), bind(a, "phone", "13800000001")), (204, 204));
        assert_eq!((bind(a, "phone", "13800000009"), bind(a, "phone", "13800000002"), bind(a, "phone", "x"), bind(a, "iris", "x")), (409, 409, 400, 400));
        assert_eq!(w.find("phone", "13800000001"), Some(a));

        // Two phones are two persons, until one is taken off.
        let merge = || w.ask("POST", &path(a, "/merge"), Some(json!({ "other_id": b })));
        assert_eq!((merge().0, w.one::<i64>("select count(*) from person_merge")), (409, 0));
        let (_, bonds) = w.ask("GET", &path(a, "/identities"), None);
        let phone = bonds["identities"].as_array().unwrap().iter().find(|i| i["kind"] == "phone").unwrap();
        assert_eq!((&phone["value"], &phone["evidence"]), (&json!("138****0001"), &json!("staff")));
        let key = phone["key"].as_str().unwrap();
        assert_eq!(w.ask("DELETE", &path(a, &format!("/identities/{key}")), None), (200, json!({ "parted": 0 })));
        assert_eq!(w.find("phone", "13800000001"), None);
        assert_eq!(w.ask("DELETE", &path(a, &format!("/identities/{key}")), None).0, 404);
        assert_eq!(merge(), (200, json!({ "person_id": a })));
        assert_eq!(merge().0, 409);

        // What taking it back would do, and doing it.
        let (_, bonds) = w.ask("GET", &path(b, "/identities"), None);
        let id = bonds["merges"][0]["id"].clone();
        let (status, dry) = w.ask("POST", &path(a, "/unmerge"), Some(json!({ "merge_id": id, "dry_run": true })));
        assert_eq!((status, &dry["done"], &dry["leaves"]["person"]["id"], &dry["leaves"]["identities"]), (200, &json!(false), &json!(b), &json!(2)));
        assert_eq!(w.find("openid", "b"), Some(a));
        let (status, done) = w.ask("POST", &path(a, "/unmerge"), Some(json!({ "merge_id": id, "reason": "a mistake" })));
        assert_eq!((status, &done["done"]), (200, &json!(true)));
        assert_eq!(w.find("openid", "b"), Some(b));
        assert_eq!(w.ask("POST", &path(a, "/unmerge"), Some(json!({ "merge_id": id }))).0, 404);
        let (_, bonds) = w.ask("GET", &path(a, "/identities"), None);
        assert_eq!((&bonds["merges"][0]["undone_reason"], bonds["merges"].as_array().unwrap().len()), (&json!("a mistake"), 1));
    });
}

#[test]
fn an_identity_taken_off_takes_its_joins_with_it() {
    each_engine(|db| {
        let w = World::new(&db);
        let brand = w.brand;
        let (a, b) = (w.resolve(&[("user_id", "u"), ("phone", "13800000001")]), w.resolve(&[("openid", "o")]));
        assert_eq!(w.resolve(&[("phone", "13800000001"), ("openid", "o")]), a);
        let key = w.ask("GET", &format!("/api/v1/persons/{a}/identities"), None).1["identities"]
            .as_array().unwrap().iter().find(|i| i["kind"] == "phone").unwrap()["key"].as_str().unwrap().to_string();
        assert_eq!(w.ask("DELETE", &format!("/api/v1/persons/{a}/identities/{key}"), None), (200, json!({ "parted": 1 })));
        assert_eq!((w.find("openid", "o"), w.find("user_id", "u")), (Some(b), Some(a)));
        // The evidence fell, nobody decided: they may be joined again.
        assert_eq!(w.one::<i64>("select count(*) from person_apart"), 0);
        assert_eq!(w.write(move |tx| identity::merge(tx, brand, a, b, "test")), Some(a));
    });
}
