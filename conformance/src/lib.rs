//! Tests a running service, in any language, against its OpenAPI document: each documented answer is provoked, and each
//! answer is held to its schema. What was not looked at is said to be so, and fails.
//!
//! The cases are derived from any document. For the operation `POST /api/v1/tokens/{token_id}/revoke`, which is the built-in
//! contract, there is a catalogue written by hand as well: it also checks that a revoked token is rejected.
//!
//! ```
//! use conformance::cases;
//! use conformance::contract::Contract;
//!
//! let contract = Contract::published()?;
//! let cases = cases::of(&contract);
//! let created = cases.iter().find(|case| case.id == "status.created");
//! assert!(created.is_some_and(|case| case.level.name() == "MUST"));
//! # Ok::<(), conformance::contract::ContractError>(())
//! ```
//!
//! Data flows one way: a [`profile`], a [`contract`] and a target make a [`session`] with a [`deployment`]; the
//! [`runner`] runs [`cases`] against it and emits [`event`]s; [`report`]s are folds over the events. The crate's
//! `README.md` has the map.
//!
//! The program `conformance` is a thin shell around the library; other programs can run the cases themselves:
//!
//! ```no_run
//! use std::path::Path;
//!
//! use conformance::case::Effect;
//! use conformance::deployment::pace::Limits;
//! use conformance::session::Opening;
//! use conformance::{cases, runner};
//!
//! # async fn run() -> Result<(), conformance::session::OpeningError> {
//! let opening = Opening {
//!     target: "http://127.0.0.1:8080",
//!     profile: Path::new("local.toml"),
//!     contract: None,
//!     own: &[],
//!     limits: Limits::default(),
//! };
//! let session = opening.open()?;
//! for case in cases::of(&session.deployment.contract) {
//!     let record = runner::run_case(&session, case, Effect::Revokes, false).await;
//!     println!("{:?} {}: {}", record.verdict, record.id, record.reason);
//! }
//! // Revokes the tokens of interrupted cases.
//! runner::finish(&session).await;
//! # Ok(())
//! # }
//! ```

mod asked;
pub mod baseline;
pub mod case;
pub mod cases;
pub mod comparison;
pub mod contract;
pub mod coverage;
pub mod deployment;
pub mod derived;
pub mod event;
pub mod exit;
pub mod fixtures;
mod percent;
pub mod probe;
pub mod profile;
pub mod redact;
pub mod report;
mod resources;
pub mod runner;
pub mod session;
pub mod trial;
pub mod wire;
