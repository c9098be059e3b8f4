//! Stages: flipped by events at once, and by the clock exactly at the start of the brand's day.
mod common;

use common::*;
use serde_json::json;
use weir_ground::base::time::{DAY, HOUR};
use weir_ground::testing::{START, each_engine};
use weir_keep::brand::{self, EditBrand};
use weir_keep::{Settings, Staff};

fn days(silent: i64, churned: i64) -> Settings {
    Settings { silent_days: silent, churned_days: churned, ..Settings::default() }
}

fn step(from: &str, to: &str, cause: &str) -> (String, String, String) {
    (from.into(), to.into(), cause.into())
}

fn edit(w: &World, settings: Settings, timezone: Option<&str>) {
    let (who, edit) = (Staff::system(w.brand), EditBrand { name: None, timezone: timezone.map(str::to_string), settings: Some(settings) });
    w.write(move |tx| brand::edit(tx, &who, &edit));
}

#[test]
fn a_paid_order_moves_the_person_at_once() {
    each_engine(|db| {
        let w = World::new(&db);
        let person = w.resolve(&[("phone", "13800000001")]);
        w.consent(person, "inbox", "granted");
        w.order(person, START - 2 * HOUR, 10_000);
        w.settle();
        assert_eq!(w.stage(person), "first_order");
        w.order(person, START - HOUR, 5_000);
        // Known only now, bought long ago: the earlier order is the first one.
        w.order(person, START - 3 * DAY, 700);
        w.settle();
        let facts: (i64, i64, i64, i64, String) = w.one("select orders, paid, first_order_at, last_order_at, stage from person");
        assert_eq!(facts, (3, 15_700, START - 3 * DAY, START - HOUR, "repurchase".into()));
        let moves = [step("prospect", "new", "event"), step("new", "first_order", "event"), step("first_order", "repurchase", "event")];
        assert_eq!(w.moves(person), moves);
        // The reader has moved on: nothing is counted twice.
        w.settle();
        assert_eq!(w.one::<i64>("select orders from person"), 3);
    });
}

/// The stage changes with the first instant of the brand's civil day, neither before nor after:
/// where a day has 23 hours, and where a day begins at one o'clock because midnight is skipped.
#[test]
fn the_clock_moves_the_person_at_the_start_of_the_civil_day() {
    each_engine(|db| {
        let zones = [("Asia/Shanghai", 7, 14), ("America/New_York", 7, 14), ("Asia/Beirut", 26, 40), ("UTC", 1, 2)];
        for (i, (zone, silent, churned)) in zones.into_iter().enumerate() {
            let w = World::with(&db, &format!("b{i}"), zone, days(silent, churned));
            w.at(START);
            let person = w.resolve(&[("phone", "13800000001")]);
            let last = local(zone, "2026-03-02 00:30");
            w.order(person, last, 10_000);
            w.settle();
            let day = |n: i64| {
                let date = weir_ground::base::Day::parse("2026-03-02").unwrap();
                local(zone, &weir_ground::base::Day(date.0 + n as i32).to_string())
            };
            let (first, second) = (day(silent + 1), day(churned + 1));
            w.at(first - 1);
            assert_eq!(w.stage(person), "first_order", "{zone}");
            w.at(first);
            assert_eq!(w.stage(person), "silent", "{zone}");
            w.at(second - 1);
            assert_eq!(w.stage(person), "silent", "{zone}");
            w.at(second);
            assert_eq!(w.stage(person), "churned", "{zone}");
            let moves = [step("prospect", "first_order", "event"), step("first_order", "silent", "timer"), step("silent", "churned", "timer")];
            assert_eq!(w.moves(person), moves);
            let times: Vec<i64> = w.all(&format!(
                "select at from event where name = 'person.stage_changed' and person_id = {} order by id", person.n()
            ));
            assert_eq!(times[1..], [first, second]);
            assert_eq!(w.one::<i64>(&format!("select count(*) from timer where key = {}", person.n())), 0);
            // An order wakes the person up again.
            w.order(person, second + HOUR, 500);
            w.at(second + HOUR);
            w.settle();
            assert_eq!(w.stage(person), "repurchase", "{zone}");
        }
        // 00:30 local on 2 March plus eight days, over the change to summer time on 8 March.
        assert_eq!(local("America/New_York", "2026-03-10"), weir_ground::base::time::parse_instant("2026-03-10T04:00:00Z").unwrap());
        // Beirut skips midnight of 29 March: the day begins at one o'clock.
        assert_eq!(local("Asia/Beirut", "2026-03-29"), weir_ground::base::time::parse_instant("2026-03-28T22:00:00Z").unwrap());
    });
}

