//! Likely mistakes: each message says what, where, why and what to do.

use std::path::Path;
use std::process::Command;

use testbed::files::Folder;
use testbed::git;
use testbed::output::{stderr, stdout};

/// Runs `oasproof` in a folder with a valid document, `openapi.json`, and returns its output and exit code.
fn output_of(folder: &Folder, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_oasproof"))
        .args(arguments)
        .current_dir(folder.path())
        .env("LC_ALL", "C")
        // Without a repository above the temporary folder, if there is one.
        .env(
            "GIT_CEILING_DIRECTORIES",
            folder.path().parent().unwrap_or(Path::new("/")),
        )
        .output()
        .expect("oasproof runs");
    let code = output.status.code().expect("an exit code");
    format!("{}{}exit code {code}", stdout(&output), stderr(&output))
}

const VALID: &str = r##"{"openapi": "3.1.0", "info": {"title": "Orders", "version": "1"},
"paths": {"/orders": {"get": {"responses": {"200": {"description": "All orders", "content": {
  "application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}}}}}},
"components": {"schemas": {"Order": {"type": "object"}}}}
"##;

fn folder() -> Folder {
    let folder = Folder::new();
    folder.file("openapi.json", VALID);
    folder
}

/// Returns the output for a document with this name and text.
fn of_document(name: &str, text: &str) -> String {
    let folder = folder();
    folder.file(name, text);
    output_of(&folder, &["diff", "openapi.json", name])
}

#[test]
fn each_message_has_a_place_a_reason_and_a_remedy() {
    let mut messages = Vec::new();
    let mut add = |mistake: &str, output: String| messages.push(format!("# {mistake}\n{output}"));

    let tab = "openapi: 3.1.0\ninfo:\n\ttitle: Orders\n";
    add("a tab in YAML", of_document("new.yaml", tab));
    let swagger = r#"{"swagger": "2.0", "info": {"title": "Orders", "version": "1"}, "paths": {}}"#;
    add("Swagger 2.0", of_document("new.json", swagger));
    let edited = |from: &str, to: &str| {
        assert!(VALID.contains(from), "{from}");
        of_document("new.json", &VALID.replace(from, to))
    };
    add("an unknown version", edited("3.1.0", "4.0.0"));
    add("a misspelled reference", edited("/Order\"", "/Ordre\""));
    add(
        "a reference out of the folder",
        edited("#/comp", "../all.json#/comp"),
    );
    add(
        "a reference to a missing file",
        edited("#/comp", "all.json#/comp"),
    );
    add("a trailing comma", edited("\"1\"}", "\"1\",}"));
    add("an empty file", of_document("new.json", ""));
    let page = "<!DOCTYPE html>\n<html><head><title>Log in: please</title></head></html>\n";
    add("a page of HTML", of_document("new.json", page));

    let folder = folder();
    let diff = |base: &str| output_of(&folder, &["diff", base, "openapi.json"]);
    add("a misspelled file name", diff("opneapi.json"));
    add("no such file", diff("published.yaml"));
    add("a folder", diff("."));
    add("a URL", diff("https://example.com/openapi.json"));
    add(
        "a revision outside of a repository",
        diff("main:openapi.json"),
    );
    let at = folder.path();
    git::run(at, &["init", "--quiet", "--initial-branch", "main"]);
    git::run(at, &["add", "."]);
    git::run(at, &["commit", "--quiet", "--message", "orders"]);
    add("a misspelled revision", diff("mian:openapi.json"));
    add("a path that is not in the revision", diff("main:api.json"));

    add(
        "a misspelled rule in a waiver",
        of_waiver("operation-remvoed", "2999-12-31"),
    );
    add(
        "an expired waiver",
        of_waiver("operation-removed", "2024-12-31"),
    );
    let documents = ["openapi.json", "openapi.json"];
    let with =
        |first: &[&str], last: &[&str]| output_of(&folder, &[first, &documents, last].concat());
    add(
        "a missing waivers file",
        with(&["diff"], &["--waivers", "none.toml"]),
    );
    add(
        "a misspelled format",
        with(&["diff"], &["--format", "markdwon"]),
    );
    add("a misspelled command", with(&["dif"], &[]));
    insta::assert_snapshot!("mistakes", messages.join("\n\n"));
}

/// Returns the output for a file with one waiver.
fn of_waiver(rule: &str, expires: &str) -> String {
    let folder = folder();
    let waiver = format!(
        "[[waiver]]\nrule = \"{rule}\"\nlocation = \"/paths/~1orders\"\nreason = \"no client calls it\"\n\
         expires = {expires}\n"
    );
    folder.file("waivers.toml", &waiver);
    output_of(
        &folder,
        &[
            "diff",
            "openapi.json",
            "openapi.json",
            "--waivers",
            "waivers.toml",
        ],
    )
}
