//! Deployments that ask to wait (429 with `Retry-After`), and users whose own token is refused in the middle of a run: neither is
//! a fault that a case may be blamed for.

use crate::node::Node;
use crate::suite::{Run, run};

/// Runs cases against the Node service with a fault.
async fn run_against(fault: &str, more: &[&str]) -> Run {
    let node = Node::start(fault);
    let profile = node.profile("list_items = \"/tokens\"");
    run(
        &node.url,
        &profile,
        &[&["--allow", "revokes"], more].concat(),
    )
    .await
}

fn end(run: &Run) -> serde_json::Value {
    run.report.as_ref().expect("a report")["end"].clone()
}

/// The service answers a third of the requests to create a token with 429, those of the cases among them.
#[tokio::test]
async fn rate_limit_of_creations_is_waited_for_also_within_a_case() {
    let run = run_against(
        "one creation in three has to wait",
        &["--filter", "create."],
    )
    .await;
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(end(&run)["waits"].as_u64() > Some(5), "{}", end(&run));
}

/// It does so with other requests, also on the connections that cases open themselves.
#[tokio::test]
async fn rate_limit_is_waited_for_on_raw_connections() {
    let more = [
        "--filter",
        "http.header_names_in_capitals",
        "--filter",
        "http.body_in_chunks",
        "--filter",
        "http.same_connection_after_an_error",
        "--filter",
        "revocation.refused_by_http_1_0",
    ];
    let run = run_against("one request in four has to wait", &more).await;
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(end(&run)["waits"].as_u64() > Some(2), "{}", end(&run));
}

#[tokio::test]
async fn refused_token_of_the_operator_is_the_cause_and_no_case_is_blamed() {
    for fault in [
        "the operator's token expires in the middle of a run",
        "the operator loses its rights in the middle of a run",
    ] {
        let run = run_against(fault, &[]).await;
        assert_eq!(run.code, 4, "{fault}: {}", run.stdout);
        let end = end(&run);
        let reason = end["exit"]["reason"].as_str().expect("a reason");
        let cause =
            "nothing proven: the operator's own token is refused since the middle of the run";
        assert!(reason.starts_with(cause), "{reason}");
        for verdict in ["fail", "warn", "inconclusive", "error"] {
            assert_eq!(run.with_verdict(verdict), Vec::<String>::new(), "{fault}");
        }
        assert!(!run.with_verdict("blocked").is_empty(), "{}", run.stdout);
        let findings = run.stdout.lines();
        let findings = findings.filter(|line| line.starts_with("blocked "));
        assert_eq!(findings.count(), 1, "{}", run.stdout);
        // The tokens of the cases that were running revoke themselves.
        assert_eq!(end["left_behind"], serde_json::json!([]), "{fault}");
    }
}

/// Here it is the deployment that revokes the token of the caller: the case that looks after it fails.
#[tokio::test]
async fn revoked_token_of_the_caller_is_a_fault_where_a_case_looks_after_it() {
    let case = "revocation.spares_others_of_the_user";
    let run = run_against(
        "the token that revokes is revoked as well",
        &["--filter", case],
    )
    .await;
    assert_eq!(run.code, 1, "{}", run.stdout);
    assert_eq!(run.verdict(case), "fail", "{}", run.stdout);
}
