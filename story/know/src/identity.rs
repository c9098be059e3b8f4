//! Identities (身份标识): accounts by which a person is known, and how they lead to one person.
//!
//! Strong kinds belong to one human and may join persons; weak kinds (a browser, a device) never
//! do, but the anonymous person behind a weak identity is joined to the known one that signs in
//! with it (K1, K4). Two different values of a one-per-person kind never share a person (K6).
pub mod bonds;
pub mod contest;
pub mod http;
pub mod kinds;
pub mod merge;
pub mod own;
pub mod pool;

pub use kinds::is_single;
pub use merge::{Joined, Why, join, merge, unmerge};

use crate::person;
use serde::Serialize;
use utoipa::ToSchema;
use weir_ground::base::{Ms, Problem, Result};
use weir_ground::event::{BrandId, PersonId, TouchpointId};
use weir_ground::{Tx, from_row, params, seal};

/// The one form in which a value is kept: trimmed, e-mail in lower case, phone as digits with a
/// leading `+` for other countries. `None` for values that stand for nobody.
pub fn normal(kind: &str, value: &str) -> Option<String> {
    let v = value.trim();
    // A mask that came back, from a list that was downloaded, is nobody's number.
    if matches!(kind, "phone" | "email") && v.contains('*') {
        return None;
    }
    let v = match kind {
        "email" => Some(v.to_lowercase()).filter(|v| v.contains('@')),
        "phone" => {
            let digits: String = v.chars().filter(char::is_ascii_digit).collect();
            let digits = digits.strip_prefix("86").filter(|d| d.len() == 11).unwrap_or(&digits).to_string();
            let foreign = v.starts_with('+') && !v.starts_with("+86");
            Some(if foreign { format!("+{digits}") } else { digits }).filter(|d| (6..=16).contains(&d.len()))
        }
        _ => Some(v.to_string()),
    }?;
    let nobody = matches!(v.as_str(), "" | "null" | "undefined" | "0" | "anonymous" | "unknown");
    (!nobody && v.len() <= 255 && !v.contains('\0')).then_some(v)
}

/// One identity of a person, as shown: what tells a person apart is masked.
#[derive(Debug, Serialize, ToSchema)]
pub struct Identity {
    pub kind: String,
    pub value: String,
    pub strong: bool,
    pub created_at: Ms,
}
from_row!(Identity { kind, value, strong, created_at });

/// The identities of a person and of those merged into it, masked.
pub fn of(tx: &mut Tx, brand: BrandId, root: PersonId) -> Result<Vec<Identity>> {
    shown(tx, brand, root, |kind, plain| match kind {
        "phone" | "email" => seal::mask(kind, &plain),
        _ => seal::mask_any(&plain),
    })
}

/// The same with nothing masked: for those who may, and on record.
pub fn whole(tx: &mut Tx, brand: BrandId, root: PersonId) -> Result<Vec<Identity>> {
    shown(tx, brand, root, |_, plain| plain)
}

fn shown(tx: &mut Tx, brand: BrandId, root: PersonId, show: impl Fn(&str, String) -> String) -> Result<Vec<Identity>> {
    let mut all: Vec<Identity> = tx.all(
        "select i.kind, coalesce(i.sealed, i.value), i.strong, i.created_at from identity i join person p on p.id = i.person_id \
         where p.root_id = $1 order by i.strong desc, i.created_at, i.kind",
        params![root],
    )?;
    let keys = tx.keys(brand);
    for i in all.iter_mut().filter(|i| i.value.starts_with(seal::MARK)) {
        i.value = show(&i.kind, keys.open(&i.value)?);
    }
    Ok(all)
}

/// The person behind an identity, merged persons followed.
pub fn find(tx: &mut Tx, brand: BrandId, kind: &str, value: &str) -> Result<Option<PersonId>> {
    let Some(value) = normal(kind, value) else { return Ok(None) };
    let key = tx.keys(brand).key_of(kind, &value).into_owned();
    Ok(holder(tx, brand, kind, &key)?.map(|h| h.root))
}

/// The subject that an identity belongs to, and its person.
#[derive(Clone, Copy, Debug)]
struct Holder {
    subject: PersonId,
    root: PersonId,
}
from_row!(Holder { subject, root });

/// `key`: the value as it is kept, see [`Given::value`].
fn holder(tx: &mut Tx, brand: BrandId, kind: &str, key: &str) -> Result<Option<Holder>> {
    tx.opt(
        "select p.id, p.root_id from identity i join person p on p.id = i.person_id where i.brand_id = $1 and i.kind = $2 and i.value = $3",
        params![brand, kind, key],
    )
}

/// One identity as it was given, in its normal form.
struct Given<'a> {
    kind: &'a str,
    /// What is kept in `identity.value`: the value, or the blind index of one that must not be read.
    value: String,
    plain: String,
    strong: bool,
    single: bool,
    /// Somebody has it already.
    found: bool,
    /// When it was seen with the others; a weak one that moves is the new person's from then on.
    seen: Ms,
}

