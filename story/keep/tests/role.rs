//! Roles and scope: every door asks, stores are seen by their own, brands never meet.
mod common;

use common::*;
use serde_json::{Value, json};
use weir_ground::base::Fen;
use weir_ground::event::{PersonId, StoreId};
use weir_ground::params;
use weir_ground::testing::{START, each_engine};
use weir_keep::{May, Role};
use weir_sell::order::OrderId;

fn codes(list: &Value, field: &str) -> Vec<String> {
    list["items"].as_array().unwrap().iter().map(|i| i[field].as_str().unwrap_or("").to_string()).collect()
}

#[test]
fn every_door_asks_for_its_permission() {
    each_engine(|db| {
        let w = World::new(&db, "tea");
        let store = w.store("S1");
        let none = "00000000000000";
        let gone = |prefix: &str| format!("{prefix}_{}", &none[..13]);
        // What a request is answered when the permission is there: good, or nothing by that id.
        let doors: Vec<(&str, String, Option<Value>, May, u16)> = vec![
            ("PATCH", "/api/v1/brand".into(), Some(json!({ "name": "tea" })), May::SettingsWrite, 200),
            ("POST", "/api/v1/stores".into(), Some(json!({ "code": "", "name": "x" })), May::SettingsWrite, 400),
            ("PATCH", format!("/api/v1/stores/{store}"), Some(json!({ "city": "Riverside" })), May::SettingsWrite, 200),
            ("PUT", format!("/api/v1/stores/{store}/place"), Some(json!({ "lat": 31.2, "lng": 121.4 })), May::TouchpointWrite, 204),
            ("DELETE", format!("/api/v1/stores/{store}/place"), None, May::TouchpointWrite, 204),
            ("PUT", format!("/api/v1/persons/{}/guide", gone("per")), Some(json!({ "guide_id": null })), May::PersonWrite, 404),
            ("GET", "/api/v1/guides".into(), None, May::PersonRead, 200),
            ("POST", "/api/v1/staff".into(), Some(json!({ "name": "x", "email": "x", "role": "guide", "password": "long enough" })), May::StaffWrite, 400),
            ("PATCH", format!("/api/v1/staff/{}", gone("stf")), Some(json!({})), May::StaffWrite, 404),
            ("GET", "/api/v1/keys".into(), None, May::KeyWrite, 200),
            ("POST", "/api/v1/keys".into(), Some(json!({ "name": "x", "scope": "x" })), May::KeyWrite, 400),
            ("DELETE", format!("/api/v1/keys/{}", gone("key")), None, May::KeyWrite, 404),
            ("GET", "/api/v1/audit".into(), None, May::AuditRead, 200),
            ("GET", "/api/v1/persons".into(), None, May::PersonRead, 200),
            ("POST", "/api/v1/persons".into(), Some(json!({})), May::PersonWrite, 400),
            ("PATCH", format!("/api/v1/persons/{}", gone("per")), Some(json!({})), May::PersonWrite, 404),
            ("POST", format!("/api/v1/persons/{}/tags", gone("per")), Some(json!({ "tag": "x" })), May::PersonWrite, 404),
            ("GET", "/api/v1/stage-preview?silent_days=1&churned_days=2".into(), None, May::MeasureRead, 200),
            ("GET", "/api/v1/orders".into(), None, May::OrderRead, 200),
            ("POST", format!("/api/v1/orders/{}/ready", gone("ord")), None, May::OrderFulfil, 404),
            ("POST", format!("/api/v1/orders/{}/reveal", gone("ord")), None, May::OrderFulfil, 404),
            ("POST", format!("/api/v1/orders/{}/refunds", gone("ord")), Some(json!({ "reason": "x" })), May::OrderRefund, 404),
            ("POST", "/api/v1/products".into(), Some(json!({ "code": "", "name": "x", "category": "c", "status": "on_sale", "skus": [] })), May::ProductWrite, 400),
            ("POST", format!("/api/v1/skus/{}/stock", gone("sku")), Some(json!({ "store_id": store, "delta": 1, "reason": "x" })), May::StockWrite, 404),
        ];
        let before: i64 = w.one("select count(*) from event where name <> 'staff.signed_in'");
        let mut refused = 0;
        for role in Role::ALL {
            w.staff(role.code(), role, &[store]);
            let who = w.sign_in(role.code(), PASSWORD);
            for (method, path, body, need, good) in &doors {
                let (status, answer) = w.ask(&who, method, path, body.clone());
                let expected = if role.may(*need) { *good } else { 403 };
                assert_eq!(status, expected, "{} {method} {path}: {answer}", role.code());
                if expected == 403 {
                    refused += 1;
                    assert_eq!(answer["code"], json!("forbidden"));
                    assert!(answer["detail"].as_str().unwrap().contains(need.code()), "{answer}");
                }
            }
            // What the page of roles says is what the doors do.
            let (_, table) = w.get(&who, "/api/v1/roles");
            let row = table["items"].as_array().unwrap().iter().find(|r| r["role"] == json!(role.code())).unwrap();
            let may: Vec<&str> = May::ALL.iter().filter(|m| role.may(**m)).map(|m| m.code()).collect();
            assert_eq!(row["may"], json!(may));
        }
        assert_eq!(refused, 8 + 11 + 15 + 19);
        // The owner changed the brand and the store; five people were added; three said where the store is and
        // took it back; nothing else happened.
        let after: i64 = w.one("select count(*) from event where name <> 'staff.signed_in'");
        assert_eq!(after - before, 2 + 5 + 6);
    });
}

