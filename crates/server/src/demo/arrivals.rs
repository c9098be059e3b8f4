//! New customers of the last weeks, played through the public HTTP API on a clock of its own.
//!
//! They scan, browse, sign in, order, pay, bring friends, send things back. Everything they do goes
//! through the same routes as a real customer's phone and a real operator's browser; only the clock
//! and the dice are ours, so the same seed gives the same weeks. Each is marked as simulated.
//! Only whom the campaign's holdout takes depends on the day of the build, because ids hold the time.
mod cast;
#[cfg(test)]
mod tests;

use crate::{serve, story};
use cast::{Dice, PLACES};
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use std::collections::BTreeMap;
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
pub const ARRIVALS: usize = 320;

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
    Arrive { place: Option<usize>, friend_of: Option<usize>, dice: Dice },
    /// `lured` by the campaign, or by themselves: only then it goes on with another order or a friend.
    Order { who: usize, lured: bool, dice: Dice },
    HandOver { order: String },
    SendBack { order: String, all: bool },
    Campaign,
}

struct Shopper {
    token: String,
    code: String,
}

struct Play<'a> {
    db: &'a Db,
    brand: BrandId,
    client: Client<'a>,
    admin: String,
    codes: Vec<String>,
    items: Vec<(String, String)>,
    stores: Vec<String>,
    shoppers: Vec<Shopper>,
    /// What happens when; at the same instant, what was planned first.
    agenda: BTreeMap<(Ms, u64), Act>,
    planned: u64,
    end: Ms,
}

