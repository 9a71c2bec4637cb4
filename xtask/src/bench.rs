//! `bench`: runs the benchmarks of the crates, and measures builds. Options are checked before anything is built.

mod build;

use std::process::{Command, ExitStatus};

use openapi::cli::{Exit, Failure, Outcome};

use crate::cli::{BenchCommand, Fuzz, Seeded, Server};
use crate::{programs, test};

pub(crate) fn run(command: &BenchCommand) -> Outcome {
    match command {
        BenchCommand::Diff => Bench::DIFF.run(&[]),
        // It is as fast in a debug build, which takes less time to build.
        BenchCommand::Corpus => Bench::DIFF.debug().run(&["agreement".to_owned()]),
        BenchCommand::Fuzz(arguments) => fuzz(arguments),
        BenchCommand::Seeded(arguments) => seeded(arguments),
        BenchCommand::Conformance(arguments) => {
            let mut options = vec![format!("--runs={}", arguments.runs)];
            options.extend(arguments.no_mutants.then(|| "--no-mutants".to_owned()));
            options.extend(arguments.any_api.then(|| "--any-api".to_owned()));
            Bench::SUITE.run(&options)
        }
        BenchCommand::Timing(arguments) => {
            let (pairs, seed) = (arguments.pairs, arguments.seed);
            Bench::TIMING.run(&[format!("--pairs={pairs}"), format!("--seed={seed}")])
        }
        BenchCommand::Faults(arguments) => faults(arguments.seconds),
        BenchCommand::Server(arguments) => server(arguments),
        BenchCommand::Build(arguments) => build::run(arguments),
    }
}

/// A benchmark of a crate, and how it is built.
#[derive(Clone, Copy)]
struct Bench {
    name: &'static str,
    build: &'static [&'static str],
}

/// Cargo's arguments for a benchmark of the comparison.
const BUILD_OPENAPI: &[&str] = &["bench", "--no-run", "--package=oasproof"];

impl Bench {
    const DIFF: Self = Self {
        name: "diff",
        build: BUILD_OPENAPI,
    };
    const FUZZ: Self = Self {
        name: "fuzz",
        build: BUILD_OPENAPI,
    };
    const SEEDED: Self = Self {
        name: "seeded",
        build: BUILD_OPENAPI,
    };
    const SUITE: Self = Self {
        name: "suite",
        build: &["bench", "--no-run", "--package=conformance"],
    };
    const TIMING: Self = Self {
        name: "timing",
        build: &["bench", "--no-run", "--package=server"],
    };

    /// Returns the same benchmark as a debug build, which reuses the dependencies that `cargo test --workspace` has built.
    fn debug(self) -> Self {
        Self {
            build: &["build", "--workspace"],
            ..self
        }
    }

    /// Builds the benchmark and runs it with these options, in the caller's folder.
    fn run(self, options: &[String]) -> Outcome {
        let mut build = programs::cargo();
        build
            .args(self.build)
            .args(["--locked", "--bench", self.name]);
        manual::eprint_line(format_args!(
            "bench: building the benchmark `{}`",
            self.name
        ));
        let program = programs::built_by(&mut build, self.name)?;
        let status = programs::run(Command::new(program).args(options))?;
        Ok(exit_of(status))
    }
}

/// Converts the exit status of a benchmark to our exit code.
fn exit_of(status: ExitStatus) -> Exit {
    match status.code() {
        Some(0) => Exit::Success,
        Some(1) => Exit::Failed,
        Some(2) => Exit::Usage,
        Some(_) | None => Exit::Unreadable,
    }
}

fn fuzz(arguments: &Fuzz) -> Outcome {
    let mut options = vec![
        format!("--inputs={}", arguments.inputs),
        format!("--seed={}", arguments.seed),
        format!("--from={}", arguments.from),
    ];
    options.extend(arguments.show.map(|number| format!("--show={number}")));
    if arguments.as_built || arguments.show.is_some() {
        Bench::FUZZ.debug().run(&options)
    } else {
        Bench::FUZZ.run(&options)
    }
}

fn seeded(arguments: &Seeded) -> Outcome {
    let mut options = vec![
        format!("--edits={}", arguments.edits),
        format!("--seed={}", arguments.seed),
        format!("--from={}", arguments.from),
    ];
    options.extend(arguments.show.map(|number| format!("--show={number}")));
    options.extend((arguments.only.as_ref()).map(|name| format!("--only={name}")));
    Bench::SEEDED.run(&options)
}

/// Runs the server's fault tests for this many seconds, and prints their figures.
fn faults(seconds: u32) -> Outcome {
    let mut tests = programs::cargo();
    tests
        .args(["test", "--release", "--locked", "--package", "server"])
        .args(["--test", "it", "faults::", "--"])
        // The race of writers on PostgreSQL, too.
        .args([
            "on_postgres::nothing_is_written",
            "--nocapture",
            "--test-threads=1",
        ])
        .env("DZ_FAULTS_SECONDS", seconds.to_string());
    run_complete(&mut tests)
}

/// Runs the server's benchmark of requests.
fn server(arguments: &Server) -> Outcome {
    let mut bench = programs::cargo();
    bench
        .args(["bench", "--locked", "--package", "server"])
        .args(["--bench", "requests"])
        .env("DZ_BENCH_SECONDS", arguments.seconds.to_string())
        .env("DZ_BENCH_TOKENS", &arguments.tokens);
    if let Some(older) = &arguments.against {
        let older = older.canonicalize().map_err(|error| {
            Failure::new(
                Exit::Usage,
                format!("--against {}: {error}", older.display()),
            )
        })?;
        bench.env("DZ_BENCH_AGAINST", older);
    }
    run_complete(&mut bench)
}

/// Installs the programs that the tests need, then runs cargo.
fn run_complete(cargo: &mut Command) -> Outcome {
    test::provide(false)?;
    let status = programs::run(cargo.env(testbed::COMPLETE, "1"))?;
    Ok(if status.success() {
        Exit::Success
    } else {
        Exit::Failed
    })
}
