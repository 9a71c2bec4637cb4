//! A parsed OpenAPI document: what it holds, where it says so, and what its references mean.

mod anchors;
mod beside_references;
mod files;
mod lift;
mod methods;
mod position;
mod read;
mod references;
mod text;
mod visit;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use crate::pointer;
use crate::text_error::TextError;

pub(crate) use files::FILES;
pub use methods::METHODS;
pub(crate) use methods::{Method, holds_operations, operations_of};

/// A place in a document's text, counted from one; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// A place in one of the texts that a document was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'d> {
    /// The neighbouring file, by its path from the document's folder; `None` for the document's own
    /// text.
    pub file: Option<&'d str>,
    /// The position in that text, when it is known.
    pub position: Option<Position>,
}

/// The OpenAPI version that a document declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// 3.0.x: schemas are an extended subset of JSON Schema, lifted to 3.1's on reading.
    V3_0,
    /// 3.1.x: schemas are JSON Schema 2020-12.
    V3_1,
    /// 3.2.x: 3.1 with more methods and media types.
    V3_2,
}

/// How a document's text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Yaml,
}

/// Why a text is not a document that can be worked with.
pub type DocumentError = TextError;

/// A schema in a document, named by the JSON pointer to it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SchemaRef {
    /// The JSON pointer to the schema object.
    pub pointer: String,
}

/// One operation: a method on a path (OpenAPI 3.1 section 4.8.10).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Operation {
    /// The HTTP method in upper case.
    pub method: String,
    /// The path template, as it is written in the document.
    pub path: String,
    /// `operationId`, when it has one.
    pub id: Option<String>,
    /// The JSON pointer to the operation object, references to path items followed.
    pub pointer: String,
    /// The JSON pointer to the path item that holds it.
    pub path_item: String,
}

impl fmt::Display for Operation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.method, self.path)
    }
}

/// An OpenAPI document of version 3.0, 3.1 or 3.2, read from JSON or YAML.
///
/// A document of version 3.0 has been lifted to 3.1's schemas. Every reference within it is known
/// to lead somewhere.
#[derive(Debug, Clone)]
pub struct Document {
    name: String,
    text: String,
    format: Format,
    version: Version,
    value: Value,
    /// The neighbouring files that were brought in, by their paths from the document's folder.
    files: BTreeMap<String, files::Source>,
}

impl Document {
    /// Reads a document from `text`; `name` is what errors call it.
    ///
    /// # Errors
    ///
    /// When the text is neither JSON nor YAML, is no OpenAPI 3.0, 3.1 or 3.2 document, lacks what
    /// the specification requires of the parts read here, or holds a reference that leads nowhere.
    pub fn parse(name: &str, text: &str) -> Result<Self, DocumentError> {
        Self::parse_with_files(name, text, |_| {
            Err("this document is read by itself, without its folder".to_owned())
        })
    }

    /// Reads a document that may refer to files below its own folder. `read_file` gives the text of
    /// such a file by its path from that folder, with `/` between its parts and none of them `..`;
    /// or says why there is none.
    ///
    /// # Errors
    ///
    /// As [`Self::parse`], for the files as well.
    pub fn parse_with_files(
        name: &str,
        text: &str,
        mut read_file: impl FnMut(&str) -> Result<String, String>,
    ) -> Result<Self, DocumentError> {
        let (mut value, format) = text::value(name, text)?;
        let root = files::Source {
            text: text.to_owned(),
            format,
        };
        let bringing = files::Bringing {
            name,
            root: &root,
            reader: &mut read_file,
        };
        let files = bringing.run(&mut value)?;
        if anchors::are_in(text) || files.values().any(|file| anchors::are_in(&file.text)) {
            anchors::name_places(&mut value);
        }
        let mut document = Self {
            name: name.to_owned(),
            text: root.text,
            format,
            version: Version::V3_1,
            value,
            files,
        };
        document.version = read::version(&document)?;
        beside_references::join_path_items(&mut document.value);
        if document.version == Version::V3_0 {
            lift::to_3_1(&mut document.value);
        } else {
            beside_references::replace_texts(&mut document.value, document.version);
        }
        let holds = |text: &str| text.contains("binary") || text.contains("byte");
        if holds(&document.text) || document.files.values().any(|file| holds(&file.text)) {
            lift::held_octets(&mut document.value);
        }
        references::check(&document)?;
        read::check_shape(&document)?;
        Ok(document)
    }

    /// What errors and reports call this document.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The version that the text declares.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// The whole document as a value; of a 3.0 document the lifted form.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// What `pointer` points at, references not followed.
    #[must_use]
    pub fn at(&self, pointer: &str) -> Option<&Value> {
        self.value.pointer(pointer)
    }

    /// Where in the text `pointer`, or its nearest ancestor that the text holds, begins; for what came
    /// from a neighbouring file, in that file's text.
    #[must_use]
    pub fn position(&self, pointer: &str) -> Option<Position> {
        self.places(&[pointer])
            .pop()
            .and_then(|place| place.position)
    }

