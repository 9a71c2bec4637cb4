//! `test`: all tests, and the programs that they need.

use std::io::{BufRead as _, BufReader, IsTerminal as _};
use std::process::{Command, Stdio};
use std::time::Instant;

use openapi::cli::{Exit, Failure, Outcome};
use testbed::postgres::{self, Cluster};
use testbed::reaper::{self, How};

use crate::cli::Test;
use crate::programs;

/// A program that tests run, and its Debian package.
struct Need {
    /// A command that succeeds if it is installed.
    probe: &'static [&'static str],
    package: &'static str,
    why: &'static str,
}

const NEEDS: &[Need] = &[
    Need {
        probe: &["git", "--version"],
        package: "git",
        why: "documents of other revisions",
    },
    Need {
        probe: &["curl", "--version"],
        package: "curl",
        why: "the reference page's cURL sample",
    },
    Need {
        probe: &["node", "--version"],
        package: "nodejs",
        why: "the reference page's JavaScript sample",
    },
    Need {
        probe: &["python3", "-c", "import venv, ensurepip"],
        package: "python3-venv",
        why: "the reference page's Python sample",
    },
    Need {
        probe: &["chromium", "--version"],
        package: "chromium",
        why: "the HTML report and Swagger UI, as browsers show them",
    },
    Need {
        probe: &["chromedriver", "--version"],
        package: "chromium-driver",
        why: "the HTML report and Swagger UI, as browsers show them",
    },
    Need {
        probe: &["systemd-analyze", "--version"],
        package: "systemd",
        why: "the unit of the token service, as systemd reads it",
    },
    Need {
        probe: &["caddy", "version"],
        package: "caddy",
        why: "replicas of the token service behind a proxy",
    },
    Need {
        probe: postgres::PROBE,
        package: "postgresql",
        why: "the token service's store for replicas",
    },
];

/// What programs of other registries test. They are ignored unless they are asked for.
const CLIENTS: &[&str] = &["--test", "it", "--", "--ignored", "clients::"];

/// What those need beside [`NEEDS`].
const CLIENT_NEEDS: &[Need] = &[
    Need {
        probe: &["npm", "--version"],
        package: "npm",
        why: "linters and generators of clients",
    },
    Need {
        probe: &["dpkg-shlibdeps", "--version"],
        package: "dpkg-dev",
        why: "what Debian packages depend on",
    },
];

pub(crate) fn run(arguments: &Test) -> Outcome {
    provide(arguments.clients)?;
    // Some tests kill servers whose connections stay open for a while.
    let postgres = Cluster::start(&["max_connections=300"])
        .map_err(|error| Failure::unreadable(error.to_string()))?;
    let mut counts = Counts::default();
    let started = Instant::now();
    let given: Vec<&str> = arguments.arguments.iter().map(String::as_str).collect();
    let mut passed = cargo_test(&given, &postgres, &mut counts)?;
    if arguments.clients {
        manual::print_line(format_args!(
            "test: clients, linters and packages, with programs from PyPI, npm and crates.io"
        ));
        let before = counts.passed + counts.failed;
        passed &= cargo_test(CLIENTS, &postgres, &mut counts)?;
        let now = counts.passed + counts.failed - before;
        counts.ignored = counts.ignored.saturating_sub(now);
    }
    drop(postgres);
    // Cargo prints a summary for each test program; this is their sum.
    let Counts {
        passed: succeeded,
        failed,
        ignored,
        did_nothing,
    } = counts;
    let seconds = started.elapsed().as_secs_f64();
    manual::print_line(format_args!("\ntest: built and run in {seconds:.0} s"));
    manual::print_line(format_args!(
        "tests: {} passed, {failed} failed, {} skipped",
        succeeded.saturating_sub(did_nothing),
        ignored + did_nothing,
    ));
    if !arguments.clients {
        manual::print_line(format_args!(
            "clients, linters, Schemathesis and packages were left out: `cargo xtask test --clients` installs and runs them"
        ));
    }
    Ok(if passed { Exit::Success } else { Exit::Failed })
}

