use std::time::Instant;
use weir_gather::intake::{segment, take};
fn main() {
    let n: usize = 200_000;
    let dir = std::env::temp_dir().join(format!("probe-intake-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let db = weir_ground::Db::open(&weir_ground::db::Open { dir: Some(dir.clone()), ..Default::default() }).unwrap();
    let brand = db.write_now(|tx| weir_keep::brand::create(tx, &weir_keep::brand::NewBrand { code: "x".into(), name: "x".into(), timezone: "Asia/Shanghai".into(), currency: "CNY".into(), sandbox: true, settings: Default::default() })).unwrap();
    let msg = |i: usize| format!(r#"{{"type":"track","messageId":"node-next-1772445600000-{i:032x}","anonymousId":null,"userId":"user-{}","event":"Product Viewed","timestamp":"2026-03-02T09:59:30.123Z","properties":{{"product_id":"prd_{}","name":"鲜牛奶 3.79 升","price":2.69,"currency":"CNY","category":"dairy","position":3,"url":"https://shop.example/p/1"}},"context":{{"library":{{"name":"@segment/analytics-node","version":"3.1.0"}}}},"integrations":{{}},"_metadata":{{"nodeVersion":"20"}}}}"#, i % 2000, i % 500);
    let batches: Vec<bytes::Bytes> = (0..n / 100).map(|b| {
        let m: Vec<String> = (0..100).map(|i| msg(b * 100 + i)).collect();
        format!(r#"{{"batch":[{}],"sentAt":"2026-03-02T10:00:00.000Z","writeKey":"k"}}"#, m.join(",")).into()
    }).collect();
    // persons first
    for b in &batches[..20] { let batch = segment::parse("batch", b.clone(), db.now(), segment::Trust::App).unwrap(); db.write_now(move |tx| take(tx, brand, &batch)).unwrap(); }
    let t = Instant::now();
    let mut items = 0;
    for b in &batches { let x = segment::parse("batch", b.clone(), db.now(), segment::Trust::App).unwrap(); items += x.items.len(); }
    let s = t.elapsed().as_secs_f64();
    println!("parse alone: {:.0}/s ({items})", n as f64 / s);
    let t = Instant::now();
    let mut waiting = std::collections::VecDeque::new();
    for b in &batches[20..] {
        let batch = segment::parse("batch", b.clone(), db.now(), segment::Trust::App).unwrap();
        waiting.push_back(db.submit(move |tx| take(tx, brand, &batch)));
        if waiting.len() > 16 { waiting.pop_front().unwrap().blocking_recv().unwrap().unwrap(); }
    }
    for w in waiting { w.blocking_recv().unwrap().unwrap(); }
    let s = t.elapsed().as_secs_f64();
    println!("direct, 16 in flight: {:.0}/s", (n - 2000) as f64 / s);
    let rows: Vec<(i64, Option<i64>, String, i64, i64, String, Option<i64>, String, Option<String>)> = db.read_now(move |tx| {
        let mut out = vec![];
        tx.each("select id, person_id, name, at, received_at, source, value, props, dedupe from event where source='segment' and dedupe is not null order by id", &[], |r| { out.push((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?, r.get(5)?, r.get(6)?, r.get(7)?, r.get(8)?)); Ok(()) })?;
        Ok(out)
    }).unwrap();
    db.close();
    let dir2 = dir.join("raw"); std::fs::create_dir_all(&dir2).unwrap();
    weir_ground::Db::open(&weir_ground::db::Open { dir: Some(dir2.clone()), ..Default::default() }).unwrap().close();
    let mut c = rusqlite::Connection::open(dir2.join("weir.db")).unwrap();
    c.execute_batch("pragma journal_mode=wal; pragma synchronous=full; pragma cache_size=-24000").unwrap();
    let t = Instant::now();
    for chunk in rows.chunks(100) {
        let tx = c.transaction().unwrap();
        { let mut st = tx.prepare_cached("insert into event (id, brand_id, person_id, name, at, received_at, source, touchpoint_id, store_id, actor, value, props, dedupe) values (?,?,?,?,?,?,?,null,null,null,?,?,?)").unwrap();
          for r in chunk { st.execute(rusqlite::params![r.0, brand.n(), r.1, r.2, r.3, r.4, r.5, r.6, r.7, r.8]).unwrap(); } }
        tx.commit().unwrap();
    }
    let s = t.elapsed().as_secs_f64();
    println!("raw, 100 a commit: {:.0}/s", rows.len() as f64 / s);
    std::fs::remove_dir_all(dir).unwrap();
}
