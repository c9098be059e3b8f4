//! The ground that the story stands on: a durable transaction on either engine, one append-only
//! event log with readers, timers, and the manners of HTTP. It knows no product nouns.
pub mod config;
pub mod db;
pub mod event;
pub mod http;
pub mod metrics;
pub mod reader;
pub mod seal;
pub mod secret;
#[doc(hidden)]
pub mod testing;
pub mod timer;

pub use db::{Db, Outcome, Trail, Tx, Value, row::Row};
pub use event::{Event, Fact};
pub use weir_base as base;
