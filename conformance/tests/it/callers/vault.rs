//! A service whose operations take credentials of each kind, with its document and the ways in which it can be broken.

#![expect(
    clippy::result_large_err,
    reason = "a refusal is an answer, as large as any other"
)]

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use serde_json::{Value, json};

use crate::local::Local;

/// What broken services do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// A note is read without a key.
    NeedsNoKey,
    /// No key is needed where one is enough.
    EnforcesNothing,
    /// Any key reads a note.
    AnyKey,
    /// The beginning of a token is enough.
    BeginningOfToken,
    /// The password is not checked.
    AnyPassword,
    /// The report is read with a key, which its document does not say.
    KeyReadsReport,
    /// A note is written with one of the two credentials.
    OneOfTwo,
    /// The key does not read the profile, which the document says.
    NoKeyForProfile,
    /// No 401 has a challenge.
    NoChallenge,
    /// A missing key is a 403.
    WrongStatus,
    /// A member may write.
    MemberWrites,
    /// An outsider reads a note.
    OutsiderReads,
    /// A member is refused, and the note is written.
    WritesAndRefuses,
    /// The first request of the report is answered with 429.
    BusyOnce,
    /// The report is always answered with 503.
    BusyForever,
    /// A token is accepted four times.
    ShortTokens,
}

/// The credentials by role. Some have spaces, some are short.
pub(crate) const KEYS: [&str; 3] = [
    "op key/1 with spaces & signs",
    "member key 2 long enough",
    "outsider key 3 long",
];
pub(crate) const LINKS: [&str; 3] = ["link&op=1 x", "link&member", "link&outsider"];
pub(crate) const LOGINS: [&str; 3] = ["olga:pw-7", "mia:letmein-please", "otto:another-password"];
pub(crate) const TOKENS: [&str; 3] = [
    "tok_operator_0123456789abcdef",
    "tok_member_0123456789abcdef",
    "tok_outsider_0123456789abcdef",
];

/// The document.
pub(crate) fn contract() -> String {
    let problem = json!({ "description": "A problem", "content": { "application/json": { "schema": { "type": "object", "required": ["problem"] } } } });
    let good = |schema: &Value| json!({ "description": "Good", "content": { "application/json": { "schema": schema } } });
    let note = json!({ "type": "object", "required": ["text"], "properties": { "text": { "type": "string" } } });
    let id = json!([{ "name": "id", "in": "path", "required": true, "example": "n1", "schema": { "type": "string", "minLength": 1 } }]);
    let body = json!({ "required": true, "content": { "application/json": { "schema": note } } });
    let gets = |security: Value| json!({ "get": { "security": security, "responses": { "200": good(&json!({ "type": "object" })), "401": problem } } });
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Vault", "version": "1.0.0" },
        "security": [{ "Key": [] }],
        "paths": {
            "/notes/{id}": {
                "parameters": id,
                "get": { "responses": { "200": good(&note), "401": problem, "404": problem } },
                "put": { "security": [{ "Bearer": [], "Key": [] }], "requestBody": body, "responses": {
                    "200": good(&note), "400": problem, "401": problem, "403": problem, "404": problem } }
            },
            "/tags": gets(json!([{ "Key": [] }])),
            "/shared": gets(json!([{ "Link": [] }])),
            "/session": gets(json!([{ "Session": [] }])),
            "/login": gets(json!([{ "Login": [] }])),
            "/report": gets(json!([{ "Bearer": [] }])),
            "/profile": gets(json!([{ "Bearer": [] }, { "Key": [] }])),
            "/open": { "get": { "security": [], "responses": { "200": good(&json!({ "type": "object" })) } } }
        },
        "components": { "securitySchemes": {
            "Key": { "type": "apiKey", "in": "header", "name": "X-Api-Key" },
            "Link": { "type": "apiKey", "in": "query", "name": "key" },
            "Session": { "type": "apiKey", "in": "cookie", "name": "sid" },
            "Login": { "type": "http", "scheme": "basic" },
            "Bearer": { "type": "oauth2", "flows": { "clientCredentials": { "tokenUrl": "https://a.example/token", "scopes": {} } } }
        } }
    })
    .to_string()
}

