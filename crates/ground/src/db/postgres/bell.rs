//! Nodes of one PostgreSQL wake each other: a commit that appended events or set timers is told to
//! the others by NOTIFY, and each rings its own signals when it hears of one.
//!
//! The word goes out just after the commit and not inside it. A transaction that notifies holds one
//! lock over the whole database while it commits, so eight writers would wait for each other's
//! disk; here one thread speaks for all who committed since it last spoke. What a crash leaves
//! unsaid, the readers' slow look at the log finds.
use super::{Shared, connect};
use crate::base::Result;
use ::postgres::{Client, fallible_iterator::FallibleIterator};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
    mpsc,
};
use std::time::Duration;

const CHANNEL: &str = "weir";
/// How long to wait before the server is asked for another connection.
const AGAIN: Duration = Duration::from_secs(1);
/// A listener looks this often whether it should end, should the word to end get lost.
const LOOK: Duration = Duration::from_secs(30);

/// What happened here and was not told yet.
pub struct Bell {
    events: AtomicBool,
    timers: AtomicBool,
    wake: mpsc::SyncSender<()>,
}

impl Bell {
    /// Rings here at once, and elsewhere soon.
    pub fn ring(&self, shared: &Shared, events: bool, timers: bool) {
        ring(shared, events, timers);
        self.events.fetch_or(events, Ordering::SeqCst);
        self.timers.fetch_or(timers, Ordering::SeqCst);
        if events || timers {
            // Full: the speaker is about to look anyway.
            let _ = self.wake.try_send(());
        }
    }
}

fn ring(shared: &Shared, events: bool, timers: bool) {
    if events {
        shared.events.ring();
    }
    if timers {
        shared.timers.ring();
    }
}

/// Opens the ear and the mouth of this node: once it returns, nothing that is told is missed.
pub fn open(url: &str, shared: &Arc<Shared>) -> Result<(Arc<Bell>, Vec<std::thread::JoinHandle<()>>)> {
    let me = crate::secret::hex(&crate::secret::bytes::<8>());
    let ear = listen(url)?;
    let (wake, woken) = mpsc::sync_channel(1);
    let bell = Arc::new(Bell { events: false.into(), timers: false.into(), wake });
    let ended = Arc::new(AtomicBool::new(false));
    // The speaker holds the bell weakly: it ends when the last writer has gone.
    let weak = Arc::downgrade(&bell);
    let (to, own, done) = (url.to_string(), me.clone(), ended.clone());
    let speaker = spawn("weir-pg-bell", move || {
        let mut mouth = None;
        while woken.recv().is_ok() {
            let Some(bell) = weak.upgrade() else { break };
            let (events, timers) = (bell.events.swap(false, Ordering::SeqCst), bell.timers.swap(false, Ordering::SeqCst));
            drop(bell);
            let what = format!("{own} {}{}", if events { "e" } else { "" }, if timers { "t" } else { "" });
            say(&mut mouth, &to, &what);
        }
        done.store(true, Ordering::SeqCst);
        say(&mut mouth, &to, &format!("{own} end"));
    });
    let (from, shared) = (url.to_string(), shared.clone());
    let listener = spawn("weir-pg-ear", move || {
        let mut ear = Some(ear);
        while !ended.load(Ordering::SeqCst) {
            match ear.as_mut() {
                Some(client) => {
                    if hear(client, &me, &shared, &ended).is_err() {
                        ear = None;
                    }
                }
                None => {
                    std::thread::sleep(AGAIN);
                    ear = listen(&from).ok();
                    // Whatever was said meanwhile was missed.
                    ring(&shared, ear.is_some(), ear.is_some());
                }
            }
        }
    });
    Ok((bell, vec![speaker, listener]))
}

fn spawn(name: &str, f: impl FnOnce() + Send + 'static) -> std::thread::JoinHandle<()> {
    std::thread::Builder::new().name(name.into()).spawn(f).expect("the system can start a thread")
}

fn listen(url: &str) -> Result<Client> {
    let mut client = connect(url)?;
    let sql = format!("listen {CHANNEL}");
    client.batch_execute(&sql).map_err(|e| super::problem(e, &sql))?;
    Ok(client)
}

/// Tells the others; a broken connection is tried once more and then left to their own look.
fn say(mouth: &mut Option<Client>, url: &str, what: &str) {
    for _ in 0..2 {
        if mouth.as_ref().is_none_or(Client::is_closed) {
            *mouth = connect(url).ok();
        }
        let Some(client) = mouth.as_mut() else { return };
        match client.execute("select pg_notify($1, $2)", &[&CHANNEL, &what]) {
            Ok(_) => return,
            Err(_) => *mouth = None,
        }
    }
}

/// Waits for words of others and rings for them; returns now and then, or when the connection broke.
fn hear(client: &mut Client, me: &str, shared: &Shared, ended: &AtomicBool) -> Result<()> {
    while !ended.load(Ordering::SeqCst) {
        let word = client.notifications().timeout_iter(LOOK).next().map_err(|e| super::problem(e, "listen"))?;
        let Some(word) = word else { break };
        match word.payload().split_once(' ') {
            Some((node, "end")) if node == me => return Ok(()),
            Some((node, what)) if node != me => ring(shared, what.contains('e'), what.contains('t')),
            _ => {}
        }
    }
    if client.is_closed() { Err(crate::base::Problem::again("the connection for listening broke")) } else { Ok(()) }
}
