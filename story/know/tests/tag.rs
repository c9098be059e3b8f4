//! Tags hold while a source asserts them (K12), through rules, groups, names and merges.
mod common;

use common::World;
use serde_json::{Value, json};
use weir_ground::base::ids::{MergeId, SegmentId};
use weir_ground::base::time::DAY;
use weir_ground::event::PersonId;
use weir_ground::testing::{START, each_engine};
use weir_ground::{Fact, params};
use weir_know::identity::{self, Why};
use weir_know::segment::{self, Rule};
use weir_know::tag::{self, everywhere};

fn add(w: &World, person: PersonId, name: &'static str, source: &'static str) {
    let brand = w.brand;
    w.write(move |tx| tag::add(tx, brand, person, name, source, None));
}

fn remove(w: &World, person: PersonId, name: &str) -> u16 {
    w.ask("DELETE", &format!("/api/v1/persons/{person}/tags/{name}"), None).0
}

fn held(w: &World, person: PersonId) -> Vec<String> {
    w.db.read_now(move |tx| tag::of(tx, person)).unwrap()
}

/// What the log says of somebody's tags: `+tag source`, `-tag source`; a rule is `rule`.
fn told(w: &World, person: PersonId) -> Vec<String> {
    let sql = format!("select name || ' ' || props from event where name in ('person.tagged', 'person.untagged') and person_id = {} order by id", person.n());
    let short = |line: String| {
        let (name, props) = line.split_once(' ').unwrap();
        let props: Value = serde_json::from_str(props).unwrap();
        let sign = if name == "person.tagged" { '+' } else { '-' };
        format!("{sign}{} {}", props["tag"].as_str().unwrap(), props["source"].as_str().unwrap().split(':').next().unwrap())
    };
    w.all::<String>(&sql).into_iter().map(short).collect()
}

/// Rows of a table of assertions: person, tag and source.
fn rows(w: &World, table: &str) -> Vec<(PersonId, String, String)> {
    w.all(&format!("select person_id, tag, source from {table} order by person_id, tag, source"))
}

fn make(w: &World, name: &'static str, rule: Value, keeps: Option<&'static str>) -> SegmentId {
    let (brand, rule): (_, Rule) = (w.brand, serde_json::from_value(rule).unwrap());
    let id = w.write(move |tx| {
        let id = segment::create(tx, brand, name, None, &rule, "test")?;
        segment::edit(tx, brand, id, &segment::Edit { tag: keeps.map(str::to_string), ..segment::Edit::default() }, "test")?;
        Ok(id)
    });
    w.live();
    id
}

fn members(w: &World, id: SegmentId) -> Vec<PersonId> {
    w.all(&format!("select person_id from segment_member where segment_id = {} order by person_id", id.n()))
}

fn viewed(w: &World, person: PersonId) {
    let brand = w.brand;
    w.write(move |tx| {
        let now = tx.now();
        tx.record(&Fact::new(brand, "viewed", now).person(person).source("test").props("{}")).map(drop)
    });
    w.live();
}

fn recently() -> Value {
    json!({"event": {"event": {"name": "viewed"}, "min": 1, "window": {"last": {"n": 3, "unit": "day"}}}})
}

fn group(w: &World, name: &str, exclusive: bool, tags: &[&str]) -> String {
    let body = json!({ "name": name, "colour": "water", "exclusive": exclusive, "tags": tags });
    let (status, made) = w.ask("POST", "/api/v1/tag-groups", Some(body));
    assert_eq!((status, &made["tags"]), (200, &json!(tags)), "{made}");
    made["id"].as_str().unwrap().to_string()
}

