//! Uploaded files that wait in the data folder: sealed as they come, gone when they are not needed.
use super::ImportId;
use axum::body::{Body, HttpBody};
use std::future::poll_fn;
use std::hash::{DefaultHasher, Hasher};
use std::io::{Read, Write};
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use tokio::sync::mpsc;
use weir_ground::Db;
use weir_ground::base::{Code, Problem, Result};
use weir_ground::event::BrandId;
use weir_ground::params;
use weir_ground::seal::Seal;
use weir_ground::seal::file::{Lying, Sealer};

/// A file may be this large.
pub const FILE_LIMIT: u64 = 2 << 30;

/// Where uploaded files lie in the data folder.
pub const FOLDER: &str = "imports";

/// A file that lies ready to be imported.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Relative to the data folder, or absolute.
    pub path: String,
    /// Without what sealing adds.
    pub bytes: u64,
}

fn too_large() -> Problem {
    Problem::new(Code::TooLarge, format!("The file is larger than {FILE_LIMIT} bytes; split it."))
}

fn cannot(e: std::io::Error) -> Problem {
    Problem::internal(format!("cannot keep the file: {e}"))
}

fn sealer(data: &Path, relative: &str, seal: &Seal) -> std::io::Result<Sealer> {
    std::fs::create_dir_all(data.join(FOLDER))?;
    Sealer::create(&data.join(relative), seal)
}

/// Keeps what `from` gives as a sealed file of the data folder, durably.
pub fn keep_file(data: &Path, id: ImportId, seal: &Seal, from: &mut dyn Read) -> Result<Stored> {
    let path = format!("{FOLDER}/{id}.csv");
    let write = |from: &mut dyn Read| -> std::io::Result<u64> {
        let mut to = sealer(data, &path, seal)?;
        std::io::copy(&mut from.take(FILE_LIMIT + 1), &mut to)?;
        to.finish()
    };
    let stored = write(from).map_err(cannot).and_then(|bytes| if bytes > FILE_LIMIT { Err(too_large()) } else { Ok(bytes) });
    match stored {
        Ok(bytes) => Ok(Stored { path, bytes }),
        Err(problem) => {
            let _ = std::fs::remove_file(data.join(&path));
            Err(problem)
        }
    }
}

/// Streams a body to disk, sealed; answers the file and a sum of its bytes. Never more than a few
/// blocks are in memory, and nothing readable touches the disk.
pub(super) async fn store(data: &Path, id: ImportId, seal: Arc<Seal>, mut body: Body) -> Result<(Stored, u64)> {
    let relative = format!("{FOLDER}/{id}.csv");
    let (to_disk, mut blocks) = mpsc::channel::<bytes::Bytes>(8);
    let (folder, name) = (data.to_path_buf(), relative.clone());
    let writing = tokio::task::spawn_blocking(move || -> std::io::Result<(u64, u64)> {
        let (mut file, mut sum) = (sealer(&folder, &name, &seal)?, DefaultHasher::new());
        while let Some(block) = blocks.blocking_recv() {
            file.write_all(&block)?;
            sum.write(&block);
        }
        Ok((file.finish()?, sum.finish()))
    });
    let (mut read, mut broken) = (0u64, None);
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let Ok(frame) = frame else {
            broken = Some(Problem::invalid("The upload broke off before its end; send it again."));
            break;
        };
        let Ok(block) = frame.into_data() else { continue };
        read += block.len() as u64;
        if read > FILE_LIMIT {
            broken = Some(too_large());
            break;
        }
        if to_disk.send(block).await.is_err() {
            break;
        }
    }
    drop(to_disk);
    let written = writing.await.map_err(Problem::internal)?.map_err(cannot);
    match (broken, written) {
        (None, Ok((bytes, sum))) => Ok((Stored { path: relative, bytes }, sum)),
        (broken, written) => {
            let _ = std::fs::remove_file(data.join(&relative));
            Err(broken.or(written.err()).unwrap_or_else(|| Problem::internal("the upload was lost")))
        }
    }
}

/// Puts the folder in order, at the start: files of imports that ended go, those that never came to be
/// too, and what an older program left readable is sealed where it lies.
pub fn sweep(db: &Db, data: &Path) -> Result<()> {
    let Ok(files) = std::fs::read_dir(data.join(FOLDER)) else { return Ok(()) };
    for path in files.flatten().map(|f| f.path()) {
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or("").to_string();
        let id: Option<ImportId> = name.strip_suffix(".csv").and_then(|id| id.parse().ok());
        let import: Option<(BrandId, String)> = match id {
            Some(id) => db.read_now(move |tx| tx.opt("select brand_id, state from import where id = $1", params![id]))?,
            None => None,
        };
        // An upload that is under way has no import yet.
        let old = path.metadata().and_then(|m| m.modified()).is_ok_and(|at| at.elapsed().is_ok_and(|age| age.as_secs() > 3600));
        match import {
            Some((_, state)) if matches!(state.as_str(), "done" | "cancelled") => drop(std::fs::remove_file(path)),
            Some((brand, _)) => {
                let seal = db.read_now(move |tx| Ok(tx.keys(brand)))?;
                Lying::sealed(path, seal).seal_now().map_err(|e| Problem::internal(format!("cannot seal {FOLDER}/{name}: {e}")))?;
            }
            None if old => drop(std::fs::remove_file(path)),
            None => {}
        }
    }
    Ok(())
}
