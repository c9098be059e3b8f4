//! Consent (授权): purpose × channel × status × proof, append-only; the newest record counts, and
//! no record is no consent (G24–G26).
use crate::events;
use crate::person::{self, http::get};
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_ground::base::{Id, Ms, Problem, Result};
use weir_ground::event::{BrandId, PersonId};
use weir_ground::http::{Answer, App, Json, Path};
use weir_ground::{Fact, Tx, from_row, params};
use weir_keep::{May, Staff};

pub const PURPOSES: &[&str] =
    &["service", "marketing", "personalisation", "measurement", "sharing", "conversation_archive", "sensitive_traits"];
pub const CHANNELS: &[&str] = &["inbox", "email", "sms", "wecom", "phone"];

/// What holds now for one purpose and channel.
#[derive(Debug, Serialize, ToSchema)]
pub struct Consent {
    pub purpose: String,
    pub channel: String,
    /// `granted`, `denied` or `withdrawn`
    pub status: String,
    pub proof: Option<String>,
    pub at: Ms,
}
from_row!(Consent { purpose, channel, status, proof, at });

/// What is being said about consent.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetConsent {
    pub purpose: String,
    pub channel: String,
    pub status: String,
    /// How it was given: a form, a message, a paper; needed for `granted`.
    pub proof: Option<String>,
}

/// A condition on person `p`: marketing on this channel is granted, by the newest record of the
/// person or anybody merged into it.
pub fn granted_sql(p: &str, channel: &str) -> String {
    format!(
        "(select c.status from consent c join person cp on cp.id = c.person_id where cp.root_id = {p}.id \
         and c.purpose = 'marketing' and c.channel = '{channel}' order by c.at desc, c.id desc limit 1) = 'granted'"
    )
}

/// The newest record for each purpose and channel.
pub fn of(tx: &mut Tx, root: PersonId) -> Result<Vec<Consent>> {
    let all: Vec<Consent> = tx.all(
        "select c.purpose, c.channel, c.status, c.proof, c.at from consent c join person p on p.id = c.person_id \
         where p.root_id = $1 order by c.purpose, c.channel, c.at desc, c.id desc",
        params![root],
    )?;
    let mut newest: Vec<Consent> = vec![];
    for c in all {
        if !newest.iter().any(|n| n.purpose == c.purpose && n.channel == c.channel) {
            newest.push(c);
        }
    }
    Ok(newest)
}

/// Appends a record. A grant of marketing on a channel makes the person reachable.
pub fn set(
    tx: &mut Tx,
    brand: BrandId,
    person: PersonId,
    says: &SetConsent,
    source: &str,
    actor: Option<&str>,
) -> Result<()> {
    if !PURPOSES.contains(&says.purpose.as_str()) {
        return Err(Problem::field("purpose", format!("use one of {}", PURPOSES.join(", "))));
    }
    if !CHANNELS.contains(&says.channel.as_str()) {
        return Err(Problem::field("channel", format!("use one of {}", CHANNELS.join(", "))));
    }
    if !matches!(says.status.as_str(), "granted" | "denied" | "withdrawn") {
        return Err(Problem::field("status", "use granted, denied or withdrawn"));
    }
    let proof = says.proof.as_deref().map(str::trim).filter(|p| !p.is_empty() && !p.contains('\0'));
    if says.status == "granted" && proof.is_none() {
        return Err(Problem::field("proof", "say how consent was given; a yes without proof is not kept"));
    }
    let now = tx.now();
    let same: Option<String> = tx.opt(
        "select c.status from consent c join person p on p.id = c.person_id \
         where p.root_id = (select s.root_id from person s where s.id = $1) and c.purpose = $2 and c.channel = $3 \
         order by c.at desc, c.id desc limit 1",
        params![person, &says.purpose, &says.channel],
    )?;
    if same.as_deref() == Some(says.status.as_str()) {
        return Ok(());
    }
    let id: Id<()> = tx.new_id();
    tx.exec(
        "insert into consent (id, brand_id, person_id, purpose, channel, status, proof, source, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![id, brand, person, &says.purpose, &says.channel, &says.status, proof, source, now],
    )?;
    let props = serde_json::json!({
        "purpose": says.purpose, "channel": says.channel, "status": says.status, "proof": proof,
    })
    .to_string();
    let mut fact = Fact::new(brand, events::CONSENT_SET, now).person(person).source(source).props(&props);
    fact.actor = actor;
    let _ = tx.record(&fact)?;
    if says.status == "granted" && says.purpose == "marketing" {
        person::joined(tx, brand, person, now)?;
    }
    Ok(())
}

/// Record what a person allows or forbids.
#[utoipa::path(post, path = "/api/v1/persons/{id}/consents", tag = "know", params(("id" = PersonId, Path)), request_body = SetConsent, responses((status = 204)))]
pub async fn set_consent(
    State(app): State<App>,
    who: Staff,
    Path(id): Path<PersonId>,
    Json(body): Json<SetConsent>,
) -> Answer<StatusCode> {
    who.need(May::PersonWrite)?;
    app.db
        .write(move |tx| {
            let person = get(tx, &who, id)?.row.id;
            set(tx, who.brand, person, &body, "console", Some(&who.actor))
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
