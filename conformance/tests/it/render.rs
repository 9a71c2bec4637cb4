//! `conformance render`: every format of a saved run, and the errors for other files.

use std::path::{Path, PathBuf};
use std::process::Output;

use conformance::case::Level;
use conformance::event::{CaseRecord, Verdict};
use conformance::report::Format;
use serde_json::Value;

use crate::deployment::Deployment;
use crate::sample;
use crate::suite::{command, conformance, run, validator};

const FORMATS: [&str; 8] = [
    "html", "junit", "markdown", "github", "tap", "text", "ndjson", "json",
];

/// Saves the sample run as report.json in a new folder.
fn saved() -> (tempfile::TempDir, PathBuf) {
    let folder = testbed::folder().expect("a folder");
    let path = folder.path().join("report.json");
    std::fs::write(&path, sample::rendered(Format::Json, &sample::report())).expect("written");
    (folder, path)
}

async fn render(path: &Path, more: &[&str]) -> Output {
    let path = path.to_str().expect("UTF-8");
    conformance(&[&["render", path][..], more].concat()).await
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("UTF-8")
}

#[test]
fn markdown_is_a_summary_of_a_job() {
    insta::assert_snapshot!(
        "markdown",
        sample::rendered(Format::Markdown, &sample::report())
    );
}

#[test]
fn annotations_are_worst_first() {
    insta::assert_snapshot!(
        "github",
        sample::rendered(Format::Github, &sample::report())
    );
}

/// A server error fails a SHOULD, too: the heading is of the case that says most.
#[test]
fn finding_is_headed_by_its_gravest_level() {
    let mut report = sample::report();
    let is_failed = |case: &&mut CaseRecord| case.id == "status.created";
    let failed = (report.cases.iter_mut().find(is_failed)).expect("a failed case");
    failed.cause = Some("POST /things: server error 500".to_owned());
    let lesser = CaseRecord {
        id: "status.created_is_complete".to_owned(),
        level: Level::Should,
        ..failed.clone()
    };
    report.cases.insert(0, lesser);
    let text = sample::rendered(Format::Text, &report);
    let text = anstream::adapter::strip_str(&text).to_string();
    assert!(
        text.contains("fail MUST status.created and 1 more\n"),
        "{text}"
    );
}

#[test]
fn tap_has_a_test_point_for_each_case() {
    insta::assert_snapshot!("tap", sample::rendered(Format::Tap, &sample::report()));
}

#[test]
fn junit_has_a_test_case_for_each_case() {
    insta::assert_snapshot!("junit", sample::rendered(Format::Junit, &sample::report()));
}

#[tokio::test]
async fn every_format_of_a_saved_run_equals_that_of_the_run() {
    let (folder, path) = saved();
    for (name, format) in FORMATS.into_iter().zip([
        Format::Html,
        Format::Junit,
        Format::Markdown,
        Format::Github,
        Format::Tap,
        Format::Text,
        Format::Ndjson,
        Format::Json,
    ]) {
        let file = folder.path().join(name);
        let output = render(
            &path,
            &["--format", name, "--output", file.to_str().expect("UTF-8")],
        )
        .await;
        assert!(output.status.success(), "{name}: {}", text(output.stderr));
        assert!(output.stdout.is_empty(), "{name}");
        let plain = |text: String| anstream::adapter::strip_str(&text).to_string();
        let expected = sample::rendered(format, &sample::report());
        let written = std::fs::read_to_string(&file).expect("readable");
        if format == Format::Text {
            assert_eq!(written, plain(expected), "{name}");
        } else {
            assert_eq!(written, expected, "{name}");
        }
    }
}

