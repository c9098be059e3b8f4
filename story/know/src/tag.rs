//! Tags (标签): labels that hold while at least one source asserts them (K12).
//!
//! A source is `manual`, a file or system, or a rule (`rule:<segment>`). Who takes a tag off by hand
//! takes it from every source: rules, and files and systems that say it again, do not count until
//! somebody allows it or puts the tag on by hand (as with attributes, a person's word is above a
//! file's). Of an exclusive group a person has one tag: people displace whatever holds, files what
//! no person said, and rules wait until the place is free. Assertions that do not count lie in
//! `tag_muted`; so whoever reads `tag` reads what holds.
//!
//! A row belongs to the subject it was said of. A merge moves none, so a person who was put together
//! may hold two tags of an exclusive group until somebody says which.
pub mod everywhere;
pub mod group;
pub mod http;

use crate::events;
use weir_ground::base::{Problem, Result, ids::TagGroupId};
use weir_ground::event::{BrandId, PersonId};
use weir_ground::{Fact, Tx, from_row, params};

/// Tags of a person and of those merged into it.
pub fn of(tx: &mut Tx, root: PersonId) -> Result<Vec<String>> {
    tx.all(
        "select distinct g.tag from tag g join person p on p.id = g.person_id where p.root_id = $1 order by g.tag",
        params![root],
    )
}

/// A tag as it is kept.
pub(crate) fn check(tag: &str) -> Result<String> {
    let tag = tag.trim();
    match tag.chars().count() {
        1..=30 if !tag.contains('\0') => Ok(tag.to_string()),
        _ => Err(Problem::field("tag", "use 1 to 30 characters")),
    }
}

/// The source of what people say.
pub const MANUAL: &str = "manual";

fn is_rule(source: &str) -> bool {
    source.starts_with("rule:")
}

/// How a tag stands with a person.
struct Standing {
    root: PersonId,
    /// Assertions that count.
    held: i64,
    /// Removals by hand that stand.
    removed: i64,
    /// The exclusive group that the tag is of.
    group: Option<TagGroupId>,
    /// Assertions that count of other tags of that group, and those of them made by hand.
    others: i64,
    firm: i64,
}
from_row!(Standing { root, held, removed, group, others, firm });

impl Standing {
    /// Does a new word of this source count?
    fn counts(&self, source: &str) -> bool {
        match source {
            MANUAL => true,
            _ if self.removed > 0 => false,
            rule if is_rule(rule) => self.others == 0,
            _ => self.firm == 0,
        }
    }
}

fn standing(tx: &mut Tx, brand: BrandId, person: PersonId, tag: &str) -> Result<Standing> {
    tx.one(
        "select r.root_id, \
         (select count(*) from tag g join person p on p.id = g.person_id where p.root_id = r.root_id and g.tag = $1), \
         (select count(*) from tag_removed m join person p on p.id = m.person_id where p.root_id = r.root_id and m.tag = $1), \
         e.id, \
         (select count(*) from tag g join person p on p.id = g.person_id join tag_in_group n on n.brand_id = g.brand_id and n.tag = g.tag \
         where p.root_id = r.root_id and n.group_id = e.id and g.tag <> $1), \
         (select count(*) from tag g join person p on p.id = g.person_id join tag_in_group n on n.brand_id = g.brand_id and n.tag = g.tag \
         where p.root_id = r.root_id and n.group_id = e.id and g.tag <> $1 and g.source = 'manual') \
         from person r left join (select x.id as id from tag_in_group i join tag_group x on x.id = i.group_id \
         where i.brand_id = $2 and i.tag = $1 and x.exclusive = 1) e on 1 = 1 where r.id = $3",
        params![tag, brand, person],
    )
}

fn tell(tx: &mut Tx, brand: BrandId, person: PersonId, name: &str, tag: &str, source: &str, actor: Option<&str>) -> Result<()> {
    let props = serde_json::json!({ "tag": tag, "source": source }).to_string();
    let mut fact = Fact::new(brand, name, tx.now()).person(person).props(&props);
    fact.actor = actor;
    tx.record(&fact).map(drop)
}

