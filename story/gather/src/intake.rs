//! Intake: events of other systems, durable before they are answered.
//!
//! The pipeline of one request: authenticate → decode → a dialect ([`segment`], [`sensors`],
//! [`posthog`]) takes the body apart into [`Item`]s, each sound by itself → [`take`]: apply the
//! brand's rules, resolve who it was, append to the log, once per message id. What is not fit for the log
//! is kept in the [quarantine](crate::quarantine) with a reason; only a body that is no envelope at
//! all is refused.
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
mod describe;
pub mod http;
pub mod mall;
pub mod posthog;
pub mod rules;
pub mod script;
pub mod segment;
pub mod sensors;
mod sound;
mod text;

use crate::quarantine::{self, Reason, Refusal};
use crate::touchpoint;
use rules::{Fate, Rules};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::ops::Range;
use weir_ground::base::{Fen, Ms, Problem, Result, time};
use weir_ground::event::{BrandId, PersonId, TouchpointId};
use weir_ground::{Fact, Tx, params};
use weir_know::person::{self, Portrait, Traits};
use weir_know::identity::{self, bonds, merge::By};
use weir_know::person::erase::suppress;

/// Who is speaking: an app with a public key, or the merchant's own server with an admin key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trust {
    #[default]
    App,
    Server,
}

impl Trust {
    pub fn of(scope: &str) -> Trust {
        if scope == "admin" { Trust::Server } else { Trust::App }
    }
}

/// What a request says for all of its messages; kept with a refused one, so that it can be taken
/// later exactly as it would have been then (G22).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Around {
    #[serde(skip)]
    pub received: Ms,
    pub trust: Trust,
    /// The call of a message that does not say it itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call: Option<String>,
    /// When the batch was sent by the sender's clock, as it was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent: Option<String>,
    /// JSON that counts for every message without a context of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// The visitor of the mall that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visitor: Option<String>,
}

/// One event, checked and ready to be written.
#[derive(Clone, Debug)]
pub struct Item {
    /// What kind of message it is in its dialect: `track`, `identify`, `profile_set` …
    pub call: &'static str,
    /// The event's name as it came; for other calls than `track` the name of the call.
    pub name: String,
    pub at: Ms,
    /// `seg:<messageId>` and the like; without ids a digest of what identifies the event, if its time is given.
    pub dedupe: Option<String>,
    /// Normal forms. An event of nobody (a catalogue item) has neither.
    pub user: Option<String>,
    pub anonymous: Option<String>,
    /// `anonymous` is an id of unsaid kind: the account of that name, if there is one.
    pub either: bool,
    /// Further identities that the sender may bind, as `(kind, normal form)`.
    pub more: Vec<(&'static str, String)>,
    /// Channel codes that it carries, the most telling first.
    pub codes: Vec<String>,
    pub value: Option<Fen>,
    /// The properties as they came, and behind them what the dialect says besides, as `$segment`,
    /// `$sensors` or `$posthog` (always with its `type`).
    pub props: String,
    pub does: Does,
    /// Where it lies in the body.
    pub raw: Range<usize>,
}

/// What a call does besides being an event.
#[derive(Clone, Debug)]
pub enum Does {
    Nothing,
    /// `identify`: what it says of the person.
    Describe(Box<Traits>),
    /// `alias`: the browser that belongs to the user.
    Join(String),
}

impl Does {
    fn describe(said: Traits) -> Does {
        let nothing = said.name.is_none() && said.phone.is_none() && said.email.is_none() && said.portrait.is_empty();
        if nothing { Does::Nothing } else { Does::Describe(Box::new(said)) }
    }
}

/// Something that did not become an event.
#[derive(Clone, Debug)]
pub struct Refused {
    pub reason: Reason,
    pub detail: String,
    pub raw: Range<usize>,
}

/// A request, taken apart.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The dialect, which is what events name as their source.
    pub source: &'static str,
    pub body: bytes::Bytes,
    pub around: Around,
    pub items: Vec<Item>,
    pub refused: Vec<Refused>,
}

impl Batch {
    fn new(source: &'static str, body: bytes::Bytes, around: Around) -> Batch {
        Batch { source, body, around, items: vec![], refused: vec![] }
    }

    /// Keeps one of its messages in quarantine.
    fn refuse(&self, tx: &mut Tx, brand: BrandId, reason: Reason, detail: &str, at: &Range<usize>) -> Result<()> {
        let raw = self.raw(at);
        quarantine::keep(tx, brand, &Refusal { source: self.source, reason, detail, raw: &raw, around: &self.around })
    }

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
    /// Kept out by a rule of the brand, and counted.
    pub blocked: usize,
}

