//! What an ordinary request of an operation has: its values, and where they come from.

mod building;
pub(crate) mod chosen;
pub(crate) mod clean_up;
mod examples;
pub(crate) mod graph;
pub(crate) mod inputs;
pub(crate) mod ledger;
pub(crate) mod make;
mod makes;
pub(crate) mod members;
pub(crate) mod origin;
mod ownership;
pub(crate) mod references;
pub(crate) mod request;
pub(crate) mod scope;
mod unique;
mod values;
pub(crate) mod writing;
