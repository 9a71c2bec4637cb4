//! The errors of the benchmark.

use testbed::deployment::DeploymentError;
use testbed::postgres::StartError;

/// Why nothing could be measured.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Deployment(#[from] DeploymentError),
    #[error(transparent)]
    Postgres(StartError),
    #[error("cannot connect to {url}: {source}")]
    Connect { url: String, source: std::io::Error },
    #[error("the server does not answer: {0}")]
    NoAnswer(#[source] std::io::Error),
    #[error(
        "{store}: {pairs} pairs in {seconds:.0} seconds are too few for an interval, which needs {least} of each of \
         {tokens} tokens: ask for more, or use a faster machine"
    )]
    TooFew {
        store: &'static str,
        pairs: usize,
        seconds: f64,
        least: usize,
        tokens: usize,
    },
}
