//! Reading documents: the texts that are accepted, and errors that say what is wrong, where, and what to do.

use openapi::{Document, Position};

fn error(name: &str, text: &str) -> String {
    Document::parse(name, text)
        .expect_err("the text is refused")
        .to_string()
}

#[test]
fn errors_have_a_line_and_a_column() {
    let errors = [
        error("a.json", "{\n  \"openapi\": \"3.1.0\",\n  oops\n}"),
        error("a.yaml", "openapi: 3.1.0\ninfo:\n\ttitle: x\n"),
        error("a.json", "{\n  \"swagger\": \"1.2\"\n}"),
        error("a.json", "{\n  \"info\": {}\n}"),
        error("a.yaml", "openapi: 4.0.0\n"),
        error("a.yaml", "- 1\n- 2\n"),
        error("a.json", "{\"openapi\": \"3.1.0\", \"paths\": []}"),
        error(
            "a.yaml",
            "openapi: 3.1.0\npaths:\n  /a:\n    get:\n      responses:\n        200:\n          description: ok\n          content:\n            application/json:\n              schema:\n                $ref: '#/components/schemas/Tokn'\ncomponents:\n  schemas:\n    Token: {type: string}\n",
        ),
        error(
            "a.json",
            "{\"openapi\": \"3.1.0\",\n\"components\": {\"schemas\": {\"A\": {\"$ref\": \"other.json#/A\"}}}}",
        ),
        error(
            "a.json",
            "{\"openapi\": \"3.1.0\",\n\"components\": {\"schemas\": {\"A\": {\"$ref\": \"#/components/schemas/B\"},\n\"B\": {\"$ref\": \"#/components/schemas/A\"}}}}",
        ),
    ];
    insta::assert_snapshot!(errors.join("\n"));
}

#[test]
fn a_response_without_a_description_is_a_defect_that_can_be_compared() {
    let text = "openapi: 3.1.0\npaths:\n  /a:\n    get:\n      responses:\n        200: {}\n";
    let document = Document::parse("a.yaml", text).expect("a document that can be compared");
    let defects: Vec<String> = document.defects().iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(defects.join("\n"), @"a.yaml:6:14: the response 200 of GET /a has no `description`, which OpenAPI 3.1 section 4.8.17 requires: add one");
}

/// Runs something on a stack of 8 MiB. A test's has 2 MiB, which a build without optimizations fills earlier.
fn on_the_stack_of_a_program<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = std::thread::Builder::new().stack_size(8 << 20).spawn(run);
    thread.expect("a thread").join().expect("no panic")
}

#[test]
fn a_depth_of_over_127_levels_is_an_error_not_a_crash() {
    let too_deep =
        "nested deeper than 127 levels, the recursion limit: move inner parts to components";
    let open = |levels: usize| "{\"a\":".repeat(levels);
    assert_eq!(
        error("deep.json", &open(50_000)),
        format!("deep.json:1:636: {too_deep}")
    );
    let block = |levels: usize| -> String {
        (0..levels)
            .map(|level| format!("{}a:\n", " ".repeat(level)))
            .collect()
    };
    // Each repeats the one before it.
    let aliases: String = (1..20)
        .map(|index| {
            format!(
                "a{index}: &a{index} {}*a{}{}\n",
                "[".repeat(10),
                index - 1,
                "]".repeat(10)
            )
        })
        .collect();
    let list = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let mixed = format!("{}{}{}", block(100), " ".repeat(100), list(100));
    let texts = [
        "[".repeat(50_000),
        block(300),
        mixed,
        format!("a0: &a0 []\n{aliases}"),
    ];
    for deep in texts {
        let found = on_the_stack_of_a_program(move || error("deep.yaml", &deep));
        assert!(found.ends_with(too_deep), "{found}");
    }
    let nested = |levels: usize| {
        let document = r#"{"openapi": "3.1.0", "paths": {}, "x-a": "#;
        format!("{document}{}}}", list(levels))
    };
    for name in ["deep.json", "deep.yaml"] {
        let (deepest, deeper) = (nested(126), nested(127));
        on_the_stack_of_a_program(move || Document::parse(name, &deepest).expect("a document"));
        let found = on_the_stack_of_a_program(move || error(name, &deeper));
        assert!(found.ends_with(too_deep), "{found}");
    }
}

