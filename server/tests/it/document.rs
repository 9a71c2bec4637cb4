//! The document that the handlers emit.

use serde_json::{Value, json};

use crate::harness::{Credential, Server, binary, output, text};

const REVOKE: &str = "/api/v1/tokens/{token_id}/revoke";

fn emitted() -> Value {
    let printed = output(binary().arg("openapi"));
    assert!(printed.status.success());
    serde_json::from_slice(&printed.stdout).unwrap()
}

#[test]
fn openapi_needs_no_database_and_prints_the_same_bytes_each_time() {
    let nowhere = tempfile::TempDir::new().unwrap();
    let print = |database: &str| {
        let printed = output(
            binary()
                .arg("openapi")
                .env("DZ_DATABASE", database)
                .current_dir(nowhere.path()),
        );
        assert!(printed.status.success(), "{}", text(&printed.stderr));
        printed.stdout
    };
    let first = print("sqlite:/nonexistent/folder/file.db");
    assert_eq!(first, print("nonsense://"));
    assert!(first.ends_with(b"\n}\n"));
    assert_eq!(
        std::fs::read_dir(nowhere.path()).unwrap().count(),
        0,
        "it writes no file"
    );
}

#[tokio::test]
async fn served_document_is_the_printed_one() {
    let server = Server::start();
    let served = server.request("GET", "/openapi.json").send().await;
    assert_eq!(served.header("content-type"), Some("application/json"));
    assert_eq!(served.body, text(&output(binary().arg("openapi")).stdout));
}

#[tokio::test]
async fn published_operation_alone_equals_that_of_the_document_with_its_references() {
    let server = Server::start();
    let served = server
        .request("GET", "/openapi/revoke-token.json")
        .send()
        .await;
    assert_eq!(served.header("content-type"), Some("application/json"));
    let (slice, whole) = (served.json(), emitted());
    assert_eq!(slice["paths"], json!({ REVOKE: whole["paths"][REVOKE] }));
    let schemas = slice["components"]["schemas"].as_object().unwrap();
    let mut references = Vec::new();
    collect_references(&slice, &mut references);
    for (name, schema) in schemas {
        assert_eq!(schema, &whole["components"]["schemas"][name]);
        assert!(
            references.contains(&format!("#/components/schemas/{name}")),
            "{name}"
        );
    }
    for reference in references {
        assert!(slice.pointer(&reference[1..]).is_some(), "{reference}");
    }
    assert_eq!(schemas.len(), 5);
}

#[test]
fn document_has_only_the_fields_that_we_set() {
    let document = emitted();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["servers"], json!([{ "url": "/" }]));
    let info = document["info"].as_object().unwrap();
    assert_eq!(
        info.keys().collect::<Vec<_>>(),
        ["title", "description", "contact", "license", "version"]
    );
}

/// The published operation documents its credential as a header; ours declare what clients and linters ask for.
#[test]
fn companions_declare_credentials_errors_ids_and_links() {
    let document = emitted();
    assert_eq!(document["tags"][0]["name"], "api-tokens");
    assert!(document["tags"][0]["description"].is_string());
    let companions = &document["paths"]["/api/v1/tokens"];
    for operation in companions.as_object().unwrap().values() {
        assert_eq!(operation["security"], json!([{ "bearerToken": [] }]));
        let parameters = operation["parameters"].as_array().unwrap();
        let headers: Vec<&Value> = parameters
            .iter()
            .filter(|one| one["in"] == "header")
            .collect();
        let [business] = headers.as_slice() else {
            panic!("{headers:?}")
        };
        assert_eq!(business["name"], "x-business-id");
        assert_eq!(business["required"], true);
        assert!(business["schema"]["pattern"].is_string());
        for (status, response) in operation["responses"].as_object().unwrap() {
            let content = &response["content"]["application/json"];
            assert!(content["schema"].is_object(), "{status}");
            assert!(content["example"].is_object(), "{status}");
        }
    }
    let properties = &document["components"]["schemas"]["APITokenInfo"]["properties"];
    for id in ["id", "jti"] {
        assert_eq!(properties[id]["format"], "uuid");
    }
    let revoke = &document["paths"][REVOKE]["post"];
    assert!(revoke.get("security").is_none());
    let link = &companions["post"]["responses"]["201"]["links"]["revoke"];
    assert_eq!(link["operationId"], revoke["operationId"]);
    assert_eq!(
        link["parameters"],
        json!({ "token_id": "$response.body#/data/token_info/id" })
    );
}

