//! Traffic pools (流量池): named sets of people who can be reached in one family of channels (G3).
//!
//! A person is in a pool while an identity of one of the pool's kinds is bound to it. That is derived
//! and never stored, so bind, unbind, merge and parting need to know nothing of pools. A brand that
//! decided nothing has the built-in pools; its first change writes them down.
pub mod http;
pub mod wall;

use super::kinds;
use crate::events;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_ground::base::{Ms, Problem, Result};
use weir_ground::event::{BrandId, PersonId};
use weir_ground::{Fact, Tx, params};

/// How well the people of a pool can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PoolStrength)]
pub enum Strength {
    /// 强私域: one to one, in both directions.
    Strong,
    /// 弱私域: through a platform, on its terms.
    Weak,
}

impl Strength {
    fn code(self) -> &'static str {
        match self {
            Strength::Strong => "strong",
            Strength::Weak => "weak",
        }
    }
}

/// A pool as the brand wrote it down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TrafficPool)]
pub struct Pool {
    /// Names it in rules and addresses; never changed.
    pub code: String,
    pub zh: String,
    pub en: String,
    pub strength: Strength,
    /// Kinds of identities, in the order of the registry.
    pub kinds: Vec<String>,
}

type BuiltIn = (&'static str, &'static str, &'static str, Strength, &'static [&'static str]);

/// What a brand begins with. An official account and a mini program both know their people by an
/// `openid`, so they are one pool. What a member gives or is given (account, card number, phone,
/// e-mail) comes in one record and stays together. A `unionid` says who somebody is and reaches
/// nobody; browsers and devices are no people.
const BUILT_IN: &[BuiltIn] = &[
    ("wecom", "企业微信", "WeCom", Strength::Strong, &["external_userid"]),
    ("member", "会员", "Members", Strength::Strong, &["user_id", "external_id", "phone", "email"]),
    ("wechat", "公众号与小程序", "Official account and mini program", Strength::Weak, &["openid"]),
];

fn built_in() -> Vec<Pool> {
    let of = |(code, zh, en, strength, kinds): &BuiltIn| Pool {
        code: code.to_string(),
        zh: zh.to_string(),
        en: en.to_string(),
        strength: *strength,
        kinds: kinds.iter().map(|k| k.to_string()).collect(),
    };
    let mut all: Vec<Pool> = BUILT_IN.iter().map(of).collect();
    all.iter_mut().for_each(|p| in_order(&mut p.kinds));
    all
}

/// Sorts kinds as the registry has them.
fn in_order(codes: &mut [String]) {
    codes.sort_by_key(|c| kinds::KINDS.iter().position(|k| k.code == c));
}

/// The pools of a brand that were not ended, in their order.
pub fn all(tx: &mut Tx, brand: BrandId) -> Result<Vec<Pool>> {
    let rows: Vec<(String, String, String, String, Option<Ms>)> =
        tx.all("select code, zh, en, strength, ended_at from pool where brand_id = $1 order by position, code", params![brand])?;
    if rows.is_empty() {
        return Ok(built_in());
    }
    let kinds: Vec<(String, String)> = tx.all("select code, kind from pool_kind where brand_id = $1", params![brand])?;
    let pool = |(code, zh, en, strength, _)| {
        let mut kinds: Vec<String> = kinds.iter().filter(|k| k.0 == code).map(|k| k.1.clone()).collect();
        in_order(&mut kinds);
        let strength = if strength == "strong" { Strength::Strong } else { Strength::Weak };
        Pool { code, zh, en, strength, kinds }
    };
    Ok(rows.into_iter().filter(|r| r.4.is_none()).map(pool).collect())
}

fn get(tx: &mut Tx, brand: BrandId, code: &str) -> Result<Pool> {
    all(tx, brand)?.into_iter().find(|p| p.code == code).ok_or_else(|| Problem::not_found("pool"))
}

/// The pools that a person is in.
pub fn of(tx: &mut Tx, brand: BrandId, root: PersonId) -> Result<Vec<Pool>> {
    let has: Vec<String> = tx.all(
        "select distinct i.kind from identity i join person p on p.id = i.person_id where p.root_id = $1",
        params![root],
    )?;
    let mut pools = all(tx, brand)?;
    pools.retain(|p| p.kinds.iter().any(|k| has.contains(k)));
    Ok(pools)
}

/// A new pool.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddPool {
    /// Lower-case letters, digits and `_`, at most 30.
    pub code: String,
    pub zh: String,
    pub en: String,
    pub strength: Strength,
    /// Strong kinds of identities that are in no other pool.
    pub kinds: Vec<String>,
}

/// What may be changed of a pool; what is absent stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditPool {
    pub zh: Option<String>,
    pub en: Option<String>,
    pub strength: Option<Strength>,
    /// In place of those before.
    pub kinds: Option<Vec<String>>,
}

