//! The doors of this chapter are those that the console knocks at.
mod common;

use axum::body::Body;
use axum::http::Request;
use common::Shop;
use serde_json::{Value, json};
use std::sync::Arc;
use tower::ServiceExt;
use weir_ground::config::Config;
use weir_ground::http::App;
use weir_ground::metrics::Metrics;
use weir_ground::testing::{START, Scratch, each_engine};
use weir_keep::key;

#[test]
fn people_of_a_question_are_saved_once_however_often_it_is_sent() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    each_engine(|db| {
        let (shop, dir) = (Shop::new(&db), Scratch::new());
        let (live, brand) = (Arc::<weir_know::live::Live>::default(), shop.brand);
        for n in 1..=2 {
            let p = shop.person(n, START, None, false);
            shop.write(move |tx| {
                tx.as_of(START + 1_000);
                tx.record(&weir_ground::Fact::new(brand, "viewed", START + 1_000).person(p).source("test").props("{}")).map(drop)
            });
        }
        let last: i64 = shop.read(|tx| tx.one("select coalesce(max(id), 0) from event", &[]));
        // PostgreSQL shows rows only when all older transactions of the server are over.
        let until = std::time::Instant::now() + std::time::Duration::from_secs(10);
        while live.get(brand).is_none_or(|p| p.position().id < last) {
            weir_know::live::catch_up(&live, &db, |_| {}).unwrap();
            assert!(std::time::Instant::now() < until, "the follower did not get through");
        }
        let secret = shop.write(move |tx| key::create(tx, brand, "system", "test", "admin")).secret;
        let config = Config {
            data: dir.0.clone(), database_url: None, public_url: "https://shop.example".into(), smtp_url: None,
            mail_from: "weir@shop.example".into(), secure: true,
        };
        let app = App { db: db.clone(), config: Arc::new(config), metrics: Arc::new(Metrics::default()) };
        let router = axum::Router::from(weir_measure::routes(&live).split_for_parts().0).with_state(app);
        let ask = |save: &str, once: &str| -> (u16, Value) {
            let body = json!({ "range": { "from": "2026-03-02", "to": "2026-03-12" }, "steps": [{ "name": "viewed" }, { "name": "bought" }], "window": { "n": 1, "unit": "day" }, "pick": { "step": 0 } });
            let request = Request::builder().method("POST").uri(format!("/api/v1/ask/funnel/persons{save}"));
            let request = request.header("authorization", format!("Bearer {secret}")).header("content-type", "application/json");
            let request = request.header("idempotency-key", once).body(Body::from(body.to_string())).unwrap();
            runtime.block_on(async {
                let answer = router.clone().oneshot(request).await.unwrap();
                let status = answer.status().as_u16();
                let bytes = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
                (status, serde_json::from_slice(&bytes).unwrap())
            })
        };
        let segments = || -> i64 { shop.read(|tx| tx.one("select count(*) from segment", &[])) };
        let first = ask("?save=viewers", "k1");
        assert_eq!((first.0, &first.1["size"], segments()), (200, &json!(2), 1), "{}", first.1);
        assert_eq!((ask("?save=viewers", "k1"), segments()), (first.clone(), 1));
        let reused = ask("?save=others", "k1");
        assert_eq!((reused.0, &reused.1["code"], segments()), (409, &json!("idempotency_key_reused"), 1), "{}", reused.1);
        // Only counting keeps nothing, whatever the key.
        assert_eq!((ask("", "k1").1, segments()), (json!({ "count": 2 }), 1));
        assert_eq!((ask("?save=others", "k2").0, segments()), (200, 2));
    });
}

#[test]
fn every_route_is_there() {
    let (_, api) = weir_measure::routes(&std::sync::Arc::default()).split_for_parts();
    let paths: Vec<&str> = api.paths.paths.keys().map(String::as_str).collect();
    let expected = [
        "/api/v1/ask/cohorts",
        "/api/v1/ask/distribution",
        "/api/v1/ask/funnel",
        "/api/v1/ask/interval",
        "/api/v1/ask/paths",
        "/api/v1/ask/retention",
        "/api/v1/ask/rfm",
        "/api/v1/ask/trend",
        "/api/v1/ask/{kind}/persons",
        "/api/v1/measure/campaigns",
        "/api/v1/measure/cohorts",
        "/api/v1/measure/money",
        "/api/v1/measure/pool",
        "/api/v1/measure/stage-flow",
        "/api/v1/measure/stage-flow/persons",
        "/api/v1/measure/touchpoints",
        "/api/v1/overview",
        "/api/v1/persons/{id}/money",
    ];
    assert_eq!(paths, expected);
}
