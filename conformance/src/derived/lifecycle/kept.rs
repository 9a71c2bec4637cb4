//! What an answer keeps of what was sent.

use openapi::media_type::MediaType;
use openapi::parameter_style::scalar;
use openapi::{Document, pointer};
use reqwest::Url;
use serde_json::{Map, Value};

use crate::case::{Outcome, Stop};
use crate::deployment::credentials::names_credential;
use crate::derived::steps::is_as_documented;
use crate::resources::chosen::Chosen;
use crate::resources::members::{counts, is_empty};
use crate::trial::{Answer, Trial};

/// How deep members are looked for in an answer, and the parts of a schema.
const DEPTH: usize = 4;

/// Checks that an answer has the members that were sent, where its schema has members of these names. One that the schema has in
/// any case must be there.
pub(super) fn keeps(t: &Trial, read: usize, answer: &Answer<'_>, sent: &Chosen) -> Outcome {
    let Some(body) = &sent.body else {
        return Ok(());
    };
    let Some(members) = body.value.as_object() else {
        return keeps_whole(t, read, answer, sent);
    };
    let document = t.deployment().contract.document();
    let Some((shown, places)) = most_like(t, read, answer, members) else {
        return Ok(());
    };
    match lost(document, &places, members, shown, "") {
        Some((place, value, found)) => {
            // What the contract does not allow either is the fault.
            is_as_documented(answer, t, read)?;
            let kept = answer.expect(
                &format!("`{}` as it was sent", place.trim_start_matches('/')),
                false,
                value,
                found.map_or_else(|| "missing".to_owned(), Value::to_string),
            );
            // Another case may have made one meanwhile that takes its place, such as a default.
            t.transcript().note_own_effect();
            kept
        }
        None => answer.expect(
            "the members that were sent",
            true,
            "as they were sent",
            "as they were sent",
        ),
    }
}

/// Returns the object in the answer of an operation that has most of the members which were sent, with the pointers to its schemas.
fn most_like<'a>(
    t: &Trial,
    operation: usize,
    answer: &'a Answer<'_>,
    sent: &Map<String, Value>,
) -> Option<Shown<'a>> {
    let document = t.deployment().contract.document();
    let schemas = schemas(t, operation, answer.status());
    let mut objects = Vec::new();
    collect_objects(document, answer.json(), schemas, DEPTH, &mut objects);
    objects.into_iter().max_by_key(|(shown, places)| {
        let is_there = |name: &&String| shown.contains_key(*name);
        let is_declared = |name: &&String| !declared(document, places, name).is_empty();
        let there = sent.keys().filter(is_there).count();
        // Of several, the outermost.
        (there, sent.keys().filter(is_declared).count())
    })
}

/// Returns whether an answer of an operation has the members that were sent.
pub(super) fn has(t: &Trial, operation: usize, answer: &Answer<'_>, sent: &Chosen) -> bool {
    let sent = sent.body.as_ref().and_then(|body| body.value.as_object());
    let document = t.deployment().contract.document();
    let most_like = sent.and_then(|sent| most_like(t, operation, answer, sent));
    sent.zip(most_like)
        .is_none_or(|(sent, (shown, places))| lost(document, &places, sent, shown, "").is_none())
}

/// Returns the members of those that were sent which an answer of an operation shows, with what it shows of them.
pub(super) fn shown(
    t: &Trial,
    operation: usize,
    answer: &Answer<'_>,
    sent: &Chosen,
) -> Map<String, Value> {
    let sent = sent.body.as_ref().and_then(|body| body.value.as_object());
    let most_like = sent.and_then(|sent| most_like(t, operation, answer, sent));
    let members = most_like
        .into_iter()
        .flat_map(|(members, _)| members.clone());
    members
        .filter(|(name, _)| sent.is_some_and(|sent| sent.contains_key(name)))
        .collect()
}

