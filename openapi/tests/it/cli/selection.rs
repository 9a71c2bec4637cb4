//! `--include`, `--exclude` and waivers by what an operation is.

use serde_json::{Value, json};
use testbed::files::Folder;
use testbed::output::{stderr, stdout};

use super::oasproof;

/// Returns a document whose responses have this type, that of `POST` another one. The component is that of both `GET`
/// operations.
fn document(kind: &str, title: &str) -> String {
    let other = if kind == "string" {
        "boolean"
    } else {
        "number"
    };
    let response = |schema: Value| json!({"200": {"description": "ok", "content": {"application/json": {"schema": schema}}}});
    let shared = response(json!({"$ref": "#/components/schemas/Shared"}));
    json!({
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1"},
        "paths": {
            "/v1/things/{id}": {
                "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
                "get": {"operationId": "getThing", "tags": ["things", "public"], "responses": shared},
                "delete": {"tags": ["things"], "x-internal": true, "responses": response(json!({"type": kind}))}
            },
            "/v2/reports": {
                "get": {"tags": ["reports"], "x-audience": "partner", "responses": shared},
                "post": {"x-internal": false, "responses": response(json!({"type": other, "title": "r"}))}
            }
        },
        "webhooks": {"paid": {"post": {"tags": ["events"], "responses": {"200": {"description": title}}}}},
        "components": {"schemas": {"Shared": {"type": "object", "required": ["x"], "properties": {"x": {"type": kind}}}}}
    })
    .to_string()
}

struct Pair {
    folder: Folder,
    base: String,
    revision: String,
}

impl Pair {
    fn new() -> Self {
        let folder = Folder::new();
        let base = folder.file("base.json", &document("string", "one"));
        let revision = folder.file("new.json", &document("integer", "two"));
        Self {
            folder,
            base,
            revision,
        }
    }

    fn diff(&self, more: &[&str]) -> (i32, Value, String) {
        let arguments = [
            &["diff", &self.base, &self.revision, "--format", "json"],
            more,
        ]
        .concat();
        let output = oasproof(&arguments);
        let report = serde_json::from_str(&stdout(&output)).unwrap_or_default();
        (
            output.status.code().expect("a code"),
            report,
            stderr(&output),
        )
    }

    /// Returns the operations of each change, and how many changes were left out.
    fn selected(&self, more: &[&str]) -> (Vec<String>, u64) {
        let (_, report, errors) = self.diff(more);
        let changes = report["changes"]
            .as_array()
            .unwrap_or_else(|| panic!("{errors}"));
        let names = changes.iter().map(|change| {
            let names = change["operations"].as_array().expect("a list").iter();
            names
                .filter_map(Value::as_str)
                .collect::<Vec<_>>()
                .join(" + ")
        });
        let mut names: Vec<_> = names.collect();
        names.sort();
        (names, report["left_out"].as_u64().expect("a number"))
    }
}

const SHARED: &str = "GET /v1/things/{id} + GET /v2/reports";
const DELETE: &str = "DELETE /v1/things/{id}";
const POST: &str = "POST /v2/reports";
const WEBHOOK: &str = "POST webhook paid";

#[test]
fn changes_are_selected_by_what_their_operations_are() {
    let pair = Pair::new();
    let (all, left_out) = pair.selected(&[]);
    assert_eq!(
        (all, left_out),
        (
            vec![
                String::new(),
                DELETE.into(),
                SHARED.into(),
                POST.into(),
                WEBHOOK.into()
            ],
            0
        )
    );
    for (criteria, expected) in [
        (&["operation=getThing"][..], &[SHARED][..]),
        (&["operation=DELETE /v1/things/{id}"], &[DELETE]),
        (&["operation=* /v1/*"], &[DELETE, SHARED]),
        (&["path=/v1/things/{id}"], &[DELETE, SHARED]),
        (&["path=/v2/*"], &[SHARED, POST]),
        (&["path=/v1/*", "path=/v2/*"], &[DELETE, SHARED, POST]),
        (&["method=delete"], &[DELETE]),
        (&["method=POST"], &[POST, WEBHOOK]),
        (&["tag=public"], &[SHARED]),
        (&["tag=events"], &[WEBHOOK]),
        (&["tag=*s"], &[DELETE, SHARED, WEBHOOK]),
        (&["path=/v2/*", "method=post"], &[POST]),
        // An extension that is false is none.
        (&["extension=x-internal"], &[DELETE]),
        (&["extension=x-internal=false"], &[POST]),
        (&["extension=x-audience=partner"], &[SHARED]),
        (&["extension=x-audience=*"], &[SHARED]),
    ] {
        let options: Vec<_> = criteria.iter().flat_map(|one| ["--include", one]).collect();
        let expected: Vec<_> = expected.iter().map(ToString::to_string).collect();
        let left_out = 5 - expected.len() as u64;
        assert_eq!(
            pair.selected(&options),
            (expected, left_out),
            "{criteria:?}"
        );
    }
}

