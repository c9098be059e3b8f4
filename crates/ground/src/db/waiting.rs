//! Rows that wait for the end of their commit, to be written many in one statement.
//!
//! Half of what a row costs on SQLite is the statement around it: looked up, bound, begun, ended. A
//! call that adds a row which nothing can refuse hands it in by [`Tx::later`](super::Tx::later). It
//! stays here, with those of the other calls of the batch, until the batch ends or a statement names its table:
//! so whoever looks finds it. A call that refuses takes its own rows out again, which needs no
//! savepoint. Should the database refuse a row after all, the batch is run again, each call for itself.
use super::{memo::target, trail::{self, Entry}, tx::{bind, sqlite_problem}, value::Value};
use crate::base::{Problem, Result};
use std::collections::HashSet;
use std::rc::Rc;

/// Rows that are kept in memory at most; a full batch of orders has a quarter of it.
const FULL: usize = 100_000;
/// Rows of one statement at most; fewer go in halves of it, so that there are few texts to prepare.
const MOST: usize = 32;

pub(crate) struct Waiting {
    tables: Vec<Table>,
    trail: Trail,
    keys: Keys,
    /// Rows that are here.
    rows: usize,
    /// Rows of earlier calls that were written while this one ran.
    earlier: u64,
    /// Why a row was refused.
    failed: Option<Problem>,
}

/// Keys of the events that are here: each is taken once.
#[derive(Default)]
struct Keys {
    taken: HashSet<Rc<str>>,
    in_order: Vec<Rc<str>>,
    /// Where those of the call under way begin.
    mark: usize,
}

impl Keys {
    fn keep(&mut self, n: usize) {
        for key in self.in_order.drain(n..) {
            self.taken.remove(&key);
        }
        self.mark = self.mark.min(n);
    }
}

/// Entries of the trail, all for the slot of the present.
struct Trail {
    slot: i64,
    entries: Vec<Entry>,
    /// Where those of the call under way begin.
    mark: usize,
    /// Whose may be among them: a bit for some of the persons.
    whose: Box<[u64; 1024]>,
    /// Takes them, sorted, when they are written.
    table: Table,
}

/// The rows of one insert.
struct Table {
    one: &'static str,
    name: &'static str,
    columns: usize,
    /// The statement for 1, 2, 4 … rows.
    texts: Vec<String>,
    cells: Vec<Cell>,
    bytes: Vec<u8>,
    /// Where the rows of the call under way begin.
    cell: usize,
    byte: usize,
}

enum Cell {
    Null,
    Int(i64),
    Real(f64),
    Text(usize, usize),
    Blob(usize, usize),
}

impl Waiting {
    pub fn new() -> Waiting {
        let trail = Trail { slot: 0, entries: vec![], mark: 0, whose: Box::new([0; 1024]), table: Table::new(trail::ADD, 5) };
        Waiting { tables: vec![], keys: Keys::default(), trail, rows: 0, earlier: 0, failed: None }
    }

    /// Takes the key of an event that will be added; false when it is taken already.
    pub fn take(&mut self, brand: i64, key: &str) -> bool {
        let key: Rc<str> = format!("{brand} {key}").into();
        let free = self.keys.taken.insert(key.clone());
        if free {
            self.keys.in_order.push(key);
        }
        free
    }

    pub fn trail(&mut self, slot: i64, entry: Entry) {
        self.trail.slot = slot;
        self.trail.entries.push(entry);
        let (word, bit) = bit(entry[0]);
        self.trail.whose[word] |= bit;
        self.rows += 1;
    }

