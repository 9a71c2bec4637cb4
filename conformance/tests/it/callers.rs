//! Who calls: credentials by the security schemes of a contract, and the cases about them.

mod vault;

use std::path::PathBuf;

use serde_json::json;
use tempfile::TempDir;

use crate::local::Local;
use crate::suite::{Run, amend, run, run_in};
use vault::{Fault, KEYS, LINKS, LOGINS, TOKENS};

/// The service, and a profile with the credentials of three callers beside its contract.
struct Scene {
    service: Local,
    profile: PathBuf,
    folder: TempDir,
}

impl Scene {
    async fn of(fault: Fault) -> Scene {
        let folder = testbed::folder().expect("a folder");
        let write = |name: &str, text: &str| {
            std::fs::write(folder.path().join(name), text).expect("written");
        };
        write("contract.json", &vault::contract());
        let mut profile = String::new();
        for (index, role) in ["operator", "member", "outsider"].iter().enumerate() {
            profile.push_str(&format!("[callers.{role}.security]\n"));
            for (scheme, values) in [
                ("Key", KEYS),
                ("Link", LINKS),
                ("Login", LOGINS),
                ("Bearer", TOKENS),
                ("Session", TOKENS),
            ] {
                let file = format!("{role}.{scheme}");
                write(&file, values[index]);
                profile.push_str(&format!("{scheme} = {{ file = \"{file}\" }}\n"));
            }
            if index == 0 {
                profile.push_str("[operations.\"PUT /notes/{id}\"]\nexpendable = true\n");
            }
        }
        write("profile.toml", &profile);
        Scene {
            service: vault::start(fault).await,
            profile: folder.path().join("profile.toml"),
            folder,
        }
    }

    async fn run(&self, more: &[&str]) -> Run {
        let contract = self.folder.path().join("contract.json");
        let contract = [
            "--contract",
            contract.to_str().expect("UTF-8"),
            "--allow",
            "delete",
        ];
        run(
            &self.service.url,
            &self.profile,
            &[&contract, more].concat(),
        )
        .await
    }
}

#[tokio::test]
async fn each_scheme_carries_its_credential_which_no_report_shows() {
    let scene = Scene::of(Fault::None).await;
    let run = scene.run(&[]).await;
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let report = run.report.as_ref().expect("a report");
    let cases = report["cases"].as_array().expect("cases");
    let about_callers = |case: &&serde_json::Value| {
        case["id"]
            .as_str()
            .is_some_and(|id| id.contains(".security."))
    };
    let about_callers = cases.iter().filter(about_callers).count();
    assert!(about_callers > 30, "{about_callers}");
    // What an undeclared query parameter gets, only the profile can say.
    let skipped = run.with_verdict("skip");
    let is_expected = |case: &String| case.contains(".query.undeclared:");
    assert!(skipped.iter().all(is_expected), "{skipped:?}");
    assert_eq!(run.with_verdict("pass").len() + skipped.len(), cases.len());

    let encoded = |text: &str| {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(text)
    };
    let mut secrets: Vec<String> = [KEYS, LINKS, LOGINS, TOKENS]
        .concat()
        .iter()
        .map(|text| (*text).to_owned())
        .collect();
    secrets.extend(LOGINS.map(encoded));
    secrets.extend(["letmein-please", "another-password", "link%26op"].map(str::to_owned));
    for file in std::fs::read_dir(&run.folder).expect("reports") {
        let path = file.expect("a file").path();
        let text = std::fs::read_to_string(&path).expect("text");
        for secret in &secrets {
            assert!(!text.contains(secret), "{secret} in {}", path.display());
        }
    }
    let curls: Vec<&str> = run
        .exchanges()
        .filter_map(|exchange| exchange["curl"].as_str())
        .collect();
    for part in [
        "'x-api-key: '\"$OPERATOR_KEY\"",
        "'/shared?key='\"$(printf %s \"$OPERATOR_LINK\" | jq -sRr @uri)\"",
        "'cookie: sid='\"$OPERATOR_BEARER\"",
        "'authorization: Basic '\"$(printf %s \"$OPERATOR_LOGIN\" | base64 | tr -d '\\n')\"",
        "'authorization: Bearer '\"$OPERATOR_BEARER\"",
    ] {
        let is_there = curls
            .iter()
            .any(|curl| curl.replace(&scene.service.url, "").contains(part));
        assert!(is_there, "{part} in\n{}", curls.join("\n"));
    }
}