/// Checks that an update shows in the item of a list: of the members that got other values, one at least is shown with another value
/// than before. A list may show fewer members, or abbreviate them.
pub(super) fn shows_in_item(
    t: &Trial,
    (list, answer): (usize, &Answer<'_>),
    (before, after): (&Value, &Value),
    sent: &Chosen,
) -> Outcome {
    let members = sent.body.as_ref().and_then(|body| body.value.as_object());
    let mut changed = members.into_iter().flatten().filter(|(name, value)| {
        let earlier = before.get(*name);
        after.get(*name).is_some() && earlier.is_some_and(|earlier| !is_same(value, earlier))
    });
    let Some((name, value)) = changed.clone().next() else {
        return Err(Stop::Unasked(
            "the list shows no member that got another value".to_owned(),
        ));
    };
    let held = changed.any(|(name, _)| before.get(name) != after.get(name));
    if !held {
        is_as_documented(answer, t, list)?;
    }
    let what = format!("`{name}` as it was sent");
    answer.expect(&what, held, value, &after[name.as_str()])
}

/// Checks that an answer is the text or the JSON that `PUT` sent to the same place (RFC 9110, section 9.3.4).
fn keeps_whole(t: &Trial, read: usize, answer: &Answer<'_>, sent: &Chosen) -> Outcome {
    let mut kinds = t.deployment().graph.kinds.iter();
    let is_put = kinds.any(|kind| kind.read == Some(read) && kind.put == Some(sent.operation));
    let given = answer.headers("content-type");
    let given = MediaType::of(given.first().map_or("", String::as_str));
    let Some(body) = sent.body.as_ref().filter(|body| {
        is_put && MediaType::of(&body.media_type).essence() == given.essence() && !given.is_xml()
    }) else {
        return Ok(());
    };
    let (value, found) = match given.is_json() {
        true => (Some(body.value.clone()), answer.json().clone()),
        false => (
            scalar(&body.value).map(|text| text.trim_end().into()),
            String::from_utf8_lossy(answer.bytes()).trim_end().into(),
        ),
    };
    let Some(value) = value else {
        return Ok(());
    };
    let is_kept = is_same(&value, &found);
    answer.expect("the body as it was sent", is_kept, &value, &found)
}

/// Returns whether an update has a value that the creation did not have.
pub(super) fn is_other(update: &Chosen, creation: &Chosen) -> bool {
    let body = |chosen: &Chosen| chosen.body.as_ref().map(|body| body.value.clone());
    match (body(update), body(creation)) {
        (Some(Value::Object(update)), Some(Value::Object(creation))) => {
            (update.iter()).any(|(name, value)| creation.get(name) != Some(value))
        }
        (update, creation) => update != creation,
    }
}

/// Returns the pointers to the schemas of an answer.
fn schemas(t: &Trial, operation: usize, status: u16) -> Vec<String> {
    let contract = &t.deployment().contract;
    let document = contract.document();
    let operation = &contract.operations()[operation].operation;
    let responses = pointer::join(&operation.pointer, "responses");
    let keys = [
        status.to_string(),
        format!("{}XX", status / 100),
        "default".to_owned(),
    ];
    let mut keys = keys.iter().map(|key| pointer::join(&responses, key));
    let Some(response) = keys.find(|place| document.at(place).is_some()) else {
        return Vec::new();
    };
    let content = pointer::join(&document.follow(&response), "content");
    let media_types = document.at(&content).and_then(Value::as_object);
    let names = media_types.into_iter().flatten().map(|(name, _)| name);
    let schemas = names.map(|name| pointer::join_all(&content, [name.as_str(), "schema"]));
    schemas.collect()
}

/// An object in an answer, with the pointers to its schemas.
type Shown<'v> = (&'v Map<String, Value>, Vec<String>);

/// Collects the object that a value is, and those within it, which may wrap what was sent: the outermost last.
fn collect_objects<'v>(
    document: &Document,
    value: &'v Value,
    places: Vec<String>,
    depth: usize,
    found: &mut Vec<Shown<'v>>,
) {
    let (Some(members), Some(depth)) = (value.as_object(), depth.checked_sub(1)) else {
        return;
    };
    for (name, member) in members.iter().filter(|(_, member)| member.is_object()) {
        let inner = declared(document, &places, name).into_iter();
        let inner = inner.map(|member| member.place).collect();
        collect_objects(document, member, inner, depth, found);
    }
    found.push((members, places));
}

/// Returns the first sent member that is not shown as it was sent: its place, its value, and what is shown.
fn lost<'v>(
    document: &Document,
    places: &[String],
    sent: &'v Map<String, Value>,
    shown: &'v Map<String, Value>,
    above: &str,
) -> Option<(String, &'v Value, Option<&'v Value>)> {
    sent.iter().find_map(|(name, value)| {
        let members = declared(document, places, name);
        let at = pointer::join(above, name);
        let hides = |member: &Declared| is_write_only(document, &member.place);
        // Services show a credential in part, or not at all, and count changes by themselves.
        let is_hidden = names_credential(name) || counts(name) || members.iter().any(hides);
        if members.is_empty() || is_hidden {
            return None;
        }
        let Some(found) = shown.get(name) else {
            let is_certain = members.iter().all(|member| member.is_certain);
            // Services leave out what says nothing.
            return (is_certain && !is_empty(value)).then_some((at, value, None));
        };
        if !is_same(value, found) {
            return Some((at, value, Some(found)));
        }
        let places: Vec<String> = members.into_iter().map(|member| member.place).collect();
        lost(
            document,
            &places,
            value.as_object()?,
            found.as_object()?,
            &at,
        )
    })
}

