//! Tags over HTTP: those in use, those of a person, groups, and other names.
use super::group::{self, EditTagGroup, MakeTagGroup, TagGroup};
use super::{MANUAL, add, allow, everywhere, remove};
use crate::person::http::get;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;
use weir_ground::base::{Ms, Result, ids::TagGroupId};
use weir_ground::event::PersonId;
use weir_ground::http::{Answer, App, Json, List, Once, Path, Said};
use weir_ground::{Tx, params};
use weir_keep::{May, Staff};

/// A tag and how many persons carry it.
#[derive(Debug, Serialize, ToSchema)]
pub struct TagCount {
    pub tag: String,
    pub persons: i64,
    pub group_id: Option<TagGroupId>,
    /// How many persons have it by hand, by files and systems, and by rules; one may have it several ways.
    pub manual: i64,
    pub imported: i64,
    pub rules: i64,
    /// From how many persons it was taken off by hand, so that rules do not put it back.
    pub removed: i64,
}

/// So many tags are listed, those that most persons have first.
const LISTED: usize = 1_000;

fn counts(tx: &mut Tx, who: &Staff) -> Result<Vec<TagCount>> {
    let groups: BTreeMap<String, TagGroupId> =
        tx.all("select tag, group_id from tag_in_group where brand_id = $1", params![who.brand])?.into_iter().collect();
    let within = who.within("p.store_id");
    let is_rule = "substr(g.source, 1, 5) = 'rule:'";
    let sql = format!(
        "select x.tag, count(*) as n, sum(x.manual), sum(x.imported), sum(x.rules) from (select g.tag as tag, p.id as id, \
         max(case when g.source = 'manual' then 1 else 0 end) as manual, \
         max(case when g.source <> 'manual' and not {is_rule} then 1 else 0 end) as imported, \
         max(case when {is_rule} then 1 else 0 end) as rules \
         from tag g join person l on l.id = g.person_id join person p on p.id = l.root_id where g.brand_id = $1{within} \
         group by g.tag, p.id) x group by x.tag order by n desc, x.tag limit {LISTED}"
    );
    let rows: Vec<(String, i64, i64, i64, i64)> = tx.all(&sql, params![who.brand])?;
    let sql = format!(
        "select m.tag, count(distinct p.id) from tag_removed m join person l on l.id = m.person_id join person p on p.id = l.root_id \
         where m.brand_id = $1{within} group by m.tag"
    );
    let removed: BTreeMap<String, i64> = tx.all(&sql, params![who.brand])?.into_iter().collect();
    let whole = rows.len() < LISTED;
    let make = |tag: String, n: [i64; 4]| TagCount {
        group_id: groups.get(&tag).copied(),
        removed: removed.get(&tag).copied().unwrap_or_default(),
        tag,
        persons: n[0],
        manual: n[1],
        imported: n[2],
        rules: n[3],
    };
    let mut out: Vec<TagCount> = rows.into_iter().map(|(tag, n, manual, imported, rules)| make(tag, [n, manual, imported, rules])).collect();
    if whole {
        let known: BTreeSet<String> = out.iter().map(|t| t.tag.clone()).collect();
        let idle: BTreeSet<&String> = groups.keys().chain(removed.keys()).filter(|t| !known.contains(*t)).collect();
        out.extend(idle.into_iter().map(|tag| make(tag.clone(), [0; 4])));
    }
    Ok(out)
}

/// Tags in use, and those of groups or taken off that nobody has now.
#[utoipa::path(get, path = "/api/v1/tags", tag = "know", responses((status = 200, body = List<TagCount>)))]
pub async fn list_tags(State(app): State<App>, who: Staff) -> Answer<Json<List<TagCount>>> {
    who.need(May::PersonRead)?;
    Ok(Json(List::all(app.db.read(move |tx| counts(tx, &who)).await?)))
}

/// Who says that a tag holds.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TagSource {
    /// `manual`, a file or system, or `rule:<segment>`
    pub source: String,
    /// The name of the segment.
    pub name: Option<String>,
    pub at: Ms,
}

/// A tag of a person.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonTag {
    pub tag: String,
    /// It does not when it was taken off by hand, or another tag of an exclusive group holds.
    pub holds: bool,
    /// Since when it is off because somebody took it off; absent while it holds.
    pub removed_at: Option<Ms>,
    pub group_id: Option<TagGroupId>,
    pub colour: Option<String>,
    pub sources: Vec<TagSource>,
}

