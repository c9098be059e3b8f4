//! Persons out of a file.
//!
//! A person is found by its key in the merchant's own system, by phone or by e-mail, in this order,
//! and made when there is none; a file is the merchant's word, so these identities are bound. Where the file
//! says something else than what is here, the run's [`Policies`](super::policy::Policies) decide, empty values
//! leave what is known. A grant of consent is kept with the file as its proof and only where nothing was
//! recorded before: a file never brings back a consent that a person took away (G25, G29).
//!
//! A file that was exported here comes back without harm: its `per_…` ids are persons, masks are no
//! values, and tags that are held already are not said again.
mod weigh;

use super::outcome::Told;
use super::sink::{Ctx, Fate, Field, Row, Sink, field};
use weigh::{Plan, Standing};
use crate::touchpoint;
use std::collections::HashMap;
use weir_ground::base::{Day, Ms, Result};
use weir_ground::event::{PersonId, StoreId, TouchpointId};
use weir_ground::{Tx, params};
use weir_keep::store;
use weir_know::consent::{self, SetConsent};
use weir_know::person::{self, Traits};
use weir_know::{identity, sync, tag};

pub struct Persons;

const FIELDS: &[Field] = &[
    field("person_key", false, "客户编号", "Customer key", &["会员号", "会员编号", "会员卡号", "客户id", "编号", "customer_id", "member_no", "external_id", "id", "key"]),
    field("name", false, "姓名", "Name", &["客户姓名", "客户名称", "会员姓名", "名字", "昵称", "full_name", "nickname"]),
    field("gender", false, "性别", "Gender", &["sex"]),
    field("phone", false, "手机号", "Phone", &["手机", "电话", "联系电话", "手机号码", "mobile", "tel", "cell"]),
    field("email", false, "邮箱", "E-mail", &["电子邮箱", "电子邮件", "邮件", "mail", "email_address"]),
    field("age_band", false, "年龄段", "Age band", &["年龄", "age", "age_range"]),
    field("income_band", false, "收入段", "Income band", &["收入", "income", "income_range"]),
    field("region", false, "地区", "Region", &["城市", "省市", "所在地", "city", "area"]),
    field("education", false, "学历", "Education", &["教育程度"]),
    field("birthday", false, "生日", "Birthday", &["出生日期", "birth_date", "birthdate", "dob"]),
    field("household_size", false, "家庭人数", "Household size", &["家庭规模"]),
    field("household_comp", false, "家庭结构", "Household composition", &["家庭构成"]),
    field("home_ownership", false, "住房情况", "Home ownership", &["住房"]),
    field("marital_status", false, "婚姻状况", "Marital status", &["婚姻"]),
    field("kids_count", false, "子女数", "Children", &["孩子数", "kids", "children_count"]),
    field("occupation", false, "职业", "Occupation", &["job", "profession"]),
    field("store_code", false, "门店编码", "Store code", &["所属门店", "门店", "归属门店", "store", "store_no"]),
    field("touchpoint_code", false, "触点编码", "Touchpoint code", &["触点", "渠道码", "来源", "channel_code", "source_code"]),
    field("tags", false, "标签", "Tags", &["客户标签", "tag", "labels"]),
    field("consents", false, "授权", "Consents", &["营销授权", "同意", "consent", "opt_in"]),
    field("joined_at", false, "入会时间", "Joined at", &["加入时间", "注册时间", "入会日期", "注册日期", "registered_at", "created_at", "join_date"]),
    field("changed_at", false, "修改时间", "Changed at", &["更新时间", "最后修改时间", "最近更新", "updated_at", "update_time", "modified_at", "last_modified"]),
];

/// Fields of which it can be said who wins, in the order in which they are told.
const WEIGHED: &[&str] = &[
    "name", "phone", "email", "gender", "age_band", "income_band", "region", "education", "birthday", "household_size", "household_comp",
    "home_ownership", "marital_status", "kids_count", "occupation", "store_code",
];
const PORTRAIT: &[&str] = WEIGHED.split_at(3).1.split_at(12).0;

/// Places in [`FIELDS`].
const KEY: usize = 0;
const NAME: usize = 1;
const GENDER: usize = 2;
const PHONE: usize = 3;
const EMAIL: usize = 4;
const BIRTHDAY: usize = 9;
const LAST_TRAIT: usize = 15;
const STORE: usize = 16;
const TOUCHPOINT: usize = 17;
const TAGS: usize = 18;
const CONSENTS: usize = 19;
const JOINED: usize = 20;
const CHANGED: usize = 21;

