//! Referral, commission and the ledger on both engines.
use std::sync::Arc;
use weir_ground::base::{Fen, time};
use weir_ground::event::{BrandId, PersonId, StoreId};
use weir_ground::reader::{self, Reader};
use weir_ground::testing::{START, each_engine};
use weir_ground::{Db, params, timer};
use weir_grow::binding::{Bind, Bound, bind};
use weir_grow::commission::{self, Commissions};
use weir_grow::{promoter, referral};
use weir_keep::{Settings, brand, store};
use weir_know::react::Know;
use weir_sell::order::place::{Basket, place};
use weir_sell::order::{self, OrderId};
use weir_sell::payment::{self, Notice, TestProvider};
use weir_sell::product::{AddProduct, PutSku, add};
use weir_sell::quote::{Delivery, Item};
use weir_sell::refund::{self, RefundLine};
use weir_sell::stock::{SkuId, adjust};

#[derive(Clone, Copy)]
struct Scene {
    brand: BrandId,
    store: StoreId,
    sku: SkuId,
    referrer: PersonId,
    friend: PersonId,
}

fn scene(db: &Db) -> Scene {
    db.write_now(|tx| {
        let new = brand::NewBrand {
            code: "t".into(),
            name: "T".into(),
            timezone: "Asia/Shanghai".into(),
            currency: "CNY".into(),
            sandbox: true,
            settings: Settings { commission_bp: 700, return_days: 7, ..Settings::default() },
        };
        let brand = brand::create(tx, &new)?;
        let store = store::create(tx, brand, "system", "S1", "One", "store", None)?;
        let new = AddProduct {
            code: "P".into(),
            name: "Tea".into(),
            name_en: None,
            category: "tea".into(),
            image: None,
            description: None,
            status: "on_sale".into(),
            skus: vec![PutSku { id: None, code: "U".into(), name: String::new(), price_fen: Fen(1001) }],
        };
        let product = add(tx, brand, "system", &new)?;
        let sku = tx.one("select id from sku where product_id = $1", params![product])?;
        adjust(tx, brand, (sku, store), 100, "delivery", "system")?;
        let referrer = weir_know::identity::resolve(tx, brand, &[("phone", "10000000001")], "test")?;
        let friend = weir_know::identity::resolve(tx, brand, &[("phone", "10000000002")], "test")?;
        Ok(Scene { brand, store, sku, referrer, friend })
    })
    .unwrap()
}

fn readers() -> Vec<Arc<dyn Reader>> {
    vec![Arc::new(Know), Arc::new(Bind), Arc::new(Commissions)]
}

fn settle(db: &Db) {
    reader::catch_up(db, &readers()).unwrap();
    weir_sell::effects::run(db, &Arc::new(vec![Arc::new(TestProvider)])).unwrap();
    reader::catch_up(db, &readers()).unwrap();
}

fn bound(db: &Db, s: Scene, who: PersonId, by: PersonId) -> Bound {
    db.write_now(move |tx| {
        let code = referral::code(tx, s.brand, by)?;
        bind(tx, s.brand, who, &code, "test")
    })
    .unwrap()
}

fn bought(db: &Db, s: Scene, who: PersonId, quantity: i64) -> OrderId {
    db.write_now(move |tx| {
        let b = Basket {
            person: who,
            store: s.store,
            items: vec![Item { sku_id: s.sku, quantity }],
            delivery: Delivery::Pickup,
            address: None,
            note: None,
            quote: None,
            source: "mall",
        };
        let placed = place(tx, s.brand, &b)?;
        let o = order::get(tx, s.brand, placed.id)?;
        let a = payment::open(tx, &o, "test")?;
        let n = Notice { attempt: a.id, channel_no: a.id.to_string(), amount: a.amount };
        payment::settle(tx, s.brand, &n)?;
        Ok(placed.id)
    })
    .unwrap()
}

fn refund(db: &Db, s: Scene, id: OrderId, quantity: i64) {
    db.write_now(move |tx| {
        let o = order::get(tx, s.brand, id)?;
        refund::request(tx, &o, Some(&[RefundLine { n: 1, quantity }]), "test", None)
    })
    .unwrap();
    settle(db);
}

/// `(pending, payable, owed)` in fen.
fn earned(db: &Db, s: Scene) -> (i64, i64, i64) {
    let e = db.read_now(move |tx| promoter::earned(tx, s.brand, s.referrer)).unwrap();
    assert_eq!(db.read_now(weir_ledger::audit).unwrap(), Vec::<String>::new());
    (e.pending_fen.0, e.payable_fen.0, e.owed_fen.0)
}

fn complete(db: &Db, s: Scene, id: OrderId) {
    db.write_now(move |tx| {
        let o = order::get(tx, s.brand, id)?;
        order::fulfil(tx, &o, None)
    })
    .unwrap();
    settle(db);
}

fn pass(db: &Db, days: i64) {
    db.set_clock(db.now() + days * time::DAY);
    let mature: timer::Handler = Arc::new(commission::on_mature);
    let noop: timer::Handler = Arc::new(|_: &mut weir_ground::Tx, _: &timer::Due| Ok(()));
    let handlers = [(commission::MATURE, mature), ("stage", noop.clone()), (order::COMPLETE, noop.clone()), (order::EXPIRE, noop)];
    timer::fire(db, &Arc::new(handlers.into_iter().collect())).unwrap();
    settle(db);
}

