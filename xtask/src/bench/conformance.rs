//! The conformance suite: what it notices, by class of fault; whether it blames a sound server; how fast it is, also where
//! each answer takes 50 ms more.

mod delay;
mod kills;

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;

use crate::cli::Conformance;
use crate::deployment::Deployment;
use crate::verify::Users;
use crate::{folders, programs};
use openapi::cli::{Exit, Failure, Outcome};

/// How long each answer takes longer in the measurement over a slow network.
const LATENCY: Duration = Duration::from_millis(50);

/// How many shuffled runs go on side by side.
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

/// The programs and the deployment that they are measured with.
struct Bench {
    suite: PathBuf,
    deployment: Deployment,
    users: Users,
    folder: PathBuf,
}

/// What a run came to.
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

/// Measures and prints. Fails where a fault is not noticed or a sound server is blamed; no time fails anything.
pub(crate) fn run(arguments: &Conformance) -> Outcome {
    let (server, suite) = (
        programs::build_release_server()?,
        programs::build_release_suite()?,
    );
    let folder = programs::target_directory().join("bench-conformance");
    let bench = Bench::start(&server, &suite, folder.clone())?;
    let fast = bench.speed()?;
    let stopped = bench.stop()?;
    let sound = fast & shuffled(&server, &suite, &folder, arguments.runs)?;
    let killed = if arguments.no_mutants {
        true
    } else {
        anstream::println!();
        kills::table(&folder.join("kills.jsonl"))?
    };
    Ok(if sound && killed && stopped {
        Exit::Success
    } else {
        Exit::Failed
    })
}

impl Bench {
    /// Starts a deployment; `folder` is for its log and the reports.
    fn start(server: &Path, suite: &Path, folder: PathBuf) -> Result<Self, Failure> {
        folders::make(&folder)?;
        let deployment = Deployment::start(server, &folder.join("server.log"))?;
        let users = Users::of(&deployment)?;
        Ok(Self {
            suite: suite.to_owned(),
            deployment,
            users,
            folder,
        })
    }

    /// Stops the deployment; whether it did so by itself.
    fn stop(self) -> Result<bool, Failure> {
        let stopped = self.deployment.stop()?;
        if !stopped.success() {
            anstream::println!("NO: the server did not stop by itself: {stopped}");
        }
        Ok(stopped.success())
    }

    /// How fast the suite is; gives whether all runs were clean.
    fn speed(&self) -> Result<bool, Failure> {
        anstream::println!(
            "speed, release build, server and suite on the same machine, an embedded database"
        );
        let direct = self.deployment.url();
        let filters: Vec<&str> = NEVER_WAITING
            .iter()
            .flat_map(|area| ["--filter", area])
            .collect();
        let quick = self.run(direct, &filters)?;
        let whole = self.run(direct, &[])?;
        let wide = self.run(direct, &["--jobs", "16"])?;
        let delay = delay::Proxy::start(direct, LATENCY)?;
        let slow = self.run(delay.url(), &["--jobs", "16"])?;
        let mut clean = true;
        for (what, run, aim) in [
            (
                "where no case waits on purpose",
                &quick,
                Some((
                    "at least 1,000 requests/s",
                    quick.requests_a_second() >= 1000.0,
                )),
            ),
            (
                "the whole catalogue",
                &whole,
                Some(("under 15 s", whole.seconds < 15.0)),
            ),
            ("the whole catalogue, 16 side by side", &wide, None),
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
    fn run(&self, target: &str, more: &[&str]) -> Result<Run, Failure> {
        let mut command = self.users.suite(&self.suite, target, &self.folder)?;
        command
            .args(more)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let status = programs::run(&mut command)?;
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

/// Whether a sound server is clean in so many shuffled runs. What a run waits for on purpose takes most of its time, so
/// some go on side by side, each against a deployment of its own.
fn shuffled(server: &Path, suite: &Path, folder: &Path, runs: u32) -> Result<bool, Failure> {
    let lanes: Vec<Bench> = (1..=LANES.min(runs))
        .map(|lane| Bench::start(server, suite, folder.join(format!("lane-{lane}"))))
        .collect::<Result<_, _>>()?;
    let next = AtomicU32::new(1);
    let blamed = Mutex::new(Vec::new());
    let work = |lane: &Bench| -> Result<(), Failure> {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed > runs {
                return Ok(());
            }
            let run = lane.run(lane.deployment.url(), &["--seed", &seed.to_string()])?;
            if run.exit != Some(0) {
                let line = format!("seed {seed}: exit {:?}: {}", run.exit, run.reason);
                (blamed.lock().unwrap_or_else(PoisonError::into_inner)).push(line);
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
    let blamed = blamed.into_inner().unwrap_or_else(PoisonError::into_inner);
    anstream::println!(
        "no false blame: {} of {runs} shuffled runs of our server clean (aim: all)",
        runs as usize - blamed.len()
    );
    for line in &blamed {
        anstream::println!("  NO: {line}");
    }
    let mut stopped = true;
    for lane in lanes {
        stopped &= lane.stop()?;
    }
    Ok(blamed.is_empty() && stopped)
}

fn report(path: &Path) -> Result<Value, Failure> {
    let unreadable = |error: &dyn std::fmt::Display| {
        Failure::unreadable(format!("cannot read {}: {error}", path.display()))
    };
    let bytes = std::fs::read(path).map_err(|error| unreadable(&error))?;
    serde_json::from_slice(&bytes).map_err(|error| unreadable(&error))
}
