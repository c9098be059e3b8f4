//! A campaign from draft to done: who gets it, who does not and why, each exactly once.
mod common;

use common::{Shop, config};
use std::sync::{Arc, atomic::{AtomicBool, Ordering}};
use std::time::{Duration, Instant};
use weir_ground::base::{Code, Fen};
use weir_ground::params;
use weir_ground::testing::each_engine;
use weir_know::{Audience, identity};
use weir_reach::campaign::{self, Counts, EditCampaign, State};
use weir_reach::channel::ChannelKind;
use weir_reach::send::{self, AskForecast, Forecast, NotReached};
use weir_reach::inbox;

#[test]
fn everybody_is_decided_once_and_the_holdout_gets_nothing() {
    each_engine(|db| {
        let shop = Shop::new(&db);
        let granted = shop.persons(0..700, "inbox");
        for n in 700..740 {
            shop.person(n, None);
        }
        for p in shop.persons(740..750, "inbox") {
            shop.consent(p, "inbox", "withdrawn");
        }
        // A visitor nobody knows has no inbox, whatever they said.
        let brand = shop.brand;
        let visitor = db.write_now(move |tx| identity::resolve(tx, brand, &[("visitor", "v1")], "test")).unwrap();
        shop.consent(visitor, "inbox", "granted");
        db.write_now(move |tx| weir_know::tag::add(tx, brand, visitor, "tea", "test", None)).unwrap();
        let outside = shop.person(900, Some("inbox"));
        db.write_now(move |tx| tx.exec("delete from tag where person_id = $1", params![outside])).unwrap();

        let ask = AskForecast {
            channel: ChannelKind::Inbox,
            audience: Audience { tags: vec!["tea".into()], ..Audience::default() },
            holdout_bp: 1000,
        };
        let not = |reason: &str, persons| NotReached { reason: reason.into(), persons };
        assert_eq!(
            db.read_now(move |tx| send::forecast(tx, brand, &ask)).unwrap(),
            Forecast {
                selected: 751,
                holdout: 70,
                reachable: 630,
                not_reachable: vec![not("no_address", 1), not("no_consent", 40), not("withdrawn", 10)],
            }
        );

        let c = shop.launched(ChannelKind::Inbox, 1000);
        assert_eq!((c.state, c.counts), (State::Sending, Counts::default()));
        send::run_all(&db, &config()).unwrap();
        let salt: String = db.read_now(move |tx| tx.one("select salt from campaign where id = $1", params![c.id])).unwrap();
        let held: Vec<_> = granted.iter().filter(|p| send::held_out(&salt, **p, 1000)).collect();
        let (h, t) = (held.len() as i64, 700 - held.len() as i64);
        assert!((40..=100).contains(&h), "about a tenth: {h}");
        let done = shop.get(c.id);
        assert_eq!(done.state, State::Done);
        assert_eq!(
            done.counts,
            Counts { selected: 751, treated: t, holdout: h, sent: t, skipped: 51, ..Counts::default() }
        );
        for p in &granted {
            let expected = if send::held_out(&salt, *p, 1000) { "held_out" } else { "sent" };
            assert_eq!(shop.state(c.id, *p), (expected.to_string(), None));
        }
        assert_eq!(shop.state(c.id, visitor), ("skipped".into(), Some("no_address".into())));
        assert_eq!(shop.count("select count(*) from event where name = 'message.sent'"), t);
        assert_eq!(shop.count("select count(*) from event where name = 'message.held_out'"), h);
        assert_eq!(shop.count("select count(*) from event where name in ('campaign.launched', 'campaign.done')"), 2);

        let before = shop.count("select count(*) from event");
        send::run_all(&db, &config()).unwrap();
        assert_eq!(shop.count("select count(*) from event"), before, "nothing is left to do");
        let (who, id) = (shop.who(), c.id);
        let again = db.write_now(move |tx| campaign::launch(tx, &who, id)).unwrap_err();
        assert_eq!((again.code, shop.count("select count(*) from event")), (Code::Conflict, before));
    });
}

#[test]
fn a_cancelled_campaign_sends_nothing_more() {
    each_engine(|db| {
        let shop = Shop::new(&db);
        shop.persons(0..5, "inbox");
        let (who, c) = (shop.who(), shop.launched(ChannelKind::Inbox, 0));
        let cancelled = db.write_now(move |tx| campaign::cancel(tx, &who, c.id)).unwrap();
        assert_eq!(cancelled.state, State::Cancelled);
        send::run_all(&db, &config()).unwrap();
        assert_eq!(shop.get(c.id).counts, Counts::default());
        let who = shop.who();
        assert_eq!(db.write_now(move |tx| campaign::cancel(tx, &who, c.id)).unwrap_err().code, Code::Conflict);
        assert_eq!(shop.count("select count(*) from event where name = 'message.sent'"), 0);
    });
}

