//! Two-way sync: each field by its policy, a page again changes nothing, and the feed loses nobody.
mod common;

use common::*;
use serde_json::{Value, json};
use weir_ground::testing::{START, each_engine};
use weir_know::person::{self, Traits};

fn put(w: &World, items: Value) -> Value {
    let (status, body) = w.ask("PUT", "/api/v1/sync/persons", Some(json!({ "system": "crm", "items": items })));
    assert_eq!(status, 200, "{body}");
    body["items"].clone()
}

#[test]
fn each_field_follows_its_policy() {
    each_engine(|db| {
        let w = World::new(&db);
        let brand = w.brand;
        let rules = json!({ "fields": [
            { "field": "name", "from": "CustomerName", "policy": "newest" },
            { "field": "gender", "from": "Sex", "policy": "theirs" },
            { "field": "region", "from": "City", "policy": "ours" },
        ] });
        assert_eq!(w.ask("PUT", "/api/v1/sync/systems/crm", Some(rules)).0, 204);
        let page = json!([{ "external_id": "c-1", "updated_at": START, "tags": ["vip"],
            "fields": { "CustomerName": "林", "Sex": "f", "City": "杭州", "phone": "13800000001", "Shoe": "38" } }]);
        let first = put(&w, page.clone());
        assert_eq!((&first[0]["result"], &first[0]["written"], &first[0]["ignored"]), (&json!("created"), &json!(["name", "gender"]), &json!(["Shoe"])));
        let p = w.find("external_id", "c-1").unwrap();
        assert_eq!(w.find("phone", "13800000001"), Some(p));
        let said = "select count(*) from event where person_id is not null";
        let events: i64 = w.one(said);
        let again = put(&w, page);
        assert_eq!((&again[0]["result"], w.one::<i64>(said)), (&json!("same"), events));

        // Changed here later: an older word from there does not count, a newer one does.
        db.set_clock(START + 1_000);
        w.write(move |tx| {
            let traits = Traits { name: Some("林晓雨".into()), portrait: [("gender".to_string(), Some("x".to_string()))].into(), ..Traits::default() };
            person::describe(tx, brand, p, &traits, Some("stf_x"))
        });
        let with = |name: &str, at: i64| json!([{ "external_id": "c-1", "updated_at": at, "fields": { "CustomerName": name, "Sex": "f" } }]);
        let old = put(&w, with("林二", START + 500));
        assert_eq!((&old[0]["kept"], &old[0]["written"]), (&json!(["name"]), &json!(["gender"])));
        let new = put(&w, with("林三", START + 2_000));
        assert_eq!((&new[0]["result"], &new[0]["written"]), (&json!("changed"), &json!(["name"])));
        assert_eq!(w.one::<String>("select name from person"), "林三");
        // One bad item spoils only itself.
        let mixed = put(&w, json!([{ "external_id": " " }, { "external_id": "c-2", "fields": { "CustomerName": "无时间" } }, { "external_id": "c-3" }]));
        let results: Vec<&str> = mixed.as_array().unwrap().iter().map(|a| a["result"].as_str().unwrap()).collect();
        assert_eq!(results, ["refused", "created", "created"]);
        let (_, runs) = w.ask("GET", "/api/v1/sync/runs", None);
        assert_eq!((&runs["items"][0]["refused"], runs["items"].as_array().unwrap().len()), (&json!(1), 5));
        // What was refused can be read by those who run imports, and by nobody in the database.
        let page = json!([{ "external_id": "13800000009", "tags": ["a tag that is far longer than a tag may ever be here"] }]);
        assert_eq!(put(&w, page)[0]["result"], json!("refused"));
        let sample: String = w.one("select sample from sync_run order by id desc limit 1");
        assert!(sample.starts_with("~1.") && !sample.contains("13800000009"), "{sample}");
        let (_, runs) = w.ask("GET", "/api/v1/sync/runs", None);
        assert!(runs["items"][0]["sample"].as_str().unwrap().contains("13800000009"));
    });
}

#[test]
fn the_feed_gives_every_change_once_and_goes_on_where_it_stopped() {
    each_engine(|db| {
        let w = World::new(&db);
        let brand = w.brand;
        let a = w.resolve(&[("external_id", "a")]);
        let b = w.resolve(&[("openid", "b")]);
        let mut since = String::new();
        let mut page = |want: &[&weir_ground::event::PersonId]| {
            // On a busy server a position is passed once no older transaction of it is in flight.
            for _ in 0..2_000 {
                let (status, body) = w.ask("GET", &format!("/api/v1/sync/persons?since={since}&limit=50"), None);
                assert_eq!(status, 200);
                let ids: Vec<String> = body["items"].as_array().unwrap().iter().map(|c| c["person"]["id"].as_str().unwrap().to_string()).collect();
                if ids.len() == want.len() {
                    assert_eq!(ids, want.iter().map(|p| p.to_string()).collect::<Vec<_>>());
                    since = body["next"].as_str().unwrap_or_default().to_string();
                    return;
                }
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            panic!("the feed never had {want:?}");
        };
        page(&[&a, &b]);
        page(&[]);
        w.write(move |tx| person::describe(tx, brand, a, &Traits { name: Some("甲".into()), ..Traits::default() }, None));
        page(&[&a]);
        page(&[]);
        // Who was one and is two again is told of both.
        assert_eq!(w.merge(a, b), Some(a));
        page(&[&a]);
        let merge: weir_ground::base::ids::MergeId = w.one("select id from person_merge where undone_at is null");
        w.write(move |tx| weir_know::identity::unmerge(tx, brand, merge, "test", None));
        page(&[&a, &b]);
        page(&[]);
        assert_eq!(w.ask("GET", "/api/v1/sync/persons?since=yesterday", None).0, 400);
    });
}