impl Given<'_> {
    fn strength(&self) -> i64 {
        kinds::get(self.kind).map_or(0, |k| k.strength)
    }
    /// As people may see it who have no business with it.
    fn shown(&self) -> String {
        kinds::shown(self.kind, &self.plain, self.value != self.plain)
    }
}

/// The given identities without those of nobody and repeated ones, the strongest first: it decides,
/// whatever the order they came in. Of a one-per-person kind the first counts.
fn sorted<'a>(tx: &Tx, brand: BrandId, ids: &[(&'a str, &str)]) -> Result<Vec<Given<'a>>> {
    let keys = tx.keys(brand);
    let mut given: Vec<Given<'a>> = Vec::with_capacity(ids.len());
    for (k, v) in ids {
        let (strong, single) = kinds::get(k).map(|k| (k.strong, k.single))?;
        let Some(plain) = normal(k, v) else { continue };
        if !given.iter().any(|g| g.kind == *k && (single || g.plain == plain)) {
            let value = keys.key_of(k, &plain).into_owned();
            given.push(Given { kind: k, value, plain, strong, single, found: false, seen: tx.now() });
        }
    }
    given.sort_by_key(|g| -g.strength());
    Ok(given)
}

/// The subject that these identities lead to, made when there is none: the one of the first strong
/// identity that is known. What the caller writes goes to it, so that it follows the identity it came
/// with; [`person::of`] answers its person. Identities that were not known are bound to it; persons
/// that turn out to be the same are merged. A value of a one-per-person kind that the person has
/// another of is left where it is, or unbound.
pub fn resolve(tx: &mut Tx, brand: BrandId, ids: &[(&str, &str)], source: &str) -> Result<PersonId> {
    let now = tx.now();
    resolve_at(tx, brand, ids, source, now)
}

/// [`resolve`] for identities that were seen together at `seen`, which may be a while ago.
pub fn resolve_at(tx: &mut Tx, brand: BrandId, ids: &[(&str, &str)], source: &str, seen: Ms) -> Result<PersonId> {
    let mut given = sorted(tx, brand, ids)?;
    let seen = seen.min(tx.now());
    given.iter_mut().for_each(|g| g.seen = seen);
    if given.is_empty() {
        return Err(Problem::field("identity", "say who it is: at least one identity with a value"));
    }
    forget_blocked(tx, brand, &mut given)?;
    person::erase::suppress::check(tx, brand, given.iter().map(|g| (g.kind, g.plain.as_str())), source)?;
    let known = given.iter().any(|g| g.strong);
    let walls = pool::wall::Walls::of(tx, brand)?;
    let mut beside: Vec<Holder> = vec![];
    let mut chosen: Option<(Holder, merge::By)> = None;
    let mut proven = false;
    for i in 0..given.len() {
        let Some(found) = holder(tx, brand, given[i].kind, &given[i].value)? else { continue };
        given[i].found = true;
        let (g, by) = (&given[i], merge::By::new(given[i].kind, &given[i].value));
        match &mut chosen {
            None => (chosen, proven) = (Some((found, by)), g.strong),
            Some((c, _)) if c.root == found.root => {}
            Some((c, lead)) => {
                if g.strong || !is_known(tx, found.root)? {
                    let shown = g.shown();
                    let met = contest::Met { brand, leader: *c, lead, found, by: &by, single: g.single, shown: &shown, source };
                    c.root = contest::meet(tx, &met)?;
                    beside.push(found);
                }
            }
        }
    }
    let newcomer = match &chosen {
        // A browser of somebody known, now used with an account that is new: another person.
        Some((h, _)) if !proven && known && is_known(tx, h.root)? => Some(fresh(tx, brand, known, source)?),
        Some((h, lead)) if proven => contest::newcomer(tx, brand, *h, lead, &given, (&walls, source))?,
        Some(_) => None,
        None => Some(fresh(tx, brand, known, source)?),
    };
    let held = chosen.map(|(h, _)| h);
    let at = newcomer.or(held).ok_or_else(|| Problem::internal("identities that lead to nobody"))?;
    for g in &given {
        if g.strong && !g.found && walls.keep_out(tx, at.root, g.kind)? {
            walls.settle(tx, brand, at, g, &mut beside, source)?;
        } else if !(proven && clashes(tx, at.root, g)?) {
            if newcomer.is_some() { bind(tx, brand, at, g, source)? } else { attach(tx, brand, at, g, source)? }
        }
    }
    Ok(at.subject)
}

