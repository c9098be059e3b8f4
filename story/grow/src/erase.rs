//! What this chapter holds of a person, and how it lets go of it. Bonds end on both sides; commissions and
//! the ledger stay as they are, by an id that stands for nobody.
use crate::events;
use weir_ground::base::{Id, Ms, Result};
use weir_ground::event::{BrandId, PersonId};
use weir_ground::{Fact, Tx, params};
use weir_know::person::erase::held::{self, MINE, Sections};
use weir_know::person::erase::{Chapter, Erasing, nothing_to_search};

pub const CHAPTER: Chapter = Chapter { refuse: |_, _| Ok(()), erase, search: nothing_to_search, held: of };

fn erase(tx: &mut Tx, e: &mut Erasing) -> Result<()> {
    e.each(tx, "referral_codes", "delete from referral_code where person_id = $1")?;
    for s in e.subjects.clone() {
        let open: Vec<(Id<()>, PersonId)> = tx.all(
            "select id, person_id from binding where to_at is null and (person_id = $1 or beneficiary_id = $1) order by id",
            params![s],
        )?;
        let now: Ms = tx.now();
        for (id, person) in open {
            tx.exec("update binding set to_at = $1 where id = $2 and to_at is null", params![now, id])?;
            e.count("bonds", 1);
            // Whoever she brought is there still, and brought by nobody now.
            if !e.subjects.contains(&person) {
                let _ = tx.record(&Fact::new(e.brand, events::BINDING_ENDED, now).person(person).props(r#"{"reason":"erased"}"#))?;
            }
        }
        tx.exec("update binding set evidence = '' where person_id = $1 and evidence <> ''", params![s])?;
    }
    Ok(())
}

fn of(tx: &mut Tx, brand: BrandId, root: PersonId) -> Result<Sections> {
    let code = format!("select code from referral_code where person_id {MINE}");
    let by = format!("select kind, beneficiary_id, reason, evidence, from_at, to_at from binding where person_id {MINE} order by from_at, id");
    let brought = format!("select kind, person_id, from_at, to_at from binding where beneficiary_id {MINE} order by from_at, id");
    let earned = format!("select order_id, amount, reversed, state, created_at, mature_at from commission where beneficiary_id {MINE} order by id");
    Ok(vec![
        ("referral_codes", held::rows(tx, (brand, root), &code, &["code"])?),
        ("brought_by", held::rows(tx, (brand, root), &by, &["kind", "person", "reason", "evidence", "from_at", "to_at"])?),
        ("brought", held::rows(tx, (brand, root), &brought, &["kind", "person", "from_at", "to_at"])?),
        ("commissions", held::rows(tx, (brand, root), &earned, &["order_id", "amount_fen", "reversed_fen", "state", "created_at", "mature_at"])?),
    ])
}
