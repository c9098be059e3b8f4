//! Campaigns over HTTP.
use super::{AddCampaign, COLUMNS, Campaign, CampaignId, EditCampaign, State, counts};
use crate::send;
use axum::extract::State as Of;
use serde::Deserialize;
use weir_ground::base::{Problem, Result, ids};
use weir_ground::http::{Answer, App, Json, List, Once, Page, Path, Query, Said};
use weir_ground::{Tx, Value, params};
use weir_keep::{May, Staff};

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FindCampaigns {
    /// Part of a name.
    pub q: Option<String>,
    pub state: Option<State>,
    /// Only those whose audience names this segment.
    #[param(value_type = Option<String>)]
    pub segment: Option<ids::SegmentId>,
}

fn list(tx: &mut Tx, who: &Staff, find: &FindCampaigns, page: &Page) -> Result<List<Campaign>> {
    let (limit, [before]) = (page.limit()?, page.after([i64::MAX])?);
    let q = find.q.as_deref().map(str::trim).filter(|q| !q.is_empty()).map(|q| format!("%{q}%"));
    if q.as_ref().is_some_and(|q| q.contains('\0')) {
        return Err(Problem::field("q", "remove the zero byte"));
    }
    let like = tx.engine().like();
    let filter = "brand_id = $1 and (cast($2 as text) is null or name LIKE $2) and (cast($3 as text) is null or state = $3) \
        and (cast($4 as text) is null or audience like $4)"
        .replace("LIKE", like);
    let named = find.segment.map(|s| format!("%\"{s}\"%"));
    let base: [Value<'_>; 4] = [who.brand.into(), q.as_deref().into(), find.state.map(State::code).into(), named.as_deref().into()];
    let total = tx.one(&format!("select count(*) from campaign where {filter}"), &base)?;
    let mut all = base.to_vec();
    all.extend([Value::Int(before), Value::Int(limit + 1)]);
    let sql = format!("select {COLUMNS} from campaign where {filter} and id < $5 order by id desc limit $6");
    let mut list = List::page(tx.all(&sql, &all)?, limit, |c: &Campaign| c.id.n().to_string());
    let ids: Vec<CampaignId> = list.items.iter().map(|c| c.id).collect();
    let mut numbers = counts(tx, &ids)?;
    for c in &mut list.items {
        c.counts = numbers.remove(&c.id).unwrap_or_default();
    }
    list.total = Some(total);
    Ok(list)
}

/// Campaigns, newest first, with their progress.
#[utoipa::path(get, path = "/api/v1/campaigns", tag = "reach", params(FindCampaigns, Page), responses((status = 200, body = List<Campaign>)))]
pub async fn list_campaigns(
    Of(app): Of<App>,
    who: Staff,
    Query(find): Query<FindCampaigns>,
    Query(page): Query<Page>,
) -> Answer<Json<List<Campaign>>> {
    who.need(May::MeasureRead)?;
    Ok(Json(app.db.read(move |tx| list(tx, &who, &find, &page)).await?))
}

/// Make a draft.
#[utoipa::path(post, path = "/api/v1/campaigns", tag = "reach", request_body = AddCampaign, responses((status = 200, body = Campaign)))]
pub async fn add_campaign(Of(app): Of<App>, who: Staff, once: Once, Json(body): Json<AddCampaign>) -> Answer<Said> {
    who.need(May::CampaignWrite)?;
    let once = once.of(&body);
    Ok(app.db.write(move |tx| once.run(tx, who.brand, &who.actor, |tx| super::add(tx, &who, &body))).await?)
}

/// One campaign with its progress.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}", tag = "reach", params(("id" = CampaignId, Path)), responses((status = 200, body = Campaign)))]
pub async fn get_campaign(Of(app): Of<App>, who: Staff, Path(id): Path<CampaignId>) -> Answer<Json<Campaign>> {
    who.need(May::MeasureRead)?;
    Ok(Json(app.db.read(move |tx| super::get(tx, who.brand, id)).await?))
}

/// Change a draft.
#[utoipa::path(patch, path = "/api/v1/campaigns/{id}", tag = "reach", params(("id" = CampaignId, Path)), request_body = EditCampaign, responses((status = 200, body = Campaign)))]
pub async fn edit_campaign(
    Of(app): Of<App>,
    who: Staff,
    Path(id): Path<CampaignId>,
    Json(body): Json<EditCampaign>,
) -> Answer<Json<Campaign>> {
    who.need(May::CampaignWrite)?;
    Ok(Json(app.db.write(move |tx| super::edit(tx, &who, id, &body)).await?))
}

/// Launch a draft: the send begins at once and its progress shows in the campaign.
#[utoipa::path(post, path = "/api/v1/campaigns/{id}/launch", tag = "reach", params(("id" = CampaignId, Path)), responses((status = 200, body = Campaign)))]
pub async fn launch_campaign(Of(app): Of<App>, who: Staff, once: Once, Path(id): Path<CampaignId>) -> Answer<Said> {
    who.need(May::CampaignLaunch)?;
    let once = once.of(&id);
    let said = app
        .db
        .write(move |tx| once.run(tx, who.brand, &who.actor, |tx| super::launch(tx, &who, id)))
        .await?;
    send::wake();
    Ok(said)
}

/// Stop what was not sent yet.
#[utoipa::path(post, path = "/api/v1/campaigns/{id}/cancel", tag = "reach", params(("id" = CampaignId, Path)), responses((status = 200, body = Campaign)))]
pub async fn cancel_campaign(Of(app): Of<App>, who: Staff, once: Once, Path(id): Path<CampaignId>) -> Answer<Said> {
    who.need(May::CampaignLaunch)?;
    let once = once.of(&id);
    Ok(app
        .db
        .write(move |tx| once.run(tx, who.brand, &who.actor, |tx| super::cancel(tx, &who, id)))
        .await?)
}

/// How many an audience would reach now, and why each of the others would not be.
#[utoipa::path(post, path = "/api/v1/campaigns/forecast", tag = "reach", request_body = send::AskForecast, responses((status = 200, body = send::Forecast)))]
pub async fn forecast_campaign(
    Of(app): Of<App>,
    who: Staff,
    Json(ask): Json<send::AskForecast>,
) -> Answer<Json<send::Forecast>> {
    who.need(May::CampaignWrite)?;
    Ok(Json(app.db.read(move |tx| send::forecast(tx, who.brand, &ask)).await?))
}

/// The campaign's row for others of this chapter, refused when it is not of the brand.
pub(crate) fn of_brand(tx: &mut Tx, who: &Staff, id: CampaignId) -> Result<()> {
    tx.opt::<i64>("select 1 from campaign where id = $1 and brand_id = $2", params![id, who.brand])?
        .map(|_| ())
        .ok_or_else(|| Problem::not_found("campaign"))
}
