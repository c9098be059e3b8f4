//! Signing in and out: who gets in, for how long, and how often one may guess.
mod common;

use common::*;
use serde_json::{Value, json};
use weir_ground::base::time::{DAY, MINUTE, SECOND};
use weir_ground::testing::{START, each_engine};
use weir_keep::Role;

fn code(answer: &(u16, Value)) -> (u16, &str) {
    (answer.0, answer.1["code"].as_str().unwrap_or(""))
}

#[test]
fn a_password_opens_a_session_that_ends() {
    each_engine(|db| {
        let w = World::new(&db, "tea");
        let store = w.store("S1");
        w.staff("owner", Role::Owner, &[]);
        w.staff("mei", Role::StoreManager, &[store]);
        let (status, headers, me) = w.try_sign_in(" OWNER@tea.example ", PASSWORD);
        let cookie = headers["set-cookie"].to_str().unwrap();
        assert_eq!(status, 200);
        assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Max-Age=1209600; Secure"), "{cookie}");
        assert_eq!((&me["staff"]["email"], &me["stores"], &me["brand"]["code"]), (&json!("owner@tea.example"), &Value::Null, &json!("tea")));
        let owner = As::Cookie(cookie.split(';').next().unwrap().into());
        // The store keeps a digest and never the token.
        let As::Cookie(pair) = &owner else { unreachable!() };
        let kept: String = w.one("select token from session");
        assert!(kept.len() == 64 && !pair.contains(&kept));

        let mei = w.sign_in("mei", PASSWORD);
        let (_, me) = w.get(&mei, "/api/v1/me");
        assert_eq!(me["stores"], json!([{ "id": store, "name": "S1" }]));
        assert_eq!(me["staff"]["role"], json!("store_manager"));

        // Signing out ends it on the server, too.
        let (status, headers, _) = w.send(w.request(&mei, "DELETE", "/api/v1/session", None));
        assert_eq!((status, headers["set-cookie"].to_str().unwrap().contains("Max-Age=0")), (204, true));
        assert_eq!(code(&w.get(&mei, "/api/v1/me")), (401, "not_signed_in"));

        db.set_clock(START + 14 * DAY - 1);
        assert_eq!(w.get(&owner, "/api/v1/me").0, 200);
        db.set_clock(START + 14 * DAY);
        assert_eq!(code(&w.get(&owner, "/api/v1/me")), (401, "not_signed_in"));
        for who in [As::Nobody, As::Cookie("weir_session=".into()), As::Cookie("weir_session=x".into()), As::Key("weir_admin_x".into())] {
            assert_eq!(code(&w.get(&who, "/api/v1/me")), (401, "not_signed_in"), "{who:?}");
        }
        let names: Vec<String> = w.all("select name from event where actor is not null and actor like 'stf_%' order by id");
        assert_eq!(names, ["staff.signed_in", "staff.signed_in"]);
    });
}

#[test]
fn wrong_passwords_have_to_wait() {
    each_engine(|db| {
        let w = World::new(&db, "tea");
        w.staff("owner", Role::Owner, &[]);
        let (email, other) = (w.email("owner"), "nobody@tea.example");
        let refused = |n: &str| {
            let (status, _, problem) = w.try_sign_in(n, "wrong password");
            (status, problem["code"].as_str().unwrap().to_string())
        };
        let wrong = (401, "not_signed_in".to_string());
        let wait = (429, "too_many_requests".to_string());
        // Four bad ones, a good one: the count begins anew.
        for _ in 0..4 {
            assert_eq!(refused(&email), wrong);
        }
        w.sign_in("owner", PASSWORD);
        for _ in 0..5 {
            assert_eq!(refused(&email), wrong);
        }
        // The sixth has to wait, the right password as well; an unknown address looks the same.
        assert_eq!(refused(&email), wait);
        let (status, headers, problem) = w.try_sign_in(&email, PASSWORD);
        assert_eq!((status, headers.contains_key("set-cookie")), (429, false));
        assert_eq!(problem["detail"], json!("Too many failed sign-ins for this address. Try again in 31 seconds."));
        assert_eq!(headers["retry-after"], "1");
        for _ in 0..5 {
            assert_eq!(refused(other), wrong);
        }
        assert_eq!(refused(other), wait);
        // The wait doubles with each further failure.
        db.set_clock(START + 30 * SECOND - 1);
        assert_eq!(refused(&email), wait);
        db.set_clock(START + 30 * SECOND);
        assert_eq!(refused(&email), wrong);
        db.set_clock(START + 90 * SECOND - 1);
        assert_eq!(refused(&email), wait);
        db.set_clock(START + 90 * SECOND);
        w.sign_in("owner", PASSWORD);
        let failed: i64 = w.one("select count(*) from event where name = 'staff.sign_in_refused'");
        assert_eq!(failed, 4 + 5 + 1);
        assert_eq!(w.all::<String>("select key from login_attempt"), [other]);
        // Old counts are forgotten at the next sign-in.
        db.set_clock(START + 2 * DAY);
        w.sign_in("owner", PASSWORD);
        assert_eq!(w.one::<i64>("select count(*) from login_attempt"), 0);
    });
}

#[test]
fn many_guesses_at_once_are_not_many_guesses() {
    each_engine(|db| {
        let w = World::new(&db, "tea");
        w.staff("owner", Role::Owner, &[]);
        let email = w.email("owner");
        let answers: Vec<u16> = std::thread::scope(|s| {
            let all: Vec<_> = (0..12).map(|_| s.spawn(|| w.try_sign_in(&email, "wrong password").0)).collect();
            all.into_iter().map(|t| t.join().unwrap()).collect()
        });
        let n = |status: u16| answers.iter().filter(|a| **a == status).count();
        assert_eq!((n(401), n(429)), (5, 7), "{answers:?}");
    });
}

