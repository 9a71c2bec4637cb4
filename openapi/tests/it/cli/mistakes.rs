//! The likeliest mistakes in front of `oasproof`: each message says what, where, why and what to do.

use std::path::Path;
use std::process::Command;

use super::inputs::git;
use super::{Folder, stderr, stdout};

/// Runs `oasproof` in a folder with a sound document, `openapi.json`, and gives what it said and its exit
/// code.
fn said(folder: &Folder, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_oasproof"))
        .args(arguments)
        .current_dir(folder.0.path())
        .env("LC_ALL", "C")
        // A repository above the temporary folder, if there is one, is not meant.
        .env(
            "GIT_CEILING_DIRECTORIES",
            folder.0.path().parent().unwrap_or(Path::new("/")),
        )
        .output()
        .expect("oasproof runs");
    let code = output.status.code().expect("an exit code");
    format!("{}{}exit code {code}", stdout(&output), stderr(&output))
}

const SOUND: &str = r##"{"openapi": "3.1.0", "info": {"title": "Orders", "version": "1"},
"paths": {"/orders": {"get": {"responses": {"200": {"description": "All orders", "content": {
  "application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}}}}}},
"components": {"schemas": {"Order": {"type": "object"}}}}
"##;

fn folder() -> Folder {
    let folder = Folder::new();
    folder.file("openapi.json", SOUND);
    folder
}

/// What is said of a document with this name and text.
fn of_document(name: &str, text: &str) -> String {
    let folder = folder();
    folder.file(name, text);
    said(&folder, &["diff", "openapi.json", name])
}

#[test]
fn each_is_told_with_its_place_its_reason_and_a_remedy() {
    let mut told = Vec::new();
    let mut tell = |mistake: &str, said: String| told.push(format!("# {mistake}\n{said}"));

    let tab = "openapi: 3.1.0\ninfo:\n\ttitle: Orders\n";
    tell("a tab in YAML", of_document("new.yaml", tab));
    let swagger = r#"{"swagger": "2.0", "info": {"title": "Orders", "version": "1"}, "paths": {}}"#;
    tell("Swagger 2.0", of_document("new.json", swagger));
    let edited = |from: &str, to: &str| {
        assert!(SOUND.contains(from), "{from}");
        of_document("new.json", &SOUND.replace(from, to))
    };
    tell("an unknown version", edited("3.1.0", "4.0.0"));
    tell("a slip in a reference", edited("/Order\"", "/Ordre\""));
    tell(
        "a reference out of the folder",
        edited("#/comp", "../all.json#/comp"),
    );
    tell("a reference to no file", edited("#/comp", "all.json#/comp"));
    tell("a trailing comma", edited("\"1\"}", "\"1\",}"));
    tell("an empty file", of_document("new.json", ""));
    let page = "<!DOCTYPE html>\n<html><head><title>Log in: please</title></head></html>\n";
    tell("a page of HTML", of_document("new.json", page));

    let folder = folder();
    let diff = |base: &str| said(&folder, &["diff", base, "openapi.json"]);
    tell("a slip in a file's name", diff("opneapi.json"));
    tell("no such file", diff("published.yaml"));
    tell("a folder", diff("."));
    tell("a URL", diff("https://example.com/openapi.json"));
    tell(
        "a revision where there is no repository",
        diff("main:openapi.json"),
    );
    let at = folder.0.path();
    git(at, &["init", "--quiet", "--initial-branch", "main"]);
    git(at, &["add", "."]);
    git(at, &["commit", "--quiet", "--message", "orders"]);
    tell("a slip in a revision", diff("mian:openapi.json"));
    tell(
        "a path that the revision does not have",
        diff("main:api.json"),
    );

    tell(
        "a slip in a waiver's rule",
        of_waiver("operation-remvoed", "2999-12-31"),
    );
    tell(
        "an expired waiver",
        of_waiver("operation-removed", "2024-12-31"),
    );
    let sound = ["openapi.json", "openapi.json"];
    let said = |first: &[&str], last: &[&str]| said(&folder, &[first, &sound, last].concat());
    tell(
        "no such file of waivers",
        said(&["diff"], &["--waivers", "none.toml"]),
    );
    tell(
        "a slip in a format",
        said(&["diff"], &["--format", "markdwon"]),
    );
    tell("a slip in a command", said(&["dif"], &[]));
    insta::assert_snapshot!("mistakes", told.join("\n\n"));
}

/// What is said of a file with one waiver.
fn of_waiver(rule: &str, expires: &str) -> String {
    let folder = folder();
    let waiver = format!(
        "[[waiver]]\nrule = \"{rule}\"\nlocation = \"/paths/~1orders\"\nreason = \"nobody calls it\"\n\
         expires = {expires}\n"
    );
    folder.file("waivers.toml", &waiver);
    said(
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
