//! `openapi check`: the emitted document compared with each published slice.

use std::path::Path;

use openapi::cli::check::{self, document_against_slices};
use openapi::cli::options::{CheckFormat, CheckReport};
use openapi::cli::{ActiveWaivers, Exit, Outcome};

use crate::cli::Check;
use crate::emit;
use crate::programs::{self, Program};

pub(crate) fn run(arguments: &Check) -> Outcome {
    if let Some(path) = &arguments.document {
        return check::run(path, &arguments.report);
    }
    let waivers = ActiveWaivers::read(arguments.report.waivers.as_deref())?;
    let built = programs::build(&[Program::Server])?;
    emitted(&built.server()?, waivers, &arguments.report)
}

/// Checks the document that this server emits, and the file in which it is committed; reports as text.
pub(crate) fn emitted_document(server: &Path) -> Outcome {
    let report = CheckReport {
        format: CheckFormat::Text,
        output: None,
        waivers: None,
    };
    emitted(server, ActiveWaivers::none(), &report)
}

fn emitted(server: &Path, waivers: ActiveWaivers, report: &CheckReport) -> Outcome {
    let text = emit::emitted(server)?;
    let document = emit::parse_complete("what the server emits", &text)?;
    let against_slices = document_against_slices(&document, Some(emit::FILE), waivers, report)?;
    let committed = std::fs::read_to_string(emit::committed()).unwrap_or_default();
    if committed != text {
        anstream::println!(
            "{} is stale: run `cargo xtask openapi emit` and commit it",
            emit::FILE
        );
        return Ok(Exit::Failed);
    }
    Ok(against_slices)
}
