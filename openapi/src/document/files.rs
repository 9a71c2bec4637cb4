//! Files that a document refers to: loaded, and embedded under the key `$files`, so that every reference
//! stays within the document.
//!
//! A reference `schemas/token.yaml#/Token` becomes `#/$files/schemas~1token.yaml/Token`. Only files
//! below the document's own folder are read, or below a folder above it that the reader names, and no URL is fetched.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::dangling_references::DanglingReferences;
use super::found::{Found, WantedFile};
use super::identifiers::{Identifiers, Lead};
use super::reading::Reading;
use super::reference::into_file;
use super::slot::Slot;
use super::source::Source;
use super::visit::Path;
use super::{locate, text, visit};
use crate::pointer;
use crate::text_error::TextError;

/// A function that reads a file: from its path from the document's folder, with `/`, to its text or to
/// the reason why there is none.
pub(super) type ReadFile<'r> = dyn FnMut(&str) -> Result<String, String> + 'r;

/// The loader of the files that one document refers to.
pub(super) struct Loader<'r, 'd> {
    /// The name of the document in errors.
    name: &'d str,
    root: &'d Source,
    reading: Reading<'d>,
    read_file: &'r mut ReadFile<'r>,
    pub(super) sources: BTreeMap<String, Source>,
    pub(super) wanted: Vec<WantedFile>,
    /// The files that misplaced references lead to.
    unchanged: BTreeMap<String, Value>,
    /// Those of the document and of its files, by path; empty before OpenAPI 3.1.
    identifiers: BTreeMap<String, Identifiers>,
    has_identifiers: bool,
}

impl<'r, 'd> Loader<'r, 'd> {
    pub(super) fn new(
        name: &'d str,
        root: &'d Source,
        reading: Reading<'d>,
        read_file: &'r mut ReadFile<'r>,
        value: &Value,
    ) -> Self {
        let is_3_0 = |version: &str| version.starts_with("3.0");
        let version = value.get("openapi").and_then(Value::as_str);
        let mut loader = Self {
            name,
            root,
            reading,
            read_file,
            sources: BTreeMap::new(),
            wanted: Vec::new(),
            unchanged: BTreeMap::new(),
            identifiers: BTreeMap::new(),
            has_identifiers: value.get("swagger").is_none() && !version.is_some_and(is_3_0),
        };
        loader.identify("", &root.text, value);
        loader
    }

    /// Finds the identifiers of the document or of a file.
    fn identify(&mut self, file: &str, text: &str, value: &Value) {
        let is_there = |keyword: &str| text.contains(keyword);
        if self.has_identifiers && ["$id", "$self"].into_iter().any(is_there) {
            (self.identifiers).insert(file.to_owned(), Identifiers::of(value, file));
        }
    }

    /// Reads and parses a file.
    pub(super) fn load(&mut self, wanted: &WantedFile) -> Result<Value, TextError> {
        let WantedFile {
            path,
            from,
            reference,
        } = wanted;
        if let Some(source) = self.sources.get(path) {
            return text::parse(path, &source.text).map(|(file, _)| file);
        }
        let text = match (self.read_file)(path) {
            Ok(text) => text,
            // Nothing in it is found.
            Err(_) if self.reading.dangling == DanglingReferences::Kept => return Ok(Value::Null),
            Err(reason) => {
                let message =
                    format!("the file of the reference `{reference}` cannot be read: {reason}");
                return Err(self.error(from, reference, message));
            }
        };
        let (file, format) = text::parse(path, &text)?;
        self.identify(path, &text, &file);
        let source = Source::new(text, format);
        self.sources.insert(path.clone(), source);
        Ok(file)
    }

