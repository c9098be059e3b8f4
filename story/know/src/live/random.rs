//! A million random steps: whatever happens, in whatever order, who is in a segment is what the rule
//! says, read by a second, naive reader of rules that shares no code with the engine; and nobody
//! enters twice without leaving.
use super::facts::{Facts, Fresh};
use super::follow::{Batch, apply};
use super::pool::Pool;
use crate::identity::pool::{Pool as TrafficPool, Strength};
use crate::segment::engine::Effects;
use crate::segment::rule::{Bounds, Calendary, EventTest, Measure, Rule, Span, SpanUnit, Test, Window};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use weir_ground::base::time::{DAY, HOUR};
use weir_ground::base::ids::{SegmentId, StaffId};
use weir_ground::base::{Day, Fen, Ms, Zone};
use weir_ground::event::{BrandId, Event, PersonId};
use weir_ground::reader::Cursor;
use weir_lake::{Calendar, Lake, Subject};

/// Steps of each of the four tests; together a million.
const STEPS: usize = 250_000;
/// Steps in one world before another begins.
const LIFE: usize = 300;
const PEOPLE: usize = 8;

struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11
    }
    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }
    fn often(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// What the world knows of somebody, without any of the product's structures.
#[derive(Clone, Debug, Default)]
struct Somebody {
    gender: Option<&'static str>,
    birthday: Option<Day>,
    net: i64,
    stage: &'static str,
    stage_since: Ms,
    last_order_at: Option<Ms>,
    tags: Vec<&'static str>,
    consent: Option<&'static str>,
    kinds: Vec<&'static str>,
    guide: Option<StaffId>,
}

#[derive(Clone, Debug)]
struct Did {
    id: i64,
    who: usize,
    at: Ms,
    told: Ms,
    name: &'static str,
    value: Option<i64>,
    sku: Option<&'static str>,
    price: Option<i64>,
}

const NAMES: &[&str] = &["viewed", "carted", "bought", "asked"];
const SKUS: &[&str] = &["A", "B", "C"];
const KINDS: &[&str] = &["external_userid", "openid", "phone"];
const GUIDES: &[StaffId] = &[StaffId::new(1), StaffId::new(2), StaffId::new(3)];
const POOLS: &[&str] = &["near", "far"];
const STAGES: &[&str] = &["new", "first_order", "silent"];

fn event_test(d: &mut Dice) -> Value {
    let name = if d.often(10) { "*" } else { d.one(NAMES) };
    let also = match d.below(6) {
        0 => json!([{"key": "sku", "test": {"is": [d.one(SKUS), d.one(SKUS)]}}]),
        1 => json!([{"key": "sku", "test": {"is_not": [d.one(SKUS)]}}]),
        2 => json!([{"key": "price", "test": {"between": {"min": 3, "max": 7}}}]),
        3 => json!([{"key": "value", "test": {"between": {"min": 40}}}]),
        4 => json!([{"key": "sku", "test": d.one(&["present", "missing"])}]),
        _ => json!([]),
    };
    json!({"name": name, "where": also})
}

fn window(d: &mut Dice) -> Value {
    match d.below(7) {
        0 => json!("ever"),
        1 => json!({"last": {"n": 1 + d.below(5), "unit": "day"}}),
        2 => json!({"last": {"n": 1 + d.below(40), "unit": "hour"}}),
        3 => json!({"days": 1 + d.below(6)}),
        4 => json!({"this": d.one(&["day", "week", "month", "year"])}),
        5 => json!({"between": {"from": "2026-03-05", "to": "2026-03-12"}}),
        _ => json!({"last": {"n": 45, "unit": "minute"}}),
    }
}

fn bounds(d: &mut Dice, most: usize) -> (Value, Value) {
    let a = d.below(most);
    match d.below(3) {
        0 => (json!(a + 1), Value::Null),
        1 => (Value::Null, json!(a)),
        _ => (json!(a), json!(a + d.below(most))),
    }
}

fn leaf(d: &mut Dice) -> Value {
    match d.below(16) {
        0 => json!({"attr": {"key": "gender", "test": d.one(&[json!({"is": ["f"]}), json!({"is_not": ["f"]}), json!("present"), json!("missing")])}}),
        1 => {
            let (min, max) = bounds(d, 200);
            json!({"attr": {"key": "net", "test": {"between": {"min": min, "max": max}}}})
        }
        2 => {
            let (min, max) = bounds(d, 6);
            json!({"attr": {"key": "last_order_at", "test": {"days_ago": {"min": min, "max": max}}}})
        }
        3 => json!({"attr": {"key": "birthday", "test": {"anniversary": {"from": d.below(3), "to": 3 + d.below(9)}}}}),
        4 => json!({"tag": {"any": [d.one(&["vip", "new", "hot"])]}}),
        14 => json!({"guide": {"any": if d.often(30) { GUIDES[1..].to_vec() } else { vec![d.one(GUIDES)] }}}),
        15 => json!({"bound": {"kind": "guide"}}),
        13 => json!({"pool": {"any": if d.often(30) { POOLS.to_vec() } else { vec![d.one(POOLS)] }}}),
        5 => {
            let (min, max) = bounds(d, 4);
            let days = if d.often(60) { json!({"min": min, "max": max}) } else { Value::Null };
            json!({"stage": {"any": [d.one(STAGES), d.one(STAGES)], "days": days}})
        }
        6 => json!({"consent": {"purpose": "marketing", "channel": "sms", "status": d.one(&["granted", "withdrawn", "unknown"])}}),
        7 | 8 => {
            let (measure, most) = match d.below(7) {
                0 => (json!("days"), 4),
                1 => (json!({"sum": "value"}), 300),
                2 => (json!({"avg": "price"}), 8),
                3 => (json!({"distinct": "sku"}), 4),
                4 => (json!({"max": "value"}), 90),
                _ => (json!("count"), 4),
            };
            let (min, max) = bounds(d, most);
            json!({"event": {"event": event_test(d), "measure": measure, "min": min, "max": max, "window": window(d)}})
        }
        9 => {
            let edge = json!({"event": event_test(d), "then": [{"key": "sku", "test": {"is": [d.one(SKUS)]}}], "window": window(d)});
            if d.often(50) { json!({"first_event": edge}) } else { json!({"last_event": edge}) }
        }
        10 | 11 => {
            let within = if d.often(70) { json!({"n": 1 + d.below(30), "unit": "hour"}) } else { Value::Null };
            let without = if d.often(40) { event_test(d) } else { Value::Null };
            let mut steps = vec![event_test(d), event_test(d)];
            if d.often(40) {
                steps.push(event_test(d));
            }
            json!({"sequence": {"steps": steps, "within": within, "without": without, "window": window(d)}})
        }
        _ => json!({"not_followed": {"first": event_test(d), "then": event_test(d), "within": {"n": 1 + d.below(48), "unit": "hour"}, "window": window(d)}}),
    }
}

fn rule(d: &mut Dice, depth: usize, others: &[SegmentId]) -> Value {
    if depth == 0 || d.often(45) {
        if !others.is_empty() && d.often(12) {
            return json!({"segment": {"id": d.one(others)}});
        }
        return leaf(d);
    }
    let mut all: Vec<Value> = (0..2 + d.below(2)).map(|_| rule(d, depth - 1, others)).collect();
    match d.below(4) {
        0 => json!({"all": all}),
        1 => json!({"any": all}),
        2 => json!({"not": all.remove(0)}),
        _ => json!({"at_least": {"k": 1 + d.below(all.len()), "of": all}}),
    }
}

/// Rules read plainly: every question is answered by looking at everything.
struct Plain<'a> {
    zone: &'a Zone,
    now: Ms,
    who: &'a Somebody,
    pools: &'a [TrafficPool],
    /// In order of (time, position), none after now.
    did: Vec<&'a Did>,
    member: &'a dyn Fn(SegmentId) -> bool,
}

