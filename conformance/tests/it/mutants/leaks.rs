//! Answers that disclose a credential or an internal detail.

use ring::digest;
use serde_json::json;

use super::Mutant;
use crate::proxy::{Answer, Exchange};

/// Adds a text to the answers to revocations with a status.
async fn leaks(exchange: Exchange, status: u16, text: impl FnOnce(&Exchange) -> String) -> Answer {
    let answer = exchange.forward().await;
    if answer.status != status || exchange.revokes().is_none() {
        return answer;
    }
    let text = text(&exchange);
    answer.edit(|body| body["debug"] = json!(text))
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "the caller's token is returned",
        killed_by: "secrecy.no_answer_holds_a_credential",
        breaks: |exchange| {
            Box::pin(leaks(exchange, 404, |exchange| {
                format!("caller {}", exchange.bearer())
            }))
        },
    },
    Mutant {
        name: "the revoked token is returned",
        killed_by: "secrecy.no_answer_holds_a_credential",
        breaks: |exchange| {
            Box::pin(leaks(exchange, 201, |exchange| {
                let id = exchange.revokes().unwrap_or_default();
                exchange
                    .find_created(|token| token.id == id)
                    .map(|token| token.token)
                    .unwrap_or_default()
            }))
        },
    },
    Mutant {
        name: "the token is returned in a header",
        killed_by: "secrecy.no_answer_holds_a_credential",
        breaks: |exchange| {
            Box::pin(async move {
                let answer = exchange.forward().await;
                let bearer = exchange.bearer().to_owned();
                if bearer.is_empty() {
                    answer
                } else {
                    answer.header("x-caller", &bearer)
                }
            })
        },
    },
    Mutant {
        name: "the token's hash is returned",
        killed_by: "secrecy.no_answer_holds_a_credential",
        breaks: |exchange| {
            Box::pin(leaks(exchange, 404, |exchange| {
                let digest = digest::digest(&digest::SHA256, exchange.bearer().as_bytes());
                digest
                    .as_ref()
                    .iter()
                    .map(|byte| format!("{byte:02x}"))
                    .collect()
            }))
        },
    },
    Mutant {
        name: "another user's token is returned",
        killed_by: "secrecy.no_answer_holds_a_credential",
        breaks: |exchange| {
            Box::pin(leaks(exchange, 401, |exchange| {
                exchange.users.outsider.token.clone()
            }))
        },
    },
    Mutant {
        name: "a stack trace",
        killed_by: "secrecy.no_answer_shows_the_inside",
        breaks: |exchange| {
            Box::pin(leaks(exchange, 404, |_| {
                "Traceback (most recent call last):\n  File \"app.py\", line 7, in revoke"
                    .to_owned()
            }))
        },
    },
    Mutant {
        name: "a panic message",
        killed_by: "secrecy.no_answer_shows_the_inside",
        breaks: |exchange| {
            Box::pin(leaks(exchange, 422, |_| {
                "thread 'main' panicked at src/main.rs:7:9".to_owned()
            }))
        },
    },
    Mutant {
        name: "an SQL statement",
        killed_by: "secrecy.no_answer_shows_the_inside",
        breaks: |exchange| {
            Box::pin(leaks(exchange, 401, |_| {
                "SELECT * FROM tokens WHERE id = ?".to_owned()
            }))
        },
    },
    Mutant {
        name: "an SQL statement on a separate line",
        killed_by: "secrecy.no_answer_shows_the_inside",
        breaks: |exchange| {
            Box::pin(leaks(exchange, 401, |_| {
                "no such column:\nSELECT id FROM tokens".to_owned()
            }))
        },
    },
    Mutant {
        name: "a file path of the server",
        killed_by: "secrecy.no_answer_shows_the_inside",
        breaks: |exchange| {
            Box::pin(leaks(exchange, 422, |_| {
                "/var/lib/tokens/tokens.db is locked".to_owned()
            }))
        },
    },
    Mutant {
        name: "a header that names the framework",
        killed_by: "secrecy.no_answer_shows_the_inside",
        breaks: |exchange| {
            Box::pin(async move { exchange.forward().await.header("x-powered-by", "Express") })
        },
    },
];
