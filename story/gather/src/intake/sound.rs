//! Is a JSON text sound? What is spliced into the log unread must read later by everybody: numbers
//! in range, whole surrogates, bounded depth. One pass without building a tree, by the same reader
//! that will read it; on the way it notes zero bytes and the few properties that mean something.
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;
use weir_ground::base::Fen;

/// What was found on the way.
#[derive(Debug, Default, PartialEq)]
pub struct Found {
    /// Some string holds a zero byte, which PostgreSQL cannot keep.
    pub nul: bool,
    /// `touchpoint` or `tp` of the top level.
    pub touchpoint: Option<String>,
    /// `revenue` of the top level, in fen where it is an amount of whole fen.
    pub revenue: Option<Fen>,
}

/// Reads the whole text, or says where it is broken.
pub fn check(text: &str) -> Result<Found, serde_json::Error> {
    let mut found = Found::default();
    let mut reader = serde_json::Deserializer::from_str(text);
    Any { found: &mut found, top: true, key: Key::Other }.deserialize(&mut reader)?;
    reader.end()?;
    Ok(found)
}

/// The text as it may be kept, and what was found in it; or why it may not.
pub fn settled(text: String) -> Result<(String, Found), super::text::Bad> {
    let bad = |e: serde_json::Error| super::text::invalid(e.to_string());
    let found = check(&text).map_err(bad)?;
    let text = if found.nul { without_nul(&text).map_err(bad)? } else { text };
    Ok((text, found))
}

/// The text with every zero byte replaced.
pub fn without_nul(text: &str) -> Result<String, serde_json::Error> {
    fn walk(v: &mut serde_json::Value) {
        match v {
            serde_json::Value::String(s) => *s = s.replace('\0', "\u{fffd}"),
            serde_json::Value::Array(a) => a.iter_mut().for_each(walk),
            serde_json::Value::Object(o) => {
                let clean = |(k, mut v): (String, serde_json::Value)| {
                    walk(&mut v);
                    (k.replace('\0', "\u{fffd}"), v)
                };
                *o = std::mem::take(o).into_iter().map(clean).collect();
            }
            _ => {}
        }
    }
    let mut v: serde_json::Value = serde_json::from_str(text)?;
    walk(&mut v);
    serde_json::to_string(&v)
}

#[derive(Clone, Copy, PartialEq)]
enum Key {
    Touchpoint,
    Revenue,
    Other,
}

struct Any<'f> {
    found: &'f mut Found,
    top: bool,
    key: Key,
}

impl<'de> DeserializeSeed<'de> for Any<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        d.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Any<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
    fn visit_i64<E>(self, n: i64) -> Result<(), E> {
        self.amount(|| n.to_string())
    }
    fn visit_u64<E>(self, n: u64) -> Result<(), E> {
        self.amount(|| n.to_string())
    }
    fn visit_f64<E>(self, x: f64) -> Result<(), E> {
        self.amount(|| x.to_string())
    }
    fn visit_str<E>(self, s: &str) -> Result<(), E> {
        self.found.nul |= s.as_bytes().contains(&0);
        match self.key {
            Key::Touchpoint if self.found.touchpoint.is_none() && s.len() <= 64 => {
                self.found.touchpoint = Some(s.to_string());
                Ok(())
            }
            _ => self.amount(|| s.to_string()),
        }
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut a: A) -> Result<(), A::Error> {
        while a.next_element_seed(Any { found: self.found, top: false, key: Key::Other })?.is_some() {}
        Ok(())
    }
    fn visit_map<A: MapAccess<'de>>(self, mut a: A) -> Result<(), A::Error> {
        while let Some(name) = a.next_key_seed(Name)? {
            self.found.nul |= name.as_bytes().contains(&0);
            let key = match (self.top, &*name) {
                (true, "touchpoint" | "tp") => Key::Touchpoint,
                (true, "revenue") => Key::Revenue,
                _ => Key::Other,
            };
            a.next_value_seed(Any { found: self.found, top: false, key })?;
        }
        Ok(())
    }
}

impl Any<'_> {
    fn amount<E>(self, text: impl FnOnce() -> String) -> Result<(), E> {
        if self.key == Key::Revenue {
            self.found.revenue = Fen::parse_yuan(&text());
        }
        Ok(())
    }
}

/// A key, borrowed where it has no escapes.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Cow<'de, str>, D::Error> {
        d.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }
    fn visit_borrowed_str<E>(self, s: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(s))
    }
    fn visit_str<E>(self, s: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(s.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_read_by_everybody() {
        let deep = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        for text in [
            r#"{"a":[1,-2.5,1e300,"\ud83d\ude00",null,true,{"b":{}}]}"#.to_string(),
            r#"{"a":1e999}"#.into(), r#""\ud800""#.into(), "{\"a\":1,}".into(), deep(100), deep(200), "1 2".into(),
        ] {
            assert_eq!(check(&text).is_ok(), serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{text}");
        }
    }

    #[test]
    fn it_notes_what_means_something() {
        let found = check(r#"{"revenue":"12.50","x":{"tp":"inner","revenue":1},"tp":"outer","touchpoint":"late"}"#).unwrap();
        assert_eq!(found, Found { nul: false, touchpoint: Some("outer".into()), revenue: Some(Fen(1250)) });
        assert_eq!(check(r#"{"revenue":12.345}"#).unwrap().revenue, None);
        let dirty = r#"{"a\u0000":["\u0000x"],"b\\u0000":1}"#;
        assert!(check(dirty).unwrap().nul);
        let clean = without_nul(dirty).unwrap();
        assert!(!check(&clean).unwrap().nul && clean.contains("b\\\\u0000"), "{clean}");
    }
}
