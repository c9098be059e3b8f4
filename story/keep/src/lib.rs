//! Keep (管家): who may do what. Brands, stores, staff, roles, API keys, and an audit over events.
//!
//! Everything that belongs to a brand carries `brand_id`; the only way to get a brand and a store
//! scope is to be somebody: [`Staff`] from a session or an admin key, [`key::Ingest`] from a key.
pub mod audit;
pub mod brand;
pub mod events;
pub mod key;
pub mod role;
pub mod session;
pub mod staff;
pub mod store;

pub use brand::{Brand, Settings};
pub use role::{May, Role};
pub use session::Staff;

use utoipa_axum::{router::OpenApiRouter, routes};
use weir_ground::http::App;

/// The routes of this chapter.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(session::sign_in, session::sign_out))
        .routes(routes!(session::me))
        .routes(routes!(brand::edit_brand))
        .routes(routes!(store::list_stores, store::add_store))
        .routes(routes!(store::edit_store))
        .routes(routes!(store::place::place_store, store::place::unplace_store))
        .routes(routes!(store::place::list_store_places))
        .routes(routes!(staff::list_staff, staff::add_staff))
        .routes(routes!(staff::edit_staff))
        .routes(routes!(role::list_roles))
        .routes(routes!(key::list_keys, key::add_key))
        .routes(routes!(key::revoke_key))
        .routes(routes!(audit::list_audit))
}
