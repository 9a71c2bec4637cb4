//! The faults that the suite's own tests put in front of the server, and which of them it notices.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;

use serde::Deserialize;

use crate::programs;
use openapi::cli::Failure;

/// The test that runs all mutants and writes what became of them.
const TEST: &str = "mutants::each_mutant_is_killed_by_the_case_that_it_names";

#[derive(Debug, Deserialize)]
struct Fate {
    class: String,
    mutant: String,
    killed: bool,
}

/// Runs the mutants and prints how many of each class are killed; gives whether all are.
pub(super) fn table(path: &Path) -> Result<bool, Failure> {
    let _ = std::fs::remove_file(path);
    let mut command = programs::cargo();
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
    programs::run(&mut command)?;
    let unreadable = |error: &dyn std::fmt::Display| {
        Failure::unreadable(format!(
            "the test of the mutants left no table: {}: {error}",
            path.display()
        ))
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
    anstream::println!("faults that the case noticed which names them");
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
