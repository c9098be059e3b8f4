//! Belonging to a guide (导购): the one member of the staff who serves a person.
//!
//! It is exclusive: a person has at most one guide. The first guide whom somebody adds becomes
//! theirs and stays, whoever else is added later; from then on only people change it. Each subject
//! keeps its own guide and the person shows the fold over them, so merges can be taken back. The log
//! is the history: [`events::PERSON_GUIDED`] says who it was, who it is now, and why.
use super::http::{Person, get};
use crate::events;
use crate::identity::own;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_ground::base::ids::StaffId;
use weir_ground::base::{Ms, Problem, Result};
use weir_ground::event::{BrandId, PersonId};
use weir_ground::http::{Answer, App, Json, List, Path};
use weir_ground::{Fact, Tx, from_row, params};
use weir_keep::{May, Role, Staff};

/// A person's guide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct GuideRef {
    pub id: StaffId,
    pub name: String,
    /// No longer on the staff: somebody else should take over.
    pub active: bool,
    /// Since when, as far as the log says.
    pub since_at: Option<Ms>,
}

/// The guide that a person shows.
pub fn of(tx: &mut Tx, root: PersonId) -> Result<Option<GuideRef>> {
    let found: Option<(StaffId, String, bool)> = tx.opt(
        "select s.id, s.name, s.active from person p join staff s on s.id = p.guide_id and s.brand_id = p.brand_id where p.id = $1",
        params![root],
    )?;
    let Some((id, name, active)) = found else { return Ok(None) };
    let to = format!("%\"to\":\"{id}\"%");
    let since_at = tx.one(
        "select max(e.at) from event e \
         where e.id in (select id from event_of where person_id in (select id from person where root_id = $1)) \
         and e.name = 'person.guide_changed' and e.props like $2",
        params![root, &to],
    )?;
    Ok(Some(GuideRef { id, name, active, since_at }))
}

/// The person behind a subject and the guide it shows, held until the end of the transaction.
fn shown(tx: &mut Tx, subject: PersonId) -> Result<(PersonId, Option<StaffId>)> {
    let root = own::place(tx, subject)?.root;
    if root != subject {
        own::place(tx, root)?;
    }
    Ok((root, tx.one("select guide_id from person where id = $1", params![root])?))
}

/// Records a change of the guide that the person shows, if there was one.
fn tell(
    tx: &mut Tx,
    brand: BrandId,
    (subject, root, before): (PersonId, PersonId, Option<StaffId>),
    reason: &str,
    actor: Option<&str>,
) -> Result<()> {
    let after: Option<StaffId> = tx.one("select guide_id from person where id = $1", params![root])?;
    if before == after {
        return Ok(());
    }
    let name: Option<String> = match after {
        Some(id) => tx.opt("select name from staff where id = $1", params![id])?,
        None => None,
    };
    let props = serde_json::json!({ "from": before, "to": after, "name": name, "reason": reason }).to_string();
    let mut fact = Fact::new(brand, events::PERSON_GUIDED, tx.now()).person(subject).props(&props);
    fact.actor = actor;
    let _ = tx.record(&fact)?;
    Ok(())
}

/// Somebody and a guide added each other: the first one stays.
pub fn meet(tx: &mut Tx, brand: BrandId, subject: PersonId, staff: StaffId, reason: &str) -> Result<()> {
    let (root, before) = shown(tx, subject)?;
    own::edit(tx, subject, |tx| {
        tx.exec("update person set guide_id = $1 where id = $2 and guide_id is null", params![staff, subject])
    })?;
    tell(tx, brand, (subject, root, before), reason, None)
}

/// Gives a person to a guide, or to nobody; whoever it was before is in the log.
pub fn assign(tx: &mut Tx, brand: BrandId, person: PersonId, guide: Option<StaffId>, actor: &str) -> Result<()> {
    let (root, before) = shown(tx, person)?;
    let others: Vec<PersonId> = match guide {
        Some(_) => vec![],
        None => tx.all("select id from person where root_id = $1 and id <> $1 and guide_id is not null order by id", params![root])?,
    };
    for subject in others.into_iter().chain([root]) {
        own::edit(tx, subject, |tx| tx.exec("update person set guide_id = $1 where id = $2", params![guide, subject]))?;
    }
    tell(tx, brand, (root, root, before), "console", Some(actor))
}

