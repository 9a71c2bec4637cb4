//! Six edits in a large document that each affect many operations: each is one cause.

use serde_json::{Map, Value, json};

/// The six edits of GitHub's document, in words.
pub(super) const EDITS: [&str; 6] = [
    "a required property is removed from the component `simple-user`",
    "the component `author-association` gains a value",
    "the shared parameter `per-page` becomes required",
    "the header `Link` is removed from every response that has it",
    "the document requires a bearer token",
    "`total_count` becomes a string in every response with an inline schema",
];

/// Makes all edits in GitHub's document. Returns `None` if it lacks something that they edit.
pub(super) fn six(document: &Value) -> Option<Value> {
    let mut edited = document.clone();
    let schemas = edited.pointer_mut("/components/schemas")?;
    let user = schemas.get_mut("simple-user")?;
    user["properties"]
        .as_object_mut()?
        .shift_remove("avatar_url")?;
    let required = user["required"].as_array_mut()?;
    required.retain(|name| name != "avatar_url");
    let association = schemas.get_mut("author-association")?;
    association["enum"].as_array_mut()?.push("ROBOT".into());
    let parameter = edited.pointer_mut("/components/parameters/per-page")?;
    parameter["required"] = true.into();
    edited["components"]["securitySchemes"] =
        json!({"token": {"type": "http", "scheme": "bearer"}});
    edited["security"] = json!([{"token": []}]);
    let (mut headers, mut counts) = (0, 0);
    for response in responses(&mut edited) {
        if let Some(Value::Object(all)) = response.get_mut("headers") {
            headers += usize::from(all.shift_remove("Link").is_some());
        }
        let schema = response.get_mut("content").and_then(|content| {
            content.pointer_mut("/application~1json/schema/properties/total_count")
        });
        if let Some(kind) = schema.and_then(|schema| schema.get_mut("type"))
            && kind == "integer"
        {
            *kind = "string".into();
            counts += 1;
        }
    }
    (headers > 1 && counts > 1).then_some(edited)
}

/// Returns every response that is inline in an operation.
fn responses(document: &mut Value) -> impl Iterator<Item = &mut Map<String, Value>> {
    let items = document.get_mut("paths").into_iter().flat_map(members);
    let operations = items.flat_map(members);
    let all = operations.filter_map(|operation| operation.get_mut("responses"));
    all.flat_map(members).filter_map(Value::as_object_mut)
}

fn members(value: &mut Value) -> impl Iterator<Item = &mut Value> {
    let members = value.as_object_mut().into_iter().flatten();
    members.map(|(_, member)| member)
}
