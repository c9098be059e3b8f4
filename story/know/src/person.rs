//! A person (客户): one human in the pool, known or anonymous.
pub mod http;

use crate::events;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use weir_ground::base::{Ms, Problem, Result, ids};
use weir_ground::event::{BrandId, PersonId, StoreId, TouchpointId};
use weir_ground::{Fact, Tx, params};

/// Attributes of the built-in portrait. Values are texts; bands stay as they were given.
pub const PORTRAIT: &[&str] = &[
    "gender", "birthday", "age_band", "income_band", "region", "education", "household_size", "household_comp",
    "home_ownership", "marital_status", "kids_count", "occupation",
];

pub type Portrait = BTreeMap<String, Option<String>>;

/// Makes a person, anonymous until a strong identity is bound.
pub fn create(tx: &mut Tx, brand: BrandId, known: bool, source: &str) -> Result<PersonId> {
    let (id, now): (PersonId, Ms) = (tx.new_id(), tx.now());
    // A row that somebody wrote about a person is no sign of life of that person.
    let seen = (!matches!(source, "import" | "console")).then_some(now);
    tx.exec(
        "insert into person (id, brand_id, root_id, stage_since, known, last_seen_at, created_at) values ($1, $2, $1, $3, $4, $5, $3)",
        params![id, brand, now, known, seen],
    )?;
    let _ = tx.record(&Fact::new(brand, events::PERSON_CREATED, now).person(id).source(source))?;
    Ok(id)
}

/// The person that this one is now, merges followed.
pub fn root(tx: &mut Tx, brand: BrandId, id: PersonId) -> Result<PersonId> {
    tx.opt("select root_id from person where id = $1 and brand_id = $2", params![id, brand])?
        .ok_or_else(|| Problem::not_found("person"))
}

/// Notes that the person was active, and by which touchpoint first.
pub fn seen(tx: &mut Tx, person: PersonId, at: Ms, touchpoint: Option<TouchpointId>) -> Result<()> {
    tx.exec(
        "update person set last_seen_at = case when last_seen_at is null or last_seen_at < $1 then $1 else last_seen_at end, \
         touchpoint_id = coalesce(touchpoint_id, $2) where id = $3",
        params![at, touchpoint, person],
    )?;
    Ok(())
}

/// The person became reachable: from prospect to new, once.
pub fn joined(tx: &mut Tx, brand: BrandId, person: PersonId, at: Ms) -> Result<()> {
    let first = tx.guard("update person set joined_at = $1 where id = $2 and joined_at is null", params![at, person])?;
    if first.won() {
        let touchpoint = tx.one("select touchpoint_id from person where id = $1", params![person])?;
        let fact = Fact::new(brand, events::PERSON_JOINED, at).person(person).touchpoint(touchpoint);
        let _ = tx.record(&fact)?;
        crate::stage::refresh(tx, person, "event", &mut crate::stage::Rules::default())?;
    }
    Ok(())
}

/// What may be set on a person by hand, by import or by an identify call.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Traits {
    pub name: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    #[serde(default)]
    pub portrait: Portrait,
}

