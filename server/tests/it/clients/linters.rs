//! Linters find nothing in the document, other than what is waived.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::tools::{node, python, run, succeed};
use super::{folder_with_document, write};
use crate::harness::text;

/// A finding that stays, for a reason.
struct Waiver {
    rule: &'static str,
    place: &'static str,
    reason: &'static str,
}

const OF_REDOCLY: &[Waiver] = &[Waiver {
    rule: "security-defined",
    place: "#/paths/~1api~1v1~1tokens~1{token_id}~1revoke/post",
    reason: "upstream documents the credential as a header parameter",
}];

const OF_SPECTRAL: &[Waiver] = &[
    Waiver {
        rule: "oas3-parameter-description",
        place: "paths//api/v1/tokens/{token_id}/revoke/post/parameters/0",
        reason: "upstream describes the path parameter in the operation's text",
    },
    Waiver {
        rule: "oas3-parameter-description",
        place: "paths//api/v1/tokens/{token_id}/revoke/post/parameters/1",
        reason: "upstream does not describe the header",
    },
    Waiver {
        rule: "contact-properties",
        place: "info/contact",
        reason: "upstream's reference has no email address",
    },
    Waiver {
        rule: "license-url",
        place: "info/license",
        reason: "OpenAPI 3.1 has the SPDX identifier in place of a URL, and allows only one of them",
    },
];

/// Asserts that a linter has found what is waived, and nothing else.
fn assert_only_waived(found: &[(String, String)], waivers: &[Waiver]) {
    let waived = |(rule, place): &&(String, String)| {
        let mut waivers = waivers.iter();
        waivers.any(|waiver| waiver.rule == rule && waiver.place == place)
    };
    let others: Vec<_> = found.iter().filter(|one| !waived(one)).collect();
    assert!(others.is_empty(), "{others:#?}");
    for waiver in waivers {
        let Waiver {
            rule,
            place,
            reason,
        } = waiver;
        let there = found
            .iter()
            .any(|one| (one.0.as_str(), one.1.as_str()) == (*rule, *place));
        assert!(
            there,
            "{rule} at {place} is no longer found ({reason}): remove the waiver"
        );
    }
}

/// Runs a linter from npm that prints JSON, also when it finds something.
fn json(program: &str, arguments: &[&str], document: &Path) -> Value {
    let mut command = Command::new(node().join("node_modules/.bin").join(program));
    command
        .args(arguments)
        .arg(document)
        .env("REDOCLY_TELEMETRY", "off")
        .env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true");
    let output = run(&mut command);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        panic!("{program}: {error}\n{out}{err}")
    })
}

fn string(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[test]
#[ignore = "cargo xtask test --clients"]
fn redocly_finds_nothing_of_ours() {
    let (_folder, document) = folder_with_document();
    let arguments = ["lint", "--extends", "recommended", "--format", "json"];
    let report = json("redocly", &arguments, &document);
    let problems = report["problems"].as_array().expect("problems");
    let found = problems.iter().map(|problem| {
        let place = string(&problem["location"][0]["pointer"]);
        (string(&problem["ruleId"]), place)
    });
    assert_only_waived(&found.collect::<Vec<_>>(), OF_REDOCLY);
}

#[test]
#[ignore = "cargo xtask test --clients"]
fn spectral_finds_nothing_of_ours() {
    let (folder, document) = folder_with_document();
    let rules = folder.path().join("spectral.yaml");
    write(&rules, b"extends: [[\"spectral:oas\", all]]\n");
    let ruleset = rules.display().to_string();
    let arguments = ["lint", "--format", "json", "--quiet", "--ruleset", &ruleset];
    let report = json("spectral", &arguments, &document);
    let found = report.as_array().expect("a list").iter().map(|problem| {
        let path = problem["path"].as_array().into_iter().flatten();
        let path: Vec<String> = path.map(string).collect();
        (string(&problem["code"]), path.join("/"))
    });
    assert_only_waived(&found.collect::<Vec<_>>(), OF_SPECTRAL);
}

#[test]
#[ignore = "cargo xtask test --clients"]
fn openapi_spec_validator_accepts_the_document() {
    let (_folder, document) = folder_with_document();
    succeed(Command::new(python().join("openapi-spec-validator")).arg(&document));
}
