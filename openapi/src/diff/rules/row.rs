//! A row of a table of rules: rules that have the same documentation.

use crate::diff::rules::class::Class;
use crate::diff::rules::rule::Action::{self, Added, Changed, Narrowed, Removed, Widened};
use crate::diff::rules::rule::Area::{
    self, Callback, Component, Document, Header, Operation, Parameter, Request, Response, Security,
    Webhook,
};
use crate::diff::rules::rule::{Kind, Rule};

/// Rules that have the same documentation.
pub(super) struct Row {
    pub(super) areas: &'static [Area],
    pub(super) kind: Kind,
    pub(super) actions: &'static [Action],
    pub(super) classes: &'static [Class],
    means: &'static str,
    pub(super) why: &'static str,
}

/// Builds a row without its sentences.
pub(super) const fn row(
    areas: &'static [Area],
    kind: Kind,
    actions: &'static [Action],
    classes: &'static [Class],
) -> Row {
    Row {
        areas,
        kind,
        actions,
        classes,
        means: "",
        why: "",
    }
}

impl Row {
    /// Sets what is found; `{where}` stands for the area, `{did}` for the action.
    pub(super) const fn means(self, means: &'static str) -> Self {
        Self { means, ..self }
    }

    /// Sets why it breaks messages or does not.
    pub(super) const fn why(self, why: &'static str) -> Self {
        Self { why, ..self }
    }

    /// Returns what one of the rules means.
    pub(super) fn meaning(&self, rule: Rule) -> String {
        let place = match rule.area {
            Document => "the document",
            Operation => "an operation",
            Webhook => "a webhook",
            Callback => "a callback",
            Parameter => "a parameter",
            Request => "a request",
            Response => "a response",
            Header => "a header of a response",
            Security => "the security of an operation",
            Component => "a component",
        };
        let action = match rule.action {
            Added => "was added",
            Removed => "was removed",
            Changed => "changed",
            Widened => "was widened",
            Narrowed => "was narrowed",
        };
        self.means
            .replace("{where}", place)
            .replace("{did}", action)
    }
}
