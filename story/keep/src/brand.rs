//! A brand: one business with its own pool, zone, currency and rules.
use crate::{May, Staff, events};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::rc::Rc;
use utoipa::ToSchema;
use weir_ground::base::{Fen, Id, Ms, Problem, Result, Zone, kinds};
use weir_ground::event::BrandId;
use weir_ground::http::{Answer, App, Json};
use weir_ground::{Fact, Row, Tx, db::row::FromRow, params};

/// Rules of a brand that its people can change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// More civil days than this without an order: silent.
    #[schema(minimum = 1, maximum = 3650)]
    pub silent_days: i64,
    /// More civil days than this without an order: churned.
    #[schema(minimum = 2, maximum = 7300)]
    pub churned_days: i64,
    /// Commission of the referrer, in basis points of the goods paid.
    #[schema(minimum = 0, maximum = 5000)]
    pub commission_bp: i64,
    /// Days after completion in which goods may come back; commission matures after them.
    #[schema(minimum = 0, maximum = 365)]
    pub return_days: i64,
    /// An unpaid order is closed after this many minutes.
    #[schema(minimum = 1, maximum = 10080)]
    pub order_ttl_minutes: i64,
    /// Share of every campaign's audience that is kept out to measure it, in basis points.
    #[schema(minimum = 0, maximum = 5000)]
    pub holdout_bp: i64,
    /// Freight of a delivery.
    pub freight_fen: Fen,
    /// Goods from which delivery is free.
    pub free_freight_fen: Fen,
    /// Whether identities of all traffic pools may join persons, or people decide over the border of two pools.
    pub identity_pools: Pools,
    /// By kind of identity, what differs from the built-in rules.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub identities: BTreeMap<String, IdentityRule>,
}

/// One traffic pool (流量池) over all channels, or several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pools {
    /// Evidence joins persons wherever it comes from.
    #[default]
    One,
    /// Persons of different pools are joined by people only.
    Several,
}

/// What a brand decides about a kind of identity.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct IdentityRule {
    /// How many otherwise separate persons one value may connect; 0: any number.
    #[schema(minimum = 0, maximum = 10000)]
    pub hub_limit: Option<i64>,
    /// Values that stand for nobody: test numbers, the shop's own phone.
    pub blocked: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            silent_days: 60,
            churned_days: 180,
            commission_bp: 500,
            return_days: 7,
            order_ttl_minutes: 30,
            holdout_bp: 1000,
            freight_fen: Fen(600),
            free_freight_fen: Fen(9900),
            identity_pools: Pools::One,
            identities: BTreeMap::new(),
        }
    }
}

