//! Links to share: the short address of a code with campaign marks (UTM) behind it.
use crate::touchpoint::{self, destination};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_ground::base::{Problem, Result};

/// The marks, in the order in which they are written.
pub const UTM: [&str; 5] = ["source", "medium", "campaign", "term", "content"];

/// Campaign marks; what is absent is not in the link.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Marks {
    /// Where the link is shown, such as `wechat`.
    pub utm_source: Option<String>,
    /// How, such as `poster` or `qr`.
    pub utm_medium: Option<String>,
    pub utm_campaign: Option<String>,
    pub utm_term: Option<String>,
    pub utm_content: Option<String>,
}

impl Marks {
    /// The marks that are given, trimmed, at most 100 characters each.
    pub fn given(&self) -> Result<Vec<(&'static str, String)>> {
        let values = [&self.utm_source, &self.utm_medium, &self.utm_campaign, &self.utm_term, &self.utm_content];
        let mut out = vec![];
        for (name, value) in UTM.into_iter().zip(values) {
            let Some(text) = value.as_deref().map(str::trim).filter(|v| !v.is_empty()) else { continue };
            if text.chars().count() > 100 || text.chars().any(char::is_control) {
                return Err(Problem::field(&format!("utm_{name}"), "use at most 100 characters in one line"));
            }
            out.push((name, text.to_string()));
        }
        Ok(out)
    }
}

/// The marks in a query string, whatever else is in it; too long ones are cut.
pub fn marks(query: &str) -> Vec<(&'static str, String)> {
    let mut out: Vec<(&'static str, String)> = vec![];
    for (key, value) in query.split('&').filter_map(|p| p.split_once('=')) {
        let Some(name) = UTM.into_iter().find(|n| key.strip_prefix("utm_") == Some(n)) else { continue };
        let text: String = decoded(value).chars().filter(|c| !c.is_control()).take(100).collect();
        if !text.trim().is_empty() && !out.iter().any(|(n, _)| *n == name) {
            out.push((name, text.trim().to_string()));
        }
    }
    out
}

/// A value of a query string as it was meant.
pub fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut out, mut i) = (Vec::with_capacity(bytes.len()), 0);
    while i < bytes.len() {
        let hex = |b: Option<&u8>| b.and_then(|b| (*b as char).to_digit(16));
        match (bytes[i], hex(bytes.get(i + 1)), hex(bytes.get(i + 2))) {
            (b'%', Some(a), Some(b)) => {
                out.push((a * 16 + b) as u8);
                i += 2;
            }
            (b'+', ..) => out.push(b' '),
            (b, ..) => out.push(b),
        }
        i += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// A value as it may stand in a query string.
pub fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for b in text.bytes() {
        match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(b as char),
            _ => out.push_str(&format!("%{b:02X}")),
        }
    }
    out
}

/// An address with the marks behind it.
pub fn with_marks(address: &str, marks: &[(&'static str, String)]) -> String {
    let (front, fragment) = address.split_once('#').map_or((address, None), |(a, b)| (a, Some(b)));
    let mut out = front.to_string();
    for (name, value) in marks {
        out.push(if out.contains('?') { '&' } else { '?' });
        out.push_str(&format!("utm_{name}={}", encoded(value)));
    }
    if let Some(fragment) = fragment {
        out.push('#');
        out.push_str(fragment);
    }
    out
}

/// A link to share.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BuiltLink {
    /// The address of the code with the marks: counts every click and follows later changes.
    pub short: String,
    /// The landing itself with code and marks, for places that allow no redirect.
    pub long: String,
}

/// Builds both forms; `short` is the public address of the code, `base` that of this server.
pub fn build(short: &str, base: &str, landing: &str, code: &str, marks: &Marks) -> Result<BuiltLink> {
    let marks = marks.given()?;
    let landing = touchpoint::landing(landing)?;
    let landing = if landing.starts_with('/') { format!("{}{landing}", base.trim_end_matches('/')) } else { landing };
    Ok(BuiltLink { short: with_marks(short, &marks), long: with_marks(&destination(&landing, code), &marks) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_survive_the_way_into_a_link_and_out_of_it() {
        let given = Marks { utm_source: Some(" 小红书 ".into()), utm_campaign: Some("a&b=c d+e%".into()), utm_term: Some(" ".into()), ..Marks::default() };
        let built = build("https://s.cn/c/C", "https://s.cn/", "/m/?x=1#/p", "C", &given).unwrap();
        assert_eq!(built.long, "https://s.cn/m/?x=1&tp=C&utm_source=%E5%B0%8F%E7%BA%A2%E4%B9%A6&utm_campaign=a%26b%3Dc%20d%2Be%25#/p");
        let query = built.short.split_once('?').unwrap().1;
        assert_eq!(marks(query), [("source", "小红书".to_string()), ("campaign", "a&b=c d+e%".to_string())]);
        assert_eq!(marks("utm_source=a&utm_source=b&utm_x=1&utm_medium=+"), [("source", "a".to_string())]);
        assert_eq!(decoded("%zz%4"), "%zz%4");
        let long = Marks { utm_source: Some("x".repeat(101)), ..Marks::default() };
        assert!(build("s", "b", "/m/", "C", &long).is_err());
    }
}
