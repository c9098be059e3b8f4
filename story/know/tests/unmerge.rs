//! A merge can be taken back: every person is then exactly as if it had never been.
mod common;

use common::*;
use std::collections::BTreeMap;
use weir_ground::base::ids::MergeId;
use weir_ground::event::PersonId;
use weir_ground::testing::{START, each_engine};
use weir_ground::{Db, params};
use weir_know::identity::{self, Why, own};
use weir_know::person::{self, Traits};
use weir_know::{consent, tag};

/// A small generator, so that a failure repeats.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

/// Everything that is stored about persons, as text: rows of person, identities, tags, consents and timers.
fn snapshot(w: &World) -> BTreeMap<String, Vec<String>> {
    w.db.read_now(|tx| {
        let mut out = BTreeMap::new();
        let own: Vec<&str> = own::COLUMNS.iter().map(|c| c.0).collect();
        let text = |c: &str| format!("coalesce(cast({c} as text), '-')");
        let columns = |names: &[&str]| names.iter().map(|c| text(c)).collect::<Vec<_>>().join(" || '|' || ");
        let person = [&["id", "root_id", "merged", "created_at"][..], &own].concat();
        for (table, names) in [
            ("person", &person[..]),
            ("person_own", &["person_id"]),
            ("identity", &["kind", "value", "person_id", "strong", "inert", "created_at", "bound_at"]),
            ("tag", &["person_id", "tag", "source", "at"]),
            ("consent", &["person_id", "purpose", "channel", "status", "at"]),
            ("consent_now", &["person_id", "purpose", "channel", "status", "consent_id", "at"]),
            ("timer", &["kind", "key", "due_at"]),
        ] {
            let sql = format!("select {} from {table}", columns(names));
            let mut rows: Vec<String> = tx.all(&sql, &[])?;
            rows.sort();
            out.insert(table.to_string(), rows);
        }
        Ok(out)
    })
    .unwrap()
}

fn assert_same(before: &BTreeMap<String, Vec<String>>, after: &BTreeMap<String, Vec<String>>) {
    for (table, rows) in before {
        let (a, b): (Vec<_>, Vec<_>) = (rows.iter().filter(|r| !after[table].contains(r)).collect(), after[table].iter().filter(|r| !rows.contains(r)).collect());
        assert!(a.is_empty() && b.is_empty(), "{table}: before {:#?} after {:#?}", &a[..a.len().min(5)], &b[..b.len().min(5)]);
    }
}

/// Persons with different lives: orders, refunds, tags, consents, traits; some are anonymous.
fn people(w: &World, n: usize, dice: &mut Dice) -> Vec<PersonId> {
    let brand = w.brand;
    let mut all = vec![];
    for i in 0..n {
        tick(&w.db);
        let id = w.write(move |tx| {
            let (openid, visitor) = (format!("o-{i}"), format!("v-{i}"));
            let given = if i % 5 == 0 { vec![("visitor", visitor.as_str())] } else { vec![("openid", openid.as_str()), ("visitor", visitor.as_str())] };
            identity::resolve(tx, brand, &given, "test")
        });
        if dice.roll(2) == 0 {
            let (name, mark) = (format!("客{i}"), dice.roll(3));
            w.write(move |tx| {
                let portrait = [("gender".to_string(), Some(["f", "m", "x"][mark].to_string()))].into();
                let traits = Traits { name: Some(name.clone()), portrait, ..Traits::default() };
                person::describe(tx, brand, id, &traits, None)?;
                tag::add(tx, brand, id, ["vip", "tea", "new"][mark], "manual", None)
            });
        }
        for _ in 0..dice.roll(3) {
            w.consent(id, ["inbox", "email", "sms"][dice.roll(3)], ["granted", "withdrawn", "denied"][dice.roll(3)]);
        }
        for _ in 0..dice.roll(4) {
            let order = w.order(id, START - 86_400_000 * (1 + dice.roll(300) as i64), 100 * (1 + dice.roll(50) as i64));
            if dice.roll(4) == 0 {
                w.refund(order, 50);
            }
        }
        all.push(id);
    }
    w.settle();
    all
}

fn standing_merges(w: &World) -> Vec<MergeId> {
    w.all("select id from person_merge where undone_at is null order by id")
}

fn join(w: &World, a: PersonId, b: PersonId) {
    let brand = w.brand;
    w.write(move |tx| identity::join(tx, brand, a, b, &Why { reason: "test", by: None, actor: Some("stf_test") })).unwrap();
}

fn part(w: &World, id: MergeId) {
    part_all(w, vec![id]);
}

fn part_all(w: &World, ids: Vec<MergeId>) {
    let brand = w.brand;
    w.write(move |tx| {
        for id in &ids {
            identity::unmerge(tx, brand, *id, "test", None)?;
        }
        Ok(())
    });
}

