//! The benchmark of the conformance suite: which faults it notices, by class; whether a correct server passes; how fast it
//! is, also with 50 ms of latency; what it shows of services of other contracts, side by side with Schemathesis.
//!
//! `cargo xtask bench conformance` runs it.

mod any_api;
mod delay;
mod error;
mod faults;
mod findings;
mod kills;
#[path = "../../tests/it/node.rs"]
mod node;
mod process;
mod public;
mod schemathesis;
#[path = "../../tests/it/any_api/shop.rs"]
mod shop;

use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use clap::Parser;
use serde_json::Value;
use tempfile::TempDir;
use testbed::cargo::{self, BuildError};
use testbed::deployment::Deployment;
use testbed::users::Users;

use error::Error;
use process::run_to_end;

/// The suite's program.
const SUITE: &str = env!("CARGO_BIN_EXE_conformance");

/// The latency in the measurement over a slow network.
const LATENCY: Duration = Duration::from_millis(50);

/// The number of runs of which the median counts.
const TURNS: usize = 9;

/// The number of shuffled runs in parallel.
const LANES: u32 = 4;

/// Areas without a case that waits on purpose.
const NEVER_WAITING: &[&str] = &[
    "status.",
    "authentication.",
    "tenancy.",
    "input.",
    "token_id.",
    "generated.",
];

/// A deployment with users, against which the suite is measured.
struct Bench {
    deployment: Deployment,
    users: Users,
    folder: PathBuf,
}

/// The result of a run.
struct Run {
    exit: Option<i32>,
    requests: u64,
    steps: usize,
    cases: u64,
    seconds: f64,
    reason: String,
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of a run are far below 2^52"
)]
impl Run {
    fn requests_a_second(&self) -> f64 {
        self.requests as f64 / self.seconds
    }

    fn checks_a_second(&self) -> f64 {
        self.steps as f64 / self.seconds
    }
}

/// Measures the conformance suite; fails if it misses a fault or if a correct server does not pass.
#[derive(Debug, Parser)]
struct Arguments {
    /// The number of shuffled runs of our server, all of which must be clean
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    runs: u32,
    /// Leave out the faults, which take minutes
    #[arg(long)]
    no_mutants: bool,
    /// Measure only services of other contracts: a shop and public ones, beside Schemathesis, which is installed from PyPI
    #[arg(long)]
    any_api: bool,
    /// The flag that `cargo bench` adds
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            anstream::eprintln!("error: {error}");
            ExitCode::from(3)
        }
    }
}

/// Measures and prints. Returns whether all faults are noticed, each whole deployment with a fault is named by it, and a correct
/// server passes every run. A slow run is printed,
/// and is not a failure.
fn run(arguments: &Arguments) -> Result<bool, Error> {
    let folder = cargo::target_directory().join("bench-conformance");
    if arguments.any_api {
        return any_apis(&folder);
    }
    let server = build_server()?;
    anstream::println!(
        "speed, release build, server and suite on the same machine, an embedded database in memory: no wait for a disk"
    );
    let quick = Bench::quick(&server, &folder)?;
    let bench = Bench::start_in(testbed::folder_in_memory(), &server, folder.clone())?;
    let clean_direct = bench.measure_speed(&quick)?;
    let stopped = bench.stop()?;
    let clean = clean_direct & shuffled(&server, &folder, arguments.runs)?;
    anstream::println!();
    let named = faults::print(Path::new(SUITE))?;
    let killed = if arguments.no_mutants {
        true
    } else {
        anstream::println!();
        kills::print(&folder.join("kills.jsonl"))?
    };
    anstream::println!();
    let others = any_apis(&folder)?;
    Ok(clean && named && killed && stopped && others)
}

/// Measures services of other contracts.
fn any_apis(folder: &Path) -> Result<bool, Error> {
    let folder = folder.join("any-api");
    std::fs::create_dir_all(&folder).map_err(|error| Error::Io("make a folder", error))?;
    let schemathesis = schemathesis::Schemathesis::install(&folder)?;
    let shop = any_api::print(Path::new(SUITE), &schemathesis)?;
    anstream::println!();
    let public = public::print(Path::new(SUITE), &schemathesis, &folder)?;
    Ok(shop && public)
}

/// Builds the server in release mode, in which a benchmark also builds the suite.
fn build_server() -> Result<PathBuf, BuildError> {
    let mut build = cargo::in_workspace();
    build.args([
        "build",
        "--release",
        "--package",
        "server",
        "--bin",
        "server",
    ]);
    let mut programs = cargo::programs(&mut build)?;
    programs.remove("server").ok_or(BuildError::Failed)
}

impl Bench {
    /// Starts a deployment on this disk; `folder` is for its log and the reports.
    fn start(server: &Path, folder: PathBuf) -> Result<Self, Error> {
        Self::start_in(testbed::folder(), server, folder)
    }

    /// Does the same with the deployment's database in a folder of its own.
    fn start_in(
        database: std::io::Result<TempDir>,
        server: &Path,
        folder: PathBuf,
    ) -> Result<Self, Error> {
        let database =
            database.map_err(|error| Error::Io("make the folder of the database", error))?;
        std::fs::create_dir_all(&folder)
            .map_err(|error| Error::Io("make the folder of the reports", error))?;
        let deployment = Deployment::start_in(database, server, &folder.join("server.log"))?;
        let users = Users::of(&deployment)?;
        Ok(Self {
            deployment,
            users,
            folder,
        })
    }

    /// Stops the deployment; returns whether it stopped by itself.
    fn stop(self) -> Result<bool, Error> {
        let stopped = self.deployment.stop()?;
        if !stopped.success() {
            anstream::println!("NO: the server did not stop by itself: {stopped}");
        }
        Ok(stopped.success())
    }

