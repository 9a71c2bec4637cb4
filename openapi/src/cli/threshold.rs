//! The exit code of comparisons, and its reason.

use super::exit::{Ending, Exit};
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
fn exit_of(diff: &Diff, threshold: Option<Class>) -> Exit {
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

/// A comparison with the class from which on it fails.
pub(super) type Judged<'a> = (&'a Diff, Option<Class>);

/// Returns how a command ends that made these comparisons.
pub(super) fn judge(comparisons: &[Judged<'_>]) -> Ending {
    let exits = comparisons.iter();
    let exits = exits.map(|(diff, threshold)| exit_of(diff, *threshold));
    let exit = exits.fold(Exit::Success, Exit::or_worse);
    let count = |decides: fn(Class, Class) -> bool| -> usize {
        let compared = comparisons.iter();
        let compared = compared.filter_map(|(diff, threshold)| Some((diff, (*threshold)?)));
        compared
            .map(|(diff, threshold)| {
                let counted = diff.counted();
                counted.filter(|class| decides(*class, threshold)).count()
            })
            .sum()
    };
    let reason = match exit {
        Exit::Failed => {
            let failed = count(|class, from| class != Class::Unproven && class >= from);
            format!("{} {}", changes(failed), threshold_of(comparisons))
        }
        Exit::Unproven => {
            let unproven = count(|class, _| class == Class::Unproven);
            format!("{} unproven", changes(unproven))
        }
        Exit::Success | Exit::Usage | Exit::Unreadable => {
            if comparisons.iter().all(|(_, threshold)| threshold.is_none()) {
                "nothing is to fail".to_owned()
            } else {
                format!("no change is {}", threshold_of(comparisons))
            }
        }
    };
    Ending { exit, reason }
}

fn changes(count: usize) -> String {
    match count {
        1 => "1 change is".to_owned(),
        many => format!("{many} changes are"),
    }
}

/// Names the threshold that all comparisons have. Their policies may differ.
fn threshold_of(comparisons: &[Judged<'_>]) -> String {
    let thresholds = comparisons.iter().filter_map(|(_, threshold)| *threshold);
    let mut thresholds: Vec<Class> = thresholds.collect();
    thresholds.dedup();
    match thresholds.as_slice() {
        [Class::Breaking] => Class::Breaking.name().to_owned(),
        [class] => format!("at or above {}", class.name()),
        _ => "at or above the threshold".to_owned(),
    }
}
