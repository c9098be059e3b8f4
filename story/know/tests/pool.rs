//! Traffic pools: who is in one, what keeps several apart, and who decides.
mod common;

use common::*;
use serde_json::{Value, json};
use weir_ground::Db;
use weir_ground::base::ids::{MergeId, SegmentId};
use weir_ground::event::PersonId;
use weir_ground::testing::each_engine;
use weir_keep::Settings;
use weir_keep::brand::Pools;
use weir_know::identity::{self, Why, pool};
use weir_know::segment;

const PERSONS: &str = "select count(*) from person where root_id = id";

fn world(db: &Db, choice: Pools) -> World {
    World::with(db, "tea", "Asia/Shanghai", Settings { identity_pools: choice, ..Settings::default() })
}

fn pairs(w: &World) -> Vec<(i64, i64, String, String, i64)> {
    w.all("select a_id, b_id, reason, state, times from person_pair order by a_id, b_id")
}

fn codes(w: &World, person: PersonId) -> Vec<String> {
    let brand = w.brand;
    w.write(move |tx| pool::of(tx, brand, person)).into_iter().map(|p| p.code).collect()
}

fn listed(w: &World) -> Value {
    w.live();
    let (status, body) = w.ask("GET", "/api/v1/pools", None);
    assert_eq!(status, 200, "{body}");
    body
}

fn counts(list: &Value) -> Vec<(String, i64, i64, i64)> {
    let n = |p: &Value, key: &str| p[key].as_i64().unwrap();
    let row = |p: &Value| (p["code"].as_str().unwrap().to_string(), n(p, "persons"), n(p, "only"), n(p, "shared"));
    list["pools"].as_array().unwrap().iter().map(row).collect()
}

fn row(code: &str, persons: i64, only: i64, shared: i64) -> (String, i64, i64, i64) {
    (code.to_string(), persons, only, shared)
}

#[test]
fn a_person_is_in_a_pool_while_one_of_its_identities_is_bound() {
    each_engine(|db| {
        let w = world(&db, Pools::One);
        let ann = w.resolve(&[("phone", "13800000001"), ("openid", "o-1")]);
        let bob = w.resolve(&[("external_userid", "wm-1"), ("unionid", "u-1")]);
        w.resolve(&[("visitor", "v-1")]);
        let list = listed(&w);
        assert_eq!(counts(&list), [row("wecom", 1, 1, 0), row("member", 1, 0, 1), row("wechat", 1, 0, 1)]);
        assert_eq!((&list["persons"], &list["reached"], &list["choice"]), (&json!(3), &json!(2), &json!("one")));
        assert_eq!(list["cells"], json!([{"in": [true, false, false], "count": 1}, {"in": [false, true, true], "count": 1}]));
        // One of two openids goes: still in. The last goes: out. Both follow without anybody writing it down.
        w.resolve(&[("phone", "13800000001"), ("openid", "o-2")]);
        for (left, pools) in [(1, vec!["member", "wechat"]), (0, vec!["member"])] {
            let (_, held) = w.ask("GET", &format!("/api/v1/persons/{ann}/identities"), None);
            let key = held["identities"].as_array().unwrap().iter().find(|i| i["kind"] == "openid").unwrap()["key"].clone();
            let (status, _) = w.ask("DELETE", &format!("/api/v1/persons/{ann}/identities/{}", key.as_str().unwrap()), None);
            assert_eq!((status, codes(&w, ann)), (200, pools.iter().map(|c| c.to_string()).collect::<Vec<_>>()));
            assert_eq!(counts(&listed(&w))[2], row("wechat", left, 0, left));
        }
        // A merge brings the pools of both, and parting them takes nothing from either.
        w.merge(ann, bob).unwrap();
        assert_eq!(counts(&listed(&w)), [row("wecom", 1, 0, 1), row("member", 1, 0, 1), row("wechat", 0, 0, 0)]);
        let (brand, merge) = (w.brand, w.one::<MergeId>("select id from person_merge where undone_at is null"));
        w.write(move |tx| identity::unmerge(tx, brand, merge, "test", None).map(drop));
        assert_eq!(counts(&listed(&w)), [row("wecom", 1, 1, 0), row("member", 1, 1, 0), row("wechat", 0, 0, 0)]);
    });
}

