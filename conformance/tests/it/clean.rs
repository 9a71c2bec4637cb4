//! Correct deployments: no case fails.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use crate::deployment::Deployment;
use crate::node::Node;
use crate::proxy::{Answer, Proxy};
use crate::suite::{amend, run};
use crate::upstream::Upstream;

#[tokio::test]
async fn correct_deployment_passes_repeatedly() {
    let deployment = Deployment::start();
    let profile = deployment.profile();
    for jobs in ["4", "8", "32"] {
        let run = run(
            &deployment.url,
            &profile,
            &["--allow", "revokes", "--strict", "--jobs", jobs],
        )
        .await;
        assert_eq!(
            run.code, 0,
            "with {jobs} jobs:\n{}{}",
            run.stdout, run.stderr
        );
        for verdict in ["fail", "warn", "skip", "inconclusive", "error"] {
            assert_eq!(
                run.with_verdict(verdict),
                Vec::<String>::new(),
                "with {jobs} jobs"
            );
        }
        let passed = run.with_verdict("pass");
        let inapplicable = passed.iter().filter(|case| case.contains("does not apply"));
        assert_eq!(inapplicable.collect::<Vec<_>>(), Vec::<&String>::new());
        let report = run.report.expect("a report");
        assert_eq!(report["complete"], true);
        assert_eq!(report["end"]["left_behind"], serde_json::json!([]));
        assert_eq!(
            deployment.purge().await,
            0,
            "the suite revokes what it minted"
        );
    }
}

#[tokio::test]
async fn live_tokens_never_exceed_the_limit_of_the_profile() {
    static MOST: AtomicUsize = AtomicUsize::new(0);
    let deployment = Deployment::start();
    let proxy = Proxy::start(&deployment, |exchange| {
        Box::pin(async move {
            let answer = exchange.forward().await;
            MOST.fetch_max(exchange.live(), Ordering::Relaxed);
            answer
        })
    })
    .await;
    let profile = deployment.profile();
    amend(&profile, "mint = \"api\"", "mint = \"api\"\nmax_live = 4");
    let more = [
        "--allow",
        "revokes",
        "--jobs",
        "32",
        "--filter",
        "revocation.",
        "--filter",
        "concurrency.",
    ];
    let run = run(&proxy.url, &profile, &more).await;
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    // Some cases use four tokens.
    assert_eq!(MOST.load(Ordering::Relaxed), 4, "live tokens of one user");
}

#[tokio::test]
async fn policy_accepts_only_the_named_response() {
    let deployment = Deployment::start();
    let profile = deployment.profile();
    let text = std::fs::read_to_string(&profile).expect("readable");
    let policy = "\n[policy]\nsecond_revoke = 201\nmalformed_token_id = 422\nmissing_business_id = 400\n\
                  malformed_business_id = 400\nforeign_token = 404\ninvalid_body = 422\nbroken_json = 422\n";
    std::fs::write(&profile, format!("{text}{policy}")).expect("written");
    let sound = run(&deployment.url, &profile, &["--allow", "revokes"]).await;
    assert_eq!(sound.code, 0, "{}", sound.stdout);

    std::fs::write(&profile, format!("{text}\n[policy]\nsecond_revoke = 400\n")).expect("written");
    let other = run(
        &deployment.url,
        &profile,
        &[
            "--allow",
            "revokes",
            "--filter",
            "revocation.second",
            "--filter",
            "concurrency.parallel_revocations_agree",
        ],
    )
    .await;
    assert_eq!(other.code, 1, "{}", other.stdout);
    for case in [
        "revocation.second_changes_nothing",
        "concurrency.parallel_revocations_agree",
    ] {
        assert_eq!(other.verdict(case), "fail", "{case}: {}", other.stdout);
    }
    assert!(
        other
            .stdout
            .contains("400 (policy.second_revoke of the profile)"),
        "{}",
        other.stdout
    );
}

