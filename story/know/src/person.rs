//! A person (客户): one human in the pool, known or anonymous.
pub mod erase;
pub mod guide;
pub mod http;

use crate::attribute::{self, Source};
use crate::events;
use crate::identity::own;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use weir_ground::base::{Ms, Problem, Result};
use weir_ground::event::{BrandId, PersonId, StoreId, TouchpointId};
use weir_ground::{Fact, Tx, params};

/// Attributes of the built-in portrait. Values are texts; bands stay as they were given.
pub const PORTRAIT: &[&str] = &[
    "gender", "birthday", "age_band", "income_band", "region", "education", "household_size", "household_comp",
    "home_ownership", "marital_status", "kids_count", "occupation",
];

pub type Portrait = BTreeMap<String, Option<String>>;

/// Makes a person, anonymous until a strong identity is bound.
pub fn create(tx: &mut Tx, brand: BrandId, known: bool, source: &str, touchpoint: Option<TouchpointId>) -> Result<PersonId> {
    let (id, now): (PersonId, Ms) = (tx.new_id(), tx.now());
    // A row that somebody wrote about a person is no sign of life of that person.
    let seen = (!matches!(source, "import" | "console")).then_some(now);
    tx.exec(
        "insert into person (id, brand_id, root_id, stage_since, known, last_seen_at, created_at, touchpoint_id) \
         values ($1, $2, $1, $3, $4, $5, $3, $6)",
        params![id, brand, now, known, seen, touchpoint],
    )?;
    let _ = tx.record(&Fact::new(brand, events::PERSON_CREATED, now).person(id).source(source))?;
    Ok(id)
}

/// The person that this one is now, merges followed; one that was erased is gone.
pub fn root(tx: &mut Tx, brand: BrandId, id: PersonId) -> Result<PersonId> {
    let found: Option<(PersonId, Option<Ms>)> =
        tx.opt("select root_id, erased_at from person where id = $1 and brand_id = $2", params![id, brand])?;
    let (root, erased_at) = found.ok_or_else(|| Problem::not_found("person"))?;
    erase::refuse_gone(erased_at)?;
    Ok(root)
}

/// The person that a subject belongs to now.
pub fn of(tx: &mut Tx, subject: PersonId) -> Result<PersonId> {
    tx.one("select root_id from person where id = $1", params![subject])
}

/// Notes that the person was active, and by which touchpoint first.
pub fn seen(tx: &mut Tx, person: PersonId, at: Ms, touchpoint: Option<TouchpointId>) -> Result<()> {
    own::edit(tx, person, |tx| {
        tx.exec(
            "update person set last_seen_at = case when last_seen_at is null or last_seen_at < $1 then $1 else last_seen_at end, \
             touchpoint_id = coalesce(touchpoint_id, $2) where id = $3",
            params![at, touchpoint, person],
        )
    })?;
    Ok(())
}

/// The person became reachable: from prospect to new, once.
pub fn joined(tx: &mut Tx, brand: BrandId, person: PersonId, at: Ms) -> Result<()> {
    let place = own::place(tx, person)?;
    let before: Option<Ms> = tx.one("select joined_at from person where id = $1", params![place.root])?;
    let first = own::edit_at(tx, person, place, |tx| {
        tx.guard("update person set joined_at = $1 where id = $2 and joined_at is null", params![at, person])
    })?;
    if !first.won() {
        return Ok(());
    }
    if before.is_none() {
        let touchpoint = tx.one("select touchpoint_id from person where id = $1", params![place.root])?;
        let fact = Fact::new(brand, events::PERSON_JOINED, at).person(person).touchpoint(touchpoint);
        let _ = tx.record(&fact)?;
    }
    crate::stage::refresh(tx, place.root, "event", &mut crate::stage::Rules::default())
}

/// What may be set on a person by hand, by import or by an identify call.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Traits {
    pub name: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    /// Attributes by key, built-in and of the brand's own.
    #[serde(default)]
    pub portrait: Portrait,
    /// Whose word the attributes are; when absent the operator's if somebody of the staff writes
    /// them, else the customer's own. Values from a source that the attribute does not take are passed over.
    pub source: Option<Source>,
}

/// Writes what is given and leaves the rest. Unknown attributes and values that do not fit are
/// refused; what a stronger source said before stays (K11).
pub fn describe(tx: &mut Tx, brand: BrandId, person: PersonId, traits: &Traits, actor: Option<&str>) -> Result<()> {
    let place = own::place(tx, person)?;
    own::edit_at(tx, person, place, |tx| describe_own(tx, brand, person, traits, actor, place.merged))
}

/// [`describe`] for a file or another system whose policy is to win over what is here: it speaks as
/// staff who put it right, but of attributes that believe files more it speaks as the file it is.
pub fn describe_winning(tx: &mut Tx, brand: BrandId, person: PersonId, traits: &Traits, actor: Option<&str>) -> Result<()> {
    let schema = attribute::schema(tx, brand)?;
    let as_file = |key: &str| schema.iter().any(|a| a.key == key && a.winning() == Source::Imported);
    let (files, staff): (Portrait, Portrait) = traits.portrait.clone().into_iter().partition(|(key, _)| as_file(key));
    describe(tx, brand, person, &Traits { portrait: staff, source: Some(Source::Operator), ..traits.clone() }, actor)?;
    if files.is_empty() {
        return Ok(());
    }
    describe(tx, brand, person, &Traits { portrait: files, source: Some(Source::Imported), ..Traits::default() }, actor)
}

