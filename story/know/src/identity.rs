//! Identities (身份标识): accounts by which a person is known, and how they lead to one person.
//!
//! Strong kinds belong to one human and may join persons; weak kinds (a browser, a device) never
//! do, but the anonymous person behind a weak identity is joined to the known one that signs in
//! with it (K1, K4). Two different values of a one-per-person kind never share a person (K6).
use crate::events;
use crate::person;
use serde::Serialize;
use utoipa::ToSchema;
use weir_ground::base::{Ms, Problem, Result};
use weir_ground::event::{BrandId, PersonId};
use weir_ground::{Fact, Tx, from_row, params};

/// `(kind, strong, one value per person)`
pub const KINDS: &[(&str, bool, bool)] = &[
    ("external_id", true, true),
    ("user_id", true, true),
    ("phone", true, true),
    ("unionid", true, true),
    ("openid", true, false),
    ("external_userid", true, false),
    ("email", true, false),
    ("visitor", false, false),
    ("anonymous_id", false, false),
    ("device", false, false),
];

fn kind(code: &str) -> Result<(bool, bool)> {
    let found = KINDS.iter().find(|k| k.0 == code);
    found.map(|k| (k.1, k.2)).ok_or_else(|| Problem::field("identity", format!("{code} is not a kind of identity")))
}

/// The one form in which a value is kept: trimmed, e-mail in lower case, phone as digits with a
/// leading `+` for other countries. `None` for values that stand for nobody.
pub fn normal(kind: &str, value: &str) -> Option<String> {
    let v = value.trim();
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

/// One identity of a person, as shown.
#[derive(Debug, Serialize, ToSchema)]
pub struct Identity {
    pub kind: String,
    pub value: String,
    pub strong: bool,
    pub created_at: Ms,
}
from_row!(Identity { kind, value, strong, created_at });

/// The person behind an identity, merged persons followed.
pub fn find(tx: &mut Tx, brand: BrandId, kind: &str, value: &str) -> Result<Option<PersonId>> {
    let Some(value) = normal(kind, value) else { return Ok(None) };
    tx.opt(
        "select p.root_id from identity i join person p on p.id = i.person_id where i.brand_id = $1 and i.kind = $2 and i.value = $3",
        params![brand, kind, &value],
    )
}

/// One identity as it was given, in its normal form.
struct Given<'a> {
    kind: &'a str,
    value: String,
    strong: bool,
    single: bool,
    /// Somebody has it already.
    found: bool,
}

/// The given identities without those of nobody and repeated ones, strong ones first: they decide
/// before weak ones, whatever the order they came in. Of a one-per-person kind the first counts.
fn sorted<'a>(ids: &[(&'a str, &str)]) -> Result<Vec<Given<'a>>> {
    let mut given: Vec<Given<'a>> = Vec::with_capacity(ids.len());
    for (k, v) in ids {
        let (strong, single) = kind(k)?;
        let Some(value) = normal(k, v) else { continue };
        if !given.iter().any(|g| g.kind == *k && (single || g.value == value)) {
            given.push(Given { kind: k, value, strong, single, found: false });
        }
    }
    given.sort_by_key(|g| !g.strong);
    Ok(given)
}

/// The person that these identities lead to, made when there is none. Identities that were not
/// known are bound to it; persons that turn out to be the same are merged. A value of a
/// one-per-person kind that the person has another of is left where it is, or unbound.
pub fn resolve(tx: &mut Tx, brand: BrandId, ids: &[(&str, &str)], source: &str) -> Result<PersonId> {
    let mut given = sorted(ids)?;
    if given.is_empty() {
        return Err(Problem::field("identity", "say who it is: at least one identity with a value"));
    }
    let known = given.iter().any(|g| g.strong);
    let mut chosen: Option<PersonId> = None;
    let mut proven = false;
    for g in &mut given {
        let Some(found) = find(tx, brand, g.kind, &g.value)? else { continue };
        g.found = true;
        match chosen {
            None => (chosen, proven) = (Some(found), g.strong),
            Some(c) if c == found => {}
            Some(c) => {
                if g.strong || !is_known(tx, found)? {
                    let reason = format!("{} seen together", g.kind);
                    chosen = Some(merge(tx, brand, c, found, &reason)?.unwrap_or(c));
                }
            }
        }
    }
    let person = match chosen {
        // A browser of somebody known, now used with an account that is new: another person.
        Some(p) if !proven && known && is_known(tx, p)? => person::create(tx, brand, known, source)?,
        Some(p) => p,
        None => person::create(tx, brand, known, source)?,
    };
    for g in &given {
        if !(proven && clashes(tx, person, g)?) {
            bind(tx, brand, person, g)?;
        }
    }
    Ok(person)
}

