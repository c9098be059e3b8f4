//! The pages, every number worked out by hand.
mod common;

use common::Shop;
use weir_ground::base::{Fen, Id, Ms, Zone, ids, time::DAY};
use weir_ground::event::PersonId;
use weir_ground::params;
use weir_ground::testing::{START, each_engine};
use weir_know::stage::StageCounts;
use weir_measure::cohorts::{self, Cell};
use weir_measure::flow::FlowLink;
use weir_measure::fold::Persons;
use weir_measure::pool::{self, PoolWeek};
use weir_measure::roi::{self, CampaignMeasure};
use weir_measure::overview;
use weir_reach::history::{self, Past};

fn at(text: &str) -> Ms {
    Zone::named("Asia/Shanghai").unwrap().parse(text).unwrap()
}

/// It is Monday 2026-03-02, 18:00 in Shanghai.
#[test]
fn the_overview_counts_people_and_money() {
    each_engine(|db| {
        let shop = Shop::new(&db);
        let brand = shop.brand;
        let store = shop.touchpoint("wecom_store_code", "门店活码");
        // Joined this Monday; last Monday; the Sunday before it; and nobody known.
        let a = shop.person(1, at("2026-03-02 00:00"), Some(store), false);
        let b = shop.person(2, at("2026-02-23 00:00"), Some(store), false);
        let c = shop.person(3, at("2026-02-22 23:59"), None, false);
        let d = shop.person(4, at("2026-03-01 12:00"), None, false);
        for (p, when) in [(a, "2026-03-02 00:00"), (b, "2026-02-23 00:00"), (c, "2026-02-22 23:59")] {
            shop.consent(p, at(when), "inbox", "granted");
        }
        shop.consent(b, at("2026-02-24"), "email", "granted");
        shop.consent(b, at("2026-02-25"), "inbox", "withdrawn");
        shop.consent(c, at("2026-02-25"), "inbox", "withdrawn");
        // Revenue: 1000 + 2000 in thirty days, 700 before, 90 long ago; 300 of it back.
        shop.order(a, START - DAY / 24, 1_000);
        let part = shop.order(b, START - 29 * DAY, 2_000);
        shop.order(b, START - 31 * DAY, 700);
        shop.order(c, START - 100 * DAY, 90);
        shop.refund(part, 300);
        // An unpaid and a late one are no revenue.
        for state in ["placed", "paid_late"] {
            let id = shop.order(d, START - DAY, 5_000);
            shop.write(move |tx| {
                tx.exec("delete from event where person_id = $1 and name = 'order.paid'", params![d])?;
                tx.exec(
                    "update orders set state = $1, paid_at = case when $1 = 'placed' then null else paid_at end where id = $2",
                    params![state, id],
                )
            });
        }
        shop.settle();
        let o = shop.read(move |tx| overview::of(tx, brand));
        assert_eq!((o.reachable, o.joined_week, o.joined_prev_week), (2, 1, 1));
        assert_eq!((o.active_month, o.active_prev_month), (2, 1));
        assert_eq!((o.month_revenue_fen, o.prev_month_revenue_fen, o.gross_fen), (Fen(2_700), Fen(700), Fen(3_790)));
        assert_eq!((o.revenue_per_reachable_fen, o.repurchase_rate_bp), (Fen(1_700), 3_333));
        assert_eq!((o.incremental_fen, o.campaigns_measured), (None, 0));
        let stages = StageCounts { prospect: 1, first_order: 1, repurchase: 1, churned: 1, ..StageCounts::default() };
        assert_eq!(o.stages, stages);

        // c opens an old message: active again, though nothing was bought.
        shop.write(move |tx| {
            let past = Past { code: "1", name: "旧活动", started_at: START - 40 * DAY, finished_at: START - 39 * DAY };
            history::import_historical(tx, brand, &past, &[c])?;
            tx.exec("update message set read_at = $1 where person_id = $2", params![START - DAY, c])
        });
        assert_eq!(shop.read(move |tx| overview::of(tx, brand)).active_month, 3);
    });
}

