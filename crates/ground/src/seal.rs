//! What tells a person apart lies sealed in the database: phone and id numbers, e-mails, addresses.
//!
//! * One master key of 32 bytes, from `WEIR_KEY` or the file `key` in the data folder. It is never
//!   in the database; a digest of it is, so that a wrong key is refused before it writes anything.
//! * Every brand has keys of its own, derived from it ([`Seal`]). Sealed text is
//!   `~1.` and base64 of nonce, ciphertext and tag (AES-256-GCM, a fresh random nonce each time); the
//!   number is the version of the master key.
//! * What must be found by its value has a *blind index* beside it: HMAC-SHA256 of kind and value,
//!   the first 16 bytes in hex. Equality can be asked of it, nothing else.
//!
//! [`find`] knows what such values look like in texts and how they are masked, [`doc`] seals them
//! inside JSON documents, [`file`] seals whole files, [`old`] seals what programs before this one wrote.
pub mod doc;
pub mod file;
pub mod find;
pub mod old;

pub use find::{holds, mask, mask_any, veil};

use crate::base::{Ms, Problem, Result};
use crate::event::BrandId;
use crate::{Tx, params, secret};
use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{Aead, KeyInit};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

/// The beginning of sealed text; the digit is the version of the key.
pub const MARK: &str = "~1.";
const VERSION: i64 = 1;

/// The master key as it was given from outside: base64 of 32 bytes. Never printed.
#[derive(Clone)]
pub struct Given(pub String);

impl std::fmt::Debug for Given {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Given(…)")
    }
}

/// The key that tests and benchmarks use.
pub fn test_key() -> Given {
    Given(STANDARD.encode([7u8; 32]))
}

/// Where the master key was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// `WEIR_KEY`
    Given,
    File(PathBuf),
}

/// The master key, and the keys of the brands that were met.
pub struct Keys {
    master: [u8; 32],
    pub origin: Origin,
    brands: RwLock<HashMap<i64, Arc<Seal>>>,
}

fn derive(key: &[u8], what: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length will do");
    mac.update(what);
    mac.finalize().into_bytes().into()
}

impl Keys {
    fn new(master: [u8; 32], origin: Origin) -> Keys {
        Keys { master, origin, brands: RwLock::default() }
    }

    /// Tells this key from others without giving it away.
    fn proof(&self) -> String {
        secret::hex(&derive(&self.master, b"weir key proof")[..16])
    }

    /// The keys of a brand.
    pub fn of(&self, brand: BrandId) -> Arc<Seal> {
        let n = brand.n();
        if let Some(found) = self.brands.read().unwrap_or_else(|e| e.into_inner()).get(&n) {
            return found.clone();
        }
        let own = derive(&self.master, &[b"brand".as_slice(), &n.to_be_bytes()].concat());
        let seal = Arc::new(Seal {
            aead: Aes256Gcm::new(&derive(&own, b"seal").into()),
            index: Hmac::new_from_slice(&derive(&own, b"index")).expect("a key of any length will do"),
            files: derive(&own, b"file"),
        });
        self.brands.write().unwrap_or_else(|e| e.into_inner()).entry(n).or_insert(seal).clone()
    }
}

/// The keys of one brand.
pub struct Seal {
    aead: Aes256Gcm,
    index: Hmac<Sha256>,
    /// From which every sealed file's own key is derived.
    files: [u8; 32],
}

impl Seal {
    /// The text, unreadable without the key; different every time.
    pub fn seal(&self, text: &str) -> String {
        let nonce = secret::bytes::<12>();
        let hidden = self.aead.encrypt(&nonce.into(), text.as_bytes()).expect("the text is short enough");
        let mut all = Vec::with_capacity(12 + hidden.len());
        all.extend_from_slice(&nonce);
        all.extend_from_slice(&hidden);
        let mut out = String::with_capacity(MARK.len() + all.len() * 4 / 3 + 4);
        out.push_str(MARK);
        URL_SAFE_NO_PAD.encode_string(&all, &mut out);
        out
    }

    pub fn seal_opt(&self, text: Option<&str>) -> Option<String> {
        text.map(|t| self.seal(t))
    }

    /// The text again. What does not look sealed is answered as it is: older rows are sealed by
    /// [`old`] in their time.
    pub fn open(&self, text: &str) -> Result<String> {
        let Some(packed) = text.strip_prefix(MARK) else { return Ok(text.to_string()) };
        let broken = || Problem::internal("sealed text cannot be opened: it was damaged or sealed with another key");
        let all = URL_SAFE_NO_PAD.decode(packed).map_err(|_| broken())?;
        let (nonce, hidden) = all.split_first_chunk::<12>().ok_or_else(broken)?;
        let plain = self.aead.decrypt(&(*nonce).into(), hidden).map_err(|_| broken())?;
        String::from_utf8(plain).map_err(|_| broken())
    }

    pub fn open_opt(&self, text: Option<&str>) -> Result<Option<String>> {
        text.map(|t| self.open(t)).transpose()
    }

    /// By which an equal value of the same kind is found: 32 hex digits.
    pub fn index(&self, kind: &str, value: &str) -> String {
        let mut mac = self.index.clone();
        mac.update(kind.as_bytes());
        mac.update(&[0]);
        mac.update(value.as_bytes());
        secret::hex(&mac.finalize().into_bytes()[..16])
    }

    /// The index of the last four digits of a phone number; of shorter ones there is none.
    pub fn tail(&self, phone: &str) -> Option<String> {
        let at = phone.len().checked_sub(4)?;
        phone.get(at..).filter(|t| t.bytes().all(|b| b.is_ascii_digit())).map(|t| self.index("phone_tail", t))
    }

