//! The classes of changes, and how many there are of each.

use crate::diff::{Change, Class, Diff};

/// Every class, the gravest first: the order of all reports.
pub(super) const CLASSES: [Class; 4] = [
    Class::Breaking,
    Class::Unproven,
    Class::Additive,
    Class::Docs,
];

/// Returns the class as a heading.
pub(super) fn title(class: Class) -> &'static str {
    match class {
        Class::Breaking => "Breaking",
        Class::Unproven => "Unproven",
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

/// Returns `3 breaking, 1 docs, 1 waived`: the classes of the changes that count, the gravest first, and how many are
/// waived; empty when there is no change.
pub(super) fn summary(diff: &Diff) -> String {
    let of_classes = CLASSES.into_iter().map(|class| {
        let counted = of_class(diff, class).filter(|change| change.waived.is_none());
        (counted.count(), class.name())
    });
    let waived = diff.changes.len() - diff.counted().count();
    let counts = of_classes
        .chain([(waived, "waived")])
        .filter(|&(count, _)| count > 0)
        .map(|(count, name)| format!("{count} {name}"));
    counts.collect::<Vec<_>>().join(", ")
}