#[test]
fn a_server_that_slept_makes_up_for_every_edge() {
    each_engine(|db| {
        let w = World::with(&db, "b", "UTC", days(7, 14));
        let person = w.resolve(&[("phone", "13800000001")]);
        w.order(person, START, 10_000);
        w.settle();
        w.at(START + 100 * DAY);
        let midnight = START - START % DAY;
        let times: Vec<i64> = w.all("select at from event where name = 'person.stage_changed' order by id");
        assert_eq!(times, [START, midnight + 8 * DAY, midnight + 15 * DAY]);
        let row: (String, i64) = w.one("select stage, stage_since from person");
        assert_eq!(row, ("churned".into(), midnight + 15 * DAY));
    });
}

#[test]
fn the_only_order_sent_back_makes_the_person_new_again() {
    each_engine(|db| {
        let w = World::new(&db);
        let person = w.resolve(&[("phone", "13800000001")]);
        w.consent(person, "inbox", "granted");
        let order = w.order(person, START - HOUR, 10_000);
        w.settle();
        w.refund(order, 4_000);
        w.settle();
        // A part of it changes the money and not the stage.
        let money: (i64, i64, i64, String) = w.one("select orders, paid, refunded, stage from person");
        assert_eq!(money, (1, 10_000, 4_000, "first_order".into()));
        w.refund(order, 6_000);
        w.settle();
        type Row = (i64, i64, i64, Option<i64>, Option<i64>, String);
        let row: Row = w.one("select orders, paid, refunded, first_order_at, last_order_at, stage from person");
        assert_eq!(row, (0, 10_000, 10_000, None, None, "new".into()));
        assert_eq!(w.moves(person).last(), Some(&step("first_order", "new", "refund")));
        assert_eq!(w.one::<i64>("select count(*) from timer where kind = 'stage'"), 0);
        // The next one is the first again.
        w.order(person, START - 1, 100);
        w.settle();
        assert_eq!(w.stage(person), "first_order");
    });
}

/// The reader may be behind: an order that is paid before the refund of another is read must count once.
#[test]
fn orders_paid_while_a_refund_waits_to_be_read_count_once() {
    each_engine(|db| {
        let w = World::new(&db);
        let person = w.resolve(&[("phone", "13800000001")]);
        let first = w.order(person, START - 3_000, 1_000);
        w.refund(first, 1_000);
        let second = w.order(person, START - 2_000, 2_000);
        w.settle();
        type Row = (i64, i64, i64, Option<i64>, Option<i64>, String);
        let row = || w.one::<Row>("select orders, paid, refunded, first_order_at, last_order_at, stage from person");
        assert_eq!(row(), (1, 3_000, 1_000, Some(START - 2_000), Some(START - 2_000), "first_order".into()));
        let third = w.order(person, START - 1_000, 3_000);
        w.refund(second, 2_000);
        w.refund(third, 3_000);
        w.order(person, START - 500, 4_000);
        w.settle();
        assert_eq!(row(), (1, 10_000, 6_000, Some(START - 500), Some(START - 500), "first_order".into()));
    });
}

