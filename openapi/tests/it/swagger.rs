//! Documents of Swagger 2.0, lifted to 3.0 on reading.

use openapi::Document;
use openapi::diff::{Change, Class, compare};
use openapi::document::Version;
use serde_json::{Value, json};

use crate::silence::assert_nothing_is_silent;

const OLD: &str = include_str!("swagger/same.2.0.yaml");
const NEW: &str = include_str!("swagger/same.3.0.yaml");

fn parse(name: &str, text: &str) -> Document {
    Document::parse(name, text).unwrap_or_else(|error| panic!("{error}"))
}

/// Returns a document with these fields beside what it must have.
fn document(fields: &Value) -> Value {
    let mut document =
        json!({"swagger": "2.0", "info": {"title": "t", "version": "1"}, "paths": {}});
    let members = document.as_object_mut().expect("an object");
    members.extend(fields.as_object().expect("fields").clone());
    document
}

/// Returns a document with one operation, `POST /a`.
fn operation(operation: &Value) -> Value {
    let mut post = json!({"responses": {"200": {"description": "ok"}}});
    let members = post.as_object_mut().expect("an object");
    members.extend(operation.as_object().expect("fields").clone());
    document(&json!({"paths": {"/a": {"post": post}}}))
}

fn changes(base: &Value, revision: &Value) -> Vec<Change> {
    let base = parse("base", &base.to_string());
    compare(&base, &parse("revision", &revision.to_string())).changes
}

/// Returns the class, rule and location of each change.
fn outlines(changes: &[Change]) -> Vec<String> {
    let outline = |change: &Change| {
        format!(
            "{} {} {}",
            change.class.name(),
            change.rule,
            change.location
        )
    };
    changes.iter().map(outline).collect()
}

#[test]
fn the_same_api_in_both_versions_differs_for_readers_at_most() {
    let (old, new) = (parse("old.yaml", OLD), parse("new.yaml", NEW));
    for (base, revision) in [(&old, &new), (&new, &old)] {
        let changes = compare(base, revision).changes;
        let messages = changes.iter().filter(|change| change.class != Class::Docs);
        let messages: Vec<_> = messages.cloned().collect();
        assert_eq!(outlines(&messages), Vec::<String>::new(), "{messages:#?}");
    }
    let again = OLD.replace("title: Pets", "title:  Pets");
    let changes = compare(&old, &parse("again.yaml", &again)).changes;
    assert_eq!(outlines(&changes), Vec::<String>::new());
}

#[test]
fn a_break_between_the_versions_is_found() {
    let old = parse("old.yaml", OLD);
    for (from, to, rule) in [
        ("maxLength: 80", "maxLength: 8", "request-"),
        ("code: {type: integer}", "code: {type: string}", "response-"),
        (
            "style: pipeDelimited",
            "style: spaceDelimited",
            "parameter-",
        ),
        (
            "colours: {style: form, explode: false}",
            "age: {}",
            "request-",
        ),
        (
            "url: https://api.example.com/v1",
            "url: https://api.example.com/v2",
            "document-server",
        ),
        ("scheme: basic", "scheme: bearer", "security-requirement"),
        ("oauth: [read]", "oauth: [write]", "security-requirement"),
        ("required: [photo]", "required: [photo, title]", "request-"),
        ("image/png", "image/jpeg", "response-"),
        (
            "owner: {type: string, nullable: true}",
            "owner: {type: string}",
            "request-",
        ),
        ("propertyName: kind", "propertyName: name", "-discriminator"),
    ] {
        assert!(NEW.contains(from), "{from}");
        let new = parse("new.yaml", &NEW.replacen(from, to, 1));
        let changes = compare(&old, &new).changes;
        let found = outlines(&changes);
        let is_found = (changes.iter()).any(|change| {
            change.class == Class::Breaking && change.rule.to_string().contains(rule)
        });
        assert!(is_found, "{from} to {to}: {found:#?}");
    }
}

