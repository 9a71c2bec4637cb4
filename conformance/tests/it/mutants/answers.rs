//! Answers with the wrong status, media type, shape or content.

pub(super) mod content;
pub(super) mod envelope;
pub(super) mod errors;
pub(super) mod fields;
pub(super) mod status;
pub(super) mod unprocessable;

use serde_json::Value;

use crate::proxy::{Answer, Exchange};

/// Changes the answer 201 to a revocation.
async fn on_201(exchange: Exchange, change: impl FnOnce(Answer) -> Answer) -> Answer {
    let answer = exchange.forward().await;
    if exchange.revokes().is_some() && answer.status == 201 {
        change(answer)
    } else {
        answer
    }
}

/// Changes the refusal of a revocation with a status.
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
    move |answer| answer.edit(|body| *body.pointer_mut(pointer).expect("the field exists") = value)
}
