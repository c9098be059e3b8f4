//! A touchpoint (触点): one place where customers can touch the brand, with a code that is printed
//! once and works for ever, a landing that can change, an owner and costs.
//!
//! * [`code`] — what is printed
//! * [`cost`] — what it costs
//! * [`funnel`] — what it brings
//! * [`retention`] — who of them comes back · [`table`] — all touchpoints side by side
//! * [`import`] — many at once out of a file · [`pack`] — all codes in one download
//! * [`qr`] — the picture of its link
//! * [`http`] — all of it over HTTP
pub mod code;
pub mod cost;
pub mod funnel;
pub mod http;
pub mod import;
pub mod pack;
pub mod qr;
pub mod retention;
pub mod table;

use crate::events;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use weir_ground::base::{Ms, Problem, Result, ids::StaffId};
use weir_ground::event::{BrandId, StoreId, TouchpointId};
use weir_ground::{Fact, Tx, from_row, params};
use weir_keep::{Staff, store};
use weir_know::origin;

/// A row of the table.
#[derive(Clone, Debug)]
pub struct Touchpoint {
    pub id: TouchpointId,
    pub brand: BrandId,
    pub code: String,
    pub kind: String,
    pub name: String,
    /// `active`, or `paused`: the link still leads to the landing, but visits are not counted.
    pub status: String,
    pub store: Option<StoreId>,
    pub owner: Option<StaffId>,
    pub landing: String,
    pub created_at: Ms,
}
from_row!(Touchpoint { id, brand, code, kind, name, status, store, owner, landing, created_at });

const COLUMNS: &str = "id, brand_id, code, kind, name, status, store_id, owner_id, landing, created_at";

impl Touchpoint {
    pub fn active(&self) -> bool {
        self.status == "active"
    }
}

/// The touchpoint of a code, whatever its brand; a code that cannot be ours is not looked up.
pub fn by_code(tx: &mut Tx, code: &str) -> Result<Option<Touchpoint>> {
    if !code::plausible(code) {
        return Ok(None);
    }
    // Random characters; two codes that begin alike are told apart below.
    let key = code.bytes().take(8).fold(0, |k, b| k << 8 | i64::from(b));
    let read = |tx: &mut Tx| tx.opt::<Touchpoint>(&format!("select {COLUMNS} from touchpoint where code = $1"), params![code]);
    match &*tx.recall(&["touchpoint"], key, read)? {
        Some(t) if t.code == code => Ok(Some(t.clone())),
        _ => read(tx),
    }
}

/// A touchpoint within the asker's stores.
pub fn own(tx: &mut Tx, who: &Staff, id: TouchpointId) -> Result<Touchpoint> {
    let sql = format!("select {COLUMNS} from touchpoint where brand_id = $1 and id = $2{}", who.within("store_id"));
    tx.opt(&sql, params![who.brand, id])?.ok_or_else(|| Problem::not_found("touchpoint"))
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddTouchpoint {
    /// A code of the registry of kinds.
    pub kind: String,
    pub name: String,
    /// Whose place it is; a store manager's first store when absent.
    pub store_id: Option<StoreId>,
    /// The guide or other staff member who looks after it.
    pub owner_id: Option<StaffId>,
    /// A path of this server, such as `/m/#/pages/product?id=prd_…`, or a web address; `/m/` when absent.
    pub landing: Option<String>,
}

/// Makes a touchpoint and its code.
pub fn create(tx: &mut Tx, who: &Staff, new: &AddTouchpoint) -> Result<TouchpointId> {
    let kind = origin::kind(&new.kind)
        .ok_or_else(|| Problem::field("kind", "use a code of GET /api/v1/touchpoint-kinds"))?;
    let name = store::name(&new.name)?;
    let store = new.store_id.or_else(|| who.stores.as_ref().and_then(|s| s.first().copied()));
    check_store(tx, who, store)?;
    check_owner(tx, who, new.owner_id)?;
    let landing = landing(new.landing.as_deref().unwrap_or("/m/"))?;
    let (id, code, now): (TouchpointId, _, _) = (tx.new_id(), code::new(tx), tx.now());
    tx.exec(
        "insert into touchpoint (id, brand_id, code, kind, name, status, store_id, owner_id, landing, created_at) \
         values ($1, $2, $3, $4, $5, 'active', $6, $7, $8, $9)",
        params![id, who.brand, &code, kind.code, &name, store, new.owner_id, &landing, now],
    )?;
    let props = serde_json::json!({ "code": code, "kind": kind.code, "name": name, "landing": landing }).to_string();
    state(tx, who, id, store, events::TOUCHPOINT_ADDED, &props)?;
    Ok(id)
}

fn state(tx: &mut Tx, who: &Staff, id: TouchpointId, store: Option<StoreId>, name: &str, props: &str) -> Result<()> {
    let mut fact = Fact::new(who.brand, name, tx.now()).touchpoint(Some(id)).actor(&who.actor).props(props);
    fact.store = store;
    let _ = tx.record(&fact)?;
    Ok(())
}

fn check_store(tx: &mut Tx, who: &Staff, id: Option<StoreId>) -> Result<()> {
    let Some(id) = id else { return Ok(()) };
    who.check_store(id)?;
    let ours: Option<i64> = tx.opt("select 1 from store where id = $1 and brand_id = $2", params![id, who.brand])?;
    ours.map(|_| ()).ok_or_else(|| Problem::not_found("store"))
}

fn check_owner(tx: &mut Tx, who: &Staff, id: Option<StaffId>) -> Result<()> {
    let Some(id) = id else { return Ok(()) };
    let ours: Option<i64> = tx.opt("select 1 from staff where id = $1 and brand_id = $2", params![id, who.brand])?;
    ours.map(|_| ()).ok_or_else(|| Problem::not_found("staff member"))
}

/// A value that may be absent (keep), null (take away) or given.
pub(crate) fn maybe<'de, T: Deserialize<'de>, D: Deserializer<'de>>(d: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(d).map(Some)
}

