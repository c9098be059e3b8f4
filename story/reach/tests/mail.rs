//! E-mail: the sandbox mailbox, a real SMTP conversation, and what becomes of it when it breaks.
mod common;

use common::{Shop, config};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use weir_ground::base::ids;
use weir_ground::base::time::MINUTE;
use weir_ground::config::Config;
use weir_ground::params;
use weir_ground::testing::each_engine;
use weir_reach::campaign::{Counts, State};
use weir_reach::channel::ChannelKind;
use weir_reach::{optout, send};

#[test]
fn without_a_server_mail_lands_in_the_sandbox_and_can_be_stopped() {
    each_engine(|db| {
        let shop = Shop::new(&db);
        let (a, b) = (shop.person(1, Some("email")), shop.person(2, Some("email")));
        db.write_now(move |tx| tx.exec("update person set email = null where id = $1", params![b])).unwrap();
        let c = shop.launched(ChannelKind::Email, 0);
        send::run_all(&db, &config()).unwrap();
        assert_eq!(shop.get(c.id).counts, Counts { selected: 2, treated: 1, sent: 1, skipped: 1, ..Counts::default() });
        assert_eq!(shop.state(c.id, b), ("skipped".into(), Some("no_address".into())));
        let (message, to, subject, body): (ids::MessageId, String, String, String) = db
            .read_now(|tx| tx.one("select message_id, recipient, subject, body from sandbox_mail", &[]))
            .unwrap();
        assert!(![&to, &subject, &body].iter().any(|t| !t.starts_with(weir_ground::seal::MARK)));
        let [to, subject, body] = [to, subject, body].map(|t| weir_ground::testing::opened(&db, shop.brand, &t));
        assert_eq!((to.as_str(), subject.as_str()), ("p1@mail.example", "客1，春茶到了"));
        let (text, end) = body.split_once("\n\n—\n").unwrap();
        assert_eq!(text, "明前龙井已到店。\n\nhttps://shop.example/m/?tp=spring");
        let key = end.trim().rsplit_once('/').unwrap().1.to_string();
        assert_eq!(end.trim(), format!("退订 · Unsubscribe: https://shop.example/u/{message}/{key}"));

        assert!(db.write_now(move |tx| optout::withdraw(tx, message, "000000000000000000000000")).is_err());
        assert_eq!(shop.count("select count(*) from consent where status = 'withdrawn'"), 0);
        db.set_clock(db.now() + MINUTE);
        db.write_now(move |tx| optout::withdraw(tx, message, &key)).unwrap();
        let next = shop.launched(ChannelKind::Email, 0);
        send::run_all(&db, &config()).unwrap();
        assert_eq!(shop.state(next.id, a), ("skipped".into(), Some("withdrawn".into())));
        assert_eq!(shop.count("select count(*) from sandbox_mail"), 1);
    });
}

/// A mail server that takes some, refuses some and hangs up on some.
struct Server {
    port: u16,
    taken: Arc<Mutex<Vec<String>>>,
}

fn server() -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (port, taken) = (listener.local_addr().unwrap().port(), Arc::new(Mutex::new(vec![])));
    let kept = taken.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let kept = kept.clone();
            std::thread::spawn(move || talk(stream, &kept));
        }
    });
    Server { port, taken }
}

fn talk(mut stream: std::net::TcpStream, taken: &Mutex<Vec<String>>) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
    let mut say = |text: &str| stream.write_all(format!("{text}\r\n").as_bytes());
    let mut to = String::new();
    say("220 mail.example").unwrap();
    while let Some(line) = lines.next() {
        let answer = match line.split_whitespace().next().unwrap_or("").to_uppercase().as_str() {
            "EHLO" => "250 mail.example",
            "RCPT" => {
                to = line;
                match to.as_str() {
                    t if t.contains("p2@") => "550 no such mailbox",
                    t if t.contains("p3@") => "451 come back later",
                    _ => "250 ok",
                }
            }
            "DATA" => {
                say("354 go on").unwrap();
                let mail: Vec<String> = lines.by_ref().take_while(|l| l != ".").collect();
                if to.contains("p4@") {
                    return;
                }
                taken.lock().unwrap().push(mail.join("\n"));
                "250 taken"
            }
            "QUIT" => return,
            _ => "250 ok",
        };
        if say(answer).is_err() {
            return;
        }
    }
}

