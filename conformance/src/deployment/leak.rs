//! The search for credentials and internal details in every response of a run.

use std::borrow::Cow;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use serde_json::Value;

use crate::redact::{Secrets, unregistered_jwt};
use crate::wire::{Exchange, Response};

/// What an answer holds that it must not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leaked {
    /// A credential.
    Credential,
    /// An internal detail.
    Internals,
}

impl Leaked {
    /// Returns what is wrong with an answer of a status that holds it.
    pub(crate) fn in_the(self, status: u16) -> String {
        match self {
            Leaked::Credential => format!("a credential in the {status}"),
            Leaked::Internals => format!("an internal detail in the {status}"),
        }
    }
}

/// Texts that a service writes only internally: stack traces, source paths, SQL statements, names of drivers.
const INTERNAL_DETAILS: &[&str] = &[
    "Traceback (most recent call last)",
    "panicked at",
    "stack backtrace",
    "RUST_BACKTRACE",
    "goroutine ",
    "java.lang.",
    "node:internal",
    "node_modules",
    "PHP Fatal error",
    "INSERT INTO ",
    "DELETE FROM ",
    "SQLSTATE",
    "SQLITE_",
    "violates unique constraint",
    "violates foreign key constraint",
    "syntax error at or near",
    "You have an error in your SQL syntax",
    "E11000 duplicate key",
    "Exception in thread \"",
    "ENOENT: ",
    "(FunctionClauseError)",
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

/// Searches for all internal details at once.
static ANY_DETAIL: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::new(INTERNAL_DETAILS).expect("a few short patterns make a small automaton")
});

/// Headers that disclose internal details.
const DEBUG_HEADERS: &[&str] = &["x-debug", "x-powered-by", "x-aspnet-version", "x-runtime"];

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
    if let Some(body) = response.json() {
        collect(body, &mut found);
    }
    found
}

/// Finds the credentials and internal details in a response. The answer that creates a token may hold that one.
pub(super) fn leaks(
    secrets: &Secrets,
    exchange: &Exchange,
    response: &Response,
    creates: bool,
) -> Vec<(Leaked, String)> {
    let mut text = String::new();
    for (name, value) in &response.headers {
        text.push_str(&format!("{name}: {}\n", String::from_utf8_lossy(value)));
    }
    let body = String::from_utf8_lossy(&response.body);
    text.push_str(&body);
    // A validation error may quote the request, which discloses nothing.
    let request = &exchange.request;
    let mut sent = request.path.clone();
    sent.extend(request.headers.iter().map(|(_, value)| value.as_str()));
    sent.push_str(&String::from_utf8_lossy(
        request.body.as_deref().unwrap_or_default(),
    ));

    let mut found = Vec::new();
    let known = secrets.found_in(&text);
    if known.is_empty() && !(creates && response.status == 201) {
        let signed = unregistered_jwt(&text).map(|range| text[range].to_owned());
        let named = secrets_in(response).into_iter().chain(signed);
        // A masked token, such as `dz_eyJ…`, discloses nothing.
        let new = |secret: &String| !sent.contains(secret) && !secret.contains(['*', '…']);
        if named.into_iter().any(|secret| new(&secret)) {
            found.push((
                Leaked::Credential,
                "a token that no request created".to_owned(),
            ));
        }
    }
    let names =
        |prefix: &'static str| move |name| (Leaked::Credential, format!("{prefix} ${name}"));
    found.extend(known.into_iter().map(names("the value of")));
    found.extend(
        secrets
            .hashes_in(&text)
            .into_iter()
            .map(names("the SHA-256 of")),
    );
    let text = unescaped(&text);
    if ANY_DETAIL.is_match(&*text) {
        let details = (INTERNAL_DETAILS.iter())
            .filter(|detail| text.contains(**detail) && !sent.contains(**detail));
        found.extend(details.map(|detail| (Leaked::Internals, format!("{:?}", detail.trim()))));
    }
    if let Some(line) = (text.lines()).find(|line| is_sql(line) && !sent.contains(line.trim())) {
        let line = secrets.excerpt(line.trim(), 80);
        found.push((Leaked::Internals, format!("an SQL statement: {line:?}")));
    }
    if let Some(path) = source_path(&text).filter(|path| !sent.contains(path)) {
        found.push((Leaked::Internals, format!("the path of a file: {path:?}")));
    }
    let frame = text
        .lines()
        .find_map(|line| Some((line, runtime_of(line)?)));
    if let Some((line, runtime)) = frame.filter(|(line, _)| !sent.contains(line.trim())) {
        let line = secrets.excerpt(line.trim(), 80);
        found.push((
            Leaked::Internals,
            format!("a stack frame of {runtime}: {line:?}"),
        ));
    }
    for (name, _) in &response.headers {
        if DEBUG_HEADERS.contains(&name.as_str()) || name.starts_with("x-debug-") {
            found.push((Leaked::Internals, format!("the header {name}")));
        }
    }
    found
}

