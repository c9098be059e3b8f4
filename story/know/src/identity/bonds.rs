//! Binding and unbinding by hand, and the log of both (K3, K4).
use super::merge::{By, MergeView};
use super::{Holder, contest, kinds, merge, own};
use crate::events;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_ground::base::{Id, Ms, Problem, Result, ids};
use weir_ground::event::{BrandId, PersonId};
use weir_ground::{Fact, Tx, from_row, params, seal, secret};

/// Writes a line of the log of identities.
pub(super) fn note(tx: &mut Tx, brand: BrandId, by: &By, verb: &str, evidence: &str, actor: Option<&str>) -> Result<()> {
    let (id, now): (Id<()>, Ms) = (tx.new_id(), tx.now());
    let Some(plain) = plain(tx, brand, by)? else { return Ok(()) };
    let shown = kinds::shown(&by.kind, &plain, plain != by.value);
    tx.exec(
        "insert into identity_log (id, brand_id, kind, value, shown, person_id, verb, evidence, actor, at) \
         select $1, i.brand_id, i.kind, i.value, $2, i.person_id, $3, $4, $5, $6 from identity i \
         where i.brand_id = $7 and i.kind = $8 and i.value = $9",
        params![id, &shown, verb, evidence, actor, now, brand, &by.kind, &by.value],
    )?;
    Ok(())
}

/// A bound value, readable.
fn plain(tx: &mut Tx, brand: BrandId, by: &By) -> Result<Option<String>> {
    let kept: Option<String> = tx.opt(
        "select coalesce(sealed, value) from identity where brand_id = $1 and kind = $2 and value = $3",
        params![brand, &by.kind, &by.value],
    )?;
    kept.map(|k| open(tx, brand, &k)).transpose()
}

fn open(tx: &Tx, brand: BrandId, kept: &str) -> Result<String> {
    if kept.starts_with(seal::MARK) { tx.keys(brand).open(kept) } else { Ok(kept.to_string()) }
}

/// [`move_to`] as of an instant: whose a weak value is, is a matter of when (K4). Never before the
/// last move, so that the log stays in order.
pub(super) fn move_from(tx: &mut Tx, brand: BrandId, by: &By, to: PersonId, evidence: &str, at: Ms) -> Result<()> {
    let since: Option<Ms> = tx.one(
        "select bound_at from identity where brand_id = $1 and kind = $2 and value = $3",
        params![brand, &by.kind, &by.value],
    )?;
    let now = tx.now();
    tx.as_of(since.map_or(at, |since| at.max(since + 1)).min(now));
    let moved = move_to(tx, brand, by, to, evidence, None);
    tx.as_of(now);
    moved
}

/// Points a value at another subject; who had it before stays in the log.
pub(super) fn move_to(tx: &mut Tx, brand: BrandId, by: &By, to: PersonId, evidence: &str, actor: Option<&str>) -> Result<()> {
    let held: Option<(PersonId, String, Option<Ms>)> = tx.opt(
        "select person_id, evidence, bound_at from identity where brand_id = $1 and kind = $2 and value = $3",
        params![brand, &by.kind, &by.value],
    )?;
    let (from, was, since) = held.ok_or_else(|| Problem::not_found("identity"))?;
    let logged: Option<i64> = tx.opt(
        "select 1 from identity_log where brand_id = $1 and kind = $2 and value = $3 limit 1",
        params![brand, &by.kind, &by.value],
    )?;
    let now = tx.now();
    if logged.is_none() {
        // The first holder was not worth a line until there was a second.
        tx.as_of(since.unwrap_or(now));
        note(tx, brand, by, "bound", &was, None)?;
        tx.as_of(now);
    }
    tx.exec(
        "update identity set person_id = $1, evidence = $2, bound_at = $3 where brand_id = $4 and kind = $5 and value = $6",
        params![to, evidence, now, brand, &by.kind, &by.value],
    )?;
    note(tx, brand, by, "moved", evidence, actor)?;
    if kinds::get(&by.kind)?.strong {
        contest::release(tx, from, &by.kind)?;
        let plain = plain(tx, brand, by)?.unwrap_or_default();
        own::edit(tx, to, |tx| super::reflect(tx, brand, to, &by.kind, &plain))?;
        tell(tx, brand, from, events::IDENTITY_UNBOUND, &by.kind, actor)?;
        tell(tx, brand, to, events::IDENTITY_BOUND, &by.kind, actor)?;
    }
    Ok(())
}

