//! Erasing and exporting a person over HTTP, and the receipts.
use super::{Chapters, Counts, erase, held};
use crate::events;
use crate::person::http::get;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use weir_ground::base::{Id, Ms, Problem, Result, ids, kinds};
use weir_ground::event::PersonId;
use weir_ground::http::{Answer, App, Json, List, Once, Page, Path, Query, Said, file};
use weir_ground::{Fact, Row, Tx, Value, db::row::FromRow, params};
use weir_keep::{May, Staff};

/// The routes; they reach into every chapter, so they are told which there are.
pub fn routes(chapters: Chapters) -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(erase_person))
        .routes(routes!(person_everything))
        .routes(routes!(list_erasures))
        .layer(Extension(chapters))
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ErasePerson {
    /// Why, without naming the person: it stays with the receipt.
    pub reason: String,
    /// The person's id once more, so that nobody is erased by mistake.
    pub confirm: PersonId,
}

/// The receipt of an erasure.
#[derive(Debug, Serialize, ToSchema)]
pub struct Erasure {
    pub id: ids::ErasureId,
    /// Stands for nobody any more; orders and money still name it.
    pub person_id: PersonId,
    /// Staff or key.
    pub actor: String,
    pub actor_name: Option<String>,
    pub reason: String,
    pub at: Ms,
    /// What was removed or emptied: kind → how many.
    pub counts: std::collections::BTreeMap<String, i64>,
    /// Since when nothing is left in rows, events and files; nothing while it is still going on.
    pub finished_at: Option<Ms>,
}

impl FromRow for Erasure {
    fn from_row(r: &Row<'_>) -> Result<Erasure> {
        let counts: String = r.get(6)?;
        let counts: Counts = serde_json::from_str(&counts).map_err(Problem::internal)?;
        Ok(Erasure {
            id: r.get(0)?,
            person_id: r.get(1)?,
            actor: r.get(2)?,
            actor_name: None,
            reason: r.get(3)?,
            at: r.get(4)?,
            finished_at: r.get(5)?,
            counts,
        })
    }
}

const SELECT: &str = "select id, person_id, actor, reason, at, finished_at, counts from erasure";

fn named(tx: &mut Tx, mut e: Erasure) -> Result<Erasure> {
    let staff: Option<Id<kinds::Staff>> = e.actor.parse().ok();
    let key: Option<Id<kinds::ApiKey>> = e.actor.parse().ok();
    e.actor_name = match (staff, key) {
        (Some(id), _) => tx.opt("select name from staff where id = $1", params![id])?,
        (_, Some(id)) => tx.opt("select name from api_key where id = $1", params![id])?,
        _ => None,
    };
    Ok(e)
}

fn begin(tx: &mut Tx, who: &Staff, id: PersonId, body: &ErasePerson, chapters: Chapters) -> Result<Erasure> {
    let person = get(tx, who, id)?.row.id;
    if body.confirm != id && body.confirm != person {
        return Err(Problem::field("confirm", "repeat the id of the person who is to be erased"));
    }
    let erasure = erase(tx, who, person, &body.reason, chapters)?;
    let made: Erasure = tx.one(&format!("{SELECT} where id = $1"), params![erasure])?;
    named(tx, made)
}

/// Erase a person for good: nothing that tells who it was stays. It cannot be taken back. Refused while
/// goods or money are under way. What may take longer goes on by itself; the receipt says when it is through.
#[utoipa::path(post, path = "/api/v1/persons/{id}/erase", tag = "know", params(("id" = PersonId, Path)), request_body = ErasePerson, responses((status = 200, body = Erasure)))]
pub async fn erase_person(
    State(app): State<App>,
    who: Staff,
    Extension(chapters): Extension<Chapters>,
    Path(id): Path<PersonId>,
    once: Once,
    Json(body): Json<ErasePerson>,
) -> Answer<Said> {
    who.need(May::PersonErase)?;
    let once = once.of(&body);
    Ok(app.db.write(move |tx| once.run(tx, who.brand, &who.actor, |tx| begin(tx, &who, id, &body, chapters))).await?)
}

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FindErasures {
    /// Only those that are still going on (`true`), or those that are through.
    pub open: Option<bool>,
}

/// Receipts of erasures, newest first.
#[utoipa::path(get, path = "/api/v1/erasures", tag = "know", params(FindErasures, Page), responses((status = 200, body = List<Erasure>)))]
pub async fn list_erasures(
    State(app): State<App>,
    who: Staff,
    Query(find): Query<FindErasures>,
    Query(page): Query<Page>,
) -> Answer<Json<List<Erasure>>> {
    who.need(May::AuditRead)?;
    let (limit, [before]) = (page.limit()?, page.after([i64::MAX])?);
    let list = app
        .db
        .read(move |tx| {
            let filter = match find.open {
                None => "",
                Some(true) => " and finished_at is null",
                Some(false) => " and finished_at is not null",
            };
            let total = tx.one(&format!("select count(*) from erasure where brand_id = $1{filter}"), params![who.brand])?;
            let all: [Value<'_>; 3] = [who.brand.into(), before.into(), (limit + 1).into()];
            let items: Vec<Erasure> = tx.all(&format!("{SELECT} where brand_id = $1{filter} and id < $2 order by id desc limit $3"), &all)?;
            let items = items.into_iter().map(|e| named(tx, e)).collect::<Result<Vec<_>>>()?;
            let mut list = List::page(items, limit, |e: &Erasure| e.id.n().to_string());
            list.total = Some(total);
            Ok(list)
        })
        .await?;
    Ok(Json(list))
}

/// Everything that is held of a person, as one JSON file: identities, attributes with their sources, tags,
/// consents, segments, orders, messages, bonds, events. That somebody took it is recorded.
#[utoipa::path(get, path = "/api/v1/persons/{id}/everything", tag = "know", params(("id" = PersonId, Path)), responses((status = 200, content_type = "application/json", body = Object)))]
pub async fn person_everything(
    State(app): State<App>,
    who: Staff,
    Extension(chapters): Extension<Chapters>,
    Path(id): Path<PersonId>,
) -> Answer<Response> {
    who.need(May::PersonRead)?;
    who.need(May::PersonReveal)?;
    let brand = who.brand;
    let root = app
        .db
        .write(move |tx| {
            let person = get(tx, &who, id)?.row.id;
            let _ = tx.record(&Fact::new(who.brand, events::PERSON_EXPORTED, tx.now()).person(person).actor(&who.actor))?;
            Ok(person)
        })
        .await?;
    let db = app.db.clone();
    Ok(file("application/json", &format!("{root}.json"), move |put| held::write(&db, brand, root, chapters, put)))
}
