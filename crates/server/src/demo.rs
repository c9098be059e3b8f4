//! `weir demo`: one believable merchant, built through the public importers and verbs.
//!
//! [`panel`] reads the published panel data of `demo/data` with its year shifted to end today;
//! [`arrivals`] then plays a few weeks of new customers through the HTTP API, on a clock of its
//! own and under one seed, and marks them as simulated.
mod arrivals;
mod panel;

use crate::{Listen, Store, serve};
use std::path::{Path, PathBuf};
use std::time::Instant;
use weir_ground::base::{Ms, Problem, Result, Zone};
use weir_ground::db::Open;
use weir_ground::{Db, Tx};
use weir_keep::{Role, Settings, brand, staff};

/// Who can sign in to the demo.
pub const EMAIL: &str = "demo@weir.test";
pub const PASSWORD: &str = "weir-demo-2026";
pub const BRAND: &str = "demo";
const ZONE: &str = "America/New_York";
const SEED: u64 = 20_261_121;

/// Prints steps with their times on standard error.
pub struct Progress(Instant);

impl Progress {
    pub fn new() -> Progress {
        Progress(Instant::now())
    }

    pub fn step<T>(&self, what: &str, f: impl FnOnce(&dyn Fn(String)) -> Result<T>) -> Result<T> {
        use std::io::{IsTerminal, Write};
        let (start, live) = (Instant::now(), std::io::stderr().is_terminal());
        let say = |detail: String| {
            if live {
                eprint!("\r  {what} … {detail}\x1b[K");
                let _ = std::io::stderr().flush();
            }
        };
        let done = f(&say)?;
        let clear = if live { "\r\x1b[K" } else { "" };
        eprintln!("{clear}  {what:<44} {:>6.1} s", start.elapsed().as_secs_f64());
        Ok(done)
    }
}

/// The folder with the demo's files: named by `WEIR_DEMO_DATA`, beside the program, or where the
/// program was built.
fn files() -> Result<PathBuf> {
    let mut places: Vec<PathBuf> = std::env::var_os("WEIR_DEMO_DATA").map(PathBuf::from).into_iter().collect();
    places.push("demo/data".into());
    if let Ok(exe) = std::env::current_exe() {
        places.extend(exe.ancestors().map(|a| a.join("demo/data")));
    }
    places.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/data"));
    places.into_iter().find(|p| p.join("orders.csv.gz").is_file()).ok_or_else(|| {
        Problem::invalid("The demo's files are not here. Run this in the project's folder, or set WEIR_DEMO_DATA to its demo/data.")
    })
}

enum Found {
    Nothing,
    Broken,
    Ready,
}

/// What the store holds: the marker of a finished demo is its last event.
fn look(tx: &mut Tx) -> Result<Found> {
    let brands: i64 = tx.one("select count(*) from brand", &[])?;
    let done: Option<i64> = tx.opt("select id from event where name = 'demo.built' limit 1", &[])?;
    let ours = brand::by_code(tx, BRAND).is_ok();
    match (brands, ours, done) {
        (0, _, _) => Ok(Found::Nothing),
        (_, _, Some(_)) => Ok(Found::Ready),
        (1, true, None) => Ok(Found::Broken),
        _ => Err(Problem::invalid("This data is not the demo's. Choose another --data for the demo, or use `weir serve`.")),
    }
}

pub fn run(store: &Store, listen: &Listen, no_serve: bool, panel_only: bool) -> Result<()> {
    let db = store.open()?;
    let found = db.read_now(look);
    db.close();
    match found? {
        Found::Ready => eprintln!("The demo merchant is here already."),
        Found::Nothing => build(store, listen, panel_only)?,
        Found::Broken if store.database_url.is_none() => {
            eprintln!("An earlier build was interrupted; building again.");
            for name in ["weir.db", "weir.db-wal", "weir.db-shm"] {
                let _ = std::fs::remove_file(store.data.join(name));
            }
            let _ = std::fs::remove_dir_all(store.data.join("lake"));
            build(store, listen, panel_only)?;
        }
        Found::Broken => {
            return Err(Problem::invalid("An earlier build in this database was interrupted. Empty the database and build again."));
        }
    }
    if no_serve {
        return Ok(());
    }
    let note = format!(
        "\n  Weir demo · 青堰鲜集\n\n  console  http://127.0.0.1:{{port}}/\n  mall     http://127.0.0.1:{{port}}/m/\n\n  \
         sign in  {EMAIL}\n  password {PASSWORD}\n\n  Ctrl-C stops it; the data stays in {}.\n",
        store.data.display()
    );
    serve::run(store, listen, Some(&note))
}

