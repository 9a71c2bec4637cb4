//! `list`: documents with their operations and hashes.

use std::io::{self, Write};

use manual::Lines;
use serde::Serialize;

use super::exit::{Exit, Outcome};
use super::options::{List, ListFormat};
use super::output::{columns, print};
use crate::{Document, published, sha256_hex};

/// The published slices and, in the workspace, the document that the server emits.
#[derive(Debug, Serialize)]
pub struct Listing {
    slices: Vec<Slice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    emitted: Option<Listed>,
}

#[derive(Debug, Serialize)]
struct Slice {
    /// Whether the emitted document must agree with it.
    in_force: bool,
    #[serde(flatten)]
    listed: Listed,
}

#[derive(Debug, Serialize)]
struct Listed {
    /// The path from the workspace's folder; of an embedded slice, its name.
    file: String,
    sha256: String,
    operations: Vec<Operation>,
}

#[derive(Debug, Serialize)]
struct Operation {
    method: String,
    path: String,
    #[serde(rename = "operationId")]
    id: Option<String>,
}

/// Prints the embedded slices.
///
/// # Errors
///
/// [`Failure`](super::Failure), when standard output cannot be written to.
pub fn run(arguments: &List) -> Outcome {
    Listing::of_slices("").print(arguments.format)
}

impl Listing {
    /// Lists the published slices, each name after this prefix.
    #[must_use]
    pub fn of_slices(prefix: &str) -> Self {
        let slices = published::ALL.iter().map(|slice| Slice {
            in_force: published::IN_FORCE.contains(slice),
            listed: Listed::new(
                format!("{prefix}{}", slice.name),
                slice.text,
                &slice.document(),
            ),
        });
        Self {
            slices: slices.collect(),
            emitted: None,
        }
    }

    /// Adds the document that the server emits, with its file's text.
    #[must_use]
    pub fn with_emitted(mut self, file: &str, text: &str, document: &Document) -> Self {
        self.emitted = Some(Listed::new(file.to_owned(), text, document));
        self
    }

    /// Prints the list.
    ///
    /// # Errors
    ///
    /// [`Failure`](super::Failure), when standard output cannot be written to.
    pub fn print(&self, format: ListFormat) -> Outcome {
        print("the list", |out| match format {
            ListFormat::Text => self.text(&mut Lines::new(out, columns(None))),
            ListFormat::Json => {
                serde_json::to_writer_pretty(&mut *out, self)?;
                writeln!(out)
            }
        })?;
        Ok(Exit::Success)
    }

    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        for slice in &self.slices {
            let status = if slice.in_force {
                "a slice in force"
            } else {
                "a slice, no longer in force"
            };
            slice.listed.text(out, status)?;
        }
        match &self.emitted {
            Some(emitted) => emitted.text(out, "what the server emits"),
            None => Ok(()),
        }
    }
}

impl Listed {
    fn new(file: String, text: &str, document: &Document) -> Self {
        let operations = document.operations().into_iter();
        Self {
            file,
            sha256: sha256_hex(text),
            operations: operations
                .map(|operation| Operation {
                    method: operation.method,
                    path: operation.path,
                    id: operation.id,
                })
                .collect(),
        }
    }

    fn text(&self, out: &mut dyn Write, status: &str) -> io::Result<()> {
        let bold = anstyle::Style::new().bold();
        writeln!(out, "{bold}{}{bold:#}: {status}", self.file)?;
        writeln!(out, "    sha256 {}", self.sha256)?;
        for operation in &self.operations {
            write!(out, "    {} {}", operation.method, operation.path)?;
            match &operation.id {
                Some(id) => writeln!(out, " ({id})")?,
                None => writeln!(out)?,
            }
        }
        Ok(())
    }
}
