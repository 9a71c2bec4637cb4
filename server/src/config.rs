//! Configuration: what can be said on the command line, in the environment and in a file, all of it declared here once.
//!
//! Each option of `server serve` has a flag `--some-option`, an environment variable `DZ_SOME_OPTION` and a key `some_option`
//! of the file that `--config` names. Defaults < file < environment < flags. Secrets have no flag, which every process could
//! read: `DZ_KEY_RING` is of the environment alone.

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use ipnet::IpNet;
use manual::Manual;
use secrecy::SecretString;
use tokio::runtime::Handle;

use crate::domain::keys::{self, KeyError, KeySource};
use crate::rate_limit::Rate;
use crate::store::{Location, Role};
use crate::telemetry::LogFormat;
use crate::telemetry::traces::{Traces, TracesError};
use crate::tls::{Files, TlsError};

mod effective;
mod file;
mod layers;
mod since;
mod values;

pub use effective::effective;
pub use file::FileError;
pub use layers::{Configured, Origins, load};
pub use since::Since;

/// Requests a second of one user, where nothing else is said and others than this machine can reach the server.
const CALLER_RATE: NonZeroU32 = NonZeroU32::new(50).expect("not zero");

/// Requests a second from one address, likewise.
const ADDRESS_RATE: NonZeroU32 = NonZeroU32::new(100).expect("not zero");

/// What stands below the help of the program.
const EXAMPLES: &str = "\
Examples:
  server serve                                        on 127.0.0.1:8080, with dz-tokens.db in this directory
  server serve --listen 127.0.0.1:0 --database sqlite:/var/lib/dz/tokens.db
  server bootstrap --business Acme --email ada@acme.example
  server openapi > openapi.json
  server config --config server.toml                  what would be in effect, as such a file

Configuration: defaults < file (--config) < environment < flags. The flag --some-option is the environment variable
DZ_SOME_OPTION and the key some_option of the file, which is TOML.

Exit codes:
  0  done, or stopped by a signal
  2  wrong arguments, configuration or key file
  3  the address is taken, or the store or standard output does not work";

/// API tokens that can be created, listed and revoked; a revoked token is refused for ever
#[derive(Debug, Parser)]
#[command(name = "server", version, long_version = version(), after_help = EXAMPLES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Configuration file, TOML; `server config` prints one
    #[arg(
        long,
        value_name = "FILE",
        env = "DZ_CONFIG",
        global = true,
        help_heading = "Configuration"
    )]
    pub config: Option<PathBuf>,
    /// How to log.
    #[command(flatten)]
    pub log: Log,
}

/// The version, and beneath it the contract that the handlers emit, with its hash.
fn version() -> String {
    let sha256 = crate::document::sha256();
    format!(
        "{}\ncontract openapi.json sha256 {sha256}",
        env!("CARGO_PKG_VERSION")
    )
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the API, its document at /openapi.json and Swagger UI at /docs, until SIGTERM or SIGINT
    Serve(Serve),
    /// Create a business and a user where missing, and print a token to begin with
    Bootstrap(Bootstrap),
    /// Bring the database's schema to that of this program, and say what was done
    Migrate(Migrate),
    /// Print the audit trail as JSON lines: who did what, when, and from where
    Audit(Audit),
    /// Look at configuration, keys, store, migrations and clock, change nothing, and say what to do
    Doctor(Serve),
    /// Print the configuration that `serve` would have with the same options, and where each value comes from
    Config(Serve),
    /// Print the OpenAPI document that the handlers emit; needs no database
    Openapi,
    /// Completions and manual pages.
    #[command(flatten)]
    Manual(Manual),
}

/// How to log, always to standard error.
#[derive(Debug, Args)]
pub struct Log {
    /// What to log: a level, or a filter such as `server=debug,sqlx=warn`
    #[arg(
        long = "log",
        value_name = "FILTER",
        env = "DZ_LOG",
        default_value = "info",
        global = true,
        help_heading = "Logging"
    )]
    pub filter: String,
    /// Form of log lines [default: pretty on a terminal, json otherwise]
    #[arg(
        long = "log-format",
        value_name = "FORMAT",
        env = "DZ_LOG_FORMAT",
        global = true,
        help_heading = "Logging"
    )]
    pub chosen_format: Option<LogFormat>,
}

