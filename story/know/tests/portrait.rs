//! The portrait of a segment: stayers beside those who left.
mod common;

use common::*;
use serde_json::{Value, json};
use weir_ground::base::time::DAY;
use weir_ground::event::PersonId;
use weir_ground::testing::{START, each_engine};
use weir_know::person::{self, Traits};
use weir_know::tag;

/// So many persons in a region, with the tag VIP.
fn vips(w: &World, from: usize, regions: &[(&'static str, usize)]) -> Vec<PersonId> {
    let (brand, mut out) = (w.brand, vec![]);
    for region in regions.iter().flat_map(|(r, n)| vec![*r; *n]) {
        let openid = format!("o-{}", from + out.len());
        out.push(w.write(move |tx| {
            let id = weir_know::identity::resolve(tx, brand, &[("openid", &openid)], "test")?;
            let portrait = [("region".to_string(), Some(region.to_string()))].into();
            person::describe(tx, brand, id, &Traits { portrait, ..Traits::default() }, None)?;
            tag::add(tx, brand, id, "VIP", "manual", None)?;
            Ok(id)
        }));
    }
    out
}

fn untag(w: &World, people: &[PersonId], days: i64) {
    w.at(START + days * DAY);
    let (brand, people) = (w.brand, people.to_vec());
    w.write(move |tx| people.iter().try_for_each(|p| tag::remove(tx, brand, *p, "VIP", "stf_x")));
    w.live();
}

#[test]
fn stayers_are_compared_with_those_who_left() {
    each_engine(|db| {
        let w = World::new(&db);
        let brand = w.brand;
        w.live();
        let stay = vips(&w, 0, &[("杭州", 15), ("上海", 5)]);
        let early = vips(&w, 100, &[("上海", 10)]);
        let late = vips(&w, 200, &[("杭州", 6), ("上海", 12), ("北京", 2)]);
        let back = vips(&w, 300, &[("北京", 6)]);
        let body = json!({ "name": "VIP", "rule": { "tag": { "any": ["VIP"] } } });
        let (status, made) = w.ask("POST", "/api/v1/segments", Some(body));
        assert_eq!(status, 200, "{made}");
        let id = made["id"].as_str().unwrap().to_string();
        w.live();
        untag(&w, &early, 10);
        untag(&w, &[&late[..], &back[..]].concat(), 60);
        let again = back.clone();
        w.write(move |tx| again.iter().try_for_each(|p| {
            tag::allow(tx, brand, *p, "VIP")?;
            tag::add(tx, brand, *p, "VIP", "manual", None)
        }));
        w.live();
        w.at(START + 80 * DAY);
        let portrait = |query: &str| {
            let (status, p) = w.ask("GET", &format!("/api/v1/segments/{id}/portrait{query}"), None);
            assert_eq!(status, 200, "{p}");
            let region = p["groups"].as_array().unwrap().iter().find(|g| g["key"] == "region").cloned().unwrap_or_default();
            let cells: Vec<Value> = region["cells"].as_array().unwrap().iter().map(|c| json!([c["value"], c["count"], c["share_bp"], c["base_bp"], c["tgi"]])).collect();
            (p["persons"].clone(), p["base"].clone(), Value::Array(cells))
        };
        // Everybody: 21 of 56 from 杭州.
        let (persons, base, cells) = portrait("");
        assert_eq!((persons, base, &cells[0]), (json!(26), json!(56), &json!(["上海", 5, 1923, 4821, 40])));
        // In the last 30 days the 20 late ones; few of them from 北京, and six who came back are none of them.
        let (persons, base, cells) = portrait("?left_days=30");
        assert_eq!((persons, base), (json!(26), json!(20)));
        assert_eq!(cells, json!([["上海", 5, 1923, 6000, 32], ["杭州", 15, 5769, 3000, 192], ["北京", 6, 2308, null, null]]));
        // In the last 90 days the early ones, too.
        let (_, base, cells) = portrait("?left_days=90");
        assert_eq!((base, &cells[0], &cells[1]), (json!(30), &json!(["上海", 5, 1923, 7333, 26]), &json!(["杭州", 15, 5769, 2000, 288])));
        // One of those who left is the same person as one who stays; another two are one.
        assert!(w.merge(late[0], stay[0]).is_some() && w.merge(late[1], late[2]).is_some());
        w.live();
        assert_eq!(portrait("?left_days=30").1, json!(18));
        // Who leaves by an edit of the rule did nothing; those who came back had left before, and are out again.
        let narrow = json!({ "rule": { "all": [{ "tag": { "any": ["VIP"] } }, { "attr": { "key": "region", "test": { "is": ["杭州"] } } }] } });
        assert_eq!(w.ask("PATCH", &format!("/api/v1/segments/{id}"), Some(narrow)).0, 200);
        w.live();
        let (persons, base, _) = portrait("?left_days=30");
        assert_eq!((persons, base), (json!(15), json!(24)));
        for query in ["?left_days=0", "?left_days=4000", &format!("?left_days=30&against={id}")] {
            assert_eq!(w.ask("GET", &format!("/api/v1/segments/{id}/portrait{query}"), None).0, 400, "{query}");
        }
        // A base of few tells nothing of them, not even the hours of their days.
        let (_, few) = w.ask("GET", &format!("/api/v1/segments/{id}/portrait?left_days=1"), None);
        assert_eq!(few["base"], json!(0));
        assert!(few["hours"].as_array().unwrap().iter().all(|h| h["base_bp"] == Value::Null));
    });
}
