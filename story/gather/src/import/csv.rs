//! Reads CSV as a stream: records with their byte offsets, so that reading can go on anywhere.
//!
//! Bytes are split before they are decoded: in UTF-8 and GB 18030 no part of a character looks like
//! a quote, a comma, a semicolon, a tab or the end of a line.
//!
//! A quote that is opened and never closed would swallow the rest of the file. So a field may run
//! over at most [`LINES`] lines, and only if the record that comes of it has as many fields as the
//! header; otherwise its first line alone is broken and reading goes on behind it.
use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use weir_ground::seal::file::{Input, Lying};

/// How many lines a quoted field may run over.
const LINES: usize = 50;
/// A line longer than this is broken.
const LONG: u64 = 1 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    /// GB 18030, which holds GBK and GB 2312.
    Gbk,
}

impl Encoding {
    pub const fn code(self) -> &'static str {
        match self {
            Encoding::Utf8 => "utf-8",
            Encoding::Gbk => "gbk",
        }
    }
    pub fn parse(code: &str) -> Option<Encoding> {
        match code.trim().to_ascii_lowercase().as_str() {
            "utf-8" | "utf8" => Some(Encoding::Utf8),
            "gbk" | "gb18030" | "gb2312" => Some(Encoding::Gbk),
            _ => None,
        }
    }
    /// The text, if the bytes are valid.
    pub fn decode(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        match self {
            Encoding::Utf8 => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Encoding::Gbk => encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(bytes),
        }
    }
    /// The text with � for what is not valid.
    pub fn show(self, bytes: &[u8]) -> String {
        match self {
            Encoding::Utf8 => String::from_utf8_lossy(bytes).into_owned(),
            Encoding::Gbk => encoding_rs::GB18030.decode_without_bom_handling(bytes).0.into_owned(),
        }
    }
}

/// One record: its cells unquoted, and the bytes it was read from.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// As a spreadsheet counts rows: the header is row 1, blank rows count.
    pub n: i64,
    pub start: u64,
    pub end: u64,
    pub raw: Vec<u8>,
    /// Why it cannot be used, though it was read.
    pub broken: Option<String>,
    cells: Vec<u8>,
    fields: Vec<Range<usize>>,
}

impl Record {
    pub fn len(&self) -> usize {
        self.fields.len()
    }
    /// Nothing but empty cells.
    pub fn is_empty(&self) -> bool {
        self.raw.iter().all(|b| b.is_ascii_whitespace() || matches!(b, b',' | b';'))
    }
    /// The bytes of a cell; nothing beyond the last one.
    pub fn cell(&self, i: usize) -> &[u8] {
        self.fields.get(i).map_or(&[], |f| &self.cells[f.clone()])
    }
}

#[derive(Clone, Copy, PartialEq)]
enum At {
    Start,
    Plain,
    Quoted,
    /// Behind a quote inside of quotes: the end of the cell, or the first half of a quote.
    Quote,
}

pub struct Reader {
    file: BufReader<Input>,
    at: u64,
    n: i64,
    delimiter: u8,
    /// Fields of the header; 0 while it has not been read.
    width: usize,
    line: Vec<u8>,
}

impl Reader {
    /// Opens behind row `n` at a byte offset: 0 and 0 for the header, later `n` and `end` of a record.
    pub fn open(file: &Lying, (n, at): (i64, u64), delimiter: u8, width: usize) -> io::Result<Reader> {
        let mut file = file.open()?;
        file.seek(SeekFrom::Start(at))?;
        Ok(Reader { file: BufReader::with_capacity(128 << 10, file), at, n, delimiter, width, line: vec![] })
    }

    /// Takes one record apart that is in memory already.
    pub fn take_apart(raw: &[u8], delimiter: u8, r: &mut Record) {
        *r = Record { raw: raw.to_vec(), ..Record::default() };
        let mut state = At::Start;
        let why = split(raw, delimiter, &mut state, r);
        r.broken = why.or((state == At::Quoted).then_some("a quote is not closed")).map(String::from);
    }

