//! What people are told is English in the source; the console says it in the reader's language, by the list
//! that is kept here: each sentence, each field that a sentence is about, each event.
#[path = "common/source.rs"]
mod source;
use source::{Literal, events, literals, root, sources};
use std::collections::BTreeSet;

const KEPT: &str = "web/console/src/said/sentences.json";
const RENEW: &str = "WEIR_RENEW=1 cargo test -p weir-server --test said";

/// Beside the chapters: where else stands what is said to people.
const SPOKEN: [&str; 9] = [
    "crates/base/src/problem.rs", "crates/base/src/id.rs", "crates/connect/src/mail.rs", "crates/ground/src/db.rs", "crates/ground/src/db/postgres.rs",
    "crates/ground/src/db/tx.rs", "crates/ground/src/http.rs", "crates/ledger/src/lib.rs", "crates/server/src/serve.rs",
];

/// Whoever is given text here says it to nobody who reads the console: logs, faults of the program, pages and labels
/// that stand in both languages already.
const SILENT: [&str; 17] = [
    ".expect", "assert!", "Problem::internal", "panic!", "unreachable!", "println!", "field", "say", "page", "Html", "secret::digest", "Sha256::digest", ".batch", ".answer",
    "file", ".starts_with", ".contains",
];

/// What stands anywhere within these: documents and logs.
const BEHIND: [&str; 8] = ["utoipa::path", "utoipa", "serde", "schema", "must_use", "tracing::warn!", "tracing::error!", "tracing::info!"];

/// These refuse, with a sentence as the last thing that they are given.
const REFUSING: [&str; 9] = ["Problem::field", "Problem::conflict", "Problem::invalid", "Problem::forbidden", "Problem::again", "Problem::new", ".with", "bad", "invalid"];

/// Text with words that is said to nobody: orders of SQL, heads of HTTP, names of work, pages in both languages,
/// what stands only in a file that is downloaded.
const OTHER: [&str; 20] = [
    "Average order, yuan", "Cannot listen on {}: {}. Choose another --port, or stop what uses it.", "GET, POST",
    "a guard or claim that lost must stop the call",
    "It may have been copied incompletely. Scan it once more, or ask the shop that gave it to you.", "M{} {}h{}v1h-{}z",
    "Say where the data is: --data DIR or --database-url URL.", "This code leads nowhere", "To the shop", "a check keeps nothing", "a key",
    "authorization, content-type", "column {}", "event {}", "snap url preview", "stays empty", "stays {}", "sum(o.paid - o.refunded)",
    "text, a number or null", "the database does not answer\n",
];

struct Said {
    sentences: BTreeSet<String>,
    /// What `There is no such …` can be about.
    things: BTreeSet<String>,
    fields: BTreeSet<String>,
    events: BTreeSet<String>,
}

/// Whether two words stand side by side, or a word beside a value.
fn has_words(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let word = |w: &str| w.chars().filter(char::is_ascii_alphabetic).count() >= 2 && !w.contains(['=', '<', '>', '_', '/']);
    words.len() > 1 && words.iter().filter(|w| word(w)).count() * 2 >= words.len()
}

/// SQL, lists of columns, scripts and policies of pages.
fn is_code(text: &str) -> bool {
    const BEGIN: [&str; 22] = [
        "select ", "insert ", "update ", "delete ", "with ", "and ", "from ", "where ", "join ", "left join ", "union ", "order by ", "group by ", "having ", "values",
        "on conflict", "for update", "exists", "case ", "pragma ", "{SELECT}", "coalesce(",
    ];
    let t = text.trim_start();
    let columns = t.split(", ").count() > 2 && !t.trim_end_matches(',').contains(|c: char| c == ' ' && !t.contains(", "))
        && t.split(", ").all(|c| !c.is_empty() && c.chars().all(|c| c.is_ascii_lowercase() || matches!(c, '_' | '.')));
    columns || BEGIN.iter().any(|b| t.starts_with(b)) || [" = $", " = '", " is null", "\": [", "function(", "-src '", "max-age=", "no-store", "attachment; "].iter().any(|c| t.contains(c))
}

/// A pattern with every value as `{}`.
fn template(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let tail = &rest[at..];
        if let Some(more) = tail.strip_prefix("{{").or(tail.strip_prefix("}}")) {
            out.push_str(&tail[..1]);
            rest = more;
            continue;
        }
        let end = tail.find('}').unwrap_or(tail.len() - 1);
        out.push_str("{}");
        rest = &tail[end + 1..];
    }
    out + rest
}

