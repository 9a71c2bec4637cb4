//! The servers of a contract, whose paths come before those of the operations (OpenAPI 3.1, sections 4.8.5 and 4.8.6).
//!
//! A run sends every request to its target. So the target has to have the path that the contract's servers have.

use openapi::{Document, pointer};
use reqwest::Url;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a relative URL of a server is relative to, where the document is not at a URL.
const ANYWHERE: &str = "http://localhost/";

/// The paths of the servers of a contract.
#[derive(Debug)]
pub(super) struct Servers {
    servers: Vec<Server>,
    /// The operations with other servers of their own, each with one.
    elsewhere: Vec<(String, String)>,
}

/// A server.
#[derive(Debug, PartialEq, Eq)]
struct Server {
    /// Its URL with the defaults of its variables.
    url: Url,
    /// Whether each part of its path has a variable.
    is_variable: Vec<bool>,
}

/// The path of the target below which requests are sent, and those that the contract's servers have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BasePath {
    /// The path of the target.
    pub target: String,
    /// The paths of the contract's servers, with the defaults of their variables.
    pub servers: Vec<String>,
    /// Whether one of them is that of the target.
    pub fits: bool,
    /// The operations with other servers of their own, each as `METHOD path: URL of the server`. Their requests go to the target
    /// as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub elsewhere: Vec<String>,
}

impl Servers {
    /// Reads the servers of a document, which may be at a URL.
    pub(super) fn of(document: &Document, name: &str) -> Servers {
        let at = Url::parse(name).ok().filter(Url::has_host);
        let Some(base) = at.or_else(|| Url::parse(ANYWHERE).ok()) else {
            return Servers {
                servers: Vec::new(),
                elsewhere: Vec::new(),
            };
        };
        let at = |place: &str| {
            let servers = document.at(&pointer::join(place, "servers"));
            let servers = servers.and_then(Value::as_array).into_iter().flatten();
            let servers = servers.filter_map(|server| Server::of(server, &base));
            servers.collect::<Vec<_>>()
        };
        let servers = at("");
        let operations = document.operations().into_iter();
        let elsewhere = operations.filter_map(|operation| {
            let own = [at(&operation.pointer), at(&operation.path_item)];
            // Those of the operation come before those of its path.
            let own = own.into_iter().find(|servers| !servers.is_empty())?;
            let is_other = own.iter().all(|server| !servers.contains(server));
            let first = own.first().filter(|_| is_other)?;
            Some((operation.to_string(), first.url.to_string()))
        });
        Servers {
            elsewhere: elsewhere.collect(),
            servers,
        }
    }

    /// Compares the servers with a target. `None` where no server has a path.
    pub(super) fn base_path(&self, target: &str) -> Option<BasePath> {
        let target = Url::parse(target).ok()?;
        let target = target.path().trim_end_matches('/');
        let has_path = self.servers.iter().any(|server| !server.path().is_empty());
        if !has_path && self.elsewhere.is_empty() {
            return None;
        }
        let elsewhere = self.elsewhere.iter();
        let servers = self.servers.iter().map(|server| shown(server.path()));
        let mut servers: Vec<String> = servers.collect();
        servers.dedup();
        Some(BasePath {
            target: shown(target),
            servers,
            fits: !has_path || self.servers.iter().any(|server| server.fits(target)),
            elsewhere: elsewhere
                .map(|(one, path)| format!("{one}: {path}"))
                .collect(),
        })
    }
}

impl Server {
    /// Reads a server. `None` for what is not one.
    fn of(server: &Value, base: &Url) -> Option<Server> {
        let written = server["url"].as_str()?;
        let mut url = written.to_owned();
        let variables = server["variables"].as_object();
        for (name, variable) in variables.into_iter().flatten() {
            let default = variable["default"].as_str().unwrap_or_default();
            url = url.replace(&format!("{{{name}}}"), default);
        }
        let url = base.join(&url).ok()?;
        // Without scheme and host, which may have variables too.
        let path = match written.split_once("//") {
            Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
            None => written,
        };
        let written: Vec<&str> = path.trim_matches('/').split('/').collect();
        // The parts of a relative URL are the last ones.
        let first = parts(without_slash(&url))
            .len()
            .saturating_sub(written.len());
        let is_variable = written.iter().map(|part| part.contains('{'));
        let is_variable = std::iter::repeat_n(false, first).chain(is_variable);
        Some(Server {
            is_variable: is_variable.collect(),
            url,
        })
    }

    /// Returns its path without a slash at its end; empty for the root.
    fn path(&self) -> &str {
        without_slash(&self.url)
    }

    /// Returns whether a target has its path, with any values of its variables.
    fn fits(&self, target: &str) -> bool {
        let (own, given) = (parts(self.path()), parts(target));
        let pairs = own.iter().zip(&given).zip(&self.is_variable);
        let mut pairs = pairs.map(|((own, given), is_variable)| own == given || *is_variable);
        self.path() == target || own.len() == given.len() && pairs.all(|fits| fits)
    }
}

fn without_slash(url: &Url) -> &str {
    url.path().trim_end_matches('/')
}

/// Returns the parts of a path.
fn parts(path: &str) -> Vec<&str> {
    path.split('/').skip(1).collect()
}

/// Writes a path without a slash at its end as people know it.
fn shown(path: &str) -> String {
    match path {
        "" => "/".to_owned(),
        path => path.to_owned(),
    }
}

impl BasePath {
    /// Says which path is used, and what to do where the contract's servers have another.
    #[must_use]
    pub fn in_words(&self, target: &str) -> Vec<String> {
        let mut lines = Vec::new();
        let used = &self.target;
        if self.fits {
            lines.push(format!(
                "base path {used}, as the contract's servers have it"
            ));
        } else {
            let servers = self.servers.join(" or ");
            let hint = self.hint(target);
            lines.push(format!(
                "base path {used}, but the contract's servers have {servers}: if the operations are there, use {hint}"
            ));
        }
        if let Some(first) = self.elsewhere.first() {
            let count = self.elsewhere.len();
            lines.push(format!(
                "{count} of the operations have servers of their own, and are tested at the target all the same, such as {first}"
            ));
        }
        lines
    }

    /// Returns the option that names a target with the path of the contract's first server.
    #[must_use]
    pub fn hint(&self, target: &str) -> String {
        let server = self.servers.iter().find(|path| *path != "/");
        let with_path = Url::parse(target).map(|mut url| {
            url.set_path(server.map_or("/", String::as_str));
            url.to_string()
        });
        format!("--target {}", with_path.unwrap_or_default())
    }
}
