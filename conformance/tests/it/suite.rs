//! The `conformance` command as a process, its input, and the report that it writes.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpSocket;
use tokio::process::Command;

/// The result of `conformance run`.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) report: Option<Value>,
    pub(crate) folder: PathBuf,
}

impl Run {
    /// Returns the cases of the report.
    fn cases(&self) -> impl Iterator<Item = &Value> {
        let cases = self.report.as_ref().map(|report| &report["cases"]);
        cases.and_then(Value::as_array).into_iter().flatten()
    }

    /// Returns the exchanges of all cases.
    pub(crate) fn exchanges(&self) -> impl Iterator<Item = &Value> {
        self.cases()
            .filter_map(|case| case["exchanges"].as_array())
            .flatten()
    }

    /// Returns the verdict of a case.
    pub(crate) fn verdict(&self, id: &str) -> String {
        let case = self.cases().find(|case| case["id"] == id);
        case.and_then(|case| case["verdict"].as_str())
            .unwrap_or("absent")
            .to_owned()
    }

    /// Returns the cases with a verdict, each as its id and its reason.
    pub(crate) fn with_verdict(&self, verdict: &str) -> Vec<String> {
        let cases = self.cases().filter(|case| case["verdict"] == verdict);
        cases
            .map(|case| {
                format!(
                    "{}: {}",
                    case["id"].as_str().unwrap_or_default(),
                    case["reason"]
                )
            })
            .collect()
    }
}

/// Returns the command, which is killed when its handle is dropped. Without the variables of GitHub Actions it writes no
/// annotations to a job that runs these tests.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_conformance"));
    for name in ["GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command.kill_on_drop(true);
    command
}

/// Runs the command with arguments.
pub(crate) async fn conformance(arguments: &[&str]) -> Output {
    command()
        .args(arguments)
        .output()
        .await
        .expect("the command runs")
}

/// Runs `conformance run` against a target, with more arguments. The reports are written next to the profile.
pub(crate) async fn run(target: &str, profile: &Path, more: &[&str]) -> Run {
    run_in(&[], target, profile, more).await
}

/// Does the same with environment variables.
pub(crate) async fn run_in(
    environment: &[(String, String)],
    target: &str,
    profile: &Path,
    more: &[&str],
) -> Run {
    let folder = profile.with_file_name("report");
    let _ = std::fs::remove_dir_all(&folder);
    let path = |path: &Path| path.to_str().expect("UTF-8").to_owned();
    let (profile, report) = (path(profile), path(&folder));
    let mut arguments = vec![
        "run",
        "--target",
        target,
        "--profile",
        &profile,
        "--report",
        &report,
    ];
    arguments.extend(more);
    // On a busy machine a run may take long.
    if !more.contains(&"--max-seconds") {
        arguments.extend(["--max-seconds", "3600"]);
    }
    let output = command()
        .args(&arguments)
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .output()
        .await
        .expect("the command runs");
    let report = std::fs::read(folder.join("report.json")).ok();
    Run {
        code: output.status.code().expect("it exits by itself"),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        report: report.map(|report| serde_json::from_slice(&report).expect("the report is JSON")),
        folder,
    }
}

/// Replaces a part of a profile, which must contain it.
pub(crate) fn amend(profile: &Path, part: &str, other: &str) {
    let text = std::fs::read_to_string(profile).expect("readable");
    assert!(text.contains(part), "{part} is not in {text}");
    std::fs::write(profile, text.replace(part, other)).expect("written");
}

/// Copies a profile and its credentials into a folder that outlives the deployment's folder.
pub(crate) fn copy_profile(profile: &Path) -> (TempDir, PathBuf) {
    let folder = testbed::folder().expect("a folder");
    let copy = |path: &Path| folder.path().join(path.file_name().expect("a name"));
    let source = profile.parent().expect("a folder");
    for entry in std::fs::read_dir(source).expect("readable") {
        let path = entry.expect("an entry").path();
        let credential = path.extension().is_some_and(|ending| ending == "token");
        if credential || path == profile {
            std::fs::copy(&path, copy(&path)).expect("copied");
        }
    }
    let profile = copy(profile);
    (folder, profile)
}

/// Returns an address where no process listens, and the socket that reserves it.
pub(crate) fn unused_address() -> (SocketAddr, TcpSocket) {
    let socket = TcpSocket::new_v4().expect("a socket");
    let free = SocketAddr::from(([127, 0, 0, 1], 0));
    socket.bind(free).expect("a free port");
    (socket.local_addr().expect("an address"), socket)
}

/// Returns a validator for one of the committed schemas, which also checks formats.
pub(crate) fn validator(schema: &str) -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(schema).expect("JSON");
    jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .expect("a schema")
}
