//! Configuration: the options of every command, each declared once.
//!
//! Each option of `server serve` has a flag `--some-option`, an environment variable `DZ_SOME_OPTION` and a key `some_option`
//! of the file that `--config` names. Defaults < file < environment < flags. A secret has no flag, since every process on the
//! machine can read flags: `DZ_KEY_RING` exists only as an environment variable.

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

/// The default rate of one user, in requests a second, for a server that other machines can reach.
const CALLER_RATE: NonZeroU32 = NonZeroU32::new(50).expect("not zero");

/// The default rate of one address, in requests a second, for a server that other machines can reach.
const ADDRESS_RATE: NonZeroU32 = NonZeroU32::new(100).expect("not zero");

/// The text below the options in `server --help`.
const EXAMPLES: &str = "\
Examples:
  server serve                                        on 127.0.0.1:8080, with dz-tokens.db in this directory
  server serve --listen 127.0.0.1:0 --database sqlite:/var/lib/dz/tokens.db
  server bootstrap --business Acme --email ada@acme.example
  server openapi > openapi.json
  server config --config server.toml                  the configuration in effect, as such a file

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
    /// The command.
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
    /// The options of logging.
    #[command(flatten)]
    pub log: Log,
}

/// Returns the version and, on a second line, the hash of the contract that the handlers emit.
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
    /// Apply the schema migrations of this program to the database, and print what was applied
    Migrate(Migrate),
    /// Print the audit trail as JSON lines: who did what, when, and from where
    Audit(Audit),
    /// Check configuration, keys, store, migrations and clock, change nothing, and print what to do
    Doctor(Serve),
    /// Print the configuration that `serve` would use with the same options, and where each value comes from
    Config(Serve),
    /// Print the OpenAPI document that the handlers emit; needs no database
    Openapi,
    /// The commands that print shell completions and manual pages.
    #[command(flatten)]
    Manual(Manual),
}

/// The options of logging. Logs go to standard error.
#[derive(Debug, Args)]
pub struct Log {
    /// Log filter: a level, or directives such as `server=debug,sqlx=warn`
    #[arg(
        long = "log",
        value_name = "FILTER",
        env = "DZ_LOG",
        default_value = "info",
        global = true,
        help_heading = "Logging"
    )]
    pub filter: String,
    /// Format of log lines [default: pretty on a terminal, json otherwise]
    #[arg(
        long = "log-format",
        value_name = "FORMAT",
        env = "DZ_LOG_FORMAT",
        global = true,
        help_heading = "Logging"
    )]
    pub explicit_format: Option<LogFormat>,
}

impl Log {
    /// Returns the format that was given; otherwise pretty on a terminal, and JSON elsewhere.
    pub fn format(&self) -> LogFormat {
        self.explicit_format.unwrap_or_else(|| {
            if std::io::stderr().is_terminal() {
                LogFormat::Pretty
            } else {
                LogFormat::Json
            }
        })
    }
}

/// The option that names the database.
#[derive(Clone, Debug, Args)]
pub struct Database {
    /// Database: `sqlite:PATH`, created at first start; or `postgres://USER@HOST:PORT/DATABASE`, which replicas share
    #[arg(
        id = "database",
        long = "database",
        value_name = "URL",
        env = "DZ_DATABASE",
        hide_env_values = true,
        default_value = "sqlite:dz-tokens.db"
    )]
    pub location: Location,
}

/// `server migrate`.
#[derive(Clone, Debug, Args)]
pub struct Migrate {
    /// The database to migrate.
    #[command(flatten)]
    pub database: Database,
    /// PostgreSQL role to grant what `serve` needs and nothing more: it can neither change nor delete a revocation
    #[arg(long, value_name = "ROLE")]
    pub grant_to: Option<String>,
}

/// The options that name the database and the keys.
#[derive(Clone, Debug, Args)]
pub struct Storage {
    /// The database.
    #[command(flatten)]
    pub database: Database,
    /// Key file; created at first start, mode 0600 [default: beside the SQLite file, as PATH.keys.json]. With PostgreSQL it is
    /// required, the same for all replicas, and created by the first `bootstrap`. To use no file, give its contents in the
    /// environment variable DZ_KEY_RING
    #[arg(long, value_name = "FILE", env = "DZ_KEYS")]
    pub keys: Option<PathBuf>,
    /// The key ring from the environment variable `DZ_KEY_RING`, if it is set.
    #[arg(skip = keys::from_environment())]
    pub key_ring: Option<SecretString>,
}

impl Storage {
    /// Returns the location of the database.
    pub fn location(&self) -> &Location {
        &self.database.location
    }

    /// Returns where the keys are: in the environment, in the named file, or in the default file beside a SQLite file.
    ///
    /// # Errors
    ///
    /// [`KeyError::Unnamed`] with PostgreSQL, which has no default file.
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
    /// The database and the keys.
    #[command(flatten)]
    pub storage: Storage,
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
    /// Requests a second of one user, or `off`; more are answered with 429 [default: 50, or off when listening on loopback]
    #[arg(long, value_name = "NUMBER", env = "DZ_RATE_PER_CALLER")]
    pub rate_per_caller: Option<Rate>,
    /// Requests a second from one address (IPv6: one /64), or `off` [default: 100, or off when listening on loopback]
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

    /// Returns the rate of one user and the rate of one address. By default a server that only this machine can reach has none.
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
    /// Print events since an instant (RFC 3339), a day (UTC), or a time ago such as 24h or 7d [default: all events]
    #[arg(long, value_name = "WHEN")]
    pub since: Option<Since>,
    /// The database.
    #[command(flatten)]
    pub database: Database,
}

/// `server bootstrap`.
#[derive(Debug, Args)]
pub struct Bootstrap {
    /// Name of the business, created when no business has this name
    #[arg(long, value_name = "NAME", value_parser = values::name)]
    pub business: String,
    /// Email of the user, created when no user has this email
    #[arg(long, value_name = "EMAIL", value_parser = values::email)]
    pub email: String,
    /// Role of the user in the business; bootstrap refuses to change an existing one
    #[arg(long, value_name = "ROLE", default_value = "admin")]
    pub role: Role,
    /// Lifetime of the token: a number of days, hours, minutes or seconds, such as 90d, 12h, 30m or 2s; at most 365d
    #[arg(long, value_name = "TIME", default_value = "365d", value_parser = values::lifetime)]
    pub expires_in: Duration,
    /// Print one JSON object instead of text
    #[arg(long)]
    pub json: bool,
    /// The database and the keys.
    #[command(flatten)]
    pub storage: Storage,
}
