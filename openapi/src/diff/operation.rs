//! The operations of two documents and what is around them, compared part by part.

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
