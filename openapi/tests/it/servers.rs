//! Verdicts on servers, links, paths and security schemes.

use openapi::Document;
use openapi::diff::compare;
use serde_json::{Value, json};

use crate::schemas::{changed, summary};

pub(crate) fn changes(base: &Value, revision: &Value) -> Vec<openapi::diff::Change> {
    let parse = |value: &Value| Document::parse("test", &value.to_string()).expect("a document");
    compare(&parse(base), &parse(revision)).changes
}

pub(crate) fn document(operation: &Value, root: &Value) -> Value {
    let mut operation = operation.clone();
    let members = operation.as_object_mut().expect("an operation");
    members
        .entry("responses")
        .or_insert_with(|| json!({"200": {"description": "ok"}}));
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/files": {"post": operation}}
    });
    let members = root.as_object().expect("members").clone();
    document.as_object_mut().expect("an object").extend(members);
    document
}

fn served(variable: &Value) -> Value {
    let server = json!({"url": "https://{region}.example/{version}", "variables": {
        "region": variable, "version": {"default": "v1"}
    }});
    document(&json!({}), &json!({"servers": [server]}))
}

#[test]
fn removing_a_server_address_breaks() {
    let two = served(&json!({"enum": ["eu", "us"], "default": "eu"}));
    let one = served(&json!({"enum": ["eu"], "default": "eu"}));
    let any = served(&json!({"default": "eu"}));
    let removed = changes(&two, &one);
    assert_eq!(summary(&removed), ["breaking document-server-narrowed"]);
    assert_eq!(
        removed[0].witness,
        Some(json!("https://us.example/{version}"))
    );
    assert_eq!(changed(&one, &two), ["additive document-server-widened"]);
    assert_eq!(changed(&one, &any), ["additive document-server-widened"]);
    let restricted = changes(&any, &one);
    assert_eq!(summary(&restricted), ["breaking document-server-narrowed"]);
    assert_eq!(
        restricted[0].witness,
        Some(json!("https://not-eu.example/{version}")),
        "a value that is no longer allowed"
    );
    let other_order = served(&json!({"enum": ["us", "eu"], "default": "eu"}));
    assert_eq!(changed(&two, &other_order), [""; 0]);
}

#[test]
fn texts_and_defaults_of_server_variables_are_reported() {
    let plain = served(&json!({"enum": ["eu", "us"], "default": "eu"}));
    let defaulted = served(&json!({"enum": ["eu", "us"], "default": "us"}));
    let described = served(&json!({"enum": ["eu", "us"], "default": "eu", "description": "where"}));
    assert_eq!(
        changed(&plain, &defaulted),
        ["docs document-default-changed"]
    );
    assert_eq!(changed(&plain, &described), ["docs document-text-added"]);
}

#[test]
fn changed_links_are_docs() {
    let linking = |links: &Value| {
        document(
            &json!({"responses": {"200": {"description": "ok", "links": links}}}),
            &json!({"components": {"links": {
                "Next": {"operationId": "next"}, "Other": {"operationId": "other"}
            }}}),
        )
    };
    let plain = linking(&json!({"next": {"operationId": "next"}}));
    let referring = linking(&json!({"next": {"$ref": "#/components/links/Next"}}));
    let other = linking(&json!({"next": {"$ref": "#/components/links/Other"}}));
    let none = linking(&json!({}));
    assert_eq!(changed(&plain, &referring), [""; 0]);
    assert_eq!(
        changed(&plain, &other),
        ["docs response-link-changed"],
        "the link names another operation"
    );
    assert_eq!(changed(&plain, &none), ["docs response-link-removed"]);
    assert_eq!(changed(&none, &plain), ["docs response-link-added"]);
}

#[test]
fn a_parameter_without_a_schema_accepts_everything() {
    let with = |parameter: &Value| document(&json!({"parameters": [parameter]}), &json!({}));
    let any = with(&json!({"name": "q", "in": "query"}));
    let short =
        with(&json!({"name": "q", "in": "query", "schema": {"type": "string", "maxLength": 3}}));
    assert_eq!(changed(&short, &any).len(), 1);
    assert!(changed(&short, &any)[0].starts_with("additive "));
    assert!(changed(&any, &short)[0].starts_with("breaking "));
}

#[test]
fn servers_of_an_operation_override_those_of_its_path_and_document() {
    let at = |url: &str| json!([{"url": url}]);
    let (a, b) = ("https://a.example", "https://b.example");
    let around = |operation: Option<&str>, path: Option<&str>| {
        let mut document = document(&json!({}), &json!({"servers": at(a)}));
        if let Some(url) = operation {
            document["paths"]["/files"]["post"]["servers"] = at(url);
        }
        if let Some(url) = path {
            document["paths"]["/files"]["servers"] = at(url);
        }
        document
    };
    let inherited = around(None, None);
    let moved = ["breaking operation-server-changed"];
    for own in [around(Some(b), None), around(None, Some(b))] {
        assert_eq!(changed(&inherited, &own), moved, "added: {own}");
        assert_eq!(changed(&own, &inherited), moved, "removed: {own}");
    }
    for same in [around(Some(a), None), around(None, Some(a))] {
        assert_eq!(changed(&inherited, &same), [""; 0], "{same}");
        assert_eq!(changed(&same, &inherited), [""; 0], "{same}");
    }
    assert_eq!(
        changed(&around(Some(a), None), &around(Some(b), None)),
        moved
    );
    // The same server moves from the path to its only operation. The path's own list no longer counts.
    assert_eq!(
        changed(&around(None, Some(b)), &around(Some(b), None)),
        ["docs operation-text-removed"]
    );
}

