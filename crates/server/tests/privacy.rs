//! Phones, e-mails and addresses go in by every door; afterwards they stand in no file, in no column
//! and in no line of the log, and yet the person is found by them.
mod common;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::{Place, Server, ask, call, exchange, shop};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use weir_ground::testing::Scratch;
use weir_keep::staff::{self, NewStaff};
use weir_keep::{Role, key};

/// One phone for each door, so that a leak says where it is.
const PHONES: &[(&str, &str)] = &[
    ("file", "13861740011"), ("file, rejected", "13861740012"), ("upload", "13861740013"), ("upload, rejected", "13861740014"),
    ("upload, waiting", "13861740015"), ("upload, no header", "13861740016"), ("upload, name", "13861740017"),
    ("login", "13861740021"), ("address", "13861740022"), ("note", "13861740023"), ("console", "13861740031"), ("list", "13861740032"),
    ("list, unknown", "13861740033"), ("search", "13861740034"), ("identify", "13861740041"), ("number in an event", "13861740042"),
    ("text in an event", "13861740043"), ("address of a page", "13861740044"), ("user id", "13861740045"), ("sensors", "13861740051"),
    ("sensors profile", "13861740052"), ("refused event", "13861740061"), ("broken event", "13861740062"), ("broken body", "13861740063"),
    ("not a code", "13861740064"),
];
/// The part before the @; it occurs nowhere else.
const MAILS: &[(&str, &str)] = &[
    ("file", "zhou.qingchuan"), ("upload", "gu.yanzhou"), ("login", "lu.anran"), ("console", "shen.mobai"), ("identify", "he.xuning"),
    ("sensors", "bai.zhiyao"), ("refused event", "tang.jingyi"), ("search", "fang.muqing"),
];
const STREET: &str = "听雨巷七弄";

fn phone(door: &str) -> &'static str {
    PHONES.iter().find(|p| p.0 == door).unwrap().1
}

fn mail(door: &str) -> String {
    format!("{}@post.example", MAILS.iter().find(|m| m.0 == door).unwrap().1)
}

/// What must not be found, with what it is.
fn needles() -> Vec<(String, Vec<u8>)> {
    let mut all = vec![("street".to_string(), STREET.as_bytes().to_vec())];
    for (door, p) in PHONES {
        let n: i64 = p.parse().unwrap();
        let parts = [&p[..3], &p[3..7], &p[7..]];
        let mut add = |how: &str, bytes: Vec<u8>| all.push((format!("phone ({door}) {how}"), bytes));
        add("as digits", p.as_bytes().to_vec());
        add("with spaces", parts.join(" ").into_bytes());
        add("with dashes", parts.join("-").into_bytes());
        add("as a number", n.to_le_bytes().to_vec());
        add("as a number of SQLite", n.to_be_bytes()[2..].to_vec());
        add("as a float", (n as f64).to_le_bytes().to_vec());
        add("as a float of SQLite", (n as f64).to_be_bytes().to_vec());
    }
    for (door, m) in MAILS {
        all.push((format!("e-mail ({door})"), m.as_bytes().to_vec()));
    }
    all
}

/// What of it stands in these bytes.
fn found(bytes: &[u8], needles: &[(String, Vec<u8>)]) -> Vec<String> {
    let mut starts: Vec<Vec<usize>> = vec![vec![]; 1 << 16];
    for (i, (_, n)) in needles.iter().enumerate() {
        starts[usize::from(n[0]) << 8 | usize::from(n[1])].push(i);
    }
    let mut out = vec![];
    for at in 1..bytes.len() {
        for i in &starts[usize::from(bytes[at - 1]) << 8 | usize::from(bytes[at])] {
            if bytes[at - 1..].starts_with(&needles[*i].1) && !out.contains(&needles[*i].0) {
                out.push(needles[*i].0.clone());
            }
        }
    }
    out
}

fn files(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap().flatten() {
        if entry.path().is_dir() {
            files(&entry.path(), out);
        } else {
            out.push(entry.path());
        }
    }
}