#[tokio::test]
async fn missing_user_skips_cases_with_the_reason_and_proves_nothing() {
    let deployment = Deployment::start();
    let profile = deployment.profile();
    let text = std::fs::read_to_string(&profile).expect("readable");
    let operator_only = text.split("[member]").next().expect("the operator's table");
    std::fs::write(
        &profile,
        format!("{operator_only}\n[fixtures]\nmint = \"api\"\n[companions]\nlist = false\n"),
    )
    .expect("written");
    let run = run(&deployment.url, &profile, &["--allow", "revokes"]).await;
    assert_eq!(run.code, 4, "{}", run.stdout);
    assert_eq!(run.verdict("status.forbidden"), "skip");
    assert_eq!(run.verdict("tenancy.foreign_token_not_revoked"), "skip");
    // The deployment has the list that the profile denies.
    assert_eq!(run.verdict("list.refuses_anonymous"), "inconclusive");
    assert_eq!(run.verdict("revocation.refused_at_once"), "pass");
    assert!(
        run.stdout.contains("the profile names no [member]"),
        "{}",
        run.stdout
    );
}

#[tokio::test]
async fn default_run_creates_and_revokes_nothing() {
    let deployment = Deployment::start();
    let profile = deployment.profile();
    let run = run(&deployment.url, &profile, &[]).await;
    assert_eq!(run.code, 4, "{}", run.stdout);
    assert_eq!(run.verdict("list.refuses_anonymous"), "pass");
    assert_eq!(run.verdict("status.created"), "skip");
    for exchange in run.exchanges() {
        let request = &exchange["request"];
        let authorized = request["headers"]
            .as_array()
            .into_iter()
            .flatten()
            .any(|header| header["name"] == "authorization");
        let is_safe = request["method"] == "GET" || request["method"] == "HEAD";
        assert!(is_safe || !authorized, "{request}");
    }
    assert_eq!(run.report.expect("a report")["end"]["reached"], false);
    assert_eq!(deployment.purge().await, 0);
}

/// Tests a deployment that chooses differently where the contract leaves a choice: 400 for a second revocation, 404 for a
/// malformed id, 403 for a foreign token, 422 for a missing business, and none of the headers that a SHOULD asks for.
#[tokio::test]
async fn deployment_with_other_choices_passes() {
    let deployment = Deployment::start();
    let proxy = Proxy::start(&deployment, |exchange| {
        Box::pin(async move {
            let mut answer = exchange.forward().await.without("cache-control");
            if answer.status == 401 {
                answer = answer.header("www-authenticate", "Bearer");
            }
            let Some(id) = exchange.revokes() else { return answer };
            let refused = |status: u16, detail: &str| Answer::json(status, &json!({ "detail": detail }));
            let theirs = exchange.bearer() != exchange.users.outsider.token;
            let foreign = exchange.find_created(|token| {
                token.id == id && (token.business_id == exchange.users.outsider.business_id) == theirs
            });
            match answer.status {
                201 if answer.value()["code"] != "TOKEN_REVOKED" => refused(400, "Token is already revoked"),
                400 if !exchange.headers.contains_key("x-business-id") => {
                    let problem = json!({ "loc": ["header", "x-business-id"], "msg": "Field required", "type": "missing" });
                    Answer::json(422, &json!({ "detail": [problem] }))
                }
                404 if foreign.is_some() => refused(403, "Not enough permissions"),
                422 if answer.value()["detail"][0]["loc"][0] == "path" => refused(404, "Resource not found"),
                _ => answer,
            }
        })
    })
    .await;
    let profile = deployment.profile();
    let unset = run(&proxy.url, &profile, &["--allow", "revokes"]).await;
    assert_eq!(unset.code, 0, "{}{}", unset.stdout, unset.stderr);
    assert_eq!(unset.with_verdict("skip"), Vec::<String>::new());

    let text = std::fs::read_to_string(&profile).expect("readable");
    let policy = "\n[policy]\nsecond_revoke = 400\nmalformed_token_id = 404\nmissing_business_id = 422\nforeign_token = 403\n";
    std::fs::write(&profile, format!("{text}{policy}")).expect("written");
    let set = run(&proxy.url, &profile, &["--allow", "revokes"]).await;
    assert_eq!(set.code, 0, "{}{}", set.stdout, set.stderr);
    assert_eq!(
        set.report.expect("a report")["end"]["left_behind"],
        json!([])
    );
    assert_eq!(deployment.purge().await, 0);

    // The profile names 201 for a second revocation, so 400 is wrong for the later ones of parallel revocations too.
    let policy = "\n[policy]\nsecond_revoke = 201\n";
    std::fs::write(&profile, format!("{text}{policy}")).expect("written");
    let case = "concurrency.parallel_revocations_agree";
    let more = ["--allow", "revokes", "--filter", case];
    let contradicting = run(&proxy.url, &profile, &more).await;
    assert_eq!(
        contradicting.verdict(case),
        "fail",
        "{}",
        contradicting.stdout
    );
}

