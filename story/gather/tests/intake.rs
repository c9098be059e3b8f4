//! The intake: durable once, in the right order of trust, and nothing is lost.
mod common;

use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use common::*;
use std::io::Write;
use weir_gather::intake::segment::{Trust, parse};
use weir_gather::intake::{Taken, take};
use weir_ground::Db;
use weir_ground::event::BrandId;
use weir_ground::testing::{START, Scratch, each_engine, opened};
use weir_ground::base::time::{HOUR, rfc3339};

fn send(db: &Db, brand: BrandId, call: &str, body: &str) -> Taken {
    send_as(db, brand, call, body, Trust::App)
}

fn send_as(db: &Db, brand: BrandId, call: &str, body: &str, trust: Trust) -> Taken {
    let batch = parse(call, body.to_string().into(), db.now(), trust).unwrap();
    db.write_now(move |tx| take(tx, brand, &batch)).unwrap()
}

fn took(accepted: usize, duplicate: usize, quarantined: usize) -> Taken {
    Taken { accepted, duplicate, quarantined, blocked: 0 }
}

fn reasons(db: &Db) -> Vec<String> {
    texts(db, "select reason from quarantine order by reason")
}

#[test]
fn a_batch_is_taken_once_however_it_is_sent_again() {
    each_engine(|db| {
        let brand = owner(&db, "one").brand;
        let a = r#"{"type":"track","messageId":"m1","userId":"u1","anonymousId":null,"event":"Order Completed","properties":{"revenue":12.5,"n":1}}"#;
        let b = r#"{"type":"page","messageId":"m2","anonymousId":"b1","name":"Home","properties":{"path":"/"}}"#;
        let batch = format!(r#"{{"batch":[{a},{b}],"writeKey":"k","sentAt":"2026-03-02T10:00:00Z"}}"#);
        assert_eq!(send(&db, brand, "batch", &batch), took(2, 0, 0));
        let rows = count(&db, "select count(*) from event");
        assert_eq!(send(&db, brand, "batch", &batch), took(0, 2, 0));
        // Split, alone, and with another context: still the same message.
        let alone = b.replace("\"properties\"", "\"context\":{\"library\":\"x\"},\"properties\"");
        assert_eq!(send(&db, brand, "page", &alone), took(0, 1, 0));
        assert_eq!((count(&db, "select count(*) from event"), count(&db, "select count(*) from quarantine")), (rows, 0));
        let events = texts(&db, "select name from event where source = 'segment' and name not like 'person.%' order by id");
        assert_eq!(events, ["Order Completed", "page"]);
        assert_eq!(count(&db, "select value from event where name = 'Order Completed'"), 1250);
        let props: serde_json::Value = serde_json::from_str(&texts(&db, "select props from event where name = 'page'")[0]).unwrap();
        assert_eq!((&props["name"], &props["path"], &props["$segment"]["type"]), (&"Home".into(), &"/".into(), &"page".into()));
    });
}

/// K4: a tablet in a shop is one person's in the morning and another's at noon; an event belongs to
/// whoever had it when it happened, however late it comes.
#[test]
fn an_event_of_a_shared_browser_belongs_to_who_had_it_then() {
    each_engine(|db| {
        let brand = owner(&db, "one").brand;
        let minute = |n: i64| rfc3339(START + n * 60_000);
        let item = |id: &str, kind: &str, user: &str, at: i64| {
            let user = if user.is_empty() { String::new() } else { format!(r#""userId":"{user}","#) };
            format!(r#"{{"type":"{kind}","messageId":"{id}",{user}"anonymousId":"tablet","event":"look","timestamp":"{}"}}"#, minute(at))
        };
        let who = |id: &str| texts(&db, &format!(
            "select i.value from event e join identity i on i.person_id = e.person_id and i.kind = 'user_id' where e.dedupe like '%{id}'"
        ));
        db.set_clock(START + 5 * 60_000);
        send(&db, brand, "identify", &item("a", "identify", "ann", 1));
        db.set_clock(START + 40 * 60_000);
        // Bob takes it at minute 30; what he looks at at once comes in the same batch.
        let batch = [item("b", "identify", "bob", 30), item("b1", "track", "", 31)].join(",");
        send(&db, brand, "batch", &format!(r#"{{"batch":[{batch}]}}"#));
        // Late: of the time before he had it, and of the time since.
        for (id, at, whose) in [("l1", 10, "ann"), ("l2", 29, "ann"), ("l3", 30, "bob"), ("l4", 35, "bob")] {
            send(&db, brand, "track", &item(id, "track", "", at));
            assert_eq!(who(id), [whose], "{id} at minute {at}");
        }
        assert_eq!(who("b1"), ["bob"]);
        // Before anybody signed in with it: whoever was first.
        send(&db, brand, "track", &item("l0", "track", "", 0));
        assert_eq!(who("l0"), ["ann"]);
        assert_eq!(count(&db, "select count(*) from person where root_id = id"), 2);
    });
}

#[test]
fn what_cannot_be_taken_is_kept_with_its_reason_and_holds_up_nobody() {
    each_engine(|db| {
        let brand = owner(&db, "one").brand;
        let long = format!(r#"{{"type":"track","userId":"u","event":"e","properties":{{"x":"{}"}}}}"#, "y".repeat(33_000));
        let messages = [
            r#"{"type":"track","messageId":"ok","userId":"u1","event":"bought"}"#.to_string(),
            r#"{"type":"track","messageId":"1","event":"nobody"}"#.into(),
            r#"{"type":"track","messageId":"2","userId":"u1"}"#.into(),
            r#"{"type":"dance","messageId":"3","userId":"u1"}"#.into(),
            r#"{"type":"track","messageId":"4","userId":"u1","event":"e","properties":[1]}"#.into(),
            r#"{"type":"track","messageId":"5","userId":"u1","event":"e","properties":{"n":1e999}}"#.into(),
            r#"{"type":"track","messageId":"6","userId":"u1","event":"e","timestamp":"yesterday"}"#.into(),
            r#"{"type":"track","messageId":"7","userId":"u1","event":"e","timestamp":"1999-12-31T23:59:59Z"}"#.into(),
            r#"{"type":"track","messageId":"8","userId":"u1","event":"e","timestamp":"2026-03-04T00:00:00Z"}"#.into(),
            r#"{"type":"track","messageId":"9","userId":"u1","event":"order.paid","properties":{"revenue":100}}"#.into(),
            r#"{"type":"track","messageId":"ok","userId":"u1","event":"bought","properties":{"other":1}}"#.into(),
            "17".into(),
            long,
        ];
        let batch = format!(r#"{{"batch":[{}]}}"#, messages.join(","));
        let expected = [
            "conflict", "forbidden", "schema_invalid", "schema_invalid", "schema_invalid", "schema_invalid", "schema_invalid",
            "schema_invalid", "schema_invalid", "time_implausible", "time_implausible", "too_large",
        ];
        assert_eq!(send(&db, brand, "batch", &batch), took(1, 0, 12));
        assert_eq!(reasons(&db), expected);
        assert_eq!(send(&db, brand, "batch", &batch), took(0, 1, 12));
        assert_eq!(reasons(&db), expected, "what is sent again is kept once");
        assert_eq!(texts(&db, "select name from event where source = 'segment'"), ["person.created", "bought"]);
        let raw = texts(&db, "select raw from quarantine where reason = 'forbidden'");
        assert!(raw[0].starts_with(weir_ground::seal::MARK));
        assert_eq!((raw.len(), opened(&db, brand, &raw[0])), (1, messages[9].clone()));
        assert_eq!(count(&db, "select orders from person"), 0);
    });
}

#[test]
fn time_is_corrected_by_what_the_senders_clock_says() {
    each_engine(|db| {
        let brand = owner(&db, "one").brand;
        let at = |ms: i64| rfc3339(ms);
        let track = |id: &str, rest: &str| format!(r#"{{"type":"track","messageId":"{id}","userId":"u1","event":"{id}"{rest}}}"#);
        // A phone whose clock is two hours ahead: sent one minute after it happened.
        let (happened, sent) = (START + 2 * HOUR - 60_000, START + 2 * HOUR);
        let batch = format!(
            r#"{{"sentAt":"{}","batch":[{},{},{},{}]}}"#,
            at(sent),
            track("ahead", &format!(r#","timestamp":"{}""#, at(happened))),
            track("original", &format!(r#","originalTimestamp":"{}","timestamp":"{}""#, at(happened - 1_000), at(happened))),
            track("own", &format!(r#","timestamp":"{}","sentAt":"{}""#, at(happened), at(happened + 5_000))),
            track("none", ""),
        );
        assert_eq!(send(&db, brand, "batch", &batch), took(4, 0, 0));
        let alone = track("future", &format!(r#","timestamp":"{}""#, at(START + HOUR)));
        assert_eq!(send(&db, brand, "track", &alone), took(1, 0, 0));
        let python = track("python", r#","timestamp":"2026-03-02T09:59:30.123456+00:00""#);
        assert_eq!(send(&db, brand, "track", &python), took(1, 0, 0));
        for (name, expected) in [
            ("ahead", START - 60_000), ("original", START - 61_000), ("own", START - 5_000), ("none", START), ("future", START),
            ("python", START - 29_877),
        ] {
            assert_eq!(count(&db, &format!("select at from event where name = '{name}'")), expected, "{name}");
        }
        assert_eq!(count(&db, &format!("select count(*) from event where received_at <> {START}")), 0);
    });
}

#[test]
fn a_public_key_binds_no_phone_and_overwrites_nothing() {
    each_engine(|db| {
        let brand = owner(&db, "one").brand;
        let says = |id: &str, name: &str, phone: &str| {
            format!(r#"{{"messageId":"{id}","userId":"u1","traits":{{"name":"{name}","phone":"{phone}","email":"A@B.cn","gender":"女","address":{{"city":"上海"}}}}}}"#)
        };
        assert_eq!(send(&db, brand, "identify", &says("1", "周晴", "+86 138 0013 8000")), took(1, 0, 0));
        assert_eq!(person_by(&db, brand, "phone", "13800138000"), None);
        let person = person_by(&db, brand, "user_id", "u1").unwrap();
        let read = || {
            let columns = ["name", "phone", "email", "portrait"].map(|c| texts(&db, &format!("select {c} from person where known = 1")));
            assert_eq!(columns[0].len(), 1);
            [columns.map(|c| opened(&db, brand, &c[0])).join(" ")]
        };
        let first = read();
        assert_eq!(first, [r#"周晴 13800138000 a@b.cn {"gender":"女","region":"上海"}"#]);
        send(&db, brand, "identify", &says("2", "Mallory", "13900000000"));
        assert_eq!(read(), first);
        send_as(&db, brand, "identify", &says("3", "周晴", "13800138000"), Trust::Server);
        assert_eq!((person_by(&db, brand, "phone", "13800138000"), person_by(&db, brand, "email", "a@b.cn")), (Some(person), Some(person)));
    });
}

#[test]
fn an_alias_joins_a_browser_to_a_user_and_never_two_users() {
    each_engine(|db| {
        let brand = owner(&db, "one").brand;
        send(&db, brand, "page", r#"{"messageId":"1","anonymousId":"browser","name":"Home"}"#);
        send(&db, brand, "track", r#"{"messageId":"2","userId":"u1","event":"bought"}"#);
        send(&db, brand, "track", r#"{"messageId":"3","userId":"u2","event":"bought"}"#);
        let (u1, u2) = (person_by(&db, brand, "user_id", "u1"), person_by(&db, brand, "user_id", "u2"));
        assert_ne!(person_by(&db, brand, "anonymous_id", "browser"), u1);
        assert_eq!(send(&db, brand, "alias", r#"{"messageId":"4","userId":"u1","previousId":"browser"}"#), took(1, 0, 0));
        assert_eq!(person_by(&db, brand, "anonymous_id", "browser"), u1);
        assert_eq!(send(&db, brand, "alias", r#"{"messageId":"5","userId":"u1","previousId":"u2"}"#), took(1, 0, 0));
        assert_eq!((person_by(&db, brand, "user_id", "u2"), count(&db, "select count(*) from person_merge")), (u2, 1));
        // From now on the browser speaks for the user, also within one request.
        let both = r#"{"batch":[{"type":"track","messageId":"6","userId":"u3","anonymousId":"b3","event":"a"},
            {"type":"track","messageId":"7","anonymousId":"b3","event":"b"},{"type":"track","messageId":"8","userId":"u3","event":"c"}]}"#;
        assert_eq!(send(&db, brand, "batch", both), took(3, 0, 0));
        assert_eq!(count(&db, "select count(distinct person_id) from event where name in ('a', 'b', 'c')"), 1);
    });
}

#[test]
fn channel_codes_are_found_where_senders_put_them() {
    each_engine(|db| {
        let (who, other) = (owner(&db, "one"), owner(&db, "two"));
        let make = |who: &weir_keep::Staff| {
            let who = who.clone();
            let new = weir_gather::touchpoint::AddTouchpoint {
                kind: "wecom_store_code".into(), name: "x".into(), store_id: None, owner_id: None, landing: None,
            };
            db.write_now(move |tx| {
                let id = weir_gather::touchpoint::create(tx, &who, &new)?;
                tx.one::<(i64, String)>("select id, code from touchpoint where id = $1", weir_ground::params![id])
            })
            .unwrap()
        };
        let ((id, code), (_, foreign)) = (make(&who), make(&other));
        let bodies = [
            format!(r#"{{"messageId":"1","userId":"u1","event":"e1","properties":{{"touchpoint":"{code}"}}}}"#),
            format!(r#"{{"messageId":"2","userId":"u1","event":"e2","properties":{{"tp":"{code}"}}}}"#),
            format!(r#"{{"messageId":"3","userId":"u1","event":"e3","context":{{"campaign":{{"source":"wechat","content":"{code}"}}}}}}"#),
            format!(r#"{{"messageId":"4","userId":"u1","event":"e4","context":{{"page":{{"search":"?a=1&tp={code}&b=2"}}}}}}"#),
            format!(r#"{{"messageId":"5","userId":"u1","event":"e5","properties":{{"touchpoint":"{foreign}"}}}}"#),
        ];
        for body in &bodies {
            assert_eq!(send(&db, who.brand, "track", body), took(1, 0, 0));
        }
        for (name, expected) in [("e1", id), ("e2", id), ("e3", id), ("e4", id), ("e5", 0)] {
            let sql = format!("select coalesce(touchpoint_id, 0) from event where name = '{name}'");
            assert_eq!(count(&db, &sql), expected, "{name}");
        }
        assert_eq!(count(&db, "select touchpoint_id from person where known = 1"), id);
    });
}

#[test]
fn a_zero_byte_breaks_nothing() {
    each_engine(|db| {
        let brand = owner(&db, "one").brand;
        let body = r#"{"messageId":"a\u0000b","userId":"u\u00001","event":"na\u0000me","properties":{"k\u0000":"v\u0000","safe\\u0000":1}}"#;
        assert_eq!(send(&db, brand, "track", body), took(1, 0, 0));
        assert_eq!(send(&db, brand, "track", body), took(0, 1, 0));
        assert_eq!(texts(&db, "select name from event where name like 'na%'"), ["na\u{fffd}me"]);
        let broken = "{\"messageId\":\"z\",\"userId\":\"u1\",\"event\":\"e\",\"properties\":\"\\u0000\"}";
        assert_eq!(send(&db, brand, "track", broken), took(0, 0, 1));
    });
}

#[test]
fn last_seen_moves_once_an_hour() {
    each_engine(|db| {
        let brand = owner(&db, "one").brand;
        let track = |n: i64| format!(r#"{{"messageId":"{n}","userId":"u1","event":"e"}}"#);
        for (n, minutes, expected) in [(1, 0, 0), (2, 60, 0), (3, 61, 61), (4, 90, 61)] {
            db.set_clock(START + minutes * 60_000);
            send(&db, brand, "track", &track(n));
            assert_eq!(count(&db, "select last_seen_at from person"), START + expected * 60_000, "{minutes}");
        }
    });
}

fn post(path: &str, key: Option<&str>) -> axum::http::request::Builder {
    let request = Request::builder().method("POST").uri(path);
    match key {
        Some(key) => {
            let basic = base64::engine::general_purpose::STANDARD.encode(format!("{key}:"));
            request.header("authorization", format!("Basic {basic}"))
        }
        None => request,
    }
}

#[test]
fn the_door_speaks_segment() {
    each_engine(|db| {
        let (who, data) = (owner(&db, "one"), Scratch::new());
        let key = secret(&db, who.brand, "ingest");
        let router = axum::Router::from(weir_gather::routes(&weir_gather::import::Imports::new(vec![])).split_for_parts().0).with_state(app(&db, &data.0));
        let track = |n: &str| format!(r#"{{"messageId":"{n}","userId":"u1","event":"e"}}"#);
        let say = |path: &str, key: Option<&str>, body: Vec<u8>| ask(&router, post(path, key).body(Body::from(body)).unwrap());

        let (status, _, body) = say("/v1/track", Some(&key), track("1").into());
        assert_eq!((status, String::from_utf8(body).unwrap().as_str()), (200, r#"{"success":true}"#));
        assert_eq!(say("/v1/track/", Some(&key), track("2").into()).0, 200);
        let in_body = format!(r#"{{"writeKey":"{key}","batch":[{{"type":"track",{}]}}"#, &track("3")[1..]);
        assert_eq!(say("/v1/batch", None, in_body.clone().into()).0, 200);

        let mut gzip = flate2::write::GzEncoder::new(vec![], flate2::Compression::default());
        gzip.write_all(track("4").as_bytes()).unwrap();
        let packed = gzip.finish().unwrap();
        let form = |body: Vec<u8>| {
            let request = post("/v1/track", Some(&key)).header("content-encoding", "gzip");
            ask(&router, request.header("content-type", "application/x-www-form-urlencoded").body(Body::from(body)).unwrap()).0
        };
        assert_eq!((form(packed), form(b"not gzip".to_vec())), (200, 400));
        let mut bomb = flate2::write::GzEncoder::new(vec![], flate2::Compression::default());
        bomb.write_all(&vec![b' '; 17 << 20]).unwrap();
        assert_eq!(form(bomb.finish().unwrap()), 413);

        let events = "select count(*) from event where name = 'e'";
        assert_eq!(count(&db, events), 4);
        assert_eq!(say("/v1/track", None, track("5").into()).0, 401);
        assert_eq!(say("/v1/track", Some("weir_ingest_wrong"), track("5").into()).0, 401);
        assert_eq!(say("/v1/batch", Some(&key), in_body.replace(&key, "another").into()).0, 401);
        assert_eq!(say("/v1/track", Some(&key), b"{".to_vec()).0, 400);
        assert_eq!(say("/v1/batch", Some(&key), b"{}".to_vec()).0, 400);
        assert_eq!(say("/v1/dance", Some(&key), track("5").into()).0, 404);
        assert_eq!(say("/v1/track", Some(&key), vec![b' '; 5 << 20]).0, 413);
        assert_eq!((count(&db, events), count(&db, "select count(*) from quarantine")), (4, 0));

        let (status, headers, _) = ask(&router, Request::builder().method("OPTIONS").uri("/v1/batch").body(Body::empty()).unwrap());
        assert_eq!((status, headers["access-control-allow-origin"].to_str().unwrap()), (204, "*"));
        assert_eq!(say("/v1/track", Some(&key), br#"{"event":"nobody"}"#.to_vec()).0, 200);
        let admin = secret(&db, who.brand, "admin");
        let (status, _, list) = ask(&router, json("GET", "/api/v1/quarantine", &admin, ""));
        assert_eq!((status, &value(&list)["items"][0]["reason"], &value(&list)["total"]), (200, &"schema_invalid".into(), &1.into()));
    });
}
