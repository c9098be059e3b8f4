//! Buyers: customers who signed in to the mall with a phone or e-mail and a one-time code.
//!
//! In a sandbox brand the code is in the answer, so the whole way can be walked without any
//! provider; in a real one it is sent, and the answer never has it.
use crate::events;
use axum::extract::{FromRequestParts, State};
use axum::http::{StatusCode, request::Parts};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_ground::base::{Code, Ms, Problem, Result, ids, time};
use weir_ground::event::{BrandId, PersonId};
use weir_ground::http::{Answer, App, Fail, Json, header_text};
use weir_ground::{Fact, Tx, params, secret};
use weir_keep::brand::{self, Brand};
use weir_keep::session::bearer;
use weir_know::consent::{self, SetConsent};
use weir_know::{identity, person};

const CODE_LIFE: Ms = 10 * time::MINUTE;
const TRIES: i64 = 5;
const LIFE: Ms = 180 * time::DAY;

/// A signed-in customer.
#[derive(Clone, Copy, Debug)]
pub struct Buyer {
    pub brand: BrandId,
    pub person: PersonId,
    /// The subject that signed in: what the buyer does follows it when persons are taken apart.
    pub subject: PersonId,
}

impl Buyer {
    pub fn principal(&self) -> String {
        self.person.to_string()
    }
}

fn not_signed_in() -> Problem {
    Problem::new(Code::NotSignedIn, "Sign in with your phone or e-mail first.")
}

/// The buyer of a session token. Merges are followed.
pub fn by_token(tx: &mut Tx, token: &str) -> Result<Buyer> {
    let now = tx.now();
    let found: Option<(BrandId, PersonId, PersonId)> = tx.opt(
        "select s.brand_id, p.root_id, p.id from buyer_session s join person p on p.id = s.person_id where s.token = $1 and s.expires_at > $2",
        params![&secret::digest(token), now],
    )?;
    found.map(|(brand, person, subject)| Buyer { brand, person, subject }).ok_or_else(not_signed_in)
}

/// Opens a session and answers its token.
pub fn open_session(tx: &mut Tx, brand: BrandId, person: PersonId) -> Result<String> {
    let (token, now) = (tx.secret(43), tx.now());
    tx.exec(
        "insert into buyer_session (token, brand_id, person_id, created_at, expires_at) values ($1, $2, $3, $4, $5)",
        params![&secret::digest(&token), brand, person, now, now + LIFE],
    )?;
    Ok(token)
}

impl FromRequestParts<App> for Buyer {
    type Rejection = Fail;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Buyer, Fail> {
        let token = bearer(parts).ok_or_else(not_signed_in)?;
        Ok(app.db.read(move |tx| by_token(tx, &token)).await?)
    }
}

/// The brand whose mall this is: named by `X-Weir-Brand`, else the first one.
#[derive(Clone, Debug)]
pub struct Shop(pub Brand);

