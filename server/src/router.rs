//! The router and what surrounds every handler.

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::FutureExt as _;
use futures_util::future::{Either, select};

use crate::client::{self, ClientAddress, TrustedProxies};
use crate::error::ApiError;
use crate::extract::body::MAX_BODY_BYTES;
use crate::routes::{self, docs, health};
use crate::state::AppState;
use crate::{document, protocol, telemetry};

/// Builds the whole service. A request that takes longer than `request_timeout`, its body included, is answered with 408.
pub(crate) fn router(
    state: AppState,
    request_timeout: Duration,
    proxies: TrustedProxies,
) -> Router {
    let documentation = Router::new()
        .route("/docs", get(docs::docs))
        .route("/docs/", get(docs::docs_index))
        .route("/docs/{*file}", get(docs::docs_file))
        .route_layer(from_fn(docs::secure));
    let openapi = async || docs::json(document::json());
    let revoke_token = async || docs::json(document::revoke_token());
    let mut router = Router::from(routes::operations())
        .route("/openapi.json", get(openapi))
        .route("/openapi/revoke-token.json", get(revoke_token))
        .merge(documentation)
        .fallback(async || ApiError::NoSuchRoute)
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed);
    // Each layer costs every request a few allocations: one without an effect is left out.
    if state.rate_limits().limit_addresses() {
        // Around the fallbacks, too: requests for other paths count as well.
        let limited = state.clone();
        router = router.layer(from_fn(move |request, next| {
            limit_rate(limited.clone(), request, next)
        }));
    }
    // Health checks are not limited.
    let health: Router<AppState> = Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed);
    let router = router.merge(health).with_state(state);
    surround(router, request_timeout, proxies)
}

/// Adds the layer around every handler: see [`answer`].
fn surround(router: Router, request_timeout: Duration, proxies: TrustedProxies) -> Router {
    router.layer(from_fn(move |request, next| {
        answer(request, next, request_timeout, proxies.clone())
    }))
}

/// Answers a request with what surrounds every handler, from the outside in: the client's address, the request's id and log line,
/// the headers of every answer, JSON for a panic, what HTTP demands of a request, the time limit, and the body limit.
///
/// This is one layer rather than seven: axum copies everything within a layer for every request, and seven nested layers took a
/// fifth of the time of a request.
async fn answer(
    mut request: Request,
    next: Next,
    request_timeout: Duration,
    proxies: TrustedProxies,
) -> Response {
    let client = client::identify(&proxies, &mut request);
    telemetry::trace_request(request, client, async |request| {
        let answered = protocol::enforce(request, async |mut request| {
            DefaultBodyLimit::max(MAX_BODY_BYTES).apply(&mut request);
            limit_time(request, next, request_timeout).await
        });
        // Unwind safe: a handler shares nothing with others that it could leave half changed, except in the store's transactions.
        let mut response = match AssertUnwindSafe(answered).catch_unwind().await {
            Ok(response) => response,
            // The panic hook has logged the message and the place already.
            Err(_) => ApiError::Internal.into_response(),
        };
        add_headers(response.headers_mut());
        response
    })
    .await
}

async fn limit_time(request: Request, next: Next, limit: Duration) -> Response {
    // A client that sends without pause uses up tokio's budget each time before the handler runs. `tokio::time::timeout` would not
    // check its clock then (<https://docs.rs/tokio/1/tokio/task/coop>).
    let over = tokio::task::unconstrained(tokio::time::sleep(limit));
    match select(pin!(next.run(request)), pin!(over)).await {
        Either::Left((response, _)) => response,
        Either::Right(_) => ApiError::TimedOut.into_response(),
    }
}

async fn limit_rate(state: AppState, request: Request, next: Next) -> Response {
    let client = request.extensions().get().copied();
    match client.map_or(Ok(()), |ClientAddress(client)| {
        state.rate_limits().address(client)
    }) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}

/// Adds the headers of every answer, errors included: no cache on the way may store it (RFC 9111, section 5.2.2.5), and no client
/// may take it for another type than it says.
fn add_headers(headers: &mut HeaderMap) {
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No operation of ours panics, so the layer is put around one that does.
    #[tokio::test]
    async fn panic_is_a_500_as_json_without_details_and_the_server_goes_on() {
        let panicking = async || -> &'static str { panic!("a secret") };
        let router = Router::new()
            .route("/panic", get(panicking))
            .route("/calm", get(async || "calm"));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(
            axum::serve(
                listener,
                surround(router, Duration::from_secs(5), TrustedProxies::default()),
            )
            .into_future(),
        );

        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let answer = client
            .get(format!("http://{address}/panic"))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 500);
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/json");
        assert!(answer.headers().contains_key("x-request-id"));
        assert_eq!(
            answer.text().await.unwrap(),
            r#"{"detail":"Internal server error"}"#
        );

        let answer = client
            .get(format!("http://{address}/calm"))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
    }
}
