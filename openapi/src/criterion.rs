//! Criteria that select operations: `method=POST`, `path=/v1/*`. In every value, `*` stands for any text.

use std::fmt;
use std::str::FromStr;

use globset::{GlobBuilder, GlobMatcher};
use serde_json::Value;

use crate::document::{Document, Operation, WEBHOOKS, operations_of};
use crate::pointer;

/// What a criterion is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The method and the path, `POST /v1/tokens`, or the `operationId`.
    Operation,
    /// The path template.
    Path,
    /// The method; case does not matter.
    Method,
    /// A tag.
    Tag,
    /// An extension of the operation: `x-internal`, with any value but false and null, or `x-audience=partner`.
    Extension,
}

/// The names of the kinds.
const KINDS: [(&str, Kind); 5] = [
    ("operation", Kind::Operation),
    ("path", Kind::Path),
    ("method", Kind::Method),
    ("tag", Kind::Tag),
    ("extension", Kind::Extension),
];

impl Kind {
    fn name(self) -> &'static str {
        let known = KINDS.iter().find(|(_, kind)| *kind == self);
        known.map_or("", |(name, _)| name)
    }
}

/// One criterion.
#[derive(Debug, Clone)]
pub struct Criterion {
    kind: Kind,
    value: String,
    matcher: GlobMatcher,
}

impl PartialEq for Criterion {
    fn eq(&self, other: &Self) -> bool {
        (self.kind, &self.value) == (other.kind, &other.value)
    }
}

impl Eq for Criterion {}

/// What criteria ask of an operation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Labels {
    /// The method and the path.
    name: String,
    id: Option<String>,
    tags: Vec<String>,
    extensions: Vec<(String, Value)>,
}

impl Labels {
    /// Returns the labels of an operation of a document.
    #[must_use]
    pub fn of(document: &Document, operation: &Operation) -> Self {
        let declared = document.at(&operation.pointer);
        Self::declared(operation.to_string(), declared.unwrap_or(&Value::Null))
    }

    /// Returns the labels of the operations of a document's paths and webhooks, with the names that changes give them.
    pub(crate) fn all(document: &Document) -> Vec<Self> {
        let operations = document.operations();
        let mut all: Vec<_> = (operations.iter())
            .map(|operation| Self::of(document, operation))
            .collect();
        for field in WEBHOOKS {
            let webhooks = document.at(&pointer::join("", field));
            let names = webhooks.and_then(Value::as_object).into_iter().flatten();
            for (name, _) in names {
                let item = document.resolve(&pointer::join_all("", [*field, name]));
                let operations = item.into_iter().flat_map(operations_of);
                all.extend(operations.map(|(method, declared)| {
                    let name = format!("{} webhook {name}", method.name.to_uppercase());
                    Self::declared(name, declared)
                }));
            }
        }
        all
    }

    fn declared(name: String, declared: &Value) -> Self {
        let members = declared.as_object().into_iter().flatten();
        let extensions = members.filter(|(key, _)| key.starts_with("x-"));
        let tags = declared.get("tags").and_then(Value::as_array);
        let tags = tags.into_iter().flatten();
        let id = declared.get("operationId").and_then(Value::as_str);
        Self {
            name,
            id: id.map(str::to_owned),
            tags: tags.filter_map(Value::as_str).map(str::to_owned).collect(),
            extensions: extensions
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect(),
        }
    }

    /// Returns the method and the path.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Returns the text of an extension.
    pub(crate) fn extension(&self, name: &str) -> Option<&str> {
        let mut extensions = self.extensions.iter();
        let (_, value) = extensions.find(|(known, _)| known == name)?;
        value.as_str()
    }

    /// Returns the labels of an operation of which only the name is known: `POST webhook paid`.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }
}

impl Criterion {
    /// Builds a criterion.
    ///
    /// # Errors
    ///
    /// When the value is not a pattern: says what to write.
    pub fn new(kind: Kind, value: &str) -> Result<Self, String> {
        // Path templates have braces: of a pattern's signs only `*` is left.
        let mut pattern = String::with_capacity(value.len());
        for character in value.chars() {
            match character {
                '?' | '[' | '{' | '}' | '!' => pattern.extend(['[', character, ']']),
                other => pattern.push(other),
            }
        }
        let glob = GlobBuilder::new(&pattern)
            .case_insensitive(kind == Kind::Method)
            .backslash_escape(false)
            .build()
            .map_err(|error| format!("`{value}` is not a pattern: {}", error.kind()))?;
        Ok(Self {
            kind,
            value: value.to_owned(),
            matcher: glob.compile_matcher(),
        })
    }

    /// Returns what the criterion is about.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Returns whether an operation meets it.
    #[must_use]
    pub fn is_met_by(&self, labels: &Labels) -> bool {
        let fits = |text: &str| self.matcher.is_match(text);
        let (method, path) = labels.name.split_once(' ').unwrap_or_default();
        match self.kind {
            Kind::Operation => fits(&labels.name) || labels.id.as_deref().is_some_and(fits),
            Kind::Path => fits(path),
            Kind::Method => fits(method),
            Kind::Tag => labels.tags.iter().any(|tag| fits(tag)),
            Kind::Extension => labels.extensions.iter().any(|(name, value)| {
                let is_set = !matches!(value, Value::Null | Value::Bool(false));
                let written = value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned);
                is_set && fits(name) || fits(&format!("{name}={written}"))
            }),
        }
    }
}

impl FromStr for Criterion {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = text.split_once('=').and_then(|(name, value)| {
            let (_, kind) = KINDS.iter().find(|(known, _)| *known == name)?;
            Some((*kind, value))
        });
        let Some((kind, value)) = known else {
            let kinds = KINDS.map(|(name, _)| name).join(", ");
            return Err(format!(
                "write KIND=VALUE, such as method=POST, with one of the kinds {kinds}"
            ));
        };
        Self::new(kind, value)
    }
}

impl fmt::Display for Criterion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}={}", self.kind.name(), self.value)
    }
}
