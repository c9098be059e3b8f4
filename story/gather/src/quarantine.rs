//! Quarantine: authenticated input that is not fit for the log is kept with a reason, not thrown
//! away; a rejected order event is evidence (G21). What is sent again is kept once. After a fix (a rule, a
//! newer program, a correction by hand) it is taken again; it becomes an event once.
pub mod http;

use crate::intake::{self, Around, Became};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_ground::base::{Ms, Problem, Result, ids::QuarantinedId};
use weir_ground::event::BrandId;
use weir_ground::{Tx, from_row, params, seal, secret};

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
    // It may hold anything, so all of it is sealed; the digest of what anybody could guess is keyed, too.
    let keys = tx.keys(brand);
    let digest = keys.index("quarantine", &digest);
    let clean = |text: &str| without_secrets(&text.replace('\0', "\u{fffd}"));
    let (raw, detail) = (keys.seal(&clean(&r.raw[..end])), clean(&seal::veil(r.detail)));
    let around = keys.seal(&clean(&serde_json::to_string(r.around).map_err(Problem::internal)?));
    tx.exec(
        "insert into quarantine (id, brand_id, source, reason, detail, raw, around, cut, digest, received_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (brand_id, digest) do update set times = quarantine.times + 1",
        params![id, brand, r.source, r.reason.code(), &detail, &raw, &around, end < r.raw.len(), &digest, r.around.received],
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
    /// The dialect: `segment`, `sensors` or `posthog`
    pub source: String,
    /// `schema_invalid`, `time_implausible`, `too_large`, `conflict`, `forbidden` or `corrupt`
    pub reason: String,
    pub detail: String,
    /// As it came, at most 64 KB of it.
    pub raw: String,
    /// More came than is kept, so it cannot be replayed.
    pub cut: bool,
    /// `open`, `replayed` or `dismissed`
    pub state: String,
    /// How often it came.
    pub times: i64,
    pub received_at: Ms,
    pub resolved_at: Option<Ms>,
    pub resolved_by: Option<String>,
}
from_row!(Quarantined { id, source, reason, detail, raw, cut, state, times, received_at, resolved_at, resolved_by });

impl Quarantined {
    pub(super) fn opened(mut self, keys: &seal::Seal) -> Result<Quarantined> {
        (self.raw, self.detail) = (keys.open(&self.raw)?, keys.open(&self.detail)?);
        Ok(self)
    }
}

const COLUMNS: &str = "id, source, reason, detail, raw, cut, state, times, received_at, resolved_at, resolved_by";

/// What became of a replay.
#[derive(Debug, Serialize, ToSchema)]
pub struct Replayed {
    /// It is an event now. Replaying it again changes nothing.
    pub done: bool,
    /// It stands in quarantine, perhaps for another reason than before.
    pub item: Quarantined,
}

/// Takes a message again as it would have been taken when it came: with its key, its time of
/// happening and of arrival, and its trust (G22). `fixed` stands for what came; the original stays.
pub fn replay(tx: &mut Tx, brand: BrandId, actor: &str, id: QuarantinedId, fixed: Option<&str>) -> Result<Replayed> {
    let kept: Option<(Quarantined, String)> = read(tx, brand, id)?;
    let (item, around) = kept.ok_or_else(|| Problem::not_found("quarantined message"))?;
    if item.state == "replayed" {
        return Ok(Replayed { done: true, item });
    }
    if item.cut && fixed.is_none() {
        return Err(Problem::conflict("Only the beginning of this message was kept, so it cannot be taken again as it came."));
    }
    let around = Around { received: item.received_at, ..serde_json::from_str(&around).map_err(Problem::internal)? };
    let became = intake::take_again(tx, brand, &item.source, fixed.unwrap_or(&item.raw), &around)?;
    let (reason, detail) = match became {
        Became::Event | Became::Duplicate => {
            resolve(tx, brand, actor, id, "replayed")?;
            let (item, _) = read(tx, brand, id)?.ok_or_else(|| Problem::not_found("quarantined message"))?;
            return Ok(Replayed { done: true, item });
        }
        Became::Blocked => (item.reason.clone(), "a rule of the intake blocks this event".to_string()),
        Became::Refused(reason, detail) => (reason.code().to_string(), detail),
    };
    tx.exec("update quarantine set reason = $1, detail = $2 where id = $3", params![&reason, &*seal::veil(&detail.replace('\0', "\u{fffd}")), id])?;
    Ok(Replayed { done: false, item: Quarantined { reason, detail, ..item } })
}

fn read(tx: &mut Tx, brand: BrandId, id: QuarantinedId) -> Result<Option<(Quarantined, String)>> {
    let item = tx.opt(&format!("select {COLUMNS} from quarantine where id = $1 and brand_id = $2"), params![id, brand])?;
    let Some(item) = item else { return Ok(None) };
    let around: String = tx.one("select around from quarantine where id = $1", params![id])?;
    let keys = tx.keys(brand);
    Ok(Some((Quarantined::opened(item, &keys)?, keys.open(&around)?)))
}

fn resolve(tx: &mut Tx, brand: BrandId, actor: &str, id: QuarantinedId, state: &str) -> Result<()> {
    let now = tx.now();
    tx.guard(
        "update quarantine set state = $1, resolved_at = $2, resolved_by = $3 where id = $4 and brand_id = $5 and state <> 'replayed'",
        params![state, now, actor, id, brand],
    )?
    .or(|| Problem::conflict("This message became an event already."))
}

/// Nobody wants it: it goes from the list of what is open, and is kept.
pub fn dismiss(tx: &mut Tx, brand: BrandId, actor: &str, id: QuarantinedId) -> Result<()> {
    resolve(tx, brand, actor, id, "dismissed")
}

/// Those that are meant, oldest first, after a position.
pub fn some(tx: &mut Tx, brand: BrandId, only: &Filter, after: i64, limit: i64) -> Result<Vec<QuarantinedId>> {
    tx.all(
        "select id from quarantine where brand_id = $1 and state = 'open' and id > $2 and (cast($3 as text) is null or reason = $3) \
         and (cast($4 as text) is null or source = $4) order by id limit $5",
        params![brand, after, &only.reason, &only.source, limit],
    )
}

/// Which messages.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = QuarantineFilter)]
pub struct Filter {
    pub reason: Option<String>,
    pub source: Option<String>,
}