#[test]
fn smtp_outcomes_are_told_apart_and_nothing_unsure_is_repeated() {
    each_engine(|db| {
        let shop = Shop::new(&db);
        let persons = shop.persons(1..6, "email");
        let server = server();
        let config = Config { smtp_url: Some(format!("smtp://127.0.0.1:{}", server.port)), ..config() };
        let c = shop.launched(ChannelKind::Email, 0);
        send::run_all(&db, &config).unwrap();
        let states: Vec<String> = persons.iter().map(|p| shop.state(c.id, *p).0).collect();
        assert_eq!(states, ["sent", "failed", "intent", "unknown", "sent"]);
        assert_eq!(shop.get(c.id).state, State::Sending);
        assert_eq!(server.taken.lock().unwrap().len(), 2);
        let first = server.taken.lock().unwrap()[0].clone();
        let id: ids::MessageId = db
            .read_now({
                let p = persons[0];
                move |tx| tx.one("select id from message where person_id = $1", params![p])
            })
            .unwrap();
        assert!(first.contains(&format!("Message-ID: <{id}@shop.example>")), "{first}");
        assert!(first.contains("List-Unsubscribe: <https://shop.example/u/msg_"), "{first}");
        assert!(first.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"), "{first}");

        // Before the next try the person withdraws: the last look sees it.
        send::run_all(&db, &config).unwrap();
        assert_eq!(shop.state(c.id, persons[2]).0, "intent", "it is not due again yet");
        db.set_clock(db.now() + MINUTE);
        shop.consent(persons[2], "email", "withdrawn");
        send::run_all(&db, &config).unwrap();
        assert_eq!(shop.state(c.id, persons[2]), ("skipped".into(), Some("withdrawn".into())));
        let done = shop.get(c.id);
        assert_eq!(done.state, State::Done);
        assert_eq!(
            done.counts,
            Counts { selected: 5, treated: 5, sent: 2, failed: 1, skipped: 1, unknown: 1, ..Counts::default() }
        );
        assert_eq!(server.taken.lock().unwrap().len(), 2);
        for (name, n) in [("message.sent", 2), ("message.failed", 1), ("message.unknown", 1)] {
            assert_eq!(shop.count(&format!("select count(*) from event where name = '{name}'")), n, "{name}");
        }
    });
}

#[test]
fn a_server_that_is_away_is_tried_again_and_given_up() {
    each_engine(|db| {
        let shop = Shop::new(&db);
        let p = shop.person(1, Some("email"));
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let config = Config { smtp_url: Some(format!("smtp://127.0.0.1:{port}")), ..config() };
        let c = shop.launched(ChannelKind::Email, 0);
        for tries in 1..=5 {
            send::run_all(&db, &config).unwrap();
            assert_eq!(shop.state(c.id, p), ("intent".into(), None));
            assert_eq!(shop.count("select max(tries) from message"), tries);
            db.set_clock(db.now() + 10 * MINUTE);
        }
        send::run_all(&db, &config).unwrap();
        let (state, reason) = shop.state(c.id, p);
        assert_eq!((state.as_str(), shop.get(c.id).state), ("failed", State::Done));
        assert!(reason.unwrap().starts_with("Connection error"));
    });
}

#[test]
fn what_a_crash_left_under_way_is_unknown_and_not_sent_again() {
    each_engine(|db| {
        let shop = Shop::new(&db);
        let p = shop.person(1, Some("email"));
        let server = server();
        let config = Config { smtp_url: Some(format!("smtp://127.0.0.1:{}", server.port)), ..config() };
        let c = shop.launched(ChannelKind::Email, 0);
        // The rows as a process leaves them that dies after it claimed and before it knew.
        db.write_now(move |tx| {
            let (id, now): (ids::MessageId, i64) = (tx.new_id(), tx.now());
            tx.exec(
                "insert into message (id, brand_id, campaign_id, person_id, channel, arm, state, assigned, address, decided_at, attempted_at) \
                 select $1, brand_id, id, $2, channel, 'treated', 'calling', 1, 'p1@mail.example', $3, $3 from campaign where id = $4",
                params![id, p, now, c.id],
            )
        })
        .unwrap();
        db.set_clock(db.now() + 11 * MINUTE);
        send::run_all(&db, &config).unwrap();
        assert_eq!(shop.state(c.id, p).0, "unknown");
        assert_eq!(shop.get(c.id).state, State::Done);
        assert_eq!(server.taken.lock().unwrap().len(), 0);
        assert_eq!(shop.count("select count(*) from event where name = 'message.unknown'"), 1);
    });
}