/// Reads every byte of the folder; answers what leaked, and which files were read.
fn scan(dir: &Path) -> (Vec<String>, BTreeMap<String, Vec<u8>>) {
    let (mut list, mut leaks, mut read) = (vec![], vec![], BTreeMap::new());
    files(dir, &mut list);
    let needles = needles();
    for path in list {
        let name = path.strip_prefix(dir).unwrap().display().to_string();
        let bytes = std::fs::read(&path).unwrap();
        leaks.extend(found(&bytes, &needles).into_iter().map(|n| format!("{name}: {n}")));
        leaks.extend(found(name.as_bytes(), &needles).into_iter().map(|n| format!("name of a file: {n}")));
        read.insert(name, bytes);
    }
    (leaks, read)
}

struct Walk {
    place: Place,
    /// Outside of the data folder: the merchant's own files, and the logs.
    outside: Scratch,
    server: Option<Server>,
    store: String,
    sku: String,
    admin: String,
    ingest: String,
    guide: String,
}

impl Walk {
    fn new(place: Place) -> Walk {
        let db = place.open();
        let s = shop(&db, "tea", 100, 0);
        let (brand, store) = (s.brand, s.store);
        let (ingest, sku) = db
            .write_now(move |tx| {
                let new = NewStaff {
                    name: "Lan".into(),
                    email: "lan@tea.example".into(),
                    role: Role::Guide,
                    hash: staff::hash("a long password")?,
                    stores: vec![store],
                };
                staff::create(tx, brand, "system", &new)?;
                Ok((key::create(tx, brand, "system", "site", "ingest")?.secret, s.sku.to_string()))
            })
            .unwrap();
        db.close();
        let (store, admin) = (s.store.to_string(), s.admin);
        Walk { place, outside: Scratch::new(), server: None, store, sku, admin, ingest, guide: String::new() }
    }

    fn log(&self) -> File {
        OpenOptions::new().create(true).append(true).open(self.outside.0.join("weir.log")).unwrap()
    }

    /// The program once, its words kept with the log.
    fn run(&self, args: &[&str]) {
        let done = self.place.weir(args).env("WEIR_LOG", "debug").stdout(self.log()).stderr(self.log()).status().unwrap();
        assert!(done.success(), "{args:?}: {}", std::fs::read_to_string(self.outside.0.join("weir.log")).unwrap());
    }

    fn address(&self) -> &str {
        &self.server.as_ref().unwrap().address
    }

    fn ask(&self, method: &str, path: &str, token: &str, body: Option<Value>) -> Value {
        let (status, answer) = ask(self.address(), method, path, token, body);
        assert!((200..300).contains(&status), "{method} {path} answered {status}: {answer}");
        answer
    }

