//! `/docs`, a page on which people enter credentials.

use std::process::Command;

use tempfile::TempDir;

use crate::harness::{Server, text};

#[tokio::test]
async fn page_loads_nothing_from_elsewhere_and_is_shown_in_no_frame() {
    let server = Server::start();
    for path in [
        "/docs",
        "/docs/",
        "/docs/swagger-ui-bundle.js",
        "/docs/swagger-initializer.js",
        "/docs/no-such-file",
    ] {
        let answer = server.request("GET", path).send().await;
        let policy = answer.header("content-security-policy").expect("a policy");
        let directives: Vec<&str> = policy.split("; ").collect();
        for directive in [
            "default-src 'none'",
            "script-src 'self'",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ] {
            assert!(directives.contains(&directive), "{path}: {policy}");
        }
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{path}");
        }
    }
}

/// A policy that is too strict breaks the page and tells nobody but the browser's console.
#[tokio::test]
async fn chromium_shows_every_operation_and_finds_no_violation_of_the_policy() {
    let server = Server::start();
    let profile = TempDir::new().unwrap();
    let shown = Command::new("timeout")
        .args([
            "60",
            "chromium",
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
        ])
        .args([
            "--enable-logging=stderr",
            "--virtual-time-budget=10000",
            "--dump-dom",
        ])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("{}/docs/", server.url))
        .output()
        .expect("chromium runs: `cargo xtask test` installs Debian's chromium");
    let (page, console) = (text(&shown.stdout), text(&shown.stderr));
    assert!(shown.status.success(), "{console}");
    for operation in [
        "list_tokens_api_v1_tokens_get",
        "create_token_api_v1_tokens_post",
        "revoke_token_api_v1_tokens__token_id__revoke_post",
    ] {
        assert!(page.contains(operation), "{operation} is not shown");
    }
    let complaint = console.lines().find(|line| line.contains("CONSOLE"));
    assert_eq!(complaint, None);
}
