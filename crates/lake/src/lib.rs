//! The lake: what happened, person by person and in order of time, in columns, and folds over it.
//!
//! Almost every question about behaviour has one shape: walk each person's events in time order,
//! keep a small state, merge the states. So a [`Lake`] keeps, for one brand, columns sorted by
//! subject and time in Arrow IPC files that are memory-mapped (the *base*), and newer rows per
//! subject in memory (the *delta*), which a background merge turns into a new base. A fold runs
//! over all persons on all cores and sees every row that was appended before it.
//!
//! It knows no database and no product noun. A *subject* is a small number given when an id is
//! first seen; rows never change their subject. A *person* is a set of subjects with one *root*:
//! joining or parting persons changes that set and moves no row.
pub mod bulk;
pub mod calendar;
pub mod cond;
pub mod dict;
pub mod fold;
mod base;
mod lake;
mod line;
pub mod people;
pub mod table;
mod view;

pub use calendar::Calendar;
pub use dict::Dict;
pub use lake::{Event, Lake, Position, State, Stats, Words};
pub use line::Line;
pub use people::{Column, People};
pub use view::{NO_VALUE, View};

/// The small number of a subject.
pub type Subject = u32;

/// A lake that cannot be read or written.
pub type Result<T> = std::io::Result<T>;

pub(crate) fn broken(e: impl std::fmt::Display) -> std::io::Error {
    std::io::Error::other(e.to_string())
}
