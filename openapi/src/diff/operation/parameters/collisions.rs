//! Names in a query that something new reads as well: a parameter, or a field of an object that is exploded.

use crate::diff::message::message;
use crate::diff::operation::parameters::exploded::exploded_parts;
use crate::diff::operation::parameters::parameter::{Identity, Parameter};
use crate::diff::operation::parameters::text_serialization;
use crate::diff::rules::Area;
use crate::diff::walk::{Context, Node, Pair, Walk};
use crate::document::Document;
use crate::schema::Direction;

/// What reads the texts of one name in a query.
struct Reader<'a> {
    of: Identity,
    /// `None` for all names that the object does not declare.
    name: Option<&'a str>,
    schema: Node<'a>,
}

fn readers<'a>(document: &'a Document, parameters: &[Parameter<'a>]) -> Vec<Reader<'a>> {
    let mut readers = Vec::new();
    for parameter in parameters.iter().filter(|one| one.place() == "query") {
        let Some(schema) = parameter.schema() else {
            continue;
        };
        let mut read = |name, schema| {
            readers.push(Reader {
                of: parameter.identity.clone(),
                name,
                schema,
            });
        };
        match exploded_parts(document, parameter, &schema) {
            Some(parts) if parameter.field.is_none() => {
                for part in &parts.inline {
                    for (name, schema) in part.members_of("properties") {
                        read(Some(name), schema);
                    }
                    // Without a schema, undeclared fields are not sent.
                    if let Some(others) = part.get("additionalProperties")
                        && others
                            .value
                            .as_object()
                            .is_some_and(|others| !others.is_empty())
                    {
                        read(None, others);
                    }
                }
            }
            Some(_) | None => read(Some(parameter.name()), schema),
        }
    }
    readers
}

/// Compares the texts that a request sends for one thing with how something new reads them.
pub(super) fn compare<'a>(walk: &mut Walk<'a>, base: &[Parameter<'a>], revision: &[Parameter<'a>]) {
    let sent = readers(walk.base, base);
    for new in readers(walk.revision, revision) {
        let is_declared = |old: &Reader<'a>| old.of == new.of && old.name == new.name;
        let (Some(name), false) = (new.name, sent.iter().any(is_declared)) else {
            continue;
        };
        let of_name = |old: &&Reader<'a>| match old.name {
            Some(other) => other == name,
            None => {
                old.of != new.of
                    && !(sent.iter()).any(|other| other.of == old.of && other.name == Some(name))
            }
        };
        for old in sent.iter().filter(of_name) {
            let schemas = Pair {
                base: old.schema.clone(),
                revision: new.schema.clone(),
            };
            let subject = message!("the query parameter `{}` as something new reads it", name);
            let context = Context::new(Direction::Request, subject);
            text_serialization::compare(walk, &schemas, &context, (Area::Parameter, "query"));
        }
    }
}
