//! The event catalogue (事件目录): which names of events and properties have been seen, of what
//! types, how often, with a sample, and which of them are personal.
//!
//! A reader of the log keeps it. Volumes are exact, by civil day of the brand; properties are
//! sampled: of each event's first [`MANY`] all, later one in [`RARE`]. What is personal is guessed
//! from shapes and names and may be set by hand; samples of it are masked. Names that are made up by
//! the thousand (a bug, or somebody with the public key) do not fill the catalogue: after [`NAMES`]
//! names, and [`PROPERTIES`] properties of one event, new ones are left out of it.
pub mod http;
pub mod pii;

use pii::Pii;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap};
use weir_ground::base::time::Zone;
use weir_ground::base::{Ms, Problem, Result};
use weir_ground::event::{BrandId, Event};
use weir_ground::reader::Reader;
use weir_ground::{Tx, from_row, params};

/// So many events of a name are looked at one by one, then one in [`RARE`].
const MANY: i64 = 500;
const RARE: i64 = 16;
/// In one step at most so many events of a name are looked at.
const AT_ONCE: usize = 8;
const NAMES: i64 = 5_000;
const PROPERTIES: usize = 300;
/// A sample is cut to so many characters.
const SAMPLE: usize = 80;

/// Follows the log and keeps the catalogue.
pub struct Catalogue;

/// What a step of the reader met of one name.
struct Met<'a> {
    first: Ms,
    last: Ms,
    days: BTreeMap<i64, i64>,
    events: Vec<&'a Event>,
}

impl Reader for Catalogue {
    fn name(&self) -> &'static str {
        "catalogue"
    }

    fn wants(&self, _: &str) -> bool {
        true
    }

    fn read(&self, tx: &mut Tx, e: &Event) -> Result<()> {
        self.read_some(tx, std::slice::from_ref(e))
    }

    fn read_some(&self, tx: &mut Tx, events: &[Event]) -> Result<()> {
        let mut zones: HashMap<BrandId, Zone> = HashMap::new();
        let mut met: BTreeMap<(i64, &str), Met> = BTreeMap::new();
        for e in events {
            let zone = match zones.get(&e.brand) {
                Some(zone) => zone,
                None => zones.entry(e.brand).or_insert(weir_keep::brand::get(tx, e.brand)?.zone()?),
            };
            let day = i64::from(zone.day(e.at).0);
            let m = met.entry((e.brand.n(), &e.name)).or_insert(Met { first: e.at, last: e.at, days: BTreeMap::new(), events: vec![] });
            (m.first, m.last) = (m.first.min(e.at), m.last.max(e.at));
            *m.days.entry(day).or_default() += 1;
            m.events.push(e);
        }
        met.into_iter().try_for_each(|((brand, name), m)| note(tx, BrandId::new(brand), name, &m))
    }
}

fn note(tx: &mut Tx, brand: BrandId, name: &str, m: &Met) -> Result<()> {
    let known: Option<i64> = tx.opt("select sampled from catalogue_event where brand_id = $1 and name = $2", params![brand, name])?;
    if known.is_none() {
        let names: i64 = tx.one("select count(*) from catalogue_event where brand_id = $1", params![brand])?;
        if names >= NAMES {
            return Ok(());
        }
    }
    let sampled = known.unwrap_or(0);
    let taken = m.events.len() as i64;
    let looked: Vec<&Event> =
        m.events.iter().copied().enumerate().filter(|(i, e)| sampled + (*i as i64) < MANY || e.id % RARE == 0).map(|(_, e)| e).take(AT_ONCE).collect();
    tx.exec(
        "insert into catalogue_event (brand_id, name, source, first_at, last_at, total, sampled) values ($1, $2, $3, $4, $5, $6, $7) \
         on conflict (brand_id, name) do update set source = excluded.source, total = catalogue_event.total + excluded.total, \
         sampled = catalogue_event.sampled + excluded.sampled, \
         first_at = case when excluded.first_at < catalogue_event.first_at then excluded.first_at else catalogue_event.first_at end, \
         last_at = case when excluded.last_at > catalogue_event.last_at then excluded.last_at else catalogue_event.last_at end",
        params![brand, name, &m.events[0].source, m.first, m.last, taken, looked.len() as i64],
    )?;
    for (day, n) in &m.days {
        tx.exec(
            "insert into catalogue_day (brand_id, name, day, taken, blocked) values ($1, $2, $3, $4, 0) \
             on conflict (brand_id, name, day) do update set taken = catalogue_day.taken + excluded.taken",
            params![brand, name, *day, *n],
        )?;
    }
    if looked.is_empty() { Ok(()) } else { look(tx, brand, name, &looked) }
}

