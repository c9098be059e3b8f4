//! Does a text name somebody? Rows that are kept as they came (quarantine, rejected rows of files) have no
//! key by which they could be found.
use std::collections::BTreeSet;
use weir_ground::seal;

/// Values of one person's identities, ready to be looked for.
pub struct Mentions<'a> {
    plain: Vec<&'a str>,
    /// Phones as digits: they are written in many ways.
    digits: Vec<String>,
}

impl<'a> Mentions<'a> {
    pub fn new(values: &'a [String]) -> Mentions<'a> {
        let phone = |v: &&String| v.len() >= 7 && v.bytes().all(|b| b.is_ascii_digit() || b == b'+');
        let digits = values.iter().filter(phone).map(|v| v.trim_start_matches('+').to_string()).collect();
        Mentions { plain: values.iter().map(String::as_str).filter(|v| !v.is_empty()).collect(), digits }
    }

    /// A value stands in it as a word of its own, whatever the case; a phone in any way of writing.
    pub fn found(&self, text: &str) -> bool {
        let lower = text.to_lowercase();
        if self.plain.iter().any(|v| has_word(&lower, &v.to_lowercase())) {
            return true;
        }
        if self.digits.is_empty() {
            return false;
        }
        let bare: String = lower.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')')).collect();
        self.digits.iter().any(|d| bare.contains(d.as_str()))
    }

    /// The same of text that may be sealed.
    pub fn found_in(&self, keys: &seal::Seal, text: &str) -> weir_ground::base::Result<bool> {
        Ok(self.found(&keys.open(text)?))
    }
}

fn has_word(text: &str, word: &str) -> bool {
    let inside = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
    text.match_indices(word).any(|(at, _)| !inside(text[..at].chars().next_back()) && !inside(text[at + word.len()..].chars().next()))
}

/// Does the text name one of these ids of ours, such as `per_…`?
pub fn names_one(text: &str, ids: &BTreeSet<String>) -> bool {
    let b = text.as_bytes();
    b.iter().enumerate().any(|(i, c)| *c == b'_' && i >= 3 && text.get(i - 3..i + 14).is_some_and(|id| ids.contains(id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_as_words_and_phones_in_any_writing() {
        let values: Vec<String> = ["13800138000", "zhou@example.com", "u-7"].map(String::from).to_vec();
        let m = Mentions::new(&values);
        for text in [r#"{"phone":"+86 138-0013-8000"}"#, "x,ZHOU@example.com,y", r#""userId":"u-7""#, "8613800138000"] {
            assert!(m.found(text), "{text}");
        }
        for text in ["", "azhou@example.com", "u-77", "au-7", "13800138", "138 0013 9000"] {
            assert!(!m.found(text), "{text}");
        }
    }

    #[test]
    fn ids_are_found_whole() {
        let ids: BTreeSet<String> = ["per_0123456789abc".to_string()].into();
        assert!(names_one(r#"{"id":"per_0123456789abc"}"#, &ids));
        assert!(!names_one(r#"{"id":"per_0123456789abd"}"#, &ids) && !names_one("per_0123", &ids) && !names_one("为_", &ids));
    }
}
