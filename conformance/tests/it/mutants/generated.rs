//! Faults that the derived cases find.

use serde_json::json;

use super::Mutant;
use crate::proxy::{Answer, Exchange};

/// Answers a revocation with an undocumented status if `odd` returns true.
async fn answers(exchange: Exchange, odd: impl FnOnce(&Exchange) -> bool, status: u16) -> Answer {
    if exchange.revokes().is_some() && odd(&exchange) {
        return Answer::json(status, &json!({ "detail": "odd" }));
    }
    exchange.forward().await
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "a boolean body is answered with 409",
        killed_by: "generated.post_revoke.body.invalid_true",
        breaks: |exchange| Box::pin(answers(exchange, |exchange| exchange.body == b"true", 409)),
    },
    Mutant {
        name: "a list as reason is a server error",
        killed_by: "generated.post_revoke.body.invalid_reason_empty_list",
        breaks: |exchange| {
            Box::pin(answers(
                exchange,
                |exchange| exchange.value()["reason"] == json!([]),
                500,
            ))
        },
    },
    Mutant {
        name: "an empty object is answered with 410",
        killed_by: "generated.post_revoke.body.valid_empty_object",
        breaks: |exchange| Box::pin(answers(exchange, |exchange| exchange.body == b"{}", 410)),
    },
    Mutant {
        name: "any text is accepted as a credential",
        killed_by: "generated.post_revoke.authorization.valid_text",
        breaks: |exchange| {
            Box::pin(async move {
                let text = exchange
                    .headers
                    .get("authorization")
                    .is_some_and(|text| text == "text");
                if text {
                    return exchange.accepted().forward().await;
                }
                exchange.forward().await
            })
        },
    },
    Mutant {
        name: "an id of another format is answered with 418",
        killed_by: "generated.post_revoke.token_id.valid_text",
        breaks: |exchange| {
            Box::pin(answers(
                exchange,
                |exchange| exchange.revokes() == Some("text"),
                418,
            ))
        },
    },
];
