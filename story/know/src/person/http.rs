//! Persons over HTTP: the list, one person, adding and changing.
use super::{Portrait, Traits, describe};
use crate::identity::{self, Identity};
use crate::events;
use crate::stage::Stage;
use crate::{attribute, consent, rfm, tag};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use weir_ground::base::{Fen, Ms, Problem, Result, ids};
use weir_ground::event::{PersonId, StoreId, TouchpointId};
use weir_ground::http::{Answer, App, Json, List, Once, Page, Path, Query, Said};
use weir_ground::seal::{self, Seal};
use weir_ground::{Fact, Row, Tx, Value, db::row::FromRow, params};
use weir_keep::store::StoreRef;
use weir_keep::{May, Staff};

/// A touchpoint and its kind.
#[derive(Debug, Serialize, ToSchema)]
pub struct Origin {
    pub id: ids::TouchpointId,
    pub name: String,
    pub kind: String,
}

/// A person by name.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PersonRef {
    pub id: PersonId,
    pub name: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PersonRow {
    pub id: PersonId,
    pub name: Option<String>,
    /// Masked: `138****8000`. Those who may see it whole ask for it (`…/reveal`).
    pub phone: Option<String>,
    /// Masked: `z***@example.com`.
    pub email: Option<String>,
    pub stage: Stage,
    pub stage_since_at: Ms,
    pub touchpoint: Option<Origin>,
    pub store: Option<StoreRef>,
    pub tags: Vec<String>,
    pub orders: i64,
    pub paid_fen: Fen,
    pub refunded_fen: Fen,
    pub last_order_at: Option<Ms>,
    pub last_seen_at: Option<Ms>,
    pub joined_at: Option<Ms>,
    pub created_at: Ms,
    pub simulated: bool,
    #[serde(skip)]
    portrait: String,
}

impl FromRow for PersonRow {
    fn from_row(r: &Row<'_>) -> Result<PersonRow> {
        let touchpoint: Option<TouchpointId> = r.get(6)?;
        let store: Option<StoreId> = r.get(9)?;
        let (store_name, touchpoint_name, touchpoint_kind): (Option<String>, Option<String>, Option<String>) =
            (r.get(10)?, r.get(7)?, r.get(8)?);
        Ok(PersonRow {
            id: r.get(0)?,
            name: r.get(1)?,
            phone: r.get(2)?,
            email: r.get(3)?,
            stage: Stage::parse(&r.get::<String>(4)?)?,
            stage_since_at: r.get(5)?,
            touchpoint: match (touchpoint, touchpoint_name, touchpoint_kind) {
                (Some(id), Some(name), Some(kind)) => Some(Origin { id, name, kind }),
                _ => None,
            },
            store: store.zip(store_name).map(|(id, name)| StoreRef { id, name }),
            tags: vec![],
            orders: r.get(11)?,
            paid_fen: r.get(12)?,
            refunded_fen: r.get(13)?,
            last_order_at: r.get(14)?,
            last_seen_at: r.get(15)?,
            joined_at: r.get(16)?,
            created_at: r.get(17)?,
            simulated: r.get(18)?,
            portrait: r.get(19)?,
        })
    }
}

impl PersonRow {
    /// Puts masks in the place of what is sealed.
    fn veiled(mut self, keys: &Seal) -> Result<PersonRow> {
        for (kind, value) in [("phone", &mut self.phone), ("email", &mut self.email)] {
            if let Some(v) = value {
                *v = seal::mask(kind, &keys.open(v)?);
            }
        }
        Ok(self)
    }
}

const SELECT: &str = "select p.id, p.name, p.phone, p.email, p.stage, p.stage_since, t.id, t.name, t.kind, s.id, s.name, \
    p.orders, p.paid, p.refunded, p.last_order_at, p.last_seen_at, p.joined_at, p.created_at, p.simulated, p.portrait \
    from person p left join touchpoint t on t.id = p.touchpoint_id left join store s on s.id = p.store_id";

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FindPersons {
    /// A part of the name; a whole phone number or its last four digits; a whole e-mail; or an id.
    pub q: Option<String>,
    pub stage: Option<Stage>,
    pub tag: Option<String>,
    #[param(value_type = Option<String>)]
    pub touchpoint: Option<TouchpointId>,
    #[param(value_type = Option<String>)]
    pub store: Option<StoreId>,
    /// Whose guide this is; `none` for persons without a guide.
    pub guide: Option<String>,
    /// Only persons who can be reached (`true`), or who came this way first.
    pub reachable: Option<bool>,
    /// Which group of touchpoint kinds they came by; `none` for no touchpoint.
    pub group: Option<String>,
    /// Scores of RFM such as `r4f5`, or a group of them such as `champion`, by the cuts in force.
    pub rfm: Option<String>,
    /// `recent`, `worth` or `joined`
    pub sort: Option<String>,
}

