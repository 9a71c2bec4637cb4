//! A proxy in front of the real server that breaks the contract in one way at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, Version};
use axum::response::IntoResponse;
use futures_util::future::BoxFuture;
use serde_json::Value;

use crate::deployment::{Deployment, User};
use crate::local::Local;

/// A mutant's handling of a request: it changes the request, changes the answer, or makes up an answer.
pub(crate) type Breaks = fn(Exchange) -> BoxFuture<'static, Answer>;

/// An answer to the client.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(status: u16, body: &Value) -> Answer {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static("application/json"));
        Answer {
            status,
            headers,
            body: body.to_string().into_bytes(),
        }
    }

    pub(crate) fn value(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Changes the JSON of the answer.
    pub(crate) fn edit(mut self, change: impl FnOnce(&mut Value)) -> Answer {
        let mut value = self.value();
        change(&mut value);
        self.body = value.to_string().into_bytes();
        self
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Answer {
        self.headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_str(value).expect("a header value"),
        );
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Answer {
        self.headers.remove(name);
        self
    }
}

/// A token that was created through the proxy.
#[derive(Debug, Clone)]
pub(crate) struct CreatedToken {
    pub(crate) id: String,
    pub(crate) token: String,
    pub(crate) business_id: String,
    /// The credential that created it.
    pub(crate) owner: String,
    /// Its revocation, if the proxy saw one.
    pub(crate) revoked: Option<Revoked>,
}

/// A revocation that the proxy saw.
#[derive(Debug, Clone)]
pub(crate) struct Revoked {
    pub(crate) at: Instant,
    /// Whether it had a reason.
    pub(crate) with_reason: bool,
    /// The credential that asked for it.
    pub(crate) by: String,
    /// The number of earlier revocations.
    pub(crate) number: usize,
}

/// A request at the proxy, and the operations of mutants on it.
#[derive(Debug, Clone)]
pub(crate) struct Exchange {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// The client's end of the connection.
    pub(crate) peer: SocketAddr,
    pub(crate) version: Version,
    pub(crate) users: Users,
    upstream: String,
    http: reqwest::Client,
    created: Arc<Mutex<BTreeMap<String, CreatedToken>>>,
    /// Whether the credential was a live token when the request's head arrived.
    pub(crate) was_live: bool,
    /// A counter for a mutant, shared by all requests of the proxy.
    pub(crate) count: Arc<AtomicUsize>,
    noted: Arc<Mutex<BTreeSet<String>>>,
}

/// The users that the proxy can act as.
#[derive(Debug, Clone)]
pub(crate) struct Users {
    pub(crate) operator: User,
    pub(crate) outsider: User,
    /// A token of the operator that has expired.
    pub(crate) expired: String,
}

impl Exchange {
    /// Returns the token id in the path of a revocation.
    pub(crate) fn revokes(&self) -> Option<&str> {
        let path = self.path.split('?').next()?;
        let id = path
            .strip_prefix("/api/v1/tokens/")?
            .strip_suffix("/revoke")?;
        (self.method == Method::POST).then_some(id)
    }

    pub(crate) fn lists(&self) -> bool {
        self.method == Method::GET && self.path.split('?').next() == Some("/api/v1/tokens")
    }

    pub(crate) fn creates(&self) -> bool {
        self.method == Method::POST && self.path == "/api/v1/tokens"
    }

    pub(crate) fn bearer(&self) -> &str {
        let value = self
            .headers
            .get("authorization")
            .and_then(|value| value.to_str().ok());
        value
            .and_then(|value| value.strip_prefix("Bearer "))
            .unwrap_or_default()
    }

    /// Returns the request's JSON.
    pub(crate) fn value(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Returns a token that was created through the proxy and for which `wanted` returns true.
    pub(crate) fn find_created(
        &self,
        wanted: impl Fn(&CreatedToken) -> bool,
    ) -> Option<CreatedToken> {
        let created = self.created.lock().unwrap_or_else(PoisonError::into_inner);
        created.values().find(|token| wanted(token)).cloned()
    }

    /// Returns how long ago the request's credential was revoked, and whether with a reason.
    pub(crate) fn bearer_revoked(&self) -> Option<(Duration, bool)> {
        let token = self.find_created(|token| token.token == self.bearer())?;
        token
            .revoked
            .map(|revoked| (revoked.at.elapsed(), revoked.with_reason))
    }

    /// Returns the number of revocations after that of the request's credential, or `None` if it is not revoked.
    pub(crate) fn revoked_since(&self) -> Option<usize> {
        let mine = self
            .find_created(|token| token.token == self.bearer())?
            .revoked?;
        let created = self.created.lock().unwrap_or_else(PoisonError::into_inner);
        let later = |token: &&CreatedToken| {
            (token.revoked.as_ref()).is_some_and(|revoked| revoked.number > mine.number)
        };
        Some(created.values().filter(later).count())
    }

    /// Counts the live tokens that the request's credential has created.
    pub(crate) fn live(&self) -> usize {
        let created = self.created.lock().unwrap_or_else(PoisonError::into_inner);
        (created.values())
            .filter(|token| token.owner == self.bearer() && token.revoked.is_none())
            .count()
    }

    /// Returns whether a text contains a revoked token.
    pub(crate) fn contains_revoked_token(&self, text: &str) -> bool {
        self.find_created(|token| token.revoked.is_some() && text.contains(&token.token))
            .is_some()
    }

    /// Adds a text to the notes of the proxy. Returns whether it is new.
    pub(crate) fn note(&self, text: impl Into<String>) -> bool {
        self.notes().insert(text.into())
    }

    /// Returns whether a text is noted.
    pub(crate) fn is_noted(&self, text: &str) -> bool {
        self.notes().contains(text)
    }

    /// Removes a note.
    pub(crate) fn forget(&self, text: &str) {
        self.notes().remove(text);
    }

    fn notes(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns a header as text, or an empty text.
    pub(crate) fn header_text(&self, name: &str) -> String {
        let value = self.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    }

    /// Replaces the credential and the business by those of a user.
    pub(crate) fn with_user(mut self, user: &User) -> Exchange {
        self.headers.insert(
            "authorization",
            HeaderValue::from_str(&format!("Bearer {}", user.token)).expect("ASCII"),
        );
        self.headers.insert(
            "x-business-id",
            HeaderValue::from_str(&user.business_id).expect("ASCII"),
        );
        self
    }

    /// Changes the request to one of the operator, as if the deployment accepted its credential.
    pub(crate) fn accepted(self) -> Exchange {
        let operator = self.users.operator.clone();
        self.with_user(&operator)
    }

    /// Replaces the path.
    pub(crate) fn with_path(mut self, path: String) -> Exchange {
        self.path = path;
        self
    }

    /// Replaces the body.
    pub(crate) fn with_body(mut self, value: &Value) -> Exchange {
        self.headers
            .insert("content-type", HeaderValue::from_static("application/json"));
        self.body = value.to_string().into_bytes();
        self
    }

    /// Forwards the request to the real server, and returns its answer.
    pub(crate) async fn forward(&self) -> Answer {
        let mut headers = self.headers.clone();
        for of_the_connection in ["host", "content-length", "expect"] {
            headers.remove(of_the_connection);
        }
        let url = format!("{}{}", self.upstream, self.path);
        let request = self
            .http
            .request(self.method.clone(), url)
            .headers(headers)
            .body(self.body.clone());
        let response = request.send().await.expect("the real server answers");
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = response.bytes().await.expect("a whole body").to_vec();
        let answer = Answer {
            status,
            headers,
            body,
        };
        self.record(&answer);
        answer
    }

    fn record(&self, answer: &Answer) {
        if answer.status != 201 {
            return;
        }
        let mut created = self.created.lock().unwrap_or_else(PoisonError::into_inner);
        let number = (created.values())
            .filter(|token| token.revoked.is_some())
            .count();
        if let Some(token) = self.revokes().and_then(|id| created.get_mut(id)) {
            token.revoked.get_or_insert_with(|| Revoked {
                at: Instant::now(),
                with_reason: self.value()["reason"].is_string(),
                by: self.bearer().to_owned(),
                number,
            });
        }
        if self.creates() {
            let data = &answer.value()["data"];
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let id = text(&data["token_info"]["id"]);
            created.insert(
                id.clone(),
                CreatedToken {
                    id,
                    token: text(&data["token"]),
                    business_id: self.header_text("x-business-id"),
                    owner: self.bearer().to_owned(),
                    revoked: None,
                },
            );
        }
    }
}

/// Returns an HTTP client that follows no redirect and uses no proxy.
pub(crate) fn http() -> reqwest::Client {
    // Only the first call in the process can install the provider. The other calls fail, which does not matter.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none());
    client.build().expect("a client")
}

/// A proxy in front of a deployment. It is stopped when this value is dropped.
pub(crate) struct Proxy {
    pub(crate) url: String,
    _service: Local,
}

#[derive(Clone)]
struct Shared {
    template: Exchange,
    breaks: Breaks,
}

impl Proxy {
    /// Starts a proxy that breaks the contract in one way.
    pub(crate) async fn start(deployment: &Deployment, breaks: Breaks) -> Proxy {
        let template = Exchange {
            method: Method::GET,
            path: String::new(),
            headers: HeaderMap::new(),
            body: Vec::new(),
            peer: SocketAddr::from(([127, 0, 0, 1], 0)),
            version: Version::HTTP_11,
            users: Users {
                operator: deployment.operator.clone(),
                outsider: deployment.outsider.clone(),
                expired: deployment.expired(),
            },
            upstream: deployment.url.clone(),
            http: http(),
            created: Arc::default(),
            was_live: false,
            count: Arc::default(),
            noted: Arc::default(),
        };
        let app = axum::Router::new()
            .fallback(handle)
            .with_state(Shared { template, breaks });
        let service = Local::serve(app).await;
        Proxy {
            url: service.url.clone(),
            _service: service,
        }
    }
}

async fn handle(
    State(shared): State<Shared>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: axum::extract::Request,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let path = parts
        .uri
        .path_and_query()
        .map_or_else(String::new, ToString::to_string);
    let mut exchange = Exchange {
        method: parts.method,
        path,
        headers: parts.headers,
        peer,
        version: parts.version,
        ..shared.template
    };
    exchange.was_live = exchange
        .find_created(|token| token.token == exchange.bearer() && token.revoked.is_none())
        .is_some();
    let body = axum::body::to_bytes(body, 4 * 1024 * 1024).await;
    exchange.body = body.expect("a body").to_vec();
    let answer = (shared.breaks)(exchange).await;
    let mut headers = answer.headers;
    headers.remove("content-length");
    headers.remove("transfer-encoding");
    let status = StatusCode::from_u16(answer.status).expect("a status");
    (status, headers, answer.body).into_response()
}
