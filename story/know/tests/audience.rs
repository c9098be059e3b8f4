//! An audience is a condition in SQL: what people type into it stays a value.
mod common;

use common::*;
use weir_ground::base::Id;
use weir_ground::event::PersonId;
use weir_ground::params;
use weir_ground::testing::each_engine;
use weir_know::{Audience, Stage, tag};

fn of(w: &World, audience: &Audience) -> Vec<PersonId> {
    let (brand, condition) = (w.brand, audience.sql().unwrap());
    let sql = format!("select p.id from person p where p.brand_id = $1 and {condition} order by p.id");
    w.db.read_now(move |tx| tx.all(&sql, params![brand])).unwrap()
}

fn tagged(tags: &[&str]) -> Audience {
    Audience { tags: tags.iter().map(|t| t.to_string()).collect(), ..Audience::default() }
}

#[test]
fn within_a_list_any_fits_and_between_lists_all_must() {
    each_engine(|db| {
        let w = World::new(&db);
        let brand = w.brand;
        let [a, b, c] = ["13800000001", "13800000002", "13800000003"].map(|p| w.resolve(&[("phone", p)]));
        let gone = w.resolve(&[("openid", "o-1")]);
        assert_eq!(w.merge(b, gone), Some(b));
        w.write(move |tx| {
            for (person, stage, touchpoint, store) in [(a, "new", 71, 81), (b, "silent", 71, 82), (c, "silent", 72, 82)] {
                tx.exec(
                    "update person set stage = $1, touchpoint_id = $2, store_id = $3 where id = $4",
                    params![stage, touchpoint, store, person],
                )?;
            }
            tag::add(tx, brand, a, "tea", "test", None)?;
            tag::add(tx, brand, gone, "coffee", "test", None)
        });
        let ask = |stages: &[Stage], touchpoints: &[i64], stores: &[i64], tags: &[&str]| {
            of(&w, &Audience {
                stages: stages.to_vec(),
                touchpoints: touchpoints.iter().map(|n| Id::new(*n)).collect(),
                stores: stores.iter().map(|n| Id::new(*n)).collect(),
                ..tagged(tags)
            })
        };
        assert_eq!(ask(&[], &[], &[], &[]), [a, b, c], "everybody, and nobody twice");
        assert_eq!(ask(&[Stage::Silent], &[], &[], &[]), [b, c]);
        assert_eq!(ask(&[Stage::Silent, Stage::New], &[71], &[], &[]), [a, b]);
        assert_eq!(ask(&[Stage::Silent], &[71, 72], &[82], &[]), [b, c]);
        assert_eq!(ask(&[Stage::New], &[72], &[], &[]), []);
        // The tag of a merged person counts for the one that stayed.
        assert_eq!(ask(&[], &[], &[], &["coffee", "tea"]), [a, b]);
        assert_eq!(ask(&[Stage::Silent], &[], &[], &["coffee"]), [b]);
    });
}

#[test]
fn hostile_tags_stay_tags() {
    each_engine(|db| {
        let w = World::new(&db);
        let brand = w.brand;
        let (a, b) = (w.resolve(&[("phone", "13800000001")]), w.resolve(&[("phone", "13800000002")]));
        let hostile = [
            "o'clock", "'", "''", "') or 1=1 --", "a\\' or 1=1 --", "\\", "x') or ('1'='1", "%", "_", "\"", ";drop table person;--",
            "E'\\x41'", "/* ", "--", "?1", ":a", "@a", "茶叶'", "a\nb",
        ];
        for t in hostile {
            assert_eq!(of(&w, &tagged(&[t])), [], "nobody has {t:?} yet");
            w.write(move |tx| tag::add(tx, brand, a, t, "test", None));
            assert_eq!(of(&w, &tagged(&[t])), [a], "{t:?} is on one person");
        }
        assert_eq!(of(&w, &tagged(&hostile)), [a]);
        assert_eq!((w.stage(b).as_str(), w.one::<i64>("select count(*) from tag")), ("prospect", hostile.len() as i64));
        for t in ["$1", "a$b", "zero\0"] {
            let refused = tagged(&[t]).sql().unwrap_err();
            assert_eq!(refused.errors[0].field, "audience.tags", "{t:?}");
        }
        assert!(tagged(&vec!["x"; 1001]).sql().is_err());
    });
}
