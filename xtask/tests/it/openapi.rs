//! `cargo xtask openapi`: the commands of `oasproof`, under another name.

use serde_json::Value;
use testbed::output::{stderr, stdout};

use crate::xtask;

/// Returns the lines of a program's help that name options, with the value of each.
fn options(help: &str) -> Vec<&str> {
    let lines = help.lines().map(str::trim);
    lines.filter(|line| line.starts_with("--")).collect()
}

#[test]
fn it_has_the_options_that_oasproof_has() {
    let mut oasproof = openapi::cli::command();
    oasproof.build();
    for name in ["diff", "check", "list", "rules"] {
        let command = oasproof.find_subcommand_mut(name).expect("a command");
        let own = command.render_long_help().to_string();
        let workspaces = stdout(&xtask(&["openapi", name, "--help"]));
        assert!(!options(&own).is_empty(), "{own}");
        assert_eq!(options(&own), options(&workspaces), "{name}");
        for line in own.lines() {
            assert!(!line.contains("xtask"), "{name}: {line}");
        }
    }
}

#[test]
fn two_documents_are_compared() {
    let [earlier, current] = ["revoke-token.earlier.json", "revoke-token.json"]
        .map(|name| format!("openapi/published/{name}"));
    for (base, revision, code) in [(&earlier, &current, 1), (&current, &current, 0)] {
        let output = xtask(&["openapi", "diff", base, revision]);
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
    }
    assert_eq!(xtask(&["openapi", "nonsense"]).status.code(), Some(2));
}

#[test]
fn the_version_shows_the_contract_with_its_hash() {
    let list = stdout(&xtask(&["openapi", "list", "--format", "json"]));
    let list: Value = serde_json::from_str(&list).expect("JSON");
    let hash = list["slices"][0]["sha256"].as_str().expect("a hash");
    let version = env!("CARGO_PKG_VERSION");
    let expected = format!("cargo xtask {version}\ncontract revoke-token.json sha256 {hash}\n");
    assert_eq!(stdout(&xtask(&["--version"])), expected);
    assert_eq!(stdout(&xtask(&["-V"])), format!("cargo xtask {version}\n"));
}
