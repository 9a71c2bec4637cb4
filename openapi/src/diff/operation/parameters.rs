//! Parameters, of paths and of operations: matched by place and name, those of the path by their position in the
//! template.

mod collisions;
mod exploded;
mod listed_values;
mod parameter;
mod readings;
pub(crate) mod styles;
pub(crate) mod text_serialization;
mod writing;

use serde_json::{Value, json};

use crate::diff::message::{Message, message};
use crate::diff::operation::parameters::parameter::{
    Identity, Parameter, Presence, carrying, without,
};
use crate::diff::operation::paths::path_item::Place;
use crate::diff::rules::{Action, Area, Class, Kind, Rule};
use crate::diff::walk::{Matched, Node, Pair, Walk, deprecation, fields, follow};
use crate::document::Document;
use crate::schema::Direction;

/// Compares the parameters of an operation.
pub(crate) fn compare<'a>(
    walk: &mut Walk<'a>,
    operation: &Pair<'a>,
    place: &Place<'a>,
    direction: Direction,
) {
    let (items, (old, new)) = (&place.items, place.templates);
    let mut base = effective(walk.base, &operation.base, &items.base, old);
    let mut revision = effective(walk.revision, &operation.revision, &items.revision, new);
    match direction {
        Direction::Request => exploded::align(walk, &mut base, &mut revision),
        Direction::Response => exploded::note_uncompared(walk, &base, &revision),
    }
    let same = |one: &Parameter<'a>, among: &[Parameter<'a>]| {
        among
            .iter()
            .position(|other| other.identity == one.identity)
    };
    for parameter in &base {
        match same(parameter, &revision).map(|index| &revision[index]) {
            Some(other) if parameter.is_ignored() => {
                let pair = Pair {
                    base: parameter.defined.clone(),
                    revision: other.defined.clone(),
                };
                parameter.note_ignored(walk, &Matched::Pair(pair));
            }
            Some(other) if parameter.field.is_some() || other.field.is_some() => {
                exploded::compare(walk, (parameter, other), (&base, &revision));
            }
            Some(other) => {
                let pair = Pair {
                    base: parameter.written.clone(),
                    revision: other.written.clone(),
                };
                walk.through_references(&pair, direction, |walk, pair| {
                    matched(walk, pair, direction);
                });
            }
            None => removed(walk, parameter, direction),
        }
    }
    if direction == Direction::Request {
        collisions::compare(walk, &base, &revision);
    }
    // One that dangles may be any of those that seem to be new.
    let may_be_new = ![&operation.base, &items.base].into_iter().any(has_dangling);
    for parameter in &revision {
        if may_be_new && same(parameter, &base).is_none() {
            let lacking = exploded::lacking(walk.base, (None, parameter), &base, &revision);
            added(walk, parameter, lacking, direction);
        }
    }
}

/// Records a parameter that is no longer declared. A client may still send it; a server (to a webhook, a callback) no
/// longer does, which breaks where it always did.
fn removed<'a>(walk: &mut Walk<'a>, parameter: &Parameter<'a>, direction: Direction) {
    let Parameter {
        written, defined, ..
    } = parameter;
    if parameter.is_ignored() {
        return parameter.note_ignored(walk, &Matched::Removed(defined.clone()));
    }
    let rule = Rule::new(Area::Parameter, Kind::Whole, Action::Removed);
    let name = &parameter.subject();
    if let Some(announcement) = deprecation::announcement(walk, defined) {
        let message = message!("{} is no longer declared, {}", name, &announcement);
        return walk.note(rule, Class::Docs, written, message);
    }
    let (template, witness) = match direction {
        Direction::Request => (
            "{} is no longer declared: requests that carry it are not covered",
            Some(carrying(walk.base, parameter)),
        ),
        Direction::Response => (
            "{} is no longer sent",
            (parameter.presence() == Presence::Always).then(|| without(parameter)),
        ),
    };
    walk.decide(rule, written, message!(template, name), witness);
}

