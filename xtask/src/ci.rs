//! What CI runs: the lints and what the usual build leaves out, then all tests.

use crate::cli::Test;
use crate::{programs, test};
use openapi::cli::{Exit, Failure, Outcome};

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
    // Without a clock: above, other packages turn it on.
    (
        "lints of the library without its command line",
        &[
            "clippy",
            "--package",
            "openapi",
            "--lib",
            "--locked",
            "--quiet",
            "--",
            "--deny",
            "warnings",
        ],
        &[],
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

/// The least version of Rust that the workspace states. Clippy's `incompatible_msrv`, which is on, refuses
/// what the standard library has had only since a later one, whichever toolchain runs this.
const LEAST: &str = env!("CARGO_PKG_RUST_VERSION");

/// What is said of the toolchain: a green run on a newer one does not show that the least one suffices.
fn standing(toolchain: &str) -> String {
    let version = toolchain.split_whitespace().nth(1).unwrap_or_default();
    let of_least = version == LEAST || version.starts_with(&format!("{LEAST}."));
    if of_least {
        format!("{toolchain}, the least version that is supported")
    } else {
        format!(
            "{toolchain}; the least version that is supported, {LEAST}, is not what this run tests: \
             `rustup run {LEAST} cargo xtask ci` does"
        )
    }
}

pub(crate) fn run() -> Outcome {
    anstream::println!("ci: {}", standing(&programs::toolchain()?));
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

#[cfg(test)]
mod tests {
    use super::{LEAST, standing};

    #[test]
    fn the_toolchain_is_named_with_what_it_proves() {
        let least = standing(&format!("rustc {LEAST}.1 (0000000 2026-04-14)"));
        assert!(
            least.ends_with("the least version that is supported"),
            "{least}"
        );
        for other in [
            "rustc 1.9.0 (0000000 2016-05-26)",
            "rustc 2.0.0 (0000000 2099-01-01)",
        ] {
            let said = standing(other);
            assert!(said.contains("is not what this run tests"), "{said}");
        }
    }
}
