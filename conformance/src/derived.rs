//! Cases derived from a contract: for each operation, the boundaries and the minimal violations of every parameter and
//! body, sampled from their schemas.
//!
//! Each demands what holds for every operation: a documented status, a body of that status's schema, and no server
//! error; and for what the schema excludes, a refusal without effect. The effect is looked for in the token that the
//! request named (for the revoke operation), or in an operation of the contract that reads the same path or one above.

mod accepted;
mod bodies;
mod bodiless;
mod case;
mod derivation;
mod effect;
mod effects;
mod every_answer;
mod forbidden;
mod lifecycle;
mod naming;
mod neighbours;
pub(crate) mod reach;
mod security;
mod steps;
mod values;
mod violations;

use serde_json::Value;

use crate::case::sample::{Change, Expects, Location};
use crate::case::{Case, Effect, Needs, Sample};
use crate::contract::Contract;
use crate::resources::graph::{Graph, names_things};
use crate::resources::inputs::{Parameter, bodies, parameters};
use case::case;
use derivation::{Derivation, NUL, Variant, brief, expected, is_of_tokens, leak};
use forbidden::Forbidden;
use lifecycle::Promise;
use naming::Names;

/// The end of the ids of the cases that judge every answer of an operation.
const EVERY_ANSWER: &str = "each_as_documented";

/// Returns whether an id is that of a case which judges the answers that other cases got.
pub(crate) fn judges_others(id: &str) -> bool {
    id.starts_with("generated.") && id.ends_with(&format!(".answers.{EVERY_ANSWER}"))
}

/// Returns the cases that are derived from a contract. They live as long as the process, as those of the catalogue do.
#[must_use]
pub fn cases(contract: &Contract) -> Vec<&'static Case> {
    let mut derivation = Derivation {
        contract,
        graph: Graph::of(contract),
        names: Names::of(contract),
        cases: Vec::new(),
        left_out: Vec::new(),
    };
    for (index, documented) in contract.operations().iter().enumerate() {
        let operation = &documented.operation;
        let ordinary = Variant {
            part: "request",
            what: "ordinary",
            below: "/responses",
            expects: Expects::Documented,
        };
        let id = derivation.names.id(index, ordinary.part, ordinary.what);
        let first = derivation.cases.len();
        for parameter in parameters(contract, operation) {
            derivation.add_parameter(index, &parameter);
        }
        let bodies = bodies(contract, operation);
        if !is_of_tokens(contract, index) {
            for forbidden in forbidden::of(contract, index, &bodies) {
                derivation.add_forbidden(index, forbidden);
            }
            (derivation.left_out).extend(forbidden::untried(contract, index));
        }
        if let Some((body, others)) = bodies.split_first() {
            derivation.add_body(index, body);
            for other in others {
                derivation.add_other_media_type(index, other);
            }
        }
        derivation.left_out.extend(documented.unjudged());
        let sample = Sample {
            operation: index,
            change: Change::Nothing,
            expects: ordinary.expects,
            purpose: format!("{operation} as documented"),
            left_out: std::mem::take(&mut derivation.left_out),
        };
        let ordinary = leak(contract, &derivation.graph, id, ordinary.below, sample);
        derivation.cases.insert(first, ordinary);
        if bodiless::is_documented(documented) && !is_of_tokens(contract, index) {
            derivation.add_bodiless(index);
        }
        let about_callers =
            security::cases(contract, &derivation.graph, index, &mut derivation.names);
        derivation.cases.extend(about_callers);
        if !is_of_tokens(contract, index) {
            derivation.add_every_answer(index);
        }
    }
    derivation.add_lifecycles();
    derivation.cases
}

