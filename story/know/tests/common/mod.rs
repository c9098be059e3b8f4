//! A brand, orders as the sell chapter leaves them, and the reader and timers of this chapter.
#![allow(dead_code)]
use axum::body::Body;
use axum::http::{Request, Response};
use std::sync::Arc;
use tower::ServiceExt;
use weir_ground::base::{Fen, Id, Ms, ids};
use weir_ground::config::Config;
use weir_ground::db::row::FromRow;
use weir_ground::event::{BrandId, PersonId};
use weir_ground::http::App;
use weir_ground::metrics::Metrics;
use weir_ground::reader::{self, Reader};
use weir_ground::testing::START;
use weir_ground::timer::{self, Due, Handler};
use weir_ground::{Db, Fact, Trail, Tx, params};
use weir_keep::brand::{self, NewBrand};
use weir_keep::{Settings, key};
use weir_know::attribute::sources;
use weir_know::consent::{self, SetConsent};
use weir_know::{identity, person, react, stage};

#[derive(Clone)]
pub struct World {
    pub db: Db,
    pub brand: BrandId,
    pub live: Arc<weir_know::live::Live>,
}

impl World {
    pub fn new(db: &Db) -> World {
        World::with(db, "tea", "Asia/Shanghai", Settings::default())
    }

    pub fn with(db: &Db, code: &str, timezone: &str, settings: Settings) -> World {
        let new = NewBrand {
            code: code.into(),
            name: code.into(),
            timezone: timezone.into(),
            currency: "CNY".into(),
            sandbox: true,
            settings,
        };
        World { db: db.clone(), brand: db.write_now(move |tx| brand::create(tx, &new)).unwrap(), live: Arc::default() }
    }

