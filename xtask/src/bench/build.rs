//! `bench build`: the time to build the installed programs from scratch, their dependencies and their sizes.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use openapi::cli::{Exit, Failure, Outcome};
use testbed::reaper::{self, How};

use crate::cli::{Build, Installed};
use crate::{folders, programs};

/// The interval at which a running build is checked.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

const MIB: f64 = 1024.0 * 1024.0;

/// A profile of cargo.
struct Profile {
    name: &'static str,
    options: &'static [&'static str],
    /// The folder in the target directory.
    folder: &'static str,
}

const PROFILES: &[Profile] = &[
    Profile {
        name: "debug",
        options: &[],
        folder: "debug",
    },
    Profile {
        name: "release",
        options: &["--release"],
        folder: "release",
    },
];

pub(crate) fn run(arguments: &Build) -> Outcome {
    let chosen: Vec<Installed> = match arguments.only {
        Some(program) => vec![program],
        None => Installed::ALL.to_vec(),
    };
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    anstream::println!(
        "cold builds by {} on {processors} processors",
        programs::toolchain()?
    );
    for program in &chosen {
        let count = dependencies(*program)?;
        anstream::println!("{:<12} {count} dependencies", program.name());
    }
    // The sources are downloaded first: the build is measured, not the network.
    finish(
        programs::cargo().args(["fetch", "--locked", "--quiet"]),
        arguments.limit(),
    )?;
    for profile in PROFILES {
        let folder = folders::temporary()?;
        let started = Instant::now();
        let mut command = programs::cargo();
        command
            .args(["build", "--locked", "--quiet"])
            .args(profile.options)
            .arg("--target-dir")
            .arg(folder.path());
        for program in &chosen {
            command.args(["--package", program.name()]);
        }
        finish(&mut command, arguments.limit())?;
        let seconds = started.elapsed().as_secs_f64();
        anstream::println!("{:<12} {seconds:.0} s", profile.name);
        for program in &chosen {
            let built = folder.path().join(profile.folder).join(program.name());
            let size = size(&built)?;
            anstream::println!("  {:<10} {:.1} MiB", program.name(), size / MIB);
        }
    }
    Ok(Exit::Success)
}

/// Returns the number of packages that the program is built from, without this workspace's.
fn dependencies(program: Installed) -> Result<usize, Failure> {
    let output = programs::cargo()
        .args(["tree", "--locked", "--package", program.name()])
        .args(["--edges", "normal,build", "--prefix", "none", "--no-dedupe"])
        .args(["--format", "{p}"])
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| Failure::unreadable(format!("cannot run cargo: {error}")))?;
    if !output.status.success() {
        return Err(Failure::unreadable(
            "`cargo tree` failed: see its messages above",
        ));
    }
    let listed = String::from_utf8_lossy(&output.stdout);
    // Packages of the workspace are listed with their paths.
    let foreign = listed.lines().filter(|line| !line.contains(" (/"));
    Ok(foreign.collect::<BTreeSet<_>>().len())
}

#[expect(clippy::cast_precision_loss, reason = "sizes are shown with one digit")]
fn size(file: &Path) -> Result<f64, Failure> {
    let metadata = std::fs::metadata(file).map_err(|error| {
        Failure::unreadable(format!("cargo built no {}: {error}", file.display()))
    })?;
    Ok(metadata.len() as f64)
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