/// A row, checked.
struct Person {
    identities: Vec<(&'static str, String)>,
    traits: Traits,
    tags: Vec<String>,
    consents: Vec<SetConsent>,
    store: Option<StoreId>,
    touchpoint: Option<TouchpointId>,
    joined_at: Option<Ms>,
    changed_at: Option<Ms>,
    /// The file was exported here: who it is by our own id.
    own: Option<PersonId>,
}

impl Sink for Persons {
    fn kind(&self) -> &'static str {
        "persons"
    }
    fn fields(&self) -> &'static [Field] {
        FIELDS
    }
    fn policies(&self) -> &'static [&'static str] {
        WEIGHED
    }
    fn apply(&self, tx: &mut Tx, ctx: &Ctx, rows: &[Row]) -> Result<Vec<Fate>> {
        self.apply_told(tx, ctx, rows, &mut Told::default())
    }
    fn apply_told(&self, tx: &mut Tx, ctx: &Ctx, rows: &[Row], told: &mut Told) -> Result<Vec<Fate>> {
        let mut places = Places::default();
        let mut out = Vec::with_capacity(rows.len());
        for row in rows {
            let checked = match check(tx.now(), ctx, row) {
                Ok(person) => places.fill(tx, ctx, row, person)?,
                Err(reason) => Err(reason),
            };
            out.push(match checked {
                Ok(person) => keep(tx, ctx, row.n, &person, told)?,
                Err(reason) => Err(reason),
            });
        }
        Ok(out)
    }
}

/// Everything that can be said about a row without asking the database.
fn check(now: Ms, ctx: &Ctx, row: &Row) -> Result<Person, String> {
    let mut p = Person {
        identities: vec![],
        traits: Traits::default(),
        tags: vec![],
        consents: vec![],
        store: None,
        touchpoint: None,
        joined_at: None,
        changed_at: None,
        own: row.given(KEY).and_then(|v| v.parse().ok()),
    };
    for (at, kind) in [(KEY, "external_id"), (PHONE, "phone"), (EMAIL, "email")] {
        if let Some(v) = row.given(at).filter(|v| at == KEY && p.own.is_none() || at != KEY && !masked(v)) {
            let normal = identity::normal(kind, v).ok_or_else(|| format!("{}: {v} is not usable", FIELDS[at].name))?;
            p.identities.push((kind, normal));
        }
    }
    if p.identities.is_empty() && p.own.is_none() {
        return Err("person_key, phone or email: one of them must be given, so that the person can be found again".into());
    }
    p.traits.phone = row.given(PHONE).filter(|v| !masked(v)).map(str::to_string);
    p.traits.email = row.given(EMAIL).filter(|v| !masked(v)).map(str::to_string);
    p.traits.name = row.given(NAME).map(|v| unguarded(v).to_string());
    if row.at(NAME).chars().count() > 100 {
        return Err("name: use at most 100 characters".into());
    }
    for (at, f) in FIELDS.iter().enumerate().take(LAST_TRAIT + 1) {
        if matches!(at, KEY | NAME | PHONE | EMAIL) {
            continue;
        }
        let Some(v) = row.given(at) else { continue };
        let v = match at {
            GENDER => gender(v).to_string(),
            BIRTHDAY => birthday(ctx, v).ok_or_else(|| format!("birthday: {v} is not a date"))?,
            _ => unguarded(v).to_string(),
        };
        if v.chars().count() > 200 {
            return Err(format!("{}: use at most 200 characters", f.name));
        }
        p.traits.portrait.insert(f.name.to_string(), Some(v));
    }
    for t in list(unguarded(row.at(TAGS))) {
        if t.chars().count() > 30 {
            return Err(format!("tags: {t} is longer than 30 characters"));
        }
        p.tags.push(t.to_string());
    }
    for c in list(row.at(CONSENTS)) {
        p.consents.push(says(c, ctx)?);
    }
    p.joined_at = past(now, ctx, row, JOINED)?;
    p.changed_at = past(now, ctx, row, CHANGED)?;
    Ok(p)
}

/// A time that lies behind us; also in the milliseconds of an export.
fn past(now: Ms, ctx: &Ctx, row: &Row, at: usize) -> Result<Option<Ms>, String> {
    let (Some(v), field) = (row.given(at), FIELDS[at].name) else { return Ok(None) };
    let stamp = v.len() == 13 && v.bytes().all(|b| b.is_ascii_digit());
    let time = if stamp { v.parse().ok() } else { ctx.zone.parse(v) };
    match time.ok_or_else(|| format!("{field}: {v} is not a time"))? {
        at if at > now => Err(format!("{field}: {v} lies in the future")),
        at => Ok(Some(at)),
    }
}

/// A value that somebody might not see whole comes back as it was shown.
fn masked(v: &str) -> bool {
    v.contains('*')
}

/// Without the mark by which an export keeps a spreadsheet from taking a text for a formula.
fn unguarded(v: &str) -> &str {
    v.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@'])).unwrap_or(v)
}

fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split([';', '；', '|']).map(str::trim).filter(|t| !t.is_empty())
}

