//! A parameter, perhaps as a field of an object, and the requests with and without it.

use serde_json::{Value, json};

use crate::diff::message::{Message, message};
use crate::diff::operation::parameters::styles;
use crate::diff::rules::{Area, Kind};
use crate::diff::walk::{Matched, Node, Walk, fields};
use crate::document::Document;
use crate::schema::bundle_value;

/// What identifies a parameter (OpenAPI 3.1 section 4.8.12): its place and its name. Names of headers are equal in
/// any case. Names of path parameters do not matter, their position in the template does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) place: String,
    pub(super) name: String,
}

#[derive(Clone)]
pub(super) struct Parameter<'a> {
    pub(super) identity: Identity,
    /// As it is written, a reference not followed.
    pub(super) written: Node<'a>,
    /// As it is defined.
    pub(super) defined: Node<'a>,
    /// That it is a field of an object which is the parameter; then `written` and `defined` are its schema.
    pub(super) field: Option<Field<'a>>,
}

/// A field of an object that is a parameter.
#[derive(Clone)]
pub(super) struct Field<'a> {
    pub(super) name: &'a str,
    pub(super) presence: Presence,
    /// The parameter.
    pub(super) object: Node<'a>,
}

/// Whether a request carries a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    Always,
    /// With any other field of its object: the object is optional and requires this field.
    WithOthers,
    Optional,
}

impl<'a> Parameter<'a> {
    pub(super) fn place(&self) -> &'a str {
        match &self.field {
            Some(_) => "query",
            None => self.defined.text_of("in"),
        }
    }

    pub(super) fn name(&self) -> &'a str {
        match &self.field {
            Some(field) => field.name,
            None => self.defined.text_of("name"),
        }
    }

    pub(super) fn presence(&self) -> Presence {
        match &self.field {
            Some(field) => field.presence,
            None if self.defined.is_set("required") => Presence::Always,
            None => Presence::Optional,
        }
    }

    pub(super) fn schema(&self) -> Option<Node<'a>> {
        match &self.field {
            Some(_) => Some(self.defined.clone()),
            None => self.defined.get("schema"),
        }
    }

    pub(super) fn subject(&self) -> Message {
        message!("the {} parameter `{}`", self.place(), self.name())
    }

    /// Returns whether the specification ignores the parameter: these headers are described elsewhere (OpenAPI 3.1
    /// section 4.8.12.1). `Authorization` is on that list as well, yet counts here: frameworks that generate
    /// documents from code declare a credential so, and no security scheme, as the published slice does. Ignoring its
    /// removal would make two contracts equal that are not.
    pub(super) fn is_ignored(&self) -> bool {
        let Identity { place, name } = &self.identity;
        place == "header" && matches!(name.as_str(), "accept" | "content-type")
    }

    pub(super) fn note_ignored(&self, walk: &mut Walk<'a>, matched: &Matched<'a>) {
        let subject = message!("{}, which is ignored,", &self.subject());
        fields::one(walk, matched, Area::Parameter, Kind::Text, &subject);
    }

    /// Returns the parameter, or the one that it is a field of.
    pub(super) fn holder(&self) -> &Node<'a> {
        self.field
            .as_ref()
            .map_or(&self.defined, |field| &field.object)
    }

    /// Returns whether both are fields of one object.
    pub(super) fn is_beside(&self, other: &Self) -> bool {
        let object = |of: &Self| of.field.as_ref().map(|field| field.object.pointer.clone());
        object(self).is_some() && object(self) == object(other)
    }
}

/// Returns a request that carries the parameter, by its place: `{"query": {"limit": 1}}`. An empty object or list is
/// not written at all.
pub(super) fn carrying(document: &Document, parameter: &Parameter<'_>) -> Value {
    let values = parameter.schema().map(|schema| {
        let schema = bundle_value(document, schema.value, None);
        styles::values_to_write(&schema)
    });
    let value = values.unwrap_or_default().into_iter().find(is_written);
    let value = value.unwrap_or_else(|| "text".into());
    json!({ parameter.place(): { parameter.name(): value } })
}

/// Returns whether a value leaves a trace in a request, in all its parts.
pub(super) fn is_written(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty() && items.iter().all(is_written),
        Value::Object(members) => !members.is_empty() && members.values().all(is_written),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

/// Returns a request that lacks the parameter.
pub(super) fn without(parameter: &Parameter<'_>) -> Value {
    json!({ parameter.place(): {} })
}
