//! Gather (引流): where customers come from. Touchpoints and visits, events of other systems, files.
pub mod events;
pub mod import;
pub mod intake;
pub mod quarantine;
pub mod touchpoint;
pub mod visit;

use axum::routing::{get, options, post};
use utoipa_axum::{router::OpenApiRouter, routes};
use weir_ground::http::App;

/// The routes of this chapter; `imports` says what can be imported.
pub fn routes(imports: &import::Imports) -> OpenApiRouter<App> {
    use import::http as i;
    use intake::sensors::http as s;
    use touchpoint::http as t;
    OpenApiRouter::new()
        .routes(routes!(t::list_touchpoint_kinds))
        .routes(routes!(t::list_touchpoints, t::add_touchpoint))
        .routes(routes!(t::get_touchpoint, t::edit_touchpoint))
        .routes(routes!(t::list_costs, t::add_cost))
        .routes(routes!(t::remove_cost))
        .routes(routes!(t::touchpoint_funnel))
        .routes(routes!(t::touchpoint_qr_svg))
        .routes(routes!(t::touchpoint_qr_png))
        .routes(routes!(visit::http::follow_code))
        .routes(routes!(visit::http::mall_visit))
        .routes(routes!(intake::http::take_events))
        .route("/v1/{call}", options(intake::http::preflight))
        .route("/v1/{call}/", post(intake::http::take_events).options(intake::http::preflight))
        .routes(routes!(s::take_records))
        .route("/sa", get(s::take_records).options(intake::http::preflight))
        .routes(routes!(s::take_picture))
        .route("/sa.gif", post(s::take_records).options(intake::http::preflight))
        .routes(routes!(s::debug_records))
        .route("/debug", options(intake::http::preflight))
        .routes(routes!(quarantine::list_quarantine))
        .routes(routes!(i::list_imports, i::upload_import))
        .routes(routes!(i::get_import))
        .routes(routes!(i::start_import))
        .routes(routes!(i::cancel_import))
        .routes(routes!(i::list_rejects))
        .routes(routes!(i::download_rejects))
        .layer(axum::Extension(imports.clone()))
}
