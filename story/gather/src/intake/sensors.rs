//! The Sensors Analytics (神策) dialect: records as its Node, Python, web and mini-program SDKs send
//! them (protocols §10).
//!
//! * Event time is `time`: 13 digits are milliseconds, 10 are seconds. Where `_flush_time` is given
//!   it tells the sender's clock, as `sentAt` does for Segment. Records older than two years or more
//!   than an hour ahead are implausible, unless `time_free` says that they are history.
//! * A record is the same as another by (`_track_id`, `time`, `distinct_id`, `event`); senders
//!   without `_track_id` by everything that identifies it.
//! * Identities: `identities`, `login_id` and `anonymous_id` name accounts and devices. An openid or
//!   unionid joins, as a login id does; a phone or e-mail only from the merchant's own server.
//!   A bare `distinct_id` is an account if `$is_login_id` says so or an account of that name is known.
//! * `profile_set` and `profile_set_once` describe the person by the rules of an `identify`; what a
//!   record increments, appends, unsets or deletes stays in its event, because a public key may not
//!   take away what is known. `track_id_unbind` is kept as an event and separates nobody.
pub mod http;
mod names;
pub mod wire;

use super::text::{Bad, Text, codes_behind_tp, codes_in, invalid, plausible, put, put_inside, put_raw};
use super::{Around, Batch, Does, Item, Refused, Trust, describe, sound};
use crate::quarantine::Reason;
use crate::touchpoint::code;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::ops::Range;
use weir_ground::base::{Fen, Ms, time};
use weir_ground::secret;
use weir_know::identity;

/// As events name where they came from.
pub const SOURCE: &str = "sensors";
/// One record may be this large.
const RECORD: usize = 64 << 10;
/// How far back a record may lie, and how far ahead.
const BACK: Ms = 2 * 366 * time::DAY;
const AHEAD: Ms = time::HOUR;

const TYPES: [&str; 12] = [
    "track", "track_signup", "track_id_bind", "track_id_unbind", "profile_set", "profile_set_once", "profile_increment",
    "profile_append", "profile_unset", "profile_delete", "item_set", "item_delete",
];

#[derive(Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Record<'a> {
    #[serde(rename = "type")]
    kind: Text<'a>,
    event: Text<'a>,
    time: Text<'a>,
    distinct_id: Text<'a>,
    original_id: Text<'a>,
    login_id: Text<'a>,
    anonymous_id: Text<'a>,
    identities: Option<&'a RawValue>,
    properties: Option<&'a RawValue>,
    lib: Option<&'a RawValue>,
    time_free: Option<&'a RawValue>,
    #[serde(rename = "_track_id")]
    track_id: Text<'a>,
    #[serde(rename = "_flush_time")]
    flush_time: Text<'a>,
    item_type: Text<'a>,
    item_id: Text<'a>,
}

/// The key that a record names for itself, in `token` or `project`, if it has the form of one.
fn own_key(record: &str) -> Option<String> {
    #[derive(Default, Deserialize)]
    #[serde(default, bound(deserialize = "'de: 'a"))]
    struct Keyed<'a> {
        token: Text<'a>,
        project: Text<'a>,
    }
    if !record.contains("weir_") {
        return None;
    }
    let keyed: Keyed = serde_json::from_str(record).ok()?;
    [&keyed.token, &keyed.project].into_iter().find_map(|t| t.get().filter(|t| is_key(t)).map(str::to_string))
}

/// Has the text the form of one of our keys?
pub fn is_key(text: &str) -> bool {
    text.starts_with("weir_ingest_") || text.starts_with("weir_admin_")
}

