//! The Segment HTTP dialect: `/v1/track|identify|page|screen|group|alias|batch` as its Node and
//! Python clients and RudderStack's speak it (protocols §11).
//!
//! * Event time = `received − (sentAt − timestamp)`, never later than received; `originalTimestamp`
//!   goes before `timestamp`, `sentAt` of the event before that of the batch.
//! * Ids may be null, absent or numbers; unknown keys are ignored.
//! * One message that is no good is refused by itself, its neighbours are taken.
use super::{Batch, Does, Item, Refused, is_ours, sound};
use crate::quarantine::Reason;
use crate::touchpoint::code;
use serde::de::{Deserializer, Visitor};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;
use weir_ground::base::{Fen, Ms, Problem, Result, time};
use weir_ground::secret;
use weir_know::identity;
use weir_know::person::{PORTRAIT, Traits};

/// The calls of the protocol, which are also the names of events that have none of their own.
pub const CALLS: [&str; 6] = ["track", "identify", "page", "screen", "group", "alias"];
/// One message may be this large (the protocol says 32 KB).
pub const MESSAGE_LIMIT: usize = 32 << 10;
/// Names may be this long, in characters.
const NAME: usize = 200;
/// Clocks may be wrong by this much before a time counts as implausible.
const AHEAD: Ms = time::DAY;
/// 2000-01-01 UTC: nothing was measured before.
const DAWN: Ms = 946_684_800_000;

/// Text, number or null; borrowed where it has no escapes, without zero bytes.
#[derive(Clone, Debug, Default)]
struct Text<'a>(Option<Cow<'a, str>>);

impl<'a> Text<'a> {
    fn get(&self) -> Option<&str> {
        self.0.as_deref().filter(|t| !t.is_empty())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
        struct V;
        impl<'de> Visitor<'de> for V {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text, a number or null")
            }
            fn visit_borrowed_str<E>(self, s: &'de str) -> std::result::Result<Text<'de>, E> {
                Ok(Text(Some(if s.as_bytes().contains(&0) { Cow::Owned(clean(s)) } else { Cow::Borrowed(s) })))
            }
            fn visit_str<E>(self, s: &str) -> std::result::Result<Text<'de>, E> {
                Ok(Text(Some(Cow::Owned(clean(s)))))
            }
            fn visit_i64<E>(self, n: i64) -> std::result::Result<Text<'de>, E> {
                Ok(Text(Some(Cow::Owned(n.to_string()))))
            }
            fn visit_u64<E>(self, n: u64) -> std::result::Result<Text<'de>, E> {
                Ok(Text(Some(Cow::Owned(n.to_string()))))
            }
            fn visit_f64<E>(self, x: f64) -> std::result::Result<Text<'de>, E> {
                Ok(Text(Some(Cow::Owned(x.to_string()))))
            }
            fn visit_unit<E>(self) -> std::result::Result<Text<'de>, E> {
                Ok(Text(None))
            }
        }
        d.deserialize_any(V)
    }
}

fn clean(s: &str) -> String {
    s.replace('\0', "\u{fffd}")
}

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

/// Who is speaking: an app with a public key, or the merchant's own server with an admin key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    App,
    Server,
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
    let whole = std::str::from_utf8(&body).map_err(|_| Problem::invalid("The body is not UTF-8."))?;
    let mut out = Batch { body: body.clone(), ..Batch::default() };
    let around = Around { received, trust, sent: outer.sent_at.get(), context: outer.context };
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

/// What a batch says for all of its messages.
struct Around<'a> {
    received: Ms,
    trust: Trust,
    sent: Option<&'a str>,
    context: Option<&'a RawValue>,
}

type Bad = (Reason, String);

