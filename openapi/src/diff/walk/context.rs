//! What is known about the place of a schema while it is compared.

use crate::diff::rules::{Action, Kind, Rule};
use crate::diff::walk::place::{Both, Flow};
use crate::diff::walk::witness::{Root, Step};

/// What is known about the place of a schema.
#[derive(Debug, Clone)]
pub(crate) struct Context<'a> {
    pub(crate) flow: Flow,
    /// What a message calls it: `the 201 response body (application/json)`.
    pub(crate) subject: String,
    /// The value that it is a part of; `None` before the first schema.
    pub(crate) root: Option<Root<'a>>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(flow: Flow, subject: String) -> Self {
        Self {
            flow,
            subject,
            root: None,
        }
    }

    /// With this schema as the whole message, unless a larger one is known.
    pub(crate) fn rooted(&self, both: &Both<'a>) -> Self {
        let mut context = self.clone();
        if context.root.is_none() {
            context.root = Some(Root {
                both: both.clone(),
                trail: Vec::new(),
            });
        }
        context
    }

    /// For a part of the value.
    pub(crate) fn step(&self, step: Step) -> Self {
        let mut context = self.clone();
        context.subject = match &step {
            Step::Property(name) => format!("`{name}` of {}", self.subject),
            Step::Item => format!("an item of {}", self.subject),
        };
        if let Some(root) = &mut context.root {
            root.trail.push(step);
        }
        context
    }

    pub(crate) fn rule(&self, kind: Kind, action: Action) -> Rule {
        Rule::new(self.flow.area(), kind, action)
    }
}