/// Tests deployments that answer invalid bodies, and all invalid requests, with 400. Without any 422 the case is
/// inconclusive.
#[tokio::test]
async fn validation_error_may_come_from_any_of_several_invalid_requests() {
    let deployment = Deployment::start();
    fn bad() -> Answer {
        Answer::json(400, &json!({ "detail": "Bad request" }))
    }
    let bodies = Proxy::start(&deployment, |exchange| {
        Box::pin(async move {
            let answer = exchange.forward().await;
            let of_the_body = answer.value()["detail"][0]["loc"][0] == "body";
            if of_the_body { bad() } else { answer }
        })
    })
    .await;
    let all = Proxy::start(&deployment, |exchange| {
        Box::pin(async move {
            let answer = exchange.forward().await;
            if answer.status == 422 { bad() } else { answer }
        })
    })
    .await;
    let profile = deployment.profile();
    let text = std::fs::read_to_string(&profile).expect("readable");
    std::fs::write(&profile, format!("{text}\n[policy]\ninvalid_body = 400\n")).expect("written");
    let more = ["--allow", "revokes", "--filter", "status.unprocessable"];
    for (proxy, verdict) in [(bodies, "pass"), (all, "inconclusive")] {
        let run = run(&proxy.url, &profile, &more).await;
        assert_eq!(
            run.verdict("status.unprocessable"),
            verdict,
            "{}",
            run.stdout
        );
    }
}

#[tokio::test]
async fn second_deployment_passes_with_and_without_its_policy() {
    let chosen = "[fixtures]\nmint = \"api\"\n[policy]\nsecond_revoke = 400\nmalformed_token_id = 400\n\
                  missing_business_id = 400\nmalformed_business_id = 400\nforeign_token = 404\ninvalid_body = 422\n\
                  broken_json = 422\nduplicate_keys = 201\ndays_as_boolean = 201\ndays_as_text = 201\n\
                  days_as_fraction = 201\n";
    for more in ["[fixtures]\nmint = \"api\"\n", chosen] {
        let upstream = Upstream::start().await;
        let profile = upstream.profile(more);
        for seed in ["1", "2"] {
            let run = run(
                &upstream.url,
                &profile,
                &["--allow", "revokes", "--seed", seed],
            )
            .await;
            assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
            // It lacks one header that a SHOULD asks for.
            let warned = run.with_verdict("warn");
            assert_eq!(warned.len(), 1, "{warned:?}");
            assert!(
                warned[0].starts_with("authentication.challenge_says_invalid_token"),
                "{warned:?}"
            );
            for verdict in ["fail", "skip", "inconclusive", "error"] {
                assert_eq!(run.with_verdict(verdict), Vec::<String>::new());
            }
            assert_eq!(
                run.report.expect("a report")["end"]["left_behind"],
                json!([])
            );
            assert_eq!(upstream.active(), 3, "only the users' own tokens");
        }
    }
}

#[tokio::test]
async fn correct_deployment_passes_in_any_order() {
    let deployment = Deployment::start();
    let profile = deployment.profile();
    let mut orders = Vec::new();
    for seed in ["0", "1", "18446744073709551615", "1"] {
        let more = [
            "--allow",
            "revokes",
            "--strict",
            "--seed",
            seed,
            "--jobs",
            "1",
            "--filter",
            "token_id.",
        ];
        let run = run(&deployment.url, &profile, &more).await;
        assert_eq!(run.code, 0, "seed {seed}:\n{}{}", run.stdout, run.stderr);
        let report = run.report.expect("a report");
        assert_eq!(report["run"]["selection"]["seed"].to_string(), seed);
        let mut started: Vec<(String, String)> = (report["cases"].as_array().into_iter().flatten())
            .map(|case| {
                let text =
                    |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
                (text(&case["exchanges"][0]["started_at"]), text(&case["id"]))
            })
            .collect();
        started.sort();
        orders.push(started.into_iter().map(|(_, id)| id).collect::<Vec<_>>());
    }
    assert_eq!(orders[1], orders[3], "the same seed gives the same order");
    assert_ne!(orders[0], orders[1], "another seed gives another order");
    for seed in ["7", "8", "9"] {
        let more = [
            "--allow", "revokes", "--strict", "--seed", seed, "--jobs", "16",
        ];
        let run = run(&deployment.url, &profile, &more).await;
        assert_eq!(run.code, 0, "seed {seed}:\n{}{}", run.stdout, run.stderr);
    }
}

