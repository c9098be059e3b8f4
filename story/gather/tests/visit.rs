//! Visits: who came by what, once.
mod common;

use axum::body::Body;
use common::*;
use weir_gather::touchpoint::{self, AddTouchpoint, EditTouchpoint, funnel};
use weir_gather::visit::{SESSION, Visit, record_visit};
use weir_ground::testing::{START, Scratch, each_engine};
use weir_ground::event::TouchpointId;
use weir_ground::Db;
use weir_keep::Staff;

const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) MicroMessenger/8.0.54";

fn add(db: &Db, who: &Staff, landing: &str) -> (TouchpointId, String) {
    let new = AddTouchpoint {
        kind: "wecom_store_code".into(),
        name: "门口".into(),
        store_id: None,
        owner_id: None,
        landing: Some(landing.into()),
    };
    let who = who.clone();
    let id = db.write_now(move |tx| touchpoint::create(tx, &who, &new)).unwrap();
    (id, texts(db, &format!("select code from touchpoint where id = {}", id.n())).remove(0))
}

fn visit(visitor: &str) -> Visit {
    Visit { visitor: visitor.into(), path: "/m/".into(), ip: Some("203.0.113.7".into()), agent: Some(PHONE.into()), source: "link", utm: vec![] }
}

fn visits(db: &Db) -> (i64, i64) {
    (count(db, "select visits from touchpoint"), count(db, "select count(*) from event where name = 'touchpoint.visited'"))
}

#[test]
fn one_visitor_within_half_an_hour_is_one_visit() {
    each_engine(|db| {
        let who = owner(&db, "one");
        let (id, code) = add(&db, &who, "/m/");
        let brand = who.brand;
        let come = |visitor: &'static str| {
            let code = code.clone();
            db.write_now(move |tx| record_visit(tx, brand, Some(&code), &visit(visitor))).unwrap()
        };
        let first = come("visitor-aaaaaaaaaa");
        assert_eq!((first.counted, first.touchpoint), (true, Some(id)));
        db.set_clock(START + SESSION - 1);
        assert_eq!(come("visitor-aaaaaaaaaa"), weir_gather::visit::Recorded { counted: false, ..first });
        assert_eq!(visits(&db), (1, 1));
        db.set_clock(START + SESSION);
        assert!(come("visitor-aaaaaaaaaa").counted);
        assert!(come("visitor-bbbbbbbbbb").counted);
        assert_eq!((visits(&db), count(&db, "select count(*) from person")), ((3, 3), 2));
        let props = texts(&db, "select props from event where name = 'touchpoint.visited'");
        assert!(props.iter().all(|p| !p.contains("203.0") && !p.contains("iPhone")), "{props:?}");
        let asker = who.clone();
        let f = db.read_now(move |tx| funnel::funnel(tx, &asker, id)).unwrap();
        assert_eq!((f.steps[0].people, f.by_day[29].visits, f.by_day[29].people), (2, 3, 2));
    });
}

#[test]
fn the_first_touchpoint_keeps_the_person_and_paused_ones_get_nobody() {
    each_engine(|db| {
        let who = owner(&db, "one");
        let ((a, code_a), (_, code_b)) = (add(&db, &who, "/m/"), add(&db, &who, "/m/"));
        let (paused, code_p) = add(&db, &who, "/m/");
        let asker = who.clone();
        let pause = EditTouchpoint { status: Some("paused".into()), ..EditTouchpoint::default() };
        db.write_now(move |tx| touchpoint::edit(tx, &asker, paused, &pause)).unwrap();
        let brand = who.brand;
        for code in [code_p, code_a, code_b] {
            db.write_now(move |tx| record_visit(tx, brand, Some(&code), &visit("visitor-aaaaaaaaaa"))).unwrap();
        }
        assert_eq!(count(&db, "select touchpoint_id from person"), a.n());
        assert_eq!(count(&db, &format!("select visits from touchpoint where id = {}", paused.n())), 0);
        assert_eq!(texts(&db, "select name from event where person_id is not null order by id"), [
            "person.created", "mall.opened", "touchpoint.visited", "touchpoint.visited"
        ]);
    });
}

