//! The kinds of package that other programs make.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use openapi::cli::Failure;

use super::entry;
use super::platform::Platform;
use super::product::{Product, VERSION};
use crate::cli::{Installed, Kind};
use crate::{folders, programs};

/// Returns what cannot be made here, and why, if the tool for a kind of package is missing.
pub(super) fn missing(kind: Kind) -> Option<&'static str> {
    let (works, missing) = match kind {
        Kind::Archive | Kind::Npm => return None,
        Kind::Wheel => (
            runs(Command::new("maturin").arg("--version")),
            "wheels: maturin is not installed: `pip install maturin==1.16.0` installs it",
        ),
        Kind::Deb => (
            runs(programs::cargo().args(["deb", "--version"])),
            "Debian packages: cargo-deb is not installed: `cargo install cargo-deb --version 3.8.0 --locked` installs it",
        ),
        Kind::Image => (
            engine().is_some(),
            "an image: neither docker nor podman runs here",
        ),
    };
    (!works).then_some(missing)
}

/// Returns a program for containers that works here.
fn engine() -> Option<&'static str> {
    ["docker", "podman"]
        .into_iter()
        .find(|engine| runs(Command::new(engine).arg("info")))
}

/// Makes a wheel by maturin, which builds the program and names the oldest glibc that it runs with.
pub(super) fn wheel(
    product: &Product,
    host: &Platform,
    profile: &str,
    out: &Path,
) -> Result<(), Failure> {
    let folder = match product.program {
        Installed::Oasproof => programs::workspace_root().to_owned(),
        Installed::Conformance => product.folder(),
        Installed::Server => return Ok(()),
    };
    let mut maturin = Command::new("maturin");
    programs::forget_caller(&mut maturin);
    maturin
        .current_dir(folder)
        .args([
            "build",
            "--locked",
            "--quiet",
            "--profile",
            profile,
            "--out",
        ])
        .arg(out);
    if product.platform != *host {
        maturin.args(["--target", product.platform.triple()]);
    }
    succeed(&mut maturin)
}

/// Makes a Debian package by cargo-deb, from a folder that has the place of cargo's target folder.
pub(super) fn deb(product: &Product, host: &Platform, out: &Path) -> Result<(), Failure> {
    let is_native = product.platform == *host;
    if !product.platform.is_linux() {
        return Ok(());
    }
    let target = folders::temporary()?;
    let release = if is_native {
        target.path().join("release")
    } else {
        target
            .path()
            .join(product.platform.triple())
            .join("release")
    };
    let share = release.join("share").join(product.program.name());
    for one in &product.share {
        let file = share.join(&one.path);
        folders::make(file.parent().unwrap_or(&share))?;
        entry::write(&file, &one.content)?;
    }
    let program = release.join(product.program.name());
    fs::copy(&product.binary, &program).map_err(|error| {
        Failure::unreadable(format!("cannot write {}: {error}", program.display()))
    })?;
    let mut deb = programs::cargo();
    deb.args(["deb", "--quiet", "--no-build", "--no-strip", "--package"])
        .arg(product.program.name())
        .arg("--output")
        // Otherwise it would be taken for a file.
        .arg(format!("{}/", out.display()))
        .env("CARGO_TARGET_DIR", target.path());
    if !is_native {
        deb.args(["--target", product.platform.triple()]);
    }
    succeed(&mut deb)
}

/// Makes an image of the server, which the engine builds.
pub(super) fn image(host: &Platform, out: &Path) -> Result<(), Failure> {
    let engine = engine().unwrap_or("docker");
    let tag = format!("dz-tokens:{VERSION}");
    let file = out.join(format!("dz-tokens-v{VERSION}-{host}.image.tar"));
    succeed(
        Command::new(engine)
            .current_dir(programs::workspace_root())
            .args(["build", "--file", "server/deploy/Containerfile"])
            .args(["--tag", &tag, "."]),
    )?;
    succeed(
        Command::new(engine)
            .args(["save", "--output"])
            .args([file.as_os_str(), OsStr::new(&tag)]),
    )
}

/// Returns whether a program is there and works.
fn runs(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Runs a program that must succeed.
fn succeed(command: &mut Command) -> Result<(), Failure> {
    let status = programs::run(command)?;
    if status.success() {
        return Ok(());
    }
    let program = command.get_program().display();
    Err(Failure::unreadable(format!(
        "{program} failed: see its messages above"
    )))
}
