//! Files become persons and stores: in any encoding, once, exactly as far as they were read.
mod common;

use axum::body::Body;
use axum::http::Request;
use common::*;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use weir_gather::import::csv::Encoding;
use weir_gather::import::rows::Which;
use weir_gather::import::{
    self, Ctx, Fate, Field, Import, ImportId, Imports, NewImport, Row, Sink, Start, create, field, run_to_end, sniff, start,
};
use weir_ground::base::{Problem, Result, Zone};
use weir_ground::seal::file::Lying;
use weir_ground::testing::{Scratch, each_engine, opened};
use weir_ground::{Db, Tx, params};
use weir_keep::Staff;

fn upload(db: &Db, imports: &Imports, who: &Staff, data: &Path, kind: &str, bytes: &[u8]) -> ImportId {
    let id: ImportId = db.read_now(|tx| Ok(tx.new_id())).unwrap();
    let brand = who.brand;
    let seal = db.read_now(move |tx| Ok(tx.keys(brand))).unwrap();
    let stored = import::keep_file(data, id, &seal, &mut &bytes[..]).unwrap();
    let shape = sniff::look(&Lying::sealed(data.join(&stored.path), seal), None).unwrap();
    let new = NewImport { id, brand: who.brand, kind: kind.into(), name: format!("{kind}.csv"), stored, shape, actor: None };
    let imports = imports.clone();
    db.write_now(move |tx| create(tx, &imports, &new)).unwrap();
    id
}

fn begin(db: &Db, imports: &Imports, who: &Staff, data: &Path, id: ImportId, dry_run: bool) {
    begin_as(db, imports, who, data, id, Start { dry_run, ..Start::default() });
}

fn begin_as(db: &Db, imports: &Imports, who: &Staff, data: &Path, id: ImportId, ask: Start) {
    let (imports, brand) = (imports.clone(), who.brand);
    let (was, seal) = db.read_now(move |tx| Ok((import::get(tx, brand, id)?, tx.keys(brand)))).unwrap();
    let shape = sniff::look(&was.file(data, seal), Encoding::parse(&was.encoding)).unwrap();
    db.write_now(move |tx| start(tx, &imports, (brand, "system"), id, &ask, &shape)).unwrap();
}

fn import_now(db: &Db, imports: &Imports, who: &Staff, kind: &str, bytes: &[u8]) -> Import {
    let data = Scratch::new();
    let id = upload(db, imports, who, &data.0, kind, bytes);
    begin(db, imports, who, &data.0, id, false);
    run_to_end(db, &imports.sinks, &data.0, id, |_| {}).unwrap()
}

fn counts(i: &Import) -> (&str, Option<i64>, i64, i64) {
    (&i.state, i.rows_total, i.rows_ok, i.rows_bad)
}

/// Every table that an import of persons may touch, but the import itself.
fn world(db: &Db) -> Vec<i64> {
    let tables = ["person", "identity", "tag", "consent", "store", "timer"];
    let mut out: Vec<i64> = tables.iter().map(|t| count(db, &format!("select count(*) from {t}"))).collect();
    out.push(count(db, "select count(*) from event where name not like 'import.%'"));
    out
}

const FILE: &str = "客户编号,姓名,性别,手机号,邮箱,生日,所属门店,标签,授权,入会时间,备注\r\n\
    1,周晴,女,13800000001,A@B.cn,1990/2/3,N,养宠家庭;母婴家庭,marketing:inbox;marketing:email,2026-03-01 08:00,x\r\n\
    2,吴桐,男,13800000002,,,N,,,,\r\n\
    3,\"郑,岩\",,13800000003,,,,用券客户,service:sms,,\"两行\n备注\"\r\n";

