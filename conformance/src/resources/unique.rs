//! Bodies that differ each time, so that the second of two created things is not refused as a duplicate of the first.

use openapi::Validator;
use serde_json::Value;
use uuid::Uuid;

use super::origin::Origin;

/// What a text of the profile has where a value must differ each time.
const PLACE: &str = "{unique}";

/// The ends of names of members that are probably unique. Only these differ from an example of the contract.
const IDENTIFYING: [&str; 11] = [
    "name",
    "email",
    "mail",
    "login",
    "slug",
    "key",
    "title",
    "handle",
    "sku",
    "code",
    "reference",
];

/// Varies the texts of a body, as far as its schema accepts that.
pub(super) fn vary(body: &mut Value, origin: &Origin, schema: Option<&Value>) {
    let id = Uuid::new_v4();
    let token = &id.simple().to_string()[..8];
    if let Origin::Profile(_) = origin {
        replace(body, token);
        return;
    }
    let validator = schema.and_then(|schema| Validator::new(schema).ok());
    let accepts = |body: &Value| validator.as_ref().is_none_or(|one| one.accepts(body));
    let mut places = Vec::new();
    if body.is_string() {
        places.push((String::new(), String::new()));
    }
    texts(body, "", &mut places);
    for (place, name) in places {
        let name = name.to_ascii_lowercase();
        let identifying = IDENTIFYING.iter().any(|end| name.ends_with(end));
        if !identifying && *origin != Origin::Sample {
            continue;
        }
        let Some(Value::String(text)) = body.pointer(&place).cloned() else {
            continue;
        };
        let candidates = match text.split_once('@') {
            Some((user, host)) => vec![format!("{user}.{token}@{host}")],
            // Many services take names without spaces only, and their schemas do not say so.
            None => vec![
                format!("{text}-{token}"),
                format!("{text} {token}"),
                format!("{text}{token}"),
                token.to_owned(),
                token[..4].to_owned(),
                id.to_string(),
            ],
        };
        for candidate in candidates {
            if let Some(member) = body.pointer_mut(&place) {
                *member = Value::String(candidate);
            }
            if accepts(body) {
                break;
            }
            if let Some(member) = body.pointer_mut(&place) {
                *member = Value::String(text.clone());
            }
        }
    }
}

/// Collects the texts of a body: the pointer to each, and the name of its member.
fn texts(value: &Value, place: &str, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let place = openapi::pointer::join(place, name);
                if member.is_string() {
                    found.push((place, name.clone()));
                } else {
                    texts(member, &place, found);
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                texts(item, &format!("{place}/{index}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Replaces the places of the profile's texts.
fn replace(value: &mut Value, token: &str) {
    match value {
        Value::String(text) if text.contains(PLACE) => *text = text.replace(PLACE, token),
        Value::Object(members) => members
            .values_mut()
            .for_each(|member| replace(member, token)),
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, token)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Origin, vary};

    #[test]
    fn bodies_differ_where_their_schema_accepts_it() {
        let schema = json!({ "properties": {
            "name": { "type": "string", "maxLength": 8 },
            "currency": { "enum": ["EUR"] },
            "email": { "type": "string", "format": "email" },
        } });
        let plain = json!({ "name": "text", "currency": "EUR", "email": "a@example.com" });
        let mut body = plain.clone();
        vary(&mut body, &Origin::Sample, Some(&schema));
        assert_ne!(body["name"], plain["name"]);
        assert_ne!(body["email"], plain["email"]);
        assert_eq!(body["currency"], "EUR");
        let mut example = json!({ "city": "Oslo", "name": "Ada" });
        vary(&mut example, &Origin::Example, None);
        assert_eq!(example["city"], "Oslo");
        assert_ne!(example["name"], "Ada");
        let mut given = json!({ "name": "Ada", "login": "ada-{unique}" });
        vary(&mut given, &Origin::Profile(String::new()), None);
        assert_eq!(given["name"], "Ada");
        assert_ne!(given["login"], "ada-{unique}");
    }
}
