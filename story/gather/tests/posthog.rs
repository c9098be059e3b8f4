//! The PostHog dialect, and what RudderStack's clients do to the Segment one.
mod common;

use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use common::*;
use std::io::Write;
use weir_ground::base::time::{HOUR, rfc3339};
use weir_ground::testing::{START, Scratch, each_engine};

fn gzip(text: &str) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(vec![], flate2::Compression::default());
    out.write_all(text.as_bytes()).unwrap();
    out.finish().unwrap()
}

fn base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[test]
fn posthog_is_taken_once_in_every_wrapping() {
    each_engine(|db| {
        let (who, data) = (owner(&db, "one"), Scratch::new());
        let key = secret(&db, who.brand, "ingest");
        let router = axum::Router::from(weir_gather::routes(&weir_gather::import::Imports::new(vec![])).split_for_parts().0).with_state(app(&db, &data.0));
        let say = |path: &str, encoding: &str, kind: &str, body: Vec<u8>| {
            let mut request = Request::builder().method("POST").uri(path).header("content-type", kind);
            if !encoding.is_empty() {
                request = request.header("content-encoding", encoding);
            }
            let (status, _, body) = ask(&router, request.body(Body::from(body)).unwrap());
            (status, String::from_utf8(body).unwrap())
        };
        let ok = (200, r#"{"status":1}"#.to_string());
        let browser = "0190c1a2-1111-7222-8333-444455556666";
        // A server in a batch; its clock is an hour ahead.
        let event = |uuid: &str, name: &str, who: &str, rest: &str| {
            format!(r#"{{"uuid":"{uuid}","event":"{name}","distinct_id":"{who}","timestamp":"{}","properties":{{{rest}}}}}"#, rfc3339(START + HOUR - 2_000))
        };
        let batch = format!(
            r#"{{"api_key":"{key}","sent_at":"{}","batch":[{},{},{},{}]}}"#,
            rfc3339(START + HOUR),
            event("1", "bought", "u1", r#""revenue":12.5,"$lib":"posthog-python""#),
            event("2", "$identify", "u1", &format!(r#""$anon_distinct_id":"{browser}","$set":{{"name":"周晴"}},"$set_once":{{"gender":"女","name":"x"}}"#)),
            event("3", "$groupidentify", "$company_c1", r#""$group_type":"company","$group_key":"c1","$group_set":{"size":3}"#),
            event("4", "$create_alias", "0190c1a2-2222-7222-8333-444455556666", r#""alias":"u1","distinct_id":"0190c1a2-2222-7222-8333-444455556666""#),
        );
        assert_eq!(say("/batch/", "gzip", "application/json", gzip(&batch)), ok);
        let all = "select count(*) from event where source = 'posthog' and dedupe is not null";
        assert_eq!(count(&db, all), 4);
        assert_eq!(say("/batch/", "", "application/json", batch.clone().into()), ok);
        assert_eq!((count(&db, all), count(&db, "select count(*) from quarantine")), (4, 0));
        assert_eq!(count(&db, "select at from event where name = 'bought'"), START - 2_000);
        assert_eq!(count(&db, "select value from event where name = 'bought'"), 1250);
        let person = person_by(&db, who.brand, "user_id", "u1").unwrap();
        assert_eq!(person_by(&db, who.brand, "anonymous_id", browser), Some(person));
        assert_eq!(person_by(&db, who.brand, "anonymous_id", "0190c1a2-2222-7222-8333-444455556666"), Some(person));
        assert_eq!(texts(&db, "select name || portrait from person where known = 1"), [r#"周晴{"gender":"女"}"#]);
        assert_eq!(count(&db, "select count(*) from event where name like '_groupidentify' and person_id is null"), 1);

        // A browser: one event with the key in its properties, packed without saying so, as a form, as a list.
        let page = |uuid: &str| format!(r#"{{"event":"$pageview","properties":{{"token":"{key}","distinct_id":"b-1","$device_id":"b-1","$current_url":"https://x/?a=1"}},"offset":3000,"uuid":"{uuid}"}}"#);
        assert_eq!(say("/e/?compression=gzip-js", "", "text/plain", gzip(&page("5"))), ok);
        let form = format!("data={}", base64(page("6").as_bytes()).replace('+', "%2B").replace('=', "%3D"));
        assert_eq!(say("/e/", "", "application/x-www-form-urlencoded", form.into()), ok);
        assert_eq!(say("/capture/", "", "application/json", format!("[{},{}]", page("7"), page("6")).into()), ok);
        assert_eq!(count(&db, "select count(*) from event where name like '_pageview'"), 3);
        assert_eq!(count(&db, &format!("select count(*) from event where name like '_pageview' and at = {}", START - 3_000)), 3);
        assert_eq!(count(&db, "select count(*) from identity where kind = 'anonymous_id' and value = 'b-1'"), 1);
        assert_eq!(count(&db, "select count(*) from event where props like '%weir_ingest%'"), 0);

        assert_eq!(say("/batch/", "", "application/json", br#"{"batch":[]}"#.to_vec()).0, 401);
        assert_eq!(say("/batch/", "", "application/json", br#"{"api_key":"weir_ingest_x","batch":[]}"#.to_vec()).0, 401);
        assert_eq!(say("/batch/", "", "application/json", b"{".to_vec()).0, 400);
        let odd = format!(r#"{{"api_key":"{key}","batch":[{{"event":"e"}},{{"distinct_id":"u1"}},{}]}}"#, event("8", "order.paid", "u1", ""));
        assert_eq!(say("/batch/", "", "application/json", odd.into()), ok);
        assert_eq!(texts(&db, "select reason from quarantine order by reason"), ["forbidden", "schema_invalid", "schema_invalid"]);
    });
}

#[test]
fn rudderstack_packs_json_and_calls_it_a_form() {
    each_engine(|db| {
        let (who, data) = (owner(&db, "one"), Scratch::new());
        let key = secret(&db, who.brand, "ingest");
        let router = axum::Router::from(weir_gather::routes(&weir_gather::import::Imports::new(vec![])).split_for_parts().0).with_state(app(&db, &data.0));
        let (happened, sent) = (START + 2 * HOUR - 5_000, START + 2 * HOUR);
        let message = |n: i64| {
            format!(r#"{{"type":"track","messageId":"r{n}","userId":"u1","anonymousId":null,"channel":"server","event":"rudder","originalTimestamp":"{}","sentAt":"{}","context":{{"traits":{{"email":"a@b.cn"}}}}}}"#, rfc3339(happened), rfc3339(sent))
        };
        let batch = format!(r#"{{"batch":[{},{}],"timestamp":"{}","sentAt":"{}"}}"#, message(1), message(2), rfc3339(sent), rfc3339(sent));
        let request = || {
            let basic = base64(format!("{key}:").as_bytes());
            Request::builder().method("POST").uri("/v1/batch").header("authorization", format!("Basic {basic}"))
                .header("content-encoding", "gzip").header("content-type", "application/x-www-form-urlencoded")
                .body(Body::from(gzip(&batch))).unwrap()
        };
        assert_eq!((ask(&router, request()).0, ask(&router, request()).0), (200, 200));
        assert_eq!(count(&db, "select count(*) from event where name = 'rudder'"), 2);
        assert_eq!(count(&db, &format!("select count(*) from event where name = 'rudder' and at = {}", START - 5_000)), 2);
    });
}
