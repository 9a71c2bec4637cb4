//! A schema without its layers: what is only a way of writing it is taken off.
//!
//! `allOf`, `anyOf` or `oneOf` of one schema, null as one of the alternatives, null as one of the types: each is a
//! layer around a core. Annotations on a layer belong to the whole; those of an outer layer take precedence.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::diff::schema::annotations::collected::{Annotations, collect};
use crate::diff::schema::assertions::assertions;
use crate::diff::walk::{Node, follow_schema};
use crate::document::Document;
use crate::keywords;

/// The keywords that apply to null as to any value, but those that list values.
const MAY_REJECT_NULL: &[&str] = &[
    "$ref",
    "$dynamicRef",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
];

/// A schema as its layers and its core.
#[derive(Debug, Clone)]
pub(crate) struct Layers<'a> {
    /// The annotations of the layers.
    pub(crate) annotations: Annotations<'a>,
    /// Whether a layer accepts null.
    pub(crate) null: bool,
    /// Whether null may be rejected all the same: as what both alternatives of a `oneOf` accept, or by keywords beside
    /// the types.
    pub(crate) may_reject_null: bool,
    /// The schema within all layers, perhaps a reference.
    pub(crate) core: Node<'a>,
    /// Whether null is removed from the core's types, since a layer accepts it.
    pub(crate) types_without_null: bool,
    /// The pointers to the references that were followed on the way to the core.
    followed: BTreeSet<String>,
}

impl<'a> Layers<'a> {
    /// Takes the layers off, up to the first reference.
    pub(crate) fn of(node: Node<'a>) -> Self {
        let mut layers = Self::bare(node);
        layers.peel();
        layers
    }

    /// Returns whether the core is a reference that may be followed: nothing beside it is lost, and it was not followed
    /// before, since a schema may only refer to itself.
    pub(crate) fn is_reference(&self) -> bool {
        !self.followed.contains(&self.core.pointer)
            && assertions(&self.core)
                .is_some_and(|keys| keys == ["$ref"] && self.core.value["$ref"].is_string())
    }

    /// Follows the reference that the core is, and takes off the layers of its target.
    pub(crate) fn through(mut self, document: &'a Document) -> Self {
        collect(&self.core, &mut self.annotations);
        self.followed.insert(self.core.pointer.clone());
        self.core = follow_schema(document, &self.core);
        self.peel();
        self
    }

    /// Returns a schema as it is written, with no layer taken off.
    pub(crate) fn bare(core: Node<'a>) -> Self {
        Self {
            annotations: Annotations::new(),
            null: false,
            may_reject_null: false,
            core,
            types_without_null: false,
            followed: BTreeSet::new(),
        }
    }

    fn peel(&mut self) {
        while let Some(inner) = self.inner() {
            collect(&self.core, &mut self.annotations);
            self.core = inner;
        }
        let types = self.core.value.get("type").and_then(Value::as_array);
        let fixed = ["enum", "const"]
            .iter()
            .any(|key| self.core.value.get(key).is_some());
        if let Some(types) = types
            && types.len() > 1
            && types.contains(&Value::from("null"))
            && !fixed
        {
            self.null = true;
            self.types_without_null = true;
            // What is beside the types may reject null: only the validator knows.
            self.may_reject_null |= MAY_REJECT_NULL
                .iter()
                .any(|key| self.core.value.get(key).is_some());
        }
        // With more alternatives than one, null is left among them.
        if let Some(["anyOf" | "oneOf"]) = assertions(&self.core).as_deref() {
            let branches = self.core.members().into_iter();
            let branches = branches.filter(|(key, _)| matches!(*key, "anyOf" | "oneOf"));
            self.null |= branches
                .flat_map(|(_, list)| list.items())
                .any(|branch| is_null(branch.value));
        }
    }

    /// Returns the schema inside the core, when the core only wraps it; records null on the way.
    fn inner(&mut self) -> Option<Node<'a>> {
        let keys = assertions(&self.core)?;
        let [keyword @ ("allOf" | "anyOf" | "oneOf")] = keys[..] else {
            return None;
        };
        let mut branches = self.core.get(keyword)?.items();
        if branches.len() == 1 {
            return branches.pop();
        }
        if keyword == "allOf" || branches.len() != 2 {
            return None;
        }
        let null = branches.iter().position(|branch| is_null(branch.value))?;
        let other = branches.swap_remove(1 - null);
        // Exactly one of two: null is accepted only if the other schema does not accept it as well. That is known
        // here of schemas with types; a reference is assumed to lead to one, which is checked before null is
        // reported.
        if keyword == "oneOf" && admits_null(other.value) {
            return None;
        }
        self.null = true;
        self.may_reject_null |= keyword == "oneOf";
        Some(other)
    }

    /// Returns the core without what the layers say of null.
    pub(crate) fn without_null(&self) -> Value {
        let mut schema = self.core.value.clone();
        for keyword in ["anyOf", "oneOf"] {
            let branches = schema.get_mut(keyword).and_then(Value::as_array_mut);
            if let Some(branches) = branches.filter(|_| self.null) {
                branches.retain(|branch| !is_null(branch));
            }
        }
        if self.types_without_null
            && let Some(Value::Array(types)) = schema.get_mut("type")
        {
            types.retain(|kind| kind != "null");
        }
        schema
    }
}

/// Returns whether the schema accepts null and nothing else.
pub(crate) fn is_null(schema: &Value) -> bool {
    let one_type = match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.len() == 1 && kinds[0] == "null",
        kind => kind == Some(&Value::from("null")),
    };
    let constant = schema.get("const").is_some_and(Value::is_null);
    if let Some(only) = only_branch(schema) {
        return is_null(only);
    }
    let object = schema.as_object();
    object.is_some_and(|object| {
        let asserted = object
            .keys()
            .filter(|key| !keywords::is_annotation(key))
            .count();
        asserted == 1 && (one_type || constant)
    })
}

/// Returns whether null is among the types of a schema.
fn admits_null(schema: &Value) -> bool {
    match schema.get("type") {
        Some(Value::Array(types)) => types.contains(&Value::from("null")),
        Some(Value::String(kind)) => kind == "null",
        _ => match only_branch(schema) {
            Some(branch) => admits_null(branch),
            None => schema.get("$ref").is_none(),
        },
    }
}

/// Returns the only schema of an `allOf`, `anyOf` or `oneOf` beside which nothing is asserted.
fn only_branch(schema: &Value) -> Option<&Value> {
    let mut asserted = schema
        .as_object()?
        .iter()
        .filter(|(keyword, _)| !keywords::is_annotation(keyword));
    match (asserted.next(), asserted.next()) {
        (Some((keyword, Value::Array(branches))), None)
            if matches!(keyword.as_str(), "allOf" | "anyOf" | "oneOf") =>
        {
            branches.first().filter(|_| branches.len() == 1)
        }
        _ => None,
    }
}
