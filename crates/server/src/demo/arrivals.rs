//! New customers of the last weeks, played through the public HTTP API on a clock of its own.
//!
//! They scan, browse, sign in, order, pay, bring friends, send things back. Everything they do goes
//! through the same routes as a real customer's phone and a real operator's browser; only the clock
//! and the dice are ours, so the same seed gives the same weeks. Each is marked as simulated.
use crate::{serve, story};
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use std::sync::Arc;
use tower::ServiceExt;
use weir_ground::base::{Ms, Problem, Result, time};
use weir_ground::config::Config;
use weir_ground::event::{BrandId, PersonId};
use weir_ground::http::App;
use weir_ground::metrics::Metrics;
use weir_ground::{Db, params};

/// How far back the play begins, and how many arrive by themselves.
const DAYS: i64 = 42;
const ARRIVALS: usize = 320;

/// A touchpoint of the demo: kind, name, landing tail, share of the arrivals, chance to order in
/// percent, and its cost.
struct Place {
    kind: &'static str,
    name: &'static str,
    share: u64,
    orders: u64,
    cost: (&'static str, i64),
}

const PLACES: &[Place] = &[
    Place { kind: "wecom_staff_code", name: "导购企业微信活码", share: 16, orders: 62, cost: ("per_head", 300) },
    Place { kind: "wecom_group_code", name: "社区福利群活码", share: 14, orders: 55, cost: ("per_head", 200) },
    Place { kind: "oa_menu", name: "公众号底部菜单", share: 8, orders: 40, cost: ("fixed", 60_000) },
    Place { kind: "mp_code", name: "门店小程序码", share: 10, orders: 50, cost: ("fixed", 48_000) },
    Place { kind: "pay_after", name: "支付后推荐", share: 9, orders: 45, cost: ("per_head", 150) },
    Place { kind: "ad_moments", name: "朋友圈广告·秋日鲜蔬", share: 12, orders: 26, cost: ("per_day", 9_000) },
    Place { kind: "douyin_clip", name: "抖音短视频·厨房三分钟", share: 9, orders: 20, cost: ("per_day", 4_500) },
    Place { kind: "xiaohongshu_note", name: "小红书笔记·一周餐单", share: 8, orders: 30, cost: ("fixed", 80_000) },
    Place { kind: "store_poster", name: "收银台立牌", share: 14, orders: 58, cost: ("fixed", 26_000) },
];

/// Dice that fall the same way every time.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    fn below(&mut self, n: u64) -> u64 {
        self.next() % n.max(1)
    }
    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

const FAMILY: &[&str] = &["林", "陈", "黄", "许", "罗", "沈", "叶", "程", "顾", "宋", "唐", "曹", "袁", "邓", "冯", "谢", "蒋", "姚"];
const GIVEN: &[&str] = &["晓雨", "子涵", "一诺", "思远", "佳怡", "浩然", "若溪", "明轩", "雅琴", "俊杰", "婉清", "志强", "梦洁", "博文", "欣妍", "海涛"];

/// Calls the server's own router, as a client would over the wire.
struct Client<'a> {
    runtime: &'a tokio::runtime::Runtime,
    router: Router,
}

impl Client<'_> {
    fn call(&self, method: &str, path: &str, token: &str, body: Option<Value>) -> Result<Value> {
        let mut request = Request::builder().method(method).uri(path).header("user-agent", "Mozilla/5.0 (demo)");
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = match body {
            Some(b) => {
                request = request.header("content-type", "application/json");
                Body::from(b.to_string())
            }
            None => Body::empty(),
        };
        let request = request.body(body).map_err(Problem::internal)?;
        let router = self.router.clone();
        self.runtime.block_on(async {
            let answer = router.oneshot(request).await.map_err(Problem::internal)?;
            let status = answer.status();
            let bytes = axum::body::to_bytes(answer.into_body(), 8 << 20).await.map_err(Problem::internal)?;
            let value: Value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
            if status.is_success() || status.is_redirection() {
                return Ok(value);
            }
            Err(Problem::conflict(format!("{method} {path} answered {status}: {value}")))
        })
    }
    fn post(&self, path: &str, token: &str, body: Value) -> Result<Value> {
        self.call("POST", path, token, Some(body))
    }
    fn get(&self, path: &str, token: &str) -> Result<Value> {
        self.call("GET", path, token, None)
    }
}

