//! Reads a file for an import: records become rows of the sink's fields, in chunks that never cut a
//! group.
use super::Import;
use super::csv::{Encoding, Reader, Record};
use super::sink::{Row, Sink};
use weir_ground::base::{Problem, Result};
use weir_ground::seal::file::Lying;

/// Rows a transaction, more where a group goes on.
const CHUNK: usize = 500;
/// A group may have this many rows.
const GROUP: usize = 5_000;
/// As much of a rejected row is kept.
const RAW: usize = 64 << 10;

/// A row that was not kept.
#[derive(Clone, Debug)]
pub struct Reject {
    pub n: i64,
    pub reason: String,
    pub raw: String,
}

/// Rows that are applied together.
#[derive(Debug, Default)]
pub struct Chunk {
    pub from: u64,
    /// Row number and offset behind the last row.
    pub to: (i64, u64),
    pub rows: Vec<Row>,
    /// What each row looks like in the file.
    pub raws: Vec<String>,
    pub rejects: Vec<Reject>,
    /// Groups of which a row could not be read.
    tainted: Vec<String>,
}

/// A record that was read: a row, or why not and, if it can be told, the group it belongs to.
enum Read {
    Row(Row),
    Bad(String, Option<String>),
}

/// A file, read chunk by chunk.
pub struct Source {
    reader: Reader,
    record: Record,
    encoding: Encoding,
    /// For each field of the sink the column that holds it.
    columns: Vec<Option<usize>>,
    required: Vec<(usize, &'static str)>,
    group: Option<usize>,
    /// The record that was read is the first of the next chunk.
    ahead: bool,
    from: u64,
}

impl Source {
    /// Opens the file where the import stands.
    pub fn open(file: &Lying, job: &Import, sink: &dyn Sink) -> Result<Source> {
        let (names, mapping) = (job.columns()?, job.mapping()?);
        let fields = sink.fields();
        let place = |field: &str| mapping.get(field).and_then(|c| names.iter().position(|n| n == c));
        let delimiter = job.delimiter.bytes().next().unwrap_or(b',');
        let reader = Reader::open(file, (job.row, job.byte as u64), delimiter, names.len()).map_err(gone)?;
        Ok(Source {
            reader,
            record: Record::default(),
            encoding: Encoding::parse(&job.encoding).unwrap_or(Encoding::Utf8),
            columns: fields.iter().map(|f| place(f.name)).collect(),
            required: fields.iter().enumerate().filter(|(_, f)| f.required).map(|(i, f)| (i, f.name)).collect(),
            group: sink.group(),
            ahead: false,
            from: job.byte as u64,
        })
    }

    /// The record as a row of the sink's fields.
    fn row(&self) -> Read {
        let key = || {
            let cell = self.record.cell(self.columns[self.group?]?);
            self.encoding.decode(cell).map(|k| k.trim().to_string()).filter(|k| !k.is_empty())
        };
        if let Some(why) = &self.record.broken {
            return Read::Bad(why.clone(), key());
        }
        let mut values = Vec::with_capacity(self.columns.len());
        for column in &self.columns {
            let Some(column) = column else {
                values.push("".into());
                continue;
            };
            match self.encoding.decode(self.record.cell(*column)) {
                Some(v) if v.contains('\0') => return Read::Bad("a cell holds a zero byte".into(), key()),
                Some(v) => values.push(v),
                None => return Read::Bad(format!("column {} is not {} text", column + 1, self.encoding.code()), key()),
            }
        }
        let row = Row::new(self.record.n, values.iter().map(|v| &**v));
        match self.required.iter().find(|(i, _)| row.at(*i).is_empty()) {
            Some((_, name)) => Read::Bad(format!("{name} is empty"), key()),
            None => Read::Row(row),
        }
    }

    fn raw(&self) -> String {
        let mut text = self.encoding.show(&self.record.raw[..self.record.raw.len().min(RAW)]);
        text.retain(|c| c != '\0');
        text
    }

    /// The next rows; nothing at the end of the file. A group is never cut.
    pub fn chunk(&mut self) -> Result<Option<Chunk>> {
        let mut out = Chunk { from: self.from, ..Chunk::default() };
        let mut last: Option<String> = None;
        while self.ahead || self.reader.next(&mut self.record).map_err(gone)? {
            self.ahead = false;
            let read = self.row();
            let key: Option<String> = match (&read, self.group) {
                (Read::Row(row), Some(g)) => Some(row.at(g).to_string()),
                (Read::Bad(_, key), Some(_)) => key.clone(),
                (_, None) => None,
            };
            let n = out.rows.len() + out.rejects.len();
            let goes_on = self.group.is_some() && n < GROUP && (key.is_none() || key == last);
            if n >= CHUNK && !goes_on {
                self.ahead = true;
                break;
            }
            match read {
                Read::Row(row) => {
                    out.rows.push(row);
                    out.raws.push(self.raw());
                }
                Read::Bad(reason, bad) => {
                    out.tainted.extend(bad);
                    let cut = if self.record.raw.len() > RAW { "; only the beginning of this long row is kept" } else { "" };
                    out.rejects.push(Reject { n: self.record.n, reason: reason + cut, raw: self.raw() });
                }
            }
            last = key.or(last);
            out.to = (self.record.n, self.record.end);
        }
        if out.rows.is_empty() && out.rejects.is_empty() {
            return Ok(None);
        }
        self.from = out.to.1;
        if let Some(g) = self.group {
            out.drop_tainted(g);
        }
        Ok(Some(out))
    }
}

impl Chunk {
    /// A group with a row that cannot be read is rejected as a whole, so that it can be put right
    /// as a whole.
    fn drop_tainted(&mut self, group: usize) {
        if self.tainted.is_empty() {
            return;
        }
        let rows = std::mem::take(&mut self.rows).into_iter().zip(std::mem::take(&mut self.raws));
        for (row, raw) in rows {
            if self.tainted.iter().any(|k| k == row.at(group)) {
                let reason = format!("another row of {} cannot be read", row.at(group));
                self.rejects.push(Reject { n: row.n, reason, raw });
            } else {
                self.rows.push(row);
                self.raws.push(raw);
            }
        }
    }
}

fn gone(e: std::io::Error) -> Problem {
    Problem::invalid(format!("The file cannot be read: {e}."))
}

/// Counts the rows from where the import stands to the end.
pub fn rows_ahead(file: &Lying, job: &Import) -> Result<i64> {
    let delimiter = job.delimiter.bytes().next().unwrap_or(b',');
    let mut reader = Reader::open(file, (job.row, job.byte as u64), delimiter, job.columns()?.len()).map_err(gone)?;
    let (mut r, mut rows) = (Record::default(), 0);
    while reader.next(&mut r).map_err(gone)? {
        rows += 1;
    }
    Ok(rows)
}