#[test]
fn a_tag_holds_while_one_source_says_so() {
    each_engine(|db| {
        let w = World::new(&db);
        let (brand, ann) = (w.brand, w.resolve(&[("user_id", "ann")]));
        for source in ["import", "sync", "import", "manual"] {
            add(&w, ann, " vip ", source);
        }
        let said = |sources: &[&str]| -> Vec<_> { sources.iter().map(|s| (ann, "vip".to_string(), s.to_string())).collect() };
        assert_eq!(rows(&w, "tag"), said(&["import", "manual", "sync"]));
        assert_eq!(told(&w, ann), ["+vip import"]);
        for source in ["import", "manual", "import"] {
            w.write(move |tx| tag::retract(tx, brand, ann, "vip", source, None));
        }
        assert_eq!((rows(&w, "tag"), told(&w, ann)), (said(&["sync"]), vec!["+vip import".to_string()]));
        w.write(move |tx| tag::retract(tx, brand, ann, "vip", "sync", None));
        assert_eq!((held(&w, ann), told(&w, ann)), (vec![], vec!["+vip import".into(), "-vip sync".to_string()]));
        // What is no tag is refused, and nothing happens.
        for bad in ["", "   ", &"长".repeat(31)] {
            let (status, problem) = w.ask("POST", &format!("/api/v1/persons/{ann}/tags"), Some(json!({ "tag": bad })));
            assert_eq!((status, &problem["code"]), (400, &json!("invalid")), "{problem}");
        }
        assert_eq!((rows(&w, "tag"), remove(&w, ann, "vip"), w.one::<i64>("select count(*) from tag_removed")), (vec![], 404, 0));
    });
}

#[test]
fn a_tag_taken_off_by_hand_stays_off_until_it_is_allowed_again() {
    each_engine(|db| {
        let w = World::new(&db);
        let (ann, bob) = (w.resolve(&[("user_id", "ann")]), w.resolve(&[("user_id", "bob")]));
        let hot = make(&w, "看过", recently(), Some("hot"));
        viewed(&w, ann);
        viewed(&w, bob);
        add(&w, ann, "hot", "import");
        assert_eq!((held(&w, ann), held(&w, bob)), (vec!["hot".to_string()], vec!["hot".to_string()]));
        assert_eq!(remove(&w, ann, "hot"), 204);
        let rule = format!("rule:{hot}");
        let waiting = vec![(ann, "hot".to_string(), "import".to_string()), (ann, "hot".to_string(), rule.clone())];
        assert_eq!((rows(&w, "tag"), rows(&w, "tag_muted")), (vec![(bob, "hot".to_string(), rule.clone())], waiting.clone()));
        // The file says it again, she leaves the segment and comes back: it stays off.
        add(&w, ann, "hot", "import");
        w.at(START + 4 * DAY);
        w.live();
        assert_eq!((members(&w, hot), rows(&w, "tag_muted")), (vec![], waiting[..1].to_vec()));
        viewed(&w, ann);
        assert_eq!((members(&w, hot), held(&w, ann), rows(&w, "tag_muted")), (vec![ann], vec![], waiting.clone()));
        assert_eq!(told(&w, ann), ["+hot rule", "-hot manual"]);
        let path = format!("/api/v1/persons/{ann}/tags");
        let (status, list) = w.ask("GET", &path, None);
        let one = &list["items"][0];
        assert_eq!((status, &one["tag"], &one["holds"], &one["removed_at"]), (200, &json!("hot"), &json!(false), &json!(START)));
        assert_eq!(one["sources"], json!([
            { "source": "import", "name": null, "at": START }, { "source": rule, "name": "看过", "at": START + 4 * DAY },
        ]));
        let (_, counts) = w.ask("GET", "/api/v1/tags", None);
        assert_eq!(counts["items"], json!([{ "tag": "hot", "persons": 0, "group_id": null, "manual": 0, "imported": 0, "rules": 0, "removed": 1 }]));
        // Allowed again, both count.
        assert_eq!(w.ask("POST", &format!("{path}/hot/allow"), None).0, 204);
        assert_eq!((rows(&w, "tag"), rows(&w, "tag_muted")), (waiting, vec![]));
        assert_eq!(w.ask("POST", &format!("{path}/hot/allow"), None).0, 404);
        assert_eq!(told(&w, ann), ["+hot rule", "-hot manual", "+hot import"]);
        // By hand it comes back also without that.
        assert_eq!((remove(&w, ann, "hot"), held(&w, ann)), (204, vec![]));
        assert_eq!(w.ask("POST", &path, Some(json!({ "tag": "hot" }))).0, 204);
        let sources: Vec<String> = rows(&w, "tag").into_iter().map(|r| r.2).collect();
        assert_eq!((sources, w.one::<i64>("select count(*) from tag_removed")), (vec!["import".into(), "manual".into(), rule], 0));
        // The segment ends: its word is over, and the others' is not.
        let brand = w.brand;
        w.write(move |tx| segment::archive(tx, brand, hot, "test"));
        assert_eq!((held(&w, ann), rows(&w, "tag").len(), held(&w, bob)), (vec!["hot".to_string()], 2, vec![]));
    });
}

