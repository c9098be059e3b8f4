//! Phone numbers, e-mails and id numbers inside of texts: where they are, and how they are masked.
use std::borrow::Cow;
use std::ops::Range;

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Phone,
    Email,
    IdNumber,
}

impl What {
    pub const fn code(self) -> &'static str {
        match self {
            What::Phone => "phone",
            What::Email => "email",
            What::IdNumber => "id_number",
        }
    }
}

fn word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}

/// A mobile number of mainland China: 11 digits from 13 to 19.
fn mobile(digits: &[u8]) -> bool {
    digits.len() == 11 && digits[0] == b'1' && digits[1] >= b'3'
}

/// GB 11643: 17 digits with a plausible date of birth, and the check digit of ISO 7064 MOD 11-2.
fn id_number(text: &[u8]) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    if text.len() != 18 || !text[..17].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let number = |at: Range<usize>| text[at].iter().fold(0u32, |n, b| n * 10 + (b - b'0') as u32);
    let born = (1900..2100).contains(&number(6..10)) && (1..=12).contains(&number(10..12)) && (1..=31).contains(&number(12..14));
    let sum: u32 = WEIGHTS.iter().zip(text).map(|(w, b)| w * (b - b'0') as u32).sum();
    born && b"10X98765432"[(sum % 11) as usize] == text[17].to_ascii_uppercase()
}

/// What stands at a run of digits `i..j`.
fn digits(b: &[u8], i: usize, j: usize) -> Option<(Range<usize>, What)> {
    let fraction = |at: usize, beyond: usize| b.get(at) == Some(&b'.') && b.get(beyond).is_some_and(u8::is_ascii_digit);
    if i > 0 && (word(b[i - 1]) || (i > 1 && fraction(i - 1, i - 2))) {
        return None;
    }
    let ends = |at: usize| !b.get(at).is_some_and(|c| word(*c)) && !fraction(at, at + 1);
    match j - i {
        11 if mobile(&b[i..j]) && ends(j) => Some((i..j, What::Phone)),
        13 if b[i..].starts_with(b"86") && mobile(&b[i + 2..j]) && ends(j) => Some((i..j, What::Phone)),
        18 if id_number(&b[i..j]) && ends(j) => Some((i..j, What::IdNumber)),
        17 if matches!(b.get(j), Some(b'x' | b'X')) && id_number(&b[i..j + 1]) && ends(j + 1) => Some((i..j + 1, What::IdNumber)),
        // 138-0013-8000
        3 if b[i] == b'1' && b[i + 1] >= b'3' && b.len() >= j + 10 => {
            let gap = b[j];
            let parts = b[j + 1..j + 5].iter().chain(&b[j + 6..j + 10]).all(u8::is_ascii_digit);
            (matches!(gap, b' ' | b'-') && b[j + 5] == gap && parts && ends(j + 10)).then_some((i..j + 10, What::Phone))
        }
        _ => None,
    }
}

/// The e-mail address around the `@` at `at`.
fn email(b: &[u8], at: usize) -> Option<Range<usize>> {
    let name = |c: &&u8| word(**c) || matches!(**c, b'.' | b'%' | b'+' | b'-');
    let host = |c: &&u8| c.is_ascii_alphanumeric() || matches!(**c, b'.' | b'-');
    let from = at - b[..at].iter().rev().take_while(name).count();
    let mut to = at + 1 + b[at + 1..].iter().take_while(host).count();
    while to > at + 1 && matches!(b[to - 1], b'.' | b'-') {
        to -= 1;
    }
    let dot = b[at + 1..to].iter().rposition(|c| *c == b'.')? + at + 1;
    let domain = to - dot > 2 && b[dot + 1..to].iter().all(u8::is_ascii_alphabetic) && dot > at + 1;
    (from < at && domain).then_some(from..to)
}

/// Calls `f` with everything that is found, in order, until it answers false.
fn each(text: &str, mut f: impl FnMut(Range<usize>, What) -> bool) {
    let b = text.as_bytes();
    let mut i = 0;
    while i < b.len() {
        let found = match b[i] {
            b'@' => email(b, i).map(|at| (at, What::Email)),
            b'0'..=b'9' => {
                let j = i + b[i..].iter().take_while(|c| c.is_ascii_digit()).count();
                match digits(b, i, j) {
                    // Digits may be the name in front of an @.
                    Some(found) if b.get(found.0.end) != Some(&b'@') => Some(found),
                    _ => {
                        i = j;
                        continue;
                    }
                }
            }
            _ => None,
        };
        match found {
            Some((at, what)) => {
                i = at.end;
                if !f(at, what) {
                    return;
                }
            }
            None => i += 1,
        }
    }
}