#[test]
fn persons_arrive_whole_in_either_encoding_and_again_changes_nothing() {
    each_engine(|db| {
        let (who, imports) = (owner(&db, "one"), Imports::new(vec![]));
        let stores = import_now(&db, &imports, &who, "stores", "编码,名称,城市\nN,北店,鹭浦市\n".as_bytes());
        assert_eq!(counts(&stores), ("done", Some(1), 1, 0));
        let done = import_now(&db, &imports, &who, "persons", &encoding_rs::GBK.encode(FILE).0);
        assert_eq!((counts(&done), done.encoding.as_str()), (("done", Some(3), 3, 0), "gbk"));
        let person = person_by(&db, who.brand, "phone", "13800000001").unwrap();
        let mut row: (String, String, String, String, i64) = db
            .read_now(move |tx| tx.one("select name, email, portrait, stage, joined_at from person where id = $1", params![person]))
            .unwrap();
        row.1 = opened(&db, who.brand, &row.1);
        let joined = Zone::named("Asia/Shanghai").unwrap().parse("2026-03-01 08:00").unwrap();
        let portrait = r#"{"birthday":"1990-02-03","gender":"female"}"#;
        assert_eq!(row, ("周晴".into(), "a@b.cn".into(), portrait.into(), "new".into(), joined));
        assert_eq!(texts(&db, "select name from person order by created_at, id")[2], "郑,岩");
        let mut tags = texts(&db, "select tag from tag");
        tags.sort();
        assert_eq!((tags, texts(&db, "select distinct source from tag")), (vec!["养宠家庭".into(), "母婴家庭".into(), "用券客户".to_string()], vec!["import".to_string()]));
        assert_eq!(texts(&db, "select distinct proof from consent"), ["import: persons.csv"]);
        assert_eq!(count(&db, "select count(*) from person where store_id is not null"), 2);
        let before = world(&db);
        let again = import_now(&db, &imports, &who, "persons", format!("\u{feff}{FILE}").as_bytes());
        assert_eq!((counts(&again), again.encoding.as_str(), world(&db)), (("done", Some(3), 3, 0), "utf-8", before));
        assert_eq!(count(&db, "select count(*) from event where name like 'person.%' and actor is not null"), 0);
    });
}

#[test]
fn broken_rows_are_told_with_their_reasons_and_the_others_are_in() {
    each_engine(|db| {
        let (who, imports, data) = (owner(&db, "one"), Imports::new(vec![]), Scratch::new());
        let mut file = "person_key,name,phone,email,store_code,consents,birthday\n".as_bytes().to_vec();
        for line in [
            "1,ok,13800000001,,,,", ",nobody,,,,,", "2,short,1", "3,ok,,c@d.cn,,,", "4,bad phone,12,,,,", "5,\"open quote,,,,,", "6,ok,,,,,",
            "7,no store,,,X,,", "8,consent,,,,marketing:pigeon,", "9,day,,,,,soon", "10,ok,,,,,1990-01-01",
        ] {
            file.extend_from_slice(line.as_bytes());
            file.push(b'\n');
        }
        file.extend_from_slice(b"11,\xff\xfe,,,,,\n12,ok,,,,,\n");
        let id = upload(&db, &imports, &who, &data.0, "persons", &file);
        begin(&db, &imports, &who, &data.0, id, false);
        let done = run_to_end(&db, &imports.sinks, &data.0, id, |_| {}).unwrap();
        assert_eq!(counts(&done), ("done", Some(13), 5, 8));
        assert_eq!(count(&db, "select count(*) from person"), 5);
        assert!(!data.0.join(&done.path).exists(), "the file holds personal data and is not needed any more");
        let mut csv = String::new();
        import::rows::write_rows(&db, &done, Which::Rejected, |text| {
            csv.push_str(&text);
            true
        })
        .unwrap();
        let lines: Vec<&str> = csv.trim_start_matches('\u{feff}').trim_end().split("\r\n").collect();
        assert_eq!(lines, [
            "row,reason,person_key,name,phone,email,store_code,consents,birthday",
            "3,\"person_key, phone or email: one of them must be given, so that the person can be found again\",,nobody,,,,,",
            "4,\"it has 3 fields, the header has 7\",2,short,1,,,,",
            "6,phone: 12 is not usable,4,bad phone,12,,,,",
            "7,a quote is opened and not closed,\"5,\"\"open quote,,,,,\"",
            "9,store_code: there is no store X,7,no store,,,X,,",
            "10,consents: marketing:pigeon is not purpose:channel such as marketing:email,8,consent,,,,marketing:pigeon,",
            "11,birthday: soon is not a date,9,day,,,,,soon",
            "13,column 2 is not utf-8 text,11,\u{fffd}\u{fffd},,,,,",
        ]);
    });
}

