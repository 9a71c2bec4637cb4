//! What CI runs: the lints, then all tests.

use crate::cli::Test;
use crate::exit::{Exit, Failure, Outcome};
use crate::{programs, test};

/// A step's name, cargo's arguments, and variables set for it.
type Step = (
    &'static str,
    &'static [&'static str],
    &'static [(&'static str, &'static str)],
);

const LINTS: &[Step] = &[
    ("formatting", &["fmt", "--all", "--check"], &[]),
    (
        "lints",
        &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--locked",
            "--quiet",
            "--",
            "--deny",
            "warnings",
        ],
        &[],
    ),
    (
        "documentation",
        &[
            "doc",
            "--workspace",
            "--no-deps",
            "--document-private-items",
            "--locked",
            "--quiet",
        ],
        &[("RUSTDOCFLAGS", "--deny warnings")],
    ),
];

pub(crate) fn run() -> Outcome {
    for (name, arguments, variables) in LINTS {
        anstream::println!("ci: {name}");
        let status = programs::cargo()
            .args(*arguments)
            .envs(variables.iter().copied())
            .status()
            .map_err(|error| Failure::unreadable(format!("cannot run cargo: {error}")))?;
        if !status.success() {
            anstream::println!("ci: {name} failed: run `cargo {}`", arguments.join(" "));
            return Ok(Exit::Failed);
        }
    }
    anstream::println!("ci: tests");
    test::run(&Test {
        arguments: Vec::new(),
    })
}
