//! Observations of a run: what is wrong with single answers, whatever case received them. The cases that run last judge
//! them, so that a fault of one answer in twenty is noticed among the hundreds of a run.

use super::faults::OTHER_MEDIA_TYPE;
use super::leak::{self, Leaked};
use crate::contract::{Contract, JSON, NOT_JSON, kinds, repetition};
use crate::redact::Secrets;
use crate::wire::{Exchange, Request, Response};
use openapi::media_type::MediaType;
use reqwest::Method;
use uuid::Uuid;

/// The fault that any operation shows whose answers are not JSON: answers are written in one place.
pub(crate) const UNREADABLE: &str = "an answer that is not JSON";

/// Something that is wrong with an answer.
#[derive(Debug, Clone)]
pub(crate) struct Observation {
    /// The case that sent the request.
    pub(crate) case: &'static str,
    /// The method and the redacted path of the request.
    pub(crate) request: String,
    /// A description of what was found, without the value of a credential.
    pub(crate) found: String,
    /// The operation of the request.
    pub(crate) operation: String,
    /// What was wrong, in the words of a case that checks it.
    pub(crate) check: String,
    /// The fault that it is, if it is not one of a single operation.
    pub(crate) fault: Option<String>,
    /// What it is about.
    pub(crate) kind: Kind,
}

/// What an observation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A leak in the answer.
    Leak(Leaked),
    /// A 401 without a Bearer challenge.
    Challenge,
    /// A body or a media type that the contract does not document for the status.
    Body,
}

/// The statuses whose bodies are judged in every answer. Others may come from a server in front of the operation, which
/// refuses a request in its own words.
const JUDGED: [u16; 4] = [201, 401, 403, 404];

/// Observes what is wrong with an answer of an operation. `false_member` is that of a 201 which is not what the run knows.
pub(crate) fn observe(
    case: &'static str,
    operation: impl Fn() -> String,
    (contract, secrets): (&Contract, &Secrets),
    (exchange, response): (&Exchange, &Response),
    false_member: Option<&'static str>,
) -> Vec<Observation> {
    let request = &exchange.request;
    let creates = request.method == Method::POST && request.path == contract.tokens_path();
    let status = response.status;
    let leaks = leak::leaks(secrets, exchange, response, creates).into_iter();
    let mut found: Vec<(Kind, String, String)> = leaks
        .map(|(leaked, found)| (Kind::Leak(leaked), found, leaked.in_the(status)))
        .collect();
    if is_ordinary(contract, request) {
        if status == 401 && !has_bearer_challenge(response) {
            let check = "www-authenticate of the 401".to_owned();
            found.push((Kind::Challenge, "no Bearer challenge".to_owned(), check));
        }
        if JUDGED.contains(&status) {
            let problems = problems(contract, response);
            let is_sound = problems.is_empty();
            if !is_sound {
                let what = format!("{status} with {}", secrets.redact(&problems.join("; ")));
                let check = format!("{} in the {status}", secrets.redact(&kinds(&problems)));
                found.push((Kind::Body, what, check));
            }
            if let Some(place) = false_member.filter(|_| is_sound) {
                let what = format!("{status} with a false {place}");
                found.push((Kind::Body, what, format!("{place} of the {status}")));
            }
        }
    }
    let sent = format!("{} {}", request.method, secrets.redact(&request.path));
    let observation = |(kind, found, check): (Kind, String, String)| Observation {
        case,
        request: sent.clone(),
        found,
        operation: operation(),
        fault: fault_of(status, &check),
        check,
        kind,
    };
    found.into_iter().map(observation).collect()
}

/// Returns the fault of what is wrong with an answer, if any operation shows it: credentials and methods are refused in one
/// place, and answers are written in one.
pub(crate) fn fault_of(status: u16, check: &str) -> Option<String> {
    match status {
        _ if check.starts_with(NOT_JSON) => Some(UNREADABLE.to_owned()),
        _ if ["the media type ", "no media type"]
            .iter()
            .any(|one| check.starts_with(one)) =>
        {
            Some(OTHER_MEDIA_TYPE.to_owned())
        }
        401 => Some(fault_of_refusals(check)),
        405 => Some(fault_of_methods(check)),
        _ => None,
    }
}

/// Returns the fault of refusals with 401.
pub(crate) fn fault_of_refusals(check: &str) -> String {
    format!("the refusal of a credential: {check}")
}

/// Returns the fault of refusals with 405: any other method shows it.
pub(crate) fn fault_of_methods(check: &str) -> String {
    format!("the refusal of a method: {check}")
}

/// Returns whether a request is one that the revoke operation itself answers: its path names a UUID as the contract does, and
/// its body, if it has one, is JSON.
fn is_ordinary(contract: &Contract, request: &Request) -> bool {
    let id = request
        .path
        .split('/')
        .find_map(|part| part.parse::<Uuid>().ok());
    let names = |id: Uuid| request.path == contract.revoke_path(&id.to_string());
    let is_json = request
        .header("content-type")
        .is_none_or(|media_type| media_type == JSON);
    contract.has_revoke() && request.method == Method::POST && is_json && id.is_some_and(names)
}

fn has_bearer_challenge(response: &Response) -> bool {
    let challenges = response
        .headers
        .iter()
        .filter(|(name, _)| name == "www-authenticate");
    let mut challenges = challenges.map(|(_, value)| value.to_ascii_lowercase());
    challenges.any(|value| value.windows(6).any(|word| word == b"bearer"))
}

/// Returns what differs from the media type and the body that the contract documents.
fn problems(contract: &Contract, response: &Response) -> Vec<String> {
    let media_types = response
        .headers
        .iter()
        .filter(|(name, _)| name == "content-type");
    let media_types: Vec<_> = media_types
        .map(|(_, value)| String::from_utf8_lossy(value))
        .collect();
    match media_types.as_slice() {
        [] => return vec!["no media type".to_owned()],
        [media_type] if MediaType::of(media_type).essence() == JSON => {}
        several => return vec![format!("the media type {}", several.join(" and "))],
    }
    match response.json() {
        Some(body) => {
            let twice = repetition(&response.body);
            let problems = contract.problems(response.status, body);
            twice.into_iter().chain(problems).collect()
        }
        None => vec![NOT_JSON.to_owned()],
    }
}
