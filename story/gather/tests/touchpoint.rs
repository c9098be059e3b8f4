//! Touchpoints, their costs and what they bring.
mod common;

use axum::body::Body;
use common::*;
use weir_gather::touchpoint::{self, AddTouchpoint, EditTouchpoint, cost, funnel};
use weir_ground::base::{Day, Fen, Problem, Zone};
use weir_ground::event::{StoreId, TouchpointId};
use weir_ground::testing::{START, Scratch, each_engine};
use weir_ground::{Db, params};
use weir_keep::{Role, Staff, store};
use weir_know::{identity, person};

fn add(db: &Db, who: &Staff, name: &str) -> TouchpointId {
    let (who, name) = (who.clone(), name.to_string());
    db.write_now(move |tx| touchpoint::create(tx, &who, &new(&name))).unwrap()
}

fn new(name: &str) -> AddTouchpoint {
    AddTouchpoint { kind: "wecom_store_code".into(), name: name.into(), store_id: None, owner_id: None, landing: None }
}

/// A person whom the touchpoint brought, at a time.
fn brought(db: &Db, who: &Staff, id: TouchpointId, name: &'static str, joined: Option<i64>) -> weir_ground::event::PersonId {
    let brand = who.brand;
    db.write_now(move |tx| {
        let p = identity::resolve(tx, brand, &[("external_id", name)], "test")?;
        person::seen(tx, p, START, Some(id))?;
        if let Some(at) = joined {
            person::joined(tx, brand, p, at)?;
        }
        Ok(p)
    })
    .unwrap()
}

#[test]
fn a_cost_counts_by_civil_day_and_by_head() {
    each_engine(|db| {
        let who = owner(&db, "one");
        let (id, zone) = (add(&db, &who, "门口海报"), Zone::named("Asia/Shanghai").unwrap());
        let at = |text: &str| zone.parse(text).unwrap();
        let entry = |kind, fen, from: &str, to: Option<&str>| cost::AddCost {
            kind,
            amount_fen: Fen(fen),
            from_day: from.into(),
            to_day: to.map(str::to_string),
            note: None,
        };
        let costs = [
            entry(cost::CostKind::Fixed, 50_000, "2026-03-02", None),
            entry(cost::CostKind::PerDay, 1_000, "2026-03-01", Some("2026-03-10")),
            entry(cost::CostKind::PerDay, 7, "2026-03-04", None),
            entry(cost::CostKind::PerHead, 300, "2026-03-03", None),
            entry(cost::CostKind::Fixed, 999_999, "2026-12-01", None),
        ];
        for c in costs {
            let who = who.clone();
            db.write_now(move |tx| cost::add(tx, &who, id, &c)).unwrap();
        }
        // Local midnight of 3 March begins the days that count: one head before it, two after.
        brought(&db, &who, id, "a", Some(at("2026-03-02 23:59:59")));
        brought(&db, &who, id, "b", Some(at("2026-03-03")));
        let buyer = brought(&db, &who, id, "c", None);
        paid_order(&db, who.brand, buyer, 1, 10_000, 0, at("2026-03-04 09:00"));
        brought(&db, &who, id, "visitor", None);
        let to_date = |day: &str| {
            let (brand, day) = (who.brand, Day::parse(day).unwrap());
            db.read_now(move |tx| cost::cost_to_date(tx, brand, id, day)).unwrap()
        };
        assert_eq!(to_date("2026-02-28"), Fen(0));
        assert_eq!(to_date("2026-03-01"), Fen(1_000));
        assert_eq!(to_date("2026-03-02"), Fen(50_000 + 2_000));
        assert_eq!(to_date("2026-03-03"), Fen(50_000 + 3_000 + 300));
        assert_eq!(to_date("2026-03-05"), Fen(50_000 + 5_000 + 2 * 7 + 600));
        assert_eq!(to_date("2026-03-20"), Fen(50_000 + 10_000 + 17 * 7 + 600));
        let (brand, day) = (who.brand, Day::parse("2026-03-05").unwrap());
        let all = db.read_now(move |tx| cost::costs_to_date(tx, brand, day)).unwrap();
        assert_eq!((all.len(), all[&id]), (1, Fen(55_614)));
    });
}

