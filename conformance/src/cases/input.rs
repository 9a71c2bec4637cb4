//! The optional body: what counts as none, what is refused, and that a refusal leaves the token alone.

use serde_json::{Value, json};

use super::clauses;
use crate::case::{Case, Clause, Effect, Level, Needs, Outcome};
use crate::contract::JSON;
use crate::profile::Policy;
use crate::trial::Trial;
use crate::wire::Request;

/// Demands that a body is one without a reason: 201, and the token is dead.
async fn no_reason(t: &Trial, what: &str, change: impl FnOnce(Request) -> Request) -> Outcome {
    let answer = t
        .revoked_with(t.own(0), &format!("revoke with {what}"), change)
        .await?;
    answer.field_is("/data/revocation_reason", &Value::Null)?;
    t.is_dead(t.own(0), "right after the 201").await
}

/// Demands that a body is refused as the policy has it, and that the token lives on.
async fn refused(t: &Trial, policy: Policy, what: &str, body: impl Into<Vec<u8>>) -> Outcome {
    let request = t.operator().revoke(&t.own(0).id).body(JSON, body);
    t.send(&format!("revoke with {what}"), request)
        .await?
        .follows(policy)?;
    t.lives(t.own(0), "after the refusal").await
}

/// Demands that a body is refused with one of these statuses, and that the token lives on.
async fn refused_somehow(
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

/// Demands of a body that a deployment may take or refuse that what it says is what it did.
async fn consistent(
    t: &Trial,
    what: &str,
    media_type: &str,
    body: impl Into<Vec<u8>>,
    refusals: &[u16],
) -> Outcome {
    let request = t.operator().revoke(&t.own(0).id).body(media_type, body);
    let answer = t.send(&format!("revoke with {what}"), request).await?;
    t.agrees(t.own(0), &answer, refusals).await
}

/// A case that needs one token and is about the body.
const fn body_case(
    id: &'static str,
    level: Level,
    clause: Clause,
    steps: for<'a> fn(&'a Trial) -> futures_util::future::BoxFuture<'a, Outcome>,
) -> Case {
    Case {
        id,
        level,
        clause,
        covers: &["/requestBody"],
        needs: Needs::ONE,
        effect: Effect::Revokes,
        steps,
    }
}

