//! The tracker of coverage: it sees every exchange of a run, and records which parts of the contract are reached.

use std::collections::{BTreeMap, BTreeSet};

use openapi::Document;
use openapi::media_type::MediaType;
use serde_json::Value;

use super::parts::{self, Item, Place, Step};
use super::{Coverage, CoveredOperation, CoveredPart, PartKind, Undocumented, ValueOrigin};
use crate::contract::is_success;
use crate::wire::{Exchange, Request, Response};

/// The parts of a contract that the exchanges of a run have reached so far.
#[derive(Debug)]
pub(crate) struct Tracker {
    operations: Vec<Tracked>,
    items: Vec<Item>,
    undocumented: BTreeMap<(usize, u16), u64>,
}

#[derive(Debug)]
struct Tracked {
    method: String,
    path: String,
    /// Whether it succeeded.
    reached: bool,
    /// Where the values of its ordinary requests came from, by place.
    values: BTreeMap<String, String>,
    /// What the run could not test of it.
    left_out: BTreeSet<String>,
}

impl Tracker {
    /// Creates a tracker of the parts that a document declares.
    pub(crate) fn of(document: &Document) -> Tracker {
        let operations = document.operations();
        let items = (operations.iter().enumerate())
            .flat_map(|(index, operation)| parts::of(document, index, operation))
            .collect();
        let operations = operations.into_iter().map(|operation| Tracked {
            method: operation.method,
            path: operation.path,
            reached: false,
            values: BTreeMap::new(),
            left_out: BTreeSet::new(),
        });
        Tracker {
            operations: operations.collect(),
            items,
            undocumented: BTreeMap::new(),
        }
    }

    /// Records that a case ran which covers these JSON pointers below an operation.
    pub(crate) fn ran(&mut self, operation: usize, covers: &[&str]) {
        let under = |place: &str, cover: &str| {
            let below = |long: &str, short: &str| {
                long.strip_prefix(short)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            below(place, cover) || below(cover, place)
        };
        for item in &mut self.items {
            if item.operation == operation && covers.iter().any(|cover| under(&item.below, cover)) {
                item.part.exercised |= item.part.kind.is_of_answers();
            }
        }
    }

    /// Records where a value of an operation's ordinary request comes from.
    pub(crate) fn chose(&mut self, operation: usize, place: String, origin: String) {
        self.operations[operation].values.insert(place, origin);
    }

    /// Records what the run could not test of an operation.
    pub(crate) fn leave_out(&mut self, operation: usize, what: String) {
        self.operations[operation].left_out.insert(what);
    }

    /// Records an exchange. Returns whether an operation of the contract succeeded in it.
    pub(crate) fn learn(&mut self, exchange: &Exchange) -> bool {
        let request = &exchange.request;
        let path = request.path.split('?').next().unwrap_or_default();
        let Some(operation) = self.operation(request.method.as_str(), path) else {
            return false;
        };
        let response = exchange.outcome.as_ref().ok();
        let key = response.and_then(|response| self.status_key(operation, response.status));
        let template = self.operations[operation].path.clone();
        if let (Some(response), None) = (response, &key) {
            *self
                .undocumented
                .entry((operation, response.status))
                .or_default() += 1;
        }
        let sent = Sent::of(request, &template, path);
        let answered = response.map(Answered::of);
        let items = self.items.iter_mut();
        for item in items.filter(|item| item.operation == operation) {
            if sent.carries(&item.place) {
                item.part.exercised = true;
                item.part.observed |= key.is_some();
            }
            if let (Some(key), Some(answered)) = (&key, &answered)
                && answered.shows(key, &item.place)
            {
                item.part.exercised = true;
                item.part.observed = true;
            }
        }
        let reached = response.is_some_and(|response| {
            is_success(
                self.statuses(operation).map(String::as_str),
                response.status,
            )
        });
        self.operations[operation].reached |= reached;
        reached
    }

    /// Returns the method and the template of the operation that a request is for.
    pub(crate) fn name_of(&self, method: &str, path: &str) -> Option<String> {
        let Tracked { method, path, .. } = &self.operations[self.operation(method, path)?];
        Some(format!("{method} {path}"))
    }

    /// Returns the operation that a request is for; of several templates, the one with the fewest parameters.
    pub(crate) fn operation(&self, method: &str, path: &str) -> Option<usize> {
        let candidates = self.operations.iter().enumerate();
        candidates
            .filter(|(_, tracked)| tracked.method == method && matches(&tracked.path, path))
            .min_by_key(|(_, tracked)| tracked.path.matches('{').count())
            .map(|(index, _)| index)
    }

    /// Returns the statuses of an operation as the contract names them.
    fn statuses(&self, operation: usize) -> impl Iterator<Item = &String> {
        let items = self.items.iter();
        let items = items.filter(move |item| item.operation == operation);
        items.filter_map(|item| {
            let Place::Status(key) = &item.place else {
                return None;
            };
            Some(key)
        })
    }

    /// Returns how the contract names a status: by itself, by its range, or `default`.
    fn status_key(&self, operation: usize, status: u16) -> Option<String> {
        let keys = [
            status.to_string(),
            format!("{}XX", status / 100),
            "default".to_owned(),
        ];
        keys.into_iter()
            .find(|key| self.statuses(operation).any(|declared| declared == key))
    }

    /// Returns what was reached so far.
    pub(crate) fn coverage(&self) -> Coverage {
        let parts: Vec<CoveredPart> = self.items.iter().map(|item| item.part.clone()).collect();
        let undocumented = self
            .undocumented
            .iter()
            .map(|((operation, status), times)| {
                let tracked = &self.operations[*operation];
                Undocumented {
                    operation: format!("{} {}", tracked.method, tracked.path),
                    status: *status,
                    times: *times,
                }
            });
        Coverage {
            declared: parts.len(),
            exercised: parts.iter().filter(|part| part.exercised).count(),
            observed: parts.iter().filter(|part| part.observed).count(),
            undocumented: undocumented.collect(),
            operations: (0..self.operations.len())
                .map(|index| self.covered(index))
                .collect(),
            parts,
        }
    }

    /// Returns what was reached of an operation.
    fn covered(&self, index: usize) -> CoveredOperation {
        let Tracked {
            method,
            path,
            reached,
            values,
            left_out,
        } = &self.operations[index];
        let statuses = |wanted: fn(&CoveredPart) -> bool| {
            (self.items.iter())
                .filter(|item| item.operation == index && item.part.kind == PartKind::Status)
                .filter(|item| wanted(&item.part))
                .map(|item| item.part.name.clone())
                .collect()
        };
        CoveredOperation {
            operation: format!("{method} {path}"),
            reached: *reached,
            unreached: None,
            documented: statuses(|_| true),
            provoked: statuses(|part| part.exercised),
            observed: statuses(|part| part.observed),
            left_out: left_out.iter().cloned().collect(),
            values: (values.iter())
                .map(|(place, origin)| ValueOrigin {
                    place: place.clone(),
                    origin: origin.clone(),
                })
                .collect(),
        }
    }
}

/// Returns whether a path matches a template. A parameter matches one segment that is not empty.
pub(crate) fn matches(template: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (template.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(wanted), Some(given)) if wanted.contains('{') && !given.is_empty() => {}
            (Some(wanted), Some(given)) if wanted == given => {}
            (_, _) => return false,
        }
    }
}

