//! The cost of one run of a program. A separate process waits for the program, because the system keeps one peak
//! of memory for all children that a process ever had.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use nix::sys::resource::{UsageWho, getrusage};
use openapi::cli::{Exit, Failure, Outcome};
use serde::{Deserialize, Serialize};

/// The cost of a run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Cost {
    /// Processor time, in seconds, of the program and of the system for it.
    pub(super) cpu_seconds: f64,
    /// Elapsed time, in seconds.
    pub(super) wall_seconds: f64,
    /// The most memory that was resident, in bytes.
    pub(super) peak_bytes: u64,
}

/// Runs a program, writes its standard output to a file, and prints its cost.
pub(super) fn run(stdout: &Path, command: &[String]) -> Outcome {
    let failed =
        |error: &dyn std::fmt::Display| Failure::unreadable(format!("cannot measure: {error}"));
    let [program, rest @ ..] = command else {
        return Err(failed(&"no program is named"));
    };
    let out = std::fs::File::create(stdout).map_err(|error| failed(&error))?;
    let started = Instant::now();
    // The exit code of a comparison is its finding, not a failure of the measurement.
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

/// Measures a program with these arguments in a separate process; its standard output is written to `out`.
fn of(program: &str, arguments: &[&str], out: &Path) -> Result<Cost, Failure> {
    let failed = |why: String| Failure::unreadable(format!("cannot measure: {why}"));
    let this = std::env::current_exe().map_err(|error| failed(error.to_string()))?;
    let output = Command::new(this)
        .args(["measure", "--stdout"])
        .arg(out)
        .args(["--", program])
        .args(arguments)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| failed(error.to_string()))?;
    serde_json::from_slice(&output.stdout).map_err(|error| {
        failed(format!(
            "the measuring process printed something else: {error}"
        ))
    })
}

/// Returns the cheapest of several runs, which is the least disturbed one.
pub(super) fn best_of(
    runs: u32,
    program: &str,
    arguments: &[&str],
    out: &Path,
) -> Result<Cost, Failure> {
    let mut best = of(program, arguments, out)?;
    for _ in 1..runs {
        let cost = of(program, arguments, out)?;
        if cost.cpu_seconds < best.cpu_seconds {
            best = cost;
        }
    }
    Ok(best)
}