/// Something that will happen.
enum Act {
    Arrive { place: Option<usize>, friend_of: Option<usize> },
    Order { who: usize },
    HandOver { order: String },
    SendBack { order: String, all: bool },
    Campaign,
}

struct Shopper {
    token: String,
    code: String,
    orders: u32,
}

struct Play<'a> {
    db: &'a Db,
    brand: BrandId,
    client: Client<'a>,
    admin: String,
    dice: Dice,
    codes: Vec<String>,
    items: Vec<(String, String)>,
    stores: Vec<String>,
    shoppers: Vec<Shopper>,
    /// What happens when, the soonest last.
    agenda: Vec<(Ms, Act)>,
    end: Ms,
}

pub fn play(db: &Db, brand: BrandId, config: &Config, now: Ms, say: &dyn Fn(String)) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Problem::internal)?;
    let app = App { db: db.clone(), config: Arc::new(config.clone()), metrics: Arc::new(Metrics::new()) };
    let start = now - DAYS * time::DAY;
    db.set_clock(start);
    let key = db.write_now(move |tx| weir_keep::key::create(tx, brand, "system", "演示数据 / demo", "admin"))?;
    let client = Client { runtime: &runtime, router: serve::router(app) };
    let mut play = Play {
        db,
        brand,
        client,
        admin: key.secret,
        dice: Dice(super::SEED),
        codes: vec![],
        items: vec![],
        stores: vec![],
        shoppers: vec![],
        agenda: vec![],
        end: now,
    };
    play.prepare(start)?;
    play.run(config, say)?;
    db.set_clock(now);
    settle(db, config)?;
    // The key was only for the play.
    play.client.call("DELETE", &format!("/api/v1/keys/{}", key.key.id), &play.admin, None).map(|_| ())
}

/// Lets everything that is due by now happen: readers, timers, effects, sends.
fn settle(db: &Db, config: &Config) -> Result<()> {
    weir_ground::timer::fire(db, &story::timers())?;
    weir_sell::effects::run(db, &story::providers())?;
    weir_reach::send::run_all(db, config)?;
    weir_ground::reader::catch_up(db, &story::readers())
}