impl Log {
    /// The form that was chosen, or the one that fits whoever reads.
    pub fn format(&self) -> LogFormat {
        self.chosen_format.unwrap_or_else(|| {
            if std::io::stderr().is_terminal() {
                LogFormat::Pretty
            } else {
                LogFormat::Json
            }
        })
    }
}

/// Where the data is.
#[derive(Clone, Debug, Args)]
pub struct Database {
    /// Database: `sqlite:PATH`, created at first start; or `postgres://USER@HOST:PORT/DATABASE`, which replicas share
    #[arg(
        long,
        value_name = "URL",
        env = "DZ_DATABASE",
        hide_env_values = true,
        default_value = "sqlite:dz-tokens.db"
    )]
    pub database: Location,
}

/// `server migrate`.
#[derive(Clone, Debug, Args)]
pub struct Migrate {
    /// Where the data is.
    #[command(flatten)]
    pub at: Database,
    /// Role of PostgreSQL that may serve from now on, and nothing else: it can neither change nor delete a revocation
    #[arg(long, value_name = "ROLE")]
    pub grant_to: Option<String>,
}

/// Where the data and the keys are.
#[derive(Clone, Debug, Args)]
pub struct Storage {
    /// Where the data is.
    #[command(flatten)]
    pub at: Database,
    /// Key file; created at first start, mode 0600 [default: beside the SQLite file, as PATH.keys.json]. With PostgreSQL it is
    /// required, the same for all replicas, and created by the first `bootstrap`. Or give what such a file holds in the
    /// environment variable DZ_KEY_RING, and no file is read or made
    #[arg(long, value_name = "FILE", env = "DZ_KEYS")]
    pub keys: Option<PathBuf>,
    /// The ring itself, from the environment alone.
    #[arg(skip = keys::from_environment())]
    pub key_ring: Option<SecretString>,
}

impl Storage {
    /// Where the data is.
    pub fn location(&self) -> &Location {
        &self.at.database
    }

    /// Where the keys are: in the environment, in the file that was named, or in the one beside a SQLite file.
    ///
    /// # Errors
    ///
    /// [`KeyError::Unnamed`]: PostgreSQL has no place beside it.
    pub fn keys(&self) -> Result<KeySource, KeyError> {
        if let Some(ring) = &self.key_ring {
            return Ok(KeySource::Environment(ring.clone()));
        }
        let beside = |file: &Path| file.with_added_extension("keys.json");
        self.keys
            .clone()
            .or_else(|| self.location().sqlite_file().map(beside))
            .map(KeySource::File)
            .ok_or(KeyError::Unnamed)
    }
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
    /// Where the data and the keys are.
    #[command(flatten)]
    pub storage: Storage,
    /// How TLS is spoken.
    #[command(flatten)]
    pub tls: Tls,
    /// How the server is watched.
    #[command(flatten)]
    pub watching: Watching,
    /// How long things may take.
    #[command(flatten)]
    pub timeouts: Timeouts,
    /// How much clients may ask for.
    #[command(flatten)]
    pub limits: Limits,
}

/// How TLS is spoken. Without these two the server speaks plain HTTP.
#[derive(Debug, Args)]
#[command(next_help_heading = "TLS")]
pub struct Tls {
    /// Certificate in PEM, with those behind it; read again when it changes
    #[arg(long, value_name = "FILE", env = "DZ_TLS_CERT")]
    pub tls_cert: Option<PathBuf>,
    /// Its private key in PEM
    #[arg(long, value_name = "FILE", env = "DZ_TLS_KEY")]
    pub tls_key: Option<PathBuf>,
}

impl Tls {
    /// The two files, if TLS is to be spoken.
    ///
    /// # Errors
    ///
    /// [`TlsError::Half`].
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

/// How the server is watched.
#[derive(Debug, Args)]
#[command(next_help_heading = "Watching")]
pub struct Watching {
    /// Address and port of Prometheus' /metrics, apart from the API; without it there are none
    #[arg(
        long,
        value_name = "ADDR:PORT",
        env = "DZ_METRICS_LISTEN",
        value_parser = values::address
    )]
    pub metrics_listen: Option<SocketAddr>,
    /// Collector that gets traces by OTLP over HTTP, such as http://127.0.0.1:4318; in builds with the feature `otlp`
    #[arg(
        long,
        value_name = "URL",
        env = "DZ_OTLP_ENDPOINT",
        hide_env_values = true
    )]
    pub otlp_endpoint: Option<String>,
}

