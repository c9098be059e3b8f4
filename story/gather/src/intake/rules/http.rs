//! Rules over HTTP.
use super::{Add, COLUMNS, Rule};
use axum::extract::State;
use axum::http::StatusCode;
use weir_ground::base::ids::RuleId;
use weir_ground::http::{Answer, App, Json, List, Once, Path, Said};
use weir_ground::params;
use weir_keep::{May, Staff};

/// The rules of the intake, newest first.
#[utoipa::path(get, path = "/api/v1/intake/rules", tag = "gather", responses((status = 200, body = List<Rule>)))]
pub async fn list_intake_rules(State(app): State<App>, who: Staff) -> Answer<Json<List<Rule>>> {
    who.need(May::ImportRun)?;
    let sql = format!("select {COLUMNS} from intake_rule where brand_id = $1 order by id desc");
    Ok(Json(List::all(app.db.read(move |tx| tx.all(&sql, params![who.brand])).await?)))
}

/// Block or rename an event, or rename, drop or mask a property, from the next request on.
#[utoipa::path(post, path = "/api/v1/intake/rules", tag = "gather", request_body = Add, responses((status = 200, body = Rule)))]
pub async fn add_intake_rule(State(app): State<App>, who: Staff, once: Once, Json(new): Json<Add>) -> Answer<Said> {
    who.need(May::SettingsWrite)?;
    let once = once.of(&new);
    Ok(app.db.write(move |tx| once.run(tx, who.brand, &who.actor, |tx| super::add(tx, &who, &new))).await?)
}

/// Take a rule back; what it did stays done.
#[utoipa::path(delete, path = "/api/v1/intake/rules/{id}", tag = "gather", params(("id" = RuleId, Path)), responses((status = 204)))]
pub async fn remove_intake_rule(State(app): State<App>, who: Staff, Path(id): Path<RuleId>) -> Answer<StatusCode> {
    who.need(May::SettingsWrite)?;
    app.db.write(move |tx| super::remove(tx, &who, id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