#[test]
fn the_picture_carries_everybody_from_a_source_to_a_stage() {
    each_engine(|db| {
        let shop = Shop::new(&db);
        let brand = shop.brand;
        let code = shop.touchpoint("wecom_store_code", "门店活码");
        let a = shop.person(1, START - 50 * DAY, Some(code), true);
        let _b = shop.person(2, START - 50 * DAY, Some(code), true);
        let c = shop.person(3, START - 50 * DAY, None, true);
        let friend = shop.person(4, START - 5 * DAY, None, true);
        shop.order(a, START - 20 * DAY, 100);
        shop.order(a, START - 10 * DAY, 250);
        shop.order(c, START - 100 * DAY, 77);
        shop.order(friend, START - 2 * DAY, 40);
        shop.write(move |tx| {
            let id: Id<()> = tx.new_id();
            tx.exec(
                "insert into binding (id, brand_id, person_id, beneficiary_id, kind, from_at, reason, evidence) \
                 values ($1, $2, $3, $4, 'promoter', $5, 'referral', 'test')",
                params![id, brand, friend, a, START - 5 * DAY],
            )
        });
        shop.settle();
        let flow = shop.read(move |tx| overview::of(tx, brand)).flow;
        let link = |from: &str, to: &str, persons, value: Option<i64>, back| FlowLink {
            from: from.into(),
            to: to.into(),
            persons,
            value_fen: value.map(Fen),
            back,
        };
        assert_eq!(
            flow.links,
            [
                link("source_none", "churned", 1, None, false),
                link("source_referral", "first_order", 1, None, false),
                link("source_wecom", "new", 1, None, false),
                link("source_wecom", "repurchase", 1, None, false),
                link("first_order", "revenue", 1, Some(40), false),
                link("repurchase", "revenue", 1, Some(350), false),
                link("revenue", "repurchase", 1, Some(250), true),
                link("revenue", "source_referral", 1, Some(40), true),
            ]
        );
        let ids: Vec<&str> = flow.nodes.iter().map(|n| n.id.as_str()).collect();
        assert_eq!(
            ids,
            [
                "source_wecom", "source_referral", "source_none", "prospect", "new", "first_order", "repurchase", "silent",
                "churned", "revenue"
            ]
        );
        for l in &flow.links {
            assert!(ids.contains(&l.from.as_str()) && ids.contains(&l.to.as_str()), "{l:?}");
        }
    });
}

#[test]
fn the_pool_week_by_week_ends_where_everybody_stands_now() {
    each_engine(|db| {
        let shop = Shop::new(&db);
        let brand = shop.brand;
        // Joined in the week of 16 February, bought in that of the 23rd, twice this week.
        let a = shop.person(1, at("2026-02-18"), None, true);
        shop.order(a, at("2026-02-24 09:00"), 100);
        shop.order(a, at("2026-03-02 01:00"), 200);
        shop.order(a, at("2026-03-02 02:00"), 300);
        // Bought last on 25 January: silent from 25 February on.
        let b = shop.person(2, at("2026-01-25"), None, false);
        shop.order(b, at("2026-01-25 10:00"), 50);
        // An order that went back whole was no order.
        let c = shop.person(3, at("2026-02-23"), None, true);
        let back = shop.order(c, at("2026-02-23 10:00"), 999);
        shop.refund(back, 999);
        shop.settle();
        let weeks = shop.read(move |tx| pool::of(tx, brand, 3)).weeks;
        let week = |week: &str, stages, joined, revenue, orders, buyers| PoolWeek {
            week: week.into(), stages, joined, revenue_fen: Fen(revenue), orders, buyers,
        };
        let none = StageCounts::default();
        assert_eq!(
            weeks,
            [
                week("2026-02-16", StageCounts { new: 1, first_order: 1, ..none }, 1, 0, 0, 0),
                week("2026-02-23", StageCounts { new: 1, first_order: 1, silent: 1, ..none }, 1, 100, 1, 1),
                week("2026-03-02", StageCounts { new: 1, repurchase: 1, silent: 1, ..none }, 0, 500, 2, 1),
            ]
        );
        // The stored stage of b flips by a timer; once it fired, both say the same.
        shop.write(move |tx| weir_know::stage::refresh(tx, b, "timer", &mut Default::default()));
        let now = shop.read(move |tx| overview::of(tx, brand)).stages;
        assert_eq!(weeks[2].stages, now);
    });
}

#[test]
fn a_month_that_has_not_begun_is_not_a_month_without_buyers() {
    each_engine(|db| {
        let shop = Shop::new(&db);
        let brand = shop.brand;
        let jan = [1, 2].map(|n| shop.person(n, at("2026-01-10"), None, true));
        let feb = shop.person(3, at("2026-02-01"), None, true);
        shop.person(4, at("2025-01-01"), None, true);
        shop.order(jan[0], at("2026-01-31 23:59"), 100);
        shop.order(jan[0], at("2026-02-01 00:00"), 200);
        shop.order(jan[0], at("2026-02-20"), 300);
        shop.order(jan[1], at("2026-03-01"), 50);
        shop.order(feb, at("2026-02-03"), 70);
        let back = shop.order(feb, at("2026-03-01"), 999);
        shop.refund(back, 999);
        shop.settle();
        let all = shop.read(move |tx| cohorts::of(tx, brand, 12)).cohorts;
        let cell = |k, active, revenue| Some(Cell { month_index: k, active, revenue_fen: Fen(revenue) });
        let rows: Vec<(&str, i64, Vec<Option<Cell>>)> =
            all.iter().map(|c| (c.month.as_str(), c.persons, c.cells[..4].to_vec())).collect();
        assert_eq!(
            rows,
            [
                ("2026-01", 2, vec![cell(0, 1, 100), cell(1, 1, 500), cell(2, 1, 50), None]),
                ("2026-02", 1, vec![cell(0, 1, 70), cell(1, 0, 0), None, None]),
                ("2026-03", 0, vec![cell(0, 0, 0), None, None, None]),
            ]
        );
        assert!(all.iter().all(|c| c.cells.len() == 12));
        assert_eq!(shop.read(move |tx| cohorts::of(tx, brand, 36)).cohorts[0].month, "2025-01");
    });
}

