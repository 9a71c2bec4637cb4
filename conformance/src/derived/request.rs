//! The request of a sample: an ordinary request of its operation, changed in one place.

use openapi::{pointer, sample};
use reqwest::Method;
use serde_json::Value;

use super::parameter::{Parameter, body, parameters};
use super::values::text_of;
use crate::case::sample::{Change, Location};
use crate::case::{Sample, Stop};
use crate::contract::Contract;
use crate::percent::percent_encoded;
use crate::profile::Role;
use crate::trial::Trial;
use crate::wire::{Caller, Request};

/// Builds the request of a sample, which the operator sends.
pub(super) fn of(t: &Trial, sample: &Sample) -> Result<Request, Stop> {
    build(t, sample.operation, &sample.change)
}

/// Builds an ordinary request of an operation.
pub(super) fn ordinary(t: &Trial, operation: usize) -> Result<Request, Stop> {
    build(t, operation, &Change::Nothing)
}

fn build(t: &Trial, index: usize, change: &Change) -> Result<Request, Stop> {
    let contract = &t.deployment().contract;
    let operation = &contract.operations()[index].operation;
    let method = Method::from_bytes(operation.method.as_bytes())
        .map_err(|error| Stop::Broken(format!("{operation}: {error}")))?;
    let caller = t.caller_for(Role::Operator, index)?;
    let mut request = caller.request(method, operation.path.clone());
    for parameter in parameters(contract, operation) {
        let text = match change {
            Change::Parameter {
                location,
                name,
                text,
            } if *location == parameter.location && name == parameter.name => text.clone(),
            Change::Nothing | Change::Body(_) | Change::Parameter { .. } => {
                match usual(t, index, &caller, &parameter)? {
                    Some(text) => Some(text),
                    // The caller has set the credential and the business.
                    None => continue,
                }
            }
        };
        let name = parameter.name.to_owned();
        match (parameter.location, text) {
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
    Ok(match change {
        Change::Body(Some(value)) => request.json(value),
        Change::Body(None) => request,
        Change::Nothing | Change::Parameter { .. } => match body(contract, operation) {
            Some((schema, true)) => match sample::valid(&schema) {
                Some(value) => request.json(&value),
                None => return Err(no_value(&operation.to_string(), "its body")),
            },
            Some((_, false)) | None => request,
        },
    })
}

/// Returns what an ordinary request has for a parameter; `None` where it may be left out.
fn usual(
    t: &Trial,
    index: usize,
    caller: &Caller<'_>,
    parameter: &Parameter,
) -> Result<Option<String>, Stop> {
    if caller.provides(parameter.location, parameter.name) {
        return Ok(None);
    }
    let contract = &t.deployment().contract;
    let in_path = parameter.location == Location::Path;
    if in_path && contract.revoke_operation() == Some(index) {
        return Ok(Some(t.own(0).id.clone()));
    }
    if let Some(text) = t.deployment().profile.parameters.get(parameter.name) {
        return Ok(Some(text.clone()));
    }
    let header = |name: &str| {
        parameter.location == Location::Header && parameter.name.eq_ignore_ascii_case(name)
    };
    if header("authorization") || !(parameter.required || in_path) {
        return Ok(None);
    }
    if header("x-business-id") {
        return match caller.business_id() {
            "" => Err(Stop::Lacking(format!(
                "the profile gives no operator.business_id, which the header {} needs",
                parameter.name
            ))),
            _ => Ok(None),
        };
    }
    let text = example(contract, index, parameter)
        .or_else(|| sample::valid(&parameter.schema))
        .as_ref()
        .and_then(text_of);
    let text = text.filter(|text| !text.is_empty());
    match text {
        Some(text) => Ok(Some(text)),
        None => Err(no_value(
            &contract.operations()[index].operation.to_string(),
            parameter.name,
        )),
    }
}

/// Returns the contract's own example of a parameter, or its default.
fn example(contract: &Contract, index: usize, parameter: &Parameter) -> Option<Value> {
    let operation = &contract.operations()[index].operation;
    let document = contract.document();
    let place = match parameter.below.strip_prefix("/../") {
        Some(shared) => format!("{}/{shared}", operation.path_item),
        None => format!("{}{}", operation.pointer, parameter.below),
    };
    let declared = document.resolve(&place)?;
    let examples = declared["examples"].as_object();
    let named = examples.and_then(|examples| Some(examples.values().next()?["value"].clone()));
    let in_schema = || {
        let schema = document.resolve(&pointer::join(&place, "schema"))?;
        let listed = schema["examples"].as_array().and_then(|list| list.first());
        (listed
            .or_else(|| schema.get("example"))
            .or_else(|| schema.get("default")))
        .cloned()
    };
    declared
        .get("example")
        .cloned()
        .or(named)
        .or_else(in_schema)
}

fn no_value(operation: &str, part: &str) -> Stop {
    Stop::Lacking(format!(
        "no value was found for {part} of {operation}: give one in [parameters] of the profile"
    ))
}
