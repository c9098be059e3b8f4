//! The PostHog dialect: `/batch/`, `/capture/` and `/e/` as its server and browser SDKs send them
//! (protocols §11).
//!
//! * Event time = `received − (sent_at − timestamp)`; the browser's `offset` counts back from its
//!   sending. An event is the same as another by its `uuid`.
//! * `distinct_id` is an account, unless it looks like one that an SDK made up: a UUID, the
//!   `$device_id`, or of an event that says `$is_identified: false` or `$process_person_profile: false`.
//! * `$identify` joins `$anon_distinct_id` to the account and describes the person by `$set` and
//!   `$set_once`, as `$set` does; `$create_alias` joins a browser to an account, whichever of the two
//!   ids it is; `$groupidentify` is about no person.
pub mod http;

use super::text::{Bad, NAME, Text, codes_behind_tp, codes_in, invalid, parse_time, plausible, put, put_inside, put_raw};
use super::{Around, Batch, Does, Item, Refused, describe, sound};
use crate::quarantine::Reason;
use crate::touchpoint::code;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use weir_ground::base::{Fen, Ms, Problem, Result, time};
use weir_ground::secret;
use weir_know::identity;

/// As events name where they came from.
pub const SOURCE: &str = "posthog";
/// One event may be this large.
const EVENT: usize = 64 << 10;
const AHEAD: Ms = time::DAY;

#[derive(Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Event<'a> {
    event: Text<'a>,
    uuid: Text<'a>,
    distinct_id: Text<'a>,
    timestamp: Text<'a>,
    offset: Text<'a>,
    properties: Option<&'a RawValue>,
    #[serde(rename = "$set")]
    set: Option<&'a RawValue>,
    #[serde(rename = "$set_once")]
    set_once: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Envelope<'a> {
    api_key: Text<'a>,
    token: Text<'a>,
    sent_at: Text<'a>,
    batch: Option<Vec<&'a RawValue>>,
    data: Option<Vec<&'a RawValue>>,
    properties: Option<&'a RawValue>,
}

/// A body and what it says for all of its events.
pub struct Opened {
    pub key: Option<String>,
    pub sent: Option<String>,
    /// Where the events lie.
    pub places: Vec<std::ops::Range<usize>>,
}

/// Opens a body: an envelope with `batch`, a list of events, or one event.
pub fn open(body: &[u8]) -> Result<Opened> {
    let bad = |e: serde_json::Error| Problem::invalid(format!("The body cannot be read: {e}."));
    let whole = std::str::from_utf8(body).map_err(|_| Problem::invalid("The body is not UTF-8."))?;
    let place = |raw: &&RawValue| {
        let start = raw.get().as_ptr() as usize - whole.as_ptr() as usize;
        start..start + raw.get().len()
    };
    if whole.trim_start().starts_with('[') {
        let list: Vec<&RawValue> = serde_json::from_str(whole).map_err(bad)?;
        let key = list.first().and_then(|e| serde_json::from_str::<Envelope>(e.get()).ok()).and_then(|e| key_of(&e));
        return Ok(Opened { key, sent: None, places: list.iter().map(place).collect() });
    }
    let outer: Envelope = serde_json::from_str(whole).map_err(bad)?;
    let places = match outer.batch.as_ref().or(outer.data.as_ref()) {
        Some(list) => list.iter().map(place).collect(),
        None => vec![0..whole.len()],
    };
    let first = || {
        let list = outer.batch.as_ref().or(outer.data.as_ref())?;
        list.first().and_then(|e| serde_json::from_str::<Envelope>(e.get()).ok()).and_then(|e| key_of(&e))
    };
    Ok(Opened { key: key_of(&outer).or_else(first), sent: outer.sent_at.get().map(str::to_string), places })
}

fn key_of(e: &Envelope) -> Option<String> {
    #[derive(Default, Deserialize)]
    #[serde(default, bound(deserialize = "'de: 'a"))]
    struct Inner<'a> {
        token: Text<'a>,
    }
    let inner: Inner = e.properties.and_then(|p| serde_json::from_str(p.get()).ok()).unwrap_or_default();
    [&e.api_key, &e.token, &inner.token].into_iter().find_map(Text::get).map(str::to_string)
}