#[test]
fn allowing_a_tag_everywhere_brings_back_what_rules_say() {
    each_engine(|db| {
        let w = World::new(&db);
        let all: Vec<PersonId> = ["a", "b", "c"].iter().map(|u| w.resolve(&[("user_id", u)])).collect();
        make(&w, "viewers", recently(), Some("hot"));
        for p in &all[..2] {
            viewed(&w, *p);
        }
        add(&w, all[2], "hot", "manual");
        for p in [all[0], all[2]] {
            assert_eq!(remove(&w, p, "hot"), 204);
        }
        assert_eq!(w.ask("GET", "/api/v1/tags", None).1["items"][0]["removed"], json!(2));
        let (status, done) = w.ask("POST", "/api/v1/tags/allow", Some(json!({ "tag": "hot" })));
        assert_eq!((status, done), (200, json!({ "persons": 2 })));
        assert_eq!((held(&w, all[0]), held(&w, all[1]), held(&w, all[2])), (vec!["hot".to_string()], vec!["hot".to_string()], vec![]));
        assert_eq!(w.ask("POST", "/api/v1/tags/allow", Some(json!({ "tag": "hot" }))).0, 404);
    });
}

#[test]
fn of_an_exclusive_group_a_person_has_one_tag() {
    each_engine(|db| {
        let w = World::new(&db);
        let ann = w.resolve(&[("user_id", "ann")]);
        let levels = group(&w, "等级", true, &["bronze", "gold", "silver"]);
        let gold = || vec!["gold".to_string()];
        add(&w, ann, "silver", "import");
        add(&w, ann, "gold", "import");
        // A newer word of the same file replaces the older one.
        assert_eq!((held(&w, ann), rows(&w, "tag_muted")), (gold(), vec![]));
        // A rule waits.
        let seg = make(&w, "viewers", recently(), Some("bronze"));
        viewed(&w, ann);
        let rule = format!("rule:{seg}");
        assert_eq!((held(&w, ann), rows(&w, "tag_muted")), (gold(), vec![(ann, "bronze".into(), rule.clone())]));
        // A person's word displaces the file's, which waits; the file cannot displace it.
        add(&w, ann, "silver", "manual");
        assert_eq!(held(&w, ann), ["silver"]);
        add(&w, ann, "gold", "import");
        assert_eq!(held(&w, ann), ["silver"]);
        assert_eq!(rows(&w, "tag_muted"), [(ann, "bronze".into(), rule.clone()), (ann, "gold".into(), "import".to_string())]);
        assert_eq!(told(&w, ann), ["+silver import", "+gold import", "-silver import", "+silver manual", "-gold manual"]);
        // Taken off, the place is free: the file comes first, then the rule.
        assert_eq!((remove(&w, ann, "silver"), held(&w, ann)), (204, gold()));
        assert_eq!((remove(&w, ann, "gold"), held(&w, ann)), (204, vec!["bronze".to_string()]));
        // Allowed again, gold waits for the place, until several may hold.
        assert_eq!(w.ask("POST", &format!("/api/v1/persons/{ann}/tags/gold/allow"), None).0, 204);
        assert_eq!((held(&w, ann), rows(&w, "tag_muted").len()), (vec!["bronze".to_string()], 1));
        let (status, group) = w.ask("PATCH", &format!("/api/v1/tag-groups/{levels}"), Some(json!({ "exclusive": false })));
        assert_eq!((status, &group["exclusive"], &group["name"]), (200, &json!(false), &json!("等级")));
        assert_eq!((held(&w, ann), rows(&w, "tag_muted")), (vec!["bronze".into(), "gold".into()], vec![]));
    });
}

