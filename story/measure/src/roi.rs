//! Return on what was spent: touchpoints by the persons they brought, campaigns by their holdout.
use crate::fold::Persons;
use crate::kept::Kept;
use crate::overview::per;
use axum::Extension;
use axum::extract::State;
use serde::Serialize;
use std::collections::HashMap;
use utoipa::ToSchema;
use weir_gather::touchpoint::cost;
use weir_ground::base::{Fen, Ms, Result, ids};
use weir_ground::event::{BrandId, TouchpointId};
use weir_ground::http::{Answer, App, Said};
use weir_ground::{Tx, params};
use weir_keep::{May, Staff, brand};
use weir_know::origin;
use weir_reach::stats::div_half_even;
use weir_reach::{campaign, results};

/// What a touchpoint brought, over all time.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TouchpointMeasure {
    pub id: TouchpointId,
    pub name: String,
    pub kind: String,
    pub group_zh: String,
    pub group_en: String,
    pub visits: i64,
    /// Persons it was the first touch of.
    pub people: i64,
    /// Of them, with an order that stands.
    pub buyers: i64,
    /// To date.
    pub cost_fen: Fen,
    /// What its persons paid, less refunds.
    pub revenue_fen: Fen,
    /// Cost ÷ buyers; null without buyers or cost.
    pub cac_fen: Option<Fen>,
    /// (Revenue − cost) ÷ buyers; null without buyers.
    pub clv_fen: Option<Fen>,
    /// (Revenue − cost) ÷ cost, in basis points; null without cost. Associated, not caused.
    pub roi_bp: Option<i64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TouchpointMeasures {
    pub items: Vec<TouchpointMeasure>,
}

#[derive(Clone, Copy, Default)]
struct Brought {
    people: i64,
    buyers: i64,
    revenue: i64,
}

/// (gain − cost) ÷ cost in basis points, when there was a cost.
fn roi(gain: Fen, cost: Fen) -> Option<i64> {
    (cost.0 > 0).then(|| div_half_even((gain.0 as i128 - cost.0 as i128) * 10_000, cost.0 as i128))
}

/// Every touchpoint of a brand, best revenue first.
pub fn touchpoints(tx: &mut Tx, id: BrandId) -> Result<Vec<TouchpointMeasure>> {
    let today = brand::get(tx, id)?.zone()?.day(tx.now());
    let costs = cost::costs_to_date(tx, id, today)?;
    let mut brought: HashMap<TouchpointId, Brought> = HashMap::new();
    for p in Persons::of(tx, id)?.list {
        if let Some(t) = p.touchpoint {
            let b = brought.entry(t).or_default();
            b.people += 1;
            b.buyers += (p.orders > 0) as i64;
            b.revenue += p.paid - p.refunded;
        }
    }
    let rows: Vec<(TouchpointId, String, String, i64)> =
        tx.all("select id, name, kind, visits from touchpoint where brand_id = $1 order by id", params![id])?;
    let mut items: Vec<TouchpointMeasure> = rows
        .into_iter()
        .map(|(id, name, kind, visits)| {
            let b = brought.get(&id).copied().unwrap_or_default();
            let cost = costs.get(&id).copied().unwrap_or_default();
            let known = origin::kind(&kind);
            let (group_zh, group_en) = known.map_or(("", ""), |k| (k.group_zh, k.group_en));
            TouchpointMeasure {
                id,
                name,
                group_zh: group_zh.to_string(),
                group_en: group_en.to_string(),
                kind,
                visits,
                people: b.people,
                buyers: b.buyers,
                cost_fen: cost,
                revenue_fen: Fen(b.revenue),
                cac_fen: (b.buyers > 0 && cost.0 > 0).then(|| Fen(per(cost.0, b.buyers))),
                clv_fen: (b.buyers > 0).then(|| Fen(per(b.revenue - cost.0, b.buyers))),
                roi_bp: roi(Fen(b.revenue), cost),
            }
        })
        .collect();
    items.sort_by_key(|t| (-t.revenue_fen.0, t.id));
    Ok(items)
}

/// Cost, customer value and return of every touchpoint.
#[utoipa::path(get, path = "/api/v1/measure/touchpoints", tag = "measure", responses((status = 200, body = TouchpointMeasures)))]
pub async fn measure_touchpoints(State(app): State<App>, Extension(kept): Extension<Kept>, who: Staff) -> Answer<Said> {
    who.need(May::MeasureRead)?;
    let fold = move |tx: &mut Tx| Ok(TouchpointMeasures { items: touchpoints(tx, who.brand)? });
    kept.answer(&app.db, who.brand, "touchpoints".into(), fold).await
}

/// What a campaign caused.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CampaignMeasure {
    pub id: ids::CampaignId,
    pub name: String,
    pub started_at: Option<Ms>,
    pub treated: i64,
    pub holdout: i64,
    /// Null when nobody was held out at random, or the arms contradict the plan.
    pub incremental_fen: Option<Fen>,
    pub incremental_low_fen: Option<Fen>,
    pub incremental_high_fen: Option<Fen>,
    pub cost_fen: Fen,
    /// (Incremental − cost) ÷ cost, in basis points.
    pub roi_bp: Option<i64>,
    pub historical: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CampaignMeasures {
    pub items: Vec<CampaignMeasure>,
}

/// Every campaign that was launched, newest first.
pub fn campaigns(tx: &mut Tx, id: BrandId) -> Result<Vec<CampaignMeasure>> {
    let now = tx.now();
    let all = campaign::launched(tx, id, i64::MIN)?;
    let first = all.iter().filter(|c| !c.historical).filter_map(|c| c.started_at).min();
    let paid = first.map_or(Ok(vec![]), |first| results::paid(tx, id, first, now))?;
    let mut items = vec![];
    for c in all {
        let lift = if c.historical { None } else { results::compare(tx, &c, &paid)?.lift };
        let cost = c.cost_per_message_fen.times(c.counts.sent);
        items.push(CampaignMeasure {
            id: c.id,
            name: c.name,
            started_at: c.started_at,
            treated: c.counts.treated,
            holdout: c.counts.holdout,
            incremental_fen: lift.map(|l| Fen(l.value)),
            incremental_low_fen: lift.map(|l| Fen(l.low)),
            incremental_high_fen: lift.map(|l| Fen(l.high)),
            cost_fen: cost,
            roi_bp: lift.and_then(|l| roi(Fen(l.value), cost)),
            historical: c.historical,
        });
    }
    Ok(items)
}

/// What every campaign caused, against its holdout.
#[utoipa::path(get, path = "/api/v1/measure/campaigns", tag = "measure", responses((status = 200, body = CampaignMeasures)))]
pub async fn measure_campaigns(State(app): State<App>, Extension(kept): Extension<Kept>, who: Staff) -> Answer<Said> {
    who.need(May::MeasureRead)?;
    let fold = move |tx: &mut Tx| Ok(CampaignMeasures { items: campaigns(tx, who.brand)? });
    kept.answer(&app.db, who.brand, "campaigns".into(), fold).await
}
