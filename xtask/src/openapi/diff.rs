//! `openapi diff`: two documents compared by meaning.

use std::io::{self, Write};

use ::openapi::diff::compare;
use ::openapi::render;

use crate::cli::{Diff, Format};
use crate::exit::{Failure, Outcome};

pub(crate) fn run(arguments: &Diff) -> Outcome {
    let base = super::read(&arguments.base)?;
    let revision = super::read(&arguments.revision)?;
    let diff = compare(&base, &revision);
    let mut out = anstream::stdout().lock();
    let written = match arguments.format {
        Format::Text => render::text::write(&mut out, &diff, base.name(), revision.name()),
        Format::Json => render::json::write(&mut out, &diff, base.name(), revision.name()),
    };
    match written.and_then(|()| out.flush()) {
        // Whoever reads may stop reading; the verdict stands.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::unreadable(
            format!("cannot write the differences: {error}"),
        )),
        _ => Ok(super::exit_of(&diff, arguments.fail_on)),
    }
}
