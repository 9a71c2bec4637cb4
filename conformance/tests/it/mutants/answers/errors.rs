//! The other errors in a shape other than the documented one.

use serde_json::json;

use super::super::Mutant;
use super::{on_refusal, set};

pub(in crate::mutants) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "400 with an empty detail",
        killed_by: "status.bad_request",
        breaks: |exchange| Box::pin(on_refusal(exchange, 400, set("/detail", json!("")))),
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
        name: "message in place of detail on 401",
        killed_by: "status.unauthorized",
        breaks: |exchange| {
            Box::pin(on_refusal(exchange, 401, |answer| {
                answer.edit(|body| *body = json!({ "message": "no" }))
            }))
        },
    },
];