/// Writes a batch. Repeating it changes nothing.
pub fn take(tx: &mut Tx, brand: BrandId, batch: &Batch) -> Result<Taken> {
    let mut out = Taken::default();
    each(tx, brand, batch, |tx, item, became| {
        match became {
            Became::Event => out.accepted += 1,
            Became::Duplicate => out.duplicate += 1,
            Became::Blocked => out.blocked += 1,
            Became::Refused(reason, detail) => {
                batch.refuse(tx, brand, reason, &detail, &item.raw)?;
                out.quarantined += 1;
            }
        }
        Ok(())
    })?;
    for r in &batch.refused {
        batch.refuse(tx, brand, r.reason, &r.detail, &r.raw)?;
        out.quarantined += 1;
    }
    Ok(out)
}

/// What became of one message.
#[derive(Debug, PartialEq, Eq)]
pub enum Became {
    Event,
    /// Same message, same content: it was an event already.
    Duplicate,
    /// A rule of the brand keeps it out.
    Blocked,
    Refused(Reason, String),
}

/// Takes a message of the quarantine as it would have been taken when it came: with its time,
/// its key and its trust. Nothing is kept of it if it is refused again.
pub fn take_again(tx: &mut Tx, brand: BrandId, source: &str, raw: &str, around: &Around) -> Result<Became> {
    let body = bytes::Bytes::copy_from_slice(raw.as_bytes());
    let batch = match source {
        sensors::SOURCE => sensors::parse_one(body, around.clone()),
        mall::SOURCE => mall::parse_one(body, around.clone()),
        posthog::SOURCE => posthog::parse(body, &[0..raw.len()], around.clone()),
        _ => segment::parse_one(body, around.clone()),
    };
    let now = tx.now();
    tx.as_of(around.received);
    let mut last = batch.refused.last().map(|r| Became::Refused(r.reason, r.detail.clone()));
    let done = each(tx, brand, &batch, |_, _, became| {
        // Of several records the one that failed is the answer.
        if !matches!(last, Some(Became::Refused(..))) {
            last = Some(became);
        }
        Ok(())
    });
    tx.as_of(now);
    done?;
    Ok(last.unwrap_or(Became::Refused(Reason::SchemaInvalid, "nothing is in it".into())))
}

fn each(
    tx: &mut Tx,
    brand: BrandId,
    batch: &Batch,
    mut then: impl FnMut(&mut Tx, &Item, Became) -> Result<()>,
) -> Result<()> {
    let mut seen = Seen::default();
    let mut rules = Rules::of(tx, brand)?;
    if rules.none() {
        for item in &batch.items {
            let became = one(tx, brand, batch.source, item, &mut seen)?;
            then(tx, item, became)?;
        }
        return Ok(());
    }
    let day = i64::from(weir_keep::brand::get(tx, brand)?.zone()?.day(tx.now()).0);
    let fates: Vec<Fate> = batch.items.iter().map(|item| rules.fate(item, day)).collect();
    for (came, fate) in batch.items.iter().zip(&fates) {
        let became = match fate {
            Fate::AsItIs => one(tx, brand, batch.source, came, &mut seen)?,
            Fate::Changed(item) => one(tx, brand, batch.source, item, &mut seen)?,
            Fate::Blocked => Became::Blocked,
        };
        then(tx, came, became)?;
    }
    rules.note(tx, brand)
}

fn one<'a>(tx: &mut Tx, brand: BrandId, source: &'static str, item: &'a Item, seen: &mut Seen<'a>) -> Result<Became> {
    if is_ours(&item.name) {
        let detail = format!("event: {} is an event that Weir states itself; choose another name", item.name);
        return Ok(Became::Refused(Reason::Forbidden, detail));
    }
    let now = match if item.is_somebodys() { seen.person(tx, brand, source, item).map(Some) } else { Ok(None) } {
        // Nothing is kept of an event about somebody who was erased.
        Err(p) if suppress::is_refusal(&p) => return Ok(Became::Blocked),
        found => found?,
    };
    let earlier = seen.earlier_holder(tx, brand, item)?;
    let person = earlier.or(now);
    let touchpoint = seen.touchpoint(tx, brand, item)?;
    let fact = Fact {
        brand,
        person,
        name: &item.name,
        at: item.at,
        source,
        touchpoint,
        store: None,
        actor: None,
        value: item.value,
        props: &item.props,
        dedupe: item.dedupe.as_deref(),
    };
    if tx.record(&fact)?.won() {
        if let (Some(person), None) = (person, earlier) {
            seen.active(tx, item, touchpoint)?;
            follow(tx, brand, person, item)?;
        }
        return Ok(Became::Event);
    }
    if same(tx, brand, item)? {
        return Ok(Became::Duplicate);
    }
    Ok(Became::Refused(Reason::Conflict, "another message with this id and other content was taken before".into()))
}

