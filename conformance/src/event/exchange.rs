//! The records of requests and answers.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One request and its answer, redacted.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ExchangeRecord {
    /// Its purpose.
    pub purpose: String,
    /// When it was sent (UTC).
    pub started_at: DateTime<Utc>,
    /// The time from sending to the last byte of the answer, in milliseconds.
    pub duration_ms: f64,
    /// The time from sending to the head of the answer, in milliseconds; the rest of the duration is that of the body.
    /// Absent where no answer began.
    #[serde(default)]
    pub wait_ms: Option<f64>,
    /// The number of failed connection attempts before this one. Each was repeated, since nothing had been sent yet.
    pub retries: u32,
    /// The request.
    pub request: RequestRecord,
    /// The answer, if there is one.
    pub response: Option<ResponseRecord>,
    /// The reason why there is no answer.
    pub problem: Option<String>,
    /// A command line that sends the same request; credentials are taken from the environment. That of the exchange which decided
    /// a case mints new tokens first, in place of those that are used up.
    pub curl: String,
}

/// A request, redacted.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RequestRecord {
    /// The method.
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// The headers in the order of sending.
    pub headers: Vec<HeaderRecord>,
    /// The body, which may be empty, if one was sent.
    pub body: Option<BodyRecord>,
}

/// An answer, redacted.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ResponseRecord {
    /// The status code.
    pub status: u16,
    /// The headers in the order of arrival.
    pub headers: Vec<HeaderRecord>,
    /// The body.
    pub body: BodyRecord,
}

/// A header line, redacted.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct HeaderRecord {
    /// Its name, in lower case.
    pub name: String,
    /// Its value; bytes that are not UTF-8 are replaced.
    pub value: String,
}

/// A body, redacted: as text where it is UTF-8, otherwise in Base64.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct BodyRecord {
    /// The size of the body in bytes.
    pub bytes: usize,
    /// Whether only the beginning is kept here.
    pub truncated: bool,
    /// The text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The bytes in standard Base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base64: Option<String>,
}
