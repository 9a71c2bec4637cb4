//! Runs that end early, with the cause first, and what a run leaves behind.

use serde_json::Value;

use crate::node::Node;
use crate::suite::{Run, amend, run};

const SHAPE: &str = "list_items = \"/tokens\"";

/// Runs all cases against the Node service with a fault.
async fn run_all(fault: &str, more: &[&str]) -> Run {
    let node = Node::start(fault);
    run(
        &node.url,
        &node.profile(SHAPE),
        &[&["--allow", "revokes"], more].concat(),
    )
    .await
}

fn reason(run: &Run) -> String {
    let report = run.report.as_ref().expect("a report");
    report["end"]["exit"]["reason"].to_string()
}

/// Returns the headings of the findings on the terminal.
fn headings(run: &Run) -> Vec<&str> {
    let verdicts = ["fail ", "error ", "blocked ", "inconclusive ", "warn "];
    let is_heading = |line: &&str| verdicts.iter().any(|verdict| line.starts_with(verdict));
    run.stdout.lines().filter(is_heading).collect()
}

#[tokio::test]
async fn revocations_that_do_nothing_stop_the_run_with_that_cause() {
    let run = run_all("revocations do nothing", &[]).await;
    assert_eq!(run.code, 1, "{}", run.stdout);
    assert_eq!(run.verdict("revocation.refused_at_once"), "fail");
    assert!(
        reason(&run).contains("revocations do nothing"),
        "{}",
        reason(&run)
    );
    assert!(
        reason(&run).contains("revocation.refused_at_once"),
        "{}",
        reason(&run)
    );
    assert_eq!(headings(&run).len(), 1, "one cause: {}", run.stdout);
    assert!(run.stdout.lines().count() < 100, "{}", run.stdout);
    // Both tokens still work, although their revocations were answered with 201.
    let left = run.report.as_ref().expect("a report")["end"]["left_behind"].clone();
    let left = left.as_array().expect("a list");
    assert!(left.len() >= 2, "{left:?}");
    for token in left {
        assert!(
            token["reason"].to_string().contains("still works"),
            "{token}"
        );
    }
}

/// By default a run looks at a revoked token for longer than the usual shortest lifetime of a cache.
#[tokio::test]
async fn revocation_that_is_forgotten_after_five_seconds_is_noticed_by_default() {
    let case = "revocation.refused_after_a_while";
    let node = Node::start("revocations are forgotten after five seconds");
    let profile = node.profile(SHAPE);
    amend(&profile, "forgetting_seconds = 1\n", "");
    let run = run(
        &node.url,
        &profile,
        &["--allow", "revokes", "--filter", case],
    )
    .await;
    assert_eq!(run.code, 1, "{}", run.stdout);
    assert_eq!(run.verdict(case), "fail");
}

/// Nothing shows what a revoked token does later, and the summary says so.
#[tokio::test]
async fn summary_says_how_long_revoked_tokens_were_looked_at() {
    let more = ["--filter", "revocation.refused_after_a_while"];
    let run = run_all("", &more).await;
    assert_eq!(run.code, 0, "{}", run.stdout);
    let seconds = &run.report.as_ref().expect("a report")["end"]["refused_for_seconds"];
    assert!(seconds.as_u64() >= Some(1), "{seconds}");
    let said = format!("works again later than {seconds} s after its revocation");
    assert!(run.stdout.contains(&said), "{}", run.stdout);
}

/// Also where only the operation under test is slow, and the tokens for it are created at once.
#[tokio::test]
async fn slow_answers_stop_the_run_with_that_cause() {
    for fault in [
        "requests with a credential take three seconds",
        "revocations take three seconds",
    ] {
        slow_answers_stop_the_run(fault).await;
    }
}

async fn slow_answers_stop_the_run(fault: &str) {
    let node = Node::start(fault);
    let profile = node.profile(SHAPE);
    amend(&profile, "exchange_seconds = 15", "exchange_seconds = 1");
    let run = run(&node.url, &profile, &["--allow", "revokes"]).await;
    assert!(matches!(run.code, 1 | 4), "{}", run.stdout);
    assert!(
        reason(&run).contains("answers too slowly"),
        "{}",
        reason(&run)
    );
    assert!(
        reason(&run).contains("no whole answer within 1 s"),
        "{}",
        reason(&run)
    );
    assert_eq!(headings(&run).len(), 1, "one cause: {}", run.stdout);
    // Without the breaker each of more than 200 cases would wait at least once.
    let requests = run.report.as_ref().expect("a report")["end"]["requests"].as_u64();
    assert!(
        requests.is_some_and(|requests| requests < 60),
        "{requests:?}"
    );
}

