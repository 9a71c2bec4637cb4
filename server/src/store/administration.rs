//! What operators ask of the store on the command line, the same for both databases.

use std::fmt;

use serde::Serialize;
use uuid::Uuid;

use super::audit::{AuditAction, Author, NewAuditEvent};
use super::error::StoreError;
use super::records::Revocation;
use super::role::Role;
use crate::timestamp::Timestamp;

/// What the blacklist shows as the one who revoked: users see it, and need not know the operating system's users.
pub(super) const REVOKED_BY: &str = "operator";

/// The most tokens that are listed at a time.
pub(crate) const LINES: u32 = 5000;

/// The most rows that are pruned in one transaction.
pub(super) const PAGE: u32 = 1000;

/// The tokens that a command is about.
#[derive(Clone, Debug)]
pub(crate) enum Selection {
    /// The token with this id or `jti`.
    Token(Uuid),
    /// All tokens of the user with this email, in every business.
    User(String),
    /// All tokens of the business with this id or name.
    Business(String),
}

impl Selection {
    /// Builds the error that there is none.
    pub(super) fn missing(&self) -> StoreError {
        StoreError::Refused(format!("there is no {self}"))
    }
}

impl fmt::Display for Selection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token(id) => write!(formatter, "token with the id or jti {id}"),
            Self::User(email) => write!(formatter, "user with the email {email}"),
            Self::Business(business) => {
                write!(formatter, "business with the id or name {business}")
            }
        }
    }
}

/// A token as `server tokens list` shows it.
#[derive(Clone, Debug)]
pub(crate) struct TokenLine {
    pub(crate) id: Uuid,
    pub(crate) jti: Uuid,
    pub(crate) name: String,
    pub(crate) user_id: Uuid,
    pub(crate) email: String,
    pub(crate) business_id: Uuid,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) last_used_at: Option<Timestamp>,
    /// The token that minted it; `None` if it was minted on the command line.
    pub(crate) minted_by: Option<Uuid>,
    /// The operating system's user who minted it on the command line, if that is on record.
    pub(crate) operator: Option<String>,
    pub(crate) revocation: Option<Revocation>,
}

/// The revocation of all selected tokens.
#[derive(Clone, Debug)]
pub(crate) struct Mass {
    pub(crate) selection: Selection,
    /// Whether the tokens are included that the selected ones have minted, and those that these have minted, and so on.
    pub(crate) descendants: bool,
    pub(crate) reason: String,
    pub(crate) operator: String,
}

impl Mass {
    /// Builds the event of the deactivation of this user.
    pub(super) fn of_deactivation(&self, user: Uuid) -> NewAuditEvent {
        NewAuditEvent {
            target_user_id: Some(user),
            reason: Some(self.reason.clone()),
            ..NewAuditEvent::new(
                AuditAction::UserDeactivated,
                Author::Operator(self.operator.clone()),
            )
        }
    }

    /// Builds the event of the first revocation of this token.
    pub(super) fn event(&self, token: &TokenLine) -> NewAuditEvent {
        NewAuditEvent {
            business_id: Some(token.business_id),
            target_token_id: Some(token.id),
            target_user_id: Some(token.user_id),
            reason: Some(self.reason.clone()),
            ..NewAuditEvent::new(
                AuditAction::Revoked,
                Author::Operator(self.operator.clone()),
            )
        }
    }
}

/// The tokens of a [`Mass`] revocation, all of which are revoked now.
#[derive(Debug, Default)]
pub(crate) struct MassRevoked {
    /// Those that were not revoked before.
    pub(crate) first: Vec<TokenLine>,
    /// The number of the others.
    pub(crate) already: usize,
}

/// A user in a business, as `server users list` shows it.
#[derive(Debug, Serialize)]
pub(crate) struct UserLine {
    pub(crate) user_id: Uuid,
    pub(crate) email: String,
    pub(crate) business_id: Uuid,
    pub(crate) business: String,
    pub(crate) role: String,
    pub(crate) created_at: Timestamp,
    pub(crate) deactivated_at: Option<Timestamp>,
}

