//! Sync over HTTP: the feed of changes, the batch of theirs, the rules, the runs, and the file.
use super::{Changed, FieldRule, SyncAnswer, SyncItem};
use crate::identity::kinds::shown;
use crate::person::http::get;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_ground::base::{Ms, Problem, Result, ids};
use weir_ground::event::PersonId;
use weir_ground::http::{Answer, App, Json, List, Page, Path, Query};
use weir_ground::{Tx, from_row, params};
use weir_keep::{May, Staff};

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Since {
    /// `next` of the last page; absent: from the beginning.
    pub since: Option<String>,
    /// Changes to look at, 1 to 1000; 200 without it.
    pub limit: Option<i64>,
}

/// Persons that changed, each once as it is now. `next` stays valid for ever: ask with it again later.
#[utoipa::path(get, path = "/api/v1/sync/persons", tag = "know", params(Since), responses((status = 200, body = List<Changed>)))]
pub async fn sync_out(State(app): State<App>, who: Staff, Query(ask): Query<Since>) -> Answer<Json<List<Changed>>> {
    who.need(May::PersonRead)?;
    let limit = ask.limit.unwrap_or(200);
    if !(1..=1000).contains(&limit) {
        return Err(Problem::field("limit", "use 1 to 1000").into());
    }
    let from = match ask.since.as_deref().filter(|s| !s.is_empty()) {
        None => [0, 0],
        Some(text) => {
            let parts: Vec<i64> = text.split('.').filter_map(|p| p.parse().ok()).collect();
            <[i64; 2]>::try_from(parts).map_err(|_| Problem::field("since", "use `next` of an earlier page"))?
        }
    };
    let (items, next) = app.db.read(move |tx| super::changes(tx, &who, from, limit)).await?;
    // The other system keeps `next` and never asks for what lies before it again.
    app.db.settled().await?;
    Ok(Json(List { items, next: next.or(ask.since), total: None }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SyncIn {
    /// Which system speaks; its rules say who wins.
    pub system: String,
    /// At most 500.
    pub items: Vec<SyncItem>,
}

/// What became of a page.
#[derive(Debug, Serialize, ToSchema)]
pub struct SyncTaken {
    pub run_id: weir_ground::base::ids::SyncRunId,
    pub items: Vec<SyncAnswer>,
}

/// Take changes of another system; each item is answered by itself, and sending a page again changes nothing.
#[utoipa::path(put, path = "/api/v1/sync/persons", tag = "know", request_body = SyncIn, responses((status = 200, body = SyncTaken)))]
pub async fn sync_in(State(app): State<App>, who: Staff, Json(body): Json<SyncIn>) -> Answer<Json<SyncTaken>> {
    who.need(May::ImportRun)?;
    if body.items.len() > 500 {
        return Err(Problem::field("items", "send at most 500 at a time").into());
    }
    let (run_id, items) = app.db.write(move |tx| super::take(tx, &who, &body.system, &body.items)).await?;
    Ok(Json(SyncTaken { run_id, items }))
}

/// Another customer system and its rules.
#[derive(Debug, Serialize, ToSchema)]
pub struct SyncSystem {
    pub code: String,
    pub fields: Vec<FieldRule>,
}

/// Systems that have rules or have spoken.
#[utoipa::path(get, path = "/api/v1/sync/systems", tag = "know", responses((status = 200, body = List<SyncSystem>)))]
pub async fn sync_systems(State(app): State<App>, who: Staff) -> Answer<Json<List<SyncSystem>>> {
    who.need(May::ImportRun)?;
    let list = app
        .db
        .read(move |tx| {
            let codes: Vec<String> = tx.all(
                "select code from sync_system where brand_id = $1 union select system from sync_run where brand_id = $1 order by 1",
                params![who.brand],
            )?;
            codes.into_iter().map(|code| Ok(SyncSystem { fields: super::rules(tx, who.brand, &code)?, code })).collect::<Result<_>>()
        })
        .await?;
    Ok(Json(List::all(list)))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetRules {
    pub fields: Vec<FieldRule>,
}

/// Say, field by field, what it is called there and who wins.
#[utoipa::path(put, path = "/api/v1/sync/systems/{code}", tag = "know", params(("code" = String, Path)), request_body = SetRules, responses((status = 204)))]
pub async fn set_sync_rules(State(app): State<App>, who: Staff, Path(code): Path<String>, Json(body): Json<SetRules>) -> Answer<StatusCode> {
    who.need(May::SettingsWrite)?;
    app.db.write(move |tx| super::set_rules(tx, who.brand, &code, &body.fields)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One page that was taken.
#[derive(Debug, Serialize, ToSchema)]
pub struct SyncRun {
    pub id: ids::SyncRunId,
    pub system: String,
    pub actor: String,
    pub at: Ms,
    pub items: i64,
    pub created: i64,
    pub changed: i64,
    pub same: i64,
    pub refused: i64,
    /// Up to five refused items, as JSON.
    pub sample: String,
}
from_row!(SyncRun { id, system, actor, at, items, created, changed, same, refused, sample });

/// The last pages that were taken.
#[utoipa::path(get, path = "/api/v1/sync/runs", tag = "know", params(Page), responses((status = 200, body = List<SyncRun>)))]
pub async fn sync_runs(State(app): State<App>, who: Staff, Query(page): Query<Page>) -> Answer<Json<List<SyncRun>>> {
    who.need(May::ImportRun)?;
    let (limit, [before]) = (page.limit()?, page.after([i64::MAX])?);
    let rows: Vec<SyncRun> = app
        .db
        .read(move |tx| {
            let mut rows: Vec<SyncRun> = tx.all(
                "select id, system, actor, at, items, created, changed, same, refused, sample from sync_run \
                 where brand_id = $1 and id < $2 order by id desc limit $3",
                params![who.brand, before, limit + 1],
            )?;
            let keys = tx.keys(who.brand);
            for run in &mut rows {
                run.sample = keys.open(&run.sample)?;
            }
            Ok(rows)
        })
        .await?;
    Ok(Json(List::page(rows, limit, |r| r.id.n().to_string())))
}

/// All persons as a file, phone and e-mail shortened; at most 50,000 rows.
#[utoipa::path(get, path = "/api/v1/persons.csv", tag = "know", responses((status = 200, content_type = "text/csv", body = String)))]
pub async fn persons_csv(State(app): State<App>, who: Staff) -> Answer<impl IntoResponse> {
    who.need(May::PersonRead)?;
    let text = app.db.read(move |tx| file(tx, &who)).await?;
    let head = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"persons.csv\""),
    ];
    Ok((head, text))
}

fn file(tx: &mut Tx, who: &Staff) -> Result<String> {
    let sql = format!(
        "select p.id from person p where p.brand_id = $1 and p.root_id = p.id and p.erased_at is null{} order by p.id limit 50000",
        who.within("p.store_id")
    );
    let ids: Vec<PersonId> = tx.all(&sql, params![who.brand])?;
    let mut out = String::from("\u{feff}id,name,phone,email,stage,tags,orders,paid,refunded,joined_at,created_at\r\n");
    for id in ids {
        let p = get(tx, who, id)?.row;
        let masked = |kind: &str, v: &Option<String>| v.as_deref().map(|v| if v.contains('*') { v.to_string() } else { shown(kind, v, true) }).unwrap_or_default();
        let cells = [
            p.id.to_string(), p.name.clone().unwrap_or_default(), masked("phone", &p.phone), masked("email", &p.email),
            p.stage.code().to_string(), p.tags.join(";"), p.orders.to_string(), p.paid_fen.to_string(), p.refunded_fen.to_string(),
            p.joined_at.map(|t| t.to_string()).unwrap_or_default(), p.created_at.to_string(),
        ];
        out.push_str(&cells.map(|c| cell(&c)).join(","));
        out.push_str("\r\n");
    }
    Ok(out)
}

/// Quoted where it must be; what a spreadsheet would take for a formula is made text.
fn cell(text: &str) -> String {
    let text = if text.starts_with(['=', '+', '-', '@', '\t']) { format!("'{text}") } else { text.to_string() };
    if text.contains(['"', ',', '\n', '\r', '\'']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn a_cell_is_never_a_formula() {
        assert_eq!(cell("=1+1"), "\"'=1+1\"");
        assert_eq!(cell("林, \"晓\""), "\"林, \"\"晓\"\"\"");
        assert_eq!(cell("plain"), "plain");
    }
}
