//! Groups of tags: a name, a colour, and whether a person has at most one tag of it.
use super::settle_all;
use crate::events;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_ground::base::{Problem, Result, ids::TagGroupId};
use weir_ground::event::BrandId;
use weir_ground::{Fact, Tx, params};

/// Colours by what the console calls them.
pub const COLOURS: &[&str] = &["plain", "water", "good", "warn", "bad"];

/// Tags in a group.
const MOST: usize = 500;

/// A group of tags.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TagGroup {
    pub id: TagGroupId,
    pub name: String,
    /// `plain`, `water`, `good`, `warn` or `bad`
    pub colour: String,
    /// A person has at most one tag of it.
    pub exclusive: bool,
    pub tags: Vec<String>,
}

/// A new group of tags.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MakeTagGroup {
    pub name: String,
    pub colour: String,
    #[serde(default)]
    pub exclusive: bool,
    /// Tags of other groups move here.
    #[serde(default)]
    pub tags: Vec<String>,
}

/// What is absent stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditTagGroup {
    pub name: Option<String>,
    pub colour: Option<String>,
    /// Holds for what is asserted from now on; who has several tags already keeps them.
    pub exclusive: Option<bool>,
    /// In place of those before.
    pub tags: Option<Vec<String>>,
}

pub fn all(tx: &mut Tx, brand: BrandId) -> Result<Vec<TagGroup>> {
    let rows: Vec<(TagGroupId, String, String, i64)> =
        tx.all("select id, name, colour, exclusive from tag_group where brand_id = $1 order by name, id", params![brand])?;
    let tags: Vec<(TagGroupId, String)> =
        tx.all("select group_id, tag from tag_in_group where brand_id = $1 order by tag", params![brand])?;
    let of = |id: TagGroupId| tags.iter().filter(|t| t.0 == id).map(|t| t.1.clone()).collect();
    Ok(rows.into_iter().map(|(id, name, colour, exclusive)| TagGroup { id, name, colour, exclusive: exclusive != 0, tags: of(id) }).collect())
}

fn get(tx: &mut Tx, brand: BrandId, id: TagGroupId) -> Result<TagGroup> {
    all(tx, brand)?.into_iter().find(|g| g.id == id).ok_or_else(|| Problem::not_found("tag group"))
}

fn check(tx: &mut Tx, brand: BrandId, id: Option<TagGroupId>, name: &str, colour: &str) -> Result<String> {
    let name = name.trim();
    if !(1..=30).contains(&name.chars().count()) || name.contains('\0') {
        return Err(Problem::field("name", "use 1 to 30 characters"));
    }
    if !COLOURS.contains(&colour) {
        return Err(Problem::field("colour", format!("use one of {}", COLOURS.join(", "))));
    }
    let same: Option<TagGroupId> = tx.opt("select id from tag_group where brand_id = $1 and name = $2", params![brand, name])?;
    match same {
        Some(other) if Some(other) != id => Err(Problem::conflict("There is a group of this name already.")),
        _ => Ok(name.to_string()),
    }
}

fn fill(tx: &mut Tx, brand: BrandId, id: TagGroupId, tags: &[String]) -> Result<()> {
    if tags.len() > MOST {
        return Err(Problem::field("tags", format!("a group has at most {MOST} tags")));
    }
    tx.exec("delete from tag_in_group where group_id = $1", params![id])?;
    for tag in tags {
        tx.exec(
            "insert into tag_in_group (brand_id, tag, group_id) values ($1, $2, $3) on conflict (brand_id, tag) do update set group_id = excluded.group_id",
            params![brand, &super::check(tag)?, id],
        )?;
    }
    Ok(())
}

fn changed(tx: &mut Tx, brand: BrandId, id: TagGroupId, actor: &str) -> Result<()> {
    let props = serde_json::json!({ "what": "group", "group": id }).to_string();
    tx.record(&Fact::new(brand, events::TAGS_CHANGED, tx.now()).props(&props).actor(actor)).map(drop)
}

pub fn create(tx: &mut Tx, brand: BrandId, new: &MakeTagGroup, actor: &str) -> Result<TagGroup> {
    let name = check(tx, brand, None, &new.name, &new.colour)?;
    let (id, now): (TagGroupId, _) = (tx.new_id(), tx.now());
    tx.exec(
        "insert into tag_group (id, brand_id, name, colour, exclusive, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $6)",
        params![id, brand, &name, &new.colour, new.exclusive, now],
    )?;
    fill(tx, brand, id, &new.tags)?;
    changed(tx, brand, id, actor)?;
    // They may have left an exclusive group.
    let made = get(tx, brand, id)?;
    settle_all(tx, brand, &made.tags)?;
    Ok(made)
}

pub fn edit(tx: &mut Tx, brand: BrandId, id: TagGroupId, e: &EditTagGroup, actor: &str) -> Result<TagGroup> {
    let was = get(tx, brand, id)?;
    let colour = e.colour.clone().unwrap_or_else(|| was.colour.clone());
    let name = check(tx, brand, Some(id), e.name.as_deref().unwrap_or(&was.name), &colour)?;
    let (exclusive, now) = (e.exclusive.unwrap_or(was.exclusive), tx.now());
    tx.exec(
        "update tag_group set name = $1, colour = $2, exclusive = $3, updated_at = $4 where id = $5",
        params![&name, &colour, exclusive, now, id],
    )?;
    if let Some(tags) = &e.tags {
        fill(tx, brand, id, tags)?;
    }
    changed(tx, brand, id, actor)?;
    let is = get(tx, brand, id)?;
    let mut touched = [was.tags, is.tags.clone()].concat();
    touched.sort_unstable();
    touched.dedup();
    settle_all(tx, brand, &touched)?;
    Ok(is)
}

/// Puts a tag into a group, out of the one it was in, or into none.
pub fn put(tx: &mut Tx, brand: BrandId, tag: &str, group: Option<TagGroupId>, actor: &str) -> Result<()> {
    let tag = super::check(tag)?;
    let was: Option<TagGroupId> = tx.opt("select group_id from tag_in_group where brand_id = $1 and tag = $2", params![brand, &tag])?;
    if was == group {
        return Ok(());
    }
    let mut touched = vec![tag.clone()];
    if let Some(was) = was {
        touched = get(tx, brand, was)?.tags;
    }
    tx.exec("delete from tag_in_group where brand_id = $1 and tag = $2", params![brand, &tag])?;
    if let Some(id) = group {
        if get(tx, brand, id)?.tags.len() >= MOST {
            return Err(Problem::field("group_id", format!("a group has at most {MOST} tags")));
        }
        tx.exec("insert into tag_in_group (brand_id, tag, group_id) values ($1, $2, $3)", params![brand, &tag, id])?;
    }
    for id in [was, group].into_iter().flatten() {
        changed(tx, brand, id, actor)?;
    }
    settle_all(tx, brand, &touched)
}

/// Ends a group; its tags stay on everybody who has them.
pub fn remove(tx: &mut Tx, brand: BrandId, id: TagGroupId, actor: &str) -> Result<()> {
    let was = get(tx, brand, id)?;
    tx.exec("delete from tag_in_group where group_id = $1", params![id])?;
    tx.exec("delete from tag_group where id = $1", params![id])?;
    changed(tx, brand, id, actor)?;
    settle_all(tx, brand, &was.tags)
}
