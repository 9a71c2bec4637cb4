//! The upper limit: axum with a handler that does nothing but send the same bytes.

use std::fs;
use std::process::{Command, ExitCode};

use axum::Router;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::IntoResponse;
use axum::routing::any;

use crate::clients::Answer;
use crate::{Serving, serve_on_a_free_port};

/// Serves the answer in this file until it is killed.
pub(crate) fn serve(answer: &str) -> ExitCode {
    let answer = fs::read(answer).expect("the answer is there");
    let answer = Answer::read(&answer).expect("it is an answer");
    let status = StatusCode::from_u16(answer.status).expect("it has a status");
    let headers: Vec<(HeaderName, HeaderValue)> = answer
        .headers
        .iter()
        // hyper writes these by itself.
        .filter(|(name, _)| !["content-length", "date"].contains(&name.as_str()))
        .map(|(name, value)| {
            (
                name.parse().expect("a name"),
                value.parse().expect("a value"),
            )
        })
        .collect();
    let body = answer.body;
    let handler = async move || {
        let mut response = (status, body.clone()).into_response();
        response.headers_mut().clear();
        response.headers_mut().extend(headers.clone());
        response
    };
    serve_on_a_free_port(async { Router::new().fallback(any(handler)) })
}

/// Starts a process that sends this answer to every request.
pub(crate) fn start(answer: &[u8]) -> Serving {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    fs::write(file.path(), answer).expect("the file is ours");
    let this = std::env::current_exe().expect("this program has a path");
    Serving::start(Command::new(this).arg("bare").arg(file.path()))
}
