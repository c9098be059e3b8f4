//! The Segment HTTP dialect: `/v1/track|identify|page|screen|group|alias|batch` as its Node and
//! Python clients and RudderStack's speak it (protocols §11).
//!
//! * Event time = `received − (sentAt − timestamp)`, never later than received; `originalTimestamp`
//!   goes before `timestamp`, `sentAt` of the event before that of the batch.
//! * Ids may be null, absent or numbers; unknown keys are ignored.
//! * One message that is no good is refused by itself, its neighbours are taken.
use super::text::{Bad, NAME, Text, codes_of, invalid, parse_time, plausible, put, put_inside, put_raw};
pub use super::Trust;
use super::{Around, Batch, Does, Item, Refused, describe, sound};
use crate::quarantine::Reason;
use crate::touchpoint::code;
use serde::Deserialize;
use serde_json::value::RawValue;
use weir_ground::base::{Fen, Ms, Problem, Result, time};
use weir_ground::secret;
use weir_know::identity;
use weir_know::person::Traits;

/// The calls of the protocol, which are also the names of events that have none of their own.
pub const CALLS: [&str; 6] = ["track", "identify", "page", "screen", "group", "alias"];
/// As events name where they came from.
pub const SOURCE: &str = "segment";
/// One message may be this large (the protocol says 32 KB).
pub const MESSAGE_LIMIT: usize = 32 << 10;
/// Clocks may be wrong by this much before a time counts as implausible.
const AHEAD: Ms = time::DAY;

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default, bound(deserialize = "'de: 'a"))]
struct Message<'a> {
    #[serde(rename = "type")]
    call: Text<'a>,
    message_id: Text<'a>,
    user_id: Text<'a>,
    anonymous_id: Text<'a>,
    event: Text<'a>,
    name: Text<'a>,
    category: Text<'a>,
    group_id: Text<'a>,
    previous_id: Text<'a>,
    timestamp: Text<'a>,
    original_timestamp: Text<'a>,
    sent_at: Text<'a>,
    properties: Option<&'a RawValue>,
    traits: Option<&'a RawValue>,
    context: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default, bound(deserialize = "'de: 'a"))]
struct Envelope<'a> {
    batch: Option<Vec<&'a RawValue>>,
    sent_at: Text<'a>,
    context: Option<&'a RawValue>,
}

/// The write key that a body carries. Refuses a body that is no envelope.
pub fn write_key(body: &[u8]) -> Result<Option<String>> {
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "camelCase", default, bound(deserialize = "'de: 'a"))]
    struct Keyed<'a> {
        write_key: Text<'a>,
    }
    let keyed: Keyed = envelope(body)?;
    Ok(keyed.write_key.get().map(str::to_string))
}

fn envelope<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T> {
    serde_json::from_slice(body).map_err(|e| Problem::invalid(format!("The body cannot be read: {e}.")))
}

/// Takes a body apart. `call` is the last part of the path: `batch` or one of [`CALLS`].
pub fn parse(call: &str, body: bytes::Bytes, received: Ms, trust: Trust) -> Result<Batch> {
    let outer: Envelope = envelope(&body)?;
    let around = Around {
        received,
        trust,
        call: CALLS.into_iter().find(|c| *c == call).map(str::to_string),
        sent: outer.sent_at.get().filter(|_| call == "batch").map(str::to_string),
        context: outer.context.filter(|_| call == "batch").map(|c| c.get().to_string()),
        visitor: None,
    };
    let mut out = Batch::new(SOURCE, body.clone(), around.clone());
    let whole = std::str::from_utf8(&body).map_err(|_| Problem::invalid("The body is not UTF-8."))?;
    if call != "batch" {
        let only = CALLS.into_iter().find(|c| *c == call).ok_or_else(|| Problem::not_found("call"))?;
        add(&mut out, whole, 0..whole.len(), Some(only), &around);
        return Ok(out);
    }
    let Some(messages) = &outer.batch else {
        return Err(Problem::field("batch", "a batch has an array `batch`"));
    };
    out.items.reserve(messages.len());
    for raw in messages {
        let text = raw.get();
        let start = text.as_ptr() as usize - whole.as_ptr() as usize;
        add(&mut out, text, start..start + text.len(), None, &around);
    }
    Ok(out)
}

/// One message by itself, as it was when it came.
pub fn parse_one(message: bytes::Bytes, around: Around) -> Batch {
    let call = around.call.as_deref().and_then(|call| CALLS.into_iter().find(|c| *c == call));
    let mut out = Batch::new(SOURCE, message.clone(), around.clone());
    let text = String::from_utf8_lossy(&message);
    add(&mut out, &text, 0..message.len(), call, &around);
    out
}

fn add(out: &mut Batch, text: &str, at: std::ops::Range<usize>, call: Option<&'static str>, around: &Around) {
    match message(text, call, around) {
        Ok(mut item) => {
            item.raw = at;
            out.items.push(item);
        }
        Err((reason, detail)) => out.refused.push(Refused { reason, detail, raw: at }),
    }
}

