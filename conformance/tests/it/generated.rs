//! Derived cases of a contract without written cases.

use crate::notes::{CONTRACT, Fault, Server};
use crate::suite::{Run, conformance, run};

const PROFILE: &str = "[operator]\ntoken = { file = \"operator.token\" }\n[operations.\"PUT /notes/{note_id}\"]\nexpendable = true\n";

/// Runs the contract of notes against a server of notes.
async fn run_notes(fault: Fault, more: &[&str]) -> Run {
    run_contract(CONTRACT, fault, more).await
}

/// Runs another contract against a server of notes.
async fn run_contract(contract: &str, fault: Fault, more: &[&str]) -> Run {
    run_profile(PROFILE, contract, fault, more).await
}

/// Runs another contract against a server of notes, by a profile.
async fn run_profile(text: &str, contract: &str, fault: Fault, more: &[&str]) -> Run {
    let server = Server::start(fault).await;
    let folder = testbed::folder().expect("a folder");
    std::fs::write(folder.path().join("operator.token"), "a-token-of-notes").expect("written");
    std::fs::write(folder.path().join("contract.json"), contract).expect("written");
    let profile = folder.path().join("profile.toml");
    std::fs::write(&profile, text).expect("written");
    let contract = folder.path().join("contract.json");
    let contract = contract.to_str().expect("UTF-8");
    run(
        &server.url,
        &profile,
        &[&["--contract", contract], more].concat(),
    )
    .await
}

#[tokio::test]
async fn correct_server_passes_a_contract_without_written_cases() {
    for more in [
        &["--allow", "change"][..],
        &["--allow", "change", "--seed", "5", "--jobs", "16"],
    ] {
        let run = run_notes(Fault::None, more).await;
        assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
        let report = run.report.as_ref().expect("a report");
        assert_eq!(report["run"]["contract"]["title"], "Notes");
        let cases = report["cases"].as_array().expect("cases");
        assert!(cases.iter().all(|case| {
            case["id"]
                .as_str()
                .is_some_and(|id| id.starts_with("generated."))
        }));
        // What an undeclared query parameter gets, only the profile can say.
        assert_eq!(run.with_verdict("skip").len(), 1);
        assert_eq!(run.with_verdict("pass").len(), cases.len() - 1);
        assert!(cases.len() > 40, "{}", cases.len());
        let coverage = &report["end"]["coverage"];
        assert_eq!(coverage["declared"], coverage["observed"], "{coverage}");
    }
}

#[tokio::test]
async fn ids_name_the_parameter_or_property_and_the_value() {
    let folder = testbed::folder().expect("a folder");
    let contract = folder.path().join("contract.json");
    std::fs::write(&contract, CONTRACT).expect("written");
    let output = conformance(&["list", "--contract", contract.to_str().expect("UTF-8")]).await;
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let ids: Vec<&str> = text
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    for id in [
        "generated.get_notes.request.ordinary",
        "generated.get_notes.lines.valid_1",
        "generated.get_notes.lines.valid_100",
        "generated.get_notes.lines.invalid_0",
        "generated.get_notes.lines.invalid_101",
        "generated.put_notes.x_reason.missing",
        "generated.put_notes.x_reason.valid_urgent",
        "generated.put_notes.body.missing",
        "generated.put_notes.body.valid_priority_1",
        "generated.put_notes.body.valid_priority_5",
        "generated.put_notes.body.invalid_priority_0",
        "generated.put_notes.body.invalid_priority_6",
        "generated.put_notes.body.invalid_empty_object",
    ] {
        assert!(ids.contains(&id), "{id} is not among\n{text}");
    }
}

