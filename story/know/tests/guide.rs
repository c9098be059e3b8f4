//! Belonging to a guide: exclusive, with a history, within the asker's stores, and known to segments at once.
mod common;

use common::World;
use serde_json::json;
use weir_ground::base::ids::{SegmentId, StaffId};
use weir_ground::event::{PersonId, StoreId};
use weir_ground::params;
use weir_ground::testing::{START, each_engine};
use weir_keep::{Role, Staff, store};
use weir_know::identity::{self, Why};
use weir_know::person::{self, guide};
use weir_know::segment::{self, audit};

/// A member of the staff, straight into the table: passwords take their time on purpose.
fn hire(w: &World, name: &'static str, at: &[StoreId]) -> StaffId {
    let (brand, stores) = (w.brand, at.to_vec());
    w.write(move |tx| {
        let id: StaffId = tx.new_id();
        tx.exec(
            "insert into staff (id, brand_id, email, name, password_hash, role, active, created_at) values ($1, $2, $3, $4, '', 'guide', 1, 0)",
            params![id, brand, &format!("{id}@x.cn"), name],
        )?;
        for store in &stores {
            tx.exec("insert into staff_store (staff_id, store_id) values ($1, $2)", params![id, *store])?;
        }
        Ok(id)
    })
}

fn open(w: &World, code: &'static str) -> StoreId {
    let brand = w.brand;
    w.write(move |tx| store::create(tx, brand, "system", code, code, "store", None))
}

fn meet(w: &World, person: PersonId, staff: StaffId) {
    let brand = w.brand;
    w.write(move |tx| guide::meet(tx, brand, person, staff, "live_code"));
}

/// Sets the guide as somebody; the code of the refusal, if it was refused.
fn set(w: &World, who: &Staff, person: PersonId, to: Option<StaffId>) -> Option<&'static str> {
    let who = who.clone();
    w.db.write_now(move |tx| guide::set(tx, &who, person, to).map(drop)).err().map(|p| p.code.facts().0)
}

fn guide_of(w: &World, person: PersonId) -> Option<StaffId> {
    w.one(&format!("select guide_id from person where id = {}", person.n()))
}

/// The history: from, to, why and who said so.
fn history(w: &World) -> Vec<String> {
    w.all::<(String, Option<String>)>("select props, actor from event where name = 'person.guide_changed' order by id")
        .into_iter()
        .map(|(props, actor)| {
            let p: serde_json::Value = serde_json::from_str(&props).unwrap();
            let id = |key: &str| p[key].as_str().unwrap_or("-").to_string();
            format!("{} {} {} {} {}", id("from"), id("to"), id("name"), id("reason"), actor.unwrap_or("-".into()))
        })
        .collect()
}

#[test]
fn the_first_guide_stays_until_people_change_it_and_the_history_tells() {
    each_engine(|db| {
        let w = World::new(&db);
        let (ann, jia, yi) = (w.resolve(&[("user_id", "ann")]), hire(&w, "甲", &[]), hire(&w, "乙", &[]));
        let hq = Staff::system(w.brand);
        meet(&w, ann, jia);
        meet(&w, ann, yi);
        assert_eq!((guide_of(&w, ann), history(&w)), (Some(jia), vec![format!("- {jia} 甲 live_code -")]));
        let (status, body) = w.ask("GET", &format!("/api/v1/persons/{ann}"), None);
        assert_eq!((status, &body["guide"]), (200, &json!({"id": jia, "name": "甲", "active": true, "since_at": START})));

        w.at(START + 1000);
        let (status, body) = w.ask("PUT", &format!("/api/v1/persons/{ann}/guide"), Some(json!({"guide_id": yi})));
        assert_eq!((status, &body["guide"]["name"], &body["guide"]["since_at"]), (200, &json!("乙"), &json!(START + 1000)));
        // The same once more is no news; nobody is possible; strangers and those who left are not.
        assert_eq!((set(&w, &hq, ann, Some(yi)), history(&w).len()), (None, 2));
        assert_eq!((set(&w, &hq, ann, None), guide_of(&w, ann)), (None, None));
        let left = hire(&w, "丙", &[]);
        w.write(move |tx| tx.exec("update staff set active = 0 where id = $1", params![left]));
        assert_eq!((set(&w, &hq, ann, Some(left)), set(&w, &hq, ann, Some(StaffId::new(9)))), (Some("not_found"), Some("not_found")));
        assert_eq!((guide_of(&w, ann), history(&w).len()), (None, 3));
        assert!(history(&w)[2].starts_with(&format!("{yi} - - console ")), "{:?}", history(&w));
    });
}