    /// Rewrites each reference in a value in `slot`, written at `place` in `file` (`""` is the document itself), as
    /// one within the document. Returns the misplaced ones.
    pub(super) fn rewrite_references(
        &mut self,
        value: &mut Value,
        (file, place): (&str, &str),
        slot: Slot<'_>,
    ) -> Result<Vec<Found>, TextError> {
        let own = self.own();
        let identifiers = self.identifiers.get(file);
        let mut found = Vec::new();
        let mut refused = None;
        let are_refused = self.reading.dangling == DanglingReferences::Refused;
        let wanted = &mut self.wanted;
        visit::objects_mut_in(value, slot, HOLDERS, &mut |path, holder| {
            let resolve = |reference: &str| {
                let place = |path: &Path<'_>| format!("{place}{}", path.pointer());
                let lead = identifiers
                    .and_then(|identifiers| identifiers.lead(file, &place(path), reference));
                resolve_by(lead, file, own, reference)
            };
            for keyword in REFERENCES {
                let Some(Value::String(reference)) = holder.get_mut(*keyword) else {
                    continue;
                };
                match resolve(reference) {
                    Ok(resolved) => {
                        *reference = resolved.reference;
                        if path.slot.forbids_references() && *keyword == "$ref" {
                            found.push(Found::new(path, holder, resolved.file));
                        } else {
                            wanted.extend(resolved.file);
                        }
                    }
                    // A dynamic reference may name the URL of a dialect's schema. What is not refused dangles.
                    Err(why) if *keyword == "$ref" && are_refused => {
                        refused.get_or_insert((reference.clone(), why));
                    }
                    Err(_) => {}
                }
            }
            rewrite_mapping(holder, resolve);
        });
        match refused {
            None => Ok(found),
            Some((reference, why)) => {
                let message = format!("the reference `{reference}` {why}");
                Err(self.error(file, &reference, message))
            }
        }
    }

    /// Returns the document's own place among the files.
    fn own(&self) -> Own<'d> {
        Own {
            file: file_name(self.name),
            folder: self.reading.folder,
        }
    }

    /// Returns the reference in `file` as one within the document.
    pub(super) fn resolved(&self, file: &str, reference: &str) -> Option<Resolved> {
        resolve(file, self.own(), reference).ok()
    }

    /// Returns a file as it is written.
    pub(super) fn unchanged(&mut self, wanted: &WantedFile) -> Result<&Value, TextError> {
        if !self.unchanged.contains_key(&wanted.path) {
            let file = self.load(wanted)?;
            self.unchanged.insert(wanted.path.clone(), file);
        }
        Ok(&self.unchanged[&wanted.path])
    }

    /// Returns an error about a reference in `file`.
    fn error(&self, file: &str, reference: &str, message: String) -> TextError {
        let source = self.sources.get(file).unwrap_or(self.root);
        let place = text::parse(file, &source.text)
            .ok()
            .and_then(|(value, _)| find_reference(&value, reference));
        let name = if file.is_empty() { self.name } else { file };
        TextError {
            name: name.to_owned(),
            position: place
                .and_then(|place| locate::positions(source, &[place.as_str()]).pop().flatten()),
            message,
        }
    }
}

/// The document's own place among the files.
#[derive(Clone, Copy)]
struct Own<'d> {
    /// Its file name.
    file: &'d str,
    /// Its folder, from the top folder below which files are read.
    folder: &'d str,
}

/// Returns the document's own file name, by which its files may refer to it.
fn file_name(name: &str) -> &str {
    name.rsplit(['/', '\\', ':']).next().unwrap_or(name)
}

/// Returns the pointer to the first such reference in a value.
fn find_reference(value: &Value, reference: &str) -> Option<String> {
    let mut found = None;
    visit::objects(value, REFERENCES, &mut |path, holder| {
        let is_it =
            |keyword: &&&str| holder.get(**keyword).and_then(Value::as_str) == Some(reference);
        if found.is_none()
            && let Some(keyword) = REFERENCES.iter().find(is_it)
        {
            found = Some(pointer::join(&path.pointer(), keyword));
        }
    });
    found
}

/// The keywords whose value is a reference.
const REFERENCES: &[&str] = &["$ref", "$dynamicRef"];

/// The keys of the objects that hold references.
const HOLDERS: &[&str] = &["$ref", "$dynamicRef", "discriminator"];

/// A reference in one of the files, rewritten as one within the document.
pub(super) struct Resolved {
    pub(super) reference: String,
    /// The file that it names, if that is not the document.
    pub(super) file: Option<WantedFile>,
}

