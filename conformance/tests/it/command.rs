//! The command line: help, the list of cases, usage errors and exit codes.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::deployment::Deployment;
use crate::proxy::Proxy;
use crate::safety;
use crate::suite::{amend, conformance, copy_profile, run, unused_address};

async fn stdout(arguments: &[&str]) -> String {
    let output = conformance(arguments).await;
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[tokio::test]
async fn help_lists_commands_and_options() {
    insta::assert_snapshot!("help", stdout(&["--help"]).await);
    let run = stdout(&["run", "--help"]).await;
    let widest = run.lines().map(|line| line.chars().count()).max();
    assert!(run.lines().count() < 24, "it fits on a screen: {run}");
    assert!(widest <= Some(80), "it fits on a screen: {run}");
    insta::assert_snapshot!("help_run", run);
    let all = stdout(&["run", "--help-all"]).await;
    for option in ["--baseline", "--include", "--allow"] {
        assert!(all.contains(option), "{option}");
    }
    let words: Vec<&str> = all.split_whitespace().collect();
    assert!(
        words
            .join(" ")
            .contains("mint disposable tokens and revoke them"),
        "{all}"
    );
}

#[test]
fn help_of_every_command_has_exit_codes_and_examples_and_fits_a_terminal() {
    let program = Path::new(env!("CARGO_BIN_EXE_conformance"));
    let commands = testbed::help::assert_complete(program);
    let expected = "run probe render compare list schema completions man";
    assert_eq!(commands.join(" "), expected);
}

#[tokio::test]
async fn version_shows_the_hash_of_the_contract() {
    let version = env!("CARGO_PKG_VERSION");
    let hash = openapi::published::REVOKE_TOKEN.sha256();
    assert_eq!(
        stdout(&["--version"]).await,
        format!("conformance {version}\ncontract revoke-token.json sha256 {hash}\n")
    );
    assert_eq!(stdout(&["-V"]).await, format!("conformance {version}\n"));
}

#[tokio::test]
async fn completions_and_manual_pages_have_every_command() {
    let script = stdout(&["completions", "bash"]).await;
    let folder = testbed::folder().expect("a temporary folder");
    let pages = folder.path().join("man1");
    stdout(&["man", pages.to_str().expect("UTF-8")]).await;
    for command in ["run", "probe", "render", "compare", "list", "schema"] {
        assert!(
            script.contains(&format!("conformance,{command})")),
            "{command}"
        );
        let page = pages.join(format!("conformance-{command}.1"));
        let page =
            std::fs::read_to_string(&page).unwrap_or_else(|error| panic!("{command}: {error}"));
        assert!(page.contains(".SH SYNOPSIS"), "{page}");
    }
}

#[tokio::test]
async fn list_names_every_case_once_in_both_formats() {
    let text = stdout(&["list"]).await;
    let json: Value =
        serde_json::from_str(&stdout(&["list", "--format", "json"]).await).expect("JSON");
    let cases = json.as_array().expect("a list");
    let mut ids: Vec<&str> = cases
        .iter()
        .map(|case| case["id"].as_str().expect("an id"))
        .collect();
    assert_eq!(text.lines().count(), ids.len());
    assert!(ids.iter().all(|id| text.contains(id)));
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "two cases have the same id");
    for case in cases {
        assert!(
            ["MUST", "SHOULD", "MAY"].contains(&case["level"].as_str().expect("a level")),
            "{case}"
        );
        assert!(
            ["safe", "risks", "revokes", "create", "change", "delete"]
                .contains(&case["effect"].as_str().expect("an effect")),
            "{case}"
        );
        assert!(
            case["clause"]["text"]
                .as_str()
                .is_some_and(|text| !text.is_empty()),
            "{case}"
        );
    }
}

/// Checks that case ids are append-only: a removed or renamed id would break the readers of earlier reports.
#[tokio::test]
async fn ids_are_append_only() {
    let ids: Vec<String> = (stdout(&["list"]).await.lines())
        .map(|line| {
            line.split_whitespace()
                .next()
                .unwrap_or_default()
                .to_owned()
        })
        // The ids of derived cases depend on the contract.
        .filter(|id| !id.starts_with("generated."))
        .collect();
    insta::assert_snapshot!("ids", ids.join("\n"));
}

#[tokio::test]
async fn wrong_command_line_exits_2() {
    for arguments in [
        &["run"][..],
        &["walk"],
        &[
            "run",
            "--target",
            "http://127.0.0.1:1",
            "--allow",
            "everything",
        ],
    ] {
        assert_eq!(
            conformance(arguments).await.status.code(),
            Some(2),
            "{arguments:?}"
        );
    }
}

