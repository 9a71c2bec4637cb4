//! Every rule that a comparison can name, with what it means and why it breaks or does not.
//!
//! A row of a table is for what is found in several areas alike. A new rule of the comparison needs a row, or an area
//! or an action in one; the tests check every change that they provoke against the tables.

pub(crate) mod class;
mod operations;
mod properties;
mod readers;
mod row;
pub(crate) mod rule;
mod values;

use serde::Serialize;

pub use class::{Class, Verdict};
pub use rule::{Action, Area, Kind, Rule};

/// A rule with its documentation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Documented {
    /// The rule; its id is `area-kind-action`.
    #[serde(rename = "id")]
    pub rule: Rule,
    /// The classes that its changes may have, the gravest first.
    pub classes: &'static [Class],
    /// What differs where a change of this rule is reported.
    pub means: String,
    /// Why it breaks messages or does not; where it may do either, what decides.
    pub why: &'static str,
}

/// The areas, in the order in which they are listed.
const AREAS: &[Area] = &[
    Area::Operation,
    Area::Webhook,
    Area::Callback,
    Area::Security,
    Area::Parameter,
    Area::Request,
    Area::Response,
    Area::Header,
    Area::Component,
    Area::Document,
];

fn rows() -> impl Iterator<Item = &'static row::Row> {
    let tables = [
        operations::ROWS,
        properties::ROWS,
        values::ROWS,
        readers::ROWS,
    ];
    tables.into_iter().flatten()
}

/// Returns every rule, area by area; within an area, the rules of messages come before those of what only a reader
/// sees.
#[must_use]
pub fn rules() -> Vec<Documented> {
    let mut rules = Vec::new();
    for area in AREAS {
        for row in rows().filter(|row| row.areas.contains(area)) {
            for action in row.actions {
                let rule = Rule::new(*area, row.kind, *action);
                rules.push(Documented {
                    rule,
                    classes: row.classes,
                    means: row.meaning(rule),
                    why: row.why,
                });
            }
        }
    }
    rules
}

/// Returns the rule with this id, if there is one.
#[must_use]
pub fn rule_of(id: &str) -> Option<Rule> {
    let rules = rules().into_iter().map(|documented| documented.rule);
    rules.into_iter().find(|rule| rule.to_string() == id)
}
