//! Identifiers of schemas: `$id` is the base of the references below it, and a URI by which others may refer to its schema
//! (JSON Schema 2020-12 Core section 8.2.1). OpenAPI 3.0 has no such keyword.

use serde_json::Value;

use super::reference::percent_encoded;
use super::visit;
use crate::pointer;

/// The schemas of a document or of one of its files that have an identifier: each before those inside it.
#[derive(Default)]
pub(super) struct Identifiers(Vec<Identified>);

struct Identified {
    pointer: String,
    /// The identifier, resolved against those around it: a URI, or a path from the document's folder.
    uri: String,
    schema: Value,
}

/// Where a reference leads because of an identifier.
pub(super) enum Lead {
    /// To this fragment of its own file.
    Here(String),
    /// To what it names from this path.
    FromPath(String),
    /// To another URI than that of its own file.
    Elsewhere,
}

impl Identifiers {
    /// Finds those of a document or file. `file` is its path.
    pub(super) fn of(value: &Value, file: &str) -> Self {
        let mut found = Self::default();
        // The document itself has one from OpenAPI 3.2 on.
        if let Some(own) = value.get("$self").and_then(Value::as_str) {
            found.add(value, String::new(), file, own);
        }
        visit::objects(value, &["$id"], &mut |path, schema| {
            // A fragment identifies no schema (section 8.2.1).
            let id = schema.get("$id").and_then(Value::as_str);
            let id = id.and_then(|id| id.split('#').next()).unwrap_or_default();
            if !id.is_empty() && !id.contains('\\') {
                let pointer = path.pointer();
                let base = found.around(&pointer).map_or(file, |around| &around.uri);
                let base = base.to_owned();
                found.add(schema, pointer, &base, id);
            }
        });
        found
    }

    fn add(&mut self, schema: &Value, pointer: String, base: &str, id: &str) {
        self.0.push(Identified {
            pointer,
            uri: joined(base, id),
            schema: schema.clone(),
        });
    }

    /// Returns the innermost schema with an identifier that contains a place.
    fn around(&self, place: &str) -> Option<&Identified> {
        let mut inner_first = self.0.iter().rev();
        inner_first.find(|identified| pointer::below(place, &identified.pointer).is_some())
    }

    /// Returns where a reference of `file` at `place` leads; `None` where no identifier says.
    pub(super) fn lead(&self, file: &str, place: &str, reference: &str) -> Option<Lead> {
        let around = self.around(place);
        let (target, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        if target.is_empty() {
            // What is not below the identifier can only be meant of the whole file.
            let around = around?;
            let within = pointer::of_reference(reference)?;
            let is_within = around.schema.pointer(&within).is_some();
            return is_within.then(|| around.fragment(fragment));
        }
        let uri = joined(around.map_or(file, |around| &around.uri), target);
        if let Some(named) = self.0.iter().find(|identified| identified.uri == uri) {
            return Some(named.fragment(fragment));
        }
        let around = around?;
        // Files lie in their folder as their URIs do.
        if around.pointer.is_empty() || is_absolute(target) {
            return None;
        }
        Some(if is_absolute(&around.uri) {
            Lead::Elsewhere
        } else {
            Lead::FromPath(around.uri.clone())
        })
    }
}

impl Identified {
    fn fragment(&self, fragment: &str) -> Lead {
        // The name of an anchor is one of the whole file.
        let is_name = !fragment.is_empty() && !fragment.starts_with('/');
        Lead::Here(if is_name {
            fragment.to_owned()
        } else {
            percent_encoded(&self.pointer) + fragment
        })
    }
}

/// Returns whether a URI reference is more than a path from where it is written.
fn is_absolute(reference: &str) -> bool {
    let scheme = reference.split_once(':').map(|(scheme, _)| scheme);
    reference.starts_with('/') || scheme.is_some_and(|scheme| !scheme.contains('/'))
}

/// Resolves a URI reference against a base (RFC 3986 section 5.2).
fn joined(base: &str, reference: &str) -> String {
    if is_absolute(reference) && !reference.starts_with('/') {
        return reference.to_owned();
    }
    let after_scheme = base.find("://").map_or(0, |at| at + 3);
    let authority = if after_scheme > 0 {
        let path = base[after_scheme..].find('/');
        path.map_or(base.len(), |path| after_scheme + path)
    } else {
        0
    };
    let (origin, path) = base.split_at(authority);
    let mut parts: Vec<&str> = match reference.strip_prefix('/') {
        Some(_) => Vec::new(),
        None => path.trim_start_matches('/').split('/').collect(),
    };
    parts.pop();
    for part in reference.trim_start_matches('/').split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let is_rooted = !origin.is_empty() || path.starts_with('/') || reference.starts_with('/');
    let root = if is_rooted { "/" } else { "" };
    format!("{origin}{root}{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn references_are_resolved_against_their_base() {
        for (base, reference, uri) in [
            ("", "a.json", "a.json"),
            ("x/y.json", "a.json", "x/a.json"),
            ("x/y.json", "../a.json", "a.json"),
            ("x/y.json", "/a.json", "/a.json"),
            ("https://e.com", "a", "https://e.com/a"),
            ("https://e.com/x/y?z", "./a", "https://e.com/x/a"),
            ("https://e.com/x/y", "../../a", "https://e.com/a"),
            ("https://e.com/x/y", "/a/b", "https://e.com/a/b"),
            ("https://e.com/x/y", "urn:a:b", "urn:a:b"),
            ("/x/y", "a", "/x/a"),
        ] {
            assert_eq!(joined(base, reference), uri, "{base} {reference}");
        }
    }
}
