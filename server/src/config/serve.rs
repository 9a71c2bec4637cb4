//! The options of `server serve`, which `server doctor` and `server config` share.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use ipnet::IpNet;
use tokio::runtime::Handle;

use super::storage::Storage;
use super::values;
use crate::rate_limit::Rate;
use crate::store::PostgresLimits;
use crate::telemetry::traces::{Traces, TracesError};
use crate::tls::{Files, TlsError};

/// The default rate of one user, in requests a second, for a server that other machines can reach.
const CALLER_RATE: NonZeroU32 = NonZeroU32::new(50).expect("not zero");

/// The default number of connections from one address, for a server that other machines can reach.
const ADDRESS_CONNECTIONS: usize = 256;

/// The default rate of one address, in requests a second, for a server that other machines can reach.
const ADDRESS_RATE: NonZeroU32 = NonZeroU32::new(100).expect("not zero");

/// What can be switched off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// Switched on.
    On,
    /// Switched off.
    Off,
}

/// `server serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// Address and port to listen on; port 0 takes a free one
    #[arg(
        long,
        value_name = "ADDR:PORT",
        env = "DZ_LISTEN",
        default_value = "127.0.0.1:8080",
        value_parser = values::address
    )]
    pub listen: SocketAddr,
    /// The database and the keys.
    #[command(flatten)]
    pub storage: Storage,
    /// Whether Swagger UI is at /docs
    #[arg(long, value_name = "SWITCH", env = "DZ_DOCS", default_value = "on")]
    pub docs: Switch,
    /// Whether clients may speak HTTP/2 without TLS, as a proxy in front may do; with TLS they always may
    #[arg(
        long,
        value_name = "SWITCH",
        env = "DZ_CLEAR_HTTP2",
        default_value = "off"
    )]
    pub clear_http2: Switch,
    /// The options of TLS.
    #[command(flatten)]
    pub tls: Tls,
    /// The options of metrics and traces.
    #[command(flatten)]
    pub monitoring: Monitoring,
    /// The time limits.
    #[command(flatten)]
    pub timeouts: Timeouts,
    /// The limits of connections and requests.
    #[command(flatten)]
    pub limits: Limits,
    /// The limits of sessions in PostgreSQL.
    #[command(flatten)]
    pub pool: Pool,
}

impl Serve {
    /// Starts the exporter of traces, if a collector is named.
    ///
    /// # Errors
    ///
    /// [`TracesError`].
    pub fn traces(&self, runtime: &Handle) -> Result<Option<Traces>, TracesError> {
        let endpoint = self.monitoring.otlp_endpoint.as_deref();
        endpoint
            .map(|endpoint| Traces::start(endpoint, runtime))
            .transpose()
    }

    /// Returns whether only this machine can reach the server.
    pub(crate) fn is_local(&self) -> bool {
        self.listen.ip().to_canonical().is_loopback()
    }

    /// Returns whether only clients on this machine can reach the server, also through a proxy.
    fn has_local_clients(&self) -> bool {
        let mut proxies = self.limits.trusted_proxies.iter();
        self.is_local() && proxies.all(|some| some.is_empty())
    }

    /// Returns the most connections from one address. By default a server that only this machine can reach has no limit.
    pub(crate) fn connections_from_address(&self) -> usize {
        let default = if self.has_local_clients() {
            usize::MAX
        } else {
            ADDRESS_CONNECTIONS
        };
        self.limits.max_connections_per_address.unwrap_or(default)
    }

    /// Returns the rate of one user and the rate of one address. By default a server that only this machine can reach has none,
    /// unless it is behind a proxy.
    pub fn rates(&self) -> (Rate, Rate) {
        let default = |number| {
            if self.has_local_clients() {
                Rate::Off
            } else {
                Rate::PerSecond(number)
            }
        };
        let Limits {
            rate_per_caller,
            rate_per_address,
            ..
        } = self.limits;
        (
            rate_per_caller.unwrap_or_else(|| default(CALLER_RATE)),
            rate_per_address.unwrap_or_else(|| default(ADDRESS_RATE)),
        )
    }
}

/// The options of TLS. Without both of them the server speaks plain HTTP.
#[derive(Debug, Args)]
#[command(next_help_heading = "TLS")]
pub struct Tls {
    /// Certificate chain in PEM, the server's own certificate first; read again when the file changes
    #[arg(long, value_name = "FILE", env = "DZ_TLS_CERT")]
    pub tls_cert: Option<PathBuf>,
    /// Private key of the certificate, in PEM
    #[arg(long, value_name = "FILE", env = "DZ_TLS_KEY")]
    pub tls_key: Option<PathBuf>,
}

impl Tls {
    /// Returns the two files, or nothing for plain HTTP.
    ///
    /// # Errors
    ///
    /// [`TlsError::Half`] when only one of them is given.
    pub(crate) fn files(&self) -> Result<Option<Files>, TlsError> {
        match (&self.tls_cert, &self.tls_key) {
            (None, None) => Ok(None),
            (Some(certificate), Some(key)) => Ok(Some(Files {
                certificate: certificate.clone(),
                key: key.clone(),
            })),
            (Some(_), None) | (None, Some(_)) => Err(TlsError::Half),
        }
    }
}

