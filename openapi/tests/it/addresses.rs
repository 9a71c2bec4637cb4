//! Verdicts on addresses: of servers and of the paths below them.

use openapi::Document;
use openapi::diff::{Change, compare};
use serde_json::{Value, json};

use crate::schemas::{changed, summary};

fn changes(base: &Value, revision: &Value) -> Vec<Change> {
    let parse = |value: &Value| Document::parse("test", &value.to_string()).expect("a document");
    compare(&parse(base), &parse(revision)).changes
}

/// Returns a document with these servers and an operation at each of these paths.
fn serving(servers: &[&str], paths: &[&str]) -> Value {
    let servers: Vec<Value> = servers.iter().map(|url| json!({"url": url})).collect();
    let identifier =
        json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string"}});
    let item = |path: &str| {
        let parameters = if path.contains("{id}") {
            json!([identifier])
        } else {
            json!([])
        };
        json!({"get": {"parameters": parameters, "responses": {"200": {"description": "ok"}}}})
    };
    let paths: serde_json::Map<String, Value> = paths
        .iter()
        .map(|path| ((*path).to_owned(), item(path)))
        .collect();
    json!({
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "servers": servers,
        "paths": paths
    })
}

#[test]
fn a_prefix_may_move_between_the_servers_and_the_paths() {
    let two = ["/v1/files/{id}", "/v1/users"];
    for (base, revision) in [
        (
            serving(&["https://a.example"], &two),
            serving(&["https://a.example/v1/"], &["/files/{id}", "/users"]),
        ),
        (
            serving(&[], &two),
            serving(&["/v1"], &["/files/{id}", "/users"]),
        ),
        (
            serving(&["https://a.example", "https://b.example"], &two),
            serving(
                &["https://b.example/v1", "https://a.example/v1"],
                &["/files/{id}", "/users"],
            ),
        ),
    ] {
        assert_eq!(changed(&base, &revision), [""; 0], "{revision}");
        assert_eq!(changed(&revision, &base), [""; 0], "{revision}");
    }
}

#[test]
fn what_lies_outside_a_prefix_that_moved_loses_its_address() {
    let base = serving(
        &["https://a.example", "https://b.example"],
        &["/v1/files/{id}", "/v1/users", "/health"],
    );
    let revision = serving(&["https://a.example/v1"], &["/files/{name}", "/health"]);
    let found = changes(&base, &revision);
    let removed = found
        .iter()
        .filter(|change| change.rule.to_string() == "operation-removed");
    let removed: Vec<&Value> = removed
        .filter_map(|change| change.witness.as_ref())
        .collect();
    assert_eq!(removed, ["GET /v1/users", "GET /health"]);
    assert!(
        summary(&found).contains(&"breaking document-server-removed".to_owned()),
        "the other server: {found:?}"
    );
}

#[test]
fn a_longer_address_of_the_servers_breaks_where_the_paths_stay() {
    let paths = ["/v1/files", "/files", "/users"];
    let base = serving(&["https://a.example"], &paths);
    let revision = serving(&["https://a.example/v1"], &paths);
    assert_eq!(
        changed(&base, &revision),
        ["breaking document-server-changed"]
    );
    assert_eq!(
        changed(&revision, &base),
        ["breaking document-server-changed"]
    );
    let mut own = serving(&["https://a.example/v1"], &["/files", "/users"]);
    own["paths"]["/files"]["servers"] = json!([{"url": "https://a.example"}]);
    let found = changed(
        &serving(&["https://a.example"], &["/v1/files", "/v1/users"]),
        &own,
    );
    assert!(
        found.contains(&"breaking document-server-changed".to_owned()),
        "addresses of operations with servers of their own are not compared: {found:?}"
    );
    let variable = serving(&["https://a.example/{version}"], &["/files"]);
    let parameter = serving(&["https://a.example"], &["/{version}/files"]);
    assert!(changed(&parameter, &variable).contains(&"breaking operation-removed".to_owned()));
}

#[test]
fn servers_that_all_change_alike_are_one_entry() {
    let at = |servers: &[&str]| serving(servers, &["/files"]);
    let base = at(&["https://a.example/v1", "https://b.example/v1"]);
    let found = changes(
        &base,
        &at(&["https://a.example/v2", "https://b.example/v2"]),
    );
    assert_eq!(summary(&found), ["breaking document-server-changed"]);
    assert_eq!(found[0].witness, Some(json!("https://a.example/v1")));
    assert_eq!(
        found[0].message.to_string(),
        "the servers `https://a.example/v1`, `https://b.example/v1` are now `https://a.example/v2`, `https://b.example/v2`"
    );
    assert_eq!(
        changed(
            &base,
            &at(&["https://a.example/v2", "https://c.example/v1"])
        ),
        [
            "breaking document-server-removed",
            "breaking document-server-removed",
            "additive document-server-added",
            "additive document-server-added"
        ]
    );
    assert_eq!(
        changed(
            &base,
            &at(&["https://a.example/v1", "https://b.example/v2"])
        ),
        [
            "breaking document-server-removed",
            "additive document-server-added"
        ]
    );
}
