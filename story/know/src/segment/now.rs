//! For whom a compiled rule holds now: counted while somebody types, and asked before a question.
use crate::live::Pool;
use roaring::RoaringBitmap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use weir_ground::base::Ms;
use weir_lake::cond::Cond;
use weir_lake::fold::segment::Question;

/// Says to a fold that nobody waits for it any more.
pub struct Cancel(pub Arc<AtomicBool>);

impl Drop for Cancel {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Everybody for whom it holds now, or at `now` if that is later; `None` when it was cancelled. What
/// segments look at each other is settled before; no lock is held while folding.
pub fn members(pool: &Pool, cond: &Cond, now: Ms, cancel: &AtomicBool) -> Option<RoaringBitmap> {
    let (engine, calendar) = (pool.engine(), pool.calendar());
    let looks: Vec<(u32, RoaringBitmap)> =
        cond.members().into_iter().filter_map(|n| engine.get(n).map(|s| (n, s.members.clone()))).collect();
    let now = now.max(engine.now());
    drop(engine);
    let member = |n: u32, s: u32| looks.iter().any(|(m, all)| *m == n && all.contains(s));
    Question { cond, calendar: &calendar, now, member: &member }.members(&pool.lake, cancel)
}
