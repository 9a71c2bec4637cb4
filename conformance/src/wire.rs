//! What goes over the wire: requests and their callers, answers, connections, and the record of each exchange.

mod caller;
mod client;
mod clients;
mod coding;
mod connection;
mod curl;
mod download;
mod exchange;
mod record;
mod surrogates;
mod tls;

pub use caller::Caller;
pub use client::{Client, ClientError, Way};
pub(crate) use connection::{Form, Wire};
pub(crate) use curl::curl;
pub(crate) use download::Download;
pub(crate) use exchange::To;
pub use exchange::{Exchange, NoAnswer, Request, Response};
