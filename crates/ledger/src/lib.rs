//! Double entry: accounts, postings, invariants (rules L1–L8 of the commerce reference).
//!
//! A posting has at least two legs whose debits equal its credits, and a business key that makes
//! it unique: posting twice is a no-op. Accounts whose balance may not fall below zero have a live
//! balance row, changed by a guard in the same call; the others have entries only, because one hot
//! row would make every sale wait for every other.
use weir_base::{Fen, Id, Problem, Result, kinds};
use weir_ground::event::BrandId;
use weir_ground::{Outcome, Tx, params};

/// One side of a posting. Exactly one of the amounts is above zero; zero legs are left out.
#[derive(Clone, Debug)]
pub struct Leg {
    pub account: String,
    pub debit: Fen,
    pub credit: Fen,
}

pub fn debit(account: impl Into<String>, amount: Fen) -> Leg {
    Leg { account: account.into(), debit: amount, credit: Fen::ZERO }
}

pub fn credit(account: impl Into<String>, amount: Fen) -> Leg {
    Leg { account: account.into(), debit: Fen::ZERO, credit: amount }
}

/// On which side an account grows, and whether it has a floor of zero.
fn nature(code: &str) -> Result<(&'static str, bool)> {
    let head = code.split(':').next().unwrap_or("");
    match head {
        "recv" => Ok(("debit", true)),
        "asset" | "clearing" | "exp" | "contra" => Ok(("debit", false)),
        "liab" => Ok(("credit", true)),
        "rev" => Ok(("credit", false)),
        _ => Err(Problem::internal(format!("{code} is not in the chart of accounts"))),
    }
}

fn account(tx: &mut Tx, brand: BrandId, code: &str) -> Result<(i64, &'static str, bool)> {
    let (side, floor) = nature(code)?;
    let find = "select id from account where brand_id = $1 and code = $2";
    if let Some(id) = tx.opt::<i64>(find, params![brand, code])? {
        return Ok((id, side, floor));
    }
    let id: Id<()> = tx.new_id();
    let fresh = tx.guard(
        "insert into account (id, brand_id, code, side) values ($1, $2, $3, $4) on conflict do nothing",
        params![id, brand, code, side],
    )?;
    let id = if fresh.won() { id.n() } else { tx.one(find, params![brand, code])? };
    if floor {
        tx.exec("insert into balance (account_id, amount) values ($1, 0) on conflict do nothing", params![id])?;
    }
    Ok((id, side, floor))
}

/// Posts the legs once per `key`. `Lost` when the key was posted before: nothing is changed then.
/// Moving nothing writes nothing. A leg that would take an account with a floor below zero refuses the whole posting.
pub fn post(tx: &mut Tx, brand: BrandId, key: &str, legs: &[Leg]) -> Result<Outcome> {
    let (debits, credits): (Fen, Fen) = (legs.iter().map(|l| l.debit).sum(), legs.iter().map(|l| l.credit).sum());
    let one_sided = |l: &Leg| l.debit.0 >= 0 && l.credit.0 >= 0 && (l.debit.0 == 0 || l.credit.0 == 0);
    if debits != credits || !legs.iter().all(one_sided) {
        return Err(Problem::internal(format!("posting {key} does not balance: {debits} against {credits}")));
    }
    if debits == Fen::ZERO {
        return Ok(Outcome::Won);
    }
    let id: Id<kinds::Posting> = tx.new_id();
    let now = tx.now();
    let fresh = tx.guard(
        "insert into posting (id, brand_id, key, at) values ($1, $2, $3, $4) on conflict do nothing",
        params![id, brand, key, now],
    )?;
    if fresh == Outcome::Lost {
        return Ok(fresh);
    }
    for (n, leg) in legs.iter().filter(|l| l.debit.0 > 0 || l.credit.0 > 0).enumerate() {
        let (account, side, floor) = account(tx, brand, &leg.account)?;
        let delta = if side == "debit" { leg.debit - leg.credit } else { leg.credit - leg.debit };
        let after: Option<Fen> = if floor {
            let after = tx.opt(
                "update balance set amount = amount + $1 where account_id = $2 and amount + $1 >= 0 returning amount",
                params![delta, account],
            )?;
            Some(after.ok_or_else(|| Problem::conflict(format!("{} does not hold {}.", leg.account, -delta)))?)
        } else {
            None
        };
        tx.exec(
            "insert into entry (posting_id, n, account_id, debit, credit, balance_after) values ($1, $2, $3, $4, $5, $6)",
            params![id, n, account, leg.debit, leg.credit, after],
        )?;
    }
    Ok(fresh)
}