#[tokio::test]
async fn run_that_mints_nothing_stops_with_that_cause() {
    let node = Node::start("");
    let profile = node.profile(SHAPE);
    amend(
        &profile,
        "mint = \"api\"",
        "mint = { command = [\"false\"] }",
    );
    let run = run(&node.url, &profile, &["--allow", "revokes"]).await;
    assert_eq!(run.code, 4, "{}", run.stdout);
    assert!(
        reason(&run).contains("no disposable token can be minted"),
        "{}",
        reason(&run)
    );
    assert_eq!(headings(&run).len(), 1, "one cause: {}", run.stdout);
    assert_eq!(
        run.verdict("status.not_found"),
        "pass",
        "a case that needs no token runs"
    );
}

#[tokio::test]
async fn run_ends_when_its_time_is_used_up() {
    let run = run_all("requests take a fifth of a second", &["--max-seconds", "3"]).await;
    assert_eq!(run.code, 4, "{}", run.stdout);
    assert_eq!(run.with_verdict("fail"), Vec::<String>::new());
    let skipped = run.with_verdict("skip");
    assert!(!skipped.is_empty(), "{}", run.stdout);
    assert!(skipped[0].contains("--max-seconds"), "{}", skipped[0]);
    let report = run.report.as_ref().expect("a report");
    assert_eq!(report["run"]["selection"]["max_seconds"], 3);
    assert_eq!(
        report["end"]["left_behind"],
        serde_json::json!([]),
        "the clean-up follows"
    );
}

/// Runs cases that trust a 201 and do not use the token afterwards. The clean-up asks whether it is refused.
#[tokio::test]
async fn token_that_lives_on_is_named_although_its_revocation_was_answered_with_201() {
    let more = ["--filter", "status.created_", "--jobs", "1"];
    let run = run_all("revocations do nothing", &more).await;
    let report = run.report.as_ref().expect("a report");
    let left = report["end"]["left_behind"].as_array().expect("a list");
    assert_eq!(left.len(), 3, "the run stops after three: {left:?}");
    for token in left {
        assert!(
            token["reason"].to_string().contains("still works"),
            "{token}"
        );
    }
    assert!(run.stdout.contains("left behind"), "{}", run.stdout);
}

/// The service answers 500 and closes the connection without saying so, as many do. Only the case that met the error fails.
#[tokio::test]
async fn connection_of_a_server_error_is_not_used_again() {
    for jobs in ["1", "8"] {
        let more = ["--filter", "reason.", "--filter", "input.", "--jobs", jobs];
        let run = run_all("an empty reason is a server error", &more).await;
        assert_eq!(run.code, 1, "{}", run.stdout);
        let failed = run.with_verdict("fail");
        let expected = |case: &&String| !case.starts_with("reason.empty_");
        assert_eq!(
            failed.iter().filter(expected).collect::<Vec<_>>(),
            Vec::<&String>::new()
        );
        assert_eq!(failed.len(), 2, "{failed:?}");
        assert_eq!(run.with_verdict("inconclusive"), Vec::<String>::new());
    }
}

