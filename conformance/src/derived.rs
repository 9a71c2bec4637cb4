//! Cases derived from a contract: for each operation, the boundaries and the minimal violations of every parameter and
//! body, sampled from their schemas.
//!
//! Each demands what holds for every operation: a documented status, a body of that status's schema, and no server
//! error; and for what the schema excludes, a refusal without effect. The effect is looked for in the token that the
//! request named (for the revoke operation), or in an operation of the contract that reads the same path or one above.

mod accepted;
mod bodiless;
mod case;
mod effect;
mod effects;
mod forbidden;
mod lifecycle;
mod naming;
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
use crate::resources::inputs::{Body, Parameter, bodies, parameters};
use crate::resources::writing::Form;
use case::case;
use forbidden::Forbidden;
use lifecycle::Promise;
use naming::Names;
use values::Values;

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
    }
    derivation.add_lifecycles();
    derivation.cases
}

/// The cases of a contract while they are collected.
struct Derivation<'c> {
    contract: &'c Contract,
    graph: Graph,
    names: Names,
    cases: Vec<&'static Case>,
    /// What is not tested of the operation whose cases are being derived.
    left_out: Vec<String>,
}

/// What a case is about, besides the change of its request.
struct Variant<'v> {
    /// The part of the operation, for the id.
    part: &'v str,
    /// What is special about the part, for the id.
    what: &'v str,
    /// What the case covers: a JSON pointer below the operation.
    below: &'v str,
    expects: Expects,
}

impl<'v> Variant<'v> {
    fn of_body(what: &'v str, expects: Expects) -> Variant<'v> {
        Variant {
            part: "body",
            what,
            below: "/requestBody",
            expects,
        }
    }
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

    /// Returns the values of a part's schema. Where it cannot be compiled, none are tested.
    fn values<'s>(&mut self, schema: &'s Value, part: &str) -> Option<Values<'s>> {
        let values = Values::of(schema);
        if values.is_none() {
            let why = format!("no value of {part} is tested: its schema cannot be used");
            self.left_out.push(why);
        }
        values
    }

    /// Counts the values of a part that are not tested.
    fn count(&mut self, part: &str, tested: usize, found: usize) {
        if found == 0 {
            let why = format!("no value of {part} is tested: none was found that can be written");
            self.left_out.push(why);
        } else if tested < found {
            let why = format!("{tested} of {found} values of {part} are tested");
            self.left_out.push(why);
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
            self.cases.push(Box::leak(Box::new(Case {
                effect: promise.effect,
                steps: promise.steps,
                ..case(contract, graph, (id, "/responses"), None, text, sample)
            })));
        }
    }

    /// Adds the cases of a body.
    fn add_body(&mut self, index: usize, body: &Body<'_>) {
        let missing = Variant::of_body("missing", expected(!body.required));
        self.add(index, &missing, Change::Body(None), "without a body");
        let Some(schema) = &body.schema else {
            return;
        };
        let Some(values) = self.values(schema, "the body") else {
            return;
        };
        let bodies = match body.form() {
            Form::Json => values.bodies(),
            Form::Fields | Form::Parts => values.forms(
                |value| body.written(self.contract, value).is_some(),
                &body.files,
            ),
            // Bytes and other texts have no violation that every reader of them would see.
            Form::Plain => {
                self.left_out.push(format!(
                    "no value of the body in {} is tested but the ordinary one",
                    body.media_type
                ));
                return;
            }
        };
        self.count("the body", bodies.len(), values.found());
        for (value, valid) in bodies {
            let what = naming::of_value(&value, valid);
            let purpose = format!("with {} for a body", brief(&value));
            let change = Change::Body(Some(value));
            self.add(
                index,
                &Variant::of_body(&what, expected(valid)),
                change,
                &purpose,
            );
        }
        if is_of_tokens(self.contract, index) {
            return;
        }
        if body.form() == Form::Json {
            self.add_texts(index, &values);
        }
        self.add_bounds(index, body, &values);
    }

    /// Adds the case of the ordinary body in another media type than that of the other cases.
    fn add_other_media_type(&mut self, index: usize, body: &Body<'_>) {
        let name = body.media_type;
        if body.form() == Form::Plain || is_of_tokens(self.contract, index) {
            let why = format!("no value of the body in {name} is tested");
            self.left_out.push(why);
            return;
        }
        let why = format!("no value of the body in {name} is tested but the ordinary one");
        self.left_out.push(why);
        let part = format!("body in {name}");
        let variant = Variant {
            part: &part,
            ..Variant::of_body("ordinary", Expects::Taken)
        };
        let purpose = format!("with its body in {name}");
        self.add(index, &variant, Change::In(name.to_owned()), &purpose);
    }

    /// Adds the cases of the texts in a body of JSON, with characters that not all programs expect.
    fn add_texts(&mut self, index: usize, values: &Values<'_>) {
        for name in values
            .free_texts()
            .into_iter()
            .filter(|name| !is_of_thing(name))
        {
            let part = format!("body {name}");
            let variant = Variant {
                part: &part,
                ..Variant::of_body("nul", Expects::Documented)
            };
            let purpose = format!("with the character NUL in the member {name}");
            let value = Value::from(NUL);
            let change = Change::Member {
                name: name.clone(),
                value,
            };
            self.add(index, &variant, change, &purpose);
            let variant = Variant {
                part: &part,
                ..Variant::of_body("lone_surrogate", Expects::Documented)
            };
            let purpose = format!("with half of a surrogate pair in the member {name}");
            let text = LONE_SURROGATE;
            self.add(index, &variant, Change::Escaped { name, text }, &purpose);
        }
    }

    /// Adds the cases of the members of a body that may have each value that their own schemas allow, unless they name things.
    fn add_bounds(&mut self, index: usize, body: &Body<'_>, values: &Values<'_>) {
        let is_json = body.form() == Form::Json;
        // The fields of a form are its outermost members.
        let (depth, most) = if is_json {
            (values::DEPTH, usize::MAX)
        } else {
            (1, FIELDS)
        };
        let (bounded, all) = values.bounded_members(depth, most);
        if all > most {
            let why = format!("{most} of {all} fields of the body are tested at their bounds");
            self.left_out.push(why);
        }
        for (name, mut values) in bounded {
            if is_of_thing(&name) {
                continue;
            }
            // Readers of forms take a field without a text for one that is not there.
            values.retain(|value| {
                is_json || !(value.is_null() || value.is_array() || value.as_str() == Some(""))
            });
            for value in values {
                let part = format!("body {name}");
                let what = naming::of_value(&value, true);
                let variant = Variant {
                    part: &part,
                    ..Variant::of_body(&what, Expects::Taken)
                };
                let purpose = format!("with {} for the member {name}", brief(&value));
                let name = name.clone();
                self.add(index, &variant, Change::Member { name, value }, &purpose);
            }
        }
    }

    /// Adds a case.
    fn add(&mut self, index: usize, variant: &Variant<'_>, change: Change, purpose: &str) {
        let operation = &self.contract.operations()[index].operation;
        let sample = Sample {
            operation: index,
            change,
            expects: variant.expects,
            purpose: format!("{operation} {purpose}"),
            left_out: Vec::new(),
        };
        let id = self.names.id(index, variant.part, variant.what);
        self.cases
            .push(leak(self.contract, &self.graph, id, variant.below, sample));
    }
}