    /// Runs the cases that do not wait several times, and returns the run of median length. Each has a deployment of its own: with
    /// the tokens of earlier runs, its lists would be longer.
    fn quick(server: &Path, folder: &Path) -> Result<Run, Error> {
        let filters: Vec<&str> = NEVER_WAITING
            .iter()
            .flat_map(|area| ["--filter", area])
            .collect();
        let turn = |_| {
            let database = testbed::folder_in_memory();
            let bench = Self::start_in(database, server, folder.to_path_buf())?;
            let run = bench.run(bench.deployment.url(), &filters)?;
            bench.stop()?;
            Ok::<_, Error>(run)
        };
        let mut quick: Vec<Run> = (0..TURNS).map(turn).collect::<Result<_, _>>()?;
        quick.sort_by(|one, other| one.seconds.total_cmp(&other.seconds));
        // One that is not clean is shown in place of the median, and fails later.
        let unclean = quick.iter().position(|run| run.exit != Some(0));
        Ok(quick.swap_remove(unclean.unwrap_or(TURNS / 2)))
    }

    /// Measures how fast the suite is; returns whether all runs were clean.
    fn measure_speed(&self, quick: &Run) -> Result<bool, Error> {
        let direct = self.deployment.url();
        let whole = self.run(direct, &[])?;
        let wide = self.run(direct, &["--jobs", "16"])?;
        let delay = delay::Proxy::start(direct, LATENCY)?;
        let slow = self.run(delay.url(), &["--jobs", "16"])?;
        let mut clean = true;
        for (what, run, aim) in [
            (
                &*format!("where no case waits, the median of {TURNS}"),
                quick,
                Some((
                    "at least 3,000 requests/s",
                    quick.requests_a_second() >= 3000.0,
                )),
            ),
            (
                "the whole catalogue",
                &whole,
                Some(("about 2.2 s", whole.seconds < 2.5)),
            ),
            ("the whole catalogue, 16 in parallel", &wide, None),
            (
                "the same with 50 ms of latency",
                &slow,
                Some(("under 30 s", slow.seconds < 30.0)),
            ),
        ] {
            let aim = aim.map_or_else(String::new, |(aim, met)| {
                format!(" (aim: {aim}; {})", if met { "met" } else { "MISSED" })
            });
            anstream::println!(
                "  {what:<38} {:>4} cases, {:>5} requests in {:>6.2} s: {:>6.0} requests/s, {:>6.0} checks/s{aim}",
                run.cases,
                run.requests,
                run.seconds,
                run.requests_a_second(),
                run.checks_a_second(),
            );
            if run.exit != Some(0) {
                anstream::println!("  NO: exit {:?}: {}", run.exit, run.reason);
                clean = false;
            }
        }
        Ok(clean)
    }

    /// Runs the suite, strictly, with more arguments.
    fn run(&self, target: &str, more: &[&str]) -> Result<Run, Error> {
        let mut command = self.users.suite(Path::new(SUITE), target, &self.folder)?;
        command
            .args(more)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let status = run_to_end(&mut command)?;
        let report = report(&self.folder.join("report.json"))?;
        let cases = report["cases"].as_array().map_or(&[][..], Vec::as_slice);
        let steps = cases
            .iter()
            .filter_map(|case| case["steps"].as_array())
            .map(Vec::len)
            .sum();
        let end = &report["end"];
        Ok(Run {
            exit: status.code(),
            requests: end["requests"].as_u64().unwrap_or_default(),
            steps,
            cases: report["totals"]["cases"].as_u64().unwrap_or_default(),
            seconds: end["duration_ms"].as_f64().unwrap_or_default().max(1.0) / 1e3,
            reason: end["exit"]["reason"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        })
    }
}

/// Returns whether a number of shuffled runs against a correct server are all clean. A run spends most of its time waiting
/// on purpose, so several run in parallel, each against its own deployment.
fn shuffled(server: &Path, folder: &Path, runs: u32) -> Result<bool, Error> {
    let lanes: Vec<Bench> = (1..=LANES.min(runs))
        .map(|lane| Bench::start(server, folder.join(format!("lane-{lane}"))))
        .collect::<Result<_, _>>()?;
    let next = AtomicU32::new(1);
    let failed = Mutex::new(Vec::new());
    let work = |lane: &Bench| -> Result<(), Error> {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed > runs {
                return Ok(());
            }
            let run = lane.run(lane.deployment.url(), &["--seed", &seed.to_string()])?;
            if run.exit != Some(0) {
                let line = format!("seed {seed}: exit {:?}: {}", run.exit, run.reason);
                (failed.lock().unwrap_or_else(PoisonError::into_inner)).push(line);
            }
        }
    };
    std::thread::scope(|scope| {
        let started: Vec<_> = (lanes.iter())
            .map(|lane| scope.spawn(|| work(lane)))
            .collect();
        started.into_iter().try_for_each(|lane| {
            lane.join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    })?;
    let failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
    anstream::println!(
        "no false failures: {} of {runs} shuffled runs of our server are clean (aim: all)",
        runs as usize - failed.len()
    );
    for line in &failed {
        anstream::println!("  NO: {line}");
    }
    let mut stopped = true;
    for lane in lanes {
        stopped &= lane.stop()?;
    }
    Ok(failed.is_empty() && stopped)
}

/// Reads the report of a run.
fn report(path: &Path) -> Result<Value, Error> {
    let unreadable = |error: &dyn std::fmt::Display| Error::Report {
        path: path.to_owned(),
        why: error.to_string(),
    };
    let bytes = std::fs::read(path).map_err(|error| unreadable(&error))?;
    serde_json::from_slice(&bytes).map_err(|error| unreadable(&error))
}
