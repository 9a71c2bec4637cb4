//! Neighbouring files that a document refers to: brought in under a key of their own, so that every
//! reference is one within the document.
//!
//! A reference `schemas/token.yaml#/Token` becomes `#/$files/schemas~1token.yaml/Token`. Only files
//! below the document's own folder are asked for, and never an address.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{DocumentError, Format, position, text, visit};
use crate::pointer;

/// The key at the root that holds the files, by their paths from the document's folder.
pub(crate) const FILES: &str = "$files";

/// A file's text, kept for places in it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Source {
    pub(super) text: String,
    pub(super) format: Format,
}

/// How a file is had: its path from the document's folder, with `/`, to its text or why there is none.
pub(super) type Reader<'r> = dyn FnMut(&str) -> Result<String, String> + 'r;

/// The document as it is read, and where it lies.
pub(super) struct Bringing<'r, 'd> {
    /// What errors call the document.
    pub(super) name: &'d str,
    pub(super) root: &'d Source,
    pub(super) reader: &'r mut Reader<'r>,
}

impl Bringing<'_, '_> {
    /// Brings in every file that `value` refers to, directly or through other files.
    pub(super) fn run(self, value: &mut Value) -> Result<BTreeMap<String, Source>, DocumentError> {
        let own = self
            .name
            .rsplit(['/', '\\', ':'])
            .next()
            .unwrap_or(self.name)
            .to_owned();
        let mut sources: BTreeMap<String, Source> = BTreeMap::new();
        let mut wanted = self.rewritten(value, "", &own, &sources)?;
        let mut files = Map::new();
        while let Some(path) = wanted.pop() {
            if files.contains_key(&path.file) {
                continue;
            }
            let text = (self.reader)(&path.file).map_err(|reason| {
                let message = format!(
                    "the file of the reference `{}` cannot be read: {reason}",
                    path.reference
                );
                self.error(&path.from, &path.reference, message, &sources)
            })?;
            let (mut file, format) = text::value(&path.file, &text)?;
            sources.insert(path.file.clone(), Source { text, format });
            wanted.extend(self.rewritten(&mut file, &path.file, &own, &sources)?);
            files.insert(path.file, file);
        }
        if let Value::Object(root) = value
            && !files.is_empty()
        {
            root.insert(FILES.to_owned(), Value::Object(files));
        }
        Ok(sources)
    }

    /// Makes each reference of a file (`""` is the document itself) one within the document; gives
    /// the files that they lead to.
    fn rewritten(
        &self,
        value: &mut Value,
        file: &str,
        own: &str,
        sources: &BTreeMap<String, Source>,
    ) -> Result<Vec<Wanted>, DocumentError> {
        let mut wanted = Vec::new();
        let mut refused = None;
        visit::objects_mut(value, &["$ref"], &mut |holder| {
            let Some(Value::String(reference)) = holder.get_mut("$ref") else {
                return;
            };
            let (target, fragment) = reference
                .split_once('#')
                .unwrap_or((reference.as_str(), ""));
            if target.is_empty() {
                if !file.is_empty() {
                    *reference = within(file, fragment);
                }
                return;
            }
            match path_of(file, target) {
                Ok(path) if path == own => *reference = format!("#{fragment}"),
                Ok(path) => {
                    let written = std::mem::replace(reference, within(&path, fragment));
                    wanted.push(Wanted {
                        file: path,
                        from: file.to_owned(),
                        reference: written,
                    });
                }
                Err(why) => {
                    refused.get_or_insert((reference.clone(), why));
                }
            }
        });
        match refused {
            None => Ok(wanted),
            Some((reference, why)) => {
                let message = format!("the reference `{reference}` {why}");
                Err(self.error(file, &reference, message, sources))
            }
        }
    }

    /// An error about a reference that stands in `file`.
    fn error(
        &self,
        file: &str,
        reference: &str,
        message: String,
        sources: &BTreeMap<String, Source>,
    ) -> DocumentError {
        let source = sources.get(file).unwrap_or(self.root);
        let mut place = None;
        if let Ok((value, _)) = text::value(file, &source.text) {
            visit::objects(&value, &["$ref"], &mut |path, holder| {
                if place.is_none() && holder.get("$ref").and_then(Value::as_str) == Some(reference)
                {
                    place = Some(pointer::join(&path.pointer(), "$ref"));
                }
            });
        }
        DocumentError {
            name: if file.is_empty() {
                self.name.to_owned()
            } else {
                file.to_owned()
            },
            position: place.and_then(|place| {
                position::of_pointers(&source.text, source.format, &[place.as_str()])
                    .pop()
                    .flatten()
            }),
            message,
        }
    }
}

/// A file that a reference leads to.
struct Wanted {
    file: String,
    from: String,
    reference: String,
}

/// The reference within the document to a place in one of its files.
fn within(file: &str, fragment: &str) -> String {
    let file = pointer::escape(file).replace('%', "%25");
    format!("#/{FILES}/{file}{fragment}")
}

/// A reference as its writer knows it, for messages: `token.yaml#/Token`.
pub(super) fn as_written(reference: &str) -> String {
    let inside = pointer::of_reference(reference).unwrap_or_default();
    let mut tokens = pointer::tokens(&inside);
    if tokens.next().as_deref() != Some(FILES) {
        return reference.to_owned();
    }
    let file = tokens.next().unwrap_or_default();
    let rest: Vec<_> = tokens.collect();
    let place = pointer::join_all("", rest.iter().map(AsRef::as_ref));
    format!("{file}#{place}")
}

/// The path, from the document's folder, of what a file refers to.
fn path_of(file: &str, target: &str) -> Result<String, &'static str> {
    if target.contains("://") {
        return Err("leads to an address: nothing is fetched; put the file beside the document");
    }
    let target = pointer::percent_decoded(target)
        .ok_or("is not percent-encoded properly (RFC 3986 section 2.1)")?;
    if target.starts_with(['/', '\\']) || target.contains(':') {
        return Err("is an absolute path: only files below the document's folder are read");
    }
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in target.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => {
                if parts.pop().is_none() {
                    return Err("leaves the document's folder: only files below it are read");
                }
            }
            part => parts.push(part),
        }
    }
    Ok(parts.join("/"))
}