#[test]
fn every_edit_is_reported() {
    let rich = serde_json::from_str(include_str!("swagger/rich.json")).expect("JSON");
    assert_nothing_is_silent(&rich, THE_SAME, 300);
}

/// The edits that are not reported, and why the document still means the same.
const THE_SAME: &[(&str, &str, &str)] = &[
    (
        "add 1 to",
        "/paths/~1pets/get/parameters/0/items/minLength",
        "each text of the enum is longer",
    ),
    (
        "remove",
        "/paths/~1pets/get/parameters/0/items/minLength",
        "each text of the enum is longer",
    ),
    (
        "remove",
        "/paths/~1pets/get/parameters/0/items/type",
        "all values of the enum are texts",
    ),
    (
        "add 1 to",
        "/paths/~1pets/get/parameters/0/maxItems",
        "the enum has two values",
    ),
    (
        "remove",
        "/paths/~1pets/get/parameters/0/maxItems",
        "the enum has two values",
    ),
    (
        "extend",
        "/paths/~1pets/get/responses/404",
        "a Reference Object cannot be extended",
    ),
    (
        "extend",
        "/paths/~1pets/post/responses/404",
        "a Reference Object cannot be extended",
    ),
    (
        "extend",
        "/paths/~1pets/parameters/0",
        "a Reference Object cannot be extended",
    ),
    (
        "extend",
        "/paths/~1pets~1{id}/post/parameters/2",
        "a Reference Object cannot be extended",
    ),
    (
        "extend",
        "/paths/~1pets~1{id}/put/parameters/0",
        "a Reference Object cannot be extended",
    ),
    (
        "flip",
        "/paths/~1pets/get/parameters/4/x-nullable",
        "null is not written in a query",
    ),
    (
        "remove",
        "/paths/~1pets/get/parameters/4/x-nullable",
        "null is not written in a query",
    ),
    (
        "remove",
        "/paths/~1pets/get/deprecated",
        "the flag is the default",
    ),
    (
        "remove",
        "/paths/~1pets/parameters/1/format",
        "the bounds are narrower",
    ),
    (
        "remove",
        "/definitions/Cat/allOf/1/type",
        "another part requires the type",
    ),
    (
        "remove",
        "/paths/~1pets~1{id}/patch/consumes",
        "the form is the default",
    ),
    (
        "remove",
        "/paths/~1pets~1{id}/patch/consumes/0",
        "the form is the default",
    ),
    (
        "remove",
        "/paths/~1pets~1{id}/post/consumes",
        "a file needs this form",
    ),
    (
        "remove",
        "/paths/~1pets~1{id}/post/consumes/0",
        "a file needs this form",
    ),
];

/// Returns the only line of a text that has these words.
fn line_of(text: &str, words: &str) -> usize {
    let lines = text.lines().zip(1..);
    let found: Vec<usize> = lines
        .filter(|(line, _)| line.contains(words))
        .map(|(_, number)| number)
        .collect();
    assert_eq!(found.len(), 1, "{words}");
    found[0]
}

