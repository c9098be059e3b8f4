//! Seals what programs before this one wrote: table by table, some thousand rows a transaction.
//!
//! A run that is broken off begins its table again and passes over what is sealed; a table that is
//! done is never looked at again. At the end the file is rewritten, because deleted text stays in
//! the free parts of pages.
use super::{MARK, Seal};
use crate::base::Result;
use crate::db::Engine;
use crate::event::BrandId;
use crate::{Tx, Value, params};
use std::sync::Arc;
use std::time::Instant;

/// Rows looked at in one transaction.
const CHUNK: i64 = 2_000;

/// Columns of a table with a number for its key that are sealed whole.
struct Plain {
    step: &'static str,
    /// `id, brand_id` and the columns, from `$1` on, at most `$2`.
    select: &'static str,
    update: &'static str,
    columns: usize,
    /// Documents, of which only parts are sealed.
    doc: bool,
}

const PLAIN: &[Plain] = &[
    Plain {
        step: "address",
        select: "select person_id, brand_id, phone, region, detail from address where person_id > $1 order by person_id limit $2",
        update: "update address set phone = $1, region = $2, detail = $3 where person_id = $4",
        columns: 3,
        doc: false,
    },
    Plain {
        step: "orders",
        select: "select id, brand_id, address, note from orders where id > $1 and (address is not null or note is not null) order by id limit $2",
        update: "update orders set address = $1, note = $2 where id = $3",
        columns: 2,
        doc: false,
    },
    Plain {
        step: "message",
        select: "select id, brand_id, address from message where id > $1 and address like '%@%' order by id limit $2",
        update: "update message set address = $1 where id = $2",
        columns: 1,
        doc: false,
    },
    Plain {
        step: "sandbox_mail",
        select: "select id, brand_id, recipient, subject, body from sandbox_mail where id > $1 order by id limit $2",
        update: "update sandbox_mail set recipient = $1, subject = $2, body = $3 where id = $4",
        columns: 3,
        doc: false,
    },
    Plain {
        step: "quarantine",
        select: "select id, brand_id, raw, detail, around from quarantine where id > $1 order by id limit $2",
        update: "update quarantine set raw = $1, detail = $2, around = $3 where id = $4",
        columns: 3,
        doc: false,
    },
    Plain {
        step: "import",
        select: "select id, brand_id, sample, error from import where id > $1 order by id limit $2",
        update: "update import set sample = $1, error = $2 where id = $3",
        columns: 2,
        doc: false,
    },
    Plain {
        step: "sync_run",
        select: "select id, brand_id, sample from sync_run where id > $1 order by id limit $2",
        update: "update sync_run set sample = $1 where id = $2",
        columns: 1,
        doc: false,
    },
    Plain {
        step: "event",
        select: "select id, brand_id, props from event where id > $1 order by id limit $2",
        update: "update event set props = $1 where id = $2",
        columns: 1,
        doc: true,
    },
];

/// Where the run is: the step, and behind which row.
pub(crate) struct Run {
    step: usize,
    after: (i64, i64, String),
    sealed: u64,
    all: u64,
    started: Instant,
    told: Instant,
}

const OTHERS: [&str; 7] = ["person", "person_own", "identity", "import_reject", "idempotency", "catalogue_property", HEADERS];
/// The columns of a file whose first row was no header.
const HEADERS: &str = "import_columns";
const STEPS: usize = OTHERS.len() + PLAIN.len();

fn name(step: usize) -> &'static str {
    OTHERS.get(step).copied().unwrap_or_else(|| PLAIN[step - OTHERS.len()].step)
}

/// The step that says that the file was rewritten.
const REWRITTEN: &str = "rewritten";

impl Run {
    pub fn new() -> Run {
        let now = Instant::now();
        Run { step: 0, after: start(), sealed: 0, all: 0, started: now, told: now }
    }

