//! The most likely usage errors: each message says what, where, why and what to do.

use std::fs;
use std::path::Path;

use crate::deployment::Deployment;
use crate::suite::{command, unused_address};

/// Runs `conformance` in a folder. Returns its messages, without those about single cases, and its exit code. `token` is the
/// value of the operator's variable.
async fn messages(folder: &Path, token: Option<&str>, arguments: &[&str]) -> String {
    let mut command = command();
    command
        .args(arguments)
        .current_dir(folder)
        .env_remove("OPERATOR_TOKEN");
    if let Some(token) = token {
        command.env("OPERATOR_TOKEN", token);
    }
    let output = command.output().await.expect("the command runs");
    let stdout = String::from_utf8_lossy(&output.stdout);
    // Only failed fixtures and everything from the verdict on are returned. Other tests check the rest.
    let verdict = stdout.find("\nexit ").map_or("", |at| &stdout[at + 1..]);
    let fixtures: String = (stdout.lines())
        .filter(|line| line.starts_with("  fixture: "))
        .map(|line| format!("{line}\n"))
        .collect();
    let stderr = String::from_utf8_lossy(&output.stderr);
    let stderr: String = (stderr.lines())
        .filter(|line| !line.contains("at a time"))
        .map(|line| format!("{line}\n"))
        .collect();
    let code = output.status.code().expect("an exit code");
    format!("{stderr}{fixtures}{verdict}exit code {code}")
}

#[tokio::test]
async fn each_message_gives_place_reason_and_remedy() {
    let deployment = Deployment::start();
    let url = deployment.url.clone();
    let address = url.trim_start_matches("http://").to_owned();
    let token = deployment.operator.token.as_str();
    let business = deployment.operator.business_id.as_str();
    let folder = testbed::folder().expect("a temporary folder");
    let profile = format!(
        "# Staging\n[operator]\ntoken = {{ env = \"OPERATOR_TOKEN\" }}\nbusiness_id = \"{business}\"\n\
         [fixtures]\nmint = \"api\"\n[policy]\nsecond_revoke = 201\n"
    );
    let file = |name: &str, text: &str| {
        fs::write(folder.path().join(name), text).expect("a file in the temporary folder");
    };
    file("valid.toml", &profile);
    let mut all = Vec::new();
    let mut record = |mistake: &str, message: String| {
        let message = message
            .replace(&address, "HOST:PORT")
            .replace(business, "BUSINESS");
        assert!(!message.contains(token), "{mistake}: {message}");
        all.push(format!("# {mistake}\n{message}"));
    };
    let run = async |target: &str, profile: &str, token: Option<&str>, more: &[&str]| {
        let arguments = [
            "run",
            "--target",
            target,
            "--profile",
            profile,
            "--report",
            "reports",
        ];
        messages(folder.path(), token, &[&arguments, more].concat()).await
    };
    // One case is enough to show the message.
    let one: &[&str] = &["--filter", "status.created_envelope", "--allow", "revokes"];

    record(
        "no scheme",
        run(&address, "valid.toml", Some(token), one).await,
    );
    record(
        "a typo in the scheme",
        run(&format!("htp://{address}"), "valid.toml", Some(token), one).await,
    );
    record(
        "https instead of http",
        run(
            &format!("https://{address}"),
            "valid.toml",
            Some(token),
            one,
        )
        .await,
    );
    let (closed, _kept) = unused_address();
    let refused = run(&format!("http://{closed}"), "valid.toml", Some(token), one).await;
    record(
        "a port where nothing listens",
        refused.replace(&closed.to_string(), "HOST:PORT"),
    );
    record(
        "another machine",
        run("http://192.0.2.1", "valid.toml", Some(token), one).await,
    );
    record(
        "an extra path",
        run(&format!("{url}/docs"), "valid.toml", Some(token), one).await,
    );

    let expired = deployment.expired();
    record(
        "an expired credential",
        run(&url, "valid.toml", Some(&expired), one).await,
    );
    record(
        "a variable that is not set",
        run(&url, "valid.toml", None, one).await,
    );
    for (mistake, from, to) in [
        (
            "an invalid business id",
            format!("\"{business}\""),
            "\"acme\"".to_owned(),
        ),
        (
            "a typo in a key",
            "second_revoke".to_owned(),
            "second_revok".to_owned(),
        ),
        (
            "a typo in a table",
            "[operator]".to_owned(),
            "[operater]".to_owned(),
        ),
        (
            "a value of the wrong type",
            "= 201".to_owned(),
            "= \"yes\"".to_owned(),
        ),
        (
            "a text without quotes",
            "\"api\"".to_owned(),
            "api".to_owned(),
        ),
        (
            "a missing token file",
            "env = \"OPERATOR_TOKEN\"".to_owned(),
            "file = \"token\"".to_owned(),
        ),
    ] {
        assert!(profile.contains(&from), "{mistake}");
        file("wrong.toml", &profile.replace(&from, &to));
        record(mistake, run(&url, "wrong.toml", Some(token), one).await);
    }
    record(
        "a missing profile",
        run(&url, "missing.toml", Some(token), one).await,
    );
    record(
        "a filter that selects nothing",
        run(&url, "valid.toml", Some(token), &["--filter", "revokation"]).await,
    );
    record(
        "a typo in a value",
        run(&url, "valid.toml", Some(token), &["--allow", "revoke"]).await,
    );
    file(
        "swagger.json",
        r#"{"swagger": "2.0", "info": {"title": "t", "version": "1"}, "paths": {}}"#,
    );
    record(
        "a contract in Swagger 2.0",
        run(
            &url,
            "valid.toml",
            Some(token),
            &["--contract", "swagger.json"],
        )
        .await,
    );
    record(
        "a file that is not a saved run",
        messages(
            folder.path(),
            None,
            &["render", "swagger.json", "--format", "html"],
        )
        .await,
    );
    record(
        "a typo in a command",
        messages(folder.path(), None, &["rnu"]).await,
    );
    // The list of keys grows, and the remedy names the right one.
    insta::with_settings!({filters => [("expected one of `.*", "expected one of …")]}, {
        insta::assert_snapshot!("mistakes", all.join("\n\n"));
    });

    let lacking = profile.replace(&format!("business_id = \"{business}\"\n"), "");
    file("lacking.toml", &lacking);
    let lacking = run(&url, "lacking.toml", Some(token), one).await;
    assert!(
        lacking.starts_with("conformance: lacking.toml:"),
        "{lacking}"
    );
    assert!(lacking.contains("operator.business_id"), "{lacking}");
    assert!(lacking.contains("\n  Add the "), "{lacking}");
    assert!(lacking.ends_with("exit code 2"), "{lacking}");
}
