//! A visitor's place with a guide: held for some minutes, then added or given back.
//!
//! The count of a member's day is raised by a guarded update before anybody is shown to a visitor,
//! and lowered when the place is given back; so confirmed adds and live reservations together never
//! pass the cap. An add that was not reserved, or came too late, is a fact and counts all the same.
use super::plan::{Plan, Slot};
use super::{LiveCode, own};
use crate::events;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_ground::base::ids::{LiveCodeId, ReservationId, SlotId, StaffId};
use weir_ground::base::{Day, Ms, Problem, Result, time};
use weir_ground::db::Engine;
use weir_ground::event::{BrandId, PersonId};
use weir_ground::timer::Due;
use weir_ground::{Fact, Tx, params};
use weir_keep::Staff;
use weir_know::{identity, person};

/// The timer by which the places of a live code are given back; its key is the code's id.
pub const EXPIRE: &str = "live_code.expire";

/// Takes one of the member's places of the day, if one is left; counts the slot's turn. Whoever
/// remembers how the day stands counts along.
pub(super) fn claim(tx: &mut Tx, code: &LiveCode, slot: &Slot, day: Day) -> Result<bool> {
    if !raise(tx, code.brand, slot.member(), day, slot.daily_cap.unwrap_or(i64::MAX))? {
        return Ok(false);
    }
    tx.tally(
        "insert into live_turn (live_code_id, day, slot_id, turns) values ($1, $2, $3, 1) \
         on conflict (live_code_id, day, slot_id) do update set turns = live_turn.turns + 1",
        params![code.id, day.0, slot.id],
    )?;
    Ok(true)
}

fn raise(tx: &mut Tx, brand: BrandId, member: i64, day: Day, cap: i64) -> Result<bool> {
    let sql = "update live_taken set taken = taken + 1 where brand_id = $1 and member = $2 and day = $3 and taken < $4";
    if tx.tally(sql, params![brand, member, day.0, cap])? == 1 {
        return Ok(true);
    }
    // Either the row is ours to raise now, or somebody's whom we had not seen, or it is full.
    tx.tally(
        "insert into live_taken (brand_id, member, day, taken) values ($1, $2, $3, 0) on conflict do nothing",
        params![brand, member, day.0],
    )?;
    Ok(tx.tally(sql, params![brand, member, day.0, cap])? == 1)
}

fn lower(tx: &mut Tx, brand: BrandId, member: i64, day: i32) -> Result<()> {
    tx.guard(
        "update live_taken set taken = taken - 1 where brand_id = $1 and member = $2 and day = $3 and taken > 0",
        params![brand, member, day],
    )?
    .or(|| Problem::internal("a place was given back twice"))
}

/// Reserves the claimed place for a person.
pub(super) fn hold(
    tx: &mut Tx,
    code: &LiveCode,
    person: PersonId,
    (slot, staff): (SlotId, StaffId),
    day: Day,
    trace: &str,
) -> Result<ReservationId> {
    let (id, now): (ReservationId, Ms) = (tx.new_id(), tx.now());
    let until = now + code.hold_minutes * time::MINUTE;
    let fresh = tx.guard(
        "insert into live_reservation (id, brand_id, live_code_id, person_id, slot_id, staff_id, day, state, until, trace, created_at) \
         values ($1, $2, $3, $4, $5, $6, $7, 'held', $8, $9, $10) on conflict do nothing",
        params![id, code.brand, code.id, person, slot, staff, day.0, until, trace, now],
    )?;
    fresh.or(|| {
        // The same visitor at the same moment: run again and meet the same face.
        let mut p = Problem::conflict("This visitor was given a place at the same moment; try again.");
        p.retry = true;
        p
    })?;
    // Where others write at the same moment, a timer that is seen may be on its way out.
    let set = tx.engine() == Engine::Sqlite
        && tx
            .recall(&["timer"], code.id.n(), |tx| tx.opt::<i64>("select 1 from timer where kind = 'live_code.expire' and key = $1", params![code.id]))?
            .is_some();
    if !set {
        tx.start_timer(EXPIRE, code.id.n(), until, code.brand)?;
    }
    Ok(id)
}

