//! A kept answer is given again only while it is true.
mod common;

use common::Shop;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use weir_ground::base::time::{DAY, MINUTE};
use weir_ground::testing::{START, each_engine};
use weir_measure::kept::Kept;
use weir_measure::money;

#[test]
fn an_event_a_reader_or_the_clock_makes_it_fold_again() {
    let run = tokio::runtime::Builder::new_current_thread().build().unwrap();
    each_engine(|db| {
        let shop = Shop::new(&db);
        let (kept, folds, brand) = (Kept::default(), Arc::new(AtomicUsize::new(0)), shop.brand);
        let ask = || {
            let count = folds.clone();
            let fold = move |tx: &mut weir_ground::Tx| {
                count.fetch_add(1, Ordering::SeqCst);
                money::of(tx, brand)
            };
            run.block_on(kept.answer(&db, brand, "money".into(), fold)).unwrap().0
        };
        let nothing = ask();
        assert!(nothing.contains(r#""buyers":0"#), "{nothing}");
        if db.engine() == weir_ground::db::Engine::Sqlite {
            assert_eq!((ask(), folds.load(Ordering::SeqCst)), (nothing.clone(), 1), "kept");
        }
        let p = shop.person(1, START - DAY, None, true);
        shop.order(p, START - DAY, 700);
        let paid = ask();
        assert!(paid.contains(r#""gross_fen":700"#) && paid.contains(r#""buyers":0"#), "{paid}");
        shop.settle();
        let counted = ask();
        assert!(counted.contains(r#""gross_fen":700"#) && counted.contains(r#""buyers":1"#), "{counted}");
        let before = folds.load(Ordering::SeqCst);
        db.set_clock(db.now() + MINUTE);
        assert_eq!((ask(), folds.load(Ordering::SeqCst)), (counted, before + 1));
    });
}
