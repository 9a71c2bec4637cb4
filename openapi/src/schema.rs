//! Two schemas as sets of values: equal, compatible in a direction, or apart, with a value that
//! shows it.

mod bundle;
mod closed;
mod counted;
mod pattern;
mod plain;
mod relation;
mod strings;
mod travel;

pub use bundle::bundle;
pub(crate) use bundle::{bundle_value, bundle_within, is_asserted_format, size};
pub(crate) use pattern::Strings;
pub use relation::{Relation, relation};
pub(crate) use travel::Travel;
