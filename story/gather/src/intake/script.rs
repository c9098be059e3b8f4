//! `/w.js`: the script that a web page sends its events with. Its source is `web/w/w.js`.
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::LazyLock;
use weir_ground::secret;

const SCRIPT: &str = include_str!("../../../../web/w/w.min.js");
static ETAG: LazyLock<String> = LazyLock::new(|| format!("\"{}\"", &secret::digest(SCRIPT)[..24]));

/// The script, which any page may load.
pub async fn script(headers: HeaderMap) -> Response {
    let about = [
        (header::ETAG, ETAG.as_str()),
        (header::CACHE_CONTROL, "public, max-age=3600"),
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    if headers.get(header::IF_NONE_MATCH).is_some_and(|v| v.as_bytes() == ETAG.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, about).into_response();
    }
    (about, SCRIPT).into_response()
}
