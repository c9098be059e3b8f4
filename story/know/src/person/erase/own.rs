//! What this chapter holds of a person.
use super::{Chapter, Erasing, held};
use crate::stage;
use weir_ground::base::{Ms, Result};
use weir_ground::event::{BrandId, PersonId};
use weir_ground::{Tx, params};

pub(super) const CHAPTER: Chapter = Chapter { refuse: |_, _| Ok(()), erase, search, held: held::own };

/// An identity or a contact of a person, readable.
pub(super) struct Known {
    pub kind: String,
    pub value: String,
    pub strong: bool,
}

/// All identities and contacts of a person.
pub(super) fn known(tx: &mut Tx, brand: BrandId, root: PersonId) -> Result<Vec<Known>> {
    let mut kept: Vec<(String, String, bool)> = tx.all(
        "select i.kind, coalesce(i.sealed, i.value), i.strong from identity i join person p on p.id = i.person_id where p.root_id = $1",
        params![root],
    )?;
    let contacts: Vec<(Option<String>, Option<String>)> = tx.all(
        "select phone, email from person where root_id = $1 union all select o.phone, o.email from person_own o where o.person_id = $1",
        params![root],
    )?;
    for (phone, email) in contacts {
        kept.extend(phone.map(|v| ("phone".to_string(), v, true)));
        kept.extend(email.map(|v| ("email".to_string(), v, true)));
    }
    let keys = tx.keys(brand);
    kept.into_iter().map(|(kind, kept, strong)| Ok(Known { kind, value: keys.open(&kept)?, strong })).collect()
}

/// Rows by subject: kind, and how they go.
const ROWS: &[(&str, &str)] = &[
    ("tags", "delete from tag where person_id = $1"),
    ("tags", "delete from tag_muted where person_id = $1"),
    ("tags", "delete from tag_removed where person_id = $1"),
    ("attributes", "delete from person_secret where person_id = $1"),
    ("consents", "delete from consent where person_id = $1"),
    ("consents", "delete from consent_now where person_id = $1"),
    ("sync", "delete from sync_field where person_id = $1"),
    ("segments", "delete from segment_listed where person_id = $1"),
    ("segments", "delete from segment_wake where person_id = $1"),
    ("segments", "delete from segment_mismatch where person_id = $1"),
    ("merges", "delete from person_merge where a_id = $1 or b_id = $1 or winner_id = $1 or loser_id = $1"),
    ("pairs", "delete from person_pair where a_id = $1 or b_id = $1"),
    ("pairs", "delete from person_apart where a_id = $1 or b_id = $1"),
];

fn erase(tx: &mut Tx, e: &mut Erasing) -> Result<()> {
    identities(tx, e)?;
    for (kind, sql) in ROWS {
        e.each(tx, kind, sql)?;
    }
    for s in e.subjects.clone() {
        for timer in [stage::TIMER, stage::OWN] {
            tx.clear_timer(timer, s.n())?;
        }
    }
    // What a reader wrote that had not heard of it yet.
    let now = tx.now();
    if super::is_erased(tx, e.root)? { close(tx, e.root, now) } else { Ok(()) }
}

/// The identities, and every line of their log and every claim on them, whoever it was about.
fn identities(tx: &mut Tx, e: &mut Erasing) -> Result<()> {
    let bound: Vec<(String, String)> = tx.all(
        "select i.kind, i.value from identity i join person p on p.id = i.person_id where p.root_id = $1",
        params![e.root],
    )?;
    for (kind, value) in &bound {
        let log = "delete from identity_log where brand_id = $1 and kind = $2 and value = $3";
        let n = tx.exec(log, params![e.brand, kind, value])?;
        e.count("identity_log", n);
        let claims = "delete from identity_claim where brand_id = $1 and kind = $2 and value = $3";
        let n = tx.exec(claims, params![e.brand, kind, value])?;
        e.count("identity_log", n);
        // Pairs and joins of others that spoke by a value of this person's.
        tx.exec(
            "update person_pair set value = null, shown = null where brand_id = $1 and kind = $2 and value = $3",
            params![e.brand, kind, value],
        )?;
    }
    e.each(tx, "identities", "delete from identity where person_id = $1")?;
    e.each(tx, "identity_log", "delete from identity_log where person_id = $1")?;
    e.each(tx, "identity_log", "delete from identity_claim where person_id = $1")
}

/// Makes tombstones of a person's rows: times and amounts stay, that counts and money add up.
pub(super) fn close(tx: &mut Tx, root: PersonId, at: Ms) -> Result<()> {
    tx.exec(
        "update person set name = null, phone = null, email = null, phone_index = null, phone_tail = null, email_index = null, \
         portrait = '{}', portrait_said = '{}', known = 0, guide_id = null, last_seen_at = null, \
         erased_at = coalesce(erased_at, $1) where root_id = $2",
        params![at, root],
    )?;
    tx.exec(
        "update person_own set name = null, phone = null, email = null, phone_index = null, phone_tail = null, email_index = null, \
         portrait = '{}', portrait_said = '{}', known = 0, guide_id = null, last_seen_at = null where person_id = $1",
        params![root],
    )?;
    Ok(())
}

/// Samples of what other systems sent and was refused.
fn search(tx: &mut Tx, e: &mut Erasing, from: &str) -> Result<Option<String>> {
    const SOME: i64 = 500;
    let runs: Vec<(i64, String)> = tx.all(
        "select id, sample from sync_run where brand_id = $1 and id > $2 order by id limit $3",
        params![e.brand, from.parse::<i64>().unwrap_or(0), SOME],
    )?;
    let (keys, m, mut emptied) = (tx.keys(e.brand), e.mentions(), 0);
    for (id, sample) in &runs {
        let said = keys.open(sample)?;
        if m.found(&said) || super::mention::names_one(&said, &e.ids) {
            emptied += tx.exec("update sync_run set sample = $1 where id = $2", params![&keys.seal("[]"), *id])?;
        }
    }
    e.count("sync", emptied);
    Ok(runs.last().filter(|_| runs.len() as i64 == SOME).map(|r| r.0.to_string()))
}
