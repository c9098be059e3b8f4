//! Attributes: the brand's schema, whose word counts, what is sealed, and dates that rules can ask for.
mod common;

use common::*;
use serde_json::{Value, json};
use weir_ground::base::time::DAY;
use weir_ground::event::PersonId;
use weir_ground::params;
use weir_ground::testing::{START, each_engine};
use weir_know::attribute::Source;
use weir_know::person::{self, Traits};

fn make(w: &World, body: Value) -> (u16, Value) {
    w.ask("POST", "/api/v1/attributes", Some(body))
}

fn say(w: &World, person: PersonId, source: Source, key: &str, value: Option<&str>) {
    let brand = w.brand;
    let traits = Traits { portrait: [(key.to_string(), value.map(str::to_string))].into(), source: Some(source), ..Traits::default() };
    w.write(move |tx| person::describe(tx, brand, person, &traits, None));
}

/// Value, source and time of an attribute as the API shows it.
fn shown(w: &World, person: PersonId, key: &str) -> Option<(String, Value, Value)> {
    let (status, one) = w.ask("GET", &format!("/api/v1/persons/{person}"), None);
    assert_eq!(status, 200);
    let found = one["attributes"].as_array().unwrap().iter().find(|a| a["key"] == key).cloned()?;
    Some((found["value"].as_str().unwrap().to_string(), found["source"].clone(), found["at"].clone()))
}

#[test]
fn a_brand_adds_attributes_and_their_kinds_are_kept() {
    each_engine(|db| {
        let (w, other) = (World::new(&db), World::with(&db, "other", "UTC", Default::default()));
        let (status, made) = make(&w, json!({ "key": "tea_kind", "zh": "爱喝", "en": "Favourite tea", "kind": "enum", "options": ["绿茶", "红茶", "绿茶"], "pii": "none" }));
        assert_eq!((status, &made["options"], &made["builtin"]), (200, &json!(["绿茶", "红茶"]), &json!(false)), "{made}");
        assert_eq!(make(&w, json!({ "key": "visits", "zh": "到店", "en": "Visits", "kind": "number", "pii": "none" })).0, 200);
        assert_eq!(w.one::<i64>("select count(*) from event where name = 'attribute.changed'"), 2);
        for (body, field) in [
            (json!({ "key": "tea_kind", "zh": "x", "en": "x", "kind": "text", "pii": "none" }), "conflict"),
            (json!({ "key": "Big", "zh": "x", "en": "x", "kind": "text", "pii": "none" }), "invalid"),
            (json!({ "key": "paid", "zh": "x", "en": "x", "kind": "text", "pii": "none" }), "invalid"),
            (json!({ "key": "e", "zh": "x", "en": "x", "kind": "enum", "pii": "none" }), "invalid"),
            (json!({ "key": "t", "zh": "x", "en": "x", "kind": "text", "pii": "none", "searchable": true }), "invalid"),
        ] {
            let (status, problem) = make(&w, body);
            assert_eq!((status >= 400, &problem["code"]), (true, &json!(field)), "{problem}");
        }
        assert_eq!(w.one::<i64>("select count(*) from attribute"), 2);

        let ann = w.resolve(&[("phone", "13800000001")]);
        let path = format!("/api/v1/persons/{ann}");
        let (status, one) = w.ask("PATCH", &path, Some(json!({ "portrait": { "tea_kind": "红茶", "visits": "12" } })));
        assert_eq!((status, &one["portrait"]), (200, &json!({ "tea_kind": "红茶", "visits": "12" })), "{one}");
        for bad in [json!({ "tea_kind": "白茶" }), json!({ "visits": "many" }), json!({ "birthday": "31 May" }), json!({ "unheard": "x" })] {
            let (status, problem) = w.ask("PATCH", &path, Some(json!({ "portrait": bad })));
            assert_eq!((status, &problem["code"]), (400, &json!("invalid")), "{problem}");
        }
        assert_eq!(w.ask("GET", &path, None).1["portrait"], json!({ "tea_kind": "红茶", "visits": "12" }));

        // Options change, what somebody has stays; an archived attribute is neither shown nor taken.
        let (status, edited) = w.ask("PATCH", "/api/v1/attributes/tea_kind", Some(json!({ "options": ["白茶"], "max_age_days": 30 })));
        assert_eq!((status, &edited["options"], &edited["max_age_days"]), (200, &json!(["白茶"]), &json!(30)));
        assert_eq!(shown(&w, ann, "tea_kind").unwrap().0, "红茶");
        assert_eq!(w.ask("PATCH", "/api/v1/attributes/visits", Some(json!({ "archived": true }))).0, 200);
        assert_eq!(shown(&w, ann, "visits"), None);
        assert_eq!(w.ask("PATCH", &path, Some(json!({ "portrait": { "visits": "1" } }))).0, 400);
        // A built-in one can be named otherwise; the other brand has its own schema.
        assert_eq!(w.ask("PATCH", "/api/v1/attributes/gender", Some(json!({ "zh": "称呼" }))).1["zh"], json!("称呼"));
        assert_eq!(w.ask("PATCH", "/api/v1/attributes/gender", Some(json!({ "archived": true }))).0, 409);
        let (_, all) = other.ask("GET", "/api/v1/attributes", None);
        assert_eq!((all["items"].as_array().unwrap().len(), &all["items"][0]["zh"]), (person::PORTRAIT.len(), &json!("性别")));
        assert_eq!(other.ask("PATCH", "/api/v1/attributes/tea_kind", Some(json!({ "zh": "x" }))).0, 404);
    });
}