fn describe_own(tx: &mut Tx, brand: BrandId, person: PersonId, traits: &Traits, actor: Option<&str>, merged: bool) -> Result<()> {
    let source = traits.source.unwrap_or(if actor.is_some() { Source::Operator } else { Source::Declared });
    let portrayed = attribute::describe_portrait(tx, brand, person, &traits.portrait, source, merged)?;
    let name = traits.name.as_deref().map(str::trim).filter(|n| !n.is_empty());
    if name.is_some_and(|n| n.chars().count() > 100 || n.contains('\0')) {
        return Err(Problem::field("name", "use at most 100 characters"));
    }
    let phone = Contact::of(tx, brand, "phone", contact("phone", &traits.phone)?);
    let email = Contact::of(tx, brand, "email", contact("email", &traits.email)?);
    for (kind, value) in [("phone", &traits.phone), ("email", &traits.email)] {
        // By an act of their own they come in by an identity, which lifts it.
        if let Some(v) = value.as_deref().filter(|_| actor.is_some()) {
            erase::suppress::check(tx, brand, [(kind, v)], "console")?;
        }
    }
    let changed = tx.exec(
        "update person set name = coalesce($1, name), phone = coalesce($2, phone), phone_index = coalesce($3, phone_index), \
         phone_tail = case when cast($3 as text) is null then phone_tail else $4 end, email = coalesce($5, email), \
         email_index = coalesce($6, email_index) \
         where id = $7 and (name is distinct from coalesce($1, name) or phone_index is distinct from coalesce($3, phone_index) \
         or email_index is distinct from coalesce($6, email_index))",
        params![name, &phone.sealed, &phone.index, &phone.tail, &email.sealed, &email.index, person],
    )?;
    if changed == 1 || portrayed {
        let fields: Vec<&str> = [("name", name.is_some()), ("phone", phone.index.is_some()), ("email", email.index.is_some())]
            .into_iter()
            .filter(|f| f.1)
            .map(|f| f.0)
            .chain(portrayed.then_some("portrait"))
            .collect();
        let props = serde_json::json!({ "fields": fields }).to_string();
        let mut fact = Fact::new(brand, events::PERSON_CHANGED, tx.now()).person(person).props(&props);
        fact.actor = actor;
        let _ = tx.record(&fact)?;
    }
    Ok(())
}

/// A phone or e-mail as it is kept; all empty when none was given.
#[derive(Default)]
struct Contact {
    sealed: Option<String>,
    index: Option<String>,
    /// Of a phone's last four digits.
    tail: Option<String>,
}

impl Contact {
    fn of(tx: &Tx, brand: BrandId, kind: &str, value: Option<String>) -> Contact {
        let Some(v) = value else { return Contact::default() };
        let keys = tx.keys(brand);
        let tail = if kind == "phone" { keys.tail(&v) } else { None };
        Contact { sealed: Some(keys.seal(&v)), index: Some(keys.index(kind, &v)), tail }
    }
}

/// A phone or e-mail that was bound is also where the person is reached, when nothing else is known.
pub(crate) fn first_contact(tx: &mut Tx, brand: BrandId, person: PersonId, kind: &str, value: &str) -> Result<()> {
    if !matches!(kind, "phone" | "email") {
        return Ok(());
    }
    let c = Contact::of(tx, brand, kind, Some(value.to_string()));
    if kind == "phone" {
        tx.exec(
            "update person set phone = $1, phone_index = $2, phone_tail = $3 where id = $4 and phone is null",
            params![&c.sealed, &c.index, &c.tail, person],
        )?;
    } else {
        tx.exec(
            "update person set email = $1, email_index = $2 where id = $3 and email is null",
            params![&c.sealed, &c.index, person],
        )?;
    }
    Ok(())
}

/// The phone and e-mail of a person, readable.
pub fn contacts(tx: &mut Tx, brand: BrandId, person: PersonId) -> Result<(Option<String>, Option<String>)> {
    let found: Option<(Option<String>, Option<String>)> =
        tx.opt("select phone, email from person where id = $1 and brand_id = $2", params![person, brand])?;
    let ((phone, email), keys) = (found.unwrap_or_default(), tx.keys(brand));
    Ok((keys.open_opt(phone.as_deref())?, keys.open_opt(email.as_deref())?))
}

fn contact(kind: &str, value: &Option<String>) -> Result<Option<String>> {
    match value.as_deref().map(str::trim).filter(|v| !v.is_empty()) {
        None => Ok(None),
        Some(v) => crate::identity::normal(kind, v)
            .map(Some)
            .ok_or_else(|| Problem::field(kind, format!("this is not a usable {kind}"))),
    }
}

/// The store where the person mostly shops.
pub fn set_store(tx: &mut Tx, person: PersonId, store: StoreId) -> Result<()> {
    own::edit(tx, person, |tx| tx.exec("update person set store_id = $1 where id = $2", params![store, person]))?;
    Ok(())
}

/// Marks a person as simulated, so that it can always be told from real ones.
pub fn mark_simulated(tx: &mut Tx, person: PersonId) -> Result<()> {
    own::edit(tx, person, |tx| tx.exec("update person set simulated = 1 where id = $1", params![person]))?;
    Ok(())
}
