//! Referral codes: one a person, made when first asked for, never reused.
use weir_ground::base::Result;
use weir_ground::event::{BrandId, PersonId};
use weir_ground::{Tx, params};

const LENGTH: usize = 8;

/// The person's code.
pub fn code(tx: &mut Tx, brand: BrandId, person: PersonId) -> Result<String> {
    loop {
        if let Some(code) = find_code(tx, person)? {
            return Ok(code);
        }
        let fresh = tx.secret(LENGTH);
        tx.exec(
            "insert into referral_code (person_id, brand_id, code) values ($1, $2, $3) on conflict do nothing",
            params![person, brand, &fresh],
        )?;
    }
}

/// The person's code, if there is one.
pub fn find_code(tx: &mut Tx, person: PersonId) -> Result<Option<String>> {
    tx.opt(
        "select r.code from referral_code r join person p on p.id = r.person_id where p.root_id = $1 order by r.person_id limit 1",
        params![person],
    )
}

/// Whose code it is.
pub fn owner(tx: &mut Tx, brand: BrandId, code: &str) -> Result<Option<PersonId>> {
    tx.opt(
        "select p.root_id from referral_code r join person p on p.id = r.person_id where r.code = $1 and r.brand_id = $2",
        params![code, brand],
    )
}
