//! Who is asking: a session cookie of a person, or an admin key of a program.
//!
//! Cookies are `HttpOnly`, `SameSite=Lax`; a change that comes with a cookie must also come from
//! our own pages (`Sec-Fetch-Site` or `Origin`), so another site cannot act in a visitor's name.
use crate::brand::{self, Brand};
use crate::store::StoreRef;
use crate::{May, Role, events, key, staff};
use axum::extract::{FromRequestParts, State};
use axum::http::{Method, StatusCode, header, request::Parts};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_ground::base::{Code, Id, Ms, Problem, Result, kinds, time};
use weir_ground::event::{BrandId, StoreId};
use weir_ground::http::{Answer, App, Fail, Json, header_text};
use weir_ground::{Fact, Tx, params, secret};

/// A person of the brand or a program with an admin key, and how far they see.
#[derive(Clone, Debug)]
pub struct Staff {
    pub brand: BrandId,
    pub role: Role,
    /// `stf_…` or `key_…`, as it is written into events.
    pub actor: String,
    pub id: Option<Id<kinds::Staff>>,
    /// Stores this role is kept within; `None` sees the whole brand.
    pub stores: Option<Vec<StoreId>>,
}

impl Staff {
    /// The program itself: importers, the demo, tests.
    pub fn system(brand: BrandId) -> Staff {
        Staff { brand, role: Role::Owner, actor: "system".into(), id: None, stores: None }
    }

    /// Refuses unless the role has the permission.
    pub fn need(&self, what: May) -> Result<()> {
        if self.role.may(what) {
            return Ok(());
        }
        let (role, code) = (self.role.code(), what.code());
        Err(Problem::forbidden(format!("Your role ({role}) does not have the permission {code}. Ask an owner.")))
    }

    /// ` and column in (…)` for a role that is kept within stores, nothing for others. The one
    /// place where the store scope is written.
    pub fn within(&self, column: &str) -> String {
        match &self.stores {
            None => String::new(),
            Some(stores) if stores.is_empty() => " and 1 = 0".into(),
            Some(stores) => {
                let ids: Vec<String> = stores.iter().map(|s| s.n().to_string()).collect();
                format!(" and {column} in ({})", ids.join(", "))
            }
        }
    }

    /// A store outside the scope is not there.
    pub fn check_store(&self, id: StoreId) -> Result<()> {
        match &self.stores {
            Some(stores) if !stores.contains(&id) => Err(Problem::not_found("store")),
            _ => Ok(()),
        }
    }
}

const COOKIE: &str = "weir_session";
const LIFE: Ms = 14 * time::DAY;

fn not_signed_in(detail: &str) -> Problem {
    Problem::new(Code::NotSignedIn, detail)
}

fn cookie(parts: &Parts) -> Option<String> {
    let all = header_text(&parts.headers, "cookie")?;
    let mut pairs = all.split(';').filter_map(|c| c.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value.to_string())
}

/// `Authorization: Bearer …`
pub fn bearer(parts: &Parts) -> Option<String> {
    let value = header_text(&parts.headers, "authorization")?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_string())
}

/// A change by cookie must come from our own pages.
fn same_site(parts: &Parts) -> Result<()> {
    if matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(());
    }
    let site = header_text(&parts.headers, "sec-fetch-site");
    let origin = header_text(&parts.headers, "origin");
    let host = header_text(&parts.headers, "host").unwrap_or_default();
    let ours = match (site.as_deref(), origin.as_deref()) {
        (Some("same-origin" | "none"), _) => true,
        (Some(_), _) => false,
        (None, Some(origin)) => origin.split_once("://").is_some_and(|(_, h)| h == host),
        (None, None) => true,
    };
    if ours { Ok(()) } else { Err(Problem::forbidden("This change was asked for by another website.")) }
}

