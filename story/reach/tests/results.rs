//! What a campaign brought, with numbers worked out by hand.
mod common;

use common::{Shop, config};
use weir_ground::base::{Fen, Id, Ms, ids, time::DAY};
use weir_ground::event::PersonId;
use weir_ground::testing::{START, each_engine};
use weir_ground::{Db, params};
use weir_reach::campaign::Campaign;
use weir_reach::channel::ChannelKind;
use weir_reach::history::{self, Past};
use weir_reach::message::ArmKind;
use weir_reach::results::{self, Arm, Results};
use weir_reach::send;

fn of(shop: &Shop, id: ids::CampaignId) -> Results {
    let brand = shop.brand;
    shop.db.read_now(move |tx| results::of(tx, brand, id)).unwrap()
}

/// Writes the arms by hand: the first `treated` persons got it, the others were held out.
fn trial(shop: &Shop, db: &Db, persons: &[PersonId], treated: usize) -> Campaign {
    let c = shop.launched(ChannelKind::Inbox, 5000);
    for (i, p) in persons.iter().enumerate() {
        let (p, id, brand) = (*p, c.id, shop.brand);
        let (arm, state) = if i < treated { ("treated", "sent") } else { ("holdout", "held_out") };
        db.write_now(move |tx| {
            let (m, now): (ids::MessageId, Ms) = (tx.new_id(), tx.now());
            tx.exec(
                "insert into message (id, brand_id, campaign_id, person_id, channel, arm, state, assigned, decided_at, sent_at) \
                 values ($1, $2, $3, $4, 'inbox', $5, $6, 1, $7, $7)",
                params![m, brand, id, p, arm, state, now],
            )
        })
        .unwrap();
    }
    c
}

#[test]
fn the_difference_to_the_holdout_is_what_it_caused() {
    each_engine(|db| {
        let shop = Shop::new(&db);
        let p = shop.persons(0..7, "inbox");
        let c = trial(&shop, &db, &p, 4);
        // Kept: 2000, 2000, 3000, 5000 against 0, 1000, 2000.
        shop.order(p[0], START + DAY, 2000, 0);
        shop.order(p[1], START + DAY, 2500, 500);
        shop.order(p[2], START, 1000, 0);
        shop.order(p[2], START + 13 * DAY, 2000, 0);
        shop.order(p[3], START + 2 * DAY, 5000, 0);
        shop.order(p[5], START + DAY, 1000, 0);
        shop.order(p[6], START + DAY, 2000, 0);
        // Before the window, after it, and whole back: nothing of it counts.
        shop.order(p[0], START - 1, 90_000, 0);
        shop.order(p[1], START + 14 * DAY, 90_000, 0);
        shop.order(p[4], START + DAY, 700, 700);
        db.set_clock(START + 20 * DAY);
        let r = of(&shop, c.id);
        // Means 3000 and 1000, s.e. 912.87, five degrees of freedom, t 2.570582, four treated: 8000 ± 9386.4
        let arm = |arm, persons, buyers, orders, revenue, mean| Arm {
            arm, persons, buyers, orders, revenue_fen: Fen(revenue), revenue_per_person_fen: Fen(mean),
        };
        assert_eq!(r.arms, [arm(ArmKind::Treated, 4, 4, 5, 12_000, 3_000), arm(ArmKind::Holdout, 3, 3, 3, 3_000, 1_000)]);
        assert_eq!(
            (r.incremental_fen, r.incremental_low_fen, r.incremental_high_fen),
            (Some(Fen(8_000)), Some(Fen(-1_386)), Some(Fen(17_386)))
        );
        assert_eq!((r.cost_fen, r.roi_bp), (Fen(20), Some(3_990_000)));
        assert!(r.srm_ok && r.srm_p.unwrap() > 0.7);
        assert_eq!(r.by_day.len(), 15, "from the day of the launch to the day the window ends");
        assert_eq!(
            (r.by_day[1].day.as_str(), r.by_day[1].treated_fen, r.by_day[1].holdout_fen),
            ("2026-03-03", Fen(1_000_000), Fen(1_000_000))
        );
    });
}

#[test]
fn while_the_window_is_open_it_ends_now() {
    each_engine(|db| {
        let shop = Shop::new(&db);
        let p = shop.persons(0..4, "inbox");
        let c = trial(&shop, &db, &p, 2);
        shop.order(p[0], START + DAY, 100, 0);
        shop.order(p[0], START + 3 * DAY, 100, 0);
        db.set_clock(START + 2 * DAY);
        let r = of(&shop, c.id);
        assert_eq!((r.arms[0].revenue_fen, r.by_day.len()), (Fen(100), 3));
    });
}

#[test]
fn an_uneven_split_hides_the_result() {
    each_engine(|db| {
        let shop = Shop::new(&db);
        let p = shop.persons(0..40, "inbox");
        let c = trial(&shop, &db, &p, 35);
        shop.order(p[0], START, 100, 0);
        db.set_clock(START + DAY);
        let r = of(&shop, c.id);
        assert!(!r.srm_ok && r.srm_p.unwrap() < 0.001);
        assert_eq!((r.incremental_fen, r.incremental_low_fen, r.roi_bp), (None, None, None));
        assert_eq!(r.arms[0].revenue_fen, Fen(100));
    });
}

#[test]
fn one_person_in_both_arms_is_left_out() {
    each_engine(|db| {
        let shop = Shop::new(&db);
        let p = shop.persons(0..6, "inbox");
        let c = trial(&shop, &db, &p, 3);
        shop.order(p[2], START, 100, 0);
        shop.order(p[1], START, 100, 0);
        let (a, b) = (p[2], p[3]);
        db.write_now(move |tx| tx.exec("update person set root_id = $1 where id = $2", params![a, b])).unwrap();
        db.set_clock(START + DAY);
        let r = of(&shop, c.id);
        assert_eq!((r.crossed, r.arms[0].persons, r.arms[1].persons), (1, 2, 2));
        assert_eq!(r.arms[0].revenue_fen, Fen(100));
    });
}

#[test]
fn history_has_recipients_but_no_cause() {
    each_engine(|db| {
        let shop = Shop::new(&db);
        let p = shop.persons(0..6, "email");
        shop.order(p[0], START - 9 * DAY, 500, 0);
        let import = |range: std::ops::Range<usize>| {
            let (brand, some) = (shop.brand, p[range].to_vec());
            db.write_now(move |tx| {
                let past = Past { code: "18", name: "第 18 期", started_at: START - 10 * DAY, finished_at: START - DAY };
                history::import_historical(tx, brand, &past, &some)
            })
            .unwrap()
        };
        let id = import(0..3);
        assert_eq!(import(2..5), id, "the same code is the same campaign");
        send::run_all(&db, &config()).unwrap();
        let c = shop.get(id);
        assert_eq!((c.historical, c.counts.sent, c.counts.selected, c.started_at), (true, 5, 5, Some(START - 10 * DAY)));
        assert_eq!(shop.count("select count(*) from event where name = 'message.sent'"), 5);
        let at = START - 10 * DAY;
        assert_eq!(shop.count(&format!("select count(*) from event where name = 'message.sent' and at = {at}")), 5);
        let r = of(&shop, id);
        assert_eq!((r.arms[0].persons, r.arms[0].revenue_fen, r.arms[1].persons), (5, Fen(500), 0));
        assert_eq!((r.incremental_fen, r.srm_p, r.srm_ok), (None, None, true));
        let other = weir_ground::event::BrandId::from(Id::new(5));
        assert!(db.read_now(move |tx| results::of(tx, other, id)).is_err());
    });
}