    /// Reads the next record that is not blank into `r`; false at the end of the file.
    pub fn next(&mut self, r: &mut Record) -> io::Result<bool> {
        while self.one(r)? {
            if !r.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn one(&mut self, r: &mut Record) -> io::Result<bool> {
        (r.start, r.broken) = (self.at, None);
        r.raw.clear();
        r.cells.clear();
        r.fields.clear();
        if !self.read_line()? {
            return Ok(false);
        }
        self.n += 1;
        (r.n, r.end) = (self.n, self.at);
        r.raw.extend_from_slice(&self.line);
        if self.at - r.start > LONG {
            r.broken = Some(format!("the line is longer than {LONG} bytes"));
            return Ok(true);
        }
        let mut state = At::Start;
        let mut fits = split(&self.line, self.delimiter, &mut state, r);
        if state == At::Quoted {
            fits = self.more(r, &mut state)?;
        }
        self.judge(r, fits);
        Ok(true)
    }

    /// Adds lines until the open quote is closed; otherwise goes back behind the first line.
    fn more(&mut self, r: &mut Record, state: &mut At) -> io::Result<Option<&'static str>> {
        let (first, back) = (r.raw.len(), self.at);
        let mut fits = None;
        for _ in 0..LINES {
            r.raw.push(b'\n');
            r.cells.push(b'\n');
            if !self.read_line()? || self.at - back > LONG {
                break;
            }
            r.raw.extend_from_slice(&self.line);
            let line = std::mem::take(&mut self.line);
            fits = split(&line, self.delimiter, state, r);
            self.line = line;
            if *state != At::Quoted || fits.is_some() {
                break;
            }
        }
        if *state != At::Quoted && fits.is_none() && (self.width == 0 || r.fields.len() == self.width) {
            r.end = self.at;
            return Ok(None);
        }
        self.file.seek_relative(back as i64 - self.at as i64)?;
        self.at = back;
        r.raw.truncate(first);
        Ok(Some("a quote is opened and not closed"))
    }

    fn judge(&self, r: &mut Record, fits: Option<&'static str>) {
        if let Some(why) = fits {
            r.broken = Some(why.into());
            return;
        }
        // A row that goes on with empty cells behind the last column is what spreadsheets write.
        while self.width > 0 && r.fields.len() > self.width && r.cell(r.fields.len() - 1).iter().all(u8::is_ascii_whitespace) {
            r.fields.pop();
        }
        if self.width > 0 && r.fields.len() != self.width {
            r.broken = Some(format!("it has {} fields, the header has {}", r.fields.len(), self.width));
        }
    }

    /// Reads a line without its end into `line`; false at the end of the file.
    fn read_line(&mut self) -> io::Result<bool> {
        self.line.clear();
        let n = Read::by_ref(&mut self.file).take(LONG + 1).read_until(b'\n', &mut self.line)?;
        self.at += n as u64;
        if self.line.last() == Some(&b'\n') {
            self.line.pop();
            if self.line.last() == Some(&b'\r') {
                self.line.pop();
            }
        } else if n as u64 > LONG {
            self.line.truncate(2000);
            self.skip_line()?;
        }
        Ok(n > 0)
    }

    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let buffer = self.file.fill_buf()?;
            let (n, done) = match buffer.iter().position(|b| *b == b'\n') {
                Some(i) => (i + 1, true),
                None => (buffer.len(), buffer.is_empty()),
            };
            self.file.consume(n);
            self.at += n as u64;
            if done {
                return Ok(());
            }
        }
    }
}

/// Takes a line apart, going on in `state`; says what does not fit. A cell whose quote is still open
/// stays open, and so does the state.
fn split(line: &[u8], delimiter: u8, state: &mut At, r: &mut Record) -> Option<&'static str> {
    let mut from = r.fields.last().map_or(0, |f| f.end);
    for b in line {
        match (*state, *b) {
            (At::Start, b'"') => *state = At::Quoted,
            (At::Start | At::Plain | At::Quote, b) if b == delimiter => {
                r.fields.push(from..r.cells.len());
                from = r.cells.len();
                *state = At::Start;
            }
            (At::Start | At::Plain, b) => {
                r.cells.push(b);
                *state = At::Plain;
            }
            (At::Quoted, b'"') => *state = At::Quote,
            (At::Quoted, b) => r.cells.push(b),
            (At::Quote, b'"') => {
                r.cells.push(b'"');
                *state = At::Quoted;
            }
            (At::Quote, b' ') => {}
            (At::Quote, _) => return Some("text stands behind a closing quote"),
        }
    }
    if *state != At::Quoted {
        r.fields.push(from..r.cells.len());
    }
    None
}

