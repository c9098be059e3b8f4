//! Consent: the newest record counts, a yes needs proof, and it makes a person reachable.
mod common;

use common::*;
use serde_json::json;
use weir_ground::testing::{START, each_engine};
use weir_know::consent::{self, SetConsent, granted_sql};

fn reachable(w: &World, channel: &str) -> Vec<i64> {
    w.all(&format!("select p.id from person p where p.root_id = p.id and {} order by p.id", granted_sql("p", channel)))
}

#[test]
fn the_newest_record_counts_and_none_is_no() {
    each_engine(|db| {
        let w = World::new(&db);
        let (a, b) = (w.resolve(&[("phone", "13800000001")]), w.resolve(&[("phone", "13800000002")]));
        assert_eq!(reachable(&w, "inbox"), [] as [i64; 0]);
        for (status, reached) in [("granted", true), ("withdrawn", false), ("granted", true), ("denied", false)] {
            tick(&db);
            w.consent(a, "inbox", status);
            assert_eq!(reachable(&w, "inbox"), if reached { vec![a.n()] } else { vec![] }, "{status}");
        }
        // Another channel and another purpose are other questions.
        w.consent(b, "email", "granted");
        let (brand, service) = (w.brand, says("service", "inbox", "granted"));
        w.write(move |tx| consent::set(tx, brand, b, &service, "test", None));
        assert_eq!((reachable(&w, "inbox"), reachable(&w, "email")), (vec![], vec![b.n()]));
        // Saying the same again is no news; everything said stays on record.
        w.consent(a, "inbox", "denied");
        let said: Vec<String> = w.all(&format!("select status from consent where person_id = {} order by id", a.n()));
        assert_eq!(said, ["granted", "withdrawn", "granted", "denied"]);
        assert_eq!(w.one::<i64>(&format!("select count(*) from event where name = 'consent.set' and person_id = {}", a.n())), 4);
        let now = db.read_now(move |tx| consent::of(tx, b)).unwrap();
        let now: Vec<(&str, &str, &str)> = now.iter().map(|c| (c.purpose.as_str(), c.channel.as_str(), c.status.as_str())).collect();
        assert_eq!(now, [("marketing", "email", "granted"), ("service", "inbox", "granted")]);
    });
}

#[test]
fn a_yes_without_proof_and_unknown_words_are_refused() {
    each_engine(|db| {
        let w = World::new(&db);
        let (brand, person) = (w.brand, w.resolve(&[("phone", "13800000001")]));
        let path = format!("/api/v1/persons/{person}/consents");
        for (purpose, channel, status, proof, field) in [
            ("marketing", "inbox", "granted", None, "proof"),
            ("marketing", "inbox", "granted", Some("  "), "proof"),
            ("marketing", "pigeon", "granted", Some("form"), "channel"),
            ("spam", "inbox", "granted", Some("form"), "purpose"),
            ("marketing", "inbox", "yes", Some("form"), "status"),
        ] {
            let body = json!({ "purpose": purpose, "channel": channel, "status": status, "proof": proof });
            let (code, problem) = w.ask("POST", &path, Some(body));
            assert_eq!((code, &problem["errors"][0]["field"]), (400, &json!(field)));
        }
        assert_eq!((w.one::<i64>("select count(*) from consent"), w.stage(person).as_str()), (0, "prospect"));
        // A no needs no proof.
        let no = SetConsent { proof: None, ..says("marketing", "inbox", "denied") };
        w.write(move |tx| consent::set(tx, brand, person, &no, "test", None));
        assert_eq!((w.one::<i64>("select count(*) from consent"), w.stage(person).as_str()), (1, "prospect"));
    });
}

#[test]
fn the_first_yes_to_marketing_joins_the_pool_once() {
    each_engine(|db| {
        let w = World::new(&db);
        let (brand, person) = (w.brand, w.resolve(&[("phone", "13800000001")]));
        let service = says("service", "inbox", "granted");
        w.write(move |tx| consent::set(tx, brand, person, &service, "test", None));
        assert_eq!(w.stage(person), "prospect");
        db.set_clock(START + 5);
        let (status, _) = w.ask(
            "POST",
            &format!("/api/v1/persons/{person}/consents"),
            Some(json!({ "purpose": "marketing", "channel": "email", "status": "granted", "proof": "paper of 2 March" })),
        );
        assert_eq!((status, w.stage(person).as_str()), (204, "new"));
        let (actor, props): (String, String) = w.one("select actor, props from event where name = 'consent.set' order by id desc limit 1");
        assert!(actor.starts_with("key_"));
        assert_eq!(props, r#"{"purpose":"marketing","channel":"email","status":"granted","proof":"paper of 2 March"}"#);
        for (at, channel, status) in [(6, "email", "withdrawn"), (7, "email", "granted"), (8, "inbox", "granted")] {
            db.set_clock(START + at);
            w.consent(person, channel, status);
        }
        let joined: (i64, i64) = w.one("select joined_at, stage_since from person");
        assert_eq!(joined, (START + 5, START + 5));
        assert_eq!(w.one::<i64>("select count(*) from event where name = 'person.joined'"), 1);
        assert_eq!(w.moves(person), [("prospect".into(), "new".into(), "event".into())]);
    });
}

#[test]
fn a_withdrawal_of_either_half_holds_after_a_merge_until_a_newer_yes() {
    each_engine(|db| {
        let w = World::new(&db);
        let (a, b) = (w.resolve(&[("openid", "o-1")]), w.resolve(&[("openid", "o-2")]));
        w.consent(a, "inbox", "granted");
        tick(&db);
        w.consent(b, "inbox", "withdrawn");
        let one = w.merge(a, b).unwrap();
        assert_eq!((one, reachable(&w, "inbox")), (a, vec![]));
        // The new yes is news although the survivor's own last word was yes, too.
        tick(&db);
        w.consent(one, "inbox", "granted");
        assert_eq!((reachable(&w, "inbox"), w.one::<i64>("select count(*) from consent")), (vec![a.n()], 3));
        tick(&db);
        w.consent(one, "inbox", "withdrawn");
        assert_eq!(reachable(&w, "inbox"), [] as [i64; 0]);
    });
}
