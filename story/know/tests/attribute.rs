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
        // Nor does it take a stronger one away, whichever subject said that.
        say(&w, a, Source::Inferred, "card", None);
        assert_eq!((secret(a), w.one::<i64>("select count(*) from person_secret")), (json!("B-2222222"), 2));
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

fn order(w: &World, key: &str, sources: Value) -> (u16, Value) {
    w.ask("PATCH", &format!("/api/v1/attributes/{key}"), Some(json!({ "sources": sources })))
}

/// The follower of the log has read it, and what a changed order folds anew is folded.
fn refolded(w: &World) {
    w.settle();
    w.at(w.db.now());
    assert_eq!(w.one::<i64>("select count(*) from timer where kind like 'attribute.refold%'"), 0);
}

#[test]
fn a_brand_says_whose_word_counts_for_one_attribute() {
    each_engine(|db| {
        let w = World::new(&db);
        let ann = w.resolve(&[("external_id", "c-1")]);
        let path = format!("/api/v1/persons/{ann}");
        let built_in = json!(["operator", "verified", "declared", "imported", "inferred"]);
        let (_, made) = make(&w, json!({ "key": "level", "zh": "等级", "en": "Level", "kind": "text", "pii": "none", "sources": ["imported"] }));
        assert_eq!(made["sources"], json!(["imported"]));
        for bad in [json!(["imported", "imported"]), json!(["imported", "hearsay"])] {
            let (status, problem) = order(&w, "level", bad);
            assert_eq!((status, &problem["code"]), (400, &json!("invalid")), "{problem}");
        }
        assert_eq!(order(&w, "region", json!(["operator", "inferred", "imported"])).1["sources"], json!(["operator", "inferred", "imported"]));
        assert_eq!(w.ask("GET", "/api/v1/attributes", None).1["items"][0]["sources"], built_in);

        // `level` is what the file says, and nobody else; staff are told so, others are passed over.
        say(&w, ann, Source::Declared, "level", Some("gold"));
        assert_eq!(shown(&w, ann, "level"), None);
        let (status, problem) = w.ask("PATCH", &path, Some(json!({ "portrait": { "level": "gold", "region": "杭州" } })));
        assert_eq!((status, &problem["errors"][0]["field"]), (400, &json!("portrait.level")), "{problem}");
        assert_eq!((shown(&w, ann, "level"), shown(&w, ann, "region")), (None, None));
        say(&w, ann, Source::Imported, "level", Some("silver"));
        assert_eq!(shown(&w, ann, "level"), Some(("silver".into(), json!("imported"), json!(START))));
        // The same value again is no other word; taking it away is one.
        assert_eq!(w.ask("PATCH", &path, Some(json!({ "portrait": { "level": "silver" } }))).0, 200);
        assert_eq!(w.ask("PATCH", &path, Some(json!({ "portrait": { "level": null } }))).0, 400);

        // For the region what is inferred may beat the file, and what the customer says is not taken.
        say(&w, ann, Source::Imported, "region", Some("杭州"));
        say(&w, ann, Source::Inferred, "region", Some("上海"));
        say(&w, ann, Source::Imported, "region", Some("杭州"));
        say(&w, ann, Source::Declared, "region", Some("北京"));
        assert_eq!(shown(&w, ann, "region").map(|v| (v.0, v.1)), Some(("上海".into(), json!("inferred"))));
        // The order as it was built in: the value stays, and counts again as it did.
        assert_eq!(order(&w, "region", json!([])).1["sources"], built_in);
        assert_eq!(w.one::<i64>("select count(*) from attribute where key = 'region' and sources is null"), 1);
        assert_eq!(shown(&w, ann, "region").unwrap().0, "上海");
        say(&w, ann, Source::Imported, "region", Some("杭州"));
        assert_eq!(shown(&w, ann, "region").unwrap().0, "杭州");
        // A value whose source is taken no longer stays until one who is taken speaks.
        assert_eq!(order(&w, "region", json!(["inferred"])).0, 200);
        assert_eq!(shown(&w, ann, "region").unwrap().0, "杭州");
        say(&w, ann, Source::Inferred, "region", Some("苏州"));
        assert_eq!(shown(&w, ann, "region").unwrap().0, "苏州");
    });
}