/// What is absent stays; a null store or owner is taken away.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EditTouchpoint {
    pub name: Option<String>,
    /// `active` or `paused`
    pub status: Option<String>,
    #[serde(deserialize_with = "maybe")]
    #[schema(value_type = Option<StoreId>)]
    pub store_id: Option<Option<StoreId>>,
    #[serde(deserialize_with = "maybe")]
    #[schema(value_type = Option<StaffId>)]
    pub owner_id: Option<Option<StaffId>>,
    pub landing: Option<String>,
}

/// Changes a touchpoint; its code and kind never change.
pub fn edit(tx: &mut Tx, who: &Staff, id: TouchpointId, edit: &EditTouchpoint) -> Result<()> {
    let mut t = own(tx, who, id)?;
    if let Some(name) = &edit.name {
        t.name = store::name(name)?;
    }
    if let Some(status) = &edit.status {
        if !matches!(status.as_str(), "active" | "paused") {
            return Err(Problem::field("status", "use active or paused"));
        }
        t.status = status.clone();
    }
    if let Some(store) = edit.store_id {
        if store.is_none() && who.stores.is_some() {
            return Err(Problem::field("store_id", "choose one of your stores"));
        }
        check_store(tx, who, store)?;
        t.store = store;
    }
    if let Some(owner) = edit.owner_id {
        check_owner(tx, who, owner)?;
        t.owner = owner;
    }
    if let Some(to) = &edit.landing {
        t.landing = landing(to)?;
    }
    tx.guard(
        "update touchpoint set name = $1, status = $2, store_id = $3, owner_id = $4, landing = $5 where id = $6 and brand_id = $7",
        params![&t.name, &t.status, t.store, t.owner, &t.landing, id, who.brand],
    )?
    .or(|| Problem::not_found("touchpoint"))?;
    let props = serde_json::json!({
        "name": t.name, "status": t.status, "store": t.store, "owner": t.owner, "landing": t.landing,
    })
    .to_string();
    state(tx, who, id, t.store, events::TOUCHPOINT_CHANGED, &props)
}

/// Checks where a touchpoint leads: a path of this server or an http(s) address.
pub(crate) fn landing(text: &str) -> Result<String> {
    let text = text.trim();
    let path = text.starts_with('/') && !text.starts_with("//") && !text.starts_with("/\\");
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let address = rest.is_some_and(|r| r.starts_with(|c: char| c.is_alphanumeric() || c == '['));
    let clean = !text.chars().any(|c| c.is_control() || c == '\\');
    if text.len() <= 1000 && clean && (path || address) {
        return Ok(text.to_string());
    }
    Err(Problem::field("landing", "use a path that begins with / or an address that begins with https://"))
}

/// Where a visitor is sent: the landing with `tp=<code>` in its query. What is in the query and
/// behind `#` stays; bytes that may not stand in a header are percent-encoded.
pub fn destination(landing: &str, code: &str) -> String {
    let (front, fragment) = match landing.split_once('#') {
        Some((front, fragment)) => (front, Some(fragment)),
        None => (landing, None),
    };
    let (path, query) = front.split_once('?').unwrap_or((front, ""));
    let kept = query.split('&').filter(|p| !p.is_empty() && !p.starts_with("tp="));
    let mut out = format!("{path}?");
    for part in kept {
        out.push_str(part);
        out.push('&');
    }
    out.push_str("tp=");
    out.push_str(code);
    if let Some(fragment) = fragment {
        out.push('#');
        out.push_str(fragment);
    }
    let mut ascii = String::with_capacity(out.len());
    for b in out.bytes() {
        match b {
            0x21..=0x7e => ascii.push(b as char),
            _ => ascii.push_str(&format!("%{b:02X}")),
        }
    }
    ascii
}

#[cfg(test)]
mod tests {
    use super::{destination, landing};

    #[test]
    fn the_code_joins_the_query_and_the_rest_stays() {
        for (from, to) in [
            ("/m/", "/m/?tp=C"),
            ("/m/?lang=en", "/m/?lang=en&tp=C"),
            ("/m/?tp=old&lang=en&", "/m/?lang=en&tp=C"),
            ("/m/#/pages/product?id=prd_1", "/m/?tp=C#/pages/product?id=prd_1"),
            ("/m/?a=1#x", "/m/?a=1&tp=C#x"),
            ("https://shop.cn/春", "https://shop.cn/%E6%98%A5?tp=C"),
        ] {
            assert_eq!(destination(from, "C"), to);
        }
    }

    #[test]
    fn a_landing_is_a_path_or_a_web_address() {
        for good in ["/m/", "/", "https://shop.cn/a?b#c", "http://127.0.0.1:8700/m/"] {
            assert!(landing(good).is_ok(), "{good}");
        }
        for bad in ["", "m/", "//evil.cn", "/\\evil.cn", "javascript:alert(1)", "https://", "/a\nb"] {
            assert!(landing(bad).is_err(), "{bad}");
        }
    }
}