/// The slot that this person was given and may see again: a place that is held, or an add, whose
/// slot still serves. A place that is out of time or whose guide no longer serves is given back.
pub(super) fn same_face(
    tx: &mut Tx,
    code: &LiveCode,
    plan: &Plan,
    person: PersonId,
    day: Day,
) -> Result<Option<(SlotId, ReservationId)>> {
    // The plus signs keep the engines from walking all places of the code, of which there may be a million.
    type Found = (ReservationId, SlotId, StaffId, String, Ms, i32, bool);
    let found: Vec<Found> = tx.all(
        "select r.id, r.slot_id, r.staff_id, r.state, r.until, r.day, s.active from person p join live_reservation r on r.person_id = p.id \
         join staff s on s.id = r.staff_id where p.root_id = (select root_id from person where id = $1) and +r.live_code_id = $2 and r.state <> 'expired'",
        params![person, code.id],
    )?;
    let last = found.into_iter().max_by_key(|f| f.0);
    let Some((id, slot, staff, state, until, on, active)) = last else { return Ok(None) };
    let serves = active && plan.slot(slot).is_some_and(|s| s.staff_id == Some(staff) && s.off(day).is_none());
    if serves && (state == "added" || until > tx.now()) {
        return Ok(Some((slot, id)));
    }
    if state == "held" {
        give_back(tx, code.brand, id, staff, on)?;
    }
    Ok(None)
}

fn give_back(tx: &mut Tx, brand: BrandId, id: ReservationId, staff: StaffId, day: i32) -> Result<()> {
    if tx.guard("update live_reservation set state = 'expired' where id = $1 and state = 'held'", params![id])?.won() {
        lower(tx, brand, staff.n(), day)?;
    }
    Ok(())
}

/// Gives back every place that this subject holds; tells how many.
pub fn release(tx: &mut Tx, subject: PersonId) -> Result<u64> {
    let open: Vec<(ReservationId, BrandId, StaffId, i32)> =
        tx.all("select id, brand_id, staff_id, day from live_reservation where person_id = $1 and state = 'held'", params![subject])?;
    for (id, brand, staff, day) in &open {
        give_back(tx, *brand, *id, *staff, *day)?;
    }
    Ok(open.len() as u64)
}

/// Gives back at most `most` places that are out of time; tells how many.
fn expire(tx: &mut Tx, code: LiveCodeId, most: i64) -> Result<usize> {
    let now = tx.now();
    let due: Vec<(ReservationId, BrandId, StaffId, i32)> = tx.all(
        "select id, brand_id, staff_id, day from live_reservation where live_code_id = $1 and state = 'held' and until <= $2 \
         order by until limit $3",
        params![code, now, most],
    )?;
    for (id, brand, staff, day) in &due {
        give_back(tx, *brand, *id, *staff, *day)?;
    }
    Ok(due.len())
}

/// Gives back what is due, and comes again for the next.
pub fn on_expire(tx: &mut Tx, due: &Due) -> Result<()> {
    const MOST: i64 = 500;
    let code = LiveCodeId::new(due.key);
    let n = expire(tx, code, MOST)?;
    let next: Option<Ms> = if n as i64 == MOST {
        Some(tx.now())
    } else {
        tx.one("select min(until) from live_reservation where live_code_id = $1 and state = 'held'", params![code])?
    };
    match next {
        Some(at) => tx.set_timer(EXPIRE, due.key, at, due.brand),
        None => Ok(()),
    }
}

