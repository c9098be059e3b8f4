//! Random bytes from the system, and digests of secrets that are kept only as digests.
use sha2::{Digest, Sha256};

/// Unguessable bytes.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut out = [0u8; N];
    getrandom::fill(&mut out).expect("the system has randomness");
    out
}

/// Hex SHA-256. Tokens and API keys have 128 bits or more, so a plain digest is enough.
pub fn digest(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
