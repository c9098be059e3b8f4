use std::time::Instant;
use weir_gather::import::*;
fn main() {
    let n: usize = std::env::args().nth(1).and_then(|a| a.parse().ok()).unwrap_or(100_000);
    let rich = std::env::args().nth(2).is_some();
    let dir = std::env::temp_dir().join(format!("probe-import-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let db = weir_ground::Db::open(&weir_ground::db::Open { dir: Some(dir.clone()), ..Default::default() }).unwrap();
    let brand = db.write_now(|tx| weir_keep::brand::create(tx, &weir_keep::brand::NewBrand { code: "x".into(), name: "x".into(), timezone: "Asia/Shanghai".into(), currency: "CNY".into(), sandbox: true, settings: Default::default() })).unwrap();
    let mut text = String::from("客户编号,姓名,性别,手机号,邮箱,地区,标签,授权\n");
    for i in 0..n {
        if i % 100 == 50 { text.push_str(&format!("{i},坏行\n")); continue; }
        if rich {
            text.push_str(&format!("K{i},客户{i},女,139{i:08},p{i}@demo.invalid,上海市,养宠家庭;母婴家庭,marketing:inbox;marketing:email\n"));
        } else {
            text.push_str(&format!("K{i},客户{i},女,139{i:08},p{i}@demo.invalid,上海市,,\n"));
        }
    }
    let bytes = encoding_rs::GBK.encode(&text).0.into_owned();
    let imports = Imports::new(vec![]);
    for round in 0..2 {
        let id: ImportId = db.read_now(|tx| Ok(tx.new_id())).unwrap();
        let stored = keep_file(&dir, id, &mut &bytes[..]).unwrap();
        let shape = sniff::look(&dir.join(&stored.path), None).unwrap();
        let new = NewImport { id, brand, kind: "persons".into(), name: "p.csv".into(), stored, shape: shape.clone(), actor: None };
        let im = imports.clone();
        db.write_now(move |tx| create(tx, &im, &new)).unwrap();
        let im = imports.clone();
        db.write_now(move |tx| start(tx, &im, (brand, "system"), id, &Start::default(), &shape)).unwrap();
        let t = Instant::now();
        let done = run_to_end(&db, &imports.sinks, &dir, id, |_| {}).unwrap();
        let s = t.elapsed().as_secs_f64();
        println!("round {round}: {} ok {} bad {} in {s:.2}s = {:.0} rows/s", done.state, done.rows_ok, done.rows_bad, n as f64 / s);
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    for l in status.lines().filter(|l| l.starts_with("VmHWM")) { println!("{l}"); }
    db.close();
    std::fs::remove_dir_all(dir).unwrap();
}
