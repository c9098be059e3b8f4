//! A campaign (群发活动): one send of one content to an audience, over one channel.
pub mod http;

use crate::channel::ChannelKind;
use crate::{events, send};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::ToSchema;
use weir_ground::base::{Fen, Ms, Problem, Result, ids};
use weir_ground::event::BrandId;
use weir_ground::{Fact, Row, Tx, db::row::FromRow, params};
use weir_know::Audience;
use weir_keep::{Staff, brand, store};

pub type CampaignId = ids::CampaignId;

/// Where a campaign stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CampaignState)]
pub enum State {
    Draft,
    Sending,
    Done,
    Cancelled,
}

impl State {
    pub const ALL: [State; 4] = [State::Draft, State::Sending, State::Done, State::Cancelled];

    pub const fn code(self) -> &'static str {
        match self {
            State::Draft => "draft",
            State::Sending => "sending",
            State::Done => "done",
            State::Cancelled => "cancelled",
        }
    }

    pub fn parse(code: &str) -> Result<State> {
        let found = State::ALL.into_iter().find(|s| s.code() == code);
        found.ok_or_else(|| Problem::field("state", "use draft, sending, done or cancelled"))
    }
}

/// Persons and messages of a campaign so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = CampaignCounts)]
pub struct Counts {
    /// Persons of the audience that were decided.
    pub selected: i64,
    /// Of them, passed the gates and were not held out.
    pub treated: i64,
    pub holdout: i64,
    pub sent: i64,
    pub failed: i64,
    /// Not reachable, or withdrew before the attempt, or the campaign was cancelled before it.
    pub skipped: i64,
    pub read: i64,
    pub clicked: i64,
    /// The server broke off; it may or may not have arrived.
    pub unknown: i64,
    /// Decided and not attempted yet.
    pub waiting: i64,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Campaign {
    pub id: CampaignId,
    pub name: String,
    pub channel: ChannelKind,
    pub state: State,
    /// `{{name}}` or `{{name|friend}}` is replaced by the person's name.
    pub subject: String,
    pub body: String,
    pub link: Option<String>,
    pub audience: Audience,
    /// Share of the reachable persons that is held out, in basis points.
    pub holdout_bp: i64,
    pub cost_per_message_fen: Fen,
    pub created_at: Ms,
    pub started_at: Option<Ms>,
    pub finished_at: Option<Ms>,
    /// Imported from before Weir: nobody was held out at random.
    pub historical: bool,
    pub counts: Counts,
}

impl FromRow for Campaign {
    fn from_row(r: &Row<'_>) -> Result<Campaign> {
        Ok(Campaign {
            id: r.get(0)?,
            name: r.get(1)?,
            channel: ChannelKind::parse(&r.get::<String>(2)?)?,
            state: State::parse(&r.get::<String>(3)?)?,
            subject: r.get(4)?,
            body: r.get(5)?,
            link: r.get(6)?,
            audience: serde_json::from_str(&r.get::<String>(7)?).map_err(Problem::internal)?,
            holdout_bp: r.get(8)?,
            cost_per_message_fen: r.get(9)?,
            created_at: r.get(10)?,
            started_at: r.get(11)?,
            finished_at: r.get(12)?,
            historical: r.get(13)?,
            counts: Counts::default(),
        })
    }
}

pub(crate) const COLUMNS: &str = "id, name, channel, state, subject, body, link, audience, holdout_bp, cost_per_message, \
    created_at, started_at, finished_at, historical";

/// One campaign of the brand, with its counts.
pub fn get(tx: &mut Tx, brand: BrandId, id: CampaignId) -> Result<Campaign> {
    let sql = format!("select {COLUMNS} from campaign where id = $1 and brand_id = $2");
    let mut found: Campaign = tx.opt(&sql, params![id, brand])?.ok_or_else(|| Problem::not_found("campaign"))?;
    found.counts = counts(tx, &[id])?.remove(&id).unwrap_or_default();
    Ok(found)
}

/// Every campaign of a brand that was launched at `since` or later, newest first, with its counts.
pub fn launched(tx: &mut Tx, brand: BrandId, since: Ms) -> Result<Vec<Campaign>> {
    let sql = format!("select {COLUMNS} from campaign where brand_id = $1 and started_at >= $2 order by started_at desc, id desc");
    let mut all: Vec<Campaign> = tx.all(&sql, params![brand, since])?;
    let ids: Vec<CampaignId> = all.iter().map(|c| c.id).collect();
    let mut numbers = counts(tx, &ids)?;
    for c in &mut all {
        c.counts = numbers.remove(&c.id).unwrap_or_default();
    }
    Ok(all)
}

/// The counts of some campaigns.
pub fn counts(tx: &mut Tx, campaigns: &[CampaignId]) -> Result<HashMap<CampaignId, Counts>> {
    let mut out: HashMap<CampaignId, Counts> = HashMap::new();
    if campaigns.is_empty() {
        return Ok(out);
    }
    let ids: Vec<String> = campaigns.iter().map(|c| c.n().to_string()).collect();
    let sql = format!(
        "select campaign_id, arm, state, assigned, count(*), count(read_at), count(clicked_at) from message \
         where campaign_id in ({}) group by campaign_id, arm, state, assigned",
        ids.join(", ")
    );
    let rows: Vec<(CampaignId, String, String, bool, i64, i64, i64)> = tx.all(&sql, &[])?;
    for (id, arm, state, assigned, n, read, clicked) in rows {
        let c = out.entry(id).or_default();
        c.selected += n;
        c.read += read;
        c.clicked += clicked;
        match (assigned, arm.as_str()) {
            (true, "treated") => c.treated += n,
            (true, _) => c.holdout += n,
            (false, _) => {}
        }
        match state.as_str() {
            "sent" => c.sent += n,
            "failed" => c.failed += n,
            "skipped" => c.skipped += n,
            "unknown" => c.unknown += n,
            "intent" | "calling" => c.waiting += n,
            _ => {}
        }
    }
    Ok(out)
}

/// What a new campaign is made of.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddCampaign {
    pub name: String,
    pub channel: ChannelKind,
    pub subject: String,
    pub body: String,
    /// Where the message leads: an address, or a path of this server such as `/m/`.
    pub link: Option<String>,
    #[serde(default)]
    pub audience: Audience,
    /// The brand's own share when absent.
    #[schema(minimum = 0, maximum = 5000)]
    pub holdout_bp: Option<i64>,
    #[schema(minimum = 0, maximum = 100_000)]
    pub cost_per_message_fen: Option<Fen>,
}

