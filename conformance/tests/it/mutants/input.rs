//! Bodies that are parsed wrongly.

use serde_json::{Value, json};

use super::Mutant;
use crate::proxy::{Answer, Exchange};

/// Refuses a revocation if `bad` returns true.
async fn refuses(exchange: Exchange, bad: impl FnOnce(&Exchange) -> bool) -> Answer {
    if exchange.revokes().is_some() && bad(&exchange) {
        let problem = json!({ "loc": ["body"], "msg": "Field required", "type": "missing" });
        return Answer::json(422, &json!({ "detail": [problem] }));
    }
    exchange.forward().await
}

/// Accepts an invalid body as one without a reason if `good` returns true.
async fn accepts_json(exchange: Exchange, good: impl FnOnce(&Value) -> bool) -> Answer {
    accepts_bytes(exchange, |body| {
        serde_json::from_slice::<Value>(body).is_ok_and(|body| good(&body))
    })
    .await
}

/// Answers a refused body with another status if `bad` returns true.
async fn refused_as(exchange: Exchange, bad: impl FnOnce(&[u8]) -> bool, status: u16) -> Answer {
    let answer = exchange.forward().await;
    let other = exchange.revokes().is_some() && answer.status >= 400 && bad(&exchange.body);
    if other {
        Answer::json(status, &json!({ "detail": "Internal Server Error" }))
    } else {
        answer
    }
}

fn contains(body: &[u8], text: &str) -> bool {
    String::from_utf8_lossy(body).contains(text)
}

