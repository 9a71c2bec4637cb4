//! The exit code of a comparison.

use super::exit::Exit;
use super::options::FailOn;
use crate::diff::{Class, Diff};

/// Returns the exit code of a comparison. Unproven differences fail, unless nothing is to fail.
pub(super) fn exit_of(diff: &Diff, fail_on: FailOn) -> Exit {
    let threshold = match fail_on {
        FailOn::Breaking => Class::Breaking,
        FailOn::Warning => Class::Warning,
        FailOn::Additive => Class::Additive,
        FailOn::Docs => Class::Docs,
        FailOn::None => return Exit::Success,
    };
    let mut unproven = false;
    for change in diff.counted() {
        if change.class == Class::Unproven {
            unproven = true;
        } else if change.class >= threshold {
            return Exit::Failed;
        }
    }
    if unproven {
        Exit::Unproven
    } else {
        Exit::Success
    }
}