impl Plain<'_> {
    fn holds(&self, rule: &Rule) -> bool {
        match rule {
            Rule::All(all) => all.iter().all(|r| self.holds(r)),
            Rule::Any(all) => all.iter().any(|r| self.holds(r)),
            Rule::Not(one) => !self.holds(one),
            Rule::AtLeast(a) => a.of.iter().filter(|r| self.holds(r)).count() >= a.k,
            Rule::Segment(s) => (self.member)(s.id),
            Rule::Tag(t) => t.any.iter().any(|t| self.who.tags.contains(&t.as_str())),
            Rule::Pool(p) => self.pools.iter().any(|t| {
                p.any.contains(&t.code) && self.who.kinds.iter().any(|k| t.kinds.iter().any(|x| x == k))
            }),
            Rule::Guide(a) => self.who.guide.is_some_and(|g| a.any.contains(&g.to_string())),
            Rule::Bound(b) => b.kind == "guide" && self.who.guide.is_some(),
            Rule::Consent(c) => self.who.consent.unwrap_or("unknown") == c.status,
            Rule::Stage(s) => {
                s.any.iter().any(|x| x == self.who.stage)
                    && s.days.is_none_or(|b| self.between_days(self.zone.day(self.who.stage_since), b))
            }
            Rule::Attr(a) => match (a.key.as_str(), &a.test) {
                ("gender", Test::Is(w)) => self.who.gender.is_some_and(|g| w.iter().any(|x| x == g)),
                ("gender", Test::IsNot(w)) => self.who.gender.is_some_and(|g| !w.iter().any(|x| x == g)),
                ("gender", Test::Present) => self.who.gender.is_some(),
                ("gender", Test::Missing) => self.who.gender.is_none(),
                ("net", Test::Between(r)) => {
                    let n = self.who.net as f64;
                    r.min.is_none_or(|m| n >= m) && r.max.is_none_or(|m| n <= m)
                }
                ("last_order_at", Test::DaysAgo(b)) => {
                    self.who.last_order_at.is_some_and(|at| self.between_days(self.zone.day(at), *b))
                }
                ("birthday", Test::Anniversary(x)) => self.who.birthday.is_some_and(|b| {
                    let (_, m, d) = b.ymd();
                    (x.from..x.to).any(|n| {
                        let day = Day(self.zone.day(self.now).0 + n);
                        Day::of_ymd(day.ymd().0, m, d) == day
                    })
                }),
                other => panic!("{other:?}"),
            },
            Rule::Event(e) => {
                let some: Vec<&Did> = self.in_window(&e.window).filter(|d| self.fits(d, &e.event)).collect();
                let numbers = |key: &str| -> Vec<f64> {
                    some.iter().filter_map(|d| if key == "value" { d.value } else { d.price }).map(|n| n as f64).collect()
                };
                let measured = match &e.measure {
                    Measure::Count => Some(some.len() as f64),
                    Measure::Days => {
                        let mut days: Vec<Day> = some.iter().map(|d| self.zone.day(d.at)).collect();
                        days.dedup();
                        Some(days.len() as f64)
                    }
                    Measure::Distinct(_) => {
                        let mut skus: Vec<&str> = some.iter().filter_map(|d| d.sku).collect();
                        skus.sort_unstable();
                        skus.dedup();
                        Some(skus.len() as f64)
                    }
                    Measure::Sum(k) => Some(numbers(k).iter().sum()),
                    Measure::Avg(k) => {
                        let all = numbers(k);
                        (!all.is_empty()).then(|| all.iter().sum::<f64>() / all.len() as f64)
                    }
                    Measure::Max(k) => numbers(k).into_iter().reduce(f64::max),
                    Measure::Min(k) => numbers(k).into_iter().reduce(f64::min),
                };
                measured.is_some_and(|x| e.min.is_none_or(|m| x >= m) && e.max.is_none_or(|m| x <= m))
            }
            Rule::FirstEvent(e) => self.edge(self.did.iter().find(|d| self.fits(d, &e.event)), e),
            Rule::LastEvent(e) => self.edge(self.did.iter().rev().find(|d| self.fits(d, &e.event)), e),
            Rule::Sequence(s) => {
                let some: Vec<&Did> = self.in_window(&s.window).collect();
                (0..some.len()).any(|i| self.fits(some[i], &s.steps[0]) && self.follows(&some, i, i, &s.steps[1..], s))
            }
            Rule::NotFollowed(n) => self.in_window(&n.window).any(|a| {
                let until = a.at + ms(n.within);
                let later = |b: &&&Did| (b.at, b.id) > (a.at, a.id) && b.at <= until;
                self.fits(a, &n.first) && until <= self.now && !self.did.iter().filter(later).any(|b| self.fits(b, &n.then))
            }),
            other => panic!("{other:?}"),
        }
    }

    fn between_days(&self, day: Day, b: Bounds) -> bool {
        let ago = self.zone.day(self.now).0 - day.0;
        b.min.is_none_or(|m| ago >= m) && b.max.is_none_or(|m| ago <= m)
    }

    fn fits(&self, d: &Did, t: &EventTest) -> bool {
        (t.name == "*" || t.name == d.name)
            && t.also.iter().all(|p| match (p.key.as_str(), &p.test) {
                ("sku", Test::Is(w)) => d.sku.is_some_and(|s| w.iter().any(|x| x == s)),
                ("sku", Test::IsNot(w)) => d.sku.is_some_and(|s| !w.iter().any(|x| x == s)),
                ("sku", Test::Present) => d.sku.is_some(),
                ("sku", Test::Missing) => d.sku.is_none(),
                (key, Test::Between(r)) => {
                    let n = if key == "value" { d.value } else { d.price };
                    n.is_some_and(|n| r.min.is_none_or(|m| n as f64 >= m) && r.max.is_none_or(|m| n as f64 <= m))
                }
                other => panic!("{other:?}"),
            })
    }

    fn counts(&self, at: Ms, w: &Window) -> bool {
        let today = self.zone.day(self.now);
        let day = self.zone.day(at);
        match w {
            Window::Ever => true,
            Window::Last(s) => at > self.now - ms(*s),
            Window::Days(n) => day.0 > today.0 - n,
            Window::This(Calendary::Day) => day == today,
            Window::This(Calendary::Week) => day.week_start() == today.week_start(),
            Window::This(Calendary::Month) => day.month_start() == today.month_start(),
            Window::This(Calendary::Year) => day.ymd().0 == today.ymd().0,
            Window::Between(d) => day >= Day::parse(&d.from).unwrap() && day < Day::parse(&d.to).unwrap(),
        }
    }

    fn in_window<'b>(&'b self, w: &'b Window) -> impl Iterator<Item = &'b Did> {
        self.did.iter().copied().filter(move |d| self.counts(d.at, w))
    }

    fn edge(&self, found: Option<&&Did>, e: &crate::segment::rule::EventEdge) -> bool {
        found.is_some_and(|d| {
            let then = EventTest { name: "*".into(), also: e.then.clone() };
            self.counts(d.at, &e.window) && self.fits(d, &then)
        })
    }

    /// Is there a way to go on from `last` through the steps that are left?
    fn follows(&self, some: &[&Did], first: usize, last: usize, left: &[EventTest], s: &crate::segment::rule::Sequence) -> bool {
        let Some(next) = left.first() else { return true };
        for i in last + 1..some.len() {
            let late = s.within.is_some_and(|w| some[i].at - some[first].at > ms(w));
            if !late && self.fits(some[i], next) && self.clear(some, first, i, s) && self.follows(some, first, i, &left[1..], s) {
                return true;
            }
        }
        false
    }

    /// Nothing of `without` after the first event up to the one at `to`.
    fn clear(&self, some: &[&Did], first: usize, to: usize, s: &crate::segment::rule::Sequence) -> bool {
        s.without.as_ref().is_none_or(|x| !some[first + 1..=to].iter().any(|d| self.fits(d, x)))
    }
}

