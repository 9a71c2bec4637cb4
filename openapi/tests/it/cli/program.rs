//! The program as a whole: it works without this workspace.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use testbed::cargo::workspace_root;
use testbed::files::Folder;
use testbed::help;
use testbed::output::{stderr, stdout};

use super::inputs::repository;
use super::{oasproof, oasproof_in};

#[test]
fn a_revision_is_compared_in_another_repository() {
    let folder = repository();
    let output = oasproof_in(
        folder.path(),
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
fn a_document_is_compared_with_the_embedded_slices_in_an_empty_folder() {
    let folder = Folder::new();
    let at = folder.path();
    let emitted = workspace_root().join("openapi/emitted/server.json");
    let emitted = emitted.to_str().expect("UTF-8");
    let output = oasproof_in(at, &["check", "--document", emitted]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));

    let text = std::fs::read_to_string(emitted).expect("the emitted document");
    let renamed = folder.file("renamed.json", &text.replace("\"jti\"", "\"jwt\""));
    let summary = at.join("summary.md");
    let summary = summary.to_str().expect("UTF-8");
    let arguments = ["check", "--document", &renamed, "--format", "markdown"];
    let output = oasproof_in(at, &[&arguments[..], &["--output", summary]].concat());
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert_eq!(
        stdout(&output),
        format!("differences: written to {summary}\nexit 1: 2 changes are at or above docs\n")
    );
    let summary = std::fs::read_to_string(summary).expect("the summary");
    assert!(summary.starts_with("## OpenAPI: breaking\n"), "{summary}");

    let output = oasproof_in(
        at,
        &["check", "--document", "renamed.json", "--format", "github"],
    );
    let annotations = stdout(&output);
    assert!(
        annotations.starts_with("::error file=renamed.json,line="),
        "{annotations}"
    );
}

#[test]
fn the_embedded_slices_are_listed_without_the_workspace() {
    let folder = Folder::new();
    let output = oasproof_in(folder.path(), &["list", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let list: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    assert_eq!(list["slices"][0]["file"], "revoke-token.json");
    assert!(list.get("emitted").is_none());
}

#[test]
fn the_version_shows_the_contract_with_its_hash() {
    let hash = openapi::published::REVOKE_TOKEN.sha256();
    let version = env!("CARGO_PKG_VERSION");
    let expected = format!("oasproof {version}\ncontract revoke-token.json sha256 {hash}\n");
    assert_eq!(stdout(&oasproof(&["--version"])), expected);
    assert_eq!(stdout(&oasproof(&["-V"])), format!("oasproof {version}\n"));
}

#[test]
fn shells_accept_the_completions_and_every_command_has_a_manual_page() {
    let folder = Folder::new();
    let at = folder.path();
    let script = stdout(&oasproof_in(at, &["completions", "bash"]));
    let script = format!(
        "set -e\n{script}\nCOMP_WORDS=(oasproof diff --fo) COMP_CWORD=2\n\
         _oasproof oasproof --fo diff\necho \"${{COMPREPLY[@]}}\"\n"
    );
    let bash = Command::new("bash").args(["-c", &script]).output();
    assert_eq!(stdout(&bash.expect("bash runs")), "--format\n");
    for (shell, start) in [("zsh", "#compdef oasproof"), ("fish", "#")] {
        let script = stdout(&oasproof_in(at, &["completions", shell]));
        assert!(script.starts_with(start), "{shell}: {script}");
    }

    let output = oasproof_in(at, &["man", "pages"]);
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
        stdout(&oasproof_in(at, &["man"])),
        std::fs::read_to_string(at.join("pages/oasproof.1")).expect("a page")
    );
}

#[test]
fn a_document_is_compared_with_what_its_own_team_has_published() {
    let folder = Folder::new();
    let at = folder.path();
    let text = |title: &str, paths: &str| {
        format!(
            r#"{{"openapi": "3.1.0", "info": {{"title": "{title}", "version": "1"}}, "paths": {{{paths}}}}}"#
        )
    };
    let gets = |text: &str| {
        format!(r#""/pets": {{"get": {{"responses": {{"200": {{"description": "{text}"}}}}}}}}"#)
    };
    let more = format!(r#"{}, "/cats": {{}}"#, gets("All pets"));
    folder.file("published.json", &text("Published", &gets("All pets")));
    folder.file("same.json", &text("Ours", &more));
    folder.file("other.json", &text("Ours", &gets("Some pets")));
    let check = |published: &str, document: &str| {
        oasproof_in(
            at,
            &["check", "--published", published, "--document", document],
        )
    };
    let same = check("published.json", "same.json");
    assert_eq!(same.status.code(), Some(0), "{}", stderr(&same));
    assert_eq!(
        stdout(&same),
        "published.json: no difference to same.json\nexit 0: no change is at or above docs\n"
    );
    let other = check("published.json", "other.json");
    assert_eq!(other.status.code(), Some(1), "{}", stderr(&other));
    let last = "exit 1: 1 change is at or above docs\n";
    assert!(stdout(&other).ends_with(last), "{}", stdout(&other));
    for (published, code, why) in [
        ("missing.json", 3, "cannot read missing.json"),
        ("https://example.com/openapi.json", 3, "--allow-network"),
        ("-", 2, "not both"),
    ] {
        let document = if published == "-" { "-" } else { "same.json" };
        let refused = check(published, document);
        assert_eq!(refused.status.code(), Some(code), "{published}");
        assert!(stderr(&refused).contains(why), "{}", stderr(&refused));
    }
}

#[test]
fn the_package_installs_the_program_alone_and_without_further_features() {
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
    let package = packages
        .iter()
        .find(|package| package["name"] == "oasproof");
    let package = package.expect("the package");
    assert_eq!(package["features"]["default"], serde_json::json!(["cli"]));
    let targets = package["targets"].as_array().expect("a list").iter();
    let installed: Vec<(Option<&str>, &Value)> = targets
        .filter(|target| target["kind"][0] == "bin")
        .map(|target| (target["name"].as_str(), &target["required-features"]))
        .collect();
    assert_eq!(installed, [(Some("oasproof"), &serde_json::json!(["cli"]))]);
}

#[test]
fn the_help_of_every_command_has_exit_codes_and_examples_and_fits_a_terminal() {
    let commands = help::assert_complete(Path::new(env!("CARGO_BIN_EXE_oasproof")));
    let expected = "diff suggest changelog check list rules completions man";
    assert_eq!(commands.join(" "), expected);
}

#[test]
fn the_help_of_diff_begins_with_the_common_case_and_fits_a_terminal() {
    let help = stdout(&oasproof(&["diff", "--help"]));
    let wide: Vec<_> = (help.lines())
        .filter(|line| line.chars().count() > 80)
        .collect();
    assert_eq!(wide, Vec::<&str>::new());
    let screen: Vec<_> = help.lines().take(24).collect();
    let screen = screen.join("\n");
    for expected in [
        "oasproof diff main:openapi.json openapi.json",
        "<BASE>",
        "[REVISION]",
        "--format",
    ] {
        assert!(screen.contains(expected), "{expected}: {screen}");
    }
    let (common, rest) = help.split_once("What counts:\n").expect("a heading");
    for rare in [
        "--waivers",
        "--config",
        "--include",
        "--all",
        "--root",
        "--allow-network",
    ] {
        assert!(
            !common.contains(rare) && rest.contains(rare),
            "{rare}: {help}"
        );
    }
}
