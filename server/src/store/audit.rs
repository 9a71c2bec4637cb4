//! The audit trail: who did what, when and from where. Append-only, like the revocations that most of it is about.

use std::net::IpAddr;

use serde::Serialize;
use uuid::Uuid;

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
        }
    }
}

/// An event to be recorded. The store adds its number and its instant.
#[derive(Clone, Debug)]
pub(crate) struct NewAuditEvent {
    pub(crate) action: AuditAction,
    /// `None` for what was done on the command line.
    pub(crate) actor: Option<Actor>,
    /// The business in which it was done.
    pub(crate) business_id: Option<Uuid>,
    /// The token that it was done to.
    pub(crate) target_token_id: Option<Uuid>,
    pub(crate) reason: Option<String>,
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
}
