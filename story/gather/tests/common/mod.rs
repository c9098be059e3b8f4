//! A brand to test with, and the router of the chapter without a server.
#![allow(dead_code)]
use axum::body::Body;
use axum::http::{Request, Response, header};
use std::sync::Arc;
use tower::ServiceExt;
use weir_ground::config::Config;
use weir_ground::event::{BrandId, PersonId};
use weir_ground::http::App;
use weir_ground::metrics::Metrics;
use weir_ground::{Db, Trail, Tx, params};
use weir_keep::brand::{self, NewBrand};
use weir_keep::{Settings, Staff, key};

/// A brand in Shanghai with its headquarters.
pub fn brand(tx: &mut Tx, code: &str) -> weir_ground::base::Result<BrandId> {
    brand::create(
        tx,
        &NewBrand {
            code: code.into(),
            name: "青堰鲜集".into(),
            timezone: "Asia/Shanghai".into(),
            currency: "CNY".into(),
            sandbox: true,
            settings: Settings::default(),
        },
    )
}

pub fn owner(db: &Db, code: &str) -> Staff {
    let code = code.to_string();
    Staff::system(db.write_now(move |tx| brand(tx, &code)).unwrap())
}

/// How many rows a query gives.
pub fn count(db: &Db, sql: &str) -> i64 {
    let sql = sql.to_string();
    db.read_now(move |tx| tx.one(&sql, &[])).unwrap()
}

pub fn texts(db: &Db, sql: &str) -> Vec<String> {
    let sql = sql.to_string();
    db.read_now(move |tx| tx.all(&sql, &[])).unwrap()
}

/// The secret of a fresh key.
pub fn secret(db: &Db, brand: BrandId, scope: &'static str) -> String {
    db.write_now(move |tx| key::create(tx, brand, "system", "test", scope)).unwrap().secret
}

pub fn person_by(db: &Db, brand: BrandId, kind: &'static str, value: &'static str) -> Option<PersonId> {
    db.read_now(move |tx| weir_know::identity::find(tx, brand, kind, value)).unwrap()
}

/// Paid orders are another chapter's; the tests of this one write what it reads.
pub fn paid_order(db: &Db, brand: BrandId, person: PersonId, id: i64, paid: i64, refunded: i64, at: i64) {
    db.write_now(move |tx| {
        let store = weir_keep::store::hq(tx, brand)?;
        tx.exec(
            "insert into orders (id, brand_id, person_id, store_id, source, state, delivery, goods, freight, total, paid, refunded, units, placed_at, paid_at) \
             values ($1, $2, $3, $4, 'import', 'paid', 'pickup', $5, 0, $5, $5, $6, 1, $7, $7)",
            params![id, brand, person, store, paid, refunded, at],
        )?;
        tx.trail(Trail::Order, person, at, weir_ground::base::ids::OrderId::new(id))?;
        tx.exec(
            "update person set orders = orders + 1, paid = paid + $1, refunded = refunded + $2, first_order_at = coalesce(first_order_at, $3) where id = $4",
            params![paid, refunded, at, person],
        )?;
        Ok(())
    })
    .unwrap();
}

pub fn app(db: &Db, data: &std::path::Path) -> App {
    let config = Config {
        data: data.to_path_buf(),
        database_url: None,
        public_url: "https://shop.example".into(),
        smtp_url: None,
        mail_from: "weir@shop.example".into(),
        secure: true,
    };
    App { db: db.clone(), config: Arc::new(config), metrics: Arc::new(Metrics::default()) }
}

/// One request through the router; the answer's status, headers and body.
pub fn ask(router: &axum::Router, request: Request<Body>) -> (u16, axum::http::HeaderMap, Vec<u8>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let answer: Response<Body> = router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let body = axum::body::to_bytes(body, 64 << 20).await.unwrap();
        (parts.status.as_u16(), parts.headers, body.to_vec())
    })
}

pub fn get(path: &str) -> axum::http::request::Builder {
    Request::builder().method("GET").uri(path)
}

pub fn json(method: &str, path: &str, key: &str, body: &str) -> Request<Body> {
    Request::builder()
        .method(method)
        .uri(path)
        .header(header::AUTHORIZATION, format!("Bearer {key}"))
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body.to_string()))
        .unwrap()
}

pub fn value(body: &[u8]) -> serde_json::Value {
    serde_json::from_slice(body).unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(body)))
}
