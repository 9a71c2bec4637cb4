//! Statuses other than the documented ones.

use super::super::Mutant;
use super::{on_201, on_refusal, with_status};
use crate::proxy::Answer;

pub(in crate::mutants) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "200 in place of 201",
        killed_by: "status.created",
        breaks: |exchange| Box::pin(on_201(exchange, with_status(200))),
    },
    Mutant {
        name: "204 without a body",
        killed_by: "status.created",
        breaks: |exchange| {
            Box::pin(on_201(exchange, |answer| Answer {
                status: 204,
                body: Vec::new(),
                ..answer
            }))
        },
    },
    Mutant {
        name: "202 in place of 201",
        killed_by: "status.created",
        breaks: |exchange| Box::pin(on_201(exchange, with_status(202))),
    },
    Mutant {
        name: "404 answered as 400",
        killed_by: "status.not_found",
        breaks: |exchange| Box::pin(on_refusal(exchange, 404, with_status(400))),
    },
    Mutant {
        name: "404 answered as 410",
        killed_by: "status.not_found",
        breaks: |exchange| Box::pin(on_refusal(exchange, 404, with_status(410))),
    },
    Mutant {
        name: "404 answered as 500",
        killed_by: "status.not_found",
        breaks: |exchange| Box::pin(on_refusal(exchange, 404, with_status(500))),
    },
    Mutant {
        name: "401 answered as 403",
        killed_by: "status.unauthorized",
        breaks: |exchange| Box::pin(on_refusal(exchange, 401, with_status(403))),
    },
    Mutant {
        name: "403 answered as 404",
        killed_by: "status.forbidden",
        breaks: |exchange| Box::pin(on_refusal(exchange, 403, with_status(404))),
    },
    Mutant {
        name: "422 answered as 400",
        killed_by: "input.every_problem_has_a_place",
        breaks: |exchange| Box::pin(on_refusal(exchange, 422, with_status(400))),
    },
    Mutant {
        name: "400 of a missing business answered as 409",
        killed_by: "status.missing_business_id",
        breaks: |exchange| Box::pin(on_refusal(exchange, 400, with_status(409))),
    },
    Mutant {
        name: "a separate status for broken JSON",
        killed_by: "status.no_other_than_documented",
        breaks: |exchange| {
            let broken = serde_json::from_slice::<serde_json::Value>(&exchange.body).is_err();
            Box::pin(on_refusal(exchange, 422, move |answer| {
                let status = if broken { 418 } else { 422 };
                Answer { status, ..answer }
            }))
        },
    },
    Mutant {
        name: "400 of a malformed business answered as 409",
        killed_by: "status.malformed_business_id",
        breaks: |exchange| {
            let malformed = exchange.header_text("x-business-id") == "not-a-uuid";
            Box::pin(on_refusal(exchange, 400, move |answer| {
                let status = if malformed { 409 } else { 400 };
                Answer { status, ..answer }
            }))
        },
    },
];