#[tokio::test]
async fn each_fault_of_a_server_is_noticed() {
    for (fault, case, message) in [
        (
            Fault::TakesMore,
            "generated.put_notes.body.invalid_priority_6",
            "a refusal",
        ),
        (
            Fault::KeepsRefused,
            "generated.put_notes.body.invalid_priority_0",
            "no effect",
        ),
        (
            Fault::ServerError,
            "generated.put_notes.x_reason.missing",
            "no server error",
        ),
        (
            Fault::Undocumented,
            "generated.put_notes.body.invalid_empty_object",
            "one that the contract documents",
        ),
        (
            Fault::WrongType,
            "generated.get_notes.request.ordinary",
            "the body documented for 200",
        ),
        (
            Fault::PlainText,
            "generated.put_notes.body.missing",
            "media type",
        ),
        (
            Fault::AnyQuery,
            "generated.get_notes.lines.invalid_101",
            "a refusal",
        ),
    ] {
        let run = run_notes(fault, &["--allow", "change", "--filter", case]).await;
        assert_eq!(run.code, 1, "{fault:?}: {}{}", run.stdout, run.stderr);
        assert_eq!(run.verdict(case), "fail", "{fault:?}");
        assert!(run.stdout.contains(message), "{fault:?}: {}", run.stdout);
    }
}

#[tokio::test]
async fn verdict_is_shown_at_its_operation() {
    // Both operations have a first parameter; only the query parameter of GET is not checked.
    let run = run_notes(Fault::AnyQuery, &["--allow", "change"]).await;
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    let report = run.report.as_ref().expect("a report");
    let mut cases = report["cases"].as_array().expect("cases").iter();
    let failed = cases.find(|case| case["verdict"] == "fail").expect("one");
    assert_eq!(failed["operation"], "GET /notes/{note_id}");
    assert_eq!(failed["covers"], serde_json::json!(["/parameters/0"]));

    let folder = testbed::folder().expect("a folder");
    let saved = folder.path().join("report.json");
    std::fs::write(&saved, report.to_string()).expect("written");
    let output = conformance(&["render", saved.to_str().expect("UTF-8"), "--format", "html"]).await;
    let page = String::from_utf8(output.stdout).expect("UTF-8");
    let operations: Vec<&str> = page
        .split("<article class=\"operation\">")
        .skip(1)
        .collect();
    let [get, put] = operations[..] else {
        panic!("{} operations", operations.len());
    };
    let put = put.split("</article>").next().expect("a part");
    assert!(get.contains("<li class=\"fail\">"), "{get}");
    assert!(!put.contains("<li class=\"fail\">"), "{put}");
    // The contract documents refusals by the range `4XX`.
    assert!(
        !page.contains("undocumented"),
        "a documented response is shown as undocumented"
    );
}

#[tokio::test]
async fn business_is_required_if_a_parameter_needs_it() {
    let contract = CONTRACT.replace(
        r#"{ "name": "x-reason","#,
        r#"{ "name": "X-Business-Id", "in": "header", "required": true, "schema": { "type": "string" } }, { "name": "x-reason","#,
    );
    let run = run_contract(&contract, Fault::None, &["--allow", "change"]).await;
    assert_ne!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(
        run.stdout.contains(
            "the profile gives no operator.business_id, which the header X-Business-Id needs"
        ),
        "{}",
        run.stdout
    );
    let skipped = run.with_verdict("skip");
    let is_expected = |case: &String| {
        case.starts_with("generated.put_notes.")
            || case.starts_with("generated.get_notes.query.undeclared")
    };
    assert!(
        skipped.len() > 1 && skipped.iter().all(is_expected),
        "{skipped:?}"
    );
}

#[tokio::test]
async fn safe_runs_only_read() {
    let run = run_notes(Fault::None, &[]).await;
    assert_eq!(run.code, 4, "{}", run.stdout);
    for exchange in run.exchanges() {
        assert_eq!(exchange["request"]["method"], "GET");
    }
    assert!(!run.with_verdict("pass").is_empty());
}

