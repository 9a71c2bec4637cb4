//! Cases that no hand wrote: for each operation of a contract, the boundaries and the minimal violations of every
//! parameter and body, sampled from their schemas.
//!
//! Each demands what can be demanded without knowing the operation: a documented status, a body of that status's
//! schema, no server error; and of what the schema excludes, a refusal without effect. Whether nothing changed is seen
//! by the token that the request named (for the revoke operation), or by an operation of the contract that reads the
//! same path or one above it.

mod naming;
mod parameter;
mod request;
mod steps;
mod values;

use openapi::Operation;
use serde_json::Value;

use crate::case::sample::{Change, Expects, Location};
use crate::case::{Case, Clause, Effect, Level, Needs, Sample};
use crate::contract::Contract;
use naming::Names;
use parameter::{Parameter, body, parameters};
use values::Values;

/// The cases that a contract gives. They live as long as the process, as the written ones do.
#[must_use]
pub fn cases(contract: &Contract) -> Vec<&'static Case> {
    let mut names = Names::of(contract);
    let mut cases = Vec::new();
    for (index, promise) in contract.promises().iter().enumerate() {
        let operation = &promise.operation;
        // Their answers have no body, so there is nothing to hold them to.
        if matches!(operation.method.as_str(), "HEAD" | "TRACE" | "OPTIONS") {
            continue;
        }
        let mut add = |part: &str, what: &str, below: &str, sample: Sample| {
            let id = names.id(index, part, what);
            cases.push(leak(contract, operation, id, below, sample));
        };
        let sample = |change: Change, expects: Expects, purpose: String| Sample {
            operation: index,
            change,
            expects,
            purpose: format!("{operation} {purpose}"),
        };
        let ordinary = sample(
            Change::Nothing,
            Expects::Documented,
            "as documented".to_owned(),
        );
        add("request", "ordinary", "/responses", ordinary);
        for parameter in parameters(contract, operation) {
            let Parameter { name, location, .. } = parameter;
            let (below, in_place) = (parameter.below.as_str(), location.name());
            // Neither no credential nor one that nobody issued may do anything, whatever the schema says.
            let credential =
                location == Location::Header && name.eq_ignore_ascii_case("authorization");
            let change = |text: Option<String>| Change::Parameter {
                location,
                name: name.to_owned(),
                text,
            };
            if location != Location::Path {
                let expects = if parameter.required || credential {
                    Expects::Refused
                } else {
                    Expects::Documented
                };
                let purpose = format!("without the {in_place} parameter {name}");
                add(
                    name,
                    "missing",
                    below,
                    sample(change(None), expects, purpose),
                );
            }
            let Some(values) = Values::of(&parameter.schema) else {
                continue;
            };
            for (text, valid) in values.texts(location) {
                let expects = if valid && !credential {
                    Expects::Documented
                } else {
                    Expects::Refused
                };
                let shown = Value::String(text.clone());
                let scalar = serde_json::from_str(&text).ok().filter(Value::is_number);
                let what = naming::of_value(scalar.as_ref().unwrap_or(&shown), valid);
                let purpose = format!("with {} for the {in_place} parameter {name}", brief(&shown));
                add(
                    name,
                    &what,
                    below,
                    sample(change(Some(text)), expects, purpose),
                );
            }
        }
        if let Some((schema, required)) = body(contract, operation) {
            let expects = if required {
                Expects::Refused
            } else {
                Expects::Documented
            };
            let missing = sample(Change::Body(None), expects, "without a body".to_owned());
            add("body", "missing", "/requestBody", missing);
            let Some(values) = Values::of(&schema) else {
                continue;
            };
            for (value, valid) in values.bodies() {
                let expects = if valid {
                    Expects::Documented
                } else {
                    Expects::Refused
                };
                let what = naming::of_value(&value, valid);
                let purpose = format!("with {} for a body", brief(&value));
                let sample = sample(Change::Body(Some(value)), expects, purpose);
                add("body", &what, "/requestBody", sample);
            }
        }
    }
    cases
}

/// A case for a sample.
fn leak(
    contract: &Contract,
    operation: &Operation,
    id: String,
    below: &str,
    sample: Sample,
) -> &'static Case {
    let document = contract.document();
    let promised = match sample.expects {
        Expects::Documented => "a documented answer".to_owned(),
        Expects::Refused => "a documented refusal that changes nothing".to_owned(),
    };
    let place = match below.strip_prefix("/..") {
        Some(shared) => format!("{}{shared}", operation.path_item),
        None => format!("{}{below}", operation.pointer),
    };
    let text = document.at(&place).filter(|_| below != "/responses");
    let text = text.map_or_else(
        || {
            format!(
                "{operation} answers {}",
                contract.promises()[sample.operation].statuses()
            )
        },
        |text| format!("{operation} {below}: {text}; {promised}"),
    );
    let revokes = contract.revoke_operation() == Some(sample.operation);
    let creates = operation.method == "POST" && operation.path == contract.tokens_path();
    let effect = match (operation.method.as_str(), sample.expects) {
        ("GET", _) => Effect::Safe,
        (_, Expects::Refused) if !revokes => Effect::Risks,
        (_, Expects::Refused | Expects::Documented) => Effect::Revokes,
    };
    let source = format!("{}, {}", contract.name().title, contract.name().version);
    let covers: &'static [&'static str] = Box::leak(Box::new([&*below.to_owned().leak()]));
    Box::leak(Box::new(Case {
        id: id.leak(),
        level: Level::Must,
        clause: Clause {
            source: source.leak(),
            text: text.leak(),
        },
        covers,
        needs: Needs {
            own: u32::from(revokes),
            room: u32::from(creates),
            sample: Some(Box::leak(Box::new(sample))),
            ..Needs::NONE
        },
        effect,
        steps: |t| Box::pin(steps::steps(t)),
    }))
}

/// A value for people, cut where it is long.
fn brief(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text,
    }
}