fn tags_of(tx: &mut Tx, who: &Staff, id: PersonId) -> Result<Vec<PersonTag>> {
    let root = get(tx, who, id)?.row.id;
    let said: Vec<(String, i64, String, Ms)> = tx.all(
        "select x.tag, max(x.holds) as holds, x.source, min(x.at) as at from (\
         select g.tag as tag, 1 as holds, g.source as source, g.at as at from tag g join person p on p.id = g.person_id where p.root_id = $1 \
         union all select m.tag, 0, m.source, m.at from tag_muted m join person p on p.id = m.person_id where p.root_id = $1) x \
         group by x.tag, x.source order by 1, 2 desc, 4, 3",
        params![root],
    )?;
    let removed: BTreeMap<String, Ms> = tx
        .all("select m.tag, max(m.at) from tag_removed m join person p on p.id = m.person_id where p.root_id = $1 group by m.tag", params![root])?
        .into_iter()
        .collect();
    let segments: Vec<(weir_ground::base::ids::SegmentId, String)> =
        tx.all("select id, name from segment where brand_id = $1", params![who.brand])?;
    let groups = group::all(tx, who.brand)?;
    let mut out: Vec<PersonTag> = vec![];
    let blank = |tag: &str| {
        let group = groups.iter().find(|g| g.tags.iter().any(|t| t == tag));
        PersonTag {
            tag: tag.to_string(),
            holds: false,
            removed_at: removed.get(tag).copied(),
            group_id: group.map(|g| g.id),
            colour: group.map(|g| g.colour.clone()),
            sources: vec![],
        }
    };
    for (tag, holds, source, at) in said {
        if out.last().is_none_or(|t| t.tag != tag) {
            out.push(blank(&tag));
        }
        let Some(t) = out.last_mut() else { continue };
        let name = segments.iter().find(|s| source == crate::segment::tag_source(s.0)).map(|s| s.1.clone());
        t.holds |= holds != 0;
        t.sources.push(TagSource { source, name, at });
    }
    for tag in removed.keys() {
        if !out.iter().any(|t| t.tag == *tag) {
            out.push(blank(tag));
        }
    }
    // Somebody who was merged into this one may have what was taken off this one.
    out.iter_mut().filter(|t| t.holds).for_each(|t| t.removed_at = None);
    out.sort_by(|a, b| (!a.holds, &a.tag).cmp(&(!b.holds, &b.tag)));
    Ok(out)
}