/// The condition of a search, with its parameters from `$1` on.
struct Filter {
    sql: String,
    q: Option<String>,
    tag: Option<String>,
    id: Option<PersonId>,
    by: Wanted,
}

/// What a search says, as blind indexes: phones and e-mails cannot be read, only be found whole.
#[derive(Debug, Default)]
pub struct Wanted {
    pub phone: Option<String>,
    /// The last four digits of a phone.
    pub tail: Option<String>,
    pub email: Option<String>,
    /// A whole value of an attribute that can be searched for.
    pub attribute: Option<String>,
}

impl Wanted {
    pub fn new(keys: &Seal, q: &str) -> Wanted {
        let digits = q.chars().all(|c| c.is_ascii_digit() || "+-() ".contains(c));
        let phone = if digits { identity::normal("phone", q) } else { None };
        let tail = if q.len() == 4 && q.bytes().all(|b| b.is_ascii_digit()) { keys.tail(q) } else { None };
        let email = identity::normal("email", q);
        Wanted {
            phone: phone.map(|v| keys.index("phone", &v)),
            tail,
            email: email.map(|v| keys.index("email", &v)),
            attribute: attribute::wanted(keys, q),
        }
    }
}

impl Filter {
    fn new(tx: &mut Tx, who: &Staff, find: &FindPersons) -> Result<Filter> {
        let like = tx.engine().like();
        let q = find.q.as_deref().map(str::trim).filter(|q| !q.is_empty());
        if q.is_some_and(|q| q.contains('\0')) || find.tag.as_deref().is_some_and(|t| t.contains('\0')) {
            return Err(Problem::field("q", "remove the zero byte"));
        }
        let id = q.and_then(|q| q.parse().ok());
        let mut sql = format!(
            "p.brand_id = $1 and p.root_id = p.id and p.erased_at is null and (cast($2 as text) is null or p.name {like} $2 or p.id = $3 \
             or p.phone_index = $4 or p.phone_tail = $5 or p.email_index = $6 \
             or p.id in (select ip.root_id from identity i join person ip on ip.id = i.person_id where i.brand_id = $1 \
             and ((i.kind = 'phone' and i.value = $4) or (i.kind = 'email' and i.value = $6))) \
             or p.id in (select sp.root_id from person_secret s join person sp on sp.id = s.person_id where s.brand_id = $1 and s.blind = $7)) \
             and (cast($8 as text) is null or exists (select 1 from tag g join person gp on gp.id = g.person_id where gp.root_id = p.id and g.tag = $8))"
        );
        if let Some(stage) = find.stage {
            sql += &format!(" and p.stage = '{}'", stage.code());
        }
        if let Some(t) = find.touchpoint {
            sql += &format!(" and p.touchpoint_id = {}", t.n());
        }
        if let Some(s) = find.store {
            sql += &format!(" and p.store_id = {}", s.n());
        }
        match find.guide.as_deref().filter(|g| !g.is_empty()) {
            Some("none") => sql += " and p.guide_id is null",
            Some(id) => {
                let guide: ids::StaffId = id.parse().map_err(|_| Problem::field("guide", "name a member of the staff, or none"))?;
                sql += &format!(" and p.guide_id = {}", guide.n());
            }
            None => {}
        }
        if find.reachable == Some(true) {
            sql += " and p.joined_at is not null";
        }
        match find.group.as_deref() {
            Some("none") => sql += " and p.touchpoint_id is null",
            Some(group) => {
                let kinds: Vec<String> = crate::origin::of_group(group).iter().map(|k| format!("'{k}'")).collect();
                if kinds.is_empty() {
                    return Err(Problem::field("group", "this is not a group of touchpoint kinds"));
                }
                sql += &format!(" and t.kind in ({})", kinds.join(", "));
            }
            None => {}
        }
        if let Some(rfm) = find.rfm.as_deref().filter(|r| !r.is_empty()) {
            sql += &rfm::condition(tx, who.brand, rfm::Which::parse(rfm)?)?;
        }
        sql += &who.within("p.store_id");
        let by = q.map(|q| Wanted::new(&tx.keys(who.brand), q)).unwrap_or_default();
        Ok(Filter { sql, q: q.map(|q| format!("%{q}%")), tag: find.tag.clone().filter(|t| !t.is_empty()), id, by })
    }
}

