//! What kind of file is this? Encoding, delimiter, columns, a sample, and which column is which field.
use super::csv::{Encoding, Reader, Record};
use super::sink::Field;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use weir_ground::base::{Problem, Result};
use weir_ground::seal::file::Lying;

/// As much of a file is looked at for its encoding.
const LOOK: u64 = 64 << 20;
/// Lines with other than ASCII characters that are enough to tell.
const ENOUGH: usize = 2000;
const SAMPLE: usize = 5;
const MOST_COLUMNS: usize = 300;

/// A file as it presents itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    pub encoding: Encoding,
    pub delimiter: u8,
    /// Never two of the same name.
    pub columns: Vec<String>,
    pub sample: Vec<Vec<String>>,
    /// Row number and end of the header: where reading begins.
    pub header: (i64, u64),
}

fn unreadable(e: std::io::Error) -> Problem {
    Problem::invalid(format!("The file cannot be read: {e}."))
}

/// Looks at a file; a given encoding is taken for granted.
pub fn look(file: &Lying, encoding: Option<Encoding>) -> Result<Shape> {
    let mut head = Vec::new();
    file.open().and_then(|f| f.take(4).read_to_end(&mut head)).map_err(unreadable)?;
    match head.as_slice() {
        [] => return Err(Problem::invalid("The file is empty.")),
        [b'P', b'K', 3, 4] | [0xd0, 0xcf, 0x11, 0xe0] => {
            return Err(Problem::invalid("This is an Excel workbook. Save it as “CSV UTF-8” and upload that."));
        }
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
            return Err(Problem::invalid("This file is UTF-16. Save it as “CSV UTF-8” and upload that."));
        }
        _ => {}
    }
    let marked = head.starts_with(&[0xef, 0xbb, 0xbf]);
    let encoding = match encoding {
        Some(e) => e,
        None if marked => Encoding::Utf8,
        None => guess_encoding(file).map_err(unreadable)?,
    };
    let start = if marked { 3 } else { 0 };
    let delimiter = guess_delimiter(file, start).map_err(unreadable)?;
    let mut reader = Reader::open(file, (0, start), delimiter, 0).map_err(unreadable)?;
    let mut r = Record::default();
    if !reader.next(&mut r).map_err(unreadable)? || r.broken.is_some() {
        return Err(Problem::invalid("The first line cannot be read as a header."));
    }
    if r.len() > MOST_COLUMNS {
        return Err(Problem::invalid(format!("The header has {} columns; {MOST_COLUMNS} are read.", r.len())));
    }
    let columns = names((0..r.len()).map(|i| encoding.show(r.cell(i))).collect());
    let header = (r.n, r.end);
    let mut sample = vec![];
    while sample.len() < SAMPLE && reader.next(&mut r).map_err(unreadable)? {
        sample.push((0..columns.len()).map(|i| clean(&encoding.show(r.cell(i)), 100)).collect());
    }
    Ok(Shape { encoding, delimiter, columns, sample, header })
}

fn clean(text: &str, n: usize) -> String {
    text.trim().chars().filter(|c| *c != '\0').take(n).collect()
}

/// Every column gets a name of its own.
fn names(given: Vec<String>) -> Vec<String> {
    let mut out: Vec<String> = vec![];
    for (i, name) in given.into_iter().enumerate() {
        let name = clean(&name, 100);
        let base = if name.is_empty() { format!("column {}", i + 1) } else { name };
        let mut name = base.clone();
        let mut n = 2;
        while out.contains(&name) {
            name = format!("{base} ({n})");
            n += 1;
        }
        out.push(name);
    }
    out
}

/// UTF-8 or GBK: lines with other than ASCII characters vote. Some lines may be broken.
fn guess_encoding(file: &Lying) -> std::io::Result<Encoding> {
    let mut file = BufReader::with_capacity(256 << 10, file.open()?.take(LOOK));
    let (mut line, mut votes, mut utf8, mut gbk) = (vec![], 0, 0, 0);
    while votes < ENOUGH {
        line.clear();
        if Read::by_ref(&mut file).take(1 << 20).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if !line.is_ascii() {
            votes += 1;
            utf8 += Encoding::Utf8.decode(&line).is_some() as usize;
            gbk += Encoding::Gbk.decode(&line).is_some() as usize;
        }
    }
    // Chinese in UTF-8 is often valid GBK by chance, hardly ever the other way round.
    Ok(if utf8 * 2 >= votes || utf8 >= gbk { Encoding::Utf8 } else { Encoding::Gbk })
}

