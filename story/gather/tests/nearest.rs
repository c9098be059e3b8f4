//! The nearest store: visitors are asked where they are, once, and led on with the answer or without.
mod common;

use axum::body::Body;
use axum::http::HeaderMap;
use common::*;
use serde_json::{Value, json};
use weir_ground::base::ids::StaffId;
use weir_ground::base::time::MINUTE;
use weir_ground::event::StoreId;
use weir_ground::testing::{START, Scratch, each_engine};
use weir_ground::{Db, params};
use weir_keep::Staff;
use weir_keep::store::{self, place};

const HUMAN: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) MicroMessenger/8.0.54";

struct World {
    db: Db,
    who: Staff,
    router: axum::Router,
    _data: Scratch,
    /// Of 南京西路, 徐家汇 and 西湖: the store and who serves there.
    at: Vec<(StoreId, StaffId)>,
    code: String,
    live: String,
    key: String,
}

impl World {
    fn new(db: &Db) -> World {
        let (who, data) = (owner(db, "one"), Scratch::new());
        let brand = who.brand;
        let at = db
            .write_now(move |tx| {
                let mut made = vec![];
                for (code, name, city, lat, lng) in [
                    ("NJ", "南京西路店", "上海", 31.230, 121.460), ("XJH", "徐家汇店", "上海", 31.195, 121.437), ("XH", "西湖店", "杭州", 30.250, 120.160),
                ] {
                    let id = store::create(tx, brand, "system", code, name, "store", Some(city))?;
                    place::set(tx, brand, "system", id, Some(place::Place::of(lat, lng)?))?;
                    let staff: StaffId = tx.new_id();
                    tx.exec(
                        "insert into staff (id, brand_id, email, name, password_hash, role, active, created_at) values ($1, $2, $3, $4, '', 'guide', 1, 0)",
                        params![staff, brand, &format!("{staff}@x.cn"), name],
                    )?;
                    made.push((id, staff));
                }
                Ok(made)
            })
            .unwrap();
        let router = axum::Router::from(weir_gather::routes(&weir_gather::import::Imports::new(vec![])).split_for_parts().0).with_state(app(db, &data.0));
        let mut w = World { db: db.clone(), key: secret(db, brand, "admin"), who, router, _data: data, at, code: String::new(), live: String::new() };
        let t = w.call("POST", "/api/v1/touchpoints", json!({ "kind": "wecom_store_code", "name": "全国海报" })).1;
        w.code = t["code"].as_str().unwrap().into();
        let slots: Vec<Value> = w.at.iter().map(|(store, staff)| json!({ "id": null, "staff_id": staff, "store_id": store, "url": "https://work.weixin.qq.com/ca/1" })).collect();
        let rule = json!({ "name": "就近", "prefer": ["bound_guide", "nearest_store"], "spread": "weighted_turn", "slots": slots });
        let made = w.call("POST", "/api/v1/live-codes", json!({ "touchpoint_id": t["id"], "definition": { "fallback": "/m/help", "plan": { "rules": [rule] } } })).1;
        w.live = format!("/api/v1/live-codes/{}", made["id"].as_str().unwrap());
        assert_eq!(w.call("POST", &format!("{}/activate", w.live), json!({})).0, 200);
        w
    }

    fn call(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let (status, _, body) = ask(&self.router, json(method, path, &self.key, &body.to_string()));
        (status, if body.is_empty() { Value::Null } else { value(&body) })
    }

    /// A scan with these headers; status, headers and page.
    fn scan(&self, query: &str, headers: &[(&str, &str)]) -> (u16, HeaderMap, String) {
        let mut request = get(&format!("/c/{}{query}", self.code)).header("user-agent", HUMAN);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (status, headers, body) = ask(&self.router, request.body(Body::empty()).unwrap());
        (status, headers, String::from_utf8(body).unwrap())
    }

    /// Whom the place is with to which an answer leads.
    fn face(&self, (status, headers, _): &(u16, HeaderMap, String)) -> Option<StaffId> {
        assert_eq!(*status, 302);
        let id: weir_ground::base::ids::ReservationId = headers["location"].to_str().unwrap().strip_prefix("/g/")?.parse().unwrap();
        Some(self.db.read_now(move |tx| tx.one("select staff_id from live_reservation where id = $1", params![id])).unwrap())
    }