fn gender(v: &str) -> &str {
    match v.to_lowercase().as_str() {
        "男" | "m" | "male" | "先生" => "male",
        "女" | "f" | "female" | "女士" => "female",
        _ => v,
    }
}

/// `YYYY-MM-DD` out of the usual shapes.
fn birthday(ctx: &Ctx, v: &str) -> Option<String> {
    let day = Day::parse(v).or_else(|| ctx.zone.parse(v).map(|at| ctx.zone.day(at)))?;
    Some(day.to_string())
}

/// `purpose:channel` or `purpose:channel:status`.
fn says(text: &str, ctx: &Ctx) -> Result<SetConsent, String> {
    let mut parts = text.split([':', '：']).map(str::trim);
    let (purpose, channel, status) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""), parts.next().unwrap_or("granted"));
    let known = consent::PURPOSES.contains(&purpose)
        && consent::CHANNELS.contains(&channel)
        && matches!(status, "granted" | "denied" | "withdrawn");
    if !known || parts.next().is_some() {
        return Err(format!("consents: {text} is not purpose:channel such as marketing:email"));
    }
    Ok(SetConsent {
        purpose: purpose.into(),
        channel: channel.into(),
        status: status.into(),
        proof: Some(format!("import: {}", ctx.file)),
    })
}

/// Stores and touchpoints that these rows name, each looked up once.
#[derive(Default)]
struct Places {
    stores: HashMap<String, Option<StoreId>>,
    touchpoints: HashMap<String, Option<TouchpointId>>,
}

impl Places {
    fn fill(&mut self, tx: &mut Tx, ctx: &Ctx, row: &Row, mut p: Person) -> Result<Result<Person, String>> {
        if let Some(code) = row.given(STORE) {
            let found = match self.stores.get(code) {
                Some(found) => *found,
                None => {
                    let found = store::by_code(tx, ctx.brand, code)?;
                    self.stores.insert(code.to_string(), found);
                    found
                }
            };
            if found.is_none() {
                return Ok(Err(format!("store_code: there is no store {code}")));
            }
            p.store = found;
        }
        if let Some(code) = row.given(TOUCHPOINT) {
            let found = match self.touchpoints.get(code) {
                Some(found) => *found,
                None => {
                    let found = touchpoint::by_code(tx, code)?.filter(|t| t.brand == ctx.brand).map(|t| t.id);
                    self.touchpoints.insert(code.to_string(), found);
                    found
                }
            };
            if found.is_none() {
                return Ok(Err(format!("touchpoint_code: there is no touchpoint {code}")));
            }
            p.touchpoint = found;
        }
        Ok(Ok(p))
    }
}

/// Who a row is about, if it is somebody already.
fn find(tx: &mut Tx, ctx: &Ctx, p: &Person) -> Result<Option<PersonId>> {
    if let Some(own) = p.own {
        return tx.opt("select root_id from person where id = $1 and brand_id = $2", params![own, ctx.brand]);
    }
    for (kind, value) in &p.identities {
        if let Some(root) = identity::find(tx, ctx.brand, kind, value)? {
            return Ok(Some(root));
        }
    }
    Ok(None)
}

/// The subject that the row is written to. What the policy does not take is not bound either.
fn subject(tx: &mut Tx, ctx: &Ctx, p: &Person, plan: &Plan) -> Result<PersonId> {
    let taken: Vec<(&str, &str)> = p.identities.iter().filter(|(k, _)| !plan.keeps(k)).map(|(k, v)| (*k, v.as_str())).collect();
    if let Some(own) = p.own {
        return bind_to(tx, ctx, own, &taken);
    }
    let all: Vec<(&str, &str)> = p.identities.iter().map(|(kind, value)| (*kind, value.as_str())).collect();
    identity::resolve(tx, ctx.brand, if taken.is_empty() { &all } else { &taken }, ctx.source)
}

/// Binds identities to somebody who is named by our own id, led by what tells more about the person than
/// they do. Without such a lead another phone could as well be somebody else's: it is a way to reach the
/// person then, and nothing by which to be found.
fn bind_to(tx: &mut Tx, ctx: &Ctx, own: PersonId, ids: &[(&str, &str)]) -> Result<PersonId> {
    let strength = |kind: &str| identity::kinds::get(kind).map_or(0, |k| k.strength);
    let (root, most) = (person::of(tx, own)?, ids.iter().map(|i| strength(i.0)).max());
    let known = if ids.is_empty() { vec![] } else { identity::whole(tx, ctx.brand, root)? };
    match known.iter().find(|i| Some(strength(&i.kind)) > most) {
        None => Ok(own),
        Some(lead) => {
            let all: Vec<(&str, &str)> = [(lead.kind.as_str(), lead.value.as_str())].into_iter().chain(ids.iter().copied()).collect();
            identity::resolve(tx, ctx.brand, &all, ctx.source)
        }
    }
}