/// A source says that the tag holds; one that said so already says it once. By hand, a removal is
/// cleared.
pub fn add(tx: &mut Tx, brand: BrandId, person: PersonId, tag: &str, source: &str, actor: Option<&str>) -> Result<()> {
    let (tag, now) = (check(tag)?, tx.now());
    let s = standing(tx, brand, person, &tag)?;
    if let Some(group) = s.group.filter(|_| !is_rule(source)) {
        take_back_waiting(tx, s.root, group, &tag, source)?;
    }
    if !s.counts(source) {
        tx.exec(
            "insert into tag_muted (person_id, tag, brand_id, source, at) values ($1, $2, $3, $4, $5) on conflict do nothing",
            params![person, &tag, brand, source, now],
        )?;
        return Ok(());
    }
    tx.exec(
        "insert into tag (person_id, tag, brand_id, source, at) values ($1, $2, $3, $4, $5) on conflict do nothing",
        params![person, &tag, brand, source, now],
    )?;
    if s.held == 0 {
        tell(tx, brand, person, events::PERSON_TAGGED, &tag, source, actor)?;
    }
    if let Some(group) = s.group.filter(|_| s.others > 0) {
        displace(tx, brand, s.root, group, &tag, source, actor)?;
    }
    if s.removed > 0 {
        forget(tx, s.root, &tag)?;
        settle(tx, brand, s.root, &tag)?;
    }
    Ok(())
}

fn forget(tx: &mut Tx, root: PersonId, tag: &str) -> Result<u64> {
    tx.exec(
        "delete from tag_removed where tag = $1 and person_id in (select id from person where root_id = $2)",
        params![tag, root],
    )
}

/// Of an exclusive group a source says one thing: what it said of another tag waits no longer.
fn take_back_waiting(tx: &mut Tx, root: PersonId, group: TagGroupId, tag: &str, source: &str) -> Result<()> {
    tx.exec(
        "delete from tag_muted where source = $1 and tag <> $2 and person_id in (select id from person where root_id = $3) \
         and tag in (select n.tag from tag_in_group n where n.group_id = $4)",
        params![source, tag, root, group],
    )?;
    Ok(())
}

/// What is asserted of a tag counts no longer: people's word and that of source `gone` is over, the
/// others wait. Tells how many assertions counted.
fn mute(tx: &mut Tx, root: PersonId, tag: &str, gone: &str) -> Result<u64> {
    tx.exec(
        "insert into tag_muted (person_id, tag, brand_id, source, at) select g.person_id, g.tag, g.brand_id, g.source, g.at from tag g \
         where g.tag = $1 and g.source <> 'manual' and g.source <> $2 and g.person_id in (select id from person where root_id = $3) \
         on conflict do nothing",
        params![tag, gone, root],
    )?;
    tx.exec("delete from tag where tag = $1 and person_id in (select id from person where root_id = $2)", params![tag, root])
}

/// The other tags of an exclusive group make room for this one.
fn displace(tx: &mut Tx, brand: BrandId, root: PersonId, group: TagGroupId, tag: &str, source: &str, actor: Option<&str>) -> Result<()> {
    let others: Vec<String> = tx.all(
        "select distinct g.tag from tag g join person p on p.id = g.person_id join tag_in_group n on n.brand_id = g.brand_id and n.tag = g.tag \
         where p.root_id = $1 and n.group_id = $2 and g.tag <> $3 order by g.tag",
        params![root, group, tag],
    )?;
    for other in others {
        mute(tx, root, &other, source)?;
        tell(tx, brand, root, events::PERSON_UNTAGGED, &other, source, actor)?;
    }
    Ok(())
}

