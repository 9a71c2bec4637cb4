//! The commands of the README, run on documents of the test's own.

use std::process::Command;

use serde_json::{Value, json};
use testbed::cargo::workspace_root;
use testbed::files::Folder;
use testbed::git;
use testbed::output::{stderr, stdout};

use super::network::serving;

/// The exit code of each command of the README on these documents.
const EXPECTED: &[(&str, i32)] = &[
    ("oasproof diff main:openapi.json openapi.json", 0),
    (
        "oasproof diff main:openapi.json openapi.json --include 'path=/v1/*' --exclude extension=x-internal",
        0,
    ),
    ("oasproof diff swagger.json openapi.json", 0),
    (
        "oasproof diff https://api.example.com/openapi.json openapi.json --allow-network",
        0,
    ),
    ("oasproof diff --all 'apis/**/openapi.yaml' main:", 1),
    (
        "oasproof diff main:openapi.json openapi.json --format html --group-by operation --output diff.html",
        0,
    ),
    ("oasproof suggest main:openapi.json openapi.json --check", 0),
    (
        "oasproof changelog v1.0:openapi.json openapi.json --format html --output changes.html",
        0,
    ),
    (
        "oasproof check --document openapi.json --waivers waivers.toml",
        0,
    ),
    (
        "oasproof check --published main:openapi.json --document openapi.json",
        1,
    ),
    ("oasproof rules response-required-property-removed", 0),
    ("oasproof rules --format markdown", 0),
];

/// Returns the lines of the first block of a language in the README.
fn block(readme: &str, language: &str) -> String {
    let start = format!("```{language}\n");
    let (_, rest) = readme.split_once(&start).expect("a block");
    rest.split("```").next().unwrap_or_default().to_owned()
}

/// Returns what the server emits, with two operations more.
fn emitted() -> Value {
    let path = workspace_root().join("openapi/emitted/server.json");
    let text = std::fs::read_to_string(path).expect("the emitted document");
    let mut document: Value = serde_json::from_str(&text).expect("JSON");
    let paths = document["paths"].as_object_mut().expect("paths");
    let answers = json!({"200": {"description": "ok"}});
    paths.insert(
        "/v1/things".to_owned(),
        json!({"get": {"responses": answers},
        "post": {"x-internal": true, "responses": answers}}),
    );
    document
}

#[test]
fn each_command_of_the_readme_runs() {
    let readme = std::fs::read_to_string(workspace_root().join("openapi/README.md"));
    let readme = readme.expect("the README");
    let folder = Folder::new();
    let mut document = emitted();
    folder.file("openapi.json", &document.to_string());
    folder.file("oasproof.toml", &block(&readme, "toml"));
    let swagger = json!({"swagger": "2.0", "info": {"title": "t", "version": "1"}, "paths": {"/v1/things": {"get": {
        "security": [], "responses": {"200": {"description": "ok"}}}}}});
    folder.file("swagger.json", &swagger.to_string());
    std::fs::create_dir_all(folder.path().join("apis/a")).expect("a folder");
    folder.file("apis/a/openapi.yaml", "openapi: 3.1.0\npaths: {}\n");
    let at = folder.path();
    git::run(at, &["init", "--quiet", "--initial-branch", "main"]);
    git::run(at, &["add", "."]);
    git::run(at, &["commit", "--quiet", "--message", "first"]);
    git::run(at, &["tag", "v1.0"]);
    let server = serving("/openapi.json", &document);
    document["info"]["version"] = "99.0.0".into();
    document["paths"]["/v1/things"]["get"]["summary"] = "All things".into();
    let revoke = document["paths"].as_object_mut().expect("paths");
    let (path, item) = (revoke.iter_mut())
        .find(|(path, _)| path.ends_with("/revoke"))
        .expect("the operation of the slice");
    item["post"]["summary"] = "Revokes".into();
    let location = format!("/paths/{}/post/summary", path.replace('/', "~1"));
    folder.file("openapi.json", &document.to_string());
    folder.file("waivers.toml", &format!(
        "[[waiver]]\nrule = \"operation-text-changed\"\nlocation = \"{location}\"\nreason = \"wording\"\nexpires = 2999-12-31\n"
    ));
    std::fs::remove_dir_all(at.join("apis/a")).expect("removed");

    let commands = block(&readme, "");
    let commands: Vec<_> = commands
        .lines()
        .filter(|line| line.starts_with("oasproof "))
        .collect();
    let expected: Vec<_> = EXPECTED.iter().map(|(command, _)| *command).collect();
    assert_eq!(commands, expected);
    let program = env!("CARGO_BIN_EXE_oasproof");
    for (command, code) in EXPECTED {
        let line = command
            .replacen("oasproof", program, 1)
            .replace("https://api.example.com", &server);
        let output = Command::new("sh")
            .args(["-c", &line])
            .current_dir(at)
            .output();
        let output = output.expect("a shell");
        let (report, errors) = (stdout(&output), stderr(&output));
        assert_eq!(
            output.status.code(),
            Some(*code),
            "{command}: {report}{errors}"
        );
    }
    assert!(at.join("changes.html").exists());
}
