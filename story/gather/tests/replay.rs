//! What was refused becomes an event once, after a fix; rules keep out, rename and mask; the
//! catalogue knows what came.
mod common;

use common::*;
use std::sync::Arc;
use weir_gather::catalogue::Catalogue;
use weir_gather::intake::rules::{self, Add};
use weir_gather::intake::segment::{Trust, parse};
use weir_gather::intake::{Taken, take};
use weir_gather::quarantine;
use weir_ground::base::ids::QuarantinedId;
use weir_ground::base::time::{DAY, HOUR, rfc3339};
use weir_ground::event::BrandId;
use weir_ground::reader::{Reader, catch_up};
use weir_ground::testing::{START, Scratch, each_engine};
use weir_ground::{Db, params};
use weir_keep::Staff;

fn send(db: &Db, brand: BrandId, body: &str) -> Taken {
    let batch = parse("batch", body.to_string().into(), db.now(), Trust::App).unwrap();
    db.write_now(move |tx| take(tx, brand, &batch)).unwrap()
}

fn took(accepted: usize, duplicate: usize, quarantined: usize, blocked: usize) -> Taken {
    Taken { accepted, duplicate, quarantined, blocked }
}

fn open(db: &Db, brand: BrandId) -> Vec<QuarantinedId> {
    db.read_now(move |tx| quarantine::some(tx, brand, &quarantine::Filter::default(), 0, 100)).unwrap()
}

fn replay(db: &Db, brand: BrandId, id: QuarantinedId, fixed: Option<&'static str>) -> (bool, String) {
    db.write_now(move |tx| quarantine::replay(tx, brand, "test", id, fixed).map(|r| (r.done, r.item.reason))).unwrap()
}

fn rule(db: &Db, who: &Staff, kind: &str, event: &str, property: &str, target: &str) {
    let given = |text: &str| Some(text.to_string()).filter(|t| !t.is_empty());
    let (who, new) = (who.clone(), Add { kind: kind.into(), event: given(event), property: given(property), target: given(target) });
    db.write_now(move |tx| rules::add(tx, &who, &new)).unwrap();
}

