//! `verify`, the main job: the document that the server emits is the contract, and the server keeps it.

use std::path::Path;
use std::time::Instant;

use openapi::cli::{Exit, Failure, Outcome};
use testbed::deployment::{Deployment, DeploymentError};
use testbed::users::Users;

use crate::cli::Verify;
use crate::programs::{self, Program};
use crate::{check, folders};

pub(crate) fn run(arguments: &Verify) -> Outcome {
    manual::print_line(format_args!(
        "verify: building the server and the suite that tests it; from nothing, this takes minutes"
    ));
    let building = Instant::now();
    let built = programs::build(&[Program::Server, Program::Conformance])?;
    manual::print_line(format_args!(
        "verify: built in {:.1} s",
        building.elapsed().as_secs_f64()
    ));
    let started = Instant::now();
    manual::print_line(format_args!(
        "verify: what the server emits, against the published slice"
    ));
    let contract = check::emitted_document(&built.server()?)?;

    let folder = arguments
        .report
        .clone()
        .unwrap_or_else(|| programs::target_directory().join("verify"));
    folders::make(&folder)?;
    manual::print_line(format_args!(
        "verify: what the server does, by the conformance suite"
    ));
    let log = folder.join("server.log");
    let deployment = Deployment::start(&built.server()?, &log).map_err(|error| failed(&error))?;
    let suite = suite(&built.conformance()?, &deployment, &folder);
    let stopped = deployment.stop().map_err(|error| failed(&error))?;
    let suite = suite?;

    let results = [
        (
            contract == Exit::Success,
            "the emitted document is the published contract",
        ),
        (suite, "the deployment is conformant"),
        (
            stopped.success(),
            "the server stopped when it was asked to, with exit code 0",
        ),
    ];
    for (holds, what) in results {
        manual::print_line(format_args!(
            "verify: {} {what}",
            if holds { "yes:" } else { "NO: " }
        ));
    }
    manual::print_line(format_args!(
        "verify: {} in {:.1} s; reports in {}",
        if results.iter().all(|(holds, _)| *holds) {
            "verified"
        } else {
            "NOT verified"
        },
        started.elapsed().as_secs_f64(),
        folder.display()
    ));
    Ok(if results.iter().all(|(holds, _)| *holds) {
        Exit::Success
    } else {
        Exit::Failed
    })
}

/// Runs the whole suite; returns whether the deployment is conformant.
fn suite(conformance: &Path, deployment: &Deployment, folder: &Path) -> Result<bool, Failure> {
    let users = Users::of(deployment).map_err(|error| failed(&error))?;
    let suite = users.suite(conformance, deployment.url(), folder);
    let mut command = suite.map_err(|error| failed(&error))?;
    Ok(programs::run(&mut command)?.success())
}

/// Builds the failure of a deployment that does not work.
fn failed(error: &DeploymentError) -> Failure {
    Failure::unreadable(error.to_string())
}