#[test]
fn renaming_a_mutual_tls_scheme_is_docs() {
    let secured = |name: &str, kind: &str| {
        document(
            &json!({"security": [{name: []}]}),
            &json!({"components": {"securitySchemes": {name: {"type": kind}}}}),
        )
    };
    let renamed = changed(&secured("cert", "mutualTLS"), &secured("tls", "mutualTLS"));
    assert!(
        renamed.iter().all(|change| change.starts_with("docs ")),
        "{renamed:?}"
    );
}

#[test]
fn changing_an_oauth_address_breaks_whatever_the_scheme_is_called() {
    let demanding = |name: &str, addresses: &Value| {
        let mut flow = json!({"authorizationUrl": "https://a.example/login",
            "tokenUrl": "https://a.example/token", "scopes": {}});
        let addresses = addresses.as_object().expect("members").clone();
        flow.as_object_mut().expect("a flow").extend(addresses);
        let scheme = json!({"type": "oauth2", "flows": {"authorizationCode": flow}});
        let components = json!({"securitySchemes": {name: scheme}});
        let mut document = document(
            &json!({"security": [{name: []}]}),
            &json!({ "components": components }),
        );
        document["paths"]["/other"] = document["paths"]["/files"].clone();
        document
    };
    let base = demanding("auth", &json!({}));
    for key in ["authorizationUrl", "tokenUrl"] {
        let other = json!({key: "https://b.example/x"});
        for name in ["auth", "renamed"] {
            let found = changes(&base, &demanding(name, &other));
            assert_eq!(
                summary(&found),
                ["breaking security-server-changed"],
                "{key}"
            );
            assert_eq!(found[0].operations.len(), 2);
            let flow = json!(
                base["components"]["securitySchemes"]["auth"]["flows"]["authorizationCode"][key]
            );
            assert_eq!(found[0].witness, Some(flow));
            assert!(found[0].location.ends_with(key));
        }
    }
    let refreshed = demanding("auth", &json!({"refreshUrl": "https://a.example/refresh"}));
    assert_eq!(changed(&base, &refreshed), ["docs component-text-added"]);
    assert_eq!(
        changed(&refreshed, &base),
        ["breaking security-server-changed"]
    );
    let scopes = demanding("auth", &json!({"scopes": {"r": "read"}}));
    assert_eq!(changed(&base, &scopes), ["docs component-text-changed"]);
}

#[test]
fn texts_of_a_path_item_are_compared_after_a_parameter_is_renamed() {
    let path = |path: &str, item: &Value| {
        let mut item = item.clone();
        item["get"] = json!({"parameters": [{"name": path.trim_start_matches("/files/{").trim_end_matches('}'),
            "in": "path", "required": true, "schema": {"type": "string"}}],
            "responses": {"200": {"description": "ok"}}});
        json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {path: item}})
    };
    let one = json!({"summary": "one", "x-team": "a"});
    let other = json!({"description": "other", "x-team": "b"});
    assert_eq!(
        changed(&path("/files/{id}", &one), &path("/files/{key}", &one)),
        ["docs parameter-name-changed"]
    );
    let mut found = changed(&path("/files/{id}", &one), &path("/files/{key}", &other));
    found.sort_unstable();
    assert_eq!(
        found,
        [
            "docs operation-extension-changed",
            "docs operation-text-added",
            "docs operation-text-removed",
            "docs parameter-name-changed",
        ]
    );
}

#[test]
fn adding_or_removing_a_path_without_operations_is_docs() {
    let with = |paths: &Value| {
        let mut document = document(&json!({}), &json!({}));
        let members = paths.as_object().expect("members").clone();
        let known = document["paths"].as_object_mut().expect("paths");
        known.extend(members);
        document
    };
    let (none, one) = (
        with(&json!({})),
        with(&json!({"/soon": {"summary": "to come"}})),
    );
    assert_eq!(changed(&none, &one), ["docs operation-text-added"]);
    assert_eq!(changed(&one, &none), ["docs operation-text-removed"]);
}

#[test]
fn one_address_may_be_written_in_several_ways() {
    let served = |server: Value| document(&json!({}), &json!({"servers": [server]}));
    let plain = served(json!({"url": "https://api.example.com/v1"}));
    let variable = |values: &Value| {
        let mut variable = json!({"default": "api"});
        if !values.is_null() {
            variable["enum"] = values.clone();
        }
        served(json!({"url": "https://{host}.example.com/v1", "variables": {"host": variable}}))
    };
    for same in [
        served(json!({"url": "HTTPS://API.Example.com/v1/"})),
        served(json!({"url": "https://api.example.com:443/v1"})),
        variable(&Value::Null),
        variable(&json!(["api"])),
    ] {
        for (base, revision) in [(&plain, &same), (&same, &plain)] {
            let found = changed(base, revision);
            assert!(!found.is_empty(), "{same}");
            assert!(
                found.iter().all(|change| change.starts_with("docs")),
                "{found:?}"
            );
        }
    }
    let several = variable(&json!(["api", "eu"]));
    assert_eq!(
        changed(&several, &plain)[0],
        "breaking document-server-narrowed"
    );
    assert_eq!(
        changed(&plain, &several)[0],
        "additive document-server-widened"
    );
    for other in [
        "https://api.example.com:8443/v1",
        "https://api.example.com/V1",
        "http://api.example.com:443/v1",
    ] {
        let found = changed(&plain, &served(json!({"url": other})));
        assert!(found[0].starts_with("breaking"), "{other}: {found:?}");
    }
}
