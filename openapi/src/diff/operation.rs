//! The operations of two documents and what is around them, compared part by part.
//!
//! Two parts of the recursion are methods of the walk: `compare_operations` in `dispatch` (a callback has operations)
//! and `compare_content` in `bodies` (a part of a body has headers, and a header may have content).

mod bodies;
mod callbacks;
mod dispatch;
pub(crate) mod document;
mod headers;
mod parameters;
mod paths;
mod responses;
mod security;
mod servers;