#[test]
fn a_tag_that_leaves_an_exclusive_group_waits_no_longer() {
    each_engine(|db| {
        let w = World::new(&db);
        let all: Vec<PersonId> = ["a", "b", "c"].iter().map(|u| w.resolve(&[("user_id", u)])).collect();
        let id = group(&w, "level", true, &["bronze", "gold", "silver"]);
        for (p, name) in [(all[0], "silver"), (all[1], "silver"), (all[2], "gold")] {
            add(&w, p, name, "rule:x");
            add(&w, p, "bronze", "rule:y");
        }
        add(&w, all[1], "gold", "rule:z");
        assert_eq!(rows(&w, "tag_muted").len(), 4);
        let move_to = |name: &str, to: Value| w.ask("POST", "/api/v1/tags/move", Some(json!({ "tag": name, "group_id": to }))).0;
        assert_eq!(move_to("gold", Value::Null), 204);
        assert_eq!((held(&w, all[0]), held(&w, all[1])), (vec!["silver".to_string()], vec!["gold".into(), "silver".into()]));
        assert_eq!(held(&w, all[2]), ["bronze", "gold"], "gold holds the place no longer");
        // Back in: who has several keeps them.
        assert_eq!((move_to("gold", json!(id)), held(&w, all[1]).len()), (204, 2));
        assert_eq!(w.ask("GET", "/api/v1/tag-groups", None).1["items"][0]["tags"], json!(["bronze", "gold", "silver"]));
        assert_eq!(move_to("gold", json!("tgg_0000000000001")), 404);
        assert_eq!(w.ask("DELETE", &format!("/api/v1/tag-groups/{id}"), None).0, 204);
        assert_eq!((held(&w, all[0]), held(&w, all[1]).len(), rows(&w, "tag_muted")), (vec!["bronze".into(), "silver".into()], 3, vec![]));
    });
}

#[test]
fn groups_have_a_name_of_their_own_and_a_colour() {
    each_engine(|db| {
        let w = World::new(&db);
        let id = group(&w, "口味", false, &["甜"]);
        let ask = |method: &str, path: &str, body: Value| w.ask(method, path, Some(body));
        for (body, status) in [
            (json!({ "name": "口味", "colour": "good" }), 409), (json!({ "name": " ", "colour": "good" }), 400),
            (json!({ "name": "x", "colour": "pink" }), 400), (json!({ "name": "x", "colour": "good", "tags": [""] }), 400),
        ] {
            assert_eq!(ask("POST", "/api/v1/tag-groups", body).0, status);
        }
        assert_eq!(w.one::<i64>("select count(*) from tag_group"), 1);
        let other = group(&w, "taste", true, &["甜", "苦"]);
        let (_, list) = w.ask("GET", "/api/v1/tag-groups", None);
        assert_eq!((&list["items"][0]["id"], &list["items"][0]["tags"]), (&json!(other), &json!(["甜", "苦"])));
        assert_eq!((&list["items"][1]["id"], &list["items"][1]["tags"]), (&json!(id), &json!([])));
        assert_eq!(ask("PATCH", &format!("/api/v1/tag-groups/{id}"), json!({ "name": "taste" })).0, 409);
        let (_, list) = w.ask("GET", "/api/v1/tags", None);
        let names: Vec<&str> = list["items"].as_array().unwrap().iter().map(|t| t["tag"].as_str().unwrap()).collect();
        assert_eq!((names, &list["items"][0]["group_id"]), (vec!["甜", "苦"], &json!(other)));
        // Another brand sees none of it.
        let b = World::with(&db, "other", "UTC", Default::default());
        assert_eq!(b.ask("GET", "/api/v1/tag-groups", None).1["items"], json!([]));
        assert_eq!(b.ask("PATCH", &format!("/api/v1/tag-groups/{id}"), Some(json!({ "name": "mine" }))).0, 404);
        assert_eq!(b.ask("DELETE", &format!("/api/v1/tag-groups/{id}"), None).0, 404);
    });
}

