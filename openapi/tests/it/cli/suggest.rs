//! `suggest` and `changelog`: the version that changes ask for, and what a client developer reads.

use serde_json::{Value, json};
use testbed::files::Folder;
use testbed::output::{stderr, stdout};

use super::oasproof;

/// Returns a document of this version whose one response has this schema and description.
fn document(version: &str, schema: &Value, description: &str) -> String {
    json!({"openapi": "3.1.0", "info": {"title": "Things", "version": version}, "paths": {"/a": {"get": {
        "description": description,
        "responses": {"200": {"description": "ok", "content": {"application/json": {"schema": schema}}}}}}}})
    .to_string()
}

/// Returns the base's and the revision's schema and description of a change that asks for this step.
fn change(step: &str) -> [(Value, &'static str); 2] {
    let text = json!({"type": "string"});
    match step {
        "major" => [(text.clone(), "one"), (json!({"type": "integer"}), "one")],
        "minor" => [
            (text.clone(), "one"),
            (json!({"type": "string", "maxLength": 9}), "one"),
        ],
        "patch" => [(text.clone(), "one"), (text, "two")],
        _ => [(text.clone(), "one"), (text, "one")],
    }
}

fn suggest(step: &str, versions: [&str; 2], more: &[&str]) -> (i32, String) {
    let folder = Folder::new();
    let [base, revision] = change(step);
    let base = folder.file("base.json", &document(versions[0], &base.0, base.1));
    let revision = folder.file("new.json", &document(versions[1], &revision.0, revision.1));
    let output = oasproof(&[&["suggest", &base, &revision][..], more].concat());
    (
        output.status.code().expect("a code"),
        stdout(&output) + &stderr(&output),
    )
}

#[test]
fn the_least_version_follows_from_the_gravest_change() {
    for (step, base, least) in [
        ("major", "1.4.2", "2.0.0"),
        ("minor", "1.4.2", "1.5.0"),
        ("patch", "1.4.2", "1.4.3"),
        // The version differs, which is a text.
        ("none", "1.4.2", "1.4.3"),
        ("major", "v1.4", "2.0.0"),
        ("minor", "3", "3.1.0"),
        // Before 1.0.0 what breaks is a step of the second number.
        ("major", "0.4.2", "0.5.0"),
        ("minor", "0.4.2", "0.4.3"),
        ("patch", "0.4.2", "0.4.3"),
        // A pre-release is a step to the version that it precedes.
        ("major", "2.0.0-beta.1", "2.0.0"),
        ("minor", "2.1.0-beta.1", "2.1.0"),
        ("major", "2.1.0-beta.1", "3.0.0"),
        ("patch", "2.1.3-beta.1+7", "2.1.3"),
    ] {
        let (code, text) = suggest(step, [base, "99.0.0"], &[]);
        assert_eq!(code, 0, "{text}");
        let expected = match step {
            "none" => "patch",
            step => step,
        };
        let expected = format!("{expected}: from {base} to at least {least}, for ");
        assert!(text.starts_with(&expected), "{expected}: {text}");
        assert!(text.ends_with("exit 0: written\n"), "{text}");
    }
    let (_, text) = suggest("none", ["1.4.2", "1.4.2"], &["--check"]);
    assert!(
        text.starts_with("none: from 1.4.2 to at least 1.4.2, for nothing changed\n"),
        "{text}"
    );
}

#[test]
fn a_version_that_is_not_enough_fails_the_check() {
    for (step, base, revision, is_enough) in [
        ("major", "1.4.2", "2.0.0", true),
        ("major", "1.4.2", "2.0.0-rc.1", true),
        ("major", "1.4.2", "1.5.0", false),
        ("major", "1.4.2", "1.4.2", false),
        ("minor", "1.4.2", "1.5.0", true),
        ("minor", "1.4.2", "2.0.0", true),
        ("minor", "1.4.2", "1.4.9", false),
        ("patch", "1.4.2", "1.4.3", true),
        ("patch", "1.4.2", "1.4.2", false),
        ("none", "1.4.2", "1.4.2", true),
        ("none", "1.4.2", "1.4.1", false),
        ("major", "2.0.0-beta.1", "2.0.0-beta.2", true),
        ("major", "2.0.0-beta.2", "2.0.0-beta.1", false),
        // What is no semantic version can only be another one.
        ("major", "2024-01-01", "2024-02-01", true),
        ("major", "2024-01-01", "2024-01-01", false),
        ("major", "1.0.0", "2024-02-01", true),
    ] {
        let (code, text) = suggest(step, [base, revision], &["--check"]);
        assert_eq!(
            code,
            i32::from(!is_enough),
            "{step} {base} {revision}: {text}"
        );
        let expected = if is_enough {
            "which is enough"
        } else {
            "which is not enough"
        };
        assert!(text.contains(expected), "{text}");
        let is = expected.replace("which", "the version of the revision");
        let last = format!("exit {code}: {is}");
        assert_eq!(text.lines().last(), Some(&*last), "{text}");
        let (code, report) = suggest(step, [base, revision], &["--format", "json"]);
        let report: Value = serde_json::from_str(&report).expect("JSON");
        assert_eq!((code, &report["is_met"]), (0, &json!(is_enough)));
    }
}

#[test]
fn what_a_waiver_or_the_policy_lets_pass_asks_for_no_version() {
    let folder = Folder::new();
    let [base, revision] = change("major");
    let base = folder.file("base.json", &document("1.0.0", &base.0, base.1));
    let revision = folder.file("new.json", &document("1.0.0", &revision.0, revision.1));
    let policy = folder.file(
        "policy.toml",
        "[rules]\nresponse-type-widened = \"additive\"\n",
    );
    for (more, expected) in [(&[][..], "major"), (&["--config", &policy], "minor")] {
        let output = oasproof(&[&["suggest", &base, &revision][..], more].concat());
        assert!(stdout(&output).starts_with(expected), "{}", stdout(&output));
        let output =
            oasproof(&[&["diff", &base, &revision, "--format", "json"][..], more].concat());
        let report: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
        assert_eq!(report["version"]["asks_for"], expected);
        assert_eq!(report["version"]["is_met"], false);
    }
}

#[test]
fn the_changelog_is_grouped_by_operation_and_names_no_rules() {
    let folder = Folder::new();
    let response = |schema: Value| json!({"200": {"description": "ok", "content": {"application/json": {"schema": schema}}}});
    let document = |version: &str, kind: &str, title: &str| {
        json!({
            "openapi": "3.1.0", "info": {"title": "Things & *more*", "version": version, "description": title},
            "paths": {
                "/a": {"get": {"description": title, "responses": response(json!({"$ref": "#/components/schemas/S"}))}},
                "/b": {"get": {"responses": response(json!({"$ref": "#/components/schemas/S"}))},
                       "post": {"responses": response(json!({"type": kind}))}}
            },
            "components": {"schemas": {"S": {"type": "object", "required": ["x"], "properties": {"x": {"type": kind}}}}}
        })
        .to_string()
    };
    let base = folder.file("base.json", &document("1.0.0", "string", "one"));
    let revision = folder.file(
        "new.json",
        &document("2.0.0", "integer", "<script>two</script>"),
    );
    let output = oasproof(&["changelog", &base, &revision]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    insta::assert_snapshot!(stdout(&output));
    let output = oasproof(&["changelog", &base, &revision, "--format", "html"]);
    let page = stdout(&output);
    for expected in [
        "<h2><code>GET /a</code>, <code>GET /b</code></h2>",
        "Breaking",
        "&lt;script&gt;",
    ] {
        assert!(page.contains(expected), "{page}");
    }
    assert!(
        !page.contains("<script>") && !page.contains("response-"),
        "{page}"
    );
    let same = oasproof(&["changelog", &base, &base]);
    assert!(
        stdout(&same).contains("Nothing changed."),
        "{}",
        stdout(&same)
    );
}

#[test]
fn a_changelog_in_a_file_ends_with_the_exit_code_and_why() {
    let folder = Folder::new();
    let [base, revision] = change("major");
    let base = folder.file("base.json", &document("1.0.0", &base.0, base.1));
    let revision = folder.file("new.json", &document("2.0.0", &revision.0, revision.1));
    let waiver = "[[waiver]]\nrule = \"response-required-property-removed\"\nlocation = \"/nowhere\"\nreason = \"none\"\nexpires = 9999-12-31\n";
    let one = folder.file("one.toml", waiver);
    let two = folder.file(
        "two.toml",
        &(waiver.to_owned() + &waiver.replace("nowhere", "else")),
    );
    let file = folder.path().join("changes.md");
    let file = file.to_str().expect("UTF-8");
    for (more, last) in [
        (&[][..], "exit 0: written\n"),
        (&["--waivers", &one], "exit 1: written; 1 waiver is stale\n"),
        (
            &["--waivers", &two],
            "exit 1: written; 2 waivers are stale\n",
        ),
    ] {
        let changelog = [&["changelog", &base, &revision][..], more].concat();
        let output = oasproof(&[&changelog[..], &["--output", file]].concat());
        assert_eq!(stdout(&output), last, "{}", stderr(&output));
        let code = last.as_bytes()[5] - b'0';
        assert_eq!(output.status.code(), Some(i32::from(code)));
        let written = std::fs::read_to_string(file).expect("the changelog");
        assert_eq!(stdout(&oasproof(&changelog)), written);
    }
}
