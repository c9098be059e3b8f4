//! Staff: people who work for the brand.
use crate::store::{StoreRef, name};
use crate::{May, Role, Staff as Who, events};
use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_ground::base::{Id, Ms, Problem, Result, kinds};
use weir_ground::event::{BrandId, StoreId};
use weir_ground::http::{Answer, App, Json, List, Once, Path, Said};
use weir_ground::{Fact, Tx, params};

pub type StaffId = Id<kinds::Staff>;

#[derive(Debug, Serialize, ToSchema)]
pub struct StaffRow {
    pub id: StaffId,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub stores: Vec<StoreRef>,
    pub active: bool,
    pub last_seen_at: Option<Ms>,
    pub created_at: Ms,
}

/// Argon2id with the crate's recommended cost, as a PHC string.
pub fn hash(password: &str) -> Result<String> {
    if password.chars().count() < 8 || password.len() > 200 {
        return Err(Problem::field("password", "use 8 to 200 characters"));
    }
    Argon2::default().hash_password(password.as_bytes()).map(|h| h.to_string()).map_err(Problem::internal)
}

/// Stands in for the hash of an unknown address.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$6wPq0Yq9j5H0cV3zH2qgq3v0b7n1yqkq0m4m7v0o3nA";

/// Takes as long for an unknown address as for a known one.
pub fn verify(password: &str, hash: Option<&str>) -> bool {
    match PasswordHash::new(hash.unwrap_or(NOBODY)) {
        Ok(parsed) => Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok() && hash.is_some(),
        Err(_) => false,
    }
}

/// A new staff member; `hash` is what [`hash`] made of the password, outside the transaction.
#[derive(Clone, Debug)]
pub struct NewStaff {
    pub name: String,
    pub email: String,
    pub role: Role,
    pub hash: String,
    pub stores: Vec<StoreId>,
}

pub fn create(tx: &mut Tx, brand: BrandId, actor: &str, new: &NewStaff) -> Result<StaffId> {
    let (id, now): (StaffId, Ms) = (tx.new_id(), tx.now());
    let email = email(&new.email)?;
    tx.guard(
        "insert into staff (id, brand_id, email, name, password_hash, role, active, created_at) values ($1, $2, $3, $4, $5, $6, 1, $7) on conflict do nothing",
        params![id, brand, &email, &name(&new.name)?, &new.hash, new.role.code(), now],
    )?
    .or(|| Problem::conflict(format!("{email} is on the staff of a brand here already.")).with("email", "taken"))?;
    set_stores(tx, brand, id, &new.stores)?;
    let props = serde_json::json!({ "staff": id, "role": new.role }).to_string();
    let _ = tx.record(&Fact::new(brand, events::STAFF_ADDED, now).actor(actor).props(&props))?;
    Ok(id)
}

/// The one form of an address, if it looks like one.
pub(crate) fn email(text: &str) -> Result<String> {
    let email = text.trim().to_lowercase();
    let shaped = email.split_once('@').is_some_and(|(a, b)| !a.is_empty() && b.contains('.') && !b.ends_with('.'));
    if !shaped || email.len() > 200 || email.contains(|c: char| c.is_whitespace() || c == '\0') {
        return Err(Problem::field("email", "this is not an e-mail address"));
    }
    Ok(email)
}

fn set_stores(tx: &mut Tx, brand: BrandId, id: StaffId, stores: &[StoreId]) -> Result<()> {
    tx.exec("delete from staff_store where staff_id = $1", params![id])?;
    for store in stores {
        tx.guard(
            "insert into staff_store (staff_id, store_id) select $1, id from store where id = $2 and brand_id = $3 on conflict do nothing",
            params![id, *store, brand],
        )?
        .or(|| Problem::field("store_ids", format!("{store} is not a store of this brand, or is named twice")))?;
    }
    Ok(())
}

fn rows(tx: &mut Tx, brand: BrandId, one: Option<StaffId>) -> Result<Vec<StaffRow>> {
    let mut rows = Vec::new();
    tx.each(
        "select id, name, email, role, active, last_seen_at, created_at from staff where brand_id = $1 and (cast($2 as bigint) is null or id = $2) order by id",
        params![brand, one],
        |r| {
            rows.push(StaffRow {
                id: r.get(0)?,
                name: r.get(1)?,
                email: r.get(2)?,
                role: Role::parse(&r.get::<String>(3)?)?,
                stores: vec![],
                active: r.get(4)?,
                last_seen_at: r.get(5)?,
                created_at: r.get(6)?,
            });
            Ok(())
        },
    )?;
    let links: Vec<(StaffId, StoreId, String)> = tx.all(
        "select l.staff_id, s.id, s.name from staff_store l join store s on s.id = l.store_id where s.brand_id = $1 order by s.id",
        params![brand],
    )?;
    for (staff, id, name) in links {
        if let Some(row) = rows.iter_mut().find(|r| r.id == staff) {
            row.stores.push(StoreRef { id, name });
        }
    }
    Ok(rows)
}

