//! The changes of a report in groups: by class, by the operations that they reach, or by the component that they are in.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::hash::Hash;

use super::counts::{self, CLASSES};
use super::report::{Grouping, Place, Report};
use crate::diff::{Change, Class};
use crate::pointer;

/// How many operations of a group are in its title.
const NAMED: usize = 3;

/// The title of a group: names from the documents, and words.
#[derive(Debug, Default)]
pub(super) struct Title {
    pub(super) names: Vec<String>,
    pub(super) words: String,
}

/// Changes with something in common, the gravest first.
pub(super) struct Group<'a> {
    pub(super) title: Title,
    /// The class of the gravest change.
    pub(super) class: Class,
    pub(super) changes: Vec<(&'a Change, Place<'a>)>,
}

/// Returns the groups of a report, the one with the gravest change first. What belongs to no operation, or to no component, comes
/// last.
pub(super) fn groups<'a>(report: &Report<'a>) -> Vec<Group<'a>> {
    let placed = report.placed();
    match report.grouping {
        Grouping::Class => {
            let of_class = |class| {
                let changes = placed.iter().filter(|(change, _)| change.class == class);
                Group {
                    title: Title::of_class(class),
                    class,
                    changes: changes.copied().collect(),
                }
            };
            let groups = CLASSES.into_iter().map(of_class);
            groups.filter(|group| !group.changes.is_empty()).collect()
        }
        Grouping::Operation => finished(
            by_key(placed, |(change, _)| change.operations.as_slice()),
            |operations| Title::of_operations(operations),
            |operations| operations.is_empty(),
        ),
        Grouping::Component => finished(
            by_key(placed, |(change, _)| component(&change.location)),
            |name| Title::of_component(name.as_deref()),
            Option::is_none,
        ),
    }
}

/// Returns the items that have the same key together, in the order in which the keys were found.
pub(super) fn by_key<T, K: Eq + Hash + Clone>(
    items: impl IntoIterator<Item = T>,
    key_of: impl Fn(&T) -> K,
) -> Vec<(K, Vec<T>)> {
    let mut groups: Vec<(K, Vec<T>)> = Vec::new();
    let mut places: HashMap<K, usize> = HashMap::new();
    for item in items {
        let key = key_of(&item);
        let place = *places.entry(key.clone()).or_insert(groups.len());
        match groups.get_mut(place) {
            Some((_, group)) => group.push(item),
            None => groups.push((key, vec![item])),
        }
    }
    groups
}

fn finished<'a, K>(
    groups: Vec<(K, Vec<(&'a Change, Place<'a>)>)>,
    title: impl Fn(&K) -> Title,
    is_rest: impl Fn(&K) -> bool,
) -> Vec<Group<'a>> {
    let mut groups: Vec<(bool, Group<'a>)> = (groups.into_iter())
        .filter_map(|(key, changes)| {
            let class = changes.iter().map(|(change, _)| change.class).max()?;
            let group = Group {
                title: title(&key),
                class,
                changes,
            };
            Some((is_rest(&key), group))
        })
        .collect();
    groups.sort_by_key(|(is_rest, group)| (*is_rest, Reverse(group.class)));
    groups.into_iter().map(|(_, group)| group).collect()
}

impl Title {
    fn of_class(class: Class) -> Self {
        Self {
            words: counts::title(class).to_owned(),
            ..Self::default()
        }
    }

    /// Names the first operations, and counts the others.
    pub(super) fn of_operations(operations: &[String]) -> Self {
        let names = operations.iter().take(NAMED).cloned().collect();
        let words = match operations.len().saturating_sub(NAMED) {
            0 if operations.is_empty() => "The document".to_owned(),
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        Self { names, words }
    }

    fn of_component(name: Option<&str>) -> Self {
        match name {
            Some(name) => Self {
                names: vec![name.to_owned()],
                words: String::new(),
            },
            None => Self {
                words: "Outside of components".to_owned(),
                ..Self::default()
            },
        }
    }

    /// Returns the title as plain text.
    pub(super) fn text(&self) -> String {
        self.names.join(", ") + &self.words
    }
}

/// Returns the component that a pointer leads into: `schemas/Order`, or the file that the document refers to.
fn component(location: &str) -> Option<String> {
    let mut tokens = pointer::tokens(location);
    let first = tokens.next()?;
    let mut next = || tokens.next().map(Cow::into_owned);
    match first.as_ref() {
        "components" => Some(format!("{}/{}", next()?, next()?)),
        // Where Swagger 2.0 has them.
        "definitions" | "parameters" | "responses" | "securityDefinitions" => {
            Some(format!("{first}/{}", next()?))
        }
        "$files" => next(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::component;

    #[test]
    fn components_are_named_by_kind_and_name() {
        for (location, expected) in [
            (
                "/components/schemas/Order/properties/id",
                Some("schemas/Order"),
            ),
            ("/definitions/Order/type", Some("definitions/Order")),
            (
                "/$files/schemas~1order.yaml/Order",
                Some("schemas/order.yaml"),
            ),
            ("/paths/~1orders/get", None),
            ("/components", None),
            ("", None),
        ] {
            assert_eq!(component(location).as_deref(), expected, "{location}");
        }
    }
}