impl Settings {
    fn check(&self) -> Result<()> {
        let ranges = [
            ("settings.silent_days", self.silent_days, 1, 3650),
            ("settings.churned_days", self.churned_days, self.silent_days + 1, 7300),
            ("settings.commission_bp", self.commission_bp, 0, 5000),
            ("settings.return_days", self.return_days, 0, 365),
            ("settings.order_ttl_minutes", self.order_ttl_minutes, 1, 10_080),
            ("settings.holdout_bp", self.holdout_bp, 0, 5000),
            ("settings.freight_fen", self.freight_fen.0, 0, 1_000_000),
            ("settings.free_freight_fen", self.free_freight_fen.0, 0, 100_000_000),
        ];
        for (kind, rule) in &self.identities {
            if rule.hub_limit.is_some_and(|n| !(0..=10_000).contains(&n)) || rule.blocked.len() > 1_000 {
                return Err(Problem::field(&format!("settings.identities.{kind}"), "use a limit of 0 to 10000 and at most 1000 blocked values"));
            }
        }
        for (field, value, low, high) in ranges {
            if !(low..=high).contains(&value) {
                return Err(Problem::field(field, format!("{value} is not between {low} and {high}")));
            }
        }
        Ok(())
    }
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Brand {
    pub id: BrandId,
    pub code: String,
    pub name: String,
    /// IANA zone in which this brand's days begin.
    pub timezone: String,
    /// ISO 4217 code.
    pub currency: String,
    /// Outside services are simulated: sign-in codes are shown, mail is caught.
    pub sandbox: bool,
    pub settings: Settings,
}

impl FromRow for Brand {
    fn from_row(row: &Row<'_>) -> Result<Brand> {
        let settings: String = row.get(6)?;
        Ok(Brand {
            id: row.get(0)?,
            code: row.get(1)?,
            name: row.get(2)?,
            timezone: row.get(3)?,
            currency: row.get(4)?,
            sandbox: row.get(5)?,
            settings: serde_json::from_str(&settings).map_err(Problem::internal)?,
        })
    }
}

const COLUMNS: &str = "id, code, name, timezone, currency, sandbox, settings";

impl Brand {
    pub fn zone(&self) -> Result<Zone> {
        Zone::named(&self.timezone).ok_or_else(|| Problem::internal(format!("no time zone {}", self.timezone)))
    }
}

/// What a new brand is made of.
#[derive(Clone, Debug)]
pub struct NewBrand {
    pub code: String,
    pub name: String,
    pub timezone: String,
    pub currency: String,
    pub sandbox: bool,
    pub settings: Settings,
}

/// Makes a brand and its headquarters.
pub fn create(tx: &mut Tx, new: &NewBrand) -> Result<BrandId> {
    if Zone::named(&new.timezone).is_none() {
        return Err(Problem::field("timezone", format!("{} is not an IANA time zone", new.timezone)));
    }
    new.settings.check()?;
    let (id, now): (Id<kinds::Brand>, Ms) = (tx.new_id(), tx.now());
    let settings = serde_json::to_string(&new.settings).map_err(Problem::internal)?;
    tx.guard(
        "insert into brand (id, code, name, timezone, currency, sandbox, settings, created_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing",
        params![id, &new.code, &new.name, &new.timezone, &new.currency, new.sandbox, &settings, now],
    )?
    .or(|| Problem::field("code", "a brand with this code exists already"))?;
    crate::store::create(tx, id, "system", "HQ", "总部", "hq", None)?;
    Ok(id)
}

pub fn get(tx: &mut Tx, id: BrandId) -> Result<Brand> {
    shared(tx, id).map(|b| Brand::clone(&b))
}

/// [`get`] for hot paths: read once for all calls of a commit.
pub fn shared(tx: &mut Tx, id: BrandId) -> Result<Rc<Brand>> {
    tx.recall(&["brand"], id.n(), |tx| {
        tx.opt(&format!("select {COLUMNS} from brand where id = $1"), params![id])?.ok_or_else(|| Problem::not_found("brand"))
    })
}

pub fn by_code(tx: &mut Tx, code: &str) -> Result<Brand> {
    tx.opt(&format!("select {COLUMNS} from brand where code = $1"), params![code])?
        .ok_or_else(|| Problem::not_found("brand"))
}

/// The brand that a bare address means: the oldest one.
pub fn first(tx: &mut Tx) -> Result<Brand> {
    tx.opt(&format!("select {COLUMNS} from brand order by id limit 1"), &[])?.ok_or_else(|| {
        Problem::new(
            weir_ground::base::Code::NotFound,
            "There is no brand yet. Run `weir demo`, or `weir user add` to make one.",
        )
    })
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditBrand {
    pub name: Option<String>,
    pub timezone: Option<String>,
    pub settings: Option<Settings>,
}

/// Changes a brand's name, zone or rules; records what was before.
pub fn edit(tx: &mut Tx, who: &Staff, edit: &EditBrand) -> Result<Brand> {
    let before = get(tx, who.brand)?;
    let mut after = before.clone();
    if let Some(name) = &edit.name {
        after.name = crate::store::name(name)?;
    }
    if let Some(zone) = &edit.timezone {
        Zone::named(zone).ok_or_else(|| Problem::field("timezone", format!("{zone} is not an IANA time zone")))?;
        after.timezone = zone.clone();
    }
    if let Some(settings) = &edit.settings {
        settings.check()?;
        after.settings = settings.clone();
    }
    let text = serde_json::to_string(&after.settings).map_err(Problem::internal)?;
    tx.guard(
        "update brand set name = $1, timezone = $2, settings = $3 where id = $4",
        params![&after.name, &after.timezone, &text, who.brand],
    )?
    .or(|| Problem::not_found("brand"))?;
    let props = serde_json::json!({ "before": before, "after": after }).to_string();
    let _ = tx.record(&Fact::new(who.brand, events::BRAND_CHANGED, tx.now()).actor(&who.actor).props(&props))?;
    Ok(after)
}

/// Change the brand: its name, time zone and rules.
#[utoipa::path(patch, path = "/api/v1/brand", tag = "keep", request_body = EditBrand, responses((status = 200, body = Brand)))]
pub async fn edit_brand(
    axum::extract::State(app): axum::extract::State<App>,
    who: Staff,
    Json(body): Json<EditBrand>,
) -> Answer<Json<Brand>> {
    who.need(May::SettingsWrite)?;
    Ok(Json(app.db.write(move |tx| edit(tx, &who, &body)).await?))
}
