//! The selection of cases: by a part of their id, and by criteria of the case or of its operation.

use std::str::FromStr;

use serde_json::Value;

use crate::case::Case;
use crate::cases;
use crate::contract::Contract;

/// Which cases to run.
#[derive(Debug, Clone, Default)]
pub struct Filters {
    /// Only cases whose id contains one of these; empty selects all.
    pub texts: Vec<String>,
    /// Only cases that meet, for each kind that is given, one of the criteria of that kind.
    pub include: Vec<Criterion>,
    /// No cases that meet one of these.
    pub exclude: Vec<Criterion>,
}

/// A criterion, such as `method=POST`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Criterion {
    kind: Kind,
    value: String,
}

/// What a criterion is about. A case that is about no operation of the contract meets only criteria of its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The `operationId`, or the method and the path: `POST /api/v1/tokens`.
    Operation,
    /// A tag of the operation.
    Tag,
    /// The method of the operation.
    Method,
    /// The path template of the operation; with `*` at its end, the beginning of one.
    Path,
    /// The id of the case, or an area: `tenancy.*`.
    Case,
}

/// The names of the kinds.
const KINDS: [(&str, Kind); 5] = [
    ("operation", Kind::Operation),
    ("tag", Kind::Tag),
    ("method", Kind::Method),
    ("path", Kind::Path),
    ("case", Kind::Case),
];

impl FromStr for Criterion {
    type Err = String;

    fn from_str(text: &str) -> Result<Criterion, String> {
        let wrong = || {
            let kinds = KINDS.map(|(name, _)| name).join(", ");
            format!("write KIND=VALUE, such as method=POST, with one of the kinds {kinds}")
        };
        let (kind, value) = text.split_once('=').ok_or_else(wrong)?;
        let known = KINDS.iter().find(|(name, _)| *name == kind);
        let (_, kind) = known.ok_or_else(wrong)?;
        Ok(Criterion {
            kind: *kind,
            value: value.to_owned(),
        })
    }
}

impl std::fmt::Display for Criterion {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = KINDS.iter().find(|(_, kind)| *kind == self.kind);
        write!(
            formatter,
            "{}={}",
            name.map_or("", |(name, _)| *name),
            self.value
        )
    }
}

impl Criterion {
    /// Returns whether a case meets it.
    fn is_met_by(&self, contract: &Contract, case: &Case) -> bool {
        let value = self.value.as_str();
        let fits = |text: &str| match value.strip_suffix('*') {
            Some(beginning) => text.starts_with(beginning),
            None => text == value,
        };
        if self.kind == Kind::Case {
            return fits(case.id);
        }
        let Some(index) = cases::operation_index(contract, case) else {
            return false;
        };
        let operation = &contract.operations()[index].operation;
        match self.kind {
            Kind::Operation => {
                operation.id.as_deref() == Some(value) || operation.to_string() == value
            }
            Kind::Tag => {
                let declared = contract.document().at(&operation.pointer);
                let tags = declared.and_then(|declared| declared["tags"].as_array());
                tags.is_some_and(|tags| {
                    tags.iter()
                        .filter_map(Value::as_str)
                        .any(|tag| tag == value)
                })
            }
            Kind::Method => operation.method.eq_ignore_ascii_case(value),
            Kind::Path => fits(&operation.path),
            Kind::Case => false,
        }
    }
}

impl Filters {
    /// Selects cases from a catalogue, in its order.
    ///
    /// # Errors
    /// When a criterion is met by no case: it would not do what its author means.
    pub fn select(
        &self,
        contract: &Contract,
        catalogue: &[&'static Case],
    ) -> Result<Vec<&'static Case>, String> {
        let criteria = [("--include", &self.include), ("--exclude", &self.exclude)];
        for (option, criteria) in criteria {
            let is_met = |criterion: &&Criterion| {
                catalogue
                    .iter()
                    .any(|case| criterion.is_met_by(contract, case))
            };
            if let Some(unmet) = criteria.iter().find(|criterion| !is_met(criterion)) {
                return Err(format!(
                    "{option} {unmet}: no case meets it\n  `conformance list` shows the cases, with --format json also their operations."
                ));
            }
        }
        let wanted = |case: &&&'static Case| {
            let named = |text: &String| case.id.contains(text.as_str());
            let meets = |criterion: &&Criterion| criterion.is_met_by(contract, case);
            let included = KINDS.iter().all(|(_, kind)| {
                let mut of_kind = self
                    .include
                    .iter()
                    .filter(|one| one.kind == *kind)
                    .peekable();
                of_kind.peek().is_none() || of_kind.any(|criterion| meets(&criterion))
            });
            (self.texts.is_empty() || self.texts.iter().any(named))
                && included
                && !self.exclude.iter().any(|criterion| meets(&criterion))
        };
        Ok(catalogue.iter().filter(wanted).copied().collect())
    }
}
