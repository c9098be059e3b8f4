//! Where people come from: the registry of touchpoint kinds (触点类型), as data.
//!
//! It lies in this chapter because a person's origin is part of who they are; `gather` makes the
//! touchpoints themselves.
use serde::Serialize;
use std::sync::LazyLock;
use utoipa::ToSchema;

/// One kind of place where a customer can touch the brand.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Kind {
    pub code: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
    pub group: &'static str,
    pub group_zh: &'static str,
    pub group_en: &'static str,
    /// `online` or `offline`
    pub line: &'static str,
    /// `social` or `commercial`
    pub nature: &'static str,
    pub platform: &'static str,
    /// `strong`: the brand can speak to the person one to one again; `weak`: only to an audience.
    pub strength: &'static str,
}

/// All kinds, in the order they are shown.
pub static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| {
    include_str!("../data/touchpoint_kinds.csv")
        .lines()
        .skip(1)
        .filter_map(|line| {
            let f: Vec<&'static str> = line.trim_end().split(',').collect();
            let [code, zh, en, group, group_zh, group_en, line, nature, platform, strength] = f.try_into().ok()?;
            Some(Kind { code, zh, en, group, group_zh, group_en, line, nature, platform, strength })
        })
        .collect()
});

pub fn kind(code: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|k| k.code == code)
}

/// The kinds of one group.
pub fn of_group(group: &str) -> Vec<&'static str> {
    KINDS.iter().filter(|k| k.group == group).map(|k| k.code).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_is_whole() {
        let rows = include_str!("../data/touchpoint_kinds.csv").lines().filter(|l| !l.is_empty()).count() - 1;
        assert_eq!(KINDS.len(), rows, "every row has ten fields");
        assert!(rows >= 60);
        for k in KINDS.iter() {
            assert!(matches!(k.line, "online" | "offline"), "{k:?}");
            assert!(matches!(k.nature, "social" | "commercial"), "{k:?}");
            assert!(matches!(k.strength, "strong" | "weak"), "{k:?}");
            assert_eq!(KINDS.iter().filter(|o| o.code == k.code).count(), 1, "{k:?}");
        }
    }
}