/// What an `identify` says of the person fills what is not known yet.
fn follow(tx: &mut Tx, brand: BrandId, person: PersonId, item: &Item) -> Result<()> {
    let Does::Describe(said) = &item.does else { return Ok(()) };
    type Known = (Option<String>, Option<String>, Option<String>, String);
    let (name, phone, email, portrait): Known =
        tx.one("select name, phone, email, portrait from person where id = $1", params![person])?;
    let portrait: Portrait = serde_json::from_str(&portrait).map_err(Problem::internal)?;
    let mut fresh = (**said).clone();
    for (known, said) in [(name, &mut fresh.name), (phone, &mut fresh.phone), (email, &mut fresh.email)] {
        if known.is_some() {
            *said = None;
        }
    }
    fresh.portrait.retain(|key, _| !portrait.contains_key(key));
    for (kind, said) in [("phone", &mut fresh.phone), ("email", &mut fresh.email)] {
        if let Some(v) = said.as_deref() {
            if suppress::holds(tx, brand, kind, v)? {
                *said = None;
            }
        }
    }
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
    let keys = tx.keys(brand);
    let props = keys.open_doc(&props)?;
    let bare = |text: &str| -> Result<serde_json::Value> {
        let mut v: serde_json::Value = serde_json::from_str(text).map_err(Problem::internal)?;
        for own in ["$segment", "$sensors", "$posthog"] {
            if let Some(own) = v.get_mut(own).and_then(|s| s.as_object_mut()) {
                own.retain(|key, _| key == "type");
            }
        }
        Ok(v)
    };
    Ok(props == item.props || bare(&props)? == bare(&item.props)?)
}

impl Item {
    fn is_somebodys(&self) -> bool {
        self.user.is_some() || self.anonymous.is_some() || !self.more.is_empty()
    }
    fn who(&self) -> Who<'_> {
        (self.user.as_deref(), self.anonymous.as_deref(), &self.more)
    }
}

