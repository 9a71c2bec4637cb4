//! Runs of whole deployments with one fault: how long they take, how many causes they name, and how much they print. And a sound
//! deployment of another shape, which must be clean.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use serde_json::Value;

use crate::error::Error;
use crate::findings;
use crate::node::Node;
use crate::report;

/// A fault, and what a run against it must show.
struct Row {
    what: &'static str,
    fault: &'static str,
    /// A part of the reason or of the only cause.
    named: &'static str,
    most_seconds: f64,
    most_lines: usize,
}

const ROWS: [Row; 4] = [
    Row {
        what: "a member of the 201 is lost",
        fault: "the 201 has no jti",
        named: "/data/jti: missing in the 201",
        most_seconds: 120.0,
        most_lines: 40,
    },
    Row {
        what: "500 for every unknown id",
        fault: "an unknown id is a server error",
        named: "server error 500",
        most_seconds: 120.0,
        most_lines: 40,
    },
    Row {
        what: "answers after 30 s",
        fault: "requests take thirty seconds",
        named: "answers too slowly",
        most_seconds: 120.0,
        most_lines: 100,
    },
    Row {
        what: "revocations do nothing",
        fault: "revocations do nothing",
        named: "revocations do nothing",
        most_seconds: 120.0,
        most_lines: 100,
    },
];

/// Prints a line for each fault, and for the sound deployment with two shapes of its list; returns whether all are as they
/// must be.
pub(super) fn print(suite: &Path) -> Result<bool, Error> {
    anstream::println!("whole runs against a Node service");
    let mut all = true;
    for row in &ROWS {
        let run = Run::new(suite, row.fault, "list_items = \"/tokens\"")?;
        // A run that ends early has, besides its cause, the cases that were not run.
        let named = run.causes == 1 || run.reason.contains(row.named);
        let held = run.exit != Some(0)
            && named
            && run.text.contains(row.named)
            && run.seconds < row.most_seconds
            && run.lines <= row.most_lines;
        all &= held;
        run.print(row.what, held);
    }
    for (fault, list) in [("", "/tokens"), ("the list is a bare array", "")] {
        let run = Run::new(suite, fault, &format!("list_items = {list:?}"))?;
        let held = run.exit == Some(0) && run.failed == 0;
        all &= held;
        run.print(&format!("sound, its list at {list:?}"), held);
    }
    Ok(all)
}

/// A run of the whole catalogue.
struct Run {
    exit: Option<i32>,
    seconds: f64,
    /// The findings that are a fault of the deployment, by their cause.
    causes: usize,
    /// The cases that did not pass.
    failed: usize,
    lines: usize,
    text: String,
    reason: String,
}

impl Run {
    fn new(suite: &Path, fault: &str, companions: &str) -> Result<Run, Error> {
        let node = Node::start(fault);
        let profile = node.profile(companions);
        let folder = profile.with_file_name("report");
        let clock = Instant::now();
        let output = Command::new(suite)
            .args([
                "run",
                "--allow",
                "revokes",
                "--target",
                &node.url,
                "--profile",
            ])
            .arg(&profile)
            .arg("--report")
            .arg(&folder)
            .stderr(Stdio::null())
            .output()
            .map_err(|error| Error::Io("run the suite", error))?;
        let seconds = clock.elapsed().as_secs_f64();
        let report = report(&folder.join("report.json"))?;
        let cases = report["cases"].as_array().map_or(&[][..], Vec::as_slice);
        let is = |case: &&Value, verdicts: &[&str]| {
            (case["verdict"].as_str()).is_some_and(|verdict| verdicts.contains(&verdict))
        };
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok(Run {
            exit: output.status.code(),
            seconds,
            causes: findings::of(cases).len(),
            failed: cases
                .iter()
                .filter(|case| !is(case, &["pass", "warn"]))
                .count(),
            lines: text.lines().count(),
            reason: report["end"]["exit"]["reason"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
            text,
        })
    }

    fn print(&self, what: &str, held: bool) {
        anstream::println!(
            "  {what:<38} exit {}, {:>5.1} s, {} causes, {:>3} cases not passed, {:>3} lines{}",
            self.exit.unwrap_or(-1),
            self.seconds,
            self.causes,
            self.failed,
            self.lines,
            if held {
                String::new()
            } else {
                format!("  NO: {}", self.reason)
            },
        );
    }
}
