//! Quarantine: authenticated input that is not fit for the log is kept with a reason, not thrown
//! away; a rejected order event is evidence (G21). What is sent again is kept once.
use crate::intake::Around;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use weir_ground::base::{Ms, Problem, Result, ids::QuarantinedId};
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
    /// Damaged on its way: it cannot be unpacked, or its checksum does not fit.
    Corrupt,
}

impl Reason {
    pub const fn code(self) -> &'static str {
        match self {
            Reason::SchemaInvalid => "schema_invalid",
            Reason::TimeImplausible => "time_implausible",
            Reason::TooLarge => "too_large",
            Reason::Conflict => "conflict",
            Reason::Forbidden => "forbidden",
            Reason::Corrupt => "corrupt",
        }
    }
}

/// As much of a refused message is kept.
const KEPT: usize = 64 << 10;

/// A message that was refused.
pub struct Refusal<'a> {
    /// The dialect.
    pub source: &'a str,
    pub reason: Reason,
    pub detail: &'a str,
    /// As it came.
    pub raw: &'a str,
    pub around: &'a Around,
}

/// Keeps what was refused.
pub fn keep(tx: &mut Tx, brand: BrandId, r: &Refusal<'_>) -> Result<()> {
    let digest = secret::digest(&format!("{}\n{}\n{}", r.source, r.reason.code(), r.raw));
    let mut end = r.raw.len().min(KEPT);
    while !r.raw.is_char_boundary(end) {
        end -= 1;
    }
    let id: QuarantinedId = tx.new_id();
    let clean = |text: &str| without_secrets(&text.replace('\0', "\u{fffd}"));
    let (raw, detail) = (clean(&r.raw[..end]), clean(r.detail));
    let around = clean(&serde_json::to_string(r.around).map_err(Problem::internal)?);
    tx.exec(
        "insert into quarantine (id, brand_id, source, reason, detail, raw, around, cut, digest, received_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (brand_id, digest) do update set times = quarantine.times + 1",
        params![id, brand, r.source, r.reason.code(), &detail, &raw, &around, end < r.raw.len(), &digest[..32], r.around.received],
    )?;
    Ok(())
}

/// Keys of servers that a message carries are not kept with it.
fn without_secrets(text: &str) -> String {
    const KEY: &str = "weir_admin_";
    let mut parts = text.split(KEY);
    let mut out = parts.next().unwrap_or("").to_string();
    for part in parts {
        out.push_str(KEY);
        out.push('…');
        out.push_str(part.trim_start_matches(|c: char| c.is_ascii_alphanumeric()));
    }
    out
}

/// Something in quarantine.
#[derive(Debug, Serialize, ToSchema)]
pub struct Quarantined {
    pub id: QuarantinedId,
    pub source: String,
    /// `schema_invalid`, `time_implausible`, `too_large`, `conflict`, `forbidden` or `corrupt`
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
