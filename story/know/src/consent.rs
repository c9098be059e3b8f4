//! Consent (授权): purpose × channel × status × proof, append-only; the newest record counts, a merge
//! keeps the most restrictive until a newer grant, and no record is no consent (G24–G26, K8).
use crate::events;
use crate::identity::{merge, own};
use crate::person::{self, http::get};
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
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

/// A condition on person `p`: marketing on this channel is granted.
pub fn granted_sql(p: &str, channel: &str) -> String {
    format!(
        "exists (select 1 from consent_now cn where cn.person_id = {p}.id and cn.purpose = 'marketing' \
         and cn.channel = '{channel}' and cn.status = 'granted')"
    )
}

/// What holds for each purpose and channel.
pub fn of(tx: &mut Tx, root: PersonId) -> Result<Vec<Consent>> {
    tx.all(
        "select n.purpose, n.channel, n.status, c.proof, n.at from consent_now n join consent c on c.id = n.consent_id \
         where n.person_id = $1 order by n.purpose, n.channel",
        params![root],
    )
}

/// What is held of consent after the subjects of `root` changed; `gone` are roots no more.
///
/// The records and the joins are gone through in the order of time: a record speaks for the person
/// that its subject belonged to then, and a join keeps the more restrictive word of both sides (K8,
/// G26). So what holds depends on the records and on the joins that stand, and on nothing else.
pub(crate) fn regroup(tx: &mut Tx, root: PersonId, gone: &[PersonId]) -> Result<()> {
    for person in gone.iter().chain([&root]) {
        tx.exec("delete from consent_now where person_id = $1", params![*person])?;
    }
    let records: Vec<Said> = tx.all(
        "select c.person_id, c.purpose, c.channel, c.status, c.id, c.at from consent c join person p on p.id = c.person_id \
         where p.root_id = $1 order by c.at, c.id",
        params![root],
    )?;
    if records.is_empty() {
        return Ok(());
    }
    let brand: BrandId = tx.one("select brand_id from person where id = $1", params![root])?;
    let edges = merge::edges(tx, root)?;
    for said in resolve(&records, &edges) {
        tx.exec(
            "insert into consent_now (person_id, brand_id, purpose, channel, status, consent_id, at) values ($1, $2, $3, $4, $5, $6, $7)",
            params![root, brand, &said.purpose, &said.channel, &said.status, said.id, said.at],
        )?;
    }
    Ok(())
}

/// One record of consent.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Said {
    subject: PersonId,
    purpose: String,
    channel: String,
    status: String,
    id: i64,
    at: Ms,
}
from_row!(Said { subject, purpose, channel, status, id, at });

/// What remains of the records of one person, by purpose and channel.
fn resolve(records: &[Said], edges: &[merge::Edge]) -> Vec<Said> {
    enum Step<'a> {
        Says(&'a Said),
        Joins(&'a merge::Edge),
    }
    let mut steps: Vec<(Ms, i64, Step)> = records.iter().map(|r| (r.at, r.id, Step::Says(r))).collect();
    steps.extend(edges.iter().map(|e| (e.at, e.id.n(), Step::Joins(e))));
    steps.sort_by_key(|s| (s.0, s.1));
    // To which set a subject belongs, and the word that each set holds.
    let mut set: BTreeMap<PersonId, PersonId> = BTreeMap::new();
    let mut holds: BTreeMap<(PersonId, &str, &str), &Said> = BTreeMap::new();
    for (_, _, step) in &steps {
        match step {
            Step::Says(r) => {
                let of = *set.entry(r.subject).or_insert(r.subject);
                holds.insert((of, &r.purpose, &r.channel), *r);
            }
            Step::Joins(e) => {
                let (a, b) = (*set.entry(e.a).or_insert(e.a), *set.entry(e.b).or_insert(e.b));
                set.values_mut().filter(|s| **s == b).for_each(|s| *s = a);
                let moved: Vec<_> = holds.iter().filter(|(k, _)| k.0 == b).map(|(k, r)| (*k, *r)).collect();
                for ((_, purpose, channel), r) in moved {
                    holds.remove(&(b, purpose, channel));
                    let kept = holds.entry((a, purpose, channel)).or_insert(r);
                    *kept = stricter(kept, r);
                }
            }
        }
    }
    let mut out: Vec<Said> = holds.into_values().cloned().collect();
    out.sort_by(|x, y| (&x.purpose, &x.channel).cmp(&(&y.purpose, &y.channel)));
    out
}

/// Of two words the one that allows less, else the newer one.
fn stricter<'a>(a: &'a Said, b: &'a Said) -> &'a Said {
    let rank = |s: &Said| (s.status != "granted", s.at, s.id);
    if rank(a) >= rank(b) { a } else { b }
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
    let root = own::place(tx, person)?.root;
    let holds: Option<String> = tx.opt(
        "select status from consent_now where person_id = $1 and purpose = $2 and channel = $3",
        params![root, &says.purpose, &says.channel],
    )?;
    let said: Option<String> = tx.opt(
        "select status from consent where person_id = $1 and purpose = $2 and channel = $3 order by at desc, id desc limit 1",
        params![person, &says.purpose, &says.channel],
    )?;
    if holds.as_deref() == Some(says.status.as_str()) && said == holds {
        return Ok(());
    }
    let id: Id<()> = tx.new_id();
    tx.exec(
        "insert into consent (id, brand_id, person_id, purpose, channel, status, proof, source, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![id, brand, person, &says.purpose, &says.channel, &says.status, proof, source, now],
    )?;
    tx.exec(
        "insert into consent_now (person_id, brand_id, purpose, channel, status, consent_id, at) values ($1, $2, $3, $4, $5, $6, $7) \
         on conflict (person_id, purpose, channel) do update set status = excluded.status, consent_id = excluded.consent_id, at = excluded.at",
        params![root, brand, &says.purpose, &says.channel, &says.status, id, now],
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

#[cfg(test)]
mod tests {
    use super::*;

    fn says(subject: i64, status: &str, at: Ms) -> Said {
        Said { subject: PersonId::new(subject), purpose: "marketing".into(), channel: "sms".into(), status: status.into(), id: at, at }
    }

    fn edge(a: i64, b: i64, at: Ms) -> merge::Edge {
        let (a, b) = (PersonId::new(a), PersonId::new(b));
        merge::Edge { id: Id::new(at), a, b, loser: b, at }
    }

    #[test]
    fn a_join_keeps_the_most_restrictive_until_a_newer_grant() {
        let holds = |r: &[Said], e: &[merge::Edge]| resolve(r, e).iter().map(|s| (s.status.clone(), s.at)).collect::<Vec<_>>();
        let (no, yes) = (says(1, "withdrawn", 1), says(2, "granted", 2));
        assert_eq!(holds(&[no.clone(), yes.clone()], &[edge(1, 2, 3)]), [("withdrawn".to_string(), 1)]);
        // Joined before, the grant is the newer word of one person.
        assert_eq!(holds(&[no.clone(), says(2, "granted", 4)], &[edge(2, 1, 3)]), [("granted".to_string(), 4)]);
        // A third one who said nothing changes nothing.
        assert_eq!(holds(&[no, says(2, "granted", 4)], &[edge(2, 1, 3), edge(3, 1, 9)]), [("granted".to_string(), 4)]);
        assert_eq!(holds(&[yes], &[edge(1, 2, 3)]), [("granted".to_string(), 2)]);
    }
}