fn is_known(tx: &mut Tx, person: PersonId) -> Result<bool> {
    tx.one("select known from person where id = $1", params![person])
}

/// Does the person have another value of this one-per-person kind?
fn clashes(tx: &mut Tx, person: PersonId, g: &Given) -> Result<bool> {
    if !g.single {
        return Ok(false);
    }
    let other: Option<i64> = tx.opt(
        "select 1 from identity i join person p on p.id = i.person_id where p.root_id = $1 and i.kind = $2 and i.value <> $3 limit 1",
        params![person, g.kind, &g.value],
    )?;
    Ok(other.is_some())
}

fn bind(tx: &mut Tx, brand: BrandId, person: PersonId, g: &Given) -> Result<()> {
    let (kind, value, now) = (g.kind, &g.value, tx.now());
    let fresh = tx.guard(
        "insert into identity (brand_id, kind, value, person_id, strong, created_at) values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
        params![brand, kind, value, person, g.strong, now],
    )?;
    if !fresh.won() && !g.found {
        // A call beside this one bound it first: run again and find its person.
        return Err(Problem::again("This identity was bound at the same moment; try again."));
    }
    if fresh.won() && g.strong {
        tx.exec("update person set known = 1 where id = $1 and known = 0", params![person])?;
        match kind {
            "phone" => tx.exec("update person set phone = $1 where id = $2 and phone is null", params![value, person])?,
            "email" => tx.exec("update person set email = $1 where id = $2 and email is null", params![value, person])?,
            _ => 0,
        };
    }
    if !fresh.won() && !g.strong {
        // A weak identity points at whoever uses it now; earlier events keep their person.
        tx.exec(
            "update identity set person_id = $1 where brand_id = $2 and kind = $3 and value = $4 \
             and person_id not in (select id from person where root_id = $5)",
            params![person, brand, kind, value, person],
        )?;
    }
    Ok(())
}

/// Makes `a` and `b` one person and answers it, or refuses (`None`) when both have different
/// values of a one-per-person kind; then both stay as they were. Persons that are one already stay so.
pub fn merge(tx: &mut Tx, brand: BrandId, a: PersonId, b: PersonId, reason: &str) -> Result<Option<PersonId>> {
    let (a, b) = (person::root(tx, brand, a)?, person::root(tx, brand, b)?);
    if a == b {
        return Ok(Some(a));
    }
    let clash: Option<i64> = tx.opt(
        "select 1 from identity x join person px on px.id = x.person_id join identity y on y.kind = x.kind and y.value <> x.value \
         join person py on py.id = y.person_id where px.root_id = $1 and py.root_id = $2 \
         and x.brand_id = $3 and y.brand_id = x.brand_id and x.kind in ('external_id', 'user_id', 'phone', 'unionid') limit 1",
        params![a, b, brand],
    )?;
    if clash.is_some() {
        return Ok(None);
    }
    // The one with orders, then the known one, then the older one stays.
    let rank = |tx: &mut Tx, p: PersonId| -> Result<(i64, i64, i64)> {
        tx.one("select orders, known, -created_at from person where id = $1", params![p])
    };
    let (winner, loser) = if rank(tx, a)? >= rank(tx, b)? { (a, b) } else { (b, a) };
    let now = tx.now();
    tx.guard("update person set root_id = $1 where id = $2 and root_id = id", params![winner, loser])?
        .or(|| Problem::conflict("the person was merged at the same time"))?;
    tx.exec("update person set root_id = $1 where root_id = $2", params![winner, loser])?;
    tx.exec(
        "insert into person_merge (loser_id, brand_id, winner_id, reason, at) values ($1, $2, $3, $4, $5)",
        params![loser, brand, winner, reason, now],
    )?;
    tx.clear_timer(crate::stage::TIMER, loser.n())?;
    person::refold(tx, winner, loser)?;
    crate::stage::refresh(tx, winner, "merge", &mut crate::stage::Rules::default())?;
    let props = serde_json::json!({ "loser": loser, "reason": reason }).to_string();
    let _ = tx.record(&Fact::new(brand, events::PERSON_MERGED, now).person(winner).props(&props))?;
    Ok(Some(winner))
}

#[cfg(test)]
mod tests {
    use super::normal;

    #[test]
    fn values_have_one_form_and_nobody_is_nobody() {
        assert_eq!(normal("phone", "+86 138-0013-8000").as_deref(), Some("13800138000"));
        assert_eq!(normal("phone", "+1 (212) 555 0100").as_deref(), Some("+12125550100"));
        assert_eq!(normal("email", " A@B.cn ").as_deref(), Some("a@b.cn"));
        for v in ["", "null", "undefined", "0"] {
            assert_eq!(normal("user_id", v), None);
        }
    }
}