#[test]
fn a_change_is_excluded_only_with_all_operations_that_it_reaches() {
    let pair = Pair::new();
    for (criterion, expected) in [
        ("path=/v1/*", &["", SHARED, POST, WEBHOOK][..]),
        ("method=get", &["", DELETE, POST, WEBHOOK]),
        ("extension=x-internal", &["", SHARED, POST, WEBHOOK]),
        ("operation=*", &[""]),
    ] {
        let expected: Vec<_> = expected.iter().map(ToString::to_string).collect();
        let left_out = 5 - expected.len() as u64;
        assert_eq!(
            pair.selected(&["--exclude", criterion]),
            (expected, left_out),
            "{criterion}"
        );
    }
    let both = ["--include", "path=/v2/*", "--exclude", "method=post"];
    assert_eq!(pair.selected(&both), (vec![SHARED.to_owned()], 4));
}

#[test]
fn what_was_left_out_is_never_called_identical() {
    let folder = Folder::new();
    let base = folder.file("base.json", &document("string", "one"));
    let revision = folder.file(
        "new.json",
        &document("string", "one").replace("\"r\"", "\"s\""),
    );
    for format in [
        "text", "json", "markdown", "html", "junit", "github", "sarif",
    ] {
        let output = oasproof(&[
            "diff",
            &base,
            &revision,
            "--include",
            "path=/v1/*",
            "--format",
            format,
        ]);
        assert_eq!(output.status.code(), Some(0));
        let text = stdout(&output);
        assert!(
            !text.contains("identical") && !text.contains("mean the same"),
            "{format}: {text}"
        );
        assert!(text.contains("left-out"), "{format}: {text}");
        if format != "json" && format != "sarif" {
            assert!(
                text.contains("1 left out as not selected"),
                "{format}: {text}"
            );
        }
    }
}

#[test]
fn a_criterion_that_no_operation_meets_is_refused() {
    let pair = Pair::new();
    for option in ["--include", "--exclude"] {
        for (criterion, expected) in [
            (
                "tag=reprots",
                "tag=reprots: no operation of either document meets it",
            ),
            (
                "tags=reports",
                "write KIND=VALUE, such as method=POST, with one of the kinds operation, path, method, tag, extension",
            ),
            ("reports", "write KIND=VALUE"),
        ] {
            let (code, _, errors) = pair.diff(&[option, criterion]);
            assert_eq!(code, 2, "{criterion}: {errors}");
            assert!(errors.contains(expected), "{criterion}: {errors}");
        }
    }
}

#[test]
fn a_waiver_by_criteria_covers_changes_of_such_operations_only() {
    let pair = Pair::new();
    let (_, report, _) = pair.diff(&[]);
    let changes = report["changes"].as_array().expect("a list");
    let breaking: Vec<_> = changes
        .iter()
        .filter(|change| change["class"] == "breaking")
        .collect();
    assert_eq!(breaking.len(), 3, "{report}");
    for (criteria, waived) in [
        ("path = \"/v1/*\"", &[DELETE][..]),
        ("path = \"/v*\"", &[DELETE, SHARED, POST]),
        ("operation = \"GET *\"", &[SHARED]),
        ("method = \"POST\"", &[POST]),
        ("tag = \"things\"", &[DELETE]),
        ("extension = \"x-internal\"", &[DELETE]),
        ("path = \"/v*\"\nmethod = \"delete\"", &[DELETE]),
    ] {
        let text = format!(
            "[[waiver]]\nrule = \"response-type-widened\"\nlocation = \"/**\"\n{criteria}\nreason = \"r\"\nexpires = 9999-12-31\n"
        );
        let waivers = pair.folder.file("waivers.toml", &text);
        let (code, report, errors) = pair.diff(&["--waivers", &waivers]);
        let changes = report["changes"].as_array().expect("a list").iter();
        let mut names: Vec<_> = changes
            .filter(|change| change.get("waived").is_some())
            .map(|change| {
                let names = change["operations"].as_array().expect("a list").iter();
                names
                    .filter_map(Value::as_str)
                    .collect::<Vec<_>>()
                    .join(" + ")
            })
            .collect();
        names.sort();
        assert_eq!(names, waived, "{criteria}: {errors}");
        assert_eq!(code, i32::from(waived.len() < 3), "{criteria}");
    }
    // The tag is that of one of two operations that the change reaches.
    let text = "[[waiver]]\nrule = \"response-type-widened\"\nlocation = \"/components/**\"\ntag = \"reports\"\nreason = \"r\"\nexpires = 9999-12-31\n";
    let waivers = pair.folder.file("waivers.toml", text);
    let (code, _, errors) = pair.diff(&["--waivers", &waivers]);
    assert_eq!(code, 1);
    assert!(
        errors.contains("does not reach these operations, or reaches others too"),
        "{errors}"
    );
}
