//! `openapi check`: the emitted document against each published slice, in every class.

use std::path::Path;

use ::openapi::Document;
use ::openapi::diff::{Diff, Options, compare_with};
use ::openapi::published;
use ::openapi::render;

use super::emit;
use super::waivers::Waiving;
use crate::cli::{Check, FailOn};
use crate::exit::{Exit, Failure, Outcome};
use crate::programs::{self, Program};

pub(crate) fn run(arguments: &Check) -> Outcome {
    let waiving = Waiving::by(arguments.waivers.as_deref())?;
    let Some(path) = &arguments.document else {
        let built = programs::build(&[Program::Server])?;
        return emitted_document(&built.server()?, waiving);
    };
    let document = super::input::read(path)?;
    super::refuse_defects(&document)?;
    slices(&document, waiving)
}

/// The document that this server emits, and the file in which it is committed.
pub(crate) fn emitted_document(server: &Path, waiving: Waiving) -> Outcome {
    let text = emit::emitted(server)?;
    let document = super::parse_own("what the server emits", &text)?;
    let of_slices = slices(&document, waiving)?;
    let committed = std::fs::read_to_string(emit::committed()).unwrap_or_default();
    if committed != text {
        anstream::println!(
            "openapi/emitted/server.json is stale: run `cargo xtask openapi emit` and commit it"
        );
        return Ok(Exit::Failed);
    }
    Ok(of_slices)
}

/// Compares the document with each slice in force, for the slice's operations.
fn slices(document: &Document, mut waiving: Waiving) -> Outcome {
    let mut exit = Exit::Success;
    for slice in published::IN_FORCE {
        let options = Options {
            only_operations_of_base: true,
            component_names: true,
        };
        let published = slice.document();
        let mut diff = compare_with(&published, document, options);
        waiving.apply(&mut diff);
        print(&diff, slice.name, document.name())?;
        exit = match (exit, super::exit_of(&diff, FailOn::Docs)) {
            (Exit::Failed, _) | (_, Exit::Failed) => Exit::Failed,
            (worse, Exit::Success) => worse,
            (_, other) => other,
        };
    }
    Ok(waiving.conclude(exit))
}

fn print(diff: &Diff, slice: &str, document: &str) -> Result<(), Failure> {
    if diff.changes.is_empty() {
        anstream::println!("{slice}: no difference to {document}");
        return Ok(());
    }
    render::text::write(&mut anstream::stdout().lock(), diff, slice, document)
        .map_err(|error| Failure::unreadable(format!("cannot write the differences: {error}")))
}
