//! The `conformance` command as a process, what it is given, and the report that it writes.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpSocket;
use tokio::process::Command;

/// What a run of the command came to.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) report: Option<Value>,
    pub(crate) folder: PathBuf,
}

impl Run {
    /// The cases of the report.
    fn cases(&self) -> impl Iterator<Item = &Value> {
        let cases = self.report.as_ref().map(|report| &report["cases"]);
        cases.and_then(Value::as_array).into_iter().flatten()
    }

    /// The exchanges of all cases.
    pub(crate) fn exchanges(&self) -> impl Iterator<Item = &Value> {
        self.cases()
            .filter_map(|case| case["exchanges"].as_array())
            .flatten()
    }

    /// The verdict of a case.
    pub(crate) fn verdict(&self, id: &str) -> String {
        let case = self.cases().find(|case| case["id"] == id);
        case.and_then(|case| case["verdict"].as_str())
            .unwrap_or("absent")
            .to_owned()
    }

    /// The cases with a verdict: the id of each, and the reason.
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

/// The command, which ends with its handle. A job of GitHub that runs these tests is not told of what they break.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_conformance"));
    for name in ["GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command.kill_on_drop(true);
    command
}

/// The command with arguments.
pub(crate) async fn conformance(arguments: &[&str]) -> Output {
    command()
        .args(arguments)
        .output()
        .await
        .expect("the command runs")
}

/// `conformance run` against a target, with more arguments; the reports go into a folder beside the profile.
pub(crate) async fn run(target: &str, profile: &Path, more: &[&str]) -> Run {
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
    let output = conformance(&arguments).await;
    let report = std::fs::read(folder.join("report.json")).ok();
    Run {
        code: output.status.code().expect("it exits by itself"),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        report: report.map(|report| serde_json::from_slice(&report).expect("the report is JSON")),
        folder,
    }
}

/// Replaces a part of a profile, which is there.
pub(crate) fn amend(profile: &Path, part: &str, other: &str) {
    let text = std::fs::read_to_string(profile).expect("readable");
    assert!(text.contains(part), "{part} is not in {text}");
    std::fs::write(profile, text.replace(part, other)).expect("written");
}

/// A copy of a profile and of the credentials beside it, in a folder that outlives the deployment's.
pub(crate) fn kept(profile: &Path) -> (TempDir, PathBuf) {
    let folder = testbed::folder().expect("a folder");
    let copy = |path: &Path| folder.path().join(path.file_name().expect("a name"));
    let beside = profile.parent().expect("a folder");
    for entry in std::fs::read_dir(beside).expect("readable") {
        let path = entry.expect("an entry").path();
        let credential = path.extension().is_some_and(|ending| ending == "token");
        if credential || path == profile {
            std::fs::copy(&path, copy(&path)).expect("copied");
        }
    }
    let profile = copy(profile);
    (folder, profile)
}

/// An address where nobody listens, and what keeps it from everybody else.
pub(crate) fn nobody() -> (SocketAddr, TcpSocket) {
    let socket = TcpSocket::new_v4().expect("a socket");
    let free = SocketAddr::from(([127, 0, 0, 1], 0));
    socket.bind(free).expect("a free port");
    (socket.local_addr().expect("an address"), socket)
}

/// A validator by one of the committed schemas, which looks at formats as well.
pub(crate) fn validator(schema: &str) -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(schema).expect("JSON");
    jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .expect("a schema")
}
