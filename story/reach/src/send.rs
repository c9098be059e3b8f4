//! The send: who is decided how, and the attempts.
//!
//! Nothing of a campaign lives outside of its rows. `selected_to` says how far the audience was
//! decided, `message.state` what was attempted; so the worker can stop anywhere, start again and go
//! on, and another one beside it waits at the campaign's row instead of doing the same work.
mod attempt;
mod gate;

pub use gate::{AskForecast, Forecast, NotReached, forecast};
pub(crate) use attempt::stop_waiting;

use crate::campaign::{self, CampaignId};
use crate::channel::{ChannelKind, Channels};
use gate::Gate;
use sha2::{Digest, Sha256};
use std::sync::{Arc, LazyLock, Mutex, atomic::{AtomicBool, Ordering}};
use std::time::Duration;
use weir_ground::base::{Ms, Problem, Result, ids};
use weir_ground::config::Config;
use weir_ground::db::{Engine, Signal};
use weir_ground::event::{BrandId, PersonId};
use weir_ground::{Db, Fact, Tx, Value, from_row, params};
use weir_know::Audience;

/// Persons decided, and messages attempted, in one transaction.
const CHUNK: i64 = 300;

/// `selected_to` of a campaign whose audience was walked to its end.
pub(crate) const ALL_SELECTED: i64 = i64::MAX;

/// Which arm a person falls in: sticky, because it depends on nothing but the salt and the person.
/// True for the holdout.
pub fn held_out(salt: &str, person: PersonId, holdout_bp: i64) -> bool {
    let mut h = Sha256::new();
    h.update(salt.as_bytes());
    h.update(person.n().to_be_bytes());
    let d = h.finalize();
    let bucket = u64::from_be_bytes([d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7]]) % 10_000;
    (bucket as i64) < holdout_bp
}

/// What the worker needs to know of a campaign that is being sent.
pub(crate) struct Job {
    pub id: CampaignId,
    pub brand: BrandId,
    pub name: String,
    pub channel: String,
    pub subject: String,
    pub body: String,
    pub link: Option<String>,
    pub audience: String,
    pub holdout_bp: i64,
    pub salt: String,
    pub selected_to: i64,
}
from_row!(Job { id, brand, name, channel, subject, body, link, audience, holdout_bp, salt, selected_to });

impl Job {
    /// The campaign, its row locked until the transaction ends; `None` when it is not being sent.
    fn lock(tx: &mut Tx, id: CampaignId) -> Result<Option<Job>> {
        tx.opt(
            "update campaign set selected_to = selected_to where id = $1 and state = 'sending' \
             returning id, brand_id, name, channel, subject, body, link, audience, holdout_bp, salt, selected_to",
            params![id],
        )
    }

    fn kind(&self) -> Result<ChannelKind> {
        ChannelKind::parse(&self.channel)
    }

    /// Props of a fact about one of its messages.
    fn props(&self, message: ids::MessageId, reason: Option<&str>) -> String {
        let mut props = serde_json::json!({
            "campaign": self.id, "campaign_name": self.name, "message": message, "channel": self.channel,
        });
        if let Some(reason) = reason {
            props["reason"] = reason.into();
        }
        props.to_string()
    }
}

/// Decides the next persons of the audience: a row each, in one transaction with how far it came.
/// Answers whether it found any.
fn select(tx: &mut Tx, id: CampaignId) -> Result<bool> {
    let Some(job) = Job::lock(tx, id)? else { return Ok(false) };
    if job.selected_to == ALL_SELECTED {
        return Ok(false);
    }
    let (kind, now) = (job.kind()?, tx.now());
    let audience: Audience = serde_json::from_str(&job.audience).map_err(Problem::internal)?;
    let persons = gate::chunk(tx, job.brand, kind, &audience, PersonId::new(job.selected_to), CHUNK)?;
    struct Row {
        id: ids::MessageId,
        person: PersonId,
        arm: &'static str,
        state: &'static str,
        gate: Gate,
    }
    let mut rows = Vec::with_capacity(persons.len());
    for p in &persons {
        let held = held_out(&job.salt, p.id, job.holdout_bp);
        let gate = p.gate();
        let state = match (&gate, held) {
            (Gate::Closed(_), _) => "skipped",
            (Gate::Open(_), true) => "held_out",
            (Gate::Open(_), false) => "intent",
        };
        rows.push(Row { id: tx.new_id(), person: p.id, arm: if held { "holdout" } else { "treated" }, state, gate });
    }
    let mut values: Vec<Value<'_>> = Vec::with_capacity(rows.len() * 10);
    for r in &rows {
        let (reason, address, assigned) = match &r.gate {
            Gate::Closed(reason) => (Some(*reason), None, false),
            Gate::Open(address) => (None, Some(address.as_str()), true),
        };
        values.extend_from_slice(params![
            r.id, job.brand, job.id, r.person, &job.channel, r.arm, r.state, reason, address, assigned, now
        ]);
    }
    tx.bulk(
        "insert into message (id, brand_id, campaign_id, person_id, channel, arm, state, reason, address, assigned, decided_at) values",
        11,
        &values,
        "on conflict do nothing",
    )?;
    for r in rows.iter().filter(|r| r.state == "held_out") {
        let props = job.props(r.id, None);
        let _ = tx.record(&Fact::new(job.brand, crate::events::MESSAGE_HELD_OUT, now).person(r.person).props(&props))?;
    }
    let to = if (persons.len() as i64) < CHUNK { ALL_SELECTED } else { persons.last().map_or(ALL_SELECTED, |p| p.id.n()) };
    tx.exec("update campaign set selected_to = $1 where id = $2", params![to, id])?;
    Ok(!persons.is_empty())
}