pub(super) const CASES: &[Case] = &[
    body_case("input.absent", Level::Must, clauses::BODY_OPTIONAL, |t| {
        Box::pin(no_reason(t, "no body", |request| request))
    }),
    body_case("input.empty", Level::Must, clauses::BODY_OPTIONAL, |t| {
        Box::pin(no_reason(t, "an empty body of type JSON", |request| {
            request.body(JSON, "")
        }))
    }),
    body_case(
        "input.empty_object",
        Level::Must,
        clauses::BODY_OPTIONAL,
        |t| Box::pin(no_reason(t, "{}", |request| request.json(&json!({})))),
    ),
    body_case("input.null", Level::Must, clauses::BODY_NULL, |t| {
        Box::pin(no_reason(t, "null", |request| request.json(&Value::Null)))
    }),
    body_case("input.reason_null", Level::Must, clauses::BODY_NULL, |t| {
        Box::pin(no_reason(t, "a null reason", |request| {
            request.json(&json!({ "reason": null }))
        }))
    }),
    body_case(
        "input.unknown_fields",
        Level::Should,
        clauses::BODY_NULL,
        |t| {
            Box::pin(no_reason(
                t,
                "a field that the slice does not name",
                |request| {
                    request.json(&json!({ "comment": "not in the slice", "revoked_at": "2001-01-01T00:00:00Z" }))
                },
            ))
        },
    ),
    body_case(
        "input.charset_parameter",
        Level::Should,
        clauses::BODY_OPTIONAL,
        |t| {
            Box::pin(no_reason(
                t,
                "a charset parameter on the media type",
                |request| request.body("application/json; charset=utf-8", "{}"),
            ))
        },
    ),
    body_case(
        "input.reason_number",
        Level::Must,
        clauses::BODY_NULL,
        |t| {
            Box::pin(refused(
                t,
                Policy::InvalidBody,
                "a number for a reason",
                r#"{"reason": 7}"#,
            ))
        },
    ),
    body_case(
        "input.reason_boolean",
        Level::Must,
        clauses::BODY_NULL,
        |t| {
            Box::pin(refused(
                t,
                Policy::InvalidBody,
                "a boolean for a reason",
                r#"{"reason": true}"#,
            ))
        },
    ),
    body_case("input.reason_array", Level::Must, clauses::BODY_NULL, |t| {
        Box::pin(refused(
            t,
            Policy::InvalidBody,
            "a list for a reason",
            r#"{"reason": ["x"]}"#,
        ))
    }),
    body_case(
        "input.reason_object",
        Level::Must,
        clauses::BODY_NULL,
        |t| {
            Box::pin(refused(
                t,
                Policy::InvalidBody,
                "an object for a reason",
                r#"{"reason": {"why": "x"}}"#,
            ))
        },
    ),
    body_case("input.body_array", Level::Must, clauses::BODY_NULL, |t| {
        Box::pin(refused(t, Policy::InvalidBody, "a list for a body", "[]"))
    }),
    body_case("input.body_string", Level::Must, clauses::BODY_NULL, |t| {
        Box::pin(refused(
            t,
            Policy::InvalidBody,
            "a string for a body",
            "\"reason\"",
        ))
    }),
    body_case("input.body_number", Level::Must, clauses::BODY_NULL, |t| {
        Box::pin(refused(t, Policy::InvalidBody, "a number for a body", "0"))
    }),
    body_case("input.body_false", Level::Must, clauses::BODY_NULL, |t| {
        Box::pin(refused(t, Policy::InvalidBody, "false for a body", "false"))
    }),
    body_case(
        "input.broken_json",
        Level::Must,
        clauses::VALIDATION_ERROR,
        |t| {
            Box::pin(refused(
                t,
                Policy::BrokenJson,
                "broken JSON",
                "{reason: because}",
            ))
        },
    ),
    body_case(
        "input.truncated_json",
        Level::Must,
        clauses::VALIDATION_ERROR,
        |t| {
            Box::pin(refused(
                t,
                Policy::BrokenJson,
                "truncated JSON",
                r#"{"reason": "becau"#,
            ))
        },
    ),
    body_case(
        "input.trailing_text",
        Level::Must,
        clauses::VALIDATION_ERROR,
        |t| {
            Box::pin(refused(
                t,
                Policy::BrokenJson,
                "text after the JSON",
                "{} and more",
            ))
        },
    ),
    body_case("input.nan", Level::Must, clauses::BODY_NULL, |t| {
        Box::pin(refused_somehow(
            t,
            "NaN for a reason",
            JSON,
            r#"{"reason": NaN}"#,
            &[400, 422],
        ))
    }),
    body_case(
        "input.invalid_utf8",
        Level::Must,
        clauses::SERVER_ERROR,
        |t| {
            Box::pin(refused_somehow(
                t,
                "invalid UTF-8",
                JSON,
                b"{\"reason\": \"\xff\xfe\"}".to_vec(),
                &[400, 422],
            ))
        },
    ),
    body_case("input.nul", Level::Must, clauses::SERVER_ERROR, |t| {
        Box::pin(consistent(
            t,
            "NUL in the reason",
            JSON,
            r#"{"reason": "a\u0000b"}"#,
            &[400, 422],
        ))
    }),
    body_case(
        "input.lone_surrogate",
        Level::Must,
        clauses::SERVER_ERROR,
        |t| {
            Box::pin(consistent(
                t,
                "a lone surrogate",
                JSON,
                r#"{"reason": "\ud800"}"#,
                &[400, 422],
            ))
        },
    ),
    body_case(
        "input.deep_nesting",
        Level::Must,
        clauses::SERVER_ERROR,
        |t| {
            Box::pin(async move {
                let depth = 10_000;
                let body = format!("{{\"reason\": {}{}}}", "[".repeat(depth), "]".repeat(depth));
                refused_somehow(t, "10,000 levels of nesting", JSON, body, &[400, 413, 422]).await
            })
        },
    ),
    body_case(
        "input.duplicate_keys",
        Level::Must,
        clauses::BODY_NULL,
        |t| {
            Box::pin(async move {
                let body = r#"{"reason": "one", "reason": "two"}"#;
                let request = t.operator().revoke(&t.own(0).id).body(JSON, body);
                let answer = t.send("revoke with the reason twice", request).await?;
                answer.follows(Policy::DuplicateKeys)?;
                if answer.status() == 201 {
                    let kept = answer.at("/data/revocation_reason");
                    let held = kept == json!("one") || kept == json!("two");
                    answer.expect("the reason", held, "the one or the other", kept)?;
                }
                t.agrees(t.own(0), &answer, &[400, 422]).await
            })
        },
    ),
    body_case(
        "input.another_media_type",
        Level::Must,
        clauses::BODY_NULL,
        |t| {
            Box::pin(refused_somehow(
                t,
                "plain text",
                "text/plain",
                "because",
                &[400, 415, 422],
            ))
        },
    ),
    body_case("input.form", Level::Must, clauses::BODY_NULL, |t| {
        Box::pin(async move {
            let media_type = "application/x-www-form-urlencoded";
            refused_somehow(t, "a form", media_type, "reason=because", &[400, 415, 422]).await
        })
    }),
    body_case("input.huge_body", Level::Must, clauses::SERVER_ERROR, |t| {
        Box::pin(async move {
            let body = json!({ "comment": "x".repeat(200 * 1024) });
            let request = t.operator().revoke(&t.own(0).id).json(&body);
            match t
                .send_unwanted("revoke with 200 KiB of an unknown field", request)
                .await?
            {
                Some(answer) => t.agrees(t.own(0), &answer, &[400, 413, 422]).await,
                None => t.lives(t.own(0), "after the connection was closed").await,
            }
        })
    }),
    body_case(
        "input.every_problem_has_a_place",
        Level::Must,
        clauses::VALIDATION_ERROR,
        |t| {
            Box::pin(async move {
                for body in [r#"{"reason": 1}"#, "[1]", "{"] {
                    let request = t.operator().revoke(&t.own(0).id).body(JSON, body);
                    let answer = t.send(&format!("revoke with {body}"), request).await?;
                    answer.documented_as(&[400, 422])?;
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
            })
        },
    ),
];
