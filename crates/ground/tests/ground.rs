//! The promises of the ground, on both engines.
use std::sync::{Arc, atomic::{AtomicBool, AtomicUsize, Ordering}};
use std::time::{Duration, Instant};
use weir_ground::base::{Id, Problem, Result, time::DAY};
use weir_ground::event::{Event, Fact};
use weir_ground::reader::{self, Reader};
use weir_ground::testing::{START, Scratch, each_engine};
use weir_ground::timer::{self, Due, Handler};
use weir_ground::{Db, Tx, db::Open, params};

fn fact(n: i64) -> Fact<'static> {
    Fact::new(Id::new(1), "thing.done", START).person(Id::new(n))
}

fn count(db: &Db, sql: &'static str) -> i64 {
    db.read_now(move |tx| tx.one(sql, &[])).unwrap()
}

#[test]
fn a_refusal_undoes_only_itself_and_neighbours_stay() {
    each_engine(|db| {
        let calls: Vec<_> = (0..300)
            .map(|i| {
                db.submit(move |tx| {
                    let _ = tx.record(&fact(i))?;
                    if i % 3 == 0 { Err(Problem::conflict("every third is refused after it wrote")) } else { Ok(i) }
                })
            })
            .collect();
        let answers: Vec<_> = calls.into_iter().map(|c| c.blocking_recv().unwrap()).collect();
        assert_eq!(answers.iter().filter(|a| a.is_ok()).count(), 200);
        assert_eq!(count(&db, "select count(*) from event"), 200);
        assert_eq!(count(&db, "select count(*) from event where person_id % 3 = 0"), 0);
    });
}

#[test]
fn a_panic_is_a_refusal() {
    each_engine(|db| {
        let answer: Result<()> = db.write_now(|tx| {
            let _ = tx.record(&fact(1))?;
            panic!("on purpose")
        });
        assert!(answer.is_err());
        assert_eq!(count(&db, "select count(*) from event"), 0);
        assert!(db.write_now(|tx| tx.record(&fact(2))).unwrap().won());
    });
}

#[test]
fn the_same_dedupe_key_is_recorded_once() {
    each_engine(|db| {
        for _ in 0..3 {
            let _ = db.write_now(|tx| tx.record(&fact(1).dedupe("k"))).unwrap();
        }
        assert_eq!(count(&db, "select count(*) from event"), 1);
    });
}

/// A call that refuses gives the key back that it took; of those that stay the first has it, in one
/// commit as in several, and also when somebody looks in between.
#[test]
fn a_key_belongs_to_the_first_call_that_stays() {
    each_engine(|db| {
        let mut calls = vec![];
        for i in 0..200i64 {
            for turn in 0..4 {
                calls.push(db.submit(move |tx| {
                    if i % 5 == 0 && turn == 2 {
                        let _: i64 = tx.one("select count(*) from event", &[])?;
                    }
                    let taken = tx.record(&fact(i).dedupe(&format!("k{i}")))?;
                    if turn == 0 { Err(Problem::conflict("refused")) } else { Ok(taken.won()) }
                }));
            }
        }
        let answers: Vec<Option<bool>> = calls.into_iter().map(|c| c.blocking_recv().unwrap().ok()).collect();
        for four in answers.chunks(4) {
            assert_eq!(four[0], None);
            assert_eq!(four[1..].iter().filter(|won| **won == Some(true)).count(), 1, "{four:?}");
        }
        assert_eq!(count(&db, "select count(*) from event"), 200);
        assert_eq!(count(&db, "select count(distinct dedupe) from event"), 200);
    });
}

/// Counts into a table, and fails on one event.
struct Counting;
impl Reader for Counting {
    fn name(&self) -> &'static str {
        "counting"
    }
    fn wants(&self, event: &str) -> bool {
        event == "thing.done"
    }
    fn read(&self, tx: &mut Tx, e: &Event) -> Result<()> {
        tx.exec("insert into sandbox_mail (id, brand_id, recipient, subject, body, at) values ($1, 1, '', '', '', 0)", params![e.id])?;
        if e.person == Some(Id::new(13)) { Err(Problem::internal("cannot digest 13")) } else { Ok(()) }
    }
}

