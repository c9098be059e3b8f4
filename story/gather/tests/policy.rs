//! Where a file says something else than what is here, the run's policy decides: field by field, told before
//! and after, and the same file again changes nothing.
mod common;

use axum::body::Body;
use common::*;
use serde_json::{Value, json};
use std::sync::Arc;
use weir_gather::import::csv::Encoding;
use weir_gather::import::outcome::Outcome;
use weir_gather::import::policy::Ask;
use weir_gather::import::rows::{Which, write_rows};
use weir_gather::import::{self, Import, ImportId, Imports, NewImport, Start, create, run_to_end, sniff, start};
use weir_ground::base::{Problem, Result};
use weir_ground::event::PersonId;
use weir_ground::seal::file::Lying;
use weir_ground::testing::{START, Scratch, each_engine, opened};
use weir_ground::{Db, params};
use weir_keep::Staff;
use weir_know::attribute::Source;
use weir_know::person::{self, Traits};

struct Office {
    db: Db,
    who: Staff,
    imports: Imports,
}

impl Office {
    fn new(db: Db) -> Office {
        let (who, imports) = (owner(&db, "one"), Imports::new(vec![]));
        let office = Office { db, who, imports };
        office.run_kind("stores", "编码,名称\nN,北店\nS,南店\n", &Start::default()).unwrap();
        office
    }

    fn run_kind(&self, kind: &str, text: &str, ask: &Start) -> Result<Import> {
        let (data, brand, imports) = (Scratch::new(), self.who.brand, self.imports.clone());
        let (id, seal): (ImportId, _) = self.db.read_now(move |tx| Ok((tx.new_id(), tx.keys(brand)))).unwrap();
        let stored = import::keep_file(&data.0, id, &seal, &mut text.as_bytes()).unwrap();
        let shape = sniff::look(&Lying::sealed(data.0.join(&stored.path), seal), Some(Encoding::Utf8)).unwrap();
        let new = NewImport { id, brand, kind: kind.into(), name: format!("{kind}.csv"), stored, shape, actor: Some("stf_boss".into()) };
        let ask = ask.clone();
        self.db.write_now(move |tx| {
            create(tx, &imports, &new)?;
            start(tx, &imports, (brand, "stf_boss"), id, &ask, &new.shape)
        })?;
        run_to_end(&self.db, &self.imports.sinks, &data.0, id, |_| {})
    }

    fn run(&self, text: &str, policy: Value) -> Import {
        let policy: Option<Ask> = serde_json::from_value(policy).unwrap();
        let done = self.run_kind("persons", text, &Start { policy, ..Start::default() }).unwrap();
        assert_eq!((done.state.as_str(), done.rows_bad), ("done", 0));
        done
    }

    fn dry(&self, text: &str, policy: Value) -> Outcome {
        let policy: Option<Ask> = serde_json::from_value(policy).unwrap();
        let done = self.run_kind("persons", text, &Start { policy, dry_run: true, ..Start::default() }).unwrap();
        assert_eq!(done.state, "checked");
        done.outcome().unwrap()
    }

    fn refused(&self, kind: &str, text: &str, policy: Value) -> Problem {
        let policy: Option<Ask> = serde_json::from_value(policy).unwrap();
        self.run_kind(kind, text, &Start { policy, ..Start::default() }).unwrap_err()
    }

    fn find(&self, kind: &'static str, value: &'static str) -> Option<PersonId> {
        person_by(&self.db, self.who.brand, kind, value)
    }

    /// Name, phone, e-mail, portrait and the code of the store.
    fn card(&self, key: &'static str) -> [String; 5] {
        let id = self.find("external_id", key).unwrap();
        type Row = (Option<String>, Option<String>, Option<String>, String, Option<String>);
        let row: Row = self
            .db
            .read_now(move |tx| {
                tx.one(
                    "select p.name, p.phone, p.email, p.portrait, s.code from person p left join store s on s.id = p.store_id where p.id = $1",
                    params![id],
                )
            })
            .unwrap();
        let open = |v: Option<String>| v.map(|v| opened(&self.db, self.who.brand, &v)).unwrap_or_default();
        [row.0.unwrap_or_default(), open(row.1), open(row.2), row.3, row.4.unwrap_or_default()]
    }

