//! Live codes: who is shown, caps under concurrency, places that pass, and why.
mod common;

use axum::body::Body;
use common::*;
use std::collections::BTreeMap;
use weir_gather::live_code::plan::{Plan, Prefer, Rule, Slot, Spread};
use weir_gather::live_code::reserve::{self, AddedIdentity, ConfirmAdd};
use weir_gather::live_code::schedule::{Dates, Schedule, Window};
use weir_gather::live_code::{self, LiveCodeDefinition, Plans};
use weir_gather::touchpoint::{self, AddTouchpoint};
use weir_gather::visit::Visit;
use weir_gather::visit::follow::{Scan, follow};
use weir_ground::base::ids::{LiveCodeId, SlotId, StaffId};
use weir_ground::base::{Zone, time};
use weir_ground::event::{PersonId, StoreId};
use weir_ground::testing::{START, Scratch, each_engine};
use weir_ground::timer::{Handler, Handlers, fire};
use weir_ground::{Db, params};
use weir_keep::{Staff, store};

fn timers() -> Handlers {
    let on: Handler = std::sync::Arc::new(reserve::on_expire);
    std::sync::Arc::new([(reserve::EXPIRE, on)].into_iter().collect())
}

/// Members of the staff, straight into the table: passwords take their time on purpose.
fn guide(db: &Db, who: &Staff, name: &'static str) -> StaffId {
    let brand = who.brand;
    db.write_now(move |tx| {
        let id: StaffId = tx.new_id();
        tx.exec(
            "insert into staff (id, brand_id, email, name, password_hash, role, active, created_at) values ($1, $2, $3, $4, '', 'guide', 1, 0)",
            params![id, brand, &format!("{}@x.cn", id), name],
        )?;
        Ok(id)
    })
    .unwrap()
}

fn slot(staff: StaffId) -> Slot {
    Slot {
        id: None,
        staff_id: Some(staff),
        url: Some("https://work.weixin.qq.com/ca/abc".into()),
        label: None,
        store_id: None,
        weight: 1,
        daily_cap: None,
        on: true,
        leave: vec![],
        backup: false,
        stages: vec![],
    }
}

fn capped(staff: StaffId, cap: i64) -> Slot {
    Slot { daily_cap: Some(cap), ..slot(staff) }
}

fn rule(name: &str, slots: Vec<Slot>) -> Rule {
    Rule { name: name.into(), schedule: Schedule::default(), prefer: vec![], spread: Spread::WeightedTurn, slots }
}

fn definition(rules: Vec<Rule>, backup: Vec<Slot>) -> LiveCodeDefinition {
    let fallback = Some("/m/#/pages/help".into());
    LiveCodeDefinition { zone: None, from_at: None, to_at: None, hold_minutes: None, fallback, plan: Plan { rules, backup } }
}

struct Code {
    id: LiveCodeId,
    code: String,
    plans: Plans,
}

fn make(db: &Db, who: &Staff, def: &LiveCodeDefinition) -> Code {
    let (who, def) = (who.clone(), def.clone());
    let (id, code) = db
        .write_now(move |tx| {
            let new = AddTouchpoint { kind: "wecom_store_code".into(), name: "门口".into(), store_id: None, owner_id: None, landing: None };
            let t = touchpoint::create(tx, &who, &new)?;
            let id = live_code::create(tx, &who, t, &def)?;
            live_code::activate(tx, &who, id)?;
            Ok((id, tx.one::<String>("select code from touchpoint where id = $1", params![t])?))
        })
        .unwrap();
    Code { id, code, plans: Plans::default() }
}

fn scan(visitor: &str) -> Scan {
    let visit = Visit { path: "/c/x".into(), source: "link", ..Visit::default() };
    Scan { carried: Some(format!("visitor-{visitor:0>12}")), visit, ..Scan::default() }
}

fn come_as(db: &Db, c: &Code, scan: Scan) -> String {
    let (plans, code) = (c.plans.clone(), c.code.clone());
    db.write_now(move |tx| follow(tx, &plans, &code, &scan)).unwrap().unwrap().to
}

fn come(db: &Db, c: &Code, visitor: &str) -> String {
    come_as(db, c, scan(visitor))
}

/// Whom the newest place is with, if the visit led to one.
fn face(db: &Db, to: &str) -> Option<StaffId> {
    let id = to.strip_prefix("/g/")?.parse::<weir_ground::base::ids::ReservationId>().unwrap();
    Some(db.read_now(move |tx| tx.one("select staff_id from live_reservation where id = $1", params![id])).unwrap())
}