#[test]
fn a_system_that_is_to_win_wins_where_the_attribute_believes_it() {
    each_engine(|db| {
        let w = World::new(&db);
        let rule = |field: &str| json!({ "field": field, "from": field, "policy": "theirs" });
        let rules = json!({ "fields": [rule("gender"), rule("region"), rule("education")] });
        assert_eq!(w.ask("PUT", "/api/v1/sync/systems/crm", Some(rules)).0, 204);
        order(&w, "region", json!(["imported"]));
        order(&w, "education", json!(["declared"]));
        let send = |v: &str| {
            let item = json!({ "external_id": "c-1", "fields": { "gender": v, "region": v, "education": v } });
            let (status, body) = w.ask("PUT", "/api/v1/sync/persons", Some(json!({ "system": "crm", "items": [item] })));
            assert_eq!(status, 200, "{body}");
            body["items"][0].clone()
        };
        let first = send("a");
        assert_eq!((&first["written"], &first["kept"]), (&json!(["gender", "region"]), &json!(["education"])), "{first}");
        let ann = w.find("external_id", "c-1").unwrap();
        say(&w, ann, Source::Operator, "gender", Some("b"));
        say(&w, ann, Source::Operator, "region", Some("b"));
        say(&w, ann, Source::Declared, "education", Some("b"));
        let again = send("c");
        assert_eq!((&again["written"], &again["kept"]), (&json!(["gender", "region"]), &json!(["education"])), "{again}");
        let of = |key| shown(&w, ann, key).map(|v| (v.0, v.1)).unwrap();
        assert_eq!((of("gender"), of("region"), of("education")), (("c".into(), json!("operator")), ("c".into(), json!("imported")), ("b".into(), json!("declared"))));
    });
}

#[test]
fn another_order_folds_merged_persons_anew() {
    each_engine(|db| {
        let w = World::new(&db);
        let brand = w.brand;
        let (a, b) = (w.resolve(&[("phone", "13800000001")]), w.resolve(&[("openid", "o-1")]));
        make(&w, json!({ "key": "card", "zh": "证件", "en": "Card", "kind": "text", "pii": "personal" }));
        for (person, by, v) in [(a, Source::Imported, "A-1111111"), (b, Source::Inferred, "B-2222222")] {
            say(&w, person, by, "region", Some(v));
            say(&w, person, by, "card", Some(v));
        }
        assert_eq!(w.merge(a, b), Some(a));
        w.live();
        let of = |key: &str| shown(&w, a, key).unwrap();
        assert_eq!((of("region").0, of("card").1), ("A-1111111".into(), json!("imported")));
        let changes = || w.one::<i64>("select count(*) from event where name = 'person.changed'");
        let before = changes();
        order(&w, "gender", json!(["imported"]));
        order(&w, "region", json!(["inferred", "imported"]));
        refolded(&w);
        // Only whom it changes is told of: the sealed pair and the region are one person's.
        assert_eq!((of("region").0, of("region").1, changes()), ("B-2222222".into(), json!("inferred"), before + 1));
        order(&w, "card", json!(["inferred", "imported"]));
        refolded(&w);
        assert_eq!(of("card").1, json!("inferred"));
        w.live();
        let merge: weir_ground::base::ids::MergeId = w.one("select id from person_merge where undone_at is null");
        w.write(move |tx| weir_know::identity::unmerge(tx, brand, merge, "test", None));
        assert_eq!((of("region").0, shown(&w, b, "region").unwrap().0), ("A-1111111".into(), "B-2222222".into()));
        // Joined again, the order of now holds at once.
        w.write(move |tx| weir_know::identity::join(tx, brand, a, b, &weir_know::identity::Why { reason: "x", actor: Some("stf_x"), ..Default::default() })).unwrap();
        assert_eq!(of("region").0, "B-2222222");
    });
}

/// What a second, naive reader keeps of one subject: the value, whose it is and when.
type Word = (Option<String>, Source, i64);

