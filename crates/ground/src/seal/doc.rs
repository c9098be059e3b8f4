//! Sealing inside JSON documents: what tells a person apart is sealed where it stands, all the rest
//! stays as it came, so that it can be asked about.
//!
//! A value is sealed when its key says what it is (`phone`, `邮箱`, `address` …) or when it looks like
//! a phone number, an e-mail or an id number. What is sealed is the JSON of the value: it comes back
//! as it was, number or text.
use super::{MARK, Seal, find, mask_any};
use crate::base::{Problem, Result};
use serde_json::Value;
use std::borrow::Cow;

/// Whole names of keys, in lower case without punctuation.
const KEYS: &[&str] = &[
    "tel", "cell", "mail", "addr", "street", "idno", "idcard", "idnumber", "identitycard", "passport", "passportno", "bankcard",
    "手机", "手机号", "手机号码", "电话", "联系电话", "电话号码", "邮箱", "电子邮箱", "邮件", "身份证", "身份证号", "身份证号码", "护照", "护照号",
    "地址", "详细地址", "收货地址", "银行卡", "银行卡号",
];
/// Ends of names of keys.
const ENDS: &[&str] = &["phone", "mobile", "telephone", "email", "phonenumber", "mobilenumber", "emailaddress", "address", "idcardno", "idcardnumber"];

/// Does the name of a key say that its value tells a person apart?
pub fn is_private(key: &str) -> bool {
    if key.len() > 60 {
        return false;
    }
    let plain: String = key.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    KEYS.contains(&plain.as_str()) || ENDS.iter().any(|e| plain.ends_with(e))
}

/// May the document hold such a value? Never wrongly no; escapes are looked into.
fn may_hold(text: &str) -> bool {
    let b = text.as_bytes();
    if find::holds(text) {
        return true;
    }
    for (i, c) in b.iter().enumerate() {
        match c {
            b'\\' if b.get(i + 1) == Some(&b'u') => return true,
            b':' if i > 1 && b[i - 1] == b'"' => {
                let from = b[..i - 1].iter().rposition(|c| *c == b'"').map_or(0, |at| at + 1);
                if is_private(&text[from..i - 1]) {
                    return true;
                }
            }
            b':' if i > 1 && b[i - 1].is_ascii_whitespace() => return true,
            _ => {}
        }
    }
    false
}

/// A document as text with masks in the place of what is private, if there is any; nothing at all of
/// one that was cut off.
pub(super) fn masked_text(text: &str) -> Option<String> {
    let Ok(mut doc) = serde_json::from_str::<Value>(text) else { return Some(String::new()) };
    mask_within(&mut doc, false).then(|| doc.to_string())
}

fn mask_within(v: &mut Value, named: bool) -> bool {
    let shown = match v {
        Value::Object(o) => return o.iter_mut().fold(false, |any, (key, v)| mask_within(v, named || is_private(key)) | any),
        Value::Array(a) => return a.iter_mut().fold(false, |any, v| mask_within(v, named) | any),
        Value::String(s) if named || find::holds(s) => mask_any(s),
        Value::Number(n) if named || find::holds(&n.to_string()) => mask_any(&n.to_string()),
        _ => return false,
    };
    *v = Value::String(shown);
    true
}