/// One turn of one campaign: decide some, attempt some, finish when nothing is left.
fn turn(db: &Db, channels: &Arc<Channels>, id: CampaignId, stop: &AtomicBool) -> Result<bool> {
    let decided = db.write_now(move |tx| select(tx, id))?;
    let attempted = attempt::some(db, channels, id, stop)?;
    if decided || attempted {
        return Ok(true);
    }
    db.write_now(move |tx| {
        let brand: Option<BrandId> = tx.opt("select brand_id from campaign where id = $1", params![id])?;
        brand.map_or(Ok(false), |brand| campaign::finish(tx, brand, id))
    })
}

/// One pass at a time in this process: what is `calling` at its start was left by a crash.
static PASS: Mutex<()> = Mutex::new(());

/// Does everything that can be done now; answers when a message that was put off is due again.
fn pass(db: &Db, channels: &Arc<Channels>, stop: &AtomicBool) -> Result<Option<Ms>> {
    let _one = PASS.lock().unwrap_or_else(|e| e.into_inner());
    db.write_now(attempt::settle_lost)?;
    loop {
        let sending: Vec<CampaignId> =
            db.read_now(|tx| tx.all("select id from campaign where state = 'sending' order by id", &[]))?;
        let mut moved = false;
        for id in sending {
            if stop.load(Ordering::SeqCst) {
                return Ok(None);
            }
            moved |= turn(db, channels, id, stop)?;
        }
        if !moved {
            return db.read_now(|tx| {
                tx.one(
                    "select min(m.due_at) from campaign c join message m on m.campaign_id = c.id \
                     where c.state = 'sending' and m.state = 'intent'",
                    &[],
                )
            });
        }
    }
}

static BELL: LazyLock<Signal> = LazyLock::new(Signal::default);

/// Tells the workers of this process that a campaign was launched, or that they are to stop.
pub fn wake() {
    BELL.ring();
}

/// Starts the thread that sends: at start, whenever a campaign is launched, and when a message
/// that was put off is due. After setting `stop`, call [`wake`].
pub fn worker(db: Db, config: Arc<Config>, stop: Arc<AtomicBool>) -> std::thread::JoinHandle<()> {
    let body = move || {
        let channels = Arc::new(Channels::new(&config));
        while !stop.load(Ordering::SeqCst) {
            let seen = BELL.seen();
            match pass(&db, &channels, &stop) {
                Ok(due) => BELL.wait(seen, nap(&db, due)),
                Err(_) if stop.load(Ordering::SeqCst) => return,
                Err(problem) => {
                    tracing::warn!("sending will be tried again: {problem}");
                    BELL.wait(seen, Duration::from_millis(500));
                }
            }
        }
    };
    std::thread::Builder::new().name("weir-send".into()).spawn(body).expect("the system can start a thread")
}

/// Launches in this process ring the bell; those of another node are noticed by looking.
fn nap(db: &Db, due: Option<Ms>) -> Duration {
    let most = if db.engine() == Engine::Postgres { 5_000 } else { 3_600_000 };
    Duration::from_millis(due.map_or(most, |due| (due - db.now()).clamp(1, most)) as u64)
}

/// Does in this thread what the worker would do now; for tests and for building the demo.
pub fn run_all(db: &Db, config: &Config) -> Result<()> {
    pass(db, &Arc::new(Channels::new(config)), &AtomicBool::new(false)).map(|_| ())
}
