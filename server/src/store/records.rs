//! What the store is given and what it returns, the same for both databases.

use uuid::Uuid;

use super::audit::{Actor, AuditAction, Author, NewAuditEvent};
use super::digest::TokenDigest;
use super::role::Role;
use crate::timestamp::Timestamp;

/// The stored token of a caller: what is needed to decide whether a presented token is good.
#[derive(Clone, Debug)]
pub(crate) struct CallerToken {
    pub(crate) token_id: Uuid,
    pub(crate) user_id: Uuid,
    pub(crate) business_id: Uuid,
    pub(crate) digest: TokenDigest,
    pub(crate) expires_at: Timestamp,
    pub(crate) last_used_at: Option<Timestamp>,
    pub(crate) revoked: bool,
}

impl CallerToken {
    /// Returns whether the token is good at this instant: neither revoked nor expired.
    pub(crate) fn is_active(&self, now: Timestamp) -> bool {
        !self.revoked && self.expires_at > now
    }
}

/// What is read to authenticate a request, at a snapshot taken after the request arrived.
#[derive(Debug)]
pub(crate) struct Authentication<Snapshot> {
    pub(crate) token: CallerToken,
    pub(crate) snapshot: Snapshot,
    /// The token that the request is about, if it names one and that exists.
    pub(crate) target: Option<Target>,
}

impl<Snapshot> Authentication<Snapshot> {
    /// Converts the snapshot.
    pub(super) fn map<Other>(self, convert: fn(Snapshot) -> Other) -> Authentication<Other> {
        Authentication {
            token: self.token,
            snapshot: convert(self.snapshot),
            target: self.target,
        }
    }
}

/// A token as the store keeps it: never its text.
#[derive(Clone, Debug)]
pub(crate) struct TokenRecord {
    pub(crate) id: Uuid,
    pub(crate) jti: Uuid,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) shown_prefix: String,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) last_used_at: Option<Timestamp>,
    pub(crate) revocation: Option<Revocation>,
}

/// The token that a request is about, as the request names it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TargetKey {
    pub(crate) business_id: Uuid,
    pub(crate) id: Uuid,
    /// The user who asks.
    pub(crate) asker: Uuid,
}

/// The token that a request is about: what never changes of it, and who asks.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) id: Uuid,
    pub(crate) jti: Uuid,
    /// The user whose token it is.
    pub(crate) owner: Uuid,
    pub(crate) name: String,
    pub(crate) asker: Member,
}

/// A user in a business.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) user_id: Uuid,
    pub(crate) email: String,
    pub(crate) role: Role,
}

impl Target {
    /// Returns whether the asker may revoke it: its owner and admins of its business may.
    pub(crate) fn may_be_revoked(&self) -> bool {
        match self.asker.role {
            Role::Admin => true,
            Role::Member => self.owner == self.asker.user_id,
        }
    }
}

/// A row of the blacklist.
#[derive(Clone, Debug)]
pub(crate) struct Revocation {
    pub(crate) revoked_at: Timestamp,
    pub(crate) revoked_by: String,
    pub(crate) reason: Option<String>,
}

/// The latest use of a token that is not stored yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TokenUse {
    /// The user whose token it is.
    pub(crate) owner: Uuid,
    pub(crate) at: Timestamp,
}

/// A token to be stored.
#[derive(Clone, Debug)]
pub(crate) struct NewToken {
    pub(crate) id: Uuid,
    pub(crate) jti: Uuid,
    pub(crate) business_id: Uuid,
    pub(crate) user_id: Uuid,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) shown_prefix: String,
    pub(crate) digest: TokenDigest,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

/// A row to be added to the blacklist.
#[derive(Clone, Debug)]
pub(crate) struct NewRevocation {
    pub(crate) token_id: Uuid,
    pub(crate) jti: Uuid,
    /// The user whose token it is.
    pub(crate) owner: Uuid,
    /// The email of the user who revokes.
    pub(crate) revoked_by: String,
    pub(crate) reason: Option<String>,
    /// Who revokes, for the audit trail.
    pub(crate) by: Actor,
}

impl NewToken {
    /// Builds the event of it for the audit trail.
    pub(super) fn event(&self, by: Author) -> NewAuditEvent {
        let action = match by {
            Author::Caller(_) => AuditAction::Created,
            Author::Operator(_) => AuditAction::Bootstrapped,
        };
        NewAuditEvent {
            business_id: Some(self.business_id),
            target_token_id: Some(self.id),
            target_user_id: Some(self.user_id),
            ..NewAuditEvent::new(action, by)
        }
    }
}

impl NewRevocation {
    /// Builds the event of it for the audit trail.
    pub(super) fn event(&self, first: bool) -> NewAuditEvent {
        let action = if first {
            AuditAction::Revoked
        } else {
            AuditAction::RevokeRepeated
        };
        NewAuditEvent {
            business_id: Some(self.by.business_id),
            target_token_id: Some(self.token_id),
            reason: self.reason.clone(),
            ..NewAuditEvent::new(action, Author::Caller(self.by.clone()))
        }
    }
}

impl From<NewToken> for TokenRecord {
    /// Builds the record of a token that has just been stored: never used, not revoked.
    fn from(token: NewToken) -> Self {
        Self {
            id: token.id,
            jti: token.jti,
            name: token.name,
            description: token.description,
            shown_prefix: token.shown_prefix,
            created_at: token.created_at,
            expires_at: token.expires_at,
            last_used_at: None,
            revocation: None,
        }
    }
}

/// The result of a revocation.
#[derive(Clone, Debug)]
pub(crate) struct Revoked {
    /// The row on the blacklist: this revocation's, or that of an earlier one.
    pub(crate) revocation: Revocation,
    /// Whether the row is this revocation's.
    pub(crate) first: bool,
}

/// The membership that a user has in a business.
#[derive(Debug)]
pub(crate) struct Membership {
    pub(crate) business_id: Uuid,
    pub(crate) user_id: Uuid,
    /// The stored role, which may differ from the one asked for.
    pub(crate) role: Role,
}
