//! The schema of attributes over HTTP.
use super::{Attribute, EditAttribute, MakeAttribute, create, edit, schema};
use axum::extract::State;
use weir_ground::http::{Answer, App, Json, List, Once, Path, Said};
use weir_keep::{May, Staff};

/// Every attribute of the brand, the built-in ones first.
#[utoipa::path(get, path = "/api/v1/attributes", tag = "know", responses((status = 200, body = List<Attribute>)))]
pub async fn list_attributes(State(app): State<App>, who: Staff) -> Answer<Json<List<Attribute>>> {
    who.need(May::PersonRead)?;
    Ok(Json(List::all(app.db.read(move |tx| schema(tx, who.brand)).await?)))
}

/// Add an attribute.
#[utoipa::path(post, path = "/api/v1/attributes", tag = "know", request_body = MakeAttribute, responses((status = 200, body = Attribute)))]
pub async fn add_attribute(State(app): State<App>, who: Staff, once: Once, Json(body): Json<MakeAttribute>) -> Answer<Said> {
    who.need(May::SettingsWrite)?;
    let once = once.of(&body);
    Ok(app.db.write(move |tx| once.run(tx, who.brand, &who.actor, |tx| create(tx, who.brand, &body, &who.actor))).await?)
}

/// Change an attribute's names, options or age, or archive it. Kind and level stay.
#[utoipa::path(patch, path = "/api/v1/attributes/{key}", tag = "know", params(("key" = String, Path)), request_body = EditAttribute, responses((status = 200, body = Attribute)))]
pub async fn edit_attribute(
    State(app): State<App>,
    who: Staff,
    Path(key): Path<String>,
    Json(body): Json<EditAttribute>,
) -> Answer<Json<Attribute>> {
    who.need(May::SettingsWrite)?;
    Ok(Json(app.db.write(move |tx| edit(tx, who.brand, &key, &body, &who.actor)).await?))
}