#[test]
fn a_refused_message_becomes_an_event_once_with_its_own_times() {
    each_engine(|db| {
        let who = owner(&db, "one");
        let brand = who.brand;
        // Three hours behind by a clock two hours ahead; the name is one of ours.
        let (sent, happened) = (START + 2 * HOUR, START - HOUR);
        let message = format!(r#"{{"type":"track","messageId":"m1","userId":"u1","event":"order.paid","timestamp":"{}","properties":{{"revenue":5}}}}"#, rfc3339(happened));
        let body = format!(r#"{{"sentAt":"{}","context":{{"app":"pos"}},"batch":[{message}]}}"#, rfc3339(sent));
        assert_eq!(send(&db, brand, &body), took(0, 0, 1, 0));
        let id = open(&db, brand)[0];
        assert_eq!(replay(&db, brand, id, None), (false, "forbidden".into()));
        assert_eq!(count(&db, "select count(*) from event where source = 'segment'"), 0);

        rule(&db, &who, "rename_event", "order.paid", "", "pos_paid");
        db.set_clock(START + 5 * DAY);
        assert_eq!(replay(&db, brand, id, None), (true, "forbidden".into()));
        assert_eq!(replay(&db, brand, id, None), (true, "forbidden".into()));
        assert_eq!(count(&db, "select count(*) from event where name = 'pos_paid'"), 1);
        assert_eq!(count(&db, "select received_at from event where name = 'pos_paid'"), START);
        assert_eq!(count(&db, "select at from event where name = 'pos_paid'"), START - 3 * HOUR);
        let props = value(texts(&db, "select props from event where name = 'pos_paid'")[0].as_bytes());
        assert_eq!(props["$segment"]["context"]["app"], "pos");
        assert_eq!(texts(&db, "select state from quarantine"), ["replayed"]);
        // The sender's own retry is the same message.
        assert_eq!(send(&db, brand, &body), took(0, 1, 0, 0));
        assert!(open(&db, brand).is_empty());
    });
}

#[test]
fn a_conflict_overwrites_nothing_and_a_correction_keeps_the_evidence() {
    each_engine(|db| {
        let who = owner(&db, "one");
        let brand = who.brand;
        let track = |id: &str, rest: &str| format!(r#"{{"batch":[{{"type":"track","messageId":"{id}","userId":"u1"{rest}}}]}}"#);
        send(&db, brand, &track("1", r#","event":"e","properties":{"x":1}"#));
        assert_eq!(send(&db, brand, &track("1", r#","event":"e","properties":{"x":2}"#)), took(0, 0, 1, 0));
        let conflict = open(&db, brand)[0];
        assert_eq!(replay(&db, brand, conflict, None), (false, "conflict".into()));
        assert_eq!(texts(&db, "select props from event where name = 'e'"), [r#"{"x":1,"$segment":{"type":"track"}}"#]);
        assert_eq!(send(&db, brand, &track("2", "")), took(0, 0, 1, 0));
        let invalid = *open(&db, brand).last().unwrap();
        let raw = texts(&db, "select raw from quarantine where reason = 'schema_invalid'");
        let fixed = r#"{"type":"track","messageId":"2","userId":"u1","event":"named later"}"#;
        assert_eq!(replay(&db, brand, invalid, Some(fixed)), (true, "schema_invalid".into()));
        assert_eq!(texts(&db, "select raw from quarantine where reason = 'schema_invalid'"), raw);
        assert_eq!(count(&db, "select count(*) from event where name = 'named later'"), 1);
        db.write_now(move |tx| quarantine::dismiss(tx, brand, "test", conflict)).unwrap();
        assert!(db.write_now(move |tx| quarantine::dismiss(tx, brand, "test", invalid)).is_err());
        assert_eq!(texts(&db, "select state from quarantine order by id"), ["dismissed", "replayed"]);
    });
}

#[test]
fn rules_block_rename_drop_and_mask() {
    each_engine(|db| {
        let who = owner(&db, "one");
        let brand = who.brand;
        rule(&db, &who, "block_event", "noise", "", "");
        rule(&db, &who, "rename_event", "Old", "", "New");
        rule(&db, &who, "rename_property", "Old", "a", "b");
        rule(&db, &who, "drop_property", "", "secret", "");
        rule(&db, &who, "mask_property", "identify", "phone", "");
        let body = r#"{"batch":[
            {"type":"track","messageId":"1","userId":"u1","event":"noise"},{"type":"track","messageId":"2","userId":"u1","event":"noise"},
            {"type":"track","messageId":"3","userId":"u1","event":"Old","properties":{"a":1,"secret":"x","n":null}},
            {"type":"track","messageId":"4","userId":"u1","event":"plain","properties":{"a":1}},
            {"type":"identify","messageId":"5","userId":"u1","traits":{"phone":"13800138000","name":"周晴"}}]}"#;
        assert_eq!(send(&db, brand, body), took(3, 0, 0, 2));
        assert_eq!(send(&db, brand, body), took(0, 3, 0, 2));
        let props = |name: &str| {
            let text = texts(&db, &format!("select props from event where name = '{name}'"))[0].clone();
            value(db.read_now(move |tx| Ok(tx.keys(brand).open_doc(&text)?.into_owned())).unwrap().as_bytes())
        };
        let new = props("New");
        assert_eq!((&new["b"], new.get("a"), new.get("secret"), &new["n"]), (&1.into(), None, None, &serde_json::Value::Null));
        assert_eq!(props("plain")["a"], 1);
        assert_eq!(props("identify")["phone"], "13*******00");
        assert_eq!(texts(&db, "select name || coalesce(phone, '-') from person where known = 1"), ["周晴-"]);
        assert_eq!(count(&db, "select blocked from catalogue_day where name = 'noise'"), 4);
        assert_eq!(count(&db, "select count(*) from event where name in ('noise', 'Old')"), 0);
        let applied: Vec<(String, i64)> =
            db.read_now(move |tx| tx.all("select kind || event, applied from intake_rule where brand_id = $1 order by id", params![brand])).unwrap();
        let expected = [("block_eventnoise", 4), ("rename_eventOld", 2), ("rename_propertyOld", 2), ("drop_property", 2), ("mask_propertyidentify", 2)];
        assert_eq!(applied, expected.map(|(k, n)| (k.to_string(), n)));
    });
}

#[test]
fn rules_that_make_no_sense_are_refused() {
    each_engine(|db| {
        let who = owner(&db, "one");
        for (kind, event, property, target) in [
            ("dance", "a", "", ""), ("block_event", "", "", ""), ("block_event", "a", "b", ""), ("rename_event", "a", "", ""),
            ("rename_event", "a", "", "a"), ("rename_event", "a", "", "order.paid"), ("drop_property", "a", "", ""), ("drop_property", "", "b", "c"),
        ] {
            let given = |text: &str| Some(text.to_string());
            let (who, new) = (who.clone(), Add { kind: kind.into(), event: given(event), property: given(property), target: given(target) });
            assert!(db.write_now(move |tx| rules::add(tx, &who, &new)).is_err(), "{kind} {event} {property} {target}");
        }
        assert_eq!(count(&db, "select count(*) from intake_rule"), 0);
        rule(&db, &who, "block_event", "a", "", "");
        let (who, new) = (who, Add { kind: "rename_event".into(), event: Some("a".into()), property: None, target: Some("b".into()) });
        assert!(db.write_now(move |tx| rules::add(tx, &who, &new)).is_err());
    });
}

#[test]
fn the_catalogue_counts_every_event_and_knows_its_properties() {
    each_engine(|db| {
        let (who, data) = (owner(&db, "one"), Scratch::new());
        let brand = who.brand;
        // 23:30 and 00:30 in Shanghai: two days.
        db.set_clock(START + 8 * HOUR);
        let at = |hours: f64| rfc3339(START + 5 * HOUR + (hours * HOUR as f64) as i64);
        let track = |n: i64, hours: f64, props: &str| format!(r#"{{"type":"track","messageId":"{n}","userId":"u1","event":"看了_商品","timestamp":"{}","properties":{{{props}}}}}"#, at(hours));
        let body = format!(
            r#"{{"batch":[{},{},{}]}}"#,
            track(1, 0.5, r#""tel":"13800138000","price":2.5,"ok":true,"when":"2026-03-02T10:00:00Z","tags":["a"]"#),
            track(2, 1.5, r#""tel":null,"price":"3""#), track(3, 1.6, r#""price":4"#),
        );
        assert_eq!(send(&db, brand, &body), took(3, 0, 0, 0));
        let reader: Vec<Arc<dyn Reader>> = vec![Arc::new(Catalogue)];
        catch_up(&db, &reader).unwrap();
        send(&db, brand, &body);
        catch_up(&db, &reader).unwrap();
        assert_eq!(count(&db, "select total from catalogue_event where name = '看了_商品'"), 3);
        assert_eq!(count(&db, "select count(*) from catalogue_day where name = '看了_商品' and blocked = 0"), 2);
        let total = "select cast(sum(c.total) as bigint) - (select count(*) from event) from catalogue_event c";
        assert_eq!(count(&db, total), 0);

        let router = axum::Router::from(weir_gather::routes(&weir_gather::import::Imports::new(vec![])).split_for_parts().0).with_state(app(&db, &data.0));
        let key = secret(&db, brand, "admin");
        let say = |method: &str, path: &str, body: &str| {
            let (status, _, answer) = ask(&router, json(method, path, &key, body));
            assert!(status < 300, "{method} {path}: {status} {}", String::from_utf8_lossy(&answer));
            value(&answer)
        };
        let list = say("GET", "/api/v1/catalogue?q=%E5%95%86%E5%93%81&limit=1", "");
        let one = &list["items"][0];
        assert_eq!((&list["total"], &one["recent"], &one["properties"], &one["personal"]), (&1.into(), &3.into(), &5.into(), &true.into()));
        assert_eq!(one["days"].as_array().unwrap().len(), 2);
        let of = "/api/v1/catalogue/properties?event=%E7%9C%8B%E4%BA%86_%E5%95%86%E5%93%81";
        let find = |list: &serde_json::Value, name: &str| list["items"].as_array().unwrap().iter().find(|p| p["property"] == name).unwrap().clone();
        let list = say("GET", of, "");
        let (tel, price) = (find(&list, "tel"), find(&list, "price"));
        assert_eq!((&tel["pii"], &tel["sample"], &tel["types"]["null"]), (&"phone".into(), &"13*******00".into(), &1.into()));
        assert_eq!((&price["types"]["number"], &price["types"]["text"], &price["pii"]), (&2.into(), &1.into(), &"none".into()));
        assert_eq!(find(&list, "when")["types"]["time"], 1);
        let marked = say("PUT", "/api/v1/catalogue/properties", r#"{"event":"看了_商品","property":"price","pii":"name"}"#);
        assert_eq!((&marked["pii"], &marked["by_hand"], &marked["sample"]), (&"name".into(), &true.into(), &"*".into()));
        // Names made up by a stranger: all of them counted here, and asked for page by page.
        let next = say("GET", "/api/v1/catalogue?limit=1", "");
        assert!(next["next"].is_string() && next["total"].as_i64().unwrap() > 1);
    });
}

#[test]
fn the_doors_of_the_quarantine() {
    each_engine(|db| {
        let (who, data) = (owner(&db, "one"), Scratch::new());
        let router = axum::Router::from(weir_gather::routes(&weir_gather::import::Imports::new(vec![])).split_for_parts().0).with_state(app(&db, &data.0));
        let (key, theirs) = (secret(&db, who.brand, "admin"), { let other = owner(&db, "two"); secret(&db, other.brand, "admin") });
        let say = |key: &str, method: &str, path: &str, body: &str| {
            let (status, _, answer) = ask(&router, json(method, path, key, body));
            (status, if answer.is_empty() { serde_json::Value::Null } else { value(&answer) })
        };
        let messages: Vec<String> = (0..5).map(|n| format!(r#"{{"type":"track","messageId":"{n}","userId":"u1","event":"order.paid"}}"#)).collect();
        send(&db, who.brand, &format!(r#"{{"batch":[{},{{"type":"track","messageId":"x","userId":"u1"}}]}}"#, messages.join(",")));
        let list = say(&key, "GET", "/api/v1/quarantine?reason=forbidden&source=segment&limit=2", "").1;
        assert_eq!((&list["total"], list["items"].as_array().unwrap().len()), (&5.into(), 2));
        assert_eq!(say(&key, "GET", "/api/v1/quarantine?source=sensors", "").1["total"], 0);
        let counts = say(&key, "GET", "/api/v1/quarantine/counts", "").1;
        assert_eq!((&counts["items"][0]["reason"], &counts["items"][0]["count"]), (&"forbidden".into(), &5.into()));
        let id = list["items"][0]["id"].as_str().unwrap().to_string();
        assert_eq!(say(&theirs, "POST", &format!("/api/v1/quarantine/{id}/replay"), "{}").0, 404);
        assert_eq!(say(&theirs, "POST", &format!("/api/v1/quarantine/{id}/dismiss"), "{}").0, 404);
        assert_eq!(say(&key, "POST", &format!("/api/v1/quarantine/{id}/replay"), "{}").1["done"], false);
        assert_eq!(say(&key, "POST", "/api/v1/intake/rules", r#"{"kind":"rename_event","event":"order.paid","target":"paid"}"#).0, 200);
        assert_eq!(say(&key, "POST", "/api/v1/quarantine/replay", r#"{"reason":"forbidden"}"#).1, serde_json::json!({ "replayed": 5, "refused": 0 }));
        assert_eq!(say(&key, "POST", "/api/v1/quarantine/replay", "{}").1, serde_json::json!({ "replayed": 0, "refused": 1 }));
        assert_eq!(count(&db, "select count(*) from event where name = 'paid'"), 5);
        assert_eq!(say(&key, "POST", "/api/v1/quarantine/dismiss", r#"{"source":"segment"}"#).1["dismissed"], 1);
        assert_eq!(say(&key, "GET", "/api/v1/quarantine", "").1["total"], 0);
        assert_eq!(say(&key, "GET", "/api/v1/quarantine?state=all", "").1["total"], 6);
        assert_eq!(count(&db, "select count(*) from event where name = 'quarantine.replayed'"), 1);
        let rules = say(&key, "GET", "/api/v1/intake/rules", "").1;
        let rule = rules["items"][0]["id"].as_str().unwrap().to_string();
        assert_eq!(say(&theirs, "DELETE", &format!("/api/v1/intake/rules/{rule}"), "").0, 404);
        assert_eq!(say(&key, "DELETE", &format!("/api/v1/intake/rules/{rule}"), "").0, 204);
    });
}