/// Leaves out what the brand blocked; asked only where something strong is new.
fn forget_blocked(tx: &mut Tx, brand: BrandId, given: &mut Vec<Given>) -> Result<()> {
    if given.iter().any(|g| g.strong) {
        let own = kinds::Own::of(tx, brand)?;
        given.retain(|g| !own.blocked(g.kind, &g.plain));
        if given.is_empty() {
            return Err(Problem::field("identity", "this value is blocked in the settings: it stands for nobody"));
        }
    }
    Ok(())
}

fn fresh(tx: &mut Tx, brand: BrandId, known: bool, source: &str) -> Result<Holder> {
    let id = person::create(tx, brand, known, source, None)?;
    Ok(Holder { subject: id, root: id })
}

/// Somebody whom nobody can have met: `value` was made up just now, for a first visit. Where
/// [`resolve`] would ask whether it is known, this does not.
pub fn newcomer(tx: &mut Tx, brand: BrandId, (kind, value): (&str, &str), source: &str, touchpoint: TouchpointId) -> Result<PersonId> {
    let id = person::create(tx, brand, false, source, Some(touchpoint))?;
    let mut given = sorted(tx, brand, &[(kind, value)])?;
    let g = given.pop().ok_or_else(|| Problem::internal("a visitor without a value"))?;
    bind(tx, brand, Holder { subject: id, root: id }, &g, source)?;
    Ok(id)
}

fn is_known(tx: &mut Tx, root: PersonId) -> Result<bool> {
    tx.one("select known from person where id = $1", params![root])
}

/// Does the person have another value of this one-per-person kind?
fn clashes(tx: &mut Tx, root: PersonId, g: &Given) -> Result<bool> {
    if !g.single {
        return Ok(false);
    }
    let other: Option<i64> = tx.opt(
        "select 1 from identity i join person p on p.id = i.person_id where p.root_id = $1 and i.kind = $2 and i.value <> $3 limit 1",
        params![root, g.kind, &g.value],
    )?;
    Ok(other.is_some())
}

/// [`bind`] to somebody who was there before: the log says so, because whoever follows it would not
/// look at this person otherwise.
fn attach(tx: &mut Tx, brand: BrandId, to: Holder, g: &Given, evidence: &str) -> Result<()> {
    bind(tx, brand, to, g, evidence)?;
    if g.strong && !g.found {
        bonds::tell(tx, brand, to.subject, crate::events::IDENTITY_BOUND, g.kind, None)?;
    }
    Ok(())
}

fn bind(tx: &mut Tx, brand: BrandId, to: Holder, g: &Given, evidence: &str) -> Result<()> {
    let (kind, value, now) = (g.kind, &g.value, tx.now());
    // What is looked for by its index is kept sealed beside it.
    let sealed = (*value != g.plain && !g.found).then(|| tx.keys(brand).seal(&g.plain));
    let fresh = tx.guard(
        "insert into identity (brand_id, kind, value, person_id, strong, created_at, bound_at, sealed, evidence) \
         values ($1, $2, $3, $4, $5, $6, $6, $7, $8) on conflict do nothing",
        params![brand, kind, value, to.subject, g.strong, now, &sealed, evidence],
    )?;
    if !fresh.won() && !g.found {
        // A call beside this one bound it first: run again and find its person.
        return Err(Problem::again("This identity was bound at the same moment; try again."));
    }
    if fresh.won() && g.strong {
        own::edit(tx, to.subject, |tx| reflect(tx, brand, to.subject, kind, &g.plain))?;
    }
    if !fresh.won() && !g.strong {
        // A weak identity points at whoever uses it now; earlier events keep their person.
        let users: Vec<PersonId> = tx.all(
            "select p.root_id from identity i join person p on p.id = i.person_id where i.brand_id = $1 and i.kind = $2 and i.value = $3",
            params![brand, kind, value],
        )?;
        if users.iter().any(|root| *root != to.root) {
            bonds::move_from(tx, brand, &merge::By::new(kind, value), to.subject, evidence, g.seen)?;
        }
    }
    Ok(())
}

/// A strong identity makes its subject known, and a phone or e-mail can be used at once.
fn reflect(tx: &mut Tx, brand: BrandId, subject: PersonId, kind: &str, plain: &str) -> Result<()> {
    tx.exec("update person set known = 1 where id = $1 and known = 0", params![subject])?;
    person::first_contact(tx, brand, subject, kind, plain)
}

#[cfg(test)]
mod tests {
    use super::normal;

    #[test]
    fn values_have_one_form_and_nobody_is_nobody() {
        assert_eq!(normal("phone", "+86 138-0013-8000").as_deref(), Some("13800138000"));
        assert_eq!(normal("phone", "+1 (212) 555 0100").as_deref(), Some("+12125550100"));
        assert_eq!(normal("email", " A@B.cn ").as_deref(), Some("a@b.cn"));
        assert_eq!((normal("phone", "138****8000"), normal("email", "z***@b.cn")), (None, None));
        for v in ["", "null", "undefined", "0"] {
            assert_eq!(normal("user_id", v), None);
        }
    }
}
