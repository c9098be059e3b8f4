//! The public doors: the link that is printed, and the mall that opens.
use super::choose::{self, Choice};
use super::follow::{self, Scan, Step};
use super::machine::{self, Repeats};
use super::{COOKIE, Recorded, Visit, clip, known_visitor, record_visit};
use crate::live_code::Plans;
use crate::{link, touchpoint};
use axum::extract::{ConnectInfo, Extension, State};
use axum::http::{HeaderMap, StatusCode, header, request::Parts};
use axum::response::{Html, IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use utoipa::ToSchema;
use weir_ground::http::{Answer, App, Json, Path, header_text};
use weir_ground::base::Ms;
use weir_ground::{Tx, secret};
use weir_keep::brand;

/// The visitor that this browser carries.
pub(crate) fn cookie(headers: &HeaderMap) -> Option<String> {
    let all = header_text(headers, "cookie")?;
    let mut pairs = all.split(';').filter_map(|c| c.trim().split_once('='));
    let (_, value) = pairs.find(|(name, _)| *name == COOKIE)?;
    known_visitor(value).map(str::to_string)
}

pub(crate) fn set_cookie(visitor: &str, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    format!("{COOKIE}={visitor}; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000{secure}")
}

/// The caller's address: the first hop that a proxy names, else the connection's.
fn address(parts: &Parts) -> Option<String> {
    let forwarded = header_text(&parts.headers, "x-forwarded-for");
    let first = forwarded.as_deref().and_then(|f| f.split(',').next()).map(str::trim).filter(|f| !f.is_empty());
    let connected = || parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|c| c.0.ip().to_string());
    first.map(str::to_string).or_else(connected)
}

fn visit(parts: &Parts, path: &str, source: &'static str) -> Visit {
    let agent = header_text(&parts.headers, "user-agent");
    let utm = link::marks(parts.uri.query().unwrap_or(""));
    Visit { visitor: String::new(), path: clip(path, 300), ip: address(parts), agent, source, utm }
}

/// A value of the address, if it is given.
fn asked(parts: &Parts, name: &str) -> Option<String> {
    let mut pairs = parts.uri.query().unwrap_or("").split('&').filter_map(|p| p.split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| link::decoded(value))
}

/// What the address of a scan says besides the code.
fn scan(parts: &Parts) -> Scan {
    let asked = |name: &str| asked(parts, name);
    let degrees = |name: &str, most: f64| {
        let d: f64 = asked(name)?.trim().parse().ok()?;
        (d.is_finite() && d.abs() <= most).then_some((d * 1e6) as i64)
    };
    Scan {
        carried: cookie(&parts.headers),
        visit: visit(parts, parts.uri.path(), "link"),
        store: asked("store"),
        place: degrees("lat", 90.0).zip(degrees("lng", 180.0)),
        page: header_text(&parts.headers, "accept").is_some_and(|a| a.contains("text/html")),
        asked: asked("asked").and_then(|t| t.parse().ok()),
    }
}

/// The step in the page of stores that the address asks for, if it is that page's and nothing was chosen yet.
fn step(parts: &Parts, scan: &Scan, now: Ms) -> Option<Step> {
    if !scan.page || !scan.was_asked(now) || scan.store.is_some() || scan.place.is_some() || asked(parts, "any").is_some() {
        return None;
    }
    let region = asked(parts, "region").filter(|r| !r.is_empty() && r.chars().count() <= 100);
    let from = asked(parts, "from").and_then(|n| n.parse().ok()).filter(|n| *n <= 10_000);
    (region.is_some() || from.is_some()).then(|| Step { region, from: from.unwrap_or(0) })
}

