//! A service that has nothing to do with tokens, and its document: twenty operations and five security schemes.

pub(crate) mod shop;

use std::collections::BTreeSet;

use openapi::Document;
use tokio::process::Command;

use crate::suite::{conformance, run_in};
use shop::Shop;

fn document() -> Document {
    let text = std::fs::read_to_string(shop::file("openapi.json")).expect("readable");
    Document::parse("openapi.json", &text).expect("a document")
}

/// A fault that no client can see would show nothing about the suite.
#[tokio::test]
async fn each_fault_of_the_shop_shows_to_a_client() {
    let output = Command::new("node")
        .arg(shop::file("witness.mjs"))
        .output()
        .await
        .expect("Node runs (apt-get install nodejs)");
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(said, "60 faults, 0 wrong\n");
}

#[test]
fn faults_of_the_shop_are_of_sixty_kinds() {
    let faults = shop::faults();
    let names: BTreeSet<&str> = faults.iter().map(|fault| fault.name.as_str()).collect();
    assert_eq!(names.len(), 60);
    let areas: BTreeSet<&str> = faults.iter().map(|fault| fault.area.as_str()).collect();
    assert_eq!(areas.len(), 8, "{areas:?}");
    let promises: BTreeSet<(&str, &str)> = (faults.iter())
        .map(|fault| (fault.operation.as_str(), fault.must.as_str()))
        .collect();
    assert_eq!(promises.len(), 60);
}

#[tokio::test]
async fn operations_of_the_shop_have_cases() {
    let document = document();
    let operations = document.operations();
    assert_eq!(operations.len(), 20);
    let output = conformance(&["list", "--contract", &shop::file("openapi.json")]).await;
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert_eq!(output.status.code(), Some(0), "{text}");
    let named = |method: &str| {
        text.lines()
            .any(|line| line.contains(&format!(".{method}_")))
    };
    for method in ["get", "post", "put", "patch", "delete"] {
        assert!(named(method), "{method} is not in\n{text}");
    }
}

/// The operations of the shop that its profile of a page reaches.
const REACHED: usize = 9;

#[tokio::test]
async fn sound_shop_is_reached_from_a_profile_of_a_page() {
    let shop = Shop::start("");
    let profile = shop.profile();
    let lines = std::fs::read_to_string(&profile).expect("readable");
    assert!(lines.lines().count() <= 25, "{lines}");
    let contract = shop::file("openapi.json");
    let more = ["--contract", &contract, "--allow", "revokes"];
    let run = run_in(&shop.credentials, &shop.url, &profile, &more).await;
    let report = run.report.as_ref().expect("a report");
    let operations = report["end"]["coverage"]["operations"].as_array();
    let reached = operations.into_iter().flatten();
    let reached = reached.filter(|operation| operation["reached"] == true);
    let reached = reached.count();
    assert!(reached >= REACHED, "{reached}: {}", run.stdout);
    for (_, value) in &shop.credentials {
        assert!(!report.to_string().contains(value), "{value}");
    }
}