fn ms(s: Span) -> Ms {
    s.n * match s.unit {
        SpanUnit::Minute => 60_000,
        SpanUnit::Hour => HOUR,
        SpanUnit::Day => DAY,
        SpanUnit::Week => 7 * DAY,
    }
}

struct World {
    dice: Dice,
    zone: Zone,
    zone_name: &'static str,
    now: Ms,
    pool: Pool,
    pools: Vec<TrafficPool>,
    people: Vec<Somebody>,
    root: Vec<usize>,
    /// Who was erased: in nothing any more, whatever is told of them.
    gone: Vec<bool>,
    log: Vec<Event>,
    batches: Vec<Batch>,
    did: Vec<Did>,
    rules: BTreeMap<SegmentId, (i64, Rule)>,
    order: Vec<SegmentId>,
    inside: HashMap<(SegmentId, i64), bool>,
    wakes: HashMap<Subject, Ms>,
    evaluated: Cursor,
}

const BRAND: BrandId = BrandId::new(1);

impl World {
    fn new(seed: u64, zone_name: &'static str, start: Ms) -> World {
        let mut w = World {
            dice: Dice(seed | 1),
            zone: Zone::named(zone_name).unwrap(),
            zone_name,
            now: start,
            pool: empty(zone_name),
            pools: pools(&[&["external_userid", "phone"], &["openid"]]),
            people: vec![Somebody { stage: "new", stage_since: start, ..Somebody::default() }; PEOPLE],
            root: (0..PEOPLE).collect(),
            gone: vec![false; PEOPLE],
            log: vec![],
            batches: vec![],
            did: vec![],
            rules: BTreeMap::new(),
            order: vec![],
            inside: HashMap::new(),
            wakes: HashMap::new(),
            evaluated: Cursor::default(),
        };
        w.pool.know_pools(w.pools.clone());
        for who in 0..PEOPLE {
            w.tell("person.created", who, start, None, "{}");
        }
        for n in 0..5 {
            w.define(SegmentId::new(100 + n));
        }
        w
    }

