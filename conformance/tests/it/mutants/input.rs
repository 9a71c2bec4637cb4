//! Bodies and ids that are read wrongly.

use serde_json::{Value, json};

use super::Mutant;
use crate::proxy::{Answer, Exchange};

/// Refuses a revocation whose body is of a kind.
async fn refuses(exchange: Exchange, bad: impl FnOnce(&Exchange) -> bool) -> Answer {
    if exchange.revokes().is_some() && bad(&exchange) {
        let problem = json!({ "loc": ["body"], "msg": "Field required", "type": "missing" });
        return Answer::json(422, &json!({ "detail": [problem] }));
    }
    exchange.forward().await
}

/// Takes a body that should be refused for one without a reason.
async fn takes(exchange: Exchange, good: impl FnOnce(&Value) -> bool) -> Answer {
    let body = serde_json::from_slice::<Value>(&exchange.body);
    if exchange.revokes().is_some() && body.is_ok_and(|body| good(&body)) {
        return exchange.with_body(&json!({})).forward().await;
    }
    exchange.forward().await
}

/// Changes the reason before it is kept.
async fn keeps(exchange: Exchange, change: impl FnOnce(&str) -> String) -> Answer {
    let reason = exchange.value()["reason"].as_str().map(change);
    match reason {
        Some(reason) if exchange.revokes().is_some() => {
            exchange
                .with_body(&json!({ "reason": reason }))
                .forward()
                .await
        }
        Some(_) | None => exchange.forward().await,
    }
}

