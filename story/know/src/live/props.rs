//! Which properties of an event go into the lake: short, single, and not about who somebody is.
use std::borrow::Cow;

/// Properties of an event at most.
const MOST: usize = 16;
/// Longer texts are not asked for by value.
const LONGEST: usize = 80;

/// Keys that name or reach a person, or number a single thing.
const NOT: &[&str] = &[
    "phone", "mobile", "tel", "email", "mail", "address", "name", "realname", "real_name", "nickname", "idcard", "id_card", "password",
    "token", "order", "order_id", "payment", "refund", "messageid", "message_id", "proof", "ip", "openid", "unionid", "user_id",
    "userid", "anonymous_id", "distinct_id", "loser", "winner",
];

/// Has a text the shape of a phone number, an identity card or an e-mail address?
fn tells_who(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let plain = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b' ' | b'(' | b')' | b'x' | b'X'));
    text.contains('@') || plain && digits >= 10 && !text.contains('.')
}

/// A mobile number of mainland China, written as a number.
fn is_mobile(n: i64) -> bool {
    (13_000_000_000..20_000_000_000).contains(&n)
}

/// Key and value of the properties that are kept.
pub fn read(props: &str) -> Vec<(Cow<'_, str>, Cow<'_, str>)> {
    if props.len() <= 2 {
        return vec![];
    }
    let Ok(serde_json::Value::Object(all)) = serde_json::from_str::<serde_json::Value>(props) else { return vec![] };
    let mut out = vec![];
    for (key, value) in all {
        if out.len() >= MOST || key.len() > 60 || NOT.contains(&key.to_ascii_lowercase().as_str()) {
            continue;
        }
        let text = match value {
            serde_json::Value::String(s) if s.len() <= LONGEST && !s.is_empty() && !tells_who(&s) => s,
            serde_json::Value::Number(n) if !n.as_i64().is_some_and(is_mobile) => n.to_string(),
            serde_json::Value::Bool(b) => b.to_string(),
            _ => continue,
        };
        out.push((Cow::Owned(key), Cow::Owned(text)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn what_tells_who_somebody_is_stays_out() {
        let kept = read(r#"{"sku":"A1","price":12.5,"phone":"13800138000","ref":"+86 138-0013-8000","to":"a@b.cn","vip":true,"x":{"y":1},"n":1767225600,"m":13800138000}"#);
        let kept: Vec<String> = kept.iter().map(|(k, v)| format!("{k}={v}")).collect();
        assert_eq!(kept, ["sku=A1", "price=12.5", "vip=true", "n=1767225600"]);
    }
}
