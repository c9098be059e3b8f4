//! The plan of a live code: rules in order, each with the slots it may show, and the code's backup.
use super::schedule::{Dates, Schedule};
use crate::touchpoint;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use utoipa::ToSchema;
use weir_ground::base::ids::{LiveCodeId, SlotId, StaffId};
use weir_ground::base::{Day, Problem, Result};
use weir_ground::event::{BrandId, StoreId};
use weir_ground::{Tx, params};
use weir_know::Stage;

/// Somebody or something that a visitor can be led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LiveSlot)]
pub struct Slot {
    /// Given by the server; send it back with an edit, so that the slot keeps its counts.
    pub id: Option<SlotId>,
    /// A member of the staff; without one the slot leads to `url` itself.
    #[serde(default)]
    pub staff_id: Option<StaffId>,
    /// The guide's own contact QR picture or contact link, or the address to lead to.
    #[serde(default)]
    pub url: Option<String>,
    /// A name for a slot without staff, as colleagues see it.
    #[serde(default)]
    pub label: Option<String>,
    #[serde(default)]
    pub store_id: Option<StoreId>,
    /// Share of the turns, 1 to 100.
    #[serde(default = "one")]
    pub weight: i64,
    /// Most visitors a civil day, over all codes; null for no limit.
    #[serde(default)]
    pub daily_cap: Option<i64>,
    #[serde(default = "yes")]
    pub on: bool,
    #[serde(default)]
    pub leave: Vec<Dates>,
    /// Only when no other slot of the rule can.
    #[serde(default)]
    pub backup: bool,
    /// Life-cycle stages that this slot is for; empty for all.
    #[serde(default)]
    pub stages: Vec<String>,
}

fn one() -> i64 {
    1
}
fn yes() -> bool {
    true
}

/// Whom a rule prefers before it spreads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LivePrefer)]
pub enum Prefer {
    /// The guide to whom the person is bound.
    BoundGuide,
    /// The store of the address (`?store=`), or the one nearest to `?lat=…&lng=…`.
    NearestStore,
    /// Slots for the person's stage, before slots for all.
    Stage,
}

/// How a rule spreads visitors over those that are equally good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LiveSpread)]
pub enum Spread {
    /// Whoever has the fewest today, over all codes.
    LeastLoaded,
    /// In turn, by weight.
    WeightedTurn,
}

/// One rule: while it is open, it shows one of its slots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LiveRule)]
pub struct Rule {
    pub name: String,
    #[serde(default)]
    pub schedule: Schedule,
    #[serde(default)]
    pub prefer: Vec<Prefer>,
    pub spread: Spread,
    pub slots: Vec<Slot>,
}

/// Rules in order; the first open one with somebody eligible wins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = LivePlan)]
pub struct Plan {
    pub rules: Vec<Rule>,
    /// Who serves when no open rule has anybody.
    pub backup: Vec<Slot>,
}

impl Slot {
    /// The id under which visitors of a day are counted: the staff member's over all codes.
    pub fn member(&self) -> i64 {
        self.staff_id.map(|s| s.n()).or(self.id.map(|s| s.n())).unwrap_or(0)
    }
    /// Why it cannot serve on this day whatever the count, if so.
    pub fn off(&self, day: Day) -> Option<&'static str> {
        if !self.on {
            return Some("off");
        }
        self.leave.iter().any(|l| l.contain(day)).then_some("leave")
    }

    fn check(&mut self, tx: &mut Tx, brand: BrandId) -> Result<()> {
        match self.staff_id {
            Some(id) => known(tx, "select 1 from staff where id = $1 and brand_id = $2", id.n(), brand, "staff member")?,
            None if self.url.is_none() => return Err(Problem::field("url", "name a member of the staff or an address to lead to")),
            None => {}
        }
        if let Some(id) = self.store_id {
            known(tx, "select 1 from store where id = $1 and brand_id = $2", id.n(), brand, "store")?;
        }
        if let Some(url) = &self.url {
            self.url = Some(touchpoint::landing(url).map_err(|_| {
                Problem::field("url", "use an address that begins with https://, or a path that begins with /")
            })?);
        }
        if !(1..=100).contains(&self.weight) {
            return Err(Problem::field("weight", "use 1 to 100"));
        }
        if self.daily_cap.is_some_and(|c| !(1..=100_000).contains(&c)) {
            return Err(Problem::field("daily_cap", "use 1 to 100,000, or none"));
        }
        if self.label.as_deref().is_some_and(|l| l.chars().count() > 80 || l.contains('\0')) {
            return Err(Problem::field("label", "use at most 80 characters"));
        }
        for s in &self.stages {
            Stage::parse(s).map_err(|_| Problem::field("stages", format!("{s} is not a stage")))?;
        }
        self.leave.iter().try_for_each(|l| l.check("leave"))
    }
}

