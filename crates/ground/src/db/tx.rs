//! The transaction that domain code works in.
use super::{Shared, memo::Memo, dialect::Engine, postgres, row::{FromRow, Row}, value::Value, waiting::Waiting};
use crate::base::{Id, Ms, Problem, Result};
use std::cell::RefCell;

/// Did the guarded write change its one row? Ignoring the answer is an error: a guard that
/// nobody looks at is no guard (T3).
#[must_use = "a guard or claim that lost must stop the call"]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Won,
    Lost,
}

impl Outcome {
    pub fn won(self) -> bool {
        self == Outcome::Won
    }
    /// Goes on when won, refuses when lost.
    pub fn or(self, refusal: impl FnOnce() -> Problem) -> Result<()> {
        match self {
            Outcome::Won => Ok(()),
            Outcome::Lost => Err(refusal()),
        }
    }
}

pub(super) enum Conn<'a> {
    Sqlite(&'a rusqlite::Connection),
    Postgres(&'a mut (dyn postgres::Talk + 'a)),
}

/// One transaction: SQL on either engine, the time, ids and chance.
pub struct Tx<'a> {
    pub(super) conn: Conn<'a>,
    pub(crate) shared: &'a Shared,
    pub(super) now: Ms,
    pub(crate) appended: u32,
    pub(crate) timers: bool,
    /// Entries of the trail.
    pub(super) noted: usize,
    memo: &'a Memo,
    /// Rows of the batch that are yet to be written, where calls share one.
    pub(super) waiting: Option<&'a RefCell<Waiting>>,
}

