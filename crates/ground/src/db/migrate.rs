//! One numbered history of portable SQL, in `migrations/`, applied in order and never edited.
use super::{Tx, dialect::Engine};
use crate::base::{Problem, Result};
use crate::params;
use sha2::{Digest, Sha256};

macro_rules! history {
    ($($file:literal),* $(,)?) => {
        &[$(($file, include_str!(concat!("../../../../migrations/", $file, ".sql")))),*]
    };
}

/// Every step, oldest first.
pub const HISTORY: &[(&str, &str)] = history![
    "0001_ground", "0002_keep", "0003_gather", "0004_know", "0005_reach", "0006_sell", "0007_grow",
    "0008_intake", "0009_live_code",
    "0010_identity", "0011_privacy",
    "0012_segment", "0013_stage", "0014_attribute", "0015_order_time", "0016_pool", "0017_attribute_sources",
    "0018_import_policy",
    "0019_erase", "0020_trail",
];

/// The number that `weir status` shows as `schema`.
pub fn version() -> i64 {
    HISTORY.len() as i64
}

/// Applies what is missing. A step that was changed after it had been applied is refused.
pub fn run(tx: &mut Tx) -> Result<usize> {
    tx.batch("create table if not exists weir_schema (n bigint primary key, name text not null, sum text not null, at bigint not null)")?;
    let applied: Vec<(i64, String, String)> = tx.all("select n, name, sum from weir_schema order by n", &[])?;
    if applied.len() > HISTORY.len() {
        return Err(Problem::invalid(format!(
            "This data was written by a newer Weir (schema {}, this program knows {}). Use the newer program.",
            applied.len(),
            HISTORY.len()
        )));
    }
    let mut done = 0;
    for (i, (name, text)) in HISTORY.iter().enumerate() {
        let sum: String = Sha256::digest(text.as_bytes()).iter().take(8).map(|b| format!("{b:02x}")).collect();
        match applied.get(i) {
            Some((_, _, s)) if *s == sum => continue,
            Some((n, was, _)) => {
                return Err(Problem::invalid(format!(
                    "Schema step {n} ({was}) differs from the one this data was made with; restore the original program."
                )));
            }
            None => {}
        }
        let sqlite = tx.engine() == Engine::Sqlite;
        if sqlite {
            tx.batch("begin immediate")?;
        }
        tx.batch(&tx.engine().schema(text))?;
        let now = tx.now();
        tx.exec(
            "insert into weir_schema (n, name, sum, at) values ($1, $2, $3, $4)",
            params![i as i64 + 1, *name, &sum, now],
        )?;
        if sqlite {
            tx.batch("commit")?;
        }
        done += 1;
    }
    Ok(done)
}
