//! Known failures: listed, and no failure of the run, until they are gone or their last day is over.

use std::path::{Path, PathBuf};

use crate::node::Node;
use crate::suite::{Run, amend, run};

/// A fault that one case notices.
const FAULT: &str = "a reason is cut at NUL";

/// The case, and its area.
const CASE: &str = "input.nul";
const AREA: &str = "input.";

async fn run_with(node: &Node, baseline: &Path, more: &[&str]) -> Run {
    let baseline = baseline.to_str().expect("UTF-8");
    let profile = node.profile("list_items = \"/tokens\"");
    let fixed = ["--allow", "revokes", "--baseline", baseline];
    run(&node.url, &profile, &[&fixed, more].concat()).await
}

/// Writes the baseline of the fault, with a reason, and returns the folder that holds it and its path.
async fn written(node: &Node) -> (tempfile::TempDir, PathBuf) {
    let folder = testbed::folder().expect("a folder");
    let baseline = folder.path().join("known.toml");
    let first = run_with(node, &baseline, &["--filter", AREA, "--write-baseline"]).await;
    assert_eq!(first.code, 1, "what is written counts from the next run on");
    assert_eq!(first.with_verdict("fail").len(), 1, "{}", first.stdout);
    amend(
        &baseline,
        "reason = \"\"",
        "reason = \"the column moves in May\"",
    );
    (folder, baseline)
}

fn known(run: &Run) -> serde_json::Value {
    run.report.as_ref().expect("a report")["end"]["known"].clone()
}

#[tokio::test]
async fn known_failure_is_listed_and_does_not_fail_the_run() {
    let node = Node::start(FAULT);
    let (_folder, baseline) = written(&node).await;
    let again = run_with(&node, &baseline, &["--filter", AREA]).await;
    assert_eq!(again.code, 0, "{}{}", again.stdout, again.stderr);
    assert_eq!(known(&again)[0]["state"], "fails");
    assert_eq!(known(&again)[0]["met"], 1);
    assert_eq!(again.verdict(CASE), "fail", "it is still shown as it is");
    for text in [
        "known still fails",
        "the column moves in May",
        "except in 1 case with",
    ] {
        assert!(again.stdout.contains(text), "{text}: {}", again.stdout);
    }
    let meaning = &again.report.as_ref().expect("a report")["end"]["exit"]["meaning"];
    assert_eq!(meaning, "no failure but the known ones");
    let read = |name: &str| std::fs::read_to_string(again.folder.join(name)).expect("readable");
    assert!(read("junit.xml").contains("<skipped message=\"known failure until"));
    assert!(read("report.html").contains("Known failures"));
    assert!(read("summary.md").contains("### Known failures"));
}

#[tokio::test]
async fn failure_that_no_longer_exists_fails_the_run_until_it_is_removed() {
    let (_folder, baseline) = written(&Node::start(FAULT)).await;
    let sound = Node::start("");
    let gone = run_with(&sound, &baseline, &["--filter", AREA]).await;
    assert_eq!(gone.code, 1, "{}", gone.stdout);
    assert_eq!(known(&gone)[0]["state"], "gone");
    assert!(gone.stdout.contains("no longer fail"), "{}", gone.stdout);
    // A run that leaves its case out shows nothing about it.
    let without = ["--filter", AREA, "--exclude", &format!("case={CASE}")];
    let without = run_with(&sound, &baseline, &without).await;
    assert_eq!(without.code, 0, "{}", without.stdout);
    assert_eq!(known(&without)[0]["state"], "not_decided");
    run_with(&sound, &baseline, &["--filter", AREA, "--write-baseline"]).await;
    let text = std::fs::read_to_string(&baseline).expect("readable");
    assert!(!text.contains("[[known]]"), "{text}");
}

