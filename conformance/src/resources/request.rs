//! The request of a sample: an ordinary request of its operation, changed in one place.

use reqwest::Method;
use serde_json::Value;

use super::inputs::{is_json, parameters};
use super::values::{Chosen, ChosenBody, choose};
use crate::case::sample::{Change, Location};
use crate::case::{Sample, Stop};
use crate::percent::percent_encoded;
use crate::profile::Role;
use crate::trial::Trial;
use crate::wire::Request;

/// Builds the request of a sample, which the operator sends.
pub(crate) async fn of(t: &Trial, sample: &Sample) -> Result<Request, Stop> {
    let chosen = choose(t, sample.operation).await?;
    build(t, &chosen, &sample.change)
}

/// Builds an ordinary request of an operation.
pub(crate) async fn ordinary(t: &Trial, operation: usize) -> Result<Request, Stop> {
    let chosen = choose(t, operation).await?;
    build(t, &chosen, &Change::Nothing)
}

/// Builds a request of chosen values, changed in one place.
fn build(t: &Trial, chosen: &Chosen, change: &Change) -> Result<Request, Stop> {
    let contract = &t.deployment().contract;
    let operation = &contract.operations()[chosen.operation].operation;
    let method = Method::from_bytes(operation.method.as_bytes())
        .map_err(|error| Stop::Broken(format!("{operation}: {error}")))?;
    let caller = t.caller_for(Role::Operator, chosen.operation)?;
    let mut request = caller.request(method, operation.path.clone());
    let mut parts: Vec<(Location, String, Option<String>)> = Vec::new();
    for parameter in &chosen.parameters {
        let text = text_of(&parameter.value).filter(|text| !text.is_empty());
        let text = text.ok_or_else(|| {
            let name = &parameter.name;
            Stop::Lacking(format!(
                "the value of {name} of {operation} cannot be written as a text"
            ))
        })?;
        parts.push((parameter.location, parameter.name.clone(), Some(text)));
    }
    if let Change::Parameter {
        location,
        name,
        text,
    } = change
    {
        let is =
            |part: &&mut (Location, String, Option<String>)| part.0 == *location && part.1 == *name;
        match parts.iter_mut().find(is) {
            Some(part) => part.2.clone_from(text),
            None => parts.push((*location, name.clone(), text.clone())),
        }
    }
    // In the contract's order, so that the same request is the same text.
    let order: Vec<(Location, &str)> = (parameters(contract, operation).iter())
        .map(|parameter| (parameter.location, parameter.name))
        .collect();
    let place = |(location, name, _): &(Location, String, Option<String>)| {
        let is = |&(other, named): &(Location, &str)| other == *location && named == name;
        order.iter().position(is).unwrap_or(order.len())
    };
    parts.sort_by_key(place);
    for (location, name, text) in parts {
        match (location, text) {
            (Location::Path, Some(text)) => {
                let place = format!("{{{name}}}");
                request.path = request.path.replace(&place, &percent_encoded(&text));
            }
            (Location::Path, None) => {}
            (Location::Query, Some(text)) => {
                request = request.with_query(&name, &percent_encoded(&text));
            }
            (Location::Header, Some(text)) => {
                request = request.set(name.to_ascii_lowercase(), text);
            }
            (Location::Header, None) => request = request.without(&name.to_ascii_lowercase()),
            (Location::Cookie, Some(text)) => request = request.with_cookie(&name, &text),
            (Location::Query | Location::Cookie, None) => {}
        }
    }
    Ok(match (change, &chosen.body) {
        (Change::Body(Some(value)), _) => request.json(value),
        (Change::Body(None), _) | (_, None) => request,
        (Change::Nothing | Change::Parameter { .. }, Some(body)) => with_body(request, body),
    })
}

/// Adds a chosen body: JSON, or a text as it is.
fn with_body(request: Request, body: &ChosenBody) -> Request {
    let text = match &body.value {
        Value::String(text) if !is_json(&body.essence()) => text.clone(),
        value => value.to_string(),
    };
    request.body(&body.media_type, text)
}

/// Writes a scalar as a parameter carries it.
pub(crate) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        // `style` decides how a list or an object is written; null cannot be written.
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
