//! Runs any deployment of a published operation through its contract, and through the promise behind it.
//!
//! The flow is one way: a [`profile`] and a target make a [`deployment::Deployment`]; the [`runner`] runs [`cases`]
//! against it and emits [`event`]s; [`report`]s are folds over those. The crate's `README.md` has the map.

pub mod case;
pub mod cases;
pub mod client;
pub mod comparison;
pub mod contract;
pub mod coverage;
pub mod deployment;
pub mod event;
pub mod exit;
pub mod first_look;
pub mod fixtures;
pub mod generated;
mod leak;
pub mod opening;
pub mod outline;
pub mod pace;
pub mod profile;
pub mod redact;
pub mod report;
pub mod runner;
pub mod trial;