#[test]
fn references_in_examples_are_data() {
    let text = r##"{"openapi": "3.1.0", "paths": {}, "components": {"schemas": {
        "A": {"example": {"$ref": "#/nowhere"}, "properties": {"example": {"$ref": "#/components/schemas/B"}}},
        "B": {"enum": [{"$ref": "#/nowhere"}]}}}}"##;
    Document::parse("a.json", text).expect("a valid document");
}

#[test]
fn positions_are_found_in_json_and_yaml_alike() {
    let json = Document::parse(
        "a.json",
        "{\"openapi\": \"3.1.0\",\n  \"paths\": {\n    \"/é\": {\"get\": {\"responses\": {}}}}}",
    )
    .expect("a valid document");
    assert_eq!(
        json.position("/paths/~1é/get"),
        Some(Position {
            line: 3,
            column: 19
        })
    );
    let yaml = Document::parse(
        "a.yaml",
        "openapi: 3.1.0\npaths:\n  /é:\n    get:\n      tags: [a, b]\n      responses: {}\n",
    )
    .expect("a valid document");
    assert_eq!(
        yaml.position("/paths/~1é/get/tags/1"),
        Some(Position {
            line: 5,
            column: 17
        })
    );
    assert_eq!(
        yaml.position("/paths/~1é/get/nothing"),
        Some(Position { line: 5, column: 7 })
    );
}

/// Reads a document with these files in its folder.
pub(crate) fn with_files(
    text: &str,
    files: &[(&str, &str)],
) -> Result<Document, openapi::DocumentError> {
    Document::parse_with_files("api/openapi.yaml", text, |path| {
        let file = files.iter().find(|(name, _)| *name == path);
        file.map(|(_, text)| (*text).to_owned())
            .ok_or_else(|| "no such file".to_owned())
    })
}

/// Returns a document whose only response has the schema that is referred to.
pub(crate) fn referring_to(reference: &str) -> String {
    format!(
        "openapi: 3.0.3\npaths:\n  /a:\n    get:\n      responses:\n        200:\n          description: ok\n          content:\n            application/json:\n              schema:\n                $ref: '{reference}'\ncomponents:\n  schemas:\n    Name: {{type: string, nullable: true}}\n"
    )
}

#[test]
fn files_below_the_folder_are_part_of_the_document() {
    let files = [
        (
            "schemas/token.yaml",
            "Token:\n  type: object\n  properties:\n    name: {$ref: '../openapi.yaml#/components/schemas/Name'}\n    owner: {$ref: 'user.json'}\n    next: {$ref: '#/Token'}\n",
        ),
        (
            "schemas/user.json",
            "{\"type\": \"string\", \"nullable\": true}",
        ),
    ];
    let split =
        with_files(&referring_to("schemas/token.yaml#/Token"), &files).expect("a valid document");
    let whole = "openapi: 3.1.0\npaths:\n  /a:\n    get:\n      responses:\n        200:\n          description: ok\n          content:\n            application/json:\n              schema:\n                $ref: '#/components/schemas/Token'\ncomponents:\n  schemas:\n    Name: {type: [string, 'null']}\n    Token:\n      type: object\n      properties:\n        name: {$ref: '#/components/schemas/Name'}\n        owner: {type: [string, 'null']}\n        next: {$ref: '#/components/schemas/Token'}\n";
    let whole = Document::parse("whole.yaml", whole).expect("a valid document");
    for (base, revision) in [(&split, &whole), (&whole, &split)] {
        let diff = openapi::diff::compare(base, revision);
        assert!(diff.changes.is_empty(), "{:?}", diff.changes);
    }
}