#[test]
fn pools_are_made_changed_and_ended_on_record() {
    each_engine(|db| {
        let w = world(&db, Pools::One);
        w.resolve(&[("phone", "13800000001")]);
        w.resolve(&[("unionid", "u-1")]);
        let facts = || w.all::<String>("select props from event where name = 'pool.changed' order by id");
        let sms = |kinds: Value| json!({"code": "sms", "zh": "短信", "en": "SMS", "strength": "weak", "kinds": kinds});
        for (body, status, says) in [
            (sms(json!(["phone"])), 409, "会员"),
            (sms(json!([])), 400, "at least one kind"),
            (sms(json!(["visitor"])), 400, "does not reach"),
            (sms(json!(["iris"])), 400, "not a kind"),
            (json!({"code": "S M", "zh": "短信", "en": "SMS", "strength": "weak", "kinds": ["unionid"]}), 400, "lower-case"),
        ] {
            let (got, problem) = w.ask("POST", "/api/v1/pools", Some(body));
            assert!(got == status || (status == 400 && got == 422), "{got} {problem}");
            assert!(problem.to_string().contains(says), "{problem}");
        }
        assert_eq!((facts().len(), w.one::<i64>("select count(*) from pool")), (0, 0));

        let (status, made) = w.ask("POST", "/api/v1/pools", Some(sms(json!(["unionid"]))));
        assert_eq!((status, &made["kinds"]), (200, &json!(["unionid"])));
        assert_eq!(counts(&listed(&w))[3], row("sms", 1, 1, 0));
        assert_eq!(w.ask("POST", "/api/v1/pools", Some(sms(json!(["unionid"])))).0, 409);
        let member = json!({"kinds": ["user_id", "external_id", "email"], "zh": "会员体系"});
        assert_eq!(w.ask("PATCH", "/api/v1/pools/member", Some(member)).0, 200);
        assert_eq!(w.ask("PATCH", "/api/v1/pools/sms", Some(json!({"kinds": ["phone"], "strength": "strong"}))).0, 200);
        // What is as it was is no change.
        assert_eq!(w.ask("PATCH", "/api/v1/pools/sms", Some(json!({"kinds": ["phone"]}))).0, 200);
        let list = listed(&w);
        assert_eq!(counts(&list), [row("wecom", 0, 0, 0), row("member", 0, 0, 0), row("wechat", 0, 0, 0), row("sms", 1, 1, 0)]);
        assert_eq!((&list["pools"][1]["zh"], &list["pools"][3]["strength"]), (&json!("会员体系"), &json!("strong")));
        assert_eq!(w.ask("DELETE", "/api/v1/pools/sms", None).0, 204);
        assert_eq!(w.ask("DELETE", "/api/v1/pools/sms", None).0, 404);
        assert_eq!(w.ask("POST", "/api/v1/pools", Some(sms(json!(["phone"])))).0, 409, "a code is not used twice");
        let what: Vec<(Value, Value)> = facts()
            .iter()
            .map(|p| serde_json::from_str::<Value>(p).unwrap())
            .map(|p| (p["pool"].clone(), p["what"].clone()))
            .collect();
        let said = |pool: &str, what: &str| (json!(pool), json!(what));
        assert_eq!(what, [said("sms", "made"), said("member", "edited"), said("sms", "edited"), said("sms", "ended")]);
        assert_eq!(w.one::<i64>("select count(*) from event where name = 'pool.changed' and actor is null"), 0);
        assert_eq!(w.one::<i64>("select count(*) from identity"), 2);
    });
}

