//! The classes of changes, and how many there are of each.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::report::Report;
use crate::diff::{Change, Class, Diff, Level, Verdict};

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

/// Returns how many changes count as each class, the gravest first, how many are waived, and how many the policy lets
/// pass.
pub(super) fn counts(diff: &Diff) -> [(&'static str, usize); CLASSES.len() + 2] {
    let mut counts = [("", 0); CLASSES.len() + 2];
    for (count, class) in counts.iter_mut().zip(CLASSES) {
        let of_class = diff.counted().filter(|counted| *counted == class);
        *count = (class.name(), of_class.count());
    }
    let (waived, others): (Vec<_>, Vec<_>) =
        (diff.changes.iter()).partition(|change| change.waived.is_some());
    let passed = others.iter().filter(|change| change.counts_as().is_none());
    counts[CLASSES.len()] = ("waived", waived.len());
    counts[CLASSES.len() + 1] = (Level::Off.name(), passed.count());
    counts
}

/// Returns `3 breaking, 1 docs, 1 waived`: the classes as which changes count, the gravest first, and how many do not
/// count; empty when there is no change.
pub(super) fn summary(diff: &Diff) -> String {
    let counts = counts(diff).into_iter();
    let counts = counts.filter(|&(_, count)| count > 0);
    let counts = counts.map(|(name, count)| match name {
        "off" => format!("{count} off by policy"),
        name => format!("{count} {name}"),
    });
    let left_out = (diff.left_out > 0).then(|| left_out(diff));
    let all: Vec<_> = counts.chain(left_out).collect();
    all.join(", ")
}

/// Returns how many changes are outside of the selection.
pub(super) fn left_out(diff: &Diff) -> String {
    format!("{} left out as not selected", diff.left_out)
}

/// Returns the verdict on several comparisons, and how many have which: `3 documents: 1 breaking, 2 identical`.
pub(super) fn of_all(reports: &[Report<'_>]) -> (Verdict, String) {
    let mut counts: BTreeMap<Reverse<Verdict>, usize> = BTreeMap::new();
    for report in reports {
        *counts.entry(Reverse(report.diff.verdict())).or_default() += 1;
    }
    let gravest = counts
        .keys()
        .next()
        .map_or(Verdict::Identical, |verdict| verdict.0);
    let each = counts
        .iter()
        .map(|(verdict, count)| format!("{count} {}", verdict.0.name()));
    let each: Vec<_> = each.collect();
    let documents = match reports.len() {
        1 => "1 document".to_owned(),
        many => format!("{many} documents"),
    };
    (gravest, format!("{documents}: {}", each.join(", ")))
}

/// Returns the comparisons that found something, the gravest first.
pub(super) fn differing<'r, 'a>(reports: &'r [Report<'a>]) -> Vec<&'r Report<'a>> {
    let differ = |report: &&Report<'_>| report.diff.verdict() != Verdict::Identical;
    let mut differing: Vec<_> = reports.iter().filter(differ).collect();
    differing.sort_by_key(|report| Reverse(report.diff.verdict()));
    differing
}

/// Returns the name of the policy's file, and its threshold, on which the exit code depends, as a text that follows it.
pub(super) fn policy<'a>(report: &Report<'a>) -> Option<(&'a str, String)> {
    let policy = report.policy?;
    let fail_on = policy.fail_on().map(|level| match level {
        Level::Off => ", which fails nothing".to_owned(),
        Level::As(class) => format!(", which fails from {} on", class.name()),
    });
    Some((policy.name(), fail_on.unwrap_or_default()))
}

/// Returns how a change counts, where the policy decides that, and the setting that says so: `let pass by policy`,
/// `rules.response-type-changed in oasproof.toml`.
pub(super) fn decided(change: &Change) -> Option<(String, &str)> {
    let ruling = change.policy.as_ref()?;
    let how = match ruling.level {
        Level::Off => "let pass by policy".to_owned(),
        Level::As(class) => format!("{} by policy", class.name()),
    };
    Some((how, &ruling.why))
}
