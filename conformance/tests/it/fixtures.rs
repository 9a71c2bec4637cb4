//! Disposable tokens from a mint command, and from a pool with its ledger.

use std::path::Path;
use std::process::Stdio;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::deployment::{Deployment, User};
use crate::proxy::{Answer, Proxy};
use crate::suite::{amend, run};

/// Replaces `mint` in a profile.
fn set_mint(profile: &Path, way: &str) {
    amend(profile, "mint = \"api\"", &format!("mint = {way}"));
}

/// Creates a token of a user without the suite.
async fn mint_token(deployment: &Deployment, user: &User) -> Value {
    let request = crate::proxy::http()
        .post(format!("{}/api/v1/tokens", deployment.url))
        .bearer_auth(&user.token)
        .header("x-business-id", &user.business_id)
        .header("content-type", "application/json")
        .body(json!({ "name": "pooled", "expires_in_days": 1 }).to_string());
    let answer = request
        .send()
        .await
        .expect("an answer")
        .bytes()
        .await
        .expect("a body");
    let body: Value = serde_json::from_slice(&answer).expect("JSON");
    let info = &body["data"]["token_info"];
    json!({ "id": info["id"], "jti": info["jti"], "name": info["name"], "token": body["data"]["token"] })
}

/// Writes a script that mints with curl.
fn write_mint_script(deployment: &Deployment) {
    let users = [
        ("operator", &deployment.operator),
        ("member", &deployment.member),
        ("outsider", &deployment.outsider),
    ];
    let cases: String = (users.iter())
        .map(|(role, user)| format!("{role}) business={} ;;\n", user.business_id))
        .collect();
    let text = format!(
        "#!/bin/sh\nset -eu\ncase \"$CONFORMANCE_ROLE\" in\n{cases}esac\n\
         curl -sS --fail-with-body -X POST '{}/api/v1/tokens' -H \"authorization: Bearer $(cat $CONFORMANCE_ROLE.token)\" \\\n\
         -H \"x-business-id: $business\" -H 'content-type: application/json' \\\n\
         -d \"{{\\\"name\\\": \\\"$CONFORMANCE_NAME\\\", \\\"expires_in_days\\\": 1}}\" |\n\
         sed -E 's/.*\"token\":\"([^\"]+)\".*\"token_info\":\\{{\"id\":\"([^\"]+)\",\"jti\":\"([^\"]+)\".*/{{\"id\":\"\\2\",\"token\":\"\\1\",\"jti\":\"\\3\"}}/'\n",
        deployment.url
    );
    std::fs::write(deployment.folder.path().join("mint.sh"), text).expect("written");
}

#[tokio::test]
async fn tokens_come_from_the_mint_command() {
    let deployment = Deployment::start();
    let profile = deployment.profile();
    write_mint_script(&deployment);
    set_mint(&profile, "{ command = [\"sh\", \"mint.sh\"] }");
    let more = [
        "--allow",
        "revokes",
        "--filter",
        "revocation.spares",
        "--filter",
        "tenancy.foreign_token",
    ];
    let run = run(&deployment.url, &profile, &more).await;
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert_eq!(run.with_verdict("pass").len(), 6);
    let minted = run
        .exchanges()
        .any(|exchange| exchange["purpose"].to_string().contains("fixture: mint"));
    assert!(!minted, "the suite did not mint by the API");
    assert_eq!(
        run.report.expect("a report")["end"]["left_behind"],
        json!([])
    );
    assert_eq!(deployment.purge().await, 0);
}

#[tokio::test]
async fn failing_mint_command_is_inconclusive_and_reported() {
    let deployment = Deployment::start();
    let profile = deployment.profile();
    amend(&profile, "exchange_seconds = 5", "exchange_seconds = 1");
    let text = std::fs::read_to_string(&profile).expect("readable");
    for (command, message) in [
        (
            "[\"sh\", \"-c\", \"echo the vault is sealed >&2; exit 3\"]",
            "the vault is sealed",
        ),
        ("[\"no-such-program\"]", "cannot be run"),
        (
            "[\"sh\", \"-c\", \"echo dz_canary_of_a_token\"]",
            "did not print one JSON object",
        ),
        ("[\"sh\", \"-c\", \"sleep 60\"]", "did not end within"),
    ] {
        std::fs::write(&profile, &text).expect("written");
        set_mint(&profile, &format!("{{ command = {command} }}"));
        let run = run(
            &deployment.url,
            &profile,
            &["--allow", "revokes", "--filter", "status.created_envelope"],
        )
        .await;
        assert_eq!(run.code, 4, "{}", run.stdout);
        assert_eq!(run.verdict("status.created_envelope"), "inconclusive");
        assert!(run.stdout.contains(message), "{command}: {}", run.stdout);
        assert!(!run.stdout.contains("canary"), "{}", run.stdout);
    }
}