#[test]
fn files_outside_the_folder_are_refused_at_the_reference() {
    let broken = [
        ("a.yaml", "A:\n  properties:\n    b: {$ref: '#/B'}\n"),
        ("tab.yaml", "a:\n\tb: 1\n"),
    ];
    let errors: Vec<String> = [
        "https://example.com/a.yaml#/A",
        "../a.yaml#/A",
        "/etc/passwd",
        "b.yaml#/A",
        "a.yaml#/A",
        "a.yaml#/C",
        "tab.yaml#/a",
    ]
    .iter()
    .map(|reference| {
        with_files(&referring_to(reference), &broken)
            .expect_err("refused")
            .to_string()
    })
    .collect();
    insta::assert_snapshot!(errors.join("\n"));
}

#[test]
fn a_recursive_schema_validates_and_compares() {
    let text = |kind: &str| {
        format!(
            r##"{{"openapi": "3.1.0", "paths": {{"/a": {{"get": {{"responses": {{"200": {{"description": "ok",
            "content": {{"application/json": {{"schema": {{"$ref": "#/components/schemas/Node"}}}}}}}}}}}}}}}},
            "components": {{"schemas": {{"Node": {{"type": "object", "required": ["v"], "properties": {{
            "v": {{"type": "{kind}"}}, "next": {{"$ref": "#/components/schemas/Node"}}}}}}}}}}}}"##
        )
    };
    let base = Document::parse("a", &text("integer")).expect("a valid document");
    let revision = Document::parse("b", &text("number")).expect("a valid document");
    let diff = openapi::diff::compare(&base, &revision);
    assert_eq!(diff.changes.len(), 1, "{:?}", diff.changes);
    let witness = diff.changes[0].witness.clone().expect("a witness");
    let schema = openapi::SchemaRef {
        pointer: "/components/schemas/Node".to_owned(),
    };
    assert!(
        !openapi::Validator::of(&base, &schema)
            .expect("valid")
            .accepts(&witness)
    );
    assert!(
        openapi::Validator::of(&revision, &schema)
            .expect("valid")
            .accepts(&witness)
    );
}

#[test]
fn a_change_in_a_referenced_file_is_reported_at_its_line() {
    let document = |kind: &str| {
        let file =
            format!("Token:\n  type: object\n  properties:\n    name:\n      type: {kind}\n");
        with_files(
            &referring_to("schemas/token.yaml#/Token"),
            &[("schemas/token.yaml", &file)],
        )
        .expect("a valid document")
    };
    let (base, revision) = (document("string"), document("integer"));
    let diff = openapi::diff::compare(&base, &revision);
    let report = openapi::render::Report {
        diff: &diff,
        base: &base,
        revision: &revision,
        file: Some("api/openapi.yaml"),
        policy: None,
        grouping: openapi::render::Grouping::default(),
    };
    let mut annotations = Vec::new();
    openapi::render::github::write(&mut annotations, &report).expect("written");
    let annotations = String::from_utf8(annotations).expect("UTF-8");
    assert!(
        annotations.starts_with("::error file=api/schemas/token.yaml,line=5,col=7,"),
        "{annotations}"
    );
    let mut page = Vec::new();
    openapi::render::markdown::write(&mut page, &report).expect("written");
    let page = String::from_utf8(page).expect("UTF-8");
    assert!(page.contains("api/schemas/token.yaml:5:7"), "{page}");
}

#[test]
fn lifting_a_lifted_document_changes_nothing() {
    let text = r#"{"openapi": "3.0.3", "paths": {}, "components": {"schemas": {
        "A": {"maximum": false, "exclusiveMaximum": true},
        "B": {"minimum": true, "exclusiveMinimum": true},
        "C": {"minimum": 1, "exclusiveMinimum": true},
        "D": {"maximum": 1, "exclusiveMaximum": false}}}}"#;
    let once = Document::parse("a.json", text).expect("a valid document");
    let again = Document::parse("again.json", &once.value().to_string());
    assert_eq!(again.expect("a valid document").value(), once.value());
    let exclusive = once.at("/components/schemas/C/exclusiveMinimum");
    assert_eq!(exclusive, Some(&serde_json::json!(1)));
}

