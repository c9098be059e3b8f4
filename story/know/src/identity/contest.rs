//! What happens when a value leads to somebody else (K6, K7).
//!
//! A contested value goes to the strongest, newest evidence from then on, and both persons are
//! listed as possibly the same. A value that connects more persons than its kind allows is a hub: it
//! turns inert (kept and shown, but it joins nobody), and the joins that it made are taken back.
use super::merge::{self, By, Refused, Why};
use super::pool::wall::{self, Walls};
use super::{Given, Holder, kinds, own};
use crate::{events, person};
use weir_ground::base::{Ms, Result, ids::PairId};
use weir_ground::event::{BrandId, PersonId};
use weir_ground::{Fact, Tx, params};

/// A value that somebody holds, met together with evidence of another person.
pub(super) struct Met<'a> {
    pub brand: BrandId,
    /// Whose evidence is stronger, and by which identity.
    pub leader: Holder,
    pub lead: &'a By,
    pub found: Holder,
    pub by: &'a By,
    pub single: bool,
    pub shown: &'a str,
    pub source: &'a str,
}

/// Joins both persons, or settles who has the value; answers the leader's person.
pub(super) fn meet(tx: &mut Tx, m: &Met) -> Result<PersonId> {
    if is_inert(tx, m.brand, m.by)? || is_inert(tx, m.brand, m.lead)? {
        return Ok(m.leader.root);
    }
    let reason = format!("{} seen together", m.by.kind);
    let why = Why { reason: &reason, by: Some((m.lead.clone(), m.by.clone())), actor: None };
    match merge::join(tx, m.brand, m.leader.subject, m.found.subject, &why)? {
        Ok(root) => {
            for by in [m.lead, m.by] {
                check_hub(tx, m.brand, by)?;
            }
            // The value may have been one too many: then the two are apart again.
            let _ = root;
            person::of(tx, m.leader.subject)
        }
        Err(refused) => {
            contest(tx, m, &refused)?;
            Ok(m.leader.root)
        }
    }
}

/// The persons stay two: counted, listed for people to decide, and the value goes to the stronger evidence.
fn contest(tx: &mut Tx, m: &Met, refused: &Refused) -> Result<()> {
    claim(tx, m)?;
    let reason = match refused {
        Refused::Apart => return Ok(()),
        Refused::Pool => wall::REASON,
        Refused::Clash(_) => "contested",
    };
    suggest(tx, m.brand, m.leader.subject, m.found.subject, Some((m.by, m.shown)), reason)?;
    if matches!(refused, Refused::Clash(_)) && m.single && !has_kind(tx, m.leader.root, &m.by.kind)? {
        let held: Option<String> = tx.opt(
            "select evidence from identity where brand_id = $1 and kind = $2 and value = $3",
            params![m.brand, &m.by.kind, &m.by.value],
        )?;
        if held.is_some_and(|h| kinds::trust(m.source) >= kinds::trust(&h)) {
            super::bonds::move_to(tx, m.brand, m.by, m.leader.subject, m.source, None)?;
        }
    }
    check_hub(tx, m.brand, m.by)
}

fn claim(tx: &mut Tx, m: &Met) -> Result<()> {
    let now = tx.now();
    for person in [m.leader.subject, m.found.subject] {
        tx.exec(
            "insert into identity_claim (brand_id, kind, value, person_id, evidence, times, first_at, last_at) values ($1, $2, $3, $4, $5, 1, $6, $6) \
             on conflict (brand_id, kind, value, person_id) do update set times = identity_claim.times + 1, last_at = excluded.last_at",
            params![m.brand, &m.by.kind, &m.by.value, person, m.source, now],
        )?;
    }
    Ok(())
}

fn has_kind(tx: &mut Tx, root: PersonId, kind: &str) -> Result<bool> {
    let found: Option<i64> = tx.opt(
        "select 1 from identity i join person p on p.id = i.person_id where p.root_id = $1 and i.kind = $2 limit 1",
        params![root, kind],
    )?;
    Ok(found.is_some())
}

/// Puts two persons on the list of those that may be the same; what was decided stays decided.
pub fn suggest(tx: &mut Tx, brand: BrandId, a: PersonId, b: PersonId, by: Option<(&By, &str)>, reason: &str) -> Result<()> {
    let (id, now): (PairId, Ms) = (tx.new_id(), tx.now());
    let (kind, value, shown) = match by {
        Some((by, shown)) => (Some(by.kind.as_str()), Some(by.value.as_str()), Some(shown)),
        None => (None, None, None),
    };
    tx.exec(
        "insert into person_pair (id, brand_id, a_id, b_id, kind, value, shown, reason, at, last_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) \
         on conflict (a_id, b_id) do update set times = person_pair.times + 1, last_at = excluded.last_at",
        params![id, brand, a.min(b), a.max(b), kind, value, shown, reason, now],
    )?;
    Ok(())
}

