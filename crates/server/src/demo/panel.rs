//! The panel: stores, products, persons, orders and campaigns of `demo/data`, through the
//! importers.
use super::Progress;
use crate::files::import_file;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::Path;
use weir_ground::base::{Ms, Problem, Result, Zone, time::Day};
use weir_ground::config::Config;
use weir_ground::event::{BrandId, PersonId, StoreId};
use weir_ground::{Db, Fact, params};
use weir_reach::history::{Past, import_historical};
use weir_sell::stock::{self, SkuId};

/// How many of the busiest stores sell in the mall, beside the headquarters.
const MALL_STORES: i64 = 24;

fn open(path: &Path) -> Result<impl BufRead + use<>> {
    let file = std::fs::File::open(path).map_err(|e| Problem::invalid(format!("{}: {e}", path.display())))?;
    Ok(BufReader::with_capacity(1 << 18, flate2::read::GzDecoder::new(file)))
}

fn rows(path: &Path) -> Result<Vec<Vec<String>>> {
    let mut reader = csv::Reader::from_reader(open(path)?);
    let records = reader.records().map(|r| r.map(|r| r.iter().map(str::to_string).collect()));
    records.collect::<std::result::Result<_, _>>().map_err(Problem::internal)
}

/// The file without its compression, in the data folder for as long as the import runs.
fn unpack(from: &Path, to: &Path) -> Result<()> {
    let mut text = Vec::new();
    open(from)?.read_to_end(&mut text).map_err(Problem::internal)?;
    std::fs::write(to, text).map_err(|e| Problem::invalid(format!("{}: {e}", to.display())))
}

/// Whole days by which the year is shifted, so that the last order lies within the last day.
struct Shift {
    days: i32,
}

impl Shift {
    fn new(zone: &Zone, last: &str, now: Ms) -> Result<Shift> {
        let at = zone.parse(last).ok_or_else(|| Problem::internal(format!("{last} is not a time")))?;
        let mut days = zone.day(now).0 - zone.day(at).0;
        if zone.shift_days(at, days) > now {
            days -= 1;
        }
        Ok(Shift { days })
    }
    /// Moves the date of `2017-03-05` or `2017-03-05T14:22:10`; local hours stay.
    fn text(&self, text: &str) -> String {
        match (text.get(..10).and_then(Day::parse), text.get(10..)) {
            (Some(day), Some(rest)) => format!("{}{rest}", Day(day.0 + self.days)),
            _ => text.to_string(),
        }
    }
}

/// Writes the orders with shifted dates.
fn shifted_orders(from: &Path, to: &Path, shift: &Shift) -> Result<()> {
    let mut out = BufWriter::new(std::fs::File::create(to).map_err(Problem::internal)?);
    let mut lines = open(from)?.lines();
    let head = lines.next().transpose().map_err(Problem::internal)?.unwrap_or_default();
    let at = head.split(',').position(|c| c == "placed_at").ok_or_else(|| Problem::internal("no placed_at"))?;
    writeln!(out, "{head}").map_err(Problem::internal)?;
    let mut kept = (String::new(), String::new());
    for line in lines {
        let line = line.map_err(Problem::internal)?;
        // The first columns of this file never hold a comma.
        let start = line.match_indices(',').nth(at - 1).map_or(0, |m| m.0 + 1);
        let end = line[start..].find(',').map_or(line.len(), |e| start + e);
        let date = &line[start..(start + 10).min(end)];
        if kept.0 != date {
            kept = (date.to_string(), shift.text(date));
        }
        writeln!(out, "{}{}{}", &line[..start], kept.1, &line[start + date.len()..]).map_err(Problem::internal)?;
    }
    out.flush().map_err(Problem::internal)
}

/// When each person first bought, and the time of the last order; the file is sorted by time.
fn times(path: &Path) -> Result<(HashMap<String, String>, String)> {
    let (mut first, mut last) = (HashMap::new(), String::new());
    for line in open(path)?.lines().skip(1) {
        let line = line.map_err(Problem::internal)?;
        let mut cells = line.split(',').skip(1);
        let (person, at) = (cells.next().unwrap_or(""), cells.nth(1).unwrap_or(""));
        if !first.contains_key(person) {
            first.insert(person.to_string(), at.to_string());
        }
        if last != at {
            last = at.to_string();
        }
    }
    Ok((first, last))
}

/// The persons, who joined on the day they first bought.
fn joined_persons(from: &Path, to: &Path, first: &HashMap<String, String>, shift: &Shift) -> Result<()> {
    let mut reader = csv::Reader::from_reader(open(from)?);
    let mut out = csv::Writer::from_path(to).map_err(Problem::internal)?;
    let mut head = reader.headers().map_err(Problem::internal)?.clone();
    head.push_field("joined_at");
    out.write_record(&head).map_err(Problem::internal)?;
    for row in reader.records() {
        let mut row = row.map_err(Problem::internal)?;
        let joined = first.get(row.get(0).unwrap_or("")).map(|at| shift.text(at)).unwrap_or_default();
        row.push_field(&joined);
        out.write_record(&row).map_err(Problem::internal)?;
    }
    out.flush().map_err(Problem::internal)
}