/// Accepts an invalid body as an empty object if `good` returns true for its bytes.
async fn accepts_bytes(exchange: Exchange, good: impl FnOnce(&[u8]) -> bool) -> Answer {
    if exchange.revokes().is_some() && good(&exchange.body) {
        return exchange.with_body(&json!({})).forward().await;
    }
    exchange.forward().await
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "a body is required",
        killed_by: "input.absent",
        breaks: |exchange| {
            Box::pin(refuses(exchange, |exchange| {
                exchange.body.is_empty() && !exchange.headers.contains_key("content-type")
            }))
        },
    },
    Mutant {
        name: "an empty body of type JSON is broken JSON",
        killed_by: "input.empty",
        breaks: |exchange| {
            Box::pin(refuses(exchange, |exchange| {
                exchange.body.is_empty() && exchange.headers.contains_key("content-type")
            }))
        },
    },
    Mutant {
        name: "a reason is required",
        killed_by: "input.empty_object",
        breaks: |exchange| Box::pin(refuses(exchange, |exchange| exchange.body == b"{}")),
    },
    Mutant {
        name: "null as body is refused",
        killed_by: "input.null",
        breaks: |exchange| Box::pin(refuses(exchange, |exchange| exchange.body == b"null")),
    },
    Mutant {
        name: "null as reason is refused",
        killed_by: "input.reason_null",
        breaks: |exchange| {
            Box::pin(refuses(exchange, |exchange| {
                exchange.body == b"{\"reason\":null}"
            }))
        },
    },
    Mutant {
        name: "unknown fields are refused",
        killed_by: "input.unknown_fields",
        breaks: |exchange| {
            Box::pin(refuses(exchange, |exchange| {
                exchange.value()["comment"].is_string()
            }))
        },
    },
    Mutant {
        name: "a parameter of the media type is refused",
        killed_by: "input.charset_parameter",
        breaks: |exchange| {
            Box::pin(refuses(exchange, |exchange| {
                exchange
                    .headers
                    .get("content-type")
                    .is_some_and(|value| value.as_bytes().contains(&b';'))
            }))
        },
    },
    Mutant {
        name: "a number is accepted as a reason",
        killed_by: "input.reason_number",
        breaks: |exchange| Box::pin(accepts_json(exchange, |body| body["reason"].is_number())),
    },
    Mutant {
        name: "a boolean is accepted as a reason",
        killed_by: "input.reason_boolean",
        breaks: |exchange| Box::pin(accepts_json(exchange, |body| body["reason"].is_boolean())),
    },
    Mutant {
        name: "a list is accepted as a reason",
        killed_by: "input.reason_array",
        breaks: |exchange| Box::pin(accepts_json(exchange, |body| body["reason"].is_array())),
    },
    Mutant {
        name: "an object is accepted as a reason",
        killed_by: "input.reason_object",
        breaks: |exchange| Box::pin(accepts_json(exchange, |body| body["reason"].is_object())),
    },
    Mutant {
        name: "a list is accepted as a body",
        killed_by: "input.body_array",
        breaks: |exchange| Box::pin(accepts_json(exchange, Value::is_array)),
    },
    Mutant {
        name: "a string is accepted as a body",
        killed_by: "input.body_string",
        breaks: |exchange| Box::pin(accepts_json(exchange, Value::is_string)),
    },
    Mutant {
        name: "a number is accepted as a body",
        killed_by: "input.body_number",
        breaks: |exchange| Box::pin(accepts_json(exchange, Value::is_number)),
    },
    Mutant {
        name: "a boolean is accepted as a body",
        killed_by: "input.body_false",
        breaks: |exchange| Box::pin(accepts_json(exchange, Value::is_boolean)),
    },
    Mutant {
        name: "broken JSON is accepted as no body",
        killed_by: "input.broken_json",
        breaks: |exchange| Box::pin(accepts_bytes(exchange, |body| body == b"{reason: because}")),
    },
    Mutant {
        name: "text after the JSON is ignored",
        killed_by: "input.trailing_text",
        breaks: |exchange| Box::pin(accepts_bytes(exchange, |body| contains(body, "{} and"))),
    },
    Mutant {
        name: "truncated JSON is a server error",
        killed_by: "input.truncated_json",
        breaks: |exchange| Box::pin(refused_as(exchange, |body| body.ends_with(b"becau"), 500)),
    },
    Mutant {
        name: "NaN is a server error",
        killed_by: "input.nan",
        breaks: |exchange| Box::pin(refused_as(exchange, |body| contains(body, "NaN"), 500)),
    },
    Mutant {
        name: "invalid UTF-8 is a server error",
        killed_by: "input.invalid_utf8",
        breaks: |exchange| {
            Box::pin(refused_as(
                exchange,
                |body| std::str::from_utf8(body).is_err(),
                500,
            ))
        },
    },
    Mutant {
        name: "NUL is a server error",
        killed_by: "input.nul",
        breaks: |exchange| Box::pin(refused_as(exchange, |body| contains(body, "\\u0000"), 500)),
    },
    Mutant {
        name: "a lone surrogate is a server error",
        killed_by: "input.lone_surrogate",
        breaks: |exchange| Box::pin(refused_as(exchange, |body| contains(body, "\\ud800"), 500)),
    },
    Mutant {
        name: "deep nesting is a server error",
        killed_by: "input.deep_nesting",
        breaks: |exchange| Box::pin(refused_as(exchange, |body| contains(body, "[[[[[["), 502)),
    },
    Mutant {
        name: "a revocation with a refused body is carried out",
        killed_by: "input.reason_number",
        breaks: |exchange| {
            Box::pin(async move {
                let answer = exchange.forward().await;
                if answer.status == 422 && exchange.revokes().is_some() {
                    exchange.with_body(&json!({})).forward().await;
                }
                answer
            })
        },
    },
    Mutant {
        name: "NaN is accepted as no reason",
        killed_by: "input.nan",
        breaks: |exchange| Box::pin(accepts_bytes(exchange, |body| contains(body, "NaN"))),
    },
    Mutant {
        name: "plain text is accepted as no body",
        killed_by: "input.another_media_type",
        breaks: |exchange| Box::pin(accepts_bytes(exchange, |body| body == b"because")),
    },
    Mutant {
        name: "a form is accepted as no body",
        killed_by: "input.form",
        breaks: |exchange| {
            Box::pin(accepts_bytes(exchange, |body| {
                contains(body, "reason=because")
            }))
        },
    },
    Mutant {
        name: "invalid UTF-8 is accepted as no reason",
        killed_by: "input.invalid_utf8",
        breaks: |exchange| {
            Box::pin(accepts_bytes(exchange, |body| {
                std::str::from_utf8(body).is_err()
            }))
        },
    },
    Mutant {
        name: "deep nesting is accepted as no reason",
        killed_by: "input.deep_nesting",
        breaks: |exchange| Box::pin(accepts_bytes(exchange, |body| contains(body, "[[[["))),
    },
    Mutant {
        name: "both of two reasons are kept",
        killed_by: "input.duplicate_keys",
        breaks: |exchange| {
            Box::pin(async move {
                if contains(&exchange.body, "\"one\"") && contains(&exchange.body, "\"two\"") {
                    let both = json!({ "reason": "one, two" });
                    return exchange.with_body(&both).forward().await;
                }
                exchange.forward().await
            })
        },
    },
    Mutant {
        name: "a large body is a server error",
        killed_by: "input.huge_body",
        breaks: |exchange| {
            Box::pin(async move {
                if exchange.revokes().is_some() && exchange.body.len() > 100 * 1024 {
                    return Answer::json(500, &json!({ "detail": "Internal Server Error" }));
                }
                exchange.forward().await
            })
        },
    },
];
