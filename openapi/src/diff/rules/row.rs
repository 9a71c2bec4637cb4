//! A row: rules that are documented alike.

use crate::diff::rules::class::Class;
use crate::diff::rules::rule::Action::{self, Added, Changed, Narrowed, Removed, Widened};
use crate::diff::rules::rule::Area::{
    self, Callback, Component, Document, Header, Operation, Parameter, Request, Response, Security,
    Webhook,
};
use crate::diff::rules::rule::{Kind, Rule};

/// Rules that are documented alike.
pub(super) struct Row {
    pub(super) areas: &'static [Area],
    pub(super) kind: Kind,
    pub(super) actions: &'static [Action],
    pub(super) classes: &'static [Class],
    /// A sentence; `{where}` stands for the area, `{did}` for the action.
    pub(super) means: &'static str,
    pub(super) why: &'static str,
}

impl Row {
    /// The sentence, for one of the row's rules.
    pub(super) fn means(&self, rule: Rule) -> String {
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