    /// Visits counted, visits in the log, choices in the log, places held.
    fn counts(&self) -> [i64; 4] {
        ["select visits from touchpoint", "select count(*) from event where name = 'touchpoint.visited'",
            "select count(*) from event where name = 'live_code.store_chosen'", "select count(*) from live_reservation where state = 'held'"]
            .map(|sql| count(&self.db, sql))
    }

    fn last(&self, name: &str) -> Value {
        let props = texts(&self.db, &format!("select props from event where name = '{name}' order by id desc limit 1")).remove(0);
        serde_json::from_str(&props).unwrap()
    }
}

const HTML: (&str, &str) = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");

fn carried(headers: &HeaderMap) -> String {
    headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_string()
}

#[test]
fn a_visitor_is_asked_once_counted_once_and_meets_the_store_that_was_chosen() {
    each_engine(|db| {
        let w = World::new(&db);
        let (status, headers, page) = w.scan("?utm_source=poster", &[HTML]);
        assert_eq!((status, headers["content-type"].to_str().unwrap()), (200, "text/html; charset=utf-8"));
        let policy = headers["content-security-policy"].to_str().unwrap();
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
        assert!(policy.starts_with("default-src 'none';") && nonce.len() == 32 && page.contains(&format!("<script nonce=\"{nonce}\">")), "{policy}");
        for part in ["选择最近的门店", "南京西路店", "徐家汇店", "西湖店", "name=\"utm_source\" value=\"poster\"", "data-at=\"31.1950,121.4370\"", "不选门店"] {
            assert!(page.contains(part), "{part} is not in {page}");
        }
        assert!(page.contains(&format!("name=\"asked\" value=\"{START}\"")) && page.len() < 6 * 1024, "{}", page.len());
        // Shown, counted, nobody's place taken.
        assert_eq!((w.counts(), w.last("touchpoint.visited")["live"]["led"].clone()), ([1, 1, 0, 0], json!("choose")));
        assert_eq!(w.last("touchpoint.visited")["live"]["trace"], json!([{ "rule": "就近", "what": "asked", "by": "nearest_store" }]));

        let cookie = carried(&headers);
        let (mine, asked) = ([HTML, ("cookie", cookie.as_str())], format!("?asked={START}"));
        let chosen = w.scan(&format!("{asked}&utm_source=poster&store=XJH"), &mine);
        assert_eq!((w.face(&chosen), w.counts()), (Some(w.at[1].1), [1, 1, 1, 1]));
        let said = w.last("live_code.store_chosen");
        assert_eq!((&said["by"], &said["live"]["led"], &said["live"]["trace"][0]["by"]), (&json!("store"), &json!("guide"), &json!("nearest_store")));
        // From now on the same face, without a question.
        assert_eq!((w.face(&w.scan("", &mine)), w.counts()), (Some(w.at[1].1), [1, 1, 1, 1]));

        // A browser that keeps no cookie is counted once all the same; the position is not kept.
        assert_eq!((w.scan("", &[HTML]).0, w.counts()), (200, [2, 2, 1, 1]));
        let near = w.scan(&format!("{asked}&lat=30.24&lng=120.15"), &[HTML]);
        assert_eq!((w.face(&near), w.counts()), (Some(w.at[2].1), [2, 2, 2, 2]));
        assert_eq!(count(&w.db, "select count(*) from event where props like '%120.15%'"), 0);
        assert_eq!(w.last("live_code.store_chosen")["by"], "position");
        // Who will not say goes on as well.
        assert!(w.face(&w.scan(&format!("{asked}&any=1"), &[HTML])).is_some());
        assert_eq!((w.counts(), w.last("live_code.store_chosen")["by"].clone()), ([2, 2, 3, 3], json!("any")));
        // A page that was left open too long asks again; what is named is enough without a page.
        db.set_clock(START + 31 * MINUTE);
        assert_eq!(w.scan(&asked, &[HTML]).0, 200);
        assert_eq!(w.face(&w.scan("?store=NJ", &[HTML])), Some(w.at[0].1));
    });
}