/// Returns whether a line holds an SQL statement that reads or changes rows.
fn is_sql(line: &str) -> bool {
    let has = |first: &str, second: &str| {
        line.split_once(first)
            .is_some_and(|(_, rest)| rest.contains(second))
    };
    has("SELECT ", " FROM ") || has("UPDATE ", " SET ")
}

/// Returns the absolute path of a source file, or of a file with a key, in a text.
fn source_path(text: &str) -> Option<&str> {
    const ROOTS: [&str; 8] = [
        "/srv/", "/app/", "/opt/", "/var/", "/usr/", "/etc/", "/root/", "C:\\",
    ];
    const ENDS: [&str; 18] = [
        ".js", ".mjs", ".ts", ".py", ".rb", ".php", ".go", ".rs", ".java", ".kt", ".scala", ".cs",
        ".ex", ".pl", ".pm", ".pem", ".key", ".conf",
    ];
    let words = text.split(|letter: char| {
        letter.is_whitespace() || matches!(letter, '"' | '\'' | '(' | ')' | ',' | ';' | '`')
    });
    // A line number may follow the name of a file.
    words
        .map(|word| word.trim_end_matches(|end: char| end.is_ascii_digit() || end == ':'))
        .find(|word| {
            ROOTS.iter().any(|root| word.starts_with(root))
                && ENDS.iter().any(|end| word.ends_with(end))
        })
}

/// Returns a text with the escapes of JSON strings resolved, as far as stack traces use them.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let text = text.replace("\\n", "\n").replace("\\t", "\t");
    Cow::Owned(text.replace("\\\"", "\"").replace("\\\\", "\\"))
}

/// Returns the runtime that writes such a line in its stack traces.
fn runtime_of(line: &str) -> Option<&'static str> {
    let line = line.trim();
    let has_line_number = |mark: &str| {
        line.match_indices(mark)
            .any(|(at, _)| line[at + mark.len()..].starts_with(|next: char| next.is_ascii_digit()))
    };
    let is_called = line.starts_with("at ");
    let script = [".js:", ".mjs:", ".cjs:", ".ts:"];
    if is_called && (script.iter().any(|mark| has_line_number(mark)) || line.contains("node:")) {
        return Some("Node");
    }
    if is_called
        && (line.contains("(Native Method)")
            || [".java:", ".kt:", ".scala:"]
                .iter()
                .any(|mark| has_line_number(mark)))
    {
        return Some("Java");
    }
    if is_called && has_line_number(":line ") {
        return Some(".NET");
    }
    if line.contains("File \"") && has_line_number("\", line ") {
        return Some("Python");
    }
    if has_line_number(".go:") && line.contains(" +0x") {
        return Some("Go");
    }
    if line.contains('#') && has_line_number(".php(") {
        return Some("PHP");
    }
    if line.starts_with('(') && [".ex:", ".exs:"].iter().any(|mark| has_line_number(mark)) {
        return Some("Elixir");
    }
    if has_line_number(".rb:") && line.contains(":in ") {
        return Some("Ruby");
    }
    None
}
