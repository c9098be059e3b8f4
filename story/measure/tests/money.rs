//! What people cost and are worth.
mod common;

use common::Shop;
use weir_gather::touchpoint::cost::{self, CostKind};
use weir_ground::base::{Fen, Id, ids, time::DAY};
use weir_ground::params;
use weir_ground::testing::{START, each_engine};
use weir_keep::brand;
use weir_know::identity;
use weir_measure::money::{self, Money, PersonMoney};
use weir_measure::roi::{self, TouchpointMeasure};

/// A person acquired for 30 who buys for 100 is worth 70; after a second purchase of 100, 170.
#[test]
fn the_worked_example_holds() {
    each_engine(|db| {
        let shop = Shop::new(&db);
        let tp = shop.touchpoint("wecom_staff_code", "员工活码");
        shop.cost(tp, CostKind::PerHead, 3_000, "2026-01-01", None);
        let p = shop.person(1, START - 5 * DAY, Some(tp), true);
        let worth = || {
            shop.settle();
            let brand = shop.brand;
            shop.read(move |tx| money::of_person(tx, brand, p))
        };
        assert_eq!(worth().clv_fen, Fen(-3_000), "acquired, and nothing bought yet");
        shop.order(p, START - 4 * DAY, 10_000);
        assert_eq!(
            worth(),
            PersonMoney {
                paid_fen: Fen(10_000),
                refunded_fen: Fen(0),
                cost_fen: Fen(3_000),
                commission_fen: Fen(0),
                clv_fen: Fen(7_000),
                average_order_fen: Some(Fen(10_000)),
                days_between_orders: None,
            }
        );
        shop.order(p, START - DAY - DAY / 2, 10_000);
        let two = worth();
        assert_eq!((two.clv_fen, two.cost_fen, two.days_between_orders), (Fen(17_000), Fen(3_000), Some(2.5)));
        let brand = shop.brand;
        assert_eq!(
            shop.read(move |tx| money::of(tx, brand)),
            Money {
                cac_fen: Some(Fen(3_000)),
                clv_fen: Some(Fen(17_000)),
                repurchase_rate_bp: 10_000,
                gross_fen: Fen(20_000),
                refunded_fen: Fen(0),
                acquired: 1,
                buyers: 1,
                repeat_buyers: 1,
            }
        );
    });
}

#[test]
fn a_refund_and_a_commission_show_in_the_money_of_the_buyer() {
    each_engine(|db| {
        let shop = Shop::new(&db);
        let (p, friend) = (shop.person(1, START - 9 * DAY, None, true), shop.person(2, START - 90 * DAY, None, true));
        shop.order(p, START - 3 * DAY, 5_000);
        let whole = shop.order(p, START - 2 * DAY, 800);
        let part = shop.order(p, START - DAY, 1_001);
        shop.refund(whole, 800);
        shop.refund(part, 1);
        let brand = shop.brand;
        shop.write(move |tx| {
            let id: Id<()> = tx.new_id();
            tx.exec(
                "insert into commission (id, brand_id, order_id, person_id, beneficiary_id, level, base, bp, amount, reversed, state, created_at) \
                 values ($1, $2, $3, $4, $5, 1, 1001, 500, 50, 7, 'pending', $6)",
                params![id, brand, part, p, friend, START],
            )
        });
        shop.settle();
        let m = shop.read(move |tx| money::of_person(tx, brand, p));
        assert_eq!(
            (m.paid_fen, m.refunded_fen, m.commission_fen, m.clv_fen, m.average_order_fen, m.days_between_orders),
            (Fen(6_801), Fen(801), Fen(43), Fen(6_000), Some(Fen(2_267)), Some(1.0))
        );
        let all = shop.read(move |tx| money::of(tx, brand));
        assert_eq!((all.gross_fen, all.refunded_fen, all.clv_fen, all.cac_fen), (Fen(6_801), Fen(801), Some(Fen(6_000)), None));
        assert_eq!((all.buyers, all.repeat_buyers, all.acquired), (1, 1, 0));
    });
}