#[test]
fn the_funnel_follows_the_persons_whom_it_brought() {
    each_engine(|db| {
        let who = owner(&db, "one");
        let id = add(&db, &who, "包装卡");
        let other = add(&db, &who, "别处");
        let (a, b) = (brought(&db, &who, id, "a", Some(START)), brought(&db, &who, id, "b", Some(START)));
        brought(&db, &who, id, "c", None);
        let strange = brought(&db, &who, other, "d", Some(START));
        paid_order(&db, who.brand, a, 1, 10_000, 0, START);
        paid_order(&db, who.brand, a, 2, 10_000, 4_000, START);
        paid_order(&db, who.brand, strange, 3, 99_999, 0, START);
        let fixed = cost::AddCost {
            kind: cost::CostKind::Fixed,
            amount_fen: Fen(8_000),
            from_day: "2026-03-01".into(),
            to_day: None,
            note: Some("印刷".into()),
        };
        let asker = who.clone();
        db.write_now(move |tx| cost::add(tx, &asker, id, &fixed)).unwrap();
        let asker = who.clone();
        let f = db.read_now(move |tx| funnel::funnel(tx, &asker, id)).unwrap();
        let steps: Vec<(&str, i64)> = f.steps.iter().map(|s| (s.step, s.people)).collect();
        assert_eq!(steps, [("visited", 0), ("followed", 0), ("joined", 2), ("first_order", 1), ("repurchase", 1)]);
        assert_eq!((f.cost_fen, f.revenue_fen, f.cac_fen, f.roi_bp), (Fen(8_000), Fen(16_000), Some(Fen(8_000)), Some(10_000)));
        assert_eq!((f.by_day.len(), f.by_day[29].day.as_str()), (30, "2026-03-02"));
        assert_eq!((f.by_day[29].people, f.by_day[29].revenue_fen), (3, Fen(16_000)));
        assert!(f.by_day[..29].iter().all(|d| d.people == 0 && d.revenue_fen == Fen(0)));
        let _ = b;
    });
}

#[test]
fn stores_bound_what_a_manager_sees_and_makes() {
    each_engine(|db| {
        let who = owner(&db, "one");
        let brand = who.brand;
        let (north, south): (StoreId, StoreId) = db
            .write_now(move |tx| {
                let make = |tx: &mut weir_ground::Tx, code| store::create(tx, brand, "system", code, code, "store", None);
                Ok((make(tx, "N")?, make(tx, "S")?))
            })
            .unwrap();
        let manager = Staff { role: Role::StoreManager, stores: Some(vec![north]), ..who.clone() };
        let mine = add(&db, &manager, "北店");
        let headquarters = add(&db, &who, "总部");
        let asker = manager.clone();
        let seen = db.read_now(move |tx| Ok((touchpoint::own(tx, &asker, mine)?.store, touchpoint::own(tx, &asker, headquarters)))).unwrap();
        assert_eq!((seen.0, seen.1.err()), (Some(north), Some(Problem::not_found("touchpoint"))));
        for edit in [
            EditTouchpoint { store_id: Some(Some(south)), ..EditTouchpoint::default() },
            EditTouchpoint { store_id: Some(None), ..EditTouchpoint::default() },
        ] {
            let asker = manager.clone();
            assert!(db.write_now(move |tx| touchpoint::edit(tx, &asker, mine, &edit)).is_err());
        }
        assert_eq!(count(&db, "select count(*) from touchpoint where name = '北店' and store_id is not null"), 1);
        let elsewhere = Staff { brand: owner(&db, "two").brand, ..who };
        assert!(db.write_now(move |tx| touchpoint::edit(tx, &elsewhere, mine, &EditTouchpoint::default())).is_err());
    });
}

