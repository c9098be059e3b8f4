//! What has to be done outside: closing attempts of orders that close, sending refunds. The wish
//! is a row, committed first; this worker calls the channel and reports what it said.
use crate::payment::{PayProvider, PaymentId, Says, closed, settle};
use crate::refund;
use std::sync::{Arc, atomic::{AtomicBool, Ordering}};
use std::time::Duration;
use weir_ground::base::{Problem, Result};
use weir_ground::event::BrandId;
use weir_ground::{Db, Tx};

pub type Providers = Arc<Vec<Arc<dyn PayProvider>>>;

fn provider<'a>(all: &'a Providers, name: &str) -> Result<&'a Arc<dyn PayProvider>> {
    all.iter()
        .find(|p| p.name() == name)
        .ok_or_else(|| Problem::internal(format!("no payment provider {name} is configured")))
}

fn closing(tx: &mut Tx) -> Result<Vec<(PaymentId, BrandId, String)>> {
    tx.all(
        "select p.id, p.brand_id, p.provider from orders o join payment p on p.order_id = o.id \
         where o.state = 'closing' and p.state = 'open' order by p.id limit 100",
        &[],
    )
}

/// What is to be done, once the disk has it: outside nothing can be taken back.
fn promised<T: Send + 'static>(db: &Db, due: impl FnMut(&mut Tx) -> Result<Vec<T>> + Send + 'static) -> Result<Vec<T>> {
    let due = db.read_now(due)?;
    if !due.is_empty() {
        db.settled_now()?;
    }
    Ok(due)
}

/// Does everything that is due now; tells how much was done.
pub fn run(db: &Db, providers: &Providers) -> Result<usize> {
    let mut done = 0;
    for (id, brand, name) in promised(db, closing)? {
        let says = provider(providers, &name)?.close(id);
        match says {
            Says::Done | Says::Never(_) => {
                done += db.write_now(move |tx| closed(tx, brand, id, "closed"))?.won() as usize;
            }
            Says::AlreadyPaid(notice) => {
                db.write_now(move |tx| settle(tx, brand, &notice))?;
                done += 1;
            }
            Says::Unknown(why) => tracing::warn!(attempt = %id, "closing is not certain yet: {why}"),
        }
    }
    for r in promised(db, |tx| refund::due(tx, 100))? {
        let says = provider(providers, &r.provider)?.refund(r.id, r.payment, r.amount);
        done += (says == Says::Done) as usize;
        db.write_now(move |tx| refund::answered(tx, &r, &says))?;
    }
    Ok(done)
}

/// Starts the worker; commits wake it.
pub fn worker(db: Db, providers: Providers, stop: Arc<AtomicBool>) -> std::thread::JoinHandle<()> {
    let body = move || {
        while !stop.load(Ordering::SeqCst) {
            let seen = db.shared().events.seen();
            match run(&db, &providers) {
                Ok(0) => {
                    db.shared().events.wait(seen, Duration::from_secs(30));
                    // Commits come by the thousand; one look after a short while serves many.
                    std::thread::sleep(Duration::from_millis(25));
                }
                Ok(_) => {}
                Err(_) if stop.load(Ordering::SeqCst) => return,
                Err(problem) => {
                    tracing::warn!("effects will be tried again: {problem}");
                    std::thread::sleep(Duration::from_secs(1));
                }
            }
        }
    };
    std::thread::Builder::new().name("weir-effects".into()).spawn(body).expect("the system can start a thread")
}
