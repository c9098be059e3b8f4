//! The event log: one append-only table, the spine of everything that reacts.
use crate::base::{Fen, Id, Ms, Result, kinds};
use crate::db::{Engine, Trail, Tx};
use crate::{Outcome, from_row, params};
use std::sync::atomic::Ordering;

pub type BrandId = Id<kinds::Brand>;
pub type PersonId = Id<kinds::Person>;
pub type StoreId = Id<kinds::Store>;
pub type TouchpointId = Id<kinds::Touchpoint>;

/// Something that happened, about to be written.
#[derive(Clone, Copy, Debug)]
pub struct Fact<'a> {
    pub brand: BrandId,
    pub person: Option<PersonId>,
    /// Past tense, dotted: `order.paid`. Foreign names are kept as they came.
    pub name: &'a str,
    /// When it happened; never later than now.
    pub at: Ms,
    /// Who says so: `weir`, `mall`, `import`, `segment` …
    pub source: &'a str,
    pub touchpoint: Option<TouchpointId>,
    pub store: Option<StoreId>,
    /// Who did it: a staff or key id, or nothing for customers and the clock.
    pub actor: Option<&'a str>,
    pub value: Option<Fen>,
    /// A JSON object.
    pub props: &'a str,
    /// The second fact with the same key in one brand is a no-op.
    pub dedupe: Option<&'a str>,
}

impl<'a> Fact<'a> {
    pub fn new(brand: BrandId, name: &'a str, at: Ms) -> Fact<'a> {
        Fact {
            brand,
            person: None,
            name,
            at,
            source: "weir",
            touchpoint: None,
            store: None,
            actor: None,
            value: None,
            props: "{}",
            dedupe: None,
        }
    }
    pub fn person(mut self, person: PersonId) -> Self {
        self.person = Some(person);
        self
    }
    pub fn props(mut self, props: &'a str) -> Self {
        self.props = props;
        self
    }
    pub fn value(mut self, value: Fen) -> Self {
        self.value = Some(value);
        self
    }
    pub fn actor(mut self, actor: &'a str) -> Self {
        self.actor = Some(actor);
        self
    }
    pub fn source(mut self, source: &'a str) -> Self {
        self.source = source;
        self
    }
    pub fn dedupe(mut self, key: &'a str) -> Self {
        self.dedupe = Some(key);
        self
    }
    pub fn store(mut self, store: StoreId) -> Self {
        self.store = Some(store);
        self
    }
    pub fn touchpoint(mut self, touchpoint: Option<TouchpointId>) -> Self {
        self.touchpoint = touchpoint;
        self
    }
}

/// A row of the log.
#[derive(Clone, Debug)]
pub struct Event {
    /// The position: grows with commit order.
    pub id: i64,
    pub xid: i64,
    pub brand: BrandId,
    pub person: Option<PersonId>,
    pub name: String,
    pub at: Ms,
    pub received_at: Ms,
    pub source: String,
    pub touchpoint: Option<TouchpointId>,
    pub store: Option<StoreId>,
    pub actor: Option<String>,
    pub value: Option<Fen>,
    pub props: String,
}

from_row!(Event {
    id, xid, brand, person, name, at, received_at, source, touchpoint, store, actor, value, props
});

/// The columns of [`Event`], in its order.
pub const COLUMNS: &str =
    "id, xid, brand_id, person_id, name, at, received_at, source, touchpoint_id, store_id, actor, value, props";

impl Tx<'_> {
    /// Appends a fact; `Lost` when its dedupe key was there already. What tells a person apart is
    /// sealed in its props.
    pub fn record(&mut self, f: &Fact<'_>) -> Result<Outcome> {
        let now = self.now();
        let seal = self.keys(f.brand);
        let props = &*seal.seal_doc(f.props)?;
        let (at, dedupe) = (f.at.min(now), f.dedupe);
        let id = match self.engine() {
            Engine::Sqlite => Some(self.shared.last_event.fetch_add(1, Ordering::SeqCst) + 1),
            Engine::Postgres => None,
        };
        let outcome = match id {
            Some(id) if self.first(f.brand.n(), dedupe)? => {
                self.later(
                    "insert into event (id, brand_id, person_id, name, at, received_at, source, touchpoint_id, store_id, actor, value, props, dedupe) \
                     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
                    params![id, f.brand, f.person, f.name, at, now, f.source, f.touchpoint, f.store, f.actor, f.value, props, dedupe],
                )?;
                Outcome::Won
            }
            Some(_) => Outcome::Lost,
            None => self.guard(
                "insert into event (brand_id, person_id, name, at, received_at, source, touchpoint_id, store_id, actor, value, props, dedupe) \
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict do nothing",
                params![f.brand, f.person, f.name, at, now, f.source, f.touchpoint, f.store, f.actor, f.value, props, dedupe],
            )?,
        };
        if outcome.won() {
            self.appended += 1;
            if let (Some(person), Some(id)) = (f.person, id) {
                self.trail(Trail::Event, person, at, Id::<kinds::Event>::new(id))?;
            }
        }
        Ok(outcome)
    }
}
