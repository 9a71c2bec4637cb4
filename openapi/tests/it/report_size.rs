//! The size of reports on large comparisons.

use openapi::diff::compare;
use openapi::render::{self, Report};
use openapi::{Document, diff::Diff};
use serde_json::{Map, Value, json};

/// The most characters of a comment on GitHub.
const COMMENT: usize = 65_536;

/// Returns a document of `operations` operations that respond with one component. It requires the properties
/// `required`, and has `described` others whose description begins with `say`.
fn large(operations: usize, required: &[String], described: usize, say: &str) -> Document {
    let mut properties: Map<String, Value> = required
        .iter()
        .map(|name| (name.clone(), json!({"type": "string"})))
        .collect();
    properties.extend((0..described).map(|n| {
        (
            format!("described{n}"),
            json!({"type": "string", "description": format!("{say} {n}")}),
        )
    }));
    let paths: Map<String, Value> = (0..operations)
        .map(|n| {
            let path = format!("/a/rather/long/path/as/real/documents/have/them/{n}");
            let content =
                json!({"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}});
            (
                path,
                json!({"get": {"responses": {"200": {"description": "ok", "content": content}}}}),
            )
        })
        .collect();
    let schemas =
        json!({"Thing": {"type": "object", "required": required, "properties": properties}});
    let root = json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": paths,
        "components": {"schemas": schemas}});
    Document::parse("large.json", &root.to_string()).expect("a valid document")
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("always{n}")).collect()
}

fn markdown(base: &Document, revision: &Document) -> (String, Diff) {
    let diff = compare(base, revision);
    let report = Report {
        diff: &diff,
        base,
        revision,
        file: None,
        policy: None,
        grouping: render::Grouping::default(),
    };
    let mut out = Vec::new();
    render::markdown::write(&mut out, &report).expect("a write to memory");
    (String::from_utf8(out).expect("UTF-8"), diff)
}

/// Returns whether every fold that is opened is closed.
fn folds_close(text: &str) -> bool {
    text.matches("<details>").count() == text.matches("</details>").count()
}

#[test]
fn markdown_fits_into_a_comment_and_counts_what_is_left_out() {
    let (old, new) = (large(3, &names(3), 900, "was"), large(3, &[], 900, "is"));
    let (text, diff) = markdown(&old, &new);
    assert_eq!(diff.changes.len(), 903);
    assert!(text.len() <= COMMENT, "{}", text.len());
    // The comment is nearly full.
    assert!(text.len() > COMMENT - 2_000, "{}", text.len());
    assert_eq!(
        text.matches("response-required-property-removed").count(),
        3
    );
    let shown = text.matches("response-text-changed").count();
    let more = format!("**More changes are left out here: {} docs.**", 900 - shown);
    assert!(text.contains(&more), "{}", &text[text.len() - 300..]);
    assert!(folds_close(&text));
}

#[test]
fn folded_lists_are_removed_first_and_changes_last() {
    let (old, new) = (large(800, &names(4), 0, ""), large(800, &[], 0, ""));
    let (text, _) = markdown(&old, &new);
    assert!(text.len() <= COMMENT, "{}", text.len());
    assert_eq!(
        text.matches("response-required-property-removed").count(),
        4
    );
    assert_eq!(text.matches("and 790 more operations").count(), 4);
    assert!(!text.contains("left out here"), "{text}");
    assert!(!text.contains("<details>"), "{text}");
}

#[test]
fn a_comparison_that_fits_is_written_in_full() {
    let (old, new) = (large(40, &names(1), 0, ""), large(40, &[], 0, ""));
    let (text, _) = markdown(&old, &new);
    assert!(text.contains("/them/39"), "{text}");
    assert!(folds_close(&text) && text.contains("<details>"), "{text}");
}