#[test]
fn the_stronger_word_stays_until_it_is_old() {
    each_engine(|db| {
        let w = World::new(&db);
        let ann = w.resolve(&[("phone", "13800000001")]);
        w.ask("PATCH", "/api/v1/attributes/region", Some(json!({ "max_age_days": 90 })));
        say(&w, ann, Source::Imported, "region", Some("杭州"));
        say(&w, ann, Source::Inferred, "region", Some("北京"));
        assert_eq!(shown(&w, ann, "region"), Some(("杭州".into(), json!("imported"), json!(START))));
        // Staff say it otherwise, and the next file does not undo it.
        w.ask("PATCH", &format!("/api/v1/persons/{ann}"), Some(json!({ "portrait": { "region": "上海" } })));
        db.set_clock(START + 90 * DAY);
        let before = w.one::<i64>("select count(*) from event where name = 'person.changed'");
        say(&w, ann, Source::Imported, "region", Some("杭州"));
        assert_eq!(shown(&w, ann, "region"), Some(("上海".into(), json!("operator"), json!(START))));
        assert_eq!(w.one::<i64>("select count(*) from event where name = 'person.changed'"), before);
        db.set_clock(START + 90 * DAY + 1);
        say(&w, ann, Source::Imported, "region", Some("杭州"));
        assert_eq!(shown(&w, ann, "region"), Some(("杭州".into(), json!("imported"), json!(START + 90 * DAY + 1))));
        // What an operator took away does not come back with the next file.
        say(&w, ann, Source::Imported, "occupation", Some("教师"));
        say(&w, ann, Source::Operator, "occupation", None);
        say(&w, ann, Source::Imported, "occupation", Some("教师"));
        assert_eq!(shown(&w, ann, "occupation"), None);
        say(&w, ann, Source::Operator, "occupation", Some("医生"));
        assert_eq!(shown(&w, ann, "occupation").unwrap().0, "医生");
    });
}

#[test]
fn a_merged_person_has_the_strongest_word_and_gets_its_own_back() {
    each_engine(|db| {
        let w = World::new(&db);
        let brand = w.brand;
        let (a, b) = (w.resolve(&[("phone", "13800000001")]), w.resolve(&[("openid", "o-1")]));
        make(&w, json!({ "key": "card", "zh": "证件", "en": "Card", "kind": "text", "pii": "personal" }));
        for (person, by, region, card) in [(a, Source::Imported, "杭州", "A-1111111"), (b, Source::Verified, "上海", "B-2222222")] {
            say(&w, person, by, "region", Some(region));
            say(&w, person, by, "card", Some(card));
        }
        let rows = "select cast(id as text) || portrait || portrait_said from person order by id";
        let before: Vec<String> = w.all(rows);
        assert_eq!(w.merge(a, b), Some(a));
        assert_eq!(shown(&w, a, "region").map(|v| (v.0, v.1)), Some(("上海".into(), json!("verified"))));
        let secret = |person| {
            let (_, seen) = w.ask("POST", &format!("/api/v1/persons/{person}/reveal"), None);
            seen["attributes"]["card"].clone()
        };
        assert_eq!(secret(a), json!("B-2222222"));
        // A weaker word is kept with its subject and does not count for the person.
        say(&w, a, Source::Declared, "region", Some("苏州"));
        assert_eq!(shown(&w, a, "region").unwrap().0, "上海");
        say(&w, a, Source::Imported, "region", Some("杭州"));
        let merge: weir_ground::base::ids::MergeId = w.one("select id from person_merge where undone_at is null");
        w.write(move |tx| weir_know::identity::unmerge(tx, brand, merge, "test", None));
        assert_eq!((shown(&w, a, "region").unwrap().0, shown(&w, b, "region").unwrap().0), ("苏州".into(), "上海".into()));
        assert_eq!((secret(a), secret(b)), (json!("A-1111111"), json!("B-2222222")));
        assert_eq!(w.all::<String>(rows)[1], before[1]);
    });
}

