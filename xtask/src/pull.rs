//! `openapi pull`: upstream's slice as published today, compared with the vendored one.

mod fetch;
mod limit;
mod source;
mod vendored;

use std::time::Duration;

use openapi::Document;
use openapi::cli::{Exit, Failure, Outcome, print};
use openapi::diff::{Action, Area, Diff, Kind, Options, compare_with};
use openapi::document::Version;
use openapi::render;
use serde::de::IgnoredAny;

use crate::cli::Pull;
use crate::emit;
use source::Source;
use vendored::Vendored;

pub(crate) fn run(arguments: &Pull) -> Outcome {
    let source = Source::parse(&arguments.from)?;
    let vendored = Vendored::read(arguments.into.as_deref())?;
    let text = source.text(Duration::from_secs(arguments.timeout))?;
    let pulled = slice(&source.to_string(), &text)?;
    if text == vendored.text {
        manual::print_line(format_args!("{} is the same as {source}", vendored::SLICE));
        return Ok(Exit::Success);
    }
    let options = Options {
        component_names: true,
        ..Options::default()
    };
    let diff = compare_with(&vendored.document, &pulled, options);
    refuse_another(&diff, &source)?;
    print("the differences", |out| {
        let report = render::Report {
            diff: &diff,
            base: &vendored.document,
            revision: &pulled,
            file: None,
            policy: None,
            grouping: render::Grouping::default(),
        };
        render::text::write(out, &report)
    })?;
    if !arguments.write {
        manual::print_line(format_args!(
            "nothing was written: `--write` replaces {}",
            vendored::SLICE
        ));
        return Ok(Exit::Failed);
    }
    vendored.replace(&text, &source)?;
    manual::print_line(format_args!(
        "{} and {} written: now run `cargo xtask test`, and commit both",
        vendored::SLICE,
        vendored::README
    ));
    Ok(Exit::Success)
}

/// Parses what upstream publishes. It must be a valid document in JSON, because it is embedded as such.
fn slice(name: &str, text: &str) -> Result<Document, Failure> {
    if let Err(error) = serde_json::from_str::<IgnoredAny>(text) {
        return Err(Failure::unreadable(format!(
            "{name} is not JSON, as a published slice is: {error}"
        )));
    }
    let document = emit::parse_complete(name, text)?;
    match document.version() {
        Version::V2_0 => Err(Failure::unreadable(format!(
            "{name} is a document of Swagger 2.0, which the suite does not read: a slice is OpenAPI 3"
        ))),
        Version::V3_0 | Version::V3_1 | Version::V3_2 => Ok(document),
    }
}

/// Refuses a document without the operation of the vendored slice, such as the document of another page.
fn refuse_another(diff: &Diff, source: &Source) -> Result<(), Failure> {
    let removed = diff.changes.iter().find(|change| {
        (change.rule.area, change.rule.kind, change.rule.action)
            == (Area::Operation, Kind::Whole, Action::Removed)
    });
    match removed {
        None => Ok(()),
        Some(change) => Err(Failure::unreadable(format!(
            "{source} does not have {}, the operation of {}: check the address; if upstream has \
             withdrawn the operation, do not replace the slice",
            change.operations.join(", "),
            vendored::SLICE
        ))),
    }
}
