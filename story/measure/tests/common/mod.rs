//! A small shop whose every figure can be worked out by hand.
#![allow(dead_code)]
use std::sync::Arc;
use weir_gather::touchpoint::{self, AddTouchpoint, cost};
use weir_ground::base::{Fen, Id, Ms, Result, ids};
use weir_ground::event::{BrandId, PersonId, TouchpointId};
use weir_ground::reader::{self, Reader};
use weir_ground::{Db, Fact, Trail, Tx, params};
use weir_keep::brand::{NewBrand, Settings};
use weir_keep::{Staff, brand};
use weir_know::consent::{self, SetConsent};
use weir_know::react::Know;
use weir_know::{identity, person};

pub struct Shop {
    pub db: Db,
    pub brand: BrandId,
}

impl Shop {
    /// Days begin in Shanghai; silent after 30 days, churned after 90.
    pub fn new(db: &Db) -> Shop {
        let settings = Settings { silent_days: 30, churned_days: 90, ..Settings::default() };
        let brand = db
            .write_now(move |tx| {
                let new = NewBrand {
                    code: "tea".into(),
                    name: "茶".into(),
                    timezone: "Asia/Shanghai".into(),
                    currency: "CNY".into(),
                    sandbox: true,
                    settings: settings.clone(),
                };
                brand::create(tx, &new)
            })
            .unwrap();
        Shop { db: db.clone(), brand }
    }

    pub fn who(&self) -> Staff {
        Staff::system(self.brand)
    }

    pub fn write<T: Send + 'static>(&self, f: impl FnMut(&mut Tx) -> Result<T> + Send + 'static) -> T {
        self.db.write_now(f).unwrap()
    }

    pub fn read<T: Send + 'static>(&self, f: impl FnMut(&mut Tx) -> Result<T> + Send + 'static) -> T {
        self.db.read_now(f).unwrap()
    }

    pub fn touchpoint(&self, kind: &str, name: &str) -> TouchpointId {
        let (who, kind, name) = (self.who(), kind.to_string(), name.to_string());
        self.write(move |tx| {
            let new = AddTouchpoint { kind: kind.clone(), name: name.clone(), store_id: None, owner_id: None, landing: None };
            touchpoint::create(tx, &who, &new)
        })
    }

    pub fn cost(&self, touchpoint: TouchpointId, kind: cost::CostKind, fen: i64, from: &str, to: Option<&str>) {
        let (who, from, to) = (self.who(), from.to_string(), to.map(str::to_string));
        self.write(move |tx| {
            let new = cost::AddCost { kind, amount_fen: Fen(fen), from_day: from.clone(), to_day: to.clone(), note: None };
            cost::add(tx, &who, touchpoint, &new)
        });
    }

    /// A known person who came by a touchpoint at `at`, and joined then if told so.
    pub fn person(&self, n: i64, at: Ms, touchpoint: Option<TouchpointId>, joined: bool) -> PersonId {
        let brand = self.brand;
        self.write(move |tx| {
            tx.as_of(at);
            let who = identity::resolve(tx, brand, &[("user_id", &format!("u{n}"))], "test")?;
            person::seen(tx, who, at, touchpoint)?;
            if joined {
                person::joined(tx, brand, who, at)?;
            }
            Ok(who)
        })
    }

    pub fn consent(&self, person: PersonId, at: Ms, channel: &str, status: &str) {
        let (brand, channel, status) = (self.brand, channel.to_string(), status.to_string());
        self.write(move |tx| {
            tx.as_of(at);
            let says = SetConsent {
                purpose: "marketing".into(),
                channel: channel.clone(),
                status: status.clone(),
                proof: Some("test".into()),
            };
            consent::set(tx, brand, person, &says, "test", None)
        });
    }

    /// A paid order as the sell chapter leaves it: the row, and the fact that others react to.
    pub fn order(&self, person: PersonId, at: Ms, fen: i64) -> ids::OrderId {
        let brand = self.brand;
        self.write(move |tx| {
            let (id, store): (ids::OrderId, ids::StoreId) = (tx.new_id(), Id::new(1));
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
            let (person, paid): (PersonId, i64) = tx.one(
                "update orders set refunded = refunded + $1, \
                 state = case when refunded + $1 = paid then 'refunded' else state end where id = $2 returning person_id, paid",
                params![fen, order],
            )?;
            let back: i64 = tx.one("select refunded from orders where id = $1", params![order])?;
            let props = format!(r#"{{"order":"{order}","full":{}}}"#, back == paid);
            let now = tx.now();
            let _ = tx.record(&Fact::new(brand, "order.refunded", now).person(person).value(Fen(fen)).props(&props))?;
            Ok(())
        });
    }

    /// Lets the readers of earlier chapters do their part. On PostgreSQL an event can be read only
    /// when no older transaction of the whole server is in flight, and other tests have theirs.
    pub fn settle(&self) {
        let readers: [Arc<dyn Reader>; 1] = [Arc::new(Know)];
        for _ in 0..2_000 {
            reader::catch_up(&self.db, &readers).unwrap();
            let behind: i64 = self.read(|tx| {
                tx.one(
                    "select count(*) from event e where e.id > coalesce((select r.position from reader r where r.name = 'know'), 0)",
                    &[],
                )
            });
            if behind == 0 {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        panic!("the readers did not get through");
    }
}
