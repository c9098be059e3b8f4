//! Intake: events of other systems, durable before they are answered.
//!
//! The pipeline of one request: authenticate → decode → [`segment::parse`] into [`Item`]s, each
//! sound by itself → [`take`]: resolve who it was, append to the log, once per message id. What is
//! not fit for the log is kept in the [quarantine](crate::quarantine) with a reason; only a body
//! that is no envelope at all is refused.
//!
//! **Who said so decides what is believed.** An ingest key lies in apps and pages, so it is public:
//! `userId` names an account (strong), `anonymousId` a browser (weak); a phone or e-mail in traits
//! is a claim (K1) that fills an empty place of the profile and binds nothing. With an admin key the
//! merchant's own server speaks: then phone and e-mail of an `identify` with a `userId` are bound,
//! too. Traits never overwrite what is known, because an operator's correction outranks them (K11);
//! the event keeps what was said. `alias` joins a browser to an account; two accounts are never
//! joined.
//!
//! **Our own names are ours.** A foreign `order.paid` would move money figures, so names in Weir's
//! own form and families are kept out of the log (`forbidden`).
pub mod http;
pub mod segment;
mod sound;

use crate::quarantine::{self, Reason};
use crate::touchpoint;
use std::collections::HashMap;
use std::ops::Range;
use weir_ground::base::{Fen, Ms, Problem, Result, time};
use weir_ground::event::{BrandId, PersonId, TouchpointId};
use weir_ground::{Fact, Tx, params};
use weir_know::person::{self, Portrait, Traits};
use weir_know::identity;

/// As events name where they came from.
pub const SOURCE: &str = "segment";

/// One event, checked and ready to be written.
#[derive(Clone, Debug)]
pub struct Item {
    /// `track`, `identify`, `page`, `screen`, `group` or `alias`
    pub call: &'static str,
    /// The event's name as it came; for other calls than `track` the name of the call.
    pub name: String,
    pub at: Ms,
    /// `seg:<messageId>`; without ids a digest of what identifies the event, if its time is given.
    pub dedupe: Option<String>,
    /// Normal forms; at least one is there.
    pub user: Option<String>,
    pub anonymous: Option<String>,
    /// Channel codes that it carries, the most telling first.
    pub codes: Vec<String>,
    pub value: Option<Fen>,
    /// The properties as they came, with `$segment` (call, context, timestamp) behind them.
    pub props: String,
    pub does: Does,
    /// Where it lies in the body.
    pub raw: Range<usize>,
}

