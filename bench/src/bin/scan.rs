//! Scans of a printed code over HTTP: `GET /c/{code}` answered 302 once the visit is durable, with
//! a plain landing and with a live code that shows guides. Seven of ten visitors are new and carry
//! no cookie; three of ten were here before.
use clap::Parser;
use std::rc::Rc;
use std::time::{Duration, Instant};
use weir_base::Result;
use weir_bench::{Ask, Latencies, Row, Server, http, scratch};
use weir_gather::live_code::plan::{Plan, Rule, Slot, Spread};
use weir_gather::live_code::{self, LiveCodeDefinition};
use weir_gather::touchpoint::{self, AddTouchpoint};
use weir_ground::db::Open;
use weir_ground::event::TouchpointId;
use weir_ground::{Db, Tx, params};
use weir_keep::{Settings, Staff, brand};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Phones that scan at the same moment.
const CONNECTIONS: usize = 96;
/// Visitors who come again.
const KNOWN: u64 = 20_000;
/// Members of the staff behind the live code.
const GUIDES: usize = 12;

const PHONES: [&str; 4] = [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.54 NetType/WIFI Language/zh_CN",
    "Mozilla/5.0 (Linux; Android 14; 23127PN0CC Build/UKQ1) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 XWEB/1160 MicroMessenger/8.0.50",
    "Mozilla/5.0 (Linux; Android 13; V2309A) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/116.0.0.0 Mobile Safari/537.36 QQ/9.0.20",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
];

fn main() {
    let ask = Ask::parse();
    for (case, live) in [("landing", false), ("live", true)] {
        if case.contains(&ask.only) {
            run(&ask, case, live);
        }
    }
}

/// A brand with one touchpoint; with a live code of uncapped guides if asked for.
fn prepare(tx: &mut Tx, live: bool) -> Result<(TouchpointId, String)> {
    let new = brand::NewBrand {
        code: "bench".into(),
        name: "Bench".into(),
        timezone: "Asia/Shanghai".into(),
        currency: "CNY".into(),
        sandbox: true,
        settings: Settings::default(),
    };
    let who = Staff::system(brand::create(tx, &new)?);
    let at = AddTouchpoint { kind: "wecom_store_code".into(), name: "门口".into(), store_id: None, owner_id: None, landing: None };
    let id = touchpoint::create(tx, &who, &at)?;
    if live {
        let slots = (0..GUIDES).map(|n| guide(tx, &who, n)).collect::<Result<Vec<Slot>>>()?;
        let rule = Rule { name: "全天".into(), schedule: Default::default(), prefer: vec![], spread: Spread::WeightedTurn, slots };
        let def = LiveCodeDefinition {
            zone: None,
            from_at: None,
            to_at: None,
            hold_minutes: None,
            fallback: Some("/m/".into()),
            plan: Plan { rules: vec![rule], backup: vec![] },
        };
        let code = live_code::create(tx, &who, id, &def)?;
        live_code::activate(tx, &who, code)?;
    }
    Ok((id, tx.one("select code from touchpoint where id = $1", params![id])?))
}

fn guide(tx: &mut Tx, who: &Staff, n: usize) -> Result<Slot> {
    let id: weir_base::ids::StaffId = tx.new_id();
    tx.exec(
        "insert into staff (id, brand_id, email, name, password_hash, role, active, created_at) values ($1, $2, $3, $4, '', 'guide', 1, 0)",
        params![id, who.brand, &format!("g{n}@x.cn"), &format!("导购 {n}")],
    )?;
    let url = Some("https://work.weixin.qq.com/ca/abc".into());
    Ok(Slot {
        id: None, staff_id: Some(id), url, label: None, store_id: None, weight: 1 + n as i64 % 3, daily_cap: None,
        on: true, leave: vec![], backup: false, stages: vec![],
    })
}