#[test]
fn a_reader_sees_every_event_once_though_writers_race_and_one_event_is_bad() {
    each_engine(|db| {
        let stop = Arc::new(AtomicBool::new(false));
        let following = reader::follow(db.clone(), Arc::new(Counting), stop.clone());
        let writers: Vec<_> = (0..8)
            .map(|w| {
                let db = db.clone();
                std::thread::spawn(move || {
                    for i in 0..60 {
                        let n = w * 60 + i;
                        db.write_now(move |tx| {
                            let _ = tx.record(&fact(n))?;
                            if n % 7 == 0 {
                                std::thread::sleep(Duration::from_millis(2));
                            }
                            Ok(())
                        })
                        .unwrap();
                    }
                })
            })
            .collect();
        for w in writers {
            w.join().unwrap();
        }
        let until = Instant::now() + Duration::from_secs(120);
        while count(&db, "select count(*) from sandbox_mail") < 479 && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(count(&db, "select count(*) from sandbox_mail"), 479);
        assert_eq!(count(&db, "select count(*) from reader_parked"), 1);
        stop.store(true, Ordering::SeqCst);
        db.shared().events.ring();
        following.join().unwrap();
    });
}

#[test]
fn timers_fire_when_due_can_be_moved_and_a_failing_one_does_not_hold_up_the_others() {
    each_engine(|db| {
        let fired = Arc::new(AtomicUsize::new(0));
        let seen = fired.clone();
        let good: Handler = Arc::new(move |tx: &mut Tx, due: &Due| {
            assert_eq!(tx.now(), due.due_at);
            seen.fetch_add(1, Ordering::SeqCst);
            Ok(())
        });
        let bad: Handler = Arc::new(|_: &mut Tx, _: &Due| Err(Problem::internal("on purpose")));
        let handlers = Arc::new([("good", good), ("bad", bad)].into_iter().collect());
        db.write_now(|tx| {
            tx.set_timer("good", 1, START + 100, Id::new(1))?;
            tx.set_timer("good", 2, START + 200, Id::new(1))?;
            tx.set_timer("bad", 3, START + 50, Id::new(1))?;
            tx.set_timer("good", 2, START + DAY, Id::new(1))
        })
        .unwrap();
        timer::fire(&db, &handlers).unwrap();
        assert_eq!(fired.load(Ordering::SeqCst), 0);
        db.set_clock(START + 1_000);
        timer::fire(&db, &handlers).unwrap();
        assert_eq!(count(&db, "select count(*) from timer where kind = 'good'"), 1);
        assert_eq!(count(&db, "select tries from timer where kind = 'bad'"), 1);
        db.set_clock(START + DAY);
        timer::fire(&db, &handlers).unwrap();
        assert_eq!(count(&db, "select count(*) from timer where kind = 'good'"), 0);
    });
}

/// A command beside the server writes to the same file: every event of both is kept, in order.
#[test]
fn two_processes_over_one_file_lose_no_event() {
    let scratch = Scratch::new();
    let open = || Db::open(&Open { dir: Some(scratch.0.clone()), ..Open::default() }).unwrap();
    let (server, command) = (open(), open());
    for i in 0..20 {
        for db in [&server, &command] {
            for _ in 0..=i % 3 {
                assert!(db.write_now(move |tx| tx.record(&fact(i))).unwrap().won());
            }
        }
    }
    let all: i64 = (0..20).map(|i| 2 * (1 + i % 3)).sum();
    assert_eq!(count(&server, "select count(*) from event"), all);
    assert_eq!(count(&command, "select max(id) from event"), all);
    command.close();
    server.close();
}

/// Rows that are timers themselves: due when they say so, tried again when their handler failed, and
/// nothing of them waits in the table of timers otherwise.
#[test]
fn a_row_that_says_when_it_is_due_needs_no_timer() {
    const LETTERS: timer::Rows = timer::Rows { kind: "letter", table: "sandbox_mail", due: "at", still: "subject = 'open'" };
    each_engine(|db| {
        let broken = Arc::new(AtomicBool::new(true));
        let fails = broken.clone();
        let close: Handler = Arc::new(move |tx: &mut Tx, due: &Due| {
            tx.exec("update sandbox_mail set subject = 'closed' where id = $1", params![due.key])?;
            if due.key == 2 && fails.load(Ordering::SeqCst) {
                return Err(Problem::internal("on purpose"));
            }
            Ok(())
        });
        let handlers = Arc::new([("letter", close)].into_iter().collect::<timer::Timers>().with_rows(LETTERS));
        db.write_now(|tx| {
            for (id, due) in [(1, 100), (2, 100), (3, 200)] {
                let sql = "insert into sandbox_mail (id, brand_id, recipient, subject, body, at) values ($1, 1, '', 'open', '', $2)";
                tx.exec(sql, params![id as i64, START + due])?;
            }
            tx.timed();
            Ok(())
        })
        .unwrap();
        assert_eq!(timer::fire(&db, &handlers).unwrap(), 0);
        let open = "select count(*) from sandbox_mail where subject = 'open'";
        db.set_clock(START + 100);
        timer::fire(&db, &handlers).unwrap();
        assert_eq!(count(&db, open), 2);
        assert_eq!(count(&db, "select tries from timer where kind = 'letter' and key = 2"), 1);
        // The one that failed does not hold up the next, nor is it asked again before its time.
        db.set_clock(START + 200);
        assert_eq!((timer::fire(&db, &handlers).unwrap(), count(&db, open)), (1, 1));
        broken.store(false, Ordering::SeqCst);
        db.set_clock(START + DAY);
        assert_eq!((timer::fire(&db, &handlers).unwrap(), count(&db, open)), (1, 0));
        assert_eq!(count(&db, "select count(*) from timer"), 0);
    });
}

