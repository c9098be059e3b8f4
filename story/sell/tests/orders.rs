//! Orders, stock and money on both engines: ordinary ways, refusals, races, late and double money.
use std::sync::Arc;
use weir_ground::base::{Code, Fen, Result, time};
use weir_ground::event::{BrandId, PersonId, StoreId};
use weir_ground::testing::{START, each_engine};
use weir_ground::{Db, params, timer};
use weir_keep::{Settings, brand, store};
use weir_sell::effects::{self, Providers};
use weir_sell::order::place::{Basket, place};
use weir_sell::order::state::{State, Why};
use weir_sell::order::{self, OrderId};
use weir_sell::payment::{self, Notice, PayProvider, PaymentId, Says, Settled, TestProvider};
use weir_sell::product::{AddProduct, PutSku, add};
use weir_sell::quote::{Delivery, Item};
use weir_sell::refund::{self, RefundLine};
use weir_sell::stock::{SkuId, adjust, available};

#[derive(Clone, Copy)]
struct Shop {
    brand: BrandId,
    store: StoreId,
    sku: SkuId,
    buyer: PersonId,
}

/// One product at ¥10.00 with `units` in one store, and one buyer.
fn shop(db: &Db, units: i64) -> Shop {
    db.write_now(move |tx| {
        let settings = Settings { order_ttl_minutes: 30, ..Settings::default() };
        let new = brand::NewBrand {
            code: "t".into(),
            name: "T".into(),
            timezone: "Asia/Shanghai".into(),
            currency: "CNY".into(),
            sandbox: true,
            settings,
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
        let buyer = weir_know::identity::resolve(tx, brand, &[("phone", "10000000001")], "test")?;
        Ok(Shop { brand, store, sku, buyer })
    })
    .unwrap()
}

fn basket(s: Shop, quantity: i64) -> Basket {
    Basket {
        person: s.buyer,
        store: s.store,
        items: vec![Item { sku_id: s.sku, quantity }],
        delivery: Delivery::Pickup,
        address: None,
        note: None,
        quote: None,
        source: "mall",
    }
}

fn ordered(db: &Db, s: Shop, quantity: i64) -> Result<OrderId> {
    let b = basket(s, quantity);
    db.write_now(move |tx| place(tx, s.brand, &b)).map(|p| p.id)
}

fn open(db: &Db, s: Shop, id: OrderId) -> PaymentId {
    db.write_now(move |tx| {
        let o = order::get(tx, s.brand, id)?;
        payment::open(tx, &o, "test")
    })
    .unwrap()
    .id
}

fn notice(db: &Db, s: Shop, attempt: PaymentId, fen: i64) -> Settled {
    let n = Notice { attempt, channel_no: format!("c-{attempt}"), amount: Fen(fen) };
    db.write_now(move |tx| payment::settle(tx, s.brand, &n)).unwrap()
}

fn pay(db: &Db, s: Shop, id: OrderId) -> Settled {
    let attempt = open(db, s, id);
    let total = db.read_now(move |tx| order::get(tx, s.brand, id)).unwrap().total;
    notice(db, s, attempt, total.0)
}

fn state(db: &Db, s: Shop, id: OrderId) -> State {
    db.read_now(move |tx| order::get(tx, s.brand, id)?.state()).unwrap()
}

fn cancel(db: &Db, s: Shop, id: OrderId, why: Why) -> Result<()> {
    db.write_now(move |tx| {
        let o = order::get(tx, s.brand, id)?;
        order::cancel(tx, &o, why, None)
    })
}

fn left(db: &Db, s: Shop) -> i64 {
    db.read_now(move |tx| available(tx, s.sku, s.store)).unwrap()
}

fn test_channel() -> Providers {
    Arc::new(vec![Arc::new(TestProvider)])
}

fn ask_refund(db: &Db, s: Shop, id: OrderId, quantity: Option<i64>) -> Result<()> {
    db.write_now(move |tx| {
        let o = order::get(tx, s.brand, id)?;
        let lines = quantity.map(|quantity| vec![RefundLine { n: 1, quantity }]);
        refund::request(tx, &o, lines.as_deref(), "broken", None).map(|_| ())
    })
}

/// N1–N5, N10, N12, N13 over the whole store.
fn audit(db: &Db) {
    db.read_now(|tx| {
        assert_eq!(weir_ledger::audit(tx)?, Vec::<String>::new());
        let wrong: Vec<(&str, &str)> = vec![
            ("every event and order is found by its person", weir_ground::testing::LOST_BY_PERSON),
            ("held is the sum of live holds", "select count(*) from stock k where held <> (select coalesce(sum(h.quantity), 0) from hold h where h.sku_id = k.sku_id and h.store_id = k.store_id and h.state in ('held', 'committed'))"),
            ("on hand is the sum of moves", "select count(*) from stock k where on_hand <> (select coalesce(sum(m.delta), 0) from stock_move m where m.sku_id = k.sku_id and m.store_id = k.store_id)"),
            ("every order has a hold for each line", "select count(*) from order_line l where l.sku_id is not null and not exists (select 1 from hold h where h.order_id = l.order_id and h.n = l.n)"),
            ("a cancelled order holds nothing", "select count(*) from hold h join orders o on o.id = h.order_id where o.state in ('cancelled', 'paid_late') and h.state in ('held', 'committed')"),
            ("captured is what live orders and refunds say", "select count(*) from payment p where p.state = 'paid' and p.refund_reserved <> (select coalesce(sum(r.amount), 0) from refund r where r.payment_id = p.id and r.state in ('requested', 'sent', 'succeeded', 'abnormal'))"),
            ("late and surplus money goes back", "select count(*) from payment p join orders o on o.id = p.order_id where p.state = 'paid' and o.state in ('paid_late', 'cancelled') and p.refund_reserved <> p.captured"),
            ("finished refunds leave nothing in flight", "select count(*) from balance b join account a on a.id = b.account_id where a.code like 'liab:refund:%' and b.amount <> 0 and not exists (select 1 from refund r where r.state in ('requested', 'sent', 'abnormal'))"),
        ];
        for (rule, sql) in wrong {
            assert_eq!(tx.one::<i64>(sql, &[])?, 0, "{rule}");
        }
        Ok(())
    })
    .unwrap();
}

#[test]
fn an_order_goes_its_way_and_the_goods_leave_once() {
    each_engine(|db| {
        let s = shop(&db, 5);
        let id = ordered(&db, s, 2).unwrap();
        assert_eq!((state(&db, s, id), left(&db, s)), (State::Placed, 3));
        assert_eq!(pay(&db, s, id), Settled::Paid);
        db.write_now(move |tx| {
            let o = order::get(tx, s.brand, id)?;
            order::ready(tx, &o, None)?;
            let o = order::get(tx, s.brand, id)?;
            order::fulfil(tx, &o, None)
        })
        .unwrap();
        assert_eq!((state(&db, s, id), left(&db, s)), (State::Completed, 3));
        let (hand, held): (i64, i64) = db.read_now(move |tx| tx.one("select on_hand, held from stock", &[])).unwrap();
        assert_eq!((hand, held), (3, 0));
        audit(&db);
    });
}

#[test]
fn refusals_leave_nothing_behind() {
    each_engine(|db| {
        let s = shop(&db, 3);
        let events = || db.read_now(|tx| tx.one::<i64>("select count(*) from event", &[])).unwrap();
        let before = events();
        assert_eq!(ordered(&db, s, 4).unwrap_err().code, Code::SoldOut);
        let mut changed = basket(s, 1);
        changed.quote = Some("another".into());
        let brand = s.brand;
        assert_eq!(db.write_now(move |tx| place(tx, brand, &changed)).unwrap_err().code, Code::PriceChanged);
        let mut homeless = basket(s, 1);
        homeless.delivery = Delivery::Delivery;
        assert_eq!(db.write_now(move |tx| place(tx, brand, &homeless)).unwrap_err().code, Code::Invalid);
        assert_eq!((events(), left(&db, s)), (before, 3));
        let rows = db.read_now(|tx| tx.one::<i64>("select (select count(*) from orders) + (select count(*) from hold) + (select count(*) from timer)", &[]));
        assert_eq!(rows, Ok(0));
        audit(&db);
    });
}

#[test]
fn stock_is_adjusted_within_bounds_or_not_at_all() {
    each_engine(|db| {
        let s = shop(&db, 3);
        for delta in [0, i64::MIN, i64::MAX, 10_000_001, -10_000_001, -4] {
            let refused = db.write_now(move |tx| adjust(tx, s.brand, (s.sku, s.store), delta, "count", "system"));
            let code = refused.unwrap_err().code;
            assert!(matches!(code, Code::Invalid | Code::SoldOut), "{delta}: {code:?}");
        }
        assert_eq!(left(&db, s), 3);
        audit(&db);
    });
}

#[test]
fn sixty_four_threads_over_a_thousand_units_sell_exactly_a_thousand() {
    each_engine(|db| {
        let s = shop(&db, 1000);
        let threads: Vec<_> = (0..64)
            .map(|t| {
                let db = db.clone();
                std::thread::spawn(move || {
                    let mut sold = 0;
                    for i in 0..40 {
                        let Ok(id) = ordered(&db, s, 1) else { continue };
                        // Some are given back, so that others can have them.
                        if (t + i) % 10 == 0 {
                            cancel(&db, s, id, Why::User).unwrap();
                        } else {
                            sold += 1;
                        }
                    }
                    sold
                })
            })
            .collect();
        let sold: i64 = threads.into_iter().map(|t| t.join().unwrap()).sum();
        // Whoever comes last takes what cancellations left.
        let rest = (0..2000).take_while(|_| ordered(&db, s, 1).is_ok()).count() as i64;
        assert_eq!((sold + rest, left(&db, s)), (1000, 0));
        audit(&db);
    });
}

#[test]
fn an_unpaid_order_gives_back_when_its_time_is_up() {
    each_engine(|db| {
        let s = shop(&db, 1);
        let id = ordered(&db, s, 1).unwrap();
        let handlers: timer::Handlers = Arc::new([(order::EXPIRE, Arc::new(order::on_expire) as timer::Handler)].into_iter().collect::<timer::Timers>().with_rows(order::PLACED));
        db.set_clock(START + 29 * time::MINUTE);
        timer::fire(&db, &handlers).unwrap();
        assert_eq!(state(&db, s, id), State::Placed);
        db.set_clock(START + 30 * time::MINUTE);
        timer::fire(&db, &handlers).unwrap();
        assert_eq!((state(&db, s, id), left(&db, s)), (State::Cancelled, 1));
        audit(&db);
    });
}

/// S6: a slow clock does not refuse a sale.
#[test]
fn a_take_that_fails_runs_the_expiry_first() {
    each_engine(|db| {
        let s = shop(&db, 1);
        let old = ordered(&db, s, 1).unwrap();
        db.set_clock(START + time::HOUR);
        assert!(ordered(&db, s, 1).is_ok());
        assert_eq!(state(&db, s, old), State::Cancelled);
        audit(&db);
    });
}

/// X1: the order was cancelled by its clock; the money arrives afterwards.
#[test]
fn late_money_revives_the_order_or_goes_back() {
    each_engine(|db| {
        let s = shop(&db, 1);
        let first = ordered(&db, s, 1).unwrap();
        let attempt = open(&db, s, first);
        cancel(&db, s, first, Why::Ttl).unwrap();
        assert_eq!(state(&db, s, first), State::Closing);
        effects::run(&db, &test_channel()).unwrap();
        assert_eq!((state(&db, s, first), left(&db, s)), (State::Cancelled, 1));
        assert_eq!(notice(&db, s, attempt, 1000), Settled::Paid);
        assert_eq!((state(&db, s, first), left(&db, s)), (State::Paid, 0));
        assert_eq!(notice(&db, s, attempt, 1000), Settled::Known);

        db.write_now(move |tx| adjust(tx, s.brand, (s.sku, s.store), 1, "delivery", "system")).unwrap();
        let second = ordered(&db, s, 1).unwrap();
        let attempt = open(&db, s, second);
        cancel(&db, s, second, Why::Ttl).unwrap();
        effects::run(&db, &test_channel()).unwrap();
        ordered(&db, s, 1).unwrap();
        assert_eq!(notice(&db, s, attempt, 1000), Settled::Late);
        assert_eq!(state(&db, s, second), State::PaidLate);
        effects::run(&db, &test_channel()).unwrap();
        assert_eq!(state(&db, s, second), State::Cancelled);
        let back: (i64, i64) = db.read_now(|tx| tx.one("select count(*), sum(amount) from refund where state = 'succeeded'", &[])).unwrap();
        assert_eq!(back, (1, 1000));
        audit(&db);
    });
}

#[test]
fn money_for_an_order_that_the_customer_cancelled_goes_back() {
    each_engine(|db| {
        let s = shop(&db, 1);
        let id = ordered(&db, s, 1).unwrap();
        let attempt = open(&db, s, id);
        cancel(&db, s, id, Why::User).unwrap();
        assert_eq!(notice(&db, s, attempt, 1000), Settled::Late);
        effects::run(&db, &test_channel()).unwrap();
        assert_eq!((state(&db, s, id), left(&db, s)), (State::Cancelled, 1));
        audit(&db);
    });
}

/// X3: two attempts, both succeed.
#[test]
fn paid_twice_is_paid_once_and_the_other_goes_back() {
    each_engine(|db| {
        let s = shop(&db, 1);
        let id = ordered(&db, s, 1).unwrap();
        let a = open(&db, s, id);
        let _ = db.write_now(move |tx| payment::closed(tx, s.brand, a, "failed")).unwrap();
        let b = open(&db, s, id);
        assert_ne!(a, b);
        assert_eq!(notice(&db, s, b, 1000), Settled::Paid);
        assert_eq!(notice(&db, s, a, 1000), Settled::Surplus);
        effects::run(&db, &test_channel()).unwrap();
        assert_eq!(state(&db, s, id), State::Paid);
        let money = db.read_now(move |tx| weir_ledger::total(tx, s.brand, "clearing:test")).unwrap();
        assert_eq!(money, Fen(1000));
        audit(&db);
    });
}

#[test]
fn another_amount_than_asked_is_kept_apart_and_never_marks_the_order_paid() {
    each_engine(|db| {
        let s = shop(&db, 1);
        let id = ordered(&db, s, 1).unwrap();
        let a = open(&db, s, id);
        assert_eq!(notice(&db, s, a, 999), Settled::Mismatch);
        assert_eq!(state(&db, s, id), State::Placed);
        audit(&db);
    });
}

/// X2 and X5 raced: payment, clock and customer at once, many times.
#[test]
fn whoever_wins_the_race_of_payment_and_cancel_nothing_is_lost() {
    each_engine(|db| {
        let s = shop(&db, 60);
        for round in 0..30 {
            let id = ordered(&db, s, 1).unwrap();
            let attempt = open(&db, s, id);
            let racers: Vec<_> = (0..3)
                .map(|r| {
                    let db = db.clone();
                    std::thread::spawn(move || match r {
                        0 => drop(notice(&db, s, attempt, 1000)),
                        1 => drop(cancel(&db, s, id, if round % 2 == 0 { Why::Ttl } else { Why::User })),
                        _ => drop(effects::run(&db, &test_channel())),
                    })
                })
                .collect();
            for r in racers {
                r.join().unwrap();
            }
            while effects::run(&db, &test_channel()).unwrap() > 0 {}
            assert!(matches!(state(&db, s, id), State::Paid | State::Cancelled), "{:?}", state(&db, s, id));
        }
        audit(&db);
    });
}

/// X8: two requests together; X9: units one by one pay every fen once.
#[test]
fn refunds_pay_every_fen_once() {
    each_engine(|db| {
        let s = shop(&db, 10);
        db.write_now(move |tx| tx.exec("update sku set price = 333", &[])).unwrap();
        let id = ordered(&db, s, 3).unwrap();
        pay(&db, s, id);
        // A line of 999 fen paid with a made-up discount of 2 fen, so that thirds do not divide.
        db.write_now(move |tx| tx.exec("update order_line set amount = 1000 where order_id = $1", params![id])).unwrap();
        db.write_now(move |tx| tx.exec("update payment set captured = 1000, amount = 1000", &[])).unwrap();
        db.write_now(move |tx| tx.exec("update orders set paid = 1000, goods = 1000, total = 1000", &[])).unwrap();
        let racers: Vec<_> = (0..2)
            .map(|_| {
                let db = db.clone();
                std::thread::spawn(move || ask_refund(&db, s, id, Some(2)).is_ok())
            })
            .collect();
        let won = racers.into_iter().filter(|_| true).map(|r| r.join().unwrap()).filter(|ok| *ok).count();
        assert_eq!(won, 1);
        effects::run(&db, &test_channel()).unwrap();
        assert_eq!(state(&db, s, id), State::Paid);
        assert_eq!(left(&db, s), 9);
        ask_refund(&db, s, id, None).unwrap();
        effects::run(&db, &test_channel()).unwrap();
        assert_eq!((state(&db, s, id), left(&db, s)), (State::Refunded, 10));
        let amounts: Vec<i64> = db.read_now(move |tx| tx.all("select amount from refund order by id", &[])).unwrap();
        assert_eq!(amounts, [666, 334]);
        assert!(ask_refund(&db, s, id, None).is_err());
    });
}

/// X7: the channel accepted, the answer was lost; the same number moves the money once.
struct Forgetful(std::sync::Mutex<Vec<String>>);
impl PayProvider for Forgetful {
    fn name(&self) -> &'static str {
        "test"
    }
    fn close(&self, _: PaymentId) -> Says {
        Says::Unknown("timeout".into())
    }
    fn refund(&self, refund: weir_ground::base::ids::RefundId, _: PaymentId, _: Fen) -> Says {
        let mut seen = self.0.lock().unwrap();
        seen.push(refund.to_string());
        if seen.len() < 3 { Says::Unknown("timeout".into()) } else { Says::Done }
    }
}

