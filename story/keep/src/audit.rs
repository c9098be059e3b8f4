//! Events as people read them, and the audit: what staff and keys did.
use crate::store::StoreRef;
use crate::{May, Staff};
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use weir_ground::base::{Fen, Id, Ms, Problem, Result, ids, kinds};
use weir_ground::event::{BrandId, PersonId, TouchpointId};
use weir_ground::http::{Answer, App, Json, List, Page, Query};
use weir_ground::{Row, Tx, Value, db::row::FromRow, params};

/// A touchpoint as other things name it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TouchpointRef {
    pub id: TouchpointId,
    pub name: String,
}

/// One event with the names of what it mentions.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Event)]
pub struct EventView {
    pub id: ids::EventId,
    pub name: String,
    pub at: Ms,
    pub received_at: Ms,
    pub source: String,
    pub person_id: Option<PersonId>,
    pub person_name: Option<String>,
    pub touchpoint: Option<TouchpointRef>,
    pub store: Option<StoreRef>,
    pub actor: Option<String>,
    pub actor_name: Option<String>,
    pub value_fen: Option<Fen>,
    #[schema(value_type = Object)]
    pub props: serde_json::Value,
    #[serde(skip)]
    brand: BrandId,
}

impl FromRow for EventView {
    fn from_row(r: &Row<'_>) -> Result<EventView> {
        let (touchpoint, touchpoint_name): (Option<TouchpointId>, Option<String>) = (r.get(7)?, r.get(8)?);
        let (store, store_name) = (r.get::<Option<ids::StoreId>>(9)?, r.get::<Option<String>>(10)?);
        let props: String = r.get(14)?;
        Ok(EventView {
            id: r.get(0)?,
            name: r.get(1)?,
            at: r.get(2)?,
            received_at: r.get(3)?,
            source: r.get(4)?,
            person_id: r.get(5)?,
            person_name: r.get(6)?,
            touchpoint: touchpoint.zip(touchpoint_name).map(|(id, name)| TouchpointRef { id, name }),
            store: store.zip(store_name).map(|(id, name)| StoreRef { id, name }),
            actor: r.get(11)?,
            actor_name: r.get(12)?,
            value_fen: r.get(13)?,
            props: serde_json::from_str(&props).map_err(Problem::internal)?,
            brand: r.get(15)?,
        })
    }
}

/// Events that satisfy `filter` (a condition on `e`), with the names of what they mention. What is
/// sealed in their props is masked.
pub fn events(tx: &mut Tx, filter: &str, order: &str, params: &[Value<'_>]) -> Result<Vec<EventView>> {
    let mut list: Vec<EventView> = tx.all(
        &format!(
            "select e.id, e.name, e.at, e.received_at, e.source, e.person_id, p.name, e.touchpoint_id, t.name, e.store_id, s.name, e.actor, null, e.value, e.props, e.brand_id \
             from event e left join person p on p.id = e.person_id left join touchpoint t on t.id = e.touchpoint_id \
             left join store s on s.id = e.store_id where {filter} {order}"
        ),
        params,
    )?;
    for e in &mut list {
        tx.keys(e.brand).mask_doc(&mut e.props);
        e.actor_name = match e.actor.as_deref() {
            Some(a) if a.starts_with("stf_") => {
                let id: Option<Id<kinds::Staff>> = a.parse().ok();
                tx.opt("select name from staff where id = $1", params![id])?
            }
            Some(a) if a.starts_with("key_") => {
                let id: Option<Id<kinds::ApiKey>> = a.parse().ok();
                tx.opt("select name from api_key where id = $1", params![id])?
            }
            _ => None,
        };
    }
    Ok(list)
}

/// What staff and keys did, newest first.
#[utoipa::path(get, path = "/api/v1/audit", tag = "keep", params(Page), responses((status = 200, body = List<EventView>)))]
pub async fn list_audit(State(app): State<App>, who: Staff, Query(page): Query<Page>) -> Answer<Json<List<EventView>>> {
    who.need(May::AuditRead)?;
    let (limit, [before]) = (page.limit()?, page.after([i64::MAX])?);
    let list = app
        .db
        .read(move |tx| {
            let items = events(
                tx,
                "e.brand_id = $1 and e.actor is not null and e.actor <> 'system' and e.id < $2",
                "order by e.id desc limit $3",
                params![who.brand, before, limit + 1],
            )?;
            Ok(List::page(items, limit, |e| e.id.n().to_string()))
        })
        .await?;
    Ok(Json(list))
}
