//! The errors of the benchmark.

use std::path::PathBuf;

use testbed::cargo::BuildError;
use testbed::deployment::DeploymentError;

/// Why the suite cannot be measured.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Build(#[from] BuildError),
    #[error(transparent)]
    Deployment(#[from] DeploymentError),
    #[error("cannot read {path}: {why}", path = path.display())]
    Report { path: PathBuf, why: String },
    #[error("cannot {0}: {1}")]
    Io(&'static str, #[source] std::io::Error),
    #[error("the proxy that delays cannot be started: {0}")]
    Proxy(String),
    #[error("the test of the mutants left no table: {path}: {why}", path = path.display())]
    Table { path: PathBuf, why: String },
}