#[tokio::test]
async fn every_part_of_the_contract_is_observed_on_our_server() {
    let deployment = Deployment::start();
    let run = run(
        &deployment.url,
        &deployment.profile(),
        &["--allow", "revokes"],
    )
    .await;
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let report = run.report.expect("a report");
    let coverage = &report["end"]["coverage"];
    let parts = coverage["parts"].as_array().expect("parts");
    let missing: Vec<&serde_json::Value> = (parts.iter())
        .filter(|part| part["exercised"] != true || part["observed"] != true)
        .collect();
    assert_eq!(missing, Vec::<&serde_json::Value>::new());
    assert_eq!(coverage["declared"], parts.len());
    // Six statuses with a media type each, two parameters, a body with a reason, and the properties of 201 and 422.
    let kinds = |kind: &str| parts.iter().filter(|part| part["kind"] == kind).count();
    let found = [
        "status",
        "media_type",
        "parameter",
        "request_body",
        "request_property",
        "response_property",
    ]
    .map(kinds);
    assert_eq!(found, [6, 6, 2, 1, 1, 16]);
    let document: serde_json::Value =
        serde_json::from_str(openapi::published::REVOKE_TOKEN.text).expect("JSON");
    for part in parts {
        let pointer = part["pointer"].as_str().expect("a pointer");
        assert!(
            document.pointer(pointer).is_some(),
            "{pointer} does not resolve"
        );
    }
}

#[tokio::test]
async fn third_deployment_with_a_list_of_another_shape_passes_without_a_waiver() {
    for (fault, items) in [
        ("", "/tokens"),
        ("the list is a bare array", ""),
        ("the tokens are listed by their ids", "/tokens"),
    ] {
        let node = Node::start(fault);
        let profile = node.profile(&format!("list_items = \"{items}\""));
        for seed in ["1", "2"] {
            let more = ["--allow", "revokes", "--strict", "--seed", seed];
            let run = run(&node.url, &profile, &more).await;
            assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
            for verdict in ["fail", "warn", "skip", "inconclusive", "error"] {
                assert_eq!(run.with_verdict(verdict), Vec::<String>::new());
            }
            let end = &run.report.expect("a report")["end"];
            assert_eq!(end["left_behind"], json!([]));
        }
    }
}

/// Runs against a deployment with a list that its profile denies. What is shown there is then not checked.
#[tokio::test]
async fn list_that_the_profile_denies_is_not_passed_over() {
    let node = Node::start("a revoked token still lists");
    let more = [
        "--allow",
        "revokes",
        "--filter",
        "list.refuses_anonymous",
        "--filter",
        "status.created",
    ];
    let profile = node.profile("list = false");
    let denied = run(&node.url, &profile, &more).await;
    assert_eq!(denied.code, 4, "{}", denied.stdout);
    assert_eq!(denied.verdict("list.refuses_anonymous"), "inconclusive");
    assert!(
        denied.stdout.contains("companions.list_items"),
        "{}",
        denied.stdout
    );
}

/// Tests a deployment that knows the business by the credential and ignores `x-business-id`, and refuses unknown
/// fields.
#[tokio::test]
async fn deployment_that_ignores_the_header_passes_if_its_profile_says_so() {
    let node = Node::start("x-business-id is ignored and unknown fields are refused");
    let profile = node.profile("list_items = \"/tokens\"");
    let more = ["--allow", "revokes", "--strict"];
    let unset = run(&node.url, &profile, &more).await;
    assert_eq!(
        unset.code, 1,
        "the page demands the header: {}",
        unset.stdout
    );
    let policy = "[policy]\nmissing_business_id = 201\nmalformed_business_id = 201\nforeign_business = 201\nunknown_fields = 422";
    amend(&profile, "[policy]", policy);
    let set = run(&node.url, &profile, &more).await;
    assert_eq!(set.code, 0, "{}{}", set.stdout, set.stderr);
    assert_eq!(set.with_verdict("skip"), Vec::<String>::new());
}
