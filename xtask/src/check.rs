//! `openapi check`: the emitted document compared with each published slice.

use std::path::Path;

use openapi::cli::check;
use openapi::cli::options;
use openapi::cli::{ActiveWaivers, Exit, Outcome};

use crate::cli::Check;
use crate::emit;
use crate::programs::{self, Program};

pub(crate) fn run(arguments: &Check) -> Outcome {
    if let Some(path) = &arguments.document {
        return check::run(path, &arguments.options);
    }
    let waivers = ActiveWaivers::read(arguments.options.waivers.as_deref())?;
    let built = programs::build(&[Program::Server])?;
    emitted(&built.server()?, waivers, &arguments.options)
}

/// Checks the document that this server emits, and the file in which it is committed; reports as text.
pub(crate) fn emitted_document(server: &Path) -> Outcome {
    emitted(
        server,
        ActiveWaivers::none(),
        &options::CheckOptions::default(),
    )
}

fn emitted(server: &Path, waivers: ActiveWaivers, options: &options::CheckOptions) -> Outcome {
    let published = check::published(options)?;
    let text = emit::emitted(server)?;
    let document = emit::parse_complete("what the server emits", &text)?;
    let against_slices =
        check::document_against(published, &document, Some(emit::FILE), waivers, options)?;
    let committed = std::fs::read_to_string(emit::committed()).unwrap_or_default();
    if committed != text {
        manual::print_line(format_args!(
            "{} is stale: run `cargo xtask openapi emit` and commit it",
            emit::FILE
        ));
        return Ok(Exit::Failed);
    }
    Ok(against_slices)
}