/// A cell as it is written into a CSV: quoted where it must be.
pub fn quote(cell: &str) -> Cow<'_, str> {
    let plain = !cell.contains([',', '"', '\n', '\r']) && !cell.starts_with(' ') && !cell.ends_with(' ');
    if plain { Cow::Borrowed(cell) } else { Cow::Owned(format!("\"{}\"", cell.replace('"', "\"\""))) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_ground::testing::Scratch;

    fn read(text: &str, width: usize) -> Vec<(Vec<String>, Option<String>)> {
        let scratch = Scratch::new();
        let path = scratch.0.join("x.csv");
        std::fs::write(&path, text).unwrap();
        let path = Lying::plain(path);
        let (mut reader, mut r, mut out) = (Reader::open(&path, (0, 0), b',', width).unwrap(), Record::default(), vec![]);
        let mut end = 0;
        while reader.next(&mut r).unwrap() {
            assert!(r.start >= end && r.end > r.start, "records lie behind one another");
            end = r.end;
            let cells = (0..r.len()).map(|i| String::from_utf8(r.cell(i).to_vec()).unwrap()).collect();
            // Reading from its offset gives the same record again.
            let (mut again, mut same) = (Reader::open(&path, (r.n - 1, r.start), b',', width).unwrap(), Record::default());
            assert!(again.next(&mut same).unwrap() && (same.raw == r.raw) && (same.n, same.end) == (r.n, r.end) && same.broken == r.broken);
            out.push((cells, r.broken.clone()));
        }
        out
    }

    fn good(cells: &[&str]) -> (Vec<String>, Option<String>) {
        (cells.iter().map(|c| c.to_string()).collect(), None)
    }

    #[test]
    fn quotes_commas_and_lines_inside_of_cells() {
        let text = "a,\"b,\"\"c\"\"\",d\r\n\r\n,,\n\"x\ny\",2,3\n1,2,\"3\" \n5\" pipe,2,3";
        assert_eq!(read(text, 3), [
            good(&["a", "b,\"c\"", "d"]), good(&["x\ny", "2", "3"]), good(&["1", "2", "3"]), good(&["5\" pipe", "2", "3"]),
        ]);
    }

    #[test]
    fn an_open_quote_spoils_its_own_line_only() {
        let text = "1,\"open,3\n4,5,6\n7,\"eight\",9\n10,\"a\"b,c\n11,12,13\n14,\"end";
        let rows = read(text, 3);
        let broken: Vec<bool> = rows.iter().map(|r| r.1.is_some()).collect();
        assert_eq!(broken, [true, false, false, true, false, true]);
        assert_eq!((&rows[1], &rows[2], &rows[4]), (&good(&["4", "5", "6"]), &good(&["7", "eight", "9"]), &good(&["11", "12", "13"])));
    }

    #[test]
    fn the_number_of_fields_is_checked_and_empty_ones_behind_are_forgiven() {
        let rows = read("1,2\n1,2,3\n1,2,3,,\n1,2,3,4\n", 3);
        assert_eq!(rows[0].1.as_deref(), Some("it has 2 fields, the header has 3"));
        assert_eq!((&rows[1], &rows[2]), (&good(&["1", "2", "3"]), &good(&["1", "2", "3"])));
        assert_eq!(rows[3].1.as_deref(), Some("it has 4 fields, the header has 3"));
    }

    #[test]
    fn a_line_without_end_is_not_kept_in_memory() {
        let rows = read(&format!("1,2,3\n{}\n4,5,6\n", "x".repeat(3 << 20)), 3);
        assert_eq!((rows.len(), rows[1].1.is_some(), &rows[2]), (3, true, &good(&["4", "5", "6"])));
    }

    #[test]
    fn gbk_cells_are_whole_characters() {
        let (bytes, _, _) = encoding_rs::GBK.encode("丂,\"盶,亖\"");
        let scratch = Scratch::new();
        let path = scratch.0.join("x.csv");
        std::fs::write(&path, &bytes).unwrap();
        let path = Lying::plain(path);
        let (mut reader, mut r) = (Reader::open(&path, (0, 0), b',', 0).unwrap(), Record::default());
        assert!(reader.next(&mut r).unwrap());
        assert_eq!((Encoding::Gbk.decode(r.cell(0)).unwrap(), Encoding::Gbk.decode(r.cell(1)).unwrap()), ("丂".into(), "盶,亖".into()));
        assert_eq!((Encoding::Utf8.decode(r.cell(0)), Encoding::Gbk.decode(b"\xff")), (None, None));
    }
}