/// The n-th scan, and whether its visitor was never here before.
fn request(code: &str, n: u64) -> (Vec<u8>, bool) {
    let fresh = n % 10 < 7;
    let cookie = if fresh { String::new() } else { format!("cookie: weir_v=known-visitor-{:07}\r\n", n.wrapping_mul(0x9e37_79b9) % KNOWN) };
    let (a, b, c) = (n >> 16 & 255, n >> 8 & 255, n & 255);
    let agent = PHONES[(n % 4) as usize];
    let text = format!(
        "GET /c/{code} HTTP/1.1\r\nhost: weir\r\nuser-agent: {agent}\r\nx-forwarded-for: 10.{a}.{b}.{c}\r\naccept: text/html\r\naccept-language: zh-CN\r\n{cookie}\r\n"
    );
    (text.into_bytes(), fresh)
}

/// Scans over kept-alive connections until the time is up, then looks whether every answered one is in the store.
fn run(ask: &Ask, case: &'static str, live: bool) {
    let dir = scratch();
    let db = Db::open(&Open { dir: Some(dir.0.clone()), ..Open::default() }).expect("opens");
    let (id, code) = db.write_now(move |tx| prepare(tx, live)).expect("made");
    db.close();
    let server = Server::start(ask, &dir.0);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (local, shared) = (tokio::task::LocalSet::new(), Rc::new((code, server.address.clone())));
    let start = Instant::now();
    let until = start + Duration::from_secs_f64(ask.seconds);
    let mut tasks = vec![];
    for c in 0..CONNECTIONS {
        let shared = shared.clone();
        tasks.push(local.spawn_local(async move {
            let (code, address) = &*shared;
            let mut client = http::Client::connect(address).await?;
            let (mut n, mut latencies, mut visitors) = (c as u64, Latencies::default(), vec![]);
            while Instant::now() < until {
                let (request, fresh) = request(code, n);
                let begun = Instant::now();
                let (status, body) = client.send(&request).await?;
                assert!(status == 302, "{status}: {}", String::from_utf8_lossy(body));
                latencies.add(begun.elapsed());
                if !fresh {
                    visitors.push(n.wrapping_mul(0x9e37_79b9) % KNOWN);
                }
                n += CONNECTIONS as u64;
            }
            std::io::Result::Ok((latencies, visitors))
        }));
    }
    let (mut all, mut again, mut returned) = (Latencies::default(), vec![], 0);
    runtime.block_on(local.run_until(async {
        for t in tasks {
            let (latencies, visitors) = t.await.expect("runs").expect("answers");
            all.0.extend(latencies.0);
            returned += visitors.len();
            again.extend(visitors);
        }
    }));
    let rate = all.0.len() as f64 / start.elapsed().as_secs_f64();
    drop(server);
    again.sort_unstable();
    again.dedup();
    let visits = all.0.len() - returned + again.len();
    check(&dir.0, id, visits, live);
    Row { bench: "scan", case, engine: "sqlite", rate, unit: "scans/s", latencies: Some(all), limit: None }.print(ask.json);
}

/// Every answered scan is a visit, or the same visitor's within half an hour; each visitor has a place.
fn check(dir: &std::path::Path, id: TouchpointId, visits: usize, live: bool) {
    let db = Db::open(&Open { dir: Some(dir.to_path_buf()), ..Open::default() }).expect("opens");
    let kept: (i64, i64, i64) = db
        .read_now(move |tx| {
            tx.one(
                "select t.visits, (select count(*) from event e where e.touchpoint_id = t.id and e.name = 'touchpoint.visited'), \
                 (select count(*) from live_reservation) from touchpoint t where t.id = $1",
                params![id],
            )
        })
        .expect("counted");
    db.close();
    let places = if live { visits } else { 0 };
    // The server was killed, not stopped: only what had been answered has to be there.
    let (visits, places) = (visits as i64, places as i64);
    assert!(kept.0 >= visits && kept.0 - visits <= CONNECTIONS as i64 && kept.1 == kept.0, "{kept:?} of {visits} visits");
    assert!(kept.2 >= places && kept.2 - places <= CONNECTIONS as i64, "{kept:?} of {places} places");
}
