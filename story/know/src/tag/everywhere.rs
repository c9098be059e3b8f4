//! What happens to a tag on everybody at once: another name, its end, and its being allowed again.
use super::{check, settle_all, tell};
use crate::segment::rule::AnyOf;
use crate::segment::{self, Rule, Stored};
use crate::{Audience, events};
use weir_ground::base::{Problem, Result, ids::SegmentId};
use weir_ground::event::{BrandId, PersonId};
use weir_ground::{Fact, Tx, params};

/// The source of what is told of persons when their tag gets another name.
pub(crate) const RENAMED: &str = "rename";

/// Runs over every place of a rule that asks for tags.
fn each(rule: &mut Rule, f: &mut impl FnMut(&mut AnyOf)) {
    match rule {
        Rule::All(all) | Rule::Any(all) => all.iter_mut().for_each(|r| each(r, f)),
        Rule::AtLeast(a) => a.of.iter_mut().for_each(|r| each(r, f)),
        Rule::Not(one) => each(one, f),
        Rule::Tag(t) => f(t),
        _ => {}
    }
}

fn asks(rule: &Rule, tag: &str) -> bool {
    let mut found = false;
    rule.each(&mut |r| found |= matches!(r, Rule::Tag(t) if t.any.iter().any(|x| x == tag)));
    found
}

/// The rule with the new name where it said the old one.
fn renamed(rule: &Rule, from: &str, to: &str) -> Rule {
    let mut rule = rule.clone();
    each(&mut rule, &mut |t| {
        if t.any.iter().any(|x| x == from) {
            let known = t.any.iter().any(|x| x == to);
            t.any.retain(|x| !known || x != from);
            t.any.iter_mut().filter(|x| *x == from).for_each(|x| *x = to.to_string());
        }
    });
    rule
}

fn changed(tx: &mut Tx, brand: BrandId, props: serde_json::Value, actor: &str) -> Result<()> {
    tx.record(&Fact::new(brand, events::TAGS_CHANGED, tx.now()).props(&props.to_string()).actor(actor)).map(drop)
}

fn in_use(tx: &mut Tx, brand: BrandId, tag: &str) -> Result<bool> {
    let n: i64 = tx.one(
        "select (select count(*) from tag where brand_id = $1 and tag = $2) + (select count(*) from tag_in_group where brand_id = $1 and tag = $2) \
         + (select count(*) from tag_muted where brand_id = $1 and tag = $2) + (select count(*) from tag_removed where brand_id = $1 and tag = $2) \
         + (select count(*) from segment where brand_id = $1 and tag = $2)",
        params![brand, tag],
    )?;
    Ok(n > 0)
}

fn holders(tx: &mut Tx, brand: BrandId, tag: &str) -> Result<Vec<PersonId>> {
    tx.all(
        "select distinct p.root_id from tag g join person p on p.id = g.person_id where g.brand_id = $1 and g.tag = $2 order by p.root_id",
        params![brand, tag],
    )
}

/// A campaign that is not over aims at persons by name of the tag, and that name is its own.
fn refuse_aimed(tx: &mut Tx, brand: BrandId, tag: &str) -> Result<()> {
    let open: Vec<(String, String)> =
        tx.all("select name, audience from campaign where brand_id = $1 and state in ('draft', 'sending') order by id", params![brand])?;
    let aims = |text: &str| serde_json::from_str::<Audience>(text).is_ok_and(|a| a.tags.iter().any(|t| t.trim() == tag));
    match open.iter().find(|c| aims(&c.1)) {
        Some((name, _)) => Err(Problem::conflict(format!("The campaign {name} aims at {tag}; change it or wait for its end first."))),
        None => Ok(()),
    }
}

