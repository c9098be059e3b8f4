//! A real server in a process of its own, a small HTTP client, and a merchant to try things on.
#![allow(dead_code)]
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use weir_ground::base::{Fen, Result};
use weir_ground::db::Open;
use weir_ground::event::{BrandId, StoreId};
use weir_ground::testing::{DropDatabase, Scratch, own_postgres};
use weir_ground::{Db, params};
use weir_keep::{Settings, brand, key, store};
use weir_sell::product::{AddProduct, PutSku, add};
use weir_sell::stock::{SkuId, adjust};

/// Where the data of a test lies: a folder, or a database of its own on the test server.
pub struct Place {
    pub dir: Scratch,
    pub url: Option<String>,
    _drop: Option<DropDatabase>,
}

impl Place {
    pub fn sqlite() -> Place {
        Place { dir: Scratch::new(), url: None, _drop: None }
    }
    /// `None` where no PostgreSQL is given.
    pub fn postgres() -> Option<Place> {
        let server = std::env::var("WEIR_TEST_POSTGRES").ok().filter(|u| !u.is_empty())?;
        let (url, guard) = own_postgres(&server);
        Some(Place { dir: Scratch::new(), url: Some(url), _drop: Some(guard) })
    }
    pub fn open(&self) -> Db {
        Db::open(&Open { dir: Some(self.dir.0.clone()), url: self.url.clone(), ..Open::default() }).unwrap()
    }
    /// The program on this place.
    pub fn weir(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_weir"));
        command.args(args).arg("--data").arg(&self.dir.0).env("WEIR_LOG", "error").env_remove("DATABASE_URL");
        if let Some(url) = &self.url {
            command.env("DATABASE_URL", url);
        }
        command
    }
}

pub struct Server {
    pub child: Child,
    pub address: String,
}

impl Server {
    pub fn start(place: &Place) -> Server {
        Server::of(place.weir(&["serve", "--port", "0"]))
    }
    /// As `start`; the log goes to a file and tells all it can.
    pub fn start_logging(place: &Place, log: std::fs::File) -> Server {
        let mut command = place.weir(&["serve", "--port", "0"]);
        command.env("WEIR_LOG", "debug").stderr(log);
        Server::of(command)
    }
    fn of(mut command: Command) -> Server {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening http://").expect("the first line says where").to_string();
        Server { child, address }
    }
    /// `kill -9`
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
    /// Asks it to stop and waits until it has.
    pub fn stop(mut self) -> std::process::ExitStatus {
        let done = Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status().unwrap();
        assert!(done.success());
        self.child.wait().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One request on a connection of its own.
pub fn call(address: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> std::io::Result<(u16, String)> {
    exchange(address, method, path, headers, body).map(|(status, _, body)| (status, body))
}

/// As `call`, with the head of the answer.
pub fn exchange(address: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> std::io::Result<(u16, String, String)> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: weir\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    stream.write_all(format!("{head}\r\n").as_bytes())?;
    // A refusal may come, and the connection close, before the whole body was read.
    let _ = stream.write_all(body);
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let text = String::from_utf8_lossy(&answer).into_owned();
    let status = text.get(9..12).and_then(|s| s.parse().ok()).ok_or(std::io::ErrorKind::UnexpectedEof)?;
    let (head, body) = text.split_once("\r\n\r\n").ok_or(std::io::ErrorKind::UnexpectedEof)?;
    let length = head.lines().find_map(|l| l.to_lowercase().strip_prefix("content-length: ").map(str::to_string));
    if length.is_some_and(|l| l.parse::<usize>().is_ok_and(|l| l != body.len())) {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    Ok((status, head.to_string(), body.to_string()))
}

/// A JSON request with a bearer token.
pub fn ask(address: &str, method: &str, path: &str, token: &str, body: Option<Value>) -> (u16, Value) {
    let auth = format!("Bearer {token}");
    let mut headers = vec![("content-type", "application/json")];
    if !token.is_empty() {
        headers.push(("authorization", &auth));
    }
    let body = body.map(|b| b.to_string()).unwrap_or_default();
    let (status, text) = call(address, method, path, &headers, body.as_bytes()).unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

/// A merchant with one store and one SKU at ¥10.00.
#[derive(Clone)]
pub struct Shop {
    pub brand: BrandId,
    pub store: StoreId,
    pub sku: SkuId,
    pub admin: String,
    pub buyers: Vec<String>,
}

pub fn shop(db: &Db, code: &'static str, units: i64, buyers: usize) -> Shop {
    let made = db.write_now(move |tx| -> Result<Shop> {
        let new = brand::NewBrand {
            code: code.into(),
            name: code.into(),
            timezone: "Asia/Shanghai".into(),
            currency: "CNY".into(),
            sandbox: true,
            settings: Settings::default(),
        };
        let brand = brand::create(tx, &new)?;
        let store = store::create(tx, brand, "system", "S1", "One", "store", None)?;
        let new = AddProduct {
            code: "P1".into(),
            name: "Tea".into(),
            name_en: None,
            category: "drinks".into(),
            image: None,
            description: None,
            status: "on_sale".into(),
            skus: vec![PutSku { id: None, code: "U1".into(), name: String::new(), price_fen: Fen(1000) }],
        };
        let product = add(tx, brand, "system", &new)?;
        let sku = tx.one("select id from sku where product_id = $1", params![product])?;
        adjust(tx, brand, (sku, store), units, "delivery", "system")?;
        let admin = key::create(tx, brand, "system", "test", "admin")?.secret;
        let mut tokens = vec![];
        for i in 0..buyers {
            let phone = format!("100000{i:05}");
            let person = weir_know::identity::resolve(tx, brand, &[("phone", &phone)], "test")?;
            tokens.push(weir_sell::buyer::open_session(tx, brand, person)?);
        }
        Ok(Shop { brand, store, sku, admin, buyers: tokens })
    });
    made.unwrap()
}

/// Resident memory of a process in megabytes; 0 where the system does not tell.
pub fn resident_mb(pid: u32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    // Not the pages of the program's own file: an unoptimised build's are several times the released one's,
    // and the system drops them when it likes.
    let line = text.lines().find_map(|l| l.strip_prefix("RssAnon:")).unwrap_or("0");
    line.split_whitespace().next().and_then(|n| n.parse::<u64>().ok()).unwrap_or(0) / 1024
}