#[test]
fn a_duplicate_key_is_refused_at_its_second_position() {
    let errors = [
        error(
            "a.json",
            "{\"openapi\": \"3.1.0\",\n \"é\": 1, \"paths\": {},\n  \"paths\": {\"/a\": {}}}",
        ),
        error(
            "a.json",
            "{\"openapi\": \"3.1.0\", \"paths\": {}, \"x\": [{\"é\\\"\": {}, \"\\u00e9\\\"\": {}}]}",
        ),
        error("a.yaml", "openapi: 3.1.0\npaths: {}\npaths:\n  /a: {}\n"),
        error("a.yaml", "{openapi: 3.1.0, paths: {}, paths: {}}"),
    ];
    insta::assert_snapshot!(errors.join("\n"));
}

#[test]
fn malformed_texts_are_refused_with_a_reason() {
    let errors = [
        error("a.json", ""),
        error("a.yaml", "# nothing\n"),
        error("a.json", "{\0\"\0o\0"),
        error("a.json", "{\"openapi\": \"3.1.0\", \"paths\": {}} x"),
        error("a.json", "{\"openapi\": 3.1, \"paths\": {}}"),
        error("a.json", "{\"openapi\": \"3.1.0\", \"x\": NaN}"),
        error("a.json", "{\"openapi\": \"3.1.0\", \"x\": 1e400}"),
        error("a.yaml", "openapi: 3.1.0\nx-a: .nan\n"),
        error("a.yaml", "openapi: 3.1.0\nx-a: 1e400\n"),
        error("a.json", "{\"openapi\": \"3.1.0\", \"x\": \"\\ud800\"}"),
        error("a.yaml", "openapi: 3.1.0\n---\nopenapi: 3.1.0\n"),
        error("a.yaml", "openapi: 3.1.0\nx-a: &a [*a]\n"),
        error("a.yaml", "openapi: 3.1.0\nx-a: *b\n"),
        error("a.yaml", "openapi: 3.1.0\nx-a: {null: 1}\n"),
        error("a.yaml", &aliases_of_aliases()),
    ];
    insta::assert_snapshot!(errors.join("\n"));
}

/// Returns ten lines of YAML that expand to nine to the power of ten values.
fn aliases_of_aliases() -> String {
    let mut text = "openapi: 3.1.0\nx-0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for index in 1..10 {
        let aliases = vec![format!("*a{}", index - 1); 9].join(", ");
        text.push_str(&format!("x-{index}: &a{index} [{aliases}]\n"));
    }
    text
}

#[test]
fn yaml_is_read_as_version_1_2() {
    let yaml = "\u{feff}openapi: 3.1.0
paths:
  /a:
    get:
      responses:
        200: {description: ok}
x-texts: [yes, no, on, off, y, 2020-01-01, 2020-01-01T00:00:00Z, 12:30:45, 1_000, '1', ~a]
x-others: [true, null, ~, 0o17, 1.5, -1]
x-known: &known {a: 1, b: 2}
x-merged: {<<: *known, b: 3}
";
    let json = r#"{"openapi": "3.1.0",
        "paths": {"/a": {"get": {"responses": {"200": {"description": "ok"}}}}},
        "x-texts": ["yes", "no", "on", "off", "y", "2020-01-01", "2020-01-01T00:00:00Z", "12:30:45", "1_000", "1", "~a"],
        "x-others": [true, null, null, 15, 1.5, -1],
        "x-known": {"a": 1, "b": 2},
        "x-merged": {"a": 1, "b": 3}}"#;
    let yaml = Document::parse("a.yaml", yaml).expect("a valid document");
    let json = Document::parse("a.json", json).expect("a valid document");
    assert_eq!(yaml.value(), json.value());
}

