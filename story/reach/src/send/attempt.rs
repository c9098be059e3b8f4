//! Attempts: from `intent` to an outcome.
use super::gate::{self, Candidate, Gate};
use super::{CHUNK, Job};
use crate::campaign::CampaignId;
use crate::channel::{Channel, Channels, Letter};
use crate::{events, message, optout};
use std::sync::{Arc, atomic::{AtomicBool, Ordering}};
use weir_connect::mail::Outcome;
use weir_ground::base::{Ms, Result, ids, time::{MINUTE, SECOND}};
use weir_ground::db::Engine;
use weir_ground::event::PersonId;
use weir_ground::seal::{self, Seal};
use weir_ground::{Db, Fact, Tx, from_row, params};

/// Messages that are out of the house at one time: as many may become `unknown` in a crash.
const OUT: i64 = 16;

/// A message that proved not to have been taken is tried this often.
const TRIES: i64 = 6;

/// Between tries: 15 s, doubling.
const AGAIN: Ms = 15 * SECOND;

/// An intent, with a last look at the person as they are now.
struct Waiting {
    id: ids::MessageId,
    person: PersonId,
    tries: i64,
    name: Option<String>,
    consent: Option<String>,
    address: Option<String>,
    /// The person turned out to be somebody who has a message of this campaign already.
    twice: bool,
}
from_row!(Waiting { id, person, tries, name, consent, address, twice });

impl Waiting {
    /// The gates once more, just before the attempt.
    fn gate(&self) -> Gate {
        if self.twice {
            return Gate::Closed("merged");
        }
        Candidate::new(self.person, self.consent.clone(), self.address.clone()).gate()
    }

    /// `sealed`: the address as the gate let it through.
    fn letter(&self, keys: &Seal, job: &Job, sealed: &str) -> Result<Letter> {
        Ok(Letter {
            brand: job.brand,
            message: self.id,
            person: self.person,
            to: keys.open(sealed)?,
            subject: message::render(&job.subject, self.name.as_deref()),
            body: message::render(&job.body, self.name.as_deref()),
            link: job.link.clone(),
            opt_out: optout::path(&job.salt, self.id),
        })
    }
}

fn waiting(tx: &mut Tx, job: &Job, limit: i64) -> Result<Vec<Waiting>> {
    let kind = job.kind()?;
    let now = tx.now();
    let sql = format!(
        "select m.id, m.person_id, m.tries, r.name, {}, {}, case when exists (select 1 from message o where o.campaign_id = m.campaign_id \
         and o.id < m.id and o.person_id in (select x.id from person x where x.root_id = r.id)) then 1 else 0 end \
         from message m join person p on p.id = m.person_id join person r on r.id = p.root_id \
         where m.campaign_id = $1 and m.state = 'intent' and (m.due_at is null or m.due_at <= $2) order by m.id limit $3",
        gate::consent_sql("r", kind),
        kind.address_sql("r"),
    );
    tx.all(&sql, params![job.id, now, limit])
}

/// Attempts the next messages of a campaign; answers whether there were any.
pub fn some(db: &Db, channels: &Arc<Channels>, id: CampaignId, stop: &AtomicBool) -> Result<bool> {
    let kind = db.read_now(move |tx| tx.opt::<String>("select channel from campaign where id = $1", params![id]))?;
    let Some(kind) = kind else { return Ok(false) };
    let kind = crate::channel::ChannelKind::parse(&kind)?;
    let channel = channels.of(kind)?;
    if channel.leaves_the_house() {
        return outside(db, channel, id, stop);
    }
    let channels = channels.clone();
    db.write_now(move |tx| inside(tx, channels.of(kind)?, id))
}

/// Delivers and says so in one transaction.
fn inside(tx: &mut Tx, channel: &dyn Channel, id: CampaignId) -> Result<bool> {
    let Some(job) = Job::lock(tx, id)? else { return Ok(false) };
    let all = waiting(tx, &job, CHUNK)?;
    let (mut sent, keys) = (vec![], tx.keys(job.brand));
    for w in &all {
        match w.gate() {
            Gate::Closed(reason) => skip(tx, w.id, reason)?,
            Gate::Open(to) => {
                channel.deliver(tx, &w.letter(&keys, &job, &to)?)?;
                fact(tx, &job, events::MESSAGE_SENT, w.id, w.person, None)?;
                sent.push(w.id.n().to_string());
            }
        }
    }
    if !sent.is_empty() {
        // The campaign's row is locked, so nobody else moved them; one statement for all of them.
        let now = tx.now();
        let sql = format!("update message set state = 'sent', attempted_at = $1, sent_at = $1 where id in ({})", sent.join(", "));
        tx.exec(&sql, params![now])?;
    }
    Ok(!all.is_empty())
}

fn skip(tx: &mut Tx, id: ids::MessageId, reason: &str) -> Result<()> {
    let now = tx.now();
    tx.exec(
        "update message set state = 'skipped', reason = $1, attempted_at = $2 where id = $3 and state = 'intent'",
        params![reason, now, id],
    )?;
    Ok(())
}

fn fact(tx: &mut Tx, job: &Job, name: &str, id: ids::MessageId, person: PersonId, reason: Option<&str>) -> Result<()> {
    let (props, now) = (job.props(id, reason), tx.now());
    let _ = tx.record(&Fact::new(job.brand, name, now).person(person).props(&props))?;
    Ok(())
}

