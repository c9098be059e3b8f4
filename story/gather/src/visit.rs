//! A visit: somebody came by a touchpoint or opened the mall.
//!
//! * A visitor is a first-party random id in the cookie `weir_v` (or sent by the mini program); it
//!   is a weak identity, so it leads to an anonymous person until that person signs in.
//! * One visit is one visitor at one touchpoint within thirty minutes: a reload, and the mall that
//!   opens behind a scanned code, are the same visit.
//! * Paused touchpoints still lead to their landing, because old prints circulate, but nothing is
//!   counted and nobody is credited to them.
//! * Machines (crawlers, link previews, prefetching browsers) are led on and not recorded. A
//!   missing `User-Agent` is not taken for one.
//! * Address and browser are kept only as hashes, salted anew every day with a salt that is then
//!   forgotten: the same visitor can be recognised within a day and never traced.
//!
//! [`http`] has the public routes, [`machine`] knows the machines, [`follow`] leads a scan on,
//! [`choose`] asks for the nearest store.
pub mod choose;
pub mod follow;
pub mod http;
pub mod machine;

use crate::touchpoint::{self, Touchpoint};
use crate::events;
use std::rc::Rc;
use weir_ground::base::{Ms, Result, time};
use weir_ground::event::{BrandId, PersonId, TouchpointId};
use weir_ground::{Fact, Tx, params, secret};
use weir_know::{identity, person};

/// The cookie that holds the visitor id.
pub const COOKIE: &str = "weir_v";
/// How long one visit lasts at most between two looks.
pub const SESSION: Ms = 30 * time::MINUTE;

