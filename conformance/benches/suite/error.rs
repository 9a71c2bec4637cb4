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
    #[error("cannot start the proxy that delays requests: {0}")]
    Proxy(String),
    #[error("cannot install {0} from PyPI with python3 -m venv and pip")]
    Install(String),
    #[error("{0} does not answer after its start")]
    Silent(&'static str),
    #[error("cannot read the results of the mutants from {path}: {why}", path = path.display())]
    Mutants { path: PathBuf, why: String },
}
