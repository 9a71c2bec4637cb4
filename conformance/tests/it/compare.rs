//! `conformance compare`: the changes between two saved runs, and the exit code.

use std::path::{Path, PathBuf};

use conformance::event::{Event, Verdict};
use conformance::report::{Format, Report};
use serde_json::Value;
use tempfile::TempDir;

use crate::deployment::Deployment;
use crate::proxy::Proxy;
use crate::sample;
use crate::suite::{conformance, run, validator};

/// Two saved runs: the sample run, and a changed one.
struct Runs {
    folder: TempDir,
}

impl Runs {
    fn new(change: impl FnOnce(&mut Report)) -> Runs {
        let folder = testbed::folder().expect("a folder");
        let mut report = sample::report();
        let write = |name: &str, report: &Report| {
            let text = sample::rendered(Format::Json, report);
            std::fs::write(folder.path().join(name), text).expect("written");
        };
        write("a.json", &report);
        change(&mut report);
        write("b.json", &report);
        Runs { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Returns the exit code and the output.
    async fn compare(&self, more: &[&str]) -> (i32, String) {
        compare(&self.path("a.json"), &self.path("b.json"), more).await
    }
}

async fn compare(a: &Path, b: &Path, more: &[&str]) -> (i32, String) {
    let paths = [a.to_str().expect("UTF-8"), b.to_str().expect("UTF-8")];
    let output = conformance(&[&["compare"][..], &paths, more].concat()).await;
    let text = [output.stdout, output.stderr].concat();
    (
        output.status.code().expect("it exits by itself"),
        String::from_utf8(text).expect("UTF-8"),
    )
}

fn set_verdict(report: &mut Report, id: &str, verdict: Verdict) {
    let case = (report.cases.iter_mut())
        .find(|case| case.id == id)
        .expect("the case");
    case.verdict = verdict;
}

/// Returns two runs with every kind of change.
fn changed() -> Runs {
    Runs::new(|report| {
        report.run.target = "https://production.example.com".to_owned();
        report.run.profile["policy"]["second_revoke"] = 400.into();
        set_verdict(report, "status.unauthorized", Verdict::Fail);
        set_verdict(report, "status.created", Verdict::Pass);
        set_verdict(report, "status.forbidden", Verdict::Pass);
        set_verdict(report, "status.not_found", Verdict::Inconclusive);
        report.cases[1].duration_ms = 900;
        let mut new = report.cases[0].clone();
        new.id = "status.new".to_owned();
        report.cases.push(new);
        report.cases.retain(|case| case.id != "token_id.absent");
    })
}

#[tokio::test]
async fn comparison_shows_worse_cases_first() {
    let (code, output) = changed().compare(&[]).await;
    assert_eq!(code, 1, "{output}");
    insta::assert_snapshot!("compare_terminal", output);
}

#[tokio::test]
async fn comparison_as_markdown_is_a_comment_on_a_pull_request() {
    let (_, output) = changed().compare(&["--format", "markdown"]).await;
    insta::assert_snapshot!("compare_markdown", output);
}

#[tokio::test]
async fn comparison_as_json_is_valid_by_its_schema() {
    let validator = validator(include_str!("../../schemas/comparison.schema.json"));
    let (code, output) = changed().compare(&["--format", "json"]).await;
    let comparison: Value = serde_json::from_str(&output).expect("JSON");
    let problems: Vec<String> = (validator.iter_errors(&comparison))
        .map(|problem| problem.to_string())
        .collect();
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(comparison["exit"]["code"], code);
    assert_eq!(comparison["cases"][0]["change"], "worse");
}

#[tokio::test]
async fn exit_code_says_whether_there_are_new_failures() {
    type Change = fn(&mut Report);
    let expected: [(&str, Change, &[&str], i32); 10] = [
        ("the same", |_| {}, &[], 0),
        (
            "better",
            |report| set_verdict(report, "status.created", Verdict::Pass),
            &[],
            0,
        ),
        (
            "a new failure",
            |report| set_verdict(report, "status.unauthorized", Verdict::Fail),
            &[],
            1,
        ),
        (
            "fails where it was skipped",
            |report| set_verdict(report, "status.forbidden", Verdict::Fail),
            &[],
            1,
        ),
        (
            "a SHOULD",
            |report| {
                report.cases[0].level = conformance::case::Level::Should;
                report.cases[0].verdict = Verdict::Warn;
            },
            &[],
            0,
        ),
        (
            "a SHOULD, strict",
            |report| {
                set_verdict(report, "authentication.challenge", Verdict::Pass);
                let mut new = report.cases[0].clone();
                new.id = "status.new".to_owned();
                new.level = conformance::case::Level::Should;
                new.verdict = Verdict::Warn;
                report.cases.push(new);
            },
            &["--strict"],
            1,
        ),
        (
            "a MUST that was removed",
            |report| report.cases.retain(|case| case.id != "status.unauthorized"),
            &[],
            4,
        ),
        (
            "a MUST that is skipped now",
            |report| set_verdict(report, "status.unauthorized", Verdict::Skip),
            &[],
            4,
        ),
        (
            "an incomplete run",
            |report| report.complete = false,
            &[],
            4,
        ),
        (
            "a failure in an incomplete run",
            |report| {
                report.complete = false;
                set_verdict(report, "status.unauthorized", Verdict::Fail);
            },
            &[],
            1,
        ),
    ];
    for (what, change, more, expected) in expected {
        let (code, output) = Runs::new(change).compare(more).await;
        assert_eq!(code, expected, "{what}: {output}");
    }
}

#[tokio::test]
async fn cut_off_run_is_refused_without_the_cut_off_option() {
    let runs = Runs::new(|_| {});
    let events: Vec<Event> = sample::events();
    let cut = Report::from_events(events.into_iter().take(4), &[]).expect("a start");
    let path = runs.path("cut.ndjson");
    std::fs::write(&path, sample::rendered(Format::Ndjson, &cut)).expect("written");
    let (code, output) = compare(&runs.path("a.json"), &path, &[]).await;
    assert_eq!(code, 2, "{output}");
    assert!(output.contains("cut off"), "{output}");
    let (code, output) = compare(&runs.path("a.json"), &path, &["--cut-off"]).await;
    assert_eq!(code, 4, "{output}");
}

#[tokio::test]
async fn broken_deployment_has_new_failures() {
    let deployment = Deployment::start();
    let broken = Proxy::start(&deployment, |exchange| {
        Box::pin(async move {
            let mut answer = exchange.forward().await;
            if answer.status == 404 {
                answer.status = 410;
            }
            answer
        })
    })
    .await;
    let profile = deployment.profile();
    let more = [
        "--allow", "revokes", "--filter", "status.", "--filter", "tenancy.",
    ];
    let before = run(&deployment.url, &profile, &more).await;
    assert_eq!(before.code, 0, "{}", before.stdout);
    let kept = deployment.folder.path().join("before.json");
    std::fs::copy(before.folder.join("report.json"), &kept).expect("copied");
    let after = run(&broken.url, &profile, &more).await;
    assert_eq!(after.code, 1, "{}", after.stdout);
    let (code, output) = compare(&kept, &after.folder.join("report.json"), &[]).await;
    assert_eq!(code, 1, "{output}");
    assert!(
        output.contains("MUST status.not_found pass → fail"),
        "{output}"
    );
    assert!(output.contains("target: http://127.0.0.1:"), "{output}");
}