    fn id(who: usize) -> PersonId {
        PersonId::new(1000 + who as i64)
    }

    /// What would be read of a person: always of the root.
    fn fresh(&self, who: usize) -> Fresh {
        let root = self.root[who];
        let s = &self.people[root];
        let portrait = json!({"gender": s.gender, "birthday": s.birthday.map(|d| d.to_string())});
        let portrait: serde_json::Map<String, Value> =
            portrait.as_object().unwrap().clone().into_iter().filter(|(_, v)| !v.is_null()).collect();
        let figures = [Some(0), Some(s.net), Some(s.net), None, s.last_order_at, None, Some(0), Some(s.stage_since)];
        Fresh {
            row: Some(Facts::of(World::id(root), s.stage, s.guide, figures, &Value::Object(portrait).to_string())),
            tags: Some(s.tags.iter().map(|t| t.to_string()).collect()),
            consents: Some(s.consent.iter().map(|c| ("marketing".into(), "sms".into(), c.to_string())).collect()),
            kinds: Some(s.kinds.iter().map(|k| k.to_string()).collect()),
            bound: Some(vec![]),
            listed: None,
            sealed: None,
        }
    }

    fn tell(&mut self, name: &str, who: usize, at: Ms, value: Option<i64>, props: &str) -> i64 {
        let id = self.log.len() as i64 + 1;
        let event = Event {
            id,
            xid: 0,
            brand: BRAND,
            person: Some(World::id(who)),
            name: name.into(),
            at,
            received_at: self.now,
            source: "test".into(),
            touchpoint: None,
            store: None,
            actor: None,
            value: value.map(Fen),
            props: props.into(),
        };
        let mut batch = Batch::default();
        if name.starts_with("person.") || matches!(name, "consent.set" | "identity.bound" | "identity.unbound") {
            batch.fresh.insert(World::id(who), self.fresh(who));
        }
        if name == "person.erased" {
            let all = (0..PEOPLE).filter(|s| self.root[*s] == who).map(World::id).collect();
            batch.erased.insert(World::id(who), all);
        }
        if matches!(name, "person.merged" | "person.unmerged") {
            let all = (0..PEOPLE).map(|s| (World::id(s), World::id(self.root[s]))).collect();
            batch.roots.insert(World::id(who), all);
            for s in 0..PEOPLE {
                batch.fresh.insert(World::id(self.root[s]), self.fresh(self.root[s]));
            }
        }
        self.log.push(event);
        self.batches.push(batch);
        id
    }