pub(super) fn is_inert(tx: &mut Tx, brand: BrandId, by: &By) -> Result<bool> {
    let found: Option<i64> = tx.opt(
        "select 1 from identity where brand_id = $1 and kind = $2 and value = $3 and inert = 1",
        params![brand, &by.kind, &by.value],
    )?;
    Ok(found.is_some())
}

/// Turns a value inert when it connects more persons than its kind may.
fn check_hub(tx: &mut Tx, brand: BrandId, by: &By) -> Result<()> {
    let Some(limit) = kinds::Own::of(tx, brand)?.hub(&by.kind) else { return Ok(()) };
    let joins: i64 = tx.one(
        "select (select count(*) from person_merge where brand_id = $1 and a_kind = $2 and a_value = $3 and undone_at is null) \
         + (select count(*) from person_merge where brand_id = $1 and b_kind = $2 and b_value = $3 and undone_at is null)",
        params![brand, &by.kind, &by.value],
    )?;
    let claims: i64 = tx.one(
        "select count(distinct p.root_id) from identity_claim c join person p on p.id = c.person_id \
         where c.brand_id = $1 and c.kind = $2 and c.value = $3",
        params![brand, &by.kind, &by.value],
    )?;
    let persons = (joins + 1).max(claims + joins);
    if persons <= limit {
        return Ok(());
    }
    let fresh = tx.guard(
        "update identity set inert = 1 where brand_id = $1 and kind = $2 and value = $3 and inert = 0",
        params![brand, &by.kind, &by.value],
    )?;
    if !fresh.won() {
        return Ok(());
    }
    super::bonds::note(tx, brand, by, "inert", "hub", None)?;
    let parted = cut(tx, brand, by, "hub")?;
    let props = serde_json::json!({ "kind": by.kind, "persons": persons, "limit": limit, "parted": parted }).to_string();
    let now = tx.now();
    let _ = tx.record(&Fact::new(brand, events::IDENTITY_INERT, now).props(&props))?;
    Ok(())
}

/// Takes back every join that this value made; tells how many.
pub(super) fn cut(tx: &mut Tx, brand: BrandId, by: &By, reason: &str) -> Result<usize> {
    let edges: Vec<weir_ground::base::ids::MergeId> = tx.all(
        "select id from person_merge where brand_id = $1 and undone_at is null \
         and ((a_kind = $2 and a_value = $3) or (b_kind = $2 and b_value = $3)) order by id desc",
        params![brand, &by.kind, &by.value],
    )?;
    for edge in &edges {
        merge::separate(tx, brand, *edge, reason, None)?;
    }
    Ok(edges.len())
}

/// An identity that is new and says more than the one that was found: somebody else, or the same
/// person by another account. Answers the new subject where it needs one of its own: because both
/// cannot be one person, or so that the join can be taken back if the found value is a hub.
pub(super) fn newcomer(
    tx: &mut Tx,
    brand: BrandId,
    found: Holder,
    lead: &By,
    given: &[Given],
    (walls, source): (&Walls, &str),
) -> Result<Option<Holder>> {
    let strength = kinds::get(&lead.kind)?.strength;
    let mut new = None;
    for g in given.iter().filter(|g| g.strong && !g.found && g.strength() > strength) {
        // What belongs behind a wall says nothing about this person.
        if new.is_none() && !walls.keep_out(tx, found.root, g.kind)? {
            new = Some(g);
        }
    }
    let Some(new) = new else { return Ok(None) };
    let clash = super::clashes(tx, found.root, new)?;
    if !clash && !is_inert(tx, brand, lead)? && !speaks(tx, found.root, strength)? {
        return Ok(None);
    }
    let at = super::fresh(tx, brand, true, source)?;
    let (by, shown) = (By::new(new.kind, &new.value), given.iter().find(|g| g.value == lead.value).map(Given::shown).unwrap_or_default());
    let met = Met { brand, leader: at, lead: &by, found, by: lead, single: kinds::is_single(&lead.kind), shown: &shown, source };
    if clash {
        contest(tx, &met, &Refused::Clash(new.kind.to_string()))?;
        return Ok(Some(at));
    }
    let root = meet(tx, &met)?;
    Ok(Some(Holder { subject: at.subject, root }))
}

/// Does somebody have an identity that says more than this?
pub(super) fn speaks(tx: &mut Tx, root: PersonId, strength: i64) -> Result<bool> {
    let kinds: Vec<String> = tx.all(
        "select distinct i.kind from identity i join person p on p.id = i.person_id where p.root_id = $1 and i.strong = 1",
        params![root],
    )?;
    Ok(kinds.iter().any(|k| kinds::get(k).is_ok_and(|k| k.strength > strength)))
}

/// A person's own subject stays its own when nothing joins it any more.
pub(super) fn release(tx: &mut Tx, subject: PersonId, kind: &str) -> Result<()> {
    own::edit(tx, subject, |tx| match kind {
        "phone" => tx.exec("update person set phone = null, phone_index = null, phone_tail = null where id = $1", params![subject]),
        "email" => tx.exec("update person set email = null, email_index = null where id = $1", params![subject]),
        _ => Ok(0),
    })?;
    Ok(())
}