/// The most fields of a form that are tested at their bounds: large documents have forms alone, with dozens of fields.
const FIELDS: usize = 8;

/// A text with the character NUL, which databases and programs in C do not take for a part of it.
const NUL: &str = "a\0b";

/// Half of a pair, which stands for no character: readers of JSON do not agree on it (RFC 8259, section 8.2).
const LONE_SURROGATE: &str = "a\\ud800b";

/// Returns whether a member, by its keys, names a thing.
fn is_of_thing(keys: &str) -> bool {
    names_things(keys.rsplit('/').next().unwrap_or(keys))
}

/// Returns whether the catalogue has the cases of an operation: it revokes or mints tokens.
fn is_of_tokens(contract: &Contract, index: usize) -> bool {
    let operation = &contract.operations()[index].operation;
    let mints = operation.method == "POST" && operation.path == contract.tokens_path();
    contract.has_revoke() && (mints || contract.revoke_operation() == Some(index))
}

/// Returns what is expected of a request that the contract allows, and of one that it does not.
fn expected(allowed: bool) -> Expects {
    if allowed {
        Expects::Documented
    } else {
        Expects::Refused
    }
}

/// Builds the case of a sample, for as long as the process lives.
fn leak(
    contract: &Contract,
    graph: &Graph,
    id: String,
    below: &str,
    sample: Sample,
) -> &'static Case {
    let (document, documented) = (
        contract.document(),
        &contract.operations()[sample.operation],
    );
    let operation = &documented.operation;
    let promised = match sample.expects {
        Expects::Documented => "a documented answer".to_owned(),
        Expects::Taken => "a documented answer that is no refusal of bad input".to_owned(),
        Expects::Refused => "a documented refusal that changes nothing".to_owned(),
    };
    let place = match below.strip_prefix("/..") {
        Some(shared) => format!("{}{shared}", operation.path_item),
        None => format!("{}{below}", operation.pointer),
    };
    let text = document.at(&place).filter(|_| below != "/responses");
    let text = text.map_or_else(
        || format!("{operation} answers {}", documented.statuses()),
        |text| format!("{operation} {below}: {text}; {promised}"),
    );
    Box::leak(Box::new(case(
        contract,
        graph,
        (id, below),
        None,
        text,
        sample,
    )))
}

/// Writes a value for a message, cut where it is long.
fn brief(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text,
    }
}
