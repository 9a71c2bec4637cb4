//! The reports: schemas, secrets, and the text on the terminal.

use std::path::Path;

use conformance::comparison;
use conformance::event::Event;
use conformance::profile::Profile;
use conformance::redact::Scan;
use conformance::report::{self, Format, Report};
use serde_json::Value;

use crate::deployment::Deployment;
use crate::proxy::Proxy;
use crate::sample;
use crate::suite::{conformance, run, validator};

#[tokio::test]
async fn printed_schemas_are_those_of_the_types() {
    for (of, schema) in [
        ("report", report::json::schema()),
        ("events", report::ndjson::schema()),
        ("comparison", comparison::schema()),
        ("profile", Profile::schema()),
    ] {
        let schema = format!("{:#}\n", schema.to_value());
        let output = conformance(&["schema", of]).await;
        assert!(output.status.success());
        if output.stdout != schema.as_bytes() {
            let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{of}.schema.json"));
            std::fs::write(&file, schema).expect("a writable folder");
            panic!("cp {} conformance/schemas", file.display());
        }
    }
}

#[tokio::test]
async fn real_reports_are_valid_by_their_schema() {
    let validator = validator(include_str!("../../schemas/report.schema.json"));
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
    let validator = validator(include_str!("../../schemas/profile.schema.json"));
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

/// Returns the words that have the form of a JSON Web Token: three parts, of which the first is an encoded object.
fn tokens_in(text: &str) -> Vec<&str> {
    let word =
        |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
    let words = text.split(|character| !word(character));
    words
        .filter(|word| word.contains("eyJ") && word.matches('.').count() == 2)
        .collect()
}

#[tokio::test]
async fn no_report_contains_a_token_even_if_every_answer_does() {
    let deployment = Deployment::start();
    let leaky = Proxy::start(&deployment, |exchange| {
        Box::pin(async move {
            let answer = exchange.forward().await;
            let bearer = exchange.bearer().to_owned();
            let any = exchange
                .find_created(|_| true)
                .map(|token| token.token)
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
    let saved = run.folder.join("report.json");
    let rendered = async |format: &str| {
        let saved = saved.to_str().expect("UTF-8");
        let output = conformance(&["render", saved, "--format", format]).await;
        assert!(output.status.success(), "{format}");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    for (name, text) in [
        ("report.json", read("report.json")),
        ("junit.xml", read("junit.xml")),
        ("report.html", read("report.html")),
        ("summary.md", read("summary.md")),
        ("events.ndjson", read("events.ndjson")),
        ("github.txt", rendered("github").await),
        ("tap.txt", rendered("tap").await),
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
            let (rest, signature) = user.token.rsplit_once('.').expect("a JWT");
            // A long answer is truncated, which may leave only the beginning of a token.
            let (_, claims) = rest.split_once('.').expect("a JWT");
            assert!(
                !text.contains(&claims[..24]),
                "{name} holds the beginning of the token of {}",
                user.email
            );
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
async fn token_that_the_suite_cannot_use_stays_out_of_reports() {
    let deployment = Deployment::start();
    // Without an id it is not in the ledger, and it does not have the form of other tokens.
    let proxy = Proxy::start(&deployment, |exchange| {
        Box::pin(async move {
            let answer = exchange.forward().await;
            if !exchange.creates() || answer.status != 201 {
                return answer;
            }
            answer.edit(|body| {
                let made_up = format!("opaque{}", body["data"]["token_info"]["jti"]);
                body["data"] = serde_json::json!({ "token": made_up.replace(['"', '-'], "") });
            })
        })
    })
    .await;
    let more = [
        "--allow",
        "revokes",
        "--filter",
        "create.",
        "--filter",
        "revocation.works_before",
    ];
    let run = run(&proxy.url, &deployment.profile(), &more).await;
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    let saved = std::fs::read_to_string(run.folder.join("report.json")).expect("readable");
    assert!(
        saved.contains("$UNREGISTERED_TOKEN"),
        "no such token was created"
    );
    for name in [
        "report.json",
        "report.html",
        "junit.xml",
        "summary.md",
        "events.ndjson",
    ] {
        let text = std::fs::read_to_string(run.folder.join(name)).expect("readable");
        let found = text
            .match_indices("opaque")
            .map(|(at, _)| &text[at..at + 12]);
        let found: Vec<&str> = found
            .filter(|text| text[6..].bytes().all(|byte| byte.is_ascii_hexdigit()))
            .collect();
        assert_eq!(found, Vec::<&str>::new(), "in {name}");
    }
    assert!(!run.stdout.contains("opaque"), "{}", run.stdout);
    deployment.purge().await;
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
                .kill_on_drop(true)
                .output()
                .await
                .expect("sh and curl run");
            let answer = String::from_utf8_lossy(&output.stdout).into_owned();
            // The minted tokens are revoked. The request is refused again, for the same fault.
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

/// The token of the failed step is revoked when the report is read, so the command line mints one and revokes it first.
#[tokio::test]
async fn printed_curl_of_a_failure_mints_a_token_and_reproduces_it() {
    for (fault, case) in [
        (
            "a revoked token keeps working after an emoji",
            "reason.emoji",
        ),
        // Another token was revoked, or minted the one of the failed step, or it is named by a part of its id or its jti.
        (
            "tokens of the same name are revoked with it",
            "revocation.spares_the_twin_of_its_name",
        ),
        (
            "the children of a token are revoked with it",
            "revocation.spares_what_the_token_minted",
        ),
        (
            "a prefix of an id names its token",
            "token_id.part_of_a_live_one",
        ),
        (
            "the jti is accepted as the token",
            "authentication.id_is_no_credential",
        ),
    ] {
        reproduces(fault, case).await;
    }
}

/// Checks that the printed command line of a case that fails by a fault gets the same status once more.
async fn reproduces(fault: &str, case: &str) {
    let node = crate::node::Node::start(fault);
    let profile = node.profile("list_items = \"/tokens\"");
    let more = ["--allow", "revokes", "--filter", case];
    let run = run(&node.url, &profile, &more).await;
    assert_eq!(run.code, 1, "{}", run.stdout);
    let report = run.report.expect("a report");
    let case = (report["cases"].as_array().into_iter().flatten())
        .find(|case| case["verdict"] == "fail")
        .expect("a failure");
    let step = (case["steps"].as_array().into_iter().flatten())
        .find(|step| step["held"] == false)
        .expect("a failed step");
    let index = usize::try_from(step["exchange"].as_u64().expect("an index")).expect("small");
    let exchange = &case["exchanges"][index];
    let curl = exchange["curl"].as_str().expect("a command line");
    let token = std::fs::read_to_string(profile.with_file_name("operator.token")).expect("read");
    let output = tokio::process::Command::new("sh")
        .args(["-c", curl])
        .env("OPERATOR_TOKEN", token.trim())
        .kill_on_drop(true)
        .output()
        .await
        .expect("sh and curl run");
    let answer = String::from_utf8_lossy(&output.stdout).into_owned();
    let status = exchange["response"]["status"].as_u64().expect("a status");
    if case["id"] == "reason.emoji" {
        assert_ne!(status, 401, "the token works, which is the failure");
    }
    assert!(
        answer.starts_with(&format!("HTTP/1.1 {status} ")),
        "{curl}\n{answer}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    for line in curl.lines() {
        assert!(
            run.stdout.contains(line),
            "{line} is printed: {}",
            run.stdout
        );
    }
}

#[test]
fn terminal_shows_findings_first_and_the_exit_code_last() {
    let text = sample::rendered(Format::Text, &sample::report());
    let plain = anstream::adapter::strip_str(&text).to_string();
    insta::assert_snapshot!("terminal", plain);
}

#[test]
fn text_fits_a_terminal_except_commands_that_a_reader_copies() {
    let report = sample::report();
    let mut text = Vec::new();
    Format::Text
        .render_within(&report, Some(80), &mut text)
        .expect("memory");
    let text = String::from_utf8(text).expect("UTF-8");
    let narrow = anstream::adapter::strip_str(&text).to_string();
    for line in narrow.lines() {
        let copied = line.starts_with("  curl ");
        assert!(copied || line.chars().count() <= 80, "{line}");
    }
    let whole = sample::rendered(Format::Text, &report);
    let whole = anstream::adapter::strip_str(&whole).to_string();
    for command in whole.lines().filter(|line| line.starts_with("  curl ")) {
        assert!(narrow.lines().any(|line| line == command), "{command}");
    }
    // Every word is there, and none is broken.
    let words = |text: &str| -> Vec<String> {
        let words = text.split_whitespace().filter(|word| *word != "|");
        words.map(str::to_owned).collect()
    };
    assert_eq!(words(&narrow), words(&whole));
}

#[test]
fn terminal_text_contains_colour_codes() {
    let text = sample::rendered(Format::Text, &sample::report());
    assert!(text.contains("\u{1b}[1m\u{1b}[31mfail"), "{text:?}");
}

#[test]
fn report_of_a_stream_without_footer_is_marked_as_cut_off_in_every_format() {
    let mut cut = sample::events();
    cut.pop();
    assert!(Report::from_events(Vec::new(), &[]).is_none());
    let report = Report::from_events(cut, &[]).expect("a start");
    assert!(!report.complete);
    assert!(report.end.is_none());
    for (format, mark) in [
        (Format::Text, "this report is not valid"),
        (Format::Html, "not a valid record"),
        (Format::Markdown, "cut off, not valid"),
        (Format::Github, "::error title=conformance::cut off"),
        (Format::Tap, "Bail out! cut off"),
        (Format::Junit, "run.is_complete"),
        (Format::Json, "\"complete\": false"),
    ] {
        let text = sample::rendered(format, &report);
        assert!(text.contains(mark), "{format:?}: {text}");
    }
    assert!(!sample::rendered(Format::Ndjson, &report).contains("run_finished"));
}

#[test]
fn report_with_a_secret_is_not_written() {
    let folder = testbed::folder().expect("a folder");
    let path = folder.path().join("report.json");
    let secrets = conformance::redact::Secrets::default();
    secrets.register("dz_canary_of_a_credential", "OPERATOR_TOKEN");
    let content = b"{\"text\": \"dz_canary_of_a_credential\"}";
    let scan = Scan::from_secrets(&secrets);
    let error = report::write_scanned(&path, content, &scan).expect_err("refused");
    assert!(error.to_string().contains("$OPERATOR_TOKEN"), "{error}");
    assert!(!error.to_string().contains("canary"), "{error}");
    assert!(!path.exists());
    report::write_scanned(&path, b"{}", &scan).expect("written");
    assert_eq!(std::fs::read(&path).expect("readable"), b"{}");
}

#[test]
fn stream_that_would_contain_a_secret_is_removed() {
    let folder = testbed::folder().expect("a folder");
    let path = folder.path().join("events.ndjson");
    let secrets = std::sync::Arc::new(conformance::redact::Secrets::default());
    let known = std::sync::Arc::clone(&secrets);
    let stream =
        report::EventWriter::start(&path, move || Scan::from_secrets(&known)).expect("a file");
    let mut events = sample::events();
    let Some(Event::CaseFinished(case)) = events.get_mut(3) else {
        panic!("a case")
    };
    case.reason = "it said dz_canary_of_a_credential".to_owned();
    secrets.register("dz_canary_of_a_credential", "OPERATOR_TOKEN");
    let count = events.len();
    for event in events {
        stream.send(event);
    }
    let (events, outcome) = stream.finish();
    assert_eq!(
        events.len(),
        count,
        "the other reports are made from these events"
    );
    let error = outcome.expect_err("refused").to_string();
    assert!(
        error.contains("$OPERATOR_TOKEN") && !error.contains("canary"),
        "{error}"
    );
    assert!(!path.exists());
}

#[test]
fn every_secret_in_a_text_is_replaced_once_and_the_longest_as_a_whole() {
    let secrets = conformance::redact::Secrets::default();
    for (value, name) in [
        ("dz_part_of_a_token", "PART"),
        ("dz_part_of_a_token.and_the_rest", "WHOLE"),
        ("tail_of_it_and_more", "OTHER"),
        ("schlüssel-geheim", "GERMAN"),
        ("pw", "SHORT"),
    ] {
        secrets.register(value, name);
    }
    for (text, redacted) in [
        ("dz_part_of_a_token", "$PART"),
        ("a dz_part_of_a_token.and_the_rest z", "a $WHOLE z"),
        (
            "dz_part_of_a_token,dz_part_of_a_tokendz_part_of_a_token",
            "$PART,$PART$PART",
        ),
        (
            "dz_part_of_a_token.and_the_restail_of_it_and_more",
            "$WHOLEail_of_it_and_more",
        ),
        ("ü schlüssel-geheim ü", "ü $GERMAN ü"),
        ("pw pwd (pw) upw", "$SHORT pwd ($SHORT) upw"),
        ("short", "short"),
        ("", ""),
    ] {
        assert_eq!(secrets.redact(text), redacted, "{text}");
    }
    let text = "x dz_part_of_a_token.and_the_rest pw";
    assert_eq!(secrets.found_in(text), ["PART", "WHOLE"]);
    let hash = openapi::sha256_hex("dz_part_of_a_token").to_ascii_uppercase();
    assert_eq!(secrets.hashes_in(&format!("id: {hash}.")), ["PART"]);
    assert!(secrets.hashes_in(&hash[1..]).is_empty());
}
