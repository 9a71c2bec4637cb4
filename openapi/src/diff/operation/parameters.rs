//! Parameters, at path and operation level alike: matched by place and name, those of the path by
//! their place in the template.

pub(crate) mod styles;
pub(crate) mod text_serialization;

use serde_json::{Value, json};

use crate::diff::operation::bodies::media_types::Choice;
use crate::diff::operation::paths::path_item::Place;
use crate::diff::rules::{Action, Area, Class, Kind, Rule};
use crate::diff::walk::{Context, Matched, Node, Pair, Walk, deprecation, fields, follow};
use crate::document::Document;
use crate::sample;
use crate::schema::{Direction, bundle_value};

/// What tells one parameter from another (OpenAPI 3.1 section 4.8.12): its place and its name.
/// Names of headers are the same in any case; names of path parameters do not matter, their place
/// in the template does.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Identity {
    place: String,
    name: String,
}

struct Parameter<'a> {
    identity: Identity,
    /// As it is written, a reference not followed.
    written: Node<'a>,
    /// As it is defined.
    defined: Node<'a>,
}

pub(crate) fn compare<'a>(
    walk: &mut Walk<'a>,
    operation: &Pair<'a>,
    place: &Place<'a>,
    direction: Direction,
) {
    let (items, templates) = (&place.items, place.templates);
    let base = effective(walk.base, &operation.base, &items.base, templates.0);
    let revision = effective(
        walk.revision,
        &operation.revision,
        &items.revision,
        templates.1,
    );
    for parameter in &base {
        match revision
            .iter()
            .find(|other| other.identity == parameter.identity)
        {
            Some(other) if is_ignored(parameter) => {
                let pair = Matched::Pair(Pair {
                    base: parameter.defined.clone(),
                    revision: other.defined.clone(),
                });
                let name = ignored(parameter);
                fields::one(walk, &pair, Area::Parameter, Kind::Text, &name);
            }
            Some(other) => {
                let pair = Pair {
                    base: parameter.written.clone(),
                    revision: other.written.clone(),
                };
                walk.through_references(&pair, direction, |walk, pair| one(walk, pair, direction));
            }
            None => removed(walk, parameter, direction),
        }
    }
    for parameter in &revision {
        if base
            .iter()
            .any(|other| other.identity == parameter.identity)
        {
            continue;
        }
        added(walk, parameter, direction);
    }
}

/// Whether the specification ignores the parameter: what these headers hold is said elsewhere (OpenAPI 3.1
/// section 4.8.12.1). `Authorization` is on that list as well, yet counts here: frameworks that make
/// documents from code declare a credential so and name no security scheme, as the published slice does,
/// and whoever passed over its loss would call two contracts one.
fn is_ignored(parameter: &Parameter<'_>) -> bool {
    let Identity { place, name } = &parameter.identity;
    place == "header" && matches!(name.as_str(), "accept" | "content-type")
}

/// What such a parameter is called.
fn ignored(parameter: &Parameter<'_>) -> String {
    format!("{}, which is ignored,", subject(&parameter.defined))
}

/// What the client sends may still hold it; what the server sends (to a webhook, a callback) no longer
/// does, which is news where it always did.
fn removed(walk: &mut Walk<'_>, parameter: &Parameter<'_>, direction: Direction) {
    let rule = Rule::new(Area::Parameter, Kind::Whole, Action::Removed);
    let name = subject(&parameter.defined);
    if is_ignored(parameter) {
        let gone = Matched::Removed(parameter.defined.clone());
        let name = ignored(parameter);
        return fields::one(walk, &gone, Area::Parameter, Kind::Text, &name);
    }
    if let Some(announced) = deprecation::as_announced(walk, &parameter.defined) {
        let message = format!("{name} is no longer declared, {announced}");
        return walk.note(rule, Class::Docs, &parameter.written, message);
    }
    let (message, witness) = match direction {
        Direction::Request => (
            format!("{name} is no longer declared: requests that carry it are not covered"),
            Some(carrying(walk.base, &parameter.defined)),
        ),
        Direction::Response => (
            format!("{name} is no longer sent"),
            parameter
                .defined
                .is_set("required")
                .then(|| without(&parameter.defined)),
        ),
    };
    walk.decide(rule, &parameter.written, message, witness);
}

