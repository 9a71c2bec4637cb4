//! Ids that are read wrongly.

use serde_json::json;

use super::Mutant;
use crate::proxy::{Answer, Exchange};

/// Revokes the token that a path passes by on a detour.
async fn revokes_passed_by(exchange: Exchange, detour: &str) -> Answer {
    let passed_by = (exchange.path.split_once(detour))
        .and_then(|(before, _)| before.rsplit('/').next().map(str::to_owned));
    match passed_by {
        Some(id) => {
            exchange
                .at(format!("/api/v1/tokens/{id}/revoke"))
                .forward()
                .await
        }
        None => exchange.forward().await,
    }
}

pub(super) const MUTANTS: &[Mutant] = &[
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
    Mutant {
        name: "what a path leaves with dots is revoked",
        killed_by: "token_id.dot_segments",
        breaks: |exchange| Box::pin(revokes_passed_by(exchange, "/../")),
    },
    Mutant {
        name: "what a path leaves with encoded dots is revoked",
        killed_by: "token_id.encoded_dot_segments",
        breaks: |exchange| Box::pin(revokes_passed_by(exchange, "%2F..%2F")),
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
                exchange.at(path).forward().await;
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
                    Some(path) => exchange.at(path).forward().await,
                    None => exchange.forward().await,
                }
            })
        },
    },
];