/// Compares the texts with the published page, word for word. `cargo xtask openapi check` compares the schemas.
#[test]
fn revoke_operation_reads_as_published() {
    let document = emitted();
    insta::assert_json_snapshot!(document["paths"][REVOKE]);
    let components = &document["components"]["schemas"];
    insta::assert_json_snapshot!(json!({
        "APITokenRevokeRequest": components["APITokenRevokeRequest"],
        "APITokenRevokeResponse": components["APITokenRevokeResponse"],
        "HTTPValidationError": components["HTTPValidationError"],
        "SuccessEnvelope_APITokenRevokeResponse_": components["SuccessEnvelope_APITokenRevokeResponse_"],
        "ValidationError": components["ValidationError"],
    }));
}

/// An example that differs from the server's answers would mislead the authors of clients.
#[tokio::test]
async fn examples_are_what_the_server_accepts_and_answers() {
    let server = Server::start();
    let admin = server.admin();
    let document = emitted();
    let create = &document["paths"]["/api/v1/tokens"]["post"];
    let list = &document["paths"]["/api/v1/tokens"]["get"];
    let example = |part: &Value| part["content"]["application/json"]["example"].clone();

    let created = server
        .request("POST", "/api/v1/tokens")
        .by(&admin)
        .json(example(&create["requestBody"]).to_string())
        .send()
        .await;
    assert_eq!(created.status, 201, "{}", created.body);
    let listed = server
        .request("GET", "/api/v1/tokens?limit=50")
        .by(&admin)
        .send()
        .await;
    let mut listed = listed.json();
    let items = listed["data"]["items"].as_array_mut().unwrap();
    items.retain(|item| item["name"] == "deploy");
    let mut answers = vec![
        (created.json(), example(&create["responses"]["201"])),
        (listed, example(&list["responses"]["200"])),
    ];
    let stranger = Credential {
        business_id: uuid::Uuid::new_v4().to_string(),
        ..admin.clone()
    };
    let post_with = |body: &str| server.request("POST", "/api/v1/tokens").json(body);
    let post = || post_with("{}");
    let get = |query: &str| server.request("GET", &format!("/api/v1/tokens{query}"));
    let bearer = format!("Bearer {}", admin.token);
    // No request for the caller's own tokens is answered with 403.
    for (status, created, listed) in [
        (
            "400",
            post().header("authorization", &bearer),
            get("").header("authorization", &bearer),
        ),
        ("401", post(), get("")),
        (
            "404",
            post_with(r#"{"name": "x"}"#).by(&stranger),
            get("").by(&stranger),
        ),
        ("422", post().by(&admin), get("?limit=5000").by(&admin)),
    ] {
        for (operation, request) in [(create, created), (list, listed)] {
            let answer = request.send().await;
            assert_eq!(answer.status.to_string(), status, "{}", answer.body);
            answers.push((answer.json(), example(&operation["responses"][status])));
        }
    }
    for (answered, documented) in answers {
        assert_eq!(normalised(&answered), normalised(&documented));
    }
}

/// Replaces what differs between answers: ids, instants and the token.
fn normalised(answer: &Value) -> Value {
    match answer {
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| {
                let member = match name.as_str() {
                    // It may not be written yet.
                    "last_used_at" => Value::Null,
                    _ => normalised(member),
                };
                (name.clone(), member)
            })
            .collect(),
        Value::Array(elements) => elements.iter().map(normalised).collect(),
        Value::String(text) if uuid::Uuid::try_parse(text).is_ok() => "(id)".into(),
        Value::String(text) if chrono::DateTime::parse_from_rfc3339(text).is_ok() => {
            format!("(instant of {} characters)", text.len()).into()
        }
        Value::String(text) if text.starts_with("dz_eyJ0eXAiOiJKV1Qi") => "(token)".into(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => answer.clone(),
    }
}

#[test]
fn every_reference_has_a_component_and_every_response_a_description() {
    let document = emitted();
    let mut references = Vec::new();
    collect_references(&document, &mut references);
    assert!(references.len() > 10);
    for reference in references {
        let pointer = reference
            .strip_prefix('#')
            .expect("references stay within the document");
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            for (status, response) in operation["responses"].as_object().unwrap() {
                assert!(
                    !response["description"].as_str().unwrap().is_empty(),
                    "{status}"
                );
            }
        }
    }
}

fn collect_references(value: &Value, references: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                references.push(reference.clone());
            }
            members
                .values()
                .for_each(|member| collect_references(member, references));
        }
        Value::Array(elements) => elements
            .iter()
            .for_each(|element| collect_references(element, references)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