    pub fn write<T: Send + 'static>(&self, f: impl FnMut(&mut Tx) -> weir_ground::base::Result<T> + Send + 'static) -> T {
        self.db.write_now(f).unwrap()
    }

    /// The person behind these identities, as a sign-in or a visit would resolve it.
    pub fn resolve(&self, given: &[(&'static str, &'static str)]) -> PersonId {
        let (brand, given) = (self.brand, given.to_vec());
        self.write(move |tx| {
            let subject = identity::resolve(tx, brand, &given, "test")?;
            person::of(tx, subject)
        })
    }

    pub fn find(&self, kind: &'static str, value: &'static str) -> Option<PersonId> {
        let brand = self.brand;
        self.db.read_now(move |tx| identity::find(tx, brand, kind, value)).unwrap()
    }

    pub fn merge(&self, a: PersonId, b: PersonId) -> Option<PersonId> {
        let brand = self.brand;
        self.write(move |tx| identity::merge(tx, brand, a, b, "test"))
    }

    pub fn consent(&self, person: PersonId, channel: &str, status: &str) {
        let (brand, says) = (self.brand, says("marketing", channel, status));
        self.write(move |tx| consent::set(tx, brand, person, &says, "test", None));
    }

    /// A paid order: the row, and the fact that this chapter reacts to.
    pub fn order(&self, person: PersonId, at: Ms, fen: i64) -> ids::OrderId {
        let brand = self.brand;
        self.write(move |tx| {
            let (id, store): (ids::OrderId, _) = (tx.new_id(), weir_keep::store::hq(tx, brand)?);
            tx.exec(
                "insert into orders (id, brand_id, person_id, store_id, source, state, delivery, goods, freight, total, paid, units, \
                 placed_at, paid_at) values ($1, $2, $3, $4, 'test', 'completed', 'pickup', $5, 0, $5, $5, 1, $6, $6)",
                params![id, brand, person, store, fen, at],
            )?;
            tx.trail(Trail::Order, person, at, id)?;
            let props = format!(r#"{{"order":"{id}"}}"#);
            let _ = tx.record(&Fact::new(brand, "order.paid", at).person(person).store(store).value(Fen(fen)).props(&props))?;
            Ok(id)
        })
    }

    /// Sends `fen` of an order back.
    pub fn refund(&self, order: ids::OrderId, fen: i64) {
        let brand = self.brand;
        self.write(move |tx| {
            let (person, paid, back): (PersonId, i64, i64) = tx.one(
                "update orders set refunded = refunded + $1, \
                 state = case when refunded + $1 = paid then 'refunded' else state end where id = $2 returning person_id, paid, refunded",
                params![fen, order],
            )?;
            let props = format!(r#"{{"order":"{order}","full":{}}}"#, back == paid);
            let now = tx.now();
            let _ = tx.record(&Fact::new(brand, "order.refunded", now).person(person).value(Fen(fen)).props(&props))?;
            Ok(())
        });
    }

    /// Lets the reader of this chapter catch up. On PostgreSQL an event is read once no older
    /// transaction of the whole server is in flight, and other tests have theirs.
    pub fn settle(&self) {
        let readers: [Arc<dyn Reader>; 1] = [Arc::new(react::Know)];
        for _ in 0..2_000 {
            reader::catch_up(&self.db, &readers).unwrap();
            let behind: i64 = self.one(
                "select count(*) from event e where e.id > coalesce((select r.position from reader r where r.name = 'know'), 0)",
            );
            if behind == 0 {
                assert_eq!(self.one::<i64>("select count(*) from reader_parked"), 0);
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        panic!("the reader did not get through");
    }

    /// Everything that is in the log is in the lake, and what follows is written.
    pub fn live(&self) {
        self.settle();
        let (last, mut tries): (i64, i32) = (self.one("select coalesce(max(id), 0) from event where substr(name, 1, 8) <> 'segment.'"), 0);
        loop {
            weir_know::live::catch_up(&self.live, &self.db, |_| {}).unwrap();
            if self.live.get(self.brand).is_some_and(|p| p.position().id >= last) {
                return;
            }
            tries += 1;
            assert!(tries < 2_000, "the follower did not get through");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }

    /// Moves the clock and fires what is due; tells how many timers.
    pub fn at(&self, now: Ms) -> usize {
        self.db.set_clock(now);
        let handler = |f: fn(&mut Tx, &Due) -> weir_ground::base::Result<()>| -> Handler { Arc::new(f) };
        let handlers = [
            (stage::TIMER, handler(stage::on_timer)), (stage::OWN, handler(stage::on_timer)), (stage::REDEFINE, handler(stage::on_redefine)),
            (sources::REFOLD, handler(sources::on_refold)),
        ];
        timer::fire(&self.db, &Arc::new(handlers.into_iter().collect())).unwrap()
    }

    pub fn one<T: FromRow + Send + 'static>(&self, sql: &str) -> T {
        let sql = sql.to_string();
        self.db.read_now(move |tx| tx.one(&sql, &[])).unwrap()
    }

    pub fn all<T: FromRow + Send + 'static>(&self, sql: &str) -> Vec<T> {
        let sql = sql.to_string();
        self.db.read_now(move |tx| tx.all(&sql, &[])).unwrap()
    }

    pub fn stage(&self, person: PersonId) -> String {
        self.one(&format!("select stage from person where id = {}", person.n()))
    }

    /// A changed stage as the log has it: from, to, cause.
    pub fn moves(&self, person: PersonId) -> Vec<(String, String, String)> {
        let sql = format!("select props from event where name = 'person.stage_changed' and person_id = {} order by id", person.n());
        let text = |v: &serde_json::Value, key: &str| v[key].as_str().unwrap().to_string();
        self.all::<String>(&sql)
            .iter()
            .map(|p| serde_json::from_str(p).unwrap())
            .map(|v: serde_json::Value| (text(&v, "from"), text(&v, "to"), text(&v, "cause")))
            .collect()
    }

    /// One request to the routes of this chapter with an admin key; status and body.
    pub fn ask(&self, method: &str, path: &str, body: Option<serde_json::Value>) -> (u16, serde_json::Value) {
        let brand = self.brand;
        let secret = self.write(move |tx| key::create(tx, brand, "system", "test", "admin")).secret;
        let config = Config {
            data: "unused".into(),
            database_url: None,
            public_url: "https://shop.example".into(),
            smtp_url: None,
            mail_from: "shop@shop.example".into(),
            secure: true,
        };
        let app = App { db: self.db.clone(), config: Arc::new(config), metrics: Arc::new(Metrics::default()) };
        let router = axum::Router::from(weir_know::routes(&self.live).split_for_parts().0).with_state(app);
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {secret}"))
            .header("content-type", "application/json")
            .body(body.map_or(Body::empty(), |b| Body::from(b.to_string())))
            .unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let answer: Response<Body> = router.oneshot(request).await.unwrap();
            let status = answer.status().as_u16();
            let body = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
            (status, serde_json::from_slice(&body).unwrap_or_default())
        })
    }
}

pub fn says(purpose: &str, channel: &str, status: &str) -> SetConsent {
    SetConsent { purpose: purpose.into(), channel: channel.into(), status: status.into(), proof: Some("a form".into()) }
}

/// The instant of a local time.
pub fn local(zone: &str, text: &str) -> Ms {
    weir_ground::base::Zone::named(zone).unwrap().parse(text).unwrap()
}

/// A moment later than the last one.
pub fn tick(db: &Db) {
    db.set_clock(db.now().max(START) + 1);
}

pub fn person(n: i64) -> PersonId {
    Id::new(n)
}
