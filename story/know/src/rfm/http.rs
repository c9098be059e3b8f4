//! RFM over HTTP: the grid, what other cuts would do, freezing them, and who is in a cell.
use super::table::{self, Table};
use super::{Cuts, Group, Kind, Version, Which, cuts};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::ToSchema;
use weir_ground::Tx;
use weir_ground::base::{Result, ids::PersonId};
use weir_ground::event::BrandId;
use weir_ground::http::{Answer, App, Json, Once, Query, Said};
use weir_keep::{May, Staff};

/// The scores of everybody by the version in force. Version 0 is a proposal that was not frozen yet.
#[derive(Debug, Serialize, ToSchema)]
pub struct Rfm {
    pub version: Version,
    pub table: Table,
}

/// Cuts to try. Without `cuts` they are proposed from how people buy now.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TryRfm {
    /// 365 when absent.
    #[schema(minimum = 1, maximum = 3650)]
    pub window_days: Option<i64>,
    pub cuts: Option<Cuts>,
    /// `fixed` or `quantile`; what the cuts are said to come from when they are frozen.
    pub kind: Option<Kind>,
}

/// From one group to another; none means without a score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RfmMove {
    pub from: Option<Group>,
    pub to: Option<Group>,
    pub persons: i64,
}

/// What other cuts would do, before they are frozen.
#[derive(Debug, Serialize, ToSchema)]
pub struct RfmPreview {
    pub version: Version,
    pub table: Table,
    /// Persons whose score would be another one.
    pub changing: i64,
    /// Persons who would be in another group, the most first.
    pub moving: i64,
    pub moves: Vec<RfmMove>,
}

impl TryRfm {
    fn version(&self, tx: &mut Tx, brand: BrandId) -> Result<Version> {
        let version = cuts::wanted(tx, brand, self.window_days.unwrap_or(cuts::WINDOW), self.cuts)?;
        Ok(Version { kind: self.kind.unwrap_or(version.kind), ..version })
    }
}

fn preview(tx: &mut Tx, brand: BrandId, ask: &TryRfm) -> Result<RfmPreview> {
    let (now, version) = (cuts::in_force(tx, brand)?, ask.version(tx, brand)?);
    let before: HashMap<i64, super::Score> =
        table::scores(tx, brand, &now)?.into_iter().map(|(b, s)| (b.person.n(), s)).collect();
    let then = table::scores(tx, brand, &version)?;
    let (mut changing, mut moves) = (0, HashMap::<(Option<Group>, Option<Group>), i64>::new());
    let mut seen = 0;
    for (b, score) in &then {
        let was = before.get(&b.person.n());
        seen += was.is_some() as usize;
        changing += (was != Some(score)) as i64;
        *moves.entry((was.map(|s| s.group()), Some(score.group()))).or_default() += 1;
    }
    if seen < before.len() {
        let kept: std::collections::HashSet<i64> = then.iter().map(|(b, _)| b.person.n()).collect();
        for (_, s) in before.iter().filter(|(id, _)| !kept.contains(id)) {
            changing += 1;
            *moves.entry((Some(s.group()), None)).or_default() += 1;
        }
    }
    let mut moves: Vec<RfmMove> =
        moves.into_iter().filter(|((a, b), _)| a != b).map(|((from, to), persons)| RfmMove { from, to, persons }).collect();
    let place = |g: Option<Group>| g.map_or(8, |g| g as usize);
    moves.sort_by_key(|m| (-m.persons, place(m.from), place(m.to)));
    let moving = moves.iter().map(|m| m.persons).sum();
    Ok(RfmPreview { table: table::of(tx, brand, &then)?, version, changing, moving, moves })
}

/// The grid of recency and frequency, and the eight groups, by the cuts in force.
#[utoipa::path(get, path = "/api/v1/rfm", tag = "know", responses((status = 200, body = Rfm)))]
pub async fn get_rfm(State(app): State<App>, who: Staff) -> Answer<Json<Rfm>> {
    who.need(May::MeasureRead)?;
    let answer = app.db.read(move |tx| {
        let version = cuts::in_force(tx, who.brand)?;
        let scored = table::scores(tx, who.brand, &version)?;
        Ok(Rfm { table: table::of(tx, who.brand, &scored)?, version })
    });
    Ok(Json(answer.await?))
}

/// What other cuts, or cuts proposed anew, would do.
#[utoipa::path(post, path = "/api/v1/rfm/preview", tag = "know", request_body = TryRfm, responses((status = 200, body = RfmPreview)))]
pub async fn preview_rfm(State(app): State<App>, who: Staff, Json(ask): Json<TryRfm>) -> Answer<Json<RfmPreview>> {
    who.need(May::MeasureRead)?;
    Ok(Json(app.db.read(move |tx| preview(tx, who.brand, &ask)).await?))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct RfmVersions {
    pub items: Vec<Version>,
}

/// Every version that was ever in force, the newest first.
#[utoipa::path(get, path = "/api/v1/rfm/versions", tag = "know", responses((status = 200, body = RfmVersions)))]
pub async fn list_rfm_versions(State(app): State<App>, who: Staff) -> Answer<Json<RfmVersions>> {
    who.need(May::MeasureRead)?;
    Ok(Json(RfmVersions { items: app.db.read(move |tx| cuts::versions(tx, who.brand)).await? }))
}

/// Freeze cuts: from now on they say what a score means.
#[utoipa::path(post, path = "/api/v1/rfm/versions", tag = "know", request_body = TryRfm, responses((status = 200, body = Version)))]
pub async fn freeze_rfm(State(app): State<App>, who: Staff, once: Once, Json(body): Json<TryRfm>) -> Answer<Said> {
    who.need(May::SettingsWrite)?;
    let once = once.of(&body);
    let frozen = app.db.write(move |tx| {
        once.run(tx, who.brand, &who.actor, |tx| {
            let version = body.version(tx, who.brand)?;
            cuts::freeze(tx, who.brand, &who.actor, &version)
        })
    });
    Ok(frozen.await?)
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AskMembers {
    /// Scores such as `r4f5` or `r5f5m5`, or a group such as `champion`.
    pub rfm: String,
}

/// Everybody of some scores.
#[derive(Debug, Serialize, ToSchema)]
pub struct RfmMembers {
    pub total: i64,
    /// By id, at most 10,000.
    pub ids: Vec<PersonId>,
}

/// Who has these scores, by the cuts in force.
#[utoipa::path(get, path = "/api/v1/rfm/members", tag = "know", params(AskMembers), responses((status = 200, body = RfmMembers)))]
pub async fn rfm_members(State(app): State<App>, who: Staff, Query(ask): Query<AskMembers>) -> Answer<Json<RfmMembers>> {
    who.need(May::MeasureRead)?;
    let which = Which::parse(&ask.rfm)?;
    let answer = app.db.read(move |tx| {
        let version = cuts::in_force(tx, who.brand)?;
        let mut ids = table::members(tx, who.brand, &version, which)?;
        let total = ids.len() as i64;
        ids.truncate(10_000);
        Ok(RfmMembers { total, ids })
    });
    Ok(Json(answer.await?))
}
