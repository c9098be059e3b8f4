//! A person leaves marks by every door and is erased: afterwards no mark is in any column of any table, in
//! the files of the lake or in the bytes of the database; money and other people's figures are as they
//! were, and no file brings the person back.
mod common;
use common::{Place, Server, ask, call, shop};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use weir_ground::base::Result;
use weir_ground::db::Engine;
use weir_ground::{Db, params};
use weir_keep::key;

const PHONE: &str = "13861749901";
const PHONE_2: &str = "13861749902";
const MAIL: &str = "marked.lin@post.example";
/// Words that the person leaves; they occur nowhere else.
const MARKS: &[&str] = &[
    PHONE, PHONE_2, "marked.lin", "林印心", "MARKREGION", "MARKSECRET", "MARKPROP", "MARKSTREET", "MARKNOTE", "MARKRAW", "MARKTAG",
    "mark-user-77", "mark-message-1", "MARKROW", "MARKREASON",
];

/// The next idempotency key.
static NEXT: AtomicU64 = AtomicU64::new(1);

struct Walk {
    place: Place,
    server: Option<Server>,
    admin: String,
    ingest: String,
    other: String,
    sku: String,
    store: String,
}

impl Walk {
    fn new(place: Place) -> Walk {
        let db = place.open();
        let s = shop(&db, "tea", 100, 0);
        let other = shop(&db, "rice", 1, 0).admin;
        let brand = s.brand;
        let ingest = db.write_now(move |tx| -> Result<String> { Ok(key::create(tx, brand, "system", "site", "ingest")?.secret) }).unwrap();
        let sku = s.sku.to_string();
        db.close();
        let mut w = Walk { place, server: None, admin: s.admin, ingest, other, sku, store: s.store.to_string() };
        w.server = Some(Server::start(&w.place));
        w
    }

    fn address(&self) -> &str {
        &self.server.as_ref().unwrap().address
    }

    fn any(&self, method: &str, path: &str, token: &str, body: Option<Value>) -> (u16, Value) {
        ask(self.address(), method, path, token, body)
    }

    fn ask(&self, method: &str, path: &str, token: &str, body: Option<Value>) -> Value {
        let (status, answer) = self.any(method, path, token, body);
        assert!((200..300).contains(&status), "{method} {path} answered {status}: {answer}");
        answer
    }

    fn get(&self, path: &str) -> Value {
        self.ask("GET", path, &self.admin, None)
    }