#[test]
fn what_is_no_address_is_refused_and_leaves_nothing() {
    each_engine(|db| {
        let w = World::new(&db, "tea");
        w.staff("owner", Role::Owner, &[]);
        for email in ["", "owner", "a\0@tea.example", &format!("{}@tea.example", "a".repeat(5_000)), "' or 1=1 --@tea.example"] {
            let (status, _, problem) = w.try_sign_in(email, PASSWORD);
            assert_eq!((status, &problem["code"]), (401, &json!("not_signed_in")));
        }
        assert_eq!((w.one::<i64>("select count(*) from login_attempt"), w.one::<i64>("select count(*) from session")), (0, 0));
    });
}

#[test]
fn another_website_changes_nothing_in_a_visitors_name() {
    each_engine(|db| {
        let w = World::new(&db, "tea");
        w.staff("owner", Role::Owner, &[]);
        let owner = w.sign_in("owner", PASSWORD);
        let change = |name: &str, headers: &[(&'static str, &str)]| {
            let mut r = w.request(&owner, "PATCH", "/api/v1/brand", Some(json!({ "name": name })));
            for (k, v) in headers {
                r.headers_mut().insert(*k, v.parse().unwrap());
            }
            w.send(r).0
        };
        assert_eq!(change("evil", &[("sec-fetch-site", "cross-site")]), 403);
        assert_eq!(change("evil", &[("sec-fetch-site", "same-site"), ("origin", "https://shop.example"), ("host", "shop.example")]), 403);
        assert_eq!(change("evil", &[("origin", "https://evil.example"), ("host", "shop.example")]), 403);
        assert_eq!(w.one::<String>("select name from brand"), "tea");
        assert_eq!(change("one", &[("sec-fetch-site", "same-origin")]), 200);
        assert_eq!(change("two", &[("origin", "https://shop.example"), ("host", "shop.example")]), 200);
        assert_eq!(w.one::<String>("select name from brand"), "two");
        // Reading is free, a key needs no page.
        let mut read = w.request(&owner, "GET", "/api/v1/me", None);
        read.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
        assert_eq!(w.send(read).0, 200);
        assert_eq!(w.get(&w.key("admin"), "/api/v1/me").0, 200);
    });
}

#[test]
fn a_key_works_until_it_is_revoked() {
    each_engine(|db| {
        let w = World::new(&db, "tea");
        w.staff("owner", Role::Owner, &[]);
        let owner = w.sign_in("owner", PASSWORD);
        let (status, made) = w.ask(&owner, "POST", "/api/v1/keys", Some(json!({ "name": "shop system", "scope": "admin" })));
        let secret = made["secret"].as_str().unwrap().to_string();
        assert_eq!((status, secret.starts_with("weir_admin_"), secret.len()), (200, true, 51));
        assert_eq!((&made["key"]["prefix"], &made["key"]["last_used_at"]), (&json!(secret[..15].to_string()), &Value::Null));
        let key = As::Key(secret.clone());
        assert_eq!(w.get(&key, "/api/v1/keys").0, 200);
        // Noted after the answer, so it may take a moment.
        let used = (0..200).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(5));
            w.get(&owner, "/api/v1/keys").1["items"][0]["last_used_at"] == json!(START)
        });
        assert!(used);
        let digest: String = w.one("select digest from api_key");
        assert!(digest.len() == 64 && !secret.contains(&digest));

        // An ingest key reads nothing, whatever it asks.
        let ingest = w.key("ingest");
        for path in ["/api/v1/me", "/api/v1/persons", "/api/v1/orders", "/api/v1/keys"] {
            assert_eq!(code(&w.get(&ingest, path)), (403, "forbidden"), "{path}");
        }
        assert_eq!(w.ask(&owner, "POST", "/api/v1/keys", Some(json!({ "name": "x", "scope": "root" }))).0, 400);

        let path = format!("/api/v1/keys/{}", made["key"]["id"].as_str().unwrap());
        assert_eq!(w.ask(&owner, "DELETE", &path, None).0, 204);
        assert_eq!(code(&w.get(&key, "/api/v1/me")), (401, "not_signed_in"));
        assert_eq!(w.ask(&owner, "DELETE", &path, None).0, 404);
        let (_, list) = w.get(&owner, "/api/v1/keys");
        assert_eq!(list["items"][1]["revoked_at"], json!(START));
        let names: Vec<String> = w.all("select name from event where name like 'key.%' order by id");
        assert_eq!(names, ["key.created", "key.created", "key.revoked"]);
    });
}

#[test]
fn a_session_is_seen_at_most_every_ten_minutes() {
    each_engine(|db| {
        let w = World::new(&db, "tea");
        w.staff("owner", Role::Owner, &[]);
        let owner = w.sign_in("owner", PASSWORD);
        let seen = |at: i64| {
            db.set_clock(at);
            w.get(&owner, "/api/v1/me");
            // The note is written after the answer, so it may take a moment.
            (0..200).any(|_| {
                std::thread::sleep(std::time::Duration::from_millis(2));
                w.one::<i64>("select last_seen_at from staff") == at
            })
        };
        assert!(!seen(START + 10 * MINUTE));
        assert!(seen(START + 10 * MINUTE + 1));
    });
}
