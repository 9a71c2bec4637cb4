//! Answers that have no body, byte by byte: those to HEAD, and 204 and 304 (RFC 9110, sections 9.3.2, 15.3.5 and 15.4.5). An HTTP
//! client drops what comes after their heads, and the next answer on the connection begins in it.

use std::time::Duration;

use super::reach;
use crate::case::{Outcome, Stop};
use crate::contract::DocumentedOperation;
use crate::profile::HttpVersion;
use crate::resources::request;
use crate::trial::Trial;
use crate::wire::Form;

/// The longest time until the deployment has closed the connection, as it was asked to.
const CLOSING: Duration = Duration::from_secs(2);

/// The most bytes of a body that are quoted.
const QUOTED: usize = 40;

/// Returns whether an operation documents an answer without a body for its success.
pub(super) fn is_documented(operation: &DocumentedOperation) -> bool {
    operation.operation.method == "HEAD" || operation.names(204) || operation.names(304)
}

/// Sends the ordinary request on a connection of its own, and checks that nothing comes after the head of such an answer.
pub(super) async fn has_no_body(t: &Trial) -> Outcome {
    let sample = t.sample()?;
    if t.deployment().to().version == HttpVersion::Two {
        let why = "HTTP/2 frames each answer, and the profile says [http] version = \"2\"";
        return Err(Stop::Unasked(why.to_owned()));
    }
    let request = request::of(t, sample).await?.set("connection", "close");
    let is_head = request.method == reqwest::Method::HEAD;
    let mut wire = match t.connect().await {
        Ok(wire) => wire,
        // Other cases use a proxy.
        Err(Stop::Broken(why)) => return Err(Stop::Unasked(why)),
        Err(other) => return Err(other),
    };
    let sent = t.send_on(&mut wire, Form::Sound, &sample.purpose, request);
    let answer = match sent.await? {
        Ok(answer) => answer,
        Err(problem) => return Err(Stop::Inconclusive(format!("{}: {problem}", sample.purpose))),
    };
    let status = answer.status();
    if is_head || matches!(status, 204 | 304) {
        let excess = wire.excess(CLOSING).await;
        let held = excess.is_empty();
        let quoted = String::from_utf8_lossy(&excess[..excess.len().min(QUOTED)]).into_owned();
        let actual = match held {
            true => "nothing".to_owned(),
            false => format!("{} bytes: {quoted:?}", excess.len()),
        };
        let checked = answer.expect("body", held, "nothing after the head", actual);
        let whose = if is_head {
            "an answer to HEAD"
        } else {
            "an answer"
        };
        t.name_cause(
            (!held).then(|| format!("{whose} of {status} with a body")),
            None,
        );
        checked?;
    }
    reach::ensure(t, sample.operation).await
}