#[test]
fn sealed_attributes_are_unreadable_masked_and_found() {
    each_engine(|db| {
        let w = World::new(&db);
        let ann = w.resolve(&[("phone", "13800000001")]);
        w.resolve(&[("phone", "13800000002")]);
        make(&w, json!({ "key": "id_card", "zh": "身份证号", "en": "Id number", "kind": "text", "pii": "personal", "searchable": true }));
        make(&w, json!({ "key": "health", "zh": "健康状况", "en": "Health", "kind": "text", "pii": "sensitive" }));
        let path = format!("/api/v1/persons/{ann}");
        let (status, one) = w.ask("PATCH", &path, Some(json!({ "portrait": { "id_card": "11010519491231002X" } })));
        assert_eq!((status, &one["portrait"]), (200, &json!({})), "{one}");
        assert_eq!(shown(&w, ann, "id_card").unwrap().0, "110***********002X");
        let (sealed, blind): (String, String) = w.one("select sealed, blind from person_secret");
        assert!(sealed.starts_with("~1.") && blind.len() == 32);
        let events: Vec<String> = w.all("select props from event");
        assert!(events.iter().all(|p| !p.contains("19491231")), "{events:?}");
        for (q, found) in [("11010519491231002X", 1), ("110105%2019491231%20002x", 1), ("11010519491231003X", 0)] {
            assert_eq!(w.ask("GET", &format!("/api/v1/persons?q={q}"), None).1["total"], json!(found), "{q}");
        }
        let (_, seen) = w.ask("POST", &format!("{path}/reveal"), None);
        assert_eq!(seen["attributes"], json!({ "id_card": "11010519491231002X" }));
        // Sensitive ones are taken only from those who allow it.
        let body = json!({ "portrait": { "health": "对坚果过敏" } });
        assert_eq!(w.ask("PATCH", &path, Some(body.clone())).0, 400);
        assert_eq!(w.one::<i64>("select count(*) from person_secret"), 1);
        let (brand, says) = (w.brand, says("sensitive_traits", "inbox", "granted"));
        w.write(move |tx| weir_know::consent::set(tx, brand, ann, &says, "test", None));
        assert_eq!(w.ask("PATCH", &path, Some(body)).0, 200);
        assert_eq!(shown(&w, ann, "health").unwrap().0, "对***");
        assert_eq!(w.ask("PATCH", &path, Some(json!({ "portrait": { "id_card": null } }))).0, 200);
        assert_eq!((shown(&w, ann, "id_card"), w.one::<i64>("select count(*) from person_secret")), (None, 1));
    });
}

#[test]
fn rules_ask_for_own_dates_while_everything_runs() {
    each_engine(|db| {
        let w = World::new(&db);
        let (ann, bob) = (w.resolve(&[("phone", "13800000001")]), w.resolve(&[("phone", "13800000002")]));
        w.live();
        make(&w, json!({ "key": "wedding_day", "zh": "结婚纪念日", "en": "Wedding day", "kind": "date", "pii": "none" }));
        w.live();
        let today = weir_ground::base::Zone::named("Asia/Shanghai").unwrap().day(START);
        let in_three = weir_ground::base::Day(today.0 + 3).to_string().replacen(&today.to_string()[..4], "2010", 1);
        say(&w, ann, Source::Declared, "wedding_day", Some(&in_three));
        say(&w, bob, Source::Declared, "wedding_day", Some("2010-01-01"));
        w.live();
        let rule = json!({ "attr": { "key": "wedding_day", "test": { "anniversary": { "from": 0, "to": 7 } } } });
        let (status, made) = w.ask("POST", "/api/v1/segments", Some(json!({ "name": "纪念日将近", "rule": rule })));
        assert_eq!(status, 200, "{made}");
        w.live();
        let members = || w.all::<PersonId>("select person_id from segment_member order by person_id");
        assert_eq!(members(), [ann]);
        // A pool that is opened anew reads the same.
        let again = World { live: Default::default(), ..w.clone() };
        again.live();
        let (_, fields) = again.ask("GET", "/api/v1/segment-fields", None);
        let field = fields["attributes"].as_array().unwrap().iter().find(|f| f["key"] == "wedding_day").cloned().unwrap();
        assert_eq!((&field["kind"], &field["zh"], &field["en"]), (&json!("date"), &json!("结婚纪念日"), &json!("Wedding day")));
        say(&w, ann, Source::Operator, "wedding_day", None);
        again.live();
        assert_eq!(members(), []);
        assert_eq!(db.read_now(move |tx| tx.one::<i64>("select count(*) from event where name = 'segment.left' and person_id = $1", params![ann])).unwrap(), 1);
    });
}
