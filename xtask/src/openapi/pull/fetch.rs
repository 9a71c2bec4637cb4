//! One GET over HTTP, bounded in time, size and redirects.

use std::time::Duration;

use reqwest::{Client, StatusCode, Url, header, redirect};

use super::MOST_BYTES;
use super::source::too_large;
use crate::exit::Failure;

/// How many redirects are followed.
const REDIRECTS: usize = 5;

/// The body of the answer, when its status is 200.
pub(super) fn bytes(url: &Url, time: Duration) -> Result<Vec<u8>, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| cannot(url, &error.to_string()))?;
    runtime.block_on(get(url, time))
}

async fn get(url: &Url, time: Duration) -> Result<Vec<u8>, Failure> {
    // An error means that the process has chosen a provider already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let failed = |error: reqwest::Error| cannot(url, &cause(&error, time));
    let mut client = Client::builder()
        .timeout(time)
        .redirect(redirect::Policy::limited(REDIRECTS))
        // What was asked for over TLS is not taken from anybody who answers without.
        .https_only(url.scheme() == "https");
    if is_loopback(url) {
        // A proxy configured for the network would answer in place of this very machine.
        client = client.no_proxy();
    }
    let client = client.build().map_err(failed)?;
    let request = client
        .get(url.clone())
        .header(header::ACCEPT, "application/json");
    let mut response = request.send().await.map_err(failed)?;
    if response.status() != StatusCode::OK {
        return Err(cannot(url, &format!("the answer is {}", response.status())));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if (body.len() + chunk.len()) as u64 > MOST_BYTES {
            return Err(too_large(url.as_str()));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn cannot(url: &Url, why: &str) -> Failure {
    Failure::unreadable(format!(
        "cannot fetch {url}: {why}\n\
         If this machine has no way there, save the document elsewhere and give it by `--from FILE`"
    ))
}

fn cause(error: &reqwest::Error, time: Duration) -> String {
    if error.is_timeout() {
        return format!("no whole answer within {} s", time.as_secs());
    }
    // The outermost message repeats the URL; the innermost says what happened.
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let address = host.parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}
