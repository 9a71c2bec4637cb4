//! What handlers take from a request. Everything that the framework would refuse in its own words is read here instead, and
//! refused in ours.

pub(crate) mod body;
pub(crate) mod credential;
pub(crate) mod header;
pub(crate) mod path;
pub(crate) mod query;