fn check(pool: &mut Pool, others: &[Pool]) -> Result<()> {
    for (field, name) in [("zh", &mut pool.zh), ("en", &mut pool.en)] {
        *name = name.trim().to_string();
        if !(1..=40).contains(&name.chars().count()) || name.contains('\0') {
            return Err(Problem::field(field, "use 1 to 40 characters"));
        }
    }
    pool.kinds.sort();
    pool.kinds.dedup();
    in_order(&mut pool.kinds);
    if pool.kinds.is_empty() {
        return Err(Problem::field("kinds", "name at least one kind of identity; without one nobody is in the pool"));
    }
    for kind in &pool.kinds {
        let known = kinds::KINDS.iter().find(|k| k.code == kind);
        let known = known.ok_or_else(|| Problem::field("kinds", format!("{kind} is not a kind of identity")))?;
        if !known.strong {
            return Err(Problem::field("kinds", format!("{kind} is a browser or device: it does not reach anybody")));
        }
        if let Some(other) = others.iter().find(|o| o.code != pool.code && o.kinds.contains(kind)) {
            return Err(Problem::conflict(format!("{kind} belongs to the pool {} ({}). Take it out there first.", other.zh, other.code)));
        }
    }
    Ok(())
}

/// Writes the built-in pools down before they are changed.
fn own(tx: &mut Tx, brand: BrandId) -> Result<()> {
    let found: Option<i64> = tx.opt("select 1 from pool where brand_id = $1 limit 1", params![brand])?;
    if found.is_none() {
        for (at, pool) in built_in().iter().enumerate() {
            write(tx, brand, pool, at as i64)?;
        }
    }
    Ok(())
}

/// Writes a pool that was not there; whoever was faster is not written over.
fn write(tx: &mut Tx, brand: BrandId, pool: &Pool, position: i64) -> Result<()> {
    let now = tx.now();
    tx.guard(
        "insert into pool (brand_id, code, zh, en, strength, position, created_at) values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
        params![brand, &pool.code, &pool.zh, &pool.en, pool.strength.code(), position, now],
    )?
    .or(|| Problem::again("The pools were changed at the same moment; try again."))?;
    fill(tx, brand, pool)
}

fn fill(tx: &mut Tx, brand: BrandId, pool: &Pool) -> Result<()> {
    tx.exec("delete from pool_kind where brand_id = $1 and code = $2", params![brand, &pool.code])?;
    for kind in &pool.kinds {
        tx.guard(
            "insert into pool_kind (brand_id, kind, code) values ($1, $2, $3) on conflict do nothing",
            params![brand, kind, &pool.code],
        )?
        .or(|| Problem::again("The pools were changed at the same moment; try again."))?;
    }
    Ok(())
}

fn changed(tx: &mut Tx, brand: BrandId, code: &str, what: &str, (before, after): (Option<&Pool>, Option<&Pool>), actor: &str) -> Result<()> {
    let props = serde_json::json!({ "pool": code, "what": what, "before": before, "after": after }).to_string();
    tx.record(&Fact::new(brand, events::POOL_CHANGED, tx.now()).props(&props).actor(actor)).map(drop)
}

