//! Everything that is held of a person, as one JSON document that is written while it is read.
use super::Chapters;
use crate::identity;
use serde_json::{Value, json};
use weir_ground::base::{Fen, Id, Ms, Problem, Result, kinds};
use weir_ground::event::{BrandId, PersonId};
use weir_ground::{Db, Row, Tx, db::row::FromRow, params};

/// Names of parts of the document, and what stands there.
pub type Sections = Vec<(&'static str, Value)>;

/// A condition on a column that names a subject of the person `$1`.
pub const MINE: &str = "in (select id from person where root_id = $1)";

/// What this chapter holds: who it is, identities, attributes with their sources, tags, consents, segments.
pub(super) fn own(tx: &mut Tx, brand: BrandId, root: PersonId) -> Result<Sections> {
    let of = (brand, root);
    Ok(vec![
        ("person", person(tx, brand, root)?),
        ("identities", identities(tx, brand, root)?),
        ("attributes", attributes(tx, brand, root)?),
        ("tags", rows(tx, of, &format!("select tag, source, at from tag where person_id {MINE} order by at, tag, source"), &["tag", "source", "at"])?),
        (
            "consents",
            rows(
                tx,
                of,
                &format!("select purpose, channel, status, proof, source, at from consent where person_id {MINE} order by at, id"),
                &["purpose", "channel", "status", "proof", "source", "at"],
            )?,
        ),
        (
            "segments",
            rows(
                tx,
                of,
                &format!("select s.name, m.since, m.cause from segment_member m join segment s on s.id = m.segment_id where m.person_id {MINE} order by m.since, s.id"),
                &["name", "since_at", "cause"],
            )?,
        ),
        (
            "other_systems",
            rows(tx, of, &format!("select system, field, at from sync_field where person_id {MINE} order by system, field"), &["system", "field", "at"])?,
        ),
    ])
}

fn person(tx: &mut Tx, brand: BrandId, root: PersonId) -> Result<Value> {
    let (phone, email) = crate::person::contacts(tx, brand, root)?;
    let subjects: Vec<PersonId> = tx.all("select id from person where root_id = $1 order by id", params![root])?;
    type Known = (Option<String>, String, Ms, Ms, Option<Ms>, Option<Ms>, i64, Fen, Fen);
    let (name, stage, since, created, joined, seen, orders, paid, refunded): Known = tx.one(
        "select name, stage, stage_since, created_at, joined_at, last_seen_at, orders, paid, refunded from person where id = $1",
        params![root],
    )?;
    Ok(json!({
        "id": root, "ids": subjects, "name": name, "phone": phone, "email": email, "stage": stage, "stage_since_at": since,
        "created_at": created, "joined_at": joined, "last_seen_at": seen, "orders": orders, "paid_fen": paid, "refunded_fen": refunded,
    }))
}

fn identities(tx: &mut Tx, brand: BrandId, root: PersonId) -> Result<Value> {
    serde_json::to_value(identity::whole(tx, brand, root)?).map_err(Problem::internal)
}

/// Plain and sealed ones, readable, with whose word they are.
fn attributes(tx: &mut Tx, brand: BrandId, root: PersonId) -> Result<Value> {
    let mut all = crate::attribute::of(tx, brand, root)?;
    let secrets = crate::attribute::secrets(tx, brand, root)?;
    for a in &mut all {
        if let Some((_, whole, _)) = secrets.iter().find(|s| s.0 == a.key) {
            a.value = whole.clone();
        }
    }
    serde_json::to_value(all).map_err(Problem::internal)
}

/// A cell of any kind, as JSON; sealed text is opened.
struct Cells(Vec<Value>);

impl FromRow for Cells {
    fn from_row(r: &Row<'_>) -> Result<Cells> {
        let mut out = vec![];
        for i in 0..r.width() {
            out.push(match r.get::<Option<i64>>(i) {
                Ok(n) => json!(n),
                Err(_) => json!(r.get::<Option<String>>(i)?),
            });
        }
        Ok(Cells(out))
    }
}

/// Rows of a person (`$1` in the statement) as objects with these names.
pub fn rows(tx: &mut Tx, (brand, root): (BrandId, PersonId), sql: &str, names: &[&str]) -> Result<Value> {
    let (found, keys): (Vec<Cells>, _) = (tx.all(sql, params![root])?, tx.keys(brand));
    let mut out = vec![];
    for cells in found {
        let mut object = serde_json::Map::new();
        for (name, cell) in names.iter().zip(cells.0) {
            let cell = match cell {
                Value::String(text) => Value::String(keys.open(&text)?),
                other => other,
            };
            object.insert((*name).into(), cell);
        }
        out.push(Value::Object(object));
    }
    Ok(Value::Array(out))
}

/// The last part of the document.
const EVENTS: &str = "events";

/// Events of one page.
const PAGE: i64 = 1_000;

struct Told {
    id: i64,
    at: Ms,
    value: Value,
}

/// Some events of the person after a place in the order of time, whole.
fn events(tx: &mut Tx, brand: BrandId, root: PersonId, after: (Ms, i64)) -> Result<Vec<Told>> {
    type Said = (i64, Ms, String, Ms, String, Option<Id<kinds::Touchpoint>>, Option<Id<kinds::Store>>, Option<Fen>, String);
    let found: Vec<Said> = tx.all(
        "select e.id, e.at, e.name, e.received_at, e.source, e.touchpoint_id, e.store_id, e.value, e.props from event e \
         where e.id in (select id from event_of where person_id in (select id from person where root_id = $1) and (at, id) > ($2, $3)) \
         order by e.at, e.id limit $4",
        params![root, after.0, after.1, PAGE],
    )?;
    let keys = tx.keys(brand);
    let mut out = Vec::with_capacity(found.len());
    for (id, at, name, received, source, touchpoint, store, value, props) in found {
        let props: Value = serde_json::from_str(&keys.open_doc(&props)?).map_err(Problem::internal)?;
        let value = json!({
            "id": Id::<kinds::Event>::new(id), "name": name, "at": at, "received_at": received, "source": source, "touchpoint_id": touchpoint,
            "store_id": store, "value_fen": value, "props": props,
        });
        out.push(Told { id, at, value });
    }
    Ok(out)
}

/// Writes the document block by block while `put` takes it.
pub fn write(db: &Db, brand: BrandId, root: PersonId, chapters: Chapters, mut put: impl FnMut(String) -> bool) -> Result<()> {
    let mut text = String::from("{");
    let sections = db.read_now(move |tx| {
        let mut all = vec![("exported_at", json!(tx.now()))];
        for c in chapters.all() {
            all.extend((c.held)(tx, brand, root)?);
        }
        Ok(all)
    })?;
    for (name, value) in sections {
        text += &format!("\n\"{name}\": {value},");
    }
    text += &format!("\n\"{EVENTS}\": [");
    let (mut after, mut first) = ((Ms::MIN, 0), true);
    loop {
        let some = db.read_now(move |tx| events(tx, brand, root, after))?;
        for e in &some {
            text += if first { "\n" } else { ",\n" };
            text += &e.value.to_string();
            first = false;
        }
        let more = some.last().filter(|_| some.len() as i64 == PAGE).map(|e| (e.at, e.id));
        match more {
            Some(last) => after = last,
            None => text += "\n]}\n",
        }
        if !put(std::mem::take(&mut text)) || more.is_none() {
            return Ok(());
        }
    }
}
