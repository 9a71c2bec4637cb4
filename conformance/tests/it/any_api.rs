//! A service that has nothing to do with tokens, and its document: twenty operations and five security schemes.

pub(crate) mod shop;

use std::collections::BTreeSet;

use openapi::Document;
use tokio::process::Command;

use crate::suite::{conformance, run_in};

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
const REACHED: usize = 20;

#[tokio::test]
async fn sound_shop_is_reached_from_a_profile_of_a_page() {
    let shop = shop::start("");
    let profile = shop.profile;
    let lines = std::fs::read_to_string(&profile).expect("readable");
    assert!(lines.lines().count() <= 25, "{lines}");
    let contract = shop::file("openapi.json");
    let more = ["--contract", &contract, "--allow", "delete"];
    let run = run_in(&shop.credentials, &shop.url, &profile, &more).await;
    let report = run.report.as_ref().expect("a report");
    let operations = report["end"]["coverage"]["operations"].as_array();
    let reached = operations.into_iter().flatten();
    let reached = reached.filter(|operation| operation["reached"] == true);
    let reached = reached.count();
    assert_eq!(reached, REACHED, "{}", run.stdout);
    assert_eq!(run.code, 0, "{}", run.stdout);
    for (_, value) in &shop.credentials {
        assert!(!report.to_string().contains(value), "{value}");
    }
}

/// Runs cases against the shop with a fault.
async fn run_shop(fault: &str, allow: &str, filter: &str) -> crate::suite::Run {
    let shop = shop::start(fault);
    let contract = shop::file("openapi.json");
    let more = [
        "--contract",
        &contract,
        "--allow",
        allow,
        "--filter",
        filter,
    ];
    run_in(&shop.credentials, &shop.url, &shop.profile, &more).await
}

#[tokio::test]
async fn things_of_the_shop_are_made_and_deleted() {
    let run = run_shop("", "delete", "orders.lifecycle").await;
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let report = run.report.as_ref().expect("a report");
    let resources = &report["end"]["resources"];
    assert!(
        resources["created"]
            .as_u64()
            .is_some_and(|created| created > 5),
        "{resources}"
    );
    assert_eq!(resources["created"], resources["deleted"]);
    let coverage = report["end"]["coverage"]["operations"]
        .as_array()
        .expect("operations");
    let values: Vec<&str> = (coverage.iter())
        .filter(|operation| operation["operation"] == "GET /orders/{id}")
        .flat_map(|operation| operation["values"].as_array().into_iter().flatten())
        .filter_map(|value| value["origin"].as_str())
        .collect();
    assert_eq!(values, ["a link in the answer of POST /orders"]);
}

#[tokio::test]
async fn each_fault_in_the_life_of_things_is_noticed() {
    for fault in shop::faults() {
        if fault.area != "lifecycle" {
            continue;
        }
        let filter = match fault.name.as_str() {
            "a refused PATCH is kept" => "generated.patch_orders.body",
            "a refused POST creates an order" => "generated.post_orders.body",
            _ => "lifecycle",
        };
        let run = run_shop(&fault.name, "delete", filter).await;
        assert_eq!(run.code, 1, "{}: {}{}", fault.name, run.stdout, run.stderr);
    }
}

#[tokio::test]
async fn faults_in_bodies_and_bounds_are_one_fault_each() {
    for (fault, filter) in [
        ("an unknown member is taken", "generated.post_orders.body."),
        ("tags may repeat", "generated.patch_orders.body."),
        ("the longest note is refused", ".body_note."),
        ("broken JSON is a server error", ".not_json"),
        ("a list of one kind is refused", "generated.get_products."),
        (
            "a product has an undocumented member",
            "generated.get_products.",
        ),
        ("a created order is a 200", "orders.request."),
        ("events are text/plain", "generated.get_events.request."),
    ] {
        let run = run_shop(fault, "delete", filter).await;
        assert_eq!(run.code, 1, "{fault}: {}{}", run.stdout, run.stderr);
        let report = run.report.as_ref().expect("a report");
        let cases = report["cases"].as_array().expect("cases").iter();
        let failed = cases.filter(|case| case["verdict"] == "fail" || case["verdict"] == "blocked");
        let named = failed.filter_map(|case| case["fault"].as_str().or(case["cause"].as_str()));
        let named: BTreeSet<&str> = named.collect();
        assert_eq!(named.len(), 1, "{fault}: {named:?}");
        if fault.starts_with("events") {
            let of_type = named.iter().any(|named| named.contains("media type"));
            assert!(of_type, "{named:?}");
        }
    }
}

#[tokio::test]
async fn levels_permit_what_they_say() {
    for (allow, methods) in [
        ("safe", &["GET"][..]),
        ("create", &["GET", "POST", "DELETE"]),
        ("change", &["GET", "POST", "PUT", "PATCH", "DELETE"]),
    ] {
        let run = run_shop("", allow, "orders").await;
        let exchanges: Vec<_> = run.exchanges().collect();
        let created: BTreeSet<String> = (exchanges.iter())
            .filter_map(|exchange| exchange["response"]["body"]["text"].as_str())
            .filter_map(|text| serde_json::from_str::<serde_json::Value>(text).ok())
            .filter_map(|body| body["id"].as_str().map(str::to_owned))
            .collect();
        for exchange in exchanges {
            let request = &exchange["request"];
            let method = request["method"].as_str().expect("a method");
            assert!(methods.contains(&method), "{allow}: {request}");
            let url = request["url"].as_str().expect("a URL");
            if ["PUT", "PATCH", "DELETE"].contains(&method) {
                let known = created.iter().any(|id| url.contains(id));
                let refused = exchange["response"]["status"]
                    .as_u64()
                    .is_some_and(|status| status / 100 == 4);
                assert!(known || refused, "{allow}: {method} {url}");
            }
        }
    }
}
