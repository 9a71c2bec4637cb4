//! Reports in every format, on one small pair of documents with changes of every class.

use std::io::{self, Write};

use openapi::diff::{Class, Diff, compare};
use openapi::render::{self, Report};
use openapi::waiver::Waived;
use openapi::{Document, Position};

const BASE: &str = include_str!("pairs/orders.base.yaml");
const REVISION: &str = include_str!("pairs/orders.revision.yaml");

type Writer = fn(&mut dyn Write, &Report<'_>) -> io::Result<()>;

/// The formats that point into files, with their writers.
pub(crate) const FORMATS: [(&str, Writer); 5] = [
    ("markdown", render::markdown::write),
    ("html", render::html::write),
    ("junit", render::junit::write),
    ("github", render::github::write),
    ("sarif", render::sarif::write),
];

/// Returns the report on a comparison in one format.
pub(crate) fn rendered(
    writer: Writer,
    base: &Document,
    revision: &Document,
    diff: &Diff,
) -> String {
    let report = Report {
        diff,
        base,
        revision,
        file: Some("api/orders.yaml"),
        policy: None,
        grouping: render::Grouping::default(),
    };
    let mut out = Vec::new();
    writer(&mut out, &report).expect("a write to memory");
    String::from_utf8(out).expect("UTF-8")
}

/// Returns two documents with changes of every class between them, and these.
pub(crate) fn orders() -> (Document, Document, Diff) {
    let base = Document::parse("orders.base.yaml", BASE).expect("a valid document");
    let revision = Document::parse("orders.yaml", REVISION).expect("a valid document");
    let diff = compare(&base, &revision);
    (base, revision, diff)
}

#[test]
fn the_pair_has_something_of_every_class() {
    let (_, _, diff) = orders();
    for class in [
        Class::Breaking,
        Class::Unproven,
        Class::Warning,
        Class::Additive,
        Class::Docs,
    ] {
        assert!(diff.changes.iter().any(|change| change.class == class));
    }
}

#[test]
fn each_format_renders_the_comparison() {
    let (base, revision, diff) = orders();
    for (name, writer) in FORMATS {
        insta::assert_snapshot!(name, rendered(writer, &base, &revision, &diff));
    }
    let json = rendered(render::json::write, &base, &revision, &diff);
    insta::assert_snapshot!("json", json);
    let text = rendered(render::text::write, &base, &revision, &diff);
    let text = anstream::adapter::strip_str(&text).to_string();
    insta::assert_snapshot!("text", text);
}

#[test]
fn changes_are_grouped_by_operation_or_by_component() {
    let (base, revision, diff) = orders();
    let report = |grouping| Report {
        diff: &diff,
        base: &base,
        revision: &revision,
        file: None,
        policy: None,
        grouping,
    };
    let by_operation = report(render::Grouping::Operation);
    let by_component = report(render::Grouping::Component);
    let written = |writer: Writer, report: &Report<'_>| {
        let mut out = Vec::new();
        writer(&mut out, report).expect("a write to memory");
        let text = String::from_utf8(out).expect("UTF-8");
        anstream::adapter::strip_str(&text).to_string()
    };
    insta::assert_snapshot!(
        "text_by_operation",
        written(render::text::write, &by_operation)
    );
    insta::assert_snapshot!(
        "text_by_component",
        written(render::text::write, &by_component)
    );
    for report in [&by_operation, &by_component] {
        let rules = |text: &str| {
            let rules = diff.changes.iter().map(|change| change.rule.to_string());
            rules.map(|rule| text.matches(&rule).count()).sum::<usize>()
        };
        let markdown = written(render::markdown::write, report);
        let by_class = rendered(render::markdown::write, &base, &revision, &diff);
        assert_eq!(rules(&markdown), rules(&by_class), "{markdown}");
    }
    let markdown = written(render::markdown::write, &by_component);
    assert!(
        markdown.contains("### `schemas/Order`\n\n- **breaking** "),
        "{markdown}"
    );
    assert!(
        markdown.contains("### Outside of components\n"),
        "{markdown}"
    );
    let html = written(render::html::write, &by_operation);
    assert!(
        html.contains("<a href=\"#group-0\"><code>GET /orders</code>, <code>POST /orders</code> ("),
        "{html}"
    );
    assert!(
        html.contains("<section id=\"group-0\" class=\"breaking\""),
        "{html}"
    );
}

