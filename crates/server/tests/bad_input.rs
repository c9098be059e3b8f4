//! Bad input over HTTP: each a clear problem document, nothing half-written, no other brand's rows.
mod common;
use common::{Place, Server, ask, call, shop};
use serde_json::{Value, json};

fn problem(text: &str, status: u16, code: &str) {
    let doc: Value = serde_json::from_str(text).unwrap_or_else(|_| panic!("no problem document: {text}"));
    assert_eq!((&doc["status"], &doc["code"]), (&status.into(), &code.into()), "{text}");
    assert!(doc["detail"].as_str().is_some_and(|d| d.len() > 10), "{text}");
}

#[test]
fn whatever_comes_the_answer_is_a_problem_and_nothing_is_written() {
    let place = Place::sqlite();
    let db = place.open();
    let (a, b) = (shop(&db, "a", 10, 1), shop(&db, "b", 10, 1));
    let b_person: String = {
        let brand = b.brand;
        let id: weir_ground::event::PersonId =
            db.read_now(move |tx| tx.one("select id from person where brand_id = $1", weir_ground::params![brand])).unwrap();
        id.to_string()
    };
    let rows = |db: &weir_ground::Db| -> i64 {
        db.read_now(|tx| {
            tx.one(
                "select (select count(*) from event) + (select count(*) from person) + (select count(*) from orders) + (select count(*) from campaign) + (select count(*) from staff)",
                &[],
            )
        })
        .unwrap()
    };
    let before = rows(&db);
    db.close();
    let server = Server::start(&place);
    let auth = format!("Bearer {}", a.admin);
    let json_headers = [("content-type", "application/json"), ("authorization", auth.as_str())];
    let send = |method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]| call(&server.address, method, path, headers, body).unwrap();

    for (method, path, headers, body, status, code) in [
        ("POST", "/api/v1/persons", &json_headers[..], &b"{\"name\": "[..], 400, "invalid"),
        ("POST", "/api/v1/persons", &json_headers[..], &b"{\"name\": 5}"[..], 400, "invalid"),
        ("POST", "/api/v1/persons", &json_headers[..], &b"{\"nome\": \"x\"}"[..], 400, "invalid"),
        ("POST", "/api/v1/persons", &json_headers[..], &b"\xff\xfe"[..], 400, "invalid"),
        ("POST", "/api/v1/persons", &json_headers[1..], &b"{}"[..], 415, "unsupported_media_type"),
        ("POST", "/api/v1/persons", &json_headers[..1], &b"{}"[..], 401, "not_signed_in"),
        ("GET", "/api/v1/persons/per_nonsense", &json_headers[..], &b""[..], 404, "not_found"),
        ("GET", "/api/v1/persons?limit=0", &json_headers[..], &b""[..], 400, "invalid"),
        ("GET", "/api/v1/persons?limit=x", &json_headers[..], &b""[..], 400, "invalid"),
        ("GET", "/api/v1/persons?cursor=zzz", &json_headers[..], &b""[..], 400, "invalid"),
        ("GET", "/api/v1/persons?stage=happy", &json_headers[..], &b""[..], 400, "invalid"),
        ("GET", "/api/v1/nowhere", &json_headers[..], &b""[..], 404, "not_found"),
        ("DELETE", "/api/v1/persons", &json_headers[..], &b""[..], 404, "not_found"),
        ("GET", "/api/v1/me", &[("cookie", "weir_session=gone")][..], &b""[..], 401, "not_signed_in"),
        ("GET", "/mall/v1/cart", &[("authorization", "Bearer gone")][..], &b""[..], 401, "not_signed_in"),
        ("POST", "/v1/batch", &[("content-type", "application/json")][..], &b"{\"batch\":[]}"[..], 401, "not_signed_in"),
    ] {
        let (got, text) = send(method, path, headers, body);
        assert_eq!(got, status, "{method} {path}: {text}");
        problem(&text, status, code);
    }
    let huge = vec![b' '; 3 << 20];
    let (got, text) = send("POST", "/api/v1/persons", &json_headers, &huge);
    assert_eq!(got, 413);
    problem(&text, 413, "too_large");

    // Another brand's rows are simply not there, by whatever door.
    for path in [format!("/api/v1/persons/{b_person}"), format!("/api/v1/persons/{b_person}/timeline")] {
        let (got, text) = send("GET", &path, &json_headers, b"");
        assert_eq!(got, 404, "{text}");
    }
    let body = json!({ "items": [{ "sku_id": b.sku, "quantity": 1 }], "store_id": a.store, "delivery": "pickup" });
    assert_eq!(ask(&server.address, "POST", "/mall/v1/orders", &a.buyers[0], Some(body)).0, 404);
    let body = json!({ "items": [{ "sku_id": a.sku, "quantity": 1 }], "store_id": b.store, "delivery": "pickup" });
    assert_eq!(ask(&server.address, "POST", "/mall/v1/orders", &a.buyers[0], Some(body)).0, 404);
    let body = json!({ "store_id": a.store, "delta": 5, "reason": "x" });
    assert_eq!(ask(&server.address, "POST", &format!("/api/v1/skus/{}/stock", b.sku), &a.admin, Some(body)).0, 404);
    server.stop();

    let db = place.open();
    assert_eq!(rows(&db), before);
    db.close();
}

/// X12: one key, same body: the same answer; another body: refused; another buyer: independent.
#[test]
fn an_idempotency_key_answers_once() {
    let place = Place::sqlite();
    let db = place.open();
    let s = shop(&db, "a", 10, 2);
    db.close();
    let server = Server::start(&place);
    let order = |buyer: usize, key: &str, quantity: i64| {
        let auth = format!("Bearer {}", s.buyers[buyer]);
        let headers = [("content-type", "application/json"), ("authorization", auth.as_str()), ("idempotency-key", key)];
        let body = json!({ "items": [{ "sku_id": s.sku, "quantity": quantity }], "store_id": s.store, "delivery": "pickup" });
        call(&server.address, "POST", "/mall/v1/orders", &headers, body.to_string().as_bytes()).unwrap()
    };
    let (first, again) = (order(0, "k", 1), order(0, "k", 1));
    assert_eq!((first.0, &first), (200, &again));
    let (status, text) = order(0, "k", 2);
    assert_eq!(status, 409);
    problem(&text, 409, "idempotency_key_reused");
    assert_ne!(order(1, "k", 1).1, first.1);
    // A refusal is not kept: the same key is judged afresh.
    assert_eq!(order(0, "many", 99).0, 409);
    assert_eq!(order(0, "many", 99).0, 409);
    server.stop();
    let db = place.open();
    let n: i64 = db.read_now(|tx| tx.one("select count(*) from orders", &[])).unwrap();
    assert_eq!(n, 2);
    db.close();
}

#[test]
fn the_doctor_names_what_is_wrong() {
    let place = Place::sqlite();
    let out = place.weir(&["doctor", "--port", "0"]).output().unwrap();
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(!out.status.success() && text.contains("there is no brand yet"), "{text}");
    let out = place
        .weir(&["doctor", "--port", "0", "--public-url", "shop.example", "--smtp-url", "nonsense"])
        .env("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    for said in ["the database does not open", "check DATABASE_URL", "is not a URL", "SMTP"] {
        assert!(text.contains(said), "{said}: {text}");
    }
    let held = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = held.local_addr().unwrap().port().to_string();
    let out = place.weir(&["doctor", "--port", &port]).output().unwrap();
    assert!(String::from_utf8_lossy(&out.stdout).contains("cannot listen"));
}
