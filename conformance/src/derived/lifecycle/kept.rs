//! What an answer keeps of what was sent.

use openapi::{Document, pointer};
use serde_json::{Map, Value};

use crate::case::Outcome;
use crate::resources::chosen::Chosen;
use crate::trial::{Answer, Trial};

/// How deep members are looked for in the schema of an answer.
const DEPTH: usize = 4;

/// Parts of names of members that count or date changes.
const CHANGES: [&str; 6] = [
    "version", "revision", "etag", "updated", "modified", "changed",
];

/// Checks that an answer has the members that were sent, where its schema has members of these names.
pub(super) fn keeps(t: &Trial, read: usize, answer: &Answer<'_>, sent: &Chosen) -> Outcome {
    let sent = sent.body.as_ref().and_then(|body| body.value.as_object());
    let body = answer.json();
    let (Some(sent), Some(shown)) = (sent, sent.and_then(|sent| most_like(body, sent))) else {
        return Ok(());
    };
    let contract = &t.deployment().contract;
    let operation = &contract.operations()[read].operation;
    let responses = pointer::join(&operation.pointer, "responses");
    for (name, value) in sent {
        let Some(found) = shown.get(name) else {
            continue;
        };
        if !declares(contract.document(), &responses, name) {
            continue;
        }
        answer.expect(
            &format!("`{name}` as it was sent"),
            is_same(value, found),
            value,
            found,
        )?;
    }
    Ok(())
}

/// Returns the object in an answer that has the most of the sent members: it may be wrapped.
fn most_like<'v>(body: &'v Value, sent: &Map<String, Value>) -> Option<&'v Map<String, Value>> {
    let mut best: Option<(usize, &Map<String, Value>)> = None;
    let mut open = vec![(body, 0)];
    while let Some((value, depth)) = open.pop() {
        let Some(members) = value.as_object() else {
            continue;
        };
        let common = sent
            .keys()
            .filter(|name| members.contains_key(*name))
            .count();
        if common > 0 && best.is_none_or(|(most, _)| common > most) {
            best = Some((common, members));
        }
        if depth < 2 {
            open.extend(members.values().map(|member| (member, depth + 1)));
        }
    }
    best.map(|(_, members)| members)
}

/// Returns whether the schema of a success has a member of a name that an answer may have.
fn declares(document: &Document, responses: &str, name: &str) -> bool {
    let statuses = document.at(responses).and_then(Value::as_object);
    let successes = statuses.into_iter().flatten();
    let mut successes =
        successes.filter(|(status, _)| status.starts_with('2') || *status == "default");
    successes.any(|(status, _)| {
        let content = pointer::join(
            &document.follow(&pointer::join(responses, status)),
            "content",
        );
        let media_types = document.at(&content).and_then(Value::as_object);
        media_types.into_iter().flatten().any(|(media_type, _)| {
            let schema = pointer::join_all(&content, [media_type.as_str(), "schema"]);
            has_member(document, &schema, name, DEPTH)
        })
    })
}

fn has_member(document: &Document, place: &str, name: &str, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else {
        return false;
    };
    let place = document.follow(place);
    let Some(schema) = document.at(&place) else {
        return false;
    };
    let properties = schema["properties"].as_object();
    if properties.is_some_and(|properties| properties.contains_key(name)) {
        let member = pointer::join_all(&place, ["properties", name]);
        return document
            .resolve(&member)
            .is_some_and(|member| member["writeOnly"] != true);
    }
    let inner = properties.into_iter().flatten();
    let mut inner = inner.map(|(inner, _)| pointer::join_all(&place, ["properties", inner]));
    inner.any(|inner| has_member(document, &inner, name, depth))
        || ["allOf", "anyOf", "oneOf"].iter().any(|union| {
            let branches = schema[*union].as_array().map_or(0, Vec::len);
            (0..branches).any(|branch| {
                let branch = pointer::join_all(&place, [union, branch.to_string().as_str()]);
                has_member(document, &branch, name, depth)
            })
        })
}

/// Returns whether a kept value is what was sent: in any spelling of a number or a time, with further members, and in any
/// order.
fn is_same(sent: &Value, found: &Value) -> bool {
    match (sent, found) {
        (Value::Number(sent), Value::Number(found)) => sent.as_f64() == found.as_f64(),
        (Value::String(sent), Value::String(found)) => {
            let time = chrono::DateTime::parse_from_rfc3339;
            sent == found
                || matches!((time(sent), time(found)), (Ok(one), Ok(other)) if one == other)
        }
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
    let name = pointer::last(place).to_ascii_lowercase();
    let mut holders = pointer::tokens(place);
    let is_of_item = name == "id" && holders.any(|token| token.parse::<usize>().is_ok());
    is_of_item || CHANGES.iter().any(|part| name.contains(part))
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
        assert!(!is_same(&json!({ "a": 1 }), &json!({ "a": 2 })));
        assert!(is_same(&json!([1, 2]), &json!([2, 1])));
        assert!(!is_same(&json!("a"), &json!("b")));
        assert!(counts_changes("/data/updated_at"));
        assert!(!counts_changes("/data/name"));
    }
}
