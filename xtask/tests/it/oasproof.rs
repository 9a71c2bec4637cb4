//! `oasproof`, the comparison as a program of its own: it works where nothing of this workspace is.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::inputs::repository;
use crate::{Folder, stderr, stdout, workspace_root, xtask};

fn oasproof(at: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_oasproof"))
        .args(arguments)
        .current_dir(at)
        .output()
        .expect("oasproof runs")
}

/// The lines of a program's help that name options, with what each takes.
fn options(help: &str) -> Vec<&str> {
    let lines = help.lines().map(str::trim);
    lines.filter(|line| line.starts_with("--")).collect()
}

#[test]
fn a_revision_is_compared_in_a_repository_of_somebody_else() {
    let folder = repository();
    let output = oasproof(
        folder.0.path(),
        &["diff", "api/openapi.yaml", "main:api/openapi.yaml"],
    );
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(
        stdout(&output).contains("1 breaking from api/openapi.yaml to main:api/openapi.yaml"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn the_embedded_slices_are_checked_against_in_an_empty_folder() {
    let folder = Folder::new();
    let at = folder.0.path();
    let emitted = workspace_root().join("openapi/emitted/server.json");
    let emitted = emitted.to_str().expect("UTF-8");
    let output = oasproof(at, &["check", "--document", emitted]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));

    let text = std::fs::read_to_string(emitted).expect("the emitted document");
    let slipped = folder.file("slipped.json", &text.replace("\"jti\"", "\"jwt\""));
    let summary = at.join("summary.md");
    let summary = summary.to_str().expect("UTF-8");
    let arguments = ["check", "--document", &slipped, "--format", "markdown"];
    let output = oasproof(at, &[&arguments[..], &["--output", summary]].concat());
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert_eq!(
        stdout(&output),
        format!("differences: written to {summary}\n")
    );
    let summary = std::fs::read_to_string(summary).expect("the summary");
    assert!(summary.starts_with("## OpenAPI: breaking\n"), "{summary}");

    let output = oasproof(
        at,
        &["check", "--document", "slipped.json", "--format", "github"],
    );
    let annotations = stdout(&output);
    assert!(
        annotations.starts_with("::error file=slipped.json,line="),
        "{annotations}"
    );
}

#[test]
fn the_embedded_slices_are_listed_without_the_workspace() {
    let folder = Folder::new();
    let output = oasproof(folder.0.path(), &["list", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let list: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    assert_eq!(list["slices"][0]["file"], "revoke-token.json");
    assert!(list.get("emitted").is_none());
}

#[test]
fn it_has_the_options_that_the_workspaces_command_has() {
    let at = workspace_root();
    for command in ["diff", "check", "list", "rules"] {
        let own = stdout(&oasproof(at, &[command, "--help"]));
        let workspaces = stdout(&xtask(&["openapi", command, "--help"]));
        assert!(!options(&own).is_empty(), "{own}");
        assert_eq!(options(&own), options(&workspaces), "{command}");
        for line in own.lines() {
            assert!(!line.contains("xtask"), "{command}: {line}");
        }
    }
}

#[test]
fn the_version_tells_the_contract_by_its_hash() {
    let list = stdout(&xtask(&["openapi", "list", "--format", "json"]));
    let list: Value = serde_json::from_str(&list).expect("JSON");
    let hash = list["slices"][0]["sha256"].as_str().expect("a hash");
    let version = env!("CARGO_PKG_VERSION");
    let at = workspace_root();
    for (program, told, short) in [
        (
            "oasproof",
            oasproof(at, &["--version"]),
            oasproof(at, &["-V"]),
        ),
        ("cargo xtask", xtask(&["--version"]), xtask(&["-V"])),
    ] {
        let expected = format!("{program} {version}\ncontract revoke-token.json sha256 {hash}\n");
        assert_eq!(stdout(&told), expected);
        assert_eq!(stdout(&short), format!("{program} {version}\n"));
    }
}

#[test]
fn shells_take_the_completions_and_every_command_has_a_manual_page() {
    let folder = Folder::new();
    let at = folder.0.path();
    let script = stdout(&oasproof(at, &["completions", "bash"]));
    let script = format!(
        "set -e\n{script}\nCOMP_WORDS=(oasproof diff --fo) COMP_CWORD=2\n\
         _oasproof oasproof --fo diff\necho \"${{COMPREPLY[@]}}\"\n"
    );
    let bash = Command::new("bash").args(["-c", &script]).output();
    assert_eq!(stdout(&bash.expect("bash runs")), "--format\n");
    for (shell, start) in [("zsh", "#compdef oasproof"), ("fish", "#")] {
        let script = stdout(&oasproof(at, &["completions", shell]));
        assert!(script.starts_with(start), "{shell}: {script}");
    }

    let output = oasproof(at, &["man", "pages"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    for page in [
        "oasproof",
        "oasproof-diff",
        "oasproof-check",
        "oasproof-rules",
    ] {
        let text = std::fs::read_to_string(at.join(format!("pages/{page}.1"))).expect("a page");
        assert!(text.contains(".SH SYNOPSIS"), "{text}");
    }
    let page = std::fs::read_to_string(at.join("pages/oasproof-diff.1")).expect("a page");
    assert!(page.contains(".SH NOTES\n.nf\nExit codes:\n"), "{page}");
    assert_eq!(
        stdout(&oasproof(at, &["man"])),
        std::fs::read_to_string(at.join("pages/oasproof.1")).expect("a page")
    );
}

#[test]
fn nothing_else_is_installed_with_it() {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ])
        .current_dir(workspace_root())
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    let packages = metadata["packages"].as_array().expect("a list");
    let package = packages.iter().find(|package| package["name"] == "xtask");
    let package = package.expect("the package");
    assert!(package["features"].get("default").is_none());
    let targets = package["targets"].as_array().expect("a list").iter();
    let installed: Vec<&str> = targets
        .filter(|target| target["kind"][0] == "bin" && target.get("required-features").is_none())
        .filter_map(|target| target["name"].as_str())
        .collect();
    assert_eq!(installed, ["oasproof"]);
}
