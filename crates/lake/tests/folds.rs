//! Each question beside a plain way of answering it, over small lakes with ties, late rows, joined
//! persons and files, and with exact values.
mod common;
use common::*;
use weir_lake::fold::funnel::Funnel;
use weir_lake::fold::retention::{Range, Retention, Start};
use weir_lake::fold::rfm::Rfm;
use weir_lake::cond::{self, Cond, EventTest, Window};
use weir_lake::fold::segment;
use weir_lake::fold::trend::{Measure, Trend};
use weir_lake::fold::{Amount, Buckets, By, Unit, Which};

fn funnel(lake: &World, steps: &[&str], window: i64) -> Funnel {
    let state = lake.lake.read();
    Funnel {
        steps: steps.iter().map(|s| Which::of(&state, s)).collect(),
        window,
        ordered: true,
        from: i64::MIN,
        to: i64::MAX,
        by: By::Nothing,
        times: true,
    }
}

#[test]
fn a_funnel_takes_any_start_that_leads_further() {
    let mut w = World::new();
    // The first start is too early for the pay; the second is not.
    w.put(1, 0, "view").put(1, 50, "view").put(1, 60, "cart").put(1, 120, "pay");
    // Two of three steps, the third too late.
    w.put(2, 0, "view").put(2, 10, "cart").put(2, 111, "pay");
    // In the wrong order.
    w.put(3, 0, "pay").put(3, 1, "cart").put(3, 2, "view");
    // At the same instant the position decides.
    w.put(4, 5, "view").put(4, 5, "cart").put(4, 5, "pay");
    // Never began.
    w.put(5, 5, "cart").put(5, 6, "pay");
    let f = funnel(&w, &["view", "cart", "pay"], 100);
    let g = f.ask(&w.scope()).unwrap();
    assert_eq!(g.len(), 1);
    assert_eq!(g[0].persons, [4, 3, 2]);
    assert_eq!(g[0].times, [vec![0, 10, 10], vec![0, 60]]);
    let who = |step, dropped| w.ids(&f.persons(&w.scope(), step, dropped, None).unwrap());
    assert_eq!((who(0, false), who(1, true), who(2, true), who(2, false)), (vec![1, 2, 3, 4], vec![3], vec![2], vec![1, 4]));
}

#[test]
fn a_funnel_in_any_order_needs_only_the_window() {
    let mut w = World::new();
    w.put(1, 0, "pay").put(1, 30, "view").put(1, 90, "cart");
    w.put(2, 0, "pay").put(2, 30, "view").put(2, 101, "cart");
    w.put(3, 0, "cart").put(3, 7, "pay");
    let f = Funnel { ordered: false, ..funnel(&w, &["view", "cart", "pay"], 100) };
    let g = f.ask(&w.scope()).unwrap();
    assert_eq!(g[0].persons, [2, 2, 1]);
    assert_eq!(g[0].times, [vec![30, 71], vec![60]]);
}

#[test]
fn one_row_is_one_step_and_a_range_holds_the_start() {
    let mut w = World::new();
    w.put(1, 10, "view").put(2, 10, "view").put(2, 20, "view").put(3, 99, "view").put(3, 120, "view");
    let f = Funnel { from: 0, to: 100, ..funnel(&w, &["view", "view"], 50) };
    assert_eq!(f.ask(&w.scope()).unwrap()[0].persons, [3, 2]);
    let f = Funnel { from: 100, to: 200, ..funnel(&w, &["view", "view"], 50) };
    assert_eq!(f.ask(&w.scope()).unwrap()[0].persons, [1, 0]);
    let f = funnel(&w, &["view", "never heard of"], 50);
    assert_eq!(f.ask(&w.scope()).unwrap()[0].persons, [3, 0]);
}

