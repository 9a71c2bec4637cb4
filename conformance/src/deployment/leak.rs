//! The search for credentials and internal details in every response of a run.

use serde_json::Value;

use crate::redact::Secrets;
use crate::wire::{Exchange, Response};

/// A credential or an internal detail in a response.
#[derive(Debug, Clone)]
pub(crate) struct Leak {
    /// The case that sent the request.
    pub(crate) case: &'static str,
    /// The method and the redacted path of the request.
    pub(crate) request: String,
    /// A description of what was found, without the value itself.
    pub(crate) found: String,
    /// Whether it is a credential, and not an internal detail.
    pub(crate) credential: bool,
}

/// Texts that a service writes only internally: stack traces, source paths, SQL statements, names of drivers.
const INTERNAL_DETAILS: &[&str] = &[
    "Traceback (most recent call last)",
    "panicked at",
    "stack backtrace",
    "RUST_BACKTRACE",
    "goroutine ",
    "at java.",
    "\nSELECT ",
    // The same in JSON, where the line feed is escaped.
    "\\nSELECT ",
    "SELECT * FROM",
    "INSERT INTO",
    "UPDATE tokens",
    "SQLSTATE",
    "sqlite3.",
    "sqlx::",
    "psycopg",
    "asyncpg",
    "sqlalchemy",
    "site-packages",
    ".cargo/registry",
    "/usr/lib/",
    "/home/",
    "/var/lib/",
];

/// Headers that disclose internal details.
const DEBUG_HEADERS: &[&str] = &[
    "x-debug",
    "x-debug-token",
    "x-powered-by",
    "x-aspnet-version",
    "x-runtime",
];

/// The names of JSON members whose values are secrets.
const SECRET_NAMES: &[&str] = &[
    "token",
    "access_token",
    "refresh_token",
    "id_token",
    "api_key",
    "secret",
    "client_secret",
    "password",
];

/// The fewest characters of a secret. A shorter value occurs in ordinary text.
const SECRET_LENGTH: usize = 16;

/// Returns the values in a JSON response that are secrets by their names. A new token that has an unexpected form is not
/// in the ledger of tokens, and still must not get into a report.
pub(crate) fn secrets_in(response: &Response) -> Vec<String> {
    fn collect(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    match member {
                        Value::String(text)
                            if SECRET_NAMES.contains(&name.to_ascii_lowercase().as_str())
                                && text.len() >= SECRET_LENGTH =>
                        {
                            found.push(text.clone());
                        }
                        Value::Null
                        | Value::Bool(_)
                        | Value::Number(_)
                        | Value::String(_)
                        | Value::Array(_)
                        | Value::Object(_) => collect(member, found),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut found = Vec::new();
    if let Ok(body) = serde_json::from_slice(&response.body) {
        collect(&body, &mut found);
    }
    found
}

/// Finds the credentials and internal details in a response.
pub(crate) fn leaks(
    case: &'static str,
    secrets: &Secrets,
    exchange: &Exchange,
    response: &Response,
) -> Vec<Leak> {
    let mut text = String::new();
    for (name, value) in &response.headers {
        text.push_str(&format!("{name}: {}\n", String::from_utf8_lossy(value)));
    }
    text.push_str(&String::from_utf8_lossy(&response.body));
    // A validation error may quote the request, which discloses nothing.
    let sent = exchange
        .request
        .body
        .as_deref()
        .map(String::from_utf8_lossy)
        .unwrap_or_default();
    let request = format!(
        "{} {}",
        exchange.request.method,
        secrets.redact(&exchange.request.path)
    );
    let leak = |found: String, credential: bool| Leak {
        case,
        request: request.clone(),
        found,
        credential,
    };

    let mut found = Vec::new();
    found.extend(
        secrets
            .found_in(&text)
            .into_iter()
            .map(|name| leak(format!("the value of ${name}"), true)),
    );
    found.extend(
        secrets
            .hashes_in(&text)
            .into_iter()
            .map(|name| leak(format!("the SHA-256 of ${name}"), true)),
    );
    for detail in INTERNAL_DETAILS
        .iter()
        .filter(|detail| text.contains(**detail) && !sent.contains(**detail))
    {
        found.push(leak(format!("{:?}", detail.trim()), false));
    }
    for (name, _) in &response.headers {
        if DEBUG_HEADERS.contains(&name.as_str()) {
            found.push(leak(format!("the header {name}"), false));
        }
    }
    found
}
