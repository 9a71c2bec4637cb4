//! What operations and webhooks reach: by references in places that count, or by a name that is not followed.

use serde_json::{Map, Value};

use crate::diff::operation::security::requirements::scheme;
use crate::diff::schema::scalar_keywords::inert::applies;
use crate::document::{Document, FAMILIES, METHODS, WEBHOOKS};
use crate::hashed::HashSet;
use crate::{keywords, pointer};

/// The fields of OpenAPI's objects that hold other objects, apart from maps.
const FIELDS: &[&str] = &[
    "parameters",
    "requestBody",
    "itemEncoding",
    "prefixEncoding",
];

/// The fields that hold maps of objects.
const MAPS: &[&str] = &[
    "responses",
    "content",
    "headers",
    "encoding",
    "examples",
    "additionalOperations",
];

/// The fields that hold a schema.
const SCHEMAS: &[&str] = &["schema", "itemSchema"];

/// Header parameters and response headers that are ignored (OpenAPI 3.1 sections 4.8.12.2 and 4.8.17).
const IGNORED_PARAMETERS: [&str; 3] = ["accept", "content-type", "authorization"];
const IGNORED_HEADER: &str = "content-type";

/// What is reached in a document, as pointers.
#[derive(Default)]
pub(super) struct Reached {
    /// What is compared where operations and webhooks refer to it, and the security schemes that are demanded.
    pub(super) compared: HashSet<String>,
    /// What only a name leads to, which the comparison does not follow: a mapping, a dynamic reference, a link.
    pub(super) named: HashSet<String>,
}

impl Reached {
    pub(super) fn of(document: &Document) -> Self {
        let mut search = Search {
            document,
            reached: demanded(document.value().get("security")).collect(),
            named: Vec::new(),
            anchors: HashSet::default(),
            pending: Vec::new(),
        };
        // What replaced a misplaced reference is compared in that place.
        let replaced = document.misplaced().targets().filter_map(component_of);
        search.reached.extend(replaced);
        search.start("paths");
        for section in WEBHOOKS {
            search.start(section);
        }
        search.run();
        let compared = std::mem::take(&mut search.reached);
        while let Some(name) = search.named.pop() {
            search.follow(&name, Kind::Any);
            search.run();
        }
        Self {
            compared,
            named: search.reached,
        }
    }

    /// Returns whether a component is compared, as a whole.
    pub(super) fn compares(&self, pointer: &str) -> bool {
        self.compared.contains(pointer)
    }

    /// Returns the places within a component that are compared, where it is not as a whole.
    pub(super) fn compared_within(&self, component: &str) -> Vec<&str> {
        let below = |reached: &&String| pointer::below(reached, component).is_some();
        self.compared
            .iter()
            .filter(below)
            .map(String::as_str)
            .collect()
    }

    /// Returns whether a component, or something in it, is named.
    pub(super) fn names(&self, component: &str) -> bool {
        self.named
            .iter()
            .any(|named| pointer::below(named, component).is_some())
    }
}

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Schema,
    /// Another of OpenAPI's objects, or a list of them.
    Object,
    /// A map of such objects.
    Map,
    Link,
    /// A schema or another object.
    Any,
}

struct Search<'d> {
    document: &'d Document,
    reached: HashSet<String>,
    /// The pointers that names lead to.
    named: Vec<String>,
    /// The anchors that were looked for.
    anchors: HashSet<String>,
    pending: Vec<(&'d Value, Kind)>,
}

impl<'d> Search<'d> {
    fn start(&mut self, section: &str) {
        let items = self.document.value().get(section);
        self.pending.extend(items.map(|items| (items, Kind::Map)));
    }

    fn run(&mut self) {
        while let Some((value, kind)) = self.pending.pop() {
            match value {
                Value::Object(object) => self.object(object, kind),
                Value::Array(items) => {
                    self.pending.extend(items.iter().map(|item| (item, kind)));
                }
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
            }
        }
    }

    fn object(&mut self, object: &'d Map<String, Value>, kind: Kind) {
        if let Some(Value::String(reference)) = object.get("$ref") {
            match pointer::of_reference(reference) {
                Some(target) => self.follow(&target, kind),
                None => self.anchors(reference),
            }
        }
        match kind {
            Kind::Schema => self.schema(object),
            Kind::Object => self.members(object),
            Kind::Map => {
                let members = object.iter().filter(|(key, _)| !key.starts_with("x-"));
                self.pending
                    .extend(members.map(|(_, value)| (value, Kind::Object)));
            }
            Kind::Link => self.link(object),
            Kind::Any => {
                self.schema(object);
                self.members(object);
            }
        }
    }

    fn follow(&mut self, target: &str, kind: Kind) {
        if let Some(value) = self.document.at(target)
            && self.reached.insert(target.to_owned())
        {
            self.pending.push((value, kind));
        }
    }

