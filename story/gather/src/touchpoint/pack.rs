//! All codes in one download: a ZIP with a picture for each touchpoint and a list of what is what.
use super::table::TouchpointRow;
use super::{http::link, qr};
use std::io::{Cursor, Write};
use weir_ground::base::{Problem, Result};
use weir_ground::config::Config;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// More pictures than this are not packed at once.
pub const MOST: usize = 5_000;

/// A name that any system can save: its own characters, without those that paths or shells mean something by.
fn file_name(n: usize, t: &TouchpointRow, extension: &str) -> String {
    let fit = |c: char| if c.is_control() || "\\/:*?\"<>|".contains(c) { '_' } else { c };
    let store = t.store.as_ref().map(|s| format!("{}-", s.name)).unwrap_or_default();
    let name: String = format!("{store}{}", t.name).chars().map(fit).take(60).collect();
    format!("{:04}-{}-{}.{extension}", n + 1, name.trim().trim_matches('.'), t.code)
}

fn cell(text: &str) -> String {
    // A spreadsheet must not take a name for a formula.
    let text = if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text.to_string() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// Packs a picture for each row; `size` in pixels for PNG, nothing for SVG.
pub fn pack(config: &Config, rows: &[TouchpointRow], size: Option<usize>) -> Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut list = String::from("\u{feff}file,name,kind,store,code,url\r\n");
    for (n, t) in rows.iter().enumerate() {
        let url = link(config, &t.code);
        let (name, picture) = match size {
            Some(size) => (file_name(n, t, "png"), qr::png(&url, size)?),
            None => (file_name(n, t, "svg"), qr::svg(&url)?.into_bytes()),
        };
        zip.start_file(name.as_str(), stored).map_err(Problem::internal)?;
        zip.write_all(&picture).map_err(Problem::internal)?;
        let store = t.store.as_ref().map_or("", |s| s.name.as_str());
        let cells = [name.as_str(), &t.name, &t.kind, store, &t.code, &url].map(cell);
        list.push_str(&cells.join(","));
        list.push_str("\r\n");
    }
    zip.start_file("codes.csv", stored).map_err(Problem::internal)?;
    zip.write_all(list.as_bytes()).map_err(Problem::internal)?;
    Ok(zip.finish().map_err(Problem::internal)?.into_inner())
}