#[test]
fn nobody_reaches_over_the_border_of_their_stores_and_guides_take_only_whom_nobody_has() {
    each_engine(|db| {
        let w = World::new(&db);
        let (north, south) = (open(&w, "N"), open(&w, "S"));
        let (jia, yi, bing) = (hire(&w, "甲", &[north]), hire(&w, "乙", &[north]), hire(&w, "丙", &[south]));
        let [ann, bob] = [("ann", north), ("bob", south)].map(|(name, store)| {
            let id = w.resolve(&[("user_id", name)]);
            w.write(move |tx| person::set_store(tx, id, store));
            id
        });
        let as_one = |role, id| Staff { role, id, actor: "somebody".into(), stores: Some(vec![north]), ..Staff::system(w.brand) };
        let (manager, guide) = (as_one(Role::StoreManager, None), as_one(Role::Guide, Some(jia)));
        // The other store's customer is not there for them, and neither is its guide.
        assert_eq!((set(&w, &manager, bob, Some(jia)), set(&w, &manager, ann, Some(bing))), (Some("not_found"), Some("not_found")));
        assert_eq!((set(&w, &guide, ann, Some(yi)), history(&w)), (Some("forbidden"), vec![]));
        assert_eq!((set(&w, &guide, ann, Some(jia)), guide_of(&w, ann)), (None, Some(jia)));
        assert_eq!((set(&w, &manager, ann, Some(yi)), guide_of(&w, ann)), (None, Some(yi)));
        assert_eq!((set(&w, &guide, ann, Some(jia)), set(&w, &guide, ann, None), guide_of(&w, ann)), (Some("forbidden"), Some("forbidden"), Some(yi)));
        meet(&w, bob, bing);

        let (_, found) = w.ask("GET", "/api/v1/guides", None);
        let rows: Vec<_> = found["items"].as_array().unwrap().iter().map(|g| (g["name"].clone(), g["persons"].clone())).collect();
        let expected = [("丙", 1), ("乙", 1), ("甲", 0)].map(|(name, n)| (json!(name), json!(n)));
        assert!(rows.len() == 3 && expected.iter().all(|e| rows.contains(e)), "{rows:?}");
        let total = |query: &str| w.ask("GET", &format!("/api/v1/persons?guide={query}"), None).1["total"].clone();
        assert_eq!((total(&yi.to_string()), total(&jia.to_string()), total("none")), (json!(1), json!(0), json!(0)));
        assert_eq!(w.ask("GET", "/api/v1/persons?guide=x", None).0, 400);
    });
}

fn members(w: &World, id: SegmentId) -> Vec<PersonId> {
    w.live();
    w.all(&format!("select person_id from segment_member where segment_id = {} order by person_id", id.n()))
}

fn segment(w: &World, name: &'static str, rule: serde_json::Value) -> SegmentId {
    let (brand, rule) = (w.brand, serde_json::from_value(rule).unwrap());
    let id = w.write(move |tx| segment::create(tx, brand, name, None, &rule, "test"));
    w.live();
    id
}

#[test]
fn segments_follow_the_guide_through_merges_and_partings() {
    each_engine(|db| {
        let w = World::new(&db);
        let (brand, hq) = (w.brand, Staff::system(w.brand));
        let (ann, bob, eve) = (w.resolve(&[("user_id", "ann")]), w.resolve(&[("email", "b@x.cn")]), w.resolve(&[("phone", "13800138000")]));
        let (jia, yi) = (hire(&w, "甲", &[]), hire(&w, "乙", &[]));
        let (with, mine) = (segment(&w, "with", json!({"bound": {"kind": "guide"}})), segment(&w, "mine", json!({"guide": {"any": [yi]}})));
        let sold = segment(&w, "sold", json!({"bound": {"kind": "promoter"}}));
        meet(&w, bob, yi);
        assert_eq!((members(&w, with), members(&w, mine), members(&w, sold)), (vec![bob], vec![bob], vec![]));
        // Who had none has the other's from the merge on.
        let one = w.write(move |tx| {
            let why = Why { reason: "the same", actor: Some("stf"), ..Why::default() };
            identity::join(tx, brand, ann, bob, &why)
        });
        let one = one.unwrap();
        assert_eq!((guide_of(&w, one), members(&w, with), members(&w, mine)), (Some(yi), vec![one], vec![one]));
        assert_eq!(set(&w, &hq, one, Some(jia)), None);
        assert_eq!((members(&w, with), members(&w, mine)), (vec![one], vec![]));
        for (segment, live, batch) in audited(&w, one) {
            assert_eq!(live, batch, "{segment}");
        }
        // Parted again, each has what was its own: the change by hand was the winner's.
        w.write(move |tx| {
            let cut = tx.one("select id from person_merge where undone_at is null", &[])?;
            identity::unmerge(tx, brand, cut, "two", Some("stf")).map(drop)
        });
        let other = if one == ann { bob } else { ann };
        let (own, others) = if one == bob { (Some(jia), None) } else { (Some(jia), Some(yi)) };
        assert_eq!((guide_of(&w, one), guide_of(&w, other)), (own, others));
        let mut both: Vec<PersonId> = [(one, own), (other, others)].into_iter().filter(|p| p.1.is_some()).map(|p| p.0).collect();
        both.sort();
        assert_eq!((members(&w, with), members(&w, mine)), (both, others.map(|_| other).into_iter().collect()));
        let (_, why) = w.ask("GET", &format!("/api/v1/segments/{with}/why/{one}"), None);
        assert_eq!((&why["in"], &why["node"]["says"]["value"]), (&json!(true), &json!(jia)));
        assert_eq!((set(&w, &hq, one, None), guide_of(&w, one)), (None, None));
        assert!(!members(&w, with).contains(&one) && !members(&w, with).contains(&eve));
        // To nobody empties every subject: no guide comes up from behind.
        meet(&w, ann, jia);
        meet(&w, bob, yi);
        let again = w.write(move |tx| {
            let why = Why { reason: "the same after all", actor: Some("stf"), ..Why::default() };
            identity::join(tx, brand, ann, bob, &why)
        });
        let again = again.unwrap();
        assert_eq!((set(&w, &hq, again, None), guide_of(&w, again), members(&w, with)), (None, None, vec![]));
    });
}

fn audited(w: &World, person: PersonId) -> Vec<audit::Finding> {
    let pool = w.live.get(w.brand).unwrap();
    for _ in 0..2_000 {
        w.live();
        if let Some(found) = audit::person_of(&pool, &w.db, person).unwrap() {
            return found;
        }
    }
    panic!("events were always still to be read");
}
