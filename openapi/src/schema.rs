//! Two schemas as sets of values: equal, compatible in a direction, or apart, with a value that
//! shows it.

mod bundle;
mod relation;

pub use bundle::bundle;
pub use relation::{Relation, relation};
