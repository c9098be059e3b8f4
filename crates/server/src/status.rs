//! `weir status`: counts, as a table or as JSON that other programs rely on.
use crate::Store;
use serde_json::{Map, Value, json};
use weir_ground::base::{Problem, Result};
use weir_ground::{Tx, params};

/// The JSON of `weir status --json`.
pub fn count(tx: &mut Tx) -> Result<Value> {
    let by = |rows: Vec<(String, i64)>| -> Map<String, Value> { rows.into_iter().map(|(k, n)| (k, n.into())).collect() };
    let stages: Vec<(String, i64)> =
        tx.all("select stage, count(*) from person where root_id = id group by stage order by stage", params![])?;
    let states: Vec<(String, i64)> = tx.all("select state, count(*) from orders group by state order by state", params![])?;
    let one = |tx: &mut Tx, sql: &str| tx.one::<i64>(sql, &[]);
    let broken = weir_ledger::audit(tx)?;
    Ok(json!({
        "engine": tx.engine().name(),
        "schema": weir_ground::db::migrate::version(),
        "brands": one(tx, "select count(*) from brand")?,
        "stores": one(tx, "select count(*) from store where kind = 'store'")?,
        "persons": { "total": one(tx, "select count(*) from person where root_id = id")?, "by_stage": by(stages) },
        "orders": { "total": one(tx, "select count(*) from orders")?, "by_state": by(states) },
        "gross_fen": one(tx, "select coalesce(sum(paid), 0) from orders where state not in ('paid_late', 'cancelled')")?,
        "events": one(tx, "select count(*) from event")?,
        "ledger": { "balanced": broken.is_empty(), "broken": broken },
        "parked": one(tx, "select count(*) from reader_parked")?,
        "failing_timers": one(tx, "select count(*) from timer where error is not null and tries > 0")?,
    }))
}

pub fn run(store: &Store, json: bool) -> Result<()> {
    let db = store.open()?;
    let counted = db.read_now(count);
    db.close();
    let counted = counted?;
    if json {
        println!("{}", serde_json::to_string(&counted).map_err(Problem::internal)?);
        return Ok(());
    }
    for (key, value) in counted.as_object().into_iter().flatten() {
        match value {
            Value::Object(parts) => {
                for (part, n) in parts {
                    println!("{:<24} {n}", format!("{key}.{part}"));
                }
            }
            plain => println!("{key:<24} {}", plain.to_string().trim_matches('"')),
        }
    }
    Ok(())
}
