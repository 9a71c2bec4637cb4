//! Configuration: the options of every command, each declared once.
//!
//! Each option of `server serve` has a flag `--some-option`, an environment variable `DZ_SOME_OPTION` and a key `some_option`
//! of the file that `--config` names. Defaults < file < environment < flags. A secret has no flag, since every process on the
//! machine can read flags: `DZ_KEY_RING` exists only as an environment variable.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use manual::Manual;

use crate::store::Role;
use crate::telemetry::LogFormat;

mod effective;
mod file;
mod help;
mod layers;
mod operators;
mod output;
mod serve;
mod since;
mod storage;
mod values;

pub use effective::effective;
pub use file::FileError;
pub(crate) use layers::load_again;
pub use layers::{Configured, Origins, load};
pub use operators::{
    Businesses, BusinessesAdd, BusinessesList, Deactivate, Holder, Member, Prune, Revoke, Selected,
    Tokens, TokensList, Users, UsersList,
};
pub use output::Output;
pub use serve::{Limits, Monitoring, Pool, Serve, Switch, Timeouts, Tls};
pub use since::Since;
pub use storage::{Database, Storage};

/// API tokens that can be created, listed and revoked; a revoked token is refused for ever
#[derive(Debug, Parser)]
#[command(
    name = "server",
    version,
    long_version = version(),
    after_help = help::program(),
    term_width = manual::help_columns()
)]
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
    #[command(after_help = help::serve())]
    Serve(Serve),
    /// Create a business and a user where missing, and print a token to begin with
    #[command(after_help = help::on_store(&["bootstrap --business Acme --email ada@acme.example", "bootstrap --business Acme --email bob@acme.example --role member"]))]
    Bootstrap(Bootstrap),
    /// Apply the schema migrations of this program to the database, and print what was applied
    #[command(after_help = help::on_store(&["migrate", "migrate --grant-to tokens_server"]))]
    Migrate(Migrate),
    /// Print the audit trail as JSON lines: who did what, when, and from where
    #[command(after_help = help::on_store(&["audit", "audit --since 24h | jq .action"]))]
    Audit(Audit),
    /// List tokens, and where each comes from
    #[command(subcommand, after_help = help::on_store(&["tokens list --user ada@acme.example"]))]
    Tokens(Tokens),
    /// Revoke a token, or all tokens of a user or a business
    #[command(
        after_help = help::on_store(&["revoke --user ada@acme.example --reason left", "revoke --business Acme --reason closed --descendants"]),
        // clap does not break this line.
        override_usage = "server revoke [OPTIONS] --reason <TEXT>\n       <--token <ID>|--user <EMAIL>|--business <ID>>"
    )]
    Revoke(Revoke),
    /// List, add and deactivate users, and change their roles
    #[command(subcommand, after_help = help::on_store(&["users list", "users add --business Acme --email bob@acme.example --role member"]))]
    Users(Users),
    /// List and add businesses
    #[command(subcommand, after_help = help::on_store(&["businesses list", "businesses add --name Acme"]))]
    Businesses(Businesses),
    /// Delete expired tokens and old events of the audit trail
    #[command(after_help = help::on_store(&["prune --older-than 400d"]))]
    Prune(Prune),
    /// Check configuration, keys, store, migrations and clock without changing anything, and print what to fix
    #[command(after_help = help::doctor())]
    Doctor(Serve),
    /// Print the configuration that `serve` would use with the same options, and where each value comes from
    #[command(after_help = help::prints(&["config", "config --listen 127.0.0.1:0 > server.toml"]))]
    Config(Serve),
    /// Print the OpenAPI document that the handlers emit; needs no database
    #[command(after_help = help::prints(&["openapi > openapi.json"]))]
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
    /// Format of log lines [default: text on a terminal, json otherwise]
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
    /// Returns the format that was given; otherwise text on a terminal, and JSON elsewhere.
    pub fn format(&self) -> LogFormat {
        self.explicit_format.unwrap_or_else(|| {
            if std::io::stderr().is_terminal() {
                LogFormat::Text
            } else {
                LogFormat::Json
            }
        })
    }
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
    /// How to print.
    #[command(flatten)]
    pub output: Output,
    /// The database and the keys.
    #[command(flatten)]
    pub storage: Storage,
}