#[tokio::test]
async fn stream_of_a_real_run_has_header_and_footer_and_gives_the_same_report() {
    let deployment = Deployment::start();
    let more = ["--allow", "revokes", "--filter", "status."];
    let run = run(&deployment.url, &deployment.profile(), &more).await;
    assert_eq!(run.code, 0, "{}", run.stdout);
    let validator = validator(include_str!("../../schemas/events.schema.json"));
    let stream = run.folder.join("events.ndjson");
    let lines: Vec<Value> = (std::fs::read_to_string(&stream).expect("a stream").lines())
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    for line in &lines {
        let problem = validator.iter_errors(line).next();
        assert!(
            problem.is_none(),
            "{}",
            problem
                .map(|problem| problem.to_string())
                .unwrap_or_default()
        );
    }
    assert_eq!(lines[0]["event"], "run_started");
    assert_eq!(lines[0]["format"], 1);
    assert_eq!(lines[lines.len() - 1]["event"], "run_finished");
    let output = render(&stream, &["--format", "json"]).await;
    assert!(output.status.success(), "{}", text(output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(Some(report), run.report);
}

#[tokio::test]
async fn stream_without_footer_is_refused_without_the_cut_off_option() {
    let folder = testbed::folder().expect("a folder");
    let path = folder.path().join("events.ndjson");
    let whole = sample::rendered(Format::Ndjson, &sample::report());
    let footer = whole.find("{\"event\":\"run_finished\"").expect("a footer");
    // With and without a part of the last line.
    for cut in [footer, footer + 20] {
        std::fs::write(&path, &whole[..cut]).expect("written");
        let output = render(&path, &["--format", "tap"]).await;
        assert_eq!(output.status.code(), Some(2));
        let stderr = text(output.stderr);
        assert!(
            stderr.contains("cut off") && stderr.contains("--cut-off"),
            "{stderr}"
        );
        let output = render(&path, &["--format", "tap", "--cut-off"]).await;
        assert_eq!(output.status.code(), Some(0), "{}", text(output.stderr));
        let stdout = text(output.stdout);
        assert!(stdout.contains("Bail out! cut off"), "{stdout}");
        assert!(stdout.contains("not ok"), "{stdout}");
    }
}

#[tokio::test]
async fn file_that_is_not_a_saved_run_is_refused_with_its_place() {
    let folder = testbed::folder().expect("a folder");
    let path = folder.path().join("file");
    let whole = sample::rendered(Format::Ndjson, &sample::report());
    let mut lines: Vec<&str> = whole.lines().collect();
    lines[2] = "{\"event\":\"case_finished\"}";
    let broken = lines.join("\n");
    let twice = format!("{whole}{whole}");
    let (_, case) = whole.split_once('\n').expect("lines");
    let longer = format!("{whole}{case}");
    let newer = sample::rendered(Format::Json, &sample::report()).replacen(
        "\"format\": 1",
        "\"format\": 2",
        1,
    );
    for (content, mark) in [
        ("", "no event `run_started`"),
        ("# Notes\n", "not JSON"),
        ("{}\n", "no `format`"),
        (newer.as_str(), "format 2"),
        (broken.as_str(), "file:3: not an event of a run"),
        (twice.as_str(), "a second run starts here"),
        (longer.as_str(), "an event follows `run_finished`"),
    ] {
        std::fs::write(&path, content).expect("written");
        let output = render(&path, &["--format", "tap"]).await;
        let stderr = text(output.stderr);
        assert_eq!(output.status.code(), Some(2), "{mark}: {stderr}");
        assert!(stderr.contains(mark), "{mark}: {stderr}");
        assert!(output.stdout.is_empty());
    }
    let absent = render(&folder.path().join("absent"), &["--format", "tap"]).await;
    assert_eq!(absent.status.code(), Some(2));
    assert!(text(absent.stderr).contains("cannot be read"));
}

#[tokio::test]
async fn saved_run_with_a_credential_is_not_written_in_any_format() {
    const CANARY: &str = "dz_canary\"of<a>&credential_0123456789";
    let (folder, path) = saved();
    let sound = std::fs::read_to_string(&path).expect("readable");
    // A credential that the profile names, and an unknown one, in a text that each format shows.
    for (secret, name) in [
        (CANARY, "$OPERATOR_TOKEN"),
        (
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
            "$UNREGISTERED_TOKEN",
        ),
    ] {
        let mut report: Value = serde_json::from_str(&sound).expect("JSON");
        for case in report["cases"].as_array_mut().expect("cases") {
            case["reason"] = format!("it said {secret}").into();
            for step in case["steps"].as_array_mut().expect("steps") {
                step["actual"] = format!("it said {secret}").into();
            }
        }
        std::fs::write(&path, report.to_string()).expect("written");
        let file = folder.path().join("output");
        let path = path.to_str().expect("UTF-8");
        let mut commands: Vec<Vec<&str>> = Vec::new();
        for format in FORMATS {
            commands.push(vec!["render", path, "--format", format]);
        }
        let sound_path = folder.path().join("sound.json");
        std::fs::write(
            &sound_path,
            sound.replace("\"verdict\": \"fail\"", "\"verdict\": \"pass\""),
        )
        .expect("written");
        for format in ["text", "markdown", "json"] {
            commands.push(vec![
                "compare",
                sound_path.to_str().expect("UTF-8"),
                path,
                "--format",
                format,
            ]);
        }
        for words in commands {
            for output in [None, Some(file.to_str().expect("UTF-8"))] {
                let mut arguments = words.clone();
                if let Some(output) = output {
                    arguments.extend(["--output", output]);
                }
                let output = command()
                    .args(&arguments)
                    .env("OPERATOR_TOKEN", CANARY)
                    .output()
                    .await
                    .expect("the command runs");
                let stderr = text(output.stderr);
                assert_eq!(output.status.code(), Some(3), "{arguments:?}: {stderr}");
                assert!(stderr.contains(name), "{arguments:?}: {stderr}");
                assert!(!stderr.contains("canary"), "{stderr}");
                assert!(output.stdout.is_empty(), "{arguments:?}");
                assert!(!file.exists(), "{arguments:?}");
            }
        }
    }
}

#[test]
fn page_of_many_cases_shows_the_findings_whole_and_says_what_it_leaves_out() {
    let mut report = sample::report();
    let is_failed = |case: &&CaseRecord| case.id == "status.created";
    let failed = (report.cases.iter().find(is_failed)).expect("a failed case");
    let mut passed = CaseRecord {
        verdict: Verdict::Pass,
        cause: None,
        ..failed.clone()
    };
    let response = (passed.exchanges[0].response.as_mut()).expect("a response");
    response.body.text = Some("x".repeat(2000));
    let many = (0..9000).map(|number| CaseRecord {
        id: format!("generated.get_things.value.{number}"),
        ..passed.clone()
    });
    report.cases.splice(0..0, many);
    let html = sample::rendered(Format::Html, &report);
    assert!(html.len() < 5_000_000, "{}", html.len());
    for text in [
        "Not all are shown: ",
        "are not on it at all",
        "id=\"status.created\"",
        "id=\"generated.get_things.value.0\"",
    ] {
        assert!(html.contains(text), "{text}");
    }
    let whole = html.split("id=\"status.created\"").nth(1);
    assert!(whole.is_some_and(|rest| rest.contains("curl-")));
    let small = sample::rendered(Format::Html, &sample::report());
    assert!(!small.contains("Not all are shown"));
}