/// Writes an arm of a campaign by hand.
fn arm(shop: &Shop, campaign: ids::CampaignId, persons: &[PersonId], arm: &'static str, state: &'static str) {
    let (brand, persons) = (shop.brand, persons.to_vec());
    shop.write(move |tx| {
        for p in &persons {
            let m: ids::MessageId = tx.new_id();
            tx.exec(
                "insert into message (id, brand_id, campaign_id, person_id, channel, arm, state, assigned, decided_at) \
                 values ($1, $2, $3, $4, 'inbox', $5, $6, 1, 0)",
                params![m, brand, campaign, *p, arm, state],
            )?;
        }
        Ok(())
    });
}

#[test]
fn only_campaigns_with_a_random_holdout_count_as_cause() {
    each_engine(|db| {
        let shop = Shop::new(&db);
        let brand = shop.brand;
        let people: Vec<PersonId> = (0..7).map(|n| shop.person(n, START - 60 * DAY, None, true)).collect();
        let campaign: ids::CampaignId = shop.write(move |tx| {
            let id = tx.new_id();
            tx.exec(
                "insert into campaign (id, brand_id, name, channel, state, subject, body, audience, holdout_bp, salt, cost_per_message, \
                 created_at, started_at) values ($1, $2, '春茶', 'inbox', 'done', 's', 'b', '{}', 5000, 'x', 100, $3, $3)",
                params![id, brand, START - 20 * DAY],
            )?;
            Ok(id)
        });
        arm(&shop, campaign, &people[..4], "treated", "sent");
        arm(&shop, campaign, &people[4..], "holdout", "held_out");
        for (p, fen) in [(0, 2_000), (1, 2_000), (2, 3_000), (3, 5_000), (5, 1_000), (6, 2_000)] {
            shop.order(people[p], START - 19 * DAY, fen);
        }
        let all = people.clone();
        let old = shop.write(move |tx| {
            let past = Past { code: "18", name: "第 18 期", started_at: START - 19 * DAY, finished_at: START - 9 * DAY };
            history::import_historical(tx, brand, &past, &all)
        });
        shop.settle();
        let row = CampaignMeasure {
            id: campaign,
            name: "春茶".into(),
            started_at: Some(START - 20 * DAY),
            treated: 4,
            holdout: 3,
            incremental_fen: Some(Fen(8_000)),
            incremental_low_fen: Some(Fen(-1_386)),
            incremental_high_fen: Some(Fen(17_386)),
            cost_fen: Fen(400),
            roi_bp: Some(190_000),
            historical: false,
        };
        let past = CampaignMeasure {
            id: old,
            name: "第 18 期".into(),
            started_at: Some(START - 19 * DAY),
            treated: 7,
            holdout: 0,
            incremental_fen: None,
            incremental_low_fen: None,
            incremental_high_fen: None,
            cost_fen: Fen(0),
            roi_bp: None,
            historical: true,
        };
        assert_eq!(shop.read(move |tx| roi::campaigns(tx, brand)), [past, row]);
        let o = shop.read(move |tx| overview::of(tx, brand));
        assert_eq!((o.incremental_fen, o.campaigns_measured), (Some(Fen(8_000)), 1));
    });
}

#[test]
fn reachability_agrees_with_the_gate_of_the_send() {
    each_engine(|db| {
        let shop = Shop::new(&db);
        let brand = shop.brand;
        let people: Vec<PersonId> = (0..40).map(|n| shop.person(n, START - 60 * DAY, None, false)).collect();
        for (i, p) in people.iter().enumerate() {
            for step in 0..(i % 4) {
                let channel = ["inbox", "email", "sms"][(i + step) % 3];
                let status = ["granted", "withdrawn", "denied", "granted"][(i / 3 + step) % 4];
                shop.consent(*p, START - (30 - step as i64) * DAY, channel, status);
            }
        }
        let (a, b) = (people[5], people[6]);
        shop.write(move |tx| {
            tx.exec("delete from identity where person_id = $1", params![b])?;
            weir_know::identity::merge(tx, brand, a, b, "test")
        });
        let (folded, asked) = shop.read(move |tx| {
            let persons = Persons::of(tx, brand)?;
            let mut folded: Vec<PersonId> = vec![];
            for place in overview::consenting(tx, brand, &persons)? {
                folded.push(persons.list[place].id);
            }
            folded.sort();
            let any: Vec<String> = ["inbox", "email", "sms"].map(|c| weir_know::consent::granted_sql("p", c)).to_vec();
            let sql = format!("select p.id from person p where p.root_id = p.id and ({}) order by p.id", any.join(" or "));
            Ok((folded, tx.all::<PersonId>(&sql, &[])?))
        });
        assert_eq!(folded, asked);
        assert!((10..35).contains(&folded.len()), "{}", folded.len());
    });
}
