//! Stores by distance: which slots are nearer, and whether knowing the place would tell slots apart.
use super::plan::Slot;
use std::collections::HashMap;
use weir_ground::base::Result;
use weir_ground::event::{BrandId, StoreId};
use weir_ground::{Tx, params};

/// How far the stores of these slots are, in square units that only serve to compare.
pub(super) fn distances<'s>(
    tx: &mut Tx,
    brand: BrandId,
    slots: impl Iterator<Item = &'s Slot>,
    (lat, lng): (i64, i64),
) -> Result<HashMap<StoreId, i64>> {
    let wanted: Vec<StoreId> = slots.filter_map(|s| s.store_id).collect();
    let places: Vec<(StoreId, i64, i64)> =
        tx.all("select store_id, lat, lng from store_place where brand_id = $1", params![brand])?;
    // A degree of longitude is shorter away from the equator; around one city the plane is true enough.
    let shrink = (lat as f64 / 1e6).to_radians().cos();
    Ok(places
        .into_iter()
        .filter(|p| wanted.contains(&p.0))
        .map(|(store, a, b)| {
            let around = (b - lng).rem_euclid(360_000_000);
            let (north, east) = ((a - lat) as f64, around.min(360_000_000 - around) as f64 * shrink);
            (store, (north * north + east * east).sqrt() as i64)
        })
        .collect())
}

/// The stores of these slots, if there is more than one to choose from.
pub(super) fn several(slots: &[&Slot]) -> Vec<StoreId> {
    let mut stores: Vec<StoreId> = slots.iter().filter_map(|s| s.store_id).collect();
    stores.sort_unstable();
    stores.dedup();
    if stores.len() > 1 { stores } else { vec![] }
}