impl FromRequestParts<App> for Shop {
    type Rejection = Fail;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Shop, Fail> {
        let code = header_text(&parts.headers, "x-weir-brand").filter(|c| !c.is_empty());
        let find = move |tx: &mut Tx| match &code {
            Some(code) => brand::by_code(tx, code),
            None => brand::first(tx),
        };
        Ok(Shop(app.db.read(find).await?))
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskCode {
    /// A phone number or an e-mail address.
    pub address: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CodeSent {
    pub sent: bool,
    /// Only in a sandbox brand: the code itself.
    pub sandbox_code: Option<String>,
}

/// `(kind of identity, normal form)` of what a customer typed.
fn address(text: &str) -> Result<(&'static str, String)> {
    let kind = if text.contains('@') { "email" } else { "phone" };
    identity::normal(kind, text)
        .map(|v| (kind, v))
        .ok_or_else(|| Problem::field("address", "this is neither a phone number nor an e-mail address"))
}

/// Makes a code, at most one every 20 seconds for an address.
fn new_code(tx: &mut Tx, brand: &Brand, to: &str) -> Result<String> {
    let (now, to) = (tx.now(), &tx.keys(brand.id).index("login", to));
    let code = format!("{:06}", tx.random() % 1_000_000);
    let last: Option<Ms> =
        tx.opt("select expires_at from login_code where brand_id = $1 and address = $2", params![brand.id, to])?;
    if !brand.sandbox && last.is_some_and(|t| t - CODE_LIFE + 20 * time::SECOND > now) {
        return Err(Problem::new(Code::TooMany, "A code was sent a moment ago; wait 20 seconds."));
    }
    tx.exec(
        "insert into login_code (brand_id, address, code, tries, expires_at) values ($1, $2, $3, 0, $4) \
         on conflict (brand_id, address) do update set code = excluded.code, tries = 0, expires_at = excluded.expires_at",
        params![brand.id, to, &secret::digest(&code), now + CODE_LIFE],
    )?;
    Ok(code)
}

/// Ask for a sign-in code.
#[utoipa::path(post, path = "/mall/v1/login/code", tag = "mall", request_body = AskCode, responses((status = 200, body = CodeSent)), security(()))]
pub async fn login_code(State(app): State<App>, Shop(shop): Shop, Json(body): Json<AskCode>) -> Answer<Json<CodeSent>> {
    let (kind, to) = address(&body.address)?;
    let sandbox = shop.sandbox;
    if !sandbox && kind == "phone" {
        return Err(Problem::conflict("This shop sends codes by e-mail; sign in with your e-mail address.").into());
    }
    let (recipient, title) = (to.clone(), shop.name.clone());
    let code = app.db.write(move |tx| new_code(tx, &shop, &to)).await?;
    if sandbox {
        return Ok(Json(CodeSent { sent: true, sandbox_code: Some(code) }));
    }
    let config = app.config.clone();
    let body = format!("您的登录验证码：{code}，10 分钟内有效。\nYour sign-in code: {code}, valid for 10 minutes.");
    let send = move || send_code(&config, &recipient, &format!("{title} 验证码 {code}"), &body);
    tokio::task::spawn_blocking(send).await.map_err(Problem::internal)??;
    Ok(Json(CodeSent { sent: true, sandbox_code: None }))
}

/// Sends a sign-in code at once: nothing waits for it but the customer.
fn send_code(config: &weir_ground::config::Config, to: &str, subject: &str, text: &str) -> Result<()> {
    use weir_connect::mail::{Mail, Outcome, Smtp};
    let Some(url) = &config.smtp_url else {
        return Err(Problem::conflict("This shop cannot send codes yet: its owner has to set WEIR_SMTP_URL."));
    };
    let id = secret::hex(&secret::bytes::<12>());
    let mail = Mail { id: &id, to, subject, text, unsubscribe: None };
    match Smtp::new(url, &config.mail_from)?.send(&mail) {
        Outcome::Accepted | Outcome::Unknown(_) => Ok(()),
        Outcome::Refused(why) | Outcome::NotNow(why) => {
            tracing::warn!("a sign-in code was not sent: {}", weir_ground::seal::veil(&why));
            Err(Problem::new(Code::Busy, "The code could not be sent just now. Check the address and try again."))
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    pub address: String,
    pub code: String,
    /// The visitor id of this device, so that what it did before is kept.
    pub visitor: Option<String>,
    /// The code of the friend whose link was followed.
    pub referral: Option<String>,
    /// May the shop send messages? Counts for the inbox, and for e-mail when that was the address.
    #[serde(default)]
    pub marketing_consent: bool,
    pub name: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct LoggedIn {
    pub token: String,
    pub person_id: ids::PersonId,
}

/// Uses a code up; wrong ones are counted.
fn use_code(tx: &mut Tx, brand: BrandId, to: &str, code: &str) -> Result<bool> {
    let (now, to) = (tx.now(), &tx.keys(brand).index("login", to));
    let good = tx.guard(
        "delete from login_code where brand_id = $1 and address = $2 and code = $3 and expires_at > $4 and tries < $5",
        params![brand, to, &secret::digest(code.trim()), now, TRIES],
    )?;
    if !good.won() {
        tx.exec("update login_code set tries = tries + 1 where brand_id = $1 and address = $2", params![brand, to])?;
    }
    Ok(good.won())
}

fn enter(tx: &mut Tx, brand: BrandId, body: &Login) -> Result<Option<LoggedIn>> {
    let (kind, to) = address(&body.address)?;
    if !use_code(tx, brand, &to, &body.code)? {
        return Ok(None);
    }
    let mut given = vec![(kind, to.as_str())];
    if let Some(v) = body.visitor.as_deref().filter(|v| !v.is_empty()) {
        given.push(("visitor", v));
    }
    let who = identity::resolve(tx, brand, &given, "mall")?;
    let now = tx.now();
    person::seen(tx, who, now, None)?;
    if body.name.as_deref().is_some_and(|n| !n.trim().is_empty()) {
        let traits = person::Traits { name: body.name.clone(), ..Default::default() };
        person::describe(tx, brand, who, &traits, None)?;
    }
    if body.marketing_consent {
        let mut channels = vec!["inbox"];
        channels.extend((kind == "email").then_some("email"));
        for channel in channels {
            let says = SetConsent {
                purpose: "marketing".into(),
                channel: channel.into(),
                status: "granted".into(),
                proof: Some("ticked when signing in to the mall".into()),
            };
            consent::set(tx, brand, who, &says, "mall", None)?;
        }
    }
    let props = match body.referral.as_deref() {
        Some(code) if code.bytes().all(|b| b.is_ascii_alphanumeric()) => format!(r#"{{"referral":"{code}"}}"#),
        _ => "{}".to_string(),
    };
    let _ = tx.record(&Fact::new(brand, events::BUYER_SIGNED_IN, now).person(who).source("mall").props(&props))?;
    Ok(Some(LoggedIn { token: open_session(tx, brand, who)?, person_id: person::of(tx, who)? }))
}

/// Sign in with the code; the answer is the token for everything else.
#[utoipa::path(post, path = "/mall/v1/login", tag = "mall", request_body = Login, responses((status = 200, body = LoggedIn)), security(()))]
pub async fn login(State(app): State<App>, Shop(shop): Shop, Json(body): Json<Login>) -> Answer<Json<LoggedIn>> {
    let entered = app.db.write(move |tx| enter(tx, shop.id, &body)).await?;
    let wrong = || Problem::new(Code::NotSignedIn, "The code is wrong or too old. Ask for a new one.");
    Ok(Json(entered.ok_or_else(wrong)?))
}

/// Sign out.
#[utoipa::path(post, path = "/mall/v1/logout", tag = "mall", responses((status = 204)))]
pub async fn logout(State(app): State<App>, parts: Parts) -> Answer<StatusCode> {
    if let Some(token) = bearer(&parts) {
        app.db
            .write(move |tx| tx.exec("delete from buyer_session where token = $1", params![&secret::digest(&token)]))
            .await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
