//! Who moved from stage to stage, every number worked out by hand.
mod common;

use common::Shop;
use weir_ground::base::{Ms, Zone};
use weir_ground::testing::each_engine;
use weir_know::Stage::{self, *};
use weir_measure::stage_flow::{self, Step};

fn at(text: &str) -> Ms {
    Zone::named("Asia/Shanghai").unwrap().parse(text).unwrap()
}

/// It is Monday 2026-03-02, 18:00 in Shanghai; silent after 30 days, churned after 90.
#[test]
fn weeks_and_months_tell_who_fell_silent_and_who_came_back() {
    each_engine(|db| {
        let shop = Shop::new(&db);
        let brand = shop.brand;
        // Bought on 25 January: silent from 25 February on.
        let a = shop.person(1, at("2026-01-20 10:00"), None, true);
        shop.order(a, at("2026-01-25 10:00"), 1_000);
        // Bought twice; silent since 10 January, back on 24 February.
        let b = shop.person(2, at("2025-11-01 10:00"), None, true);
        shop.order(b, at("2025-12-10 00:30"), 500);
        shop.order(b, at("2026-02-24 12:00"), 700);
        // Joined on 26 February and bought on 1 March.
        let c = shop.person(3, at("2026-02-26 10:00"), None, true);
        shop.order(c, at("2026-03-01 23:59"), 300);
        // Only seen, this morning.
        shop.person(4, at("2026-03-02 09:00"), None, false);
        // Sent back whole: as if never bought.
        let d = shop.person(5, at("2026-02-16 10:00"), None, true);
        let order = shop.order(d, at("2026-02-17 10:00"), 900);
        shop.refund(order, 900);
        shop.settle();

        let flow = shop.read(move |tx| stage_flow::of(tx, brand, Step::Week, 3));
        let moves = |n: usize| -> Vec<(Option<Stage>, Stage, i64)> { flow.periods[n].moves.iter().map(|m| (m.from, m.to, m.persons)).collect() };
        let days: Vec<(&str, &str)> = flow.periods.iter().map(|p| (p.from_day.as_str(), p.to_day.as_str())).collect();
        assert_eq!(days, [("2026-02-16", "2026-02-22"), ("2026-02-23", "2026-03-01"), ("2026-03-02", "2026-03-02")]);
        assert_eq!(moves(0), [(None, New, 1), (Some(FirstOrder), FirstOrder, 1), (Some(Silent), Silent, 1)]);
        assert_eq!(
            moves(1),
            [(None, FirstOrder, 1), (Some(New), New, 1), (Some(FirstOrder), Silent, 1), (Some(Silent), Repurchase, 1)]
        );
        assert_eq!(
            moves(2),
            [(None, Prospect, 1), (Some(New), New, 1), (Some(FirstOrder), FirstOrder, 1), (Some(Repurchase), Repurchase, 1), (Some(Silent), Silent, 1)]
        );
        let turns: Vec<(i64, i64)> = flow.periods.iter().map(|p| (p.fell_silent, p.came_back)).collect();
        assert_eq!(turns, [(0, 0), (1, 1), (0, 0)]);
        // Each period begins where the one before ended, and the last one ends with the stages that the persons have.
        for pair in flow.periods.windows(2) {
            assert_eq!(pair[0].at_end, pair[1].at_start);
        }
        let now: Vec<(String, i64)> = shop.read(|tx| tx.all("select stage, count(*) from person group by stage order by stage", &[]));
        let now: Vec<(&str, i64)> = now.iter().map(|(s, n)| (s.as_str(), *n)).collect();
        assert_eq!(now, [("first_order", 1), ("new", 1), ("prospect", 1), ("repurchase", 1), ("silent", 1)]);

        let months = shop.read(move |tx| stage_flow::of(tx, brand, Step::Month, 3));
        let turns: Vec<(&str, i64, i64)> = months.periods.iter().map(|p| (p.from_day.as_str(), p.fell_silent, p.came_back)).collect();
        assert_eq!(turns, [("2026-01-01", 1, 0), ("2026-02-01", 1, 1), ("2026-03-01", 0, 0)]);
    });
}
