//! The main job.

use crate::cli::Verify;
use crate::exit::{Exit, Outcome};
use crate::openapi::check;

pub(crate) fn run(_arguments: &Verify) -> Outcome {
    check::emitted_document()?;
    Ok(Exit::Success)
}
