//! Is a property personal? By the shape of its value first, then by its name.
use serde_json::Value;

/// What kind of personal data a property holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pii {
    None,
    Phone,
    Email,
    IdNumber,
    Name,
    Address,
    Network,
}

impl Pii {
    pub const ALL: [Pii; 7] = [Pii::None, Pii::Phone, Pii::Email, Pii::IdNumber, Pii::Name, Pii::Address, Pii::Network];

    pub const fn code(self) -> &'static str {
        match self {
            Pii::None => "none",
            Pii::Phone => "phone",
            Pii::Email => "email",
            Pii::IdNumber => "id_number",
            Pii::Name => "name",
            Pii::Address => "address",
            Pii::Network => "network",
        }
    }
}

/// Parts of names that tell, in lower case.
const NAMES: &[(Pii, &[&str])] = &[
    (Pii::Phone, &["phone", "mobile", "telephone", "手机", "电话"]),
    (Pii::Email, &["email", "e_mail", "邮箱"]),
    (Pii::IdNumber, &["id_card", "idcard", "id_number", "identity_card", "passport", "身份证"]),
    (Pii::Name, &["real_name", "realname", "full_name", "fullname", "first_name", "firstname", "last_name", "lastname", "consignee", "receiver_name", "姓名"]),
    (Pii::Address, &["address", "收货地址", "住址"]),
];

/// The best guess from one value.
pub fn guess(property: &str, value: &Value) -> Pii {
    let text = match value {
        Value::String(s) => s.trim().to_string(),
        Value::Number(n) => n.to_string(),
        Value::Array(list) => return list.iter().map(|v| guess(property, v)).find(|p| *p != Pii::None).unwrap_or(Pii::None),
        _ => String::new(),
    };
    let by_shape = shape(&text);
    if by_shape != Pii::None {
        return by_shape;
    }
    let low = property.to_lowercase();
    if matches!(low.as_str(), "$ip" | "ip" | "ip_address" | "client_ip") {
        return Pii::Network;
    }
    if matches!(value, Value::Bool(_) | Value::Number(_) | Value::Null) {
        return Pii::None;
    }
    NAMES.iter().find(|(_, parts)| parts.iter().any(|p| low.contains(p))).map_or(Pii::None, |n| n.0)
}

fn shape(text: &str) -> Pii {
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let local = digits.strip_prefix("+86").or_else(|| digits.strip_prefix("86")).filter(|d| d.len() == 11).unwrap_or(&digits);
    let b = local.as_bytes();
    if b.len() == 11 && b.iter().all(u8::is_ascii_digit) && b[0] == b'1' && (b'3'..=b'9').contains(&b[1]) {
        return Pii::Phone;
    }
    if is_id_number(text) {
        return Pii::IdNumber;
    }
    let mail = text.split_once('@').is_some_and(|(who, host)| {
        !who.is_empty() && host.contains('.') && !host.contains('@') && !text.contains([' ', '/']) && text.len() <= 254
    });
    if mail { Pii::Email } else { Pii::None }
}

/// 18 characters whose last is the check digit of GB 11643.
fn is_id_number(text: &str) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let b = text.as_bytes();
    if b.len() != 18 || !b[..17].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let sum: u32 = b.iter().zip(WEIGHTS).map(|(d, w)| u32::from(d - b'0') * w).sum();
    b"10X98765432"[(sum % 11) as usize] == b[17].to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_and_names_tell() {
        let cases: &[(&str, Value, Pii)] = &[
            ("x", "13800138000".into(), Pii::Phone), ("x", 13_800_138_000_i64.into(), Pii::Phone), ("x", "+86 138-0013-8000".into(), Pii::Phone),
            ("order_no", "23800138000".into(), Pii::None), ("x", "a@b.cn".into(), Pii::Email), ("url", "https://u@x.cn/a".into(), Pii::None),
            ("x", "11010519491231002X".into(), Pii::IdNumber), ("x", "110105194912310021".into(), Pii::None),
            ("Mobile_2", "unknown".into(), Pii::Phone), ("phone_verified", true.into(), Pii::None), ("product_name", "奶".into(), Pii::None),
            ("收货地址", "上海".into(), Pii::Address), ("$ip", "203.0.113.7".into(), Pii::Network), ("x", serde_json::json!(["a", "a@b.cn"]), Pii::Email),
        ];
        for (name, value, expected) in cases {
            assert_eq!(guess(name, value), *expected, "{name} {value}");
        }
    }
}
