//! The token service: annotated handlers that emit the published contract and keep it.
//!
//! The program `server` is a thin shell around this library, which is not published: it exists so that the benchmarks and tests
//! of this package can use its parts. What the handlers emit is a document like any other:
//!
//! ```
//! let document: serde_json::Value = serde_json::from_str(server::document::json())?;
//! let operation = &document["paths"]["/api/v1/tokens/{token_id}/revoke"]["post"];
//! assert!(operation["responses"]["201"].is_object());
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! The feature `otlp`, off by default, adds traces by OTLP.
//!
//! A request goes through the layers of `router` into a handler of `routes`, whose arguments (`auth`, `extract`) make the contract's
//! checks in its order: who is calling (401), in which business (400), is the request well formed (422). The handler then asks
//! the [`store`] and wraps what it says in an `envelope`. Whatever is refused becomes an answer in `error` and nowhere else.
//!
//! The promise: after a revocation is acknowledged with 201, the token is never accepted again. So [`store`] makes it durable
//! before it returns, every authentication reads the store or a cache that is proven to be current, and nothing un-revokes.

pub mod config;
pub mod document;
pub mod domain;
pub mod exit;
pub mod migrate;
pub mod operate;
pub mod serve;
pub mod store;
pub mod telemetry;

mod auth;
mod client;
mod connections;
mod envelope;
mod error;
mod every_second;
mod extract;
mod last_used;
mod openapi;
mod protocol;
mod rate_limit;
mod redact;
mod refused_uses;
mod router;
mod routes;
mod startup;
mod state;
mod timestamp;
mod tls;
mod validation;

pub use rate_limit::Rate;
pub use tls::TlsError;