pub fn load(db: &Db, brand: BrandId, config: &Config, files: &Path, progress: &Progress) -> Result<()> {
    let zone = db.read_now(move |tx| weir_keep::brand::get(tx, brand)?.zone())?;
    std::fs::create_dir_all(&config.data).map_err(Problem::internal)?;
    let file = |kind: &str| config.data.join(format!("{kind}.csv"));
    for kind in ["stores", "products"] {
        progress.step(kind, |say| {
            unpack(&files.join(format!("{kind}.csv.gz")), &file(kind))?;
            import_file(db, config, brand, kind, &file(kind), say)
        })?;
    }
    let orders = files.join("orders.csv.gz");
    let shift = progress.step("persons", |say| {
        let (first, last) = times(&orders)?;
        let shift = Shift::new(&zone, &last, db.now())?;
        joined_persons(&files.join("persons.csv.gz"), &file("persons"), &first, &shift)?;
        import_file(db, config, brand, "persons", &file("persons"), say)?;
        Ok(shift)
    })?;
    progress.step("orders", |say| {
        shifted_orders(&orders, &file("orders"), &shift)?;
        import_file(db, config, brand, "orders", &file("orders"), say)
    })?;
    for kind in ["stores", "products", "persons", "orders"] {
        let _ = std::fs::remove_file(file(kind));
    }
    progress.step("goods in the stores", |_| goods(db, brand))?;
    progress.step("campaigns and coupons", |say| campaigns(db, brand, files, &zone, &shift, say))?;
    progress.step("stages, commission and counters", |_| weir_ground::reader::catch_up(db, &crate::story::readers()))
}

/// Stock for the busiest stores and the headquarters: more of what sells more.
fn goods(db: &Db, brand: BrandId) -> Result<()> {
    let (stores, skus) = db.read_now(move |tx| {
        let mut stores: Vec<StoreId> = tx.all(
            "select t.store_id from (select store_id, count(*) as n from orders where brand_id = $1 group by store_id) t order by t.n desc, t.store_id limit $2",
            params![brand, MALL_STORES],
        )?;
        stores.push(weir_keep::store::hq(tx, brand)?);
        let skus: Vec<(SkuId, i64)> = tx.all(
            "select s.id, coalesce(l.n, 0) from sku s left join (select sku_id, count(*) as n from order_line where sku_id is not null group by sku_id) l \
             on l.sku_id = s.id where s.brand_id = $1 order by s.id",
            params![brand],
        )?;
        Ok((stores, skus))
    })?;
    for store in stores {
        let goods: Vec<(SkuId, i64)> = skus.iter().map(|(id, sold)| (*id, 12 + sold / 25)).collect();
        db.write_now(move |tx| stock::open_store(tx, brand, store, &goods, "system"))?;
    }
    Ok(())
}

fn campaigns(db: &Db, brand: BrandId, files: &Path, zone: &Zone, shift: &Shift, say: &dyn Fn(String)) -> Result<()> {
    let persons: HashMap<String, PersonId> = db
        .read_now(move |tx| {
            tx.all::<(String, PersonId)>(
                "select value, person_id from identity where brand_id = $1 and kind = 'external_id'",
                params![brand],
            )
        })?
        .into_iter()
        .collect();
    let mut received: HashMap<String, Vec<PersonId>> = HashMap::new();
    for row in rows(&files.join("recipients.csv.gz"))? {
        if let (Some(code), Some(person)) = (row.first(), row.get(1).and_then(|k| persons.get(k))) {
            received.entry(code.clone()).or_default().push(*person);
        }
    }
    let start_of = |day: &str| Day::parse(&shift.text(day)).map(|d| zone.start_of(d) + 9 * 3_600_000);
    for row in rows(&files.join("campaigns.csv.gz"))? {
        let (code, name) = (row[0].clone(), row[1].clone());
        let (Some(from), Some(to)) = (start_of(&row[3]), start_of(&row[4])) else { continue };
        say(name.clone());
        let recipients = received.remove(&code).unwrap_or_default();
        for chunk in recipients.chunks(400) {
            let (code, name, chunk, now) = (code.clone(), name.clone(), chunk.to_vec(), db.now());
            db.write_now(move |tx| {
                let past = Past { code: &code, name: &name, started_at: from.min(now), finished_at: to.min(now) };
                import_historical(tx, brand, &past, &chunk)
            })?;
        }
    }
    let redeemed = rows(&files.join("redemptions.csv.gz"))?;
    for chunk in redeemed.chunks(400) {
        let facts: Vec<(PersonId, Ms, String, String)> = chunk
            .iter()
            .filter_map(|r| {
                let at = start_of(&r[2])? + 8 * 3_600_000;
                let props = serde_json::json!({ "campaign_code": r[0], "coupon": r[3] }).to_string();
                Some((*persons.get(&r[1])?, at, props, format!("redemption:{}:{}:{}:{}", r[0], r[1], r[2], r[3])))
            })
            .collect();
        db.write_now(move |tx| {
            for (person, at, props, key) in &facts {
                let fact = Fact::new(brand, "coupon.redeemed", *at).person(*person).source("import").props(props).dedupe(key);
                let _ = tx.record(&fact)?;
            }
            Ok(())
        })?;
    }
    Ok(())
}
