//! How the parts of a body are called and written in XML (OpenAPI 3.1 section 4.8.26). In JSON that is only a text.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::diff::change::Change;
use crate::diff::message::{Message, Part, message};
use crate::diff::rules::{Action, Area, Class, Kind, Rule};
use crate::diff::walk::{Node, Pair, Walk, follow_schema};
use crate::document::Document;
use crate::schema::Direction;

/// The most parts that are looked into to find how a schema is written.
const DEEPEST: usize = 16;

/// How a value is written.
#[derive(PartialEq)]
struct Form {
    name: Option<String>,
    /// Of the namespace, and of the kind of node.
    others: [Option<Value>; 3],
    prefix: Option<Value>,
}

impl Form {
    /// Reads the form of a schema. `name` is its name where it has no other.
    fn of(document: &Document, schema: &Node<'_>, name: Option<String>) -> Self {
        let mut form = Self {
            name: None,
            others: [None, None, None],
            prefix: None,
        };
        form.collect(document, schema, 0);
        // These say nothing: they are the defaults.
        let is_default = |value: &Value| *value == json!(false) || *value == json!("element");
        for other in &mut form.others {
            *other = other.take().filter(|value| !is_default(value));
        }
        form.name = form.name.or(name);
        form
    }

    fn collect(&mut self, document: &Document, schema: &Node<'_>, depth: usize) {
        if let Some(xml) = schema.get("xml") {
            let text = |key: &str| xml.text(key).map(str::to_owned);
            let value = |key: &str| xml.value.get(key).cloned();
            // `nodeType` says what `attribute` does (OpenAPI 3.2).
            let is_attribute = xml.is_set("attribute").then(|| json!("attribute"));
            let node_type = value("nodeType").or(is_attribute);
            let found = [value("namespace"), node_type, value("wrapped")];
            self.name = self.name.take().or(text("name"));
            self.prefix = self.prefix.take().or(value("prefix"));
            for (own, found) in self.others.iter_mut().zip(found) {
                *own = own.take().or(found);
            }
        }
        let target = follow_schema(document, schema);
        let parts = schema.items_of("allOf");
        if depth < DEEPEST {
            if target.pointer != schema.pointer {
                self.collect(document, &target, depth + 1);
            }
            for part in &parts {
                self.collect(document, part, depth + 1);
            }
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

/// Compares how two schemas of one body are written in XML. What both sides have is compared; what only one has is
/// reported with its schema.
pub(super) fn compare<'a>(
    walk: &mut Walk<'a>,
    schemas: &Pair<'a>,
    direction: Direction,
    subject: &Message,
) {
    let mut seen = HashSet::new();
    let name = |schema: &Node<'a>| schema.referred_name().map(String::from);
    let names = (name(&schemas.base), name(&schemas.revision));
    let mut pending = vec![(schemas.clone(), names, subject.clone())];
    while let Some((pair, (was, is), subject)) = pending.pop() {
        let targets = walk.followed_schemas(&pair);
        if !seen.insert((
            targets.base.pointer.clone(),
            targets.revision.pointer.clone(),
        )) {
            continue;
        }
        let old = Form::of(walk.base, &pair.base, was.clone());
        let new = Form::of(walk.revision, &pair.revision, is.clone());
        record(walk, &pair, (&old, &new), direction, &subject);
        for (key, base) in targets.base.members() {
            let Some(revision) = targets.revision.get(key) else {
                continue;
            };
            let inner = Pair { base, revision };
            match key {
                "properties" => {
                    for (name, pair) in both_have(&inner) {
                        let names = (Some(name.to_owned()), Some(name.to_owned()));
                        pending.push((pair, names, message!("`{}` of {}", name, &subject)));
                    }
                }
                // An item without a name has that of the list.
                "items" => pending.push((
                    inner,
                    (was.clone(), is.clone()),
                    message!("an item of {}", &subject),
                )),
                "allOf" | "anyOf" | "oneOf" => {
                    let pairs = inner.base.items().into_iter().zip(inner.revision.items());
                    pending.extend(pairs.map(|(base, revision)| {
                        let names = (was.clone(), is.clone());
                        (Pair { base, revision }, names, subject.clone())
                    }));
                }
                _ => {}
            }
        }
    }
}

fn both_have<'a>(members: &Pair<'a>) -> Vec<(&'a str, Pair<'a>)> {
    let both = members.base.members().into_iter();
    both.filter_map(|(name, base)| {
        let revision = members.revision.get(name)?;
        Some((name, Pair { base, revision }))
    })
    .collect()
}

fn record(
    walk: &mut Walk<'_>,
    pair: &Pair<'_>,
    (old, new): (&Form, &Form),
    direction: Direction,
    subject: &Message,
) {
    if old == new {
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
    // A schema in place at the root has no name of its own, and writers choose one. A reader compares namespaces, not
    // their prefixes (Namespaces in XML 1.0 section 6), where it knows of them.
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
