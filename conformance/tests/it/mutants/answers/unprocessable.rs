//! Validation errors (422) in a shape other than `HTTPValidationError`.

use serde_json::json;

use super::super::Mutant;
use super::{drop_field, on_refusal, set};

pub(in crate::mutants) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "detail as a string on 422",
        killed_by: "status.unprocessable",
        breaks: |exchange| {
            Box::pin(on_refusal(
                exchange,
                422,
                set("/detail", json!("reason is not a string")),
            ))
        },
    },
    Mutant {
        name: "an empty list of problems",
        killed_by: "status.unprocessable",
        breaks: |exchange| Box::pin(on_refusal(exchange, 422, set("/detail", json!([])))),
    },
    Mutant {
        name: "422 without detail",
        killed_by: "status.unprocessable",
        breaks: |exchange| {
            Box::pin(on_refusal(exchange, 422, |answer| {
                answer.edit(|body| *body = json!({}))
            }))
        },
    },
    Mutant {
        name: "a problem without loc",
        killed_by: "status.unprocessable",
        breaks: |exchange| Box::pin(on_refusal(exchange, 422, drop_field("/detail/0", "loc"))),
    },
    Mutant {
        name: "a problem without msg",
        killed_by: "status.unprocessable",
        breaks: |exchange| Box::pin(on_refusal(exchange, 422, drop_field("/detail/0", "msg"))),
    },
    Mutant {
        name: "loc as a string",
        killed_by: "status.unprocessable",
        breaks: |exchange| {
            Box::pin(on_refusal(
                exchange,
                422,
                set("/detail/0/loc", json!("body.reason")),
            ))
        },
    },
    Mutant {
        name: "an empty loc",
        killed_by: "input.every_problem_has_a_place",
        breaks: |exchange| Box::pin(on_refusal(exchange, 422, set("/detail/0/loc", json!([])))),
    },
    Mutant {
        name: "loc of another field",
        killed_by: "status.unprocessable_points_at_the_culprit",
        breaks: |exchange| {
            Box::pin(on_refusal(
                exchange,
                422,
                set("/detail/0/loc", json!(["query", "reason"])),
            ))
        },
    },
];
