//! What an ordinary request of an operation has: its values, and where they come from.

mod examples;
pub(crate) mod inputs;
mod origin;
pub(crate) mod references;
pub(crate) mod request;
pub(crate) mod values;
pub(crate) mod writing;