/// Does the text hold a phone number, an e-mail or an id number?
pub fn holds(text: &str) -> bool {
    let mut found = false;
    each(text, |_, _| {
        found = true;
        false
    });
    found
}

/// The text with everything that is found masked, for logs and messages.
pub fn veil(text: &str) -> Cow<'_, str> {
    let (mut out, mut done) = (String::new(), 0);
    each(text, |at, what| {
        out.push_str(&text[done..at.start]);
        out.push_str(&mask(what.code(), &text[at.clone()]));
        done = at.end;
        true
    });
    if done == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[done..]);
    Cow::Owned(out)
}

/// A value as those see it who may not see it whole. `kind` is `phone`, `email`, `id_number`,
/// `address`; of others the first character is left.
///
/// `138****8000`, `z***@example.com`, `110***********1234`, `堰桥路***`.
pub fn mask(kind: &str, value: &str) -> String {
    let all: Vec<char> = value.chars().collect();
    let keep = |front: usize, back: usize| -> String {
        if all.len() <= front + back {
            return all.iter().take(1).copied().chain("***".chars()).collect();
        }
        let stars = (all.len() - front - back).max(3);
        let tail = &all[all.len() - back..];
        all[..front].iter().copied().chain(std::iter::repeat_n('*', stars)).chain(tail.iter().copied()).collect()
    };
    match kind {
        "phone" => keep(3, 4),
        "id_number" => keep(3, 4),
        "email" => match value.rsplit_once('@') {
            Some((name, host)) => format!("{}***@{host}", name.chars().take(1).collect::<String>()),
            None => keep(1, 0),
        },
        "address" if all.len() > 3 => all[..3].iter().copied().chain("***".chars()).collect(),
        _ => all.iter().take(1).copied().chain("***".chars()).collect(),
    }
}

/// [`mask`] for a value of which only its looks are known.
pub fn mask_any(value: &str) -> String {
    let mut what = None;
    each(value, |at, w| {
        what = Some((at, w));
        false
    });
    match what {
        Some((at, w)) if at == (0..value.len()) => mask(w.code(), value),
        Some(_) => veil(value).into_owned(),
        None if value.len() >= 7 && value.bytes().all(|b| b.is_ascii_digit() || b"+- ()".contains(&b)) => mask("phone", value),
        None => mask("", value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_finds_what_tells_a_person_apart() {
        for text in [
            "13800138000", "+8613800138000", "8613800138000", "手机13800138000。", "call 138-0013-8000!", "138 0013 8000", "zhou@example.com",
            "<a.b+c@mail.example.cn>", "11010519491231002X", "id 11010519491231002x.", "{\"x\":13800138000}",
        ] {
            assert!(holds(text), "{text}");
        }
        for text in [
            "", "12800138000", "1380013800", "138001380001", "a13800138000", "13800138000b", "0.13800138000", "13800138000.5", "1772445600000",
            "110105194912310021", "@everyone", "a@b", "x@1.2", "ord_13800138000", "138-0013 8000", "2026-03-02 10:00:00.123456",
        ] {
            assert!(!holds(text), "{text}");
        }
    }

    #[test]
    fn masks_leave_enough_to_recognise() {
        for (kind, value, shown) in [
            ("phone", "13800138000", "138****8000"),
            ("phone", "+12125550100", "+12*****0100"),
            ("phone", "12345", "1***"),
            ("email", "zhou@example.com", "z***@example.com"),
            ("id_number", "11010519491231002X", "110***********002X"),
            ("address", "堰桥路 8 号", "堰桥路***"),
            ("address", "ab", "a***"),
            ("", "secret", "s***"),
            ("", "", "***"),
        ] {
            assert_eq!(mask(kind, value), shown, "{value}");
        }
        assert_eq!(veil("550 <zhou@example.com> is not 13800138000"), "550 <z***@example.com> is not 138****8000");
        assert!(matches!(veil("nothing here, 42"), Cow::Borrowed(_)));
        assert_eq!(mask_any("ask 13800138000"), "ask 138****8000");
        assert_eq!(mask_any("10000990000"), "100****0000");
    }
}