#[test]
fn a_renamed_tag_is_the_same_everywhere_and_two_become_one_when_that_is_wanted() {
    each_engine(|db| {
        let w = World::new(&db);
        let all: Vec<PersonId> = ["a", "b", "c", "d", "e"].iter().map(|u| w.resolve(&[("user_id", u)])).collect();
        add(&w, all[0], "vip", "manual");
        for source in ["manual", "import"] {
            add(&w, all[1], "vip", source);
        }
        add(&w, all[1], "VIP", "manual");
        add(&w, all[2], "VIP", "sync");
        // One took the one off, one the other.
        add(&w, all[3], "VIP", "manual");
        add(&w, all[3], "vip", "manual");
        add(&w, all[4], "vip", "manual");
        assert_eq!((remove(&w, all[3], "VIP"), remove(&w, all[4], "vip")), (204, 204));
        let id = group(&w, "level", false, &["vip"]);
        let asks = make(&w, "asks", json!({"all": [{"tag": {"any": ["vip"]}}, {"not": {"tag": {"any": ["gone"]}}}]}), None);
        let keeps = make(&w, "keeps", recently(), Some("vip"));
        assert_eq!(members(&w, asks), [all[0], all[1], all[3]]);
        let rename = |from: &str, to: &str, merge: bool| w.ask("POST", "/api/v1/tags/rename", Some(json!({ "from": from, "to": to, "merge": merge })));
        let before = rows(&w, "tag");
        for (from, to, status) in [("vip", "VIP", 409), ("vip", " vip ", 400), ("vip", "", 400), ("nobody", "else", 404)] {
            assert_eq!(rename(from, to, false).0, status, "{from} {to}");
        }
        assert_eq!((rows(&w, "tag"), w.one::<i64>("select count(*) from event where name = 'tags.changed' and props like '%renamed%'")), (before, 0));
        let (status, done) = rename("vip", "VIP", true);
        assert_eq!((status, done), (200, json!({ "tag": "VIP", "persons": 3 })));
        let is = |p: PersonId, source: &str| (p, "VIP".to_string(), source.to_string());
        assert_eq!(rows(&w, "tag"), [is(all[0], "manual"), is(all[1], "import"), is(all[1], "manual"), is(all[2], "sync"), is(all[3], "manual")]);
        assert_eq!(w.all::<(PersonId, String)>("select person_id, tag from tag_removed"), [(all[4], "VIP".to_string())]);
        assert_eq!(told(&w, all[0]), ["+vip manual", "-vip rename", "+VIP rename"]);
        assert_eq!(told(&w, all[1]), ["+vip manual", "+VIP manual", "-vip rename"]);
        assert_eq!(w.ask("GET", "/api/v1/tag-groups", None).1["items"][0], json!({
            "id": id, "name": "level", "colour": "water", "exclusive": false, "tags": ["VIP"],
        }));
        w.live();
        assert_eq!(members(&w, asks), all[..4]);
        viewed(&w, all[4]);
        viewed(&w, all[2]);
        assert_eq!((held(&w, all[4]), rows(&w, "tag_muted")), (vec![], vec![is(all[4], &format!("rule:{keeps}"))]));
        assert_eq!(rows(&w, "tag").len(), 6);
        // A rule would look at the tag that it keeps.
        make(&w, "circle", json!({"tag": {"any": ["VIP"]}}), Some("top"));
        let (status, problem) = rename("top", "VIP", true);
        assert_eq!((status, problem["detail"].as_str().unwrap().contains("circle")), (409, true), "{problem}");
        // A campaign that is not over aims at the name.
        let brand = w.brand;
        let aim = |state: &'static str| {
            w.write(move |tx| {
                tx.exec("delete from campaign", &[])?;
                tx.exec(
                    "insert into campaign (id, brand_id, name, channel, state, subject, body, audience, holdout_bp, salt, cost_per_message, created_at) \
                     values (1, $1, 'spring', 'inbox', $2, 's', 'b', $3, 0, 's', 0, 0)",
                    params![brand, state, r#"{"tags":["VIP"]}"#],
                )
            })
        };
        aim("draft");
        assert_eq!((rename("VIP", "svip", false).0, w.ask("POST", "/api/v1/tags/remove", Some(json!({ "tag": "VIP" }))).0), (409, 409));
        aim("done");
        assert_eq!(rename("VIP", "svip", false).0, 200);
        assert_eq!(w.all::<String>("select distinct tag from tag order by tag"), ["svip", "top"]);
    });
}

