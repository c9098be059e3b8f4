//! Identities, merges and possible duplicates over HTTP.
use super::bonds::{self, AddIdentity, Bonds};
use super::merge::{self, Why};
use super::kinds;
use crate::person::http::{PersonRef, get};
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_ground::base::{Fen, Ms, Problem, Result, ids};
use weir_ground::event::PersonId;
use weir_ground::http::{Answer, App, Json, List, Page, Path, Query};
use weir_ground::{Row, Tx, db::row::FromRow, params};
use weir_keep::{May, Staff};

/// A person's identities with evidence, the joins it is made of, and the log of both.
#[utoipa::path(get, path = "/api/v1/persons/{id}/identities", tag = "know", params(("id" = PersonId, Path)), responses((status = 200, body = Bonds)))]
pub async fn person_identities(State(app): State<App>, who: Staff, Path(id): Path<PersonId>) -> Answer<Json<Bonds>> {
    who.need(May::PersonRead)?;
    Ok(Json(app.db.read(move |tx| { let root = get(tx, &who, id)?.row.id; bonds::of(tx, who.brand, root) }).await?))
}

/// Bind an identity to a person by hand.
#[utoipa::path(post, path = "/api/v1/persons/{id}/identities", tag = "know", params(("id" = PersonId, Path)), request_body = AddIdentity, responses((status = 204)))]
pub async fn bind_identity(State(app): State<App>, who: Staff, Path(id): Path<PersonId>, Json(body): Json<AddIdentity>) -> Answer<StatusCode> {
    who.need(May::PersonWrite)?;
    app.db
        .write(move |tx| {
            let root = get(tx, &who, id)?.row.id;
            bonds::add(tx, who.brand, root, &body.kind, &body.value, &who.actor)
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How many joins fell with an identity.
#[derive(Debug, Serialize, ToSchema)]
pub struct Unbound {
    pub parted: i64,
}

/// Take an identity off a person; joins that it made are taken back.
#[utoipa::path(delete, path = "/api/v1/persons/{id}/identities/{key}", tag = "know", params(("id" = PersonId, Path), ("key" = String, Path)), responses((status = 200, body = Unbound)))]
pub async fn unbind_identity(State(app): State<App>, who: Staff, Path((id, key)): Path<(PersonId, String)>) -> Answer<Json<Unbound>> {
    who.need(May::PersonWrite)?;
    let parted = app
        .db
        .write(move |tx| {
            let root = get(tx, &who, id)?.row.id;
            bonds::remove(tx, who.brand, root, &key, &who.actor)
        })
        .await?;
    Ok(Json(Unbound { parted: parted as i64 }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergePersons {
    pub other_id: ids::PersonId,
    pub reason: Option<String>,
}

/// The person that both are now.
#[derive(Debug, Serialize, ToSchema)]
pub struct MergedInto {
    pub person_id: ids::PersonId,
}

fn reason(text: &Option<String>, default: &str) -> Result<String> {
    let text = text.as_deref().map(str::trim).filter(|t| !t.is_empty()).unwrap_or(default);
    if text.chars().count() > 200 || text.contains('\0') {
        return Err(Problem::field("reason", "use at most 200 characters"));
    }
    Ok(text.to_string())
}

fn merge_by_hand(tx: &mut Tx, who: &Staff, a: PersonId, b: PersonId, reason: &str) -> Result<PersonId> {
    let (a, b) = (get(tx, who, a)?.row.id, get(tx, who, b)?.row.id);
    if a == b {
        return Err(Problem::conflict("These are one person already."));
    }
    merge::join(tx, who.brand, a, b, &Why { reason, by: None, actor: Some(&who.actor) })?.map_err(|r| r.problem())
}

/// Merge two persons; it can be taken back.
#[utoipa::path(post, path = "/api/v1/persons/{id}/merge", tag = "know", params(("id" = PersonId, Path)), request_body = MergePersons, responses((status = 200, body = MergedInto)))]
pub async fn merge_persons(State(app): State<App>, who: Staff, Path(id): Path<PersonId>, Json(body): Json<MergePersons>) -> Answer<Json<MergedInto>> {
    who.need(May::PersonWrite)?;
    let why = reason(&body.reason, "merged by hand")?;
    let person_id = app.db.write(move |tx| merge_by_hand(tx, &who, id, body.other_id, &why)).await?;
    Ok(Json(MergedInto { person_id }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnmergePersons {
    pub merge_id: ids::MergeId,
    pub reason: Option<String>,
    /// Only say what would happen.
    #[serde(default)]
    pub dry_run: bool,
}

/// One side of a person that is taken apart.
#[derive(Debug, Serialize, ToSchema)]
pub struct Side {
    pub person: PersonRef,
    pub subjects: i64,
    pub identities: i64,
    pub events: i64,
    pub orders: i64,
    pub paid_fen: Fen,
}

/// Who stays and who leaves, in numbers.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnmergedInto {
    pub stays: Side,
    pub leaves: Side,
    pub done: bool,
}

fn side(tx: &mut Tx, root: PersonId, subjects: &[PersonId]) -> Result<Side> {
    let name: Option<String> = tx.one("select name from person where id = $1", params![root])?;
    let mut out = Side { person: PersonRef { id: root, name }, subjects: subjects.len() as i64, identities: 0, events: 0, orders: 0, paid_fen: Fen(0) };
    for s in subjects {
        let (identities, events): (i64, i64) = tx.one(
            "select (select count(*) from identity where person_id = $1), (select count(*) from event_of where person_id = $1)",
            params![*s],
        )?;
        let (orders, paid): (i64, i64) = tx.one(
            "select coalesce(o.orders, p.orders), coalesce(o.paid, p.paid) from person p left join person_own o on o.person_id = p.id where p.id = $1",
            params![*s],
        )?;
        out.identities += identities;
        out.events += events;
        out.orders += orders;
        out.paid_fen.0 += paid;
    }
    Ok(out)
}

fn take_apart(tx: &mut Tx, who: &Staff, id: PersonId, body: &UnmergePersons, why: &str) -> Result<UnmergedInto> {
    let root = get(tx, who, id)?.row.id;
    let parted = merge::parting(tx, who.brand, body.merge_id)?;
    if parted.stays != root {
        return Err(Problem::not_found("merge of this person"));
    }
    let all: Vec<PersonId> = tx.all("select id from person where root_id = $1", params![root])?;
    let stay: Vec<PersonId> = all.into_iter().filter(|s| !parted.members.contains(s)).collect();
    let (stays, leaves) = (side(tx, parted.stays, &stay)?, side(tx, parted.leaves, &parted.members)?);
    if !body.dry_run {
        merge::unmerge(tx, who.brand, body.merge_id, why, Some(&who.actor))?;
    }
    Ok(UnmergedInto { stays, leaves, done: !body.dry_run })
}

/// Take a merge back, or say what that would do.
#[utoipa::path(post, path = "/api/v1/persons/{id}/unmerge", tag = "know", params(("id" = PersonId, Path)), request_body = UnmergePersons, responses((status = 200, body = UnmergedInto)))]
pub async fn unmerge_persons(State(app): State<App>, who: Staff, Path(id): Path<PersonId>, Json(body): Json<UnmergePersons>) -> Answer<Json<UnmergedInto>> {
    who.need(May::PersonWrite)?;
    let why = reason(&body.reason, "taken apart by hand")?;
    Ok(Json(app.db.write(move |tx| take_apart(tx, &who, id, &body, &why)).await?))
}

/// Two persons that may be the same.
#[derive(Debug, Serialize, ToSchema)]
pub struct Pair {
    pub id: ids::PairId,
    pub a: PersonRef,
    pub b: PersonRef,
    /// What both came with; phone and e-mail shortened.
    pub kind: Option<String>,
    pub value: Option<String>,
    pub reason: String,
    /// How often this was seen.
    pub times: i64,
    pub last_at: Ms,
    /// `open`, `merged`, `apart` or `moved`
    pub state: String,
    pub decided_at: Option<Ms>,
    pub decided_by: Option<String>,
}

impl FromRow for Pair {
    fn from_row(r: &Row<'_>) -> Result<Pair> {
        Ok(Pair {
            id: r.get(0)?,
            a: PersonRef { id: r.get(1)?, name: r.get(2)? },
            b: PersonRef { id: r.get(3)?, name: r.get(4)? },
            kind: r.get(5)?,
            value: r.get(6)?,
            reason: r.get(7)?,
            times: r.get(8)?,
            last_at: r.get(9)?,
            state: r.get(10)?,
            decided_at: r.get(11)?,
            decided_by: r.get(12)?,
        })
    }
}

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FindPairs {
    /// `open` (the default), `merged`, `apart` or `moved`
    pub state: Option<String>,
}

/// Persons that may be the same, for people to decide; newest first.
#[utoipa::path(get, path = "/api/v1/duplicates", tag = "know", params(FindPairs, Page), responses((status = 200, body = List<Pair>)))]
pub async fn list_duplicates(State(app): State<App>, who: Staff, Query(find): Query<FindPairs>, Query(page): Query<Page>) -> Answer<Json<List<Pair>>> {
    who.need(May::PersonRead)?;
    let (limit, [at, id]) = (page.limit()?, page.after([i64::MAX, i64::MAX])?);
    let state = find.state.unwrap_or_else(|| "open".into());
    let list = app
        .db
        .read(move |tx| {
            let sql = format!(
                "select k.id, a.id, a.name, b.id, b.name, k.kind, k.shown, k.reason, k.times, k.last_at, k.state, k.decided_at, k.decided_by \
                 from person_pair k join person x on x.id = k.a_id join person a on a.id = x.root_id \
                 join person y on y.id = k.b_id join person b on b.id = y.root_id \
                 where k.brand_id = $1 and k.state = $2 and (k.state <> 'open' or x.root_id <> y.root_id) and (k.last_at, k.id) < ($3, $4){}{} \
                 order by k.last_at desc, k.id desc limit $5",
                who.within("a.store_id"),
                who.within("b.store_id")
            );
            let items: Vec<Pair> = tx.all(&sql, params![who.brand, &state, at, id, limit + 1])?;
            Ok(List::page(items, limit, |p| format!("{}.{}", p.last_at, p.id.n())))
        })
        .await?;
    Ok(Json(list))
}

/// What people decide about two persons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// They are one.
    Merge,
    /// They are two, for good: no rule joins them.
    Apart,
    /// They are two, and the value belongs to the one who does not hold it now.
    Move,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Decide {
    pub decision: Decision,
}

fn decide(tx: &mut Tx, who: &Staff, id: ids::PairId, decision: Decision) -> Result<()> {
    type Found = (PersonId, PersonId, Option<String>, Option<String>);
    let found: Option<Found> = tx.opt(
        "select a_id, b_id, kind, value from person_pair where id = $1 and brand_id = $2",
        params![id, who.brand],
    )?;
    let (a, b, kind, value) = found.ok_or_else(|| Problem::not_found("pair"))?;
    let (ra, rb) = (get(tx, who, a)?.row.id, get(tx, who, b)?.row.id);
    let now = tx.now();
    let state = match decision {
        Decision::Merge => "merged",
        Decision::Apart => "apart",
        Decision::Move => "moved",
    };
    tx.guard(
        "update person_pair set state = $1, decided_at = $2, decided_by = $3 where id = $4 and state = 'open'",
        params![state, now, &who.actor, id],
    )?
    .or(|| Problem::conflict("This was decided already."))?;
    match decision {
        Decision::Merge => {
            merge_by_hand(tx, who, ra, rb, "decided by hand")?;
        }
        Decision::Apart => merge::keep_apart(tx, who.brand, a, b, "decided by hand", Some(&who.actor))?,
        Decision::Move => {
            let (Some(kind), Some(value)) = (kind, value) else {
                return Err(Problem::conflict("There is no value to move between these two."));
            };
            let by = merge::By { kind, value };
            let held = super::holder(tx, who.brand, &by.kind, &by.value)?.ok_or_else(|| Problem::not_found("identity"))?;
            let to = if held.root == ra { b } else { a };
            bonds::move_to(tx, who.brand, &by, to, "staff", Some(&who.actor))?;
            merge::keep_apart(tx, who.brand, a, b, "decided by hand", Some(&who.actor))?;
        }
    }
    Ok(())
}

/// Decide about two persons that may be the same.
#[utoipa::path(post, path = "/api/v1/duplicates/{id}", tag = "know", params(("id" = ids::PairId, Path)), request_body = Decide, responses((status = 204)))]
pub async fn decide_duplicate(State(app): State<App>, who: Staff, Path(id): Path<ids::PairId>, Json(body): Json<Decide>) -> Answer<StatusCode> {
    who.need(May::PersonWrite)?;
    app.db.write(move |tx| decide(tx, &who, id, body.decision)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A kind of identity with the rules that hold in this brand.
#[derive(Debug, Serialize, ToSchema)]
pub struct KindView {
    pub kind: String,
    pub scope: String,
    pub strong: bool,
    pub strength: i64,
    pub one_per_person: bool,
    /// How many persons one value may connect; absent: any number.
    pub hub_limit: Option<i64>,
    pub identities: i64,
    /// Values that were too widely shared and join nobody.
    pub inert: i64,
}

/// The rules of identities, and how many there are.
#[utoipa::path(get, path = "/api/v1/identity-rules", tag = "know", responses((status = 200, body = List<KindView>)))]
pub async fn identity_rules(State(app): State<App>, who: Staff) -> Answer<Json<List<KindView>>> {
    who.need(May::PersonRead)?;
    let rows = app
        .db
        .read(move |tx| {
            let own = kinds::Own::of(tx, who.brand)?;
            let counts: Vec<(String, i64, i64)> = tx.all(
                "select kind, count(*), cast(sum(inert) as bigint) from identity where brand_id = $1 group by kind",
                params![who.brand],
            )?;
            Ok(kinds::KINDS
                .iter()
                .map(|k| {
                    let n = counts.iter().find(|c| c.0 == k.code);
                    KindView {
                        kind: k.code.into(),
                        scope: k.scope.into(),
                        strong: k.strong,
                        strength: k.strength,
                        one_per_person: k.single,
                        hub_limit: own.hub(k.code),
                        identities: n.map_or(0, |n| n.1),
                        inert: n.map_or(0, |n| n.2),
                    }
                })
                .collect::<Vec<_>>())
        })
        .await?;
    Ok(Json(List::all(rows)))
}
