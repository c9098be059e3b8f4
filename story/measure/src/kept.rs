//! Answers that are given again as long as nothing happened.
//!
//! Every figure follows from rows that change together with an event, or when a reader of the log
//! writes down what an event means for a person, or by the clock. So an answer is as good as new
//! while the newest event, the reader's place and the minute are the same. On PostgreSQL an event
//! with a lower id may become visible later; there the whole snapshot has to be the same.
use serde::Serialize;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use weir_ground::base::{Problem, Result, time::MINUTE};
use weir_ground::db::Engine;
use weir_ground::event::BrandId;
use weir_ground::http::{Answer, Said};
use weir_ground::{Db, Tx};

/// Kept answers at most; then all are let go.
const MOST: usize = 256;

/// The answers of one server, by brand and question, each with what it was true for.
#[derive(Clone, Default)]
pub struct Kept(Arc<Mutex<Answers>>);

type Answers = HashMap<(BrandId, String), (String, String)>;

/// What has to be the same for an answer to be the same.
fn stamp(tx: &mut Tx) -> Result<String> {
    let minute = tx.now() / MINUTE;
    let seen: String = match tx.engine() {
        Engine::Sqlite => tx.one(
            "select cast((select coalesce(max(id), 0) from event) as text) || ' ' || \
             cast((select coalesce(max(position), 0) from reader where name = 'know') as text)",
            &[],
        )?,
        Engine::Postgres => tx.one("select cast(pg_current_snapshot() as text)", &[])?,
    };
    Ok(format!("{minute} {seen}"))
}

impl Kept {
    /// The answer to a question of a brand: the one that was kept, or a fresh one.
    pub async fn answer<T: Serialize>(
        &self,
        db: &Db,
        brand: BrandId,
        question: String,
        mut fold: impl FnMut(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Answer<Said> {
        let key = (brand, question);
        let known = self.lock().get(&key).cloned();
        let (now, text) = db
            .read(move |tx| {
                let now = stamp(tx)?;
                let text = match &known {
                    Some((then, text)) if *then == now => text.clone(),
                    _ => serde_json::to_string(&fold(tx)?).map_err(Problem::internal)?,
                };
                Ok((now, text))
            })
            .await?;
        let mut all = self.lock();
        if all.len() >= MOST {
            all.clear();
        }
        all.insert(key, (now, text.clone()));
        Ok(Said(text))
    }

    fn lock(&self) -> MutexGuard<'_, Answers> {
        self.0.lock().unwrap_or_else(|e| e.into_inner())
    }
}