/// Records a parameter that is new.
fn added<'a>(
    walk: &mut Walk<'a>,
    parameter: &Parameter<'a>,
    lacking: Option<Value>,
    direction: Direction,
) {
    let Parameter {
        written, defined, ..
    } = parameter;
    if parameter.is_ignored() {
        return parameter.note_ignored(walk, &Matched::Added(defined.clone()));
    }
    let (kind, template) = match (lacking.is_some(), direction) {
        (true, Direction::Request) => (
            Kind::Required,
            "{} is new and required: requests without it are refused",
        ),
        (true, Direction::Response) => (Kind::Required, "{} is new and always sent"),
        (false, Direction::Request | Direction::Response) => {
            (Kind::Whole, "{} is new and optional")
        }
    };
    let rule = Rule::new(Area::Parameter, kind, Action::Added);
    let breaks = kind == Kind::Required && direction == Direction::Request;
    let message = message!(template, &parameter.subject());
    walk.decide(rule, written, message, lacking.filter(|_| breaks));
}

/// Returns the parameters of an operation: its own, and those of its path that it does not override.
fn effective<'a>(
    document: &'a Document,
    operation: &Node<'a>,
    item: &Node<'a>,
    template: &str,
) -> Vec<Parameter<'a>> {
    let mut parameters: Vec<Parameter<'a>> = Vec::new();
    for holder in [operation, item] {
        let written = holder.items_of("parameters").into_iter();
        for written in written.filter(|written| !written.dangles()) {
            let defined = follow(document, &written);
            let identity = identity(&defined, template);
            if !parameters.iter().any(|known| known.identity == identity) {
                parameters.push(Parameter {
                    identity,
                    written,
                    defined,
                    field: None,
                });
            }
        }
    }
    parameters
}

/// Returns whether a reference among the parameters of an operation or a path cannot be followed.
fn has_dangling(holder: &Node<'_>) -> bool {
    holder.get("parameters").is_some_and(|list| list.dangles())
        || holder.items_of("parameters").iter().any(Node::dangles)
}

fn identity(parameter: &Node<'_>, template: &str) -> Identity {
    let text = |key: &str| parameter.text(key).unwrap_or_default().to_owned();
    let (place, name) = (text("in"), text("name"));
    let name = match place.as_str() {
        "header" => name.to_lowercase(),
        // It is everything after the question mark; its name is not part of a request (OpenAPI 3.2).
        "querystring" => String::new(),
        "path" => {
            let mut names = template
                .split('{')
                .skip(1)
                .map(|part| part.split('}').next());
            let only = names.clone().count() == 1;
            match names.position(|other| other == Some(&name)) {
                Some(index) => index.to_string(),
                // A name that the template lacks is a mistake; the only position is meant.
                None if only => "0".to_owned(),
                None => name,
            }
        }
        _ => name,
    };
    Identity { place, name }
}

/// Compares a parameter that both sides have.
fn matched<'a>(walk: &mut Walk<'a>, pair: &Pair<'a>, direction: Direction) {
    let (place, name) = (pair.base.text_of("in"), pair.base.text_of("name"));
    let subject = message!("the {} parameter `{}`", place, name);
    required(walk, pair, direction, &subject);
    styles::compare(walk, pair, (direction, None), &subject);
    styles::flags(walk, pair, (place, name), direction, &subject);
    for (key, matched) in pair.members() {
        match (key, matched) {
            // Only a reader of the document sees the name of such a parameter. In a query, those whose names differ are
            // exploded objects.
            ("name", name) if matches!(place, "path" | "query" | "querystring") => {
                let subject = message!("the name of {}", &subject);
                fields::one(walk, &name, Area::Parameter, Kind::Name, &subject);
            }
            (
                "name" | "in" | "required" | "schema" | "content" | "style" | "explode"
                | "allowReserved" | "allowEmptyValue",
                _,
            ) => {}
            ("examples", matched) => {
                fields::examples(walk, &matched, Area::Parameter, &subject);
            }
            (key, matched) => {
                fields::field_of(walk, pair, key, &matched, Area::Parameter, &subject);
            }
        }
    }
}

fn required(walk: &mut Walk<'_>, pair: &Pair<'_>, direction: Direction, subject: &Message) {
    let (was, is) = pair.are_set("required");
    if was == is {
        return;
    }
    let (action, template) = if is {
        (Action::Added, "{} is now required")
    } else {
        (Action::Removed, "{} is now optional")
    };
    let rule = Rule::new(Area::Parameter, Kind::Required, action);
    let breaks = is == (direction == Direction::Request);
    let witness = breaks.then(|| json!({ pair.base.text_of("in"): {} }));
    walk.decide(rule, pair, message!(template, subject), witness);
}
