//! A parsed OpenAPI document: its values, their positions in the text, and its references.

mod anchors;
mod checks;
mod dangling;
mod dangling_references;
mod embed;
mod families;
mod files;
mod found;
mod identifiers;
mod lift;
mod locate;
mod methods;
mod misplaced;
mod moved;
mod numbers;
mod read;
mod reading;
mod reference;
mod reference_siblings;
mod slot;
mod source;
mod swagger;
mod text;
mod version;
mod visit;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value;

use self::misplaced::Misplaced;
use self::moved::Moved;
use self::source::Source;
use crate::media_type::MediaType;
use crate::pointer;
use crate::position::Position;
use crate::text_error::TextError;

pub use dangling_references::DanglingReferences;
pub(crate) use families::FAMILIES;
pub use methods::METHODS;
pub(crate) use methods::{Method, WEBHOOKS, holds_operations, operations_of};
pub(crate) use misplaced::StandsFor;
pub(crate) use numbers::Rounded;
pub use reading::Reading;
pub(crate) use reference::{FILES, LONGEST_CHAIN, dangles, with_files_named};
pub use version::Version;

/// Why a text is not a document that can be used.
pub type DocumentError = TextError;

/// A place in one of the texts that a document was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'d> {
    /// The embedded file, by its path from the document's folder; `None` for the document's own text.
    pub file: Option<&'d str>,
    /// The position in that text, when it is known.
    pub position: Option<Position>,
}

/// A schema in a document.
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
    /// The `operationId`, if it has one.
    pub id: Option<String>,
    /// The JSON pointer to the operation object, with references to path items followed.
    pub pointer: String,
    /// The JSON pointer to the path item that holds it.
    pub path_item: String,
}

impl fmt::Display for Operation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.method, self.path)
    }
}

/// A document of Swagger 2.0 or of OpenAPI 3.0, 3.1 or 3.2, read from JSON or YAML.
///
/// A 2.0 document is lifted to 3.0, and the schemas of a 3.0 document to 3.1's. Every reference within the document resolves. A reference where
/// OpenAPI has none is replaced by what it refers to.
#[derive(Debug, Clone)]
pub struct Document {
    name: String,
    source: Source,
    version: Version,
    value: Value,
    /// The embedded files, by their paths from the document's folder.
    files: BTreeMap<String, Source>,
    /// The references where OpenAPI has none, replaced by what they refer to.
    misplaced: Misplaced,
    /// Where the parts of a 2.0 document were written.
    moved: Moved,
    /// The kept references that cannot be followed: the pointers to what holds them, and why.
    dangling: Vec<(String, String)>,
}

impl Document {
    /// Returns the name of this document in errors and reports.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the version that the text declares.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// Returns the whole document as a value; of a 2.0 or 3.0 document the lifted form.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// Returns the value that `pointer` points at, without following references.
    #[must_use]
    pub fn at(&self, pointer: &str) -> Option<&Value> {
        pointer::find(&self.value, pointer)
    }

    /// Returns where the value at `pointer`, or its nearest ancestor in the text, begins. For a value from an
    /// embedded file, that is a position in the file's text.
    #[must_use]
    pub fn position(&self, pointer: &str) -> Option<Position> {
        self.places(&[pointer])
            .pop()
            .and_then(|place| place.position)
    }

