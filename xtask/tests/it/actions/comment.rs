//! The comment on the pull request.

use serde_json::{Value, json};
use testbed::files::Folder;
use testbed::output::stdout;

use super::github::GitHub;
use super::{Compared, DOCUMENT, compared};

/// Runs the step that comments after one that compares; returns what it said.
fn comment(github: &GitHub, most: u32, token: &str) -> String {
    let Compared {
        mut job, _checkout, ..
    } = compared(most, &[DOCUMENT, ("comment", "true")], "main");
    job.github("token", token);
    job.github("event.pull_request.number", "7");
    job.variable("GITHUB_API_URL", &github.url);
    job.variable("GITHUB_REPOSITORY", "o/r");
    let output = job.step("comment");
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    stdout(&output)
}

fn comments(folder: &Folder) -> Vec<Value> {
    let text = std::fs::read_to_string(folder.path().join("comments.json")).expect("a file");
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn later_runs_replace_the_comment_and_no_other() {
    let folder = Folder::new();
    let marker = "<!-- oasproof: ./api/openapi.yaml -->";
    // A page of comments, one of which somebody wrote to be taken for ours, and one whose author is gone.
    let others: Vec<Value> = (1..=100)
        .map(|id| match id {
            3 => json!({"id": id, "user": {"type": "User"}, "body": marker}),
            4 => json!({"id": id, "user": null, "body": marker}),
            _ => json!({"id": id, "user": {"type": "User"}, "body": "a comment"}),
        })
        .collect();
    folder.file("comments.json", &Value::from(others.clone()).to_string());
    let github = GitHub::start(folder.path());
    for (most, verdict) in [(20, "breaking"), (5, "additive")] {
        assert_eq!(comment(&github, most, "of-the-job"), "");
        let comments = comments(&folder);
        assert_eq!(comments.len(), 101);
        assert_eq!(comments[..100], others);
        let body = comments[100]["body"].as_str().expect("a text");
        let begin = format!("{marker}\n## OpenAPI: {verdict}\n");
        assert!(body.starts_with(&begin), "{body}");
    }
}

#[test]
fn a_comment_that_may_not_be_written_is_a_warning() {
    let folder = Folder::new();
    folder.file("comments.json", "[]");
    let github = GitHub::start(folder.path());
    let said = comment(&github, 20, "of-a-fork");
    assert!(
        said.starts_with("::warning title=OpenAPI contract::the pull request has no comment: "),
        "{said}"
    );
    assert!(
        said.contains("403") && said.contains("`pull-requests: write`"),
        "{said}"
    );
    assert!(comments(&folder).is_empty());
}
