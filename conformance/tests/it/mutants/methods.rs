//! Methods, negotiation and caches.

use std::sync::atomic::Ordering;

use axum::http::Method;
use serde_json::json;

use super::Mutant;
use crate::proxy::{Answer, Exchange};

/// Handles another method as a POST.
async fn handles_as_post(exchange: Exchange, method: Method) -> Answer {
    if exchange.method == method && exchange.path.ends_with("/revoke") {
        let mut post = exchange;
        post.method = Method::POST;
        return post.forward().await;
    }
    exchange.forward().await
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "GET revokes",
        killed_by: "http.get_not_allowed",
        breaks: |exchange| Box::pin(handles_as_post(exchange, Method::GET)),
    },
    Mutant {
        name: "PUT revokes",
        killed_by: "http.put_not_allowed",
        breaks: |exchange| Box::pin(handles_as_post(exchange, Method::PUT)),
    },
    Mutant {
        name: "PATCH revokes",
        killed_by: "http.patch_not_allowed",
        breaks: |exchange| Box::pin(handles_as_post(exchange, Method::PATCH)),
    },
    Mutant {
        name: "DELETE revokes",
        killed_by: "http.delete_not_allowed",
        breaks: |exchange| Box::pin(handles_as_post(exchange, Method::DELETE)),
    },
    Mutant {
        name: "HEAD revokes",
        killed_by: "http.head_is_harmless",
        breaks: |exchange| Box::pin(handles_as_post(exchange, Method::HEAD)),
    },
    Mutant {
        name: "OPTIONS revokes",
        killed_by: "http.options_is_harmless",
        breaks: |exchange| Box::pin(handles_as_post(exchange, Method::OPTIONS)),
    },
    Mutant {
        name: "a method override is obeyed",
        killed_by: "http.method_override_ignored",
        breaks: |exchange| {
            Box::pin(async move {
                let overridden = exchange.headers.contains_key("x-http-method-override");
                if overridden {
                    handles_as_post(exchange, Method::GET).await
                } else {
                    exchange.forward().await
                }
            })
        },
    },
    Mutant {
        name: "405 without Allow",
        killed_by: "http.get_not_allowed",
        breaks: |exchange| Box::pin(async move { exchange.forward().await.without("allow") }),
    },
    Mutant {
        name: "404 for another method",
        killed_by: "http.delete_not_allowed",
        breaks: |exchange| {
            Box::pin(async move {
                let answer = exchange.forward().await;
                if answer.status == 405 {
                    Answer::json(404, &json!({ "detail": "Not Found" }))
                } else {
                    answer
                }
            })
        },
    },
    Mutant {
        name: "HTML is sent if the client accepts it",
        killed_by: "http.accept_without_json",
        breaks: |exchange| {
            Box::pin(async move {
                let html = exchange
                    .headers
                    .get("accept")
                    .is_some_and(|value| value == "text/html");
                let answer = exchange.forward().await;
                if html {
                    answer.header("content-type", "text/html")
                } else {
                    answer
                }
            })
        },
    },
    Mutant {
        name: "406 that revokes",
        killed_by: "http.accept_without_json",
        breaks: |exchange| {
            Box::pin(async move {
                let html = exchange
                    .headers
                    .get("accept")
                    .is_some_and(|value| value == "text/html");
                let answer = exchange.forward().await;
                if html {
                    Answer::json(406, &json!({ "detail": "Not Acceptable" }))
                } else {
                    answer
                }
            })
        },
    },
    Mutant {
        name: "publicly cacheable answers",
        killed_by: "http.answers_are_not_publicly_cacheable",
        breaks: |exchange| {
            Box::pin(async move {
                exchange
                    .forward()
                    .await
                    .header("cache-control", "public, max-age=60")
            })
        },
    },
    Mutant {
        name: "after an error the next request fails",
        killed_by: "http.error_leaves_the_connection_usable",
        breaks: |exchange| {
            Box::pin(async move {
                let answer = exchange.forward().await;
                if answer.status == 422 {
                    exchange.count.fetch_add(1, Ordering::Relaxed);
                } else if exchange.revokes().is_some()
                    && exchange.count.swap(0, Ordering::Relaxed) > 0
                {
                    return Answer::json(400, &json!({ "detail": "Bad Request" }));
                }
                answer
            })
        },
    },
    Mutant {
        name: "GET without a credential is 404",
        killed_by: "http.get_not_allowed_for_anyone",
        breaks: |exchange| {
            Box::pin(async move {
                let anonymous = exchange.bearer().is_empty();
                if anonymous && exchange.method == Method::GET && exchange.path.ends_with("/revoke")
                {
                    return Answer::json(404, &json!({ "detail": "Not Found" }));
                }
                exchange.forward().await
            })
        },
    },
];
