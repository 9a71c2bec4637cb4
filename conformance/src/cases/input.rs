//! The optional request body: which bodies count as no reason, which are refused, and that a refusal changes nothing.

use serde_json::{Value, json};

use super::clauses;
use crate::case::{Case, CaseBuilder, Outcome, steps};
use crate::contract::JSON;
use crate::profile::Policy;
use crate::trial::Trial;
use crate::wire::Request;

/// Checks that a body is accepted as one without a reason: the answer is 201, and the token is revoked.
async fn no_reason(t: &Trial, what: &str, change: impl FnOnce(Request) -> Request) -> Outcome {
    let answer = t
        .revoke_with(t.own(0), &format!("revoke with {what}"), change)
        .await?;
    answer.field_is("/data/revocation_reason", &Value::Null)?;
    t.is_dead(t.own(0), "right after the 201").await
}

/// Checks that a body is refused as the policy says, and that the token still works.
async fn refused(t: &Trial, policy: Policy, what: &str, body: impl Into<Vec<u8>>) -> Outcome {
    let request = t.operator().revoke(&t.own(0).id).body(JSON, body);
    t.send(&format!("revoke with {what}"), request)
        .await?
        .follows(policy)?;
    t.lives(t.own(0), "after the refusal").await
}

/// Checks that a body is refused with one of these statuses, and that the token still works.
async fn refused_with(
    t: &Trial,
    what: &str,
    media_type: &str,
    body: impl Into<Vec<u8>>,
    refusals: &[u16],
) -> Outcome {
    let request = t.operator().revoke(&t.own(0).id).body(media_type, body);
    let answer = t.send(&format!("revoke with {what}"), request).await?;
    answer.status_is(refusals)?;
    t.lives(t.own(0), "after the refusal").await
}

/// Checks that a reason is refused, or kept as it was sent: the answer has the same JSON text. The token's state agrees
/// with the answer.
async fn kept_or_refused(t: &Trial, what: &str, reason: &str) -> Outcome {
    let body = format!("{{\"reason\": \"{reason}\"}}");
    let request = t.operator().revoke(&t.own(0).id).body(JSON, body);
    let answer = t.send(&format!("revoke with {what}"), request).await?;
    if answer.status() == 201 {
        let text = String::from_utf8_lossy(answer.bytes()).to_ascii_lowercase();
        let held = text.contains(reason);
        answer.field_is("/data/id", &json!(t.own(0).id))?;
        answer.field_holds(
            "/data/revocation_reason",
            held,
            format!("{reason:?}, as sent"),
            answer.quote(),
        )?;
    }
    t.agrees(t.own(0), &answer, &[400, 422]).await
}

/// Adds what a case about the request body needs: one token.
const fn on_body(case: CaseBuilder) -> CaseBuilder {
    case.covers(&["/requestBody"]).own(1)
}

