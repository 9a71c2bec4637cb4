//! `openapi pull`: upstream's slice as it is published today, beside the vendored one.

mod fetch;
mod source;
mod vendored;

use std::time::Duration;

use serde::de::IgnoredAny;

use openapi::Document;
use openapi::diff::{Action, Area, Diff, Kind, Options, compare_with};
use openapi::render;

use crate::cli::Pull;
use crate::emit;
use openapi::cli::{Exit, Failure, Outcome, print};
use source::Source;
use vendored::Vendored;

/// The most that is read of a slice. The vendored one has 10 kB.
const MOST_BYTES: u64 = 4 << 20;

pub(crate) fn run(arguments: &Pull) -> Outcome {
    let source = Source::of(&arguments.from)?;
    let vendored = Vendored::read(arguments.into.as_deref())?;
    let text = source.text(Duration::from_secs(arguments.timeout))?;
    let pulled = slice(&source.to_string(), &text)?;
    if text == vendored.text {
        anstream::println!("{} is what {source} holds", vendored::SLICE);
        return Ok(Exit::Success);
    }
    let options = Options {
        component_names: true,
        ..Options::default()
    };
    let diff = compare_with(&vendored.document, &pulled, options);
    refuse_another(&diff, &source)?;
    print("the differences", |out| {
        render::text::write(out, &diff, vendored::SLICE, &source.to_string())
    })?;
    if !arguments.write {
        anstream::println!(
            "nothing was written: `--write` puts it in place of {}",
            vendored::SLICE
        );
        return Ok(Exit::Failed);
    }
    vendored.replace(&text, &source)?;
    anstream::println!(
        "{} and {} written: now run `cargo xtask test`, and commit both",
        vendored::SLICE,
        vendored::README
    );
    Ok(Exit::Success)
}

/// What upstream publishes, if it is a valid document in JSON, as which it is embedded.
fn slice(name: &str, text: &str) -> Result<Document, Failure> {
    if let Err(error) = serde_json::from_str::<IgnoredAny>(text) {
        return Err(Failure::unreadable(format!(
            "{name} is not JSON, as a published slice is: {error}"
        )));
    }
    emit::parse_complete(name, text)
}

/// Refuses a document that does not hold what the vendored slice is about: another page's, say.
fn refuse_another(diff: &Diff, source: &Source) -> Result<(), Failure> {
    let gone = diff.changes.iter().find(|change| {
        (change.rule.area, change.rule.kind, change.rule.action)
            == (Area::Operation, Kind::Whole, Action::Removed)
    });
    match gone {
        None => Ok(()),
        Some(change) => Err(Failure::unreadable(format!(
            "{source} does not hold {}, which {} is about: check the address; if upstream has \
             withdrawn the operation, replacing the slice is not the answer",
            change.operations.join(", "),
            vendored::SLICE
        ))),
    }
}
