//! Following a code: one transaction looks it up, decides, records and says where it leads, so that
//! an answer is given only when the visit is durable.
use super::{Met, SESSION, Visit, came_by};
use crate::events;
use crate::live_code::route::{self, Decision, Led, Mode, Visitor};
use crate::live_code::{self, Plans};
use crate::touchpoint::{self, Touchpoint, destination};
use weir_ground::base::{Ms, Result};
use weir_ground::event::{BrandId, PersonId, StoreId};
use weir_ground::{Fact, Tx, params};
use weir_know::identity;

/// What a scan brings besides the visit itself.
#[derive(Clone, Debug, Default)]
pub struct Scan {
    /// The visitor that the browser carries.
    pub carried: Option<String>,
    pub visit: Visit,
    /// `store` of the address: a store's code or id.
    pub store: Option<String>,
    /// `lat` and `lng` of the address, in millionths of a degree.
    pub place: Option<(i64, i64)>,
    /// A page can be shown: whoever asks takes HTML.
    pub page: bool,
    /// When this visit was shown the page of stores, as the address says; it was counted then.
    pub asked: Option<Ms>,
}

impl Scan {
    /// Was the visitor shown the stores a short while ago?
    pub fn was_asked(&self, now: Ms) -> bool {
        self.asked.is_some_and(|at| (0..=SESSION).contains(&(now - at)))
    }
}

/// How far somebody went through the page of stores.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    pub region: Option<String>,
    pub from: usize,
}

/// Where a scan leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Followed {
    pub to: String,
    /// Who came, if the visit was recorded.
    pub visitor: Option<String>,
    /// The stores between which a page asks first; who cannot see a page is led to `to`, the fallback.
    pub choose: Option<(BrandId, Vec<StoreId>)>,
}

/// Where a code leads without anybody's visit: for machines and paused touchpoints.
pub fn quietly(tx: &mut Tx, t: &Touchpoint, visit: &Visit) -> Result<String> {
    let live = live_code::of_touchpoint(tx, t.id)?.filter(|c| c.state != "draft");
    let landing = live.and_then(|c| c.fallback).unwrap_or_else(|| t.landing.clone());
    Ok(marked(destination(&landing, &t.code), visit))
}

/// Records a scan and answers where it leads; nothing when the code is not ours.
pub fn follow(tx: &mut Tx, plans: &Plans, code: &str, scan: &Scan) -> Result<Option<Followed>> {
    let Some(t) = touchpoint::by_code(tx, code)? else { return Ok(None) };
    if !t.active() {
        return Ok(Some(Followed { to: quietly(tx, &t, &scan.visit)?, visitor: None, choose: None }));
    }
    let now = tx.now();
    let asked = scan.was_asked(now);
    let met = if scan.carried.is_some() { Met::Perhaps } else { Met::Never };
    let visitor = scan.carried.clone().unwrap_or_else(|| tx.secret(22));
    let visit = Visit { visitor: visitor.clone(), ..scan.visit.clone() };
    let person = match met {
        Met::Never => identity::newcomer(tx, t.brand, ("visitor", &visitor), visit.source, t.id)?,
        Met::Perhaps => identity::resolve(tx, t.brand, &[("visitor", &visitor)], visit.source)?,
    };
    let live = live_code::of_touchpoint(tx, t.id)?.filter(|c| c.state != "draft");
    let Some(live) = live else {
        came_by(tx, &t, (person, met), &visit, None)?;
        return Ok(Some(Followed { to: marked(destination(&t.landing, &t.code), &visit), visitor: Some(visitor), choose: None }));
    };
    let plan = plans.get(tx, live.id, live.version, live.stamp)?;
    let who = Visitor {
        person: Some(person),
        newcomer: met == Met::Never,
        store: store(tx, &t, scan)?,
        place: scan.place,
        may_choose: !asked,
        ..Visitor::default()
    };
    let chosen = (who.store, who.place.is_some());
    let decision = route::decide(tx, &live, &plan, who, now, Mode::Take)?;
    // Who was shown the page was counted with it, even if the browser keeps no cookie.
    if !(asked && met == Met::Never) {
        came_by(tx, &t, (person, met), &visit, Some(said(live.version, &decision, scan.page)))?;
    }
    if asked {
        store_chosen(tx, (&t, person), &visitor, scan, chosen, said(live.version, &decision, true))?;
    }
    let mut choose = None;
    let to = match decision.led {
        Led::Guide { reservation: Some(id), .. } => format!("/g/{id}"),
        Led::Address { url, .. } => marked(destination(&url, &t.code), &visit),
        led => {
            choose = if let Led::Choose { stores } = led { Some((t.brand, stores)) } else { None };
            marked(destination(live.fallback.as_deref().unwrap_or(&t.landing), &t.code), &visit)
        }
    };
    Ok(Some(Followed { to, visitor: Some(visitor), choose }))
}

