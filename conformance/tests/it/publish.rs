//! The output of `conformance run`: the report folder and the progress, for every way in which a run can end.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::process::{Child, Command};

use crate::deployment::Deployment;
use crate::suite::{amend, command, conformance, copy_profile, run};

/// The files of the report folder.
const FILES: [&str; 5] = [
    "report.json",
    "junit.xml",
    "report.html",
    "summary.md",
    "events.ndjson",
];

fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Returns a profile with which a run waits longer than any test, and the folder of its reports.
fn slow_profile(deployment: &Deployment) -> (PathBuf, PathBuf) {
    let profile = deployment.profile();
    amend(
        &profile,
        "forgetting_seconds = 1",
        "forgetting_seconds = 600",
    );
    let folder = profile.with_file_name("report");
    (profile, folder)
}

/// Starts a run of the cases about statuses and of one case that waits. Returns when the others are decided.
async fn start_waiting_run(deployment: &Deployment, profile: &Path, folder: &Path) -> Child {
    let filters = ["status.", "revocation.refused_after_a_while"];
    // All but the case that waits, and the two cases that check the responses of all others.
    let enough = |decided: u64, selected: u64| decided + 3 == selected;
    start_run(deployment, profile, folder, &filters, enough).await
}

/// Starts a run of the filtered cases, or of all. Returns when enough of the selected cases are decided.
async fn start_run(
    deployment: &Deployment,
    profile: &Path,
    folder: &Path,
    filters: &[&str],
    enough: impl Fn(u64, u64) -> bool,
) -> Child {
    let child = command()
        .args(["run", "--target", &deployment.url, "--allow", "revokes"])
        .args(filters.iter().flat_map(|filter| ["--filter", filter]))
        .arg("--profile")
        .arg(profile)
        .arg("--report")
        .arg(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command runs");
    for _ in 0..1000 {
        let events = std::fs::read_to_string(folder.join("events.ndjson")).unwrap_or_default();
        let header = events.lines().next().unwrap_or_default();
        let header: Value = serde_json::from_str(header).unwrap_or_default();
        let decided = events.matches("\"event\":\"case_finished\"").count() as u64;
        let selected = header["selection"]["selected"].as_u64();
        if selected.is_some_and(|selected| enough(decided, selected)) {
            return child;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("not enough cases were decided within 20 s");
}

fn signal(child: &Child, name: &str) {
    let pid = child.id().expect("it still runs").to_string();
    let status = std::process::Command::new("kill")
        .args([name, &pid])
        .status();
    assert!(status.expect("kill runs").success());
}

#[tokio::test]
async fn interrupted_run_is_marked_incomplete_in_every_report() {
    let deployment = Deployment::start();
    let (profile, folder) = slow_profile(&deployment);
    let child = start_waiting_run(&deployment, &profile, &folder).await;
    signal(&child, "-INT");
    let output = tokio::time::timeout(Duration::from_secs(20), child.wait_with_output());
    let output = output.await.expect("it ends").expect("ended");
    assert_eq!(output.status.code(), Some(3));
    let stdout = String::from_utf8(output.stdout).expect("UTF-8");
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(
        stderr.contains("interrupted; revoking the minted tokens"),
        "{stderr}"
    );
    let report: Value = serde_json::from_str(&read(&folder, "report.json")).expect("JSON");
    assert_eq!(report["complete"], false);
    let decided = report["cases"].as_array().expect("cases").len();
    assert!(decided >= 5, "the decided cases are written");
    let incomplete = format!("only {decided} of ");
    for (name, text) in [
        ("report.html", read(&folder, "report.html")),
        ("summary.md", read(&folder, "summary.md")),
        ("junit.xml", read(&folder, "junit.xml")),
        ("stdout", stdout),
    ] {
        assert!(text.contains(&incomplete), "{name}");
    }
    assert!(read(&folder, "junit.xml").contains("run.is_complete"));
    let events = read(&folder, "events.ndjson");
    let footer: Value = serde_json::from_str(events.lines().last().expect("lines")).expect("JSON");
    assert_eq!(footer["event"], "run_finished");
    assert_eq!(footer["complete"], false);
    let path = folder.join("report.json");
    let tap = conformance(&["render", path.to_str().expect("UTF-8"), "--format", "tap"]).await;
    let tap = String::from_utf8(tap.stdout).expect("UTF-8");
    assert!(tap.contains("Bail out! interrupted after"), "{tap}");
    assert_eq!(deployment.purge().await, 0, "every minted token is revoked");
}

#[tokio::test]
async fn interrupted_run_revokes_every_minted_token() {
    let deployment = Deployment::start();
    let (profile, folder) = slow_profile(&deployment);
    // While several cases have live tokens.
    let enough = |decided: u64, _: u64| decided >= 20;
    let child = start_run(&deployment, &profile, &folder, &[], enough).await;
    signal(&child, "-INT");
    let output = tokio::time::timeout(Duration::from_secs(20), child.wait_with_output());
    let output = output.await.expect("it ends").expect("ended");
    assert_eq!(output.status.code(), Some(3));
    let report: Value = serde_json::from_str(&read(&folder, "report.json")).expect("JSON");
    assert_eq!(report["complete"], false);
    assert_eq!(report["end"]["left_behind"], serde_json::json!([]));
    assert_eq!(deployment.purge().await, 0);
}

#[tokio::test]
async fn killed_run_leaves_events_without_footer_and_no_report_of_an_earlier_run() {
    let deployment = Deployment::start();
    let (profile, folder) = slow_profile(&deployment);
    std::fs::create_dir_all(&folder).expect("made");
    for name in FILES {
        std::fs::write(folder.join(name), "of an earlier run").expect("written");
    }
    let mut child = start_waiting_run(&deployment, &profile, &folder).await;
    signal(&child, "-KILL");
    child.wait().await.expect("ended");
    for name in &FILES[..4] {
        assert!(!folder.join(name).exists(), "{name} is of an earlier run");
    }
    let events = folder.join("events.ndjson");
    let events = events.to_str().expect("UTF-8");
    let refused = conformance(&["render", events, "--format", "markdown"]).await;
    assert_eq!(refused.status.code(), Some(2));
    let shown = conformance(&["render", events, "--format", "markdown", "--cut-off"]).await;
    let shown = String::from_utf8(shown.stdout).expect("UTF-8");
    assert!(shown.contains("cut off, not valid"), "{shown}");
}

#[tokio::test]
async fn every_report_is_complete_when_the_target_stops_during_the_run() {
    let deployment = Deployment::start();
    let (profile, _) = slow_profile(&deployment);
    // The target stops during this wait.
    amend(
        &profile,
        "forgetting_seconds = 600",
        "forgetting_seconds = 6",
    );
    let (kept, profile) = copy_profile(&profile);
    let folder = kept.path().join("report");
    let child = start_waiting_run(&deployment, &profile, &folder).await;
    drop(deployment);
    let output = tokio::time::timeout(Duration::from_secs(30), child.wait_with_output());
    let output = output.await.expect("it ends").expect("ended");
    assert_eq!(output.status.code(), Some(3));
    for name in FILES {
        let text = read(&folder, name);
        assert!(text.contains("revocation.refused_after_a_while"), "{name}");
        assert!(text.contains("no connection"), "{name} says why");
        assert!(!text.contains("selected cases were decided"), "{name}");
    }
    let events = read(&folder, "events.ndjson");
    let footer: Value = serde_json::from_str(events.lines().last().expect("lines")).expect("JSON");
    assert_eq!(
        (&footer["event"], &footer["complete"]),
        (&"run_finished".into(), &true.into())
    );
}

#[tokio::test]
async fn annotations_are_written_only_in_a_job_of_github_actions() {
    let deployment = Deployment::start();
    let profile = deployment.profile();
    let summary = deployment.folder.path().join("summary");
    std::fs::write(&summary, "# Before\n").expect("written");
    let target = deployment.url.clone();
    let run = async |actions: &str, more: &[&str]| {
        let output = command()
            .args([
                "run",
                "--target",
                &target,
                "--filter",
                "status.unauthorized",
            ])
            .arg("--profile")
            .arg(&profile)
            .arg("--report")
            .arg(profile.with_file_name("report"))
            .args(more)
            .env("GITHUB_ACTIONS", actions)
            .env("GITHUB_STEP_SUMMARY", &summary)
            .output()
            .await
            .expect("the command runs");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let outside = run("false", &[]).await;
    assert!(!outside.contains("::error"), "{outside}");
    let disabled = run("true", &["--annotations", "never"]).await;
    assert!(!disabled.contains("::error"), "{disabled}");
    assert_eq!(
        std::fs::read_to_string(&summary).expect("readable"),
        "# Before\n"
    );
    let inside = run("true", &[]).await;
    // Nothing is proven: a case that mints needs --allow revokes.
    assert!(
        inside.contains("\n::error title=conformance::exit 4"),
        "{inside}"
    );
    let appended = std::fs::read_to_string(&summary).expect("readable");
    assert!(
        appended.starts_with("# Before\n## ❌ Conformance: nothing proven"),
        "{appended}"
    );
    let enabled = run("", &["--annotations", "always"]).await;
    assert!(
        enabled.contains("\n::error title=conformance::exit 4"),
        "{enabled}"
    );
}

#[tokio::test]
async fn progress_is_lines_in_a_pipe_and_a_bar_on_a_terminal() {
    let deployment = Deployment::start();
    let profile = deployment.profile();
    let more = ["--allow", "revokes", "--filter", "status."];
    let piped = run(&deployment.url, &profile, &more).await;
    assert_eq!(piped.code, 0, "{}", piped.stdout);
    let first = piped.stderr.lines().next().unwrap_or_default();
    let expected = format!("cases against {}, 8 at a time", deployment.url);
    assert!(first.ends_with(&expected), "{}", piped.stderr);
    assert!(
        !piped.stderr.contains('\r') && !piped.stderr.contains('\u{1b}'),
        "{}",
        piped.stderr
    );

    // `script` gives the command a terminal.
    let line = format!(
        "'{}' run --target {} --profile '{}' --report '{}' {}",
        env!("CARGO_BIN_EXE_conformance"),
        deployment.url,
        profile.display(),
        profile.with_file_name("report").display(),
        more.join(" ")
    );
    let output = Command::new("script")
        .args(["--quiet", "--return", "--command", &line, "/dev/null"])
        .env("TERM", "xterm")
        .env("COLUMNS", "120")
        .env_remove("GITHUB_ACTIONS")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .expect("util-linux's script runs");
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{shown}");
    assert!(
        shown.contains("/s, ") && shown.contains(" left"),
        "rate and time left: {shown:?}"
    );
    assert!(shown.contains("\u{1b}["), "colours: {shown:?}");
    assert!(shown.contains("every selected MUST held"), "{shown:?}");
}
