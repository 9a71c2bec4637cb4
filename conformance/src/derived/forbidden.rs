//! Requests that a contract forbids otherwise than by a schema: undeclared methods and query parameters, other media types, and
//! bodies that are not what their media type says.

use openapi::media_type::MediaType;
use openapi::{Operation, sample};
use serde_json::Value;

use super::reach;
use super::steps::found;
use crate::case::sample::{Change, Location};
use crate::case::{Outcome, Steps, Stop};
use crate::contract::Contract;
use crate::profile::{Role, one_of};
use crate::resources::inputs::{Body, parameters};
use crate::resources::request;
use crate::resources::writing::Form;
use crate::trial::{Answer, Trial};
use crate::wire::Request;

/// The methods of which one that a path does not have is tried. None of them creates or deletes, and none has a body here.
const METHODS: [&str; 3] = ["PUT", "PATCH", "GET"];

/// The query parameter that no contract declares.
const UNDECLARED: &str = "conformance_undeclared";

/// The beginning of an object.
const NOT_JSON: &str = "{\"conformance\":";

/// An element without an end.
const NOT_XML: &str = "<conformance>";

/// A request that a contract forbids.
pub(super) struct Forbidden {
    /// The part of the operation, for the id.
    pub(super) part: &'static str,
    /// What is special about it, for the id.
    pub(super) what: String,
    /// What the case covers.
    pub(super) below: &'static str,
    pub(super) change: Change,
    pub(super) purpose: String,
    /// Other steps than those of all derived cases.
    pub(super) steps: Option<Steps>,
}

/// Returns the requests of an operation that its contract forbids.
pub(super) fn of(contract: &Contract, index: usize, bodies: &[Body<'_>]) -> Vec<Forbidden> {
    let documented = &contract.operations()[index];
    let operation = &documented.operation;
    let of_body = |what: &str, change: Change| Forbidden {
        part: "body",
        what: what.to_owned(),
        below: "/requestBody",
        purpose: format!("with {}", change.part()),
        change,
        steps: None,
    };
    let mut found = Vec::new();
    if let Some(method) = undeclared_method(contract, index) {
        found.push(Forbidden {
            part: "method",
            what: method.to_ascii_lowercase(),
            below: "/responses",
            change: Change::Method(method),
            purpose: format!("with {method}, which the contract does not declare there"),
            steps: Some(|t| Box::pin(refuses_the_method(t))),
        });
    }
    // With a success that changes nothing.
    if operation.method == "GET" {
        found.push(Forbidden {
            part: "query",
            what: "undeclared".to_owned(),
            below: "/responses",
            change: Change::Parameter {
                location: Location::Query,
                name: UNDECLARED.to_owned(),
                value: Some(Value::from("1")),
            },
            purpose: "with a query parameter that the contract does not declare".to_owned(),
            steps: Some(|t| Box::pin(follows_the_policy_of_queries(t))),
        });
    }
    let Some(body) = bodies.first() else {
        return found;
    };
    if documented.names(415)
        && let Some(other) = other_media_type(bodies)
    {
        found.push(of_body("other_media_type", Change::MediaType(other)));
    }
    let not = |text: &str, what: &'static str| Change::Text {
        text: text.to_owned(),
        what,
    };
    let is_xml = MediaType::of(body.media_type).is_xml();
    match body.form() {
        Form::Json => found.push(of_body(
            "not_json",
            not(NOT_JSON, "a body that is not JSON"),
        )),
        Form::Plain if is_xml => {
            found.push(of_body("not_xml", not(NOT_XML, "a body that is not XML")));
        }
        Form::Fields | Form::Parts | Form::Plain => {}
    }
    found
}

/// Says which undeclared methods are not tried: once for each path.
pub(super) fn untried(contract: &Contract, index: usize) -> Option<String> {
    let operations = || contract.operations().iter().map(|one| &one.operation);
    let path = &contract.operations()[index].operation.path;
    let is_first = operations().position(|one| one.path == *path) == Some(index);
    let of_path = || operations().filter(|one| may_be(&one.path, path));
    let is_free = |method: &&str| !of_path().any(|one| one.method == **method);
    let some = ["POST", "DELETE"].iter().any(is_free);
    (is_first && some).then(|| {
        "undeclared methods that create, change or delete something where they work: POST and DELETE, and PUT and PATCH of a path with ids, are not tried".to_owned()
    })
}

/// Returns a method that no operation of the contract has for the path of one, which is the first of its path. Where a path has
/// ids, only GET: a sampled id may be that of something that the run did not create.
fn undeclared_method(contract: &Contract, index: usize) -> Option<&'static str> {
    let operations = || contract.operations().iter().map(|one| &one.operation);
    let path = &contract.operations()[index].operation.path;
    if operations().position(|one| one.path == *path) != Some(index) {
        return None;
    }
    let mut free = METHODS.into_iter();
    free.find(|method| {
        (*method == "GET" || !path.contains('{'))
            && !operations().any(|one| one.method == *method && may_be(&one.path, path))
    })
}

