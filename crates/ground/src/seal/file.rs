//! Sealed files: what somebody uploaded and nobody may read from the disk.
//!
//! A head of 8 + 16 bytes (a mark, and a salt from which the file's own key is derived), then blocks of
//! [`BLOCK`] bytes, each sealed for itself with its number and whether it is the last (the STREAM
//! construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015): blocks cannot be changed, moved or cut
//! off unseen, and reading can begin anywhere. The last block may be empty.
use super::{Seal, derive};
use crate::secret;
use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{Aead, KeyInit};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const FIRST: &[u8; 8] = b"weir~1f\n";
const SALT: usize = 16;
const HEAD: u64 = (FIRST.len() + SALT) as u64;
/// Readable bytes of a block.
pub const BLOCK: usize = 64 << 10;
const TAG: usize = 16;

fn nonce(n: u32, last: bool) -> [u8; 12] {
    let mut out = [0; 12];
    out[7..11].copy_from_slice(&n.to_be_bytes());
    out[11] = last as u8;
    out
}

fn own(seal: &Seal, salt: &[u8]) -> Aes256Gcm {
    Aes256Gcm::new(&derive(&seal.files, salt).into())
}

fn broken() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "it was damaged, cut off or sealed with another key")
}

/// Writes a sealed file; without [`Sealer::finish`] it cannot be read.
pub struct Sealer {
    file: File,
    aead: Aes256Gcm,
    block: Vec<u8>,
    n: u32,
    bytes: u64,
}

impl Sealer {
    /// A new file in the place of one that may be there, readable by its owner only.
    pub fn create(path: &Path, seal: &Seal) -> io::Result<Sealer> {
        use std::os::unix::fs::OpenOptionsExt;
        let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
        let salt = secret::bytes::<SALT>();
        file.write_all(FIRST)?;
        file.write_all(&salt)?;
        Ok(Sealer { file, aead: own(seal, &salt), block: Vec::with_capacity(BLOCK), n: 0, bytes: 0 })
    }

    fn put(&mut self, last: bool) -> io::Result<()> {
        let hidden = self.aead.encrypt(&nonce(self.n, last).into(), self.block.as_slice()).map_err(|_| broken())?;
        self.block.clear();
        self.n = self.n.checked_add(1).ok_or_else(|| io::Error::other("the file is too long"))?;
        self.file.write_all(&hidden)
    }

    /// Seals the rest and waits for the disk; answers how many bytes can be read.
    pub fn finish(mut self) -> io::Result<u64> {
        self.put(true)?;
        self.file.sync_all()?;
        Ok(self.bytes)
    }
}

impl Write for Sealer {
    fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        if self.block.len() == BLOCK {
            self.put(false)?;
        }
        let n = from.len().min(BLOCK - self.block.len());
        self.block.extend_from_slice(&from[..n]);
        self.bytes += n as u64;
        Ok(n)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reads a sealed file from anywhere; one block is in memory.
pub struct Opened {
    file: File,
    aead: Aes256Gcm,
    blocks: u64,
    len: u64,
    at: u64,
    held: Option<u64>,
    block: Vec<u8>,
}

impl Opened {
    fn new(mut file: File, seal: &Seal) -> io::Result<Opened> {
        let mut salt = [0; SALT];
        file.read_exact(&mut salt)?;
        let (body, whole) = (file.metadata()?.len() - HEAD, (BLOCK + TAG) as u64);
        let blocks = body.div_ceil(whole);
        let len = body.checked_sub(blocks * TAG as u64).filter(|_| blocks > 0 && blocks <= u64::from(u32::MAX)).ok_or_else(broken)?;
        Ok(Opened { file, aead: own(seal, &salt), blocks, len, at: 0, held: None, block: vec![] })
    }

    fn hold(&mut self, n: u64) -> io::Result<()> {
        let whole = (BLOCK + TAG) as u64;
        self.file.seek(SeekFrom::Start(HEAD + n * whole))?;
        let mut hidden = Vec::with_capacity(BLOCK + TAG);
        Read::by_ref(&mut self.file).take(whole).read_to_end(&mut hidden)?;
        let nonce = nonce(n as u32, n + 1 == self.blocks);
        self.block = self.aead.decrypt(&nonce.into(), hidden.as_slice()).map_err(|_| broken())?;
        self.held = Some(n);
        Ok(())
    }
}

impl Read for Opened {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let n = self.at / BLOCK as u64;
        // The end is looked at too: it says that nothing was cut off.
        if self.held != Some(n) && n < self.blocks {
            self.hold(n)?;
        }
        if self.at >= self.len {
            return Ok(0);
        }
        let from = (self.at % BLOCK as u64) as usize;
        let got = self.block.get(from..).unwrap_or_default();
        let k = got.len().min(to.len());
        to[..k].copy_from_slice(&got[..k]);
        self.at += k as u64;
        Ok(k)
    }
}

impl Seek for Opened {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(n) => Some(n),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.len.checked_add_signed(by),
        };
        self.at = at.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "before the beginning"))?;
        Ok(self.at)
    }
}

/// Bytes of a file, sealed or as it lies.
pub enum Input {
    Plain(File),
    Sealed(Opened),
}

impl Read for Input {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        match self {
            Input::Plain(f) => f.read(to),
            Input::Sealed(f) => f.read(to),
        }
    }
}

impl Seek for Input {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Input::Plain(f) => f.seek(to),
            Input::Sealed(f) => f.seek(to),
        }
    }
}

