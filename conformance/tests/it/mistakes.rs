//! The likeliest mistakes in front of the suite: each message says what, where, why and what to do.

use std::fs;
use std::path::Path;

use crate::deployment::Deployment;
use crate::suite::{command, nobody};

/// What `conformance` says in this folder to these arguments, without what a run tells of its cases, and
/// its exit code. The operator's token is what the variable is set to.
async fn said(folder: &Path, token: Option<&str>, arguments: &[&str]) -> String {
    let mut command = command();
    command
        .args(arguments)
        .current_dir(folder)
        .env_remove("OPERATOR_TOKEN");
    if let Some(token) = token {
        command.env("OPERATOR_TOKEN", token);
    }
    let output = command.output().await.expect("the command runs");
    let shown = String::from_utf8_lossy(&output.stdout);
    // What kept cases from being proven, and from the verdict on; the rest is other tests' matter.
    let verdict = shown.find("\nexit ").map_or("", |at| &shown[at + 1..]);
    let fixtures: String = (shown.lines())
        .filter(|line| line.starts_with("  fixture: "))
        .map(|line| format!("{line}\n"))
        .collect();
    let heard = String::from_utf8_lossy(&output.stderr);
    let heard: String = (heard.lines())
        .filter(|line| !line.contains("at a time"))
        .map(|line| format!("{line}\n"))
        .collect();
    let code = output.status.code().expect("an exit code");
    format!("{heard}{fixtures}{verdict}exit code {code}")
}

#[tokio::test]
async fn each_is_told_with_its_place_its_reason_and_a_remedy() {
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
    file("sound.toml", &profile);
    let mut told = Vec::new();
    let mut tell = |mistake: &str, said: String| {
        let said = said
            .replace(&address, "HOST:PORT")
            .replace(business, "BUSINESS");
        assert!(!said.contains(token), "{mistake}: {said}");
        told.push(format!("# {mistake}\n{said}"));
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
        said(folder.path(), token, &[&arguments, more].concat()).await
    };
    // One case says as much as all of them.
    let one: &[&str] = &["--filter", "status.created_envelope", "--allow", "revokes"];

    tell(
        "no scheme",
        run(&address, "sound.toml", Some(token), one).await,
    );
    tell(
        "a slip in the scheme",
        run(&format!("htp://{address}"), "sound.toml", Some(token), one).await,
    );
    tell(
        "https for http",
        run(
            &format!("https://{address}"),
            "sound.toml",
            Some(token),
            one,
        )
        .await,
    );
    let (closed, _kept) = nobody();
    let refused = run(&format!("http://{closed}"), "sound.toml", Some(token), one).await;
    tell(
        "a port where nobody listens",
        refused.replace(&closed.to_string(), "HOST:PORT"),
    );
    tell(
        "another machine",
        run("http://192.0.2.1", "sound.toml", Some(token), one).await,
    );
    tell(
        "a path too much",
        run(&format!("{url}/docs"), "sound.toml", Some(token), one).await,
    );

    let expired = deployment.expired();
    tell(
        "an expired credential",
        run(&url, "sound.toml", Some(&expired), one).await,
    );
    tell(
        "a variable that is not set",
        run(&url, "sound.toml", None, one).await,
    );
    for (mistake, from, to) in [
        (
            "a business id that is none",
            format!("\"{business}\""),
            "\"acme\"".to_owned(),
        ),
        (
            "a slip in a key",
            "second_revoke".to_owned(),
            "second_revok".to_owned(),
        ),
        (
            "a slip in a table",
            "[operator]".to_owned(),
            "[operater]".to_owned(),
        ),
        (
            "a value of another kind",
            "= 201".to_owned(),
            "= \"yes\"".to_owned(),
        ),
        (
            "a text without quotes",
            "\"api\"".to_owned(),
            "api".to_owned(),
        ),
        (
            "a token's file that is not there",
            "env = \"OPERATOR_TOKEN\"".to_owned(),
            "file = \"token\"".to_owned(),
        ),
    ] {
        assert!(profile.contains(&from), "{mistake}");
        file("wrong.toml", &profile.replace(&from, &to));
        tell(mistake, run(&url, "wrong.toml", Some(token), one).await);
    }
    tell(
        "no such profile",
        run(&url, "gone.toml", Some(token), one).await,
    );
    tell(
        "a filter that selects nothing",
        run(&url, "sound.toml", Some(token), &["--filter", "revokation"]).await,
    );
    tell(
        "a slip in a value",
        run(&url, "sound.toml", Some(token), &["--allow", "revoke"]).await,
    );
    file(
        "swagger.json",
        r#"{"swagger": "2.0", "info": {"title": "t", "version": "1"}, "paths": {}}"#,
    );
    tell(
        "a contract in Swagger 2.0",
        run(
            &url,
            "sound.toml",
            Some(token),
            &["--contract", "swagger.json"],
        )
        .await,
    );
    tell(
        "a saved run that is none",
        said(
            folder.path(),
            None,
            &["render", "swagger.json", "--format", "html"],
        )
        .await,
    );
    tell(
        "a slip in a command",
        said(folder.path(), None, &["rnu"]).await,
    );
    // The list of all keys grows; the remedy names the one.
    insta::with_settings!({filters => [("expected one of `.*", "expected one of …")]}, {
        insta::assert_snapshot!("mistakes", told.join("\n\n"));
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
