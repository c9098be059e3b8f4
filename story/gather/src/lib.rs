//! Gather (引流): where customers come from. Touchpoints and visits, events of other systems, files.
pub mod catalogue;
pub mod erase;
pub mod events;
pub mod import;
pub mod intake;
pub mod link;
pub mod live_code;
pub mod quarantine;
pub mod touchpoint;
pub mod visit;

use axum::routing::{get, options, post};
use utoipa_axum::{router::OpenApiRouter, routes};
use weir_ground::http::App;

/// The routes of this chapter; `imports` says what can be imported.
pub fn routes(imports: &import::Imports) -> OpenApiRouter<App> {
    use catalogue::http as c;
    use import::http as i;
    use import::rows as o;
    use intake::posthog::http as p;
    use intake::rules::http as r;
    use intake::sensors::http as s;
    use live_code::http as l;
    use quarantine::http as q;
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
        .routes(routes!(t::touchpoint_link))
        .routes(routes!(t::touchpoint_retention))
        .routes(routes!(t::touchpoint_marks))
        .routes(routes!(t::touchpoint_table))
        .routes(routes!(t::pack_codes))
        .routes(routes!(l::list_live_codes, l::add_live_code))
        .routes(routes!(l::get_live_code, l::save_live_code))
        .routes(routes!(l::activate_live_code))
        .routes(routes!(l::retire_live_code))
        .routes(routes!(l::switch_slot))
        .routes(routes!(l::live_code_today))
        .routes(routes!(l::preview_live_code))
        .routes(routes!(l::live_code_trace))
        .routes(routes!(l::confirm_add))
        .routes(routes!(live_code::page::guide_page))
        .routes(routes!(live_code::page::guide_qr))
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
        .routes(routes!(intake::mall::mall_events))
        .route("/w.js", get(intake::script::script))
        .routes(routes!(p::capture))
        .route("/batch/", options(intake::http::preflight))
        .routes(routes!(q::list_quarantine))
        .routes(routes!(q::count_quarantine))
        .routes(routes!(q::replay_one))
        .routes(routes!(q::replay_many))
        .routes(routes!(q::dismiss_one))
        .routes(routes!(q::dismiss_many))
        .routes(routes!(r::list_intake_rules, r::add_intake_rule))
        .routes(routes!(r::remove_intake_rule))
        .routes(routes!(c::list_catalogue))
        .routes(routes!(c::list_properties, c::mark_property))
        .routes(routes!(i::list_imports, i::upload_import))
        .routes(routes!(i::get_import))
        .routes(routes!(i::start_import))
        .routes(routes!(i::cancel_import))
        .routes(routes!(o::list_rejects))
        .routes(routes!(o::download_rejects))
        .routes(routes!(o::list_kept))
        .routes(routes!(o::download_kept))
        .merge(["/batch", "/capture", "/capture/", "/e", "/e/", "/i/v0/e/"].iter().fold(OpenApiRouter::new(), |router, path| {
            router.route(path, post(p::capture).options(intake::http::preflight))
        }))
        .layer(axum::Extension(imports.clone()))
        .layer(axum::Extension(live_code::Plans::default()))
        .layer(axum::Extension(visit::machine::Repeats::default()))
}