fn message(text: &str, call: Option<&'static str>, around: &Around) -> Result<Item, Bad> {
    if text.len() > MESSAGE_LIMIT {
        return Err((Reason::TooLarge, format!("{} bytes; one message may have {MESSAGE_LIMIT}", text.len())));
    }
    let m: Message = serde_json::from_str(text).map_err(|e| invalid(e.to_string()))?;
    let given = || CALLS.into_iter().find(|c| m.call.get() == Some(c));
    let call = call.or_else(given).ok_or_else(|| invalid("type: use track, identify, page, screen, group or alias"))?;
    let id = |kind, t: &Text| t.get().and_then(|v| identity::normal(kind, v));
    let (user, anonymous) = (id("user_id", &m.user_id), id("anonymous_id", &m.anonymous_id));
    if user.is_none() && anonymous.is_none() {
        return Err(invalid("userId or anonymousId: say who it was"));
    }
    let name = match call {
        "track" => m.event.get().ok_or_else(|| invalid("event: a track call names what happened"))?,
        other => other,
    };
    if name.chars().count() > NAME {
        return Err(invalid(format!("event: a name has at most {NAME} characters")));
    }
    let mut more = vec![];
    let does = match call {
        "identify" => {
            let said = traits(&m)?;
            more = describe::binds(&said, around.trust, user.is_some());
            Does::describe(said)
        }
        "alias" => {
            user.as_ref().ok_or_else(|| invalid("userId: an alias names the user"))?;
            Does::Join(id("anonymous_id", &m.previous_id).ok_or_else(|| invalid("previousId: an alias names whom it joins"))?)
        }
        _ => Does::Nothing,
    };
    let context = m.context.map(RawValue::get).or(around.context.as_deref());
    let (props, found) = props(call, &m, context)?;
    let mut codes: Vec<String> = found.touchpoint.into_iter().filter(|c| code::plausible(c)).collect();
    if let Some(context) = context {
        codes.extend(codes_of(context));
    }
    Ok(Item {
        call,
        name: name.to_string(),
        at: instant(&m, around)?,
        dedupe: dedupe(call, name, &m),
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

/// When it happened by our clock.
fn instant(m: &Message, around: &Around) -> Result<Ms, Bad> {
    let received = around.received;
    let read = |field: &str, t: Option<&str>| match t {
        None => Ok(None),
        Some(t) => parse_time(t).map(Some).ok_or_else(|| invalid(format!("{field}: {t} is not an ISO 8601 time"))),
    };
    let stamp = m.original_timestamp.get().or(m.timestamp.get());
    let Some(stamp) = read("timestamp", stamp)? else { return Ok(received) };
    let at = match read("sentAt", m.sent_at.get().or(around.sent.as_deref()))? {
        Some(sent) => received.saturating_sub(sent.saturating_sub(stamp)),
        None => stamp,
    };
    plausible(at, received, Ms::MIN, AHEAD)
}

fn dedupe(call: &str, name: &str, m: &Message) -> Option<String> {
    if let Some(id) = m.message_id.get().filter(|id| id.len() <= 200) {
        return Some(format!("seg:{id}"));
    }
    let id = m.message_id.get();
    let stamp = m.original_timestamp.get().or(m.timestamp.get());
    if id.is_none() && stamp.is_none() {
        return None;
    }
    // Without a usable id: what identifies the event, never when it came (G19).
    let properties = if id.is_some() { None } else { m.properties.or(m.traits).map(RawValue::get) };
    let parts = [id, Some(call), Some(name), m.user_id.get(), m.anonymous_id.get(), stamp, m.group_id.get(), m.previous_id.get(), properties];
    let text: Vec<&str> = parts.into_iter().map(|p| p.unwrap_or("")).collect();
    Some(format!("seg:#{}", &secret::digest(&text.join("\n"))[..32]))
}

/// The props of the event: properties (or traits) as they came, spliced and not rebuilt.
fn props(call: &str, m: &Message, context: Option<&str>) -> Result<(String, sound::Found), Bad> {
    let given = if matches!(call, "identify" | "group") { m.traits } else { m.properties };
    let given = given.map(RawValue::get).filter(|g| *g != "null");
    let mut out = String::with_capacity(given.map_or(0, str::len) + context.map_or(0, str::len) + 120);
    out.push('{');
    if matches!(call, "page" | "screen") {
        put(&mut out, "name", m.name.get());
        put(&mut out, "category", m.category.get());
    }
    put(&mut out, "group_id", m.group_id.get().filter(|_| call == "group"));
    put(&mut out, "previous_id", m.previous_id.get().filter(|_| call == "alias"));
    put_inside(&mut out, given)?;
    out.push_str(if out.len() > 1 { ",\"$segment\":{\"type\":\"" } else { "\"$segment\":{\"type\":\"" });
    out.push_str(call);
    out.push('"');
    put(&mut out, "timestamp", m.original_timestamp.get().or(m.timestamp.get()));
    put_raw(&mut out, "context", context.filter(|c| *c != "null"));
    out.push_str("}}");
    sound::settled(out)
}

/// What an identify says, of `traits` or where RudderStack puts them.
fn traits(m: &Message) -> Result<Traits, Bad> {
    #[derive(Default, Deserialize)]
    #[serde(default, bound(deserialize = "'de: 'a"))]
    struct Context<'a> {
        traits: Option<&'a RawValue>,
    }
    let within: Context = m.context.and_then(|c| serde_json::from_str(c.get()).ok()).unwrap_or_default();
    let Some(raw) = m.traits.or(within.traits).map(RawValue::get).filter(|t| *t != "null") else { return Ok(Traits::default()) };
    let given = serde_json::from_str(raw).map_err(|e| invalid(format!("traits: {e}")))?;
    Ok(describe::traits(&given))
}
