//! What names and values a record may have (protocols §10.3).
use super::super::text::{Bad, invalid};
use serde_json::{Map, Value};

/// Names that the protocol keeps for itself, in any case.
const RESERVED: &[&str] = &[
    "distinct_id", "original_id", "time", "properties", "id", "first_id", "second_id", "users", "events", "event", "event_id",
    "user_id", "device_id", "date", "datetime",
];
const RESERVED_FRONT: &[&str] = &["user_group", "user_tag"];
/// A text may be this long, in characters.
const TEXT: usize = 8_191;

/// `^[a-zA-Z_$][a-zA-Z\d_$]{0,99}$`, and not reserved.
pub fn name(what: &str, name: &str) -> Result<(), Bad> {
    let lead = name.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '$'));
    let rest = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$'));
    if !(lead && rest && name.len() <= 100) {
        return Err(invalid(format!("{what}: {name} is not a name; use letters, digits, _ and $, at most 100, and no digit first")));
    }
    let low = name.to_ascii_lowercase();
    if RESERVED.contains(&low.as_str()) || RESERVED_FRONT.iter().any(|front| low.starts_with(front)) {
        return Err(invalid(format!("{what}: {name} is a reserved name; choose another")));
    }
    Ok(())
}

/// Names and values of the properties of a record of this type.
pub fn check(kind: &str, given: &Map<String, Value>) -> Result<(), Bad> {
    for (key, value) in given {
        name("properties", key)?;
        let fits = match (kind, value) {
            ("profile_unset", _) => matches!(value, Value::Null | Value::Bool(true)),
            // The Python SDK puts `$is_login_id` beside whatever is given.
            ("profile_increment", _) => value.is_number() || key.starts_with('$'),
            ("profile_append", Value::Array(list)) => list.iter().all(Value::is_string),
            ("profile_append", _) => key.starts_with('$'),
            (_, Value::Array(list)) => list.iter().all(Value::is_string),
            (_, Value::Object(_)) => false,
            (_, Value::String(s)) => s.len() <= TEXT || s.chars().count() <= TEXT,
            _ => true,
        };
        if !fits {
            let may = match kind {
                "profile_unset" => "true or null",
                "profile_increment" => "a number",
                "profile_append" => "a list of texts",
                _ => "a text of at most 8191 characters, a number, a truth value or a list of texts",
            };
            return Err(invalid(format!("properties.{key}: use {may}")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_of_the_form_and_not_reserved() {
        for good in ["Buy", "$pageview", "_x9", "a".repeat(100).as_str(), "timeline", "users_x"] {
            assert_eq!(name("event", good), Ok(()), "{good}");
        }
        for bad in ["", "9a", "买", "a-b", "a".repeat(101).as_str(), "Time", "DISTINCT_ID", "user_group_x", "User_Tag"] {
            assert!(name("event", bad).is_err(), "{bad}");
        }
    }
}