/// A business, as `server businesses list` shows it.
#[derive(Debug, Serialize)]
pub(crate) struct BusinessLine {
    pub(crate) business_id: Uuid,
    pub(crate) name: String,
    pub(crate) created_at: Timestamp,
}

/// A change of a user's membership.
#[derive(Clone, Debug)]
pub(crate) struct MemberChange {
    /// The id or name of the business.
    pub(crate) business: String,
    pub(crate) email: String,
    pub(crate) role: Role,
    pub(crate) operator: String,
}

impl MemberChange {
    /// Builds the event of a change of this user, in a business or in all of them.
    pub(super) fn event(
        &self,
        action: AuditAction,
        business: Option<Uuid>,
        user: Uuid,
    ) -> NewAuditEvent {
        NewAuditEvent {
            business_id: business,
            target_user_id: Some(user),
            role: business.map(|_| self.role),
            ..NewAuditEvent::new(action, Author::Operator(self.operator.clone()))
        }
    }

    /// Builds the error that the user is not a member of the business.
    pub(super) fn not_a_member(&self) -> StoreError {
        StoreError::Refused(format!(
            "{} is not a member of {}. `server users add` adds a member",
            self.email, self.business
        ))
    }

    /// Builds the error that the user is deactivated.
    pub(super) fn deactivated(&self) -> StoreError {
        StoreError::Refused(format!(
            "{0} is deactivated. `server users add --email {0} --business '{1}' --role {2}` activates the user again",
            self.email,
            self.business,
            self.role.name()
        ))
    }
}

/// Builds the event of the addition of a business.
pub(super) fn business_added(business: Uuid, operator: &str) -> NewAuditEvent {
    NewAuditEvent {
        business_id: Some(business),
        ..NewAuditEvent::new(
            AuditAction::BusinessAdded,
            Author::Operator(operator.to_owned()),
        )
    }
}

/// Checks the name of a new business: one that looks like an id would be taken for the id of another.
pub(super) fn require_name(name: &str) -> Result<(), StoreError> {
    if Uuid::try_parse(name).is_ok() {
        return Err(StoreError::Refused(format!(
            "{name} is not the name of a business: it looks like an id"
        )));
    }
    Ok(())
}

/// What [`MemberChange`] has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MemberChanged {
    /// The user is a member now.
    Added,
    /// The user was deactivated, and is active again.
    Activated,
    /// The user had another role.
    Role(Role),
    /// Nothing: it was so before.
    Nothing,
}

impl MemberChanged {
    /// Returns what a user has become who had no membership if one was added, and was deactivated if that has ended.
    pub(super) fn by(is_added: bool, is_activated: bool) -> Self {
        match (is_added, is_activated) {
            (true, _) => Self::Added,
            (false, true) => Self::Activated,
            (false, false) => Self::Nothing,
        }
    }

    /// Returns the role that the member has after a change that asked for `role`.
    pub(super) fn role(self, role: Role) -> Role {
        match self {
            Self::Role(other) => other,
            Self::Added | Self::Activated | Self::Nothing => role,
        }
    }
}

/// What `server prune` has deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pruned {
    pub(crate) tokens: u64,
    pub(crate) revocations: u64,
    pub(crate) events: u64,
}

impl Pruned {
    /// Builds the event of it.
    pub(super) fn event(self, before: Timestamp, operator: &str) -> NewAuditEvent {
        let Self {
            tokens,
            revocations,
            events,
        } = self;
        NewAuditEvent {
            reason: Some(format!(
                "older than {before}: {tokens} tokens, {revocations} revocations, {events} events"
            )),
            ..NewAuditEvent::new(AuditAction::Pruned, Author::Operator(operator.to_owned()))
        }
    }
}
