//! `openapi emit`: the document that the server emits, written to the committed file.

use std::path::{Path, PathBuf};

use openapi::Document;
use openapi::cli::{Exit, Failure, Outcome, parse, refuse_defects};

use crate::programs::{self, Program};

/// The committed file, from the workspace's folder: a review shows the change of the contract beside the
/// change of the code.
pub(crate) const FILE: &str = "openapi/emitted/server.json";

/// Returns the path of the committed file.
pub(crate) fn committed() -> PathBuf {
    programs::workspace_root().join(FILE)
}

/// Returns the document that this server emits, as text.
pub(crate) fn emitted(server: &Path) -> Result<String, Failure> {
    programs::output(server, &["openapi"])
}

/// Parses a document that is to be published, and checks it against the whole specification.
pub(crate) fn parse_complete(name: &str, text: &str) -> Result<Document, Failure> {
    let document = parse(name, text)?;
    refuse_defects(&document)?;
    Ok(document)
}

pub(crate) fn run() -> Outcome {
    let text = emitted(&programs::build(&[Program::Server])?.server()?)?;
    parse_complete("what the server emits", &text)?;
    let path = committed();
    let unchanged = std::fs::read_to_string(&path).is_ok_and(|old| old == text);
    if unchanged {
        manual::print_line(format_args!("{FILE} is fresh"));
        return Ok(Exit::Success);
    }
    std::fs::write(&path, text).map_err(|error| {
        Failure::unreadable(format!("cannot write {}: {error}", path.display()))
    })?;
    manual::print_line(format_args!("{FILE} written"));
    Ok(Exit::Success)
}