#[test]
fn a_check_keeps_nothing_and_finds_the_same() {
    each_engine(|db| {
        let (who, imports, data) = (owner(&db, "one"), Imports::new(vec![]), Scratch::new());
        let mut file = "手机号,姓名\n".to_string();
        for i in 0..1_203 {
            file.push_str(&if i % 100 == 7 { format!("12,bad {i}\n") } else { format!("138{i:08},好 {i}\n") });
        }
        let before = world(&db);
        let id = upload(&db, &imports, &who, &data.0, "persons", file.as_bytes());
        begin(&db, &imports, &who, &data.0, id, true);
        let checked = run_to_end(&db, &imports.sinks, &data.0, id, |_| {}).unwrap();
        assert_eq!((counts(&checked), world(&db)), (("checked", Some(1_203), 1_191, 12), before));
        assert_eq!(count(&db, "select count(*) from import_reject"), 12);
        begin(&db, &imports, &who, &data.0, id, false);
        assert_eq!(count(&db, "select count(*) from import_reject"), 0);
        let done = run_to_end(&db, &imports.sinks, &data.0, id, |_| {}).unwrap();
        assert_eq!((counts(&done), count(&db, "select count(*) from person")), (("done", Some(1_203), 1_191, 12), 1_191));
    });
}

/// Keeps what it was given, and fails when it is told to.
struct Probe {
    calls: Mutex<Vec<Vec<String>>>,
    fail_on: Option<&'static str>,
    left: AtomicUsize,
}

const PROBE: &[Field] = &[field("no", true, "单号", "No", &[]), field("item", true, "商品", "Item", &[])];

impl Sink for Probe {
    fn kind(&self) -> &'static str {
        "orders"
    }
    fn fields(&self) -> &'static [Field] {
        PROBE
    }
    fn group(&self) -> Option<usize> {
        Some(0)
    }
    fn apply(&self, tx: &mut Tx, ctx: &Ctx, rows: &[Row]) -> Result<Vec<Fate>> {
        if self.left.load(Ordering::SeqCst) == 0 {
            return Err(Problem::new(weir_ground::base::Code::Busy, "the machine stopped here"));
        }
        self.left.fetch_sub(1, Ordering::SeqCst);
        for row in rows {
            // Written rows must go away with a call that fails behind them.
            tx.exec(
                "insert into tag (person_id, tag, brand_id, source, at) values ($1, $2, $3, 'probe', 0) on conflict do nothing",
                params![row.n, row.at(1), ctx.brand],
            )?;
            if self.fail_on == Some(row.at(1)) {
                return Err(Problem::conflict("this group is refused"));
            }
        }
        self.calls.lock().unwrap().push(rows.iter().map(|r| r.at(0).to_string()).collect());
        Ok(rows.iter().map(|_| Ok(())).collect())
    }
}

fn probe(fail_on: Option<&'static str>, calls: usize) -> (Arc<Probe>, Imports) {
    let probe = Arc::new(Probe { calls: Mutex::default(), fail_on, left: AtomicUsize::new(calls) });
    (probe.clone(), Imports::new(vec![probe]))
}

