//! The help of a program and of each of its commands, as a person reads it in a terminal of 80 columns.

use std::path::Path;
use std::process::Command;

use crate::output::{stderr, stdout};

const COLUMNS: usize = 80;

/// Asserts that the help of a program and of all its commands has exit codes and examples and fits a terminal, and that
/// `help COMMAND` prints it as well. Returns the commands.
///
/// # Panics
///
/// If one of these does not hold, with the text.
pub fn assert_complete(program: &Path) -> Vec<String> {
    let mut found = Vec::new();
    walk(program, &mut Vec::new(), &mut found);
    found
}

fn walk(program: &Path, command: &mut Vec<String>, found: &mut Vec<String>) {
    let help = printed(program, command, &["--help".to_owned()]);
    let name = command.join(" ");
    for heading in ["Exit codes:", "Examples:\n  "] {
        assert!(help.contains(heading), "{name}: no {heading:?} in {help}");
    }
    let (_, examples) = help.split_once("Examples:\n").unwrap_or_default();
    let example = examples.lines().next().unwrap_or_default();
    assert!(example.contains(&name), "{name}: {example}");
    let wide: Vec<&str> = (help.lines())
        .filter(|line| line.chars().count() > COLUMNS)
        .collect();
    assert_eq!(wide, Vec::<&str>::new(), "{name}");
    for below in commands(&help) {
        command.push(below);
        found.push(command.join(" "));
        walk(program, command, found);
        command.pop();
    }
    let mut words = vec!["help".to_owned()];
    words.extend(command.iter().cloned());
    assert!(printed(program, &[], &words).contains("Exit codes:"));
}

fn printed(program: &Path, command: &[String], more: &[String]) -> String {
    let output = (Command::new(program))
        .args(command)
        .args(more)
        .env("COLUMNS", COLUMNS.to_string())
        .output()
        .expect("it runs");
    assert!(output.status.success(), "{more:?}: {}", stderr(&output));
    stdout(&output)
}

/// Returns the names of the commands that a help lists above its options, without `help` itself.
fn commands(help: &str) -> Vec<String> {
    let list = help.split("Options:\n").next().unwrap_or_default();
    let names = list.lines().filter_map(|line| {
        let (name, _) = line.strip_prefix("  ")?.split_once("  ")?;
        name.starts_with(|first: char| first.is_ascii_lowercase())
            .then(|| name.to_owned())
    });
    names.filter(|name| name != "help").collect()
}
