//! `/batch/`, `/capture/` and `/e/`: where PostHog's SDKs send to.
use super::super::http::{LARGE, WIRE, blocking, gunzip, unpack, who};
use super::super::sensors::wire::Form;
use super::super::{Around, Trust, take};
use super::{Opened, open, parse};
use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_ground::base::{Code, Problem, Result, time};
use weir_ground::http::{Answer, App, Json, body, header_text};
use weir_keep::key::WriteKey;

/// One event, or `batch` of them. Unknown keys are ignored.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = PosthogBody)]
pub struct Body {
    /// The write key.
    pub api_key: Option<String>,
    pub batch: Option<Vec<serde_json::Value>>,
    pub event: Option<String>,
    pub distinct_id: Option<String>,
    #[schema(value_type = Option<Object>)]
    pub properties: Option<serde_json::Value>,
    /// ISO 8601
    pub timestamp: Option<String>,
    pub sent_at: Option<String>,
    pub uuid: Option<String>,
}

/// The events are durable.
#[derive(Debug, Serialize, ToSchema)]
pub struct Status {
    pub status: i64,
}

/// Send events as PostHog's SDKs do; `/batch/`, `/capture/` and `/e/` are the same. Answered when they are durable.
#[utoipa::path(post, path = "/batch/", tag = "gather", request_body = Body, security(("basic" = []), ("bearer" = []), ()),
    responses((status = 200, body = Status)))]
pub async fn capture(State(app): State<App>, WriteKey(header_key): WriteKey, request: Request) -> Answer<Response> {
    let encoding = header_text(request.headers(), "content-encoding").unwrap_or_default();
    let query = request.uri().query().unwrap_or("").to_string();
    let packed = body(request, WIRE).await?;
    let received = app.db.now();
    let large = packed.len() > LARGE;
    let read = move || -> Result<(bytes::Bytes, Opened)> {
        let body = plain(unpack(&encoding, packed)?)?;
        let mut opened = open(&body)?;
        opened.sent = opened.sent.or_else(|| sent_by(&query));
        Ok((body, opened))
    };
    let (body, opened) = if large { blocking(read).await? } else { read()? };
    let key = header_key.or(opened.key).ok_or_else(|| Problem::new(Code::NotSignedIn, "Send the write key as api_key in the body."))?;
    let (ingest, scope) = who(&app, key).await?;
    let around = Around { received, trust: Trust::of(&scope), sent: opened.sent, ..Around::default() };
    let parse = move || Ok(parse(body, &opened.places, around));
    let batch = if large { blocking(parse).await? } else { parse()? };
    app.db.write(move |tx| take(tx, ingest.brand, &batch)).await?;
    Ok(([(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")], Json(Status { status: 1 })).into_response())
}

/// The JSON of a body: packed without saying so, or as base64 in a form field `data`.
fn plain(body: bytes::Bytes) -> Result<bytes::Bytes> {
    if body.starts_with(&[0x1f, 0x8b]) {
        return Ok(gunzip(&body)?.into());
    }
    if body.starts_with(b"data=") || body.windows(6).any(|w| w == b"&data=") && !body.trim_ascii_start().starts_with(b"{") {
        let mut form = Form::default();
        form.read(&String::from_utf8_lossy(&body));
        let data = form.data.first().map(String::as_str).unwrap_or("");
        if data.trim_start().starts_with(['{', '[']) {
            return Ok(data.to_string().into());
        }
        let json = form.decode(data, false).map_err(|bad| Problem::field("data", bad.1))?;
        return if json.starts_with(&[0x1f, 0x8b]) { Ok(gunzip(&json)?.into()) } else { Ok(json.into()) };
    }
    Ok(body)
}

/// The browser SDK writes when it sends into the address, as `_=<milliseconds>`.
fn sent_by(query: &str) -> Option<String> {
    let at: i64 = query.split('&').find_map(|p| p.strip_prefix("_=")).and_then(|v| v.parse().ok())?;
    Some(time::rfc3339(at))
}
