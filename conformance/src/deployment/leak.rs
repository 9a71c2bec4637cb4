//! What no answer may contain, looked for in every answer of a run.

use serde_json::Value;

use crate::redact::Secrets;
use crate::wire::{Exchange, Response};

/// Something in an answer that does not belong there.
#[derive(Debug, Clone)]
pub(crate) struct Leak {
    /// The case whose request it answered.
    pub(crate) case: &'static str,
    /// What was asked.
    pub(crate) request: String,
    /// What was found; never the value itself.
    pub(crate) found: String,
    /// Whether it is a credential, rather than a glimpse of the inside.
    pub(crate) credential: bool,
}

/// Texts that only the inside of a service writes: traces, source places, statements, names of drivers.
const INSIDE: &[&str] = &[
    "Traceback (most recent call last)",
    "panicked at",
    "stack backtrace",
    "RUST_BACKTRACE",
    "goroutine ",
    "at java.",
    "\nSELECT ",
    // The same in JSON, where a line's end is escaped.
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

/// Headers that tell a stranger about the inside.
const DEBUG_HEADERS: &[&str] = &[
    "x-debug",
    "x-debug-token",
    "x-powered-by",
    "x-aspnet-version",
    "x-runtime",
];

/// Names under which services hand out secrets.
const SECRETS: &[&str] = &[
    "token",
    "access_token",
    "refresh_token",
    "id_token",
    "api_key",
    "secret",
    "client_secret",
    "password",
];

/// Fewer characters are no secret, and would be found in ordinary text.
const SECRET_LENGTH: usize = 16;

/// Values in an answer's JSON that are secrets by their names: a token, say, that an answer creates whose shape nobody
/// knows, so that it gets into no ledger and yet must not get into a report.
pub(crate) fn secrets_in(response: &Response) -> Vec<String> {
    fn collect(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    match member {
                        Value::String(text)
                            if SECRETS.contains(&name.to_ascii_lowercase().as_str())
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

/// What an answer gives away.
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
    // What the client itself sent may come back (a validation error quotes it) without telling anybody anything new.
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
    for inside in INSIDE
        .iter()
        .filter(|inside| text.contains(**inside) && !sent.contains(**inside))
    {
        found.push(leak(format!("{:?}", inside.trim()), false));
    }
    for (name, _) in &response.headers {
        if DEBUG_HEADERS.contains(&name.as_str()) {
            found.push(leak(format!("the header {name}"), false));
        }
    }
    found
}