/// Marks messages as under way: after this commit each may have been taken by the other side.
fn claim(tx: &mut Tx, id: CampaignId) -> Result<Option<(bool, Vec<(Letter, i64)>)>> {
    let Some(job) = Job::lock(tx, id)? else { return Ok(None) };
    let (all, now) = (waiting(tx, &job, OUT)?, tx.now());
    let (mut letters, keys) = (vec![], tx.keys(job.brand));
    for w in &all {
        match w.gate() {
            Gate::Closed(reason) => skip(tx, w.id, reason)?,
            Gate::Open(to) => {
                tx.exec(
                    "update message set state = 'calling', address = $1, attempted_at = $2 where id = $3 and state = 'intent'",
                    params![&to, now, w.id],
                )?;
                letters.push((w.letter(&keys, &job, &to)?, w.tries));
            }
        }
    }
    Ok(Some((!all.is_empty(), letters)))
}

/// Claims, calls one after another, and settles each as soon as its outcome is known.
fn outside(db: &Db, channel: &dyn Channel, id: CampaignId, stop: &AtomicBool) -> Result<bool> {
    let Some((any, letters)) = db.write_now(move |tx| claim(tx, id))? else { return Ok(false) };
    let mut settled = vec![];
    for (letter, tries) in letters {
        // Asked to stop: what was not called yet waits again.
        let outcome = if stop.load(Ordering::SeqCst) { None } else { Some(channel.call(&letter)) };
        settled.push(db.submit(move |tx| settle(tx, id, letter.message, letter.person, tries, outcome.as_ref())));
    }
    for answer in settled {
        answer.blocking_recv().map_err(weir_ground::base::Problem::internal)??;
    }
    Ok(any)
}

/// Writes down what became of a call; `None` when it was not made.
fn settle(
    tx: &mut Tx,
    campaign: CampaignId,
    id: ids::MessageId,
    person: PersonId,
    tries: i64,
    outcome: Option<&Outcome>,
) -> Result<()> {
    let now = tx.now();
    let (state, reason, due) = match outcome {
        None => ("intent", None, None),
        Some(Outcome::Accepted) => ("sent", None, None),
        Some(Outcome::NotNow(_)) if tries + 1 < TRIES => ("intent", None, Some(now + (AGAIN << tries))),
        Some(Outcome::NotNow(why) | Outcome::Refused(why)) => ("failed", Some(why.as_str()), None),
        Some(Outcome::Unknown(why)) => ("unknown", Some(why.as_str()), None),
    };
    // Servers like to repeat the address.
    let reason = reason.map(|r| seal::veil(r).chars().take(300).collect::<String>());
    let sent = (state == "sent").then_some(now);
    let more = if outcome.is_none() { 0 } else { 1 };
    let won = tx.guard(
        "update message set state = $1, reason = $2, due_at = $3, sent_at = $4, tries = tries + $5 where id = $6 and state = 'calling'",
        params![state, &reason, due, sent, more, id],
    )?;
    if !won.won() {
        return Ok(());
    }
    if state == "intent" {
        // Cancelled meanwhile: it proved not to have gone out, so it is stopped like the others.
        tx.exec(
            "update message set state = 'skipped', reason = 'cancelled', due_at = null where id = $1 \
             and exists (select 1 from campaign c where c.id = $2 and c.state = 'cancelled')",
            params![id, campaign],
        )?;
        return Ok(());
    }
    let name = match state {
        "sent" => events::MESSAGE_SENT,
        "failed" => events::MESSAGE_FAILED,
        _ => events::MESSAGE_UNKNOWN,
    };
    outcome_fact(tx, campaign, name, id, person, reason.as_deref())
}

fn outcome_fact(
    tx: &mut Tx,
    campaign: CampaignId,
    name: &str,
    id: ids::MessageId,
    person: PersonId,
    reason: Option<&str>,
) -> Result<()> {
    let job: Job = tx.one(
        "select id, brand_id, name, channel, subject, body, link, audience, holdout_bp, salt, selected_to from campaign where id = $1",
        params![campaign],
    )?;
    fact(tx, &job, name, id, person, reason)
}

/// Calls whose outcome was lost with the process that made them: nobody knows whether they were
/// taken, so they are not repeated (R13). On PostgreSQL another node may be in the middle of a
/// call, so only old ones count.
pub fn settle_lost(tx: &mut Tx) -> Result<()> {
    let age = if tx.engine() == Engine::Postgres { 10 * MINUTE } else { 0 };
    let before = tx.now() - age;
    let lost: Vec<(ids::MessageId, CampaignId, PersonId)> = tx.all(
        "select id, campaign_id, person_id from message where state = 'calling' and attempted_at <= $1 order by id",
        params![before],
    )?;
    const WHY: &str = "the program stopped during the call";
    for (id, campaign, person) in lost {
        let won = tx.guard(
            "update message set state = 'unknown', reason = $1 where id = $2 and state = 'calling'",
            params![WHY, id],
        )?;
        if won.won() {
            outcome_fact(tx, campaign, events::MESSAGE_UNKNOWN, id, person, Some(WHY))?;
        }
    }
    Ok(())
}

/// A campaign was cancelled: what was not attempted will not be. Answers how many.
pub(crate) fn stop_waiting(tx: &mut Tx, campaign: CampaignId) -> Result<u64> {
    tx.exec(
        "update message set state = 'skipped', reason = 'cancelled', due_at = null where campaign_id = $1 and state = 'intent'",
        params![campaign],
    )
}
