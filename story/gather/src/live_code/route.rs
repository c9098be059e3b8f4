//! To whom a visit leads: the decision, and why.
//!
//! A rule's slots are put into tiers by what the rule prefers (bound guide, then store, then stage),
//! and within the first tier that has somebody eligible the spread decides. Eligible is who is
//! active, switched on, not on leave and below the cap; the claim itself is a guarded update, so
//! that two visits at once cannot both take the last place.
use super::plan::{Plan, Prefer, Rule, Slot, Spread};
use super::{LiveCode, near, reserve};
use serde::Serialize;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use utoipa::ToSchema;
use weir_ground::base::ids::{ReservationId, SlotId, StaffId};
use weir_ground::base::{Day, Ms, Result};
use weir_ground::event::{BrandId, PersonId, StoreId};
use weir_ground::{Tx, params};

/// What is known of who comes.
#[derive(Clone, Debug, Default)]
pub struct Visitor {
    pub person: Option<PersonId>,
    /// Made just now: nothing is known of this person.
    pub newcomer: bool,
    /// The store that the address names.
    pub store: Option<StoreId>,
    /// Latitude and longitude in millionths of a degree.
    pub place: Option<(i64, i64)>,
    /// Taken from the person where absent.
    pub stage: Option<String>,
    pub guide: Option<StaffId>,
    /// Can be asked where they are, if the decision depends on it.
    pub may_choose: bool,
}

/// Where the visit leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Led {
    /// To a member of the staff, whose place is reserved.
    Guide { slot: SlotId, reservation: Option<ReservationId> },
    /// To the address of a slot.
    Address { slot: SlotId, url: String },
    Fallback,
    /// To a page that asks for the store: a rule prefers the nearest, and where the visitor is is not known.
    Choose { stores: Vec<StoreId> },
}

/// One thing that was looked at on the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = LiveTraceStep)]
pub struct Step {
    /// The rule's name, or `backup`, or null for the code itself.
    pub rule: Option<String>,
    /// `closed`, `nobody`, `chosen`, `not_yet`, `over`, `retired`, `same_face`, or `asked` for the store
    pub what: &'static str,
    /// How many slots were passed over: off, on leave, not active, at their cap.
    #[serde(skip_serializing_if = "Passed::none")]
    pub passed: Passed,
    /// By what the chosen one was preferred: `bound_guide`, `nearest_store`, `stage`, or the spread.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = LivePassed)]
pub struct Passed {
    pub off: i64,
    pub leave: i64,
    pub inactive: i64,
    pub capped: i64,
}

impl Passed {
    fn none(&self) -> bool {
        *self == Passed::default()
    }
}

#[derive(Clone, Debug)]
pub struct Decision {
    pub led: Led,
    pub trace: Vec<Step>,
}

fn step(rule: Option<&str>, what: &'static str) -> Step {
    Step { rule: rule.map(str::to_string), what, passed: Passed::default(), by: None }
}

/// Asks only, or takes the place of who is chosen.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Ask,
    Take,
}

/// One decision under way.
struct Way<'a> {
    code: &'a LiveCode,
    visitor: Visitor,
    day: Day,
    mode: Mode,
    trace: Vec<Step>,
    /// The person's stage and guide were looked up.
    described: bool,
}

/// Decides where a visit at `at` leads; in mode `Take` the place is claimed and reserved.
pub fn decide(tx: &mut Tx, code: &LiveCode, plan: &Plan, visitor: Visitor, at: Ms, mode: Mode) -> Result<Decision> {
    let zone = code.zone()?;
    let day = zone.clock(at).0;
    let described = visitor.newcomer;
    let mut way = Way { code, visitor, day, mode, trace: vec![], described };
    let closed = match () {
        () if code.state == "retired" => Some("retired"),
        () if code.from_at.is_some_and(|from| at < from) => Some("not_yet"),
        () if code.to_at.is_some_and(|to| at >= to) => Some("over"),
        () => None,
    };
    if let Some(what) = closed {
        return Ok(Decision { led: Led::Fallback, trace: vec![step(None, what)] });
    }
    if let (Some(person), Mode::Take, false) = (way.visitor.person, mode, way.visitor.newcomer) {
        if let Some((slot, reservation)) = reserve::same_face(tx, code, plan, person, day)? {
            let led = Led::Guide { slot, reservation: Some(reservation) };
            return Ok(Decision { led, trace: vec![step(None, "same_face")] });
        }
    }
    for rule in &plan.rules {
        if !rule.schedule.open(&zone, at) {
            way.trace.push(step(Some(&rule.name), "closed"));
            continue;
        }
        if let Some(led) = way.rule(tx, rule)? {
            return Ok(Decision { led, trace: way.trace });
        }
    }
    if !plan.backup.is_empty() {
        let backup = Rule {
            name: "backup".into(),
            schedule: Default::default(),
            prefer: vec![],
            spread: Spread::WeightedTurn,
            slots: plan.backup.iter().map(|s| Slot { backup: false, ..s.clone() }).collect(),
        };
        if let Some(led) = way.rule(tx, &backup)? {
            return Ok(Decision { led, trace: way.trace });
        }
    }
    Ok(Decision { led: Led::Fallback, trace: way.trace })
}

