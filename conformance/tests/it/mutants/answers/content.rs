//! Media types and encodings that the contract does not document.

use axum::http::HeaderValue;
use serde_json::json;

use super::super::Mutant;
use super::{on_201, on_refusal};
use crate::proxy::Answer;

pub(in crate::mutants) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "success as text/plain",
        killed_by: "status.created",
        breaks: |exchange| {
            Box::pin(on_201(exchange, |answer| {
                answer.header("content-type", "text/plain")
            }))
        },
    },
    Mutant {
        name: "success without a media type",
        killed_by: "status.created",
        breaks: |exchange| Box::pin(on_201(exchange, |answer| answer.without("content-type"))),
    },
    Mutant {
        name: "errors in plain text",
        killed_by: "status.not_found",
        breaks: |exchange| {
            Box::pin(on_refusal(exchange, 404, |answer| Answer {
                body: b"Not Found".to_vec(),
                ..answer.header("content-type", "text/plain")
            }))
        },
    },
    Mutant {
        name: "errors as problem+json",
        killed_by: "status.unauthorized",
        breaks: |exchange| {
            Box::pin(on_refusal(exchange, 401, |answer| {
                answer.header("content-type", "application/problem+json")
            }))
        },
    },
    Mutant {
        name: "two media types",
        killed_by: "status.created",
        breaks: |exchange| {
            Box::pin(on_201(exchange, |mut answer| {
                answer
                    .headers
                    .append("content-type", HeaderValue::from_static("text/html"));
                answer
            }))
        },
    },
    Mutant {
        name: "a byte order mark",
        killed_by: "status.json_is_utf8_encoded_once",
        breaks: |exchange| {
            Box::pin(on_refusal(exchange, 404, |answer| Answer {
                body: [b"\xef\xbb\xbf".as_slice(), &answer.body].concat(),
                ..answer
            }))
        },
    },
    Mutant {
        name: "JSON within a JSON string",
        killed_by: "status.json_is_utf8_encoded_once",
        breaks: |exchange| {
            Box::pin(on_refusal(exchange, 404, |answer| {
                let text = String::from_utf8_lossy(&answer.body).into_owned();
                Answer {
                    body: json!(text).to_string().into_bytes(),
                    ..answer
                }
            }))
        },
    },
];
