//! The versions of HTTP that the suite speaks with a deployment.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the suite speaks HTTP.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Http {
    /// The version.
    pub version: HttpVersion,
}

/// A version of HTTP. Cases about raw connections and raw paths always use HTTP/1.1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum HttpVersion {
    /// HTTP/1.1; over TLS, HTTP/2 where the deployment chooses it (ALPN).
    #[default]
    #[serde(rename = "auto")]
    Auto,
    /// HTTP/1.1 alone.
    #[serde(rename = "1.1")]
    One,
    /// HTTP/2 alone, also without TLS (RFC 9113, section 3.3).
    #[serde(rename = "2")]
    Two,
}