/// Who was added by whom, as a platform's callback or a guide says it. Name the person by one of the three.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmAdd {
    pub reservation_id: Option<ReservationId>,
    pub person_id: Option<PersonId>,
    /// An account such as `{"kind": "external_userid", "value": "wm…"}`.
    pub identity: Option<AddedIdentity>,
    /// Who was added; needed where no place was held.
    pub staff_id: Option<StaffId>,
    /// When, in UTC milliseconds; now when absent.
    pub at: Option<Ms>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddedIdentity {
    pub kind: String,
    pub value: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Added {
    pub reservation_id: ReservationId,
    pub person_id: PersonId,
    pub staff_id: StaffId,
    pub at: Ms,
    /// False when this add was known already.
    pub fresh: bool,
}

struct Place {
    id: ReservationId,
    person: PersonId,
    staff: StaffId,
    day: i32,
    state: String,
    added_at: Option<Ms>,
}
weir_ground::from_row!(Place { id, person, staff, day, state, added_at });

const PLACE: &str = "select r.id, r.person_id, r.staff_id, r.day, r.state, r.added_at from live_reservation r";

/// The place that an add is about: the one named, or the person's last one with this member of the staff.
fn place(tx: &mut Tx, code: &LiveCode, add: &ConfirmAdd, person: Option<PersonId>) -> Result<Option<Place>> {
    if let Some(id) = add.reservation_id {
        let sql = format!("{PLACE} where r.id = $1 and r.live_code_id = $2");
        return tx.opt(&sql, params![id, code.id])?.map(Some).ok_or_else(|| Problem::not_found("reservation"));
    }
    let sql = format!(
        "{PLACE} join person p on p.id = r.person_id where p.root_id = $1 and r.live_code_id = $2 \
         and (cast($3 as bigint) is null or r.staff_id = $3) order by case when r.state = 'expired' then 1 else 0 end, r.id desc limit 1"
    );
    tx.opt(&sql, params![person, code.id, add.staff_id])
}

/// Records that a visitor and a guide added each other. Saying it again changes nothing.
pub fn confirm(tx: &mut Tx, who: &Staff, id: LiveCodeId, add: &ConfirmAdd) -> Result<Added> {
    let code = own(tx, who, id)?;
    let now = tx.now();
    let at = add.at.unwrap_or(now).min(now);
    let named = match (add.person_id, &add.identity) {
        (Some(p), _) => Some(p),
        (None, Some(i)) => Some(identity::resolve(tx, code.brand, &[(i.kind.as_str(), i.value.as_str())], "live_code")?),
        (None, None) => None,
    };
    if named.is_none() && add.reservation_id.is_none() {
        return Err(Problem::field("reservation_id", "say who was added: a reservation, a person or an identity"));
    }
    let known = named.map(|p| person::root(tx, code.brand, p)).transpose()?;
    let found = place(tx, &code, add, known)?;
    let (subject, person) = whose(tx, &code, named, found.as_ref())?;
    let staff = add.staff_id.or(found.as_ref().map(|f| f.staff));
    let staff = staff.ok_or_else(|| Problem::field("staff_id", "this person holds no place here; say who was added"))?;
    if let Some(p) = found.as_ref().filter(|p| p.state == "added" && p.staff == staff) {
        return Ok(Added { reservation_id: p.id, person_id: person, staff_id: staff, at: p.added_at.unwrap_or(at), fresh: false });
    }
    let day = code.zone()?.clock(at).0;
    if let Some(p) = found.as_ref().filter(|p| p.state == "held") {
        give_back(tx, code.brand, p.id, p.staff, p.day)?;
    }
    raise(tx, code.brand, staff.n(), day, i64::MAX)?;
    tx.forget("live_taken");
    let id = match found.filter(|p| p.staff == staff) {
        Some(p) => {
            tx.exec(
                "update live_reservation set state = 'added', added_at = $1, day = $2 where id = $3",
                params![at, day.0, p.id],
            )?;
            p.id
        }
        None => unreserved(tx, &code, subject, staff, day, at)?,
    };
    note(tx, &code, subject, staff, at, id)?;
    Ok(Added { reservation_id: id, person_id: person, staff_id: staff, at, fresh: true })
}

/// Whose own the add is, and the person that is now: whoever held the place and whoever is named are
/// joined, unless something says that they are two.
fn whose(tx: &mut Tx, code: &LiveCode, named: Option<PersonId>, found: Option<&Place>) -> Result<(PersonId, PersonId)> {
    match (named, found) {
        (None, None) => Err(Problem::not_found("reservation")),
        (None, Some(p)) => Ok((p.person, person::root(tx, code.brand, p.person)?)),
        (Some(n), None) => Ok((n, person::root(tx, code.brand, n)?)),
        (Some(n), Some(p)) => match identity::merge(tx, code.brand, n, p.person, "added by a live code")? {
            Some(person) => Ok((p.person, person)),
            None => Ok((n, person::root(tx, code.brand, n)?)),
        },
    }
}

/// An add that nobody reserved: the platform led the visitor, or another guide was added.
fn unreserved(tx: &mut Tx, code: &LiveCode, person: PersonId, staff: StaffId, day: Day, at: Ms) -> Result<ReservationId> {
    let ours: Option<i64> = tx.opt("select 1 from staff where id = $1 and brand_id = $2", params![staff, code.brand])?;
    ours.ok_or_else(|| Problem::not_found("staff member"))?;
    let plan = super::plan::read(tx, code.id, code.version)?;
    let slot = plan.slots().find(|s| s.staff_id == Some(staff)).and_then(|s| s.id).unwrap_or_else(|| SlotId::new(0));
    let id: ReservationId = tx.new_id();
    tx.exec(
        "insert into live_reservation (id, brand_id, live_code_id, person_id, slot_id, staff_id, day, state, until, trace, created_at, added_at) \
         values ($1, $2, $3, $4, $5, $6, $7, 'added', $8, '[]', $8, $8)",
        params![id, code.brand, code.id, person, slot, staff, day.0, at],
    )?;
    Ok(id)
}

/// The fact, and what follows from it: the person is reachable, and has a guide if there was none.
fn note(tx: &mut Tx, code: &LiveCode, person: PersonId, staff: StaffId, at: Ms, id: ReservationId) -> Result<()> {
    let props = serde_json::json!({ "live_code": code.id, "staff": staff, "reservation": id }).to_string();
    let fact = Fact::new(code.brand, events::FRIEND_ADDED, at).person(person).touchpoint(Some(code.touchpoint)).props(&props);
    let _ = tx.record(&fact)?;
    person::seen(tx, person, at, Some(code.touchpoint))?;
    person::guide::meet(tx, code.brand, person, staff, "live_code")?;
    person::joined(tx, code.brand, person, at)
}