struct Shop {
    store: StoreId,
    person: PersonId,
    order: OrderId,
}

fn shop(w: &World, code: &str, phone: &'static str) -> Shop {
    let (brand, store) = (w.brand, w.store(code));
    w.db.write_now(move |tx| {
        let person = weir_know::identity::resolve(tx, brand, &[("phone", phone)], "test")?;
        weir_know::person::set_store(tx, person, store)?;
        weir_know::tag::add(tx, brand, person, &format!("of {phone}"), "manual", None)?;
        let line = weir_sell::order::imported::ImportedLine { sku: None, name: "Tea".into(), quantity: 1, amount: Fen(1_000) };
        let no = format!("no-{phone}");
        let order = weir_sell::order::imported::Imported { no: no.clone(), person, store, placed_at: START - 1, lines: vec![line] };
        let _ = weir_sell::order::imported::keep(tx, brand, &order)?;
        Ok(Shop { store, person, order: tx.one("select id from orders where no = $1", params![&no])? })
    })
    .unwrap()
}

#[test]
fn a_store_manager_sees_the_own_store_and_nothing_of_another() {
    each_engine(|db| {
        let w = World::new(&db, "tea");
        let (mine, other) = (shop(&w, "S1", "13800000001"), shop(&w, "S2", "13800000002"));
        w.staff("owner", Role::Owner, &[]);
        w.staff("mei", Role::StoreManager, &[mine.store]);
        w.staff("lan", Role::Guide, &[]);
        let (owner, mei, lan) = (w.sign_in("owner", PASSWORD), w.sign_in("mei", PASSWORD), w.sign_in("lan", PASSWORD));
        for (who, persons, orders, stores) in [(&owner, 2, 2, 3), (&mei, 1, 1, 1), (&lan, 0, 0, 0)] {
            for (path, n) in [("persons", persons), ("orders", orders), ("stores", stores)] {
                let (status, list) = w.get(who, &format!("/api/v1/{path}"));
                assert_eq!((status, &list["total"], list["items"].as_array().unwrap().len()), (200, &json!(n), n), "{path}");
            }
        }
        assert_eq!(codes(&w.get(&mei, "/api/v1/persons").1, "id"), [mine.person.to_string()]);
        assert_eq!(codes(&w.get(&mei, "/api/v1/orders").1, "id"), [mine.order.to_string()]);
        assert_eq!(codes(&w.get(&mei, "/api/v1/tags").1, "tag"), ["of 13800000001"]);
        // Searching for what lies outside finds nothing either.
        for query in [format!("persons?q={}", other.person), format!("persons?store={}", other.store), format!("orders?person={}", other.person)] {
            assert_eq!(w.get(&mei, &format!("/api/v1/{query}")).1["items"], json!([]), "{query}");
        }

        let before: (i64, i64) = w.one("select (select count(*) from event), (select count(*) from tag)");
        let doors = [
            ("GET", format!("/api/v1/persons/{}", other.person), None),
            ("PATCH", format!("/api/v1/persons/{}", other.person), Some(json!({ "name": "taken" }))),
            ("GET", format!("/api/v1/persons/{}/timeline", other.person), None),
            ("POST", format!("/api/v1/persons/{}/tags", other.person), Some(json!({ "tag": "x" }))),
            ("POST", format!("/api/v1/persons/{}/consents", other.person), Some(json!({ "purpose": "marketing", "channel": "inbox", "status": "denied" }))),
            // By the phone of somebody who belongs to another store.
            ("POST", "/api/v1/persons".into(), Some(json!({ "phone": "13800000002", "name": "taken" }))),
            ("POST", "/api/v1/persons".into(), Some(json!({ "phone": "13800000003", "store_id": other.store }))),
            ("GET", format!("/api/v1/orders/{}", other.order), None),
            ("POST", format!("/api/v1/orders/{}/refunds", other.order), Some(json!({ "reason": "x" }))),
            ("POST", format!("/api/v1/orders/{}/cancel", other.order), None),
            ("POST", format!("/api/v1/orders/{}/reveal", other.order), None),
        ];
        for (method, path, body) in doors {
            let (status, problem) = w.ask(&mei, method, &path, body);
            assert_eq!((status, &problem["code"]), (404, &json!("not_found")), "{method} {path}");
        }
        assert_eq!(w.one::<(i64, i64)>("select (select count(*) from event), (select count(*) from tag)"), before);
        assert_eq!(w.get(&mei, &format!("/api/v1/persons/{}", mine.person)).0, 200);
        assert_eq!(w.get(&mei, &format!("/api/v1/orders/{}", mine.order)).0, 200);
        assert_eq!(w.get(&mei, "/api/v1/staff").0, 403);

        // The scope is read afresh with each request.
        let id: String = w.get(&owner, "/api/v1/staff").1["items"][1]["id"].as_str().unwrap().into();
        let (status, _) = w.ask(&owner, "PATCH", &format!("/api/v1/staff/{id}"), Some(json!({ "store_ids": [other.store] })));
        assert_eq!((status, codes(&w.get(&mei, "/api/v1/persons").1, "id")), (200, vec![other.person.to_string()]));
        // What a manager adds belongs to the own store.
        let (status, made) = w.ask(&mei, "POST", "/api/v1/persons", Some(json!({ "phone": "13800000004" })));
        assert_eq!((status, &made["store"]["id"]), (200, &json!(other.store)));
    });
}