    pub fn add(&mut self, sql: &'static str, params: &[Value<'_>]) {
        let at = self.tables.iter().position(|t| std::ptr::eq(t.one, sql) || t.one == sql).unwrap_or_else(|| {
            self.tables.push(Table::new(sql, params.len()));
            self.tables.len() - 1
        });
        self.tables[at].add(params);
        self.rows += 1;
    }

    /// A call begins: what is here already belongs to others.
    pub fn begin(&mut self) {
        self.earlier = 0;
        for t in &mut self.tables {
            (t.cell, t.byte) = (t.cells.len(), t.bytes.len());
        }
        self.trail.mark = self.trail.entries.len();
        self.keys.mark = self.keys.in_order.len();
    }

    /// Takes out the rows of the call under way, which refused. `changes` is what it changed in
    /// the database itself; false when that is more than the rows of others that it found here.
    pub fn undo(&mut self, changes: u64) -> bool {
        for t in &mut self.tables {
            self.rows -= (t.cells.len() - t.cell) / t.columns;
            t.cells.truncate(t.cell);
            t.bytes.truncate(t.byte);
        }
        self.rows -= self.trail.entries.len() - self.trail.mark;
        self.trail.entries.truncate(self.trail.mark);
        self.keys.keep(self.keys.mark);
        changes == self.earlier && self.failed.is_none()
    }

    /// Begins a batch.
    pub fn clear(&mut self) {
        self.drop_rows();
        self.trail.whose.fill(0);
        (self.earlier, self.failed) = (0, None);
    }

    /// Takes out all rows: they are undone with what is around them.
    pub fn drop_rows(&mut self) {
        self.tables.iter_mut().for_each(Table::clear);
        self.trail.entries.clear();
        self.trail.mark = 0;
        self.keys.keep(0);
        self.rows = 0;
    }

    /// Does a statement name a table that has rows here?
    pub fn concerns(&self, sql: &str) -> bool {
        let here = |t: &Table| !t.cells.is_empty() && sql.contains(t.name);
        self.rows > 0 && (self.tables.iter().any(here) || !self.trail.entries.is_empty() && trail::concerns(sql))
    }

    /// Are there as many as should wait?
    pub fn many(&self) -> bool {
        self.rows >= FULL
    }

    /// May there be something of a person here?
    pub fn has(&self, person: i64) -> bool {
        let (word, bit) = bit(person);
        self.trail.whose[word] & bit != 0
    }

    /// Writes all rows. Once one was refused the batch has to be run again, and nothing is written any more.
    pub fn flush(&mut self, c: &rusqlite::Connection) -> Result<()> {
        let written = match &self.failed {
            Some(problem) => Err(problem.clone()),
            None => self.write(c),
        };
        if let Err(problem) = &written {
            self.failed = Some(problem.clone());
            self.drop_rows();
        }
        written
    }

    fn write(&mut self, c: &rusqlite::Connection) -> Result<()> {
        if self.rows == 0 {
            return Ok(());
        }
        self.rows = 0;
        self.keys.keep(0);
        for t in &mut self.tables {
            self.earlier += (t.cell / t.columns) as u64;
            t.write(c)?;
            t.clear();
        }
        self.earlier += self.trail.write(c)?;
        Ok(())
    }

    /// Was a row refused since [`Waiting::clear`]?
    pub fn failed(&self) -> bool {
        self.failed.is_some()
    }
}

impl Trail {
    /// Writes the entries in the order of persons; answers how many rows that were not for the call under way.
    fn write(&mut self, c: &rusqlite::Connection) -> Result<u64> {
        if self.entries.is_empty() {
            return Ok(0);
        }
        let slot = Value::Int(self.slot);
        let listed = c.prepare_cached(trail::LIST).and_then(|mut s| s.execute([self.slot])).map_err(|e| sqlite_problem(e, trail::LIST))?;
        self.entries.sort_unstable();
        for [person, what, at, id] in self.entries.drain(..) {
            self.table.add(&[slot, Value::Int(person), Value::Int(what), Value::Int(at), Value::Int(id)]);
        }
        let others = std::mem::take(&mut self.mark) + listed;
        let written = self.table.write(c);
        self.table.clear();
        written.map(|()| others as u64)
    }
}

