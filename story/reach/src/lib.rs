//! Reach (触达): the right content to the right people by a channel they allowed.
//!
//! A campaign (群发活动) is launched; a worker walks its audience in id order and decides for every
//! person once: not reachable (with the reason), held out on purpose, or treated. A treated person
//! is a row in state `intent`, which the worker attempts. Everything that happens to a person is
//! one row of `message`, and a fact on that person's timeline.
//!
//! Channels are a plug point: one that stays in the house (the inbox, the sandbox mailbox) delivers
//! in the same transaction that says so; one that leaves it (SMTP) is called between two
//! transactions, and what a crash leaves in between is `unknown`, never sent twice.
//!
//! Who was held out was chosen by a hash of a secret salt and the person, among exactly those who
//! would have been reached. So the difference between the two arms is what the campaign caused.
pub mod campaign;
pub mod channel;
pub mod erase;
pub mod events;
pub mod history;
pub mod inbox;
pub mod message;
pub mod optout;
pub mod results;
pub mod send;
pub mod stats;

use utoipa_axum::{router::OpenApiRouter, routes};
use weir_ground::http::App;

/// The routes of this chapter.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(campaign::http::list_campaigns, campaign::http::add_campaign))
        .routes(routes!(campaign::http::forecast_campaign))
        .routes(routes!(campaign::http::get_campaign, campaign::http::edit_campaign))
        .routes(routes!(campaign::http::launch_campaign))
        .routes(routes!(campaign::http::cancel_campaign))
        .routes(routes!(results::campaign_results))
        .routes(routes!(message::list_messages))
        .routes(routes!(message::list_mails))
        .routes(routes!(optout::opt_out_page, optout::opt_out))
}