    fn step(&mut self) {
        let who = self.dice.below(PEOPLE);
        match self.dice.below(100) {
            0..50 => {
                let late = match self.dice.below(10) {
                    0 => self.dice.below(20 * DAY as usize) as i64,
                    1 => self.dice.below(3 * HOUR as usize) as i64,
                    _ => 0,
                };
                let (name, value) = (self.dice.one(NAMES), self.dice.often(50).then(|| self.dice.below(90) as i64));
                let (sku, price) = (self.dice.often(60).then(|| self.dice.one(SKUS)), self.dice.often(40).then(|| self.dice.below(10) as i64));
                let mut props = serde_json::Map::new();
                sku.map(|s| props.insert("sku".into(), json!(s)));
                price.map(|p| props.insert("price".into(), json!(p)));
                let at = self.now - late;
                let id = self.tell(name, who, at, value, &Value::Object(props).to_string());
                self.did.push(Did { id, who, at, told: self.now, name, value, sku, price });
            }
            50..62 => {
                let root = self.root[who];
                let (now, dice) = (self.now, &mut self.dice);
                let s = &mut self.people[root];
                let mut name = "person.changed";
                match dice.below(5) {
                    4 => (name, s.guide) = ("person.guide_changed", dice.one(&[None, Some(GUIDES[0]), Some(GUIDES[1]), Some(GUIDES[2])])),
                    0 => s.gender = dice.one(&[None, Some("f"), Some("m")]),
                    1 => s.birthday = dice.one(&[None, Day::parse("1990-02-29"), Day::parse("1992-02-29"), Day::parse("1985-03-09")]),
                    2 => {
                        s.net += dice.below(120) as i64 - 40;
                        s.last_order_at = Some(now - dice.below(3 * DAY as usize) as i64);
                    }
                    _ => (s.stage, s.stage_since) = (dice.one(STAGES), now),
                }
                self.tell(name, who, self.now, None, "{}");
            }
            62..67 => {
                let (root, tag) = (self.root[who], self.dice.one(&["vip", "new", "hot"]));
                let tags = &mut self.people[root].tags;
                match tags.iter().position(|t| *t == tag) {
                    Some(i) => drop(tags.remove(i)),
                    None => tags.push(tag),
                }
                self.tell("person.tagged", who, self.now, None, "{}");
            }
            67..68 => {
                let (root, kind) = (self.root[who], self.dice.one(KINDS));
                let kinds = &mut self.people[root].kinds;
                let name = match kinds.iter().position(|k| *k == kind) {
                    Some(i) => {
                        kinds.remove(i);
                        "identity.unbound"
                    }
                    None => {
                        kinds.push(kind);
                        "identity.bound"
                    }
                };
                self.tell(name, who, self.now, None, "{}");
            }
            68..70 => {
                let root = self.root[who];
                self.people[root].consent = self.dice.one(&[Some("granted"), Some("withdrawn")]);
                self.tell("consent.set", who, self.now, None, "{}");
            }
            70..75 => {
                let (a, b) = (self.root[who], self.root[self.dice.below(PEOPLE)]);
                if a != b && !self.gone[a] && !self.gone[b] {
                    self.root.iter_mut().filter(|r| **r == b).for_each(|r| *r = a);
                    self.tell("person.merged", a, self.now, None, &json!({"loser": World::id(b), "winner": World::id(a)}).to_string());
                }
            }
            75..79 => {
                if let Some(s) = (0..PEOPLE).find(|s| self.root[*s] != *s && !self.gone[*s]) {
                    let survivor = self.root[s];
                    self.root[s] = s;
                    self.tell("person.unmerged", survivor, self.now, None, &json!({"loser": World::id(s)}).to_string());
                }
            }
            79..81 => {
                let id = self.dice.one(&self.order.clone());
                self.catch_up();
                self.define(id);
            }
            // Some stay to the end of a life.
            81..82 if self.dice.often(20) && self.gone.iter().filter(|g| **g).count() < PEOPLE / 2 => {
                let root = self.root[who];
                if !self.gone[root] {
                    (0..PEOPLE).filter(|s| self.root[*s] == root).for_each(|s| self.gone[s] = true);
                    self.people[root] = Somebody { stage: "new", ..Somebody::default() };
                    self.tell("person.erased", root, self.now, None, "{}");
                }
            }
            81..82 if self.dice.often(30) => self.regroup(),
            81..82 => self.restart(),
            _ => self.pass_time(),
        }
    }

