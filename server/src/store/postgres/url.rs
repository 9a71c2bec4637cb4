//! The URL of a database, with one host or several.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use url::Url;

use super::limits::PostgresLimits;

/// The parameters that sqlx knows. It ignores others, and logs their values.
const PARAMETERS: [&str; 18] = [
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "statement-cache-capacity",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
];

/// The parameter that says which of several hosts is meant, and its values that mean the primary.
const WHICH_HOST: &str = "target_session_attrs";
const PRIMARY: [&str; 2] = ["read-write", "primary"];

/// A database on one host, or on several of which one is its primary. Its `Display` does not show a password.
#[derive(Clone, Debug)]
pub struct PostgresUrl {
    pub(super) hosts: Vec<PgConnectOptions>,
    /// Whether a standby may answer if no host is a primary.
    pub(crate) accepts_standby: bool,
    pub(crate) limits: PostgresLimits,
}

impl FromStr for PostgresUrl {
    type Err = String;

    /// Reads a URI as libpq does
    /// (<https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS>), which may name several hosts, separated by
    /// commas. What it leaves out comes from `PGHOST`, `PGUSER`, `PGPASSWORD` and their like, and from `.pgpass`.
    fn from_str(url: &str) -> Result<Self, String> {
        let (scheme, rest) = url
            .split_once("://")
            .ok_or("write it as postgres://USER@HOST:PORT/DATABASE")?;
        let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (user, hosts) = authority.split_at(authority.rfind('@').map_or(0, |at| at + 1));
        let hosts = hosts.split(',').map(|host| {
            let url = format!("{scheme}://{user}{host}{path}");
            let url = without_which_host(Url::parse(&url).map_err(described)?)?;
            PgConnectOptions::from_url(&url).map_err(described)
        });
        Ok(Self {
            hosts: hosts.collect::<Result<_, _>>()?,
            accepts_standby: false,
            limits: PostgresLimits::default(),
        })
    }
}

impl PostgresUrl {
    /// Returns whether the connection to a host on the network could be another one's: TLS that is only preferred, or whose
    /// certificate is not verified, does not keep anybody between the two out.
    pub(crate) fn is_unverified(&self) -> bool {
        self.hosts.iter().any(|host| {
            let name = host.get_host();
            let is_local = host.get_socket().is_some()
                || name == "localhost"
                || name
                    .parse()
                    .is_ok_and(|address: IpAddr| address.is_loopback());
            !is_local
                && !matches!(
                    host.get_ssl_mode(),
                    PgSslMode::VerifyFull | PgSslMode::VerifyCa
                )
        })
    }
}

fn described(error: impl fmt::Display) -> String {
    format!("{error}; write it as postgres://USER@HOST:PORT/DATABASE")
}

/// Checks the parameters, and removes the one that sqlx does not know: the primary is meant in any case.
fn without_which_host(mut url: Url) -> Result<Url, String> {
    let mut parameters: Vec<(String, String)> = Vec::new();
    for (name, value) in url.query_pairs().into_owned() {
        if name == WHICH_HOST {
            if !PRIMARY.contains(&value.as_str()) {
                return Err(format!(
                    "the server uses the primary alone; {WHICH_HOST} is {}",
                    PRIMARY.join(" or ")
                ));
            }
        } else if PARAMETERS.contains(&name.as_str()) || name.starts_with("options[") {
            parameters.push((name, value));
        } else {
            return Err(unknown(&name));
        }
    }
    url.set_query(None);
    if !parameters.is_empty() {
        url.query_pairs_mut().extend_pairs(parameters);
    }
    Ok(url)
}

/// Says that there is no such parameter, which may be a part of a password, and which one is the most similar.
fn unknown(name: &str) -> String {
    let similarity = |known: &str| strsim::jaro_winkler(name, known);
    let closest = PARAMETERS
        .into_iter()
        .chain([WHICH_HOST])
        .max_by(|one, other| similarity(one).total_cmp(&similarity(other)))
        .unwrap_or_default();
    format!("its URL has an unknown parameter; did you mean `{closest}`?")
}

impl fmt::Display for PostgresUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(first) = self.hosts.first() else {
            return Ok(());
        };
        let hosts: Vec<String> = self
            .hosts
            .iter()
            .map(|host| format!("{}:{}", host.get_host(), host.get_port()))
            .collect();
        write!(
            formatter,
            "postgres://{}@{}/{}",
            first.get_username(),
            hosts.join(","),
            first.get_database().unwrap_or_else(|| first.get_username())
        )
    }
}