/// Who waited for this tag, or for a place in its exclusive group, counts where nothing stands
/// against it any more: files before rules, then who spoke first.
fn settle(tx: &mut Tx, brand: BrandId, root: PersonId, tag: &str) -> Result<()> {
    let waiting: Vec<(PersonId, String, String)> = tx.all(
        "select m.person_id, m.tag, m.source from tag_muted m join person p on p.id = m.person_id \
         where p.root_id = $1 and (m.tag = $2 or m.tag in (select o.tag from tag_in_group i join tag_group x on x.id = i.group_id \
         join tag_in_group o on o.group_id = i.group_id where i.brand_id = $3 and i.tag = $2 and x.exclusive = 1)) \
         order by case when substr(m.source, 1, 5) = 'rule:' then 1 else 0 end, m.at, m.tag, m.source, m.person_id",
        params![root, tag, brand],
    )?;
    for (person, tag, source) in waiting {
        let s = standing(tx, brand, person, &tag)?;
        if s.removed > 0 || s.others > 0 {
            continue;
        }
        tx.exec(
            "insert into tag (person_id, tag, brand_id, source, at) select m.person_id, m.tag, m.brand_id, m.source, m.at from tag_muted m \
             where m.person_id = $1 and m.tag = $2 and m.source = $3 on conflict do nothing",
            params![person, &tag, &source],
        )?;
        tx.exec("delete from tag_muted where person_id = $1 and tag = $2 and source = $3", params![person, &tag, &source])?;
        if s.held == 0 {
            tell(tx, brand, person, events::PERSON_TAGGED, &tag, &source, None)?;
        }
    }
    Ok(())
}

/// [`settle`] of everybody of whom somebody waits to say one of these tags.
fn settle_all(tx: &mut Tx, brand: BrandId, tags: &[String]) -> Result<()> {
    for tag in tags {
        let roots: Vec<PersonId> = tx.all(
            "select distinct p.root_id from tag_muted m join person p on p.id = m.person_id where m.brand_id = $1 and m.tag = $2 order by p.root_id",
            params![brand, tag],
        )?;
        for root in roots {
            settle(tx, brand, root, tag)?;
        }
    }
    Ok(())
}

/// A source no longer says so.
pub fn retract(tx: &mut Tx, brand: BrandId, person: PersonId, tag: &str, source: &str, actor: Option<&str>) -> Result<()> {
    tx.exec("delete from tag_muted where person_id = $1 and tag = $2 and source = $3", params![person, tag, source])?;
    let gone = tx.exec("delete from tag where person_id = $1 and tag = $2 and source = $3", params![person, tag, source])?;
    if gone == 0 {
        return Ok(());
    }
    let s = standing(tx, brand, person, tag)?;
    if s.held == 0 {
        tell(tx, brand, person, events::PERSON_UNTAGGED, tag, source, actor)?;
        settle(tx, brand, s.root, tag)?;
    }
    Ok(())
}

/// Takes a tag off by hand, whoever asserts it; only a person puts it back until that is cleared.
pub fn remove(tx: &mut Tx, brand: BrandId, root: PersonId, tag: &str, actor: &str) -> Result<()> {
    let (tag, now) = (check(tag)?, tx.now());
    if mute(tx, root, &tag, MANUAL)? == 0 {
        return Err(Problem::not_found("tag on this person"));
    }
    tx.exec(
        "insert into tag_removed (person_id, tag, brand_id, actor, at) values ($1, $2, $3, $4, $5) \
         on conflict (person_id, tag) do update set actor = excluded.actor, at = excluded.at",
        params![root, &tag, brand, actor, now],
    )?;
    tell(tx, brand, root, events::PERSON_UNTAGGED, &tag, MANUAL, Some(actor))?;
    settle(tx, brand, root, &tag)
}

/// Clears a removal: what rules, files and systems say of the tag counts again.
pub fn allow(tx: &mut Tx, brand: BrandId, root: PersonId, tag: &str) -> Result<()> {
    let tag = check(tag)?;
    if forget(tx, root, &tag)? == 0 {
        return Err(Problem::not_found("removed tag of this person"));
    }
    settle(tx, brand, root, &tag)
}