#[test]
fn other_thresholds_move_everybody_as_the_preview_said() {
    each_engine(|db| {
        let w = World::with(&db, "b", "Asia/Shanghai", days(30, 60));
        let brand = w.brand;
        // 700 persons: more than one step of the recount takes. Ages of 0 to 69 days, ten each.
        w.write(move |tx| {
            for n in 0..700i64 {
                let person = weir_know::person::create(tx, brand, true, "test", None)?;
                let last = START - (n % 70) * DAY;
                let orders = 1 + n % 2;
                tx.exec(
                    "update person set orders = $1, last_order_at = $2, first_order_at = $2, joined_at = $2 where id = $3",
                    weir_ground::params![orders, last, person],
                )?;
                weir_know::stage::refresh(tx, person, "event", &mut Default::default())?;
            }
            Ok(())
        });
        w.resolve(&[("visitor", "v-1")]);
        let counts = |w: &World| -> Vec<(String, i64)> { w.all("select stage, count(*) from person group by stage order by stage") };
        let of = |list: &[(&str, i64)]| -> Vec<(String, i64)> { list.iter().map(|(s, n)| (s.to_string(), *n)).collect() };
        let before = of(&[("churned", 90), ("first_order", 160), ("prospect", 1), ("repurchase", 150), ("silent", 300)]);
        assert_eq!(counts(&w), before);

        let (status, preview) = w.ask("GET", "/api/v1/stage-preview?silent_days=10&churned_days=50", None);
        assert_eq!(status, 200);
        assert_eq!(
            preview["now"],
            json!({ "prospect": 1, "new": 0, "first_order": 160, "repurchase": 150, "silent": 300, "churned": 90 })
        );
        assert_eq!(
            preview["then"],
            json!({ "prospect": 1, "new": 0, "first_order": 60, "repurchase": 50, "silent": 400, "churned": 190 })
        );
        assert_eq!((&preview["moving"], counts(&w)), (&json!(300), before));

        edit(&w, days(10, 50), None);
        w.settle();
        w.at(START);
        let after = of(&[("churned", 190), ("first_order", 60), ("prospect", 1), ("repurchase", 50), ("silent", 400)]);
        assert_eq!(counts(&w), after);
        let moved = "select count(*) from event where name = 'person.stage_changed' and props like '%definition%'";
        assert_eq!(w.one::<i64>(moved), 300);
        assert_eq!(w.one::<i64>("select count(*) from timer where kind like 'stage.redefine%'"), 0);
        // Everybody's next edge was moved, too: a day later ten of each age step over.
        w.at(START + DAY);
        let next = of(&[("churned", 200), ("first_order", 50), ("prospect", 1), ("repurchase", 50), ("silent", 400)]);
        assert_eq!(counts(&w), next);
        // A change that concerns no stage moves nobody.
        edit(&w, Settings { holdout_bp: 500, ..days(10, 50) }, None);
        w.settle();
        w.at(START + DAY);
        assert_eq!((counts(&w), w.one::<i64>(moved)), (next, 300));
    });
}

#[test]
fn another_zone_moves_the_edges() {
    each_engine(|db| {
        let w = World::with(&db, "b", "Asia/Shanghai", days(7, 14));
        let person = w.resolve(&[("phone", "13800000001")]);
        // 2 March 20:00 UTC is 3 March in Shanghai and 2 March in New York.
        w.at(START + 10 * HOUR);
        w.order(person, START + 10 * HOUR, 100);
        w.settle();
        let due = || w.one::<i64>("select due_at from timer where kind = 'stage'");
        assert_eq!(due(), local("Asia/Shanghai", "2026-03-11"));
        edit(&w, days(7, 14), Some("America/New_York"));
        w.settle();
        w.at(START + 10 * HOUR);
        assert_eq!(due(), local("America/New_York", "2026-03-10"));
    });
}

#[test]
fn thresholds_that_make_no_sense_are_refused() {
    each_engine(|db| {
        let w = World::new(&db);
        for (silent, churned) in [(0, 10), (10, 10), (10, 9), (10, 7301)] {
            let (status, problem) = w.ask("GET", &format!("/api/v1/stage-preview?silent_days={silent}&churned_days={churned}"), None);
            assert_eq!((status, &problem["code"]), (400, &json!("invalid")), "{silent} {churned}");
            let (who, body) = (Staff::system(w.brand), EditBrand { name: None, timezone: None, settings: Some(days(silent, churned)) });
            assert!(db.write_now(move |tx| brand::edit(tx, &who, &body)).is_err());
        }
        assert_eq!(w.one::<i64>("select count(*) from event where name = 'brand.changed'"), 0);
    });
}

