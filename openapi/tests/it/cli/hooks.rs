//! `.pre-commit-hooks.yaml`: what pre-commit runs before a commit.

use serde_json::Value;
use testbed::cargo::workspace_root;
use testbed::files::Folder;
use testbed::git;
use testbed::output::{stderr, stdout};

use super::oasproof_in;

/// Returns the arguments of a hook, as pre-commit calls it.
fn arguments(id: &str) -> Vec<String> {
    let path = workspace_root().join(".pre-commit-hooks.yaml");
    let text = std::fs::read_to_string(path).expect("the hooks");
    let hooks: Vec<Value> = serde_saphyr::from_str(&text).expect("YAML");
    let hook = hooks
        .iter()
        .find(|hook| hook["id"] == id)
        .expect("the hook");
    let entry = hook["entry"].as_str().expect("a command");
    let command = entry.strip_prefix("oasproof ").expect("the program");
    let given = hook["args"].as_array().into_iter().flatten();
    let given = given.map(|one| one.as_str().expect("a text").to_owned());
    [command.to_owned()].into_iter().chain(given).collect()
}

#[test]
fn a_commit_that_breaks_a_document_is_refused() {
    let folder = Folder::new();
    let at = folder.path();
    let published = workspace_root().join("openapi/published/revoke-token.json");
    let text = std::fs::read_to_string(published).expect("the slice");
    git::run(at, &["init", "--quiet", "--initial-branch=main"]);
    std::fs::create_dir(at.join("api")).expect("a folder");
    folder.file("api/openapi.json", &text);
    git::run(at, &["add", "--all"]);
    git::run(at, &["commit", "--quiet", "--message=publish"]);
    let hook = arguments("oasproof-diff");
    let hook: Vec<&str> = hook.iter().map(String::as_str).collect();
    let unchanged = oasproof_in(at, &hook);
    assert_eq!(unchanged.status.code(), Some(0), "{}", stderr(&unchanged));

    folder.file("api/openapi.json", &text.replace("\"jti\"", "\"jwt\""));
    let refused = oasproof_in(at, &hook);
    assert_eq!(refused.status.code(), Some(1), "{}", stderr(&refused));
    assert!(stdout(&refused).contains("api/openapi.json:"));

    let check = arguments("oasproof-check");
    let documents = [
        "--published",
        "HEAD:api/openapi.json",
        "--document",
        "api/openapi.json",
    ];
    let check: Vec<&str> = check.iter().map(String::as_str).chain(documents).collect();
    let refused = oasproof_in(at, &check);
    assert_eq!(refused.status.code(), Some(1), "{}", stderr(&refused));
}