/// Takes the events at the given places apart.
pub fn parse(body: bytes::Bytes, places: &[std::ops::Range<usize>], around: Around) -> Batch {
    let mut out = Batch::new(SOURCE, body.clone(), around);
    for at in places {
        let text = std::str::from_utf8(&body[at.clone()]).unwrap_or("");
        match event(text, &out.around) {
            Ok(mut item) => {
                item.raw = at.clone();
                out.items.push(item);
            }
            Err((reason, detail)) => out.refused.push(Refused { reason, detail, raw: at.clone() }),
        }
    }
    out
}

fn object(raw: Option<&RawValue>, what: &str) -> Result<Map<String, Value>, Bad> {
    match raw.map(RawValue::get).filter(|t| *t != "null") {
        None => Ok(Map::new()),
        Some(text) => serde_json::from_str(text).map_err(|_| invalid(format!("{what}: an object with names in it"))),
    }
}

fn event(text: &str, around: &Around) -> Result<Item, Bad> {
    if text.len() > EVENT {
        return Err((Reason::TooLarge, format!("{} bytes; one event may have {EVENT}", text.len())));
    }
    let e: Event = serde_json::from_str(text).map_err(|e| invalid(e.to_string()))?;
    let name = e.event.get().ok_or_else(|| invalid("event: say what happened"))?;
    if name.chars().count() > NAME {
        return Err(invalid(format!("event: a name has at most {NAME} characters")));
    }
    let mut given = object(e.properties, "properties")?;
    let distinct = e.distinct_id.get().or_else(|| given.get("distinct_id").and_then(Value::as_str)).map(str::to_string);
    let distinct = distinct.ok_or_else(|| invalid("distinct_id: say who it was"))?;
    let (mut user, mut anonymous) = (None, None);
    let mut does = Does::Nothing;
    let mut more = vec![];
    match name {
        "$create_alias" => {
            let alias = given.get("alias").and_then(Value::as_str).ok_or_else(|| invalid("alias: say whom it joins"))?;
            let (account, browser) = if made_up(&distinct) { (alias, distinct.as_str()) } else { (distinct.as_str(), alias) };
            user = identity::normal("user_id", account);
            does = identity::normal("anonymous_id", browser).map_or(Does::Nothing, Does::Join);
        }
        "$groupidentify" if is_group(&distinct, &given) => {}
        _ if is_anonymous(name, &distinct, &given) => anonymous = identity::normal("anonymous_id", &distinct),
        _ => {
            user = identity::normal("user_id", &distinct);
            let said = given.get("$anon_distinct_id").and_then(Value::as_str).filter(|a| name == "$identify" && *a != distinct);
            anonymous = said.and_then(|a| identity::normal("anonymous_id", a));
        }
    }
    if user.is_none() && anonymous.is_none() && !(name == "$groupidentify" && is_group(&distinct, &given)) {
        return Err(invalid("distinct_id: say who it was"));
    }
    if matches!(name, "$identify" | "$set") {
        let mut said = Map::new();
        for part in [given.get("$set_once"), given.get("$set")].into_iter().flatten().filter_map(Value::as_object) {
            said.extend(part.clone());
        }
        said.extend(object(e.set_once, "$set_once")?);
        said.extend(object(e.set, "$set")?);
        let said = describe::traits(&said);
        more = describe::binds(&said, around.trust, user.is_some());
        does = Does::describe(said);
    }
    // The key is no property of what happened.
    let cleaned = given.remove("token").map(|_| serde_json::to_string(&given).unwrap_or_else(|_| "{}".into()));
    let (props, found) = props(&e, &distinct, cleaned.as_deref())?;
    let mut codes: Vec<String> = found.touchpoint.into_iter().filter(|c| code::plausible(c)).collect();
    for (key, value) in given.iter().filter_map(|(k, v)| Some((k.as_str(), v.as_str()?))) {
        match key {
            "$current_url" => codes.extend(codes_behind_tp(value)),
            key if key.starts_with("utm_") || key.starts_with("$initial_utm_") => codes.extend(codes_in(value)),
            _ => {}
        }
    }
    Ok(Item {
        call: "capture",
        name: name.to_string(),
        at: instant(&e, around)?,
        dedupe: dedupe(name, &distinct, &e),
        user,
        anonymous,
        either: false,
        more,
        codes,
        value: found.revenue.filter(|f| *f != Fen::ZERO),
        props,
        does,
        raw: 0..0,
    })
}

