//! An own store for every test, on SQLite always and on PostgreSQL where `WEIR_TEST_POSTGRES`
//! names a server.
use crate::db::{Db, Open};
use std::path::PathBuf;

/// 2026-03-02 10:00 UTC, a Monday: when tests begin.
pub const START: crate::base::Ms = 1_772_445_600_000;

/// A folder that goes away with the test.
pub struct Scratch(pub PathBuf);

impl Scratch {
    pub fn new() -> Scratch {
        let name = format!("weir-test-{}-{}", std::process::id(), crate::secret::hex(&crate::secret::bytes::<6>()));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).expect("a temporary folder can be made");
        Scratch(path)
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Scratch::new()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A database of its own on the server at `url`; returns its URL and a guard that drops it.
pub fn own_postgres(url: &str) -> (String, DropDatabase) {
    let name = format!("weir_t_{}", crate::secret::hex(&crate::secret::bytes::<6>()));
    let mut admin = postgres::Client::connect(url, postgres::NoTls).expect("WEIR_TEST_POSTGRES answers");
    admin.batch_execute(&format!("create database {name}")).expect("a database can be created");
    let own = format!("{}/{name}", url.rsplit_once('/').map_or(url, |(server, _)| server));
    (own, DropDatabase { url: url.to_string(), name })
}

pub struct DropDatabase {
    url: String,
    name: String,
}

impl Drop for DropDatabase {
    fn drop(&mut self) {
        if let Ok(mut admin) = postgres::Client::connect(&self.url, postgres::NoTls) {
            let _ = admin.batch_execute(&format!("drop database if exists {} with (force)", self.name));
        }
    }
}

/// How many events and orders are not found by their person exactly once, or found without being there.
pub const LOST_BY_PERSON: &str = "select \
    (select count(*) from (select person_id, at, id from event where person_id is not null except select person_id, at, id from event_of) a) \
    + (select count(*) from (select person_id, at, id from event_of except select person_id, at, id from event) b) \
    + (select count(*) from event_of) - (select count(*) from event where person_id is not null) \
    + (select count(*) from (select person_id, placed_at, id from orders except select person_id, at, id from orders_of) c) \
    + (select count(*) from (select person_id, at, id from orders_of except select person_id, placed_at, id from orders) d) \
    + (select count(*) from orders_of) - (select count(*) from orders)";

/// What sealed text of a brand says; other text is answered as it is.
pub fn opened(db: &Db, brand: crate::event::BrandId, text: &str) -> String {
    db.shared().keys().of(brand).open(text).expect("it was sealed with the key of this database")
}

/// Runs a test on every engine that is there, each with a fresh store and a clock at [`START`].
pub fn each_engine(test: impl Fn(Db)) {
    let scratch = Scratch::new();
    let how = Open { dir: Some(scratch.0.clone()), clock: Some(START), seed: Some(7), key: Some(crate::seal::test_key()), ..Open::default() };
    let db = Db::open(&how).expect("SQLite opens");
    test(db.clone());
    db.close();
    if let Some(url) = std::env::var("WEIR_TEST_POSTGRES").ok().filter(|u| !u.is_empty()) {
        let (url, _guard) = own_postgres(&url);
        let how = Open { url: Some(url), clock: Some(START), seed: Some(7), key: Some(crate::seal::test_key()), ..Open::default() };
        let db = Db::open(&how).expect("PostgreSQL opens");
        test(db.clone());
        db.close();
    }
}
