//! The safety of a run: permitted targets, the limits of requests, and effects that were not allowed.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::deployment::Deployment;
use crate::local::Local;
use crate::proxy::Proxy;
use crate::suite::{command, run};
use crate::tls;

#[tokio::test]
async fn target_on_another_machine_needs_permission() {
    let deployment = Deployment::start();
    let profile = deployment.profile();
    // A name that never resolves (RFC 2606): this tests only what happens before a request is sent.
    let target = "http://staging.invalid";
    let refused = run(target, &profile, &[]).await;
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    assert!(
        refused.stderr.contains("--i-own staging.invalid"),
        "{}",
        refused.stderr
    );
    assert!(refused.report.is_none());
    let other = run(target, &profile, &["--i-own", "production.invalid"]).await;
    assert_eq!(other.code, 2, "{}", other.stderr);
    let owned = run(target, &profile, &["--i-own", "STAGING.invalid"]).await;
    assert_eq!(
        owned.code, 3,
        "the run starts and cannot reach the target: {}",
        owned.stderr
    );
    let text = std::fs::read_to_string(&profile).expect("readable");
    std::fs::write(&profile, format!("hosts = [\"staging.invalid\"]\n{text}")).expect("written");
    let listed = run(target, &profile, &[]).await;
    assert_eq!(listed.code, 3, "{}", listed.stderr);
}

/// Returns all tokens of the deployment, as its lists show them, without the time of their last use.
pub(crate) async fn listed_tokens(deployment: &Deployment) -> Vec<Value> {
    let http = crate::proxy::http();
    let mut tokens = Vec::new();
    for user in [
        &deployment.operator,
        &deployment.member,
        &deployment.outsider,
    ] {
        let answer = http
            .get(format!(
                "{}/api/v1/tokens?include_revoked=true&limit=1000",
                deployment.url
            ))
            .bearer_auth(&user.token)
            .header("x-business-id", &user.business_id)
            .send()
            .await
            .expect("an answer");
        let body: Value =
            serde_json::from_slice(&answer.bytes().await.expect("a body")).expect("JSON");
        for mut item in body["data"]["items"]
            .as_array()
            .cloned()
            .unwrap_or_default()
        {
            item["last_used_at"] = Value::Null;
            tokens.push(item);
        }
    }
    tokens.sort_by_key(|item| item["id"].to_string());
    tokens
}

#[tokio::test]
async fn safe_run_changes_nothing_even_if_every_caller_is_an_admin() {
    static REVOCATIONS: AtomicUsize = AtomicUsize::new(0);
    let deployment = Deployment::start();
    let proxy = Proxy::start(&deployment, |exchange| {
        Box::pin(async move {
            let answer = exchange.accepted().forward().await;
            if answer.status == 201 {
                REVOCATIONS.fetch_add(1, Ordering::Relaxed);
            }
            answer
        })
    })
    .await;
    let before = listed_tokens(&deployment).await;
    let profile = deployment.profile();
    let safe = run(&proxy.url, &profile, &["--allow", "safe"]).await;
    assert_eq!(safe.code, 1, "the fault is noticed: {}", safe.stdout);
    assert_eq!(
        REVOCATIONS.load(Ordering::Relaxed),
        0,
        "nothing was created or revoked"
    );
    assert_eq!(listed_tokens(&deployment).await, before);
}

#[tokio::test]
async fn request_limit_is_kept_and_minted_tokens_are_revoked() {
    static REQUESTS: AtomicUsize = AtomicUsize::new(0);
    let deployment = Deployment::start();
    let proxy = Proxy::start(&deployment, |exchange| {
        REQUESTS.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move { exchange.forward().await })
    })
    .await;
    let profile = deployment.profile();
    let run = run(
        &proxy.url,
        &profile,
        &["--allow", "revokes", "--max-requests", "60"],
    )
    .await;
    assert_eq!(run.code, 4, "{}", run.stdout);
    assert!(
        run.stdout
            .contains("the budget of 60 requests (--max-requests) is used up"),
        "{}",
        run.stdout
    );
    assert!(REQUESTS.load(Ordering::Relaxed) <= 60, "{REQUESTS:?}");
    let report = run.report.as_ref().expect("a report");
    assert_eq!(
        report["end"]["requests"].as_u64(),
        Some(REQUESTS.load(Ordering::Relaxed) as u64)
    );
    assert_eq!(report["end"]["left_behind"], json!([]));
    assert_eq!(report["run"]["selection"]["max_requests"], 60);
    assert!(!run.with_verdict("pass").is_empty());
    assert_eq!(run.with_verdict("fail"), Vec::<String>::new());
    assert_eq!(deployment.purge().await, 0);
}

