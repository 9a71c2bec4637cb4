//! The options of the commands of operators on the store.

use std::time::Duration;

use clap::{Args, Subcommand};
use uuid::Uuid;

use super::help;
use super::output::Output;
use super::storage::Database;
use super::values;
use crate::store::Role;

/// `server tokens`.
#[derive(Debug, Subcommand)]
pub enum Tokens {
    /// List the tokens of a user or a business, and where each comes from
    #[command(after_help = help::on_store(&["tokens list --user ada@acme.example", "tokens list --business Acme --format json"]))]
    List(TokensList),
}

/// `server tokens list`.
#[derive(Debug, Args)]
pub struct TokensList {
    /// Whose tokens.
    #[command(flatten)]
    pub of: Holder,
    /// How to print.
    #[command(flatten)]
    pub output: Output,
    /// The database.
    #[command(flatten)]
    pub database: Database,
}

/// A user or a business.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Holder {
    /// The user's tokens in every business
    #[arg(long, value_name = "EMAIL", value_parser = values::email)]
    pub user: Option<String>,
    /// The tokens of the business with this id or name
    #[arg(long, value_name = "ID", value_parser = values::name)]
    pub business: Option<String>,
}

/// `server revoke`.
#[derive(Debug, Args)]
pub struct Revoke {
    /// Which tokens.
    #[command(flatten)]
    pub tokens: Selected,
    /// Why; it is recorded with each revocation
    #[arg(long, value_name = "TEXT", value_parser = values::reason)]
    pub reason: String,
    /// Also revoke the tokens that these have minted, and those that were minted with them, and so on
    #[arg(long)]
    pub descendants: bool,
    /// How to print.
    #[command(flatten)]
    pub output: Output,
    /// The database.
    #[command(flatten)]
    pub database: Database,
}

/// A token, a user or a business.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Selected {
    /// The token with this id or jti
    #[arg(long, value_name = "ID")]
    pub token: Option<Uuid>,
    /// All tokens of the user, in every business
    #[arg(long, value_name = "EMAIL", value_parser = values::email)]
    pub user: Option<String>,
    /// All tokens of the business with this id or name
    #[arg(long, value_name = "ID", value_parser = values::name)]
    pub business: Option<String>,
}

/// `server users`.
#[derive(Debug, Subcommand)]
pub enum Users {
    /// List the users of a business or of all, with their roles
    #[command(after_help = help::on_store(&["users list", "users list --business Acme --format json"]))]
    List(UsersList),
    /// Add a user to a business; a deactivated user becomes active again, without tokens
    #[command(after_help = help::on_store(&["users add --business Acme --email bob@acme.example --role member"]))]
    Add(Member),
    /// Give a member of a business another role, from its next request on
    #[command(after_help = help::on_store(&["users role --business Acme --email bob@acme.example --role admin"]))]
    Role(Member),
    /// Deactivate a user: revoke all tokens of it, and mint no others
    #[command(after_help = help::on_store(&["users deactivate --email bob@acme.example --reason left"]))]
    Deactivate(Deactivate),
}

/// `server users list`.
#[derive(Debug, Args)]
pub struct UsersList {
    /// The business with this id or name [default: all]
    #[arg(long, value_name = "ID", value_parser = values::name)]
    pub business: Option<String>,
    /// How to print.
    #[command(flatten)]
    pub output: Output,
    /// The database.
    #[command(flatten)]
    pub database: Database,
}

/// `server users add` and `server users role`.
#[derive(Debug, Args)]
pub struct Member {
    /// The business, by its id or name
    #[arg(long, value_name = "ID", value_parser = values::name)]
    pub business: String,
    /// The user's email
    #[arg(long, value_name = "EMAIL", value_parser = values::email)]
    pub email: String,
    /// The role in the business
    #[arg(long, value_name = "ROLE")]
    pub role: Role,
    /// The database.
    #[command(flatten)]
    pub database: Database,
}

/// `server users deactivate`.
#[derive(Debug, Args)]
pub struct Deactivate {
    /// The user's email
    #[arg(long, value_name = "EMAIL", value_parser = values::email)]
    pub email: String,
    /// Why; it is recorded, also with each revocation
    #[arg(long, value_name = "TEXT", value_parser = values::reason)]
    pub reason: String,
    /// The database.
    #[command(flatten)]
    pub database: Database,
}

/// `server businesses`.
#[derive(Debug, Subcommand)]
pub enum Businesses {
    /// List the businesses
    #[command(after_help = help::on_store(&["businesses list", "businesses list --format json"]))]
    List(BusinessesList),
    /// Add a business, unless there is one with this name
    #[command(after_help = help::on_store(&["businesses add --name Acme"]))]
    Add(BusinessesAdd),
}

/// `server businesses list`.
#[derive(Debug, Args)]
pub struct BusinessesList {
    /// How to print.
    #[command(flatten)]
    pub output: Output,
    /// The database.
    #[command(flatten)]
    pub database: Database,
}

/// `server businesses add`.
#[derive(Debug, Args)]
pub struct BusinessesAdd {
    /// The name of the business
    #[arg(long, value_name = "NAME", value_parser = values::name)]
    pub name: String,
    /// The database.
    #[command(flatten)]
    pub database: Database,
}

/// `server prune`.
#[derive(Debug, Args)]
pub struct Prune {
    /// Delete what is older than this: a number of days, hours, minutes or seconds, such as 400d
    #[arg(long, value_name = "DURATION", value_parser = values::age)]
    pub older_than: Duration,
    /// The database.
    #[command(flatten)]
    pub database: Database,
}