/// Where the records of a body lie, each with the key that it names for itself.
pub fn records(body: &str) -> Result<Vec<(Range<usize>, Option<String>)>, Bad> {
    let place = |text: &str| {
        let start = text.as_ptr() as usize - body.as_ptr() as usize;
        (start..start + text.len(), own_key(text))
    };
    let corrupt = |e: serde_json::Error| (Reason::Corrupt, format!("the data is not JSON: {e}"));
    if body.trim_start().starts_with('[') {
        let list: Vec<&RawValue> = serde_json::from_str(body).map_err(corrupt)?;
        return Ok(list.into_iter().map(|r| place(r.get())).collect());
    }
    let one: &RawValue = serde_json::from_str(body).map_err(corrupt)?;
    Ok(vec![place(one.get())])
}

/// Takes the records at the given places apart.
pub fn parse(body: bytes::Bytes, places: &[Range<usize>], around: Around) -> Batch {
    let mut out = Batch::new(SOURCE, body.clone(), around);
    for at in places {
        let text = std::str::from_utf8(&body[at.clone()]).unwrap_or("");
        match record(text, &out.around) {
            Ok(mut item) => {
                item.raw = at.clone();
                out.items.push(item);
            }
            Err((reason, detail)) => out.refused.push(Refused { reason, detail, raw: at.clone() }),
        }
    }
    out
}

/// What was kept of a body, by itself: a record, or the text that could not be unpacked.
pub fn parse_one(kept: bytes::Bytes, around: Around) -> Batch {
    let text = String::from_utf8_lossy(&kept).into_owned();
    match records(&text) {
        Ok(places) => parse(kept, &places.into_iter().map(|p| p.0).collect::<Vec<_>>(), around),
        Err(bad) => damaged(kept, bad, around),
    }
}

/// What could not be read as records at all.
pub fn damaged(body: bytes::Bytes, bad: Bad, around: Around) -> Batch {
    let raw = 0..body.len();
    let mut out = Batch::new(SOURCE, body, around);
    out.refused.push(Refused { reason: bad.0, detail: bad.1, raw });
    out
}

fn record(text: &str, around: &Around) -> Result<Item, Bad> {
    if text.len() > RECORD {
        return Err((Reason::TooLarge, format!("{} bytes; one record may have {RECORD}", text.len())));
    }
    let r: Record = serde_json::from_str(text).map_err(|e| invalid(e.to_string()))?;
    let kind = TYPES.into_iter().find(|t| r.kind.get() == Some(t));
    let kind = kind.ok_or_else(|| invalid(format!("type: {} is not a type of record", r.kind.get().unwrap_or("nothing"))))?;
    let given: Map<String, Value> = match r.properties.map(RawValue::get) {
        None => Map::new(),
        Some(p) => serde_json::from_str(p).map_err(|_| invalid("properties: an object with names in it"))?,
    };
    names::check(kind, &given)?;
    let name = match kind {
        "track" => r.event.get().ok_or_else(|| invalid("event: a track record names what happened"))?,
        "track_signup" => r.event.get().unwrap_or("$SignUp"),
        "track_id_bind" => r.event.get().unwrap_or("$BindID"),
        "track_id_unbind" => r.event.get().unwrap_or("$UnbindID"),
        other => other,
    };
    names::name("event", name)?;
    let who = if kind.starts_with("item_") { Ids::default() } else { ids(&r, kind, &given, around.trust)? };
    let of_item = |t: &Text| t.get().is_some_and(|t| t.len() <= 255);
    if kind.starts_with("item_") && !(of_item(&r.item_type) && of_item(&r.item_id)) {
        return Err(invalid("item_type, item_id: an item has both, at most 255 characters each"));
    }
    let mut more = who.more;
    let does = match kind {
        "profile_set" | "profile_set_once" => {
            let said = describe::traits(&given);
            more.extend(describe::binds(&said, around.trust, who.user.is_some()));
            Does::describe(said)
        }
        "track_signup" => match r.original_id.get().and_then(|v| identity::normal("anonymous_id", v)) {
            Some(former) if who.user.as_ref() != Some(&former) => Does::Join(former),
            _ => Does::Nothing,
        },
        _ => Does::Nothing,
    };
    let (props, found) = props(kind, &r)?;
    let mut codes: Vec<String> = found.touchpoint.into_iter().filter(|c| code::plausible(c)).collect();
    codes.extend(codes_of(&given));
    Ok(Item {
        call: kind,
        name: name.to_string(),
        at: instant(&r, around)?,
        dedupe: Some(dedupe(kind, name, &r)),
        user: who.user,
        anonymous: who.anonymous,
        either: who.either,
        more,
        codes,
        value: found.revenue.filter(|f| *f != Fen::ZERO && kind == "track"),
        props,
        does,
        raw: 0..0,
    })
}

