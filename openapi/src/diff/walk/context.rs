//! What is known about the place of a schema while it is compared.

use crate::diff::rules::{Action, Area, Kind, Rule};
use crate::diff::walk::node::Pair;
use crate::diff::walk::witness::{Root, Step};
use crate::schema::Direction;

/// What is known about the place of a schema.
#[derive(Debug, Clone)]
pub(crate) struct Context<'a> {
    pub(crate) direction: Direction,
    /// What a message calls it: `the 201 response body (application/json)`.
    pub(crate) subject: String,
    /// The value that it is a part of; `None` before the first schema.
    pub(crate) root: Option<Root<'a>>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(direction: Direction, subject: String) -> Self {
        Self {
            direction,
            subject,
            root: None,
        }
    }

    /// With this schema as the whole message, unless a larger one is known.
    pub(crate) fn rooted(&self, pair: &Pair<'a>) -> Self {
        let mut context = self.clone();
        if context.root.is_none() {
            context.root = Some(Root {
                pair: pair.clone(),
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
        Rule::new(Area::of(self.direction), kind, action)
    }
}