#[test]
fn a_friends_order_pays_commission_after_the_return_window() {
    each_engine(|db| {
        let s = scene(&db);
        assert_eq!(bound(&db, s, s.friend, s.referrer), Bound::Done);
        let id = bought(&db, s, s.friend, 3);
        settle(&db);
        // floor(3003 × 7 %) = 210
        assert_eq!(earned(&db, s), (210, 0, 0));
        complete(&db, s, id);
        pass(&db, 6);
        assert_eq!(earned(&db, s), (210, 0, 0));
        pass(&db, 1);
        assert_eq!(earned(&db, s), (0, 210, 0));
    });
}

/// X14: one unit back while pending, one after maturing, then all; replays book nothing.
#[test]
fn refunds_take_back_exactly_their_share_in_every_state() {
    each_engine(|db| {
        let s = scene(&db);
        bound(&db, s, s.friend, s.referrer);
        let id = bought(&db, s, s.friend, 3);
        settle(&db);
        refund(&db, s, id, 1);
        // kept = floor(210 × 2002 / 3003) = 140
        assert_eq!(earned(&db, s), (140, 0, 0));
        complete(&db, s, id);
        pass(&db, 8);
        assert_eq!(earned(&db, s), (0, 140, 0));
        refund(&db, s, id, 1);
        assert_eq!(earned(&db, s), (0, 70, 0));
        refund(&db, s, id, 1);
        assert_eq!(earned(&db, s), (0, 0, 0));
        db.write_now(|tx| tx.exec("update reader set position = 0, xid = 0 where name = 'grow.commission'", &[])).unwrap();
        settle(&db);
        assert_eq!(earned(&db, s), (0, 0, 0));
    });
}

#[test]
fn what_was_paid_out_becomes_a_debt_that_later_earnings_settle() {
    each_engine(|db| {
        let s = scene(&db);
        bound(&db, s, s.friend, s.referrer);
        let first = bought(&db, s, s.friend, 1);
        settle(&db);
        complete(&db, s, first);
        pass(&db, 8);
        assert_eq!(earned(&db, s), (0, 70, 0));
        // A payout of everything, as the next chapter of growing will make it.
        let (payable, brand) = (format!("liab:commission:payable:{}", s.referrer), s.brand);
        let _ = db
            .write_now(move |tx| {
                weir_ledger::post(tx, brand, "payout:1", &[weir_ledger::debit(payable.clone(), Fen(70)), weir_ledger::credit("asset:bank", Fen(70))])
            })
            .unwrap();
        refund(&db, s, first, 1);
        assert_eq!(earned(&db, s), (0, 0, 70));
        let second = bought(&db, s, s.friend, 2);
        settle(&db);
        assert_eq!(earned(&db, s), (140, 0, 70));
        complete(&db, s, second);
        pass(&db, 8);
        assert_eq!(earned(&db, s), (0, 70, 0));
    });
}

#[test]
fn nobody_brings_themselves_an_existing_customer_or_who_brought_them() {
    each_engine(|db| {
        let s = scene(&db);
        assert_eq!(bound(&db, s, s.referrer, s.referrer), Bound::Circle);
        assert_eq!(bound(&db, s, s.friend, s.referrer), Bound::Done);
        assert_eq!(bound(&db, s, s.friend, s.referrer), Bound::AlreadyBound);
        assert_eq!(bound(&db, s, s.referrer, s.friend), Bound::Circle);
        let other = db
            .write_now(move |tx| weir_know::identity::resolve(tx, s.brand, &[("phone", "10000000003")], "test"))
            .unwrap();
        bought(&db, s, other, 1);
        settle(&db);
        assert_eq!(bound(&db, s, other, s.referrer), Bound::NotNew);
        let unknown = db.write_now(move |tx| bind(tx, s.brand, s.friend, "nosuch", "test")).unwrap();
        assert_eq!(unknown, Bound::UnknownCode);
        let open: i64 = db.read_now(|tx| tx.one("select count(*) from binding", &[])).unwrap();
        assert_eq!(open, 1);
        assert_eq!(earned(&db, s), (0, 0, 0));
    });
}

#[test]
fn a_referral_in_the_sign_in_event_binds_and_the_rate_is_frozen_at_placement() {
    each_engine(|db| {
        let s = scene(&db);
        db.write_now(move |tx| {
            let code = referral::code(tx, s.brand, s.referrer)?;
            let props = format!(r#"{{"referral":"{code}"}}"#);
            let fact = weir_ground::Fact::new(s.brand, "buyer.signed_in", START).person(s.friend).props(&props);
            let _ = tx.record(&fact)?;
            Ok(())
        })
        .unwrap();
        settle(&db);
        bought(&db, s, s.friend, 1);
        db.write_now(move |tx| {
            let mut b = brand::get(tx, s.brand)?;
            b.settings.commission_bp = 0;
            let text = serde_json::to_string(&b.settings).unwrap();
            tx.exec("update brand set settings = $1 where id = $2", params![&text, s.brand])
        })
        .unwrap();
        settle(&db);
        assert_eq!(earned(&db, s), (70, 0, 0));
        bought(&db, s, s.friend, 1);
        settle(&db);
        assert_eq!(earned(&db, s), (70, 0, 0));
    });
}
