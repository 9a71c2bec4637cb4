//! The faults that the suite's tests put in front of the server, and which of them it notices.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;

use serde::Deserialize;
use testbed::cargo;

use crate::error::Error;
use crate::process::run_to_end;

/// The test that runs all mutants and writes the result of each.
const TEST: &str = "mutants::each_mutant_is_killed_by_the_case_that_it_names";

#[derive(Debug, Deserialize)]
struct Fate {
    class: String,
    mutant: String,
    killed: bool,
}

/// Runs the mutants and prints how many of each class are killed; returns whether all are.
pub(super) fn table(path: &Path) -> Result<bool, Error> {
    let _ = std::fs::remove_file(path);
    let mut command = cargo::in_workspace();
    command
        .args([
            "test",
            "--quiet",
            "--package",
            "conformance",
            "--test",
            "it",
            "--",
            "--exact",
            TEST,
        ])
        .env("CONFORMANCE_KILL_TABLE", path)
        .stdout(Stdio::null())
        .stderr(Stdio::inherit());
    run_to_end(&mut command)?;
    let unreadable = |error: &dyn std::fmt::Display| Error::Table {
        path: path.to_owned(),
        why: error.to_string(),
    };
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(&error))?;
    let fates: Vec<Fate> = text
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()
        .map_err(|error| unreadable(&error))?;
    let mut classes: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for fate in &fates {
        let (killed, all) = classes.entry(&fate.class).or_default();
        *killed += usize::from(fate.killed);
        *all += 1;
    }
    anstream::println!("faults that the case that names them noticed");
    for (class, (killed, all)) in &classes {
        anstream::println!("  {class:<16} {killed:>3} of {all:>3}");
    }
    let killed = fates.iter().filter(|fate| fate.killed).count();
    anstream::println!("  {:<16} {killed:>3} of {:>3}", "all", fates.len());
    for fate in fates.iter().filter(|fate| !fate.killed) {
        anstream::println!("  NO: {}: {} survives", fate.class, fate.mutant);
    }
    Ok(killed == fates.len() && !fates.is_empty())
}