    /// Returns the place of each pointer, in one pass over each text.
    #[must_use]
    pub fn places(&self, pointers: &[&str]) -> Vec<Place<'_>> {
        let located: Vec<_> = (pointers.iter())
            .map(|pointer| self.in_file(pointer))
            .collect();
        let mut places: Vec<Place<'_>> = (located.iter())
            .map(|(file, _)| Place {
                file: *file,
                position: None,
            })
            .collect();
        let mut by_file: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
        for (index, (file, _)) in located.iter().enumerate() {
            by_file.entry(*file).or_default().push(index);
        }
        for (file, indices) in by_file {
            let source = file
                .and_then(|file| self.files.get(file))
                .unwrap_or(&self.source);
            let inside: Vec<&str> = (indices.iter())
                .map(|&index| located[index].1.as_ref())
                .collect();
            let positions = locate::positions(source, &inside);
            for (index, position) in indices.into_iter().zip(positions) {
                places[index].position = position;
            }
        }
        places
    }

    /// Returns the embedded file that holds the value at `pointer`, if one does, and the pointer within that
    /// text.
    fn in_file<'p>(&self, pointer: &'p str) -> (Option<&str>, Cow<'p, str>) {
        let pointer = self.written_at(pointer);
        if let Some((file, within)) = reference::split_file(&pointer)
            && let Some((file, _)) = self.files.get_key_value(file.as_ref())
        {
            return (Some(file), Cow::Owned(within));
        }
        (None, pointer)
    }

    /// Returns the pointer at the end of the chain of references that starts at `pointer`: the same pointer
    /// if there is no reference.
    #[must_use]
    pub fn follow(&self, pointer: &str) -> String {
        let mut pointer = pointer.to_owned();
        // `dangling::check` has refused longer chains and circles, except in data: an example's value may look
        // like a reference.
        for _ in 0..reference::LONGEST_CHAIN {
            let Some(target) = self.at(&pointer).and_then(reference::target) else {
                break;
            };
            pointer = target;
        }
        pointer
    }

    /// Returns the value at the end of the chain of references that starts at `pointer`.
    #[must_use]
    pub fn resolve(&self, pointer: &str) -> Option<&Value> {
        self.at(&self.follow(pointer))
    }

    /// Returns the operations of the document's paths, in the document's order.
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

    /// Returns the keys of the operation's responses, as they are written: `201`, `4XX`, `default`.
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

    /// Returns the schema of the operation's request body for `media_type`: that of the same media type, with
    /// or without parameters (`; charset=utf-8`), or of the narrowest range that includes it.
    #[must_use]
    pub fn request_schema(&self, operation: &Operation, media_type: &str) -> Option<SchemaRef> {
        let body = self.follow(&pointer::join(&operation.pointer, "requestBody"));
        let content = pointer::join(&body, "content");
        let essence = |name: &str| MediaType::of(name).essence();
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

    /// Returns the pointers to what holds references that cannot be followed, and why they cannot.
    pub(crate) fn dangling(&self) -> &[(String, String)] {
        &self.dangling
    }

    /// Returns the references where OpenAPI has none, which were replaced by what they refer to.
    pub(crate) fn misplaced(&self) -> &Misplaced {
        &self.misplaced
    }

    /// Returns the pointer to the text of the value at `pointer`: elsewhere, where that replaced a misplaced reference, or was
    /// lifted from Swagger 2.0.
    pub(crate) fn written_at<'p>(&self, pointer: &'p str) -> Cow<'p, str> {
        match self.moved.written_at(pointer) {
            Cow::Borrowed(pointer) => self.misplaced.written_at(pointer),
            Cow::Owned(pointer) => Cow::Owned(self.misplaced.written_at(&pointer).into_owned()),
        }
    }

    /// Returns the name of the place of the value at `pointer` in reports: the pointer as the document's version has it.
    pub(crate) fn named_at<'p>(&self, pointer: &'p str) -> Cow<'p, str> {
        self.moved.written_at(pointer)
    }

    /// Returns the pointer to what a place in the text was lifted to.
    pub(crate) fn place_of<'p>(&self, text: &'p str) -> Cow<'p, str> {
        self.moved.place_of(text)
    }

    /// Returns the pointer to the text of the value at `pointer` if other values have the same text.
    pub(crate) fn shared_text_at(&self, pointer: &str) -> Option<String> {
        let text = self.written_at(pointer);
        let is_shared = self.moved.is_shared(pointer)
            || self.misplaced.written_at(&self.named_at(pointer)) != self.named_at(pointer);
        (is_shared && text != pointer).then(|| text.into_owned())
    }

    /// Returns the names of the dynamic references whose meaning depends on the way to them.
    pub(crate) fn dynamic_references(&self) -> BTreeSet<String> {
        let mut sources = self.sources();
        if sources.any(|source| source.has(&["$dynamicRef"])) {
            anchors::dynamic(&self.value)
        } else {
            BTreeSet::new()
        }
    }

    /// Returns the pointers to the schemas that declare an anchor.
    pub(crate) fn declaring(&self, anchor: &str) -> Vec<String> {
        anchors::declaring(&self.value, anchor)
    }

    /// Returns whether messages may be XML.
    pub(crate) fn may_have_xml(&self) -> bool {
        self.sources().any(|source| source.has(&["/xml", "+xml"]))
    }

    /// Returns whether both documents were read from the same texts.
    pub(crate) fn has_text_of(&self, other: &Self) -> bool {
        self.source == other.source && self.files == other.files
    }

    /// Returns an error about the value at `pointer`.
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