#[test]
fn changes_are_where_they_are_written() {
    let old = parse("old.yaml", OLD);
    for (from, to, location) in [
        (
            "maxLength: 80",
            "maxLength: 8",
            "/paths/~1pets~1{id}/post/parameters/1",
        ),
        (
            "weight: {type: number",
            "weight: {type: integer",
            "/definitions/Pet/properties/weight",
        ),
        (
            "required: [code]",
            "required: []",
            "/definitions/Error/properties/code",
        ),
        (
            "name: ids, in: query, type: array, items: {type: integer}",
            "name: ids, in: query, type: array, items: {type: integer}, collectionFormat: ssv",
            "/paths/~1pets/get/parameters/1",
        ),
        (
            "type: apiKey, name: X-Key",
            "type: apiKey, name: X-Key2",
            "/security",
        ),
        (
            "NotFound: {description: not found",
            "NotFound: {description: absent",
            "/responses/NotFound/description",
        ),
        (
            "consumes: [application/json]",
            "consumes: [application/xml]",
            "/consumes/0",
        ),
        ("basePath: /v1", "basePath: /v2", "/schemes/0"),
        ("title: Pets", "title: Cats", "/info/title"),
        (
            "name: photo, in: formData, type: file, required: true",
            "name: photo, in: formData, type: string, required: true",
            "/paths/~1pets~1{id}/post/parameters/0/contentMediaType",
        ),
        (
            "X-Rate: {type: integer",
            "X-Rate: {type: string",
            "/paths/~1pets/get/responses/200/headers/X-Rate",
        ),
        (
            "discriminator: kind",
            "discriminator: name",
            "/definitions/Pet/discriminator",
        ),
    ] {
        let line = line_of(OLD, from);
        let new = parse("new.yaml", &OLD.replacen(from, to, 1));
        let changes = compare(&old, &new).changes;
        let found = outlines(&changes);
        let change = changes.iter().find(|change| change.location == location);
        let change = change.unwrap_or_else(|| panic!("{from}: {found:#?}"));
        let pointer = change.sides.location();
        let position = match change.sides.revision {
            Some(_) => new.position(pointer),
            None => old.position(pointer),
        };
        if !["/security", "/schemes/0"].contains(&location) {
            assert_eq!(
                position.map(|position| position.line),
                Some(line),
                "{from}: {pointer}"
            );
        }
        // What reading copies or moves is one place.
        let places: Vec<_> = change.places().collect();
        assert_eq!(places.len(), 1, "{from}: {places:?}");
    }
}

#[test]
fn what_2_0_does_not_have_is_refused() {
    for (document, at, why) in [
        (
            json!({"swagger": "1.2"}),
            "1:12",
            "unknown version of Swagger \"1.2\"",
        ),
        (json!({"swagger": 2.1}), "1:12", "must be a string"),
        (
            document(&json!({"components": {}})),
            "",
            "`components` is a field of OpenAPI 3",
        ),
        (
            document(&json!({"openapi": "3.0.0"})),
            "",
            "`openapi` is a field of OpenAPI 3",
        ),
        (
            document(&json!({"servers": []})),
            "",
            "`servers` is a field of OpenAPI 3",
        ),
        (
            document(&json!({"definitions": []})),
            "",
            "`/definitions` must be an object",
        ),
        (
            document(&json!({"consumes": "application/json"})),
            "",
            "`consumes` must be a list of media types",
        ),
        (document(&json!({"host": 1})), "", "`host` must be a text"),
        (
            document(&json!({"host": "a", "schemes": "https"})),
            "",
            "`schemes` must be a list",
        ),
        (
            document(
                &json!({"parameters": {"A": {"in": "cookie", "name": "a", "type": "string"}}}),
            ),
            "",
            "`in` of a parameter must be",
        ),
        (
            document(&json!({"securityDefinitions": {"a": {"type": "http"}}})),
            "",
            "`type` of a security scheme",
        ),
        (
            document(&json!({"securityDefinitions": {"a": {"type": "oauth2", "flow": "device"}}})),
            "",
            "`flow` must be",
        ),
        (
            operation(&json!({"requestBody": {}})),
            "",
            "`requestBody` is a field of OpenAPI 3",
        ),
        (
            operation(&json!({"callbacks": {}})),
            "",
            "`callbacks` is a field of OpenAPI 3",
        ),
        (operation(&json!({"parameters": {}})), "", "must be a list"),
        (
            operation(&json!({"parameters": [1]})),
            "",
            "must be an object",
        ),
        (
            operation(&json!({"responses": {"200": {"description": "ok", "content": {}}}})),
            "",
            "`content` is a field",
        ),
        (
            operation(
                &json!({"parameters": [{"name": "a", "in": "query", "type": "array", "items": {"type": "string"}, "collectionFormat": "list"}]}),
            ),
            "",
            "`collectionFormat` is \"list\"",
        ),
        (
            operation(
                &json!({"parameters": [{"name": "a", "in": "query", "type": "string", "schema": {}}]}),
            ),
            "",
            "`schema` beside `type`",
        ),
        (
            operation(
                &json!({"parameters": [{"name": "a", "in": "query", "type": "array", "style": "form"}]}),
            ),
            "",
            "`style` is a field",
        ),
        (
            operation(
                &json!({"parameters": [{"name": "a", "in": "body", "schema": {}}, {"name": "b", "in": "body", "schema": {}}]}),
            ),
            "",
            "an operation has one body",
        ),
        (
            operation(
                &json!({"parameters": [{"name": "a", "in": "body", "schema": {}}, {"name": "b", "in": "formData", "type": "string"}]}),
            ),
            "",
            "an operation has one body",
        ),
        (
            operation(
                &json!({"parameters": [{"name": "b", "in": "formData", "type": "string"}, {"name": "b", "in": "formData", "type": "integer"}]}),
            ),
            "",
            "two fields `b`",
        ),
        (
            operation(&json!({"parameters": [{"in": "formData", "type": "string"}]})),
            "",
            "must have a `name`",
        ),
        (
            operation(&json!({"responses": {"200": {"$ref": "#/responses/None"}}})),
            "",
            "the reference `#/responses/None` does not resolve",
        ),
        (
            operation(&json!({"parameters": [{"$ref": "#/parameters/None"}]})),
            "",
            "does not resolve",
        ),
    ] {
        let error = Document::parse("api.json", &document.to_string()).expect_err("a refusal");
        let error = error.to_string();
        assert!(
            error.starts_with(&format!("api.json:1:{}", at.trim_start_matches("1:"))),
            "{error}"
        );
        assert!(error.contains(why), "{why}: {error}");
    }
}