fn known(tx: &mut Tx, sql: &str, id: i64, brand: BrandId, what: &str) -> Result<()> {
    tx.opt::<i64>(sql, params![id, brand])?.map(|_| ()).ok_or_else(|| Problem::not_found(what))
}

impl Plan {
    /// Every slot, in the order of the rules, the code's backup last.
    pub fn slots(&self) -> impl Iterator<Item = &Slot> {
        self.rules.iter().flat_map(|r| &r.slots).chain(&self.backup)
    }

    pub fn slot(&self, id: SlotId) -> Option<&Slot> {
        self.slots().find(|s| s.id == Some(id))
    }

    fn slots_mut(&mut self) -> impl Iterator<Item = &mut Slot> {
        self.rules.iter_mut().flat_map(|r| &mut r.slots).chain(&mut self.backup)
    }

    /// Turns one slot on or off, and says whether it is there.
    pub fn switch(&mut self, id: SlotId, on: bool) -> bool {
        let mut found = false;
        for slot in self.slots_mut().filter(|s| s.id == Some(id)) {
            (slot.on, found) = (on, true);
        }
        found
    }

    /// Checks everything and gives new slots their ids; ids that were not ours before are replaced.
    pub fn settle(&mut self, tx: &mut Tx, brand: BrandId, before: Option<&Plan>) -> Result<()> {
        if self.rules.len() > 50 || self.slots().count() > 2000 {
            return Err(Problem::field("rules", "use at most 50 rules with 2,000 slots together"));
        }
        for rule in &self.rules {
            if !(1..=80).contains(&rule.name.trim().chars().count()) || rule.name.contains('\0') {
                return Err(Problem::field("name", "give every rule a name of 1 to 80 characters"));
            }
            if rule.slots.is_empty() {
                return Err(Problem::field("slots", format!("the rule {} leads to nobody", rule.name.trim())));
            }
            rule.schedule.check()?;
        }
        let mut used: Vec<SlotId> = vec![];
        for slot in self.slots_mut() {
            slot.check(tx, brand)?;
            let kept = slot.id.filter(|id| before.is_some_and(|p| p.slot(*id).is_some()) && !used.contains(id));
            let id = kept.unwrap_or_else(|| tx.new_id());
            slot.id = Some(id);
            used.push(id);
        }
        Ok(())
    }
}

/// Plans that were read once, by their stamp: a stamp is given to one plan only, so what is kept is never stale.
#[derive(Clone, Default)]
pub struct Plans(Arc<Mutex<HashMap<i64, Arc<Plan>>>>);

/// More than this many plans are not kept.
const KEPT: usize = 2_000;

impl Plans {
    /// The plan with this stamp.
    pub fn get(&self, tx: &mut Tx, id: LiveCodeId, version: i64, stamp: i64) -> Result<Arc<Plan>> {
        if let Some(plan) = self.0.lock().unwrap_or_else(|e| e.into_inner()).get(&stamp) {
            return Ok(plan.clone());
        }
        let plan = Arc::new(read(tx, id, version)?);
        let mut kept = self.0.lock().unwrap_or_else(|e| e.into_inner());
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(stamp, plan.clone());
        Ok(plan)
    }
}

/// A version of a plan as it was written.
pub fn read(tx: &mut Tx, id: LiveCodeId, version: i64) -> Result<Plan> {
    let text: String = tx.one(
        "select plan from live_code_version where live_code_id = $1 and version = $2",
        params![id, version],
    )?;
    serde_json::from_str(&text).map_err(Problem::internal)
}