fn shuffle<T>(list: &mut [T], dice: &mut Dice) {
    for i in (1..list.len()).rev() {
        list.swap(i, dice.roll(i + 1));
    }
}

#[test]
fn a_thousand_random_merges_leave_no_trace_when_they_are_taken_back() {
    each_engine(|db: Db| {
        let (w, mut dice) = (World::new(&db), Dice(11));
        let all = people(&w, 300, &mut dice);
        let before = snapshot(&w);
        assert!(before["timer"].len() > 50 && before["consent_now"].len() > 100);
        let mut merges = 0;
        while merges < 1_000 {
            tick(&db);
            let mut standing = standing_merges(&w);
            // Now and then some are taken back in between, so that persons are merged anew otherwise.
            if standing.len() > 250 {
                shuffle(&mut standing, &mut dice);
                standing.truncate(150);
                part_all(&w, standing);
            }
            let pairs: Vec<_> = (0..40).map(|_| (all[dice.roll(all.len())], all[dice.roll(all.len())])).collect();
            let brand = w.brand;
            w.write(move |tx| {
                for (a, b) in &pairs {
                    let _ = identity::join(tx, brand, *a, *b, &Why { reason: "test", by: None, actor: Some("stf_test") })?;
                }
                Ok(())
            });
            merges = w.one::<i64>("select count(*) from person_merge");
        }
        let roots: i64 = w.one("select count(*) from person where root_id = id");
        assert_eq!(roots, 300 - standing_merges(&w).len() as i64, "joins are a forest");
        assert!(roots < 200);
        let mut standing = standing_merges(&w);
        shuffle(&mut standing, &mut dice);
        part_all(&w, standing);
        assert_same(&before, &snapshot(&w));
    });
}

#[test]
fn what_happens_meanwhile_follows_the_identity_it_came_with() {
    each_engine(|db: Db| {
        // Two brands live the same life; one of them with merges that are taken back at the end.
        let (w, twin) = (World::new(&db), World::with(&db, "twin", "Asia/Shanghai", Default::default()));
        let mut lives = vec![];
        for world in [&w, &twin] {
            db.set_clock(START);
            let all = people(world, 60, &mut Dice(5));
            let mut dice = Dice(6);
            for step in 0..120 {
                db.set_clock(START + (step + 1) * 40 * 86_400_000 / 20);
                let now = db.now();
                world.at(now);
                let (a, b) = (all[dice.roll(all.len())], all[dice.roll(all.len())]);
                if world.brand == w.brand && step % 2 == 0 {
                    join(world, a, b);
                }
                let (brand, mark) = (world.brand, dice.roll(3));
                match dice.roll(6) {
                    0 => {
                        let order = world.order(a, now, 500);
                        if mark == 0 {
                            world.refund(order, 500);
                        }
                    }
                    1 => world.consent(b, ["inbox", "email", "sms"][mark], ["granted", "withdrawn", "denied"][dice.roll(3)]),
                    2 => {
                        let region = Some(format!("r{mark}"));
                        world.write(move |tx| {
                            person::describe(tx, brand, b, &Traits { name: Some(format!("n{step}")), portrait: [("region".to_string(), region.clone())].into(), ..Traits::default() }, None)
                        });
                    }
                    3 => world.write(move |tx| person::seen(tx, a, now, None)),
                    4 => world.write(move |tx| person::joined(tx, brand, b, now)),
                    _ => {
                        let tablet = format!("tablet-{step}");
                        world.write(move |tx| identity::resolve(tx, brand, &[("openid", &format!("o-{}", 1 + mark)), ("visitor", &tablet)], "test"));
                    }
                }
                world.settle();
            }
            loop {
                let standing = standing_merges(world);
                if standing.is_empty() {
                    break;
                }
                part(world, standing[dice.roll(standing.len())]);
            }
            lives.push(all);
        }
        let names: Vec<&str> = own::COLUMNS.iter().map(|c| c.0).filter(|c| *c != "store_id").collect();
        let columns = names.iter().map(|c| format!("coalesce(cast({c} as text), '-')")).collect::<Vec<_>>().join(" || '|' || ");
        for (a, b) in lives[0].iter().zip(&lives[1]) {
            let of = |id: PersonId| {
                let row: String = w.one(&format!("select {columns} from person where id = {} and root_id = id and merged = 0", id.n()));
                let said: Vec<String> = w.all(&format!("select purpose || channel || status || at from consent_now where person_id = {} order by purpose, channel", id.n()));
                let timers: Vec<i64> = w.all(&format!("select due_at from timer where key = {} and kind like 'stage%'", id.n()));
                let bound: Vec<String> = w.all(&format!("select kind || value from identity where person_id = {} order by kind, value", id.n()));
                (row, said, timers, bound)
            };
            assert_eq!(of(*a), of(*b));
        }
        assert!(w.one::<i64>("select count(*) from event where name = 'person.stage_changed'") > 100);
    });
}