fn list(tx: &mut Tx, who: &Staff, find: &FindPersons, page: &Page) -> Result<List<PersonRow>> {
    let limit = page.limit()?;
    let filter = Filter::new(tx, who, find)?;
    let key = match find.sort.as_deref() {
        None | Some("recent") => "coalesce(p.last_seen_at, 0)",
        Some("worth") => "p.paid",
        Some("joined") => "coalesce(p.joined_at, 0)",
        Some(_) => return Err(Problem::field("sort", "use recent, worth or joined")),
    };
    let [after_key, after_id] = page.after([i64::MAX, i64::MAX])?;
    let by = &filter.by;
    let base: [Value<'_>; 8] = [
        who.brand.into(), filter.q.as_deref().into(), filter.id.into(), (&by.phone).into(), (&by.tail).into(), (&by.email).into(),
        (&by.attribute).into(), filter.tag.as_deref().into(),
    ];
    let join = "from person p left join touchpoint t on t.id = p.touchpoint_id";
    let total = tx.one(&format!("select count(*) {join} where {}", filter.sql), &base)?;
    let mut params = base.to_vec();
    params.extend([Value::Int(after_key), Value::Int(after_id), Value::Int(limit + 1)]);
    let rows: Vec<PersonRow> = tx.all(
        &format!("{SELECT} where {} and ({key}, p.id) < ($9, $10) order by {key} desc, p.id desc limit $11", filter.sql),
        &params,
    )?;
    let keys = tx.keys(who.brand);
    let rows = rows.into_iter().map(|r| r.veiled(&keys)).collect::<Result<Vec<_>>>()?;
    let by = |r: &PersonRow| match find.sort.as_deref() {
        Some("worth") => r.paid_fen.0,
        Some("joined") => r.joined_at.unwrap_or(0),
        _ => r.last_seen_at.unwrap_or(0),
    };
    let mut list = List::page(rows, limit, |r| format!("{}.{}", by(r), r.id.n()));
    for row in &mut list.items {
        row.tags = tag::of(tx, row.id)?;
    }
    list.total = Some(total);
    Ok(list)
}

/// Find persons. `total` counts all that fit.
#[utoipa::path(get, path = "/api/v1/persons", tag = "know", params(FindPersons, Page), responses((status = 200, body = List<PersonRow>)))]
pub async fn list_persons(
    State(app): State<App>,
    who: Staff,
    Query(find): Query<FindPersons>,
    Query(page): Query<Page>,
) -> Answer<Json<List<PersonRow>>> {
    who.need(May::PersonRead)?;
    Ok(Json(app.db.read(move |tx| list(tx, &who, &find, &page)).await?))
}

/// Everything known of one person but the timeline and the money, which have routes of their own.
#[derive(Debug, Serialize, ToSchema)]
pub struct Person {
    #[serde(flatten)]
    pub row: PersonRow,
    /// Attribute → value: gender, birthday, age_band, income_band, region, education, … and the brand's own that are not sealed
    pub portrait: Portrait,
    /// Everything known, the sealed values masked, with who said it and when.
    pub attributes: Vec<attribute::Valued>,
    pub identities: Vec<Identity>,
    /// The traffic pools this person is in.
    pub pools: Vec<identity::pool::Pool>,
    pub consents: Vec<consent::Consent>,
    /// The member of the staff who serves this person.
    pub guide: Option<super::guide::GuideRef>,
    /// Persons that turned out to be this one.
    pub merged_ids: Vec<ids::PersonId>,
}

/// One person within the asker's scope, merges followed.
pub fn get(tx: &mut Tx, who: &Staff, id: PersonId) -> Result<Person> {
    let root = super::root(tx, who.brand, id)?;
    let sql = format!("{SELECT} where p.id = $1{}", who.within("p.store_id"));
    let row: PersonRow = tx.opt(&sql, params![root])?.ok_or_else(|| Problem::not_found("person"))?;
    let mut row = row.veiled(&tx.keys(who.brand))?;
    row.tags = tag::of(tx, root)?;
    let identities = identity::of(tx, who.brand, root)?;
    Ok(Person {
        portrait: serde_json::from_str(&row.portrait).map_err(Problem::internal)?,
        attributes: attribute::of(tx, who.brand, root)?,
        identities,
        pools: identity::pool::of(tx, who.brand, root)?,
        consents: consent::of(tx, root)?,
        guide: super::guide::of(tx, root)?,
        merged_ids: tx.all("select id from person where root_id = $1 and id <> $1 order by id", params![root])?,
        row,
    })
}