/// An account, a browser, and further identities, as an item names them.
type Who<'a> = (Option<&'a str>, Option<&'a str>, &'a [(&'static str, String)]);

/// Persons and touchpoints that this request has met, each looked up once.
#[derive(Default)]
struct Seen<'a> {
    persons: HashMap<Who<'a>, Standing>,
    codes: HashMap<&'a str, Option<TouchpointId>>,
}

#[derive(Clone, Copy)]
struct Standing {
    /// The subject of the identity: what is told of it follows it when persons are taken apart.
    person: PersonId,
    root: PersonId,
    last_seen_at: Option<Ms>,
    touchpoint: Option<TouchpointId>,
    /// Since when it is whose it is now, where it was somebody else's before.
    moved_at: Option<Ms>,
}
weir_ground::from_row!(Standing { person, root, last_seen_at, touchpoint, moved_at });

/// A person's "last seen" is moved on at most this often.
const COARSE: Ms = time::HOUR;

impl<'a> Seen<'a> {
    fn person(&mut self, tx: &mut Tx, brand: BrandId, source: &str, item: &'a Item) -> Result<PersonId> {
        let key = item.who();
        let joins = matches!(&item.does, Does::Join(_));
        if let Some(known) = self.persons.get(&key).filter(|_| !joins) {
            return Ok(known.person);
        }
        let mut who = key;
        if let (true, Some(value)) = (item.either, key.1) {
            if identity::find(tx, brand, "user_id", value)?.is_some() {
                who = (Some(value), None, key.2);
            }
        }
        if let Some(known) = if joins { None } else { all_one(tx, brand, who)? } {
            self.persons.insert(key, known);
            return Ok(known.person);
        }
        let mut ids: Vec<(&str, &str)> = vec![];
        ids.extend(who.0.map(|u| ("user_id", u)));
        ids.extend(who.1.map(|a| ("anonymous_id", a)));
        ids.extend(who.2.iter().map(|(kind, value)| (*kind, value.as_str())));
        match &item.does {
            // A former account is not a browser: two accounts stay two persons.
            Does::Join(previous) if identity::find(tx, brand, "user_id", previous)?.is_none() => {
                ids.push(("anonymous_id", previous));
            }
            _ => {}
        }
        let person = match identity::resolve_at(tx, brand, &ids, source, item.at) {
            Err(p) if suppress::is_refusal(&p) && agrees(item) => {
                // Somebody who was erased comes back by an act of their own, as somebody new.
                for (kind, value) in &ids {
                    suppress::lift(tx, brand, kind, value)?;
                }
                identity::resolve_at(tx, brand, &ids, source, item.at)?
            }
            found => found?,
        };
        if ids.len() > 1 {
            // Persons may have become one.
            self.persons.clear();
        }
        let sql = "select id, root_id, last_seen_at, touchpoint_id, null from person where id = $1";
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

    /// Who had the browser when this happened, if that was somebody else than now (K4): a tablet in a shop
    /// is one person's in the morning and another's at noon, and events may come late. An account speaks
    /// for itself.
    fn earlier_holder(&self, tx: &mut Tx, brand: BrandId, item: &Item) -> Result<Option<PersonId>> {
        let (Some(browser), None, true) = (&item.anonymous, &item.user, item.more.is_empty()) else { return Ok(None) };
        let Some(known) = self.persons.get(&item.who()) else { return Ok(None) };
        if known.moved_at.is_none_or(|moved| item.at >= moved) {
            return Ok(None);
        }
        let value = tx.keys(brand).key_of("anonymous_id", browser).into_owned();
        let by = By::new("anonymous_id", &value);
        let held = match bonds::holder_at(tx, brand, &by, item.at)? {
            Some(held) => Some(held),
            None => bonds::first_holder(tx, brand, &by)?,
        };
        Ok(held.filter(|held| *held != known.person))
    }

    /// The person was active, and perhaps came by a touchpoint for the first time.
    fn active(&mut self, tx: &mut Tx, item: &'a Item, touchpoint: Option<TouchpointId>) -> Result<()> {
        let Some(known) = self.persons.get_mut(&item.who()) else { return Ok(()) };
        let later = known.last_seen_at.is_none_or(|at| at + COARSE < item.at);
        if later || (known.touchpoint.is_none() && touchpoint.is_some()) {
            person::seen(tx, known.person, item.at, touchpoint)?;
            known.last_seen_at = known.last_seen_at.max(Some(item.at));
            known.touchpoint = known.touchpoint.or(touchpoint);
        }
        Ok(())
    }
}

/// Does the event carry a yes of the person to being known, in the form in which consent platforms put it into
/// the context: `consent.categoryPreferences` with one that is true?
fn agrees(item: &Item) -> bool {
    let said: serde_json::Value = serde_json::from_str(&item.props).unwrap_or_default();
    let given = said["$segment"]["context"]["consent"]["categoryPreferences"].as_object();
    given.is_some_and(|all| all.values().any(|v| v == &serde_json::Value::Bool(true)))
}

/// Where all given identities are known and lead to one person, nothing has to be resolved.
fn all_one(tx: &mut Tx, brand: BrandId, who: Who<'_>) -> Result<Option<Standing>> {
    let mut found: Option<Standing> = None;
    let named = [("user_id", who.0), ("anonymous_id", who.1)].into_iter();
    for (kind, value) in named.chain(who.2.iter().map(|(kind, value)| (*kind, Some(value.as_str())))) {
        let Some(value) = value else { continue };
        let value = &*tx.keys(brand).key_of(kind, value);
        let one: Option<Standing> = tx.opt(
            "select p.id, p.root_id, p.last_seen_at, p.touchpoint_id, case when i.bound_at > i.created_at then i.bound_at end \
             from identity i join person p on p.id = i.person_id where i.brand_id = $1 and i.kind = $2 and i.value = $3",
            params![brand, kind, value],
        )?;
        match (one, found) {
            (None, _) => return Ok(None),
            (Some(a), Some(b)) if a.root != b.root => return Ok(None),
            // The account speaks before the browser.
            (one, before) => found = before.or(one),
        }
    }
    Ok(found)
}

/// Families of events that Weir states itself.
const FAMILIES: &[&str] = &[
    "brand", "store", "staff", "key", "touchpoint", "mall", "import", "person", "consent", "campaign", "message", "inbox", "mail",
    "product", "sku", "stock", "cart", "order", "payment", "refund", "promoter", "referral", "commission", "payout", "ledger", "buyer",
    "quarantine", "intake", "catalogue", "segment", "identity", "binding", "live_code", "pool", "rfm", "attribute", "tags", "stage",
];

/// Has the name the form of Weir's own events, `order.paid`?
pub fn is_ours(name: &str) -> bool {
    name.split_once('.').is_some_and(|(family, rest)| {
        FAMILIES.contains(&family) && rest.bytes().all(|b| b.is_ascii_lowercase() || matches!(b, b'_' | b'.'))
    })
}