/// A member that a schema declares.
struct Declared {
    /// The pointer to its schema.
    place: String,
    /// Whether each object of the schema may have it, and not only those of an alternative.
    is_certain: bool,
}

/// Returns the schemas of a member of a name in schemas of objects.
fn declared(document: &Document, places: &[String], name: &str) -> Vec<Declared> {
    let mut found = Vec::new();
    for place in places {
        collect_declared(document, place, name, (true, DEPTH), &mut found);
    }
    found
}

fn collect_declared(
    document: &Document,
    place: &str,
    name: &str,
    (is_certain, depth): (bool, usize),
    found: &mut Vec<Declared>,
) {
    let (place, Some(depth)) = (document.follow(place), depth.checked_sub(1)) else {
        return;
    };
    let Some(schema) = document.at(&place) else {
        return;
    };
    if schema["properties"].get(name).is_some() {
        let place = pointer::join_all(&place, ["properties", name]);
        found.push(Declared { place, is_certain });
    }
    for (keyword, is_certain) in [("allOf", is_certain), ("anyOf", false), ("oneOf", false)] {
        for branch in 0..schema[keyword].as_array().map_or(0, Vec::len) {
            let branch = pointer::join_all(&place, [keyword, branch.to_string().as_str()]);
            collect_declared(document, &branch, name, (is_certain, depth), found);
        }
    }
}

/// Returns whether answers do not have the member whose schema is at a pointer.
fn is_write_only(document: &Document, place: &str) -> bool {
    let declared = [document.at(place), document.resolve(place)];
    declared
        .iter()
        .flatten()
        .any(|schema| schema["writeOnly"] == true)
}

/// Returns whether a kept value is what was sent: in any spelling of a number, a time or a URL, with further members, and in any
/// order.
fn is_same(sent: &Value, found: &Value) -> bool {
    match (sent, found) {
        (Value::Number(sent), Value::Number(found)) => sent.as_f64() == found.as_f64(),
        (Value::String(sent), Value::String(found)) => {
            let time = chrono::DateTime::parse_from_rfc3339;
            let url = |text: &str| Url::parse(text).ok().filter(Url::has_host);
            sent == found
                || matches!((time(sent), time(found)), (Ok(one), Ok(other)) if one == other)
                || url(sent).is_some_and(|sent| url(found) == Some(sent))
        }
        (Value::Number(number), Value::String(text))
        | (Value::String(text), Value::Number(number)) => text.parse().ok() == number.as_f64(),
        (Value::Array(sent), Value::Array(found)) => {
            let has = |one: &Value| found.iter().any(|other| is_same(one, other));
            sent.len() == found.len() && sent.iter().all(has)
        }
        (Value::Object(sent), Value::Object(found)) => sent
            .iter()
            .all(|(name, value)| found.get(name).is_none_or(|found| is_same(value, found))),
        (sent, found) => sent == found,
    }
}

/// Returns whether the member at a pointer counts or dates changes, or is the id of an item that is written anew, so that a
/// repetition may change it.
pub(super) fn counts_changes(place: &str) -> bool {
    let name = pointer::last(place);
    let mut holders = pointer::tokens(place);
    let is_of_item =
        name.eq_ignore_ascii_case("id") && holders.any(|token| token.parse::<usize>().is_ok());
    is_of_item || counts(&name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{counts_changes, is_same};

    #[test]
    fn values_are_kept_in_other_spellings() {
        assert!(is_same(&json!(1), &json!(1.0)));
        assert!(is_same(
            &json!("2026-01-01T00:00:00Z"),
            &json!("2026-01-01T01:00:00+01:00")
        ));
        assert!(is_same(&json!({ "a": 1 }), &json!({ "a": 1, "id": 7 })));
        assert!(is_same(
            &json!("https://a.example"),
            &json!("https://a.example/")
        ));
        assert!(is_same(&json!(0.5), &json!("0.50")));
        assert!(!is_same(&json!({ "a": 1 }), &json!({ "a": 2 })));
        assert!(is_same(&json!([1, 2]), &json!([2, 1])));
        assert!(!is_same(&json!("a"), &json!("b")));
        assert!(counts_changes("/data/updated_at"));
        assert!(!counts_changes("/data/name"));
    }
}
