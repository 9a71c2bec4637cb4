//! Programs that the benchmark runs.

use std::process::{Command, ExitStatus};

use testbed::reaper;

use crate::error::Error;

/// Runs a program until it ends. It is killed if this process ends earlier.
pub(crate) fn run_to_end(command: &mut Command) -> Result<ExitStatus, Error> {
    reaper::run(command).map_err(|error| Error::Io("run a program", error))
}