#[tokio::test]
async fn each_fault_about_callers_is_one_cause() {
    for (fault, cause) in [
        (
            Fault::EnforcesNothing,
            "the security scheme Key, which no operation enforces",
        ),
        (
            Fault::NeedsNoKey,
            "GET /notes/{id}: 200 to a caller without a valid credential",
        ),
        (
            Fault::AnyKey,
            "GET /notes/{id}: 200 to a caller without a valid credential",
        ),
        (
            Fault::AnyPassword,
            "GET /login: 200 to a caller without a valid credential",
        ),
        (
            Fault::KeyReadsReport,
            "GET /report: 200 to a caller without a valid credential",
        ),
        (
            Fault::OneOfTwo,
            "PUT /notes/{id}: 200 to a caller without a valid credential",
        ),
        (
            Fault::NoKeyForProfile,
            "GET /profile: 401 with Key, which is enough",
        ),
        (
            Fault::MemberWrites,
            "PUT /notes/{id}: 200 to a user without the right",
        ),
        (
            Fault::OutsiderReads,
            "GET /notes/{id}: 200 to a user of another tenant",
        ),
        (
            Fault::WritesAndRefuses,
            "GET /notes/{id}: changed by a request that must not change it",
        ),
    ] {
        let scene = Scene::of(fault).await;
        let run = scene
            .run(&["--filter", ".security.", "--filter", "ordinary"])
            .await;
        assert_eq!(run.code, 1, "{fault:?}: {}{}", run.stdout, run.stderr);
        let report = run.report.as_ref().expect("a report");
        let causes = report["cases"].as_array().expect("cases").iter();
        let mut causes: Vec<&str> = causes.filter_map(|case| case["cause"].as_str()).collect();
        causes.dedup();
        assert_eq!(causes, [cause], "{fault:?}: {}", run.stdout);
    }
}

#[tokio::test]
async fn faults_of_all_operations_are_noticed() {
    for (fault, case, verdict) in [
        (
            Fault::BeginningOfToken,
            "generated.get_report.security.damaged_credential",
            "fail",
        ),
        (
            Fault::WrongStatus,
            "generated.get_report.security.without_credential",
            "fail",
        ),
        (
            Fault::NoChallenge,
            "generated.get_report.security.challenge",
            "fail",
        ),
    ] {
        let scene = Scene::of(fault).await;
        let run = scene.run(&["--filter", case]).await;
        assert_eq!(run.verdict(case), verdict, "{fault:?}: {}", run.stdout);
    }
}

/// What refuses callers is most often one part of a service.
#[tokio::test]
async fn one_wrong_refusal_of_all_operations_is_one_cause() {
    let scene = Scene::of(Fault::WrongStatus).await;
    let run = scene.run(&["--filter", ".security."]).await;
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    assert!(run.with_verdict("fail").len() > 10, "{}", run.stdout);
    assert!(run.stdout.contains("1 fault in "), "{}", run.stdout);
}

#[tokio::test]
async fn callers_that_the_profile_does_not_name_are_not_asked_for() {
    let scene = Scene::of(Fault::None).await;
    let text = std::fs::read_to_string(&scene.profile).expect("readable");
    let (operator, _) = text.split_once("[callers.member").expect("a member");
    std::fs::write(&scene.profile, operator).expect("written");
    let run = scene.run(&[]).await;
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let skipped = run.with_verdict("skip");
    assert!(
        skipped.contains(&"generated.put_id.security.as_member".to_owned()) || !skipped.is_empty(),
        "{skipped:?}"
    );
    assert!(run.stdout.contains("[callers.member]"), "{}", run.stdout);
}

#[tokio::test]
async fn profile_says_what_a_caller_may_do() {
    let scene = Scene::of(Fault::MemberWrites).await;
    amend(
        &scene.profile,
        "[callers.member.security]",
        "[callers.member]\nmay = [\"PUT /notes/{id}\"]\n[callers.member.security]",
    );
    let run = scene.run(&[]).await;
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
}