/// When two tags become one, no rule may look at the tag that it keeps, directly or through
/// another segment (K25).
fn refuse_circle(running: &[Stored], from: &str, to: &str) -> Result<()> {
    let one = |tag: &str| tag == from || tag == to;
    for keeper in running.iter().filter(|s| s.tag.as_deref().is_some_and(one)) {
        let (mut open, mut seen): (Vec<SegmentId>, Vec<SegmentId>) = (vec![keeper.id], vec![]);
        while let Some(id) = open.pop() {
            let Some(rule) = running.iter().find(|s| s.id == id && !seen.contains(&id)).and_then(|s| s.rule.as_ref()) else { continue };
            seen.push(id);
            if asks(rule, from) || asks(rule, to) {
                return Err(Problem::conflict(format!("The segment {} keeps one of the two and its rule looks at the other.", keeper.name)));
            }
            open.extend(rule.segments());
        }
    }
    Ok(())
}

/// Gives a tag another name wherever it is, rules that ask for it or keep it included. When the
/// name is in use the two become one, which must be wanted: `merge`. Who holds one of the two holds
/// the one, also where the other was taken off. Tells how many persons had the old one.
pub fn rename(tx: &mut Tx, brand: BrandId, from: &str, to: &str, merge: bool, actor: &str) -> Result<i64> {
    let (from, to) = (check(from)?, check(to)?);
    if to == from {
        return Err(Problem::field("to", "this is the name already"));
    }
    if !in_use(tx, brand, &from)? {
        return Err(Problem::not_found("tag"));
    }
    if !merge && in_use(tx, brand, &to)? {
        return Err(Problem::conflict(format!("There is a tag {to} already; merge them if they mean the same.")));
    }
    refuse_aimed(tx, brand, &from)?;
    let running = segment::running(tx, brand)?;
    refuse_circle(&running, &from, &to)?;
    let (had, have) = (holders(tx, brand, &from)?, holders(tx, brand, &to)?);
    move_rows(tx, brand, &from, &to)?;
    // Persons first: the rules that follow find them by the new name.
    for root in &had {
        tell(tx, brand, *root, events::PERSON_UNTAGGED, &from, RENAMED, Some(actor))?;
        if have.binary_search(root).is_err() {
            tell(tx, brand, *root, events::PERSON_TAGGED, &to, RENAMED, Some(actor))?;
        }
    }
    for s in running {
        if s.tag.as_deref() == Some(&from) {
            tx.exec("update segment set tag = $1 where id = $2", params![&to, s.id])?;
        }
        if let Some(rule) = s.rule.filter(|r| asks(r, &from)) {
            let rule = Some(renamed(&rule, &from, &to));
            segment::edit(tx, brand, s.id, &segment::Edit { rule, ..segment::Edit::default() }, actor)?;
        }
    }
    settle_all(tx, brand, std::slice::from_ref(&to))?;
    changed(tx, brand, serde_json::json!({ "what": "renamed", "from": from, "to": to }), actor)?;
    Ok(had.len() as i64)
}

fn move_rows(tx: &mut Tx, brand: BrandId, from: &str, to: &str) -> Result<()> {
    for table in ["tag", "tag_muted"] {
        tx.exec(
            &format!(
                "insert into {table} (person_id, tag, brand_id, source, at) select g.person_id, cast($1 as text), g.brand_id, g.source, g.at \
                 from {table} g where g.brand_id = $2 and g.tag = $3 on conflict do nothing"
            ),
            params![to, brand, from],
        )?;
        tx.exec(&format!("delete from {table} where brand_id = $1 and tag = $2"), params![brand, from])?;
    }
    tx.exec(
        "insert into tag_removed (person_id, tag, brand_id, actor, at) select m.person_id, cast($1 as text), m.brand_id, m.actor, m.at \
         from tag_removed m where m.brand_id = $2 and m.tag = $3 on conflict do nothing",
        params![to, brand, from],
    )?;
    tx.exec("delete from tag_removed where brand_id = $1 and tag = $2", params![brand, from])?;
    tx.exec(
        "delete from tag_removed where brand_id = $1 and tag = $2 and person_id in (select s.id from person s where s.root_id in \
         (select p.root_id from tag g join person p on p.id = g.person_id where g.brand_id = $1 and g.tag = $2))",
        params![brand, to],
    )?;
    tx.exec(
        "insert into tag_in_group (brand_id, tag, group_id) select i.brand_id, cast($1 as text), i.group_id from tag_in_group i \
         where i.brand_id = $2 and i.tag = $3 on conflict do nothing",
        params![to, brand, from],
    )?;
    tx.exec("delete from tag_in_group where brand_id = $1 and tag = $2", params![brand, from])?;
    Ok(())
}

