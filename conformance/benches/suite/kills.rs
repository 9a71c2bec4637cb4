//! The mutants of the suite's tests, each a fault of the server, and which of them the suite kills.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;

use serde::Deserialize;
use testbed::cargo;

use crate::error::Error;
use crate::process::run_to_end;

/// The test that runs all mutants and writes the result of each.
const TEST: &str = "mutants::each_mutant_is_killed_by_the_case_that_it_names";

/// A line of the file that the test writes.
#[derive(Debug, Deserialize)]
struct MutantResult {
    class: String,
    mutant: String,
    killed: bool,
    /// The number of findings on the terminal.
    causes: usize,
}

/// Runs the mutants and prints how many of each class are killed; returns whether all are.
pub(super) fn print(path: &Path) -> Result<bool, Error> {
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
    let unreadable = |error: &dyn std::fmt::Display| Error::Mutants {
        path: path.to_owned(),
        why: error.to_string(),
    };
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(&error))?;
    let results: Vec<MutantResult> = text
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()
        .map_err(|error| unreadable(&error))?;
    let mut classes: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for result in &results {
        let (killed, all) = classes.entry(&result.class).or_default();
        *killed += usize::from(result.killed);
        *all += 1;
    }
    anstream::println!("mutants that are killed by the case that they name");
    for (class, (killed, all)) in &classes {
        anstream::println!("  {class:<16} {killed:>3} of {all:>3}");
    }
    let killed = results.iter().filter(|result| result.killed).count();
    anstream::println!("  {:<16} {killed:>3} of {:>3}", "all", results.len());
    let several: Vec<&MutantResult> = results.iter().filter(|one| one.causes > 1).collect();
    let one = results.len() - several.len();
    anstream::println!("  as one cause on the terminal: {one} of {}", results.len());
    for result in several {
        let (class, mutant, causes) = (&result.class, &result.mutant, result.causes);
        anstream::println!("  {class}: {mutant} is shown as {causes} causes");
    }
    for result in results.iter().filter(|result| !result.killed) {
        anstream::println!("  NO: {}: {} survives", result.class, result.mutant);
    }
    Ok(killed == results.len() && !results.is_empty())
}