#[test]
fn a_refund_without_an_answer_is_asked_again_under_the_same_number() {
    each_engine(|db| {
        let s = shop(&db, 1);
        let id = ordered(&db, s, 1).unwrap();
        pay(&db, s, id);
        ask_refund(&db, s, id, None).unwrap();
        let channel = Arc::new(Forgetful(std::sync::Mutex::new(vec![])));
        let providers: Providers = Arc::new(vec![channel.clone()]);
        for _ in 0..4 {
            effects::run(&db, &providers).unwrap();
        }
        let seen = channel.0.lock().unwrap().clone();
        assert_eq!(seen.len(), 3);
        assert!(seen.iter().all(|n| *n == seen[0]));
        assert_eq!(state(&db, s, id), State::Refunded);
        audit(&db);
    });
}

#[test]
fn every_statement_of_the_schema_is_portable_to_both_engines() {
    // Opening prepares the whole history; this asks for the hot statements once more by name.
    each_engine(|db| {
        db.read_now(|tx| {
            tx.prepare("update stock set held = held + $1 where sku_id = $2 and store_id = $3 and on_hand + backorder - held >= $1")?;
            tx.prepare("select b.beneficiary_id from binding b where b.person_id = $1 and b.kind = 'promoter' and b.to_at is null")
        })
        .unwrap();
    });
}
