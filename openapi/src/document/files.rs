//! Files that a document refers to: loaded, and embedded under the key `$files`, so that every reference
//! stays within the document.
//!
//! A reference `schemas/token.yaml#/Token` becomes `#/$files/schemas~1token.yaml/Token`. Only files
//! below the document's own folder are read, and no URL is fetched.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::reference::{FILES, into_file};
use super::source::Source;
use super::{locate, text, visit};
use crate::pointer;
use crate::text_error::TextError;

/// A function that reads a file: from its path below the document's folder, with `/`, to its text or to
/// the reason why there is none.
pub(super) type ReadFile<'r> = dyn FnMut(&str) -> Result<String, String> + 'r;

/// The loader of the files that one document refers to.
pub(super) struct Loader<'r, 'd> {
    /// The name of the document in errors.
    pub(super) name: &'d str,
    pub(super) root: &'d Source,
    pub(super) read_file: &'r mut ReadFile<'r>,
}

impl Loader<'_, '_> {
    /// Embeds every file that `value` refers to, directly or through other files.
    pub(super) fn embed(self, value: &mut Value) -> Result<BTreeMap<String, Source>, TextError> {
        let mut sources: BTreeMap<String, Source> = BTreeMap::new();
        let mut wanted = self.rewrite_references(value, "", &sources)?;
        let mut files = Map::new();
        while let Some(WantedFile {
            path,
            from,
            reference,
        }) = wanted.pop()
        {
            if files.contains_key(&path) {
                continue;
            }
            let text = (self.read_file)(&path).map_err(|reason| {
                let message =
                    format!("the file of the reference `{reference}` cannot be read: {reason}");
                self.error(&from, &reference, message, &sources)
            })?;
            let (mut file, format) = text::parse(&path, &text)?;
            sources.insert(path.clone(), Source { text, format });
            wanted.extend(self.rewrite_references(&mut file, &path, &sources)?);
            files.insert(path, file);
        }
        if let Value::Object(root) = value
            && !files.is_empty()
        {
            root.insert(FILES.to_owned(), Value::Object(files));
        }
        Ok(sources)
    }

    /// Rewrites each reference in `file` (`""` is the document itself) as one within the document, and
    /// returns the files that they name.
    fn rewrite_references(
        &self,
        value: &mut Value,
        file: &str,
        sources: &BTreeMap<String, Source>,
    ) -> Result<Vec<WantedFile>, TextError> {
        let own = self.file_name();
        let mut wanted = Vec::new();
        let mut refused = None;
        visit::objects_mut(value, HOLDERS, &mut |holder| {
            for keyword in REFERENCES {
                let Some(Value::String(reference)) = holder.get_mut(*keyword) else {
                    continue;
                };
                match resolve(file, own, reference) {
                    Ok(resolved) => {
                        let written = std::mem::replace(reference, resolved.reference);
                        wanted.extend(resolved.file.map(|path| WantedFile {
                            path,
                            from: file.to_owned(),
                            reference: written,
                        }));
                    }
                    // A dynamic reference may name the URL of a dialect's schema.
                    Err(why) if *keyword == "$ref" => {
                        refused.get_or_insert((reference.clone(), why));
                    }
                    Err(_) => {}
                }
            }
            rewrite_mapping(file, own, holder);
        });
        match refused {
            None => Ok(wanted),
            Some((reference, why)) => {
                let message = format!("the reference `{reference}` {why}");
                Err(self.error(file, &reference, message, sources))
            }
        }
    }

    /// Returns the document's own file name, by which its files may refer to it.
    fn file_name(&self) -> &str {
        self.name
            .rsplit(['/', '\\', ':'])
            .next()
            .unwrap_or(self.name)
    }

    /// Returns an error about a reference in `file`.
    fn error(
        &self,
        file: &str,
        reference: &str,
        message: String,
        sources: &BTreeMap<String, Source>,
    ) -> TextError {
        let source = sources.get(file).unwrap_or(self.root);
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

/// A file that a reference names.
struct WantedFile {
    path: String,
    /// The file that holds the reference.
    from: String,
    reference: String,
}

/// The keywords whose value is a reference.
const REFERENCES: &[&str] = &["$ref", "$dynamicRef"];

/// The keys of the objects that hold references.
const HOLDERS: &[&str] = &["$ref", "$dynamicRef", "discriminator"];

/// A reference in one of the files, rewritten as one within the document.
struct Resolved {
    reference: String,
    /// The file that it names, if that is not the document.
    file: Option<String>,
}

/// Resolves a reference in `file`; `own` is the document's own file name.
fn resolve(file: &str, own: &str, reference: &str) -> Result<Resolved, &'static str> {
    let (target, fragment) = reference.split_once('#').unwrap_or((reference, ""));
    let (reference, file) = match target {
        "" if file.is_empty() => (reference.to_owned(), None),
        "" => (into_file(file, fragment), None),
        target => match path_from_root(file, target)? {
            path if path == own => (format!("#{fragment}"), None),
            path => (into_file(&path, fragment), Some(path)),
        },
    };
    Ok(Resolved { reference, file })
}

/// Rewrites the references of a schema's discriminator, as those of the alternatives are. The name of a
/// component stays a name (OpenAPI 3.1 section 4.8.25), unless an alternative has the same reference.
fn rewrite_mapping(file: &str, own: &str, schema: &mut Map<String, Value>) {
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
            && let Ok(resolved) = resolve(file, own, target)
            && (target.contains(['/', '#']) || alternatives.contains(&resolved.reference))
        {
            *target = resolved.reference;
        }
    }
}

/// Returns the path, from the document's folder, of a file that `file` refers to.
fn path_from_root(file: &str, target: &str) -> Result<String, &'static str> {
    if target.contains("://") {
        return Err("is a URL, and URLs are not fetched: save the file in the document's folder");
    }
    let target = pointer::percent_decoded(target)
        .ok_or("is not percent-encoded correctly (RFC 3986 section 2.1)")?;
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