#[test]
fn a_funnel_is_broken_down_by_what_its_first_event_says() {
    let mut w = World::new();
    w.event(1, 0, "view", None, "tp_a", &[("sku", "x")]).event(1, 5, "pay", None, "tp_b", &[]);
    w.event(2, 0, "view", None, "tp_b", &[("sku", "y")]).event(3, 3, "view", None, "tp_b", &[]);
    let (sku, y) = {
        let s = w.lake.read();
        (s.words.keys.find("sku").unwrap() as u16, s.words.values.find("y").unwrap())
    };
    let f = Funnel { by: By::Touchpoint, ..funnel(&w, &["view", "pay"], 10) };
    let g = f.ask(&w.scope()).unwrap();
    let words: Vec<_> = g.iter().map(|g| (w.lake.read().words.touchpoints.word(g.key).to_string(), g.persons.clone())).collect();
    assert_eq!(words, [("tp_a".into(), vec![1, 1]), ("tp_b".into(), vec![2, 0])]);
    let f = Funnel { by: By::Prop(sku), ..funnel(&w, &["view", "pay"], 10) };
    assert_eq!(f.ask(&w.scope()).unwrap().iter().map(|g| g.persons[0]).collect::<Vec<_>>(), [1, 1, 1]);
    let mut f = funnel(&w, &["view", "pay"], 10);
    f.steps[0] = Which::of(&w.lake.read(), "view").with(move |_, v, row| v.prop(row, sku) == y);
    assert_eq!(f.ask(&w.scope()).unwrap()[0].persons, [1, 0]);
}

#[test]
fn random_funnels_equal_a_plain_search() {
    for seed in 0..40 {
        let w = World::random(seed);
        for (steps, window) in [(vec!["a", "b"], 40), (vec!["a", "b", "c"], 90), (vec!["a", "a", "*"], 60), (vec!["c", "b", "a", "d"], 500)] {
            let f = Funnel { from: 100, to: 700, ..funnel(&w, &steps, window) };
            let mut persons = vec![0; steps.len()];
            for (_, rows) in w.persons() {
                for level in 0..plain_funnel(&rows, &steps, window, 100, 700) {
                    persons[level] += 1;
                }
            }
            assert_eq!(f.ask(&w.scope()).unwrap()[0].persons, persons, "seed {seed} {steps:?}");
            let any = Funnel { ordered: false, from: 100, to: 700, ..funnel(&w, &["a", "b", "c"], window) };
            let mut persons = vec![0; 3];
            for (_, rows) in w.persons() {
                for level in 0..plain_any(&rows, &["a", "b", "c"], window, 100, 700) {
                    persons[level] += 1;
                }
            }
            assert_eq!(any.ask(&w.scope()).unwrap()[0].persons, persons, "seed {seed}, any order");
        }
    }
}

/// Every start, then always the next row that fits.
fn plain_funnel(rows: &[Happened], steps: &[&str], window: i64, from: i64, to: i64) -> usize {
    let is = |r: &Happened, s: &str| s == "*" || r.name == s;
    let mut best = 0;
    for (i, start) in rows.iter().enumerate() {
        if !is(start, steps[0]) || start.at < from || start.at >= to {
            continue;
        }
        let mut level = 1;
        for r in &rows[i + 1..] {
            if level < steps.len() && r.at - start.at <= window && is(r, steps[level]) {
                level += 1;
            }
        }
        best = best.max(level);
    }
    best
}

/// Every window that begins with one of the steps.
fn plain_any(rows: &[Happened], steps: &[&str], window: i64, from: i64, to: i64) -> usize {
    let reached = |first: &[&str]| {
        let begins = rows.iter().filter(|r| r.at >= from && r.at < to && first.contains(&r.name.as_str()));
        let whole = |t: i64| first.iter().all(|s| rows.iter().any(|r| r.name == *s && r.at >= t && r.at <= t + window));
        begins.map(|r| r.at).any(whole)
    };
    (1..=steps.len()).rev().find(|k| reached(&steps[..*k])).unwrap_or(0)
}