impl FromRequestParts<App> for Staff {
    type Rejection = Fail;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Staff, Fail> {
        if let Some(token) = bearer(parts) {
            let (found, staff) = app.db.read(move |tx| key::admin(tx, &token)).await?;
            found.note(&app.db);
            return Ok(staff);
        }
        let token = cookie(parts).ok_or_else(|| {
            not_signed_in("Sign in at /api/v1/session, or send an admin key as Authorization: Bearer.")
        })?;
        same_site(parts)?;
        let (staff, seen) = app.db.read(move |tx| by_token(tx, &token)).await?;
        // A coarse "last seen", written at most every ten minutes.
        if let Some(id) = staff.id.filter(|_| seen + 10 * time::MINUTE < app.db.now()) {
            drop(app.db.submit(move |tx| {
                let now = tx.now();
                tx.exec("update staff set last_seen_at = $1 where id = $2", params![now, id])
            }));
        }
        Ok(staff)
    }
}

/// The staff member of a session that has not expired, and when they were last seen.
fn by_token(tx: &mut Tx, token: &str) -> Result<(Staff, Ms)> {
    let now = tx.now();
    type Found = (Id<kinds::Staff>, BrandId, String, Option<Ms>);
    let found: Option<Found> = tx.opt(
        "select s.id, s.brand_id, s.role, s.last_seen_at from session e join staff s on s.id = e.staff_id \
         where e.token = $1 and e.expires_at > $2 and s.active = 1",
        params![&secret::digest(token), now],
    )?;
    let (id, brand, role, seen) =
        found.ok_or_else(|| not_signed_in("Your session has ended. Sign in again; nothing was changed."))?;
    let role = Role::parse(&role)?;
    let stores = if role.within_stores() {
        Some(tx.all("select store_id from staff_store where staff_id = $1", params![id])?)
    } else {
        None
    };
    Ok((Staff { brand, role, actor: id.to_string(), id: Some(id), stores }, seen.unwrap_or(0)))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct SignIn {
    pub email: String,
    pub password: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct MeStaff {
    /// Null for a program that came with a key.
    pub id: Option<staff::StaffId>,
    pub name: String,
    pub email: String,
    pub role: Role,
}

/// Who is signed in, for which brand, and which stores they see (null: all).
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    pub staff: MeStaff,
    pub stores: Option<Vec<StoreRef>>,
    pub brand: Brand,
}

fn who_am_i(tx: &mut Tx, who: &Staff) -> Result<Me> {
    let brand = brand::get(tx, who.brand)?;
    let (name, email) = match who.id {
        Some(id) => tx.one("select name, email from staff where id = $1", params![id])?,
        None => (who.actor.clone(), String::new()),
    };
    let stores = match &who.stores {
        None => None,
        Some(_) => {
            let sql = format!("select id, name from store s where brand_id = $1{} order by id", who.within("s.id"));
            let rows: Vec<(StoreId, String)> = tx.all(&sql, params![who.brand])?;
            Some(rows.into_iter().map(|(id, name)| StoreRef { id, name }).collect())
        }
    };
    Ok(Me { staff: MeStaff { id: who.id, name, email, role: who.role }, stores, brand })
}

/// Who is asking.
#[utoipa::path(get, path = "/api/v1/me", tag = "keep", responses((status = 200, body = Me)))]
pub async fn me(State(app): State<App>, who: Staff) -> Answer<Json<Me>> {
    Ok(Json(app.db.read(move |tx| who_am_i(tx, &who)).await?))
}

/// Failures after which an address has to wait, and for how long at first; doubled each time.
const FREE_TRIES: i64 = 5;
const WAIT: Ms = 30 * time::SECOND;

/// Counts the attempt before the password is looked at, so that many at once are not many guesses.
/// The attempt that reaches the limit starts the wait; a good password forgets them all.
fn attempt(tx: &mut Tx, email: &str) -> Result<()> {
    let now = tx.now();
    let counted: Option<i64> = tx.opt(
        "insert into login_attempt (key, failures, until) values ($1, 1, $2) on conflict (key) do update \
         set failures = login_attempt.failures + 1, until = excluded.until where login_attempt.until <= $2 returning failures",
        params![email, now],
    )?;
    let Some(n) = counted else {
        let until: Ms = tx.one("select until from login_attempt where key = $1", params![email])?;
        let seconds = (until - now) / 1000 + 1;
        let detail = format!("Too many failed sign-ins for this address. Try again in {seconds} seconds.");
        return Err(Problem::new(Code::TooMany, detail));
    };
    if n >= FREE_TRIES {
        let until = now + (WAIT << (n - FREE_TRIES).min(7));
        tx.exec("update login_attempt set until = $1 where key = $2", params![until, email])?;
    }
    Ok(())
}

fn record_refusal(tx: &mut Tx, email: &str) -> Result<()> {
    let now = tx.now();
    if let Some(brand) = tx.opt::<BrandId>("select brand_id from staff where email = $1", params![email])? {
        let props = serde_json::json!({ "email": email }).to_string();
        let _ = tx.record(&Fact::new(brand, events::STAFF_REFUSED, now).props(&props))?;
    }
    Ok(())
}

/// Checking a password takes 19 MB and a while on purpose: only so many at once.
static TURNS: tokio::sync::Semaphore = tokio::sync::Semaphore::const_new(4);

async fn fits(password: String, hash: Option<String>) -> Result<bool> {
    let _turn = TURNS.acquire().await.map_err(Problem::internal)?;
    tokio::task::spawn_blocking(move || staff::verify(&password, hash.as_deref())).await.map_err(Problem::internal)
}

/// Signs in and answers the token of the new session.
async fn start(app: &App, body: SignIn) -> Result<(String, Me)> {
    let wrong = || not_signed_in("The e-mail or the password is wrong.");
    let email = staff::email(&body.email).map_err(|_| wrong())?;
    let asked = email.clone();
    let found: Option<(Id<kinds::Staff>, BrandId, String)> = app
        .db
        .write(move |tx| {
            attempt(tx, &asked)?;
            tx.opt("select id, brand_id, password_hash from staff where email = $1 and active = 1", params![&asked])
        })
        .await?;
    let fits = fits(body.password, found.as_ref().map(|f| f.2.clone())).await?;
    let Some((id, brand, hash)) = found.filter(|_| fits) else {
        app.db.write(move |tx| record_refusal(tx, &email)).await?;
        return Err(wrong());
    };
    app.db
        .write(move |tx| {
            let (token, now) = (tx.secret(43), tx.now());
            // The password that was checked may have been changed meanwhile.
            tx.guard("update staff set last_seen_at = $1 where id = $2 and password_hash = $3 and active = 1", params![now, id, &hash])?
                .or(wrong)?;
            tx.exec("delete from login_attempt where key = $1 or until < $2", params![&email, now - time::DAY])?;
            tx.exec("delete from session where staff_id = $1 and expires_at < $2", params![id, now])?;
            tx.exec(
                "insert into session (token, brand_id, staff_id, created_at, expires_at) values ($1, $2, $3, $4, $5)",
                params![&secret::digest(&token), brand, id, now, now + LIFE],
            )?;
            let _ = tx.record(&Fact::new(brand, events::STAFF_SIGNED_IN, now).actor(&id.to_string()))?;
            let (who, _) = by_token(tx, &token)?;
            Ok((token, who_am_i(tx, &who)?))
        })
        .await
}

/// Sign in with e-mail and password; the answer sets the session cookie.
#[utoipa::path(post, path = "/api/v1/session", tag = "keep", request_body = SignIn, responses((status = 200, body = Me)), security(()))]
pub async fn sign_in(State(app): State<App>, Json(body): Json<SignIn>) -> Answer<Response> {
    let (token, me) = start(&app, body).await?;
    let secure = if app.config.secure { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={}{secure}", LIFE / 1000);
    Ok(([(header::SET_COOKIE, cookie)], Json(me)).into_response())
}

/// Sign out: the session ends on the server, too.
#[utoipa::path(delete, path = "/api/v1/session", tag = "keep", responses((status = 204)))]
pub async fn sign_out(State(app): State<App>, parts: Parts) -> Answer<Response> {
    same_site(&parts)?;
    if let Some(token) = cookie(&parts) {
        app.db
            .write(move |tx| tx.exec("delete from session where token = $1", params![&secret::digest(&token)]))
            .await?;
    }
    let gone = format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, gone)]).into_response())
}
