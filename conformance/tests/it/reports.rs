//! The reports: their schemas, their secrets, and what a person reads.

use conformance::case::{Effect, Level};
use conformance::event::{
    BodyRecord, CaseRecord, ClauseRecord, ContractName, Event, ExchangeRecord, Exit, HeaderRecord, RequestRecord,
    ResponseRecord, RunFooter, RunHeader, Selection, StepRecord, Suite, Verdict,
};
use conformance::exit::ExitCode;
use conformance::profile::Profile;
use conformance::report::{self, Report};
use serde_json::Value;

use crate::deployment::Deployment;
use crate::proxy::Proxy;
use crate::suite::{conformance, run};

async fn schema(of: &str) -> String {
    let output = conformance(&["schema", of]).await;
    assert!(output.status.success());
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[tokio::test]
async fn committed_schemas_are_fresh() {
    let report = include_str!("../../schemas/report.schema.json");
    assert!(
        schema("report").await == report,
        "run `conformance schema report > schemas/report.schema.json`"
    );
    let profile = include_str!("../../schemas/profile.schema.json");
    assert!(
        schema("profile").await == profile,
        "run `conformance schema profile > schemas/profile.schema.json`"
    );
}

#[tokio::test]
async fn real_reports_are_valid_by_their_schema() {
    let schema: Value =
        serde_json::from_str(include_str!("../../schemas/report.schema.json")).expect("JSON");
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .expect("a schema");
    let deployment = Deployment::start();
    let broken = Proxy::start(&deployment, |exchange| {
        Box::pin(async move {
            let answer = exchange.forward().await;
            crate::proxy::Answer {
                status: if answer.status == 404 {
                    500
                } else {
                    answer.status
                },
                ..answer
            }
        })
    })
    .await;
    for (target, allow) in [
        (&deployment.url, "revokes"),
        (&deployment.url, "safe"),
        (&broken.url, "revokes"),
    ] {
        let run = run(target, &deployment.profile(), &["--allow", allow]).await;
        let report = run.report.expect("a report");
        let problems: Vec<String> = validator
            .iter_errors(&report)
            .map(|error| error.to_string())
            .collect();
        assert_eq!(problems, Vec::<String>::new());
        let junit = std::fs::read_to_string(run.folder.join("junit.xml")).expect("a JUnit report");
        let count = |tag: &str| junit.matches(tag).count() as u64;
        assert_eq!(
            count("<testcase "),
            report["totals"]["cases"].as_u64().expect("a number")
        );
        assert_eq!(
            count("<failure "),
            report["totals"]["fail"].as_u64().expect("a number")
        );
        assert_eq!(
            count("<skipped "),
            report["totals"]["skip"].as_u64().expect("a number")
        );
        for case in report["cases"].as_array().expect("cases") {
            assert!(
                case["reason"]
                    .as_str()
                    .is_some_and(|reason| !reason.is_empty()),
                "{case}"
            );
        }
    }
}

#[tokio::test]
async fn profiles_are_valid_by_their_schema() {
    let schema: Value =
        serde_json::from_str(include_str!("../../schemas/profile.schema.json")).expect("JSON");
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .expect("a schema");
    let deployment = Deployment::start();
    let text = std::fs::read_to_string(deployment.profile()).expect("readable");
    let profile: Value = toml::from_str(&text).expect("TOML");
    assert!(
        validator.is_valid(&profile),
        "{:?}",
        validator
            .iter_errors(&profile)
            .next()
            .map(|error| error.to_string())
    );
    let mut inline = profile;
    inline["operator"]["token"] = serde_json::json!("dz_inline");
    assert!(!validator.is_valid(&inline));
}

/// What looks like a JSON Web Token: three parts, the first an object.
fn tokens_in(text: &str) -> Vec<&str> {
    let word =
        |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
    let words = text.split(|character| !word(character));
    words
        .filter(|word| word.contains("eyJ") && word.matches('.').count() == 2)
        .collect()
}

#[tokio::test]
async fn no_report_holds_a_token_even_when_every_answer_does() {
    let deployment = Deployment::start();
    let leaky = Proxy::start(&deployment, |exchange| {
        Box::pin(async move {
            let answer = exchange.forward().await;
            let bearer = exchange.bearer().to_owned();
            let any = exchange
                .seen(|_| true)
                .map(|seen| seen.token)
                .unwrap_or_default();
            let outsider = exchange.users.outsider.token.clone();
            let answer = answer.edit(|body| {
                body["debug"] = serde_json::json!(format!("{bearer} {any}"));
                body["deep"] =
                    serde_json::json!({ "also": [outsider, format!("Bearer {bearer}\" \\")] });
            });
            if bearer.is_empty() {
                answer
            } else {
                answer.header("x-token", &bearer)
            }
        })
    })
    .await;
    let run = run(&leaky.url, &deployment.profile(), &["--allow", "revokes"]).await;
    assert_eq!(run.code, 1, "{}", run.stdout);
    assert_eq!(run.verdict("secrecy.no_answer_holds_a_credential"), "fail");
    let read = |name: &str| std::fs::read_to_string(run.folder.join(name)).expect("readable");
    for (name, text) in [
        ("report.json", read("report.json")),
        ("junit.xml", read("junit.xml")),
        ("stdout", run.stdout.clone()),
        ("stderr", run.stderr.clone()),
    ] {
        for user in [
            &deployment.operator,
            &deployment.member,
            &deployment.outsider,
        ] {
            assert!(
                !text.contains(&user.token),
                "{name} holds the token of {}",
                user.email
            );
            let (_, signature) = user.token.rsplit_once('.').expect("a JWT");
            assert!(
                !text.contains(signature),
                "{name} holds the signature of {}",
                user.email
            );
        }
        assert_eq!(tokens_in(&text), Vec::<&str>::new(), "in {name}");
    }
    assert!(read("report.json").contains("$OPERATOR_TOKEN"));
}

#[tokio::test]
async fn printed_curl_runs_as_printed() {
    let deployment = Deployment::start();
    let more = [
        "--allow",
        "revokes",
        "--filter",
        "status.unprocessable",
        "--filter",
        "token_id.percent_encoded_text",
    ];
    let run = run(&deployment.url, &deployment.profile(), &more).await;
    let report = run.report.expect("a report");
    let mut ran = 0;
    for case in report["cases"].as_array().expect("cases") {
        for exchange in case["exchanges"].as_array().expect("exchanges") {
            let curl = exchange["curl"].as_str().expect("a command line");
            if curl.contains("MINTED_TOKEN")
                || exchange["request"]["url"]
                    .as_str()
                    .is_some_and(|url| url.ends_with("tokens"))
            {
                continue;
            }
            let output = tokio::process::Command::new("sh")
                .args(["-c", curl])
                .env("OPERATOR_TOKEN", &deployment.operator.token)
                .output()
                .await
                .expect("sh and curl run");
            let answer = String::from_utf8_lossy(&output.stdout).into_owned();
            // The tokens are revoked by now, so a request is refused as it was, for the same fault in it.
            let status = exchange["response"]["status"].as_u64().expect("a status");
            assert!(
                answer.starts_with(&format!("HTTP/1.1 {status} ")),
                "{curl}\n{answer}"
            );
            ran += 1;
        }
    }
    assert!(ran >= 3, "{ran} command lines were tried");
}

fn moment(text: &str) -> chrono::DateTime<chrono::Utc> {
    text.parse().expect("a moment")
}

fn case(id: &str, level: Level, verdict: Verdict, reason: &str) -> CaseRecord {
    CaseRecord {
        id: id.to_owned(),
        level,
        verdict,
        reason: reason.to_owned(),
        clause: ClauseRecord {
            source: "the published page".to_owned(),
            text: "Revoked tokens cannot be un-revoked.".to_owned(),
        },
        covers: vec!["/responses/201".to_owned()],
        effect: Effect::Revokes,
        duration_ms: 12,
        steps: Vec::new(),
        exchanges: Vec::new(),
    }
}

/// A case that failed at its only step, with the exchange that it looked at.
fn failed(id: &str, expected: &str, actual: &str) -> CaseRecord {
    let what = "revoke a live token: status";
    CaseRecord {
        steps: vec![StepRecord {
            what: what.to_owned(),
            expected: expected.to_owned(),
            actual: actual.to_owned(),
            held: false,
            exchange: Some(0),
        }],
        exchanges: vec![ExchangeRecord {
            purpose: "revoke a live token".to_owned(),
            started_at: moment("2026-11-23T00:00:01Z"),
            duration_ms: 3.25,
            wait_ms: Some(2.5),
            retries: 0,
            request: RequestRecord {
                method: "POST".to_owned(),
                url: "https://staging.example.com/api/v1/tokens/7b0c/revoke".to_owned(),
                headers: vec![HeaderRecord { name: "authorization".to_owned(), value: "Bearer $OPERATOR_TOKEN".to_owned() }],
                body: None,
            },
            response: Some(ResponseRecord {
                status: 200,
                headers: Vec::new(),
                body: BodyRecord { bytes: 2, truncated: false, text: Some("{}".to_owned()), base64: None },
            }),
            problem: None,
            curl: "curl -sS -i -X POST 'https://staging.example.com/…' -H 'authorization: Bearer '\"$OPERATOR_TOKEN\"".to_owned(),
        }],
        ..case(id, Level::Must, Verdict::Fail, &format!("{what}: expected {expected}, found {actual}"))
    }
}

fn events() -> Vec<Event> {
    let profile = "[operator]\ntoken = { env = \"OPERATOR_TOKEN\" }\nbusiness_id = \"7b0c3d4e-8f61-4a52-9c37-1de5a0b6f249\"\n";
    let cases = [
        case(
            "status.unauthorized",
            Level::Must,
            Verdict::Pass,
            "4 of 4 steps held",
        ),
        case(
            "status.forbidden",
            Level::Must,
            Verdict::Skip,
            "the profile names no [member]",
        ),
        case(
            "tenancy.member_is_forbidden",
            Level::Must,
            Verdict::Skip,
            "the profile names no [member]",
        ),
        failed("status.created", "201", "200: {}"),
        failed(
            "status.not_found",
            "the body documented for 404",
            "/detail: not a string in {\"detail\":[\"a list that is long\",\"and goes\n on\"]}",
        ),
        case(
            "authentication.challenge",
            Level::Should,
            Verdict::Warn,
            "www-authenticate: expected a Bearer challenge, found \"\"",
        ),
        case(
            "status.bad_request",
            Level::Must,
            Verdict::Inconclusive,
            "fixture: mint a disposable token: answered 503",
        ),
        case(
            "token_id.absent",
            Level::Must,
            Verdict::Error,
            "no connection: refused",
        ),
    ];
    let header = RunHeader {
        suite: Suite {
            name: "conformance".to_owned(),
            version: "0.1.0".to_owned(),
        },
        target: "https://staging.example.com".to_owned(),
        contract: ContractName {
            title: "POST /api/v1/tokens/{token_id}/revoke".to_owned(),
            version: "1.0.0".to_owned(),
            sha256: "6e3f4629".to_owned(),
        },
        profile: serde_json::to_value(
            Profile::parse("staging.toml".as_ref(), profile).expect("sound"),
        )
        .expect("JSON"),
        operations: Vec::new(),
        selection: Selection {
            filter: vec!["status.".to_owned()],
            allow: Effect::Revokes,
            strict: false,
            jobs: 8,
            selected: 8,
            catalogue: 161,
        },
        started_at: moment("2026-11-23T00:00:00Z"),
    };
    let footer = RunFooter {
        finished_at: moment("2026-11-23T00:00:02Z"),
        duration_ms: 2345,
        requests: 40,
        reached: true,
        complete: true,
        exit: Exit {
            code: 1,
            name: ExitCode::Failed,
            meaning: ExitCode::Failed.meaning().to_owned(),
            reason: "failed: status.created, status.not_found".to_owned(),
        },
        left_behind: Vec::new(),
    };
    let mut events = vec![Event::RunStarted(Box::new(header))];
    events.extend(
        cases
            .into_iter()
            .map(|case| Event::CaseFinished(Box::new(case))),
    );
    events.push(Event::RunFinished(Box::new(footer)));
    events
}

fn rendered(events: Vec<Event>) -> String {
    let report =
        Report::gather(events, &["status.created", "status.unauthorized"]).expect("a start");
    let mut out = Vec::new();
    report::terminal::render(&report, &mut out).expect("written");
    String::from_utf8(out).expect("UTF-8")
}

#[test]
fn terminal_tells_failures_first_and_the_exit_code_last() {
    let plain = anstream::adapter::strip_str(&rendered(events())).to_string();
    insta::assert_snapshot!("terminal", plain);
}

#[test]
fn terminal_colours_are_data() {
    assert!(
        rendered(events()).contains("\u{1b}[1m\u{1b}[31mfail"),
        "{:?}",
        rendered(events())
    );
}

#[test]
fn stream_without_its_end_is_told_to_be_cut_off() {
    let mut cut = events();
    cut.pop();
    let report = Report::gather(cut.clone(), &[]).expect("a start");
    assert!(!report.complete);
    assert!(report.end.is_none());
    assert!(rendered(cut).contains("this report is not valid"));
    assert!(Report::gather(Vec::new(), &[]).is_none());
}

#[test]
fn report_that_holds_a_secret_is_not_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("report.json");
    let secrets = conformance::redact::Secrets::default();
    secrets.register("dz_canary_of_a_credential", "OPERATOR_TOKEN");
    let error = report::write(
        &path,
        b"{\"text\": \"dz_canary_of_a_credential\"}",
        &secrets,
    )
    .expect_err("refused");
    assert!(error.to_string().contains("$OPERATOR_TOKEN"), "{error}");
    assert!(!error.to_string().contains("canary"), "{error}");
    assert!(!path.exists());
    report::write(&path, b"{}", &secrets).expect("written");
    assert_eq!(std::fs::read(&path).expect("readable"), b"{}");
}
