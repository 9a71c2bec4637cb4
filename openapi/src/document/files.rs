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
        visit::objects_mut(value, HOLDERS, &mut |holder| {
            for keyword in REFERENCES {
                let Some(Value::String(reference)) = holder.get_mut(*keyword) else {
                    continue;
                };
                match led_to(file, own, reference) {
                    Ok(led) => {
                        let written = std::mem::replace(reference, led.reference);
                        wanted.extend(led.file.map(|path| Wanted {
                            file: path,
                            from: file.to_owned(),
                            reference: written,
                        }));
                    }
                    // A dynamic reference may lead to a dialect, by its address.
                    Err(why) if *keyword == "$ref" => {
                        refused.get_or_insert((reference.clone(), why));
                    }
                    Err(_) => {}
                }
            }
            mapped(file, own, holder);
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
            visit::objects(&value, REFERENCES, &mut |path, holder| {
                let is_it = |keyword: &&&str| {
                    holder.get(**keyword).and_then(Value::as_str) == Some(reference)
                };
                if place.is_none()
                    && let Some(keyword) = REFERENCES.iter().find(is_it)
                {
                    place = Some(pointer::join(&path.pointer(), keyword));
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

/// Keywords whose value is a reference.
const REFERENCES: &[&str] = &["$ref", "$dynamicRef"];

/// Keys of the objects that hold references.
const HOLDERS: &[&str] = &["$ref", "$dynamicRef", "discriminator"];

/// What a reference in one of the files is within the document.
struct Led {
    reference: String,
    /// The file that it leads to, where it names one besides the document.
    file: Option<String>,
}

/// Where a reference leads that stands in `file`; the document's own name is `own`.
fn led_to(file: &str, own: &str, reference: &str) -> Result<Led, &'static str> {
    let (target, fragment) = reference.split_once('#').unwrap_or((reference, ""));
    let (reference, file) = match target {
        "" if file.is_empty() => (reference.to_owned(), None),
        "" => (within(file, fragment), None),
        target => match path_of(file, target)? {
            path if path == own => (format!("#{fragment}"), None),
            path => (within(&path, fragment), Some(path)),
        },
    };
    Ok(Led { reference, file })
}

/// Makes what the values of a schema's discriminator lead to places within the document, as the
/// alternatives are that they stand for. The name of a component stays a name (OpenAPI 3.1 section 4.8.25),
/// unless an alternative is referred to like that.
fn mapped(file: &str, own: &str, schema: &mut Map<String, Value>) {
    let alternatives: Vec<String> = ["oneOf", "anyOf"]
        .iter()
        .filter_map(|keyword| schema.get(*keyword)?.as_array())
        .flatten()
        .filter_map(|branch| Some(branch.get("$ref")?.as_str()?.to_owned()))
        .collect();
    let Some(Value::Object(discriminator)) = schema.get_mut("discriminator") else {
        return;
    };
    let mut values: Vec<&mut Value> = Vec::new();
    for (key, value) in discriminator.iter_mut() {
        match (key.as_str(), value) {
            ("mapping", Value::Object(mapping)) => values.extend(mapping.values_mut()),
            ("defaultMapping", value) => values.push(value),
            _ => {}
        }
    }
    for value in values {
        if let Value::String(target) = value
            && let Ok(led) = led_to(file, own, target)
            && (target.contains(['/', '#']) || alternatives.contains(&led.reference))
        {
            *target = led.reference;
        }
    }
}

/// The reference within the document to a place in one of its files, or to what has a name there.
fn within(file: &str, fragment: &str) -> String {
    let file = pointer::escape(file)
        .replace('%', "%25")
        .replace('#', "%23");
    let by_name = if is_name(fragment) { "#" } else { "" };
    format!("#/{FILES}/{file}{by_name}{fragment}")
}

/// Whether a fragment is a name that a schema gives itself, and no pointer.
fn is_name(fragment: &str) -> bool {
    !fragment.is_empty() && !fragment.starts_with('/')
}

/// Of a reference by name, the file (`""` is the document itself) and the name; `None` for one that is by
/// a pointer.
pub(super) fn by_name(reference: &str) -> Option<(String, &str)> {
    let fragment = reference.strip_prefix('#')?;
    if is_name(fragment) {
        return Some((String::new(), fragment));
    }
    let (place, name) = fragment.split_once('#')?;
    Some((
        file_of(&pointer::of_reference(&format!("#{place}"))?)?,
        name,
    ))
}

/// The file that holds what `pointer` points at, when one does.
pub(super) fn file_of(pointer: &str) -> Option<String> {
    let mut tokens = pointer::tokens(pointer);
    (tokens.next().as_deref() == Some(FILES)).then_some(())?;
    Some(tokens.next()?.into_owned())
}

/// A reference as its writer knows it, for messages: `token.yaml#/Token`.
pub(super) fn as_written(reference: &str) -> String {
    if let Some((file, name)) = by_name(reference) {
        return format!("{file}#{name}");
    }
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