    /// Seals some rows; false when nothing is left.
    pub fn some(&mut self, tx: &mut Tx) -> Result<bool> {
        if self.step >= STEPS {
            return Ok(false);
        }
        let step = name(self.step);
        let done: Option<i64> = tx.opt("select done_at from sealing where step = $1", params![step])?;
        if done.is_some() {
            self.step += 1;
            return Ok(true);
        }
        let (next, sealed) = match step {
            "person" => persons(tx, self.after.0, &ROWS)?,
            "person_own" => persons(tx, self.after.0, &OWN)?,
            "identity" => identities(tx, &self.after)?,
            "import_reject" => rejects(tx, &self.after)?,
            "idempotency" => answers(tx, &self.after)?,
            "catalogue_property" => samples(tx, &self.after)?,
            HEADERS => headers(tx, self.after.0)?,
            _ => plain(tx, &PLAIN[self.step - OTHERS.len()], self.after.0)?,
        };
        (self.sealed, self.all) = (self.sealed + sealed, self.all + sealed);
        if self.told.elapsed().as_secs() >= 2 {
            self.told = Instant::now();
            tracing::info!("sealing what was written before: {step}, {} values in {} s", self.all, self.started.elapsed().as_secs());
        }
        match next {
            Some(next) => self.after = next,
            None => {
                let now = tx.now();
                if self.sealed > 0 {
                    // What an earlier program rewrote holds plain text in its free parts again.
                    tx.exec("delete from sealing where step = $1", params![REWRITTEN])?;
                }
                tx.exec(
                    "insert into sealing (step, rows_sealed, done_at) values ($1, $2, $3) on conflict do nothing",
                    params![step, self.sealed as i64, now],
                )?;
                (self.step, self.after, self.sealed) = (self.step + 1, start(), 0);
            }
        }
        Ok(true)
    }
}

fn start() -> (i64, i64, String) {
    (0, 0, String::new())
}

/// Was plain text sealed, and does the file still hold it in its free parts?
pub(crate) fn stale(tx: &mut Tx) -> Result<bool> {
    tx.one(
        "select case when exists (select 1 from sealing where rows_sealed > 0) \
         and not exists (select 1 from sealing where step = $1) then 1 else 0 end",
        params![REWRITTEN],
    )
}

pub(crate) fn rewritten(tx: &mut Tx) -> Result<()> {
    let now = tx.now();
    tx.exec("insert into sealing (step, rows_sealed, done_at) values ($1, 0, $2) on conflict do nothing", params![REWRITTEN, now])?;
    Ok(())
}

/// Something was erased that must be in no byte of the file. What is deleted is written over, but pages
/// that were split or moved earlier may hold older copies in their unused parts: SQLite's file is written
/// anew when it is opened next.
pub fn rewrite_next_time(tx: &mut Tx) -> Result<()> {
    if tx.engine() == Engine::Postgres {
        return Ok(());
    }
    let now = tx.now();
    tx.exec("delete from sealing where step = $1", params![REWRITTEN])?;
    tx.exec(
        "insert into sealing (step, rows_sealed, done_at) values ('erased', 1, $1) on conflict (step) do update set done_at = excluded.done_at",
        params![now],
    )?;
    Ok(())
}

/// The tables that were sealed, to be rewritten where that is done table by table.
pub(crate) fn tables() -> impl Iterator<Item = &'static str> {
    (0..STEPS).map(name).filter(|name| *name != HEADERS)
}

/// Where to go on, nothing at the end; and how many rows were sealed.
type Done = (Option<(i64, i64, String)>, u64);

fn open(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|t| !t.starts_with(MARK))
}

fn plain(tx: &mut Tx, what: &Plain, after: i64) -> Result<Done> {
    let mut rows: Vec<(i64, BrandId, Vec<Option<String>>)> = vec![];
    tx.each(what.select, params![after, CHUNK], |r| {
        let columns = (0..what.columns).map(|c| r.get(2 + c)).collect::<Result<Vec<_>>>()?;
        rows.push((r.get(0)?, r.get(1)?, columns));
        Ok(())
    })?;
    let mut sealed = 0;
    for (id, brand, was) in &rows {
        let seal = tx.keys(*brand);
        let mut now = was.clone();
        for text in now.iter_mut().flatten().filter(|t| !t.starts_with(MARK)) {
            *text = if what.doc { seal.seal_doc(text)?.into_owned() } else { seal.seal(text) };
        }
        if now != *was {
            let mut params: Vec<Value<'_>> = now.iter().map(|t| Value::from(t.as_deref())).collect();
            params.push(Value::Int(*id));
            sealed += tx.exec(what.update, &params)?;
        }
    }
    Ok((rows.last().filter(|_| rows.len() as i64 == CHUNK).map(|r| (r.0, 0, String::new())), sealed))
}

