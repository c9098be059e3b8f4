//! What a sender says of a person: standard names of the dialects and Weir's own portrait names.
use super::Trust;
use serde_json::{Map, Value};
use weir_know::identity;
use weir_know::person::{PORTRAIT, Traits};

/// Our name, and what senders call it besides.
const ALSO: &[(&str, &[&str])] = &[
    ("name", &["$name"]),
    ("phone", &["$phone", "mobile", "$mobile", "phone_number"]),
    ("email", &["$email"]),
    ("region", &["$city", "city", "$province", "province"]),
    ("birthday", &["$birthday", "birth_date"]),
    ("gender", &["$gender", "sex"]),
];

/// What we call the property by which somebody is described, if it is one.
pub fn ours(property: &str) -> Option<&'static str> {
    let also = ALSO.iter().find(|a| a.0 == property || a.1.contains(&property)).map(|a| a.0);
    also.or_else(|| PORTRAIT.iter().find(|p| **p == property).copied()).or(match property {
        "lastName" | "firstName" => Some("name"),
        "address" => Some("region"),
        _ => None,
    })
}

fn text(v: &Value) -> Option<String> {
    match v {
        Value::String(s) => Some(crate::visit::clip(s.trim(), 200)).filter(|s| !s.is_empty()),
        Value::Number(n) => Some(n.to_string()),
        _ => None,
    }
}

/// Traits of the given properties; the rest of them stays in the event.
pub fn traits(given: &Map<String, Value>) -> Traits {
    let get = |key: &str| {
        let also = ALSO.iter().find(|a| a.0 == key).map_or(&[][..], |a| a.1);
        given.get(key).and_then(text).or_else(|| also.iter().find_map(|k| given.get(*k).and_then(text)))
    };
    let parts: Vec<String> = [get("lastName"), get("firstName")].into_iter().flatten().collect();
    let full = if parts.iter().all(|p| p.is_ascii()) { parts.iter().rev().cloned().collect::<Vec<_>>().join(" ") } else { parts.concat() };
    let name = get("name").or(Some(full)).map(|n| n.chars().take(100).collect::<String>()).filter(|n| !n.is_empty());
    let normal = |kind: &str| get(kind).and_then(|v| identity::normal(kind, &v));
    let mut out = Traits { name, phone: normal("phone"), email: normal("email"), ..Traits::default() };
    for key in PORTRAIT {
        let city = || given.get("address").and_then(|a| a.get("city")).and_then(text);
        let value = get(key).or_else(|| if *key == "region" { city() } else { None });
        if let Some(v) = value {
            out.portrait.insert(key.to_string(), Some(v));
        }
    }
    out
}

/// What binds because the merchant's own server said it of an account.
pub fn binds(said: &Traits, trust: Trust, has_user: bool) -> Vec<(&'static str, String)> {
    let mut out = vec![];
    if trust == Trust::Server && has_user {
        out.extend(said.phone.clone().map(|p| ("phone", p)));
        out.extend(said.email.clone().map(|e| ("email", e)));
    }
    out
}