#[test]
fn a_tag_ends_when_no_segment_needs_it() {
    each_engine(|db| {
        let w = World::new(&db);
        let (ann, bob) = (w.resolve(&[("user_id", "ann")]), w.resolve(&[("user_id", "bob")]));
        group(&w, "level", true, &["gold", "old"]);
        add(&w, ann, "old", "manual");
        add(&w, ann, "gold", "rule:x");
        add(&w, bob, "old", "import");
        assert_eq!(remove(&w, bob, "old"), 204);
        let end = || w.ask("POST", "/api/v1/tags/remove", Some(json!({ "tag": "old" })));
        let (keeps, asks) = (make(&w, "keeps", recently(), Some("old")), make(&w, "asks", json!({"tag": {"any": ["old"]}}), None));
        let brand = w.brand;
        for (id, name) in [(keeps, "keeps"), (asks, "asks")] {
            let (status, problem) = end();
            assert_eq!((status, problem["detail"].as_str().unwrap().contains(name)), (409, true), "{problem}");
            assert_eq!(held(&w, ann), ["old"]);
            w.write(move |tx| segment::archive(tx, brand, id, "test"));
        }
        assert_eq!(end(), (200, json!({ "persons": 1 })));
        // The place in the group is free, and nothing is left of it.
        assert_eq!((held(&w, ann), told(&w, ann)), (vec!["gold".to_string()], vec!["+old manual".into(), "-old manual".into(), "+gold rule".to_string()]));
        let left = "select (select count(*) from tag where tag = 'old') + (select count(*) from tag_muted) + (select count(*) from tag_removed) \
                    + (select count(*) from tag_in_group where tag = 'old')";
        assert_eq!((w.one::<i64>(left), end().0), (0, 404));
    });
}