/// A segment is an audience like the other lists: whoever is in it when the campaign walks by.
#[test]
fn a_segment_is_an_audience() {
    each_engine(|db| {
        let shop = Shop::new(&db);
        let all = shop.persons(0..6, "inbox");
        let (brand, member) = (shop.brand, all[1]);
        let outside = all[5];
        let rule = serde_json::json!({ "tag": { "any": ["tea"] } });
        let segment = db
            .write_now(move |tx| {
                let rule = serde_json::from_value(rule.clone()).map_err(weir_ground::base::Problem::internal)?;
                let id = weir_know::segment::create(tx, brand, "茶客", None, &rule, "test")?;
                for person in [member, outside] {
                    tx.exec(
                        "insert into segment_member (segment_id, person_id, since, cause) values ($1, $2, 0, 'event')",
                        params![id, person],
                    )?;
                }
                Ok(id)
            })
            .unwrap();
        let edit = EditCampaign {
            audience: Some(Audience { segments: vec![segment], ..Audience::default() }),
            ..EditCampaign::default()
        };
        let (who, id) = (shop.who(), shop.draft(ChannelKind::Inbox, 0).id);
        db.write_now(move |tx| campaign::edit(tx, &who, id, &edit)).unwrap();
        let who = shop.who();
        let early = db.write_now(move |tx| campaign::launch(tx, &who, id)).unwrap_err();
        assert_eq!((early.code, shop.get(id).state), (Code::Conflict, State::Draft), "it is still being computed");
        let who = shop.who();
        db.write_now(move |tx| {
            tx.exec("update segment set state = 'live' where id = $1", params![segment])?;
            campaign::launch(tx, &who, id)
        })
        .unwrap();
        send::run_all(&db, &config()).unwrap();
        assert_eq!(shop.get(id).counts.selected, 2);
        assert_eq!(shop.count("select count(*) from event where name = 'message.sent'"), 2);
        // An ended one is refused, before and at the launch.
        let (who, draft) = (shop.who(), shop.draft(ChannelKind::Inbox, 0).id);
        let edit = EditCampaign {
            audience: Some(Audience { segments: vec![segment], ..Audience::default() }),
            ..EditCampaign::default()
        };
        let again = edit.clone();
        db.write_now(move |tx| campaign::edit(tx, &who, draft, &edit)).unwrap();
        db.write_now(move |tx| tx.exec("update segment set state = 'archived' where id = $1", params![segment])).unwrap();
        for refused in [
            { let who = shop.who(); db.write_now(move |tx| campaign::edit(tx, &who, draft, &again)) },
            { let who = shop.who(); db.write_now(move |tx| campaign::launch(tx, &who, draft)) },
        ] {
            let refused = refused.unwrap_err();
            assert_eq!((refused.code, refused.errors[0].field.as_str()), (Code::Invalid, "audience.segments"));
        }
    });
}