/// Where persons' phones and e-mails lie: what is shown, and what a merged subject has of its own.
struct Contacts {
    select: &'static str,
    phone: &'static str,
    email: &'static str,
}

const ROWS: Contacts = Contacts {
    select: "select id, brand_id, phone, email from person where id > $1 and (phone is not null or email is not null) order by id limit $2",
    phone: "update person set phone = $1, phone_index = $2, phone_tail = $3 where id = $4",
    email: "update person set email = $1, email_index = $2 where id = $3",
};
const OWN: Contacts = Contacts {
    select: "select o.person_id, p.brand_id, o.phone, o.email from person_own o join person p on p.id = o.person_id \
        where o.person_id > $1 and (o.phone is not null or o.email is not null) order by o.person_id limit $2",
    phone: "update person_own set phone = $1, phone_index = $2, phone_tail = $3 where person_id = $4",
    email: "update person_own set email = $1, email_index = $2 where person_id = $3",
};

fn persons(tx: &mut Tx, after: i64, of: &Contacts) -> Result<Done> {
    let rows: Vec<(i64, BrandId, Option<String>, Option<String>)> = tx.all(of.select, params![after, CHUNK])?;
    let mut sealed = 0;
    for (id, brand, phone, email) in &rows {
        let seal: Arc<Seal> = tx.keys(*brand);
        if let Some(v) = open(phone) {
            sealed += tx.exec(of.phone, params![&seal.seal(v), &seal.index("phone", v), &seal.tail(v), *id])?;
        }
        if let Some(v) = open(email) {
            sealed += tx.exec(of.email, params![&seal.seal(v), &seal.index("email", v), *id])?;
        }
    }
    Ok((rows.last().filter(|_| rows.len() as i64 == CHUNK).map(|r| (r.0, 0, String::new())), sealed))
}

/// In the order of brand, kind and value; the kind is the first part of the text cursor.
fn identities(tx: &mut Tx, after: &(i64, i64, String)) -> Result<Done> {
    let (kind, value) = after.2.split_once('\n').unwrap_or(("", ""));
    let rows: Vec<(BrandId, String, String)> = tx.all(
        "select brand_id, kind, value from identity where (brand_id, kind, value) > ($1, $2, $3) and sealed is null \
         order by brand_id, kind, value limit $4",
        params![after.0, kind, value, CHUNK],
    )?;
    let mut sealed = 0;
    for (brand, kind, value) in rows.iter().filter(|r| super::private(&r.1, &r.2)) {
        let seal = tx.keys(*brand);
        sealed += tx.exec(
            "update identity set value = $1, sealed = $2 where brand_id = $3 and kind = $4 and value = $5",
            params![&seal.index(kind, value), &seal.seal(value), *brand, kind, value],
        )?;
    }
    Ok((rows.last().filter(|_| rows.len() as i64 == CHUNK).map(|r| (r.0.n(), 0, format!("{}\n{}", r.1, r.2))), sealed))
}

fn rejects(tx: &mut Tx, after: &(i64, i64, String)) -> Result<Done> {
    let rows: Vec<(i64, i64, BrandId, String, String)> = tx.all(
        "select r.import_id, r.row, i.brand_id, r.reason, r.raw from import_reject r join import i on i.id = r.import_id \
         where (r.import_id, r.row) > ($1, $2) order by r.import_id, r.row limit $3",
        params![after.0, after.1, CHUNK],
    )?;
    let mut sealed = 0;
    for (id, row, brand, reason, raw) in rows.iter().filter(|r| !r.4.starts_with(MARK)) {
        let seal = tx.keys(*brand);
        sealed += tx.exec(
            "update import_reject set reason = $1, raw = $2 where import_id = $3 and row = $4",
            params![&seal.seal(reason), &seal.seal(raw), *id, *row],
        )?;
    }
    Ok((rows.last().filter(|_| rows.len() as i64 == CHUNK).map(|r| (r.0, r.1, String::new())), sealed))
}

