//! `weir lake rebuild`, and the first filling of the lake after the demo was built.
use crate::{Store, demo::Progress};
use std::path::Path;
use std::time::Instant;
use weir_ground::Db;
use weir_ground::base::{Problem, Result};
use weir_know::live::{self, Live};

/// Deletes the lake and makes it again.
pub fn rebuild(store: &Store) -> Result<()> {
    let folder = store.data.join("lake");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)
            .map_err(|e| Problem::invalid(format!("{} cannot be deleted: {e}. Stop the server that uses it.", folder.display())))?;
    }
    let db = store.open()?;
    let filled = fill(&db, &store.data, &Progress::new());
    db.close();
    filled
}

/// Reads the log to its end and writes the files.
pub fn fill(db: &Db, data: &Path, progress: &Progress) -> Result<()> {
    let pools = Live::default();
    pools.keep_in(Some(data.into()));
    let total: i64 = db.read_now(|tx| tx.one("select count(*) from event", &[]))?;
    progress.step("columns for segments and questions", |say| {
        let mut said = Instant::now();
        live::catch_up(&pools, db, |n| {
            if said.elapsed().as_millis() > 100 {
                said = Instant::now();
                say(format!("{n} of {total} events"));
            }
        })?;
        live::write_files(&pools, db)
    })
}