#[test]
fn one_pool_joins_over_all_channels_and_several_ask_people() {
    each_engine(|db| {
        for choice in [Pools::One, Pools::Several] {
            let code = format!("{choice:?}").to_lowercase();
            let w = World::with(&db, &code, "Asia/Shanghai", Settings { identity_pools: choice, ..Settings::default() });
            let (friend, member) = (w.resolve(&[("external_userid", "wm-1")]), w.resolve(&[("phone", "13800000001")]));
            tick(&db);
            let met = w.resolve(&[("external_userid", "wm-1"), ("phone", "13800000001")]);
            assert_eq!(met, friend);
            let found = w.find("phone", "13800000001").unwrap();
            if choice == Pools::One {
                assert_eq!((found, pairs(&w)), (friend, vec![]));
                continue;
            }
            assert_eq!(found, member);
            w.resolve(&[("phone", "13800000001"), ("external_userid", "wm-1")]);
            let mine = format!("select a_id, b_id, reason, state, times from person_pair where brand_id = {}", w.brand.n());
            let open = w.all::<(i64, i64, String, String, i64)>(&mine);
            assert_eq!(open, [(friend.n(), member.n(), "pool".to_string(), "open".to_string(), 2)]);
            let (_, queue) = w.ask("GET", "/api/v1/duplicates", None);
            assert_eq!((&queue["items"][0]["reason"], &queue["items"][0]["kind"]), (&json!("pool"), &json!("phone")));
            assert_eq!(listed(&w)["waiting"], json!(1));
            // People decide, and can take it back; then no rule asks again.
            let id = queue["items"][0]["id"].as_str().unwrap();
            assert_eq!(w.ask("POST", &format!("/api/v1/duplicates/{id}"), Some(json!({"decision": "merge"}))).0, 204);
            assert_eq!((w.find("phone", "13800000001"), &listed(&w)["waiting"]), (Some(friend), &json!(0)));
            let merge: MergeId = w.one(&format!("select id from person_merge where brand_id = {} and undone_at is null", w.brand.n()));
            let (status, _) = w.ask("POST", &format!("/api/v1/persons/{friend}/unmerge"), Some(json!({"merge_id": merge})));
            assert_eq!((status, w.find("phone", "13800000001")), (200, Some(member)));
            w.resolve(&[("external_userid", "wm-1"), ("phone", "13800000001")]);
            assert_eq!(w.all::<(i64, i64, String, String, i64)>(&mine)[0].3, "merged");
            assert_eq!(w.find("phone", "13800000001"), Some(member));
        }
    });
}

#[test]
fn with_several_pools_the_order_in_which_things_came_does_not_matter() {
    each_engine(|db| {
        let given: [&[(&str, &str)]; 3] = [
            &[("openid", "o-1"), ("unionid", "u-1")],
            &[("phone", "13800000001"), ("openid", "o-1")],
            &[("external_userid", "wm-1"), ("unionid", "u-1"), ("visitor", "v-1")],
        ];
        for (n, order) in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]].into_iter().enumerate() {
            let code = format!("b{n}");
            let settings = Settings { identity_pools: Pools::Several, ..Settings::default() };
            let w = World::with(&db, &code, "Asia/Shanghai", settings);
            for i in order {
                tick(&db);
                w.resolve(given[i]);
            }
            // Three pools, three persons; the unionid stays with the one it came with first.
            let who = |kind, value| w.find(kind, value).unwrap();
            let (a, b, c) = (who("openid", "o-1"), who("phone", "13800000001"), who("external_userid", "wm-1"));
            assert!(a != b && b != c && a != c, "{order:?}");
            for (p, pool) in [(a, "wechat"), (b, "member"), (c, "wecom")] {
                assert_eq!(codes(&w, p), [pool], "{order:?}");
            }
            let joins: i64 = w.one(&format!("select count(*) from person_merge where brand_id = {} and actor is null and reason <> 'visitor seen together'", w.brand.n()));
            let open: i64 = w.one(&format!("select count(*) from person_pair where brand_id = {} and reason = 'pool'", w.brand.n()));
            assert_eq!((joins, open), (0, 2), "{order:?}");
        }
    });
}

