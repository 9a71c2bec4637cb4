//! Schemathesis, a property-based tester, finds nothing in the server.

use std::process::Command;

use super::tools::{python, run};
use super::write;
use crate::harness::{Server, text};

/// What it may not blame: each is upstream's contract or cannot be said in a document.
const CONFIGURATION: &str = r#"
# Undocumented parameters are ignored.
[generation]
allow-extra-parameters = false

[parameters]
"header.x-business-id" = "${BUSINESS}"

[auth.openapi.bearerToken]
bearer = "${TOKEN}"

# A user may have ten active tokens.
[[operations]]
include-operation-id = "create_token_api_v1_tokens_post"
checks.positive_data_acceptance.expected-statuses = ["2xx", "400", "401"]

# A cursor is a text of an earlier answer.
[[operations]]
include-operation-id = "list_tokens_api_v1_tokens_get"
checks.positive_data_acceptance.expected-statuses = ["2xx", "401", "422"]

# Upstream publishes an id without its format, a reason without its length, and credentials as an optional header.
[[operations]]
include-operation-id = "revoke_token_api_v1_tokens__token_id__revoke_post"
headers = { authorization = "Bearer ${TOKEN}", x-business-id = "${BUSINESS}" }
checks.positive_data_acceptance.expected-statuses = ["2xx", "401", "403", "404", "422"]
"#;

/// Runs these phases on a new server, on which no tokens exist yet; returns the report.
async fn test(phases: &str) -> String {
    let server = Server::start();
    let admin = server.admin();
    let folder = testbed::folder().expect("a folder");
    let configuration = folder.path().join("schemathesis.toml");
    write(&configuration, CONFIGURATION.as_bytes());
    let output = run(Command::new(python().join("schemathesis"))
        .arg("--config-file")
        .arg(&configuration)
        .args(["--no-color", "run", "--max-examples", "30", "--seed", "1"])
        .args(["--phases", phases])
        .arg(format!("{}/openapi.json", server.url))
        .current_dir(folder.path())
        .env("TOKEN", &admin.token)
        .env("BUSINESS", &admin.business_id));
    let printed = text(&output.stdout);
    let found_nothing = output.status.success();
    assert!(found_nothing, "{printed}{}", text(&output.stderr));
    assert_eq!(server.probe(&admin).await, 200, "its own token still works");
    printed
}

#[tokio::test]
#[ignore = "cargo xtask test --clients"]
async fn schemathesis_finds_nothing_of_ours_in_single_requests() {
    test("examples,coverage,fuzzing").await;
}

#[tokio::test]
#[ignore = "cargo xtask test --clients"]
async fn schemathesis_finds_nothing_of_ours_in_sequences() {
    let report = test("stateful").await;
    assert!(
        report.contains("1 covered"),
        "the link to revoke was not followed:\n{report}"
    );
}
