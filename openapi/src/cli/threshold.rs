//! The exit code of a comparison.

use super::exit::Exit;
use super::options::FailOn;
use crate::diff::{Class, Diff, Level, Policy};

/// Returns the class from which on a comparison fails: as asked on the command line, or by the policy, or breaking; `None`
/// where nothing is to fail.
pub(super) fn threshold(asked: Option<FailOn>, policy: Option<&Policy>) -> Option<Class> {
    match (asked, policy.and_then(Policy::fail_on)) {
        (Some(asked), _) => asked.class(),
        (None, Some(Level::As(class))) => Some(class),
        (None, Some(Level::Off)) => None,
        (None, None) => Some(Class::Breaking),
    }
}

/// Returns the exit code of a comparison. What counts as unproven fails, unless nothing is to fail.
pub(super) fn exit_of(diff: &Diff, threshold: Option<Class>) -> Exit {
    let Some(threshold) = threshold else {
        return Exit::Success;
    };
    let mut counted = diff.counted();
    let mut unproven = false;
    let failed = counted.any(|class| {
        unproven |= class == Class::Unproven;
        class != Class::Unproven && class >= threshold
    });
    match (failed, unproven) {
        (true, _) => Exit::Failed,
        (false, true) => Exit::Unproven,
        (false, false) => Exit::Success,
    }
}
