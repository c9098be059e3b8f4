//! The facts that this chapter states. Values are fen.

pub const BUYER_SIGNED_IN: &str = "buyer.signed_in";
/// Stock is taken; value: the total.
pub const ORDER_PLACED: &str = "order.placed";
/// Value: what was paid. Props: `order`, and `historical` for imported ones.
pub const ORDER_PAID: &str = "order.paid";
/// Money came for an order that could not be revived; it goes back in full.
pub const ORDER_PAID_LATE: &str = "order.paid_late";
/// The order waits for its open payment attempts to be closed.
pub const ORDER_CLOSING: &str = "order.closing";
pub const ORDER_CANCELLED: &str = "order.cancelled";
pub const ORDER_READY: &str = "order.ready";
pub const ORDER_FULFILLED: &str = "order.fulfilled";
pub const ORDER_COMPLETED: &str = "order.completed";
/// Money went back; value: how much. Props: `order`, `refund`, `full`, `refunded` so far, `paid`.
pub const ORDER_REFUNDED: &str = "order.refunded";
/// Somebody looked at the whole address and note. Props: `order`, `fields`.
pub const ORDER_REVEALED: &str = "order.revealed";
pub const REFUND_REQUESTED: &str = "refund.requested";
/// A second payment of an order that is paid already; it goes back.
pub const PAYMENT_SURPLUS: &str = "payment.surplus";
/// The channel reported another amount than was asked for; an operator decides.
pub const PAYMENT_MISMATCH: &str = "payment.mismatch";
pub const PRODUCT_CHANGED: &str = "product.changed";
pub const STOCK_ADJUSTED: &str = "stock.adjusted";
