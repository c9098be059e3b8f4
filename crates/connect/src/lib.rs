//! The outside world, one module a service. Nothing here knows the product's nouns.
pub mod mail;
