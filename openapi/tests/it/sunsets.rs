//! Removals on, after and earlier than an announced sunset, and changes of what is not stable yet.

use chrono::NaiveDate;
use openapi::Document;
use openapi::diff::{Options, compare_with};
use serde_json::{Value, json};

use crate::schemas::summary;

const SUNSET: &str = "2026-06-30";

fn changed_on(day: Option<&str>, base: &Value, revision: &Value) -> Vec<String> {
    let parse = |value: &Value| Document::parse("test", &value.to_string()).expect("a document");
    let options = Options {
        today: day.map(|day| day.parse::<NaiveDate>().expect("a day")),
        ..Options::default()
    };
    summary(&compare_with(&parse(base), &parse(revision), options).changes)
}

/// Returns pairs of documents: the first has an operation, a parameter or a property with these marks, the second
/// does not have it.
fn documents(marks: &Value) -> [(Value, Value); 3] {
    let marked = |of: &Value| {
        let mut whole = of.clone();
        let marks = marks.as_object().expect("members").clone();
        whole.as_object_mut().expect("an object").extend(marks);
        whole
    };
    let document = |get: &Value, post: &Value| {
        json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"},
            "paths": {"/things": {"get": get, "post": post}}})
    };
    let plain = json!({"responses": {"200": {"description": "ok"}}});
    let mut without_get = document(&plain, &plain);
    without_get["paths"]["/things"]
        .as_object_mut()
        .expect("an object")
        .shift_remove("get");
    let with_parameters = |parameters: &Value| {
        let mut operation = plain.clone();
        operation["parameters"] = parameters.clone();
        document(&operation, &plain)
    };
    let parameter = marked(&json!({"name": "q", "in": "query", "schema": {"type": "string"}}));
    let answering = |schema: &Value| {
        let mut operation = plain.clone();
        operation["responses"]["200"]["content"] = json!({"application/json": {"schema": schema}});
        document(&operation, &plain)
    };
    let text = marked(&json!({"type": "string"}));
    [
        (document(&marked(&plain), &plain), without_get),
        (
            with_parameters(&json!([parameter])),
            with_parameters(&json!([])),
        ),
        (
            answering(&json!({"type": "object", "required": ["a"], "properties": {"a": text}})),
            answering(&json!({"type": "object"})),
        ),
    ]
}

const REMOVED: [&str; 3] = [
    "operation-removed",
    "parameter-removed",
    "response-required-property-removed",
];

#[test]
fn a_removal_on_or_after_its_sunset_is_docs() {
    let marks = json!({"deprecated": true, "x-sunset": SUNSET});
    for ((base, revision), rule) in documents(&marks).iter().zip(REMOVED) {
        for (day, class) in [
            (Some("2026-06-29"), "breaking"),
            (Some("2026-06-30"), "docs"),
            (Some("2027-01-01"), "docs"),
            (None, "breaking"),
        ] {
            assert_eq!(
                changed_on(day, base, revision),
                [format!("{class} {rule}")],
                "{day:?}"
            );
        }
    }
}

#[test]
fn a_sunset_counts_only_with_a_date_and_a_deprecation() {
    for marks in [
        json!({"deprecated": true}),
        json!({"x-sunset": SUNSET}),
        json!({"deprecated": true, "x-sunset": "soon"}),
        json!({"deprecated": false, "x-sunset": SUNSET}),
    ] {
        for ((base, revision), rule) in documents(&marks).iter().zip(REMOVED) {
            assert_eq!(
                changed_on(Some("2027-01-01"), base, revision),
                [format!("breaking {rule}")],
                "{marks}"
            );
        }
    }
}

#[test]
fn a_moved_or_corrected_sunset_is_described() {
    let on = |date: &str| {
        let value = json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"},
            "paths": {"/things": {"get": {"deprecated": true, "x-sunset": date,
                "responses": {"200": {"description": "ok"}}}}}});
        Document::parse("test", &value.to_string()).expect("a document")
    };
    for (old, new, description) in [
        ("2030-01-01", "2030-01-02", "is later"),
        (
            "2030-01-01",
            "2030-01-01T00:00:00Z",
            "is the same day in another spelling",
        ),
        ("soon", "2030-01-01", "is now a date"),
    ] {
        let changes = compare_with(&on(old), &on(new), Options::default()).changes;
        assert_eq!(summary(&changes), ["docs operation-sunset-widened"]);
        let expected = format!("the sunset of the operation {description}: \"{old}\" → \"{new}\"");
        assert_eq!(changes[0].message.to_string(), expected);
    }
}

/// Returns a document with an operation of each of these levels, which all answer with `Answer`.
fn at_levels(levels: &[&str], kind: &str) -> Value {
    let answer = json!({"description": "ok", "content": {"application/json": {
        "schema": {"$ref": "#/components/schemas/Answer"}}}});
    let item =
        |level: &str| json!({"get": {"x-stability-level": level, "responses": {"200": answer}}});
    let paths: serde_json::Map<String, Value> = (levels.iter().enumerate())
        .map(|(index, level)| (format!("/{index}"), item(level)))
        .collect();
    json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": paths,
        "components": {"schemas": {"Answer": {"type": kind}}}})
}

#[test]
fn only_what_was_draft_or_alpha_may_change() {
    let removed = |level: &str| {
        let mut without = at_levels(&[level], "string");
        without["paths"] = json!({});
        changed_on(None, &at_levels(&[level], "string"), &without)
    };
    for (level, class) in [
        ("draft", "docs"),
        ("alpha", "docs"),
        ("beta", "breaking"),
        ("stable", "breaking"),
        ("Alpha", "breaking"),
    ] {
        assert!(
            removed(level).contains(&format!("{class} operation-removed")),
            "{level}"
        );
    }
    let answered = |base: &[&str], revision: &[&str]| {
        changed_on(
            None,
            &at_levels(base, "string"),
            &at_levels(revision, "integer"),
        )
    };
    assert_eq!(
        answered(&["alpha"], &["alpha"]),
        ["docs response-type-widened"]
    );
    assert_eq!(
        answered(&["alpha"], &["stable"]),
        [
            "docs operation-stability-widened",
            "docs response-type-widened"
        ]
    );
    assert_eq!(
        answered(&["alpha", "beta"], &["alpha", "beta"]),
        ["breaking response-type-widened"],
        "a stable operation is reached as well"
    );
    assert_eq!(
        answered(&["stable"], &["alpha"]),
        [
            "breaking operation-stability-narrowed",
            "breaking response-type-widened"
        ]
    );
}