/// Intervals between days of purchases, by category where the lines say one; and what came of the stages.
#[test]
fn the_rhythm_is_read_from_what_people_bought() {
    each_engine(|db| {
        let w = World::with(&db, "b", "Asia/Shanghai", days(30, 60));
        let brand = w.brand;
        w.write(move |tx| {
            tx.exec("insert into category (brand_id, code, zh, en) values ($1, 'tea', '茶', 'Tea')", weir_ground::params![brand])?;
            let insert = "insert into product (id, brand_id, code, name, category, status, created_at) values (1, $1, 'P', 'Tea', 'tea', 'on_sale', 0)";
            tx.exec(insert, weir_ground::params![brand])?;
            tx.exec("insert into sku (id, brand_id, product_id, code, name, price) values (1, $1, 1, 'U', '', 100)", weir_ground::params![brand])?;
            Ok(())
        });
        let buy = |person, ago: i64, tea: bool| {
            let order = w.order(person, START - ago * DAY, 100);
            let sku = tea.then_some(1i64);
            w.write(move |tx| {
                let line = "insert into order_line (order_id, n, sku_id, name, quantity, price, amount) values ($1, 1, $2, 'x', 1, 100, 100)";
                tx.exec(line, weir_ground::params![order, sku])?;
                Ok(())
            });
            order
        };
        let (a, b, c) = (w.resolve(&[("phone", "13800000001")]), w.resolve(&[("phone", "13800000002")]), w.resolve(&[("phone", "13800000003")]));
        // a: intervals of 10 and 10 days, 20 in tea; twice on one day is one day. b: 40 days. c: once, and once sent back.
        buy(a, 20, true);
        buy(a, 20, true);
        buy(a, 10, false);
        buy(a, 0, true);
        buy(b, 70, true);
        buy(b, 30, true);
        buy(c, 33, false);
        let back = buy(c, 3, false);
        w.refund(back, 100);
        w.settle();
        let (status, rhythm) = w.ask("GET", "/api/v1/stage-rhythm", None);
        assert_eq!(status, 200, "{rhythm}");
        let of = |r: &serde_json::Value| -> Vec<i64> {
            ["buyers", "persons", "intervals", "q1", "median", "q3", "silent_days", "churned_days"].iter().map(|k| r[k].as_i64().unwrap()).collect()
        };
        // 40 + 1.5 · 30 and 40 + 3 · 30, which is less than twice 85; in tea 40 + 1.5 · 20 and 140.
        assert_eq!(of(&rhythm["overall"]), [3, 2, 3, 10, 10, 40, 85, 170]);
        assert_eq!(rhythm["overall"]["distribution"], json!([
            { "days": 10, "intervals": 2, "share": 0.5 }, { "days": 40, "intervals": 1, "share": 0.5 },
        ]));
        assert_eq!((&rhythm["categories"][0]["code"], &rhythm["categories"][0]["zh"]), (&json!("tea"), &json!("茶")));
        assert_eq!(of(&rhythm["categories"][0]), [2, 2, 2, 20, 20, 40, 70, 140]);
        // 28 days ago: b had bought twice and c once; b had just bought, and nobody of them bought since. With other
        // thresholds they stood where they stood: 30 days are not long.
        assert_eq!(rhythm["horizon_days"], 28);
        assert_eq!(rhythm["evidence"][0], json!({ "silent_days": 30, "churned_days": 60, "stages": [
            { "stage": "first_order", "persons": 1, "bought": 0 }, { "stage": "repurchase", "persons": 1, "bought": 0 },
            { "stage": "silent", "persons": 0, "bought": 0 }, { "stage": "churned", "persons": 0, "bought": 0 },
        ] }));
        assert_eq!(rhythm["evidence"][1]["silent_days"], 85);
    });
}
