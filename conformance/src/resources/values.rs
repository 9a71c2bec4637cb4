//! The values of one ordinary request, each with where it comes from.

use openapi::Operation;
use serde_json::Value;

use super::examples;
use super::inputs::{Body, Parameter, bodies, parameters};
use super::origin::Origin;
use super::writing::{self, Form};
use crate::case::Stop;
use crate::case::sample::Location;
use crate::contract::Contract;
use crate::profile::{OperationValues, Role};
use crate::trial::Trial;
use crate::wire::Caller;

/// What an ordinary request of an operation has.
#[derive(Debug, Clone)]
pub(crate) struct Chosen {
    /// The index of the operation in the contract's document.
    pub(crate) operation: usize,
    /// The parameters, in the contract's order; then those that only the profile names. A parameter that is not among them
    /// is left out, or set by the caller.
    pub(crate) parameters: Vec<ChosenParameter>,
    /// The body.
    pub(crate) body: Option<ChosenBody>,
}

/// The value of a parameter.
#[derive(Debug, Clone)]
pub(crate) struct ChosenParameter {
    pub(crate) location: Location,
    pub(crate) name: String,
    pub(crate) value: Value,
    pub(crate) origin: Origin,
}

/// The value of a body. Of a body that is not JSON it is what its schema describes: of a form an object, of a text a text.
#[derive(Debug, Clone)]
pub(crate) struct ChosenBody {
    pub(crate) media_type: String,
    pub(crate) value: Value,
    pub(crate) origin: Origin,
}

/// Chooses the values of an ordinary request of an operation.
pub(crate) async fn choose(t: &Trial, operation: usize) -> Result<Chosen, Stop> {
    let choice = Choice::of(t, operation)?;
    let mut chosen = Vec::new();
    for parameter in parameters(choice.contract, choice.operation) {
        if let Some((value, origin)) = choice.parameter(&parameter)? {
            chosen.push(ChosenParameter {
                location: parameter.location,
                name: parameter.name.to_owned(),
                value,
                origin,
            });
        }
    }
    choice.add_undeclared(&mut chosen);
    let chosen = Chosen {
        operation,
        parameters: chosen,
        body: choice.body()?,
    };
    let record = |place, origin: &Origin| {
        t.deployment()
            .chose_value(operation, place, origin.to_string());
    };
    for parameter in &chosen.parameters {
        let place = format!("{}.{}", parameter.location.name(), parameter.name);
        record(place, &parameter.origin);
    }
    if let Some(body) = &chosen.body {
        record("body".to_owned(), &body.origin);
    }
    Ok(chosen)
}

/// The choice of the values of one request.
struct Choice<'t> {
    t: &'t Trial,
    caller: Caller<'t>,
    contract: &'t Contract,
    index: usize,
    operation: &'t Operation,
    /// The key of the profile that gives values for the operation, and these values.
    given: Option<(&'t str, &'t OperationValues)>,
}

