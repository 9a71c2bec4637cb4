//! Answers with the wrong status, media type, shape or content.

use axum::http::HeaderValue;
use serde_json::{Value, json};

use super::Mutant;
use crate::proxy::{Answer, Exchange};

/// The answer with a revocation's 201 changed.
async fn on_201(exchange: Exchange, change: impl FnOnce(Answer) -> Answer) -> Answer {
    let answer = exchange.forward().await;
    if exchange.revokes().is_some() && answer.status == 201 {
        change(answer)
    } else {
        answer
    }
}

/// The answer with a revocation's refusal of a status changed.
async fn on_refusal(
    exchange: Exchange,
    status: u16,
    change: impl FnOnce(Answer) -> Answer,
) -> Answer {
    let answer = exchange.forward().await;
    if exchange.revokes().is_some() && answer.status == status {
        change(answer)
    } else {
        answer
    }
}

fn with_status(status: u16) -> impl FnOnce(Answer) -> Answer {
    move |answer| Answer { status, ..answer }
}

fn drop_field(pointer: &'static str, field: &'static str) -> impl FnOnce(Answer) -> Answer {
    move |answer| {
        answer.edit(|body| {
            body.pointer_mut(pointer)
                .and_then(Value::as_object_mut)
                .map(|object| object.shift_remove(field));
        })
    }
}