/// The delimiter that splits the header into the most parts.
fn guess_delimiter(file: &Lying, start: u64) -> std::io::Result<u8> {
    let mut best = (0, b',');
    for delimiter in [b',', b';', b'\t'] {
        let mut r = Record::default();
        Reader::open(file, (0, start), delimiter, 0)?.next(&mut r)?;
        if r.broken.is_none() && r.len() > best.0 {
            best = (r.len(), delimiter);
        }
    }
    Ok(best.1)
}

/// A header without case, spaces, punctuation and what stands in brackets.
fn plain(name: &str) -> String {
    let name = name.split(['(', '（', '[', '【']).next().unwrap_or("");
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Which column is which field, by the names of the columns; each column once, the field that is
/// named first wins.
pub fn guess_mapping(fields: &[Field], columns: &[String]) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    let mut free: Vec<(&String, String)> = columns.iter().map(|c| (c, plain(c))).collect();
    for f in fields {
        let names = [f.name, f.zh, f.en].into_iter().chain(f.synonyms.iter().copied()).map(plain);
        let at = names.filter(|n| !n.is_empty()).find_map(|n| free.iter().position(|(_, c)| *c == n));
        if let Some(at) = at {
            out.insert(f.name.to_string(), free.remove(at).0.clone());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::sink::field;
    use super::*;
    use weir_ground::testing::Scratch;

    fn shape(bytes: &[u8]) -> Result<Shape> {
        let scratch = Scratch::new();
        let path = scratch.0.join("x.csv");
        std::fs::write(&path, bytes).unwrap();
        look(&Lying::plain(path), None)
    }

    #[test]
    fn files_present_themselves() {
        let text = "姓名;电话;姓名;\r\n周晴;13800138000;x;\r\n";
        let utf8 = shape(text.as_bytes()).unwrap();
        assert_eq!((utf8.encoding, utf8.delimiter), (Encoding::Utf8, b';'));
        assert_eq!(utf8.columns, ["姓名", "电话", "姓名 (2)", "column 4"]);
        assert_eq!(utf8.sample, [["周晴", "13800138000", "x", ""]]);
        let gbk = shape(&encoding_rs::GBK.encode(text).0).unwrap();
        assert_eq!((gbk.encoding, &gbk.columns, &gbk.sample), (Encoding::Gbk, &utf8.columns, &utf8.sample));
        let marked = shape(&[b"\xef\xbb\xbf", "a\tb\n1\t2".as_bytes()].concat()).unwrap();
        assert_eq!((marked.delimiter, marked.columns.join(" "), marked.header), (b'\t', "a b".into(), (1, 7)));
        for (bytes, word) in [(&b"PK\x03\x04..."[..], "Excel"), (b"\xff\xfea\0", "UTF-16"), (b"", "empty"), (b"\"open", "header")] {
            assert!(shape(bytes).unwrap_err().detail.contains(word), "{word}");
        }
    }

    #[test]
    fn a_few_broken_lines_do_not_change_the_encoding() {
        let mut text = "姓名\n".to_string().into_bytes();
        for i in 0..50 {
            text.extend_from_slice(if i % 10 == 0 { b"\xb5\xe7\n" } else { "周晴\n".as_bytes() });
        }
        assert_eq!(shape(&text).unwrap().encoding, Encoding::Utf8);
    }

    #[test]
    fn headers_find_their_fields() {
        let fields = [
            field("phone", false, "手机号", "Phone", &["电话", "mobile"]),
            field("name", true, "姓名", "Name", &["客户名称"]),
            field("city", false, "城市", "City", &[]),
        ];
        let columns: Vec<String> = ["客户 名称", "Mobile（必填）", "电话", "备注"].map(String::from).into();
        let map = guess_mapping(&fields, &columns);
        assert_eq!(map.get("name").map(String::as_str), Some("客户 名称"));
        assert_eq!(map.get("phone").map(String::as_str), Some("电话"));
        assert_eq!(map.len(), 2);
    }
}
