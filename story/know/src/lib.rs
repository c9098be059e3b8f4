//! Know (画像): one person, however many accounts; who they are, where they stand, what they allow.
//!
//! An event keeps the person it was written with; a merge only points one person at another
//! (`root_id`), so nothing of the log is rewritten and a merge can be undone. Everything that
//! belongs to a person is therefore read over the group of persons with the same root.
pub mod attribute;
pub mod audience;
pub mod consent;
pub mod events;
pub mod identity;
pub mod live;
pub mod origin;
pub mod person;
pub mod react;
pub mod rfm;
pub mod segment;
pub mod stage;
pub mod sync;
pub mod tag;
pub mod timeline;

pub use audience::Audience;
pub use stage::Stage;

use utoipa_axum::{router::OpenApiRouter, routes};
use weir_ground::http::App;

/// The routes of this chapter.
pub fn routes(live: &std::sync::Arc<live::Live>) -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(segment::http::routes())
        .routes(routes!(person::http::list_persons, person::http::add_person))
        .routes(routes!(person::http::get_person, person::http::edit_person))
        .routes(routes!(person::http::reveal_person))
        .routes(routes!(person::guide::set_guide))
        .routes(routes!(person::guide::list_guides))
        .routes(routes!(timeline::person_timeline))
        .routes(routes!(identity::http::person_identities, identity::http::bind_identity))
        .routes(routes!(identity::http::unbind_identity))
        .routes(routes!(identity::http::merge_persons))
        .routes(routes!(identity::http::unmerge_persons))
        .routes(routes!(identity::http::list_duplicates))
        .routes(routes!(identity::http::decide_duplicate))
        .routes(routes!(identity::http::identity_rules))
        .routes(routes!(identity::pool::http::list_pools, identity::pool::http::add_pool))
        .routes(routes!(identity::pool::http::edit_pool, identity::pool::http::end_pool))
        .routes(routes!(sync::http::sync_out, sync::http::sync_in))
        .routes(routes!(sync::http::sync_systems))
        .routes(routes!(sync::http::set_sync_rules))
        .routes(routes!(sync::http::sync_runs))
        .routes(routes!(sync::http::persons_csv))
        .routes(routes!(attribute::http::list_attributes, attribute::http::add_attribute))
        .routes(routes!(attribute::http::edit_attribute))
        .routes(routes!(attribute::http::attribute_coverage))
        .routes(routes!(tag::http::list_tags))
        .routes(routes!(tag::http::rename_tag))
        .routes(routes!(tag::http::move_tag))
        .routes(routes!(tag::http::remove_whole_tag))
        .routes(routes!(tag::http::allow_whole_tag))
        .routes(routes!(tag::http::person_tags, tag::http::add_tag))
        .routes(routes!(tag::http::remove_tag))
        .routes(routes!(tag::http::allow_tag))
        .routes(routes!(tag::http::list_tag_groups, tag::http::add_tag_group))
        .routes(routes!(tag::http::edit_tag_group, tag::http::remove_tag_group))
        .routes(routes!(consent::set_consent))
        .routes(routes!(stage::stage_preview))
        .routes(routes!(stage::rhythm::stage_rhythm))
        .routes(routes!(rfm::http::get_rfm))
        .routes(routes!(rfm::http::preview_rfm))
        .routes(routes!(rfm::http::list_rfm_versions, rfm::http::freeze_rfm))
        .routes(routes!(rfm::http::rfm_members))
        .layer(axum::Extension(live.clone()))
}