fn taken(db: &Db, staff: StaffId) -> i64 {
    count(db, &format!("select cast(coalesce(sum(taken), 0) as bigint) from live_taken where member = {}", staff.n()))
}

fn last_trace(db: &Db) -> serde_json::Value {
    let props = texts(db, "select props from event where name = 'touchpoint.visited' order by id desc limit 1").remove(0);
    serde_json::from_str::<serde_json::Value>(&props).unwrap()["live"].clone()
}

#[test]
fn caps_hold_when_sixty_four_visitors_race() {
    each_engine(|db| {
        let who = owner(&db, "one");
        let (a, b, c, d) = (guide(&db, &who, "甲"), guide(&db, &who, "乙"), guide(&db, &who, "丙"), guide(&db, &who, "丁"));
        let code = make(&db, &who, &definition(vec![rule("白天", vec![capped(a, 5), capped(b, 3), capped(c, 2)])], vec![capped(d, 4)]));
        let led: Vec<String> = std::thread::scope(|s| {
            let threads: Vec<_> = (0..64).map(|n| s.spawn({
                let (db, code) = (&db, &code);
                move || come(db, code, &n.to_string())
            })).collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        let mut faces: BTreeMap<Option<StaffId>, usize> = BTreeMap::new();
        for to in &led {
            *faces.entry(face(&db, to)).or_default() += 1;
        }
        assert_eq!(faces, BTreeMap::from([(None, 50), (Some(a), 5), (Some(b), 3), (Some(c), 2), (Some(d), 4)]));
        assert!(led.iter().filter(|to| !to.starts_with("/g/")).all(|to| *to == format!("/m/?tp={}#/pages/help", code.code)));
        assert_eq!([a, b, c, d].map(|g| taken(&db, g)), [5, 3, 2, 4]);
        assert_eq!(count(&db, "select count(*) from live_reservation where state = 'held'"), 14);
        assert_eq!((count(&db, "select visits from touchpoint"), count(&db, "select count(*) from person")), (64, 64));
        // The same visitors again: those with a place meet the same face, and nothing more is taken.
        let again: Vec<String> = (0..64).map(|n| come(&db, &code, &n.to_string())).collect();
        assert_eq!((led, count(&db, "select count(*) from live_reservation")), (again, 14));
    });
}

#[test]
fn one_visitor_in_many_windows_takes_one_place() {
    each_engine(|db| {
        let who = owner(&db, "one");
        let a = guide(&db, &who, "甲");
        let code = make(&db, &who, &definition(vec![rule("全天", vec![capped(a, 10)])], vec![]));
        std::thread::scope(|s| {
            for _ in 0..16 {
                s.spawn(|| assert_eq!(face(&db, &come(&db, &code, "same")), Some(a)));
            }
        });
        assert_eq!((taken(&db, a), count(&db, "select count(*) from live_reservation")), (1, 1));
    });
}

#[test]
fn a_place_passes_unless_they_add_each_other() {
    each_engine(|db| {
        let who = owner(&db, "one");
        let a = guide(&db, &who, "甲");
        let code = make(&db, &who, &definition(vec![rule("全天", vec![capped(a, 2)])], vec![]));
        let (first, second) = (come(&db, &code, "1"), come(&db, &code, "2"));
        assert_eq!((face(&db, &first), face(&db, &second), face(&db, &come(&db, &code, "3"))), (Some(a), Some(a), None));
        let confirm = |add: ConfirmAdd| {
            let (who, id) = (who.clone(), code.id);
            db.write_now(move |tx| reserve::confirm(tx, &who, id, &add))
        };
        let by_place = ConfirmAdd {
            reservation_id: Some(first.strip_prefix("/g/").unwrap().parse().unwrap()),
            person_id: None,
            identity: Some(AddedIdentity { kind: "external_userid".into(), value: "wm1".into() }),
            staff_id: None,
            at: None,
        };
        let added = confirm(by_place.clone()).unwrap();
        assert!(added.fresh && added.staff_id == a && !confirm(by_place.clone()).unwrap().fresh);
        assert_eq!(taken(&db, a), 2);
        // The add is a fact about the visitor, who is known, reachable and has a guide now.
        let joined: (i64, i64, StaffId, i64) = db
            .read_now(move |tx| tx.one("select known, joined_at, guide_id, root_id from person where id = $1", params![added.person_id]))
            .unwrap();
        assert_eq!(joined, (1, START, a, added.person_id.n()));
        assert_eq!(count(&db, "select count(*) from event where name = 'live_code.friend_added'"), 1);

        db.set_clock(START + 30 * time::MINUTE - 1);
        assert_eq!((fire(&db, &timers()).unwrap(), taken(&db, a)), (0, 2));
        db.set_clock(START + 30 * time::MINUTE);
        assert_eq!((fire(&db, &timers()).unwrap(), taken(&db, a)), (1, 1));
        assert_eq!(texts(&db, "select state from live_reservation order by id"), ["added", "expired"]);
        assert_eq!(count(&db, "select count(*) from timer"), 0);
        // Now there is a place again, and whoever added the guide still meets them.
        assert_eq!((face(&db, &come(&db, &code, "3")), face(&db, &come(&db, &code, "1"))), (Some(a), Some(a)));
        assert_eq!(face(&db, &come(&db, &code, "4")), None);
        // A late add is a fact all the same: the overshoot shows.
        let late = ConfirmAdd { reservation_id: Some(second.strip_prefix("/g/").unwrap().parse().unwrap()), identity: None, ..by_place };
        assert!(confirm(late).unwrap().fresh);
        assert_eq!(taken(&db, a), 3);
        let nobody = ConfirmAdd { reservation_id: None, person_id: None, identity: None, staff_id: None, at: None };
        assert!(confirm(nobody).is_err());
    });
}

#[test]
fn an_add_that_nobody_reserved_counts_on_its_day() {
    each_engine(|db| {
        let who = owner(&db, "one");
        let a = guide(&db, &who, "甲");
        let code = make(&db, &who, &definition(vec![rule("全天", vec![capped(a, 1)])], vec![]));
        let add = ConfirmAdd {
            reservation_id: None,
            person_id: None,
            identity: Some(AddedIdentity { kind: "external_userid".into(), value: "wm9".into() }),
            staff_id: Some(a),
            at: Some(START - time::DAY),
        };
        let (asker, id) = (who.clone(), code.id);
        let added = db.write_now(move |tx| reserve::confirm(tx, &asker, id, &add)).unwrap();
        let day = (START / time::DAY) as i32;
        let rows: Vec<(i32, i64)> = db.read_now(|tx| tx.all("select day, taken from live_taken", &[])).unwrap();
        assert_eq!((added.fresh, rows), (true, vec![(day - 1, 1)]));
        assert_eq!(face(&db, &come(&db, &code, "1")), Some(a));
        let touched: Option<i64> = db.read_now(move |tx| tx.one("select touchpoint_id from person where id = $1", params![added.person_id])).unwrap();
        assert_eq!(touched, Some(count(&db, "select id from touchpoint")));
    });
}

#[test]
fn at_night_with_everybody_capped_or_away_the_backup_serves_and_then_the_fallback() {
    each_engine(|db| {
        let who = owner(&db, "one");
        let names = ["甲", "乙", "丙", "丁", "戊"].map(|n| guide(&db, &who, n));
        let [a, b, c, d, gone] = names;
        let zone = Zone::named("Asia/Shanghai").unwrap();
        let away = Dates { from: Some("2026-03-02".into()), to: Some("2026-03-03".into()) };
        let night = Rule {
            schedule: Schedule { weekdays: vec![1], windows: vec![Window { from: "22:00".into(), to: "06:00".into() }], ..Schedule::default() },
            ..rule("夜班", vec![capped(a, 1), Slot { leave: vec![away], ..slot(b) }, Slot { on: false, ..slot(b) }, slot(gone), Slot { backup: true, ..capped(c, 1) }])
        };
        let day = Rule { schedule: Schedule { windows: vec![Window { from: "06:00".into(), to: "22:00".into() }], ..Schedule::default() }, ..rule("白天", vec![slot(b)]) };
        let code = make(&db, &who, &definition(vec![day, night], vec![capped(d, 1)]));
        db.write_now(move |tx| tx.exec("update staff set active = 0 where id = $1", params![gone])).unwrap();
        db.set_clock(zone.parse("2026-03-02 23:00").unwrap());
        let led: Vec<Option<StaffId>> = (0..4).map(|n| face(&db, &come(&db, &code, &n.to_string()))).collect();
        assert_eq!(led, [Some(a), Some(c), Some(d), None]);
        let said = last_trace(&db);
        assert_eq!((&said["led"], &said["version"]), (&"fallback".into(), &1.into()));
        assert_eq!(said["trace"], serde_json::json!([
            {"rule": "白天", "what": "closed"},
            {"rule": "夜班", "what": "nobody", "passed": {"off": 1, "leave": 1, "inactive": 1, "capped": 2}},
            {"rule": "backup", "what": "nobody", "passed": {"off": 0, "leave": 0, "inactive": 0, "capped": 1}},
        ]));
        // One o'clock on Tuesday is still Monday's night, but a new day of the cap.
        db.set_clock(zone.parse("2026-03-03 01:00").unwrap());
        assert_eq!(face(&db, &come(&db, &code, "9")), Some(a));
        db.set_clock(zone.parse("2026-03-04 01:00").unwrap());
        assert_eq!(face(&db, &come(&db, &code, "10")), Some(d));
    });
}

#[test]
fn turns_follow_the_weights_and_the_least_loaded_is_least_loaded_over_all_codes() {
    each_engine(|db| {
        let who = owner(&db, "one");
        let (a, b) = (guide(&db, &who, "甲"), guide(&db, &who, "乙"));
        let code = make(&db, &who, &definition(vec![rule("全天", vec![Slot { weight: 3, ..slot(a) }, slot(b)])], vec![]));
        let order: Vec<Option<StaffId>> = (0..8).map(|n| face(&db, &come(&db, &code, &n.to_string()))).collect();
        assert_eq!(order, [a, a, a, b, a, a, a, b].map(Some));
        let even = Rule { spread: Spread::LeastLoaded, ..rule("全天", vec![slot(a), slot(b)]) };
        let other = make(&db, &who, &definition(vec![even], vec![]));
        let order: Vec<Option<StaffId>> = (0..5).map(|n| face(&db, &come(&db, &other, &n.to_string()))).collect();
        assert_eq!(order, [b, b, b, b, a].map(Some));
        // Addresses take their turns as well, and a cap on one is a cap on visits.
        let urls = ["https://a.cn/", "https://b.cn/"].map(|u| Slot { staff_id: None, url: Some(u.into()), daily_cap: (u == "https://a.cn/").then_some(1), ..slot(a) });
        let third = make(&db, &who, &definition(vec![rule("全天", urls.to_vec())], vec![]));
        let led: Vec<String> = (0..3).map(|n| come(&db, &third, &n.to_string())).collect();
        assert_eq!(led, ["https://a.cn/", "https://b.cn/", "https://b.cn/"].map(|u| format!("{u}?tp={}", third.code)));
    });
}

#[test]
fn a_bound_guide_then_the_nearest_store_then_the_stage() {
    each_engine(|db| {
        let who = owner(&db, "one");
        let brand = who.brand;
        let [a, b, c, d] = ["甲", "乙", "丙", "丁"].map(|n| guide(&db, &who, n));
        let stores: Vec<StoreId> = db
            .write_now(move |tx| {
                let mut made = vec![];
                // 南京西路, 徐家汇, 杭州
                for (code, lat, lng) in [("NJ", 31_230_000, 121_460_000), ("XJH", 31_195_000, 121_437_000), ("HZ", 30_250_000, 120_160_000)] {
                    let id = store::create(tx, brand, "system", code, code, "store", None)?;
                    tx.exec("insert into store_place (store_id, brand_id, lat, lng) values ($1, $2, $3, $4)", params![id, brand, lat as i64, lng as i64])?;
                    made.push(id);
                }
                Ok(made)
            })
            .unwrap();
        let at = |g: StaffId, s: usize| Slot { store_id: Some(stores[s]), ..slot(g) };
        let near = Rule {
            prefer: vec![Prefer::BoundGuide, Prefer::NearestStore, Prefer::Stage],
            ..rule("就近", vec![at(a, 0), Slot { stages: vec!["repurchase".into()], ..at(b, 1) }, at(c, 1), Slot { daily_cap: Some(1), ..at(d, 2) }])
        };
        let code = make(&db, &who, &definition(vec![near], vec![]));
        let by = |visitor: &str, store: Option<&str>, place: Option<(i64, i64)>| {
            face(&db, &come_as(&db, &code, Scan { store: store.map(str::to_string), place, ..scan(visitor) }))
        };
        assert_eq!(by("1", Some("NJ"), None), Some(a));
        assert_eq!(by("2", None, Some((31_196_000, 121_438_000))), Some(c));
        assert_eq!(last_trace(&db)["trace"][0]["by"], "nearest_store");
        assert_eq!(by("3", None, Some((30_000_000, 120_000_000))), Some(d));
        // Hangzhou is full: the next nearest is Xujiahui.
        assert_eq!(by("4", None, Some((30_000_000, 120_000_000))), Some(c));
        assert_eq!(by("5", Some(&stores[0].to_string()), None), Some(a));
        let repurchaser = |visitor: &'static str, guide: Option<StaffId>| {
            db.write_now(move |tx| {
                let p = weir_know::identity::resolve(tx, brand, &[("visitor", &format!("visitor-{visitor:0>12}"))], "test")?;
                tx.exec("update person set stage = 'repurchase', guide_id = $1 where id = $2", params![guide, p])?;
                Ok::<PersonId, _>(p)
            })
            .unwrap()
        };
        repurchaser("6", None);
        assert_eq!(by("6", Some("XJH"), None), Some(b));
        repurchaser("7", Some(a));
        assert_eq!(by("7", Some("XJH"), None), Some(a));
        assert_eq!(last_trace(&db)["trace"][0]["by"], "bound_guide");
    });
}

#[test]
fn an_edit_is_a_version_and_a_retired_code_leads_to_its_fallback() {
    each_engine(|db| {
        let who = owner(&db, "one");
        let (a, b) = (guide(&db, &who, "甲"), guide(&db, &who, "乙"));
        let stranger = guide(&db, &owner(&db, "two"), "外人");
        let mut def = definition(vec![rule("全天", vec![slot(a)])], vec![]);
        let code = make(&db, &who, &def);
        assert_eq!(face(&db, &come(&db, &code, "1")), Some(a));
        let save = |version: i64, def: &LiveCodeDefinition| {
            let (who, id, def) = (who.clone(), code.id, def.clone());
            db.write_now(move |tx| live_code::save(tx, &who, id, version, &def))
        };
        for bad in [
            LiveCodeDefinition { fallback: None, ..def.clone() },
            definition(vec![], vec![]),
            definition(vec![rule("空", vec![])], vec![]),
            definition(vec![rule("外人", vec![slot(stranger)])], vec![]),
            definition(vec![rule("无址", vec![Slot { staff_id: None, url: None, ..slot(a) }])], vec![]),
            definition(vec![rule("脚本", vec![Slot { url: Some("javascript:alert(1)".into()), ..slot(a) }])], vec![]),
            LiveCodeDefinition { zone: Some("Mars/Olympus".into()), ..def.clone() },
        ] {
            assert!(save(1, &bad).is_err(), "{bad:?}");
        }
        assert_eq!(count(&db, "select version from live_code"), 1);
        let first: SlotId = db.read_now(move |tx| tx.one("select slot_id from live_reservation", &[])).unwrap();
        def.plan.rules[0].slots = vec![Slot { id: Some(first), weight: 100, ..slot(b) }, Slot { id: Some(first), ..slot(a) }, Slot { id: Some(SlotId::new(5)), ..slot(a) }];
        save(1, &def).unwrap();
        let plan = db.read_now(move |tx| live_code::plan::read(tx, code.id, 2)).unwrap();
        let ids: Vec<SlotId> = plan.slots().filter_map(|s| s.id).collect();
        assert!(ids[0] == first && ids[1] != first && ids[2] != SlotId::new(5) && ids[1] != ids[2]);
        assert_eq!(save(1, &def).unwrap_err().code, weir_ground::base::Code::Conflict);
        // The slot is another member's now: the visitor gets a place there, and the first is given back.
        assert_eq!((face(&db, &come(&db, &code, "1")), taken(&db, a), taken(&db, b)), (Some(b), 0, 1));
        let act = |f: fn(&mut weir_ground::Tx, &Staff, LiveCodeId) -> weir_ground::base::Result<()>| {
            let (who, id) = (who.clone(), code.id);
            db.write_now(move |tx| f(tx, &who, id))
        };
        assert!(act(live_code::activate).is_err());
        act(live_code::retire).unwrap();
        assert!(act(live_code::retire).is_err() && save(2, &def).is_err());
        assert_eq!(come(&db, &code, "1"), format!("/m/?tp={}#/pages/help", code.code));
        assert_eq!(last_trace(&db)["led"], "guide");
        assert_eq!((count(&db, "select count(*) from live_code_version"), count(&db, "select count(*) from live_reservation")), (2, 2));
    });
}

/// Machines by reason; they are counted behind the answer, so this waits until all are there.
fn machines(db: &Db, all: i64) -> Vec<(String, i64)> {
    for _ in 0..200 {
        let hits: Vec<(String, i64)> = db.read_now(|tx| tx.all("select reason, hits from touchpoint_machine order by reason", &[])).unwrap();
        if hits.iter().map(|h| h.1).sum::<i64>() >= all {
            return hits;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    vec![]
}

#[test]
fn the_routes_speak_the_contract() {
    each_engine(|db| {
        let (who, data) = (owner(&db, "one"), Scratch::new());
        let (key, a) = (secret(&db, who.brand, "admin"), guide(&db, &who, "小王"));
        let routes = weir_gather::routes(&weir_gather::import::Imports::new(vec![])).merge(weir_keep::routes());
        let router = axum::Router::from(routes.split_for_parts().0).with_state(app(&db, &data.0));
        let call = |method: &str, path: &str, body: &str| {
            let (status, _, body) = ask(&router, json(method, path, &key, body));
            (status, if body.is_empty() { serde_json::Value::Null } else { value(&body) })
        };
        let scan = |code: &str, agent: &str| {
            let request = get(&format!("/c/{code}?utm_source=poster")).header("user-agent", agent).header("x-forwarded-for", "203.0.113.7");
            let (status, headers, _) = ask(&router, request.body(Body::empty()).unwrap());
            assert_eq!(status, 302);
            (headers["location"].to_str().unwrap().to_string(), headers.contains_key("set-cookie"))
        };
        let (_, t) = call("POST", "/api/v1/touchpoints", r#"{"kind":"wecom_store_code","name":"收银台"}"#);
        let (id, code) = (t["id"].as_str().unwrap(), t["code"].as_str().unwrap());
        let definition = serde_json::json!({ "plan": { "rules": [{ "name": "全天", "spread": "least_loaded", "slots": [
            { "id": null, "staff_id": a, "url": "https://work.weixin.qq.com/ca/1", "daily_cap": 1 }] }] } });
        let (status, made) = call("POST", "/api/v1/live-codes", &serde_json::json!({ "touchpoint_id": id, "definition": definition }).to_string());
        assert_eq!((status, &made["state"], &made["zone"], &made["hold_minutes"]), (200, &"draft".into(), &"Asia/Shanghai".into(), &30.into()));
        let path = format!("/api/v1/live-codes/{}", made["id"].as_str().unwrap());
        let human = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) MicroMessenger/8.0.54";
        assert_eq!(scan(code, human), (format!("/m/?tp={code}&utm_source=poster"), true));
        assert_eq!(call("POST", &format!("{path}/activate"), "{}").0, 400);
        let mut definition = definition;
        definition["fallback"] = "/m/help".into();
        let (status, _) = call("PUT", &path, &serde_json::json!({ "version": 1, "definition": definition }).to_string());
        assert_eq!((status, call("POST", &format!("{path}/activate"), "{}").1["state"].clone()), (200, "active".into()));

        assert_eq!(call("GET", &format!("{path}/preview"), "").1["staff_id"], serde_json::json!(a));
        let (to, _) = scan(code, human);
        assert!(to.starts_with("/g/rsv_"), "{to}");
        let (status, _, page) = ask(&router, get(&to).header("accept-language", "zh-CN").body(Body::empty()).unwrap());
        let page = String::from_utf8(page).unwrap();
        assert!(status == 200 && page.contains("小王") && page.contains("长按识别") && page.contains(&format!("{to}/qr.png")), "{page}");
        let (status, headers, png) = ask(&router, get(&format!("{to}/qr.png")).body(Body::empty()).unwrap());
        assert_eq!((status, headers["content-type"].to_str().unwrap(), &png[1..4]), (200, "image/png", &b"PNG"[..]));
        assert_eq!(ask(&router, get("/g/rsv_0000000000007").body(Body::empty()).unwrap()).0, 404);
        // Full now: people and machines are led to the fallback; machines are nobody's visit.
        assert_eq!(scan(code, human).0, format!("/m/help?tp={code}&utm_source=poster"));
        for agent in ["DingTalkBot-LinkService/1.0", "curl/8.5.0", "curl/8.5.0"] {
            assert_eq!(scan(code, agent), (format!("/m/help?tp={code}&utm_source=poster"), false));
        }
        assert_eq!(count(&db, "select visits from touchpoint"), 3);
        assert_eq!(machines(&db, 3), [("preview".to_string(), 1), ("program".to_string(), 2)]);
        let said: serde_json::Value = serde_json::from_str(&texts(&db, "select props from event where name = 'touchpoint.visited' order by id limit 1")[0]).unwrap();
        assert_eq!(said["utm"], serde_json::json!({ "source": "poster" }));

        let (_, today) = call("GET", &format!("{path}/today"), "");
        assert_eq!((&today["open"][0], &today["slots"][0]["now"], &today["slots"][0]["held"]), (&"全天".into(), &"capped".into(), &1.into()));
        let slot = today["slots"][0]["slot_id"].as_str().unwrap().to_string();
        let place = to.strip_prefix("/g/").unwrap();
        let (status, added) = call("POST", &format!("{path}/adds"), &serde_json::json!({ "reservation_id": place }).to_string());
        assert_eq!((status, &added["fresh"], &added["staff_id"]), (200, &true.into(), &serde_json::json!(a)));
        let (_, trace) = call("GET", &format!("{path}/trace"), "");
        assert_eq!((&trace["items"][0]["state"], &trace["items"][0]["trace"][0]["by"]), (&"added".into(), &"least_loaded".into()));
        let (status, off) = call("POST", &format!("{path}/slots/{slot}/switch"), r#"{"on":false}"#);
        assert_eq!((status, &off["version"], &off["plan"]["rules"][0]["slots"][0]["on"]), (200, &3.into(), &false.into()));
        assert_eq!(call("GET", &format!("/api/v1/live-codes?touchpoint={id}"), "").1["items"][0]["added"], 1);
        let hq = count(&db, "select id from store");
        let store = StoreId::new(hq);
        assert_eq!(call("PUT", &format!("/api/v1/stores/{store}/place"), r#"{"lat":91,"lng":0}"#).0, 400);
        assert_eq!(call("PUT", &format!("/api/v1/stores/{store}/place"), r#"{"lat":31.23,"lng":121.46}"#).0, 204);
        assert_eq!(call("GET", "/api/v1/store-places", "").1["items"][0]["lat"], 31.23);
        let told = || count(&db, "select count(*) from event where name = 'store.changed'");
        assert_eq!((call("PUT", &format!("/api/v1/stores/{store}/place"), r#"{"lat":31.23,"lng":121.46}"#).0, told()), (204, 1));
        assert_eq!((call("DELETE", &format!("/api/v1/stores/{store}/place"), "").0, told()), (204, 2));
        assert_eq!(call("GET", "/api/v1/store-places", "").1["items"].as_array().unwrap().len(), 0);
        let (_, link) = call("GET", &format!("/api/v1/touchpoints/{id}/link?utm_source=%E5%BE%AE%E4%BF%A1"), "");
        assert_eq!(link["short"], format!("https://shop.example/c/{code}?utm_source=%E5%BE%AE%E4%BF%A1"));
        assert_eq!(link["long"], format!("https://shop.example/m/?tp={code}&utm_source=%E5%BE%AE%E4%BF%A1"));
    });
}

#[test]
fn over_and_over_from_one_place_is_a_program() {
    each_engine(|db| {
        let (who, data) = (owner(&db, "one"), Scratch::new());
        let a = guide(&db, &who, "甲");
        let code = make(&db, &who, &definition(vec![rule("全天", vec![slot(a)])], vec![]));
        let router = axum::Router::from(weir_gather::routes(&weir_gather::import::Imports::new(vec![])).split_for_parts().0).with_state(app(&db, &data.0));
        let most = weir_gather::visit::machine::MOST_A_MINUTE;
        for n in 0..most + 5 {
            let request = get(&format!("/c/{}", code.code)).header("user-agent", "Mozilla/5.0").header("x-forwarded-for", "203.0.113.9");
            let (_, headers, _) = ask(&router, request.body(Body::empty()).unwrap());
            assert_eq!(headers["location"].to_str().unwrap().starts_with("/g/"), n < most, "{n}");
        }
        assert_eq!((count(&db, "select visits from touchpoint"), taken(&db, a)), (i64::from(most), i64::from(most)));
        assert_eq!(machines(&db, 5), [("repeat".to_string(), 5)]);
    });
}