/// Where [`Trail::whose`] has a person.
fn bit(person: i64) -> (usize, u64) {
    let spread = (person as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 48;
    ((spread >> 6) as usize, 1 << (spread & 63))
}

impl Table {
    fn new(one: &'static str, columns: usize) -> Table {
        let texts = (0..=MOST.ilog2()).map(|power| repeat(one, columns, 1 << power)).collect();
        let name = target(one).expect("an insert names its table");
        Table { one, name, columns, texts, cells: vec![], bytes: vec![], cell: 0, byte: 0 }
    }

    fn add(&mut self, params: &[Value<'_>]) {
        debug_assert_eq!(params.len(), self.columns);
        for p in params {
            let from = self.bytes.len();
            let cell = match p {
                Value::Null => Cell::Null,
                Value::Int(n) => Cell::Int(*n),
                Value::Real(x) => Cell::Real(*x),
                Value::Text(t) => {
                    self.bytes.extend_from_slice(t.as_bytes());
                    Cell::Text(from, self.bytes.len())
                }
                Value::Blob(b) => {
                    self.bytes.extend_from_slice(b);
                    Cell::Blob(from, self.bytes.len())
                }
            };
            self.cells.push(cell);
        }
    }

    fn clear(&mut self) {
        self.cells.clear();
        self.bytes.clear();
        (self.cell, self.byte) = (0, 0);
    }

    fn write(&self, c: &rusqlite::Connection) -> Result<()> {
        let mut rest = &self.cells[..];
        let mut values = Vec::with_capacity(MOST * self.columns);
        while !rest.is_empty() {
            let power = (rest.len() / self.columns).min(MOST).ilog2();
            let (now, later) = rest.split_at(self.columns << power);
            values.clear();
            values.extend(now.iter().map(|cell| self.value(cell)));
            let sql = &self.texts[power as usize];
            let mut s = c.prepare_cached(sql).map_err(|e| sqlite_problem(e, sql))?;
            bind(&mut s, &values, sql)?;
            s.raw_execute().map_err(|e| sqlite_problem(e, sql))?;
            rest = later;
        }
        Ok(())
    }

    fn value(&self, cell: &Cell) -> Value<'_> {
        match *cell {
            Cell::Null => Value::Null,
            Cell::Int(n) => Value::Int(n),
            Cell::Real(x) => Value::Real(x),
            Cell::Text(from, to) => Value::Text(std::str::from_utf8(&self.bytes[from..to]).unwrap_or_default()),
            Cell::Blob(from, to) => Value::Blob(&self.bytes[from..to]),
        }
    }
}

/// The insert for so many rows: `($1, 'x', $2)` becomes `($1, 'x', $2), ($3, 'x', $4)` … Should one be
/// refused, the others of the statement need not be undone, because the whole batch will be: said so, SQLite
/// keeps no copies of the pages that it changes.
fn repeat(one: &str, columns: usize, rows: usize) -> String {
    let (head, row) = one.split_once(" values ").expect("an insert has values");
    let mut sql = format!("{} values ", head.replacen("insert into", "insert or fail into", 1));
    for n in 0..rows {
        if n > 0 {
            sql.push_str(", ");
        }
        let mut parts = row.split('$');
        sql.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let digits = part.bytes().take_while(u8::is_ascii_digit).count();
            let (number, rest) = part.split_at(digits);
            let number: usize = number.parse().expect("a parameter has a number");
            sql.push_str(&format!("${}{rest}", n * columns + number));
        }
    }
    sql
}

#[cfg(test)]
mod tests {
    use super::*;

    const INSERT: &str = "insert into thing (a, b, c) values ($1, 'x', $2)";

    fn base() -> rusqlite::Connection {
        let c = rusqlite::Connection::open_in_memory().unwrap();
        c.execute_batch("create table thing (a integer primary key, b text, c text)").unwrap();
        c
    }

    fn found(c: &rusqlite::Connection) -> Vec<(i64, String, Option<String>)> {
        let mut s = c.prepare("select a, b, c from thing order by a").unwrap();
        s.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?))).unwrap().map(Result::unwrap).collect()
    }

    #[test]
    fn any_number_of_rows_is_written_as_it_was_given() {
        for n in [1, 2, 3, 31, 32, 33, 100] {
            let (c, mut w) = (base(), Waiting::new());
            for i in 0..n {
                let text = format!("row {i}");
                w.add(INSERT, &[Value::Int(i), if i % 3 == 0 { Value::Null } else { Value::Text(&text) }]);
            }
            assert!(w.concerns("select * from thing") && !w.concerns("select * from other"));
            w.flush(&c).unwrap();
            assert!(!w.concerns("select * from thing"));
            let wanted: Vec<_> = (0..n).map(|i| (i, "x".to_string(), (i % 3 != 0).then(|| format!("row {i}")))).collect();
            assert_eq!(found(&c), wanted);
        }
    }

    /// A call that refuses takes only its own rows with it, also when it made those of others be written.
    #[test]
    fn a_refusal_takes_out_its_own_rows() {
        let (c, mut w) = (base(), Waiting::new());
        w.begin();
        w.add(INSERT, &[Value::Int(1), Value::Text("kept")]);
        w.begin();
        w.add(INSERT, &[Value::Int(2), Value::Text("refused")]);
        assert!(w.undo(0));
        w.begin();
        w.flush(&c).unwrap();
        w.add(INSERT, &[Value::Int(3), Value::Text("refused")]);
        assert!(w.undo(1), "the one row that was written is another call's");
        w.begin();
        w.add(INSERT, &[Value::Int(4), Value::Text("written")]);
        w.flush(&c).unwrap();
        assert!(!w.undo(1), "its own row is written: the batch has to be run again");
        assert_eq!(found(&c).iter().map(|r| r.0).collect::<Vec<_>>(), [1, 4]);
    }

    #[test]
    fn a_row_that_the_database_refuses_is_noticed() {
        let (c, mut w) = (base(), Waiting::new());
        w.add(INSERT, &[Value::Int(1), Value::Null]);
        w.add(INSERT, &[Value::Int(1), Value::Null]);
        assert!(w.flush(&c).is_err() && w.failed());
        w.clear();
        assert!(!w.failed() && w.flush(&c).is_ok());
    }
}