/// Tags of a person with their sources, also those that do not hold for now.
#[utoipa::path(get, path = "/api/v1/persons/{id}/tags", tag = "know", params(("id" = PersonId, Path)), responses((status = 200, body = List<PersonTag>)))]
pub async fn person_tags(State(app): State<App>, who: Staff, Path(id): Path<PersonId>) -> Answer<Json<List<PersonTag>>> {
    who.need(May::PersonRead)?;
    Ok(Json(List::all(app.db.read(move |tx| tags_of(tx, &who, id)).await?)))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddTag {
    pub tag: String,
}

/// Put a tag on a person. A removal by hand is cleared by it.
#[utoipa::path(post, path = "/api/v1/persons/{id}/tags", tag = "know", params(("id" = PersonId, Path)), request_body = AddTag, responses((status = 204)))]
pub async fn add_tag(State(app): State<App>, who: Staff, Path(id): Path<PersonId>, Json(body): Json<AddTag>) -> Answer<StatusCode> {
    who.need(May::PersonWrite)?;
    app.db
        .write(move |tx| {
            let person = get(tx, &who, id)?.row.id;
            add(tx, who.brand, person, &body.tag, MANUAL, Some(&who.actor))
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a tag off a person, whoever put it there. Rules, files and systems do not put it back until that is allowed again.
#[utoipa::path(delete, path = "/api/v1/persons/{id}/tags/{tag}", tag = "know", params(("id" = PersonId, Path), ("tag" = String, Path)), responses((status = 204)))]
pub async fn remove_tag(State(app): State<App>, who: Staff, Path((id, tag)): Path<(PersonId, String)>) -> Answer<StatusCode> {
    who.need(May::PersonWrite)?;
    app.db
        .write(move |tx| {
            let person = get(tx, &who, id)?.row.id;
            remove(tx, who.brand, person, &tag, &who.actor)
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Let a tag come back that was taken off by hand: what rules, files and systems say of it counts again.
#[utoipa::path(post, path = "/api/v1/persons/{id}/tags/{tag}/allow", tag = "know", params(("id" = PersonId, Path), ("tag" = String, Path)), responses((status = 204)))]
pub async fn allow_tag(State(app): State<App>, who: Staff, Path((id, tag)): Path<(PersonId, String)>) -> Answer<StatusCode> {
    who.need(May::PersonWrite)?;
    app.db
        .write(move |tx| {
            let person = get(tx, &who, id)?.row.id;
            allow(tx, who.brand, person, &tag)
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RenameTag {
    pub from: String,
    pub to: String,
    /// The new name is in use, and both mean the same.
    #[serde(default)]
    pub merge: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TagRenamed {
    pub tag: String,
    /// Who had the tag by its old name.
    pub persons: i64,
}

/// Give a tag another name everywhere, or make one of two.
#[utoipa::path(post, path = "/api/v1/tags/rename", tag = "know", request_body = RenameTag, responses((status = 200, body = TagRenamed)))]
pub async fn rename_tag(State(app): State<App>, who: Staff, once: Once, Json(body): Json<RenameTag>) -> Answer<Said> {
    who.need(May::CampaignWrite)?;
    let once = once.of(&body);
    let renamed = app.db.write(move |tx| {
        once.run(tx, who.brand, &who.actor, |tx| {
            let persons = everywhere::rename(tx, who.brand, &body.from, &body.to, body.merge, &who.actor)?;
            Ok(TagRenamed { tag: body.to.trim().to_string(), persons })
        })
    });
    Ok(renamed.await?)
}

/// A tag as a whole.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WholeTag {
    pub tag: String,
}

/// How many persons it concerned.
#[derive(Debug, Serialize, ToSchema)]
pub struct TagPersons {
    pub persons: i64,
}

/// Take a tag off everybody and out of its group. Refused while a segment keeps it or asks for it, or a campaign aims at it.
#[utoipa::path(post, path = "/api/v1/tags/remove", tag = "know", request_body = WholeTag, responses((status = 200, body = TagPersons)))]
pub async fn remove_whole_tag(State(app): State<App>, who: Staff, once: Once, Json(body): Json<WholeTag>) -> Answer<Said> {
    who.need(May::CampaignWrite)?;
    let once = once.of(&body);
    let done = app.db.write(move |tx| {
        once.run(tx, who.brand, &who.actor, |tx| Ok(TagPersons { persons: everywhere::remove(tx, who.brand, &body.tag, &who.actor)? }))
    });
    Ok(done.await?)
}

/// Let a tag come back on everybody it was taken off by hand.
#[utoipa::path(post, path = "/api/v1/tags/allow", tag = "know", request_body = WholeTag, responses((status = 200, body = TagPersons)))]
pub async fn allow_whole_tag(State(app): State<App>, who: Staff, once: Once, Json(body): Json<WholeTag>) -> Answer<Said> {
    who.need(May::CampaignWrite)?;
    let once = once.of(&body);
    let done = app.db.write(move |tx| {
        once.run(tx, who.brand, &who.actor, |tx| Ok(TagPersons { persons: everywhere::allow(tx, who.brand, &body.tag, &who.actor)? }))
    });
    Ok(done.await?)
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveTag {
    pub tag: String,
    /// `null` for none.
    pub group_id: Option<TagGroupId>,
}

/// Put a tag into a group, out of the one it was in.
#[utoipa::path(post, path = "/api/v1/tags/move", tag = "know", request_body = MoveTag, responses((status = 204)))]
pub async fn move_tag(State(app): State<App>, who: Staff, Json(body): Json<MoveTag>) -> Answer<StatusCode> {
    who.need(May::CampaignWrite)?;
    app.db.write(move |tx| group::put(tx, who.brand, &body.tag, body.group_id, &who.actor)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Groups of tags.
#[utoipa::path(get, path = "/api/v1/tag-groups", tag = "know", responses((status = 200, body = List<TagGroup>)))]
pub async fn list_tag_groups(State(app): State<App>, who: Staff) -> Answer<Json<List<TagGroup>>> {
    who.need(May::PersonRead)?;
    Ok(Json(List::all(app.db.read(move |tx| group::all(tx, who.brand)).await?)))
}

/// Make a group of tags.
#[utoipa::path(post, path = "/api/v1/tag-groups", tag = "know", request_body = MakeTagGroup, responses((status = 200, body = TagGroup)))]
pub async fn add_tag_group(State(app): State<App>, who: Staff, once: Once, Json(body): Json<MakeTagGroup>) -> Answer<Said> {
    who.need(May::CampaignWrite)?;
    let once = once.of(&body);
    Ok(app.db.write(move |tx| once.run(tx, who.brand, &who.actor, |tx| group::create(tx, who.brand, &body, &who.actor))).await?)
}

/// Change a group of tags; what is absent stays.
#[utoipa::path(patch, path = "/api/v1/tag-groups/{id}", tag = "know", params(("id" = TagGroupId, Path)), request_body = EditTagGroup, responses((status = 200, body = TagGroup)))]
pub async fn edit_tag_group(
    State(app): State<App>,
    who: Staff,
    Path(id): Path<TagGroupId>,
    Json(body): Json<EditTagGroup>,
) -> Answer<Json<TagGroup>> {
    who.need(May::CampaignWrite)?;
    Ok(Json(app.db.write(move |tx| group::edit(tx, who.brand, id, &body, &who.actor)).await?))
}

/// End a group; its tags stay on everybody who has them.
#[utoipa::path(delete, path = "/api/v1/tag-groups/{id}", tag = "know", params(("id" = TagGroupId, Path)), responses((status = 204)))]
pub async fn remove_tag_group(State(app): State<App>, who: Staff, Path(id): Path<TagGroupId>) -> Answer<StatusCode> {
    who.need(May::CampaignWrite)?;
    app.db.write(move |tx| group::remove(tx, who.brand, id, &who.actor)).await?;
    Ok(StatusCode::NO_CONTENT)
}