/// Milliseconds of a `time` in seconds (10 digits) or milliseconds (13 digits).
fn millis(text: &str) -> Option<Ms> {
    let whole = text.split('.').next().unwrap_or("");
    let n: i64 = whole.parse().ok()?;
    match whole.len() {
        10 => Some(n * 1_000),
        13 => Some(n),
        _ => None,
    }
}

/// When it happened by our clock.
fn instant(r: &Record, around: &Around) -> Result<Ms, Bad> {
    let stamp = r.time.get().ok_or_else(|| invalid("time: a record says when, in milliseconds"))?;
    let stamp = millis(stamp).ok_or_else(|| invalid(format!("time: {stamp} is neither milliseconds nor seconds")))?;
    let received = around.received;
    let at = match r.flush_time.get().and_then(millis) {
        Some(sent) if sent >= stamp => received.saturating_sub(sent - stamp),
        _ => stamp,
    };
    if r.time_free.is_some_and(|free| free.get() != "null") {
        return plausible(stamp, received, Ms::MIN, AHEAD);
    }
    plausible(at, received, received - BACK, AHEAD)
}

/// Whom a record is about.
#[derive(Default)]
struct Ids {
    user: Option<String>,
    anonymous: Option<String>,
    either: bool,
    more: Vec<(&'static str, String)>,
}

impl Ids {
    fn add(&mut self, kind: &'static str, value: &str) {
        let Some(value) = identity::normal(kind, value) else { return };
        match kind {
            "user_id" if self.user.is_none() => self.user = Some(value),
            "user_id" => {}
            "anonymous_id" if self.anonymous.is_none() => self.anonymous = Some(value),
            _ if self.anonymous.as_ref() == Some(&value) && kind == "anonymous_id" => {}
            _ if !self.more.iter().any(|m| m.0 == kind && m.1 == value) => self.more.push((kind, value)),
            _ => {}
        }
    }
}

/// The kind of identity that a key of `identities` means; `None` for keys of the merchant's own.
fn kind_of(key: &str, trust: Trust) -> Option<&'static str> {
    Some(match key {
        "$identity_login_id" => "user_id",
        "$identity_mobile" if trust == Trust::Server => "phone",
        "$identity_email" if trust == Trust::Server => "email",
        "$identity_mp_openid" => "openid",
        "$identity_mp_unionid" => "unionid",
        "$identity_cookie_id" | "$identity_anonymous_id" | "$identity_mp_id" => "anonymous_id",
        "$identity_android_id" | "$identity_android_uuid" | "$identity_idfv" | "$identity_ios_uuid" | "$identity_oaid" => "device",
        // The mini-program SDK puts the app's id into the name when it knows it.
        other if other.starts_with("$identity_mp_") && other.ends_with("_openid") => "openid",
        _ => return None,
    })
}

