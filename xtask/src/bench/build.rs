//! `bench build`: what it takes to build from nothing: the installed programs, their sizes and dependencies; `cargo xtask
//! verify` on a new machine, and the tests after it. Fails above the limits.

use std::collections::BTreeSet;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;
use openapi::cli::{Exit, Failure, Outcome};
use testbed::reaper::{self, How};

use crate::cli::{Build, Installed};
use crate::{folders, programs};

/// The interval at which a running build is checked.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// The size that no installed program of a release may exceed, in MiB.
const LARGEST: f64 = 12.0;

/// A profile of cargo.
struct Profile {
    name: &'static str,
    options: &'static [&'static str],
    /// The folder in the target directory.
    folder: &'static str,
    /// The limit of the size of each program, in MiB.
    largest: Option<f64>,
}

const PROFILES: &[Profile] = &[
    Profile {
        name: "debug",
        options: &[],
        folder: "debug",
        largest: None,
    },
    Profile {
        name: "release",
        options: &["--release"],
        folder: "release",
        largest: Some(LARGEST),
    },
];

/// What a contributor runs on a new machine, one after the other in one target directory, and the CPU seconds it may take.
const FIRST: &[(&str, &[&str], f64)] = &[
    ("cargo xtask verify", &["xtask", "verify"], 300.0),
    (
        "and the build of `cargo xtask test`",
        &["test", "--workspace", "--locked", "--no-run"],
        600.0,
    ),
];

pub(crate) fn run(arguments: &Build) -> Outcome {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    manual::print_line(format_args!(
        "cold builds by {} on {processors} processors",
        programs::toolchain()?
    ));
    // The sources are downloaded first: the build is measured, not the network.
    finish(
        programs::cargo().args(["fetch", "--locked", "--quiet"]),
        arguments.limit(),
    )?;
    let mut within = true;
    if arguments.only.is_none() {
        within &= first_commands(arguments)?;
    }
    let chosen: Vec<Installed> = match arguments.only {
        Some(program) => vec![program],
        None => Installed::ALL.to_vec(),
    };
    for program in &chosen {
        let count = dependencies(*program)?;
        manual::print_line(format_args!("{:<12} {count} dependencies", program.name()));
    }
    for profile in PROFILES {
        within &= installed(profile, &chosen, arguments)?;
    }
    Ok(if within { Exit::Success } else { Exit::Failed })
}

/// Runs the first commands of a contributor in an empty target directory. Returns whether each took no more than its limit.
fn first_commands(arguments: &Build) -> Result<bool, Failure> {
    let folder = folders::temporary()?;
    let mut within = true;
    for (name, command, limit) in FIRST {
        let (clock, before) = (Instant::now(), cpu_of_children()?);
        finish(
            programs::cargo()
                .args(*command)
                .env("CARGO_TARGET_DIR", folder.path())
                .stdout(Stdio::null()),
            arguments.limit(),
        )?;
        let (seconds, cpu) = (clock.elapsed().as_secs_f64(), cpu_of_children()? - before);
        let measured = format!("{name}: {cpu:.0} s of CPU");
        within &= held(&measured, cpu, *limit, &format!(" s, in {seconds:.0} s"));
    }
    Ok(within)
}

/// Builds these programs in an empty target directory. Returns whether each is small enough.
fn installed(profile: &Profile, chosen: &[Installed], arguments: &Build) -> Result<bool, Failure> {
    let folder = folders::temporary()?;
    let clock = Instant::now();
    let mut command = programs::cargo();
    command
        .args(["build", "--locked", "--quiet"])
        .args(profile.options)
        .arg("--target-dir")
        .arg(folder.path());
    for program in chosen {
        command.args(["--package", program.name()]);
    }
    finish(&mut command, arguments.limit())?;
    let seconds = clock.elapsed().as_secs_f64();
    manual::print_line(format_args!("{:<12} {seconds:.0} s", profile.name));
    let mut within = true;
    for program in chosen {
        let built = folder.path().join(profile.folder).join(program.name());
        let size = folders::mebibytes(&built)?;
        let measured = format!("  {:<12} {size:.1} MiB", program.name());
        match profile.largest {
            Some(largest) => within &= held(&measured, size, largest, " MiB"),
            None => manual::print_line(format_args!("{measured}")),
        }
    }
    Ok(within)
}

/// Prints a figure beside its limit. Returns whether it is within the limit.
fn held(measured: &str, figure: f64, limit: f64, unit: &str) -> bool {
    let within = figure <= limit;
    let verdict = if within { "" } else { ": TOO MUCH" };
    manual::print_line(format_args!(
        "{measured} of at most {limit:.0}{unit}{verdict}"
    ));
    within
}

/// Returns the CPU seconds of all processes that this one, and those that it started, have waited for.
#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds of a build are far below 2^52"
)]
fn cpu_of_children() -> Result<f64, Failure> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)
        .map_err(|error| Failure::unreadable(format!("cannot read the CPU time: {error}")))?;
    let spent = usage.user_time() + usage.system_time();
    Ok(spent.num_milliseconds() as f64 / 1000.0)
}

/// Returns the number of packages that the program is built from, without this workspace's.
fn dependencies(program: Installed) -> Result<usize, Failure> {
    let listed = programs::cargo_output(&[
        "tree",
        "--locked",
        "--package",
        program.name(),
        "--edges=normal,build",
        "--prefix=none",
        "--no-dedupe",
        "--format={p}",
    ])?;
    // Packages of the workspace are listed with their paths.
    let foreign = listed.lines().filter(|line| !line.contains(" (/"));
    Ok(foreign.collect::<BTreeSet<_>>().len())
}

/// Runs cargo to its end. Fails if it takes longer than the limit.
fn finish(command: &mut Command, limit: Duration) -> Result<(), Failure> {
    let mut child = command
        .spawn()
        .map_err(|error| Failure::unreadable(format!("cannot run cargo: {error}")))?;
    reaper::end(&child, How::Kill);
    let deadline = Instant::now() + limit;
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(_)) => {
                return Err(Failure::unreadable("cargo failed: see its messages above"));
            }
            Ok(None) if Instant::now() < deadline => std::thread::sleep(POLL_INTERVAL),
            Ok(None) => {
                stop(&mut child);
                return Err(Failure::new(
                    Exit::Failed,
                    format!(
                        "the build was stopped after {} s: --limit allows more",
                        limit.as_secs()
                    ),
                ));
            }
            Err(error) => {
                stop(&mut child);
                return Err(Failure::unreadable(format!(
                    "cannot wait for cargo: {error}"
                )));
            }
        }
    }
}

/// Ends cargo. The compilers that it runs end after their current step.
fn stop(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}