#[test]
fn staff_keys_and_stores_of_another_brand_are_not_there() {
    each_engine(|db| {
        let (a, b) = (World::new(&db, "tea"), World::new(&db, "silk"));
        let (theirs, store) = (b.staff("owner", Role::Owner, &[]), b.store("S1"));
        let b_key = b.key("admin");
        let key_id: String = b.get(&b_key, "/api/v1/keys").1["items"][0]["id"].as_str().unwrap().into();
        a.staff("owner", Role::Owner, &[]);
        let mine = a.staff("mei", Role::Guide, &[]);
        let owner = a.sign_in("owner", PASSWORD);
        assert_eq!(codes(&a.get(&owner, "/api/v1/staff").1, "email"), ["owner@tea.example", "mei@tea.example"]);
        assert_eq!(codes(&a.get(&owner, "/api/v1/stores").1, "code"), ["HQ"]);
        assert_eq!(a.get(&owner, "/api/v1/keys").1["items"], json!([]));
        let doors = [
            ("PATCH", format!("/api/v1/staff/{theirs}"), Some(json!({ "active": false, "password": "taken over" })), 404),
            ("PATCH", format!("/api/v1/stores/{store}"), Some(json!({ "active": false })), 404),
            ("DELETE", format!("/api/v1/keys/{key_id}"), None, 404),
            // A store of another brand is no store to be put in charge of.
            ("PATCH", format!("/api/v1/staff/{mine}"), Some(json!({ "store_ids": [store] })), 400),
            ("POST", "/api/v1/staff".into(), Some(json!({ "name": "x", "email": "x@tea.example", "role": "guide", "password": PASSWORD, "store_ids": [store] })), 400),
            // An address is one person's, over all brands of this server.
            ("POST", "/api/v1/staff".into(), Some(json!({ "name": "x", "email": "OWNER@silk.example", "role": "guide", "password": PASSWORD })), 409),
        ];
        for (method, path, body, expected) in doors {
            assert_eq!(a.ask(&owner, method, &path, body).0, expected, "{method} {path}");
        }
        assert_eq!(b.get(&b_key, "/api/v1/me").0, 200);
        b.sign_in("owner", PASSWORD);
        let left: (i64, i64) = a.one("select (select count(*) from staff), (select count(*) from staff_store)");
        assert_eq!(left, (3, 0));
        let (_, audit) = a.get(&owner, "/api/v1/audit");
        assert_eq!(codes(&audit, "name"), ["staff.signed_in"]);
    });
}

