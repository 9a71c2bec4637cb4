//! What one run of a program costs. A process of its own waits for the program, since the system
//! keeps the peak of memory over all children that a process ever had.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use nix::sys::resource::{UsageWho, getrusage};
use serde::{Deserialize, Serialize};

use crate::cli::Measure;
use openapi::cli::{Exit, Failure, Outcome};

/// What a run cost.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Cost {
    /// Processor time, in seconds, of the program and of the system for it.
    pub(crate) cpu_seconds: f64,
    /// Elapsed time, in seconds.
    pub(crate) wall_seconds: f64,
    /// The most memory that was resident, in bytes.
    pub(crate) peak_bytes: u64,
}

/// Runs the program that the command line names; prints its cost.
pub(crate) fn run(arguments: &Measure) -> Outcome {
    let failed =
        |error: &dyn std::fmt::Display| Failure::unreadable(format!("cannot measure: {error}"));
    let [program, rest @ ..] = &arguments.command[..] else {
        return Err(failed(&"no program is named"));
    };
    let out = std::fs::File::create(&arguments.stdout).map_err(|error| failed(&error))?;
    let started = Instant::now();
    // Programs tell of what they find by their exit codes: none is a failure here.
    Command::new(program)
        .args(rest)
        .stdin(Stdio::null())
        .stdout(out)
        .status()
        .map_err(|error| failed(&error))?;
    let wall_seconds = started.elapsed().as_secs_f64();
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).map_err(|error| failed(&error))?;
    let seconds = |time: nix::sys::time::TimeVal| {
        let micros = i32::try_from(time.tv_usec()).unwrap_or_default();
        let whole = i32::try_from(time.tv_sec()).unwrap_or(i32::MAX);
        f64::from(whole) + f64::from(micros) / 1e6
    };
    let cost = Cost {
        cpu_seconds: seconds(usage.user_time()) + seconds(usage.system_time()),
        wall_seconds,
        // Linux counts in KiB.
        peak_bytes: u64::try_from(usage.max_rss()).unwrap_or_default() * 1024,
    };
    let text = serde_json::to_string(&cost).map_err(|error| failed(&error))?;
    anstream::println!("{text}");
    Ok(Exit::Success)
}

/// Measures `xtask` with these arguments by a process of its own; its output goes to `out`.
pub(crate) fn of(xtask: &Path, arguments: &[&str], out: &Path) -> Result<Cost, Failure> {
    let output = Command::new(xtask)
        .args(["bench", "measure", "--stdout"])
        .arg(out)
        .arg("--")
        .arg(xtask)
        .args(arguments)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| Failure::unreadable(format!("cannot run {}: {error}", xtask.display())))?;
    serde_json::from_slice(&output.stdout).map_err(|error| {
        Failure::unreadable(format!(
            "the measuring process said something else: {error}"
        ))
    })
}

/// The cheapest of several runs: what the work costs when nothing else disturbs it.
pub(crate) fn best_of(
    runs: u32,
    xtask: &Path,
    arguments: &[&str],
    out: &Path,
) -> Result<Cost, Failure> {
    let mut best = of(xtask, arguments, out)?;
    for _ in 1..runs {
        let cost = of(xtask, arguments, out)?;
        if cost.cpu_seconds < best.cpu_seconds {
            best = cost;
        }
    }
    Ok(best)
}