    /// The place of each pointer, in one reading of each text: what a report over many places asks for.
    #[must_use]
    pub fn places(&self, pointers: &[&str]) -> Vec<Place<'_>> {
        let located: Vec<_> = pointers
            .iter()
            .map(|pointer| self.in_file(pointer))
            .collect();
        let mut places: Vec<Place<'_>> = located
            .iter()
            .map(|(file, _)| Place {
                file: *file,
                position: None,
            })
            .collect();
        let mut of_files: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
        for (index, (file, _)) in located.iter().enumerate() {
            of_files.entry(*file).or_default().push(index);
        }
        for (file, indices) in of_files {
            let (text, format) = match file.and_then(|file| self.files.get(file)) {
                Some(source) => (&source.text, source.format),
                None => (&self.text, self.format),
            };
            let inside: Vec<&str> = (indices.iter())
                .map(|&index| located[index].1.as_ref())
                .collect();
            let positions = position::of_pointers(text, format, &inside);
            for (index, position) in indices.into_iter().zip(positions) {
                places[index].position = position;
            }
        }
        places
    }

    /// The neighbouring file that holds what `pointer` points at, when one does, and the pointer within
    /// that text.
    fn in_file<'p>(&self, pointer: &'p str) -> (Option<&str>, Cow<'p, str>) {
        let mut tokens = pointer::tokens(pointer);
        if tokens.next().as_deref() == Some(FILES)
            && let Some(name) = tokens.next()
            && let Some((file, _)) = self.files.get_key_value(name.as_ref())
        {
            let rest: Vec<_> = tokens.collect();
            let inside = pointer::join_all("", rest.iter().map(AsRef::as_ref));
            return (Some(file), Cow::Owned(inside));
        }
        (None, Cow::Borrowed(pointer))
    }

    /// The pointer at the end of the chain of references that starts at `pointer`: the same pointer
    /// when what is there is no reference.
    #[must_use]
    pub fn follow(&self, pointer: &str) -> String {
        let mut pointer = pointer.to_owned();
        // The check on reading has refused longer chains, and those that return to themselves; what
        // looks like one in data (an example's value) is no matter of its.
        for _ in 0..references::LONGEST_CHAIN {
            let Some(target) = self.at(&pointer).and_then(references::target) else {
                break;
            };
            pointer = target;
        }
        pointer
    }

    /// The value at the end of the chain of references that starts at `pointer`.
    #[must_use]
    pub fn resolve(&self, pointer: &str) -> Option<&Value> {
        self.at(&self.follow(pointer))
    }

    /// The operations of the document's paths, in the document's order.
    #[must_use]
    pub fn operations(&self) -> Vec<Operation> {
        let mut operations = Vec::new();
        let paths = self.value.get("paths").and_then(Value::as_object);
        for path in paths.into_iter().flat_map(serde_json::Map::keys) {
            if path.starts_with("x-") {
                continue;
            }
            let path_item = self.follow(&pointer::join("/paths", path));
            let Some(item) = self.at(&path_item) else {
                continue;
            };
            for (method, operation) in operations_of(item) {
                let id = operation.get("operationId").and_then(Value::as_str);
                operations.push(Operation {
                    method: method.name.to_uppercase(),
                    path: path.clone(),
                    id: id.map(str::to_owned),
                    pointer: method.pointer(&path_item),
                    path_item: path_item.clone(),
                });
            }
        }
        operations
    }

    /// The keys of the operation's responses, as they are written: `201`, `4XX`, `default`.
    #[must_use]
    pub fn response_statuses(&self, operation: &Operation) -> Vec<String> {
        self.at(&pointer::join(&operation.pointer, "responses"))
            .and_then(Value::as_object)
            .into_iter()
            .flat_map(serde_json::Map::keys)
            .filter(|status| !status.starts_with("x-"))
            .cloned()
            .collect()
    }

    /// The schema of the operation's request body for `media_type` (`application/json`), with or without
    /// parameters (`; charset=utf-8`), or for the narrowest range that holds it; `None` when none is
    /// declared.
    #[must_use]
    pub fn request_schema(&self, operation: &Operation, media_type: &str) -> Option<SchemaRef> {
        let body = self.follow(&pointer::join(&operation.pointer, "requestBody"));
        let content = pointer::join(&body, "content");
        // What follows a semicolon says more of the same media type (RFC 9110 section 8.3.1).
        let essence = |name: &str| {
            let name = name.split(';').next().unwrap_or_default();
            name.trim().to_ascii_lowercase()
        };
        let wanted = essence(media_type);
        let wildcard = wanted
            .split_once('/')
            .map_or_else(|| "*/*".to_owned(), |(kind, _)| format!("{kind}/*"));
        let keys = self.at(&content).and_then(Value::as_object);
        let keys: Vec<&String> = keys.into_iter().flatten().map(|(key, _)| key).collect();
        let literally = keys.iter().filter(|key| **key == media_type);
        let ranges = [wanted.as_str(), wildcard.as_str(), "*/*"].into_iter();
        let by_range =
            ranges.flat_map(|range| keys.iter().filter(move |key| essence(key) == range));
        literally
            .chain(by_range)
            .map(|key| pointer::join_all(&content, [key.as_str(), "schema"]))
            .find(|pointer| self.at(pointer).is_some())
            .map(|pointer| SchemaRef { pointer })
    }

    /// Whether both were read from the very same text.
    pub(crate) fn has_text_of(&self, other: &Self) -> bool {
        self.text == other.text && self.files == other.files
    }

    /// What the specification requires of a document and [`Self::parse`] lets pass, since documents
    /// in the field lack it and can be compared all the same: a description of each response.
    #[must_use]
    pub fn defects(&self) -> Vec<DocumentError> {
        read::defects(self)
    }

    /// An error about what `pointer` points at in this document.
    pub(crate) fn error(&self, pointer: &str, message: impl Into<String>) -> DocumentError {
        let place = self.places(&[pointer]).pop();
        let (file, position) = place.map_or((None, None), |place| (place.file, place.position));
        DocumentError {
            name: file.unwrap_or(&self.name).to_owned(),
            position,
            message: message.into(),
        }
    }
}