#[test]
fn visitors_join_as_ever_and_within_a_pool_nothing_changes() {
    each_engine(|db| {
        let w = world(&db, Pools::Several);
        let visitor = w.resolve(&[("visitor", "v-1")]);
        let ann = w.resolve(&[("visitor", "v-1"), ("phone", "13800000001"), ("email", "ann@mail.example")]);
        assert_eq!((ann, w.find("email", "ann@mail.example")), (visitor, Some(visitor)));
        tick(&db);
        let other = w.resolve(&[("visitor", "v-2")]);
        assert_eq!(w.resolve(&[("visitor", "v-2"), ("phone", "13800000001")]), ann);
        assert_ne!(other, ann);
        // A card and a phone are of one pool: evidence joins them.
        let card = w.resolve(&[("external_id", "card-1")]);
        let one = w.resolve(&[("external_id", "card-1"), ("phone", "13800000001")]);
        assert_eq!((w.find("external_id", "card-1"), w.find("phone", "13800000001")), (Some(one), Some(one)));
        assert!(one == card || one == ann);
        assert_eq!((w.one::<i64>(PERSONS), pairs(&w)), (1, vec![]));
    });
}

#[test]
fn changing_the_choice_touches_nobody_who_is_joined() {
    each_engine(|db| {
        let w = world(&db, Pools::One);
        let ann = w.resolve(&[("external_userid", "wm-1"), ("phone", "13800000001")]);
        let (bob, carl) = (w.resolve(&[("openid", "o-1")]), w.resolve(&[("phone", "13800000002")]));
        assert_eq!(w.merge(bob, carl), Some(bob));
        let state = || w.all::<(i64, i64)>("select id, root_id from person order by id");
        let before = state();
        let choose = |choice: &str| {
            let text = json!({"identity_pools": choice}).to_string();
            w.write(move |tx| tx.exec("update brand set settings = $1", weir_ground::params![&text]).map(drop));
        };
        choose("several");
        assert_eq!(state(), before);
        // Their own identities still lead to them, of whatever pool, and nothing is listed.
        assert_eq!(w.resolve(&[("openid", "o-1"), ("phone", "13800000002")]), bob);
        assert_eq!(w.resolve(&[("phone", "13800000001"), ("external_userid", "wm-1"), ("email", "ann@mail.example")]), ann);
        assert_eq!((state(), pairs(&w)), (before, vec![]));
        // What waited while there were several is joined by the next evidence once there is one.
        w.resolve(&[("openid", "o-9"), ("user_id", "nine")]);
        assert_eq!(pairs(&w).len(), 1);
        assert_ne!(w.find("openid", "o-9"), w.find("user_id", "nine"));
        choose("one");
        w.resolve(&[("openid", "o-9"), ("user_id", "nine")]);
        assert_eq!(w.find("openid", "o-9"), w.find("user_id", "nine"));
    });
}

