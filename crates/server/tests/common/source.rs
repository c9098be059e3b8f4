//! The project's Rust source as the tests read it that look at what stands in it.
#![allow(dead_code)]
use std::path::{Path, PathBuf};

/// One string literal of a source file.
pub struct Literal {
    pub line: usize,
    pub text: String,
    /// It is the pattern of a `format!`.
    pub pattern: bool,
    /// The names before the brackets that are open here, outermost first: `["", "Err", "Problem::field", "format!"]`.
    pub within: Vec<String>,
    /// It is the first thing within its bracket.
    pub first: bool,
    /// It stands in a list right behind the literal before it.
    pub beside: bool,
}

/// Walks Rust source and gives its string literals, unescaped; comments and characters are passed.
pub fn literals(source: &str) -> Vec<Literal> {
    let s: Vec<char> = source.chars().collect();
    let at = |i: usize| s.get(i).copied().unwrap_or('\0');
    let (mut out, mut i, mut line, mut code): (Vec<Literal>, usize, usize, String) = (vec![], 0, 1, String::new());
    let mut open: Vec<String> = vec![];
    let literal = |line, text, code: &str, open: &[String]| Literal {
        line,
        text,
        pattern: code.trim_end().ends_with("format!("),
        within: open.to_vec(),
        first: code.trim_end().trim_end_matches('&').ends_with('('),
        beside: code.trim_end().ends_with("\","),
    };
    while i < s.len() {
        match (at(i), at(i + 1)) {
            ('/', '/') => {
                while i < s.len() && at(i) != '\n' {
                    i += 1;
                }
            }
            ('/', '*') => {
                while i < s.len() && (at(i), at(i + 1)) != ('*', '/') {
                    line += (at(i) == '\n') as usize;
                    i += 1;
                }
                i += 2;
            }
            // A character, not a lifetime.
            ('\'', '\\') => {
                i += 3;
                while at(i) != '\'' {
                    i += 1;
                }
                i += 1;
            }
            ('\'', _) if at(i + 2) == '\'' => i += 3,
            ('r', '"' | '#') if !code.ends_with(|c: char| c.is_alphanumeric() || c == '_') && raw_start(&s, i).is_some() => {
                let hashes = raw_start(&s, i).unwrap_or(0);
                let (first, from) = (line, i + 2 + hashes);
                let mut end = from;
                while !(at(end) == '"' && (1..=hashes).all(|h| at(end + h) == '#')) {
                    line += (at(end) == '\n') as usize;
                    end += 1;
                }
                out.push(literal(first, s[from..end].iter().collect(), &code, &open));
                i = end + 1 + hashes;
                code.push('"');
            }
            ('"', _) => {
                let (first, mut text) = (line, String::new());
                i += 1;
                while at(i) != '"' {
                    line += (at(i) == '\n') as usize;
                    if at(i) != '\\' {
                        text.push(at(i));
                        i += 1;
                        continue;
                    }
                    match at(i + 1) {
                        'n' => text.push('\n'),
                        't' => text.push('\t'),
                        '\n' => {
                            line += 1;
                            while at(i + 2).is_whitespace() {
                                i += 1;
                                line += (at(i + 1) == '\n') as usize;
                            }
                        }
                        other => text.push(other),
                    }
                    i += 2;
                }
                out.push(literal(first, text, &code, &open));
                i += 1;
                code.push('"');
            }
            (c, _) => {
                line += (c == '\n') as usize;
                match c {
                    '(' | '[' | '{' => open.push(name_before(&code)),
                    ')' | ']' | '}' => _ = open.pop(),
                    _ => {}
                }
                code.push(c);
                i += 1;
            }
        }
    }
    out
}

/// The number of hashes of a raw string that begins here.
fn raw_start(s: &[char], i: usize) -> Option<usize> {
    let hashes = s[i + 1..].iter().take_while(|c| **c == '#').count();
    (s.get(i + 1 + hashes) == Some(&'"')).then_some(hashes)
}

/// What is called by a bracket that opens behind this code: `Problem::field`, `.with`, `format!`.
fn name_before(code: &str) -> String {
    let back = code.rfind(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | ':' | '!')).unwrap_or(0);
    let from = if code[back..].starts_with('.') { back } else { back + code[back..].chars().next().map_or(0, char::len_utf8) };
    let parts: Vec<&str> = code[from..].split("::").collect();
    parts[parts.len().saturating_sub(2)..].join("::")
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn walk(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

/// The names of all events that Weir states: what every chapter's `events.rs` says.
pub fn events() -> Vec<String> {
    let files = sources().into_iter().filter(|p| p.file_name().is_some_and(|n| n == "events.rs"));
    files.flat_map(|p| literals(&std::fs::read_to_string(p).unwrap())).map(|l| l.text).filter(|t| t.contains('.')).collect()
}

/// The source files of all crates, in order.
pub fn sources() -> Vec<PathBuf> {
    let mut files = vec![];
    for part in ["crates", "story"] {
        for entry in std::fs::read_dir(root().join(part)).unwrap() {
            let source = entry.unwrap().path().join("src");
            if source.is_dir() {
                walk(&source, &mut files);
            }
        }
    }
    files.sort();
    files
}