const DAY: i64 = 86_400_000;

#[test]
fn retention_by_first_start_and_by_every_start() {
    let mut w = World::new();
    w.put(1, 0, "start").put(1, DAY, "back").put(1, 3 * DAY, "back");
    w.put(2, DAY / 2, "back").put(2, DAY / 2 + 1, "start").put(2, 2 * DAY, "start").put(2, 2 * DAY + 5, "back");
    w.put(3, 5 * DAY, "start").put(4, 2 * DAY, "back");
    let state = w.lake.read();
    let new = || {
        let range = Range { unit: Unit::Day, from: 0, to: 4, periods: 3 };
        Retention::new(&utc(), range, Start::Event(Which::of(&state, "start")), Which::of(&state, "back"))
    };
    let r = new();
    let g = r.ask(&w.scope()).unwrap();
    assert_eq!(g[0].sizes, [2, 0, 0, 0]);
    assert_eq!(g[0].back[0], [0, 1, 1, 1]);
    assert_eq!((r.mature(0, 1, 2 * DAY - 1), r.mature(0, 1, 2 * DAY)), (false, true));
    let mut every = new();
    every.first = false;
    let g = every.ask(&w.scope()).unwrap();
    assert_eq!(g[0].sizes, [2, 0, 1, 0]);
    assert_eq!((&g[0].back[0], &g[0].back[2]), (&vec![0, 1, 1, 1], &vec![1, 0, 0, 0]));
    let mut unbounded = new();
    unbounded.unbounded = true;
    let g = unbounded.ask(&w.scope()).unwrap();
    assert_eq!(g[0].back[0], [2, 2, 2, 1]);
    let who = |r: &Retention, p| w.ids(&r.persons(&w.scope(), Some(0), p, None).unwrap());
    assert_eq!((who(&r, None), who(&r, Some((1, true))), who(&r, Some((1, false)))), (vec![1, 2], vec![1], vec![2]));
    assert_eq!(who(&unbounded, Some((3, false))), [2]);
}

#[test]
fn retention_from_an_instant_of_the_person() {
    let mut w = World::new();
    w.put(1, 5, "back").put(1, DAY, "back").put(2, 0, "back").put(3, 0, "x");
    let joined = {
        let mut s = w.lake.write();
        let c = s.people.numbers_column("joined_at");
        let (a, b) = (s.people.find(1).unwrap(), s.people.find(2).unwrap());
        s.people.set_number(c, a, Some(10));
        s.people.set_number(c, b, Some(0));
        c
    };
    let range = Range { unit: Unit::Day, from: 0, to: 1, periods: 1 };
    let r = Retention::new(&utc(), range, Start::Column(joined), Which::of(&w.lake.read(), "back"));
    let g = r.ask(&w.scope()).unwrap();
    assert_eq!((&g[0].sizes, &g[0].back), (&vec![2], &vec![vec![1, 1]]));
}

