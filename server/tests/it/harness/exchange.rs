//! A request and its answer.

use std::sync::LazyLock;

use reqwest::header::HeaderMap;
use serde_json::Value;

use super::{PATIENCE, string};

/// A token from `server bootstrap` or the API, with its ids.
#[derive(Clone)]
pub(crate) struct Credential {
    pub(crate) token: String,
    pub(crate) token_id: String,
    pub(crate) jti: String,
    pub(crate) business_id: String,
    pub(crate) user_id: String,
}

impl Credential {
    pub(crate) fn from_report(report: &Value) -> Self {
        Self {
            token: string(&report["token"]),
            token_id: string(&report["token_id"]),
            jti: string(&report["jti"]),
            business_id: string(&report["business_id"]),
            user_id: string(&report["user_id"]),
        }
    }

    /// Reads a token from the `data` of the answer to its creation by this caller.
    pub(crate) fn created(data: &Value, by: &Self) -> Self {
        Self {
            token: string(&data["token"]),
            token_id: string(&data["token_info"]["id"]),
            jti: string(&data["token_info"]["jti"]),
            ..by.clone()
        }
    }
}

/// A request that is being built.
pub(crate) struct Request(reqwest::RequestBuilder);

impl Request {
    pub(crate) fn new(method: &str, url: &str) -> Self {
        Self(client().request(method.parse().expect("a method"), url))
    }

    /// Adds the headers with this caller's token and business.
    pub(crate) fn by(self, caller: &Credential) -> Self {
        self.header("authorization", &format!("Bearer {}", caller.token))
            .header("x-business-id", &caller.business_id)
    }

    /// Adds a header.
    pub(crate) fn header(self, name: &str, value: &str) -> Self {
        Self(self.0.header(name, value))
    }

    /// Sets a body of the media type JSON.
    pub(crate) fn json(self, body: impl Into<Vec<u8>>) -> Self {
        self.header("content-type", "application/json").body(body)
    }

    /// Sets a body.
    pub(crate) fn body(self, body: impl Into<Vec<u8>>) -> Self {
        Self(self.0.body(body.into()))
    }

    pub(crate) async fn send(self) -> Answer {
        let response = self.0.send().await.expect("the server answers");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.text().await.expect("the answer is text");
        Answer {
            status,
            headers,
            body,
        }
    }
}

/// The server's answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        assert_eq!(
            self.header("content-type"),
            Some("application/json"),
            "{self:?}"
        );
        serde_json::from_str(&self.body).expect("the body is JSON")
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .get(name)
            .map(|value| value.to_str().expect("headers are text"))
    }

    /// Returns the status and the `detail` of a refusal.
    pub(crate) fn refusal(&self) -> (u16, String) {
        (self.status, string(&self.json()["detail"]))
    }

    /// Returns the only entry of a 422's `detail`.
    pub(crate) fn only_validation_error(&self) -> Value {
        assert_eq!(self.status, 422, "{}", self.body);
        let body = self.json();
        let detail = body["detail"].as_array().expect("detail is a list");
        assert_eq!(detail.len(), 1, "{}", self.body);
        detail[0].clone()
    }
}

/// Returns the client of all tests: building one reads the system's certificates. It keeps no idle connections, because a
/// connection belongs to the runtime of the test that opened it.
fn client() -> &'static reqwest::Client {
    static CLIENT: LazyLock<reqwest::Client> = LazyLock::new(|| {
        // reqwest needs a provider of cryptography also for plain HTTP. The only error is that one is installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        reqwest::Client::builder()
            .no_proxy()
            .pool_max_idle_per_host(0)
            .timeout(PATIENCE)
            .build()
            .expect("a client")
    });
    &CLIENT
}