#[tokio::test]
async fn expired_token_is_asked_for_again() {
    let scene = Scene::of(Fault::ShortTokens).await;
    let command = format!("[\"curl\", \"-sS\", \"{}/token\"]", scene.service.url);
    amend(
        &scene.profile,
        "Bearer = { file = \"operator.Bearer\" }",
        &format!("Bearer = {{ command = {command} }}"),
    );
    let run = scene.run(&["--jobs", "1"]).await;
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(!run.stdout.contains(TOKENS[0]));

    // Without a command, nothing passes because of an expired token.
    let scene = Scene::of(Fault::ShortTokens).await;
    std::fs::write(
        scene.folder.path().join("operator.Bearer"),
        format!("{}_1", TOKENS[0]),
    )
    .expect("written");
    let run = scene.run(&["--jobs", "1"]).await;
    assert_ne!(run.code, 0, "{}{}", run.stdout, run.stderr);
}

#[tokio::test]
async fn answers_that_ask_to_wait_are_not_answers_to_a_case() {
    let scene = Scene::of(Fault::BusyOnce).await;
    let run = scene.run(&["--filter", "get_report"]).await;
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let report = run.report.as_ref().expect("a report");
    assert_eq!(report["end"]["waits"], json!(1));
    let said = "1 answer asked to wait";
    assert!(run.stdout.contains(said), "{}", run.stdout);

    let scene = Scene::of(Fault::BusyForever).await;
    let run = scene.run(&["--filter", "get_report"]).await;
    assert_eq!(run.code, 4, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("asks to wait 40 s"), "{}", run.stdout);
}

#[tokio::test]
async fn mistakes_in_the_callers_are_explained() {
    let scene = Scene::of(Fault::None).await;
    for (part, other, message) in [
        (
            "Key = { file = \"operator.Key\" }",
            "Keys = { file = \"operator.Key\" }",
            "profile.toml:2: callers.operator.security.Keys: the contract has no such security scheme\n  It has Bearer, Key, Link, Login, Session.",
        ),
        (
            "{ file = \"operator.Key\" }",
            "{ command = [\"false\"] }",
            "profile.toml:2: callers.operator.security.Key: the command \"false\" failed: exit status: 1\n  It must print the credential alone",
        ),
        (
            "{ file = \"operator.Key\" }",
            "{ file = \"operator.Key\", env = \"KEY\" }",
            "name exactly one of `env`, `file` and `command`",
        ),
        (
            "[callers.member.security]",
            "[callers.member]\nmay = [\"GET /note\"]\n[callers.member.security]",
            "callers.member.may: the contract has no operation \"GET /note\"\n  Write the method and the path",
        ),
    ] {
        let text = std::fs::read_to_string(&scene.profile).expect("readable");
        amend(&scene.profile, part, other);
        let run = scene.run(&[]).await;
        std::fs::write(&scene.profile, text).expect("written");
        assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
        assert!(run.stderr.contains(message), "{message} in {}", run.stderr);
    }
}

#[tokio::test]
async fn credential_among_the_parameters_is_shown_by_its_name() {
    let scene = Scene::of(Fault::None).await;
    let text = std::fs::read_to_string(&scene.profile).expect("readable");
    let given = "[parameters]\nX-Other-Token = \"given-in-the-parameters\"\nid = \"n1\"\n";
    std::fs::write(&scene.profile, format!("{text}{given}")).expect("written");
    let run = scene.run(&["--filter", "get_notes"]).await;
    let report = run.report.as_ref().expect("a report");
    let parameters = &report["run"]["profile"]["parameters"];
    assert_eq!(parameters["X-Other-Token"], "$PARAMETER_X_OTHER_TOKEN");
    assert_eq!(parameters["id"], "n1");
}