/// Changes to a draft; what is absent stays, an empty link is taken away.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditCampaign {
    pub name: Option<String>,
    pub channel: Option<ChannelKind>,
    pub subject: Option<String>,
    pub body: Option<String>,
    pub link: Option<String>,
    pub audience: Option<Audience>,
    #[schema(minimum = 0, maximum = 5000)]
    pub holdout_bp: Option<i64>,
    #[schema(minimum = 0, maximum = 100_000)]
    pub cost_per_message_fen: Option<Fen>,
}

fn text(field: &str, value: &str, most: usize) -> Result<String> {
    let value = value.trim();
    match value.chars().count() {
        n if n >= 1 && n <= most && !value.contains('\0') => Ok(value.to_string()),
        _ => Err(Problem::field(field, format!("use 1 to {most} characters"))),
    }
}

fn link(value: Option<&str>) -> Result<Option<String>> {
    let Some(value) = value.map(str::trim).filter(|v| !v.is_empty()) else { return Ok(None) };
    let known = (value.starts_with('/') && !value.starts_with("//")) || value.starts_with("https://") || value.starts_with("http://");
    if !known || value.len() > 1000 || value.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(Problem::field("link", "use an address that begins with https:// or a path that begins with /"));
    }
    Ok(Some(value.to_string()))
}

/// Refuses an audience that names things of nobody or of another brand.
pub(crate) fn check_audience(tx: &mut Tx, brand: BrandId, audience: &Audience) -> Result<()> {
    audience.sql()?;
    let touchpoints: Vec<i64> = audience.touchpoints.iter().map(|t| t.n()).collect();
    let stores: Vec<i64> = audience.stores.iter().map(|s| s.n()).collect();
    let segments: Vec<i64> = audience.segments.iter().map(|s| s.n()).collect();
    for (table, more, field, mut wanted) in [
        ("touchpoint", "", "audience.touchpoints", touchpoints),
        ("store", "", "audience.stores", stores),
        ("segment", " and state <> 'archived'", "audience.segments", segments),
    ] {
        wanted.sort_unstable();
        wanted.dedup();
        if wanted.is_empty() {
            continue;
        }
        let list: Vec<String> = wanted.iter().map(i64::to_string).collect();
        let sql = format!("select count(*) from {table} where brand_id = $1 and id in ({}){more}", list.join(", "));
        if tx.one::<i64>(&sql, params![brand])? != wanted.len() as i64 {
            return Err(Problem::field(field, format!("names a {table} that this brand does not have")));
        }
    }
    Ok(())
}

