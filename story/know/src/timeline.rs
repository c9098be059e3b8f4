//! The timeline (行为时间线): a person's events by when they happened.
use crate::person::http::get;
use axum::extract::State;
use serde::Deserialize;
use weir_ground::event::PersonId;
use weir_ground::http::{Answer, App, Json, List, Page, Path, Query};
use weir_ground::params;
use weir_keep::audit::{EventView, events};
use weir_keep::{May, Staff};

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FindEvents {
    /// The beginning of an event name, such as `order.`; several with commas.
    pub name: Option<String>,
}

/// What a person did and what happened to them, newest first.
#[utoipa::path(get, path = "/api/v1/persons/{id}/timeline", tag = "know", params(("id" = PersonId, Path), FindEvents, Page), responses((status = 200, body = List<EventView>)))]
pub async fn person_timeline(
    State(app): State<App>,
    who: Staff,
    Path(id): Path<PersonId>,
    Query(find): Query<FindEvents>,
    Query(page): Query<Page>,
) -> Answer<Json<List<EventView>>> {
    who.need(May::PersonRead)?;
    let (limit, [before_at, before_id]) = (page.limit()?, page.after([i64::MAX, i64::MAX])?);
    let list = app
        .db
        .read(move |tx| {
            let root = get(tx, &who, id)?.row.id;
            let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | ' ' | '-' | '$');
            let names: Vec<String> = find
                .name
                .as_deref()
                .unwrap_or("")
                .split(',')
                .map(|n| n.trim().chars().filter(|c| fits(*c)).collect::<String>())
                .filter(|n| !n.is_empty())
                .map(|n| format!("substr(e.name, 1, {}) = '{n}'", n.len()))
                .collect();
            let named = if names.is_empty() { String::new() } else { format!(" and ({})", names.join(" or ")) };
            let filter = format!(
                "e.id in (select id from event_of where person_id in (select id from person where root_id = $1) and (at, id) < ($2, $3)){named}"
            );
            let items = events(
                tx,
                &filter,
                "order by e.at desc, e.id desc limit $4",
                params![root, before_at, before_id, limit + 1],
            )?;
            Ok(List::page(items, limit, |e| format!("{}.{}", e.at, e.id.n())))
        })
        .await?;
    Ok(Json(list))
}