/// Writes what is given and leaves the rest; unknown portrait attributes are refused.
pub fn describe(tx: &mut Tx, brand: BrandId, person: PersonId, traits: &Traits, actor: Option<&str>) -> Result<()> {
    let now_portrait: String = tx.one("select portrait from person where id = $1", params![person])?;
    let mut portrait: Portrait = serde_json::from_str(&now_portrait).map_err(Problem::internal)?;
    let before = portrait.clone();
    for (key, value) in &traits.portrait {
        if !PORTRAIT.contains(&key.as_str()) {
            return Err(Problem::field(&format!("portrait.{key}"), format!("use one of {}", PORTRAIT.join(", "))));
        }
        if value.as_ref().is_some_and(|v| v.chars().count() > 200 || v.contains('\0')) {
            return Err(Problem::field(&format!("portrait.{key}"), "use at most 200 characters"));
        }
        match value.as_deref().map(str::trim).filter(|v| !v.is_empty()) {
            Some(v) => portrait.insert(key.clone(), Some(v.to_string())),
            None => portrait.remove(key),
        };
    }
    let name = traits.name.as_deref().map(str::trim).filter(|n| !n.is_empty());
    if name.is_some_and(|n| n.chars().count() > 100 || n.contains('\0')) {
        return Err(Problem::field("name", "use at most 100 characters"));
    }
    let (phone, email) = (contact("phone", &traits.phone)?, contact("email", &traits.email)?);
    let text = serde_json::to_string(&portrait).map_err(Problem::internal)?;
    let changed = tx.exec(
        "update person set name = coalesce($1, name), phone = coalesce($2, phone), email = coalesce($3, email), portrait = $4 \
         where id = $5 and (name is distinct from coalesce($1, name) or phone is distinct from coalesce($2, phone) \
         or email is distinct from coalesce($3, email) or portrait <> $4)",
        params![name, &phone, &email, &text, person],
    )?;
    if changed == 1 {
        let fields: Vec<&str> = [("name", name.is_some()), ("phone", phone.is_some()), ("email", email.is_some())]
            .into_iter()
            .filter(|f| f.1)
            .map(|f| f.0)
            .chain((before != portrait).then_some("portrait"))
            .collect();
        let props = serde_json::json!({ "fields": fields }).to_string();
        let mut fact = Fact::new(brand, events::PERSON_CHANGED, tx.now()).person(person).props(&props);
        fact.actor = actor;
        let _ = tx.record(&fact)?;
    }
    Ok(())
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
    tx.exec("update person set store_id = $1 where id = $2", params![store, person])?;
    Ok(())
}

/// Adds what the loser of a merge brings: counters, earliest and latest times, missing traits.
pub(crate) fn refold(tx: &mut Tx, winner: PersonId, loser: PersonId) -> Result<()> {
    type Times = (Option<Ms>, Option<Ms>, Option<Ms>, Option<Ms>);
    type Rest = (i64, i64, i64, Option<ids::TouchpointId>, Option<ids::StoreId>, Ms);
    let sql_times = "select joined_at, first_order_at, last_order_at, last_seen_at from person where id = $1";
    let sql_rest = "select orders, paid, refunded, touchpoint_id, store_id, created_at from person where id = $1";
    let (a, b): (Times, Times) = (tx.one(sql_times, params![winner])?, tx.one(sql_times, params![loser])?);
    let (x, y): (Rest, Rest) = (tx.one(sql_rest, params![winner])?, tx.one(sql_rest, params![loser])?);
    let first = |a: Option<Ms>, b: Option<Ms>| a.into_iter().chain(b).min();
    // The touchpoint of whoever was seen first brought the person.
    let touchpoint = if y.5 < x.5 { y.3.or(x.3) } else { x.3.or(y.3) };
    tx.exec(
        "update person set joined_at = $1, first_order_at = $2, last_order_at = $3, last_seen_at = $4, orders = $5, paid = $6, \
         refunded = $7, touchpoint_id = $8, store_id = $9 where id = $10",
        params![
            first(a.0, b.0), first(a.1, b.1), a.2.max(b.2), a.3.max(b.3), x.0 + y.0, x.1 + y.1, x.2 + y.2,
            touchpoint, x.4.or(y.4), winner
        ],
    )?;
    tx.exec(
        "update person set name = coalesce(name, (select l.name from person l where l.id = $1)), \
         phone = coalesce(phone, (select l.phone from person l where l.id = $1)), \
         email = coalesce(email, (select l.email from person l where l.id = $1)), \
         guide_id = coalesce(guide_id, (select l.guide_id from person l where l.id = $1)), \
         portrait = case when portrait = '{}' then (select l.portrait from person l where l.id = $1) else portrait end \
         where id = $2",
        params![loser, winner],
    )?;
    Ok(())
}

/// Marks a person as simulated, so that it can always be told from real ones.
pub fn mark_simulated(tx: &mut Tx, person: PersonId) -> Result<()> {
    tx.exec("update person set simulated = 1 where id = $1", params![person])?;
    Ok(())
}