    fn pass_time(&mut self) {
        let to = match self.dice.below(5) {
            0 => self.now + 1 + self.dice.below(1000) as i64,
            1 => self.now + self.dice.below(5 * HOUR as usize) as i64,
            2 => self.now + self.dice.below(2 * DAY as usize) as i64,
            // To a midnight, and one instant before or after it.
            _ => {
                let day = Day(self.zone.day(self.now).0 + 1 + self.dice.below(2) as i32);
                self.zone.start_of(day) + self.dice.below(3) as i64 - 1
            }
        };
        self.now = self.now.max(to);
    }

    /// A segment is made or edited. It looks at none that looks at it.
    fn define(&mut self, id: SegmentId) {
        let before: Vec<SegmentId> = self.order.iter().copied().take_while(|o| *o != id).collect();
        let rule: Rule = serde_json::from_value(rule(&mut self.dice, 2, &before)).unwrap();
        let cond = match self.pool.compile(&rule, Some(id)) {
            Ok(cond) => cond,
            Err(e) => panic!("{e}: {rule:?}"),
        };
        let version = self.rules.get(&id).map_or(1, |r| r.0 + 1);
        self.rules.insert(id, (version, rule));
        if !self.order.contains(&id) {
            self.order.push(id);
        }
        let mut out = Effects::default();
        self.catch_up();
        self.pool.install(id, version, cond, &mut out).unwrap();
        self.note(out);
        // Written some at a time while life goes on.
        let n = self.pool.engine().number(id).unwrap();
        loop {
            let mut out = Effects::default();
            let (c, most) = (self.pool.calendar(), 1 + self.dice.below(3));
            let more = {
                let state = self.pool.read();
                self.pool.engine_mut().drain(&state, &c, n, most, &mut out)
            };
            self.note(out);
            if !more {
                return;
            }
            if self.dice.often(30) {
                let who = self.dice.below(PEOPLE);
                let (at, name) = (self.now, self.dice.one(NAMES));
                let id = self.tell(name, who, at, None, "{}");
                self.did.push(Did { id, who, at, told: at, name, value: None, sku: None, price: None });
                self.catch_up();
            }
        }
    }

