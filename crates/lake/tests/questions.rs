//! Paths, distributions, intervals, cohorts; a lake written at once.
mod common;
use common::*;
use weir_lake::bulk::{Bulk, Coded};
use weir_lake::fold::cohort::Cohorts;
use weir_lake::fold::distribution::{Distribution, Measure};
use weir_lake::fold::funnel::Funnel;
use weir_lake::fold::interval::Interval;
use weir_lake::fold::paths::{Node, Paths};
use weir_lake::fold::{Amount, By, Unit, Which};
use weir_lake::{Lake, Position};

const DAY: i64 = 86_400_000;

fn named(w: &World, name: &str) -> Which {
    Which::of(&w.lake.read(), name)
}

fn node(w: &World, n: Node) -> String {
    match n {
        Node::Name(code) => w.lake.read().words.names.word(code as u32).to_string(),
        Node::Rest => "rest".into(),
        Node::End => "end".into(),
    }
}

#[test]
fn paths_from_and_to_an_event() {
    let mut w = World::new();
    w.put(1, 0, "x").put(1, 10, "home").put(1, 15, "list").put(1, 35, "item").put(1, 90, "pay");
    w.put(2, 0, "home").put(2, 7, "list").put(3, 0, "home").put(3, 2, "item").put(4, 0, "home").put(5, 0, "pay");
    w.put(2, 500, "pay");
    let paths = |anchor, forward| Paths { anchor: named(&w, anchor), forward, depth: 2, top: 1, within: 100, from: 0, to: 1000 };
    let p = paths("home", true);
    let flow = p.ask(&w.scope()).unwrap();
    let places: Vec<_> = flow.places.iter().map(|p| (p.step, node(&w, p.node), p.persons)).collect();
    let at = |step, name: &str, n| (step, name.to_string(), n);
    assert_eq!(
        places,
        [at(0, "home", 4), at(1, "list", 2), at(1, "rest", 1), at(1, "end", 1), at(2, "item", 1), at(2, "end", 2)]
    );
    let links: Vec<_> = flow.links.iter().map(|l| (l.step, node(&w, l.from), node(&w, l.to), l.persons, l.median_ms)).collect();
    let link = |step, from: &str, to: &str, n, ms| (step, from.to_string(), to.to_string(), n, ms);
    assert_eq!(
        links,
        [
            link(0, "home", "list", 2, Some(7)),
            link(0, "home", "rest", 1, Some(2)),
            link(0, "home", "end", 1, None),
            link(1, "list", "item", 1, Some(20)),
            link(1, "list", "end", 1, None),
            link(1, "rest", "end", 1, None),
        ]
    );
    assert_eq!(w.ids(&p.persons(&w.scope(), 1, Node::Rest).unwrap()), [3]);
    assert_eq!(w.ids(&p.persons(&w.scope(), 1, Node::End).unwrap()), [4]);
    // Backwards: person 1 came to pay over item and list, person 2 too long after, person 5 from nowhere.
    let flow = paths("pay", false).ask(&w.scope()).unwrap();
    let places: Vec<_> = flow.places.iter().map(|p| (p.step, node(&w, p.node), p.persons)).collect();
    assert_eq!(places, [at(0, "pay", 3), at(1, "item", 1), at(1, "end", 2), at(2, "list", 1)]);
}

#[test]
fn distributions_of_counts_money_days_and_values() {
    let mut w = World::new();
    for (p, n) in [(1, 1), (2, 2), (3, 2), (4, 7)] {
        for i in 0..n {
            w.event(p, i * DAY / 2, "pay", Some(p * 100), "", &[("sku", if i % 2 == 0 { "a" } else { "b" })]);
        }
    }
    w.put(9, 0, "view");
    let sku = w.lake.read().words.keys.find("sku").unwrap() as u16;
    let ask = |measure, cuts: Option<Vec<f64>>| {
        let d = Distribution { event: named(&w, "pay"), measure, from: 0, to: 100 * DAY, cuts };
        let s = d.ask(&w.scope(), &utc()).unwrap();
        let bins: Vec<u64> = s.bins.iter().map(|b| b.persons).collect();
        (bins, s.persons, s.mean, s.median)
    };
    assert_eq!(ask(Measure::Count, Some(vec![1.0, 2.0, 5.0])), (vec![1, 2, 1], 4, 3.0, 2.0));
    assert_eq!(ask(Measure::Days, Some(vec![1.0, 2.0, 4.0])), (vec![3, 0, 1], 4, 1.75, 1.0));
    assert_eq!(ask(Measure::Sum(Amount::Value), Some(vec![0.0, 500.0])), (vec![2, 2], 4, 975.0, 600.0));
    assert_eq!(ask(Measure::Distinct(sku), Some(vec![1.0, 2.0])), (vec![1, 3], 4, 1.75, 2.0));
    let (bins, ..) = ask(Measure::Count, None);
    assert_eq!(bins, [1, 2, 0, 0, 0, 0, 1]);
    let d = Distribution { event: named(&w, "pay"), measure: Measure::Count, from: 0, to: 100 * DAY, cuts: Some(vec![1.0, 2.0, 5.0]) };
    assert_eq!(w.ids(&d.persons(&w.scope(), &utc(), 1).unwrap()), [2, 3]);
    let d = Distribution { event: named(&w, "never"), measure: Measure::Count, from: 0, to: 1, cuts: None };
    assert_eq!(d.ask(&w.scope(), &utc()).unwrap().bins, []);
}