#[test]
fn a_merge_keeps_who_said_what_and_taking_it_back_too() {
    each_engine(|db| {
        let w = World::new(&db);
        let (brand, ann, bob) = (w.brand, w.resolve(&[("user_id", "ann")]), w.resolve(&[("email", "b@x.cn")]));
        add(&w, ann, "tea", "manual");
        db.set_clock(START + 5);
        add(&w, bob, "tea", "manual");
        add(&w, bob, "tea", "import");
        add(&w, bob, "vip", "sync");
        add(&w, ann, "shy", "import");
        assert_eq!(remove(&w, ann, "shy"), 204);
        add(&w, bob, "shy", "import");
        let all = |w: &World| (rows(w, "tag"), rows(w, "tag_muted"), w.all::<(PersonId, String)>("select person_id, tag from tag_removed"));
        let before = all(&w);
        let one = w.merge(ann, bob).unwrap();
        assert_eq!((all(&w), held(&w, one)), (before.clone(), vec!["shy".into(), "tea".into(), "vip".into()]));
        let (_, list) = w.ask("GET", &format!("/api/v1/persons/{bob}/tags"), None);
        let sources: Vec<(&Value, &Value, Vec<&str>)> = list["items"].as_array().unwrap().iter()
            .map(|t| (&t["tag"], &t["holds"], t["sources"].as_array().unwrap().iter().map(|s| s["source"].as_str().unwrap()).collect()))
            .collect();
        let yes = json!(true);
        assert_eq!(sources, [
            (&json!("shy"), &yes, vec!["import"]), (&json!("tea"), &yes, vec!["manual", "import"]), (&json!("vip"), &yes, vec!["sync"]),
        ]);
        assert_eq!((&list["items"][1]["sources"][0]["at"], &list["items"][0]["removed_at"]), (&json!(START), &Value::Null));
        let (_, counts) = w.ask("GET", "/api/v1/tags", None);
        assert_eq!(counts["items"][1], json!({ "tag": "tea", "persons": 1, "group_id": null, "manual": 1, "imported": 1, "rules": 0, "removed": 0 }));
        // One of the two sources of the one withdraws; then they part, and each has what it had.
        let cut: MergeId = w.one("select id from person_merge");
        w.write(move |tx| identity::unmerge(tx, brand, cut, "test", None));
        assert_eq!((all(&w), held(&w, ann), held(&w, bob)), (before, vec!["tea".to_string()], vec!["shy".into(), "tea".into(), "vip".into()]));
        // Together again, a removal takes it from both, and it stays with who they are then.
        w.write(move |tx| identity::join(tx, brand, ann, bob, &Why { reason: "test", by: None, actor: Some("stf_test") })).unwrap();
        assert_eq!((remove(&w, one, "tea"), held(&w, one)), (204, vec!["shy".into(), "vip".into()]));
        assert_eq!(told(&w, one).last().unwrap(), "-tea manual");
    });
}

#[test]
fn membership_follows_a_tag_through_every_verb() {
    each_engine(|db| {
        let w = World::new(&db);
        let (brand, ann, bob) = (w.brand, w.resolve(&[("user_id", "ann")]), w.resolve(&[("user_id", "bob")]));
        let vip = make(&w, "vip", json!({"tag": {"any": ["vip"]}}), None);
        let now = |w: &World| {
            w.live();
            members(w, vip)
        };
        add(&w, ann, "vip", "import");
        add(&w, bob, "vip", "import");
        assert_eq!(now(&w), [ann, bob]);
        assert_eq!((remove(&w, ann, "vip"), now(&w)), (204, vec![bob]));
        add(&w, ann, "vip", "sync");
        assert_eq!(now(&w), [bob]);
        w.write(move |tx| tag::allow(tx, brand, ann, "vip"));
        assert_eq!(now(&w), [ann, bob]);
        group(&w, "level", true, &["gold", "vip"]);
        add(&w, bob, "gold", "manual");
        assert_eq!(now(&w), [ann]);
        w.write(move |tx| everywhere::rename(tx, brand, "gold", "vip", true, "test"));
        assert_eq!(now(&w), [ann, bob]);
        w.write(move |tx| everywhere::rename(tx, brand, "vip", "SVIP", false, "test"));
        assert_eq!(now(&w), [ann, bob]);
        let flips = w.one::<i64>(&format!("select count(*) from event where name like 'segment.%' and person_id = {} and props like '%{vip}%'", ann.n()));
        assert_eq!(flips, 3, "another name moves nobody");
    });
}
