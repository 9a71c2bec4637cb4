//! A fixed sample run with one case of each verdict, for snapshots of reports.

use conformance::case::{Effect, Level};
use conformance::contract::ContractName;
use conformance::contract::summary::{Kind, Member, Operation, Part};
use conformance::coverage::{Coverage, CoveredOperation, CoveredPart, PartKind};
use conformance::event::{
    BodyRecord, CaseRecord, ClauseRecord, Event, ExchangeRecord, Exit, HeaderRecord, KnownFailure,
    KnownState, RequestRecord, ResponseRecord, RunFooter, RunHeader, Selection, StepRecord, Suite,
    Verdict,
};
use conformance::exit::ExitCode;
use conformance::profile::Profile;
use conformance::report::{Format, Report};
use openapi::waiver::Waived;

/// The cause of the known failure.
const KNOWN: &str = "POST /api/v1/tokens/{token_id}/revoke: /data/revocation_reason of the 201";

fn waived() -> Waived {
    Waived {
        reason: "the column cannot hold NUL; it moves in May".to_owned(),
        expires: time("2027-05-31T00:00:00Z").date_naive(),
    }
}

fn time(text: &str) -> chrono::DateTime<chrono::Utc> {
    text.parse().expect("a time")
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
        operation: Some("POST /api/v1/tokens/{token_id}/revoke".to_owned()),
        covers: vec!["/responses/201".to_owned()],
        waived: None,
        known: None,
        waivable: false,
        unasked: false,
        cause: None,
        fault: None,
        effect: Effect::Revokes,
        duration_ms: 12,
        steps: Vec::new(),
        exchanges: Vec::new(),
    }
}

/// Builds a case that failed at its only step, with the exchange that the step checked.
fn failed(id: &str, expected: &str, actual: &str) -> CaseRecord {
    let what = "revoke a live token: status";
    CaseRecord {
        steps: vec![StepRecord {
            what: what.to_owned(),
            expected: expected.to_owned(),
            actual: actual.to_owned(),
            held: false,
            exchange: Some(0),
            check: None,
            fault: None,
        }],
        exchanges: vec![ExchangeRecord {
            purpose: "revoke a live token".to_owned(),
            started_at: time("2026-11-23T00:00:01Z"),
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

/// Builds a covered part for a status.
fn part(name: &str, observed: bool) -> CoveredPart {
    CoveredPart {
        operation: "POST /api/v1/tokens/{token_id}/revoke".to_owned(),
        pointer: format!("/paths/~1api~1v1~1tokens~1{{token_id}}~1revoke/post/responses/{name}"),
        kind: PartKind::Status,
        name: name.to_owned(),
        exercised: true,
        observed,
    }
}

/// Builds the summary of the contract's operation.
fn operation() -> Operation {
    let part = |pointer: &str, kind, name: &str, description: &str| Part {
        pointer: pointer.to_owned(),
        kind,
        name: name.to_owned(),
        type_name: String::new(),
        required: false,
        description: description.to_owned(),
        members: Vec::new(),
    };
    Operation {
        method: "POST".to_owned(),
        path: "/api/v1/tokens/{token_id}/revoke".to_owned(),
        summary: "Revoke token".to_owned(),
        description: "Revoke an API token.\n\n**Note:** Revoked tokens cannot be un-revoked."
            .to_owned(),
        parts: vec![
            Part {
                members: vec![Member {
                    name: "data.revoked_at".to_owned(),
                    type_name: "string (date-time)".to_owned(),
                    required: true,
                    description: "When the token was revoked".to_owned(),
                }],
                ..part(
                    "/responses/201",
                    Kind::Response,
                    "201",
                    "Successful Response",
                )
            },
            part(
                "/responses/404",
                Kind::Response,
                "404",
                "Not Found - Resource does not exist",
            ),
        ],
    }
}

/// Returns the events of the run.
pub(crate) fn events() -> Vec<Event> {
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
        CaseRecord {
            cause: Some("POST /api/v1/tokens/{token_id}/revoke: server error 500".to_owned()),
            ..case(
                "authentication.guessable_key",
                Level::Must,
                Verdict::Blocked,
                "after the refusal, revoking an unknown token: server error 500",
            )
        },
        CaseRecord {
            cause: Some(KNOWN.to_owned()),
            known: Some(waived()),
            ..case(
                "reason.nul",
                Level::Must,
                Verdict::Fail,
                "revoke with NUL: /data/revocation_reason: expected \"a\\0\", found \"a\"",
            )
        },
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
        base_path: None,
        profile: serde_json::to_value(
            Profile::parse("staging.toml".as_ref(), profile).expect("sound"),
        )
        .expect("JSON"),
        operations: vec![operation()],
        selection: Selection {
            filter: vec!["status.".to_owned()],
            include: Vec::new(),
            exclude: Vec::new(),
            baseline: None,
            allow: Effect::Revokes,
            reach: 100,
            strict: false,
            jobs: 8,
            seed: None,
            max_requests: None,
            rate: None,
            max_seconds: None,
            selected: 10,
            catalogue: 161,
        },
        started_at: time("2026-11-23T00:00:00Z"),
    };
    let footer = RunFooter {
        finished_at: time("2026-11-23T00:00:02Z"),
        duration_ms: 2345,
        requests: 40,
        retries: 0,
        waits: 0,
        reached: true,
        complete: true,
        exit: Exit {
            code: 1,
            name: ExitCode::Failed,
            meaning: ExitCode::Failed.meaning().to_owned(),
            reason: "2 MUST failed: status.created, status.not_found".to_owned(),
        },
        coverage: Coverage {
            declared: 2,
            exercised: 2,
            observed: 1,
            parts: vec![part("201", true), part("404", false)],
            undocumented: Vec::new(),
            operations: vec![CoveredOperation {
                operation: "POST /api/v1/tokens/{token_id}/revoke".to_owned(),
                reached: true,
                unreached: None,
                documented: vec!["201".to_owned(), "404".to_owned()],
                provoked: vec!["201".to_owned(), "404".to_owned()],
                observed: vec!["201".to_owned()],
                values: Vec::new(),
                left_out: vec!["44 of 61 values of the body are tested".to_owned()],
            }],
        },
        known: vec![KnownFailure {
            cause: KNOWN.to_owned(),
            cases: vec!["reason.nul".to_owned()],
            waived: waived(),
            state: KnownState::Fails,
            met: 1,
        }],
        left_behind: Vec::new(),
        refused_for_seconds: Some(7),
        resources: conformance::event::CreatedResources::default(),
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

/// Returns the report of the run.
pub(crate) fn report() -> Report {
    Report::from_events(events(), &["status.created", "status.unauthorized"]).expect("a start")
}

/// Renders a report in a format.
pub(crate) fn rendered(format: Format, report: &Report) -> String {
    let mut out = Vec::new();
    format.render(report, &mut out).expect("written");
    String::from_utf8(out).expect("UTF-8")
}