/// Slots that are equally preferred, and what put them here.
struct Tier<'a> {
    slots: Vec<&'a Slot>,
    by: Option<&'static str>,
    /// The stores that the place would put in an order, where it is not known.
    stores: Vec<StoreId>,
}

impl Way<'_> {
    /// The rule's choice, or none, with the trace of it.
    fn rule(&mut self, tx: &mut Tx, rule: &Rule) -> Result<Option<Led>> {
        let mut passed = Passed::default();
        for backup in [false, true] {
            let mut able: Vec<&Slot> = vec![];
            for slot in rule.slots.iter().filter(|s| s.backup == backup) {
                match slot.off(self.day) {
                    Some("off") => passed.off += 1,
                    Some(_) => passed.leave += 1,
                    None => able.push(slot),
                }
            }
            for tier in self.tiers(tx, rule, able)? {
                let asks = self.visitor.may_choose && !tier.stores.is_empty();
                let mode = if asks { Mode::Ask } else { self.mode };
                let Some(slot) = self.pick(tx, rule.spread, tier.slots, mode, &mut passed)? else { continue };
                if asks {
                    self.trace.push(Step { rule: Some(rule.name.clone()), what: "asked", passed, by: Some("nearest_store") });
                    return Ok(Some(Led::Choose { stores: tier.stores }));
                }
                let spread = if rule.spread == Spread::LeastLoaded { "least_loaded" } else { "weighted_turn" };
                let by = if backup { Some("backup") } else { tier.by.or(Some(spread)) };
                self.trace.push(Step { rule: Some(rule.name.clone()), what: "chosen", passed, by });
                return self.led(tx, slot).map(Some);
            }
        }
        self.trace.push(Step { rule: Some(rule.name.clone()), what: "nobody", passed, by: None });
        Ok(None)
    }

    /// Where a chosen slot leads; a guide's place is reserved.
    fn led(&mut self, tx: &mut Tx, slot: &Slot) -> Result<Led> {
        let id = slot.id.unwrap_or_else(|| SlotId::new(0));
        match (slot.staff_id, self.visitor.person) {
            (None, _) => Ok(Led::Address { slot: id, url: slot.url.clone().unwrap_or_default() }),
            (Some(staff), Some(person)) if self.mode == Mode::Take => {
                let trace = serde_json::to_string(&self.trace).unwrap_or_default();
                let reservation = reserve::hold(tx, self.code, person, (id, staff), self.day, &trace)?;
                Ok(Led::Guide { slot: id, reservation: Some(reservation) })
            }
            (Some(_), _) => Ok(Led::Guide { slot: id, reservation: None }),
        }
    }

    /// The slots in tiers, the most preferred first.
    fn tiers<'s>(&mut self, tx: &mut Tx, rule: &Rule, able: Vec<&'s Slot>) -> Result<Vec<Tier<'s>>> {
        let mut tiers = vec![Tier { slots: able, by: None, stores: vec![] }];
        for prefer in &rule.prefer {
            if tiers.iter().all(|t| t.slots.is_empty()) {
                break;
            }
            let rank = self.rank(tx, *prefer, &tiers)?;
            let name = match prefer {
                Prefer::BoundGuide => "bound_guide",
                Prefer::NearestStore => "nearest_store",
                Prefer::Stage => "stage",
            };
            let mut finer: Vec<Tier<'s>> = vec![];
            let unknown = *prefer == Prefer::NearestStore && self.visitor.store.is_none() && self.visitor.place.is_none();
            for tier in tiers {
                let stores = if unknown { near::several(&tier.slots) } else { tier.stores };
                let mut ranked: Vec<(i64, &Slot)> = tier.slots.iter().map(|s| (rank(s), *s)).collect();
                ranked.sort_by_key(|r| r.0);
                let mut last = None;
                for (n, slot) in ranked {
                    if last != Some(n) {
                        last = Some(n);
                        let by = if n == i64::MAX { tier.by } else { tier.by.or(Some(name)) };
                        finer.push(Tier { slots: vec![], by, stores: stores.clone() });
                    }
                    if let Some(t) = finer.last_mut() {
                        t.slots.push(slot);
                    }
                }
            }
            tiers = finer;
        }
        Ok(tiers)
    }

    /// How a preference ranks slots: the smaller the better, the largest number for no preference.
    fn rank(&mut self, tx: &mut Tx, prefer: Prefer, tiers: &[Tier<'_>]) -> Result<Box<dyn Fn(&Slot) -> i64>> {
        if prefer != Prefer::NearestStore {
            self.describe(tx)?;
        }
        Ok(match prefer {
            Prefer::BoundGuide => {
                let guide = self.visitor.guide;
                Box::new(move |s| if guide.is_some() && s.staff_id == guide { 0 } else { i64::MAX })
            }
            Prefer::Stage => {
                let stage = self.visitor.stage.clone().unwrap_or_else(|| "prospect".into());
                // Slots of other stages come after those for all.
                Box::new(move |s| match s.stages.is_empty() {
                    true => i64::MAX - 1,
                    false if s.stages.contains(&stage) => 0,
                    false => i64::MAX,
                })
            }
            Prefer::NearestStore => {
                if let Some(store) = self.visitor.store {
                    Box::new(move |s| if s.store_id == Some(store) { 0 } else { i64::MAX })
                } else if let Some(here) = self.visitor.place {
                    let far = near::distances(tx, self.code.brand, tiers.iter().flat_map(|t| t.slots.iter().copied()), here)?;
                    Box::new(move |s| s.store_id.and_then(|id| far.get(&id).copied()).unwrap_or(i64::MAX))
                } else {
                    Box::new(|_| i64::MAX)
                }
            }
        })
    }

    /// Looks up the person's stage and guide, once and only when a rule asks.
    fn describe(&mut self, tx: &mut Tx) -> Result<()> {
        let Some(person) = self.visitor.person.filter(|_| !self.described) else { return Ok(()) };
        self.described = true;
        let found: Option<(String, Option<StaffId>)> =
            tx.opt(
                "select r.stage, r.guide_id from person p join person r on r.id = p.root_id where p.id = $1",
                params![person],
            )?;
        if let Some((stage, guide)) = found {
            self.visitor.stage.get_or_insert(stage);
            self.visitor.guide = self.visitor.guide.or(guide);
        }
        Ok(())
    }

    /// Picks one of equally preferred slots and, in mode `Take`, claims its place.
    fn pick<'s>(&mut self, tx: &mut Tx, spread: Spread, slots: Vec<&'s Slot>, mode: Mode, passed: &mut Passed) -> Result<Option<&'s Slot>> {
        if slots.is_empty() {
            return Ok(None);
        }
        let today = Today::of(tx, self.code, self.day)?;
        today.look_up(tx, self.code.brand, self.day, &slots)?;
        let turn = |s: &Slot| s.id.map_or(0, |id| today.turn(id));
        let mut fit: Vec<(&Slot, i64)> = vec![];
        for slot in slots {
            match today.load(slot.member()) {
                None if slot.staff_id.is_some() => passed.inactive += 1,
                found => {
                    let taken = found.unwrap_or(0);
                    if slot.daily_cap.is_some_and(|cap| taken >= cap) {
                        passed.capped += 1;
                    } else {
                        fit.push((slot, taken));
                    }
                }
            }
        }
        // Fractions are compared crosswise: the n-th turn of weight w is due at n ÷ w.
        match spread {
            Spread::LeastLoaded => fit.sort_by_key(|(_, taken)| *taken),
            Spread::WeightedTurn => fit.sort_by(|(a, _), (b, _)| ((turn(a) + 1) * b.weight).cmp(&((turn(b) + 1) * a.weight))),
        }
        for (slot, _) in fit {
            if mode == Mode::Ask {
                return Ok(Some(slot));
            }
            if reserve::claim(tx, self.code, slot, self.day)? {
                today.claimed(slot);
                return Ok(Some(slot));
            }
            passed.capped += 1;
        }
        Ok(None)
    }
}