    /// The staff says so.
    fn put_right(&self, key: &'static str, field: &'static str, value: &'static str) {
        let (brand, id) = (self.who.brand, self.find("external_id", key).unwrap());
        self.db
            .write_now(move |tx| {
                let traits = match field {
                    "name" => Traits { name: Some(value.into()), ..Traits::default() },
                    other => Traits { portrait: [(other.to_string(), Some(value.to_string()))].into(), ..Traits::default() },
                };
                person::describe(tx, brand, id, &traits, Some("stf_x"))
            })
            .unwrap();
    }

    /// Everything that an import of persons may change.
    fn world(&self) -> Vec<String> {
        let mut out = texts(&self.db, "select coalesce(name, '') || portrait || portrait_said || coalesce(cast(store_id as text), '') || coalesce(cast(joined_at as text), '') from person order by id");
        out.extend(texts(&self.db, "select coalesce(phone_index, '') || coalesce(email_index, '') from person order by id"));
        for table in ["identity", "tag", "consent", "person"] {
            out.push(count(&self.db, &format!("select count(*) from {table}")).to_string());
        }
        out.push(count(&self.db, "select count(*) from event where name not like 'import.%'").to_string());
        out
    }

    fn kept(&self, of: &Import) -> Vec<String> {
        let mut text = String::new();
        write_rows(&self.db, of, Which::Kept, |part| {
            text.push_str(&part);
            true
        })
        .unwrap();
        text.lines().skip(1).map(str::to_string).collect()
    }
}

fn figures(o: &Outcome) -> (i64, i64, i64, i64, Vec<(String, i64, i64, i64)>) {
    let mut fields: Vec<_> = o.fields.iter().filter(|f| f.filled + f.changed + f.kept > 0).map(|f| (f.field.clone(), f.filled, f.changed, f.kept)).collect();
    fields.sort();
    (o.created, o.changed, o.same, o.kept, fields)
}

fn of(fields: &[(&str, i64, i64, i64)]) -> Vec<(String, i64, i64, i64)> {
    fields.iter().map(|f| (f.0.to_string(), f.1, f.2, f.3)).collect()
}

const FIRST: &str = "person_key,name,phone,email,region,education,store_code\n1,周晴,13800000001,,杭州,,N\n2,吴桐,13800000002,b@x.cn,南京,,N\n";
const THEN: &str = "person_key,name,phone,email,region,education,store_code\n1,周青,13900000001,a@x.cn,苏州,本科,S\n2,吴桐,138 0000 0002,B@x.cn,南京,,N\n3,新客,13900000003,,,,\n";

/// The office after the first file and a correction by hand.
fn office(db: Db) -> Office {
    let o = Office::new(db);
    o.run(FIRST, Value::Null);
    o.db.set_clock(START + 3_600_000);
    o.put_right("1", "region", "上海");
    o.db.set_clock(START + 7_200_000);
    o
}

#[test]
fn a_check_and_the_run_tell_the_same_and_the_same_file_again_changes_nothing() {
    each_engine(|db| {
        let o = office(db);
        for policy in [json!({ "default": "fill" }), Value::Null, json!({ "default": "file" })] {
            let told = o.dry(THEN, policy.clone());
            let before = o.world();
            let done = o.run(THEN, policy.clone()).outcome().unwrap();
            assert_eq!(figures(&done), figures(&told), "{policy}");
            assert!(before != o.world(), "{policy}");
            let still = o.world();
            let again = o.run(THEN, policy.clone()).outcome().unwrap();
            assert_eq!((again.created, again.changed, again.same), (0, 0, 3), "{policy}");
            assert_eq!((o.world(), again.kept), (still, done.kept), "{policy}");
        }
    });
}

