//! Quarantine: authenticated input that is not fit for the log is kept with a reason, not thrown
//! away; a rejected order event is evidence (G21). What is sent again is kept once.
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use weir_ground::base::{Ms, Result, ids::QuarantinedId};
use weir_ground::event::BrandId;
use weir_ground::http::{Answer, App, Json, List, Page, Query};
use weir_ground::{Tx, from_row, params, secret};
use weir_keep::{May, Staff};

/// Why something did not become an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Not of the shape that the protocol asks for.
    SchemaInvalid,
    /// Long before our time or in the future.
    TimeImplausible,
    /// Larger than one event may be.
    TooLarge,
    /// A message with the same id and other content was taken before.
    Conflict,
    /// A name that only Weir itself states.
    Forbidden,
}

impl Reason {
    pub const fn code(self) -> &'static str {
        match self {
            Reason::SchemaInvalid => "schema_invalid",
            Reason::TimeImplausible => "time_implausible",
            Reason::TooLarge => "too_large",
            Reason::Conflict => "conflict",
            Reason::Forbidden => "forbidden",
        }
    }
}

/// As much of a refused message is kept.
const KEPT: usize = 64 << 10;

/// Keeps what was refused.
pub fn keep(tx: &mut Tx, brand: BrandId, source: &str, reason: Reason, detail: &str, raw: &str) -> Result<()> {
    let digest = secret::digest(&format!("{source}\n{}\n{raw}", reason.code()));
    let mut end = raw.len().min(KEPT);
    while !raw.is_char_boundary(end) {
        end -= 1;
    }
    let (id, now): (QuarantinedId, Ms) = (tx.new_id(), tx.now());
    let (raw, detail) = (raw[..end].replace('\0', "\u{fffd}"), detail.replace('\0', "\u{fffd}"));
    tx.exec(
        "insert into quarantine (id, brand_id, source, reason, detail, raw, digest, received_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing",
        params![id, brand, source, reason.code(), &detail, &raw, &digest[..32], now],
    )?;
    Ok(())
}

/// Something in quarantine.
#[derive(Debug, Serialize, ToSchema)]
pub struct Quarantined {
    pub id: QuarantinedId,
    pub source: String,
    /// `schema_invalid`, `time_implausible`, `too_large`, `conflict` or `forbidden`
    pub reason: String,
    pub detail: String,
    /// As it came, at most 64 KB of it.
    pub raw: String,
    pub received_at: Ms,
}
from_row!(Quarantined { id, source, reason, detail, raw, received_at });

/// What the intake could not take, newest first.
#[utoipa::path(get, path = "/api/v1/quarantine", tag = "gather", params(Page), responses((status = 200, body = List<Quarantined>)))]
pub async fn list_quarantine(
    State(app): State<App>,
    who: Staff,
    Query(page): Query<Page>,
) -> Answer<Json<List<Quarantined>>> {
    who.need(May::ImportRun)?;
    let (limit, [before]) = (page.limit()?, page.after([i64::MAX])?);
    let list = app
        .db
        .read(move |tx| {
            let items = tx.all(
                "select id, source, reason, detail, raw, received_at from quarantine \
                 where brand_id = $1 and id < $2 order by id desc limit $3",
                params![who.brand, before, limit + 1],
            )?;
            let mut list = List::page(items, limit, |q: &Quarantined| q.id.n().to_string());
            list.total = Some(tx.one("select count(*) from quarantine where brand_id = $1", params![who.brand])?);
            Ok(list)
        })
        .await?;
    Ok(Json(list))
}
