//! Schemathesis, a property-based tester of the same kind, for its figures on the same services. It is installed from PyPI into a
//! folder of the benchmark.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::error::Error;
use crate::process::run_to_end;
use crate::report;

/// The version that the figures are of.
const VERSION: &str = "4.32.5";

/// The most examples of an operation and a phase.
const EXAMPLES: &str = "30";

/// An installed Schemathesis.
pub(super) struct Schemathesis {
    program: PathBuf,
    folder: PathBuf,
}

/// What a run of it found.
pub(super) struct Findings {
    /// Each failure as its operations and title, once.
    pub(super) failures: BTreeSet<String>,
    /// The operations that accepted a request.
    pub(super) reached: usize,
    pub(super) cases: u64,
    pub(super) seconds: f64,
}

/// Makes a folder for Python packages and installs them, unless that was done earlier.
pub(super) fn install(folder: &Path, packages: &[&str]) -> Result<PathBuf, Error> {
    let programs = folder.join("bin");
    let done = folder.join("installed");
    let wanted = packages.join(" ");
    if std::fs::read_to_string(&done).is_ok_and(|installed| installed == wanted) {
        return Ok(programs);
    }
    let succeeded = |command: &mut Command| -> Result<(), Error> {
        let status = run_to_end(command.stdout(Stdio::null()))?;
        (status.success())
            .then_some(())
            .ok_or_else(|| Error::Install(wanted.clone()))
    };
    succeeded(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
    let mut pip = Command::new(programs.join("pip"));
    succeeded(pip.args(["install", "--quiet"]).args(packages))?;
    std::fs::write(&done, &wanted).map_err(|error| Error::Io("note what is installed", error))?;
    Ok(programs)
}

impl Schemathesis {
    /// Installs it below a folder.
    pub(super) fn install(folder: &Path) -> Result<Self, Error> {
        let package = format!("schemathesis=={VERSION}");
        let programs = install(&folder.join("schemathesis"), &[&package])?;
        Ok(Self {
            program: programs.join("schemathesis"),
            folder: folder.to_owned(),
        })
    }

    /// Runs all its phases against a service; `credentials` has the value of each scheme.
    pub(super) fn run(
        &self,
        name: &str,
        document: &Path,
        url: &str,
        credentials: &[(&str, &str)],
    ) -> Result<Findings, Error> {
        let config = self.folder.join(format!("{name}.toml"));
        let written = self.folder.join(format!("{name}.json"));
        let _ = std::fs::remove_file(&written);
        std::fs::write(&config, configuration(credentials))
            .map_err(|error| Error::Io("write the configuration of Schemathesis", error))?;
        let clock = Instant::now();
        let mut command = Command::new(&self.program);
        command
            // Where it leaves a folder of its own.
            .current_dir(&self.folder)
            .arg("--config-file")
            .arg(&config)
            .arg("run")
            .arg(document)
            .args(["--url", url, "--max-examples", EXAMPLES, "--seed", "1"])
            .args(["--request-timeout", "1", "--report", "json"])
            .arg("--report-json-path")
            .arg(&written)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        // It exits with 1 where it found something.
        run_to_end(&mut command)?;
        let seconds = clock.elapsed().as_secs_f64();
        let report = report(&written)?;
        let failures = report["failures"].as_array().map_or(&[][..], Vec::as_slice);
        let failures = failures.iter().map(|failure| {
            let operations = &failure["operations"];
            format!(
                "{operations}: {}",
                failure["title"].as_str().unwrap_or_default()
            )
        });
        let rates = report["valid_rates"].as_object();
        let accepts = |phases: &serde_json::Value| {
            let phases = phases.as_object().into_iter().flatten();
            phases
                .into_iter()
                .any(|(_, phase)| phase["accepted"].as_u64() > Some(0))
        };
        Ok(Findings {
            failures: failures.collect(),
            reached: rates.map_or(0, |rates| rates.values().filter(|one| accepts(one)).count()),
            cases: report["test_cases"]["generated"]
                .as_u64()
                .unwrap_or_default(),
            seconds,
        })
    }
}

/// Writes the configuration: no memory of earlier runs, the credentials, and 410 and 412 as answers to a request that fits its schema.
fn configuration(credentials: &[(&str, &str)]) -> String {
    // Without a database, which replays what one run found, even where it is no fault, in all later runs.
    let mut text = String::from("[generation]\ndatabase = \"none\"\n");
    for (scheme, value) in credentials {
        let members = match value.split_once(':') {
            Some((name, password)) => format!("username = {name:?}\npassword = {password:?}"),
            None if scheme.contains("Key") => format!("api_key = {value:?}"),
            None => format!("bearer = {value:?}"),
        };
        let _ = writeln!(text, "[auth.openapi.{scheme}]\n{members}");
    }
    text.push_str(
        "[checks.positive_data_acceptance]\nexpected-statuses = [\"2xx\", \"3xx\", \"401\", \"403\", \"404\", \"409\", \"410\", \"412\"]\n",
    );
    text
}
