//! Where an order goes: whole for whoever ships it, and on record.
use super::http::page;
use super::state::State as OrderState;
use super::{OrderId, get, record};
use crate::events;
use crate::mall::checkout::Address;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use weir_ground::base::{Problem, Result};
use weir_ground::http::{Answer, App, Json, Path};
use weir_ground::{Tx, params};
use weir_keep::{May, Staff};

/// What is masked on the page of the order.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderRevealed {
    pub address: Option<Address>,
    pub note: Option<String>,
}

/// The address and the note whole, and who looked at them in the log. Whoever hands orders over sees
/// them while there is something to hand over; afterwards only those who may see contacts whole.
fn reveal(tx: &mut Tx, who: &Staff, id: OrderId) -> Result<OrderRevealed> {
    let row = page(tx, who, id)?.row;
    let under_way = matches!(row.state, OrderState::Paid | OrderState::Ready | OrderState::Fulfilled);
    if !under_way {
        who.need(May::PersonReveal)?;
    }
    let (address, note): (Option<String>, Option<String>) = tx.one("select address, note from orders where id = $1", params![id])?;
    let keys = tx.keys(who.brand);
    let (address, note) = (keys.open_opt(address.as_deref())?, keys.open_opt(note.as_deref())?);
    let o = get(tx, who.brand, id)?;
    record(tx, &o, events::ORDER_REVEALED, None, Some(&who.actor), r#","fields":["address","note"]"#)?;
    Ok(OrderRevealed { address: address.map(|a| serde_json::from_str(&a)).transpose().map_err(Problem::internal)?, note })
}

/// Show where an order goes, and what the customer wrote, whole. That somebody looked is recorded.
#[utoipa::path(post, path = "/api/v1/orders/{id}/reveal", tag = "sell", params(("id" = OrderId, Path)), responses((status = 200, body = OrderRevealed)))]
pub async fn reveal_order(State(app): State<App>, who: Staff, Path(id): Path<OrderId>) -> Answer<Json<OrderRevealed>> {
    who.need(May::OrderFulfil)?;
    Ok(Json(app.db.write(move |tx| reveal(tx, &who, id)).await?))
}