#[test]
fn the_last_owner_stays() {
    each_engine(|db| {
        let w = World::new(&db, "tea");
        let first = w.staff("owner", Role::Owner, &[]);
        let owner = w.sign_in("owner", PASSWORD);
        let path = format!("/api/v1/staff/{first}");
        for body in [json!({ "role": "operator" }), json!({ "active": false })] {
            let (status, problem) = w.ask(&owner, "PATCH", &path, Some(body));
            assert_eq!((status, &problem["code"]), (409, &json!("conflict")));
        }
        let row: (String, i64) = w.one("select role, active from staff");
        assert_eq!(row, ("owner".into(), 1));
        assert_eq!(w.get(&owner, "/api/v1/me").0, 200, "the session goes on");
        // With a second one the first may go; then the second is the last.
        let second = w.staff("second", Role::Owner, &[]);
        assert_eq!(w.ask(&owner, "PATCH", &path, Some(json!({ "active": false }))).0, 200);
        assert_eq!(w.get(&owner, "/api/v1/me").0, 401);
        assert_eq!(w.try_sign_in("owner@tea.example", PASSWORD).0, 401);
        let second_owner = w.sign_in("second", PASSWORD);
        assert_eq!(w.ask(&second_owner, "PATCH", &format!("/api/v1/staff/{second}"), Some(json!({ "role": "guide" }))).0, 409);
    });
}

