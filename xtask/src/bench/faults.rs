//! The promise under faults, for longer than a test may take: the server's own fault tests, with their figures.

use crate::cli::Faults;
use crate::programs;
use openapi::cli::{Exit, Outcome};

/// The variable by which the fault tests are told how long to go on.
const SECONDS: &str = "DZ_FAULTS_SECONDS";

pub(crate) fn run(arguments: &Faults) -> Outcome {
    crate::test::provide()?;
    let mut command = programs::cargo();
    command
        .args(["test", "--release", "--locked", "--package", "server"])
        .args(["--test", "it", "faults::", "--"])
        .args(["--nocapture", "--test-threads=1"])
        .env(testbed::COMPLETE, "1")
        .env(SECONDS, arguments.seconds.to_string());
    let status = programs::run(&mut command)?;
    Ok(if status.success() {
        Exit::Success
    } else {
        Exit::Failed
    })
}