/// Returns whether a path that fits a template may fit another one too.
fn may_be(template: &str, path: &str) -> bool {
    let parts = |path: &str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
    let (template, path) = (parts(template), parts(path));
    let is_open = |part: &str| part.contains('{');
    let fits = |(one, other): (&String, &String)| one == other || is_open(one) || is_open(other);
    template.len() == path.len() && template.iter().zip(&path).all(fits)
}

/// Returns a media type that no body of an operation has.
fn other_media_type(bodies: &[Body<'_>]) -> Option<&'static str> {
    let others = ["text/plain", "application/x-conformance"];
    others.into_iter().find(|other| {
        let other = MediaType::of(other);
        !bodies
            .iter()
            .any(|body| MediaType::of(body.declared).includes(&other))
    })
}

/// Sends an undeclared method to the path of an operation, with ids that name nothing, and checks that it is refused.
async fn refuses_the_method(t: &Trial) -> Outcome {
    let sample = t.sample()?;
    let deployment = t.deployment();
    let policy = deployment.profile.policy.undeclared_methods.as_deref();
    let Change::Method(name) = sample.change else {
        return Ok(());
    };
    if policy.is_some_and(<[u16]>::is_empty) {
        return Err(Stop::Unasked(
            "policy.undeclared_methods names no status".to_owned(),
        ));
    }
    let operations = deployment.contract.operations();
    let operation = &operations[sample.operation].operation;
    let documents_405 =
        (operations.iter()).any(|one| one.operation.path == operation.path && one.names(405));
    let request = nothing_there(t, sample.operation, name)?;
    let outcome = t.look(&sample.purpose, request).await?;
    // A server may not know the method at all (RFC 9110, section 15.6.2).
    let answer = match outcome {
        Ok(answer) if answer.status() == 501 => answer,
        outcome => t.whole(&sample.purpose, outcome)?,
    };
    let status = answer.status();
    let (held, expected) = match policy {
        Some(set) => (
            set.contains(&status),
            format!("{} (policy.undeclared_methods)", one_of(set)),
        ),
        None if documents_405 => (
            status == 405,
            "405, which the contract documents".to_owned(),
        ),
        None => (
            (400..500).contains(&status) || status == 501,
            "a refusal, best 405: the contract has no such operation".to_owned(),
        ),
    };
    let refused = answer.expect("status", held, expected, found(&answer, held));
    let cause = format!(
        "{status} for {}, which is not declared",
        sample.change.part()
    );
    // What routes requests does so for all paths.
    t.name_cause((!held).then(|| cause.clone()), Some(cause));
    refused?;
    allows(&answer, t)?;
    reach::ensure(t, sample.operation).await
}

/// Checks that a 405 names the methods that are allowed (RFC 9110, section 15.5.6).
fn allows(answer: &Answer<'_>, t: &Trial) -> Outcome {
    if answer.status() != 405 {
        return Ok(());
    }
    let held = !answer.headers("allow").is_empty();
    let expected = "the methods that the path has (RFC 9110, section 15.5.6)";
    let actual = if held { "there" } else { "missing" };
    let named = answer.expect("allow", held, expected, actual);
    let cause = "a 405 without `Allow`".to_owned();
    t.name_cause((!held).then(|| cause.clone()), (!held).then_some(cause));
    named
}

/// Builds a request without a body to the path of an operation, with sampled ids.
fn nothing_there(t: &Trial, index: usize, method: &str) -> Result<Request, Stop> {
    let contract = &t.deployment().contract;
    let operation = &contract.operations()[index].operation;
    let caller = t.caller_for(Role::Operator, index)?;
    let method = reqwest::Method::from_bytes(method.as_bytes());
    let method = method.unwrap_or(reqwest::Method::GET);
    Ok(caller.request(method, sampled_path(contract, operation)))
}

/// Returns the path of an operation with samples of its parameters.
fn sampled_path(contract: &Contract, operation: &Operation) -> String {
    let mut path = operation.path.clone();
    for parameter in parameters(contract, operation) {
        if parameter.location == Location::Path {
            let value = sample::valid(&parameter.schema);
            let text = value.and_then(|value| {
                parameter
                    .writing
                    .text(&value, Location::Path, parameter.name)
            });
            let text = text.filter(|text| !text.is_empty());
            let text = text.unwrap_or_else(|| "conformance".to_owned());
            path = path.replace(&format!("{{{}}}", parameter.name), &text);
        }
    }
    path
}

/// Sends an ordinary request with an undeclared query parameter, as far as the profile says what it gets.
async fn follows_the_policy_of_queries(t: &Trial) -> Outcome {
    let sample = t.sample()?;
    let policy = t.deployment().profile.policy.undeclared_query.as_deref();
    let Some(set) = policy.filter(|set| !set.is_empty()) else {
        return Err(Stop::Unasked(
            "policy.undeclared_query names no status, and the contract does not say what it gets"
                .to_owned(),
        ));
    };
    let changed = request::of(t, sample).await?;
    let answer = t.send(&sample.purpose, changed).await?;
    let held = set.contains(&answer.status());
    let expected = format!("{} (policy.undeclared_query)", one_of(set));
    let followed = answer.expect("status", held, expected, found(&answer, held));
    let status = answer.status();
    t.name_cause(
        (!held).then(|| format!("{status} for an undeclared query parameter")),
        None,
    );
    followed?;
    reach::ensure(t, sample.operation).await
}