#[test]
fn a_code_of_another_brand_is_an_unknown_code() {
    each_engine(|db| {
        let (one, two) = (owner(&db, "one"), owner(&db, "two"));
        let (_, code) = add(&db, &two, "/m/");
        let brand = one.brand;
        let sent = code.clone();
        let came = db.write_now(move |tx| record_visit(tx, brand, Some(&sent), &visit("visitor-aaaaaaaaaa"))).unwrap();
        assert_eq!((came.touchpoint, visits(&db)), (None, (0, 0)));
        let props = texts(&db, "select props from event where name = 'mall.opened'");
        assert!(props[0].contains(&format!("\"tp\":\"{code}\"")), "{props:?}");
    });
}

#[test]
fn the_link_redirects_and_the_mall_behind_it_is_the_same_visit() {
    each_engine(|db| {
        let (who, data) = (owner(&db, "one"), Scratch::new());
        let (_, code) = add(&db, &who, "/m/?lang=zh#/pages/index");
        let router = axum::Router::from(weir_gather::routes(&weir_gather::import::Imports::new(vec![])).split_for_parts().0).with_state(app(&db, &data.0));
        let scan = |agent: &str, method: &str| {
            let request = axum::http::Request::builder().method(method).uri(format!("/c/{code}")).header("user-agent", agent);
            ask(&router, request.body(Body::empty()).unwrap())
        };
        for (agent, method) in [("Googlebot/2.1", "GET"), (PHONE, "HEAD")] {
            let (status, headers, _) = scan(agent, method);
            assert_eq!((status, headers.get("set-cookie"), visits(&db)), (302, None, (0, 0)));
        }
        let (status, headers, _) = scan(PHONE, "GET");
        assert_eq!((status, headers["location"].to_str().unwrap()), (302, format!("/m/?lang=zh&tp={code}#/pages/index").as_str()));
        let cookie = headers["set-cookie"].to_str().unwrap();
        let (pair, rest) = cookie.split_once(';').unwrap();
        assert!(pair.starts_with("weir_v=") && rest.contains("SameSite=Lax") && rest.contains("Max-Age=31536000") && rest.contains("Secure"));

        let open = |cookie: Option<&str>, body: String| {
            let mut request = axum::http::Request::builder().method("POST").uri("/mall/v1/visit").header("content-type", "application/json");
            if let Some(cookie) = cookie {
                request = request.header("cookie", format!("a=b; {cookie}"));
            }
            let (status, headers, body) = ask(&router, request.body(Body::from(body)).unwrap());
            assert_eq!(status, 200);
            (value(&body)["visitor"].as_str().unwrap().to_string(), headers.contains_key("set-cookie"))
        };
        let body = format!(r#"{{"touchpoint_code":"{code}","path":"/m/","visitor":"somebody-else-0000"}}"#);
        let (visitor, set) = open(Some(pair), body);
        assert_eq!((format!("weir_v={visitor}"), set), (pair.to_string(), false));
        assert_eq!((visits(&db), count(&db, "select count(*) from person")), ((1, 1), 1));

        let (kept, set) = open(None, r#"{"path":"/m/","visitor":"mini-program-visitor"}"#.into());
        assert_eq!((kept.as_str(), set), ("mini-program-visitor", true));
        let (fresh, _) = open(None, r#"{"path":"/m/","visitor":"not ours"}"#.into());
        assert!(fresh.len() == 22 && fresh != kept);
        assert_eq!(count(&db, "select count(*) from event where name = 'mall.opened'"), 2);
    });
}

#[test]
fn an_unknown_code_gets_a_page_in_the_readers_language() {
    each_engine(|db| {
        let data = Scratch::new();
        owner(&db, "one");
        let router = axum::Router::from(weir_gather::routes(&weir_gather::import::Imports::new(vec![])).split_for_parts().0).with_state(app(&db, &data.0));
        for (language, title) in [("en-GB,en;q=0.8", "This code leads nowhere"), ("zh-CN", "这个码没有指向任何地方"), ("", "这个码没有指向任何地方")] {
            let request = get("/c/0123456789abcdefg").header("accept-language", language).body(Body::empty()).unwrap();
            let (status, _, body) = ask(&router, request);
            assert!(status == 404 && String::from_utf8(body).unwrap().contains(title), "{language}");
        }
        assert_eq!(count(&db, "select count(*) from event where person_id is not null"), 0);
    });
}
