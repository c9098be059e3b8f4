//! The mall's own events: `/w.js` in its pages sends them here, without a key. Who it was is the
//! visitor that the mall's cookie names; what the page says of ids counts for nothing, and signing in
//! is the mall's own business, so only `track`, `page` and `screen` are taken.
use super::http::{WIRE, unpack};
use super::{Around, Batch, Does, Trust, segment, take};
use crate::visit::http::{cookie, set_cookie};
use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use weir_ground::Tx;
use weir_ground::http::{Answer, App, Json, body, header_text};
use weir_keep::brand;

/// As events name where they came from.
pub const SOURCE: &str = "mall";

/// Makes a batch one of a visitor of the mall.
pub fn of_visitor(mut batch: Batch, visitor: &str) -> Batch {
    batch.source = SOURCE;
    batch.items.retain(|item| matches!(item.call, "track" | "page" | "screen"));
    for item in &mut batch.items {
        (item.user, item.anonymous, item.does) = (None, None, Does::Nothing);
        item.more = vec![("visitor", visitor.to_string())];
    }
    batch.around.visitor = Some(visitor.to_string());
    batch
}

/// Say what a visitor of the mall did: a Segment batch. Public; the brand is the one of `X-Weir-Brand`, or the first.
#[utoipa::path(post, path = "/mall/v1/events", tag = "mall", request_body = super::http::Body, security(()),
    responses((status = 200, body = super::http::Success)))]
pub async fn mall_events(State(app): State<App>, request: Request) -> Answer<Response> {
    let headers = request.headers();
    let (carried, code) = (cookie(headers), header_text(headers, "x-weir-brand"));
    let encoding = header_text(headers, "content-encoding").unwrap_or_default();
    let bytes = unpack(&encoding, body(request, WIRE / 8).await?)?;
    let batch = segment::parse("batch", bytes, app.db.now(), Trust::App)?;
    let known = carried.clone();
    let write = move |tx: &mut Tx| {
        let brand = match &code {
            Some(code) => brand::by_code(tx, code)?,
            None => brand::first(tx)?,
        };
        let visitor = known.clone().unwrap_or_else(|| tx.secret(22));
        take(tx, brand.id, &of_visitor(batch.clone(), &visitor))?;
        Ok(visitor)
    };
    let visitor = app.db.write(write).await?;
    let answer = Json(super::http::Success { success: true }).into_response();
    if carried.is_some() {
        return Ok(answer);
    }
    Ok(([(header::SET_COOKIE, set_cookie(&visitor, app.config.secure))], answer).into_response())
}

/// A message of the quarantine, as it was when it came.
pub fn parse_one(message: bytes::Bytes, around: Around) -> Batch {
    let visitor = around.visitor.clone().unwrap_or_default();
    of_visitor(segment::parse_one(message, around), &visitor)
}
