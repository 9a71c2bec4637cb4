//! `bench`: figures, printed with their inputs and limits.

mod agreement;
pub(crate) mod build;
pub(crate) mod conformance;
mod documents;
mod edits;
pub(crate) mod faults;
pub(crate) mod fuzz;
mod large;
pub(crate) mod measure;
pub(crate) mod server;
pub(crate) mod timing;

use crate::programs;
use openapi::cli::{Exit, Failure, Outcome};

/// The agreement with oasdiff, then the cost on the largest documents.
pub(crate) fn diff() -> Outcome {
    let program = programs::build_release_xtask()?;
    let agreement = agreement::run()?;
    anstream::println!();
    let large = large::run(&program)?;
    Ok(match (agreement, large) {
        (Exit::Success, Exit::Success) => Exit::Success,
        _ => Exit::Failed,
    })
}

/// The agreement with oasdiff alone.
pub(crate) fn corpus() -> Outcome {
    agreement::run()
}

/// A folder given by a variable, or the usual place beside the workspace; `None`, said plainly,
/// when there is none.
fn folder(variable: &str, usual: &str) -> Result<Option<std::path::PathBuf>, Failure> {
    let given = std::env::var_os(variable).map(std::path::PathBuf::from);
    let path = given
        .clone()
        .unwrap_or_else(|| programs::workspace_root().join(usual));
    if path.is_dir() {
        return Ok(Some(path));
    }
    if given.is_some() {
        return Err(Failure::unreadable(format!(
            "{variable} names {}, which is no folder",
            path.display()
        )));
    }
    anstream::println!("skipped: no {usual} here; {variable} names another place");
    Ok(None)
}
