//! Reasons that are returned changed.

use serde_json::json;

use super::Mutant;
use crate::proxy::{Answer, Exchange};

/// Changes the reason before it is stored.
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

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "reasons are truncated to 100 characters",
        killed_by: "reason.of_255_characters",
        breaks: |exchange| Box::pin(keeps(exchange, |reason| reason.chars().take(100).collect())),
    },
    Mutant {
        name: "long reasons are truncated silently",
        killed_by: "reason.long_is_kept_whole_or_refused",
        breaks: |exchange| Box::pin(keeps(exchange, |reason| reason.chars().take(255).collect())),
    },
    Mutant {
        name: "reasons are trimmed",
        killed_by: "reason.outer_white_space",
        breaks: |exchange| Box::pin(keeps(exchange, |reason| reason.trim().to_owned())),
    },
    Mutant {
        name: "reasons lose characters that are not ASCII",
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
        name: "marks of text direction are dropped",
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
        name: "the text null becomes null",
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
        name: "reasons are truncated to 300 characters",
        killed_by: "reason.longest_is_kept_whole",
        breaks: |exchange| Box::pin(keeps(exchange, |reason| reason.chars().take(300).collect())),
    },
];