pub(super) const CASES: &[Case] = &[
    on_body(Case::must("input.absent", clauses::BODY_OPTIONAL))
        .steps(|t| Box::pin(no_reason(t, "no body", |request| request))),
    on_body(Case::must("input.empty", clauses::BODY_OPTIONAL)).steps(|t| {
        Box::pin(no_reason(t, "an empty body of type JSON", |request| {
            request.body(JSON, "")
        }))
    }),
    on_body(Case::must("input.empty_object", clauses::BODY_OPTIONAL))
        .steps(|t| Box::pin(no_reason(t, "{}", |request| request.json(&json!({}))))),
    on_body(Case::must("input.null", clauses::BODY_NULL))
        .steps(|t| Box::pin(no_reason(t, "null", |request| request.json(&Value::Null)))),
    on_body(Case::must("input.reason_null", clauses::BODY_NULL)).steps(|t| {
        Box::pin(no_reason(t, "a null reason", |request| {
            request.json(&json!({ "reason": null }))
        }))
    }),
    on_body(Case::should("input.unknown_fields", clauses::BODY_NULL)).steps(steps!(|t| {
        let body = json!({ "comment": "not in the slice", "revoked_at": "2001-01-01T00:00:00Z" });
        match t.deployment().profile.policy.get(Policy::UnknownFields) {
            None | Some(201) => {
                let request = t.operator().revoke(&t.own(0).id).json(&body);
                let purpose = "revoke with fields that the slice does not name";
                let answer = t.send(purpose, request).await?;
                t.deployment()
                    .answered(Policy::UnknownFields, answer.status());
                answer.documented(201)?;
                answer.field_is("/data/revocation_reason", &Value::Null)?;
                t.agrees(t.own(0), &answer, &[]).await
            }
            Some(_) => {
                refused(
                    t,
                    Policy::UnknownFields,
                    "an unknown field",
                    body.to_string(),
                )
                .await
            }
        }
    })),
    // Many clients send it, and it has no effect (RFC 8259, section 11).
    on_body(Case::must("input.charset_parameter", clauses::REASON)).steps(steps!(|t| {
        let reason = json!({ "reason": "Größe 🔑" });
        let purpose = "revoke with a charset parameter on the media type";
        let answer = t
            .revoke_with(t.own(0), purpose, |request| {
                request.body("application/json; charset=utf-8", reason.to_string())
            })
            .await?;
        answer.field_is("/data/revocation_reason", &reason["reason"])?;
        t.is_dead(t.own(0), "after the revocation").await
    })),
    on_body(Case::must("input.reason_number", clauses::BODY_NULL)).steps(|t| {
        Box::pin(refused(
            t,
            Policy::InvalidBody,
            "a number as the reason",
            r#"{"reason": 7}"#,
        ))
    }),
    on_body(Case::must("input.reason_boolean", clauses::BODY_NULL)).steps(|t| {
        Box::pin(refused(
            t,
            Policy::InvalidBody,
            "a boolean as the reason",
            r#"{"reason": true}"#,
        ))
    }),
    on_body(Case::must("input.reason_array", clauses::BODY_NULL)).steps(|t| {
        Box::pin(refused(
            t,
            Policy::InvalidBody,
            "a list as the reason",
            r#"{"reason": ["x"]}"#,
        ))
    }),
    on_body(Case::must("input.reason_object", clauses::BODY_NULL)).steps(|t| {
        Box::pin(refused(
            t,
            Policy::InvalidBody,
            "an object as the reason",
            r#"{"reason": {"why": "x"}}"#,
        ))
    }),
    on_body(Case::must("input.body_array", clauses::BODY_NULL))
        .steps(|t| Box::pin(refused(t, Policy::InvalidBody, "a list as the body", "[]"))),
    on_body(Case::must("input.body_string", clauses::BODY_NULL)).steps(|t| {
        Box::pin(refused(
            t,
            Policy::InvalidBody,
            "a string as the body",
            "\"reason\"",
        ))
    }),
    on_body(Case::must("input.body_number", clauses::BODY_NULL))
        .steps(|t| Box::pin(refused(t, Policy::InvalidBody, "a number as the body", "0"))),
    on_body(Case::must("input.body_false", clauses::BODY_NULL)).steps(|t| {
        Box::pin(refused(
            t,
            Policy::InvalidBody,
            "false as the body",
            "false",
        ))
    }),
    on_body(Case::must("input.broken_json", clauses::VALIDATION_ERROR)).steps(|t| {
        Box::pin(refused(
            t,
            Policy::BrokenJson,
            "broken JSON",
            "{reason: because}",
        ))
    }),
    on_body(Case::must(
        "input.truncated_json",
        clauses::VALIDATION_ERROR,
    ))
    .steps(|t| {
        Box::pin(refused(
            t,
            Policy::BrokenJson,
            "truncated JSON",
            r#"{"reason": "becau"#,
        ))
    }),
    on_body(Case::must("input.trailing_text", clauses::VALIDATION_ERROR)).steps(|t| {
        Box::pin(refused(
            t,
            Policy::BrokenJson,
            "text after the JSON",
            "{} and more",
        ))
    }),
    on_body(Case::must("input.nan", clauses::BODY_NULL)).steps(|t| {
        Box::pin(refused_with(
            t,
            "NaN as the reason",
            JSON,
            r#"{"reason": NaN}"#,
            &[400, 422],
        ))
    }),
    on_body(Case::must("input.invalid_utf8", clauses::SERVER_ERROR)).steps(|t| {
        Box::pin(refused_with(
            t,
            "invalid UTF-8",
            JSON,
            b"{\"reason\": \"\xff\xfe\"}".to_vec(),
            &[400, 422],
        ))
    }),
    on_body(Case::must("input.nul", clauses::SERVER_ERROR))
        .steps(|t| Box::pin(kept_or_refused(t, "NUL in the reason", r"a\u0000b"))),
    on_body(Case::must("input.lone_surrogate", clauses::SERVER_ERROR))
        .steps(|t| Box::pin(kept_or_refused(t, "a lone surrogate", r"\ud800"))),
    on_body(Case::must("input.deep_nesting", clauses::SERVER_ERROR)).steps(steps!(|t| {
        let depth = 10_000;
        let body = format!("{{\"reason\": {}{}}}", "[".repeat(depth), "]".repeat(depth));
        refused_with(t, "10,000 levels of nesting", JSON, body, &[400, 413, 422]).await
    })),
    on_body(Case::must("input.duplicate_keys", clauses::BODY_NULL)).steps(steps!(|t| {
        let body = r#"{"reason": "one", "reason": "two"}"#;
        let request = t.operator().revoke(&t.own(0).id).body(JSON, body);
        let answer = t.send("revoke with two reasons", request).await?;
        answer.follows(Policy::DuplicateKeys)?;
        if answer.status() == 201 {
            answer.field_is("/data/id", &json!(t.own(0).id))?;
            let kept = answer.at("/data/revocation_reason");
            let held = kept == json!("one") || kept == json!("two");
            answer.field_holds("/data/revocation_reason", held, "one of the two", kept)?;
        }
        t.agrees(t.own(0), &answer, &[400, 422]).await
    })),
    on_body(Case::must("input.another_media_type", clauses::BODY_NULL)).steps(|t| {
        Box::pin(refused_with(
            t,
            "plain text",
            "text/plain",
            "because",
            &[400, 415, 422],
        ))
    }),
    on_body(Case::should("input.json_as_text", clauses::BODY_NULL)).steps(|t| {
        Box::pin(refused_with(
            t,
            "JSON that is said to be plain text",
            "text/plain",
            r#"{"reason": "because"}"#,
            &[400, 415, 422],
        ))
    }),
    on_body(Case::must("input.form", clauses::BODY_NULL)).steps(steps!(|t| {
        let media_type = "application/x-www-form-urlencoded";
        refused_with(t, "a form", media_type, "reason=because", &[400, 415, 422]).await
    })),
    on_body(Case::must("input.huge_body", clauses::SERVER_ERROR)).steps(steps!(|t| {
        let body = json!({ "comment": "x".repeat(200 * 1024) });
        let request = t.operator().revoke(&t.own(0).id).json(&body);
        match t
            .send_unwanted("revoke with 200 KiB of an unknown field", request)
            .await?
        {
            Some(answer) => t.agrees(t.own(0), &answer, &[400, 413, 422]).await,
            None => t.lives_unanswered(t.own(0)).await,
        }
    })),
    on_body(Case::must(
        "input.every_problem_has_a_place",
        clauses::VALIDATION_ERROR,
    ))
    .steps(steps!(|t| {
        for body in [r#"{"reason": 1}"#, "[1]", "{"] {
            let request = t.operator().revoke(&t.own(0).id).body(JSON, body);
            let answer = t.send(&format!("revoke with {body}"), request).await?;
            answer.status_is(&[400, 422])?;
            answer.judge_body()?;
            if answer.status() == 422 {
                let detail = answer.at("/detail");
                let whole = |problem: &Value| {
                    problem["loc"]
                        .as_array()
                        .is_some_and(|parts| !parts.is_empty())
                        && problem["msg"].as_str().is_some_and(|text| !text.is_empty())
                        && problem["type"]
                            .as_str()
                            .is_some_and(|text| !text.is_empty())
                };
                let held = detail
                    .as_array()
                    .is_some_and(|problems| problems.iter().all(whole));
                answer.expect(
                    "detail",
                    held,
                    "problems with loc, msg and type, none empty",
                    detail,
                )?;
            }
        }
        Ok(())
    })),
];
