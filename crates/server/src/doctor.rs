//! `weir doctor`: what is wrong with the configuration or the data, and what to do about it.
use crate::{Listen, Store, status};
use weir_ground::base::{Problem, Result};
use weir_ground::db::Engine;

struct Findings(usize);

impl Findings {
    fn good(&self, what: &str) {
        println!("  ok    {what}");
    }
    fn bad(&mut self, what: &str, todo: &str) {
        self.0 += 1;
        println!("  BAD   {what}\n        → {todo}");
    }
}

fn folder(f: &mut Findings, store: &Store) {
    let shown = store.data.display();
    let probe = store.data.join(".doctor");
    match std::fs::create_dir_all(&store.data).and_then(|()| std::fs::write(&probe, b"x")) {
        Ok(()) => {
            let _ = std::fs::remove_file(&probe);
            f.good(&format!("the data folder {shown} can be written"));
        }
        Err(e) => f.bad(
            &format!("the data folder {shown} cannot be written: {e}"),
            "choose another folder with --data or WEIR_DATA, or give this user the right to write there",
        ),
    }
}

fn data(f: &mut Findings, store: &Store) {
    let db = match store.open() {
        Ok(db) => db,
        Err(p) => {
            let todo = match &store.database_url {
                Some(_) => "check DATABASE_URL: postgres://user:password@host:5432/database, and that the server runs and lets this user in",
                None => "if the file was damaged, restore it from a backup; never delete the -wal file beside it",
            };
            return f.bad(&format!("the database does not open: {}", p.detail), todo);
        }
    };
    f.good(&format!("the database opens ({}), schema {}", db.engine().name(), weir_ground::db::migrate::version()));
    match (&db.shared().keys().origin, db.engine()) {
        (weir_ground::seal::Origin::Given, _) => f.good("customers' data is sealed with WEIR_KEY"),
        (weir_ground::seal::Origin::File(path), Engine::Sqlite) => {
            f.good(&format!("customers' data is sealed with the key in {}; keep a copy apart from the backups", path.display()))
        }
        (weir_ground::seal::Origin::File(path), Engine::Postgres) => {
            f.good("customers' data is sealed");
            println!("  note  the key lies in {}; before a second node starts, give both the same WEIR_KEY", path.display());
        }
    }
    match db.read_now(status::count) {
        Err(p) => f.bad(&format!("the data cannot be read: {}", p.detail), "restore a backup, or report this"),
        Ok(s) => {
            if s["brands"] == 0 {
                f.bad("there is no brand yet", "run `weir demo`, or `weir user add --email … --name …` to make one");
            }
            match s["ledger"]["broken"].as_array().map(Vec::as_slice) {
                Some([]) => f.good("the books balance"),
                broken => f.bad(&format!("the books do not balance: {broken:?}"), "stop payouts and report this with a copy of the data"),
            }
            for (key, what, todo) in [
                ("parked", "events could not be applied", "see the log for the cause; they are kept and can be replayed"),
                ("failing_timers", "timers keep failing", "see the log for the cause; they are tried again"),
            ] {
                let n = s[key].as_i64().unwrap_or(0);
                if n > 0 {
                    f.bad(&format!("{n} {what}"), todo);
                }
            }
        }
    }
    db.close();
}

fn world(f: &mut Findings, listen: &Listen) {
    let address = format!("{}:{}", listen.listen, listen.port);
    match std::net::TcpListener::bind(&address) {
        Ok(_) => f.good(&format!("port {} is free", listen.port)),
        Err(e) => f.bad(&format!("cannot listen on {address}: {e}"), "stop what uses the port, or choose another with --port"),
    }
    match listen.public_url.as_deref() {
        Some(u) if !(u.starts_with("https://") || u.starts_with("http://")) => {
            f.bad(&format!("the public address {u} is not a URL"), "set WEIR_PUBLIC_URL to https://your.domain")
        }
        Some(u) => f.good(&format!("links and QR codes lead to {u}")),
        None => println!("  note  links and QR codes lead to this machine; set WEIR_PUBLIC_URL before you print any"),
    }
    match listen.smtp_url.as_deref().filter(|u| !u.is_empty()) {
        None => println!("  note  no WEIR_SMTP_URL: mail goes to the sandbox mailbox"),
        Some(url) => match weir_connect::mail::Smtp::new(url, &listen.mail_from) {
            Ok(_) => f.good("the mail server's address can be read"),
            Err(p) => f.bad(&p.detail, "use smtp://user:password@host:587 and a sender such as Shop <shop@your.domain>"),
        },
    }
}

pub fn run(store: &Store, listen: &Listen) -> Result<()> {
    let mut f = Findings(0);
    println!("weir doctor");
    folder(&mut f, store);
    data(&mut f, store);
    world(&mut f, listen);
    match f.0 {
        0 => Ok(()),
        n => Err(Problem::invalid(format!("{n} thing(s) to put right, see above."))),
    }
}
