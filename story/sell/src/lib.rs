//! Sell (转化): catalogue, stock, cart, orders, payment, refunds, and the mall that customers see.
//!
//! Placing an order takes the stock and writes the order in one transaction; the take is the
//! check (S3). States move by compare-and-swap over a pure table (O1, O2). Money facts are never
//! refused: a verified payment always leads to a state that keeps or returns the money (O3).
pub mod buyer;
pub mod cart;
pub mod effects;
pub mod erase;
pub mod events;
pub mod import;
pub mod mall;
pub mod order;
pub mod payment;
pub mod product;
pub mod quote;
pub mod refund;
pub mod stock;

use utoipa_axum::{router::OpenApiRouter, routes};
use weir_ground::http::App;

/// The routes of this chapter.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(product::http::list_products, product::http::add_product))
        .routes(routes!(product::http::get_product, product::http::edit_product))
        .routes(routes!(product::http::list_categories))
        .routes(routes!(stock::sku_stock, stock::adjust_stock))
        .routes(routes!(order::http::list_orders))
        .routes(routes!(order::http::get_order))
        .routes(routes!(order::reveal::reveal_order))
        .routes(routes!(order::http::ready))
        .routes(routes!(order::http::fulfil))
        .routes(routes!(order::http::complete))
        .routes(routes!(order::http::cancel))
        .routes(routes!(order::http::refund_order))
        .routes(routes!(mall::shop::shop))
        .routes(routes!(mall::shop::items))
        .routes(routes!(mall::shop::item))
        .routes(routes!(mall::shop::stores))
        .routes(routes!(buyer::login_code))
        .routes(routes!(buyer::login))
        .routes(routes!(buyer::logout))
        .routes(routes!(cart::get_cart))
        .routes(routes!(cart::put_cart))
        .routes(routes!(mall::checkout::quote))
        .routes(routes!(mall::checkout::place_order, mall::checkout::my_orders))
        .routes(routes!(mall::checkout::my_order))
        .routes(routes!(mall::checkout::pay))
        .routes(routes!(mall::checkout::test_cashier))
        .routes(routes!(mall::checkout::cancel_my_order))
        .routes(routes!(mall::checkout::received))
}