#[test]
fn random_words_orders_merges_and_partings_agree_with_a_naive_fold() {
    const BUILT_IN: [Source; 5] = [Source::Operator, Source::Verified, Source::Declared, Source::Imported, Source::Inferred];
    each_engine(|db| {
        let w = World::new(&db);
        let brand = w.brand;
        let mut seed = 17u64;
        let mut roll = |sides: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as usize % sides
        };
        let people: Vec<PersonId> = ["a", "b", "c", "d", "e", "f", "g", "h"].iter().map(|u| {
            tick(&db);
            w.resolve(&[("openid", u)])
        }).collect();
        let mut own: Vec<Option<Word>> = vec![None; people.len()];
        let mut order_now = BUILT_IN.to_vec();
        let rank = |order: &[Source], by: Source| order.iter().position(|s| *s == by).map_or(by as usize, |at| 100 - at);
        let mut changed = 0;
        for step in 0..400 {
            // The same word again within a day is no news.
            db.set_clock(db.now() + DAY);
            match roll(8) {
                0 => {
                    let mut left = BUILT_IN.to_vec();
                    order_now = (0..1 + roll(5)).map(|_| left.remove(roll(left.len()))).collect();
                    assert_eq!(order(&w, "region", json!(order_now)).0, 200);
                    refolded(&w);
                    changed += 1;
                }
                1 | 2 => {
                    let (a, b) = (people[roll(8)], people[roll(8)]);
                    let why = move |tx: &mut weir_ground::Tx| {
                        weir_know::identity::join(tx, brand, a, b, &weir_know::identity::Why { reason: "x", actor: Some("stf_x"), ..Default::default() })
                    };
                    let _ = w.write(why);
                }
                3 => {
                    let standing: Vec<weir_ground::base::ids::MergeId> = w.all("select id from person_merge where undone_at is null order by id");
                    if !standing.is_empty() {
                        let id = standing[roll(standing.len())];
                        w.write(move |tx| weir_know::identity::unmerge(tx, brand, id, "test", None));
                    }
                }
                _ => {
                    let (who, by) = (roll(8), BUILT_IN[roll(5)]);
                    let value = (roll(6) > 0).then(|| format!("r{step}"));
                    say(&w, people[who], by, "region", value.as_deref());
                    let was = &own[who];
                    let counts = was.as_ref().is_none_or(|w| rank(&order_now, by) >= rank(&order_now, w.1));
                    // Taking away what is not there is a word only of staff.
                    let says = value.is_some() || by == Source::Operator || was.as_ref().is_some_and(|w| w.0.is_some());
                    if order_now.contains(&by) && counts && says {
                        own[who] = Some((value, by, db.now()));
                    }
                }
            }
            let roots: Vec<(PersonId, PersonId)> = w.all("select id, root_id from person order by id");
            for (root, _) in roots.iter().filter(|r| r.0 == r.1) {
                // The root's word first, then that of older ones: of equal words the first counts.
                let mut subjects: Vec<usize> = (0..8).filter(|i| roots.iter().any(|r| r.0 == people[*i] && r.1 == *root)).collect();
                subjects.sort_by_key(|i| (people[*i] != *root, *i));
                let mut best: Option<&Word> = None;
                for word in subjects.iter().filter_map(|i| own[*i].as_ref()) {
                    let counts = |w: &Word| (rank(&order_now, w.1), w.2);
                    if best.is_none_or(|b| counts(word) > counts(b)) {
                        best = Some(word);
                    }
                }
                let (portrait, said): (String, String) =
                    db.read_now({ let root = *root; move |tx| tx.one("select portrait, portrait_said from person where id = $1", params![root]) }).unwrap();
                let value = best.and_then(|b| b.0.clone());
                let expected = value.map_or(json!({}), |v| json!({ "region": v }));
                let whose = best.map_or(json!({}), |b| json!({ "region": { "by": b.1, "at": b.2 } }));
                let read = |t: &str| serde_json::from_str::<Value>(t).unwrap();
                assert_eq!((read(&portrait), read(&said)), (expected, whose), "step {step}, {root}, {order_now:?}");
            }
        }
        assert!(changed > 30 && w.one::<i64>("select count(*) from person_merge") > 30);
    });
}

