//! The context in which two schemas are compared.

use crate::diff::message::{Message, message};
use crate::diff::rules::{Action, Area, Kind, Rule};
use crate::diff::walk::graph::Walk;
use crate::diff::walk::node::Pair;
use crate::diff::walk::witness::{Root, Step};
use crate::schema::Direction;

/// The most steps that lead to a schema in a message. What a message names in the schema is one more.
const MOST_STEPS: usize = 2;
/// A comparison of two schemas.
pub(crate) type Compare<'a> = fn(&mut Walk<'a>, &Pair<'a>, &Context<'a>);

/// The direction, name and surroundings of a schema where it is used.
#[derive(Debug, Clone)]
pub(crate) struct Context<'a> {
    pub(crate) direction: Direction,
    /// What a message calls the schema: `the 201 response body (application/json)`.
    pub(crate) subject: Message,
    /// What the subject begins from: a message, or a component.
    whole: Message,
    /// The steps from there to the schema.
    steps: Vec<Message>,
    /// The value that it describes a part of; `None` above the first schema.
    pub(crate) root: Option<Root<'a>>,
    /// How the items of a list are compared, if not as values: those of a parameter are texts.
    pub(crate) items: Option<Compare<'a>>,
    /// How properties are compared, if not as values: the fields of a form are texts.
    pub(crate) properties: Option<Compare<'a>>,
}

impl<'a> Context<'a> {
    /// Builds the context of a schema that describes a value of its own.
    pub(crate) fn new(direction: Direction, subject: Message) -> Self {
        Self {
            direction,
            whole: subject.clone(),
            subject,
            steps: Vec::new(),
            root: None,
            items: None,
            properties: None,
        }
    }

    /// Returns the context with nothing around the schema.
    pub(crate) fn alone(&self) -> Self {
        Self {
            root: None,
            properties: None,
            ..self.clone()
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
        let name = match &step {
            Step::Property(name) => message!("`{}`", name),
            Step::Item => message!("an item"),
            Step::Position(index) => message!("item {}", (index + 1).to_string().as_str()),
        };
        self.step_called(step, name)
    }

    /// Returns the context of a part of the value with a name for messages.
    pub(crate) fn step_called(&self, step: Step, name: Message) -> Self {
        let mut context = self.called(name);
        (context.items, context.properties) = (None, None);
        if let Some(root) = &mut context.root {
            root.trail.push(step);
        }
        context
    }

    /// Returns the context of a schema that has a name within this one. Of many names only the last are shown: a
    /// reader finds the place by its pointer.
    pub(crate) fn called(&self, name: Message) -> Self {
        let mut context = self.clone();
        context.steps.push(name);
        let left_out = context.steps.len().saturating_sub(MOST_STEPS);
        let steps = context.steps[left_out..].iter().rev().cloned();
        let steps = Message::join(steps, " of ");
        context.subject = if left_out == 0 {
            message!("{} of {}", &steps, &self.whole)
        } else {
            message!("{} within {}", &steps, &self.whole)
        };
        context
    }

    /// Builds a rule in the area of the context.
    pub(crate) fn rule(&self, kind: Kind, action: Action) -> Rule {
        Rule::new(Area::of(self.direction), kind, action)
    }
}