/// What a call does besides being an event.
#[derive(Clone, Debug)]
pub enum Does {
    Nothing,
    /// `identify`: what it says of the person, and what binds because the sender is trusted.
    Describe(Box<(Traits, Vec<(&'static str, String)>)>),
    /// `alias`: the browser that belongs to the user.
    Join(String),
}

/// Something that did not become an event.
#[derive(Clone, Debug)]
pub struct Refused {
    pub reason: Reason,
    pub detail: String,
    pub raw: Range<usize>,
}

/// A request, taken apart.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    pub body: bytes::Bytes,
    pub items: Vec<Item>,
    pub refused: Vec<Refused>,
}

impl Batch {
    fn raw(&self, at: &Range<usize>) -> String {
        String::from_utf8_lossy(self.body.get(at.clone()).unwrap_or_default()).into_owned()
    }
}

/// What became of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    pub accepted: usize,
    /// Same message, same content: seen before.
    pub duplicate: usize,
    pub quarantined: usize,
}

/// Writes a batch. Repeating it changes nothing.
pub fn take(tx: &mut Tx, brand: BrandId, batch: &Batch) -> Result<Taken> {
    let mut out = Taken::default();
    let mut seen = Seen::default();
    for item in &batch.items {
        let (person, touchpoint) = (seen.person(tx, brand, item)?, seen.touchpoint(tx, brand, item)?);
        let fact = Fact {
            brand,
            person: Some(person),
            name: &item.name,
            at: item.at,
            source: SOURCE,
            touchpoint,
            store: None,
            actor: None,
            value: item.value,
            props: &item.props,
            dedupe: item.dedupe.as_deref(),
        };
        if tx.record(&fact)?.won() {
            out.accepted += 1;
            seen.active(tx, item, touchpoint)?;
            follow(tx, brand, person, item)?;
        } else if same(tx, brand, item)? {
            out.duplicate += 1;
        } else {
            let detail = "another message with this messageId and other content was taken before";
            quarantine::keep(tx, brand, SOURCE, Reason::Conflict, detail, &batch.raw(&item.raw))?;
            out.quarantined += 1;
        }
    }
    for r in &batch.refused {
        quarantine::keep(tx, brand, SOURCE, r.reason, &r.detail, &batch.raw(&r.raw))?;
        out.quarantined += 1;
    }
    Ok(out)
}

/// What an `identify` says of the person fills what is not known yet.
fn follow(tx: &mut Tx, brand: BrandId, person: PersonId, item: &Item) -> Result<()> {
    let Does::Describe(said) = &item.does else { return Ok(()) };
    type Known = (Option<String>, Option<String>, Option<String>, String);
    let (name, phone, email, portrait): Known =
        tx.one("select name, phone, email, portrait from person where id = $1", params![person])?;
    let portrait: Portrait = serde_json::from_str(&portrait).map_err(Problem::internal)?;
    let mut fresh = said.0.clone();
    for (known, said) in [(name, &mut fresh.name), (phone, &mut fresh.phone), (email, &mut fresh.email)] {
        if known.is_some() {
            *said = None;
        }
    }
    fresh.portrait.retain(|key, _| !portrait.contains_key(key));
    if fresh.name.is_none() && fresh.phone.is_none() && fresh.email.is_none() && fresh.portrait.is_empty() {
        return Ok(());
    }
    person::describe(tx, brand, person, &fresh, None)
}

/// Is the event that was taken with this key the same one? Its context may differ (a retry).
fn same(tx: &mut Tx, brand: BrandId, item: &Item) -> Result<bool> {
    let before: Option<(String, String)> =
        tx.opt("select name, props from event where brand_id = $1 and dedupe = $2", params![brand, &item.dedupe])?;
    let Some((name, props)) = before else { return Ok(false) };
    if name != item.name {
        return Ok(false);
    }
    let bare = |text: &str| -> Result<serde_json::Value> {
        let mut v: serde_json::Value = serde_json::from_str(text).map_err(Problem::internal)?;
        if let Some(own) = v.get_mut("$segment").and_then(|s| s.as_object_mut()) {
            own.retain(|key, _| key == "type");
        }
        Ok(v)
    };
    Ok(props == item.props || bare(&props)? == bare(&item.props)?)
}

/// Persons and touchpoints that this request has met, each looked up once.
#[derive(Default)]
struct Seen<'a> {
    persons: HashMap<(Option<&'a str>, Option<&'a str>), Standing>,
    codes: HashMap<&'a str, Option<TouchpointId>>,
}

#[derive(Clone, Copy)]
struct Standing {
    person: PersonId,
    last_seen_at: Option<Ms>,
    touchpoint: Option<TouchpointId>,
}
weir_ground::from_row!(Standing { person, last_seen_at, touchpoint });

/// A person's "last seen" is moved on at most this often.
const COARSE: Ms = time::HOUR;

