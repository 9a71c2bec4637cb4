//! What a finding says, as data: parts that each format renders as it needs.

use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::document::with_files_named;
use crate::shown::{excerpt, excerpt_beside};

/// A sentence without a full stop, in parts. Its plain text has backticks around code, and values shortened to what
/// fits into a sentence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    parts: Vec<Part>,
}

/// A part of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// The comparison's own words.
    Text(&'static str),
    /// A keyword, or a name in the documents, that is set as code.
    Code(Arc<str>),
    /// What the documents call something, within the words: an operation, a status, a media type.
    Name(Arc<str>),
    /// A value, shortened when it is rendered.
    Value(Arc<Value>),
    /// A value that became another one, or the other way round: rendered from where the two differ.
    Differing {
        /// The value to render.
        value: Arc<Value>,
        /// The value that it is compared with.
        other: Arc<Value>,
    },
}

impl Part {
    /// Returns a value, shortened when it is rendered.
    pub(crate) fn value(value: &Value) -> Self {
        Self::Value(Arc::new(value.clone()))
    }

    /// Returns a name that is set as code.
    pub(crate) fn code(name: &str) -> Self {
        Self::Code(name.into())
    }

    /// Returns two values that became one another, each rendered from where it differs.
    pub(crate) fn differing(old: &Value, new: &Value) -> [Self; 2] {
        let (old, new) = (Arc::new(old.clone()), Arc::new(new.clone()));
        let part = |value: &Arc<Value>, other: &Arc<Value>| Self::Differing {
            value: value.clone(),
            other: other.clone(),
        };
        [part(&old, &new), part(&new, &old)]
    }
}

impl fmt::Display for Part {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => formatter.write_str(text),
            Self::Code(name) => write!(formatter, "`{}`", with_files_named(name)),
            Self::Name(name) => formatter.write_str(&with_files_named(name)),
            Self::Value(value) => formatter.write_str(&with_files_named(&excerpt(value))),
            Self::Differing { value, other } => {
                formatter.write_str(&with_files_named(&excerpt_beside(value, other)))
            }
        }
    }
}

impl Message {
    /// Returns the parts in order.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Builds a message from a template: its words, with an argument for each `{}`. What the template has between
    /// backticks is code, and so is a name that is an argument there. See [`message!`](crate::diff::message::message).
    pub(crate) fn of(template: &'static str, arguments: &[Argument<'_>]) -> Self {
        let mut message = Self::default();
        let mut arguments = arguments.iter();
        for (index, piece) in template.split('`').enumerate() {
            let is_code = !index.is_multiple_of(2);
            for (index, words) in piece.split("{}").enumerate() {
                if index > 0 {
                    let argument = arguments.next();
                    debug_assert!(argument.is_some(), "too few arguments for {template:?}");
                    message.extend(argument, is_code);
                }
                match (words, is_code) {
                    ("", _) => {}
                    (words, true) => message.parts.push(Part::Code(words.into())),
                    (words, false) => message.parts.push(Part::Text(words)),
                }
            }
        }
        debug_assert!(
            arguments.next().is_none(),
            "too many arguments for {template:?}"
        );
        message
    }

    /// Lists the parts with commas between them.
    pub(crate) fn list(parts: impl IntoIterator<Item = Part>) -> Self {
        Self::join(parts.into_iter().map(Self::from), ", ")
    }

    /// Joins messages with `separator` between them.
    pub(crate) fn join(messages: impl IntoIterator<Item = Self>, separator: &'static str) -> Self {
        let mut joined = Self::default();
        for (index, message) in messages.into_iter().enumerate() {
            if index > 0 {
                joined.parts.push(Part::Text(separator));
            }
            joined.parts.extend(message.parts);
        }
        joined
    }

    fn extend(&mut self, argument: Option<&Argument<'_>>, is_code: bool) {
        match argument {
            Some(Argument::Name(name)) if is_code => self.parts.push(Part::Code((*name).into())),
            Some(Argument::Name(name)) => self.parts.push(Part::Name((*name).into())),
            Some(Argument::Part(part)) => self.parts.push(part.clone()),
            Some(Argument::Message(message)) => self.parts.extend_from_slice(&message.parts),
            None => {}
        }
    }
}

impl From<Part> for Message {
    fn from(part: Part) -> Self {
        Self { parts: vec![part] }
    }
}

impl fmt::Display for Message {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts
            .iter()
            .try_for_each(|part| write!(formatter, "{part}"))
    }
}

impl Serialize for Message {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What stands for a `{}` in a template.
pub(crate) enum Argument<'a> {
    Name(&'a str),
    Part(Part),
    Message(&'a Message),
}

impl<'a> From<&'a str> for Argument<'a> {
    fn from(name: &'a str) -> Self {
        Self::Name(name)
    }
}

impl<'a> From<&'a String> for Argument<'a> {
    fn from(name: &'a String) -> Self {
        Self::Name(name)
    }
}

impl From<&Value> for Argument<'_> {
    fn from(value: &Value) -> Self {
        Self::Part(Part::value(value))
    }
}

impl From<Part> for Argument<'_> {
    fn from(part: Part) -> Self {
        Self::Part(part)
    }
}

impl<'a> From<&'a Message> for Argument<'a> {
    fn from(message: &'a Message) -> Self {
        Self::Message(message)
    }
}

/// Builds a [`Message`] as `format!` builds a text: ``message!("the header `{}` of {} is new", name, subject)``. A
/// text is a name in the documents, a `Value` is a value, and a `Message` is continued.
macro_rules! message {
    ($template:expr $(, $argument:expr)* $(,)?) => {
        $crate::diff::message::Message::of(
            $template,
            &[$($crate::diff::message::Argument::from($argument)),*],
        )
    };
}
pub(crate) use message;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Message, Part};

    #[test]
    fn names_between_backticks_are_code_whatever_they_hold() {
        let subject = message!("the {} response", "201");
        let message = message!(
            "`deprecated` of `{}` of {} was {}",
            "a`b",
            &subject,
            &json!(true)
        );
        assert_eq!(
            message.to_string(),
            "`deprecated` of `a`b` of the 201 response was true"
        );
        assert_eq!(message.parts()[2], Part::Code("a`b".into()));
        assert_eq!(message.parts()[5], Part::Name("201".into()));
    }

    #[test]
    fn lists_have_commas() {
        let names = ["a", "b"].map(|name| Part::Code(name.into()));
        assert_eq!(Message::list(names).to_string(), "`a`, `b`");
    }
}
