//! `--waivers`: a waived difference does not fail, and a stale waiver does.

use serde_json::Value;
use testbed::cargo::workspace_root;
use testbed::files::Folder;
use testbed::output::{stderr, stdout};

use super::oasproof;

const EARLIER: &str = "openapi/published/revoke-token.earlier.json";
const CURRENT: &str = "openapi/published/revoke-token.json";

const WAIVERS: &str = r#"
[[waiver]]
rule = "response-required-property-removed"
location = "/**"
operation = "POST /api/v1/tokens/{token_id}/revoke"
reason = "announced a year ago"
expires = 9999-12-31
"#;

#[test]
fn a_waived_difference_does_not_fail_and_is_still_shown() {
    let folder = Folder::new();
    let waivers = folder.file("waivers.toml", WAIVERS);
    let diff = ["diff", EARLIER, CURRENT, "--waivers", &waivers];
    let output = oasproof(&diff);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = stdout(&output);
    assert_eq!(
        text.matches("waived until 9999-12-31: announced a year ago")
            .count(),
        3,
        "{text}"
    );
    assert!(!text.contains("\nbreaking"), "{text}");

    let output = oasproof(&[&diff[..], &["--format", "json"]].concat());
    let report: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    assert_ne!(report["verdict"], "breaking");
    assert_eq!(report["changes"][0]["waived"]["expires"], "9999-12-31");
}

#[test]
fn a_stale_waiver_fails_a_comparison_that_would_not() {
    let folder = Folder::new();
    let unused = folder.file("unused.toml", WAIVERS);
    let expired = folder.file("expired.toml", &WAIVERS.replace("9999-12-31", "2020-01-01"));
    for (waivers, expected) in [
        (
            &unused,
            "unused.toml:2:1: the waiver of `response-required-property-removed` at `/**` waives nothing: remove it",
        ),
        (&expired, "expired after 2020-01-01: remove it"),
    ] {
        for (command, threshold) in [
            (&["diff", CURRENT, CURRENT][..], "breaking"),
            (
                &["check", "--document", "openapi/emitted/server.json"],
                "at or above docs",
            ),
        ] {
            let output = oasproof(&[command, &["--waivers", waivers]].concat());
            assert_eq!(
                output.status.code(),
                Some(1),
                "{command:?}: {}",
                stdout(&output)
            );
            assert!(stderr(&output).contains(expected), "{}", stderr(&output));
            let said = stdout(&output);
            let last = format!("exit 1: no change is {threshold}; 1 waiver is stale\n");
            assert!(said.ends_with(&last), "{said}");
        }
    }
}

#[test]
fn a_check_accepts_a_waived_difference() {
    let folder = Folder::new();
    let waivers = folder.file(
        "waivers.toml",
        r#"
[[waiver]]
rule = "operation-text-changed"
location = "/paths/~1api~1v1~1tokens~1{token_id}~1revoke/post/description"
reason = "reported upstream"
expires = 9999-12-31
"#,
    );
    let emitted = std::fs::read_to_string(workspace_root().join("openapi/emitted/server.json"))
        .expect("the emitted document");
    let mut document: Value = serde_json::from_str(&emitted).expect("JSON");
    let post = document
        .pointer_mut("/paths/~1api~1v1~1tokens~1{token_id}~1revoke/post")
        .expect("the operation");
    post["description"] = "Another".into();
    let document = folder.file("edited.json", &document.to_string());
    let check = ["check", "--document", &document];
    assert_eq!(oasproof(&check).status.code(), Some(1));
    let output = oasproof(&[&check[..], &["--waivers", &waivers]].concat());
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}{}",
        stdout(&output),
        stderr(&output)
    );
    assert!(
        stdout(&output).contains("reported upstream"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn an_invalid_waivers_file_is_a_usage_error() {
    let folder = Folder::new();
    let unknown = folder.file("unknown.toml", &WAIVERS.replace("reason", "because"));
    let absent = folder.file(
        "absent.toml",
        &WAIVERS.replace("reason = \"announced a year ago\"\n", ""),
    );
    for (waivers, code, expected) in [
        (
            unknown.as_str(),
            2,
            "unknown.toml:6:1: unknown field `because`",
        ),
        (
            absent.as_str(),
            2,
            "absent.toml:2:1: missing field `reason`",
        ),
        ("nowhere.toml", 3, "cannot read the waivers in nowhere.toml"),
    ] {
        let output = oasproof(&["diff", CURRENT, CURRENT, "--waivers", waivers]);
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
        assert!(stderr(&output).contains(expected), "{}", stderr(&output));
        assert_eq!(stdout(&output), "");
    }
}