/// The page of stores. Nothing runs or loads in it but what is in it.
fn stores(choice: &Choice, step: &Step, headers: &HeaderMap) -> Response {
    let nonce = secret::hex(&secret::bytes::<16>());
    let policy = format!("default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-{nonce}'; base-uri 'none'; frame-ancestors 'none'");
    let page = Html(choice.html(step, english(headers), &nonce));
    ([(header::CONTENT_SECURITY_POLICY, policy), (header::CACHE_CONTROL, "no-store".into())], page).into_response()
}

/// Follow a printed code: leads to where its live code or its landing says and records the visit. Public.
///
/// With a live code in use a visitor is led to a guide's page (`/g/…`), to an address of the rule
/// that is open, or to the fallback. Where the nearest store decides and the address does not say where
/// the visitor is, a page asks for it; whoever takes no HTML is led to the fallback. A paused touchpoint still
/// leads on; machines and `HEAD` are led on and counted apart. `utm_…` marks are kept and handed on.
#[utoipa::path(get, path = "/c/{code}", tag = "gather", params(("code" = String, Path, description = "What is printed"),
    ("store" = Option<String>, Query, description = "Code or id of the store the visitor is in"),
    ("lat" = Option<f64>, Query, description = "Where the visitor is"), ("lng" = Option<f64>, Query)), security(()),
    responses((status = 302, description = "To the landing, with tp=<code>"),
        (status = 200, content_type = "text/html", body = String, description = "Which store?"), (status = 404, content_type = "text/html", body = String)))]
pub async fn follow_code(
    State(app): State<App>,
    Extension(plans): Extension<Plans>,
    Extension(repeats): Extension<Repeats>,
    Path(code): Path<String>,
    parts: Parts,
) -> Answer<Response> {
    if !touchpoint::code::plausible(&code) {
        return Ok(nothing_here(&parts.headers));
    }
    let scan = scan(&parts);
    let again = |s: &Scan| repeats.too_many(app.db.now(), &code, s.visit.ip.as_deref(), s.visit.agent.as_deref());
    let reason = machine::of_request(&parts.method, &parts.headers)
        .or_else(|| (scan.carried.is_none() && again(&scan)).then_some("repeat"));
    if let Some(reason) = reason {
        return lead_machine_on(&app, code, scan.visit, reason, &parts.headers).await;
    }
    if let Some(step) = step(&parts, &scan, app.db.now()) {
        let (plans, code, scan) = (plans.clone(), code.clone(), scan.clone());
        if let Some(choice) = app.db.read(move |tx| choose::again(tx, &plans, &code, &scan)).await? {
            return Ok(stores(&choice, &step, &parts.headers));
        }
    }
    let (of, by) = (code.clone(), scan.clone());
    let followed = app.db.write(move |tx| follow::follow(tx, &plans, &of, &by)).await?;
    let Some(followed) = followed else { return Ok(nothing_here(&parts.headers)) };
    let answer = match followed.choose.filter(|_| scan.page) {
        Some((brand, among)) => {
            let choice = app.db.read(move |tx| choose::between(tx, brand, &code, &scan, &among)).await?;
            stores(&choice, &Step::default(), &parts.headers)
        }
        None => (StatusCode::FOUND, led(followed.to)).into_response(),
    };
    Ok(match followed.visitor {
        Some(visitor) => ([(header::SET_COOKIE, set_cookie(&visitor, app.config.secure))], answer).into_response(),
        None => answer,
    })
}

fn led(to: String) -> [(header::HeaderName, String); 2] {
    [(header::LOCATION, to), (header::CACHE_CONTROL, "no-store".to_string())]
}

/// A machine sees the quiet destination; it is counted behind the answer, which a clean stop waits for.
async fn lead_machine_on(app: &App, code: String, visit: Visit, reason: &'static str, headers: &HeaderMap) -> Answer<Response> {
    let found = app
        .db
        .read(move |tx| {
            let Some(t) = touchpoint::by_code(tx, &code)? else { return Ok(None) };
            Ok(Some((follow::quietly(tx, &t, &visit)?, t.id, t.active())))
        })
        .await?;
    let Some((to, id, active)) = found else { return Ok(nothing_here(headers)) };
    if active {
        drop(app.db.submit(move |tx| machine::count(tx, id, reason)));
    }
    Ok((StatusCode::FOUND, led(to)).into_response())
}