/// Runs `cargo test` with these arguments, counts its tests, and returns whether it succeeded.
fn cargo_test(
    arguments: &[&str],
    postgres: &Cluster,
    counts: &mut Counts,
) -> Result<bool, Failure> {
    let failed = |error: std::io::Error| Failure::unreadable(format!("cannot run cargo: {error}"));
    let mut command = programs::cargo();
    command
        .env(postgres::GIVEN, postgres.server_url())
        .env(testbed::COMPLETE, "1")
        .args(["test", "--workspace", "--locked"])
        .args(arguments)
        .stdout(Stdio::piped());
    if std::io::stdout().is_terminal() {
        command.env("CARGO_TERM_COLOR", "always");
    }
    let mut child = command.spawn().map_err(failed)?;
    reaper::end(&child, How::Kill);
    let out = child.stdout.take().into_iter();
    for line in out.flat_map(|out| BufReader::new(out).lines()) {
        let line = line.map_err(failed)?;
        counts.add(&line);
        anstream::println!("{line}");
    }
    Ok(child.wait().map_err(failed)?.success())
}

/// The sum of the summaries of all test programs.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    passed: u64,
    failed: u64,
    ignored: u64,
    /// Those among the passed ones that said so.
    did_nothing: u64,
}

impl Counts {
    /// Adds a line, if it is a summary: `test result: ok. 3 passed; 0 failed; 1 ignored; …`, or says that a test which
    /// passes did nothing: `skipped: name: …`, perhaps after what libtest has begun to write.
    fn add(&mut self, line: &str) {
        let said = line.rsplit(" ... ").next();
        if said.is_some_and(|said| said.starts_with("skipped: ")) {
            self.did_nothing += 1;
        }
        let Some(summary) = line.strip_prefix("test result: ") else {
            return;
        };
        for part in summary.split(['.', ';']) {
            let mut words = part.split_whitespace();
            let (Some(Ok(count)), Some(what)) = (words.next().map(str::parse::<u64>), words.next())
            else {
                continue;
            };
            match what {
                "passed" => self.passed += count,
                "failed" => self.failed += count,
                "ignored" => self.ignored += count,
                _ => {}
            }
        }
    }
}

/// Installs the missing programs that the tests need. Fails, naming them, if that is not possible.
pub(crate) fn provide(clients: bool) -> Result<(), Failure> {
    let more = if clients { CLIENT_NEEDS } else { &[] };
    let missing = || {
        NEEDS
            .iter()
            .chain(more)
            .filter(|need| !succeeds(need.probe))
            .collect::<Vec<_>>()
    };
    let first = missing();
    if first.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = first.iter().map(|need| need.package).collect();
    if rustix::process::geteuid().is_root() && succeeds(&["apt-get", "--version"]) {
        manual::print_line(format_args!(
            "test: installing {} from Debian's packages",
            packages.join(" ")
        ));
        let apt = |arguments: &[&str]| {
            Command::new("apt-get")
                .args(arguments)
                .env("DEBIAN_FRONTEND", "noninteractive")
                .stdout(Stdio::null())
                .status()
                .is_ok_and(|status| status.success())
        };
        let mut install = vec!["install", "--yes", "--no-install-recommends"];
        install.extend(&packages);
        if apt(&["update"]) && apt(&install) && missing().is_empty() {
            return Ok(());
        }
    }
    let wanted = missing()
        .iter()
        .map(|need| format!("  {} for {}", need.package, need.why))
        .collect::<Vec<_>>()
        .join("\n");
    Err(Failure::unreadable(format!(
        "the tests need programs that are not installed; on Debian install these packages:\n{wanted}"
    )))
}

/// Returns whether a command succeeds.
fn succeeds(command: &[&str]) -> bool {
    let [program, arguments @ ..] = command else {
        return false;
    };
    Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::Counts;

    #[test]
    fn summaries_add_up() {
        let mut counts = Counts::default();
        for line in [
            "running 3 tests",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 7 filtered out; finished in 0.13s",
            "skipped: without_a_corpus: there is no folder",
            "test another ... skipped: without_a_disk: this needs root",
            "test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 2.00s",
        ] {
            counts.add(line);
        }
        let expected = Counts {
            passed: 5,
            failed: 1,
            ignored: 1,
            did_nothing: 2,
        };
        assert_eq!(counts, expected);
    }
}
