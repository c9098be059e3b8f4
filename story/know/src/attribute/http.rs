//! The schema of attributes over HTTP.
use super::coverage::{CoverageAnswer, cover};
use super::{Attribute, EditAttribute, MakeAttribute, asked, create, edit, schema};
use crate::live::Live;
use axum::Extension;
use axum::extract::State;
use std::sync::Arc;
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

/// Change an attribute's names, options, age or sources, or archive it. Kind and level stay.
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

/// How many persons have a value of each attribute, by whose word and how old it is.
#[utoipa::path(get, path = "/api/v1/attribute-coverage", tag = "know", responses((status = 200, body = CoverageAnswer)))]
pub async fn attribute_coverage(
    State(app): State<App>,
    Extension(live): Extension<Arc<Live>>,
    who: Staff,
) -> Answer<Json<CoverageAnswer>> {
    who.need(May::MeasureRead)?;
    let pool = live.pool(who.brand)?;
    Ok(Json(app.db.read(move |tx| {
        let (schema, asked) = (schema(tx, who.brand)?, asked(tx, who.brand)?);
        Ok(cover(&pool, &schema, &asked, tx.now()))
    }).await?))
}