/// As [`removed`], the other way round.
fn added(walk: &mut Walk<'_>, parameter: &Parameter<'_>, direction: Direction) {
    if is_ignored(parameter) {
        let new = Matched::Added(parameter.defined.clone());
        let name = ignored(parameter);
        return fields::one(walk, &new, Area::Parameter, Kind::Text, &name);
    }
    let required = parameter.defined.is_set("required");
    let (kind, how) = match (required, direction) {
        (true, Direction::Request) => (Kind::Required, "required: requests without it are refused"),
        (true, Direction::Response) => (Kind::Required, "always sent"),
        (false, Direction::Request | Direction::Response) => (Kind::Whole, "optional"),
    };
    let rule = Rule::new(Area::Parameter, kind, Action::Added);
    let message = format!("{} is new and {how}", subject(&parameter.defined));
    let breaks = required && direction == Direction::Request;
    let witness = breaks.then(|| without(&parameter.defined));
    walk.decide(rule, &parameter.written, message, witness);
}

/// The parameters that hold for an operation: its own, and its path's where it has none of that
/// identity.
fn effective<'a>(
    document: &'a Document,
    operation: &Node<'a>,
    item: &Node<'a>,
    template: &str,
) -> Vec<Parameter<'a>> {
    let mut parameters: Vec<Parameter<'a>> = Vec::new();
    for holder in [operation, item] {
        for written in holder.items_of("parameters") {
            let defined = follow(document, &written);
            let identity = identity(&defined, template);
            if !parameters.iter().any(|known| known.identity == identity) {
                parameters.push(Parameter {
                    identity,
                    written,
                    defined,
                });
            }
        }
    }
    parameters
}

fn identity(parameter: &Node<'_>, template: &str) -> Identity {
    let text = |key: &str| {
        parameter
            .value
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let (place, name) = (text("in"), text("name"));
    let name = match place.as_str() {
        "header" => name.to_lowercase(),
        // It is the whole of what follows the question mark; its name is written nowhere (OpenAPI 3.2).
        "querystring" => String::new(),
        "path" => {
            let mut names = template
                .split('{')
                .skip(1)
                .map(|part| part.split('}').next());
            let only = names.clone().count() == 1;
            match names.position(|other| other == Some(&name)) {
                Some(index) => index.to_string(),
                // A name that the template lacks is a slip; where there is one place, it is meant.
                None if only => "0".to_owned(),
                None => name,
            }
        }
        _ => name,
    };
    Identity { place, name }
}

/// A request that carries the parameter, by its place: `{"query": {"limit": 1}}`.
fn carrying(document: &Document, parameter: &Node<'_>) -> Value {
    let text = |key: &str| parameter.text_of(key);
    let schema = parameter
        .get("schema")
        .map(|node| bundle_value(document, node.value, None));
    let value = schema
        .and_then(|schema| sample::valid(&schema))
        .unwrap_or_else(|| "text".into());
    json!({ text("in"): { text("name"): value } })
}

/// A request that lacks the parameter.
fn without(parameter: &Node<'_>) -> Value {
    json!({ parameter.text_of("in"): {} })
}

fn subject(parameter: &Node<'_>) -> String {
    let text = |key: &str| parameter.text_of(key);
    format!("the {} parameter `{}`", text("in"), text("name"))
}

fn one<'a>(walk: &mut Walk<'a>, pair: &Pair<'a>, direction: Direction) {
    let whole = pair;
    let subject = subject(&pair.base);
    let (was, is) = (
        pair.base.is_set("required"),
        pair.revision.is_set("required"),
    );
    if was != is {
        let (action, word) = if is {
            (Action::Added, "required")
        } else {
            (Action::Removed, "optional")
        };
        let rule = Rule::new(Area::Parameter, Kind::Required, action);
        let message = format!("{subject} is now {word}");
        walk.decide(
            rule,
            &pair.revision,
            message,
            (is == (direction == Direction::Request)).then(|| without(&pair.revision)),
        );
    }
    styles::compare(walk, pair, (direction, None), &subject);
    styles::freedoms(walk, pair, direction, &subject);
    for (key, matched) in pair.members() {
        match (key, matched) {
            // Such a parameter's name is known to nobody but the document's reader.
            ("name", name) if matches!(pair.base.text_of("in"), "path" | "querystring") => {
                fields::one(
                    walk,
                    &name,
                    Area::Parameter,
                    Kind::Name,
                    &format!("the name of {subject}"),
                );
            }
            (
                "name" | "in" | "required" | "style" | "explode" | "allowReserved"
                | "allowEmptyValue",
                _,
            ) => {}
            ("schema", matched) if pair.get("content").is_none() => {
                let pair = matched.or_anything(pair);
                let context = Context::new(direction, subject.clone());
                text_serialization::compare(walk, &pair, &context, Area::Parameter);
            }
            ("content", matched) => {
                walk.compare_content(&matched, (direction, Choice::Sender), &subject);
            }
            ("examples", matched) => {
                fields::examples(walk, &matched, Area::Parameter, &subject);
            }
            (key, matched) => {
                fields::field_of(walk, whole, key, &matched, Area::Parameter, &subject);
            }
        }
    }
}
