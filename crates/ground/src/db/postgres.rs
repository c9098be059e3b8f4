//! PostgreSQL: the same calls on a pool of connections; run again after a deadlock or a
//! serialization failure.
mod bell;
mod tls;

use super::{Job, Open, Shared, Store, Tx, memo::Memo, migrate, tx::{Conn, short}, value::{Ref, Value}};
use crate::base::{Code, Problem, Result};
use crate::seal;
use ::postgres::{
    Client, NoTls, Row, Statement, Transaction,
    types::{FromSql, IsNull, ToSql, Type, private::BytesMut, to_sql_checked},
};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, atomic::Ordering, mpsc};

const RETRIES: u32 = 8;

pub struct Postgres {
    writer: Mutex<Option<mpsc::Sender<Box<dyn Job>>>>,
    reader: Mutex<Option<mpsc::Sender<Box<dyn Job>>>>,
    threads: Mutex<Vec<std::thread::JoinHandle<()>>>,
}

type Prepared = HashMap<String, Statement>;

/// A transaction and the statements prepared on its connection.
pub struct Session<'a> {
    tx: Transaction<'a>,
    prepared: &'a mut Prepared,
}

/// What a `Tx` needs of a connection, without the lifetimes of the client library.
pub trait Talk {
    fn exec(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64>;
    fn query(&mut self, sql: &str, params: &[Value<'_>]) -> Result<Vec<Row>>;
    fn batch(&mut self, sql: &str) -> Result<()>;
    fn prepare(&mut self, sql: &str) -> Result<()>;
}

impl Session<'_> {
    fn statement(&mut self, sql: &str) -> Result<Statement> {
        if let Some(s) = self.prepared.get(sql) {
            return Ok(s.clone());
        }
        let s = self.tx.prepare(sql).map_err(|e| problem(e, sql))?;
        if self.prepared.len() > 1000 {
            self.prepared.clear();
        }
        self.prepared.insert(sql.to_string(), s.clone());
        Ok(s)
    }
}

impl Talk for Session<'_> {
    fn exec(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64> {
        let s = self.statement(sql)?;
        self.tx.execute(&s, &refs(params)).map_err(|e| problem(e, sql))
    }
    fn query(&mut self, sql: &str, params: &[Value<'_>]) -> Result<Vec<Row>> {
        let s = self.statement(sql)?;
        self.tx.query(&s, &refs(params)).map_err(|e| problem(e, sql))
    }
    fn batch(&mut self, sql: &str) -> Result<()> {
        self.tx.batch_execute(sql).map_err(|e| problem(e, sql))
    }
    fn prepare(&mut self, sql: &str) -> Result<()> {
        self.tx.prepare(sql).map(|_| ()).map_err(|e| problem(e, sql))
    }
}

fn refs<'a>(params: &'a [Value<'a>]) -> Vec<&'a (dyn ToSql + Sync)> {
    params.iter().map(|v| v as &(dyn ToSql + Sync)).collect()
}

fn problem(e: ::postgres::Error, sql: &str) -> Problem {
    let Some(db) = e.as_db_error() else {
        let why = format!("The database cannot be reached: {e}.");
        return if e.is_closed() { Problem::again(why) } else { Problem::new(Code::Busy, why) };
    };
    match db.code().code() {
        "40001" | "40P01" => Problem::again("The database was busy with the same rows; try again."),
        "23505" => Problem::conflict(format!("Something with the same key is already there ({}).", db.message())),
        c if c.starts_with("23") => Problem::conflict(format!("The database refused this: {}.", db.message())),
        c if c.starts_with("22") => Problem::invalid(format!("A value does not fit: {}.", db.message())),
        c => Problem::internal(format!("{} ({c}) in: {}", db.message(), short(sql))),
    }
}

pub fn open(url: &str, how: &Open, shared: Arc<Shared>) -> Result<Postgres> {
    let mut first = connect(url)?;
    {
        let mut prepared = Prepared::new();
        let tx = first.transaction().map_err(|e| problem(e, "begin"))?;
        let mut session = Session { tx, prepared: &mut prepared };
        // Two nodes that start together migrate one after the other.
        session.batch("select pg_advisory_xact_lock(8700)")?;
        session.batch("create sequence if not exists weir_node")?;
        {
            let memo = Memo::default();
            let mut tx = Tx::new(Conn::Postgres(&mut session), &shared, &memo);
            migrate::run(&mut tx)?;
            let keys = seal::unlock(&mut tx, &how.place())?;
            shared.set_keys(keys);
        }
        let node = session.query("select nextval('weir_node')::bigint", &[])?;
        let node: i64 = node.first().map(|r| r.get(0)).unwrap_or(1);
        shared.node.store(node & 0xff, Ordering::SeqCst);
        session.tx.commit().map_err(|e| problem(e, "commit"))?;
    }
    seal_old(&mut first, &shared)?;
    let (bell, mut handles) = bell::open(url, &shared)?;
    let threads = if how.threads == 0 { 8 } else { how.threads };
    let (to_writer, jobs) = mpsc::channel::<Box<dyn Job>>();
    let (to_reader, reads) = mpsc::channel::<Box<dyn Job>>();
    let (jobs, reads) = (Arc::new(Mutex::new(jobs)), Arc::new(Mutex::new(reads)));
    for i in 0..threads + 2 {
        let (queue, read_only) = if i < threads { (jobs.clone(), false) } else { (reads.clone(), true) };
        let place = Place { url: url.to_string(), shared: shared.clone(), bell: bell.clone(), read_only };
        let run = move || work(&queue, &place);
        let thread = std::thread::Builder::new().name("weir-pg".into()).spawn(run);
        handles.push(thread.expect("the system can start a thread"));
    }
    Ok(Postgres {
        writer: Mutex::new(Some(to_writer)),
        reader: Mutex::new(Some(to_reader)),
        threads: Mutex::new(handles),
    })
}

/// What a connection works with.
struct Place {
    url: String,
    shared: Arc<Shared>,
    bell: Arc<bell::Bell>,
    read_only: bool,
}

/// Seals what older programs wrote, each chunk in a transaction of its own; one node at a time.
fn seal_old(client: &mut Client, shared: &Shared) -> Result<()> {
    let lock = "select pg_advisory_lock(8701)";
    client.batch_execute(lock).map_err(|e| problem(e, lock))?;
    let (mut run, mut prepared) = (seal::old::Run::new(), Prepared::new());
    let mut step = |client: &mut Client, f: &mut dyn FnMut(&mut Tx) -> Result<bool>| -> Result<bool> {
        let tx = client.transaction().map_err(|e| problem(e, "begin"))?;
        let mut session = Session { tx, prepared: &mut prepared };
        let more = f(&mut Tx::new(Conn::Postgres(&mut session), shared, &Memo::default()))?;
        session.tx.commit().map_err(|e| problem(e, "commit"))?;
        Ok(more)
    };
    while step(client, &mut |tx| run.some(tx))? {}
    if step(client, &mut seal::old::stale)? {
        for statement in seal::old::rewrite(super::Engine::Postgres) {
            client.batch_execute(&statement).map_err(|e| problem(e, &statement))?;
        }
        step(client, &mut |tx| seal::old::rewritten(tx).map(|()| false))?;
    }
    let unlock = "select pg_advisory_unlock(8701)";
    client.batch_execute(unlock).map_err(|e| problem(e, unlock))
}

fn connect(url: &str) -> Result<Client> {
    let (url, secure) = tls::of(url)?;
    let connected = match secure {
        Some(secure) => Client::connect(&url, secure),
        None => Client::connect(&url, NoTls),
    };
    connected.map_err(|e| {
        let why = std::error::Error::source(&e).map(|s| format!(": {s}")).unwrap_or_default();
        Problem::new(Code::Busy, format!("Cannot connect to PostgreSQL ({e}{why}). Check DATABASE_URL."))
    })
}

fn work(queue: &Mutex<mpsc::Receiver<Box<dyn Job>>>, place: &Place) {
    let shared = &place.shared;
    let mut client: Option<Client> = None;
    let mut prepared = Prepared::new();
    loop {
        let job = queue.lock().unwrap_or_else(|e| e.into_inner()).recv();
        let Ok(mut job) = job else { return };
        let mut tried = 0;
        let failed = loop {
            if client.as_ref().is_none_or(Client::is_closed) {
                prepared.clear();
                client = match connect(&place.url) {
                    Ok(c) => Some(c),
                    Err(p) => break Some(p),
                };
            }
            let Some(c) = client.as_mut() else { continue };
            match once(c, &mut prepared, job.as_mut(), place) {
                Err(p) if p.retry && tried < RETRIES => {
                    tried += 1;
                    shared.stats.reruns.fetch_add(1, Ordering::Relaxed);
                    let pause = shared.random() % (2 << tried);
                    std::thread::sleep(std::time::Duration::from_millis(pause));
                }
                Err(p) => break Some(p),
                Ok(()) => break None,
            }
        };
        shared.stats.calls.fetch_add(1, Ordering::Relaxed);
        job.answer(failed);
    }
}

/// One run of one call: `Err` when it must be told to the caller instead of its own result.
fn once(c: &mut Client, prepared: &mut Prepared, job: &mut dyn Job, place: &Place) -> Result<()> {
    let Place { shared, bell, read_only, .. } = place;
    let read_only = *read_only;
    let tx = c.build_transaction().read_only(read_only);
    // A read sees one snapshot; a write relies on guards, which re-check after waiting (T5).
    let tx = if read_only { tx.isolation_level(::postgres::IsolationLevel::RepeatableRead) } else { tx };
    let tx = tx.start().map_err(|e| problem(e, "begin"))?;
    let mut session = Session { tx, prepared };
    let (outcome, events, timers) = {
        let memo = Memo::default();
        let mut tx = Tx::new(Conn::Postgres(&mut session), shared, &memo);
        let outcome = job.run(&mut tx);
        (outcome, tx.appended > 0, tx.timers)
    };
    match outcome {
        Ok(()) => {
            session.tx.commit().map_err(|e| problem(e, "commit"))?;
            shared.stats.commits.fetch_add(1, Ordering::Relaxed);
            bell.ring(shared, events, timers);
            Ok(())
        }
        Err(p) => {
            let _ = session.tx.rollback();
            shared.stats.refused.fetch_add(1, Ordering::Relaxed);
            if p.retry { Err(p) } else { Ok(()) }
        }
    }
}

impl Store for Postgres {
    fn write(&self, job: Box<dyn Job>) {
        if let Some(to) = self.writer.lock().unwrap_or_else(|e| e.into_inner()).as_ref() {
            let _ = to.send(job);
        }
    }
    fn read(&self, job: Box<dyn Job>) {
        if let Some(to) = self.reader.lock().unwrap_or_else(|e| e.into_inner()).as_ref() {
            let _ = to.send(job);
        }
    }
    fn close(&self) {
        self.writer.lock().unwrap_or_else(|e| e.into_inner()).take();
        self.reader.lock().unwrap_or_else(|e| e.into_inner()).take();
        for h in std::mem::take(&mut *self.threads.lock().unwrap_or_else(|e| e.into_inner())) {
            if h.thread().id() != std::thread::current().id() {
                let _ = h.join();
            }
        }
    }
}

impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> std::result::Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match (self, ty) {
            (Value::Null, _) => Ok(IsNull::Yes),
            (Value::Int(n), &Type::INT4) => i32::try_from(*n)?.to_sql(ty, out),
            (Value::Int(n), &Type::INT2) => i16::try_from(*n)?.to_sql(ty, out),
            (Value::Int(n), &Type::BOOL) => (*n != 0).to_sql(ty, out),
            (Value::Int(n), &Type::FLOAT8) => (*n as f64).to_sql(ty, out),
            (Value::Int(n), &Type::TEXT) => n.to_string().to_sql(ty, out),
            (Value::Int(n), _) => n.to_sql(&Type::INT8, out),
            (Value::Real(x), _) => x.to_sql(ty, out),
            // PostgreSQL text cannot hold a zero byte; the intake replaces it before it comes here.
            (Value::Text(t), _) => t.to_sql(&Type::TEXT, out),
            (Value::Blob(b), _) => b.to_sql(&Type::BYTEA, out),
        }
    }
    fn accepts(_: &Type) -> bool {
        true
    }
    to_sql_checked!();
}

impl<'a> FromSql<'a> for Ref<'a> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> std::result::Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(match *ty {
            Type::INT8 => Ref::Int(i64::from_sql(ty, raw)?),
            Type::INT4 => Ref::Int(i32::from_sql(ty, raw)? as i64),
            Type::INT2 => Ref::Int(i16::from_sql(ty, raw)? as i64),
            Type::BOOL => Ref::Int(bool::from_sql(ty, raw)? as i64),
            Type::FLOAT8 => Ref::Real(f64::from_sql(ty, raw)?),
            Type::FLOAT4 => Ref::Real(f32::from_sql(ty, raw)? as f64),
            Type::NUMERIC => numeric(raw)?,
            Type::BYTEA => Ref::Blob(raw),
            _ => Ref::Text(std::str::from_utf8(raw)?),
        })
    }
    fn from_sql_null(_: &Type) -> std::result::Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Ref::Null)
    }
    fn accepts(_: &Type) -> bool {
        true
    }
}

/// `sum(bigint)` is numeric in PostgreSQL. Whole numbers come back as integers, others as reals.
fn numeric(raw: &[u8]) -> std::result::Result<Ref<'static>, Box<dyn std::error::Error + Sync + Send>> {
    let word = |i: usize| raw.get(2 * i..2 * i + 2).map(|b| i16::from_be_bytes([b[0], b[1]]));
    let (digits, weight, sign) = (word(0).ok_or("numeric")?, word(1).ok_or("numeric")?, word(2).ok_or("numeric")?);
    let (mut whole, mut real) = (0i128, 0f64);
    for i in 0..digits {
        let d = word(4 + i as usize).ok_or("numeric")?;
        let power = weight - i;
        if power >= 0 {
            whole += d as i128 * 10_000i128.pow(power as u32);
        } else {
            real += d as f64 * 10_000f64.powi(power as i32);
        }
    }
    let negative = sign == 0x4000;
    if real == 0.0 {
        return Ok(Ref::Int(i64::try_from(if negative { -whole } else { whole })?));
    }
    let value = whole as f64 + real;
    Ok(Ref::Real(if negative { -value } else { value }))
}