fn set(pointer: &'static str, value: Value) -> impl FnOnce(Answer) -> Answer {
    move |answer| {
        answer.edit(|body| *body.pointer_mut(pointer).expect("the field is there") = value)
    }
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "200 for 201",
        killed_by: "status.created",
        breaks: |exchange| Box::pin(on_201(exchange, with_status(200))),
    },
    Mutant {
        name: "204 without a body",
        killed_by: "status.created",
        breaks: |exchange| {
            Box::pin(on_201(exchange, |answer| Answer {
                status: 204,
                body: Vec::new(),
                ..answer
            }))
        },
    },
    Mutant {
        name: "202 for 201",
        killed_by: "revocation.refused_at_once",
        breaks: |exchange| Box::pin(on_201(exchange, with_status(202))),
    },
    Mutant {
        name: "404 answered as 400",
        killed_by: "status.not_found",
        breaks: |exchange| Box::pin(on_refusal(exchange, 404, with_status(400))),
    },
    Mutant {
        name: "404 answered as 410",
        killed_by: "status.not_found",
        breaks: |exchange| Box::pin(on_refusal(exchange, 404, with_status(410))),
    },
    Mutant {
        name: "404 answered as 500",
        killed_by: "status.not_found",
        breaks: |exchange| Box::pin(on_refusal(exchange, 404, with_status(500))),
    },
    Mutant {
        name: "401 answered as 403",
        killed_by: "status.unauthorized",
        breaks: |exchange| Box::pin(on_refusal(exchange, 401, with_status(403))),
    },
    Mutant {
        name: "403 answered as 404",
        killed_by: "status.forbidden",
        breaks: |exchange| Box::pin(on_refusal(exchange, 403, with_status(404))),
    },
    Mutant {
        name: "422 answered as 400",
        killed_by: "status.unprocessable",
        breaks: |exchange| Box::pin(on_refusal(exchange, 422, with_status(400))),
    },
    Mutant {
        name: "400 with an empty detail",
        killed_by: "status.bad_request",
        breaks: |exchange| Box::pin(on_refusal(exchange, 400, set("/detail", json!("")))),
    },
    Mutant {
        name: "400 of a missing business answered as 409",
        killed_by: "status.missing_business_id",
        breaks: |exchange| Box::pin(on_refusal(exchange, 400, with_status(409))),
    },
    Mutant {
        name: "success as text/plain",
        killed_by: "status.created",
        breaks: |exchange| {
            Box::pin(on_201(exchange, |answer| {
                answer.header("content-type", "text/plain")
            }))
        },
    },
    Mutant {
        name: "success without a media type",
        killed_by: "status.created",
        breaks: |exchange| Box::pin(on_201(exchange, |answer| answer.without("content-type"))),
    },
    Mutant {
        name: "errors in plain text",
        killed_by: "status.not_found",
        breaks: |exchange| {
            Box::pin(on_refusal(exchange, 404, |answer| Answer {
                body: b"Not Found".to_vec(),
                ..answer.header("content-type", "text/plain")
            }))
        },
    },
    Mutant {
        name: "errors as problem+json",
        killed_by: "status.unauthorized",
        breaks: |exchange| {
            Box::pin(on_refusal(exchange, 401, |answer| {
                answer.header("content-type", "application/problem+json")
            }))
        },
    },
    Mutant {
        name: "two media types",
        killed_by: "status.created",
        breaks: |exchange| {
            Box::pin(on_201(exchange, |mut answer| {
                answer
                    .headers
                    .append("content-type", HeaderValue::from_static("text/html"));
                answer
            }))
        },
    },
    Mutant {
        name: "the bare record without its envelope",
        killed_by: "status.created_envelope",
        breaks: |exchange| {
            Box::pin(on_201(exchange, |answer| {
                answer.edit(|body| *body = body["data"].take())
            }))
        },
    },
    Mutant {
        name: "success false",
        killed_by: "status.created_envelope",
        breaks: |exchange| Box::pin(on_201(exchange, set("/success", json!(false)))),
    },
    Mutant {
        name: "success as a string",
        killed_by: "status.created",
        breaks: |exchange| Box::pin(on_201(exchange, set("/success", json!("true")))),
    },
    Mutant {
        name: "data null",
        killed_by: "status.created_envelope",
        breaks: |exchange| Box::pin(on_201(exchange, set("/data", Value::Null))),
    },
    Mutant {
        name: "code as a number",
        killed_by: "status.created",
        breaks: |exchange| Box::pin(on_201(exchange, set("/code", json!(201)))),
    },
    Mutant {
        name: "no message",
        killed_by: "status.created_is_complete",
        breaks: |exchange| Box::pin(on_201(exchange, drop_field("", "message"))),
    },
    Mutant {
        name: "no id in the record",
        killed_by: "status.created",
        breaks: |exchange| Box::pin(on_201(exchange, drop_field("/data", "id"))),
    },
    Mutant {
        name: "no jti in the record",
        killed_by: "status.created",
        breaks: |exchange| Box::pin(on_201(exchange, drop_field("/data", "jti"))),
    },
    Mutant {
        name: "no revoked_at in the record",
        killed_by: "status.created",
        breaks: |exchange| Box::pin(on_201(exchange, drop_field("/data", "revoked_at"))),
    },
    Mutant {
        name: "no revoked_by in the record",
        killed_by: "status.created_is_complete",
        breaks: |exchange| Box::pin(on_201(exchange, drop_field("/data", "revoked_by"))),
    },
    Mutant {
        name: "an additional field in the record",
        killed_by: "status.created_adds_nothing",
        breaks: |exchange| {
            Box::pin(on_201(exchange, |answer| {
                answer.edit(|body| body["data"]["internal_id"] = json!(7))
            }))
        },
    },
    Mutant {
        name: "revoked_at null",
        killed_by: "status.created",
        breaks: |exchange| Box::pin(on_201(exchange, set("/data/revoked_at", Value::Null))),
    },
    Mutant {
        name: "revoked_at in seconds since 1970",
        killed_by: "status.created",
        breaks: |exchange| {
            Box::pin(on_201(
                exchange,
                set("/data/revoked_at", json!(1_763_856_000)),
            ))
        },
    },
    Mutant {
        name: "revoked_at without an offset",
        killed_by: "status.timestamp_is_the_moment_of_revocation",
        breaks: |exchange| {
            Box::pin(on_201(
                exchange,
                set("/data/revoked_at", json!("2026-11-23T00:00:00")),
            ))
        },
    },
    Mutant {
        name: "revoked_at of another day",
        killed_by: "status.timestamp_is_the_moment_of_revocation",
        breaks: |exchange| {
            Box::pin(on_201(
                exchange,
                set("/data/revoked_at", json!("2020-01-01T00:00:00Z")),
            ))
        },
    },
    Mutant {
        name: "local time with a Z",
        killed_by: "status.timestamp_is_the_moment_of_revocation",
        breaks: |exchange| {
            Box::pin(on_201(exchange, |answer| {
                answer.edit(|body| {
                    let moment = body["data"]["revoked_at"].as_str().expect("a timestamp");
                    let moment = chrono::DateTime::parse_from_rfc3339(moment).expect("RFC 3339");
                    body["data"]["revoked_at"] =
                        json!((moment + chrono::TimeDelta::hours(1)).to_rfc3339());
                })
            }))
        },
    },
    Mutant {
        name: "another id in the record",
        killed_by: "revocation.answer_names_the_token",
        breaks: |exchange| {
            Box::pin(on_201(
                exchange,
                set("/data/id", json!("7b0c3d4e-8f61-4a52-9c37-1de5a0b6f249")),
            ))
        },
    },
    Mutant {
        name: "the id for a jti",
        killed_by: "revocation.answer_names_the_token",
        breaks: |exchange| {
            Box::pin(on_201(exchange, |answer| {
                answer.edit(|body| body["data"]["jti"] = body["data"]["id"].clone())
            }))
        },
    },
    Mutant {
        name: "no name in the record's name",
        killed_by: "revocation.answer_names_the_token",
        breaks: |exchange| Box::pin(on_201(exchange, set("/data/name", Value::Null))),
    },
    Mutant {
        name: "revoked_by somebody else",
        killed_by: "revocation.answer_says_who",
        breaks: |exchange| {
            Box::pin(on_201(
                exchange,
                set("/data/revoked_by", json!("root@acme.example")),
            ))
        },
    },
    Mutant {
        name: "the reason is not told",
        killed_by: "revocation.answer_gives_the_reason",
        breaks: |exchange| {
            Box::pin(on_201(
                exchange,
                set("/data/revocation_reason", Value::Null),
            ))
        },
    },
    Mutant {
        name: "an empty reason for none",
        killed_by: "input.absent",
        breaks: |exchange| {
            Box::pin(on_201(exchange, |answer| {
                answer.edit(|body| {
                    if body["data"]["revocation_reason"].is_null() {
                        body["data"]["revocation_reason"] = json!("");
                    }
                })
            }))
        },
    },
    Mutant {
        name: "a byte order mark",
        killed_by: "status.json_is_utf8_encoded_once",
        breaks: |exchange| {
            Box::pin(on_refusal(exchange, 404, |answer| Answer {
                body: [b"\xef\xbb\xbf".as_slice(), &answer.body].concat(),
                ..answer
            }))
        },
    },
    Mutant {
        name: "JSON within a JSON string",
        killed_by: "status.json_is_utf8_encoded_once",
        breaks: |exchange| {
            Box::pin(on_refusal(exchange, 404, |answer| {
                let text = String::from_utf8_lossy(&answer.body).into_owned();
                Answer {
                    body: json!(text).to_string().into_bytes(),
                    ..answer
                }
            }))
        },
    },
    Mutant {
        name: "detail as a string on 422",
        killed_by: "status.unprocessable",
        breaks: |exchange| {
            Box::pin(on_refusal(
                exchange,
                422,
                set("/detail", json!("reason is not a string")),
            ))
        },
    },
    Mutant {
        name: "detail as a list on 404",
        killed_by: "status.not_found",
        breaks: |exchange| {
            Box::pin(on_refusal(
                exchange,
                404,
                set("/detail", json!(["Resource not found"])),
            ))
        },
    },
    Mutant {
        name: "message for detail on 401",
        killed_by: "status.unauthorized",
        breaks: |exchange| {
            Box::pin(on_refusal(exchange, 401, |answer| {
                answer.edit(|body| *body = json!({ "message": "no" }))
            }))
        },
    },
    Mutant {
        name: "an empty list of problems",
        killed_by: "status.unprocessable",
        breaks: |exchange| Box::pin(on_refusal(exchange, 422, set("/detail", json!([])))),
    },
    Mutant {
        name: "422 without detail",
        killed_by: "status.unprocessable",
        breaks: |exchange| {
            Box::pin(on_refusal(exchange, 422, |answer| {
                answer.edit(|body| *body = json!({}))
            }))
        },
    },
    Mutant {
        name: "a problem without loc",
        killed_by: "status.unprocessable",
        breaks: |exchange| Box::pin(on_refusal(exchange, 422, drop_field("/detail/0", "loc"))),
    },
    Mutant {
        name: "a problem without msg",
        killed_by: "status.unprocessable",
        breaks: |exchange| Box::pin(on_refusal(exchange, 422, drop_field("/detail/0", "msg"))),
    },
    Mutant {
        name: "loc as a string",
        killed_by: "status.unprocessable",
        breaks: |exchange| {
            Box::pin(on_refusal(
                exchange,
                422,
                set("/detail/0/loc", json!("body.reason")),
            ))
        },
    },
    Mutant {
        name: "loc that points nowhere",
        killed_by: "input.every_problem_has_a_place",
        breaks: |exchange| Box::pin(on_refusal(exchange, 422, set("/detail/0/loc", json!([])))),
    },
    Mutant {
        name: "loc that points at something else",
        killed_by: "status.unprocessable_points_at_the_culprit",
        breaks: |exchange| {
            Box::pin(on_refusal(
                exchange,
                422,
                set("/detail/0/loc", json!(["query", "reason"])),
            ))
        },
    },
];
