//! The quarantine over HTTP.
use super::{COLUMNS, Filter, Quarantined, Replayed};
use crate::events;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use weir_ground::base::{Result, ids::QuarantinedId};
use weir_ground::http::{Answer, App, Json, List, Once, Page, Path, Query, Said};
use weir_ground::{Fact, Tx, from_row, params};
use weir_keep::{May, Staff};

/// What is looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Search {
    pub reason: Option<String>,
    pub source: Option<String>,
    /// `open` (when absent), `replayed`, `dismissed` or `all`
    pub state: Option<String>,
    pub cursor: Option<String>,
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<i64>,
}

/// What the intake could not take, newest first.
#[utoipa::path(get, path = "/api/v1/quarantine", tag = "gather", params(Search), responses((status = 200, body = List<Quarantined>)))]
pub async fn list_quarantine(State(app): State<App>, who: Staff, Query(search): Query<Search>) -> Answer<Json<List<Quarantined>>> {
    who.need(May::ImportRun)?;
    let page = Page { cursor: search.cursor.clone(), limit: search.limit };
    let (limit, [before]) = (page.limit()?, page.after([i64::MAX])?);
    let list = app
        .db
        .read(move |tx| {
            let given = |text: &Option<String>| text.as_deref().filter(|t| !t.is_empty() && !t.contains('\0')).map(str::to_string);
            let (reason, source) = (given(&search.reason), given(&search.source));
            let state = given(&search.state).unwrap_or_else(|| "open".into());
            let fits = "brand_id = $1 and id < $2 and (cast($3 as text) is null or reason = $3) \
                        and (cast($4 as text) is null or source = $4) and (state = $5 or $5 = 'all')";
            let items: Vec<Quarantined> = tx.all(
                &format!("select {COLUMNS} from quarantine where {fits} order by id desc limit $6"),
                params![who.brand, before, &reason, &source, &state, limit + 1],
            )?;
            let keys = tx.keys(who.brand);
            let items = items.into_iter().map(|q| q.opened(&keys)).collect::<Result<Vec<_>>>()?;
            let mut list = List::page(items, limit, |q: &Quarantined| q.id.n().to_string());
            let sql = format!("select count(*) from quarantine where {fits}");
            list.total = Some(tx.one(&sql, params![who.brand, i64::MAX, &reason, &source, &state])?);
            Ok(list)
        })
        .await?;
    Ok(Json(list))
}

/// How many messages stand in quarantine for a reason.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuarantineCount {
    pub source: String,
    pub reason: String,
    pub state: String,
    pub count: i64,
}
from_row!(QuarantineCount { source, reason, state, count });

/// How many messages stand in quarantine, by source, reason and state.
#[utoipa::path(get, path = "/api/v1/quarantine/counts", tag = "gather", responses((status = 200, body = List<QuarantineCount>)))]
pub async fn count_quarantine(State(app): State<App>, who: Staff) -> Answer<Json<List<QuarantineCount>>> {
    who.need(May::ImportRun)?;
    let sql = "select source, reason, state, count(*) from quarantine where brand_id = $1 group by source, reason, state order by 4 desc, 1, 2, 3";
    Ok(Json(List::all(app.db.read(move |tx| tx.all(sql, params![who.brand])).await?)))
}

/// What stands for the message that came.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplayOne {
    /// The message, corrected by hand; absent: as it came.
    pub fixed: Option<String>,
}

fn said(tx: &mut Tx, who: &Staff, name: &str, props: &serde_json::Value) -> Result<()> {
    let now = tx.now();
    let _ = tx.record(&Fact::new(who.brand, name, now).actor(&who.actor).props(&props.to_string()))?;
    Ok(())
}

/// Take one message again, after a fix. It keeps its key and its times; doing so twice applies it once.
#[utoipa::path(post, path = "/api/v1/quarantine/{id}/replay", tag = "gather", params(("id" = QuarantinedId, Path)),
    request_body = ReplayOne, responses((status = 200, body = Replayed)))]
pub async fn replay_one(
    State(app): State<App>, who: Staff, once: Once, Path(id): Path<QuarantinedId>, Json(how): Json<ReplayOne>,
) -> Answer<Said> {
    who.need(May::ImportRun)?;
    let once = once.of(&how);
    let replay = move |tx: &mut Tx| {
        once.run(tx, who.brand, &who.actor, |tx| {
            let was: Option<String> = tx.opt("select state from quarantine where id = $1 and brand_id = $2", params![id, who.brand])?;
            let out = super::replay(tx, who.brand, &who.actor, id, how.fixed.as_deref())?;
            if out.done && was.as_deref() != Some("replayed") {
                let props = serde_json::json!({ "quarantined": id, "count": 1, "fixed": how.fixed.is_some() });
                said(tx, &who, events::QUARANTINE_REPLAYED, &props)?;
            }
            Ok(out)
        })
    };
    Ok(app.db.write(replay).await?)
}