#[test]
fn fill_takes_only_what_is_empty_here() {
    each_engine(|db| {
        let o = office(db);
        let done = o.run(THEN, json!({ "default": "fill" }));
        let fields = of(&[("education", 1, 0, 0), ("email", 1, 0, 0), ("name", 0, 0, 1), ("phone", 0, 0, 1), ("region", 0, 0, 1), ("store_code", 0, 0, 1)]);
        assert_eq!(figures(&done.outcome().unwrap()), (1, 1, 1, 1, fields));
        assert_eq!(o.card("1"), ["周晴", "13800000001", "a@x.cn", r#"{"education":"本科","region":"上海"}"#, "N"]);
        assert_eq!(o.find("phone", "13900000001"), None, "a phone that was not taken is nobody's");
        let why = "only empty fields are filled";
        assert_eq!(o.kept(&done), [format!(
            "2,name stays 周晴: {why}; phone stays 138****0001: {why}; region stays 上海: {why}; store_code stays N: {why},1,周青,13900000001,a@x.cn,苏州,本科,S"
        )]);
        let hidden = texts(&o.db, "select reason || raw from import_kept");
        assert!(hidden.iter().all(|t| !t.contains("周") && !t.contains("139")), "kept rows lie sealed");
    });
}

#[test]
fn a_weaker_file_waits_behind_the_staff_and_a_winning_one_speaks_as_the_staff() {
    each_engine(|db| {
        let o = office(db);
        let done = o.run(THEN, Value::Null);
        let fields = of(&[("education", 1, 0, 0), ("email", 1, 0, 0), ("name", 0, 1, 0), ("phone", 0, 1, 0), ("region", 0, 0, 1), ("store_code", 0, 1, 0)]);
        assert_eq!(figures(&done.outcome().unwrap()), (1, 1, 1, 1, fields));
        assert_eq!(o.kept(&done), ["2,region stays 上海: the customer or the staff said so,1,周青,13900000001,a@x.cn,苏州,本科,S"]);
        assert_eq!(o.card("1"), ["周青", "13900000001", "a@x.cn", r#"{"education":"本科","region":"上海"}"#, "S"]);
        let done = o.run(THEN, json!({ "fields": { "region": "file" } }));
        assert_eq!(figures(&done.outcome().unwrap()), (0, 1, 2, 0, of(&[("region", 0, 1, 0)])));
        assert_eq!(o.card("1")[3], r#"{"education":"本科","region":"苏州"}"#);
        let (brand, id) = (o.who.brand, o.find("external_id", "1").unwrap());
        let who = o.who.clone();
        let said = o.db.read_now(move |tx| person::http::get(tx, &who, id)).unwrap();
        let by = |key: &str| said.attributes.iter().find(|a| a.key == key).and_then(|a| a.source);
        assert_eq!((by("region"), by("education")), (Some(Source::Operator), Some(Source::Imported)));
        assert_eq!(texts(&o.db, "select actor from event where name = 'person.changed' and actor is not null order by id"), ["stf_x", "stf_boss"]);
        // What the staff took away stays away from a file that only fills.
        o.db.write_now(move |tx| {
            let gone = Traits { portrait: [("education".to_string(), None)].into(), ..Traits::default() };
            person::describe(tx, brand, id, &gone, Some("stf_x"))
        })
        .unwrap();
        let done = o.run(THEN, json!({ "default": "fill" }));
        assert_eq!(figures(&done.outcome().unwrap()), (0, 0, 3, 1, of(&[("education", 0, 0, 1)])));
        assert_eq!(o.kept(&done), ["2,education stays empty: the customer or the staff said so,1,周青,13900000001,a@x.cn,苏州,本科,S"]);
    });
}

#[test]
fn the_later_one_wins_by_the_time_of_the_row() {
    each_engine(|db| {
        let o = office(db);
        let at = |hours: i64| weir_ground::base::time::rfc3339(START + hours * 1_800_000);
        let file = |name: &str, region: &str, at: &str| format!("person_key,name,region,email,changed_at\n1,{name},{region},,{at}\n");
        let newer = json!({ "default": "newer" });
        // The name was written with the first file, the region put right at the second half hour.
        let done = o.run(&file("周青", "苏州", &at(1)), newer.clone());
        assert_eq!(figures(&done.outcome().unwrap()), (0, 1, 0, 1, of(&[("name", 0, 1, 0), ("region", 0, 0, 1)])));
        assert_eq!((o.card("1")[0].as_str(), o.card("1")[3].as_str()), ("周青", r#"{"region":"上海"}"#));
        assert!(o.kept(&done)[0].starts_with("2,region stays 上海: it was changed here later,"));
        // An older word of the same source is older than its own, though we heard that one just now.
        let done = o.run(&file("周卿", "扬州", &weir_ground::base::time::rfc3339(START + 60_000)), newer.clone());
        assert_eq!(figures(&done.outcome().unwrap()), (0, 0, 1, 1, of(&[("name", 0, 0, 1), ("region", 0, 0, 1)])));
        // What it said before is no news, though the row changed in another cell.
        let done = o.run(&file("周清", "苏州", &at(3)), newer.clone());
        assert_eq!(figures(&done.outcome().unwrap()), (0, 1, 0, 1, of(&[("name", 0, 1, 0), ("region", 0, 0, 1)])));
        let done = o.run(&file("周清", "无锡", &at(3)), newer.clone());
        assert_eq!(figures(&done.outcome().unwrap()), (0, 1, 0, 0, of(&[("region", 0, 1, 0)])));
        let still = o.world();
        let again = o.run(&file("周清", "无锡", &at(3)), newer.clone());
        assert_eq!((figures(&again.outcome().unwrap()), o.world()), ((0, 0, 1, 0, vec![]), still));
        // Without a time a row only fills.
        let done = o.run("person_key,name,email,changed_at\n1,周某,a@x.cn,\n", newer.clone());
        assert_eq!(figures(&done.outcome().unwrap()), (0, 1, 0, 1, of(&[("email", 1, 0, 0), ("name", 0, 0, 1)])));
        assert!(o.kept(&done)[0].starts_with("2,\"name stays 周清: the row has no time, so only empty fields are filled\","));
        let lacking = o.refused("persons", "person_key,name\n1,x\n", newer);
        assert_eq!(lacking.errors[0].field, "mapping.changed_at");
        let future = o.run_kind("persons", "person_key,name,changed_at\n1,x,2030-01-01\n", &Start::default()).unwrap();
        assert_eq!((future.rows_ok, future.rows_bad), (0, 1));
    });
}

#[test]
fn a_file_of_a_system_follows_the_rules_of_its_sync() {
    each_engine(|db| {
        let o = office(db);
        let brand = o.who.brand;
        let rules = json!([
            { "field": "name", "from": "客户称呼", "policy": "theirs" }, { "field": "region", "from": "所在", "policy": "newest" },
            { "field": "education", "from": "education", "policy": "ours" },
        ]);
        let rules: Vec<weir_know::sync::FieldRule> = serde_json::from_value(rules).unwrap();
        o.db.write_now(move |tx| weir_know::sync::set_rules(tx, brand, "crm", &rules)).unwrap();
        let text = "id,客户称呼,所在,education,email,updated_at\n1,周青,苏州,本科,a@x.cn,2026-03-02 10:30\n9,新客,无锡,本科,,2026-03-02 10:30\n";
        let done = o.run(text, json!({ "system": "crm" }));
        let policy = serde_json::to_value(done.policies().unwrap()).unwrap();
        assert_eq!(policy, json!({ "default": "fill", "fields": { "education": "ours", "name": "file", "region": "newer" }, "system": "crm" }));
        let fields = of(&[("education", 0, 0, 1), ("email", 1, 0, 0), ("name", 0, 1, 0), ("region", 0, 0, 1)]);
        assert_eq!(figures(&done.outcome().unwrap()), (1, 1, 0, 1, fields));
        assert_eq!(o.card("1"), ["周青", "13800000001", "a@x.cn", r#"{"region":"上海"}"#, "N"]);
        assert_eq!(o.card("9"), ["新客", "", "", r#"{"region":"无锡"}"#, ""]);
        assert!(texts(&o.db, "select actor from event where name = 'person.changed' and actor is not null").contains(&"sync:crm".to_string()));
        // What the file said is what the system said: its sync goes on from there.
        let told = count(&o.db, "select count(*) from sync_field where system = 'crm'");
        assert_eq!(told, 7);
        for (kind, text, policy, field) in [
            ("persons", "id\n1\n", json!({ "system": "CRM!" }), "system"),
            ("persons", "id\n1\n", json!({ "fields": { "tags": "file" } }), "policy.fields.tags"),
            ("stores", "编码,名称\nX,y\n", json!({ "default": "file" }), "policy"),
        ] {
            assert_eq!(o.refused(kind, text, policy).errors[0].field, field);
        }
    });
}

#[test]
fn what_was_exported_comes_back_and_changes_nothing() {
    each_engine(|db| {
        let o = office(db);
        let brand = o.who.brand;
        o.run("person_key,name,phone,email,tags,joined_at,consents\n5,=A1,13800000005,e@x.cn,常客;+1,2026-03-01 08:00,marketing:email\n6,\"郑, 岩\",+1 212 555 0100,,,,\n", Value::Null);
        let five = o.find("external_id", "5").unwrap();
        o.db.write_now(move |tx| weir_know::tag::add(tx, brand, five, "手工", "manual", Some("stf_x"))).unwrap();
        let key = secret(&o.db, brand, "admin");
        let scratch = Scratch::new();
        let router = axum::Router::from(weir_know::routes(&Arc::default()).split_for_parts().0).with_state(app(&o.db, &scratch.0));
        let asked = get("/api/v1/persons.csv").header("authorization", format!("Bearer {key}")).body(Body::empty()).unwrap();
        let (status, _, file) = ask(&router, asked);
        let file = String::from_utf8(file).unwrap();
        assert!(status == 200 && file.contains("138****0005") && file.contains("\"'=A1\"") && !file.contains("13800000005"));
        for policy in [Value::Null, json!({ "default": "file" }), json!({ "default": "fill" })] {
            let before = o.world();
            let done = o.run(&file, policy.clone());
            assert_eq!((figures(&done.outcome().unwrap()), done.rows_ok), ((0, 0, 4, 0, vec![]), 4), "{policy}");
            assert_eq!(o.world(), before, "{policy}");
        }
        // Corrected there, a cell is taken; another phone is where the person is reached, and binds nobody.
        let edited = file.replace("吴桐", "吴彤").replace("138****0005", "13700000005");
        let done = o.run(&edited, json!({ "default": "file" }));
        assert_eq!(figures(&done.outcome().unwrap()), (0, 2, 2, 0, of(&[("name", 0, 1, 0), ("phone", 0, 1, 0)])));
        assert_eq!((o.card("5")[1].as_str(), o.card("2")[0].as_str()), ("13700000005", "吴彤"));
        assert_eq!((o.find("phone", "13700000005"), o.find("phone", "13800000005")), (None, Some(five)));
        let strange = file.replace(&five.to_string(), &PersonId::new(7).to_string());
        let done = o.run_kind("persons", &strange, &Start::default()).unwrap();
        assert_eq!((done.rows_ok, done.rows_bad, count(&o.db, "select count(*) from person")), (3, 1, 4));
    });
}