#[tokio::test]
async fn rate_is_not_exceeded() {
    let deployment = Deployment::start();
    let profile = deployment.profile();
    let started = Instant::now();
    let more = [
        "--allow",
        "revokes",
        "--rate",
        "20",
        "--jobs",
        "16",
        "--filter",
        "revocation.refused_on_each_further_use",
    ];
    let run = run(&deployment.url, &profile, &more).await;
    assert_eq!(run.code, 0, "{}", run.stdout);
    let requests = run.report.expect("a report")["end"]["requests"]
        .as_u64()
        .expect("a number");
    // Enough requests that they take longer than the start of the program.
    assert!(requests > 20, "{requests} requests");
    let least = Duration::from_millis((requests - 1) * 50);
    assert!(
        started.elapsed() >= least,
        "{requests} requests in {:?}",
        started.elapsed()
    );
}

/// Breaks the target's first connection during the TLS handshake. The suite connects once more, and counts that.
#[tokio::test]
async fn failed_connections_are_repeated_and_counted() {
    let deployment = tls::start();
    let profile = tls::profile_with_ca(&deployment, "ca.pem");
    let upstream = deployment.url.trim_start_matches("https://").to_owned();
    let passing = Local::start(|listener| async move {
        // Breaks the handshake.
        drop(listener.accept().await.expect("a connection"));
        while let Ok((mut client, _)) = listener.accept().await {
            let upstream = upstream.clone();
            tokio::spawn(async move {
                let mut server = tokio::net::TcpStream::connect(upstream)
                    .await
                    .expect("the server");
                let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            });
        }
    })
    .await;
    let target = passing.url.replace("http:", "https:");
    let run = run(&target, &profile, &["--filter", "list.refuses_anonymous"]).await;
    assert_eq!(
        run.verdict("list.refuses_anonymous"),
        "pass",
        "{}{}",
        run.stdout,
        run.stderr
    );
    let report = run.report.expect("a report");
    assert_eq!(report["end"]["retries"], 1, "{}", report["end"]);
}

#[tokio::test]
async fn probe_writes_a_profile_that_the_suite_accepts() {
    let deployment = Deployment::start();
    let folder = testbed::folder().expect("a folder");
    let output = folder.path().join("first.toml");
    let path = output.to_str().expect("UTF-8");
    let arguments = [
        "probe",
        "--target",
        &deployment.url,
        "--business-id",
        &deployment.operator.business_id,
        "--operator",
        "PROBE_OPERATOR",
        "--outsider",
        "PROBE_OUTSIDER",
        "--outsider-business-id",
        &deployment.outsider.business_id,
        "--allow",
        "revokes",
        "--output",
        path,
    ];
    let probe = || {
        let mut command = command();
        command
            .args(arguments)
            .env("PROBE_OPERATOR", &deployment.operator.token)
            .env("PROBE_OUTSIDER", &deployment.outsider.token);
        command
    };
    let done = probe().output().await.expect("it runs");
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    let text = std::fs::read_to_string(&output).expect("a profile");
    let shown = text
        .replace(&deployment.operator.business_id, "BUSINESS")
        .replace(&deployment.outsider.business_id, "OTHER BUSINESS");
    insta::assert_snapshot!("probe", shown);
    conformance::profile::Profile::parse(&output, &text).expect("a valid profile");
    assert_eq!(deployment.purge().await, 0);

    let again = probe().output().await.expect("it runs");
    assert_eq!(
        again.status.code(),
        Some(2),
        "an existing file is not overwritten"
    );
    assert_eq!(std::fs::read_to_string(&output).expect("a profile"), text);
}

/// The service ignores `x-business-id`, which the contract does not allow: the probe says what it saw.
#[tokio::test]
async fn probe_says_what_was_answered_where_it_is_none_of_the_choices() {
    let node = crate::node::Node::start("x-business-id is ignored and unknown fields are refused");
    let profile = node.profile("");
    let token = std::fs::read_to_string(profile.with_file_name("operator.token")).expect("read");
    let business = uuid::Uuid::new_v4().to_string();
    let arguments = [
        "probe",
        "--target",
        &node.url,
        "--business-id",
        &business,
        "--allow",
        "revokes",
    ];
    let probe = |output: &str| {
        let mut command = command();
        command
            .args(arguments)
            .args(["--output", output])
            .env("OPERATOR_TOKEN", token.trim());
        command
    };
    let folder = testbed::folder().expect("a folder");
    let path = folder.path().join("first.toml");
    let done = probe(path.to_str().expect("UTF-8"))
        .output()
        .await
        .expect("it runs");
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    let text = std::fs::read_to_string(&path).expect("a profile");
    assert!(
        text.contains("# missing_business_id = 201  # answered 201"),
        "{text}"
    );
    assert!(
        text.contains("# foreign_business = 201  # answered 201"),
        "{text}"
    );
    // A file that cannot be written is no wrong usage, as in the other commands.
    let nowhere = folder.path().join("missing/first.toml");
    let refused = probe(nowhere.to_str().expect("UTF-8"))
        .output()
        .await
        .expect("it runs");
    assert_eq!(
        refused.status.code(),
        Some(3),
        "{}",
        String::from_utf8_lossy(&refused.stderr)
    );
}