    fn schema(&mut self, schema: &'d Map<String, Value>) {
        for (keyword, value) in schema {
            let key = keyword.as_str();
            let leads_on = holds_more(value) || key == "$dynamicRef";
            if !leads_on || !applies(schema, key) || keywords::is_container(key) {
                continue;
            }
            if keywords::SINGLE.contains(&key) || keywords::LISTS.contains(&key) {
                self.pending.push((value, Kind::Schema));
            } else if keywords::MAPS.contains(&key) {
                let members = value.as_object().into_iter().flat_map(Map::values);
                self.pending
                    .extend(members.map(|member| (member, Kind::Schema)));
            } else if key == "$dynamicRef"
                && let Value::String(reference) = value
            {
                self.anchors(reference);
            } else if key == "discriminator" {
                self.discriminator(schema, value);
            }
        }
    }

    /// Adds what a discriminator names. A schema that others inherit from is not one of their alternatives where it is
    /// inherited; elsewhere its family is compared.
    fn discriminator(&mut self, schema: &Map<String, Value>, discriminator: &Value) {
        let has_family = || {
            let schemas = self.document.at("/components/schemas")?.as_object()?;
            let (name, _) = schemas.iter().find(|(_, other)| {
                let other = other.as_object();
                other.is_some_and(|other| std::ptr::eq(other, schema))
            })?;
            self.document
                .at(&pointer::join(&format!("/{FAMILIES}"), name))
        };
        if !schema.contains_key("oneOf") && !schema.contains_key("anyOf") && has_family().is_some()
        {
            return;
        }
        let mapping = discriminator.get("mapping").and_then(Value::as_object);
        let mapped = mapping.into_iter().flat_map(Map::values);
        let named = mapped.chain(discriminator.get("defaultMapping"));
        for name in named.filter_map(Value::as_str) {
            let target = pointer::of_reference(name);
            self.named
                .push(target.unwrap_or_else(|| pointer::join("/components/schemas", name)));
        }
    }

    /// Adds every schema with an anchor of this name: which of them is meant depends on the way to it.
    fn anchors(&mut self, reference: &str) {
        if let Some((_, name)) = reference.rsplit_once('#')
            && self.anchors.insert(name.to_owned())
        {
            self.named.extend(self.document.declaring(name));
        }
    }

    fn members(&mut self, object: &'d Map<String, Value>) {
        let text = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default();
        let is_ignored = text("in") == "header"
            && IGNORED_PARAMETERS.contains(&text("name").to_lowercase().as_str());
        for (key, value) in object.iter().filter(|(_, value)| holds_more(value)) {
            let key = key.as_str();
            let kind = match key {
                "security" => {
                    self.reached.extend(demanded(Some(value)));
                    continue;
                }
                "headers" => {
                    let headers = value.as_object().into_iter().flatten();
                    let counts = headers
                        .filter(|(name, _)| !name.eq_ignore_ascii_case(IGNORED_HEADER))
                        .map(|(_, header)| (header, Kind::Object));
                    self.pending.extend(counts);
                    continue;
                }
                "callbacks" | "links" => {
                    let kind = if key == "links" {
                        Kind::Link
                    } else {
                        Kind::Map
                    };
                    let members = value.as_object().into_iter().flat_map(Map::values);
                    self.pending.extend(members.map(|member| (member, kind)));
                    continue;
                }
                key if SCHEMAS.contains(&key) && !is_ignored => Kind::Schema,
                "content" if is_ignored => continue,
                key if MAPS.contains(&key) => Kind::Map,
                key if FIELDS.contains(&key) || METHODS.contains(&key) => Kind::Object,
                _ => continue,
            };
            self.pending.push((value, kind));
        }
    }

    /// Adds the operation that a link names.
    fn link(&mut self, link: &Map<String, Value>) {
        let reference = link.get("operationRef").and_then(Value::as_str);
        self.named.extend(reference.and_then(pointer::of_reference));
        let Some(id) = link.get("operationId") else {
            return;
        };
        let items = self.document.at("/components/pathItems");
        let items = items.and_then(Value::as_object).into_iter().flatten();
        for (name, item) in items {
            let mut operations = item.as_object().into_iter().flat_map(Map::values);
            if operations.any(|operation| operation.get("operationId") == Some(id)) {
                self.named
                    .push(pointer::join("/components/pathItems", name));
            }
        }
    }
}

fn holds_more(value: &Value) -> bool {
    value.is_object() || value.is_array()
}

/// Returns the pointer of the component that holds the value at `pointer`.
fn component_of(pointer: &str) -> Option<String> {
    let mut tokens = pointer.strip_prefix("/components/")?.split('/');
    let (section, name) = (tokens.next()?, tokens.next()?);
    Some(format!("/components/{section}/{name}"))
}

/// Returns the pointers of the schemes that a list of security requirements names.
fn demanded(requirements: Option<&Value>) -> impl Iterator<Item = String> {
    let requirements = requirements.and_then(Value::as_array).into_iter().flatten();
    let names = requirements
        .filter_map(Value::as_object)
        .flat_map(Map::keys);
    names.map(|name| scheme(name))
}