#[test]
fn random_retention_equals_a_plain_count() {
    for seed in 0..30 {
        let w = World::random(seed);
        for (unit, first, unbounded) in [(Unit::Day, true, false), (Unit::Day, false, true), (Unit::Week, false, false), (Unit::Month, true, true)] {
            let range = Range { unit, from: 1, to: 9, periods: 3 };
            let r = {
                let s = w.lake.read();
                let mut r = Retention::new(&utc(), range, Start::Event(Which::of(&s, "a")), Which::of(&s, "b"));
                (r.first, r.unbounded) = (first, unbounded);
                r
            };
            // Hours of the random lake stand for days here.
            let g = &r.ask(&w.scope()).unwrap()[0];
            for c in 0..r.cohorts() {
                let (mut size, mut back) = (0, vec![0; 4]);
                for (_, rows) in w.persons() {
                    let period = |at: i64| plain_period(unit, at / DAY);
                    let begins = |r: &Happened| r.name == "a" && r.at >= DAY && r.at < 9 * DAY && period(r.at) == plain_period(unit, r.day_of(c, unit));
                    let start = if first {
                        rows.iter().position(|r| r.name == "a").filter(|i| begins(&rows[*i]))
                    } else {
                        rows.iter().position(begins)
                    };
                    let Some(start) = start else { continue };
                    size += 1;
                    for (k, n) in back.iter_mut().enumerate() {
                        let p = period(rows[start].at);
                        let hit = |r: &Happened| r.name == "b" && (period(r.at) == p + k as i64 || unbounded && period(r.at) > p + k as i64);
                        *n += u64::from(rows[start..].iter().any(hit));
                    }
                }
                if unbounded {
                    // The plain count looks beyond the periods that are asked for; only the last may differ.
                    assert!(g.back[c].iter().zip(&back).all(|(a, b)| a <= b), "seed {seed}");
                } else {
                    assert_eq!((g.sizes[c], &g.back[c]), (size, &back), "seed {seed} {unit:?} {c}");
                }
                assert_eq!(g.sizes[c], size, "seed {seed} {unit:?} {c}");
            }
        }
    }
}

fn plain_period(unit: Unit, day: i64) -> i64 {
    match unit {
        Unit::Week => (day + 3) / 7,
        Unit::Month => i64::from(day >= 31),
        _ => day,
    }
}

/// An event counted within [from, to).
fn counted(w: &World, name: &str, (from, to): (i64, i64), min: Option<f64>, max: Option<f64>) -> Cond {
    let test = EventTest::named(w.lake.read().words.names.find(name).unwrap() as u16);
    Cond::Event { test, measure: cond::Measure::Count, min, max, window: Window::Between(from, to) }
}

fn who(w: &World, cond: &Cond, now: i64) -> Vec<i64> {
    static CALENDAR: std::sync::LazyLock<weir_lake::Calendar> = std::sync::LazyLock::new(utc);
    let q = segment::Question { cond, calendar: &CALENDAR, now, member: &|_, _| false };
    w.ids(&q.members(&w.lake, &w.cancel).unwrap())
}

#[test]
fn counted_conditions() {
    let mut w = World::new();
    w.put(1, 10, "pay").put(1, 20, "pay").put(2, 5, "pay").put(2, 20, "pay").put(3, 10, "pay").put(3, 11, "pay").put(3, 25, "view");
    let twice = counted(&w, "pay", (10, 30), Some(2.0), None);
    let not_lately = Cond::Not(Box::new(counted(&w, "view", (20, 30), Some(1.0), None)));
    let both = Cond::All(vec![not_lately.clone(), twice.clone()]);
    assert_eq!((who(&w, &both, 30), who(&w, &twice, 30), who(&w, &not_lately, 30)), (vec![1], vec![1, 3], vec![1, 2]));
    // What lies ahead of the instant has not happened.
    assert_eq!((who(&w, &both, 19), who(&w, &both, 24)), (vec![3], vec![1, 3]));
}

