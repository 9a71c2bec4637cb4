//! `changelog`: what a client developer reads of a comparison.

use super::comparison::Session;
use super::exit::{Ending, Exit, Outcome};
use super::options::{Changelog, ChangelogFormat};
use super::output::write_to;
use crate::render::changelog;

/// Compares the two documents that the command line names, and writes the changelog.
///
/// # Errors
///
/// [`Failure`](super::Failure), when a document, the policy, the waivers or the command line is invalid.
pub fn run(arguments: &Changelog) -> Outcome {
    let (session, comparison) = Session::pair(&arguments.documents)?;
    let report = comparison.report();
    write_to(
        arguments.output.as_deref(),
        "the changelog",
        |out| match arguments.format {
            ChangelogFormat::Markdown => changelog::write_markdown(out, &report),
            ChangelogFormat::Html => changelog::write_html(out, &report),
        },
    )?;
    let ending = session.waivers.report_stale(Ending {
        exit: Exit::Success,
        reason: "written".to_owned(),
    });
    // On standard output the changelog is all there is: it is redirected to a file.
    if arguments.output.is_some() {
        ending.print();
    }
    Ok(ending.exit)
}
