//! "Me" in the mall: who I am, my code and what it earned, what I allow, my messages.
use crate::promoter::{Earned, earned, referred};
use crate::referral;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_ground::base::{Problem, Result, ids};
use weir_ground::config::Config;
use weir_ground::http::{Answer, App, Json, List, Page, Path, Query};
use weir_ground::{Tx, params};
use weir_keep::store::StoreRef;
use weir_know::consent::{self, SetConsent};
use weir_know::person::{self, Traits};
use weir_sell::buyer::Buyer;
use weir_sell::mall::checkout::Address;

/// On which channels the shop may send marketing.
#[derive(Debug, Serialize, ToSchema)]
pub struct Allowed {
    pub inbox: bool,
    pub email: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct MallMe {
    pub id: ids::PersonId,
    pub name: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub referral_code: String,
    pub referral_link: String,
    /// Friends who came by the code.
    pub referred: i64,
    #[serde(flatten)]
    pub earned: Earned,
    pub unread: i64,
    pub consents: Allowed,
    pub address: Option<Address>,
    pub store: Option<StoreRef>,
}

/// Reads everything; `None` while there is no referral code yet.
fn view(tx: &mut Tx, config: &Config, who: &Buyer) -> Result<Option<MallMe>> {
    let Some(code) = referral::find_code(tx, who.person)? else { return Ok(None) };
    let keys = tx.keys(who.brand);
    let (phone, email) = person::contacts(tx, who.brand, who.person)?;
    let (name, store, store_name): (Option<String>, Option<i64>, Option<String>) = tx.one(
        "select p.name, s.id, s.name from person p left join store s on s.id = p.store_id where p.id = $1",
        params![who.person],
    )?;
    let consents = consent::of(tx, who.person)?;
    let granted = |channel: &str| {
        consents.iter().any(|c| c.purpose == "marketing" && c.channel == channel && c.status == "granted")
    };
    let address: Option<(String, String, String, String)> =
        tx.opt("select name, phone, region, detail from address where person_id = $1", params![who.person])?;
    let address = address.map(|(name, phone, region, detail)| -> Result<Address> {
        Ok(Address { name, phone: keys.open(&phone)?, region: keys.open(&region)?, detail: keys.open(&detail)? })
    });
    Ok(Some(MallMe {
        id: who.person,
        name,
        phone,
        email,
        referral_link: config.link(&format!("/m/?r={code}")),
        referral_code: code,
        referred: referred(tx, who.person)?.len() as i64,
        earned: earned(tx, who.brand, who.person)?,
        unread: weir_reach::inbox::unread(tx, who.brand, who.person)?,
        consents: Allowed { inbox: granted("inbox"), email: granted("email") },
        address: address.transpose()?,
        store: store.zip(store_name).map(|(id, name)| StoreRef { id: ids::StoreId::new(id), name }),
    }))
}

/// The view, with a referral code made when there is none.
fn full_view(tx: &mut Tx, config: &Config, who: &Buyer) -> Result<MallMe> {
    referral::code(tx, who.brand, who.person)?;
    view(tx, config, who)?.ok_or_else(|| Problem::internal("a referral code was made and is gone"))
}

/// Who is signed in.
#[utoipa::path(get, path = "/mall/v1/me", operation_id = "mall_me", tag = "mall", responses((status = 200, body = MallMe)))]
pub async fn me(State(app): State<App>, who: Buyer) -> Answer<Json<MallMe>> {
    let config = app.config.clone();
    if let Some(me) = app.db.read(move |tx| view(tx, &config, &who)).await? {
        return Ok(Json(me));
    }
    let config = app.config.clone();
    Ok(Json(app.db.write(move |tx| full_view(tx, &config, &who)).await?))
}

/// What is absent stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Allow {
    pub inbox: Option<bool>,
    pub email: Option<bool>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditMe {
    pub name: Option<String>,
    pub consents: Option<Allow>,
    pub address: Option<Address>,
    /// The store where I usually shop.
    pub store_id: Option<ids::StoreId>,
}

fn edit(tx: &mut Tx, who: &Buyer, body: &EditMe) -> Result<()> {
    if body.name.is_some() {
        let traits = Traits { name: body.name.clone(), ..Default::default() };
        person::describe(tx, who.brand, who.subject, &traits, None)?;
    }
    let allow = body.consents.as_ref();
    for (channel, say) in [("inbox", allow.and_then(|a| a.inbox)), ("email", allow.and_then(|a| a.email))] {
        let Some(yes) = say else { continue };
        let says = SetConsent {
            purpose: "marketing".into(),
            channel: channel.into(),
            status: if yes { "granted" } else { "withdrawn" }.into(),
            proof: Some("switched on the mall's own page".into()),
        };
        consent::set(tx, who.brand, who.subject, &says, "mall", None)?;
    }
    if let Some(a) = &body.address {
        a.check()?;
        let keys = tx.keys(who.brand);
        tx.exec(
            "insert into address (person_id, brand_id, name, phone, region, detail) values ($1, $2, $3, $4, $5, $6) \
             on conflict (person_id) do update set name = excluded.name, phone = excluded.phone, region = excluded.region, detail = excluded.detail",
            params![who.person, who.brand, &a.name, &keys.seal(&a.phone), &keys.seal(&a.region), &keys.seal(&a.detail)],
        )?;
    }
    if let Some(store) = body.store_id {
        let ours: Option<i64> =
            tx.opt("select 1 from store where id = $1 and brand_id = $2 and active = 1", params![store, who.brand])?;
        ours.ok_or_else(|| Problem::not_found("open store"))?;
        person::set_store(tx, who.subject, store)?;
    }
    Ok(())
}

async fn change(app: App, who: Buyer, body: EditMe) -> Answer<Json<MallMe>> {
    let config = app.config.clone();
    let me = app
        .db
        .write(move |tx| {
            edit(tx, &who, &body)?;
            full_view(tx, &config, &who)
        })
        .await?;
    Ok(Json(me))
}

/// Change my name, what I allow, my address or my store; what is absent stays.
#[utoipa::path(patch, path = "/mall/v1/me", tag = "mall", request_body = EditMe, responses((status = 200, body = MallMe)))]
pub async fn edit_me(State(app): State<App>, who: Buyer, Json(body): Json<EditMe>) -> Answer<Json<MallMe>> {
    change(app, who, body).await
}

/// The same as PATCH, for clients that have no PATCH (WeChat mini programs).
#[utoipa::path(put, path = "/mall/v1/me", tag = "mall", request_body = EditMe, responses((status = 200, body = MallMe)))]
pub async fn put_me(State(app): State<App>, who: Buyer, Json(body): Json<EditMe>) -> Answer<Json<MallMe>> {
    change(app, who, body).await
}

/// Messages of the shop to me, newest first.
#[utoipa::path(get, path = "/mall/v1/inbox", tag = "mall", params(Page), responses((status = 200, body = List<weir_reach::inbox::InboxItem>)))]
pub async fn inbox(
    State(app): State<App>,
    who: Buyer,
    Query(page): Query<Page>,
) -> Answer<Json<List<weir_reach::inbox::InboxItem>>> {
    Ok(Json(app.db.read(move |tx| weir_reach::inbox::list(tx, who.brand, who.person, &page)).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadMessage {
    /// The link in it was followed, too.
    #[serde(default)]
    pub clicked: bool,
}

/// I opened a message, or followed its link.
#[utoipa::path(post, path = "/mall/v1/inbox/{id}/read", tag = "mall", params(("id" = ids::MessageId, Path)), request_body = ReadMessage, responses((status = 204)))]
pub async fn read_message(
    State(app): State<App>,
    who: Buyer,
    Path(id): Path<ids::MessageId>,
    Json(body): Json<ReadMessage>,
) -> Answer<StatusCode> {
    app.db.write(move |tx| weir_reach::inbox::mark(tx, who.brand, who.person, id, body.clicked)).await?;
    Ok(StatusCode::NO_CONTENT)
}