fn ids(r: &Record, kind: &str, given: &Map<String, Value>, trust: Trust) -> Result<Ids, Bad> {
    let mut out = Ids::default();
    let named: Map<String, Value> = match r.identities.map(RawValue::get) {
        None => Map::new(),
        Some(text) => serde_json::from_str(text).map_err(|_| invalid("identities: an object of names and values"))?,
    };
    for (key, value) in &named {
        let Some(kind) = kind_of(key, trust) else { continue };
        let values = match value {
            Value::Array(list) => list.as_slice(),
            one => std::slice::from_ref(one),
        };
        for value in values {
            match value {
                Value::String(s) => out.add(kind, s),
                Value::Number(n) => out.add(kind, &n.to_string()),
                _ => {}
            }
        }
    }
    let long = |t: &Text| t.get().is_some_and(|t| t.len() > 255);
    if long(&r.distinct_id) || long(&r.original_id) {
        return Err(invalid("distinct_id, original_id: at most 255 characters"));
    }
    if let Some(login) = r.login_id.get() {
        out.add("user_id", login);
    }
    if let Some(anonymous) = r.anonymous_id.get() {
        out.add("anonymous_id", anonymous);
    }
    let Some(distinct) = r.distinct_id.get() else {
        let nobody = out.user.is_none() && out.anonymous.is_none() && out.more.is_empty();
        return if nobody { Err(invalid("distinct_id: say who it was")) } else { Ok(out) };
    };
    let is_login = given.get("$is_login_id").is_some_and(|v| v == &Value::Bool(true));
    if kind == "track_signup" || is_login && !named.contains_key("$identity_login_id") {
        out.add("user_id", distinct);
    }
    if out.user.is_none() && out.anonymous.is_none() && out.more.is_empty() {
        // `$identity_mobile+138…`: a claim that binds nothing still tells one sender from another.
        let private = distinct.starts_with("$identity_mobile+") || distinct.starts_with("$identity_email+");
        let value = if private { format!("claim:{}", &secret::digest(distinct)[..32]) } else { distinct.to_string() };
        out.add("anonymous_id", &value);
        out.either = !distinct.starts_with("$identity_");
    }
    if out.user.is_none() && out.anonymous.is_none() && out.more.is_empty() {
        return Err(invalid("distinct_id: say who it was"));
    }
    Ok(out)
}

fn dedupe(kind: &str, name: &str, r: &Record) -> String {
    let get = |t: &'_ Text| t.get().unwrap_or("").to_string();
    let mut parts = vec![kind.to_string(), name.to_string(), get(&r.distinct_id), get(&r.time), get(&r.track_id)];
    if r.track_id.get().is_none() {
        let raw = |v: Option<&RawValue>| v.map_or(String::new(), |v| v.get().to_string());
        parts.extend([get(&r.original_id), get(&r.item_type), get(&r.item_id), raw(r.identities), raw(r.properties)]);
    }
    format!("sa:{}", &secret::digest(&parts.join("\n"))[..32])
}

/// The props of the event: properties as they came, spliced and not rebuilt.
fn props(kind: &str, r: &Record) -> Result<(String, sound::Found), Bad> {
    let given = r.properties.map(RawValue::get);
    let mut out = String::with_capacity(given.map_or(0, str::len) + 400);
    out.push('{');
    put_inside(&mut out, given)?;
    put_raw(&mut out, "$sensors", Some("{"));
    put(&mut out, "type", Some(kind));
    for (key, value) in [
        ("time", &r.time), ("distinct_id", &r.distinct_id), ("original_id", &r.original_id), ("login_id", &r.login_id),
        ("anonymous_id", &r.anonymous_id), ("item_type", &r.item_type), ("item_id", &r.item_id), ("_track_id", &r.track_id),
        ("_flush_time", &r.flush_time),
    ] {
        put(&mut out, key, value.get());
    }
    put_raw(&mut out, "identities", r.identities.map(RawValue::get));
    put_raw(&mut out, "lib", r.lib.map(RawValue::get));
    out.push_str("}}");
    sound::settled(out)
}

/// Codes in campaign parameters (any value) and addresses (behind `tp=`).
fn codes_of(given: &Map<String, Value>) -> Vec<String> {
    let text = |(key, value): (&String, &Value)| Some((key.clone(), value.as_str()?.to_string()));
    let mut out = vec![];
    for (key, value) in given.iter().filter_map(text) {
        if key.starts_with("$utm_") || key.starts_with("$latest_utm_") {
            out.extend(codes_in(&value));
        } else if key.starts_with("$url") {
            out.extend(codes_behind_tp(&value));
        }
    }
    out
}
