//! A whole lake written at once, from persons that come one after the other with their rows in
//! order of time: for a first load and for benchmarks.
use crate::base::Writer;
use crate::lake::{Manifest, publish};
use crate::view::Rows;
use crate::{Lake, NO_VALUE, Position, Result, Words};
use std::path::{Path, PathBuf};

/// A row in codes of [`Bulk::words`].
#[derive(Clone, Copy, Debug)]
pub struct Coded<'a> {
    pub at: i64,
    pub seq: i64,
    pub name: u16,
    /// Fen.
    pub value: Option<i64>,
    pub touchpoint: u32,
    pub store: u32,
    pub props: &'a [(u16, u32)],
}

/// The files of a lake on their way.
pub struct Bulk {
    dir: PathBuf,
    name: String,
    writer: Writer,
    ids: Vec<i64>,
    rows: Rows,
    pub words: Words,
}

impl Bulk {
    /// Begins in a folder that holds no lake, or one that this will take the place of.
    pub fn begin(dir: &Path, position: Position) -> Result<Bulk> {
        std::fs::create_dir_all(dir)?;
        let name = format!("base-{}-{}-0", position.xid, position.id);
        let writer = Writer::new(&dir.join(&name))?;
        Ok(Bulk { dir: dir.into(), name, writer, ids: vec![], rows: Rows::with_capacity(1024), words: Words::default() })
    }

    /// The next person, not seen before, with its rows in order of (time, position).
    pub fn person<'a>(&mut self, id: i64, rows: impl IntoIterator<Item = Coded<'a>>) -> Result<()> {
        self.rows.clear();
        for r in rows {
            self.rows.at.push(r.at);
            self.rows.seq.push(r.seq);
            self.rows.name.push(r.name);
            self.rows.value.push(r.value.unwrap_or(NO_VALUE));
            self.rows.touchpoint.push(r.touchpoint);
            self.rows.store.push(r.store);
            for (key, value) in r.props {
                self.rows.keys.push(*key);
                self.rows.vals.push(*value);
            }
            self.rows.props.push(self.rows.keys.len() as i32);
        }
        self.ids.push(id);
        self.writer.subject(&self.rows.view(), &[])
    }

    /// Writes the rest and opens the lake.
    pub fn finish(self, position: Position) -> Result<Lake> {
        self.writer.finish(&self.ids, &self.words)?;
        publish(&self.dir, &Manifest::of(self.name, position))?;
        Lake::open(&self.dir)
    }
}