/// The live balance of an account with a floor; zero when it has never been used.
pub fn balance(tx: &mut Tx, brand: BrandId, code: &str) -> Result<Fen> {
    Ok(tx
        .opt(
            "select b.amount from account a join balance b on b.account_id = a.id where a.brand_id = $1 and a.code = $2",
            params![brand, code],
        )?
        .unwrap_or_default())
}

/// The sum of an account's entries on its own side.
pub fn total(tx: &mut Tx, brand: BrandId, code: &str) -> Result<Fen> {
    let (side, _) = nature(code)?;
    let net: Option<Fen> = tx.one(
        "select sum(e.debit - e.credit) from entry e join account a on a.id = e.account_id where a.brand_id = $1 and a.code = $2",
        params![brand, code],
    )?;
    let net = net.unwrap_or_default();
    Ok(if side == "debit" { net } else { -net })
}

/// Takes `amount` back from somebody's commission: first what is pending, then what is payable,
/// and the rest becomes a debt. Never refused, never shortened (L5). `from_pending` bounds what of
/// the pending balance belongs to this claim.
pub fn claw_back(
    tx: &mut Tx,
    brand: BrandId,
    key: &str,
    person: &str,
    amount: Fen,
    from_pending: Fen,
) -> Result<Outcome> {
    let (pending, payable, debt) = (
        format!("liab:commission:pending:{person}"),
        format!("liab:commission:payable:{person}"),
        format!("recv:commission:{person}"),
    );
    let p = amount.min(from_pending).min(balance(tx, brand, &pending)?);
    let y = (amount - p).min(balance(tx, brand, &payable)?);
    let z = amount - p - y;
    post(
        tx,
        brand,
        key,
        &[debit(pending, p), debit(payable, y), debit(debt, z), credit("exp:commission:promoter", amount)],
    )
}

/// A broken rule of the books, in words.
pub type Broken = String;

/// Recomputes every posting and balance from the entries (N1–N3). Empty when all is well.
pub fn audit(tx: &mut Tx) -> Result<Vec<Broken>> {
    let mut broken = vec![];
    let uneven: Vec<(i64, Fen, Fen)> = tx.all(
        "select posting_id, sum(debit), sum(credit) from entry group by posting_id having sum(debit) <> sum(credit)",
        &[],
    )?;
    broken.extend(uneven.iter().map(|(id, d, c)| format!("posting {id} has debits {d} and credits {c}")));
    let off: Vec<(String, Fen, Fen)> = tx.all(
        "select a.code, b.amount, coalesce(s.net, 0) from balance b join account a on a.id = b.account_id \
         left join (select e.account_id, sum(e.debit - e.credit) as net from entry e group by e.account_id) s on s.account_id = b.account_id \
         where b.amount <> case when a.side = 'debit' then coalesce(s.net, 0) else -coalesce(s.net, 0) end",
        &[],
    )?;
    broken.extend(off.iter().map(|(code, live, net)| format!("{code} shows {live} but its entries sum to {net}")));
    let empty: i64 = tx.one(
        "select count(*) from posting p where not exists (select 1 from entry e where e.posting_id = p.id)",
        &[],
    )?;
    if empty > 0 {
        broken.push(format!("{empty} postings have no entries"));
    }
    Ok(broken)
}
