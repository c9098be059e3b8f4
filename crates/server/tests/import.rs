//! `weir import` at scale: 200,000 rows of GBK with one per cent broken, killed in the middle.
mod common;
use common::{Place, resident_mb, shop};
use std::io::Write;
use std::time::{Duration, Instant};

const ROWS: usize = 200_000;

/// Every hundredth row is broken, in one of four ways.
fn write_file(path: &std::path::Path) {
    let mut out = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    let mut line = |text: &str| out.write_all(&encoding_rs::GBK.encode(text).0).unwrap();
    line("客户编号,姓名,手机号,性别,地区,标签\r\n");
    for i in 1..=ROWS {
        match (i % 100, i / 100 % 4) {
            (99, 0) => line(&format!("{i},坏行,不是电话,女,广州,甲\r\n")),
            (99, 1) => line(&format!("{i},少列\r\n")),
            (99, 2) => line(&format!(",没有编号也没有电话,,男,深圳,\r\n")),
            (99, _) => line(&format!("{i},坏标签,,男,深圳,{}\r\n", "长".repeat(40))),
            _ => line(&format!("{i},客户{i},1000{i:07},{},苏州市,新客;线下\r\n", if i % 2 == 0 { "女" } else { "男" })),
        }
    }
}

#[test]
fn two_hundred_thousand_rows_with_a_kill_in_the_middle() {
    let place = Place::sqlite();
    let db = place.open();
    shop(&db, "import", 1, 0);
    db.close();
    let file = place.dir.0.join("客户.csv");
    write_file(&file);
    let name = file.to_str().unwrap();
    let mut first = place.weir(&["import", "persons", name]).stderr(std::process::Stdio::null()).spawn().unwrap();
    let (start, mut most) = (Instant::now(), 0);
    let kept = || {
        let db = place.open();
        let n: i64 = db.read_now(|tx| tx.one("select count(*) from person", &[])).unwrap();
        db.close();
        n
    };
    while start.elapsed() < Duration::from_millis(2500) && first.try_wait().unwrap().is_none() {
        most = most.max(resident_mb(first.id()));
        std::thread::sleep(Duration::from_millis(50));
    }
    let killed = first.try_wait().unwrap().is_none();
    let _ = first.kill();
    first.wait().unwrap();
    let half = kept();
    assert!(!killed || (half > 0 && half < ROWS as i64), "{half} rows before the kill");
    let mut second = place.weir(&["import", "persons", name]).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null()).spawn().unwrap();
    while second.try_wait().unwrap().is_none() {
        most = most.max(resident_mb(second.id()));
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(second.wait().unwrap().success());
    let rejects = std::fs::read_to_string(file.with_extension("rejects.csv")).unwrap();
    let broken = rejects.lines().count() as i64 - 1;
    assert_eq!(broken, ROWS as i64 / 100, "{}", rejects.lines().take(8).collect::<Vec<_>>().join("\n"));
    assert_eq!(kept(), ROWS as i64 - broken, "every good row is in, once");
    assert!(most < 200, "{most} MB resident");
    // The same file again changes nothing.
    let events = |place: &Place| {
        let db = place.open();
        let n: i64 = db.read_now(|tx| tx.one("select count(*) from event where name like 'person.%'", &[])).unwrap();
        db.close();
        n
    };
    let before = events(&place);
    assert!(place.weir(&["import", "persons", name]).stderr(std::process::Stdio::null()).status().unwrap().success());
    assert_eq!((kept(), events(&place)), (ROWS as i64 - broken, before));
}