#[test]
fn a_new_password_or_role_ends_the_sessions() {
    each_engine(|db| {
        let w = World::new(&db, "tea");
        w.staff("owner", Role::Owner, &[]);
        let mei = w.staff("mei", Role::Operator, &[]);
        let owner = w.sign_in("owner", PASSWORD);
        let path = format!("/api/v1/staff/{mei}");
        let change = |body: Value| w.ask(&owner, "PATCH", &path, Some(body)).0;
        let (one, two) = (w.sign_in("mei", PASSWORD), w.sign_in("mei", PASSWORD));
        let in_now = |who: &As| w.get(who, "/api/v1/me").0 == 200;
        // A name ends nothing.
        assert_eq!((change(json!({ "name": "Mei" })), in_now(&one), in_now(&two)), (200, true, true));
        assert_eq!(change(json!({ "password": "short" })), 400);
        assert!(in_now(&one));
        assert_eq!((change(json!({ "password": "another password" })), in_now(&one), in_now(&two)), (200, false, false));
        assert_eq!(w.try_sign_in("mei@tea.example", PASSWORD).0, 401);
        let three = w.sign_in("mei", "another password");
        assert_eq!((change(json!({ "role": "read_only" })), in_now(&three)), (200, false));
        let four = w.sign_in("mei", "another password");
        assert_eq!((change(json!({ "role": "read_only" })), in_now(&four)), (200, true));
        assert_eq!((change(json!({ "active": false })), in_now(&four)), (200, false));
        assert!(in_now(&owner), "others stay signed in");
        let said: Vec<String> = w.all("select props from event where name = 'staff.changed' order by id");
        assert_eq!(said.len(), 5);
        assert!(said.iter().all(|p| !p.contains("another password") && !p.contains("argon2")), "{said:?}");
    });
}

#[test]
fn contacts_are_masked_for_everybody_and_shown_whole_only_on_record() {
    each_engine(|db| {
        let w = World::new(&db, "tea");
        let mine = shop(&w, "one", "13800000001");
        w.staff("owner", Role::Owner, &[]);
        w.staff("lan", Role::Guide, &[mine.store]);
        w.staff("bai", Role::ReadOnly, &[]);
        let (owner, lan, bai) = (w.sign_in("owner", PASSWORD), w.sign_in("lan", PASSWORD), w.sign_in("bai", PASSWORD));
        let page = format!("/api/v1/persons/{}", mine.person);
        for who in [&owner, &lan, &bai] {
            // The whole number, in any way of writing it, or its last four digits; the beginning finds nobody.
            for (q, n) in [("13800000001", 1), ("%2B86%20138-0000-0001", 1), ("0001", 1), ("1380000", 0), ("13800000009", 0)] {
                let (status, list) = w.get(who, &format!("/api/v1/persons?q={q}"));
                assert_eq!((status, list["items"].as_array().unwrap().len()), (200, n), "{q}");
            }
            let (_, one) = w.get(who, &page);
            assert_eq!((&one["phone"], &one["identities"][0]["value"]), (&json!("138****0001"), &json!("138****0001")));
        }
        let looked = "select count(*) from event where name = 'person.revealed'";
        for who in [&lan, &bai] {
            assert_eq!(w.ask(who, "POST", &format!("{page}/reveal"), None).0, 403);
        }
        assert_eq!(w.one::<i64>(looked), 0);
        let (status, whole) = w.ask(&owner, "POST", &format!("{page}/reveal"), None);
        assert_eq!((status, &whole["phone"], &whole["identities"][0]["value"]), (200, &json!("13800000001"), &json!("13800000001")));
        let (_, audit) = w.get(&owner, "/api/v1/audit");
        assert_eq!((w.one::<i64>(looked), &audit["items"][0]["name"]), (1, &json!("person.revealed")));
        assert!(!audit.to_string().contains("13800000001"), "{audit}");
        // A mask that is written back changes nothing.
        assert_eq!(w.ask(&owner, "PATCH", &page, Some(json!({ "phone": "138****0001" }))).0, 400);
        assert_eq!(w.ask(&owner, "POST", &format!("{page}/reveal"), None).1["phone"], json!("13800000001"));
    });
}

