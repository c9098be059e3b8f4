//! Bindings (绑定关系): who brought whom, with history; one open binding per person and kind (D3).
use crate::{events, referral};
use weir_ground::base::{Id, Result};
use weir_ground::event::{BrandId, Event, PersonId};
use weir_ground::reader::Reader;
use weir_ground::{Fact, Tx, params};

/// Why a code did not bind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    Done,
    /// First come, first kept: somebody brought this person already.
    AlreadyBound,
    /// An existing customer cannot be brought by anybody.
    NotNew,
    UnknownCode,
    /// Nobody brings themselves, and nobody brings who brought them.
    Circle,
}

/// Binds a person to whose code they came with. First wins; only before the first paid order.
pub fn bind(tx: &mut Tx, brand: BrandId, person: PersonId, code: &str, evidence: &str) -> Result<Bound> {
    let Some(beneficiary) = referral::owner(tx, brand, code)? else { return Ok(Bound::UnknownCode) };
    if beneficiary == person || leads_to(tx, beneficiary, person)? {
        return Ok(Bound::Circle);
    }
    let orders: i64 = tx.one("select orders from person where id = $1", params![person])?;
    if orders > 0 {
        return Ok(Bound::NotNew);
    }
    let (id, now): (Id<()>, _) = (tx.new_id(), tx.now());
    let won = tx.guard(
        "insert into binding (id, brand_id, person_id, beneficiary_id, kind, from_at, reason, evidence) \
         values ($1, $2, $3, $4, 'promoter', $5, 'referral', $6) on conflict do nothing",
        params![id, brand, person, beneficiary, now, evidence],
    )?;
    if !won.won() {
        return Ok(Bound::AlreadyBound);
    }
    let props = format!(r#"{{"beneficiary":"{beneficiary}"}}"#);
    let _ = tx.record(&Fact::new(brand, events::BINDING_OPENED, now).person(person).props(&props))?;
    Ok(Bound::Done)
}

/// Was `from` brought, directly or further back, by `to`? Chains are short; a long one is refused.
fn leads_to(tx: &mut Tx, from: PersonId, to: PersonId) -> Result<bool> {
    let mut at = from;
    for _ in 0..32 {
        let up: Option<PersonId> = tx.opt(
            "select r.root_id from person p join binding b on b.person_id = p.id and b.kind = 'promoter' and b.to_at is null \
             join person r on r.id = b.beneficiary_id where p.root_id = $1 order by b.from_at limit 1",
            params![at],
        )?;
        match up {
            None => return Ok(false),
            Some(p) if p == to => return Ok(true),
            Some(p) => at = p,
        }
    }
    Ok(true)
}

/// Binds those who signed in with a friend's code.
pub struct Bind;

impl Reader for Bind {
    fn name(&self) -> &'static str {
        "grow.bind"
    }
    fn wants(&self, event: &str) -> bool {
        event == "buyer.signed_in"
    }
    fn read(&self, tx: &mut Tx, e: &Event) -> Result<()> {
        let code = e.props.split_once(r#""referral":""#).and_then(|(_, rest)| rest.split('"').next());
        if let (Some(code), Some(subject)) = (code, e.person) {
            if weir_know::person::erase::is_erased(tx, subject)? {
                return Ok(());
            }
            let person = weir_know::person::root(tx, e.brand, subject)?;
            bind(tx, e.brand, person, code, &format!("event {}", e.id))?;
        }
        Ok(())
    }
}
