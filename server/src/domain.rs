//! Tokens and the keys that sign them. Knows nothing of HTTP.

pub(crate) mod claims;
mod hs256;
pub mod issue;
pub mod keys;
pub(crate) mod token;