#[tokio::test]
async fn target_that_is_not_a_base_url_exits_2() {
    let deployment = Deployment::start();
    let profile = deployment.profile();
    for target in [
        "127.0.0.1:80",
        "ftp://example.com",
        "http://user:secret@example.com",
        "http://x/?y",
        "nonsense",
    ] {
        let run = run(target, &profile, &[]).await;
        assert_eq!(run.code, 2, "{target}: {}", run.stderr);
        assert!(run.stderr.contains("--target"), "{}", run.stderr);
        assert!(!run.stderr.contains("secret"), "{}", run.stderr);
    }
}

#[tokio::test]
async fn unreachable_target_exits_3_with_a_complete_report() {
    let deployment = Deployment::start();
    let profile = deployment.profile();
    let (address, _kept) = unused_address();
    let target = format!("http://{address}");
    let run = run(&target, &profile, &["--allow", "revokes"]).await;
    assert_eq!(run.code, 3, "{}", run.stdout);
    assert!(run.stdout.contains("unreachable"), "{}", run.stdout);
    let report = run.report.as_ref().expect("a report");
    assert_eq!(report["complete"], true);
    assert_eq!(report["end"]["exit"]["code"], 3);
    assert_eq!(report["totals"]["error"], report["totals"]["cases"]);
    assert!(
        report["totals"]["cases"]
            .as_u64()
            .is_some_and(|cases| cases > 100)
    );
}

#[tokio::test]
async fn target_that_stops_during_the_run_exits_3() {
    let deployment = Deployment::start();
    let profile = deployment.profile();
    amend(&profile, "forgetting_seconds = 1", "forgetting_seconds = 4");
    let (_folder, profile) = copy_profile(&profile);
    let target = deployment.url.clone();
    let more = [
        "--allow",
        "revokes",
        "--filter",
        "revocation.refused_after_a_while",
    ];
    let running = run(&target, &profile, &more);
    let stopping = async move {
        let revoked = async {
            while !(safety::listed_tokens(&deployment).await.iter())
                .any(|token| token["revoked_at"].is_string())
            {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let revoked = tokio::time::timeout(Duration::from_secs(20), revoked);
        revoked.await.expect("the case revokes its token");
        // The 201 arrives within this time. Then the case waits.
        tokio::time::sleep(Duration::from_millis(500)).await;
        drop(deployment);
    };
    let (run, ()) = futures_util::future::join(running, stopping).await;
    assert_eq!(run.code, 3, "{}", run.stdout);
    assert_eq!(run.verdict("revocation.refused_after_a_while"), "error");
    let report = run.report.expect("a report");
    assert_eq!(report["complete"], true);
    assert_eq!(
        report["end"]["left_behind"],
        serde_json::json!([]),
        "it was revoked earlier"
    );
}

#[tokio::test]
async fn filter_that_selects_nothing_exits_4() {
    let deployment = Deployment::start();
    let run = run(
        &deployment.url,
        &deployment.profile(),
        &["--filter", "no.such.case"],
    )
    .await;
    assert_eq!(run.code, 4, "{}", run.stdout);
    assert!(
        run.stdout.contains("no case was selected"),
        "{}",
        run.stdout
    );
    assert_eq!(run.report.expect("a report")["complete"], true);
}

#[tokio::test]
async fn run_without_a_201_exits_4() {
    let deployment = Deployment::start();
    let more = [
        "--allow",
        "revokes",
        "--filter",
        "status.not_found",
        "--filter",
        "list.refuses",
    ];
    let run = run(&deployment.url, &deployment.profile(), &more).await;
    assert_eq!(run.code, 4, "{}", run.stdout);
    assert!(
        run.stdout.contains("no revocation was answered with 201"),
        "{}",
        run.stdout
    );
    assert_eq!(run.with_verdict("pass").len(), 6);
}

#[tokio::test]
async fn failed_should_warns_and_fails_the_run_only_when_strict() {
    let deployment = Deployment::start();
    let proxy = Proxy::start(&deployment, |exchange| {
        Box::pin(async move {
            let answer = exchange.forward().await;
            match answer.status {
                401 => answer.header("www-authenticate", "Bearer"),
                _ => answer,
            }
        })
    })
    .await;
    let case = "authentication.challenge_says_invalid_token";
    let more = ["--allow", "revokes", "--filter", "authentication.challenge"];
    let lenient = run(&proxy.url, &deployment.profile(), &more).await;
    assert_eq!(lenient.code, 0, "{}", lenient.stdout);
    assert_eq!(lenient.verdict(case), "warn");
    let strict = run(
        &proxy.url,
        &deployment.profile(),
        &[&more[..], &["--strict"]].concat(),
    )
    .await;
    assert_eq!(strict.code, 1, "{}", strict.stdout);
    assert_eq!(strict.verdict(case), "fail");
}