    /// The pools are cut otherwise: every definition is taken up anew, and no rule is edited.
    fn regroup(&mut self) {
        self.catch_up();
        self.pools = self.dice.one(&[
            pools(&[&["external_userid", "phone"], &["openid"]]),
            pools(&[&["external_userid"], &["openid", "phone"]]),
            pools(&[&["phone"], &["external_userid"]]),
        ]);
        self.pool.know_pools(self.pools.clone());
        for id in self.order.clone() {
            let (version, rule) = self.rules[&id].clone();
            let cond = self.pool.compile(&rule, Some(id)).unwrap();
            let mut out = Effects::default();
            self.pool.install(id, version, cond, &mut out).unwrap();
            let n = self.pool.engine().number(id).unwrap();
            {
                let (state, calendar) = (self.pool.read(), self.pool.calendar());
                while self.pool.engine_mut().drain(&state, &calendar, n, PEOPLE, &mut out) {}
            }
            self.note(out);
        }
    }

    /// Everything in memory is lost; what was written down is read again, some events a second time.
    fn restart(&mut self) {
        self.catch_up();
        let pool = empty(self.zone_name);
        pool.know_pools(self.pools.clone());
        let mut out = Effects::default();
        for i in 0..self.log.len() {
            apply(&pool, &self.batches[i], &self.log[i..=i], self.evaluated, &mut out, &mut vec![]).unwrap();
        }
        assert!(out.is_empty(), "history was judged again: {out:?}");
        let old = std::mem::replace(&mut self.pool, pool);
        for id in self.order.clone() {
            let (version, rule) = self.rules[&id].clone();
            let cond = self.pool.compile(&rule, Some(id)).unwrap();
            let members = old.engine().of(id).unwrap().members.clone();
            self.pool.engine_mut().restore(id, version, cond, members);
        }
        for (s, due) in &self.wakes {
            self.pool.engine_mut().restore_wake(*s, *due);
        }
        let now = old.engine().now();
        self.pool.engine_mut().start_at(now);
    }

    /// Events that were not read yet, in batches as they come; sometimes a batch comes twice.
    fn catch_up(&mut self) {
        let from = self.evaluated.id as usize;
        for i in from..self.log.len() {
            let mut out = Effects::default();
            apply(&self.pool, &self.batches[i], &self.log[i..=i], self.evaluated, &mut out, &mut vec![]).unwrap();
            self.evaluated = Cursor { xid: 0, id: self.log[i].id };
            self.note(out);
            if self.dice.often(3) {
                let mut again = Effects::default();
                apply(&self.pool, &self.batches[i], &self.log[i..=i], self.evaluated, &mut again, &mut vec![]).unwrap();
                assert!(again.is_empty(), "an event counted twice");
            }
        }
    }

    fn note(&mut self, out: Effects) {
        let engine = self.pool.engine();
        for f in out.flips {
            let id = engine.get(f.segment).unwrap().id;
            let was = self.inside.insert((id, f.person as i64), f.entered).unwrap_or(false);
            assert_ne!(was, f.entered, "{id} {}: {f:?}", f.person);
        }
        for (s, due) in out.wakes {
            if due == weir_lake::cond::NEVER {
                self.wakes.remove(&s);
            } else {
                self.wakes.insert(s, due);
            }
        }
    }

