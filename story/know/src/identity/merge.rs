//! Joining persons and taking them apart again (K5, K8, K9).
//!
//! A join is an edge between two subjects that were apart until then, so the edges that stand form
//! a forest: cutting one splits a person in exactly two. Nothing of a subject is changed by a join
//! but `root_id`; what the person shows is folded from its subjects ([`super::own`]). A join is
//! complete or refused, in one transaction.
use super::pool::wall::{self, Walls};
use super::{contest, own};
use crate::person::{self, http::PersonRef};
use crate::{consent, events, stage};
use std::collections::BTreeSet;
use weir_ground::base::{Id, Ms, Problem, Result, ids::MergeId};
use weir_ground::event::{BrandId, PersonId};
use weir_ground::{Fact, Tx, from_row, params};

/// An identity that speaks for a join, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct By {
    pub kind: String,
    pub value: String,
}

/// Why two persons are one, and who says so.
#[derive(Clone, Debug, Default)]
pub struct Why<'a> {
    pub reason: &'a str,
    /// The identities that were seen together, of `a` and of `b`.
    pub by: Option<(By, By)>,
    /// A member of staff; without one a rule decides, and what people kept apart stays apart.
    pub actor: Option<&'a str>,
}

/// Why a join was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Both have a value of this one-per-person kind, and not the same.
    Clash(String),
    /// People decided that they are two.
    Apart,
    /// They come from different pools, which the brand keeps apart.
    Pool,
}

impl Refused {
    pub fn problem(&self) -> Problem {
        match self {
            Refused::Clash(kind) => Problem::conflict(format!(
                "Both persons have a {kind} of their own, and a person has only one. Take one of the two off first."
            )),
            Refused::Apart => Problem::conflict("Somebody decided that these are two persons."),
            Refused::Pool => Problem::conflict("They come from different pools; people decide whether they are one."),
        }
    }
}

/// What came of it: the person that both are now.
pub type Joined = std::result::Result<PersonId, Refused>;

/// Makes `a` and `b` one person and answers it, or refuses (`None`) when both have different
/// values of a one-per-person kind, or come from pools that are kept apart (then they are listed); both
/// stay as they were. Persons that are one already stay so.
pub fn merge(tx: &mut Tx, brand: BrandId, a: PersonId, b: PersonId, reason: &str) -> Result<Option<PersonId>> {
    let joined = join(tx, brand, a, b, &Why { reason, ..Why::default() })?;
    if joined == Err(Refused::Pool) {
        contest::suggest(tx, brand, a, b, None, wall::REASON)?;
    }
    Ok(joined.ok())
}

/// Makes the persons of two subjects one, or says why not; then both stay as they were.
pub fn join(tx: &mut Tx, brand: BrandId, a: PersonId, b: PersonId, why: &Why) -> Result<Joined> {
    let (ra, rb) = (person::root(tx, brand, a)?, person::root(tx, brand, b)?);
    if ra == rb {
        return Ok(Ok(ra));
    }
    if why.actor.is_none() && Walls::of(tx, brand)?.between(tx, ra, rb)? {
        return Ok(Err(if apart(tx, ra, rb)? { Refused::Apart } else { Refused::Pool }));
    }
    if let Some(kind) = clash(tx, brand, ra, rb)? {
        return Ok(Err(Refused::Clash(kind)));
    }
    if why.actor.is_none() && apart(tx, ra, rb)? {
        return Ok(Err(Refused::Apart));
    }
    forget_apart(tx, ra, rb)?;
    // The known one stays, then the older one.
    let rank = |tx: &mut Tx, p: PersonId| -> Result<(i64, Ms, i64)> {
        tx.one("select known, -created_at, -id from person where id = $1", params![p])
    };
    let (winner, loser) = if rank(tx, ra)? >= rank(tx, rb)? { (ra, rb) } else { (rb, ra) };
    let (id, now): (MergeId, Ms) = (tx.new_id(), tx.now());
    let ((ak, av), (bk, bv)) = match &why.by {
        Some((x, y)) => ((Some(x.kind.as_str()), Some(x.value.as_str())), (Some(y.kind.as_str()), Some(y.value.as_str()))),
        None => ((None, None), (None, None)),
    };
    tx.exec(
        "insert into person_merge (id, brand_id, a_id, b_id, a_kind, a_value, b_kind, b_value, winner_id, loser_id, reason, actor, at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        params![id, brand, a, b, ak, av, bk, bv, winner, loser, why.reason, why.actor, now],
    )?;
    unite(tx, winner, loser)?;
    let props = serde_json::json!({ "winner": winner, "loser": loser, "reason": why.reason }).to_string();
    let mut fact = Fact::new(brand, events::PERSON_MERGED, now).person(winner).props(&props);
    fact.actor = why.actor;
    let _ = tx.record(&fact)?;
    Ok(Ok(winner))
}