/// A sentence may begin with the fields that it is about (`city: use …`, `userId or anonymousId: say …`); they
/// have names of their own.
fn without_fields(text: &str, fields: &mut BTreeSet<String>) -> String {
    let Some((head, rest)) = text.split_once(": ") else { return text.to_string() };
    let names: Vec<&str> = head.split(", ").flat_map(|part| part.split(" or ")).collect();
    let name = |n: &&str| !n.is_empty() && n.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '$' | '{' | '}' | '-'));
    if !names.iter().all(name) {
        return text.to_string();
    }
    fields.extend(names.iter().filter(|n| !n.contains('{')).map(|n| n.to_string()));
    rest.to_string()
}

fn chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

fn collect() -> Said {
    let root = root();
    let mut said = Said { sentences: BTreeSet::new(), things: BTreeSet::new(), fields: BTreeSet::new(), events: events().into_iter().collect() };
    for path in sources() {
        let name = path.strip_prefix(&root).unwrap().display().to_string();
        let ours = name.starts_with("story/") || SPOKEN.contains(&name.as_str());
        if !ours || name.ends_with("tests.rs") || name.ends_with("/events.rs") || name.contains("/tests/") || name.ends_with("/random.rs") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let body = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let all = literals(body);
        for (n, l) in all.iter().enumerate() {
            let by = l.within.iter().rev().map(String::as_str).find(|w| *w != "format!").unwrap_or_default();
            if by == "Problem::not_found" {
                said.things.insert(l.text.clone());
                continue;
            }
            let twin = |other: Option<&Literal>| other.is_some_and(|o| chinese(&o.text));
            let bilingual = chinese(&l.text) || (l.beside && twin(n.checked_sub(1).and_then(|n| all.get(n))))
                || all.get(n + 1).is_some_and(|o| o.beside && chinese(&o.text));
            if bilingual || SILENT.contains(&by) || l.within.iter().any(|w| BEHIND.contains(&w.as_str())) || is_code(&l.text) {
                continue;
            }
            let refusing = REFUSING.contains(&by);
            let sentence = template(&without_fields(l.text.trim_start_matches("; "), &mut said.fields));
            if has_words(&sentence) || refusing && (sentence.contains(' ') || sentence == "taken") {
                said.sentences.insert(sentence);
            } else if refusing && l.first && l.text.contains(|c: char| c.is_ascii_alphabetic()) && sentence != "{}" {
                said.fields.insert(sentence);
            }
        }
    }
    let gone: Vec<&str> = OTHER.into_iter().filter(|o| !said.sentences.remove(*o)).collect();
    assert!(gone.is_empty(), "these are said nowhere any more; take them off the list: {gone:?}");
    said
}

#[test]
fn the_checked_in_list_of_sentences_is_the_real_one() {
    let said = collect();
    let codes: Vec<&str> = weir_ground::base::Code::ALL.iter().map(|c| c.facts().0).collect();
    let list = serde_json::json!({ "codes": codes, "sentences": said.sentences, "things": said.things, "fields": said.fields, "events": said.events });
    let text = serde_json::to_string_pretty(&list).unwrap() + "\n";
    let path = root().join(KEPT);
    if std::env::var("WEIR_RENEW").is_ok() {
        std::fs::write(&path, &text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == text, "{KEPT} is out of date: run `{RENEW}`, then say what is new in web/console/src/said/zh.ts");
}

#[test]
fn patterns_and_fields_are_told_apart() {
    assert_eq!(template("{} of {name:?} is {{kept}}, {n:>3}"), "{} of {} is {kept}, {}");
    let mut fields = BTreeSet::new();
    assert_eq!(without_fields("userId or anonymousId: say who it was", &mut fields), "say who it was");
    assert_eq!(without_fields("{name}: use {n}", &mut fields), "use {n}");
    assert_eq!(without_fields("The file cannot be read: {e}.", &mut fields), "The file cannot be read: {e}.");
    assert_eq!(fields.into_iter().collect::<Vec<_>>(), ["anonymousId", "userId"]);
    assert!(has_words("is required") && has_words("{} is empty") && !has_words("; Max-Age={}{secure}") && !has_words("brand_id, store_id"));
    assert!(is_code("select 1") && is_code("id, brand_id, state") && is_code("o.id = $1") && !is_code("use png, svg or pdf"));
    let source = "fn f() { db.write(|tx| Err(weir_ground::base::Problem::field(\"a\", format!(\"use {n}\")))) }";
    let found = literals(source);
    assert_eq!((found[1].within.clone(), found[0].first, found[1].first), (vec!["".into(), ".write".into(), "Err".into(), "Problem::field".into(), "format!".to_string()], true, true));
}
