//! The books under ordinary use, refusals and races.
use proptest::prelude::*;
use weir_base::{Fen, Id};
use weir_ground::event::BrandId;
use weir_ground::testing::each_engine;
use weir_ground::{Outcome, params};
use weir_ledger::{audit, balance, claw_back, credit, debit, post, total};

const BRAND: BrandId = Id::new(1);

#[test]
fn a_posting_counts_once_and_must_balance() {
    each_engine(|db| {
        let pay = |key: &'static str, n: i64| {
            db.write_now(move |tx| post(tx, BRAND, key, &[debit("clearing:test", Fen(n)), credit("rev:sales:s", Fen(n))]))
        };
        assert_eq!(pay("order:1:paid", 100), Ok(Outcome::Won));
        assert_eq!(pay("order:1:paid", 100), Ok(Outcome::Lost));
        let uneven = db.write_now(|tx| post(tx, BRAND, "x", &[debit("clearing:test", Fen(1)), credit("rev:sales:s", Fen(2))]));
        assert!(uneven.is_err());
        db.read_now(|tx| {
            assert_eq!(total(tx, BRAND, "rev:sales:s")?, Fen(100));
            assert_eq!(tx.one::<i64>("select count(*) from posting", &[])?, 1);
            assert_eq!(audit(tx)?, Vec::<String>::new());
            Ok(())
        })
        .unwrap();
    });
}

#[test]
fn racing_spenders_never_take_more_than_there_is() {
    each_engine(|db| {
        let _ = db.write_now(|tx| post(tx, BRAND, "fund", &[debit("asset:bank", Fen(100)), credit("liab:wallet:p", Fen(100))])).unwrap();
        let threads: Vec<_> = (0..16)
            .map(|t| {
                let db = db.clone();
                std::thread::spawn(move || {
                    (0..20)
                        .filter(|i| {
                            let key = format!("spend:{t}:{i}");
                            db.write_now(move |tx| {
                                post(tx, BRAND, &key, &[debit("liab:wallet:p", Fen(3)), credit("asset:bank", Fen(3))])
                            })
                            .is_ok()
                        })
                        .count()
                })
            })
            .collect();
        let won: usize = threads.into_iter().map(|t| t.join().unwrap()).sum();
        assert_eq!(won, 33);
        db.read_now(|tx| {
            assert_eq!(balance(tx, BRAND, "liab:wallet:p")?, Fen(1));
            assert_eq!(audit(tx)?, Vec::<String>::new());
            Ok(())
        })
        .unwrap();
    });
}

#[test]
fn the_auditor_sees_a_changed_balance_and_a_lost_entry() {
    each_engine(|db| {
        let _ = db.write_now(|tx| post(tx, BRAND, "fund", &[debit("asset:bank", Fen(100)), credit("liab:wallet:p", Fen(100))])).unwrap();
        db.write_now(|tx| tx.exec("update balance set amount = amount + 1", &[])).unwrap();
        assert_eq!(db.read_now(audit).unwrap().len(), 1);
        db.write_now(|tx| tx.exec("delete from entry where credit > 0", params![])).unwrap();
        assert_eq!(db.read_now(audit).unwrap().len(), 2);
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    /// Whatever comes in and goes back: the books balance, and what was taken back is what was
    /// given plus the debt.
    #[test]
    fn claw_backs_add_up(steps in proptest::collection::vec((0i64..3, 1i64..500), 1..25)) {
        let scratch = weir_ground::testing::Scratch::new();
        let how = weir_ground::db::Open { dir: Some(scratch.0.clone()), ..Default::default() };
        let db = weir_ground::Db::open(&how).unwrap();
        let mut expected = 0i64;
        for (i, (what, n)) in steps.into_iter().enumerate() {
            let n = Fen(n);
            let key = format!("k{i}");
            expected += match what { 0 => n.0, 1 => 0, _ => -n.0 };
            let _ = db.write_now(move |tx| match what {
                0 => post(tx, BRAND, &key, &[debit("exp:commission:promoter", n), credit("liab:commission:pending:p", n)]),
                1 => {
                    let n = n.min(balance(tx, BRAND, "liab:commission:pending:p")?);
                    post(tx, BRAND, &key, &[debit("liab:commission:pending:p", n), credit("liab:commission:payable:p", n)])
                }
                _ => claw_back(tx, BRAND, &key, "p", n, n),
            }).unwrap();
        }
        let (left, broken) = db.read_now(|tx| {
            let held = balance(tx, BRAND, "liab:commission:pending:p")? + balance(tx, BRAND, "liab:commission:payable:p")?;
            Ok((held - balance(tx, BRAND, "recv:commission:p")?, audit(tx)?))
        }).unwrap();
        db.close();
        prop_assert_eq!(left, Fen(expected));
        prop_assert_eq!(broken, Vec::<String>::new());
    }
}