#[test]
fn who_cannot_see_a_page_is_led_to_the_fallback_and_a_code_without_a_choice_asks_nobody() {
    each_engine(|db| {
        let w = World::new(&db);
        let to = |answer: (u16, HeaderMap, String)| (answer.0, answer.1["location"].to_str().unwrap().to_string());
        let fallback = (302, format!("/m/help?tp={}", w.code));
        assert_eq!(to(w.scan("", &[("accept", "*/*")])), fallback);
        assert_eq!((w.counts(), w.last("touchpoint.visited")["live"]["led"].clone()), ([1, 1, 0, 0], json!("fallback")));
        assert_eq!(to(w.scan("", &[HTML, ("sec-purpose", "prefetch")])), fallback);
        assert_eq!(w.counts(), [1, 1, 0, 0]);
        let (status, headers, page) = w.scan("", &[HTML, ("accept-language", "en-GB,en;q=0.9")]);
        assert!(status == 200 && page.contains("Choose the nearest store") && page.contains("lang=\"en\""), "{page}");
        // The next steps of the page write nothing.
        let (cookie, before) = (carried(&headers), count(&w.db, "select count(*) from event"));
        let (status, _, page) = w.scan(&format!("?asked={START}&region=%E6%9D%AD%E5%B7%9E"), &[HTML, ("cookie", &cookie)]);
        assert!(status == 200 && page.contains("西湖店") && !page.contains("徐家汇店"), "{page}");
        assert_eq!((count(&w.db, "select count(*) from event"), w.counts()), (before, [2, 2, 0, 0]));
        // Whose guide is known is led there first: the rule prefers the bound guide.
        let (person, guide) = (count(&w.db, "select max(id) from person"), w.at[2].1);
        db.write_now(move |tx| tx.exec("update person set guide_id = $1 where id = $2", params![guide, person])).unwrap();
        assert_eq!(w.face(&w.scan("", &[HTML, ("cookie", &cookie)])), Some(guide));
        // Closed stores are not offered, and one store alone is no choice.
        let closed = w.at[0].0;
        db.write_now(move |tx| tx.exec("update store set active = 0 where id = $1", params![closed])).unwrap();
        let (_, _, page) = w.scan("", &[HTML]);
        assert!(page.contains("徐家汇店") && !page.contains("南京西路店"), "{page}");
        let view = w.call("GET", &w.live, json!({})).1;
        let mut plan = view["plan"].clone();
        for slot in [0, 2] {
            plan["rules"][0]["slots"][slot]["on"] = json!(false);
        }
        let def = json!({ "fallback": "/m/help", "plan": plan });
        assert_eq!(w.call("PUT", &w.live, json!({ "version": 1, "definition": def })).0, 200);
        assert_eq!(w.face(&w.scan("", &[HTML])), Some(w.at[1].1));
    });
}

#[test]
fn a_preview_says_that_visitors_choose_and_takes_a_place() {
    each_engine(|db| {
        let w = World::new(&db);
        let preview = |query: &str| w.call("GET", &format!("{}/preview{query}", w.live), json!({}));
        let (status, open) = preview("");
        let stores: Vec<String> = w.at.iter().map(|s| s.0.to_string()).collect();
        assert_eq!((status, &open["led"], &open["stores"], &open["staff_id"]), (200, &json!("choose"), &json!(stores), &Value::Null));
        for (query, n) in [("?lat=30.2&lng=120.1", 2), ("?lat=31.19&lng=121.43", 1), (&format!("?store={}", w.at[0].0) as &str, 0)] {
            let (status, said) = preview(query);
            assert_eq!((status, &said["led"], &said["staff_id"]), (200, &json!("guide"), &json!(w.at[n].1)), "{query}");
        }
        for bad in ["?lat=30.2", "?lng=120.1", "?lat=91&lng=0", "?lat=0&lng=181"] {
            assert_eq!(preview(bad).0, 400, "{bad}");
        }
        assert_eq!((w.counts(), w.who.brand), ([0, 0, 0, 0], w.who.brand));
    });
}