/// A credential that is not accepted, or an id of nothing, must not look like a pass.
#[tokio::test]
async fn operation_whose_ordinary_request_fails_is_unproven() {
    let contract = CONTRACT.replace("\"example\": 7,", "\"example\": 8,");
    let allow = ["--allow", "change"];
    let run = run_contract(&contract, Fault::None, &allow).await;
    assert_eq!(run.code, 4, "{}{}", run.stdout, run.stderr);
    assert!(run.with_verdict("pass").is_empty(), "{}", run.stdout);
    for part in [
        "not reached 2 operations",
        "GET /notes/{note_id} its ordinary request was answered with 404 in place of 200",
        "give the id of something that exists",
        "0 of 2 operations were reached, not GET /notes/{note_id}, PUT /notes/{note_id}",
    ] {
        assert!(run.stdout.contains(part), "{part}: {}", run.stdout);
    }
    let report = run.report.as_ref().expect("a report");
    let operation = &report["end"]["coverage"]["operations"][0];
    assert_eq!(operation["reached"], false);
    assert_eq!(operation["unreached"]["answered"], 404);

    // A fault of such an operation is found nevertheless.
    let run = run_contract(&contract, Fault::PlainText, &allow).await;
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
}

#[tokio::test]
async fn ordinary_request_is_sent_once_and_counts_for_all_cases() {
    let more = ["--allow", "change", "--filter", "generated.get_notes.lines"];
    let run = run_notes(Fault::None, &more).await;
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let asked = run.exchanges().filter(|exchange| {
        let purpose = exchange["purpose"].as_str().expect("a text");
        purpose.ends_with("to see whether it works")
    });
    assert_eq!(asked.count(), 1);
}

/// Returns what a run says about the deployment in a few words.
fn meaning_of(run: &Run) -> &str {
    let report = run.report.as_ref().expect("a report");
    report["end"]["exit"]["meaning"].as_str().expect("a text")
}

#[tokio::test]
async fn bar_of_reached_operations_is_lowered_openly() {
    // Only GET has an id that exists.
    let contract = CONTRACT.replace(
        r#"{ "name": "x-reason","#,
        r#"{ "name": "note_id", "in": "path", "required": true, "example": 8, "schema": { "type": "integer", "minimum": 1 } }, { "name": "x-reason","#,
    );
    for (reach, code) in [("51%", 4), ("50%", 0)] {
        let more = ["--allow", "change", "--reach", reach];
        let run = run_contract(&contract, Fault::None, &more).await;
        assert_eq!(run.code, code, "{}{}", run.stdout, run.stderr);
        let named = "1 of 2 operations were reached, not PUT /notes/{note_id}";
        assert!(run.stdout.contains(named), "{}", run.stdout);
        let meaning = match code {
            0 => "conformant except for what was not reached",
            _ => "nothing proven",
        };
        assert_eq!(meaning_of(&run), meaning);
    }
    let more = ["--allow", "change"];
    let waiver = "[[waiver]]\ncase = \"generated.put_notes.*\"\nreason = \"there is none\"\nexpires = 2099-12-31\n";
    let run = run_profile(&format!("{PROFILE}{waiver}"), &contract, Fault::None, &more).await;
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let named = "waived, and nothing is known about them: generated.put_notes.";
    assert!(run.stdout.contains(named), "{}", run.stdout);
    assert_eq!(meaning_of(&run), "conformant except for what was waived");
    let more = [&more[..], &["--filter", "request.ordinary"]].concat();
    let run = run_profile(&format!("{PROFILE}{waiver}"), &contract, Fault::None, &more).await;
    let named =
        "; 1 case was waived, and nothing is known about it: generated.put_notes.request.ordinary;";
    assert!(run.stdout.contains(named), "{}", run.stdout);
    let meaning = "conformant except for what was waived or not selected";
    assert_eq!(meaning_of(&run), meaning);
    let folder = testbed::folder().expect("a folder");
    let report = folder.path().join("report.json");
    std::fs::write(&report, run.report.expect("a report").to_string()).expect("written");
    let report = report.to_str().expect("UTF-8");
    let summary = conformance(&["render", report, "--format", "markdown"]).await;
    let summary = String::from_utf8(summary.stdout).expect("UTF-8");
    let named = "Conformance: conformant except for what was waived";
    assert!(summary.contains(named), "{summary}");
    let page = conformance(&["render", report, "--format", "html"]).await;
    let page = String::from_utf8(page.stdout).expect("UTF-8");
    assert!(page.contains("<h1>Conformant in part</h1>"), "{page}");
}

