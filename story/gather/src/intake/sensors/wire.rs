//! How records travel: forms in bodies of any content type or in the query, base64, gzip, checksums
//! (protocols §10.1, §10.2).
use super::super::http::{UNPACKED, gunzip};
use super::super::text::Bad;
use crate::quarantine::Reason;
use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::engine::DecodePaddingMode;
use weir_ground::base::{Problem, Result};

/// The fields of a form that mean something here.
#[derive(Debug, Default, PartialEq)]
pub struct Form {
    /// `data` and `data_list`, as base64 text.
    pub data: Vec<String>,
    pub gzip: Option<String>,
    /// `ext`, which carries `crc=<n>`.
    pub ext: Option<String>,
    pub token: Option<String>,
    pub project: Option<String>,
}

impl Form {
    /// Adds the fields of `a=1&b=2`, percent-decoded once. In base64 a plus stands for itself.
    pub fn read(&mut self, text: &str) {
        for pair in text.trim().split('&') {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = || percent_decoded(value);
            match key {
                "data" | "data_list" => self.data.extend(Some(value()).filter(|v| !v.is_empty())),
                "gzip" => self.gzip = Some(value()),
                "ext" => self.ext = Some(value()),
                "token" => self.token = Some(value()),
                "project" => self.project = Some(value()),
                _ => {}
            }
        }
    }

    /// Are the records packed? Refuses what no SDK of the supported ones says.
    pub fn packed(&self) -> Result<bool> {
        match self.gzip.as_deref().unwrap_or("0") {
            "0" | "" => Ok(false),
            "1" => Ok(true),
            other => Err(Problem::field("gzip", format!("{other} is not understood; use 0 or 1"))),
        }
    }

    /// The JSON of one of [`Form::data`].
    pub fn decode(&self, data: &str, packed: bool) -> Result<Vec<u8>, Bad> {
        let corrupt = |detail: String| (Reason::Corrupt, detail);
        if let Some(said) = self.ext.as_deref().and_then(crc_of) {
            let real = java_hash(data);
            if said != real {
                return Err(corrupt(format!("ext: the checksum is {said}, of the text that came it would be {real}")));
            }
        }
        let text: String = data.chars().filter(|c| !c.is_whitespace()).collect();
        let bytes = BASE64.decode(&text).map_err(|e| corrupt(format!("data: not base64: {e}")))?;
        let json = if packed { gunzip(&bytes).map_err(|p| corrupt(format!("data: {}", p.detail)))? } else { bytes };
        if json.len() > UNPACKED {
            return Err((Reason::TooLarge, format!("data: unpacks to more than {UNPACKED} bytes")));
        }
        Ok(json)
    }
}

/// Padding may be missing.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent).with_decode_allow_trailing_bits(true),
);

fn percent_decoded(text: &str) -> String {
    let (bytes, mut out, mut i) = (text.as_bytes(), Vec::with_capacity(text.len()), 0);
    while i < bytes.len() {
        let hex = |b: u8| (b as char).to_digit(16);
        match (bytes[i], bytes.get(i + 1).copied().and_then(hex), bytes.get(i + 2).copied().and_then(hex)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                i += 3;
            }
            (b, ..) => {
                out.push(b);
                i += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// `n` of `crc=<n>`.
fn crc_of(ext: &str) -> Option<i64> {
    ext.split('&').find_map(|part| part.strip_prefix("crc=")).and_then(|n| n.trim().parse().ok())
}

/// Java's `String.hashCode` of an ASCII text.
fn java_hash(text: &str) -> i64 {
    i64::from(text.encode_utf16().fold(0i32, |h, c| h.wrapping_mul(31).wrapping_add(i32::from(c))))
}

#[cfg(test)]
mod tests {
    use super::*;

    // Vectors of protocols §15.5.
    const PLAIN: &str = "eyJkaXN0aW5jdF9pZCI6InUxIiwidHlwZSI6InRyYWNrIiwiZXZlbnQiOiJCdXkiLCJ0aW1lIjoxNzAwMDAwMDAwMDAwLCJwcm9wZXJ0aWVzIjp7fX0=";
    const PACKED: &str = "H4sIAAAAAAACA4uuViqpLEhVslIqKUpMzlbSUUotS80rAfKdSiuBvJLMXKCkobkBAugopWQWl2TmJZfEZ6YAFZYaAtUVFOUXpBaVZKYWK1lVKxVnlwIlHJVqa2MBFWsiHWEAAAA=";

    #[test]
    fn the_checksum_is_the_one_of_the_protocol() {
        assert_eq!((java_hash(PLAIN), java_hash(PACKED)), (-1_845_519_518, 569_415_331));
        let mut form = Form::default();
        form.read(&format!("data={}&ext=crc%3D-1845519518", PLAIN.replace('=', "%3D")));
        assert_eq!(form.packed().unwrap(), false);
        let json = form.decode(&form.data[0], false).unwrap();
        assert_eq!(json, br#"{"distinct_id":"u1","type":"track","event":"Buy","time":1700000000000,"properties":{}}"#);
        form.ext = Some("crc=1".into());
        assert_eq!(form.decode(&form.data[0], false).unwrap_err().0, Reason::Corrupt);
    }

    #[test]
    fn packed_records_are_unpacked() {
        let mut form = Form::default();
        form.read(&format!("gzip=1&data_list={}\n", PACKED.replace('+', "%2B")));
        assert!(form.packed().unwrap());
        let json = form.decode(&form.data[0], true).unwrap();
        assert_eq!(json, br#"[{"type":"track","event":"Buy","time":1700000000000,"distinct_id":"u1","properties":{"sku":"A"}}]"#);
        form.gzip = Some("9".into());
        assert!(form.packed().is_err());
        assert_eq!(form.decode("%%%", false).unwrap_err().0, Reason::Corrupt);
    }
}
