//! The sources of credentials. A profile names credentials and never holds them.

use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use schemars::JsonSchema;
use serde::de::{Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::role::Role;

/// The beginning of the message about an inline credential.
pub(super) const INLINE: &str = "a credential must not be in the profile itself";

/// The beginning of the message about a credential with no source or with two.
pub(super) const ONE: &str = "name exactly one of `env`, `file` and `command`";

/// The most that a command may print, in bytes.
const PRINTED: u64 = 64 * 1024;

/// The place that holds a credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Source {
    /// The environment variable of this name.
    Env(String),
    /// The file at this path, relative to the profile's folder; white space around its content is dropped.
    File(PathBuf),
    /// A program and its arguments, which prints the credential and runs in the profile's folder. `CONFORMANCE_ROLE` is
    /// the user of the credential. A credential of `[callers]` is asked for again when the deployment answers 401.
    Command(Vec<String>),
}

/// A credential of a caller: its source, and the word in front of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Credential {
    /// Where the credential is. For HTTP basic, it is the user's name and password with a colon between them.
    #[serde(flatten)]
    pub source: Source,
    /// The word that is sent in front of the credential, such as `Token`. Unset: what the scheme says, `Bearer` for a
    /// token of OAuth2 or OpenID Connect, and nothing for an API key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let credential = deserializer.deserialize_any(CredentialVisitor { prefix: false })?;
        Ok(credential.source)
    }
}

impl<'de> Deserialize<'de> for Credential {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CredentialVisitor { prefix: true })
    }
}

struct CredentialVisitor {
    /// Whether a prefix may be given.
    prefix: bool,
}

impl<'de> Visitor<'de> for CredentialVisitor {
    type Value = Credential;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("{ env = \"NAME\" } or { file = \"path\" }")
    }

    // The value is most likely a credential, so the message must not quote it.
    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<Credential, E> {
        Err(E::custom(INLINE))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Credential, A::Error> {
        let (mut source, mut prefix) = (None, None);
        while let Some(key) = map.next_key::<String>()? {
            let given = match key.as_str() {
                "env" => Source::Env(map.next_value()?),
                "file" => Source::File(map.next_value()?),
                "command" => Source::Command(map.next_value()?),
                "prefix" if self.prefix => {
                    prefix = Some(map.next_value()?);
                    continue;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    return Err(A::Error::custom(ONE));
                }
            };
            if source.replace(given).is_some() {
                return Err(A::Error::custom(ONE));
            }
        }
        match source {
            Some(source) => Ok(Credential { source, prefix }),
            None => Err(A::Error::custom(ONE)),
        }
    }
}

/// Returns the environment variable by which reports name a user's token: `env`, the profile's own, where it is valid, so
/// that a printed command line runs as is.
#[must_use]
pub(crate) fn variable(user: &str, env: Option<&str>) -> String {
    variable_of(env, || format!("{}_TOKEN", user.to_ascii_uppercase()))
}

/// Returns the environment variable by which reports name a credential: `env` where it is valid, or another name.
pub(crate) fn variable_of(env: Option<&str>, other: impl FnOnce() -> String) -> String {
    let is_name = |name: &&str| {
        let mut bytes = name.bytes();
        let first = bytes.next();
        first.is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
            && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    match env.filter(is_name) {
        Some(name) => name.to_owned(),
        None => other(),
    }
}

/// Why a source gives no credential: the problem, and how to fix it. Neither quotes what the source holds.
pub(crate) type NoValue = (String, &'static str);

/// What a source is asked for, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asking<'a> {
    /// The profile's folder.
    pub(crate) folder: &'a Path,
    /// The user of the credential.
    pub(crate) role: Role,
    /// The scheme of the credential; empty for a token of the older tables.
    pub(crate) scheme: &'a str,
    /// The longest time that a command may take.
    pub(crate) timeout: Duration,
}

impl Source {
    /// Returns the environment variable, if it is one.
    #[must_use]
    pub fn env(&self) -> Option<&str> {
        match self {
            Source::Env(name) => Some(name),
            Source::File(_) | Source::Command(_) => None,
        }
    }

    /// Names the source in a message.
    pub(crate) fn name(&self, folder: &Path) -> String {
        match self {
            Source::Env(variable) => format!("the environment variable {variable}"),
            Source::File(file) => format!("the file {}", folder.join(file).display()),
            Source::Command(words) => {
                format!("the command {:?}", words.first().map_or("", String::as_str))
            }
        }
    }

    /// Fetches what the source holds, without white space around it.
    pub(crate) fn fetch(&self, asking: Asking<'_>) -> Result<String, NoValue> {
        let name = self.name(asking.folder);
        let text = match self {
            Source::Env(variable) => std::env::var(variable).map_err(|error| match error {
                std::env::VarError::NotPresent => (
                    format!("{name} is not set"),
                    "Set it to the token, or name another variable or a file.",
                ),
                std::env::VarError::NotUnicode(_) => (
                    format!("{name} is not UTF-8"),
                    "Set it to the token, which is ASCII.",
                ),
            })?,
            Source::File(file) => {
                std::fs::read_to_string(asking.folder.join(file)).map_err(|error| {
                    (
                        format!("{name} cannot be read: {error}"),
                        "Write the token into it; the path is relative to the profile's folder.",
                    )
                })?
            }
            Source::Command(words) => printed(words, asking).map_err(|why| {
                (
                    format!("{name} {why}"),
                    "It must print the credential alone on standard output and end with status 0; it runs in the profile's folder.",
                )
            })?,
        };
        Ok(text.trim().to_owned())
    }
}

/// Runs a command and returns what it printed. An error says what went wrong, without what it printed.
fn printed(words: &[String], asking: Asking<'_>) -> Result<String, String> {
    let [program, arguments @ ..] = words else {
        return Err("is empty".to_owned());
    };
    let folder = match asking.folder == Path::new("") {
        true => Path::new("."),
        false => asking.folder,
    };
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(folder)
        .env("CONFORMANCE_ROLE", asking.role.name())
        .env("CONFORMANCE_SCHEME", asking.scheme)
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    // Ctrl-C at a terminal ends the run in an orderly way, and must not reach the command first.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command
        .spawn()
        .map_err(|error| format!("cannot be run: {error}"))?;
    let output = child.stdout.take();
    let reader = std::thread::spawn(move || {
        let mut text = Vec::new();
        let output = output.map(|output| output.take(PRINTED + 1));
        output.map_or(Ok(0), |mut output| output.read_to_end(&mut text))?;
        Ok::<_, std::io::Error>(text)
    });
    let clock = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if clock.elapsed() < asking.timeout => {
                std::thread::sleep(Duration::from_millis(5));
            }
            Ok(None) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("did not end within {} s", asking.timeout.as_secs()));
            }
            Err(error) => return Err(format!("cannot be waited for: {error}")),
        }
    };
    if !status.success() {
        return Err(format!("failed: {status}"));
    }
    let text = reader.join().map_err(|_| "could not be read".to_owned())?;
    let text = text.map_err(|error| format!("could not be read: {error}"))?;
    if text.len() as u64 > PRINTED {
        return Err(format!("printed more than {PRINTED} bytes"));
    }
    String::from_utf8(text).map_err(|_| "printed what is not UTF-8".to_owned())
}