/// Ends a tag: nobody has it any more, and what was taken off is forgotten. Refused while a segment
/// keeps it or asks for it. Tells how many persons had it.
pub fn remove(tx: &mut Tx, brand: BrandId, tag: &str, actor: &str) -> Result<i64> {
    let tag = check(tag)?;
    if !in_use(tx, brand, &tag)? {
        return Err(Problem::not_found("tag"));
    }
    refuse_aimed(tx, brand, &tag)?;
    let running = segment::running(tx, brand)?;
    if let Some(s) = running.iter().find(|s| s.tag.as_deref() == Some(&tag)) {
        return Err(Problem::conflict(format!("The segment {} keeps this tag; end that first.", s.name)));
    }
    if let Some(s) = running.iter().find(|s| s.rule.as_ref().is_some_and(|r| asks(r, &tag))) {
        return Err(Problem::conflict(format!("The segment {} asks for this tag; change that one first.", s.name)));
    }
    let had = holders(tx, brand, &tag)?;
    let beside: Vec<String> = tx.all(
        "select o.tag from tag_in_group i join tag_in_group o on o.group_id = i.group_id where i.brand_id = $1 and i.tag = $2 and o.tag <> $2 order by o.tag",
        params![brand, &tag],
    )?;
    for table in ["tag", "tag_muted", "tag_removed", "tag_in_group"] {
        tx.exec(&format!("delete from {table} where brand_id = $1 and tag = $2"), params![brand, &tag])?;
    }
    for root in &had {
        tell(tx, brand, *root, events::PERSON_UNTAGGED, &tag, super::MANUAL, Some(actor))?;
    }
    settle_all(tx, brand, &beside)?;
    changed(tx, brand, serde_json::json!({ "what": "removed", "tag": tag }), actor)?;
    Ok(had.len() as i64)
}

/// Clears every removal of a tag: what rules, files and systems say counts again on everybody.
/// Tells from how many persons it had been taken off.
pub fn allow(tx: &mut Tx, brand: BrandId, tag: &str, actor: &str) -> Result<i64> {
    let tag = check(tag)?;
    let persons: i64 = tx.one(
        "select count(distinct p.root_id) from tag_removed m join person p on p.id = m.person_id where m.brand_id = $1 and m.tag = $2",
        params![brand, &tag],
    )?;
    if persons == 0 {
        return Err(Problem::not_found("person this tag was taken off"));
    }
    tx.exec("delete from tag_removed where brand_id = $1 and tag = $2", params![brand, &tag])?;
    settle_all(tx, brand, std::slice::from_ref(&tag))?;
    changed(tx, brand, serde_json::json!({ "what": "allowed", "tag": tag }), actor)?;
    Ok(persons)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_name_reaches_every_place_of_a_rule_and_stands_there_once() {
        let read = |v: serde_json::Value| -> Rule { serde_json::from_value(v).unwrap() };
        let before = read(serde_json::json!({"all": [
            {"tag": {"any": ["vip", "tea"]}}, {"not": {"tag": {"any": ["gold", "vip"]}}},
            {"at_least": {"k": 1, "of": [{"tag": {"any": ["vip"]}}, {"stage": {"any": ["new"]}}]}},
        ]}));
        let after = read(serde_json::json!({"all": [
            {"tag": {"any": ["gold", "tea"]}}, {"not": {"tag": {"any": ["gold"]}}},
            {"at_least": {"k": 1, "of": [{"tag": {"any": ["gold"]}}, {"stage": {"any": ["new"]}}]}},
        ]}));
        assert!(asks(&before, "vip") && !asks(&before, "vi"));
        assert_eq!(renamed(&before, "vip", "gold"), after);
        assert!(!asks(&after, "vip"));
    }
}
