//! Where a contract comes from: several files, a URL, and what its servers say about the target.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::local::Local;
use crate::suite::{Run, conformance, run};

/// A folder with a profile.
struct Scene {
    folder: TempDir,
}

impl Scene {
    fn new() -> Scene {
        let scene = Scene {
            folder: testbed::folder().expect("a folder"),
        };
        scene.write(
            "profile.toml",
            "[operator]\ntoken = { file = \"operator.token\" }\n",
        );
        scene.write("operator.token", "any_text_as_token");
        scene
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, text).expect("written");
        path
    }

    async fn run(&self, target: &str, contract: &str, more: &[&str]) -> Run {
        let profile = self.folder.path().join("profile.toml");
        let arguments = [&["--contract", contract], more].concat();
        run(target, &profile, &arguments).await
    }
}

/// Returns a contract with `GET /thing`, whose 200 has a schema.
fn contract(schema: &Value) -> Value {
    let content = json!({ "application/json": { "schema": schema } });
    let responses = json!({ "200": { "description": "A thing", "content": content } });
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Things", "version": "1" },
        "paths": { "/thing": { "get": { "responses": responses } } },
    })
}

/// Returns the schema of a thing, which has a number.
fn numbered() -> Value {
    json!({ "Thing": { "type": "object", "required": ["number"], "properties": { "number": { "type": "integer" } } } })
}

/// The requests that a service got: the path, and whether they carried a credential.
type Seen = Arc<Mutex<Vec<(String, bool)>>>;

