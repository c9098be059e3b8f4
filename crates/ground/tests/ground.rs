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
        let until = Instant::now() + Duration::from_secs(20);
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