/// What calls of one commit recall of a table is what the calls before them left there.
#[test]
fn what_is_recalled_is_never_older_than_the_last_write() {
    each_engine(|db| {
        let name = |tx: &mut Tx| -> weir_ground::base::Result<String> {
            let read = |tx: &mut Tx| tx.one::<String>("select recipient from sandbox_mail where id = 1", &[]);
            Ok(tx.recall(&["sandbox_mail"], 1, read)?.to_string())
        };
        db.write_now(|tx| tx.exec("insert into sandbox_mail (id, brand_id, recipient, subject, body, at) values (1, 1, '0', '', '', 0)", &[])).unwrap();
        let calls: Vec<_> = (1..400i64)
            .map(|i| {
                db.submit(move |tx| {
                    let before = name(tx)?;
                    let refused = tx.attempt(|tx| {
                        tx.exec("update sandbox_mail set recipient = 'undone' where id = 1", &[])?;
                        assert_eq!(name(tx)?, "undone");
                        Err::<(), Problem>(Problem::conflict("undo"))
                    });
                    assert!(refused.is_err());
                    assert!(before != "undone" && name(tx)? != "undone");
                    let next = i.to_string();
                    tx.exec("update sandbox_mail set recipient = $1 where id = 1", params![&next])?;
                    assert_eq!(name(tx)?, next);
                    if i % 7 == 0 { Err(Problem::conflict("every seventh is undone whole")) } else { Ok(next) }
                })
            })
            .collect();
        for call in calls {
            let _ = call.blocking_recv().unwrap();
        }
        let (kept, seen) = db.write_now(move |tx| Ok((tx.one::<String>("select recipient from sandbox_mail where id = 1", &[])?, name(tx)?))).unwrap();
        assert_eq!(kept, seen);
    });
}

#[test]
fn the_timer_thread_wakes_exactly_when_the_next_one_is_due() {
    let scratch = Scratch::new();
    let db = Db::open(&Open { dir: Some(scratch.0.clone()), ..Open::default() }).unwrap();
    let (told, heard) = std::sync::mpsc::channel();
    let tell: Handler = Arc::new(move |_: &mut Tx, due: &Due| {
        told.send(due.due_at).map_err(Problem::internal)
    });
    let stop = Arc::new(AtomicBool::new(false));
    let thread = timer::run(db.clone(), Arc::new([("tell", tell)].into_iter().collect()), stop.clone());
    std::thread::sleep(Duration::from_millis(50));
    db.write_now(|tx| {
        let due = tx.now() + 300;
        tx.set_timer("tell", 1, due + 60_000, Id::new(1))?;
        tx.set_timer("tell", 2, due, Id::new(1))
    })
    .unwrap();
    let due = heard.recv_timeout(Duration::from_secs(5)).unwrap();
    let late = db.now() - due;
    assert!((0..200).contains(&late), "fired {late} ms after it was due");
    stop.store(true, Ordering::SeqCst);
    db.shared().timers.ring();
    thread.join().unwrap();
    db.close();
}

#[test]
fn an_edited_history_or_a_newer_one_is_refused() {
    let scratch = Scratch::new();
    let open = || Db::open(&Open { dir: Some(scratch.0.clone()), ..Open::default() });
    let db = open().unwrap();
    db.write_now(|tx| tx.exec("update weir_schema set sum = 'x' where n = 2", &[])).unwrap();
    db.close();
    assert!(open().err().unwrap().detail.contains("differs"));
}