/// The one-per-person kind of which both have a value, and not the same.
fn clash(tx: &mut Tx, brand: BrandId, a: PersonId, b: PersonId) -> Result<Option<String>> {
    let pairs: Vec<String> = tx.all(
        "select distinct x.kind from identity x join person px on px.id = x.person_id join identity y on y.kind = x.kind and y.value <> x.value \
         join person py on py.id = y.person_id where px.root_id = $1 and py.root_id = $2 \
         and x.brand_id = $3 and y.brand_id = x.brand_id and x.inert = 0 and y.inert = 0 order by x.kind",
        params![a, b, brand],
    )?;
    Ok(pairs.into_iter().find(|kind| super::is_single(kind)))
}

/// Did people keep somebody of `a` and somebody of `b` apart?
pub fn apart(tx: &mut Tx, a: PersonId, b: PersonId) -> Result<bool> {
    let found: Option<i64> = tx.opt(
        "select 1 from person x join person_apart k on k.a_id = x.id or k.b_id = x.id \
         join person y on y.id = case when k.a_id = x.id then k.b_id else k.a_id end \
         where x.root_id = $1 and y.root_id = $2 limit 1",
        params![a, b],
    )?;
    Ok(found.is_some())
}

/// Remembers that these two subjects are two humans.
pub fn keep_apart(tx: &mut Tx, brand: BrandId, a: PersonId, b: PersonId, reason: &str, actor: Option<&str>) -> Result<()> {
    let now = tx.now();
    tx.exec(
        "insert into person_apart (brand_id, a_id, b_id, reason, actor, at) values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
        params![brand, a.min(b), a.max(b), reason, actor, now],
    )?;
    Ok(())
}

fn forget_apart(tx: &mut Tx, a: PersonId, b: PersonId) -> Result<()> {
    for (x, y) in [(a, b), (b, a)] {
        tx.exec(
            "delete from person_apart where a_id in (select id from person where root_id = $1) \
             and b_id in (select id from person where root_id = $2)",
            params![x, y],
        )?;
    }
    Ok(())
}

/// Puts everybody behind `loser` behind `winner`.
fn unite(tx: &mut Tx, winner: PersonId, loser: PersonId) -> Result<()> {
    for root in [winner.min(loser), winner.max(loser)] {
        let place = own::place(tx, root)?;
        if place.root != root {
            return Err(Problem::again("The person was merged at the same time."));
        }
    }
    let sides = vec![standing(tx, winner)?, standing(tx, loser)?];
    if own::place(tx, loser)?.merged {
        own::dissolve(tx, loser)?;
    }
    if !own::place(tx, winner)?.merged {
        own::assemble(tx, winner)?;
    }
    tx.exec("update person set root_id = $1, merged = 1 where root_id = $2", params![winner, loser])?;
    own::refold(tx, winner)?;
    let before = sides[0].0.clone();
    restage(tx, winner, &before, &[&sides], "merge")?;
    consent::regroup(tx, winner, &[loser])
}

/// `(stage, since)` of a person.
type Standing = (String, Ms);

fn standing(tx: &mut Tx, root: PersonId) -> Result<Standing> {
    tx.one("select stage, stage_since from person where id = $1", params![root])
}

