//! `openapi list`: the published slices and the emitted document, with their operations and hashes.

use std::io::{self, Write};

use serde::Serialize;

use ::openapi::{Document, published};

use super::emit;
use crate::cli::{List, ListFormat};
use crate::exit::{Exit, Failure, Outcome};

#[derive(Serialize)]
struct Listing {
    slices: Vec<Slice>,
    /// Only in the workspace.
    #[serde(skip_serializing_if = "Option::is_none")]
    emitted: Option<Listed>,
}

#[derive(Serialize)]
struct Slice {
    /// Whether the emitted document must agree with it.
    in_force: bool,
    #[serde(flatten)]
    listed: Listed,
}

#[derive(Serialize)]
struct Listed {
    /// The path from the workspace's folder; of an embedded slice, its name.
    file: String,
    sha256: String,
    operations: Vec<Operation>,
}

#[derive(Serialize)]
struct Operation {
    method: String,
    path: String,
    #[serde(rename = "operationId")]
    id: Option<String>,
}

/// Lists the slices and the emitted document, which lies in the workspace.
pub(crate) fn run(arguments: &List) -> Outcome {
    let listing = Listing {
        slices: slices("openapi/published/"),
        emitted: Some(emitted()?),
    };
    put(arguments.format, &listing)
}

/// Lists the slices that are embedded in the program.
pub(crate) fn embedded(arguments: &List) -> Outcome {
    let listing = Listing {
        slices: slices(""),
        emitted: None,
    };
    put(arguments.format, &listing)
}

fn put(format: ListFormat, listing: &Listing) -> Outcome {
    super::print("the list", |out| match format {
        ListFormat::Text => text(out, listing),
        ListFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, listing)?;
            writeln!(out)
        }
    })?;
    Ok(Exit::Success)
}

fn slices(folder: &str) -> Vec<Slice> {
    let slices = published::ALL.iter().map(|slice| Slice {
        in_force: published::IN_FORCE.contains(slice),
        listed: listed(
            format!("{folder}{}", slice.name),
            slice.text,
            &slice.document(),
        ),
    });
    slices.collect()
}

fn emitted() -> Result<Listed, Failure> {
    let name = emit::FILE;
    let text = std::fs::read_to_string(emit::committed()).map_err(|error| {
        Failure::unreadable(format!(
            "cannot read {name}: {error}: write it by `cargo xtask openapi emit`"
        ))
    })?;
    let document = super::parse(name, &text)?;
    Ok(listed(name.to_owned(), &text, &document))
}

fn listed(file: String, text: &str, document: &Document) -> Listed {
    let operations = document.operations().into_iter();
    Listed {
        file,
        sha256: published::sha256(text),
        operations: operations
            .map(|operation| Operation {
                method: operation.method,
                path: operation.path,
                id: operation.id,
            })
            .collect(),
    }
}

fn text(out: &mut dyn Write, listing: &Listing) -> io::Result<()> {
    for slice in &listing.slices {
        let standing = if slice.in_force {
            "a slice in force"
        } else {
            "a slice, no longer in force"
        };
        entry(out, standing, &slice.listed)?;
    }
    match &listing.emitted {
        Some(emitted) => entry(out, "what the server emits", emitted),
        None => Ok(()),
    }
}

fn entry(out: &mut dyn Write, standing: &str, listed: &Listed) -> io::Result<()> {
    let bold = anstyle::Style::new().bold();
    writeln!(out, "{bold}{}{bold:#}: {standing}", listed.file)?;
    writeln!(out, "    sha256 {}", listed.sha256)?;
    for operation in &listed.operations {
        write!(out, "    {} {}", operation.method, operation.path)?;
        match &operation.id {
            Some(id) => writeln!(out, " ({id})")?,
            None => writeln!(out)?,
        }
    }
    Ok(())
}
