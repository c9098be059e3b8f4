//! Segments through the database: made, followed, woken, edited, explained, audited.
mod common;

use common::World;
use serde_json::json;
use weir_ground::base::time::{DAY, HOUR};
use weir_ground::event::PersonId;
use weir_ground::testing::{START, each_engine};
use weir_ground::{Fact, base::ids::SegmentId};
use weir_know::segment::{self, Rule, audit};

fn rule(v: serde_json::Value) -> Rule {
    serde_json::from_value(v).unwrap()
}

fn make(w: &World, name: &'static str, r: Rule) -> SegmentId {
    let brand = w.brand;
    let id = w.write(move |tx| segment::create(tx, brand, name, None, &r, "test"));
    w.live();
    id
}

fn did(w: &World, person: PersonId, name: &'static str, props: &'static str) {
    let brand = w.brand;
    w.write(move |tx| {
        let now = tx.now();
        tx.record(&Fact::new(brand, name, now).person(person).source("test").props(props)).map(drop)
    });
}

fn members(w: &World, id: SegmentId) -> Vec<PersonId> {
    w.all(&format!("select person_id from segment_member where segment_id = {} order by person_id", id.n()))
}

/// What the log says of a segment and person: entered or left, and why.
fn flips(w: &World, id: SegmentId, person: PersonId) -> Vec<String> {
    let sql = format!(
        "select name || ' ' || props from event where person_id = {} and name in ('segment.entered', 'segment.left') \
         and props like '%{id}%' order by id",
        person.n()
    );
    let short = |t: String| {
        let (name, props) = t.split_once(' ').unwrap();
        let props: serde_json::Value = serde_json::from_str(props).unwrap();
        format!("{} {}", name.trim_start_matches("segment."), props["cause"].as_str().unwrap())
    };
    w.all::<String>(&sql).into_iter().map(short).collect()
}

#[test]
fn somebody_enters_by_an_event_and_leaves_by_the_clock() {
    each_engine(|db| {
        let w = World::new(&db);
        let ann = w.resolve(&[("user_id", "ann")]);
        let bob = w.resolve(&[("user_id", "bob")]);
        let active = make(&w, "active", rule(json!({"event": {"event": {"name": "viewed"}, "min": 2, "window": {"last": {"n": 3, "unit": "day"}}}})));
        let idle = make(&w, "idle", rule(json!({"not": {"segment": {"id": active}}})));
        assert_eq!((members(&w, active), members(&w, idle)), (vec![], vec![ann, bob]));
        did(&w, ann, "viewed", "{}");
        w.live();
        assert_eq!(members(&w, active), vec![]);
        w.at(START + HOUR);
        did(&w, ann, "viewed", "{}");
        w.live();
        assert_eq!((members(&w, active), members(&w, idle)), (vec![ann], vec![bob]));
        assert_eq!(w.one::<i64>(&format!("select due_at from segment_wake where person_id = {}", ann.n())), START + 3 * DAY);
        // One event less than three days old is not enough.
        w.at(START + 3 * DAY - 1);
        w.live();
        assert_eq!(members(&w, active), vec![ann]);
        w.at(START + 3 * DAY);
        w.live();
        assert_eq!((members(&w, active), members(&w, idle)), (vec![], vec![ann, bob]));
        assert_eq!(flips(&w, active, ann), ["entered event", "left timer"]);
        assert_eq!(flips(&w, idle, ann), ["entered definition", "left event", "entered timer"]);
    });
}