impl Seal {
    /// The document with what tells a person apart sealed.
    pub fn seal_doc<'t>(&self, text: &'t str) -> Result<Cow<'t, str>> {
        if text.len() < 8 || !may_hold(text) {
            return Ok(Cow::Borrowed(text));
        }
        let mut doc: Value = serde_json::from_str(text).map_err(Problem::internal)?;
        if !self.hide(&mut doc, false) {
            return Ok(Cow::Borrowed(text));
        }
        serde_json::to_string(&doc).map(Cow::Owned).map_err(Problem::internal)
    }

    /// Seals within a value; `named`: a key said that it is private. Answers whether anything was.
    fn hide(&self, v: &mut Value, named: bool) -> bool {
        let hidden = match v {
            Value::Object(o) => return o.iter_mut().fold(false, |any, (key, v)| self.hide(v, named || is_private(key)) | any),
            Value::Array(a) => return a.iter_mut().fold(false, |any, v| self.hide(v, named) | any),
            Value::String(s) => !s.is_empty() && (named || find::holds(s)) && !self.is_sealed(s),
            Value::Number(n) => named || find::holds(&n.to_string()),
            _ => false,
        };
        if hidden {
            *v = Value::String(self.seal(&v.to_string()));
        }
        hidden
    }

    fn is_sealed(&self, text: &str) -> bool {
        text.starts_with(MARK) && self.open(text).is_ok()
    }

    /// The document as it came.
    pub fn open_doc<'t>(&self, text: &'t str) -> Result<Cow<'t, str>> {
        if !text.contains(MARK) {
            return Ok(Cow::Borrowed(text));
        }
        let mut doc: Value = serde_json::from_str(text).map_err(Problem::internal)?;
        self.each_sealed(&mut doc, &|plain| plain);
        serde_json::to_string(&doc).map(Cow::Owned).map_err(Problem::internal)
    }

    /// Puts masks in the place of what is sealed.
    pub fn mask_doc(&self, doc: &mut Value) {
        self.each_sealed(doc, &|plain| {
            let text = plain.as_str().map_or_else(|| plain.to_string(), str::to_string);
            Value::String(mask_any(&text))
        });
    }

    /// What a stranger sent in our form stays as it is: it does not open.
    fn each_sealed(&self, v: &mut Value, f: &dyn Fn(Value) -> Value) {
        match v {
            Value::Object(o) => o.values_mut().for_each(|v| self.each_sealed(v, f)),
            Value::Array(a) => a.iter_mut().for_each(|v| self.each_sealed(v, f)),
            Value::String(s) if s.starts_with(MARK) => {
                if let Some(plain) = self.open(s).ok().and_then(|p| serde_json::from_str(&p).ok()) {
                    *v = f(plain);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::seal::for_tests;
    use serde_json::{Value, json};

    #[test]
    fn what_is_private_is_sealed_and_comes_back_and_the_rest_stays() {
        let seal = for_tests();
        let doc = json!({
            "plan": "pro", "phone": "10000990000", "n": 13800138000i64, "note": "ask zhou@example.com", "revenue": 12.5,
            "home_address": { "city": "鹭浦", "no": 8, "open": true }, "list": ["13900139000", "x"], "hotel": "Grand",
        });
        let text = doc.to_string();
        let sealed = seal.seal_doc(&text).unwrap();
        for secret in ["10000990000", "13800138000", "zhou@", "鹭浦", "13900139000"] {
            assert!(!sealed.contains(secret), "{secret} in {sealed}");
        }
        let v: Value = serde_json::from_str(&sealed).unwrap();
        assert_eq!((&v["plan"], &v["revenue"], &v["hotel"], &v["list"][1]), (&json!("pro"), &json!(12.5), &json!("Grand"), &json!("x")));
        assert_eq!(v["home_address"]["open"], json!(true));
        assert_eq!(seal.open_doc(&sealed).unwrap(), text);
        assert_eq!(seal.seal_doc(&sealed).unwrap(), sealed, "twice is once");
        let mut shown = v;
        seal.mask_doc(&mut shown);
        assert_eq!((&shown["phone"], &shown["n"], &shown["note"]), (&json!("100****0000"), &json!("138****8000"), &json!("ask z***@example.com")));
    }

    #[test]
    fn documents_without_anything_private_are_not_touched() {
        let seal = for_tests();
        for text in ["{}", r#"{"order":"ord_0mfk2","units":3}"#, r#"{"sku":"A1","价格":12,"time":1772445600000}"#] {
            assert!(matches!(seal.seal_doc(text).unwrap(), std::borrow::Cow::Borrowed(_)), "{text}");
        }
        let escaped = r#"{"\u624b\u673a":"number of Zhou"}"#;
        assert!(!seal.seal_doc(escaped).unwrap().contains("number of Zhou"));
        assert!(!seal.seal_doc(r#"{"a":"1380013\u0038000"}"#).unwrap().contains("1380013"));
    }
}
