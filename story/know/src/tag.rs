//! Tags (标签): asserted labels with their source.
use crate::events;
use crate::person::http::get;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_ground::base::{Problem, Result};
use weir_ground::event::{BrandId, PersonId};
use weir_ground::http::{Answer, App, Json, List, Path};
use weir_ground::{Fact, Tx, from_row, params};
use weir_keep::{May, Staff};

/// Tags of a person and of those merged into it.
pub fn of(tx: &mut Tx, root: PersonId) -> Result<Vec<String>> {
    tx.all(
        "select distinct g.tag from tag g join person p on p.id = g.person_id where p.root_id = $1 order by g.tag",
        params![root],
    )
}

fn check(tag: &str) -> Result<String> {
    let tag = tag.trim();
    match tag.chars().count() {
        1..=30 if !tag.contains('\0') => Ok(tag.to_string()),
        _ => Err(Problem::field("tag", "use 1 to 30 characters")),
    }
}

/// Puts a tag on; one that is there already stays as it is.
pub fn add(
    tx: &mut Tx,
    brand: BrandId,
    person: PersonId,
    tag: &str,
    source: &str,
    actor: Option<&str>,
) -> Result<()> {
    let (tag, now) = (check(tag)?, tx.now());
    let fresh = tx.guard(
        "insert into tag (person_id, tag, brand_id, source, at) select $1, $2, $3, $4, $5 where not exists \
         (select 1 from tag g join person p on p.id = g.person_id where g.tag = $2 and p.root_id = \
         (select s.root_id from person s where s.id = $1)) on conflict do nothing",
        params![person, &tag, brand, source, now],
    )?;
    if fresh.won() {
        let props = serde_json::json!({ "tag": tag, "source": source }).to_string();
        let mut fact = Fact::new(brand, events::PERSON_TAGGED, now).person(person).props(&props);
        fact.actor = actor;
        let _ = tx.record(&fact)?;
    }
    Ok(())
}

/// A source says that the tag holds.
pub fn assert(tx: &mut Tx, brand: BrandId, person: PersonId, tag: &str, source: &str, actor: Option<&str>) -> Result<()> {
    add(tx, brand, person, tag, source, actor)
}

/// A source no longer says so.
pub fn retract(tx: &mut Tx, brand: BrandId, person: PersonId, tag: &str, source: &str, actor: Option<&str>) -> Result<()> {
    let gone = tx.exec("delete from tag where person_id = $1 and tag = $2 and source = $3", params![person, tag, source])?;
    if gone > 0 {
        let props = serde_json::json!({ "tag": tag, "source": source }).to_string();
        let mut fact = Fact::new(brand, events::PERSON_UNTAGGED, tx.now()).person(person).props(&props);
        fact.actor = actor;
        let _ = tx.record(&fact)?;
    }
    Ok(())
}

/// A tag and how many persons carry it.
#[derive(Debug, Serialize, ToSchema)]
pub struct TagCount {
    pub tag: String,
    pub persons: i64,
}
from_row!(TagCount { tag, persons });

/// Tags in use.
#[utoipa::path(get, path = "/api/v1/tags", tag = "know", responses((status = 200, body = List<TagCount>)))]
pub async fn list_tags(State(app): State<App>, who: Staff) -> Answer<Json<List<TagCount>>> {
    who.need(May::PersonRead)?;
    let rows = app
        .db
        .read(move |tx| {
            let sql = format!(
                "select g.tag, count(distinct p.id) as n from tag g join person l on l.id = g.person_id \
                 join person p on p.id = l.root_id where g.brand_id = $1{} group by g.tag order by n desc, g.tag limit 500",
                who.within("p.store_id")
            );
            tx.all(&sql, params![who.brand])
        })
        .await?;
    Ok(Json(List::all(rows)))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddTag {
    pub tag: String,
}

/// Put a tag on a person.
#[utoipa::path(post, path = "/api/v1/persons/{id}/tags", tag = "know", params(("id" = PersonId, Path)), request_body = AddTag, responses((status = 204)))]
pub async fn add_tag(
    State(app): State<App>,
    who: Staff,
    Path(id): Path<PersonId>,
    Json(body): Json<AddTag>,
) -> Answer<StatusCode> {
    who.need(May::PersonWrite)?;
    app.db
        .write(move |tx| {
            let person = get(tx, &who, id)?.row.id;
            add(tx, who.brand, person, &body.tag, "manual", Some(&who.actor))
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a tag off a person.
#[utoipa::path(delete, path = "/api/v1/persons/{id}/tags/{tag}", tag = "know", params(("id" = PersonId, Path), ("tag" = String, Path)), responses((status = 204)))]
pub async fn remove_tag(
    State(app): State<App>,
    who: Staff,
    Path((id, tag)): Path<(PersonId, String)>,
) -> Answer<StatusCode> {
    who.need(May::PersonWrite)?;
    app.db
        .write(move |tx| {
            let (tag, person, now) = (check(&tag)?, get(tx, &who, id)?.row.id, tx.now());
            let gone = tx.exec(
                "delete from tag where tag = $1 and person_id in (select id from person where root_id = $2)",
                params![&tag, person],
            )?;
            if gone == 0 {
                return Err(Problem::not_found("tag on this person"));
            }
            let props = serde_json::json!({ "tag": tag }).to_string();
            let fact = Fact::new(who.brand, events::PERSON_UNTAGGED, now).person(person).actor(&who.actor).props(&props);
            let _ = tx.record(&fact)?;
            Ok(())
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
