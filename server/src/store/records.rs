//! What goes into the store and what comes out of it, whichever database is behind.

use uuid::Uuid;

use super::audit::{Actor, AuditAction, NewAuditEvent};
use super::digest::TokenDigest;
use crate::timestamp::Timestamp;

/// What a user may do in a business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Role {
    /// May revoke every token of the business.
    Admin,
    /// May revoke its own tokens.
    Member,
}

impl Role {
    /// The role's name, as the store and the command line spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Member => "member",
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        [Self::Admin, Self::Member]
            .into_iter()
            .find(|role| role.name() == name)
    }
}

/// What is needed to decide whether a presented token is good.
#[derive(Clone, Debug)]
pub(crate) struct Authentication {
    pub(crate) token_id: Uuid,
    pub(crate) user_id: Uuid,
    pub(crate) business_id: Uuid,
    pub(crate) digest: TokenDigest,
    pub(crate) expires_at: Timestamp,
    pub(crate) last_used_at: Option<Timestamp>,
    pub(crate) revoked: bool,
}

impl Authentication {
    /// Whether the token is good at this instant: neither revoked nor expired.
    pub(crate) fn is_active(&self, now: Timestamp) -> bool {
        !self.revoked && self.expires_at > now
    }
}

/// The token that a request came with, as it was at a moment behind the request's arrival.
#[derive(Debug)]
pub(crate) struct Authenticated<Moment> {
    pub(crate) token: Authentication,
    pub(crate) moment: Moment,
    /// The token that the request wants something done with, if there is one and it is there.
    pub(crate) wanted: Option<Found>,
}

impl<Moment> Authenticated<Moment> {
    /// Converts the moment.
    pub(super) fn at<Other>(self, convert: impl FnOnce(Moment) -> Other) -> Authenticated<Other> {
        Authenticated {
            token: self.token,
            moment: convert(self.moment),
            wanted: self.wanted,
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

/// A token that a user wants something done with, in a business.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WantedToken {
    pub(crate) business_id: Uuid,
    pub(crate) id: Uuid,
    /// The user who wants it.
    pub(crate) asker: Uuid,
}

/// What never changes of a token that was [wanted](WantedToken), and who it is that wants it.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) id: Uuid,
    pub(crate) jti: Uuid,
    /// Whose token it is.
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

impl Found {
    /// Whether who wants it may revoke it: its owner and admins of its business may.
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
#[derive(Debug)]
pub(crate) struct NewRevocation {
    pub(crate) token_id: Uuid,
    pub(crate) jti: Uuid,
    /// Whose token it is.
    pub(crate) owner: Uuid,
    /// The email of the user who revokes.
    pub(crate) revoked_by: String,
    pub(crate) reason: Option<String>,
    /// Who revokes, for the audit trail.
    pub(crate) by: Actor,
}

impl NewToken {
    /// What the audit trail says of it; without an actor it was the command line.
    pub(super) fn event(&self, by: Option<Actor>) -> NewAuditEvent {
        NewAuditEvent {
            action: match by {
                Some(_) => AuditAction::Created,
                None => AuditAction::Bootstrapped,
            },
            actor: by,
            business_id: Some(self.business_id),
            target_token_id: Some(self.id),
            reason: None,
        }
    }
}

impl NewRevocation {
    /// What the audit trail says of it.
    pub(super) fn event(&self, first: bool) -> NewAuditEvent {
        NewAuditEvent {
            action: if first {
                AuditAction::Revoked
            } else {
                AuditAction::RevokeRepeated
            },
            actor: Some(self.by.clone()),
            business_id: Some(self.by.business_id),
            target_token_id: Some(self.token_id),
            reason: self.reason.clone(),
        }
    }
}

impl From<NewToken> for TokenRecord {
    /// The record of a token that has just been stored: never used, not revoked.
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

/// What a revocation found.
#[derive(Clone, Debug)]
pub(crate) struct Revoked {
    /// The row that stands: this revocation's, or the first one's.
    pub(crate) revocation: Revocation,
    /// Whether this revocation is the one that stands.
    pub(crate) first: bool,
}

/// What a listing is sorted by; ties are broken by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum SortBy {
    CreatedAt,
    ExpiresAt,
    Name,
}

/// A place in a listing: the sort key and id of one of its tokens.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    pub(crate) key: SortKey,
    pub(crate) id: Uuid,
}

/// The value that a token is sorted by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum SortKey {
    Instant(Timestamp),
    Text(String),
}

/// Which way a page lies from its cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Direction {
    Next,
    Prev,
}

/// A page of one user's tokens in one business.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ListTokens {
    pub(crate) business_id: Uuid,
    pub(crate) user_id: Uuid,
    pub(crate) include_revoked: bool,
    pub(crate) sort_by: SortBy,
    pub(crate) descending: bool,
    pub(crate) cursor: Option<Place>,
    pub(crate) direction: Direction,
    pub(crate) limit: u32,
    pub(crate) count_total: bool,
}

impl ListTokens {
    /// The order in which tokens are read: walking back is walking forth in the opposite order.
    pub(super) fn walks_descending(&self) -> bool {
        self.descending != (self.direction == Direction::Prev)
    }

    /// The page that `tokens` are, which were read in that order, one more than asked for if there is one.
    pub(super) fn page(&self, mut tokens: Vec<TokenRecord>, total: Option<u64>) -> Page {
        let more = tokens.len() > self.limit as usize;
        tokens.truncate(self.limit as usize);
        self.page_of(tokens, more, total)
    }

    /// The page that `tokens` are, which were read in that order, when it is known whether there are more of them.
    pub(super) fn page_of(
        &self,
        mut tokens: Vec<TokenRecord>,
        more: bool,
        total: Option<u64>,
    ) -> Page {
        // Behind us lies at least the token of the cursor.
        let behind = self.cursor.is_some();
        let (has_next, has_prev) = match self.direction {
            Direction::Next => (more, behind),
            Direction::Prev => {
                tokens.reverse();
                (behind, more)
            }
        };
        Page {
            tokens,
            has_next,
            has_prev,
            total,
        }
    }
}

/// The answer to [`ListTokens`], in the listing's order whichever way it was walked.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) tokens: Vec<TokenRecord>,
    pub(crate) has_next: bool,
    pub(crate) has_prev: bool,
    pub(crate) total: Option<u64>,
}

/// The membership that a user has in a business.
#[derive(Debug)]
pub(crate) struct Membership {
    pub(crate) business_id: Uuid,
    pub(crate) user_id: Uuid,
    /// The role that the store has, which may be another than the one asked for.
    pub(crate) role: Role,
}