#[test]
fn random_evidence_never_crosses_a_wall_and_what_people_join_comes_apart_again() {
    each_engine(|db| {
        let w = world(&db, Pools::Several);
        let mut seed = 17_u64;
        let mut roll = move |n: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % n
        };
        let kinds = ["external_userid", "openid", "user_id", "phone", "unionid", "visitor"];
        let brand = w.brand;
        for _ in 0..400 {
            tick(&db);
            let given: Vec<(&str, String)> = (0..1 + roll(3))
                .map(|_| {
                    let kind = kinds[roll(6) as usize];
                    (kind, if kind == "phone" { format!("138000000{:02}", roll(20)) } else { format!("{kind}-{}", roll(20)) })
                })
                .collect();
            w.write(move |tx| {
                let given: Vec<(&str, &str)> = given.iter().map(|g| (g.0, g.1.as_str())).collect();
                identity::resolve(tx, brand, &given, "test").map(drop)
            });
        }
        let roots = || w.all::<PersonId>("select id from person where root_id = id order by id");
        let crossing = || roots().into_iter().filter(|p| codes(&w, *p).len() > 1).count();
        let open = pairs(&w).into_iter().filter(|p| p.2 == "pool").count();
        assert!(roots().len() > 20 && open > 20, "{} {open}", roots().len());
        assert_eq!(crossing(), 0);
        let state = || {
            let people: Vec<(i64, i64, i64)> = w.all("select id, root_id, known from person order by id");
            let held: Vec<(String, String, i64)> = w.all("select kind, value, person_id from identity order by kind, value");
            (people, held)
        };
        let before = state();
        // People join whom rules would not.
        let all = roots();
        let mut made = 0;
        for _ in 0..120 {
            let (a, b) = (all[roll(all.len() as u64) as usize], all[roll(all.len() as u64) as usize]);
            w.write(move |tx| {
                let why = Why { reason: "test", by: None, actor: Some("stf_test") };
                identity::join(tx, brand, a, b, &why).map(drop)
            });
        }
        assert!(crossing() > 0);
        for cut in w.all::<MergeId>("select id from person_merge where actor = 'stf_test' and undone_at is null order by id desc") {
            w.write(move |tx| identity::unmerge(tx, brand, cut, "test", None).map(drop));
            made += 1;
        }
        assert!(made > 10);
        assert_eq!((crossing(), state()), (0, before));
    });
}

fn make(w: &World, name: &'static str, rule: Value) -> SegmentId {
    let (brand, rule) = (w.brand, serde_json::from_value(rule).unwrap());
    let id = w.write(move |tx| segment::create(tx, brand, name, None, &rule, "test"));
    w.live();
    id
}

fn members(w: &World, id: SegmentId) -> Vec<PersonId> {
    w.live();
    w.all(&format!("select person_id from segment_member where segment_id = {} order by person_id", id.n()))
}

#[test]
fn a_segment_asks_for_pools_and_follows_bonds_and_definitions() {
    each_engine(|db| {
        let w = world(&db, Pools::One);
        let (ann, bob) = (w.resolve(&[("phone", "13800000001")]), w.resolve(&[("openid", "o-1")]));
        let weak = make(&w, "weak", json!({"pool": {"any": ["wechat", "wecom"]}}));
        let not = make(&w, "not", json!({"not": {"pool": {"any": ["wechat"]}}}));
        assert_eq!((members(&w, weak), members(&w, not)), (vec![bob], vec![ann]));
        // An identity that comes with an event nobody asks for is noticed, too.
        w.resolve(&[("phone", "13800000001"), ("openid", "o-2")]);
        assert_eq!((members(&w, weak), members(&w, not)), (vec![ann, bob], vec![]));
        let (status, why) = w.ask("POST", "/api/v1/segments/count", Some(json!({"rule": {"pool": {"any": ["wechat"]}}, "sample": 0})));
        assert_eq!((status, &why["count"]), (200, &json!(2)));
        let (status, why) = w.ask("GET", &format!("/api/v1/segments/{weak}/why/{ann}"), None);
        assert_eq!((status, &why["node"]["truth"], &why["node"]["says"]["value"]), (200, &json!(true), &json!("openid")), "{why}");
        // The pool is made of something else: only who differs moves.
        assert_eq!(w.ask("PATCH", "/api/v1/pools/wechat", Some(json!({"kinds": ["unionid"]}))).0, 200);
        assert_eq!((members(&w, weak), members(&w, not)), (vec![], vec![ann, bob]));
        let left: i64 = w.one("select count(*) from event where name = 'segment.left' and props like '%definition%'");
        assert_eq!(left, 2);
        let (status, problem) = w.ask("DELETE", "/api/v1/pools/wechat", None);
        assert!(status == 409 && problem.to_string().contains("weak"), "{problem}");
        let (status, problem) = w.ask("POST", "/api/v1/segments/count", Some(json!({"rule": {"pool": {"any": ["nobody"]}}, "sample": 0})));
        assert!((status == 400 || status == 422) && problem.to_string().contains("there is no pool"), "{status} {problem}");
    });
}
