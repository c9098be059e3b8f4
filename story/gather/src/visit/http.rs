//! The public doors: the link that is printed, and the mall that opens.
use super::{COOKIE, Recorded, Visit, clip, known_visitor, machine, record_visit};
use crate::touchpoint::{self, destination};
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, Method, StatusCode, header, request::Parts};
use axum::response::{Html, IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use utoipa::ToSchema;
use weir_ground::http::{Answer, App, Json, Path, header_text};
use weir_ground::Tx;
use weir_keep::brand;

/// The visitor that this browser carries.
fn cookie(headers: &HeaderMap) -> Option<String> {
    let all = header_text(headers, "cookie")?;
    let mut pairs = all.split(';').filter_map(|c| c.trim().split_once('='));
    let (_, value) = pairs.find(|(name, _)| *name == COOKIE)?;
    known_visitor(value).map(str::to_string)
}

fn set_cookie(visitor: &str, secure: bool) -> String {
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
    Visit { visitor: String::new(), path: clip(path, 300), ip: address(parts), agent, source }
}

/// Follow a printed code: leads to the landing of its touchpoint and records the visit. Public.
///
/// A paused touchpoint still leads on; machines and `HEAD` are led on without being recorded.
#[utoipa::path(get, path = "/c/{code}", tag = "gather", params(("code" = String, Path, description = "What is printed")), security(()),
    responses((status = 302, description = "To the landing, with tp=<code>"), (status = 404, content_type = "text/html", body = String)))]
pub async fn follow_code(State(app): State<App>, Path(code): Path<String>, parts: Parts) -> Answer<Response> {
    let asked = code.clone();
    let Some(t) = app.db.read(move |tx| touchpoint::by_code(tx, &asked)).await? else {
        return Ok(nothing_here(&parts.headers));
    };
    let to = destination(&t.landing, &t.code);
    let led = [(header::LOCATION, to), (header::CACHE_CONTROL, "no-store".to_string())];
    if !t.active() || parts.method == Method::HEAD || machine::is_machine(&parts.headers) {
        return Ok((StatusCode::FOUND, led).into_response());
    }
    let (carried, mut visit) = (cookie(&parts.headers), visit(&parts, parts.uri.path(), "link"));
    let record = move |tx: &mut Tx| {
        visit.visitor = carried.clone().unwrap_or_else(|| tx.secret(22));
        record_visit(tx, t.brand, Some(&t.code), &visit)?;
        Ok(visit.visitor.clone())
    };
    let visitor = app.db.write(record).await?;
    let keep = [(header::SET_COOKIE, set_cookie(&visitor, app.config.secure))];
    Ok((StatusCode::FOUND, led, keep).into_response())
}

/// A page for people: the code is unknown, in the reader's language.
fn nothing_here(headers: &HeaderMap) -> Response {
    let english = header_text(headers, "accept-language")
        .is_some_and(|l| !l.trim_start().to_lowercase().starts_with("zh") && !l.is_empty());
    let (lang, title, text, link) = if english {
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
    let (machine, mut visit) = (machine::is_machine(&parts.headers), visit(&parts, &body.path, "mall"));
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
