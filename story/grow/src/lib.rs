//! Grow (裂变): customers bring customers, and what they earn by it adds up.
//!
//! A referral code leads a friend here; the binding says who brought whom, with its history. When
//! the friend's order is paid a reader of the log accrues commission into the ledger; a timer
//! matures it after the return window; a refund takes back exactly its share. One level only: the
//! schema has no place for a third payee (D1, D2).
pub mod binding;
pub mod commission;
pub mod erase;
pub mod events;
pub mod ledger_pages;
pub mod me;
pub mod promoter;
pub mod referral;

use utoipa_axum::{router::OpenApiRouter, routes};
use weir_ground::http::App;

/// The routes of this chapter.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(me::me, me::edit_me, me::put_me))
        .routes(routes!(me::inbox))
        .routes(routes!(me::read_message))
        .routes(routes!(promoter::person_grow))
        .routes(routes!(promoter::list_promoters))
        .routes(routes!(ledger_pages::ledger))
        .routes(routes!(ledger_pages::entries))
}