#[tokio::test]
async fn user_who_may_not_mint_is_a_skip_that_can_be_waived() {
    let node = Node::start("members may not mint");
    let profile = node.profile(SHAPE);
    let more = ["--allow", "revokes", "--filter", "revocation."];
    let unwaived = run(&node.url, &profile, &more).await;
    assert_eq!(unwaived.code, 4, "{}", unwaived.stdout);
    let skipped = unwaived.with_verdict("skip");
    assert!(
        skipped
            .iter()
            .all(|case| case.contains("the member may not mint tokens")),
        "{skipped:?}"
    );
    assert!(!skipped.is_empty());
    let mut text = std::fs::read_to_string(&profile).expect("readable");
    // The summary has the waivers, ready to paste.
    let summary = std::fs::read_to_string(unwaived.folder.join("summary.md")).expect("readable");
    let waivers = summary
        .split("```toml\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next());
    text += waivers.expect("waivers");
    std::fs::write(&profile, text).expect("written");
    let waived = run(&node.url, &profile, &more).await;
    assert_eq!(waived.code, 0, "{}{}", waived.stdout, waived.stderr);
}

/// Runs against deployments with one fault that many cases meet. Each is one finding, with the cause first.
#[tokio::test]
async fn fault_that_many_cases_meet_is_one_finding() {
    for (fault, cause) in [
        ("the 201 has no jti", "/data/jti: missing in the 201"),
        ("an unknown id is a server error", "server error 500"),
    ] {
        let run = run_all(fault, &[]).await;
        assert_eq!(run.code, 1, "{}", run.stdout);
        let cause = format!("POST /api/v1/tokens/{{token_id}}/revoke: {cause}");
        let cases = run.report.as_ref().expect("a report")["cases"].clone();
        let failed =
            |case: &&serde_json::Value| case["verdict"] == "fail" || case["verdict"] == "blocked";
        let cases = cases.as_array().into_iter().flatten().filter(failed);
        let with_cause = cases
            .clone()
            .filter(|case| case["cause"] == cause.as_str())
            .count();
        assert!(with_cause > 50, "{with_cause} of {}", cases.count());
        let headers = run
            .stdout
            .lines()
            .filter(|line| line.starts_with("fail ") || line.starts_with("blocked "));
        assert!(headers.count() <= 3, "{}", run.stdout);
        assert!(run.stdout.contains(&cause), "{}", run.stdout);
        let lines = run.stdout.lines().count();
        assert!(lines <= 40, "{lines} lines: {}", run.stdout);
    }
}

/// Counts the live tokens of the users that a run has created: all but their own and the expired one.
async fn live(node: &Node) -> usize {
    let http = crate::proxy::http();
    let [ours, theirs] = node.businesses;
    let mut live = 0;
    for (role, business) in [("operator", ours), ("member", ours), ("outsider", theirs)] {
        let token = std::fs::read_to_string(node.folder.path().join(format!("{role}.token")));
        let token = token.expect("readable");
        // The fault of the service may be one of this request.
        let list = async || {
            let list = http.get(format!("{}/api/v1/tokens", node.url));
            let list = list.bearer_auth(&token);
            let list = list.header("x-business-id", business.to_string());
            let list = list.send().await.ok()?.bytes().await.ok()?;
            let list: Value = serde_json::from_slice(&list).ok()?;
            list["tokens"].is_array().then_some(list)
        };
        let list = match list().await {
            Some(list) => list,
            None => list().await.expect("a list"),
        };
        let tokens = list["tokens"].as_array().expect("a list");
        let is_given = |token: &Value| {
            ["the user's own", "expired"]
                .map(Value::from)
                .contains(&token["name"])
        };
        let is_live = |token: &&Value| token["revoked_at"].is_null() && !is_given(token);
        live += tokens.iter().filter(is_live).count();
    }
    live
}

/// Answers fail now and then, also those that create and revoke tokens. That is one finding, and no token is left behind unnamed.
#[tokio::test]
async fn fault_that_any_request_meets_now_and_then_is_one_finding() {
    for fault in [
        "one request in sixteen is a server error",
        "one answer in sixteen is a server error",
        "one connection in sixteen breaks",
        "one answer in sixteen is lost",
    ] {
        let node = Node::start(fault);
        let profile = node.profile("list_items = \"/tokens\"\nactive_tokens = 11");
        let run = run(&node.url, &profile, &["--allow", "revokes"]).await;
        assert_eq!(run.code, 1, "{fault}: {}", run.stdout);
        assert_eq!(headings(&run).len(), 1, "{fault}: {}", run.stdout);
        let left = run.report.as_ref().expect("a report")["end"]["left_behind"].clone();
        let left = left.as_array().map_or(0, Vec::len);
        assert!(live(&node).await <= left, "{fault}: {}", run.stdout);
    }
}

/// No token is created any more, since revoked ones take the places. The cases that use revoked tokens again come too late.
#[tokio::test]
async fn revoked_tokens_that_work_again_are_the_cause_where_no_token_is_created() {
    let node = Node::start("thirty revocations are remembered");
    let profile = node.profile("list_items = \"/tokens\"\nactive_tokens = 11");
    let run = run(&node.url, &profile, &["--allow", "revokes"]).await;
    assert_eq!(run.code, 1, "{}", run.stdout);
    let cause = "POST /api/v1/tokens: no token is created while revoked ones work";
    assert!(run.stdout.contains(cause), "{}", run.stdout);
    let why = "tokens work after their revocation was answered with 201";
    assert!(reason(&run).contains(why), "{}", run.stdout);
    assert_eq!(headings(&run).len(), 1, "{}", run.stdout);
}

#[tokio::test]
async fn answers_that_are_too_long_are_one_finding_on_each_connection() {
    let run = run_all("an answer of 404 does not end", &[]).await;
    assert_eq!(run.code, 1, "{}", run.stdout);
    assert!(run.stdout.contains("not read further"), "{}", run.stdout);
    assert_eq!(headings(&run).len(), 1, "{}", run.stdout);
}

/// What a token that does not exist is answered is no case's own question. It is the same each time.
#[tokio::test]
async fn other_refusal_now_and_then_blocks_the_case_that_meets_it() {
    let run = run_all("one 404 in twenty is 403", &["--filter", "revocation."]).await;
    assert_eq!(run.code, 1, "{}", run.stdout);
    let cause = "POST /api/v1/tokens/{token_id}/revoke: 403 in place of 404";
    assert!(run.stdout.contains(cause), "{}", run.stdout);
    assert_eq!(headings(&run).len(), 1, "{}", run.stdout);
    assert!(!run.with_verdict("blocked").is_empty(), "{}", run.stdout);
}

/// The service answers 500 for an unknown id, which most cases ask for only to see whether a token works.
#[tokio::test]
async fn case_that_meets_a_fault_on_its_way_is_blocked_and_its_clause_not_blamed() {
    let fault = "an unknown id is a server error";
    let more = [
        "--filter",
        "authentication.garbage",
        "--filter",
        "status.not_found",
    ];
    let node = Node::start(fault);
    let more = [&["--allow", "revokes"], &more[..]].concat();
    let run = run(&node.url, &node.profile(SHAPE), &more).await;
    assert_eq!(run.code, 1, "{}", run.stdout);
    assert_eq!(run.verdict("authentication.garbage"), "blocked");
    assert_eq!(
        run.verdict("status.not_found"),
        "fail",
        "its clause is broken"
    );
    let report = run.report.as_ref().expect("a report");
    assert_eq!(report["totals"]["blocked"], 1);
    let read = |name: &str| std::fs::read_to_string(run.folder.join(name)).expect("readable");
    assert!(read("junit.xml").contains("type=\"MUST blocked\""));
    assert!(read("summary.md").contains("1 more, 1 of them blocked"));
    assert!(read("report.html").contains("This clause was not decided"));
    // Alone it is no pass either.
    let alone = run_all(fault, &["--filter", "authentication.garbage"]).await;
    assert_eq!(alone.code, 1, "{}", alone.stdout);
    assert!(alone.stdout.contains("not decided: "), "{}", alone.stdout);
    assert!(
        reason(&alone).contains("blocked by a fault that they met: authentication.garbage"),
        "{}",
        reason(&alone)
    );
}

/// A run whose rate is low gets more time by itself, and one that is given too little says so before it begins.
#[tokio::test]
async fn low_rate_gets_more_time_or_is_warned_of() {
    let node = Node::start("");
    let profile = node.profile(SHAPE);
    let profile = profile.to_str().expect("UTF-8");
    let folder = testbed::folder().expect("a folder");
    let report = folder.path().to_str().expect("UTF-8");
    let fixed = [
        "run",
        "--target",
        &node.url,
        "--profile",
        profile,
        "--report",
        report,
        "--filter",
        "status.not_found",
        "--rate",
        "50",
    ];
    let more = crate::suite::conformance(&fixed).await;
    assert_eq!(
        String::from_utf8_lossy(&more.stderr)
            .matches("--rate")
            .count(),
        0
    );
    let saved = std::fs::read(folder.path().join("report.json")).expect("a report");
    let saved: serde_json::Value = serde_json::from_slice(&saved).expect("JSON");
    assert_eq!(saved["run"]["selection"]["max_seconds"], 220);
    let few = [&fixed[..9], &["--rate", "2", "--max-seconds", "3"]].concat();
    let few = crate::suite::conformance(&few).await;
    let warned = String::from_utf8_lossy(&few.stderr).into_owned();
    assert!(
        warned.contains("--rate 2 allows 6 requests in --max-seconds 3"),
        "{warned}"
    );
}
