//! `ci`: the lints, the builds that are not the default, and then all tests.

use std::time::Instant;

use openapi::cli::{Exit, Failure, Outcome};

use crate::cli::Test;
use crate::{programs, test};

/// A step: its name, cargo's arguments, and the variables that are set for it.
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
    // Alone, so that chrono is built without its clock, which other packages enable in the steps above.
    (
        "lints of the library without its command line",
        &[
            "clippy",
            "--package",
            "oasproof",
            "--no-default-features",
            "--lib",
            "--locked",
            "--quiet",
            "--",
            "--deny",
            "warnings",
        ],
        &[],
    ),
    // A feature that is off by default.
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

/// The minimum version of Rust that the workspace declares. On any toolchain, Clippy's lint `incompatible_msrv` reports
/// uses of newer parts of the standard library.
const MINIMUM: &str = env!("CARGO_PKG_RUST_VERSION");

/// Describes the toolchain: a successful run on a newer one does not show that the minimum suffices.
fn described(toolchain: &str) -> String {
    let version = toolchain.split_whitespace().nth(1).unwrap_or_default();
    let is_minimum = version == MINIMUM || version.starts_with(&format!("{MINIMUM}."));
    if is_minimum {
        format!("{toolchain}, the minimum supported version")
    } else {
        format!(
            "{toolchain}; this run does not test the minimum supported version, {MINIMUM}: \
             `rustup run {MINIMUM} cargo xtask ci` does"
        )
    }
}

pub(crate) fn run() -> Outcome {
    manual::print_line(format_args!("ci: {}", described(&programs::toolchain()?)));
    for (name, arguments, variables) in STEPS {
        manual::print_line(format_args!("ci: {name}"));
        let started = Instant::now();
        let status = programs::cargo()
            .args(*arguments)
            .envs(variables.iter().copied())
            .status()
            .map_err(|error| Failure::unreadable(format!("cannot run cargo: {error}")))?;
        if !status.success() {
            manual::print_line(format_args!(
                "ci: {name} failed: run `cargo {}`",
                arguments.join(" ")
            ));
            return Ok(Exit::Failed);
        }
        let seconds = started.elapsed().as_secs_f64();
        manual::print_line(format_args!("ci: {name}: {seconds:.0} s"));
    }
    manual::print_line(format_args!("ci: tests"));
    test::run(&Test {
        clients: true,
        arguments: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::{MINIMUM, described};

    #[test]
    fn the_toolchain_is_named_with_what_it_proves() {
        let minimum = described(&format!("rustc {MINIMUM}.1 (0000000 2026-04-14)"));
        assert!(
            minimum.ends_with("the minimum supported version"),
            "{minimum}"
        );
        for other in [
            "rustc 1.9.0 (0000000 2016-05-26)",
            "rustc 2.0.0 (0000000 2099-01-01)",
        ] {
            let text = described(other);
            assert!(text.contains("does not test the minimum"), "{text}");
        }
    }
}
