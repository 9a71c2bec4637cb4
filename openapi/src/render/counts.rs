//! The classes of changes, and how many there are of each.

use crate::diff::{Change, Class, Diff};

/// Every class, the gravest first: the order of all reports.
pub(super) const CLASSES: [Class; 5] = [
    Class::Breaking,
    Class::Unproven,
    Class::Warning,
    Class::Additive,
    Class::Docs,
];

/// Returns the class as a heading.
pub(super) fn title(class: Class) -> &'static str {
    match class {
        Class::Breaking => "Breaking",
        Class::Unproven => "Unproven",
        Class::Warning => "Warning",
        Class::Additive => "Additive",
        Class::Docs => "Docs",
    }
}

/// How many operations of a change are listed before the others are folded.
pub(super) const OPERATIONS: usize = 10;

/// Returns the changes of a class, in the comparison's order.
pub(super) fn of_class(diff: &Diff, class: Class) -> impl Iterator<Item = &Change> {
    diff.changes
        .iter()
        .filter(move |change| change.class == class)
}

/// Returns `and in 3 more places`; `None` when the change has one place.
pub(super) fn more_places(change: &Change) -> Option<String> {
    match change.more_places.len() {
        0 => None,
        1 => Some("and in 1 more place".to_owned()),
        more => Some(format!("and in {more} more places")),
    }
}

/// Returns how many changes of each class count, the gravest first, and how many are waived.
pub(super) fn counts(diff: &Diff) -> [(&'static str, usize); CLASSES.len() + 1] {
    let mut counts = [("waived", 0); CLASSES.len() + 1];
    for (count, class) in counts.iter_mut().zip(CLASSES) {
        let counted = of_class(diff, class).filter(|change| change.waived.is_none());
        *count = (class.name(), counted.count());
    }
    counts[CLASSES.len()].1 = diff.changes.len() - diff.counted().count();
    counts
}

/// Returns `3 breaking, 1 docs, 1 waived`: the classes of the changes that count, the gravest first, and how many are
/// waived; empty when there is no change.
pub(super) fn summary(diff: &Diff) -> String {
    let counts = counts(diff).into_iter();
    let counts = counts.filter(|&(_, count)| count > 0);
    let counts = counts.map(|(name, count)| format!("{count} {name}"));
    counts.collect::<Vec<_>>().join(", ")
}