fn invalid(detail: impl Into<String>) -> Bad {
    (Reason::SchemaInvalid, detail.into())
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
    if is_ours(name) {
        return Err((Reason::Forbidden, format!("event: {name} is an event that Weir states itself; choose another name")));
    }
    let does = match call {
        "identify" => Does::Describe(Box::new(traits(&m, around.trust, user.is_some())?)),
        "alias" => {
            user.as_ref().ok_or_else(|| invalid("userId: an alias names the user"))?;
            Does::Join(id("anonymous_id", &m.previous_id).ok_or_else(|| invalid("previousId: an alias names whom it joins"))?)
        }
        _ => Does::Nothing,
    };
    let context = m.context.or(around.context);
    let (props, found) = props(call, &m, context)?;
    let mut codes: Vec<String> = found.touchpoint.into_iter().filter(|c| code::plausible(c)).collect();
    if let Some(context) = context {
        codes.extend(codes_of(context.get()));
    }
    Ok(Item {
        call,
        name: name.to_string(),
        at: instant(&m, around)?,
        dedupe: dedupe(call, name, &m),
        user,
        anonymous,
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
    let at = match read("sentAt", m.sent_at.get().or(around.sent))? {
        Some(sent) => received.saturating_sub(sent.saturating_sub(stamp)),
        None => stamp,
    };
    if !(DAWN..=received + AHEAD).contains(&at) {
        return Err((Reason::TimeImplausible, format!("by our clock it would have happened at {}", time::rfc3339(at))));
    }
    Ok(at.min(received))
}

/// An instant with an offset; without one it is UTC.
fn parse_time(text: &str) -> Option<Ms> {
    time::parse_instant(text).or_else(|| time::parse_instant(&format!("{}Z", text.trim().replace(' ', "T"))))
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

fn put(out: &mut String, key: &str, value: Option<&str>) {
    if let Some(v) = value {
        out.push_str(if out.len() > 1 { ",\"" } else { "\"" });
        out.push_str(key);
        out.push_str("\":");
        out.push_str(&serde_json::to_string(v).unwrap_or_else(|_| "null".into()));
    }
}

/// The props of the event: properties (or traits) as they came, spliced and not rebuilt.
fn props(call: &str, m: &Message, context: Option<&RawValue>) -> Result<(String, sound::Found), Bad> {
    let given = if matches!(call, "identify" | "group") { m.traits } else { m.properties };
    let given = given.map(RawValue::get).filter(|g| *g != "null");
    let mut out = String::with_capacity(given.map_or(0, str::len) + context.map_or(0, |c| c.get().len()) + 120);
    out.push('{');
    if matches!(call, "page" | "screen") {
        put(&mut out, "name", m.name.get());
        put(&mut out, "category", m.category.get());
    }
    put(&mut out, "group_id", m.group_id.get().filter(|_| call == "group"));
    put(&mut out, "previous_id", m.previous_id.get().filter(|_| call == "alias"));
    if let Some(given) = given {
        let inner = given.strip_prefix('{').and_then(|g| g.strip_suffix('}'));
        let inner = inner.ok_or_else(|| invalid("properties and traits are objects"))?.trim();
        if !inner.is_empty() {
            if out.len() > 1 {
                out.push(',');
            }
            out.push_str(inner);
        }
    }
    out.push_str(if out.len() > 1 { ",\"$segment\":{\"type\":\"" } else { "\"$segment\":{\"type\":\"" });
    out.push_str(call);
    out.push('"');
    put(&mut out, "timestamp", m.original_timestamp.get().or(m.timestamp.get()));
    if let Some(context) = context.filter(|c| c.get() != "null") {
        out.push_str(",\"context\":");
        out.push_str(context.get());
    }
    out.push_str("}}");
    let found = sound::check(&out).map_err(|e| invalid(e.to_string()))?;
    if found.nul {
        out = sound::without_nul(&out).map_err(|e| invalid(e.to_string()))?;
    }
    Ok((out, found))
}

/// Codes in `campaign` (any value) and `page` (behind `tp=`) of a context.
fn codes_of(context: &str) -> Vec<String> {
    #[derive(Default, Deserialize)]
    #[serde(default, bound(deserialize = "'de: 'a"))]
    struct Context<'a> {
        campaign: Option<&'a RawValue>,
        page: Option<&'a RawValue>,
    }
    if !context.contains("\"campaign\"") && !context.contains("tp=") {
        return vec![];
    }
    let c: Context = serde_json::from_str(context).unwrap_or_default();
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !c.is_ascii_alphanumeric());
        words.filter(|w| code::plausible(w)).map(str::to_string).collect()
    };
    let mut out = c.campaign.map(|c| words(c.get())).unwrap_or_default();
    for after in c.page.map(RawValue::get).unwrap_or("").split("tp=").skip(1) {
        out.extend(words(after.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or("")));
    }
    out
}

/// What an identify says: traits in Segment's standard names and Weir's own portrait names.
fn traits(m: &Message, trust: Trust, has_user: bool) -> Result<(Traits, Vec<(&'static str, String)>), Bad> {
    #[derive(Default, Deserialize)]
    #[serde(default, bound(deserialize = "'de: 'a"))]
    struct Context<'a> {
        traits: Option<&'a RawValue>,
    }
    let within: Context = m.context.and_then(|c| serde_json::from_str(c.get()).ok()).unwrap_or_default();
    let Some(raw) = m.traits.or(within.traits).map(RawValue::get).filter(|t| *t != "null") else { return Ok(Default::default()) };
    let given: serde_json::Map<String, serde_json::Value> = serde_json::from_str(raw).map_err(|e| invalid(format!("traits: {e}")))?;
    let text = |v: &serde_json::Value| match v {
        serde_json::Value::String(s) => Some(crate::visit::clip(s.trim(), 200)).filter(|s| !s.is_empty()),
        serde_json::Value::Number(n) => Some(n.to_string()),
        _ => None,
    };
    let get = |key: &str| given.get(key).and_then(text);
    let parts: Vec<String> = [get("lastName"), get("firstName")].into_iter().flatten().collect();
    let full = if parts.iter().all(|p| p.is_ascii()) { parts.iter().rev().cloned().collect::<Vec<_>>().join(" ") } else { parts.concat() };
    let name = get("name").or(Some(full)).map(|n| n.chars().take(100).collect::<String>()).filter(|n| !n.is_empty());
    let (phone, email) = (
        get("phone").and_then(|p| identity::normal("phone", &p)),
        get("email").and_then(|e| identity::normal("email", &e)),
    );
    let mut out = Traits { name, phone: phone.clone(), email: email.clone(), ..Traits::default() };
    for key in PORTRAIT {
        let city = || given.get("address").and_then(|a| a.get("city")).and_then(text);
        let value = get(key).or_else(|| if *key == "region" { city() } else { None });
        if let Some(v) = value {
            out.portrait.insert(key.to_string(), Some(v));
        }
    }
    let mut binds = vec![];
    if trust == Trust::Server && has_user {
        binds.extend(phone.map(|p| ("phone", p)));
        binds.extend(email.map(|e| ("email", e)));
    }
    Ok((out, binds))
}