/// Everybody on the staff.
#[utoipa::path(get, path = "/api/v1/staff", tag = "keep", responses((status = 200, body = List<StaffRow>)))]
pub async fn list_staff(State(app): State<App>, who: Who) -> Answer<Json<List<StaffRow>>> {
    if who.stores.is_some() {
        return Err(Problem::forbidden("Only people who see the whole brand can list its staff.").into());
    }
    Ok(Json(List::all(app.db.read(move |tx| rows(tx, who.brand, None)).await?)))
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddStaff {
    pub name: String,
    pub email: String,
    pub role: Role,
    pub password: String,
    #[serde(default)]
    pub store_ids: Vec<StoreId>,
}

/// Add somebody to the staff.
#[utoipa::path(post, path = "/api/v1/staff", tag = "keep", request_body = AddStaff, responses((status = 200, body = StaffRow)))]
pub async fn add_staff(State(app): State<App>, who: Who, once: Once, Json(body): Json<AddStaff>) -> Answer<Said> {
    who.need(May::StaffWrite)?;
    let once = once.of(&body);
    let password = body.password.clone();
    let hash = tokio::task::spawn_blocking(move || hash(&password)).await.map_err(Problem::internal)??;
    let new = NewStaff { name: body.name, email: body.email, role: body.role, hash, stores: body.store_ids };
    Ok(app
        .db
        .write(move |tx| {
            once.run(tx, who.brand, &who.actor, |tx| {
                let id = create(tx, who.brand, &who.actor, &new)?;
                one(tx, who.brand, id)
            })
        })
        .await?)
}

fn one(tx: &mut Tx, brand: BrandId, id: StaffId) -> Result<StaffRow> {
    rows(tx, brand, Some(id))?.pop().ok_or_else(|| Problem::not_found("staff member"))
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditStaff {
    pub name: Option<String>,
    pub role: Option<Role>,
    pub store_ids: Option<Vec<StoreId>>,
    pub active: Option<bool>,
    pub password: Option<String>,
}

/// Change somebody's name, role, stores or password, or let them go. Ends their sessions when the
/// role, the password or their being here changes. The last owner stays.
#[utoipa::path(patch, path = "/api/v1/staff/{id}", tag = "keep", params(("id" = StaffId, Path)), request_body = EditStaff, responses((status = 200, body = StaffRow)))]
pub async fn edit_staff(
    State(app): State<App>,
    who: Who,
    Path(id): Path<StaffId>,
    Json(body): Json<EditStaff>,
) -> Answer<Json<StaffRow>> {
    who.need(May::StaffWrite)?;
    let hash = match body.password.clone() {
        Some(p) => Some(tokio::task::spawn_blocking(move || hash(&p)).await.map_err(Problem::internal)??),
        None => None,
    };
    Ok(Json(app.db.write(move |tx| edit(tx, &who, id, &body, hash.as_deref())).await?))
}

fn edit(tx: &mut Tx, who: &Who, id: StaffId, body: &EditStaff, hash: Option<&str>) -> Result<StaffRow> {
    let was = one(tx, who.brand, id)?;
    let title = body.name.as_deref().map_or(Ok(was.name), name)?;
    let (role, active) = (body.role.unwrap_or(was.role), body.active.unwrap_or(was.active));
    tx.exec(
        "update staff set name = $1, role = $2, active = $3, password_hash = coalesce($4, password_hash) where id = $5",
        params![&title, role.code(), active, hash, id],
    )?;
    let owners: i64 = tx.one(
        "select count(*) from staff where brand_id = $1 and role = 'owner' and active = 1",
        params![who.brand],
    )?;
    if owners == 0 {
        return Err(Problem::conflict("A brand needs an active owner; make somebody else owner first."));
    }
    if let Some(stores) = &body.store_ids {
        set_stores(tx, who.brand, id, stores)?;
    }
    if role != was.role || active != was.active || hash.is_some() {
        tx.exec("delete from session where staff_id = $1", params![id])?;
    }
    let props = serde_json::json!({ "staff": id, "role": role, "active": active, "password": hash.is_some() }).to_string();
    let _ = tx.record(&Fact::new(who.brand, events::STAFF_CHANGED, tx.now()).actor(&who.actor).props(&props))?;
    one(tx, who.brand, id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_costs_as_much_as_somebody() {
        let cost = |hash: &str| {
            let parsed = PasswordHash::new(hash).unwrap();
            (parsed.algorithm.to_string(), parsed.params.to_string(), parsed.hash.map(|h| h.len()))
        };
        assert_eq!(cost(NOBODY), cost(&hash("correct horse").unwrap()));
        assert!(!verify("correct horse", None));
    }

    #[test]
    fn addresses_have_one_form() {
        assert_eq!(email(" Ann@Example.COM ").as_deref(), Ok("ann@example.com"));
        let long = format!("{}@example.com", "a".repeat(200));
        for bad in ["", "ann", "@example.com", "ann@host", "ann@example.", "a b@example.com", "a\0@example.com", &long] {
            assert!(email(bad).is_err(), "{bad:?}");
        }
    }
}
