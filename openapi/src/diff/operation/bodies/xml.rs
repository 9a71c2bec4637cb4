//! How the parts of a body are called and written in XML (OpenAPI 3.1 section 4.8.26). In JSON that is only a text.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Value, json};

use crate::diff::change::Change;
use crate::diff::message::{Message, Part, message};
use crate::diff::rules::{Action, Area, Class, Kind, Rule};
use crate::diff::schema::layers::Layers;
use crate::diff::schema::unions::Union;
use crate::diff::walk::{Node, Pair, Walk, follow_schema};
use crate::document::{Document, Version};
use crate::hashed::HashSet;
use crate::schema::Direction;

/// How a value is written.
#[derive(Default, PartialEq)]
struct Form {
    name: Option<String>,
    /// Of the namespace, and of the kind of node.
    others: [Option<Value>; 3],
    prefix: Option<Value>,
}

impl Form {
    /// Adds what an XML Object says, where nothing said it before.
    fn add(&mut self, xml: &Node<'_>) {
        let value = |key: &str| xml.value.get(key).cloned();
        // `nodeType` says what `attribute` does (OpenAPI 3.2).
        let is_attribute = xml.is_set("attribute").then(|| json!("attribute"));
        let node_type = value("nodeType").or(is_attribute);
        let found = [value("namespace"), node_type, value("wrapped")];
        self.name = (self.name.take()).or_else(|| xml.text("name").map(str::to_owned));
        self.prefix = self.prefix.take().or(value("prefix"));
        for (own, found) in self.others.iter_mut().zip(found) {
            *own = own.take().or(found);
        }
    }

    /// Removes what says nothing: the defaults.
    fn forget_defaults(&mut self) {
        let is_default = |value: &Value| *value == json!(false) || *value == json!("element");
        for other in &mut self.others {
            *other = other.take().filter(|value| !is_default(value));
        }
    }

    fn shown(&self) -> Value {
        let [namespace, node_type, wrapped] = &self.others;
        let members = [
            ("name", self.name.clone().map(Value::from)),
            ("namespace", namespace.clone()),
            ("prefix", self.prefix.clone()),
            ("nodeType", node_type.clone()),
            ("wrapped", wrapped.clone()),
        ];
        let members = members.into_iter();
        let members = members.filter_map(|(key, value)| Some((key.to_owned(), value?)));
        Value::Object(members.collect())
    }
}

/// A schema with all that it is composed of, through references, `allOf` and only alternatives.
#[derive(Default)]
struct Written<'a> {
    form: Form,
    properties: BTreeMap<&'a str, Node<'a>>,
    items: Option<Node<'a>>,
    alternatives: Vec<Node<'a>>,
}

impl<'a> Written<'a> {
    /// Reads a schema. `name` is its name where it has no other.
    fn of(document: &'a Document, schema: &Node<'a>, name: Option<String>) -> Self {
        let mut written = Self::default();
        let mut seen = HashSet::default();
        let mut pending = VecDeque::from([schema.clone()]);
        while let Some(part) = pending.pop_front() {
            if !seen.insert(part.pointer.clone()) {
                continue;
            }
            if let Some(xml) = part.get("xml") {
                written.form.add(&xml);
            }
            for (name, property) in part.members_of("properties") {
                written.properties.entry(name).or_insert(property);
            }
            written.items = written.items.take().or_else(|| part.get("items"));
            pending.push_back(follow_schema(document, &part));
            pending.extend(part.items_of("allOf"));
            for union in Union::of(&part) {
                match union.alternatives() {
                    [only] => pending.push_back(only.clone()),
                    several => written.alternatives.extend_from_slice(several),
                }
            }
        }
        written.form.forget_defaults();
        written.form.name = written.form.name.take().or(name);
        written
    }
}

/// Returns the name of the component that a schema is.
fn component_name(schema: &Node<'_>) -> Option<String> {
    let core = Layers::of(schema.clone()).core;
    core.referred_name().map(String::from)
}