/// A file that may be sealed, and with which keys.
#[derive(Clone)]
pub struct Lying {
    pub path: PathBuf,
    seal: Option<Arc<Seal>>,
}

impl Lying {
    /// Somebody's own file, as it lies.
    pub fn plain(path: impl Into<PathBuf>) -> Lying {
        Lying { path: path.into(), seal: None }
    }
    /// One that is sealed, or that an older program left as it was.
    pub fn sealed(path: impl Into<PathBuf>, seal: Arc<Seal>) -> Lying {
        Lying { path: path.into(), seal: Some(seal) }
    }

    /// Opens it at its beginning.
    pub fn open(&self) -> io::Result<Input> {
        let mut file = File::open(&self.path)?;
        let Some(seal) = &self.seal else { return Ok(Input::Plain(file)) };
        if is_sealed(&mut file)? {
            return Opened::new(file, seal).map(Input::Sealed);
        }
        file.rewind()?;
        Ok(Input::Plain(file))
    }

    /// Seals it where it lies, if it is not; what stands there is replaced at once or not at all.
    /// Answers whether there was anything to do.
    pub fn seal_now(&self) -> io::Result<bool> {
        let Some(seal) = &self.seal else { return Ok(false) };
        let mut file = File::open(&self.path)?;
        if is_sealed(&mut file)? {
            return Ok(false);
        }
        file.rewind()?;
        let beside = self.path.with_extension("sealing");
        let mut to = Sealer::create(&beside, seal)?;
        io::copy(&mut file, &mut to)?;
        to.finish()?;
        std::fs::rename(&beside, &self.path)?;
        Ok(true)
    }
}

/// Does it begin as sealed files do? Leaves the file behind the mark.
fn is_sealed(file: &mut File) -> io::Result<bool> {
    let mut first = vec![];
    Read::by_ref(file).take(FIRST.len() as u64).read_to_end(&mut first)?;
    Ok(first == FIRST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::{Keys, Origin, for_tests};
    use crate::testing::Scratch;

    fn text(n: usize) -> Vec<u8> {
        (0..n).map(|i| (i * 31 % 251) as u8).collect()
    }

    fn written(bytes: &[u8]) -> (Scratch, Lying) {
        let dir = Scratch::new();
        let lying = Lying::sealed(dir.0.join("x"), for_tests());
        let mut to = Sealer::create(&lying.path, &for_tests()).unwrap();
        for part in bytes.chunks(1_000) {
            to.write_all(part).unwrap();
        }
        assert_eq!(to.finish().unwrap(), bytes.len() as u64);
        (dir, lying)
    }

    fn all(lying: &Lying) -> io::Result<Vec<u8>> {
        let mut out = vec![];
        lying.open()?.read_to_end(&mut out).map(|_| out)
    }

    #[test]
    fn a_sealed_file_is_read_whole_and_from_anywhere() {
        for n in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 17] {
            let (bytes, (_dir, lying)) = (text(n), written(&text(n)));
            assert_eq!(all(&lying).unwrap(), bytes, "{n}");
            let mut f = lying.open().unwrap();
            for at in [n / 2, n.saturating_sub(1), 0, BLOCK.min(n)] {
                f.seek(SeekFrom::Start(at as u64)).unwrap();
                let mut rest = vec![];
                f.read_to_end(&mut rest).unwrap();
                assert_eq!(rest, bytes[at..], "{n} from {at}");
            }
        }
    }

    #[test]
    fn nothing_of_it_can_be_read_without_its_key_nor_changed_unseen() {
        let bytes = b"13800138000,".repeat(20_000);
        let (_dir, lying) = written(&bytes);
        let on_disk = std::fs::read(&lying.path).unwrap();
        assert!(!on_disk.windows(11).any(|w| w == b"13800138000"));
        let other = Keys::new([8; 32], Origin::Given).of(crate::event::BrandId::new(1));
        assert!(all(&Lying::sealed(&lying.path, other)).is_err());
        let whole = BLOCK + TAG;
        let turned = |at: usize| {
            let mut b = on_disk.clone();
            b[at] ^= 1;
            b
        };
        let mut swapped = on_disk.clone();
        swapped[HEAD as usize..HEAD as usize + 2 * whole].rotate_left(whole);
        let cut_at_a_block = on_disk[..HEAD as usize + whole].to_vec();
        for (what, bad) in [
            ("turned", turned(1_000)), ("salt", turned(10)), ("swapped", swapped), ("cut", cut_at_a_block),
            ("cut inside", on_disk[..on_disk.len() - 5].to_vec()), ("only its head", on_disk[..HEAD as usize].to_vec()),
        ] {
            std::fs::write(&lying.path, bad).unwrap();
            assert!(all(&lying).is_err(), "{what}");
        }
    }

    #[test]
    fn what_an_older_program_left_is_read_and_sealed_once() {
        let dir = Scratch::new();
        let lying = Lying::sealed(dir.0.join("x.csv"), for_tests());
        std::fs::write(&lying.path, "手机号\n13800138000\n").unwrap();
        assert_eq!(all(&lying).unwrap(), "手机号\n13800138000\n".as_bytes());
        assert_eq!((lying.seal_now().unwrap(), lying.seal_now().unwrap()), (true, false));
        assert_eq!(all(&lying).unwrap(), "手机号\n13800138000\n".as_bytes());
        assert!(!std::fs::read(&lying.path).unwrap().windows(11).any(|w| w == b"13800138000"));
        assert_eq!(std::fs::read_dir(&dir.0).unwrap().count(), 1);
    }
}