#[test]
fn groups_are_never_cut_and_fall_together() {
    each_engine(|db| {
        let who = owner(&db, "one");
        let mut file = "no,item\n".to_string();
        for i in 0..1_400 {
            file.push_str(&format!("{},{i}\n", i / 7));
        }
        let (seen, imports) = probe(None, usize::MAX);
        let done = import_now(&db, &imports, &who, "orders", file.as_bytes());
        assert_eq!(counts(&done), ("done", Some(1_400), 1_400, 0));
        let calls = seen.calls.lock().unwrap().clone();
        assert_eq!(calls.iter().map(Vec::len).collect::<Vec<_>>(), [504, 504, 392]);
        for pair in calls.windows(2) {
            assert_ne!(pair[0].last(), pair[1].first());
        }
        // One row of order 3 cannot be read, order 5 is refused half-way.
        let broken = file.replace("\n3,23\n", "\n3,23,too many\n");
        let (_, imports) = probe(Some("37"), usize::MAX);
        db.write_now(|tx| tx.exec("delete from tag", &[])).unwrap();
        let done = import_now(&db, &imports, &who, "orders", broken.as_bytes());
        assert_eq!(counts(&done), ("done", Some(1_400), 1_386, 14));
        assert_eq!(count(&db, "select count(*) from tag"), 1_386);
        let reasons = texts(&db, &format!("select reason from import_reject where import_id = {}", done.id.n()));
        let mut reasons: Vec<String> = reasons.iter().map(|r| opened(&db, who.brand, r)).collect();
        reasons.sort();
        reasons.dedup();
        assert_eq!(reasons, ["another row of 3 cannot be read", "it has 3 fields, the header has 2", "this group is refused"]);
    });
}

