//! Token ids that are parsed wrongly.

use serde_json::json;

use super::Mutant;
use crate::proxy::{Answer, Exchange};

/// Revokes the token whose id is the path segment before `separator`.
async fn revokes_id_before(exchange: Exchange, separator: &str) -> Answer {
    let id = (exchange.path.split_once(separator))
        .and_then(|(before, _)| before.rsplit('/').next().map(str::to_owned));
    match id {
        Some(id) => {
            exchange
                .with_path(format!("/api/v1/tokens/{id}/revoke"))
                .forward()
                .await
        }
        None => exchange.forward().await,
    }
}

/// Revokes a token by another spelling of its id, and answers with 404.
async fn revokes_and_denies(exchange: Exchange, spell: fn(&str) -> String) -> Answer {
    let named = exchange
        .revokes()
        .and_then(|id| exchange.find_created(|token| spell(&token.id) == id));
    match named {
        Some(token) => {
            exchange
                .with_path(format!("/api/v1/tokens/{}/revoke", token.id))
                .forward()
                .await;
            Answer::json(404, &json!({ "detail": "Resource not found" }))
        }
        None => exchange.forward().await,
    }
}

/// Answers with 500 if `odd` returns true for the id.
async fn server_error(exchange: Exchange, odd: fn(&str) -> bool) -> Answer {
    if exchange.revokes().is_some_and(odd) {
        return Answer::json(500, &json!({ "detail": "Internal Server Error" }));
    }
    exchange.forward().await
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "malformed ids are a server error",
        killed_by: "token_id.word",
        breaks: |exchange| Box::pin(server_error(exchange, |id| id == "not-a-uuid")),
    },
    Mutant {
        name: "numbers as ids are a server error",
        killed_by: "token_id.number",
        breaks: |exchange| Box::pin(server_error(exchange, |id| id == "1")),
    },
    Mutant {
        name: "letters beyond f are a server error",
        killed_by: "token_id.not_hexadecimal",
        breaks: |exchange| Box::pin(server_error(exchange, |id| id.ends_with('g'))),
    },
    Mutant {
        name: "emoji as ids are a server error",
        killed_by: "token_id.percent_encoded_text",
        breaks: |exchange| Box::pin(server_error(exchange, |id| id.starts_with("%F0"))),
    },
    Mutant {
        name: "invalid UTF-8 in ids is a server error",
        killed_by: "token_id.invalid_utf8",
        breaks: |exchange| Box::pin(server_error(exchange, |id| id.starts_with("%FF"))),
    },
    Mutant {
        name: "SQL in ids is a server error",
        killed_by: "token_id.sql",
        breaks: |exchange| Box::pin(server_error(exchange, |id| id.contains("OR"))),
    },
    Mutant {
        name: "long ids are a server error",
        killed_by: "token_id.very_long",
        breaks: |exchange| Box::pin(server_error(exchange, |id| id.len() > 1000)),
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
        name: "the jti is accepted as an id",
        killed_by: "token_id.jti_names_no_token",
        breaks: |exchange| {
            Box::pin(async move {
                let answer = exchange.forward().await;
                if answer.status == 404
                    && let Some(token) = exchange.find_created(|token| token.revoked.is_none())
                {
                    return exchange
                        .with_path(format!("/api/v1/tokens/{}/revoke", token.id))
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
        breaks: |exchange| Box::pin(revokes_and_denies(exchange, str::to_uppercase)),
    },
    Mutant {
        name: "an id without dashes is 404 and revokes",
        killed_by: "token_id.without_dashes",
        breaks: |exchange| Box::pin(revokes_and_denies(exchange, |id| id.replace('-', ""))),
    },
    Mutant {
        name: "an id in braces is 404 and revokes",
        killed_by: "token_id.braced",
        breaks: |exchange| Box::pin(revokes_and_denies(exchange, |id| format!("%7B{id}%7D"))),
    },
    Mutant {
        name: "a URN is 404 and revokes",
        killed_by: "token_id.as_a_urn",
        breaks: |exchange| Box::pin(revokes_and_denies(exchange, |id| format!("urn:uuid:{id}"))),
    },
    Mutant {
        name: "an id with encoded dashes is 404 and revokes",
        killed_by: "token_id.percent_encoded",
        breaks: |exchange| Box::pin(revokes_and_denies(exchange, |id| id.replace('-', "%2D"))),
    },
    Mutant {
        name: "an id with a trailing space is 404 and revokes",
        killed_by: "token_id.with_white_space",
        breaks: |exchange| Box::pin(revokes_and_denies(exchange, |id| format!("{id}%20"))),
    },
    Mutant {
        name: "a path with a trailing slash is 404 and revokes",
        killed_by: "token_id.trailing_slash",
        breaks: |exchange| {
            Box::pin(async move {
                match exchange.path.strip_suffix('/').map(str::to_owned) {
                    Some(path) => {
                        exchange.with_path(path).forward().await;
                        Answer::json(404, &json!({ "detail": "Not Found" }))
                    }
                    None => exchange.forward().await,
                }
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
    Mutant {
        name: "the id before a dot segment is revoked",
        killed_by: "token_id.dot_segments",
        breaks: |exchange| Box::pin(revokes_id_before(exchange, "/../")),
    },
    Mutant {
        name: "the id before an encoded dot segment is revoked",
        killed_by: "token_id.encoded_dot_segments",
        breaks: |exchange| Box::pin(revokes_id_before(exchange, "%2F..%2F")),
    },
    Mutant {
        name: "a path with empty segments is 404 and revokes",
        killed_by: "token_id.empty_segments",
        breaks: |exchange| {
            Box::pin(async move {
                let path = exchange.path.replace("//", "/");
                if path == exchange.path {
                    return exchange.forward().await;
                }
                exchange.with_path(path).forward().await;
                Answer::json(404, &json!({ "detail": "Not Found" }))
            })
        },
    },
    Mutant {
        name: "of two ids, the first is revoked",
        killed_by: "token_id.two_ids",
        breaks: |exchange| {
            Box::pin(async move {
                let first = exchange.revokes().and_then(|ids| ids.split_once(','));
                match first.map(|(first, _)| format!("/api/v1/tokens/{first}/revoke")) {
                    Some(path) => exchange.with_path(path).forward().await,
                    None => exchange.forward().await,
                }
            })
        },
    },
];
