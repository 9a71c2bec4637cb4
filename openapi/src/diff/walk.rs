//! What a walk through two documents remembers, and how it records what it finds.

pub(crate) mod causes;
pub(crate) mod context;
pub(crate) mod deprecation;
pub(crate) mod equality;
pub(crate) mod fields;
pub(crate) mod finding;
pub(crate) mod graph;
pub(crate) mod node;
pub(crate) mod schema_findings;
pub(crate) mod witness;

pub(crate) use context::Context;
pub(crate) use graph::Walk;
pub(crate) use node::{ANYTHING, Matched, Node, Pair, follow, follow_schema, within};
