//! The intake over HTTP.
use super::segment::{self, Trust};
use super::take;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::io::Read;
use utoipa::ToSchema;
use weir_ground::base::{Code, Problem, Result};
use weir_ground::http::{Answer, App, Json, Path, body, header_text};
use weir_keep::key::{self, Ingest, WriteKey};

/// What may come over the wire at once.
pub(super) const WIRE: usize = 4 << 20;
/// What a body may unpack to.
pub(super) const UNPACKED: usize = 16 << 20;
/// Bodies larger than this are taken apart beside the threads that answer.
pub(super) const LARGE: usize = 64 << 10;

/// The last part of the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SegmentCall)]
pub enum Call {
    Track,
    Identify,
    Page,
    Screen,
    Group,
    Alias,
    Batch,
}

impl Call {
    const fn code(self) -> &'static str {
        match self {
            Call::Track => "track",
            Call::Identify => "identify",
            Call::Page => "page",
            Call::Screen => "screen",
            Call::Group => "group",
            Call::Alias => "alias",
            Call::Batch => "batch",
        }
    }
}

/// One message, or `batch` of them. Unknown keys are ignored.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SegmentBody)]
pub struct Body {
    /// Only for `/v1/batch`: messages, each with its `type`.
    pub batch: Option<Vec<serde_json::Value>>,
    /// `track`, `identify`, `page`, `screen`, `group` or `alias`
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub message_id: Option<String>,
    pub user_id: Option<String>,
    pub anonymous_id: Option<String>,
    /// What happened, of a track call.
    pub event: Option<String>,
    #[schema(value_type = Option<Object>)]
    pub properties: Option<serde_json::Value>,
    #[schema(value_type = Option<Object>)]
    pub traits: Option<serde_json::Value>,
    #[schema(value_type = Option<Object>)]
    pub context: Option<serde_json::Value>,
    /// ISO 8601
    pub timestamp: Option<String>,
    pub sent_at: Option<String>,
    /// Where the key is not in the header.
    pub write_key: Option<String>,
}

/// The events are durable.
#[derive(Debug, Serialize, ToSchema)]
pub struct Success {
    pub success: bool,
}

/// Send events as Segment's clients do. Answered when they are durable; a message that cannot be
/// taken is kept in quarantine and does not hold up the others.
#[utoipa::path(post, path = "/v1/{call}", tag = "gather", params(("call" = inline(Call), Path)), request_body = Body,
    security(("basic" = []), ("bearer" = [])), responses((status = 200, body = Success)))]
pub async fn take_events(
    State(app): State<App>,
    Path(call): Path<Call>,
    WriteKey(header_key): WriteKey,
    request: Request,
) -> Answer<Response> {
    let from_header = match &header_key {
        Some(secret) => Some(who(&app, secret.clone()).await?),
        None => None,
    };
    let encoding = header_text(request.headers(), "content-encoding").unwrap_or_default();
    let packed = body(request, WIRE).await?;
    let received = app.db.now();
    let unpack = move || unpack(&encoding, packed);
    let body = if matches!(call, Call::Batch) { blocking(unpack).await? } else { unpack()? };
    let body_key = segment::write_key(&body)?;
    let (ingest, scope) = match (from_header, header_key, body_key) {
        (Some(_), Some(a), Some(b)) if a != b => {
            return Err(Problem::new(Code::NotSignedIn, "The write key of the header and the one of the body differ.").into());
        }
        (Some(found), ..) => found,
        (None, _, Some(secret)) => who(&app, secret).await?,
        (None, _, None) => {
            let how = "Send the write key as Basic user, as Bearer, or as writeKey in the body.";
            return Err(Problem::new(Code::NotSignedIn, how).into());
        }
    };
    let trust = Trust::of(&scope);
    let large = body.len() > LARGE;
    let parse = move || segment::parse(call.code(), body, received, trust);
    let batch = if large { blocking(parse).await? } else { parse()? };
    app.db.write(move |tx| take(tx, ingest.brand, &batch)).await?;
    Ok(([(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")], Json(Success { success: true })).into_response())
}

pub(super) async fn who(app: &App, secret: String) -> Result<(Ingest, String)> {
    let found = app.db.read(move |tx| key::find(tx, &secret)).await?;
    found.0.note(&app.db);
    Ok(found)
}

pub(super) async fn blocking<T: Send + 'static>(f: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(f).await.map_err(Problem::internal)?
}

/// Unpacks by Content-Encoding, whatever the content type says.
pub(super) fn unpack(encoding: &str, packed: bytes::Bytes) -> Result<bytes::Bytes> {
    match encoding.trim().to_ascii_lowercase().as_str() {
        "" | "identity" => return Ok(packed),
        "gzip" | "x-gzip" => {}
        other => return Err(Problem::new(Code::Unsupported, format!("Content-Encoding {other} is not understood; use gzip."))),
    }
    Ok(gunzip(&packed)?.into())
}

/// Unpacks gzip, up to a limit.
pub(super) fn gunzip(packed: &[u8]) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(packed.len() * 4);
    let mut reader = flate2::read::MultiGzDecoder::new(packed).take(UNPACKED as u64 + 1);
    reader.read_to_end(&mut out).map_err(|e| Problem::invalid(format!("The body is not gzip: {e}.")))?;
    if out.len() > UNPACKED {
        return Err(Problem::new(Code::TooLarge, format!("The body unpacks to more than {UNPACKED} bytes; send less at a time.")));
    }
    Ok(out)
}

/// Browsers ask first when a page of another address sends events.
pub async fn preflight(headers: HeaderMap) -> Response {
    let asked = header_text(&headers, "access-control-request-headers").unwrap_or_else(|| "authorization, content-type".into());
    let allow = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*".to_string()),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST".to_string()),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, asked),
        (header::ACCESS_CONTROL_MAX_AGE, "86400".to_string()),
    ];
    (StatusCode::NO_CONTENT, allow).into_response()
}