#[test]
fn the_order_of_merges_does_not_matter() {
    each_engine(|db: Db| {
        let w = World::new(&db);
        let mut dice = Dice(3);
        let all = people(&w, 24, &mut dice);
        let mut pairs: Vec<(PersonId, PersonId)> = (0..18).map(|_| (all[dice.roll(24)], all[dice.roll(24)])).collect();
        let mut seen: Option<Vec<String>> = None;
        let columns = own::COLUMNS.iter().map(|c| format!("coalesce(cast({} as text), '-')", c.0)).collect::<Vec<_>>().join(" || '|' || ");
        for _ in 0..6 {
            shuffle(&mut pairs, &mut dice);
            for (a, b) in &pairs {
                join(&w, *a, *b);
            }
            let rows: Vec<String> = w.all(&format!("select id || '|' || root_id || '|' || {columns} from person where root_id = id order by id"));
            let said: Vec<String> = w.all("select person_id || purpose || channel || status from consent_now order by person_id, purpose, channel");
            let now: Vec<String> = rows.into_iter().chain(said).collect();
            assert_eq!(seen.get_or_insert_with(|| now.clone()), &now);
            for id in standing_merges(&w) {
                part(&w, id);
            }
        }
    });
}

#[test]
fn a_merge_keeps_the_stricter_consent_until_a_newer_grant() {
    each_engine(|db: Db| {
        let w = World::new(&db);
        let (a, b) = (w.resolve(&[("openid", "a")]), w.resolve(&[("openid", "b")]));
        w.consent(a, "sms", "withdrawn");
        tick(&db);
        w.consent(b, "sms", "granted");
        w.consent(b, "inbox", "granted");
        tick(&db);
        join(&w, a, b);
        let holds = |p: PersonId| -> Vec<(String, String)> {
            let all = db.read_now(move |tx| consent::of(tx, p)).unwrap();
            all.into_iter().map(|c| (c.channel, c.status)).collect()
        };
        let pair = |c: &str, s: &str| (c.to_string(), s.to_string());
        assert_eq!(holds(a), [pair("inbox", "granted"), pair("sms", "withdrawn")]);
        tick(&db);
        w.consent(b, "sms", "granted");
        assert_eq!(holds(a), [pair("inbox", "granted"), pair("sms", "granted")]);
        part(&w, standing_merges(&w)[0]);
        assert_eq!((holds(a), holds(b)), (vec![pair("sms", "withdrawn")], vec![pair("inbox", "granted"), pair("sms", "granted")]));
    });
}

#[test]
fn what_people_parted_no_rule_joins_again() {
    each_engine(|db: Db| {
        let w = World::new(&db);
        let brand = w.brand;
        let (a, b) = (w.resolve(&[("phone", "13800000001")]), w.resolve(&[("openid", "o")]));
        assert_eq!(w.resolve(&[("phone", "13800000001"), ("openid", "o")]), a);
        let id = standing_merges(&w)[0];
        let parted = w.write(move |tx| identity::unmerge(tx, brand, id, "two people", Some("stf_x")));
        assert_eq!((parted.stays, parted.leaves, parted.members), (a, b, vec![b]));
        let props: String = w.one("select props from event where name = 'person.unmerged'");
        assert_eq!(props, format!(r#"{{"winner":"{a}","loser":"{b}","reason":"two people","members":["{b}"]}}"#));
        // The evidence comes again: nobody is joined. A second unmerge is refused.
        w.resolve(&[("phone", "13800000001"), ("openid", "o")]);
        assert_eq!((w.find("openid", "o"), standing_merges(&w).len()), (Some(b), 0));
        let refused = db.write_now(move |tx| identity::unmerge(tx, brand, id, "again", None));
        assert!(refused.is_err());
        // People may change their mind.
        join(&w, a, b);
        assert_eq!(w.find("openid", "o"), Some(a));
        assert_eq!(w.one::<i64>("select count(*) from person_apart"), 0);
    });
}

#[test]
fn every_column_of_a_person_has_a_rule() {
    each_engine(|db: Db| {
        let w = World::new(&db);
        let columns: Vec<String> = w.db.read_now(|tx| match tx.engine() {
            weir_ground::db::Engine::Sqlite => tx.all("select name from pragma_table_info('person')", &[]),
            weir_ground::db::Engine::Postgres => {
                tx.all("select cast(column_name as text) from information_schema.columns where table_name = $1", params!["person"])
            }
        }).unwrap();
        let mut ruled: Vec<&str> = own::COLUMNS.iter().map(|c| c.0).chain(["id", "brand_id", "root_id", "merged", "created_at", "erased_at"]).collect();
        let mut columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        (ruled.sort(), columns.sort());
        assert_eq!(ruled, columns);
    });
}