/// What is known of a visit when it is recorded.
#[derive(Clone, Debug, Default)]
pub struct Visit {
    /// First-party visitor id, see [`known_visitor`].
    pub visitor: String,
    /// The path that was opened.
    pub path: String,
    pub ip: Option<String>,
    pub agent: Option<String>,
    /// `link` for a code, `mall` for the mall, or who else says so.
    pub source: &'static str,
    /// Campaign marks of the link, such as `("source", "wechat")` for `utm_source=wechat`.
    pub utm: Vec<(&'static str, String)>,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    pub person: PersonId,
    /// The touchpoint that got the visit, if it is ours and active.
    pub touchpoint: Option<TouchpointId>,
    /// False when it belongs to a visit that was counted already.
    pub counted: bool,
}

/// A visitor id that was sent to us, if it can be one of ours: 16 to 64 letters, digits, `-`, `_`.
pub fn known_visitor(text: &str) -> Option<&str> {
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    ((16..=64).contains(&text.len()) && text.bytes().all(fits)).then_some(text)
}

/// Records that a visitor came to `path`, by the touchpoint with this code if there is one.
///
/// States `touchpoint.visited` and counts the visit, or `mall.opened` where no active touchpoint of
/// the brand is meant; an unknown code is kept in its props.
pub fn record_visit(tx: &mut Tx, brand: BrandId, code: Option<&str>, visit: &Visit) -> Result<Recorded> {
    let found = match code {
        Some(code) => touchpoint::by_code(tx, code)?.filter(|t| t.brand == brand),
        None => None,
    };
    let person = identity::resolve(tx, brand, &[("visitor", &visit.visitor)], visit.source)?;
    match found.as_ref().filter(|t| t.active()) {
        Some(t) => came_by(tx, t, (person, Met::Perhaps), visit, None),
        None => {
            let stray = code.filter(|_| found.is_none());
            opened(tx, brand, person, stray, visit)
        }
    }
}

/// What every visit says of itself.
fn props(tx: &mut Tx, visit: &Visit) -> Result<serde_json::Value> {
    let mut props = serde_json::json!({ "path": clip(&visit.path, 300) });
    let salt = if visit.ip.is_some() || visit.agent.is_some() { salt(tx)? } else { Rc::default() };
    for (key, value) in [("ip", &visit.ip), ("agent", &visit.agent)] {
        if let Some(value) = value {
            props[key] = hash(&salt, value).into();
        }
    }
    if !visit.utm.is_empty() {
        props["utm"] = visit.utm.iter().map(|(k, v)| (k.to_string(), v.clone().into())).collect::<serde_json::Map<_, _>>().into();
    }
    Ok(props)
}

/// The mall was opened by nobody's touchpoint; `stray` is a code that is not one of ours.
fn opened(tx: &mut Tx, brand: BrandId, person: PersonId, stray: Option<&str>, visit: &Visit) -> Result<Recorded> {
    let now = tx.now();
    person::seen(tx, person, now, None)?;
    let mut props = props(tx, visit)?;
    if let Some(code) = stray {
        props["tp"] = clip(code, 40).into();
    }
    let props = props.to_string();
    let fact = Fact::new(brand, events::MALL_OPENED, now).person(person).source(visit.source).props(&props);
    let counted = tx.record(&fact)?.won();
    Ok(Recorded { person, touchpoint: None, counted })
}

/// Can this person have been here before?
#[derive(Clone, Copy, PartialEq, Eq)]
enum Met {
    /// Made in this call, by this touchpoint.
    Never,
    Perhaps,
}

/// A person came by an active touchpoint; `live` is what its live code decided.
fn came_by(
    tx: &mut Tx,
    t: &Touchpoint,
    (person, met): (PersonId, Met),
    visit: &Visit,
    live: Option<serde_json::Value>,
) -> Result<Recorded> {
    let now = tx.now();
    if met == Met::Perhaps {
        person::seen(tx, person, now, Some(t.id))?;
    }
    let counted = (met == Met::Never || !lately(tx, person, t.id)?) && {
        let mut props = props(tx, visit)?;
        if let Some(live) = live {
            props["live"] = live;
        }
        let props = props.to_string();
        // Two looks of one visitor at the same moment: the log takes the first.
        let key = (met == Met::Perhaps).then(|| format!("visit:{}:{}:{}", t.id.n(), visit.visitor, now / SESSION));
        let mut fact = Fact::new(t.brand, events::TOUCHPOINT_VISITED, now).person(person).source(visit.source);
        (fact.touchpoint, fact.props, fact.dedupe) = (Some(t.id), props.as_str(), key.as_deref());
        fact.store = t.store;
        tx.record(&fact)?.won()
    };
    if counted {
        tx.tally("update touchpoint set visits = visits + 1 where id = $1", params![t.id])?;
    }
    Ok(Recorded { person, touchpoint: Some(t.id), counted })
}

/// Did this person come by this touchpoint within the last half hour?
fn lately(tx: &mut Tx, person: PersonId, touchpoint: TouchpointId) -> Result<bool> {
    let since = tx.now() - SESSION;
    // By the person's few events, not by the touchpoint's many: the plus sign forbids its index.
    let found: Option<i64> = tx.opt_of(
        person,
        "select 1 from event_of v cross join event e where v.person_id = $1 and v.at > $2 and e.id = v.id \
         and e.name = 'touchpoint.visited' and +e.touchpoint_id = $3 limit 1",
        params![person, since, touchpoint],
    )?;
    Ok(found.is_some())
}

/// At most `n` characters, without zero bytes.
pub(crate) fn clip(text: &str, n: usize) -> String {
    text.chars().filter(|c| *c != '\0').take(n).collect()
}

/// The salt of today; yesterday's is forgotten when today's is made.
fn salt(tx: &mut Tx) -> Result<Rc<String>> {
    let today = tx.now() / time::DAY;
    tx.recall(&["visit_salt"], today, |tx| {
        let found: Option<String> = tx.opt("select salt from visit_salt where day = $1", params![today])?;
        match found {
            Some(salt) => Ok(salt),
            None => {
                let fresh = tx.secret(32);
                tx.exec("delete from visit_salt where day < $1", params![today])?;
                tx.exec("insert into visit_salt (day, salt) values ($1, $2) on conflict do nothing", params![today, &fresh])?;
                tx.one("select salt from visit_salt where day = $1", params![today])
            }
        }
    })
}

/// Sixteen hex digits that are the same for the same text today.
fn hash(salt: &str, text: &str) -> String {
    secret::digest(&format!("{salt} {text}"))[..16].to_string()
}

#[cfg(test)]
mod tests {
    use super::known_visitor;

    #[test]
    fn only_our_own_shape_is_a_visitor() {
        assert!(known_visitor("0123456789abcdefGHIJKL").is_some());
        for bad in ["", "short", "0123456789abcdef ghijkl", "0123456789abcdé0123456", &"x".repeat(65)] {
            assert!(known_visitor(bad).is_none(), "{bad}");
        }
    }
}