#[tokio::test]
async fn what_the_run_did_not_create_is_not_changed() {
    let profile = "[operator]\ntoken = { file = \"operator.token\" }\n";
    let run = run_profile(profile, CONTRACT, Fault::None, &["--allow", "delete"]).await;
    assert_eq!(run.code, 4, "{}{}", run.stdout, run.stderr);
    for exchange in run.exchanges() {
        assert_eq!(exchange["request"]["method"], "GET");
    }
    assert!(run.stdout.contains("`expendable = true`"), "{}", run.stdout);
}

#[tokio::test]
async fn values_of_an_unknown_operation_exit_2() {
    let profile = format!("{PROFILE}[operations.\"PUT /notes\"]\nbody = 1\n");
    let run = run_profile(&profile, CONTRACT, Fault::None, &[]).await;
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(
        run.stderr
            .contains("PUT /notes: the contract has no such operation"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("PUT /notes/{note_id}"),
        "{}",
        run.stderr
    );
}

#[tokio::test]
async fn invalid_contract_exits_2() {
    let folder = testbed::folder().expect("a folder");
    std::fs::write(folder.path().join("operator.token"), "a-token-of-notes").expect("written");
    let profile = folder.path().join("profile.toml");
    std::fs::write(&profile, PROFILE).expect("written");
    let contract = folder.path().join("contract.json");
    for (text, message) in [
        ("{", "contract.json"),
        (
            "{\"openapi\": \"3.1.0\", \"info\": {\"title\": \"x\", \"version\": \"1\"}, \"paths\": {}}",
            "no operation",
        ),
    ] {
        std::fs::write(&contract, text).expect("written");
        let contract = contract.to_str().expect("UTF-8");
        let run = run("http://127.0.0.1:1", &profile, &["--contract", contract]).await;
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(run.stderr.contains(message), "{}", run.stderr);
    }
    let run = run(
        "http://127.0.0.1:1",
        &profile,
        &["--contract", "no-such.json"],
    )
    .await;
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("no-such.json"), "{}", run.stderr);
}

/// Of two media types a reader may take either, so an answer with both is not the documented one.
#[tokio::test]
async fn two_media_types_fail_where_the_first_one_is_documented() {
    let folder = testbed::folder().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path.to_str().expect("UTF-8").to_owned()
    };
    let contract = write(
        "contract.yaml",
        "openapi: 3.1.0\ninfo: { title: Texts, version: '1' }\npaths:\n  /text:\n    get:\n      responses:\n        '200':\n          description: A text\n          content: { text/plain: {} }\n",
    );
    let profile = write("profile.toml", "[operator]\ntoken = { file = \"token\" }\n");
    write("token", "any_text_as_token");
    for (second, verdict) in [(None, "pass"), (Some("text/html"), "fail")] {
        let answer = move || async move {
            let mut answer = axum::http::Response::new("text".to_owned());
            let headers = answer.headers_mut();
            let value = axum::http::HeaderValue::from_static;
            headers.insert("content-type", value("text/plain; charset=utf-8"));
            if let Some(second) = second {
                headers.append("content-type", value(second));
            }
            answer
        };
        let app = axum::Router::new().route("/text", axum::routing::get(answer));
        let service = crate::local::Local::serve(app).await;
        let more = ["--contract", &contract, "--filter", "request.ordinary"];
        let run = crate::suite::run(&service.url, profile.as_ref(), &more).await;
        let case = "generated.get_text.request.ordinary";
        assert_eq!(run.verdict(case), verdict, "{}{}", run.stdout, run.stderr);
    }
}