/// Does the reader prefer another language than Chinese?
pub(crate) fn english(headers: &HeaderMap) -> bool {
    header_text(headers, "accept-language").is_some_and(|l| !l.trim_start().to_lowercase().starts_with("zh") && !l.is_empty())
}

/// A page for people: the code is unknown, in the reader's language.
pub(crate) fn nothing_here(headers: &HeaderMap) -> Response {
    let (lang, title, text, link) = if english(headers) {
        (
            "en",
            "This code leads nowhere",
            "It may have been copied incompletely. Scan it once more, or ask the shop that gave it to you.",
            "To the shop",
        )
    } else {
        ("zh-CN", "这个码没有指向任何地方", "可能没有复制完整。请重新扫一次，或向给您这个码的门店确认。", "去商城看看")
    };
    let page = format!(
        "<!doctype html><html lang=\"{lang}\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <meta name=\"robots\" content=\"noindex\"><title>{title}</title><style>body{{margin:0;min-height:100vh;display:grid;\
         place-content:center;padding:2rem;font:16px/1.7 system-ui,sans-serif;color:#1c2b2a;background:#f6f8f7;text-align:center}}\
         h1{{font-size:1.4rem;margin:0 0 .5rem}}p{{margin:0 0 1.5rem;max-width:26rem}}a{{color:#0b6b61}}</style>\
         <main><h1>{title}</h1><p>{text}</p><a href=\"/m/\">{link}</a></main>"
    );
    (StatusCode::NOT_FOUND, [(header::CACHE_CONTROL, "no-store")], Html(page)).into_response()
}

/// The mall was opened.
#[derive(Debug, Deserialize, ToSchema)]
pub struct MallVisit {
    /// `tp` of the address, where there is one.
    pub touchpoint_code: Option<String>,
    pub path: String,
    /// What an earlier answer gave; a browser's cookie goes first.
    pub visitor: Option<String>,
}

/// Who is looking; send it with every later call as `X-Weir-Visitor`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MallVisitor {
    pub visitor: String,
}

/// Say that the mall was opened. Public; the brand is the one of `X-Weir-Brand`, or the first.
#[utoipa::path(post, path = "/mall/v1/visit", tag = "mall", request_body = MallVisit, security(()), responses((status = 200, body = MallVisitor)))]
pub async fn mall_visit(State(app): State<App>, parts: Parts, Json(body): Json<MallVisit>) -> Answer<Response> {
    let sent = [body.visitor, header_text(&parts.headers, "x-weir-visitor")];
    let carried = cookie(&parts.headers);
    let known = carried.clone().or_else(|| sent.iter().flatten().find_map(|v| known_visitor(v)).map(str::to_string));
    let (brand, code) = (header_text(&parts.headers, "x-weir-brand"), body.touchpoint_code);
    let (machine, mut visit) = (machine::machine(&parts.headers).is_some(), visit(&parts, &body.path, "mall"));
    let record = move |tx: &mut Tx| {
        let brand = match &brand {
            Some(code) => brand::by_code(tx, code)?,
            None => brand::first(tx)?,
        };
        visit.visitor = known.clone().unwrap_or_else(|| tx.secret(22));
        if !machine {
            let _: Recorded = record_visit(tx, brand.id, code.as_deref(), &visit)?;
        }
        Ok(visit.visitor.clone())
    };
    let visitor = app.db.write(record).await?;
    let keep = carried.is_none().then(|| [(header::SET_COOKIE, set_cookie(&visitor, app.config.secure))]);
    let answer = Json(MallVisitor { visitor }).into_response();
    Ok(match keep {
        Some(keep) => (keep, answer).into_response(),
        None => answer,
    })
}
