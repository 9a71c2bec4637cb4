//! The router and what surrounds every handler.

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::FutureExt as _;
use futures_util::future::{Either, select};

use crate::client::{self, TrustedProxies};
use crate::error::ApiError;
use crate::extract::body::MAX_BODY_BYTES;
use crate::rate_limit::RateLimits;
use crate::routes::{self, docs, health};
use crate::state::AppState;
use crate::{document, protocol, telemetry};

/// The paths of health checks.
const HEALTH: [&str; 2] = ["/healthz", "/readyz"];

/// Builds the whole service. A request that takes longer than `request_timeout`, its body included, is answered with 408.
/// Swagger UI can be left out.
pub(crate) fn router(
    state: AppState,
    request_timeout: Duration,
    proxies: TrustedProxies,
    with_docs: bool,
) -> Router {
    let documentation = Router::new()
        .route("/", get(docs::home))
        .route("/docs", get(docs::docs))
        .route("/docs/", get(docs::docs_index))
        .route("/docs/{*file}", get(docs::docs_file))
        .route_layer(from_fn(docs::secure))
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed);
    let openapi = async || docs::json(document::json());
    let revoke_token = async || docs::json(document::revoke_token());
    let router: Router<AppState> = Router::from(routes::operations())
        .route("/openapi.json", get(openapi))
        .route("/openapi/revoke-token.json", get(revoke_token))
        .fallback(async || ApiError::NoSuchRoute)
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed);
    let router = if with_docs {
        router.merge(documentation)
    } else {
        router
    };
    let health: Router<AppState> = Router::new()
        .route(HEALTH[0], get(health::healthz))
        .route(HEALTH[1], get(health::readyz))
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed);
    let surroundings = Surroundings {
        request_timeout,
        proxies,
        rate_limits: Arc::clone(state.rate_limits()),
    };
    surround(router.merge(health).with_state(state), surroundings)
}

/// What surrounds every handler, in one allocation.
struct Surroundings {
    request_timeout: Duration,
    proxies: TrustedProxies,
    rate_limits: Arc<RateLimits>,
}

/// Adds the layer around every handler: see [`answer`].
fn surround(router: Router, surroundings: Surroundings) -> Router {
    let surroundings = Arc::new(surroundings);
    router.layer(from_fn(move |request, next| {
        answer(request, next, Arc::clone(&surroundings))
    }))
}

/// Answers a request with what surrounds every handler, from the outside in: the client's address, the request's id and log line,
/// the headers of every answer, JSON for a panic, what HTTP demands of a request, the rate of the address, the time limit, and the body
/// limit.
///
/// This is one layer rather than eight: axum copies everything within a layer for every request, and seven nested layers took a
/// fifth of the time of a request.
async fn answer(mut request: Request, next: Next, surroundings: Arc<Surroundings>) -> Response {
    let Surroundings {
        request_timeout,
        proxies,
        rate_limits,
    } = &*surroundings;
    let client = client::identify(proxies, &mut request);
    telemetry::trace_request(request, client, async |request| {
        let answered = protocol::enforce(request, async |mut request| {
            DefaultBodyLimit::max(MAX_BODY_BYTES).apply(&mut request);
            // Requests for unknown paths count as well. Health checks do not.
            let client = client.filter(|_| !HEALTH.contains(&request.uri().path()));
            match client.map_or(Ok(()), |client| rate_limits.address(client)) {
                Ok(()) => limit_time(request, next, *request_timeout).await,
                Err(refusal) => refusal.into_response(),
            }
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

/// Adds the headers of every answer, errors included: no cache on the way may store it (RFC 9111, section 5.2.2.5) unless the
/// handler allows it, and no client may take it for another type than it says.
fn add_headers(headers: &mut HeaderMap) {
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rate_limit::Rate;

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
                surround(
                    router,
                    Surroundings {
                        request_timeout: Duration::from_secs(5),
                        proxies: TrustedProxies::default(),
                        rate_limits: Arc::new(RateLimits::new(Rate::Off, Rate::Off)),
                    },
                ),
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