/// A delivery that is paid, to a street in the city, with a note.
fn delivery(w: &World, store: StoreId) -> OrderId {
    use weir_sell::order::place::{Basket, place};
    use weir_sell::payment::{Notice, open, settle};
    use weir_sell::product::{AddProduct, PutSku, add};
    use weir_sell::quote::{Delivery, Item};
    let brand = w.brand;
    w.db.write_now(move |tx| {
        let sku = PutSku { id: None, code: "U1".into(), name: String::new(), price_fen: Fen(1_000) };
        let new = AddProduct {
            code: "P1".into(), name: "Tea".into(), name_en: None, category: "drinks".into(), image: None, description: None,
            status: "on_sale".into(), skus: vec![sku],
        };
        let product = add(tx, brand, "system", &new)?;
        let sku = tx.one("select id from sku where product_id = $1", params![product])?;
        weir_sell::stock::adjust(tx, brand, (sku, store), 5, "delivery", "system")?;
        let address = json!({ "name": "Zhou", "phone": "13800000031", "region": "Riverside", "detail": "Weir Road 8" }).to_string();
        let basket = Basket {
            person: weir_know::identity::resolve(tx, brand, &[("phone", "13800000032")], "test")?,
            store,
            items: vec![Item { sku_id: sku, quantity: 1 }],
            delivery: Delivery::Delivery,
            address: Some(address),
            note: Some("ring 13800000033".into()),
            quote: None,
            source: "mall",
        };
        let placed = place(tx, brand, &basket)?;
        let order = weir_sell::order::get(tx, brand, placed.id)?;
        let attempt = open(tx, &order, "test")?.id;
        settle(tx, brand, &Notice { attempt, channel_no: "c-1".into(), amount: placed.total })?;
        Ok(placed.id)
    })
    .unwrap()
}

#[test]
fn whoever_ships_an_order_sees_where_it_goes_and_that_is_on_record() {
    each_engine(|db| {
        let w = World::new(&db, "tea");
        let store = w.store("S1");
        let order = delivery(&w, store);
        w.staff("owner", Role::Owner, &[]);
        w.staff("lan", Role::Guide, &[store]);
        w.staff("bai", Role::ReadOnly, &[]);
        let (owner, lan, bai) = (w.sign_in("owner", PASSWORD), w.sign_in("lan", PASSWORD), w.sign_in("bai", PASSWORD));
        let path = format!("/api/v1/orders/{order}");
        let reveal = |who: &As| w.ask(who, "POST", &format!("{path}/reveal"), None);
        let looked = "select count(*) from event where name = 'order.revealed'";
        for who in [&owner, &lan, &bai] {
            let (_, page) = w.get(who, &path);
            assert_eq!(page["address"], json!({ "name": "Zhou", "phone": "138****0031", "region": "Riverside", "detail": "Wei***" }));
            assert_eq!(page["note"], json!("ring 138****0033"));
        }
        assert_eq!((reveal(&bai).0, w.one::<i64>(looked)), (403, 0));
        let whole = json!({
            "address": { "name": "Zhou", "phone": "13800000031", "region": "Riverside", "detail": "Weir Road 8" }, "note": "ring 13800000033",
        });
        for who in [&lan, &owner] {
            assert_eq!(reveal(who), (200, whole.clone()));
        }
        let (_, page) = w.get(&bai, &path);
        let steps: Vec<(&str, &str)> =
            page["history"].as_array().unwrap().iter().map(|e| (e["name"].as_str().unwrap(), e["actor_name"].as_str().unwrap_or(""))).collect();
        assert_eq!(steps[steps.len() - 2..], [("order.revealed", "lan"), ("order.revealed", "owner")]);
        let (_, audit) = w.get(&owner, "/api/v1/audit");
        assert_eq!(audit["items"][0]["name"], json!("order.revealed"));
        assert!(!audit.to_string().contains("1380000003"), "{audit}");

        // Once it is done with, a guide has no more need to know.
        for step in ["fulfil", "complete"] {
            assert_eq!(w.ask(&lan, "POST", &format!("{path}/{step}"), None).0, 200, "{step}");
        }
        let (status, problem) = reveal(&lan);
        assert!(status == 403 && problem["detail"].as_str().unwrap().contains("person.reveal"), "{problem}");
        assert_eq!((w.one::<i64>(looked), reveal(&owner)), (2, (200, whole)));
    });
}