#[test]
fn coverage_counts_persons_sources_and_age() {
    each_engine(|db| {
        let w = World::new(&db);
        let people: Vec<PersonId> = ["1", "2", "3", "4", "5", "6", "7", "8"].iter().map(|u| w.resolve(&[("openid", u)])).collect();
        w.live();
        make(&w, json!({ "key": "card", "zh": "证件", "en": "Card", "kind": "text", "pii": "personal" }));
        w.ask("PATCH", "/api/v1/attributes/region", Some(json!({ "max_age_days": 90, "sources": ["imported", "declared"] })));
        for (n, by, v) in [(0, Source::Imported, "杭州"), (1, Source::Imported, "上海"), (2, Source::Declared, "杭州"), (3, Source::Inferred, "x")] {
            say(&w, people[n], by, "region", Some(v));
        }
        say(&w, people[0], Source::Declared, "birthday", Some("1990-05-31"));
        say(&w, people[1], Source::Declared, "birthday", Some("1990-05-31"));
        say(&w, people[4], Source::Operator, "card", Some("A-1111111"));
        // One that was kept before sources were.
        w.write(|tx| tx.exec("update person set portrait = $1 where id = (select max(id) from person)", params![r#"{"gender":"f"}"#]));
        db.set_clock(START + 91 * DAY);
        say(&w, people[5], Source::Declared, "region", Some("杭州"));
        say(&w, people[6], Source::Imported, "card", Some("B-2222222"));
        let again = World { live: Default::default(), ..w.clone() };
        let covered = |w: &World, key: &str| {
            w.live();
            let (status, all) = w.ask("GET", "/api/v1/attribute-coverage", None);
            assert_eq!(status, 200, "{all}");
            let mut one = all["items"].as_array().unwrap().iter().find(|a| a["key"] == key).cloned().unwrap();
            one.as_object_mut().unwrap().retain(|k, _| !matches!(k.as_str(), "key" | "used_by" | "ages"));
            (all["persons"].clone(), one)
        };
        let region = json!({ "persons": 4, "share_bp": 5000, "stale": 3, "distinct": 2, "sources": [
            { "source": "imported", "persons": 2, "stale": 2 }, { "source": "declared", "persons": 2, "stale": 1 }] });
        for w in [&w, &again] {
            assert_eq!(covered(w, "region"), (json!(8), region.clone()));
            assert_eq!(covered(w, "birthday").1["distinct"], json!(1));
            assert_eq!(covered(w, "card").1, json!({ "persons": 2, "share_bp": 2500, "stale": 0, "distinct": null, "sources": [
                { "source": "operator", "persons": 1, "stale": 0 }, { "source": "imported", "persons": 1, "stale": 0 }] }));
        }
        assert_eq!(covered(&again, "gender").1["sources"], json!([{ "source": null, "persons": 1, "stale": 0 }]));
        let ages = |w: &World| w.ask("GET", "/api/v1/attribute-coverage", None).1["items"][4]["ages"].clone();
        let aged = json!([{ "days": 30, "persons": 1 }, { "days": 90, "persons": 0 }, { "days": 180, "persons": 3 }, { "days": 365, "persons": 0 }, { "days": null, "persons": 0 }]);
        assert_eq!((ages(&w), ages(&again)), (aged.clone(), aged));
        // Two persons become one: the stronger word counts once. What goes is counted no longer.
        let one = w.merge(people[0], people[2]).unwrap();
        w.merge(people[4], people[6]).unwrap();
        w.write({ let (brand, p) = (w.brand, people[1]); move |tx| {
            let traits = Traits { portrait: [("region".to_string(), None)].into(), source: Some(Source::Imported), ..Traits::default() };
            person::describe(tx, brand, p, &traits, None)
        }});
        let merged = json!({ "persons": 2, "share_bp": 3333, "stale": 1, "distinct": 1, "sources": [
            { "source": "imported", "persons": 1, "stale": 1 }, { "source": "declared", "persons": 1, "stale": 0 }] });
        assert_eq!(covered(&w, "region"), (json!(6), merged.clone()));
        assert_eq!(covered(&w, "card").1["sources"], json!([{ "source": "operator", "persons": 1, "stale": 0 }]));
        // Another order, another word of those who are merged.
        order(&w, "region", json!(["declared", "imported"]));
        order(&w, "card", json!(["imported"]));
        refolded(&w);
        assert_eq!(covered(&w, "region").1["sources"], json!([{ "source": "declared", "persons": 2, "stale": 1 }]));
        assert_eq!(covered(&w, "card").1["sources"], json!([{ "source": "imported", "persons": 1, "stale": 0 }]));
        let fresh = World { live: Default::default(), ..w.clone() };
        assert_eq!((covered(&fresh, "region"), covered(&fresh, "card")), (covered(&w, "region"), covered(&w, "card")));
        assert_eq!(shown(&w, one, "region").unwrap().1, json!("declared"));
    });
}

#[test]
fn what_rules_ask_for_is_not_archived() {
    each_engine(|db| {
        let w = World::new(&db);
        make(&w, json!({ "key": "tea_kind", "zh": "爱喝", "en": "Favourite tea", "kind": "text", "pii": "none" }));
        w.live();
        let rule = json!({ "all": [{ "not": { "attr": { "key": "tea_kind", "test": { "is": ["绿茶"] } } } }] });
        let (status, made) = w.ask("POST", "/api/v1/segments", Some(json!({ "name": "不喝绿茶", "rule": rule })));
        assert_eq!(status, 200, "{made}");
        let (status, problem) = w.ask("PATCH", "/api/v1/attributes/tea_kind", Some(json!({ "archived": true })));
        assert_eq!((status, &problem["code"], &problem["errors"]), (409, &json!("conflict"), &json!([{ "field": "segments", "detail": "不喝绿茶" }])), "{problem}");
        assert_eq!(w.one::<i64>("select archived from attribute"), 0);
        w.live();
        let used = w.ask("GET", "/api/v1/attribute-coverage", None).1["items"].as_array().unwrap().last().unwrap()["used_by"].clone();
        assert_eq!(used, json!([{ "id": made["id"], "name": "不喝绿茶" }]));
        assert_eq!(w.ask("DELETE", &format!("/api/v1/segments/{}", made["id"].as_str().unwrap()), None).0, 204);
        assert_eq!(w.ask("PATCH", "/api/v1/attributes/tea_kind", Some(json!({ "archived": true }))).0, 200);
    });
}