/// Resolves a reference in `file`, of which an identifier may say where it leads.
fn resolve_by(
    lead: Option<Lead>,
    file: &str,
    own: Own<'_>,
    reference: &str,
) -> Result<Resolved, &'static str> {
    match lead {
        None => resolve(file, own, reference),
        Some(Lead::Here(fragment)) => resolve(file, own, &format!("#{fragment}")),
        Some(Lead::FromPath(path)) => {
            let mut resolved = resolve(&path, own, reference)?;
            if let Some(wanted) = &mut resolved.file {
                file.clone_into(&mut wanted.from);
            }
            Ok(resolved)
        }
        Some(Lead::Elsewhere) => Err(
            "is relative to the `$id` of a schema around it, a URL, and URLs are not fetched: write `#/components/…`",
        ),
    }
}

/// Resolves a reference in `file`.
fn resolve(file: &str, own: Own<'_>, reference: &str) -> Result<Resolved, &'static str> {
    let (target, fragment) = reference.split_once('#').unwrap_or((reference, ""));
    let (rewritten, path) = match target {
        "" if file.is_empty() => (reference.to_owned(), None),
        "" => (into_file(file, fragment), None),
        target => match path_from_document(file, own.folder, target)? {
            path if path == own.file => (format!("#{fragment}"), None),
            path => (into_file(&path, fragment), Some(path)),
        },
    };
    let wanted = path.map(|path| WantedFile {
        path,
        from: file.to_owned(),
        reference: reference.to_owned(),
    });
    Ok(Resolved {
        reference: rewritten,
        file: wanted,
    })
}

/// Rewrites the references of a schema's discriminator, as those of the alternatives are. The name of a
/// component stays a name (OpenAPI 3.1 section 4.8.25), unless an alternative has the same reference.
fn rewrite_mapping(
    schema: &mut Map<String, Value>,
    resolve: impl Fn(&str) -> Result<Resolved, &'static str>,
) {
    let alternatives: Vec<String> = ["oneOf", "anyOf"]
        .iter()
        .filter_map(|keyword| schema.get(*keyword)?.as_array())
        .flatten()
        .filter_map(|branch| Some(branch.get("$ref")?.as_str()?.to_owned()))
        .collect();
    let Some(Value::Object(discriminator)) = schema.get_mut("discriminator") else {
        return;
    };
    let mut targets: Vec<&mut Value> = Vec::new();
    for (key, value) in discriminator.iter_mut() {
        match (key.as_str(), value) {
            ("mapping", Value::Object(mapping)) => targets.extend(mapping.values_mut()),
            ("defaultMapping", value) => targets.push(value),
            _ => {}
        }
    }
    for target in targets {
        if let Value::String(target) = target
            && let Ok(resolved) = resolve(target)
            && (target.contains(['/', '#']) || alternatives.contains(&resolved.reference))
        {
            *target = resolved.reference;
        }
    }
}

/// Returns the path, from the document's folder, of a file that `file` refers to.
fn path_from_document(file: &str, folder: &str, target: &str) -> Result<String, &'static str> {
    if target.contains("://") {
        return Err("is a URL, and URLs are not fetched: save the file in the document's folder");
    }
    let target = pointer::percent_decoded(target)
        .ok_or("is not percent-encoded correctly (RFC 3986 section 2.1)")?;
    if target.starts_with(['/', '\\']) || target.contains(':') {
        return Err("is an absolute path: write it relative to the file that refers to it");
    }
    let holder = file.rsplit_once('/').map_or("", |(holder, _)| holder);
    let steps = holder.split('/').chain(target.split(['/', '\\']));
    let mut folders: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    let own: Vec<&str> = folders.clone();
    for step in steps {
        match step {
            "" | "." => {}
            ".." if folders.pop().is_none() => {
                return Err(LEAVES);
            }
            ".." => {}
            part => folders.push(part),
        }
    }
    let common = own.iter().zip(&folders).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", own.len() - common);
    let parts: Vec<_> = up.chain(folders[common..].iter().copied()).collect();
    Ok(parts.join("/"))
}

const LEAVES: &str = "leaves the folder below which files are read: the repository's, or the document's own outside of \
                      one; `--root DIR` names another";
