//! What cargo builds for the project's commands.

use std::collections::BTreeSet;

use testbed::cargo::{self, workspace_root};

/// A dependency with other features in one of them would be compiled again, and so would all that depend on it.
#[test]
fn commands_programs_and_tests_build_dependencies_with_the_same_features() {
    let tests = dependencies(&["--workspace", "--edges=normal,build,dev"]);
    for selected in ["--package=xtask", "--workspace"] {
        let others = dependencies(&[selected, "--edges=normal,build"]);
        let only: Vec<_> = others
            .difference(&tests)
            // Only tests start a browser.
            .filter(|line| !line.starts_with("testbed "))
            .collect();
        assert!(
            only.is_empty(),
            "add to xtask/features/Cargo.toml what the tests enable beyond {selected}: {only:#?}"
        );
    }
}

/// Returns the packages that cargo builds, each with its version and features.
fn dependencies(arguments: &[&str]) -> BTreeSet<String> {
    let output = cargo::command()
        .current_dir(workspace_root())
        .args(["tree", "--locked", "--prefix=none", "--no-dedupe"])
        .arg("--format={p} {f}")
        .args(arguments)
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    // Packages of the workspace are shown with their folder, macros with a note.
    text.lines()
        .map(|line| {
            let words = line.split(' ').filter(|word| !word.starts_with('('));
            words.collect::<Vec<_>>().join(" ")
        })
        .collect()
}
