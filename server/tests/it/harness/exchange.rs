//! One request and its answer.

use std::sync::LazyLock;

use reqwest::header::HeaderMap;
use serde_json::Value;

use super::{PATIENCE, string};

/// What `server bootstrap` or the API gave.
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

    /// What the API gave to a caller who created a token: the `data` of its answer.
    pub(crate) fn created(data: &Value, by: &Self) -> Self {
        Self {
            token: string(&data["token"]),
            token_id: string(&data["token_info"]["id"]),
            jti: string(&data["token_info"]["jti"]),
            ..by.clone()
        }
    }
}

/// A request that is being put together.
pub(crate) struct Request(reqwest::RequestBuilder);

impl Request {
    pub(crate) fn new(method: &str, url: &str) -> Self {
        Self(client().request(method.parse().expect("a method"), url))
    }

    /// With this caller's token and business.
    pub(crate) fn by(self, caller: &Credential) -> Self {
        self.header("authorization", &format!("Bearer {}", caller.token))
            .header("x-business-id", &caller.business_id)
    }

    /// With one more header.
    pub(crate) fn header(self, name: &str, value: &str) -> Self {
        Self(self.0.header(name, value))
    }

    /// With a body that says it is JSON.
    pub(crate) fn json(self, body: impl Into<Vec<u8>>) -> Self {
        self.header("content-type", "application/json").body(body)
    }

    /// With a body.
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

/// What the server answered.
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

    /// Status and `detail`, which is all that most refusals are.
    pub(crate) fn refusal(&self) -> (u16, String) {
        (self.status, string(&self.json()["detail"]))
    }

    /// The one entry of a 422's `detail`.
    pub(crate) fn only_validation_error(&self) -> Value {
        assert_eq!(self.status, 422, "{}", self.body);
        let body = self.json();
        let detail = body["detail"].as_array().expect("detail is a list");
        assert_eq!(detail.len(), 1, "{}", self.body);
        detail[0].clone()
    }
}

/// One client for all tests: making one reads the system's certificates. It keeps no connection, because a connection belongs to
/// the runtime of the test that made it.
fn client() -> &'static reqwest::Client {
    static CLIENT: LazyLock<reqwest::Client> = LazyLock::new(|| {
        // reqwest wants a provider of cryptography even where it only speaks HTTP; a second installation changes nothing.
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