fn keep(tx: &mut Tx, ctx: &Ctx, n: i64, p: &Person, told: &mut Told) -> Result<Fate> {
    let known = find(tx, ctx, p)?;
    if let (Some(own), None) = (p.own, known) {
        return Ok(Err(format!("person_key: there is no customer {own}")));
    }
    let before = known.map(|root| Standing::of(tx, ctx, root)).transpose()?;
    let plan = Plan::new(tx, ctx, p, known.zip(before.as_ref()))?;
    let id = subject(tx, ctx, p, &plan)?;
    write(tx, ctx, p, id, &plan)?;
    let root = if known.is_none() { id } else { person::of(tx, id)? };
    for (field, value) in weigh::given(p).iter().filter(|(f, _)| ctx.policy.remembers(f)) {
        sync::remember(tx, ctx.brand, root, &sync::Word { system: ctx.policy.feed(), field, value, at: p.changed_at.unwrap_or(tx.now()) })?;
    }
    match known {
        None => told.outcome.created += 1,
        Some(_) => {
            let after = if plan.moves() { Some(Standing::of(tx, ctx, root)?) } else { None };
            plan.tell(tx, n, after.as_ref(), told)?;
        }
    }
    Ok(Ok(()))
}

fn write(tx: &mut Tx, ctx: &Ctx, p: &Person, id: PersonId, plan: &Plan) -> Result<()> {
    type Standing = (Option<StoreId>, Option<TouchpointId>, Option<Ms>, PersonId);
    let (store, touchpoint, joined, root): Standing =
        tx.one("select store_id, touchpoint_id, joined_at, root_id from person where id = $1", params![id])?;
    if touchpoint.is_none() && p.touchpoint.is_some() {
        person::seen(tx, id, 0, p.touchpoint)?;
    }
    // A correction is made where it shows, as the staff would.
    if let (Some(right), Some(given)) = (plan.store, p.store.filter(|s| store != Some(*s))) {
        person::set_store(tx, if right { root } else { id }, given)?;
    }
    if plan.filed.source.is_some() {
        person::describe(tx, ctx.brand, id, &plan.filed, None)?;
    }
    if plan.put_right.source.is_some() {
        let actor = ctx.policy.system.as_ref().map(|s| format!("sync:{s}")).or_else(|| ctx.actor.clone());
        person::describe_winning(tx, ctx.brand, root, &plan.put_right, actor.as_deref())?;
    }
    if let Some(at) = p.joined_at.filter(|_| joined.is_none()) {
        person::joined(tx, ctx.brand, id, at)?;
    }
    let held = if p.own.is_some() { tag::of(tx, root)? } else { vec![] };
    for t in p.tags.iter().filter(|t| !held.contains(t)) {
        tag::add(tx, ctx.brand, id, t, ctx.source, None)?;
    }
    for c in &p.consents {
        if c.status != "granted" || !spoken(tx, id, c)? {
            consent::set(tx, ctx.brand, id, c, ctx.source, None)?;
        }
    }
    Ok(())
}

/// Was anything recorded about this purpose and channel?
fn spoken(tx: &mut Tx, person: PersonId, c: &SetConsent) -> Result<bool> {
    let found: Option<i64> = tx.opt(
        "select 1 from consent_now c join person p on p.root_id = c.person_id where p.id = $1 and c.purpose = $2 and c.channel = $3",
        params![person, &c.purpose, &c.channel],
    )?;
    Ok(found.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_places_are_where_the_table_says() {
        for (at, name) in [
            (KEY, "person_key"), (NAME, "name"), (GENDER, "gender"), (PHONE, "phone"), (EMAIL, "email"), (BIRTHDAY, "birthday"),
            (LAST_TRAIT, "occupation"), (STORE, "store_code"), (TOUCHPOINT, "touchpoint_code"), (TAGS, "tags"),
            (CONSENTS, "consents"), (JOINED, "joined_at"), (CHANGED, "changed_at"),
        ] {
            assert_eq!(FIELDS[at].name, name);
        }
        let portrait: Vec<&str> = FIELDS.iter().map(|f| f.name).filter(|f| person::PORTRAIT.contains(f)).collect();
        assert_eq!(portrait.len(), person::PORTRAIT.len(), "every attribute of the portrait can be imported");
        let weighed: Vec<&str> = FIELDS[NAME..=STORE].iter().map(|f| f.name).collect();
        assert!(WEIGHED.iter().all(|w| weighed.contains(w)) && PORTRAIT.iter().all(|w| person::PORTRAIT.contains(w)));
        assert_eq!((WEIGHED.len(), PORTRAIT.len()), (weighed.len(), person::PORTRAIT.len()));
    }
}
