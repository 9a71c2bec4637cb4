//! `server bootstrap`: the first business, the first user and the first token, which every other request needs.

use secrecy::ExposeSecret;
use serde::Serialize;
use uuid::Uuid;

use super::operator::operator;
use crate::config::Bootstrap;
use crate::domain::issue::{Order, issue};
use crate::domain::keys::KeyRing;
use crate::exit::Failure;
use crate::startup::{Purpose, open};
use crate::store::{Author, MemberChange, Store};
use crate::timestamp::Timestamp;

/// The output of `--format json`.
#[derive(Serialize)]
struct Report<'a> {
    business_id: Uuid,
    business: &'a str,
    user_id: Uuid,
    email: &'a str,
    role: &'static str,
    token_id: Uuid,
    jti: Uuid,
    token: &'a str,
    expires_at: Timestamp,
}

/// Creates business, user and membership where they are missing, and mints a token. Returns the text to print. It may be run any
/// number of times, also while a server runs on the same file: each run prints another token.
///
/// The limit of active tokens does not apply, so that a user who lost all tokens can get a new one.
///
/// # Errors
///
/// [`Failure::OtherRole`] when the user has another role in the business; other failures when store or keys are not available.
pub async fn bootstrap(command: Bootstrap) -> Result<String, Failure> {
    let (store, keys) = open(&command.storage, Purpose::Administer).await?;
    let printed = mint_first(&store, &keys, &command).await;
    store.close().await;
    printed
}

async fn mint_first(store: &Store, keys: &KeyRing, command: &Bootstrap) -> Result<String, Failure> {
    let membership = store
        .ensure_member(MemberChange {
            business: command.business.clone(),
            email: command.email.clone(),
            role: command.role,
            operator: operator(),
        })
        .await
        .map_err(|source| Failure::store(command.storage.location(), source))?;
    if membership.role != command.role {
        return Err(Failure::OtherRole {
            business: command.business.clone(),
            email: command.email.clone(),
            actual: membership.role.name(),
        });
    }
    let order = Order {
        business_id: membership.business_id,
        user_id: membership.user_id,
        name: "bootstrap".to_owned(),
        description: Some("Minted on the command line by `server bootstrap`".to_owned()),
        lifetime: command.expires_in,
        max_active: None,
        by: Author::Operator(operator()),
    };
    let (token, record) = issue(store, keys, order)
        .await?
        .expect("an order without a limit is never refused");

    let report = Report {
        business_id: membership.business_id,
        business: &command.business,
        user_id: membership.user_id,
        email: &command.email,
        role: membership.role.name(),
        token_id: record.id,
        jti: record.jti,
        token: token.text.expose_secret(),
        expires_at: record.expires_at,
    };
    if command.output.is_json() {
        return Ok(serde_json::to_string(&report)
            .expect("a report has no value that does not serialise")
            + "\n");
    }
    let Report {
        business_id,
        business,
        email,
        role,
        token,
        expires_at,
        ..
    } = report;
    Ok(format!(
        "{email} is {role} of {business}.\n\
         Business id:  {business_id}\n\
         Token:        {token}\n\
         Expires:      {expires_at}\n\
         The token is shown once. Keep it like a password.\n"
    ))
}