/// How a day stands, read once for all scans that share a commit and moved on by their claims. A
/// claim is a guarded update all the same.
struct Today {
    /// How often each slot of the code had its turn.
    turns: Rc<OfDay<SlotId, i64>>,
    /// What each member has, over all codes; `None` for members of the staff who are not active.
    taken: Rc<OfDay<i64, Option<i64>>>,
}

struct OfDay<K, V> {
    day: Day,
    all: RefCell<HashMap<K, V>>,
}

impl<K: 'static, V: 'static> OfDay<K, V> {
    fn recall(
        tx: &mut Tx,
        (tables, key, day): (&[&'static str], i64, Day),
        read: impl Fn(&mut Tx) -> Result<HashMap<K, V>>,
    ) -> Result<Rc<OfDay<K, V>>> {
        let read = |tx: &mut Tx| Ok(OfDay { day, all: read(tx)?.into() });
        let known = tx.recall(tables, key, read)?;
        if known.day == day { Ok(known) } else { read(tx).map(Rc::new) }
    }
}

impl Today {
    fn of(tx: &mut Tx, code: &LiveCode, day: Day) -> Result<Today> {
        Ok(Today {
            turns: OfDay::recall(tx, (&["live_turn"], code.id.n(), day), |tx| turns(tx, code, day))?,
            taken: OfDay::recall(tx, (&["staff", "live_taken"], code.brand.n(), day), |_| Ok(HashMap::new()))?,
        })
    }

    fn look_up(&self, tx: &mut Tx, brand: BrandId, day: Day, slots: &[&Slot]) -> Result<()> {
        let mut taken = self.taken.all.borrow_mut();
        let new: Vec<&Slot> = slots.iter().filter(|s| !taken.contains_key(&s.member())).copied().collect();
        if !new.is_empty() {
            let found = loads(tx, brand, day, &new)?;
            taken.extend(new.iter().map(|s| (s.member(), found.get(&s.member()).copied())));
        }
        Ok(())
    }

    fn load(&self, member: i64) -> Option<i64> {
        self.taken.all.borrow().get(&member).copied().flatten()
    }

    fn turn(&self, slot: SlotId) -> i64 {
        self.turns.all.borrow().get(&slot).copied().unwrap_or(0)
    }

    fn claimed(&self, slot: &Slot) {
        if let Some(taken) = self.taken.all.borrow_mut().get_mut(&slot.member()) {
            *taken = Some(taken.unwrap_or(0) + 1);
        }
        if let Some(id) = slot.id {
            *self.turns.all.borrow_mut().entry(id).or_default() += 1;
        }
    }
}

/// What each member has today; members of the staff who are not active are absent.
fn loads(tx: &mut Tx, brand: BrandId, day: Day, slots: &[&Slot]) -> Result<HashMap<i64, i64>> {
    let list = |staff: bool| {
        let mut ids: Vec<String> = slots.iter().filter(|s| s.staff_id.is_some() == staff).map(|s| s.member().to_string()).collect();
        ids.dedup();
        ids.join(", ")
    };
    let mut rows: Vec<(i64, i64)> = vec![];
    let staff = list(true);
    if !staff.is_empty() {
        let sql = format!(
            "select s.id, coalesce(t.taken, 0) from staff s left join live_taken t on t.brand_id = s.brand_id and t.member = s.id and t.day = $1 \
             where s.brand_id = $2 and s.active = 1 and s.id in ({staff})"
        );
        rows.extend(tx.all::<(i64, i64)>(&sql, params![day.0, brand])?);
    }
    let addresses = list(false);
    if !addresses.is_empty() {
        let sql = format!("select member, taken from live_taken where brand_id = $1 and day = $2 and member in ({addresses})");
        rows.extend(tx.all::<(i64, i64)>(&sql, params![brand, day.0])?);
    }
    Ok(rows.into_iter().collect())
}

/// How often each slot of the code had its turn today.
pub(super) fn turns(tx: &mut Tx, code: &LiveCode, day: Day) -> Result<HashMap<SlotId, i64>> {
    let rows: Vec<(SlotId, i64)> =
        tx.all("select slot_id, turns from live_turn where live_code_id = $1 and day = $2", params![code.id, day.0])?;
    Ok(rows.into_iter().collect())
}
