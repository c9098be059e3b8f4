//! Walls between pools: what "several pools" means for the identity graph.
//!
//! With one pool over all channels there is no wall: evidence joins persons wherever it comes from.
//! With several, a rule joins nobody over a wall, and an identity that comes together with somebody of
//! another pool gets a person of its own; the two are listed for people to decide. So who is whom does
//! not depend on the order in which things came. Whoever is joined already stays joined.
use super::Pool;
use crate::identity::{Given, Holder, contest, kinds, merge};
use crate::person;
use weir_ground::base::Result;
use weir_ground::event::{BrandId, PersonId};
use weir_ground::{Tx, params};
use weir_keep::brand::{self, Pools};

/// Why a pair waits for people: the two come from different pools.
pub const REASON: &str = "pool";

/// The pools of a brand that keeps them apart; none otherwise.
pub struct Walls(Option<Vec<Pool>>);

impl Walls {
    pub fn of(tx: &mut Tx, brand: BrandId) -> Result<Walls> {
        Ok(match brand::shared(tx, brand)?.settings.identity_pools {
            Pools::One => Walls(None),
            Pools::Several => Walls(Some(super::all(tx, brand)?)),
        })
    }

    fn at(&self, kind: &str) -> Option<usize> {
        self.0.as_ref()?.iter().position(|p| p.kinds.iter().any(|k| k == kind))
    }

    /// The pools in which a person is, by their places.
    fn around(&self, tx: &mut Tx, root: PersonId) -> Result<Vec<usize>> {
        let has: Vec<String> = tx.all(
            "select distinct i.kind from identity i join person p on p.id = i.person_id where p.root_id = $1 and i.strong = 1",
            params![root],
        )?;
        let mut at: Vec<usize> = has.iter().filter_map(|k| self.at(k)).collect();
        at.sort_unstable();
        at.dedup();
        Ok(at)
    }

    /// Is there a wall between two persons? Who is in no pool passes.
    pub fn between(&self, tx: &mut Tx, a: PersonId, b: PersonId) -> Result<bool> {
        if self.0.is_none() {
            return Ok(false);
        }
        let (a, b) = (self.around(tx, a)?, self.around(tx, b)?);
        Ok(!a.is_empty() && !b.is_empty() && !a.iter().any(|p| b.contains(p)))
    }

    /// Is there a wall between a person and an identity of this kind?
    pub(in crate::identity) fn keep_out(&self, tx: &mut Tx, root: PersonId, kind: &str) -> Result<bool> {
        let Some(home) = self.at(kind) else { return Ok(false) };
        let around = self.around(tx, root)?;
        Ok(!around.is_empty() && !around.contains(&home))
    }

    /// Binds an identity that came with somebody on the other side of a wall: to the person on its own
    /// side that came along (`beside`), or to a new one. Both are listed.
    pub(in crate::identity) fn settle(
        &self,
        tx: &mut Tx,
        brand: BrandId,
        at: Holder,
        g: &Given,
        beside: &mut Vec<Holder>,
        source: &str,
    ) -> Result<()> {
        for held in beside.clone() {
            let held = Holder { subject: held.subject, root: person::of(tx, held.subject)? };
            if !self.around(tx, held.root)?.contains(&self.at(g.kind).unwrap_or(usize::MAX)) {
                continue;
            }
            if !super::super::clashes(tx, held.root, g)? {
                return super::super::attach(tx, brand, held, g, source);
            }
            if contest::speaks(tx, held.root, kinds::get(g.kind)?.strength)? {
                return Ok(());
            }
        }
        let own = super::super::fresh(tx, brand, true, source)?;
        super::super::bind(tx, brand, own, g, source)?;
        beside.push(own);
        let by = merge::By::new(g.kind, &g.value);
        contest::suggest(tx, brand, at.subject, own.subject, Some((&by, &g.shown())), REASON)
    }
}