    /// The form in which a value of this kind is kept and looked for: its index where it tells a
    /// person apart, else itself.
    pub fn key_of<'v>(&self, kind: &str, value: &'v str) -> Cow<'v, str> {
        if private(kind, value) { Cow::Owned(self.index(kind, value)) } else { Cow::Borrowed(value) }
    }
}

/// Must a value of this kind of identity not be readable? Phones and e-mails by their kind, others
/// when they are one: a member number is often the phone.
pub fn private(kind: &str, value: &str) -> bool {
    matches!(kind, "phone" | "email") || holds(value)
}

/// Where the master key is to be found.
pub(crate) struct Place<'a> {
    pub given: Option<&'a Given>,
    pub dir: Option<&'a Path>,
}

fn parse(text: &str, whose: &str) -> Result<[u8; 32]> {
    let bytes = STANDARD.decode(text.trim()).ok().and_then(|b| <[u8; 32]>::try_from(b).ok());
    bytes.ok_or_else(|| {
        Problem::invalid(format!("{whose} is not a key: it must be base64 of 32 bytes (`openssl rand -base64 32` makes one)."))
    })
}

/// The name of the key file in the data folder.
pub const FILE: &str = "key";

impl Place<'_> {
    /// The key that is there.
    fn find(&self) -> Result<Option<Keys>> {
        if let Some(given) = self.given {
            return Ok(Some(Keys::new(parse(&given.0, "WEIR_KEY")?, Origin::Given)));
        }
        let Some(dir) = self.dir else {
            return Err(Problem::invalid("There is no key for customers' data: set WEIR_KEY."));
        };
        let path = dir.join(FILE);
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Some(Keys::new(parse(&text, &format!("The file {}", path.display()))?, Origin::File(path)))),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(Problem::invalid(format!("The key {} cannot be read: {e}.", path.display()))),
        }
    }

    /// A new key in the data folder, readable by its owner only.
    fn make(&self) -> Result<Keys> {
        use std::io::Write;
        use std::os::unix::fs::OpenOptionsExt;
        let path = self.dir.unwrap_or(Path::new(".")).join(FILE);
        let master = secret::bytes::<32>();
        let write = || -> std::io::Result<()> {
            std::fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
            let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
            writeln!(file, "{}", STANDARD.encode(master))?;
            file.sync_all()
        };
        write().map_err(|e| Problem::invalid(format!("The key {} cannot be written: {e}.", path.display())))?;
        Ok(Keys::new(master, Origin::File(path)))
    }
}

/// The key of this data; made where there is none yet. A key that is not the one that the data was
/// sealed with is refused.
pub(crate) fn unlock(tx: &mut Tx, place: &Place) -> Result<Keys> {
    let proof: Option<String> = tx.opt("select proof from seal_key where version = $1", params![VERSION])?;
    let keys = match (place.find()?, &proof) {
        (Some(keys), _) => keys,
        (None, None) => place.make()?,
        (None, Some(_)) => {
            return Err(Problem::invalid(format!(
                "The key of this data is missing: put the file `{FILE}` back into the data folder, or set WEIR_KEY. Nothing was changed."
            )));
        }
    };
    match proof {
        Some(p) if p == keys.proof() => {}
        Some(_) => {
            let which = match &keys.origin {
                Origin::Given => "WEIR_KEY".to_string(),
                Origin::File(path) => path.display().to_string(),
            };
            return Err(Problem::invalid(format!(
                "{which} is not the key that this data was sealed with. Use that key (every node of a cluster needs the same WEIR_KEY). Nothing was changed."
            )));
        }
        None => {
            let now: Ms = tx.now();
            tx.exec("insert into seal_key (version, proof, created_at) values ($1, $2, $3)", params![VERSION, &keys.proof(), now])?;
        }
    }
    Ok(keys)
}

#[cfg(test)]
pub(crate) fn for_tests() -> Arc<Seal> {
    Keys::new([7; 32], Origin::Given).of(BrandId::new(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_text_opens_only_with_its_key() {
        let keys = Keys::new([7; 32], Origin::Given);
        let (a, b) = (keys.of(BrandId::new(1)), keys.of(BrandId::new(2)));
        let (one, two) = (a.seal("13800138000"), a.seal("13800138000"));
        assert!(one.starts_with(MARK) && one != two && !one.contains("138"));
        assert_eq!(a.open(&one).unwrap(), "13800138000");
        assert!(b.open(&one).is_err(), "another brand has another key");
        let mut broken = one.clone();
        let last = if broken.pop() == Some('A') { 'B' } else { 'A' };
        broken.insert(MARK.len() + 3, last);
        assert!(a.open(&broken).is_err());
        assert_eq!(a.open("written before").unwrap(), "written before");
    }

    #[test]
    fn an_index_is_of_brand_kind_and_value() {
        let keys = Keys::new([7; 32], Origin::Given);
        let (a, b) = (keys.of(BrandId::new(1)), keys.of(BrandId::new(2)));
        let index = a.index("phone", "13800138000");
        assert_eq!((index.len(), &index), (32, &a.index("phone", "13800138000")));
        assert!(index != a.index("email", "13800138000") && index != b.index("phone", "13800138000"));
        assert_eq!(a.tail("13800138000"), a.tail("+12128000"));
        assert_eq!(a.tail("abc"), None);
        assert_eq!(a.key_of("external_id", "M-1024"), "M-1024");
        assert_eq!(a.key_of("external_id", "13800138000").len(), 32);
    }

    #[test]
    fn a_key_is_base64_of_32_bytes() {
        assert!(parse(&test_key().0, "WEIR_KEY").is_ok() && parse("c2hvcnQ=", "WEIR_KEY").is_err());
        assert!(!format!("{:?}", test_key()).contains("Bwc"));
    }
}
