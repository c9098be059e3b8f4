//! Identities lead to one person, and a merged person reads as one.
mod common;

use common::*;
use serde_json::json;
use weir_ground::base::Code;
use weir_ground::testing::{START, each_engine, opened};
use weir_know::person::{self, Traits};
use weir_know::{identity, tag};

const PERSONS: &str = "select count(*) from person where root_id = id";

#[test]
fn the_anonymous_visitor_becomes_the_person_that_signs_in() {
    each_engine(|db| {
        let w = World::new(&db);
        let visitor = w.resolve(&[("visitor", "v-1")]);
        assert_eq!(w.resolve(&[("visitor", " v-1 ")]), visitor);
        let (known, stage): (i64, String) = w.one(&format!("select known, stage from person where id = {}", visitor.n()));
        assert_eq!((known, stage.as_str()), (0, "prospect"));

        // Somebody new signs in: the visitor is that person.
        let first = w.resolve(&[("phone", "+86 138 0013 8000"), ("visitor", "v-1")]);
        assert_eq!(first, visitor);
        let row: (i64, String) = w.one(&format!("select known, phone from person where id = {}", first.n()));
        assert_eq!((row.0, opened(&db, w.brand, &row.1).as_str()), (1, "13800138000"));

        // Somebody known signs in on a browser that was anonymous until now.
        tick(&db);
        let other = w.resolve(&[("visitor", "v-2")]);
        assert_ne!(other, first);
        assert_eq!(w.resolve(&[("visitor", "v-2"), ("phone", "13800138000")]), first);
        assert_eq!(w.find("visitor", "v-2"), Some(first));
        assert_eq!(w.one::<i64>(PERSONS), 1);
        let merges: Vec<(i64, i64, String)> = w.all("select loser_id, winner_id, reason from person_merge");
        assert_eq!(merges, [(other.n(), first.n(), "visitor seen together".to_string())]);
        let props: String = w.one("select props from event where name = 'person.merged'");
        assert_eq!(props, format!(r#"{{"winner":"{first}","loser":"{other}","reason":"visitor seen together"}}"#));
    });
}

#[test]
fn a_weak_identity_never_joins_two_known_persons() {
    each_engine(|db| {
        let w = World::new(&db);
        let a = w.resolve(&[("phone", "13800000001"), ("visitor", "tablet")]);
        // Another account on the same tablet, new to us: another person, whatever its kind.
        let b = w.resolve(&[("phone", "13800000002"), ("visitor", "tablet")]);
        let c = w.resolve(&[("email", "c@mail.example"), ("visitor", "tablet")]);
        assert!(a != b && b != c && a != c);
        assert_eq!((w.one::<i64>(PERSONS), w.find("visitor", "tablet")), (3, Some(c)));
        // Both accounts are known: the tablet goes to whoever uses it now, and nobody is joined.
        assert_eq!(w.resolve(&[("visitor", "tablet"), ("phone", "13800000001")]), a);
        assert_eq!(w.find("visitor", "tablet"), Some(a));
        assert_eq!((w.one::<i64>(PERSONS), w.one::<i64>("select count(*) from person_merge")), (3, 0));
        let phones: Vec<Option<String>> = w.all("select phone from person order by id");
        let phones: Vec<Option<String>> = phones.iter().map(|p| p.as_deref().map(|p| opened(&db, w.brand, p))).collect();
        assert_eq!(phones, [Some("13800000001".into()), Some("13800000002".into()), None]);
    });
}

#[test]
fn two_values_of_a_one_per_person_kind_never_share_a_person() {
    each_engine(|db| {
        let w = World::new(&db);
        let a = w.resolve(&[("phone", "13800000001"), ("unionid", "u-1")]);
        let b = w.resolve(&[("phone", "13800000002"), ("openid", "o-1")]);
        let before: Vec<(String, i64)> = w.all("select value, person_id from identity order by value");
        assert_eq!(w.merge(a, b), None);
        // Identities of both in one call: the strongest decides, the other stays where it is, because
        // the person has a phone of its own; both are listed for people to decide.
        assert_eq!(w.resolve(&[("unionid", "u-1"), ("phone", "13800000002")]), a);
        assert_eq!(w.resolve(&[("phone", "13800000002"), ("unionid", "u-1")]), a);
        let listed: Vec<(i64, i64, String, i64)> = w.all("select a_id, b_id, state, times from person_pair");
        assert_eq!(listed, [(a.n(), b.n(), "open".to_string(), 2)]);
        // A second phone of somebody who has one is not bound, and makes nobody however often it comes.
        for _ in 0..3 {
            assert_eq!(w.resolve(&[("unionid", "u-1"), ("phone", "13900000009")]), a);
        }
        assert_eq!(w.find("phone", "13900000009"), None);
        // Within one call the first value of such a kind counts.
        let c = w.resolve(&[("user_id", "x"), ("user_id", "y")]);
        assert_eq!((w.find("user_id", "x"), w.find("user_id", "y")), (Some(c), None));

        let after: Vec<(String, i64)> = w.all("select value, person_id from identity where value <> 'x' order by value");
        assert_eq!(after, before);
        assert_eq!((w.one::<i64>(PERSONS), w.one::<i64>("select count(*) from person_merge")), (3, 0));
        assert_eq!(w.one::<i64>("select count(*) from event where name = 'person.merged'"), 0);
    });
}

#[test]
fn nobody_is_nobody_and_unknown_kinds_are_refused() {
    each_engine(|db| {
        let w = World::new(&db);
        let brand = w.brand;
        for given in [vec![], vec![("user_id", "null")], vec![("phone", "12")], vec![("iris", "x"), ("phone", "13800000001")]] {
            let refused = db.write_now(move |tx| identity::resolve(tx, brand, &given, "test")).unwrap_err();
            assert_eq!(refused.code, Code::Invalid, "{refused}");
        }
        assert_eq!((w.one::<i64>("select count(*) from person"), w.one::<i64>("select count(*) from identity")), (0, 0));
    });
}

#[test]
fn merging_again_changes_nothing() {
    each_engine(|db| {
        let w = World::new(&db);
        let (a, b) = (w.resolve(&[("openid", "o-1")]), w.resolve(&[("openid", "o-2")]));
        w.order(a, START - 1000, 3_000);
        w.settle();
        assert_eq!(w.merge(a, b), Some(a));
        let state = "select count(*), sum(orders), sum(paid) from person where root_id = id";
        let counts: (i64, i64, i64) = w.one(state);
        assert_eq!(counts, (1, 1, 3_000));
        let events: i64 = w.one("select count(*) from event");
        for (x, y) in [(a, b), (b, a), (a, a), (b, b)] {
            assert_eq!(w.merge(x, y), Some(a));
        }
        assert_eq!(w.one::<(i64, i64, i64)>(state), counts);
        assert_eq!((w.one::<i64>("select count(*) from event"), w.one::<i64>("select count(*) from person_merge")), (events, 1));
        // A third one joins the two: everybody points at the one that stays.
        let c = w.resolve(&[("openid", "o-3")]);
        assert_eq!(w.resolve(&[("openid", "o-3"), ("openid", "o-2")]), a);
        assert_eq!(w.all::<i64>("select distinct root_id from person"), [a.n()]);
        let (brand, gone) = (w.brand, c);
        assert_eq!(db.read_now(move |tx| person::root(tx, brand, gone)).unwrap(), a);
    });
}

/// Two persons with a life each become one.
#[test]
fn a_merged_person_reads_as_one() {
    each_engine(|db| {
        let w = World::new(&db);
        let brand = w.brand;
        let early = w.resolve(&[("openid", "o-early")]);
        w.write(move |tx| {
            let traits = Traits {
                name: Some("林晓雨".into()),
                email: Some("lin@mail.example".into()),
                portrait: [("gender".to_string(), Some("f".to_string()))].into(),
                ..Traits::default()
            };
            person::describe(tx, brand, early, &traits, None)?;
            tag::add(tx, brand, early, "vip", "manual", None)?;
            tag::add(tx, brand, early, "tea", "manual", None)
        });
        w.consent(early, "email", "granted");
        w.order(early, START - 9_000, 2_000);
        db.set_clock(START + 10);
        let late = w.resolve(&[("phone", "13800000001")]);
        w.write(move |tx| tag::add(tx, brand, late, "tea", "manual", None));
        w.consent(late, "inbox", "granted");
        let order = w.order(late, START - 4_000, 1_500);
        w.order(late, START - 2_000, 500);
        w.refund(order, 300);
        w.settle();
        assert_eq!((w.stage(early).as_str(), w.stage(late).as_str()), ("first_order", "repurchase"));

        db.set_clock(START + 20);
        // The older of two known ones stays.
        assert_eq!(w.resolve(&[("openid", "o-early"), ("phone", "13800000001")]), early);
        db.set_clock(START + 30);
        w.order(early, START + 25, 4_000);
        w.settle();

        // The retired id is an alias for ever.
        let (status, one) = w.ask("GET", &format!("/api/v1/persons/{late}"), None);
        assert_eq!((status, &one["id"], &one["merged_ids"]), (200, &json!(early), &json!([late])));
        assert_eq!((&one["name"], &one["phone"], &one["email"]), (&json!("林晓雨"), &json!("138****0001"), &json!("l***@mail.example")));
        assert_eq!((&one["portrait"], &one["tags"]), (&json!({ "gender": "f" }), &json!(["tea", "vip"])));
        assert_eq!((&one["orders"], &one["paid_fen"], &one["refunded_fen"]), (&json!(4), &json!(8_000), &json!(300)));
        assert_eq!((&one["stage"], &one["last_order_at"], &one["joined_at"]), (&json!("repurchase"), &json!(START + 25), &json!(START)));
        let of = |key: &str, field: &str| -> Vec<String> {
            one[key].as_array().unwrap().iter().map(|c| c[field].as_str().unwrap().to_string()).collect()
        };
        assert_eq!((of("consents", "channel"), of("consents", "status")), (vec!["email".into(), "inbox".into()], vec!["granted".to_string(); 2]));
        assert_eq!(of("identities", "value"), ["o-early", "138****0001"]);

        // Events keep the person they were written with; the timeline has them all, newest first.
        let (status, line) = w.ask("GET", &format!("/api/v1/persons/{early}/timeline?name=order.&limit=3"), None);
        let seen = |page: &serde_json::Value| -> Vec<(i64, String)> {
            page["items"].as_array().unwrap().iter().map(|e| (e["at"].as_i64().unwrap(), e["person_id"].as_str().unwrap().to_string())).collect()
        };
        let (l, e) = (late.to_string(), early.to_string());
        assert_eq!((status, seen(&line)), (200, vec![(START + 25, e.clone()), (START + 10, l.clone()), (START - 2_000, l.clone())]));
        let next = line["next"].as_str().unwrap();
        let (_, rest) = w.ask("GET", &format!("/api/v1/persons/{early}/timeline?name=order.&limit=3&cursor={next}"), None);
        assert_eq!((seen(&rest), &rest["next"]), (vec![(START - 4_000, l), (START - 9_000, e)], &json!(null)));

        // The list shows one person, found by a tag that came with the other.
        for query in ["tag=vip", "tag=tea", "q=lin@mail.example", "q=13800000001", "q=0001", "q=晓雨", "stage=repurchase"] {
            let (_, found) = w.ask("GET", &format!("/api/v1/persons?{}", query.replace("晓雨", "%E6%99%93%E9%9B%A8")), None);
            assert_eq!((&found["total"], &found["items"][0]["id"]), (&json!(1), &json!(early)), "{query}");
        }
        let (_, tags) = w.ask("GET", "/api/v1/tags", None);
        assert_eq!(tags["items"], json!(["tea", "vip"].map(|tag| {
            json!({ "tag": tag, "persons": 1, "group_id": null, "manual": 1, "imported": 0, "rules": 0, "removed": 0 })
        })));
        // A tag that the other one brought is there already, and goes away whole.
        let (status, _) = w.ask("POST", &format!("/api/v1/persons/{early}/tags"), Some(json!({ "tag": "vip" })));
        assert_eq!((status, w.one::<i64>("select count(*) from event where name = 'person.tagged'")), (204, 3));
        let (status, _) = w.ask("DELETE", &format!("/api/v1/persons/{early}/tags/tea"), None);
        assert_eq!((status, w.all::<String>("select tag from tag")), (204, vec!["vip".to_string()]));
        assert_eq!(w.ask("DELETE", &format!("/api/v1/persons/{early}/tags/tea"), None).0, 404);
    });
}

#[test]
fn one_identity_that_comes_many_times_at_once_is_one_person() {
    each_engine(|db| {
        let w = World::new(&db);
        let found: Vec<_> = std::thread::scope(|s| {
            let all: Vec<_> = (0..8).map(|_| s.spawn(|| w.resolve(&[("phone", "13800000001"), ("visitor", "v-1")]))).collect();
            all.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert!(found.iter().all(|p| *p == found[0]), "{found:?}");
        assert_eq!((w.one::<i64>("select count(*) from person"), w.one::<i64>("select count(*) from identity")), (1, 2));
        assert_eq!(w.one::<i64>("select count(*) from event where name = 'person.created'"), 1);
    });
}

#[test]
fn another_brand_has_its_own_persons() {
    each_engine(|db| {
        let (a, b) = (World::new(&db), World::with(&db, "other", "UTC", Default::default()));
        let person = a.resolve(&[("phone", "13800000001")]);
        assert_eq!(b.find("phone", "13800000001"), None);
        assert_ne!(b.resolve(&[("phone", "13800000001")]), person);
        let path = format!("/api/v1/persons/{person}");
        assert_eq!((a.ask("GET", &path, None).0, b.ask("GET", &path, None).0), (200, 404));
        let (status, problem) = b.ask("PATCH", &path, Some(json!({ "name": "taken over" })));
        assert_eq!((status, &problem["code"]), (404, &json!("not_found")));
        assert_eq!(b.ask("POST", &format!("{path}/tags"), Some(json!({ "tag": "x" }))).0, 404);
        let mine: (Option<String>, i64) = a.one("select p.name, (select count(*) from tag) from person p order by p.id limit 1");
        assert_eq!(mine, (None, 0));
        assert_eq!(b.ask("GET", "/api/v1/persons", None).1["total"], json!(1));
    });
}
