//! The in-mall inbox (站内信): what a person was sent over the channel `inbox`, as the mall shows it.
//!
//! A message keeps the person it was written to; somebody merged since then finds it, too.
use crate::{events, message};
use serde::Serialize;
use utoipa::ToSchema;
use weir_ground::base::{Ms, Problem, Result, ids};
use weir_ground::event::{BrandId, PersonId};
use weir_ground::http::{List, Page};
use weir_ground::{Fact, Tx, from_row, params};

/// One message in somebody's inbox.
#[derive(Debug, Serialize, ToSchema)]
pub struct InboxItem {
    pub id: ids::MessageId,
    pub subject: String,
    pub body: String,
    pub link: Option<String>,
    pub sent_at: Ms,
    pub read_at: Option<Ms>,
}
from_row!(InboxItem { id, subject, body, link, sent_at, read_at });

const MINE: &str = "m.person_id in (select x.id from person x where x.root_id = $1) and m.brand_id = $2 \
    and m.channel = 'inbox' and m.state = 'sent'";

/// The inbox of a person (a root), newest first.
pub fn list(tx: &mut Tx, brand: BrandId, person: PersonId, page: &Page) -> Result<List<InboxItem>> {
    let (limit, [before]) = (page.limit()?, page.after([i64::MAX])?);
    let name: Option<String> = tx.one("select name from person where id = $1", params![person])?;
    let sql = format!(
        "select m.id, c.subject, c.body, c.link, m.sent_at, m.read_at from message m join campaign c on c.id = m.campaign_id \
         where {MINE} and m.id < $3 order by m.id desc limit $4"
    );
    let mut items: Vec<InboxItem> = tx.all(&sql, params![person, brand, before, limit + 1])?;
    for item in &mut items {
        item.subject = message::render(&item.subject, name.as_deref());
        item.body = message::render(&item.body, name.as_deref());
    }
    Ok(List::page(items, limit, |m| m.id.n().to_string()))
}

/// How many messages a person (a root) has not opened.
pub fn unread(tx: &mut Tx, brand: BrandId, person: PersonId) -> Result<i64> {
    tx.one(&format!("select count(*) from message m where {MINE} and m.read_at is null"), params![person, brand])
}

/// The person opened a message, or went where it leads; each is recorded once. A message of
/// somebody else is not there.
pub fn mark(tx: &mut Tx, brand: BrandId, person: PersonId, id: ids::MessageId, clicked: bool) -> Result<()> {
    type Found = (ids::CampaignId, String, Option<Ms>, Option<Ms>);
    let found: Option<Found> = tx.opt(
        &format!(
            "select m.campaign_id, c.name, m.read_at, m.clicked_at from message m join campaign c on c.id = m.campaign_id \
             where {MINE} and m.id = $3"
        ),
        params![person, brand, id],
    )?;
    let (campaign, name, read, went) = found.ok_or_else(|| Problem::not_found("message"))?;
    let now = tx.now();
    let props = serde_json::json!({ "campaign": campaign, "campaign_name": name, "message": id, "channel": "inbox" }).to_string();
    if read.is_none() && tx.guard("update message set read_at = $1 where id = $2 and read_at is null", params![now, id])?.won() {
        let _ = tx.record(&Fact::new(brand, events::MESSAGE_READ, now).person(person).props(&props))?;
    }
    let fresh = clicked
        && went.is_none()
        && tx.guard("update message set clicked_at = $1 where id = $2 and clicked_at is null", params![now, id])?.won();
    if fresh {
        let _ = tx.record(&Fact::new(brand, events::MESSAGE_CLICKED, now).person(person).props(&props))?;
    }
    weir_know::person::seen(tx, person, now, None)
}
