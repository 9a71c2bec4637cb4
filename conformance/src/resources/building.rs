//! A request of chosen values.

use reqwest::Method;
use serde_json::Value;

use super::chosen::Chosen;
use super::examples::accepts;
use super::inputs::{bodies, parameters};
use super::writing::{self, Writing};
use crate::case::sample::{Change, Location};
use crate::case::{Effect, Stop};
use crate::contract::JSON;
use crate::profile::Role;
use crate::trial::Trial;
use crate::wire::Request;

/// The text that stands for one with escapes, until the body is written.
const ESCAPED: &str = "conformance-escaped";

/// Builds the ordinary request of chosen values.
pub(crate) fn ordinary_of(t: &Trial, chosen: &Chosen) -> Result<Request, Stop> {
    let mut request = build(t, chosen, &Change::Nothing)?;
    request.is_ordinary = true;
    let deployment = t.deployment();
    // Its body differs each time, as far as its schema accepts that. The name in the path of a `PUT` may not.
    if deployment.graph.effect(chosen.operation) == Effect::Create {
        deployment.made.differs(&request);
    }
    Ok(request)
}

/// Builds a request of chosen values, changed in one place.
pub(super) fn build(t: &Trial, chosen: &Chosen, change: &Change) -> Result<Request, Stop> {
    let contract = &t.deployment().contract;
    let operation = &contract.operations()[chosen.operation].operation;
    let method = Method::from_bytes(operation.method.as_bytes())
        .map_err(|error| Stop::Broken(format!("{operation}: {error}")))?;
    let caller = t.caller_for(Role::Operator, chosen.operation)?;
    let mut request = caller.request(method, operation.path.clone());
    let mut parts: Vec<(Location, &str, Option<&Value>)> = (chosen.parameters.iter())
        .map(|parameter| {
            let value = Some(&parameter.value);
            (parameter.location, parameter.name.as_str(), value)
        })
        .collect();
    if let Change::Parameter {
        location,
        name,
        value,
    } = change
    {
        match (parts.iter_mut()).find(|part| part.0 == *location && part.1 == name) {
            Some(part) => part.2 = value.as_ref(),
            None => parts.push((*location, name, value.as_ref())),
        }
    }
    let declared = parameters(contract, operation);
    let index = |location: Location, name: &str| {
        (declared.iter()).position(|one| one.location == location && one.name == name)
    };
    // In the contract's order, so that the same request is the same text.
    parts.sort_by_key(|(location, name, _)| index(*location, name).unwrap_or(declared.len()));
    for (location, name, value) in parts {
        let Some(value) = value else {
            if location == Location::Header {
                request = request.without(&name.to_ascii_lowercase());
            }
            continue;
        };
        let writing = index(location, name).map(|index| declared[index].writing.clone());
        let writing = writing.unwrap_or_else(|| Writing::plain(location));
        let text = writing.text(value, location, name);
        let text = text.filter(|text| !text.is_empty()).ok_or_else(|| {
            Stop::Lacking(format!(
                "the value of {name} of {operation} cannot be written in the style of its {} parameter",
                location.name()
            ))
        })?;
        match location {
            Location::Path => {
                request.path = request.path.replace(&format!("{{{name}}}"), &text);
            }
            Location::Query => request = request.with_query(&text),
            Location::Header => request = request.set(name.to_ascii_lowercase(), text),
            Location::Cookie => request = request.with_cookie(&text),
        }
    }
    let ordinary = chosen.body.as_ref().map(|body| &body.value);
    let bodies = bodies(contract, operation);
    let is_of = |media_type: &str, value: Option<&Value>| {
        let mut bodies = bodies.iter();
        let body = bodies.find(|body| body.media_type == media_type);
        body.zip(value).is_some_and(|(body, value)| {
            accepts(body.schema.as_ref(), value) && body.written(contract, value).is_some()
        })
    };
    let changed = match (change, ordinary) {
        (Change::Member { name, value }, Some(ordinary)) => with_member(ordinary, name, value),
        (Change::Escaped { name, .. }, Some(ordinary)) => {
            with_member(ordinary, name, &ESCAPED.into())
        }
        _ => None,
    };
    let value = match change {
        Change::Body(value) => value.as_ref(),
        Change::Member { .. } | Change::Escaped { .. } => {
            Some(changed.as_ref().ok_or_else(|| {
                Stop::Inapplicable(format!(
                    "the ordinary body of {operation} has no such member"
                ))
            })?)
        }
        Change::Text { .. } | Change::MediaType(_) if ordinary.is_none() => {
            return Err(Stop::Inapplicable(format!(
                "the ordinary request of {operation} has no body"
            )));
        }
        Change::Method(_) => None,
        Change::In(other) if !is_of(other, ordinary) => {
            return Err(Stop::Unasked(format!(
                "the ordinary body of {operation} cannot be sent in {other}"
            )));
        }
        Change::Nothing
        | Change::In(_)
        | Change::Text { .. }
        | Change::MediaType(_)
        | Change::Parameter { .. } => ordinary,
    };
    let Some(value) = value else {
        return Ok(request);
    };
    let other_type = if let Change::In(other) = change {
        Some(other.as_str())
    } else {
        None
    };
    let media_type = other_type
        .or(chosen.body.as_ref().map(|body| body.media_type.as_str()))
        .or(bodies.first().map(|body| body.media_type))
        .unwrap_or(JSON);
    let body = bodies.iter().find(|body| body.media_type == media_type);
    let written = match body {
        Some(body) => body.written(contract, value),
        None => writing::body(media_type, value, &Value::Null, &[]),
    };
    match written {
        Some((media_type, bytes)) => Ok(match change {
            Change::Text { text, .. } => request.body(&media_type, text.as_str()),
            Change::MediaType(other) => request.body(other, bytes),
            Change::Escaped { text, .. } => {
                let written = String::from_utf8_lossy(&bytes).replace(ESCAPED, text);
                request.body(&media_type, written)
            }
            Change::Nothing
            | Change::In(_)
            | Change::Parameter { .. }
            | Change::Body(_)
            | Change::Member { .. }
            | Change::Method(_) => request.body(&media_type, bytes),
        }),
        None => Err(Stop::Lacking(format!(
            "the body of {operation} cannot be written as {media_type}: give `body` in [operations.\"{operation}\"] of the profile"
        ))),
    }
}

/// Returns a body with another member, which is named by its keys with a slash between them. `None` where the body does not have
/// what the member would be in.
fn with_member(body: &Value, name: &str, value: &Value) -> Option<Value> {
    let mut changed = body.clone();
    let mut keys: Vec<&str> = name.split('/').collect();
    let last = keys.pop()?;
    let mut holder = &mut changed;
    for key in keys {
        holder = match holder {
            Value::Array(items) => items.get_mut(key.parse::<usize>().ok()?)?,
            Value::Object(members) => members.get_mut(key)?,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
        };
    }
    (holder.as_object_mut()?).insert(last.to_owned(), value.clone());
    Some(changed)
}