/// How long things may take.
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
    /// Seconds that a connection may take to send the head of a request, be idle between two, or leave an answer unread
    #[arg(
        long,
        value_name = "SECONDS",
        env = "DZ_HEAD_TIMEOUT",
        default_value = "30",
        value_parser = values::seconds
    )]
    pub head_timeout: Duration,
    /// Seconds that requests in progress get when the server is asked to stop
    #[arg(
        long,
        value_name = "SECONDS",
        env = "DZ_DRAIN_TIMEOUT",
        default_value = "10",
        value_parser = values::seconds
    )]
    pub drain_timeout: Duration,
}

/// How much clients may ask for.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub struct Limits {
    /// Connections at the same time, as far as the limit of open files allows; one more is answered with 503
    #[arg(
        long,
        value_name = "NUMBER",
        env = "DZ_MAX_CONNECTIONS",
        default_value = "10000"
    )]
    pub max_connections: NonZeroU32,
    /// Requests a second of one user, or `off`; more are answered with 429 [default: 50, or off when listening on loopback]
    #[arg(long, value_name = "NUMBER", env = "DZ_RATE_PER_CALLER")]
    pub rate_per_caller: Option<Rate>,
    /// Requests a second from one address (IPv6: one /64), or `off` [default: 100, or off when listening on loopback]
    #[arg(long, value_name = "NUMBER", env = "DZ_RATE_PER_ADDRESS")]
    pub rate_per_address: Option<Rate>,
    /// Proxies whose X-Forwarded-For is believed: addresses or networks such as 10.0.0.0/8, parted by commas
    #[arg(
        long,
        value_name = "NETWORKS",
        env = "DZ_TRUSTED_PROXIES",
        value_parser = values::networks
    )]
    pub trusted_proxies: Vec<Box<[IpNet]>>,
}

impl Serve {
    /// The exporter of traces, if a collector is named.
    ///
    /// # Errors
    ///
    /// [`TracesError`].
    pub fn traces(&self, runtime: &Handle) -> Result<Option<Traces>, TracesError> {
        let endpoint = self.watching.otlp_endpoint.as_deref();
        endpoint
            .map(|endpoint| Traces::start(endpoint, runtime))
            .transpose()
    }

    /// Whether only this machine can reach the server.
    pub(crate) fn is_local(&self) -> bool {
        self.listen.ip().to_canonical().is_loopback()
    }

    /// Requests a second of one user, and from one address. By default a server that only this machine can reach has no limits.
    pub fn rates(&self) -> (Rate, Rate) {
        let default = |number| {
            if self.is_local() {
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

/// `server audit`.
#[derive(Debug, Args)]
pub struct Audit {
    /// From when on: an instant (RFC 3339), a day (UTC), or how long ago, such as 24h or 7d [default: all]
    #[arg(long, value_name = "WHEN")]
    pub since: Option<Since>,
    /// Where the data is.
    #[command(flatten)]
    pub at: Database,
}

/// `server bootstrap`.
#[derive(Debug, Args)]
pub struct Bootstrap {
    /// Name of the business, created when there is none of this name
    #[arg(long, value_name = "NAME", value_parser = values::name)]
    pub business: String,
    /// Email of the user, created when unknown
    #[arg(long, value_name = "EMAIL", value_parser = values::email)]
    pub email: String,
    /// Role of the user in the business; bootstrap refuses to change an existing one
    #[arg(long, value_name = "ROLE", default_value = "admin")]
    pub role: Role,
    /// How long the token is good for: a number of days, hours, minutes or seconds, such as 90d, 12h, 30m or 2s; at most 365d
    #[arg(long, value_name = "TIME", default_value = "365d", value_parser = values::lifetime)]
    pub expires_in: Duration,
    /// Print one JSON object instead of text
    #[arg(long)]
    pub json: bool,
    /// Where the data and the keys are.
    #[command(flatten)]
    pub storage: Storage,
}