#[test]
fn attributes_stages_tags_and_merges_are_followed() {
    each_engine(|db| {
        let w = World::new(&db);
        let (ann, bob) = (w.resolve(&[("user_id", "ann")]), w.resolve(&[("email", "b@x.cn")]));
        let brand = w.brand;
        let women = make(&w, "women", rule(json!({"attr": {"key": "gender", "test": {"is": ["female"]}}})));
        let vip = make(&w, "vip", rule(json!({"all": [{"tag": {"any": ["VIP"]}}, {"attr": {"key": "net", "test": {"between": {"min": 100}}}}]})));
        let first = make(&w, "first", rule(json!({"stage": {"any": ["first_order"]}})));
        w.write(move |tx| {
            let mut t = weir_know::person::Traits::default();
            t.portrait.insert("gender".into(), Some("female".into()));
            weir_know::person::describe(tx, brand, ann, &t, None)?;
            weir_know::tag::add(tx, brand, bob, "VIP", "manual", None)
        });
        w.order(ann, START, 100);
        w.live();
        assert_eq!((members(&w, women), members(&w, vip), members(&w, first)), (vec![ann], vec![], vec![ann]));
        // Bob's tag and Ann's order are one person's now.
        let one = w.merge(ann, bob).unwrap();
        w.live();
        assert_eq!((one, members(&w, vip), members(&w, women)), (ann, vec![ann], vec![ann]));
        assert_eq!(w.one::<i64>(&format!("select count(*) from segment_member where person_id = {}", bob.n())), 0);
    });
}