/// What became of many.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub struct ReplayedMany {
    /// They are events now.
    pub replayed: i64,
    /// They stay, each with its reason.
    pub refused: i64,
}

/// Messages a transaction.
const AT_ONCE: i64 = 100;

/// Take all open messages of a reason or source again.
#[utoipa::path(post, path = "/api/v1/quarantine/replay", tag = "gather", request_body = Filter, responses((status = 200, body = ReplayedMany)))]
pub async fn replay_many(State(app): State<App>, who: Staff, Json(only): Json<Filter>) -> Answer<Json<ReplayedMany>> {
    who.need(May::ImportRun)?;
    let (mut out, mut after) = (ReplayedMany::default(), 0);
    loop {
        let (who, only) = (who.clone(), only.clone());
        let (replayed, refused, last) = app
            .db
            .write(move |tx| {
                let ids = super::some(tx, who.brand, &only, after, AT_ONCE)?;
                let (mut replayed, mut refused) = (0, 0);
                for id in &ids {
                    let cut: bool = tx.one("select cut from quarantine where id = $1", params![*id])?;
                    if !cut && super::replay(tx, who.brand, &who.actor, *id, None)?.done {
                        replayed += 1;
                    } else {
                        refused += 1;
                    }
                }
                if replayed > 0 {
                    let props = serde_json::json!({ "count": replayed, "reason": only.reason, "source": only.source });
                    said(tx, &who, events::QUARANTINE_REPLAYED, &props)?;
                }
                Ok((replayed, refused, ids.last().map(|id| id.n())))
            })
            .await?;
        (out.replayed, out.refused) = (out.replayed + replayed, out.refused + refused);
        match last {
            Some(last) => after = last,
            None => return Ok(Json(out)),
        }
    }
}

/// Nobody wants this message: it leaves the open ones and is kept.
#[utoipa::path(post, path = "/api/v1/quarantine/{id}/dismiss", tag = "gather", params(("id" = QuarantinedId, Path)), responses((status = 204)))]
pub async fn dismiss_one(State(app): State<App>, who: Staff, Path(id): Path<QuarantinedId>) -> Answer<StatusCode> {
    who.need(May::ImportRun)?;
    app.db
        .write(move |tx| {
            let state: Option<String> = tx.opt("select state from quarantine where id = $1 and brand_id = $2", params![id, who.brand])?;
            match state.as_deref() {
                None => return Err(weir_ground::base::Problem::not_found("quarantined message")),
                Some("dismissed") => return Ok(()),
                _ => {}
            }
            super::dismiss(tx, who.brand, &who.actor, id)?;
            said(tx, &who, events::QUARANTINE_DISMISSED, &serde_json::json!({ "quarantined": id, "count": 1 }))
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How many were dismissed.
#[derive(Debug, Serialize, ToSchema)]
pub struct DismissedMany {
    pub dismissed: i64,
}

/// Nobody wants the open messages of a reason or source.
#[utoipa::path(post, path = "/api/v1/quarantine/dismiss", tag = "gather", request_body = Filter, responses((status = 200, body = DismissedMany)))]
pub async fn dismiss_many(State(app): State<App>, who: Staff, Json(only): Json<Filter>) -> Answer<Json<DismissedMany>> {
    who.need(May::ImportRun)?;
    let dismissed = app
        .db
        .write(move |tx| {
            let now = tx.now();
            let n = tx.exec(
                "update quarantine set state = 'dismissed', resolved_at = $1, resolved_by = $2 where brand_id = $3 and state = 'open' \
                 and (cast($4 as text) is null or reason = $4) and (cast($5 as text) is null or source = $5)",
                params![now, &who.actor, who.brand, &only.reason, &only.source],
            )? as i64;
            if n > 0 {
                said(tx, &who, events::QUARANTINE_DISMISSED, &serde_json::json!({ "count": n, "reason": only.reason, "source": only.source }))?;
            }
            Ok(n)
        })
        .await?;
    Ok(Json(DismissedMany { dismissed }))
}
