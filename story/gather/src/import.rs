//! An import: a file of persons, stores, products or orders becomes rows of the pool.
pub mod sink;

pub use sink::{Ctx, Fate, Field, Row, Sink, Sinks, field};
pub use weir_ground::base::ids::ImportId;
