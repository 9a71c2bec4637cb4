//! The `conformance` command as a process, and the report that it writes.

use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;

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
    /// The verdict of a case.
    pub(crate) fn verdict(&self, id: &str) -> String {
        let cases = self
            .report
            .as_ref()
            .and_then(|report| report["cases"].as_array());
        let case = cases.into_iter().flatten().find(|case| case["id"] == id);
        case.and_then(|case| case["verdict"].as_str())
            .unwrap_or("absent")
            .to_owned()
    }

    /// The ids of the cases with a verdict.
    pub(crate) fn with_verdict(&self, verdict: &str) -> Vec<String> {
        let cases = self
            .report
            .as_ref()
            .and_then(|report| report["cases"].as_array());
        let cases = cases
            .into_iter()
            .flatten()
            .filter(|case| case["verdict"] == verdict);
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

/// The command with arguments.
pub(crate) async fn conformance(arguments: &[&str]) -> Output {
    tokio::process::Command::new(env!("CARGO_BIN_EXE_conformance"))
        .args(arguments)
        .kill_on_drop(true)
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
