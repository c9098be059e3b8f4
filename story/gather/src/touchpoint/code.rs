//! The code of a touchpoint: 16 random base-62 characters and a check character by the Luhn
//! algorithm for alphabets of N characters, N = 62. Seventeen characters fit the strictest carrier
//! (30 characters of a WeCom `state`, letters and digits only) with room for a prefix; a mistyped
//! character is always noticed, swapped neighbours nearly always, without asking the database.
//!
//! A code means nothing by itself and is never given twice: touchpoints are paused, not deleted,
//! because old prints circulate.
use weir_ground::Tx;

const RANDOM: usize = 16;

fn digit(b: u8) -> Option<u32> {
    Some(match b {
        b'0'..=b'9' => b - b'0',
        b'A'..=b'Z' => b - b'A' + 10,
        b'a'..=b'z' => b - b'a' + 36,
        _ => return None,
    } as u32)
}

/// Luhn sum from the right; `double` says whether the last character counts twice.
fn sum(text: &[u8], mut double: bool) -> Option<u32> {
    let mut total = 0;
    for b in text.iter().rev() {
        let mut n = digit(*b)?;
        if double {
            n = 2 * n / 62 + 2 * n % 62;
        }
        total += n;
        double = !double;
    }
    Some(total % 62)
}

/// A new code.
pub fn new(tx: &mut Tx) -> String {
    const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut code = tx.secret(RANDOM);
    let check = (62 - sum(code.as_bytes(), true).unwrap_or(0)) % 62;
    code.push(ALPHABET[check as usize] as char);
    code
}

/// Can this be one of our codes? Cheap: asked before the database is.
pub fn plausible(code: &str) -> bool {
    code.len() == RANDOM + 1 && sum(code.as_bytes(), false) == Some(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_character_is_noticed() {
        weir_ground::testing::each_engine(|db| {
            let code = db.write_now(|tx| Ok(new(tx))).unwrap();
            assert!(code.len() == 17 && plausible(&code), "{code}");
            for at in 0..code.len() {
                for other in (b'0'..=b'z').filter(|b| b.is_ascii_alphanumeric() && *b != code.as_bytes()[at]) {
                    let mut wrong = code.clone().into_bytes();
                    wrong[at] = other;
                    assert!(!plausible(std::str::from_utf8(&wrong).unwrap()), "{wrong:?} passed for {code}");
                }
            }
        });
    }

    #[test]
    fn other_shapes_are_not_codes() {
        for text in ["", "google", "00000000000000000", "0000000000000000é"] {
            assert_eq!(plausible(text), text == "00000000000000000", "{text}");
        }
    }
}
