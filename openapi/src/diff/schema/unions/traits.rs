//! What tells a schema from others: its types, the constants of its properties, what it requires, its title.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::diff::walk::{Node, follow, follow_schema};
use crate::document::Document;

/// What tells a schema from others.
#[derive(Default)]
pub(crate) struct Traits {
    /// The types that it accepts; `None` for all.
    pub(crate) types: Option<BTreeSet<String>>,
    /// The values that it lists, each as JSON.
    pub(crate) values: Option<BTreeSet<String>>,
    /// The values of the properties that have only some, by name.
    constants: BTreeMap<String, BTreeSet<String>>,
    pub(crate) required: BTreeSet<String>,
    pub(crate) properties: BTreeSet<String>,
    pub(crate) title: Option<String>,
}

/// The most references and parts that are followed to find the traits of a schema.
const DEEPEST: usize = 16;

impl Traits {
    /// Collects the traits of a schema, through its references and parts.
    pub(crate) fn of(document: &Document, branch: &Node<'_>) -> Self {
        let mut traits = Self::default();
        traits.collect(document, branch, 0);
        traits
    }

    fn collect(&mut self, document: &Document, node: &Node<'_>, depth: usize) {
        if depth == DEEPEST {
            return;
        }
        let texts = |value: &Value| match value {
            Value::String(text) => vec![text.clone()],
            Value::Array(texts) => (texts.iter())
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
            _ => Vec::new(),
        };
        if let Some(types) = node.value.get("type") {
            let mut types: BTreeSet<String> = texts(types).into_iter().collect();
            if types.remove("integer") {
                types.insert("number".to_owned());
            }
            self.types.get_or_insert(types);
        }
        if let Some(values) = listed(node) {
            self.values.get_or_insert(values);
        }
        if let Some(title) = node.text("title") {
            self.title.get_or_insert_with(|| title.to_owned());
        }
        self.required
            .extend(node.value.get("required").map(texts).into_iter().flatten());
        for (name, property) in node.members_of("properties") {
            self.properties.insert(name.to_owned());
            if let Some(values) = listed(&follow(document, &property)) {
                self.constants.entry(name.to_owned()).or_insert(values);
            }
        }
        let target = follow_schema(document, node);
        if target.pointer != node.pointer {
            self.collect(document, &target, depth + 1);
        }
        for part in node.items_of("allOf") {
            self.collect(document, &part, depth + 1);
        }
    }

    /// Returns whether no value satisfies both schemas.
    pub(crate) fn excludes(&self, other: &Self) -> bool {
        if let (Some(one), Some(other)) = (&self.types, &other.types)
            && one.is_disjoint(other)
        {
            return true;
        }
        // Only objects satisfy both.
        let mut types = [&self.types, &other.types].into_iter().flatten();
        let Some(first) = types.next() else {
            return false;
        };
        let mut common = first
            .iter()
            .filter(|kind| types.clone().all(|types| types.contains(*kind)));
        common.all(|kind| kind == "object")
            && self.constants.iter().any(|(name, values)| {
                let others = other.constants.get(name);
                (self.required.contains(name) || other.required.contains(name))
                    && others.is_some_and(|others| values.is_disjoint(others))
            })
    }

    /// Returns whether both have a property of which they list some of the same values.
    pub(crate) fn shares_constant(&self, other: &Self) -> bool {
        let mut constants = self.constants.iter();
        constants.any(|(name, values)| {
            let others = other.constants.get(name);
            others.is_some_and(|others| !values.is_disjoint(others))
        })
    }

    /// Returns whether at least half of the properties of both are the same.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let common = self.properties.intersection(&other.properties).count();
        common > 0 && 2 * common >= self.properties.len().max(other.properties.len())
    }
}

/// Returns the values that a schema lists, each as JSON; 1 and 1.0 are one value.
fn listed(schema: &Node<'_>) -> Option<BTreeSet<String>> {
    let text = |value: &Value| match value.as_f64() {
        Some(number) => number.to_string(),
        None => value.to_string(),
    };
    match (schema.value.get("const"), schema.value.get("enum")) {
        (Some(only), _) => Some(BTreeSet::from([text(only)])),
        (None, Some(Value::Array(values))) => Some(values.iter().map(text).collect()),
        (None, _) => None,
    }
}