impl<'a> Seen<'a> {
    fn person(&mut self, tx: &mut Tx, brand: BrandId, item: &'a Item) -> Result<PersonId> {
        let key = (item.user.as_deref(), item.anonymous.as_deref());
        let binds = matches!(&item.does, Does::Join(_)) || matches!(&item.does, Does::Describe(d) if !d.1.is_empty());
        if !binds {
            if let Some(known) = self.persons.get(&key) {
                return Ok(known.person);
            }
            if let Some(known) = both(tx, brand, key)? {
                self.persons.insert(key, known);
                return Ok(known.person);
            }
        }
        let mut ids: Vec<(&str, &str)> = vec![];
        ids.extend(key.0.map(|u| ("user_id", u)));
        ids.extend(key.1.map(|a| ("anonymous_id", a)));
        match &item.does {
            Does::Describe(said) => ids.extend(said.1.iter().map(|(kind, value)| (*kind, value.as_str()))),
            // A former account is not a browser: two accounts stay two persons.
            Does::Join(previous) if identity::find(tx, brand, "user_id", previous)?.is_none() => {
                ids.push(("anonymous_id", previous));
            }
            _ => {}
        }
        let person = identity::resolve(tx, brand, &ids, SOURCE)?;
        if ids.len() > 1 {
            // Persons may have become one.
            self.persons.clear();
        }
        let sql = "select id, last_seen_at, touchpoint_id from person where id = $1";
        self.persons.insert(key, tx.one(sql, params![person])?);
        Ok(person)
    }

    fn touchpoint(&mut self, tx: &mut Tx, brand: BrandId, item: &'a Item) -> Result<Option<TouchpointId>> {
        for code in &item.codes {
            let found = match self.codes.get(code.as_str()) {
                Some(found) => *found,
                None => {
                    let found = touchpoint::by_code(tx, code)?.filter(|t| t.brand == brand).map(|t| t.id);
                    self.codes.insert(code, found);
                    found
                }
            };
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// The person was active, and perhaps came by a touchpoint for the first time.
    fn active(&mut self, tx: &mut Tx, item: &'a Item, touchpoint: Option<TouchpointId>) -> Result<()> {
        let Some(known) = self.persons.get_mut(&(item.user.as_deref(), item.anonymous.as_deref())) else { return Ok(()) };
        let later = known.last_seen_at.is_none_or(|at| at + COARSE < item.at);
        if later || (known.touchpoint.is_none() && touchpoint.is_some()) {
            person::seen(tx, known.person, item.at, touchpoint)?;
            known.last_seen_at = known.last_seen_at.max(Some(item.at));
            known.touchpoint = known.touchpoint.or(touchpoint);
        }
        Ok(())
    }
}

/// Where all given identities are known and lead to one person, nothing has to be resolved.
fn both(tx: &mut Tx, brand: BrandId, key: (Option<&str>, Option<&str>)) -> Result<Option<Standing>> {
    let mut found: Option<Standing> = None;
    for (kind, value) in [("user_id", key.0), ("anonymous_id", key.1)] {
        let Some(value) = value else { continue };
        let one: Option<Standing> = tx.opt(
            "select id, last_seen_at, touchpoint_id from person where id = (select root_id from person where id = \
             (select person_id from identity where brand_id = $1 and kind = $2 and value = $3))",
            params![brand, kind, value],
        )?;
        match (one, found) {
            (None, _) => return Ok(None),
            (Some(a), Some(b)) if a.person != b.person => return Ok(None),
            (one, _) => found = one,
        }
    }
    Ok(found)
}

/// Families of events that Weir states itself.
const FAMILIES: &[&str] = &[
    "brand", "store", "staff", "key", "touchpoint", "mall", "import", "person", "consent", "campaign", "message", "inbox", "mail",
    "product", "sku", "stock", "cart", "order", "payment", "refund", "promoter", "referral", "commission", "payout", "ledger", "buyer",
];

/// Has the name the form of Weir's own events, `order.paid`?
pub fn is_ours(name: &str) -> bool {
    name.split_once('.').is_some_and(|(family, rest)| {
        FAMILIES.contains(&family) && rest.bytes().all(|b| b.is_ascii_lowercase() || matches!(b, b'_' | b'.'))
    })
}