/// Members of the staff within the asker's stores.
fn within(who: &Staff) -> String {
    match &who.stores {
        None => String::new(),
        Some(_) => format!(" and exists (select 1 from staff_store l where l.staff_id = s.id{})", who.within("l.store_id")),
    }
}

/// A guide takes whom nobody has and lets go of their own; the rest is for those who lead them.
fn may(who: &Staff, now: Option<StaffId>, next: Option<StaffId>) -> Result<()> {
    let own = |staff: Option<StaffId>| staff.is_none() || staff == who.id;
    if who.role == Role::Guide && !(own(now) && own(next)) {
        return Err(Problem::forbidden(
            "A guide can take a customer who has no guide and let go of their own. Ask the store manager to move this one.",
        ));
    }
    Ok(())
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetGuide {
    /// A member of the staff who does more than look on; null for nobody.
    pub guide_id: Option<StaffId>,
}

/// Gives a person within the asker's scope to somebody within it.
pub fn set(tx: &mut Tx, who: &Staff, id: PersonId, guide: Option<StaffId>) -> Result<Person> {
    let person = get(tx, who, id)?;
    if let Some(staff) = guide {
        let sql = format!("select 1 from staff s where s.id = $1 and s.brand_id = $2 and s.active = 1 and s.role <> 'read_only'{}", within(who));
        let ours: Option<i64> = tx.opt(&sql, params![staff, who.brand])?;
        ours.ok_or_else(|| Problem::not_found("guide"))?;
    }
    may(who, person.guide.as_ref().map(|g| g.id), guide)?;
    assign(tx, who.brand, person.row.id, guide, &who.actor)?;
    get(tx, who, person.row.id)
}

/// Say who a person's guide is, or that there is none. Whoever it was before stays in the person's history.
#[utoipa::path(put, path = "/api/v1/persons/{id}/guide", tag = "know", params(("id" = PersonId, Path)), request_body = SetGuide, responses((status = 200, body = Person)))]
pub async fn set_guide(
    State(app): State<App>,
    who: Staff,
    Path(id): Path<PersonId>,
    Json(body): Json<SetGuide>,
) -> Answer<Json<Person>> {
    who.need(May::PersonWrite)?;
    Ok(Json(app.db.write(move |tx| set(tx, &who, id, body.guide_id)).await?))
}

/// A member of the staff who can have persons.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Guide {
    pub id: StaffId,
    pub name: String,
    /// False for those who left: persons may still be theirs.
    pub active: bool,
    /// Persons who belong to this guide.
    pub persons: i64,
}
from_row!(Guide { id, name, active, persons });

fn list(tx: &mut Tx, who: &Staff) -> Result<Vec<Guide>> {
    let sql = format!(
        "select s.id, s.name, s.active, coalesce(n.persons, 0) from staff s \
         left join (select p.guide_id, count(*) as persons from person p where p.brand_id = $1 and p.root_id = p.id and p.guide_id is not null{} \
         group by p.guide_id) n on n.guide_id = s.id \
         where s.brand_id = $1 and (s.active = 1 and s.role <> 'read_only' or n.persons > 0){} \
         order by s.active desc, case s.role when 'guide' then 0 when 'store_manager' then 1 else 2 end, s.name, s.id",
        who.within("p.store_id"),
        within(who)
    );
    tx.all(&sql, params![who.brand])
}

/// Members of the staff to whom persons can belong, within the asker's stores; those who left as long as somebody is still theirs.
#[utoipa::path(get, path = "/api/v1/guides", tag = "know", responses((status = 200, body = List<Guide>)))]
pub async fn list_guides(State(app): State<App>, who: Staff) -> Answer<Json<List<Guide>>> {
    who.need(May::PersonRead)?;
    Ok(Json(List::all(app.db.read(move |tx| list(tx, &who)).await?)))
}