impl Derivation<'_> {
    /// Adds the cases of a parameter.
    fn add_parameter(&mut self, index: usize, parameter: &Parameter) {
        let Parameter { name, location, .. } = *parameter;
        let (below, in_place) = (parameter.below.as_str(), location.name());
        // Whatever the schema says, a missing or unknown credential must be refused.
        let is_credential =
            location == Location::Header && name.eq_ignore_ascii_case("authorization");
        let change = |value: Option<Value>| Change::Parameter {
            location,
            name: name.to_owned(),
            value,
        };
        if location != Location::Path {
            let missing = Variant {
                part: name,
                what: "missing",
                below,
                expects: expected(!parameter.required && !is_credential),
            };
            let purpose = format!("without the {in_place} parameter {name}");
            self.add(index, &missing, change(None), &purpose);
        }
        let part = format!("the {in_place} parameter {name}");
        let Some(values) = self.values(&parameter.schema, &part) else {
            return;
        };
        if location == Location::Query && values.is_free_text() && !names_things(name) {
            let variant = Variant {
                part: name,
                what: "nul",
                below,
                expects: Expects::Documented,
            };
            let purpose = format!("with the character NUL in the query parameter {name}");
            self.add(index, &variant, change(Some(NUL.into())), &purpose);
        }
        let tested = values.of_parameter(parameter);
        self.count(&part, tested.len(), values.found());
        let names_a_thing = location == Location::Path && self.changes_thing(index, name);
        if names_a_thing {
            let why = format!(
                "no allowed value of {part} is tested: it may name something that the run did not create"
            );
            self.left_out.push(why);
        }
        for (value, valid) in tested {
            if valid && names_a_thing {
                continue;
            }
            let shown = value.clone();
            let number = (value.as_str())
                .and_then(|text| serde_json::from_str(text).ok())
                .filter(Value::is_number);
            let variant = Variant {
                part: name,
                what: &naming::of_value(number.as_ref().unwrap_or(&shown), valid),
                below,
                expects: match expected(valid && !is_credential) {
                    Expects::Documented if values.are_bounded() => Expects::Taken,
                    other => other,
                },
            };
            let purpose = format!("with {} for the {in_place} parameter {name}", brief(&shown));
            self.add(index, &variant, change(Some(value)), &purpose);
        }
    }

    /// Returns whether an operation other than revoke changes a thing that a parameter of its path names, or something
    /// within it.
    fn changes_thing(&self, index: usize, parameter: &str) -> bool {
        let slots = self.graph.slots(index).iter();
        let mut named = slots.filter(|slot| slot.name == parameter);
        self.graph.effect(index) != Effect::Safe
            && self.contract.revoke_operation() != Some(index)
            && named.any(|slot| {
                let kind = self.graph.kind(&slot.key);
                kind.is_some_and(|kind| self.graph.kinds[kind].is_thing())
            })
    }

    /// Adds the case about the bytes of an answer without a body.
    fn add_bodiless(&mut self, index: usize) {
        let variant = Variant {
            part: "wire",
            what: "no_body",
            below: "/responses",
            expects: Expects::Documented,
        };
        let purpose = "as documented, on a connection of its own";
        self.add(index, &variant, Change::Nothing, purpose);
        if let Some(case) = self.cases.pop() {
            self.cases.push(Box::leak(Box::new(Case {
                steps: |t| Box::pin(bodiless::has_no_body(t)),
                ..*case
            })));
        }
    }

    /// Adds the case that judges every answer of an operation, after all others.
    fn add_every_answer(&mut self, index: usize) {
        let documented = &self.contract.operations()[index];
        let operation = &documented.operation;
        let sample = Sample {
            operation: index,
            change: Change::Nothing,
            // Not the ordinary request itself.
            expects: Expects::Taken,
            purpose: format!("{operation} in the whole run"),
            left_out: Vec::new(),
        };
        let text = format!(
            "{operation} answers {}: so does every answer to its ordinary requests in the run, with the documented headers and body",
            documented.statuses()
        );
        let id = self.names.id(index, "answers", EVERY_ANSWER);
        let case = case(
            self.contract,
            &self.graph,
            (id, "/responses"),
            None,
            text,
            sample,
        );
        self.cases.push(Box::leak(Box::new(Case {
            needs: Needs {
                others_done: true,
                ..case.needs
            },
            steps: |t| Box::pin(every_answer::is_documented_each_time(t)),
            ..case
        })));
    }

    /// Adds the case of a request that the contract forbids otherwise than by a schema.
    fn add_forbidden(&mut self, index: usize, forbidden: Forbidden) {
        let Forbidden {
            part,
            what,
            below,
            change,
            purpose,
            steps,
        } = forbidden;
        let variant = Variant {
            part,
            what: &what,
            below,
            expects: Expects::Refused,
        };
        self.add(index, &variant, change, &purpose);
        let Some(steps) = steps else { return };
        if let Some(case) = self.cases.pop() {
            // A method that is not safe may change something where it is not refused.
            let is_method = variant.part == "method" && variant.what != "get";
            self.cases.push(Box::leak(Box::new(Case {
                effect: if is_method {
                    Effect::Change
                } else {
                    case.effect
                },
                needs: Needs {
                    optional: is_method,
                    ..case.needs
                },
                steps,
                ..*case
            })));
        }
    }

    /// Adds the cases about the life of the things that the contract creates.
    fn add_lifecycles(&mut self) {
        let kinds = self.graph.kinds.iter();
        let mut promises: Vec<Promise> = kinds.flat_map(lifecycle::promises).collect();
        promises.extend(lifecycle::gone::promises(self.contract, &self.graph));
        promises.extend(lifecycle::looked_up::promises(&self.graph));
        for promise in promises {
            let operation = &self.contract.operations()[promise.operation].operation;
            let sample = Sample {
                operation: promise.operation,
                change: Change::Nothing,
                expects: Expects::Documented,
                purpose: format!("{operation}: {}", promise.text),
                left_out: Vec::new(),
            };
            let id = self.names.id(promise.operation, "lifecycle", promise.what);
            let text = sample.purpose.clone();
            let (contract, graph) = (self.contract, &self.graph);
            let case = case(contract, graph, (id, "/responses"), None, text, sample);
            self.cases.push(Box::leak(Box::new(Case {
                effect: promise.effect,
                needs: Needs {
                    others_done: promise.is_of_all,
                    ..case.needs
                },
                steps: promise.steps,
                ..case
            })));
        }
    }
}
