//! `dist`: what users install, for each program and target.

mod archive;
mod checksums;
mod dependencies;
mod entry;
mod notices;
mod npm;
mod platform;
mod product;
mod sbom;
mod tools;

use std::path::Path;
use std::time::Instant;

use openapi::cli::{Exit, Failure, Outcome};

use crate::cli::{Dist, Installed, Kind};
use crate::{folders, programs};
use platform::Platform;
use product::Product;

pub(crate) fn run(arguments: &Dist) -> Outcome {
    let kinds = kinds(arguments)?;
    let host = Platform::of_this_machine()?;
    let mut platforms = Vec::new();
    for triple in &arguments.targets {
        platforms.push(Platform::installed(triple)?);
    }
    if platforms.is_empty() {
        platforms.push(host.clone());
    }
    let out = match &arguments.out {
        Some(folder) => std::path::absolute(folder)
            .map_err(|error| Failure::unreadable(format!("{}: {error}", folder.display())))?,
        None => programs::target_directory().join("dist"),
    };
    folders::make(&out)?;
    let is_image = |kind: &Kind| *kind == Kind::Image;
    if !kinds.iter().all(is_image) {
        for platform in &platforms {
            for program in Installed::ALL {
                if arguments.programs.is_empty() || arguments.programs.contains(program) {
                    package(*program, platform, &host, &kinds, arguments, &out)?;
                }
            }
        }
    }
    if kinds.iter().any(is_image) {
        tools::image(&host, &out)?;
    }
    checksums::write(&out)?;
    show(&out)?;
    Ok(Exit::Success)
}

/// Makes the packages of a program for a platform.
fn package(
    program: Installed,
    platform: &Platform,
    host: &Platform,
    kinds: &[Kind],
    arguments: &Dist,
    out: &Path,
) -> Result<(), Failure> {
    let name = program.name();
    if !product::runs_on(program, platform) {
        say_left_out(&format!("{name} for {platform}: it needs Unix"));
        return Ok(());
    }
    let started = Instant::now();
    let product = match &arguments.built {
        Some(folder) => Product::of_built(program, platform.clone(), folder),
        None => Product::build(program, platform.clone(), host, &arguments.profile),
    }?;
    let built = started.elapsed().as_secs_f64();
    for kind in kinds {
        match kind {
            Kind::Archive => {
                archive::write(&product, out)?;
                sbom::write(&product, out)?;
            }
            Kind::Npm => npm::write(&product, out)?,
            Kind::Wheel => tools::wheel(&product, host, &arguments.profile, out)?,
            Kind::Deb => tools::deb(&product, host, out)?,
            // There is one, which is not made of what was built here.
            Kind::Image => {}
        }
    }
    let packaged = started.elapsed().as_secs_f64() - built;
    manual::print_line(format_args!(
        "dist: {name} for {platform}: built in {built:.0} s, packaged in {packaged:.0} s"
    ));
    Ok(())
}

/// Returns the kinds of package that are asked for and can be made here. Says, or fails with, what a kind needs, before
/// anything is built.
fn kinds(arguments: &Dist) -> Result<Vec<Kind>, Failure> {
    let mut kinds = Vec::new();
    for kind in [
        Kind::Archive,
        Kind::Npm,
        Kind::Wheel,
        Kind::Deb,
        Kind::Image,
    ] {
        if !arguments.only.is_empty() && !arguments.only.contains(&kind) {
            continue;
        }
        let missing = match kind {
            Kind::Wheel if arguments.built.is_some() => {
                Some("wheels: maturin builds the program that it packages")
            }
            _ => tools::missing(kind),
        };
        match missing {
            None => kinds.push(kind),
            Some(missing) if arguments.only.is_empty() => say_left_out(missing),
            Some(missing) => {
                return Err(Failure::unreadable(format!("cannot make {missing}")));
            }
        }
    }
    Ok(kinds)
}

fn say_left_out(what: &str) {
    manual::print_line(format_args!("dist: left out: {what}"));
}

/// Prints the files with their sizes.
fn show(out: &Path) -> Result<(), Failure> {
    for file in entry::files(out)? {
        let size = folders::mebibytes(&file)?;
        let name = file.file_name().unwrap_or_default();
        manual::print_line(format_args!("{:8.2} MiB  {}", size, name.display()));
    }
    manual::print_line(format_args!("dist: packages in {}", out.display()));
    Ok(())
}