#[test]
fn intervals_are_from_the_nearest_first() {
    let mut w = World::new();
    w.put(1, 0, "a").put(1, 30_000, "a").put(1, 60_000, "b").put(1, 70_000, "b").put(1, 80_000, "a").put(1, 80_000 + DAY, "b");
    w.put(2, 0, "b").put(2, 5, "a");
    let i = Interval { first: named(&w, "a"), then: named(&w, "b"), from: 0, to: 10 * DAY };
    let t = i.ask(&w.scope()).unwrap();
    assert_eq!((t.pairs, t.persons, t.p25, t.median), (2, 1, 30_000, DAY));
    let full: Vec<_> = t.bins.iter().filter(|b| b.pairs > 0).map(|b| (b.min, b.pairs, b.persons)).collect();
    assert_eq!(full, [(0, 1, 1), (DAY, 1, 1)]);
    assert_eq!(w.ids(&i.persons(&w.scope(), 6).unwrap()), [1]);
    // From one to the next of the same name.
    let i = Interval { first: named(&w, "a"), then: named(&w, "a"), from: 0, to: 10 * DAY };
    assert_eq!(i.ask(&w.scope()).unwrap().pairs, 2);
}

#[test]
fn cohorts_of_first_buyers_bring_in() {
    let mut w = World::new();
    w.paid(1, DAY, 100).paid(1, 2 * DAY, 50).paid(1, 40 * DAY, 7).paid(1, 70 * DAY, 1000);
    w.paid(2, 35 * DAY, 30).paid(3, 3 * DAY, 5).put(4, 0, "view");
    let c = Cohorts::new(&utc(), Unit::Month, (0, 59), 1, named(&w, "pay"));
    let all = c.ask(&w.scope()).unwrap();
    let rows: Vec<_> = all.iter().map(|c| (c.day, c.size, c.revenue.clone(), c.again)).collect();
    assert_eq!(rows, [(0, 2, vec![155, 7], 1), (31, 1, vec![30, 0], 0)]);
    assert_eq!(w.ids(&c.persons(&w.scope(), 0, Some(1)).unwrap()), [1]);
    assert_eq!(w.ids(&c.persons(&w.scope(), 0, None).unwrap()), [1, 3]);
    assert_eq!((c.begun(1, 1, 59 * DAY), c.begun(1, 1, 59 * DAY - 1)), (true, false));
}

#[test]
fn a_lake_written_at_once_is_like_one_that_grew() {
    let dir = std::env::temp_dir().join(format!("weir-bulk-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&dir);
    let position = Position { xid: 7, id: 9 };
    let mut bulk = Bulk::begin(&dir, position).unwrap();
    let (view, pay) = (bulk.words.names.code("view") as u16, bulk.words.names.code("pay") as u16);
    let key = (bulk.words.keys.code("sku") as u16, bulk.words.values.code("x"));
    let row = |at, name| Coded { at, seq: at, name, value: (name == pay).then_some(5), touchpoint: 0, store: 0, props: &[] };
    let props = [key];
    bulk.person(11, [row(1, view), Coded { props: &props, ..row(2, pay) }]).unwrap();
    bulk.person(12, []).unwrap();
    bulk.person(13, [row(5, view)]).unwrap();
    let lake = bulk.finish(position).unwrap();
    assert_eq!((lake.stats().events, lake.stats().persons, lake.read().position), (3, 3, position));
    drop(lake);
    let mut w = World::on(Lake::open(&dir).unwrap());
    w.log.push(Happened { subject: 0, at: 0, seq: 100, name: String::new(), value: None });
    w.put(13, 9, "pay").put(12, 3, "view");
    let f = Funnel {
        steps: vec![named(&w, "view"), named(&w, "pay")],
        window: 10,
        ordered: true,
        from: 0,
        to: 100,
        by: By::Nothing,
        times: true,
    };
    let g = f.ask(&w.scope()).unwrap();
    assert_eq!((g[0].persons.clone(), g[0].times.clone()), (vec![3, 2], vec![vec![1, 4]]));
    let s = w.lake.read();
    let said = s.timeline(s.people.find(11).unwrap(), |v| (v.value.to_vec(), v.prop(1, key.0), v.prop(0, key.0)));
    assert_eq!(said, (vec![weir_lake::NO_VALUE, 5], key.1, 0));
    drop(s);
    let _ = std::fs::remove_dir_all(&dir);
}