#[test]
fn only_drafts_change_and_bad_content_is_refused() {
    each_engine(|db| {
        let shop = Shop::new(&db);
        let (who, id) = (shop.who(), shop.draft(ChannelKind::Inbox, 500).id);
        let try_edit = |edit: EditCampaign| {
            let who = shop.who();
            db.write_now(move |tx| campaign::edit(tx, &who, id, &edit))
        };
        let new = EditCampaign {
            subject: Some("新主题".into()),
            link: Some(String::new()),
            cost_per_message_fen: Some(Fen(7)),
            ..EditCampaign::default()
        };
        let changed = try_edit(new).unwrap();
        assert_eq!(
            (changed.subject.as_str(), changed.link, changed.cost_per_message_fen, changed.name.as_str(), changed.holdout_bp),
            ("新主题", None, Fen(7), "春茶上新", 500)
        );
        try_edit(EditCampaign { name: Some("春茶上新".into()), ..EditCampaign::default() }).unwrap();
        let told = db.read_now(|tx| tx.all::<(String, String)>("select name, props from event where name in ('campaign.created', 'campaign.changed') order by id", &[]));
        let told: Vec<(String, serde_json::Value)> = told.unwrap().into_iter().map(|(n, p)| (n, serde_json::from_str(&p).unwrap())).collect();
        let differ = serde_json::json!({ "campaign": id, "name": "春茶上新", "fields": ["subject", "link", "cost_per_message_fen"] });
        let made = serde_json::json!({ "campaign": id, "name": "春茶上新", "channel": "inbox" });
        assert_eq!(told, [("campaign.created".into(), made), ("campaign.changed".into(), differ)], "an edit that changes nothing is no fact");
        let foreign = Audience { stores: vec![weir_ground::base::Id::new(77)], ..Audience::default() };
        for (field, edit) in [
            ("holdout_bp", EditCampaign { holdout_bp: Some(5001), ..EditCampaign::default() }),
            ("body", EditCampaign { body: Some("  ".into()), ..EditCampaign::default() }),
            ("link", EditCampaign { link: Some("javascript:alert(1)".into()), ..EditCampaign::default() }),
            ("link", EditCampaign { link: Some("//elsewhere.example".into()), ..EditCampaign::default() }),
            ("audience.stores", EditCampaign { audience: Some(foreign.clone()), ..EditCampaign::default() }),
        ] {
            let refused = try_edit(edit).unwrap_err();
            assert_eq!((refused.code, refused.errors[0].field.as_str()), (Code::Invalid, field));
        }
        assert_eq!(shop.count("select count(*) from event where name = 'campaign.changed'"), 1);
        db.write_now(move |tx| campaign::launch(tx, &who, id)).unwrap();
        let late = try_edit(EditCampaign { name: Some("x".into()), ..EditCampaign::default() }).unwrap_err();
        assert_eq!((late.code, shop.get(id).name.as_str()), (Code::Conflict, "春茶上新"));
        let other = weir_keep::Staff::system(weir_ground::base::Id::new(1));
        assert_eq!(db.write_now(move |tx| campaign::cancel(tx, &other, id)).unwrap_err().code, Code::NotFound);
        assert_eq!(shop.get(id).state, State::Sending);
    });
}

#[test]
fn the_inbox_shows_what_was_sent_and_notes_reading_once() {
    each_engine(|db| {
        let shop = Shop::new(&db);
        let (a, b) = (shop.person(1, Some("inbox")), shop.person(2, Some("inbox")));
        let c = shop.launched(ChannelKind::Inbox, 0);
        send::run_all(&db, &config()).unwrap();
        let brand = shop.brand;
        let list = db.read_now(move |tx| inbox::list(tx, brand, a, &Default::default())).unwrap();
        let [item] = &list.items[..] else { panic!("one message: {list:?}") };
        assert_eq!((item.subject.as_str(), item.link.as_deref(), item.read_at), ("客1，春茶到了", Some("/m/?tp=spring"), None));
        let unread = |p| db.read_now(move |tx| inbox::unread(tx, brand, p)).unwrap();
        assert_eq!((unread(a), unread(b)), (1, 1));

        let id = item.id;
        let mark = |p, clicked| db.write_now(move |tx| inbox::mark(tx, brand, p, id, clicked));
        assert_eq!(mark(b, true).unwrap_err().code, Code::NotFound);
        mark(a, false).unwrap();
        mark(a, true).unwrap();
        mark(a, true).unwrap();
        assert_eq!((unread(a), unread(b)), (0, 1));
        assert_eq!(shop.count("select count(*) from event where name = 'message.read'"), 1);
        assert_eq!(shop.count("select count(*) from event where name = 'message.clicked'"), 1);
        assert_eq!((shop.get(c.id).counts.read, shop.get(c.id).counts.clicked), (1, 1));

        // Somebody who turns out to be the same person finds it in the one inbox.
        let winner = db.write_now(move |tx| identity::merge(tx, brand, a, b, "test")).unwrap();
        assert_eq!(winner, None, "two user ids are two persons");
        let c2 = db.write_now(move |tx| identity::resolve(tx, brand, &[("email", "later@mail.example")], "test")).unwrap();
        let winner = db.write_now(move |tx| identity::merge(tx, brand, c2, b, "test")).unwrap().unwrap();
        assert_eq!(unread(winner), 1);
    });
}

#[test]
fn the_worker_wakes_for_a_launch_and_stops_when_told() {
    each_engine(|db| {
        let shop = Shop::new(&db);
        shop.persons(0..3, "inbox");
        let stop = Arc::new(AtomicBool::new(false));
        let thread = send::worker(db.clone(), Arc::new(config()), stop.clone());
        std::thread::sleep(Duration::from_millis(50));
        let c = shop.launched(ChannelKind::Inbox, 0);
        send::wake();
        let began = Instant::now();
        while shop.get(c.id).state != State::Done && began.elapsed() < Duration::from_secs(10) {
            std::thread::sleep(Duration::from_millis(5));
        }
        assert_eq!((shop.get(c.id).state, shop.get(c.id).counts.sent), (State::Done, 3));
        stop.store(true, Ordering::SeqCst);
        send::wake();
        thread.join().unwrap();
    });
}