#[test]
fn the_routes_speak_the_contract() {
    each_engine(|db| {
        let (who, data) = (owner(&db, "one"), Scratch::new());
        let key = secret(&db, who.brand, "admin");
        let router = axum::Router::from(weir_gather::routes(&weir_gather::import::Imports::new(vec![])).split_for_parts().0).with_state(app(&db, &data.0));
        let (status, _, body) = ask(&router, json("GET", "/api/v1/touchpoint-kinds", &key, ""));
        assert!(status == 200 && value(&body)["items"].as_array().unwrap().len() >= 60);

        let body = r#"{"kind":"wecom_store_code","name":"收银台","landing":"/m/?lang=zh"}"#;
        let (status, _, made) = ask(&router, json("POST", "/api/v1/touchpoints", &key, body));
        let made = value(&made);
        assert_eq!((status, &made["landing"], &made["people"], &made["store"]), (200, &"/m/?lang=zh".into(), &0.into(), &serde_json::Value::Null));
        let (id, code) = (made["id"].as_str().unwrap().to_string(), made["code"].as_str().unwrap().to_string());
        assert_eq!(made["url"], format!("https://shop.example/c/{code}"));

        let (status, _, _) = ask(&router, json("POST", "/api/v1/touchpoints", &key, r#"{"kind":"nothing","name":"x"}"#));
        assert_eq!((status, count(&db, "select count(*) from touchpoint")), (400, 1));
        let day = r#"{"kind":"per_day","amount_fen":500,"from_day":"2026-03-01","to_day":null,"note":null}"#;
        let (status, _, cost) = ask(&router, json("POST", &format!("/api/v1/touchpoints/{id}/costs"), &key, day));
        assert_eq!((status, &value(&cost)["from_day"]), (200, &"2026-03-01".into()));
        let (_, _, list) = ask(&router, json("GET", "/api/v1/touchpoints?q=收银".replace("收银", "%E6%94%B6%E9%93%B6").as_str(), &key, ""));
        assert_eq!((&value(&list)["total"], &value(&list)["items"][0]["cost_fen"]), (&1.into(), &1000.into()));
        for bad in [r#"{"kind":"per_day","amount_fen":-1,"from_day":"2026-03-01"}"#, r#"{"kind":"fixed","amount_fen":1,"from_day":"2026-02-30"}"#] {
            assert_eq!(ask(&router, json("POST", &format!("/api/v1/touchpoints/{id}/costs"), &key, bad)).0, 400);
        }
        let gone = format!("/api/v1/touchpoints/{id}/costs/{}", value(&cost)["id"].as_str().unwrap());
        assert_eq!(ask(&router, json("DELETE", &gone, &key, "")).0, 204);
        assert_eq!((ask(&router, json("DELETE", &gone, &key, "")).0, count(&db, "select count(*) from touchpoint_cost")), (404, 0));

        let (status, _, edited) = ask(&router, json("PATCH", &format!("/api/v1/touchpoints/{id}"), &key, r#"{"status":"paused","owner_id":null}"#));
        assert_eq!((status, &value(&edited)["status"], &value(&edited)["code"]), (200, &"paused".into(), &code.as_str().into()));
        let (status, headers, png) = ask(&router, json("GET", &format!("/api/v1/touchpoints/{id}/qr.png?size=300"), &key, ""));
        assert_eq!((status, headers["content-type"].to_str().unwrap(), &png[1..4]), (200, "image/png", &b"PNG"[..]));
        let (status, _, svg) = ask(&router, json("GET", &format!("/api/v1/touchpoints/{id}/qr.svg"), &key, ""));
        assert!(status == 200 && svg.starts_with(b"<svg"));
        let (status, _, f) = ask(&router, json("GET", &format!("/api/v1/touchpoints/{id}/funnel"), &key, ""));
        assert_eq!((status, value(&f)["by_day"].as_array().unwrap().len()), (200, 30));
        let unsigned = get(&format!("/api/v1/touchpoints/{id}")).body(Body::empty()).unwrap();
        assert_eq!(ask(&router, unsigned).0, 401);
        let _ = db.read_now(|tx| tx.one::<i64>("select count(*) from event where name = $1", params![weir_gather::events::COST_REMOVED])).map(|n| assert_eq!(n, 1));
    });
}

#[test]
fn each_step_says_how_long_it_took_and_what_it_cost() {
    each_engine(|db| {
        let who = owner(&db, "one");
        let id = add(&db, &who, "包装卡");
        let hour = 3_600_000;
        let people: Vec<_> = ["a", "b", "c"].map(|n| brought(&db, &who, id, n, None)).into();
        for (n, p) in people.iter().enumerate() {
            let (brand, p, at) = (who.brand, *p, START - 100 * hour + n as i64);
            db.write_now(move |tx| {
                let fact = weir_ground::Fact::new(brand, "touchpoint.visited", at).person(p).touchpoint(Some(id));
                tx.record(&fact).map(|_| ())
            })
            .unwrap();
        }
        // They join one, two and nine hours after the scan; the first orders three hours after joining, and again a day later.
        for (n, hours) in [1, 2, 9].into_iter().enumerate() {
            let (brand, p, at) = (who.brand, people[n], START - 100 * hour + n as i64 + hours * hour);
            db.write_now(move |tx| person::joined(tx, brand, p, at)).unwrap();
        }
        paid_order(&db, who.brand, people[0], 1, 10_000, 0, START - 96 * hour);
        paid_order(&db, who.brand, people[0], 2, 10_000, 0, START - 72 * hour);
        let fixed = cost::AddCost { kind: cost::CostKind::Fixed, amount_fen: Fen(9_000), from_day: "2026-03-01".into(), to_day: None, note: None };
        let asker = who.clone();
        db.write_now(move |tx| cost::add(tx, &asker, id, &fixed)).unwrap();
        let asker = who.clone();
        let f = db.read_now(move |tx| funnel::funnel(tx, &asker, id)).unwrap();
        let seen: Vec<_> = f.steps.iter().map(|s| (s.people, s.rate_bp, s.median_ms, s.cost_each_fen.map(|c| c.0))).collect();
        assert_eq!(seen, [
            (3, Some(10_000), None, Some(3_000)),
            (0, Some(0), None, None),
            (3, Some(10_000), Some(2 * hour), Some(3_000)),
            (1, Some(3_333), Some(3 * hour), Some(9_000)),
            (1, Some(3_333), Some(24 * hour), Some(9_000)),
        ]);
    });
}

#[test]
fn cohorts_come_back_in_weeks_that_have_passed() {
    each_engine(|db| {
        let who = owner(&db, "one");
        let id = add(&db, &who, "门口");
        let week = 7 * 86_400_000;
        // Two persons come on Monday 2 March; one opens the mall nine days later, both are written to by staff.
        let (a, b) = (brought(&db, &who, id, "a", None), brought(&db, &who, id, "b", None));
        let brand = who.brand;
        let did = |p, at, actor: Option<&'static str>, name: &'static str| {
            db.write_now(move |tx| {
                let mut fact = weir_ground::Fact::new(brand, name, at).person(p).source("mall");
                fact.actor = actor;
                tx.record(&fact).map(|_| ())
            })
            .unwrap();
        };
        db.set_clock(START + 5 * week);
        did(a, START + 9 * 86_400_000, None, "mall.opened");
        did(a, START + 9 * 86_400_000 + 5, None, "mall.opened");
        did(b, START + 9 * 86_400_000, Some("stf_x"), "person.changed");
        did(b, START + 2 * week, None, "mall.opened");
        did(b, START + 86_400_000, None, "mall.opened");
        let asker = who.clone();
        let r = db.read_now(move |tx| weir_gather::touchpoint::retention::retention(tx, &asker, id)).unwrap();
        assert_eq!(r.cohorts.len(), 1);
        assert_eq!((r.cohorts[0].week.as_str(), r.cohorts[0].people, r.cohorts[0].active.clone()), ("2026-03-02", 2, vec![2, 1, 1, 0]));
        assert_eq!(r.weeks.iter().map(|w| (w.week, w.active, w.people)).collect::<Vec<_>>(), [(0, 2, 2), (1, 1, 2), (2, 1, 2), (3, 0, 2)]);
    });
}

#[test]
fn five_hundred_touchpoints_out_of_a_file_once_and_their_codes_in_one_download() {
    use weir_gather::import::{Ctx, Row, Sink};
    use weir_gather::touchpoint::http::FindTouchpoints;
    use weir_gather::touchpoint::table::{self, SortTouchpoints, TouchpointSort};
    use weir_ground::http::Page;
    each_engine(|db| {
        let (who, data) = (owner(&db, "one"), Scratch::new());
        let brand = who.brand;
        db.write_now(move |tx| {
            for n in 1..=500 {
                store::create(tx, brand, "system", &format!("S{n:03}"), &format!("第 {n} 店"), "store", None)?;
            }
            Ok(())
        })
        .unwrap();
        let ctx = Ctx { brand, zone: Zone::named("Asia/Shanghai").unwrap(), import: weir_gather::import::ImportId::new(1), file: "t.csv".into(), source: "import", actor: None, policy: Default::default() };
        let mut rows: Vec<Row> = (1..=500).map(|n| Row::new(n + 1, ["收银台", "wecom_store_code", &format!("S{n:03}"), "", "/m/?lang=zh"])).collect();
        rows.push(Row::new(502, ["收银台", "wecom_store_code", "S999", "", ""]));
        rows.push(Row::new(503, ["收银台", "no_such_kind", "S001", "", ""]));
        rows.push(Row::new(504, ["收银台", "wecom_store_code", "S001", "", "javascript:1"]));
        let apply = || {
            let (ctx, rows) = (ctx.clone(), rows.clone());
            db.write_now(move |tx| weir_gather::touchpoint::import::Touchpoints.apply(tx, &ctx, &rows)).unwrap()
        };
        let fates = apply();
        assert!(fates[..500].iter().all(Result::is_ok), "{:?}", fates.iter().find(|f| f.is_err()));
        let why: Vec<&str> = fates[500..].iter().map(|f| f.as_ref().unwrap_err().split(':').next().unwrap()).collect();
        assert_eq!((why.len(), why[0], why[1]), (3, "store", "kind"));
        let codes = texts(&db, "select code from touchpoint order by id");
        assert_eq!((apply(), texts(&db, "select code from touchpoint order by id").len()), (fates, 500));
        assert_eq!(texts(&db, "select code from touchpoint order by id"), codes);

        let best = db.read_now(|tx| tx.one::<TouchpointId>("select id from touchpoint order by id limit 1 offset 250", &[])).unwrap();
        brought(&db, &who, best, "a", Some(START));
        let asker = who.clone();
        let page = db
            .read_now(move |tx| {
                let sort = SortTouchpoints { sort: Some(TouchpointSort::People), up: None };
                table::table(tx, &asker, &FindTouchpoints::default(), &sort, &Page { cursor: None, limit: Some(2) })
            })
            .unwrap();
        assert_eq!((page.items[0].id, page.items[0].joined, page.items[1].people, page.total, page.next.as_deref()), (best, 1, 0, Some(500), Some("2")));

        let key = secret(&db, who.brand, "admin");
        let router = axum::Router::from(weir_gather::routes(&weir_gather::import::Imports::new(vec![])).split_for_parts().0).with_state(app(&db, &data.0));
        let (status, headers, packed) = ask(&router, json("GET", "/api/v1/touchpoint-codes.zip?format=svg", &key, ""));
        assert_eq!((status, headers["content-type"].to_str().unwrap()), (200, "application/zip"));
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(packed)).unwrap();
        assert_eq!(zip.len(), 501);
        let mut list = String::new();
        std::io::Read::read_to_string(&mut zip.by_name("codes.csv").unwrap(), &mut list).unwrap();
        assert!(list.lines().count() == 501 && codes.iter().all(|c| list.contains(&format!("https://shop.example/c/{c}"))));
        let name = list.lines().nth(1).unwrap().split(',').next().unwrap().to_string();
        let mut svg = String::new();
        std::io::Read::read_to_string(&mut zip.by_name(&name).unwrap(), &mut svg).unwrap();
        assert!(name.contains("第 500 店-收银台") && svg.starts_with("<svg"), "{name}");
        let (_, _, small) = ask(&router, json("GET", "/api/v1/touchpoint-codes.zip?size=128&q=nothing", &key, ""));
        assert_eq!(zip::ZipArchive::new(std::io::Cursor::new(small)).unwrap().len(), 1);
        let (_, _, sorted) = ask(&router, json("GET", "/api/v1/touchpoint-table?sort=first_order&limit=1", &key, ""));
        assert_eq!(value(&sorted)["total"], 500);
    });
}
