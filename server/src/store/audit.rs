//! The audit trail: who did what, when and from where. Append-only, like the revocations that most of it is about.

use std::net::IpAddr;

use serde::Serialize;
use uuid::Uuid;

use super::role::Role;
use crate::timestamp::Timestamp;

/// An authenticated caller, as the trail records it.
#[derive(Clone, Debug)]
pub(crate) struct Actor {
    pub(crate) user_id: Uuid,
    /// The token that the caller used.
    pub(crate) token_id: Uuid,
    pub(crate) jti: Uuid,
    pub(crate) business_id: Uuid,
    /// The client's address: the other end of the connection, or the one that trusted proxies report.
    pub(crate) remote_address: Option<IpAddr>,
    /// What `x-user-email` claimed: recorded, never an identity.
    pub(crate) claimed_email: Option<String>,
}

/// Who does something.
#[derive(Clone, Debug)]
pub(crate) enum Author {
    /// An authenticated caller.
    Caller(Actor),
    /// The operating system's user who runs a command.
    Operator(String),
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AuditAction {
    /// A token was created over the API.
    Created,
    /// A token was minted on the command line.
    Bootstrapped,
    /// A token was revoked.
    Revoked,
    /// A revocation of a token that was revoked already; nothing changed.
    RevokeRepeated,
    /// A revocation that the caller may not make.
    RevokeRefused,
    /// A revoked token was used.
    UsedAfterRevocation,
    /// A business was added.
    BusinessAdded,
    /// A user was added to a business, with a role.
    UserAdded,
    /// A user has another role in a business.
    RoleChanged,
    /// A user was deactivated, and all tokens of the user revoked.
    UserDeactivated,
    /// A deactivated user may have tokens again.
    UserActivated,
    /// Expired tokens and old events were deleted.
    Pruned,
}

impl AuditAction {
    /// Returns the name that the trail stores, which never changes.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Created => "token.created",
            Self::Bootstrapped => "token.bootstrapped",
            Self::Revoked => "token.revoked",
            Self::RevokeRepeated => "token.revoke_repeated",
            Self::RevokeRefused => "token.revoke_refused",
            Self::UsedAfterRevocation => "token.used_after_revocation",
            Self::BusinessAdded => "business.added",
            Self::UserAdded => "user.added",
            Self::RoleChanged => "user.role_changed",
            Self::UserDeactivated => "user.deactivated",
            Self::UserActivated => "user.activated",
            Self::Pruned => "store.pruned",
        }
    }
}

/// An event to be recorded. The store adds its number and its instant.
#[derive(Clone, Debug)]
pub(crate) struct NewAuditEvent {
    pub(crate) action: AuditAction,
    pub(crate) author: Author,
    /// The business in which it was done.
    pub(crate) business_id: Option<Uuid>,
    /// The token that it was done to.
    pub(crate) target_token_id: Option<Uuid>,
    /// The user to whom it was done.
    pub(crate) target_user_id: Option<Uuid>,
    /// The role that the user has since then.
    pub(crate) role: Option<Role>,
    pub(crate) reason: Option<String>,
}

impl NewAuditEvent {
    /// Builds the event that a revoked token was used, as if its user were the actor.
    pub(super) fn used_after_revocation(token: &Actor, reason: Option<String>) -> Self {
        Self {
            business_id: Some(token.business_id),
            target_token_id: Some(token.token_id),
            target_user_id: Some(token.user_id),
            reason,
            ..Self::new(
                AuditAction::UsedAfterRevocation,
                Author::Caller(token.clone()),
            )
        }
    }

    /// Builds an event without any target.
    pub(crate) fn new(action: AuditAction, author: Author) -> Self {
        Self {
            action,
            author,
            business_id: None,
            target_token_id: None,
            target_user_id: None,
            role: None,
            reason: None,
        }
    }

    /// Returns the caller who did it, if it was one.
    pub(crate) fn actor(&self) -> Option<&Actor> {
        match &self.author {
            Author::Caller(actor) => Some(actor),
            Author::Operator(_) => None,
        }
    }

    /// Returns the operating system's user who did it, if it was one.
    pub(crate) fn operator(&self) -> Option<&str> {
        match &self.author {
            Author::Caller(_) => None,
            Author::Operator(name) => Some(name),
        }
    }
}

/// A recorded event. Its action is a text, because a newer version of this program may have recorded it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct AuditEvent {
    /// The number, which grows with every event.
    pub(crate) id: i64,
    /// The instant.
    pub(crate) at: Timestamp,
    /// What was done: `token.created`, `token.revoked` and so on.
    pub(crate) action: String,
    /// The user who did it; null for the command line.
    pub(crate) actor_user_id: Option<Uuid>,
    /// The token that the user used.
    pub(crate) actor_token_id: Option<Uuid>,
    /// The business in which it was done.
    pub(crate) business_id: Option<Uuid>,
    /// The token that it was done to.
    pub(crate) target_token_id: Option<Uuid>,
    /// The reason that was given.
    pub(crate) reason: Option<String>,
    /// The client's address, as the trusted proxies report it.
    pub(crate) remote_address: Option<String>,
    /// What `x-user-email` claimed.
    pub(crate) claimed_email: Option<String>,
    /// The operating system's user who did it on the command line.
    pub(crate) operator: Option<String>,
    /// The user to whom it was done.
    pub(crate) target_user_id: Option<Uuid>,
    /// The role that the user has since then.
    pub(crate) role: Option<String>,
}
