//! Kinds of identities (K1): how much each says about who somebody is, and how far it may reach.
use super::merge::By;
use std::collections::BTreeMap;
use weir_ground::base::{Problem, Result};
use weir_ground::event::BrandId;
use weir_ground::{Tx, seal};
use weir_keep::brand::{self, IdentityRule};

/// One kind of identity.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    pub code: &'static str,
    /// Where a value is unique: `platform` (one account there), `brand` (the merchant's own), `device`.
    pub scope: &'static str,
    /// Strong kinds belong to one human and may join persons; weak ones never join two known ones.
    pub strong: bool,
    /// Who decides when several kinds disagree: the higher one.
    pub strength: i64,
    /// A person has at most one value.
    pub single: bool,
    /// How many otherwise separate persons one value may connect; none where somebody guarantees it.
    pub hub: Option<i64>,
}

const fn kind(code: &'static str, scope: &'static str, strength: i64, single: bool, hub: Option<i64>) -> Kind {
    Kind { code, scope, strong: strength >= 50, strength, single, hub }
}

pub const KINDS: &[Kind] = &[
    kind("unionid", "platform", 100, true, None),
    kind("external_userid", "platform", 90, false, None),
    kind("openid", "platform", 90, false, None),
    kind("user_id", "brand", 80, true, None),
    kind("external_id", "brand", 80, true, None),
    kind("phone", "brand", 60, true, Some(5)),
    kind("email", "brand", 50, false, Some(5)),
    kind("visitor", "device", 10, false, None),
    kind("anonymous_id", "device", 10, false, None),
    kind("device", "device", 10, false, None),
];

/// The kind with this code.
pub fn get(code: &str) -> Result<&'static Kind> {
    KINDS.iter().find(|k| k.code == code).ok_or_else(|| Problem::field("identity", format!("{code} is not a kind of identity")))
}

/// May a person have only one value of this kind?
pub fn is_single(code: &str) -> bool {
    KINDS.iter().any(|k| k.code == code && k.single)
}

/// How far evidence of this source goes: what the customer or a platform proved, what somebody of
/// the brand declared, what was only claimed. A contested value moves to evidence that is no weaker.
pub fn trust(evidence: &str) -> i64 {
    match evidence {
        "mall" | "login" | "console" | "staff" | "wecom" | "live_code" => 3,
        "import" | "sync" | "segment" | "sensors" | "posthog" => 2,
        _ => 1,
    }
}

/// What this brand decided otherwise.
pub struct Own(BTreeMap<String, IdentityRule>);

impl Own {
    pub fn of(tx: &mut Tx, brand: BrandId) -> Result<Own> {
        Ok(Own(brand::get(tx, brand)?.settings.identities))
    }
    /// The hub limit of a kind.
    pub fn hub(&self, code: &str) -> Option<i64> {
        match self.0.get(code).and_then(|r| r.hub_limit) {
            Some(0) => None,
            Some(n) => Some(n),
            None => KINDS.iter().find(|k| k.code == code).and_then(|k| k.hub),
        }
    }
    /// Is it a value of nobody: a test number, the shop's own phone?
    pub fn blocked(&self, code: &str, value: &str) -> bool {
        let same = |b: &String| super::normal(code, b).as_deref() == Some(value);
        self.0.get(code).is_some_and(|r| r.blocked.iter().any(same))
    }
}

/// A value as people may see it where it is not theirs to read: phone and e-mail shortened, and
/// whatever else is private enough to be kept sealed.
pub fn shown(code: &str, plain: &str, sealed: bool) -> String {
    match code {
        "phone" | "email" => seal::mask(code, plain),
        _ if sealed => seal::mask_any(plain),
        _ => plain.to_string(),
    }
}

impl By {
    pub fn new(kind: &str, value: &str) -> By {
        By { kind: kind.to_string(), value: value.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn a_phone_and_an_e_mail_are_shown_shortened() {
        assert_eq!(shown("phone", "13800138000", true), "138****8000");
        assert!(!shown("email", "lin@mail.example", true).contains("lin@"));
        assert_eq!((shown("openid", "o-1", false).as_str(), shown("user_id", "13800138000", true).contains("0013")), ("o-1", false));
    }
}