/// A command that creates a token, then the file `made`, and prints the token two seconds later.
const SLOW_MINT: &str =
    r#"{ command = ["sh", "-c", 'made=$(sh mint.sh); touch made; sleep 2; printf "%s" "$made"'] }"#;

#[tokio::test]
async fn token_of_a_command_that_outlasts_its_case_is_revoked() {
    let deployment = Deployment::start();
    let profile = deployment.profile();
    write_mint_script(&deployment);
    set_mint(&profile, SLOW_MINT);
    let timeouts = "exchange_seconds = 5";
    amend(&profile, timeouts, &format!("{timeouts}\ncase_seconds = 1"));
    let more = ["--allow", "revokes", "--filter", "status.created_envelope"];
    let run = run(&deployment.url, &profile, &more).await;
    assert_eq!(run.verdict("status.created_envelope"), "inconclusive");
    assert!(
        run.stdout.contains("not decided within 1 s"),
        "{}",
        run.stdout
    );
    assert!(deployment.folder.path().join("made").exists());
    assert_eq!(deployment.purge().await, 0, "the suite has revoked it");
}

/// Sends SIGINT to all processes of the group, as a terminal does on Ctrl-C.
#[tokio::test]
async fn token_of_a_command_that_runs_during_an_interrupt_is_revoked() {
    let deployment = Deployment::start();
    let profile = deployment.profile();
    write_mint_script(&deployment);
    set_mint(&profile, SLOW_MINT);
    let folder = deployment.folder.path();
    let mut suite = crate::suite::command();
    suite
        .args(["run", "--target", &deployment.url, "--allow", "revokes"])
        .args(["--filter", "status.created_envelope", "--profile"])
        .arg(&profile)
        .arg("--report")
        .arg(folder.join("report"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0);
    let mut suite = suite.spawn().expect("the command runs");
    let group = format!("-{}", suite.id().expect("it runs"));
    let begun = Instant::now();
    while !folder.join("made").exists() {
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "no token was created"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let killed = std::process::Command::new("kill")
        .args(["-INT", "--", &group])
        .status();
    assert!(killed.expect("kill runs").success());
    let ended = tokio::time::timeout(Duration::from_secs(20), suite.wait()).await;
    let status = ended.expect("it ends").expect("ended");
    assert_eq!(status.code(), Some(3), "interrupted");
    assert_eq!(deployment.purge().await, 0, "the suite has revoked it");
}

#[tokio::test]
async fn rate_limited_mint_is_repeated_after_the_time_in_retry_after() {
    let deployment = Deployment::start();
    let limited = Proxy::start(&deployment, |exchange| {
        Box::pin(async move {
            static BEGUN: OnceLock<Instant> = OnceLock::new();
            let young = || BEGUN.get_or_init(Instant::now).elapsed() < Duration::from_secs(3);
            if exchange.creates() && young() {
                return too_many_requests("3");
            }
            exchange.forward().await
        })
    })
    .await;
    let closed = Proxy::start(&deployment, |exchange| {
        Box::pin(async move {
            match exchange.creates() {
                true => too_many_requests("3600"),
                false => exchange.forward().await,
            }
        })
    })
    .await;
    let profile = deployment.profile();
    let more = ["--allow", "revokes", "--filter", "status.created_envelope"];
    for (proxy, verdict) in [(limited, "pass"), (closed, "inconclusive")] {
        let run = run(&proxy.url, &profile, &more).await;
        let decided = run.verdict("status.created_envelope");
        assert_eq!(decided, verdict, "{}", run.stdout);
        let minting = |exchange: &&Value| exchange["purpose"].to_string().contains("fixture: mint");
        assert_eq!(run.exchanges().filter(minting).count(), 1, "it is repeated");
    }
}

fn too_many_requests(seconds: &str) -> Answer {
    Answer::json(429, &json!({ "detail": "Too many requests" })).header("retry-after", seconds)
}

#[tokio::test]
async fn pool_token_is_consumed_once_and_recorded_in_the_ledger() {
    let deployment = Deployment::start();
    let profile = deployment.profile();
    let mut pool = Vec::new();
    for _ in 0..3 {
        pool.push(mint_token(&deployment, &deployment.operator).await);
    }
    let folder = deployment.folder.path();
    std::fs::write(folder.join("pool.json"), json!(pool).to_string()).expect("written");
    set_mint(&profile, "{ pool = \"pool.json\" }");
    let two = [
        "--allow",
        "revokes",
        "--filter",
        "revocation.spares_others_of_the_user",
    ];
    let first = run(&deployment.url, &profile, &two).await;
    assert_eq!(first.code, 0, "{}{}", first.stdout, first.stderr);
    let ledger = std::fs::read_to_string(folder.join("pool.json.ledger")).expect("a ledger");
    assert_eq!(ledger.lines().count(), 2, "{ledger}");
    for line in ledger.lines() {
        let entry: Value = serde_json::from_str(line).expect("JSON");
        assert!(
            pool.iter().any(|token| token["id"] == entry["id"]),
            "{entry}"
        );
        assert_eq!(entry["case"], "revocation.spares_others_of_the_user");
        assert!(entry["token"].is_null());
    }
    for token in &pool {
        assert!(!ledger.contains(token["token"].as_str().expect("a token")));
    }

    // One token remains, which is not enough: the case is skipped, with the reason.
    let second = run(&deployment.url, &profile, &two).await;
    assert_eq!(second.code, 4, "{}", second.stdout);
    assert_eq!(
        second.verdict("revocation.spares_others_of_the_user"),
        "skip"
    );
    assert!(
        second
            .stdout
            .contains("has 1 unused token of the operator left"),
        "{}",
        second.stdout
    );

    // With a waiver the run passes without the case.
    let text = std::fs::read_to_string(&profile).expect("readable");
    let waiver = "\n[[waiver]]\ncase = \"revocation.spares_others_of_the_user\"\nreason = \"the pool is small\"\nexpires = 2099-12-31\n";
    std::fs::write(&profile, format!("{text}{waiver}")).expect("written");
    let one = [
        "--allow",
        "revokes",
        "--filter",
        "revocation.spares_others_of_the_user",
        "--filter",
        "status.created_envelope",
    ];
    let third = run(&deployment.url, &profile, &one).await;
    assert_eq!(third.code, 0, "{}", third.stdout);
    let report = third.report.expect("a report");
    let waived = report["cases"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|case| case["verdict"] == "skip");
    assert_eq!(
        waived.expect("a skip")["waived"]["reason"],
        "the pool is small"
    );
}

#[tokio::test]
async fn unusable_pool_exits_2_and_is_not_quoted() {
    let deployment = Deployment::start();
    let profile = deployment.profile();
    let folder = deployment.folder.path();
    set_mint(&profile, "{ pool = \"pool.json\" }");
    let missing = run(&deployment.url, &profile, &[]).await;
    assert_eq!(missing.code, 2, "{}", missing.stderr);
    assert!(
        missing.stderr.contains("fixtures.mint") && missing.stderr.contains("cannot be read"),
        "{}",
        missing.stderr
    );
    std::fs::write(
        folder.join("pool.json"),
        "[{\"token\": \"dz_canary_of_a_token\"}]",
    )
    .expect("written");
    let broken = run(&deployment.url, &profile, &[]).await;
    assert_eq!(broken.code, 2, "{}", broken.stderr);
    assert!(
        broken.stderr.contains("is not a list of tokens") && !broken.stderr.contains("canary"),
        "{}",
        broken.stderr
    );
    std::fs::write(folder.join("pool.json"), "[]").expect("written");
    let ledger = std::fs::File::create(folder.join("pool.json.ledger")).expect("created");
    ledger.lock().expect("locked");
    let used = run(&deployment.url, &profile, &[]).await;
    assert_eq!(used.code, 2, "{}", used.stderr);
    assert!(
        used.stderr.contains("another run is using the pool"),
        "{}",
        used.stderr
    );
}