/// A service that wants a password in a body and a word in its query, and gives the word back.
async fn sessions() -> Local {
    let post = |uri: axum::http::Uri, body: String| async move {
        let body: serde_json::Value = serde_json::from_str(&body).unwrap_or_default();
        let word = uri.query().and_then(|query| query.strip_prefix("word="));
        let answer = |status: u16, body: serde_json::Value| {
            let status = axum::http::StatusCode::from_u16(status).expect("a status");
            (status, axum::Json(body))
        };
        match (body["login"]["password"].as_str(), word) {
            (Some("hush \"hush\" now"), Some("blue-green-red")) => {
                answer(201, json!({ "word": word }))
            }
            (Some(_), Some(_)) => answer(401, json!({})),
            (_, _) => answer(422, json!({})),
        }
    };
    Local::serve(axum::Router::new().route("/sessions", axum::routing::post(post))).await
}

#[tokio::test]
async fn values_of_requests_may_be_in_the_environment() {
    let text = json!({ "type": "string" });
    let login =
        json!({ "type": "object", "required": ["password"], "properties": { "password": text } });
    let body = json!({ "type": "object", "required": ["login"], "properties": { "login": login } });
    let content = json!({ "application/json": { "schema": body } });
    let operation = json!({
        "parameters": [{ "name": "word", "in": "query", "required": true, "schema": text }],
        "requestBody": { "required": true, "content": content },
        "responses": { "201": { "description": "In" }, "401": { "description": "Wrong" }, "422": { "description": "Bad" } },
    });
    let contract = json!({ "openapi": "3.1.0", "info": { "title": "Sessions", "version": "1" }, "paths": { "/sessions": { "post": operation } } });
    let folder = testbed::folder().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path
    };
    let contract = file("contract.json", &contract.to_string());
    let profile = file(
        "profile.toml",
        "[parameters]\nword = { env = \"SESAME_WORD\" }\n[operations.\"POST /sessions\"]\nbody.login.password = { env = \"SESAME_PASSWORD\" }\n",
    );
    let local = sessions().await;
    let more = [
        "--contract",
        contract.to_str().expect("UTF-8"),
        "--allow",
        "delete",
        "--filter",
        "ordinary",
    ];
    let set = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let both = [
        set("SESAME_WORD", "blue-green-red"),
        set("SESAME_PASSWORD", "hush \"hush\" now"),
    ];
    let run = run_in(&both, &local.url, &profile, &more).await;
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    for file in [
        "report.json",
        "report.html",
        "events.ndjson",
        "junit.xml",
        "summary.md",
    ] {
        let text = std::fs::read_to_string(run.folder.join(file)).expect("readable");
        for value in ["hush", "blue-green-red"] {
            assert!(!text.contains(value), "{value} is in {file}");
        }
    }
    let report = run.report.expect("a report");
    let profile_of_run = &report["run"]["profile"];
    assert_eq!(profile_of_run["parameters"]["word"], "$SESAME_WORD");
    let curl = report["cases"][0]["exchanges"][0]["curl"]
        .as_str()
        .expect("a line");
    assert!(
        curl.contains("SESAME_WORD") && curl.contains("SESAME_PASSWORD"),
        "{curl}"
    );

    let run = run_in(&both[..1], &local.url, &profile, &more).await;
    assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
    let message = "operations.POST /sessions: the environment variable SESAME_PASSWORD is not set";
    assert!(run.stderr.contains(message), "{}", run.stderr);
    amend(
        &profile,
        "word = { env = \"SESAME_WORD\" }",
        "word = { env = \"sesame_word\" }",
    );
    let run = run_in(&both, &local.url, &profile, &more).await;
    assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
    assert!(
        run.stderr
            .contains("the value of word is neither a text nor"),
        "{}",
        run.stderr
    );
}

#[tokio::test]
async fn probe_writes_a_place_for_each_credential_and_value() {
    let scene = Scene::of(Fault::None).await;
    let contract = scene.folder.path().join("contract.json");
    let first = scene.folder.path().join("first.toml");
    let output = crate::suite::command()
        .args(["probe", "--target", &scene.service.url, "--contract"])
        .args([&contract, std::path::Path::new("--output"), &first])
        .env("OPERATOR_KEY", KEYS[0])
        .env("OPERATOR_LINK", LINKS[0])
        .output()
        .await
        .expect("it runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = std::fs::read_to_string(&first).expect("a profile");
    conformance::profile::Profile::parse(&first, &text).expect("a valid profile");
    let text = text.replace(&scene.service.url, "TARGET");
    insta::assert_snapshot!("probe_any", text);
}
