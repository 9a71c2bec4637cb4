//! `suggest`: the version that the changes ask for.

use manual::Lines;

use super::comparison::Session;
use super::exit::{Ending, Exit, Outcome};
use super::options::{ListFormat, Suggest};
use super::output::{columns, print};
use crate::render::version;

/// Compares the two documents that the command line names, and writes the version that the revision must have.
///
/// # Errors
///
/// [`Failure`](super::Failure), when a document, the policy, the waivers or the command line is invalid.
pub fn run(arguments: &Suggest) -> Outcome {
    let (session, comparison) = Session::pair(&arguments.documents)?;
    let report = comparison.report();
    let suggestion = version::suggestion(&report);
    print("the suggestion", |out| match arguments.format {
        ListFormat::Text => {
            let lines = &mut Lines::new(out, columns(None));
            version::write_text(lines, &report, &suggestion)
        }
        ListFormat::Json => version::write_json(out, &report, &suggestion),
    })?;
    let (exit, reason) = match (arguments.check, suggestion.is_met) {
        (false, _) => (Exit::Success, "written"),
        (true, true) => (Exit::Success, "the version of the revision is enough"),
        (true, false) => (Exit::Failed, "the version of the revision is not enough"),
    };
    let reason = reason.to_owned();
    let ending = session.waivers.report_stale(Ending { exit, reason });
    match arguments.format {
        ListFormat::Text => ending.print(),
        ListFormat::Json => {}
    }
    Ok(ending.exit)
}