#[test]
fn the_cost_of_a_touchpoint_is_shared_to_the_last_fen() {
    each_engine(|db| {
        let shop = Shop::new(&db);
        let tp = shop.touchpoint("wecom_staff_code", "员工活码");
        let idle = shop.touchpoint("wecom_group_code", "群活码");
        shop.cost(tp, CostKind::Fixed, 1_000, "2026-02-01", None);
        // Ten days at 7, and 50 for each who was acquired on the two first days of February.
        shop.cost(tp, CostKind::PerDay, 7, "2026-02-01", Some("2026-02-10"));
        shop.cost(tp, CostKind::PerHead, 50, "2026-02-01", Some("2026-02-02"));
        shop.cost(idle, CostKind::Fixed, 900, "2026-02-01", None);
        let zone = weir_ground::base::Zone::named("Asia/Shanghai").unwrap();
        let at = |day: &str| zone.parse(day).unwrap();
        let early = shop.person(1, at("2026-02-02 23:59"), Some(tp), true);
        let late = shop.person(2, at("2026-02-03 00:00"), Some(tp), true);
        let buyer = shop.person(3, at("2026-02-20"), Some(tp), false);
        let looker = shop.person(4, at("2026-02-21"), Some(tp), false);
        shop.order(buyer, at("2026-02-22"), 10_000);
        shop.order(early, at("2026-02-22"), 500);
        shop.settle();
        let brand = shop.brand;
        let (total, shares) = shop.read(move |tx| {
            let zone = brand::get(tx, brand)?.zone()?;
            let today = zone.day(tx.now());
            Ok((cost::cost_to_date(tx, brand, tp, today)?, money::costs(tx, brand, &zone, tp)?))
        });
        assert_eq!(total, Fen(1_120), "1000 + 10 × 7 + one head");
        assert_eq!(shares, [(early, Fen(50 + 357)), (late, Fen(357)), (buyer, Fen(356)), (looker, Fen(0))]);
        assert_eq!(shares.iter().map(|s| s.1).sum::<Fen>(), total);

        let rows = shop.read(move |tx| roi::touchpoints(tx, brand));
        let row = |id, name: &str, kind: &str| TouchpointMeasure {
            id,
            name: name.into(),
            kind: kind.into(),
            group_zh: "企业微信".into(),
            group_en: "WeCom".into(),
            visits: 0,
            people: 0,
            buyers: 0,
            cost_fen: Fen(900),
            revenue_fen: Fen(0),
            cac_fen: None,
            clv_fen: None,
            roi_bp: Some(-10_000),
        };
        assert_eq!(
            rows,
            [
                TouchpointMeasure {
                    people: 4,
                    buyers: 2,
                    cost_fen: Fen(1_120),
                    revenue_fen: Fen(10_500),
                    cac_fen: Some(Fen(560)),
                    clv_fen: Some(Fen(4_690)),
                    // (10500 − 1120) ÷ 1120 = 8.375
                    roi_bp: Some(83_750),
                    ..row(tp, "员工活码", "wecom_staff_code")
                },
                row(idle, "群活码", "wecom_group_code"),
            ]
        );
        let all = shop.read(move |tx| money::of(tx, brand));
        assert_eq!((all.cac_fen, all.clv_fen, all.acquired), (Some(Fen(1_010)), Some(Fen(4_240)), 2));
    });
}

#[test]
fn merged_persons_have_one_purse() {
    each_engine(|db| {
        let shop = Shop::new(&db);
        let brand = shop.brand;
        let (a, b) = (shop.person(1, START - 9 * DAY, None, true), shop.person(2, START - 8 * DAY, None, true));
        shop.order(a, START - 4 * DAY, 300);
        shop.order(b, START - 2 * DAY, 500);
        shop.settle();
        let clash = shop.write(move |tx| {
            tx.exec("delete from identity where person_id = $1", params![b])?;
            identity::merge(tx, brand, a, b, "test")
        });
        let root = clash.unwrap();
        let m = shop.read(move |tx| money::of_person(tx, brand, root));
        assert_eq!((m.paid_fen, m.average_order_fen, m.days_between_orders), (Fen(800), Some(Fen(400)), Some(2.0)));
        let all = shop.read(move |tx| money::of(tx, brand));
        assert_eq!((all.buyers, all.repeat_buyers, all.gross_fen), (1, 1, Fen(800)));
        let _: ids::PersonId = root;
    });
}