#[test]
fn a_byte_order_mark_does_not_move_positions() {
    for (name, text) in [
        (
            "a.json",
            "\u{feff}{\"openapi\": \"3.1.0\",\n \"paths\": {}}",
        ),
        ("a.yaml", "\u{feff}openapi: 3.1.0\n# the paths\npaths: {}"),
    ] {
        let document = Document::parse(name, text).expect("a valid document");
        assert_eq!(document.position("/openapi").map(|at| at.line), Some(1));
        assert_eq!(
            document.position("/paths").map(|at| at.line),
            Some(text.lines().count()),
            "{name}"
        );
    }
}

#[test]
fn a_request_schema_is_found_by_any_spelling_of_its_media_type() {
    let document = |keys: &[&str]| {
        let content: serde_json::Map<String, serde_json::Value> = keys
            .iter()
            .map(|key| ((*key).to_owned(), serde_json::json!({"schema": {}})))
            .collect();
        let text = serde_json::json!({"openapi": "3.1.0", "paths": {"/a": {"post": {
            "requestBody": {"content": content}, "responses": {}}}}});
        Document::parse("a.json", &text.to_string()).expect("a valid document")
    };
    for (keys, found) in [
        (&["application/json; charset=utf-8"][..], Some(0)),
        (&["Application/JSON"], Some(0)),
        (&["*/*", "application/*", "application/json;v=1"], Some(2)),
        (&["application/json;v=1", "application/json"], Some(1)),
        (
            &["text/plain; charset=utf-8", "application/*; v=1"],
            Some(1),
        ),
        (&["application/jsonl", "text/*"], None),
    ] {
        let document = document(keys);
        let operation = &document.operations()[0];
        let schema = document.request_schema(operation, "application/json");
        let expected = found.map(|at: usize| {
            let content = "/paths/~1a/post/requestBody/content";
            openapi::pointer::join_all(content, [keys[at], "schema"])
        });
        assert_eq!(schema.map(|schema| schema.pointer), expected, "{keys:?}");
    }
}

#[test]
fn a_discriminator_value_may_be_mapped_to_a_referenced_file() {
    let answer = |mapping: &str| {
        let text = format!(
            "openapi: 3.1.0\npaths:\n  /a:\n    get:\n      responses:\n        200:\n          description: ok\n          content:\n            application/json:\n              schema:\n                oneOf:\n                  - $ref: pets/cat.yaml\n                  - $ref: pets/dog.yaml\n                discriminator:\n                  propertyName: kind\n                  mapping: {mapping}\n"
        );
        let pet = "type: object\nrequired: [kind]\nproperties: {kind: {type: string}}\n";
        let files = [("pets/cat.yaml", pet), ("pets/dog.yaml", pet)];
        with_files(&text, &files).expect("a valid document")
    };
    let schema = openapi::SchemaRef {
        pointer: "/paths/~1a/get/responses/200/content/application~1json/schema".to_owned(),
    };
    for mapping in [
        "{meow: ./pets/cat.yaml, wuff: ./pets/dog.yaml}",
        "{meow: pets/cat.yaml, wuff: 'pets/dog.yaml#'}",
    ] {
        let document = answer(mapping);
        let validator = openapi::Validator::of(&document, &schema).expect("a valid schema");
        // The alternatives differ only in their discriminator values.
        for (kind, accepted) in [("meow", true), ("wuff", true), ("moo", false)] {
            let value = serde_json::json!({ "kind": kind });
            assert_eq!(validator.accepts(&value), accepted, "{mapping} {kind}");
        }
    }
    let swapped = openapi::diff::compare(
        &answer("{meow: ./pets/cat.yaml, wuff: ./pets/dog.yaml}"),
        &answer("{meow: ./pets/dog.yaml, wuff: ./pets/cat.yaml}"),
    );
    assert_eq!(swapped.changes.len(), 1, "{:?}", swapped.changes);
    let respelled = openapi::diff::compare(
        &answer("{meow: ./pets/cat.yaml, wuff: ./pets/dog.yaml}"),
        &answer("{meow: pets/cat.yaml, wuff: pets/dog.yaml}"),
    );
    assert!(respelled.changes.is_empty(), "{:?}", respelled.changes);
}
