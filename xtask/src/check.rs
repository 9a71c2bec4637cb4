//! `openapi check`: the emitted document compared with each published slice.

use std::path::Path;

use openapi::cli::check;
use openapi::cli::options;
use openapi::cli::{ActiveWaivers, Ending, Exit, Failure, Outcome};

use crate::cli::Check;
use crate::emit;
use crate::programs::{self, Program};

pub(crate) fn run(arguments: &Check) -> Outcome {
    if let Some(path) = &arguments.document {
        return check::run(path, &arguments.options);
    }
    let waivers = ActiveWaivers::read(arguments.options.waivers.as_deref())?;
    let built = programs::build(&[Program::Server])?;
    let ending = emitted(&built.server()?, waivers, &arguments.options)?;
    check::print_ending(&ending, &arguments.options);
    Ok(ending.exit)
}

/// Checks the document that this server emits, and the file in which it is committed; reports as text.
pub(crate) fn emitted_document(server: &Path) -> Outcome {
    let options = options::CheckOptions::default();
    let ending = emitted(server, ActiveWaivers::none(), &options)?;
    Ok(ending.exit)
}

fn emitted(
    server: &Path,
    waivers: ActiveWaivers,
    options: &options::CheckOptions,
) -> Result<Ending, Failure> {
    let published = check::published(options)?;
    let text = emit::emitted(server)?;
    let document = emit::parse_complete("what the server emits", &text)?;
    let mut ending =
        check::document_against(published, &document, Some(emit::FILE), waivers, options)?;
    let committed = std::fs::read_to_string(emit::committed()).unwrap_or_default();
    if committed != text {
        let file = emit::FILE;
        manual::print_line(format_args!(
            "{file} is stale: run `cargo xtask openapi emit` and commit it"
        ));
        ending.exit = Exit::Failed;
        ending.reason.push_str(&format!("; {file} is stale"));
    }
    Ok(ending)
}