    /// As somebody who may send it twice: the answer is kept.
    fn once(&self, path: &str, token: &str, body: Value) -> Value {
        let auth = format!("Bearer {token}");
        let headers = [("content-type", "application/json"), ("authorization", auth.as_str()), ("idempotency-key", path)];
        let (status, text) = call(self.address(), "POST", path, &headers, body.to_string().as_bytes()).unwrap();
        assert_eq!(status, 200, "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    fn until(&self, what: &str, mut done: impl FnMut() -> bool) {
        let start = Instant::now();
        while !done() {
            assert!(start.elapsed() < Duration::from_secs(60), "waited for {what}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn as_guide(&self, method: &str, path: &str) -> (u16, String) {
        call(self.address(), method, path, &[("cookie", &self.guide), ("content-type", "application/json")], b"").unwrap()
    }

    fn files_of_persons(&mut self) {
        let head = "客户编号,姓名,手机号,邮箱,所属门店,标签\n";
        let long = "长".repeat(40);
        let file = self.outside.0.join("old.csv");
        let rows = format!("A1,周晴川,{},{},S1,\nA2,坏行,{},,S1,{long}\n", phone("file"), mail("file"), phone("file, rejected"));
        std::fs::write(&file, format!("{head}{rows}")).unwrap();
        self.run(&["import", "persons", file.to_str().unwrap()]);
        // What is rejected is told to the merchant, in a file of theirs.
        assert!(std::fs::read_to_string(file.with_extension("rejects.csv")).unwrap().contains(phone("file, rejected")));

        self.server = Some(Server::start_logging(&self.place, self.log()));
        let body = format!("{head}B1,顾砚舟,+86 {},{},S1,\nB2,坏行,{},,S1,{long}\n", phone("upload"), mail("upload"), phone("upload, rejected"));
        let auth = format!("Bearer {}", self.admin);
        let headers = [("authorization", auth.as_str()), ("content-type", "application/octet-stream")];
        let (status, text) = call(self.address(), "POST", "/api/v1/imports?kind=persons&name=more.csv", &headers, body.as_bytes()).unwrap();
        assert_eq!(status, 200, "{text}");
        // One that nobody starts lies there, with somebody in the place of its header.
        let waiting = format!("{},沈墨\n{},苏叶\n", phone("upload, no header"), phone("upload, waiting"));
        let named = format!("/api/v1/imports?kind=persons&name={}.csv", phone("upload, name"));
        let (status, shown) = call(self.address(), "POST", &named, &headers, waiting.as_bytes()).unwrap();
        assert!(status == 200 && shown.contains(phone("upload, no header")), "{shown}");
        let id = serde_json::from_str::<Value>(&text).unwrap()["id"].as_str().unwrap().to_string();
        self.ask("POST", &format!("/api/v1/imports/{id}/start"), &self.admin, Some(json!({})));
        let look = || self.ask("GET", &format!("/api/v1/imports/{id}"), &self.admin, None);
        self.until("the import", || look()["state"] == "done");
        assert_eq!((&look()["rows_ok"], &look()["rows_bad"]), (&json!(1), &json!(1)), "{}", look());
        let rejects = self.ask("GET", &format!("/api/v1/imports/{id}/rejects"), &self.admin, None);
        assert!(rejects["items"][0]["raw"].as_str().unwrap().contains(phone("upload, rejected")), "{rejects}");
    }

    fn sign_in(&mut self) {
        let body = json!({ "email": "lan@tea.example", "password": "a long password" }).to_string();
        let headers = [("content-type", "application/json")];
        let (status, head, _) = exchange(self.address(), "POST", "/api/v1/session", &headers, body.as_bytes()).unwrap();
        let cookie = head.lines().find_map(|l| l.strip_prefix("set-cookie: ")).unwrap().split(';').next().unwrap().to_string();
        assert_eq!(status, 200);
        self.guide = cookie;
    }

    fn login(&self, address: &str, name: &str) -> String {
        let sent = self.ask("POST", "/mall/v1/login/code", "", Some(json!({ "address": address })));
        let body = json!({ "address": address, "code": sent["sandbox_code"], "marketing_consent": true, "name": name });
        self.ask("POST", "/mall/v1/login", "", Some(body))["token"].as_str().unwrap().to_string()
    }

    /// An order with address and note, paid and, in part, sent back; its id.
    fn order(&self) -> String {
        let token = self.login(&format!("+86{}", phone("login")), "陆安然");
        let place = json!({
            "items": [{ "sku_id": self.sku, "quantity": 2 }], "store_id": self.store, "delivery": "delivery",
            "address": { "name": "陆安然", "phone": phone("address"), "region": "鹭浦市", "detail": format!("{STREET} 8 号") },
            "note": format!("到了打 {}", phone("note")),
        });
        let order = self.once("/mall/v1/orders", &token, place);
        let id = order["id"].as_str().unwrap().to_string();
        assert_eq!(order["address"]["phone"], phone("address"), "the customer sees the own address");
        let paying = self.once(&format!("/mall/v1/orders/{id}/pay"), &token, json!({ "provider": "test" }));
        let attempt = paying["pay"]["attempt_id"].as_str().unwrap();
        self.ask("POST", &format!("/mall/v1/pay/test/{attempt}"), &token, Some(json!({ "outcome": "success" })));

        // Whoever ships it sees where it goes, once they ask.
        let (status, page) = self.as_guide("GET", &format!("/api/v1/orders/{id}"));
        assert!(status == 200 && found(page.as_bytes(), &needles()).is_empty() && page.contains("138****0022"), "{status} {page}");
        let (status, whole) = self.as_guide("POST", &format!("/api/v1/orders/{id}/reveal"));
        assert!(status == 200 && whole.contains(phone("address")) && whole.contains(STREET) && whole.contains(phone("note")), "{whole}");

        let back = self.once(&format!("/api/v1/orders/{id}/refunds"), &self.admin, json!({ "reason": "破损", "lines": [{ "n": 1, "quantity": 1 }] }));
        assert_eq!(back["refunds"].as_array().map(Vec::len), Some(1), "{back}");
        id
    }

    fn mail_out(&self) {
        self.login(&mail("login"), "陆安然");
        let body = json!({
            "name": "上新", "channel": "email", "subject": "{{name}}，上新了", "body": "您好 {{name}}", "link": "/m/",
            "audience": { "stages": [], "tags": [], "touchpoints": [], "stores": [] }, "holdout_bp": 0,
        });
        let made = self.once("/api/v1/campaigns", &self.admin, body);
        let launch = format!("/api/v1/campaigns/{}/launch", made["id"].as_str().unwrap());
        self.ask("POST", &launch, &self.admin, None);
        let mails = || self.ask("GET", "/api/v1/sandbox/mails", &self.admin, None);
        let out = |all: &Value| all["items"].as_array().unwrap().iter().any(|m| m["subject"] == "陆安然，上新了");
        self.until("the campaign's mail", || out(&mails()));
        assert!(found(mails().to_string().as_bytes(), &needles()).is_empty(), "{}", mails());
    }

    fn console(&self) {
        let made = self.once("/api/v1/persons", &self.admin, json!({ "name": "沈墨白", "phone": phone("console") }));
        let path = format!("/api/v1/persons/{}", made["id"].as_str().unwrap());
        self.ask("PATCH", &path, &self.admin, Some(json!({ "email": mail("console") })));
        self.ask("POST", &format!("{path}/reveal"), &self.admin, None);
        self.once("/api/v1/persons", &self.second_key(), json!({ "phone": phone("list") }));
        let list = json!({ "name": "名单", "keys": [phone("list"), phone("list, unknown")] });
        let made = self.once("/api/v1/segments/static", &self.admin, list);
        assert_eq!((&made["found"], &made["missing"]), (&json!(1), &json!([phone("list, unknown")])), "{made}");
        self.ask("POST", "/api/v1/segments", &self.admin, Some(json!({ "name": "有手机", "rule": { "identity": { "kind": "phone" } } })));
        for q in [phone("search").to_string(), mail("search").replace('@', "%40")] {
            self.ask("GET", &format!("/api/v1/persons?q={q}"), &self.admin, None);
            self.ask("GET", &format!("/api/v1/orders?q={q}"), &self.admin, None);
        }
    }

    /// A second key: what was sent once is remembered for each key by itself.
    fn second_key(&self) -> String {
        let made = self.ask("POST", "/api/v1/keys", &self.admin, Some(json!({ "name": "crm", "scope": "admin" })));
        made["secret"].as_str().unwrap().to_string()
    }

    fn events(&self) {
        let who = json!({ "type": "identify", "messageId": "m1", "userId": "u-1", "traits": {
            "name": "何叙宁", "phone": phone("identify"), "email": mail("identify"), "address": { "street": STREET, "city": "鹭浦" } } });
        let batch = json!({ "batch": [
            who,
            { "type": "track", "messageId": "m2", "userId": "u-1", "event": "Asked", "properties": {
                "n": phone("number in an event").parse::<i64>().unwrap(), "note": format!("请回电 {}。", phone("text in an event")) } },
            { "type": "page", "messageId": "m3", "userId": "u-1", "name": "Form", "properties": { "url": format!("https://tea.example/?tel={}", phone("address of a page")) } },
            { "type": "track", "messageId": "m4", "userId": phone("user id"), "event": "Opened" },
            { "type": "track", "messageId": "m5", "userId": "u-1", "event": "order.paid", "properties": { "phone": phone("refused event"), "email": mail("refused event") } },
            { "type": "track", "messageId": "m6", "userId": "u-1", "event": phone("broken event"), "timestamp": phone("broken event"), "properties": "no object" },
        ] });
        self.ask("POST", "/v1/batch", &self.ingest, Some(batch));
        let auth = format!("Bearer {}", self.ingest);
        let headers = [("content-type", "application/json"), ("authorization", auth.as_str())];
        let broken = format!("{{\"type\":\"track\",\"phone\":\"{}\",", phone("broken body"));
        assert_eq!(call(self.address(), "POST", "/v1/track", &headers, broken.as_bytes()).unwrap().0, 400);
        let now = self.ask("GET", "/api/v1/persons?limit=1", &self.admin, None)["items"][0]["created_at"].as_i64().unwrap();
        let records = json!([
            { "type": "track", "time": now, "distinct_id": "s-1", "_track_id": 1, "event": "Asked", "identities": {
                "$identity_login_id": "s-1", "$identity_mobile": phone("sensors"), "$identity_email": mail("sensors") },
              "properties": { "mobile": phone("sensors"), "$is_login_id": true }, "lib": { "$lib": "Node" } },
            { "type": "profile_set", "time": now, "distinct_id": "s-1", "_track_id": 2, "properties": {
                "$name": "白芷瑶", "phone": phone("sensors profile"), "$is_login_id": true }, "lib": { "$lib": "Node" } },
        ]);
        let packed = STANDARD.encode(records.to_string()).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        // The merchant's own server: what it says binds a phone to the person.
        let auth = format!("Bearer {}", self.admin);
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("authorization", auth.as_str())];
        assert_eq!(call(self.address(), "POST", "/sa", &headers, format!("data_list={packed}").as_bytes()).unwrap().0, 200);

        let kept = self.ask("GET", "/api/v1/quarantine", &self.admin, None);
        assert!(kept["total"].as_i64() >= Some(2), "{kept}");
        let (status, text) = call(self.address(), "POST", "/mall/v1/login", &[("content-type", "application/json")],
            json!({ "address": phone("not a code"), "code": "000000" }).to_string().as_bytes()).unwrap();
        assert_eq!(status, 401, "{text}");
    }

    /// Everybody is found by the whole number or address, and shown masked, to a guide as well.
    fn found_and_masked(&self, order: &str) {
        let known = [
            ("file", "138****0011", "周晴川"), ("upload", "138****0013", "顾砚舟"),
        ];
        for (door, masked, name) in known {
            for q in [phone(door).to_string(), format!("%2B86{}", phone(door)), mail(door).replace('@', "%40")] {
                let (status, text) = self.as_guide("GET", &format!("/api/v1/persons?q={q}"));
                let list: Value = serde_json::from_str(&text).unwrap();
                let one = &list["items"][0];
                assert_eq!((status, list["items"].as_array().unwrap().len(), &one["name"], &one["phone"]), (200, 1, &json!(name), &json!(masked)), "{q}");
                let page = format!("/api/v1/persons/{}", one["id"].as_str().unwrap());
                for path in [page.clone(), format!("{page}/timeline")] {
                    let (status, text) = self.as_guide("GET", &path);
                    assert!(status == 200 && found(text.as_bytes(), &needles()).is_empty(), "{path}: {text}");
                }
                assert_eq!(self.as_guide("POST", &format!("{page}/reveal")).0, 403);
            }
        }
        // The others belong to no store; those who see all of the brand find them.
        for q in ["login", "console", "list", "identify", "sensors"].map(phone) {
            let list = self.ask("GET", &format!("/api/v1/persons?q={q}"), &self.admin, None);
            assert_eq!(list["items"].as_array().map(Vec::len), Some(1), "{q}: {list}");
            let person = format!("/api/v1/persons/{}", list["items"][0]["id"].as_str().unwrap());
            for path in [person.clone(), format!("{person}/timeline"), format!("/api/v1/orders?q={q}")] {
                let answer = self.ask("GET", &path, &self.admin, None).to_string();
                assert_eq!(found(answer.as_bytes(), &needles()), Vec::<String>::new(), "{path}: {answer}");
            }
        }
        let all = self.ask("GET", "/api/v1/persons?limit=100", &self.admin, None);
        assert!(all["items"].as_array().map_or(0, Vec::len) >= 8 && found(all.to_string().as_bytes(), &needles()).is_empty(), "{all}");
        let (status, list) = self.as_guide("GET", &format!("/api/v1/orders?q={}", phone("login")));
        assert!(status == 200 && list.contains(order) && found(list.as_bytes(), &needles()).is_empty(), "{list}");
        let audit = self.ask("GET", "/api/v1/audit", &self.admin, None).to_string();
        assert!(audit.contains("order.revealed") && audit.contains("person.revealed") && found(audit.as_bytes(), &needles()).is_empty(), "{audit}");
    }

    /// All of it, and the server stopped in good order.
    fn all(&mut self) {
        self.files_of_persons();
        self.sign_in();
        let order = self.order();
        self.mail_out();
        self.console();
        self.events();
        self.found_and_masked(&order);
        let catalogue = || self.ask("GET", "/api/v1/catalogue", &self.admin, None).to_string();
        self.until("the catalogue of events", || ["Asked", "Opened"].iter().all(|n| catalogue().contains(n)));
        // While it runs, the journal is a file like any other.
        assert_eq!(scan(&self.place.dir.0).0, Vec::<String>::new());
        self.server.take().unwrap().stop();
        self.run(&["lake", "rebuild"]);
        self.run(&["status"]);
        let (leaks, read) = scan(&self.place.dir.0);
        assert_eq!(leaks, Vec::<String>::new());
        assert!(read.keys().any(|name| name.starts_with("lake/")), "{:?}", read.keys());
        let log = std::fs::read(self.outside.0.join("weir.log")).unwrap();
        assert_eq!(found(&log, &needles()), Vec::<String>::new(), "{}", String::from_utf8_lossy(&log));
        assert!(!log.is_empty());
    }
}

#[test]
fn nothing_private_is_in_any_file_nor_in_the_log() {
    let mut walk = Walk::new(Place::sqlite());
    walk.all();
    // The search would have seen it: names are not sealed.
    let (_, read) = scan(&walk.place.dir.0);
    let name = [("name".to_string(), "周晴川".as_bytes().to_vec())];
    assert_eq!(found(&read["weir.db"], &name), ["name"]);
}

#[test]
fn nothing_private_is_in_any_column_of_postgres() {
    let Some(place) = Place::postgres() else { return };
    let mut walk = Walk::new(place);
    walk.all();
    let db = walk.place.open();
    let columns: Vec<(String, String)> = db
        .read_now(|tx| {
            tx.all(
                "select cast(table_name as text), cast(column_name as text) from information_schema.columns where table_schema = 'public' order by 1, 2",
                &[],
            )
        })
        .unwrap();
    let (needles, mut leaks, mut names) = (needles(), vec![], 0);
    for (table, column) in &columns {
        let sql = format!("select cast(\"{column}\" as text) from \"{table}\" where \"{column}\" is not null");
        let rows: Vec<String> = db.read_now(move |tx| tx.all(&sql, &[])).unwrap();
        let text = rows.join("\n");
        names += text.matches("周晴川").count();
        leaks.extend(found(text.as_bytes(), &needles).into_iter().map(|n| format!("{table}.{column}: {n}")));
    }
    db.close();
    assert_eq!(leaks, Vec::<String>::new());
    assert!(columns.len() > 300 && names > 0, "{} columns, {names} names", columns.len());
}
