//! Where reports say that a change is: in both documents, and at a changed reference.

use openapi::diff::compare;
use openapi::{Document, render};
use serde_json::{Value, json};

use crate::documents::{referring_to, with_files};
use crate::reports::rendered;
use crate::schemas::{self, Body, summary};

/// Returns a document whose operation responds with the component `used`, beside two other components.
fn document(name: &str, used: &str, token: &str, second: &str) -> Document {
    let text = format!(
        "openapi: 3.1.0
info: {{title: t, version: '1'}}
paths:
  /t:
    get:
      responses:
        '200':
          description: ok
          content:
            application/json:
              schema: {{$ref: '#/components/schemas/{used}'}}
components:
  schemas:
    Token:
      type: object
      properties:
{token}    {second}
"
    );
    Document::parse(name, &text).expect("a valid document")
}

const ID: &str = "        id: {type: string}\n";
const NAME: &str = "        name: {type: string}\n";
const OTHER: &str = "Other: {type: object, properties: {name: {type: integer}}}";

/// Returns each change as its rule, its location, and its places in the base and in the revision.
fn places(base: &Document, revision: &Document) -> Vec<String> {
    let diff = compare(base, revision);
    let report = rendered(render::json::write, base, revision, &diff);
    let report: Value = serde_json::from_str(&report).expect("JSON");
    let changes = report["changes"].as_array().expect("a list");
    let place = |place: &Value| {
        let text = |key: &str| place[key].as_str().unwrap_or_default().to_owned();
        format!(
            "{}:{}:{} {}",
            text("file"),
            place["line"],
            place["column"],
            text("pointer")
        )
    };
    let shown = changes.iter().map(|change| {
        format!(
            "{} {}\n  {}\n  {}",
            change["rule"].as_str().unwrap_or_default(),
            change["location"].as_str().unwrap_or_default(),
            place(&change["base_place"]),
            place(&change["revision_place"])
        )
    });
    shown.collect()
}

#[test]
fn what_was_removed_is_in_the_base_and_what_was_added_in_the_revision() {
    let base = document("base.yaml", "Token", ID, OTHER);
    let revision = document("revision.yaml", "Token", NAME, OTHER);
    insta::assert_snapshot!(places(&base, &revision).join("\n"));
}

#[test]
fn a_changed_reference_is_the_place_of_what_it_changes() {
    let token = format!("{ID}{NAME}");
    let base = document("base.yaml", "Token", &token, OTHER);
    let revision = document("revision.yaml", "Other", &token, OTHER);
    insta::assert_snapshot!(places(&base, &revision).join("\n"));
}

#[test]
fn a_renamed_component_is_the_place_of_what_changed_in_it() {
    let base = document("base.yaml", "Token", &format!("{ID}{NAME}"), OTHER);
    let text = "openapi: 3.1.0
info: {title: t, version: '1'}
paths:
  /t:
    get:
      responses:
        '200':
          description: ok
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Access'}
components:
  schemas:
    Access:
      type: object
      properties:
        name: {type: integer}
";
    let revision = Document::parse("revision.yaml", text).expect("a valid document");
    insta::assert_snapshot!(places(&base, &revision).join("\n"));
}

#[test]
fn a_place_in_another_file_is_shown_by_the_path_of_the_file() {
    let read = |kind: &str| {
        let file = format!("Token: {{type: object, properties: {{name: {{type: {kind}}}}}}}\n");
        with_files(
            &referring_to("schemas/token.yaml#/Token"),
            &[("schemas/token.yaml", &file)],
        )
        .expect("a valid document")
    };
    let (base, revision) = (read("string"), read("integer"));
    let diff = compare(&base, &revision);
    for writer in [
        render::text::write,
        render::markdown::write,
        render::html::write,
        render::github::write,
    ] {
        let report = rendered(writer, &base, &revision, &diff);
        assert!(!report.contains("$files"), "{report}");
        let place = "schemas/token.yaml#/Token/properties/name";
        assert!(report.contains(place), "{report}");
    }
    let json = rendered(render::json::write, &base, &revision, &diff);
    assert!(json.contains("/$files/schemas~1token.yaml/Token/properties/name"));
}

#[test]
fn a_long_witness_is_elided_except_in_json() {
    let read = |kind: &str| {
        let names = (0..20).map(|n| format!("name{n}")).collect::<Vec<_>>();
        let members = names.iter().map(|name| format!("{name}: {{type: string}}"));
        let text = format!(
            "openapi: 3.1.0
info: {{title: t, version: '1'}}
paths:
  /t:
    get:
      responses:
        '200':
          description: ok
          content:
            application/json:
              schema:
                type: object
                required: [{}, license]
                properties:
                  {}
                  license: {{type: object, required: [url], properties: {{url: {{type: {kind}}}}}}}
",
            names.join(", "),
            members.collect::<Vec<_>>().join("\n                  ")
        );
        Document::parse("long.yaml", &text).expect("a valid document")
    };
    let (base, revision) = (read("string"), read("[string, 'null']"));
    let diff = compare(&base, &revision);
    let elided = r#"…"license":{"url":null}…"#;
    let text = rendered(render::text::write, &base, &revision, &diff);
    assert!(text.contains(&format!("for example {elided} ")), "{text}");
    let page = rendered(render::markdown::write, &base, &revision, &diff);
    assert!(page.contains(elided), "{page}");
    let (_, whole) = page
        .split_once("<summary>the whole value</summary>")
        .expect("a fold");
    assert!(whole.contains("  \"name19\": "), "{whole}");
    let json = rendered(render::json::write, &base, &revision, &diff);
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["changes"][0]["witness_part"], "/license/url");
    let witness = json["changes"][0]["witness"].as_object().expect("whole");
    assert_eq!(witness.len(), 21);
}

#[test]
fn a_message_names_at_most_three_steps() {
    let nested = |kind: &str| {
        let leaf =
            json!({"type": "object", "properties": {"x": {"type": kind}, "y": {"type": "string"}}});
        ["a", "b", "c", "d"].into_iter().fold(
            leaf,
            |inner, name| json!({"type": "object", "properties": {name: inner}}),
        )
    };
    let (mut base, revision) = (nested("string"), nested("integer"));
    base["properties"]["d"]["properties"]["c"]["properties"]["b"]["properties"]["a"]["properties"]
        ["z"] = json!({"type": "string"});
    let changes = compare(
        &schemas::document(Body::Response, &base),
        &schemas::document(Body::Response, &revision),
    )
    .changes;
    let messages: Vec<String> = (changes.iter())
        .map(|change| change.message.to_string())
        .collect();
    assert_eq!(
        messages,
        [
            "`x` of `a` within the 200 response body (application/json) sends more: `type` \"string\" → \"integer\"",
            "the property `z` of `a` of `b` within the 200 response body (application/json) was removed"
        ]
    );
}

#[test]
fn another_format_of_numbers_is_one_change() {
    let of = |format: &str| json!({"type": "integer", "format": format});
    for (old, new, class) in [
        ("int32", "int64", "breaking response-format-widened"),
        ("int64", "int32", "additive response-format-narrowed"),
    ] {
        let diff = compare(
            &schemas::document(Body::Response, &of(old)),
            &schemas::document(Body::Response, &of(new)),
        );
        assert_eq!(summary(&diff.changes), [class]);
    }
}