#[test]
fn what_the_formats_of_lists_mean_is_compared() {
    let list = |place: &str, format: &str| {
        let required = place == "path";
        operation(
            &json!({"parameters": [{"name": "a", "in": place, "type": "array", "required": required,
            "items": {"type": "string"}, "collectionFormat": format}]}),
        )
    };
    for place in ["query", "header", "formData"] {
        for from in ["csv", "ssv", "tsv", "pipes", "multi"] {
            for to in ["csv", "ssv", "tsv", "pipes", "multi"] {
                let changes = changes(&list(place, from), &list(place, to));
                let gravest = changes.iter().map(|change| change.class).max();
                let is_grave = gravest >= Some(Class::Unproven);
                assert_eq!(
                    is_grave,
                    from != to,
                    "{place}, {from} to {to}: {changes:#?}"
                );
            }
        }
    }
    let nested = |format: &str| {
        operation(
            &json!({"parameters": [{"name": "a", "in": "query", "type": "array",
            "items": {"type": "array", "items": {"type": "string"}, "collectionFormat": format}}]}),
        )
    };
    let gravest = changes(&nested("csv"), &nested("pipes"))
        .iter()
        .map(|change| change.class)
        .max();
    assert!(gravest >= Some(Class::Unproven));
}

#[test]
fn schemes_without_a_host_are_not_silent() {
    let of = |schemes: &[&str]| document(&json!({"schemes": schemes}));
    let changes = changes(&of(&["http", "https"]), &of(&["https"]));
    assert_eq!(
        outlines(&changes),
        ["unproven document-field-changed /schemes"]
    );
}

