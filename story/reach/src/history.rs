//! Campaigns from before Weir: who received them is known, nobody was held out by chance.
use crate::campaign::CampaignId;
use crate::events;
use weir_ground::base::{Ms, Result, ids};
use weir_ground::event::{BrandId, PersonId};
use weir_ground::{Fact, Tx, params};

/// What is known of such a campaign.
#[derive(Clone, Debug)]
pub struct Past<'a> {
    /// The merchant's own code: the second import of the same code goes on with the first.
    pub code: &'a str,
    pub name: &'a str,
    pub started_at: Ms,
    pub finished_at: Ms,
}

/// Adds a campaign that is over, or more recipients to one that was added before; a recipient
/// counts once. They were mailings, so the channel is e-mail; no address is kept.
pub fn import_historical(tx: &mut Tx, brand: BrandId, past: &Past<'_>, recipients: &[PersonId]) -> Result<CampaignId> {
    let id = campaign(tx, brand, past)?;
    let props_of = |message: ids::MessageId| {
        serde_json::json!({ "campaign": id, "campaign_name": past.name, "message": message, "channel": "email" }).to_string()
    };
    for person in recipients {
        let message: ids::MessageId = tx.new_id();
        let fresh = tx.guard(
            "insert into message (id, brand_id, campaign_id, person_id, channel, arm, state, assigned, decided_at, attempted_at, sent_at) \
             values ($1, $2, $3, $4, 'email', 'treated', 'sent', 1, $5, $5, $5) on conflict do nothing",
            params![message, brand, id, *person, past.started_at],
        )?;
        if fresh.won() {
            let props = props_of(message);
            let fact = Fact::new(brand, events::MESSAGE_SENT, past.started_at).person(*person).source("import").props(&props);
            let _ = tx.record(&fact)?;
        }
    }
    Ok(id)
}

fn campaign(tx: &mut Tx, brand: BrandId, past: &Past<'_>) -> Result<CampaignId> {
    let id: CampaignId = tx.new_id();
    let fresh = tx.guard(
        "insert into campaign (id, brand_id, name, channel, state, subject, body, audience, holdout_bp, salt, cost_per_message, \
         historical, code, selected_to, created_at, started_at, finished_at) \
         values ($1, $2, $3, 'email', 'done', $3, '', '{}', 0, '', 0, 1, $4, $5, $6, $6, $7) on conflict do nothing",
        params![id, brand, past.name, past.code, crate::send::ALL_SELECTED, past.started_at, past.finished_at],
    )?;
    if !fresh.won() {
        return tx.one("select id from campaign where brand_id = $1 and code = $2", params![brand, past.code]);
    }
    for (name, at) in [(events::CAMPAIGN_LAUNCHED, past.started_at), (events::CAMPAIGN_DONE, past.finished_at)] {
        let props = serde_json::json!({ "campaign": id, "name": past.name, "historical": true }).to_string();
        let _ = tx.record(&Fact::new(brand, name, at).source("import").props(&props))?;
    }
    Ok(id)
}