/// Makes a pool. People whose identities it names are in it at once.
pub fn add(tx: &mut Tx, brand: BrandId, new: &AddPool, actor: &str) -> Result<Pool> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !(1..=30).contains(&new.code.len()) || !new.code.chars().all(fits) {
        return Err(Problem::field("code", "use 1 to 30 lower-case letters, digits and _"));
    }
    let mut pool =
        Pool { code: new.code.clone(), zh: new.zh.clone(), en: new.en.clone(), strength: new.strength, kinds: new.kinds.clone() };
    check(&mut pool, &all(tx, brand)?)?;
    own(tx, brand)?;
    let used: Option<i64> = tx.opt("select 1 from pool where brand_id = $1 and code = $2", params![brand, &pool.code])?;
    if used.is_some() {
        return Err(Problem::conflict("There is or was a pool with this code; choose another."));
    }
    let last: i64 = tx.one("select coalesce(max(position), 0) from pool where brand_id = $1", params![brand])?;
    write(tx, brand, &pool, last + 1)?;
    changed(tx, brand, &pool.code, "made", (None, Some(&pool)), actor)?;
    Ok(pool)
}

/// Changes a pool's names, strength or kinds; who is in follows at once.
pub fn edit(tx: &mut Tx, brand: BrandId, code: &str, e: &EditPool, actor: &str) -> Result<Pool> {
    let before = get(tx, brand, code)?;
    let mut after = before.clone();
    if let Some(zh) = &e.zh {
        after.zh = zh.clone();
    }
    if let Some(en) = &e.en {
        after.en = en.clone();
    }
    after.strength = e.strength.unwrap_or(after.strength);
    if let Some(kinds) = &e.kinds {
        after.kinds = kinds.clone();
    }
    check(&mut after, &all(tx, brand)?)?;
    if after == before {
        return Ok(after);
    }
    own(tx, brand)?;
    tx.guard(
        "update pool set zh = $1, en = $2, strength = $3 where brand_id = $4 and code = $5 and ended_at is null",
        params![&after.zh, &after.en, after.strength.code(), brand, code],
    )?
    .or(|| Problem::not_found("pool"))?;
    fill(tx, brand, &after)?;
    changed(tx, brand, code, "edited", (Some(&before), Some(&after)), actor)?;
    Ok(after)
}

/// Ends a pool; its kinds are free for others, and nobody's identities change. Refused while a
/// segment asks for it.
pub fn end(tx: &mut Tx, brand: BrandId, code: &str, actor: &str) -> Result<()> {
    let before = get(tx, brand, code)?;
    for segment in crate::segment::running(tx, brand)? {
        if segment.rule.as_ref().is_some_and(|r| r.pools().contains(&code)) {
            return Err(Problem::conflict(format!("The segment {} asks for this pool; change that one first.", segment.name)));
        }
    }
    own(tx, brand)?;
    let now = tx.now();
    tx.guard("update pool set ended_at = $1 where brand_id = $2 and code = $3 and ended_at is null", params![now, brand, code])?
        .or(|| Problem::not_found("pool"))?;
    tx.exec("delete from pool_kind where brand_id = $1 and code = $2", params![brand, code])?;
    changed(tx, brand, code, "ended", (Some(&before), None), actor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_pools_share_no_kind_and_leave_out_what_reaches_nobody() {
        let all = built_in();
        for pool in &all {
            let mut same = pool.clone();
            check(&mut same, &all).unwrap();
            assert_eq!(&same, pool);
        }
        let left: Vec<&str> =
            kinds::KINDS.iter().map(|k| k.code).filter(|c| !all.iter().any(|p| p.kinds.iter().any(|k| k == c))).collect();
        assert_eq!(left, ["unionid", "visitor", "anonymous_id", "device"]);
    }
}
