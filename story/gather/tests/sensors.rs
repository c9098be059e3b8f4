//! The Sensors dialect: every transport, every type of record, and who is meant.
mod common;

use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use common::*;
use std::io::Write;
use weir_gather::intake::{Around, Taken, Trust, sensors, take};
use weir_ground::Db;
use weir_ground::base::time::{DAY, HOUR};
use weir_ground::event::BrandId;
use weir_ground::testing::{START, Scratch, each_engine};

fn send_as(db: &Db, brand: BrandId, body: &str, trust: Trust) -> Taken {
    let places: Vec<_> = sensors::records(body).unwrap().into_iter().map(|r| r.0).collect();
    let around = Around { received: db.now(), trust, ..Around::default() };
    let batch = sensors::parse(body.to_string().into(), &places, around);
    db.write_now(move |tx| take(tx, brand, &batch)).unwrap()
}

fn send(db: &Db, brand: BrandId, body: &str) -> Taken {
    send_as(db, brand, body, Trust::App)
}

fn took(accepted: usize, duplicate: usize, quarantined: usize) -> Taken {
    Taken { accepted, duplicate, quarantined, blocked: 0 }
}

/// A record of an account, with what else is given.
fn record(kind: &str, n: i64, rest: &str) -> String {
    let time = START - n * 1_000;
    format!(r#"{{"type":"{kind}","time":{time},"distinct_id":"u1","_track_id":{},"properties":{{"$is_login_id":true}}{rest}}}"#, 9_000_000_000 + n)
}

#[test]
fn every_type_of_record_is_taken_once() {
    each_engine(|db| {
        let brand = owner(&db, "one").brand;
        let lib = r#","lib":{"$lib":"Node","$lib_version":"1.2.6"}"#;
        let mut all = vec![
            record("track", 1, &format!(r#","event":"Buy"{lib}"#)),
            record("track_signup", 2, r#","event":"$SignUp","original_id":"b1""#),
            record("track_id_bind", 3, r#","event":"$BindID","identities":{"$identity_login_id":"u1","$identity_mp_wx12_openid":"o1"}"#),
            record("track_id_unbind", 4, r#","event":"$UnbindID","identities":{"$identity_mp_wx12_openid":"o1"}"#),
        ];
        let profile = |kind: &str, n: i64, properties: &str| {
            format!(r#"{{"type":"{kind}","time":{},"distinct_id":"u1","login_id":"u1","properties":{properties}{lib}}}"#, START - n)
        };
        all.extend([
            profile("profile_set", 1, r#"{"$name":"周晴","gender":"女","level":"gold"}"#),
            profile("profile_set_once", 2, r#"{"name":"Mallory","$city":"上海"}"#),
            profile("profile_increment", 3, r#"{"visits":2,"$is_login_id":true}"#),
            profile("profile_append", 4, r#"{"likes":["tea"]}"#),
            profile("profile_unset", 5, r#"{"gender":null,"level":true}"#),
            profile("profile_delete", 6, "{}"),
            format!(r#"{{"type":"item_set","time":{START},"item_type":"book","item_id":"7","properties":{{"price":9.5}}}}"#),
            format!(r#"{{"type":"item_delete","time":{START},"item_type":"book","item_id":"7","properties":{{}}}}"#),
        ]);
        let body = format!("[{}]", all.join(","));
        assert_eq!(send(&db, brand, &body), took(12, 0, 0));
        assert_eq!(send(&db, brand, &body), took(0, 12, 0));
        for one in &all {
            assert_eq!(send(&db, brand, one), took(0, 1, 0));
        }
        let names = texts(&db, "select name from event where source = 'sensors' and dedupe is not null order by id");
        assert_eq!(names, [
            "Buy", "$SignUp", "$BindID", "$UnbindID", "profile_set", "profile_set_once", "profile_increment", "profile_append",
            "profile_unset", "profile_delete", "item_set", "item_delete",
        ]);
        let person = person_by(&db, brand, "user_id", "u1").unwrap();
        assert_eq!((person_by(&db, brand, "anonymous_id", "b1"), person_by(&db, brand, "openid", "o1")), (Some(person), Some(person)));
        assert_eq!(texts(&db, "select name || ' ' || portrait from person where known = 1"), [r#"周晴 {"gender":"女","region":"上海"}"#]);
        assert_eq!(count(&db, "select count(*) from event where name in ('item_set', 'item_delete') and person_id is null"), 2);
        let props = value(texts(&db, "select props from event where name = 'Buy'")[0].as_bytes());
        assert_eq!((&props["$sensors"]["type"], &props["$sensors"]["_track_id"]), (&"track".into(), &"9000000001".into()));
        assert_eq!(props["$sensors"]["lib"]["$lib_version"], "1.2.6");
    });
}

#[test]
fn a_phone_binds_only_from_a_server_and_two_accounts_stay_two() {
    each_engine(|db| {
        let brand = owner(&db, "one").brand;
        let with = |n: i64, ids: &str| format!(r#"{{"type":"track","event":"e","time":{},"distinct_id":"x","identities":{{{ids}}}}}"#, START - n);
        assert_eq!(send(&db, brand, &with(1, r#""$identity_login_id":"u1","$identity_mobile":"13800138000""#)), took(1, 0, 0));
        assert_eq!(person_by(&db, brand, "phone", "13800138000"), None);
        assert_eq!(send_as(&db, brand, &with(2, r#""$identity_login_id":"u1","$identity_mobile":"13800138000""#), Trust::Server), took(1, 0, 0));
        assert_eq!(person_by(&db, brand, "phone", "13800138000"), person_by(&db, brand, "user_id", "u1"));
        // Only a claimed phone: somebody anonymous, told apart without writing the phone as an id.
        let claim = format!(r#"{{"type":"track","event":"e","time":{},"distinct_id":"$identity_mobile+13900139000","identities":{{"$identity_mobile":"13900139000"}}}}"#, START - 3);
        assert_eq!(send(&db, brand, &claim), took(1, 0, 0));
        assert_eq!(count(&db, "select count(*) from identity where value like '%13900139000%'"), 0);
        send(&db, brand, &with(4, r#""$identity_login_id":"u2""#));
        let signup = format!(r#"{{"type":"track_signup","event":"$SignUp","time":{START},"distinct_id":"u2","original_id":"u1"}}"#);
        assert_eq!(send(&db, brand, &signup), took(1, 0, 0));
        assert_ne!(person_by(&db, brand, "user_id", "u1"), person_by(&db, brand, "user_id", "u2"));
        // A bare distinct_id is the account where one of that name is known, else a browser.
        for (n, id) in [(5, "u2"), (6, "nobody-yet")] {
            send(&db, brand, &format!(r#"{{"type":"track","event":"bare","time":{},"distinct_id":"{id}"}}"#, START - n));
        }
        assert_eq!(count(&db, "select count(*) from identity where kind = 'anonymous_id' and value in ('u2', 'nobody-yet')"), 1);
        assert_eq!(count(&db, "select count(distinct person_id) from event where name = 'bare'"), 2);
    });
}

#[test]
fn times_are_read_and_checked() {
    each_engine(|db| {
        let brand = owner(&db, "one").brand;
        let at = |name: &str, time: i64, rest: &str| format!(r#"{{"type":"track","event":"{name}","time":{time},"distinct_id":"u1"{rest}}}"#);
        let good = [
            (at("seconds", START / 1_000 - 60, ""), START - 60_000),
            (at("millis", START - 5, ""), START - 5),
            (at("ahead", START + HOUR / 2, ""), START),
            // The phone's clock is a day ahead; it sent the record one minute after it happened.
            (at("wrong_clock", START + DAY, &format!(r#","_flush_time":{}"#, START + DAY + 60_000)), START - 60_000),
            (at("history", START - 1_500 * DAY, r#","time_free":true"#), START - 1_500 * DAY),
        ];
        for (body, expected) in &good {
            assert_eq!(send(&db, brand, body), took(1, 0, 0), "{body}");
            let name = body.split('"').nth(7).unwrap();
            assert_eq!(count(&db, &format!("select at from event where name = '{name}'")), *expected, "{name}");
        }
        let bad = [
            at("old", START - 1_500 * DAY, ""), at("null_is_no_leave", START - 1_500 * DAY, r#","time_free":null"#),
            at("future", START + 2 * HOUR, ""), at("odd", 17_000, ""), r#"{"type":"track","event":"none","distinct_id":"u1"}"#.into(),
        ];
        for body in &bad {
            assert_eq!(send(&db, brand, body), took(0, 0, 1), "{body}");
        }
        let reasons = texts(&db, "select reason from quarantine order by reason");
        assert_eq!(reasons, ["schema_invalid", "schema_invalid", "time_implausible", "time_implausible", "time_implausible"]);
    });
}

#[test]
fn what_is_no_record_is_kept_with_its_reason() {
    each_engine(|db| {
        let brand = owner(&db, "one").brand;
        let at = |rest: &str| format!(r#"{{"time":{START},"distinct_id":"u1",{rest}}}"#);
        let bad = [
            at(r#""type":"dance""#), at(r#""type":"track""#), at(r#""type":"track","event":"买""#), at(r#""type":"track","event":"Date""#),
            at(r#""type":"track","event":"e","properties":{"User_Id":1}"#), at(r#""type":"track","event":"e","properties":{"x":{"y":1}}"#),
            at(r#""type":"track","event":"e","properties":{"x":[1]}"#), at(r#""type":"profile_increment","properties":{"x":"1"}"#),
            at(r#""type":"item_set","item_type":"book""#), format!(r#"{{"type":"track","event":"e","time":{START}}}"#),
            at(&format!(r#""type":"track","event":"e","properties":{{"x":"{}"}}"#, "长".repeat(8_192))),
        ];
        for body in &bad {
            assert_eq!(send(&db, brand, body), took(0, 0, 1), "{body}");
        }
        assert_eq!(count(&db, "select count(*) from quarantine where reason = 'schema_invalid' and source = 'sensors'"), bad.len() as i64);
        // The same record with other content is not taken for a retry.
        let with = |x: i64| format!(r#"{{"type":"track","event":"e","time":{START},"distinct_id":"u1","_track_id":7,"properties":{{"x":{x}}}}}"#);
        assert_eq!((send(&db, brand, &with(1)), send(&db, brand, &with(2))), (took(1, 0, 0), took(0, 0, 1)));
        assert_eq!(count(&db, "select count(*) from quarantine where reason = 'conflict'"), 1);
        assert_eq!(texts(&db, "select props from event where name = 'e'").len(), 1);
    });
}

fn base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")
}

fn gzip(text: &str) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(vec![], flate2::Compression::default());
    out.write_all(text.as_bytes()).unwrap();
    out.finish().unwrap()
}

fn java_hash(text: &str) -> i32 {
    text.bytes().fold(0i32, |h, c| h.wrapping_mul(31).wrapping_add(i32::from(c)))
}

#[test]
fn the_doors_take_what_the_sdks_send() {
    each_engine(|db| {
        let (who, other, data) = (owner(&db, "one"), owner(&db, "two"), Scratch::new());
        let (key, theirs) = (secret(&db, who.brand, "ingest"), secret(&db, other.brand, "ingest"));
        let router = axum::Router::from(weir_gather::routes(&weir_gather::import::Imports::new(vec![])).split_for_parts().0).with_state(app(&db, &data.0));
        let say = |method: &str, path: &str, kind: Option<&str>, body: String| {
            let mut request = Request::builder().method(method).uri(path);
            if let Some(kind) = kind {
                request = request.header("content-type", kind);
            }
            if path.contains("dry") {
                request = request.header("dry-run", "true");
            }
            ask(&router, request.body(Body::from(body)).unwrap())
        };
        let n = std::cell::Cell::new(0);
        let track = || {
            n.set(n.get() + 1);
            format!(r#"{{"type":"track","event":"Buy","time":{},"distinct_id":"u1","properties":{{"x":"文"}}}}"#, START - n.get())
        };
        let form = Some("application/x-www-form-urlencoded");
        let (sa, gif, debug) = (format!("/sa?project=default&token={key}"), format!("/sa.gif?project={key}"), format!("/debug?token={key}"));
        let events = || count(&db, "select count(*) from event where name = 'Buy'");

        let (status, headers, body) = say("POST", &sa, form, format!("data_list={}&gzip=1", escaped(&base64(&gzip(&format!("[{},{}]", track(), track()))))));
        assert_eq!((status, body.as_slice(), headers["access-control-allow-origin"].to_str().unwrap()), (200, &b""[..], "*"));
        assert_eq!(say("POST", &sa, form, format!("data={}&gzip=1", escaped(&base64(&gzip(&track()))))).0, 200);
        assert_eq!(say("POST", &sa, None, format!("gzip=0&data_list={}", escaped(&base64(format!("[{}]", track()).as_bytes())))).0, 200);
        assert_eq!(events(), 4);
        // Web: image, ajax, beacon, batch; mini program.
        let (text, hash) = { let t = base64(track().as_bytes()); let h = java_hash(&t); (t, h) };
        let (status, headers, body) = say("GET", &format!("{gif}&data={}&ext=crc%3D{hash}", escaped(&text)), None, String::new());
        assert_eq!((status, headers["content-type"].to_str().unwrap(), &body[..6]), (200, "image/gif", &b"GIF89a"[..]));
        assert_eq!(events(), 5);
        for kind in [form, Some("text/plain;charset=UTF-8")] {
            let text = base64(track().as_bytes());
            assert_eq!(say("POST", &gif, kind, format!("data={}&ext=crc%3D{}", escaped(&text), java_hash(&text))).0, 200);
        }
        assert_eq!(say("POST", &gif, Some("text/plain"), format!("data_list={}", base64(format!("[{}]", track()).as_bytes()))).0, 200);
        assert_eq!(events(), 8);
        let (status, headers, _) = say("OPTIONS", "/sa.gif", None, String::new());
        assert_eq!((status, headers["access-control-allow-methods"].to_str().unwrap()), (204, "GET, POST"));

        // Damaged: kept, not taken, and told in debug mode only.
        let damaged = format!("data={}&ext=crc%3D1", escaped(&base64(track().as_bytes())));
        assert_eq!(say("POST", &sa, form, damaged.clone()).0, 200);
        let (status, _, body) = say("POST", &debug, form, damaged);
        assert!(status == 400 && String::from_utf8_lossy(&body).contains("checksum"));
        assert_eq!(count(&db, "select count(*) from quarantine where reason = 'corrupt' and times = 2"), 1);
        assert_eq!(say("POST", &sa, form, "gzip=9&data=e30%3D".into()).0, 400);
        assert_eq!(say("POST", &sa, form, "nothing=1".into()).0, 400);
        assert_eq!(say("POST", &sa, form, "data=e30%3D&gzip=1".into()).0, 200);
        assert_eq!((events(), count(&db, "select count(*) from quarantine where reason = 'corrupt'")), (8, 2));

        // Debug writes, dry run does not.
        let one = || format!("data={}&gzip=1", escaped(&base64(&gzip(&track()))));
        assert_eq!((say("POST", &debug, form, one()).0, events()), (200, 9));
        assert_eq!((say("POST", &format!("{debug}&dry=1"), form, one()).0, events()), (200, 9));
        let ours = format!("data={}", escaped(&base64(format!(r#"{{"type":"track","event":"x-y","time":{START},"distinct_id":"u"}}"#).as_bytes())));
        let before = count(&db, "select count(*) from quarantine");
        assert_eq!((say("POST", &format!("{debug}&dry=1"), form, ours).0, count(&db, "select count(*) from quarantine")), (400, before));

        // Keys: none, a wrong one, and a record that names its own.
        assert_eq!(say("POST", "/sa", form, one()).0, 401);
        assert_eq!(say("POST", "/sa?token=weir_ingest_wrong", form, one()).0, 401);
        let own = track().replace("\"type\"", &format!(r#""token":"{theirs}","type""#));
        let mixed = format!("data_list={}", escaped(&base64(format!("[{own},{}]", track()).as_bytes())));
        assert_eq!(say("POST", &sa, form, mixed).0, 200);
        let of = |who: &weir_keep::Staff| count(&db, &format!("select count(*) from event where name = 'Buy' and brand_id = {}", who.brand.n()));
        assert_eq!((of(&who), of(&other)), (10, 1));
        assert_eq!(count(&db, "select count(*) from event where props like '%weir_ingest%'"), 0);
        let strange = track().replace("\"type\"", r#""project":"weir_ingest_strange","type""#);
        assert_eq!(say("POST", &sa, form, format!("data={}", escaped(&base64(strange.as_bytes())))).0, 200);
        assert_eq!((of(&who), count(&db, "select count(*) from quarantine where detail like 'token, project%'")), (10, 1));
    });
}
