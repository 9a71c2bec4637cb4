//! `openapi list`: the published slices and the emitted document.

use openapi::cli::list::Listing;
use openapi::cli::options::List;
use openapi::cli::{Failure, Outcome, parse};

use crate::emit;

pub(crate) fn run(arguments: &List) -> Outcome {
    let name = emit::FILE;
    let text = std::fs::read_to_string(emit::committed()).map_err(|error| {
        Failure::unreadable(format!(
            "cannot read {name}: {error}: write it with `cargo xtask openapi emit`"
        ))
    })?;
    let document = parse(name, &text)?;
    Listing::of_slices("openapi/published/")
        .with_emitted(name, &text, &document)
        .print(arguments.format)
}
