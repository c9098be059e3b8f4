//! Erasing: a long history goes in pieces, the receipt waits for readers and columns, refunds of later
//! still count, and a value comes back only by its owner's own act.
mod common;
use common::{World, tick};
use std::sync::Arc;
use weir_ground::base::{Code, ids::SegmentId};
use weir_ground::event::PersonId;
use weir_ground::testing::{START, each_engine};
use weir_ground::timer::{self, Due, Handler};
use weir_ground::{Fact, Tx};
use weir_keep::Staff;
use weir_know::identity;
use weir_know::person::erase::{self, Chapters, suppress};
use weir_know::segment::{self, rule::Rule};

const NONE: Chapters = Chapters(&[]);

fn erased(w: &World, person: PersonId) {
    let who = Staff::system(w.brand);
    w.write(move |tx| erase::erase(tx, &who, person, "asked", NONE));
}

/// Fires what is due now.
fn fire(w: &World) {
    tick(&w.db);
    let go_on = |tx: &mut Tx, due: &Due| erase::on_timer(tx, due, NONE);
    let handlers = [(erase::TIMER, Arc::new(go_on) as Handler)];
    timer::fire(&w.db, &Arc::new(handlers.into_iter().collect())).unwrap();
}

fn finished(w: &World) -> i64 {
    w.one("select count(*) from erasure where finished_at is not null and work is null")
}

fn resolve(w: &World, kind: &'static str, value: &'static str, source: &'static str) -> weir_ground::base::Result<PersonId> {
    let brand = w.brand;
    w.db.write_now(move |tx| identity::resolve(tx, brand, &[(kind, value)], source))
}

#[test]
fn a_long_history_goes_in_pieces_and_the_receipt_waits() {
    each_engine(|db| {
        let w = World::new(&db);
        let (a, b) = (w.resolve(&[("phone", "13800138000"), ("visitor", "v-1")]), w.resolve(&[("user_id", "u-1")]));
        let other = w.resolve(&[("phone", "13800138001")]);
        let order = w.order(a, START - 5_000, 900);
        w.order(other, START - 4_000, 100);
        let root = w.merge(a, b).unwrap();
        let brand = w.brand;
        w.write(move |tx| {
            for n in 0..1_300 {
                let props = format!(r#"{{"colour":"MARK{}"}}"#, n % 7);
                let (who, key) = (if n % 2 == 0 { a } else { b }, format!("seg:{n}"));
                let _ = tx.record(&Fact::new(brand, "Viewed", START - n).person(who).source("segment").props(&props).dedupe(&key))?;
            }
            Ok(())
        });
        let rule: Rule = serde_json::from_value(serde_json::json!({ "not": { "tag": { "any": ["nobody"] } } })).unwrap();
        let id: SegmentId = w.write(move |tx| segment::create(tx, brand, "all", None, &rule, "system"));
        w.live();
        let inside = |p: PersonId| w.one::<i64>(&format!("select count(*) from segment_member where segment_id = {} and person_id = {}", id.n(), p.n()));
        assert_eq!((inside(root), inside(other)), (1, 1));
        erased(&w, root);
        let left = |w: &World| w.one::<i64>("select count(*) from event where props like '%MARK%' or dedupe is not null");
        fire(&w);
        assert_eq!((left(&w), finished(&w)), (0, 0), "columns and readers are not past it");
        assert_eq!(inside(root), 1, "segments are left by the follower");
        w.live();
        assert_eq!((inside(root), inside(other)), (0, 1));
        for _ in 0..3 {
            w.db.set_clock(w.db.now() + 1_000);
            fire(&w);
        }
        assert_eq!(finished(&w), 1);
        let entered_left: Vec<String> =
            w.all(&format!("select name from event where name like 'segment.%' and name <> 'segment.changed' and person_id = {} order by id", root.n()));
        assert_eq!(entered_left, ["segment.entered", "segment.left"]);
        let counts: String = w.one("select counts from erasure");
        let counts: serde_json::Value = serde_json::from_str(&counts).unwrap();
        assert!(counts["events"].as_i64() >= Some(1_300), "{counts}");
        assert_eq!(w.one::<i64>(&format!("select count(*) from event where name = 'Viewed' and person_id in ({}, {})", a.n(), b.n())), 1_300, "tombstones");
        // What happens to the money later still counts, and says nothing.
        w.refund(order, 900);
        w.settle();
        let (orders, refunded): (i64, i64) = w.one(&format!("select orders, refunded from person where id = {}", root.n()));
        assert_eq!((orders, refunded), (0, 900));
        assert_eq!(w.one::<i64>(&format!("select count(*) from person where root_id = {} and (name is not null or phone is not null)", root.n())), 0);
        // A lake that is read anew does not bring them back.
        let fresh = weir_know::live::Live::default();
        weir_know::live::catch_up(&fresh, &w.db, |_| {}).unwrap();
        let pool = fresh.get(w.brand).unwrap();
        let state = pool.read();
        let s = state.people.find(root.n()).unwrap();
        assert!(!state.people.is_root(s) && state.timeline(s, |v| v.len()) <= 1_300 && state.people.persons() == 1);
    });
}

#[test]
fn who_was_erased_comes_back_only_by_their_own_act() {
    each_engine(|db| {
        let w = World::new(&db);
        let a = w.resolve(&[("phone", "13800138000"), ("email", "a@b.cn")]);
        erased(&w, a);
        for source in ["import", "sync", "console", "segment", "sensors"] {
            let refused = resolve(&w, "phone", "13800138000", source).unwrap_err();
            assert!(suppress::is_refusal(&refused), "{source}: {refused}");
        }
        assert_eq!(w.one::<i64>("select count(*) from person where erased_at is null"), 0, "refusals left nothing");
        let who = Staff::system(w.brand);
        let twice = w.db.write_now(move |tx| erase::erase(tx, &who, a, "again", NONE)).unwrap_err();
        assert_eq!(twice.code, Code::Gone);
        let back = resolve(&w, "phone", "13800138000", "mall").unwrap();
        assert_ne!(back, a);
        assert_eq!(resolve(&w, "phone", "13800138000", "import").unwrap(), back);
        assert!(resolve(&w, "email", "a@b.cn", "import").is_err(), "what she did not come with stays forgotten");
        let elsewhere = World::with(&w.db, "rice", "Asia/Shanghai", Default::default());
        assert!(resolve(&elsewhere, "email", "a@b.cn", "import").is_ok(), "another brand knows nothing of it");
        let who = Staff::system(elsewhere.brand);
        assert_eq!(w.db.write_now(move |tx| erase::erase(tx, &who, back, "ours", NONE)).unwrap_err().code, Code::NotFound);
    });
}
