//! SECURITY.md: each row of its tables names a test that exists.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use testbed::cargo::workspace_root;

/// Adds the names of the functions in the Rust files of a folder.
fn add_functions(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            add_functions(&path, names);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("Rust is text");
            names.extend(
                (text.split("fn ").skip(1)).filter_map(|rest| Some(rest.split_once('(')?.0.into())),
            );
        }
    }
}

#[test]
fn each_threat_names_a_test_that_exists() {
    let mut functions = BTreeSet::new();
    for package in ["server", "openapi", "conformance", "xtask"] {
        add_functions(
            &workspace_root().join(package).join("tests"),
            &mut functions,
        );
    }
    let text = fs::read_to_string(workspace_root().join("SECURITY.md")).expect("a text");
    let rows: Vec<&str> = (text.lines())
        .filter(|line| line.starts_with("| ") && !line.starts_with("| ---"))
        .filter(|line| !line.starts_with("| Threat "))
        .collect();
    assert!(rows.len() > 20, "{}", rows.len());
    for row in rows {
        let tests = row.trim_end_matches(" |").rsplit(" | ").next().unwrap();
        for test in tests.split(", ") {
            assert!(
                functions.contains(test.trim_matches('`')),
                "{test} in {row}"
            );
        }
    }
}