#[test]
fn an_import_that_was_broken_off_goes_on_where_it_was() {
    each_engine(|db| {
        let (who, data) = (owner(&db, "one"), Scratch::new());
        let mut file = "no,item\n".to_string();
        for i in 0..2_600 {
            file.push_str(&if i % 50 == 3 { format!("{i}\n") } else { format!("{i},好{i}\n") });
        }
        let bytes = encoding_rs::GBK.encode(&file).0.into_owned();
        let (_, imports) = probe(None, 2);
        let id = upload(&db, &imports, &who, &data.0, "orders", &bytes);
        begin(&db, &imports, &who, &data.0, id, false);
        // As after a crash: two transactions are there and nothing says that the import stopped.
        let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let worker = import::worker(db.clone(), imports.clone(), data.0.clone(), stop.clone());
        while count(&db, "select rows_ok + rows_bad from import") < 1_000 {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        let half: (String, i64, i64, i64) =
            db.read_now(|tx| tx.one("select state, row, rows_ok, rows_bad from import", &[])).unwrap();
        assert_eq!(half, ("running".into(), 1_001, 980, 20));
        assert_eq!(count(&db, "select count(*) from tag"), 980);
        stop.store(true, Ordering::SeqCst);
        imports.wake();
        worker.join().unwrap();
        let (seen, imports) = probe(None, usize::MAX);
        let done = run_to_end(&db, &imports.sinks, &data.0, id, |_| {}).unwrap();
        assert_eq!(counts(&done), ("done", Some(2_600), 2_548, 52));
        assert_eq!(seen.calls.lock().unwrap().iter().map(Vec::len).sum::<usize>(), 2_548 - 980);
        assert_eq!((count(&db, "select count(*) from tag"), count(&db, "select count(*) from import_reject")), (2_548, 52));
    });
}

#[test]
fn a_file_never_brings_back_a_consent_that_was_taken_away() {
    each_engine(|db| {
        let (who, imports) = (owner(&db, "one"), Imports::new(vec![]));
        let file = "person_key,consents\n1,marketing:email\n2,marketing:email:denied\n".as_bytes();
        import_now(&db, &imports, &who, "persons", file);
        let (brand, person) = (who.brand, person_by(&db, who.brand, "external_id", "1").unwrap());
        let says = weir_know::consent::SetConsent {
            purpose: "marketing".into(),
            channel: "email".into(),
            status: "withdrawn".into(),
            proof: None,
        };
        db.write_now(move |tx| weir_know::consent::set(tx, brand, person, &says, "mall", None)).unwrap();
        import_now(&db, &imports, &who, "persons", file);
        let status = "select status from consent where person_id = (select person_id from identity where value = '1') order by id";
        assert_eq!(texts(&db, status), ["granted", "withdrawn"]);
        assert_eq!(count(&db, "select count(*) from consent where status = 'denied'"), 1);
    });
}

#[test]
fn the_routes_upload_check_run_and_tell() {
    each_engine(|db| {
        let (who, data, imports) = (owner(&db, "one"), Scratch::new(), Imports::new(vec![]));
        let key = secret(&db, who.brand, "admin");
        let router = axum::Router::from(weir_gather::routes(&imports).split_for_parts().0).with_state(app(&db, &data.0));
        let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let worker = import::worker(db.clone(), imports.clone(), data.0.clone(), stop.clone());
        let text = "会员号,名称x,Mobile\n1,周晴,13800000001\n2,吴桐,12\n";
        let upload = |kind: &str, once: &str, bytes: Vec<u8>| {
            let request = Request::builder().method("POST").uri(format!("/api/v1/imports?kind={kind}&name=c.csv"));
            let request = request.header("authorization", format!("Bearer {key}")).header("idempotency-key", once.to_string());
            ask(&router, request.body(Body::from(bytes)).unwrap())
        };
        let (status, _, body) = upload("persons", "a", encoding_rs::GBK.encode(text).0.into_owned());
        let made = value(&body);
        assert_eq!((status, &made["state"], &made["encoding"]), (200, &"uploaded".into(), &"gbk".into()));
        assert_eq!(made["mapping"], serde_json::json!({ "person_key": "会员号", "phone": "Mobile" }));
        assert_eq!(made["sample"], serde_json::json!([["1", "周晴", "13800000001"], ["2", "吴桐", "12"]]));
        let (_, _, twin) = upload("persons", "a", encoding_rs::GBK.encode(text).0.into_owned());
        assert_eq!((value(&twin), std::fs::read_dir(data.0.join("imports")).unwrap().count()), (made.clone(), 1));
        let waits = std::fs::read_dir(data.0.join("imports")).unwrap().next().unwrap().unwrap().path();
        let waits = std::fs::read(waits).unwrap();
        for private in ["13800000001".as_bytes(), "Mobile".as_bytes(), &encoding_rs::GBK.encode("周晴").0] {
            assert!(!waits.windows(private.len()).any(|w| w == private), "the file lies sealed");
        }
        for (kind, bytes) in [("nothing", b"a\n".to_vec()), ("persons", vec![]), ("persons", b"PK\x03\x04".to_vec())] {
            assert_eq!(upload(kind, "b", bytes).0, 400);
        }
        assert_eq!(std::fs::read_dir(data.0.join("imports")).unwrap().count(), 1);

        let path = format!("/api/v1/imports/{}", made["id"].as_str().unwrap());
        let begin = |body: &str| ask(&router, json("POST", &format!("{path}/start"), &key, body));
        assert_eq!(begin(r#"{"mapping":{"person_key":"no such column"},"dry_run":true}"#).0, 400);
        let wait = |state: &str| loop {
            let now = value(&ask(&router, json("GET", &path, &key, "")).2);
            if now["state"] == state {
                return now;
            }
            assert!(now["state"] != "failed", "{now}");
            std::thread::sleep(std::time::Duration::from_millis(10));
        };
        let mapping = r#""mapping":{"person_key":"会员号","name":"名称x","phone":"Mobile","email":null}"#;
        assert_eq!(begin(&format!("{{{mapping},\"dry_run\":true}}")).0, 200);
        let checked = wait("checked");
        assert_eq!((&checked["rows_ok"], &checked["rows_bad"], count(&db, "select count(*) from person")), (&1.into(), &1.into(), 0));
        assert_eq!(begin(&format!("{{{mapping},\"dry_run\":false}}")).0, 200);
        let done = wait("done");
        assert_eq!((&done["rows_done"], &done["rows_total"], texts(&db, "select name from person")), (&2.into(), &2.into(), vec!["周晴".to_string()]));
        assert_eq!((begin("{}").0, ask(&router, json("POST", &format!("{path}/cancel"), &key, "")).0), (409, 409));
        let (_, _, list) = ask(&router, json("GET", &format!("{path}/rejects"), &key, ""));
        assert_eq!(value(&list)["items"][0], serde_json::json!({ "row": 3, "reason": "phone: 12 is not usable", "raw": "2,吴桐,12" }));
        let (status, headers, csv) = ask(&router, json("GET", &format!("{path}/rejects.csv"), &key, ""));
        assert_eq!((status, headers["content-disposition"].to_str().unwrap()), (200, "attachment; filename=\"c-rejects.csv\""));
        assert_eq!(String::from_utf8(csv).unwrap(), "\u{feff}row,reason,会员号,名称x,Mobile\r\n3,phone: 12 is not usable,2,吴桐,12\r\n");
        let other = secret(&db, owner(&db, "two").brand, "admin");
        assert_eq!(ask(&router, json("GET", &path, &other, "")).0, 404);
        stop.store(true, Ordering::SeqCst);
        imports.wake();
        worker.join().unwrap();
    });
}

#[test]
fn the_demo_files_come_through() {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/data");
    let read = |name: &str| {
        let mut out = vec![];
        let file = std::fs::File::open(demo.join(name)).unwrap();
        std::io::copy(&mut flate2::read::MultiGzDecoder::new(file), &mut out).unwrap();
        out
    };
    let scratch = Scratch::new();
    let how = weir_ground::db::Open { dir: Some(scratch.0.clone()), seed: Some(7), ..weir_ground::db::Open::default() };
    let db = Db::open(&how).unwrap();
    let (who, imports) = (owner(&db, "one"), Imports::new(vec![]));
    assert_eq!(counts(&import_now(&db, &imports, &who, "stores", &read("stores.csv.gz"))), ("done", Some(457), 457, 0));
    assert_eq!(counts(&import_now(&db, &imports, &who, "persons", &read("persons.csv.gz"))), ("done", Some(2_469), 2_469, 0));
    assert_eq!(count(&db, "select count(*) from person"), 2_469);
    assert_eq!(count(&db, "select count(distinct person_id) from consent"), count(&db, "select count(*) from person where stage = 'new'"));
    db.close();
}

#[test]
fn stores_come_with_their_place_and_a_later_file_corrects_it() {
    each_engine(|db| {
        let (who, imports) = (owner(&db, "one"), Imports::new(vec![]));
        let file = "编码,名称,城市,纬度,经度\nN,北店,上海,31.2304,121.4737\nS,南店,上海,,\nE,东店,上海,31.2,\nW,西店,上海,131.2,121.4\nX,远店,上海,abc,121.4\n";
        let done = import_now(&db, &imports, &who, "stores", file.as_bytes());
        assert_eq!(counts(&done), ("done", Some(5), 2, 3));
        let placed = || -> Vec<(String, i64, i64)> {
            db.read_now(|tx| tx.all("select s.code, p.lat, p.lng from store_place p join store s on s.id = p.store_id order by s.code", &[])).unwrap()
        };
        assert_eq!((placed(), count(&db, "select count(*) from store where kind = 'store'")), (vec![("N".into(), 31_230_400, 121_473_700)], 2));
        let told = || count(&db, "select count(*) from event where name = 'store.changed'");
        let before = told();
        import_now(&db, &imports, &who, "stores", file.as_bytes());
        assert_eq!(told(), before);
        // What is here keeps its name; where it is, the file says. An empty place takes nothing away.
        let later = "code,name,latitude,lon\nN,Another,,\nS,Another,-33.86,151.21\n";
        assert_eq!(counts(&import_now(&db, &imports, &who, "stores", later.as_bytes())), ("done", Some(2), 2, 0));
        assert_eq!((placed(), told()), (vec![("N".into(), 31_230_400, 121_473_700), ("S".into(), -33_860_000, 151_210_000)], before + 1));
        assert_eq!(count(&db, "select count(*) from store where name = 'Another'"), 0);
    });
}
