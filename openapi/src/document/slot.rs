//! What OpenAPI has in a place of a document, by the field that leads there: an object with fixed fields, a map or a
//! list, and whether a reference is allowed in its place.

use serde_json::Value;

use super::methods::METHODS;
use crate::keywords;

/// A place, by what leads to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot<'f> {
    pub(super) kind: SlotKind,
    /// The nearest fixed field; empty where that does not matter.
    pub(super) field: &'f str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SlotKind {
    /// The value of a field.
    Field,
    /// A map in a field, whose keys are the author's.
    Map,
    /// A member of such a map.
    Member,
    /// An item of a list in a field.
    Item,
}

/// The fields, apart from maps and lists of schemas, in whose values strict OpenAPI has no reference. A field that is
/// unknown is not among them, nor one whose value is data.
const WITHOUT_REFERENCES: &[&str] = &[
    "authorizationCode",
    "clientCredentials",
    "components",
    "contact",
    "contentEncoding",
    "contentMediaType",
    "deprecated",
    "description",
    "deviceAuthorization",
    "discriminator",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "explode",
    "externalDocs",
    "flows",
    "format",
    "implicit",
    "in",
    "info",
    "license",
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "name",
    "nullable",
    "operationId",
    "password",
    "pattern",
    "propertyName",
    "readOnly",
    "required",
    "security",
    "server",
    "servers",
    "style",
    "summary",
    "tags",
    "title",
    "type",
    "uniqueItems",
    "url",
    "writeOnly",
    "xml",
];

/// The maps of which no member may be a reference.
const MAPS_WITHOUT_REFERENCES: &[&str] = &[
    "additionalOperations",
    "dependentRequired",
    "encoding",
    "mapping",
    "scopes",
    "security",
    "variables",
];

impl<'f> Slot<'f> {
    /// A place where a reference may stand.
    pub(super) const ANY: Self = Self {
        kind: SlotKind::Field,
        field: "",
    };

    /// Returns the place of a member of the object in this place; `None` for data.
    pub(super) fn of_member(self, key: &'f str, member: &Value) -> Option<Self> {
        if self.holds_names() {
            return Some(Self {
                kind: SlotKind::Member,
                field: self.field,
            });
        }
        // A requirement names schemes, each with a list of scopes.
        if self.kind == SlotKind::Item && self.field == "security" {
            return Some(Self {
                kind: SlotKind::Member,
                field: self.field,
            });
        }
        if self.is_callback() {
            return (!key.starts_with("x-")).then_some(Self::ANY);
        }
        // The values in an `enum` are data; an object instead of the list is not one of them.
        if keywords::holds_data(key) && !(key == "enum" && member.is_object()) {
            return None;
        }
        // Among the components, `parameters` is a map.
        let is_map = keywords::holds_names(key)
            || key == "dependentRequired"
            || key == "parameters" && member.is_object();
        Some(Self {
            kind: if is_map {
                SlotKind::Map
            } else {
                SlotKind::Field
            },
            field: key,
        })
    }

    /// Returns the place of the items of an array in this place.
    pub(super) fn of_item(self) -> Self {
        match self.kind {
            SlotKind::Field => Self {
                kind: SlotKind::Item,
                field: self.field,
            },
            SlotKind::Map | SlotKind::Member | SlotKind::Item => Self::ANY,
        }
    }

    /// Returns whether the author chooses the keys of the object in this place.
    pub(super) fn holds_names(self) -> bool {
        self.kind == SlotKind::Map
    }

    /// Returns whether the object in this place is a callback: its keys are expressions for URLs.
    fn is_callback(self) -> bool {
        self.kind == SlotKind::Member && self.field == "callbacks"
    }

    /// Returns whether strict OpenAPI has no reference in this place.
    pub(super) fn forbids_references(self) -> bool {
        let Self { kind, field } = self;
        match kind {
            SlotKind::Map => true,
            SlotKind::Member => MAPS_WITHOUT_REFERENCES.contains(&field),
            SlotKind::Field => {
                keywords::LISTS.contains(&field)
                    || METHODS.contains(&field)
                    || WITHOUT_REFERENCES.contains(&field)
            }
            SlotKind::Item => WITHOUT_REFERENCES.contains(&field),
        }
    }
}
