//! Success in an envelope other than the documented one.

use serde_json::{Value, json};

use super::super::Mutant;
use super::{drop_field, on_201, set};

pub(in crate::mutants) const MUTANTS: &[Mutant] = &[
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
];