impl<'a> Tx<'a> {
    pub(super) fn new(conn: Conn<'a>, shared: &'a Shared, memo: &'a Memo) -> Tx<'a> {
        Tx { conn, shared, now: shared.clock.now(), appended: 0, timers: false, noted: 0, memo, waiting: None }
    }

    /// Rows given to [`Tx::later`] go there.
    pub(super) fn waiting(self, waiting: &'a RefCell<Waiting>) -> Tx<'a> {
        Tx { waiting: Some(waiting), ..self }
    }

    pub fn engine(&self) -> Engine {
        match self.conn {
            Conn::Sqlite(_) => Engine::Sqlite,
            Conn::Postgres(_) => Engine::Postgres,
        }
    }

    /// The instant of this call; the same however often it is asked.
    pub fn now(&self) -> Ms {
        self.now
    }
    /// Pretends that the call happens at `at`: timers act as of their due time.
    pub fn as_of(&mut self, at: Ms) {
        self.now = at;
    }
    pub fn new_id<K>(&mut self) -> Id<K> {
        Id::new(self.shared.new_id(self.shared.clock.now()))
    }
    pub fn random(&mut self) -> u64 {
        self.shared.random()
    }
    /// `n` characters of base 62: unguessable in production, repeatable under a seed.
    pub fn secret(&mut self, n: usize) -> String {
        const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let mut out = String::with_capacity(n);
        while out.len() < n {
            let mut bits =
                if self.shared.seeded { self.shared.random() } else { u64::from_le_bytes(crate::secret::bytes()) };
            for _ in 0..10 {
                let six = (bits & 63) as usize;
                bits >>= 6;
                if six < 62 && out.len() < n {
                    out.push(ALPHABET[six] as char);
                }
            }
        }
        out
    }

    /// The keys of a brand: to seal, to open, and to index what must not be read.
    pub fn keys(&self, brand: crate::event::BrandId) -> std::sync::Arc<crate::seal::Seal> {
        self.shared.keys().of(brand)
    }

    /// Reads something of tables that rarely change; calls that share a commit share it, until one
    /// of them writes to these tables. `key` tells things of one type apart.
    pub fn recall<T: std::any::Any>(
        &mut self,
        tables: &[&'static str],
        key: i64,
        read: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<std::rc::Rc<T>> {
        if let Some(known) = self.memo.get(key) {
            return Ok(known);
        }
        let value = std::rc::Rc::new(read(self)?);
        self.memo.put(tables, key, value.clone());
        Ok(value)
    }

    /// Forgets what was recalled of a table: after a [`Tx::tally`] that did change some of it.
    pub fn forget(&mut self, table: &str) {
        self.memo.forget(table);
    }

    /// Runs a statement and tells how many rows it changed.
    pub fn exec(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64> {
        self.memo.written(sql);
        self.tally(sql, params)
    }

    /// Adds a row that nothing can refuse: its key is new, its values are checked. Where calls share a
    /// commit it is written with theirs, and before any statement that names its table.
    pub fn later(&mut self, sql: &'static str, params: &[Value<'_>]) -> Result<()> {
        match self.waiting {
            Some(waiting) => {
                in_order(sql);
                self.memo.written(sql);
                waiting.borrow_mut().add(sql, params);
                self.catch_up_if_many()
            }
            None => self.exec(sql, params).map(|_| ()),
        }
    }

    /// Writes the rows that wait, if a statement could see that they are missing.
    fn catch_up(&self, sql: &str) -> Result<()> {
        match (self.waiting, &self.conn) {
            (Some(waiting), Conn::Sqlite(c)) if waiting.borrow().concerns(sql) => waiting.borrow_mut().flush(c),
            _ => Ok(()),
        }
    }

    /// Writes what waits when it has become much: one call may add any number of rows.
    pub(super) fn catch_up_if_many(&self) -> Result<()> {
        if self.waiting.is_some_and(|w| w.borrow().many()) { self.catch_up_all() } else { Ok(()) }
    }

    /// Writes all rows that wait.
    fn catch_up_all(&self) -> Result<()> {
        match (self.waiting, &self.conn) {
            (Some(waiting), Conn::Sqlite(c)) => waiting.borrow_mut().flush(c),
            _ => Ok(()),
        }
    }

    /// Runs a statement that changes nothing of what [`Tx::recall`] gives: a counter beside it.
    pub fn tally(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64> {
        in_order(sql);
        self.catch_up(sql)?;
        match &mut self.conn {
            Conn::Sqlite(c) => {
                let mut s = c.prepare_cached(sql).map_err(|e| sqlite_problem(e, sql))?;
                bind(&mut s, params, sql)?;
                s.raw_execute().map(|n| n as u64).map_err(|e| sqlite_problem(e, sql))
            }
            Conn::Postgres(s) => s.exec(sql, params),
        }
    }

    /// A guard, claim or compare-and-swap: won if exactly one row changed.
    pub fn guard(&mut self, sql: &str, params: &[Value<'_>]) -> Result<Outcome> {
        Ok(if self.exec(sql, params)? == 1 { Outcome::Won } else { Outcome::Lost })
    }

    /// All rows.
    pub fn all<T: FromRow>(&mut self, sql: &str, params: &[Value<'_>]) -> Result<Vec<T>> {
        let mut out = Vec::new();
        self.each(sql, params, |row| {
            out.push(T::from_row(row)?);
            Ok(())
        })?;
        Ok(out)
    }

    /// The first row, if there is one.
    pub fn opt<T: FromRow>(&mut self, sql: &str, params: &[Value<'_>]) -> Result<Option<T>> {
        self.catch_up(sql)?;
        self.ask(sql, params)
    }

    /// [`Tx::opt`] for a question about what one subject did or bought, and nothing else: rows of
    /// others may go on waiting.
    pub fn opt_of<P, T: FromRow>(&mut self, subject: Id<P>, sql: &str, params: &[Value<'_>]) -> Result<Option<T>> {
        if self.waiting.is_some_and(|w| w.borrow().has(subject.n())) {
            self.catch_up(sql)?;
        }
        self.ask(sql, params)
    }

    /// Is this the first fact with its key? SQLite has one writer: nobody takes the key before the row is
    /// there. Rows that wait need not be written to tell, and then have the key taken.
    pub(crate) fn first(&mut self, brand: i64, dedupe: Option<&str>) -> Result<bool> {
        let Some(key) = dedupe else { return Ok(true) };
        let sql = "select 1 from event where brand_id = $1 and dedupe = $2";
        let free = |waiting: &RefCell<Waiting>| waiting.borrow_mut().take(brand, key);
        Ok(self.ask::<i64>(sql, &[Value::Int(brand), Value::Text(key)])?.is_none() && self.waiting.is_none_or(free))
    }

    fn ask<T: FromRow>(&mut self, sql: &str, params: &[Value<'_>]) -> Result<Option<T>> {
        in_order(sql);
        match &mut self.conn {
            Conn::Sqlite(c) => {
                let mut s = c.prepare_cached(sql).map_err(|e| sqlite_problem(e, sql))?;
                bind(&mut s, params, sql)?;
                let mut rows = s.raw_query();
                match rows.next().map_err(|e| sqlite_problem(e, sql))? {
                    Some(row) => T::from_row(&Row::Sqlite(row)).map(Some),
                    None => Ok(None),
                }
            }
            Conn::Postgres(s) => match s.query(sql, params)?.first() {
                Some(row) => T::from_row(&Row::Postgres(row)).map(Some),
                None => Ok(None),
            },
        }
    }

    /// The one row that must be there.
    pub fn one<T: FromRow>(&mut self, sql: &str, params: &[Value<'_>]) -> Result<T> {
        self.opt(sql, params)?.ok_or_else(|| Problem::internal(format!("no row for: {}", short(sql))))
    }

    /// Walks the rows without keeping them.
    pub fn each(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        mut f: impl FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        in_order(sql);
        self.catch_up(sql)?;
        match &mut self.conn {
            Conn::Sqlite(c) => {
                let mut s = c.prepare_cached(sql).map_err(|e| sqlite_problem(e, sql))?;
                bind(&mut s, params, sql)?;
                let mut rows = s.raw_query();
                while let Some(row) = rows.next().map_err(|e| sqlite_problem(e, sql))? {
                    f(&Row::Sqlite(row))?;
                }
                Ok(())
            }
            Conn::Postgres(s) => {
                for row in s.query(sql, params)? {
                    f(&Row::Postgres(&row))?;
                }
                Ok(())
            }
        }
    }

    /// Inserts many rows: `bulk("insert into t (a, b) values", 2, &values, "on conflict do nothing")`.
    /// One statement a row where statements are cheap, many rows a statement over a network.
    pub fn bulk(&mut self, insert: &str, columns: usize, values: &[Value<'_>], tail: &str) -> Result<u64> {
        let rows_at_once = if self.engine() == Engine::Sqlite { 1 } else { (32_000 / columns).clamp(1, 500) };
        let mut changed = 0;
        for chunk in values.chunks(rows_at_once * columns) {
            let mut sql = String::with_capacity(insert.len() + chunk.len() * 5 + tail.len());
            sql.push_str(insert);
            for row in 0..chunk.len() / columns {
                sql.push_str(if row == 0 { " (" } else { ", (" });
                for c in 0..columns {
                    sql.push_str(if c == 0 { "$" } else { ", $" });
                    sql.push_str(&(row * columns + c + 1).to_string());
                }
                sql.push(')');
            }
            sql.push(' ');
            sql.push_str(tail);
            changed += self.exec(&sql, chunk)?;
        }
        Ok(changed)
    }

    /// Runs `f` in a savepoint of its own: its failure undoes only itself.
    pub fn attempt<T>(&mut self, f: impl FnOnce(&mut Tx<'a>) -> Result<T>) -> Result<T> {
        self.batch("savepoint attempt")?;
        match f(self).and_then(|value| self.catch_up_all().map(|()| value)) {
            Ok(value) => {
                self.batch("release savepoint attempt")?;
                Ok(value)
            }
            Err(problem) => {
                self.memo.clear();
                if let Some(waiting) = self.waiting {
                    waiting.borrow_mut().drop_rows();
                }
                self.batch("rollback to savepoint attempt")?;
                self.batch("release savepoint attempt")?;
                Err(problem)
            }
        }
    }

    /// Runs statements that take no parameters and give no rows.
    pub fn batch(&mut self, sql: &str) -> Result<()> {
        self.memo.written(sql);
        self.catch_up_all()?;
        match &mut self.conn {
            Conn::Sqlite(c) => c.execute_batch(sql).map_err(|e| sqlite_problem(e, sql)),
            Conn::Postgres(s) => s.batch(sql),
        }
    }

    /// Prepares without running: the schema test asks it of every statement.
    pub fn prepare(&mut self, sql: &str) -> Result<()> {
        match &mut self.conn {
            Conn::Sqlite(c) => c.prepare(sql).map(|_| ()).map_err(|e| sqlite_problem(e, sql)),
            Conn::Postgres(s) => s.prepare(sql),
        }
    }
}

/// SQLite numbers `$n` by first appearance, so the numbers must appear in order.
fn in_order(sql: &str) {
    if cfg!(debug_assertions) {
        let mut next = 1;
        for part in sql.split('$').skip(1) {
            let digits = part.bytes().take_while(u8::is_ascii_digit).count();
            let n: usize = part[..digits].parse().unwrap_or(0);
            assert!(n >= 1 && n <= next, "parameters must first appear in order: {sql}");
            next = next.max(n + 1);
        }
    }
}

pub(super) fn bind(s: &mut rusqlite::Statement<'_>, params: &[Value<'_>], sql: &str) -> Result<()> {
    use rusqlite::types::{ToSqlOutput, ValueRef};
    struct Bound<'a>(&'a Value<'a>);
    impl rusqlite::ToSql for Bound<'_> {
        fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
            Ok(ToSqlOutput::Borrowed(match self.0 {
                Value::Null => ValueRef::Null,
                Value::Int(n) => ValueRef::Integer(*n),
                Value::Real(x) => ValueRef::Real(*x),
                Value::Text(t) => ValueRef::Text(t.as_bytes()),
                Value::Blob(b) => ValueRef::Blob(b),
            }))
        }
    }
    for (i, v) in params.iter().enumerate() {
        s.raw_bind_parameter(i + 1, Bound(v)).map_err(|e| sqlite_problem(e, sql))?;
    }
    Ok(())
}

pub(super) fn short(sql: &str) -> String {
    let words: Vec<&str> = sql.split_whitespace().collect();
    words.join(" ").chars().take(120).collect()
}

/// Names what a constraint forbids; anything else is our own fault.
pub(super) fn sqlite_problem(e: rusqlite::Error, sql: &str) -> Problem {
    use rusqlite::ErrorCode as E;
    let code = e.sqlite_error_code();
    let text = e.to_string();
    match code {
        Some(E::ConstraintViolation) if text.contains("UNIQUE") || text.contains("PRIMARY") => {
            Problem::conflict(format!("Something with the same key is already there ({text})."))
        }
        Some(E::ConstraintViolation) => Problem::conflict(format!("The database refused this: {text}.")),
        Some(E::DiskFull) => Problem::new(crate::base::Code::Busy, "The disk is full; nothing was changed."),
        _ => Problem::internal(format!("{text} in: {}", short(sql))),
    }
}