#[test]
fn identical_documents_are_reported_as_identical() {
    let (base, _, _) = orders();
    let diff = compare(&base, &base);
    let mut all = String::new();
    for (name, writer) in FORMATS {
        if name != "html" && name != "sarif" {
            all += &rendered(writer, &base, &base, &diff);
        }
    }
    insta::assert_snapshot!(all);
    let html = rendered(render::html::write, &base, &base, &diff);
    assert!(html.contains("Both mean the same."), "{html}");
    let sarif = rendered(render::sarif::write, &base, &base, &diff);
    assert!(sarif.contains("\"results\": []"), "{sarif}");
}

#[test]
fn a_waived_change_fails_nothing_and_shows_its_reason() {
    let (base, revision, mut diff) = orders();
    diff.changes.truncate(1);
    diff.changes[0].waived = Some(Waived {
        reason: "agreed with *everyone*".to_owned(),
        expires: "2030-01-31".parse().expect("a date"),
    });
    for (name, writer) in FORMATS {
        let text = rendered(writer, &base, &revision, &diff);
        assert!(text.contains("2030-01-31"), "{name}: {text}");
        assert!(text.contains("agreed with"), "{name}: {text}");
        let expected = match name {
            "markdown" => "Waived until 2030-01-31: agreed with \\*everyone\\*",
            "html" => "<strong>waived</strong>",
            "junit" => "failures=\"0\"",
            "github" => "::notice file=",
            "sarif" => "\"suppressions\": [",
            other => panic!("no expectation for {other}"),
        };
        assert!(text.contains(expected), "{name}: {text}");
    }
}

#[test]
fn changes_that_reach_more_operations_come_first() {
    let (_, _, diff) = orders();
    let breaking = diff
        .changes
        .iter()
        .filter(|change| change.class == Class::Breaking);
    let reached: Vec<usize> = breaking.map(|change| change.operations.len()).collect();
    assert_eq!(reached, [2, 1, 1, 1]);
}

#[test]
fn positions_found_together_equal_those_found_one_by_one() {
    let json = serde_json::to_string(Document::parse("y", REVISION).expect("valid").value());
    let json = json.expect("JSON");
    for text in [REVISION, &json, &json.replace(",\"", ",\n  \"")] {
        let document = Document::parse("orders", text).expect("a valid document");
        let (_, _, diff) = orders();
        let pointers: Vec<&str> = (diff.changes.iter())
            .map(|change| change.location.as_str())
            .chain(["", "/paths/~1orders/get/parameters/7", "/nowhere/at/all"])
            .collect();
        let together: Vec<Option<Position>> = (document.places(&pointers).iter())
            .map(|place| place.position)
            .collect();
        let alone: Vec<Option<Position>> = (pointers.iter())
            .map(|pointer| document.position(pointer))
            .collect();
        assert_eq!(together, alone);
        assert!(together.iter().all(Option::is_some), "{together:?}");
    }
}

/// Returns a document whose operations all respond with one component, which is `schema`.
fn shared_by(operations: usize, schema: &str) -> Document {
    let paths: String = (0..operations)
        .map(|index| {
            format!(
                "  /p{index}:\n    get:\n      responses:\n        '200':\n          description: ok\n          content:\n            application/json:\n              schema: {{ $ref: '#/components/schemas/S' }}\n"
            )
        })
        .collect();
    let text = format!(
        "openapi: 3.1.0\ninfo: {{ title: t, version: '1' }}\npaths:\n{paths}components:\n  schemas:\n    S: {schema}\n"
    );
    Document::parse("shared.yaml", &text).expect("a valid document")
}

#[test]
fn operations_beyond_ten_are_folded() {
    let (base, revision) = (
        shared_by(12, "{ type: string }"),
        shared_by(12, "{ type: integer }"),
    );
    let diff = compare(&base, &revision);
    assert_eq!(diff.changes.len(), 1);
    let text = |writer| rendered(writer, &base, &revision, &diff);
    let markdown = text(render::markdown::write);
    let (open, folded) = markdown.split_once("<details>").expect("a fold");
    assert!(
        open.contains("`GET /p9`") && !open.contains("`GET /p10`"),
        "{markdown}"
    );
    assert!(folded.contains("and 2 more operations") && folded.contains("`GET /p11`"));
    let html = text(render::html::write);
    let (open, folded) = html.split_once("<details>").expect("a fold");
    assert!(
        open.contains("GET /p9<") && !open.contains("GET /p10<"),
        "{html}"
    );
    assert!(
        folded.contains("and 2 more") && folded.contains("GET /p11<"),
        "{html}"
    );
    let github = text(render::github::write);
    assert!(
        github.contains("in GET /p9%0Aand 2 more operations\n"),
        "{github}"
    );
    // Formats for machines list all of them.
    for writer in [render::junit::write, render::sarif::write] {
        assert!(text(writer).contains("GET /p11"));
    }
}
