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
    let swagger = r#"{"swagger": "2.0", "components": {}, "paths": {}}"#;
    add(
        "a field of 3.0 in Swagger 2.0",
        of_document("new.json", swagger),
    );
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

#[test]
fn no_text_of_a_file_begins_a_line_of_an_error() {
    // In a log of GitHub Actions a line such as `::error::…` is an annotation.
    let duplicate_key = r#"{"openapi": "3.1.0", "x\n::error::": 1, "x\n::error::": 2}"#;
    let nowhere = VALID.replace("/Order\"", "/Order\\n::error::\"");
    let other_file = VALID.replace("#/components/schemas", "other\\n::error::.json#");
    let yaml_key = "openapi: 3.1.0\n\"x\\n::error::\": 1\n\"x\\n::error::\": 2\n";
    let waivers = "[[waiver]]\nrule = \"x\\n::error::\"\nlocation = \"/\"\nreason = \"r\"\nexpires = 2099-01-01\n";
    let stale = "[[waiver]]\nrule = \"response-schema-changed\"\nlocation = \"/x\\n::error::\"\nreason = \"r\"\nexpires = 2099-01-01\n";

    let folder = folder();
    folder.file("waivers.toml", waivers);
    folder.file("stale.toml", stale);
    folder.file("not utf-8\n::error::.json", "\u{fffd}");
    std::fs::write(folder.path().join("bytes\n::error::.json"), [0xff]).expect("a file");
    let diff = |revision: &str, more: &[&str]| {
        let arguments = [&["diff", "openapi.json", revision], more].concat();
        output_of(&folder, &arguments)
    };
    let outputs = [
        of_document("new.json", duplicate_key),
        of_document("new.json", &nowhere),
        of_document("new.json", &other_file),
        of_document("new.yaml", yaml_key),
        diff("not utf-8\n::error::.json", &[]),
        diff("bytes\n::error::.json", &[]),
        diff("missing\n::error::.json", &[]),
        diff("missing\n::error:::openapi.json", &[]),
        diff("https://missing\n::error::", &[]),
        diff("openapi.json", &["--waivers", "waivers.toml"]),
        diff("openapi.json", &["--waivers", "stale.toml"]),
        diff("openapi.json", &["--waivers", "missing\n::error::"]),
        diff("openapi.json", &["--output", "missing/\n::error::"]),
    ];
    for output in outputs {
        assert!(output.contains("::error::"), "it is shown: {output}");
        let begins = (output.lines()).any(|line| line.trim_start().starts_with("::"));
        assert!(!begins, "{output}");
    }
}
