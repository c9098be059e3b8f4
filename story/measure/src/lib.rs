//! Measure (度量): every step of the loop, in people and in money.
//!
//! Nothing here writes. A page folds the rows as they are: persons once, orders in one pass, and
//! joins them in memory, so a year of orders answers while one waits; an answer is kept only as long
//! as nothing happened ([`kept`]). Money is integers all the
//! way; means are rounded half to even at the end.
//!
//! Words used on every page:
//!
//! * *revenue* — what paid orders brought, less what went back to date; counted at the time of
//!   payment. Orders that were paid too late or cancelled do not count.
//! * *acquired* — reachable for the first time, or with a first order, whichever came first. That
//!   is when a person begins to belong to the pool, and which month's cohort they are in.
//! * *buyer* — a person with at least one order that stands (paid and not wholly sent back).
//! * *cost of a person* — an equal share (largest remainder, by id) of what the touchpoint that
//!   brought them has cost, over all it acquired; costs per head fall on the head they were paid for.
//! * *CLV* — realised: paid − refunded − cost. *CAC* — cost ÷ buyers brought.
//! * *incremental* — the difference to a random holdout ([`weir_reach::results`]); never attributed
//!   revenue.
pub mod ask;
pub mod cohorts;
pub mod flow;
pub mod fold;
pub mod kept;
pub mod money;
pub mod overview;
pub mod pool;
pub mod roi;
pub mod stage_flow;

use utoipa_axum::{router::OpenApiRouter, routes};
use weir_ground::http::App;

/// The routes of this chapter.
pub fn routes(live: &std::sync::Arc<weir_know::live::Live>) -> OpenApiRouter<App> {
    let ask = OpenApiRouter::new()
        .routes(routes!(ask::routes::ask_funnel))
        .routes(routes!(ask::routes::ask_retention))
        .routes(routes!(ask::routes::ask_paths))
        .routes(routes!(ask::routes::ask_trend))
        .routes(routes!(ask::routes::ask_distribution))
        .routes(routes!(ask::routes::ask_interval))
        .routes(routes!(ask::routes::ask_rfm))
        .routes(routes!(ask::routes::ask_cohorts))
        .routes(routes!(ask::routes::ask_persons))
        .layer(axum::Extension(live.clone()));
    OpenApiRouter::new()
        .merge(ask)
        .routes(routes!(overview::get_overview))
        .routes(routes!(pool::measure_pool))
        .routes(routes!(stage_flow::measure_stage_flow))
        .routes(routes!(stage_flow::stage_flow_persons))
        .routes(routes!(cohorts::measure_cohorts))
        .routes(routes!(roi::measure_touchpoints))
        .routes(routes!(roi::measure_campaigns))
        .routes(routes!(money::measure_money))
        .routes(routes!(money::person_money))
        .layer(axum::Extension(kept::Kept::default()))
}