    fn check(&mut self) {
        self.catch_up();
        let mut out = Effects::default();
        let calendar = self.pool.calendar();
        {
            let state = self.pool.read();
            self.pool.engine_mut().advance(&state, &calendar, self.now, &mut out);
        }
        self.note(out);
        let mut truth: HashMap<(SegmentId, usize), bool> = HashMap::new();
        for who in (0..PEOPLE).filter(|w| self.root[*w] == *w && !self.gone[*w]) {
            let mut did: Vec<&Did> = self.did.iter().filter(|d| self.root[d.who] == who && d.at <= self.now && d.told <= self.now).collect();
            did.sort_by_key(|d| (d.at, d.id));
            for id in &self.order {
                let member = |s: SegmentId| truth.get(&(s, who)).copied().unwrap_or(false);
                let plain = Plain { zone: &self.zone, now: self.now, who: &self.people[who], pools: &self.pools, did: did.clone(), member: &member };
                let is = plain.holds(&self.rules[id].1);
                truth.insert((*id, who), is);
            }
        }
        let (engine, state) = (self.pool.engine(), self.pool.read());
        let there = (0..PEOPLE).filter(|w| self.root[*w] == *w && !self.gone[*w]).count();
        assert_eq!(state.people.persons(), there, "persons are counted right");
        for who in 0..PEOPLE {
            let s = state.people.find(World::id(who).n()).unwrap();
            for id in &self.order {
                let live = engine.of(*id).unwrap().members.contains(s);
                let should = truth.get(&(*id, who)).copied().unwrap_or(false);
                assert_eq!(
                    live, should,
                    "person {who} at {} in {}: {}", weir_ground::base::time::rfc3339(self.now), self.zone_name,
                    serde_json::to_string(&self.rules[id].1).unwrap()
                );
                assert_eq!(self.inside.get(&(*id, s as i64)).copied().unwrap_or(false), live);
            }
        }
    }
}

/// The pools by their kinds, in the order of their names.
fn pools(kinds: &[&[&str]]) -> Vec<TrafficPool> {
    let of = |(code, kinds): (&&str, &&[&str])| TrafficPool {
        code: code.to_string(),
        zh: code.to_string(),
        en: code.to_string(),
        strength: Strength::Strong,
        kinds: kinds.iter().map(|k| k.to_string()).collect(),
    };
    POOLS.iter().zip(kinds).map(of).collect()
}

fn empty(zone: &str) -> Pool {
    let calendar = CALENDARS.with(|all| {
        let mut all = all.borrow_mut();
        all.entry(zone.to_string()).or_insert_with(|| Calendar::new(Zone::named(zone).unwrap())).clone()
    });
    Pool::with(BRAND, Arc::new(Lake::in_memory()), zone.into(), calendar)
}

thread_local!(static CALENDARS: std::cell::RefCell<HashMap<String, Calendar>> = Default::default());

fn live(seed: u64, zone: &'static str, start: &str) {
    let start = Zone::named(zone).unwrap().parse(start).unwrap();
    let steps = std::env::var("WEIR_STEPS").ok().and_then(|n| n.parse().ok()).unwrap_or(STEPS);
    for world in 0..steps / LIFE + 1 {
        let mut w = World::new(seed + world as u64 * 7919, zone, start);
        for i in 0..LIFE {
            w.step();
            if i % 20 == 19 {
                w.check();
            }
        }
    }
}

#[test]
fn a_quarter_million_steps_in_new_york_where_clocks_spring_ahead() {
    live(11, "America/New_York", "2026-03-06 21:00");
}

#[test]
fn a_quarter_million_steps_in_shanghai_over_the_turn_of_the_year() {
    live(12, "Asia/Shanghai", "2025-12-29 08:00");
}

#[test]
fn a_quarter_million_steps_in_apia_far_from_utc() {
    live(13, "Pacific/Apia", "2026-03-03 12:00");
}

#[test]
fn a_quarter_million_steps_in_cairo_where_a_midnight_is_missing() {
    live(14, "Africa/Cairo", "2026-04-22 22:00");
}
