//! The conformance suite: what it notices, by class of fault; whether it blames a sound server; how fast it is, also where
//! each answer takes 50 ms more.

mod delay;
mod kills;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::cli::Conformance;
use crate::deployment::Deployment;
use crate::exit::{Exit, Failure, Outcome};
use crate::programs;
use crate::verify::Users;

/// How long each answer takes longer in the measurement over a slow network.
const LATENCY: Duration = Duration::from_millis(50);

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

/// Measures and prints. Fails where a fault is not noticed or a sound server is blamed; no time fails anything.
pub(crate) fn run(arguments: &Conformance) -> Outcome {
    let (server, suite) = (
        programs::build_release_server()?,
        programs::build_release_suite()?,
    );
    let folder = programs::target_directory().join("bench-conformance");
    std::fs::create_dir_all(&folder).map_err(|error| {
        Failure::unreadable(format!("cannot make {}: {error}", folder.display()))
    })?;
    let deployment = Deployment::start(&server, &folder.join("server.log"))?;
    let users = Users::of(&deployment)?;
    let bench = Bench {
        suite,
        deployment,
        users,
        folder,
    };
    let sound = bench.speed()? & bench.shuffled(arguments.runs)?;
    let stopped = bench.deployment.stop()?;
    if !stopped.success() {
        anstream::println!("NO: the server did not stop by itself: {stopped}");
    }
    let killed = if arguments.no_mutants {
        true
    } else {
        anstream::println!();
        kills::table(&bench.folder.join("kills.jsonl"))?
    };
    Ok(if sound && killed && stopped.success() {
        Exit::Success
    } else {
        Exit::Failed
    })
}

impl Bench {
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
                "at least 1,000 requests a second",
            ),
            ("the whole catalogue", &whole, "under 15 s"),
            ("the whole catalogue, 16 side by side", &wide, ""),
            ("the same with 50 ms of latency", &slow, "under 30 s"),
        ] {
            #[expect(
                clippy::cast_precision_loss,
                reason = "counts of a run are far below 2^52"
            )]
            let (requests, steps) = (
                run.requests as f64 / run.seconds,
                run.steps as f64 / run.seconds,
            );
            anstream::println!(
                "  {what:<40} {:>4} cases, {:>5} requests in {:>6.2} s: {requests:>6.0} requests/s, {steps:>6.0} checks/s{}",
                run.cases,
                run.requests,
                run.seconds,
                if aim.is_empty() {
                    String::new()
                } else {
                    format!(" ({aim} is the aim)")
                }
            );
            if run.exit != Some(0) {
                anstream::println!("  NO: exit {:?}: {}", run.exit, run.reason);
                clean = false;
            }
        }
        Ok(clean)
    }

    /// Whether a sound server is clean in so many shuffled runs.
    fn shuffled(&self, runs: u32) -> Result<bool, Failure> {
        let mut blamed = Vec::new();
        for seed in 1..=runs {
            let seed_text = seed.to_string();
            let run = self.run(self.deployment.url(), &["--seed", &seed_text])?;
            if run.exit != Some(0) {
                blamed.push(format!("seed {seed}: exit {:?}: {}", run.exit, run.reason));
            }
        }
        anstream::println!(
            "no false blame: {} of {runs} shuffled runs of our server clean",
            runs as usize - blamed.len()
        );
        for line in &blamed {
            anstream::println!("  {line}");
        }
        Ok(blamed.is_empty())
    }

    /// Runs the suite, strictly, with more arguments.
    fn run(&self, target: &str, more: &[&str]) -> Result<Run, Failure> {
        let profile = self.folder.join("profile.toml");
        std::fs::write(&profile, self.users.profile()).map_err(|error| {
            Failure::unreadable(format!("cannot write {}: {error}", profile.display()))
        })?;
        let mut command = Command::new(&self.suite);
        self.users
            .credentials(&mut command)
            .args(["run", "--allow", "revokes", "--strict", "--target", target])
            .arg("--profile")
            .arg(&profile)
            .arg("--report")
            .arg(&self.folder)
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

fn report(path: &Path) -> Result<Value, Failure> {
    let unreadable = |error: &dyn std::fmt::Display| {
        Failure::unreadable(format!("cannot read {}: {error}", path.display()))
    };
    let bytes = std::fs::read(path).map_err(|error| unreadable(&error))?;
    serde_json::from_slice(&bytes).map_err(|error| unreadable(&error))
}