/// The same shape for a new campaign and a changed one, checked.
struct Content {
    name: String,
    channel: ChannelKind,
    subject: String,
    body: String,
    link: Option<String>,
    audience: String,
    holdout_bp: i64,
    cost: Fen,
}

impl Content {
    fn check(tx: &mut Tx, brand: BrandId, new: &AddCampaign) -> Result<Content> {
        let holdout_bp = match new.holdout_bp {
            Some(bp) => bp,
            None => brand::get(tx, brand)?.settings.holdout_bp,
        };
        if !(0..=5000).contains(&holdout_bp) {
            return Err(Problem::field("holdout_bp", format!("{holdout_bp} is not between 0 and 5000")));
        }
        let cost = new.cost_per_message_fen.unwrap_or_default();
        if !(0..=100_000).contains(&cost.0) {
            return Err(Problem::field("cost_per_message_fen", format!("{} is not between 0 and 100000", cost.0)));
        }
        check_audience(tx, brand, &new.audience)?;
        Ok(Content {
            name: store::name(&new.name)?,
            channel: new.channel,
            subject: text("subject", &new.subject, 200)?,
            body: text("body", &new.body, 20_000)?,
            link: link(new.link.as_deref())?,
            audience: serde_json::to_string(&new.audience).map_err(Problem::internal)?,
            holdout_bp,
            cost,
        })
    }
}

/// Makes a draft.
pub fn add(tx: &mut Tx, who: &Staff, new: &AddCampaign) -> Result<Campaign> {
    let c = Content::check(tx, who.brand, new)?;
    let (id, now, salt): (CampaignId, Ms, String) = (tx.new_id(), tx.now(), tx.secret(22));
    tx.exec(
        "insert into campaign (id, brand_id, name, channel, state, subject, body, link, audience, holdout_bp, salt, \
         cost_per_message, actor, created_at) values ($1, $2, $3, $4, 'draft', $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        params![
            id, who.brand, &c.name, c.channel.code(), &c.subject, &c.body, &c.link, &c.audience, c.holdout_bp, &salt,
            c.cost, &who.actor, now
        ],
    )?;
    let made = get(tx, who.brand, id)?;
    state_fact(tx, who.brand, &made, events::CAMPAIGN_CREATED, Some(&who.actor), serde_json::json!({ "channel": made.channel }))?;
    Ok(made)
}

fn only_drafts() -> Problem {
    Problem::conflict("Only a draft can be changed. This campaign was launched or cancelled; copy it into a new one.")
}

/// Changes a draft.
pub fn edit(tx: &mut Tx, who: &Staff, id: CampaignId, edit: &EditCampaign) -> Result<Campaign> {
    let was = get(tx, who.brand, id)?;
    if was.state != State::Draft {
        return Err(only_drafts());
    }
    let new = AddCampaign {
        name: edit.name.clone().unwrap_or(was.name.clone()),
        channel: edit.channel.unwrap_or(was.channel),
        subject: edit.subject.clone().unwrap_or(was.subject.clone()),
        body: edit.body.clone().unwrap_or(was.body.clone()),
        link: edit.link.clone().or(was.link.clone()),
        audience: edit.audience.clone().unwrap_or(was.audience.clone()),
        holdout_bp: Some(edit.holdout_bp.unwrap_or(was.holdout_bp)),
        cost_per_message_fen: Some(edit.cost_per_message_fen.unwrap_or(was.cost_per_message_fen)),
    };
    let c = Content::check(tx, who.brand, &new)?;
    tx.guard(
        "update campaign set name = $1, channel = $2, subject = $3, body = $4, link = $5, audience = $6, holdout_bp = $7, \
         cost_per_message = $8 where id = $9 and brand_id = $10 and state = 'draft'",
        params![
            &c.name, c.channel.code(), &c.subject, &c.body, &c.link, &c.audience, c.holdout_bp, c.cost, id, who.brand
        ],
    )?
    .or(only_drafts)?;
    let now = get(tx, who.brand, id)?;
    let fields = differing(&was, &now);
    if !fields.is_empty() {
        state_fact(tx, who.brand, &now, events::CAMPAIGN_CHANGED, Some(&who.actor), serde_json::json!({ "fields": fields }))?;
    }
    Ok(now)
}

