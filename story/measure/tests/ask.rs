//! Questions over a small shop's log, on both engines, with every figure worked out by hand.
mod common;

use common::Shop;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;
use weir_ground::base::Fen;
use weir_ground::base::time::{DAY, HOUR};
use weir_ground::event::PersonId;
use weir_ground::testing::{START, each_engine};
use weir_ground::{Fact, params};
use weir_know::live::{self, Live, Pool};
use weir_measure::ask::moves::{FunnelQuestion, PathsQuestion, RetentionQuestion};
use weir_measure::ask::spreads::{DistributionQuestion, IntervalQuestion, TrendQuestion};
use weir_measure::ask::worth::{CohortsQuestion, RfmQuestion};
use weir_measure::ask::{Asked, Pick, Question};

struct World {
    shop: Shop,
    live: Arc<Live>,
}

impl World {
    /// The lake once everything that was written is in it; PostgreSQL shows rows only when all older
    /// transactions of the server are over.
    fn pool(&self) -> Arc<Pool> {
        let last: i64 = self.shop.read(|tx| tx.one("select coalesce(max(id), 0) from event", params![]));
        for _ in 0..2_000 {
            live::catch_up(&self.live, &self.shop.db, |_| {}).unwrap();
            if let Some(pool) = self.live.get(self.shop.brand).filter(|p| p.position().id >= last) {
                return pool;
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        panic!("the follower did not get through");
    }
    fn asked(&self, q: &impl Question) -> Asked {
        let pool = self.pool();
        let mut asked = Asked::new(pool, q.common(), self.shop.db.now(), HashMap::new()).unwrap();
        asked.settle().unwrap();
        asked
    }
    fn ask<Q: Question>(&self, q: Value) -> Value {
        let q: Q = serde_json::from_value(q).unwrap();
        serde_json::to_value(q.answer(&self.asked(&q)).unwrap().unwrap()).unwrap()
    }
    fn who<Q: Question>(&self, q: Value, pick: Value) -> Vec<PersonId> {
        let q: Q = serde_json::from_value(q).unwrap();
        let pick: Pick = serde_json::from_value(pick).unwrap();
        let asked = self.asked(&q);
        let found = q.persons(&asked, &pick).unwrap().unwrap();
        let state = asked.pool.read();
        let mut ids: Vec<PersonId> = found.iter().map(|s| PersonId::new(state.people.id(s))).collect();
        ids.sort_unstable();
        ids
    }
    fn paid(&self, person: PersonId, at: i64, fen: i64) {
        let brand = self.shop.brand;
        self.shop.write(move |tx| {
            tx.as_of(at);
            tx.record(&Fact::new(brand, "order.paid", at).person(person).source("test").value(Fen(fen)).props("{}")).map(drop)
        });
    }
    fn did(&self, person: PersonId, at: i64, name: &'static str, props: &'static str) {
        let brand = self.shop.brand;
        self.shop.write(move |tx| {
            tx.as_of(at);
            tx.record(&Fact::new(brand, name, at).person(person).source("test").props(props)).map(drop)
        });
    }
}

/// Ann looked, chose and paid; Bob looked and chose; Cem only looked, a day later.
fn shop(db: &weir_ground::Db) -> (World, [PersonId; 3]) {
    let shop = Shop::new(db);
    let people = [1, 2, 3].map(|n| shop.person(n, START, None, false));
    let w = World { shop, live: Arc::default() };
    let [ann, bob, cem] = people;
    w.did(ann, START + HOUR, "viewed", r#"{"sku":"a"}"#);
    w.did(ann, START + 2 * HOUR, "carted", r#"{"sku":"a"}"#);
    w.paid(ann, START + 4 * HOUR, 5000);
    w.did(bob, START + HOUR, "viewed", r#"{"sku":"b"}"#);
    w.did(bob, START + HOUR + 60_000, "carted", r#"{"sku":"b"}"#);
    w.did(cem, START + DAY, "viewed", r#"{"sku":"b"}"#);
    w.did(ann, START + DAY, "viewed", r#"{"sku":"b"}"#);
    (w, people)
}

fn event(name: &str) -> Value {
    json!({ "name": name })
}

#[test]
fn a_funnel_its_times_groups_and_persons() {
    each_engine(|db| {
        let (w, [ann, bob, cem]) = shop(&db);
        let steps = json!([event("viewed"), event("carted"), event("order.paid")]);
        let q = json!({ "range": range(), "steps": steps, "window": { "n": 1, "unit": "day" } });
        let a = w.ask::<FunnelQuestion>(q.clone());
        let step = |i: usize, key: &str| a["groups"][0]["steps"][i][key].clone();
        assert_eq!([step(0, "persons"), step(1, "persons"), step(2, "persons")], [3, 2, 1]);
        assert_eq!((step(1, "rate_bp"), step(2, "from_first_bp"), step(2, "median_ms")), (json!(6667), json!(3333), json!(2 * HOUR)));
        assert_eq!(a["times"][0].as_array().unwrap().iter().map(|t| t["persons"].as_u64().unwrap()).sum::<u64>(), 2);
        assert_eq!(w.who::<FunnelQuestion>(q.clone(), json!({ "step": 1, "dropped": true })), [cem]);
        assert_eq!(w.who::<FunnelQuestion>(q.clone(), json!({ "step": 1 })), [ann, bob]);
        let mut by = q.clone();
        by["by"] = json!({ "prop": "sku" });
        let a = w.ask::<FunnelQuestion>(by.clone());
        let groups: Vec<_> = a["groups"].as_array().unwrap().iter().map(|g| (g["key"].clone(), g["steps"][0]["persons"].clone())).collect();
        assert_eq!(groups, [(json!("b"), json!(2)), (json!("a"), json!(1))]);
        assert_eq!(w.who::<FunnelQuestion>(by, json!({ "step": 0, "group": "b" })), [bob, cem]);
        let mut some = q;
        some["rule"] = json!({ "event": { "event": event("order.paid"), "min": 1 } });
        some["steps"][0]["where"] = json!([{ "key": "sku", "test": { "is": ["a"] } }]);
        assert_eq!(w.ask::<FunnelQuestion>(some)["groups"][0]["steps"][0]["persons"], 1);
    });
}

fn range() -> Value {
    let day = |at: i64| weir_ground::base::Zone::named("Asia/Shanghai").unwrap().day(at).to_string();
    json!({ "from": day(START), "to": day(START + 10 * DAY) })
}

#[test]
fn retention_and_trend_by_day() {
    each_engine(|db| {
        let (w, [ann, ..]) = shop(&db);
        let q = json!({ "range": range(), "start": event("viewed"), "back": event("viewed"), "unit": "day", "periods": 1 });
        let a = w.ask::<RetentionQuestion>(q.clone());
        let sizes: Vec<_> = a["cohorts"].as_array().unwrap().iter().take(2).map(|c| c["size"].clone()).collect();
        assert_eq!(sizes, [2, 1]);
        let first = a["cohorts"][0]["from"].clone();
        assert_eq!(w.who::<RetentionQuestion>(q, json!({ "cohort": first, "period": 1, "back": true })), [ann]);
        let t = |measure: Value| w.ask::<TrendQuestion>(json!({ "range": range(), "event": event("viewed"), "measure": measure, "unit": "day" }));
        assert_eq!(t(json!("count"))["groups"][0]["total"], 4.0);
        assert_eq!(t(json!("persons"))["groups"][0]["total"], 3.0);
        let paid = json!({ "range": range(), "event": event("order.paid"), "measure": { "sum": "value" }, "unit": "week" });
        let a = w.ask::<TrendQuestion>(paid.clone());
        assert_eq!(a["groups"][0]["total"], 5000.0);
        let values = a["groups"][0]["values"].as_array().unwrap();
        let b = values.iter().position(|v| *v == 5000.0).unwrap();
        assert_eq!(w.who::<TrendQuestion>(paid, json!({ "bucket": a["buckets"][b] })), [ann]);
    });
}

#[test]
fn paths_distributions_and_intervals() {
    each_engine(|db| {
        let (w, [ann, bob, cem]) = shop(&db);
        let q = json!({ "range": range(), "anchor": event("viewed"), "depth": 1, "within": { "n": 3, "unit": "hour" } });
        let a = w.ask::<PathsQuestion>(q.clone());
        assert_eq!(a["nodes"][0], json!({ "step": 0, "name": "viewed", "persons": 3 }));
        assert_eq!(a["links"][0], json!({ "step": 0, "from": "viewed", "to": "carted", "persons": 2, "median_ms": HOUR }));
        assert_eq!(w.who::<PathsQuestion>(q, json!({ "step": 1, "name": "$end" })), [cem]);
        let q = json!({ "range": range(), "event": event("viewed"), "measure": "count", "cuts": [1, 2] });
        let a = w.ask::<DistributionQuestion>(q.clone());
        assert_eq!((a["bins"][0]["persons"].clone(), a["bins"][1]["persons"].clone()), (json!(2), json!(1)));
        assert_eq!(w.who::<DistributionQuestion>(q, json!({ "bin": 1 })), [ann]);
        let q = json!({ "range": range(), "first": event("viewed"), "then": event("carted") });
        let a = w.ask::<IntervalQuestion>(q.clone());
        assert_eq!((a["pairs"].clone(), a["median_ms"].clone()), (json!(2), json!(HOUR)));
        assert_eq!(w.who::<IntervalQuestion>(q, json!({ "bin": 1 })), [bob]);
    });
}

#[test]
fn what_buyers_are_worth() {
    each_engine(|db| {
        let (w, [ann, bob, _]) = shop(&db);
        w.paid(bob, START + 5 * HOUR, 1000);
        w.paid(ann, START + DAY, 700);
        let q = json!({ "range": range(), "f": [2, 3, 4, 5] });
        let a = w.ask::<RfmQuestion>(q.clone());
        let sum: i64 = a["cells"].as_array().unwrap().iter().map(|c| c["revenue_fen"].as_i64().unwrap()).sum();
        assert_eq!((sum, a["cuts"]["f"].clone()), (6700, json!([2, 3, 4, 5])));
        assert_eq!(w.who::<RfmQuestion>(q, json!({ "f": 2 })), [ann]);
        let q = json!({ "range": range(), "unit": "month", "periods": 1 });
        let a = w.ask::<CohortsQuestion>(q);
        let c = a["cohorts"].as_array().unwrap().iter().find(|c| c["size"] != 0).unwrap().clone();
        assert_eq!((c["size"].clone(), c["revenue_fen"][0].clone(), c["cumulative_per_head_fen"][0].clone(), c["repurchase_bp"].clone()), (json!(2), json!(6700), json!(3350), json!(5000)));
    });
}

#[test]
fn a_question_that_makes_no_sense_is_refused() {
    each_engine(|db| {
        let (w, _) = shop(&db);
        let q = json!({ "range": range(), "steps": [event("viewed")], "window": { "n": 1, "unit": "day" } });
        let q: FunnelQuestion = serde_json::from_value(q).unwrap();
        assert!(q.answer(&w.asked(&q)).is_err());
        let q = json!({ "range": { "from": "2026-02-01", "to": "2026-01-01" }, "unit": "month", "periods": 1 });
        let q: CohortsQuestion = serde_json::from_value(q).unwrap();
        assert!(Asked::new(w.pool(), q.common(), START, HashMap::new()).is_err());
    });
}