/// Compares how two schemas of one body are written in XML. What both sides have is compared; what only one has is
/// reported with its schema.
pub(super) fn compare<'a>(
    walk: &mut Walk<'a>,
    schemas: &Pair<'a>,
    direction: Direction,
    subject: &Message,
) {
    // A reference is no node of its own there, and what it leads to has the component's name (OpenAPI 3.2, XML Object).
    let are_named_by_components =
        [walk.base, walk.revision].map(Document::version) == [Version::V3_2; 2];
    let name = |schema: &Node<'a>, inherited: Option<String>| {
        let component = are_named_by_components.then(|| component_name(schema));
        component.flatten().or(inherited)
    };
    let mut seen = HashSet::default();
    let mut pending = vec![(schemas.clone(), (None, None), subject.clone())];
    while let Some((pair, (was, is), subject)) = pending.pop() {
        let was = was.or_else(|| component_name(&pair.base));
        let is = is.or_else(|| component_name(&pair.revision));
        let place = (pair.base.pointer.clone(), pair.revision.pointer.clone());
        if !seen.insert((place, was.clone(), is.clone())) {
            continue;
        }
        let old = Written::of(walk.base, &pair.base, was.clone());
        let new = Written::of(walk.revision, &pair.revision, is.clone());
        let are_unions = [&old, &new].map(|written| !written.alternatives.is_empty());
        // What is one of the alternatives on the other side is compared with that.
        if are_unions[0] == are_unions[1] || old.form.others != new.form.others {
            record(walk, &pair, (&old.form, &new.form), direction, &subject);
        }
        if are_unions.contains(&true) {
            for pair in alternatives(&pair, &old, &new) {
                let names = (old.form.name.clone(), new.form.name.clone());
                pending.push((pair, names, subject.clone()));
            }
        }
        for (property, base) in old.properties {
            if let Some(revision) = new.properties.get(property).cloned() {
                let inherited = Some(property.to_owned());
                let names = (name(&base, inherited.clone()), name(&revision, inherited));
                let subject = message!("`{}` of {}", property, &subject);
                pending.push((Pair { base, revision }, names, subject));
            }
        }
        // An item without a name has that of the list.
        if let (Some(base), Some(revision)) = (old.items, new.items) {
            let subject = message!("an item of {}", &subject);
            let names = (name(&base, was), name(&revision, is));
            pending.push((Pair { base, revision }, names, subject));
        }
    }
}

/// Pairs alternatives: those of one component, and the others in their order. A schema without alternatives is one.
fn alternatives<'a>(
    wholes: &Pair<'a>,
    base: &Written<'a>,
    revision: &Written<'a>,
) -> Vec<Pair<'a>> {
    let of = |written: &Written<'a>, whole: &Node<'a>| match &written.alternatives[..] {
        [] => vec![whole.clone()],
        several => several.to_vec(),
    };
    let mut added = of(revision, &wholes.revision);
    let mut pairs = Vec::new();
    let mut removed = of(base, &wholes.base);
    removed.retain(|base| {
        let is_it = |other: &Node<'a>| component_name(other) == component_name(base);
        let found = added.iter().position(is_it);
        if let Some(index) = found {
            let (base, revision) = (base.clone(), added.remove(index));
            pairs.push(Pair { base, revision });
        }
        found.is_none()
    });
    let others = removed.into_iter().zip(added);
    pairs.extend(others.map(|(base, revision)| Pair { base, revision }));
    pairs
}

fn record(
    walk: &mut Walk<'_>,
    pair: &Pair<'_>,
    (old, new): (&Form, &Form),
    direction: Direction,
    subject: &Message,
) {
    // The prefix of a namespace that is declared says nothing (Namespaces in XML 1.0 section 6).
    let is_bound = old.others[0].is_some();
    if old == new || (is_bound && old.name == new.name && old.others == new.others) {
        return;
    }
    let (was, is) = (old.shown(), new.shown());
    let message = message!(
        "{} is written differently in XML: {} → {}",
        subject,
        Part::value(&was),
        Part::value(&is),
    );
    let sent = match direction {
        Direction::Request => &was,
        Direction::Response => &is,
    };
    // A schema in place at the root has no name of its own, and writers choose one. Without a namespace, readers may
    // compare the prefix as well.
    let is_renamed = old.name != new.name && old.name.is_some() == new.name.is_some();
    let (class, witness) = if is_renamed || old.others != new.others {
        (Class::Breaking, Some(sent.clone()))
    } else {
        (Class::Unproven, None)
    };
    let rule = Rule::new(Area::of(direction), Kind::Xml, Action::Changed);
    walk.record(Change {
        witness,
        ..Change::new(rule, class, pair, message)
    });
}