fn answers(tx: &mut Tx, after: &(i64, i64, String)) -> Result<Done> {
    let rows: Vec<(String, i64, String)> = tx.all(
        "select key, scope, answer from idempotency where (key, scope) > ($1, $2) order by key, scope limit $3",
        params![&after.2, after.0, CHUNK],
    )?;
    let (mut sealed, seal) = (0, tx.keys(crate::http::ANSWERS));
    for (key, scope, answer) in rows.iter().filter(|r| !r.2.starts_with(MARK)) {
        sealed += tx.exec(
            "update idempotency set answer = $1 where key = $2 and scope = $3",
            params![&seal.seal(answer), key, *scope],
        )?;
    }
    Ok((rows.last().filter(|_| rows.len() as i64 == CHUNK).map(|r| (r.1, 0, r.0.clone())), sealed))
}

/// Samples of the event catalogue: masked, or forgotten where they were cut off in the middle of what
/// may not be read; the next event brings another.
fn samples(tx: &mut Tx, after: &(i64, i64, String)) -> Result<Done> {
    let (event, property) = after.2.split_once('\n').unwrap_or(("", ""));
    let rows: Vec<(BrandId, String, String, String)> = tx.all(
        "select brand_id, event, property, sample from catalogue_property where (brand_id, event, property) > ($1, $2, $3) \
         order by brand_id, event, property limit $4",
        params![after.0, event, property, CHUNK],
    )?;
    let mut sealed = 0;
    for (brand, event, property, sample) in &rows {
        let Some(shown) = masked_sample(property, sample) else { continue };
        sealed += tx.exec(
            "update catalogue_property set sample = $1 where brand_id = $2 and event = $3 and property = $4",
            params![&shown, *brand, event, property],
        )?;
    }
    Ok((rows.last().filter(|_| rows.len() as i64 == CHUNK).map(|r| (r.0.n(), 0, format!("{}\n{}", r.1, r.2))), sealed))
}

/// What may be shown of a sample, if it is not what lies there.
fn masked_sample(property: &str, sample: &str) -> Option<String> {
    if sample.is_empty() || sample.contains("**") && !super::holds(sample) {
        return None;
    }
    if super::doc::is_private(property) {
        return Some(super::mask_any(sample));
    }
    if sample.starts_with(['{', '[']) {
        return super::doc::masked_text(sample);
    }
    super::holds(sample).then(|| super::veil(sample).into_owned())
}

fn headers(tx: &mut Tx, after: i64) -> Result<Done> {
    let rows: Vec<(i64, BrandId, String, String)> =
        tx.all("select id, brand_id, columns, mapping from import where id > $1 order by id limit $2", params![after, CHUNK])?;
    let mut sealed = 0;
    for (id, brand, columns, mapping) in rows.iter().filter(|r| super::holds(&r.2)) {
        let seal = tx.keys(*brand);
        let (columns, mapping) = (seal.seal(columns), seal.seal(mapping));
        sealed += tx.exec("update import set columns = $1, mapping = $2 where id = $3", params![&columns, &mapping, *id])?;
    }
    Ok((rows.last().filter(|_| rows.len() as i64 == CHUNK).map(|r| (r.0, 0, String::new())), sealed))
}

/// What rewrites the data once everything is sealed.
pub(crate) fn rewrite(engine: Engine) -> Vec<String> {
    match engine {
        Engine::Sqlite => ["pragma wal_checkpoint(truncate)", "vacuum", "pragma wal_checkpoint(truncate)"].map(String::from).into(),
        Engine::Postgres => tables().map(|t| format!("vacuum full {t}")).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::masked_sample;

    #[test]
    fn samples_show_no_more_than_they_may() {
        for (property, sample, shown) in [
            ("plan", "pro", None),
            ("phone", "13800138000", Some("138****8000")),
            ("phone", "13*******00", None),
            ("home_address", "堰桥路 8 号", Some("堰***")),
            ("note", "call 13800138000 at 8", Some("call 138****8000 at 8")),
            ("n", "13800138000", Some("138****8000")),
            ("list", r#"["a","zhou@example.com"]"#, Some(r#"["a","z***@example.com"]"#)),
            ("to", r#"{"city":"x","address":"Weir Road 8"}"#, Some(r#"{"city":"x","address":"W***"}"#)),
            ("to", r#"{"city":"x","address":"Weir Ro"#, Some("")),
            ("to", r#"{"city":"x","stree"#, Some("")),
            ("sizes", "[1,2]", None),
        ] {
            assert_eq!(masked_sample(property, sample).as_deref(), shown, "{property}: {sample}");
        }
    }
}