/// What somebody can edit and that differs between the two.
fn differing(a: &Campaign, b: &Campaign) -> Vec<&'static str> {
    let all = [
        ("name", a.name == b.name), ("channel", a.channel == b.channel), ("subject", a.subject == b.subject), ("body", a.body == b.body),
        ("link", a.link == b.link), ("audience", a.audience == b.audience), ("holdout_bp", a.holdout_bp == b.holdout_bp),
        ("cost_per_message_fen", a.cost_per_message_fen == b.cost_per_message_fen),
    ];
    all.iter().filter(|(_, same)| !same).map(|(name, _)| *name).collect()
}

fn state_fact(tx: &mut Tx, brand: BrandId, c: &Campaign, name: &str, actor: Option<&str>, more: serde_json::Value) -> Result<()> {
    let mut props = serde_json::json!({ "campaign": c.id, "name": c.name });
    if let (Some(all), serde_json::Value::Object(more)) = (props.as_object_mut(), more) {
        all.extend(more);
    }
    let (props, now) = (props.to_string(), tx.now());
    let mut fact = Fact::new(brand, name, now).props(&props);
    fact.actor = actor;
    let _ = tx.record(&fact)?;
    Ok(())
}

/// Starts the send: from draft to sending, once. The worker does the rest ([`send::wake`] it).
pub fn launch(tx: &mut Tx, who: &Staff, id: CampaignId) -> Result<Campaign> {
    let c = get(tx, who.brand, id)?;
    // What it names may have ended since the draft was written.
    check_audience(tx, who.brand, &c.audience)?;
    for segment in &c.audience.segments {
        let name: Option<String> = tx.opt("select name from segment where id = $1 and state = 'building'", params![*segment])?;
        if let Some(name) = name {
            return Err(Problem::conflict(format!("The segment {name} is still being computed; launch when it is ready.")));
        }
    }
    let now = tx.now();
    tx.guard(
        "update campaign set state = 'sending', started_at = $1 where id = $2 and brand_id = $3 and state = 'draft'",
        params![now, id, who.brand],
    )?
    .or(|| Problem::conflict(format!("This campaign is {} already; it cannot be launched again.", c.state.code())))?;
    let more = serde_json::json!({ "channel": c.channel, "holdout_bp": c.holdout_bp });
    state_fact(tx, who.brand, &c, events::CAMPAIGN_LAUNCHED, Some(&who.actor), more)?;
    get(tx, who.brand, id)
}

/// Stops what was not attempted yet; what was sent stays sent.
pub fn cancel(tx: &mut Tx, who: &Staff, id: CampaignId) -> Result<Campaign> {
    let c = get(tx, who.brand, id)?;
    let now = tx.now();
    tx.guard(
        "update campaign set state = 'cancelled', finished_at = $1 where id = $2 and brand_id = $3 and state in ('draft', 'sending')",
        params![now, id, who.brand],
    )?
    .or(|| Problem::conflict(format!("This campaign is {} already; there is nothing left to stop.", c.state.code())))?;
    let stopped = send::stop_waiting(tx, id)?;
    let more = serde_json::json!({ "stopped": stopped });
    state_fact(tx, who.brand, &c, events::CAMPAIGN_CANCELLED, Some(&who.actor), more)?;
    get(tx, who.brand, id)
}

/// Nothing is left to decide or to attempt.
pub(crate) fn finish(tx: &mut Tx, brand: BrandId, id: CampaignId) -> Result<bool> {
    let now = tx.now();
    let won = tx.guard(
        "update campaign set state = 'done', finished_at = $1 where id = $2 and state = 'sending' and selected_to = $3 \
         and not exists (select 1 from message m where m.campaign_id = $2 and m.state = 'intent') \
         and not exists (select 1 from message m where m.campaign_id = $2 and m.state = 'calling')",
        params![now, id, send::ALL_SELECTED],
    )?;
    if won.won() {
        let c = get(tx, brand, id)?;
        state_fact(tx, brand, &c, events::CAMPAIGN_DONE, None, serde_json::json!({}))?;
    }
    Ok(won.won())
}