/// Starts a service that answers texts by path. A text that begins with `>` is a redirect.
async fn service(pages: Vec<(&'static str, String)>) -> (Local, Seen) {
    let seen = Seen::default();
    let noted = Arc::clone(&seen);
    let app = Router::new().fallback(move |uri: Uri, headers: HeaderMap| {
        let has_credential = headers.contains_key("authorization");
        noted
            .lock()
            .expect("whole")
            .push((uri.path().to_owned(), has_credential));
        let page = pages.iter().find(|(path, _)| *path == uri.path());
        let answer: Response = match page.map(|(_, text)| text.as_str()) {
            None => StatusCode::NOT_FOUND.into_response(),
            Some(text) => match text.strip_prefix('>') {
                Some(place) => Redirect::temporary(place).into_response(),
                None => ([("content-type", "application/json")], text.to_owned()).into_response(),
            },
        };
        async move { answer }
    });
    (Local::serve(app).await, seen)
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

#[tokio::test]
async fn contract_in_several_files_is_read_whole() {
    let scene = Scene::new();
    let referring = contract(&json!({ "$ref": "schemas/things.json#/Thing" }));
    let document = scene.write("openapi.json", &referring.to_string());
    let schemas = scene.write("schemas/things.json", &numbered().to_string());
    let mut hashes = Vec::new();
    for (body, code) in [(r#"{"number":1}"#, 0), (r#"{"number":"1"}"#, 1)] {
        let (local, _) = service(vec![("/thing", body.to_owned())]).await;
        let run = scene.run(&local.url, text(&document), &[]).await;
        assert_eq!(run.code, code, "{body}: {}{}", run.stdout, run.stderr);
        let report = run.report.expect("a report");
        hashes.push(report["run"]["contract"]["sha256"].clone());
        // What is in another file is a part of the contract.
        std::fs::write(&schemas, numbered().to_string() + "\n").expect("written");
    }
    assert_ne!(hashes[0], hashes[1]);

    let (local, _) = service(Vec::new()).await;
    std::fs::remove_file(&schemas).expect("removed");
    let run = scene.run(&local.url, text(&document), &[]).await;
    assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
    let message =
        "the file of the reference `schemas/things.json#/Thing` cannot be read: no such file";
    assert!(run.stderr.contains(message), "{}", run.stderr);
}

#[tokio::test]
async fn contract_on_the_targets_origin_is_fetched_without_credentials() {
    let scene = Scene::new();
    let referring = contract(&json!({ "$ref": "parts/all%20things.json#/Thing" }));
    for (body, code) in [(r#"{"number":1}"#, 0), (r#"{"number":"1"}"#, 1)] {
        let pages = vec![
            ("/openapi", ">/docs/v1/openapi.json?pretty=1".to_owned()),
            ("/docs/v1/openapi.json", referring.to_string()),
            ("/docs/v1/parts/all%20things.json", numbered().to_string()),
            ("/thing", body.to_owned()),
        ];
        let (local, seen) = service(pages).await;
        let run = scene
            .run(&local.url, &format!("{}/openapi", local.url), &[])
            .await;
        assert_eq!(run.code, code, "{body}: {}{}", run.stdout, run.stderr);
        let seen = seen.lock().expect("whole").clone();
        let fetched: Vec<&str> = (seen.iter())
            .filter(|(path, has_credential)| {
                path.contains("openapi") || path.contains("parts") && !has_credential
            })
            .map(|(path, _)| path.as_str())
            .collect();
        let expected = [
            "/openapi",
            "/docs/v1/openapi.json",
            "/docs/v1/parts/all%20things.json",
        ];
        assert_eq!(fetched, expected);
        assert!(
            seen.iter().all(|(path, has)| !has || path == "/thing"),
            "{seen:?}"
        );
    }
}

#[tokio::test]
async fn contract_of_another_origin_is_fetched_only_from_an_own_host() {
    let scene = Scene::new();
    let (local, _) = service(vec![("/thing", r#"{"number":1}"#.to_owned())]).await;
    let document = contract(&numbered()["Thing"]).to_string();
    let (other, seen) = service(vec![("/openapi.json", document)]).await;
    let url = format!("{}/openapi.json", other.url);
    let refused = scene.run(&local.url, &url, &[]).await;
    assert_eq!(refused.code, 2, "{}", refused.stdout);
    assert!(
        refused
            .stderr
            .contains("it is not on the origin of the target")
            && refused.stderr.contains("add --i-own"),
        "{}",
        refused.stderr
    );
    assert!(seen.lock().expect("whole").is_empty());
    let run = scene.run(&local.url, &url, &["--i-own", "127.0.0.1"]).await;
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
}

#[tokio::test]
async fn documents_that_cannot_be_fetched_are_explained() {
    let scene = Scene::new();
    let (other, seen) = service(Vec::new()).await;
    let elsewhere = contract(&json!({ "$ref": "elsewhere.json#/Thing" })).to_string();
    let away = contract(&json!({ "$ref": format!("{}/things.json", other.url) })).to_string();
    let swagger = json!({ "swagger": "2.0", "info": {}, "paths": {} }).to_string();
    let (local, _) = service(vec![
        ("/moved.json", format!(">{}/openapi.json", other.url)),
        ("/circle.json", ">/circle.json".to_owned()),
        ("/elsewhere.json", format!(">{}/things.json", other.url)),
        ("/refers.json", elsewhere),
        ("/away.json", away),
        ("/swagger.json", swagger),
        ("/page", "<!doctype html>".to_owned()),
    ])
    .await;
    for (path, message) in [
        ("/moved.json", "which is another origin"),
        ("/circle.json", "redirects again, after 5 redirects"),
        (
            "/refers.json",
            "the reference `elsewhere.json#/Thing` cannot be read",
        ),
        ("/refers.json", "which is another origin"),
        ("/away.json", "is a URL, and URLs are not fetched"),
        ("/none.json", "/none.json answers 404"),
        ("/swagger.json", "npx swagger2openapi"),
        ("/page", "not an OpenAPI document"),
    ] {
        let run = scene
            .run(&local.url, &format!("{}{path}", local.url), &[])
            .await;
        assert_eq!(run.code, 2, "{path}: {}{}", run.stdout, run.stderr);
        assert!(run.stderr.contains(message), "{path}: {}", run.stderr);
    }
    for (url, message) in [
        ("ftp://127.0.0.1/openapi.json", "not an http or https URL"),
        (
            "http://olga:secret@127.0.0.1/openapi.json",
            "credentials do not belong in its URL",
        ),
    ] {
        let run = scene.run(&local.url, url, &[]).await;
        assert_eq!(run.code, 2, "{url}: {}{}", run.stdout, run.stderr);
        assert!(run.stderr.contains(message), "{url}: {}", run.stderr);
        assert!(!run.stderr.contains("olga"), "{}", run.stderr);
    }
    assert!(seen.lock().expect("whole").is_empty());
}

#[tokio::test]
async fn document_without_an_end_is_cut_off() {
    let endless = || async {
        let pieces =
            futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b' '; 1 << 20]));
        Body::from_stream(pieces)
    };
    let local = Local::serve(Router::new().route("/openapi.json", get(endless))).await;
    let scene = Scene::new();
    let run = scene
        .run(&local.url, &format!("{}/openapi.json", local.url), &[])
        .await;
    assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
    assert!(
        run.stderr.contains("all files together may have 64 MiB"),
        "{}",
        run.stderr
    );
}

#[tokio::test]
async fn probe_fetches_a_contract_and_list_does_not() {
    let document = contract(&numbered()["Thing"]).to_string();
    let pages = vec![
        ("/openapi.json", document),
        ("/thing", r#"{"number":1}"#.to_owned()),
    ];
    let (local, _) = service(pages).await;
    let url = format!("{}/openapi.json", local.url);
    let probed = conformance(&["probe", "--target", &local.url, "--contract", &url]).await;
    let profile = String::from_utf8_lossy(&probed.stdout);
    assert_eq!(
        probed.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&probed.stderr)
    );
    assert!(profile.contains("1 of 1 operations answered"), "{profile}");
    let listed = conformance(&["list", "--contract", &url]).await;
    assert_eq!(listed.status.code(), Some(2));
    let said = String::from_utf8_lossy(&listed.stderr);
    assert!(said.contains("list sends nothing"), "{said}");
}

#[tokio::test]
async fn target_without_the_path_of_the_servers_is_named() {
    let with_servers = |servers: &Value| {
        let mut document = contract(&numbered()["Thing"]);
        document["servers"] = servers.clone();
        document
    };
    let scene = Scene::new();
    let page = || vec![("/api/v2/thing", r#"{"number":1}"#.to_owned())];
    let versioned = json!([{
        "url": "{scheme}://{host}/api/{version}/",
        "variables": { "scheme": { "default": "https" }, "host": { "default": "api.example.com" }, "version": { "default": "v1" } },
    }]);
    for (servers, path, code, said) in [
        (
            json!([{ "url": "/api/v2" }]),
            "",
            1,
            "base path /, but the contract's servers have /api/v2",
        ),
        (
            json!([{ "url": "/api/v2" }]),
            "/api/v2",
            0,
            "base path /api/v2, as the contract's servers have it",
        ),
        (
            json!([{ "url": "api/v2/" }]),
            "/api/v2",
            0,
            "base path /api/v2, as",
        ),
        (versioned.clone(), "/api/v2", 0, "base path /api/v2, as"),
        (
            versioned,
            "",
            1,
            "base path /, but the contract's servers have /api/v1",
        ),
        (
            json!([{ "url": "https://a.example.com/v1" }, { "url": "https://b.example.com/api/v2" }]),
            "/api/v2",
            0,
            "base path /api/v2, as",
        ),
        (
            json!([{ "url": "https://a.example.com" }]),
            "/api/v2",
            0,
            "",
        ),
    ] {
        let (local, _) = service(page()).await;
        let document = scene.write("openapi.json", &with_servers(&servers).to_string());
        let target = format!("{}{path}", local.url);
        let run = scene.run(&target, text(&document), &[]).await;
        assert_eq!(run.code, code, "{servers}: {}{}", run.stdout, run.stderr);
        assert_eq!(
            run.stderr.contains("base path"),
            !said.is_empty(),
            "{servers}: {}",
            run.stderr
        );
        for printed in [&run.stderr, &run.stdout] {
            assert!(printed.contains(said), "{servers}: {printed}");
        }
        if code == 1 {
            let hint = format!("--target {}/api/v", local.url);
            assert!(run.stderr.contains(&hint), "{}", run.stderr);
            assert!(
                run.stdout.contains(&format!("and run again: {hint}")),
                "{}",
                run.stdout
            );
        }
    }
    // The whole way: a relative server of a document at a URL, and an operation on a server of its own.
    let mut document = with_servers(&json!([{ "url": "./v2" }]));
    document["paths"]["/thing"]["get"]["servers"] = json!([{ "url": "https://files.example.com" }]);
    let pages = vec![
        ("/api/openapi.json", document.to_string()),
        page().remove(0),
    ];
    let (local, _) = service(pages).await;
    let target = format!("{}/api/v2", local.url);
    let run = scene
        .run(&target, &format!("{}/api/openapi.json", local.url), &[])
        .await;
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(
        run.stdout.contains("base path /api/v2, as"),
        "{}",
        run.stdout
    );
    let other = "1 of the operations have servers of their own, and are tested at the target all the same, such as GET /thing: https://files.example.com/";
    assert!(run.stdout.contains(other), "{}", run.stdout);
}
