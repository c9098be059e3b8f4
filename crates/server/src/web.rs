//! The pages: console at `/`, mall at `/m/`, category art at `/art/`, all inside the binary.
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};
use weir_ground::base::{Code, Problem};
use weir_ground::http::Fail;

#[derive(RustEmbed)]
#[folder = "../../web/console/dist"]
#[allow_missing = true]
struct Console;

#[derive(RustEmbed)]
#[folder = "../../web/mall/dist/h5"]
#[allow_missing = true]
struct Mall;

#[derive(RustEmbed)]
#[folder = "../../demo/art"]
#[allow_missing = true]
struct Art;

/// Files under `/assets/` and the mall's bundles have their digest in the name.
fn is_named_by_digest(path: &str) -> bool {
    ["assets/", "js/", "css/", "chunk/", "static/"].iter().any(|f| path.starts_with(f))
}

fn file(found: EmbeddedFile, path: &str, headers: &HeaderMap) -> Response {
    let etag = format!("\"{}\"", weir_ground::secret::hex(&found.metadata.sha256_hash()[..12]));
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|v| v.as_bytes() == etag.as_bytes());
    let keep = if is_named_by_digest(path) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let kind = found.metadata.mimetype().to_string();
    let kind = if kind.starts_with("text/") || kind.ends_with("javascript") { format!("{kind}; charset=utf-8") } else { kind };
    let common = [(header::ETAG, etag), (header::CACHE_CONTROL, keep.to_string()), (header::CONTENT_TYPE, kind)];
    if known {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    (common, found.data.into_owned()).into_response()
}

/// Any address that no route claims.
pub async fn page(uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path();
    if ["/api/", "/mall/", "/v1/", "/c/"].iter().any(|p| path.starts_with(p)) {
        return Fail(Problem::new(Code::NotFound, format!("There is no {path} here. See /api/openapi.json."))).into_response();
    }
    if let Some(name) = path.strip_prefix("/art/") {
        return Art::get(name).map_or_else(|| StatusCode::NOT_FOUND.into_response(), |f| file(f, name, &headers));
    }
    if path == "/m" {
        return (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, "/m/")]).into_response();
    }
    let (found, name) = match path.strip_prefix("/m/") {
        Some("") => (Mall::get("index.html"), "index.html"),
        Some(name) => (Mall::get(name), name),
        None => match path.trim_start_matches('/') {
            "" => (Console::get("index.html"), "index.html"),
            // The console routes in the browser: an address without a file is one of its pages.
            name => match Console::get(name) {
                Some(f) => (Some(f), name),
                None if name.rsplit('/').next().is_some_and(|n| n.contains('.')) => (None, name),
                None => (Console::get("index.html"), "index.html"),
            },
        },
    };
    match found {
        Some(f) => file(f, name, &headers),
        None if name == "index.html" => (StatusCode::SERVICE_UNAVAILABLE, NOT_BUILT).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

const NOT_BUILT: &str = "This program was built without its pages. Run bin/demo, or build web/console and web/mall and build again.\n";
