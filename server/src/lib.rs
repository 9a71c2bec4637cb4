//! The token service: annotated handlers that emit the published contract and keep it.
//!
//! A request goes through [`app`]'s layers into a handler of `routes`, whose arguments (`auth`, `extract`) make the contract's
//! checks in its order: who is calling (401), in which business (400), is the request well formed (422). The handler then asks
//! the [`store`] and wraps what it says in an `envelope`. Whatever is refused becomes an answer in `error` and nowhere else.
//!
//! The promise: once a revocation is acknowledged with 201, the token is never accepted again. So [`store`] makes it durable
//! before it returns, every authentication reads the store, and nothing un-revokes.

pub mod app;
pub mod audit;
pub mod bootstrap;
pub mod config;
pub mod doctor;
pub mod exit;
pub mod keys;
pub mod openapi;
pub mod serve;
pub mod store;
pub mod telemetry;
pub mod traces;

mod auth;
mod client;
mod connections;
mod envelope;
mod error;
mod extract;
mod hs256;
mod issue;
mod last_used;
mod metrics;
mod protocol;
mod rate_limit;
mod redact;
mod routes;
mod timestamp;
mod tls;
mod token;
mod validation;

pub use issue::IssueError;
pub use rate_limit::Rate;
pub use tls::TlsError;
