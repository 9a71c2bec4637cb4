//! The context in which two schemas are compared.

use crate::diff::message::{Message, message};
use crate::diff::rules::{Action, Area, Kind, Rule};
use crate::diff::walk::node::Pair;
use crate::diff::walk::witness::{Root, Step};
use crate::schema::Direction;

/// The direction, name and surroundings of a schema where it is used.
#[derive(Debug, Clone)]
pub(crate) struct Context<'a> {
    pub(crate) direction: Direction,
    /// What a message calls the schema: `the 201 response body (application/json)`.
    pub(crate) subject: Message,
    /// The value that it describes a part of; `None` above the first schema.
    pub(crate) root: Option<Root<'a>>,
}

impl<'a> Context<'a> {
    /// Builds the context of a schema that describes a value of its own.
    pub(crate) fn new(direction: Direction, subject: Message) -> Self {
        Self {
            direction,
            subject,
            root: None,
        }
    }

    /// Returns the context with this schema as the whole value, unless a larger one is known.
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

    /// Returns the context of a part of the value.
    pub(crate) fn step(&self, step: Step) -> Self {
        let mut context = self.clone();
        context.subject = match &step {
            Step::Property(name) => message!("`{}` of {}", name, &self.subject),
            Step::Item => message!("an item of {}", &self.subject),
        };
        if let Some(root) = &mut context.root {
            root.trail.push(step);
        }
        context
    }

    /// Builds a rule in the area of the context.
    pub(crate) fn rule(&self, kind: Kind, action: Action) -> Rule {
        Rule::new(Area::of(self.direction), kind, action)
    }
}