#[test]
fn values_survive_the_round_trip() {
    each_engine(|db| {
        db.write_now(|tx| {
            let text: String = tx.one("select cast($1 as text)", params!["水 💧 'quoted'"])?;
            assert_eq!(text, "水 💧 'quoted'");
            let _ = tx.record(&fact(5).value(weir_ground::base::Fen(-3)).props("{\"a\":1}"))?;
            let sums: (i64, Option<i64>, i64) =
                tx.one("select count(*), sum(value), coalesce(max(store_id), 0) from event", &[])?;
            assert_eq!(sums, (1, Some(-3), 0));
            Ok(())
        })
        .unwrap();
    });
}

/// Two nodes on one PostgreSQL: what one commits wakes the readers and the timers of the other.
#[test]
fn nodes_of_one_database_wake_each_other() {
    let Some(server) = std::env::var("WEIR_TEST_POSTGRES").ok().filter(|u| !u.is_empty()) else { return };
    let (url, _guard) = weir_ground::testing::own_postgres(&server);
    let open = || Db::open(&Open { url: Some(url.clone()), key: Some(weir_ground::seal::test_key()), threads: 2, ..Open::default() }).unwrap();
    let (a, b) = (open(), open());
    struct Told(std::sync::mpsc::Sender<Instant>);
    impl Reader for Told {
        fn name(&self) -> &'static str {
            "told"
        }
        fn wants(&self, _: &str) -> bool {
            true
        }
        fn read(&self, _: &mut Tx, _: &Event) -> Result<()> {
            let _ = self.0.send(Instant::now());
            Ok(())
        }
    }
    let stop = Arc::new(AtomicBool::new(false));
    let (tell, told) = std::sync::mpsc::channel();
    let (fire, fired) = std::sync::mpsc::channel();
    let handler: Handler = Arc::new(move |_: &mut Tx, _: &Due| {
        let _ = fire.send(Instant::now());
        Ok(())
    });
    let threads = [
        reader::follow(b.clone(), Arc::new(Told(tell)), stop.clone()),
        timer::run(b.clone(), Arc::new([("alarm", handler)].into_iter().collect()), stop.clone()),
    ];
    let most = Duration::from_secs(20);
    let record = |n: i64| {
        let _ = a.write_now(move |tx| tx.record(&fact(n))).unwrap();
        let written = Instant::now();
        told.recv_timeout(most).unwrap().saturating_duration_since(written)
    };
    // The first word opens the connection it is said on.
    record(0);
    let mut waits: Vec<Duration> = (1..12).map(record).collect();
    waits.sort();
    assert!(waits[5] < Duration::from_millis(50), "a reader of the other node reacts after {waits:?}");
    let mut waits: Vec<Duration> = (0..5)
        .map(|n| {
            a.write_now(move |tx| {
                let now = tx.now();
                tx.set_timer("alarm", n, now, Id::new(1))
            })
            .unwrap();
            let written = Instant::now();
            fired.recv_timeout(most).unwrap().saturating_duration_since(written)
        })
        .collect();
    waits.sort();
    assert!(waits[2] < Duration::from_millis(50), "a timer of the other node fires after {waits:?}");

    // An event behind a transaction in flight is read soon after that ends, though nobody rings then.
    let mut older = postgres::Client::connect(&url, postgres::NoTls).unwrap();
    let mut flight = older.transaction().unwrap();
    flight.execute("select pg_current_xact_id()", &[]).unwrap();
    let _ = a.write_now(|tx| tx.record(&fact(99))).unwrap();
    assert!(told.recv_timeout(Duration::from_millis(300)).is_err(), "it can still be overtaken");
    flight.rollback().unwrap();
    let ended = Instant::now();
    let wait = told.recv_timeout(most).unwrap().saturating_duration_since(ended);
    assert!(wait < Duration::from_secs(1), "read {wait:?} after nothing could overtake it");

    // A listener whose connection broke comes back.
    let cut = "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and query like 'listen%'";
    let cut: i64 = older.query_one(cut, &[]).unwrap().get(0);
    assert_eq!(cut, 2);
    let wait = record(100);
    assert!(wait < Duration::from_secs(4), "{wait:?}");
    // Without it two in a row would not both come in time: what is missed is looked for every five seconds.
    let quick = |n: i64| record(n) < Duration::from_millis(500);
    assert!((0..20).any(|n| quick(101 + 2 * n) && quick(102 + 2 * n)), "the listener did not come back");

    stop.store(true, Ordering::SeqCst);
    let closing = Instant::now();
    (a.close(), b.close());
    threads.into_iter().for_each(|t| t.join().unwrap());
    assert!(closing.elapsed() < Duration::from_secs(2), "closed after {:?}", closing.elapsed());
}
