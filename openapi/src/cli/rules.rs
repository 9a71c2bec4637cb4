//! `rules`: the rules that a comparison can report.

use super::exit::{Exit, Outcome};
use super::options::{Rules, RulesFormat};
use super::output::print;
use crate::{diff, render};

/// Prints every rule.
///
/// # Errors
///
/// [`Failure`](super::Failure), when standard output cannot be written to.
pub fn run(arguments: &Rules) -> Outcome {
    let rules = diff::rules();
    print("the rules", |out| match arguments.format {
        RulesFormat::Text => render::rules::text(out, &rules),
        RulesFormat::Json => render::rules::json(out, &rules),
        RulesFormat::Markdown => render::rules::markdown(out, &rules),
    })?;
    Ok(Exit::Success)
}
