//! The promise under faults, for longer than a test may take: the server's own fault tests, with their figures.

use crate::cli::Faults;
use crate::exit::{Exit, Failure, Outcome};
use crate::programs;

/// The variable by which the fault tests are told how long to go on.
const SECONDS: &str = "DZ_FAULTS_SECONDS";

pub(crate) fn run(arguments: &Faults) -> Outcome {
    crate::test::provide()?;
    let status = programs::cargo()
        .args(["test", "--release", "--locked", "--package", "server"])
        .args(["--test", "it", "faults::", "--"])
        .args(["--nocapture", "--test-threads=1"])
        .env(SECONDS, arguments.seconds.to_string())
        .status()
        .map_err(|error| Failure::unreadable(format!("cannot run cargo: {error}")))?;
    Ok(if status.success() {
        Exit::Success
    } else {
        Exit::Failed
    })
}