/// Whose a value was at a time, as the log has it: the subject.
pub fn holder_at(tx: &mut Tx, brand: BrandId, by: &By, at: Ms) -> Result<Option<PersonId>> {
    let logged: Option<(PersonId, String)> = tx.opt(
        "select person_id, verb from identity_log where brand_id = $1 and kind = $2 and value = $3 and verb in ('bound', 'moved', 'unbound') \
         and at <= $4 order by id desc limit 1",
        params![brand, &by.kind, &by.value, at],
    )?;
    match logged {
        Some((_, verb)) if verb == "unbound" => Ok(None),
        Some((person, _)) => Ok(Some(person)),
        None => tx.opt(
            "select person_id from identity where brand_id = $1 and kind = $2 and value = $3 and created_at <= $4 and bound_at <= $4",
            params![brand, &by.kind, &by.value, at],
        ),
    }
}

/// Whose a value was first: what happened before it was anybody's is theirs, too.
pub fn first_holder(tx: &mut Tx, brand: BrandId, by: &By) -> Result<Option<PersonId>> {
    tx.opt(
        "select person_id from identity_log where brand_id = $1 and kind = $2 and value = $3 and verb = 'bound' order by id limit 1",
        params![brand, &by.kind, &by.value],
    )
}

/// Binds a value to a person by hand. A value of somebody else is not taken: the two are listed.
pub fn add(tx: &mut Tx, brand: BrandId, person: PersonId, kind: &str, value: &str, actor: &str) -> Result<()> {
    let k = kinds::get(kind)?;
    let given = super::sorted(tx, brand, &[(kind, value)])?.pop();
    let given = given.ok_or_else(|| Problem::field("value", format!("this is not a usable {kind}")))?;
    if kinds::Own::of(tx, brand)?.blocked(kind, &given.plain) {
        return Err(Problem::field("value", "this value is blocked in the settings: it stands for nobody"));
    }
    crate::person::erase::suppress::check(tx, brand, [(kind, given.plain.as_str())], "console")?;
    let to = Holder { subject: person, root: own::place(tx, person)?.root };
    if let Some(held) = super::holder(tx, brand, kind, &given.value)? {
        if held.root == to.root {
            return Ok(());
        }
        return Err(Problem::conflict(format!(
            "{} belongs to {}. Merge the two persons, or take it off there first.",
            given.shown(),
            held.root
        )));
    }
    if k.single && super::clashes(tx, to.root, &given)? {
        return Err(Problem::conflict(format!("This person has another {kind} already. Take that one off first.")));
    }
    super::bind(tx, brand, to, &given, "staff")?;
    tell(tx, brand, person, events::IDENTITY_BOUND, kind, Some(actor))
}

/// Puts into the log that somebody has an identity of this kind from now on, or no longer.
pub(super) fn tell(tx: &mut Tx, brand: BrandId, person: PersonId, name: &str, kind: &str, actor: Option<&str>) -> Result<()> {
    let (props, now) = (serde_json::json!({ "kind": kind }).to_string(), tx.now());
    let mut fact = Fact::new(brand, name, now).person(person).props(&props);
    fact.actor = actor;
    let _ = tx.record(&fact)?;
    Ok(())
}