#[test]
fn random_conditions_hold_for_the_same_persons_with_and_without_a_lead() {
    for seed in 0..40 {
        let w = World::random(seed);
        for (from, to) in [(0, 1000), (600, 1000), (900, 990), (950, 960)] {
            let few = counted(&w, "a", (from, to), Some(1.0), Some(3.0));
            let none = counted(&w, "b", (from + 5, to), None, Some(0.0));
            let all = Cond::All(vec![few, none]);
            let n = |rows: &[Happened], name: &str, from: i64| rows.iter().filter(|r| r.name == name && r.at >= from && r.at < to).count();
            let plain = w.persons().values().filter(|r| (1..=3).contains(&n(r, "a", from)) && n(r, "b", from + 5) == 0).count();
            assert_eq!(who(&w, &all, 2000).len(), plain, "seed {seed}");
            let a = EventTest::named(w.lake.read().words.names.find("a").unwrap() as u16);
            let b = EventTest::named(w.lake.read().words.names.find("b").unwrap() as u16);
            let window = Window::Between(from, to);
            let more = [
                Cond::Edge { test: a.clone(), last: true, then: vec![], window },
                Cond::All(vec![counted(&w, "a", (0, to), Some(1.0), None), Cond::Not(Box::new(counted(&w, "b", (from, to), Some(1.0), None)))]),
                Cond::All(vec![counted(&w, "a", (0, to), Some(2.0), None), counted(&w, "b", (from, to), None, Some(2.0))]),
                Cond::Edge { test: a.clone(), last: false, then: vec![], window: Window::Last(300) },
                Cond::Sequence { steps: vec![a.clone(), b.clone()], within: Some(100), without: None, window },
                Cond::NotFollowed { first: a.clone(), then: b.clone(), within: 50, window },
                Cond::Event { test: b, measure: cond::Measure::Max(cond::Key::Value), min: None, max: Some(1e9), window },
            ];
            for cond in more {
                assert_ne!(cond.leads(), []);
                // Either of two equal conditions has no lead.
                let twice = Cond::Any(vec![cond.clone(), cond.clone()]);
                assert_eq!(twice.leads(), []);
                for now in [from, (from + to) / 2, to, 2000] {
                    assert_eq!(who(&w, &cond, now), who(&w, &twice, now), "seed {seed}, {cond:?} at {now}");
                }
            }
        }
    }
}

#[test]
fn rfm_with_fixed_cuts_and_with_quintiles() {
    let mut w = World::new();
    for p in 1..=10i64 {
        for n in 0..p {
            w.paid(p, (n + 10) * DAY + p, 100);
        }
    }
    let rfm = |fixed: bool| Rfm {
        paid: Which::of(&w.lake.read(), "pay"),
        from: 0,
        to: 100 * DAY,
        today: 20,
        r: None,
        f: fixed.then_some([2, 3, 4, 5]),
        m: None,
    };
    let s = rfm(false).ask(&w.scope(), &utc()).unwrap();
    // Person p bought p times, last on day 9 + p: 11 - p days ago.
    assert_eq!((s.r, s.f, s.m), ([3, 5, 7, 9], [3, 5, 7, 9], [300, 500, 700, 900]));
    let persons: u64 = s.cells.iter().flatten().flatten().map(|c| c.persons).sum();
    assert_eq!((persons, s.cells[4][4][4].persons, s.cells[4][4][4].money, s.cells[4][4][4].days), (10, 2, 1900, 3));
    assert_eq!((s.cells[4][3][3].persons, s.cells[4][3][3].money), (1, 800));
    let fixed = rfm(true);
    let s = fixed.ask(&w.scope(), &utc()).unwrap();
    assert_eq!(s.f, [2, 3, 4, 5]);
    assert_eq!(w.ids(&fixed.persons(&w.scope(), &utc(), [None, Some(5), None]).unwrap()), [5, 6, 7, 8, 9, 10]);
}