/// The cause blocks most cases of the area. The baseline accepts that it fails, and not that nothing is known about the others.
#[tokio::test]
async fn case_that_a_known_failure_blocks_is_unproven_unless_it_is_named() {
    let node = Node::start("an unknown id is a server error");
    let folder = testbed::folder().expect("a folder");
    let baseline = folder.path().join("known.toml");
    let [fails, blocked] = ["status.not_found", "authentication.garbage"];
    let more = ["--filter", fails, "--filter", blocked];
    run_with(
        &node,
        &baseline,
        &[&more[..], &["--write-baseline"]].concat(),
    )
    .await;
    let kept = || std::fs::read_to_string(&baseline).expect("readable");
    let marked = format!("# \"{blocked}\"");
    assert!(kept().contains(&marked), "{}", kept());
    amend(&baseline, "reason = \"\"", "reason = \"fixed in May\"");
    let unnamed = run_with(&node, &baseline, &more).await;
    assert_eq!(unnamed.code, 4, "{}", unnamed.stdout);
    let end = &unnamed.report.as_ref().expect("a report")["end"];
    let reason = end["exit"]["reason"].to_string();
    assert!(
        reason.contains("known failures block them: authentication.garbage"),
        "{reason}"
    );
    assert_eq!(end["known"][0]["state"], "fails");
    amend(&baseline, &marked, &format!("\"{blocked}\""));
    let named = run_with(&node, &baseline, &more).await;
    assert_eq!(named.code, 0, "{}", named.stdout);
    assert!(
        named.stdout.contains("except in 2 cases"),
        "{}",
        named.stdout
    );
    // What is written again keeps what a person accepted.
    run_with(
        &node,
        &baseline,
        &[&more[..], &["--write-baseline"]].concat(),
    )
    .await;
    assert!(!kept().contains(&marked), "{}", kept());
    assert!(kept().contains(blocked), "{}", kept());
}

#[tokio::test]
async fn expired_known_failure_fails_the_run() {
    let node = Node::start(FAULT);
    let (_folder, baseline) = written(&node).await;
    let text = std::fs::read_to_string(&baseline).expect("readable");
    let (kept, _) = text.split_once("expires = ").expect("a last day");
    std::fs::write(&baseline, format!("{kept}expires = 2020-01-31\n")).expect("written");
    let run = run_with(&node, &baseline, &["--filter", AREA]).await;
    assert_eq!(run.code, 1, "{}", run.stdout);
    assert_eq!(known(&run)[0]["state"], "expired");
    assert!(run.stdout.contains("expired"), "{}", run.stdout);
}

#[tokio::test]
async fn another_failure_still_fails_the_run() {
    let (_folder, baseline) = written(&Node::start(FAULT)).await;
    let other = Node::start("a lone surrogate is replaced");
    let run = run_with(&other, &baseline, &["--filter", AREA]).await;
    assert_eq!(run.code, 1, "{}", run.stdout);
    assert!(!run.with_verdict("fail").is_empty(), "{}", run.stdout);
}

#[tokio::test]
async fn mistakes_in_a_baseline_are_named_with_their_line() {
    let node = Node::start("");
    let folder = testbed::folder().expect("a folder");
    let baseline = folder.path().join("known.toml");
    let missing = run_with(&node, &baseline, &[]).await;
    assert_eq!(missing.code, 2);
    assert!(
        missing.stderr.contains("--write-baseline"),
        "{}",
        missing.stderr
    );
    let entry = |case: &str, reason: &str| {
        format!(
            "[[known]]\ncause = \"POST /x: 500\"\ncases = [\"{case}\"]\nreason = \"{reason}\"\nexpires = 2099-12-31\n"
        )
    };
    for (text, expected) in [
        (entry("status.created", " "), ":2: known.reason: "),
        (
            entry("status.creatd", "why"),
            ":3: known.cases: `status.creatd` names no case",
        ),
        (entry("status.created", "why").repeat(2), "appears twice"),
        ("[[known]]\ncause = 7\n".to_owned(), ":2: known.cause: "),
    ] {
        std::fs::write(&baseline, &text).expect("written");
        let run = run_with(&node, &baseline, &[]).await;
        assert_eq!(run.code, 2, "{text}");
        assert!(run.stderr.contains(expected), "{expected}: {}", run.stderr);
        assert!(run.report.is_none(), "nothing was sent");
    }
}