/// Takes a value off a person; joins that it made are taken back. Tells how many.
pub fn remove(tx: &mut Tx, brand: BrandId, root: PersonId, key: &str, actor: &str) -> Result<usize> {
    let held = rows(tx, root)?;
    let found = held.into_iter().find(|r| key_of(&r.kind, &r.value) == key).ok_or_else(|| Problem::not_found("identity of this person"))?;
    let by = By::new(&found.kind, &found.value);
    note(tx, brand, &by, "unbound", "staff", Some(actor))?;
    let parted = contest::cut(tx, brand, &by, "unbound")?;
    tx.exec("delete from identity where brand_id = $1 and kind = $2 and value = $3", params![brand, &by.kind, &by.value])?;
    contest::release(tx, found.subject, &by.kind)?;
    tell(tx, brand, found.subject, events::IDENTITY_UNBOUND, &by.kind, Some(actor))?;
    Ok(parted)
}

/// Names a value in an address without saying it.
fn key_of(kind: &str, value: &str) -> String {
    secret::digest(&format!("{kind}:{value}"))[..24].to_string()
}

struct Bound {
    kind: String,
    value: String,
    kept: String,
    subject: PersonId,
    strong: bool,
    inert: bool,
    evidence: String,
    created_at: Ms,
    bound_at: Option<Ms>,
}
from_row!(Bound { kind, value, kept, subject, strong, inert, evidence, created_at, bound_at });

fn rows(tx: &mut Tx, root: PersonId) -> Result<Vec<Bound>> {
    tx.all(
        "select i.kind, i.value, coalesce(i.sealed, i.value), i.person_id, i.strong, i.inert, i.evidence, i.created_at, i.bound_at from identity i \
         join person p on p.id = i.person_id where p.root_id = $1 order by i.strong desc, i.created_at, i.kind",
        params![root],
    )
}

/// An identity with what speaks for it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Bond {
    /// Names it in addresses.
    pub key: String,
    pub kind: String,
    /// Phone and e-mail shortened.
    pub value: String,
    pub strong: bool,
    /// Too many persons came with it: it joins nobody.
    pub inert: bool,
    /// Who said so: `mall`, `import`, `staff`, …
    pub evidence: String,
    pub created_at: Ms,
    pub bound_at: Ms,
    /// The subject it belongs to, which leaves with it when persons are taken apart.
    pub subject_id: ids::PersonId,
}

/// A line of the log of identities.
#[derive(Debug, Serialize, ToSchema)]
pub struct BondNote {
    pub kind: String,
    pub value: String,
    /// `bound`, `moved`, `unbound`, `inert` or `active`
    pub verb: String,
    pub evidence: String,
    pub actor: Option<String>,
    pub at: Ms,
}
from_row!(BondNote { kind, value, verb, evidence, actor, at });

/// Everything about how a person came to be one.
#[derive(Debug, Serialize, ToSchema)]
pub struct Bonds {
    pub identities: Vec<Bond>,
    /// Newest first.
    pub merges: Vec<MergeView>,
    pub log: Vec<BondNote>,
}

/// Identities, merges and their log of one person.
pub fn of(tx: &mut Tx, brand: BrandId, root: PersonId) -> Result<Bonds> {
    let mut identities = vec![];
    for r in rows(tx, root)? {
        let plain = open(tx, brand, &r.kept)?;
        identities.push(Bond {
            key: key_of(&r.kind, &r.value),
            value: kinds::shown(&r.kind, &plain, plain != r.value),
            kind: r.kind,
            strong: r.strong,
            inert: r.inert,
            evidence: r.evidence,
            created_at: r.created_at,
            bound_at: r.bound_at.unwrap_or(r.created_at),
            subject_id: r.subject,
        });
    }
    let log = tx.all(
        "select l.kind, l.shown, l.verb, l.evidence, l.actor, l.at from identity_log l join person p on p.id = l.person_id \
         where p.root_id = $1 order by l.id desc limit 100",
        params![root],
    )?;
    Ok(Bonds { identities, merges: merge::log(tx, root)?, log })
}

/// What a person asks to bind.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddIdentity {
    pub kind: String,
    pub value: String,
}