impl<'t> Choice<'t> {
    fn of(t: &'t Trial, index: usize) -> Result<Choice<'t>, Stop> {
        let contract = &t.deployment().contract;
        let operation = &contract.operations()[index].operation;
        let given = &t.deployment().profile.operations;
        let key = operation.to_string();
        let given = (given.get_key_value(&key))
            .or_else(|| given.get_key_value(operation.id.as_ref()?))
            .map(|(key, values)| (key.as_str(), values));
        Ok(Choice {
            t,
            caller: t.caller_for(Role::Operator, index)?,
            contract,
            index,
            operation,
            given,
        })
    }

    /// Chooses the value of a parameter; `None` where it is left out, or set by the caller.
    fn parameter(&self, parameter: &Parameter<'_>) -> Result<Option<(Value, Origin)>, Stop> {
        let Parameter { name, location, .. } = *parameter;
        if self.caller.provides(location, name) {
            return Ok(None);
        }
        let in_path = location == Location::Path;
        if in_path && self.contract.revoke_operation() == Some(self.index) {
            let id = self.t.own(0).id.clone();
            return Ok(Some((Value::String(id), Origin::Suite)));
        }
        if let Some(given) = self.given_parameter(location, name) {
            return Ok(Some(given));
        }
        if let Some(text) = self.t.deployment().profile.parameters.get(name) {
            let origin = Origin::Profile(format!("parameters.{name}"));
            return Ok(Some((Value::String(text.clone()), origin)));
        }
        let is_header = |wanted| location == Location::Header && is_named(location, name, wanted);
        if is_header("authorization") || !(parameter.required || in_path) {
            return Ok(None);
        }
        if is_header("x-business-id") {
            return match self.caller.business_id() {
                "" => Err(Stop::Lacking(format!(
                    "the profile gives no operator.business_id, which the header {name} needs"
                ))),
                _ => Ok(None),
            };
        }
        let document = self.contract.document();
        let written = |value: &Value| parameter.writing.text(value, location, name);
        let fits = |value: &Value| {
            let is_empty =
                value.as_str() == Some("") || value.as_array().is_some_and(Vec::is_empty);
            !is_empty && written(value).is_some_and(|text| !text.is_empty())
        };
        examples::value(document, &parameter.holder(), Some(&parameter.schema), fits)
            .map(Some)
            .ok_or_else(|| self.no_value(name, &format!("{}.{name}", location.name())))
    }

    /// Returns the value that the profile gives for a parameter of this operation.
    fn given_parameter(&self, location: Location, name: &str) -> Option<(Value, Origin)> {
        let (operation, given) = self.given?;
        let (key, value) =
            (given.of(location).iter()).find(|(key, _)| is_named(location, key, name))?;
        Some((value.clone(), from_profile(operation, location, key)))
    }

    /// Adds the parameters that the profile names and the contract does not.
    fn add_undeclared(&self, chosen: &mut Vec<ChosenParameter>) {
        let Some((operation, given)) = self.given else {
            return;
        };
        for location in [Location::Query, Location::Header, Location::Cookie] {
            for (name, value) in given.of(location) {
                let is = |one: &ChosenParameter| {
                    one.location == location && is_named(location, &one.name, name)
                };
                if !chosen.iter().any(is) {
                    chosen.push(ChosenParameter {
                        location,
                        name: name.clone(),
                        value: value.clone(),
                        origin: from_profile(operation, location, name),
                    });
                }
            }
        }
    }

    /// Chooses the body; `None` where a request has none.
    fn body(&self) -> Result<Option<ChosenBody>, Stop> {
        let bodies = bodies(self.contract, self.operation);
        let given = self.given.and_then(|(key, values)| {
            let body = values.body.as_ref()?;
            Some((key, body, values.media_type.as_deref()))
        });
        if let Some((operation, value, media_type)) = given {
            let declared = bodies.first().map(|body| body.media_type);
            return Ok(Some(ChosenBody {
                media_type: (media_type.or(declared))
                    .unwrap_or(crate::contract::JSON)
                    .to_owned(),
                value: value.clone(),
                origin: Origin::Profile(format!("operations.{operation:?}.body")),
            }));
        }
        let Some(body) = bodies.first().filter(|body| self.has_body(body)) else {
            return Ok(None);
        };
        let document = self.contract.document();
        let schema = body.schema.as_ref();
        let is_written =
            |value: &Value| writing::body(body.media_type, value, &Value::Null, schema).is_some();
        let fits = |value: &Value| examples::accepts(schema, value) && is_written(value);
        // Bytes need no schema (OpenAPI 3.1, section 4.8.14.3).
        let bytes = || {
            let value = Value::String("conformance".to_owned());
            let is_plain = body.form() == Form::Plain && fits(&value);
            is_plain.then_some((value, Origin::Sample))
        };
        match examples::value(document, &body.place, schema, fits).or_else(bytes) {
            Some((value, origin)) => Ok(Some(ChosenBody {
                media_type: body.media_type.to_owned(),
                value,
                origin,
            })),
            None if body.required => Err(self.no_value("its body", "body")),
            None => Ok(None),
        }
    }

    /// Returns whether an ordinary request has this body: where it is required, and otherwise where a method is about one.
    fn has_body(&self, body: &Body<'_>) -> bool {
        let is_revoke = self.contract.revoke_operation() == Some(self.index);
        let is_about_one = matches!(self.operation.method.as_str(), "POST" | "PUT" | "PATCH");
        body.required || (is_about_one && !is_revoke)
    }

    fn no_value(&self, part: &str, key: &str) -> Stop {
        let operation = self.operation;
        Stop::Lacking(format!(
            "no value was found for {part} of {operation}: give `{key}` in [operations.\"{operation}\"] of the profile"
        ))
    }
}

fn from_profile(operation: &str, location: Location, name: &str) -> Origin {
    Origin::Profile(format!(
        "operations.{operation:?}.{}.{name}",
        location.name()
    ))
}

/// Returns whether two names of a place are the same: names of headers have no case (RFC 9110, section 5.1).
fn is_named(location: Location, one: &str, other: &str) -> bool {
    match location {
        Location::Header => one.eq_ignore_ascii_case(other),
        Location::Path | Location::Query | Location::Cookie => one == other,
    }
}
