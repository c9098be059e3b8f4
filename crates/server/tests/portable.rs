//! Every SQL statement that stands whole in the source is understood by both engines. Statements
//! that are put together while the program runs are tried by the chapters' own tests.
use std::path::{Path, PathBuf};
use weir_ground::db::Engine;
use weir_ground::testing::each_engine;

/// One string literal of a source file.
struct Literal {
    line: usize,
    text: String,
    /// It is the pattern of a `format!`.
    pattern: bool,
}

/// Walks Rust source and gives its string literals, unescaped; comments and characters are passed.
fn literals(source: &str) -> Vec<Literal> {
    let s: Vec<char> = source.chars().collect();
    let at = |i: usize| s.get(i).copied().unwrap_or('\0');
    let (mut out, mut i, mut line, mut code) = (vec![], 0, 1, String::new());
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
                let text = s[from..end].iter().collect();
                out.push(Literal { line: first, text, pattern: code.trim_end().ends_with("format!(") });
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
                out.push(Literal { line: first, text, pattern: code.trim_end().ends_with("format!(") });
                i += 1;
                code.push('"');
            }
            (c, _) => {
                line += (c == '\n') as usize;
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

/// The statement that a literal is, if it is a whole one.
fn statement(l: &Literal) -> Option<String> {
    let mut sql = l.text.trim().to_string();
    let begins = ["select ", "insert into ", "delete from "].iter().any(|k| sql.starts_with(k))
        || sql.starts_with("update ") && sql.contains(" set ")
        || sql.starts_with("with ") && sql.contains(" as (");
    if !begins {
        return None;
    }
    if l.pattern {
        let plain = sql.replace("{{", "").replace("}}", "");
        if plain.contains('{') {
            return None;
        }
        sql = sql.replace("{{", "{").replace("}}", "}");
    }
    if sql.ends_with(" values") {
        // The head of a bulk insert: one row makes it whole.
        let columns = sql.split(['(', ')']).nth(1)?.split(',').count();
        let row: Vec<String> = (1..=columns).map(|n| format!("${n}")).collect();
        sql = format!("{sql} ({})", row.join(", "));
    }
    Some(sql)
}

/// SQLite numbers parameters by first appearance, so `$1` must come before `$2`.
fn in_order(sql: &str) -> bool {
    let mut next = 1;
    sql.split('$').skip(1).all(|part| {
        let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
        let n: usize = digits.parse().unwrap_or(0);
        let fits = n >= 1 && n <= next;
        next = next.max(n + 1);
        fits
    })
}

fn sources(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

/// `(where it stands, the statement)`
fn statements() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
    let mut files = vec![];
    for part in ["crates", "story"] {
        for entry in std::fs::read_dir(root.join(part)).unwrap() {
            let source = entry.unwrap().path().join("src");
            if source.is_dir() {
                sources(&source, &mut files);
            }
        }
    }
    files.sort();
    let mut out = vec![];
    for file in files {
        let name = file.strip_prefix(&root).unwrap().display().to_string();
        // Here the engine speaks about itself.
        if name == "crates/ground/src/db/postgres.rs" {
            continue;
        }
        let source = std::fs::read_to_string(&file).unwrap();
        out.extend(literals(&source).iter().filter_map(|l| Some((format!("{name}:{}", l.line), statement(l)?))));
    }
    out
}

#[test]
fn every_whole_statement_is_understood_by_both_engines() {
    let all = statements();
    assert!(all.len() >= 150, "only {} statements were found", all.len());
    let mut bad: Vec<String> = all.iter().filter(|s| !in_order(&s.1)).map(|(at, sql)| format!("{at}: parameters out of order: {sql}")).collect();
    let found = std::sync::Mutex::new(&mut bad);
    each_engine(|db| {
        for (at, sql) in all.clone() {
            // What PostgreSQL is asked about itself is asked of it only.
            if sql.contains("pg_") && db.engine() == Engine::Sqlite {
                continue;
            }
            // SQLite has one writer; a row needs no lock there.
            let text = match db.engine() {
                Engine::Sqlite => sql.trim_end_matches(" for update").to_string(),
                Engine::Postgres => sql.clone(),
            };
            if let Err(problem) = db.read_now(move |tx| tx.prepare(&text)) {
                found.lock().unwrap().push(format!("{at} on {}: {}\n    {sql}", db.engine().name(), problem.detail));
            }
        }
    });
    println!("{} statements", all.len());
    assert!(bad.is_empty(), "{} of {} do not prepare:\n{}", bad.len(), all.len(), bad.join("\n"));
}

#[test]
fn the_walk_reads_rust() {
    let source = concat!(
        "// \"select 0\"\n/* \"select 1\" */ let q = '\"'; let e = '\\''; fn f<'a>() {}\n",
        "a(\"select x \\\n     from t where u = '\\\"'\"); b(r#\"select \"y\" from t\"#); format!(\"select '{{}}' from t\");\n",
        "format!(\n    \"select {COLUMNS} from t\"); c(\"insert into t (a, b) values\"); d(\"select the file\");"
    );
    let found = literals(source);
    let at: Vec<usize> = found.iter().map(|l| l.line).collect();
    assert_eq!(at, [3, 4, 4, 6, 6, 6]);
    let sql: Vec<Option<String>> = found.iter().map(statement).collect();
    let some = |s: &str| Some(s.to_string());
    assert_eq!(sql, [
        some("select x from t where u = '\"'"), some("select \"y\" from t"), some("select '{}' from t"), None,
        some("insert into t (a, b) values ($1, $2)"), some("select the file"),
    ]);
    assert!(in_order("$1 $2 $1 $3") && !in_order("$2 $1") && !in_order("$1 $x"));
}