    /// With an idempotency key, so that the answer is stored.
    fn post(&self, path: &str, token: &str, body: Value) -> (u16, Value) {
        let auth = format!("Bearer {token}");
        let key = format!("k{}", NEXT.fetch_add(1, Ordering::SeqCst));
        let headers = [("content-type", "application/json"), ("authorization", auth.as_str()), ("idempotency-key", key.as_str())];
        let (status, text) = call(self.address(), "POST", path, &headers, body.to_string().as_bytes()).unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    fn made(&self, path: &str, token: &str, body: Value) -> Value {
        let (status, answer) = self.post(path, token, body);
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    fn until(&self, what: &str, mut done: impl FnMut() -> bool) {
        let start = Instant::now();
        while !done() {
            assert!(start.elapsed() < Duration::from_secs(60), "waited for {what}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn login(&self, address: &str, name: Option<&str>) -> (String, String) {
        let sent = self.ask("POST", "/mall/v1/login/code", "", Some(json!({ "address": address })));
        let body = json!({ "address": address, "code": sent["sandbox_code"], "marketing_consent": true, "name": name });
        let done = self.ask("POST", "/mall/v1/login", "", Some(body));
        (done["token"].as_str().unwrap().into(), done["person_id"].as_str().unwrap().into())
    }

    fn order(&self, token: &str, quantity: i64, marked: bool) -> String {
        let (name, phone, street, note) =
            if marked { ("林印心", PHONE, "MARKSTREET 8", "MARKNOTE ring twice") } else { ("沈留", "13861740555", "听雨巷 8 号", "") };
        let place = json!({
            "items": [{ "sku_id": self.sku, "quantity": quantity }], "store_id": self.store, "delivery": "delivery",
            "address": { "name": name, "phone": phone, "region": "鹭浦市", "detail": street }, "note": note,
        });
        self.made("/mall/v1/orders", token, place)["id"].as_str().unwrap().to_string()
    }

    fn pay(&self, token: &str, order: &str) {
        let paying = self.made(&format!("/mall/v1/orders/{order}/pay"), token, json!({ "provider": "test" }));
        let attempt = paying["pay"]["attempt_id"].as_str().unwrap();
        self.ask("POST", &format!("/mall/v1/pay/test/{attempt}"), token, Some(json!({ "outcome": "success" })));
    }

    fn upload(&self, name: &str, rows: &str) -> Value {
        let auth = format!("Bearer {}", self.admin);
        let headers = [("authorization", auth.as_str()), ("content-type", "application/octet-stream")];
        let body = format!("客户编号,姓名,手机号,邮箱,标签\n{rows}");
        let (status, text) = call(self.address(), "POST", &format!("/api/v1/imports?kind=persons&name={name}"), &headers, body.as_bytes()).unwrap();
        assert_eq!(status, 200, "{text}");
        let id = serde_json::from_str::<Value>(&text).unwrap()["id"].as_str().unwrap().to_string();
        self.ask("POST", &format!("/api/v1/imports/{id}/start"), &self.admin, Some(json!({})));
        let look = || self.get(&format!("/api/v1/imports/{id}"));
        self.until("the import", || look()["state"] == "done");
        json!({ "import": look(), "rejects": self.get(&format!("/api/v1/imports/{id}/rejects")) })
    }

    /// Leaves every mark; answers the person, the subject that was merged into it, and the buyer's token.
    fn leave_marks(&self) -> (String, String, String) {
        let attribute = json!({ "key": "card", "zh": "卡", "en": "Card", "kind": "text", "pii": "personal", "searchable": true });
        self.made("/api/v1/attributes", &self.admin, attribute);
        let (token, person) = self.login(PHONE, Some("林印心"));
        let done = self.order(&token, 2, true);
        self.pay(&token, &done);
        // Goods under way come first.
        let (status, said) = self.post(&format!("/api/v1/persons/{person}/erase"), &self.admin, json!({ "reason": "asked", "confirm": person }));
        assert!(status == 409 && said["detail"].as_str().unwrap().contains("under way"), "{said}");
        self.ask("POST", &format!("/api/v1/orders/{done}/fulfil"), &self.admin, None);
        self.order(&token, 1, true);
        let (_, second) = self.login(MAIL, Some("林印心"));
        let path = format!("/api/v1/persons/{person}");
        self.ask("PATCH", &path, &self.admin, Some(json!({ "portrait": { "region": "MARKREGION", "card": "MARKSECRET" } })));
        self.ask("POST", &format!("{path}/tags"), &self.admin, Some(json!({ "tag": "MARKTAG" })));
        let batch = json!({ "batch": [
            { "type": "identify", "messageId": "mark-message-1", "userId": "mark-user-77", "traits": { "phone": PHONE_2 } },
            { "type": "track", "messageId": "mark-message-2", "userId": "mark-user-77", "event": "Asked", "properties": { "about": "MARKPROP", "n": 3 } },
            { "type": "track", "messageId": "mark-message-3", "userId": "mark-user-77", "event": "order.paid", "properties": { "phone": PHONE, "x": "MARKRAW" } },
        ] });
        self.ask("POST", "/v1/batch", &self.ingest, Some(batch));
        let merge = |a: &str, b: &str| {
            let (status, said) = self.post(&format!("/api/v1/persons/{a}/merge"), &self.admin, json!({ "other_id": b, "reason": "MARKREASON" }));
            assert_eq!(status, 200, "{said}");
            said["person_id"].as_str().unwrap().to_string()
        };
        let root = merge(&person, &second);
        let third = self.get(&format!("/api/v1/persons?q={PHONE_2}"))["items"][0]["id"].as_str().unwrap().to_string();
        (merge(&root, &third), second, token)
    }

    /// Figures that an erasure leaves alone.
    fn figures(&self) -> Value {
        let overview = self.get("/api/v1/overview");
        let pick = |key: &str| overview[key].clone();
        json!({
            "gross": pick("gross_fen"), "month": pick("month_revenue_fen"), "repurchase": pick("repurchase_rate_bp"),
            "joined": pick("joined_week"), "money": self.get("/api/v1/measure/money"),
            "orders": self.get("/api/v1/orders?state=completed")["total"], "all": self.get("/api/v1/orders")["total"],
            "ledger": self.get("/api/v1/ledger"), "flow": self.get("/api/v1/measure/stage-flow"),
        })
    }

    /// Every value of every column of every table in which a mark stands, sealed ones opened.
    fn marks_in(db: &Db) -> (Vec<String>, usize) {
        let columns: Vec<(String, String)> = match db.engine() {
            Engine::Sqlite => {
                let tables: Vec<String> = db.read_now(|tx| tx.all("select name from sqlite_master where type = 'table' order by name", &[])).unwrap();
                let of = |t: String| -> Vec<(String, String)> {
                    let sql = format!("select name from pragma_table_info('{t}')");
                    let names: Vec<String> = db.read_now(move |tx| tx.all(&sql, &[])).unwrap();
                    names.into_iter().map(|c| (t.clone(), c)).collect()
                };
                tables.into_iter().flat_map(of).collect()
            }
            Engine::Postgres => {
                let sql = "select cast(table_name as text), cast(column_name as text) from information_schema.columns where table_schema = 'public' order by 1, 2";
                db.read_now(move |tx| tx.all(sql, &[])).unwrap()
            }
        };
        let brands: Vec<i64> = db.read_now(|tx| tx.all("select id from brand", &[])).unwrap();
        let mut out = vec![];
        for (table, column) in &columns {
            let sql = format!("select cast(\"{column}\" as text) from \"{table}\" where \"{column}\" is not null");
            let rows: Vec<String> = db.read_now(move |tx| tx.all(&sql, &[])).unwrap();
            for row in rows {
                let text = opened(db, &brands, &row);
                out.extend(MARKS.iter().filter(|m| text.contains(**m)).map(|m| format!("{table}.{column}: {m}")));
            }
        }
        out.sort();
        out.dedup();
        (out, columns.len())
    }

    fn open(&self) -> Db {
        self.place.open()
    }
}

/// A streamed body as it was before it was cut into chunks.
fn unchunked(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((size, more)) = rest.split_once("\r\n") {
        let size = usize::from_str_radix(size.trim(), 16).unwrap_or(0);
        out += &more[..size];
        rest = more[size..].trim_start_matches("\r\n");
    }
    out
}

/// A text with everything in it that is sealed opened, by whatever brand's key.
fn opened(db: &Db, brands: &[i64], text: &str) -> String {
    let mut out = text.to_string();
    for (at, _) in text.match_indices("~1.") {
        let end = text[at + 3..].find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')).map_or(text.len(), |n| at + 3 + n);
        for brand in brands.iter().chain(&[0]) {
            let (sealed, brand) = (text[at..end].to_string(), weir_ground::event::BrandId::new(*brand));
            if let Ok(plain) = db.read_now(move |tx| tx.keys(brand).open(&sealed)) {
                out.push(' ');
                out.push_str(&plain);
            }
        }
    }
    out
}

fn files(dir: &Path, out: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap().flatten() {
        if entry.path().is_dir() { files(&entry.path(), out) } else { out.push(entry.path()) }
    }
}

/// Marks in the bytes of the files of a folder.
fn marks_in_files(dir: &Path) -> (Vec<String>, Vec<String>) {
    let (mut list, mut out, mut read) = (vec![], vec![], vec![]);
    files(dir, &mut list);
    for path in list {
        let (name, bytes) = (path.strip_prefix(dir).unwrap().display().to_string(), std::fs::read(&path).unwrap());
        for m in MARKS {
            if bytes.windows(m.len()).any(|w| w == m.as_bytes()) {
                out.push(format!("{name}: {m}"));
            }
        }
        read.push(name);
    }
    (out, read)
}

fn erased_everywhere(place: Place) {
    let mut w = Walk::new(place);
    let (root, second, token) = w.leave_marks();
    // Somebody beside the person, who stays.
    let (beside, staying) = w.login("13861740555", Some("沈留"));
    let kept = w.order(&beside, 3, false);
    w.pay(&beside, &kept);
    w.ask("POST", &format!("/api/v1/orders/{kept}/fulfil"), &w.admin, None);
    w.ask("POST", "/v1/batch", &w.ingest, Some(json!({ "batch": [
        { "type": "track", "messageId": "k1", "userId": "staying", "event": "Asked", "properties": { "about": "green tea", "n": 3 } } ] })));
    let rule = json!({ "any": [{ "stage": { "any": ["first_order", "repurchase"] } }, { "attr": { "key": "net", "test": { "between": { "min": 1 } } } }] });
    let segment = w.made("/api/v1/segments", &w.admin, json!({ "name": "买过", "rule": rule }))["id"].as_str().unwrap().to_string();
    let not = json!({ "not": { "tag": { "any": ["nobody has it"] } } });
    let everybody = w.made("/api/v1/segments", &w.admin, json!({ "name": "所有人", "rule": not }))["id"].as_str().unwrap().to_string();
    let members = |s: &str| w.get(&format!("/api/v1/segments/{s}/members"))["items"].to_string();
    w.until("both segments", || [&segment, &everybody].iter().all(|s| members(s).contains(&root) && members(s).contains(&staying)));
    let mail = json!({
        "name": "上新", "channel": "email", "subject": "{{name}}，上新了", "body": "您好 {{name}}", "link": "/m/",
        "audience": { "stages": [], "tags": [], "touchpoints": [], "stores": [] }, "holdout_bp": 0,
    });
    let campaign = w.made("/api/v1/campaigns", &w.admin, mail)["id"].as_str().unwrap().to_string();
    w.ask("POST", &format!("/api/v1/campaigns/{campaign}/launch"), &w.admin, None);
    w.until("the mail", || w.get("/api/v1/sandbox/mails")["items"].to_string().contains("林印心"));
    let bad = w.upload("bad.csv", &format!("R1,林印心,{PHONE},,{}\nR2,MARKROW,{PHONE},,{}\n", "长".repeat(40), "长".repeat(40)));
    assert_eq!(bad["rejects"]["items"].as_array().map(Vec::len), Some(2), "{bad}");
    w.until("the catalogue", || w.get("/api/v1/catalogue").to_string().contains("Asked"));

    // Everything that is held can be taken away by the person.
    let auth = format!("Bearer {}", w.admin);
    let (status, text) = call(w.address(), "GET", &format!("/api/v1/persons/{root}/everything"), &[("authorization", &auth)], b"").unwrap();
    let text = unchunked(&text);
    let all: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"));
    assert_eq!(status, 200);
    for mark in MARKS.iter().filter(|m| !matches!(**m, "MARKRAW" | "MARKROW" | "MARKREASON" | "mark-message-1")) {
        assert!(text.contains(mark), "{mark} is not in what is held: {text}");
    }
    assert_eq!((all["orders"].as_array().unwrap().len(), all["person"]["id"].as_str()), (2, Some(root.as_str())));
    assert!(w.get("/api/v1/audit").to_string().contains("person.exported"));

    let before = w.figures();
    let path = format!("/api/v1/persons/{root}/erase");
    assert_eq!(w.post(&path, &w.admin, json!({ "reason": "asked", "confirm": staying })).0, 400);
    assert_eq!(w.post(&path, &w.other, json!({ "reason": "asked", "confirm": root })).0, 404);
    assert_eq!(w.any("GET", &format!("/api/v1/persons/{root}"), &w.admin, None).0, 200, "refusals changed nothing");
    let receipt = w.made(&path, &w.admin, json!({ "reason": "asked by letter, call 13861749901", "confirm": root }));
    assert_eq!(receipt["person_id"], root.as_str());
    assert!(receipt["reason"].as_str().unwrap().contains("138****9901"), "{receipt}");

    // At once: no page, no list, no session, no second time.
    for id in [&root, &second] {
        assert_eq!(w.any("GET", &format!("/api/v1/persons/{id}"), &w.admin, None).0, 410);
        assert_eq!(w.any("GET", &format!("/api/v1/persons/{id}/everything"), &w.admin, None).0, 410);
        assert_eq!(w.post(&format!("/api/v1/persons/{id}/erase"), &w.admin, json!({ "reason": "again", "confirm": id })).0, 410);
    }
    assert_eq!(w.any("POST", &format!("/api/v1/persons/{root}/unmerge"), &w.admin, Some(json!({ "merge_id": "mrg_0000000000001", "dry_run": false }))).0, 410);
    assert_eq!(w.any("GET", &format!("/api/v1/persons/{root}"), &w.other, None).0, 404);
    assert_eq!(w.any("GET", "/mall/v1/me", &token, None).0, 401);
    assert_eq!(w.get(&format!("/api/v1/persons?q={PHONE}"))["total"], 0);
    assert!(!w.get("/api/v1/persons?limit=100").to_string().contains(&root));
    let done = || w.get("/api/v1/erasures")["items"][0].clone();
    w.until("the receipt", || !done()["finished_at"].is_null());
    let receipt = done();
    for kind in ["events", "identities", "tags", "consents", "attributes", "quarantine", "import_rows", "sessions", "mails", "orders_emptied", "answers", "merges"] {
        assert!(receipt["counts"][kind].as_i64() > Some(0), "{kind}: {receipt}");
    }
    for s in [&segment, &everybody] {
        let now = members(s);
        assert!(!now.contains(&root) && now.contains(&staying), "{now}");
    }
    let after = w.figures();
    for (key, value) in before.as_object().unwrap() {
        assert_eq!(&after[key], value, "{key}");
    }
    comes_back_only_by_herself(&mut w, &root);
}

/// Files, other systems and staff are refused; signing in makes a new person.
fn comes_back_only_by_herself(w: &mut Walk, root: &str) {
    let again = w.upload("again.csv", &format!("R9,林印心,{PHONE},{MAIL},MARKTAG\n"));
    assert_eq!((&again["import"]["rows_ok"], &again["import"]["rows_bad"]), (&json!(0), &json!(1)), "{again}");
    let row = &again["rejects"]["items"][0];
    assert!(row["reason"].as_str().unwrap().contains("erased at their own wish") && row["raw"] == "", "{row}");
    let (status, said) = w.post("/api/v1/persons", &w.admin, json!({ "phone": PHONE, "name": "林印心" }));
    assert!(status == 409 && said["detail"].as_str().unwrap().contains("Only they themselves"), "{said}");
    w.ask("PUT", "/api/v1/sync/systems/crm", &w.admin, Some(json!({ "fields": [{ "field": "phone", "from": "tel", "policy": "theirs" }] })));
    let items = json!({ "system": "crm", "items": [{ "external_id": "c-1", "fields": { "tel": PHONE } }] });
    let synced = w.ask("PUT", "/api/v1/sync/persons", &w.admin, Some(items)).to_string();
    assert!(synced.contains("refused") && synced.contains("Only they themselves"), "{synced}");
    w.ask("POST", "/v1/batch", &w.ingest, Some(json!({ "batch": [
        { "type": "track", "messageId": "mark-message-9", "userId": "mark-user-77", "event": "Asked", "properties": { "about": "MARKPROP" } } ] })));

    w.server.take().unwrap().stop();
    let db = w.open();
    let (marks, columns) = Walk::marks_in(&db);
    assert_eq!(marks, Vec::<String>::new());
    assert!(columns > 300, "{columns}");
    let (suppressed, persons): (i64, i64) = db
        .read_now(|tx| tx.one("select (select count(*) from suppressed), (select count(*) from person where phone is not null and erased_at is not null)", params![]))
        .unwrap();
    assert!(suppressed >= 3 && persons == 0, "{suppressed} {persons}");
    db.close();
    let (marks, read) = marks_in_files(&w.place.dir.0);
    assert_eq!(marks, Vec::<String>::new());
    assert!(read.iter().any(|f| f.ends_with("words.json")), "{read:?}");
    assert!(w.place.weir(&["lake", "rebuild"]).status().unwrap().success());
    let (marks, _) = marks_in_files(&w.place.dir.0);
    assert_eq!(marks, Vec::<String>::new(), "after a rebuild");

    w.server = Some(Server::start(&w.place));
    let (_, new) = w.login(PHONE, None);
    assert_ne!(new, root);
    assert_eq!(w.any("GET", &format!("/api/v1/persons/{root}"), &w.admin, None).0, 410);
    assert_eq!(w.get(&format!("/api/v1/persons?q={PHONE}"))["items"][0]["id"], new.as_str());
    let said = w.upload("back.csv", &format!("R10,林,{PHONE},,\n"));
    assert_eq!(said["import"]["rows_ok"], 1, "who came back is somebody like others: {said}");
    let says = |yes: bool, name: &str, id: &str| json!({ "batch": [{
        "type": "identify", "messageId": id, "userId": "mark-user-77", "traits": { "name": name },
        "context": { "consent": { "categoryPreferences": { "Marketing": yes } } } }] });
    w.ask("POST", "/v1/batch", &w.ingest, Some(says(false, "不愿意", "back-1")));
    w.ask("POST", "/v1/batch", &w.ingest, Some(says(true, "又回来", "back-2")));
    let named = |name: &str| w.get(&format!("/api/v1/persons?q={name}"))["total"].clone();
    assert_eq!((named("%E4%B8%8D%E6%84%BF%E6%84%8F"), named("%E5%8F%88%E5%9B%9E%E6%9D%A5")), (json!(0), json!(1)), "an event with consent brings her back, another does not");
    w.server.take().unwrap().stop();
}

#[test]
fn nothing_of_an_erased_person_is_left_in_sqlite() {
    erased_everywhere(Place::sqlite());
}

#[test]
fn nothing_of_an_erased_person_is_left_in_postgres() {
    if let Some(place) = Place::postgres() {
        erased_everywhere(place);
    }
}
