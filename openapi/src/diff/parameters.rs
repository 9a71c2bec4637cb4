//! Parameters, at path and operation level alike: matched by place and name, those of the path by
//! their place in the template.

use serde_json::{Value, json};

use super::bodies::content;
use super::context::Context;
use super::graph::{At, Both, Flow, Matched, Walk, follow};
use super::operation::Place;
use super::rule::{Action, Area, Kind};
use super::{Class, Rule, annotations, schema};
use crate::document::Document;
use crate::sample;
use crate::schema::{Travel, bundle_value};

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
    written: At<'a>,
    /// As it is defined.
    defined: At<'a>,
}

pub(super) fn compare<'a>(
    walk: &mut Walk<'a>,
    operation: &Both<'a>,
    place: &Place<'a>,
    flow: Flow,
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
            Some(other) => {
                let both = Both {
                    base: parameter.written.clone(),
                    revision: other.written.clone(),
                };
                walk.through_references(&both, flow, |walk, both| one(walk, both, flow));
            }
            None => {
                let rule = Rule::new(Area::Parameter, Kind::Whole, Action::Removed);
                let message = format!(
                    "{} is no longer declared: requests that carry it are not covered",
                    subject(&parameter.defined)
                );
                let witness = carrying(walk.base, &parameter.defined);
                walk.decide(rule, &parameter.written, message, Some(witness));
            }
        }
    }
    for parameter in &revision {
        if base
            .iter()
            .any(|other| other.identity == parameter.identity)
        {
            continue;
        }
        let required = parameter.defined.is_set("required");
        let (kind, how) = if required {
            (Kind::Required, "required: requests without it are refused")
        } else {
            (Kind::Whole, "optional")
        };
        let rule = Rule::new(Area::Parameter, kind, Action::Added);
        let message = format!("{} is new and {how}", subject(&parameter.defined));
        let without = required.then(|| without(&parameter.defined));
        walk.decide(rule, &parameter.written, message, without);
    }
}

/// The parameters that hold for an operation: its own, and its path's where it has none of that
/// identity.
fn effective<'a>(
    document: &'a Document,
    operation: &At<'a>,
    item: &At<'a>,
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

fn identity(parameter: &At<'_>, template: &str) -> Identity {
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

/// A value written as text is also the list of that one value (OpenAPI 3.1 section 4.8.12.3): where a
/// single value has become a list, the value is compared with the list's items.
fn one_of_a_list<'a>(walk: &mut Walk<'a>, both: Both<'a>) -> Both<'a> {
    let types = |at: &At<'_>| match at.value.get("type") {
        Some(Value::String(kind)) => vec![kind.clone()],
        Some(Value::Array(kinds)) => kinds
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    };
    let is_scalar = |kind: &String| {
        matches!(
            kind.as_str(),
            "string" | "number" | "integer" | "boolean" | "null"
        )
    };
    let (old, new) = (types(&both.base), types(&both.revision));
    let scalar = !old.is_empty() && old.iter().all(is_scalar);
    let list = new.contains(&"array".to_owned())
        && new.iter().all(|kind| kind == "array" || kind == "null");
    let Some(items) = both.revision.get("items").filter(|_| scalar && list) else {
        return both;
    };
    let rule = Rule::new(Area::Parameter, Kind::Type, Action::Widened);
    let message = "a single value has become a list, of which it is one".to_owned();
    walk.decide(rule, &both.revision, message, None);
    Both {
        base: both.base,
        revision: items,
    }
}

/// A request that carries the parameter, by its place: `{"query": {"limit": 1}}`.
fn carrying(document: &Document, parameter: &At<'_>) -> Value {
    let text = |key: &str| {
        parameter
            .value
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or("?")
    };
    let schema = parameter
        .get("schema")
        .map(|at| bundle_value(document, at.value, Travel::Either));
    let value = schema
        .and_then(|schema| sample::valid(&schema))
        .unwrap_or_else(|| "text".into());
    json!({ text("in"): { text("name"): value } })
}

/// A request that lacks the parameter.
fn without(parameter: &At<'_>) -> Value {
    let place = parameter
        .value
        .get("in")
        .and_then(Value::as_str)
        .unwrap_or("?");
    json!({ place: {} })
}

fn subject(parameter: &At<'_>) -> String {
    let text = |key: &str| {
        parameter
            .value
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or("?")
    };
    format!("the {} parameter `{}`", text("in"), text("name"))
}

/// The fields that say how a value is written, with what their absence says.
fn style(parameter: &At<'_>) -> [Value; 3] {
    let place = parameter
        .value
        .get("in")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let default_style = if matches!(place, "query" | "cookie") {
        "form"
    } else {
        "simple"
    };
    let style = parameter
        .value
        .get("style")
        .cloned()
        .unwrap_or_else(|| default_style.into());
    let explode = parameter
        .value
        .get("explode")
        .cloned()
        .unwrap_or_else(|| (style == "form").into());
    let reserved = parameter
        .value
        .get("allowReserved")
        .cloned()
        .unwrap_or(Value::Bool(false));
    [style, explode, reserved]
}

fn one<'a>(walk: &mut Walk<'a>, both: &Both<'a>, flow: Flow) {
    let whole = both;
    let subject = subject(&both.base);
    let (was, is) = (
        both.base.is_set("required"),
        both.revision.is_set("required"),
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
            &both.revision,
            message,
            is.then(|| without(&both.revision)),
        );
    }
    if style(&both.base) != style(&both.revision) {
        let rule = Rule::new(Area::Parameter, Kind::Style, Action::Changed);
        walk.note(
            rule,
            Class::Unproven,
            &both.revision,
            format!("{subject} is written in another style"),
        );
    }
    for (key, matched) in both.members() {
        match (key, matched) {
            // A path parameter's name is known to nobody but the document's reader.
            ("name", Matched::Both(name))
                if both.base.value.get("in") == Some(&Value::from("path")) =>
            {
                annotations::one(
                    walk,
                    &Matched::Both(name),
                    Area::Parameter,
                    Kind::Name,
                    &format!("the name of {subject}"),
                );
            }
            ("name" | "in" | "required" | "style" | "explode" | "allowReserved", _) => {}
            ("schema", Matched::Both(both)) => {
                let context = Context::new(flow, subject.clone());
                let both = match flow {
                    Flow::Request => one_of_a_list(walk, both),
                    Flow::Response => both,
                };
                schema::compare(walk, &both, &context);
            }
            ("content", matched) => content(walk, &matched, flow, &subject),
            ("examples", matched) => {
                annotations::examples(walk, &matched, Area::Parameter, &subject);
            }
            (key, matched) => {
                annotations::field_of(walk, whole, key, &matched, Area::Parameter, &subject);
            }
        }
    }
}
