//! What tells a person apart is nowhere in the files; older data is sealed when it is opened.
use sha2::{Digest, Sha256};
use weir_ground::db::{Db, Engine, Open, migrate};
use weir_ground::event::BrandId;
use weir_ground::seal::{MARK, test_key};
use weir_ground::testing::{LOST_BY_PERSON, START, Scratch, each_engine};
use weir_ground::{Fact, params};

const PHONE: &str = "13800138000";
const EMAIL: &str = "zhou.qing@example.com";

fn open(dir: &Scratch) -> weir_ground::base::Result<Db> {
    Db::open(&Open { dir: Some(dir.0.clone()), clock: Some(START), ..Open::default() })
}

/// Files of the data folder in which the text stands.
fn holding(dir: &Scratch, text: &str) -> Vec<String> {
    let files = std::fs::read_dir(&dir.0).unwrap().flatten().filter(|f| f.path().is_file());
    let has = |bytes: &[u8]| bytes.windows(text.len()).any(|w| w == text.as_bytes());
    files.filter(|f| has(&std::fs::read(f.path()).unwrap())).map(|f| f.file_name().to_string_lossy().into_owned()).collect()
}

/// A database as the program before sealing left it.
fn older(dir: &Scratch) {
    let c = rusqlite::Connection::open(dir.0.join("weir.db")).unwrap();
    c.execute_batch("pragma journal_mode = wal; create table weir_schema (n bigint primary key, name text not null, sum text not null, at bigint not null)")
        .unwrap();
    for (i, (name, text)) in migrate::HISTORY.iter().enumerate().take_while(|(_, h)| h.0 != "0011_privacy") {
        c.execute_batch(&Engine::Sqlite.schema(text)).unwrap();
        let sum: String = Sha256::digest(text.as_bytes()).iter().take(8).map(|b| format!("{b:02x}")).collect();
        c.execute("insert into weir_schema (n, name, sum, at) values (?1, ?2, ?3, 0)", (i as i64 + 1, name, sum)).unwrap();
    }
    c.execute_batch("begin").unwrap();
    for id in 1..=4_500 {
        let phone = format!("139{id:08}");
        c.execute("insert into person (id, brand_id, root_id, phone, email, stage_since, created_at) values (?1, 1, ?1, ?2, ?3, 0, 0)", (id, &phone, EMAIL))
            .unwrap();
        c.execute("insert into identity (brand_id, kind, value, person_id, strong, created_at) values (1, 'phone', ?1, ?2, 1, 0)", (&phone, id)).unwrap();
    }
    let props = format!(r#"{{"plan":"pro","mobile":"{PHONE}"}}"#);
    c.execute_batch(&format!(
        "insert into event (id, brand_id, person_id, name, at, received_at, source, props) values (1, 1, 1, 'signed up', 0, 0, 'segment', '{props}');
         insert into orders (id, brand_id, person_id, store_id, source, state, delivery, goods, freight, total, units, address, note, placed_at)
             values (1, 1, 1, 1, 'mall', 'paid', 'delivery', 0, 0, 0, 1, '{{\"phone\":\"{PHONE}\"}}', 'call {PHONE}', 0);
         insert into address (person_id, brand_id, name, phone, region, detail) values (1, 1, 'Zhou', '{PHONE}', 'x', 'Weir Road 8');
         insert into quarantine (id, brand_id, source, reason, detail, raw, digest, received_at) values (1, 1, 'segment', 'conflict', '', '{props}', 'd', 0);
         insert into idempotency (key, scope, body, answer, at) values ('k', 1, 1, '{props}', 0);
         insert into catalogue_property (brand_id, event, property, types, sampled, sample, pii, first_at, last_at) values
             (1, 'signed up', 'note', '{{}}', 1, 'call {PHONE}', 'none', 0, 0), (1, 'signed up', 'plan', '{{}}', 1, 'pro', 'none', 0, 0);
         insert into import (id, brand_id, kind, name, path, bytes, state, encoding, delimiter, columns, mapping, sample, dry_run, created_at)
             values (1, 1, 'persons', 'x.csv', 'imports/x.csv', 1, 'done', 'utf-8', ',', '[\"{PHONE}\"]', '{{\"phone\":\"{PHONE}\"}}', '[]', 0, 0);"
    ))
    .unwrap();
    c.execute_batch("commit").unwrap();
}

#[test]
fn older_data_is_sealed_when_it_is_opened_and_nothing_is_left_in_the_files() {
    let dir = Scratch::new();
    older(&dir);
    assert!(!holding(&dir, PHONE).is_empty() && !holding(&dir, "13900004500").is_empty());
    let db = open(&dir).unwrap();
    let brand = BrandId::new(1);
    db.read_now(move |tx| {
        let keys = tx.keys(brand);
        let (phone, index, tail): (String, String, String) = tx.one("select phone, phone_index, phone_tail from person where id = 4500", &[])?;
        assert_eq!((keys.open(&phone)?.as_str(), index, tail), ("13900004500", keys.index("phone", "13900004500"), keys.index("phone_tail", "4500")));
        let same: i64 = tx.one(
            "select count(*) from identity where kind = 'phone' and value = $1 and sealed is not null",
            params![&keys.index("phone", "13900004500")],
        )?;
        assert_eq!(same, 1);
        let plain: i64 = tx.one("select count(*) from identity where sealed is null", &[])?;
        assert_eq!(plain, 0);
        let (address, note): (String, String) = tx.one("select address, note from orders", &[])?;
        assert_eq!((keys.open(&address)?, keys.open(&note)?), (format!(r#"{{"phone":"{PHONE}"}}"#), format!("call {PHONE}")));
        let props: String = tx.one("select props from event where id = 1", &[])?;
        assert!(props.contains(r#""plan":"pro""#) && props.contains(MARK));
        assert_eq!(keys.open_doc(&props)?, format!(r#"{{"plan":"pro","mobile":"{PHONE}"}}"#));
        let (hers, lost): (i64, i64) =
            tx.one(&format!("select (select count(*) from event_of where person_id = 1), ({LOST_BY_PERSON})"), &[])?;
        assert_eq!((hers, lost), (1, 0));
        let steps: i64 = tx.one("select count(*) from sealing where step = 'rewritten'", &[])?;
        assert_eq!(steps, 1);
        let samples: Vec<String> = tx.all("select sample from catalogue_property order by property", &[])?;
        assert_eq!(samples, ["call 138****8000", "pro"]);
        let (columns, mapping): (String, String) = tx.one("select columns, mapping from import", &[])?;
        assert_eq!((keys.open(&columns)?, keys.open(&mapping)?), (format!("[\"{PHONE}\"]"), format!(r#"{{"phone":"{PHONE}"}}"#)));
        Ok(())
    })
    .unwrap();
    db.close();
    for text in [PHONE, EMAIL, "13900000001", "13900004500", "Weir Road"] {
        assert_eq!(holding(&dir, text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn a_run_that_was_broken_off_goes_on_and_seals_nothing_twice() {
    let dir = Scratch::new();
    older(&dir);
    let db = open(&dir).unwrap();
    db.write_now(|tx| {
        // As if it had stopped behind the persons, with one row still as it was.
        tx.exec("delete from sealing where step <> 'person_own'", &[])?;
        tx.exec("update person set phone = '13911112222', phone_index = null where id = 7", &[])
    })
    .unwrap();
    let before: String = db.read_now(|tx| tx.one("select phone from person where id = 8", &[])).unwrap();
    db.close();
    let db = open(&dir).unwrap();
    let (seventh, eighth): (String, String) =
        db.read_now(|tx| tx.one("select a.phone, b.phone from person a, person b where a.id = 7 and b.id = 8", &[])).unwrap();
    assert!(seventh.starts_with(MARK) && eighth == before);
    db.close();
    assert_eq!(holding(&dir, "13911112222"), Vec::<String>::new());
}

#[test]
fn samples_that_a_program_left_after_sealing_are_cleaned_and_the_file_is_rewritten_again() {
    let dir = Scratch::new();
    older(&dir);
    open(&dir).unwrap().close();
    let db = open(&dir).unwrap();
    db.write_now(|tx| {
        // As the program before this step left it: everything else is sealed and rewritten.
        tx.exec("delete from sealing where step = 'catalogue_property'", &[])?;
        tx.exec("update catalogue_property set sample = '13700137000 ' || sample", &[])
    })
    .unwrap();
    db.close();
    assert!(!holding(&dir, "13700137000").is_empty());
    let db = open(&dir).unwrap();
    let samples: Vec<String> = db.read_now(|tx| tx.all("select sample from catalogue_property order by property", &[])).unwrap();
    db.close();
    assert_eq!(samples, ["137****7000 call 138****8000", "137****7000 pro"]);
    assert_eq!(holding(&dir, "13700137000"), Vec::<String>::new());
}

#[test]
fn a_wrong_or_missing_key_is_refused_and_nothing_is_written() {
    use std::os::unix::fs::PermissionsExt;
    let dir = Scratch::new();
    open(&dir).unwrap().close();
    let key = dir.0.join("key");
    assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    let ours = std::fs::read_to_string(&key).unwrap();

    let given = Open { dir: Some(dir.0.clone()), key: Some(test_key()), ..Open::default() };
    let refused = Db::open(&given).err().expect("another key is refused");
    assert!(refused.detail.contains("WEIR_KEY is not the key"), "{refused}");
    std::fs::remove_file(&key).unwrap();
    let refused = open(&dir).err().expect("a lost key is not replaced");
    assert!(refused.detail.contains("is missing") && !key.exists(), "{refused}");
    std::fs::write(&key, "c2hvcnQ=").unwrap();
    assert!(open(&dir).is_err());

    std::fs::write(&key, ours).unwrap();
    open(&dir).unwrap().close();
}

#[test]
fn what_is_recorded_has_nothing_private_in_its_props() {
    each_engine(|db| {
        let brand = BrandId::new(1);
        db.write_now(move |tx| {
            let props = format!(r#"{{"units":3,"note":"ring {PHONE}"}}"#);
            let now = tx.now();
            let _ = tx.record(&Fact::new(brand, "test.noted", now).props(&props))?;
            let kept: String = tx.one("select props from event", &[])?;
            assert!(kept.contains(r#""units":3"#) && !kept.contains("138"), "{kept}");
            assert_eq!(tx.keys(brand).open_doc(&kept)?, props);
            Ok(())
        })
        .unwrap();
    });
}
