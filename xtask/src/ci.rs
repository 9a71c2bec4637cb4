//! What CI runs: the lints and what the usual build leaves out, then all tests.

use crate::cli::Test;
use crate::exit::{Exit, Failure, Outcome};
use crate::{programs, test};

/// A step's name, cargo's arguments, and variables set for it.
type Step = (
    &'static str,
    &'static [&'static str],
    &'static [(&'static str, &'static str)],
);

const STEPS: &[Step] = &[
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
    // What builds have only when it is asked for.
    (
        "lints of the server with traces",
        &[
            "clippy",
            "--package",
            "server",
            "--features",
            "otlp",
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
        "traces",
        &[
            "test",
            "--package",
            "server",
            "--features",
            "otlp",
            "--test",
            "it",
            "--locked",
            "--quiet",
            "--",
            "traces",
        ],
        &[],
    ),
];

pub(crate) fn run() -> Outcome {
    for (name, arguments, variables) in STEPS {
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
