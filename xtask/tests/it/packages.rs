//! What of the workspace could be published: cargo packages it, with its licences.

use testbed::cargo::{self, workspace_root};
use testbed::output::{stderr, stdout};

/// The packages that depend on nothing else of the workspace.
const PUBLISHABLE: [&str; 4] = [
    "oasproof-validator",
    "oasproof-manual",
    "oasproof",
    "conformance",
];

/// Runs `cargo package` for all of them, without building them; returns what it printed.
fn package(arguments: &[&str]) -> (String, String) {
    let target = testbed::folder().expect("a folder");
    let output = cargo::command()
        .current_dir(workspace_root())
        .args([
            "package",
            "--offline",
            "--locked",
            "--no-verify",
            "--allow-dirty",
        ])
        .args(PUBLISHABLE.map(|name| format!("--package={name}")))
        .arg("--target-dir")
        .arg(target.path())
        .args(arguments)
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", stderr(&output));
    (stdout(&output), stderr(&output))
}

#[test]
fn what_could_be_published_can_be_packaged_with_complete_metadata() {
    let (_, said) = package(&[]);
    assert_eq!(said.matches("Packaged ").count(), 4, "{said}");
    // Cargo warns of missing metadata.
    let warnings = said.lines().filter(|line| line.starts_with("warning: "));
    let others: Vec<_> = warnings
        .filter(|line| !line.contains("is not included"))
        .collect();
    assert!(others.is_empty(), "{others:?}");
}

#[test]
fn each_package_contains_both_licences() {
    let (list, _) = package(&["--list"]);
    for name in ["LICENSE-MIT", "LICENSE-APACHE"] {
        assert_eq!(
            list.lines().filter(|line| *line == name).count(),
            4,
            "{list}"
        );
    }
}
