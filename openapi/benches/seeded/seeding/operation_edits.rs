//! Edits of an operation that break by the letter, without a schema: what clients rely on is removed, or they must send
//! more.

use openapi::pointer;
use serde_json::{Value, json};

use super::messages::{IGNORED_HEADERS, Operation, follow, members};

/// A document after an edit of an operation.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Edited {
    pub(crate) kind: &'static str,
    pub(crate) pointer: String,
    pub(crate) document: Value,
}

/// Returns the edits of an operation that clients call.
pub(crate) fn edits(document: &Value, operation: &Operation) -> Vec<Edited> {
    let mut edits = Edits {
        document,
        found: Vec::new(),
    };
    if operation.section != "paths" {
        return edits.found;
    }
    let (item, pointer) = operation.pointers(document);
    edits.operation(operation, &item, &pointer);
    edits.parameters(&pointer);
    edits.body(&pointer);
    edits.responses(&pointer);
    edits.found
}

struct Edits<'d> {
    document: &'d Value,
    found: Vec<Edited>,
}

impl Edits<'_> {
    /// Adds the document after a change of the value at a pointer.
    fn add(&mut self, kind: &'static str, pointer: &str, change: impl FnOnce(&mut Value)) {
        let mut document = self.document.clone();
        if let Some(value) = document.pointer_mut(pointer) {
            change(value);
            self.found.push(Edited {
                kind,
                pointer: pointer.to_owned(),
                document,
            });
        }
    }

    /// Adds the document without a member of the object at a pointer.
    fn remove(&mut self, kind: &'static str, holder: &str, member: &str) {
        self.add(kind, holder, |value| {
            if let Some(members) = value.as_object_mut() {
                members.shift_remove(member);
            }
        });
    }

    fn operation(&mut self, operation: &Operation, item: &str, pointer: &str) {
        self.remove("operation removed", item, &operation.method);
        self.add("path renamed", "/paths", |paths| {
            let item = paths
                .as_object_mut()
                .and_then(|paths| paths.shift_remove(&operation.path));
            if let Some(item) = item {
                paths[format!("/seeded{}", operation.path)] = item;
            }
        });
        // Without servers, or with relative ones, the address depends on where the document is.
        let servers = self.document.get("servers").and_then(Value::as_array);
        let is_absolute = |server: &Value| {
            server["url"]
                .as_str()
                .is_some_and(|url| url.contains("://"))
        };
        if servers.is_some_and(|servers| !servers.is_empty() && servers.iter().all(is_absolute)) {
            let moved = json!([{"url": "https://seeded.example/"}]);
            self.add("server moved", "/servers", |servers| *servers = moved);
        }
        let pointer = pointer.to_owned();
        self.add("credentials newly required", "", |document| {
            document["components"]["securitySchemes"]["seeded"] =
                json!({"type": "http", "scheme": "basic"});
            if let Some(operation) = document.pointer_mut(&pointer) {
                operation["security"] = json!([{"seeded": []}]);
            }
        });
    }

    fn parameters(&mut self, operation: &str) {
        let list = pointer::join(operation, "parameters");
        let parameters = self.document.pointer(&list).and_then(Value::as_array);
        let new = json!({"name": "seeded", "in": "query", "required": true, "schema": {"type": "string"}});
        self.add(
            "required parameter added",
            operation,
            |operation| match operation.get_mut("parameters") {
                Some(Value::Array(parameters)) => parameters.push(new),
                _ => operation["parameters"] = json!([new]),
            },
        );
        for index in 0..parameters.map_or(0, Vec::len) {
            let target = follow(self.document, format!("{list}/{index}"));
            let Some(parameter) = self.document.pointer(&target) else {
                continue;
            };
            let name = parameter["name"]
                .as_str()
                .unwrap_or_default()
                .to_lowercase();
            if parameter["in"] == "path" || IGNORED_HEADERS.contains(&name.as_str()) {
                continue;
            }
            if parameter["required"] != true {
                self.add("parameter newly required", &target, |parameter| {
                    parameter["required"] = json!(true);
                });
            }
            self.add("parameter removed", &list, |list| {
                if let Some(list) = list.as_array_mut() {
                    list.remove(index);
                }
            });
        }
    }

    fn body(&mut self, operation: &str) {
        let body = follow(self.document, pointer::join(operation, "requestBody"));
        let Some(value) = self.document.pointer(&body) else {
            return;
        };
        self.remove("request body removed", operation, "requestBody");
        if value["required"] != true {
            self.add("request body newly required", &body, |body| {
                body["required"] = json!(true);
            });
        }
        self.media_types("media type of a request removed", &body);
    }

    /// Adds the edits that remove one of several media types, where no other covers it.
    fn media_types(&mut self, kind: &'static str, holder: &str) {
        let content = pointer::join(holder, "content");
        let names: Vec<&String> = members(self.document.pointer(&content))
            .map(|(name, _)| name)
            .collect();
        let essence = |name: &str| {
            name.split(';')
                .next()
                .unwrap_or_default()
                .trim()
                .to_lowercase()
        };
        for name in &names {
            let covers = |other: &&&String| {
                other != &name && (other.contains('*') || essence(other) == essence(name))
            };
            if names.len() > 1 && !names.iter().any(|other| covers(&other)) {
                self.remove(kind, &content, name);
            }
        }
    }

    fn responses(&mut self, operation: &str) {
        let responses = follow(self.document, pointer::join(operation, "responses"));
        let statuses: Vec<&String> = (members(self.document.pointer(&responses))
            .map(|(status, _)| status))
        .filter(|status| !status.starts_with("x-"))
        .collect();
        for status in &statuses {
            let range = format!("{}XX", status.chars().next().unwrap_or_default());
            let covers = |other: &&&String| {
                other != &status && (other.as_str() == "default" || other.to_uppercase() == range)
            };
            if statuses.len() > 1 && !statuses.iter().any(|other| covers(&other)) {
                self.remove("status removed", &responses, status);
            }
            let response = follow(self.document, pointer::join(&responses, status));
            self.media_types("media type of a response removed", &response);
            let headers = pointer::join(&response, "headers");
            let names: Vec<&String> = members(self.document.pointer(&headers))
                .map(|(name, _)| name)
                .collect();
            for name in names {
                let header = follow(self.document, pointer::join(&headers, name));
                let required = self
                    .document
                    .pointer(&header)
                    .is_some_and(|header| header["required"] == true);
                if required && !IGNORED_HEADERS.contains(&name.to_lowercase().as_str()) {
                    self.remove("required header removed", &headers, name);
                    self.add("header no longer required", &header, |header| {
                        header["required"] = json!(false);
                    });
                }
            }
        }
    }
}
