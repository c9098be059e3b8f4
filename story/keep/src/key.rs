//! API keys: shown once, kept as digests. `ingest` keys may only write events (they can be put
//! into an app), `admin` keys may do what an owner may.
use crate::session::bearer;
use crate::{May, Role, Staff, events};
use axum::extract::{FromRequestParts, State};
use axum::http::{StatusCode, request::Parts};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_ground::base::{Code, Id, Ms, Problem, Result, kinds, time};
use weir_ground::event::BrandId;
use weir_ground::http::{Answer, App, Fail, Json, List, Once, Path, Said, header_text};
use weir_ground::{Db, Fact, Tx, from_row, params, secret};

pub type KeyId = Id<kinds::ApiKey>;

#[derive(Debug, Serialize, ToSchema)]
pub struct Key {
    pub id: KeyId,
    pub name: String,
    /// `ingest` or `admin`
    pub scope: String,
    /// First characters, to recognise it by.
    pub prefix: String,
    pub created_at: Ms,
    pub last_used_at: Option<Ms>,
    pub revoked_at: Option<Ms>,
}
from_row!(Key { id, name, scope, prefix, created_at, last_used_at, revoked_at });

const COLUMNS: &str = "id, name, scope, prefix, created_at, last_used_at, revoked_at";

/// Makes a key and answers it with its secret.
pub fn create(tx: &mut Tx, brand: BrandId, actor: &str, title: &str, scope: &str) -> Result<NewKey> {
    if !matches!(scope, "ingest" | "admin") {
        return Err(Problem::field("scope", "use ingest or admin"));
    }
    let (id, now): (KeyId, Ms) = (tx.new_id(), tx.now());
    let secret = format!("weir_{scope}_{}", tx.secret(40));
    let prefix: String = secret.chars().take(scope.len() + 10).collect();
    tx.exec(
        "insert into api_key (id, brand_id, name, scope, prefix, digest, created_at) values ($1, $2, $3, $4, $5, $6, $7)",
        params![id, brand, &crate::store::name(title)?, scope, &prefix, &secret::digest(&secret), now],
    )?;
    let props = serde_json::json!({ "key": id, "scope": scope }).to_string();
    let _ = tx.record(&Fact::new(brand, events::KEY_CREATED, now).actor(actor).props(&props))?;
    let key = tx.one(&format!("select {COLUMNS} from api_key where id = $1"), params![id])?;
    Ok(NewKey { key, secret })
}

/// Who writes events with a key of either scope.
#[derive(Clone, Copy, Debug)]
pub struct Ingest {
    pub brand: BrandId,
    pub key: KeyId,
    last_used_at: Option<Ms>,
}

impl Ingest {
    /// Notes that the key was used, at most every ten minutes.
    pub fn note(&self, db: &Db) {
        let key = self.key;
        if self.last_used_at.unwrap_or(0) + 10 * time::MINUTE < db.now() {
            drop(db.submit(move |tx| {
                let now = tx.now();
                tx.exec("update api_key set last_used_at = $1 where id = $2", params![now, key])
            }));
        }
    }
}

fn bad_key() -> Problem {
    Problem::new(Code::NotSignedIn, "This key is unknown or revoked. Make one under Settings › API keys.")
}

/// The key that a secret belongs to.
pub fn find(tx: &mut Tx, secret: &str) -> Result<(Ingest, String)> {
    let row: Option<(KeyId, BrandId, String, Option<Ms>)> = tx.opt(
        "select id, brand_id, scope, last_used_at from api_key where digest = $1 and revoked_at is null",
        params![&secret::digest(secret)],
    )?;
    row.map(|(key, brand, scope, last_used_at)| (Ingest { brand, key, last_used_at }, scope)).ok_or_else(bad_key)
}

/// A program with an admin key acts as an owner.
pub fn admin(tx: &mut Tx, secret: &str) -> Result<(Ingest, Staff)> {
    let (found, scope) = find(tx, secret)?;
    if scope != "admin" {
        return Err(Problem::forbidden("An ingest key can only write events; use an admin key here."));
    }
    let staff = Staff { brand: found.brand, role: Role::Owner, actor: found.key.to_string(), id: None, stores: None };
    Ok((found, staff))
}

/// The write key of a request: Basic user, Bearer, or none (then the body must carry it).
pub struct WriteKey(pub Option<String>);

impl FromRequestParts<App> for WriteKey {
    type Rejection = Fail;
    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<WriteKey, Fail> {
        use base64::Engine as _;
        let basic = header_text(&parts.headers, "authorization")
            .and_then(|v| v.strip_prefix("Basic ").map(str::to_string))
            .and_then(|v| base64::engine::general_purpose::STANDARD.decode(v.trim()).ok())
            .and_then(|v| String::from_utf8(v).ok())
            .map(|v| v.split(':').next().unwrap_or("").to_string());
        Ok(WriteKey(basic.or_else(|| bearer(parts)).filter(|k| !k.is_empty())))
    }
}

/// A key and the secret, which is never shown again.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewKey {
    pub key: Key,
    pub secret: String,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddKey {
    pub name: String,
    /// `ingest` or `admin`
    pub scope: String,
}

/// All keys of the brand, revoked ones too.
#[utoipa::path(get, path = "/api/v1/keys", tag = "keep", responses((status = 200, body = List<Key>)))]
pub async fn list_keys(State(app): State<App>, who: Staff) -> Answer<Json<List<Key>>> {
    who.need(May::KeyWrite)?;
    let sql = format!("select {COLUMNS} from api_key where brand_id = $1 order by id desc");
    Ok(Json(List::all(app.db.read(move |tx| tx.all(&sql, params![who.brand])).await?)))
}

/// Make a key.
#[utoipa::path(post, path = "/api/v1/keys", tag = "keep", request_body = AddKey, responses((status = 200, body = NewKey)))]
pub async fn add_key(State(app): State<App>, who: Staff, once: Once, Json(body): Json<AddKey>) -> Answer<Said> {
    who.need(May::KeyWrite)?;
    let once = once.of(&body);
    Ok(app
        .db
        .write(move |tx| {
            once.run(tx, who.brand, &who.actor, |tx| create(tx, who.brand, &who.actor, &body.name, &body.scope))
        })
        .await?)
}

/// Revoke a key: what uses it is refused from now on.
#[utoipa::path(delete, path = "/api/v1/keys/{id}", tag = "keep", params(("id" = KeyId, Path)), responses((status = 204)))]
pub async fn revoke_key(State(app): State<App>, who: Staff, Path(id): Path<KeyId>) -> Answer<StatusCode> {
    who.need(May::KeyWrite)?;
    app.db
        .write(move |tx| {
            let now = tx.now();
            tx.guard(
                "update api_key set revoked_at = $1 where id = $2 and brand_id = $3 and revoked_at is null",
                params![now, id, who.brand],
            )?
            .or(|| Problem::not_found("key that is in use"))?;
            let props = serde_json::json!({ "key": id }).to_string();
            let _ = tx.record(&Fact::new(who.brand, events::KEY_REVOKED, now).actor(&who.actor).props(&props))?;
            Ok(())
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