/// Plays the weeks before `end`, in which `arrivals` persons come by themselves.
pub fn play(db: &Db, brand: BrandId, config: &Config, (end, arrivals): (Ms, usize), say: &dyn Fn(String)) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Problem::internal)?;
    let app = App { db: db.clone(), config: Arc::new(config.clone()), metrics: Arc::new(Metrics::new()) };
    let start = end - DAYS * time::DAY;
    db.set_clock(start);
    let key = db.write_now(move |tx| weir_keep::key::create(tx, brand, "system", "演示数据 / demo", "admin"))?;
    let client = Client { runtime: &runtime, router: serve::router(app) };
    let mut play = Play {
        db,
        brand,
        client,
        admin: key.secret,
        codes: vec![],
        items: vec![],
        stores: vec![],
        shoppers: vec![],
        agenda: BTreeMap::new(),
        planned: 0,
        end,
    };
    play.prepare(start, arrivals)?;
    play.run(config, say)?;
    db.set_clock(end);
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
    fn prepare(&mut self, start: Ms, arrivals: usize) -> Result<()> {
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
        let mut dice = Dice::of(super::SEED);
        for _ in 0..arrivals {
            let mut dice = dice.split();
            let (at, place) = (start + time::HOUR + dice.below(span) as i64, dice.place());
            self.plan(at, Act::Arrive { place: Some(place), friend_of: None, dice });
        }
        self.plan(self.end - 12 * time::DAY, Act::Campaign);
        Ok(())
    }

    fn plan(&mut self, at: Ms, act: Act) {
        self.planned += 1;
        self.agenda.insert((at, self.planned), act);
    }

    fn run(&mut self, config: &Config, say: &dyn Fn(String)) -> Result<()> {
        let mut settled = 0;
        while let Some(((at, _), act)) = self.agenda.pop_first() {
            if at >= self.end {
                break;
            }
            self.db.set_clock(at);
            match act {
                Act::Arrive { place, friend_of, dice } => self.arrive(place, friend_of, dice)?,
                Act::Order { who, lured, dice } => self.order(who, lured, dice)?,
                Act::HandOver { order } => self.hand_over(&order)?,
                Act::SendBack { order, all } => self.send_back(&order, all)?,
                Act::Campaign => self.campaign(config)?,
            }
            // Friends must be bound before they order; nothing else has to be at once.
            if at - settled > 2 * time::HOUR {
                settle(self.db, config)?;
                settled = at;
            }
            say(format!("{} are here", self.shoppers.len()));
        }
        Ok(())
    }

    fn arrive(&mut self, place: Option<usize>, friend_of: Option<usize>, mut dice: Dice) -> Result<()> {
        let n = self.shoppers.len();
        let mut visit = json!({ "path": "/" });
        if let Some(p) = place {
            visit["touchpoint_code"] = json!(self.codes[p]);
        }
        let seen = self.client.post("/mall/v1/visit", "", visit)?;
        let visitor = text(&seen, "visitor");
        let item = self.items[dice.below(self.items.len() as u64) as usize].0.clone();
        self.client.get(&format!("/mall/v1/products/{item}"), "")?;
        // Some only look.
        if friend_of.is_none() && dice.chance(18) {
            return Ok(());
        }
        let phone = format!("1000099{n:04}");
        let sent = self.client.post("/mall/v1/login/code", "", json!({ "address": phone }))?;
        let mut login = json!({
            "address": phone, "code": text(&sent, "sandbox_code"), "visitor": visitor,
            "name": dice.name(), "marketing_consent": dice.chance(85),
        });
        if let Some(f) = friend_of {
            login["referral"] = json!(self.shoppers[f].code);
        }
        let me = self.client.post("/mall/v1/login", "", login)?;
        let (token, person) = (text(&me, "token"), text(&me, "person_id"));
        let person: PersonId = person.parse().map_err(|_| Problem::internal("a person without an id"))?;
        self.db.write_now(move |tx| weir_know::person::mark_simulated(tx, person))?;
        let code = text(&self.client.get("/mall/v1/me", &token)?, "referral_code");
        self.shoppers.push(Shopper { token, code });
        // The binding of a friend is made by a reader of the log.
        weir_ground::reader::catch_up(self.db, &story::readers())?;
        let willing = place.map_or(70, |p| PLACES[p].orders);
        if dice.chance(willing) {
            let wait = time::MINUTE * (4 + dice.below(60 * 30) as i64);
            self.plan(self.db.now() + wait, Act::Order { who: n, lured: false, dice: dice.split() });
        }
        Ok(())
    }

    fn order(&mut self, who: usize, lured: bool, mut dice: Dice) -> Result<()> {
        let now = self.db.now();
        let body = self.basket(&mut dice);
        // Everything is decided before the shop answers: an empty shelf must not change anybody's life.
        let pays = !dice.chance(6);
        let fetched = now + time::HOUR * (2 + dice.below(30) as i64);
        let back = dice.chance(5).then(|| (now + time::DAY * (2 + dice.below(3) as i64), dice.chance(50)));
        if pays && !lured {
            if dice.chance(64) {
                let wait = time::DAY * (2 + dice.below(11) as i64);
                self.plan(now + wait, Act::Order { who, lured, dice: dice.split() });
            }
            if dice.chance(22) {
                let wait = time::HOUR * (3 + dice.below(90) as i64);
                self.plan(now + wait, Act::Arrive { place: None, friend_of: Some(who), dice: dice.split() });
            }
        }
        let token = self.shoppers[who].token.clone();
        let placed = match self.client.post("/mall/v1/orders", &token, body) {
            Ok(placed) => placed,
            // A store may have run out; the customer comes back another day.
            Err(p) if p.detail.contains("sold_out") => return Ok(()),
            Err(p) => return Err(p),
        };
        if !pays {
            return Ok(());
        }
        let id = text(&placed, "id");
        let paying = self.client.post(&format!("/mall/v1/orders/{id}/pay"), &token, json!({ "provider": "test" }))?;
        let attempt = text(&paying["pay"], "attempt_id");
        self.client.post(&format!("/mall/v1/pay/test/{attempt}"), &token, json!({ "outcome": "success" }))?;
        self.plan(fetched, Act::HandOver { order: id.clone() });
        if let Some((at, all)) = back {
            self.plan(at, Act::SendBack { order: id, all });
        }
        Ok(())
    }

    /// Some goods, popular ones more often than others, from a store or sent home.
    fn basket(&self, dice: &mut Dice) -> Value {
        let mut wanted: Vec<&str> = vec![];
        for _ in 0..2 + dice.below(6) {
            let at = dice.below(self.items.len() as u64).min(dice.below(self.items.len() as u64));
            let sku = &self.items[at as usize].1;
            if !wanted.contains(&sku.as_str()) {
                wanted.push(sku);
            }
        }
        let items: Vec<Value> = wanted.iter().map(|s| json!({ "sku_id": s, "quantity": 1 + dice.below(3) })).collect();
        let store = &self.stores[dice.below(self.stores.len().min(12) as u64) as usize];
        if dice.chance(45) {
            let address = json!({ "name": "演示顾客", "phone": "10000990000", "region": "鹭浦市 苇湾区", "detail": "堰桥路 8 号" });
            return json!({ "items": items, "store_id": store, "delivery": "delivery", "address": address });
        }
        json!({ "items": items, "store_id": store, "delivery": "pickup" })
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
        let mut dice = Dice::of(super::SEED ^ 0xca4a);
        for who in 0..self.shoppers.len() {
            let mut dice = dice.split();
            let token = self.shoppers[who].token.clone();
            let inbox = self.client.get("/mall/v1/inbox", &token)?;
            let Some(message) = inbox["items"].get(0).map(|m| text(m, "id")) else { continue };
            if dice.chance(60) {
                let clicked = dice.chance(45);
                self.client.post(&format!("/mall/v1/inbox/{message}/read"), &token, json!({ "clicked": clicked }))?;
                if clicked && dice.chance(55) {
                    let wait = time::HOUR * (3 + dice.below(60) as i64);
                    self.plan(self.db.now() + wait, Act::Order { who, lured: true, dice: dice.split() });
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