/// One person.
#[utoipa::path(get, path = "/api/v1/persons/{id}", tag = "know", params(("id" = PersonId, Path)), responses((status = 200, body = Person)))]
pub async fn get_person(State(app): State<App>, who: Staff, Path(id): Path<PersonId>) -> Answer<Json<Person>> {
    who.need(May::PersonRead)?;
    Ok(Json(app.db.read(move |tx| get(tx, &who, id)).await?))
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddPerson {
    pub name: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    #[serde(default)]
    pub portrait: Portrait,
    #[serde(default)]
    pub tags: Vec<String>,
    pub store_id: Option<StoreId>,
}

fn add(tx: &mut Tx, who: &Staff, new: &AddPerson) -> Result<Person> {
    let store = new.store_id.or_else(|| who.stores.as_ref().and_then(|s| s.first().copied()));
    if let Some(store) = store {
        who.check_store(store)?;
        let ours: Option<i64> = tx.opt("select 1 from store where id = $1 and brand_id = $2", params![store, who.brand])?;
        ours.ok_or_else(|| Problem::not_found("store"))?;
    }
    let mut given = vec![];
    for (kind, value) in [("phone", &new.phone), ("email", &new.email)] {
        if let Some(v) = value.as_deref().map(str::trim).filter(|v| !v.is_empty()) {
            identity::normal(kind, v).ok_or_else(|| Problem::field(kind, format!("this is not a usable {kind}")))?;
            given.push((kind, v));
        }
    }
    if given.is_empty() {
        return Err(Problem::field("phone", "give a phone or an e-mail, so that the person can be found again"));
    }
    let person = identity::resolve(tx, who.brand, &given, "console")?;
    let traits = Traits {
        name: new.name.clone(),
        phone: new.phone.clone(),
        email: new.email.clone(),
        portrait: new.portrait.clone(),
        source: None,
    };
    attribute::refuse_weaker(tx, who.brand, person, &traits.portrait)?;
    describe(tx, who.brand, person, &traits, Some(&who.actor))?;
    for t in &new.tags {
        tag::add(tx, who.brand, person, t, "manual", Some(&who.actor))?;
    }
    if let Some(store) = store {
        identity::own::edit(tx, person, |tx| {
            tx.exec("update person set store_id = $1 where id = $2 and store_id is null", params![store, person])
        })?;
    }
    get(tx, who, person)
}

/// Add a person by phone or e-mail; somebody who is known already is changed instead.
#[utoipa::path(post, path = "/api/v1/persons", tag = "know", request_body = AddPerson, responses((status = 200, body = Person)))]
pub async fn add_person(State(app): State<App>, who: Staff, once: Once, Json(body): Json<AddPerson>) -> Answer<Said> {
    who.need(May::PersonWrite)?;
    let once = once.of(&body);
    Ok(app.db.write(move |tx| once.run(tx, who.brand, &who.actor, |tx| add(tx, &who, &body))).await?)
}

/// Change a person's name, phone, e-mail or portrait; what is absent stays.
#[utoipa::path(patch, path = "/api/v1/persons/{id}", tag = "know", params(("id" = PersonId, Path)), request_body = Traits, responses((status = 200, body = Person)))]
pub async fn edit_person(
    State(app): State<App>,
    who: Staff,
    Path(id): Path<PersonId>,
    Json(body): Json<Traits>,
) -> Answer<Json<Person>> {
    who.need(May::PersonWrite)?;
    let person = app
        .db
        .write(move |tx| {
            let person = get(tx, &who, id)?.row.id;
            if body.source.is_none_or(|s| s == attribute::Source::Operator) {
                attribute::refuse_weaker(tx, who.brand, person, &body.portrait)?;
            }
            describe(tx, who.brand, person, &body, Some(&who.actor))?;
            get(tx, &who, person)
        })
        .await?;
    Ok(Json(person))
}

/// What is masked elsewhere.
#[derive(Debug, Serialize, ToSchema)]
pub struct Revealed {
    pub phone: Option<String>,
    pub email: Option<String>,
    /// Identities that tell a person apart, whole.
    pub identities: Vec<Identity>,
    /// Sealed attributes by key.
    pub attributes: BTreeMap<String, String>,
}

/// The values whole, and who looked at them in the log.
fn reveal(tx: &mut Tx, who: &Staff, id: PersonId) -> Result<Revealed> {
    let person = get(tx, who, id)?.row.id;
    let (phone, email) = super::contacts(tx, who.brand, person)?;
    let identities = identity::whole(tx, who.brand, person)?;
    let attributes = attribute::secrets(tx, who.brand, person)?.into_iter().map(|(key, value, _)| (key, value)).collect();
    let props = serde_json::json!({ "fields": ["phone", "email", "identities", "attributes"] }).to_string();
    let fact = Fact::new(who.brand, events::PERSON_REVEALED, tx.now()).person(person).actor(&who.actor).props(&props);
    let _ = tx.record(&fact)?;
    Ok(Revealed { phone, email, identities, attributes })
}

/// Show a person's phone, e-mail and identities whole. That somebody looked is recorded.
#[utoipa::path(post, path = "/api/v1/persons/{id}/reveal", tag = "know", params(("id" = PersonId, Path)), responses((status = 200, body = Revealed)))]
pub async fn reveal_person(State(app): State<App>, who: Staff, Path(id): Path<PersonId>) -> Answer<Json<Revealed>> {
    who.need(May::PersonReveal)?;
    Ok(Json(app.db.write(move |tx| reveal(tx, &who, id)).await?))
}