fn build(store: &Store, listen: &Listen, panel_only: bool) -> Result<()> {
    let files = files()?;
    let start = Instant::now();
    let progress = Progress(start);
    eprintln!("Building the demo merchant from published retail panel data (see demo/README.md):");
    let now = today(weir_ground::db::Clock::System.now())?;
    let how = Open {
        dir: Some(store.data.clone()),
        url: store.database_url.clone().filter(|u| !u.is_empty()),
        seed: Some(SEED),
        clock: Some(now),
        key: store.given_key(),
        ..Open::default()
    };
    let db = Db::open(&how)?;
    let built = fill(&db, store, listen, &files, &progress, panel_only, now);
    db.close();
    built?;
    eprintln!("  Ready after {:.1} s.", progress.0.elapsed().as_secs_f64());
    Ok(())
}

/// The demo's year ends where the merchant's day begins: however late in the day it is built, it is the same.
fn today(now: Ms) -> Result<Ms> {
    let zone = Zone::named(ZONE).ok_or_else(|| Problem::internal(format!("no time zone {ZONE}")))?;
    Ok(zone.start_of(zone.day(now)))
}

fn fill(
    db: &Db,
    store: &Store,
    listen: &Listen,
    files: &Path,
    progress: &Progress,
    panel_only: bool,
    now: Ms,
) -> Result<()> {
    let brand = db.write_now(|tx| {
        brand::create(
            tx,
            &brand::NewBrand {
                code: BRAND.into(),
                name: "青堰鲜集".into(),
                timezone: ZONE.into(),
                currency: "CNY".into(),
                sandbox: true,
                settings: Settings {
                    silent_days: 28,
                    churned_days: 90,
                    commission_bp: 800,
                    ..Settings::default()
                },
            },
        )
    })?;
    let config = listen.config(store, if listen.port == 0 { 8700 } else { listen.port });
    panel::load(db, brand, &config, files, progress)?;
    progress.step("staff and touchpoints", |_| people(db, brand))?;
    if !panel_only {
        progress.step("new arrivals of the last weeks (simulated)", |say| arrivals::play(db, brand, &config, (now, arrivals::ARRIVALS), say))?;
    }
    crate::lake::fill(db, &store.data, progress)?;
    db.write_now(move |tx| {
        let cuts = weir_know::rfm::cuts::propose(tx, brand, weir_know::rfm::cuts::WINDOW)?;
        weir_know::rfm::cuts::freeze(tx, brand, "system", &cuts)?;
        let at = tx.now();
        tx.record(&weir_ground::Fact::new(brand, "demo.built", at).actor("system"))
    })?
    .or(|| Problem::internal("the demo's marker could not be written"))
}

/// An owner to sign in with, and one of each other role.
fn people(db: &Db, brand: weir_ground::event::BrandId) -> Result<()> {
    // One hash for all: they share the demo's password.
    let hash = staff::hash(PASSWORD)?;
    db.write_now(move |tx| {
        let stores: Vec<weir_ground::event::StoreId> = tx.all(
            "select store_id from stock where brand_id = $1 group by store_id order by store_id limit 3",
            weir_ground::params![brand],
        )?;
        let first = stores.first().copied().into_iter().collect::<Vec<_>>();
        for (name, email, role, stores) in [
            ("周堰（演示）", EMAIL, Role::Owner, vec![]),
            ("何运营（演示）", "operator@weir.test", Role::Operator, vec![]),
            ("陆店长（演示）", "manager@weir.test", Role::StoreManager, stores.clone()),
            ("苏导购（演示）", "guide@weir.test", Role::Guide, first.clone()),
            ("韩导购（演示）", "guide2@weir.test", Role::Guide, stores.iter().skip(1).copied().collect()),
            ("查阅者（演示）", "reader@weir.test", Role::ReadOnly, vec![]),
        ] {
            let new = staff::NewStaff { name: name.into(), email: email.into(), role, hash: hash.clone(), stores };
            staff::create(tx, brand, "system", &new)?;
        }
        Ok(())
    })
}
