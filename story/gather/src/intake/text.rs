//! What the dialects share: loose texts, times, names, channel codes, and how a message is refused.
use crate::quarantine::Reason;
use crate::touchpoint::code;
use serde::de::{Deserializer, Visitor};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;
use weir_ground::base::{Ms, time};

/// Names may be this long, in characters.
pub const NAME: usize = 200;
/// 2000-01-01 UTC: nothing was measured before.
const DAWN: Ms = 946_684_800_000;

/// Why a message is refused.
pub type Bad = (Reason, String);

pub fn invalid(detail: impl Into<String>) -> Bad {
    (Reason::SchemaInvalid, detail.into())
}

/// The instant of an event between `from` (never before 2000) and `ahead` of its arrival; what
/// clocks put after the arrival happened at the arrival.
pub fn plausible(at: Ms, received: Ms, from: Ms, ahead: Ms) -> Result<Ms, Bad> {
    if !(from.max(DAWN)..=received.saturating_add(ahead)).contains(&at) {
        return Err((Reason::TimeImplausible, format!("by our clock it would have happened at {}", time::rfc3339(at))));
    }
    Ok(at.min(received))
}

/// An instant with an offset; without one it is UTC.
pub fn parse_time(text: &str) -> Option<Ms> {
    time::parse_instant(text).or_else(|| time::parse_instant(&format!("{}Z", text.trim().replace(' ', "T"))))
}

/// Appends `"key":"value"` to an object that is being written, if there is a value.
pub fn put(out: &mut String, key: &str, value: Option<&str>) {
    if let Some(v) = value {
        put_raw(out, key, Some(&serde_json::to_string(v).unwrap_or_else(|_| "null".into())));
    }
}

/// Appends `"key":json`, if there is a value.
pub fn put_raw(out: &mut String, key: &str, value: Option<&str>) {
    if let Some(v) = value {
        out.push_str(if out.ends_with('{') { "\"" } else { ",\"" });
        out.push_str(key);
        out.push_str("\":");
        out.push_str(v);
    }
}

/// Appends the members of a given object as they came.
pub fn put_inside(out: &mut String, given: Option<&str>) -> Result<(), Bad> {
    let Some(given) = given else { return Ok(()) };
    let inner = given.strip_prefix('{').and_then(|g| g.strip_suffix('}'));
    let inner = inner.ok_or_else(|| invalid("properties and traits are objects"))?.trim();
    if !inner.is_empty() {
        if out.len() > 1 {
            out.push(',');
        }
        out.push_str(inner);
    }
    Ok(())
}

/// Everything in a text that looks like a channel code.
pub fn codes_in(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| code::plausible(w)).map(str::to_string)
}

/// Codes behind `tp=` in an address.
pub fn codes_behind_tp(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split("tp=").skip(1).flat_map(|after| codes_in(after.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or("")))
}

/// Codes in `campaign` (any value) and `page` (behind `tp=`) of a context.
pub fn codes_of(context: &str) -> Vec<String> {
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
    let mut out: Vec<String> = c.campaign.map(|c| codes_in(c.get()).collect()).unwrap_or_default();
    out.extend(codes_behind_tp(c.page.map(RawValue::get).unwrap_or("")));
    out
}

/// Text, number or null; borrowed where it has no escapes, without zero bytes.
#[derive(Clone, Debug, Default)]
pub struct Text<'a>(pub Option<Cow<'a, str>>);

impl<'a> Text<'a> {
    /// The text, if it is not empty.
    pub fn get(&self) -> Option<&str> {
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

