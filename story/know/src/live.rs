//! Live (实时): the lake of every brand and its segments, kept right by following the log.
//!
//! One follower reads the log in batches, behind the reader `know` whose counters and stages it
//! needs, appends to the lakes and tells the [engines](crate::segment::engine). What follows from a
//! batch — members, flips, instants to wake at — commits together with the place it has come to, so
//! every flip is written once. Lakes and engines are memory and files that can be made again from
//! the database at any time.
pub mod facts;
pub mod props;
pub(crate) mod follow;
mod pool;
#[cfg(test)]
mod random;

pub use follow::{catch_up, worker, write_files};
pub use pool::Pool;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, RwLock};
use weir_ground::base::{Code, Problem, Result};
use weir_ground::event::BrandId;
use weir_ground::reader::Cursor;
use weir_ground::Db;

/// Events that tell something about a person and are nothing that the person did.
pub const QUIET: &[&str] = &[
    "person.", "consent.", "segment.", "identity.", "binding.", "commission.", "order.revealed", "import.", "message.sent", "message.failed",
    "message.skipped", "message.held_out", "identify", "alias", "group",
];

/// The name of the follower's place in the log; never changed.
pub const READER: &str = "segment";

/// The pools of this process.
#[derive(Default)]
pub struct Live {
    pools: RwLock<HashMap<BrandId, Arc<Pool>>>,
    dir: Mutex<Option<PathBuf>>,
    at: Mutex<Place>,
}

/// Where the follower is.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    started: bool,
    /// All before it is in the lakes and engines.
    read: Cursor,
    /// As it is stored with the last effects.
    stored: Cursor,
}

impl Live {
    /// Keeps lakes under this folder; without one they live in memory.
    pub fn keep_in(&self, dir: Option<PathBuf>) {
        *lock(&self.dir) = dir.map(|d| d.join("lake"));
    }

    pub fn pools(&self) -> Vec<Arc<Pool>> {
        let all = self.pools.read().unwrap_or_else(|e| e.into_inner());
        let mut all: Vec<_> = all.values().cloned().collect();
        all.sort_by_key(|p| p.brand);
        all
    }

    /// A brand's pool, if the follower has met it.
    pub fn get(&self, brand: BrandId) -> Option<Arc<Pool>> {
        self.pools.read().unwrap_or_else(|e| e.into_inner()).get(&brand).cloned()
    }

    /// A brand's pool; refuses while it is still being read after a start.
    pub fn pool(&self, brand: BrandId) -> Result<Arc<Pool>> {
        self.get(brand).filter(|p| p.ready()).ok_or_else(|| {
            Problem::new(Code::Busy, "The history is still being read after a start; try again in a moment.")
        })
    }

    fn pool_or(&self, db: &Db, brand: BrandId) -> Result<Arc<Pool>> {
        if let Some(pool) = self.get(brand) {
            return Ok(pool);
        }
        let dir = lock(&self.dir).as_ref().map(|d| d.join(brand.to_string()));
        let pool = Arc::new(Pool::open(db, brand, dir)?);
        self.pools.write().unwrap_or_else(|e| e.into_inner()).insert(brand, pool.clone());
        Ok(pool)
    }

    /// Lets go of everything in memory; the next step reads it anew.
    fn forget(&self) {
        self.pools.write().unwrap_or_else(|e| e.into_inner()).clear();
        *lock(&self.at) = Place::default();
    }
}

fn lock<T>(m: &Mutex<T>) -> MutexGuard<'_, T> {
    m.lock().unwrap_or_else(|e| e.into_inner())
}
