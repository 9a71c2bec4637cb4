//! `diff`: exit codes, the JSON object, messages.

use std::process::Command;

use serde_json::{Value, json};
use testbed::files::Folder;
use testbed::output::{stderr, stdout};

use super::oasproof;

const EARLIER: &str = "openapi/published/revoke-token.earlier.json";
const CURRENT: &str = "openapi/published/revoke-token.json";
const UTOIPA: &str = "openapi/tests/it/pairs/revoke-token.utoipa.json";

/// Returns a document with one GET on `/a`, with this response schema and description.
fn document(schema: &Value, description: &str) -> String {
    json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {"/a": {"get": {
        "description": description,
        "responses": {"200": {"description": "ok", "content": {"application/json": {"schema": schema}}}}}}}})
    .to_string()
}

#[test]
fn the_earlier_form_to_the_current_one_breaks_three_members() {
    let output = oasproof(&["diff", EARLIER, CURRENT, "--format", "json"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let report: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    assert_eq!(report["verdict"], "breaking");
    let breaking: Vec<&Value> = report["changes"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|change| change["class"] == "breaking")
        .collect();
    assert_eq!(breaking.len(), 3);
    for (change, name) in breaking.iter().zip(["id", "jti", "revoked_at"]) {
        assert_eq!(change["rule"], "response-required-property-removed");
        assert!(
            change["message"]
                .as_str()
                .expect("text")
                .contains(&format!("`{name}`"))
        );
        assert!(change["location"].as_str().expect("text").ends_with(name));
        assert_eq!(
            change["operations"],
            json!(["POST /api/v1/tokens/{token_id}/revoke"])
        );
        assert!(change["witness"].is_object());
    }
}

#[test]
fn many_changes_that_break_nothing_are_folded_in_a_terminal_alone() {
    let folder = Folder::new();
    let described = |say: &str| {
        let properties = (0..25).map(|n| {
            let text = format!("{say} {n}");
            (
                format!("p{n}"),
                json!({"type": "string", "description": text}),
            )
        });
        let properties: serde_json::Map<_, _> = properties.collect();
        document(&json!({"type": "object", "properties": properties}), "same")
    };
    let [base, revision] = [("base.json", "was"), ("revision.json", "is")]
        .map(|(name, say)| folder.file(name, &described(say)));
    let diff = |columns: Option<&str>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_oasproof"));
        command.args(["diff", &base, &revision]);
        match columns {
            Some(columns) => command.env("COLUMNS", columns),
            None => command.env_remove("COLUMNS"),
        };
        stdout(&command.output().expect("oasproof runs"))
    };
    let all = diff(None);
    assert_eq!(all.matches("docs `description`").count(), 25, "{all}");
    let folded = diff(Some("80"));
    assert_eq!(folded.matches("docs `description`").count(), 20, "{folded}");
    assert!(folded.contains("… 5 more that break nothing"), "{folded}");
    assert!(folded.contains("docs: 25 docs from"), "{folded}");
}

#[test]
fn changes_are_grouped_by_operation_where_that_is_asked_for() {
    let folder = Folder::new();
    let base = folder.file("base.json", &document(&json!({"type": "string"}), "was"));
    let revision = folder.file(
        "revision.json",
        &document(&json!({"type": "integer"}), "is"),
    );
    let output = oasproof(&["diff", &base, &revision, "--group-by", "operation"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let text = stdout(&output);
    assert!(text.starts_with("GET /a\n\nbreaking "), "{text}");
    assert_eq!(text.matches("GET /a\n\n").count(), 3, "{text}");
}

#[test]
fn another_spelling_of_the_slice_is_identical() {
    for (base, revision) in [(CURRENT, UTOIPA), (UTOIPA, CURRENT)] {
        let output = oasproof(&["diff", base, revision, "--fail-on", "docs"]);
        assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
        assert!(
            stdout(&output).starts_with("identical"),
            "{}",
            stdout(&output)
        );
    }
}

#[test]
fn the_threshold_decides_the_exit_code_and_the_last_line_says_so() {
    let folder = Folder::new();
    let text = folder.file("text.json", &document(&json!({"type": "string"}), "one"));
    let reworded = folder.file(
        "reworded.json",
        &document(&json!({"type": "string"}), "two"),
    );
    let narrower = folder.file(
        "narrower.json",
        &document(&json!({"type": "string", "maxLength": 9}), "one"),
    );
    let unknown = document(&json!({"type": "string"}), "one").replacen(
        "\"responses\"",
        "\"produces\":1,\"responses\"",
        1,
    );
    let unproven = folder.file("unproven.json", &unknown);
    let object =
        |properties: Value| document(&json!({"type": "object", "properties": properties}), "one");
    let named = folder.file("named.json", &object(json!({"name": {"type": "string"}})));
    let nameless = folder.file("nameless.json", &object(json!({})));
    let rows = [
        (&named, &nameless, "breaking", 0, "no change is breaking"),
        (
            &named,
            &nameless,
            "warning",
            1,
            "1 change is at or above warning",
        ),
        (
            &named,
            &nameless,
            "additive",
            1,
            "1 change is at or above additive",
        ),
        (&named, &nameless, "none", 0, "nothing is to fail"),
        (
            &nameless,
            &named,
            "warning",
            0,
            "no change is at or above warning",
        ),
        (&text, &unproven, "warning", 4, "1 change is unproven"),
        (&text, &text, "docs", 0, "no change is at or above docs"),
        (&text, &reworded, "breaking", 0, "no change is breaking"),
        (
            &text,
            &reworded,
            "additive",
            0,
            "no change is at or above additive",
        ),
        (&text, &reworded, "docs", 1, "1 change is at or above docs"),
        (&text, &narrower, "breaking", 0, "no change is breaking"),
        (
            &text,
            &narrower,
            "additive",
            1,
            "1 change is at or above additive",
        ),
        (&narrower, &text, "breaking", 1, "1 change is breaking"),
        (&narrower, &text, "none", 0, "nothing is to fail"),
        (&text, &unproven, "breaking", 4, "1 change is unproven"),
        (&text, &unproven, "none", 0, "nothing is to fail"),
    ];
    for (base, revision, fail_on, code, reason) in rows {
        let output = oasproof(&["diff", base, revision, "--fail-on", fail_on]);
        let said = stdout(&output);
        assert_eq!(output.status.code(), Some(code), "{fail_on}: {said}");
        let last = said.lines().last();
        assert_eq!(last, Some(&*format!("exit {code}: {reason}")), "{said}");
    }
}

#[test]
fn an_unreadable_document_is_named_with_the_place() {
    let folder = Folder::new();
    let broken = folder.file("broken.yaml", "openapi: 3.1.0\npaths:\n  /a: [\n");
    let dangling = folder.file(
        "dangling.json",
        "{\"openapi\": \"3.1.0\",\n \"components\": {\"schemas\": {\"A\": {\"$ref\": \"#/components/schemas/B\"}}}}",
    );
    for (path, expected) in [
        (
            broken.as_str(),
            "broken.yaml:3:7: not valid YAML: unclosed bracket",
        ),
        (
            dangling.as_str(),
            "dangling.json:2:43: the reference `#/components/schemas/B` does not resolve",
        ),
        ("nowhere.json", "cannot read nowhere.json: No such file"),
    ] {
        let output = oasproof(&["diff", CURRENT, path]);
        assert_eq!(output.status.code(), Some(3), "{path}");
        assert!(
            stderr(&output).contains(expected),
            "{expected}: {}",
            stderr(&output)
        );
        assert_eq!(stdout(&output), "");
    }
}

#[test]
fn a_dangling_reference_of_the_base_does_not_stop_the_comparison() {
    let folder = Folder::new();
    let document = |schema: &str| {
        let schemas = format!("{{\"A\": {schema}}}");
        format!("{{\"openapi\": \"3.1.0\", \"components\": {{\"schemas\": {schemas}}}}}")
    };
    let base = folder.file("base.json", &document("{\"$ref\": \"missing.json\"}"));
    let revision = folder.file("revision.json", &document("{\"type\": \"string\"}"));
    let output = oasproof(&["diff", &base, &revision]);
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    let report = stdout(&output);
    assert!(
        report.contains("the reference `missing.json#` does not resolve"),
        "{report}"
    );
    assert_eq!(oasproof(&["diff", &base, &base]).status.code(), Some(3));
}

#[test]
fn a_wrong_command_line_is_a_usage_error() {
    for arguments in [
        &["diff", CURRENT][..],
        &["diff", CURRENT, CURRENT, "--format", "xml"],
        &["nonsense"],
    ] {
        assert_eq!(oasproof(arguments).status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn a_witness_that_is_null_is_not_the_absence_of_a_witness() {
    let folder = Folder::new();
    let text = folder.file("text.json", &document(&json!({"type": "string"}), "one"));
    let nullable = folder.file(
        "nullable.json",
        &document(&json!({"type": ["string", "null"]}), "one"),
    );
    let compared = |base: &str, revision: &str, format: &str| {
        stdout(&oasproof(&["diff", base, revision, "--format", format]))
    };
    let only = |base, revision| {
        let report: Value = serde_json::from_str(&compared(base, revision, "json")).expect("JSON");
        report["changes"][0].as_object().expect("a change").clone()
    };
    assert_eq!(only(&text, &nullable).get("witness"), Some(&Value::Null));
    assert_eq!(only(&nullable, &text).get("witness"), None);
    assert!(compared(&text, &nullable, "text").contains("for example null"));
    assert!(!compared(&nullable, &text, "text").contains("for example"));
}
