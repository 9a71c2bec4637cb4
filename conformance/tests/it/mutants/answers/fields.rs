//! Records with fields missing, changed or added.

use serde_json::{Value, json};

use super::super::Mutant;
use super::{drop_field, on_201, set};

pub(in crate::mutants) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "no id in the record",
        killed_by: "status.created",
        breaks: |exchange| Box::pin(on_201(exchange, drop_field("/data", "id"))),
    },
    Mutant {
        name: "no jti in the record",
        killed_by: "status.created",
        breaks: |exchange| Box::pin(on_201(exchange, drop_field("/data", "jti"))),
    },
    Mutant {
        name: "no revoked_at in the record",
        killed_by: "status.created",
        breaks: |exchange| Box::pin(on_201(exchange, drop_field("/data", "revoked_at"))),
    },
    Mutant {
        name: "no revoked_by in the record",
        killed_by: "status.created_is_complete",
        breaks: |exchange| Box::pin(on_201(exchange, drop_field("/data", "revoked_by"))),
    },
    Mutant {
        name: "an additional field in the record",
        killed_by: "status.created_adds_nothing",
        breaks: |exchange| {
            Box::pin(on_201(exchange, |answer| {
                answer.edit(|body| body["data"]["internal_id"] = json!(7))
            }))
        },
    },
    Mutant {
        name: "revoked_at null",
        killed_by: "status.created",
        breaks: |exchange| Box::pin(on_201(exchange, set("/data/revoked_at", Value::Null))),
    },
    Mutant {
        name: "revoked_at in seconds since 1970",
        killed_by: "status.created",
        breaks: |exchange| {
            Box::pin(on_201(
                exchange,
                set("/data/revoked_at", json!(1_763_856_000)),
            ))
        },
    },
    Mutant {
        name: "revoked_at without an offset",
        killed_by: "status.timestamp_is_the_moment_of_revocation",
        breaks: |exchange| {
            Box::pin(on_201(
                exchange,
                set("/data/revoked_at", json!("2026-11-23T00:00:00")),
            ))
        },
    },
    Mutant {
        name: "revoked_at of another day",
        killed_by: "status.timestamp_is_the_moment_of_revocation",
        breaks: |exchange| {
            Box::pin(on_201(
                exchange,
                set("/data/revoked_at", json!("2020-01-01T00:00:00Z")),
            ))
        },
    },
    Mutant {
        name: "local time with a Z",
        killed_by: "status.timestamp_is_the_moment_of_revocation",
        breaks: |exchange| {
            Box::pin(on_201(exchange, |answer| {
                answer.edit(|body| {
                    let time = body["data"]["revoked_at"].as_str().expect("a timestamp");
                    let time = chrono::DateTime::parse_from_rfc3339(time).expect("RFC 3339");
                    body["data"]["revoked_at"] =
                        json!((time + chrono::TimeDelta::hours(1)).to_rfc3339());
                })
            }))
        },
    },
    Mutant {
        name: "another id in the record",
        killed_by: "revocation.answer_names_the_token",
        breaks: |exchange| {
            Box::pin(on_201(
                exchange,
                set("/data/id", json!("7b0c3d4e-8f61-4a52-9c37-1de5a0b6f249")),
            ))
        },
    },
    Mutant {
        name: "the id in place of the jti",
        killed_by: "revocation.answer_names_the_token",
        breaks: |exchange| {
            Box::pin(on_201(exchange, |answer| {
                answer.edit(|body| body["data"]["jti"] = body["data"]["id"].clone())
            }))
        },
    },
    Mutant {
        name: "name null in the record",
        killed_by: "revocation.answer_names_the_token",
        breaks: |exchange| Box::pin(on_201(exchange, set("/data/name", Value::Null))),
    },
    Mutant {
        name: "revoked_by another user",
        killed_by: "revocation.answer_says_who",
        breaks: |exchange| {
            Box::pin(on_201(
                exchange,
                set("/data/revoked_by", json!("root@acme.example")),
            ))
        },
    },
    Mutant {
        name: "no reason in the record",
        killed_by: "revocation.answer_gives_the_reason",
        breaks: |exchange| {
            Box::pin(on_201(
                exchange,
                set("/data/revocation_reason", Value::Null),
            ))
        },
    },
    Mutant {
        name: "an empty reason in place of null",
        killed_by: "input.absent",
        breaks: |exchange| {
            Box::pin(on_201(exchange, |answer| {
                answer.edit(|body| {
                    if body["data"]["revocation_reason"].is_null() {
                        body["data"]["revocation_reason"] = json!("");
                    }
                })
            }))
        },
    },
];
