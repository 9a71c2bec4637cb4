//! `server tokens list` and `server revoke`.

use serde::Serialize;
use uuid::Uuid;

use super::operator::operator;
use super::output::{json_lines, table};
use crate::config::{Holder, Revoke, Selected, TokensList};
use crate::exit::Failure;
use crate::startup::open_unchanged;
use crate::store::{LINES, Mass, Selection, Store, TokenLine};
use crate::timestamp::Timestamp;

/// A token in the output of `--format json`.
#[derive(Serialize)]
struct Shown<'a> {
    id: Uuid,
    jti: Uuid,
    name: &'a str,
    user_id: Uuid,
    email: &'a str,
    business_id: Uuid,
    state: &'static str,
    created_at: Timestamp,
    expires_at: Timestamp,
    last_used_at: Option<Timestamp>,
    /// The token that minted it.
    minted_by: Option<Uuid>,
    /// The operating system's user who minted it.
    operator: Option<&'a str>,
    revoked_at: Option<Timestamp>,
    revoked_by: Option<&'a str>,
    revocation_reason: Option<&'a str>,
}

/// The output of `server revoke --format json`.
#[derive(Serialize)]
struct Report {
    revoked: Vec<Uuid>,
    already_revoked: usize,
}

/// Lists the tokens of a user or a business.
///
/// # Errors
///
/// [`Failure::Store`], [`Failure::Refused`] or [`Failure::Stdout`].
pub async fn list(command: TokensList) -> Result<(), Failure> {
    let at = &command.database.location;
    let failed = |source| Failure::store(at, source);
    let store = open_unchanged(at).await.map_err(failed)?;
    let Holder { user, business } = command.of;
    let selection = user
        .map(Selection::User)
        .or(business.map(Selection::Business));
    let selection = selection.expect("clap demands one of the two");
    let mut after = None;
    loop {
        let tokens = store.selected_tokens(selection.clone(), after).await;
        let tokens = tokens.map_err(failed)?;
        let is_read = if command.output.is_json() {
            json_lines(&tokens.iter().map(shown).collect::<Vec<_>>())?
        } else {
            table(HEADER, tokens.iter().map(|token| row(&shown(token))))?
        };
        after = tokens.last().map(|token| (token.created_at, token.id));
        if !is_read || tokens.len() < LINES as usize {
            break;
        }
    }
    store.close().await;
    Ok(())
}

const HEADER: [&str; 7] = [
    "ID",
    "STATE",
    "USER",
    "NAME",
    "EXPIRES",
    "LAST USED",
    "MINTED BY",
];

fn shown(token: &TokenLine) -> Shown<'_> {
    let revocation = token.revocation.as_ref();
    Shown {
        id: token.id,
        jti: token.jti,
        name: &token.name,
        user_id: token.user_id,
        email: &token.email,
        business_id: token.business_id,
        state: match revocation {
            Some(_) => "revoked",
            None if token.expires_at <= Timestamp::now() => "expired",
            None => "active",
        },
        created_at: token.created_at,
        expires_at: token.expires_at,
        last_used_at: token.last_used_at,
        minted_by: token.minted_by,
        operator: token.operator.as_deref(),
        revoked_at: revocation.map(|revocation| revocation.revoked_at),
        revoked_by: revocation.map(|revocation| revocation.revoked_by.as_str()),
        revocation_reason: revocation.and_then(|revocation| revocation.reason.as_deref()),
    }
}

fn row(token: &Shown<'_>) -> [String; 7] {
    let used = token.last_used_at.map(|at| at.to_string());
    let minter = match (token.minted_by, token.operator) {
        (Some(by), _) => format!("token {by}"),
        (None, Some(operator)) => operator.to_owned(),
        (None, None) => "command line".to_owned(),
    };
    [
        token.id.to_string(),
        token.state.to_owned(),
        token.email.to_owned(),
        token.name.to_owned(),
        token.expires_at.to_string(),
        used.unwrap_or_else(|| "never".to_owned()),
        minter,
    ]
}

/// Revokes the selected tokens. Returns the text to print. Running it again revokes what was minted since then, and changes
/// nothing else.
///
/// # Errors
///
/// [`Failure::Store`] or [`Failure::Refused`]; then nothing was revoked.
pub async fn revoke(command: Revoke) -> Result<String, Failure> {
    let at = &command.database.location;
    let failed = |source| Failure::store(at, source);
    let store = open_unchanged(at).await.map_err(failed)?;
    let Selected {
        token,
        user,
        business,
    } = command.tokens;
    let selection = token
        .map(Selection::Token)
        .or(user.map(Selection::User))
        .or(business.map(Selection::Business));
    let mass = Mass {
        selection: selection.expect("clap demands one of the three"),
        descendants: command.descendants,
        reason: command.reason,
        operator: operator(),
    };
    let said = revoke_all(&store, mass, command.output.is_json()).await;
    store.close().await;
    said.map_err(failed)
}

async fn revoke_all(
    store: &Store,
    mass: Mass,
    json: bool,
) -> Result<String, crate::store::StoreError> {
    let revoked = store.revoke_all(mass).await?;
    if json {
        let report = Report {
            revoked: revoked.first.iter().map(|token| token.id).collect(),
            already_revoked: revoked.already,
        };
        let report = serde_json::to_string(&report);
        return Ok(report.expect("a report has no value that does not serialise") + "\n");
    }
    let lines = revoked.first.iter().map(|token| {
        let name = token.name.escape_debug();
        format!("revoked {} of {}: {name}\n", token.id, token.email)
    });
    let total = format!(
        "{} revoked now, {} before\n",
        revoked.first.len(),
        revoked.already
    );
    Ok(lines.chain([total]).collect())
}