/// What is known of a property.
#[derive(Clone)]
struct Known {
    property: String,
    types: String,
    sampled: i64,
    sample: String,
    pii: String,
    by_hand: bool,
    first_at: Ms,
    last_at: Ms,
}
from_row!(Known { property, types, sampled, sample, pii, by_hand, first_at, last_at });

/// Looks into the properties of some events of one name.
fn look(tx: &mut Tx, brand: BrandId, name: &str, events: &[&Event]) -> Result<()> {
    let sql = "select property, types, sampled, sample, pii, case when pii_by is null then 0 else 1 end, first_at, last_at \
               from catalogue_property where brand_id = $1 and event = $2";
    let mut known: BTreeMap<String, Known> =
        tx.all::<Known>(sql, params![brand, name])?.into_iter().map(|k| (k.property.clone(), k)).collect();
    let (mut changed, keys): (Vec<String>, _) = (vec![], tx.keys(brand));
    for e in events {
        // Kinds are of what was said, samples of what may be shown of it.
        let Ok(props) = serde_json::from_str::<Map<String, Value>>(&keys.open_doc(&e.props)?) else { continue };
        let mut shown: Value = serde_json::from_str(&e.props).map_err(Problem::internal)?;
        keys.mask_doc(&mut shown);
        for (key, value) in props {
            if matches!(key.as_str(), "$segment" | "$sensors" | "$posthog") || key.is_empty() || key.chars().count() > 100 {
                continue;
            }
            if !known.contains_key(&key) {
                if known.len() >= PROPERTIES {
                    continue;
                }
                known.insert(key.clone(), Known {
                    property: key.clone(), types: "{}".into(), sampled: 0, sample: String::new(), pii: Pii::None.code().into(),
                    by_hand: false, first_at: e.at, last_at: e.at,
                });
            }
            if let Some(k) = known.get_mut(&key) {
                k.see(&value, &shown[key.as_str()], e.at)?;
            }
            if !changed.contains(&key) {
                changed.push(key);
            }
        }
    }
    for k in changed.iter().filter_map(|key| known.get(key)) {
        tx.exec(
            "insert into catalogue_property (brand_id, event, property, types, sampled, sample, pii, first_at, last_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (brand_id, event, property) do update set types = excluded.types, \
             sampled = excluded.sampled, sample = excluded.sample, pii = excluded.pii, first_at = excluded.first_at, last_at = excluded.last_at",
            params![brand, name, &k.property, &k.types, k.sampled, &k.sample, &k.pii, k.first_at, k.last_at],
        )?;
    }
    Ok(())
}

impl Known {
    /// `shown`: the value with masks in the place of what is sealed.
    fn see(&mut self, value: &Value, shown: &Value, at: Ms) -> Result<()> {
        let mut types: BTreeMap<String, i64> = serde_json::from_str(&self.types).map_err(Problem::internal)?;
        *types.entry(type_of(value).to_string()).or_default() += 1;
        self.types = serde_json::to_string(&types).map_err(Problem::internal)?;
        (self.first_at, self.last_at) = (self.first_at.min(at), self.last_at.max(at));
        self.sampled += 1;
        if value.is_null() {
            return Ok(());
        }
        if !self.by_hand && self.pii == Pii::None.code() {
            self.pii = pii::guess(&self.property, value).code().into();
        }
        let text = |v: &Value| -> String {
            let text = v.as_str().map_or_else(|| v.to_string(), str::to_string);
            text.chars().take(SAMPLE).collect()
        };
        self.sample = if self.pii == Pii::None.code() { text(shown) } else { crate::intake::rules::masked(&text(value)) };
        Ok(())
    }
}

/// `text`, `time`, `number`, `truth`, `list`, `object` or `null`.
fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "truth",
        Value::Number(_) => "number",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
        Value::String(s) if looks_like_a_time(s) => "time",
        Value::String(_) => "text",
    }
}

/// `2026-03-02`, and what begins so and goes on with a clock.
fn looks_like_a_time(s: &str) -> bool {
    let b = s.as_bytes();
    let date = b.len() >= 10 && b[..10].iter().enumerate().all(|(i, c)| if matches!(i, 4 | 7) { *c == b'-' } else { c.is_ascii_digit() });
    date && (b.len() == 10 || matches!(b[10], b'T' | b' ') && b.len() <= 40)
}
