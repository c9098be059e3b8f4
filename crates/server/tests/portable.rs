//! Every SQL statement that stands whole in the source is understood by both engines. Statements
//! that are put together while the program runs are tried by the chapters' own tests.
#[path = "common/source.rs"]
mod source;
use source::{Literal, literals, root, sources};
use weir_ground::db::{Engine, Open};
use weir_ground::testing::{Scratch, each_engine};
use weir_ground::{Db, Value};

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

/// `(where it stands, the statement)`
fn statements() -> Vec<(String, String)> {
    let (root, files) = (root(), sources());
    let mut out = vec![];
    for file in files {
        let name = file.strip_prefix(&root).unwrap().display().to_string();
        // Here the engines speak about themselves.
        if ["postgres", "trail", "waiting"].iter().any(|own| name == format!("crates/ground/src/db/{own}.rs")) {
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

/// A question by person goes through the trail from the person on; the engine must not walk all of it,
/// nor all events or orders, to find hers.
#[test]
fn questions_by_person_do_not_walk_everything() {
    // What compares all with all walks over all.
    let asks = |sql: &String| (sql.contains("event_of") || sql.contains("orders_of")) && !sql.contains(" except ");
    let all: Vec<(String, String)> = statements().into_iter().filter(|(_, sql)| asks(sql)).collect();
    assert!(all.len() >= 12, "only {} statements were found", all.len());
    let dir = Scratch::new();
    let db = Db::open(&Open { dir: Some(dir.0.clone()), ..Open::default() }).unwrap();
    let mut bad = vec![];
    for (at, sql) in all {
        let ask = format!("explain query plan {}", sql.trim_end_matches(" for update"));
        let n = sql.split('$').skip(1).filter_map(|p| p.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok()).max().unwrap_or(0);
        let plan: Vec<(i64, i64, i64, String)> = db.read_now(move |tx| tx.all(&ask, &vec![Value::Null; n])).unwrap();
        let walks = |step: &str| {
            let mut words = step.split(' ');
            words.next() == Some("SCAN") && !matches!(words.next(), Some("s" | "event_of" | "orders_of" | "CONSTANT"))
        };
        if plan.iter().any(|p| walks(&p.3) || p.3.contains("AUTOMATIC") || p.3.starts_with("SEARCH n USING PRIMARY KEY (slot=?)")) {
            bad.push(format!("{at}: {sql}\n{}", plan.iter().map(|p| format!("    {}\n", p.3)).collect::<String>()));
        }
    }
    db.close();
    assert!(bad.is_empty(), "{}", bad.join("\n"));
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