#[test]
fn what_is_shared_is_one_cause() {
    let of = |kind: &str| {
        let refers = json!({"responses": {"200": {"$ref": "#/responses/Ok"}},
            "parameters": [{"$ref": "#/parameters/Body"}]});
        document(&json!({
            "produces": ["application/json", "application/xml"],
            "paths": {"/a": {"post": refers, "put": refers}, "/b": {"post": refers}},
            "parameters": {"Body": {"name": "b", "in": "body", "required": true, "schema": {"type": "object",
                "properties": {"id": {"type": kind}}}}},
            "responses": {"Ok": {"description": "ok", "schema": {"type": "object", "required": ["id"],
                "properties": {"id": {"type": kind}}}}},
        }))
    };
    let changes = changes(&of("string"), &of("integer"));
    assert_eq!(
        outlines(&changes),
        [
            "breaking response-type-widened /responses/Ok/schema/properties/id",
            "breaking request-type-narrowed /parameters/Body/schema/properties/id",
        ]
    );
    for change in &changes {
        assert_eq!(change.operations, ["POST /a", "PUT /a", "POST /b"]);
        assert_eq!(change.more_places, Vec::<String>::new());
    }
}

#[test]
fn references_into_what_was_moved_are_followed() {
    let of = |kind: &str| {
        document(&json!({"paths": {
            "/a": {"get": {"responses": {"200": {"description": "ok", "schema": {"type": "object", "properties": {
                "id": {"type": kind}}}}}}},
            "/b": {"get": {"responses": {"200": {"description": "ok",
                "schema": {"$ref": "#/paths/~1a/get/responses/200/schema"}}}}},
        }}))
    };
    let changes = changes(&of("string"), &of("integer"));
    assert_eq!(changes.len(), 1, "{changes:#?}");
    assert_eq!(changes[0].operations, ["GET /a", "GET /b"]);
    assert_eq!(
        changes[0].location,
        "/paths/~1a/get/responses/200/schema/properties/id"
    );
}

#[test]
fn files_are_read_as_2_0_too() {
    let read = |kind: &str| {
        let root = json!({"swagger": "2.0", "info": {"title": "t", "version": "1"},
            "paths": {"/a": {"$ref": "paths/a.json"}}});
        let kind = kind.to_owned();
        Document::parse_with_files("api.json", &root.to_string(), move |file| match file {
            "paths/a.json" => Ok(json!({
                "parameters": [{"$ref": "../shared.json#/limit"}],
                "post": {
                    "parameters": [{"$ref": "../shared.json#/body"}],
                    "responses": {"200": {"$ref": "../shared.json#/ok"}},
                },
            }).to_string()),
            "shared.json" => Ok(json!({
                "limit": {"name": "limit", "in": "query", "type": kind},
                "body": {"name": "b", "in": "body", "schema": {"$ref": "#/schema"}},
                "ok": {"description": "ok", "schema": {"$ref": "#/schema"}},
                "schema": {"type": "object", "properties": {"id": {"type": kind, "x-nullable": true}}},
            }).to_string()),
            other => Err(other.to_owned()),
        })
        .expect("a document")
    };
    let (base, revision) = (read("integer"), read("boolean"));
    let changes = compare(&base, &revision).changes;
    let places: Vec<_> = changes
        .iter()
        .map(|change| change.location.as_str())
        .collect();
    assert!(
        places.contains(&"/$files/shared.json/limit"),
        "{changes:#?}"
    );
    assert!(
        places.contains(&"/$files/shared.json/schema/properties/id"),
        "{changes:#?}"
    );
    assert_eq!(compare(&base, &read("integer")).changes, []);
}

#[test]
fn the_version_may_lack_its_quotes() {
    let text = "swagger: 2.0\ninfo: {title: t, version: '1'}\npaths: {}\n";
    assert_eq!(parse("api.yaml", text).version(), Version::V2_0);
}

#[test]
fn a_body_without_media_types_is_json() {
    let body = json!({"parameters": [{"name": "b", "in": "body", "schema": {"type": "string"}}]});
    let assumed = operation(&body);
    let declared = |name: &str| {
        let mut body = body.clone();
        body["consumes"] = json!([name]);
        operation(&body)
    };
    assert_eq!(changes(&assumed, &declared("application/json")), []);
    assert_ne!(changes(&assumed, &declared("application/xml")), []);
}
