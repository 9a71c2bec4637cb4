//! Requests a second, beside a bare handler: the server's own benchmark.

use crate::cli::Server;
use crate::programs;
use openapi::cli::{Exit, Outcome};

/// The variables by which the benchmark is told for how long to measure each figure, and with how many tokens.
const SECONDS: &str = "DZ_BENCH_SECONDS";
const TOKENS: &str = "DZ_BENCH_TOKENS";

pub(crate) fn run(arguments: &Server) -> Outcome {
    crate::test::provide()?;
    let mut command = programs::cargo();
    command
        .args(["bench", "--locked", "--package", "server"])
        .args(["--bench", "requests"])
        .env(testbed::COMPLETE, "1")
        .env(SECONDS, arguments.seconds.to_string())
        .env(TOKENS, &arguments.tokens);
    let status = programs::run(&mut command)?;
    Ok(if status.success() {
        Exit::Success
    } else {
        Exit::Failed
    })
}