/// The options of metrics and traces.
#[derive(Debug, Args)]
#[command(next_help_heading = "Monitoring")]
pub struct Monitoring {
    /// Address and port of Prometheus' /metrics, separate from the API; without it there are no metrics
    #[arg(
        long,
        value_name = "ADDR:PORT",
        env = "DZ_METRICS_LISTEN",
        value_parser = values::address
    )]
    pub metrics_listen: Option<SocketAddr>,
    /// Collector to send traces to by OTLP over HTTP, such as http://127.0.0.1:4318; needs a build with the feature `otlp`
    #[arg(
        long,
        value_name = "URL",
        env = "DZ_OTLP_ENDPOINT",
        hide_env_values = true
    )]
    pub otlp_endpoint: Option<String>,
}

/// The time limits.
#[derive(Debug, Args)]
#[command(next_help_heading = "Timeouts")]
pub struct Timeouts {
    /// Seconds that a request may take, its body included
    #[arg(
        long,
        value_name = "SECONDS",
        env = "DZ_REQUEST_TIMEOUT",
        default_value = "30",
        value_parser = values::seconds
    )]
    pub request_timeout: Duration,
    /// Seconds that a connection may take to send the head of a request, be idle between requests, or leave a response unread
    #[arg(
        long,
        value_name = "SECONDS",
        env = "DZ_HEAD_TIMEOUT",
        default_value = "30",
        value_parser = values::seconds
    )]
    pub head_timeout: Duration,
    /// Seconds that requests in progress may take when the server is asked to stop
    #[arg(
        long,
        value_name = "SECONDS",
        env = "DZ_DRAIN_TIMEOUT",
        default_value = "10",
        value_parser = values::seconds
    )]
    pub drain_timeout: Duration,
}

/// The limits of connections and requests.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub struct Limits {
    /// Most connections at the same time, if the limit of open files allows them; one more is answered with 503
    #[arg(
        long,
        value_name = "NUMBER",
        env = "DZ_MAX_CONNECTIONS",
        default_value = "10000"
    )]
    pub max_connections: NonZeroU32,
    /// Most connections from one address (IPv6: one /64) that is not a trusted proxy, or `off` [default: 256, or off when listening on loopback without trusted proxies]
    #[arg(
        long,
        value_name = "NUMBER",
        env = "DZ_MAX_CONNECTIONS_PER_ADDRESS",
        value_parser = values::most
    )]
    pub max_connections_per_address: Option<usize>,
    /// Requests a second of one user, or `off`; more are answered with 429 [default: 50, or off when listening on loopback without trusted proxies]
    #[arg(long, value_name = "NUMBER", env = "DZ_RATE_PER_CALLER")]
    pub rate_per_caller: Option<Rate>,
    /// Requests a second from one address (IPv6: one /64), or `off` [default: 100, or off when listening on loopback without trusted proxies]
    #[arg(long, value_name = "NUMBER", env = "DZ_RATE_PER_ADDRESS")]
    pub rate_per_address: Option<Rate>,
    /// Proxies whose X-Forwarded-For is believed: addresses or networks such as 10.0.0.0/8, separated by commas
    #[arg(
        long,
        value_name = "NETWORKS",
        env = "DZ_TRUSTED_PROXIES",
        value_parser = values::networks
    )]
    pub trusted_proxies: Vec<Box<[IpNet]>>,
}

/// The limits of sessions in PostgreSQL.
#[derive(Debug, Args)]
#[command(next_help_heading = "PostgreSQL")]
pub struct Pool {
    /// Most sessions of this process, at least 4; requests share them
    #[arg(
        long,
        value_name = "NUMBER",
        env = "DZ_DATABASE_CONNECTIONS",
        default_value = "10",
        value_parser = values::sessions
    )]
    pub database_connections: usize,
    /// Seconds that a statement may take, and that a request may wait for a session; then it is answered with 503
    #[arg(
        long,
        value_name = "SECONDS",
        env = "DZ_DATABASE_TIMEOUT",
        default_value = "5",
        value_parser = values::seconds
    )]
    pub database_timeout: Duration,
    /// Seconds that the database may take to accept a connection
    #[arg(
        long,
        value_name = "SECONDS",
        env = "DZ_DATABASE_CONNECT_TIMEOUT",
        default_value = "3",
        value_parser = values::seconds
    )]
    pub database_connect_timeout: Duration,
}

impl Pool {
    /// Returns the limits for the store.
    pub(crate) fn limits(&self) -> PostgresLimits {
        PostgresLimits {
            connections: self.database_connections,
            answer_within: self.database_timeout,
            connect_within: self.database_connect_timeout,
        }
    }
}