/// `$<type>_<key>`: a group, nobody.
fn is_group(distinct: &str, given: &Map<String, Value>) -> bool {
    let get = |key: &str| given.get(key).and_then(Value::as_str).unwrap_or("");
    distinct == format!("${}_{}", get("$group_type"), get("$group_key"))
}

/// Has the id the form of a UUID?
fn made_up(id: &str) -> bool {
    let digit = |(i, b): (usize, u8)| if matches!(i, 8 | 13 | 18 | 23) { b == b'-' } else { b.is_ascii_hexdigit() };
    id.len() == 36 && id.bytes().enumerate().all(digit)
}

fn is_anonymous(name: &str, distinct: &str, given: &Map<String, Value>) -> bool {
    let says = |key: &str, what: bool| given.get(key) == Some(&Value::Bool(what));
    if name == "$identify" || says("$is_identified", true) {
        return false;
    }
    made_up(distinct)
        || given.get("$device_id").and_then(Value::as_str) == Some(distinct)
        || says("$is_identified", false)
        || says("$process_person_profile", false)
}

/// When it happened by our clock.
fn instant(e: &Event, around: &Around) -> Result<Ms, Bad> {
    let received = around.received;
    if let Some(offset) = e.offset.get().and_then(|o| o.parse::<i64>().ok()).filter(|o| *o >= 0 && e.timestamp.get().is_none()) {
        return plausible(received.saturating_sub(offset), received, Ms::MIN, AHEAD);
    }
    let read = |field: &str, t: Option<&str>| match t {
        None => Ok(None),
        Some(t) => parse_time(t).map(Some).ok_or_else(|| invalid(format!("{field}: {t} is not an ISO 8601 time"))),
    };
    let Some(stamp) = read("timestamp", e.timestamp.get())? else { return Ok(received) };
    let at = match read("sent_at", around.sent.as_deref())? {
        Some(sent) => received.saturating_sub(sent.saturating_sub(stamp)),
        None => stamp,
    };
    plausible(at, received, Ms::MIN, AHEAD)
}

fn dedupe(name: &str, distinct: &str, e: &Event) -> Option<String> {
    if let Some(uuid) = e.uuid.get().filter(|u| u.len() <= 200) {
        return Some(format!("ph:{uuid}"));
    }
    // Without an id: what identifies the event, never when it came.
    let stamp = e.timestamp.get()?;
    let text = [name, distinct, stamp, e.properties.map_or("", RawValue::get)].join("\n");
    Some(format!("ph:#{}", &secret::digest(&text)[..32]))
}

/// The props of the event: properties as they came, spliced and not rebuilt.
fn props(e: &Event, distinct: &str, cleaned: Option<&str>) -> Result<(String, sound::Found), Bad> {
    let given = cleaned.or(e.properties.map(RawValue::get).filter(|g| *g != "null"));
    let mut out = String::with_capacity(given.map_or(0, str::len) + 200);
    out.push('{');
    put_inside(&mut out, given)?;
    put_raw(&mut out, "$posthog", Some("{"));
    put(&mut out, "type", Some("capture"));
    put(&mut out, "distinct_id", Some(distinct));
    put(&mut out, "timestamp", e.timestamp.get());
    put_raw(&mut out, "$set", e.set.map(RawValue::get));
    put_raw(&mut out, "$set_once", e.set_once.map(RawValue::get));
    out.push_str("}}");
    sound::settled(out)
}
