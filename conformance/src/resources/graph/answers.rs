//! The ids of things in answers: by a link, by `Location`, by name and shape.

use serde_json::Value;

use super::kind::{How, Kind};
use super::links::Expression;
use super::names;
use super::paths::filled;

/// How deep an answer wraps the thing that it shows, as in `{"data": {"order": {"id": 7}}}`.
const DEPTH: usize = 3;

/// An answer, and the request that it answers.
pub(crate) struct Answered<'a> {
    /// The path of the request, without its query.
    pub(crate) path: &'a str,
    /// The body of the request.
    pub(crate) sent: Option<Value>,
    /// The value of `Location`.
    pub(crate) location: Option<String>,
    /// The headers of the answer.
    pub(crate) headers: &'a [(String, Vec<u8>)],
    /// The body of the answer.
    pub(crate) body: Option<Value>,
}

impl Answered<'_> {
    /// Returns the id of the thing of a kind that the answer shows.
    pub(crate) fn id(&self, kind: &Kind, how: &How) -> Option<Value> {
        match how {
            How::Link(expression) => {
                let linked = self.at(expression).filter(|value| kind.takes(value));
                let is_own = filled(kind.collection(), self.path).is_some();
                linked.or_else(|| is_own.then(|| self.shown(kind))?)
            }
            How::Answer => self.shown(kind),
            How::Named => filled(&kind.key, self.path)?.pop().map(Value::String),
        }
    }

    /// Returns the id by `Location`, or by name and shape.
    fn shown(&self, kind: &Kind) -> Option<Value> {
        self.located(kind).or_else(|| self.named(kind))
    }

    /// Evaluates a runtime expression. A header that holds a URL gives its last segment.
    fn at(&self, expression: &Expression) -> Option<Value> {
        match expression {
            Expression::AnswerBody(pointer) => self.body.as_ref()?.pointer(pointer).cloned(),
            Expression::RequestBody(pointer) => self.sent.as_ref()?.pointer(pointer).cloned(),
            Expression::AnswerHeader(name) => {
                let mut headers = self.headers.iter();
                let (_, value) = headers.find(|(present, _)| present == name)?;
                let text = String::from_utf8_lossy(value).into_owned();
                let last = text.trim_end_matches('/').rsplit('/').next();
                last.map(|last| Value::String(last.to_owned()))
            }
        }
    }

    /// Returns the id in `Location`, which names the created thing (RFC 9110, section 15.3.2).
    fn located(&self, kind: &Kind) -> Option<Value> {
        let location = self.location.as_deref()?;
        let path = location.split(['?', '#']).next().unwrap_or_default();
        let path = path.split_once("://").map_or(path, |(_, rest)| rest);
        let id = Value::String(filled(&kind.key, path)?.pop()?);
        kind.takes(&id).then_some(id)
    }

    /// Returns the id in the body of the answer, or in that of the request, by its name.
    fn named(&self, kind: &Kind) -> Option<Value> {
        if let Some(body) = &self.body {
            if matches!(body, Value::String(_) | Value::Number(_)) && kind.takes(body) {
                return Some(body.clone());
            }
            if let Some(id) = id_in(body, kind, DEPTH) {
                return Some(id);
            }
        }
        // Such as the name that the client has chosen. Anything else is not the id of what was created.
        let wanted = names::plain(&kind.parameter);
        let mut sent = self.sent.as_ref()?.as_object()?.iter();
        let (_, value) =
            sent.find(|(name, value)| names::plain(name) == wanted && kind.takes(value))?;
        Some(value.clone())
    }
}

/// Returns the id in a value that shows a thing of a kind, or that wraps one.
fn id_in(value: &Value, kind: &Kind, depth: usize) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    if let [only] = value.as_array().map_or(&[][..], Vec::as_slice) {
        return id_in(only, kind, depth);
    }
    let members = value.as_object()?;
    for wanted in names::of_id(&kind.parameter, &kind.noun) {
        let mut named = members
            .iter()
            .filter(|(name, _)| names::plain(name) == wanted);
        if let Some((_, id)) = named.find(|(_, id)| kind.takes(id)) {
            return Some(id.clone());
        }
    }
    let within = members
        .values()
        .filter(|member| member.is_object() || member.is_array());
    within
        .filter_map(|member| id_in(member, kind, depth))
        .next()
}

/// Returns the things that the answer of a list shows: its items, wherever it wraps them.
pub(crate) fn items(body: &Value) -> Option<&Vec<Value>> {
    match body {
        Value::Array(items) => Some(items),
        Value::Object(members) => {
            let mut arrays = members.values().filter_map(Value::as_array);
            let objects = || members.values().filter(|member| member.is_object());
            arrays.next().or_else(|| objects().find_map(items))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// Returns what an item of a list has in place of a value in the member that its kind is named by: nothing where it has the value
/// anywhere, or no such member.
pub(crate) fn another_in_place_of(item: &Value, kind: &Kind, value: &str) -> Option<Value> {
    let found = member(item, &names::plain(&kind.parameter), DEPTH)?;
    (!has(item, value)).then(|| found.clone())
}

/// Returns whether an item of a list has the member that its kind is named by.
pub(crate) fn names_member(item: &Value, kind: &Kind) -> bool {
    member(item, &names::plain(&kind.parameter), DEPTH).is_some()
}

/// Returns the member of a name, which is [`plain`](names::plain), in a value or what it wraps.
fn member<'v>(value: &'v Value, name: &str, depth: usize) -> Option<&'v Value> {
    let (members, depth) = (value.as_object()?, depth.checked_sub(1)?);
    let mut own = members.iter().filter(|(one, _)| names::plain(one) == name);
    let within = || {
        members
            .values()
            .find_map(|inner| member(inner, name, depth))
    };
    own.next().map(|(_, value)| value).or_else(within)
}

/// Returns whether a value is somewhere in another, in any case of its letters.
fn has(within: &Value, value: &str) -> bool {
    match within {
        Value::Array(items) => items.iter().any(|item| has(item, value)),
        Value::Object(members) => members.values().any(|member| has(member, value)),
        scalar => text_of(scalar).is_some_and(|text| text.eq_ignore_ascii_case(value)),
    }
}

/// Returns the id of an item of a list.
pub(crate) fn id_of_item(item: &Value, kind: &Kind) -> Option<Value> {
    if matches!(item, Value::String(_) | Value::Number(_)) && kind.takes(item) {
        return Some(item.clone());
    }
    id_in(item, kind, DEPTH)
}

impl Kind {
    /// Returns whether a value can be written in the path, and the schema of the parameter accepts it as a text or as a
    /// number.
    pub(crate) fn takes(&self, value: &Value) -> bool {
        let Some(text) = text_of(value).filter(|text| !text.is_empty()) else {
            return false;
        };
        let number = serde_json::from_str(&text).ok().filter(Value::is_number);
        let readings = [Some(Value::String(text)), number];
        self.validator.as_ref().is_none_or(|validator| {
            (readings.iter().flatten()).any(|reading| validator.accepts(reading))
        })
    }
}

/// Writes an id as a path carries it.
pub(crate) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}
