//! The selection of cases, and that a run of a part says so.

use conformance::exit::ExitCode;
use conformance::report::Format;

use crate::node::Node;
use crate::sample;
use crate::suite::{Run, conformance, run};

async fn run_part(more: &[&str]) -> Run {
    let node = Node::start("");
    let profile = node.profile("list_items = \"/tokens\"");
    let fixed = ["--allow", "revokes"];
    run(&node.url, &profile, &[&fixed, more].concat()).await
}

fn ids(run: &Run) -> Vec<String> {
    let cases = run.report.as_ref().expect("a report")["cases"].clone();
    let cases = cases.as_array().into_iter().flatten();
    cases
        .map(|case| case["id"].as_str().expect("an id").to_owned())
        .collect()
}

#[tokio::test]
async fn cases_are_included_and_excluded_by_their_id_and_their_operation() {
    let part = run_part(&[
        "--include",
        "case=status.*",
        "--include",
        "case=reason.sql",
        "--include",
        "method=post",
        "--include",
        "path=/api/v1/tokens/*",
        "--exclude",
        "case=status.created",
    ])
    .await;
    assert_eq!(part.code, 0, "{}{}", part.stdout, part.stderr);
    let ids = ids(&part);
    assert!(ids.iter().any(|id| id == "status.not_found"), "{ids:?}");
    assert!(!ids.iter().any(|id| id == "status.created"), "{ids:?}");
    assert!(
        ids.iter()
            .all(|id| id.starts_with("status.") || id == "reason.sql"),
        "{ids:?}"
    );
    let report = part.report.as_ref().expect("a report");
    assert_eq!(
        report["run"]["selection"]["exclude"][0],
        "case=status.created"
    );
    // What was not selected is not claimed.
    let exit = &report["end"]["exit"];
    assert_eq!(
        exit["meaning"],
        "conformant except for what was not selected"
    );
    let reason = exit["reason"].as_str().expect("a reason");
    assert!(
        reason.contains("were not selected, and nothing is known about them"),
        "{reason}"
    );
    for text in [
        "only a part: include case=status.*",
        "cases not selected: nothing is known about them",
        "run without filters",
    ] {
        assert!(part.stdout.contains(text), "{text}: {}", part.stdout);
    }
}

#[test]
fn page_of_a_part_is_not_headed_as_conformant() {
    let mut report = sample::report();
    let end = report.end.as_mut().expect("an end");
    end.exit.name = ExitCode::Conformant;
    let html = sample::rendered(Format::Html, &report);
    assert!(html.contains("<h1>Conformant in part</h1>"));
}

#[tokio::test]
async fn operation_is_named_by_id_by_method_and_path_or_by_a_tag() {
    let list = conformance(&["list", "--format", "json"]).await;
    let cases: serde_json::Value = serde_json::from_slice(&list.stdout).expect("JSON");
    let about = |case: &&serde_json::Value| case["operation"].is_string();
    let expected = cases.as_array().into_iter().flatten().filter(about).count();
    let document = openapi::published::REVOKE_TOKEN.document();
    let operation = document.operations().remove(0);
    let declared = document.at(&operation.pointer).expect("the operation");
    let tag = declared["tags"][0].as_str().expect("a tag").to_owned();
    let id = operation.id.clone().expect("an operationId");
    for criterion in [
        format!("operation={id}"),
        format!("operation={operation}"),
        format!("tag={tag}"),
    ] {
        let part = run_part(&["--include", &criterion, "--max-requests", "1"]).await;
        assert_eq!(ids(&part).len(), expected, "{criterion}: {}", part.stderr);
    }
}

#[tokio::test]
async fn criterion_that_no_case_meets_is_a_usage_error() {
    for (option, criterion, expected) in [
        (
            "--include",
            "method=TRACE",
            "--include method=TRACE: no case meets it",
        ),
        (
            "--exclude",
            "case=statos.*",
            "--exclude case=statos.*: no case meets it",
        ),
        (
            "--include",
            "verb=POST",
            "operation, tag, method, path, case",
        ),
        ("--include", "POST", "KIND=VALUE"),
    ] {
        let run = run_part(&[option, criterion]).await;
        assert_eq!(run.code, 2, "{criterion}");
        assert!(run.stderr.contains(expected), "{}", run.stderr);
    }
}