/// The stage of a person whose subjects changed. Since when: as long as the first of these groups
/// that has it had it, else now.
fn restage(tx: &mut Tx, root: PersonId, before: &str, groups: &[&[Standing]], cause: &str) -> Result<()> {
    let stage = stage::set(tx, root)?;
    let now = tx.now();
    let since = groups.iter().find_map(|g| g.iter().filter(|s| s.0 == stage.code()).map(|s| s.1).min()).unwrap_or(now);
    tx.exec("update person set stage = $1, stage_since = $2 where id = $3", params![stage.code(), since, root])?;
    if before != stage.code() {
        stage::tell(tx, root, before, stage, cause)?;
    }
    Ok(())
}

/// A join as the log has it.
#[derive(Clone, Debug)]
pub struct Edge {
    pub id: MergeId,
    pub a: PersonId,
    pub b: PersonId,
    pub loser: PersonId,
    pub at: Ms,
}
from_row!(Edge { id, a, b, loser, at });

/// The joins that hold a person together, oldest first.
pub fn edges(tx: &mut Tx, root: PersonId) -> Result<Vec<Edge>> {
    tx.all(
        "select m.id, m.a_id, m.b_id, m.loser_id, m.at from person_merge m join person p on p.id = m.a_id \
         where p.root_id = $1 and m.undone_at is null order by m.at, m.id",
        params![root],
    )
}

/// A person in two: who keeps the id, and who leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parted {
    pub stays: PersonId,
    pub leaves: PersonId,
    /// All subjects that leave, the new root among them.
    pub members: Vec<PersonId>,
}

/// Whom the cut of an edge would separate, without doing it.
pub fn parting(tx: &mut Tx, brand: BrandId, cut: MergeId) -> Result<Parted> {
    let found: Option<(PersonId, PersonId)> = tx.opt(
        "select p.root_id, m.loser_id from person_merge m join person p on p.id = m.a_id \
         where m.id = $1 and m.brand_id = $2 and m.undone_at is null",
        params![cut, brand],
    )?;
    let (root, loser) = found.ok_or_else(|| Problem::not_found("merge that still holds"))?;
    let members: Vec<PersonId> = tx.all("select id from person where root_id = $1 order by id", params![root])?;
    let edges = edges(tx, root)?;
    let mut stay: BTreeSet<PersonId> = [root].into();
    loop {
        let before = stay.len();
        for e in edges.iter().filter(|e| e.id != cut) {
            if stay.contains(&e.a) || stay.contains(&e.b) {
                stay.extend([e.a, e.b]);
            }
        }
        if stay.len() == before {
            break;
        }
    }
    let members: Vec<PersonId> = members.into_iter().filter(|m| !stay.contains(m)).collect();
    let leaves = match members.contains(&loser) {
        true => loser,
        false => eldest(tx, &members)?,
    };
    Ok(Parted { stays: root, leaves, members })
}

/// The known one, then the older one.
fn eldest(tx: &mut Tx, members: &[PersonId]) -> Result<PersonId> {
    let mut ranked = vec![];
    for m in members {
        let (known, created_at): (i64, Ms) = tx.one("select known, created_at from person where id = $1", params![*m])?;
        ranked.push((-known, created_at, *m));
    }
    ranked.into_iter().min().map(|r| r.2).ok_or_else(|| Problem::internal("a join that joins nobody"))
}

/// Takes back a join: both sides are as if it had never been, with what happened since on the side
/// whose identity it came with. Rules will not join the two again.
pub fn unmerge(tx: &mut Tx, brand: BrandId, cut: MergeId, reason: &str, actor: Option<&str>) -> Result<Parted> {
    let parted = separate(tx, brand, cut, reason, actor)?;
    let (a, b): (PersonId, PersonId) = tx.one("select a_id, b_id from person_merge where id = $1", params![cut])?;
    keep_apart(tx, brand, a, b, reason, actor)?;
    Ok(parted)
}