/// The service.
#[derive(Debug)]
struct Vault {
    fault: Fault,
    note: Mutex<String>,
    /// The number of the token that is valid now, and the number of requests that used it.
    token: Mutex<(u32, u32)>,
    reports: AtomicU32,
}

/// Starts the service.
pub(crate) async fn start(fault: Fault) -> Local {
    let vault = Arc::new(Vault {
        fault,
        note: Mutex::new("first".to_owned()),
        token: Mutex::new((1, 0)),
        reports: AtomicU32::new(0),
    });
    Local::serve(Router::new().fallback(answer).with_state(vault)).await
}

async fn answer(
    State(vault): State<Arc<Vault>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    // What the command of the tests prints.
    if uri.path() == "/token" {
        let mut token = vault.token.lock().expect("not poisoned");
        *token = (token.0 + 1, 0);
        return format!("{}_{}", TOKENS[0], token.0).into_response();
    }
    let call = Call {
        vault: &vault,
        uri: &uri,
        headers: &headers,
    };
    call.answer(&method, &body)
        .unwrap_or_else(|refusal| refusal)
}

struct Call<'c> {
    vault: &'c Vault,
    uri: &'c Uri,
    headers: &'c HeaderMap,
}

impl Call<'_> {
    fn is(&self, fault: Fault) -> bool {
        self.vault.fault == fault
    }

    fn answer(&self, method: &Method, body: &[u8]) -> Result<Response, Response> {
        let good = || axum::Json(json!({})).into_response();
        match (method.as_str(), self.uri.path()) {
            ("GET", "/open") => match self.headers.contains_key("authorization")
                || self.headers.contains_key("x-api-key")
            {
                true => Err(self.refusal(400)),
                false => Ok(good()),
            },
            ("GET", "/tags") => match self.is(Fault::EnforcesNothing) {
                true => Ok(good()),
                false => self.key().map(|_| good()),
            },
            ("GET", "/shared") => self.link().map(|_| good()),
            ("GET", "/session") => self.session().map(|_| good()),
            ("GET", "/login") => self.login().map(|_| good()),
            ("GET", "/report") => {
                if self.is(Fault::BusyForever)
                    || self.is(Fault::BusyOnce)
                        && self.vault.reports.fetch_add(1, Ordering::Relaxed) == 0
                {
                    let status = if self.is(Fault::BusyForever) {
                        503
                    } else {
                        429
                    };
                    let status = StatusCode::from_u16(status).expect("a status");
                    let pause = if self.is(Fault::BusyForever) {
                        "40"
                    } else {
                        "1"
                    };
                    return Err((status, [("retry-after", pause)]).into_response());
                }
                match self.is(Fault::KeyReadsReport) && self.key().is_ok() {
                    true => Ok(good()),
                    false => self.bearer().map(|_| good()),
                }
            }
            ("GET", "/profile") => match self.is(Fault::NoKeyForProfile) {
                true => self.bearer().map(|_| good()),
                false => self.bearer().or_else(|_| self.key()).map(|_| good()),
            },
            ("GET", path) => {
                let given = self.header("x-api-key");
                let anybody = self.is(Fault::EnforcesNothing)
                    || self.is(Fault::NeedsNoKey) && given.is_none()
                    || self.is(Fault::AnyKey) && given.is_some();
                let role = self.key().or_else(|refusal| match anybody {
                    true => Ok(0),
                    false => Err(refusal),
                })?;
                self.exists(path)?;
                if role == 2 && !self.is(Fault::OutsiderReads) {
                    return Err(self.refusal(404));
                }
                Ok(self.note())
            }
            ("PUT", path) => self.put(path, body),
            _ => Err(self.refusal(404)),
        }
    }

    fn put(&self, path: &str, body: &[u8]) -> Result<Response, Response> {
        let role = match self.is(Fault::OneOfTwo) {
            true => self.bearer().or_else(|_| self.key())?,
            false => self.bearer().and_then(|role| self.key().map(|_| role))?,
        };
        let text = serde_json::from_slice::<Value>(body).ok();
        let text = text.and_then(|body| Some(body["text"].as_str()?.to_owned()));
        self.exists(path)?;
        let text = text.ok_or_else(|| self.refusal(400))?;
        let write = || {
            let mut note = self.vault.note.lock().expect("not poisoned");
            *note = format!("{text}, then {}", note.len());
        };
        match role {
            2 => Err(self.refusal(404)),
            1 if self.is(Fault::WritesAndRefuses) => {
                write();
                Err(self.refusal(403))
            }
            1 if !self.is(Fault::MemberWrites) => Err(self.refusal(403)),
            _ => {
                write();
                Ok(self.note())
            }
        }
    }

    fn note(&self) -> Response {
        let text = self.vault.note.lock().expect("not poisoned").clone();
        axum::Json(json!({ "text": text })).into_response()
    }

    fn exists(&self, path: &str) -> Result<(), Response> {
        match path {
            "/notes/n1" => Ok(()),
            _ => Err(self.refusal(404)),
        }
    }

    fn refusal(&self, status: u16) -> Response {
        let status = match status {
            401 if self.is(Fault::WrongStatus) => 403,
            status => status,
        };
        let code = StatusCode::from_u16(status).expect("a status");
        let body = axum::Json(json!({ "problem": status }));
        match status == 401 && !self.is(Fault::NoChallenge) {
            true => (code, [("www-authenticate", "Bearer realm=\"vault\"")], body).into_response(),
            false => (code, body).into_response(),
        }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns the role whose credential it is.
    fn role(&self, known: [&str; 3], given: Option<&str>) -> Result<usize, Response> {
        let role = known.iter().position(|known| Some(*known) == given);
        role.ok_or_else(|| self.refusal(401))
    }

    fn key(&self) -> Result<usize, Response> {
        self.role(KEYS, self.header("x-api-key"))
    }

    fn link(&self) -> Result<usize, Response> {
        let query = self.uri.query().unwrap_or_default();
        let url = reqwest::Url::parse(&format!("http://a.example/?{query}")).expect("a URL");
        let given = url.query_pairs().find(|(name, _)| name == "key");
        self.role(LINKS, given.as_ref().map(|(_, value)| value.as_ref()))
    }

    fn session(&self) -> Result<usize, Response> {
        let given = self
            .header("cookie")
            .and_then(|cookie| cookie.strip_prefix("sid="));
        self.role(TOKENS, given)
    }

    fn login(&self) -> Result<usize, Response> {
        let given = self
            .header("authorization")
            .and_then(|given| given.strip_prefix("Basic "));
        let given =
            given.and_then(|given| base64::engine::general_purpose::STANDARD.decode(given).ok());
        let given = given.and_then(|given| String::from_utf8(given).ok());
        let user = |login: &str| login.split(':').next().unwrap_or_default().to_owned();
        match (&given, self.is(Fault::AnyPassword)) {
            (Some(given), true) => self.role(
                LOGINS.map(|login| {
                    if user(login) == user(given) {
                        given.as_str()
                    } else {
                        login
                    }
                }),
                Some(given.as_str()),
            ),
            _ => self.role(LOGINS, given.as_deref()),
        }
    }

    fn bearer(&self) -> Result<usize, Response> {
        let given = self
            .header("authorization")
            .and_then(|given| given.strip_prefix("Bearer "));
        if self.is(Fault::ShortTokens) {
            let mut token = self.vault.token.lock().expect("not poisoned");
            let valid = format!("{}_{}", TOKENS[0], token.0);
            token.1 += 1;
            return match given == Some(valid.as_str()) && token.1 <= 4 {
                true => Ok(0),
                false => self.role(["", TOKENS[1], TOKENS[2]], given),
            };
        }
        let begins = given.and_then(|given| given.get(..12));
        match self.is(Fault::BeginningOfToken) {
            true => self.role(TOKENS.map(|token| &token[..12]), begins),
            false => self.role(TOKENS, given),
        }
    }
}
