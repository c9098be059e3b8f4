//! What this chapter holds of a person, and how it lets go of it: places with guides, samples of
//! properties, and what was kept as it came, in quarantine and from files.
use crate::live_code::reserve;
use weir_ground::base::{Problem, Result};
use weir_ground::event::{BrandId, PersonId};
use weir_ground::{Tx, params, seal};
use weir_know::person::erase::held::{self, MINE, Sections};
use weir_know::person::erase::{Chapter, Erasing};

pub const CHAPTER: Chapter = Chapter { refuse: |_, _| Ok(()), erase, search, held: of };

fn erase(tx: &mut Tx, e: &mut Erasing) -> Result<()> {
    for s in e.subjects.clone() {
        let released = reserve::release(tx, s)?;
        e.count("reservations", released);
        // Who was sent to whom stays, for the guides' counts; why does not.
        let n = tx.exec("update live_reservation set trace = '[]' where person_id = $1 and trace <> '[]'", params![s])?;
        e.count("reservations", n);
        // One value of each property is shown as a sample; it may have been hers. The next event brings another.
        let n = tx.exec(
            "update catalogue_property set sample = '' where brand_id = $1 and sample <> '' \
             and event in (select name from event where id in (select id from event_of where person_id = $2))",
            params![e.brand, s],
        )?;
        e.count("samples", n);
    }
    Ok(())
}

/// Rows opened in one transaction.
const SOME: i64 = 200;

/// Where the search stands: which table, and two columns of its key.
fn search(tx: &mut Tx, e: &mut Erasing, from: &str) -> Result<Option<String>> {
    let mut parts = from.split(':');
    let table = parts.next().filter(|t| !t.is_empty()).unwrap_or("quarantine").to_string();
    let mut number = || parts.next().and_then(|n| n.parse::<i64>().ok()).unwrap_or(0);
    let after = (number(), number());
    let (last, next) = match table.as_str() {
        "quarantine" => (quarantine(tx, e, after.0)?, "import_reject"),
        "import_reject" => (rows(tx, e, &REJECTED, after)?, "import_kept"),
        "import_kept" => (rows(tx, e, &KEPT, after)?, "import"),
        _ => return Ok(imports(tx, e, after.0)?.map(|(a, b)| format!("import:{a}:{b}"))),
    };
    Ok(Some(last.map_or(format!("{next}:0:0"), |(a, b)| format!("{table}:{a}:{b}"))))
}

fn quarantine(tx: &mut Tx, e: &mut Erasing, after: i64) -> Result<Option<(i64, i64)>> {
    let some: Vec<(i64, String, String, String)> = tx.all(
        "select id, raw, around, detail from quarantine where brand_id = $1 and id > $2 order by id limit $3",
        params![e.brand, after, SOME],
    )?;
    let (keys, m, mut gone) = (tx.keys(e.brand), e.mentions(), 0);
    for (id, raw, around, detail) in &some {
        if m.found_in(&keys, raw)? || m.found_in(&keys, around)? || m.found_in(&keys, detail)? {
            gone += tx.exec("delete from quarantine where id = $1", params![*id])?;
        }
    }
    e.count("quarantine", gone);
    Ok(some.last().filter(|_| some.len() as i64 == SOME).map(|r| (r.0, 0)))
}

/// Rows of files that were kept as they came.
struct Kept {
    select: &'static str,
    delete: &'static str,
}

const REJECTED: Kept = Kept {
    select: "select r.import_id, r.row, r.reason, r.raw from import_reject r join import i on i.id = r.import_id \
        where i.brand_id = $1 and (r.import_id, r.row) > ($2, $3) order by r.import_id, r.row limit $4",
    delete: "delete from import_reject where import_id = $1 and row = $2",
};
const KEPT: Kept = Kept {
    select: "select r.import_id, r.row, r.reason, r.raw from import_kept r join import i on i.id = r.import_id \
        where i.brand_id = $1 and (r.import_id, r.row) > ($2, $3) order by r.import_id, r.row limit $4",
    delete: "delete from import_kept where import_id = $1 and row = $2",
};

fn rows(tx: &mut Tx, e: &mut Erasing, which: &Kept, after: (i64, i64)) -> Result<Option<(i64, i64)>> {
    let some: Vec<(i64, i64, String, String)> = tx.all(which.select, params![e.brand, after.0, after.1, SOME])?;
    let (keys, m, mut gone) = (tx.keys(e.brand), e.mentions(), 0);
    for (import, row, reason, raw) in &some {
        if m.found_in(&keys, raw)? || m.found_in(&keys, reason)? {
            gone += tx.exec(which.delete, params![*import, *row])?;
        }
    }
    e.count("import_rows", gone);
    Ok(some.last().filter(|_| some.len() as i64 == SOME).map(|r| (r.0, r.1)))
}

/// The sample of each file, its columns (a file without a header names them by its first row), its name.
fn imports(tx: &mut Tx, e: &mut Erasing, after: i64) -> Result<Option<(i64, i64)>> {
    type Found = (i64, String, String, String, String, Option<String>);
    let some: Vec<Found> = tx.all(
        "select id, name, columns, mapping, sample, error from import where brand_id = $1 and id > $2 order by id limit $3",
        params![e.brand, after, SOME],
    )?;
    let (keys, m, mut emptied) = (tx.keys(e.brand), e.mentions(), 0);
    for (id, name, columns, mapping, sample, error) in &some {
        if m.found_in(&keys, sample)? {
            emptied += tx.exec("update import set sample = $1 where id = $2", params![&keys.seal("[]"), *id])?;
        }
        if m.found_in(&keys, columns)? || m.found_in(&keys, mapping)? {
            let (columns, mapping) = (blanked(&keys, columns, |t| m.found(t))?, blanked(&keys, mapping, |t| m.found(t))?);
            tx.exec("update import set columns = $1, mapping = $2 where id = $3", params![&columns, &mapping, *id])?;
        }
        if m.found(name) || error.as_deref().is_some_and(|t| m.found(t)) {
            tx.exec("update import set name = '—', error = null where id = $1", params![*id])?;
        }
    }
    e.count("import_rows", emptied);
    Ok(some.last().filter(|_| some.len() as i64 == SOME).map(|r| (r.0, 0)))
}

/// A sealed JSON document without the texts that tell of the person.
fn blanked(keys: &seal::Seal, text: &str, tells: impl Fn(&str) -> bool) -> Result<String> {
    fn walk(v: &mut serde_json::Value, tells: &dyn Fn(&str) -> bool) {
        match v {
            serde_json::Value::String(s) if tells(s) => s.clear(),
            serde_json::Value::Array(all) => all.iter_mut().for_each(|v| walk(v, tells)),
            serde_json::Value::Object(all) => {
                all.retain(|key, _| !tells(key));
                all.values_mut().for_each(|v| walk(v, tells));
            }
            _ => {}
        }
    }
    let mut doc: serde_json::Value = serde_json::from_str(&keys.open(text)?).map_err(Problem::internal)?;
    walk(&mut doc, &tells);
    Ok(keys.seal(&doc.to_string()))
}

fn of(tx: &mut Tx, brand: BrandId, root: PersonId) -> Result<Sections> {
    let sql = format!("select r.live_code_id, s.name, r.state, r.created_at, r.added_at from live_reservation r left join staff s on s.id = r.staff_id where r.person_id {MINE} order by r.id");
    Ok(vec![("places_with_guides", held::rows(tx, (brand, root), &sql, &["live_code", "guide", "state", "at", "added_at"])?)])
}