#[test]
fn trends_count_events_persons_and_money() {
    let mut w = World::new();
    w.event(1, 0, "pay", Some(100), "a", &[("n", "2")]).event(1, 10, "pay", Some(50), "b", &[("n", "x")]);
    w.event(1, DAY, "pay", None, "a", &[("n", "0.5")]).event(2, DAY + 1, "pay", Some(7), "a", &[]).event(2, 9 * DAY, "pay", Some(1000), "a", &[]);
    let ask = |measure, by| {
        let t = Trend { event: Which::of(&w.lake.read(), "pay"), measure, buckets: Buckets::new(&utc(), Unit::Day, 0, 3), by };
        t.ask(&w.scope()).unwrap()
    };
    let n = |measure, by| ask(measure, by).iter().map(|g| g.cells.iter().map(|c| c.n).collect::<Vec<_>>()).collect::<Vec<_>>();
    assert_eq!(n(Measure::Count, By::Nothing), [[2, 2, 0]]);
    assert_eq!(n(Measure::Persons, By::Nothing), [[1, 2, 0]]);
    assert_eq!(n(Measure::Count, By::Touchpoint), [[1, 2, 0], [1, 0, 0]]);
    assert_eq!(n(Measure::Persons, By::Touchpoint), [[1, 2, 0], [1, 0, 0]]);
    assert_eq!(ask(Measure::Persons, By::Nothing)[0].total.n, 2);
    let sums: Vec<_> = ask(Measure::Sum(Amount::Value), By::Nothing)[0].cells.iter().map(|c| (c.n, c.fen)).collect();
    assert_eq!(sums, [(2, 150), (1, 7), (0, 0)]);
    let key = w.lake.read().words.keys.find("n").unwrap() as u16;
    let sums: Vec<_> = ask(Measure::Sum(Amount::Prop(key)), By::Nothing)[0].cells.iter().map(|c| (c.n, c.real)).collect();
    assert_eq!(sums, [(1, 2.0), (1, 0.5), (0, 0.0)]);
    let t = Trend { event: Which::of(&w.lake.read(), "pay"), measure: Measure::Count, buckets: Buckets::new(&utc(), Unit::Day, 0, 3), by: By::Nothing };
    assert_eq!(w.ids(&t.persons(&w.scope(), 1, None).unwrap()), [1, 2]);
}

#[test]
fn a_name_alone_is_answered_like_one_that_is_tested() {
    let calendar = utc();
    for seed in 0..40 {
        let w = World::random(seed);
        let which = |tested: bool| {
            let plain = Which::of(&w.lake.read(), "a");
            if tested { plain.with(|_, _, _| true) } else { plain }
        };
        let buckets = Buckets::new(&calendar, Unit::Day, 0, 6);
        for measure in [Measure::Count, Measure::Persons, Measure::Sum(Amount::Value)] {
            let ask = |tested| Trend { event: which(tested), measure, buckets: buckets.clone(), by: By::Nothing }.ask(&w.scope()).unwrap();
            let (quick, slow) = (ask(false), ask(true));
            assert!(quick[0].cells.iter().any(|c| c.n > 0));
            assert_eq!(quick, slow, "seed {seed}");
        }
        for (from, to) in [(i64::MIN, i64::MAX), (300, 900), (300 * DAY / 1000, 900 * DAY / 1000)] {
            let ask = |tested| Rfm { paid: which(tested), from, to, today: 600, r: None, f: None, m: None }.ask(&w.scope(), &calendar).unwrap();
            assert_eq!(ask(false), ask(true), "seed {seed}");
        }
    }
}

#[test]
fn hidden_persons_and_those_outside_the_filter_do_not_count() {
    let mut w = World::new();
    w.put(1, 0, "view").put(2, 0, "view").put(3, 0, "view");
    let (two, three) = (w.subject(2), w.subject(3));
    w.lake.write().people.hidden.insert(two);
    let f = funnel(&w, &["view", "view"], 5);
    assert_eq!(f.ask(&w.scope()).unwrap()[0].persons, [2, 0]);
    let mut scope = w.scope();
    scope.who = weir_lake::fold::Who::These([two, three].into_iter().collect());
    assert_eq!(f.ask(&scope).unwrap()[0].persons, [1, 0]);
    let view = || Which::of(&w.lake.read(), "view");
    let t = Trend { event: view(), measure: Measure::Count, buckets: Buckets::new(&utc(), Unit::Day, 0, 1), by: By::Nothing };
    assert_eq!((t.ask(&w.scope()).unwrap()[0].total.n, t.ask(&scope).unwrap()[0].total.n), (2, 1));
}

#[test]
fn a_cancelled_question_has_no_answer() {
    let mut w = World::new();
    w.put(1, 0, "view");
    w.cancel.store(true, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(funnel(&w, &["view", "view"], 5).ask(&w.scope()), None);
}
