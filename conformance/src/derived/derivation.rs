//! The cases of a contract while they are collected.

use serde_json::Value;

use super::case::case;
use super::naming::Names;
use super::values::Values;
use crate::case::sample::{Change, Expects};
use crate::case::{Case, Sample};
use crate::contract::Contract;
use crate::resources::graph::Graph;

/// A text with the character NUL, which databases and programs in C do not take for a part of it.
pub(super) const NUL: &str = "a\0b";

/// The cases of a contract while they are collected.
pub(super) struct Derivation<'c> {
    pub(super) contract: &'c Contract,
    pub(super) graph: Graph,
    pub(super) names: Names,
    pub(super) cases: Vec<&'static Case>,
    /// What is not tested of the operation whose cases are being derived.
    pub(super) left_out: Vec<String>,
}

/// What a case is about, besides the change of its request.
pub(super) struct Variant<'v> {
    /// The part of the operation, for the id.
    pub(super) part: &'v str,
    /// What is special about the part, for the id.
    pub(super) what: &'v str,
    /// What the case covers: a JSON pointer below the operation.
    pub(super) below: &'v str,
    pub(super) expects: Expects,
}

impl<'v> Variant<'v> {
    pub(super) fn of_body(what: &'v str, expects: Expects) -> Variant<'v> {
        Variant {
            part: "body",
            what,
            below: "/requestBody",
            expects,
        }
    }
}

impl Derivation<'_> {
    /// Returns the values of a part's schema. Where it cannot be compiled, none are tested.
    pub(super) fn values<'s>(&mut self, schema: &'s Value, part: &str) -> Option<Values<'s>> {
        let values = Values::of(schema);
        if values.is_none() {
            let why = format!("no value of {part} is tested: its schema cannot be used");
            self.left_out.push(why);
        }
        values
    }

    /// Counts the values of a part that are not tested.
    pub(super) fn count(&mut self, part: &str, tested: usize, found: usize) {
        if found == 0 {
            let why = format!("no value of {part} is tested: none was found that can be written");
            self.left_out.push(why);
        } else if tested < found {
            let why = format!("{tested} of {found} values of {part} are tested");
            self.left_out.push(why);
        }
    }

    /// Adds a case.
    pub(super) fn add(
        &mut self,
        index: usize,
        variant: &Variant<'_>,
        change: Change,
        purpose: &str,
    ) {
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

/// Returns whether the catalogue has the cases of an operation: it revokes or mints tokens.
pub(super) fn is_of_tokens(contract: &Contract, index: usize) -> bool {
    let operation = &contract.operations()[index].operation;
    let mints = operation.method == "POST" && operation.path == contract.tokens_path();
    contract.has_revoke() && (mints || contract.revoke_operation() == Some(index))
}

/// Returns what is expected of a request that the contract allows, and of one that it does not.
pub(super) fn expected(allowed: bool) -> Expects {
    if allowed {
        Expects::Documented
    } else {
        Expects::Refused
    }
}

/// Builds the case of a sample, for as long as the process lives.
pub(super) fn leak(
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
pub(super) fn brief(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text,
    }
}