impl Play<'_> {
    fn prepare(&mut self, start: Ms) -> Result<()> {
        let zone = self.db.read_now({
            let brand = self.brand;
            move |tx| weir_keep::brand::get(tx, brand)?.zone()
        })?;
        let first_day = zone.day(start).to_string();
        for place in PLACES {
            let body = json!({ "kind": place.kind, "name": place.name });
            let made = self.client.post("/api/v1/touchpoints", &self.admin, body)?;
            let (id, code) = (text(&made, "id"), text(&made, "code"));
            let cost = json!({ "kind": place.cost.0, "amount_fen": place.cost.1, "from_day": first_day });
            self.client.post(&format!("/api/v1/touchpoints/{id}/costs"), &self.admin, cost)?;
            self.codes.push(code);
        }
        let items = self.client.get("/mall/v1/products?sort=popular&limit=200", "")?;
        for item in items["items"].as_array().into_iter().flatten() {
            let page = self.client.get(&format!("/mall/v1/products/{}", text(item, "id")), "")?;
            self.items.push((text(item, "id"), text(&page["skus"][0], "id")));
        }
        let stores = self.client.get("/mall/v1/stores?limit=50", "")?;
        self.stores = stores["items"].as_array().into_iter().flatten().map(|s| text(s, "id")).collect();
        if self.items.is_empty() || self.stores.is_empty() {
            return Err(Problem::internal("the demo has nothing to sell"));
        }
        let span = (self.end - start - 2 * time::HOUR) as u64;
        for _ in 0..ARRIVALS {
            let (at, place) = (start + time::HOUR + self.dice.below(span) as i64, self.pick_place());
            self.agenda.push((at, Act::Arrive { place: Some(place), friend_of: None }));
        }
        self.agenda.push((self.end - 12 * time::DAY, Act::Campaign));
        Ok(())
    }

    fn pick_place(&mut self) -> usize {
        let mut at = self.dice.below(PLACES.iter().map(|p| p.share).sum());
        for (i, p) in PLACES.iter().enumerate() {
            if at < p.share {
                return i;
            }
            at -= p.share;
        }
        0
    }

    fn run(&mut self, config: &Config, say: &dyn Fn(String)) -> Result<()> {
        let mut settled = 0;
        while let Some(soonest) = self.agenda.iter().enumerate().min_by_key(|(_, a)| a.0).map(|(i, _)| i) {
            let (at, act) = self.agenda.swap_remove(soonest);
            if at >= self.end {
                continue;
            }
            self.db.set_clock(at.max(self.db.now()));
            match act {
                Act::Arrive { place, friend_of } => self.arrive(place, friend_of)?,
                Act::Order { who } => self.order(who)?,
                Act::HandOver { order } => self.hand_over(&order)?,
                Act::SendBack { order, all } => self.send_back(&order, all)?,
                Act::Campaign => self.campaign(config)?,
            }
            // Friends must be bound before they order; nothing else has to be at once.
            if at - settled > 2 * time::HOUR {
                settle(self.db, config)?;
                settled = at;
            }
            say(format!("{} of about {ARRIVALS}", self.shoppers.len()));
        }
        Ok(())
    }

    fn arrive(&mut self, place: Option<usize>, friend_of: Option<usize>) -> Result<()> {
        let n = self.shoppers.len();
        let mut visit = json!({ "path": "/" });
        if let Some(p) = place {
            visit["touchpoint_code"] = json!(self.codes[p]);
        }
        let seen = self.client.post("/mall/v1/visit", "", visit)?;
        let visitor = text(&seen, "visitor");
        let item = self.items[self.dice.below(self.items.len() as u64) as usize].0.clone();
        self.client.get(&format!("/mall/v1/products/{item}"), "")?;
        // Some only look.
        if friend_of.is_none() && self.dice.chance(18) {
            return Ok(());
        }
        let phone = format!("1000099{n:04}");
        let sent = self.client.post("/mall/v1/login/code", "", json!({ "address": phone }))?;
        let family = FAMILY[self.dice.below(FAMILY.len() as u64) as usize];
        let given = GIVEN[self.dice.below(GIVEN.len() as u64) as usize];
        let mut login = json!({
            "address": phone, "code": text(&sent, "sandbox_code"), "visitor": visitor,
            "name": format!("{family}{given}(模拟)"), "marketing_consent": self.dice.chance(85),
        });
        if let Some(f) = friend_of {
            login["referral"] = json!(self.shoppers[f].code);
        }
        let me = self.client.post("/mall/v1/login", "", login)?;
        let (token, person) = (text(&me, "token"), text(&me, "person_id"));
        let person: PersonId = person.parse().map_err(|_| Problem::internal("a person without an id"))?;
        self.db.write_now(move |tx| weir_know::person::mark_simulated(tx, person))?;
        let code = text(&self.client.get("/mall/v1/me", &token)?, "referral_code");
        self.shoppers.push(Shopper { token, code, orders: 0 });
        // The binding of a friend is made by a reader of the log.
        weir_ground::reader::catch_up(self.db, &story::readers())?;
        let willing = place.map_or(70, |p| PLACES[p].orders);
        if self.dice.chance(willing) {
            let wait = time::MINUTE * (4 + self.dice.below(60 * 30) as i64);
            self.agenda.push((self.db.now() + wait, Act::Order { who: n }));
        }
        Ok(())
    }

    fn order(&mut self, who: usize) -> Result<()> {
        let token = self.shoppers[who].token.clone();
        let mut wanted: Vec<String> = vec![];
        for _ in 0..2 + self.dice.below(6) {
            // Popular goods more often than others.
            let at = self.dice.below(self.items.len() as u64).min(self.dice.below(self.items.len() as u64));
            let sku = self.items[at as usize].1.clone();
            if !wanted.contains(&sku) {
                wanted.push(sku);
            }
        }
        let items: Vec<Value> = wanted.iter().map(|s| json!({ "sku_id": s, "quantity": 1 + self.dice.below(3) })).collect();
        let store = self.stores[self.dice.below(self.stores.len().min(12) as u64) as usize].clone();
        let home = self.dice.chance(45);
        let mut body = json!({ "items": items, "store_id": store, "delivery": if home { "delivery" } else { "pickup" } });
        if home {
            body["address"] = json!({ "name": "演示顾客", "phone": "10000990000", "region": "鹭浦市 苇湾区", "detail": "堰桥路 8 号" });
        }
        let placed = match self.client.post("/mall/v1/orders", &token, body) {
            Ok(placed) => placed,
            // A store may have run out; the customer comes back another day.
            Err(p) if p.detail.contains("sold_out") => return Ok(()),
            Err(p) => return Err(p),
        };
        let id = text(&placed, "id");
        if self.dice.chance(6) {
            return Ok(());
        }
        let paying = self.client.post(&format!("/mall/v1/orders/{id}/pay"), &token, json!({ "provider": "test" }))?;
        let attempt = text(&paying["pay"], "attempt_id");
        self.client.post(&format!("/mall/v1/pay/test/{attempt}"), &token, json!({ "outcome": "success" }))?;
        let now = self.db.now();
        self.shoppers[who].orders += 1;
        self.agenda.push((now + time::HOUR * (2 + self.dice.below(30) as i64), Act::HandOver { order: id.clone() }));
        if self.dice.chance(5) {
            let (wait, all) = (time::DAY * (2 + self.dice.below(3) as i64), self.dice.chance(50));
            self.agenda.push((now + wait, Act::SendBack { order: id, all }));
        }
        if self.dice.chance(64) {
            let wait = time::DAY * (2 + self.dice.below(11) as i64);
            self.agenda.push((now + wait, Act::Order { who }));
        }
        if self.dice.chance(22) {
            let wait = time::HOUR * (3 + self.dice.below(90) as i64);
            self.agenda.push((now + wait, Act::Arrive { place: None, friend_of: Some(who) }));
        }
        Ok(())
    }

    fn hand_over(&mut self, order: &str) -> Result<()> {
        let page = self.client.get(&format!("/api/v1/orders/{order}"), &self.admin)?;
        if !page["moves"].as_array().is_some_and(|m| m.iter().any(|m| m == "fulfil")) {
            return Ok(());
        }
        self.client.call("POST", &format!("/api/v1/orders/{order}/ready"), &self.admin, None)?;
        self.client.call("POST", &format!("/api/v1/orders/{order}/fulfil"), &self.admin, None).map(|_| ())
    }

    fn send_back(&mut self, order: &str, all: bool) -> Result<()> {
        let page = self.client.get(&format!("/api/v1/orders/{order}"), &self.admin)?;
        if !page["moves"].as_array().is_some_and(|m| m.iter().any(|m| m == "refund")) {
            return Ok(());
        }
        let mut body = json!({ "reason": "包装破损" });
        if !all {
            body["lines"] = json!([{ "n": 1, "quantity": 1 }]);
        }
        self.client.post(&format!("/api/v1/orders/{order}/refunds"), &self.admin, body).map(|_| ())
    }

    /// A campaign to the new arrivals, with a holdout; those who got it come back somewhat more.
    fn campaign(&mut self, config: &Config) -> Result<()> {
        let body = json!({
            "name": "新客第二单·周末鲜货", "channel": "inbox", "subject": "周末鲜货已到店",
            "body": "您常去的门店周五上午到货：当季蔬果、鲜奶与现烤面包，到店自提随到随取。",
            "link": "/m/", "audience": { "stages": ["new", "first_order", "repurchase"], "tags": [], "touchpoints": self.touchpoints()?, "stores": [] },
            "holdout_bp": 2000, "cost_per_message_fen": 5,
        });
        let made = self.client.post("/api/v1/campaigns", &self.admin, body)?;
        self.client.call("POST", &format!("/api/v1/campaigns/{}/launch", text(&made, "id")), &self.admin, None)?;
        settle(self.db, config)?;
        for who in 0..self.shoppers.len() {
            let token = self.shoppers[who].token.clone();
            let inbox = self.client.get("/mall/v1/inbox", &token)?;
            let Some(message) = inbox["items"].get(0).map(|m| text(m, "id")) else { continue };
            if self.dice.chance(60) {
                let clicked = self.dice.chance(45);
                self.client.post(&format!("/mall/v1/inbox/{message}/read"), &token, json!({ "clicked": clicked }))?;
                if clicked && self.dice.chance(55) {
                    let wait = time::HOUR * (3 + self.dice.below(60) as i64);
                    self.agenda.push((self.db.now() + wait, Act::Order { who }));
                }
            }
        }
        Ok(())
    }

    fn touchpoints(&self) -> Result<Vec<String>> {
        let brand = self.brand;
        let ids: Vec<weir_ground::event::TouchpointId> =
            self.db.read_now(move |tx| tx.all("select id from touchpoint where brand_id = $1 order by id", params![brand]))?;
        Ok(ids.into_iter().map(|id| id.to_string()).collect())
    }
}

fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or("").to_string()
}