/// [`unmerge`] without remembering it: the evidence fell, not the guess.
pub fn separate(tx: &mut Tx, brand: BrandId, cut: MergeId, reason: &str, actor: Option<&str>) -> Result<Parted> {
    let found: Option<PersonId> =
        tx.opt("select p.root_id from person_merge m join person p on p.id = m.a_id where m.id = $1 and m.brand_id = $2", params![cut, brand])?;
    let root = found.ok_or_else(|| Problem::not_found("merge"))?;
    if own::place(tx, root)?.root != root {
        return Err(Problem::again("The person was merged at the same time."));
    }
    let parted = parting(tx, brand, cut)?;
    let now = tx.now();
    tx.guard(
        "update person_merge set undone_at = $1, undone_by = $2, undone_reason = $3 where id = $4 and undone_at is null",
        params![now, actor, reason, cut],
    )?
    .or(|| Problem::conflict("This merge was taken back already."))?;
    let was = standing(tx, parted.stays)?;
    own::dissolve(tx, parted.stays)?;
    for m in &parted.members {
        tx.exec("update person set root_id = $1 where id = $2", params![parted.leaves, *m])?;
    }
    for root in [parted.stays, parted.leaves] {
        regather(tx, root, (root == parted.stays).then_some(&was))?;
    }
    consent::regroup(tx, parted.stays, &[])?;
    consent::regroup(tx, parted.leaves, &[])?;
    let props = serde_json::json!({ "winner": parted.stays, "loser": parted.leaves, "reason": reason, "members": parted.members }).to_string();
    let mut fact = Fact::new(brand, events::PERSON_UNMERGED, now).person(parted.stays).props(&props);
    fact.actor = actor;
    let _ = tx.record(&fact)?;
    Ok(parted)
}

/// Makes the person whose subjects all point at `root` already. `was`: what the log says of its stage.
fn regather(tx: &mut Tx, root: PersonId, was: Option<&Standing>) -> Result<()> {
    let others: i64 = tx.one("select count(*) from person where root_id = $1 and id <> $1", params![root])?;
    if others == 0 {
        tx.exec("update person set merged = 0 where id = $1", params![root])?;
        let (stage, _) = standing(tx, root)?;
        return match was {
            Some((before, _)) if *before != stage => stage::tell(tx, root, before, stage::Stage::parse(&stage)?, "unmerge"),
            _ => Ok(()),
        };
    }
    own::assemble(tx, root)?;
    own::refold(tx, root)?;
    let (own_stage, _) = standing(tx, root)?;
    let before: Vec<Standing> = was.cloned().into_iter().collect();
    let own: Vec<Standing> = tx.all("select stage, stage_since from person where root_id = $1", params![root])?;
    restage(tx, root, was.map_or(&own_stage, |w| &w.0), &[&before, &own], "unmerge")
}

/// One join in the list of a person.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct MergeView {
    pub id: weir_ground::base::ids::MergeId,
    pub winner: PersonRef,
    pub loser: PersonRef,
    pub reason: String,
    /// Staff or key; nothing when a rule did it.
    pub actor: Option<String>,
    pub at: Ms,
    pub undone_at: Option<Ms>,
    pub undone_by: Option<String>,
    pub undone_reason: Option<String>,
}

impl weir_ground::db::row::FromRow for MergeView {
    fn from_row(r: &weir_ground::Row<'_>) -> Result<MergeView> {
        Ok(MergeView {
            id: Id::new(r.get(0)?),
            winner: PersonRef { id: r.get(1)?, name: r.get(2)? },
            loser: PersonRef { id: r.get(3)?, name: r.get(4)? },
            reason: r.get(5)?,
            actor: r.get(6)?,
            at: r.get(7)?,
            undone_at: r.get(8)?,
            undone_by: r.get(9)?,
            undone_reason: r.get(10)?,
        })
    }
}

/// Every join that ever concerned a subject of this person, newest first.
pub fn log(tx: &mut Tx, root: PersonId) -> Result<Vec<MergeView>> {
    tx.all(
        "select m.id, m.winner_id, w.name, m.loser_id, l.name, m.reason, m.actor, m.at, m.undone_at, m.undone_by, m.undone_reason \
         from person_merge m join person w on w.id = m.winner_id join person l on l.id = m.loser_id \
         where m.a_id in (select id from person where root_id = $1) or m.b_id in (select id from person where root_id = $1) \
         order by m.at desc, m.id desc limit 200",
        params![root],
    )
}