/// Answers a refused body in another way.
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
        name: "null is no body",
        killed_by: "input.null",
        breaks: |exchange| Box::pin(refuses(exchange, |exchange| exchange.body == b"null")),
    },
    Mutant {
        name: "a null reason is no string",
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
        name: "a number becomes a reason",
        killed_by: "input.reason_number",
        breaks: |exchange| Box::pin(takes(exchange, |body| body["reason"].is_number())),
    },
    Mutant {
        name: "a boolean becomes a reason",
        killed_by: "input.reason_boolean",
        breaks: |exchange| Box::pin(takes(exchange, |body| body["reason"].is_boolean())),
    },
    Mutant {
        name: "a list becomes a reason",
        killed_by: "input.reason_array",
        breaks: |exchange| Box::pin(takes(exchange, |body| body["reason"].is_array())),
    },
    Mutant {
        name: "an object becomes a reason",
        killed_by: "input.reason_object",
        breaks: |exchange| Box::pin(takes(exchange, |body| body["reason"].is_object())),
    },
    Mutant {
        name: "a list is a body",
        killed_by: "input.body_array",
        breaks: |exchange| Box::pin(takes(exchange, Value::is_array)),
    },
    Mutant {
        name: "a string is a body",
        killed_by: "input.body_string",
        breaks: |exchange| Box::pin(takes(exchange, Value::is_string)),
    },
    Mutant {
        name: "zero is no body",
        killed_by: "input.body_number",
        breaks: |exchange| Box::pin(takes(exchange, Value::is_number)),
    },
    Mutant {
        name: "false is no body",
        killed_by: "input.body_false",
        breaks: |exchange| Box::pin(takes(exchange, Value::is_boolean)),
    },
    Mutant {
        name: "broken JSON is no body",
        killed_by: "input.broken_json",
        breaks: |exchange| {
            Box::pin(async move {
                if exchange.body == b"{reason: because}" {
                    return exchange.with_body(&json!({})).forward().await;
                }
                exchange.forward().await
            })
        },
    },
    Mutant {
        name: "text after the JSON is ignored",
        killed_by: "input.trailing_text",
        breaks: |exchange| {
            Box::pin(async move {
                if contains(&exchange.body, "{} and") {
                    return exchange.with_body(&json!({})).forward().await;
                }
                exchange.forward().await
            })
        },
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
        name: "a refused body is carried out all the same",
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
        name: "reasons are cut after 100 characters",
        killed_by: "reason.of_255_characters",
        breaks: |exchange| Box::pin(keeps(exchange, |reason| reason.chars().take(100).collect())),
    },
    Mutant {
        name: "long reasons are cut silently",
        killed_by: "reason.long_is_kept_whole_or_refused",
        breaks: |exchange| Box::pin(keeps(exchange, |reason| reason.chars().take(255).collect())),
    },
    Mutant {
        name: "reasons are trimmed",
        killed_by: "reason.outer_white_space",
        breaks: |exchange| Box::pin(keeps(exchange, |reason| reason.trim().to_owned())),
    },
    Mutant {
        name: "reasons lose what is not ASCII",
        killed_by: "reason.emoji",
        breaks: |exchange| {
            Box::pin(keeps(exchange, |reason| {
                reason.replace(|c: char| !c.is_ascii(), "?")
            }))
        },
    },
    Mutant {
        name: "combining marks are dropped",
        killed_by: "reason.combining_marks",
        breaks: |exchange| Box::pin(keeps(exchange, |reason| reason.replace('\u{301}', ""))),
    },
    Mutant {
        name: "directions are dropped",
        killed_by: "reason.right_to_left",
        breaks: |exchange| {
            Box::pin(keeps(exchange, |reason| {
                reason.replace(['\u{202e}', '\u{202c}'], "")
            }))
        },
    },
    Mutant {
        name: "reasons are escaped for HTML",
        killed_by: "reason.html",
        breaks: |exchange| Box::pin(keeps(exchange, |reason| reason.replace('<', "&lt;"))),
    },
    Mutant {
        name: "quotes are doubled",
        killed_by: "reason.sql",
        breaks: |exchange| Box::pin(keeps(exchange, |reason| reason.replace('\'', "''"))),
    },
    Mutant {
        name: "backslashes are dropped",
        killed_by: "reason.quotes_and_backslashes",
        breaks: |exchange| Box::pin(keeps(exchange, |reason| reason.replace('\\', ""))),
    },
    Mutant {
        name: "lines are joined",
        killed_by: "reason.control_characters",
        breaks: |exchange| {
            Box::pin(keeps(exchange, |reason| {
                reason.replace(['\n', '\r', '\t'], " ")
            }))
        },
    },
    Mutant {
        name: "the word null is null",
        killed_by: "reason.words_of_json",
        breaks: |exchange| {
            Box::pin(async move {
                if exchange.value()["reason"] == "null" {
                    return exchange
                        .with_body(&json!({ "reason": null }))
                        .forward()
                        .await;
                }
                exchange.forward().await
            })
        },
    },
    Mutant {
        name: "malformed ids are a server error",
        killed_by: "token_id.word",
        breaks: |exchange| {
            Box::pin(async move {
                if exchange.revokes() == Some("not-a-uuid") {
                    return Answer::json(500, &json!({ "detail": "Internal Server Error" }));
                }
                exchange.forward().await
            })
        },
    },
    Mutant {
        name: "malformed ids are unauthorized",
        killed_by: "token_id.too_short",
        breaks: |exchange| {
            Box::pin(async move {
                let answer = exchange.forward().await;
                if answer.status == 422 {
                    Answer::json(401, &json!({ "detail": "no" }))
                } else {
                    answer
                }
            })
        },
    },
    Mutant {
        name: "the jti names the token as well",
        killed_by: "token_id.jti_names_no_token",
        breaks: |exchange| {
            Box::pin(async move {
                let answer = exchange.forward().await;
                if answer.status == 404
                    && let Some(token) = exchange.seen(|seen| seen.revoked.is_none())
                {
                    return exchange
                        .at(format!("/api/v1/tokens/{}/revoke", token.id))
                        .forward()
                        .await;
                }
                answer
            })
        },
    },
    Mutant {
        name: "another spelling of an id is 404 and revokes",
        killed_by: "token_id.upper_case",
        breaks: |exchange| {
            Box::pin(async move {
                let answer = exchange.forward().await;
                let id = exchange.revokes().unwrap_or_default();
                let token = exchange.seen(|seen| seen.id != id && seen.id.eq_ignore_ascii_case(id));
                if let Some(token) = token {
                    exchange
                        .at(format!("/api/v1/tokens/{}/revoke", token.id))
                        .forward()
                        .await;
                    return Answer::json(404, &json!({ "detail": "Resource not found" }));
                }
                answer
            })
        },
    },
    Mutant {
        name: "without an id, any token is revoked",
        killed_by: "token_id.absent",
        breaks: |exchange| {
            Box::pin(async move {
                if exchange.path == "/api/v1/tokens//revoke" {
                    return Answer::json(201, &json!({ "success": true }));
                }
                exchange.forward().await
            })
        },
    },
];
