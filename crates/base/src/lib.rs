//! What every crate agrees on and that needs no outside: ids, money, time, problems.
pub mod id;
pub mod money;
pub mod problem;
pub mod time;

pub use id::{Id, Kind, ids, kinds};
pub use money::{Fen, share_bp};
pub use problem::{Code, FieldError, Problem, Result};
pub use time::{Day, Ms, Zone};