/// The parts that a request carries.
struct Sent<'r> {
    request: &'r Request,
    /// The template of the path: the request has all its parameters, since its path matches.
    template: &'r str,
    query: &'r str,
    /// Absent without a body.
    media_type: Option<MediaType>,
    body: Option<Value>,
}

impl<'r> Sent<'r> {
    fn of(request: &'r Request, template: &'r str, path: &str) -> Sent<'r> {
        let body = request.body.as_deref().filter(|body| !body.is_empty());
        Sent {
            request,
            template,
            query: request.path.get(path.len() + 1..).unwrap_or_default(),
            media_type: body.and(request.header("content-type")).map(MediaType::of),
            body: body.and_then(|body| serde_json::from_slice(body).ok()),
        }
    }

    fn carries(&self, place: &Place) -> bool {
        match place {
            Place::Parameter { location, name } => match location.as_str() {
                "path" => self.template.contains(&format!("{{{name}}}")),
                "header" => (self.request.headers.iter())
                    .any(|(present, _)| present.eq_ignore_ascii_case(name)),
                "query" => (self.query.split('&'))
                    .any(|pair| pair.split('=').next() == Some(name.as_str())),
                "cookie" => (self.request.header("cookie").unwrap_or_default().split(';'))
                    .any(|pair| pair.trim().split('=').next() == Some(name.as_str())),
                _ => false,
            },
            Place::RequestBody(media_type) => fits(media_type, self.media_type.as_ref()),
            Place::RequestProperty { media_type, steps } => {
                fits(media_type, self.media_type.as_ref())
                    && self.body.as_ref().is_some_and(|body| has(body, steps))
            }
            Place::Status(_) | Place::MediaType { .. } | Place::ResponseProperty { .. } => false,
        }
    }
}

/// The parts that an answer shows.
struct Answered<'r> {
    media_type: Option<MediaType>,
    body: Option<&'r Value>,
}

impl<'r> Answered<'r> {
    fn of(response: &'r Response) -> Answered<'r> {
        let header = (response.headers.iter()).find(|(name, _)| name == "content-type");
        Answered {
            media_type: header.map(|(_, value)| MediaType::of(&String::from_utf8_lossy(value))),
            body: response.json(),
        }
    }

    fn shows(&self, key: &str, place: &Place) -> bool {
        match place {
            Place::Status(status) => status == key,
            Place::MediaType { status, media_type } => {
                status == key && fits(media_type, self.media_type.as_ref())
            }
            Place::ResponseProperty {
                status,
                media_type,
                steps,
            } => {
                status == key
                    && fits(media_type, self.media_type.as_ref())
                    && self.body.is_some_and(|body| has(body, steps))
            }
            Place::Parameter { .. } | Place::RequestBody(_) | Place::RequestProperty { .. } => {
                false
            }
        }
    }
}

/// Returns whether a media type is the one that a key names, or of its range.
fn fits(key: &str, media_type: Option<&MediaType>) -> bool {
    let key = MediaType::of(key);
    media_type.is_some_and(|one| key.includes(one) || key.essence() == one.essence())
}

/// Returns whether a value has something at the end of these steps.
fn has(value: &Value, steps: &[Step]) -> bool {
    match steps {
        [] => true,
        [Step::Member(name), rest @ ..] => value.get(name).is_some_and(|inner| has(inner, rest)),
        [Step::Each, rest @ ..] => value
            .as_array()
            .is_some_and(|items| items.iter().any(|item| has(item, rest))),
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn paths_fit_templates_part_by_part() {
        assert!(matches("/tokens/{id}/revoke", "/tokens/7/revoke"));
        assert!(!matches("/tokens/{id}/revoke", "/tokens//revoke"));
        assert!(!matches("/tokens/{id}/revoke", "/tokens/7/revoke/"));
        assert!(!matches("/tokens/{id}", "/tokens/7/revoke"));
    }
}