/// The fact that somebody chose on the page of stores, once a page: which store or a position, and what came of it.
fn store_chosen(
    tx: &mut Tx,
    (t, person): (&Touchpoint, PersonId),
    visitor: &str,
    scan: &Scan,
    (store, placed): (Option<StoreId>, bool),
    live: serde_json::Value,
) -> Result<()> {
    let by = if store.is_some() { "store" } else if placed { "position" } else { "any" };
    let props = serde_json::json!({ "by": by, "live": live }).to_string();
    let key = format!("store_chosen:{}:{visitor}:{}", t.id.n(), scan.asked.unwrap_or(0));
    let mut fact = Fact::new(t.brand, events::STORE_CHOSEN, tx.now()).person(person).source(scan.visit.source);
    (fact.touchpoint, fact.props, fact.dedupe, fact.store) = (Some(t.id), props.as_str(), Some(key.as_str()), store);
    let _ = tx.record(&fact)?;
    Ok(())
}

/// The decision as the visit keeps it.
fn said(version: i64, d: &Decision, page: bool) -> serde_json::Value {
    let (led, slot) = match &d.led {
        Led::Guide { slot, .. } => ("guide", Some(*slot)),
        Led::Address { slot, .. } => ("address", Some(*slot)),
        Led::Choose { .. } if page => ("choose", None),
        Led::Choose { .. } | Led::Fallback => ("fallback", None),
    };
    serde_json::json!({ "version": version, "led": led, "slot": slot, "trace": d.trace })
}

/// The store that the address names by its code or its id.
fn store(tx: &mut Tx, t: &Touchpoint, scan: &Scan) -> Result<Option<StoreId>> {
    let Some(named) = scan.store.as_deref().filter(|s| s.len() <= 60) else { return Ok(None) };
    let id: Option<StoreId> = named.parse().ok();
    tx.opt(
        "select id from store where brand_id = $1 and (code = $2 or id = $3)",
        params![t.brand, named, id],
    )
}

/// Hands the campaign marks of a link on to where it leads; marks that are there already stay.
fn marked(to: String, visit: &Visit) -> String {
    if visit.utm.is_empty() {
        return to;
    }
    let (front, fragment) = to.split_once('#').map_or((to.as_str(), None), |(a, b)| (a, Some(b)));
    let mut out = front.to_string();
    for (key, value) in &visit.utm {
        if !front.contains(&format!("utm_{key}=")) {
            out.push(if out.contains('?') { '&' } else { '?' });
            out.push_str(&format!("utm_{key}={}", crate::link::encoded(value)));
        }
    }
    if let Some(fragment) = fragment {
        out.push('#');
        out.push_str(fragment);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_the_link_reach_the_landing() {
        let visit = Visit { utm: vec![("source", "微信 a&b".into()), ("medium", "qr".into())], ..Visit::default() };
        assert_eq!(
            marked("/m/?utm_medium=print&tp=C#/x".into(), &visit),
            "/m/?utm_medium=print&tp=C&utm_source=%E5%BE%AE%E4%BF%A1%20a%26b#/x"
        );
        assert_eq!(marked("/m/?tp=C".into(), &Visit::default()), "/m/?tp=C");
    }
}
