//! Who was erased does not come back by somebody else's hand (G29).
//!
//! Of each strong identity a keyed digest stays, in a table of its own. A file, another system, staff or an
//! event that names it is refused. The person herself may come back, by signing in to the mall, by adding a
//! guide or by an event that carries her consent: as a new person, and the digests of what she came with go.
use super::own::Known;
use crate::identity::{kinds, normal};
use weir_ground::base::{Code, Problem, Result};
use weir_ground::event::BrandId;
use weir_ground::{Tx, params};

/// The reason why a row or request about an erased person is refused.
pub const REFUSED: &str = "This is somebody who was erased at their own wish. Only they themselves can come back, by signing in to the mall.";

/// Is this the refusal to bring back an erased person?
pub fn is_refusal(p: &Problem) -> bool {
    p.code == Code::Conflict && p.detail == REFUSED
}

/// Sources that are the person's own act.
fn is_own_act(source: &str) -> bool {
    matches!(source, "mall" | "live_code" | "wecom")
}

fn digest(tx: &Tx, brand: BrandId, kind: &str, plain: &str) -> String {
    tx.keys(brand).index(&format!("suppressed.{kind}"), plain)
}

/// Keeps digests of a person's strong identities, and of where it was reached.
pub(super) fn remember(tx: &mut Tx, brand: BrandId, known: &[Known]) -> Result<()> {
    let now = tx.now();
    for k in known.iter().filter(|k| k.strong) {
        let digest = digest(tx, brand, &k.kind, &k.value);
        tx.exec(
            "insert into suppressed (brand_id, kind, digest, at) values ($1, $2, $3, $4) on conflict do nothing",
            params![brand, &k.kind, &digest, now],
        )?;
    }
    Ok(())
}

/// Does this value belong to somebody who was erased and has not come back?
pub fn holds(tx: &mut Tx, brand: BrandId, kind: &str, value: &str) -> Result<bool> {
    if !any(tx, brand)? {
        return Ok(false);
    }
    let Some(plain) = normal(kind, value) else { return Ok(false) };
    let digest = digest(tx, brand, kind, &plain);
    let found: Option<i64> = tx.opt(
        "select 1 from suppressed where brand_id = $1 and kind = $2 and digest = $3",
        params![brand, kind, &digest],
    )?;
    Ok(found.is_some())
}

/// Is anybody of this brand suppressed? Asked before each new value, so it is remembered.
fn any(tx: &mut Tx, brand: BrandId) -> Result<bool> {
    let found = tx.recall(&["suppressed"], brand.n(), |tx| {
        tx.opt::<i64>("select 1 from suppressed where brand_id = $1 limit 1", params![brand]).map(|f| Any(f.is_some()))
    })?;
    Ok(found.0)
}

struct Any(bool);

/// Values that nobody has: refused where a strong one is suppressed, unless it is the person's own act.
pub(crate) fn check<'a>(tx: &mut Tx, brand: BrandId, new: impl IntoIterator<Item = (&'a str, &'a str)>, source: &str) -> Result<()> {
    for (kind, value) in new {
        if kinds::get(kind)?.strong && holds(tx, brand, kind, value)? {
            if !is_own_act(source) {
                return Err(Problem::conflict(REFUSED));
            }
            lift(tx, brand, kind, value)?;
        }
    }
    Ok(())
}

/// The person came back, with this value.
pub fn lift(tx: &mut Tx, brand: BrandId, kind: &str, value: &str) -> Result<()> {
    let Some(plain) = normal(kind, value) else { return Ok(()) };
    let digest = digest(tx, brand, kind, &plain);
    tx.exec("delete from suppressed where brand_id = $1 and kind = $2 and digest = $3", params![brand, kind, &digest])?;
    Ok(())
}