#[test]
fn an_edit_moves_only_who_differs_and_a_restart_changes_nothing() {
    each_engine(|db| {
        let mut w = World::new(&db);
        let people: Vec<PersonId> = ["a", "b", "c", "d"].iter().map(|u| w.resolve(&[("user_id", u)])).collect();
        for (n, p) in people.iter().enumerate() {
            for i in 0..n {
                w.at(START + (n * 10 + i) as i64);
                did(&w, *p, "viewed", r#"{"sku":"A"}"#);
            }
        }
        let count = |n: i64| rule(json!({"event": {"event": {"name": "viewed", "where": [{"key": "sku", "test": {"is": ["A"]}}]}, "min": n, "window": {"days": 2}}}));
        let id = make(&w, "viewers", count(2));
        assert_eq!(members(&w, id), vec![people[2], people[3]]);
        let (brand, r) = (w.brand, count(1));
        w.write(move |tx| {
            let e = segment::Edit { rule: Some(r.clone()), ..segment::Edit::default() };
            segment::edit(tx, brand, id, &e, "test")
        });
        w.live();
        assert_eq!(members(&w, id), people[1..].to_vec());
        assert_eq!(flips(&w, id, people[1]), ["entered definition"]);
        assert_eq!(flips(&w, id, people[3]), ["entered definition"]);
        assert_eq!(w.one::<String>(&format!("select state from segment where id = {}", id.n())), "live");
        let before: i64 = w.one("select count(*) from event");
        w.live = Default::default();
        w.live();
        assert_eq!(w.one::<i64>("select count(*) from event"), before);
        // It slept through the day after; what the clock did is made up for as of its time.
        w.live = Default::default();
        w.at(START + 5 * DAY);
        w.live();
        assert_eq!(members(&w, id), vec![]);
        let at: i64 = w.one("select max(at) from event where name = 'segment.left'");
        let midnight = weir_ground::base::Zone::named("Asia/Shanghai").unwrap();
        assert_eq!(at, midnight.start_of(weir_ground::base::Day(midnight.day(START).0 + 2)));
    });
}

/// What the auditor says of a person, once the follower has read everything.
fn audited(w: &World, person: PersonId) -> Vec<audit::Finding> {
    loop {
        w.live();
        let pool = w.live.get(w.brand).unwrap();
        if let Some(found) = audit::person_of(&pool, &w.db, person).unwrap() {
            return found;
        }
    }
}

#[test]
fn the_auditor_finds_what_is_wrong_and_repairs_it() {
    each_engine(|db| {
        let w = World::new(&db);
        let ann = w.resolve(&[("user_id", "ann")]);
        did(&w, ann, "viewed", "{}");
        let id = make(&w, "viewers", rule(json!({"event": {"event": {"name": "viewed"}, "min": 1}})));
        let pool = w.live.get(w.brand).unwrap();
        assert_eq!(audited(&w, ann), vec![(id, true, true)]);
        pool.spoil(id, ann);
        assert_eq!(audited(&w, ann), vec![(id, false, true)]);
        while pool.health.mismatched.load(std::sync::atomic::Ordering::Relaxed) == 0 {
            audit::some(&w.live, &db, 1).unwrap();
        }
        assert_eq!(audited(&w, ann), vec![(id, true, true)]);
        assert_eq!(w.one::<i64>("select count(*) from segment_mismatch"), 1);
    });
}

#[test]
fn over_http_a_segment_is_counted_made_explained_and_ended() {
    each_engine(|db| {
        let w = World::new(&db);
        let (ann, bob) = (w.resolve(&[("user_id", "ann"), ("phone", "13800138000")]), w.resolve(&[("user_id", "bob")]));
        did(&w, ann, "viewed", r#"{"sku":"A","price":12.5}"#);
        w.live();
        let viewed = json!({"event": {"event": {"name": "viewed", "where": [{"key": "price", "test": {"between": {"min": 12, "max": 13}}}]}, "min": 1, "window": "ever"}});
        let (status, counted) = w.ask("POST", "/api/v1/segments/count", Some(json!({"rule": viewed, "sample": 5})));
        assert_eq!((status, &counted["count"], &counted["pool"]), (200, &json!(1), &json!(2)), "{counted}");
        assert_eq!(counted["sample"][0]["id"], json!(ann));
        // A slip of the pen counts nobody and leaves no attribute behind.
        let slip = json!({"attr": {"key": "gendre", "test": {"is": ["f"]}}});
        let (status, problem) = w.ask("POST", "/api/v1/segments/count", Some(json!({"rule": slip, "sample": 0})));
        assert_eq!((status, &problem["errors"][0]["field"]), (400, &json!("attr.key")), "{problem}");
        let (_, fields) = w.ask("GET", "/api/v1/segment-fields", None);
        assert!(!fields.to_string().contains("gendre"), "{fields}");
        // Making one waits for the follower, which runs beside.
        let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        weir_ground::reader::catch_up(&db, &[std::sync::Arc::new(weir_know::react::Know)]).unwrap();
        let know = weir_ground::reader::follow(db.clone(), std::sync::Arc::new(weir_know::react::Know), stop.clone());
        let live = weir_know::live::worker(w.live.clone(), db.clone(), stop.clone());
        let (status, made) = w.ask("POST", "/api/v1/segments", Some(json!({"name": "看过 A", "rule": viewed})));
        assert_eq!((status, &made["size"], &made["state"]), (200, &json!(1), &json!("live")), "{made}");
        let id = made["id"].as_str().unwrap().to_string();
        let (_, why) = w.ask("GET", &format!("/api/v1/segments/{id}/why/{ann}"), None);
        assert_eq!((&why["in"], &why["node"]["truth"], &why["node"]["says"]["count"]), (&json!(true), &json!(true), &json!(1.0)), "{why}");
        assert_eq!(why["node"]["says"]["events"][0]["name"], "viewed");
        let (_, why) = w.ask("GET", &format!("/api/v1/segments/{id}/why/{bob}"), None);
        assert_eq!((&why["in"], &why["node"]["truth"]), (&json!(false), &json!(false)));
        let (status, list) = w.ask("POST", "/api/v1/segments/static", Some(json!({"name": "名单", "persons": [bob], "keys": ["13800138000", "nobody"]})));
        assert_eq!((status, &list["size"], &list["found"], &list["missing"]), (200, &json!(2), &json!(2), &json!(["nobody"])), "{list}");
        let (_, overlap) = w.ask("POST", "/api/v1/segments/overlap", Some(json!({"ids": [id, list["id"]]})));
        assert_eq!(overlap["sizes"], json!([1, 2]));
        assert_eq!(overlap["cells"], json!([{"in": [true, false], "count": 0}, {"in": [false, true], "count": 1}, {"in": [true, true], "count": 1}]));
        let (_, members) = w.ask("GET", &format!("/api/v1/segments/{id}/members"), None);
        assert_eq!((&members["items"][0]["id"], &members["total"]), (&json!(ann), &json!(1)));
        let (status, portrait) = w.ask("GET", &format!("/api/v1/segments/{id}/portrait"), None);
        assert_eq!((status, &portrait["persons"], &portrait["base"]), (200, &json!(1), &json!(2)), "{portrait}");
        let (_, fields) = w.ask("GET", "/api/v1/segment-fields", None);
        assert!(fields["events"].as_array().unwrap().iter().any(|e| e["name"] == "viewed" && e["props"][0]["key"] == "price"), "{fields}");
        // A segment that looks at itself is refused.
        let (status, _) = w.ask("PATCH", &format!("/api/v1/segments/{id}"), Some(json!({"rule": {"segment": {"id": id}}})));
        assert_eq!(status, 400);
        let (status, _) = w.ask("DELETE", &format!("/api/v1/segments/{id}"), None);
        assert_eq!(status, 204);
        assert_eq!(w.ask("GET", "/api/v1/segments", None).1["items"].as_array().unwrap().len(), 1);
        stop.store(true, std::sync::atomic::Ordering::SeqCst);
        db.shared().events.ring();
        db.shared().places_moved.ring();
        know.join().unwrap();
        live.join().unwrap();
    });
}

#[test]
fn a_segment_that_was_being_taken_up_at_a_stop_is_taken_up_to_its_end() {
    each_engine(|db| {
        let w = World::new(&db);
        let all: Vec<PersonId> = ["ann", "bob", "cy", "dee"].into_iter().map(|name| w.resolve(&[("user_id", name)])).collect();
        let buyers = make(&w, "buyers", rule(json!({"event": {"event": {"name": "bought"}, "min": 1}})));
        let (brand, one, other) = (w.brand, all[0], all[3]);
        // More than one step of the follower, and what it wrote stands behind them.
        w.write(move |tx| {
            for _ in 0..5_000 {
                let now = tx.now();
                let _ = tx.record(&Fact::new(brand, "looked", now).person(other).source("test"))?;
            }
            Ok(())
        });
        for person in &all[..3] {
            did(&w, *person, "bought", "{}");
        }
        w.live();
        assert_eq!(members(&w, buyers), all[..3]);

        // As a crash leaves it: one of three is written, somebody who does not belong is not away yet.
        w.write(move |tx| {
            tx.exec("update segment set state = 'building' where id = $1", weir_ground::params![buyers])?;
            tx.exec("delete from segment_member where segment_id = $1 and person_id <> $2", weir_ground::params![buyers, one])?;
            tx.exec(
                "insert into segment_member (segment_id, person_id, since, cause) values ($1, $2, 1, 'definition')",
                weir_ground::params![buyers, other],
            )?;
            Ok(())
        });
        let state = || w.all::<String>(&format!("select state from segment where id = {}", buyers.n())).remove(0);
        let (live, mut steps) = (weir_know::live::Live::default(), vec![]);
        // On PostgreSQL the log ends for a while before older transactions of other tests.
        for _ in 0..2_000 {
            weir_know::live::catch_up(&live, &db, |_| steps.push(state())).unwrap();
            if live.get(brand).is_some_and(|p| p.position().id >= w.one::<i64>("select max(id) from event where name = 'bought'")) {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        assert_eq!((steps[0].as_str(), state().as_str()), ("building", "live"));
        assert_eq!(members(&w, buyers), all[..3]);
        assert_eq!(flips(&w, buyers, other), ["left definition"]);
    });
}

#[test]
fn a_flip_that_two_nodes_write_is_told_once() {
    each_engine(|db| {
        let w = World::new(&db);
        let ann = w.resolve(&[("user_id", "ann")]);
        let never = make(&w, "never", rule(json!({"event": {"event": {"name": "flew"}, "min": 1}})));
        let (brand, at) = (w.brand, db.now());
        let flip = move |entered| segment::Move { brand, segment: never, person: ann, entered, at, cause: "timer", day: 20_000 };
        for entered in [true, true, false, false] {
            w.write(move |tx| segment::write(tx, &[flip(entered)], &[(never, 1)].into()));
        }
        assert_eq!(flips(&w, never, ann), ["entered timer", "left timer"]);
        let day: (i64, i64) = w.one(&format!("select entered, gone from segment_day where segment_id = {}", never.n()));
        assert_eq!(day, (1, 1));
    });
}
